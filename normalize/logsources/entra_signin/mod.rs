//! Sign-ins of Microsoft Entra ID: of users, interactive or not, of service principals and managed identities, and through AD FS. All
//! are Authentication (3002). README.md beside this file says which shapes there are and what was decided.

use event::ocsf::{Class, Profile, column_at};
use event::{JsonKind, LogSourceName};

use crate::logsource::{LogSource, PLAIN};
use crate::logsources::entra::{ACTOR, USER, both, email_of_principal, known, put, tenant_of_resource};
use crate::logsources::shared::{is_address, without_port};
use crate::logsources::{alias, constant, derived, first, paths};
use crate::record::{Cell, Record, Row};
use crate::trie::Leaf;

mod means;
mod table;

use means::Outcome;

paths! {
    CATEGORY = "category",
    TABLE = "Type",
    TIME = "time",
    GENERATED = "TimeGenerated",
    CREATED_IN = "properties.createdDateTime",
    CREATED = "createdDateTime",
    ID_IN = "properties.id",
    ID = "id",
    TENANT = "tenantId",
    TENANT_COLUMN = "AADTenantId",
    TENANT_IN = "properties.tenantId",
    HOME = "homeTenantId",
    RESOURCE_TENANT = "resourceTenantId",
    RESULT_TYPE = "resultType",
    RESULT_DESCRIPTION = "resultDescription",
    ERROR_IN = "properties.status.errorCode",
    ERROR = "status.errorCode",
    REASON_IN = "properties.status.failureReason",
    REASON = "status.failureReason",
    DETAILS_IN = "properties.status.additionalDetails",
    DETAILS = "status.additionalDetails",
    IDENTITY = "identity",
    CALLER = "callerIpAddress",
    ADDRESS_IN = "properties.ipAddress",
    ADDRESS = "ipAddress",
    USER_ID_IN = "properties.userId",
    USER_ID = "userId",
    USER_NAME_IN = "properties.userPrincipalName",
    USER_NAME = "userPrincipalName",
    FULL_NAME_IN = "properties.userDisplayName",
    FULL_NAME = "userDisplayName",
    SIGN_IN_NAME_IN = "properties.signInIdentifier",
    SIGN_IN_NAME = "signInIdentifier",
    SERVICE_ID_IN = "properties.servicePrincipalId",
    SERVICE_ID = "servicePrincipalId",
    SERVICE_NAME_IN = "properties.servicePrincipalName",
    SERVICE_NAME = "servicePrincipalName",
    CREDENTIAL_IN = "properties.servicePrincipalCredentialKeyId",
    CREDENTIAL = "servicePrincipalCredentialKeyId",
    FEDERATED_IN = "properties.federatedCredentialId",
    FEDERATED = "federatedCredentialId",
    APP_ID_IN = "properties.appId",
    APP_ID = "appId",
    INTERACTIVE_IN = "properties.isInteractive",
    INTERACTIVE = "isInteractive",
    EVENT_TYPE_IN = "properties.signInEventTypes",
    EVENT_TYPE = "signInEventTypes",
    RESOURCE_IN = "properties.resourceId",
    RESOURCE = "resourceId",
    RESOURCE_COLUMN = "ResourceIdentity",
    CITY_IN = "properties.location.city",
    CITY = "location.city",
    CITY_COLUMN = "LocationDetails.city",
    STATE_IN = "properties.location.state",
    STATE = "location.state",
    STATE_COLUMN = "LocationDetails.state",
    COUNTRY_IN = "properties.location.countryOrRegion",
    COUNTRY = "location.countryOrRegion",
    COUNTRY_COLUMN = "LocationDetails.countryOrRegion",
    LATITUDE_IN = "properties.location.geoCoordinates.latitude",
    LATITUDE = "location.geoCoordinates.latitude",
    LATITUDE_COLUMN = "LocationDetails.geoCoordinates.latitude",
    LONGITUDE_IN = "properties.location.geoCoordinates.longitude",
    LONGITUDE = "location.geoCoordinates.longitude",
    LONGITUDE_COLUMN = "LocationDetails.geoCoordinates.longitude",
    NETWORK_IN = "properties.autonomousSystemNumber",
    NETWORK = "autonomousSystemNumber",
    DEVICE_ID_IN = "properties.deviceDetail.deviceId",
    DEVICE_ID = "deviceDetail.deviceId",
    DEVICE_NAME_IN = "properties.deviceDetail.displayName",
    DEVICE_NAME = "deviceDetail.displayName",
    SYSTEM_IN = "properties.deviceDetail.operatingSystem",
    SYSTEM = "deviceDetail.operatingSystem",
    COMPLIANT_IN = "properties.deviceDetail.isCompliant",
    COMPLIANT = "deviceDetail.isCompliant",
    MANAGED_IN = "properties.deviceDetail.isManaged",
    MANAGED = "deviceDetail.isManaged",
    TRUST_IN = "properties.deviceDetail.trustType",
    TRUST = "deviceDetail.trustType",
    REQUIREMENT_IN = "properties.authenticationRequirement",
    REQUIREMENT = "authenticationRequirement",
    METHOD_IN = "properties.authenticationDetails.authenticationMethod",
    METHOD = "authenticationDetails.authenticationMethod",
    MFA_METHOD_IN = "properties.mfaDetail.authMethod",
    MFA_METHOD = "mfaDetail.authMethod",
    PROTOCOL_IN = "properties.authenticationProtocol",
    PROTOCOL = "authenticationProtocol",
    ACCESS_IN = "properties.conditionalAccessStatus",
    ACCESS = "conditionalAccessStatus",
    RISK_IN = "properties.riskLevelDuringSignIn",
    RISK = "riskLevelDuringSignIn",
    POLICY_NAME_IN = "properties.appliedConditionalAccessPolicies[result=failure].displayName",
    POLICY_NAME = "appliedConditionalAccessPolicies[result=failure].displayName",
    POLICY_NAME_COLUMN = "ConditionalAccessPolicies[result=failure].displayName",
    POLICY_ID_IN = "properties.appliedConditionalAccessPolicies[result=failure].id",
    POLICY_ID = "appliedConditionalAccessPolicies[result=failure].id",
    POLICY_ID_COLUMN = "ConditionalAccessPolicies[result=failure].id",
}

