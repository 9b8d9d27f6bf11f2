//! What Microsoft Entra ID Protection found: risk detections, risky users and service principals, and the alerts of Privileged Identity
//! Management. All are Detection Findings (2004) of Microsoft's. README.md beside this file says which shapes there are and what was
//! decided.

use event::ocsf::{Class, Profile, column_at};
use event::{JsonKind, LogSourceName};

use crate::logsource::{LogSource, PLAIN};
use crate::logsources::entra::{both, email_of_principal, known, tenant_of_resource};
use crate::logsources::shared::{is_address, without_port};
use crate::logsources::{alias, constant, derived, first, paths};
use crate::record::{Cell, Record, Row};
use crate::trie::Leaf;

mod table;

paths! {
    CATEGORY = "category",
    TABLE = "Type",
    TIME = "time",
    GENERATED = "TimeGenerated",
    UPDATED_IN = "properties.lastUpdatedDateTime",
    UPDATED = "lastUpdatedDateTime",
    RISK_UPDATED_IN = "properties.riskLastUpdatedDateTime",
    RISK_UPDATED = "riskLastUpdatedDateTime",
    DETECTED_IN = "properties.detectedDateTime",
    DETECTED = "detectedDateTime",
    HAPPENED_IN = "properties.activityDateTime",
    HAPPENED = "activityDateTime",
    ID_IN = "properties.id",
    ID = "id",
    TENANT = "tenantId",
    RESOURCE = "resourceId",
    KIND_IN = "properties.riskEventType",
    KIND = "riskEventType",
    LEVEL_IN = "properties.riskLevel",
    LEVEL = "riskLevel",
    STATE_IN = "properties.riskState",
    STATE = "riskState",
    DETAIL_IN = "properties.riskDetail",
    DETAIL = "riskDetail",
    CORRELATION_IN = "properties.correlationId",
    CORRELATION_ID = "correlationId",
    ADDRESS_IN = "properties.ipAddress",
    ADDRESS = "ipAddress",
    CALLER = "callerIpAddress",
    CITY_IN = "properties.location.city",
    CITY = "location.city",
    REGION_IN = "properties.location.state",
    REGION = "location.state",
    COUNTRY_IN = "properties.location.countryOrRegion",
    COUNTRY = "location.countryOrRegion",
    AGENT_IN = "properties.additionalInfo[Key=userAgent].Value",
    AGENT = "additionalInfo[Key=userAgent].Value",
    REQUEST_IN = "properties.requestId",
    REQUEST = "requestId",
    USER_ID_IN = "properties.userId",
    USER_ID = "userId",
    USER_NAME_IN = "properties.userPrincipalName",
    USER_NAME = "userPrincipalName",
    FULL_NAME_IN = "properties.userDisplayName",
    FULL_NAME = "userDisplayName",
    SERVICE_ID_IN = "properties.servicePrincipalId",
    SERVICE_ID = "servicePrincipalId",
    SERVICE_NAME_IN = "properties.servicePrincipalDisplayName",
    SERVICE_NAME = "servicePrincipalDisplayName",
    APP_NAME_IN = "properties.displayName",
    APP_NAME = "displayName",
    APP_IN = "properties.appId",
    APP = "appId",
    KEY_IN = "properties.keyIds",
    KEY = "keyIds",
    ALERT = "alertDefinitionId",
    ALERT_ACTIVE = "isActive",
    ALERT_MODIFIED = "lastModifiedDateTime",
    ALERT_SCANNED = "lastScannedDateTime",
    ALERT_SEVERITY = "alertDefinition.severityLevel",
    ALERT_TITLE = "alertDefinition.displayName",
    INCIDENT = "alertIncidents.@odata.type",
    INCIDENT_ID = "alertIncidents.id",
    INCIDENT_USER_ID = "alertIncidents.assigneeId",
    INCIDENT_USER = "alertIncidents.assigneeUserPrincipalName",
    INCIDENT_FULL_NAME = "alertIncidents.assigneeDisplayName",
    INCIDENT_ROLE = "alertIncidents.roleDisplayName",
    INCIDENT_ROLE_ID = "alertIncidents.roleTemplateId",
    ALONE = "@odata.type",
}

