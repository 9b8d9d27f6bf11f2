//! Google Workspace: what people, administrators and programs did in it. Maps activities of the Reports API, the same as Cloud Logging,
//! Microsoft Sentinel and other collectors deliver them, and alerts of the Alert Center. One record may hold several events. README.md
//! beside this file says what was decided.

use std::borrow::Cow;

use event::ocsf::{Class, column_at};
use event::{JsonKind, LogSourceName};

use crate::logsource::{LogSource, PLAIN};
use crate::logsources::shared::{self, is_email};
use crate::record::{Cell, Record, Row};
use crate::trie::Leaf;

mod parameters;
mod route;
mod table;
mod target;

use parameters::{Parameter, flattened, joined, listed, parameter_list, paths_and_parameters};

paths_and_parameters! {
    paths {
        KIND = "kind",
        KIND_S = "kind_s",
        TIME = "id.time",
        TIME_T = "id_time_t",
        TIME_S = "id_time_s",
        TIMESTAMP = "timestamp",
        TIME_GENERATED = "TimeGenerated",
        RECEIVED = "receiveTimestamp",
        QUALIFIER = "id.uniqueQualifier",
        QUALIFIER_OLD = "id.uniqQualifier",
        QUALIFIER_S = "id_uniqueQualifier_s",
        QUALIFIER_OF_TABLE = "EventId",
        QUALIFIER_IN_CLOUD_LOGGING = "protoPayload.metadata.activityId.uniqQualifier",
        QUALIFIER_FLAT = "unique_id",
        INSERT_ID = "insertId",
        APPLICATION = "id.applicationName",
        APPLICATION_S = "id_applicationName_s",
        APPLICATION_OF_TABLE = "IdApplicationName",
        SERVICE = "protoPayload.serviceName",
        METADATA_TYPE = "protoPayload.metadata.@type",
        METHOD = "protoPayload.methodName",
        NAME = "events.name",
        NAME_SINGLE = "event.name",
        NAME_IN_S = "events_s.name",
        NAME_IN_TABLE = "EventOriginalMessage.name",
        NAME_IN_CLOUD_LOGGING = "protoPayload.metadata.event.eventName",
        NAME_FLAT = "name",
        NAME_S = "event_name_s",
        NAME_OF_TABLE = "EventMessage",
        TYPE = "events.type",
        TYPE_SINGLE = "event.type",
        TYPE_IN_S = "events_s.type",
        TYPE_IN_TABLE = "EventOriginalMessage.type",
        TYPE_IN_CLOUD_LOGGING = "protoPayload.metadata.event.eventType",
        TYPE_FLAT = "type",
        TYPE_S = "event_type_s",
        TYPE_OF_TABLE = "EventType",
        SUCCEEDED = "protoPayload.metadata.event.status.success",
        STATUS_NUMBER = "protoPayload.status.code",
        STATUS_MESSAGE = "protoPayload.status.message",
        EMAIL = "actor.email",
        EMAIL_S = "actor_email_s",
        EMAIL_OF_TABLE = "ActorEmail",
        EMAIL_IN_CLOUD_LOGGING = "protoPayload.authenticationInfo.principalEmail",
        EMAIL_FLAT = "email",
        CALLER_TYPE = "actor.callerType",
        CALLER_TYPE_S = "actor_callerType_s",
        CALLER_TYPE_OF_TABLE = "ActorCallerType",
        CALLER_KEY = "actor.key",
        CALLER_KEY_S = "actor_key_s",
        CALLER_KEY_OF_TABLE = "ActorKey",
        ADDRESS = "ipAddress",
        ADDRESS_S = "ipAddress_s",
        ADDRESS_OF_TABLE = "SrcIpAddr",
        ADDRESS_IN_CLOUD_LOGGING = "protoPayload.requestMetadata.callerIp",
        ADDRESS_FLAT = "ip_address",
        AGENT_IN_CLOUD_LOGGING = "protoPayload.requestMetadata.callerSuppliedUserAgent",
        AGENT_OF_TABLE = "UserAgentOriginal",
        NETWORK = "networkInfo.ipAsn",
        APP_NAME = "actor.applicationInfo.applicationName",
        APP_CLIENT = "actor.applicationInfo.oauthClientId",
        ALERT_ID = "alertId",
        CUSTOMER = "customerId",
        CREATED = "createTime",
        UPDATED = "updateTime",
        STARTED = "startTime",
        ENDED = "endTime",
        ALERT_DELETED = "deleted",
        ALERT_STATUS = "metadata.status",
        ALERT_SEVERITY = "metadata.severity",
        ALERT_LINK = "securityInvestigationToolLink",
        ALERT_DATA = "data",
        ALERT_DATA_TYPE = "data.@type",
        ALERT_EMAIL = "data.email",
        ALERT_ACTOR = "data.actorEmail",
        ALERT_ADDRESS = "data.loginDetails.ipAddress",
    }
    texts {
        USER_EMAIL = "USER_EMAIL",
        AFFECTED_USER = "affected_email_address",
        TARGET_USER = "target_user",
        MEMBER = "member_id",
        MEMBER_TYPE = "member_type",
        GROUP_EMAIL = "GROUP_EMAIL",
        GROUP_ID = "group_id",
        ROLE_NAME = "ROLE_NAME",
        PRIVILEGE_NAME = "PRIVILEGE_NAME",
        ORG_UNIT = "ORG_UNIT_NAME",
        DOMAIN = "DOMAIN_NAME",
        SETTING = "SETTING_NAME",
        OWN_SETTING = "USER_DEFINED_SETTING_NAME",
        APPLICATION_NAME = "APPLICATION_NAME",
        API_CLIENT = "API_CLIENT_NAME",
        OAUTH_APPLICATION = "OAUTH2_APP_NAME",
        OAUTH_SERVICE = "OAUTH2_SERVICE_NAME",
        SSO_PROFILE = "INBOUND_SSO_PROFILE_NAME",
        PRINTER = "PRINTER_NAME",
        PRINT_SERVER = "PRINT_SERVER_NAME",
        NETWORK_NAME = "MOBILE_WIRELESS_NETWORK_NAME",
        CERTIFICATE = "MOBILE_CERTIFICATE_COMMON_NAME",
        PACKAGE = "MOBILE_APP_PACKAGE_ID",
        CALENDAR_RESOURCE = "RESOURCE_IDENTIFIER",
        COMPANY_DEVICE = "COMPANY_DEVICE_ID",
        DEVICE = "DEVICE_ID",
        DEVICE_SERIAL = "DEVICE_SERIAL_NUMBER",
        LOGIN_TYPE = "login_type",
        LOGIN_FAILURE = "login_failure_type",
        SAML_FAILURE = "failure_type",
        CHALLENGE_STATUS = "login_challenge_status",
        SAML_STATUS = "saml_status_code",
        DEVICE_SESSION = "dusi",
        CLIENT_ID = "client_id",
        CLIENT_NAME = "app_name",
        API_NAME = "api_name",
        DOC_ID = "doc_id",
        DOC_TITLE = "doc_title",
        DOC_TYPE = "doc_type",
        DOC_OWNER = "owner",
        USER_AGENT = "user_agent",
        CALENDAR = "calendar_id",
        ROOM = "room_id",
        CONFERENCE = "conference_id",
        ALERT = "ALERT_ID",
        RULE_RESOURCE = "rule_resource_name",
        RULE_SEVERITY = "severity",
        RESOURCE_ID = "resource_id",
        RESOURCE_TITLE = "resource_title",
    }
    truths {
        SECOND_FACTOR = "is_second_factor",
    }
    lists {
        SCOPES = "scope",
        CHALLENGE_METHODS = "login_challenge_method",
        NEW_VALUE = "new_value",
        RULE_NAME = "rule_name",
    }
}

