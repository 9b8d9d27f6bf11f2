//! What an event was done to: who signs in, which account, group, file or setting is changed, what a warning is about.

use super::*;

const USER_NAME: usize = column_at("user.name");
const USER_EMAIL_COLUMN: usize = column_at("user.email_addr");
const USER_UID: usize = column_at("user.uid");
const USER_TYPE_ID: usize = column_at("user.type_id");
const USER_TYPE: usize = column_at("user.type");
const PRIVILEGES: usize = column_at("privileges[]");
const GROUP_NAME: usize = column_at("group.name");
const GROUP_UID: usize = column_at("group.uid");
const SUBGROUP: usize = column_at("subgroup.name");
const ENTITY_NAME: usize = column_at("entity.name");
const ENTITY_TYPE_ID: usize = column_at("entity.type_id");
const ENTITY_TYPE: usize = column_at("entity.type");
const FILE_NAME: usize = column_at("file.name");
const FILE_UID: usize = column_at("file.uid");
const FILE_TYPE_ID: usize = column_at("file.type_id");
const FILE_TYPE: usize = column_at("file.type");
const FILE_OWNER: usize = column_at("file.owner.name");
const FILE_OWNER_EMAIL: usize = column_at("file.owner.email_addr");
const PROTOCOL_ID: usize = column_at("auth_protocol_id");
const PROTOCOL: usize = column_at("auth_protocol");
const FACTOR_ID: usize = column_at("auth_factors[].factor_type_id");
const FACTOR: usize = column_at("auth_factors[].factor_type");
const IS_MFA: usize = column_at("is_mfa");
const SESSION: usize = column_at("session.uid");
const SERVICE: usize = column_at("service.name");
const RESOURCE_UID: usize = column_at("resources[].uid");
const RESOURCE_NAME: usize = column_at("resources[].name");
const RESOURCE_TYPE: usize = column_at("resources[].type");
const RESOURCE_ROLE_ID: usize = column_at("resources[].role_id");
const RESOURCE_ROLE: usize = column_at("resources[].role");
const SEVERITY_ID: usize = column_at("severity_id");
const SEVERITY: usize = column_at("severity");
const IS_ALERT: usize = column_at("is_alert");
const FINDING_UID: usize = column_at("finding_info.uid");
const FINDING_TITLE: usize = column_at("finding_info.title");
const FINDING_CREATED: usize = column_at("finding_info.created_time");
const FINDING_MODIFIED: usize = column_at("finding_info.modified_time");
const FINDING_FIRST: usize = column_at("finding_info.first_seen_time");
const FINDING_LAST: usize = column_at("finding_info.last_seen_time");
const FINDING_LINK: usize = column_at("finding_info.src_url");
const FINDING_TYPES: usize = column_at("finding_info.types[]");
const ANALYTIC_UID: usize = column_at("finding_info.analytic.uid");
const ANALYTIC_NAME: usize = column_at("finding_info.analytic.name");
const ANALYTIC_TYPE_ID: usize = column_at("finding_info.analytic.type_id");
const ANALYTIC_TYPE: usize = column_at("finding_info.analytic.type");
const EVIDENCE_ACTOR: usize = column_at("evidences[].actor.user.name");
const EVIDENCE_UID: usize = column_at("evidences[].actor.user.uid");
const EVIDENCE_IP: usize = column_at("evidences[].src_endpoint.ip");
const EVIDENCE_DATA: usize = column_at("evidences[].data");

/// Parameters that name what an event is about, with a word for it.
const RESOURCES: &[(Parameter, &str)] = &[
    (USER_EMAIL, "User"),
    (AFFECTED_USER, "User"),
    (TARGET_USER, "User"),
    (GROUP_EMAIL, "Group"),
    (GROUP_ID, "Group"),
    (ROLE_NAME, "Role"),
    (APPLICATION_NAME, "Application"),
    (DEVICE, "Device"),
    (DEVICE_SERIAL, "Device"),
    (CALENDAR, "Calendar"),
    (ROOM, "Chat room"),
    (CONFERENCE, "Conference"),
    (ALERT, "Alert"),
    (DOMAIN, "Domain"),
    (ORG_UNIT, "Organizational unit"),
];

