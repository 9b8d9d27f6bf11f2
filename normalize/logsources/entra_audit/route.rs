//! Which OCSF class and activity an activity of the directory is: by its name first, then by its category, then by what kind of change
//! it says to be. Only where the record has what the class requires; all else is API Activity (6003).

use event::ocsf::Class::{self, AccountChange, ApiActivity, EntityManagement, GroupManagement, UserAccess};

use super::target::{self, Target};
use super::{CATEGORY, CATEGORY_IN, KIND, KIND_COLUMN, KIND_IN};
use crate::record::Record;

/// Activities that are more than what their category says. Names compare without regard to case.
const NAMED: &[(&str, Class, i32)] = &[
    ("Add user", AccountChange, 1),
    ("Enable account", AccountChange, 2),
    ("Change user password", AccountChange, 3),
    ("Change password (self-service)", AccountChange, 3),
    ("Reset user password", AccountChange, 4),
    ("Reset password (self-service)", AccountChange, 4),
    ("Reset password (by admin)", AccountChange, 4),
    ("Disable account", AccountChange, 5),
    ("Delete user", AccountChange, 6),
    ("Hard Delete user", AccountChange, 6),
    ("Blocked from self-service password reset", AccountChange, 99),
    ("Unlock user account (self-service)", AccountChange, 12),
    ("User registered security info", AccountChange, 10),
    ("User registered all required security info", AccountChange, 10),
    ("Admin registered security info", AccountChange, 10),
    ("Enable Strong Authentication", AccountChange, 10),
    ("User deleted security info", AccountChange, 11),
    ("Admin deleted security info", AccountChange, 11),
    ("Disable Strong Authentication", AccountChange, 11),
    ("Add member to role", UserAccess, 1),
    ("Add eligible member to role", UserAccess, 1),
    ("Add scoped member to role", UserAccess, 1),
    ("Add scoped role member", UserAccess, 1),
    ("Remove member from role", UserAccess, 2),
    ("Remove eligible member from role", UserAccess, 2),
    ("Remove scoped member from role", UserAccess, 2),
    ("Remove scoped role member", UserAccess, 2),
    ("User has elevated their access to User Access Administrator for their Azure Resources", UserAccess, 1),
    ("Add app role assignment to service principal", UserAccess, 1),
    ("Remove app role assignment from service principal", UserAccess, 2),
    ("Add delegated permission grant", UserAccess, 1),
    ("Remove delegated permission grant", UserAccess, 2),
    ("Add member to group", GroupManagement, 3),
    ("Remove member from group", GroupManagement, 4),
    ("Add group", GroupManagement, 6),
    ("Delete group", GroupManagement, 5),
    ("Hard Delete group", GroupManagement, 5),
];

/// Class and activity, before it is asked what the record has.
fn wished(name: &str, category: &str, kind: Option<&str>) -> (Class, i32) {
    let is = |other: &str| name.eq_ignore_ascii_case(other);
    if let Some((_, class, activity)) = NAMED.iter().find(|(named, ..)| is(named)) {
        return (*class, *activity);
    }
    match category.to_ascii_lowercase().as_str() {
        "rolemanagement" if has(name, "member") => return (UserAccess, pim(name)),
        "usermanagement" => return (AccountChange, 99),
        "groupmanagement" => return (GroupManagement, 99),
        _ => {}
    }
    let activity = kind.and_then(entity).unwrap_or_else(|| verb(name));
    (EntityManagement, activity)
}

fn has(name: &str, word: &str) -> bool {
    name.to_ascii_lowercase().contains(word)
}

/// Privileged Identity Management logs each step; only the completed one grants or takes.
fn pim(name: &str) -> i32 {
    let begins = |word: &str| name.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    match () {
        () if !has(name, "completed") => 99,
        () if begins("Add") => 1,
        () if begins("Remove") => 2,
        () => 99,
    }
}

/// The activity of class 3004 that a kind of operation is.
fn entity(kind: &str) -> Option<i32> {
    const KINDS: &[(&str, i32)] = &[
        ("Add", 1),
        ("Create", 1),
        ("Get", 2),
        ("Read", 2),
        ("Update", 3),
        ("Set", 3),
        ("Assign", 3),
        ("Unassign", 3),
        ("Delete", 4),
        ("Remove", 4),
        ("Enable", 8),
        ("Disable", 9),
    ];
    KINDS.iter().find(|(word, _)| word.eq_ignore_ascii_case(kind)).map(|(_, activity)| *activity)
}

/// The same, by the first word of a name.
fn verb(name: &str) -> i32 {
    let first = name.split_whitespace().next().unwrap_or_default();
    match first.to_ascii_lowercase().as_str() {
        "hard" => 4,
        "recover" => 2,
        word => entity(word).unwrap_or(99),
    }
}

/// Class and activity of an event.
pub fn route(name: &str, record: &Record, targets: &[Target]) -> (Class, i32) {
    let category = [CATEGORY_IN, CATEGORY].into_iter().find_map(|path| record.text(path));
    let kind = record.first(&[KIND_IN, KIND, KIND_COLUMN]);
    let (class, activity) = wished(name.trim(), category.as_deref().unwrap_or_default(), kind.as_deref());
    let (class, activity) = match class {
        GroupManagement if (3..=4).contains(&activity) && target::subgroup(targets).is_some() => (class, activity + 4),
        _ => (class, activity),
    };
    if target::suffices(class, record, targets) {
        return (class, activity);
    }
    let activity = kind.as_deref().and_then(entity).unwrap_or_else(|| verb(name.trim()));
    if target::suffices(EntityManagement, record, targets) {
        return (EntityManagement, activity);
    }
    (ApiActivity, if (1..=4).contains(&activity) { activity } else { 99 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (name, category, kind, expected) in [
            ("ADD USER", "UserManagement", None, (AccountChange, 1)),
            ("Update user", "UserManagement", Some("Update"), (AccountChange, 99)),
            ("Add member to role", "RoleManagement", Some("Assign"), (UserAccess, 1)),
            ("Add member to role in PIM completed (permanent)", "RoleManagement", Some("Update"), (UserAccess, 1)),
            ("Add member to role in PIM requested (permanent)", "RoleManagement", Some("Update"), (UserAccess, 99)),
            ("Remove eligible member from role in PIM completed (timebound)", "RoleManagement", None, (UserAccess, 2)),
            ("Update role setting in PIM", "RoleManagement", Some("Update"), (EntityManagement, 3)),
            ("Add member to group", "UserManagement", None, (GroupManagement, 3)),
            ("Recover device local administrator password", "Device", Some("Get"), (EntityManagement, 2)),
            ("Hard Delete application", "ApplicationManagement", None, (EntityManagement, 4)),
            ("Consent to application", "ApplicationManagement", Some("Assign"), (EntityManagement, 3)),
            ("Triggered PIM alert", "RoleManagement", Some("Other"), (EntityManagement, 99)),
        ] {
            assert_eq!(wished(name, category, kind), expected, "{name}");
        }
    }
}
