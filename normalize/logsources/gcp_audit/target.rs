//! What a call was done to: the resource that it names, the key that it made, the members whose roles it changed, the account that it
//! changed or stands for from now on, the model that it asked.

use std::borrow::Cow;

use event::ocsf::column_at;

use super::identity::{USER, key_id, new_identity, user};
use super::*;
use crate::record::Cell;
use crate::trie::Leaf;

const RESOURCE_UID: usize = column_at("resources[].uid");
const RESOURCE_NAME: usize = column_at("resources[].name");
const RESOURCE_KIND: usize = column_at("resources[].type");
const RESOURCE_REGION: usize = column_at("resources[].region");
const RESOURCE_ZONE: usize = column_at("resources[].zone");
const RESOURCE_ROLE_ID: usize = column_at("resources[].role_id");
const RESOURCE_ROLE: usize = column_at("resources[].role");
const RESOURCE_OWNER: usize = column_at("resources[].owner.account.uid");
const RESOURCE_DATA: usize = column_at("resources[].data");
const USER_UID_ALT: usize = column_at("user.uid_alt");
const PROTOCOL_ID: usize = column_at("auth_protocol_id");
const PROTOCOL: usize = column_at("auth_protocol");
const SWITCH_ID: usize = column_at("account_switch_type_id");
const SWITCH: usize = column_at("account_switch_type");
const SERVICE_NAME: usize = column_at("service.name");
const MODEL_NAME: usize = column_at("ai_model.name");
const MODEL_PROVIDER: usize = column_at("ai_model.ai_provider");
const MODEL_UID: usize = column_at("ai_model.uid");

/// Labels with the number that Google gave a resource.
const NUMBERS: &[Leaf] =
    &[LABEL_INSTANCE, LABEL_DISK, LABEL_IMAGE, LABEL_NETWORK, LABEL_SUBNETWORK, LABEL_FIREWALL, LABEL_TEMPLATE, LABEL_UNIQUE];

pub fn fill(class: Class, method: &str, record: &Record, row: &mut Row) {
    match class {
        Class::Authentication => authentication(method, record, row),
        Class::AccountChange => account(record, row),
        _ => return resources(method, record, row),
    }
    // Only API Activity has a column for it.
    row.leave(RESOURCE);
}

/// Where the resource is: a region, a zone, or wider than either (`us`, `global`).
pub fn location<'a>(record: &Record<'a>) -> Option<Cow<'a, str>> {
    let said = record.all(LOCATION).find(|hit| hit.kind == JsonKind::Text && hit.start < hit.end).map(|hit| record.text_of(hit));
    said.or_else(|| record.first(&[LABEL_ZONE, LABEL_REGION, LABEL_LOCATION]))
}

/// `us-central1-a` is a zone of `us-central1`.
pub fn region_and_zone(location: &str) -> (&str, Option<&str>) {
    match location.rsplit_once('-') {
        Some((region, zone)) if zone.len() == 1 && zone.as_bytes()[0].is_ascii_lowercase() => (region, Some(location)),
        _ => (location, None),
    }
}

/// The service account that a record is about: its address, or else its number or the name that it was to have.
pub fn service_account<'a>(record: &Record<'a>) -> Option<Cow<'a, str>> {
    let named = |path| match record.text(path)? {
        Cow::Borrowed(name) => part(name, "serviceAccounts").map(Cow::Borrowed),
        Cow::Owned(name) => part(&name, "serviceAccounts").map(|account| Cow::Owned(account.to_owned())),
    };
    let email = record.first(&[LABEL_EMAIL, RESPONSE_EMAIL]);
    email.or_else(|| named(REQUEST_NAME)).or_else(|| named(RESOURCE)).or_else(|| record.first(&[REQUEST_ACCOUNT, REQUEST_ACCOUNT_CAMEL]))
}

/// The account that is changed, or acted for, by the subject that it will have in its own calls. Its number is what stays when a name is
/// used again.
fn account(record: &Record, row: &mut Row) {
    let Some(name) = service_account(record) else {
        return;
    };
    let subject = format!("serviceAccount:{name}");
    user(record, row, &USER, Some(&name), Some(&subject).filter(|_| shared::is_email(&name)).map(String::as_str));
    row.number(USER.type_id, 4);
    row.constant(USER.caption, "Service");
    if row.wants(USER_UID_ALT)
        && let Some(number) = record.first(&[LABEL_UNIQUE, RESPONSE_ID, RESPONSE_ID_CAMEL])
    {
        row.text(USER_UID_ALT, record, &number);
    }
}

