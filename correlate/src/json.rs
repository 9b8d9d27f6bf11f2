//! The text of a raw JSON value, as rules look at it: compact, and its leaves one by one. The value was checked before.

use std::borrow::Cow;

use event::cut::{end_of_string, is_space};
use event::unescape::unescape;

/// The JSON without white space between its parts.
pub fn compact(raw: &str) -> Cow<'_, str> {
    let bytes = raw.as_bytes();
    let mut out: Option<Vec<u8>> = None;
    let mut at = 0;
    while at < bytes.len() {
        let end = match bytes[at] {
            b'"' => end_of_string(bytes, at).unwrap_or(bytes.len()),
            byte if is_space(byte) => {
                out.get_or_insert_with(|| bytes[..at].to_vec());
                at += 1;
                continue;
            }
            _ => at + 1,
        };
        if let Some(out) = &mut out {
            out.extend_from_slice(&bytes[at..end]);
        }
        at = end;
    }
    out.map_or(Cow::Borrowed(raw), |out| Cow::Owned(String::from_utf8_lossy(&out).into_owned()))
}

/// Whether some text, number or boolean inside the value passes; keys are not asked.
pub fn any_leaf(raw: &str, mut test: impl FnMut(&str) -> bool) -> bool {
    let bytes = raw.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => {
                let end = end_of_string(bytes, at).unwrap_or(bytes.len());
                let next = event::cut::skip_space(bytes, end);
                if bytes.get(next) == Some(&b':') {
                    at = next + 1;
                    continue;
                }
                let text = &raw[at + 1..end - 1];
                let passes = if text.contains('\\') {
                    let mut plain = Vec::new();
                    unescape(text.as_bytes(), &mut plain);
                    test(&String::from_utf8_lossy(&plain))
                } else {
                    test(text)
                };
                if passes {
                    return true;
                }
                at = end;
            }
            b'{' | b'[' | b'}' | b']' | b',' | b':' => at += 1,
            byte if is_space(byte) => at += 1,
            _ => {
                let length = bytes[at..].iter().position(|b| matches!(b, b',' | b']' | b'}') || is_space(*b)).unwrap_or(bytes.len() - at);
                let text = &raw[at..at + length];
                if text != "null" && test(text) {
                    return true;
                }
                at += length.max(1);
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_and_compact_text() {
        let raw = "{ \"a b\" : [ \"x \\\" y\" , 5, {\"c\":true}, null ],\n\"d\":\"e\" }";
        assert_eq!(compact(raw), "{\"a b\":[\"x \\\" y\",5,{\"c\":true},null],\"d\":\"e\"}");
        let mut leaves = Vec::new();
        any_leaf(raw, |leaf| {
            leaves.push(leaf.to_owned());
            false
        });
        assert_eq!(leaves, ["x \" y", "5", "true", "e"]);
    }
}
