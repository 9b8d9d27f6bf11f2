//! JSON by hand, where a finding is written hundreds of thousands of times.

use wide::u8x16;

/// Bytes that JSON escapes within a string.
const ESCAPED: [bool; 256] = {
    let mut escaped = [false; 256];
    let mut at = 0;
    while at < 0x20 {
        escaped[at] = true;
        at += 1;
    }
    escaped[b'"' as usize] = true;
    escaped[b'\\' as usize] = true;
    escaped[0x7f] = true;
    escaped
};

/// A string with its quotes.
pub fn string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    let bytes = text.as_bytes();
    let mut from = 0;
    while let Some(plain) = first_escaped(&bytes[from..]) {
        out.extend_from_slice(&bytes[from..from + plain]);
        match bytes[from + plain] {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            byte => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
        }
        from += plain + 1;
    }
    out.extend_from_slice(&bytes[from..]);
    out.push(b'"');
}

/// Where the first byte stands that has to be escaped; sixteen at a time, since there is mostly none.
fn first_escaped(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    while let Some(sixteen) = bytes[at..].first_chunk::<16>() {
        let chunk = u8x16::new(*sixteen);
        let below_space = chunk.simd_eq(chunk.min(u8x16::splat(0x1f)));
        let special = chunk.simd_eq(u8x16::splat(b'"')) | chunk.simd_eq(u8x16::splat(b'\\')) | chunk.simd_eq(u8x16::splat(0x7f));
        let found = (below_space | special).to_bitmask();
        if found != 0 {
            return Some(at + found.trailing_zeros() as usize);
        }
        at += 16;
    }
    bytes[at..].iter().position(|byte| ESCAPED[usize::from(*byte)]).map(|n| at + n)
}

/// `"name":"text"`, and the comma before it where something stands there.
pub fn member(name: &str, text: &str, out: &mut Vec<u8>) {
    key(name, out);
    string(text, out);
}

pub fn optional(name: &str, text: Option<&str>, out: &mut Vec<u8>) {
    if let Some(text) = text {
        member(name, text, out);
    }
}

pub fn number(name: &str, number: i64, out: &mut Vec<u8>) {
    key(name, out);
    integer(number, out);
}

pub fn integer(number: i64, out: &mut Vec<u8>) {
    let mut digits = [0u8; 20];
    let mut at = digits.len();
    let mut rest = number.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(&digits[at..]);
}

/// `"name":`, and the comma before it where something stands there.
pub fn key(name: &str, out: &mut Vec<u8>) {
    comma(out);
    out.push(b'"');
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
}

pub fn comma(out: &mut Vec<u8>) {
    if !matches!(out.last(), Some(b'{' | b'[')) {
        out.push(b',');
    }
}

/// `"name":{…}`; nothing where nothing was put into it.
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

#[cfg(test)]
mod tests {
    #[test]
    fn strings_and_numbers() {
        let mut out = Vec::new();
        super::string("a\"\\\n\u{1}\u{7f}é", &mut out);
        assert_eq!(String::from_utf8(out).unwrap(), r#""a\"\\\n\u0001\u007fé""#);
        for n in [0, 7, -1, i64::MIN, i64::MAX] {
            let mut out = Vec::new();
            super::integer(n, &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), n.to_string());
        }
    }
}