/// Parameters that name what is set, with OCSF's type of it. What they say of users and units is for whom it is set.
const ENTITIES: &[(Parameter, i64, &str)] = &[
    (SETTING, 5, "Policy"),
    (OWN_SETTING, 5, "Policy"),
    (ROLE_NAME, 99, "Role"),
    (API_CLIENT, 99, "API client"),
    (OAUTH_APPLICATION, 99, "OAuth application"),
    (OAUTH_SERVICE, 99, "API"),
    (SSO_PROFILE, 99, "SSO profile"),
    (APPLICATION_NAME, 99, "Application"),
    (PACKAGE, 99, "Application"),
    (PRINTER, 99, "Printer"),
    (PRINT_SERVER, 99, "Print server"),
    (NETWORK_NAME, 99, "Wireless network"),
    (CERTIFICATE, 99, "Certificate"),
    (CALENDAR_RESOURCE, 99, "Calendar resource"),
    (DEVICE_SERIAL, 1, "Device"),
    (COMPANY_DEVICE, 1, "Device"),
    (DEVICE, 1, "Device"),
];

pub fn fill(class: Class, application: &str, kind: &str, name: &str, record: &Record, row: &mut Row) {
    match class {
        Class::Authentication => authentication(application, record, row),
        Class::AccountChange => user(record, row, &[USER_EMAIL]),
        Class::UserAccess => access(name, record, row),
        Class::GroupManagement => group(name, record, row),
        Class::EntityManagement => entity(kind, name, record, row),
        Class::FileHosting => file(record, row),
        Class::DetectionFinding => finding(kind, name, record, row),
        _ => resources(record, row),
    }
}

/// Whom an event is about: the first that is named, else who does it.
fn user(record: &Record, row: &mut Row, named: &[Parameter]) {
    match named.iter().find_map(|parameter| parameter.text(record)) {
        Some(name) => {
            row.text(USER_NAME, record, &name);
            if is_email(&name) {
                row.text(USER_EMAIL_COLUMN, record, &name);
            }
            let (id, caption) = if is_service(&name) { (4, "Service") } else { (1, "User") };
            row.number(USER_TYPE_ID, id);
            row.constant(USER_TYPE, caption);
            if record.first(ACTOR_EMAILS).is_some_and(|actor| actor == name) {
                row.copy(ACTOR_UID, USER_UID);
            }
        }
        None => {
            row.copy(ACTOR_NAME, USER_NAME);
            row.copy(ACTOR_EMAIL, USER_EMAIL_COLUMN);
            row.copy(ACTOR_UID, USER_UID);
            row.copy(ACTOR_TYPE_ID, USER_TYPE_ID);
            row.copy(ACTOR_TYPE, USER_TYPE);
        }
    }
}

