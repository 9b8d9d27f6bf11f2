//! What a replay says at its end: for a person, and the same under the same names as JSON.

use std::collections::BTreeMap;

use correlate::RuleSet;
use event::{Level, Reason, Tally};
use serde::Serialize;

use crate::commands::rules::{self, BlindRule};
use crate::terminal::{bytes, count, level, safe};
use crate::times::Zone;

#[derive(Serialize)]
pub struct Summary {
    pub version: &'static str,
    pub read: Read,
    pub found: Found,
    pub rules: Rules,
    pub blind: BlindSpots,
    pub same: String,
    pub seconds: f64,
}

/// `records` = `mapped` + `rejected` + the sum of `skipped`.
#[derive(Serialize)]
pub struct Read {
    pub files: u64,
    pub bytes: u64,
    pub records: u64,
    pub mapped: u64,
    pub rejected: u64,
    pub skipped: BTreeMap<&'static str, u64>,
    /// Rejects whose kind is known, by what they look like.
    pub not_read: BTreeMap<&'static str, u64>,
    pub adds_up: bool,
    pub sources: BTreeMap<&'static str, Source>,
    pub classes: BTreeMap<&'static str, u64>,
    pub reject_reasons: BTreeMap<&'static str, u64>,
    /// Files that are damaged as a whole, by kind.
    pub damaged_files: BTreeMap<&'static str, u64>,
    pub duplicate_keys: u64,
    pub copied_bytes: u64,
}

#[derive(Serialize)]
pub struct Source {
    pub records: u64,
    pub rejected: u64,
    pub from: Option<String>,
    pub to: Option<String>,
    pub reject_reasons: BTreeMap<&'static str, u64>,
    /// The longest time without an event.
    pub longest_gap_s: Option<i64>,
    /// How late 99 of 100 events were delivered at most, where the delivery has a time of its own.
    pub late_p99_s: Option<i64>,
    #[serde(skip)]
    span: (i64, i64),
}

/// What could not be seen: it is what makes one trust that nothing was found.
#[derive(Serialize, Default)]
pub struct BlindSpots {
    /// Rules that could not fire on these logs, by the reason that `isobar rules --blind` gives.
    pub rules: Vec<BlindRule>,
    /// Log sources with a gap out of the usual.
    pub silent: Vec<Silence>,
}

#[derive(Serialize)]
pub struct Silence {
    pub source: &'static str,
    pub from: String,
    pub to: String,
    #[serde(skip)]
    span: (i64, i64),
}

impl BlindSpots {
    pub fn new(set: &RuleSet, tally: &Tally) -> Self {
        let silent = tally.sources.iter().filter_map(|(name, source)| {
            let (from, gap) = source.seen.silence()?;
            let (start, end) = (event::time::rfc3339(from), event::time::rfc3339(from + gap));
            Some(Silence { source: name.0, from: start, to: end, span: (from, from + gap) })
        });
        Self { rules: rules::blind(set, Some(&rules::Seen { tally, fields: None })), silent: silent.collect() }
    }

    /// `61 of 306 rules could not fire: 19 need entra_risk, …`
    fn lines(&self, loaded: usize, zone: Zone) -> Vec<String> {
        let mut lines = Vec::new();
        if !self.rules.is_empty() {
            let of = |why: &str| self.rules.iter().filter(|rule| rule.why == why).count();
            let mut parts = Vec::new();
            let mut absent: BTreeMap<&str, usize> = BTreeMap::new();
            for rule in self.rules.iter().filter(|rule| rule.why == "log_source_not_in_input") {
                *absent.entry(rule.what.as_str()).or_default() += 1;
            }
            let mut absent: Vec<(&str, usize)> = absent.into_iter().collect();
            absent.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
            const NAMED: usize = 3;
            parts.extend(absent.iter().take(NAMED).map(|(what, rules)| format!("{rules}: {what}")));
            let others: usize = absent.iter().skip(NAMED).map(|(_, rules)| rules).sum();
            if others > 0 {
                parts.push(format!("{others}: other log sources are not there either"));
            }
            for (why, sentence) in [
                ("log_source_not_read", "their log source is not read"),
                ("value_never_possible", "they ask for a value that does not exist"),
            ] {
                if of(why) > 0 {
                    parts.push(format!("{}: {sentence}", of(why)));
                }
            }
            lines.push(format!("{} of {loaded} rules could not fire; isobar rules --blind names them", self.rules.len()));
            lines.extend(parts.into_iter().map(|part| format!("    {part}")));
        }
        for silence in &self.silent {
            lines.push(format!("{} silent {} → {}", silence.source, zone.show(silence.span.0), zone.show(silence.span.1)));
        }
        lines
    }
}

