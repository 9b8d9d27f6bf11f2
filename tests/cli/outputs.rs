//! What is written, and that nothing but the records decides it: no number of workers, no order of paths, no compression.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use serde_json::Value;
use tests::program::{command, root, run, run_with_input, samples, summary};
use tests::reading::{gzip, record, wrapped, zstd};

use crate::{firing, lines, lines_of, names, write};

fn findings(folder: &std::path::Path, args: &[&str]) -> String {
    let all: Vec<&str> = ["replay"].into_iter().chain(args.iter().copied()).chain(["--findings", "-", "--no-keep"]).collect();
    run(folder, all).ends_with(0).out()
}

#[test]
fn findings_are_the_same_for_any_number_of_workers_and_any_order_of_paths() {
    let folder = tempfile::tempdir().unwrap();
    let samples = samples().display().to_string();
    for n in 0..40 {
        write(folder.path(), &format!("many/{n:02}.json"), lines_of(n * 200..n * 200 + 100 + n));
    }
    let first = findings(folder.path(), &[&samples, "many", "--workers", "1"]);
    assert!(first.lines().count() > 400);
    for workers in ["2", "5"] {
        assert_eq!(findings(folder.path(), &[&samples, "many", "--workers", workers]), first, "{workers} workers");
    }
    assert_eq!(findings(folder.path(), &["many", &samples]), first, "the other way round");
    assert_eq!(findings(folder.path(), &["many", &samples, "many/03.json", "many/*.json"]), first, "named twice");
}

#[test]
fn findings_are_the_same_however_the_records_are_packed() {
    let folder = tempfile::tempdir().unwrap();
    let text = lines(3000);
    let (front, back) = text.split_at(text.len() / 3);
    let members = [gzip(front.as_bytes()), gzip(b""), gzip(back.as_bytes())].concat();
    let frames = [zstd(front.as_bytes()), zstd(back.as_bytes())].concat();
    let forms: [(&str, Vec<u8>); 6] = [
        ("plain", text.clone().into()),
        ("gzip", gzip(text.as_bytes())),
        ("zstd", zstd(text.as_bytes())),
        ("members", members),
        ("frames", frames),
        ("padded", [gzip(text.as_bytes()), vec![0; 512]].concat()),
    ];
    // The name says nothing: the first of them is plain text and called .gz, the second gzip and called .json.
    for (name, bytes) in &forms {
        write(folder.path(), &format!("{name}/logs.json.gz"), bytes);
        write(folder.path(), &format!("{name}-json/logs.json"), bytes);
    }
    let of = |form: &str, file: &str| findings(&folder.path().join(form), &[file]);
    for (ending, file) in [("", "logs.json.gz"), ("-json", "logs.json")] {
        let plain = of(&format!("plain{ending}"), file);
        assert_eq!(plain.lines().count(), 300);
        for (name, _) in &forms[1..] {
            assert_eq!(of(&format!("{name}{ending}"), file), plain, "{name} {file}");
        }
    }
}

#[test]
fn findings_differ_in_their_place_alone_where_records_stand_otherwise() {
    let folder = tempfile::tempdir().unwrap();
    let text = lines(3000);
    let records: Vec<&str> = text.lines().collect();
    let array = format!("[{}]", records.join(",\n"));
    for (name, form) in [("lines", text.clone()), ("behind", records.concat()), ("wrapped", wrapped(&records)), ("array", array)] {
        write(folder.path(), &format!("{name}/log.json"), form);
    }
    let without_places = |form: &str| -> Vec<Value> {
        let found = findings(&folder.path().join(form), &["log.json"]);
        let mut found: Vec<Value> = found.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        found.iter_mut().for_each(forget_offset);
        found
    };
    let expected = without_places("lines");
    assert_eq!(expected.len(), 300);
    for form in ["behind", "wrapped", "array"] {
        assert!(without_places(form) == expected, "{form}");
    }
}

fn forget_offset(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.remove("offset");
            members.values_mut().for_each(forget_offset);
        }
        Value::Array(items) => items.iter_mut().for_each(forget_offset),
        _ => {}
    }
}

#[test]
fn the_place_of_a_finding_leads_to_its_record() {
    let folder = tempfile::tempdir().unwrap();
    let text = format!("\u{feff}\n  {}\r\n\t {}\n[\n  {},\n  {} ]\n", record(1), firing(2), record(3), firing(4));
    write(folder.path(), "log.json", &text);
    let found = findings(folder.path(), &["log.json"]);
    let offsets: Vec<usize> = found.lines().map(|line| find_offset(&serde_json::from_str(line).unwrap()).unwrap()).collect();
    assert_eq!(offsets.len(), 2);
    for (offset, number) in offsets.into_iter().zip([2, 4]) {
        assert!(text[offset..].starts_with(&firing(number)), "{:?}", &text[offset..offset + 40]);
    }
}

