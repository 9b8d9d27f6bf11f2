//! Random rules over random records: the engine, through real normalisation, beside `naive`.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::sync::Arc;

use correlate::{Detector, SigmaFile};
use event::{Delta, Document, RawBatch, Wanted};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};

use crate::naive::{Condition, Item, Json, Rule, Scalar};

const RULES_MAX: usize = 4;
const RECORDS_MAX: usize = 6;
/// PROPTEST_CASES asks for more.
const CASES: u32 = 600;

/// Texts of records and of rules come from few letters, so that they meet.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[abAé]{0,3}",
        1 => "[ab*?\\\\ \"]{0,4}",
        2 => select(vec!["true", "False", "1", "2.0", "-3", "10", "ab", "AB", "É"]).prop_map(str::to_owned),
    ]
}

fn wanted_text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[abAÉ]{0,2}",
        3 => "[abA*?\\\\]{0,4}",
        2 => select(vec!["true", "1", "2.0", "-3", "10", "ab", "AB", "{\"ab\"*", "\"", "*:*", "[]", "{}", "null"]).prop_map(str::to_owned),
    ]
}

fn number() -> impl Strategy<Value = String> {
    select(vec!["0", "1", "2", "-3", "10", "1.0", "2.5", "1e1", "-0"]).prop_map(str::to_owned)
}

fn scalar() -> impl Strategy<Value = Json> {
    prop_oneof![
        5 => text().prop_map(Json::Text),
        2 => number().prop_map(Json::Number),
        1 => any::<bool>().prop_map(Json::Bool),
        1 => Just(Json::Null),
    ]
}

/// Members with different names; the same name in other letters may be among them.
fn object(value: impl Strategy<Value = Json>, names: &'static [&'static str]) -> impl Strategy<Value = Json> {
    vec((select(names), value), 0..4).prop_map(|members| {
        let mut seen = BTreeSet::new();
        Json::Object(members.into_iter().filter(|(name, _)| seen.insert(*name)).map(|(name, value)| (name.to_owned(), value)).collect())
    })
}

fn json() -> impl Strategy<Value = Json> {
    scalar().prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            1 => vec(inner.clone(), 0..3).prop_map(Json::List),
            2 => object(inner, &["ab", "cd", "Ab", "AB", "x y", "CD"]),
        ]
    })
}

fn record() -> impl Strategy<Value = Json> {
    let request = prop_oneof![
        9 => object(json(), &["ab", "cd", "AB", "Ab", "ab.cd", "CD"]),
        1 => scalar(),
    ];
    let optional = |name: &'static str| {
        prop_oneof![2 => Just(None), 3 => json().prop_map(Some)].prop_map(move |value| value.map(|value| (name.to_owned(), value)))
    };
    (select(vec!["ab", "CD", "GetThing", "ConsoleLogin"]), request, optional("errorCode"), optional("userAgent"), optional("awsRegion"))
        .prop_map(|(name, request, error, agent, region)| {
            let fixed = [
                ("eventVersion", "1.11"),
                ("eventTime", "2026-03-01T10:00:00Z"),
                ("eventSource", "ab.amazonaws.com"),
                ("eventName", name),
                ("eventID", "EVENT"),
            ];
            let members = fixed.map(|(name, text)| (name.to_owned(), Json::Text(text.to_owned()))).into_iter();
            Json::Object(
                members.chain([("requestParameters".to_owned(), request)]).chain([error, agent, region].into_iter().flatten()).collect(),
            )
        })
}

const FIELDS: &[&str] = &[
    "eventName",
    "errorCode",
    "userAgent",
    "awsRegion",
    "requestParameters",
    "requestParameters.ab",
    "requestParameters.ab",
    "requestParameters.cd",
    "requestParameters.ab.cd",
    "requestParameters.cd.ab",
    "errorCode.ab",
];

