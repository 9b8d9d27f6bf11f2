//! Events of OneLogin: sign-ins, users, roles, apps, policies. Reads the objects of the Events API and of webhooks. Which class an event
//! type is: `kinds.rs`. Does not know what a type outside that list means: it is an API Activity without an outcome.

use event::ocsf::{Class, column_at};
use event::{Field, JsonKind, LogSourceName, Profile};

use crate::logsource::{LogSource, PLAIN};
use crate::logsources::shared::{is_address, is_email};
use crate::logsources::{constant, derived, first, paths, text};
use crate::record::{Record, Row};
use crate::trie::Leaf;

mod kinds;

paths! {
    ID = "id",
    UUID = "uuid",
    CREATED = "created_at",
    TIMESTAMP = "event_timestamp",
    TYPE = "event_type_id",
    ACCOUNT = "account_id",
    ACTOR_ID = "actor_user_id",
    ACTOR_NAME = "actor_user_name",
    ACTOR_SYSTEM = "actor_system",
    USER_ID = "user_id",
    USER_NAME = "user_name",
    ADDRESS = "ipaddr",
    APP_ID = "app_id",
    APP_NAME = "app_name",
    ROLE_ID = "role_id",
    ROLE_NAME = "role_name",
    GROUP_ID = "group_id",
    GROUP_NAME = "group_name",
    POLICY_ID = "policy_id",
    POLICY_NAME = "policy_name",
    DIRECTORY_ID = "directory_id",
    DIRECTORY_NAME = "directory_name",
    CERTIFICATE_ID = "certificate_id",
    CERTIFICATE_NAME = "certificate_name",
    IDP_ID = "trusted_idp_id",
    IDP_NAME = "trusted_idp_name",
    CREDENTIAL_NAME = "api_credential_name",
    PRIVILEGE_NAME = "privilege_name",
    RISK_SCORE = "risk_score",
}

pub const SOURCE: LogSource = LogSource {
    name: LogSourceName("onelogin"),
    sigma: &[(None, "onelogin", "onelogin.events")],
    marks: &["event_type_id"],
    paths: PATHS,
    needed: &[
        ID,
        UUID,
        CREATED,
        TIMESTAMP,
        TYPE,
        ACCOUNT,
        ACTOR_ID,
        USER_ID,
        USER_NAME,
        ADDRESS,
        APP_ID,
        APP_NAME,
        ROLE_ID,
        ROLE_NAME,
        POLICY_ID,
        POLICY_NAME,
        CERTIFICATE_ID,
        CERTIFICATE_NAME,
        IDP_ID,
        IDP_NAME,
        CREDENTIAL_NAME,
        PRIVILEGE_NAME,
    ],
    operation: "event_type_id",
    members: MEMBERS,
    fields: FIELDS,
    kept: &["event_type_id"],
    fits,
    time: &[CREATED, TIMESTAMP],
    derive,
    key,
    ..PLAIN
};

/// Of the Events API and of webhooks.
const MEMBERS: &[&str] = &[
    "account_id",
    "actor_system",
    "actor_user_id",
    "actor_user_name",
    "adc_id",
    "adc_name",
    "api_credential_name",
    "app_id",
    "app_name",
    "assumed_by_superadmin_or_reseller",
    "assuming_acting_user_id",
    "authentication_factor_description",
    "authentication_factor_id",
    "authentication_factor_type",
    "browser_fingerprint",
    "certificate_id",
    "certificate_name",
    "client_id",
    "create",
    "created_at",
    "custom_message",
    "directory_id",
    "directory_name",
    "directory_sync_run_id",
    "error_description",
    "event_timestamp",
    "event_type_id",
    "group_id",
    "group_name",
    "id",
    "imported_user_id",
    "imported_user_name",
    "ipaddr",
    "login_id",
    "login_name",
    "mapping_id",
    "mapping_name",
    "note_id",
    "note_title",
    "notes",
    "object_id",
    "otp_device_id",
    "otp_device_name",
    "param",
    "policy_id",
    "policy_name",
    "policy_type",
    "privilege_id",
    "privilege_name",
    "proxy_agent_id",
    "proxy_agent_name",
    "proxy_ip",
    "radius_config_id",
    "radius_config_name",
    "resolution",
    "resolved_at",
    "resolved_by_user_id",
    "resource_id",
    "resource_type_id",
    "risk_cookie_id",
    "risk_reasons",
    "risk_score",
    "role_id",
    "role_name",
    "service_directory_id",
    "solved",
    "task_name",
    "trusted_idp_id",
    "trusted_idp_name",
    "user_agent",
    "user_field_id",
    "user_field_name",
    "user_id",
    "user_name",
    "uuid",
];

