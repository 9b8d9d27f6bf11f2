//! What Entra's words and numbers of a sign-in mean in OCSF. Tables only.

/// A kind of sign-in.
pub struct Kind {
    /// The category in Event Hub.
    pub category: &'static str,
    /// The table of Log Analytics.
    pub table: &'static str,
    /// The word of the Graph API's `signInEventTypes`.
    pub event_type: &'static str,
    /// `logon_type_id` and its caption.
    pub logon: (i64, &'static str),
    /// Software signs in, not a person.
    pub is_workload: bool,
}

const KINDS: [Kind; 5] = [
    kind_of("SignInLogs", "SigninLogs", "interactiveUser", (2, "Interactive"), false),
    kind_of("NonInteractiveUserSignInLogs", "AADNonInteractiveUserSignInLogs", "nonInteractiveUser", (99, "Non-interactive"), false),
    kind_of("ServicePrincipalSignInLogs", "AADServicePrincipalSignInLogs", "servicePrincipal", (99, "Service principal"), true),
    kind_of("ManagedIdentitySignInLogs", "AADManagedIdentitySignInLogs", "managedIdentity", (99, "Managed identity"), true),
    kind_of("ADFSSignInLogs", "ADFSSignInLogs", "", (2, "Interactive"), false),
];

const fn kind_of(
    category: &'static str,
    table: &'static str,
    event_type: &'static str,
    logon: (i64, &'static str),
    is_workload: bool,
) -> Kind {
    Kind { category, table, event_type, logon, is_workload }
}

/// The kind that a category, a table or a type of event stands for.
pub fn kind(word: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| [kind.category, kind.table, kind.event_type].iter().any(|name| name.eq_ignore_ascii_case(word)))
}

pub enum Outcome {
    Success,
    Failure,
    /// Something is asked of the user, and the sign-in goes on as another record: neither a success nor a failure.
    Interrupted,
    Unknown,
}

/// Numbers of interrupts: no session yet, MFA or its registration asked for, a page shown on the way, consent asked for, another
/// account to be chosen, the device or somebody else's second factor to be shown.
const INTERRUPTS: [&str; 15] =
    ["16000", "16001", "50058", "50072", "50074", "50076", "50079", "50097", "50125", "50127", "50129", "50140", "50158", "50199", "65001"];

pub fn outcome(code: &str) -> Outcome {
    match code {
        "0" => Outcome::Success,
        _ if INTERRUPTS.contains(&code) => Outcome::Interrupted,
        _ => Outcome::Failure,
    }
}

impl Outcome {
    /// `status_id` and its text.
    pub fn status(&self) -> (i64, &'static str) {
        match self {
            Outcome::Success => (1, "Success"),
            Outcome::Failure => (2, "Failure"),
            Outcome::Interrupted => (99, "Interrupted"),
            Outcome::Unknown => (0, "Unknown"),
        }
    }
}

type Word = (i64, &'static str);

/// The factor that a method is, by words in its name; none where the step asked for nothing. 99 keeps the method's own name.
pub fn factor(method: &str) -> Option<Word> {
    const FACTORS: &[(&str, Word)] = &[
        ("previously satisfied", (-1, "")),
        ("password hash", (11, "Password")),
        ("password", (11, "Password")),
        ("passwordless", (5, "Push Notification")),
        ("phone sign-in", (5, "Push Notification")),
        ("notification", (5, "Push Notification")),
        ("microsoft authenticator", (5, "Push Notification")),
        ("text message", (1, "SMS")),
        ("sms", (1, "SMS")),
        ("phone call", (3, "Phone Call")),
        ("voice", (3, "Phone Call")),
        ("hello", (4, "Biometric")),
        ("fido", (10, "WebAuthn")),
        ("passkey", (10, "WebAuthn")),
        ("oath hardware", (6, "Hardware Token")),
        ("hardware", (6, "Hardware Token")),
        ("oath", (7, "OTP")),
        ("verification code", (7, "OTP")),
        ("temporary access pass", (7, "OTP")),
        ("email", (8, "Email")),
    ];
    let method = method.trim().to_ascii_lowercase();
    if method.is_empty() {
        return None;
    }
    // The most telling word counts: "Passwordless phone sign-in" is no password.
    let found = FACTORS.iter().filter(|(word, _)| method.contains(word)).max_by_key(|(word, _)| word.len());
    match found {
        Some((_, (-1, _))) => None,
        Some((_, factor)) => Some(*factor),
        None => Some((99, "")),
    }
}

/// Those that OCSF has a number for.
pub fn protocol(word: &str) -> Option<Word> {
    const PROTOCOLS: &[(&str, Word)] = &[("none", (0, "Unknown")), ("oAuth2", (6, "OAUTH 2.0")), ("saml20", (5, "SAML"))];
    PROTOCOLS.iter().find(|(name, _)| name.eq_ignore_ascii_case(word)).map(|(_, protocol)| *protocol)
}

/// Action and disposition of Conditional Access; some exports write its number.
pub fn access(word: &str) -> Option<(Word, Word)> {
    let is = |names: [&str; 2]| names.iter().any(|name| name.eq_ignore_ascii_case(word));
    match () {
        () if is(["success", "0"]) => Some(((1, "Allowed"), (1, "Allowed"))),
        () if is(["failure", "1"]) => Some(((2, "Denied"), (2, "Blocked"))),
        () if is(["notApplied", "2"]) => Some(((3, "Observed"), (16, "No Action"))),
        () => None,
    }
}

/// `hidden` is what tenants see that have not paid for it: nothing is known.
pub fn risk(word: &str) -> Option<Word> {
    const RISKS: &[(&str, Word)] = &[("none", (0, "Info")), ("low", (1, "Low")), ("medium", (2, "Medium")), ("high", (3, "High"))];
    RISKS.iter().find(|(name, _)| name.eq_ignore_ascii_case(word)).map(|(_, risk)| *risk)
}

/// The type of an operating system, by how its name begins; without a caption it is 99, and its own name stands there.
pub fn system(name: &str) -> (i64, Option<&'static str>) {
    const SYSTEMS: &[(&str, Word)] = &[
        ("windows phone", (101, "Windows Mobile")),
        ("windows mobile", (101, "Windows Mobile")),
        ("windows", (100, "Windows")),
        ("mac", (300, "macOS")),
        ("ipados", (302, "iPadOS")),
        ("ios", (301, "iOS")),
        ("android", (201, "Android")),
        ("linux", (200, "Linux")),
    ];
    let name = name.to_ascii_lowercase();
    let found = SYSTEMS.iter().find(|(start, _)| name.starts_with(start));
    found.map_or((99, None), |(_, (id, caption))| (*id, Some(caption)))
}

pub fn is_mobile(name: &str) -> bool {
    matches!(system(name).0, 101 | 201 | 301)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors() {
        for (method, id) in [
            ("Password", 11),
            ("Password Hash Sync", 11),
            ("Passwordless phone sign-in", 5),
            ("Mobile app notification", 5),
            ("OATH software token", 7),
            ("OATH hardware token", 6),
            ("Text message", 1),
            ("FIDO2 security key", 10),
            ("Windows Hello for Business", 4),
            ("X.509 Certificate", 99),
        ] {
            assert_eq!(factor(method).map(|(id, _)| id), Some(id), "{method}");
        }
        assert_eq!(factor("Previously satisfied"), None);
        assert_eq!(factor(""), None);
    }
}
