//! What an event was done to: who is signed in, which user or group is changed, which resources a call names.

use event::JsonKind;
use event::ocsf::{Class, column_at};

use super::*;
use crate::trie::Leaf;
use crate::walk::Hit;

const USER_NAME: usize = column_at("user.name");
const USER_UID: usize = column_at("user.uid");
const USER_UID_ALT: usize = column_at("user.uid_alt");
const USER_EMAIL: usize = column_at("user.email_addr");
const USER_TYPE_ID: usize = column_at("user.type_id");
const USER_TYPE: usize = column_at("user.type");
const USER_ACCOUNT: usize = column_at("user.account.uid");
const USER_ACCOUNT_TYPE_ID: usize = column_at("user.account.type_id");
const USER_ACCOUNT_TYPE: usize = column_at("user.account.type");
const POLICY_UID_COLUMN: usize = column_at("policies[].uid");
const POLICY_NAME_COLUMN: usize = column_at("policies[].name");
const GROUP_NAME: usize = column_at("group.name");
const GROUP_UID: usize = column_at("group.uid");
const PROTOCOL_ID: usize = column_at("auth_protocol_id");
const PROTOCOL: usize = column_at("auth_protocol");
const SWITCH_ID: usize = column_at("account_switch_type_id");
const SWITCH: usize = column_at("account_switch_type");
const IS_MFA: usize = column_at("is_mfa");
const NEW_SESSION: usize = column_at("session.uid");
const NEW_SESSION_ALT: usize = column_at("session.uid_alt");
const NEW_CREDENTIAL: usize = column_at("session.credential_uid");
const NEW_ISSUER: usize = column_at("session.issuer");
const SERVICE_NAME: usize = column_at("service.name");
const LED_TO: usize = column_at("dst_endpoint.svc_name");
const RESOURCE_UID: usize = column_at("resources[].uid");
const RESOURCE_NAME: usize = column_at("resources[].name");
const RESOURCE_KIND: usize = column_at("resources[].type");
const RESOURCE_ROLE_ID: usize = column_at("resources[].role_id");
const RESOURCE_ROLE: usize = column_at("resources[].role");
const RESOURCE_OWNER: usize = column_at("resources[].owner.account.uid");

/// Parameters of a request that name its target, with AWS's type of what they name.
const TARGETS: &[(Leaf, &str)] = &[
    (TARGET_USER, "AWS::IAM::User"),
    (TARGET_ROLE, "AWS::IAM::Role"),
    (TARGET_GROUP, "AWS::IAM::Group"),
    (TARGET_ACCESS_KEY, "AWS::IAM::AccessKey"),
    (TARGET_FUNCTION, "AWS::Lambda::Function"),
    (TARGET_KEY, "AWS::KMS::Key"),
    (TARGET_INSTANCE, "AWS::EC2::Instance"),
    (TARGET_MODEL, "AWS::Bedrock::Model"),
    (TARGET_GUARDRAIL, "AWS::Bedrock::Guardrail"),
    (TARGET_SECRET, "AWS::SecretsManager::Secret"),
];

pub fn fill(class: Class, name: &str, record: &Record, row: &mut Row) {
    match class {
        Class::Authentication => authentication(name, record, row),
        Class::AccountChange => account_change(record, row),
        Class::GroupManagement => group(record, row),
        _ => resources(record, row),
    }
}

fn put(row: &mut Row, column: usize, record: &Record, paths: &[Leaf]) {
    if row.wants(column)
        && !row.is_set(column)
        && let Some(text) = paths.iter().find_map(|path| record.scalar(*path))
    {
        row.text(column, record, &text);
    }
}