/// Every path that may be a resource.
const OF_RESOURCES: &[&str] = &[
    "event_type_id",
    "user_id",
    "user_name",
    "app_id",
    "app_name",
    "role_id",
    "role_name",
    "group_id",
    "group_name",
    "policy_id",
    "policy_name",
    "directory_id",
    "directory_name",
    "certificate_id",
    "certificate_name",
    "trusted_idp_id",
    "trusted_idp_name",
    "api_credential_name",
];
/// Every path that may be what was managed.
const OF_ENTITY: &[&str] = &[
    "event_type_id",
    "role_id",
    "role_name",
    "app_id",
    "app_name",
    "policy_id",
    "policy_name",
    "certificate_id",
    "certificate_name",
    "trusted_idp_id",
    "trusted_idp_name",
    "api_credential_name",
];

const FIELDS: &[Field] = &[
    constant("metadata.product.name", "Events"),
    constant("metadata.product.vendor_name", "OneLogin"),
    first("metadata.original_event_uid", &["id", "uuid"]),
    first("metadata.original_time", &["created_at", "event_timestamp"]),
    derived("metadata.event_code", &["event_type_id"], "the name of the event type where it is known, else its id"),
    text("metadata.tenant_uid", "account_id"),
    derived("metadata.profiles", &["risk_score"], "security_control where there is a risk score"),
    derived("activity_id", &["event_type_id"], "by the event type: see the page of the log source"),
    derived("activity_name", &["event_type_id"], "where the activity is 99: the name of the event type, else its id"),
    derived("status_id", &["event_type_id"], "by the event type: 2 where it is a failure, 1 otherwise, 0 where it is not known"),
    derived("status", &["event_type_id"], "the caption of `status_id`"),
    text("status_detail", "error_description"),
    first("message", &["custom_message", "notes"]),
    derived("api.operation", &["event_type_id"], "in class 6003: the name of the event type where it is known, else its id"),
    derived("api.service.name", &["event_type_id"], "in class 6003: OneLogin"),
    text("actor.user.uid", "actor_user_id"),
    derived(
        "actor.user.name",
        &["actor_user_name", "actor_user_id", "actor_system"],
        "`actor_user_name`; in class 6003 `Unknown` where nobody is named",
    ),
    derived("actor.user.email_addr", &["actor_user_name"], "if it is an e-mail address"),
    text("actor.app_name", "actor_system"),
    derived("user.uid", &["user_id"], "in classes with a user"),
    derived("user.name", &["user_name"], "in classes with a user"),
    derived("user.email_addr", &["user_name"], "in classes with a user, if it is an e-mail address"),
    derived("src_endpoint.ip", &["ipaddr"], "if it is an address"),
    derived("src_endpoint.name", &["ipaddr"], "in class 6003 without an address: `Unknown`"),
    text("http_request.user_agent", "user_agent"),
    derived("risk_score", &["risk_score"], "if it is a whole number"),
    derived("service.name", &["event_type_id", "app_id", "app_name"], "in class 3002: the app, else OneLogin"),
    derived("service.uid", &["event_type_id", "app_id"], "in class 3002: the app"),
    derived("account_switch_type_id", &["event_type_id"], "where a user assumed another: 2"),
    derived("account_switch_type", &["event_type_id"], "where a user assumed another: Impersonate"),
    derived("auth_protocol_id", &["event_type_id"], "of RADIUS 10, of LDAP 12"),
    derived("auth_protocol", &["event_type_id"], "the caption of `auth_protocol_id`"),
    derived("privileges[]", &["event_type_id", "privilege_name", "role_name"], "in class 3005: the privilege, else the role"),
    derived("entity.name", OF_ENTITY, "in class 3004: the role, app, policy, certificate, credential or identity provider"),
    derived("entity.uid", OF_ENTITY, "in class 3004: its id"),
    derived("entity.type_id", OF_ENTITY, "in class 3004: 5 for a policy, else 99"),
    derived("entity.type", OF_ENTITY, "in class 3004: what it is"),
    derived("resources[].uid", OF_RESOURCES, "in classes 3005 and 6003: the ids of what the event names"),
    derived("resources[].name", OF_RESOURCES, "in classes 3005 and 6003: their names"),
    derived("resources[].type", OF_RESOURCES, "in classes 3005 and 6003: what they are"),
];

