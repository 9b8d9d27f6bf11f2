//! One target for each door that strangers' bytes come through. `cargo test` runs each for a few seconds: first the seeds, then seeds
//! with changes. `cargo bolero test` runs the same targets for as long as one likes. Whatever comes in: nothing panics, the numbers add
//! up, no byte is lost, and what was sound stays sound beside what was not.

mod cut;
mod files;
mod records;
mod rules;
mod seeds;
mod wrapped;

use std::time::Duration;

/// How long each target changes its seeds; `FUZZ_SECONDS` says otherwise.
fn test_time() -> Duration {
    let seconds = std::env::var("FUZZ_SECONDS").ok().and_then(|text| text.parse().ok());
    Duration::from_secs(seconds.unwrap_or(3))
}

/// What matters most to whoever reads JSON.
const LETTERS: &[u8] = b"{}[]\",:\\\n\r \t\0\xff01neu-.";

/// A seed, changed as the fuzzer's bytes say: the first chooses it, each further four make one change.
fn changed(seeds: &[Vec<u8>], input: &[u8]) -> Vec<u8> {
    let Some((first, rest)) = input.split_first() else { return Vec::new() };
    let mut text = seeds[usize::from(*first) % seeds.len()].clone();
    for change in rest.chunks_exact(4) {
        let at = usize::from(u16::from_le_bytes([change[1], change[2]])) * text.len().max(1) / 65_536;
        let value = change[3];
        match change[0] % 8 {
            0 | 1 if at < text.len() => text[at] = value,
            2 if at < text.len() => text[at] ^= 1 << (value % 8),
            3 if at < text.len() => drop(text.remove(at)),
            4 => text.insert(at, LETTERS[usize::from(value) % LETTERS.len()]),
            5 => text.truncate(at),
            6 => {
                let part: Vec<u8> = text[at..(at + usize::from(value)).min(text.len())].to_vec();
                text.splice(at..at, part);
            }
            7 => {
                let other = &seeds[usize::from(value) % seeds.len()];
                text.splice(at..at, other.iter().copied().take(4096));
            }
            _ => {}
        }
    }
    text
}

/// Runs a target over its seeds, then over changes of them.
macro_rules! target {
    ($seeds:expr, $check:expr) => {{
        let seeds: Vec<Vec<u8>> = $seeds;
        seeds.iter().for_each(|seed| $check(seed));
        bolero::check!()
            .with_max_len(200)
            .with_test_time($crate::test_time())
            .for_each(|input: &[u8]| $check(&$crate::changed(&seeds, input)));
    }};
}
use target;
