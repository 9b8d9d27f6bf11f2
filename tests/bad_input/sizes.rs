//! G and the large ones of J: what takes room. The program runs as a process of its own, and its memory is looked at.

use std::path::Path;
use std::time::{Duration, Instant};

use tests::program::{command, summary};
use tests::reading::{gzip, read, record, record_with, zstd};

use crate::{check, lines};

/// What a replay of a file took at most, in MB; none where the machine does not tell.
#[cfg(target_os = "linux")]
fn peak_mb(child: &std::process::Child) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? / 1024)
}

#[cfg(not(target_os = "linux"))]
fn peak_mb(_: &std::process::Child) -> Option<u64> {
    None
}

/// Replays a file; gives the summary and the peak of memory.
fn replayed(folder: &Path, bytes: &[u8]) -> (serde_json::Value, u64) {
    std::fs::write(folder.join("in"), bytes).unwrap();
    let args = ["replay", "in", "--rejects", "r", "--summary", "s", "--no-keep", "--workers", "1", "-q"];
    let mut child = command(folder, args).stdout(std::process::Stdio::null()).spawn().unwrap();
    let (started, mut peak) = (Instant::now(), 0);
    let status = loop {
        peak = peak_mb(&child).unwrap_or(0).max(peak);
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if started.elapsed() > Duration::from_secs(120) {
            child.kill().unwrap();
            panic!("it takes more than two minutes");
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    assert!(status.success(), "{status}");
    (summary(&folder.join("s")), peak)
}

#[test]
fn j2_a_record_of_100_mb_is_one_reject_in_bounded_memory() {
    let folder = tempfile::tempdir().unwrap();
    // Hashing and inflating are slow in this profile: one form has all of the size, the others are a fifth of it.
    for (megabytes, packed) in [(100, false), (20, true)] {
        let large = record_with(2, &format!(",\"large\":\"{}\"", "x".repeat(megabytes << 20)));
        let length = large.len() as u64;
        let lines = format!("{}\n{large}\n{}\n", record(1), record(3));
        let list = format!("{{\"Records\":[{},{large},{}]}}", record(1), record(3));
        let forms = if packed { vec![gzip(list.as_bytes()), zstd(lines.as_bytes())] } else { vec![lines.into_bytes()] };
        for bytes in forms {
            let (summary, peak) = replayed(folder.path(), &bytes);
            assert_eq!(summary["read"]["mapped"], 2);
            assert_eq!(summary["read"]["reject_reasons"]["too_large"], 1);
            assert!(peak < 160, "{peak} MB");
            let rejects = std::fs::read_to_string(folder.path().join("r")).unwrap();
            let reject: serde_json::Value = serde_json::from_str(rejects.lines().next().unwrap()).unwrap();
            assert!(reject["raw_data_size"].as_u64().unwrap().abs_diff(length) < 3, "{}", reject["raw_data_size"]);
            assert_eq!(reject["raw_data"].as_str().unwrap().len(), 64 * 1024);
            assert!(reject["raw_data_hash"]["value"].is_string());
        }
    }
}

#[test]
fn g1_a_text_of_40_mb_is_read_in_bounded_memory() {
    let folder = tempfile::tempdir().unwrap();
    let part: String = (0..2000).map(|n| record(n) + ",").collect();
    let text = format!("{{\"Records\":[{}{}]}}", part.repeat(40), record(7));
    assert!(text.len() > 40 << 20, "{}", text.len());
    let (summary, peak) = replayed(folder.path(), &gzip(text.as_bytes()));
    assert_eq!(summary["read"]["mapped"], 80_001);
    assert!(peak < 160, "{peak} MB");
}

#[test]
fn c8_white_space_without_end_takes_no_memory() {
    let folder = tempfile::tempdir().unwrap();
    let text = [vec![b' '; 40 << 20], record(1).into_bytes(), vec![b'\n'; 40 << 20], record(2).into_bytes()].concat();
    let (summary, peak) = replayed(folder.path(), &gzip(&text));
    assert_eq!(summary["read"]["mapped"], 2);
    assert!(peak < 160, "{peak} MB");
}

#[test]
fn j1_ten_thousand_levels_take_no_stack() {
    let deep = "{\"a\":".repeat(10_000) + "1" + &"}".repeat(10_000);
    check(&[
        ("an object", deep.clone().into(), "1 too_deep"),
        ("beside sound ones", lines(&[record(1), deep, record(2)]), "2 mapped, 1 too_deep"),
        ("a million lists", b"[".repeat(1_000_000), "1 too_deep"),
    ]);
}

/// Text that a stranger made so that it is slow to read.
#[test]
fn nothing_takes_more_than_its_length() {
    let started = Instant::now();
    let one = record(1);
    let mut slow = Vec::new();
    for (what, text) in [
        ("line breaks between documents", format!("{one}{}{one}", "\n".repeat(1_000_000))),
        ("line breaks behind spaces", format!("{one}{}{}{one}", " ".repeat(900_000), "\n".repeat(50_000))),
        ("brackets that are never closed, a line each", "{\n".repeat(500_000)),
        ("lists that are never closed, a line each", "[\n".repeat(500_000)),
        ("records that are never closed, a line each", format!("{}\n", &one[..one.len() - 1]).repeat(2000)),
        ("elements that are never closed", format!("{{\"Records\":[{one},{}", "{\"eventVersion\":x,".repeat(50_000))),
        ("strings that are never closed", format!("{{\"Records\":[{one},{}", "{\"eventVersion\":\"".repeat(50_000))),
        ("keys that are never closed", "{\"".repeat(500_000)),
        ("backslashes", format!("{{\"a\":\"{}", "\\".repeat(1_000_001))),
        ("commas", format!("[{one}{}{one}]", ",".repeat(1_000_000))),
        ("brackets that close what is not open", format!("{one}\n{}\n{one}", "}".repeat(1_000_000))),
    ] {
        let started = Instant::now();
        let outcome = read(text.as_bytes()).outcome();
        if started.elapsed() > Duration::from_secs(3) {
            slow.push(format!("{what}: {:?}: {outcome}", started.elapsed()));
        }
    }
    assert!(slow.is_empty(), "{slow:#?}");
    assert!(started.elapsed() < Duration::from_secs(30), "{:?}", started.elapsed());
}
