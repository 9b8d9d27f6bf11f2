//! What travels: raw documents, then events in columns. Batches are large enough that whatever is decided per batch costs nothing.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringViewArray, StructArray};
use arrow_buffer::Buffer;

use crate::field::LogSourceName;
use crate::key::EventKey;
use crate::ocsf::Class;
use crate::reject::{Place, Reject};
use crate::tally::Tally;
use crate::time::Millis;

/// Bytes that are readable behind every document, so that 64 bytes may be loaded at once.
pub const PADDING: usize = 64;

/// The order of batches: which piece of the reading plan, and which batch of that piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct BatchNumber {
    pub piece: u64,
    pub part: u32,
}

/// Which rule set a batch was read for; one is enough until rules are reloaded while running.
pub type Generation = u32;

/// The stretch of one ordered stream (a file, an object, a Kafka partition) that a batch covers. Positions are bytes of the
/// inflated stream, half open.
#[derive(Clone, Debug)]
pub struct Delta {
    pub partition: Arc<str>,
    pub from: u64,
    pub to: u64,
}

/// One JSON document in the arena.
#[derive(Clone, Debug)]
pub struct Document {
    pub range: Range<u32>,
    /// Index into the batch's deltas.
    pub delta: u32,
    /// A byte at position `p` of the arena stood at `p + shift` in its stream. Documents that were cut out of a larger one carry a
    /// copy of its head, whose bytes stood elsewhere.
    pub shift: i64,
}

/// Whole JSON documents as they came, in one buffer (an arena). Nothing here says what they mean.
#[derive(Debug, Default)]
pub struct RawBatch {
    pub number: BatchNumber,
    /// Becomes an Arrow buffer without a copy. Behind every document lie [`PADDING`] readable bytes, which may belong to the next one.
    pub bytes: Vec<u8>,
    pub documents: Vec<Document>,
    pub deltas: Vec<Delta>,
    pub forced: Option<LogSourceName>,
    /// What was damaged before it was a document.
    pub rejects: Vec<Reject>,
}

impl RawBatch {
    pub fn place(&self, document: &Document, at: usize) -> Place {
        place(&self.deltas, document.delta, at, document.shift)
    }
}

/// The place of the byte at `at` in an arena.
pub fn place(deltas: &[Delta], delta: u32, at: usize, shift: i64) -> Place {
    Place { partition: deltas[delta as usize].partition.clone(), offset: (at as i64 + shift).max(0) as u64 }
}

/// What one RawBatch became.
#[derive(Debug, Default)]
pub struct Normalized {
    pub number: BatchNumber,
    pub batches: Vec<EventBatch>,
    pub rejects: Vec<Reject>,
    pub tally: Tally,
}

/// Rows of one log source and one OCSF class. Every view looks into the arena; whoever keeps a row copies it.
#[derive(Debug)]
pub struct EventBatch {
    pub log_source: LogSourceName,
    pub class: Class,
    pub times: Vec<Millis>,
    pub keys: Vec<EventKey>,
    /// The class's schema, projected to what was wanted.
    pub rows: RecordBatch,
    /// The answers to what rules asked of the raw record, one per wanted path, by name; none where no row was asked that has a value.
    /// Never written out.
    pub asked: Arc<[Arc<str>]>,
    pub answers: Vec<Option<Asked>>,
    /// The bytes as they came, and where each row's record stands in them: evidence is read from there when a finding is built.
    pub arena: Buffer,
    pub spans: Vec<(u32, u32)>,
    /// Per row, which of its record's events it is, up to the last row whose record has several.
    pub parts: Vec<Option<u32>>,
    /// Per row: index into `partitions`, and the offset there.
    pub places: Vec<(u32, u64)>,
    pub partitions: Arc<[Arc<str>]>,
    pub generation: Generation,
}

impl EventBatch {
    pub fn len(&self) -> usize {
        self.times.len()
    }

    pub fn is_empty(&self) -> bool {
        self.times.is_empty()
    }

    /// Which of its record's events a row is, where the record has several.
    pub fn part(&self, row: usize) -> Option<u32> {
        self.parts.get(row).copied().flatten()
    }

    /// The column at an OCSF path, or none where it was not wanted.
    pub fn column(&self, path: &str) -> Option<ArrayRef> {
        let mut names = path.split('.');
        let mut array = self.rows.column_by_name(names.next()?)?.clone();
        for name in names {
            let part = array.as_any().downcast_ref::<StructArray>()?;
            array = part.column_by_name(name)?.clone();
        }
        Some(array)
    }

    /// A column of texts.
    pub fn texts(&self, path: &str) -> Option<StringViewArray> {
        self.column(path)?.as_any().downcast_ref::<StringViewArray>().cloned()
    }
}

/// What kind of JSON value stood at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(u8)]
pub enum JsonKind {
    #[default]
    Missing,
    Null,
    Bool,
    Number,
    Text,
    /// The text of the answer is its JSON.
    Object,
    /// An empty list; the elements of others are answers of their own.
    List,
}

/// What stood at one path, row by row: the text of a string without its quotes and escapes, the JSON of everything else.
#[derive(Debug)]
pub struct Asked {
    /// Where not every row was asked: the rows that have a value, in order, each with the place of its text.
    pub rows: Option<Vec<AskedRow>>,
    /// Where every row was asked: one for each of them. Texts are in the same order.
    pub kinds: Vec<JsonKind>,
    pub texts: StringViewArray,
    /// Further values of rows that have several (lists on the way), in order of row.
    pub more: Vec<More>,
}

#[derive(Debug, Clone, Copy)]
pub struct AskedRow {
    pub row: u32,
    pub text: u32,
    pub kind: JsonKind,
}

#[derive(Debug, Clone)]
pub struct More {
    pub row: u32,
    pub kind: JsonKind,
    pub text: Box<str>,
}

impl Asked {
    /// The first value of a row.
    #[inline]
    pub fn first(&self, row: usize) -> Option<(JsonKind, &str)> {
        let (kind, text) = match &self.rows {
            None => (self.kinds[row], row),
            Some(rows) => {
                let found = rows[rows.binary_search_by_key(&(row as u32), |asked| asked.row).ok()?];
                (found.kind, found.text as usize)
            }
        };
        (kind != JsonKind::Missing).then(|| (kind, self.texts.value(text)))
    }

    /// Every value of a row.
    pub fn values(&self, row: usize) -> impl Iterator<Item = (JsonKind, &str)> {
        let first = self.first(row);
        let from = if self.more.is_empty() { 0 } else { self.more.partition_point(|more| (more.row as usize) < row) };
        let rest = self.more[from..].iter().take_while(move |more| more.row as usize == row).map(|more| (more.kind, &*more.text));
        first.into_iter().chain(rest)
    }
}