pub const SOURCE: LogSource = LogSource {
    name: LogSourceName("entra_risk"),
    sigma: &[(None, "azure", "riskdetection"), (None, "azure", "pim")],
    marks: &["category", "type", "riskEventType", "riskState", "alertDefinitionId", "@odata.type"],
    paths: PATHS,
    needed: &[
        CATEGORY,
        TABLE,
        ID_IN,
        ID,
        KIND_IN,
        KIND,
        LEVEL_IN,
        LEVEL,
        STATE_IN,
        STATE,
        DETAIL_IN,
        DETAIL,
        SERVICE_ID_IN,
        SERVICE_ID,
        APP_IN,
        APP,
        USER_ID_IN,
        USER_ID,
        ALERT,
        ALERT_ACTIVE,
        ALERT_SCANNED,
        INCIDENT,
        INCIDENT_ID,
        ALONE,
    ],
    operation: "riskEventType",
    members: table::MEMBERS,
    under: &["properties"],
    fields: table::FIELDS,
    kept: table::KEPT,
    strings: &["properties", "location", "properties.additionalInfo", "additionalInfo", "properties.keyIds", "keyIds"],
    events: &["alertIncidents"],
    fits,
    time: &[
        UPDATED_IN,
        UPDATED,
        RISK_UPDATED_IN,
        RISK_UPDATED,
        ALERT_MODIFIED,
        DETECTED_IN,
        DETECTED,
        HAPPENED_IN,
        HAPPENED,
        TIME,
        GENERATED,
    ],
    derive,
    key,
    ..PLAIN
};

const ORIGINAL_UID: usize = column_at("metadata.original_event_uid");
const CORRELATION: usize = column_at("metadata.correlation_uid");
const EVENT_CODE: usize = column_at("metadata.event_code");
const FEATURE: usize = column_at("metadata.product.feature.name");
const TENANT_UID: usize = column_at("metadata.tenant_uid");
const ORGANIZATION: usize = column_at("cloud.org.uid");
const STATUS_ID: usize = column_at("status_id");
const STATUS: usize = column_at("status");
const STATUS_CODE: usize = column_at("status_code");
const STATUS_DETAIL: usize = column_at("status_detail");
const SEVERITY_ID: usize = column_at("severity_id");
const SEVERITY: usize = column_at("severity");
const VENDOR_SEVERITY_ID: usize = column_at("vendor_attributes.severity_id");
const VENDOR_SEVERITY: usize = column_at("vendor_attributes.severity");
const RISK_ID: usize = column_at("risk_level_id");
const RISK: usize = column_at("risk_level");
const IS_ALERT: usize = column_at("is_alert");
const ACTIVITY_ID: usize = column_at("activity_id");
const FINDING_UID: usize = column_at("finding_info.uid");
const TITLE: usize = column_at("finding_info.title");
const CREATED: usize = column_at("finding_info.created_time");
const MODIFIED: usize = column_at("finding_info.modified_time");
const FIRST_SEEN: usize = column_at("finding_info.first_seen_time");
const TYPES: usize = column_at("finding_info.types[]");
const RELATED: usize = column_at("finding_info.related_events[].uid");
const ANALYTIC: usize = column_at("finding_info.analytic.name");
const ANALYTIC_TYPE_ID: usize = column_at("finding_info.analytic.type_id");
const ANALYTIC_TYPE: usize = column_at("finding_info.analytic.type");
const SEEN_NAME: usize = column_at("evidences[].actor.user.name");
const SEEN_UID: usize = column_at("evidences[].actor.user.uid");
const SEEN_EMAIL: usize = column_at("evidences[].actor.user.email_addr");
const SEEN_FULL_NAME: usize = column_at("evidences[].actor.user.full_name");
const SEEN_TYPE_ID: usize = column_at("evidences[].actor.user.type_id");
const SEEN_TYPE: usize = column_at("evidences[].actor.user.type");
const SEEN_KEY: usize = column_at("evidences[].actor.session.credential_uid");
const SEEN_IP: usize = column_at("evidences[].src_endpoint.ip");
const SEEN_CITY: usize = column_at("evidences[].src_endpoint.location.city");
const SEEN_REGION: usize = column_at("evidences[].src_endpoint.location.region");
const SEEN_COUNTRY: usize = column_at("evidences[].src_endpoint.location.country");
const SEEN_AGENT: usize = column_at("evidences[].http_request.user_agent");
const RESOURCE_UID: usize = column_at("resources[].uid");
const RESOURCE_NAME: usize = column_at("resources[].name");
const RESOURCE_TYPE: usize = column_at("resources[].type");
const RESOURCE_ROLE_ID: usize = column_at("resources[].role_id");
const RESOURCE_ROLE: usize = column_at("resources[].role");

/// What a record is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// One detection, of a user's sign-in or of a service principal's.
    Detection,
    ServiceDetection,
    /// How risky a user is by now, or a service principal.
    User,
    Service,
    /// An alert of Privileged Identity Management, or one of its incidents.
    Alert,
}

