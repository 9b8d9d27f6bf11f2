//! From text to whole JSON documents. A line break between `}` and `{` ends a document for certain, since JSON strings hold no line
//! breaks and no document has `}` and `{` side by side; so lines and objects need no parsing. A document above [`LONG_BYTES`] is cut
//! between the elements of its long list, each part under a copy of its head, so that files of any size need little memory. What is
//! no valid JSON is passed on as it is: it becomes a reject further down.

use std::sync::Arc;

use event::cut::{self, Brackets};
use event::reject::{KEPT_BYTES_MAX, RECORD_BYTES_MAX};
use event::{Place, Reason, Reject};
use sha2::{Digest, Sha256};

use crate::arena::{ARENA_BYTES, Arena};

/// A document up to this stays whole.
pub const LONG_BYTES: usize = 1024 * 1024;
/// A long document is cut into parts of about this size: they fit the processor's cache.
const PART_BYTES: usize = 256 * 1024;

/// Frames one file, from beginning to end.
pub struct Framer {
    partition: Arc<str>,
    /// Bytes of the file that were consumed.
    offset: u64,
    long: Option<Long>,
    /// Length of a value that is being skipped because it is too large.
    skipping: Option<Skip>,
}

/// A document in the middle of which we are.
struct Long {
    /// `{"Records":[`; empty where documents stand one behind the other.
    head: Vec<u8>,
    /// `]}`
    tail: &'static [u8],
    /// Brackets that are open between two elements of the list.
    depth: u32,
    brackets: Brackets,
    /// How far the unconsumed text was followed.
    followed: usize,
    /// The end of the last whole element in the unconsumed text.
    element_end: usize,
    /// The list is closed; the rest belongs to the last part.
    closed: bool,
    /// `{"eventVersion"`: how elements begin, to find the next one after damage.
    signature: Vec<u8>,
}

struct Skip {
    hash: Sha256,
    kept: Vec<u8>,
    length: u64,
    offset: u64,
}

impl Framer {
    pub fn new(partition: Arc<str>) -> Self {
        Self { partition, offset: 0, long: None, skipping: None }
    }

    /// Takes documents from the start of `text`; gives how many bytes were consumed. The rest has to be given again, with more behind
    /// it, or with `last`.
    pub fn cut(&mut self, text: &[u8], last: bool, arena: &mut Arena) -> usize {
        let mut at = 0;
        loop {
            let before = (self.skipping.is_some(), self.long.is_some());
            let consumed = match (&self.skipping, &self.long) {
                (Some(_), _) => self.skip(&text[at..], last, arena),
                (None, Some(_)) => self.cut_long(&text[at..], last, arena),
                (None, None) => self.cut_short(&text[at..], last, arena),
            };
            at += consumed;
            self.offset += consumed as u64;
            if consumed == 0 && before == (self.skipping.is_some(), self.long.is_some()) {
                return at;
            }
        }
    }

    /// Documents up to [`LONG_BYTES`], each ended by a line break.
    fn cut_short(&mut self, text: &[u8], last: bool, arena: &mut Arena) -> usize {
        let start = cut::skip_space(text, if self.offset == 0 { cut::skip_bom(text) } else { 0 });
        if start == text.len() {
            return start;
        }
        let window = &text[..text.len().min(start + LONG_BYTES)];
        let mut from = start;
        for end in boundaries(window, start) {
            let begin = cut::skip_space(text, from).min(end);
            let document = trimmed(&text[begin..end]);
            if !document.is_empty() {
                arena.document(b"", document, b"", self.offset + begin as u64);
            }
            from = end;
        }
        if from > start {
            return from;
        }
        if window.len() < text.len() || text.len() - start >= LONG_BYTES {
            self.long = Some(Long::begin(&text[start..]));
            return start;
        }
        if last {
            arena.document(b"", trimmed(&text[start..]), b"", self.offset + start as u64);
            return text.len();
        }
        start
    }

