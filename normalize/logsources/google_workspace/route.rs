//! Which OCSF class and activity an event's name is, but only where the record has what the class requires: all else is API Activity
//! (6003). Names of the applications differ; what they do to files, groups and users is told by application and type.

use event::ocsf::Class::{
    self, AccountChange, ApiActivity, Authentication, DetectionFinding, EntityManagement, FileHosting, GroupManagement, UserAccess,
};

use super::*;

/// Names that mean the same in every application. Activity 99 is named after the event.
fn special(name: &str) -> Option<(Class, i32)> {
    Some(match name {
        "login_success" | "login_failure" => (Authentication, 1),
        "logout" => (Authentication, 2),
        "login_challenge" | "login_verification" => (Authentication, 6),
        "CREATE_USER" => (AccountChange, 1),
        "UNSUSPEND_USER" | "UNARCHIVE_USER" | "UNDELETE_USER" => (AccountChange, 2),
        "password_edit" => (AccountChange, 3),
        "CHANGE_PASSWORD" => (AccountChange, 4),
        "SUSPEND_USER" | "ARCHIVE_USER" => (AccountChange, 5),
        "DELETE_USER" => (AccountChange, 6),
        "UNBLOCK_USER_SESSION" => (AccountChange, 12),
        "2sv_enroll"
        | "passkey_enrolled"
        | "GENERATE_2SV_SCRATCH_CODES"
        | "SECURITY_KEY_REGISTERED_FOR_USER"
        | "USER_ENROLLED_IN_TWO_STEP_VERIFICATION" => (AccountChange, 10),
        "2sv_disable"
        | "passkey_removed"
        | "DELETE_2SV_SCRATCH_CODES"
        | "PASSKEY_REVOKED"
        | "REVOKE_SECURITY_KEY"
        | "TURN_OFF_2_STEP_VERIFICATION"
        | "UNENROLL_USER_FROM_STRONG_AUTH"
        | "USER_CREATED_PASSKEY_REVOKE" => (AccountChange, 11),
        "recovery_email_edit"
        | "recovery_phone_edit"
        | "recovery_secret_qa_edit"
        | "titanium_enroll"
        | "titanium_unenroll"
        | "email_forwarding_out_of_domain" => (AccountChange, 99),
        "ASSIGN_ROLE" | "GRANT_ADMIN_PRIVILEGE" | "GRANT_DELEGATED_ADMIN_PRIVILEGES" => (UserAccess, 1),
        "UNASSIGN_ROLE" | "REVOKE_ADMIN_PRIVILEGE" => (UserAccess, 2),
        "ADD_GROUP_MEMBER" => (GroupManagement, 3),
        "REMOVE_GROUP_MEMBER" => (GroupManagement, 4),
        "DELETE_GROUP" => (GroupManagement, 5),
        "CREATE_GROUP" => (GroupManagement, 6),
        "ADD_PRIVILEGE" | "REMOVE_PRIVILEGE" => (EntityManagement, 3),
        "gov_attack_warning" | "user_signed_out_due_to_suspicious_session_cookie" => (DetectionFinding, 1),
        _ if name.starts_with("suspicious_") || name.starts_with("account_disabled_") || name.starts_with("risky_sensitive_action_") => {
            (DetectionFinding, 1)
        }
        _ => return None,
    })
}

/// What the applications about groups call what they do.
fn of_groups(name: &str) -> i32 {
    match name {
        "add_user" | "add_member" | "join" | "accept_invitation" | "approve_join_request" => 3,
        "remove_user" | "remove_member" | "leave" => 4,
        "delete_group" => 5,
        "create_group" => 6,
        _ => 99,
    }
}

/// What Drive does to a file. `unshared` says that the new access is none.
fn of_drive(name: &str, unshared: bool) -> i32 {
    match name {
        "upload" | "create" => 1,
        "download" => 2,
        "edit" => 3,
        "delete" | "trash" => 4,
        "rename" => 5,
        "copy" | "source_copy" => 6,
        "move" | "add_to_folder" | "remove_from_folder" => 7,
        "untrash" => 8,
        "view" | "preview" => 9,
        "add_lock" => 10,
        "remove_lock" => 11,
        "change_user_access"
        | "change_document_visibility"
        | "change_document_access_scope"
        | "shared_drive_membership_change"
        | "team_drive_membership_change"
            if unshared =>
        {
            13
        }
        "change_user_access"
        | "change_document_visibility"
        | "change_document_access_scope"
        | "shared_drive_membership_change"
        | "team_drive_membership_change"
        | "change_acl_editors"
        | "change_owner" => 12,
        "access_item_content" => 14,
        _ => 99,
    }
}

