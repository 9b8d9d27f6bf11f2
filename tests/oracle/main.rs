//! What others say of our output: two validators of OCSF events, a count in another language, published pairs of raw and mapped records,
//! and a table of what real records fill.

mod fill;
mod pairs;
mod sheets;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use correlate::{Correlator, Detector};
use event::{Normalized, Reason, Statement, Tally, Wanted};
use forward::findings::Encoder;
use forward::{events, rejects};
use normalize::Normalizer;
use normalize::logsources::ALL;
use serde_json::Value;

/// The folders of shared records.
const FOLDERS: [&str; 11] = [
    "aws_cloudtrail",
    "aws_guardduty",
    "azure_activity",
    "entra",
    "gcp_audit",
    "google_workspace",
    "okta",
    "ai_usage",
    "envelopes",
    "kubernetes_audit",
    "m365_audit",
];

/// Every shared file of records. Google's catalogue of services lies among them, and is none.
fn logs(shared: &Path) -> Vec<PathBuf> {
    let files = FOLDERS.iter().flat_map(|folder| tests::files_under(&shared.join("data").join(folder)));
    files.filter(|file| !file.ends_with("service_catalog.json.gz")).collect()
}

fn scratch(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name)
}

fn create(name: &str) -> BufWriter<File> {
    BufWriter::new(File::create(scratch(name)).expect("the target folder can be written"))
}

/// Events, rejects and findings of all shared records.
#[test]
fn what_real_records_become_is_valid() {
    let test = "what_real_records_become_is_valid";
    let shared = tests::shared_or_skip!(test);
    if !tests::is_there("python3", "--version") {
        return tests::skipped(test, "python3 is not here");
    }
    let of_sigma_hq = ["rules", "rules-emerging-threats", "rules-threat-hunting"];
    let of_sigma_hq = of_sigma_hq.map(|name| shared.join("data/sigma_rules").join(name));
    let folders = [&[tests::root().join("rules")], &of_sigma_hq[..]].concat();
    let (set, mistakes) = tests::compile(&tests::rule_files(&folders));
    assert!(mistakes.is_empty(), "{mistakes:?}");
    let wanted = ALL.iter().map(|source| (source.name, Wanted { all_columns: true, ..set.wanted(source.name) })).collect();
    let (mut normalizer, mut reader) = (Normalizer::new(ALL, &wanted), Normalizer::new(ALL, &wanted));
    let mut detector = Detector::new(&set);
    let (mut correlator, encoder) = (Correlator::default(), Encoder::new(&set.cards()));
    let names = ["events.ndjson", "rejects.ndjson", "findings.ndjson"];
    let mut files = names.map(create);
    let mut counts = [0; 3];
    for path in logs(&shared) {
        tests::read_file(&path, "a file", &mut normalizer, &mut |normalized| {
            let mut out: [Vec<u8>; 3] = Default::default();
            for batch in &normalized.batches {
                events::write(&batch.rows, &mut out[0]);
                counts[0] += batch.len();
                let mut found = detector.detect(batch);
                found.show(|row| reader.evidence(batch, row));
                for statement in correlator.observe(found) {
                    let Statement::Create(finding) = statement else { panic!("a rule about single events only creates") };
                    encoder.write(&finding, encoder.uid(&finding), &mut out[2]);
                    out[2].push(b'\n');
                    counts[2] += 1;
                }
            }
            for reject in &normalized.rejects {
                rejects::write(reject, &mut out[1]);
                counts[1] += 1;
            }
            for (file, out) in files.iter_mut().zip(&out) {
                file.write_all(out).expect("the target folder can be written");
            }
        });
    }
    for file in &mut files {
        file.flush().expect("the target folder can be written");
    }
    println!("{} events, {} rejects, {} findings of {} rules", counts[0], counts[1], counts[2], set.rules.len());
    assert!(counts[0] > 20_000 && counts[1] > 0 && counts[2] > 100, "{counts:?}");
    for name in names {
        // A reject has no time of its own, and stands at 0.
        let accepted: &[&str] = if name == "rejects.ndjson" { &["--ignore", "timestamp_suspicious"] } else { &[] };
        match tests::ocsf_validate(&shared, &[scratch(name)], &[accepted, &["--warnings-as-errors"]].concat()) {
            Ok(said) => println!("{name}: {said}"),
            Err(said) => panic!("{name}: {said}"),
        }
    }
}

