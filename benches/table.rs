//! The table of ratios. Every row is measured in turn with its yardstick, run by run, so that a machine that slows down slows down both.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::Places;
use crate::measure::{self, Cost, median};

pub struct Bench<'a> {
    places: &'a Places,
    yardstick: PathBuf,
    rules: PathBuf,
    folder: PathBuf,
    pub runs: usize,
}

pub fn run(places: &Places, runs: usize) -> Result<(), String> {
    let bench = prepare(places, runs)?;
    println!("| what | small objects | big objects | target |");
    println!("|---|---:|---:|---|");
    let mut row_a = Vec::new();
    for (archive, target) in [("ct_small", "1.8"), ("ct_big", "2.1")] {
        row_a.push((bench.against_limit(archive, &bench.a(), &[])?, target));
    }
    println!(
        "| A: 57 rules, findings to a file, against yardstick 1 | {:.2} × ({:.0} ns) | {:.2} × ({:.0} ns) | ≤ 1.8 ×, ≤ 2.1 × |",
        row_a[0].0.0, row_a[0].0.1, row_a[1].0.0, row_a[1].0.1
    );
    let mut row_b = Vec::new();
    for archive in ["ct_small", "ct_big"] {
        let events = bench.folder.join("events.ndjson").display().to_string();
        row_b.push(bench.against_limit(archive, &bench.a(), &["--events", &events])?);
    }
    println!(
        "| B: A and all events as NDJSON | A + {:.2} × | A + {:.2} × | ≤ A + 1.5 × |",
        row_b[0].0 - row_a[0].0.0,
        row_b[1].0 - row_a[1].0.0
    );
    for (name, copies, target) in [("57 rules", 1, "≥ 1.8 ×"), ("513 rules, counted", 9, "≥ 3 ×")] {
        let (ratio, same) = bench.against_rsigma(copies)?;
        println!("| yardstick 2 (rsigma-eval) against A, {name} | {ratio:.2} × faster, {same} | | {target}, the same matches |");
    }
    let small = bench.costs_of_rules("ct_small")?;
    let big = bench.costs_of_rules("ct_big")?;
    for (n, (name, target)) in [("57", "-"), ("489 renamed", "≤ 250 ns"), ("513 copies, all candidates", "≤ 900 ns")].iter().enumerate()
    {
        println!("| from no rules to {name}, counted | {:.0} ns a record | {:.0} ns a record | {target} |", small[n], big[n]);
    }
    let speed: Vec<f64> = ["ct_small", "ct_big"].iter().map(|archive| bench.two_workers(archive)).collect::<Result<_, _>>()?;
    println!("| two workers against one, wall time of A | {:.2} × | {:.2} × | ≥ 1.6 × |", speed[0], speed[1]);
    Ok(())
}

/// Peak memory over 2 GB of gzip: the small and the big archive, as often as it takes, under other names.
pub fn memory(places: &Places) -> Result<(), String> {
    let bench = prepare(places, 1)?;
    for (archive, times) in [("ct_small", 45), ("ct_big", 68)] {
        let many = bench.folder.join(format!("{archive}_many"));
        if !many.exists() {
            for n in 0..times {
                copy_by_link(&bench.folder.join(archive), &many.join(n.to_string()))?;
            }
        }
        for workers in ["1", "2"] {
            let mut arguments = bench.a();
            *arguments.last_mut().expect("the number of workers") = workers.to_owned();
            let cost = bench.isobar(&many.display().to_string(), &arguments, &[])?;
            println!(
                "{archive} × {times}, {workers} worker(s): peak {:.0} MB, {:.1} s wall, {:.1} s CPU",
                cost.peak_bytes as f64 / 1e6,
                cost.wall_s,
                cost.cpu_s
            );
        }
    }
    Ok(())
}

fn copy_by_link(from: &Path, to: &Path) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: {error}", to.display());
    std::fs::create_dir_all(to).map_err(failed)?;
    for entry in std::fs::read_dir(from).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_by_link(&entry.path(), &target)?;
        } else {
            std::fs::hard_link(entry.path(), &target).map_err(failed)?;
        }
    }
    Ok(())
}

