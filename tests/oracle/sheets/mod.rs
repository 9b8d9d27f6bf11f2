//! What the records of each log source have that everybody asks for, and which columns must then show it. Data alone: `fill.rs` counts.

mod aws;
mod entra;
mod google;
mod microsoft;
mod okta;
mod onelogin;

/// What is asked of one log source.
pub struct Sheet {
    pub log_source: &'static str,
    pub rows: &'static [Row],
    /// What its records do not have.
    pub absent: &'static str,
}

/// One line of the table. Paths are as `fill::values` reads them.
pub struct Row {
    pub name: &'static str,
    /// Where the raw record has it, in any of its shapes. The empty path is there always.
    pub raw: &'static [&'static str],
    /// Where the event shows it; one is enough.
    pub event: &'static [&'static str],
    /// Why not all do; empty where all do.
    pub missing: &'static str,
}

const fn row(name: &'static str, raw: &'static [&'static str], event: &'static [&'static str], missing: &'static str) -> Row {
    Row { name, raw, event, missing }
}

pub const ALL: &[&Sheet] = &[
    &aws::CLOUDTRAIL,
    &aws::GUARDDUTY,
    &aws::BEDROCK_INVOCATION,
    &google::AUDIT,
    &google::WORKSPACE,
    &microsoft::ACTIVITY,
    &microsoft::AI_DIAGNOSTIC,
    &entra::SIGNIN,
    &entra::AUDIT,
    &entra::RISK,
    &okta::SYSTEM,
    &onelogin::EVENTS,
];

const ORIGINAL_TIME: &[&str] = &["/metadata/original_time"];
const OUTCOME: &[&str] = &["/status_id"];
const ACCOUNT: &[&str] = &["/cloud/account/uid"];
const TENANT: &[&str] = &["/metadata/tenant_uid"];
const REGION: &[&str] = &["/cloud/region"];
const USER_ID: &[&str] = &["/actor/user/uid", "/actor/user/uid_alt"];
const USER_NAME: &[&str] = &["/actor/user/name"];
const OPERATION: &[&str] = &["/api/operation"];
const SOURCE: &[&str] = &["/src_endpoint/ip", "/src_endpoint/domain", "/src_endpoint/name"];
const FINDING_SOURCE: &[&str] = &["/evidences/src_endpoint/ip", "/evidences/dst_endpoint/ip"];
const SESSION: &[&str] = &[
    "/actor/session/credential_uid",
    "/actor/session/uid",
    "/session/credential_uid",
    "/session/uid",
    "/evidences/actor/session/uid",
    "/actor/session/created_time",
];
const MFA: &[&str] = &["/actor/session/is_mfa", "/session/is_mfa", "/is_mfa"];
const AGENT: &[&str] = &["/http_request/user_agent", "/evidences/http_request/user_agent"];
/// Whom or what the event says it was done to.
const TARGET: &[&str] = &[
    "/resources/uid",
    "/resources/name",
    "/user/name",
    "/user/uid",
    "/group/name",
    "/group/uid",
    "/entity/name",
    "/entity/uid",
    "/file/name",
    "/file/uid",
    "/policies/name",
    "/policies/uid",
    "/service/uid",
];
