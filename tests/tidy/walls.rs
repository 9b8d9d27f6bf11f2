//! The walls: program, stages, nouns; every arrow down. A stage that needs another is told by the program.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::MetadataCommand;
use tests::program::root;

const STAGES: [&str; 4] = ["ingest", "normalize", "correlate", "forward"];

/// The crates of the workspace, and which others of it each depends on, for whatever purpose.
fn crates() -> BTreeMap<String, BTreeSet<String>> {
    let metadata = MetadataCommand::new().manifest_path(root().join("Cargo.toml")).no_deps().exec().unwrap();
    let names: BTreeSet<String> = metadata.packages.iter().map(|package| package.name.to_string()).collect();
    let of = |package: &cargo_metadata::Package| {
        let own = package.dependencies.iter().map(|dependency| dependency.name.clone());
        (package.name.to_string(), own.filter(|name| names.contains(name)).collect())
    };
    metadata.packages.iter().map(of).collect()
}

#[test]
fn a_stage_knows_the_nouns_and_no_other_stage() {
    let crates = crates();
    for stage in STAGES {
        let allowed = BTreeSet::from(["event".to_owned()]);
        assert_eq!(crates[stage], allowed, "{stage} may depend on event alone; the program hands over what it needs of others");
    }
    assert!(crates["event"].is_empty(), "event depends on none of ours: {:?}", crates["event"]);
    assert_eq!(crates["isobar"].len(), STAGES.len() + 1, "the program knows every stage: {:?}", crates["isobar"]);
}

#[test]
fn crates_are_called_as_their_folders() {
    let metadata = MetadataCommand::new().manifest_path(root().join("Cargo.toml")).no_deps().exec().unwrap();
    for package in metadata.packages.iter().filter(|package| package.name.as_str() != "isobar") {
        assert_eq!(package.manifest_path.parent().unwrap().file_name(), Some(package.name.as_str()));
        assert_eq!(package.publish.as_deref(), Some([].as_slice()), "{} is not for crates.io", package.name);
    }
}

#[test]
fn every_dependency_says_why_it_is_there() {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let section = manifest.split("[workspace.dependencies]\n").nth(1).unwrap().split("\n[").next().unwrap();
    for line in section.lines().filter(|line| line.contains('=') && !line.starts_with('#') && !line.contains("path = ")) {
        assert!(line.contains(" # "), "no reason beside `{line}`");
    }
}

#[test]
fn where_the_clock_is_not_asked() {
    const CLOCKS: [&str; 4] = ["std::time::SystemTime::now", "std::time::Instant::now", "chrono::Utc::now", "chrono::Local::now"];
    for name in ["event", "normalize", "correlate"] {
        let clippy = std::fs::read_to_string(root().join(name).join("clippy.toml")).unwrap_or_default();
        for clock in CLOCKS {
            assert!(clippy.contains(&format!("path = \"{clock}\"")), "{name}/clippy.toml does not forbid {clock}");
        }
        let lib = std::fs::read_to_string(root().join(name).join("src/lib.rs")).unwrap();
        assert!(lib.contains("\n#![deny(clippy::disallowed_methods)]\n"), "{name} does not say that it means it");
    }
}