const EVENT_CODE: usize = column_at("metadata.event_code");
const ACTIVITY_ID: usize = column_at("activity_id");
const ACTIVITY_NAME: usize = column_at("activity_name");
const STATUS_ID: usize = column_at("status_id");
const STATUS: usize = column_at("status");
const OPERATION: usize = column_at("api.operation");
const SERVICE_CALLED: usize = column_at("api.service.name");
const ACTOR: usize = column_at("actor.user.name");
const ACTOR_EMAIL: usize = column_at("actor.user.email_addr");
const USER_UID: usize = column_at("user.uid");
const USER: usize = column_at("user.name");
const USER_EMAIL: usize = column_at("user.email_addr");
const SOURCE_IP: usize = column_at("src_endpoint.ip");
const SOURCE_NAME: usize = column_at("src_endpoint.name");
const RISK: usize = column_at("risk_score");
const SERVICE_NAME: usize = column_at("service.name");
const SERVICE_UID: usize = column_at("service.uid");
const SWITCH_ID: usize = column_at("account_switch_type_id");
const SWITCH: usize = column_at("account_switch_type");
const PROTOCOL_ID: usize = column_at("auth_protocol_id");
const PROTOCOL: usize = column_at("auth_protocol");
const PRIVILEGES: usize = column_at("privileges[]");
const ENTITY_NAME: usize = column_at("entity.name");
const ENTITY_UID: usize = column_at("entity.uid");
const ENTITY_TYPE_ID: usize = column_at("entity.type_id");
const ENTITY_TYPE: usize = column_at("entity.type");
const RESOURCE_UID: usize = column_at("resources[].uid");
const RESOURCE_NAME: usize = column_at("resources[].name");
const RESOURCE_TYPE: usize = column_at("resources[].type");

