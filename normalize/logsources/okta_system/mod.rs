//! Okta System Log: sign-ins, sessions, changes of users, groups, applications and policies, and what Okta holds for a threat. Reads
//! the API's objects, hooks and streams, and rows that Log Analytics flattened. Which class an event type is: `route.rs`; whom and
//! what it is about: `target.rs`. Does not know the org that a record comes from: no record says it.

use std::borrow::Cow;

use event::ocsf::{Class, column_at};
use event::{JsonKind, LogSourceName, Profile};

use crate::logsource::{LogSource, PLAIN};
use crate::logsources::paths;
use crate::logsources::shared::{is_address, is_email};
use crate::record::{Cell, Record, Row};
use crate::trie::Leaf;

mod fields;
mod finding;
mod route;
mod sign_in;
mod target;

paths! {
    UUID = "uuid",
    FLAT_UUID = "uuid_g",
    PUBLISHED = "published",
    FLAT_PUBLISHED = "published_t",
    EVENT_TYPE = "eventType",
    FLAT_EVENT_TYPE = "eventType_s",
    LEGACY_TYPE = "legacyEventType",
    MESSAGE = "displayMessage",
    FLAT_MESSAGE = "displayMessage_s",
    SEVERITY = "severity",
    FLAT_SEVERITY = "severity_s",
    RESULT = "outcome.result",
    FLAT_RESULT = "outcome_result_s",
    TRANSACTION = "transaction.id",
    FLAT_TRANSACTION = "transaction_id_s",
    API_TOKEN = "transaction.detail.requestApiTokenId",
    FLAT_API_TOKEN = "transaction_detail_requestApiTokenId_s",
    ACTOR_ID = "actor.id",
    FLAT_ACTOR_ID = "actor_id_s",
    ACTOR_TYPE = "actor.type",
    FLAT_ACTOR_TYPE = "actor_type_s",
    ACTOR_LOGIN = "actor.alternateId",
    FLAT_ACTOR_LOGIN = "actor_alternateId_s",
    ACTOR_NAME = "actor.displayName",
    FLAT_ACTOR_NAME = "actor_displayName_s",
    ADDRESS = "client.ipAddress",
    FLAT_ADDRESS = "client_ipAddress_s",
    CHAIN = "request.ipChain.ip",
    HOOK_CHAIN = "client.ipChain.ip",
    FLAT_CHAIN = "request_ipChain_s.ip",
    CITY = "client.geographicalContext.city",
    FLAT_CITY = "client_geographicalContext_city_s",
    COUNTRY = "client.geographicalContext.country",
    FLAT_COUNTRY = "client_geographicalContext_country_s",
    LATITUDE = "client.geographicalContext.geolocation.lat",
    FLAT_LATITUDE = "client_geographicalContext_geolocation_lat_d",
    LONGITUDE = "client.geographicalContext.geolocation.lon",
    FLAT_LONGITUDE = "client_geographicalContext_geolocation_lon_d",
    AS_NUMBER = "securityContext.asNumber",
    FLAT_AS_NUMBER = "securityContext_asNumber_d",
    AS_NAME = "securityContext.asOrg",
    FLAT_AS_NAME = "securityContext_asOrg_s",
    ISP = "securityContext.isp",
    FLAT_ISP = "securityContext_isp_s",
    DOMAIN = "securityContext.domain",
    FLAT_DOMAIN = "securityContext_domain_s",
    AGENT = "client.userAgent.rawUserAgent",
    FLAT_AGENT = "client_userAgent_rawUserAgent_s",
    CLIENT_KIND = "client.device",
    FLAT_CLIENT_KIND = "client_device_s",
    DEVICE_ID = "device.id",
    DEVICE_NAME = "device.name",
    DEVICE_OS = "device.os_platform",
    DEVICE_MANAGED = "device.managed",
    SESSION = "authenticationContext.externalSessionId",
    FLAT_SESSION = "authenticationContext_externalSessionId_s",
    ROOT_SESSION = "authenticationContext.rootSessionId",
    FLAT_ROOT_SESSION = "authenticationContext_rootSessionId_s",
    CREDENTIAL_TYPE = "authenticationContext.credentialType",
    FLAT_CREDENTIAL_TYPE = "authenticationContext_credentialType_s",
    CREDENTIAL_PROVIDER = "authenticationContext.credentialProvider",
    FLAT_CREDENTIAL_PROVIDER = "authenticationContext_credentialProvider_s",
    FACTOR = "debugContext.debugData.factor",
    FLAT_FACTOR = "debugContext_debugData_factor_s",
    SIGN_ON_MODE = "debugContext.debugData.signOnMode",
    FLAT_SIGN_ON_MODE = "debugContext_debugData_signOnMode_s",
    TARGET_SIGN_ON_MODE = "target.detailEntry.signOnModeType",
    FLAT_TARGET_SIGN_ON_MODE = "target_s.detailEntry.signOnModeType",
    TARGET_METHOD = "target.detailEntry.methodTypeUsed",
    FLAT_TARGET_METHOD = "target_s.detailEntry.methodTypeUsed",
    PRIVILEGE = "debugContext.debugData.privilegeGranted",
    FLAT_PRIVILEGE = "debugContext_debugData_privilegeGranted_s",
    PRIVILEGE_REVOKED = "debugContext.debugData.privilegeRevoked",
    RISK = "debugContext.debugData.risk",
    FLAT_RISK = "debugContext_debugData_risk_s",
    RISK_LEVEL = "debugContext.debugData.risk.level",
    SECURITY_DATA = "debugContext.debugData.logOnlySecurityData",
    FLAT_SECURITY_DATA = "debugContext_debugData_logOnlySecurityData_s",
    SECURITY_DATA_LEVEL = "debugContext.debugData.logOnlySecurityData.risk.level",
    DEBUG_DATA = "debugContext.debugData",
    TARGET_ID = "target.id",
    FLAT_TARGET_ID = "target_s.id",
    TARGET_TYPE = "target.type",
    FLAT_TARGET_TYPE = "target_s.type",
    TARGET_LOGIN = "target.alternateId",
    FLAT_TARGET_LOGIN = "target_s.alternateId",
    TARGET_NAME = "target.displayName",
    FLAT_TARGET_NAME = "target_s.displayName",
    INGESTED = "TimeGenerated",
}

