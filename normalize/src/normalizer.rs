//! Takes documents apart into records, finds out whose they are, and collects rows.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_buffer::Buffer;
use event::cut::{self, Piece};
use event::evidence::evidence_columns;
use event::ocsf::{self, Class, column_at};
use event::reject::{KEPT_BYTES_MAX, RECORD_BYTES_MAX};
use event::{
    Document, EventBatch, EventKey, Evidence, EvidenceField, JsonKind, LogSourceName, Normalized, Place, RawBatch, Reason, Reject, Tally,
    Wanted,
};
use sha2::{Digest, Sha256};
use twox_hash::XxHash3_128;

use crate::logsource::LogSource;
use crate::positions::{Damage, Parser};
use crate::prepared::Prepared;
use crate::record::Record;
use crate::walk::{Hits, Text, Walk};

/// Wrappers are opened so many deep.
const WRAPPERS_MAX: usize = 4;

const TIME: usize = column_at("time");
const CLASS_UID: usize = column_at("class_uid");
const CLASS_NAME: usize = column_at("class_name");
const CATEGORY_UID: usize = column_at("category_uid");
const CATEGORY_NAME: usize = column_at("category_name");
const ACTIVITY_ID: usize = column_at("activity_id");
const ACTIVITY_NAME: usize = column_at("activity_name");
const TYPE_UID: usize = column_at("type_uid");
const TYPE_NAME: usize = column_at("type_name");
const SEVERITY_ID: usize = column_at("severity_id");
const SEVERITY: usize = column_at("severity");
const VERSION: usize = column_at("metadata.version");
const PROFILES: usize = column_at("metadata.profiles");
const UID: usize = column_at("metadata.uid");
const ORIGINAL_UID: usize = column_at("metadata.original_event_uid");

/// The columns of evidence, in the order of its fields. An event's own uid is the provider's, where there is one.
const EVIDENCE_COLUMNS: [usize; EvidenceField::ALL.len()] = {
    let mut columns = [0; EvidenceField::ALL.len()];
    let mut at = 0;
    while at < columns.len() {
        let field = EvidenceField::ALL[at];
        columns[at] = if matches!(field, EvidenceField::Uid) { ORIGINAL_UID } else { column_at(field.column()) };
        at += 1;
    }
    columns
};

/// Turns raw batches into events. Each worker has its own.
pub struct Normalizer {
    parser: Parser,
    mapper: Mapper,
    /// The same log sources, with the columns that evidence is made of.
    evidence: Vec<Prepared>,
}

/// Everything but the parser, whose positions are looked at meanwhile.
struct Mapper {
    sources: Vec<Prepared>,
    /// The log source of the record before: the next one is likely to be of the same.
    likely: usize,
    hits: Hits,
    key: Vec<u8>,
    out: Out,
}

/// What a batch comes to.
#[derive(Default)]
struct Out {
    rejects: Vec<Reject>,
    tally: Tally,
}

/// A document while it is taken apart.
struct Reading<'a> {
    raw: &'a RawBatch,
    document: &'a Document,
}

