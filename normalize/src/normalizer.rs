//! Takes documents apart into records, finds out whose they are, and collects rows.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use arrow_buffer::Buffer;
use event::batch::PADDING;
use event::cut::{self, Piece};
use event::evidence::evidence_columns;
use event::ocsf::{Class, column_at};
use event::reject::{KEPT_BYTES_MAX, RECORD_BYTES_MAX};
use event::tally::Lateness;
use event::{
    Document, EventBatch, EventKey, Evidence, EvidenceField, JsonKind, LogSourceName, Millis, Normalized, Place, RawBatch, Reason, Reject,
    Tally, Wanted,
};
use sha2::{Digest, Sha256};
use twox_hash::XxHash3_128;

use crate::logsource::LogSource;
use crate::positions::{Damage, Parser};
use crate::prepared::{self, Prepared};
use crate::record::Record;
use crate::walk::{Hits, Text};
use crate::wrappers::{self, Closed, DEPTH_MAX, Found};

const TIME: usize = column_at("time");
const ACTIVITY_ID: usize = column_at("activity_id");
const ACTIVITY_NAME: usize = column_at("activity_name");
const TYPE_UID: usize = column_at("type_uid");
const TYPE_NAME: usize = column_at("type_name");
const SEVERITY_ID: usize = column_at("severity_id");
const SEVERITY: usize = column_at("severity");
const RAW_SIZE: usize = column_at("raw_data_size");
const RAW_HASH: usize = column_at("raw_data_hash.value");
const RAW_ALGORITHM_ID: usize = column_at("raw_data_hash.algorithm_id");
const RAW_ALGORITHM: usize = column_at("raw_data_hash.algorithm");
const UID: usize = column_at("metadata.uid");
const ORIGINAL_UID: usize = column_at("metadata.original_event_uid");
const EVENT_CODE: usize = column_at("metadata.event_code");
const OPERATION: usize = column_at("api.operation");

/// The columns of evidence, in the order of its fields.
const EVIDENCE_COLUMNS: [usize; EvidenceField::ALL.len()] = {
    let mut columns = [0; EvidenceField::ALL.len()];
    let mut at = 0;
    while at < columns.len() {
        columns[at] = column_at(EvidenceField::ALL[at].column());
        at += 1;
    }
    columns
};

/// Turns raw batches into events. Each worker has its own.
pub struct Normalizer {
    parser: Parser,
    mapper: Mapper,
    /// The same log sources with the columns that evidence is made of, as far as some was asked for.
    evidence: Vec<Prepared>,
}

/// Everything but the parser, whose positions are looked at meanwhile.
struct Mapper {
    sources: Vec<Prepared>,
    /// For each top-level member by which records may be known, in lower case, the log sources that it may mean.
    marks: HashMap<Vec<u8>, u64>,
    /// The log source of the record before: the next one is likely to be of the same.
    likely: usize,
    hits: Hits,
    key: Vec<u8>,
    /// What was found within strings and is still to be read.
    opened: VecDeque<Opened>,
    opened_bytes: usize,
    out: Out,
}

/// JSON that stood within a string.
struct Opened {
    bytes: Vec<u8>,
    document: Document,
    depth: usize,
    /// Where the record begins that it came from.
    offset: u64,
    /// It is that record itself, with strings opened: where it stands as it came.
    record: Option<(u32, u32)>,
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
    /// When it was delivered, where the name of its file says so.
    delivered: Option<Millis>,
    /// It stood within a string of another: where that one begins.
    within: Option<u64>,
    /// It is one record whose strings were opened: where that stands as it came.
    record: Option<(u32, u32)>,
}

impl Reading<'_> {
    /// How far from the start of its stream a byte of the arena stood.
    fn offset(&self, at: usize) -> u64 {
        self.within.unwrap_or_else(|| (at as i64 + self.document.shift).max(0) as u64)
    }
}

