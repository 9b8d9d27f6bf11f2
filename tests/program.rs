//! The program as a person runs it. Built once a test binary; its state goes to a folder of its own, never to the user's.

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// The folder of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in the repository")
}

/// The raw samples of CloudTrail.
pub fn samples() -> PathBuf {
    root().join("normalize/logsources/aws_cloudtrail/samples/raw")
}

/// The binary, built from the sources as they are.
pub fn isobar() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let status = Command::new(&cargo).args(["build", "-q", "--bin", "isobar"]).current_dir(root()).status();
        assert!(status.is_ok_and(|status| status.success()), "the program does not build");
        let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from).unwrap_or_else(|| {
            let metadata = cargo_metadata::MetadataCommand::new().manifest_path(root().join("Cargo.toml")).no_deps().exec();
            metadata.expect("cargo knows its own workspace").target_directory.into()
        });
        root().join(target).join("debug").join(format!("isobar{}", std::env::consts::EXE_SUFFIX))
    })
}

/// What a run came to.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
}

impl Ran {
    pub fn out(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    pub fn err(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }

    /// Checks the exit code; shows all that was said where it is another one.
    #[track_caller]
    pub fn ends_with(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "stdout:\n{}\nstderr:\n{}", self.out(), self.err());
        assert!(!self.err().contains("panicked"), "{}", self.err());
        self
    }
}

/// A command of the program, run in `folder`, with its state in there.
pub fn command<S: AsRef<OsStr>>(folder: &Path, args: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(isobar());
    command.args(args).current_dir(folder).env("ISOBAR_STATE", folder.join("state")).env("TZ", "UTC").env_remove("NO_COLOR");
    command
}

/// Runs the program in `folder`.
pub fn run<S: AsRef<OsStr>>(folder: &Path, args: impl IntoIterator<Item = S>) -> Ran {
    run_with_input(folder, args, b"")
}

/// Runs the program in `folder` with `input` on its standard input.
pub fn run_with_input<S: AsRef<OsStr>>(folder: &Path, args: impl IntoIterator<Item = S>, input: &[u8]) -> Ran {
    let mut command = command(folder, args);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    let mut stdin = child.stdin.take().expect("it was asked for");
    let input = input.to_vec();
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().expect("the program ends");
    writer.join().expect("writing does not panic");
    Ran { code: output.status.code(), stdout: output.stdout, stderr: output.stderr }
}

/// The summary that `--summary FILE` wrote.
pub fn summary(file: &Path) -> serde_json::Value {
    serde_json::from_slice(&std::fs::read(file).expect("the summary was written")).expect("the summary is JSON")
}

/// Whether a program of the machine can be run so; where it cannot, a test that needs it says SKIPPED.
pub fn has(program: &str, args: &[&str]) -> bool {
    Command::new(program).args(args).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}
