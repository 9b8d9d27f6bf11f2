//! Whom and what an event is about: the actor, the targets by their type, and the columns that hold them.

use std::borrow::Cow;

use super::*;

/// The columns of somebody.
pub struct Columns {
    pub name: usize,
    uid: usize,
    email: usize,
    full_name: usize,
    type_id: usize,
    caption: usize,
}

pub const ACTOR: Columns = Columns {
    name: column_at("actor.user.name"),
    uid: column_at("actor.user.uid"),
    email: column_at("actor.user.email_addr"),
    full_name: column_at("actor.user.full_name"),
    type_id: column_at("actor.user.type_id"),
    caption: column_at("actor.user.type"),
};
const USER: Columns = Columns {
    name: column_at("user.name"),
    uid: column_at("user.uid"),
    email: column_at("user.email_addr"),
    full_name: column_at("user.full_name"),
    type_id: column_at("user.type_id"),
    caption: column_at("user.type"),
};
const PRIVILEGES: usize = column_at("privileges[]");
const GROUP_NAME: usize = column_at("group.name");
const GROUP_UID: usize = column_at("group.uid");
const GROUP_KIND: usize = column_at("group.type");
const ENTITY_NAME: usize = column_at("entity.name");
const ENTITY_UID: usize = column_at("entity.uid");
const ENTITY_TYPE_ID: usize = column_at("entity.type_id");
const ENTITY_TYPE: usize = column_at("entity.type");
const SERVICE_NAME: usize = column_at("service.name");
const SERVICE_UID: usize = column_at("service.uid");
const RESOURCE_UID: usize = column_at("resources[].uid");
const RESOURCE_NAME: usize = column_at("resources[].name");
const RESOURCE_KIND: usize = column_at("resources[].type");
const RESOURCE_ROLE_ID: usize = column_at("resources[].role_id");
const RESOURCE_ROLE: usize = column_at("resources[].role");

const KINDS: Words = &[("User", 1, "User"), ("SystemPrincipal", 3, "System"), ("PublicClientApp", 4, "Service")];
const ENTITIES: Words = &[
    ("UDDevice", 1, "Device"),
    ("Device", 1, "Device"),
    ("User", 2, "User"),
    ("UserGroup", 3, "Group"),
    ("PolicyEntity", 5, "Policy"),
    ("PolicyRule", 5, "Policy"),
    ("Rule", 5, "Policy"),
    ("NetworkZoneEntity", 7, "Network Zone"),
];
/// How the type of the target ends that an event is about, by the beginning of the event's type.
const SUBJECTS: &[(&str, &str)] = &[
    ("application.", "AppInstance"),
    ("policy.rule.", "Rule"),
    ("policy.", "PolicyEntity"),
    ("zone.", "ZoneEntity"),
    ("device.", "Device"),
    ("directory.app_user_profile.", "Schema"),
];

/// An actor or a target.
#[derive(Clone, Default)]
pub struct Party<'a> {
    kind: Option<Cow<'a, str>>,
    id: Option<Cow<'a, str>>,
    login: Option<Cow<'a, str>>,
    pub display: Option<Cow<'a, str>>,
}

impl<'a> Party<'a> {
    fn is(&self, kind: &str) -> bool {
        self.kind.as_deref().is_some_and(|theirs| theirs.eq_ignore_ascii_case(kind))
    }

    pub fn name(&self) -> Option<&Cow<'a, str>> {
        self.login.as_ref().or(self.display.as_ref())
    }

    pub fn uid(&self) -> Option<&Cow<'a, str>> {
        self.id.as_ref()
    }

    pub fn email(&self) -> Option<&Cow<'a, str>> {
        self.login.as_ref().filter(|login| is_email(login))
    }

    fn title(&self) -> Option<&Cow<'a, str>> {
        self.display.as_ref().or(self.login.as_ref())
    }

    fn is_known(&self) -> bool {
        self.id.is_some() || self.name().is_some()
    }

    pub fn write(&self, columns: &Columns, record: &Record, row: &mut Row) {
        for (column, text) in [
            (columns.name, self.name()),
            (columns.uid, self.uid()),
            (columns.email, self.email()),
            (columns.full_name, self.display.as_ref()),
        ] {
            if let Some(text) = text {
                row.text(column, record, text);
            }
        }
        if let Some(kind) = &self.kind {
            word(record, row, KINDS, kind, [columns.type_id, columns.caption]);
        }
    }
}

