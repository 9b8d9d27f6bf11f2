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
    scratch: Vec<u8>,
}

impl Default for Parser {
    fn default() -> Self {
        Self { buffers: Buffers::with_max_depth(1024 * 1024, DEPTH_MAX), tape: Some(Tape::null()), scratch: Vec::new() }
    }
}

impl Parser {
    /// Checks the document `bytes[start..end]` and finds its positions; they count from its start. The bytes are the same afterwards.
    /// Gives whether the document holds a backslash.
    pub fn parse(&mut self, bytes: &mut [u8], start: usize, end: usize) -> Result<bool, Damage> {
        let escapes = memchr::memchr(b'\\', &bytes[start..end]).is_some();
        // simd-json writes unescaped strings where the escaped ones stood, so it works on a copy where there are any.
        let input = if escapes {
            self.scratch.clear();
            self.scratch.extend_from_slice(&bytes[start..end]);
            self.scratch.resize(end - start + PADDING, b' ');
            &mut self.scratch[..]
        } else {
            &mut bytes[start..end + PADDING]
        };
        let mut tape = self.tape.take().unwrap_or_else(Tape::null).reset();
        let result = simd_json::fill_tape_padded(input, end - start, &mut self.buffers, &mut tape);
        self.tape = Some(tape.reset());
        match result {
            Ok(()) => Ok(escapes),
            Err(error) => Err(match error.error() {
                ErrorType::InvalidUtf8 => Damage::NotUtf8,
                ErrorType::DepthLimitExceeded => Damage::TooDeep,
                _ => Damage::NotJson(format!("{:?} at byte {}", error.error(), error.index())),
            }),
        }
    }

    /// A second opinion on a record that simd-json refuses: numbers beyond 64 bits and lone surrogates are JSON all the same.
    pub fn parse_leniently(&mut self, bytes: &mut [u8], start: usize, end: usize) -> Result<bool, Damage> {
        let damage = match self.parse(bytes, start, end) {
            Ok(escapes) => return Ok(escapes),
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
        Ok(memchr::memchr(b'\\', text).is_some())
    }

    /// Whether some bytes are a JSON value that is read.
    pub fn judge(&mut self, text: &[u8]) -> Result<(), Damage> {
        let mut copy = text.to_vec();
        copy.resize(text.len() + PADDING, b' ');
        self.parse_leniently(&mut copy, 0, text.len()).map(|_| ())
    }

    /// The positions that the last parse found.
    pub fn positions(&self) -> &[u32] {
        self.buffers.structural_indexes()
    }
}