/// Every path, in every record: an event's class and its key depend on its parameters.
const NEEDED: &[Leaf] = &{
    let mut all = [0; PATHS.len()];
    let mut at = 0;
    while at < all.len() {
        all[at] = at as Leaf;
        at += 1;
    }
    all
};

const NAMES: &[Leaf] = &[NAME, NAME_SINGLE, NAME_IN_S, NAME_IN_TABLE, NAME_IN_CLOUD_LOGGING, NAME_FLAT, NAME_S, NAME_OF_TABLE];
const TYPES: &[Leaf] = &[TYPE, TYPE_SINGLE, TYPE_IN_S, TYPE_IN_TABLE, TYPE_IN_CLOUD_LOGGING, TYPE_FLAT, TYPE_S, TYPE_OF_TABLE];
const QUALIFIERS: &[Leaf] =
    &[QUALIFIER, QUALIFIER_OLD, QUALIFIER_S, QUALIFIER_OF_TABLE, QUALIFIER_IN_CLOUD_LOGGING, QUALIFIER_FLAT, INSERT_ID];
const APPLICATIONS: &[Leaf] = &[APPLICATION, APPLICATION_S, APPLICATION_OF_TABLE];
const ACTOR_EMAILS: &[Leaf] = &[EMAIL, EMAIL_S, EMAIL_OF_TABLE, EMAIL_IN_CLOUD_LOGGING, EMAIL_FLAT];
const ADDRESSES: &[Leaf] = &[ADDRESS, ADDRESS_S, ADDRESS_OF_TABLE, ADDRESS_IN_CLOUD_LOGGING, ADDRESS_FLAT, ALERT_ADDRESS];
const CALLER_TYPES: &[Leaf] = &[CALLER_TYPE, CALLER_TYPE_S, CALLER_TYPE_OF_TABLE];
const CALLER_KEYS: &[Leaf] = &[CALLER_KEY, CALLER_KEY_S, CALLER_KEY_OF_TABLE];

