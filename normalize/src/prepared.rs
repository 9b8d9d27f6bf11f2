//! A log source made ready for what is wanted of it: the trie of its paths, which path fills which column, the shapes of its classes,
//! and the rows that are being collected.

use std::sync::Arc;

use arrow_buffer::Buffer;
use event::ocsf::{COLUMNS, Class, Kind, column_at, position};
use event::{Asked, AskedRow, EventBatch, EventKey, JsonKind, Literals, Millis, More, Origin, Wanted};

use crate::columns::{Builder, Shape};
use crate::logsource::LogSource;
use crate::record::{Cell, Record, Row};
use crate::trie::{Leaf, Taken, Trie};
use crate::views::{self, View};
use crate::walk::{Hit, Hits, Text, Walk};

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
    pub fn new<'w>(source: &'static LogSource, wanted: &'w Wanted) -> Self {
        let mut columns = vec![wanted.all_columns; COLUMNS.len()];
        for path in &wanted.columns {
            if let Some(at) = position(path) {
                columns[at] = true;
            }
        }
        // An event's uid is the provider's, where there is one.
        columns[ORIGINAL_UID] |= columns[UID];
        let row = Row::new(columns);
        // The paths that the log source's functions use come first, under the numbers that they have there.
        let mut leaves: Vec<&'w str> = source.paths.to_vec();
        for path in source.fields.iter().flat_map(|field| field.origin.paths()) {
            if !leaves.contains(path) {
                leaves.push(path);
            }
        }
        let mut visited = vec![false; leaves.len()];
        source.needed.iter().for_each(|leaf| visited[*leaf as usize] = true);
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
        if wanted.whole_record {
            asked_names.push("".into());
            asked.push(AskedPath { leaf: None, column: None });
        }
        let mut leaf_of = |path: &'w str, visited: &mut Vec<bool>| {
            // Each spelling has an answer of its own: a key that is spelled so beats one in other letters.
            leaves.iter().position(|p| *p == path).unwrap_or_else(|| {
                leaves.push(path);
                visited.push(false);
                taken.push(Taken::No);
                leaves.len() - 1
            })
        };
        for path in &wanted.paths {
            let leaf = leaf_of(path, &mut visited);
            visited[leaf] = true;
            let answering = source.fields.iter().find(|field| field.answers && matches!(field.origin, Origin::Path(p) if p == path));
            let column = answering.and_then(|field| position(field.column?)).filter(|column| row.wanted[*column]);
            asked_names.push(path.as_str().into());
            asked.push(AskedPath { leaf: Some(leaf as Leaf), column });
        }
        let always = asked.len();
        let mut when = Vec::new();
        let mut rare = Vec::new();
        for wanted_when in &wanted.when {
            let field: Vec<usize> = wanted_when.field.iter().map(|path| leaf_of(path, &mut visited)).collect();
            field.iter().for_each(|leaf| visited[*leaf] = true);
            let mut numbers = Vec::new();
            for path in wanted_when.paths.difference(&wanted.paths) {
                let leaf = leaf_of(path, &mut visited);
                if wanted_when.rare {
                    rare.push(leaf)
                } else {
                    visited[leaf] = true
                }
                numbers.push(asked_names.iter().position(|name| **name == **path).unwrap_or_else(|| {
                    asked_names.push(path.as_str().into());
                    asked.push(AskedPath { leaf: Some(leaf as Leaf), column: None });
                    asked.len() - 1
                }));
            }
            let field = field.into_iter().map(|leaf| leaf as Leaf).collect();
            when.push(When { field, texts: wanted_when.texts.clone(), last: Vec::new(), asked: numbers, rare: wanted_when.rare });
        }
        let trie = |visited: &[bool]| {
            let used = (0..leaves.len()).filter(|leaf| visited[*leaf] || (row.wanted[UNMAPPED] && taken[*leaf] != Taken::No));
            Trie::new(&used.map(|leaf| (leaves[leaf], leaf as Leaf, taken[leaf])).collect::<Vec<_>>())
        };
        let often = trie(&visited);
        rare.into_iter().for_each(|leaf| visited[leaf] = true);
        let whole_trie = trie(&visited);
        let shapes = Class::OF_EVENTS.iter().map(|class| Shape::new(*class, &row)).collect();
        Self {
            source,
            trie: often,
            whole_trie,
            leaves: leaves.len(),
            when,
            applying: Vec::new(),
            unmapped: row.wanted[UNMAPPED],
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

    /// Takes what is wanted of the record at position `i`; gives the position behind it.
    #[inline]
    pub fn walk(&mut self, text: Text, hits: &mut Hits, i: usize) -> usize {
        let (leaves, unmapped, duplicates) = (self.leaves, self.unmapped, hits.duplicates);
        let next = Walk { text, trie: &self.trie, hits, unmapped, element: 0 }.record(i, leaves);
        self.applying.clear();
        let mut again = false;
        for (number, when) in self.when.iter_mut().enumerate() {
            if when.applies(text, hits) {
                self.applying.push(number);
                again |= when.rare;
            }
        }
        if again {
            hits.duplicates = duplicates;
            Walk { text, trie: &self.whole_trie, hits, unmapped, element: 0 }.record(i, leaves);
        }
        next
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
    #[allow(clippy::too_many_arguments)]
    pub fn push(&mut self, class: Class, record: &Record, hits: &Hits, text: Text, time: Millis, key: EventKey, place: (u32, u64)) {
        let at = class.index();
        let shape = &self.shapes[at];
        let collected = self.collected[at].get_or_insert_with(|| Collected {
            builder: Builder::new(shape, &self.row, self.rows_before[at]),
            answers: self.asked.iter().map(|_| Answers::default()).collect(),
            texts: Vec::new(),
            times: Vec::new(),
            keys: Vec::new(),
            places: Vec::new(),
            spans: Vec::new(),
        });
        if self.row.wanted[RAW_DATA] {
            let (start, end) = record.span;
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
        for (path, Answers { kinds, texts, more, .. }) in self.asked[..self.always].iter().zip(&mut collected.answers) {
            let Some(leaf) = path.leaf else {
                let (start, end) = record.span;
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
        collected.times.push(time);
        collected.keys.push(key);
        collected.places.push(place);
        collected.spans.push(record.span);
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
