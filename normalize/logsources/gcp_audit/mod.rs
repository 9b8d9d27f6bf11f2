//! Google Cloud Audit Logs: who called which API of Google Cloud. Reads entries of Cloud Logging as sinks, `entries.list` and BigQuery write
//! them. Does not know the audit records of Google Workspace that come the same way, nor entries that are no audit log.

use event::ocsf::{Class, column_at};
use event::{JsonKind, LogSourceName, Profile};

use crate::logsource::{LogSource, PLAIN};
use crate::logsources::{paths, shared};
use crate::record::{Record, Row};

mod fields;
mod identity;
mod route;
mod spelling;
mod target;

paths! {
    TYPE = "protoPayload.@type",
    SERVICE = "protoPayload.serviceName",
    METHOD = "protoPayload.methodName",
    RESOURCE = "protoPayload.resourceName",
    EMAIL = "protoPayload.authenticationInfo.principalEmail",
    SUBJECT = "protoPayload.authenticationInfo.principalSubject",
    KEY_NAME = "protoPayload.authenticationInfo.serviceAccountKeyName",
    DELEGATE_SUBJECT = "protoPayload.authenticationInfo.serviceAccountDelegationInfo.principalSubject",
    DELEGATE_EMAIL = "protoPayload.authenticationInfo.serviceAccountDelegationInfo.firstPartyPrincipal.principalEmail",
    CLIENT = "protoPayload.authenticationInfo.oauthInfo.oauthClientId",
    PERMISSION = "protoPayload.authorizationInfo.permission",
    GRANTED = "protoPayload.authorizationInfo.granted",
    CHECKED_NAME = "protoPayload.authorizationInfo.resourceAttributes.name",
    CHECKED_TYPE = "protoPayload.authorizationInfo.resourceAttributes.type",
    ADDRESS = "protoPayload.requestMetadata.callerIp",
    REQUESTED = "protoPayload.requestMetadata.requestAttributes.time",
    REQUEST_ID = "protoPayload.requestMetadata.requestAttributes.id",
    STATUS_CODE = "protoPayload.status.code",
    STATUS_MESSAGE = "protoPayload.status.message",
    REQUEST = "protoPayload.request",
    REQUEST_NAME = "protoPayload.request.name",
    REQUEST_ACCOUNT = "protoPayload.request.account_id",
    REQUEST_ACCOUNT_CAMEL = "protoPayload.request.accountId",
    RESPONSE_NAME = "protoPayload.response.name",
    RESPONSE_EMAIL = "protoPayload.response.email",
    RESPONSE_ID = "protoPayload.response.unique_id",
    RESPONSE_ID_CAMEL = "protoPayload.response.uniqueId",
    METADATA_TYPE = "protoPayload.metadata.@type",
    MAPPED = "protoPayload.metadata.mapped_principal",
    MAPPED_CAMEL = "protoPayload.metadata.mappedPrincipal",
    PERIMETER = "protoPayload.metadata.securityPolicyInfo.servicePerimeterName",
    DRY_RUN = "protoPayload.metadata.dryRun",
    CONSTRAINT = "protoPayload.policyViolationInfo.orgPolicyViolationInfo.violationInfo.constraint",
    DELTA = "protoPayload.serviceData.policyDelta.bindingDeltas",
    DELTA_MEMBER = "protoPayload.serviceData.policyDelta.bindingDeltas.member",
    LOCATION = "protoPayload.resourceLocation.currentLocations",
    INSERT_ID = "insertId",
    LOG_NAME = "logName",
    TIMESTAMP = "timestamp",
    RECEIVED = "receiveTimestamp",
    SEVERITY = "severity",
    OPERATION_ID = "operation.id",
    OPERATION_FIRST = "operation.first",
    OPERATION_LAST = "operation.last",
    RESOURCE_TYPE = "resource.type",
    LABEL_PROJECT = "resource.labels.project_id",
    LABEL_ORGANIZATION = "resource.labels.organization_id",
    LABEL_ZONE = "resource.labels.zone",
    LABEL_REGION = "resource.labels.region",
    LABEL_LOCATION = "resource.labels.location",
    LABEL_EMAIL = "resource.labels.email_id",
    LABEL_UNIQUE = "resource.labels.unique_id",
    LABEL_INSTANCE = "resource.labels.instance_id",
    LABEL_DISK = "resource.labels.disk_id",
    LABEL_IMAGE = "resource.labels.image_id",
    LABEL_NETWORK = "resource.labels.network_id",
    LABEL_SUBNETWORK = "resource.labels.subnetwork_id",
    LABEL_FIREWALL = "resource.labels.firewall_rule_id",
    LABEL_TEMPLATE = "resource.labels.instance_template_id",
}

