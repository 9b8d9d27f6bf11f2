//! What a finding is about, and what was seen: resources, and who did what from where. An action is of one kind; each kind tells its
//! remote address in the same words under another name.

use std::borrow::Cow;

use event::JsonKind;

use super::*;
use crate::logsources::shared::{is_address, is_email};
use crate::trie::Leaf;
use crate::walk::Hit;

const RESOURCE_UID: usize = column_at("resources[].uid");
const RESOURCE_NAME: usize = column_at("resources[].name");
const RESOURCE_KIND: usize = column_at("resources[].type");
const RESOURCE_REGION: usize = column_at("resources[].region");
const RESOURCE_ZONE: usize = column_at("resources[].zone");
const RESOURCE_ROLE_ID: usize = column_at("resources[].role_id");
const RESOURCE_ROLE: usize = column_at("resources[].role");
const RESOURCE_OWNER: usize = column_at("resources[].owner.account.uid");
const USER_NAME: usize = column_at("evidences[].actor.user.name");
const USER_EMAIL: usize = column_at("evidences[].actor.user.email_addr");
const USER_UID: usize = column_at("evidences[].actor.user.uid");
const USER_UID_ALT: usize = column_at("evidences[].actor.user.uid_alt");
const USER_TYPE_ID: usize = column_at("evidences[].actor.user.type_id");
const USER_TYPE: usize = column_at("evidences[].actor.user.type");
const CREDENTIAL: usize = column_at("evidences[].actor.session.credential_uid");
const OPERATION: usize = column_at("evidences[].api.operation");
const SERVICE_NAME: usize = column_at("evidences[].api.service.name");
const ERROR: usize = column_at("evidences[].api.response.error");
const SOURCE_IP: usize = column_at("evidences[].src_endpoint.ip");
const SOURCE_DOMAIN: usize = column_at("evidences[].src_endpoint.domain");
const SOURCE_ISP: usize = column_at("evidences[].src_endpoint.isp");
const SOURCE_AS: usize = column_at("evidences[].src_endpoint.autonomous_system.number");
const SOURCE_AS_NAME: usize = column_at("evidences[].src_endpoint.autonomous_system.name");
const SOURCE_CITY: usize = column_at("evidences[].src_endpoint.location.city");
const SOURCE_COUNTRY: usize = column_at("evidences[].src_endpoint.location.country");
const TARGET_IP: usize = column_at("evidences[].dst_endpoint.ip");
const TARGET_PORT: usize = column_at("evidences[].dst_endpoint.port");
const TARGET_DOMAIN: usize = column_at("evidences[].dst_endpoint.domain");
const AGENT: usize = column_at("evidences[].http_request.user_agent");
const DATA: usize = column_at("evidences[].data");

/// Id, name, and AWS's type of what they name.
const RESOURCES: &[(Leaf, Leaf, &str)] = &[
    (KEY_ID, KEY_USER, "AWS::IAM::AccessKey"),
    (INSTANCE, INSTANCE, "AWS::EC2::Instance"),
    (BUCKET_ARN, BUCKET, "AWS::S3::Bucket"),
    (OBJECT_ARN, OBJECT, "AWS::S3::Object"),
    (EKS_ARN, EKS, "AWS::EKS::Cluster"),
    (ECS_ARN, ECS, "AWS::ECS::Cluster"),
    (LAMBDA_ARN, LAMBDA, "AWS::Lambda::Function"),
    (RDS_ARN, RDS, "AWS::RDS::DBInstance"),
    (LIMITLESS_ARN, LIMITLESS, "AWS::RDS::DBShardGroup"),
    (CONTAINER, CONTAINER_NAME, "Container"),
    (VOLUME_ARN, VOLUME, "AWS::EC2::Volume"),
    (SEQUENCE_RESOURCE, SEQUENCE_RESOURCE_NAME, ""),
];

/// For each kind of action, its remote address and what is known of it: IPv4, IPv6, city, country, number and name of the network, provider.
const REMOTES: [[Leaf; 7]; 5] = [
    [API_IP, API_IP6, API_CITY, API_COUNTRY, API_AS, API_AS_NAME, API_ISP],
    [POD_IP, POD_IP6, POD_CITY, POD_COUNTRY, POD_AS, POD_AS_NAME, POD_ISP],
    [DB_IP, DB_IP6, DB_CITY, DB_COUNTRY, DB_AS, DB_AS_NAME, DB_ISP],
    [PROBE_IP, PROBE_IP6, PROBE_CITY, PROBE_COUNTRY, PROBE_AS, PROBE_AS_NAME, PROBE_ISP],
    [NET_IP, NET_IP6, NET_CITY, NET_COUNTRY, NET_AS, NET_AS_NAME, NET_ISP],
];