pub const SOURCE: LogSource = LogSource {
    name: LogSourceName("okta_system"),
    sigma: &[(None, "okta", "okta")],
    marks: &["eventType", "eventType_s"],
    paths: PATHS,
    needed: &[
        UUID,
        FLAT_UUID,
        EVENT_TYPE,
        FLAT_EVENT_TYPE,
        LEGACY_TYPE,
        MESSAGE,
        FLAT_MESSAGE,
        RESULT,
        FLAT_RESULT,
        ACTOR_ID,
        FLAT_ACTOR_ID,
        ACTOR_TYPE,
        FLAT_ACTOR_TYPE,
        ACTOR_LOGIN,
        FLAT_ACTOR_LOGIN,
        ACTOR_NAME,
        FLAT_ACTOR_NAME,
        ADDRESS,
        FLAT_ADDRESS,
        PRIVILEGE,
        FLAT_PRIVILEGE,
        PRIVILEGE_REVOKED,
        TARGET_ID,
        FLAT_TARGET_ID,
        TARGET_TYPE,
        FLAT_TARGET_TYPE,
        TARGET_LOGIN,
        FLAT_TARGET_LOGIN,
        TARGET_NAME,
        FLAT_TARGET_NAME,
    ],
    operation: "eventType",
    operations: include_str!("operations.txt"),
    members: fields::MEMBERS,
    fields: fields::FIELDS,
    kept: &[
        "actor.type",
        "actor_type_s",
        "client.device",
        "client_device_s",
        "authenticationContext.credentialType",
        "authenticationContext_credentialType_s",
        "debugContext.debugData",
        "debugContext.debugData.factor",
        "debugContext_debugData_factor_s",
        "debugContext.debugData.signOnMode",
        "debugContext_debugData_signOnMode_s",
        "debugContext.debugData.risk",
        "debugContext_debugData_risk_s",
        "debugContext.debugData.logOnlySecurityData",
        "debugContext_debugData_logOnlySecurityData_s",
        "debugContext.debugData.privilegeGranted",
        "debugContext.debugData.privilegeRevoked",
        "target_s",
        "request_ipChain_s",
    ],
    strings: &["target_s", "request_ipChain_s"],
    fits,
    time: &[PUBLISHED, FLAT_PUBLISHED],
    delivered: &[INGESTED],
    derive,
    key,
    ..PLAIN
};

