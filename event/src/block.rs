//! JSON text, 64 bytes at a time: one bit for each byte that is what is looked for, and which bytes stand in strings. Knows no grammar.

use wide::u8x16;

/// 64 bytes, to be looked at together.
pub struct Block([u8x16; 4]);

impl Block {
    #[inline(always)]
    pub fn new(bytes: &[u8; 64]) -> Self {
        let part = |n: usize| u8x16::new(bytes[n * 16..][..16].try_into().expect("16 bytes"));
        Self([part(0), part(1), part(2), part(3)])
    }

    /// Where `found` is all ones.
    #[inline(always)]
    pub fn bits(&self, found: impl Fn(u8x16) -> u8x16) -> u64 {
        // Two by two: on a processor with registers twice as wide, the compiler makes one step of two.
        let half = |n: usize| found(self.0[n]).to_bitmask() | found(self.0[n + 1]).to_bitmask() << 16;
        u64::from(half(0)) | u64::from(half(2)) << 32
    }

    #[inline(always)]
    pub fn equal(&self, byte: u8) -> u64 {
        self.bits(|bytes| bytes.simd_eq(u8x16::splat(byte)))
    }

    /// Whether any byte is below the space.
    #[inline(always)]
    pub fn has_control(&self) -> bool {
        let [a, b, c, d] = self.0;
        let least = a.min(b).min(c.min(d));
        least.min(u8x16::splat(0x1f)).simd_eq(least).to_bitmask() != 0
    }

    /// Every bit that some byte has.
    #[inline(always)]
    pub fn or(&self) -> u8x16 {
        let [a, b, c, d] = self.0;
        a | b | (c | d)
    }
}

/// Follows strings from block to block.
#[derive(Clone, Debug, Default)]
pub struct Strings {
    /// All ones inside a string.
    inside: u64,
    /// 1 where the last byte was a backslash that escapes the next one.
    pub escaped: u64,
}

impl Strings {
    /// Which backslashes escape the byte behind them, and which bytes are escaped.
    #[inline(always)]
    pub fn escapes(&mut self, backslashes: u64) -> (u64, u64) {
        if backslashes | self.escaped == 0 {
            return (0, 0);
        }
        // A backslash that is not escaped escapes the next one, and so on to the end of their run: by odd and even places, the borrow
        // of one subtraction tells them apart.
        const ODD: u64 = 0xaaaa_aaaa_aaaa_aaaa;
        let free = backslashes & !self.escaped;
        let turns = ((free << 1) | ODD).wrapping_sub(free) ^ ODD;
        let escaped = turns ^ (backslashes | self.escaped);
        let escaping = turns & backslashes;
        self.escaped = escaping >> 63;
        (escaping, escaped)
    }

    /// Which bytes stand in strings, opening quotes included, closing ones not.
    #[inline(always)]
    pub fn inside(&mut self, quotes: u64) -> u64 {
        let mut inside = quotes;
        for shift in [1, 2, 4, 8, 16, 32] {
            inside ^= inside << shift;
        }
        inside ^= self.inside;
        self.inside = ((inside as i64) >> 63) as u64;
        inside
    }

    pub fn in_string(&self) -> bool {
        self.inside != 0
    }
}