/// The names of each in Event Hub and in Log Analytics.
const KINDS: &[(&str, &str, Kind)] = &[
    ("UserRiskEvents", "AADUserRiskEvents", Kind::Detection),
    ("ServicePrincipalRiskEvents", "AADServicePrincipalRiskEvents", Kind::ServiceDetection),
    ("RiskyUsers", "AADRiskyUsers", Kind::User),
    ("RiskyServicePrincipals", "AADRiskyServicePrincipals", Kind::Service),
];

/// What the Graph API gives is known by its members.
fn kind(record: &Record) -> Option<Kind> {
    let there = |path| record.kind(path) != JsonKind::Missing;
    let word = |path| record.text(path);
    let said = [CATEGORY, TABLE].into_iter().filter_map(word).find_map(|word| {
        let is = |name: &str| name.eq_ignore_ascii_case(&word);
        KINDS.iter().find(|(category, table, _)| is(category) || is(table)).map(|(.., kind)| *kind)
    });
    match () {
        () if said.is_some() => said,
        () if word(KIND).is_some() && there(DETECTED) && there(LEVEL) => {
            Some(if there(SERVICE_ID) { Kind::ServiceDetection } else { Kind::Detection })
        }
        () if word(STATE).is_some() && there(RISK_UPDATED) && there(LEVEL) => Some(if there(APP) { Kind::Service } else { Kind::User }),
        () if word(ALERT).is_some() && there(ALERT_SCANNED) => Some(Kind::Alert),
        () if word(ALONE).is_some_and(|text| text.starts_with("#microsoft.graph.") && text.ends_with("AlertIncident")) => Some(Kind::Alert),
        () => None,
    }
}

fn fits(record: &Record) -> bool {
    kind(record).is_some()
}

/// A finding is sent again when its state changes: that is another event of the same finding.
fn key(record: &Record, out: &mut Vec<u8>) -> bool {
    let id = record.first(&[INCIDENT_ID, ID_IN, ID]);
    out.extend_from_slice(SOURCE.name.0.as_bytes());
    let time = SOURCE.time.iter().find_map(|path| record.time(*path));
    out.extend_from_slice(&time.map_or(0, |time| time / 1000).to_le_bytes());
    for part in [
        id.as_deref(),
        record.first(&[KIND_IN, KIND, INCIDENT]).as_deref(),
        record.first(&[STATE_IN, STATE, ALERT_ACTIVE]).as_deref(),
        record.first(&[LEVEL_IN, LEVEL]).as_deref(),
        record.first(&[DETAIL_IN, DETAIL]).as_deref(),
    ] {
        out.push(0);
        out.extend(part.unwrap_or_default().bytes().map(|byte| byte.to_ascii_lowercase()));
    }
    id.is_some()
}

fn derive(record: &Record, row: &mut Row) -> Class {
    let kind = kind(record).unwrap_or(Kind::Alert);
    let category = KINDS.iter().find(|(.., of)| *of == kind).map_or("PIMAlerts", |(category, ..)| category);
    row.profile(Profile::Cloud);
    row.constant(EVENT_CODE, category);
    row.constant(FEATURE, category);
    tenant(record, row);
    // In Event Hub, that at the top is the id of the finding again.
    let correlation = if record.kind(CATEGORY) == JsonKind::Missing { CORRELATION_ID } else { CORRELATION_IN };
    row.text(CORRELATION, record, record.scalar(correlation).as_deref().unwrap_or_default());
    state(record, row, kind);
    level(record, row, kind);
    finding(record, row, kind);
    evidence(record, row, kind);
    Class::DetectionFinding
}

/// In a table, `TenantId` is the workspace. The id of an alert's definition names it: `DirectoryRole_TENANT_NAME`.
fn tenant(record: &Record, row: &mut Row) {
    let resource = record.text(RESOURCE);
    let alert = record.text(ALERT);
    let said = if record.kind(GENERATED) == JsonKind::Missing { record.scalar(TENANT) } else { None };
    if let Some(tenant) =
        resource.as_deref().and_then(tenant_of_resource).or_else(|| known(said.as_deref()?)).or_else(|| alert.as_deref()?.split('_').nth(1))
    {
        row.text(TENANT_UID, record, tenant);
        row.text(ORGANIZATION, record, tenant);
    }
}