fn find_offset(value: &Value) -> Option<usize> {
    match value {
        Value::Object(members) => {
            members.get("offset").and_then(Value::as_u64).map(|n| n as usize).or_else(|| members.values().find_map(find_offset))
        }
        Value::Array(items) => items.iter().find_map(find_offset),
        _ => None,
    }
}

#[test]
fn standard_input_is_a_file_like_any_other() {
    let folder = tempfile::tempdir().unwrap();
    for input in [lines(500).into_bytes(), gzip(lines(500).as_bytes()), zstd(lines(500).as_bytes())] {
        let ran = run_with_input(folder.path(), ["replay", "-", "--findings", "-", "--no-keep"], &input).ends_with(0);
        assert_eq!(ran.out().lines().count(), 50);
        assert!(ran.err().contains("500 records in 1 files"), "{}", ran.err());
    }
}

#[test]
fn from_and_to_cut_events_and_findings() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "log.json", lines(3000));
    let args = ["replay", "log.json", "--from", "2026-03-01T00:10Z", "--to", "2026-03-01T01:20+01:00", "--no-keep"];
    let outputs = ["--events", "e.ndjson", "--findings", "f.ndjson", "--summary", "s.json"];
    run(folder.path(), args.into_iter().chain(outputs)).ends_with(0);
    let times = |name: &str| -> Vec<i64> {
        let text = std::fs::read_to_string(folder.path().join(name)).unwrap();
        text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["time"].as_i64().unwrap()).collect()
    };
    let from = 1_772_323_800_000;
    let (events, findings) = (times("e.ndjson"), times("f.ndjson"));
    assert_eq!((events.len(), findings.len()), (600, 60));
    assert!(events.iter().chain(&findings).all(|time| (from..from + 600_000).contains(time)));
    let summary = summary(&folder.path().join("s.json"));
    assert_eq!(summary["found"]["findings"], 60);
    assert_eq!(summary["found"]["outside"], 240);
    assert_eq!(summary["read"]["mapped"], 3000, "all of it was read");
}

#[test]
fn every_output_is_a_file_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "log.json", format!("{}\n{}\nno json\n{{\"other\":1}}\n", record(1), firing(2)));
    let outputs = ["--findings", "f", "--events", "e", "--rejects", "r", "--summary", "s"];
    let ran = run(folder.path(), ["replay", "log.json"].into_iter().chain(outputs)).ends_with(0);
    assert!(ran.err().is_empty(), "{}", ran.err());
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    let events: Vec<Value> = read("e").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let raw: Vec<&str> = events.iter().map(|event| event["raw_data"].as_str().unwrap()).collect();
    assert_eq!(raw, [record(1), firing(2)]);
    let rejects: Vec<Value> = read("r").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let said: Vec<(&str, &str)> = rejects.iter().map(|r| (r["status_code"].as_str().unwrap(), r["raw_data"].as_str().unwrap())).collect();
    assert_eq!(said, [("not_json", "no json"), ("not_recognised", "{\"other\":1}")]);
    assert!(rejects.iter().all(|reject| reject["class_uid"] == 0 && reject["time"] == 0));
    assert_eq!(read("f").lines().count(), 1);
    assert_eq!(names(folder.path()), ["e", "f", "log.json", "r", "s", "state"], "nothing else is left behind");
}

#[test]
fn quiet_says_what_was_found_and_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let samples = samples().display().to_string();
    let ran = run(folder.path(), ["replay", &samples, "-q", "--no-keep"]).ends_with(0);
    assert!(ran.out().starts_with("FOUND   7 findings of 6 rules\n"), "{}", ran.out());
    assert!(ran.out().lines().skip(1).all(|line| line.starts_with(' ')), "{}", ran.out());
    assert_eq!(ran.out().lines().count(), 7);
    assert!(ran.err().is_empty());
}

#[test]
fn a_reader_that_goes_away_is_no_reason_to_panic() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "log.json", (0..5000).map(|n| firing(n) + "\n").collect::<String>());
    for what in ["--findings", "--events"] {
        let mut command = command(folder.path(), ["replay", "log.json", what, "-", "--no-keep"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::with_capacity(100, child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(line.starts_with('{'), "{line}");
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!said.contains("panicked"), "{said}");
        assert_eq!(output.status.code(), Some(0), "{said}");
        assert_eq!(said, "", "whoever closed the pipe knows");
    }
}

#[test]
fn builtin_rules_can_be_left_out_and_others_be_added() {
    let folder = tempfile::tempdir().unwrap();
    let samples = samples().display().to_string();
    let rules = root().join("rules/log-01-audit-trail-stopped").display().to_string();
    let ran = run(folder.path(), ["replay", &samples, "--no-builtin-rules", "--rules", &rules, "-q", "--no-keep"]).ends_with(0);
    assert!(ran.out().starts_with("FOUND   1 findings of 1 rules\n"), "{}", ran.out());
}
