//! Our engine beside others: SigmaHQ's rules over real records beside `rsigma-eval`, and random rules over random records beside the
//! plainest evaluator that we could write.

mod naive;
mod random;

use std::collections::{BTreeMap, BTreeSet};

use correlate::Detector;
use correlate::compile::FieldRef;
use event::{EventKey, LogSourceName};
use normalize::{Normalizer, logsources};
use rsigma_eval::{Engine, JsonEvent};
use serde_json::Value;

/// A rule on which the engines differ, with the sentence that says why ours is meant.
struct Difference {
    rule: &'static str,
    field: &'static str,
    why: &'static str,
    /// Records that only we match, and that only the other engine matches.
    ours: u64,
    theirs: u64,
}

const DIFFERENCES: &[Difference] = &[
    Difference {
        rule: "6e61ee20-ce00-4f8d-8aee-bedd8216f7e3",
        field: "eventSource, eventName",
        why: "facts/sigma.md section 3: names are looked up literally first, then without regard to case, since rules and shippers vary in \
              it; this record was folded to lower case by a shipper, and rsigma-eval knows exact names only",
        ours: 1,
        theirs: 0,
    },
    Difference {
        rule: "a136ac98-b2bc-4189-a14d-f0d0388e57a7",
        field: "requestParameters",
        why: "facts/sigma.md section 9: `contains` on an object asks its compact JSON and every leaf in it; rsigma-eval asks scalars only, \
              so this rule never fires there",
        ours: 3,
        theirs: 0,
    },
    Difference {
        rule: "ccd6a6c8-bb4e-4a91-9d2a-07e632819374",
        field: "status",
        why: "facts/sigma.md section 9, quirk 3: no record of CloudTrail has a `status`; the table gives the name to OCSF's status, which \
              is Success where there is no errorCode, as the author of the rule meant it",
        ours: 1,
        theirs: 0,
    },
];
const DIFFERENCES_MAX: usize = 12;

/// Rules on which the engines differ beyond CloudTrail: the rule, how many records only we match, and why that is meant.
const DIFFERENCES_BEYOND: &[(&str, usize, &str)] = &[
    (
        "ebbeb024-5b1d-4e16-9c0c-917f86c708a7",
        4,
        "facts/sigma.md section 9: `contains` on an object asks its compact JSON and every leaf in it; rsigma-eval asks scalars only",
    ),
    (
        "d22b4df4-5a67-4859-a578-8c9a0b5af9df",
        1,
        "facts/sigma.md section 9: in the REST shape `operationName` is an object, whose `value` is the operation",
    ),
];