pub const SOURCE: LogSource = LogSource {
    name: LogSourceName("gcp_audit"),
    sigma: &[(None, "gcp", "gcp.audit")],
    marks: &["protoPayload", "proto_payload", "protopayload_auditlog"],
    paths: PATHS,
    needed: &[
        TYPE,
        SERVICE,
        METHOD,
        RESOURCE,
        EMAIL,
        SUBJECT,
        ADDRESS,
        STATUS_CODE,
        STATUS_MESSAGE,
        METADATA_TYPE,
        MAPPED,
        MAPPED_CAMEL,
        INSERT_ID,
        LOG_NAME,
        OPERATION_FIRST,
        OPERATION_LAST,
        REQUEST_NAME,
        REQUEST_ACCOUNT,
        REQUEST_ACCOUNT_CAMEL,
        RESPONSE_NAME,
        RESPONSE_EMAIL,
        DELTA_MEMBER,
        LABEL_EMAIL,
    ],
    operation: "protoPayload.methodName",
    operations: include_str!("operations.txt"),
    members: fields::MEMBERS,
    under: &["data"],
    spellings: spelling::spellings,
    fields: fields::FIELDS,
    kept: &[
        "protoPayload.authenticationInfo.serviceAccountKeyName",
        "protoPayload.metadata.mapped_principal",
        "protoPayload.metadata.mappedPrincipal",
        "protoPayload.metadata.securityPolicyInfo.servicePerimeterName",
        "protoPayload.serviceData.policyDelta.bindingDeltas",
        "protoPayload.resourceLocation.currentLocations",
        "operation.first",
        "operation.last",
        "resource.type",
        "resource.labels.email_id",
        "resource.labels.unique_id",
    ],
    strings: &["protoPayload.request", "protoPayload.response", "protoPayload.metadata"],
    fits,
    time: &[TIMESTAMP, REQUESTED, RECEIVED],
    delivered: &[RECEIVED],
    derive,
    key,
    ..PLAIN
};

const METADATA_UID: usize = column_at("metadata.uid");
const LOGGED_TIME: usize = column_at("metadata.logged_time");
const FEATURE: usize = column_at("metadata.product.feature.name");
const SEVERITY_ID: usize = column_at("severity_id");
const SEVERITY_CAPTION: usize = column_at("severity");
const CLOUD_ACCOUNT: usize = column_at("cloud.account.uid");
const CLOUD_ACCOUNT_TYPE_ID: usize = column_at("cloud.account.type_id");
const CLOUD_ACCOUNT_TYPE: usize = column_at("cloud.account.type");
const CLOUD_ORG: usize = column_at("cloud.org.uid");
const CLOUD_REGION: usize = column_at("cloud.region");
const CLOUD_ZONE: usize = column_at("cloud.zone");
const REQUEST_UID: usize = column_at("api.request.uid");
const REQUEST_DATA: usize = column_at("api.request.data");
const RESPONSE_CODE: usize = column_at("api.response.code");
const RESPONSE_ERROR: usize = column_at("api.response.error");
const STATUS_ID: usize = column_at("status_id");
const STATUS: usize = column_at("status");
const STATUS_CODE_COLUMN: usize = column_at("status_code");
const ACTIVITY_ID: usize = column_at("activity_id");
const ACTIVITY_NAME: usize = column_at("activity_name");
const SOURCE_IP: usize = column_at("src_endpoint.ip");
const SOURCE_NAME: usize = column_at("src_endpoint.name");
const SOURCE_SERVICE: usize = column_at("src_endpoint.svc_name");
const ACTION_ID: usize = column_at("action_id");
const ACTION: usize = column_at("action");
const POLICY_NAME: usize = column_at("policy.name");

