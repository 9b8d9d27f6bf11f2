//! J: what is wrong with the JSON, and with how documents stand together.

use event::Reason;
use tests::reading::{read, record, record_with, wrapped};

use crate::{check, lines};

#[test]
fn j1_nesting_ends_at_128_levels() {
    let deep = |levels: usize| {
        let inner = format!("{}1{}", "[".repeat(levels - 2), "]".repeat(levels - 2));
        lines(&[record(1), record_with(2, &format!(",\"deep\":{{\"a\":{inner}}}")), record(3)])
    };
    check(&[
        ("100 levels", deep(100), "3 mapped"),
        ("130 levels", deep(130), "2 mapped, 1 too_deep"),
        ("ten thousand", deep(10_000), "2 mapped, 1 too_deep"),
        ("a hundred thousand, never closed", lines(&[record(1), "[".repeat(100_000), record(3)]), "2 mapped, 1 too_deep"),
    ]);
}

#[test]
fn j3_of_keys_that_stand_twice_the_last_counts() {
    let text = record_with(1, ",\"awsRegion\":\"us-east-1\"");
    let read = read(text.as_bytes());
    assert_eq!(read.column("cloud.region"), ["us-east-1"]);
    assert_eq!(read.raw_data(), [text]);
    assert_eq!(read.tally.duplicate_keys, 1);
}

#[test]
fn j3_a_key_may_be_spelled_with_escapes() {
    let text = record(1).replace("\"awsRegion\"", "\"aws\\u0052egion\"");
    let read = read(text.as_bytes());
    assert_eq!(read.column("cloud.region"), ["eu-central-1"], "an escaped key is the same key");
    assert_eq!(read.raw_data(), [text]);
}

#[test]
fn j4_numbers() {
    let number = |number: &str| lines(&[record_with(1, &format!(",\"number\":{number}")), record(2)]);
    check(&[
        ("too large for a double", number("1e400"), "2 mapped"),
        ("minus zero", number("-0"), "2 mapped"),
        ("64 bits", number("18446744073709551615"), "2 mapped"),
        ("beyond 64 bits", number("18446744073709551616"), "2 mapped"),
        ("a hundred digits", number(&"9".repeat(100)), "2 mapped"),
        ("hexadecimal", number("0x10"), "1 mapped, 1 not_json"),
        ("NaN", number("NaN"), "1 mapped, 1 not_json"),
        ("Infinity", number("-Infinity"), "1 mapped, 1 not_json"),
        ("leading zeros", number("007"), "1 mapped, 1 not_json"),
        ("a plus", number("+1"), "1 mapped, 1 not_json"),
    ]);
}

#[test]
fn j5_surrogates_and_nul() {
    for (raw, expected) in
        [(r"a\ud800b", "a\u{fffd}b"), (r"\udc00", "\u{fffd}"), (r"\ud83d\ude00", "😀"), (r"\u0000", "\0"), (r"\/\b\f", "/\u{8}\u{c}")]
    {
        let text = record(1).replace("aws-cli/2.31.4", raw);
        let read = read(text.as_bytes());
        assert_eq!(read.column("http_request.user_agent"), [expected], "{raw}");
        assert_eq!(read.raw_data(), [text], "{raw}");
    }
}

#[test]
fn j6_bytes_that_are_not_utf8_are_a_reject_with_their_bytes() {
    let mut bad = record(2).into_bytes();
    bad[60] = 0xff;
    for bytes in [lines(&[record(1).into_bytes(), bad.clone(), record(3).into_bytes()]), {
        [b"{\"Records\":[".to_vec(), record(1).into(), b",".to_vec(), bad.clone(), b",".to_vec(), record(3).into(), b"]}".to_vec()].concat()
    }] {
        let read = read(&bytes);
        assert_eq!(read.outcome(), "2 mapped, 1 not_utf8");
        assert_eq!(read.rejects[0].bytes, bad);
        assert!(read.rejects[0].sha256.is_some());
    }
}

#[test]
fn j7_byte_order_marks() {
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(record(1).encode_utf16().flat_map(u16::to_le_bytes)).collect();
    check(&[
        ("UTF-8", [b"\xef\xbb\xbf".to_vec(), record(1).into()].concat(), "1 mapped"),
        ("UTF-8, then lines", [b"\xef\xbb\xbf".to_vec(), lines(&[record(1), record(2)])].concat(), "2 mapped"),
        ("UTF-16", utf16, "1 file not_a_log"),
    ]);
}

#[test]
fn j8_what_looks_like_json_and_is_none() {
    let between = |text: &str| lines(&[record(1).as_str(), text, record(3).as_str()]);
    check(&[
        ("single quotes", between("{'a': 1}"), "2 mapped, 1 not_json"),
        ("a comma too many", between("{\"a\":1,}"), "2 mapped, 1 not_json"),
        ("a comment", between("{\"a\":1 /* one */}"), "2 mapped, 1 not_json"),
        ("Python", between("{\"a\": None, \"b\": True}"), "2 mapped, 1 not_json"),
        ("a line of prose", between("Mar  1 10:00:00 host app: started"), "2 mapped, 1 not_json"),
        ("a comma too many in a list", format!("{{\"Records\":[{},{},]}}", record(1), record(2)).into(), "2 mapped"),
    ]);
}

