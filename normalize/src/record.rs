//! What a log source's `derive` sees of a record, and the row that it fills. A row's texts are views wherever they stand in the arena.

use std::borrow::Cow;

use event::ocsf::{COLUMNS, Kind, Profile, column_at};
use event::{JsonKind, Millis};

use crate::trie::Leaf;
use crate::views::{self, View};
use crate::walk::{Hit, Hits, Text};
use event::unescape::unescape;

/// Text that was written anew, and what was written already.
#[derive(Default)]
pub struct Side {
    pub bytes: Vec<u8>,
    /// Texts of the program itself, by address: written once a batch.
    constants: Vec<(usize, usize, View)>,
    /// Bytes of records that were copied: texts that JSON escaped.
    pub copied: u64,
}

impl Side {
    pub fn clear(&mut self) -> Vec<u8> {
        self.constants.clear();
        std::mem::take(&mut self.bytes)
    }

    pub fn write(&mut self, text: &[u8]) -> View {
        if text.len() <= 12 {
            return views::view(text, views::SIDE, 0);
        }
        let offset = self.bytes.len() as u32;
        self.bytes.extend_from_slice(text);
        views::view(text, views::SIDE, offset)
    }

    pub fn constant(&mut self, text: &'static str) -> View {
        if text.len() <= 12 {
            return views::view(text.as_bytes(), views::SIDE, 0);
        }
        let address = (text.as_ptr() as usize, text.len());
        if let Some((_, _, view)) = self.constants.iter().find(|(at, length, _)| (*at, *length) == address) {
            return *view;
        }
        let view = self.write(text.as_bytes());
        self.constants.push((address.0, address.1, view));
        view
    }

    fn unescaped(&mut self, raw: &[u8]) -> View {
        let offset = self.bytes.len();
        unescape(raw, &mut self.bytes);
        self.copied += (self.bytes.len() - offset) as u64;
        self.view_from(offset)
    }

    /// The name of a member: the path of the object that holds it, and its key.
    pub fn name(&mut self, under: &str, key: &[u8]) -> View {
        let offset = self.bytes.len();
        if !under.is_empty() {
            self.bytes.extend_from_slice(under.as_bytes());
            self.bytes.push(b'.');
        }
        unescape(key, &mut self.bytes);
        self.view_from(offset)
    }

    /// What was written last; short texts stand in their view.
    fn view_from(&mut self, offset: usize) -> View {
        let text = &self.bytes[offset..];
        let view = views::view(text, views::SIDE, offset as u32);
        if text.len() <= 12 {
            self.bytes.truncate(offset);
        }
        view
    }

    /// The text of a hit.
    #[inline]
    pub fn view(&mut self, text: Text, hit: Hit) -> View {
        let raw = &text.bytes[hit.start as usize..hit.end as usize];
        if hit.kind == JsonKind::Text && text.escaped(hit.start, hit.end) {
            return self.unescaped(raw);
        }
        views::view(raw, views::ARENA, hit.start)
    }
}

/// A record, as far as it was asked for. Paths are the numbers of the log source's list.
pub struct Record<'a> {
    pub(crate) text: Text<'a>,
    pub(crate) hits: &'a Hits,
    pub(crate) span: (u32, u32),
    /// Where one record holds several events: which of them this is.
    pub(crate) part: Option<u32>,
}

const PROFILES: usize = column_at("metadata.profiles");

impl<'a> Record<'a> {
    pub fn kind(&self, path: Leaf) -> JsonKind {
        self.hits.get(path).map_or(JsonKind::Missing, |hit| hit.kind)
    }

