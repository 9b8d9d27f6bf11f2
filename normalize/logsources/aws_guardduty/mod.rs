//! Amazon GuardDuty: findings of AWS's own detection. Each record is one state of one finding: when it recurs, GuardDuty writes it again
//! with a later time. What it is about and what was seen: `target.rs`. Does not know the kinds of findings one by one.

use event::ocsf::{Class, column_at};
use event::{Field, LogSourceName, Profile};

use crate::logsource::{LogSource, PLAIN};
use crate::logsources::{alias, constant, derived, first, paths, same};
use crate::record::{Cell, Record, Row};

mod target;

paths! {
    SCHEMA = "schemaVersion",
    ID = "id",
    ARN = "arn",
    TYPE = "type",
    ACCOUNT = "accountId",
    REGION = "region",
    PARTITION = "partition",
    SEVERITY = "severity",
    CONFIDENCE = "confidence",
    CREATED = "createdAt",
    UPDATED = "updatedAt",
    SERVICE = "service.serviceName",
    DETECTOR = "service.detectorId",
    ARCHIVED = "service.archived",
    COUNT = "service.count",
    FIRST_SEEN = "service.eventFirstSeen",
    LAST_SEEN = "service.eventLastSeen",
    ROLE = "service.resourceRole",
    ACTION = "service.action",
    KEY_ID = "resource.accessKeyDetails.accessKeyId",
    KEY_PRINCIPAL = "resource.accessKeyDetails.principalId",
    KEY_USER = "resource.accessKeyDetails.userName",
    KEY_USER_TYPE = "resource.accessKeyDetails.userType",
    POD_USER = "resource.kubernetesDetails.kubernetesUserDetails.username",
    POD_USER_ID = "resource.kubernetesDetails.kubernetesUserDetails.uid",
    DB_USER = "resource.rdsDbUserDetails.user",
    INSTANCE = "resource.instanceDetails.instanceId",
    ZONE = "resource.instanceDetails.availabilityZone",
    BUCKET_ARN = "resource.s3BucketDetails.arn",
    BUCKET = "resource.s3BucketDetails.name",
    OBJECT_ARN = "resource.s3BucketDetails.s3ObjectDetails.objectArn",
    OBJECT = "resource.s3BucketDetails.s3ObjectDetails.key",
    EKS_ARN = "resource.eksClusterDetails.arn",
    EKS = "resource.eksClusterDetails.name",
    ECS_ARN = "resource.ecsClusterDetails.arn",
    ECS = "resource.ecsClusterDetails.name",
    LAMBDA_ARN = "resource.lambdaDetails.functionArn",
    LAMBDA = "resource.lambdaDetails.functionName",
    RDS_ARN = "resource.rdsDbInstanceDetails.dbInstanceArn",
    RDS = "resource.rdsDbInstanceDetails.dbInstanceIdentifier",
    LIMITLESS_ARN = "resource.rdsLimitlessDbDetails.dbShardGroupArn",
    LIMITLESS = "resource.rdsLimitlessDbDetails.dbShardGroupIdentifier",
    CONTAINER = "resource.containerDetails.id",
    CONTAINER_NAME = "resource.containerDetails.name",
    VOLUME_ARN = "resource.ebsVolumeDetails.scannedVolumeDetails.volumeArn",
    VOLUME = "resource.ebsVolumeDetails.scannedVolumeDetails.deviceName",
    API = "service.action.awsApiCallAction.api",
    API_SERVICE = "service.action.awsApiCallAction.serviceName",
    API_ERROR = "service.action.awsApiCallAction.errorCode",
    API_AGENT = "service.action.awsApiCallAction.userAgent",
    API_DOMAIN = "service.action.awsApiCallAction.domainDetails.domain",
    API_IP = "service.action.awsApiCallAction.remoteIpDetails.ipAddressV4",
    API_IP6 = "service.action.awsApiCallAction.remoteIpDetails.ipAddressV6",
    API_CITY = "service.action.awsApiCallAction.remoteIpDetails.city.cityName",
    API_COUNTRY = "service.action.awsApiCallAction.remoteIpDetails.country.countryName",
    API_AS = "service.action.awsApiCallAction.remoteIpDetails.organization.asn",
    API_AS_NAME = "service.action.awsApiCallAction.remoteIpDetails.organization.asnOrg",
    API_ISP = "service.action.awsApiCallAction.remoteIpDetails.organization.isp",
    POD_VERB = "service.action.kubernetesApiCallAction.verb",
    POD_AGENT = "service.action.kubernetesApiCallAction.userAgent",
    POD_IP = "service.action.kubernetesApiCallAction.remoteIpDetails.ipAddressV4",
    POD_IP6 = "service.action.kubernetesApiCallAction.remoteIpDetails.ipAddressV6",
    POD_CITY = "service.action.kubernetesApiCallAction.remoteIpDetails.city.cityName",
    POD_COUNTRY = "service.action.kubernetesApiCallAction.remoteIpDetails.country.countryName",
    POD_AS = "service.action.kubernetesApiCallAction.remoteIpDetails.organization.asn",
    POD_AS_NAME = "service.action.kubernetesApiCallAction.remoteIpDetails.organization.asnOrg",
    POD_ISP = "service.action.kubernetesApiCallAction.remoteIpDetails.organization.isp",
    DB_IP = "service.action.rdsLoginAttemptAction.remoteIpDetails.ipAddressV4",
    DB_IP6 = "service.action.rdsLoginAttemptAction.remoteIpDetails.ipAddressV6",
    DB_CITY = "service.action.rdsLoginAttemptAction.remoteIpDetails.city.cityName",
    DB_COUNTRY = "service.action.rdsLoginAttemptAction.remoteIpDetails.country.countryName",
    DB_AS = "service.action.rdsLoginAttemptAction.remoteIpDetails.organization.asn",
    DB_AS_NAME = "service.action.rdsLoginAttemptAction.remoteIpDetails.organization.asnOrg",
    DB_ISP = "service.action.rdsLoginAttemptAction.remoteIpDetails.organization.isp",
    PROBE_IP = "service.action.portProbeAction.portProbeDetails.remoteIpDetails.ipAddressV4",
    PROBE_IP6 = "service.action.portProbeAction.portProbeDetails.remoteIpDetails.ipAddressV6",
    PROBE_CITY = "service.action.portProbeAction.portProbeDetails.remoteIpDetails.city.cityName",
    PROBE_COUNTRY = "service.action.portProbeAction.portProbeDetails.remoteIpDetails.country.countryName",
    PROBE_AS = "service.action.portProbeAction.portProbeDetails.remoteIpDetails.organization.asn",
    PROBE_AS_NAME = "service.action.portProbeAction.portProbeDetails.remoteIpDetails.organization.asnOrg",
    PROBE_ISP = "service.action.portProbeAction.portProbeDetails.remoteIpDetails.organization.isp",
    NET_DIRECTION = "service.action.networkConnectionAction.connectionDirection",
    NET_LOCAL_IP = "service.action.networkConnectionAction.localIpDetails.ipAddressV4",
    NET_LOCAL_PORT = "service.action.networkConnectionAction.localPortDetails.port",
    NET_PORT = "service.action.networkConnectionAction.remotePortDetails.port",
    NET_IP = "service.action.networkConnectionAction.remoteIpDetails.ipAddressV4",
    NET_IP6 = "service.action.networkConnectionAction.remoteIpDetails.ipAddressV6",
    NET_CITY = "service.action.networkConnectionAction.remoteIpDetails.city.cityName",
    NET_COUNTRY = "service.action.networkConnectionAction.remoteIpDetails.country.countryName",
    NET_AS = "service.action.networkConnectionAction.remoteIpDetails.organization.asn",
    NET_AS_NAME = "service.action.networkConnectionAction.remoteIpDetails.organization.asnOrg",
    NET_ISP = "service.action.networkConnectionAction.remoteIpDetails.organization.isp",
    DNS_DOMAIN = "service.action.dnsRequestAction.domain",
    SEQUENCE_USER = "service.detection.sequence.actors.user.name",
    SEQUENCE_USER_ID = "service.detection.sequence.actors.user.uid",
    SEQUENCE_USER_TYPE = "service.detection.sequence.actors.user.type",
    SEQUENCE_KEY = "service.detection.sequence.actors.user.credentialUid",
    SEQUENCE_IP = "service.detection.sequence.endpoints.ip",
    SEQUENCE_RESOURCE = "service.detection.sequence.resources.uid",
    SEQUENCE_RESOURCE_NAME = "service.detection.sequence.resources.name",
}