/// Who and what.
pub struct About<'a> {
    kind: Cow<'a, str>,
    pub actor: Option<Party<'a>>,
    /// The address that stands where the actor does, of an attack.
    pub address: Option<Cow<'a, str>>,
    targets: Vec<Party<'a>>,
}

impl<'a> About<'a> {
    pub fn of(record: &Record<'a>, kind: &Cow<'a, str>) -> Self {
        let actor = Party {
            kind: record.first(&[ACTOR_TYPE, FLAT_ACTOR_TYPE]),
            id: known(record, &[ACTOR_ID, FLAT_ACTOR_ID]),
            login: known(record, &[ACTOR_LOGIN, FLAT_ACTOR_LOGIN]),
            display: known(record, &[ACTOR_NAME, FLAT_ACTOR_NAME]),
        };
        let (actor, address) =
            if actor.is("IP address") { (None, actor.id.or(actor.display)) } else { (Some(actor).filter(Party::is_known), None) };
        let mut targets: Vec<(u32, Party)> = Vec::new();
        let paths =
            [[TARGET_TYPE, TARGET_ID, TARGET_LOGIN, TARGET_NAME], [FLAT_TARGET_TYPE, FLAT_TARGET_ID, FLAT_TARGET_LOGIN, FLAT_TARGET_NAME]];
        for (member, path) in paths.into_iter().flat_map(|four| four.into_iter().enumerate()) {
            for hit in record.all(path).filter(|hit| matches!(hit.kind, JsonKind::Text | JsonKind::Number) && hit.start < hit.end) {
                let text = record.text_of(hit);
                if text == "unknown" {
                    continue;
                }
                let at = targets.iter().position(|(element, _)| *element == hit.element).unwrap_or_else(|| {
                    targets.push((hit.element, Party::default()));
                    targets.len() - 1
                });
                let target = &mut targets[at].1;
                *[&mut target.kind, &mut target.id, &mut target.login, &mut target.display][member] = Some(text);
            }
        }
        let targets = targets.into_iter().map(|(_, target)| target).filter(Party::is_known).collect();
        Self { kind: kind.clone(), actor, address, targets }
    }

    /// Okta itself acts: a job, an import, an automation.
    pub fn is_system(&self) -> bool {
        self.actor.as_ref().is_some_and(|actor| actor.is("SystemPrincipal"))
    }

