//! Instructions of A over 2,000 fixed records, counted by valgrind: the same number for the same binary, whatever else the machine does.

use std::io::Write;
use std::path::Path;
use std::process::Command;

use crate::Places;

const RECORDS: usize = 2000;
/// More than this and the check fails.
const MORE_ALLOWED: f64 = 1.03;

pub fn run(places: &Places, mode: Option<&str>) -> Result<(), String> {
    let folder = places.target.join("bench/fixed");
    write_archive(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let empty = places.target.join("bench/empty");
    std::fs::create_dir_all(&empty).and_then(|()| std::fs::write(empty.join("empty.json"), "")).map_err(|error| error.to_string())?;
    // What starting and loading rules takes is no cost of a record.
    let per_record = (count(places, &folder)? - count(places, &empty)?) / RECORDS as u64;
    let kept = places.root.join("benches/instructions.txt");
    let before: Option<u64> = std::fs::read_to_string(&kept).ok().and_then(|text| text.split_whitespace().next()?.parse().ok());
    println!("instructions a record: {per_record} (kept: {})", before.map_or("none".to_owned(), |n| n.to_string()));
    match (mode, before) {
        (Some("--update"), _) => std::fs::write(&kept, format!("{per_record} instructions a record of A over {RECORDS} fixed records\n"))
            .map_err(|error| format!("{}: {error}", kept.display())),
        (Some("--check"), Some(before)) if per_record as f64 > before as f64 * MORE_ALLOWED => Err(format!(
            "{per_record} instructions a record; {before} are kept in benches/instructions.txt. Find out why, or say why and use --update"
        )),
        (Some("--check"), None) => Err("benches/instructions.txt is missing; --update writes it".to_owned()),
        _ => Ok(()),
    }
}

fn count(places: &Places, folder: &Path) -> Result<u64, String> {
    let out = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(&places.isobar)
        .args(["replay"])
        .arg(folder)
        .args(["--workers", "1", "--no-keep", "-q", "--findings", "/dev/null"])
        .output()
        .map_err(|error| format!("cannot run valgrind: {error}"))?;
    let text = String::from_utf8_lossy(&out.stderr);
    let line = text.lines().find_map(|line| line.split_once("Collected :")).map(|(_, number)| number.trim());
    line.and_then(|number| number.parse().ok()).ok_or_else(|| format!("valgrind counted nothing: {text}"))
}

/// Objects of 1 to 110 records, as CloudTrail writes them. Everything follows from the number of the record.
fn write_archive(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let mut n = 0;
    let mut object = 0;
    while n < RECORDS {
        let size = ([3, 5, 5, 8, 20, 110][object % 6]).min(RECORDS - n);
        let records: Vec<String> = (n..n + size).map(record).collect();
        let file = std::fs::File::create(folder.join(format!("{object:04}.json.gz")))?;
        let mut gzip = flate2::GzBuilder::new().mtime(0).write(file, flate2::Compression::default());
        gzip.write_all(format!("{{\"Records\":[{}]}}", records.join(",")).as_bytes())?;
        gzip.finish()?;
        n += size;
        object += 1;
    }
    Ok(())
}

fn record(n: usize) -> String {
    const CALLS: [(&str, &str, bool); 12] = [
        ("ec2.amazonaws.com", "DescribeInstances", true),
        ("s3.amazonaws.com", "GetObject", true),
        ("sts.amazonaws.com", "AssumeRole", false),
        ("kms.amazonaws.com", "Decrypt", true),
        ("s3.amazonaws.com", "ListObjects", true),
        ("ec2.amazonaws.com", "DescribeVolumes", true),
        ("logs.amazonaws.com", "CreateLogStream", false),
        ("iam.amazonaws.com", "GetRole", true),
        ("bedrock.amazonaws.com", "InvokeModel", true),
        ("cloudtrail.amazonaws.com", "StopLogging", false),
        ("iam.amazonaws.com", "AttachRolePolicy", false),
        ("ssm.amazonaws.com", "UpdateInstanceInformation", false),
    ];
    let rare = n.is_multiple_of(97);
    let (source, name, read_only) = CALLS[if rare { 9 } else { [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11][n % 11] }];
    let (minute, second) = (n / 60 % 60, n % 60);
    let escaped = if n.is_multiple_of(10) { r#","policy":"{\"Version\":\"2012-10-17\",\"Statement\":[]}""# } else { "" };
    let error = if n.is_multiple_of(13) {
        r#""errorCode":"AccessDenied","errorMessage":"User is not authorized to perform this operation","#
    } else {
        ""
    };
    format!(
        r#"{{"eventVersion":"1.11","userIdentity":{{"type":"AssumedRole","principalId":"AROAEXAMPLE{role:08}:session-{n}","arn":"arn:aws:sts::111122223333:assumed-role/role-{role}/session-{n}","accountId":"111122223333","accessKeyId":"ASIAEXAMPLE{n:09}","sessionContext":{{"sessionIssuer":{{"type":"Role","principalId":"AROAEXAMPLE{role:08}","arn":"arn:aws:iam::111122223333:role/role-{role}","accountId":"111122223333","userName":"role-{role}"}},"webIdFederationData":{{}},"attributes":{{"creationDate":"2026-03-01T09:00:00Z","mfaAuthenticated":"false"}}}}}},"eventTime":"2026-03-01T10:{minute:02}:{second:02}Z","eventSource":"{source}","eventName":"{name}","awsRegion":"eu-central-1","sourceIPAddress":"203.0.113.{ip}","userAgent":"aws-sdk-go/1.44.0 (go1.21; linux; amd64)",{error}"requestParameters":{{"roleArn":"arn:aws:iam::111122223333:role/role-{role}","bucketName":"bucket-{role}","key":"data/part-{n}.parquet","maxResults":100{escaped}}},"responseElements":null,"additionalEventData":{{"SignatureVersion":"SigV4","CipherSuite":"ECDHE-RSA-AES128-GCM-SHA256","bytesTransferredIn":0,"bytesTransferredOut":{n}}},"requestID":"00000000-0000-4000-8000-{n:012}","eventID":"11111111-1111-4111-8111-{n:012}","readOnly":{read_only},"resources":[{{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::bucket-{role}/data/part-{n}.parquet"}},{{"accountId":"111122223333","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::bucket-{role}"}}],"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"111122223333","eventCategory":"Management","tlsDetails":{{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":"{source}"}}}}"#,
        role = n % 7,
        ip = n % 250 + 1,
    )
}
