//! The table: which column comes from where, and what rules call it.

use event::Field;

use super::*;
use crate::logsources::{alias, constant, derived, first};

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
const SUBSTATUS: &[&str] =
    &[STATUS_CODE[0], STATUS_CODE[1], "subStatus.value", "sub_status.value", "ActivitySubstatusValue", "resultSignature"];
const TENANTS: &[&str] = &["tenantId", "tenant_id", TENANT[0], TENANT[1], TENANT[2]];
const SUBSCRIPTIONS: &[&str] = &["subscriptionId", "subscription_id"];
const SEVERITIES: &[&str] = &["level", ALERT_SEVERITY[0], ALERT_SEVERITY[1]];

/// What tells who called: each of the actor's columns depends on all of it.
const ACTOR: &[&str] = &[
    "caller",
    UPN[0],
    UPN[1],
    UPN[2],
    MAIL[0],
    MAIL[1],
    MAIL[2],
    LOGIN[0],
    LOGIN[1],
    LOGIN[2],
    DISPLAY[0],
    DISPLAY[1],
    DISPLAY[2],
    OBJECT[0],
    OBJECT[1],
    OBJECT[2],
    APP[0],
    APP[1],
    APP[2],
    APP_KIND[0],
    APP_KIND[1],
    APP_KIND[2],
    PRINCIPAL_KIND[0],
    PRINCIPAL_KIND[1],
    PRINCIPAL_KIND[2],
];

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

pub const FIELDS: &[Field] = &[
    first("metadata.original_event_uid", &["eventDataId", "event_data_id", EVENT_ID[0], EVENT_ID[1]]),
    first("metadata.original_time", &["time", "eventTimestamp", "event_timestamp", "TimeGenerated"]),
    derived("metadata.logged_time", SUBMITTED, "as a time: when the event could be read"),
    Field { names: &["category", "CategoryValue", "azure.activitylogs.category"], ..first("metadata.event_code", CATEGORY) },
    first("metadata.product.feature.name", FEATURE),
    Field { names: &["CorrelationId", "azure.correlation_id"], ..first("metadata.correlation_uid", &["correlationId", "correlation_id"]) },
    first("metadata.log_level", &["level"]),
    derived("metadata.tenant_uid", TENANTS, "the tenant; in Log Analytics that of the token, since TenantId is the workspace there"),
    constant("metadata.product.name", "Azure Activity Log"),
    constant("metadata.product.vendor_name", "Microsoft"),
    constant("metadata.log_name", "azure_activity"),
    constant("cloud.provider", "Azure"),
    derived("cloud.region", &["location"], "the location, unless it is the word null"),
    Field {
        names: &["SubscriptionId", "azure.subscription_id"],
        ..derived("cloud.account.uid", SUBSCRIPTIONS, "the subscription, else that in the resource's id")
    },
    derived("cloud.account.type_id", SUBSCRIPTIONS, "13 where the subscription is known"),
    derived("cloud.account.type", SUBSCRIPTIONS, "\"Azure Subscription\" where the subscription is known"),
    derived("cloud.org.uid", TENANTS, "as metadata.tenant_uid"),
    Field {
        names: &["operationName", "OperationNameValue", "operation_name", "azure.activitylogs.operation_name", "event.action"],
        ..first("api.operation", OPERATION)
    },
    Field {
        names: &["ResourceProviderValue", "azure.resource.provider"],
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
    derived("severity_id", SEVERITIES, "Critical 5, Error 4, Warning 3, else 1; of an alert its own severity"),
    derived("severity", SEVERITIES, "the caption of severity_id"),
    derived("duration", &["durationMs"], "in milliseconds"),
    derived(
        "activity_id",
        SUBSTATUS,
        "by the last part of the operation: read 2, delete 4, write 1 if it answers Created, else 3; of an action by its verb, else 99",
    ),
    derived("activity_name", SUBSTATUS, "the caption of activity_id; of 99 the operation"),
    derived("actor.user.name", ACTOR, "the claims upn and emailaddress, the caller if it is no object id, the claims name, then appid"),
    derived("actor.user.email_addr", ACTOR, "emailaddress, or the name if it is an e-mail address"),
    derived("actor.user.full_name", ACTOR, "the claim name, where it is not the actor's name itself"),
    derived("actor.user.uid", ACTOR, "the object id: that of the claims, else the caller if it is one"),
    derived("actor.user.type_id", ACTOR, "4 for service principals and managed identities, 1 for people"),
    derived("actor.user.type", ACTOR, "the caption of type_id"),
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
        &[ROLE[0], ROLE[1], ROLE[2], ROLE_ALONE[0], ROLE_ALONE[1], ROLE_ALONE[2]],
        "the role that the call was allowed by",
    ),
    derived("actor.authorizations[].policy.uid", &ROLE_DEFINITION, "the id of its definition"),
    Field { names: &["source.ip"], ..derived("src_endpoint.ip", ADDRESS, "if it is an address, without its port") },
    derived("src_endpoint.name", ADDRESS, "what is no address, and 0.0.0.0; \"Unknown\" where there is none"),
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
    alias(&["CallerIpAddress", "callerIpAddress", "httpRequest.clientIpAddress"], ADDRESS),
    alias(&UPN, &UPN),
    alias(&MAIL, &MAIL),
    alias(&LOGIN, &LOGIN),
    alias(&DISPLAY, &DISPLAY),
    alias(&OBJECT, &OBJECT),
    alias(&TENANT, &TENANT),
    alias(&METHODS, &METHODS),
    alias(&PROVIDER, &PROVIDER),
    alias(&APP, &APP),
    alias(&APP_KIND, &APP_KIND),
    alias(&TOKEN, &TOKEN),
    alias(&ROLE_DEFINITION, &ROLE_DEFINITION),
    alias(&PRINCIPAL_KIND, &PRINCIPAL_KIND),
    alias(&ACTION, &ACTION),
    alias(&SCOPE, &SCOPE),
    alias(&ROLE, &ROLE),
    alias(&["ResourceId", "resourceId", "_ResourceId"], RESOURCE),
    alias(&["properties.message"], &["properties.message", "Properties_d.message"]),
    alias(&["properties.requestbody", "properties.requestBody"], &REQUEST),
    alias(&["properties.responseBody"], &RESPONSE),
    alias(&["properties.statusCode", "statusCode"], &STATUS_CODE),
    alias(&["properties.statusMessage", "statusMessage"], &STATUS_MESSAGE),
    alias(&["properties.eventCategory", "azure.activitylogs.event_category"], &["properties.eventCategory", "Properties_d.eventCategory"]),
    alias(&["azure.activitylogs.identity.authorization.evidence.role"], &ROLE),
    alias(&["azure.activitylogs.identity.authorization.action"], &ACTION),
    alias(&["azure.tenant_id"], &["tenantId", "tenant_id"]),
    alias(&["azure.activitylogs.result_signature"], &["resultSignature"]),
];
