//! SigmaHQ's rules mean what their authors meant: for each that can fire, a whole record of the provider that it fires on, and a near
//! miss. Those that cannot are listed in `dead.ndjson`, and the program says so, too.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use correlate::{Detector, RuleSet};
use event::{LogSourceName, Wanted};
use normalize::{Normalizer, logsources};
use serde_json::Value;
use tests::reading::read_with;

/// One line of a log source's `samples/rules.ndjson`.
struct Example {
    log_source: LogSourceName,
    rule: String,
    fires: Value,
    /// Paths, and what stands there in the near miss.
    silent: Vec<(String, Value)>,
}

fn examples() -> Vec<Example> {
    let mut examples = Vec::new();
    for source in logsources::ALL {
        let file = tests::root().join(format!("normalize/logsources/{}/samples/rules.ndjson", source.name));
        for line in std::fs::read_to_string(&file).unwrap_or_default().lines().filter(|line| !line.is_empty()) {
            let line: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            examples.push(Example {
                log_source: source.name,
                rule: line["rule"].as_str().expect("`rule` is an id").to_owned(),
                fires: line["fires"].clone(),
                silent: line["silent"].as_object().expect("`silent` has a path").iter().map(|(p, v)| (p.clone(), v.clone())).collect(),
            });
        }
    }
    examples
}

/// Folders of rules that are in use. Those with placeholders want lists of the operator, deprecated ones are nobody's duty.
const FOLDERS: [&str; 3] = ["rules", "rules-emerging-threats", "rules-threat-hunting"];

fn rules() -> Option<RuleSet> {
    let folder = tests::shared()?.join("data/sigma_rules");
    let (set, mistakes) = tests::compile(&tests::rule_files(&FOLDERS.map(|name| folder.join(name))));
    assert!(mistakes.is_empty(), "{mistakes:?}");
    Some(set)
}

/// What a record becomes and which rules fire on it, recognised by itself.
fn fired(set: &RuleSet, normalizer: &mut Normalizer, record: &Value) -> (BTreeMap<LogSourceName, u64>, BTreeSet<String>) {
    let read = read_with(normalizer, record.to_string().as_bytes());
    let mut detector = Detector::new(set);
    let found = read.batches.iter().flat_map(|batch| detector.detect(batch).detections);
    let ids = found.map(|detection| set.rules[detection.rule as usize].card.id.clone()).collect();
    (read.tally.sources.iter().map(|(name, source)| (*name, source.records)).collect(), ids)
}

/// Puts a value where a path leads: keys and positions in lists. The longest key that fits counts, since keys may have dots in them.
fn put(record: &mut Value, path: &str, value: &Value) {
    if path.is_empty() {
        *record = value.clone();
        return;
    }
    match record {
        Value::Array(items) => {
            let (at, rest) = path.split_once('.').unwrap_or((path, ""));
            let at: usize = at.parse().unwrap_or_else(|_| panic!("`{path}` leads into a list: a position is wanted"));
            put(&mut items[at], rest, value);
        }
        Value::Object(members) => {
            let ends = path.match_indices('.').map(|(at, _)| at).chain([path.len()]).rev();
            let key = ends.map(|end| &path[..end]).find(|key| members.contains_key(*key));
            match key {
                Some(key) => {
                    let rest = path[key.len()..].trim_start_matches('.');
                    put(members.get_mut(key).expect("it is there"), rest, value);
                }
                None => {
                    members.insert(path.to_owned(), value.clone());
                }
            }
        }
        // JSON within a string.
        Value::String(text) if text.starts_with(['{', '[']) => {
            let mut inner: Value = serde_json::from_str(text).expect("JSON within a string");
            put(&mut inner, path, value);
            *text = inner.to_string();
        }
        _ => panic!("`{path}` leads nowhere"),
    }
}

