//! What a JSON string means: its escapes undone. Lone surrogates become U+FFFD. Knows no buffers.

/// Appends the meaning of `raw`, the text between two quotes.
pub fn unescape(raw: &[u8], out: &mut Vec<u8>) {
    let mut at = 0;
    while let Some(found) = memchr::memchr(b'\\', &raw[at..]) {
        out.extend_from_slice(&raw[at..at + found]);
        at += found + 1;
        match raw.get(at) {
            Some(b'n') => out.push(b'\n'),
            Some(b't') => out.push(b'\t'),
            Some(b'r') => out.push(b'\r'),
            Some(b'b') => out.push(8),
            Some(b'f') => out.push(12),
            Some(b'u') => {
                let (c, used) = code_point(&raw[at + 1..]);
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                at += used;
            }
            Some(other) => out.push(*other),
            None => return,
        }
        at += 1;
    }
    out.extend_from_slice(&raw[at.min(raw.len())..]);
}

/// The character of `XXXX` or `XXXX\uXXXX`, and how many bytes it took.
fn code_point(raw: &[u8]) -> (char, usize) {
    let four = |from: usize| -> Option<u32> {
        let digits = std::str::from_utf8(raw.get(from..from + 4)?).ok()?;
        u32::from_str_radix(digits, 16).ok()
    };
    let Some(first) = four(0) else {
        return (char::REPLACEMENT_CHARACTER, 0);
    };
    if (0xd800..0xdc00).contains(&first)
        && raw.get(4..6) == Some(b"\\u")
        && let Some(second @ 0xdc00..0xe000) = four(6)
    {
        let c = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
        return (char::from_u32(c).unwrap_or(char::REPLACEMENT_CHARACTER), 10);
    }
    (char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER), 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn as_serde_json_reads_it(text in "\\PC{0,30}|[\\x00-\\x7f\u{10000}-\u{10fff}]{0,30}") {
            let json = serde_json::to_string(&text).unwrap();
            let mut out = Vec::new();
            unescape(&json.as_bytes()[1..json.len() - 1], &mut out);
            proptest::prop_assert_eq!(String::from_utf8(out).unwrap(), text);
        }
    }

    #[test]
    fn surrogates() {
        for (raw, expected) in [
            (r"\ud83d\ude00", "😀"),
            (r"a\ud800b", "a\u{fffd}b"),
            (r"\udc00\u0041", "\u{fffd}A"),
            (r"\ud83d\u0041", "\u{fffd}A"),
            (r"\u0000", "\0"),
        ] {
            let mut out = Vec::new();
            unescape(raw.as_bytes(), &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), expected, "{raw}");
        }
    }
}
