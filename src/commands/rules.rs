//! `isobar rules`: which rules are loaded and what each reads; which can never fire; what each costs on logs of one's own.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use clap::Parser;
use correlate::compile::FieldRef;
use correlate::compile::blind::Blind;
use correlate::{Rule, RuleSet};
use event::{EventBatch, LogSourceName, RuleIndex, Tally};
use ingest::Files;
use normalize::logsources;
use serde::Serialize;

use crate::{Failure, pipeline, rules, terminal};

#[derive(Parser)]
#[command(after_help = "Examples:
  isobar rules                                  isobar's own rules, and where each field is read from
  isobar rules --rules sigma/ --blind           rules that can never fire, and why
  isobar rules --rules sigma/ --blind logs/     the same for these logs: log sources and fields that are not in them
  isobar rules --rules sigma/ --cost logs/      candidates, matches and time of each rule, dearest first")]
pub struct Args {
    /// Logs to look at: files, folders, patterns, or - for standard input
    #[arg(value_name = "PATH")]
    paths: Vec<String>,
    /// More rules: a Sigma file or a folder of them (repeatable)
    #[arg(long, value_name = "DIR|FILE")]
    rules: Vec<String>,
    /// Leave isobar's own rules out
    #[arg(long)]
    no_builtin_rules: bool,
    /// Folder with lists/NAME.txt for `|expand`
    #[arg(long, value_name = "DIR")]
    tuning: Option<String>,
    /// Name bad rules and leave them out, instead of stopping
    #[arg(long)]
    keep_going: bool,
    /// Rules that can never fire here, and why
    #[arg(long)]
    blind: bool,
    /// What each rule costs on the logs at PATH, dearest first
    #[arg(long, requires = "paths", conflicts_with = "blind")]
    cost: bool,
    /// JSON instead of a table
    #[arg(long)]
    json: bool,
}

pub fn run(args: &Args) -> Result<(), Failure> {
    let files = rules::files(&args.rules, !args.no_builtin_rules)?;
    let (set, _) = rules::compile(&files, &rules::lists(args.tuning.as_deref())?, args.keep_going)?;
    let text = match () {
        () if args.cost => costs(&set, &args.paths)?.show(args.json),
        () if args.blind => {
            let mut fields = Fields::default();
            let tally = match args.paths.is_empty() {
                true => None,
                false => Some(read(&set, &args.paths, &mut |batch, columns| fields.add(batch, columns))?),
            };
            let seen = tally.as_ref().map(|tally| Seen { tally, fields: Some(&fields) });
            show_blind(&set, &blind(&set, seen.as_ref()), args.json)
        }
        () if !args.paths.is_empty() => {
            return Err(Failure::Usage("logs were named, but not what to do with them: --blind or --cost".into()));
        }
        () => list(&set, args.json),
    };
    use std::io::Write;
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(Failure::World(format!("cannot write: {error}"))),
        _ => Ok(()),
    }
}

/// What some logs hold, as far as rules ask for it.
pub struct Seen<'a> {
    pub tally: &'a Tally,
    /// What some record had of what rules ask for; none where nobody looked.
    pub fields: Option<&'a Fields>,
}

/// Raw paths and OCSF columns that some record had, for each log source.
#[derive(Default)]
pub struct Fields(BTreeMap<LogSourceName, BTreeSet<String>>);

impl Fields {
    /// Notes which fields a batch has.
    fn add(&mut self, batch: &EventBatch, columns: &BTreeSet<String>) {
        let fields = self.0.entry(batch.log_source).or_default();
        for (name, asked) in batch.asked.iter().zip(&batch.answers) {
            let Some(asked) = asked else { continue };
            if !fields.contains(&**name) && (0..batch.len()).any(|row| asked.values(row).next().is_some()) {
                fields.insert(name.to_string());
            }
        }
        for path in columns {
            let name = FieldRef::Column(path.clone()).to_string();
            let list = path.split("[]").next().unwrap_or_default();
            if !fields.contains(&name) && batch.column(list).is_some_and(|array| array.null_count() < array.len()) {
                fields.insert(name);
            }
        }
    }

    fn has(&self, source: LogSourceName, field: &FieldRef) -> bool {
        let Some(fields) = self.0.get(&source) else { return false };
        match field {
            FieldRef::Raw(paths) => paths.iter().any(|path| fields.contains(path)),
            FieldRef::Column(_) => fields.contains(&field.to_string()),
            FieldRef::Record => true,
        }
    }
}

