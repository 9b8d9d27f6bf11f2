//! Damage, kind by kind, and what it becomes. Tests are named by the number that the kind has in the team's list of bad input (C
//! compression, J JSON and framing, E encoding, Z time, G sizes, R rules).

mod compression;
mod json;
mod rules;
mod sizes;
mod text_and_time;

use tests::reading::read;

/// Each input: what it is, its bytes, and what becomes of it.
#[track_caller]
fn check(table: &[(&str, Vec<u8>, &str)]) {
    for (what, bytes, expected) in table {
        assert_eq!(read(bytes).outcome(), *expected, "{what}");
    }
}

/// Lines, as bytes.
fn lines<S: AsRef<[u8]>>(lines: &[S]) -> Vec<u8> {
    lines.iter().flat_map(|line| [line.as_ref(), b"\n"].concat()).collect()
}
