//! What the logs of Azure share: the ids of its resources. Knows no log source.

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
