//! Records that hold several events, and paths that read the elements of a list by name: with a log source made for it, which says of
//! an event its name, its role and which of its record's events it is.

use std::collections::BTreeMap;

use event::batch::PADDING;
use event::evidence::EvidenceField;
use event::ocsf::{Class, column_at};
use event::{Delta, Document, EventBatch, Field, JsonKind, LogSourceName, Normalized, Origin, RawBatch, Reason, Wanted};
use normalize::logsource::PLAIN;
use normalize::{Leaf, LogSource, Normalizer, Record, Row};

const ID: Leaf = 0;
const TIME: Leaf = 1;
const NAME: Leaf = 2;
const ROLE: Leaf = 3;
const SCOPES: Leaf = 4;

const EVENT_CODE: usize = column_at("metadata.event_code");
const UID: usize = column_at("metadata.uid");
const DETAIL: usize = column_at("status_detail");

static SOURCE: LogSource = LogSource {
    name: LogSourceName("made_for_this"),
    marks: &["id"],
    paths: &["id", "time", "events.name", "events.parameters[name=ROLE].value", "events.parameters[name=SCOPE].many"],
    needed: &[ID, TIME, NAME, ROLE, SCOPES],
    operation: "events.name",
    fields: &[
        derived("metadata.event_code", &["events.name"]),
        derived("metadata.uid", &["id"]),
        derived("status_detail", &["events.parameters[name=ROLE].value"]),
    ],
    events: &["events"],
    fits: |record| record.text(ID).is_some(),
    time: &[TIME],
    derive,
    key: |record, out| {
        out.extend_from_slice(record.text(ID).unwrap_or_default().as_bytes());
        true
    },
    ..PLAIN
};

