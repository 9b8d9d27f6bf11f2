//! What only sign-ins have: session, factors, protocol, impersonation.

use super::*;

const SESSION_UID: usize = column_at("session.uid");
const SESSION_ROOT: usize = column_at("session.uid_alt");
const PROTOCOL_ID: usize = column_at("auth_protocol_id");
const PROTOCOL: usize = column_at("auth_protocol");
const SWITCH_ID: usize = column_at("account_switch_type_id");
const SWITCH: usize = column_at("account_switch_type");
const IS_MFA: usize = column_at("is_mfa");
const FACTOR_ID: usize = column_at("auth_factors[].factor_type_id");
const FACTOR_TYPE: usize = column_at("auth_factors[].factor_type");
const FACTOR_PROVIDER: usize = column_at("auth_factors[].provider");

const PROTOCOLS: Words = &[
    ("OpenID Connect", 4, "OpenID"),
    ("OPENID_CONNECT", 4, "OpenID"),
    ("SAML 2.0", 5, "SAML"),
    ("SAML_2_0", 5, "SAML"),
    ("SAML 1.1", 5, "SAML"),
    ("SAML_1_1", 5, "SAML"),
];
/// Where the way of signing in is the event itself.
const BY_TYPE: &[(&str, i64, &str)] = &[
    ("user.authentication.auth_via_inbound_SAML", 5, "SAML"),
    ("user.authentication.auth_via_radius", 10, "RADIUS"),
    ("user.authentication.auth_via_LDAP_agent", 12, "LDAP"),
];
/// Words of `debugData.factor`, of `credentialType` and of an authenticator's method.
const FACTORS: Words = &[
    ("SMS", 1, "SMS"),
    ("SMS_FACTOR", 1, "SMS"),
    ("QUESTION_FACTOR", 2, "Security Question"),
    ("CALL_FACTOR", 3, "Phone Call"),
    ("WINDOWS_HELLO", 4, "Biometric"),
    ("OKTA_VERIFY_PUSH", 5, "Push Notification"),
    ("YUBIKEY", 6, "Hardware Token"),
    ("YUBIKEY_TOKEN", 6, "Hardware Token"),
    ("RSA_SECURID", 6, "Hardware Token"),
    ("OTP", 7, "OTP"),
    ("OKTA_SOFT_TOKEN", 7, "OTP"),
    ("GOOGLE_AUTHENTICATOR", 7, "OTP"),
    ("SYMANTEC_VIP", 7, "OTP"),
    ("EMAIL", 8, "Email"),
    ("EMAIL_FACTOR", 8, "Email"),
    ("FIDO_U2F", 9, "U2F"),
    ("FIDO_WEBAUTHN", 10, "WebAuthn"),
    ("PASSWORD", 11, "Password"),
    ("PASSWORD_AS_FACTOR", 11, "Password"),
];
/// Types of credentials that are no factor: a session that is there already, what another provider asserts.
const NO_FACTORS: [&str; 5] = ["ASSERTION", "OAUTH2", "JWT", "OKTA_CLIENT_SESSION", "IWA"];

pub fn fill(kind: &str, record: &Record, row: &mut Row) {
    row.copy(ACTOR_SESSION, SESSION_UID);
    row.copy(ACTOR_ROOT_SESSION, SESSION_ROOT);
    protocol(kind, record, row);
    if kind.starts_with("user.session.impersonation.") {
        row.number(SWITCH_ID, 2);
        row.constant(SWITCH, "Impersonate");
    }
    let words = [
        known(record, &[FACTOR, FLAT_FACTOR]),
        known(record, &[CREDENTIAL_TYPE, FLAT_CREDENTIAL_TYPE]).filter(|word| !NO_FACTORS.contains(&&**word)),
        known(record, &[TARGET_METHOD, FLAT_TARGET_METHOD]),
    ];
    let factor = words.into_iter().flatten().next();
    if kind == "user.authentication.auth_via_mfa" {
        // Okta's newer engine writes it for a password, too.
        let is_password = factor.as_deref().is_some_and(|word| word.to_ascii_uppercase().starts_with("PASSWORD"));
        row.truth(IS_MFA, !is_password);
    }
    if let Some(factor) = factor
        && row.wants_list(FACTOR_ID)
    {
        let found = FACTORS.iter().find(|(word, ..)| word.eq_ignore_ascii_case(&factor));
        let mut cells = match found {
            Some((_, id, caption)) => vec![(FACTOR_ID, Cell::Long(*id)), (FACTOR_TYPE, row.constant_cell(caption))],
            None => vec![(FACTOR_ID, Cell::Long(99)), (FACTOR_TYPE, row.cell(record, &factor))],
        };
        if let Some(provider) = known(record, &[CREDENTIAL_PROVIDER, FLAT_CREDENTIAL_PROVIDER]) {
            cells.push((FACTOR_PROVIDER, row.cell(record, &provider)));
        }
        row.item(&cells);
    }
}

fn protocol(kind: &str, record: &Record, row: &mut Row) {
    let asserted = || record.first(&[CREDENTIAL_TYPE, FLAT_CREDENTIAL_TYPE]).is_some_and(|word| word == "ASSERTION");
    if let Some(mode) = known(record, &[SIGN_ON_MODE, FLAT_SIGN_ON_MODE, TARGET_SIGN_ON_MODE, FLAT_TARGET_SIGN_ON_MODE]) {
        word(record, row, PROTOCOLS, &mode, [PROTOCOL_ID, PROTOCOL]);
    } else if let Some((_, id, caption)) = BY_TYPE.iter().find(|(theirs, ..)| *theirs == kind) {
        row.number(PROTOCOL_ID, *id);
        row.constant(PROTOCOL, caption);
    } else if asserted() {
        row.number(PROTOCOL_ID, 5);
        row.constant(PROTOCOL, "SAML");
    }
}
