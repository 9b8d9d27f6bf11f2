//! The audit log of Microsoft Entra ID: who changed what in the directory. Changes of users, their roles, groups, and of applications,
//! policies and devices; what names no target is API Activity. README.md beside this file says which shapes there are and what was
//! decided.

use std::borrow::Cow;

use event::ocsf::{Class, Profile, column_at};
use event::{JsonKind, LogSourceName};

use crate::logsource::{LogSource, PLAIN};
use crate::logsources::entra::{ACTOR, UserColumns, both, email_of_principal, known, put, tenant_of_resource};
use crate::logsources::shared::{is_address, without_port};
use crate::logsources::{alias, constant, derived, first, paths};
use crate::record::{Record, Row};
use crate::trie::Leaf;

mod route;
mod table;
mod target;

paths! {
    CATEGORY = "category",
    CATEGORY_IN = "properties.category",
    TIME = "time",
    GENERATED = "TimeGenerated",
    ACTIVITY_TIME_IN = "properties.activityDateTime",
    ACTIVITY_TIME = "activityDateTime",
    ID_IN = "properties.id",
    ID = "id",
    OPERATION = "operationName",
    ACTIVITY_IN = "properties.activityDisplayName",
    ACTIVITY = "activityDisplayName",
    SERVICE_IN = "properties.loggedByService",
    SERVICE = "loggedByService",
    KIND_IN = "properties.operationType",
    KIND = "operationType",
    KIND_COLUMN = "AADOperationType",
    RESULT_IN = "properties.result",
    RESULT = "result",
    TENANT = "tenantId",
    TENANT_COLUMN = "AADTenantId",
    RESOURCE = "resourceId",
    IDENTITY = "identity",
    CALLER = "callerIpAddress",
    BY_IN = "properties.initiatedBy",
    BY = "initiatedBy",
    USER_ID_IN = "properties.initiatedBy.user.id",
    USER_ID = "initiatedBy.user.id",
    USER_NAME_IN = "properties.initiatedBy.user.userPrincipalName",
    USER_NAME = "initiatedBy.user.userPrincipalName",
    USER_FULL_NAME_IN = "properties.initiatedBy.user.displayName",
    USER_FULL_NAME = "initiatedBy.user.displayName",
    USER_ADDRESS_IN = "properties.initiatedBy.user.ipAddress",
    USER_ADDRESS = "initiatedBy.user.ipAddress",
    APP_NAME_IN = "properties.initiatedBy.app.displayName",
    APP_NAME = "initiatedBy.app.displayName",
    APP_PRINCIPAL_IN = "properties.initiatedBy.app.servicePrincipalId",
    APP_PRINCIPAL = "initiatedBy.app.servicePrincipalId",
    APP_PRINCIPAL_NAME_IN = "properties.initiatedBy.app.servicePrincipalName",
    APP_PRINCIPAL_NAME = "initiatedBy.app.servicePrincipalName",
    DETAIL_ADDRESS_IN = "properties.additionalDetails[key=ipaddr].value",
    DETAIL_ADDRESS = "additionalDetails[key=ipaddr].value",
    USER_AGENT_IN = "properties.userAgent",
    USER_AGENT = "userAgent",
    DETAIL_AGENT_IN = "properties.additionalDetails[key=User-Agent].value",
    DETAIL_AGENT = "additionalDetails[key=User-Agent].value",
    TARGETS_IN = "properties.targetResources",
    TARGETS = "targetResources",
    TARGET_ID_IN = "properties.targetResources.id",
    TARGET_ID = "targetResources.id",
    TARGET_NAME_IN = "properties.targetResources.displayName",
    TARGET_NAME = "targetResources.displayName",
    TARGET_KIND_IN = "properties.targetResources.type",
    TARGET_KIND = "targetResources.type",
    TARGET_UPN_IN = "properties.targetResources.userPrincipalName",
    TARGET_UPN = "targetResources.userPrincipalName",
    ROLE_NEW_IN = "properties.targetResources.modifiedProperties[displayName=Role.DisplayName].newValue",
    ROLE_NEW = "targetResources.modifiedProperties[displayName=Role.DisplayName].newValue",
    ROLE_OLD_IN = "properties.targetResources.modifiedProperties[displayName=Role.DisplayName].oldValue",
    ROLE_OLD = "targetResources.modifiedProperties[displayName=Role.DisplayName].oldValue",
    TEMPLATE_NEW_IN = "properties.targetResources.modifiedProperties[displayName=Role.TemplateId].newValue",
    TEMPLATE_NEW = "targetResources.modifiedProperties[displayName=Role.TemplateId].newValue",
    TEMPLATE_OLD_IN = "properties.targetResources.modifiedProperties[displayName=Role.TemplateId].oldValue",
    TEMPLATE_OLD = "targetResources.modifiedProperties[displayName=Role.TemplateId].oldValue",
    ROLE_ID_NEW_IN = "properties.targetResources.modifiedProperties[displayName=Role.ObjectID].newValue",
    ROLE_ID_NEW = "targetResources.modifiedProperties[displayName=Role.ObjectID].newValue",
    ROLE_ID_OLD_IN = "properties.targetResources.modifiedProperties[displayName=Role.ObjectID].oldValue",
    ROLE_ID_OLD = "targetResources.modifiedProperties[displayName=Role.ObjectID].oldValue",
    GROUP_NEW_IN = "properties.targetResources.modifiedProperties[displayName=Group.DisplayName].newValue",
    GROUP_NEW = "targetResources.modifiedProperties[displayName=Group.DisplayName].newValue",
    GROUP_OLD_IN = "properties.targetResources.modifiedProperties[displayName=Group.DisplayName].oldValue",
    GROUP_OLD = "targetResources.modifiedProperties[displayName=Group.DisplayName].oldValue",
    GROUP_ID_NEW_IN = "properties.targetResources.modifiedProperties[displayName=Group.ObjectID].newValue",
    GROUP_ID_NEW = "targetResources.modifiedProperties[displayName=Group.ObjectID].newValue",
    GROUP_ID_OLD_IN = "properties.targetResources.modifiedProperties[displayName=Group.ObjectID].oldValue",
    GROUP_ID_OLD = "targetResources.modifiedProperties[displayName=Group.ObjectID].oldValue",
    APP_ROLE_NEW_IN = "properties.targetResources.modifiedProperties[displayName=AppRole.Value].newValue",
    APP_ROLE_NEW = "targetResources.modifiedProperties[displayName=AppRole.Value].newValue",
    APP_ROLE_OLD_IN = "properties.targetResources.modifiedProperties[displayName=AppRole.Value].oldValue",
    APP_ROLE_OLD = "targetResources.modifiedProperties[displayName=AppRole.Value].oldValue",
    SCOPE_NEW_IN = "properties.targetResources.modifiedProperties[displayName=DelegatedPermissionGrant.Scope].newValue",
    SCOPE_NEW = "targetResources.modifiedProperties[displayName=DelegatedPermissionGrant.Scope].newValue",
    SCOPE_OLD_IN = "properties.targetResources.modifiedProperties[displayName=DelegatedPermissionGrant.Scope].oldValue",
    SCOPE_OLD = "targetResources.modifiedProperties[displayName=DelegatedPermissionGrant.Scope].oldValue",
    GRANTEE_IN = "properties.targetResources.modifiedProperties[displayName=ServicePrincipal.ObjectID].newValue",
    GRANTEE = "targetResources.modifiedProperties[displayName=ServicePrincipal.ObjectID].newValue",
    GRANTEE_OLD_IN = "properties.targetResources.modifiedProperties[displayName=ServicePrincipal.ObjectID].oldValue",
    GRANTEE_OLD = "targetResources.modifiedProperties[displayName=ServicePrincipal.ObjectID].oldValue",
    GRANTEE_NAME_IN = "properties.targetResources.modifiedProperties[displayName=ServicePrincipal.DisplayName].newValue",
    GRANTEE_NAME = "targetResources.modifiedProperties[displayName=ServicePrincipal.DisplayName].newValue",
    GRANTEE_NAME_OLD_IN = "properties.targetResources.modifiedProperties[displayName=ServicePrincipal.DisplayName].oldValue",
    GRANTEE_NAME_OLD = "targetResources.modifiedProperties[displayName=ServicePrincipal.DisplayName].oldValue",
}

