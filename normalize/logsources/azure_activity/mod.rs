//! Azure Activity Log: who changed which resource of a subscription, and with which outcome. Maps its three shapes (diagnostic settings,
//! REST API, Log Analytics) to the same event. Knows no resource log: what is done within a resource (a secret read, a model called)
//! stands in logs of its own.

use std::borrow::Cow;

use event::ocsf::{Class, column_at};
use event::{JsonKind, LogSourceName, Profile};

use crate::logsource::{LogSource, PLAIN};
use crate::logsources::paths;
use crate::logsources::shared::{is_address, is_unspecified, without_port};
use crate::record::{Record, Row};
use crate::trie::Leaf;

mod actor;
mod fields;
mod outcome;
mod target;

/// A claim of the caller's token, where each shape has it.
macro_rules! claim {
    ($key:literal) => {
        [concat!("identity.claims.", $key), concat!("claims.", $key), concat!("Claims_d.", $key)]
    };
}

/// A member of the authorization, where each shape has it.
macro_rules! authorization {
    ($key:literal) => {
        [concat!("identity.authorization.", $key), concat!("authorization.", $key), concat!("Authorization_d.", $key)]
    };
}

/// A property, where each shape has it.
macro_rules! property {
    ($key:literal) => {
        [concat!("properties.", $key), concat!("Properties_d.", $key)]
    };
}

const UPN: [&str; 3] = claim!("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn");
const MAIL: [&str; 3] = claim!("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress");
const LOGIN: [&str; 3] = claim!("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name");
const DISPLAY: [&str; 3] = claim!("name");
const OBJECT: [&str; 3] = claim!("http://schemas.microsoft.com/identity/claims/objectidentifier");
const TENANT: [&str; 3] = claim!("http://schemas.microsoft.com/identity/claims/tenantid");
const METHODS: [&str; 3] = claim!("http://schemas.microsoft.com/claims/authnmethodsreferences");
const PROVIDER: [&str; 3] = claim!("http://schemas.microsoft.com/identity/claims/identityprovider");
const APP: [&str; 3] = claim!("appid");
const APP_KIND: [&str; 3] = claim!("idtyp");
const ISSUED: [&str; 3] = claim!("iat");
const EXPIRES: [&str; 3] = claim!("exp");
const ISSUER: [&str; 3] = claim!("iss");
const TOKEN: [&str; 3] = claim!("uti");
const ACTION: [&str; 3] = authorization!("action");
const SCOPE: [&str; 3] = authorization!("scope");
const ROLE: [&str; 3] = authorization!("evidence.role");
/// Without the evidence around it.
const ROLE_ALONE: [&str; 3] = authorization!("role");
const ROLE_DEFINITION: [&str; 3] = authorization!("evidence.roleDefinitionId");
const PRINCIPAL_KIND: [&str; 3] = authorization!("evidence.principalType");
const STATUS_CODE: [&str; 2] = property!("statusCode");
const STATUS_MESSAGE: [&str; 2] = property!("statusMessage");
const REQUEST: [&str; 2] = property!("requestbody");
const RESPONSE: [&str; 2] = property!("responseBody");
const ENTITY: [&str; 2] = property!("entity");
const ALERT: [&str; 2] = property!("eventName");
const ALERT_SEVERITY: [&str; 2] = property!("severity");
const EVENT_ID: [&str; 2] = property!("eventDataId");

const OPERATION: &[&str] = &["OperationNameValue", "operationName.value", "operation_name.value", "operationName"];
const CATEGORY: &[&str] = &["CategoryValue", "category.value", "eventSource.value", "event_source.value", "category"];
const RESULT: &[&str] = &["resultType", "status.value", "ActivityStatusValue"];
const RESOURCE: &[&str] = &["resourceId", "resource_id", "resourceUri", "resource_uri", "_ResourceId"];
const ADDRESS: &[&str] = &["callerIpAddress", "httpRequest.clientIpAddress", "http_request.client_ip_address"];
const SUBMITTED: &[&str] = &[
    "submissionTimestamp",
    "submission_timestamp",
    "EventSubmissionTimestamp",
    "properties.eventSubmissionTimestamp",
    "Properties_d.eventSubmissionTimestamp",
];