impl Normalizer {
    /// `wanted` is what rules and outputs ask of each log source; a log source that nobody asks anything of is still counted.
    pub fn new(tables: &[&'static LogSource], wanted: &BTreeMap<LogSourceName, Wanted>) -> Self {
        let nothing = Wanted::default();
        let prepare = |source: &&'static LogSource| Prepared::new(source, wanted.get(&source.name).unwrap_or(&nothing));
        let sources = tables.iter().map(prepare).collect();
        let mapper = Mapper { sources, likely: 0, hits: Hits::default(), key: Vec::new(), out: Out::default() };
        let of_evidence = Wanted { columns: evidence_columns().map(str::to_owned).collect(), ..Wanted::default() };
        let evidence = tables.iter().map(|source| Prepared::new(source, &of_evidence)).collect();
        Self { parser: Parser::default(), mapper, evidence }
    }

    /// What a finding shows of an event: its record is read once more, since few events become findings.
    pub fn evidence(&mut self, batch: &EventBatch, row: usize) -> Evidence {
        let (start, end) = batch.spans[row];
        assert!(self.parser.parse(&batch.arena, start as usize, end as usize), "it was read before");
        let prepared = self.evidence.iter_mut().find(|source| source.source.name == batch.log_source).expect("it was read before");
        let text = self.parser.text(&batch.arena, start as usize).of_record(start);
        let hits = &mut self.mapper.hits;
        Walk { text, trie: &prepared.trie, hits, unmapped: false, element: 0 }.record(0, prepared.leaves);
        let record = Record { text, hits, span: (start, end) };
        prepared.row.clear();
        prepared.row.side.clear();
        prepared.fill(&record);
        (prepared.source.derive)(&record, &mut prepared.row);
        let (partition, offset) = batch.places[row];
        let place = Place { partition: batch.partitions[partition as usize].clone(), offset };
        let activity = prepared.number(ACTIVITY_ID).unwrap_or(0) as i32;
        let mut evidence = Evidence::empty(batch.times[row], batch.keys[row], batch.log_source, batch.class, activity, place);
        for (field, column) in EvidenceField::ALL.into_iter().zip(EVIDENCE_COLUMNS) {
            prepared.with_text(column, &batch.arena, |text| evidence.push(field, text));
        }
        if evidence.text(EvidenceField::Uid).is_none() {
            evidence = evidence.with_uid(&batch.keys[row].to_string());
        }
        evidence
    }

    /// One parse per document.
    pub fn normalize(&mut self, mut raw: RawBatch) -> Normalized {
        self.mapper.out = Out::default();
        let bytes = std::mem::take(&mut raw.bytes);
        for document in &raw.documents {
            self.document(&Reading { raw: &raw, document }, &bytes);
        }
        for reject in &raw.rejects {
            if reject.reason.is_of_file() {
                *self.mapper.out.tally.damaged_files.entry(reject.reason).or_default() += 1;
            } else {
                self.mapper.out.tally.reject(reject.reason, reject.log_source);
            }
        }
        self.mapper.out.rejects.extend(raw.rejects);
        let mut batches = Vec::new();
        let partitions: Arc<[Arc<str>]> = raw.deltas.iter().map(|delta| delta.partition.clone()).collect();
        let mut arena = Some(bytes);
        let several = self.mapper.sources.len() > 1;
        let shared = if several { arena.take().map(Buffer::from_vec) } else { None };
        for source in &mut self.mapper.sources {
            self.mapper.out.tally.copied_bytes += std::mem::take(&mut source.row.side.copied);
            let side = Buffer::from_vec(source.row.side.clear());
            let arena = shared.clone().unwrap_or_else(|| Buffer::from_vec(arena.take().expect("there is one log source")));
            source.finish(&vec![arena, side].into(), &partitions, &mut batches);
        }
        let mut out = std::mem::take(&mut self.mapper.out);
        out.tally.duplicate_keys += u64::from(std::mem::take(&mut self.mapper.hits.duplicates));
        batches.iter().for_each(|batch| out.tally.map(batch));
        Normalized { number: raw.number, batches, rejects: out.rejects, tally: out.tally }
    }

    fn document(&mut self, reading: &Reading, bytes: &[u8]) {
        let (start, end) = (reading.document.range.start as usize, reading.document.range.end as usize);
        if end - start > RECORD_BYTES_MAX && cut::long_list(&bytes[start..end]).is_none() {
            return self.mapper.out.reject(reading, &bytes[start..end], start, Reason::TooLarge, String::new(), None);
        }
        if self.parser.parse(bytes, start, end) {
            self.value(reading, bytes, start, 0);
        } else {
            self.damaged(reading, bytes, start, end);
        }
    }

    /// Finds the sound records of a damaged document.
    fn damaged(&mut self, reading: &Reading, bytes: &[u8], start: usize, end: usize) {
        let pieces = cut::documents(&bytes[start..end]);
        for piece in &pieces {
            let (range, cut_off) = match piece {
                Piece::Value(range) => (range, false),
                Piece::Damaged { range, cut_off } => (range, *cut_off),
            };
            let (from, to) = (start + range.start, start + range.end);
            if self.parser.parse(bytes, from, to) {
                self.value(reading, bytes, from, 0);
                continue;
            }
            match cut::long_list(&bytes[from..to]) {
                Some(list) => {
                    let parser = &mut self.parser;
                    let elements = cut::elements(&bytes[from..to], list, |element| parser.parse(element, 0, element.len()));
                    for element in elements {
                        self.element(reading, bytes, from, element);
                    }
                }
                None => self.bad(reading, bytes, from, to, cut_off),
            }
        }
    }

    fn element(&mut self, reading: &Reading, bytes: &[u8], from: usize, element: Piece) {
        match element {
            Piece::Value(range) => {
                let (start, end) = (from + range.start, from + range.end);
                if self.parser.parse(bytes, start, end) {
                    self.value(reading, bytes, start, 1);
                } else {
                    self.bad(reading, bytes, start, end, false);
                }
            }
            Piece::Damaged { range, cut_off } => self.bad(reading, bytes, from + range.start, from + range.end, cut_off),
        }
    }

    /// One reject for a stretch that cannot be read.
    fn bad(&mut self, reading: &Reading, bytes: &[u8], start: usize, end: usize, cut_off: bool) {
        let text = &bytes[start..end];
        let (reason, detail) = match self.parser.judge(text) {
            Err(Damage::NotUtf8) => (Reason::NotUtf8, String::new()),
            Err(Damage::TooDeep) => (Reason::TooDeep, String::new()),
            Err(Damage::NotJson(_)) if cut_off => (Reason::NotJson, "it ends in the middle".to_owned()),
            Err(Damage::NotJson(detail)) => (Reason::NotJson, detail),
            Ok(()) => (Reason::NotARecord, String::new()),
        };
        self.mapper.out.reject(reading, text, start, reason, detail, None);
    }

    /// What was parsed last.
    fn value(&mut self, reading: &Reading, bytes: &[u8], start: usize, depth: usize) {
        let text = self.parser.text(bytes, start);
        self.mapper.records(reading, text, 0, depth);
    }
}

impl Mapper {
    /// A sound value at position `i`: a record, a list of records, or a wrapper around them.
    /// Gives the position behind it.
    fn records(&mut self, reading: &Reading, text: Text, i: usize, depth: usize) -> usize {
        if depth > WRAPPERS_MAX {
            return self.refuse(reading, text, i, Reason::WrapperDepth);
        }
        match text.byte(i) {
            b'[' => {
                let mut at = i + 1;
                while !matches!(text.byte(at), b']' | 0) {
                    at = self.records(reading, text, at, depth + 1);
                    at += usize::from(text.byte(at) == b',');
                }
                at + 1
            }
            b'{' => match records_list(text, i) {
                Some(list) => {
                    let next = self.records(reading, text, list, depth);
                    text.skip_rest(next)
                }
                None => self.record(reading, text, i, depth),
            },
            _ => self.refuse(reading, text, i, Reason::NotARecord),
        }
    }

