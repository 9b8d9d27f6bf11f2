//! The structural index of a document: where every bracket, colon, comma, string and scalar begins, found 64 bytes at a time. Knows
//! strings and what stands outside of them, no grammar.

use event::block::{Block, Strings};
use event::processor::Work;
use wide::u8x16;

/// What was found in the last document.
#[derive(Default)]
pub struct Index {
    /// Positions from the document's start; what stands behind `found` is of documents before.
    at: Vec<u32>,
    found: usize,
    /// Where the backslashes that escape something stand in the arena.
    pub backslashes: Vec<u32>,
}

impl Index {
    /// The positions.
    pub fn at(&self) -> &[u32] {
        &self.at[..self.found]
    }
}

/// Finds the positions of a document that begins at `start` in the arena. Whether its strings end and hold no control character, and
/// all of it is UTF-8.
pub struct Find<'a> {
    pub index: &'a mut Index,
    pub document: &'a [u8],
    pub start: u32,
}

impl Work for Find<'_> {
    type Output = bool;

    #[inline(always)]
    fn run(self) -> bool {
        let Self { index: Index { at, found, backslashes }, document, start } = self;
        *found = 0;
        backslashes.clear();
        let mut strings = Strings::default();
        // 1 where the last byte was part of a number, a word or garbage.
        let mut in_scalar = 0;
        // Not 0 where a control character stands in a string.
        let mut control = 0;
        // Every bit that some byte has.
        let mut all = u8x16::ZERO;
        let mut filled = 0;
        let (blocks, rest) = document.as_chunks::<64>();
        let mut last = [b' '; 64];
        last[..rest.len()].copy_from_slice(rest);
        for n in 0..=blocks.len() {
            let block = blocks.get(n).unwrap_or(&last);
            let base = n as u32 * 64;
            let bytes = Block::new(block);
            let mut quotes = bytes.equal(b'"');
            let slashes = bytes.equal(b'\\');
            if slashes | strings.escaped != 0 {
                let (escaping, escaped) = strings.escapes(slashes);
                keep(backslashes, start + base, escaping);
                quotes &= !escaped;
            }
            let inside = strings.inside(quotes);
            let mut space = bytes.equal(b' ');
            if bytes.has_control() {
                let (below, other_space) = control_characters(block);
                control |= inside & below;
                space |= other_space;
            }
            all |= bytes.or();
            let structure = bytes.bits(|bytes| {
                // The four brackets differ in three bits. Other bytes that differ in them alone, such as `Y`, are part of no scalar.
                let brackets = (bytes | u8x16::splat(0x26)).simd_eq(u8x16::splat(0x7f));
                brackets | bytes.simd_eq(u8x16::splat(b',')) | bytes.simd_eq(u8x16::splat(b':'))
            });
            let scalar = !(structure | space | inside | quotes);
            let begins = scalar & !(scalar << 1 | in_scalar);
            in_scalar = scalar >> 63;
            if at.len() < filled + 64 {
                grow(at);
            }
            filled += write(&mut at[filled..], base, (structure & !inside) | (quotes & inside) | begins);
        }
        *found = filled;
        !strings.in_string() && control == 0 && (all.to_bitmask() == 0 || std::str::from_utf8(document).is_ok())
    }
}

/// Writes the places of ones, counted from `base`; says how many. What is written behind them is without meaning.
#[inline(always)]
fn write(out: &mut [u32], base: u32, mut bits: u64) -> usize {
    let out: &mut [u32; 64] = (&mut out[..64]).try_into().expect("64 positions");
    let found = bits.count_ones() as usize;
    let mut next = || {
        let at = base + bits.trailing_zeros();
        bits &= bits.wrapping_sub(1);
        at
    };
    // Mostly up to eight or up to sixteen: written without a look at how many there are.
    out[..8].fill_with(&mut next);
    if found > 8 {
        out[8..16].fill_with(&mut next);
    }
    if found > 16 {
        out[16..found].fill_with(&mut next);
    }
    found
}

#[cold]
#[inline(never)]
fn grow(at: &mut Vec<u32>) {
    at.resize(at.len() * 2 + 1024, 0);
}

/// Keeps the places of ones.
#[cold]
#[inline(never)]
fn keep(backslashes: &mut Vec<u32>, base: u32, mut bits: u64) {
    while bits != 0 {
        backslashes.push(base + bits.trailing_zeros());
        bits &= bits - 1;
    }
}

/// Which bytes are below the space, and which of them are white space.
#[inline(never)]
fn control_characters(block: &[u8; 64]) -> (u64, u64) {
    let block = Block::new(block);
    let below = block.bits(|bytes| bytes.min(u8x16::splat(0x1f)).simd_eq(bytes));
    (below, block.equal(b'\n') | block.equal(b'\r') | block.equal(b'\t'))
}