fn authentication(application: &str, record: &Record, row: &mut Row) {
    user(record, row, &[AFFECTED_USER]);
    let way = LOGIN_TYPE.text(record);
    let (id, caption) = match way.as_deref() {
        _ if application == "saml" => (5, Some("SAML")),
        Some("saml") => (5, Some("SAML")),
        Some("unknown") => (0, Some("Unknown")),
        Some(_) => (99, None),
        None => (0, Some("Unknown")),
    };
    row.number(PROTOCOL_ID, id);
    match (caption, way) {
        (Some(caption), _) => row.constant(PROTOCOL, caption),
        (None, Some(way)) => row.text(PROTOCOL, record, &way),
        (None, None) => {}
    }
    let mut methods = CHALLENGE_METHODS.texts(record);
    methods.retain(|method| !matches!(&**method, "none" | "other"));
    methods.sort_unstable();
    methods.dedup();
    if row.wants_list(FACTOR_ID) {
        let mut seen = Vec::new();
        for method in &methods {
            let cells = match factor(method) {
                Some((id, _)) if seen.contains(&id) => continue,
                Some((id, caption)) => {
                    seen.push(id);
                    [(FACTOR_ID, Cell::Long(id)), (FACTOR, row.constant_cell(caption))]
                }
                None => [(FACTOR_ID, Cell::Long(99)), (FACTOR, row.cell(record, method))],
            };
            row.item(&cells);
        }
    }
    let by_methods = (!methods.is_empty()).then(|| methods.iter().any(|method| &**method != "password"));
    if let Some(mfa) = SECOND_FACTOR.truth(record).or(by_methods) {
        row.truth(IS_MFA, mfa);
    }
    row.copy(ACTOR_SESSION, SESSION);
    match APPLICATION_NAME.text(record) {
        Some(service) => row.text(SERVICE, record, &service),
        None => row.constant(SERVICE, "Google Workspace"),
    }
}

/// Google's method of a challenge as a factor of OCSF.
fn factor(method: &str) -> Option<(i64, &'static str)> {
    Some(match method {
        "password" => (11, "Password"),
        "google_prompt" => (5, "Push Notification"),
        "google_authenticator" | "offline_otp" | "backup_code" | "security_key_otp" => (7, "OTP"),
        "security_key" | "passkey" => (9, "U2F"),
        _ => return None,
    })
}

/// Who gets or loses which right: a role, what the name says, or the scopes of a token for a program.
fn access(name: &str, record: &Record, row: &mut Row) {
    user(record, row, &[USER_EMAIL]);
    let privileges = match (ROLE_NAME.text(record), name) {
        (Some(role), _) => vec![role],
        (None, "GRANT_DELEGATED_ADMIN_PRIVILEGES") => vec!["Delegated administrator".into()],
        (None, "GRANT_ADMIN_PRIVILEGE" | "REVOKE_ADMIN_PRIVILEGE") => vec!["Super administrator".into()],
        (None, _) => SCOPES.texts(record),
    };
    if row.wants_list(PRIVILEGES) {
        for privilege in &privileges {
            let cell = row.cell(record, privilege);
            row.item(&[(PRIVILEGES, cell)]);
        }
    }
    if let Some(client) = CLIENT_ID.text(record) {
        resource(record, row, (Some(&client), CLIENT_NAME.text(record).as_deref()), "OAuth application", (1, "Target"));
    }
}

fn group(name: &str, record: &Record, row: &mut Row) {
    if let Some(name) = GROUP_EMAIL.text(record).or_else(|| GROUP_ID.text(record)) {
        row.text(GROUP_NAME, record, &name);
    }
    if let Some(id) = GROUP_ID.text(record) {
        row.text(GROUP_UID, record, &id);
    }
    let members = [USER_EMAIL, MEMBER];
    match members.iter().find_map(|parameter| parameter.text(record)) {
        Some(member) if MEMBER_TYPE.text(record).is_some_and(|kind| kind == "group") => row.text(SUBGROUP, record, &member),
        // Who joins, names nobody else.
        None if !matches!(name, "join" | "leave" | "accept_invitation") => {}
        _ => user(record, row, &members),
    }
}

/// What a setting's event is about. Those about security have no name of a setting: the event's own is it.
pub fn entity_of<'a>(kind: &str, name: &'a str, record: &Record<'a>) -> Option<(Cow<'a, str>, i64, &'static str)> {
    let of_kind = match kind {
        "DOMAIN_SETTINGS" => Some((DOMAIN, 99, "Domain")),
        "ORG_SETTINGS" => Some((ORG_UNIT, 4, "Organization")),
        _ => None,
    };
    let named = ENTITIES.iter().copied().chain(of_kind).find_map(|(parameter, id, caption)| Some((parameter.text(record)?, id, caption)));
    named.or_else(|| (kind == "SECURITY_SETTINGS").then_some((Cow::Borrowed(name), 5, "Policy")))
}

