//! The rules of `rules/`, compiled in, so that the program alone gives findings.

macro_rules! rules {
    ($($folder:literal,)*) => {
        &[$((concat!("rules/", $folder, "/rule.yml"), include_str!(concat!("../rules/", $folder, "/rule.yml")))),*]
    };
}

/// Every rule of our own: file and text. `tests/tidy` holds this list against the folder.
pub const RULES: &[(&str, &str)] = rules![
    "ais-01-guardrail-weakened",
    "ais-02-invocation-logging-off",
    "gpu-01-gpu-instance-launched",
    "idf-03-saml-provider-changed",
    "log-01-audit-trail-stopped",
    "ses-01-session-over-one-hour",
];
