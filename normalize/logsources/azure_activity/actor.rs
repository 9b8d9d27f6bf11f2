//! Who called: the claims of the token, or the caller where a shape has no claims. A workload has an object id and the id of its
//! application, and no name.

use event::ocsf::column_at;

use super::*;
use crate::logsources::shared::{is_email, is_guid};
use crate::record::Cell;

const NAME: usize = column_at("actor.user.name");
const EMAIL: usize = column_at("actor.user.email_addr");
const FULL_NAME: usize = column_at("actor.user.full_name");
const UID: usize = column_at("actor.user.uid");
const TYPE_ID: usize = column_at("actor.user.type_id");
const TYPE: usize = column_at("actor.user.type");
const CREATED: usize = column_at("actor.session.created_time");
const EXPIRATION: usize = column_at("actor.session.expiration_time");
const IS_MFA: usize = column_at("actor.session.is_mfa");
const DECISION: usize = column_at("actor.authorizations[].decision");
const POLICY: usize = column_at("actor.authorizations[].policy.name");
const POLICY_UID: usize = column_at("actor.authorizations[].policy.uid");

pub fn fill(record: &Record, row: &mut Row) {
    if row.wants(NAME) || row.wants(EMAIL) || row.wants(UID) || row.wants(TYPE_ID) || row.wants(TYPE) || row.wants(FULL_NAME) {
        user(record, row);
    }
    session(record, row);
    if row.wants_list(DECISION) {
        role(record, row);
    }
}

fn user(record: &Record, row: &mut Row) {
    let caller = text_of(record, &[CALLER]);
    let (id, name_of_caller) = match caller.as_deref() {
        Some(caller) if is_guid(caller) => (Some(caller), None),
        other => (None, other),
    };
    let object = text_of(record, &[OBJECT_1, OBJECT_2, OBJECT_3]);
    let upn = text_of(record, &[UPN_1, UPN_2, UPN_3]);
    let mail = text_of(record, &[MAIL_1, MAIL_2, MAIL_3]);
    let login = text_of(record, &[LOGIN_1, LOGIN_2, LOGIN_3]);
    let display = text_of(record, &[DISPLAY_1, DISPLAY_2, DISPLAY_3]);
    let app = text_of(record, &[APP_1, APP_2, APP_3]);
    // Of somebody from another directory: `live.com#ana@example.com`.
    let login = login.as_deref().map(|login| login.split_once('#').map_or(login, |(_, name)| name));
    let person = [upn.as_deref(), mail.as_deref(), name_of_caller, login, display.as_deref()].into_iter().flatten().next();
    let name = person.or(app.as_deref());
    if let Some(name) = name {
        row.text(NAME, record, name);
    }
    // The name of a guest holds his address in a form of its own: `ana_home.example#EXT#@acme.example`.
    let is_plain = |text: &&str| is_email(text) && !text.contains('#');
    if let Some(email) = [mail.as_deref(), name].into_iter().flatten().find(is_plain) {
        row.text(EMAIL, record, email);
    }
    if let Some(display) = display.as_deref().filter(|display| Some(*display) != name) {
        row.text(FULL_NAME, record, display);
    }
    match object.as_deref().or(id) {
        Some(id) => row.text(UID, record, id),
        None if name.is_none() => row.constant(NAME, "Unknown"),
        None => {}
    }
    let is_app = is(&text_of(record, &[APP_KIND_1, APP_KIND_2, APP_KIND_3]), &["app"]);
    let kind = text_of(record, &[PRINCIPAL_KIND_1, PRINCIPAL_KIND_2, PRINCIPAL_KIND_3]);
    let type_and_caption = match () {
        () if is_app => Some((4, "Service")),
        () if person.is_some_and(is_email) => Some((1, "User")),
        () if is(&kind, &["ServicePrincipal"]) || (person.is_none() && app.is_some()) => Some((4, "Service")),
        () if is(&kind, &["User"]) => Some((1, "User")),
        () => None,
    };
    if let Some((id, caption)) = type_and_caption {
        row.number(TYPE_ID, id);
        row.constant(TYPE, caption);
    }
}

/// The token: its times are seconds, mostly as text.
fn session(record: &Record, row: &mut Row) {
    let seconds = |paths: [Leaf; 3]| paths.iter().find_map(|path| record.number(*path)).filter(|time| (0..100_000_000_000).contains(time));
    for (column, paths) in [(CREATED, [ISSUED_1, ISSUED_2, ISSUED_3]), (EXPIRATION, [EXPIRES_1, EXPIRES_2, EXPIRES_3])] {
        if row.wants(column)
            && let Some(time) = seconds(paths)
        {
            row.number(column, time * 1000);
        }
    }
    if row.wants(IS_MFA)
        && let Some(methods) = text_of(record, &[METHODS_1, METHODS_2, METHODS_3])
    {
        row.truth(IS_MFA, methods.split(',').any(|method| method.trim().eq_ignore_ascii_case("mfa")));
    }
}

/// The role by which the call was allowed.
fn role(record: &Record, row: &mut Row) {
    let name = text_of(record, &[ROLE_1, ROLE_2, ROLE_3, ROLE_4, ROLE_5, ROLE_6]);
    let definition = text_of(record, &[ROLE_DEFINITION_1, ROLE_DEFINITION_2, ROLE_DEFINITION_3]);
    let mut cells: Vec<(usize, Cell)> = Vec::new();
    for (column, text) in [(POLICY, name), (POLICY_UID, definition)] {
        if let Some(text) = text {
            cells.push((column, row.cell(record, &text)));
        }
    }
    if cells.is_empty() {
        return;
    }
    if !outcome::has_failed(record) {
        cells.push((DECISION, row.constant_cell("Allowed")));
    }
    row.item(&cells);
}