/// An audit record within an entry, however few of its fields are left: it names a method. Other kinds of `protoPayload` say so in their
/// type; those of Google Workspace name its services or hold its report.
fn fits(record: &Record) -> bool {
    let is = |path, wanted: fn(&str) -> bool| record.text(path).is_some_and(|text| wanted(&text));
    let other = is(TYPE, |kind| !kind.ends_with(".AuditLog"));
    let workspace = is(SERVICE, |service| matches!(service, "admin.googleapis.com" | "login.googleapis.com"))
        || is(METADATA_TYPE, |kind| kind.ends_with("ActivityProto"));
    record.text(METHOD).is_some() && !other && !workspace
}

/// `insertId` is unique within a log and a moment only; start and end of a long operation may share one.
fn key(record: &Record, out: &mut Vec<u8>) -> bool {
    let parts = [INSERT_ID, LOG_NAME, TIMESTAMP, METHOD, EMAIL, SUBJECT, ADDRESS, STATUS_CODE, OPERATION_FIRST, OPERATION_LAST];
    out.extend_from_slice(SOURCE.name.0.as_bytes());
    for path in parts {
        out.push(0);
        match path {
            // A re-serialised time is the same time.
            TIMESTAMP => match record.time(path) {
                Some(time) => out.extend_from_slice(&time.to_le_bytes()),
                None => out.extend_from_slice(record.scalar(path).unwrap_or_default().as_bytes()),
            },
            // What is false or 0 is left out of one shape and written in another.
            OPERATION_FIRST | OPERATION_LAST => out.push(u8::from(record.truth(path) == Some(true))),
            STATUS_CODE if record.number(path) == Some(0) => {}
            _ => out.extend_from_slice(record.scalar(path).unwrap_or_default().as_bytes()),
        }
    }
    record.scalar(INSERT_ID).is_some()
}

fn derive(record: &Record, row: &mut Row) -> Class {
    let method = record.text(METHOD).unwrap_or_default();
    let (class, activity) = route::route(&method, record);
    row.profile(Profile::Cloud);
    row.number(ACTIVITY_ID, activity.into());
    if activity == 99 && row.wants(ACTIVITY_NAME) {
        row.text(ACTIVITY_NAME, record, route::segment(&method));
    }
    metadata(record, row);
    cloud(record, row);
    let failed = outcome(record, row);
    policy(failed, record, row);
    request(record, row);
    source(record, row);
    identity::actor(record, row);
    target::fill(class, &method, record, row);
    class
}

fn metadata(record: &Record, row: &mut Row) {
    if row.wants(METADATA_UID)
        && let (Some(id), Some(log), Some(time)) = (record.scalar(INSERT_ID), record.text(LOG_NAME), record.scalar(TIMESTAMP))
    {
        // Nothing less is unique. Other shapes write the same moment otherwise: `2026-03-01 10:08:00.123 UTC`.
        let bare = time.strip_suffix(" UTC").unwrap_or(&time).replacen(' ', "T", 1);
        let zone = if bare.get(19..).is_some_and(|rest| !rest.contains(['Z', 'z', '+', '-'])) { "Z" } else { "" };
        row.text(METADATA_UID, record, &format!("{log}|{bare}{zone}|{id}"));
    }
    if row.wants(LOGGED_TIME)
        && let Some(time) = record.time(RECEIVED)
    {
        row.number(LOGGED_TIME, time);
    }
    if row.wants(FEATURE)
        && let Some(log) = record.text(LOG_NAME)
    {
        let (_, kind) = log.rsplit_once("%2F").or_else(|| log.rsplit_once("%2f")).or_else(|| log.rsplit_once('/')).unwrap_or_default();
        row.text(FEATURE, record, kind);
    }
    if let Some(severity) = record.scalar(SEVERITY) {
        let (id, caption) = match severity.to_ascii_uppercase().as_str() {
            "WARNING" | "400" => (3, "Medium"),
            "ERROR" | "500" => (4, "High"),
            "CRITICAL" | "600" => (5, "Critical"),
            "ALERT" | "EMERGENCY" | "700" | "800" => (6, "Fatal"),
            _ => (1, "Informational"),
        };
        row.number(SEVERITY_ID, id);
        row.constant(SEVERITY_CAPTION, caption);
    }
}