fn authentication(name: &str, record: &Record, row: &mut Row) {
    if !row.wants(USER_NAME) && !row.wants(USER_UID) {
        return;
    }
    let obtains = name.starts_with("Assume") || name.starts_with("Get");
    if obtains {
        put(row, USER_NAME, record, &[SESSION_NAME]);
        put(row, USER_UID, record, &[ASSUMED_ARN, FEDERATED_ARN, ROLE_ARN, TARGET_PRINCIPAL]);
        put(row, USER_UID_ALT, record, &[ASSUMED_ID, FEDERATED_ID]);
        if let Some(session) = record.text(SESSION_NAME).filter(|session| is_email(session)) {
            row.text(USER_EMAIL, record, &session);
        }
        let arn = [ASSUMED_ARN, FEDERATED_ARN, ROLE_ARN].into_iter().find_map(|path| record.text(path));
        if let Some(account) = arn.as_deref().and_then(|arn| arn.split(':').nth(4)).filter(|account| !account.is_empty()) {
            row.text(USER_ACCOUNT, record, account);
        }
    } else {
        put(row, USER_NAME, record, &[ADDITIONAL_USER]);
    }
    if !row.is_set(USER_NAME) && !row.is_set(USER_UID) {
        // Who signs in is who calls.
        row.copy(ACTOR_NAME, USER_NAME);
        row.copy(ACTOR_EMAIL, USER_EMAIL);
        row.copy(ACTOR_UID, USER_UID);
        row.copy(ACTOR_UID_ALT, USER_UID_ALT);
        row.copy(ACTOR_TYPE_ID, USER_TYPE_ID);
        row.copy(ACTOR_TYPE, USER_TYPE);
        row.copy(ACTOR_ACCOUNT, USER_ACCOUNT);
    }
    account_type(row, USER_ACCOUNT, USER_ACCOUNT_TYPE_ID, USER_ACCOUNT_TYPE);
    let (protocol, caption) = match name {
        "AssumeRoleWithSAML" => (5, "SAML"),
        "AssumeRoleWithWebIdentity" => (4, "OpenID"),
        _ if obtains => (99, "AWS STS"),
        _ => (99, "AWS sign-in"),
    };
    row.number(PROTOCOL_ID, protocol);
    row.constant(PROTOCOL, caption);
    if matches!(name, "AssumeRole" | "AssumeRoot" | "GetFederationToken") {
        row.number(SWITCH_ID, 2);
        row.constant(SWITCH, "Impersonate");
    }
    if let Some(mfa) = record.truth(MFA_USED).or_else(|| record.truth(SESSION_MFA)) {
        row.truth(IS_MFA, mfa);
    }
    put(row, NEW_SESSION, record, &[ASSUMED_ARN, FEDERATED_ARN]);
    put(row, NEW_SESSION_ALT, record, &[ASSUMED_ID]);
    put(row, NEW_CREDENTIAL, record, &[ISSUED_KEY]);
    if row.is_set(NEW_SESSION) || row.is_set(NEW_CREDENTIAL) {
        put(row, NEW_ISSUER, record, &[ROLE_ARN]);
    }
    put(row, SERVICE_NAME, record, &[EVENT_SOURCE]);
    put(row, LED_TO, record, &[LOGIN_TO]);
    if !row.is_set(SERVICE_NAME) {
        row.constant(SERVICE_NAME, "AWS");
    }
}

fn account_change(record: &Record, row: &mut Row) {
    if !row.wants(USER_NAME) && !row.wants(USER_UID) {
        return;
    }
    put(row, USER_NAME, record, &[TARGET_USER, TARGET_ROLE]);
    put(row, USER_UID, record, &[CREATED_USER_ARN, CREATED_ROLE_ARN]);
    put(row, USER_UID_ALT, record, &[CREATED_USER_ID, CREATED_ROLE_ID]);
    if row.is_set(USER_NAME) {
        row.copy(CLOUD_ACCOUNT, USER_ACCOUNT);
    } else {
        // Somebody changes his own password.
        row.copy(ACTOR_NAME, USER_NAME);
        row.copy(ACTOR_UID, USER_UID);
        row.copy(ACTOR_UID_ALT, USER_UID_ALT);
        row.copy(ACTOR_ACCOUNT, USER_ACCOUNT);
    }
    account_type(row, USER_ACCOUNT, USER_ACCOUNT_TYPE_ID, USER_ACCOUNT_TYPE);
    if row.wants_list(POLICY_UID_COLUMN) {
        let arn = record.text(POLICY_ARN);
        let name = record.text(POLICY_NAME);
        let name = name.as_deref().or_else(|| arn.as_deref().and_then(|arn| arn.rsplit('/').next()));
        let mut cells = Vec::new();
        if let Some(arn) = arn.as_deref() {
            cells.push((POLICY_UID_COLUMN, row.cell(record, arn)));
        }
        if let Some(name) = name.filter(|name| !name.is_empty()) {
            cells.push((POLICY_NAME_COLUMN, row.cell(record, name)));
        }
        if !cells.is_empty() {
            row.item(&cells);
        }
    }
}