pub const SOURCE: LogSource = LogSource {
    name: LogSourceName("aws_guardduty"),
    sigma: &[(None, "aws", "guardduty")],
    marks: &["schemaVersion", "arn"],
    paths: PATHS,
    needed: &[SCHEMA, ID, ARN, TYPE, ACCOUNT, REGION, SERVICE, DETECTOR, ARCHIVED, COUNT],
    operation: "type",
    members: &[
        "schemaVersion",
        "accountId",
        "region",
        "partition",
        "id",
        "arn",
        "type",
        "resource",
        "service",
        "severity",
        "confidence",
        "createdAt",
        "updatedAt",
        "title",
        "description",
        "associatedAttackSequenceArn",
    ],
    fields: FIELDS,
    kept: &["severity", "service.archived", "service.resourceRole", "resource.accessKeyDetails.userType"],
    fits,
    time: &[UPDATED, LAST_SEEN, CREATED],
    derive,
    key,
    ..PLAIN
};

const FIELDS: &[Field] = &[
    same("metadata.original_event_uid", "id"),
    first("metadata.original_time", &["updatedAt", "service.eventLastSeen", "createdAt"]),
    same("metadata.event_code", "type"),
    same("metadata.log_version", "schemaVersion"),
    constant("metadata.product.name", "GuardDuty"),
    constant("metadata.product.vendor_name", "AWS"),
    same("metadata.product.feature.name", "service.featureName"),
    constant("metadata.log_name", "aws_guardduty"),
    constant("cloud.provider", "AWS"),
    same("cloud.region", "region"),
    same("cloud.cloud_partition", "partition"),
    same("cloud.account.uid", "accountId"),
    derived("cloud.account.type_id", &["accountId"], "10"),
    derived("cloud.account.type", &["accountId"], "the caption of type_id"),
    same("message", "title"),
    derived("count", &["service.count"], "how often it was seen"),
    derived("activity_id", &["createdAt", "updatedAt"], "1 of a finding that was not written before, else 2"),
    derived("severity_id", &["severity"], "below 4 is Low 2, below 7 Medium 3, below 9 High 4, else Critical 5; 0 without a severity"),
    derived("severity", &["severity"], "the caption of severity_id"),
    derived("vendor_attributes.severity_id", &["severity"], "as severity_id"),
    derived("vendor_attributes.severity", &["severity"], "the caption of severity_id"),
    derived("status_id", &["service.archived"], "archived 5, else New 1"),
    derived("status", &["service.archived"], "the caption of status_id"),
    derived("is_alert", &["service.archived"], "unless it is archived"),
    derived("confidence_score", &["confidence"], "as a number"),
    first("finding_info.uid", &["arn", "id"]),
    first("finding_info.title", &["title", "type"]),
    same("finding_info.desc", "description"),
    derived("finding_info.created_time", &["createdAt"], "as a time"),
    derived("finding_info.modified_time", &["updatedAt"], "as a time"),
    derived("finding_info.first_seen_time", &["service.eventFirstSeen"], "as a time"),
    derived("finding_info.last_seen_time", &["service.eventLastSeen"], "as a time"),
    derived("finding_info.src_url", &["id", "region", "partition"], "the finding in AWS's console"),
    derived("finding_info.types[]", &["type"], "the finding's type"),
    same("finding_info.analytic.uid", "service.detectorId"),
    same("finding_info.analytic.name", "type"),
    derived("finding_info.analytic.category", &["type"], "the threat's purpose: what stands before the colon of the type"),
    derived("finding_info.analytic.type_id", &["type"], "AnomalousBehavior is Learning 4, else 0: AWS does not say"),
    derived("finding_info.analytic.type", &["type"], "the caption of type_id"),
    derived("resources[].uid", target::OF_RESOURCES, "the ARN, or the id where there is none"),
    derived("resources[].name", target::OF_RESOURCES, "its name"),
    derived("resources[].type", &[], "AWS's type of it"),
    derived("resources[].region", &["region"], "as of the finding"),
    derived("resources[].zone", &["resource.instanceDetails.availabilityZone"], "of an instance"),
    derived("resources[].role_id", &["service.resourceRole"], "TARGET 1, ACTOR 2, else Affected 3"),
    derived("resources[].role", &["service.resourceRole"], "the caption of role_id"),
    derived("resources[].owner.account.uid", &["accountId"], "the account"),
    derived(
        "evidences[].actor.user.name",
        &[
            "resource.accessKeyDetails.principalId",
            "resource.accessKeyDetails.userName",
            "resource.kubernetesDetails.kubernetesUserDetails.username",
            "resource.rdsDbUserDetails.user",
            "service.detection.sequence.actors.user.name",
        ],
        "the session's name if it is an e-mail address, else whose key it is; the user of Kubernetes or of the database",
    ),
    derived(
        "evidences[].actor.user.email_addr",
        &["resource.accessKeyDetails.principalId"],
        "the session's name, if it is an e-mail address",
    ),
    derived(
        "evidences[].actor.user.uid",
        &[
            "resource.kubernetesDetails.kubernetesUserDetails.uid",
            "service.detection.sequence.actors.user.uid",
            "resource.accessKeyDetails.principalId",
        ],
        "his id; AWS's id of who has the key, where he has no name",
    ),
    derived("evidences[].actor.user.uid_alt", &["resource.accessKeyDetails.principalId"], "AWS's id of who has the key"),
    derived(
        "evidences[].actor.user.type_id",
        &["resource.accessKeyDetails.userType", "service.detection.sequence.actors.user.type"],
        "Root 2, IAMUser 1, AWSService 3, others 99",
    ),
    derived(
        "evidences[].actor.user.type",
        &["resource.accessKeyDetails.userType", "service.detection.sequence.actors.user.type"],
        "the caption of type_id; of 99 AWS's word",
    ),
    derived(
        "evidences[].actor.session.credential_uid",
        &["resource.accessKeyDetails.accessKeyId", "service.detection.sequence.actors.user.credentialUid"],
        "the access key",
    ),
    derived(
        "evidences[].api.operation",
        &["service.action.awsApiCallAction.api", "service.action.kubernetesApiCallAction.verb"],
        "what was called",
    ),
    derived("evidences[].api.service.name", &["service.action.awsApiCallAction.serviceName"], "of which service"),
    derived("evidences[].api.response.error", &["service.action.awsApiCallAction.errorCode"], "with which error"),
    derived("evidences[].src_endpoint.ip", target::OF_ADDRESSES, "where it came from"),
    derived("evidences[].src_endpoint.domain", &["service.action.awsApiCallAction.domainDetails.domain"], "the service that called"),
    derived("evidences[].src_endpoint.isp", target::OF_ISPS, "of a remote address that is the source"),
    derived("evidences[].src_endpoint.autonomous_system.number", target::OF_SYSTEMS, "of a remote address that is the source"),
    derived("evidences[].src_endpoint.autonomous_system.name", target::OF_SYSTEM_NAMES, "of a remote address that is the source"),
    derived("evidences[].src_endpoint.location.city", target::OF_CITIES, "of a remote address that is the source"),
    derived("evidences[].src_endpoint.location.country", target::OF_COUNTRIES, "of a remote address that is the source"),
    derived("evidences[].dst_endpoint.ip", target::OF_ADDRESSES, "where a connection led"),
    derived(
        "evidences[].dst_endpoint.port",
        &[
            "service.action.networkConnectionAction.remotePortDetails.port",
            "service.action.networkConnectionAction.localPortDetails.port",
            "service.action.networkConnectionAction.connectionDirection",
        ],
        "to which port",
    ),
    derived("evidences[].dst_endpoint.domain", &["service.action.dnsRequestAction.domain"], "the name that was asked for"),
    derived(
        "evidences[].http_request.user_agent",
        &["service.action.awsApiCallAction.userAgent", "service.action.kubernetesApiCallAction.userAgent"],
        "of the caller",
    ),
    derived("evidences[].data", &["service.action"], "the object as it is"),
    // Names of EventBridge, of the table in Sentinel, of Elastic.
    alias(&["detail.type", "ActivityType", "aws.guardduty.type", "aws.guardduty.finding.type"], &["type"]),
    alias(&["detail.severity", "aws.guardduty.severity.code"], &["severity"]),
    alias(&["detail.title", "aws.guardduty.title"], &["title"]),
    alias(&["detail.description", "aws.guardduty.description"], &["description"]),
    alias(&["detail.accountId", "aws.guardduty.account_id"], &["accountId"]),
    alias(&["detail.region", "aws.guardduty.region"], &["region"]),
    alias(&["detail.service.archived", "aws.guardduty.service.archived"], &["service.archived"]),
    alias(&["detail.service.action.actionType", "aws.guardduty.service.action.type"], &["service.action.actionType"]),
    alias(&["detail.resource.resourceType", "aws.guardduty.resource.type"], &["resource.resourceType"]),
];

