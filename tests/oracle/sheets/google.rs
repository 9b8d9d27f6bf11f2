//! Sheets of Google.

use super::{
    ACCOUNT, AGENT, MFA, OPERATION, ORIGINAL_TIME, OUTCOME, REGION, SESSION, SOURCE, Sheet, TARGET, TENANT, USER_ID, USER_NAME, row,
};

/// A member of the audit record, in any shape.
macro_rules! payload {
    ($path:literal) => {
        concat!("/protoPayload|protopayload_auditlog/", $path)
    };
}

pub const AUDIT: Sheet = Sheet {
    log_source: "gcp_audit",
    rows: &[
        row("actor id", &[payload!("authenticationInfo/principalSubject")], USER_ID, ""),
        row("actor name", &[payload!("authenticationInfo/principalEmail|principalSubject")], USER_NAME, ""),
        row("operation", &[payload!("methodName")], OPERATION, ""),
        row("outcome", &[""], OUTCOME, ""),
        row("target", &[payload!("resourceName")], TARGET, ""),
        row("source address", &[payload!("requestMetadata/callerIp")], SOURCE, ""),
        row("project", &["/resource/labels/project_id"], ACCOUNT, ""),
        row("organisation", &["/resource/labels/organization_id"], &["/cloud/org/uid"], ""),
        row(
            "location",
            &[
                payload!("resourceLocation/currentLocations"),
                "/resource/labels/zone",
                "/resource/labels/region",
                "/resource/labels/location",
            ],
            REGION,
            "",
        ),
        row("credential", &[payload!("authenticationInfo/serviceAccountKeyName")], SESSION, ""),
        row("delegation", &[payload!("authenticationInfo/serviceAccountDelegationInfo")], &["/actor/app_uid"], ""),
        row("permission", &[payload!("authorizationInfo/permission")], &["/actor/authorizations/policy/name"], ""),
        row("user agent", &[payload!("requestMetadata/callerSuppliedUserAgent")], AGENT, ""),
        row("time", &["/timestamp"], ORIGINAL_TIME, ""),
    ],
    absent: "MFA",
};

/// A parameter of an event, in the shapes of the API; flattened ones have it by its name alone.
macro_rules! parameter {
    ($name:literal) => {
        concat!("/events|events_s|EventOriginalMessage/parameters[name=", $name, "]/*value")
    };
}

pub const WORKSPACE: Sheet = Sheet {
    log_source: "google_workspace",
    rows: &[
        row(
            "actor id",
            &["/actor/profileId", "/actor_profileId_s", "/ActorProfileId"],
            &["/actor/user/uid", "/evidences/actor/user/uid"],
            "of a warning about another account the evidence names that one, not the actor",
        ),
        row(
            "actor name",
            &["/actor/email", "/actor_email_s", "/ActorEmail", "/protoPayload/authenticationInfo/principalEmail"],
            &["/actor/user/name", "/evidences/actor/user/name"],
            "",
        ),
        row(
            "operation",
            &["/events/name", "/name", "/events_s/name", "/event_name_s", "/event_name", "/protoPayload/metadata/event/eventName"],
            &["/metadata/event_code"],
            "",
        ),
        row("outcome", &[""], OUTCOME, ""),
        row(
            "target: user",
            &[parameter!("USER_EMAIL")],
            &["/user/name", "/resources/name"],
            "where a device or a setting is the entity, whose it is stays in unmapped",
        ),
        row(
            "target: group",
            &[parameter!("GROUP_EMAIL"), parameter!("group_email")],
            &["/group/name", "/resources/name"],
            "where a setting is the entity, for which group it is set stays in unmapped",
        ),
        row("target: document", &[parameter!("doc_id"), "/parameters/doc_id", "/doc_id_s"], &["/file/uid", "/resources/uid"], ""),
        row("target: client", &[parameter!("client_id")], &["/resources/uid", "/actor/app_uid"], ""),
        row(
            "target: setting",
            &[parameter!("SETTING_NAME")],
            &["/entity/name"],
            "of a group that is changed, the group is the target; its setting stays in unmapped",
        ),
        row("target: role", &[parameter!("ROLE_NAME")], &["/privileges", "/entity/name", "/resources/name"], ""),
        row("target: calendar", &[parameter!("calendar_id"), parameter!("event_id")], &["/resources/uid", "/resources/name"], ""),
        row("target: device", &[parameter!("DEVICE_ID"), parameter!("device_id")], &["/entity/name", "/resources/name"], ""),
        row(
            "source address",
            &["/ipAddress", "/ipAddress_s", "/SrcIpAddr", "/protoPayload/requestMetadata/callerIp"],
            &["/src_endpoint/ip", "/evidences/src_endpoint/ip"],
            "",
        ),
        row("customer", &["/id/customerId", "/id_customerId_s", "/customerId"], TENANT, ""),
        row("location", &["/networkInfo/regionCode"], &["/src_endpoint/location/country"], ""),
        row("session", &[parameter!("dusi")], SESSION, ""),
        row(
            "MFA",
            &[parameter!("is_second_factor"), parameter!("login_challenge_method")],
            MFA,
            "the methods `none`, `other` and words that are not known say neither yes nor no",
        ),
        row("time", &["/id/time", "/id_time_t", "/id_time_s", "/timestamp", "/updateTime", "/createTime"], ORIGINAL_TIME, ""),
    ],
    absent: "",
};