paths! {
    TIME = "time",
    EVENT_TIMESTAMP = "eventTimestamp",
    EVENT_TIMESTAMP_SNAKE = "event_timestamp",
    TIME_GENERATED = "TimeGenerated",
    OPERATION_VALUE = OPERATION[0],
    OPERATION_REST = OPERATION[1],
    OPERATION_SNAKE = OPERATION[2],
    OPERATION_NAME = OPERATION[3],
    OPERATION_LOCAL = "operationName.localizedValue",
    OPERATION_LOCAL_SNAKE = "operation_name.localized_value",
    CATEGORY_VALUE = CATEGORY[0],
    CATEGORY_REST = CATEGORY[1],
    CATEGORY_SOURCE = CATEGORY[2],
    CATEGORY_SOURCE_SNAKE = CATEGORY[3],
    CATEGORY_NAME = CATEGORY[4],
    RESULT_TYPE = RESULT[0],
    STATUS_VALUE = RESULT[1],
    ACTIVITY_STATUS = RESULT[2],
    SIGNATURE = "resultSignature",
    DESCRIPTION = "resultDescription",
    SUBSTATUS_VALUE = "subStatus.value",
    SUBSTATUS_SNAKE = "sub_status.value",
    SUBSTATUS_COLUMN = "ActivitySubstatusValue",
    STATUS_CODE_1 = STATUS_CODE[0],
    STATUS_CODE_2 = STATUS_CODE[1],
    STATUS_MESSAGE_1 = STATUS_MESSAGE[0],
    STATUS_MESSAGE_2 = STATUS_MESSAGE[1],
    REQUEST_1 = REQUEST[0],
    REQUEST_2 = REQUEST[1],
    RESPONSE_1 = RESPONSE[0],
    RESPONSE_2 = RESPONSE[1],
    CORRELATION = "correlationId",
    CORRELATION_SNAKE = "correlation_id",
    RESOURCE_ID = RESOURCE[0],
    RESOURCE_SNAKE = RESOURCE[1],
    RESOURCE_URI = RESOURCE[2],
    RESOURCE_URI_SNAKE = RESOURCE[3],
    RESOURCE_COLUMN = RESOURCE[4],
    ENTITY_1 = ENTITY[0],
    ENTITY_2 = ENTITY[1],
    SUBSCRIPTION = "subscriptionId",
    SUBSCRIPTION_SNAKE = "subscription_id",
    TENANT_ID = "tenantId",
    TENANT_SNAKE = "tenant_id",
    TENANT_1 = TENANT[0],
    TENANT_2 = TENANT[1],
    TENANT_3 = TENANT[2],
    ADDRESS_EXPORT = ADDRESS[0],
    ADDRESS_REST = ADDRESS[1],
    ADDRESS_SNAKE = ADDRESS[2],
    LEVEL = "level",
    LOCATION = "location",
    DURATION = "durationMs",
    CALLER = "caller",
    SUBMITTED_REST = SUBMITTED[0],
    SUBMITTED_SNAKE = SUBMITTED[1],
    SUBMITTED_COLUMN = SUBMITTED[2],
    SUBMITTED_1 = SUBMITTED[3],
    SUBMITTED_2 = SUBMITTED[4],
    UPN_1 = UPN[0],
    UPN_2 = UPN[1],
    UPN_3 = UPN[2],
    MAIL_1 = MAIL[0],
    MAIL_2 = MAIL[1],
    MAIL_3 = MAIL[2],
    LOGIN_1 = LOGIN[0],
    LOGIN_2 = LOGIN[1],
    LOGIN_3 = LOGIN[2],
    DISPLAY_1 = DISPLAY[0],
    DISPLAY_2 = DISPLAY[1],
    DISPLAY_3 = DISPLAY[2],
    OBJECT_1 = OBJECT[0],
    OBJECT_2 = OBJECT[1],
    OBJECT_3 = OBJECT[2],
    APP_1 = APP[0],
    APP_2 = APP[1],
    APP_3 = APP[2],
    APP_KIND_1 = APP_KIND[0],
    APP_KIND_2 = APP_KIND[1],
    APP_KIND_3 = APP_KIND[2],
    METHODS_1 = METHODS[0],
    METHODS_2 = METHODS[1],
    METHODS_3 = METHODS[2],
    ISSUED_1 = ISSUED[0],
    ISSUED_2 = ISSUED[1],
    ISSUED_3 = ISSUED[2],
    EXPIRES_1 = EXPIRES[0],
    EXPIRES_2 = EXPIRES[1],
    EXPIRES_3 = EXPIRES[2],
    ROLE_1 = ROLE[0],
    ROLE_2 = ROLE[1],
    ROLE_3 = ROLE[2],
    ROLE_4 = ROLE_ALONE[0],
    ROLE_5 = ROLE_ALONE[1],
    ROLE_6 = ROLE_ALONE[2],
    ROLE_DEFINITION_1 = ROLE_DEFINITION[0],
    ROLE_DEFINITION_2 = ROLE_DEFINITION[1],
    ROLE_DEFINITION_3 = ROLE_DEFINITION[2],
    PRINCIPAL_KIND_1 = PRINCIPAL_KIND[0],
    PRINCIPAL_KIND_2 = PRINCIPAL_KIND[1],
    PRINCIPAL_KIND_3 = PRINCIPAL_KIND[2],
    EVENT_NAME = "eventName.value",
    ALERT_1 = ALERT[0],
    ALERT_2 = ALERT[1],
    ALERT_SEVERITY_1 = ALERT_SEVERITY[0],
    ALERT_SEVERITY_2 = ALERT_SEVERITY[1],
}

