//! What several log sources need to tell about a text: whether it is an address, an e-mail address, an id, nothing at all. Knows no log
//! source.

use std::net::IpAddr;

/// Not a check of the standard: enough to tell a person's name from a session's.
pub fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    !local.is_empty()
        && domain.contains('.')
        && domain.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
        && !text.contains(char::is_whitespace)
        && !text.contains(['/', ':'])
}

/// An IPv4 or IPv6 address, as `ip_t` wants it.
pub fn is_address(text: &str) -> bool {
    text.len() <= 40 && text.starts_with(|c: char| c.is_ascii_hexdigit() || c == ':') && text.parse::<IpAddr>().is_ok()
}

/// The address in a text that may have brackets around it, and a port behind it.
pub fn address(text: &str) -> Option<&str> {
    let text = text.trim();
    let bare = match text.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?.0,
        None if is_address(text) => text,
        None => text.rsplit_once(':').filter(|(_, port)| port.bytes().all(|digit| digit.is_ascii_digit()))?.0,
    };
    is_address(bare).then_some(bare)
}

/// A text without the port behind its address, or as it is.
pub fn without_port(text: &str) -> &str {
    address(text).unwrap_or(text)
}

/// An address that stands for none: `0.0.0.0`, `::`.
pub fn is_unspecified(text: &str) -> bool {
    text.parse::<IpAddr>().is_ok_and(|address| address.is_unspecified())
}

/// Words that stand for no value.
pub fn is_nothing(text: &str) -> bool {
    ["", "-", "null", "none", "unknown", "undefined"].iter().any(|word| text.trim().eq_ignore_ascii_case(word))
}

/// An id as Microsoft and many others write it: `8e3af657-a8ff-443c-a75c-2fe8c4bcb635`.
pub fn is_guid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for (text, expected) in [
            ("203.0.113.7", Some("203.0.113.7")),
            (" 203.0.113.7:443", Some("203.0.113.7")),
            ("2001:db8::7", Some("2001:db8::7")),
            ("[2001:db8::7]:443", Some("2001:db8::7")),
            ("[2001:db8::7]", Some("2001:db8::7")),
            ("203.0.113.7:http", None),
            ("private", None),
            ("[", None),
            ("", None),
        ] {
            assert_eq!(address(text), expected, "{text}");
        }
    }
}
