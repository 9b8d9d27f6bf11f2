//! Runs a program and says what it took. CPU time is user and system time of the process and its threads, as the shell counts them.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::Places;

/// What one run took.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    pub cpu_s: f64,
    pub wall_s: f64,
    pub peak_bytes: u64,
}

/// Builds the program as it is released.
pub fn build(places: &Places) -> Result<(), String> {
    let done = Command::new("cargo")
        .args(["build", "--release", "--quiet", "--bin", "isobar"])
        .current_dir(&places.root)
        .status()
        .map_err(|error| format!("cannot run cargo: {error}"))?;
    if done.success() { Ok(()) } else { Err("the program does not build".to_owned()) }
}

/// Runs a command line.
pub fn run(program: &Path, arguments: &[&str]) -> Result<Cost, String> {
    // `exec` lets the process keep its number, so that its peak memory can be read.
    let script = r#"TIMEFORMAT='%U %S %R'; time "$@" > /dev/null"#;
    let mut child = Command::new("bash")
        .args(["-c", script, "bash"])
        .arg(program)
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("cannot run bash: {error}"))?;
    let mut peak_bytes = 0;
    let shell = child.id();
    while child.try_wait().map_err(|error| error.to_string())?.is_none() {
        peak_bytes = peak_bytes.max(peak_of_child(shell));
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let out = child.wait_with_output().map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&out.stderr);
    if !out.status.success() {
        return Err(format!("{} {arguments:?} failed: {text}", program.display()));
    }
    let last = text.lines().last().unwrap_or_default();
    let times: Vec<f64> = last.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let [user, system, wall] = times[..] else { return Err(format!("bash did not say the time: {text}")) };
    Ok(Cost { cpu_s: user + system, wall_s: wall, peak_bytes })
}

/// The peak memory of the shell's only child, while it runs.
fn peak_of_child(shell: u32) -> u64 {
    let children = std::fs::read_to_string(format!("/proc/{shell}/task/{shell}/children")).unwrap_or_default();
    let Some(child) = children.split_whitespace().next() else { return 0 };
    let status = std::fs::read_to_string(format!("/proc/{child}/status")).unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.and_then(|text| text.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or(0) * 1024
}

pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