    /// A part of a long document.
    fn cut_long(&mut self, text: &[u8], last: bool, arena: &mut Arena) -> usize {
        let long = self.long.as_mut().expect("asked for only then");
        let mut document_end = None;
        while document_end.is_none()
            && long.followed < text.len()
            && long.element_end < PART_BYTES
            && long.followed - long.element_end <= RECORD_BYTES_MAX
        {
            let step = &text[long.followed..text.len().min(long.followed + PART_BYTES / 4)];
            let (base, depth) = (long.followed, long.depth);
            let (element_end, closed) = (&mut long.element_end, &mut long.closed);
            long.brackets.follow(step, depth, |at, open| match open {
                _ if document_end.is_some() => {}
                0 if depth > 0 => document_end = Some(base + at + 1),
                open if open < depth => *closed = true,
                _ if !*closed => *element_end = base + at + 1,
                _ => {}
            });
            long.followed += step.len();
        }
        if let Some(end) = document_end {
            let bytes = &text[..end];
            arena.document(&long.head, without_comma(bytes, &long.head), b"", self.offset + comma(bytes, &long.head) as u64);
            self.long = None;
            return end;
        }
        let too_long = long.followed - long.element_end > RECORD_BYTES_MAX;
        let ends = last && long.followed == text.len() && !long.closed;
        if long.element_end >= PART_BYTES || (long.element_end > 0 && (ends || too_long)) {
            let end = long.element_end;
            let skip = comma(&text[..end], &long.head);
            arena.document(&long.head, &text[skip..end], long.tail, self.offset + skip as u64);
            long.followed -= end;
            long.element_end = 0;
            if long.head.is_empty() {
                self.long = None;
            }
            return end;
        }
        if too_long {
            return self.give_up(text, arena);
        }
        if last {
            let skip = comma(text, &long.head);
            arena.document(&long.head, &text[skip..], b"", self.offset + skip as u64);
            self.long = None;
            return text.len();
        }
        0
    }

    /// 16 MB and no end: either one record is that large, or damage has hidden the ends. Where the next element seems to begin, the
    /// reading goes on; what lies before it is handed on as it is if it may hold sound records, else skipped.
    fn give_up(&mut self, text: &[u8], arena: &mut Arena) -> usize {
        let long = self.long.as_mut().expect("asked for only then");
        let signature = (!long.signature.is_empty()).then_some(&*long.signature);
        let first = comma(text, &long.head);
        let last_begin = signature.and_then(|_| {
            let mut found = None;
            let mut from = first + 1;
            while let Some(next) = cut::next_element(&text[..RECORD_BYTES_MAX], from, signature) {
                found = Some(next);
                from = next + 1;
            }
            found
        });
        match last_begin {
            Some(next) => {
                let elements = trimmed(&text[first..next]);
                arena.document(&long.head, &elements[..elements.len() - 1], long.tail, self.offset + first as u64);
                long.restart();
                next
            }
            None => {
                self.skipping = Some(Skip {
                    hash: Sha256::new(),
                    kept: text[first..first + KEPT_BYTES_MAX].to_vec(),
                    length: 0,
                    offset: self.offset + first as u64,
                });
                first
            }
        }
    }

    /// Steps over a record that is too large, to where the next one begins.
    fn skip(&mut self, text: &[u8], last: bool, arena: &mut Arena) -> usize {
        let skip = self.skipping.as_mut().expect("asked for only then");
        let signature = self.long.as_ref().map(|long| &*long.signature).filter(|signature| !signature.is_empty());
        let next = cut::next_element(text, 1, signature).or_else(|| boundaries(text, 0).next());
        let margin = signature.map_or(0, <[u8]>::len) + 64;
        let (end, done) = match next {
            Some(next) => (next, true),
            None if last => (text.len(), true),
            None => (text.len().saturating_sub(margin), false),
        };
        skip.length += end as u64;
        skip.hash.update(&text[..end]);
        if done {
            let skip = self.skipping.take().expect("it was there a line ago");
            arena.reject(Reject {
                reason: Reason::TooLarge,
                detail: String::new(),
                place: Place { partition: self.partition.clone(), offset: skip.offset },
                log_source: None,
                bytes: skip.kept,
                length: skip.length,
                sha256: Some(skip.hash.finalize().into()),
            });
            if signature.is_none() || last && end == text.len() {
                self.long = None;
            } else if let Some(long) = &mut self.long {
                long.restart();
            }
        }
        end
    }
}

