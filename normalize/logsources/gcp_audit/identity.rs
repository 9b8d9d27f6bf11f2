//! Who: people, service accounts, federated workloads and workforces, Kubernetes' own accounts. Google names each by an e-mail address, by
//! a subject (`user:...`, `serviceAccount:...`, `principal://...`), by both, or by neither.

use std::borrow::Cow;

use event::ocsf::column_at;

use super::*;

/// The columns of one user.
pub struct Columns {
    pub name: usize,
    pub email: usize,
    pub uid: usize,
    pub type_id: usize,
    pub caption: usize,
    pub account: usize,
    pub account_type_id: usize,
    pub account_type: usize,
}

const ACTOR: Columns = Columns {
    name: column_at("actor.user.name"),
    email: column_at("actor.user.email_addr"),
    uid: column_at("actor.user.uid"),
    type_id: column_at("actor.user.type_id"),
    caption: column_at("actor.user.type"),
    account: column_at("actor.user.account.uid"),
    account_type_id: column_at("actor.user.account.type_id"),
    account_type: column_at("actor.user.account.type"),
};
pub const USER: Columns = Columns {
    name: column_at("user.name"),
    email: column_at("user.email_addr"),
    uid: column_at("user.uid"),
    type_id: column_at("user.type_id"),
    caption: column_at("user.type"),
    account: column_at("user.account.uid"),
    account_type_id: column_at("user.account.type_id"),
    account_type: column_at("user.account.type"),
};
const CREDENTIALS: usize = column_at("actor.user.programmatic_credentials[].uid");
const SESSION_CREDENTIAL: usize = column_at("actor.session.credential_uid");
const IDP: usize = column_at("actor.idp.name");
const APP: usize = column_at("actor.app_uid");
const DECISION: usize = column_at("actor.authorizations[].decision");
const CHECKED_PERMISSION: usize = column_at("actor.authorizations[].policy.name");

pub fn actor(record: &Record, row: &mut Row) {
    let email = record.text(EMAIL).filter(|email| !shared::is_nothing(email));
    let subject = record.text(SUBJECT).filter(|subject| !shared::is_nothing(subject));
    match (email, subject) {
        (None, None) => {
            row.constant(ACTOR.name, "Unknown");
            typed(row, &ACTOR, (0, "Unknown"));
        }
        (email, subject) => user(record, row, &ACTOR, email.as_deref(), subject.as_deref()),
    }
    if row.wants(IDP)
        && let Some(provider) = provider(record)
    {
        row.text(IDP, record, &provider);
    }
    if row.wants(APP)
        && let Some(through) = through(record)
    {
        row.text(APP, record, &through);
    }
    if let Some(key) = record.text(KEY_NAME) {
        let id = key_id(&key).unwrap_or(&key);
        row.text(SESSION_CREDENTIAL, record, id);
        if row.wants_list(CREDENTIALS) {
            let cell = row.cell(record, id);
            row.item(&[(CREDENTIALS, cell)]);
        }
    }
    authorizations(record, row);
}

/// Fills the columns of a user.
pub fn user(record: &Record, row: &mut Row, columns: &Columns, email: Option<&str>, subject: Option<&str>) {
    let bare = subject.map(bare);
    let name = email.or(bare).unwrap_or_default();
    row.text(columns.name, record, name);
    row.text(columns.uid, record, subject.unwrap_or_default());
    if let Some(address) = [email, bare].into_iter().flatten().find(|text| shared::is_email(text)) {
        row.text(columns.email, record, address);
    }
    typed(row, columns, kind(name, subject.unwrap_or_default()));
    if row.wants(columns.account)
        && let Some(project) = project(name)
    {
        row.text(columns.account, record, project);
        project_type(row, columns.account_type_id, columns.account_type);
    }
}

