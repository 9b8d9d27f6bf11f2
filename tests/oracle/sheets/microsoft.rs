//! Sheets of Azure.

use super::{ACCOUNT, MFA, OPERATION, ORIGINAL_TIME, OUTCOME, REGION, SESSION, SOURCE, Sheet, TENANT, USER_NAME, row};

/// A claim of the token, in any shape.
macro_rules! claim {
    ($name:literal) => {
        concat!("/identity?/claims|claims_d/", $name)
    };
}

pub const ACTIVITY: Sheet = Sheet {
    log_source: "azure_activity",
    rows: &[
        row("actor id", &[claim!("*objectidentifier")], &["/actor/user/uid"], ""),
        row(
            "actor name",
            &["/caller", claim!("*~upn"), claim!("*~emailaddress"), claim!("*~name|name"), claim!("appid")],
            USER_NAME,
            "a caller who is an object id without claims has no name, and stands in actor.user.uid",
        ),
        row("operation", &["/operationName", "/operationNameValue"], OPERATION, ""),
        row("outcome", &["/resultType", "/status", "/activityStatusValue"], OUTCOME, ""),
        row("target", &["/resourceId", "/resourceUri", "/_ResourceId"], &["/resources/uid"], ""),
        row("source address", &["/callerIpAddress", "/httpRequest/clientIpAddress"], SOURCE, ""),
        row("subscription", &["/subscriptionId"], ACCOUNT, ""),
        row(
            "tenant",
            &["/tenantId", claim!("*tenantid")],
            TENANT,
            "TenantId of Log Analytics is the workspace; without claims nothing says the tenant",
        ),
        row("location", &["/location"], REGION, ""),
        row("session", &[claim!("uti")], SESSION, ""),
        row("MFA", &[claim!("*authnmethodsreferences")], MFA, ""),
        row("role", &["/identity?/authorization|authorization_d/evidence?/role"], &["/actor/authorizations/policy/name"], ""),
        row("time", &["/time", "/eventTimestamp", "/TimeGenerated"], ORIGINAL_TIME, ""),
    ],
    absent: "",
};

/// A property, in any shape.
macro_rules! property {
    ($name:literal) => {
        concat!("/properties|properties_s/", $name)
    };
}

pub const AI_DIAGNOSTIC: Sheet = Sheet {
    log_source: "azure_ai_diagnostic",
    rows: &[
        row("actor id", &[property!("objectId")], &["/actor/user/uid"], ""),
        row("actor name", &["/UserAuthenticatedId", property!("enduser.id")], USER_NAME, ""),
        row("operation", &["/operationName", property!("gen_ai.operation.name")], OPERATION, ""),
        row("outcome", &["/resultSignature", "/resultType", "/Success"], OUTCOME, "0 is no HTTP status"),
        row("target", &["/resourceId"], &["/resources/uid"], ""),
        row("source address", &["/callerIpAddress", "/ClientIP"], SOURCE, ""),
        row("subscription", &["/_SubscriptionId", "/resourceId"], ACCOUNT, ""),
        row("region", &["/location", "/Tenant"], REGION, ""),
        row("agent", &[property!("gen_ai.agent.id|gen_ai.agent.name")], &["/actor/app_uid", "/actor/app_name"], ""),
        row("model", &[property!("modelName|gen_ai.request.model|gen_ai.response.model")], &["/ai_model/name"], ""),
        row("tokens in", &[property!("gen_ai.usage.input_tokens")], &["/message_context/prompt_tokens"], ""),
        row("tokens out", &[property!("gen_ai.usage.output_tokens")], &["/message_context/completion_tokens"], ""),
        row("time", &["/time", "/TimeGenerated"], ORIGINAL_TIME, ""),
    ],
    absent: "session, MFA",
};
