//! Google Workspace: what people, administrators and programs did in it. Maps activities of the Reports API, the same as Cloud Logging,
//! Microsoft Sentinel and other collectors deliver them, and alerts of the Alert Center. One record may hold several events. README.md
//! beside this file says what was decided.

use std::borrow::Cow;

use event::ocsf::{Class, column_at};
use event::{Field, JsonKind, LogSourceName};

use crate::logsource::{LogSource, PLAIN};
use crate::logsources::shared::{ip_address, is_email};
use crate::logsources::{alias, constant, derived, first};
use crate::record::{Cell, Record, Row};
use crate::trie::Leaf;

mod parameters;
mod route;
mod target;

use parameters::{Parameter, flattened, joined, listed, parameter, parameter_list, paths_and_parameters};

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
        DEVICE = "DEVICE_ID",
        DEVICE_SERIAL = "DEVICE_SERIAL_NUMBER",
        LOGIN_TYPE = "login_type",
        LOGIN_FAILURE = "login_failure_type",
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
        SUSPICIOUS = "is_suspicious",
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
    marks: &["kind", "id", "kind_s", "id_applicationname_s", "idapplicationname", "protopayload", "unique_id", "alertid"],
    paths: PATHS,
    needed: NEEDED,
    operation: "events.name",
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
    fields: FIELDS,
    kept: &["actor.callerType", "protoPayload.metadata.event.status.success", "protoPayload.status.code", "data"],
    strings: &["events_s", "EventOriginalMessage", "scope_s", "login_challenge_method_s", "new_value_s", "rule_name_s"],
    events: &["events", "events_s", "EventOriginalMessage", "protoPayload.metadata.event"],
    fits,
    time: &[TIME, TIME_T, TIME_S, TIMESTAMP, UPDATED, CREATED, TIME_GENERATED],
    delivered: &[RECEIVED],
    derive,
    key,
    ..PLAIN
};

const USER: &str = "events.parameters[name=USER_EMAIL].value";
const AFFECTED: &str = "events.parameters[name=affected_email_address].value";

const EVENT_NAMES: &[&str] = &[
    "events.name",
    "protoPayload.metadata.event.eventName",
    "event.name",
    "name",
    "events_s.name",
    "event_name_s",
    "EventOriginalMessage.name",
    "EventMessage",
];
const EVENT_TYPES: &[&str] = &[
    "events.type",
    "protoPayload.metadata.event.eventType",
    "event.type",
    "type",
    "events_s.type",
    "event_type_s",
    "EventOriginalMessage.type",
    "EventType",
];
const EVENT_APPLICATIONS: &[&str] = &["id.applicationName", "protoPayload.serviceName", "id_applicationName_s", "IdApplicationName"];
const EMAILS: &[&str] = &["actor.email", "protoPayload.authenticationInfo.principalEmail", "actor_email_s", "ActorEmail", "email"];
const IP_ADDRESSES: &[&str] = &["ipAddress", "protoPayload.requestMetadata.callerIp", "ipAddress_s", "SrcIpAddr", "ip_address"];
const PROFILE_IDS: &[&str] = &["actor.profileId", "actor_profileId_s", "ActorProfileId"];

/// Rules written for Cloud Logging name the service, records of the Reports API the application.
const SERVICES: &[(&str, &[&str])] = &[
    ("admin.googleapis.com", &["admin"]),
    ("login.googleapis.com", &["login", "user_accounts", "saml"]),
    ("admin", &["admin.googleapis.com"]),
    ("login", &["login.googleapis.com"]),
    ("user_accounts", &["login.googleapis.com"]),
];