const ACCOUNT_TYPE_ID: usize = column_at("cloud.account.type_id");
const ACCOUNT_TYPE: usize = column_at("cloud.account.type");
const COUNTED: usize = column_at("count");
const ACTIVITY_ID: usize = column_at("activity_id");
const SEVERITY_ID: usize = column_at("severity_id");
const SEVERITY_CAPTION: usize = column_at("severity");
const THEIR_SEVERITY_ID: usize = column_at("vendor_attributes.severity_id");
const THEIR_SEVERITY: usize = column_at("vendor_attributes.severity");
const STATUS_ID: usize = column_at("status_id");
const STATUS: usize = column_at("status");
const IS_ALERT: usize = column_at("is_alert");
const SCORE: usize = column_at("confidence_score");
const URL: usize = column_at("finding_info.src_url");
const TYPES: usize = column_at("finding_info.types[]");
const CATEGORY: usize = column_at("finding_info.analytic.category");
const ANALYTIC_ID: usize = column_at("finding_info.analytic.type_id");
const ANALYTIC: usize = column_at("finding_info.analytic.type");

/// Findings of Security Hub have an ARN and a schema version, too, but another ARN.
fn fits(record: &Record) -> bool {
    let is_guardduty = record.text(SERVICE).is_some_and(|name| name.eq_ignore_ascii_case("guardduty"))
        || record.text(ARN).is_some_and(|arn| arn.contains(":guardduty:") && arn.contains("/finding/"));
    is_guardduty && record.text(TYPE).is_some() && (record.text(ID).is_some() || record.text(ARN).is_some())
}

