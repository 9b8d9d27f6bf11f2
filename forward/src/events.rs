//! Events as NDJSON: one OCSF event a line, nested as the standard nests it, without what is not there. Raw JSON stands in line.

use std::sync::Arc;

use arrow_array::{Array, BooleanArray, MapArray, RecordBatch, StringViewArray};
use arrow_json::writer::{LineDelimited, NullableEncoder, WriterBuilder};
use arrow_json::{Encoder, EncoderFactory, EncoderOptions};
use arrow_schema::{ArrowError, FieldRef};
use event::ocsf::{MARK, MARK_JSON, MARK_MAP};
use event::{EventBatch, Millis};

use crate::write;

/// Appends the lines of a batch.
pub fn write(rows: &RecordBatch, out: &mut Vec<u8>) {
    let mut writer = WriterBuilder::new().with_explicit_nulls(false).with_encoder_factory(Arc::new(RawJson)).build::<_, LineDelimited>(out);
    writer.write(rows).and_then(|()| writer.finish()).expect("every type of the schema has an encoder, and memory takes all");
}

/// The rows whose time lies in a span; the span ends before `to`.
pub fn within(batch: &EventBatch, from: Millis, to: Millis) -> RecordBatch {
    let inside: BooleanArray = batch.times.iter().map(|time| Some((from..to).contains(time))).collect();
    arrow_select::filter::filter_record_batch(&batch.rows, &inside).expect("as many answers as rows")
}

/// Writes columns that are marked as raw JSON as they are.
#[derive(Debug)]
struct RawJson;

impl EncoderFactory for RawJson {
    fn make_default_encoder<'a>(
        &self,
        field: &'a FieldRef,
        array: &'a dyn Array,
        _: &'a EncoderOptions,
    ) -> Result<Option<NullableEncoder<'a>>, ArrowError> {
        let encoder: Box<dyn Encoder> = match field.metadata().get(MARK).map(String::as_str) {
            Some(MARK_JSON) => match array.as_any().downcast_ref::<StringViewArray>() {
                Some(texts) => Box::new(InLine(texts)),
                None => return Ok(None),
            },
            Some(MARK_MAP) => match array.as_any().downcast_ref::<MapArray>() {
                Some(map) => Box::new(Members::new(map)),
                None => return Ok(None),
            },
            _ => return Ok(None),
        };
        Ok(Some(NullableEncoder::new(encoder, array.nulls().cloned())))
    }
}

struct InLine<'a>(&'a StringViewArray);

impl Encoder for InLine<'_> {
    fn encode(&mut self, at: usize, out: &mut Vec<u8>) {
        one_line(self.0.value(at), out);
    }
}

struct Members<'a> {
    map: &'a MapArray,
    names: &'a StringViewArray,
    values: &'a StringViewArray,
}

impl<'a> Members<'a> {
    fn new(map: &'a MapArray) -> Self {
        let texts = |array: &'a dyn Array| array.as_any().downcast_ref::<StringViewArray>().expect("a map of texts");
        Self { map, names: texts(map.keys()), values: texts(map.values()) }
    }
}

impl Encoder for Members<'_> {
    fn encode(&mut self, at: usize, out: &mut Vec<u8>) {
        let offsets = self.map.value_offsets();
        out.push(b'{');
        for entry in offsets[at] as usize..offsets[at + 1] as usize {
            write::comma(out);
            write::string::<{ write::DATA }>(self.names.value(entry), out);
            out.push(b':');
            one_line(self.values.value(entry), out);
        }
        out.push(b'}');
    }
}

/// Raw JSON may be pretty-printed; a line of NDJSON may not. Line breaks stand between its parts only.
fn one_line(json: &str, out: &mut Vec<u8>) {
    if memchr::memchr2(b'\n', b'\r', json.as_bytes()).is_none() {
        return out.extend_from_slice(json.as_bytes());
    }
    out.extend(json.bytes().filter(|byte| !matches!(byte, b'\n' | b'\r')));
}