/// Calls `each` for every batch of some logs, with the columns that rules want of it.
fn read(set: &RuleSet, paths: &[String], each: &mut dyn FnMut(&EventBatch, &BTreeSet<String>)) -> Result<Tally, Failure> {
    let plan = Files::plan(paths).map_err(|error| Failure::Usage(error.to_string()))?;
    let wanted = logsources::ALL.iter().map(|source| (source.name, set.wanted(source.name).of_every_record())).collect();
    let mut tally = Tally::default();
    pipeline::read(plan, &wanted, &Arc::new(AtomicU64::new(0)), &mut |normalized| {
        normalized.batches.iter().for_each(|batch| each(batch, &wanted[&batch.log_source].columns));
        tally.add(&normalized.tally);
    });
    Ok(tally)
}

/// A rule that can never fire, and why.
#[derive(Serialize)]
pub struct BlindRule {
    pub id: String,
    pub title: String,
    pub file: String,
    /// `log_source_not_read`, `log_source_not_in_input`, `field_never_seen`, `value_never_possible`.
    pub why: &'static str,
    pub what: String,
    /// The nearest value that there is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nearest: Option<String>,
}

/// The rules that cannot fire: on any logs, or on those that were seen.
pub fn blind(set: &RuleSet, seen: Option<&Seen>) -> Vec<BlindRule> {
    let mut blind = Vec::new();
    for (number, rule) in set.rules.iter().enumerate() {
        let number = number as RuleIndex;
        let mut note = |why, what: String, nearest| {
            let (id, title, file) = (rule.card.id.clone(), rule.card.title.clone(), rule.file.to_string());
            blind.push(BlindRule { id, title, file, why, what, nearest });
        };
        if rule.applies.is_empty() {
            note("log_source_not_read", format!("no log source that is read is {}", rule.log_source), None);
            continue;
        }
        let of_tally = |name: &LogSourceName| seen.is_none_or(|seen| seen.tally.sources.get(name).is_some_and(|source| source.records > 0));
        let present: Vec<LogSourceName> = rule.applies.iter().copied().filter(of_tally).collect();
        if present.is_empty() {
            let names: Vec<&str> = rule.applies.iter().map(|name| name.0).collect();
            note("log_source_not_in_input", format!("there are no records of {}", names.join(" or ")), None);
            continue;
        }
        let reasons: Vec<Option<Blind>> = present.iter().map(|name| reason(set, number, *name, seen)).collect();
        if let Some(all) = reasons.into_iter().collect::<Option<Vec<Blind>>>() {
            match all.into_iter().next().expect("it applies to a log source") {
                Blind::Fields(fields) => note("field_never_seen", fields.join("; "), None),
                Blind::Operations(texts, nearest) => note("value_never_possible", texts.join("; "), nearest),
            }
        }
    }
    blind
}

fn reason(set: &RuleSet, rule: RuleIndex, name: LogSourceName, seen: Option<&Seen>) -> Option<Blind> {
    let source = logsources::named(name.0).expect("rules apply to log sources that there are");
    let operations: Vec<&str> = source.operations.lines().collect();
    let fields = seen.and_then(|seen| seen.fields);
    let unseen = |field: &FieldRef| fields.is_some_and(|fields| !fields.has(name, field));
    set.blind(rule, name, source.operation, &operations, &unseen)
}

fn show_blind(set: &RuleSet, blind: &[BlindRule], json: bool) -> String {
    if json {
        return serde_json::to_string_pretty(blind).expect("plain data") + "\n";
    }
    let mut out = format!("BLIND   {} of {} rules can never fire\n", blind.len(), set.rules.len());
    for (why, sentence) in [
        ("log_source_not_read", "isobar does not read their log source"),
        ("log_source_not_in_input", "their log source is not in these logs"),
        ("field_never_seen", "a field that they need was in no record"),
        ("value_never_possible", "a value that they need does not exist"),
    ] {
        let rules: Vec<&BlindRule> = blind.iter().filter(|rule| rule.why == why).collect();
        if rules.is_empty() {
            continue;
        }
        out.push_str(&format!("\n{}: {sentence}\n", rules.len()));
        for rule in rules {
            let nearest =
                rule.nearest.as_ref().map_or(String::new(), |nearest| format!("; the nearest there is: {}", terminal::safe(nearest)));
            out.push_str(&format!("  {}\n      {}{nearest}\n", terminal::safe(&rule.title), terminal::safe(&rule.what)));
        }
    }
    out
}