    /// A reject of the value at `i`; gives the position behind it.
    fn refuse(&mut self, reading: &Reading, text: Text, i: usize, reason: Reason) -> usize {
        let next = text.skip(i);
        let hit = text.value(i, next);
        // Of a string, the quotes are part of what stood there.
        let quote = usize::from(hit.kind == JsonKind::Text);
        let (start, end) = (hit.start as usize - quote, hit.end as usize + quote);
        self.out.reject(reading, &text.bytes[start..end], start, reason, String::new(), None);
        next
    }

    /// The object at `i`, which does not begin like a wrapper.
    fn record(&mut self, reading: &Reading, text: Text, i: usize, depth: usize) -> usize {
        let text = text.of_record(text.offset(i));
        let forced = reading.raw.forced;
        for turn in 0..self.sources.len() {
            let at = (self.likely + turn) % self.sources.len();
            let source = &mut self.sources[at];
            if forced.is_some_and(|name| name != source.source.name) {
                continue;
            }
            let unmapped = source.unmapped;
            let mut walk = Walk { text, trie: &source.trie, hits: &mut self.hits, unmapped, element: 0 };
            let next = walk.record(i, source.leaves);
            let span = (text.offset(i), text.offset(next - 1) + 1);
            let record = Record { text, hits: &self.hits, span };
            if (source.source.fits)(&record) {
                self.likely = at;
                self.event(reading, text, at, span);
                return next;
            }
        }
        self.unfit(reading, text, i, depth)
    }

    /// A record of a known log source.
    fn event(&mut self, reading: &Reading, text: Text, at: usize, span: (u32, u32)) {
        let prepared = &mut self.sources[at];
        let source = prepared.source;
        let record = Record { text, hits: &self.hits, span };
        let Some(time) = record.time(source.time) else {
            let detail = record.scalar(source.time).map_or_else(String::new, |found| {
                let short: String = found.chars().take(60).collect();
                format!("`{short}` under `{}`", source.paths[source.time as usize])
            });
            return self.out.reject(reading, record.bytes(), span.0 as usize, Reason::NoTime, detail, Some(source.name));
        };
        self.key.clear();
        let has_id = (source.key)(&record, &mut self.key);
        let key = if has_id { EventKey(XxHash3_128::oneshot(&self.key)) } else { canonical_key(source.name, record.bytes()) };

        prepared.row.clear();
        prepared.fill(&record);
        let class = (source.derive)(&record, &mut prepared.row);
        let row = &mut prepared.row;
        row.number(TIME, time);
        row.number(CLASS_UID, class.uid().into());
        row.constant(CLASS_NAME, class.caption());
        row.number(CATEGORY_UID, class.category_uid().into());
        row.constant(CATEGORY_NAME, class.category_caption());
        row.number(SEVERITY_ID, 1);
        row.constant(SEVERITY, "Informational");
        row.constant(VERSION, ocsf::VERSION);
        if row.wants(PROFILES) {
            row.set(PROFILES, crate::record::Cell::Bool(true));
        }
        if row.wants(ACTIVITY_ID) {
            let activity = match row.cells[ACTIVITY_ID] {
                crate::record::Cell::Long(id) => id,
                _ => 0,
            };
            row.number(ACTIVITY_ID, activity);
            row.number(TYPE_UID, i64::from(class.uid()) * 100 + activity);
            if row.wants(TYPE_NAME) {
                row.constant(TYPE_NAME, type_name(class, activity as i32));
            }
            if !row.is_set(ACTIVITY_NAME) {
                row.constant(ACTIVITY_NAME, class.activity(activity as i32));
            }
        }
        if row.wants(UID) {
            match row.cells[ORIGINAL_UID] {
                crate::record::Cell::None => {
                    let view = row.side.write(key.to_string().as_bytes());
                    row.set(UID, crate::record::Cell::View(view));
                }
                cell => row.set(UID, cell),
            }
        }
        let offset = (i64::from(span.0) + reading.document.shift).max(0) as u64;
        prepared.push(class, &record, &self.hits, text, time, key, (reading.document.delta, offset));
    }