const OPERATION_LEAVES: [Leaf; 4] = [OPERATION_VALUE, OPERATION_REST, OPERATION_SNAKE, OPERATION_NAME];
const CATEGORY_LEAVES: [Leaf; 5] = [CATEGORY_VALUE, CATEGORY_REST, CATEGORY_SOURCE, CATEGORY_SOURCE_SNAKE, CATEGORY_NAME];
const RESULT_LEAVES: [Leaf; 3] = [RESULT_TYPE, STATUS_VALUE, ACTIVITY_STATUS];
const RESOURCE_LEAVES: [Leaf; 7] = [RESOURCE_ID, RESOURCE_SNAKE, RESOURCE_URI, RESOURCE_URI_SNAKE, RESOURCE_COLUMN, ENTITY_1, ENTITY_2];

pub const SOURCE: LogSource = LogSource {
    name: LogSourceName("azure_activity"),
    sigma: &[(None, "azure", "activitylogs")],
    marks: &["operationName", "operation_name", "OperationNameValue"],
    paths: PATHS,
    needed: &[
        OPERATION_VALUE,
        OPERATION_REST,
        OPERATION_SNAKE,
        OPERATION_NAME,
        CATEGORY_VALUE,
        CATEGORY_REST,
        CATEGORY_SOURCE,
        CATEGORY_SOURCE_SNAKE,
        CATEGORY_NAME,
        RESULT_TYPE,
        STATUS_VALUE,
        ACTIVITY_STATUS,
        CORRELATION,
        CORRELATION_SNAKE,
        RESOURCE_ID,
        RESOURCE_SNAKE,
        RESOURCE_URI,
        RESOURCE_URI_SNAKE,
        RESOURCE_COLUMN,
        ENTITY_1,
        ENTITY_2,
        REQUEST_1,
        REQUEST_2,
        RESPONSE_1,
        RESPONSE_2,
    ],
    operation: "operationName",
    members: &[
        "time",
        "resourceId",
        "operationName",
        "operationVersion",
        "category",
        "resultType",
        "resultSignature",
        "resultDescription",
        "durationMs",
        "callerIpAddress",
        "correlationId",
        "identity",
        "level",
        "location",
        "properties",
        "tenantId",
        "ReleaseVersion",
        "RoleLocation",
        "uri",
        // REST API, portal, command line
        "authorization",
        "caller",
        "channels",
        "claims",
        "description",
        "eventDataId",
        "eventName",
        "eventSource",
        "eventTimestamp",
        "httpRequest",
        "id",
        "operationId",
        "relatedEvents",
        "resourceGroupName",
        "resourceProviderName",
        "resourceType",
        "resourceUri",
        "status",
        "subStatus",
        "submissionTimestamp",
        "subscriptionId",
        // the same from the Python SDK
        "event_data_id",
        "event_name",
        "event_source",
        "event_timestamp",
        "correlation_id",
        "http_request",
        "operation_id",
        "operation_name",
        "related_events",
        "resource_group_name",
        "resource_id",
        "resource_provider_name",
        "resource_type",
        "resource_uri",
        "sub_status",
        "submission_timestamp",
        "subscription_id",
        "tenant_id",
        // Log Analytics
        "ActivityStatus",
        "ActivityStatusValue",
        "ActivitySubstatus",
        "ActivitySubstatusValue",
        "Authorization_d",
        "CategoryValue",
        "Claims_d",
        "EventSubmissionTimestamp",
        "Hierarchy",
        "OperationNameValue",
        "Properties_d",
        "Resource",
        "ResourceGroup",
        "ResourceProvider",
        "ResourceProviderValue",
        "SourceSystem",
        "TimeGenerated",
        "Type",
        "_BilledSize",
        "_IsBillable",
        "_ItemId",
        "_ResourceId",
        "_SubscriptionId",
        "_TimeReceived",
    ],
    fields: fields::FIELDS,
    kept: &[
        "caller",
        "eventName.value",
        ENTITY[0],
        ENTITY[1],
        ALERT[0],
        ALERT[1],
        ALERT_SEVERITY[0],
        ALERT_SEVERITY[1],
        STATUS_MESSAGE[0],
        STATUS_MESSAGE[1],
        LOGIN[0],
        LOGIN[1],
        LOGIN[2],
        METHODS[0],
        METHODS[1],
        METHODS[2],
        APP_KIND[0],
        APP_KIND[1],
        APP_KIND[2],
        PRINCIPAL_KIND[0],
        PRINCIPAL_KIND[1],
        PRINCIPAL_KIND[2],
    ],
    strings: &[
        "identity",
        "identity.claims",
        "identity.authorization",
        "claims",
        "Claims_d",
        "authorization",
        "Authorization_d",
        "properties",
        "Properties_d",
        "httpRequest",
    ],
    fits,
    time: &[TIME, EVENT_TIMESTAMP, EVENT_TIMESTAMP_SNAKE, TIME_GENERATED],
    delivered: &[SUBMITTED_REST, SUBMITTED_SNAKE, SUBMITTED_COLUMN, SUBMITTED_1, SUBMITTED_2],
    derive,
    key,
    ..PLAIN
};