/// The validator of OCSF's own people, where it can be had; it is not part of anything that we ship.
#[test]
fn the_standards_own_validator_agrees() {
    let test = "the_standards_own_validator_agrees";
    let shared = tests::shared_or_skip!(test);
    if !tests::is_there("go", "version") {
        return tests::skipped(test, "go is not here");
    }
    let toolkit = scratch("go/ocsf-toolkit");
    if !toolkit.is_file() {
        let mut install = Command::new("go");
        install.args(["install", "github.com/ocsf/ocsf-toolkit/cmd/ocsf-toolkit@latest"]).env("GOBIN", scratch("go"));
        if let Err(said) = tests::run(&mut install, Duration::from_secs(240)) {
            return tests::skipped(
                test,
                &format!("ocsf-toolkit cannot be installed: {}", said.split_whitespace().collect::<Vec<_>>().join(" ")),
            );
        }
    }
    let schema = scratch("schema-1.8.0.json");
    std::fs::write(&schema, pairs::inflated(&shared.join("data/ocsf/schema-1.8.0.compiled.json.gz")))
        .expect("the target folder can be written");
    let folder = scratch("golden-events");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("the target folder can be written");
    let golden = tests::files_under(&tests::root().join("normalize/logsources"));
    for (file, path) in golden.iter().filter(|path| path.parent().is_some_and(|parent| parent.ends_with("samples/ocsf"))).enumerate() {
        for (line, event) in tests::text(path).lines().enumerate() {
            std::fs::write(folder.join(format!("{file}-{line}.json")), event).expect("the target folder can be written");
        }
    }
    let mut validate = Command::new(&toolkit);
    validate.arg("--schema").arg(&schema).arg("--events-dir").arg(&folder).args(["--validate", "--fail-on-validation-errors"]);
    if let Err(said) = tests::run(&mut validate, Duration::from_secs(240)) {
        panic!("{said}");
    }
}

/// `count.py` shares no code with us: another language, the plainest reading there is.
#[test]
fn a_second_opinion_counts_the_same_records() {
    let test = "a_second_opinion_counts_the_same_records";
    let shared = tests::shared_or_skip!(test);
    if !tests::is_there("python3", "--version") {
        return tests::skipped(test, "python3 is not here");
    }
    let mut count = Command::new("python3");
    count.arg(tests::root().join("tests/second_opinion/count.py")).args(logs(&shared));
    let said = tests::run(&mut count, Duration::from_secs(300)).unwrap_or_else(|said| panic!("{said}"));
    let theirs = said.lines().map(|line| serde_json::from_str::<Value>(line).expect("count.py writes JSON"));
    let theirs: BTreeMap<String, Value> = theirs.filter_map(|line| Some((line["path"].as_str()?.to_owned(), line.clone()))).collect();
    let files = logs(&shared);
    assert_eq!(files.len(), theirs.len());
    let mut normalizer = tests::normalizer(&Default::default());
    let mut wrong = Vec::new();
    let mut all = Tally::default();
    for path in &files {
        let mut read = 0;
        let mut reasons: BTreeMap<Reason, u64> = BTreeMap::new();
        tests::read_file(path, "a file", &mut normalizer, &mut |Normalized { rejects, tally, .. }| {
            assert!(tally.adds_up(), "{}: {tally:?}", path.display());
            read += tally.records;
            all.add(&tally);
            for reject in rejects {
                *reasons.entry(reject.reason).or_default() += 1;
            }
        });
        let theirs = &theirs[&path.display().to_string()];
        let number = |name: &str| theirs[name].as_u64().expect("count.py writes numbers");
        // What count.py could not read is a record that we rejected, or a file that is no log.
        let damaged: u64 = reasons.iter().filter(|(reason, _)| matches!(reason, Reason::NotJson | Reason::NotUtf8)).map(|(_, n)| n).sum();
        let no_logs: u64 = reasons.iter().filter(|(reason, _)| reason.is_of_file()).map(|(_, n)| n).sum();
        let same = read - damaged == number("records") && damaged + no_logs == number("damaged");
        if !same {
            wrong.push(format!("{}: we {read} ({reasons:?}), count.py {theirs}", path.display()));
        }
    }
    let Tally { records, mapped, reasons, damaged_files, skipped, not_read, .. } = &all;
    println!(
        "{records} records in {} files: {mapped} mapped, skipped {skipped:?}, rejected {reasons:?}, not read {not_read:?}",
        files.len()
    );
    println!("files: {damaged_files:?}");
    let sources: BTreeMap<_, _> = all.sources.iter().map(|(name, source)| (name.0, source.records)).collect();
    println!("{sources:?}");
    // Of OneLogin there are no shared records: its samples are all there is.
    let without: Vec<&str> = ALL.iter().map(|source| source.name.0).filter(|name| !sources.contains_key(name)).collect();
    assert_eq!(without, ["onelogin"], "every other log source has records");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
