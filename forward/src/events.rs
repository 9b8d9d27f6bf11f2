//! Events as NDJSON: one OCSF event a line, nested as the standard nests it, without what is not there. Raw JSON stands in line. What is
//! the same in all rows of a batch is written once and copied.

use arrow_array::types::{Float64Type, Int32Type, Int64Type};
use arrow_array::{Array, BooleanArray, MapArray, RecordBatch, StringViewArray, StructArray, cast::AsArray};
use arrow_buffer::NullBuffer;
use arrow_schema::{DataType, Field, Fields};
use event::ocsf::{MARK, MARK_JSON};
use event::{EventBatch, Millis};

use crate::write::{DATA, comma, integer, key, string};

/// Appends the lines of a batch.
pub fn write(rows: &RecordBatch, out: &mut Vec<u8>) {
    if rows.num_rows() == 0 {
        return;
    }
    let members = members(rows.schema_ref().fields(), rows.columns());
    for row in 0..rows.num_rows() {
        object(&members, row, out);
        out.push(b'\n');
    }
}

/// The rows whose time lies in a span; the span ends before `to`.
pub fn within(batch: &EventBatch, from: Millis, to: Millis) -> RecordBatch {
    let inside: BooleanArray = batch.times.iter().map(|time| Some((from..to).contains(time))).collect();
    arrow_select::filter::filter_record_batch(&batch.rows, &inside).expect("as many answers as rows")
}

/// What stands between the braces of an object.
enum Member<'a> {
    /// Members that are the same in every row, in one piece that begins with a comma.
    Same(String),
    /// `,"name":`, which rows have it, and what it is.
    Column(String, Option<&'a NullBuffer>, Values<'a>),
}

enum Values<'a> {
    Texts(&'a StringViewArray),
    /// Texts that are JSON.
    Json(&'a StringViewArray),
    Ints(&'a [i32]),
    Longs(&'a [i64]),
    Floats(&'a [f64]),
    Bools(&'a BooleanArray),
    Object(Vec<Member<'a>>),
    /// Where the items of each row begin and end, which of them are there, and what they are.
    List(&'a [i32], Option<&'a NullBuffer>, Box<Values<'a>>),
    Map(&'a MapArray, &'a StringViewArray, &'a StringViewArray),
}

fn members<'a>(fields: &'a Fields, arrays: &'a [arrow_array::ArrayRef]) -> Vec<Member<'a>> {
    let mut all: Vec<Member> = Vec::with_capacity(fields.len());
    for (field, array) in fields.iter().zip(arrays) {
        let name = format!(",\"{}\":", field.name());
        let values = Values::of(field, array);
        if array.is_empty() || array.null_count() > 0 || !values.are_same(array.len()) {
            all.push(Member::Column(name, array.nulls(), values));
            continue;
        }
        let mut same = name.into_bytes();
        values.write(0, &mut same);
        let same = String::from_utf8(same).expect("JSON of texts is text");
        match all.last_mut() {
            Some(Member::Same(before)) => before.push_str(&same),
            _ => all.push(Member::Same(same)),
        }
    }
    all
}

impl<'a> Values<'a> {
    fn of(field: &Field, array: &'a dyn Array) -> Self {
        match array.data_type() {
            DataType::Utf8View if field.metadata().get(MARK).is_some_and(|mark| mark == MARK_JSON) => Self::Json(array.as_string_view()),
            DataType::Utf8View => Self::Texts(array.as_string_view()),
            DataType::Int32 => Self::Ints(array.as_primitive::<Int32Type>().values()),
            DataType::Int64 => Self::Longs(array.as_primitive::<Int64Type>().values()),
            DataType::Float64 => Self::Floats(array.as_primitive::<Float64Type>().values()),
            DataType::Boolean => Self::Bools(array.as_boolean()),
            DataType::Struct(fields) => {
                let object: &StructArray = array.as_struct();
                Self::Object(members(fields, object.columns()))
            }
            DataType::List(item) => {
                let list = array.as_list::<i32>();
                Self::List(list.value_offsets(), list.values().nulls(), Box::new(Self::of(item, list.values())))
            }
            DataType::Map(..) => {
                let map = array.as_map();
                Self::Map(map, map.keys().as_string_view(), map.values().as_string_view())
            }
            other => unreachable!("the schema has no columns of {other}"),
        }
    }

    /// Whether it is known to be the same in every row; that it is not does not say that it is not.
    fn are_same(&self, rows: usize) -> bool {
        fn equal<T: PartialEq>(all: &[T]) -> bool {
            all.iter().all(|one| *one == all[0])
        }
        match self {
            Self::Texts(texts) | Self::Json(texts) => equal(texts.views()),
            Self::Ints(ints) => equal(ints),
            Self::Longs(longs) => equal(longs),
            Self::Floats(_) | Self::Bools(_) | Self::Map(..) => rows == 1,
            Self::Object(members) => members.iter().all(|member| matches!(member, Member::Same(_))),
            Self::List(offsets, nulls, items) => {
                let length = offsets[1] - offsets[0];
                let items_count = (offsets[rows] - offsets[0]) as usize;
                offsets.windows(2).all(|pair| pair[1] - pair[0] == length) && nulls.is_none() && items.are_same(items_count)
            }
        }
    }

    #[inline]
    fn write(&self, at: usize, out: &mut Vec<u8>) {
        match self {
            Self::Texts(texts) => string::<DATA>(texts.value(at), out),
            Self::Json(texts) => one_line(texts.value(at), out),
            Self::Ints(ints) => integer(ints[at].into(), out),
            Self::Longs(longs) => integer(longs[at], out),
            // OCSF's validators want a fraction, which this form has.
            Self::Floats(floats) => out.extend_from_slice(format!("{:?}", floats[at]).as_bytes()),
            Self::Bools(bools) => out.extend_from_slice(if bools.value(at) { b"true" } else { b"false" }),
            Self::Object(members) => object(members, at, out),
            Self::List(offsets, nulls, items) => {
                out.push(b'[');
                for item in offsets[at] as usize..offsets[at + 1] as usize {
                    comma(out);
                    if nulls.is_some_and(|nulls| nulls.is_null(item)) {
                        out.extend_from_slice(b"null");
                    } else {
                        items.write(item, out);
                    }
                }
                out.push(b']');
            }
            Self::Map(map, names, values) => {
                let offsets = map.value_offsets();
                out.push(b'{');
                for entry in offsets[at] as usize..offsets[at + 1] as usize {
                    comma(out);
                    string::<DATA>(names.value(entry), out);
                    out.push(b':');
                    one_line(values.value(entry), out);
                }
                out.push(b'}');
            }
        }
    }
}

fn object(members: &[Member], row: usize, out: &mut Vec<u8>) {
    out.push(b'{');
    for member in members {
        match member {
            Member::Same(text) => key(text, out),
            Member::Column(name, valid, values) => {
                if valid.is_none_or(|valid| valid.is_valid(row)) {
                    key(name, out);
                    values.write(row, out);
                }
            }
        }
    }
    out.push(b'}');
}

/// Raw JSON may be pretty-printed; a line of NDJSON may not. Line breaks stand between its parts only.
fn one_line(json: &str, out: &mut Vec<u8>) {
    if memchr::memchr2(b'\n', b'\r', json.as_bytes()).is_none() {
        return out.extend_from_slice(json.as_bytes());
    }
    out.extend(json.bytes().filter(|byte| !matches!(byte, b'\n' | b'\r')));
}
