//! Which OCSF class and activity an event name is. After Security Lake, but only where the class's required attributes are there: all
//! else is API Activity (6003).

use event::ocsf::Class::{self, AccountChange, Authentication, GroupManagement};

use super::{TARGET_GROUP, TARGET_ROLE, TARGET_USER};
use crate::record::Record;

/// Class and activity of the names that are more than an API call. Sign-ins; changes of users, and of roles, which OCSF 1.8.0 has no class of
/// its own for; groups. Activity 99 is named after the event.
fn special(name: &str) -> Option<(Class, i32)> {
    Some(match name {
        "ConsoleLogin"
        | "ExternalIdPDirectoryLogin"
        | "UserAuthentication"
        | "AssumeRoleWithSAML"
        | "AssumeRoleWithWebIdentity"
        | "GetSessionToken" => (Authentication, 1),
        "CheckMfa" | "CredentialChallenge" | "CredentialVerification" => (Authentication, 6),
        "AssumeRole" | "AssumeRoot" | "GetFederationToken" => (Authentication, 7),
        "CreateUser" | "CreateRole" | "CreateServiceLinkedRole" => (AccountChange, 1),
        "DeleteUser" | "DeleteRole" | "DeleteServiceLinkedRole" => (AccountChange, 6),
        "UpdateUser"
        | "UpdateRole"
        | "UpdateRoleDescription"
        | "UpdateAssumeRolePolicy"
        | "PutUserPermissionsBoundary"
        | "PutRolePermissionsBoundary"
        | "DeleteUserPermissionsBoundary"
        | "DeleteRolePermissionsBoundary"
        | "ResyncMFADevice"
        | "TagUser"
        | "UntagUser"
        | "TagRole"
        | "UntagRole" => (AccountChange, 99),
        "AttachUserPolicy" | "AttachRolePolicy" | "PutUserPolicy" | "PutRolePolicy" => (AccountChange, 7),
        "DetachUserPolicy" | "DetachRolePolicy" | "DeleteUserPolicy" | "DeleteRolePolicy" => (AccountChange, 8),
        "CreateLoginProfile" => (AccountChange, 2),
        "UpdateLoginProfile" => (AccountChange, 4),
        "DeleteLoginProfile" => (AccountChange, 5),
        "ChangePassword" | "PasswordUpdated" => (AccountChange, 3),
        "EnableMFADevice" => (AccountChange, 10),
        "DeactivateMFADevice" => (AccountChange, 11),
        "AddUserToGroup" => (GroupManagement, 3),
        "RemoveUserFromGroup" => (GroupManagement, 4),
        "CreateGroup" => (GroupManagement, 6),
        "DeleteGroup" => (GroupManagement, 5),
        "AttachGroupPolicy" | "PutGroupPolicy" => (GroupManagement, 1),
        "DetachGroupPolicy" | "DeleteGroupPolicy" => (GroupManagement, 2),
        "UpdateGroup" => (GroupManagement, 99),
        _ => return None,
    })
}

/// The first word of an API's name and the activity it stands for, by first letter.
fn verbs(letter: u8) -> &'static [(&'static str, i32)] {
    match letter {
        b'a' => &[("Allocate", 1), ("Attach", 3), ("Associate", 3), ("Add", 3)],
        b'b' => &[("BatchGet", 2)],
        b'c' => &[("Create", 1), ("Copy", 1)],
        b'd' => &[("Describe", 2), ("Decrypt", 2), ("Delete", 4), ("Detach", 4), ("Disable", 4), ("Disassociate", 4), ("Deregister", 4)],
        b'e' => &[("Edit", 3), ("Enable", 3)],
        b'g' => &[("Get", 2)],
        b'h' => &[("Head", 2)],
        b'i' => &[("Issue", 1), ("Import", 1)],
        b'l' => &[("List", 2), ("Lookup", 2)],
        b'm' => &[("Modify", 3)],
        b'p' => &[("Put", 3)],
        b'q' => &[("Query", 2)],
        b'r' => &[("Run", 1), ("Register", 1), ("Read", 2), ("Reset", 3), ("Restore", 3), ("Remove", 4), ("Release", 4), ("Revoke", 4)],
        b's' => &[("Start", 1), ("Search", 2), ("Select", 2), ("Scan", 2), ("Simulate", 2), ("Set", 3), ("Stop", 4)],
        b't' => &[("Tag", 3), ("Terminate", 4)],
        b'u' => &[("Update", 3), ("Untag", 4)],
        b'v' => &[("View", 2)],
        _ => &[],
    }
}

/// Class and activity of an event.
pub fn route(name: &str, record: &Record) -> (Class, i32) {
    let has = |path| record.text(path).is_some();
    match special(name) {
        Some((Authentication, activity)) => (Authentication, activity),
        Some((AccountChange, activity)) if has(TARGET_USER) || has(TARGET_ROLE) || matches!(name, "ChangePassword" | "PasswordUpdated") => {
            (AccountChange, activity)
        }
        Some((GroupManagement, activity)) if has(TARGET_GROUP) => (GroupManagement, activity),
        _ => (Class::ApiActivity, verb(name)),
    }
}

/// Case does not matter; a verb is followed by a word that begins with a capital, a digit or nothing ("Settle" is no "Set").
fn verb(name: &str) -> i32 {
    let starts = |verb: &str| {
        name.get(..verb.len()).is_some_and(|start| start.eq_ignore_ascii_case(verb))
            && !name[verb.len()..].starts_with(|c: char| c.is_ascii_lowercase())
    };
    let letter = name.bytes().next().unwrap_or_default().to_ascii_lowercase();
    verbs(letter).iter().find(|(verb, _)| starts(verb)).map_or(99, |(_, activity)| *activity)
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
}
