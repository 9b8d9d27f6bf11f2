//! Where JSON values begin and end in a stretch of bytes. Knows strings and brackets, nothing of what the values mean, and does not
//! check what it steps over: whoever takes a value parses it.

use std::ops::Range;

use wide::u8x16;

use crate::block::{Block, Strings};
use crate::processor::{self, Work};

/// A part of some text: a whole JSON value, or bytes in which none could be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    Value(Range<usize>),
    Damaged { range: Range<usize>, cut_off: bool },
}

/// In damaged text, ends may be looked for in vain over so many times its length. What is left then is one damaged piece: without a
/// bound, a megabyte of brackets that nobody closes would take minutes.
const SCANS_MAX: usize = 32;

/// Cuts text into its top-level values: one, several one behind the other, or one a line. Where a value does not end properly, the
/// next one begins at the next line that starts with a bracket.
pub fn documents(bytes: &[u8]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut at = skip_bom(bytes);
    let mut left = SCANS_MAX * bytes.len();
    loop {
        at = skip_space(bytes, at);
        match bytes.get(at) {
            None => return pieces,
            Some(b'{' | b'[') => match end_of_value(bytes, at) {
                Ok(end) => {
                    pieces.push(Piece::Value(at..end));
                    at = end;
                }
                Err(damage) => {
                    left = left.saturating_sub(damage - at);
                    let next = next_line_with_bracket(bytes, at).filter(|_| left > 0);
                    let cut_off = damage == bytes.len() && next.is_none();
                    let end = next.unwrap_or(bytes.len());
                    pieces.push(Piece::Damaged { range: at..end, cut_off });
                    at = end;
                }
            },
            Some(_) => {
                let end = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |n| at + n);
                pieces.push(Piece::Damaged { range: at..end, cut_off: false });
                at = end;
            }
        }
    }
}

/// The elements of a damaged list whose `[` stands at `list`, as far as they can be told apart. `valid` says whether an element is sound
/// JSON. After damage the next element begins where one begins as the first element did (`{"eventVersion"`).
pub fn elements(bytes: &[u8], list: usize, mut valid: impl FnMut(&[u8]) -> bool) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut at = skip_space(bytes, list + 1);
    let signature = signature(bytes, at);
    let mut left = SCANS_MAX * bytes.len();
    loop {
        if matches!(bytes.get(at), None | Some(b']')) {
            return pieces;
        }
        let end = end_of_any(bytes, at);
        let followed = |end: usize| matches!(bytes.get(skip_space(bytes, end)), Some(b',' | b']'));
        match end {
            Ok(end) if valid(&bytes[at..end]) => {
                pieces.push(Piece::Value(at..end));
                at = skip_space(bytes, end);
                match bytes.get(at) {
                    Some(b',') => at = skip_space(bytes, at + 1),
                    Some(b']') | None => return pieces,
                    Some(_) => {
                        // Something stands between two elements: up to the next one it is damage.
                        let next = next_element(bytes, at, signature).unwrap_or(bytes.len());
                        pieces.push(Piece::Damaged { range: at..trim_end(bytes, at, next), cut_off: false });
                        at = next;
                    }
                }
            }
            _ => {
                left = left.saturating_sub(end.unwrap_or_else(|stop| stop) - at);
                let next = next_element(bytes, at + 1, signature).filter(|_| left > 0);
                let whole = end.ok().filter(|end| followed(*end) && left > 0);
                let (stop, resume) = match (whole, next) {
                    // It ends properly before the next one begins: it is bad inside.
                    (Some(end), next) if next.is_none_or(|next| end <= next) => (end, skip_space(bytes, end)),
                    (_, Some(next)) => (trim_end(bytes, at, next), next),
                    (_, None) => (bytes.len(), bytes.len()),
                };
                let cut_off = whole.is_none() && next.is_none();
                pieces.push(Piece::Damaged { range: at..stop, cut_off });
                at = if bytes.get(resume) == Some(&b',') { skip_space(bytes, resume + 1) } else { resume };
            }
        }
    }
}

/// The first list in a document that may be its long one: its own `[`, or the first one a level down that holds objects.
pub fn long_list(bytes: &[u8]) -> Option<usize> {
    let at = skip_space(bytes, skip_bom(bytes));
    match bytes.get(at)? {
        b'[' => Some(at),
        b'{' => {
            let mut at = skip_space(bytes, at + 1);
            while bytes.get(at) == Some(&b'"') {
                at = skip_space(bytes, end_of_string(bytes, at).ok()?);
                if bytes.get(at) != Some(&b':') {
                    return None;
                }
                at = skip_space(bytes, at + 1);
                if bytes.get(at) == Some(&b'[') && bytes.get(skip_space(bytes, at + 1)) == Some(&b'{') {
                    return Some(at);
                }
                at = skip_space(bytes, end_of_any(bytes, at).ok()?);
                if bytes.get(at) != Some(&b',') {
                    return None;
                }
                at = skip_space(bytes, at + 1);
            }
            None
        }
        _ => None,
    }
}