/// State and activity. Users and service principals are risky for a while: theirs is an update.
fn state(record: &Record, row: &mut Row, kind: Kind) {
    let state = record.first(&[STATE_IN, STATE]);
    let state = match (state.as_deref(), record.truth(ALERT_ACTIVE)) {
        (Some(state), _) => state,
        (None, Some(false)) => "remediated",
        (None, _) if kind == Kind::Alert => "atRisk",
        (None, _) => "none",
    };
    const STATES: &[(&str, i64, &str, i64)] = &[
        ("none", 0, "Unknown", 1),
        ("atRisk", 1, "New", 1),
        ("dismissed", 3, "Suppressed", 3),
        ("remediated", 4, "Resolved", 3),
        ("confirmedSafe", 4, "Resolved", 3),
    ];
    let activity = match STATES.iter().find(|(name, ..)| name.eq_ignore_ascii_case(state)) {
        Some((_, id, caption, activity)) => {
            row.number(STATUS_ID, *id);
            row.constant(STATUS, caption);
            *activity
        }
        None => {
            row.number(STATUS_ID, 99);
            row.text(STATUS, record, state);
            2
        }
    };
    let activity = if activity == 1 && matches!(kind, Kind::User | Kind::Service) { 2 } else { activity };
    row.number(ACTIVITY_ID, activity);
    row.truth(IS_ALERT, ["atRisk", "confirmedCompromised"].iter().any(|name| name.eq_ignore_ascii_case(state)));
    if kind != Kind::Alert {
        row.text(STATUS_CODE, record, state);
    }
    let detail = record.first(&[DETAIL_IN, DETAIL]);
    row.text(STATUS_DETAIL, record, detail.as_deref().and_then(known).unwrap_or_default());
}

/// Risk and severity. `hidden` is what tenants see that have not paid for it.
fn level(record: &Record, row: &mut Row, kind: Kind) {
    let level = record.first(&[LEVEL_IN, LEVEL, ALERT_SEVERITY]);
    let Some(level) = level.as_deref() else { return };
    const LEVELS: &[(&str, i64, &str, i64, &str)] = &[
        ("none", 0, "Info", 1, "Informational"),
        ("informational", 0, "Info", 1, "Informational"),
        ("low", 1, "Low", 2, "Low"),
        ("medium", 2, "Medium", 3, "Medium"),
        ("high", 3, "High", 4, "High"),
    ];
    let (severity, caption) = match LEVELS.iter().find(|(name, ..)| name.eq_ignore_ascii_case(level)) {
        Some((_, risk, risk_caption, severity, caption)) => {
            if kind != Kind::Alert {
                row.number(RISK_ID, *risk);
                row.constant(RISK, risk_caption);
            }
            (*severity, *caption)
        }
        None => {
            row.number(RISK_ID, 99);
            row.text(RISK, record, level);
            (0, "Unknown")
        }
    };
    for (id, name) in [(SEVERITY_ID, SEVERITY), (VENDOR_SEVERITY_ID, VENDOR_SEVERITY)] {
        row.number(id, severity);
        row.constant(name, caption);
    }
}

fn finding(record: &Record, row: &mut Row, kind: Kind) {
    let uid = record.first(&[INCIDENT_ID, ID_IN, ID]);
    let request = record.first(&[REQUEST_IN, REQUEST]);
    row.text(FINDING_UID, record, uid.as_deref().or(request.as_deref()).unwrap_or("Unknown"));
    // That of a risky user is the user's: no event's.
    if !matches!(kind, Kind::User | Kind::Service) {
        row.text(ORIGINAL_UID, record, uid.as_deref().unwrap_or_default());
    }
    let found = record.first(&[KIND_IN, KIND, INCIDENT, ALONE]);
    let found = found.as_deref().map(|name| name.trim_start_matches("#microsoft.graph."));
    let alert = record.first(&[ALERT_TITLE, ALERT]);
    match (found, kind) {
        (_, Kind::User) => row.constant(TITLE, "Risky user"),
        (_, Kind::Service) => row.constant(TITLE, "Risky service principal"),
        (Some(name), _) => row.text(TITLE, record, name),
        (None, _) => row.text(TITLE, record, alert.as_deref().and_then(|name| name.rsplit('_').next()).unwrap_or("Unknown")),
    }
    if let Some(name) = found {
        let cell = row.cell(record, name);
        if row.wants_list(TYPES) {
            row.item(&[(TYPES, cell)]);
        }
        row.text(ANALYTIC, record, name);
        row.number(ANALYTIC_TYPE_ID, 99);
        row.constant(ANALYTIC_TYPE, if kind == Kind::Alert { "Privileged Identity Management" } else { "Identity Protection" });
    }
    for (column, paths) in [
        (CREATED, &[DETECTED_IN, DETECTED][..]),
        (MODIFIED, &[UPDATED_IN, UPDATED, RISK_UPDATED_IN, RISK_UPDATED, ALERT_MODIFIED]),
        (FIRST_SEEN, &[HAPPENED_IN, HAPPENED]),
    ] {
        if let Some(time) = paths.iter().find_map(|path| record.time(*path)) {
            row.number(column, time);
        }
    }
    // The sign-in's own id.
    if let Some(request) = request
        && row.wants_list(RELATED)
    {
        let cell = row.cell(record, &request);
        row.item(&[(RELATED, cell)]);
    }
}

