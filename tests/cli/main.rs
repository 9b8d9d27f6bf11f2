//! The program from the outside: arguments in; files, lines and an exit code out.

mod damaged;
mod exit_codes;
mod hostile;
mod kept;
mod mistakes;
mod outputs;
mod quality;
mod rules;

use std::path::Path;

use tests::program::{run, samples};
use tests::reading::record;

/// The six rules, and what the shipped samples hold for each.
const SAMPLE_FINDINGS: [(&str, u64); 6] = [
    ("AWS audit trail stopped, deleted or narrowed", 1),
    ("AWS SAML identity provider created, changed or deleted", 1),
    ("Amazon Bedrock model invocation logging turned off", 1),
    ("AWS GPU or accelerator instance launched", 1),
    ("Amazon Bedrock guardrail deleted or changed", 1),
    ("AWS role session of more than one hour", 2),
];

/// A record that the rule log-01 fires on.
fn firing(number: usize) -> String {
    record(number).replace("ec2.amazonaws.com", "cloudtrail.amazonaws.com").replace("DescribeRegions", "StopLogging")
}

/// The records as lines, every tenth of which fires.
fn lines(count: usize) -> String {
    lines_of(0..count)
}

fn lines_of(numbers: std::ops::Range<usize>) -> String {
    numbers.map(|n| if n % 10 == 3 { firing(n) } else { record(n) } + "\n").collect()
}

fn write(folder: &Path, name: &str, bytes: impl AsRef<[u8]>) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
}

/// Names of what lies in a folder.
fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn the_samples_give_findings_of_all_six_rules_and_a_summary_that_adds_up() {
    let folder = tempfile::tempdir().unwrap();
    let samples = samples();
    let ran = run(folder.path(), ["replay", samples.to_str().unwrap(), "--findings", "f.ndjson", "--summary", "s.json"]).ends_with(0);
    assert!(ran.out().contains("adds up") && ran.out().contains("FOUND   7 findings of 6 rules"), "{}", ran.out());

    let summary = tests::program::summary(&folder.path().join("s.json"));
    let read = &summary["read"];
    let skipped: u64 = read["skipped"].as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum();
    let number = |name: &str| read[name].as_u64().unwrap();
    assert_eq!(number("mapped") + number("rejected") + skipped, number("records"));
    assert!(number("records") > 100 && read["adds_up"] == true);
    let classes: u64 = read["classes"].as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum();
    assert_eq!(classes, number("mapped"));

    let mut found: Vec<(&str, u64)> = summary["found"]["by_rule"]
        .as_array()
        .unwrap()
        .iter()
        .map(|rule| (rule["title"].as_str().unwrap(), rule["findings"].as_u64().unwrap()))
        .collect();
    let mut expected = SAMPLE_FINDINGS.to_vec();
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
    let lines = std::fs::read_to_string(folder.path().join("f.ndjson")).unwrap();
    assert_eq!(lines.lines().count() as u64, summary["found"]["findings"].as_u64().unwrap());
    assert_eq!(summary["rules"]["loaded"], 6);
    assert!(summary["rules"]["notes"].as_array().unwrap().is_empty());
}

#[test]
fn help_names_the_exit_codes_and_an_example() {
    let folder = tempfile::tempdir().unwrap();
    let help = run(folder.path(), ["replay", "--help"]).ends_with(0).out();
    for word in ["Exit codes: 0 done", "zcat logs/*.gz | isobar replay -", "--keep-going", "--strict"] {
        assert!(help.contains(word), "{word} in {help}");
    }
}
