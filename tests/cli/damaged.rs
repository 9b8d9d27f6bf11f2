//! A folder in which every tenth file is damaged, each in another way, made by a program that is not ours.

use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use tests::program::{has, root, run, summary};

#[test]
fn a_damaged_folder_gives_every_sound_record_and_says_what_it_could_not_read() {
    if !has("python3", &["-c", "import zlib"]) {
        println!("SKIPPED: no python3 to damage files with");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let script = root().join("tests/second_opinion/damage.py");
    let output = Command::new("python3").arg(script).arg(folder.path().join("logs")).output().unwrap();
    let told: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    let args = ["replay", "logs", "--rejects", "r.ndjson", "--summary", "s.json", "--no-keep"];

    let ran = run(folder.path(), args).ends_with(0);
    let summary = summary(&folder.path().join("s.json"));
    let read = &summary["read"];
    assert_eq!(read["files"], told["files"]);
    assert_eq!(read["mapped"], told["sound_records"], "{}", ran.out());
    assert_eq!(read["adds_up"], true);

    let rejects: Vec<Value> =
        std::fs::read_to_string(folder.path().join("r.ndjson")).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for (kind, _) in told["kinds"].as_object().unwrap() {
        let reason = event::Reason::ALL.into_iter().find(|reason| reason.code() == kind).expect("a reason of ours");
        assert_eq!(ran.out().matches(reason.sentence()).count(), 1, "one line says `{kind}`: {}", ran.out());
        assert!(rejects.iter().any(|reject| reject["status_code"] == kind.as_str()), "{kind}");
    }
    for expected in told["rejects"].as_array().unwrap() {
        let (file, hex) = (expected[0].as_str().unwrap(), expected[1].as_str().unwrap());
        let bytes: Vec<u8> = (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect();
        let kept = rejects.iter().filter(|reject| reject["unmapped"]["file"] == format!("logs/{file}")).any(|reject| {
            let text = reject["raw_data"].as_str().unwrap();
            let kept = if reject["unmapped"]["encoding"] == "base64" { STANDARD.decode(text).unwrap() } else { text.as_bytes().to_vec() };
            // The line break behind a damaged line may be part of it.
            kept.trim_ascii_end() == bytes
        });
        assert!(kept, "the bytes of the bad record in {file} are kept: {}", String::from_utf8_lossy(&bytes[..bytes.len().min(80)]));
    }

    run(folder.path(), args.into_iter().chain(["--strict"])).ends_with(3);
}