#[derive(Serialize, Default)]
pub struct Found {
    pub findings: u64,
    /// Findings of events that came more than once.
    pub repeats: u64,
    /// Findings whose last evidence lies outside of --from and --to.
    pub outside: u64,
    pub by_level: BTreeMap<&'static str, u64>,
    pub by_rule: Vec<ByRule>,
    /// Whether findings were written; else they were counted only.
    pub built: bool,
}

#[derive(Serialize, Clone)]
pub struct ByRule {
    pub id: String,
    pub title: String,
    #[serde(serialize_with = "word")]
    pub level: Level,
    pub findings: u64,
    pub first: String,
    #[serde(skip)]
    pub first_ms: i64,
}

fn word<S: serde::Serializer>(level: &Level, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(level.word())
}

#[derive(Serialize)]
pub struct Rules {
    pub loaded: usize,
    pub left_out: usize,
    /// Rules whose log source isobar does not read.
    pub not_read: usize,
    /// Rules that are asked about every event of their log source.
    pub not_indexed: usize,
    /// How many rules were asked, summed over all events.
    pub candidates: u64,
    pub notes: Vec<String>,
}

impl Read {
    pub fn new(files: u64, bytes: u64, tally: &Tally) -> Self {
        let sources = tally.sources.iter().map(|(name, source)| {
            let time = |at: i64| (source.records > 0).then(|| event::time::rfc3339(at));
            let of_summary = Source {
                records: source.records,
                rejected: source.rejected,
                from: time(source.first),
                to: time(source.last),
                reject_reasons: source.reasons.iter().map(|(reason, count)| (reason.code(), *count)).collect(),
                longest_gap_s: source.seen.longest_gap().map(|(_, gap)| gap / 1000),
                late_p99_s: source.lateness.per_mille_ms(990).map(|late| late / 1000),
                span: (source.first, source.last),
            };
            (name.0, of_summary)
        });
        Self {
            files,
            bytes,
            records: tally.records,
            mapped: tally.mapped,
            rejected: tally.rejected,
            skipped: tally.skipped.clone(),
            not_read: tally.not_read.clone(),
            adds_up: tally.adds_up(),
            sources: sources.collect(),
            classes: tally.classes.iter().map(|(class, count)| (class.name(), *count)).collect(),
            reject_reasons: tally.reasons.iter().map(|(reason, count)| (reason.code(), *count)).collect(),
            damaged_files: tally.damaged_files.iter().map(|(reason, count)| (reason.code(), *count)).collect(),
            duplicate_keys: tally.duplicate_keys,
            copied_bytes: tally.copied_bytes,
        }
    }
}

impl Rules {
    pub fn new(set: &RuleSet, left_out: usize, candidates: u64) -> Self {
        Self {
            loaded: set.rules.len(),
            left_out,
            not_read: set.rules.iter().filter(|rule| rule.applies.is_empty()).count(),
            not_indexed: set.rules.iter().filter(|rule| !rule.applies.is_empty() && !rule.indexed).count(),
            candidates,
            notes: set.rules.iter().flat_map(|rule| rule.notes.clone()).collect(),
        }
    }
}