const CORRELATION: usize = column_at("metadata.correlation_uid");
const STATUS_ID: usize = column_at("status_id");
const STATUS: usize = column_at("status");
const SEVERITY_ID: usize = column_at("severity_id");
const SEVERITY_CAPTION: usize = column_at("severity");
const ACTIVITY_ID: usize = column_at("activity_id");
const ACTIVITY_NAME: usize = column_at("activity_name");
const OPERATION: usize = column_at("api.operation");
const SERVICE: usize = column_at("api.service.name");
const CREDENTIALS: usize = column_at("actor.user.programmatic_credentials[].uid");
const ACTOR_SESSION: usize = column_at("actor.session.uid");
const ACTOR_ROOT_SESSION: usize = column_at("actor.session.uid_alt");
const SOURCE_IP: usize = column_at("src_endpoint.ip");
const SOURCE_NAME: usize = column_at("src_endpoint.name");
const SOURCE_SERVICE: usize = column_at("src_endpoint.svc_name");
const SOURCE_DOMAIN: usize = column_at("src_endpoint.domain");
const SOURCE_ISP: usize = column_at("src_endpoint.isp");
const SOURCE_AS: usize = column_at("src_endpoint.autonomous_system.number");
const SOURCE_AS_NAME: usize = column_at("src_endpoint.autonomous_system.name");
const SOURCE_CITY: usize = column_at("src_endpoint.location.city");
const SOURCE_REGION: usize = column_at("src_endpoint.location.region");
const SOURCE_COUNTRY: usize = column_at("src_endpoint.location.country");
const SOURCE_LATITUDE: usize = column_at("src_endpoint.location.lat");
const SOURCE_LONGITUDE: usize = column_at("src_endpoint.location.long");
const DEVICE_TYPE_ID: usize = column_at("device.type_id");
const DEVICE_TYPE: usize = column_at("device.type");
const DEVICE_OS_NAME: usize = column_at("device.os.name");
const DEVICE_OS_ID: usize = column_at("device.os.type_id");
const DEVICE_OS_TYPE: usize = column_at("device.os.type");
const DEVICE_IS_MANAGED: usize = column_at("device.is_managed");
const ACTION_ID: usize = column_at("action_id");
const ACTION: usize = column_at("action");
const DISPOSITION_ID: usize = column_at("disposition_id");
const DISPOSITION: usize = column_at("disposition");
const RISK_ID: usize = column_at("risk_level_id");
const RISK_CAPTION: usize = column_at("risk_level");

/// An id and its caption, by Okta's word.
type Words = &'static [(&'static str, i64, &'static str)];

const RESULTS: Words =
    &[("SUCCESS", 1, "Success"), ("ALLOW", 1, "Success"), ("FAILURE", 2, "Failure"), ("DENY", 2, "Failure"), ("UNKNOWN", 0, "Unknown")];
