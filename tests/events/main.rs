//! Events are written as arrow-json writes them, byte by byte: the samples of every log source, and random batches. What OCSF and this
//! program add to it, raw JSON in line, is told to arrow-json here.

use std::sync::Arc;

use arrow_array::builder::{ListBuilder, MapBuilder, MapFieldNames, StringViewBuilder};
use arrow_array::{Array, ArrayRef, BooleanArray, Int32Array, Int64Array, MapArray, RecordBatch, StringViewArray, StructArray};
use arrow_json::writer::{LineDelimited, NullableEncoder, WriterBuilder};
use arrow_json::{Encoder, EncoderFactory, EncoderOptions};
use arrow_schema::{ArrowError, Field, FieldRef, Fields, Schema};
use event::ocsf::{MARK, MARK_JSON, MARK_MAP};
use proptest::prelude::*;

fn ours(rows: &RecordBatch) -> String {
    let mut out = Vec::new();
    forward::events::write(rows, &mut out);
    String::from_utf8(out).expect("events are UTF-8")
}

fn theirs(rows: &RecordBatch) -> String {
    let mut out = Vec::new();
    let builder = WriterBuilder::new().with_explicit_nulls(false).with_encoder_factory(Arc::new(RawJson));
    let mut writer = builder.build::<_, LineDelimited>(&mut out);
    writer.write(rows).and_then(|()| writer.finish()).expect("every type of the schema has an encoder");
    String::from_utf8(out).expect("events are UTF-8")
}

/// Columns that are marked as raw JSON, as they are but for line breaks.
#[derive(Debug)]
struct RawJson;

impl EncoderFactory for RawJson {
    fn make_default_encoder<'a>(
        &self,
        field: &'a FieldRef,
        array: &'a dyn Array,
        _: &'a EncoderOptions,
    ) -> Result<Option<NullableEncoder<'a>>, ArrowError> {
        let texts = |array: &'a dyn Array| array.as_any().downcast_ref::<StringViewArray>().expect("texts");
        let encoder: Box<dyn Encoder> = match field.metadata().get(MARK).map(String::as_str) {
            Some(MARK_JSON) => Box::new(InLine(texts(array))),
            Some(MARK_MAP) => {
                let map = array.as_any().downcast_ref::<MapArray>().expect("a map");
                Box::new(Members(map, texts(map.keys()), texts(map.values())))
            }
            _ => return Ok(None),
        };
        Ok(Some(NullableEncoder::new(encoder, array.nulls().cloned())))
    }
}

struct InLine<'a>(&'a StringViewArray);

impl Encoder for InLine<'_> {
    fn encode(&mut self, at: usize, out: &mut Vec<u8>) {
        out.extend_from_slice(self.0.value(at).replace(['\n', '\r'], "").as_bytes());
    }
}

struct Members<'a>(&'a MapArray, &'a StringViewArray, &'a StringViewArray);

impl Encoder for Members<'_> {
    fn encode(&mut self, at: usize, out: &mut Vec<u8>) {
        let offsets = self.0.value_offsets();
        let member = |entry| {
            let name = serde_json::to_string(self.1.value(entry)).expect("a text");
            format!("{name}:{}", self.2.value(entry).replace(['\n', '\r'], ""))
        };
        let members: Vec<String> = (offsets[at] as usize..offsets[at + 1] as usize).map(member).collect();
        out.extend_from_slice(format!("{{{}}}", members.join(",")).as_bytes());
    }
}

#[test]
fn samples_are_written_alike() {
    let files = tests::files_under(&tests::root().join("normalize/logsources"));
    let samples: Vec<_> = files.into_iter().filter(|file| file.parent().is_some_and(|folder| folder.ends_with("samples/raw"))).collect();
    let mut events = 0;
    for sample in &samples {
        tests::read_file(sample, "a sample", &mut tests::normalizer(&tests::everything()), &mut |normalized| {
            for batch in &normalized.batches {
                assert_eq!(ours(&batch.rows), theirs(&batch.rows), "{}", sample.display());
                events += batch.len();
            }
        });
    }
    assert!(events > 100, "{events} events in {} samples", samples.len());
}