pub const SOURCE: LogSource = LogSource {
    name: LogSourceName("entra_signin"),
    sigma: &[(None, "azure", "signinlogs")],
    marks: &["category", "type", "createdDateTime"],
    paths: PATHS,
    needed: &[
        CATEGORY,
        TABLE,
        CREATED_IN,
        CREATED,
        ID_IN,
        ID,
        RESULT_TYPE,
        ERROR_IN,
        ERROR,
        ADDRESS_IN,
        ADDRESS,
        CALLER,
        USER_ID_IN,
        USER_ID,
        SERVICE_ID_IN,
        SERVICE_ID,
        APP_ID_IN,
        APP_ID,
        INTERACTIVE_IN,
        INTERACTIVE,
        EVENT_TYPE_IN,
        EVENT_TYPE,
        ACCESS,
        DEVICE_ID_IN,
        DEVICE_ID,
        DEVICE_NAME_IN,
        DEVICE_NAME,
    ],
    operation: "resultType",
    members: table::MEMBERS,
    under: &["properties"],
    fields: table::FIELDS,
    kept: table::KEPT,
    strings: table::STRINGS,
    fits,
    time: &[CREATED_IN, CREATED, TIME, GENERATED],
    derive,
    key,
    ..PLAIN
};

const TENANT_UID: usize = column_at("metadata.tenant_uid");
const ORGANIZATION: usize = column_at("cloud.org.uid");
const EVENT_CODE: usize = column_at("metadata.event_code");
const FEATURE: usize = column_at("metadata.product.feature.name");
const STATUS_ID: usize = column_at("status_id");
const STATUS: usize = column_at("status");
const STATUS_CODE: usize = column_at("status_code");
const STATUS_DETAIL: usize = column_at("status_detail");
const SEVERITY_ID: usize = column_at("severity_id");
const SEVERITY: usize = column_at("severity");
const ACTIVITY_ID: usize = column_at("activity_id");
const USER_DOMAIN: usize = column_at("user.domain");
const ACTOR_DOMAIN: usize = column_at("actor.user.domain");
const CREDENTIALS: usize = column_at("actor.user.programmatic_credentials[].uid");
const SOURCE_IP: usize = column_at("src_endpoint.ip");
const SOURCE_NAME: usize = column_at("src_endpoint.name");
const SOURCE_CITY: usize = column_at("src_endpoint.location.city");
const SOURCE_REGION: usize = column_at("src_endpoint.location.region");
const SOURCE_COUNTRY: usize = column_at("src_endpoint.location.country");
const SOURCE_LATITUDE: usize = column_at("src_endpoint.location.lat");
const SOURCE_LONGITUDE: usize = column_at("src_endpoint.location.long");
const SOURCE_NETWORK: usize = column_at("src_endpoint.autonomous_system.number");
const SERVICE: usize = column_at("service.name");
const DESTINATION_UID: usize = column_at("dst_endpoint.uid");
const DEVICE_UID: usize = column_at("device.uid");
const DEVICE: usize = column_at("device.name");
const DEVICE_TYPE_ID: usize = column_at("device.type_id");
const DEVICE_TYPE: usize = column_at("device.type");
const OS: usize = column_at("device.os.name");
const OS_TYPE_ID: usize = column_at("device.os.type_id");
const OS_TYPE: usize = column_at("device.os.type");
const IS_COMPLIANT: usize = column_at("device.is_compliant");
const IS_MANAGED: usize = column_at("device.is_managed");
const IS_TRUSTED: usize = column_at("device.is_trusted");
const IS_MFA: usize = column_at("is_mfa");
const IS_REMOTE: usize = column_at("is_remote");
const SESSION_IS_MFA: usize = column_at("session.is_mfa");
const FACTOR_ID: usize = column_at("auth_factors[].factor_type_id");
const FACTOR: usize = column_at("auth_factors[].factor_type");
const PROTOCOL_ID: usize = column_at("auth_protocol_id");
const PROTOCOL_CAPTION: usize = column_at("auth_protocol");
const LOGON_TYPE_ID: usize = column_at("logon_type_id");
const LOGON_TYPE: usize = column_at("logon_type");
const ACTION_ID: usize = column_at("action_id");
const ACTION: usize = column_at("action");
const DISPOSITION_ID: usize = column_at("disposition_id");
const DISPOSITION: usize = column_at("disposition");
const RISK_ID: usize = column_at("risk_level_id");
const RISK_CAPTION: usize = column_at("risk_level");
const POLICY: usize = column_at("policy.name");
const POLICY_UID: usize = column_at("policy.uid");