pub const OF_RESOURCES: &[&str] = &[
    "resource.accessKeyDetails.accessKeyId",
    "resource.accessKeyDetails.userName",
    "resource.instanceDetails.instanceId",
    "resource.s3BucketDetails.arn",
    "resource.s3BucketDetails.name",
    "resource.s3BucketDetails.s3ObjectDetails.objectArn",
    "resource.s3BucketDetails.s3ObjectDetails.key",
    "resource.eksClusterDetails.arn",
    "resource.eksClusterDetails.name",
    "resource.ecsClusterDetails.arn",
    "resource.ecsClusterDetails.name",
    "resource.lambdaDetails.functionArn",
    "resource.lambdaDetails.functionName",
    "resource.rdsDbInstanceDetails.dbInstanceArn",
    "resource.rdsDbInstanceDetails.dbInstanceIdentifier",
    "resource.rdsLimitlessDbDetails.dbShardGroupArn",
    "resource.rdsLimitlessDbDetails.dbShardGroupIdentifier",
    "resource.containerDetails.id",
    "resource.containerDetails.name",
    "resource.ebsVolumeDetails.scannedVolumeDetails.volumeArn",
    "resource.ebsVolumeDetails.scannedVolumeDetails.deviceName",
    "service.detection.sequence.resources.uid",
    "service.detection.sequence.resources.name",
];

/// Paths of the remote addresses of all kinds of actions: `$end` behind each.
macro_rules! of_remotes {
    ($($end:literal),+ $(; $more:literal)*) => {
        &[
            $(
                concat!("service.action.awsApiCallAction.remoteIpDetails.", $end),
                concat!("service.action.kubernetesApiCallAction.remoteIpDetails.", $end),
                concat!("service.action.rdsLoginAttemptAction.remoteIpDetails.", $end),
                concat!("service.action.portProbeAction.portProbeDetails.remoteIpDetails.", $end),
                concat!("service.action.networkConnectionAction.remoteIpDetails.", $end),
            )+
            $($more,)*
        ]
    };
}

pub const OF_ADDRESSES: &[&str] = of_remotes!("ipAddressV4", "ipAddressV6";
    "service.action.networkConnectionAction.localIpDetails.ipAddressV4";
    "service.action.networkConnectionAction.connectionDirection";
    "service.detection.sequence.endpoints.ip");
pub const OF_CITIES: &[&str] = of_remotes!("city.cityName");
pub const OF_COUNTRIES: &[&str] = of_remotes!("country.countryName");
pub const OF_SYSTEMS: &[&str] = of_remotes!("organization.asn");
pub const OF_SYSTEM_NAMES: &[&str] = of_remotes!("organization.asnOrg");
pub const OF_ISPS: &[&str] = of_remotes!("organization.isp");

pub fn fill(record: &Record, row: &mut Row) {
    if row.wants_list(RESOURCE_UID) {
        RESOURCES.iter().for_each(|(uid, name, kind)| resources(*uid, *name, kind, record, row));
    }
    if row.wants_list(SOURCE_IP) {
        evidences(record, row);
    }
}

/// The texts of a path.
fn texts(record: &Record, path: Leaf) -> Vec<Hit> {
    record.all(path).filter(|hit| hit.kind == JsonKind::Text && hit.start < hit.end).collect()
}

fn resources(uid: Leaf, name: Leaf, kind: &'static str, record: &Record, row: &mut Row) {
    let (uids, names) = (texts(record, uid), if name == uid { Vec::new() } else { texts(record, name) });
    let leading = if uids.is_empty() { &names } else { &uids };
    for hit in leading {
        let mut cells = Vec::new();
        for (column, hits) in [(RESOURCE_UID, &uids), (RESOURCE_NAME, &names)] {
            if let Some(hit) = hits.iter().find(|other| other.element == hit.element) {
                cells.push((column, row.cell(record, &record.text_of(*hit))));
            }
        }
        if !kind.is_empty() {
            cells.push((RESOURCE_KIND, row.constant_cell(kind)));
        }
        for (column, path) in [(RESOURCE_REGION, REGION), (RESOURCE_OWNER, ACCOUNT)] {
            if let Some(text) = record.scalar(path) {
                cells.push((column, row.cell(record, &text)));
            }
        }
        if uid == INSTANCE
            && let Some(zone) = record.text(ZONE)
        {
            cells.push((RESOURCE_ZONE, row.cell(record, &zone)));
        }
        let (role, caption) = match record.text(ROLE).as_deref() {
            Some("TARGET") => (1, "Target"),
            Some("ACTOR") => (2, "Actor"),
            _ => (3, "Affected"),
        };
        cells.extend([(RESOURCE_ROLE_ID, Cell::Long(role)), (RESOURCE_ROLE, row.constant_cell(caption))]);
        row.item(&cells);
    }
}

type Cells = Vec<(usize, Cell)>;

fn put(cells: &mut Cells, column: usize, text: Option<Cow<str>>, record: &Record, row: &mut Row) {
    if let Some(text) = text {
        cells.push((column, row.cell(record, &text)));
    }
}

