//! From rows to an Arrow `RecordBatch` of one class: builders for its columns, and the nesting of the standard around them.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, BooleanArray, Float64Array, Int32Array, Int64Array, ListArray, MapArray, RecordBatch, StringViewArray, StructArray,
};
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::{DataType, Field, FieldRef, Fields, Schema, SchemaRef};
use event::ocsf::{COLUMNS, Class, Kind, MARK, MARK_JSON, MARK_MAP, Profile};

use crate::record::{Cell, Row};
use crate::views::{self, View};

/// Which rows have a value.
#[derive(Default)]
struct Bits {
    words: Vec<u64>,
    length: usize,
    set: usize,
}

impl Bits {
    #[inline]
    fn push(&mut self, bit: bool) {
        if self.length.is_multiple_of(64) {
            self.words.push(0);
        }
        self.words[self.length / 64] |= u64::from(bit) << (self.length % 64);
        self.length += 1;
        self.set += usize::from(bit);
    }

    fn finish(self) -> Option<NullBuffer> {
        (self.set < self.length).then(|| {
            let nulls = self.length - self.set;
            let buffer = BooleanBuffer::new(Buffer::from_vec(self.words), 0, self.length);
            debug_assert_eq!(buffer.len() - buffer.count_set_bits(), nulls);
            NullBuffer::new(buffer)
        })
    }
}

enum Values {
    Views(Vec<View>),
    Ints(Vec<i32>),
    Longs(Vec<i64>),
    Floats(Vec<f64>),
    Bools(Bits),
    /// Sets of profiles.
    Profiles(Vec<u8>),
    Map {
        ends: Vec<i32>,
        names: Vec<View>,
        values: Vec<View>,
    },
}

struct Column {
    values: Values,
    valid: Bits,
}

impl Column {
    fn new(kind: Kind, rows: usize) -> Self {
        let values = match kind {
            Kind::Text | Kind::Json => Values::Views(Vec::with_capacity(rows)),
            Kind::Int => Values::Ints(Vec::with_capacity(rows)),
            Kind::Long => Values::Longs(Vec::with_capacity(rows)),
            Kind::Float => Values::Floats(Vec::with_capacity(rows)),
            Kind::Bool => Values::Bools(Bits::default()),
            Kind::Profiles => Values::Profiles(Vec::with_capacity(rows)),
            Kind::Map => Values::Map { ends: vec![0], names: Vec::new(), values: Vec::new() },
        };
        Self { values, valid: Bits::default() }
    }

    #[inline]
    fn push(&mut self, cell: Cell) {
        self.valid.push(!matches!(cell, Cell::None));
        match (&mut self.values, cell) {
            (Values::Views(views), Cell::View(view)) => views.push(view),
            (Values::Views(views), _) => views.push(0),
            (Values::Ints(ints), Cell::Long(number)) => ints.push(number as i32),
            (Values::Ints(ints), _) => ints.push(0),
            (Values::Longs(longs), Cell::Long(number)) => longs.push(number),
            (Values::Longs(longs), _) => longs.push(0),
            (Values::Floats(floats), Cell::Float(number)) => floats.push(number),
            (Values::Floats(floats), _) => floats.push(0.0),
            (Values::Bools(bits), Cell::Bool(truth)) => bits.push(truth),
            (Values::Bools(bits), _) => bits.push(false),
            (Values::Profiles(sets), Cell::Long(set)) => sets.push(set as u8),
            (Values::Profiles(sets), _) => sets.push(0),
            (Values::Map { .. }, _) => {}
        }
    }
}

/// How the columns of a class nest.
#[derive(Debug)]
enum Tree {
    Leaf(usize),
    Object(Vec<Tree>, Fields),
    /// A list of objects, by the number of the list.
    List(usize, Vec<Tree>, Fields),
    /// A list of texts, by the number of the list and its only column.
    Texts(usize, usize),
}

/// The schema of a class, as far as it is wanted.
#[derive(Debug)]
pub struct Shape {
    schema: SchemaRef,
    columns: Vec<usize>,
    trees: Vec<Tree>,
    lists: Vec<usize>,
}

impl Shape {
    pub fn new(class: Class, row: &Row) -> Self {
        let of_class: Vec<usize> = (0..COLUMNS.len()).filter(|at| row.wanted[*at] && COLUMNS[*at].is_of(class)).collect();
        let paths: Vec<(usize, Vec<&str>)> = of_class.iter().map(|at| (*at, COLUMNS[*at].path.split('.').collect())).collect();
        let (trees, fields) = nest(&paths, 0, row);
        let columns = of_class.iter().copied().filter(|at| row.list_of[*at].is_none()).collect();
        let mut lists: Vec<usize> = of_class.iter().filter_map(|at| row.list_of[*at]).collect();
        lists.dedup();
        Self { schema: Arc::new(Schema::new(fields)), columns, trees, lists }
    }
}

