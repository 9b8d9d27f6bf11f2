//! The event types of OneLogin that are known here: what its API calls them, which class and activity they are, whether they failed.

use event::ocsf::Class;
use event::ocsf::Class::{AccountChange, ApiActivity, Authentication, EntityManagement, UserAccess};

/// One event type, as `GET /api/1/events/types` lists it.
pub struct Kind {
    pub id: i64,
    pub name: &'static str,
    pub class: Class,
    pub activity: i64,
    pub failed: bool,
}

const fn done(id: i64, name: &'static str, class: Class, activity: i64) -> Kind {
    Kind { id, name, class, activity, failed: false }
}

const fn failed(id: i64, name: &'static str, class: Class, activity: i64) -> Kind {
    Kind { id, name, class, activity, failed: true }
}

/// In the order of their ids.
const ALL: &[Kind] = &[
    done(1, "APP_ADDED_TO_ROLE", EntityManagement, 3),
    done(2, "APP_REMOVED_FROM_ROLE", EntityManagement, 3),
    done(3, "USER_ASSUMED_USER", Authentication, 7),
    done(4, "USER_ASSIGNED_ROLE", UserAccess, 1),
    done(5, "USER_LOGGED_INTO_ONELOGIN", Authentication, 1),
    failed(6, "USER_FAILED_ONELOGIN_LOGIN", Authentication, 1),
    done(7, "USER_LOGGED_OUT_OF_ONELOGIN", Authentication, 2),
    done(8, "USER_LOGGED_INTO_APP", Authentication, 1),
    failed(9, "USER_FAILED_APP_LOGIN", Authentication, 1),
    done(10, "USER_REQUESTED_NEW_PASSWORD", AccountChange, 99),
    done(11, "USER_CHANGED_PASSWORD", AccountChange, 3),
    done(12, "UNLOCKED_USER", AccountChange, 12),
    done(13, "CREATED_USER", AccountChange, 1),
    done(14, "UPDATED_USER", AccountChange, 99),
    done(15, "DEACTIVATED_USER", AccountChange, 5),
    done(16, "ACTIVATED_USER", AccountChange, 2),
    done(17, "DELETED_USER", AccountChange, 6),
    done(18, "ADMIN_APPROVED_PASSWORD_REQUEST", AccountChange, 99),
    done(19, "USER_LOCKED", AccountChange, 9),
    done(21, "SUSPENDED_USER", AccountChange, 5),
    done(22, "USER_ADDED_OTP_DEVICE", AccountChange, 10),
    done(24, "USER_REMOVED_OTP_DEVICE", AccountChange, 11),
    done(29, "USER_LOGGED_OUT_OF_APP", Authentication, 2),
    done(32, "REACTIVATED_USER", AccountChange, 2),
    done(48, "IMPORTED_USER", AccountChange, 1),
    failed(49, "UPDATE_USER_FAILED", AccountChange, 99),
    done(68, "USER_AUTHENTICATED_BY_RADIUS", Authentication, 1),
    failed(69, "USER_REJECTED_BY_RADIUS", Authentication, 1),
    done(72, "PRIVILEGE_GRANTED_TO_USER", UserAccess, 1),
    done(73, "PRIVILEGE_REVOKED_FROM_USER", UserAccess, 2),
    done(74, "TRUSTED_IDP_ADDED", EntityManagement, 1),
    done(75, "TRUSTED_IDP_REMOVED", EntityManagement, 4),
    done(76, "TRUSTED_IDP_MODIFIED", EntityManagement, 3),
    failed(77, "USER_FAILED_PROXY_LOGIN", Authentication, 1),
    done(78, "USER_SUCCEEDED_PROXY_LOGIN", Authentication, 1),
    failed(86, "USER_FAILED_REMOTE_AUTHENTICATION", Authentication, 1),
    done(87, "USER_VIEWED_NOTE", ApiActivity, 2),
    failed(90, "USER_UNAUTHORIZED_APP_ACCESS", Authentication, 1),
    failed(106, "USER_CHANGE_PASSWORD_FAILED", AccountChange, 3),
    done(112, "TRUSTED_IDP_MADE_DEFAULT", EntityManagement, 3),
    failed(116, "CREATE_USER_FAILED", AccountChange, 1),
    done(119, "TRUSTED_IDP_REMOVED_AS_DEFAULT", EntityManagement, 3),
    done(122, "USER_AUTHENTICATED_BY_API", Authentication, 1),
    failed(123, "USER_REJECTED_BY_API", Authentication, 1),
    failed(129, "VLDAP_BIND_FAILURE", Authentication, 1),
    done(130, "VLDAP_BIND_SUCCESS", Authentication, 1),
    done(140, "SOCIAL_SIGN_IN", Authentication, 1),
    failed(141, "SOCIAL_SIGN_IN_FAILURE", Authentication, 1),
    done(147, "USER_MANUALLY_ADDED_TO_ROLE", UserAccess, 1),
    done(148, "USER_MANUALLY_REMOVED_FROM_ROLE", UserAccess, 2),
    done(149, "USER_AUTO_ADDED_TO_ROLE", UserAccess, 1),
    done(150, "USER_AUTO_REMOVED_FROM_ROLE", UserAccess, 2),
    done(151, "USER_ROLE_MANAGEMENT_GRANTED", UserAccess, 1),
    done(152, "USER_ROLE_MANAGEMENT_REVOKED", UserAccess, 2),
    done(156, "POLICY_CREATED", EntityManagement, 1),
    done(157, "POLICY_UPDATED", EntityManagement, 3),
    done(158, "POLICY_DELETED", EntityManagement, 4),
    done(177, "CERTIFICATE_CREATED", EntityManagement, 1),
    done(178, "CERTIFICATE_DELETED", EntityManagement, 4),
    done(179, "API_CREDENTIAL_CREATED", EntityManagement, 1),
    done(180, "API_CREDENTIAL_DELETED", EntityManagement, 4),
    done(181, "API_CREDENTIAL_ENABLED", EntityManagement, 8),
    done(182, "API_CREDENTIAL_DISABLED", EntityManagement, 9),
    done(240, "USER_REVEALED_PASSWORD", ApiActivity, 2),
    failed(400, "API_BAD_REQUEST", ApiActivity, 99),
    failed(401, "API_UNAUTHORIZED", ApiActivity, 99),
    done(410, "BROADCASTER_CREATED", ApiActivity, 1),
    done(411, "BROADCASTER_UPDATED", ApiActivity, 3),
    done(412, "BROADCASTER_DELETED", ApiActivity, 4),
    done(510, "API_SET_PWD_SALT", AccountChange, 4),
    done(511, "API_SET_PWD_CLEAR_TEXT", AccountChange, 4),
    done(513, "API_ADD_ROLES", UserAccess, 1),
    done(514, "API_REMOVE_ROLES", UserAccess, 2),
    failed(524, "API_DESTROY_USER_FAILED", AccountChange, 6),
    failed(526, "API_LOCK_USER_FAILED", AccountChange, 9),
    done(529, "API_UPDATE_USER", AccountChange, 99),
    done(530, "API_DESTROY_USER", AccountChange, 6),
    done(531, "API_LOCK_USER", AccountChange, 9),
    failed(532, "API_UPDATE_USER_FAILED", AccountChange, 99),
    done(533, "API_CREATE_USER", AccountChange, 1),
    failed(534, "API_CREATE_USER_FAILED", AccountChange, 1),
    done(540, "API_ADDED_OTP_DEVICE", AccountChange, 10),
    done(550, "FORCE_LOGOUT_USER", Authentication, 2),
    done(551, "SUSPENDED_USER_VIA_API", AccountChange, 5),
    done(552, "REACTIVATED_USER_VIA_API", AccountChange, 2),
    done(553, "USER_LOCKED_VIA_API", AccountChange, 9),
    done(554, "UNLOCKED_USER_VIA_API", AccountChange, 12),
    done(555, "EXTERNAL_ASSUME_USER", Authentication, 7),
    done(600, "APP_CREATED_BY_USER", EntityManagement, 1),
    done(601, "APP_UPDATED_BY_USER", EntityManagement, 3),
    done(602, "APP_DELETED_BY_USER", EntityManagement, 4),
    done(1001, "USER_LOGIN_CHALLENGE", Authentication, 6),
    failed(1002, "USER_LOGIN_CHALLENGE_FAILED", Authentication, 6),
];

pub fn kind(id: i64) -> Option<&'static Kind> {
    ALL.binary_search_by_key(&id, |kind| kind.id).ok().map(|at| &ALL[at])
}

/// What an event of a class that lacks what the class requires is as API Activity.
pub fn as_call(class: Class, activity: i64) -> i64 {
    match (class, activity) {
        (ApiActivity, activity) => activity,
        (AccountChange | EntityManagement, 1) => 1,
        (AccountChange, 6) | (EntityManagement, 4) => 4,
        (Authentication, _) => 99,
        _ => 3,
    }
}

#[test]
fn kinds_are_in_order() {
    assert!(ALL.is_sorted_by(|a, b| a.id < b.id));
}