fn item() -> impl Strategy<Value = Item> {
    const TEXTS: &[&[&str]] = &[
        &["contains"],
        &["startswith"],
        &["endswith"],
        &["contains", "cased"],
        &["contains", "neq"],
        &["contains", "all"],
        &["startswith", "cased"],
        &["endswith", "all", "neq"],
    ];
    const ANY: &[&[&str]] = &[&[], &[], &[], &["cased"], &["neq"], &["all"], &["neq", "all"]];
    const ORDERS: &[&[&str]] = &[&["lt"], &["lte"], &["gt"], &["gte"], &["gte", "neq"]];
    let integer = || (-3i64..11).prop_map(Scalar::Integer);
    let value = prop_oneof![
        5 => wanted_text().prop_map(Scalar::Text),
        2 => integer(),
        1 => select(vec![1.0, 2.5, -3.0]).prop_map(Scalar::Float),
        1 => any::<bool>().prop_map(Scalar::Bool),
        1 => Just(Scalar::Null),
    ];
    let with = |modifiers: &'static [&'static [&'static str]], value: BoxedStrategy<Scalar>| {
        (select(modifiers), vec(value, 1..4)).prop_map(|(modifiers, mut values)| {
            // `all` of one value is a mistake of the rule.
            while modifiers.contains(&"all") && values.len() < 2 {
                values.push(Scalar::Text("a".into()));
            }
            (modifiers, values)
        })
    };
    const EXISTS: &[&[&str]] = &[&["exists"]];
    let tests = prop_oneof![
        5 => with(ANY, value.boxed()),
        4 => with(TEXTS, prop_oneof![5 => wanted_text().prop_map(Scalar::Text), 1 => integer()].boxed()),
        1 => with(ORDERS, prop_oneof![integer(), Just(Scalar::Float(2.5))].boxed()),
        1 => any::<bool>().prop_map(|there| (EXISTS[0], vec![Scalar::Bool(there)])),
    ];
    (select(FIELDS), tests).prop_map(|(field, (modifiers, values))| Item { field: field.to_owned(), modifiers, values })
}

fn condition() -> impl Strategy<Value = Condition> {
    let leaf = prop_oneof![
        4 => (0..NAMES.len()).prop_map(Condition::Selection),
        1 => (any::<bool>(), select(vec![None, Some("sel_"), Some("_")])).prop_map(|(all, start)| Condition::Of(all, start)),
    ];
    leaf.prop_recursive(3, 6, 3, |inner| {
        prop_oneof![
            1 => inner.clone().prop_map(|part| Condition::Not(Box::new(part))),
            2 => vec(inner.clone(), 2..4).prop_map(Condition::And),
            1 => vec(inner, 2..4).prop_map(Condition::Or),
        ]
    })
}

const NAMES: [&str; 4] = ["sel_a", "sel_b", "filter", "_hidden"];

fn rule() -> impl Strategy<Value = Rule> {
    let selection = || vec(vec(item(), 1..3), 1..3);
    ([selection(), selection(), selection(), selection()], condition())
        .prop_map(|(maps, condition)| Rule { selections: NAMES.into_iter().zip(maps).collect(), condition })
}

/// The rule as Sigma writes it; JSON is YAML.
fn yaml(rule: &Rule, number: usize) -> String {
    let value = |value: &Scalar| match value {
        Scalar::Null => serde_json::Value::Null,
        Scalar::Bool(truth) => (*truth).into(),
        Scalar::Integer(integer) => (*integer).into(),
        Scalar::Float(float) => (*float).into(),
        Scalar::Text(text) => text.as_str().into(),
    };
    let mut detection = serde_json::Map::new();
    for (name, maps) in &rule.selections {
        let map = |items: &Vec<Item>| {
            let key =
                |item: &Item| std::iter::once(item.field.as_str()).chain(item.modifiers.iter().copied()).collect::<Vec<_>>().join("|");
            let values = |item: &Item| match item.values.as_slice() {
                [one] => value(one),
                all => all.iter().map(value).collect(),
            };
            serde_json::Value::Object(items.iter().map(|item| (key(item), values(item))).collect())
        };
        let maps: Vec<serde_json::Value> = maps.iter().map(map).collect();
        detection.insert((*name).to_owned(), if let [one] = maps.as_slice() { one.clone() } else { maps.into() });
    }
    detection.insert("condition".to_owned(), spell(&rule.condition, 0).into());
    serde_json::json!({
        "title": format!("rule {number}"),
        "id": format!("00000000-0000-4000-8000-{number:012}"),
        "logsource": {"product": "aws", "service": "cloudtrail"},
        "detection": detection,
        "level": "low",
    })
    .to_string()
}

