//! What an activity was done to: the resources that it names, and what their modified properties say of roles, groups and grants.

use std::borrow::Cow;

use event::JsonKind;
use event::ocsf::{Class, column_at};

use super::*;
use crate::logsources::entra::USER;
use crate::record::Cell;

const PRIVILEGE: usize = column_at("privileges[]");
const GROUP: usize = column_at("group.name");
const GROUP_UID: usize = column_at("group.uid");
const SUBGROUP: usize = column_at("subgroup.name");
const SUBGROUP_UID: usize = column_at("subgroup.uid");
const ENTITY: usize = column_at("entity.name");
const ENTITY_UID: usize = column_at("entity.uid");
const ENTITY_TYPE_ID: usize = column_at("entity.type_id");
const ENTITY_TYPE: usize = column_at("entity.type");
const RESOURCE_UID: usize = column_at("resources[].uid");
const RESOURCE_NAME: usize = column_at("resources[].name");
const RESOURCE_TYPE: usize = column_at("resources[].type");
const RESOURCE_ROLE_ID: usize = column_at("resources[].role_id");
const RESOURCE_ROLE: usize = column_at("resources[].role");

/// One of the resources that an activity names.
#[derive(Default)]
pub struct Target<'a> {
    element: u32,
    kind: Option<Cow<'a, str>>,
    id: Option<Cow<'a, str>>,
    name: Option<Cow<'a, str>>,
    upn: Option<Cow<'a, str>>,
}

impl Target<'_> {
    fn is(&self, kind: &str) -> bool {
        self.kind.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(kind))
    }

    fn is_named(&self) -> bool {
        self.id.is_some() || self.name.is_some() || self.upn.is_some()
    }
}

/// All of them, in their order.
pub fn all<'a>(record: &Record<'a>) -> Vec<Target<'a>> {
    let mut targets: Vec<Target<'a>> = Vec::new();
    let mut add = |paths: [Leaf; 2], put: fn(&mut Target<'a>, Cow<'a, str>)| {
        for hit in paths.into_iter().flat_map(|path| record.all(path)).filter(|hit| hit.kind == JsonKind::Text) {
            let text = record.text_of(hit);
            if known(&text).is_none() {
                continue;
            }
            let at = targets.iter().position(|target| target.element == hit.element).unwrap_or_else(|| {
                targets.push(Target { element: hit.element, ..Target::default() });
                targets.len() - 1
            });
            put(&mut targets[at], text);
        }
    };
    add([TARGET_KIND_IN, TARGET_KIND], |target, text| target.kind = Some(text));
    add([TARGET_ID_IN, TARGET_ID], |target, text| target.id = Some(text));
    add([TARGET_NAME_IN, TARGET_NAME], |target, text| target.name = Some(text));
    add([TARGET_UPN_IN, TARGET_UPN], |target, text| target.upn = Some(text));
    targets.sort_by_key(|target| target.element);
    targets
}

/// What a modified property says: a JSON document in a text, a text or a list of one. Not null, and not empty.
fn said<'a>(record: &Record<'a>, paths: &[Leaf]) -> Option<Cow<'a, str>> {
    paths.iter().find_map(|path| unquoted(record.text(*path)?))
}

/// `"X"` and `["X"]` are X. What is neither stays as it is.
fn unquoted(text: Cow<str>) -> Option<Cow<str>> {
    let cut = |text: &str| {
        let inner = text.trim();
        let inner = inner.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')).unwrap_or(inner).trim();
        let quoted = inner.strip_prefix('"').and_then(|inner| inner.strip_suffix('"'));
        quoted.unwrap_or(inner).trim().to_owned()
    };
    let plain = match text {
        // Without escapes it is a stretch of the record; a JSON document in a text always has some.
        Cow::Borrowed(text) if !text.starts_with(['"', '[', ' ']) => Cow::Borrowed(text),
        text => {
            let mut plain = Vec::new();
            event::unescape::unescape(cut(&text).as_bytes(), &mut plain);
            Cow::Owned(String::from_utf8_lossy(&plain).into_owned())
        }
    };
    known(&plain).is_some().then_some(plain)
}

/// Who is granted something.
fn grantee<'t, 'a>(targets: &'t [Target<'a>]) -> Option<&'t Target<'a>> {
    let of = |kind: &str| targets.iter().find(|target| target.is(kind) && target.is_named());
    of("User").or_else(|| of("ServicePrincipal")).or_else(|| of("Group"))
}

fn user<'t, 'a>(targets: &'t [Target<'a>]) -> Option<&'t Target<'a>> {
    targets.iter().find(|target| target.is("User") && target.is_named()).or_else(|| {
        // Some records do not say the type of what has a UPN.
        targets.iter().find(|target| target.upn.is_some())
    })
}