/// Builds the yardstick and its archives, once.
pub fn prepare(places: &Places, runs: usize) -> Result<Bench<'_>, String> {
    let shared = places.root.join("../shared");
    let rules = shared.join("data/sigma_rules/rules/cloud/aws/cloudtrail");
    if !rules.exists() {
        return Err("the table wants ../shared with its yardstick, logs and rules".to_owned());
    }
    let target = places.target.join("yardstick");
    let built = Command::new("cargo")
        .args(["build", "--release", "--quiet", "--manifest-path"])
        .arg(shared.join("tools/yardstick/Cargo.toml"))
        .env("CARGO_TARGET_DIR", &target)
        .status()
        .map_err(|error| error.to_string())?;
    if !built.success() {
        return Err("the yardstick does not build".to_owned());
    }
    let folder = places.target.join("bench");
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let bench = Bench { places, yardstick: target.join("release/yardstick"), rules, folder, runs };
    for (archive, arguments) in [("ct_small", ["--seed", "1"].as_slice()), ("ct_big", &["--seed", "2", "--big"])] {
        if !bench.folder.join(archive).exists() {
            let to = bench.folder.join(archive).display().to_string();
            bench.measured(&["gen", &to, "--mb", "200"].iter().chain(arguments).copied().collect::<Vec<_>>())?;
        }
    }
    for (name, extra) in [("rules_513", [].as_slice()), ("rules_489", &["--renamed"])] {
        let to = bench.folder.join(name);
        if !to.exists() {
            let script = shared.join("tools/multiply_rules.py");
            let made = Command::new("python3").arg(script).arg(&bench.rules).arg(&to).args(["--copies", "9"]).args(extra).output();
            let made = made.map_err(|error| format!("cannot run python3: {error}"))?;
            if !made.status.success() {
                return Err(String::from_utf8_lossy(&made.stderr).into_owned());
            }
        }
    }
    Ok(bench)
}