    fn target(&self, kind: &str) -> Option<&Party<'a>> {
        self.targets.iter().find(|target| target.is(kind))
    }

    fn user(&self) -> Option<&Party<'a>> {
        self.target("User").or_else(|| self.target("AppUser"))
    }

    fn entity(&self) -> Option<&Party<'a>> {
        let (_, end) = SUBJECTS.iter().find(|(start, _)| self.kind.starts_with(start)).unwrap_or(&("", ""));
        let fits = |target: &&Party| target.kind.as_deref().is_some_and(|kind| kind.ends_with(end));
        self.targets.iter().find(fits).or_else(|| self.targets.first())
    }

    /// Of an application it is the use of it; of a role Okta says the name in two places, and both may be missing.
    fn privileges(&self, record: &Record<'a>) -> Vec<Cow<'a, str>> {
        let named =
            |kind: &str| self.targets.iter().filter(|target| target.is(kind)).filter_map(|target| target.title().cloned()).collect();
        if self.kind.starts_with("application.") || self.kind.starts_with("group.application_assignment.") {
            return named("AppInstance");
        }
        match record.first(&[PRIVILEGE, FLAT_PRIVILEGE, PRIVILEGE_REVOKED]) {
            Some(Cow::Borrowed(text)) => text.split(", ").map(Cow::Borrowed).collect(),
            Some(Cow::Owned(text)) => text.split(", ").map(|part| Cow::Owned(part.to_owned())).collect(),
            None => named("ROLE"),
        }
    }

    /// Whether the record has what OCSF requires of the class.
    pub fn has_what_it_needs(&self, class: Class, record: &Record<'a>) -> bool {
        match class {
            Class::Authentication => self.user().is_some() || self.actor.is_some(),
            Class::AccountChange => self.user().is_some(),
            Class::UserAccess => self.user().is_some() && !self.privileges(record).is_empty(),
            Class::GroupManagement => self.target("UserGroup").is_some(),
            Class::EntityManagement => self.entity().is_some(),
            Class::DetectionFinding => record.first(&[UUID, FLAT_UUID]).is_some(),
            _ => true,
        }
    }

    pub fn fill(&self, class: Class, record: &Record<'a>, row: &mut Row) {
        let user = match class {
            // Who signs in is who acts, unless the record names him in another role.
            Class::Authentication => self.user().or(self.actor.as_ref()),
            _ => self.user(),
        };
        if let Some(user) = user {
            user.write(&USER, record, row);
        }
        match class {
            Class::Authentication => self.service(record, row),
            Class::UserAccess => self.privilege_items(record, row),
            Class::GroupManagement => {
                self.group(record, row);
                if !self.kind.starts_with("group.user_membership.") {
                    self.privilege_items(record, row);
                }
            }
            Class::EntityManagement => self.write_entity(record, row),
            _ => {}
        }
        if matches!(class, Class::ApiActivity | Class::DetectionFinding | Class::UserAccess) && row.wants_list(RESOURCE_UID) {
            let roles =
                |target: &&Party| class != Class::UserAccess || !(target.is("ROLE") || target.is("ROLE_ASSIGNED") || target.is("User"));
            self.targets.iter().filter(roles).for_each(|target| resource(target, record, row));
        }
    }

    fn service(&self, record: &Record, row: &mut Row) {
        let Some(application) = self.target("AppInstance") else {
            return row.constant(SERVICE_NAME, "Okta");
        };
        for (column, text) in [(SERVICE_NAME, application.title()), (SERVICE_UID, application.uid())] {
            if let Some(text) = text {
                row.text(column, record, text);
            }
        }
    }

    fn privilege_items(&self, record: &Record<'a>, row: &mut Row) {
        if row.wants_list(PRIVILEGES) {
            for privilege in self.privileges(record) {
                let cell = row.cell(record, &privilege);
                row.item(&[(PRIVILEGES, cell)]);
            }
        }
    }

    fn group(&self, record: &Record, row: &mut Row) {
        if let Some(group) = self.target("UserGroup") {
            for (column, text) in [(GROUP_NAME, group.title()), (GROUP_UID, group.uid()), (GROUP_KIND, group.kind.as_ref())] {
                if let Some(text) = text {
                    row.text(column, record, text);
                }
            }
        }
    }

    fn write_entity(&self, record: &Record, row: &mut Row) {
        let Some(entity) = self.entity() else {
            return;
        };
        for (column, text) in [(ENTITY_NAME, entity.title()), (ENTITY_UID, entity.uid())] {
            if let Some(text) = text {
                row.text(column, record, text);
            }
        }
        if let Some(kind) = &entity.kind {
            word(record, row, ENTITIES, kind, [ENTITY_TYPE_ID, ENTITY_TYPE]);
        }
    }
}

fn resource(target: &Party, record: &Record, row: &mut Row) {
    let mut cells = vec![(RESOURCE_ROLE_ID, Cell::Long(1)), (RESOURCE_ROLE, row.constant_cell("Target"))];
    for (column, text) in [(RESOURCE_UID, target.uid()), (RESOURCE_NAME, target.title()), (RESOURCE_KIND, target.kind.as_ref())] {
        if let Some(text) = text {
            cells.push((column, row.cell(record, text)));
        }
    }
    row.item(&cells);
}
