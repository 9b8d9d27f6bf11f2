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

/// A bit for each row; rows that are not set have 0.
#[derive(Default)]
struct Bits(Vec<u64>);

impl Bits {
    #[inline]
    fn set(&mut self, row: usize) {
        let word = row / 64;
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (row % 64);
    }

    fn finish(mut self, rows: usize) -> BooleanBuffer {
        self.0.resize(rows.div_ceil(64), 0);
        BooleanBuffer::new(Buffer::from_vec(self.0), 0, rows)
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
    Map(Map),
}

/// Names and values of all rows, and where those of each row end.
#[derive(Default)]
pub struct Map {
    ends: Vec<i32>,
    names: Vec<View>,
    values: Vec<View>,
}

impl Map {
    #[inline]
    pub fn push(&mut self, name: View, value: View) {
        self.names.push(name);
        self.values.push(value);
    }

    pub fn end_row(&mut self) {
        self.ends.push(self.names.len() as i32);
    }
}

/// A column is written to where a row has a value; what lies between is filled up then.
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
            Kind::Map => Values::Map(Map { ends: vec![0], ..Map::default() }),
        };
        Self { values, valid: Bits::default() }
    }

    /// The value of a row that is behind the last one set.
    #[inline]
    fn set(&mut self, row: usize, cell: Cell) {
        #[inline]
        fn put<T: Copy + Default>(values: &mut Vec<T>, row: usize, value: T) {
            if values.len() < row {
                values.resize(row, T::default());
            }
            values.push(value);
        }
        match (&mut self.values, cell) {
            (Values::Views(views), Cell::View(view)) => put(views, row, view),
            (Values::Ints(ints), Cell::Long(number)) => put(ints, row, number as i32),
            (Values::Longs(longs), Cell::Long(number)) => put(longs, row, number),
            (Values::Floats(floats), Cell::Float(number)) => put(floats, row, number),
            (Values::Profiles(sets), Cell::Long(set)) => put(sets, row, set as u8),
            (Values::Bools(_), Cell::Bool(false)) => {}
            (Values::Bools(bits), Cell::Bool(true)) => bits.set(row),
            _ => return,
        }
        self.valid.set(row);
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
    /// Columns that have the same value in every row.
    same: Vec<(usize, Cell)>,
}

impl Builder {
    /// `same` are columns that have the same value in every row.
    pub fn new(shape: &Shape, row: &Row, rows: usize, same: Vec<(usize, Cell)>) -> Self {
        let mut columns: Vec<Option<Column>> = COLUMNS.iter().map(|_| None).collect();
        for at in shape.columns.iter().copied().chain(shape.lists.iter().flat_map(|list| row.list_columns[*list].iter().copied())) {
            if row.wanted[at] {
                columns[at] = Some(Column::new(COLUMNS[at].kind, rows));
            }
        }
        Self { rows: 0, columns, ends: vec![vec![0]; row.lists.len()], same }
    }

    #[inline]
    pub fn push(&mut self, shape: &Shape, row: &Row) {
        for at in &row.set {
            if let Some(column) = &mut self.columns[*at] {
                column.set(self.rows, row.cells[*at]);
            }
        }
        for list in &shape.lists {
            let columns = &row.list_columns[*list];
            let ends = &mut self.ends[*list];
            let mut end = *ends.last().expect("it begins with 0");
            for item in row.lists[*list].chunks(columns.len()) {
                for (at, cell) in columns.iter().zip(item) {
                    if let Some(column) = &mut self.columns[*at] {
                        column.set(end as usize, *cell);
                    }
                }
                end += 1;
            }
            ends.push(end);
        }
        self.rows += 1;
    }

    /// The names and raw values of what no column took.
    pub fn map(&mut self, at: usize) -> Option<&mut Map> {
        match &mut self.columns[at] {
            Some(Column { values: Values::Map(map), .. }) => Some(map),
            _ => None,
        }
    }

    pub fn finish(mut self, shape: &Shape, buffers: &Arc<[Buffer]>) -> RecordBatch {
        let rows = self.rows;
        for (at, cell) in std::mem::take(&mut self.same) {
            if let Some(column) = &mut self.columns[at] {
                (0..rows).for_each(|row| column.set(row, cell));
            }
        }
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
    fn filled<T: Copy + Default>(mut values: Vec<T>, rows: usize) -> Vec<T> {
        values.resize(rows, T::default());
        values
    }
    let nulls = Some(NullBuffer::new(column.valid.finish(rows))).filter(|nulls| nulls.null_count() > 0);
    let array: ArrayRef = match column.values {
        Values::Views(values) => Arc::new(views::array(filled(values, rows), buffers, nulls.clone())),
        Values::Ints(values) => Arc::new(Int32Array::new(filled(values, rows).into(), nulls.clone())),
        Values::Longs(values) => Arc::new(Int64Array::new(filled(values, rows).into(), nulls.clone())),
        Values::Floats(values) => Arc::new(Float64Array::new(filled(values, rows).into(), nulls.clone())),
        Values::Bools(bits) => Arc::new(BooleanArray::new(bits.finish(rows), nulls.clone())),
        Values::Profiles(sets) => {
            let mut ends = Vec::with_capacity(rows + 1);
            ends.push(0);
            let mut names = Vec::with_capacity(rows);
            for set in filled(sets, rows) {
                for profile in Profile::ALL.into_iter().filter(|profile| set & *profile as u8 != 0) {
                    names.push(profile.name());
                }
                ends.push(names.len() as i32);
            }
            return list_array(ends, texts_item(), Arc::new(StringViewArray::from(names)));
        }
        Values::Map(Map { ends, names, values }) => {
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