pub const SOURCE: LogSource = LogSource {
    name: LogSourceName("entra_audit"),
    sigma: &[(None, "azure", "auditlogs")],
    marks: &["category", "activityDisplayName", "loggedByService"],
    paths: PATHS,
    needed: &[
        CATEGORY,
        ACTIVITY_TIME_IN,
        ACTIVITY_TIME,
        ID_IN,
        ID,
        OPERATION,
        ACTIVITY_IN,
        ACTIVITY,
        SERVICE_IN,
        SERVICE,
        RESOURCE,
        RESULT_IN,
        RESULT,
        BY_IN,
        BY,
        USER_ID_IN,
        USER_ID,
        USER_NAME_IN,
        USER_NAME,
        USER_ADDRESS_IN,
        USER_ADDRESS,
        APP_PRINCIPAL_IN,
        APP_PRINCIPAL,
        TARGETS_IN,
        TARGETS,
        TARGET_ID_IN,
        TARGET_ID,
        TARGET_NAME_IN,
        TARGET_NAME,
        TARGET_KIND_IN,
        TARGET_KIND,
        TARGET_UPN_IN,
        TARGET_UPN,
        KIND_IN,
        KIND,
        KIND_COLUMN,
        CATEGORY_IN,
        ROLE_NEW_IN,
        ROLE_NEW,
        ROLE_OLD_IN,
        ROLE_OLD,
        APP_ROLE_NEW_IN,
        APP_ROLE_NEW,
        APP_ROLE_OLD_IN,
        APP_ROLE_OLD,
        SCOPE_NEW_IN,
        SCOPE_NEW,
        SCOPE_OLD_IN,
        SCOPE_OLD,
        GRANTEE_IN,
        GRANTEE,
        GRANTEE_OLD_IN,
        GRANTEE_OLD,
        GROUP_ID_NEW_IN,
        GROUP_ID_NEW,
        GROUP_ID_OLD_IN,
        GROUP_ID_OLD,
    ],
    operation: "operationName",
    members: table::MEMBERS,
    under: &["properties"],
    fields: table::FIELDS,
    kept: table::KEPT,
    strings: &["properties", "initiatedBy", "targetResources", "additionalDetails"],
    fits,
    time: &[ACTIVITY_TIME_IN, ACTIVITY_TIME, TIME, GENERATED],
    derive,
    key,
    ..PLAIN
};