/// A group that becomes a member of another: the first of two.
pub fn subgroup<'t, 'a>(targets: &'t [Target<'a>]) -> Option<&'t Target<'a>> {
    let mut groups = targets.iter().filter(|target| target.is("Group") && target.is_named());
    let first = groups.next()?;
    groups.next().map(|_| first)
}

/// The group that is changed: of two, the second.
fn group<'t, 'a>(targets: &'t [Target<'a>]) -> Option<&'t Target<'a>> {
    targets.iter().rfind(|target| target.is("Group") && target.is_named())
}

/// What is changed. A user beside it is who owns it, or consents.
fn entity<'t, 'a>(targets: &'t [Target<'a>]) -> Option<&'t Target<'a>> {
    let mut named = targets.iter().filter(|target| target.is_named());
    named.clone().find(|target| !target.is("User")).or_else(|| named.next())
}

const GROUP_NAMES: [Leaf; 4] = [GROUP_NEW_IN, GROUP_NEW, GROUP_OLD_IN, GROUP_OLD];
const GROUP_IDS: [Leaf; 4] = [GROUP_ID_NEW_IN, GROUP_ID_NEW, GROUP_ID_OLD_IN, GROUP_ID_OLD];
const GRANTED: [Leaf; 8] = [APP_ROLE_NEW_IN, APP_ROLE_NEW, SCOPE_NEW_IN, SCOPE_NEW, APP_ROLE_OLD_IN, APP_ROLE_OLD, SCOPE_OLD_IN, SCOPE_OLD];
const GRANTEES: [Leaf; 4] = [GRANTEE_IN, GRANTEE, GRANTEE_OLD_IN, GRANTEE_OLD];
const GRANTEE_NAMES: [Leaf; 4] = [GRANTEE_NAME_IN, GRANTEE_NAME, GRANTEE_NAME_OLD_IN, GRANTEE_NAME_OLD];