    /// The text of a string; none of anything else, nor of an empty one.
    #[inline]
    pub fn text(&self, path: Leaf) -> Option<Cow<'a, str>> {
        let hit = self.hits.get(path)?;
        if hit.kind != JsonKind::Text || hit.start == hit.end {
            return None;
        }
        Some(self.text_of(hit))
    }

    /// The text of a string, a number or a boolean.
    pub fn scalar(&self, path: Leaf) -> Option<Cow<'a, str>> {
        let hit = self.hits.get(path)?;
        matches!(hit.kind, JsonKind::Text | JsonKind::Number | JsonKind::Bool).then(|| self.text_of(hit)).filter(|text| !text.is_empty())
    }

    pub fn text_of(&self, hit: Hit) -> Cow<'a, str> {
        let raw = &self.text.bytes[hit.start as usize..hit.end as usize];
        if hit.kind == JsonKind::Text && self.text.escaped(hit.start, hit.end) {
            let mut text = Vec::new();
            unescape(raw, &mut text);
            return Cow::Owned(String::from_utf8_lossy(&text).into_owned());
        }
        Cow::Borrowed(views::text(raw))
    }

    /// Every value of a path that leads through lists, with its kind; offsets tell which stand together.
    pub fn all(&self, path: Leaf) -> impl Iterator<Item = Hit> {
        self.hits.all(path)
    }

    /// The boolean that a provider writes as `true`, `"true"`, `"True"` or `"Yes"`.
    pub fn truth(&self, path: Leaf) -> Option<bool> {
        let text = self.scalar(path)?;
        match () {
            () if text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("yes") => Some(true),
            () if text.eq_ignore_ascii_case("false") || text.eq_ignore_ascii_case("no") => Some(false),
            () => None,
        }
    }

    /// The time that a path holds, in any form that providers write: a text, or seconds or milliseconds since 1970.
    pub fn time(&self, path: Leaf) -> Option<Millis> {
        let hit = self.hits.get(path)?;
        match hit.kind {
            JsonKind::Text => event::time::parse(&self.text_of(hit)),
            JsonKind::Number => event::time::from_epoch(&self.text_of(hit)),
            _ => None,
        }
    }

    pub fn number(&self, path: Leaf) -> Option<i64> {
        self.scalar(path)?.parse().ok()
    }

    pub fn float(&self, path: Leaf) -> Option<f64> {
        self.scalar(path)?.parse().ok().filter(|number: &f64| number.is_finite())
    }

    /// The first of several paths that has a text, a number or a boolean.
    pub fn first(&self, paths: &[Leaf]) -> Option<Cow<'a, str>> {
        paths.iter().find_map(|path| self.scalar(*path))
    }

    /// Which of a record's events this is, where it holds several.
    pub fn part(&self) -> Option<u32> {
        self.part
    }

    /// The bytes of the record.
    pub fn bytes(&self) -> &'a [u8] {
        &self.text.bytes[self.span.0 as usize..self.span.1 as usize]
    }
}

/// One value of a row.
#[derive(Clone, Copy, Debug, Default)]
pub enum Cell {
    #[default]
    None,
    View(View),
    Long(i64),
    Float(f64),
    Bool(bool),
}

/// A row in the making. Columns are positions in [`COLUMNS`].
pub struct Row {
    pub(crate) cells: Vec<Cell>,
    /// Items of lists of objects: for each list, cells of all its columns, item after item.
    pub(crate) lists: Vec<Vec<Cell>>,
    pub(crate) wanted: Vec<bool>,
    /// The list that a column belongs to.
    pub(crate) list_of: Vec<Option<usize>>,
    /// Columns of each list.
    pub(crate) list_columns: Vec<Vec<usize>>,
    pub(crate) side: Side,
    /// Paths that a column would take, but not this time.
    pub(crate) left: Vec<Leaf>,
    /// The columns that have a value.
    pub(crate) set: Vec<usize>,
}

impl Row {
    pub fn new(wanted: Vec<bool>) -> Self {
        let mut prefixes: Vec<&str> = Vec::new();
        let mut list_columns: Vec<Vec<usize>> = Vec::new();
        let list_of = COLUMNS
            .iter()
            .enumerate()
            .map(|(at, column)| {
                let (prefix, _) = column.path.split_once("[]")?;
                let list = prefixes.iter().position(|p| *p == prefix).unwrap_or_else(|| {
                    prefixes.push(prefix);
                    list_columns.push(Vec::new());
                    prefixes.len() - 1
                });
                list_columns[list].push(at);
                Some(list)
            })
            .collect();
        Self {
            cells: vec![Cell::None; COLUMNS.len()],
            lists: vec![Vec::new(); list_columns.len()],
            wanted,
            list_of,
            list_columns,
            side: Side::default(),
            left: Vec::new(),
            set: Vec::new(),
        }
    }

    pub(crate) fn clear(&mut self) {
        for at in self.set.drain(..) {
            self.cells[at] = Cell::None;
        }
        self.lists.iter_mut().for_each(Vec::clear);
        self.left.clear();
    }