const TENANT_UID: usize = column_at("metadata.tenant_uid");
const ORGANIZATION: usize = column_at("cloud.org.uid");
const EVENT_CODE: usize = column_at("metadata.event_code");
const API_OPERATION: usize = column_at("api.operation");
const STATUS_ID: usize = column_at("status_id");
const STATUS: usize = column_at("status");
const SEVERITY_ID: usize = column_at("severity_id");
const SEVERITY: usize = column_at("severity");
const ACTIVITY_ID: usize = column_at("activity_id");
const ACTIVITY_NAME: usize = column_at("activity_name");
const SOURCE_IP: usize = column_at("src_endpoint.ip");
const SOURCE_NAME: usize = column_at("src_endpoint.name");
const AGENT: usize = column_at("http_request.user_agent");

/// An activity of the directory has a name, and says who did it, to what, or which service logged it. Other services of Azure have a
/// category "AuditLogs", too: without these members it has to be Entra's own.
fn fits(record: &Record) -> bool {
    let there = |path| record.kind(path) != JsonKind::Missing;
    let logged = there(SERVICE_IN) || there(SERVICE);
    let named = record.text(ACTIVITY_IN).is_some() || record.text(ACTIVITY).is_some() || (logged && record.text(OPERATION).is_some());
    if named && (logged || [BY_IN, BY, TARGETS_IN, TARGETS].into_iter().any(there)) {
        return true;
    }
    let own = |resource: &str| resource.to_ascii_lowercase().ends_with("/providers/microsoft.aadiam");
    record.text(CATEGORY).is_some_and(|word| word.eq_ignore_ascii_case("AuditLogs")) && record.text(RESOURCE).is_some_and(|text| own(&text))
}

fn key(record: &Record, out: &mut Vec<u8>) -> bool {
    let id = record.first(&[ID_IN, ID]);
    out.extend_from_slice(SOURCE.name.0.as_bytes());
    let time = [ACTIVITY_TIME_IN, ACTIVITY_TIME].into_iter().find_map(|path| record.time(path));
    out.extend_from_slice(&time.map_or(0, |time| time / 1000).to_le_bytes());
    for part in [
        id.as_deref(),
        activity(record).as_deref(),
        record.first(&[USER_ID_IN, USER_ID, APP_PRINCIPAL_IN, APP_PRINCIPAL]).as_deref(),
        record.first(&[USER_ADDRESS_IN, USER_ADDRESS]).as_deref(),
        record.first(&[RESULT_IN, RESULT]).as_deref(),
    ] {
        out.push(0);
        out.extend(part.unwrap_or_default().bytes().map(|byte| byte.to_ascii_lowercase()));
    }
    id.is_some()
}

/// What was done, in the provider's words.
fn activity<'a>(record: &Record<'a>) -> Option<Cow<'a, str>> {
    record.first(&[ACTIVITY_IN, ACTIVITY, OPERATION])
}