/// What a name's first or last word does, as Entity Management counts it.
fn verb(name: &str) -> i32 {
    let word = |word: &str| match word.to_ascii_lowercase().as_str() {
        "create" | "created" | "add" | "added" | "insert" | "upload" | "uploaded" => 1,
        "view" | "viewed" | "get" | "list" | "search" | "download" | "downloaded" | "export" => 2,
        "change" | "changed" | "update" | "updated" | "edit" | "toggle" | "rename" | "set" | "assign" | "enforce" | "allow"
        | "disallow" | "trust" | "untrust" | "block" | "unblock" | "reset" | "transfer" => 3,
        "delete" | "deleted" | "remove" | "removed" | "unassign" | "revoke" => 4,
        "move" | "moved" => 5,
        "enable" | "enabled" | "authorize" => 8,
        "disable" | "disabled" => 9,
        _ => 99,
    };
    match word(name.split('_').next().unwrap_or_default()) {
        99 => word(name.rsplit('_').next().unwrap_or_default()),
        known => known,
    }
}

/// Class and activity of an event.
pub fn route(application: &str, kind: &str, name: &str, record: &Record) -> (Class, i32) {
    let has = |parameters: &[Parameter]| parameters.iter().any(|parameter| parameter.text(record).is_some());
    let has_actor = record.first(ACTOR_EMAILS).is_some();
    if record.text(ALERT_ID).is_some() {
        let [created, updated] = [record.time(CREATED), record.time(UPDATED)];
        let closed = record.truth(ALERT_DELETED) == Some(true) || record.text(ALERT_STATUS).is_some_and(|status| status == "CLOSED");
        return (
            DetectionFinding,
            if closed {
                3
            } else if updated > created {
                2
            } else {
                1
            },
        );
    }
    match special(name) {
        Some((Authentication, activity)) if has_actor || has(&[AFFECTED_USER]) => return (Authentication, activity),
        Some((AccountChange, activity)) if has(&[USER_EMAIL]) || (has_actor && application != "admin") => return (AccountChange, activity),
        Some((UserAccess, activity)) if has(&[USER_EMAIL]) => return (UserAccess, activity),
        Some((GroupManagement, activity)) if has(&[GROUP_EMAIL]) => return (GroupManagement, activity),
        Some((EntityManagement, activity)) if has(&[ROLE_NAME]) => return (EntityManagement, activity),
        Some((DetectionFinding, activity)) => return (DetectionFinding, activity),
        _ => {}
    }
    match application {
        "drive" if has(&[DOC_ID, DOC_TITLE]) => {
            let new = NEW_VALUE.texts(record);
            let unshared = new.iter().all(|value| matches!(&**value, "none" | "private")) && !new.is_empty();
            return (FileHosting, of_drive(name, unshared));
        }
        "groups" | "groups_enterprise" if has(&[GROUP_EMAIL, GROUP_ID]) => return (GroupManagement, of_groups(name)),
        "token" if matches!(name, "authorize" | "revoke") && has_actor && !SCOPES.texts(record).is_empty() => {
            return (UserAccess, if name == "authorize" { 1 } else { 2 });
        }
        "rules" if kind.starts_with("rule_") || kind.starts_with("action_complete") => return (DetectionFinding, 1),
        "admin" if matches!(kind, "USER_SETTINGS" | "LICENSES_SETTINGS") && has(&[USER_EMAIL]) => return (AccountChange, 99),
        "admin" if kind == "GROUP_SETTINGS" && has(&[GROUP_EMAIL]) => return (GroupManagement, 99),
        _ if kind == "account_warning" || kind == "attack_warning" => return (DetectionFinding, 1),
        _ => {}
    }
    match verb(name) {
        activity @ (1 | 3..=9)
            if application == "admin" && kind.ends_with("SETTINGS") && target::entity_of(kind, name, record).is_some() =>
        {
            (EntityManagement, activity)
        }
        activity @ 1..=4 => (ApiActivity, activity),
        5..=9 => (ApiActivity, 3),
        _ => (ApiActivity, 99),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verbs() {
        for (name, expected) in [
            ("CREATE_ROLE", 1),
            ("INBOUND_SSO_PROFILE_CREATED", 1),
            ("EMAIL_LOG_SEARCH", 2),
            ("WEAK_PROGRAMMATIC_LOGIN_SETTINGS_CHANGED", 3),
            ("TOGGLE_CAA_ENABLEMENT", 3),
            ("DELETE_ROLE", 4),
            ("MOVE_DEVICE_TO_ORG_UNIT_DETAILED", 5),
            ("AUTHORIZE_API_CLIENT_ACCESS", 8),
            ("ACTION_REQUESTED", 99),
            ("", 99),
        ] {
            assert_eq!(verb(name), expected, "{name}");
        }
    }
}