const REGION: usize = column_at("cloud.region");
const ORG: usize = column_at("cloud.org.uid");
const TENANT_UID: usize = column_at("metadata.tenant_uid");
const LOGGED_TIME: usize = column_at("metadata.logged_time");
const ACCOUNT: usize = column_at("cloud.account.uid");
const ACCOUNT_TYPE_ID: usize = column_at("cloud.account.type_id");
const ACCOUNT_TYPE: usize = column_at("cloud.account.type");
const SERVICE: usize = column_at("api.service.name");
const REQUEST_UID: usize = column_at("api.request.uid");
const REQUEST_DATA: usize = column_at("api.request.data");
const MESSAGE: usize = column_at("message");
const DURATION_MS: usize = column_at("duration");
const SOURCE_IP: usize = column_at("src_endpoint.ip");
const SOURCE_NAME: usize = column_at("src_endpoint.name");

/// Categories of the activity log; Write, Delete and Action are those of its first years. Resource logs have others.
const CATEGORIES: &[&str] = &[
    "Administrative",
    "Policy",
    "Security",
    "ServiceHealth",
    "ResourceHealth",
    "Alert",
    "Autoscale",
    "Recommendation",
    "Write",
    "Delete",
    "Action",
];

/// Whether a text is this word, but for ASCII case.
fn is(text: &Option<Cow<str>>, words: &[&str]) -> bool {
    text.as_deref().is_some_and(|text| words.iter().any(|word| word.eq_ignore_ascii_case(text)))
}

/// Operations are paths of a resource provider's; those of other logs with this envelope are names, or have a category of their own.
fn fits(record: &Record) -> bool {
    is(&text_of(record, &CATEGORY_LEAVES), CATEGORIES) && operation(record).is_some_and(|operation| operation.contains('/'))
}

/// The first of several paths that has a value. Exports write the word null where there is none.
fn text_of<'a>(record: &Record<'a>, paths: &[Leaf]) -> Option<Cow<'a, str>> {
    paths.iter().find_map(|path| record.scalar(*path).filter(|text| !text.eq_ignore_ascii_case("null")))
}

fn operation<'a>(record: &Record<'a>) -> Option<Cow<'a, str>> {
    text_of(record, &OPERATION_LEAVES)
}

/// An export of diagnostic settings has no id, and so no shape's id counts: an event is what was begun or ended at a time, upon what.
/// Spelling and words differ between the shapes, and decimals of the second are cut at the sixth by some.
fn key(record: &Record, out: &mut Vec<u8>) -> bool {
    let correlation = text_of(record, &[CORRELATION, CORRELATION_SNAKE]);
    let result = text_of(record, &RESULT_LEAVES);
    let result = result.as_deref().map(outcome::word);
    out.extend_from_slice(SOURCE.name.0.as_bytes());
    for part in [correlation.as_deref(), operation(record).as_deref(), result, text_of(record, &RESOURCE_LEAVES).as_deref()] {
        out.push(0);
        out.extend(part.unwrap_or_default().bytes().map(|byte| byte.to_ascii_lowercase()));
    }
    if let Some(path) = SOURCE.time.iter().find(|path| record.time(**path).is_some()) {
        out.push(0);
        out.extend_from_slice(&record.time(*path).unwrap_or_default().to_le_bytes());
        let text = record.scalar(*path).unwrap_or_default();
        let decimals = text.split_once('.').map_or("", |(_, decimals)| decimals);
        let mut micros = decimals.bytes().take_while(u8::is_ascii_digit).skip(3);
        out.extend((0..3).map(|_| micros.next().unwrap_or(b'0')));
    }
    correlation.is_some()
}