/// The role of an activity: among the modified properties, or a target itself. Of the elevation to all subscriptions, the activity's name
/// says it.
fn role<'a>(record: &Record<'a>, targets: &[Target<'a>]) -> Option<Cow<'a, str>> {
    let said = said(record, &[ROLE_NEW_IN, ROLE_NEW, ROLE_OLD_IN, ROLE_OLD]);
    let target = || targets.iter().find(|target| target.is("Role")).and_then(|target| target.name.clone());
    said.or_else(target).or_else(|| is_elevation(record).then_some(Cow::Borrowed("User Access Administrator")))
}

fn is_elevation(record: &Record) -> bool {
    activity(record)
        .is_some_and(|name| name.to_ascii_lowercase().starts_with("user has elevated their access to user access administrator"))
}

/// Whether the record has what a class requires.
pub fn suffices(class: Class, record: &Record, targets: &[Target]) -> bool {
    match class {
        Class::AccountChange => user(targets).is_some(),
        Class::UserAccess if said(record, &GRANTED).is_some() => said(record, &GRANTEES).is_some(),
        Class::UserAccess => {
            let by = record.first(&[USER_ID_IN, USER_ID]).is_some();
            role(record, targets).is_some() && (grantee(targets).is_some() || (is_elevation(record) && by))
        }
        Class::GroupManagement => group(targets).is_some() || said(record, &GROUP_IDS).is_some(),
        Class::EntityManagement => entity(targets).is_some(),
        _ => true,
    }
}

pub fn fill(class: Class, record: &Record, row: &mut Row, targets: &[Target]) {
    match class {
        Class::AccountChange => user(targets).into_iter().for_each(|target| write_user(record, row, target)),
        Class::UserAccess => access(record, row, targets),
        Class::GroupManagement => membership(record, row, targets),
        Class::EntityManagement => entity(targets).into_iter().for_each(|target| write_entity(record, row, target)),
        _ => targets.iter().filter(|target| target.is_named()).for_each(|target| resource(record, row, target)),
    }
}

fn write(row: &mut Row, column: usize, record: &Record, text: Option<&str>) {
    if let Some(text) = text {
        row.text(column, record, text);
    }
}

/// A user, or what stands for one: a service principal, a group.
fn write_user(record: &Record, row: &mut Row, target: &Target) {
    write(row, USER.name, record, target.upn.as_deref().or(target.name.as_deref()));
    write(row, USER.uid, record, target.id.as_deref());
    write(row, USER.full_name, record, target.name.as_deref().filter(|_| !target.is("ServicePrincipal")));
    write(row, USER.email_addr, record, target.upn.as_deref().and_then(email_of_principal).as_deref());
    match target.kind.as_deref() {
        Some(kind) if kind.eq_ignore_ascii_case("ServicePrincipal") => USER.typed(row, 4, "Service"),
        Some(kind) if !kind.eq_ignore_ascii_case("User") && !kind.eq_ignore_ascii_case("Other") => {
            row.number(USER.type_id, 99);
            row.text(USER.kind, record, kind);
        }
        _ => USER.typed(row, 1, "User"),
    }
}

fn access(record: &Record, row: &mut Row, targets: &[Target]) {
    if let Some(granted) = said(record, &GRANTED) {
        for one in granted.split_whitespace() {
            let cell = row.cell(record, one);
            row.item(&[(PRIVILEGE, cell)]);
        }
        write(row, USER.uid, record, said(record, &GRANTEES).as_deref());
        write(row, USER.name, record, said(record, &GRANTEE_NAMES).as_deref());
        USER.typed(row, 4, "Service");
        // The API whose permission it is.
        return entity(targets).into_iter().for_each(|target| resource(record, row, target));
    }
    let Some(role) = role(record, targets) else { return };
    let cell = row.cell(record, &role);
    row.item(&[(PRIVILEGE, cell)]);
    match grantee(targets) {
        Some(target) => write_user(record, row, target),
        // Who elevates himself.
        None => _ = initiator(record, row, &USER),
    }
    let template = [TEMPLATE_NEW_IN, TEMPLATE_NEW, TEMPLATE_OLD_IN, TEMPLATE_OLD];
    let object = [ROLE_ID_NEW_IN, ROLE_ID_NEW, ROLE_ID_OLD_IN, ROLE_ID_OLD];
    let id = said(record, &template).or_else(|| said(record, &object));
    let id = id.or_else(|| targets.iter().find(|target| target.is("Role")).and_then(|target| target.id.clone()));
    let mut cells = vec![(RESOURCE_NAME, row.cell(record, &role)), (RESOURCE_TYPE, row.constant_cell("Role"))];
    if let Some(id) = id {
        cells.push((RESOURCE_UID, row.cell(record, &id)));
    }
    row.item(&cells);
}

fn membership(record: &Record, row: &mut Row, targets: &[Target]) {
    let own = group(targets);
    write(row, GROUP, record, said(record, &GROUP_NAMES).as_deref().or(own.and_then(|group| group.name.as_deref())));
    write(row, GROUP_UID, record, said(record, &GROUP_IDS).as_deref().or(own.and_then(|group| group.id.as_deref())));
    if let Some(member) = subgroup(targets) {
        write(row, SUBGROUP, record, member.name.as_deref());
        write(row, SUBGROUP_UID, record, member.id.as_deref());
    } else if let Some(member) = targets.iter().find(|target| !target.is("Group") && target.is_named()) {
        write_user(record, row, member);
    }
}

fn write_entity(record: &Record, row: &mut Row, target: &Target) {
    write(row, ENTITY, record, target.upn.as_deref().or(target.name.as_deref()));
    write(row, ENTITY_UID, record, target.id.as_deref());
    const KINDS: &[(&str, i64)] = &[("Device", 1), ("User", 2), ("Group", 3), ("Policy", 5)];
    let Some(kind) = target.kind.as_deref() else { return };
    // Entra's own "Other" says nothing.
    match KINDS.iter().find(|(name, _)| name.eq_ignore_ascii_case(kind)) {
        None if kind.eq_ignore_ascii_case("Other") => {}
        Some((caption, id)) => {
            row.number(ENTITY_TYPE_ID, *id);
            row.constant(ENTITY_TYPE, caption);
        }
        None => {
            row.number(ENTITY_TYPE_ID, 99);
            row.text(ENTITY_TYPE, record, kind);
        }
    }
}

fn resource(record: &Record, row: &mut Row, target: &Target) {
    let mut cells = vec![(RESOURCE_ROLE_ID, Cell::Long(1)), (RESOURCE_ROLE, row.constant_cell("Target"))];
    for (column, text) in [
        (RESOURCE_UID, target.id.as_deref()),
        (RESOURCE_NAME, target.upn.as_deref().or(target.name.as_deref())),
        (RESOURCE_TYPE, target.kind.as_deref()),
    ] {
        if let Some(text) = text {
            cells.push((column, row.cell(record, text)));
        }
    }
    row.item(&cells);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_modified_properties() {
        for (text, expected) in [
            (r#""Global Administrator""#, Some("Global Administrator")),
            (r#"["Guest"]"#, Some("Guest")),
            (r#""say \"hi\"""#, Some("say \"hi\"")),
            ("DirectorySync", Some("DirectorySync")),
            (r#""""#, None),
            ("[]", None),
            ("null", None),
        ] {
            assert_eq!(unquoted(Cow::Borrowed(text)).as_deref(), expected, "{text}");
        }
    }
}
