//! Which OCSF class and activity an event name is. After Security Lake, but only where the class's required attributes are there: all
//! else is API Activity (6003).

use event::ocsf::Class;

use super::{TARGET_GROUP, TARGET_ROLE, TARGET_USER};
use crate::record::Record;

/// Sign-ins: the activity of the Authentication class.
const AUTHENTICATION: &[(&str, i32)] = &[
    ("ConsoleLogin", 1),
    ("ExternalIdPDirectoryLogin", 1),
    ("CheckMfa", 6),
    ("CredentialChallenge", 6),
    ("CredentialVerification", 6),
    ("UserAuthentication", 1),
    ("AssumeRole", 7),
    ("AssumeRoleWithSAML", 1),
    ("AssumeRoleWithWebIdentity", 1),
    ("AssumeRoot", 7),
    ("GetFederationToken", 7),
    ("GetSessionToken", 1),
];

/// Changes of users and of roles, which OCSF 1.8.0 has no class of its own for: activity of the Account Change class; 99 is named
/// after the event.
const ACCOUNT_CHANGE: &[(&str, i32)] = &[
    ("CreateUser", 1),
    ("DeleteUser", 6),
    ("UpdateUser", 99),
    ("CreateRole", 1),
    ("CreateServiceLinkedRole", 1),
    ("DeleteRole", 6),
    ("DeleteServiceLinkedRole", 6),
    ("UpdateRole", 99),
    ("UpdateRoleDescription", 99),
    ("UpdateAssumeRolePolicy", 99),
    ("AttachUserPolicy", 7),
    ("AttachRolePolicy", 7),
    ("PutUserPolicy", 7),
    ("PutRolePolicy", 7),
    ("DetachUserPolicy", 8),
    ("DetachRolePolicy", 8),
    ("DeleteUserPolicy", 8),
    ("DeleteRolePolicy", 8),
    ("PutUserPermissionsBoundary", 99),
    ("PutRolePermissionsBoundary", 99),
    ("DeleteUserPermissionsBoundary", 99),
    ("DeleteRolePermissionsBoundary", 99),
    ("CreateLoginProfile", 2),
    ("UpdateLoginProfile", 4),
    ("DeleteLoginProfile", 5),
    ("ChangePassword", 3),
    ("PasswordUpdated", 3),
    ("EnableMFADevice", 10),
    ("ResyncMFADevice", 99),
    ("DeactivateMFADevice", 11),
    ("TagUser", 99),
    ("UntagUser", 99),
    ("TagRole", 99),
    ("UntagRole", 99),
];

const GROUP_MANAGEMENT: &[(&str, i32)] = &[
    ("AddUserToGroup", 3),
    ("RemoveUserFromGroup", 4),
    ("CreateGroup", 6),
    ("DeleteGroup", 5),
    ("AttachGroupPolicy", 1),
    ("PutGroupPolicy", 1),
    ("DetachGroupPolicy", 2),
    ("DeleteGroupPolicy", 2),
    ("UpdateGroup", 99),
];

/// The first word of an API's name.
const VERBS: &[(i32, &[&str])] = &[
    (1, &["Create", "Run", "Start", "Issue", "Register", "Allocate", "Import", "Copy"]),
    (
        2,
        &[
            "Get", "List", "Describe", "View", "Lookup", "Search", "Head", "Read", "BatchGet", "Select", "Scan", "Query", "Decrypt",
            "Simulate",
        ],
    ),
    (3, &["Update", "Modify", "Put", "Set", "Edit", "Attach", "Associate", "Add", "Enable", "Tag", "Reset", "Restore"]),
    (4, &["Delete", "Remove", "Terminate", "Stop", "Detach", "Disable", "Disassociate", "Deregister", "Release", "Revoke", "Untag"]),
];

fn find(table: &[(&str, i32)], name: &str) -> Option<i32> {
    table.iter().find(|(known, _)| *known == name).map(|(_, activity)| *activity)
}

/// A quick answer for nearly all events: none of the names below begins otherwise.
fn may_be_special(name: &str) -> bool {
    matches!(name.as_bytes().first(), Some(b'A' | b'C' | b'D' | b'E' | b'G' | b'P' | b'R' | b'T' | b'U'))
}

pub fn class(name: &str, record: &Record) -> Class {
    if !may_be_special(name) {
        return Class::ApiActivity;
    }
    let has = |path| record.text(path).is_some();
    if find(AUTHENTICATION, name).is_some() {
        return Class::Authentication;
    }
    if find(ACCOUNT_CHANGE, name).is_some()
        && (has(TARGET_USER) || has(TARGET_ROLE) || matches!(name, "ChangePassword" | "PasswordUpdated"))
    {
        return Class::AccountChange;
    }
    if find(GROUP_MANAGEMENT, name).is_some() && has(TARGET_GROUP) {
        return Class::GroupManagement;
    }
    Class::ApiActivity
}

pub fn activity(class: Class, name: &str) -> i32 {
    match class {
        Class::Authentication => find(AUTHENTICATION, name).unwrap_or(99),
        Class::AccountChange => find(ACCOUNT_CHANGE, name).unwrap_or(99),
        Class::GroupManagement => find(GROUP_MANAGEMENT, name).unwrap_or(99),
        _ => verb(name),
    }
}

/// Case does not matter; a verb is followed by a word that begins with a capital, a digit or nothing ("Settle" is no "Set").
fn verb(name: &str) -> i32 {
    let starts = |verb: &str| {
        name.get(..verb.len()).is_some_and(|start| start.eq_ignore_ascii_case(verb))
            && !name[verb.len()..].starts_with(|c: char| c.is_ascii_lowercase())
    };
    VERBS.iter().find(|(_, verbs)| verbs.iter().any(|verb| starts(verb))).map_or(99, |(activity, _)| *activity)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verbs() {
        for (name, expected) in [
            ("CreateUser", 1),
            ("GetObject", 2),
            ("getObject", 2),
            ("PutBucketPolicy", 3),
            ("UntagResource", 4),
            ("Settle", 99),
            ("Decrypt", 2),
            ("InvokeModel", 99),
            ("", 99),
        ] {
            assert_eq!(verb(name), expected, "{name}");
        }
    }

    #[test]
    fn the_quick_answer_leaves_no_name_out() {
        for (name, _) in AUTHENTICATION.iter().chain(ACCOUNT_CHANGE).chain(GROUP_MANAGEMENT) {
            assert!(may_be_special(name), "{name}");
        }
    }
}