fn derive(record: &Record, row: &mut Row) -> Class {
    row.profile(Profile::Cloud);
    let operation = operation(record);
    let operation = operation.as_deref().unwrap_or("Unknown");
    let (class, role) = match target::role_assignment(operation, record) {
        Some(role) => (Class::UserAccess, Some(role)),
        None if outcome::is_alert(operation, record) => (Class::DetectionFinding, None),
        None => (Class::ApiActivity, None),
    };
    if row.wants(SERVICE)
        && let Some((provider, _)) = operation.split_once('/')
    {
        row.text(SERVICE, record, provider);
    }
    request(record, row);
    outcome::fill(class, operation, record, row);
    tenant(record, row);
    actor::fill(record, row);
    source(record, row);
    if let Some(region) = text_of(record, &[LOCATION]) {
        row.text(REGION, record, &region);
    }
    target::fill(class, role, record, row);
    let submitted = [SUBMITTED_REST, SUBMITTED_SNAKE, SUBMITTED_COLUMN, SUBMITTED_1, SUBMITTED_2];
    if row.wants(LOGGED_TIME)
        && let Some(time) = submitted.iter().find_map(|path| record.time(*path))
    {
        row.number(LOGGED_TIME, time);
    }
    if row.wants(DURATION_MS)
        && let Some(duration) = record.float(DURATION).filter(|duration| *duration >= 0.0)
    {
        row.number(DURATION_MS, duration as i64);
    }
    if row.wants(MESSAGE) {
        // In a table, the operation's name stands in a column of its own, and what people call it under `OperationName`.
        let name = match record.kind(OPERATION_VALUE) {
            JsonKind::Text => record.text(OPERATION_NAME),
            _ => text_of(record, &[OPERATION_LOCAL, OPERATION_LOCAL_SNAKE]),
        };
        if let Some(name) = name.filter(|name| !name.eq_ignore_ascii_case(operation)) {
            row.text(MESSAGE, record, &name);
        }
    }
    class
}

/// OCSF wants an id of every request that it shows.
fn request(record: &Record, row: &mut Row) {
    let correlation = text_of(record, &[CORRELATION, CORRELATION_SNAKE]);
    if let Some(correlation) = &correlation {
        row.text(REQUEST_UID, record, correlation);
    }
    if !row.wants(REQUEST_DATA) {
        return;
    }
    let is_there = |path: &Leaf| record.all(*path).next().is_some_and(|hit| hit.start < hit.end && hit.kind != JsonKind::Null);
    if let Some(path) = [REQUEST_1, REQUEST_2].into_iter().find(is_there) {
        match record.all(path).next().filter(|_| correlation.is_some()) {
            Some(hit) => row.hit(REQUEST_DATA, record, hit),
            None => row.leave(path),
        }
    }
}

/// In Log Analytics, `TenantId` is the workspace.
fn tenant(record: &Record, row: &mut Row) {
    let paths = [TENANT_ID, TENANT_SNAKE, TENANT_1, TENANT_2, TENANT_3];
    let of_table = record.kind(TIME_GENERATED) != JsonKind::Missing;
    if of_table {
        row.leave(TENANT_ID);
    }
    if let Some(tenant) = text_of(record, &paths[usize::from(of_table)..]) {
        row.text(TENANT_UID, record, &tenant);
        row.text(ORG, record, &tenant);
    }
}

/// Where the call came from. A service that acts by itself writes 0.0.0.0 or nothing.
fn source(record: &Record, row: &mut Row) {
    match text_of(record, &[ADDRESS_EXPORT, ADDRESS_REST, ADDRESS_SNAKE]).as_deref().map(without_port) {
        Some(address) if is_address(address) && !is_unspecified(address) => row.text(SOURCE_IP, record, address),
        Some(words) => row.text(SOURCE_NAME, record, words),
        None => row.constant(SOURCE_NAME, "Unknown"),
    }
}
