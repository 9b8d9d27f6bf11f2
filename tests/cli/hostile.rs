//! What attackers write (file names, records) and what strangers write (rules) never reaches a terminal as it is.

use tests::program::{run, run_with_input};
use tests::reading::record;

use crate::{firing, write};

const HOSTILE: &str = "a\u{1b}[2Jb\u{7}c\u{9b}31md\u{202e}e\u{200b}f\u{2066}g\u{85}h";

/// Line breaks are ours; no other control, and nothing that turns the direction of writing, may come through.
#[track_caller]
fn is_harmless(text: &[u8]) {
    let text = std::str::from_utf8(text).expect("what is shown is UTF-8");
    let bad = text.chars().find(|c| {
        (c.is_control() && *c != '\n') || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}')
    });
    assert_eq!(bad, None, "in {text:?}");
}

#[test]
fn titles_of_rules() {
    let folder = tempfile::tempdir().unwrap();
    let title = "\"a\\e[2Jb\\ac\\N d\\u202ee\\u200bf\\u2066g\\nh\"";
    let rule = format!(
        "title: {title}\nlogsource: {{product: aws, service: cloudtrail}}\ndetection: {{s: {{eventName: StopLogging}}, condition: s}}\nlevel: high\n"
    );
    write(folder.path(), "r/rule.yml", rule);
    write(folder.path(), "log.json", firing(1));
    let ran = run(folder.path(), ["replay", "log.json", "--rules", "r", "--findings", "f", "--no-keep"]).ends_with(0);
    is_harmless(&ran.stdout);
    is_harmless(&ran.stderr);
    assert!(ran.out().contains("FOUND   2 findings of 2 rules") && ran.out().contains("[2J"), "{}", ran.out());
    let kept = std::fs::read_to_string(folder.path().join("f")).unwrap();
    assert!(!kept.contains('\u{1b}') && kept.contains("\\u001b[2J"), "in a file it is escaped as JSON does");
}

#[test]
fn mistakes_in_rules() {
    let folder = tempfile::tempdir().unwrap();
    // Characters of several bytes before and within the mistake: the marks stand all the same.
    for (name, text) in [
        ("control", format!("title: {}\nlogsource: {{product: aws}}\nlevel: é{HOSTILE}\n", "é\u{85}".repeat(20))),
        ("quoted", format!("title: x\nlogsource: {{product: aws}}\ndetection:\n  s: {{\"{HOSTILE}|contain\": x}}\n  condition: s\n")),
        ("condition", format!("title: x\nlogsource: {{product: aws}}\ndetection:\n  s: {{a: b}}\n  condition: \"{HOSTILE} and\"\n")),
        ("tabs", "title: x\n\tlogsource: y\n".to_owned()),
        ("end", "title: 'é".to_owned()),
        ("nothing", "\u{feff}é".to_owned()),
    ] {
        write(folder.path(), &format!("rules/{name}.yml"), text);
    }
    write(folder.path(), &format!("rules/{HOSTILE}.yml"), "title: x\n");
    write(folder.path(), "log.json", record(1));
    let ran = run(folder.path(), ["replay", "log.json", "--rules", "rules"]).ends_with(2);
    is_harmless(&ran.stderr);
    assert!(ran.err().contains("mistakes in the rules"), "{}", ran.err());
    for name in ["control", "quoted", "condition", "tabs", "end", "nothing"] {
        assert!(ran.err().contains(&format!("rules/{name}.yml:")), "{name}: {}", ran.err());
    }
}

#[test]
fn names_of_files_and_arguments() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &format!("in/{HOSTILE}.json"), format!("{}\nno json\n", firing(1)));
    write(folder.path(), &format!("in/{HOSTILE}.gz"), "\u{1f}\u{8b}");
    let output = format!("{HOSTILE}.ndjson");
    let ran = run(folder.path(), ["replay", "in", "--findings", &output, "--rejects", "r", "--events", "e"]).ends_with(0);
    is_harmless(&ran.stdout);
    is_harmless(&ran.stderr);
    for name in [output.as_str(), "r", "e"] {
        let text = std::fs::read_to_string(folder.path().join(name)).unwrap();
        assert!(text.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()), "{name}");
        assert!(!text.contains('\u{1b}'), "{name}");
    }
    for args in [
        vec!["replay", HOSTILE],
        vec!["replay", "in", "--source", HOSTILE],
        vec!["replay", "in", "--fail-on", HOSTILE],
        vec!["replay", "in", "--from", HOSTILE],
        vec!["replay", "in", "--tz", HOSTILE],
        vec!["replay", "in", "--rules", HOSTILE],
        vec!["replay", "in", "--tuning", HOSTILE],
        vec!["replay", "in", "--workers", HOSTILE],
        vec!["replay", "in", HOSTILE, "--nonsense"],
        vec![HOSTILE],
    ] {
        let ran = run(folder.path(), &args).ends_with(2);
        is_harmless(&ran.stdout);
        is_harmless(&ran.stderr);
    }
    let missing = format!("no{HOSTILE}/f");
    is_harmless(&run(folder.path(), ["replay", "in", "--findings", &missing]).ends_with(4).stderr);
}

#[test]
fn what_stands_in_records() {
    let folder = tempfile::tempdir().unwrap();
    let agent = serde_json::to_string(HOSTILE).unwrap();
    let hostile = firing(1).replace("\"aws-cli/2.31.4\"", &agent).replace("\"dana\"", &agent);
    let unknown = format!("{{{agent}:{agent}}}\n{HOSTILE}\n");
    let input = format!("{hostile}\n{unknown}{}", firing(2).replace("2026-03-01T00:00:02Z", "\\u001b[2J"));
    for output in ["--findings", "--events", "--rejects", "--summary"] {
        let ran = run_with_input(folder.path(), ["replay", "-", output, "-", "--no-keep"], input.as_bytes()).ends_with(0);
        is_harmless(&ran.stderr);
        assert!(!ran.out().contains(['\u{1b}', '\u{7}']), "{}", ran.out());
    }
    let ran = run_with_input(folder.path(), ["replay", "-", "--no-keep"], input.as_bytes()).ends_with(0);
    is_harmless(&ran.stdout);
}
