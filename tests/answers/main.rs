//! A rule has one answer, whether a field is read from a column that is built anyway or from the raw record: the same detections with all
//! columns and with none, for values of every kind at every path that a column answers for.

use std::collections::BTreeMap;

use correlate::{Detector, RuleSet, SigmaFile};
use event::{LogSourceName, Origin, Wanted};
use normalize::logsources;
use proptest::prelude::*;
use tests::reading::read_wanted;

/// Paths that a column answers for, at the top of the record; those that make the record an event stay as they are.
fn paths() -> Vec<&'static str> {
    let fields = logsources::ALL.iter().flat_map(|source| source.fields.iter());
    let paths = fields.filter(|field| field.answers).filter_map(|field| match field.origin {
        Origin::Path(path) if !path.contains('.') && !["eventTime", "eventVersion"].contains(&path) => Some(path),
        _ => None,
    });
    let mut paths: Vec<&str> = paths.collect();
    paths.sort_unstable();
    paths.dedup();
    paths
}

/// Every way of asking, for every path.
fn rules() -> RuleSet {
    let asks = [
        ": abc",
        ": ''",
        ": null",
        ": 5",
        ": true",
        "|exists: true",
        "|contains: b",
        "|re: '^a.c$'",
        "|cased: Abc",
        "|gt: 3",
        ": ['a\"c', x]",
    ];
    let mut files = Vec::new();
    for (n, path) in paths().iter().enumerate() {
        for (m, ask) in asks.iter().enumerate() {
            let text = format!(
                "title: t{n}-{m}\nid: 00000000-0000-4000-8000-{n:06}{m:06}\nlogsource: {{product: aws, service: cloudtrail}}\ndetection:\n    s:\n        {path}{ask}\n    condition: s\n"
            );
            files.push(SigmaFile { name: format!("{path}{ask}").into(), text: text.into() });
        }
    }
    let (set, mistakes) = RuleSet::compile_what_is_sound(&files, &tests::tables(), &correlate::Lists::new());
    assert!(mistakes.is_empty(), "{}", mistakes[0]);
    set
}

fn detections(set: &RuleSet, record: &str, all_columns: bool) -> Vec<u32> {
    let wanted = |source: LogSourceName| Wanted { all_columns, ..set.wanted(source) };
    let wanted: BTreeMap<LogSourceName, Wanted> = logsources::ALL.iter().map(|source| (source.name, wanted(source.name))).collect();
    let read = read_wanted(record.as_bytes(), &wanted);
    assert_eq!(read.outcome(), "1 mapped", "{record}");
    let mut detector = Detector::new(set);
    let mut rules: Vec<u32> = read.batches.iter().flat_map(|batch| detector.detect(batch).detections).map(|found| found.rule).collect();
    rules.sort_unstable();
    rules
}

fn value() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        r#""abc""#,
        r#""Abc""#,
        r#""""#,
        r#""a\"c""#,
        r#""\u0061bc""#,
        "5",
        "5.0",
        "7",
        "true",
        "false",
        "null",
        r#"{"k":"abc"}"#,
        "[]",
        r#"["x","abc"]"#,
        r#"[5,null]"#,
        r#""a text of more than twelve bytes""#,
        r#""an escaped \n text of more than twelve bytes""#,
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn columns_and_the_raw_record_give_the_same(values in prop::collection::vec(prop::option::of(value()), paths().len())) {
        thread_local!(static RULES: RuleSet = rules());
        let members = paths().into_iter().zip(values).filter_map(|(path, value)| Some(format!("\"{path}\":{}", value?)));
        let record = format!(
            r#"{{"eventVersion":"1.11","eventType":"AwsApiCall","eventName":"GetObject","eventSource":"s3.amazonaws.com","eventTime":"2026-03-01T10:00:00Z",{}"z":1}}"#,
            members.filter(|m| !m.starts_with("\"eventType\"")).map(|m| m + ",").collect::<String>()
        );
        RULES.with(|set| {
            prop_assert_eq!(detections(set, &record, false), detections(set, &record, true), "{}", record);
            Ok(())
        })?;
    }
}
