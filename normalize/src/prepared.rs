//! A log source made ready for what is wanted of it: the trie of its paths, which path fills which column, the shapes of its classes,
//! and the rows that are being collected.

use std::sync::Arc;

use arrow_buffer::Buffer;
use event::ocsf::{self, COLUMNS, Class, Kind, column_at, position};
use event::tally::Lateness;
use event::{Asked, AskedRow, EventBatch, EventKey, JsonKind, Literals, Millis, More, Origin, Wanted};
use sha2::Digest;

use crate::columns::{Builder, Shape};
use crate::logsource::LogSource;
use crate::paths::Paths;
use crate::record::{Cell, Record, Row};
use crate::selector::{self, Selectors};
use crate::trie::{Leaf, Taken, Trie};
use crate::views::{self, View};
use crate::walk::{Hit, Hits, Text, Walk};

const CLASS_UID: usize = column_at("class_uid");
const CLASS_NAME: usize = column_at("class_name");
const CATEGORY_UID: usize = column_at("category_uid");
const CATEGORY_NAME: usize = column_at("category_name");
const SEVERITY_ID: usize = column_at("severity_id");
const SEVERITY: usize = column_at("severity");
const VERSION: usize = column_at("metadata.version");
const RAW_DATA: usize = column_at("raw_data");
const UNMAPPED: usize = column_at("unmapped");
const UID: usize = column_at("metadata.uid");
const ORIGINAL_UID: usize = column_at("metadata.original_event_uid");

