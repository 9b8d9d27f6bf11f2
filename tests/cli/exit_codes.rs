//! Exit codes are an interface: scripts branch on them. And the sentence beside each says the way out.

use tests::program::{run, samples};
use tests::reading::record;

use crate::{firing, lines, names, write};

/// Arguments, the exit code, and a part of what is said.
const USED_WRONGLY: &[(&[&str], &str)] = &[
    (&["no/such/file"], "cannot read `no/such/file`"),
    (&["no/such/*.gz"], "no file matches `no/such/*.gz`"),
    (&["empty"], "nothing to read"),
    (&[], "<PATH>"),
    (&["log.json", "--fail-on", "severe"], "no level `severe`; there are informational, low, medium, high and critical"),
    (&["log.json", "--source", "aws"], "no log source `aws`; there are: aws_cloudtrail"),
    (&["log.json", "--rules", "bad.yml"], "1 mistake in the rules; mend them, or use --keep-going"),
    (&["log.json", "--rules", "no/rules"], "cannot read rules"),
    (&["log.json", "--rules", "empty"], "no rules in `empty`"),
    (&["log.json", "--from", "2026-03-02", "--to", "2026-03-01"], "--from lies behind --to"),
    (&["log.json", "--from", "soon"], "`soon` is no time"),
    (&["log.json", "--tz", "Mars/Base"], "`Mars/Base` is no time zone"),
    (&["log.json", "--findings", "-", "--events", "-"], "only one of --findings, --events, --rejects and --summary can be `-`"),
    (&["log.json", "--workers", "0"], "--workers 0"),
    (&["log.json", "--tuning", "no/folder"], "is no folder"),
    (&["log.json", "--finding", "f"], "--findings"),
];

#[test]
fn code_2_is_used_wrongly_and_nothing_was_written() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "log.json", lines(20));
    write(folder.path(), "bad.yml", "title: x\n");
    std::fs::create_dir(folder.path().join("empty")).unwrap();
    for (args, said) in USED_WRONGLY {
        let outputs = if args.contains(&"--findings") { vec![] } else { vec!["--findings", "out.ndjson", "--summary", "out.json"] };
        let ran = run(folder.path(), ["replay"].iter().chain(*args).copied().chain(outputs)).ends_with(2);
        assert!(ran.err().contains(said), "{args:?}: {}", ran.err());
        assert!(ran.out().is_empty(), "{args:?}: {}", ran.out());
        assert_eq!(names(folder.path()), ["bad.yml", "empty", "log.json"], "{args:?}");
    }
}

#[test]
fn code_1_is_findings_at_or_above_a_level() {
    let folder = tempfile::tempdir().unwrap();
    let samples = samples().display().to_string();
    for (level, code) in [("critical", 0), ("high", 1), ("medium", 1), ("low", 1), ("informational", 1)] {
        run(folder.path(), ["replay", &samples, "--no-keep", "--fail-on", level]).ends_with(code);
    }
    write(folder.path(), "quiet.json", record(1));
    run(folder.path(), ["replay", "quiet.json", "--no-keep", "--fail-on", "informational"]).ends_with(0);
}

#[test]
fn code_3_is_input_that_could_not_be_read_where_that_was_asked() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "sound.json", lines(20));
    write(folder.path(), "reject.json", format!("{}\nno json\n", firing(1)));
    write(folder.path(), "cut.json.gz", &tests::reading::gzip(lines(20).as_bytes())[..200]);
    for (name, code) in [("sound.json", 0), ("reject.json", 3), ("cut.json.gz", 3)] {
        run(folder.path(), ["replay", name, "--no-keep"]).ends_with(0);
        let ran = run(folder.path(), ["replay", name, "--no-keep", "--strict", "--findings", "f"]).ends_with(code);
        assert!(ran.out().contains("adds up"), "the report comes all the same: {}", ran.out());
        assert!(folder.path().join("f").exists(), "so do the outputs");
    }
    // What could not be read weighs more than what was found.
    run(folder.path(), ["replay", "reject.json", "--no-keep", "--strict", "--fail-on", "high"]).ends_with(3);
}

#[test]
fn code_4_is_the_world() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "log.json", lines(20));
    std::fs::create_dir(folder.path().join("folder")).unwrap();
    for (name, said) in [("no/folder/f.ndjson", "the folder has to be there"), ("folder", "it is a folder; name a file in it")] {
        let ran = run(folder.path(), ["replay", "log.json", "--findings", name]).ends_with(4);
        assert!(ran.err().starts_with(&format!("error: cannot write `{name}`: ")) && ran.err().contains(said), "{}", ran.err());
    }
    assert_eq!(names(folder.path()), ["folder", "log.json"]);
    #[cfg(target_os = "linux")]
    {
        let ran = run(folder.path(), ["replay", "log.json", "--events", "/dev/full", "--no-keep"]).ends_with(4);
        assert!(ran.err().contains("make room"), "{}", ran.err());
    }
}
