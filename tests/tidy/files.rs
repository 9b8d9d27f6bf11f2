//! How files look: each opens by saying what it is, none is too long to be read, and nothing unsafe stands where nobody looks.

use std::path::{Path, PathBuf};

use tests::program::root;

const LINES_MAX: usize = 700;
/// The two corners that are fuzzed, and tested with Arrow's own checks.
const UNSAFE_FILES: [&str; 3] = ["event/src/processor.rs", "ingest/src/libdeflate.rs", "normalize/src/views.rs"];

/// Every file of the repository, by its path from the root.
fn files() -> Vec<PathBuf> {
    let built = |entry: &walkdir::DirEntry| {
        let name = entry.file_name().to_string_lossy();
        entry.depth() > 0 && entry.file_type().is_dir() && (name == "target" || name == ".git" || name == "crashes")
    };
    let entries = walkdir::WalkDir::new(root()).sort_by_file_name().into_iter().filter_entry(|entry| !built(entry));
    let files = entries.map(|entry| entry.unwrap()).filter(|entry| entry.file_type().is_file());
    files.map(|entry| entry.path().strip_prefix(root()).unwrap().to_owned()).filter(|path| *path != Path::new(".git")).collect()
}

/// Files of Rust, with their texts.
fn sources() -> Vec<(String, String)> {
    let rust = files().into_iter().filter(|path| path.extension().is_some_and(|e| e == "rs"));
    rust.map(|path| (path.display().to_string(), std::fs::read_to_string(root().join(&path)).unwrap())).collect()
}

/// Whether a word stands in a line of code, by itself and not in a comment.
fn has_word(line: &str, word: &str) -> bool {
    let code = line.split("//").next().unwrap_or_default();
    let part_of_name = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '"');
    code.match_indices(word)
        .any(|(at, _)| !part_of_name(code[..at].chars().next_back()) && !part_of_name(code[at + word.len()..].chars().next()))
}

#[test]
fn every_file_opens_by_saying_what_it_is() {
    for (path, text) in sources().into_iter().filter(|(_, text)| !text.trim().is_empty()) {
        assert!(text.starts_with("//! "), "{path} does not begin with `//! `");
    }
}

#[test]
fn no_file_is_too_long_to_be_read() {
    for (path, text) in sources() {
        let lines = text.lines().count();
        assert!(lines <= LINES_MAX, "{path} has {lines} lines");
    }
}

#[test]
fn unsafe_stands_in_three_small_files() {
    for (path, text) in sources().into_iter().filter(|(path, _)| !UNSAFE_FILES.contains(&path.as_str())) {
        for (number, line) in text.lines().enumerate() {
            let allowed = has_word(line, "unsafe") || (line.contains("allow(") && line.contains(concat!("unsafe", "_code")));
            assert!(!allowed, "{path}:{}: {line}", number + 1);
        }
    }
    for path in UNSAFE_FILES {
        let text = std::fs::read_to_string(root().join(path)).unwrap();
        assert!(text.lines().count() < 150, "{path} is no longer small");
        let reasons = text.matches("// SAFETY: ").count();
        let uses = text.lines().filter(|line| has_word(line, "unsafe")).count();
        assert!(reasons >= uses, "{path}: {uses} uses, {reasons} reasons");
    }
}

#[test]
fn the_rules_compiled_in_are_the_folders_of_rules() {
    let text = std::fs::read_to_string(root().join("src/builtin.rs")).unwrap();
    let list = text.split("= rules![").nth(1).and_then(|rest| rest.split("];").next()).unwrap();
    let listed: Vec<&str> = list.split('"').skip(1).step_by(2).collect();
    let mut folders: Vec<String> = std::fs::read_dir(root().join("rules"))
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_type().unwrap().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    folders.sort();
    assert_eq!(listed, folders, "src/builtin.rs lists the folders of rules/, in order");
}

#[test]
fn nothing_tells_where_it_was_written() {
    // Put together here, so that this file does not hold them.
    let places = ["work", "root", "home/ubuntu"].map(|folder| format!("/{folder}/"));
    for path in files() {
        let Ok(text) = std::fs::read_to_string(root().join(&path)) else { continue };
        for (number, line) in text.lines().enumerate() {
            let found = places.iter().find(|place| line.contains(place.as_str()));
            assert!(found.is_none(), "{}:{}: {}", path.display(), number + 1, &line[..line.len().min(200)]);
        }
    }
}
