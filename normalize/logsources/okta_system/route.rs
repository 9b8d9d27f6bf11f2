//! Which class and activity an event type is, by its beginning.

use event::ocsf::Class;
use event::ocsf::Class::{AccountChange, ApiActivity, Authentication, DetectionFinding, EntityManagement, GroupManagement, UserAccess};

/// Other: the event type is its name.
const OTHER: i64 = 99;
/// The last word of the event type says it.
const BY_WORD: i64 = -1;

/// The first line whose text the event type begins with counts.
const ROUTES: &[(&str, Class, i64)] = &[
    // What Okta itself found.
    ("security.threat.detected", DetectionFinding, 1),
    ("security.attack.start", DetectionFinding, 1),
    ("security.attack.end", DetectionFinding, 3),
    ("security.breached_credential.detected", DetectionFinding, 1),
    ("security.session.detect_client_roaming", DetectionFinding, 1),
    ("user.mfa.attempt_bypass", DetectionFinding, 1),
    ("user.account.report_suspicious_activity_by_enduser", DetectionFinding, 1),
    ("user.risk.detect", DetectionFinding, 1),
    ("app.oauth2.token.detect_reuse", DetectionFinding, 1),
    ("app.oauth2.as.token.detect_reuse", DetectionFinding, 1),
    // Sign-ins and sessions.
    ("user.session.start", Authentication, 1),
    ("user.session.access_admin_app", Authentication, 1),
    ("user.session.end", Authentication, 2),
    ("user.session.expire", Authentication, 2),
    ("user.session.clear", Authentication, 2),
    ("user.session.impersonation.", Authentication, 7),
    ("user.session.", Authentication, OTHER),
    ("user.authentication.slo", Authentication, 2),
    ("user.authentication.universal_logout", Authentication, 2),
    ("user.authentication.", Authentication, 1),
    ("policy.evaluate_sign_on", Authentication, 6),
    ("system.push.send_factor_verify_push", Authentication, 6),
    ("user.mfa.okta_verify", Authentication, 6),
    // Accounts.
    ("user.lifecycle.create", AccountChange, 1),
    ("user.lifecycle.activate", AccountChange, 2),
    ("user.lifecycle.reactivate", AccountChange, 2),
    ("user.lifecycle.unsuspend", AccountChange, 2),
    ("user.lifecycle.deactivate", AccountChange, 5),
    ("user.lifecycle.suspend", AccountChange, 5),
    ("user.lifecycle.delete.", AccountChange, 6),
    ("user.lifecycle.", AccountChange, OTHER),
    ("user.account.privilege.grant", UserAccess, 1),
    ("user.account.privilege.revoke", UserAccess, 2),
    ("user.account.update_password", AccountChange, 3),
    ("user.account.reset_password", AccountChange, 4),
    ("user.account.lock", AccountChange, 9),
    ("user.account.unlock_failure", AccountChange, OTHER),
    ("user.account.unlock_token", AccountChange, OTHER),
    ("user.account.unlock", AccountChange, 12),
    ("user.account.", AccountChange, OTHER),
    ("user.mfa.factor.activate", AccountChange, 10),
    ("user.mfa.factor.unsuspend", AccountChange, 10),
    ("user.mfa.factor.deactivate", AccountChange, 11),
    ("user.mfa.factor.suspend", AccountChange, 11),
    ("user.mfa.factor.reset_all", AccountChange, 11),
    ("user.mfa.factor.", AccountChange, OTHER),
    // Groups.
    ("group.user_membership.add", GroupManagement, 3),
    ("group.user_membership.remove", GroupManagement, 4),
    ("group.lifecycle.create", GroupManagement, 6),
    ("group.lifecycle.delete", GroupManagement, 5),
    ("group.privilege.grant", GroupManagement, 1),
    ("group.privilege.revoke", GroupManagement, 2),
    ("group.application_assignment.add", GroupManagement, 1),
    ("group.application_assignment.remove", GroupManagement, 2),
    ("group.", GroupManagement, OTHER),
    // Who may use what.
    ("application.user_membership.add", UserAccess, 1),
    ("application.user_membership.approve", UserAccess, 1),
    ("application.user_membership.provision", UserAccess, 1),
    ("application.user_membership.restore_password", UserAccess, OTHER),
    ("application.user_membership.restore", UserAccess, 1),
    ("application.user_membership.remove", UserAccess, 2),
    ("application.user_membership.deprovision", UserAccess, 2),
    ("application.user_membership.revoke", UserAccess, 2),
    ("application.user_membership.", UserAccess, OTHER),
    ("iam.resourceset.bindings.add", UserAccess, 1),
    ("iam.resourceset.bindings.delete", UserAccess, 2),
    // Settings.
    ("application.", EntityManagement, BY_WORD),
    ("policy.", EntityManagement, BY_WORD),
    ("zone.", EntityManagement, BY_WORD),
    ("device.", EntityManagement, BY_WORD),
    ("directory.", EntityManagement, BY_WORD),
    ("", ApiActivity, BY_WORD),
];

/// What the last word of an event type means: as API Activity, as Entity Management.
const WORDS: &[(&str, i64, i64)] = &[
    ("create", 1, 1),
    ("created", 1, 1),
    ("add", 1, 1),
    ("read_client_secret", 2, 2),
    ("show_password", 2, 2),
    ("view", 2, 2),
    ("update", 3, 3),
    ("updated", 3, 3),
    ("change", 3, 3),
    ("overwrite", 3, 3),
    ("delete", 4, 4),
    ("deleted", 4, 4),
    ("remove", 4, 4),
    ("revoke", 4, OTHER),
    ("activate", 3, 10),
    ("activated", 3, 10),
    ("deactivate", 3, 11),
    ("deactivated", 3, 11),
    ("suspend", 3, 12),
    ("unsuspend", 3, 13),
];

pub fn route(kind: &str) -> (Class, i64) {
    let (_, class, activity) = ROUTES.iter().find(|(start, ..)| kind.starts_with(start)).expect("the last one is empty");
    if *activity == BY_WORD { (*class, by_word(*class, kind)) } else { (*class, *activity) }
}

/// The activity of an event that is not of a class that its type would have, since it lacks what the class requires.
pub fn by_word(class: Class, kind: &str) -> i64 {
    let last = kind.rsplit('.').next().unwrap_or(kind);
    let word = WORDS.iter().find(|(word, ..)| *word == last);
    word.map_or(OTHER, |(_, call, entity)| if class == EntityManagement { *entity } else { *call })
}
