//! What several log sources need: how addresses, e-mail addresses and ids are written. Knows no log source.

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

/// An address that stands for none: `0.0.0.0`, `::`.
pub fn is_unspecified(text: &str) -> bool {
    text.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_unspecified())
}

/// An address without the port, and without the brackets that set it off from an IPv6 address.
pub fn without_port(text: &str) -> &str {
    if let Some((address, _)) = text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return address;
    }
    match text.split_once(':') {
        Some((address, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => address,
        _ => text,
    }
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
    fn ports() {
        for (text, expected) in [
            ("192.0.2.7:50123", "192.0.2.7"),
            ("192.0.2.7", "192.0.2.7"),
            ("[2001:db8::7]:443", "2001:db8::7"),
            ("2001:db8::7", "2001:db8::7"),
            ("host:", "host:"),
            ("", ""),
        ] {
            assert_eq!(without_port(text), expected, "{text}");
        }
    }
}
