//! YAML with the line of every node. Anchors are refused: no rule needs them, and they make small files large.

use std::borrow::Cow;

use saphyr_parser::{Event, Parser, ScalarStyle, Span};

/// Where something stands in a file; lines and columns begin at 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spot {
    pub line: usize,
    pub column: usize,
    /// Byte offsets into the file.
    pub start: usize,
    pub end: usize,
}

#[derive(Clone, Debug)]
pub struct Node {
    pub spot: Spot,
    pub value: Value,
}

#[derive(Clone, Debug)]
pub enum Value {
    /// A text; plain ones may be numbers, booleans or null.
    Text(String),
    Integer(i128),
    Float(f64),
    Bool(bool),
    Null,
    List(Vec<Node>),
    Map(Vec<(Node, Node)>),
}

/// Nesting above this is refused.
const DEPTH_MAX: usize = 64;

/// Every document of a file.
pub fn documents(text: &str) -> Result<Vec<Node>, (Spot, String)> {
    let offsets = (!text.is_ascii()).then(|| text.char_indices().map(|(at, _)| at).collect());
    let mut reader = Reader { parser: Parser::new_from_str(text), offsets, length: text.len() };
    let mut documents = Vec::new();
    loop {
        match reader.next()? {
            (Event::StreamEnd, _) => return Ok(documents),
            (Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd | Event::Nothing, _) => {}
            (event, spot) => documents.push(reader.node(event, spot, 0)?),
        }
    }
}

struct Reader<'a> {
    parser: Parser<'a, saphyr_parser::StrInput<'a>>,
    /// Where each character begins, since the parser counts characters; none where all of them are bytes.
    offsets: Option<Vec<usize>>,
    length: usize,
}

impl<'a> Reader<'a> {
    fn spot(&self, span: Span) -> Spot {
        let byte = |at: usize| match &self.offsets {
            None => at.min(self.length),
            Some(offsets) => offsets.get(at).copied().unwrap_or(self.length),
        };
        Spot { line: span.start.line(), column: span.start.col() + 1, start: byte(span.start.index()), end: byte(span.end.index()) }
    }

    fn next(&mut self) -> Result<(Event<'a>, Spot), (Spot, String)> {
        match self.parser.next() {
            Some(Ok((event, span))) => Ok((event, self.spot(span))),
            Some(Err(error)) => {
                let mark = *error.marker();
                let spot = self.spot(Span { start: mark, end: mark });
                Err((spot, format!("this is not YAML: {}", error.info())))
            }
            None => Ok((Event::StreamEnd, Spot::default())),
        }
    }

    fn node(&mut self, event: Event<'a>, spot: Spot, depth: usize) -> Result<Node, (Spot, String)> {
        if depth > DEPTH_MAX {
            return Err((spot, format!("nested deeper than {DEPTH_MAX} levels")));
        }
        let value = match event {
            Event::Scalar(text, style, anchor, tag) => {
                refuse_anchor(anchor, spot)?;
                let quoted = style != ScalarStyle::Plain || tag.is_some_and(|tag| tag.suffix == "str");
                if quoted { Value::Text(text.into_owned()) } else { scalar(&text) }
            }
            Event::SequenceStart(anchor, _) => {
                refuse_anchor(anchor, spot)?;
                let mut items = Vec::new();
                loop {
                    match self.next()? {
                        (Event::SequenceEnd, _) => break,
                        (event, spot) => items.push(self.node(event, spot, depth + 1)?),
                    }
                }
                Value::List(items)
            }
            Event::MappingStart(anchor, _) => {
                refuse_anchor(anchor, spot)?;
                let mut entries: Vec<(Node, Node)> = Vec::new();
                loop {
                    let (event, spot) = self.next()?;
                    if matches!(event, Event::MappingEnd) {
                        break;
                    }
                    let key = self.node(event, spot, depth + 1)?;
                    let (event, spot) = self.next()?;
                    let value = self.node(event, spot, depth + 1)?;
                    let name = key.key();
                    if let Some((before, _)) = entries.iter().find(|(other, _)| other.key() == name) {
                        let line = before.spot.line;
                        return Err((
                            key.spot,
                            format!("`{name}` stands twice in one mapping (first in line {line}); YAML keeps only one"),
                        ));
                    }
                    drop(name);
                    entries.push((key, value));
                }
                Value::Map(entries)
            }
            Event::Alias(_) => {
                return Err((spot, "anchors and aliases are not read in rules; write it out".to_owned()));
            }
            _ => return Err((spot, "a value is missing here".to_owned())),
        };
        Ok(Node { spot, value })
    }
}