const fn derived(column: &'static str, paths: &'static [&'static str]) -> Field {
    Field { names: &[], origin: Origin::Derived(paths, "for a test"), column: Some(column), answers: false, values: &[] }
}

fn derive(record: &Record, row: &mut Row) -> Class {
    let id = record.text(ID).unwrap_or_default();
    row.text(UID, record, &record.part().map_or(id.to_string(), |part| format!("{id}#{part}")));
    row.text(EVENT_CODE, record, &record.text(NAME).unwrap_or_default());
    let texts: Vec<String> = record.all(ROLE).chain(record.all(SCOPES)).map(|hit| record.text_of(hit).into_owned()).collect();
    row.text(DETAIL, record, &texts.join(" "));
    Class::ApiActivity
}

fn normalize(records: &[String], wanted: Wanted) -> (Normalizer, Normalized) {
    let mut raw = RawBatch { deltas: vec![Delta { partition: "test".into(), from: 0, to: 0 }], ..RawBatch::default() };
    for record in records {
        let start = raw.bytes.len() as u32;
        raw.bytes.extend_from_slice(record.as_bytes());
        raw.documents.push(Document { range: start..raw.bytes.len() as u32, delta: 0, shift: 0 });
        raw.bytes.resize(raw.bytes.len() + PADDING, b' ');
    }
    let mut normalizer = Normalizer::new(&[&SOURCE], &BTreeMap::from([(SOURCE.name, wanted)]));
    let normalized = normalizer.normalize(raw);
    assert!(normalized.tally.adds_up());
    (normalizer, normalized)
}

fn everything() -> Wanted {
    Wanted { all_columns: true, ..Wanted::default() }
}

fn record(events: &str) -> String {
    format!(r#"{{"id":"a","time":"2026-03-01T10:00:00Z","events":{events}}}"#)
}

/// A column of texts over all batches.
fn texts(batches: &[EventBatch], column: &str) -> Vec<String> {
    let texts = batches.iter().map(|batch| batch.texts(column).expect("it was wanted"));
    texts.flat_map(|texts| texts.iter().map(|text| text.unwrap_or_default().to_owned()).collect::<Vec<_>>()).collect()
}

#[test]
fn a_record_is_as_many_events_as_its_list_has() {
    let event = |n: usize| format!(r#"{{"name":"n{n}","parameters":[{{"name":"ROLE","value":"r{n}"}}]}}"#);
    for many in [0, 1, 3, 1000] {
        let events: Vec<String> = (0..many).map(event).collect();
        let (_, normalized) = normalize(&[record(&format!("[{}]", events.join(",")))], everything());
        let rows = many.max(1);
        let named = |prefix: &str| if many == 0 { vec![String::new()] } else { (0..many).map(|n| format!("{prefix}{n}")).collect() };
        assert_eq!(texts(&normalized.batches, "metadata.event_code"), named("n"), "{many}");
        assert_eq!(texts(&normalized.batches, "status_detail"), named("r"), "{many}");
        let uids = if many < 2 { vec!["a".to_owned()] } else { named("a#") };
        assert_eq!(texts(&normalized.batches, "metadata.uid"), uids, "{many}");
        let mut keys: Vec<_> = normalized.batches.iter().flat_map(|batch| batch.keys.clone()).collect();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), rows, "{many}: each event has a key of its own");
    }
}

#[test]
fn a_list_of_one_event_is_the_same_event_as_an_object() {
    let event = r#"{"name":"n","parameters":[{"name":"ROLE","value":"r"}]}"#;
    let (_, normalized) = normalize(&[record(&format!("[{event}]")), record(event)], everything());
    assert_eq!(texts(&normalized.batches, "status_detail"), ["r", "r"]);
    assert_eq!(normalized.batches[0].keys[0], normalized.batches[0].keys[1]);
}

#[test]
fn elements_that_are_no_events_take_nothing_from_their_neighbours() {
    let events = r#"[{"name":"n0","parameters":[{"name":"ROLE","value":"r0"}]},null,"text",7,[],{},{"type":"t"},{"name":"n7"}]"#;
    let (_, normalized) = normalize(&[record(events)], everything());
    assert_eq!(texts(&normalized.batches, "metadata.event_code"), ["n0", "", "", "", "", "", "", "n7"]);
    assert_eq!(texts(&normalized.batches, "status_detail"), ["r0", "", "", "", "", "", "", ""]);
}

#[test]
fn parameters_are_read_by_their_name_alone() {
    for (parameters, expected) in [
        (r#"[{"name":"OTHER","value":"x"},{"name":"ROLE","value":"r"}]"#, "r"),
        (r#"[{"value":"r","name":"ROLE"},{"value":"x","name":"OTHER"}]"#, "r"),
        (r#"[{"name":"role","value":"r"}]"#, "r"),
        (r#"[{"name":"ROLE"},{"value":"x"}]"#, ""),
        (r#"[{"value":"x"},{"name":"ROLE","value":"r"},{"value":"y"}]"#, "r"),
        (r#"[{"name":"ROLE","value":true},{"name":"ROLE","value":7}]"#, "true 7"),
        (r#"[{"name":"ROLE","value":"r"},{"name":"SCOPE","many":["a","b"]},{"many":["x"]}]"#, "r a b"),
        (r#"[{"name":"SCOPE","many":[["a"],[["b"]]]}]"#, "a b"),
        (r#"[{"name":"SCOPE","many":[{"name":"SCOPE","many":["x"]}]}]"#, r#"{"name":"SCOPE","many":["x"]}"#),
        (r#"[{"name":"SCOPE","inner":{"parameter":[{"name":"ROLE","value":"x"}]}}]"#, ""),
        (r#"[{"name":"OTHER","name":"ROLE","value":"r"}]"#, "r"),
        (r#"[{"name":"R\u004fLE","value":"r"}]"#, "r"),
        (r#"{"name":"ROLE","value":"r"}"#, "r"),
        (r#"[null,"ROLE",{"name":null,"value":"x"},{"name":["ROLE"],"value":"x"}]"#, ""),
        ("null", ""),
        ("[]", ""),
    ] {
        let (_, normalized) = normalize(&[record(&format!(r#"[{{"name":"n","parameters":{parameters}}}]"#))], everything());
        assert_eq!(texts(&normalized.batches, "status_detail"), [expected], "{parameters}");
    }
}

#[test]
fn a_rule_may_name_a_parameter() {
    let path = "events.parameters[name=LEVEL].value";
    let wanted = Wanted { paths: [path.to_owned()].into(), ..Wanted::default() };
    let events = r#"[{"name":"a","parameters":[{"name":"LEVEL","value":"high"}]},{"name":"b"},{"name":"c","parameters":[{"name":"LEVEL","value":"low"},{"name":"LEVEL","value":"none"}]}]"#;
    let (_, normalized) = normalize(&[record(events)], wanted);
    let batch = &normalized.batches[0];
    let at = batch.asked.iter().position(|asked| **asked == *path).expect("it was asked for");
    let values = |row| {
        let answers = batch.answers[at].iter().flat_map(|answers| answers.values(row));
        answers.map(|(kind, text)| (kind, text.to_owned())).collect::<Vec<_>>()
    };
    let text = |text: &str| (JsonKind::Text, text.to_owned());
    assert_eq!([values(0), values(1), values(2)], [vec![text("high")], vec![], vec![text("low"), text("none")]]);
}

#[test]
fn evidence_is_of_the_event_that_a_rule_saw() {
    let single = record(r#"{"name":"alone"}"#);
    let several = record(r#"[{"name":"first"},{"name":"second"},{"name":"third"}]"#);
    let one = record(r#"[{"name":"only"}]"#);
    let (mut normalizer, normalized) = normalize(&[single.clone(), several, one, single], Wanted::default());
    let [batch] = normalized.batches.as_slice() else { panic!("one class") };
    let mut shown = Vec::new();
    for row in 0..batch.len() {
        let evidence = normalizer.evidence(batch, row);
        let of = |field| evidence.text(field).unwrap_or_default().to_owned();
        shown.push(format!("{} {}", of(EvidenceField::Uid), of(EvidenceField::Operation)));
    }
    assert_eq!(shown, ["a alone", "a#0 first", "a#1 second", "a#2 third", "a only", "a alone"]);
}

#[test]
fn a_record_without_a_time_is_one_reject() {
    let (_, normalized) = normalize(&[r#"{"id":"a","events":[{"name":"a"},{"name":"b"},{"name":"c"}]}"#.to_owned()], everything());
    let reasons: Vec<Reason> = normalized.rejects.iter().map(|reject| reject.reason).collect();
    assert_eq!(reasons, [Reason::NoTime]);
}

#[test]
fn records_of_several_log_sources_may_stand_side_by_side() {
    let cloudtrail =
        r#"{"eventVersion":"1.11","eventTime":"2026-03-01T10:00:00Z","eventSource":"ec2.amazonaws.com","eventName":"RunInstances"}"#;
    let workspace =
        r#"{"kind":"admin#reports#activity","id":{"time":"2026-03-01T10:00:00Z","applicationName":"login"},"events":[{"name":"logout"}]}"#;
    let mut raw = RawBatch { deltas: vec![Delta { partition: "test".into(), from: 0, to: 0 }], ..RawBatch::default() };
    raw.bytes.extend_from_slice([cloudtrail, workspace, cloudtrail, workspace].join("\n").as_bytes());
    let mut start = 0;
    for record in [cloudtrail, workspace, cloudtrail, workspace] {
        raw.documents.push(Document { range: start..start + record.len() as u32, delta: 0, shift: 0 });
        start += record.len() as u32 + 1;
    }
    raw.bytes.resize(raw.bytes.len() + PADDING, b' ');
    let normalized = Normalizer::new(normalize::logsources::ALL, &BTreeMap::new()).normalize(raw);
    let records: Vec<(&str, u64)> = normalized.tally.sources.iter().map(|(name, source)| (name.0, source.records)).collect();
    assert_eq!(records, [("aws_cloudtrail", 2), ("google_workspace", 2)]);
}