/// The part of a name that follows a key: the project in `projects/demo/logs/...`.
fn part<'a>(name: &'a str, key: &str) -> Option<&'a str> {
    let mut parts = name.split('/');
    parts.find(|part| *part == key)?;
    parts.next().filter(|part| !matches!(*part, "" | "_" | "-"))
}

fn cloud(record: &Record, row: &mut Row) {
    let log = record.text(LOG_NAME);
    let in_log = |key| log.as_deref().and_then(|log| part(log, key));
    if row.wants(CLOUD_ACCOUNT)
        && let Some(project) = record.scalar(LABEL_PROJECT).as_deref().or_else(|| in_log("projects"))
    {
        row.text(CLOUD_ACCOUNT, record, project);
        project_type(row, CLOUD_ACCOUNT_TYPE_ID, CLOUD_ACCOUNT_TYPE);
    }
    if row.wants(CLOUD_ORG)
        && let Some(organization) = record.scalar(LABEL_ORGANIZATION).as_deref().or_else(|| in_log("organizations"))
    {
        row.text(CLOUD_ORG, record, organization);
    }
    if let Some(location) = target::location(record) {
        let (region, zone) = target::region_and_zone(&location);
        row.text(CLOUD_REGION, record, region);
        row.text(CLOUD_ZONE, record, zone.unwrap_or_default());
    }
}

fn project_type(row: &mut Row, type_id: usize, caption: usize) {
    row.number(type_id, 11);
    row.constant(caption, "GCP Project");
}

/// Codes of google.rpc by number.
const CODES: [&str; 17] = [
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
];

/// Fills the outcome, and says whether the call failed. A code counts; where there is none, a message other than "OK" is a failure.
fn outcome(record: &Record, row: &mut Row) -> bool {
    let code = record.scalar(STATUS_CODE);
    let number = match code.as_deref() {
        Some(code) => code.parse().ok().or_else(|| CODES.iter().position(|name| name.eq_ignore_ascii_case(code))),
        None => Some(0),
    };
    let message = record.text(STATUS_MESSAGE);
    let complains = code.is_none() && message.is_some_and(|message| !message.eq_ignore_ascii_case("OK"));
    let failed = number != Some(0) || complains;
    if failed && let Some(code) = &code {
        match number.and_then(|number: usize| CODES.get(number)) {
            Some(name) => [STATUS_CODE_COLUMN, RESPONSE_ERROR].into_iter().for_each(|column| row.constant(column, name)),
            None => [STATUS_CODE_COLUMN, RESPONSE_ERROR].into_iter().for_each(|column| row.text(column, record, code)),
        }
    }
    if code.is_some()
        && let Some(number) = number
    {
        row.number(RESPONSE_CODE, number as i64);
    }
    let started = record.truth(OPERATION_FIRST) == Some(true) && record.truth(OPERATION_LAST) != Some(true);
    let (id, caption) = match (failed, started) {
        (true, _) => (2, "Failure"),
        // What became of it, the entry at the operation's end says.
        (false, true) => (99, "Started"),
        (false, false) => (1, "Success"),
    };
    row.number(STATUS_ID, id);
    row.constant(STATUS, caption);
    failed
}

/// What a policy said: a constraint of the organisation or a service perimeter. In a dry run the call goes through.
fn policy(failed: bool, record: &Record, row: &mut Row) {
    if !row.wants(ACTION_ID) && !row.wants(POLICY_NAME) {
        return;
    }
    let Some(name) = record.text(CONSTRAINT).or_else(|| record.text(PERIMETER)) else {
        return;
    };
    row.profile(Profile::SecurityControl);
    row.text(POLICY_NAME, record, &name);
    let (id, caption) = if failed && record.truth(DRY_RUN) != Some(true) { (2, "Denied") } else { (3, "Observed") };
    row.number(ACTION_ID, id);
    row.constant(ACTION, caption);
}

/// OCSF wants an id of every request that it shows.
fn request(record: &Record, row: &mut Row) {
    let id = record.first(&[REQUEST_ID, OPERATION_ID]);
    row.text(REQUEST_UID, record, id.as_deref().unwrap_or_default());
    if row.wants(REQUEST_DATA) && !matches!(record.kind(REQUEST), JsonKind::Missing | JsonKind::Null) {
        match record.all(REQUEST).next().filter(|_| id.is_some()) {
            Some(hit) => row.hit(REQUEST_DATA, record, hit),
            None => row.leave(REQUEST),
        }
    }
}

