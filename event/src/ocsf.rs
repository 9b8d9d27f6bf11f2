//! The part of OCSF 1.8.0 that isobar writes: classes, their activities, and the columns with their types.
//! Nested exactly as the standard nests it. Knows no log source.

use std::fmt;

pub const VERSION: &str = "1.8.0";

/// OCSF event classes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u16)]
pub enum Class {
    /// What could not be read.
    Base = 0,
    DetectionFinding = 2004,
    AccountChange = 3001,
    Authentication = 3002,
    GroupManagement = 3006,
    ApiActivity = 6003,
}

impl Class {
    /// The classes that log sources map to.
    pub const OF_EVENTS: [Class; 4] = [Class::AccountChange, Class::Authentication, Class::GroupManagement, Class::ApiActivity];

    pub fn uid(self) -> i32 {
        i32::from(self as u16)
    }

    /// The schema's name, as in file and view names.
    pub fn name(self) -> &'static str {
        match self {
            Class::Base => "base_event",
            Class::DetectionFinding => "detection_finding",
            Class::AccountChange => "account_change",
            Class::Authentication => "authentication",
            Class::GroupManagement => "group_management",
            Class::ApiActivity => "api_activity",
        }
    }

    pub fn caption(self) -> &'static str {
        match self {
            Class::Base => "Base Event",
            Class::DetectionFinding => "Detection Finding",
            Class::AccountChange => "Account Change",
            Class::Authentication => "Authentication",
            Class::GroupManagement => "Group Management",
            Class::ApiActivity => "API Activity",
        }
    }

    pub fn category_uid(self) -> i32 {
        self.uid() / 1000
    }

    pub fn category_caption(self) -> &'static str {
        match self.category_uid() {
            2 => "Findings",
            3 => "Identity & Access Management",
            6 => "Application Activity",
            _ => "Uncategorized",
        }
    }

    /// Position in [`Class::OF_EVENTS`].
    pub fn index(self) -> usize {
        Class::OF_EVENTS.iter().position(|class| *class == self).expect("log sources map to these classes only")
    }

    /// The caption of an activity; 99 is Other, whose name the event brings itself.
    pub fn activity(self, id: i32) -> &'static str {
        let names: &[(i32, &'static str)] = match self {
            Class::Base => &[],
            Class::DetectionFinding => &[(1, "Create"), (2, "Update"), (3, "Close")],
            Class::AccountChange => &[
                (1, "Create"),
                (2, "Enable"),
                (3, "Password Change"),
                (4, "Password Reset"),
                (5, "Disable"),
                (6, "Delete"),
                (7, "Attach Policy"),
                (8, "Detach Policy"),
                (9, "Lock"),
                (10, "MFA Factor Enable"),
                (11, "MFA Factor Disable"),
                (12, "Unlock"),
            ],
            Class::Authentication => &[
                (1, "Logon"),
                (2, "Logoff"),
                (3, "Authentication Ticket"),
                (4, "Service Ticket Request"),
                (5, "Service Ticket Renew"),
                (6, "Preauth"),
                (7, "Account Switch"),
            ],
            Class::GroupManagement => &[
                (1, "Assign Privileges"),
                (2, "Revoke Privileges"),
                (3, "Add User"),
                (4, "Remove User"),
                (5, "Delete"),
                (6, "Create"),
                (7, "Add Subgroup"),
                (8, "Remove Subgroup"),
            ],
            Class::ApiActivity => &[(1, "Create"), (2, "Read"), (3, "Update"), (4, "Delete")],
        };
        match names.iter().find(|(n, _)| *n == id) {
            Some((_, name)) => name,
            None if id == 99 => "Other",
            None => "Unknown",
        }
    }
}

impl fmt::Debug for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    /// `json_t`: a view of raw JSON. NDJSON writes it in line.
    Json,
    Int,
    Long,
    Bool,
    /// `metadata.profiles`: a list of texts.
    Texts,
    /// `unmapped`: names and raw JSON of what no column took.
    Map,
}

/// One attribute that isobar writes.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Names joined by dots; `[]` behind a list of objects: `resources[].uid`.
    pub path: &'static str,
    pub kind: Kind,
    /// The classes that have it; none means all.
    pub classes: &'static [Class],
}

use Class::{AccountChange, ApiActivity, Authentication, GroupManagement};
use Kind::{Bool, Int, Json, Long, Map, Text, Texts};

const fn column(path: &'static str, kind: Kind) -> Column {
    Column { path, kind, classes: &[] }
}

const fn of(classes: &'static [Class], path: &'static str, kind: Kind) -> Column {
    Column { path, kind, classes }
}

const WITH_USER: &[Class] = &[AccountChange, Authentication, GroupManagement];