/// The rules of the other log sources, where they name fields as the records do: another engine knows no aliases. Their records are the
/// shared ones, and for each rule the one that it is known to fire on.
#[test]
fn rules_with_raw_names_match_the_same_records_of_every_log_source() {
    let test = "rules_with_raw_names_match_the_same_records_of_every_log_source";
    let shared = tests::shared_or_skip!(test);
    let folders = ["rules", "rules-emerging-threats", "rules-threat-hunting"].map(|name| shared.join("data/sigma_rules").join(name));
    let (set, mistakes) = tests::compile(&tests::rule_files(&folders));
    assert!(mistakes.is_empty(), "{mistakes:?}");
    let mut engine = Engine::new();
    for folder in &folders {
        let collection = rsigma_parser::parse_sigma_directory(folder).expect("SigmaHQ's rules are sound");
        engine.add_collection(&collection).expect("SigmaHQ's rules are sound");
    }
    let of_cloudtrail = normalize::logsources::aws_cloudtrail::SOURCE.name;
    let as_written = |rule: &correlate::Rule| {
        rule.reads.iter().all(|read| matches!(&read.from, FieldRef::Raw(paths) if paths.contains(&read.field)))
            && rule.applies.iter().any(|name| *name != of_cloudtrail)
    };
    let compared: BTreeMap<&str, &correlate::Rule> =
        set.rules.iter().filter(|rule| as_written(rule)).map(|rule| (rule.card.id.as_str(), rule)).collect();

    let wanted = logsources::ALL.iter().map(|source| {
        let mut wanted = set.wanted(source.name);
        wanted.columns.insert("raw_data".into());
        (source.name, wanted)
    });
    let mut normalizer = Normalizer::new(logsources::ALL, &wanted.collect());
    let mut detector = Detector::new(&set);
    let mut texts: Vec<String> = Vec::new();
    for source in logsources::ALL {
        let examples = tests::root().join(format!("normalize/logsources/{}/samples/rules.ndjson", source.name));
        for line in std::fs::read_to_string(&examples).unwrap_or_default().lines() {
            let line: Value = serde_json::from_str(line).expect("a line of rules.ndjson");
            texts.push(line["fires"].to_string());
        }
    }
    for folder in ["okta", "entra", "azure_activity", "gcp_audit", "google_workspace"] {
        for path in tests::files_under(&shared.join("data").join(folder)) {
            tests::read_file(&path, "a file", &mut normalizer, &mut |normalized| {
                let raw = normalized.batches.iter().filter_map(|batch| batch.texts("raw_data"));
                texts.extend(raw.flat_map(|raw| raw.iter().flatten().map(str::to_owned).collect::<Vec<_>>()));
            });
        }
    }
    let (mut same, mut elsewhere, mut wrong, mut fired) = (0, 0, Vec::new(), BTreeSet::new());
    for text in &texts {
        let record: Value = serde_json::from_str(text).expect("the raw record is JSON");
        let read = tests::reading::read_with(&mut normalizer, text.as_bytes());
        let sources: BTreeSet<LogSourceName> = read.batches.iter().map(|batch| batch.log_source).collect();
        let found = read.batches.iter().flat_map(|batch| detector.detect(batch).detections);
        let ours: BTreeSet<&str> = found.map(|detection| set.rules[detection.rule as usize].card.id.as_str()).collect();
        let hits = engine.evaluate(&JsonEvent::borrow(&record));
        let theirs: BTreeSet<String> = hits.into_iter().filter_map(|hit| hit.header.rule_id).collect();
        for (id, rule) in compared.iter().filter(|(_, rule)| rule.applies.iter().any(|name| sources.contains(name))) {
            match (ours.contains(id), theirs.contains(*id)) {
                (true, true) => {
                    same += 1;
                    fired.insert(*id);
                }
                (false, false) => {}
                // The record has another shape than the rule names.
                (true, _) if rule.reads.iter().any(|read| !has(&record, &read.field)) => elsewhere += 1,
                (we, _) => wrong.push(format!("{id} {}: only {}: {text}", rule.card.title, if we { "we" } else { "they" })),
            }
        }
    }
    let (records, rules, firing) = (texts.len(), compared.len(), fired.len());
    println!("{records} records, {rules} rules, of which {firing} fired; {same} matches are the same, {elsewhere} are in other shapes");
    assert!(compared.len() > 20 && fired.len() > 15, "{} {}", compared.len(), fired.len());
    for (rule, ours, why) in DIFFERENCES_BEYOND {
        let before = wrong.len();
        wrong.retain(|text| !text.starts_with(*rule) || text.contains(": only they: "));
        assert_eq!(before - wrong.len(), *ours, "{rule}: {why}");
    }
    assert!(wrong.is_empty(), "{} differ\n{}", wrong.len(), wrong.join("\n"));
}

/// Whether a record has something at a path, spelled so.
fn has(value: &Value, path: &str) -> bool {
    match value {
        Value::Array(items) => items.iter().any(|item| has(item, path)),
        Value::Object(members) => members.iter().any(|(key, value)| {
            let rest = path.strip_prefix(key.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.strip_prefix('.').is_some_and(|rest| has(value, rest)))
        }),
        _ => false,
    }
}

