//! What several log sources need to tell about a text: whether it is an address, an e-mail address, nothing at all. Knows no log source.

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

/// An IPv4 or IPv6 address, as `ip_t` wants it.
pub fn is_address(text: &str) -> bool {
    text.len() <= 40 && text.starts_with(|c: char| c.is_ascii_hexdigit() || c == ':') && text.parse::<std::net::IpAddr>().is_ok()
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

/// Words that stand for no value.
pub fn is_nothing(text: &str) -> bool {
    ["", "-", "null", "none", "unknown", "undefined"].iter().any(|word| text.trim().eq_ignore_ascii_case(word))
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