const FIELDS: &[Field] = &[
    first(
        "metadata.original_event_uid",
        &[
            "id.uniqueQualifier",
            "id.uniqQualifier",
            "protoPayload.metadata.activityId.uniqQualifier",
            "id_uniqueQualifier_s",
            "EventId",
            "unique_id",
            "alertId",
            "insertId",
        ],
    ),
    derived("metadata.uid", &[], "the original uid; of a record with several events, with `#` and the event's number"),
    first("metadata.original_time", &["id.time", "id_time_t", "id_time_s", "timestamp", "updateTime", "createTime", "TimeGenerated"]),
    derived("metadata.logged_time", &["receiveTimestamp"], "as a time"),
    derived("metadata.event_code", EVENT_NAMES, "the event's name; of an alert, its type"),
    derived(
        "metadata.log_name",
        EVENT_APPLICATIONS,
        "the application; in Cloud Logging it is told by service and type; `alerts` of an alert",
    ),
    derived("metadata.product.feature.name", EVENT_APPLICATIONS, "as metadata.log_name"),
    first("metadata.log_level", &["severity"]),
    first("metadata.tenant_uid", &["id.customerId", "id_customerId_s", "UserAadid", "customerId"]),
    constant("metadata.product.name", "Google Workspace"),
    constant("metadata.product.vendor_name", "Google"),
    derived("api.operation", EVENT_NAMES, "the event's name, in class 6003"),
    derived("api.service.name", EVENT_APPLICATIONS, "the application, in class 6003; of a call by a third party, the API that it names"),
    derived("activity_id", EVENT_NAMES, "by class, from application, type and name"),
    derived("activity_name", EVENT_NAMES, "the caption of activity_id; of 99 the event's name"),
    derived(
        "status_id",
        &["protoPayload.metadata.event.status.success", "protoPayload.status.code", "metadata.status"],
        "events have no outcome: 2 where the name says failure or denial, a challenge was not passed, or Cloud Logging says so; else 1. Of a \
         finding: 1 New, of an alert by its status",
    ),
    derived("status", &[], "the caption of status_id"),
    derived(
        "status_code",
        &["events.parameters[name=saml_status_code].value"],
        "of a sign-in by SAML, its status; of an alert, its status",
    ),
    derived(
        "status_detail",
        &["events.parameters[name=login_failure_type].value", "events.parameters[name=login_challenge_status].value"],
        "why a sign-in failed, or what became of a challenge; else Cloud Logging's message",
    ),
    derived("actor.user.name", EMAILS, "the address; of programs, their key; \"Unknown\" where there is neither"),
    derived("actor.user.email_addr", EMAILS, "the same, if it is an e-mail address"),
    first("actor.user.uid", PROFILE_IDS),
    first("actor.user.domain", &["ownerDomain", "ownerDomain_s"]),
    derived(
        "actor.user.type_id",
        &["actor.callerType", "actor_callerType_s", "ActorCallerType"],
        "USER or nothing 1, KEY 4, others 99; of an address of a service account 4",
    ),
    derived(
        "actor.user.type",
        &["actor.callerType", "actor_callerType_s", "ActorCallerType"],
        "the caption of type_id; of 99 Google's word",
    ),
    derived("actor.user.account.name", EMAILS, "the address of a person"),
    derived("actor.user.account.type_id", &[], "15 where the account is known"),
    derived("actor.user.account.type", &[], "\"Google Workspace\" where the account is known"),
    derived("actor.session.uid", &["events.parameters[name=dusi].value"], "the session of the device"),
    derived(
        "actor.app_name",
        &["actor.applicationInfo.applicationName", "actor.key", "events.parameters[name=app_name].value"],
        "the program that acts, or the key that it uses",
    ),
    derived("actor.app_uid", &["actor.applicationInfo.oauthClientId", "events.parameters[name=client_id].value"], "its OAuth client"),
    derived("src_endpoint.ip", IP_ADDRESSES, "if it is an address, without a port"),
    derived("src_endpoint.svc_name", &[], "\"Google Workspace\" where there is no address"),
    derived("src_endpoint.autonomous_system.number", &["networkInfo.ipAsn"], "the first number"),
    first("src_endpoint.location.country", &["networkInfo.regionCode"]),
    first("src_endpoint.location.region", &["networkInfo.subdivisionCode"]),
    derived(
        "http_request.user_agent",
        &["protoPayload.requestMetadata.callerSuppliedUserAgent", "events.parameters[name=user_agent].value", "UserAgentOriginal"],
        "the program that asked",
    ),
    derived("user.name", &[USER, AFFECTED, "events.parameters[name=member_id].value"], "who signs in, is changed or becomes a member"),
    derived("user.email_addr", &[USER, AFFECTED, "events.parameters[name=member_id].value"], "the same, if it is an e-mail address"),
    derived("user.uid", PROFILE_IDS, "as of the actor, where he signs in or changes himself"),
    derived("user.type_id", &[], "1"),
    derived("user.type", &[], "\"User\""),
    derived(
        "privileges[]",
        &["events.parameters[name=ROLE_NAME].value", "events.parameters[name=scope].multiValue"],
        "the role; what the event's name grants or takes; the scopes of a token",
    ),
    derived("group.name", &["events.parameters[name=GROUP_EMAIL].value", "events.parameters[name=group_id].value"], "the group's address"),
    derived("group.uid", &["events.parameters[name=group_id].value"], "its id"),
    derived("subgroup.name", &["events.parameters[name=member_id].value"], "the group that becomes a member"),
    derived(
        "entity.name",
        &["events.parameters[name=SETTING_NAME].value", "events.parameters[name=ROLE_NAME].value"],
        "the setting, role, client, application or device; where none is named, the event's name, which is that of the setting",
    ),
    derived("entity.type_id", &[], "by what names it: 1 device, 4 organizational unit, 5 setting, 99 others"),
    derived("entity.type", &[], "its caption; of 99 a word for it"),
    derived("file.name", &["events.parameters[name=doc_title].value", "events.parameters[name=doc_id].value"], "the title, else the id"),
    derived("file.uid", &["events.parameters[name=doc_id].value"], "the id"),
    derived("file.type_id", &["events.parameters[name=doc_type].value"], "2 of folders and drives, else 1"),
    derived("file.type", &["events.parameters[name=doc_type].value"], "the caption of type_id"),
    derived("file.owner.name", &["events.parameters[name=owner].value"], "the owner"),
    derived("file.owner.email_addr", &["events.parameters[name=owner].value"], "the same, if it is an e-mail address"),
    derived("auth_protocol_id", &["events.parameters[name=login_type].value"], "saml 5, unknown 0, others 99; 5 in application saml"),
    derived("auth_protocol", &["events.parameters[name=login_type].value"], "its caption; of 99 Google's word"),
    derived(
        "auth_factors[].factor_type_id",
        &["events.parameters[name=login_challenge_method].multiValue"],
        "of each method once: password 11, prompt 5, codes 7, keys 9, phones 99",
    ),
    derived(
        "auth_factors[].factor_type",
        &["events.parameters[name=login_challenge_method].multiValue"],
        "its caption; of 99 Google's word",
    ),
    derived(
        "is_mfa",
        &["events.parameters[name=is_second_factor].boolValue", "events.parameters[name=login_challenge_method].multiValue"],
        "whether Google says so; else whether a method is a second factor",
    ),
    derived("session.uid", &["events.parameters[name=dusi].value"], "the session of the device"),
    derived(
        "service.name",
        &["events.parameters[name=APPLICATION_NAME].value"],
        "where the sign-in led: the application of SAML, else Google Workspace",
    ),
    derived("resources[].uid", &[USER, "events.parameters[name=client_id].value"], "the id of what the event is about"),
    derived("resources[].name", &[USER, "events.parameters[name=app_name].value"], "its name"),
    derived("resources[].type", &[], "a word for it"),
    derived("resources[].role_id", &[], "1 (Target); 3 (Affected) in findings"),
    derived("resources[].role", &[], "the caption of role_id"),
    derived(
        "severity_id",
        &["metadata.severity", "events.parameters[name=severity].value"],
        "of findings: Google's, or by the event's name",
    ),
    derived("severity", &[], "the caption of severity_id"),
    derived("is_alert", &[], "true in findings"),
    derived("finding_info.uid", &["alertId"], "metadata.uid"),
    derived("finding_info.title", EVENT_NAMES, "the alert's type, the rule's name, else the event's"),
    derived("finding_info.created_time", &["createTime"], "as a time; else that of the event"),
    derived("finding_info.modified_time", &["updateTime"], "as a time"),
    derived("finding_info.first_seen_time", &["startTime"], "as a time"),
    derived("finding_info.last_seen_time", &["endTime"], "as a time"),
    derived("finding_info.src_url", &["securityInvestigationToolLink"], "if it is a link"),
    derived("finding_info.types[]", EVENT_TYPES, "the event's type; of an alert, Google's type of its data"),
    derived("finding_info.analytic.uid", &["events.parameters[name=rule_resource_name].value"], "the rule"),
    derived("finding_info.analytic.name", &["events.parameters[name=rule_name].value"], "its name"),
    derived("finding_info.analytic.type_id", &[], "1"),
    derived("finding_info.analytic.type", &[], "\"Rule\""),
    derived("evidences[].actor.user.name", &["actor.email", "data.email", "data.actorEmail"], "whose account it is about"),
    derived("evidences[].src_endpoint.ip", &["ipAddress", "data.loginDetails.ipAddress"], "from where"),
    derived("evidences[].data", &["data"], "what an alert says"),
    // Names in rules.
    alias(
        &[
            "eventName",
            "event_name",
            "event.action",
            "event.name",
            "events.name",
            "name",
            "protoPayload.metadata.event.eventName",
            "google_workspace.event.name",
            "EventMessage",
            "event_name_s",
        ],
        EVENT_NAMES,
    ),
    alias(
        &[
            "eventType",
            "event_type",
            "events.type",
            "event.type",
            "type",
            "protoPayload.metadata.event.eventType",
            "google_workspace.event.type",
            "event_type_s",
        ],
        EVENT_TYPES,
    ),
    Field {
        values: SERVICES,
        ..alias(
            &[
                "eventService",
                "eventSource",
                "protoPayload.serviceName",
                "id.applicationName",
                "event.provider",
                "applicationName",
                "google_workspace.admin.service.name",
                "id_applicationName_s",
                "IdApplicationName",
            ],
            EVENT_APPLICATIONS,
        )
    },
    alias(
        &[
            "actor.email",
            "actor_email_s",
            "ActorEmail",
            "source.user.email",
            "protoPayload.authenticationInfo.principalEmail",
            "user.email",
        ],
        EMAILS,
    ),
    alias(&["ipAddress", "IPAddress", "source.ip", "SrcIpAddr", "protoPayload.requestMetadata.callerIp"], IP_ADDRESSES),
    alias(&["actor.profileId", "actor_profileId_s", "ActorProfileId"], PROFILE_IDS),
    alias(&["setting_name", "SETTING_NAME_s", "google_workspace.admin.setting.name"], parameter!("SETTING_NAME")),
    alias(&["new_value", "NEW_VALUE_s", "google_workspace.admin.new_value"], parameter_list!("NEW_VALUE")),
    alias(&["old_value", "OLD_VALUE_s", "google_workspace.admin.old_value"], parameter_list!("OLD_VALUE")),
    alias(&["user_email", "USER_EMAIL_s", "google_workspace.admin.user.email"], parameter!("USER_EMAIL")),
    alias(&["group_email", "GROUP_EMAIL_s", "google_workspace.admin.group.email"], parameter!("GROUP_EMAIL")),
    alias(&["role_name", "ROLE_NAME_s", "google_workspace.admin.role.name"], parameter!("ROLE_NAME")),
    alias(&["privilege_name", "PRIVILEGE_NAME_s", "google_workspace.admin.privilege.name"], parameter!("PRIVILEGE_NAME")),
    alias(&["org_unit_name", "ORG_UNIT_NAME_s", "google_workspace.admin.org_unit.name"], parameter!("ORG_UNIT_NAME")),
    alias(&["domain_name", "DOMAIN_NAME_s", "google_workspace.admin.domain.name"], parameter!("DOMAIN_NAME")),
    alias(&["application_name", "APPLICATION_NAME_s", "google_workspace.admin.application.name"], parameter!("APPLICATION_NAME")),
    alias(&["login_type", "login_type_s", "google_workspace.login.type"], parameter!("login_type")),
    alias(&["login_failure_type", "login_failure_type_s", "google_workspace.login.failure_type"], parameter!("login_failure_type")),
    alias(
        &["login_challenge_method", "login_challenge_method_s", "google_workspace.login.challenge_method"],
        parameter_list!("login_challenge_method"),
    ),
    alias(&["affected_email_address", "google_workspace.login.affected_email_address"], parameter!("affected_email_address")),
    alias(&["client_id", "client_id_s", "google_workspace.token.client.id"], parameter!("client_id")),
    alias(&["app_name", "app_name_s", "google_workspace.token.app_name"], parameter!("app_name")),
    alias(&["scope", "scope_s", "google_workspace.token.scope.value"], parameter_list!("scope")),
    alias(&["doc_id", "doc_id_s", "google_workspace.drive.file.id"], parameter!("doc_id")),
    alias(&["doc_title", "doc_title_s", "file.name"], parameter!("doc_title")),
    alias(&["doc_type", "doc_type_s", "google_workspace.drive.file.type"], parameter!("doc_type")),
    alias(&["visibility", "visibility_s", "google_workspace.drive.visibility"], parameter!("visibility")),
    alias(&["target_user", "target_user_s", "google_workspace.drive.target"], parameter!("target_user")),
];

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
    for text in [application(record, &kind), id.clone(), name(record), actor] {
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

fn derive(record: &Record, row: &mut Row) -> Class {
    let kind = of_event(record, TYPES).unwrap_or_default();
    let application = application(record, &kind).unwrap_or_default();
    let name = name(record).unwrap_or(Cow::Borrowed("Unknown"));
    let (class, activity) = route::route(&application, &kind, &name, record);

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
    if let Some(detail) = LOGIN_FAILURE.text(record).or(challenge).or_else(|| record.text(STATUS_MESSAGE)) {
        row.text(STATUS_DETAIL, record, &detail);
    }
}

/// Who did it: a person, or a program with a key.
fn actor(record: &Record, row: &mut Row) {
    let email = record.first(ACTOR_EMAILS);
    let key = record.first(CALLER_KEYS);
    let caller = record.first(CALLER_TYPES);
    let is_service = email.as_deref().is_some_and(|email| email.ends_with(".gserviceaccount.com"));
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

fn typed(row: &mut Row, id: i64, caption: &'static str) {
    row.number(ACTOR_TYPE_ID, id);
    row.constant(ACTOR_TYPE, caption);
}

/// Where it came from. What Google does itself, and what comes through its own servers, has no address.
fn source(record: &Record, row: &mut Row) {
    let address = record.first(ADDRESSES);
    match address.as_deref().and_then(ip_address) {
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