/// One row: a text, a number, a truth, raw JSON, the texts of a list, the members of a map.
type Row = (Option<String>, Option<i64>, Option<bool>, Option<String>, Vec<Option<String>>, Vec<(String, String)>);

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let text = || "\\PC{0,20}|[\\x00-\\x7f]{0,90}|same";
    let json = || "(\\{\"a\":\n[0-9]{1,9}\\}|null|\"b\")";
    let row = (
        prop::option::of(text()),
        prop::option::of(prop_oneof![Just(7i64), any::<i64>()]),
        prop::option::of(any::<bool>()),
        prop::option::of(json()),
        prop::collection::vec(prop::option::of(text()), 0..3),
        prop::collection::vec((text(), json()), 0..3),
    );
    let mixed = prop::collection::vec(row.clone(), 0..12);
    // Columns that are the same in every row are written in another way.
    prop_oneof![mixed, (row, 1..5usize).prop_map(|(row, times)| vec![row; times])]
}

fn marked(field: Field, mark: &str) -> Field {
    field.with_metadata([(MARK.to_owned(), mark.to_owned())].into())
}

/// A batch with an object in an object, and a list of objects.
fn batch(rows: &[Row], last: &str) -> RecordBatch {
    let texts: ArrayRef = Arc::new(rows.iter().map(|row| row.0.as_deref()).collect::<StringViewArray>());
    let longs: ArrayRef = Arc::new(rows.iter().map(|row| row.1).collect::<Int64Array>());
    let ints: ArrayRef = Arc::new(rows.iter().map(|row| row.1.map(|n| n as i32)).collect::<Int32Array>());
    let truths: ArrayRef = Arc::new(rows.iter().map(|row| row.2).collect::<BooleanArray>());
    let json: ArrayRef = Arc::new(rows.iter().map(|row| row.3.as_deref()).collect::<StringViewArray>());
    let mut lists = ListBuilder::new(StringViewBuilder::new());
    let names = MapFieldNames { entry: "entries".into(), key: "key".into(), value: "value".into() };
    let mut maps = MapBuilder::new(Some(names), StringViewBuilder::new(), StringViewBuilder::new());
    for row in rows {
        row.4.iter().for_each(|text| lists.values().append_option(text.as_deref()));
        lists.append(!row.4.is_empty());
        for (name, value) in &row.5 {
            maps.keys().append_value(name);
            maps.values().append_value(value);
        }
        maps.append(true).expect("as many names as values");
    }
    let lists: ArrayRef = Arc::new(lists.finish());
    let maps: ArrayRef = Arc::new(maps.finish());
    let field = |name: &str, array: &ArrayRef| Field::new(name, array.data_type().clone(), true);
    let object = |members: Vec<(Field, ArrayRef)>, valid: Option<Vec<bool>>| -> ArrayRef {
        let (fields, arrays): (Vec<Field>, Vec<ArrayRef>) = members.into_iter().unzip();
        Arc::new(StructArray::new(Fields::from(fields), arrays, valid.map(Into::into)))
    };
    let inner = object(vec![(field("t", &texts), texts.clone()), (marked(field("j", &json), MARK_JSON), json.clone())], None);
    let there = rows.iter().map(|row| row.2 != Some(false)).collect();
    let outer = object(vec![(field("b", &truths), truths.clone()), (field("inner", &inner), inner.clone())], Some(there));
    let members = vec![(field("n", &ints), ints.clone()), (field("t", &texts), texts.clone())];
    let items = object(members, Some(rows.iter().map(|row| row.1.is_some()).collect()));
    // Each row has the object that stands at its own place, so that there are as many items as rows.
    let item = Arc::new(field("item", &items));
    let offsets = arrow_buffer::OffsetBuffer::from_repeated_length(1, rows.len());
    let objects: ArrayRef = Arc::new(arrow_array::ListArray::new(item, offsets, items, None));
    let constant: ArrayRef = Arc::new(rows.iter().map(|_| Some(last)).collect::<StringViewArray>());
    let columns = vec![
        (field("outer", &outer), outer),
        (field("text", &texts), texts),
        (field("constant", &constant), constant.clone()),
        (field("another \u{e9}", &constant), constant),
        (field("long", &longs), longs),
        (marked(field("json", &json), MARK_JSON), json),
        (field("lists", &lists), lists),
        (field("objects", &objects), objects),
        (marked(field("map", &maps), MARK_MAP), maps),
    ];
    let (fields, arrays): (Vec<Field>, Vec<ArrayRef>) = columns.into_iter().unzip();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).expect("as many values in every column")
}

proptest! {
    #[test]
    fn random_batches_are_written_alike(rows in rows(), last in "\\PC{0,30}", from in 0..6usize) {
        let all = batch(&rows, &last);
        prop_assert_eq!(ours(&all), theirs(&all));
        // A part of a batch looks into the same arrays.
        let from = from.min(rows.len());
        let part = all.slice(from, rows.len() - from);
        prop_assert_eq!(ours(&part), theirs(&part));
    }
}
