//! The second door once more, for every log source: records in strings, in base64, in gzip, in each other; events within records; JSON
//! within strings.

use std::sync::Arc;
use std::sync::Mutex;

use arrow_array::Array;
use event::{Delta, Document, RawBatch, Wanted};
use normalize::{Normalizer, logsources};

use crate::{seeds, target};

#[test]
fn whatever_is_wrapped() {
    let asked = ["a", "properties.a", "data.b", "events.parameters[name=x].value", "target.id", "protoPayload.request.x", ""];
    let wanted = Wanted { paths: asked.map(str::to_owned).into(), all_columns: true, ..Wanted::default() };
    let wanted = logsources::ALL.iter().map(|source| (source.name, wanted.clone())).collect();
    // To make one costs more than to read a record.
    let normalizer = Mutex::new(Normalizer::new(logsources::ALL, &wanted));
    let check = |bytes: &[u8]| {
        let mut normalizer = normalizer.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut arena = bytes.to_vec();
        arena.resize(bytes.len() + event::batch::PADDING, b' ');
        let raw = RawBatch {
            bytes: arena,
            documents: vec![Document { range: 0..bytes.len() as u32, delta: 0, shift: 0 }],
            deltas: vec![Delta { partition: Arc::from("test"), from: 0, to: bytes.len() as u64 }],
            ..RawBatch::default()
        };
        let normalized = normalizer.normalize(raw);
        assert!(normalized.tally.adds_up(), "{:?}", normalized.tally);
        for batch in &normalized.batches {
            for column in batch.rows.columns() {
                column.to_data().validate_full().expect("every view is within its buffer, and UTF-8");
            }
            for row in 0..batch.len() {
                assert!(batch.places[row].1 < bytes.len() as u64, "the place lies in the input");
                let (start, end) = batch.spans[row];
                serde_json::from_slice::<&serde_json::value::RawValue>(&batch.arena[start as usize..end as usize])
                    .expect("a record is JSON");
                // What a finding would show can be read again.
                let evidence = normalizer.evidence(batch, row);
                assert_eq!(evidence.key, batch.keys[row]);
            }
        }
        for reject in &normalized.rejects {
            assert!(reject.place.offset < bytes.len().max(1) as u64 && reject.length >= reject.bytes.len() as u64);
        }
    };
    target!(seeds::wrapped_records(), check);
}