impl Normalizer {
    /// `wanted` is what rules and outputs ask of each log source; a log source that nobody asks anything of is still counted.
    pub fn new(tables: &[&'static LogSource], wanted: &BTreeMap<LogSourceName, Wanted>) -> Self {
        let nothing = Wanted::default();
        let prepare = |source: &&'static LogSource| Prepared::new(source, wanted.get(&source.name).unwrap_or(&nothing));
        let sources = tables.iter().map(prepare).collect();
        let mut marks: HashMap<Vec<u8>, u64> = HashMap::new();
        for (at, source) in tables.iter().enumerate() {
            source.marks.iter().for_each(|mark| *marks.entry(mark.to_ascii_lowercase().into_bytes()).or_default() |= 1 << at);
        }
        let mapper = Mapper {
            sources,
            marks,
            likely: 0,
            hits: Hits::default(),
            key: Vec::new(),
            opened: VecDeque::new(),
            opened_bytes: 0,
            out: Out::default(),
        };
        Self { parser: Parser::default(), mapper, evidence: Vec::new() }
    }

    /// What a finding shows of an event: its record is walked once more, since few events become findings.
    pub fn evidence(&mut self, batch: &EventBatch, row: usize) -> Evidence {
        let span = batch.spans[row];
        assert!(self.parser.parse(&batch.arena, span.0 as usize, span.1 as usize), "it was read before");
        let known = self.evidence.iter().position(|prepared| prepared.source.name == batch.log_source);
        let at = known.unwrap_or_else(|| {
            let source = self.mapper.sources.iter().map(|prepared| prepared.source).find(|source| source.name == batch.log_source);
            let columns = evidence_columns().chain(["metadata.original_event_uid", "metadata.event_code"]);
            let of_evidence = Wanted { columns: columns.map(str::to_owned).collect(), ..Wanted::default() };
            self.evidence.push(Prepared::new(source.expect("it was read before"), &of_evidence));
            self.evidence.len() - 1
        });
        let prepared = &mut self.evidence[at];
        let text = self.parser.text(&batch.arena, span.0 as usize).of_record(span.0);
        let hits = &mut self.mapper.hits;
        prepared.walk(text, hits, 0);
        let part = batch.part(row);
        if let Some((number, list)) = hits.events
            && let Some(event) = text.elements(list).nth(part.unwrap_or(0) as usize)
        {
            prepared.walk_event(text, hits, number, event);
        }
        prepared.ask(text, hits, 0);
        let record = Record { text, hits, span, part };
        prepared.row.clear();
        prepared.row.side.clear();
        prepared.fill(&record);
        prepared.fill_constants();
        (prepared.source.derive)(&record, &mut prepared.row);
        // An event's own uid is the provider's, where the log source gives no other; only an API's event has an operation.
        for (column, other) in [(UID, ORIGINAL_UID), (OPERATION, EVENT_CODE)] {
            if !prepared.row.is_set(column) {
                prepared.row.set(column, prepared.row.cells[other]);
            }
        }
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
        let mut bytes = std::mem::take(&mut raw.bytes);
        let delivered: Vec<Option<Millis>> = raw.deltas.iter().map(|delta| self.mapper.delivered(&delta.partition)).collect();
        let delivered = |document: &Document| delivered[document.delta as usize];
        for document in &raw.documents {
            self.document(&Reading { raw: &raw, document, delivered: delivered(document), within: None, record: None }, &bytes, 0);
        }
        // What stood in strings follows behind all documents.
        while let Some(Opened { bytes: inner, mut document, depth, offset, record }) = self.mapper.opened.pop_front() {
            let start = bytes.len();
            bytes.extend_from_slice(&inner);
            bytes.resize(bytes.len() + PADDING, b' ');
            self.mapper.out.tally.copied_bytes += inner.len() as u64;
            document.range = start as u32..(start + inner.len()) as u32;
            let delivered = delivered(&document);
            let reading = Reading { raw: &raw, document: &document, delivered, within: Some(offset), record };
            self.document(&reading, &bytes, depth);
        }
        self.mapper.opened_bytes = 0;
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
            let lateness = std::mem::take(&mut source.lateness);
            if lateness != Lateness::default() {
                self.mapper.out.tally.sources.entry(source.source.name).or_default().lateness.merge(&lateness);
            }
            let side = Buffer::from_vec(source.row.side.clear());
            let arena = shared.clone().unwrap_or_else(|| Buffer::from_vec(arena.take().expect("there is one log source")));
            source.finish(&vec![arena, side].into(), &partitions, &mut batches);
        }
        let mut out = std::mem::take(&mut self.mapper.out);
        out.tally.duplicate_keys += u64::from(std::mem::take(&mut self.mapper.hits.duplicates));
        batches.iter().for_each(|batch| out.tally.map(batch));
        Normalized { number: raw.number, batches, rejects: out.rejects, tally: out.tally }
    }

