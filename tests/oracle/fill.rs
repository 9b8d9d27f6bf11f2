//! What real records fill: of those whose raw form has something, how many events show it; and how much of the raw records no column
//! holds. Both are kept where they are, or get better.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde_json::Value;

/// One line of the table.
struct Row {
    name: &'static str,
    /// Whether the raw record has it.
    raw: fn(&Value) -> bool,
    /// Whether the event shows it.
    event: fn(&Value) -> bool,
    /// Why not all do; empty where all do.
    missing: &'static str,
}

const ROWS: &[Row] = &[
    Row {
        name: "actor id",
        raw: |raw| text(raw, "/userIdentity/arn") || text(raw, "/userIdentity/principalId"),
        event: |event| text(event, "/actor/user/uid") || text(event, "/actor/user/uid_alt"),
        missing: "",
    },
    Row {
        name: "actor name",
        raw: |raw| {
            ["/userIdentity/userName", "/userIdentity/sessionContext/sessionIssuer/userName", "/userIdentity/arn"]
                .iter()
                .any(|path| text(raw, path))
        },
        event: |event| text(event, "/actor/user/name"),
        missing: "of AWS's own services (AWSService) the name stands in actor.app_name",
    },
    Row {
        name: "operation",
        raw: |raw| text(raw, "/eventName") || text(raw, "/insightDetails/eventName"),
        event: |event| text(event, "/api/operation"),
        missing: "",
    },
    Row { name: "outcome", raw: |_| true, event: |event| matches!(event["status_id"].as_i64(), Some(1 | 2)), missing: "" },
    Row {
        name: "target, listed in resources",
        raw: |raw| raw["resources"].as_array().is_some_and(|all| all.iter().any(|one| text(one, "/ARN") || text(one, "/arn"))),
        event: target,
        missing: "",
    },
    Row {
        name: "target, a parameter ...Name, ...Id, ...Arn",
        raw: |raw| {
            let names = |name: &str| ["Name", "Id", "Arn", "name", "id", "arn"].iter().any(|end| name.ends_with(end));
            raw["requestParameters"].as_object().is_some_and(|all| all.iter().any(|(name, value)| names(name) && value.is_string()))
        },
        event: target,
        missing: "parameters that name a known kind of thing become resources (target.rs); all stand in api.request.data",
    },
    Row {
        name: "source address",
        raw: |raw| text(raw, "/sourceIPAddress"),
        event: |event| ["/src_endpoint/ip", "/src_endpoint/domain", "/src_endpoint/name"].iter().any(|path| text(event, path)),
        missing: "",
    },
    Row {
        name: "account",
        raw: |raw| ["/recipientAccountId", "/userIdentity/accountId"].iter().any(|path| text(raw, path)),
        event: |event| text(event, "/cloud/account/uid"),
        missing: "",
    },
    Row { name: "region", raw: |raw| text(raw, "/awsRegion"), event: |event| text(event, "/cloud/region"), missing: "" },
    Row {
        name: "session",
        raw: |raw| {
            text(raw, "/userIdentity/accessKeyId")
                || text(raw, "/userIdentity/credentialId")
                || text(raw, "/userIdentity/sessionContext/attributes/creationDate")
        },
        event: |event| {
            ["/actor/session/credential_uid", "/actor/session/uid", "/actor/session/created_time"]
                .iter()
                .any(|path| event.pointer(path).is_some())
        },
        missing: "",
    },
    Row {
        name: "MFA",
        raw: |raw| text(raw, "/userIdentity/sessionContext/attributes/mfaAuthenticated") || text(raw, "/additionalEventData/MFAUsed"),
        event: |event| ["/actor/session/is_mfa", "/is_mfa"].iter().any(|path| event.pointer(path).is_some_and(Value::is_boolean)),
        missing: "",
    },
];

/// A text, number or boolean that is not empty.
fn text(value: &Value, path: &str) -> bool {
    match value.pointer(path) {
        Some(Value::String(text)) => !text.is_empty(),
        Some(Value::Number(_) | Value::Bool(_)) => true,
        _ => false,
    }
}

/// Whom or what the event says it was done to.
fn target(event: &Value) -> bool {
    ["/resources/0", "/user/name", "/user/uid", "/group/name", "/policies/0"].iter().any(|path| event.pointer(path).is_some())
}

/// Counts over a set of records.
#[derive(Default)]
struct Filled {
    records: u64,
    /// Per row: how many have it, and how many events show it.
    rows: Vec<(u64, u64)>,
    leaves: u64,
    /// In no column, but in `unmapped`.
    unmapped: u64,
    /// In no column and not in `unmapped` either, only in `raw_data`, by path.
    lost: BTreeMap<String, u64>,
    examples: BTreeMap<&'static str, String>,
}