const SEVERITIES: Words = &[("DEBUG", 1, "Informational"), ("INFO", 1, "Informational"), ("WARN", 3, "Medium"), ("ERROR", 4, "High")];
const DEVICES: Words = &[("Mobile", 5, "Mobile"), ("Tablet", 4, "Tablet"), ("Unknown", 0, "Unknown")];
const SYSTEMS: Words =
    &[("WINDOWS", 100, "Windows"), ("ANDROID", 201, "Android"), ("OSX", 300, "macOS"), ("MACOS", 300, "macOS"), ("IOS", 301, "iOS")];
const RISKS: Words = &[("LOW", 1, "Low"), ("MEDIUM", 2, "Medium"), ("HIGH", 3, "High")];

/// A hook's envelope has an `eventType`, too; CloudTrail's records have one that is no event of Okta's.
fn fits(record: &Record) -> bool {
    let has = |path: &&Leaf| !matches!(record.kind(**path), JsonKind::Missing | JsonKind::Null);
    if has(&&FLAT_EVENT_TYPE) {
        return [FLAT_UUID, FLAT_PUBLISHED, FLAT_ACTOR_ID, FLAT_RESULT].iter().filter(has).count() >= 2;
    }
    record.text(EVENT_TYPE).is_some_and(|kind| kind.contains('.') && !kind.starts_with("com.okta."))
        && [UUID, PUBLISHED, ACTOR_ID, MESSAGE, LEGACY_TYPE, RESULT].iter().filter(has).count() >= 2
}

/// `uuid` is unique; the rest keeps apart what was written by hand.
fn key(record: &Record, out: &mut Vec<u8>) -> bool {
    let id = record.first(&[UUID, FLAT_UUID]);
    out.extend_from_slice(SOURCE.name.0.as_bytes());
    out.push(0);
    out.extend_from_slice(id.as_deref().unwrap_or_default().as_bytes());
    out.push(0);
    if let Some(time) = record.time(PUBLISHED).or_else(|| record.time(FLAT_PUBLISHED)) {
        out.extend_from_slice(&time.to_le_bytes());
    }
    for paths in [[EVENT_TYPE, FLAT_EVENT_TYPE], [ACTOR_ID, FLAT_ACTOR_ID], [ADDRESS, FLAT_ADDRESS], [RESULT, FLAT_RESULT]] {
        out.push(0);
        // A hook writes `Success`.
        out.extend_from_slice(record.first(&paths).unwrap_or_default().to_ascii_lowercase().as_bytes());
    }
    id.is_some()
}

/// The first of several paths that has a text; Okta writes `unknown` where it has none, and Log Analytics `null`.
fn known<'a>(record: &Record<'a>, paths: &[Leaf]) -> Option<Cow<'a, str>> {
    let is_known = |text: &Cow<str>| !text.eq_ignore_ascii_case("unknown") && !text.eq_ignore_ascii_case("null");
    paths.iter().find_map(|path| record.scalar(*path).filter(is_known))
}

/// A session's id. A request without a session has one of its own, which no other event shows.
fn session<'a>(record: &Record<'a>, paths: &[Leaf]) -> Option<Cow<'a, str>> {
    known(record, paths).filter(|id| !id.starts_with("trs"))
}

/// Writes the id and the caption of a word; other words are 99.
fn word(record: &Record, row: &mut Row, words: Words, word: &str, [id, caption]: [usize; 2]) {
    match words.iter().find(|(theirs, ..)| theirs.eq_ignore_ascii_case(word)) {
        Some((_, number, text)) => {
            row.number(id, *number);
            row.constant(caption, text);
        }
        None => {
            row.number(id, 99);
            row.text(caption, record, word);
        }
    }
}