/// A token for somebody: for a service account, or for an identity from outside, which may also sign in to the console.
fn authentication(method: &str, record: &Record, row: &mut Row) {
    let segment = route::segment(method);
    if segment.starts_with("Generate") {
        account(record, row);
        row.number(SWITCH_ID, 2);
        row.constant(SWITCH, "Impersonate");
    } else if let Some(new) = new_identity(record) {
        user(record, row, &USER, None, Some(&new));
    }
    if segment.ends_with("Token") {
        row.number(PROTOCOL_ID, 6);
        row.constant(PROTOCOL, "OAUTH 2.0");
    }
    match record.text(SERVICE) {
        Some(service) => row.text(SERVICE_NAME, record, &service),
        None => row.constant(SERVICE_NAME, "Google Cloud"),
    }
}

fn resources(method: &str, record: &Record, row: &mut Row) {
    let name = record.text(RESOURCE);
    if row.wants(MODEL_NAME)
        && let Some((model, provider)) = name.as_deref().and_then(|name| Some((part(name, "models")?, part(name, "publishers")?)))
    {
        row.profile(Profile::AiOperation);
        row.text(MODEL_NAME, record, model);
        row.text(MODEL_PROVIDER, record, provider);
        row.text(MODEL_UID, record, name.as_deref().unwrap_or_default());
    }
    if !row.wants_list(RESOURCE_NAME) {
        return;
    }
    if let Some(key) = key(method, record) {
        let id = key_id(&key).map(|id| row.cell(record, id));
        let kind = row.constant_cell("iam.googleapis.com/ServiceAccountKey");
        target(record, row, &key, id, kind, (1, "Target"));
        if name.as_deref().is_some_and(|name| key_id(name).is_none()) {
            resource(record, row, name.as_deref().unwrap_or_default(), (3, "Affected"));
        }
    } else if let Some(name) = &name {
        resource(record, row, name, (1, "Target"));
    }
    deltas(record, row);
}

/// The key that a call makes or changes: the answer names a new one.
fn key<'a>(method: &str, record: &Record<'a>) -> Option<Cow<'a, str>> {
    if !route::segment(method).ends_with("ServiceAccountKey") {
        return None;
    }
    [RESPONSE_NAME, REQUEST_NAME, RESOURCE].into_iter().filter_map(|path| record.text(path)).find(|name| key_id(name).is_some())
}

/// The resource that the record names, of the type that it is monitored as. `audited_resource` says nothing: then of the type that was
/// checked.
fn resource(record: &Record, row: &mut Row, name: &str, role: (i64, &'static str)) {
    let monitored = record.text(RESOURCE_TYPE).filter(|kind| kind != "audited_resource");
    let kind = monitored.or_else(|| {
        let checked = record.all(CHECKED_NAME).find(|hit| hit.kind == JsonKind::Text && record.text_of(*hit) == name)?;
        record.all(CHECKED_TYPE).find(|hit| hit.element == checked.element && hit.start < hit.end).map(|hit| record.text_of(hit))
    });
    let kind = kind.or_else(|| record.text(RESOURCE_TYPE)).unwrap_or_default();
    let kind = if kind.is_empty() { Cell::None } else { row.cell(record, &kind) };
    let number = record.first(NUMBERS).map(|number| row.cell(record, &number));
    target(record, row, name, number, kind, role);
}

fn target(record: &Record, row: &mut Row, name: &str, uid: Option<Cell>, kind: Cell, (role_id, role): (i64, &'static str)) {
    let mut cells = vec![
        (RESOURCE_NAME, row.cell(record, name)),
        (RESOURCE_KIND, kind),
        (RESOURCE_ROLE_ID, Cell::Long(role_id)),
        (RESOURCE_ROLE, row.constant_cell(role)),
    ];
    cells.extend(uid.map(|uid| (RESOURCE_UID, uid)));
    if let Some(location) = location(record) {
        let (region, zone) = region_and_zone(&location);
        cells.push((RESOURCE_REGION, row.cell(record, region)));
        cells.extend(zone.map(|zone| (RESOURCE_ZONE, row.cell(record, zone))));
    }
    if let Some(project) = part(name, "projects") {
        cells.push((RESOURCE_OWNER, row.cell(record, project)));
    }
    row.item(&cells);
}

/// Each member who got or lost a role, with the change as it is written.
fn deltas(record: &Record, row: &mut Row) {
    let members: Vec<_> = record.all(DELTA_MEMBER).filter(|hit| hit.kind == JsonKind::Text && hit.start < hit.end).collect();
    for delta in record.all(DELTA).filter(|hit| hit.kind == JsonKind::Object) {
        let Some(member) = members.iter().find(|member| member.element == delta.element) else {
            continue;
        };
        let cells = [
            (RESOURCE_NAME, row.cell(record, &record.text_of(*member))),
            (RESOURCE_KIND, row.constant_cell("iam.member")),
            (RESOURCE_DATA, row.cell(record, &record.text_of(delta))),
            (RESOURCE_ROLE_ID, Cell::Long(3)),
            (RESOURCE_ROLE, row.constant_cell("Affected")),
        ];
        row.item(&cells);
    }
}
