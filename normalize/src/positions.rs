//! From bytes to positions: one parse per document. The structural index says where every bracket, colon, comma, string and scalar
//! begins; all the rest of this crate walks over it. It is made 64 bytes at a time, then the grammar is checked over it. The bytes are
//! only read. What is refused here, simd-json and serde_json look at once more, to say why.

use event::batch::PADDING;
use event::processor;
use simd_json::{Buffers, ErrorType, Tape};

use crate::grammar::{self, DEPTH_MAX};
use crate::index::{Find, Index};
use crate::walk::Text;

/// Why a document is no JSON that is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Damage {
    NotUtf8,
    TooDeep,
    NotJson(String),
}

/// Parses, and keeps its buffers.
#[derive(Default)]
pub struct Parser {
    index: Index,
    /// For each position of an opening bracket, which position is that of the closing one.
    closes: Vec<u32>,
}

impl Parser {
    /// Whether `bytes[start..end]` is one JSON value in UTF-8, nested no deeper than is read. If so, its positions are there.
    pub fn parse(&mut self, bytes: &[u8], start: usize, end: usize) -> bool {
        let document = &bytes[start..end];
        if !processor::run(Find { index: &mut self.index, document, start: start as u32 }) {
            return false;
        }
        let at = self.index.at();
        if self.closes.len() < at.len() {
            self.closes.resize(at.len() * 2, 0);
        }
        grammar::escapes(&bytes[..end], &self.index.backslashes) && grammar::document(document, at, &mut self.closes)
    }

    /// Whether some bytes are a JSON value that is read, and else why not.
    pub fn judge(&mut self, text: &[u8]) -> Result<(), Damage> {
        if self.parse(text, 0, text.len()) { Ok(()) } else { Err(damage(text)) }
    }

    /// The document that was parsed last, with its positions.
    pub fn text<'a>(&'a self, bytes: &'a [u8], start: usize) -> Text<'a> {
        Text { bytes, base: start as u32, at: self.index.at(), closes: &self.closes, backslashes: &self.index.backslashes, escapes_from: 0 }
    }
}

/// What is wrong with a text that was refused.
fn damage(text: &[u8]) -> Damage {
    let mut copy = text.to_vec();
    copy.resize(text.len() + PADDING, b' ');
    let mut buffers = Buffers::with_max_depth(text.len(), DEPTH_MAX);
    let error = simd_json::fill_tape_padded(&mut copy, text.len(), &mut buffers, &mut Tape::null()).err();
    match error.as_ref().map(simd_json::Error::error) {
        Some(ErrorType::InvalidUtf8) => return Damage::NotUtf8,
        Some(ErrorType::DepthLimitExceeded) => return Damage::TooDeep,
        // It also refuses what is JSON: numbers beyond 64 bits, halves of surrogates.
        _ if std::str::from_utf8(text).is_err() => return Damage::NotUtf8,
        _ => {}
    }
    match serde_json::from_slice::<serde::de::IgnoredAny>(text) {
        Err(error) => Damage::NotJson(error.to_string()),
        Ok(_) => Damage::TooDeep,
    }
}

#[cfg(test)]
mod tests;
