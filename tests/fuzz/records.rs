//! The second door: one document, taken apart into records.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::Array;
use event::{Delta, Document, LogSourceName, Normalized, RawBatch, Wanted};
use normalize::{Normalizer, logsources};
use tests::reading::{everything, read};

use crate::{seeds, target};

/// Takes bytes for one document, as the framer hands it on.
fn normalized(bytes: &[u8], wanted: &BTreeMap<LogSourceName, Wanted>) -> Normalized {
    let mut arena = bytes.to_vec();
    arena.resize(bytes.len() + event::batch::PADDING, b' ');
    let raw = RawBatch {
        bytes: arena,
        documents: vec![Document { range: 0..bytes.len() as u32, delta: 0, shift: 0 }],
        deltas: vec![Delta { partition: Arc::from("test"), from: 0, to: bytes.len() as u64 }],
        ..RawBatch::default()
    };
    Normalizer::new(logsources::ALL, wanted).normalize(raw)
}

#[test]
fn whatever_a_document_holds() {
    let asked = ["userIdentity", "userIdentity.type", "a.b.c", "awsregion", "", "resources.ARN", "s", "n"];
    let wanted = Wanted { paths: asked.map(str::to_owned).into(), whole_record: true, all_columns: true, ..Wanted::default() };
    let wanted = logsources::ALL.iter().map(|source| (source.name, wanted.clone())).collect();
    target!(seeds::texts(), |bytes: &[u8]| {
        let normalized = normalized(bytes, &wanted);
        assert!(normalized.tally.adds_up(), "{:?}", normalized.tally);
        for batch in &normalized.batches {
            // Views were made without Arrow's checks: here they are made up for.
            for column in batch.rows.columns() {
                column.to_data().validate_full().expect("every view is within its buffer, and UTF-8");
            }
            for asked in batch.answers.iter().flatten() {
                asked.texts.to_data().validate_full().expect("every view is within its buffer, and UTF-8");
                assert_eq!(asked.kinds.len(), batch.len());
            }
            assert_eq!(batch.rows.num_rows(), batch.len());
            assert!(batch.places.iter().all(|(_, offset)| *offset < bytes.len() as u64));
        }
    });
}

/// What a record's columns say does not depend on which others are asked for, nor on what stands before it.
#[test]
fn raw_data_stands_in_the_input() {
    target!(seeds::texts(), |bytes: &[u8]| {
        let normalized = normalized(bytes, &everything());
        for batch in &normalized.batches {
            let texts = batch.texts("raw_data").expect("it was asked for");
            for (row, (_, offset)) in batch.places.iter().enumerate() {
                let raw = texts.value(row).as_bytes();
                assert_eq!(&bytes[*offset as usize..][..raw.len()], raw, "the place leads to the record");
            }
        }
        for reject in &normalized.rejects {
            let from = reject.place.offset as usize;
            assert_eq!(&bytes[from..][..reject.bytes.len()], reject.bytes, "the place leads to the reject");
        }
    });
}

/// Lines of objects: each byte that is no white space between them is in `raw_data`, in a reject, or in something that was skipped.
#[test]
fn no_byte_of_lines_is_lost() {
    target!(seeds::texts(), |bytes: &[u8]| {
        let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').filter(|line| is_plain_object(line)).collect();
        let text: Vec<u8> = lines.iter().flat_map(|line| [*line, b"\n"].concat()).collect();
        let read = read(&text);
        if read.tally.skipped_total() > 0 || !read.tally.damaged_files.is_empty() {
            return;
        }
        let given: usize = lines.iter().map(|line| line.trim_ascii().len()).sum();
        let kept = read.raw_data().iter().map(String::len).sum::<usize>() + read.rejects.iter().map(|r| r.bytes.len()).sum::<usize>();
        assert_eq!(kept, given, "{}", String::from_utf8_lossy(&text));
    });
}

/// A line that is one JSON object and no wrapper of records, so that nothing around them goes.
fn is_plain_object(line: &[u8]) -> bool {
    let wraps = |text: &str| ["Records", "records", "detail", "\\u"].iter().any(|word| text.contains(word));
    line.trim_ascii().starts_with(b"{")
        && std::str::from_utf8(line).is_ok_and(|text| !wraps(text) && serde_json::from_str::<serde_json::Value>(text).is_ok())
}