impl Bench<'_> {
    /// The options of A: the 57 rules, findings to a file, one worker. The number of workers comes last.
    fn a(&self) -> Vec<String> {
        let findings = self.folder.join("findings.ndjson").display().to_string();
        let mut all = self.counted(Some(&self.rules));
        all.splice(0..0, ["--findings".to_owned(), findings]);
        all
    }

    /// Rules, and nothing written.
    pub fn counted(&self, rules: Option<&Path>) -> Vec<String> {
        let mut all: Vec<String> = ["--no-builtin-rules", "--no-keep", "-q"].map(str::to_owned).to_vec();
        if let Some(rules) = rules {
            all.extend(["--rules".to_owned(), rules.display().to_string()]);
        }
        all.extend(["--workers".to_owned(), "1".to_owned()]);
        all
    }

    pub fn isobar(&self, archive: &str, options: &[String], more: &[&str]) -> Result<Cost, String> {
        let mut arguments = vec!["replay", archive];
        arguments.extend(more);
        arguments.extend(options.iter().map(String::as_str));
        measure::run(&self.places.isobar, &arguments)
    }

    /// What the yardstick prints.
    pub fn measured(&self, arguments: &[&str]) -> Result<Value, String> {
        let out = Command::new(&self.yardstick).args(arguments).output().map_err(|error| error.to_string())?;
        let text = String::from_utf8_lossy(&out.stdout);
        let line = text.lines().last().unwrap_or("null");
        if !out.status.success() {
            return Err(format!("yardstick {arguments:?}: {}", String::from_utf8_lossy(&out.stderr)));
        }
        serde_json::from_str(line).map_err(|error| format!("yardstick {arguments:?}: {error}: {line}"))
    }

    fn path(&self, archive: &str) -> String {
        self.folder.join(archive).display().to_string()
    }

    /// How often the CPU time of yardstick 1, and ns a record.
    fn against_limit(&self, archive: &str, options: &[String], more: &[&str]) -> Result<(f64, f64), String> {
        let path = self.path(archive);
        let (mut ratios, mut times) = (Vec::new(), Vec::new());
        for _ in 0..self.runs {
            let limit = self.measured(&["limit", &path, "--runs", "3"])?;
            let number = |name: &str| limit[name].as_f64().unwrap_or_default();
            let cost = self.isobar(&path, options, more)?;
            ratios.push(cost.cpu_s / (number("cpu_s") + number("read_cpu_s")));
            times.push(cost.cpu_s * 1e9 / number("records"));
        }
        Ok((median(ratios), median(times)))
    }

    /// How much longer rsigma-eval takes, and whether both match the same number of events, rule by rule.
    fn against_rsigma(&self, copies: usize) -> Result<(f64, String), String> {
        let path = self.path("ct_small");
        let (rules, options) = if copies == 1 {
            (self.rules.clone(), self.a())
        } else {
            let rules = self.folder.join("rules_513");
            let options = self.counted(Some(&rules));
            (rules, options)
        };
        let matches = self.folder.join("matches.json").display().to_string();
        let copies = copies.to_string();
        let base = self.rules.display().to_string();
        let mut ratios = Vec::new();
        let mut same = String::new();
        for _ in 0..self.runs.min(3) {
            let theirs = self.measured(&["rsigma", &base, &path, "--copies", &copies, "--runs", "1", "--out", &matches])?;
            let number = |name: &str| theirs[name].as_f64().unwrap_or_default();
            let cost = self.isobar(&path, &options, &[])?;
            let all = number("read_cpu_s") + number("inflate_cpu_s") + number("parse_cpu_s") + number("eval_cpu_s");
            ratios.push(all / cost.cpu_s);
        }
        if copies == "1" {
            let summary = self.folder.join("summary.json").display().to_string();
            self.isobar(&path, &self.counted(Some(&rules)), &["--summary", &summary])?;
            same = compare(&matches, &summary)?;
        }
        Ok((median(ratios), same))
    }

    /// ns a record from no rules to 57, 489 and 513.
    fn costs_of_rules(&self, archive: &str) -> Result<[f64; 3], String> {
        let path = self.path(archive);
        let sets = [None, Some(self.rules.clone()), Some(self.folder.join("rules_489")), Some(self.folder.join("rules_513"))];
        let mut times = vec![Vec::new(); sets.len()];
        for _ in 0..self.runs {
            for (set, times) in sets.iter().zip(&mut times) {
                times.push(self.isobar(&path, &self.counted(set.as_deref()), &[])?.cpu_s);
            }
        }
        let records = self.measured(&["inflate", &path, "--runs", "1"])?;
        let records = records["records"].as_f64().filter(|n| *n > 0.0).unwrap_or(142_400.0);
        let median: Vec<f64> = times.into_iter().map(median).collect();
        Ok([1, 2, 3].map(|n| (median[n] - median[0]) * 1e9 / records))
    }

    fn two_workers(&self, archive: &str) -> Result<f64, String> {
        let path = self.path(archive);
        let one = self.a();
        let mut two = one.clone();
        *two.last_mut().expect("the number of workers") = "2".to_owned();
        let mut ratios = Vec::new();
        for _ in 0..self.runs {
            ratios.push(self.isobar(&path, &one, &[])?.wall_s / self.isobar(&path, &two, &[])?.wall_s);
        }
        Ok(median(ratios))
    }
}

/// Counts by rule, theirs and ours. Events of the generated archive are unique, so findings are matches.
fn compare(matches: &str, summary: &str) -> Result<String, String> {
    let read = |path: &str| -> Result<Value, String> {
        let text = std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
        serde_json::from_str(&text).map_err(|error| format!("{path}: {error}"))
    };
    let theirs = read(matches)?;
    let ours = read(summary)?;
    let mut differences = Vec::new();
    let mut equal = 0;
    let count_of = |id: &str| {
        let rules = ours["found"]["by_rule"].as_array();
        rules.and_then(|rules| rules.iter().find(|rule| rule["id"] == id)).and_then(|rule| rule["findings"].as_u64()).unwrap_or(0)
    };
    for (id, count) in theirs.as_object().into_iter().flatten() {
        let count = count.as_u64().unwrap_or_default();
        if count == count_of(id) {
            equal += 1;
        } else {
            differences.push(format!("{}: {} of theirs, {} of ours", &id[..id.len().min(8)], count, count_of(id)));
        }
    }
    let known = theirs.as_object().map_or(0, serde_json::Map::len);
    for rule in ours["found"]["by_rule"].as_array().into_iter().flatten() {
        let id = rule["id"].as_str().unwrap_or_default();
        if theirs.get(id).is_none() {
            differences.push(format!("{}: only ours", &id[..id.len().min(8)]));
        }
    }
    Ok(if differences.is_empty() {
        format!("{equal} of {known} rules match alike")
    } else {
        format!("{equal} rules match alike, but {}", differences.join("; "))
    })
}
