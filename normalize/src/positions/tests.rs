//! The parser against two others: serde_json says what is JSON, simd-json where its structure stands.

use std::path::Path;

use event::batch::PADDING;
use event::processor::Work;
use simd_json::{Buffers, Tape};

use super::{Damage, Parser};
use crate::grammar::DEPTH_MAX;
use crate::index::{Find, Index};

/// How deep a text is nested, strings aside, however unsound it is.
fn depth(text: &[u8]) -> usize {
    let (mut depth, mut deepest, mut in_string, mut escaped) = (0usize, 0, false, false);
    for byte in text {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => depth += 1,
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

fn is_read(text: &[u8]) -> bool {
    std::str::from_utf8(text).is_ok() && serde_json::from_slice::<serde::de::IgnoredAny>(text).is_ok() && depth(text) <= DEPTH_MAX
}

/// What simd-json's structural index says, if simd-json takes the text.
fn second_opinion(text: &[u8]) -> Option<Vec<u32>> {
    let mut copy = text.to_vec();
    copy.resize(text.len() + PADDING, b' ');
    let mut buffers = Buffers::with_max_depth(text.len(), DEPTH_MAX);
    simd_json::fill_tape_padded(&mut copy, text.len(), &mut buffers, &mut Tape::null()).ok()?;
    Some(buffers.structural_indexes().to_vec())
}

/// Looks at a text in every way, somewhere within a larger buffer.
fn compare(parser: &mut Parser, text: &[u8]) {
    let shown = || String::from_utf8_lossy(text).into_owned();
    let expected = is_read(text);
    // What stands before and behind is none of its business.
    for (before, behind) in [("", ""), ("{\"a\\", "\"}1,0]x"), ("\"", "eE.1\\\"")] {
        let all = [before.as_bytes(), text, behind.as_bytes()].concat();
        let start = before.len();
        assert_eq!(parser.parse(&all, start, start + text.len()), expected, "{:?} between {before:?} and {behind:?}", shown());
    }
    // Both ways of searching find the same.
    let mut slow = Index::default();
    Find { index: &mut slow, document: text, start: 0 }.run();
    assert!(parser.parse(text, 0, text.len()) == expected);
    assert_eq!(slow.at(), parser.index.at(), "{:?}", shown());
    let verdict = parser.judge(text);
    let Some(theirs) = second_opinion(text) else {
        // Numbers beyond 64 bits and halves of surrogates are JSON that simd-json does not take.
        assert_eq!(verdict.is_ok(), expected, "{:?}", shown());
        return;
    };
    assert!(expected, "simd-json takes {:?}", shown());
    parser.parse(text, 0, text.len());
    let found = parser.text(text, 0);
    assert_eq!(found.at, theirs, "{:?}", shown());
    let mut open = Vec::new();
    for (i, at) in found.at.iter().enumerate() {
        match text[*at as usize] {
            b'{' | b'[' => open.push(i),
            b'}' | b']' => assert_eq!(found.closes[open.pop().unwrap()] as usize, i, "{:?}", shown()),
            _ => {}
        }
    }
    let mut backslashes = Vec::new();
    let mut at = 0;
    while let Some(n) = memchr::memchr(b'\\', &text[at..]) {
        backslashes.push((at + n) as u32);
        at += n + 2;
    }
    assert_eq!(found.backslashes, backslashes, "{:?}", shown());
}

/// Every text alone, as a value of an object, as an element of a list, as a key, and with something in front or behind.
fn compare_around(parser: &mut Parser, text: &[u8]) {
    let around: [(&str, &str); 10] = [
        ("", ""),
        ("[", "]"),
        ("{\"a\":", "}"),
        ("{", ":1}"),
        ("[1,", ",2]"),
        (" ", "\n"),
        ("[\"", "\"]"),
        ("", "1"),
        ("\"a\"", ""),
        ("{\"a\":1,", "}"),
    ];
    for (before, behind) in around {
        compare(parser, &[before.as_bytes(), text, behind.as_bytes()].concat());
    }
}

#[test]
fn scalars() {
    let parser = &mut Parser::default();
    let texts = "|0|-|-0|01|-01|1.|1.0|.5|+1|1e|1e+|1e-|1e5|1E+05|1.5e-3|1.e5|1e5.5|--1|1-|0x1|1_000|NaN|nan|Infinity|-Infinity|inf|\
        true|false|null|True|TRUE|tru|truee|nul|nulll|fals|t|f|n|true1|truefalse|Y|_|y|\x7f|1Y2|trueY|18446744073709551615|18446744073709551616|\
        -9223372036854775808|-9223372036854775809|123456789012345678901234567890|1e308|1e309|1e999|-1e999|0.1e1|0e0|00|0.0.0|1 2|1,2|,|:|[|]|{|}|\
        [,]|[1,]|[,1]|[1,,2]|{,}|{\"a\"}|{\"a\":}|{\"a\":1,}|{\"a\" 1}|{\"a\"::1}|{:1}|{1:1}|{\"a\":1 \"b\":2}|{\"a\":1:2}|{\"a\":1,\"b\"}|{null:1}|\
        {[]:1}|{{}:1}|[1:2]|[\"a\":1]|{]|[}|[[]|{\"a\":[}|{\"a\":{]|[]]|{}}|[][]|{}{}|[]1|1[]|\"a\"\"b\"|\"a\"b|a\"b\"|\"|\"\\\"|'a'|\"a|a\"|//|/**/1|[1]//|\
        \u{feff}|\u{feff}1|\u{a0}|\u{2028}|é|\"é\"|\"\u{10ffff}\"|\\|\\\"|\\n|\"\\\\\"|\"\\\\\\\"|1\\|\"a\"\\|[\\]";
    for text in texts.split('|') {
        compare_around(parser, text.as_bytes());
    }
    compare_around(parser, b"|");
}

#[test]
fn every_byte_everywhere() {
    let parser = &mut Parser::default();
    for byte in 0..=255u8 {
        let escape = [b'"', b'\\', byte, b'"'];
        let texts: [&[u8]; 7] =
            [&[byte], &[b'"', byte, b'"'], &escape, &[b'1', byte], &[byte, b'1'], &[b'"', b'a', b'"', byte], &[b'1', byte, b'2']];
        for text in texts {
            compare_around(parser, text);
        }
        for digits in ["000", "00f", "D80", "uuu"] {
            for at in 0..4 {
                let mut text = digits.as_bytes().to_vec();
                text.insert(at, byte);
                compare(parser, &[b"\"\\u", text.as_slice(), b"\""].concat());
            }
        }
    }
    for short in ["\\u", "\\u1", "\\u12", "\\u123", "\\ud800", "\\udc00", "\\ud800\\udc00", "\\ud800x", "\\udc00\\ud800", "\\uD800\\u0041"]
    {
        compare_around(parser, format!("\"{short}\"").as_bytes());
    }
}

#[test]
fn utf8() {
    let parser = &mut Parser::default();
    let texts: [&[u8]; 14] = [
        b"\xc3\xa9",
        b"\xc3",
        b"\xa9",
        b"\xc0\x80",
        b"\xc1\xbf",
        b"\xe0\x80\x80",
        b"\xed\xa0\x80",
        b"\xed\xbf\xbf",
        b"\xef\xbf\xbf",
        b"\xf0\x80\x80\x80",
        b"\xf4\x8f\xbf\xbf",
        b"\xf4\x90\x80\x80",
        b"\xf5\x80\x80\x80",
        b"\xff",
    ];
    for text in texts {
        for before in 0..70 {
            compare(parser, &[b"[\"", "a".repeat(before).as_bytes(), text, b"\", 1]"].concat());
        }
    }
}

#[test]
fn depth_and_length() {
    let parser = &mut Parser::default();
    for levels in [1, 63, 64, 65, 127, 128, 129, 130, 1000, 100_000] {
        compare(parser, format!("{}{}", "[".repeat(levels), "]".repeat(levels)).as_bytes());
        compare(parser, format!("{}1{}", "{\"a\":".repeat(levels), "}".repeat(levels)).as_bytes());
        compare(parser, format!("{}1{}", "[{\"a\":".repeat(levels / 2), "}]".repeat(levels / 2)).as_bytes());
        compare(parser, "[".repeat(levels).as_bytes());
        compare(parser, format!("[{}1]", "[],".repeat(levels)).as_bytes());
        compare(parser, format!("[{}1]", "\"\",".repeat(levels)).as_bytes());
    }
    let deep = |levels| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    assert!(parser.judge(deep(DEPTH_MAX).as_bytes()).is_ok());
    assert_eq!(parser.judge(deep(DEPTH_MAX + 1).as_bytes()), Err(Damage::TooDeep));
}

#[test]
fn escapes_at_every_offset_of_a_block() {
    let parser = &mut Parser::default();
    for before in 0..140 {
        for slashes in 0..6 {
            for behind in ["", "\"", "n", "u00e9", "x", "\n"] {
                let text = format!("[\"{}{}{behind}\",\"b\"]", "a".repeat(before), "\\".repeat(slashes));
                compare(parser, text.as_bytes());
            }
        }
        compare(parser, format!("{}1", " ".repeat(before)).as_bytes());
        compare(parser, format!("{}1{}", "[".repeat(before % 100), "2".repeat(before)).as_bytes());
        compare(parser, format!("[1{}]", "\n\t".repeat(before)).as_bytes());
    }
    for slashes in 60..200 {
        compare(parser, format!("\"{}\"", "\\".repeat(slashes)).as_bytes());
    }
}

#[test]
fn samples_with_changes() {
    let parser = &mut Parser::default();
    let mut samples = Vec::new();
    for source in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("logsources")).unwrap() {
        let Ok(files) = std::fs::read_dir(source.unwrap().path().join("samples/raw")) else { continue };
        for path in files.map(|file| file.unwrap().path()).filter(|path| path.is_file()) {
            samples.extend(std::fs::read(path).unwrap().split(|byte| *byte == b'\n').map(<[u8]>::to_vec));
        }
    }
    assert!(samples.len() > 20, "the samples are gone");
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let mut below = |n: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        (random >> 11) as usize % n.max(1)
    };
    for sample in &samples {
        compare(parser, sample);
        for _ in 0..40 {
            let mut text = sample.clone();
            for _ in 0..=below(3) {
                let at = below(text.len());
                let letter = b"{}[]\",:\\\n\r \t\0\xff\xc3\xa901neu-.Yt"[below(25)];
                match below(5) {
                    0 if !text.is_empty() => text[at] = letter,
                    1 if !text.is_empty() => drop(text.remove(at)),
                    2 => text.truncate(at),
                    3 => drop(text.drain(at..(at + below(40)).min(sample.len()).min(text.len()).max(at))),
                    _ => text.insert(at.min(text.len()), letter),
                }
            }
            compare(parser, &text);
        }
    }
}