fn entity(kind: &str, name: &str, record: &Record, row: &mut Row) {
    if let Some((entity, id, caption)) = entity_of(kind, name, record) {
        row.text(ENTITY_NAME, record, &entity);
        row.number(ENTITY_TYPE_ID, id);
        row.constant(ENTITY_TYPE, caption);
    }
}

fn file(record: &Record, row: &mut Row) {
    if let Some(name) = DOC_TITLE.text(record).or_else(|| DOC_ID.text(record)) {
        row.text(FILE_NAME, record, &name);
    }
    if let Some(id) = DOC_ID.text(record) {
        row.text(FILE_UID, record, &id);
    }
    let folder = DOC_TYPE.text(record).is_some_and(|kind| matches!(&*kind, "folder" | "shared_drive" | "team_drive"));
    row.number(FILE_TYPE_ID, if folder { 2 } else { 1 });
    row.constant(FILE_TYPE, if folder { "Folder" } else { "Regular File" });
    if let Some(owner) = DOC_OWNER.text(record) {
        row.text(FILE_OWNER, record, &owner);
        if is_email(&owner) {
            row.text(FILE_OWNER_EMAIL, record, &owner);
        }
    }
}

/// A warning, a rule of the customer's that matched, or an alert.
fn finding(kind: &str, name: &str, record: &Record, row: &mut Row) {
    let alert = record.text(ALERT_ID);
    let rule = RULE_NAME.texts(record).into_iter().next();
    match &alert {
        Some(id) => row.text(FINDING_UID, record, id),
        None if row.is_set(UID) => row.copy(UID, FINDING_UID),
        None if row.is_set(ORIGINAL_UID) => row.copy(ORIGINAL_UID, FINDING_UID),
        None => row.text(FINDING_UID, record, name),
    }
    row.text(FINDING_TITLE, record, rule.as_deref().unwrap_or(name));
    let happened = SOURCE.time.iter().find_map(|path| record.time(*path));
    let created = if alert.is_some() { record.time(CREATED) } else { happened };
    let times = [
        (FINDING_CREATED, created),
        (FINDING_MODIFIED, record.time(UPDATED)),
        (FINDING_FIRST, record.time(STARTED)),
        (FINDING_LAST, record.time(ENDED)),
    ];
    for (column, time) in times {
        if let Some(time) = time {
            row.number(column, time);
        }
    }
    if let Some(link) = record.text(ALERT_LINK).filter(|link| link.contains('.')) {
        row.text(FINDING_LINK, record, &link);
    }
    let word = record.text(ALERT_DATA_TYPE);
    let word = word.as_deref().map_or(kind, |word| word.rsplit('.').next().unwrap_or(word).trim());
    if row.wants_list(FINDING_TYPES) && !word.is_empty() {
        let cell = row.cell(record, word);
        row.item(&[(FINDING_TYPES, cell)]);
    }
    if let Some(rule) = &rule {
        row.text(ANALYTIC_NAME, record, rule);
        if let Some(id) = RULE_RESOURCE.text(record) {
            row.text(ANALYTIC_UID, record, &id);
        }
        row.number(ANALYTIC_TYPE_ID, 1);
        row.constant(ANALYTIC_TYPE, "Rule");
    }
    let said = record.text(ALERT_SEVERITY).or_else(|| RULE_SEVERITY.text(record));
    let (severity, caption) = severity(said.as_deref(), name);
    row.number(SEVERITY_ID, severity);
    row.constant(SEVERITY, caption);
    row.truth(IS_ALERT, true);
    let state = record.text(ALERT_STATUS);
    let (status, caption) = match state.as_deref() {
        Some("IN_PROGRESS") => (2, "In Progress"),
        Some("CLOSED") => (4, "Resolved"),
        _ => (1, "New"),
    };
    row.number(STATUS_ID, status);
    row.constant(STATUS, caption);
    if let Some(state) = state {
        row.text(STATUS_CODE, record, &state);
    }
    evidence(record, row);
}