/// A finding that recurs is written again under the same id: that is another event.
fn key(record: &Record, out: &mut Vec<u8>) -> bool {
    let id = record.first(&[ID, ARN]);
    out.extend_from_slice(SOURCE.name.0.as_bytes());
    for path in [ACCOUNT, REGION, TYPE, COUNT, ARCHIVED] {
        out.push(0);
        out.extend_from_slice(record.scalar(path).unwrap_or_default().to_ascii_lowercase().as_bytes());
    }
    out.push(0);
    out.extend_from_slice(id.as_deref().unwrap_or_default().as_bytes());
    out.push(0);
    if let Some(time) = SOURCE.time.iter().find_map(|path| record.time(*path)) {
        out.extend_from_slice(&time.to_le_bytes());
    }
    id.is_some()
}

fn derive(record: &Record, row: &mut Row) -> Class {
    row.profile(Profile::Cloud);
    if record.scalar(ACCOUNT).is_some() {
        row.number(ACCOUNT_TYPE_ID, 10);
        row.constant(ACCOUNT_TYPE, "AWS Account");
    }
    let small = |path| record.number(path).filter(|number| i32::try_from(*number).is_ok());
    if let Some(count) = small(COUNT) {
        row.number(COUNTED, count);
    }
    if let Some(score) = record.float(CONFIDENCE).filter(|score| score.abs() < 1e6) {
        row.number(SCORE, score.round() as i64);
    }
    severity(record, row);
    let archived = record.truth(ARCHIVED) == Some(true);
    let (status, caption) = if archived { (5, "Archived") } else { (1, "New") };
    row.number(STATUS_ID, status);
    row.constant(STATUS, caption);
    row.truth(IS_ALERT, !archived);
    times(record, row);
    kind(record, row);
    if row.wants(URL) {
        link(record, row);
    }
    target::fill(record, row);
    Class::DetectionFinding
}