#[test]
fn sigma_hq_rules_match_the_same_records() {
    let shared = tests::shared_or_skip!("sigma_hq_rules_match_the_same_records");
    let folder = shared.join("data/sigma_rules/rules/cloud/aws/cloudtrail");
    let (set, mistakes) = tests::compile(&tests::rule_files(std::slice::from_ref(&folder)));
    assert!(mistakes.is_empty(), "{mistakes:?}");
    let collection = rsigma_parser::parse_sigma_directory(&folder).expect("SigmaHQ's rules are sound");
    assert!(collection.errors.is_empty(), "{:?}", collection.errors);
    let mut engine = Engine::new();
    engine.add_collection(&collection).expect("SigmaHQ's rules are sound");
    assert_eq!(engine.rule_count(), set.rules.len());

    let mut wanted = set.wanted(normalize::logsources::aws_cloudtrail::SOURCE.name);
    wanted.columns.insert("raw_data".into());
    let mut normalizer = tests::normalizer(&wanted);
    let mut detector = Detector::new(&set);
    // Per rule: records that both match, only we, only they; and a record of each kind.
    let mut counts: BTreeMap<String, [u64; 3]> = BTreeMap::new();
    let mut examples: BTreeMap<(String, bool), String> = BTreeMap::new();
    let mut records = 0;
    for path in tests::files_under(&shared.join("data/aws_cloudtrail")) {
        tests::read_file(&path, "a file", &mut normalizer, &mut |normalized| {
            for batch in &normalized.batches {
                records += batch.len();
                // An archive may hold one event twice: then each match counts twice.
                let mut matches: BTreeMap<(String, EventKey), [u64; 2]> = BTreeMap::new();
                for detection in detector.detect(batch).detections {
                    let id = set.rules[detection.rule as usize].card.id.clone();
                    matches.entry((id, detection.key)).or_default()[0] += 1;
                }
                let raw = batch.texts("raw_data").expect("it was wanted");
                let mut of_key: BTreeMap<EventKey, &str> = BTreeMap::new();
                for (row, key) in batch.keys.iter().enumerate() {
                    of_key.insert(*key, raw.value(row));
                    let record: Value = serde_json::from_str(raw.value(row)).expect("the raw record is JSON");
                    for hit in engine.evaluate(&JsonEvent::borrow(&record)) {
                        let id = hit.header.rule_id.expect("SigmaHQ's rules have ids");
                        matches.entry((id, *key)).or_default()[1] += 1;
                    }
                }
                for ((rule, key), [ours, theirs]) in matches {
                    let count = counts.entry(rule.clone()).or_default();
                    count[0] += ours.min(theirs);
                    count[1] += ours.saturating_sub(theirs);
                    count[2] += theirs.saturating_sub(ours);
                    if ours != theirs {
                        examples.entry((rule, ours > theirs)).or_insert_with(|| of_key[&key].to_owned());
                    }
                }
            }
        });
    }
    let same: u64 = counts.values().map(|count| count[0]).sum();
    println!("{records} records, {} rules, of which {} match; {same} matches are the same", set.rules.len(), counts.len());
    assert!(records > 20_000 && same > 1_000, "{records} records, {same} matches");
    let mut wrong = Vec::new();
    for (rule, [_, ours, theirs]) in counts.iter().filter(|(_, count)| count[1] + count[2] > 0) {
        match DIFFERENCES.iter().find(|difference| difference.rule == rule) {
            Some(known) if (known.ours, known.theirs) == (*ours, *theirs) => println!("  {rule} {}: {}", known.field, known.why),
            _ => {
                let title = &set.rules.iter().find(|known| known.card.id == *rule).expect("a rule of the set").card.title;
                let of = |ours| examples.get(&(rule.clone(), ours)).map_or("", String::as_str);
                wrong.push(format!("{rule} {title}: only we {ours} {}, only they {theirs} {}", of(true), of(false)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for known in DIFFERENCES {
        let now = counts.get(known.rule).copied().unwrap_or_default();
        assert_eq!((now[1], now[2]), (known.ours, known.theirs), "{}: this difference is no more", known.rule);
        assert!(known.why.len() > 20, "{}: without a sentence it is a bug", known.rule);
    }
    assert!(DIFFERENCES.len() <= DIFFERENCES_MAX);
}