    fn document(&mut self, reading: &Reading, bytes: &[u8], depth: usize) {
        let (start, end) = (reading.document.range.start as usize, reading.document.range.end as usize);
        if end - start > RECORD_BYTES_MAX && cut::long_list(&bytes[start..end]).is_none() {
            return self.mapper.out.reject(reading, &bytes[start..end], start, Reason::TooLarge, String::new(), None);
        }
        if self.parser.parse(bytes, start, end) {
            self.value(reading, bytes, start, depth);
        } else {
            self.damaged(reading, bytes, start, end, depth);
        }
    }

    /// Finds the sound records of a damaged document.
    fn damaged(&mut self, reading: &Reading, bytes: &[u8], start: usize, end: usize, depth: usize) {
        let pieces = cut::documents(&bytes[start..end]);
        for piece in &pieces {
            let (range, cut_off) = match piece {
                Piece::Value(range) => (range, false),
                Piece::Damaged { range, cut_off } => (range, *cut_off),
            };
            let (from, to) = (start + range.start, start + range.end);
            if self.parser.parse(bytes, from, to) {
                self.value(reading, bytes, from, depth);
                continue;
            }
            match cut::long_list(&bytes[from..to]) {
                Some(list) => {
                    let parser = &mut self.parser;
                    let elements = cut::elements(&bytes[from..to], list, |element| parser.parse(element, 0, element.len()));
                    for element in elements {
                        self.element(reading, bytes, from, element, depth);
                    }
                }
                None => self.bad(reading, bytes, from, to, cut_off),
            }
        }
    }