impl Long {
    fn begin(text: &[u8]) -> Self {
        let list = cut::long_list(text);
        let head = list.map_or_else(Vec::new, |list| text[..=list].to_vec());
        let tail: &[u8] = match (list, text.first()) {
            (None, _) => b"",
            (Some(_), Some(b'{')) => b"]}",
            (Some(_), _) => b"]",
        };
        let signature = list.and_then(|list| cut::signature(text, cut::skip_space(text, list + 1))).unwrap_or_default().to_vec();
        let depth = tail.len() as u32;
        // What stands before the list is not followed: its brackets are no elements.
        let brackets = Brackets::at(depth);
        Self { depth, tail, followed: head.len(), head, brackets, element_end: 0, closed: false, signature }
    }

    /// As if the next byte were the beginning of an element.
    fn restart(&mut self) {
        self.brackets = Brackets::at(self.depth);
        self.followed = 0;
        self.element_end = 0;
    }
}

/// How many bytes of `bytes` stand before the next element: the comma that separates it. The first part begins with the head itself.
fn comma(bytes: &[u8], head: &[u8]) -> usize {
    if !head.is_empty() && bytes.starts_with(head) {
        return head.len();
    }
    let at = cut::skip_space(bytes, 0);
    if bytes.get(at) == Some(&b',') { cut::skip_space(bytes, at + 1) } else { at }
}

fn without_comma<'a>(bytes: &'a [u8], head: &[u8]) -> &'a [u8] {
    &bytes[comma(bytes, head)..]
}

/// Where documents end for certain: line breaks between a closing and an opening bracket. White space is stepped over once, however
/// much of it there is.
fn boundaries(text: &[u8], from: usize) -> impl Iterator<Item = usize> {
    let mut at = from;
    std::iter::from_fn(move || {
        loop {
            let end = at + memchr::memchr(b'\n', text.get(at..)?)? + 1;
            let before = text[at..end].iter().rev().find(|b| !cut::is_space(**b));
            at = cut::skip_space(text, end);
            if matches!(before, Some(b'}' | b']')) && matches!(text.get(at), Some(b'{' | b'[')) {
                return Some(end);
            }
        }
    })
}

fn trimmed(text: &[u8]) -> &[u8] {
    let end = text.iter().rposition(|b| !cut::is_space(*b)).map_or(0, |n| n + 1);
    &text[..end]
}

