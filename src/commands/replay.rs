//! `isobar replay PATH...`: archives in; findings, events, rejects and a summary out.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use clap::Parser;
use correlate::{Correlator, RuleSet};
use event::uuid::Uuid;
use event::{Evidence, Finding, Level, LogSourceName, Statement, Tally, Wanted};
use forward::ForwardError;
use forward::findings::Encoder;
use forward::sinks::file::Output;
use forward::sorted::{Place, Sorter};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use ingest::Files;
use normalize::logsources;
use twox_hash::XxHash3_128;

use crate::pipeline::{self, Done, Job};
use crate::summary::{BlindSpots, ByRule, Found, Read, Rules, Summary};
use crate::times::Zone;
use crate::{Failure, kept, rules, summary, terminal, times};

#[derive(Parser)]
#[command(after_help = "Examples:
  isobar replay logs/                                   findings on the terminal
  isobar replay 'logs/**/*.json.gz' --rules sigma/ --findings findings.ndjson
  isobar replay logs/ --events events.ndjson --rejects rejects.ndjson --summary summary.json
  zcat logs/*.gz | isobar replay - --findings -

Exit codes: 0 done; 1 findings at or above --fail-on; 2 used wrongly (arguments, rules);
3 some input could not be read, with --strict; 4 the world failed (disk).")]
pub struct Args {
    /// Files, folders, patterns, or - for standard input
    #[arg(required = true, value_name = "PATH")]
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
    /// Write findings as OCSF Detection Findings, one a line
    #[arg(long, value_name = "FILE|-")]
    findings: Option<String>,
    /// Write every event as OCSF, one a line
    #[arg(long, value_name = "FILE|-")]
    events: Option<String>,
    /// Write what could not be read, with its bytes and the reason
    #[arg(long, value_name = "FILE|-")]
    rejects: Option<String>,
    /// Write all that the terminal says at the end, as JSON
    #[arg(long, value_name = "FILE|-")]
    summary: Option<String>,
    /// Write prompts and answers of AI models, too; without it only their size and hash are written
    #[arg(long)]
    with_prompts: bool,
    /// Name bad rules and leave them out, instead of stopping
    #[arg(long)]
    keep_going: bool,
    /// Take every record for this log source
    #[arg(long, value_name = "NAME")]
    source: Option<String>,
    /// Events and findings from this time on (2026-03-01, 2026-03-01T03:00+01:00, -24h, yesterday)
    #[arg(long, value_name = "T", allow_hyphen_values = true)]
    from: Option<String>,
    /// Events and findings before this time
    #[arg(long, value_name = "T", allow_hyphen_values = true)]
    to: Option<String>,
    /// Zone of times without an offset, and of those that are shown
    #[arg(long, value_name = "ZONE", default_value = "local")]
    tz: String,
    /// Threads that read and detect; the result is the same for any number [default: one a core]
    #[arg(long, value_name = "N")]
    workers: Option<usize>,
    /// End with code 1 if there is a finding of this level or above
    #[arg(long, value_name = "LEVEL")]
    fail_on: Option<String>,
    /// End with code 3 if some input could not be read
    #[arg(long)]
    strict: bool,
    /// Do not keep the findings for later
    #[arg(long)]
    no_keep: bool,
    /// Say only what was found
    #[arg(short, long)]
    quiet: bool,
}

pub fn run(args: &Args) -> Result<(), Failure> {
    let started = Instant::now();
    let options = Options::new(args)?;
    let files = rules::files(&args.rules, !args.no_builtin_rules)?;
    let (set, mistakes) = rules::compile(&files, &rules::lists(args.tuning.as_deref())?, args.keep_going)?;
    if !args.quiet {
        set.rules.iter().flat_map(|rule| &rule.notes).for_each(|note| terminal::note(&format!("note: {}", terminal::safe(note))));
    }
    let plan = Files::plan(&args.paths).map_err(|error| Failure::Usage(error.to_string()))?;
    let (file_count, bytes) = (plan.len() as u64, plan.bytes());
    let terminal = std::io::stdout().is_terminal();
    let built = args.findings.is_some() || terminal;
    let job = Job {
        wanted: wanted(&set, args),
        rules: &set,
        forced: options.source,
        findings: built,
        events: args.events.is_some(),
        rejects: args.rejects.is_some(),
        from: options.from,
        to: options.to,
        workers: options.workers,
        read_bytes: Arc::new(AtomicU64::new(0)),
    };
    let mut outputs = Outputs::open(args)?;
    let progress = Progress::start(&job.read_bytes, bytes);
    let mut collected = Collected::new(&set, &options, built);
    pipeline::replay(&job, plan, |done| collected.add(done, &mut outputs)).map_err(world)?;
    progress.stop();
    let (found, same, kept_file) = collected.findings.finish(&set, &mut outputs.findings, terminal && !args.no_keep).map_err(world)?;
    let summary = Summary {
        version: env!("CARGO_PKG_VERSION"),
        read: Read::new(file_count, job.read_bytes.load(Ordering::Relaxed), &collected.tally),
        found,
        rules: Rules::new(&set, mistakes.len(), collected.candidates),
        blind: BlindSpots::new(&set, &collected.tally),
        same,
        seconds: started.elapsed().as_secs_f64(),
    };
    let json = serde_json::to_string_pretty(&summary).expect("plain data") + "\n";
    if let Some(out) = &mut outputs.summary {
        out.write(json.as_bytes()).map_err(world)?;
    }
    outputs.finish().map_err(world)?;
    let file = kept_file.as_deref().or(args.findings.as_deref().filter(|name| *name != "-").map(Path::new));
    let kept_in = match file.filter(|_| !args.no_keep) {
        Some(file) => kept::keep(file, &json, chrono::Utc::now().timestamp_millis()).map_err(|why| {
            if !args.quiet {
                terminal::note(&format!("note: the findings were not kept: {why}"));
            }
        }),
        None => Err(()),
    };
    if let Some(own) = &kept_file {
        // It is kept under another name, or nobody wants it.
        let _ = std::fs::remove_file(own);
    }
    report(args, &summary, options.zone, terminal, kept_in.ok());
    if args.strict && (summary.read.rejected > 0 || !summary.read.damaged_files.is_empty()) {
        terminal::note("some input could not be read, and --strict was given: this ends with code 3");
        return Err(Failure::Input);
    }
    let worst = options.fail_on.is_some_and(|level| summary.found.by_rule.iter().any(|rule| rule.level >= level));
    if worst { Err(Failure::Findings) } else { Ok(()) }
}

fn world(error: ForwardError) -> Failure {
    match &error {
        ForwardError::Write { path, source, .. } if path == "-" && source.kind() == std::io::ErrorKind::BrokenPipe => Failure::ReaderGone,
        _ => Failure::World(error.to_string()),
    }
}

/// Arguments that had to be understood first.
struct Options {
    source: Option<LogSourceName>,
    zone: Zone,
    from: i64,
    to: i64,
    workers: usize,
    fail_on: Option<Level>,
}

impl Options {
    fn new(args: &Args) -> Result<Self, Failure> {
        let source = args.source.as_deref().map(|name| {
            logsources::named(name).map(|source| source.name).ok_or_else(|| {
                let known: Vec<&str> = logsources::ALL.iter().map(|source| source.name.0).collect();
                Failure::Usage(format!("no log source `{name}`; there are: {}", known.join(", ")))
            })
        });
        let zone = Zone::parse(&args.tz).map_err(Failure::Usage)?;
        let time = |text: &Option<String>, without| match text {
            Some(text) => times::parse(text, zone).map_err(Failure::Usage),
            None => Ok(without),
        };
        let (from, to) = (time(&args.from, i64::MIN)?, time(&args.to, i64::MAX)?);
        if from >= to {
            return Err(Failure::Usage("--from lies behind --to: nothing can be found between them".into()));
        }
        let fail_on = args.fail_on.as_deref().map(|word| {
            Level::parse(word)
                .ok_or_else(|| Failure::Usage(format!("no level `{word}`; there are informational, low, medium, high and critical")))
        });
        let workers = args.workers.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
        if workers == 0 {
            return Err(Failure::Usage("--workers 0 would do nothing; 1 is the least".into()));
        }
        let on_stdout =
            [&args.findings, &args.events, &args.rejects, &args.summary].into_iter().flatten().filter(|name| *name == "-").count();
        if on_stdout > 1 {
            return Err(Failure::Usage("only one of --findings, --events, --rejects and --summary can be `-`".into()));
        }
        Ok(Self { source: source.transpose()?, zone, from, to, workers, fail_on: fail_on.transpose()? })
    }
}

/// What rules and outputs want of each log source.
fn wanted(set: &RuleSet, args: &Args) -> BTreeMap<LogSourceName, Wanted> {
    let of = |source: &&'static normalize::LogSource| {
        let mut wanted = set.wanted(source.name);
        wanted.all_columns = args.events.is_some();
        wanted.withheld_texts = args.with_prompts;
        (source.name, wanted)
    };
    logsources::ALL.iter().map(of).collect()
}

/// Everything that is written.
struct Outputs {
    findings: Option<Output>,
    events: Option<Output>,
    rejects: Option<Output>,
    summary: Option<Output>,
}

impl Outputs {
    fn open(args: &Args) -> Result<Self, Failure> {
        let open = |name: &Option<String>| name.as_deref().map(Output::create).transpose().map_err(world);
        Ok(Self {
            findings: open(&args.findings)?,
            events: open(&args.events)?,
            rejects: open(&args.rejects)?,
            summary: open(&args.summary)?,
        })
    }

    fn finish(self) -> Result<(), ForwardError> {
        [self.findings, self.events, self.rejects, self.summary].into_iter().flatten().try_for_each(Output::finish)
    }
}

/// What came of all batches, in their order.
struct Collected<'a> {
    tally: Tally,
    candidates: u64,
    correlator: Correlator,
    findings: Findings<'a>,
}

impl<'a> Collected<'a> {
    fn new(set: &'a RuleSet, options: &'a Options, built: bool) -> Self {
        let encoder = built.then(|| Encoder::new(&set.cards()));
        let findings = Findings { encoder, sorter: Sorter::default(), options, outside: 0 };
        Self { tally: Tally::default(), candidates: 0, correlator: Correlator::default(), findings }
    }

    fn add(&mut self, done: &mut Done, outputs: &mut Outputs) -> Result<(), ForwardError> {
        self.tally.add(&done.tally);
        self.candidates += done.detections.candidates;
        if let Some(out) = &mut outputs.events {
            out.write(&done.events)?;
        }
        if let Some(out) = &mut outputs.rejects {
            out.write(&done.rejects)?;
        }
        // Without evidence there is nothing to build; the detections are counted.
        for detection in done.detections.detections.iter().filter(|detection| detection.event.is_none()) {
            self.findings.count(detection.time, detection.key.0.to_be_bytes(), detection.rule)?;
        }
        for statement in self.correlator.observe(std::mem::take(&mut done.detections)) {
            match statement {
                Statement::Create(finding) | Statement::Update(finding) => self.findings.add(&finding)?,
                Statement::Close { .. } => {}
            }
        }
        Ok(())
    }
}

/// Findings on their way into order.
struct Findings<'a> {
    /// Where findings are built.
    encoder: Option<Encoder>,
    sorter: Sorter,
    options: &'a Options,
    outside: u64,
}

impl Findings<'_> {
    fn is_inside(&mut self, time: i64) -> bool {
        let inside = (self.options.from..self.options.to).contains(&time);
        self.outside += u64::from(!inside);
        inside
    }

    fn add(&mut self, finding: &Finding) -> Result<(), ForwardError> {
        if !self.is_inside(finding.last()) {
            return Ok(());
        }
        let uid = self.encoder.as_ref().expect("who has evidence builds findings").uid(finding);
        let place = Place { time: finding.last(), uid: uid.0, rule: finding.rule };
        // What is kept until all are in order is a fifth of what is written then.
        self.sorter.push(place, |out| finding.evidence.iter().for_each(|event| event.write(out)))
    }

    fn count(&mut self, time: i64, key: [u8; 16], rule: u32) -> Result<(), ForwardError> {
        if !self.is_inside(time) {
            return Ok(());
        }
        self.sorter.push(Place { time, uid: key, rule }, |_| {})
    }

    /// Writes all findings in order. Gives what was found, the digest of it, and the file in which findings were kept where nobody asked
    /// for one.
    fn finish(self, set: &RuleSet, out: &mut Option<Output>, keep: bool) -> Result<(Found, String, Option<PathBuf>), ForwardError> {
        let (encoder, built) = (&self.encoder, self.encoder.is_some());
        let mut counts: Vec<(u64, i64)> = vec![(0, i64::MAX); set.rules.len()];
        let mut digest = Digest::new(set);
        let own =
            (out.is_none() && built && keep).then(|| std::env::temp_dir().join(format!("isobar-findings-{}.ndjson", std::process::id())));
        let mut own_output = own.as_ref().map(|path| Output::create(&path.display().to_string())).transpose()?;
        let names: Vec<LogSourceName> = logsources::ALL.iter().map(|source| source.name).collect();
        let mut line = Vec::new();
        let repeats = self.sorter.finish(|place, bytes| {
            let (count, first) = &mut counts[place.rule as usize];
            *count += 1;
            *first = (*first).min(place.time);
            let Some(encoder) = encoder else {
                digest.add(place.rule, &place.uid);
                return Ok(());
            };
            let mut evidence = Vec::with_capacity(1);
            let mut rest = bytes;
            while !rest.is_empty() {
                evidence.push(Arc::new(Evidence::read(&mut rest, &names).expect("we wrote it in this run")));
            }
            let events = evidence.len() as u64;
            let finding = Finding { rule: place.rule, evidence, events };
            digest.add(place.rule, &finding.evidence[0].key.0.to_be_bytes());
            line.clear();
            encoder.write(&finding, Uuid(place.uid), &mut line);
            line.push(b'\n');
            for out in [&mut *out, &mut own_output].into_iter().flatten() {
                out.write(&line)?;
            }
            Ok(())
        })?;
        if let Some(out) = own_output {
            out.finish()?;
        }
        let mut found = Found { repeats, outside: self.outside, built, ..Found::default() };
        for (rule, (findings, first_ms)) in set.rules.iter().zip(counts) {
            if findings > 0 {
                found.findings += findings;
                *found.by_level.entry(rule.card.level.word()).or_default() += findings;
                let (id, title, level) = (rule.card.id.clone(), rule.card.title.clone(), rule.card.level);
                found.by_rule.push(ByRule { id, title, level, findings, first: event::time::rfc3339(first_ms), first_ms });
            }
        }
        found.by_rule.sort_by(|a, b| b.level.cmp(&a.level).then(a.first_ms.cmp(&b.first_ms)).then(a.id.cmp(&b.id)));
        Ok((found, digest.text(), own))
    }
}

/// A number for a set of findings: the same for the same rules and events, whatever the order.
struct Digest<'a> {
    sum: u128,
    set: &'a RuleSet,
}

impl<'a> Digest<'a> {
    fn new(set: &'a RuleSet) -> Self {
        Self { sum: 0, set }
    }

    fn add(&mut self, rule: u32, key: &[u8]) {
        let card = &self.set.rules[rule as usize].card;
        let mut text = Vec::with_capacity(96);
        text.extend_from_slice(card.id.as_bytes());
        text.push(0);
        text.extend_from_slice(card.version.as_deref().unwrap_or_default().as_bytes());
        text.push(0);
        text.extend_from_slice(key);
        self.sum = self.sum.wrapping_add(XxHash3_128::oneshot(&text));
    }

    fn text(&self) -> String {
        let text = format!("{:032x}", self.sum);
        text.as_bytes()[..16].chunks(4).map(|part| String::from_utf8_lossy(part)).collect::<Vec<_>>().join("-")
    }
}

/// A bar on a terminal; nothing in a pipe.
struct Progress {
    bar: ProgressBar,
    stop: Arc<AtomicU64>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Progress {
    fn start(read: &Arc<AtomicU64>, bytes: u64) -> Self {
        let stop = Arc::new(AtomicU64::new(0));
        if !std::io::stderr().is_terminal() {
            return Self { bar: ProgressBar::hidden(), stop, thread: None };
        }
        let bar = ProgressBar::with_draw_target(Some(bytes), ProgressDrawTarget::stderr_with_hz(10));
        let style = if bytes > 0 {
            ProgressStyle::with_template("{bar:30} {bytes} of {total_bytes} · {bytes_per_sec} · {eta} left")
        } else {
            ProgressStyle::with_template("{spinner} {bytes} · {bytes_per_sec}")
        };
        bar.set_style(style.expect("a template of ours"));
        let (read, ticking, ended) = (read.clone(), bar.clone(), stop.clone());
        let thread = std::thread::spawn(move || {
            while ended.load(Ordering::Relaxed) == 0 {
                ticking.set_position(read.load(Ordering::Relaxed));
                std::thread::sleep(Duration::from_millis(100));
            }
        });
        Self { bar, stop, thread: Some(thread) }
    }

    fn stop(mut self) {
        self.stop.store(1, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        self.bar.finish_and_clear();
    }
}

/// For a person: on standard output, unless something else was asked to go there.
fn report(args: &Args, summary: &Summary, zone: Zone, terminal: bool, kept: Option<PathBuf>) {
    let piped = [&args.findings, &args.events, &args.rejects, &args.summary].into_iter().flatten().any(|name| name == "-");
    let to_terminal = if piped { std::io::stderr().is_terminal() } else { terminal };
    let coloured = terminal::colour(to_terminal);
    let hint = match (&args.findings, kept) {
        (None, None) => Some("--findings FILE writes the findings, --rules DIR adds rules".to_owned()),
        (_, Some(kept)) => Some(format!("the findings are kept in {}", terminal::safe(&kept.display().to_string()))),
        _ => None,
    };
    let text = summary::lines(summary, zone, coloured, hint.as_deref());
    let text = if args.quiet { only_found(&text) } else { text };
    use std::io::Write;
    // A reader that has gone does not want to hear it.
    let _ = if piped { std::io::stderr().write_all(text.as_bytes()) } else { std::io::stdout().write_all(text.as_bytes()) };
}

fn only_found(text: &str) -> String {
    let mut inside = false;
    let mut out = String::new();
    for line in text.lines() {
        inside = line.starts_with("FOUND") || (inside && line.starts_with(' '));
        if inside {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}