    /// An object that no log source takes: a wrapper, something that is known to hold no events, or a reject.
    fn unfit(&mut self, reading: &Reading, text: Text, i: usize, depth: usize) -> usize {
        let mut wrapped = None;
        let mut kind = None;
        for ((start, end), value) in text.members(i) {
            match (&text.bytes[start as usize..end as usize], text.byte(value)) {
                (b"Records" | b"records", b'[' | b'n') => wrapped = Some(value),
                (b"detail", b'{') => wrapped = Some(value),
                (b"digestS3Object", b'"') => kind = Some("CloudTrail digest"),
                (b"s3", b'{') => kind = Some("S3 notification"),
                _ => {}
            }
        }
        match (kind, wrapped) {
            (Some(kind), _) => {
                self.out.tally.records += 1;
                *self.out.tally.skipped.entry(kind).or_default() += 1;
            }
            (None, Some(value)) if text.byte(value) == b'n' => {}
            (None, Some(value)) => {
                self.records(reading, text, value, depth + 1);
            }
            (None, None) => {
                let reason = if reading.raw.forced.is_some() { Reason::Forced } else { Reason::NotRecognised };
                self.refuse(reading, text, i, reason);
            }
        }
        text.skip(i)
    }
}

/// The list of a document that is nothing but a wrapper around it: `{"Records":[…`.
fn records_list(text: Text, i: usize) -> Option<usize> {
    if text.byte(i + 1) != b'"' || text.byte(i + 3) != b'[' {
        return None;
    }
    let (start, end) = text.key(i + 1);
    matches!(&text.bytes[start as usize..end as usize], b"Records" | b"records").then_some(i + 3)
}

/// The key of an event whose provider gave no id: a hash of the record's canonical JSON, so that spelling does not matter.
fn canonical_key(source: LogSourceName, record: &[u8]) -> EventKey {
    let mut hash = Sha256::new();
    hash.update(source.0);
    match serde_json::from_slice::<serde_json::Value>(record) {
        Ok(value) => hash.update(value.to_string()),
        Err(_) => hash.update(record),
    }
    EventKey(u128::from_be_bytes(hash.finalize()[..16].try_into().expect("32 bytes")))
}

/// OCSF: with activity 99 the type is "Other", whatever the activity is called.
fn type_name(class: Class, activity: i32) -> &'static str {
    use std::sync::LazyLock;
    static NAMES: LazyLock<BTreeMap<(Class, i32), String>> = LazyLock::new(|| {
        let classes = Class::OF_EVENTS.into_iter();
        let ids = classes.flat_map(|class| (0..=12).chain([99]).map(move |id| (class, id)));
        ids.map(|(class, id)| ((class, id), format!("{}: {}", class.caption(), class.activity(id)))).collect()
    });
    NAMES.get(&(class, activity)).or_else(|| NAMES.get(&(class, 0))).map_or("Unknown", String::as_str)
}

impl Out {
    fn reject(&mut self, reading: &Reading, bytes: &[u8], at: usize, reason: Reason, detail: String, log_source: Option<LogSourceName>) {
        self.tally.reject(reason, log_source);
        let whole = bytes.len() <= RECORD_BYTES_MAX;
        self.rejects.push(Reject {
            reason,
            detail,
            place: reading.raw.place(reading.document, at),
            log_source,
            bytes: bytes[..if whole { bytes.len() } else { KEPT_BYTES_MAX }].to_vec(),
            length: bytes.len() as u64,
            sha256: (!whole || reason == Reason::NotUtf8).then(|| Sha256::digest(bytes).into()),
        });
    }
}
