//! What several log sources need: how addresses, e-mail addresses and Azure's ids are written. Knows no log source.

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

/// What an id of Azure Resource Manager says. Its parts are as they are spelled there; compare them without regard to case.
#[derive(Debug, Default, PartialEq)]
pub struct ResourceId<'a> {
    pub subscription: Option<&'a str>,
    pub group: Option<&'a str>,
    /// Provider and types: `Microsoft.Compute/virtualMachines`.
    pub kind: String,
    pub name: Option<&'a str>,
}

/// `/subscriptions/S/resourceGroups/G/providers/P/TYPE/NAME[/TYPE/NAME ...]`, or the beginning of it. Of several providers the last
/// counts: the others say what its resource belongs to.
pub fn resource_id(id: &str) -> ResourceId<'_> {
    let mut found = ResourceId::default();
    let mut parts = id.split('/').filter(|part| !part.is_empty());
    while let Some(part) = parts.next() {
        match () {
            () if part.eq_ignore_ascii_case("subscriptions") && found.kind.is_empty() => {
                found.subscription = parts.next();
                found.name = found.subscription;
            }
            () if part.eq_ignore_ascii_case("resourceGroups") && found.kind.is_empty() => {
                found.group = parts.next();
                found.name = found.group;
            }
            () if part.eq_ignore_ascii_case("providers") => {
                found.kind = parts.next().unwrap_or_default().to_owned();
                found.name = None;
            }
            () if found.kind.is_empty() => {}
            () => {
                found.kind.push('/');
                found.kind.push_str(part);
                let rest = parts.clone().next();
                if rest.is_none_or(|name| !name.eq_ignore_ascii_case("providers")) {
                    found.name = parts.next();
                }
            }
        }
    }
    if found.kind.is_empty() {
        found.kind = match (found.subscription, found.group) {
            (_, Some(_)) => "Microsoft.Resources/resourceGroups".to_owned(),
            (Some(_), None) => "Microsoft.Resources/subscriptions".to_owned(),
            (None, None) => String::new(),
        };
    }
    found
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

    #[test]
    fn ids_of_resources() {
        let kind_and_name = |id: &str| {
            let id = resource_id(id);
            (id.kind, id.name.unwrap_or_default().to_owned(), id.group.unwrap_or_default().to_owned())
        };
        for (id, kind, name, group) in [
            ("/SUBSCRIPTIONS/S/RESOURCEGROUPS/RG/PROVIDERS/P.Q/VMS/V", "P.Q/VMS", "V", "RG"),
            ("/subscriptions/S/resourceGroups/rg/providers/P/a/1/b/2", "P/a/b", "2", "rg"),
            ("/subscriptions/S/resourceGroups/rg/providers/P/a/1/providers/I/settings/x", "I/settings", "x", "rg"),
            ("/subscriptions/S/resourceGroups/rg", "Microsoft.Resources/resourceGroups", "rg", "rg"),
            ("/subscriptions/S", "Microsoft.Resources/subscriptions", "S", ""),
            ("/providers/Microsoft.Management/managementGroups/M", "Microsoft.Management/managementGroups", "M", ""),
            ("/subscriptions/S/providers/Microsoft.Web", "Microsoft.Web", "", ""),
            ("/subscriptions/S/providers/P/a", "P/a", "", ""),
            ("nothing", "", "", ""),
            ("", "", "", ""),
        ] {
            assert_eq!(kind_and_name(id), (kind.to_owned(), name.to_owned(), group.to_owned()), "{id}");
        }
    }
}