pub const SOURCE: LogSource = LogSource {
    name: LogSourceName("google_workspace"),
    sigma: &[(None, "gcp", "google_workspace.admin"), (None, "gcp", "google_workspace.login")],
    marks: &["kind", "id", "kind_s", "id_applicationName_s", "IdApplicationName", "protoPayload", "unique_id", "alertId"],
    paths: PATHS,
    needed: NEEDED,
    operation: "events.name",
    operations: include_str!("operations.txt"),
    members: &[
        "kind",
        "id",
        "etag",
        "actor",
        "ownerDomain",
        "ipAddress",
        "networkInfo",
        "resourceDetails",
        "events",
        // Flattened by others.
        "event",
        "type",
        "name",
        "parameters",
        "email",
        "unique_id",
        "ip_address",
        "timestamp",
        // Tables of Microsoft Sentinel.
        "kind_s",
        "id_time_t",
        "id_time_s",
        "id_uniqueQualifier_s",
        "id_applicationName_s",
        "id_customerId_s",
        "etag_s",
        "actor_callerType_s",
        "actor_email_s",
        "actor_profileId_s",
        "actor_key_s",
        "ownerDomain_s",
        "ipAddress_s",
        "events_s",
        "event_name_s",
        "event_type_s",
        "TimeGenerated",
        "TenantId",
        "SourceSystem",
        "Type",
        "IdApplicationName",
        "EventId",
        "UserAadid",
        "ActorCallerType",
        "ActorEmail",
        "ActorProfileId",
        "ActorKey",
        "SrcIpAddr",
        "EventOriginalMessage",
        "EventMessage",
        "EventType",
        "Kind",
        "EventProduct",
        "EventVendor",
        // Cloud Logging.
        "protoPayload",
        "insertId",
        "resource",
        "severity",
        "logName",
        "receiveTimestamp",
        "labels",
        "operation",
        "trace",
        "spanId",
        // Alert Center.
        "alertId",
        "customerId",
        "createTime",
        "updateTime",
        "startTime",
        "endTime",
        "source",
        "data",
        "securityInvestigationToolLink",
        "deleted",
        "metadata",
    ],
    fields: table::FIELDS,
    kept: &[
        "actor.callerType",
        "actor_callerType_s",
        "ActorCallerType",
        "protoPayload.metadata.event.status.success",
        "protoPayload.status.code",
        "insertId",
        "events.type",
        "protoPayload.metadata.event.eventType",
        "event.type",
        "type",
        "events_s.type",
        "event_type_s",
        "EventOriginalMessage.type",
        "EventType",
    ],
    strings: &["events_s", "EventOriginalMessage", "scope_s", "login_challenge_method_s", "new_value_s", "rule_name_s"],
    events: &["events", "events_s", "EventOriginalMessage", "protoPayload.metadata.event"],
    fits,
    time: &[TIME, TIME_T, TIME_S, TIMESTAMP, UPDATED, CREATED, TIME_GENERATED],
    delivered: &[RECEIVED],
    derive,
    key,
    ..PLAIN
};