/// What an event may name beside its actor: the path of its id, if there is one, the path of its name, what it is.
type Thing = (Option<Leaf>, Leaf, &'static str);

const THE_USER: Thing = (Some(USER_ID), USER_NAME, "User");
const THE_APP: Thing = (Some(APP_ID), APP_NAME, "App");
const THE_ROLE: Thing = (Some(ROLE_ID), ROLE_NAME, "Role");
const THE_POLICY: Thing = (Some(POLICY_ID), POLICY_NAME, "Policy");
const THE_CERTIFICATE: Thing = (Some(CERTIFICATE_ID), CERTIFICATE_NAME, "Certificate");
const THE_IDP: Thing = (Some(IDP_ID), IDP_NAME, "Trusted IdP");
const THE_CREDENTIAL: Thing = (None, CREDENTIAL_NAME, "API Credential");
const THINGS: [Thing; 9] = [
    THE_USER,
    THE_APP,
    THE_ROLE,
    (Some(GROUP_ID), GROUP_NAME, "Group"),
    THE_POLICY,
    (Some(DIRECTORY_ID), DIRECTORY_NAME, "Directory"),
    THE_CERTIFICATE,
    THE_IDP,
    THE_CREDENTIAL,
];

/// The API writes `created_at`, a webhook `event_timestamp`; the ids are numbers, in some exports as text.
fn fits(record: &Record) -> bool {
    let is_there = |path: Leaf| !matches!(record.kind(path), JsonKind::Missing | JsonKind::Null);
    record.number(TYPE).is_some() && record.number(ACCOUNT).is_some() && (is_there(CREATED) || is_there(TIMESTAMP))
}

/// `id` and `uuid` are unique; the rest keeps apart what was written by hand.
fn key(record: &Record, out: &mut Vec<u8>) -> bool {
    let id = record.first(&[ID, UUID]);
    out.extend_from_slice(SOURCE.name.0.as_bytes());
    out.push(0);
    if let Some(time) = record.time(CREATED).or_else(|| record.time(TIMESTAMP)) {
        out.extend_from_slice(&time.to_le_bytes());
    }
    for text in
        [id.clone(), record.scalar(ACCOUNT), record.scalar(TYPE), record.scalar(ACTOR_ID), record.scalar(USER_ID), record.scalar(ADDRESS)]
    {
        out.push(0);
        out.extend_from_slice(text.unwrap_or_default().as_bytes());
    }
    id.is_some()
}

fn derive(record: &Record, row: &mut Row) -> Class {
    let code = record.scalar(TYPE).unwrap_or_default();
    let kind = code.parse().ok().and_then(kinds::kind);
    let name = kind.map_or("", |kind| kind.name);
    let (mut class, mut activity) = kind.map_or((Class::ApiActivity, 99), |kind| (kind.class, kind.activity));
    if !has_what_it_needs(class, name, record) {
        (class, activity) = (Class::ApiActivity, kinds::as_call(class, activity));
    }
    let call_it = |row: &mut Row, column: usize| match name {
        "" => row.text(column, record, &code),
        name => row.constant(column, name),
    };
    call_it(row, EVENT_CODE);
    row.number(ACTIVITY_ID, activity);
    if activity == 99 {
        call_it(row, ACTIVITY_NAME);
    }
    let (status, caption) = kind.map_or((0, "Unknown"), |kind| if kind.failed { (2, "Failure") } else { (1, "Success") });
    row.number(STATUS_ID, status);
    row.constant(STATUS, caption);
    if let Some(score) = record.number(RISK_SCORE).filter(|score| (0..=100).contains(score)) {
        row.profile(Profile::SecurityControl);
        row.number(RISK, score);
    } else {
        leave(RISK_SCORE, record, row);
    }
    if class == Class::ApiActivity {
        call_it(row, OPERATION);
        row.constant(SERVICE_CALLED, "OneLogin");
    }
    people(class, record, row);
    source(class, record, row);
    about(class, name, record, row);
    class
}

fn is_named(record: &Record, (id, name, _): Thing) -> bool {
    record.scalar(name).is_some() || id.is_some_and(|id| record.scalar(id).is_some())
}

fn has_what_it_needs(class: Class, name: &str, record: &Record) -> bool {
    match class {
        Class::Authentication | Class::AccountChange => is_named(record, THE_USER),
        Class::UserAccess => is_named(record, THE_USER) && record.first(&[PRIVILEGE_NAME, ROLE_NAME]).is_some(),
        Class::EntityManagement => is_named(record, entity(name)),
        _ => true,
    }
}

/// What an event type of Entity Management is about.
fn entity(name: &str) -> Thing {
    match name {
        "APP_ADDED_TO_ROLE" | "APP_REMOVED_FROM_ROLE" => THE_ROLE,
        _ if name.starts_with("APP_") => THE_APP,
        _ if name.starts_with("POLICY_") => THE_POLICY,
        _ if name.starts_with("CERTIFICATE_") => THE_CERTIFICATE,
        _ if name.starts_with("TRUSTED_IDP_") => THE_IDP,
        _ => THE_CREDENTIAL,
    }
}

/// What the event has no place for stays in `unmapped`, unless there is nothing.
fn leave(path: Leaf, record: &Record, row: &mut Row) {
    if record.scalar(path).is_some() {
        row.leave(path);
    }
}

fn people(class: Class, record: &Record, row: &mut Row) {
    if let Some(name) = record.scalar(ACTOR_NAME) {
        row.text(ACTOR, record, &name);
        if is_email(&name) {
            row.text(ACTOR_EMAIL, record, &name);
        }
    } else if class == Class::ApiActivity && record.first(&[ACTOR_ID, ACTOR_SYSTEM]).is_none() {
        row.constant(ACTOR, "Unknown");
    }
    if matches!(class, Class::Authentication | Class::AccountChange | Class::UserAccess) {
        if let Some(id) = record.scalar(USER_ID) {
            row.text(USER_UID, record, &id);
        }
        if let Some(name) = record.scalar(USER_NAME) {
            row.text(USER, record, &name);
            if is_email(&name) {
                row.text(USER_EMAIL, record, &name);
            }
        }
    }
}

fn source(class: Class, record: &Record, row: &mut Row) {
    match record.scalar(ADDRESS).filter(|address| is_address(address)) {
        Some(address) => row.text(SOURCE_IP, record, &address),
        None => {
            leave(ADDRESS, record, row);
            if class == Class::ApiActivity {
                row.constant(SOURCE_NAME, "Unknown");
            }
        }
    }
}

/// Whom and what it is about. What the class has no place for stays in `unmapped`.
fn about(class: Class, name: &str, record: &Record, row: &mut Row) {
    let mut taken: Vec<Thing> = Vec::new();
    match class {
        Class::Authentication => {
            sign_in(name, record, row);
            taken.extend([THE_USER, THE_APP]);
        }
        Class::AccountChange => taken.push(THE_USER),
        Class::UserAccess => {
            if let Some(privilege) = record.first(&[PRIVILEGE_NAME, ROLE_NAME]) {
                let cell = row.cell(record, &privilege);
                row.item(&[(PRIVILEGES, cell)]);
            }
            taken.extend([THE_USER, THE_APP, THE_ROLE]);
            [THE_APP, THE_ROLE].into_iter().for_each(|thing| resource(thing, record, row));
        }
        Class::EntityManagement => {
            let thing @ (id, path, what) = entity(name);
            if let Some(text) = record.scalar(path) {
                row.text(ENTITY_NAME, record, &text);
            }
            if let Some(text) = id.and_then(|id| record.scalar(id)) {
                row.text(ENTITY_UID, record, &text);
            }
            row.number(ENTITY_TYPE_ID, if what == "Policy" { 5 } else { 99 });
            row.constant(ENTITY_TYPE, what);
            taken.push(thing);
        }
        _ => {
            THINGS.into_iter().for_each(|thing| resource(thing, record, row));
            taken.extend(THINGS);
        }
    }
    for (id, name, _) in THINGS.into_iter().filter(|thing| !taken.contains(thing)) {
        leave(name, record, row);
        id.into_iter().for_each(|id| leave(id, record, row));
    }
    if class != Class::UserAccess {
        leave(PRIVILEGE_NAME, record, row);
    }
}

fn resource(thing: Thing, record: &Record, row: &mut Row) {
    if !row.wants_list(RESOURCE_UID) || !is_named(record, thing) {
        return;
    }
    let (id, name, what) = thing;
    let mut cells = vec![(RESOURCE_TYPE, row.constant_cell(what))];
    for (column, path) in [(RESOURCE_UID, id), (RESOURCE_NAME, Some(name))] {
        if let Some(text) = path.and_then(|path| record.scalar(path)) {
            cells.push((column, row.cell(record, &text)));
        }
    }
    row.item(&cells);
}

fn sign_in(name: &str, record: &Record, row: &mut Row) {
    if let Some(app) = record.scalar(APP_NAME) {
        row.text(SERVICE_NAME, record, &app);
    }
    match record.scalar(APP_ID) {
        Some(id) => row.text(SERVICE_UID, record, &id),
        None if record.scalar(APP_NAME).is_none() => row.constant(SERVICE_NAME, "OneLogin"),
        None => {}
    }
    if name.ends_with("ASSUMED_USER") || name.ends_with("ASSUME_USER") {
        row.number(SWITCH_ID, 2);
        row.constant(SWITCH, "Impersonate");
    }
    let protocol = match name {
        _ if name.ends_with("_RADIUS") => Some((10, "RADIUS")),
        _ if name.starts_with("VLDAP_") => Some((12, "LDAP")),
        _ => None,
    };
    if let Some((id, caption)) = protocol {
        row.number(PROTOCOL_ID, id);
        row.constant(PROTOCOL, caption);
    }
}