/// With the parentheses that are needed and no others: `around` is how tightly the surroundings bind.
fn spell(condition: &Condition, around: u8) -> String {
    let (binds, text) = match condition {
        Condition::Selection(at) => (3, NAMES[*at].to_owned()),
        Condition::Of(all, start) => {
            let of = start.map_or("them".to_owned(), |start| format!("{start}*"));
            (3, format!("{} of {of}", if *all { "all" } else { "1" }))
        }
        Condition::Not(inner) => (2, format!("not {}", spell(inner, 2))),
        Condition::And(parts) => (1, parts.iter().map(|part| spell(part, 2)).collect::<Vec<_>>().join(" and ")),
        Condition::Or(parts) => (0, parts.iter().map(|part| spell(part, 1)).collect::<Vec<_>>().join(" or ")),
    };
    if binds < around { format!("({text})") } else { text }
}

/// One key once in a map: YAML has no second.
fn without_repeats(mut rule: Rule) -> Rule {
    for items in rule.selections.iter_mut().flat_map(|(_, maps)| maps) {
        let mut seen = BTreeSet::new();
        items.retain(|item| seen.insert((item.field.clone(), item.modifiers)));
    }
    rule
}

/// The pairs of rule and record that the engine finds.
fn found(rules: &[Rule], records: &[Json], all_columns: bool, space: &str) -> BTreeSet<(usize, usize)> {
    let files: Vec<SigmaFile> = rules
        .iter()
        .enumerate()
        .map(|(number, rule)| SigmaFile { name: format!("{number}.yml").into(), text: yaml(rule, number).into() })
        .collect();
    let (set, mistakes) = tests::compile(&files);
    assert!(mistakes.is_empty(), "{mistakes:?}");
    let mut raw = RawBatch::default();
    for (number, record) in records.iter().enumerate() {
        let start = raw.bytes.len() as u32;
        raw.bytes.extend_from_slice(record.write(space).replacen("\"EVENT\"", &format!("\"event {number}\""), 1).as_bytes());
        raw.documents.push(Document { range: start..raw.bytes.len() as u32, delta: 0, shift: 0 });
        raw.bytes.push(b'\n');
    }
    raw.deltas.push(Delta { partition: Arc::from("records"), from: 0, to: raw.bytes.len() as u64 });
    raw.bytes.resize(raw.bytes.len() + event::batch::PADDING, b' ');
    let starts: Vec<u64> = raw.documents.iter().map(|document| document.range.start.into()).collect();
    let wanted = Wanted { all_columns, ..set.wanted(normalize::logsources::aws_cloudtrail::SOURCE.name) };
    let normalized = tests::normalizer(&wanted).normalize(raw);
    assert_eq!(normalized.tally.mapped, records.len() as u64, "{:?}", normalized.rejects);
    let mut detector = Detector::new(&set);
    let mut found = BTreeSet::new();
    for batch in &normalized.batches {
        for detection in detector.detect(batch).detections {
            let row = batch.keys.iter().position(|key| *key == detection.key).expect("a detection is of an event of the batch");
            let record = starts.binary_search(&batch.places[row].1).expect("an event begins where its record does");
            found.insert((detection.rule as usize, record));
        }
    }
    found
}

#[test]
fn random_rules_match_what_the_naive_evaluator_matches() {
    let cases =
        (vec(rule().prop_map(without_repeats), 1..=RULES_MAX), vec(record(), 1..=RECORDS_MAX), any::<bool>(), select(vec!["", " "]));
    let (asked, matched) = (Cell::new(0), Cell::new(0));
    let count = std::env::var("PROPTEST_CASES").ok().and_then(|count| count.parse().ok()).unwrap_or(CASES);
    let mut runner = TestRunner::new(Config { cases: count, failure_persistence: None, ..Config::default() });
    let result = runner.run(&cases, |(rules, records, all_columns, space)| {
        let ours = found(&rules, &records, all_columns, space);
        for (rule, of) in rules.iter().enumerate() {
            for (record, json) in records.iter().enumerate() {
                let expected = of.matches(json);
                asked.set(asked.get() + 1);
                matched.set(matched.get() + u64::from(expected));
                prop_assert_eq!(ours.contains(&(rule, record)), expected, "{}\n{}", yaml(of, rule), json.write(space));
            }
        }
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
    println!("{} of {} matched", matched.get(), asked.get());
    let share = matched.get() * 100 / asked.get();
    assert!((10..=90).contains(&share), "{share} % match: such cases say little");
}