/// `{"eventVersion"`: how an element begins, up to the end of its first key.
pub fn signature(bytes: &[u8], at: usize) -> Option<&[u8]> {
    if bytes.get(at) != Some(&b'{') {
        return None;
    }
    let key = skip_space(bytes, at + 1);
    let end = (bytes.get(key) == Some(&b'"')).then(|| end_of_string(bytes, key).ok())??;
    bytes.get(at..end)
}

/// The next place at or after `from` where an element begins as `signature` does, behind a comma.
pub fn next_element(bytes: &[u8], from: usize, signature: Option<&[u8]>) -> Option<usize> {
    let signature = signature?;
    let mut at = from;
    loop {
        at += memchr::memmem::find(bytes.get(at..)?, signature)?;
        let before = bytes[..at].iter().rposition(|b| !is_space(*b));
        if before.is_some_and(|before| bytes[before] == b',') {
            return Some(at);
        }
        at += 1;
    }
}

/// The end of a range without the comma and the white space that separate it from what follows.
fn trim_end(bytes: &[u8], from: usize, to: usize) -> usize {
    from + bytes[from..to].iter().rposition(|b| !is_space(*b) && *b != b',').map_or(0, |n| n + 1)
}

fn next_line_with_bracket(bytes: &[u8], from: usize) -> Option<usize> {
    memchr::memchr_iter(b'\n', &bytes[from..]).map(|n| from + n + 1).find(|at| matches!(bytes.get(*at), Some(b'{' | b'[')))
}

/// The end of the object or list that begins at `at`; or the place where that was clear to be damaged.
pub fn end_of_value(bytes: &[u8], at: usize) -> Result<usize, usize> {
    let mut depth = 0usize;
    let mut i = at;
    while i < bytes.len() {
        match bytes[i] {
            b'"' => {
                i = end_of_string(bytes, i)?;
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return Ok(i + 1);
                }
            }
            _ => {}
        }
        i += 1;
    }
    Err(bytes.len())
}

fn end_of_any(bytes: &[u8], at: usize) -> Result<usize, usize> {
    match bytes.get(at) {
        Some(b'{' | b'[') => end_of_value(bytes, at),
        Some(b'"') => end_of_string(bytes, at),
        _ => {
            let length = bytes[at..].iter().position(|b| matches!(b, b',' | b']' | b'}') || is_space(*b)).unwrap_or(bytes.len() - at);
            if length == 0 { Err(at) } else { Ok(at + length) }
        }
    }
}

/// The end of the string whose quote stands at `at`. A line break within it is damage.
pub fn end_of_string(bytes: &[u8], at: usize) -> Result<usize, usize> {
    let mut i = at + 1;
    loop {
        i += memchr::memchr3(b'"', b'\\', b'\n', &bytes[i.min(bytes.len())..]).ok_or(bytes.len())?;
        match bytes[i] {
            b'"' => return Ok(i + 1),
            b'\\' => i += 2,
            _ => return Err(i),
        }
    }
}

pub fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

pub fn skip_space(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(|b| is_space(*b)) {
        at += 1;
    }
    at
}

pub fn skip_bom(bytes: &[u8]) -> usize {
    if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 }
}

/// Follows the brackets of a long document through chunk after chunk, 64 bytes at a time.
#[derive(Clone, Debug, Default)]
pub struct Brackets {
    /// How many brackets are open.
    depth: u32,
    strings: Strings,
}

impl Brackets {
    /// Where `depth` brackets are open, outside any string.
    pub fn at(depth: u32) -> Self {
        Self { depth, ..Self::default() }
    }

    /// Calls `seen(position, depth after it)` for each closing bracket of the chunk that leaves at most `below` open.
    pub fn follow(&mut self, bytes: &[u8], below: u32, seen: impl FnMut(usize, u32)) {
        processor::run(Follow { brackets: self, bytes, below, seen });
    }

