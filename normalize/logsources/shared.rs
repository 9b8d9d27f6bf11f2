//! What several log sources ask of a text. Knows no provider.

use std::net::IpAddr;

/// Not a check of the standard: enough to tell a person's name from a session's.
pub fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && domain.contains('.')
            && domain.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
            && !text.contains(char::is_whitespace)
            && !text.contains(['/', ':'])
    })
}

/// An IPv4 or IPv6 address, as `ip_t` wants it.
pub fn is_address(text: &str) -> bool {
    text.len() <= 40 && text.starts_with(|c: char| c.is_ascii_hexdigit() || c == ':') && text.parse::<IpAddr>().is_ok()
}

/// The address in a text that may have a port behind it (`192.0.2.1:443`, `[2001:db8::1]:443`) or white space around it.
pub fn ip_address(text: &str) -> Option<&str> {
    let text = text.trim();
    let bare = text.strip_prefix('[').and_then(|rest| rest.split_once(']')).map(|(bare, _)| bare);
    [Some(text), bare, text.rsplit_once(':').map(|(bare, _)| bare)].into_iter().flatten().find(|text| is_address(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_with_and_without_ports() {
        for (text, expected) in [
            ("192.0.2.1", Some("192.0.2.1")),
            (" 192.0.2.1:443 ", Some("192.0.2.1")),
            ("2001:db8::1", Some("2001:db8::1")),
            ("[2001:db8::1]:443", Some("2001:db8::1")),
            ("null", None),
            ("private", None),
            ("", None),
        ] {
            assert_eq!(ip_address(text), expected, "{text}");
        }
    }
}
