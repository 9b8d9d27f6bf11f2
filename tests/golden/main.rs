//! Every log source's samples: raw records on one side, the events and rejects that they become on the other, line by line in the order
//! of the records. `UPDATE=1 cargo test -p tests --test golden` writes what is expected anew; read what changed before it is committed.

use std::path::{Path, PathBuf};

use event::Normalized;
use forward::{events, rejects};

/// A log source's raw samples, with the file that each is expected to become.
fn samples() -> Vec<(PathBuf, PathBuf)> {
    let folder = tests::root().join("normalize/logsources");
    let raw = tests::files_under(&folder).into_iter().filter(|file| file.parent().is_some_and(|parent| parent.ends_with("samples/raw")));
    let expected = |raw: &Path| {
        let samples = raw.parent().and_then(Path::parent).expect("samples/raw/FILE");
        let stem = raw.file_stem().expect("a file has a name").to_string_lossy();
        samples.join("ocsf").join(format!("{stem}.ndjson"))
    };
    raw.map(|raw| (raw.clone(), expected(&raw))).collect()
}

/// The events and rejects of a file, in the order of its records. The program writes an arena's events class by class.
fn normalized(raw: &Path) -> String {
    let name = raw.file_name().expect("a file has a name").to_string_lossy();
    let mut lines: Vec<(u64, u32, String)> = Vec::new();
    let mut add = |normalized: Normalized| {
        assert!(normalized.tally.adds_up(), "{name}: {:?}", normalized.tally);
        for batch in &normalized.batches {
            let mut out = Vec::new();
            events::write(&batch.rows, &mut out);
            let text = String::from_utf8(out).expect("events are UTF-8");
            assert_eq!(text.lines().count(), batch.len(), "{name}: one event a line");
            for (row, line) in text.lines().enumerate() {
                lines.push((batch.places[row].1, batch.part(row).unwrap_or(0), line.to_owned()));
            }
        }
        for reject in &normalized.rejects {
            let mut out = Vec::new();
            rejects::write(reject, &mut out);
            lines.push((reject.place.offset, 0, String::from_utf8(out).expect("rejects are UTF-8").trim_end().to_owned()));
        }
    };
    tests::read_file(raw, &name, &mut tests::normalizer(&tests::everything()), &mut add);
    lines.sort_by_key(|(offset, part, _)| (*offset, *part));
    lines.into_iter().map(|(.., line)| line + "\n").collect()
}

#[test]
fn samples_become_what_is_expected() {
    let update = std::env::var_os("UPDATE").is_some_and(|value| value == "1");
    let samples = samples();
    assert!(samples.len() >= 16, "samples of every log source: {}", samples.len());
    let mut wrong = Vec::new();
    for (raw, expected) in &samples {
        let is = normalized(raw);
        if update {
            std::fs::create_dir_all(expected.parent().expect("it lies in samples/ocsf")).expect("the repository can be written");
            std::fs::write(expected, &is).expect("the repository can be written");
            continue;
        }
        let should = std::fs::read_to_string(expected).unwrap_or_default();
        if is == should {
            continue;
        }
        let differing = is.lines().zip(should.lines()).position(|(is, should)| is != should);
        let line = differing.unwrap_or_else(|| is.lines().count().min(should.lines().count()));
        let of = |text: &str| text.lines().nth(line).unwrap_or("(nothing)").to_owned();
        wrong.push(format!("{}:{}\n  expected {}\n  is       {}", expected.display(), line + 1, of(&should), of(&is)));
    }
    assert!(wrong.is_empty(), "{}\nUPDATE=1 cargo test -p tests --test golden writes them anew", wrong.join("\n"));
}

/// What is expected without a sample that it comes from would never be looked at again.
#[test]
fn nothing_is_expected_without_a_sample() {
    let expected: Vec<PathBuf> = samples().into_iter().map(|(_, expected)| expected).collect();
    let folder = tests::root().join("normalize/logsources");
    let there = tests::files_under(&folder).into_iter().filter(|file| file.parent().is_some_and(|parent| parent.ends_with("samples/ocsf")));
    let orphans: Vec<PathBuf> = there.filter(|file| !expected.contains(file)).collect();
    assert!(orphans.is_empty(), "{orphans:?}");
}

/// A repeat is the same event in other words.
#[test]
fn repeats_have_one_key() {
    for (raw, _) in samples().iter().filter(|(raw, _)| raw.ends_with("repeats.ndjson")) {
        let mut keys = Vec::new();
        let mut add = |normalized: Normalized| keys.extend(normalized.batches.iter().flat_map(|batch| batch.keys.clone()));
        tests::read_file(raw, "repeats", &mut tests::normalizer(&tests::everything()), &mut add);
        assert_eq!(keys.len(), tests::text(raw).lines().count(), "{}", raw.display());
        assert!(keys.windows(2).all(|pair| pair[0] == pair[1]), "{}: {keys:?}", raw.display());
    }
}

/// How the one record is known whose request has a key twice: raw JSON is written as it is, and so has the event.
const KEY_TWICE: &str = "5b9fb074-956e-42f4-940e-5650772719c0";

#[test]
fn what_is_expected_is_valid_ocsf() {
    let test = "what_is_expected_is_valid_ocsf";
    if std::env::var_os("UPDATE").is_some_and(|value| value == "1") {
        return tests::skipped(test, "what is expected is being written; run it once more without UPDATE");
    }
    let shared = tests::shared_or_skip!(test);
    if !tests::is_there("python3", "--version") {
        return tests::skipped(test, "python3 is not here");
    }
    let expected: Vec<PathBuf> = samples().into_iter().map(|(_, expected)| expected).collect();
    // A reject has no time of its own, and stands at 0: the one warning that is accepted, and of rejects alone.
    let (mut rejects, mut twice, mut events) = (Vec::new(), Vec::new(), Vec::new());
    for (name, line) in expected.iter().flat_map(|file| tests::text(file).lines().map(|line| (file, line.to_owned())).collect::<Vec<_>>()) {
        let odd = name.ends_with("odd.ndjson") && line.contains(KEY_TWICE);
        if line.contains("\"class_uid\":0,") {
            &mut rejects
        } else if odd {
            &mut twice
        } else {
            &mut events
        }
        .push(line);
    }
    assert_eq!(twice.len(), 1, "the record with a key that stands twice");
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let sets: [(&str, Vec<String>, &[&str]); 3] = [
        ("events", events, &[]),
        ("twice", twice, &["--ignore", "json_duplicate_key"]),
        ("rejects", rejects, &["--ignore", "timestamp_suspicious"]),
    ];
    for (name, lines, accepted) in sets {
        let file = folder.join(format!("golden-{name}.ndjson"));
        std::fs::write(&file, lines.join("\n")).expect("the target folder can be written");
        let arguments: Vec<&str> = accepted.iter().copied().chain(["--warnings-as-errors"]).collect();
        if let Err(said) = tests::ocsf_validate(&shared, &[file], &arguments) {
            panic!("{name}: {said}");
        }
    }
}