const ORIGINAL_UID: usize = column_at("metadata.original_event_uid");
const UID: usize = column_at("metadata.uid");
const LOGGED_TIME: usize = column_at("metadata.logged_time");
const EVENT_CODE: usize = column_at("metadata.event_code");
const LOG_NAME: usize = column_at("metadata.log_name");
const FEATURE: usize = column_at("metadata.product.feature.name");
const ACTIVITY_ID: usize = column_at("activity_id");
const ACTIVITY_NAME: usize = column_at("activity_name");
const STATUS_ID: usize = column_at("status_id");
const STATUS: usize = column_at("status");
const STATUS_CODE: usize = column_at("status_code");
const STATUS_DETAIL: usize = column_at("status_detail");
const OPERATION: usize = column_at("api.operation");
const SERVICE_NAME: usize = column_at("api.service.name");
const ACTOR_NAME: usize = column_at("actor.user.name");
const ACTOR_EMAIL: usize = column_at("actor.user.email_addr");
const ACTOR_UID: usize = column_at("actor.user.uid");
const ACTOR_TYPE_ID: usize = column_at("actor.user.type_id");
const ACTOR_TYPE: usize = column_at("actor.user.type");
const ACTOR_ACCOUNT: usize = column_at("actor.user.account.name");
const ACTOR_ACCOUNT_TYPE_ID: usize = column_at("actor.user.account.type_id");
const ACTOR_ACCOUNT_TYPE: usize = column_at("actor.user.account.type");
const ACTOR_SESSION: usize = column_at("actor.session.uid");
const ACTOR_APP: usize = column_at("actor.app_name");
const ACTOR_APP_UID: usize = column_at("actor.app_uid");
const SOURCE_IP: usize = column_at("src_endpoint.ip");
const SOURCE_SERVICE: usize = column_at("src_endpoint.svc_name");
const SOURCE_NETWORK: usize = column_at("src_endpoint.autonomous_system.number");
const AGENT: usize = column_at("http_request.user_agent");

/// An item of the Reports API in one of its shapes, an entry of Cloud Logging about Workspace, or an alert.
fn fits(record: &Record) -> bool {
    let has = |path| record.kind(path) == JsonKind::Text;
    let activity = |path| record.text(path).is_some_and(|kind| matches!(&*kind, "admin#reports#activity" | "audit#activity"));
    if is_in_cloud_logging(record) {
        return true;
    }
    activity(KIND)
        || activity(KIND_S)
        || (has(APPLICATION) && record.kind(KIND) == JsonKind::Missing)
        || has(APPLICATION_S)
        || (has(APPLICATION_OF_TABLE) && (has(NAME_OF_TABLE) || has(NAME_IN_TABLE)))
        || (has(QUALIFIER_FLAT) && has(NAME_FLAT) && has(EMAIL_FLAT) && has(TIMESTAMP))
        || (has(ALERT_ID) && has(CUSTOMER) && has(CREATED))
}

/// What the log source of Google Cloud's audit log leaves alone.
fn is_in_cloud_logging(record: &Record) -> bool {
    record.text(SERVICE).is_some_and(|service| matches!(&*service, "admin.googleapis.com" | "login.googleapis.com"))
        || record.text(METADATA_TYPE).is_some_and(|kind| kind.ends_with("ActivityProto"))
}

/// The first of several paths that has a text; of a record of several events, a table's columns say what the last of them was.
fn of_event<'a>(record: &Record<'a>, paths: &[Leaf]) -> Option<Cow<'a, str>> {
    let columns = if record.part().is_some() { 3 } else { 0 };
    record.first(&paths[..paths.len() - columns])
}

