//! A line a log source: what reading, mapping and detecting its records costs, beside yardstick 1 over the same bytes. Its samples and the
//! shared records of it, over and over, in objects of a hundred.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use event::LogSourceName;
use ingest::{Opener, Piece, Planned};
use normalize::{Normalizer, logsources};

use crate::Places;
use crate::measure::median;
use crate::table::{self, Bench};

/// Inflated bytes of one log source's archive.
const ARCHIVE_BYTES: usize = 60_000_000;
const RECORDS_AN_OBJECT: usize = 100;

/// SigmaHQ's folders of rules for a log source.
fn rules(source: &str) -> &'static [&'static str] {
    match source {
        "aws_cloudtrail" => &["rules/cloud/aws/cloudtrail"],
        "gcp_audit" => &["rules/cloud/gcp/audit"],
        "azure_activity" => &["rules/cloud/azure/activity_logs"],
        "entra_audit" => &["rules/cloud/azure/audit_logs"],
        "entra_signin" => &["rules/cloud/azure/signin_logs"],
        "entra_risk" => &["rules/cloud/azure/identity_protection", "rules/cloud/azure/privileged_identity_management"],
        "okta_system" => &["rules/identity/okta"],
        "google_workspace" => &["rules/cloud/gcp/gworkspace"],
        _ => &[],
    }
}

pub fn run(places: &Places, runs: usize) -> Result<(), String> {
    let bench = table::prepare(places, runs)?;
    let shared = places.root.join("../shared");
    let records = records(&places.root, &shared);
    println!("| log source | bytes a record | yardstick 1 | read and mapped | and detected | ratio (≤ 2.2 ×) |");
    println!("|---|---:|---:|---:|---:|---:|");
    for source in logsources::ALL {
        let Some(of_source) = records.get(&source.name) else { continue };
        let archive = places.target.join("bench/sources").join(source.name.0);
        let count = write(&archive, of_source).map_err(|error| format!("{}: {error}", archive.display()))?;
        println!("{}", line(&bench, source.name, &archive, count, &shared)?);
    }
    Ok(())
}

fn line(bench: &Bench, name: LogSourceName, archive: &Path, records: usize, shared: &Path) -> Result<String, String> {
    let path = archive.display().to_string();
    let folders: Vec<String> =
        rules(name.0).iter().map(|folder| shared.join("data/sigma_rules").join(folder).display().to_string()).collect();
    let plain = bench.counted(None);
    let with_rules: Vec<String> = folders.iter().flat_map(|folder| ["--rules".to_owned(), folder.clone()]).chain(plain.clone()).collect();
    let (mut limits, mut mapped, mut detected, mut ratios) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..bench.runs {
        let limit = bench.measured(&["limit", &path, "--runs", "3"])?;
        let number = |name: &str| limit[name].as_f64().unwrap_or_default();
        let limit_s = number("cpu_s") + number("read_cpu_s");
        let detected_s = bench.isobar(&path, &with_rules, &[])?.cpu_s;
        limits.push(limit_s);
        mapped.push(bench.isobar(&path, &plain, &[])?.cpu_s);
        ratios.push(detected_s / limit_s);
        detected.push(detected_s);
    }
    let ns = |times: Vec<f64>| median(times) * 1e9 / records as f64;
    let bytes = ARCHIVE_BYTES / records;
    Ok(format!("| `{name}` | {bytes} | {:.0} ns | {:.0} ns | {:.0} ns | {:.2} × |", ns(limits), ns(mapped), ns(detected), median(ratios)))
}

/// Samples and shared records of each log source, as they stand.
fn records(root: &Path, shared: &Path) -> BTreeMap<LogSourceName, Vec<Vec<u8>>> {
    let mut records: BTreeMap<LogSourceName, Vec<Vec<u8>>> = BTreeMap::new();
    let mut normalizer = Normalizer::new(logsources::ALL, &BTreeMap::new());
    for path in files(&root.join("normalize/logsources")).into_iter().chain(files(&shared.join("data"))) {
        let expected = path.parent().is_some_and(|folder| folder.ends_with("samples/ocsf"));
        if expected || path.to_string_lossy().contains("/ocsf/") {
            continue;
        }
        let bytes = std::fs::metadata(&path).map_or(0, |data| data.len());
        let planned = Planned { path: Some(path.clone()), name: path.display().to_string().into(), bytes };
        Opener::new(None, Arc::default()).open(&Piece { number: 0, files: vec![planned] }, &mut |raw| {
            for batch in normalizer.normalize(raw).batches {
                let of_source = records.entry(batch.log_source).or_default();
                let records = batch.spans.iter().map(|(start, end)| batch.arena[*start as usize..*end as usize].to_vec());
                // The yardstick stops at numbers beyond 64 bits and the like.
                of_source.extend(records.filter(|record| simd_json::to_tape(&mut record.clone()).is_ok()));
            }
        });
    }
    records
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { all.extend(files(&path)) } else { all.push(path) }
    }
    all.sort();
    all
}

/// Writes the archive; gives the number of its records.
fn write(folder: &Path, records: &[Vec<u8>]) -> std::io::Result<usize> {
    let _ = std::fs::remove_dir_all(folder);
    std::fs::create_dir_all(folder)?;
    let (mut bytes, mut count, mut object) = (0, 0, 0);
    let mut endless = records.iter().cycle();
    while bytes < ARCHIVE_BYTES {
        let some: Vec<&Vec<u8>> = endless.by_ref().take(RECORDS_AN_OBJECT).collect();
        let file = std::fs::File::create(folder.join(format!("{object:05}.json.gz")))?;
        let mut gzip = flate2::write::GzEncoder::new(file, flate2::Compression::default());
        gzip.write_all(b"{\"Records\":[")?;
        for (at, record) in some.iter().enumerate() {
            gzip.write_all(if at == 0 { b"" } else { b"," })?;
            gzip.write_all(record)?;
            bytes += record.len() + 1;
        }
        gzip.write_all(b"]}")?;
        gzip.finish()?;
        count += some.len();
        object += 1;
    }
    Ok(count)
}