/// Who it is about, and from where.
fn evidence(record: &Record, row: &mut Row, kind: Kind) {
    let says = |paths: &[Leaf]| paths.iter().filter_map(|path| record.scalar(*path)).find(|text| known(text).is_some());
    let is_service = matches!(kind, Kind::Service | Kind::ServiceDetection);
    let (uid, name, full) = match kind {
        Kind::Detection => (says(&[USER_ID_IN, USER_ID]), says(&[USER_NAME_IN, USER_NAME]), says(&[FULL_NAME_IN, FULL_NAME])),
        Kind::User => (says(&[ID_IN, ID]), says(&[USER_NAME_IN, USER_NAME]), says(&[FULL_NAME_IN, FULL_NAME])),
        Kind::ServiceDetection => (says(&[SERVICE_ID_IN, SERVICE_ID]), says(&[SERVICE_NAME_IN, SERVICE_NAME]), None),
        Kind::Service => (says(&[ID_IN, ID]), says(&[APP_NAME_IN, APP_NAME, SERVICE_NAME_IN, SERVICE_NAME]), None),
        Kind::Alert => (says(&[INCIDENT_USER_ID]), says(&[INCIDENT_USER]), says(&[INCIDENT_FULL_NAME])),
    };
    let name = name.or_else(|| full.clone());
    let email = name.as_deref().filter(|_| !is_service).and_then(email_of_principal);
    let address = says(&[ADDRESS_IN, ADDRESS, CALLER]).filter(|text| is_address(without_port(text)));
    let there = name.is_some() || uid.is_some();
    if row.wants_list(SEEN_NAME) && (there || address.is_some()) {
        let mut cells: Vec<(usize, Cell)> = Vec::new();
        let place = |paths: &[Leaf]| address.as_ref().and_then(|_| says(paths));
        for (column, text) in [
            (SEEN_UID, uid.as_deref()),
            (SEEN_NAME, name.as_deref()),
            (SEEN_EMAIL, email.as_deref()),
            (SEEN_FULL_NAME, full.as_deref()),
            (SEEN_KEY, says(&[KEY_IN, KEY]).as_deref()),
            (SEEN_IP, address.as_deref().map(without_port)),
            (SEEN_CITY, place(&[CITY_IN, CITY]).as_deref()),
            (SEEN_REGION, place(&[REGION_IN, REGION]).as_deref()),
            (SEEN_COUNTRY, place(&[COUNTRY_IN, COUNTRY]).as_deref()),
            (SEEN_AGENT, says(&[AGENT_IN, AGENT]).as_deref()),
        ] {
            if let Some(text) = text {
                cells.push((column, row.cell(record, text)));
            }
        }
        if there {
            let (id, caption) = if is_service { (4, "Service") } else { (1, "User") };
            cells.push((SEEN_TYPE_ID, Cell::Long(id)));
            cells.push((SEEN_TYPE, row.constant_cell(caption)));
        }
        row.item(&cells);
    }
    if !row.wants_list(RESOURCE_UID) {
        return;
    }
    let role = (says(&[INCIDENT_ROLE_ID]), says(&[INCIDENT_ROLE]), "Role");
    let who = (uid, name, if is_service { "ServicePrincipal" } else { "User" });
    for (uid, name, kind) in [role, who] {
        if uid.is_none() && name.is_none() {
            continue;
        }
        let (role_id, caption) = if kind == "Role" { (4, "Related") } else { (3, "Affected") };
        let mut cells = vec![
            (RESOURCE_TYPE, row.constant_cell(kind)),
            (RESOURCE_ROLE_ID, Cell::Long(role_id)),
            (RESOURCE_ROLE, row.constant_cell(caption)),
        ];
        for (column, text) in [(RESOURCE_UID, uid), (RESOURCE_NAME, name)] {
            if let Some(text) = text {
                cells.push((column, row.cell(record, &text)));
            }
        }
        row.item(&cells);
    }
}