/// One item for what was done; one more for each further address of a probe or a sequence.
fn evidences(record: &Record, row: &mut Row) {
    let mut cells = Cells::new();
    actor(&mut cells, record, row);
    let operation = record.first(&[API, POD_VERB]);
    if operation.is_some() {
        put(&mut cells, OPERATION, operation, record, row);
        put(&mut cells, SERVICE_NAME, record.text(API_SERVICE), record, row);
        put(&mut cells, ERROR, record.text(API_ERROR), record, row);
    }
    put(&mut cells, AGENT, record.first(&[API_AGENT, POD_AGENT]), record, row);
    put(&mut cells, TARGET_DOMAIN, record.text(DNS_DOMAIN), record, row);
    let data = record.all(ACTION).find(|hit| hit.kind == JsonKind::Object);
    put(&mut cells, DATA, data.map(|hit| record.text_of(hit)), record, row);
    let mut places: Vec<Cells> = REMOTES.iter().flat_map(|remote| remotes(remote, record, row)).collect();
    for hit in texts(record, SEQUENCE_IP) {
        let text = record.text_of(hit);
        if is_address(&text) {
            places.push(vec![(SOURCE_IP, row.cell(record, &text))]);
        }
    }
    if places.is_empty() && record.text(API_DOMAIN).is_some() {
        put(&mut cells, SOURCE_DOMAIN, record.text(API_DOMAIN), record, row);
    }
    let mut places = places.into_iter();
    cells.extend(places.next().into_iter().flatten());
    if !cells.is_empty() {
        row.item(&cells);
    }
    places.for_each(|place| row.item(&place));
}

fn actor(cells: &mut Cells, record: &Record, row: &mut Row) {
    let principal = record.text(KEY_PRINCIPAL);
    // As CloudTrail has it: `AROA...:SESSION`.
    let session = principal.as_deref().and_then(|principal| principal.split_once(':')).map(|(_, session)| session);
    let email = session.filter(|session| is_email(session)).map(Cow::Borrowed);
    let name = email.clone().or_else(|| record.first(&[KEY_USER, POD_USER, DB_USER, SEQUENCE_USER]));
    // OCSF wants a name or an id of a user: where AWS's own id is all that there is, that one.
    let uid = record.first(&[POD_USER_ID, SEQUENCE_USER_ID]).or_else(|| principal.clone().filter(|_| name.is_none()));
    put(cells, CREDENTIAL, record.first(&[KEY_ID, SEQUENCE_KEY]), record, row);
    if name.is_none() && uid.is_none() {
        return;
    }
    put(cells, USER_NAME, name, record, row);
    put(cells, USER_EMAIL, email, record, row);
    put(cells, USER_UID, uid, record, row);
    put(cells, USER_UID_ALT, principal.clone(), record, row);
    if let Some(kind) = record.first(&[KEY_USER_TYPE, SEQUENCE_USER_TYPE]) {
        let (id, caption) = match &*kind {
            "IAMUser" => (1, row.constant_cell("User")),
            "Root" => (2, row.constant_cell("Admin")),
            "AWSService" => (3, row.constant_cell("System")),
            other => (99, row.cell(record, other)),
        };
        cells.extend([(USER_TYPE_ID, Cell::Long(id)), (USER_TYPE, caption)]);
    }
}

/// The ends of what one kind of action did: the remote address is the source, but of a connection that led outwards.
fn remotes(remote: &[Leaf; 7], record: &Record, row: &mut Row) -> Vec<Cells> {
    let [ip, ip6, city, country, system, system_name, isp] = *remote;
    let is_connection = ip == NET_IP;
    let outbound = is_connection && record.text(NET_DIRECTION).as_deref() == Some("OUTBOUND");
    let mut found = Vec::new();
    for address in texts(record, ip).into_iter().chain(texts(record, ip6)) {
        let text = record.text_of(address);
        let mut cells = Cells::new();
        if !is_address(&text) {
            continue;
        }
        cells.push((if outbound { TARGET_IP } else { SOURCE_IP }, row.cell(record, &text)));
        if !outbound {
            for (column, path) in [(SOURCE_CITY, city), (SOURCE_COUNTRY, country), (SOURCE_AS_NAME, system_name), (SOURCE_ISP, isp)] {
                let hit = texts(record, path).into_iter().find(|hit| hit.element == address.element);
                put(&mut cells, column, hit.map(|hit| record.text_of(hit)), record, row);
            }
            let system = texts(record, system).into_iter().find(|hit| hit.element == address.element);
            let number = system.and_then(|hit| record.text_of(hit).parse::<i32>().ok()).filter(|number| *number > 0);
            cells.extend(number.map(|number| (SOURCE_AS, Cell::Long(number.into()))));
        }
        if is_connection {
            if let Some(local) = record.text(NET_LOCAL_IP).filter(|text| is_address(text)) {
                cells.push((if outbound { SOURCE_IP } else { TARGET_IP }, row.cell(record, &local)));
            }
            let port = record.number(if outbound { NET_PORT } else { NET_LOCAL_PORT }).filter(|port| (0..=65535).contains(port));
            cells.extend(port.map(|port| (TARGET_PORT, Cell::Long(port))));
        }
        found.push(cells);
    }
    found
}