fn derive(record: &Record, row: &mut Row) -> Class {
    let kind = record.first(&[EVENT_TYPE, FLAT_EVENT_TYPE]).unwrap_or_default();
    let about = target::About::of(record, &kind);
    let (mut class, mut activity) = route::route(&kind);
    if !about.has_what_it_needs(class, record) {
        (class, activity) = (Class::ApiActivity, route::by_word(Class::ApiActivity, &kind));
    }
    row.number(ACTIVITY_ID, activity);
    if activity == 99 {
        row.text(ACTIVITY_NAME, record, &kind);
    }
    if let Some(id) = known(record, &[TRANSACTION, FLAT_TRANSACTION]) {
        row.text(CORRELATION, record, &id);
    }
    if class == Class::ApiActivity {
        row.text(OPERATION, record, &kind);
        row.constant(SERVICE, "Okta");
    }
    let severity = record.first(&[SEVERITY, FLAT_SEVERITY]);
    if let Some((_, id, caption)) = SEVERITIES.iter().find(|(word, ..)| severity.as_deref().is_some_and(|s| s.eq_ignore_ascii_case(word))) {
        row.number(SEVERITY_ID, *id);
        row.constant(SEVERITY_CAPTION, caption);
    }
    outcome(class, record, row);
    actor(class, &about, record, row);
    source(class, &about, record, row);
    device(record, row);
    risk(class, record, row);
    about.fill(class, record, row);
    match class {
        Class::Authentication => sign_in::fill(&kind, record, row),
        Class::DetectionFinding => finding::fill(&kind, &about, record, row),
        _ => {}
    }
    class
}

fn outcome(class: Class, record: &Record, row: &mut Row) {
    let result = record.first(&[RESULT, FLAT_RESULT]);
    if class == Class::DetectionFinding {
        row.number(STATUS_ID, 1);
        row.constant(STATUS, "New");
    } else {
        word(record, row, RESULTS, result.as_deref().unwrap_or("UNKNOWN"), [STATUS_ID, STATUS]);
    }
    let is = |word: &str| result.as_deref().is_some_and(|result| result.eq_ignore_ascii_case(word));
    let action = match () {
        () if is("ALLOW") => Some((1, "Allowed", 1, "Allowed")),
        () if is("DENY") || (is("FAILURE") && class == Class::Authentication) => Some((2, "Denied", 2, "Blocked")),
        () if is("CHALLENGE") => Some((3, "Observed", 23, "Challenge")),
        () => None,
    };
    if let Some((action, caption, disposition, disposed)) = action {
        row.profile(Profile::SecurityControl);
        row.number(ACTION_ID, action);
        row.constant(ACTION, caption);
        row.number(DISPOSITION_ID, disposition);
        row.constant(DISPOSITION, disposed);
    }
}

/// Who acted, in which session and with which token.
fn actor(class: Class, about: &target::About, record: &Record, row: &mut Row) {
    match &about.actor {
        Some(actor) => actor.write(&target::ACTOR, record, row),
        // API Activity needs one, and a session is one.
        None if class == Class::ApiActivity => row.constant(target::ACTOR.name, "Unknown"),
        None => {}
    }
    if row.wants_list(CREDENTIALS)
        && let Some(token) = record.first(&[API_TOKEN, FLAT_API_TOKEN])
        && about.actor.is_some()
    {
        let cell = row.cell(record, &token);
        row.item(&[(CREDENTIALS, cell)]);
    }
    for (column, paths) in [(ACTOR_SESSION, [SESSION, FLAT_SESSION]), (ACTOR_ROOT_SESSION, [ROOT_SESSION, FLAT_ROOT_SESSION])] {
        match session(record, &paths) {
            Some(id) => row.text(column, record, &id),
            None => paths.into_iter().for_each(|path| row.leave(path)),
        }
    }
}

/// The client's address; that of a job is nowhere, and of a threat it may be the actor.
fn address<'a>(about: &target::About<'a>, record: &Record<'a>) -> Option<Cow<'a, str>> {
    let listed = || [CHAIN, HOOK_CHAIN, FLAT_CHAIN].into_iter().find_map(|path| record.scalar(path));
    let found = known(record, &[ADDRESS, FLAT_ADDRESS]).or_else(listed).or_else(|| about.address.clone());
    found.filter(|text| is_address(text))
}

