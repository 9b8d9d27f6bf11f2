//! A log source made ready for what is wanted of it: the trie of its paths, which path fills which column, the shapes of its classes,
//! and the rows that are being collected.

use std::sync::Arc;

use arrow_buffer::Buffer;
use event::ocsf::{COLUMNS, Class, Kind, column_at, position};
use event::tally::Lateness;
use event::{Asked, EventBatch, EventKey, JsonKind, Millis, More, Origin, Wanted};
use sha2::Digest;

use crate::columns::{Builder, Shape};
use crate::logsource::LogSource;
use crate::record::{Cell, Record, Row};
use crate::trie::{Leaf, Taken, Trie};
use crate::views::{self, View};
use crate::walk::{Hit, Hits, Text};

const RAW_DATA: usize = column_at("raw_data");
const UNMAPPED: usize = column_at("unmapped");
const UID: usize = column_at("metadata.uid");
const ORIGINAL_UID: usize = column_at("metadata.original_event_uid");

pub struct Prepared {
    pub source: &'static LogSource,
    pub trie: Trie,
    pub leaves: usize,
    pub row: Row,
    pub unmapped: bool,
    selectors: Vec<Selectors>,
    /// Of the paths of strings that hold JSON, those that are visited.
    pub strings: Vec<Leaf>,
    /// Texts that are dropped: neither `raw_data` nor `unmapped` may show them.
    withheld: Vec<(&'static str, Leaf)>,
    /// How late this batch's events were delivered.
    pub lateness: Lateness,
    /// Columns that hold the text of a path as it is, or of the first of several.
    direct: Vec<(usize, Vec<Leaf>)>,
    constants: Vec<(usize, &'static str)>,
    asked_names: Arc<[Arc<str>]>,
    asked: Vec<AskedPath>,
    shapes: Vec<Shape>,
    collected: Vec<Option<Collected>>,
    /// How many rows of each class the batch before had: the next one will have about as many.
    rows_before: Vec<usize>,
}

/// A path that rules ask for.
struct AskedPath {
    /// None is the whole record.
    leaf: Option<Leaf>,
    /// The column that holds the same texts, where it is built: its array is the answer.
    column: Option<usize>,
}

/// `list[key=wanted].value`: read from the elements of a list that are named so. Those of one list and value are looked up together.
struct Selectors {
    key: Leaf,
    value: Leaf,
    wanted: Vec<(Box<str>, Leaf)>,
}

/// The parts of a path with a selector: list, key, wanted, rest.
fn selector(path: &str) -> Option<(&str, &str, &str, &str)> {
    let (list, rest) = path.split_once('[')?;
    let (condition, value) = rest.split_once("].")?;
    let (key, wanted) = condition.split_once('=')?;
    Some((list, key, wanted, value))
}

/// Columns that every event may have, whatever its log source says.
const OF_ALL: &[&str] = &[
    "time",
    "class_uid",
    "class_name",
    "category_uid",
    "category_name",
    "activity_id",
    "activity_name",
    "type_uid",
    "type_name",
    "severity_id",
    "severity",
    "metadata.version",
    "metadata.uid",
    "metadata.profiles",
    "raw_data",
    "unmapped",
];

/// Columns that stand in the place of `raw_data` where it is withheld.
const OF_WITHHELD: &[&str] = &["raw_data_size", "raw_data_hash.algorithm_id", "raw_data_hash.algorithm", "raw_data_hash.value"];

/// The rows of one class.
struct Collected {
    builder: Builder,
    asked: Vec<(Vec<JsonKind>, Vec<View>, Vec<More>)>,
    times: Vec<Millis>,
    keys: Vec<EventKey>,
    places: Vec<(u32, u64)>,
    spans: Vec<(u32, u32)>,
    parts: Vec<Option<u32>>,
}

/// Where the record stands, and when it is.
pub struct Place {
    pub time: Millis,
    pub key: EventKey,
    /// Delta and offset.
    pub place: (u32, u64),
    /// The record as it came: another stretch than the one that was walked where strings were opened.
    pub raw: (u32, u32),
}

impl Prepared {
    pub fn new(source: &'static LogSource, wanted: &Wanted) -> Self {
        let mut columns = vec![wanted.all_columns; COLUMNS.len()];
        for path in &wanted.columns {
            if let Some(at) = position(path) {
                columns[at] = true;
            }
        }
        // An event's uid is the provider's, where there is one.
        columns[ORIGINAL_UID] |= columns[UID];
        // A column that the log source never fills is not built.
        let withholds = !source.withheld.is_empty() && !wanted.withheld_texts;
        for (at, column) in COLUMNS.iter().enumerate() {
            let filled = OF_ALL.contains(&column.path)
                || (withholds && OF_WITHHELD.contains(&column.path))
                || source.fields.iter().any(|field| field.column == Some(column.path));
            columns[at] &= filled && !(withholds && at == RAW_DATA);
        }
        let row = Row::new(columns);
        // The paths that the log source's functions use come first, under the numbers that they have there.
        let mut leaves: Vec<&str> = source.paths.to_vec();
        for path in source.fields.iter().flat_map(|field| field.origin.paths()) {
            if !leaves.contains(path) {
                leaves.push(path);
            }
        }
        let mut visited = vec![false; leaves.len()];
        source.needed.iter().chain(source.time).chain(source.delivered).for_each(|leaf| visited[*leaf as usize] = true);
        let mut taken = vec![Taken::No; leaves.len()];
        let numbers = leaves.clone();
        let number = |path: &str| numbers.iter().position(|p| *p == path).expect("all paths of the table are there") as Leaf;
        let mut direct = Vec::new();
        let mut constants = Vec::new();
        for field in source.fields {
            let Some(column) = field.column.map(|path| position(path).expect("the table names columns of event::ocsf")) else {
                continue;
            };
            let any = matches!(COLUMNS[column].kind, Kind::Json | Kind::Map) || row.list_of[column].is_some();
            for path in field.origin.paths() {
                let leaf = number(path) as usize;
                visited[leaf] |= row.wanted[column];
                if !source.kept.contains(path) {
                    let now = if any { Taken::Any } else { Taken::Scalar };
                    taken[leaf] = if taken[leaf] == Taken::Any { Taken::Any } else { now };
                }
            }
            if !row.wanted[column] {
                continue;
            }
            match field.origin {
                Origin::Path(path) => direct.push((column, vec![number(path)])),
                Origin::First(paths) => direct.push((column, paths.iter().map(|path| number(path)).collect())),
                Origin::Constant(text) => constants.push((column, text)),
                Origin::Derived(..) => {}
            }
        }
        let mut asked_names: Vec<Arc<str>> = Vec::new();
        let mut asked = Vec::new();
        for path in &wanted.paths {
            // Each spelling has an answer of its own: a key that is spelled so beats one in other letters.
            let leaf = visit(path, &mut leaves, &mut visited, &mut taken);
            let answering = source.fields.iter().find(|field| field.answers && matches!(field.origin, Origin::Path(p) if p == path));
            let column = answering.and_then(|field| position(field.column?)).filter(|column| row.wanted[*column]);
            asked_names.push(path.as_str().into());
            asked.push(AskedPath { leaf: Some(leaf), column });
        }
        if wanted.whole_record {
            asked_names.push("".into());
            asked.push(AskedPath { leaf: None, column: None });
        }
        let strings: Vec<Leaf> = source.strings.iter().map(|path| visit(path, &mut leaves, &mut visited, &mut taken)).collect();
        let withheld: &[&str] = if withholds { source.withheld } else { &[] };
        let withheld: Vec<(&str, Leaf)> = withheld.iter().map(|path| (*path, visit(path, &mut leaves, &mut visited, &mut taken))).collect();
        withheld.iter().for_each(|(_, leaf)| taken[*leaf as usize] = Taken::Any);
        let mut selectors: Vec<Selectors> = Vec::new();
        let selecting: Vec<(usize, String, String, String)> = (0..leaves.len())
            .filter(|leaf| visited[*leaf])
            .filter_map(|leaf| {
                let (list, key, wanted, value) = selector(leaves[leaf])?;
                Some((leaf, format!("{list}.{key}"), wanted.to_owned(), format!("{list}.{value}")))
            })
            .collect();
        for (leaf, key, wanted, value) in &selecting {
            let key = visit(key, &mut leaves, &mut visited, &mut taken);
            let value = visit(value, &mut leaves, &mut visited, &mut taken);
            let at = selectors.iter().position(|known| (known.key, known.value) == (key, value)).unwrap_or_else(|| {
                selectors.push(Selectors { key, value, wanted: Vec::new() });
                selectors.len() - 1
            });
            selectors[at].wanted.push((wanted.as_str().into(), *leaf as Leaf));
        }
        let used: Vec<(&str, Leaf, Taken)> = (0..leaves.len())
            .filter(|leaf| selector(leaves[*leaf]).is_none())
            .filter(|leaf| visited[*leaf] || (row.wanted[UNMAPPED] && taken[*leaf] != Taken::No))
            .map(|leaf| (leaves[leaf], leaf as Leaf, taken[leaf]))
            .collect();
        let shapes = Class::OF_EVENTS.iter().map(|class| Shape::new(*class, &row)).collect();
        Self {
            source,
            trie: Trie::new(&used, source.events),
            leaves: leaves.len(),
            unmapped: row.wanted[UNMAPPED],
            selectors,
            strings,
            withheld,
            lateness: Lateness::default(),
            row,
            direct,
            constants,
            asked_names: asked_names.into(),
            asked,
            shapes,
            collected: Class::OF_EVENTS.iter().map(|_| None).collect(),
            rows_before: vec![0; Class::OF_EVENTS.len()],
        }
    }

    /// Finds the elements of lists that are wanted by name. A value that lies deeper counts for the element that it lies in.
    pub fn select(&self, hits: &mut Hits, text: Text) {
        let mut found = Vec::new();
        for selectors in &self.selectors {
            if hits.get(selectors.key).is_none() || hits.get(selectors.value).is_none() {
                continue;
            }
            let mut values = hits.all(selectors.value).peekable();
            for key in hits.all(selectors.key) {
                while values.next_if(|value| value.element < key.element).is_some() {}
                let mut wanted = selectors.wanted.iter().filter(|(wanted, _)| text.is(key, wanted)).peekable();
                if wanted.peek().is_none() {
                    continue;
                }
                let mut end = None;
                let mut inside =
                    |value: &Hit| value.element == key.element || value.start < *end.get_or_insert_with(|| text.end_of(key.element));
                while let Some(value) = values.next_if(&mut inside) {
                    wanted.clone().for_each(|(_, leaf)| found.push((*leaf, value.plain())));
                }
            }
        }
        found.into_iter().for_each(|(leaf, hit)| hits.push(leaf, hit));
    }

    /// The columns that the table fills without the log source's own code.
    #[inline]
    pub fn fill(&mut self, record: &Record) {
        for (column, leaves) in &self.direct {
            let json = COLUMNS[*column].kind == Kind::Json;
            let found = leaves.iter().filter_map(|leaf| record.hits.get(*leaf)).find(|hit| match hit.kind {
                JsonKind::Text => hit.start < hit.end,
                JsonKind::Number | JsonKind::Bool => true,
                JsonKind::Object | JsonKind::List => json,
                JsonKind::Null | JsonKind::Missing => false,
            });
            if let Some(hit) = found {
                self.row.hit(*column, record, hit);
            }
        }
        for (column, text) in &self.constants {
            self.row.constant(*column, text);
        }
    }

    /// Adds the row, and the answers that rules asked for.
    pub fn push(&mut self, class: Class, record: &Record, hits: &Hits, text: Text, place: Place) {
        let at = class.index();
        let shape = &self.shapes[at];
        let collected = self.collected[at].get_or_insert_with(|| Collected {
            builder: Builder::new(shape, &self.row, self.rows_before[at]),
            asked: self.asked.iter().map(|_| Default::default()).collect(),
            times: Vec::new(),
            keys: Vec::new(),
            places: Vec::new(),
            spans: Vec::new(),
            parts: Vec::new(),
        });
        if self.row.wanted[RAW_DATA] {
            let (start, end) = place.raw;
            self.row.set(RAW_DATA, Cell::View(views::view(&text.bytes[start as usize..end as usize], views::ARENA, start)));
        }
        collected.builder.push(shape, &self.row);
        if self.unmapped {
            let left = std::mem::take(&mut self.row.left);
            let side = &mut self.row.side;
            let mut entries: Vec<(View, View)> = hits
                .unmapped
                .iter()
                .map(|member| {
                    let (start, end) = member.value;
                    let value = views::view(&text.bytes[start as usize..end as usize], views::ARENA, start);
                    let (start, end) = member.key;
                    let key = &text.bytes[start as usize..end as usize];
                    let plain = !text.escaped(start, end);
                    if plain && member.under.is_empty() {
                        return (views::view(key, views::ARENA, start), value);
                    }
                    let mut name = member.under.clone().into_bytes();
                    if !name.is_empty() {
                        name.push(b'.');
                    }
                    event::unescape::unescape(key, &mut name);
                    (side.write(&name), value)
                })
                .collect();
            // Of what is withheld, its size and hash stay.
            for (name, path) in &self.withheld {
                if let Some(hit) = hits.get(*path).map(Hit::json) {
                    let raw = &text.bytes[hit.start as usize..hit.end as usize];
                    let name = side.constant(name);
                    let hash: String = sha2::Sha256::digest(raw).iter().map(|byte| format!("{byte:02x}")).collect();
                    let about = format!("{{\"bytes\":{},\"sha256\":\"{hash}\"}}", raw.len());
                    entries.push((name, side.write(about.as_bytes())));
                }
            }
            for path in left {
                if let Some(hit) = hits.get(path).map(Hit::json) {
                    let name = side.constant(self.source.paths[path as usize]);
                    let raw = &text.bytes[hit.start as usize..hit.end as usize];
                    entries.push((name, views::view(raw, views::ARENA, hit.start)));
                }
            }
            collected.builder.push_map(UNMAPPED, entries.into_iter());
        }
        let row = collected.times.len() as u32;
        for (path, (kinds, texts, more)) in self.asked.iter().zip(&mut collected.asked) {
            let Some(leaf) = path.leaf else {
                let (start, end) = place.raw;
                kinds.push(JsonKind::Object);
                texts.push(views::view(&text.bytes[start as usize..end as usize], views::ARENA, start));
                continue;
            };
            let hit = hits.get(leaf);
            let kind = hit.map_or(JsonKind::Missing, |hit| hit.kind);
            match (path.column, hit) {
                (None, Some(hit)) => {
                    kinds.push(kind);
                    texts.push(self.row.side.view(text, hit));
                }
                (None, None) => {
                    kinds.push(JsonKind::Missing);
                    texts.push(0);
                }
                // The column has it, if it is a text.
                (Some(column), Some(_)) if kind == JsonKind::Text && self.row.is_set(column) => kinds.push(kind),
                (Some(_), None) => kinds.push(JsonKind::Missing),
                (Some(_), Some(hit)) => {
                    kinds.push(JsonKind::Missing);
                    more.push(More { row, kind, text: record.text_of(hit).into() });
                }
            }
            if hits.has_more() {
                more.extend(hits.more_of(leaf).map(|hit| More { row, kind: hit.kind, text: record.text_of(hit).into() }));
            }
        }
        collected.times.push(place.time);
        collected.keys.push(place.key);
        collected.places.push(place.place);
        collected.spans.push(record.span);
        if record.part.is_some() {
            collected.parts.resize(row as usize, None);
            collected.parts.push(record.part);
        }
    }

    /// The text of a column of the row at hand; of a list, that of its last item.
    pub fn with_text(&self, column: usize, arena: &[u8], each: impl FnOnce(Option<&str>)) {
        let cell = match self.row.list_of[column] {
            None => self.row.cells[column],
            Some(list) => {
                let columns = &self.row.list_columns[list];
                let last = self.row.lists[list].chunks(columns.len()).next_back();
                let at = columns.iter().position(|c| *c == column).expect("a column of its list");
                last.map_or(Cell::None, |item| item[at])
            }
        };
        match cell {
            Cell::View(view) => views::with_bytes(view, arena, &self.row.side.bytes, |bytes| each(Some(views::text(bytes)))),
            _ => each(None),
        }
    }

    /// A number of the row at hand.
    pub fn number(&self, column: usize) -> Option<i64> {
        match self.row.cells[column] {
            Cell::Long(number) => Some(number),
            _ => None,
        }
    }

    /// The batches of what was collected.
    pub fn finish(&mut self, buffers: &Arc<[Buffer]>, partitions: &Arc<[Arc<str>]>, out: &mut Vec<EventBatch>) {
        for (class, collected) in Class::OF_EVENTS.iter().zip(&mut self.collected) {
            let Some(collected) = collected.take() else {
                continue;
            };
            self.rows_before[class.index()] = collected.times.len() + collected.times.len() / 8;
            let rows = collected.builder.finish(&self.shapes[class.index()], buffers);
            let mut batch = EventBatch {
                log_source: self.source.name,
                class: *class,
                times: collected.times,
                keys: collected.keys,
                rows,
                asked: self.asked_names.clone(),
                answers: Vec::with_capacity(self.asked.len()),
                arena: buffers[views::ARENA as usize].clone(),
                spans: collected.spans,
                parts: collected.parts,
                places: collected.places,
                partitions: partitions.clone(),
                generation: 0,
            };
            for (path, (kinds, texts, more)) in self.asked.iter().zip(collected.asked) {
                let texts = match path.column {
                    Some(column) => batch.texts(COLUMNS[column].path).expect("it is wanted, and holds texts"),
                    None => views::array(texts, buffers, None),
                };
                batch.answers.push(Asked { kinds, texts, more });
            }
            out.push(batch);
        }
    }
}

/// The number of a path that is visited from now on.
fn visit<'a>(path: &'a str, leaves: &mut Vec<&'a str>, visited: &mut Vec<bool>, taken: &mut Vec<Taken>) -> Leaf {
    let leaf = leaves.iter().position(|known| *known == path).unwrap_or_else(|| {
        leaves.push(path);
        visited.push(false);
        taken.push(Taken::No);
        leaves.len() - 1
    });
    visited[leaf] = true;
    leaf as Leaf
}