fn derive(record: &Record, row: &mut Row) -> Class {
    let name = activity(record);
    let name = name.as_deref().unwrap_or("Unknown");
    row.profile(Profile::Cloud);
    row.text(API_OPERATION, record, name);
    tenant(record, row);
    category(record, row);
    outcome(record, row);
    let has_actor = initiator(record, row, &ACTOR);
    let has_source = from(record, row);
    put(row, AGENT, record, &[USER_AGENT_IN, USER_AGENT, DETAIL_AGENT_IN, DETAIL_AGENT]);
    let targets = target::all(record);
    let (class, number) = route::route(name, record, &targets);
    row.number(ACTIVITY_ID, number.into());
    if number == 99 {
        row.text(ACTIVITY_NAME, record, name.trim());
    }
    target::fill(class, record, row, &targets);
    // API Activity demands an actor and a source.
    if class == Class::ApiActivity && !has_actor {
        row.constant(ACTOR.name, "Unknown");
    }
    if class == Class::ApiActivity && !has_source {
        row.constant(SOURCE_NAME, "Unknown");
    }
    class
}

/// In a table, `TenantId` is the workspace.
fn tenant(record: &Record, row: &mut Row) {
    if !row.wants(TENANT_UID) && !row.wants(ORGANIZATION) {
        return;
    }
    let resource = record.text(RESOURCE);
    let path = if record.kind(GENERATED) == JsonKind::Missing { TENANT } else { TENANT_COLUMN };
    let said = record.scalar(path);
    if let Some(tenant) = resource.as_deref().and_then(tenant_of_resource).or_else(|| known(said.as_deref()?)) {
        row.text(TENANT_UID, record, tenant);
        row.text(ORGANIZATION, record, tenant);
    }
}

/// In Event Hub the category at the top is that of the export.
fn category(record: &Record, row: &mut Row) {
    let mut words = [CATEGORY_IN, CATEGORY].into_iter().filter_map(|path| record.text(path));
    if let Some(word) = words.find(|word| !word.eq_ignore_ascii_case("AuditLogs")) {
        row.text(EVENT_CODE, record, &word);
    }
}

fn outcome(record: &Record, row: &mut Row) {
    let result = record.first(&[RESULT_IN, RESULT]);
    let is = |word: &str| result.as_deref().is_some_and(|result| result.eq_ignore_ascii_case(word));
    match result.as_deref() {
        None => {
            row.number(STATUS_ID, 0);
            row.constant(STATUS, "Unknown");
        }
        Some(_) if is("success") => {
            row.number(STATUS_ID, 1);
            row.constant(STATUS, "Success");
        }
        Some(_) if is("failure") => {
            row.number(STATUS_ID, 2);
            row.constant(STATUS, "Failure");
            row.number(SEVERITY_ID, 2);
            row.constant(SEVERITY, "Low");
        }
        Some(other) => {
            row.number(STATUS_ID, 99);
            row.text(STATUS, record, other);
        }
    }
}

/// Who did it: a user, or an application with its service principal. False where nobody is named.
fn initiator(record: &Record, row: &mut Row, columns: &UserColumns) -> bool {
    let says = |paths: &[Leaf]| paths.iter().filter_map(|path| record.scalar(*path)).find(|text| known(text).is_some());
    let (uid, name) = (says(&[USER_ID_IN, USER_ID]), says(&[USER_NAME_IN, USER_NAME]));
    if uid.is_some() || name.is_some() {
        let full = says(&[USER_FULL_NAME_IN, USER_FULL_NAME]);
        row.text(columns.uid, record, uid.as_deref().unwrap_or_default());
        row.text(columns.name, record, name.as_deref().unwrap_or_default());
        row.text(columns.full_name, record, full.as_deref().unwrap_or_default());
        row.text(columns.email_addr, record, name.as_deref().and_then(email_of_principal).as_deref().unwrap_or_default());
        columns.typed(row, 1, "User");
        return true;
    }
    let uid = says(&[APP_PRINCIPAL_IN, APP_PRINCIPAL]);
    let name = says(&[APP_PRINCIPAL_NAME_IN, APP_PRINCIPAL_NAME, APP_NAME_IN, APP_NAME]);
    if uid.is_some() || name.is_some() {
        row.text(columns.uid, record, uid.as_deref().unwrap_or_default());
        row.text(columns.name, record, name.as_deref().unwrap_or_default());
        columns.typed(row, 4, "Service");
        return true;
    }
    let name = says(&[USER_FULL_NAME_IN, USER_FULL_NAME, IDENTITY]);
    row.text(columns.name, record, name.as_deref().unwrap_or_default());
    name.is_some()
}

/// The address of the user is his own; that of the caller may be a service of Microsoft's that asked for him. False where there is none.
fn from(record: &Record, row: &mut Row) -> bool {
    let mut said =
        [USER_ADDRESS_IN, USER_ADDRESS, CALLER, DETAIL_ADDRESS_IN, DETAIL_ADDRESS].into_iter().filter_map(|path| record.text(path));
    let address = said.find(|text| is_address(without_port(text.trim())));
    row.text(SOURCE_IP, record, without_port(address.as_deref().unwrap_or_default().trim()));
    address.is_some()
}