/// Event Hub and tables say what they are. What the Graph API gives has neither: a sign-in has an application, the time of its creation
/// and an outcome.
fn fits(record: &Record) -> bool {
    let says = |path| record.text(path).is_some_and(|word| means::kind(&word).is_some());
    if says(CATEGORY) || says(TABLE) {
        return true;
    }
    let there = |path| record.kind(path) != JsonKind::Missing;
    record.text(CREATED).is_some() && there(APP_ID) && (there(ERROR) || (there(INTERACTIVE) && there(ACCESS))) && !there(CATEGORY)
}

/// An id is sent again with later findings on its risk: these are the same sign-in, so neither risk nor policies enter. The Graph API cuts
/// times at the second.
fn key(record: &Record, out: &mut Vec<u8>) -> bool {
    let id = record.first(&[ID_IN, ID]);
    out.extend_from_slice(SOURCE.name.0.as_bytes());
    let time = [CREATED_IN, CREATED].into_iter().find_map(|path| record.time(path));
    out.extend_from_slice(&time.map_or(0, |time| time / 1000).to_le_bytes());
    for part in [
        id.as_deref(),
        record.first(&[USER_ID_IN, USER_ID]).as_deref(),
        record.first(&[SERVICE_ID_IN, SERVICE_ID]).as_deref(),
        record.first(&[APP_ID_IN, APP_ID]).as_deref(),
        record.first(&[ADDRESS_IN, ADDRESS, CALLER]).as_deref(),
        error(record).as_deref(),
    ] {
        out.push(0);
        out.extend(part.unwrap_or_default().bytes().map(|byte| byte.to_ascii_lowercase()));
    }
    id.is_some()
}