#[test]
fn j9_however_documents_stand_together() {
    let (a, b, c) = (record(1), record(2), record(3));
    let pretty = serde_json::to_string_pretty(&serde_json::from_str::<serde_json::Value>(&a).unwrap()).unwrap();
    check(&[
        ("a list", format!("[{a},{b},{c}]").into(), "3 mapped"),
        ("one object", a.clone().into(), "1 mapped"),
        ("lines", lines(&[&a, &b, &c]), "3 mapped"),
        ("one behind the other", format!("{a}{b}{c}").into(), "3 mapped"),
        ("spaces between", format!("{a} {b}\t{c}").into(), "3 mapped"),
        ("over several lines", format!("{pretty}\n{pretty}").into(), "2 mapped"),
        ("a list that never ends", format!("[{a},{b},{c}").into(), "3 mapped"),
        ("a wrapper that never ends", format!("{{\"Records\":[{a},{b},{{\"eventVersion\":\"1.").into(), "2 mapped, 1 not_json"),
        ("wrappers, a line each", lines(&[wrapped(&[&a, &b]), wrapped(&[&c])]), "3 mapped"),
        ("a list in a list", format!("[[{a}],[{b},{c}]]").into(), "3 mapped"),
        ("a comma between documents", format!("{a},\n{b}").into(), "2 mapped, 1 not_json"),
    ]);
}

#[test]
fn j10_a_wrapper_with_something_else_in_it() {
    check(&[
        ("null", b"{\"Records\":null}".to_vec(), "nothing"),
        ("an empty list", b"{\"Records\":[]}".to_vec(), "nothing"),
        ("an object", b"{\"Records\":{}}".to_vec(), "1 not_recognised"),
        ("a number, a text, null", b"{\"Records\":[1,\"x\",null]}".to_vec(), "3 not_a_record"),
        ("among sound ones", format!("{{\"Records\":[{},17,{}]}}", record(1), record(2)).into(), "2 mapped, 1 not_a_record"),
    ]);
}

#[test]
fn j12_empty_objects() {
    check(&[("a thousand", b"{}".repeat(1000), "1000 not_recognised")]);
}

#[test]
fn j13_ends_of_lines() {
    let (a, b) = (record(1), record(2));
    check(&[
        ("CR LF", format!("{a}\r\n{b}\r\n").into(), "2 mapped"),
        ("CR alone", format!("{a}\r{b}\r").into(), "2 mapped"),
        ("blank lines", format!("\n\n{a}\n\n \n\n{b}\n\n").into(), "2 mapped"),
        ("NUL between", format!("{a}\n\0\n{b}").into(), "2 mapped, 1 not_json"),
        ("form feed between", format!("{a}\n\u{c}\n{b}").into(), "2 mapped, 1 not_json"),
        ("U+2028 between", format!("{a}\n\u{2028}\n{b}").into(), "2 mapped, 1 not_json"),
        ("a line break within a text", lines(&[a.replace("aws-cli", "aws\ncli"), b.clone()]), "1 mapped, 1 not_json"),
    ]);
}

#[test]
fn j16_keys_of_any_kind() {
    let many: String = (0..20_000).map(|n| format!(",\"k{n}\":{n}")).collect();
    let long = format!(",\"{}\":1", "k".repeat(1 << 20));
    check(&[
        ("with dots", record_with(1, ",\"a.b\":1,\"userIdentity.type\":\"x\"").into(), "1 mapped"),
        ("empty", record_with(1, ",\"\":{\"\":1}").into(), "1 mapped"),
        ("a megabyte long", record_with(1, &long).into(), "1 mapped"),
        ("very many", record_with(1, &many).into(), "1 mapped"),
    ]);
}

#[test]
fn j17_a_field_of_another_kind_in_every_record() {
    let kinds = ["null", "\"x\"", "7", "true", "[]", "[1,{}]", "{}", "{\"type\":{\"type\":1}}"];
    let mut records = Vec::new();
    for field in ["userIdentity", "requestParameters", "awsRegion", "sourceIPAddress", "userAgent", "recipientAccountId", "resources"] {
        records.extend(kinds.iter().map(|kind| record_with(1, &format!(",\"{field}\":{kind}"))));
    }
    let read = read(&lines(&records));
    assert_eq!(read.outcome(), format!("{} mapped", records.len()));
    assert_eq!(read.raw_data().len(), records.len());
}

#[test]
fn a_bad_record_takes_none_of_its_neighbours_along() {
    let bad = ["{\"eventVersion\":\"1", "{\"eventVersion\":}", "{\"eventVersion\":\"1\"]", "{\"eventVersion\":{\"a\":[1,2}}"];
    for bad in bad {
        let text = format!("{{\"Records\":[{},{bad},{},{}]}}", record(1), record(2), record(3));
        let read = read(text.as_bytes());
        assert_eq!(read.tally.mapped, 3, "{bad}: {}", read.outcome());
        assert_eq!(read.tally.reasons.get(&Reason::NotJson), Some(&1), "{bad}: {}", read.outcome());
        assert_eq!(String::from_utf8_lossy(&read.rejects[0].bytes), bad);
    }
}

#[test]
fn behind_a_bad_element_the_next_one_counts_whatever_it_begins_with() {
    let other = "{\"other\":2}";
    let text = format!("[{},{{\"eventVersion\":x}},{other},{}]", record(1), record(2));
    let read = read(text.as_bytes());
    assert_eq!(read.outcome(), "2 mapped, 1 not_json, 1 not_recognised");
    assert!(read.rejects.iter().any(|reject| reject.bytes == other.as_bytes()));
}

#[test]
fn a_text_among_records_is_kept_with_its_quotes() {
    let read = read(b"{\"Records\":[\"gone \\\" \\u0041\",\"\",17]}");
    assert_eq!(read.outcome(), "3 not_a_record");
    let kept: Vec<&[u8]> = read.rejects.iter().map(|reject| reject.bytes.as_slice()).collect();
    assert_eq!(kept, [b"\"gone \\\" \\u0041\"".as_slice(), b"\"\"", b"17"]);
}