#[derive(Serialize)]
struct Listed<'a> {
    id: &'a str,
    title: &'a str,
    level: &'static str,
    file: &'a str,
    log_source: String,
    applies: Vec<&'static str>,
    indexed: bool,
    reads: Vec<Field<'a>>,
}

#[derive(Serialize)]
struct Field<'a> {
    field: &'a str,
    log_source: &'static str,
    from: String,
}

fn list(set: &RuleSet, json: bool) -> String {
    let listed = |rule: &'_ Rule| -> String {
        let mut out = format!(
            "{} {}\n        {} · {}\n",
            terminal::level(rule.card.level, false),
            terminal::safe(&rule.card.title),
            if rule.applies.is_empty() {
                format!("{} (not read)", rule.log_source)
            } else {
                rule.applies.iter().map(|name| name.0).collect::<Vec<_>>().join(", ")
            },
            terminal::safe(&rule.file)
        );
        let several = rule.applies.len() > 1;
        for read in &rule.reads {
            let whose = if several { format!("  [{}]", read.log_source) } else { String::new() };
            out.push_str(&format!("        {:<40} {}{whose}\n", terminal::safe(&read.field), terminal::safe(&read.from.to_string())));
        }
        out
    };
    if !json {
        let mut out: String = set.rules.iter().map(listed).collect::<Vec<_>>().join("\n");
        out.push_str(&format!("\n{} rules\n", set.rules.len()));
        return out;
    }
    let all: Vec<Listed> = set
        .rules
        .iter()
        .map(|rule| Listed {
            id: &rule.card.id,
            title: &rule.card.title,
            level: rule.card.level.word(),
            file: &rule.file,
            log_source: rule.log_source.to_string(),
            applies: rule.applies.iter().map(|name| name.0).collect(),
            indexed: rule.indexed,
            reads: rule
                .reads
                .iter()
                .map(|read| Field { field: &read.field, log_source: read.log_source.0, from: read.from.to_string() })
                .collect(),
        })
        .collect();
    serde_json::to_string_pretty(&all).expect("plain data") + "\n"
}

/// What rules cost on some logs.
struct Costs<'a> {
    set: &'a RuleSet,
    records: u64,
    rules: Vec<correlate::detect::Cost>,
}

fn costs<'a>(set: &'a RuleSet, paths: &[String]) -> Result<Costs<'a>, Failure> {
    let started = std::time::Instant::now();
    let now = || started.elapsed().as_nanos() as u64;
    let mut detector = correlate::Detector::new(set);
    let mut costs = vec![correlate::detect::Cost::default(); set.rules.len()];
    let tally = read(set, paths, &mut |batch, _| detector.measure(batch, &now, &mut costs))?;
    Ok(Costs { set, records: tally.records, rules: costs })
}

#[derive(Serialize)]
struct Costly<'a> {
    id: &'a str,
    title: &'a str,
    events: u64,
    candidates: u64,
    matches: u64,
    /// Over all events of its log sources.
    ns_per_event: f64,
    indexed: bool,
}

impl Costs<'_> {
    fn show(&self, json: bool) -> String {
        let mut rules: Vec<Costly> = self
            .set
            .rules
            .iter()
            .zip(&self.rules)
            .map(|(rule, cost)| Costly {
                id: &rule.card.id,
                title: &rule.card.title,
                events: cost.events,
                candidates: cost.candidates,
                matches: cost.matches,
                ns_per_event: cost.ns as f64 / cost.events.max(1) as f64,
                indexed: rule.indexed,
            })
            .collect();
        rules.sort_by(|a, b| b.ns_per_event.total_cmp(&a.ns_per_event).then(b.candidates.cmp(&a.candidates)).then(a.id.cmp(b.id)));
        if json {
            return serde_json::to_string_pretty(&rules).expect("plain data") + "\n";
        }
        let mut out = format!(
            "COST    {} rules over {} records; time is that of looking at candidates, over all events of the rule's log source\n\n",
            rules.len(),
            terminal::count(self.records)
        );
        out.push_str(&format!("{:>12}{:>13}{:>11}{:>14}\n", "ns an event", "candidates", "matches", "events"));
        for rule in &rules {
            let why = if rule.indexed || rule.events == 0 {
                ""
            } else {
                "   (asked about every event: its condition demands no text of any field)"
            };
            out.push_str(&format!(
                "{:>12.1}{:>13}{:>11}{:>14}  {}{why}\n",
                rule.ns_per_event,
                terminal::count(rule.candidates),
                terminal::count(rule.matches),
                terminal::count(rule.events),
                terminal::safe(rule.title)
            ));
        }
        out
    }
}