/// The number of what went wrong; 0 is success.
fn error<'a>(record: &Record<'a>) -> Option<std::borrow::Cow<'a, str>> {
    record.first(&[ERROR_IN, ERROR, RESULT_TYPE])
}

fn derive(record: &Record, row: &mut Row) -> Class {
    row.profile(Profile::Cloud);
    row.number(ACTIVITY_ID, 1);
    row.truth(IS_REMOTE, true);
    let kind = kind(record);
    row.constant(EVENT_CODE, kind.category);
    row.constant(FEATURE, kind.category);
    tenant(record, row);
    outcome(record, row);
    who(record, row, kind);
    from(record, row);
    to(record, row);
    device(record, row);
    means(record, row, kind);
    control(record, row);
    Class::Authentication
}

fn kind(record: &Record) -> &'static means::Kind {
    let said = [CATEGORY, TABLE, EVENT_TYPE_IN, EVENT_TYPE].into_iter().find_map(|path| means::kind(&record.text(path)?));
    said.unwrap_or_else(|| {
        let service = record.first(&[SERVICE_ID_IN, SERVICE_ID]).is_some() && record.first(&[USER_ID_IN, USER_ID]).is_none();
        let word = match record.truth(INTERACTIVE_IN).or_else(|| record.truth(INTERACTIVE)) {
            _ if service => "servicePrincipal",
            Some(false) => "nonInteractiveUser",
            _ => "interactiveUser",
        };
        means::kind(word).expect("a word of the table")
    })
}

/// In a table, `TenantId` is the workspace. The Graph API names the tenants of user and resource only: where they are one, it is that.
fn tenant(record: &Record, row: &mut Row) {
    if !row.wants(TENANT_UID) && !row.wants(ORGANIZATION) {
        return;
    }
    let resource = record.text(RESOURCE);
    let said = match record.kind(GENERATED) {
        JsonKind::Missing => record.first(&[TENANT, TENANT_IN]),
        _ => record.scalar(TENANT_COLUMN),
    };
    let home = record.scalar(HOME).filter(|home| record.scalar(RESOURCE_TENANT).is_some_and(|tenant| tenant == *home));
    let tenant = resource.as_deref().and_then(tenant_of_resource);
    if let Some(tenant) = tenant.or_else(|| known(said.as_deref()?)).or_else(|| known(home.as_deref()?)) {
        row.text(TENANT_UID, record, tenant);
        row.text(ORGANIZATION, record, tenant);
    }
}

fn outcome(record: &Record, row: &mut Row) {
    let code = error(record);
    let outcome = code.as_deref().map_or(Outcome::Unknown, means::outcome);
    let (status, caption) = outcome.status();
    row.number(STATUS_ID, status);
    row.constant(STATUS, caption);
    let (severity, caption) = if status == 2 { (2, "Low") } else { (1, "Informational") };
    row.number(SEVERITY_ID, severity);
    row.constant(SEVERITY, caption);
    if let Some(code) = code {
        row.text(STATUS_CODE, record, &code);
    }
    if row.wants(STATUS_DETAIL) {
        // What the Graph API calls the reason of a success is "Other.".
        let reason = if status == 1 { None } else { record.first(&[REASON_IN, REASON, RESULT_DESCRIPTION]) };
        match (reason, record.first(&[DETAILS_IN, DETAILS])) {
            (Some(reason), Some(details)) if *reason != *details => row.text(STATUS_DETAIL, record, &format!("{reason} {details}")),
            (Some(text), _) | (None, Some(text)) => row.text(STATUS_DETAIL, record, &text),
            (None, None) => {}
        }
    }
}

