//! Zero copy, counted: no byte of a record without a backslash is written anew, in columns, `raw_data` and what rules ask; and whoever has
//! looked at a batch holds nothing of it.

use std::collections::BTreeMap;

use arrow_array::StringViewArray;
use correlate::{Detector, Lists, RuleSet, SigmaFile};
use event::{Delta, Document, Normalized, RawBatch, Wanted};
use normalize::{Normalizer, logsources};

/// Every record of the samples that holds no backslash; Insights are left out, since their activity's name is put together of two words.
fn records() -> Vec<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../normalize/logsources/aws_cloudtrail/samples/raw");
    let mut records = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let lines = text.lines().filter(|line| line.starts_with('{') && line.ends_with('}'));
        records.extend(lines.filter(|line| !line.contains('\\') && !line.contains("insightDetails")).map(str::to_owned));
    }
    assert!(records.len() > 100, "{}", records.len());
    records
}

fn normalize(records: &[String], wanted: Wanted) -> Normalized {
    let mut bytes = Vec::new();
    let mut documents = Vec::new();
    for record in records {
        let start = bytes.len() as u32;
        bytes.extend_from_slice(record.as_bytes());
        documents.push(Document { range: start..bytes.len() as u32, delta: 0, shift: 0 });
        bytes.push(b'\n');
    }
    bytes.resize(bytes.len() + event::batch::PADDING, b' ');
    let deltas = vec![Delta { partition: "records".into(), from: 0, to: 0 }];
    let wanted: BTreeMap<_, _> = [(logsources::ALL[0].name, wanted)].into();
    Normalizer::new(logsources::ALL, &wanted).normalize(RawBatch { bytes, documents, deltas, ..RawBatch::default() })
}

fn all_there_is() -> Wanted {
    let paths = ["eventName", "userIdentity", "userIdentity.arn", "requestParameters", "resources.ARN", "sourceIPAddress"];
    Wanted { paths: paths.map(str::to_owned).into(), all_columns: true, whole_record: true, ..Wanted::default() }
}

#[test]
fn nothing_is_copied() {
    let records = records();
    let normalized = normalize(&records, all_there_is());
    assert!(normalized.tally.mapped as usize >= records.len() - 2, "{:?}", normalized.tally);
    assert_eq!(normalized.tally.copied_bytes, 0, "bytes of records that were written anew");
}

#[test]
fn raw_data_is_the_record_and_lies_in_the_arena() {
    let records = records();
    let normalized = normalize(&records, all_there_is());
    let mut found = Vec::new();
    for batch in &normalized.batches {
        let raw = batch.texts("raw_data").unwrap();
        let arena = raw.data_buffers()[0].as_ptr_range();
        for text in raw.iter().flatten() {
            assert!(arena.contains(&text.as_ptr()));
            found.push(text.to_owned());
        }
    }
    let mapped: Vec<&String> = records.iter().filter(|record| found.contains(record)).collect();
    assert_eq!(mapped.len(), found.len(), "byte for byte");
}

#[test]
fn an_escaped_text_is_copied_and_counted() {
    let record = r#"{"eventVersion":"1.11","eventTime":"2026-03-01T10:00:00Z","eventSource":"s3.amazonaws.com","eventName":"Get\u004fbject\u0020of something","eventType":"AwsApiCall"}"#;
    let normalized = normalize(&[record.to_owned()], Wanted { columns: ["api.operation".to_owned()].into(), ..Wanted::default() });
    let names: StringViewArray = normalized.batches[0].texts("api.operation").unwrap();
    assert_eq!(names.value(0), "GetObject of something");
    assert!(normalized.tally.copied_bytes > 0);
}

#[test]
fn a_detection_holds_no_arena() {
    let rule = "title: t\nid: 11111111-2222-4333-8444-555555555555\nlogsource: {product: aws, service: cloudtrail}\ndetection: {s: {eventName: '*'}, condition: s}\n";
    let rules = RuleSet::compile(&[SigmaFile { name: "r".into(), text: rule.into() }], &tests::tables(), &Lists::new()).unwrap();
    let normalized = normalize(&records(), rules.wanted(logsources::ALL[0].name));
    let mut detector = Detector::new(&rules);
    let mut reader = tests::normalizer(&Wanted::default());
    let mut detections: Vec<_> = normalized.batches.iter().map(|batch| detector.detect(batch)).collect();
    for (batch, found) in normalized.batches.iter().zip(&mut detections) {
        found.show(|row| reader.evidence(batch, row));
    }
    assert!(detections.iter().any(|found| found.detections.iter().any(|detection| detection.event.is_some())));
    let arena = normalized.batches[0].answers[0].as_ref().unwrap().texts.data_buffers()[0].clone();
    assert!(arena.strong_count() > 1, "the batches look into it");
    drop(normalized);
    assert_eq!(arena.strong_count(), 1, "nobody but this test holds it: detections own their bytes");
    drop(detections);
}