fn name<'a>(record: &Record<'a>) -> Option<Cow<'a, str>> {
    // Of an alert, its type is its name.
    let fallback = || if record.text(ALERT_ID).is_some() { record.text(TYPE_FLAT) } else { record.text(METHOD) };
    of_event(record, NAMES).or_else(fallback)
}

/// The application of the Reports API. Cloud Logging has those about accounts under one service.
fn application<'a>(record: &Record<'a>, kind: &str) -> Option<Cow<'a, str>> {
    if record.text(ALERT_ID).is_some() {
        return Some("alerts".into());
    }
    let accounts =
        ["2sv_change", "password_change", "recovery_info_change", "titanium_change", "email_forwarding_change", "passkey_change"];
    match (record.first(APPLICATIONS), record.text(SERVICE)) {
        (Some(application), _) => Some(application),
        (None, Some(service)) if service == "login.googleapis.com" && accounts.contains(&kind) => Some("user_accounts".into()),
        (None, Some(Cow::Borrowed(service))) => Some(service.strip_suffix(".googleapis.com").unwrap_or(service).into()),
        (None, Some(service)) => Some(service),
        (None, None) if matches!(kind, "access" | "acl_change") => Some("drive".into()),
        (None, None) => None,
    }
}

/// The provider's id is unique with application and time. Cloud Logging has no customer, so the actor stands for him. Shapes without a list
/// of events lack the event's number: its name and its parameters tell it from others of the same record.
fn key(record: &Record, out: &mut Vec<u8>) -> bool {
    let kind = of_event(record, TYPES).unwrap_or_default();
    let is_alert = record.text(ALERT_ID).is_some();
    let id = if is_alert { record.text(ALERT_ID) } else { record.first(QUALIFIERS) };
    let time = SOURCE.time.iter().find_map(|path| record.time(*path)).unwrap_or_default();
    out.extend_from_slice(SOURCE.name.0.as_bytes());
    let actor = record.first(ACTOR_EMAILS).or_else(|| record.first(CALLER_KEYS));
    // What people do to their own accounts is in both of these applications.
    let application =
        application(record, &kind).map(|application| if application == "user_accounts" { "login".into() } else { application });
    for text in [application, id.clone(), name(record), actor] {
        out.push(0);
        out.extend_from_slice(text.unwrap_or_default().as_bytes());
    }
    out.push(0);
    out.extend_from_slice(&time.to_le_bytes());
    for parameter in PARAMETERS {
        out.push(0);
        for text in parameter.scalars(record) {
            out.push(1);
            out.extend_from_slice(text.as_bytes());
        }
    }
    if is_alert {
        out.extend_from_slice(record.text(ALERT_STATUS).unwrap_or_default().as_bytes());
    }
    id.is_some()
}

/// What stands for the name of an event that has none.
const UNNAMED: &str = "Unknown";

fn derive(record: &Record, row: &mut Row) -> Class {
    let kind = of_event(record, TYPES).unwrap_or_default();
    let application = application(record, &kind).unwrap_or_default();
    let name = name(record).unwrap_or(Cow::Borrowed(UNNAMED));
    let (class, activity) = route::route(&application, &kind, &name, record);
    let activity = if name == UNNAMED { 0 } else { activity };

    row.text(EVENT_CODE, record, &name);
    row.text(LOG_NAME, record, &application);
    row.text(FEATURE, record, &application);
    if let (Some(part), Some(id)) = (record.part(), record.first(QUALIFIERS)) {
        row.text(UID, record, &format!("{id}#{part}"));
    }
    if let Some(time) = record.time(RECEIVED) {
        row.number(LOGGED_TIME, time);
    }
    row.number(ACTIVITY_ID, activity.into());
    if activity == 99 {
        row.text(ACTIVITY_NAME, record, &name);
    }
    if class == Class::ApiActivity {
        row.text(OPERATION, record, &name);
        let service = API_NAME.text(record).filter(|_| application == "token");
        row.text(SERVICE_NAME, record, service.as_deref().unwrap_or(&application));
    }
    if class != Class::DetectionFinding {
        outcome(&name, record, row);
    }
    actor(record, row);
    source(record, row);
    target::fill(class, &application, &kind, &name, record, row);
    class
}