/// Who signs in is who acts.
fn who(record: &Record, row: &mut Row, kind: &means::Kind) {
    let says = |paths: &[Leaf]| paths.iter().filter_map(|path| record.scalar(*path)).find(|text| known(text).is_some());
    let (uid, name, full) = if kind.is_workload {
        (says(&[SERVICE_ID_IN, SERVICE_ID, APP_ID_IN, APP_ID]), says(&[SERVICE_NAME_IN, SERVICE_NAME, IDENTITY]), None)
    } else {
        let full = says(&[FULL_NAME_IN, FULL_NAME, IDENTITY]);
        let name = says(&[USER_NAME_IN, USER_NAME, SIGN_IN_NAME_IN, SIGN_IN_NAME]).or_else(|| full.clone());
        (says(&[USER_ID_IN, USER_ID]), name, full)
    };
    let email = name.as_deref().filter(|_| !kind.is_workload).and_then(email_of_principal);
    for (columns, domain) in [(&USER, USER_DOMAIN), (&ACTOR, ACTOR_DOMAIN)] {
        match (&name, &uid) {
            (Some(name), _) => row.text(columns.name, record, name),
            (None, None) => row.constant(columns.name, "Unknown"),
            (None, Some(_)) => {}
        }
        for (column, text) in [
            (columns.uid, uid.as_deref()),
            (columns.full_name, full.as_deref()),
            (columns.email_addr, email.as_deref()),
            (domain, email.as_deref().and_then(|email| email.rsplit('@').next())),
        ] {
            row.text(column, record, text.unwrap_or_default());
        }
        if kind.is_workload {
            columns.typed(row, 4, "Service");
        } else {
            columns.typed(row, 1, "User");
        }
    }
    if row.wants_list(CREDENTIALS) {
        for paths in [[CREDENTIAL_IN, CREDENTIAL], [FEDERATED_IN, FEDERATED]] {
            if let Some(credential) = record.first(&paths) {
                let cell = row.cell(record, &credential);
                row.item(&[(CREDENTIALS, cell)]);
            }
        }
    }
}

/// From where: a place and a network only with an address.
fn from(record: &Record, row: &mut Row) {
    let address = record.first(&[ADDRESS_IN, ADDRESS, CALLER]);
    match address.as_deref().and_then(known) {
        Some(text) if is_address(without_port(text)) => row.text(SOURCE_IP, record, without_port(text)),
        Some(text) => row.text(SOURCE_NAME, record, text),
        None => return,
    }
    put(row, SOURCE_CITY, record, &[CITY_IN, CITY, CITY_COLUMN]);
    put(row, SOURCE_REGION, record, &[STATE_IN, STATE, STATE_COLUMN]);
    put(row, SOURCE_COUNTRY, record, &[COUNTRY_IN, COUNTRY, COUNTRY_COLUMN]);
    if record.first(&[CITY_IN, CITY, CITY_COLUMN, STATE_IN, STATE, STATE_COLUMN, COUNTRY_IN, COUNTRY, COUNTRY_COLUMN]).is_some() {
        for (column, paths) in
            [(SOURCE_LATITUDE, [LATITUDE_IN, LATITUDE, LATITUDE_COLUMN]), (SOURCE_LONGITUDE, [LONGITUDE_IN, LONGITUDE, LONGITUDE_COLUMN])]
        {
            if let Some(degrees) = paths.into_iter().find_map(|path| record.float(path)) {
                row.float(column, degrees);
            }
        }
    }
    if let Some(number) = record.number(NETWORK_IN).or_else(|| record.number(NETWORK)) {
        row.number(SOURCE_NETWORK, number);
    }
}

/// Through which application to which resource.
fn to(record: &Record, row: &mut Row) {
    put(row, DESTINATION_UID, record, &[RESOURCE_IN, RESOURCE_COLUMN]);
    if let Some(resource) = record.text(RESOURCE)
        && !row.is_set(DESTINATION_UID)
        && !resource.starts_with('/')
    {
        row.text(DESTINATION_UID, record, &resource);
    }
    if !row.is_set(SERVICE) && record.first(&[APP_ID_IN, APP_ID]).is_none() {
        row.constant(SERVICE, "Microsoft Entra ID");
    }
}

