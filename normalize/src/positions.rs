//! From bytes to positions: one parse per document. The structural index says where every bracket, colon, comma, string and scalar
//! begins; all the rest of this crate walks over it. Today simd-json makes it while it checks the document; an index of our own would
//! stand behind the same function.

use event::batch::PADDING;
use simd_json::{Buffers, ErrorType, Tape};

/// Levels of nesting that are read.
pub const DEPTH_MAX: usize = 128;

/// Why a document is no JSON that is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Damage {
    NotUtf8,
    TooDeep,
    NotJson(String),
}

/// Parses, and keeps its buffers.
pub struct Parser {
    buffers: Buffers,
    tape: Option<Tape<'static>>,
    /// What stood where simd-json unescapes: where in the arena, and from where to where in `scratch`.
    saved: Vec<(usize, usize, usize)>,
    scratch: Vec<u8>,
    /// Every backslash of the last document, counted from the arena's start.
    backslashes: Vec<u32>,
}

impl Default for Parser {
    fn default() -> Self {
        Self {
            buffers: Buffers::with_max_depth(1024 * 1024, DEPTH_MAX),
            tape: Some(Tape::null()),
            saved: Vec::new(),
            scratch: Vec::new(),
            backslashes: Vec::new(),
        }
    }
}

impl Parser {
    /// Checks the document `bytes[start..end]` and finds its positions; they count from its start. The bytes are the same afterwards.
    pub fn parse(&mut self, bytes: &mut [u8], start: usize, end: usize) -> Result<(), Damage> {
        self.save_escaped(bytes, start, end);
        let mut tape = self.tape.take().unwrap_or_else(Tape::null).reset();
        let input = &mut bytes[start..end + PADDING];
        let result = simd_json::fill_tape_padded(input, end - start, &mut self.buffers, &mut tape);
        self.tape = Some(tape.reset());
        for (at, from, to) in &self.saved {
            bytes[*at..*at + (to - from)].copy_from_slice(&self.scratch[*from..*to]);
        }
        result.map_err(|error| match error.error() {
            ErrorType::InvalidUtf8 => Damage::NotUtf8,
            ErrorType::DepthLimitExceeded => Damage::TooDeep,
            _ => Damage::NotJson(format!("{:?} at byte {}", error.error(), error.index())),
        })
    }

    /// simd-json writes a string that has escapes anew in its place, from the first backslash on. What stands there is saved.
    fn save_escaped(&mut self, bytes: &[u8], start: usize, end: usize) {
        self.backslashes.clear();
        self.saved.clear();
        self.scratch.clear();
        let mut saved_to = start;
        for at in memchr::memchr_iter(b'\\', &bytes[start..end]).map(|n| start + n) {
            self.backslashes.push(at as u32);
            if at < saved_to {
                continue;
            }
            // The rest of the string, as if it began here.
            let close = event::cut::end_of_string(&bytes[..end], at.saturating_sub(1)).unwrap_or(end);
            let from = self.scratch.len();
            self.scratch.extend_from_slice(&bytes[at..close.max(at)]);
            self.saved.push((at, from, self.scratch.len()));
            saved_to = close.max(at + 1);
        }
    }

    /// A second opinion on a record that simd-json refuses: numbers beyond 64 bits and lone surrogates are JSON all the same.
    pub fn parse_leniently(&mut self, bytes: &mut [u8], start: usize, end: usize) -> Result<(), Damage> {
        let damage = match self.parse(bytes, start, end) {
            Ok(()) => return Ok(()),
            Err(damage) => damage,
        };
        let Damage::NotJson(_) = damage else {
            return Err(damage);
        };
        let text = &bytes[start..end];
        std::str::from_utf8(text).map_err(|_| Damage::NotUtf8)?;
        serde_json::from_slice::<serde::de::IgnoredAny>(text).map_err(|e| Damage::NotJson(e.to_string()))?;
        // The structural index was made before the tape was refused, unless the text broke in a string, which is no JSON for both.
        let mut depth = 0usize;
        for at in self.buffers.structural_indexes() {
            match text[*at as usize] {
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth > DEPTH_MAX {
                return Err(Damage::TooDeep);
            }
        }
        Ok(())
    }

    /// Whether some bytes are a JSON value that is read.
    pub fn judge(&mut self, text: &[u8]) -> Result<(), Damage> {
        let mut copy = text.to_vec();
        copy.resize(text.len() + PADDING, b' ');
        self.parse_leniently(&mut copy, 0, text.len())
    }

    /// Where the backslashes of the last document stand in the arena.
    pub fn backslashes(&self) -> &[u32] {
        &self.backslashes
    }

    /// The positions that the last parse found.
    pub fn positions(&self) -> &[u32] {
        self.buffers.structural_indexes()
    }
}