#[test]
fn what_records_have_events_show() {
    let samples = tests::files_under(&tests::root().join("normalize/logsources/aws_cloudtrail/samples/raw"));
    let mut sets: Vec<(&str, Vec<PathBuf>)> = vec![("samples", samples)];
    match tests::shared() {
        Some(shared) => sets.push(("shared", tests::files_under(&shared.join("data/aws_cloudtrail")))),
        None => tests::skipped("what_records_have_events_show", "../shared is not here; only the samples were looked at"),
    }
    let kept_in = tests::root().join("tests/oracle/uncovered.txt");
    let kept = std::fs::read_to_string(&kept_in).unwrap_or_default();
    let mut now = String::new();
    let mut wrong = Vec::new();
    let mut whole = vec![true; ROWS.len()];
    for (set, files) in &sets {
        let filled = filled(files);
        println!("{set}: {} records", filled.records);
        for (at, (row, (have, show))) in ROWS.iter().zip(&filled.rows).enumerate() {
            println!("  {:<45} {show:>6} of {have:>6}  {:>6.2} %  {}", row.name, 100.0 * *show as f64 / (*have).max(1) as f64, row.missing);
            assert!(*have > 0, "no record has {}", row.name);
            whole[at] &= have == show;
            if have != show && row.missing.is_empty() {
                wrong.push(format!("{set}: {} of {have} events lack {}: {}", have - show, row.name, filled.examples[row.name]));
            }
        }
        let lost: u64 = filled.lost.values().sum();
        for (what, count) in [("unmapped", filled.unmapped), ("raw_data alone", lost)] {
            let all = filled.leaves;
            let line = format!("{set}: {what}: {count} of {all}");
            println!("  {line} values, {:.3} %", 100.0 * count as f64 / all as f64);
            let start = format!("{set}: {what}: ");
            let before = kept.lines().find_map(|line| {
                let (count, all) = line.strip_prefix(&start)?.split_once(" of ")?;
                Some((count.parse::<u64>().ok()?, all.parse::<u64>().ok()?))
            });
            if before.is_none_or(|(before, of)| u128::from(count) * u128::from(of) > u128::from(before) * u128::from(all)) {
                wrong.push(format!("{line}: a larger share than in {}: {before:?}", kept_in.display()));
            }
            now += &(line + "\n");
        }
        println!("  in raw_data alone: {:#?}", filled.lost);
    }
    let excused = ROWS.iter().zip(whole).filter(|(row, whole)| *whole && !row.missing.is_empty()).map(|(row, _)| row.name);
    let excused: Vec<&str> = if sets.len() > 1 { excused.collect() } else { Vec::new() };
    assert!(excused.is_empty(), "all of them are shown, and an excuse stands beside them: {excused:?}");
    if std::env::var_os("UPDATE").is_some_and(|value| value == "1") && sets.len() > 1 {
        std::fs::write(&kept_in, HEAD.to_owned() + &now).expect("the repository can be written");
    } else {
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

const HEAD: &str = "\
Of the values of raw records (texts that are not empty, numbers, booleans), how many no column of the event holds:
`unmapped` are those that stand in `unmapped`; `raw_data alone` those that stand neither there nor, by their text, in any column.
May not grow; UPDATE=1 cargo test -p tests --test oracle what_records_have writes the numbers anew.

";

fn filled(files: &[PathBuf]) -> Filled {
    let mut filled = Filled { rows: vec![(0, 0); ROWS.len()], ..Filled::default() };
    let mut normalizer = tests::normalizer(&tests::everything());
    for path in files {
        tests::read_file(path, "a file", &mut normalizer, &mut |normalized| {
            for batch in &normalized.batches {
                let mut out = Vec::new();
                forward::events::write(&batch.rows, &mut out);
                for line in out.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
                    let event: Value = serde_json::from_slice(line).expect("an event is JSON");
                    let raw = event["raw_data"].as_str().expect("every event has the raw record");
                    filled.add(&serde_json::from_str(raw).expect("the raw record is JSON"), &event);
                }
            }
        });
    }
    filled
}

impl Filled {
    fn add(&mut self, raw: &Value, event: &Value) {
        self.records += 1;
        for (row, (have, show)) in ROWS.iter().zip(&mut self.rows) {
            if (row.raw)(raw) {
                *have += 1;
                if (row.event)(event) {
                    *show += 1;
                } else {
                    self.examples.entry(row.name).or_insert_with(|| raw.to_string());
                }
            }
        }
        let mut columns = Vec::new();
        for (name, value) in event.as_object().expect("an event is an object") {
            if name != "raw_data" && name != "unmapped" {
                super::pairs::flatten(value, name.clone(), &mut columns);
            }
        }
        let columns: BTreeSet<String> = columns.iter().map(|(_, value)| plain(value)).collect();
        let unmapped: Vec<String> = match &event["unmapped"] {
            Value::Object(members) => members.keys().map(|name| name.to_lowercase()).collect(),
            _ => Vec::new(),
        };
        // The role's name and account stand in its ARN.
        let issuer = event.pointer("/actor/session/issuer").and_then(Value::as_str).unwrap_or_default();
        let in_issuer = |path: &str, text: &str| path.starts_with("userIdentity.sessionContext.sessionIssuer.") && issuer.contains(text);
        let mut leaves = Vec::new();
        super::pairs::flatten(raw, String::new(), &mut leaves);
        for (path, value) in leaves {
            let text = plain(&value);
            if value.is_null() || text.is_empty() {
                continue;
            }
            self.leaves += 1;
            let path = path.replace("[]", "");
            let folded = path.to_lowercase();
            let is_under = |name: &String| folded.strip_prefix(name.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
            let time = || event::time::parse(&text).is_some_and(|time| columns.contains(&time.to_string()));
            if unmapped.iter().any(is_under) {
                self.unmapped += 1;
            } else if !columns.contains(&text) && !columns.contains(&text.to_lowercase()) && !time() && !in_issuer(&path, &text) {
                *self.lost.entry(path).or_default() += 1;
            }
        }
    }
}

/// A scalar's text.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