fn device(record: &Record, row: &mut Row) {
    put(row, DEVICE_UID, record, &[DEVICE_ID_IN, DEVICE_ID]);
    put(row, DEVICE, record, &[DEVICE_NAME_IN, DEVICE_NAME]);
    if record.first(&[DEVICE_ID_IN, DEVICE_ID, DEVICE_NAME_IN, DEVICE_NAME]).is_none() {
        return;
    }
    row.profile(Profile::Host);
    put(row, OS, record, &[SYSTEM_IN, SYSTEM]);
    let system = record.first(&[SYSTEM_IN, SYSTEM]);
    let system = system.as_deref().and_then(known);
    let (type_id, caption) = if system.is_some_and(means::is_mobile) { (5, "Mobile") } else { (0, "Unknown") };
    row.number(DEVICE_TYPE_ID, type_id);
    row.constant(DEVICE_TYPE, caption);
    if let Some(system) = system {
        let (id, caption) = means::system(system);
        row.number(OS_TYPE_ID, id);
        match caption {
            Some(caption) => row.constant(OS_TYPE, caption),
            None => row.text(OS_TYPE, record, system),
        }
    }
    for (column, paths) in [(IS_COMPLIANT, [COMPLIANT_IN, COMPLIANT]), (IS_MANAGED, [MANAGED_IN, MANAGED])] {
        if let Some(truth) = paths.into_iter().find_map(|path| record.truth(path)) {
            row.truth(column, truth);
        }
    }
    row.truth(IS_TRUSTED, record.first(&[TRUST_IN, TRUST]).as_deref().and_then(known).is_some());
}

/// How: factors, protocol, kind of logon.
fn means(record: &Record, row: &mut Row, kind: &means::Kind) {
    if let Some(requirement) = record.first(&[REQUIREMENT_IN, REQUIREMENT]) {
        // A second factor that was only asked for is none.
        let outcome = error(record).map(|code| means::outcome(&code));
        let is_mfa = requirement.eq_ignore_ascii_case("multiFactorAuthentication") && !matches!(outcome, Some(Outcome::Interrupted));
        row.truth(IS_MFA, is_mfa);
        if matches!(outcome, Some(Outcome::Success)) {
            row.truth(SESSION_IS_MFA, is_mfa);
        }
    }
    if row.wants_list(FACTOR_ID) {
        let hits = [METHOD_IN, METHOD].into_iter().flat_map(|path| record.all(path)).filter(|hit| hit.kind == JsonKind::Text);
        let mut methods: Vec<_> = hits.map(|hit| record.text_of(hit)).collect();
        methods.extend(record.first(&[MFA_METHOD_IN, MFA_METHOD]));
        let mut seen: Vec<&str> = Vec::new();
        for method in &methods {
            let known = means::factor(method);
            if seen.iter().any(|other| other.eq_ignore_ascii_case(method)) || known.is_none() {
                continue;
            }
            seen.push(method);
            let (id, caption) = known.unwrap_or_default();
            let caption = if id == 99 { row.cell(record, method) } else { row.constant_cell(caption) };
            row.item(&[(FACTOR_ID, Cell::Long(id)), (FACTOR, caption)]);
        }
    }
    if let Some(protocol) = record.first(&[PROTOCOL_IN, PROTOCOL]) {
        match means::protocol(&protocol) {
            Some((id, caption)) => {
                row.number(PROTOCOL_ID, id);
                row.constant(PROTOCOL_CAPTION, caption);
            }
            None => {
                row.number(PROTOCOL_ID, 99);
                row.text(PROTOCOL_CAPTION, record, &protocol);
            }
        }
    }
    row.number(LOGON_TYPE_ID, kind.logon.0);
    row.constant(LOGON_TYPE, kind.logon.1);
}

/// What Conditional Access and the risk engine said.
fn control(record: &Record, row: &mut Row) {
    let mut says = false;
    if let Some(access) = record.first(&[ACCESS_IN, ACCESS])
        && let Some((action, disposition)) = means::access(&access)
    {
        row.number(ACTION_ID, action.0);
        row.constant(ACTION, action.1);
        row.number(DISPOSITION_ID, disposition.0);
        row.constant(DISPOSITION, disposition.1);
        says = true;
    }
    if let Some(risk) = record.first(&[RISK_IN, RISK])
        && let Some((id, caption)) = means::risk(&risk)
    {
        row.number(RISK_ID, id);
        row.constant(RISK_CAPTION, caption);
        says = true;
    }
    put(row, POLICY, record, &[POLICY_NAME_IN, POLICY_NAME, POLICY_NAME_COLUMN]);
    put(row, POLICY_UID, record, &[POLICY_ID_IN, POLICY_ID, POLICY_ID_COLUMN]);
    if says || row.is_set(POLICY) || row.is_set(POLICY_UID) {
        row.profile(Profile::SecurityControl);
    }
}
