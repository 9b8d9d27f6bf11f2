//! How good the logs are, as the summary says it: gaps, lateness, rejects by reason, and what could not be seen.

use serde_json::{Value, json};
use tests::program::{run, summary};
use tests::reading::record;

use crate::write;

/// Records a minute apart, from midnight on, but for two hours in the middle.
fn with_a_gap() -> String {
    let minutes = (0..60).chain(180..240);
    minutes.map(|minute| record(minute * 60) + "\n").collect()
}

#[test]
fn gaps_lateness_and_rejects_are_said() {
    let folder = tempfile::tempdir().unwrap();
    let name = "111122223333_CloudTrail_eu-central-1_20260301T0405Z_AbCdEfGh01234567.json";
    write(folder.path(), name, with_a_gap() + &record(1).replace("\"2026-03-01T00:00:01Z\"", "\"never\"") + "\nno json\n");
    let gcp = json!({"logName": "projects/p/logs/cloudaudit.googleapis.com%2Factivity", "insertId": "a", "timestamp": "2026-03-01T10:00:00Z",
        "receiveTimestamp": "2026-03-01T10:00:03Z", "resource": {"type": "project", "labels": {"project_id": "p"}},
        "protoPayload": {"@type": "type.googleapis.com/google.cloud.audit.AuditLog", "serviceName": "x.googleapis.com", "methodName": "SetIamPolicy"}});
    write(folder.path(), "gcp.json", gcp.to_string());
    write(
        folder.path(),
        "flow.json",
        json!([{"srcaddr": "10.0.0.1", "dstaddr": "10.0.0.2"}, {"srcaddr": "10.0.0.3", "dstaddr": "10.0.0.2"}]).to_string(),
    );
    let args = ["replay", name, "gcp.json", "flow.json", "--no-keep", "--summary", "summary.json", "--tz", "UTC"];
    let said = run(folder.path(), args).ends_with(0).out();
    let summary: Value = summary(&folder.path().join("summary.json"));
    let source = &summary["read"]["sources"]["aws_cloudtrail"];
    assert_eq!(source["longest_gap_s"], 121 * 60);
    assert_eq!(source["reject_reasons"], json!({"no_time": 1}));
    // The last record is six minutes old when the object is written, the first four hours.
    let late = source["late_p99_s"].as_i64().unwrap();
    assert!((4 * 3600..6 * 3600).contains(&late), "{late}");
    let late = summary["read"]["sources"]["gcp_audit"]["late_p99_s"].as_i64().unwrap();
    assert!((3..6).contains(&late), "{late}");
    assert_eq!(
        summary["blind"]["silent"],
        json!([{"source": "aws_cloudtrail", "from": "2026-03-01T00:59:00.000Z", "to": "2026-03-01T03:00:00.000Z"}])
    );
    assert_eq!(summary["read"]["not_read"], json!({"a VPC flow log": 2}));
    assert!(said.contains("aws_cloudtrail silent 2026-03-01 00:59"), "{said}");
    assert!(said.contains("2 not read: looks like a VPC flow log"), "{said}");
    assert!(said.contains("longest gap  late p99  rejects"), "{said}");
    assert!(said.contains("adds up"), "{said}");
}

#[test]
fn what_could_not_be_seen_is_said() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "log.json", with_a_gap());
    let rule = |id: u8, product: &str, service: &str| {
        format!(
            "title: r{id}\nid: 00000000-0000-4000-8000-0000000000{id:02}\nlogsource:\n    product: {product}\n    service: {service}\ndetection:\n    s:\n        a: b\n    condition: s\n---\n"
        )
    };
    write(
        folder.path(),
        "rules.yml",
        rule(1, "okta", "okta") + &rule(2, "okta", "okta") + &rule(3, "abacus", "beads") + &rule(4, "aws", "cloudtrail"),
    );
    let said = run(folder.path(), ["replay", "log.json", "--no-keep", "--rules", "rules.yml", "--no-builtin-rules"]).ends_with(0).out();
    assert!(said.contains("BLIND   3 of 4 rules could not fire; isobar rules --blind names them"), "{said}");
    assert!(said.contains("    2: there are no records of okta_system"), "{said}");
    assert!(said.contains("    1: their log source is not read"), "{said}");
}