fn typed(row: &mut Row, columns: &Columns, (id, caption): (i64, &'static str)) {
    row.number(columns.type_id, id);
    row.constant(columns.caption, caption);
}

/// A subject without what says of which kind it is.
fn bare(subject: &str) -> &str {
    if subject.starts_with("principal") {
        return subject.split_once("/subject/").map_or(subject, |(_, bare)| bare);
    }
    ["user:", "serviceAccount:", "group:", "domain:"].iter().find_map(|kind| subject.strip_prefix(kind)).unwrap_or(subject)
}

/// OCSF's kind of a user.
fn kind(name: &str, subject: &str) -> (i64, &'static str) {
    let is = |wanted: &[&str]| wanted.iter().any(|part| subject.contains(part));
    if name.ends_with(".gserviceaccount.com")
        || name.starts_with("system:serviceaccount:")
        || subject.starts_with("serviceAccount:")
        || is(&["/workloadIdentityPools/"])
    {
        (4, "Service")
    } else if name.starts_with("system:") || name == "system@google.com" {
        (3, "System")
    } else if subject.starts_with("user:") || is(&["/workforcePools/"]) || shared::is_email(name) {
        (1, "User")
    } else {
        (0, "Unknown")
    }
}

/// The project of a service account, as its address says.
fn project(email: &str) -> Option<&str> {
    let (local, domain) = email.split_once('@')?;
    match domain.strip_suffix(".iam.gserviceaccount.com") {
        Some(project) => (!project.starts_with("gcp-sa-")).then_some(project),
        None => (domain == "appspot.gserviceaccount.com").then_some(local),
    }
}

/// The pool or provider that vouches for a federated identity.
fn provider<'a>(record: &Record<'a>) -> Option<Cow<'a, str>> {
    if record.text(METHOD)?.contains("SecurityTokenService")
        && let Some(provider) = record.text(RESOURCE).filter(|name| name.contains("/providers/"))
    {
        return Some(provider);
    }
    let subject = record.text(SUBJECT)?;
    let (_, rest) = subject.split_once("://")?;
    let (pool, _) = rest.split_once("/subject/")?;
    Some(Cow::Owned(pool.split_once('/')?.1.to_owned()))
}

/// Who stands behind a service account: the first of a chain of impersonation, of whichever kind it is; or the client that acts for a person.
fn through<'a>(record: &Record<'a>) -> Option<Cow<'a, str>> {
    let first = |path| record.all(path).find(|hit| hit.kind == JsonKind::Text && hit.start < hit.end);
    let chain = [DELEGATE_SUBJECT, DELEGATE_EMAIL].into_iter().filter_map(first).min_by_key(|hit| hit.element);
    chain.map(|hit| record.text_of(hit)).or_else(|| record.text(CLIENT))
}

/// Who an exchanged token stands for: the mapped principal, or whoever asked, where it was refused.
pub fn new_identity<'a>(record: &Record<'a>) -> Option<Cow<'a, str>> {
    record.first(&[MAPPED, MAPPED_CAMEL, SUBJECT, EMAIL])
}

/// The id of a key in its name.
pub fn key_id(name: &str) -> Option<&str> {
    name.rsplit_once("/keys/").map(|(_, id)| id).filter(|id| !id.is_empty())
}

/// Each permission that was checked. Proto JSON leaves out what is false.
fn authorizations(record: &Record, row: &mut Row) {
    if !row.wants_list(DECISION) {
        return;
    }
    let granted: Vec<_> = record.all(GRANTED).collect();
    let permissions: Vec<_> = record.all(PERMISSION).filter(|hit| hit.kind == JsonKind::Text && hit.start < hit.end).collect();
    for permission in permissions {
        let said = granted.iter().find(|hit| hit.element == permission.element).map(|hit| record.text_of(*hit));
        let mut cells = vec![(CHECKED_PERMISSION, row.cell(record, &record.text_of(permission)))];
        let decision = match said.as_deref() {
            Some(said) if said.eq_ignore_ascii_case("true") => Some("Allowed"),
            Some(said) if !said.eq_ignore_ascii_case("false") => None,
            _ => Some("Denied"),
        };
        if let Some(decision) = decision {
            cells.push((DECISION, row.constant_cell(decision)));
        }
        row.item(&cells);
    }
}