fn group(record: &Record, row: &mut Row) {
    put(row, GROUP_NAME, record, &[TARGET_GROUP]);
    put(row, GROUP_UID, record, &[CREATED_GROUP_ARN]);
    put(row, USER_NAME, record, &[TARGET_USER]);
    if row.is_set(USER_NAME) {
        row.copy(CLOUD_ACCOUNT, USER_ACCOUNT);
        account_type(row, USER_ACCOUNT, USER_ACCOUNT_TYPE_ID, USER_ACCOUNT_TYPE);
    }
}

/// The resources that AWS lists, then the target among the request's parameters.
fn resources(record: &Record, row: &mut Row) {
    if !row.wants_list(RESOURCE_UID) {
        return;
    }
    let arns: Vec<Hit> = record.all(RESOURCE_ARN).filter(|hit| hit.kind == JsonKind::Text && hit.start < hit.end).collect();
    let kinds: Vec<Hit> = record.all(RESOURCE_TYPE).filter(|hit| hit.kind == JsonKind::Text && hit.start < hit.end).collect();
    let accounts: Vec<Hit> = record.all(RESOURCE_ACCOUNT).filter(|hit| hit.kind == JsonKind::Text && hit.start < hit.end).collect();
    for arn in &arns {
        let mut cells = vec![(RESOURCE_UID, row.cell(record, &record.text_of(*arn)))];
        for (column, hits) in [(RESOURCE_KIND, &kinds), (RESOURCE_OWNER, &accounts)] {
            if let Some(hit) = hits.iter().find(|hit| hit.element == arn.element) {
                cells.push((column, row.cell(record, &record.text_of(*hit))));
            }
        }
        resource(row, &cells);
    }
    let bucket = record.text(TARGET_BUCKET);
    if let Some(bucket) = &bucket {
        let listed = arns.iter().any(|arn| record.text_of(*arn).ends_with(&**bucket));
        if !listed {
            target(record, row, bucket, "AWS::S3::Bucket");
        }
        if let Some(object) = record.text(TARGET_OBJECT)
            && !arns.iter().any(|arn| record.text_of(*arn).ends_with(&*object))
        {
            target(record, row, &object, "AWS::S3::Object");
        }
    }
    let instances: Vec<Hit> = record.all(TARGET_INSTANCES).filter(|hit| hit.kind == JsonKind::Text && hit.start < hit.end).collect();
    for instance in instances {
        target(record, row, &record.text_of(instance), "AWS::EC2::Instance");
    }
    for (path, kind) in TARGETS {
        if let Some(name) = record.text(*path)
            && !arns.iter().any(|arn| record.text_of(*arn).ends_with(&*name))
        {
            target(record, row, &name, kind);
        }
    }
    if let Some(name) = record.text(TARGET_TRAIL) {
        let service = record.text(EVENT_SOURCE);
        let kind = match service.as_deref() {
            Some("cloudtrail.amazonaws.com") => "AWS::CloudTrail::Trail",
            Some("ssm.amazonaws.com") => "AWS::SSM::Parameter",
            _ => return,
        };
        target(record, row, &name, kind);
    }
}

fn target(record: &Record, row: &mut Row, name: &str, kind: &'static str) {
    let column = if name.starts_with("arn:") { RESOURCE_UID } else { RESOURCE_NAME };
    let cells = [
        (column, row.cell(record, name)),
        (RESOURCE_KIND, row.constant_cell(kind)),
        (RESOURCE_ROLE_ID, Cell::Long(1)),
        (RESOURCE_ROLE, row.constant_cell("Target")),
    ];
    resource(row, &cells);
}