    /// Whether anybody asked for the column; computing it for nobody would be a waste.
    #[inline]
    pub fn wants(&self, column: usize) -> bool {
        self.wanted[column]
    }

    #[inline]
    pub(crate) fn set(&mut self, column: usize, cell: Cell) {
        if !self.is_set(column) {
            self.set.push(column);
        }
        self.cells[column] = cell;
    }

    pub fn is_set(&self, column: usize) -> bool {
        !matches!(self.cells[column], Cell::None)
    }

    /// A text of the record, or one made of it. What stands in the arena is looked at there.
    pub fn text(&mut self, column: usize, record: &Record, text: &str) {
        if self.wanted[column] && !text.is_empty() {
            let cell = self.cell(record, text);
            self.set(column, cell);
        }
    }

    pub fn cell(&mut self, record: &Record, text: &str) -> Cell {
        let offset = (text.as_ptr() as usize).wrapping_sub(record.text.bytes.as_ptr() as usize);
        if offset < record.text.bytes.len() {
            Cell::View(views::view(text.as_bytes(), views::ARENA, offset as u32))
        } else {
            self.side.copied += text.len() as u64;
            Cell::View(self.side.write(text.as_bytes()))
        }
    }

    /// A text of the program.
    pub fn constant(&mut self, column: usize, text: &'static str) {
        if self.wanted[column] {
            let view = self.side.constant(text);
            self.set(column, Cell::View(view));
        }
    }

    /// The JSON of a path, for a column of a list.
    pub fn json_cell(&mut self, record: &Record, hit: Hit) -> Cell {
        Cell::View(self.side.view(record.text, hit.json()))
    }

    pub fn constant_cell(&mut self, text: &'static str) -> Cell {
        Cell::View(self.side.constant(text))
    }

    pub fn number(&mut self, column: usize, number: i64) {
        if self.wanted[column] {
            self.set(column, Cell::Long(number));
        }
    }

    pub fn float(&mut self, column: usize, number: f64) {
        if self.wanted[column] {
            self.set(column, Cell::Float(number));
        }
    }

    /// Adds a profile of OCSF, whose attributes the event has.
    pub fn profile(&mut self, profile: Profile) {
        let before = match self.cells[PROFILES] {
            Cell::Long(set) => set,
            _ => 0,
        };
        self.number(PROFILES, before | profile as i64);
    }

    pub fn truth(&mut self, column: usize, truth: bool) {
        if self.wanted[column] {
            self.set(column, Cell::Bool(truth));
        }
    }

    /// The text of a path, unchanged; its JSON in a column that holds JSON.
    #[inline]
    pub fn hit(&mut self, column: usize, record: &Record, hit: Hit) {
        debug_assert!(matches!(COLUMNS[column].kind, Kind::Text | Kind::Json));
        let hit = if COLUMNS[column].kind == Kind::Json { hit.json() } else { hit };
        let view = self.side.view(record.text, hit);
        self.set(column, Cell::View(view));
    }

    /// Forgets a column's value.
    pub fn unset(&mut self, column: usize) {
        self.cells[column] = Cell::None;
        self.set.retain(|at| *at != column);
    }

    /// The value of a path that a column takes otherwise stays in `unmapped` this time.
    pub fn leave(&mut self, path: Leaf) {
        self.left.push(path);
    }

    /// The same value in another column.
    pub fn copy(&mut self, from: usize, to: usize) {
        if self.wanted[to] && self.is_set(from) {
            self.set(to, self.cells[from]);
        }
    }

    /// One more item of the list that `columns` belong to.
    pub fn item(&mut self, columns: &[(usize, Cell)]) {
        let list = self.list_of[columns[0].0].expect("a column of a list");
        let stride = self.list_columns[list].len();
        let start = self.lists[list].len();
        self.lists[list].resize(start + stride, Cell::None);
        for (column, cell) in columns {
            let at = self.list_columns[list].iter().position(|c| c == column).expect("columns of one list");
            self.lists[list][start + at] = *cell;
        }
    }

    pub fn wants_list(&self, column: usize) -> bool {
        let list = self.list_of[column].expect("a column of a list");
        self.list_columns[list].iter().any(|column| self.wanted[*column])
    }
}