/// Every column, in the order in which they are written. Attributes of one object stand together.
pub const COLUMNS: &[Column] = &[
    column("time", Long),
    column("class_uid", Int),
    column("class_name", Text),
    column("category_uid", Int),
    column("category_name", Text),
    column("activity_id", Int),
    column("activity_name", Text),
    column("type_uid", Long),
    column("type_name", Text),
    column("severity_id", Int),
    column("severity", Text),
    column("status_id", Int),
    column("status", Text),
    column("status_code", Text),
    column("status_detail", Text),
    column("metadata.version", Text),
    column("metadata.uid", Text),
    column("metadata.original_event_uid", Text),
    column("metadata.original_time", Text),
    column("metadata.event_code", Text),
    column("metadata.correlation_uid", Text),
    column("metadata.log_name", Text),
    column("metadata.log_version", Text),
    column("metadata.profiles", Texts),
    column("metadata.product.name", Text),
    column("metadata.product.vendor_name", Text),
    column("metadata.product.version", Text),
    column("metadata.product.feature.name", Text),
    column("cloud.provider", Text),
    column("cloud.region", Text),
    column("cloud.cloud_partition", Text),
    column("cloud.account.uid", Text),
    column("cloud.account.type_id", Int),
    column("cloud.account.type", Text),
    column("api.operation", Text),
    column("api.version", Text),
    column("api.service.name", Text),
    column("api.request.uid", Text),
    column("api.request.data", Json),
    column("api.response.error", Text),
    column("api.response.message", Text),
    column("api.response.data", Json),
    column("actor.user.name", Text),
    column("actor.user.uid", Text),
    column("actor.user.uid_alt", Text),
    column("actor.user.email_addr", Text),
    column("actor.user.type_id", Int),
    column("actor.user.type", Text),
    column("actor.user.account.uid", Text),
    column("actor.user.account.type_id", Int),
    column("actor.user.account.type", Text),
    column("actor.user.programmatic_credentials[].uid", Text),
    column("actor.session.uid", Text),
    column("actor.session.created_time", Long),
    column("actor.session.credential_uid", Text),
    column("actor.session.is_mfa", Bool),
    column("actor.session.issuer", Text),
    column("actor.idp.name", Text),
    column("actor.app_name", Text),
    column("src_endpoint.ip", Text),
    column("src_endpoint.name", Text),
    column("src_endpoint.domain", Text),
    column("src_endpoint.uid", Text),
    column("src_endpoint.owner.account.uid", Text),
    column("http_request.user_agent", Text),
    of(WITH_USER, "user.name", Text),
    of(WITH_USER, "user.uid", Text),
    of(WITH_USER, "user.uid_alt", Text),
    of(WITH_USER, "user.email_addr", Text),
    of(WITH_USER, "user.type_id", Int),
    of(WITH_USER, "user.type", Text),
    of(WITH_USER, "user.account.uid", Text),
    of(WITH_USER, "user.account.type_id", Int),
    of(WITH_USER, "user.account.type", Text),
    of(&[AccountChange], "policies[].uid", Text),
    of(&[AccountChange], "policies[].name", Text),
    of(&[GroupManagement], "group.name", Text),
    of(&[GroupManagement], "group.uid", Text),
    of(&[Authentication], "auth_protocol_id", Int),
    of(&[Authentication], "auth_protocol", Text),
    of(&[Authentication], "account_switch_type_id", Int),
    of(&[Authentication], "account_switch_type", Text),
    of(&[Authentication], "is_mfa", Bool),
    of(&[Authentication], "session.uid", Text),
    of(&[Authentication], "session.uid_alt", Text),
    of(&[Authentication], "session.credential_uid", Text),
    of(&[Authentication], "session.issuer", Text),
    of(&[Authentication], "service.name", Text),
    of(&[Authentication], "dst_endpoint.svc_name", Text),
    of(&[ApiActivity], "resources[].uid", Text),
    of(&[ApiActivity], "resources[].name", Text),
    of(&[ApiActivity], "resources[].type", Text),
    of(&[ApiActivity], "resources[].role_id", Int),
    of(&[ApiActivity], "resources[].role", Text),
    of(&[ApiActivity], "resources[].owner.account.uid", Text),
    column("raw_data", Text),
    column("unmapped", Map),
];

/// The position of a column in [`COLUMNS`], known when the program is compiled: a name that is not there does not compile.
pub const fn column_at(path: &str) -> usize {
    let mut at = 0;
    while at < COLUMNS.len() {
        if equal(COLUMNS[at].path.as_bytes(), path.as_bytes()) {
            return at;
        }
        at += 1;
    }
    panic!("no such column")
}

const fn equal(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut at = 0;
    while at < a.len() {
        if a[at] != b[at] {
            return false;
        }
        at += 1;
    }
    true
}

/// The position of a column whose name somebody typed.
pub fn position(path: &str) -> Option<usize> {
    COLUMNS.iter().position(|column| column.path == path)
}

impl Column {
    pub fn is_of(&self, class: Class) -> bool {
        self.classes.is_empty() || self.classes.contains(&class)
    }
}

/// Key of a field's metadata that marks raw JSON, and its values.
pub const MARK: &str = "isobar";
pub const MARK_JSON: &str = "json";
pub const MARK_MAP: &str = "map";