    fn element(&mut self, reading: &Reading, bytes: &[u8], from: usize, element: Piece, depth: usize) {
        match element {
            Piece::Value(range) => {
                let (start, end) = (from + range.start, from + range.end);
                if self.parser.parse(bytes, start, end) {
                    self.value(reading, bytes, start, depth);
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
    /// When a file was delivered, by its name.
    fn delivered(&self, partition: &str) -> Option<Millis> {
        self.sources.iter().find_map(|source| (source.source.object_time)(partition))
    }

    /// A sound value at position `i`: a record, a list of records, or a wrapper around them.
    /// Gives the position behind it.
    fn records(&mut self, reading: &Reading, text: Text, i: usize, depth: usize) -> usize {
        if depth > DEPTH_MAX {
            return self.refuse(reading, text, i, Reason::WrapperDepth);
        }
        match text.byte(i) {
            b'[' => {
                let mut at = i + 1;
                while !matches!(text.byte(at), b']' | 0) {
                    // A list within a list is as good as a wrapper.
                    let deeper = usize::from(text.byte(at) == b'[');
                    at = self.records(reading, text, at, depth + deeper);
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
            b'"' if depth > 0 => self.open(reading, text, i, depth),
            _ => self.refuse(reading, text, i, Reason::NotARecord),
        }
    }

    /// A reject of the value at `i`; gives the position behind it.
    fn refuse(&mut self, reading: &Reading, text: Text, i: usize, reason: Reason) -> usize {
        self.refuse_as(reading, text, i, reason, String::new())
    }

    fn refuse_as(&mut self, reading: &Reading, text: Text, i: usize, reason: Reason, detail: String) -> usize {
        let next = text.skip(i);
        let hit = text.value(i, next);
        // Of a string, the quotes are part of what stood there.
        let quote = usize::from(hit.kind == JsonKind::Text);
        let (start, end) = (hit.start as usize - quote, hit.end as usize + quote);
        self.out.reject(reading, &text.bytes[start..end], start, reason, detail, None);
        next
    }

    /// A string in which records are wrapped: it is read when the document that holds it has been.
    fn open(&mut self, reading: &Reading, text: Text, i: usize, depth: usize) -> usize {
        let hit = text.value(i, i + 1);
        let (start, end) = (hit.start as usize, hit.end as usize);
        match wrappers::open(&text.bytes[start..end]) {
            Ok(bytes) if self.opened_bytes + bytes.len() <= wrappers::OPENED_BYTES_MAX => {
                self.opened_bytes += bytes.len();
                let offset = reading.offset(start);
                self.opened.push_back(Opened { bytes, document: reading.document.clone(), depth, offset, record: None });
                i + 1
            }
            Ok(_) | Err(Closed::TooLarge) => self.refuse(reading, text, i, Reason::TooLarge),
            Err(Closed::Unreadable) => self.refuse(reading, text, i, Reason::Wrapped),
        }
    }

    /// The object at `i`, which does not begin like a wrapper.
    fn record(&mut self, reading: &Reading, text: Text, i: usize, depth: usize) -> usize {
        let text = text.of_record(text.offset(i));
        let forced = reading.raw.forced;
        // The log source of the record before is tried at once, the others only if some member speaks for them.
        let mut candidates = None;
        for turn in 0..self.sources.len() {
            let at = (self.likely + turn) % self.sources.len();
            if forced.is_some_and(|name| name != self.sources[at].source.name) {
                continue;
            }
            if turn > 0 && *candidates.get_or_insert_with(|| self.candidates(text, i)) & 1 << at == 0 {
                continue;
            }
            let source = &mut self.sources[at];
            let next = source.walk(text, &mut self.hits, i);
            let span = (text.offset(i), text.offset(next - 1) + 1);
            let record = Record { text, hits: &self.hits, span, part: None };
            if (source.source.fits)(&record) {
                self.likely = at;
                self.recognised(reading, text, at, i, span, depth);
                return next;
            }
        }
        self.unfit(reading, text, i, depth)
    }

    /// The log sources that the members of an object speak for, one bit each.
    fn candidates(&self, text: Text, i: usize) -> u64 {
        let mut folded = Vec::new();
        text.members(i).fold(0, |set, ((start, end), _)| {
            folded.clear();
            folded.extend(text.bytes[start as usize..end as usize].iter().map(u8::to_ascii_lowercase));
            set | self.marks.get(folded.as_slice()).copied().unwrap_or(0)
        })
    }

    /// A record whose log source is known: one event, several, or first its strings are opened.
    fn recognised(&mut self, reading: &Reading, text: Text, at: usize, i: usize, span: (u32, u32), depth: usize) {
        if reading.record.is_none() && !self.sources[at].strings.is_empty() && self.open_strings(reading, text, at, span, depth) {
            return;
        }
        let Some((number, list)) = self.hits.events else {
            return self.event(reading, text, at, i, span, None);
        };
        // A record without a time is one reject, however many events it has. A list of one event is that event.
        let source = self.sources[at].source;
        let timed = {
            let record = Record { text, hits: &self.hits, span, part: None };
            source.time.iter().any(|path| record.time(*path).is_some())
        };
        let several = text.elements(list).nth(1).is_some();
        if !timed || text.elements(list).next().is_none() {
            return self.event(reading, text, at, i, span, None);
        }
        for (part, event) in text.elements(list).enumerate() {
            let mark = self.hits.mark();
            self.sources[at].walk_event(text, &mut self.hits, number, event);
            self.event(reading, text, at, i, span, several.then_some(part as u32));
            self.hits.back_to(&mark);
        }
    }

    /// Writes the record anew with its JSON strings opened, if it has any; it is read when the document that holds it has been.
    fn open_strings(&mut self, reading: &Reading, text: Text, at: usize, span: (u32, u32), depth: usize) -> bool {
        let mut strings: Vec<(u32, u32, Vec<u8>)> = Vec::new();
        for leaf in &self.sources[at].strings {
            for hit in self.hits.all(*leaf).filter(|hit| hit.kind == JsonKind::Text && hit.end - hit.start >= 2) {
                let raw = &text.bytes[hit.start as usize..hit.end as usize];
                if matches!(raw[0], b'{' | b'[' | b' ' | b'\\') {
                    let mut json = Vec::new();
                    event::unescape::unescape(raw, &mut json);
                    if matches!(json.trim_ascii_start().first(), Some(b'{' | b'['))
                        && serde_json::from_slice::<serde::de::IgnoredAny>(&json).is_ok()
                    {
                        strings.push((hit.start - 1, hit.end + 1, json));
                    }
                }
            }
        }
        if strings.is_empty() {
            return false;
        }
        strings.sort_unstable();
        let mut bytes = Vec::with_capacity((span.1 - span.0) as usize);
        let mut from = span.0;
        for (start, end, json) in &strings {
            bytes.extend_from_slice(&text.bytes[from as usize..*start as usize]);
            bytes.extend_from_slice(json);
            from = *end;
        }
        bytes.extend_from_slice(&text.bytes[from as usize..span.1 as usize]);
        let offset = reading.offset(span.0 as usize);
        self.opened.push_back(Opened { bytes, document: reading.document.clone(), depth, offset, record: Some(span) });
        true
    }

    /// A record of a known log source.
    fn event(&mut self, reading: &Reading, text: Text, at: usize, i: usize, span: (u32, u32), part: Option<u32>) {
        let prepared = &mut self.sources[at];
        let source = prepared.source;
        prepared.ask(text, &mut self.hits, i);
        let record = Record { text, hits: &self.hits, span, part };
        let raw = reading.record.unwrap_or(span);
        let raw_bytes = &text.bytes[raw.0 as usize..raw.1 as usize];
        let Some(time) = source.time.iter().find_map(|path| record.time(*path)) else {
            let found = source.time.iter().find_map(|path| Some((path, record.scalar(*path)?)));
            let detail = found.map_or_else(String::new, |(path, found)| {
                let short: String = found.chars().take(60).collect();
                format!("`{short}` under `{}`", source.paths[*path as usize])
            });
            self.out.reject(reading, raw_bytes, raw.0 as usize, Reason::NoTime, detail, Some(source.name));
            if prepared.withholds() {
                let reject = self.out.rejects.last_mut().expect("pushed a line ago");
                reject.sha256 = Some(Sha256::digest(raw_bytes).into());
                reject.bytes.clear();
            }
            return;
        };
        if let Some(delivered) = reading.delivered.or_else(|| source.delivered.iter().find_map(|path| record.time(*path))) {
            prepared.lateness.add(delivered - time);
        }
        self.key.clear();
        let has_id = (source.key)(&record, &mut self.key);
        if !has_id {
            self.key.clear();
            self.key.extend_from_slice(&canonical_key(source.name, raw_bytes).0.to_le_bytes());
        }
        if let Some(part) = part {
            self.key.extend_from_slice(&part.to_le_bytes());
        }
        let key = if has_id || part.is_some() {
            EventKey(XxHash3_128::oneshot(&self.key))
        } else {
            EventKey(u128::from_le_bytes(self.key[..].try_into().expect("16 bytes")))
        };

        prepared.row.clear();
        prepared.fill(&record);
        let class = (source.derive)(&record, &mut prepared.row);
        let row = &mut prepared.row;
        row.number(TIME, time);
        if prepared.own_severity && !row.is_set(SEVERITY_ID) {
            row.number(SEVERITY_ID, 1);
            row.constant(SEVERITY, "Informational");
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
        if row.wants(UID) && !row.is_set(UID) {
            match row.cells[ORIGINAL_UID] {
                crate::record::Cell::None => {
                    let view = row.side.write(key.to_string().as_bytes());
                    row.set(UID, crate::record::Cell::View(view));
                }
                cell => row.set(UID, cell),
            }
        }
        if row.wants(RAW_SIZE) {
            row.number(RAW_SIZE, raw_bytes.len() as i64);
            row.number(RAW_ALGORITHM_ID, 3);
            row.constant(RAW_ALGORITHM, "SHA-256");
            let hash: String = Sha256::digest(raw_bytes).iter().map(|byte| format!("{byte:02x}")).collect();
            let view = row.side.write(hash.as_bytes());
            row.set(RAW_HASH, crate::record::Cell::View(view));
        }
        let place = (reading.document.delta, reading.offset(raw.0 as usize));
        prepared.push(class, &record, &self.hits, text, prepared::Place { time, key, place, raw });
    }

    /// An object that no log source takes: a wrapper, something that is known to hold no events, or a reject.
    fn unfit(&mut self, reading: &Reading, text: Text, i: usize, depth: usize) -> usize {
        match wrappers::look(text, i) {
            Found::Skipped(kind) => self.out.tally.skip(kind),
            Found::Wrapped(values) => {
                for value in values {
                    self.records(reading, text, value, depth + 1);
                }
            }
            _ if reading.raw.forced.is_some() => return self.refuse(reading, text, i, Reason::Forced),
            Found::NotRead(kind) => {
                *self.out.tally.not_read.entry(kind).or_default() += 1;
                return self.refuse_as(reading, text, i, Reason::NotRead, format!("it looks like {kind}"));
            }
            Found::Unknown => return self.refuse(reading, text, i, Reason::NotRecognised),
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
        let ids = classes.flat_map(|class| (0..=17).chain([99]).map(move |id| (class, id)));
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
            place: Place { partition: reading.raw.deltas[reading.document.delta as usize].partition.clone(), offset: reading.offset(at) },
            log_source,
            bytes: bytes[..if whole { bytes.len() } else { KEPT_BYTES_MAX }].to_vec(),
            length: bytes.len() as u64,
            sha256: (!whole || reason == Reason::NotUtf8).then(|| Sha256::digest(bytes).into()),
        });
    }
}