/// Documents of a text that lies in the arena already, at its end, and is at most [`LONG_BYTES`] long.
pub fn in_place(arena: &mut Arena, start: usize) {
    let text = &arena.bytes()[start..];
    let first = cut::skip_space(text, cut::skip_bom(text));
    let mut from = first;
    let mut ranges = Vec::new();
    if memchr::memchr(b'\n', &text[first..]).is_some() {
        for end in boundaries(text, first) {
            let length = trimmed(&text[from..end]).len();
            if length > 0 {
                ranges.push(cut::skip_space(text, from)..from + length);
            }
            from = end;
        }
    }
    let rest = trimmed(&text[from..]).len();
    if rest > 0 {
        ranges.push(from..from + rest);
    }
    for range in ranges {
        arena.document_in_place(start + range.start..start + range.end, range.start as u64);
    }
    if arena.bytes().len() >= ARENA_BYTES {
        arena.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn framed(text: &[u8], chunk: usize) -> (Vec<String>, Vec<(u64, usize)>) {
        let mut documents = Vec::new();
        let mut places = Vec::new();
        let mut emit = |batch: event::RawBatch| {
            for document in &batch.documents {
                let range = document.range.start as usize..document.range.end as usize;
                places.push((batch.place(document, range.start).offset, range.len()));
                documents.push(String::from_utf8_lossy(&batch.bytes[range]).into_owned());
            }
            for reject in &batch.rejects {
                documents.push(format!("{:?} {}", reject.reason, reject.length));
            }
        };
        let mut arena = Arena::new(0, None, &mut emit);
        let name: Arc<str> = "test".into();
        arena.begin(&name);
        let mut framer = Framer::new(name);
        let mut held = Vec::new();
        for part in text.chunks(chunk) {
            held.extend_from_slice(part);
            let used = framer.cut(&held, false, &mut arena);
            held.drain(..used);
        }
        let used = framer.cut(&held, true, &mut arena);
        assert_eq!(used, held.len(), "all is consumed");
        arena.close();
        drop(arena);
        (documents, places)
    }

    #[test]
    fn lines_objects_and_lists() {
        let text = b"\xef\xbb\xbf{\"a\":\n1}\r\n{\"b\":2}\n\n[1,\n2]\n{\"c\":[{\n}\n]}  ";
        for chunk in [7, 1000] {
            assert_eq!(framed(text, chunk).0, ["{\"a\":\n1}", "{\"b\":2}", "[1,\n2]", "{\"c\":[{\n}\n]}"]);
        }
    }

    #[test]
    fn a_long_document_is_cut_between_elements_and_nothing_is_lost() {
        for (open, close) in [("{\"Records\":[", "],\"next\":\"x]\"}"), ("[", "]"), ("{ \"x\" : {\"y\":[1]}, \"Records\" : [ ", " ] }\n")] {
            let records: Vec<String> =
                (0..30_000).map(|n| format!("{{\"n\":{n},\"t\":\"}},{{\\\"\",\"l\":[{{}}, {{\"k\":[]}}]}}")).collect();
            let text = format!("{open}{}{close}", records.join(" , "));
            assert!(text.len() > LONG_BYTES);
            for chunk in [100_000, 10_000_000] {
                let (documents, _) = framed(text.as_bytes(), chunk);
                assert!(documents.len() > 3, "{}", documents.len());
                let mut found = Vec::new();
                for document in &documents {
                    let list = cut::long_list(document.as_bytes()).unwrap();
                    for piece in cut::elements(document.as_bytes(), list, |_| true) {
                        let cut::Piece::Value(range) = piece else { panic!("{piece:?}") };
                        found.push(document[range].to_owned());
                    }
                    assert!(
                        cut::end_of_value(document.as_bytes(), 0).is_ok_and(|end| end == document.trim_end().len()),
                        "a whole document"
                    );
                }
                assert_eq!(found, records);
            }
        }
    }

    #[test]
    fn objects_one_behind_the_other_without_line_breaks() {
        let objects: Vec<String> = (0..50_000).map(|n| format!("{{\"number\":{n},\"text\":\"xxxxxxxxxxxxxxxxxxx\"}}")).collect();
        let text = objects.concat();
        assert!(text.len() > 2 * LONG_BYTES);
        let (documents, _) = framed(text.as_bytes(), 64 * 1024);
        let pieces: Vec<String> = documents
            .iter()
            .flat_map(|document| {
                cut::documents(document.as_bytes()).into_iter().map(|piece| match piece {
                    cut::Piece::Value(range) => document[range].to_owned(),
                    cut::Piece::Damaged { .. } => panic!("damaged"),
                })
            })
            .collect();
        assert_eq!(pieces, objects);
    }

    #[test]
    fn a_record_of_17_mb_is_one_reject_and_its_neighbours_live() {
        let large = format!("{{\"k\":1,\"t\":\"{}\"}}", "x".repeat(17 * 1024 * 1024));
        for text in [format!("{{\"Records\":[{{\"k\":0}},{large},{{\"k\":2}}]}}"), format!("{{\"k\":0}}\n{large}\n{{\"k\":2}}\n")] {
            for chunk in [256 * 1024, 100_000_000] {
                let (documents, _) = framed(text.as_bytes(), chunk);
                let all = documents.join(" ");
                assert!(all.contains("{\"k\":0}") && all.contains("{\"k\":2}"), "{}", all.len());
                assert!(
                    documents.iter().any(|d| d.starts_with("TooLarge")),
                    "{:?}",
                    documents.iter().map(|d| &d[..d.len().min(80)]).collect::<Vec<_>>()
                );
                assert!(all.len() < 1000, "the large one is not handed on: {}", all.len());
            }
        }
    }

    #[test]
    fn places_are_those_of_the_file() {
        let text = b"  {\"a\":1}\n{\"b\":2}\n\n \t{\"c\":3}\n  {\"d\":4}";
        for chunk in [5, 1000] {
            assert_eq!(framed(text, chunk).1, [(2, 7), (10, 7), (21, 7), (31, 7)]);
        }
    }
}
