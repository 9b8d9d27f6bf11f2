//! Findings of the last replays are kept for later: ten of them, and none where nobody wants that.

use tests::program::run;

use crate::{lines, names, write};

#[test]
fn findings_of_the_last_ten_replays_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "log.json", lines(50));
    let mut last = String::new();
    for _ in 0..12 {
        last = run(folder.path(), ["replay", "log.json", "--findings", "f.ndjson"]).ends_with(0).out();
    }
    let replays = folder.path().join("state/replays");
    let kept = names(&replays);
    assert_eq!(kept.len(), 10);
    assert!(last.contains(kept.last().unwrap()), "the last one is there, and said: {last}");
    for name in &kept {
        assert_eq!(names(&replays.join(name)), ["findings.ndjson", "summary.json"]);
        let findings = std::fs::read_to_string(replays.join(name).join("findings.ndjson")).unwrap();
        assert_eq!(findings, std::fs::read_to_string(folder.path().join("f.ndjson")).unwrap());
    }
    // The findings file is the user's: what he does with it does not reach what is kept.
    let before = std::fs::read(replays.join(&kept[0]).join("findings.ndjson")).unwrap();
    run(folder.path(), ["replay", "log.json", "--findings", "f.ndjson", "--no-keep", "--to", "2026-03-01"]).ends_with(0);
    assert_eq!(std::fs::read(replays.join(&kept[0]).join("findings.ndjson")).unwrap(), before);
}

#[test]
fn no_keep_keeps_nothing() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "log.json", lines(50));
    run(folder.path(), ["replay", "log.json", "--findings", "f.ndjson", "--no-keep"]).ends_with(0);
    assert_eq!(names(folder.path()), ["f.ndjson", "log.json"]);
}

#[test]
fn a_state_folder_that_cannot_be_written_is_a_note_and_no_failure() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "log.json", lines(50));
    write(folder.path(), "state", "a file stands where the folder should be");
    let ran = run(folder.path(), ["replay", "log.json", "--findings", "f.ndjson"]).ends_with(0);
    assert!(ran.err().starts_with("note: the findings were not kept: "), "{}", ran.err());
    assert_eq!(std::fs::read_to_string(folder.path().join("f.ndjson")).unwrap().lines().count(), 5);
}
