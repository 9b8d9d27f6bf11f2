//! The smallest doors: where values end, and what strings mean.

use event::cut::{self, Brackets, Piece};
use event::unescape::unescape;

use crate::{seeds, target};

#[test]
fn pieces_stand_one_behind_the_other_and_nothing_lies_between_them() {
    target!(seeds::texts(), |bytes: &[u8]| {
        let mut at = cut::skip_bom(bytes);
        for piece in cut::documents(bytes) {
            let (Piece::Value(range) | Piece::Damaged { range, .. }) = piece;
            assert!(bytes[at..range.start].iter().all(|byte| cut::is_space(*byte)), "{at} {range:?}");
            assert!(range.start < range.end && range.end <= bytes.len());
            at = range.end;
        }
        assert!(bytes[at..].iter().all(|byte| cut::is_space(*byte)));
    });
}

#[test]
fn elements_of_a_list_are_in_order_and_only_separators_lie_between_them() {
    target!(seeds::texts(), |bytes: &[u8]| {
        let Some(list) = cut::long_list(bytes) else { return };
        let mut at = list + 1;
        for piece in cut::elements(bytes, list, |element| serde_json::from_slice::<serde_json::Value>(element).is_ok()) {
            let (Piece::Value(range) | Piece::Damaged { range, .. }) = piece;
            assert!(bytes[at..range.start].iter().all(|byte| cut::is_space(*byte) || *byte == b','), "{at} {range:?}");
            assert!(range.start <= range.end && range.end <= bytes.len());
            at = range.end;
        }
    });
}

#[test]
fn brackets_are_followed_alike_however_the_chunks_fall() {
    target!(seeds::texts(), |bytes: &[u8]| {
        let seen = |size: usize| {
            let (mut brackets, mut all) = (Brackets::default(), Vec::new());
            for (n, chunk) in bytes.chunks(size).enumerate() {
                brackets.follow(chunk, 1, |at, open| all.push((n * size + at, open)));
            }
            (all, brackets.in_string())
        };
        let whole = seen(bytes.len().max(1));
        for size in [1, 63, 64, 100] {
            assert_eq!(seen(size), whole, "chunks of {size}");
        }
    });
}

#[test]
fn strings_mean_what_serde_json_says() {
    target!(seeds::texts(), |bytes: &[u8]| {
        let mut out = Vec::new();
        unescape(bytes, &mut out);
        let json = [b"\"", bytes, b"\""].concat();
        if let Ok(meant) = serde_json::from_slice::<String>(&json) {
            assert_eq!(out, meant.as_bytes());
        }
        if std::str::from_utf8(bytes).is_ok() {
            assert!(std::str::from_utf8(&out).is_ok(), "text stays text");
        }
    });
}