fn nest(paths: &[(usize, Vec<&str>)], depth: usize, row: &Row) -> (Vec<Tree>, Fields) {
    let mut trees = Vec::new();
    let mut fields: Vec<FieldRef> = Vec::new();
    for group in paths.chunk_by(|a, b| a.1[depth] == b.1[depth]) {
        let name = group[0].1[depth];
        let (tree, field) = if group[0].1.len() == depth + 1 {
            let at = group[0].0;
            match (name.strip_suffix("[]"), row.list_of[at]) {
                (Some(name), Some(list)) => (Tree::Texts(list, at), Field::new(name, DataType::List(texts_item()), true)),
                _ => (Tree::Leaf(at), leaf_field(name, COLUMNS[at].kind)),
            }
        } else {
            let (inner, inner_fields) = nest(group, depth + 1, row);
            let object = DataType::Struct(inner_fields.clone());
            match name.strip_suffix("[]") {
                Some(name) => {
                    let list = row.list_of[group[0].0].expect("its path says so");
                    let item = Arc::new(Field::new("item", object, true));
                    (Tree::List(list, inner, inner_fields), Field::new(name, DataType::List(item), true))
                }
                None => (Tree::Object(inner, inner_fields), Field::new(name, object, true)),
            }
        };
        trees.push(tree);
        fields.push(Arc::new(field));
    }
    (trees, fields.into())
}

fn leaf_field(name: &str, kind: Kind) -> Field {
    let mark = |field: Field, mark: &str| field.with_metadata(HashMap::from([(MARK.to_owned(), mark.to_owned())]));
    match kind {
        Kind::Text => Field::new(name, DataType::Utf8View, true),
        Kind::Json => mark(Field::new(name, DataType::Utf8View, true), MARK_JSON),
        Kind::Int => Field::new(name, DataType::Int32, true),
        Kind::Long => Field::new(name, DataType::Int64, true),
        Kind::Float => Field::new(name, DataType::Float64, true),
        Kind::Bool => Field::new(name, DataType::Boolean, true),
        Kind::Profiles => Field::new(name, DataType::List(texts_item()), true),
        Kind::Map => mark(Field::new(name, DataType::Map(map_entries(), false), true), MARK_MAP),
    }
}

fn texts_item() -> FieldRef {
    Arc::new(Field::new("item", DataType::Utf8View, true))
}

fn map_entries() -> FieldRef {
    let value = Field::new("value", DataType::Utf8View, true).with_metadata(HashMap::from([(MARK.to_owned(), MARK_JSON.to_owned())]));
    let entries: Fields = vec![Field::new("key", DataType::Utf8View, false), value].into();
    Arc::new(Field::new("entries", DataType::Struct(entries), false))
}

/// Collects the rows of one class.
pub struct Builder {
    pub rows: usize,
    /// By position in [`COLUMNS`]; none where nobody asked.
    columns: Vec<Option<Column>>,
    /// For each list, where each row's items end.
    ends: Vec<Vec<i32>>,
}

impl Builder {
    pub fn new(shape: &Shape, row: &Row, rows: usize) -> Self {
        let mut columns: Vec<Option<Column>> = COLUMNS.iter().map(|_| None).collect();
        for at in shape.columns.iter().copied().chain(shape.lists.iter().flat_map(|list| row.list_columns[*list].iter().copied())) {
            if row.wanted[at] {
                columns[at] = Some(Column::new(COLUMNS[at].kind, rows));
            }
        }
        Self { rows: 0, columns, ends: vec![vec![0]; row.lists.len()] }
    }

    #[inline]
    pub fn push(&mut self, shape: &Shape, row: &Row) {
        for at in &shape.columns {
            if let Some(column) = &mut self.columns[*at] {
                column.push(row.cells[*at]);
            }
        }
        for list in &shape.lists {
            let columns = &row.list_columns[*list];
            for item in row.lists[*list].chunks(columns.len()) {
                for (at, cell) in columns.iter().zip(item) {
                    if let Some(column) = &mut self.columns[*at] {
                        column.push(*cell);
                    }
                }
            }
            let items = (row.lists[*list].len() / columns.len()) as i32;
            let ends = &mut self.ends[*list];
            ends.push(ends.last().expect("it begins with 0") + items);
        }
        self.rows += 1;
    }

    /// The names and raw values of what no column took.
    pub fn push_map(&mut self, at: usize, entries: impl Iterator<Item = (View, View)>) {
        let Some(Column { values: Values::Map { ends, names, values }, .. }) = &mut self.columns[at] else {
            return;
        };
        for (name, value) in entries {
            names.push(name);
            values.push(value);
        }
        ends.push(names.len() as i32);
    }

    pub fn finish(mut self, shape: &Shape, buffers: &Arc<[Buffer]>) -> RecordBatch {
        let rows = self.rows;
        let arrays = shape.trees.iter().map(|tree| self.array(tree, rows, buffers).0).collect();
        let options = arrow_array::RecordBatchOptions::new().with_row_count(Some(rows));
        RecordBatch::try_new_with_options(shape.schema.clone(), arrays, &options).expect("arrays are built after the schema")
    }

