//! What several log sources ask of a text: is it an address, is it an e-mail address. Knows no provider.

/// An IPv4 or IPv6 address, as `ip_t` wants it.
pub fn is_address(text: &str) -> bool {
    text.len() <= 40 && text.starts_with(|c: char| c.is_ascii_hexdigit() || c == ':') && text.parse::<std::net::IpAddr>().is_ok()
}

/// Not a check of the standard: enough to tell a person's name from a session's.
pub fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && domain.contains('.')
            && !domain.contains('@')
            && !text.contains(char::is_whitespace)
            && !text.contains(['/', ':'])
    })
}
