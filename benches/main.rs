//! What isobar costs, as ratios: whole runs of the program beside the yardsticks, in one series, medians of CPU time. And how many
//! instructions a record takes, which is a count and may be checked.
//!
//!     cargo run --release -p benches -- table [--runs N]        wants ../shared with its yardstick and rules
//!     cargo run --release -p benches -- sources [--runs N]      a line a log source; wants ../shared
//!     cargo run --release -p benches -- memory                  peak memory over 2 GB of gzip
//!     cargo run --release -p benches -- instructions [--check|--update]     wants valgrind

mod fixed;
mod measure;
mod sources;
mod table;

use std::path::PathBuf;
use std::process::ExitCode;

/// Folders that everything here needs.
pub struct Places {
    pub root: PathBuf,
    pub target: PathBuf,
    pub isobar: PathBuf,
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned();
    let target = std::env::current_exe().expect("its own path").parent().expect("a folder").parent().expect("target").to_owned();
    let places = Places { isobar: target.join("release/isobar"), root, target };
    if let Err(why) = measure::build(&places) {
        eprintln!("benches: {why}");
        return ExitCode::from(4);
    }
    let result = match words.first().map(String::as_str) {
        Some("table") => table::run(&places, number(&words, "--runs").unwrap_or(5)),
        Some("sources") => sources::run(&places, number(&words, "--runs").unwrap_or(3)),
        Some("memory") => table::memory(&places),
        Some("instructions") => fixed::run(&places, words.get(1).map(String::as_str)),
        _ => Err("usage: benches table [--runs N] | sources [--runs N] | memory | instructions [--check|--update]".to_owned()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("benches: {why}");
            ExitCode::FAILURE
        }
    }
}

fn number(words: &[String], name: &str) -> Option<usize> {
    let at = words.iter().position(|word| word == name)?;
    words.get(at + 1)?.parse().ok()
}