#[test]
fn each_fires_on_a_whole_record_and_not_on_a_near_miss() {
    let Some(set) = rules() else {
        return tests::skipped("each_fires_on_a_whole_record_and_not_on_a_near_miss", "../shared is not here");
    };
    let examples = examples();
    let wanted = logsources::ALL.iter().map(|source| (source.name, Wanted { all_columns: true, ..set.wanted(source.name) })).collect();
    let mut normalizer = Normalizer::new(logsources::ALL, &wanted);
    let mut wrong = Vec::new();
    for example in &examples {
        let Some(rule) = set.rules.iter().find(|rule| rule.card.id == example.rule) else {
            wrong.push(format!("{}: SigmaHQ has no rule {}", example.log_source, example.rule));
            continue;
        };
        let title = format!("{}: {} {}", example.log_source, example.rule, rule.card.title);
        let (sources, ids) = fired(&set, &mut normalizer, &example.fires);
        if sources.keys().collect::<Vec<_>>() != [&example.log_source] {
            wrong.push(format!("{title}: the record is {sources:?}"));
        }
        if !ids.contains(&example.rule) {
            wrong.push(format!("{title}: does not fire on {}; {ids:?} do", example.fires));
        }
        let mut near = example.fires.clone();
        for (path, value) in &example.silent {
            put(&mut near, path, value);
        }
        let (sources, ids) = fired(&set, &mut normalizer, &near);
        if near == example.fires || !sources.contains_key(&example.log_source) || ids.contains(&example.rule) {
            wrong.push(format!("{title}: the near miss is none: {sources:?} {ids:?} {near}"));
        }
    }
    println!("{} rules fire", examples.len());
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), examples.len(), wrong.join("\n"));
}

#[test]
fn every_rule_has_an_example_or_is_dead_and_called_so() {
    let test = "every_rule_has_an_example_or_is_dead_and_called_so";
    let (Some(shared), Some(set)) = (tests::shared(), rules()) else {
        return tests::skipped(test, "../shared is not here");
    };
    let alive: BTreeSet<String> = examples().into_iter().map(|example| example.rule).collect();
    let dead = tests::text(&tests::root().join("tests/sigma_hq/dead.ndjson"));
    // `provable` ones are found by `isobar rules --blind` without a record; the others ask for what no documented record has.
    let dead: BTreeMap<String, (bool, String)> = dead
        .lines()
        .filter(|line| !line.is_empty())
        .map(|line| {
            let line: Value = serde_json::from_str(line).expect("a line of dead.ndjson");
            let text = |name: &str| line[name].as_str().expect("`rule` and `why` are texts").to_owned();
            (text("rule"), (line["provable"].as_bool().expect("`provable` is said"), text("why")))
        })
        .collect();
    let of_cloudtrail = normalize::logsources::aws_cloudtrail::SOURCE.name;
    let mut wrong = Vec::new();
    for rule in set.rules.iter().filter(|rule| rule.applies.iter().any(|name| *name != of_cloudtrail)) {
        let (id, title) = (&rule.card.id, &rule.card.title);
        match (alive.contains(id), dead.contains_key(id)) {
            (true, true) => wrong.push(format!("{id} {title}: fires, and is called dead")),
            (false, false) => wrong.push(format!("{id} {title} ({}): has no example, and is not called dead", rule.log_source)),
            _ => {}
        }
    }
    for id in alive.iter().chain(dead.keys()).filter(|id| set.rules.iter().all(|rule| rule.card.id != **id)) {
        wrong.push(format!("{id}: SigmaHQ has no such rule"));
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));

    let folders: Vec<PathBuf> = FOLDERS.iter().map(|name| shared.join("data/sigma_rules").join(name)).collect();
    let arguments: Vec<String> = ["rules", "--blind", "--json", "--no-builtin-rules"]
        .into_iter()
        .map(str::to_owned)
        .chain(folders.iter().flat_map(|folder| ["--rules".to_owned(), folder.display().to_string()]))
        .collect();
    let said = tests::program::run(&tests::root(), arguments.iter().map(String::as_str)).ends_with(0).out();
    let said: Vec<Value> = serde_json::from_str(&said).expect("--json writes JSON");
    let of_value: BTreeSet<&str> =
        said.iter().filter(|rule| rule["why"] == "value_never_possible").map(|rule| rule["id"].as_str().expect("an id")).collect();
    let provable: BTreeSet<&str> = dead.iter().filter(|(_, (provable, _))| *provable).map(|(id, _)| id.as_str()).collect();
    assert_eq!(of_value, provable, "what --blind says, and what dead.ndjson calls provable");
}
