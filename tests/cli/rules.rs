//! `isobar rules`: what each reads, which cannot fire, what each costs. And what is withheld until somebody asks.

use serde_json::{Value, json};
use tests::program::run;

use crate::{lines, write};

fn rule(title: &str, id: u8, source: &str, selection: &str) -> String {
    format!(
        "title: {title}\nid: 00000000-0000-4000-8000-0000000000{id:02}\nlogsource:\n{source}detection:\n    selection:\n{selection}    condition: selection\nlevel: low\n---\n"
    )
}

const AWS: &str = "    product: aws\n    service: cloudtrail\n";
const GCP: &str = "    product: gcp\n    service: gcp.audit\n";

fn rules() -> String {
    [
        rule("Regions are described", 1, AWS, "        eventName: DescribeRegions\n"),
        rule("Nobody's log", 2, "    product: abacus\n    service: beads\n", "        a: b\n"),
        rule("No such method", 3, GCP, "        gcp.audit.method_name: compute.vpnTunnels.insrt\n"),
        rule("A field that nothing has", 4, AWS, "        eventName: DescribeRegions\n        requestParameters.colour: red\n"),
        rule("Another cloud", 5, GCP, "        gcp.audit.method_name: v1.compute.instances.insert\n"),
        rule("A field without which it fires, too", 6, AWS, "        eventName: DescribeRegions\n        requestParameters.colour: null\n"),
        rule("Everything but one", 7, AWS, "        eventName|re: '^Des.*'\n        awsRegion|contains: central\n"),
    ]
    .concat()
}

#[test]
fn each_field_is_said_where_it_is_read_from() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "rules.yml", rules());
    let said = run(folder.path(), ["rules", "--rules", "rules.yml", "--no-builtin-rules"]).ends_with(0).out();
    assert!(said.contains("No such method\n        gcp_audit · rules.yml\n        gcp.audit.method_name"), "{said}");
    assert!(said.contains("protoPayload.methodName"), "{said}");
    assert!(said.contains("abacus/beads (not read)"), "{said}");
    assert!(said.ends_with("\n7 rules\n"), "{said}");
    let said = run(folder.path(), ["rules", "--rules", "rules.yml", "--no-builtin-rules", "--json"]).ends_with(0).out();
    let said: Vec<Value> = serde_json::from_str(&said).unwrap();
    assert_eq!(said[0]["reads"], json!([{"field": "eventName", "log_source": "aws_cloudtrail", "from": "eventName"}]));
    assert_eq!(said[0]["indexed"], true);
}

fn blind(args: &[&str]) -> Vec<(String, String)> {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "rules.yml", rules());
    write(folder.path(), "log.json", lines(20));
    let args = ["rules", "--rules", "rules.yml", "--no-builtin-rules", "--blind", "--json"].iter().chain(args);
    let said: Vec<Value> = serde_json::from_str(&run(folder.path(), args).ends_with(0).out()).unwrap();
    let text = |rule: &Value, name: &str| rule[name].as_str().unwrap_or_default().to_owned();
    if let Some(rule) = said.iter().find(|rule| rule["why"] == "value_never_possible") {
        assert_eq!(rule["what"], "compute.vpnTunnels.insrt");
        assert_eq!(rule["nearest"], "v1.compute.vpnTunnels.insert");
    }
    said.iter().map(|rule| (text(rule, "title"), text(rule, "why"))).collect()
}

#[test]
fn rules_that_cannot_fire_are_named_with_the_reason() {
    let of = |title: &str, why: &str| (title.to_owned(), why.to_owned());
    let never = [of("Nobody's log", "log_source_not_read"), of("No such method", "value_never_possible")];
    assert_eq!(blind(&[]), never);
    let here = [
        of("Nobody's log", "log_source_not_read"),
        of("No such method", "log_source_not_in_input"),
        of("A field that nothing has", "field_never_seen"),
        of("Another cloud", "log_source_not_in_input"),
    ];
    assert_eq!(blind(&["log.json"]), here);
}

#[test]
fn what_each_rule_costs_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "rules.yml", rules());
    write(folder.path(), "log.json", lines(200));
    let args = ["rules", "--rules", "rules.yml", "--no-builtin-rules", "--cost", "log.json"];
    let said: Vec<Value> = serde_json::from_str(&run(folder.path(), args.iter().chain(&["--json"])).ends_with(0).out()).unwrap();
    let of = |title: &str| said.iter().find(|rule| rule["title"] == title).unwrap_or_else(|| panic!("{title}"));
    let first = of("Regions are described");
    assert_eq!((&first["events"], &first["candidates"], &first["matches"]), (&json!(200), &json!(180), &json!(180)));
    assert_eq!(of("Another cloud")["events"], 0);
    let dear = said.iter().map(|rule| rule["ns_per_event"].as_f64().unwrap());
    assert!(dear.clone().zip(dear.skip(1)).all(|(a, b)| a >= b), "dearest first: {said:?}");
    let shown = run(folder.path(), args).ends_with(0).out();
    assert!(shown.starts_with("COST    7 rules over 200 records"), "{shown}");
    let wrong = run(folder.path(), ["rules", "--cost"]).ends_with(2);
    assert!(wrong.err().contains("<PATH>"), "{}", wrong.err());
    let wrong = run(folder.path(), ["rules", "log.json"]).ends_with(2);
    assert!(wrong.err().contains("--blind or --cost"), "{}", wrong.err());
}

#[test]
fn prompts_are_written_where_they_are_asked_for_and_nowhere_else() {
    let folder = tempfile::tempdir().unwrap();
    let secret = "the launch code is 0000";
    let call = |time: &str| {
        json!({"schemaType": "ModelInvocationLog", "schemaVersion": "1.0", "timestamp": time, "accountId": "111122223333",
            "region": "eu-central-1", "requestId": "r1", "operation": "InvokeModel", "modelId": "anthropic.claude-3-haiku",
            "identity": {"arn": "arn:aws:sts::111122223333:assumed-role/a/b"},
            "input": {"inputContentType": "application/json", "inputBodyJson": {"prompt": secret}, "inputTokenCount": 3},
            "output": {"outputContentType": "application/json", "outputBodyJson": {"text": secret}, "outputTokenCount": 4}})
    };
    write(folder.path(), "log.ndjson", format!("{}\n{}\n", call("2026-03-01T10:00:00Z"), call("no time")));
    let replay = |more: &[&str]| {
        let args = ["replay", "log.ndjson", "--no-keep", "--events", "events.ndjson", "--rejects", "rejects.ndjson"];
        run(folder.path(), args.iter().chain(more)).ends_with(0);
        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
        (read("events.ndjson"), read("rejects.ndjson"))
    };
    let (events, rejects) = replay(&[]);
    assert!(!events.contains(secret) && !rejects.contains(secret), "{events}{rejects}");
    let event: Value = serde_json::from_str(&events).unwrap();
    assert_eq!(event["raw_data_size"], call("2026-03-01T10:00:00Z").to_string().len());
    assert_eq!(event["raw_data_hash"]["value"].as_str().map(str::len), Some(64));
    assert_eq!(event["unmapped"]["input.inputBodyJson"]["bytes"], json!({"prompt": secret}).to_string().len());
    assert!(rejects.contains("\"raw_data_hash\""), "{rejects}");
    let (events, rejects) = replay(&["--with-prompts"]);
    assert!(events.contains(secret) && rejects.contains(secret), "{events}{rejects}");
}
