//! What an operation was done to: the resource; of a role assignment, who gets which role; of an alert, the alert.

use event::ocsf::{Class, column_at};
use serde_json::Value;

use super::*;
use crate::logsources::azure::{ResourceId, resource_id};
use crate::record::Cell;

const RESOURCE_UID: usize = column_at("resources[].uid");
const RESOURCE_NAME: usize = column_at("resources[].name");
const RESOURCE_TYPE: usize = column_at("resources[].type");
const RESOURCE_GROUP: usize = column_at("resources[].group.name");
const RESOURCE_ROLE_ID: usize = column_at("resources[].role_id");
const RESOURCE_ROLE: usize = column_at("resources[].role");
const USER_UID: usize = column_at("user.uid");
const USER_TYPE_ID: usize = column_at("user.type_id");
const USER_TYPE: usize = column_at("user.type");
const PRIVILEGE: usize = column_at("privileges[]");
const FINDING: usize = column_at("finding_info.uid");
const TITLE: usize = column_at("finding_info.title");

/// Roles that are built in, by the id of their definition: those that give power over others' access, and over AI services.
const ROLES: &[(&str, &str)] = &[
    ("8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "Owner"),
    ("b24988ac-6180-42a0-ab88-20f7382dd24c", "Contributor"),
    ("acdd72a7-3385-48ef-bd42-f606fba81ae7", "Reader"),
    ("18d7d88d-d35e-4fb5-a5c3-7773c20a72d9", "User Access Administrator"),
    ("f58310d9-a9f6-439a-9e8d-f62e7b41a168", "Role Based Access Control Administrator"),
    ("a8889054-8d42-49c9-bc1c-52486c10e7cd", "Reservations Administrator"),
    ("3afb7f49-54cb-416e-8c09-6dc049efa503", "Azure AI Inference Deployment Operator"),
    ("a001fd3d-188f-4b5d-821b-7da978bf7442", "Cognitive Services OpenAI Contributor"),
    ("5e0bd9bd-7b93-4f28-af87-19fc36ad61bd", "Cognitive Services OpenAI User"),
];

/// Who gets or loses which role.
pub struct RoleAssignment {
    principal: String,
    principal_kind: Option<String>,
    /// The path of the role's definition.
    definition: String,
}

/// What the request asks for, or the response says: only there stands who gets which role.
pub fn role_assignment(operation: &str, record: &Record) -> Option<RoleAssignment> {
    const OPERATIONS: [&str; 2] = ["Microsoft.Authorization/roleAssignments/write", "Microsoft.Authorization/roleAssignments/delete"];
    if !OPERATIONS.iter().any(|wanted| wanted.eq_ignore_ascii_case(operation)) {
        return None;
    }
    [REQUEST_1, REQUEST_2, RESPONSE_1, RESPONSE_2].iter().find_map(|path| {
        let body: Value = serde_json::from_str(&record.text_of(record.all(*path).next()?)).ok()?;
        let body = member(&body, "properties").unwrap_or(&body);
        let text = |name| member(body, name).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned);
        Some(RoleAssignment {
            principal: text("principalId")?,
            principal_kind: text("principalType"),
            definition: text("roleDefinitionId")?,
        })
    })
}

/// A member of an object; case does not matter.
fn member<'a>(object: &'a Value, name: &str) -> Option<&'a Value> {
    object.as_object()?.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

pub fn fill(class: Class, role: Option<RoleAssignment>, record: &Record, row: &mut Row) {
    let id = text_of(record, &RESOURCE_LEAVES);
    let parts = id.as_deref().map(resource_id).unwrap_or_default();
    let subscription = text_of(record, &[SUBSCRIPTION, SUBSCRIPTION_SNAKE]);
    if let Some(subscription) = subscription.as_deref().or(parts.subscription) {
        row.text(ACCOUNT, record, subscription);
        row.number(ACCOUNT_TYPE_ID, 13);
        row.constant(ACCOUNT_TYPE, "Azure Subscription");
    }
    if let Some(id) = id.as_deref().filter(|_| row.wants_list(RESOURCE_UID)) {
        resource(id, &parts, record, row);
    }
    if let Some(role) = role {
        assignment(&role, record, row);
    }
    if class == Class::DetectionFinding {
        let correlation = text_of(record, &[CORRELATION, CORRELATION_SNAKE]);
        match parts.name.or(correlation.as_deref()) {
            Some(uid) => row.text(FINDING, record, uid),
            None => row.constant(FINDING, "Unknown"),
        }
        if let Some(title) = text_of(record, &[EVENT_NAME, ALERT_1, ALERT_2]) {
            row.text(TITLE, record, &title);
        }
    }
}

fn resource(id: &str, parts: &ResourceId, record: &Record, row: &mut Row) {
    let mut cells: Vec<(usize, Cell)> = vec![(RESOURCE_UID, row.cell(record, id))];
    let kind = (!parts.kind.is_empty()).then_some(parts.kind.as_str());
    for (column, text) in [(RESOURCE_NAME, parts.name), (RESOURCE_TYPE, kind), (RESOURCE_GROUP, parts.group)] {
        if let Some(text) = text {
            cells.push((column, row.cell(record, text)));
        }
    }
    cells.push((RESOURCE_ROLE_ID, Cell::Long(1)));
    cells.push((RESOURCE_ROLE, row.constant_cell("Target")));
    row.item(&cells);
}

fn assignment(role: &RoleAssignment, record: &Record, row: &mut Row) {
    let definition = role.definition.rsplit('/').next().unwrap_or(&role.definition);
    let name = ROLES.iter().find(|(id, _)| id.eq_ignore_ascii_case(definition)).map(|(_, name)| *name);
    if row.wants_list(PRIVILEGE) {
        let cell = row.cell(record, name.unwrap_or(definition));
        row.item(&[(PRIVILEGE, cell)]);
    }
    if row.wants_list(RESOURCE_UID) {
        let cells = [
            (RESOURCE_UID, row.cell(record, &role.definition)),
            (RESOURCE_NAME, row.cell(record, name.unwrap_or(definition))),
            (RESOURCE_TYPE, row.constant_cell("Microsoft.Authorization/roleDefinitions")),
            (RESOURCE_ROLE_ID, Cell::Long(4)),
            (RESOURCE_ROLE, row.constant_cell("Related")),
        ];
        row.item(&cells);
    }
    row.text(USER_UID, record, &role.principal);
    match role.principal_kind.as_deref() {
        Some(kind) if kind.eq_ignore_ascii_case("User") => {
            row.number(USER_TYPE_ID, 1);
            row.constant(USER_TYPE, "User");
        }
        Some(kind) if kind.eq_ignore_ascii_case("ServicePrincipal") || kind.eq_ignore_ascii_case("MSI") => {
            row.number(USER_TYPE_ID, 4);
            row.constant(USER_TYPE, "Service");
        }
        Some(kind) => {
            row.number(USER_TYPE_ID, 99);
            row.text(USER_TYPE, record, kind);
        }
        None => {}
    }
}
