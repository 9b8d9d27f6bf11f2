//! One event of Google Workspace in every shape in which it is delivered: however it comes, it is the same event.

use std::collections::BTreeMap;

use event::batch::PADDING;
use event::{Delta, Document, EventKey, RawBatch};
use normalize::{Normalizer, logsources};

const SHAPES: &str = include_str!("../logsources/google_workspace/samples/raw/shapes.ndjson");

#[test]
fn one_event_has_one_key_in_every_shape() {
    let mut raw = RawBatch { deltas: vec![Delta { partition: "test".into(), from: 0, to: 0 }], ..RawBatch::default() };
    raw.bytes.extend_from_slice(SHAPES.as_bytes());
    raw.bytes.resize(raw.bytes.len() + PADDING, b' ');
    let mut start = 0;
    for line in SHAPES.lines() {
        raw.documents.push(Document { range: start..start + line.len() as u32, delta: 0, shift: 0 });
        start += line.len() as u32 + 1;
    }
    let normalized = Normalizer::new(logsources::ALL, &BTreeMap::new()).normalize(raw);
    let mut counts: BTreeMap<EventKey, usize> = BTreeMap::new();
    normalized.batches.iter().flat_map(|batch| &batch.keys).for_each(|key| *counts.entry(*key).or_default() += 1);
    let mut counts: Vec<usize> = counts.into_values().collect();
    counts.sort_unstable();
    assert_eq!(counts, [1, 9], "nine shapes of one event, and another event");
}