/// Where the call came from: an address, a word such as `private` or `gce-internal-ip`, or the service itself.
fn source(record: &Record, row: &mut Row) {
    let said = record.text(ADDRESS).filter(|said| !shared::is_nothing(said));
    match said.as_deref() {
        Some(said) => match shared::address(said) {
            Some(address) => row.text(SOURCE_IP, record, address),
            None => row.text(SOURCE_NAME, record, said),
        },
        None => match record.text(SERVICE) {
            Some(service) => row.text(SOURCE_SERVICE, record, &service),
            None => row.constant(SOURCE_NAME, "Unknown"),
        },
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use event::{Delta, Document, Normalized, RawBatch, Wanted};

    use super::SOURCE;
    use crate::Normalizer;

    const SHAPES: &str = include_str!("samples/raw/shapes.ndjson");

    fn read(text: &str, paths: &[&str]) -> Normalized {
        let mut bytes = Vec::new();
        let mut documents = Vec::new();
        for line in text.lines() {
            let start = bytes.len() as u32;
            bytes.extend_from_slice(line.as_bytes());
            documents.push(Document { range: start..bytes.len() as u32, delta: 0, shift: 0 });
            bytes.push(b'\n');
        }
        bytes.resize(bytes.len() + event::batch::PADDING, b' ');
        let deltas = vec![Delta { partition: "test".into(), from: 0, to: 0 }];
        let paths = paths.iter().map(|path| (*path).to_owned()).collect();
        let wanted: BTreeMap<_, _> = [(SOURCE.name, Wanted { paths, all_columns: true, ..Wanted::default() })].into();
        Normalizer::new(&[&SOURCE], &wanted).normalize(RawBatch { bytes, documents, deltas, ..RawBatch::default() })
    }

    #[test]
    fn every_shape_is_the_same_event() {
        let normalized = read(SHAPES, &[]);
        let keys: Vec<_> = normalized.batches.iter().flat_map(|batch| &batch.keys).collect();
        assert_eq!(keys.len(), 11);
        assert!(keys.iter().all(|key| *key == keys[0]), "{keys:?}");
    }

    #[test]
    fn rules_are_answered_from_every_shape() {
        let paths = [
            "protoPayload.methodName",
            "proto_payload.method_name",
            "PROTOPAYLOAD_AUDITLOG.METHODNAME",
            "protoPayload.request.resource",
            "protoPayload.serviceData.policyDelta.bindingDeltas.role",
            "protoPayload.metadata.ticket",
        ];
        let normalized = read(SHAPES, &paths);
        for batch in &normalized.batches {
            for (path, answers) in batch.asked.iter().zip(&batch.answers) {
                let values = |row| answers.as_ref()?.values(row).next().map(|(_, text)| text);
                let first: Vec<&str> = (0..batch.len()).filter_map(values).collect();
                assert_eq!(first.len(), batch.len(), "{path}");
                assert!(first.iter().all(|text| *text == first[0]), "{path}: {first:?}");
            }
        }
    }

    #[test]
    fn records_of_google_workspace_are_not_ours() {
        let record = |payload: &str| {
            let payload = format!(r#"{{"methodName":"m","metadata":{{"@type":"type.googleapis.com/x.Metadata"}},{payload}}}"#);
            let record = format!(r#"{{"protoPayload":{payload},"timestamp":"2026-03-01T10:00:00Z"}}"#);
            read(&record, &[]).tally.mapped == 1
        };
        assert!(record(r#""serviceName":"storage.googleapis.com""#));
        assert!(record(r#""@type":"type.googleapis.com/google.cloud.audit.AuditLog""#));
        assert!(!record(r#""@type":"type.googleapis.com/google.appengine.logging.v1.RequestLog""#));
        assert!(!record(r#""serviceName":"admin.googleapis.com""#));
        assert!(!record(r#""serviceName":"login.googleapis.com""#));
        assert!(!record(r#""metadata":{"@type":"type.googleapis.com/ccc_hosted_reporting.ActivityProto"}"#));
    }
}