fn severity(said: Option<&str>, name: &str) -> (i64, &'static str) {
    let word = said.unwrap_or_default().to_ascii_lowercase();
    match word.strip_prefix("rule_severity_").unwrap_or(&word) {
        "high" => (4, "High"),
        "medium" => (3, "Medium"),
        "low" => (2, "Low"),
        _ if name == "gov_attack_warning" || name.ends_with("hijacked") || name.ends_with("password_leak") => (4, "High"),
        _ if name.contains("suspicious") || name.starts_with("account_disabled") || name.starts_with("risky") => (3, "Medium"),
        _ => (1, "Informational"),
    }
}

/// Whose account a finding is about, from where, and what is at stake.
fn evidence(record: &Record, row: &mut Row) {
    let email = |path| record.text(path).filter(|text| is_email(text));
    let affected = AFFECTED_USER.text(record).or_else(|| USER_EMAIL.text(record)).or_else(|| email(ALERT_EMAIL));
    let (who, role) = match affected {
        Some(affected) => (Some(affected), (3, "Affected")),
        // Of an alert and of a rule it is he who did it; of a warning he whom it is for.
        None if record.first(ACTOR_EMAILS).is_none() => (email(ALERT_ACTOR), (2, "Actor")),
        None if RULE_NAME.texts(record).is_empty() => (record.first(ACTOR_EMAILS), (3, "Affected")),
        None => (record.first(ACTOR_EMAILS), (2, "Actor")),
    };
    if row.wants_list(EVIDENCE_ACTOR) {
        let mut cells = Vec::new();
        if let Some(name) = &who {
            cells.push((EVIDENCE_ACTOR, row.cell(record, name)));
            if row.is_set(ACTOR_UID) && record.first(ACTOR_EMAILS).is_some_and(|actor| actor == *name) {
                cells.push((EVIDENCE_UID, row.cells[ACTOR_UID]));
            }
        }
        if let Some(address) = record.first(ADDRESSES).as_deref().and_then(shared::address) {
            cells.push((EVIDENCE_IP, row.cell(record, address)));
        }
        if let Some(data) = record.all(ALERT_DATA).next().filter(|data| data.kind == JsonKind::Object) {
            cells.push((EVIDENCE_DATA, row.json_cell(record, data)));
        }
        if !cells.is_empty() {
            row.item(&cells);
        }
    }
    if let Some(name) = &who {
        resource(record, row, (None, Some(name)), "User", role);
    }
    let (id, title) = (RESOURCE_ID.text(record), RESOURCE_TITLE.text(record));
    if id.is_some() || title.is_some() {
        resource(record, row, (id.as_deref(), title.as_deref()), "File", (3, "Affected"));
    }
}

fn resources(record: &Record, row: &mut Row) {
    if let Some(client) = CLIENT_ID.text(record) {
        resource(record, row, (Some(&client), CLIENT_NAME.text(record).as_deref()), "OAuth application", (1, "Target"));
    }
    for (parameter, kind) in RESOURCES {
        if let Some(name) = parameter.text(record) {
            resource(record, row, (None, Some(&name)), kind, (1, "Target"));
        }
    }
}

/// One more resource, by its id and its name.
fn resource(record: &Record, row: &mut Row, known: (Option<&str>, Option<&str>), kind: &'static str, role: (i64, &'static str)) {
    if !row.wants_list(RESOURCE_UID) {
        return;
    }
    let mut cells =
        vec![(RESOURCE_TYPE, row.constant_cell(kind)), (RESOURCE_ROLE_ID, Cell::Long(role.0)), (RESOURCE_ROLE, row.constant_cell(role.1))];
    for (column, text) in [(RESOURCE_UID, known.0), (RESOURCE_NAME, known.1)] {
        if let Some(text) = text {
            cells.push((column, row.cell(record, text)));
        }
    }
    row.item(&cells);
}