    /// The array of a tree, and which of its rows have a value.
    fn array(&mut self, tree: &Tree, rows: usize, buffers: &Arc<[Buffer]>) -> (ArrayRef, Option<NullBuffer>) {
        match tree {
            Tree::Leaf(at) => {
                let column = self.columns[*at].take().expect("the shape names what was asked for");
                leaf(column, rows, buffers)
            }
            Tree::Object(inner, fields) => {
                let (arrays, valid) = self.arrays(inner, rows, buffers);
                (Arc::new(StructArray::new(fields.clone(), arrays, valid.clone())), valid)
            }
            Tree::List(list, inner, fields) => {
                let ends = std::mem::take(&mut self.ends[*list]);
                let items = *ends.last().expect("it begins with 0") as usize;
                let (arrays, _) = self.arrays(inner, items, buffers);
                let object: ArrayRef = Arc::new(StructArray::new(fields.clone(), arrays, None));
                list_array(ends, Arc::new(Field::new("item", object.data_type().clone(), true)), object)
            }
            Tree::Texts(list, at) => {
                let ends = std::mem::take(&mut self.ends[*list]);
                let items = *ends.last().expect("it begins with 0") as usize;
                let column = self.columns[*at].take().expect("the shape names what was asked for");
                list_array(ends, texts_item(), leaf(column, items, buffers).0)
            }
        }
    }

    /// The arrays of an object's attributes; the object is there where one of them is.
    fn arrays(&mut self, inner: &[Tree], rows: usize, buffers: &Arc<[Buffer]>) -> (Vec<ArrayRef>, Option<NullBuffer>) {
        let mut all_valid = false;
        let mut either: Option<BooleanBuffer> = None;
        let mut arrays = Vec::with_capacity(inner.len());
        for tree in inner {
            let (array, valid) = self.array(tree, rows, buffers);
            arrays.push(array);
            match valid {
                None => all_valid = true,
                Some(valid) => either = Some(either.map_or_else(|| valid.inner().clone(), |before| &before | valid.inner())),
            }
        }
        let valid = if all_valid { None } else { either.map(NullBuffer::new).filter(|valid| valid.null_count() > 0) };
        (arrays, valid)
    }
}

/// A list without items is left out, as OCSF has it.
fn list_array(ends: Vec<i32>, item: FieldRef, items: ArrayRef) -> (ArrayRef, Option<NullBuffer>) {
    let valid: NullBuffer = ends.windows(2).map(|pair| pair[0] != pair[1]).collect::<Vec<bool>>().into();
    let offsets = OffsetBuffer::new(ScalarBuffer::from(ends));
    (Arc::new(ListArray::new(item, offsets, items, Some(valid.clone()))), Some(valid))
}

fn leaf(column: Column, rows: usize, buffers: &Arc<[Buffer]>) -> (ArrayRef, Option<NullBuffer>) {
    let nulls = column.valid.finish();
    let array: ArrayRef = match column.values {
        Values::Views(values) => Arc::new(views::array(values, buffers, nulls.clone())),
        Values::Ints(values) => Arc::new(Int32Array::new(values.into(), nulls.clone())),
        Values::Longs(values) => Arc::new(Int64Array::new(values.into(), nulls.clone())),
        Values::Floats(values) => Arc::new(Float64Array::new(values.into(), nulls.clone())),
        Values::Bools(bits) => {
            let values = BooleanBuffer::new(Buffer::from_vec(bits.words), 0, rows);
            Arc::new(BooleanArray::new(values, nulls.clone()))
        }
        Values::Profiles(sets) => {
            let mut ends = Vec::with_capacity(rows + 1);
            ends.push(0);
            let mut names = Vec::with_capacity(rows);
            for set in sets {
                for profile in Profile::ALL.into_iter().filter(|profile| set & *profile as u8 != 0) {
                    names.push(profile.name());
                }
                ends.push(names.len() as i32);
            }
            return list_array(ends, texts_item(), Arc::new(StringViewArray::from(names)));
        }
        Values::Map { ends, names, values } => {
            let DataType::Struct(fields) = map_entries().data_type().clone() else { unreachable!("entries of a map are a struct") };
            let valid: NullBuffer = ends.windows(2).map(|pair| pair[0] != pair[1]).collect::<Vec<bool>>().into();
            let arrays: Vec<ArrayRef> = vec![Arc::new(views::array(names, buffers, None)), Arc::new(views::array(values, buffers, None))];
            let entries = StructArray::new(fields, arrays, None);
            let offsets = OffsetBuffer::new(ScalarBuffer::from(ends));
            return (Arc::new(MapArray::new(map_entries(), offsets, entries, Some(valid.clone()), false)), Some(valid));
        }
    };
    (array, nulls)
}