pub struct Prepared {
    pub source: &'static LogSource,
    /// The paths that are looked for in every record, and all that there are.
    trie: Trie,
    whole_trie: Trie,
    leaves: usize,
    when: Vec<When>,
    /// Which of them apply to the record at hand.
    applying: Vec<usize>,
    pub row: Row,
    unmapped: bool,
    selectors: Vec<Selectors>,
    /// Of the paths of strings that hold JSON, those that are visited.
    pub strings: Vec<Leaf>,
    /// Texts that are dropped: neither `raw_data` nor `unmapped` may show them.
    withheld: Vec<(&'static str, Leaf)>,
    /// Its own code says how severe an event is; else all are informational.
    pub own_severity: bool,
    /// How late this batch's events were delivered.
    pub lateness: Lateness,
    /// Columns that hold the text of a path as it is, or of the first of several.
    direct: Vec<(usize, Vec<Leaf>)>,
    constants: Vec<(usize, &'static str)>,
    asked_names: Arc<[Arc<str>]>,
    /// First what is asked of every record, as many as `always`.
    asked: Vec<AskedPath>,
    always: usize,
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

/// Of which records more is wanted: those where one of these paths has one of these texts.
struct When {
    field: Vec<Leaf>,
    texts: Literals<()>,
    /// The text that was one of them last: it is likely to come again.
    last: Vec<u8>,
    /// Numbers in `asked`.
    asked: Vec<usize>,
    rare: bool,
}

/// The rows of one class.
struct Collected {
    builder: Builder,
    answers: Vec<Answers>,
    /// Texts of all answers that are not asked of every record.
    texts: Vec<View>,
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

/// The answers at one path.
#[derive(Default)]
struct Answers {
    /// Where not every record is asked; their texts are those of the class.
    rows: Vec<AskedRow>,
    kinds: Vec<JsonKind>,
    texts: Vec<View>,
    more: Vec<More>,
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
        let mut paths = Paths::new(source.spellings);
        source.paths.iter().for_each(|path| paths.push(path));
        source.needed.iter().chain(source.time).chain(source.delivered).for_each(|leaf| paths.visited[*leaf as usize] = true);
        let named = |column: Option<&str>| source.fields.iter().filter(|field| field.column == column).count();
        let mut direct: Vec<(usize, Vec<Leaf>)> = Vec::new();
        let mut constants = Vec::new();
        for field in source.fields {
            let Some(column) = field.column.map(|path| position(path).expect("the table names columns of event::ocsf")) else {
                continue;
            };
            let any = matches!(COLUMNS[column].kind, Kind::Json | Kind::Map) || row.list_of[column].is_some();
            let leaves: Vec<usize> = field.origin.paths().iter().map(|path| paths.number(path)).collect();
            for (path, leaf) in field.origin.paths().iter().zip(&leaves) {
                paths.visited[*leaf] |= row.wanted[column];
                if !source.kept.contains(path) && paths.taken[*leaf] != Taken::Any {
                    paths.taken[*leaf] = if any { Taken::Any } else { Taken::Scalar };
                }
            }
            match field.origin {
                _ if !row.wanted[column] => {}
                Origin::Path(_) | Origin::First(_) => direct.push((column, leaves.into_iter().map(|leaf| leaf as Leaf).collect())),
                // What its own code may fill instead is filled by that, row by row.
                Origin::Constant(text) if named(field.column) == 1 => constants.push((column, text)),
                Origin::Constant(_) | Origin::Derived(..) => {}
            }
        }
        let mut asked_names: Vec<Arc<str>> = Vec::new();
        let mut asked = Vec::new();
        if wanted.whole_record {
            asked_names.push("".into());
            asked.push(AskedPath { leaf: None, column: None });
        }
        for path in &wanted.paths {
            let leaf = paths.visit(path);
            let answering = source.fields.iter().find(|field| field.answers && matches!(field.origin, Origin::Path(p) if p == path));
            let column = answering.and_then(|field| position(field.column?)).filter(|column| row.wanted[*column]);
            asked_names.push(path.as_str().into());
            asked.push(AskedPath { leaf: Some(leaf), column });
        }
        let always = asked.len();
        let mut when = Vec::new();
        let mut rare = Vec::new();
        for wanted_when in &wanted.when {
            let field = wanted_when.field.iter().map(|path| paths.visit(path)).collect();
            // Events within a record are walked one by one, and no second time.
            let is_rare = wanted_when.rare && source.events.is_empty();
            let mut numbers = Vec::new();
            for path in wanted_when.paths.difference(&wanted.paths) {
                let leaf = if is_rare && selector::parts(path).is_none() {
                    rare.push(paths.number(path));
                    paths.number(path) as Leaf
                } else {
                    paths.visit(path)
                };
                numbers.push(asked_names.iter().position(|name| **name == **path).unwrap_or_else(|| {
                    asked_names.push(path.as_str().into());
                    asked.push(AskedPath { leaf: Some(leaf), column: None });
                    asked.len() - 1
                }));
            }
            when.push(When { field, texts: wanted_when.texts.clone(), last: Vec::new(), asked: numbers, rare: is_rare });
        }
        let strings = source.strings.iter().map(|path| paths.visit(path)).collect();
        let withheld: &[&'static str] = if withholds { source.withheld } else { &[] };
        let withheld: Vec<(&str, Leaf)> = withheld.iter().map(|path| (*path, paths.visit(path))).collect();
        withheld.iter().for_each(|(_, leaf)| paths.taken[*leaf as usize] = Taken::Any);
        let selectors = paths.selectors();
        let trie = |paths: &Paths| Trie::new(&paths.used(row.wanted[UNMAPPED]), source.events);
        let often = trie(&paths);
        rare.into_iter().for_each(|leaf| paths.visited[leaf] = true);
        let whole_trie = trie(&paths);
        let shapes = Class::OF_EVENTS.iter().map(|class| Shape::new(*class, &row)).collect();
        Self {
            source,
            trie: often,
            whole_trie,
            leaves: paths.len(),
            when,
            applying: Vec::new(),
            unmapped: row.wanted[UNMAPPED],
            selectors,
            strings,
            withheld,
            own_severity: source.fields.iter().any(|field| field.column == Some("severity_id")),
            lateness: Lateness::default(),
            row,
            direct,
            constants,
            asked_names: asked_names.into(),
            asked,
            always,
            shapes,
            collected: Class::OF_EVENTS.iter().map(|_| None).collect(),
            rows_before: vec![0; Class::OF_EVENTS.len()],
        }
    }

    /// Takes what is wanted of every record, of that at position `i`; gives the position behind it.
    #[inline]
    pub fn walk(&mut self, text: Text, hits: &mut Hits, i: usize) -> usize {
        Walk { text, trie: &self.trie, hits, unmapped: self.unmapped, element: 0 }.record(i, self.leaves)
    }

    /// Takes what is wanted of one of a record's events: that at position `i` of its list, which has this number.
    pub fn walk_event(&mut self, text: Text, hits: &mut Hits, number: usize, i: usize) {
        Walk { text, trie: &self.trie, hits, unmapped: self.unmapped, element: 0 }.event(number, i);
    }

    /// Takes what is wanted of some records only, if the one at position `i` is one of them, and what lists hold under a name.
    #[inline]
    pub fn ask(&mut self, text: Text, hits: &mut Hits, i: usize) {
        self.selectors.iter().for_each(|selector| selector.select(hits, text));
        self.applying.clear();
        let mut again = false;
        for (number, when) in self.when.iter_mut().enumerate() {
            if when.applies(text, hits) {
                self.applying.push(number);
                again |= when.rare;
            }
        }
        if again {
            let duplicates = hits.duplicates;
            Walk { text, trie: &self.whole_trie, hits, unmapped: self.unmapped, element: 0 }.record(i, self.leaves);
            hits.duplicates = duplicates;
            self.selectors.iter().for_each(|selector| selector.select(hits, text));
        }
    }

    /// Whether texts of its records are dropped.
    pub fn withholds(&self) -> bool {
        !self.withheld.is_empty()
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
    }

    /// The columns that are the same in every event of the log source.
    pub fn fill_constants(&mut self) {
        for (column, text) in &self.constants {
            self.row.constant(*column, text);
        }
    }

    /// The first row of a class begins its batch.
    fn begin(&mut self, class: Class) -> Collected {
        let mut same: Vec<(usize, Cell)> =
            vec![(CLASS_UID, Cell::Long(class.uid().into())), (CATEGORY_UID, Cell::Long(class.category_uid().into()))];
        let mut texts = vec![(CLASS_NAME, class.caption()), (CATEGORY_NAME, class.category_caption()), (VERSION, ocsf::VERSION)];
        if !self.own_severity {
            same.push((SEVERITY_ID, Cell::Long(1)));
            texts.push((SEVERITY, "Informational"));
        }
        for (column, text) in texts.iter().chain(&self.constants).filter(|(column, _)| self.row.wanted[*column]) {
            same.push((*column, Cell::View(self.row.side.constant(text))));
        }
        Collected {
            builder: Builder::new(&self.shapes[class.index()], &self.row, self.rows_before[class.index()], same),
            answers: self.asked.iter().map(|_| Answers::default()).collect(),
            texts: Vec::new(),
            times: Vec::new(),
            keys: Vec::new(),
            places: Vec::new(),
            spans: Vec::new(),
            parts: Vec::new(),
        }
    }

    /// Adds the row, and the answers that rules asked for.
    pub fn push(&mut self, class: Class, record: &Record, hits: &Hits, text: Text, place: Place) {
        let at = class.index();
        if self.collected[at].is_none() {
            self.collected[at] = Some(self.begin(class));
        }
        let (shape, collected) = (&self.shapes[at], self.collected[at].as_mut().expect("begun a line ago"));
        if self.row.wanted[RAW_DATA] {
            let (start, end) = place.raw;
            self.row.set(RAW_DATA, Cell::View(views::view(&text.bytes[start as usize..end as usize], views::ARENA, start)));
        }
        collected.builder.push(shape, &self.row);
        if let Some(map) = collected.builder.map(UNMAPPED) {
            let side = &mut self.row.side;
            let value = |(start, end): (u32, u32)| views::view(&text.bytes[start as usize..end as usize], views::ARENA, start);
            for member in &hits.unmapped {
                let (start, end) = member.key;
                let name = if member.under.is_empty() && !text.escaped(start, end) {
                    value(member.key)
                } else {
                    side.name(&member.under, &text.bytes[start as usize..end as usize])
                };
                map.push(name, value(member.value));
            }
            // Of what is withheld, its size and hash stay.
            for (name, path) in &self.withheld {
                if let Some(hit) = hits.get(*path).map(Hit::json) {
                    let raw = &text.bytes[hit.start as usize..hit.end as usize];
                    let hash: String = sha2::Sha256::digest(raw).iter().map(|byte| format!("{byte:02x}")).collect();
                    let about = format!("{{\"bytes\":{},\"sha256\":\"{hash}\"}}", raw.len());
                    map.push(side.constant(name), side.write(about.as_bytes()));
                }
            }
            for path in &self.row.left {
                if let Some(hit) = hits.get(*path).map(Hit::json) {
                    map.push(side.constant(self.source.paths[*path as usize]), value((hit.start, hit.end)));
                }
            }
            map.end_row();
        }
        let row = collected.times.len() as u32;
        for (path, Answers { kinds, texts, more, .. }) in self.asked[..self.always].iter().zip(&mut collected.answers) {
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
        for number in self.applying.iter().flat_map(|when| &self.when[*when].asked) {
            let Answers { rows, more, .. } = &mut collected.answers[*number];
            let Some((leaf, hit)) = self.asked[*number].leaf.and_then(|leaf| Some((leaf, hits.get(leaf)?))) else {
                continue;
            };
            // Two conditions may want the same path.
            if rows.last().is_some_and(|last| last.row == row) {
                continue;
            }
            rows.push(AskedRow { row, text: collected.texts.len() as u32, kind: hit.kind });
            collected.texts.push(self.row.side.view(text, hit));
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
            let of_some = views::array(collected.texts, buffers, None);
            for (n, (path, Answers { rows, kinds, texts, more })) in self.asked.iter().zip(collected.answers).enumerate() {
                if n >= self.always {
                    // Where the first value is missing, there are no further ones.
                    let any = !rows.is_empty();
                    batch.answers.push(any.then(|| Asked { rows: Some(rows), kinds, texts: of_some.clone(), more }));
                    continue;
                }
                let texts = match path.column {
                    Some(column) => batch.texts(COLUMNS[column].path).expect("it is wanted, and holds texts"),
                    None => views::array(texts, buffers, None),
                };
                batch.answers.push(Some(Asked { rows: None, kinds, texts, more }));
            }
            out.push(batch);
        }
    }
}

impl When {
    /// Whether one of the field's values may be one of the texts.
    #[inline]
    fn applies(&mut self, text: Text, hits: &Hits) -> bool {
        let (texts, last) = (&self.texts, &mut self.last);
        let mut may_be = |hit: Hit| match hit.kind {
            JsonKind::Missing | JsonKind::Null => false,
            JsonKind::Text if !text.escaped(hit.start, hit.end) => {
                let value = &text.bytes[hit.start as usize..hit.end as usize];
                if value == last.as_slice() && !value.is_empty() {
                    return true;
                }
                let any = texts.any(value);
                if any {
                    last.clear();
                    last.extend_from_slice(value);
                }
                any
            }
            _ => true,
        };
        self.field.iter().any(|leaf| hits.get(*leaf).is_some_and(&mut may_be) || (hits.has_more() && hits.more_of(*leaf).any(&mut may_be)))
    }
}
