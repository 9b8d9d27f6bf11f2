//! The sheet of Okta. Rows of Log Analytics have each path as one name.

use super::{AGENT, ORIGINAL_TIME, OUTCOME, SESSION, Sheet, TARGET, row};

pub const SYSTEM: Sheet = Sheet {
    log_source: "okta_system",
    rows: &[
        row("actor id", &["/actor/id", "/actor_id_s"], &["/actor/user/uid", "/evidences/actor/user/uid", "/evidences/src_endpoint/ip"], ""),
        row(
            "actor name",
            &["/actor/alternateId|displayName", "/actor_alternateId_s", "/actor_displayName_s"],
            &["/actor/user/name", "/evidences/actor/user/name", "/evidences/src_endpoint/ip"],
            "",
        ),
        row("operation", &["/eventType", "/eventType_s"], &["/metadata/event_code"], ""),
        row("outcome", &["/outcome/result", "/outcome_result_s"], OUTCOME, ""),
        row("target", &["/target/id|alternateId|displayName", "/target_s/id|alternateId|displayName"], TARGET, ""),
        row(
            "source address",
            &["/client/ipAddress", "/client_ipAddress_s", "/request/ipChain/ip", "/request_ipChain_s/ip"],
            &["/src_endpoint/ip", "/evidences/src_endpoint/ip"],
            "what is no address does not stand in ip",
        ),
        row(
            "location",
            &["/client/geographicalContext/city|country", "/client_geographicalContext_city_s", "/client_geographicalContext_country_s"],
            &["/src_endpoint/location/country", "/evidences/src_endpoint/location/country"],
            "",
        ),
        row(
            "session",
            &["/authenticationContext/externalSessionId", "/authenticationContext_externalSessionId_s"],
            SESSION,
            "`trs...` is a request of its own, not a session",
        ),
        row("credential", &["/transaction/detail/requestApiTokenId"], SESSION, ""),
        row(
            "MFA",
            &["/debugContext/debugData/factor", "/debugContext_debugData_factor_s"],
            &["/auth_factors/factor_type_id"],
            "a factor that is enrolled or reset is none that somebody signed in with",
        ),
        row("user agent", &["/client/userAgent/rawUserAgent", "/client_userAgent_rawUserAgent_s"], AGENT, ""),
        row("device", &["/device/id"], &["/device/uid"], ""),
        row("time", &["/published", "/published_t"], ORIGINAL_TIME, ""),
    ],
    absent: "tenant",
};