fn refuse_anchor(anchor: usize, spot: Spot) -> Result<(), (Spot, String)> {
    if anchor == 0 { Ok(()) } else { Err((spot, "anchors and aliases are not read in rules; write it out".to_owned())) }
}

/// What a plain scalar is, by YAML's core schema: `no` and `on` are texts, `0123` too.
fn scalar(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        _ => {}
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let leading_zero = digits.len() > 1 && digits.starts_with('0') && digits.as_bytes()[1].is_ascii_digit();
    if digits.starts_with(|c: char| c.is_ascii_digit()) && !leading_zero {
        if let Ok(number) = text.parse::<i128>() {
            return Value::Integer(number);
        }
        let shape = digits.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-'));
        if let Ok(number) = text.parse::<f64>()
            && shape
        {
            return Value::Float(number);
        }
    }
    Value::Text(text.to_owned())
}

impl Node {
    /// The text of a key, whatever YAML takes it for.
    pub fn key(&self) -> Cow<'_, str> {
        match &self.value {
            Value::Text(text) => Cow::Borrowed(text),
            Value::Integer(number) => number.to_string().into(),
            Value::Float(number) => number.to_string().into(),
            Value::Bool(truth) => truth.to_string().into(),
            Value::Null => Cow::Borrowed(""),
            Value::List(_) | Value::Map(_) => Cow::Borrowed("?"),
        }
    }

    pub fn get(&self, name: &str) -> Option<&Node> {
        self.entries().iter().find(|(key, _)| key.key() == name).map(|(_, value)| value)
    }

    pub fn entries(&self) -> &[(Node, Node)] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A text, or a number or boolean that was meant as one (`date: 2026`).
    pub fn loose_text(&self) -> Option<String> {
        match &self.value {
            Value::List(_) | Value::Map(_) | Value::Null => None,
            _ => Some(self.key().into_owned()),
        }
    }

    /// The texts of a list, or of a single one.
    pub fn texts(&self) -> Vec<String> {
        match &self.value {
            Value::List(items) => items.iter().filter_map(Node::loose_text).collect(),
            _ => self.loose_text().into_iter().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_plain_scalars() {
        for (text, expected) in [
            ("no", "Text(\"no\")"),
            ("0123", "Text(\"0123\")"),
            ("2026-03-01", "Text(\"2026-03-01\")"),
            ("1e3", "Float(1000.0)"),
            ("-5", "Integer(-5)"),
            ("true", "Bool(true)"),
            ("~", "Null"),
            ("1.2.3", "Text(\"1.2.3\")"),
            ("99999999999999999999", "Integer(99999999999999999999)"),
        ] {
            assert_eq!(format!("{:?}", scalar(text)), expected, "{text}");
        }
    }

    #[test]
    fn mistakes_have_a_line() {
        for (text, line, part) in [
            ("a: 1\na: 2\n", 2, "`a` stands twice"),
            ("a: &x 1\nb: *x\n", 1, "anchors"),
            ("a:\n\t- b\n", 2, "not YAML"),
            ("a: [1, 2\nb: 3\n", 2, "not YAML"),
        ] {
            let (spot, message) = documents(text).unwrap_err();
            assert_eq!(spot.line, line, "{text:?}: {message}");
            assert!(message.contains(part), "{text:?}: {message}");
        }
    }
}