/// Events have no outcome of their own: their names say it.
fn outcome(name: &str, record: &Record, row: &mut Row) {
    let challenge = CHALLENGE_STATUS.text(record);
    let says = |text: &str, words: &[&str]| {
        let text = text.to_ascii_lowercase();
        words.iter().any(|word| text.contains(word))
    };
    let failed = says(name, &["failure", "failed", "access_deny", "_blocked"]) && !says(name, &["monitor_mode"])
        || challenge.as_deref().is_some_and(|status| says(status, &["fail", "incorrect", "denied"]))
        || record.truth(SUCCEEDED) == Some(false)
        || record.number(STATUS_NUMBER).is_some_and(|code| code != 0);
    row.number(STATUS_ID, if failed { 2 } else { 1 });
    row.constant(STATUS, if failed { "Failure" } else { "Success" });
    if let Some(code) = SAML_STATUS.text(record).or_else(|| record.scalar(STATUS_NUMBER)) {
        row.text(STATUS_CODE, record, &code);
    }
    if let Some(detail) =
        LOGIN_FAILURE.text(record).or_else(|| SAML_FAILURE.text(record)).or(challenge).or_else(|| record.text(STATUS_MESSAGE))
    {
        row.text(STATUS_DETAIL, record, &detail);
    }
}

/// Who did it: a person, or a program with a key.
fn actor(record: &Record, row: &mut Row) {
    let email = record.first(ACTOR_EMAILS);
    let key = record.first(CALLER_KEYS);
    let caller = record.first(CALLER_TYPES);
    let is_service = email.as_deref().is_some_and(is_service);
    match caller.as_deref() {
        Some("KEY") => typed(row, 4, "Service"),
        _ if is_service => typed(row, 4, "Service"),
        None | Some("USER") if email.is_some() || row.is_set(ACTOR_UID) => typed(row, 1, "User"),
        None | Some("USER") => typed(row, 0, "Unknown"),
        Some(other) => {
            row.number(ACTOR_TYPE_ID, 99);
            row.text(ACTOR_TYPE, record, other);
        }
    }
    match email.as_deref().or(key.as_deref()) {
        Some(name) => row.text(ACTOR_NAME, record, name),
        None if row.is_set(ACTOR_UID) => {}
        None => row.constant(ACTOR_NAME, "Unknown"),
    }
    if let Some(email) = email.as_deref().filter(|email| is_email(email)) {
        row.text(ACTOR_EMAIL, record, email);
        if !is_service {
            row.text(ACTOR_ACCOUNT, record, email);
            row.number(ACTOR_ACCOUNT_TYPE_ID, 15);
            row.constant(ACTOR_ACCOUNT_TYPE, "Google Workspace");
        }
    }
    if let Some(app) = record.text(APP_NAME).or_else(|| CLIENT_NAME.text(record)).or(key) {
        row.text(ACTOR_APP, record, &app);
    }
    if let Some(client) = record.scalar(APP_CLIENT).or_else(|| CLIENT_ID.text(record)) {
        row.text(ACTOR_APP_UID, record, &client);
    }
    if let Some(session) = DEVICE_SESSION.text(record) {
        row.text(ACTOR_SESSION, record, &session);
    }
}

/// An address of Google Cloud's for a program.
fn is_service(email: &str) -> bool {
    email.ends_with(".gserviceaccount.com")
}

fn typed(row: &mut Row, id: i64, caption: &'static str) {
    row.number(ACTOR_TYPE_ID, id);
    row.constant(ACTOR_TYPE, caption);
}

/// Where it came from. What Google does itself, and what comes through its own servers, has no address.
fn source(record: &Record, row: &mut Row) {
    let address = record.first(ADDRESSES);
    match address.as_deref().and_then(shared::address) {
        Some(address) => row.text(SOURCE_IP, record, address),
        None => row.constant(SOURCE_SERVICE, "Google Workspace"),
    }
    if let Some(number) = record.number(NETWORK) {
        row.number(SOURCE_NETWORK, number);
    }
    if let Some(agent) = record.text(AGENT_IN_CLOUD_LOGGING).or_else(|| USER_AGENT.text(record)).or_else(|| record.text(AGENT_OF_TABLE)) {
        row.text(AGENT, record, &agent);
    }
}