fn severity(record: &Record, row: &mut Row) {
    let (id, caption) = match record.float(SEVERITY) {
        None => (0, "Unknown"),
        Some(..4.0) => (2, "Low"),
        Some(..7.0) => (3, "Medium"),
        Some(..9.0) => (4, "High"),
        Some(_) => (5, "Critical"),
    };
    for (number, text) in [(SEVERITY_ID, SEVERITY_CAPTION), (THEIR_SEVERITY_ID, THEIR_SEVERITY)] {
        row.number(number, id);
        row.constant(text, caption);
    }
}

fn times(record: &Record, row: &mut Row) {
    let (created, updated) = (record.time(CREATED), record.time(UPDATED));
    row.number(ACTIVITY_ID, if created.is_some() && created == updated { 1 } else { 2 });
    for (column, time) in [
        (column_at("finding_info.created_time"), created),
        (column_at("finding_info.modified_time"), updated),
        (column_at("finding_info.first_seen_time"), record.time(FIRST_SEEN)),
        (column_at("finding_info.last_seen_time"), record.time(LAST_SEEN)),
    ] {
        if let Some(time) = time {
            row.number(column, time);
        }
    }
}

/// `ThreatPurpose:ResourceType/Name`.
fn kind(record: &Record, row: &mut Row) {
    let Some(kind) = record.text(TYPE) else {
        return;
    };
    if row.wants_list(TYPES) {
        let cell = row.cell(record, &kind);
        row.item(&[(TYPES, cell)]);
    }
    if let Some((purpose, _)) = kind.split_once(':') {
        row.text(CATEGORY, record, purpose);
    }
    let (id, caption) = if kind.contains("/AnomalousBehavior") { (4, "Learning (ML/DL)") } else { (0, "Unknown") };
    row.number(ANALYTIC_ID, id);
    row.constant(ANALYTIC, caption);
}

fn link(record: &Record, row: &mut Row) {
    let (Some(id), Some(region)) = (record.text(ID), record.text(REGION)) else {
        return;
    };
    let host = match record.text(PARTITION).as_deref() {
        Some("aws-cn") => "console.amazonaws.cn",
        Some("aws-us-gov") => "console.amazonaws-us-gov.com",
        _ => "console.aws.amazon.com",
    };
    row.text(URL, record, &format!("https://{host}/guardduty/home?region={region}#/findings?macros=current&fId={id}"));
}
