//! Azure Activity Log: who changed which resource of a subscription, and with which outcome. Maps its three shapes (diagnostic settings,
//! REST API, Log Analytics) to the same event. Knows no resource log: what is done within a resource (a secret read, a model called)
//! stands in logs of its own.

use std::borrow::Cow;

use event::ocsf::{Class, column_at};
use event::{Field, JsonKind, LogSourceName, Profile};

use crate::logsource::{LogSource, PLAIN};
use crate::logsources::shared::{is_address, is_unspecified, without_port};
use crate::logsources::{alias, constant, derived, first, paths};
use crate::record::{Record, Row};
use crate::trie::Leaf;

mod actor;
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
const ROLE: [&str; 3] = authorization!("evidence.role");
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
/// In the first years the category was what was done, and what it is now stood among the properties.
const FEATURE: &[&str] = &[
    "properties.eventCategory",
    "Properties_d.eventCategory",
    "CategoryValue",
    "category.value",
    "eventSource.value",
    "event_source.value",
    "category",
];
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
const SUBSTATUS: &[&str] =
    &[STATUS_CODE[0], STATUS_CODE[1], "subStatus.value", "sub_status.value", "ActivitySubstatusValue", "resultSignature"];

/// The shapes have words of their own for an outcome: (a rule's, those that mean the same).
const RESULT_WORDS: &[(&str, &[&str])] = &[
    ("Start", &["Started"]),
    ("Started", &["Start"]),
    ("Accept", &["Accepted"]),
    ("Accepted", &["Accept"]),
    ("Success", &["Succeeded"]),
    ("Succeeded", &["Success"]),
    ("Failure", &["Failed"]),
    ("Failed", &["Failure"]),
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
    ROLE_REST = "authorization.role",
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
    fields: FIELDS,
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

const FIELDS: &[Field] = &[
    first("metadata.original_event_uid", &["eventDataId", "event_data_id", EVENT_ID[0], EVENT_ID[1]]),
    first("metadata.original_time", &["time", "eventTimestamp", "event_timestamp", "TimeGenerated"]),
    derived("metadata.logged_time", SUBMITTED, "as a time: when the event could be read"),
    Field { names: &["category", "CategoryValue", "azure.activitylogs.category"], ..first("metadata.event_code", CATEGORY) },
    first("metadata.product.feature.name", FEATURE),
    Field { names: &["CorrelationId", "azure.correlation_id"], ..first("metadata.correlation_uid", &["correlationId", "correlation_id"]) },
    first("metadata.log_level", &["level"]),
    derived(
        "metadata.tenant_uid",
        &["tenantId", "tenant_id", TENANT[0], TENANT[1], TENANT[2]],
        "the tenant; in Log Analytics that of the token, since TenantId is the workspace there",
    ),
    constant("metadata.product.name", "Azure Activity Log"),
    constant("metadata.product.vendor_name", "Microsoft"),
    constant("metadata.log_name", "azure_activity"),
    constant("cloud.provider", "Azure"),
    first("cloud.region", &["location"]),
    Field {
        names: &["SubscriptionId", "azure.subscription_id"],
        ..derived("cloud.account.uid", &["subscriptionId", "subscription_id"], "the subscription, else that in the resource's id")
    },
    derived("cloud.account.type_id", &[], "13 where the subscription is known"),
    derived("cloud.account.type", &[], "\"Azure Subscription\" where the subscription is known"),
    derived("cloud.org.uid", &[], "as metadata.tenant_uid"),
    Field {
        names: &["operationName", "OperationNameValue", "operation_name", "azure.activitylogs.operation_name", "event.action"],
        ..first("api.operation", OPERATION)
    },
    Field {
        names: &["ResourceProviderValue", "ResourceProvider", "resourceProviderName", "azure.resource.provider"],
        ..derived("api.service.name", OPERATION, "the first part of the operation: the resource provider")
    },
    derived("api.request.uid", &["correlationId", "correlation_id"], "as metadata.correlation_uid"),
    derived("api.request.data", &REQUEST, "the object or its text as it is, where there is a correlation id; else it stays in unmapped"),
    first("api.response.data", &RESPONSE),
    derived("api.response.code", SUBSTATUS, "the HTTP status as a number: Created 201, Forbidden 403"),
    derived("api.response.error", &STATUS_MESSAGE, "the code in the message of a failure"),
    derived("api.response.message", &STATUS_MESSAGE, "the text in the message of a failure"),
    derived(
        "message",
        &["operationName.localizedValue", "operation_name.localized_value", "operationName"],
        "what people call the operation, where that is another name",
    ),
    derived(
        "status_id",
        RESULT,
        "Success and Succeeded 1, Failure and Failed 2, all else 99: the start of an operation is an event of its own. Of an alert Active 1, Resolved 4, Dismissed 3",
    ),
    Field {
        names: &["event.outcome"],
        ..derived("status", RESULT, "the caption of status_id; of 99 the word, with Start as Started and Accept as Accepted")
    },
    derived(
        "status_code",
        SUBSTATUS,
        "the HTTP status in words, as Azure has it: Created, Forbidden; of resultSignature what stands behind the dot",
    ),
    derived(
        "status_detail",
        &[STATUS_MESSAGE[0], STATUS_MESSAGE[1], "resultDescription", "resultSignature"],
        "the message of a failure, else resultDescription, else resultSignature",
    ),
    derived("severity_id", &["level"], "Critical 5, Error 4, Warning 3, else 1; of an alert its own severity"),
    derived("severity", &["level"], "the caption of severity_id"),
    derived("duration", &["durationMs"], "in milliseconds"),
    derived(
        "activity_id",
        OPERATION,
        "by the last part of the operation: read 2, delete 4, write 1 if it answers Created, else 3; of an action by its verb, else 99",
    ),
    derived("activity_name", OPERATION, "the caption of activity_id; of 99 the operation"),
    derived(
        "actor.user.name",
        &[UPN[0], UPN[1], UPN[2], MAIL[0], MAIL[1], MAIL[2], "caller", LOGIN[0], LOGIN[1], LOGIN[2], DISPLAY[0], DISPLAY[1], DISPLAY[2]],
        "the claims upn and emailaddress, the caller if it is no object id, the claims name, then appid",
    ),
    derived("actor.user.email_addr", &MAIL, "emailaddress, or the name if it is an e-mail address"),
    derived("actor.user.full_name", &DISPLAY, "the claim name, where it is not the actor's name itself"),
    derived(
        "actor.user.uid",
        &[OBJECT[0], OBJECT[1], OBJECT[2], "caller"],
        "the object id: that of the claims, else the caller if it is one",
    ),
    derived(
        "actor.user.type_id",
        &[APP_KIND[0], APP_KIND[1], APP_KIND[2], PRINCIPAL_KIND[0], PRINCIPAL_KIND[1], PRINCIPAL_KIND[2]],
        "4 for service principals and managed identities, 1 for people",
    ),
    derived("actor.user.type", &[], "the caption of type_id"),
    Field { names: &["azure.activitylogs.identity.claims.appid"], ..first("actor.app_uid", &APP) },
    first("actor.session.credential_uid", &TOKEN),
    first("actor.session.issuer", &ISSUER),
    derived("actor.session.created_time", &ISSUED, "when the token was issued"),
    derived("actor.session.expiration_time", &EXPIRES, "when the token ends"),
    derived("actor.session.is_mfa", &METHODS, "whether `mfa` is among the methods, where there are any"),
    first("actor.idp.name", &PROVIDER),
    derived("actor.authorizations[].decision", &[], "\"Allowed\", unless it failed"),
    derived(
        "actor.authorizations[].policy.name",
        &[ROLE[0], ROLE[1], ROLE[2], "authorization.role"],
        "the role that the call was allowed by",
    ),
    derived("actor.authorizations[].policy.uid", &ROLE_DEFINITION, "the id of its definition"),
    derived("src_endpoint.ip", ADDRESS, "if it is an address, without its port"),
    Field {
        names: &["CallerIpAddress", "callerIpAddress", "source.ip"],
        ..derived("src_endpoint.name", ADDRESS, "what is no address, and 0.0.0.0; \"Unknown\" where there is none")
    },
    first("http_request.http_method", &["httpRequest.method", "http_request.method"]),
    first("http_request.uid", &["httpRequest.clientRequestId", "http_request.client_request_id"]),
    Field { names: &["azure.resource.id"], ..derived("resources[].uid", RESOURCE, "the resource; of a role assignment then the role") },
    Field {
        names: &["azure.resource.name"],
        ..derived("resources[].name", RESOURCE, "the last part of its id; the name of a role that is built in")
    },
    derived("resources[].type", RESOURCE, "provider and types in its id"),
    Field {
        names: &["azure.resource.group"],
        ..derived("resources[].group.name", &["resourceGroupName", "resource_group_name"], "the resource group in its id")
    },
    derived("resources[].role_id", &[], "1 (Target), of the role 4 (Related)"),
    derived("resources[].role", &[], "the caption of role_id"),
    derived("user.uid", &[], "who gets or loses the role"),
    derived("user.type_id", &[], "User 1, ServicePrincipal 4, Group 99"),
    derived("user.type", &[], "the caption of type_id; of 99 Azure's word"),
    derived("privileges[]", &[], "the role: its name if it is built in and known here, else the id of its definition"),
    derived("finding_info.uid", RESOURCE, "the alert: the last part of its id, else the event's correlation id"),
    derived("finding_info.title", &["eventName.value", ALERT[0], ALERT[1]], "what the alert is called"),
    first("finding_info.desc", &["description"]),
    Field {
        values: RESULT_WORDS,
        ..alias(&["resultType", "status.value", "ActivityStatusValue", "azure.activitylogs.result_type"], RESULT)
    },
    alias(&["ResourceId", "resourceId", "_ResourceId"], RESOURCE),
    alias(&["properties.message"], &property!("message")),
    alias(&["properties.requestbody", "properties.requestBody"], &REQUEST),
    alias(&["properties.responseBody"], &RESPONSE),
    alias(&["properties.statusCode", "statusCode"], &STATUS_CODE),
    alias(&["properties.statusMessage", "statusMessage"], &STATUS_MESSAGE),
    alias(&["properties.eventCategory", "azure.activitylogs.event_category"], &property!("eventCategory")),
    alias(&["azure.activitylogs.identity.authorization.evidence.role"], &ROLE),
    alias(&["azure.tenant_id"], &["tenantId", "tenant_id"]),
    alias(&["azure.activitylogs.result_signature"], &["resultSignature"]),
];

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

/// The first of several paths that has a text.
fn text_of<'a>(record: &Record<'a>, paths: &[Leaf]) -> Option<Cow<'a, str>> {
    paths.iter().find_map(|path| record.text(*path))
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
