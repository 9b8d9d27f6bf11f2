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
    EntityManagement = 3004,
    UserAccess = 3005,
    GroupManagement = 3006,
    ApiActivity = 6003,
    FileHosting = 6006,
}

impl Class {
    /// The classes that log sources map to. A finding of a provider's own is an event of class 2004 like any other.
    pub const OF_EVENTS: [Class; 8] = [
        Class::DetectionFinding,
        Class::AccountChange,
        Class::Authentication,
        Class::EntityManagement,
        Class::UserAccess,
        Class::GroupManagement,
        Class::ApiActivity,
        Class::FileHosting,
    ];

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
            Class::EntityManagement => "entity_management",
            Class::UserAccess => "user_access",
            Class::GroupManagement => "group_management",
            Class::ApiActivity => "api_activity",
            Class::FileHosting => "file_hosting",
        }
    }

    pub fn caption(self) -> &'static str {
        match self {
            Class::Base => "Base Event",
            Class::DetectionFinding => "Detection Finding",
            Class::AccountChange => "Account Change",
            Class::Authentication => "Authentication",
            Class::EntityManagement => "Entity Management",
            Class::UserAccess => "User Access Management",
            Class::GroupManagement => "Group Management",
            Class::ApiActivity => "API Activity",
            Class::FileHosting => "File Hosting Activity",
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
            Class::EntityManagement => &[
                (1, "Create"),
                (2, "Read"),
                (3, "Update"),
                (4, "Delete"),
                (5, "Move"),
                (6, "Enroll"),
                (7, "Unenroll"),
                (8, "Enable"),
                (9, "Disable"),
                (10, "Activate"),
                (11, "Deactivate"),
                (12, "Suspend"),
                (13, "Resume"),
            ],
            Class::UserAccess => &[(1, "Assign Privileges"), (2, "Revoke Privileges")],
            Class::ApiActivity => &[(1, "Create"), (2, "Read"), (3, "Update"), (4, "Delete")],
            Class::FileHosting => &[
                (1, "Upload"),
                (2, "Download"),
                (3, "Update"),
                (4, "Delete"),
                (5, "Rename"),
                (6, "Copy"),
                (7, "Move"),
                (8, "Restore"),
                (9, "Preview"),
                (10, "Lock"),
                (11, "Unlock"),
                (12, "Share"),
                (13, "Unshare"),
                (14, "Open"),
                (15, "Sync"),
                (16, "Unsync"),
                (17, "Access Check"),
            ],
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
    Float,
    Bool,
    /// `metadata.profiles`: a list of texts, kept as a set of [`Profile`]s.
    Profiles,
    /// `unmapped`: names and raw JSON of what no column took.
    Map,
}

/// Profiles of OCSF, by the bit that stands for each in a set of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Profile {
    AiOperation = 1,
    Cloud = 2,
    Host = 4,
    SecurityControl = 8,
}

impl Profile {
    pub const ALL: [Profile; 4] = [Profile::AiOperation, Profile::Cloud, Profile::Host, Profile::SecurityControl];

    pub const fn name(self) -> &'static str {
        match self {
            Profile::AiOperation => "ai_operation",
            Profile::Cloud => "cloud",
            Profile::Host => "host",
            Profile::SecurityControl => "security_control",
        }
    }
}

/// One attribute that isobar writes.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Names joined by dots; `[]` behind a list: `resources[].uid`, and `privileges[]` for a list of texts.
    pub path: &'static str,
    pub kind: Kind,
    /// The classes that have it; none means all.
    pub classes: &'static [Class],
}

use Class::{AccountChange, ApiActivity, Authentication, DetectionFinding, EntityManagement, FileHosting, GroupManagement, UserAccess};
use Kind::{Bool, Float, Int, Json, Long, Map, Profiles, Text};

const fn column(path: &'static str, kind: Kind) -> Column {
    Column { path, kind, classes: &[] }
}

const fn of(classes: &'static [Class], path: &'static str, kind: Kind) -> Column {
    Column { path, kind, classes }
}

