//! Sheets of Entra ID.

use super::{AGENT, MFA, OPERATION, ORIGINAL_TIME, OUTCOME, SESSION, SOURCE, Sheet, TARGET, TENANT, USER_NAME, row};

/// What Event Hub holds under `properties`, and the Graph API and the tables at the top.
macro_rules! either {
    ($path:literal) => {
        concat!("/properties?/", $path)
    };
}

pub const SIGNIN: Sheet = Sheet {
    log_source: "entra_signin",
    rows: &[
        row("actor id", &[either!("userId|servicePrincipalId")], &["/user/uid"], ""),
        row("actor name", &[either!("userPrincipalName|userDisplayName|servicePrincipalName")], &["/user/name"], ""),
        row("operation", &["/operationName", "/category"], OPERATION, ""),
        row("outcome", &[either!("status/errorCode"), "/resultType"], OUTCOME, ""),
        row("target", &[either!("resourceDisplayName"), "/properties/resourceId"], &["/dst_endpoint/svc_name", "/dst_endpoint/uid"], ""),
        row("application", &[either!("appId")], &["/service/uid"], ""),
        row("source address", &[either!("ipAddress"), "/callerIpAddress"], SOURCE, ""),
        row("tenant", &["/tenantId", "/AADTenantId"], TENANT, ""),
        row(
            "location",
            &[either!("location|locationDetails/city|countryOrRegion")],
            &["/src_endpoint/location/city", "/src_endpoint/location/country"],
            "a place needs an address",
        ),
        row("session", &[either!("sessionId|uniqueTokenIdentifier")], SESSION, ""),
        row(
            "credential",
            &[either!("servicePrincipalCredentialKeyId|federatedCredentialId")],
            &["/actor/user/programmatic_credentials/uid"],
            "",
        ),
        row("MFA", &[either!("authenticationRequirement")], MFA, ""),
        row("device", &[either!("deviceDetail/deviceId")], &["/device/uid"], ""),
        row("user agent", &[either!("userAgent")], AGENT, ""),
        row("time", &[either!("createdDateTime"), "/time", "/TimeGenerated"], ORIGINAL_TIME, ""),
    ],
    absent: "",
};

pub const AUDIT: Sheet = Sheet {
    log_source: "entra_audit",
    rows: &[
        row(
            "actor id",
            &[either!("initiatedBy/user/id"), either!("initiatedBy/app/servicePrincipalId|appId")],
            &["/actor/user/uid", "/actor/app_uid"],
            "",
        ),
        row(
            "actor name",
            &[either!("initiatedBy/user/userPrincipalName|displayName"), either!("initiatedBy/app/displayName"), "/identity"],
            USER_NAME,
            "",
        ),
        row("operation", &[either!("activityDisplayName"), "/operationName"], OPERATION, ""),
        row("outcome", &[either!("result")], OUTCOME, ""),
        row("target", &[either!("targetResources/id|displayName|userPrincipalName")], TARGET, ""),
        row(
            "source address",
            &[either!("initiatedBy/user/ipAddress"), "/callerIpAddress", either!("additionalDetails[key=ipaddr]/value")],
            SOURCE,
            "",
        ),
        row("tenant", &["/tenantId", "/AADTenantId", "/properties/tenantId"], TENANT, ""),
        row("user agent", &[either!("additionalDetails[key=User-Agent]/value")], AGENT, ""),
        row("time", &[either!("activityDateTime"), "/time", "/TimeGenerated"], ORIGINAL_TIME, ""),
    ],
    absent: "location, session, MFA: the sign-in has them",
};

pub const RISK: Sheet = Sheet {
    log_source: "entra_risk",
    rows: &[
        row("actor id", &[either!("userId|servicePrincipalId|appId")], &["/evidences/actor/user/uid", "/resources/uid"], ""),
        row(
            "actor name",
            &[either!("userPrincipalName|userDisplayName|servicePrincipalDisplayName"), "/alertIncidents/assigneeUserPrincipalName"],
            &["/evidences/actor/user/name", "/resources/name"],
            "",
        ),
        row("operation: what was found", &[either!("riskEventType")], &["/finding_info/types"], ""),
        row("outcome: its state", &[either!("riskState")], OUTCOME, ""),
        row("target", &[either!("userId|servicePrincipalId"), "/alertIncidents/assigneeId|roleDefinitionId"], TARGET, ""),
        row("source address", &[either!("ipAddress")], &["/evidences/src_endpoint/ip"], ""),
        row(
            "tenant",
            &["/tenantId", "/AADTenantId"],
            TENANT,
            "TenantId of Log Analytics is the workspace; the tables of risks do not say the tenant",
        ),
        row(
            "location",
            &[either!("location/city|countryOrRegion")],
            &["/evidences/src_endpoint/location/city"],
            "a place needs an address",
        ),
        row("session: the sign-in", &[either!("requestId")], &["/finding_info/related_events/uid"], ""),
        row("credential", &[either!("keyIds")], &["/evidences/actor/session/credential_uid"], ""),
        row(
            "time",
            &[either!("lastUpdatedDateTime|riskLastUpdatedDateTime|detectedDateTime|activityDateTime"), "/lastModifiedDateTime", "/time"],
            ORIGINAL_TIME,
            "",
        ),
    ],
    absent: "MFA: the sign-in has it",
};
