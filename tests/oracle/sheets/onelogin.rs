//! The sheet of OneLogin.

use super::{ORIGINAL_TIME, SOURCE, Sheet, TARGET, USER_NAME, row};

pub const EVENTS: Sheet = Sheet {
    log_source: "onelogin",
    rows: &[
        row("actor name", &["/actor_user_name"], USER_NAME, ""),
        row("operation", &["/event_type_id"], &["/metadata/event_code"], ""),
        row("target", &["/user_id", "/user_name"], TARGET, ""),
        row("source address", &["/ipaddr"], SOURCE, "a text that is no address does not stand in ip"),
        row("time", &["/created_at", "/event_timestamp"], ORIGINAL_TIME, ""),
    ],
    absent: "region, MFA; the outcome is in the type of the event",
};