/// In a finding, who did it and from where stand in its evidences.
const ACTIVITY: &[Class] = &[AccountChange, Authentication, EntityManagement, UserAccess, GroupManagement, ApiActivity, FileHosting];
const WITH_USER: &[Class] = &[AccountChange, Authentication, UserAccess, GroupManagement];
/// The policy that allowed or denied it (profile security_control); Account Change has a list of its own.
const WITH_POLICY: &[Class] = &[DetectionFinding, Authentication, EntityManagement, UserAccess, GroupManagement, ApiActivity, FileHosting];
const WITH_RESOURCES: &[Class] = &[DetectionFinding, UserAccess, ApiActivity];

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
    column("message", Text),
    column("duration", Long),
    column("count", Int),
    column("metadata.version", Text),
    column("metadata.uid", Text),
    column("metadata.original_event_uid", Text),
    column("metadata.original_time", Text),
    column("metadata.logged_time", Long),
    column("metadata.event_code", Text),
    column("metadata.correlation_uid", Text),
    column("metadata.log_name", Text),
    column("metadata.log_level", Text),
    column("metadata.log_version", Text),
    column("metadata.tenant_uid", Text),
    column("metadata.profiles", Profiles),
    column("metadata.product.name", Text),
    column("metadata.product.vendor_name", Text),
    column("metadata.product.version", Text),
    column("metadata.product.feature.name", Text),
    column("cloud.provider", Text),
    column("cloud.region", Text),
    column("cloud.zone", Text),
    column("cloud.cloud_partition", Text),
    column("cloud.account.uid", Text),
    column("cloud.account.type_id", Int),
    column("cloud.account.type", Text),
    column("cloud.org.uid", Text),
    column("api.operation", Text),
    column("api.version", Text),
    column("api.service.name", Text),
    column("api.request.uid", Text),
    column("api.request.data", Json),
    column("api.response.error", Text),
    column("api.response.message", Text),
    column("api.response.code", Int),
    column("api.response.data", Json),
    of(ACTIVITY, "actor.user.name", Text),
    of(ACTIVITY, "actor.user.uid", Text),
    of(ACTIVITY, "actor.user.uid_alt", Text),
    of(ACTIVITY, "actor.user.email_addr", Text),
    of(ACTIVITY, "actor.user.full_name", Text),
    of(ACTIVITY, "actor.user.domain", Text),
    of(ACTIVITY, "actor.user.type_id", Int),
    of(ACTIVITY, "actor.user.type", Text),
    of(ACTIVITY, "actor.user.account.uid", Text),
    of(ACTIVITY, "actor.user.account.name", Text),
    of(ACTIVITY, "actor.user.account.type_id", Int),
    of(ACTIVITY, "actor.user.account.type", Text),
    of(ACTIVITY, "actor.user.programmatic_credentials[].uid", Text),
    of(ACTIVITY, "actor.session.uid", Text),
    of(ACTIVITY, "actor.session.uid_alt", Text),
    of(ACTIVITY, "actor.session.created_time", Long),
    of(ACTIVITY, "actor.session.expiration_time", Long),
    of(ACTIVITY, "actor.session.credential_uid", Text),
    of(ACTIVITY, "actor.session.is_mfa", Bool),
    of(ACTIVITY, "actor.session.issuer", Text),
    of(ACTIVITY, "actor.idp.name", Text),
    of(ACTIVITY, "actor.app_name", Text),
    of(ACTIVITY, "actor.app_uid", Text),
    of(ACTIVITY, "actor.authorizations[].decision", Text),
    of(ACTIVITY, "actor.authorizations[].policy.name", Text),
    of(ACTIVITY, "actor.authorizations[].policy.uid", Text),
    of(ACTIVITY, "src_endpoint.ip", Text),
    of(ACTIVITY, "src_endpoint.name", Text),
    of(ACTIVITY, "src_endpoint.domain", Text),
    of(ACTIVITY, "src_endpoint.svc_name", Text),
    of(ACTIVITY, "src_endpoint.uid", Text),
    of(ACTIVITY, "src_endpoint.vpc_uid", Text),
    of(ACTIVITY, "src_endpoint.isp", Text),
    of(ACTIVITY, "src_endpoint.autonomous_system.number", Int),
    of(ACTIVITY, "src_endpoint.autonomous_system.name", Text),
    of(ACTIVITY, "src_endpoint.location.city", Text),
    of(ACTIVITY, "src_endpoint.location.region", Text),
    of(ACTIVITY, "src_endpoint.location.country", Text),
    of(ACTIVITY, "src_endpoint.location.lat", Float),
    of(ACTIVITY, "src_endpoint.location.long", Float),
    of(ACTIVITY, "src_endpoint.owner.account.uid", Text),
    of(ACTIVITY, "http_request.user_agent", Text),
    of(ACTIVITY, "http_request.http_method", Text),
    of(ACTIVITY, "http_request.uid", Text),
    of(ACTIVITY, "http_request.url.path", Text),
    of(ACTIVITY, "http_request.url.url_string", Text),
    column("device.uid", Text),
    column("device.name", Text),
    column("device.type_id", Int),
    column("device.type", Text),
    column("device.os.name", Text),
    column("device.os.type_id", Int),
    column("device.os.type", Text),
    column("device.is_compliant", Bool),
    column("device.is_managed", Bool),
    column("device.is_trusted", Bool),
    column("action_id", Int),
    column("action", Text),
    column("disposition_id", Int),
    column("disposition", Text),
    column("risk_level_id", Int),
    column("risk_level", Text),
    column("risk_score", Int),
    column("confidence_id", Int),
    column("confidence", Text),
    of(&[DetectionFinding], "confidence_score", Int),
    column("is_alert", Bool),
    of(WITH_POLICY, "policy.name", Text),
    of(WITH_POLICY, "policy.uid", Text),
    of(WITH_USER, "user.name", Text),
    of(WITH_USER, "user.uid", Text),
    of(WITH_USER, "user.uid_alt", Text),
    of(WITH_USER, "user.email_addr", Text),
    of(WITH_USER, "user.full_name", Text),
    of(WITH_USER, "user.domain", Text),
    of(WITH_USER, "user.type_id", Int),
    of(WITH_USER, "user.type", Text),
    of(WITH_USER, "user.account.uid", Text),
    of(WITH_USER, "user.account.name", Text),
    of(WITH_USER, "user.account.type_id", Int),
    of(WITH_USER, "user.account.type", Text),
    of(&[AccountChange], "policies[].uid", Text),
    of(&[AccountChange], "policies[].name", Text),
    of(&[UserAccess, GroupManagement], "privileges[]", Text),
    of(&[GroupManagement], "group.name", Text),
    of(&[GroupManagement], "group.uid", Text),
    of(&[GroupManagement], "group.type", Text),
    of(&[GroupManagement], "subgroup.name", Text),
    of(&[GroupManagement], "subgroup.uid", Text),
    of(&[EntityManagement], "entity.name", Text),
    of(&[EntityManagement], "entity.uid", Text),
    of(&[EntityManagement], "entity.type_id", Int),
    of(&[EntityManagement], "entity.type", Text),
    of(&[EntityManagement], "entity.data", Json),
    of(&[FileHosting], "file.name", Text),
    of(&[FileHosting], "file.uid", Text),
    of(&[FileHosting], "file.type_id", Int),
    of(&[FileHosting], "file.type", Text),
    of(&[FileHosting], "file.owner.name", Text),
    of(&[FileHosting], "file.owner.email_addr", Text),
    of(&[Authentication], "auth_protocol_id", Int),
    of(&[Authentication], "auth_protocol", Text),
    of(&[Authentication], "auth_factors[].factor_type_id", Int),
    of(&[Authentication], "auth_factors[].factor_type", Text),
    of(&[Authentication], "auth_factors[].provider", Text),
    of(&[Authentication], "logon_type_id", Int),
    of(&[Authentication], "logon_type", Text),
    of(&[Authentication], "is_remote", Bool),
    of(&[Authentication], "account_switch_type_id", Int),
    of(&[Authentication], "account_switch_type", Text),
    of(&[Authentication], "is_mfa", Bool),
    of(&[Authentication], "session.uid", Text),
    of(&[Authentication], "session.uid_alt", Text),
    of(&[Authentication], "session.credential_uid", Text),
    of(&[Authentication], "session.is_mfa", Bool),
    of(&[Authentication], "session.issuer", Text),
    of(&[Authentication], "service.name", Text),
    of(&[Authentication], "service.uid", Text),
    of(&[Authentication], "dst_endpoint.svc_name", Text),
    of(&[Authentication], "dst_endpoint.uid", Text),
    of(WITH_RESOURCES, "resources[].uid", Text),
    of(WITH_RESOURCES, "resources[].name", Text),
    of(WITH_RESOURCES, "resources[].type", Text),
    of(WITH_RESOURCES, "resources[].region", Text),
    of(WITH_RESOURCES, "resources[].zone", Text),
    of(WITH_RESOURCES, "resources[].group.name", Text),
    of(WITH_RESOURCES, "resources[].role_id", Int),
    of(WITH_RESOURCES, "resources[].role", Text),
    of(WITH_RESOURCES, "resources[].owner.account.uid", Text),
    of(WITH_RESOURCES, "resources[].data", Json),
    of(&[ApiActivity], "ai_model.name", Text),
    of(&[ApiActivity], "ai_model.ai_provider", Text),
    of(&[ApiActivity], "ai_model.uid", Text),
    of(&[ApiActivity], "ai_model.version", Text),
    of(&[ApiActivity], "message_context.uid", Text),
    of(&[ApiActivity], "message_context.service.name", Text),
    of(&[ApiActivity], "message_context.prompt_tokens", Int),
    of(&[ApiActivity], "message_context.completion_tokens", Int),
    of(&[ApiActivity], "message_context.total_tokens", Int),
    of(&[DetectionFinding], "finding_info.uid", Text),
    of(&[DetectionFinding], "finding_info.title", Text),
    of(&[DetectionFinding], "finding_info.desc", Text),
    of(&[DetectionFinding], "finding_info.created_time", Long),
    of(&[DetectionFinding], "finding_info.modified_time", Long),
    of(&[DetectionFinding], "finding_info.first_seen_time", Long),
    of(&[DetectionFinding], "finding_info.last_seen_time", Long),
    of(&[DetectionFinding], "finding_info.src_url", Text),
    of(&[DetectionFinding], "finding_info.types[]", Text),
    of(&[DetectionFinding], "finding_info.related_events[].uid", Text),
    of(&[DetectionFinding], "finding_info.analytic.uid", Text),
    of(&[DetectionFinding], "finding_info.analytic.name", Text),
    of(&[DetectionFinding], "finding_info.analytic.type_id", Int),
    of(&[DetectionFinding], "finding_info.analytic.type", Text),
    of(&[DetectionFinding], "finding_info.analytic.category", Text),
    of(&[DetectionFinding], "evidences[].actor.user.name", Text),
    of(&[DetectionFinding], "evidences[].actor.user.uid", Text),
    of(&[DetectionFinding], "evidences[].actor.user.uid_alt", Text),
    of(&[DetectionFinding], "evidences[].actor.user.email_addr", Text),
    of(&[DetectionFinding], "evidences[].actor.user.full_name", Text),
    of(&[DetectionFinding], "evidences[].actor.user.type_id", Int),
    of(&[DetectionFinding], "evidences[].actor.user.type", Text),
    of(&[DetectionFinding], "evidences[].actor.session.uid", Text),
    of(&[DetectionFinding], "evidences[].actor.session.credential_uid", Text),
    of(&[DetectionFinding], "evidences[].api.operation", Text),
    of(&[DetectionFinding], "evidences[].api.service.name", Text),
    of(&[DetectionFinding], "evidences[].api.response.error", Text),
    of(&[DetectionFinding], "evidences[].src_endpoint.ip", Text),
    of(&[DetectionFinding], "evidences[].src_endpoint.domain", Text),
    of(&[DetectionFinding], "evidences[].src_endpoint.isp", Text),
    of(&[DetectionFinding], "evidences[].src_endpoint.autonomous_system.number", Int),
    of(&[DetectionFinding], "evidences[].src_endpoint.autonomous_system.name", Text),
    of(&[DetectionFinding], "evidences[].src_endpoint.location.city", Text),
    of(&[DetectionFinding], "evidences[].src_endpoint.location.region", Text),
    of(&[DetectionFinding], "evidences[].src_endpoint.location.country", Text),
    of(&[DetectionFinding], "evidences[].dst_endpoint.ip", Text),
    of(&[DetectionFinding], "evidences[].dst_endpoint.port", Int),
    of(&[DetectionFinding], "evidences[].dst_endpoint.domain", Text),
    of(&[DetectionFinding], "evidences[].http_request.user_agent", Text),
    of(&[DetectionFinding], "evidences[].data", Json),
    of(&[DetectionFinding], "vendor_attributes.severity_id", Int),
    of(&[DetectionFinding], "vendor_attributes.severity", Text),
    of(&[DetectionFinding], "remediation.desc", Text),
    column("raw_data", Text),
    column("raw_data_size", Long),
    column("raw_data_hash.algorithm_id", Int),
    column("raw_data_hash.algorithm", Text),
    column("raw_data_hash.value", Text),
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