/// `2 min`, `3 h 5 min`.
fn span_of(seconds: i64) -> String {
    match seconds {
        ..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        7200..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}

/// The lines for a person. `hint` is what to do next.
pub fn lines(summary: &Summary, zone: Zone, coloured: bool, hint: Option<&str>) -> String {
    let read = &summary.read;
    let mut out = String::new();
    let mut line = |text: String| {
        out.push_str(&text);
        out.push('\n');
    };
    let span = read.sources.values().filter(|s| s.records > 0).map(|s| s.span).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
    let span = span.map_or(String::new(), |(from, to)| format!("{} → {} · ", zone.show(from), zone.show(to)));
    let per_second = (read.records as f64 / summary.seconds.max(1e-6)) as u64;
    line(format!(
        "isobar  {span}{} records in {} files · {} · {:.1} s · {}/s",
        count(read.records),
        count(read.files),
        bytes(read.bytes),
        summary.seconds,
        count(per_second)
    ));
    let skipped: u64 = read.skipped.values().sum();
    let adds_up = if read.adds_up { "adds up" } else { "DOES NOT ADD UP: please report this" };
    line(format!(
        "READ    mapped {} + rejected {} + skipped {} = {}        {adds_up}",
        count(read.mapped),
        count(read.rejected),
        count(skipped),
        count(read.records)
    ));
    if !read.sources.is_empty() {
        line(format!(
            "        {:<22}{:>12}   {:<20}{:<20}{:>12}{:>10}{:>9}",
            "source", "records", "from", "to", "longest gap", "late p99", "rejects"
        ));
        for (name, source) in &read.sources {
            let time = |at: &Option<String>| at.as_deref().map_or("-".to_owned(), |at| at[..19].replace('T', " "));
            line(format!(
                "        {name:<22}{:>12}   {:<20}{:<20}{:>12}{:>10}{:>9}",
                count(source.records),
                time(&source.from),
                time(&source.to),
                source.longest_gap_s.map_or("-".to_owned(), span_of),
                source.late_p99_s.map_or("-".to_owned(), span_of),
                count(source.rejected)
            ));
        }
    }
    for reason in Reason::ALL {
        if let Some(records) = read.reject_reasons.get(reason.code()) {
            line(format!("        {:>8} rejected: {}", count(*records), reason.sentence()));
        }
        if let Some(files) = read.damaged_files.get(reason.code()) {
            let noun = if *files == 1 { "file" } else { "files" };
            line(format!("        {:>8} {noun} damaged: {}", count(*files), reason.sentence()));
        }
    }
    for (what, records) in &read.not_read {
        line(format!("        {:>8} not read: looks like {what}", count(*records)));
    }
    for (what, records) in &read.skipped {
        line(format!("        {:>8} skipped: {what}", count(*records)));
    }
    let found = &summary.found;
    let rules = found.by_rule.len();
    let mut text = match found.findings {
        0 => format!("FOUND   nothing; {} rules were asked", count(summary.rules.loaded as u64)),
        findings => format!("FOUND   {} findings of {rules} rules", count(findings)),
    };
    if found.repeats > 0 {
        text.push_str(&format!("     {} repeats counted once", count(found.repeats)));
    }
    if found.outside > 0 {
        text.push_str(&format!("     {} outside of the time asked for", count(found.outside)));
    }
    line(text);
    const SHOWN: usize = 20;
    for rule in found.by_rule.iter().take(SHOWN) {
        line(format!(
            "        {:>8}  {} {}   first {}",
            count(rule.findings),
            level(rule.level, coloured),
            safe(&rule.title),
            zone.show(rule.first_ms)
        ));
    }
    if rules > SHOWN {
        line(format!("        + {} more rules", rules - SHOWN));
    }
    for (at, text) in summary.blind.lines(summary.rules.loaded, zone).into_iter().enumerate() {
        line(format!("{:<8}{text}", if at == 0 { "BLIND" } else { "" }));
    }
    line(format!("SAME    finding set {} · any order and any number of workers gives this number", summary.same));
    if let Some(hint) = hint {
        line(format!("NEXT    {hint}"));
    }
    out
}