    #[inline(always)]
    fn block(&mut self, block: &[u8; 64], base: usize, below: u32, seen: &mut impl FnMut(usize, u32)) {
        let block = Block::new(block);
        // `[` and `{`, and `]` and `}`, differ in one bit.
        let brackets = |byte: u8| block.bits(|bytes| (bytes | u8x16::splat(0x20)).simd_eq(u8x16::splat(byte)));
        let (opens, closes) = (brackets(b'{'), brackets(b'}'));
        let (_, escaped) = self.strings.escapes(block.equal(b'\\'));
        let inside = self.strings.inside(block.equal(b'"') & !escaped);
        let (opens, closes) = (opens & !inside, closes & !inside);
        let total = closes.count_ones();
        if self.depth > below + total {
            // Too deep for any of these to matter.
            self.depth = self.depth + opens.count_ones() - total;
            return;
        }
        let mut all = opens | closes;
        while all != 0 {
            let at = all.trailing_zeros();
            if opens >> at & 1 == 1 {
                self.depth += 1;
            } else {
                self.depth = self.depth.saturating_sub(1);
                if self.depth <= below {
                    seen(base + at as usize, self.depth);
                }
            }
            all &= all - 1;
        }
    }

    pub fn in_string(&self) -> bool {
        self.strings.in_string()
    }
}

struct Follow<'a, F> {
    brackets: &'a mut Brackets,
    bytes: &'a [u8],
    below: u32,
    seen: F,
}

impl<F: FnMut(usize, u32)> Work for Follow<'_, F> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { brackets, bytes, below, mut seen } = self;
        let mut chunks = bytes.chunks_exact(64);
        for (n, chunk) in chunks.by_ref().enumerate() {
            brackets.block(chunk.try_into().expect("64 bytes"), n * 64, below, &mut seen);
        }
        let rest = chunks.remainder();
        if !rest.is_empty() {
            let mut last = [b' '; 64];
            last[..rest.len()].copy_from_slice(rest);
            let escaped_in = brackets.strings.escaped;
            brackets.block(&last, bytes.len() - rest.len(), below, &mut seen);
            // The block was filled up: a backslash at the chunk's own end escapes what is still to come, not the filler.
            let run = rest.iter().rev().take_while(|b| **b == b'\\').count() as u64;
            let run = if run == rest.len() as u64 { run - escaped_in } else { run };
            brackets.strings.escaped = run % 2;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts<'a>(text: &'a str, pieces: &[Piece]) -> Vec<(&'a str, bool)> {
        pieces
            .iter()
            .map(|piece| match piece {
                Piece::Value(range) => (&text[range.clone()], true),
                Piece::Damaged { range, .. } => (&text[range.clone()], false),
            })
            .collect()
    }

    #[test]
    fn documents_one_behind_the_other() {
        let text = "\u{feff}{\"a\":\"}\\\"\"} [1]{\n\"b\":{}}\nx\n{\"c\":\"torn\n{\"d\":1}\n";
        let pieces = documents(text.as_bytes());
        assert_eq!(
            texts(text, &pieces),
            [
                ("{\"a\":\"}\\\"\"}", true),
                ("[1]", true),
                ("{\n\"b\":{}}", true),
                ("x", false),
                ("{\"c\":\"torn\n", false),
                ("{\"d\":1}", true)
            ]
        );
    }

    #[test]
    fn elements_around_damage() {
        let valid = |bytes: &[u8]| std::str::from_utf8(bytes).is_ok_and(|t| !t.contains("BAD"));
        let text = r#"{"Records":[{"k":1}, {"k":BAD},{"other":2},{"k":"x,{"k":3},{"k":{"q":[4]}},{"k":5"#;
        let list = long_list(text.as_bytes()).unwrap();
        let pieces = elements(text.as_bytes(), list, valid);
        assert_eq!(
            texts(text, &pieces),
            [
                (r#"{"k":1}"#, true),
                (r#"{"k":BAD}"#, false),
                (r#"{"other":2}"#, true),
                (r#"{"k":"x"#, false),
                (r#"{"k":3}"#, true),
                (r#"{"k":{"q":[4]}}"#, true),
                (r#"{"k":5"#, false)
            ]
        );
        assert!(matches!(pieces.last(), Some(Piece::Damaged { cut_off: true, .. })));
    }

    #[test]
    fn brackets_agree_with_the_slow_way_however_the_chunks_fall() {
        let text = r#"{"Records":[{"a":"\\\"}]{[","b":[{"c":1},{}]},{"a":"\\","x":{}} , {"a":"]]]"}],"next":{"k":[]}}"#.repeat(9);
        let mut slow = Vec::new();
        let mut at = 0;
        while at < text.len() {
            at = end_of_value(text.as_bytes(), at).unwrap();
            slow.push(at - 1);
        }
        for size in [64, 65, 100, 127, 1000] {
            let mut brackets = Brackets::default();
            let mut fast = Vec::new();
            for (n, chunk) in text.as_bytes().chunks(size).enumerate() {
                brackets.follow(chunk, 0, |at, _| fast.push(n * size + at));
            }
            assert_eq!(fast, slow, "chunks of {size}");
            assert!(!brackets.in_string());
        }
    }
}