fn source(class: Class, about: &target::About, record: &Record, row: &mut Row) {
    if let Some(address) = address(about, record) {
        row.text(SOURCE_IP, record, &address);
    }
    if let Some(domain) = known(record, &[DOMAIN, FLAT_DOMAIN]).filter(|domain| &**domain != ".") {
        row.text(SOURCE_DOMAIN, record, &domain);
    }
    if let Some(number) = as_number(record) {
        row.number(SOURCE_AS, number);
    }
    if [SOURCE_CITY, SOURCE_REGION, SOURCE_COUNTRY].into_iter().any(|column| row.is_set(column)) {
        for (column, paths) in [(SOURCE_LATITUDE, [LATITUDE, FLAT_LATITUDE]), (SOURCE_LONGITUDE, [LONGITUDE, FLAT_LONGITUDE])] {
            if let Some(degrees) = paths.into_iter().find_map(|path| record.float(path)) {
                row.float(column, degrees);
            }
        }
    }
    let named = [SOURCE_IP, SOURCE_DOMAIN].into_iter().any(|column| row.is_set(column));
    let partly =
        [SOURCE_CITY, SOURCE_REGION, SOURCE_COUNTRY, SOURCE_AS, SOURCE_AS_NAME, SOURCE_ISP].into_iter().any(|column| row.is_set(column));
    if !named && !partly && about.is_system() {
        row.constant(SOURCE_SERVICE, "Okta");
    } else if !named && (partly || class == Class::ApiActivity) {
        row.constant(SOURCE_NAME, "Unknown");
    }
}

fn as_number(record: &Record) -> Option<i64> {
    [AS_NUMBER, FLAT_AS_NUMBER].into_iter().find_map(|path| record.number(path)).filter(|number| (0..=i64::from(i32::MAX)).contains(number))
}

/// The device that Okta knows, where it does: an object of its own, beside the client's kind.
fn device(record: &Record, row: &mut Row) {
    if record.scalar(DEVICE_ID).or_else(|| record.scalar(DEVICE_NAME)).is_none() {
        return row.unset(DEVICE_OS_NAME);
    }
    row.profile(Profile::Host);
    let kind = record.first(&[CLIENT_KIND, FLAT_CLIENT_KIND]);
    word(record, row, DEVICES, kind.as_deref().unwrap_or("Unknown"), [DEVICE_TYPE_ID, DEVICE_TYPE]);
    if let Some(system) = record.scalar(DEVICE_OS) {
        word(record, row, SYSTEMS, &system, [DEVICE_OS_ID, DEVICE_OS_TYPE]);
    }
    if let Some(managed) = record.truth(DEVICE_MANAGED) {
        row.truth(DEVICE_IS_MANAGED, managed);
    }
}

/// What the risk engine said: `{reasons=Anomalous Device, level=MEDIUM}`, JSON within a string, or an object, by shape.
fn risk(class: Class, record: &Record, row: &mut Row) {
    if !row.wants(RISK_ID) && !row.wants(RISK_CAPTION) {
        return;
    }
    let in_text = |path: &Leaf| {
        let text = record.text(*path)?;
        let (_, rest) = text.split_once("level=").or_else(|| text.split_once("\"level\":\""))?;
        Some(rest.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default().to_owned())
    };
    let level = record
        .first(&[RISK_LEVEL, SECURITY_DATA_LEVEL])
        .map(Cow::into_owned)
        .or_else(|| [RISK, FLAT_RISK, SECURITY_DATA, FLAT_SECURITY_DATA].iter().find_map(in_text));
    let Some((_, id, caption)) = level.and_then(|level| RISKS.iter().find(|(word, ..)| word.eq_ignore_ascii_case(&level))) else {
        return;
    };
    if class != Class::DetectionFinding {
        row.profile(Profile::SecurityControl);
    }
    row.number(RISK_ID, *id);
    row.constant(RISK_CAPTION, caption);
}
