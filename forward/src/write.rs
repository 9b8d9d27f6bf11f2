//! JSON by hand: strings, numbers and members, written hundreds of thousands of times. Names are known when the program is compiled,
//! so each stands in one piece with its comma, its quotes and its colon.

use wide::u8x16;

/// `,"name":`, for the functions below.
macro_rules! name {
    ($name:expr) => {
        concat!(",\"", $name, "\":")
    };
}
pub(crate) use name;

/// Texts of findings and rejects, which people read: DEL is escaped, since terminals obey it.
pub const SHOWN: bool = true;
/// Texts of events, with the short escapes of backspace and form feed.
pub const DATA: bool = false;

/// A key, whose comma is left out where nothing stands before it.
#[inline(always)]
pub fn key(key: &str, out: &mut Vec<u8>) {
    if matches!(out.last(), Some(b'{' | b'[')) {
        out.extend_from_slice(&key.as_bytes()[1..]);
    } else {
        out.extend_from_slice(key.as_bytes());
    }
}

/// `"name":"text"`.
#[inline(always)]
pub fn member(name: &str, text: &str, out: &mut Vec<u8>) {
    key(name, out);
    string::<SHOWN>(text, out);
}

#[inline(always)]
pub fn number(name: &str, number: i64, out: &mut Vec<u8>) {
    key(name, out);
    integer(number, out);
}

pub fn comma(out: &mut Vec<u8>) {
    if !matches!(out.last(), Some(b'{' | b'[')) {
        out.push(b',');
    }
}

/// `"name":{…}`; nothing where nothing was put into it.
#[inline(always)]
pub fn object(name: &str, out: &mut Vec<u8>, fill: impl FnOnce(&mut Vec<u8>)) {
    let before = out.len();
    key(name, out);
    out.push(b'{');
    let empty = out.len();
    fill(out);
    if out.len() == empty {
        out.truncate(before);
    } else {
        out.push(b'}');
    }
}

pub fn integer(number: i64, out: &mut Vec<u8>) {
    let mut digits = [0u8; 20];
    let mut at = digits.len();
    let mut rest = number.unsigned_abs();
    while rest >= 100 {
        at -= 2;
        digits[at..at + 2].copy_from_slice(&PAIRS[(rest % 100) as usize]);
        rest /= 100;
    }
    at -= 2;
    digits[at..at + 2].copy_from_slice(&PAIRS[rest as usize]);
    at += usize::from(rest < 10);
    if number < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(&digits[at..]);
}

/// `00` to `99`.
const PAIRS: [[u8; 2]; 100] = {
    let mut pairs = [[b'0'; 2]; 100];
    let mut n = 0;
    while n < 100 {
        pairs[n] = [b'0' + n as u8 / 10, b'0' + n as u8 % 10];
        n += 1;
    }
    pairs
};

/// A string with its quotes.
pub fn string<const SHOWN: bool>(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    escaped::<SHOWN>(text, out);
    out.push(b'"');
}

/// A text as it stands between quotes.
#[inline]
pub fn escaped<const SHOWN: bool>(text: &str, out: &mut Vec<u8>) {
    if is_plain::<SHOWN>(text) {
        out.extend_from_slice(text.as_bytes());
    } else {
        with_escapes::<SHOWN>(text.as_bytes(), out);
    }
}

/// Whether nothing of a text has to be escaped, as mostly it is.
#[inline]
pub fn is_plain<const SHOWN: bool>(text: &str) -> bool {
    let bytes = text.as_bytes();
    let Some(last) = bytes.last_chunk::<16>() else {
        let mut sixteen = [b' '; 16];
        sixteen[..bytes.len()].copy_from_slice(bytes);
        return special::<SHOWN>(&sixteen) == 0;
    };
    bytes.as_chunks::<16>().0.iter().all(|sixteen| special::<SHOWN>(sixteen) == 0) && special::<SHOWN>(last) == 0
}

/// A bit for each byte that JSON escapes within a string.
#[inline(always)]
fn special<const SHOWN: bool>(sixteen: &[u8; 16]) -> u32 {
    let bytes = u8x16::new(*sixteen);
    let below_space = bytes.simd_eq(bytes.min(u8x16::splat(0x1f)));
    let mut special = below_space | bytes.simd_eq(u8x16::splat(b'"')) | bytes.simd_eq(u8x16::splat(b'\\'));
    if SHOWN {
        special |= bytes.simd_eq(u8x16::splat(0x7f));
    }
    special.to_bitmask()
}

/// So many bytes are escaped at a time.
const BLOCK: usize = 128;
/// What a block becomes is always shorter.
const ROOM: usize = 1024;

