//! What the tests of this package share: where things stand, how a test that cannot run says so, and the way from files to batches
//! through the library. Knows no single test.

pub mod program;
pub mod reading;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};

use correlate::compile::Table;
use correlate::{Lists, RuleError, RuleSet, SigmaFile};
use event::{Normalized, Wanted};
use ingest::{Opener, Piece, Planned};
use normalize::{LogSource, Normalizer, logsources};

/// The root of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("this package lies in a folder of the repository").to_owned()
}

/// Records and facts that are not part of the repository, beside it where they are there.
pub fn shared() -> Option<PathBuf> {
    let shared = root().join("../shared");
    shared.is_dir().then_some(shared)
}

/// Says where everybody sees it, captured output or not, that a test did not run.
pub fn skipped(test: &str, why: &str) {
    use std::io::Write;
    // Nobody who has closed his error output wants to hear it.
    let _ = writeln!(std::io::stderr(), "SKIPPED {test}: {why}");
}

/// The shared folder, or the end of the test with a visible word.
#[macro_export]
macro_rules! shared_or_skip {
    ($test:expr) => {
        match $crate::shared() {
            Some(shared) => shared,
            None => return $crate::skipped($test, "../shared is not here"),
        }
    };
}

/// Every file under a path, sorted.
pub fn files_under(path: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![path.to_owned()];
    while let Some(folder) = folders.pop() {
        if folder.is_file() {
            files.push(folder);
            continue;
        }
        let entries = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("cannot list {}: {error}", folder.display()));
        folders.extend(entries.map(|entry| entry.expect("a folder that is listed").path()));
    }
    files.sort();
    files
}

/// All columns of all events.
pub fn everything() -> Wanted {
    Wanted { all_columns: true, ..Wanted::default() }
}

/// Reads one file through ingest and normalize; rejects call it `name`.
pub fn read_file(path: &Path, name: &str, normalizer: &mut Normalizer, each: &mut dyn FnMut(Normalized)) {
    let bytes = std::fs::metadata(path).unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display())).len();
    let planned = Planned { path: Some(path.to_owned()), name: name.into(), bytes };
    let piece = Piece { number: 0, files: vec![planned] };
    Opener::new(None, Arc::new(AtomicU64::new(0))).open(&piece, &mut |raw| each(normalizer.normalize(raw)));
}

/// A normalizer of all log sources that wants the same of each.
pub fn normalizer(wanted: &Wanted) -> Normalizer {
    Normalizer::new(logsources::ALL, &logsources::ALL.iter().map(|source| (source.name, wanted.clone())).collect())
}

/// The log sources, as the rule compiler needs to know them.
pub fn tables() -> Vec<Table> {
    let table = |source: &&'static LogSource| Table {
        name: source.name,
        sigma: source.sigma,
        operation: source.operation,
        members: source.members,
        under: source.under,
        fields: source.fields,
    };
    logsources::ALL.iter().map(table).collect()
}

/// Every rule file under some folders.
pub fn rule_files(folders: &[PathBuf]) -> Vec<SigmaFile> {
    let files = folders.iter().flat_map(|folder| files_under(folder));
    let rules = files.filter(|file| file.extension().is_some_and(|extension| extension == "yml" || extension == "yaml"));
    rules.map(|file| SigmaFile { name: file.display().to_string().into(), text: text(&file).into() }).collect()
}

/// Rules without a mistake, and the mistakes.
pub fn compile(files: &[SigmaFile]) -> (RuleSet, Vec<RuleError>) {
    RuleSet::compile_what_is_sound(files, &tables(), &Lists::new())
}

/// A file's text.
pub fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()))
}

/// Whether a program answers.
pub fn is_there(program: &str, argument: &str) -> bool {
    Command::new(program).arg(argument).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// What a program said, or why it did not end well.
pub fn run(command: &mut Command, time: Duration) -> Result<String, String> {
    let folder = tempdir();
    let (out, err) = (folder.join("out"), folder.join("err"));
    let file = |path: &Path| std::fs::File::create(path).expect("a folder of our own");
    let said = |path: &Path| String::from_utf8_lossy(&std::fs::read(path).unwrap_or_default()).into_owned();
    let mut child = command.stdin(Stdio::null()).stdout(file(&out)).stderr(file(&err)).spawn().map_err(|error| error.to_string())?;
    let started = Instant::now();
    let status = loop {
        match child.try_wait().map_err(|error| error.to_string())? {
            Some(status) => break Some(status),
            None if started.elapsed() > time => {
                let _ = child.kill();
                let _ = child.wait();
                break None;
            }
            None => std::thread::sleep(Duration::from_millis(20)),
        }
    };
    let (said, complained) = (said(&out), said(&err));
    let _ = std::fs::remove_dir_all(&folder);
    match status {
        Some(status) if status.success() => Ok(said),
        Some(status) => Err(format!("{status}\n{said}{complained}")),
        None => Err(format!("no end within {} s\n{complained}", time.as_secs())),
    }
}

/// A new folder among the system's temporary files.
fn tempdir() -> PathBuf {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let number = NUMBER.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let folder = std::env::temp_dir().join(format!("isobar-tests-{}-{number}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap_or_else(|error| panic!("cannot make {}: {error}", folder.display()));
    folder
}

/// The judge of OCSF events that we did not write: what it printed, or what it found wrong.
pub fn ocsf_validate(shared: &Path, events: &[PathBuf], arguments: &[&str]) -> Result<String, String> {
    let mut command = Command::new("python3");
    command.arg(shared.join("tools/ocsf_validate.py")).args(["--max", "40"]).args(arguments).args(events);
    run(&mut command, Duration::from_secs(600))
}
