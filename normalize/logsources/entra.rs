//! What the logs of Entra ID share: users, tenants, the two places where shapes have a path. Knows no log source.

use std::borrow::Cow;

use event::ocsf::column_at;

use crate::logsources::shared::is_email;
use crate::record::{Record, Row};
use crate::trie::Leaf;

/// The columns of one `user` object.
pub struct UserColumns {
    pub name: usize,
    pub uid: usize,
    pub email_addr: usize,
    pub full_name: usize,
    pub type_id: usize,
    pub kind: usize,
}

pub const ACTOR: UserColumns = UserColumns {
    name: column_at("actor.user.name"),
    uid: column_at("actor.user.uid"),
    email_addr: column_at("actor.user.email_addr"),
    full_name: column_at("actor.user.full_name"),
    type_id: column_at("actor.user.type_id"),
    kind: column_at("actor.user.type"),
};

pub const USER: UserColumns = UserColumns {
    name: column_at("user.name"),
    uid: column_at("user.uid"),
    email_addr: column_at("user.email_addr"),
    full_name: column_at("user.full_name"),
    type_id: column_at("user.type_id"),
    kind: column_at("user.type"),
};

impl UserColumns {
    /// `type_id` and its caption.
    pub fn typed(&self, row: &mut Row, id: i64, caption: &'static str) {
        row.number(self.type_id, id);
        row.constant(self.kind, caption);
    }
}

/// The e-mail address that a user principal name is. A guest's is within it: `dana_example.org#EXT#@tenant.example.com`.
pub fn email_of_principal(name: &str) -> Option<Cow<'_, str>> {
    let email = match name.to_ascii_uppercase().find("#EXT#@") {
        Some(at) => {
            let (local, domain) = name[..at].rsplit_once('_')?;
            Cow::Owned(format!("{local}@{domain}"))
        }
        None => Cow::Borrowed(name),
    };
    is_email(&email).then_some(email)
}

/// A text without what providers write where they know nothing.
pub fn known(text: &str) -> Option<&str> {
    let text = text.trim();
    let nothing = ["", "-", "null", "<null>", "(null)", "none", "n/a", "unknown"].iter().any(|word| text.eq_ignore_ascii_case(word));
    (!nothing).then_some(text)
}

/// The tenant in a resource of its own: `/tenants/ID/providers/Microsoft.aadiam`.
pub fn tenant_of_resource(resource: &str) -> Option<&str> {
    let rest = resource.get(..9).filter(|start| start.eq_ignore_ascii_case("/tenants/")).map(|_| &resource[9..])?;
    rest.split('/').next().filter(|tenant| !tenant.is_empty())
}

/// A path as the shapes of Azure have it: under `properties`, and at the top.
macro_rules! both {
    ($path:literal) => {
        &[concat!("properties.", $path), $path]
    };
}
pub(crate) use both;

/// The first of several paths whose text says something, in a column.
pub fn put(row: &mut Row, column: usize, record: &Record, paths: &[Leaf]) {
    if row.wants(column)
        && !row.is_set(column)
        && let Some(text) = paths.iter().filter_map(|path| record.scalar(*path)).find(|text| known(text).is_some())
    {
        row.text(column, record, &text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guests_have_an_address_elsewhere() {
        for (name, email) in [
            ("dana@example.com", Some("dana@example.com")),
            ("dana_doe_example.org#EXT#@tenant.example.com", Some("dana_doe@example.org")),
            ("dana", None),
            ("#EXT#@tenant.example.com", None),
        ] {
            assert_eq!(email_of_principal(name).as_deref(), email, "{name}");
        }
    }

    #[test]
    fn tenants() {
        assert_eq!(tenant_of_resource("/tenants/t1/providers/Microsoft.aadiam"), Some("t1"));
        assert_eq!(tenant_of_resource("/Tenants/t1"), Some("t1"));
        assert_eq!(tenant_of_resource("/subscriptions/s1"), None);
        assert_eq!(tenant_of_resource("00000003"), None);
    }
}