/// JSON within a string has an escape every ten bytes. Sixteen bytes are copied whatever they are; at each escape among them, what
/// follows it is copied once more, further on.
fn with_escapes<const SHOWN: bool>(bytes: &[u8], out: &mut Vec<u8>) {
    let mut room = [0; ROOM + 16];
    let mut rest = bytes;
    while let Some(block) = rest.first_chunk() {
        let length = escape_block::<SHOWN>(block, BLOCK / 16, &mut room);
        out.extend_from_slice(&room[..length]);
        rest = &rest[BLOCK..];
    }
    for rest in rest.chunks(BLOCK) {
        let mut block = [b' '; BLOCK + 16];
        block[..rest.len()].copy_from_slice(rest);
        let chunks = rest.len().div_ceil(16);
        let length = escape_block::<SHOWN>(&block, chunks, &mut room);
        out.extend_from_slice(&room[..length + rest.len() - chunks * 16]);
    }
}

/// Writes the first chunks of sixteen bytes; gives how many bytes they became.
#[inline(always)]
fn escape_block<const SHOWN: bool>(block: &[u8; BLOCK + 16], chunks: usize, out: &mut [u8; ROOM + 16]) -> usize {
    let mut to = 0;
    for n in 0..chunks.min(BLOCK / 16) {
        let from = n * 16;
        copy_sixteen(block, from, out, to);
        let mut left = special::<SHOWN>(block[from..].first_chunk().expect("the block goes on"));
        while left != 0 {
            let at = left.trailing_zeros() as usize % 16;
            left &= left - 1;
            let byte = block[from + at];
            out[(to + at) % ROOM] = b'\\';
            if matches!(byte, b'"' | b'\\') {
                to += 1;
                copy_sixteen(block, from + at, out, to + at);
            } else {
                let (letters, length) = spelling::<SHOWN>(byte);
                out[(to + at) % ROOM + 1..][..5].copy_from_slice(&letters);
                to += length;
                copy_sixteen(block, from + at + 1, out, to + at + 1);
            }
        }
        to += 16;
    }
    to
}

/// Places in `out` are below `ROOM`; taking the rest shows it.
#[inline(always)]
fn copy_sixteen(block: &[u8; BLOCK + 16], from: usize, out: &mut [u8; ROOM + 16], to: usize) {
    let to = to % ROOM;
    out[to..to + 16].copy_from_slice(&block[from..from + 16]);
}

/// What stands behind the backslash for a byte without a character, and how long that is.
#[cold]
fn spelling<const SHOWN: bool>(byte: u8) -> ([u8; 5], usize) {
    let short = |letter| ([letter, 0, 0, 0, 0], 1);
    match byte {
        b'\n' => short(b'n'),
        b'\r' => short(b'r'),
        b'\t' => short(b't'),
        8 if !SHOWN => short(b'b'),
        12 if !SHOWN => short(b'f'),
        byte => {
            let digit = |n| b"0123456789abcdef"[usize::from(n)];
            ([b'u', b'0', b'0', digit(byte >> 4), digit(byte & 15)], 5)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written<const SHOWN: bool>(text: &str) -> String {
        let mut out = b"before".to_vec();
        string::<SHOWN>(text, &mut out);
        String::from_utf8(out).unwrap().split_off(6)
    }

    proptest! {
        #[test]
        fn as_serde_json_writes_it(text in "\\PC{0,40}|[\\x00-\\x7fé💣]{0,200}|([\"\\\\]{1,3}[a-z]{0,30}){0,20}|[\\x00-\\x1f]{0,200}") {
            let expected = serde_json::to_string(&text).unwrap();
            prop_assert_eq!(written::<DATA>(&text), expected.clone());
            let shown = expected.replace('\u{7f}', "\\u007f");
            prop_assert_eq!(serde_json::from_str::<String>(&written::<SHOWN>(&text)).unwrap(), text.clone());
            if !text.contains(['\u{8}', '\u{c}']) {
                prop_assert_eq!(written::<SHOWN>(&text), shown);
            }
        }
    }

    #[test]
    fn strings_and_numbers() {
        assert_eq!(written::<SHOWN>("a\"\\\n\u{1}\u{8}\u{7f}é"), r#""a\"\\\n\u0001\u0008\u007fé""#);
        assert_eq!(written::<DATA>("\u{8}\u{7f}"), "\"\\b\u{7f}\"");
        for n in [0, 7, 10, 99, 100, 101, 12_345, -1, -10, i64::MIN, i64::MAX] {
            let mut out = Vec::new();
            integer(n, &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), n.to_string());
        }
    }
}
