//! Each rule's folder is its manual and its test: the events of its README.md are read as logs are, and the rule fires on those that say
//! so and on no others.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use correlate::{Detector, Lists, RuleSet, SigmaFile};
use event::{Level, LogSourceName, Wanted};
use normalize::logsources;
use tests::program::{has, root};
use tests::reading::read_wanted;

const SECTIONS: [&str; 5] = ["What it sees", "Why it matters", "Known gaps", "Events", "Response"];

/// Every folder of rules/, in order.
fn folders() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = std::fs::read_dir(root().join("rules")).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.retain(|path| path.is_dir());
    folders.sort();
    folders
}

fn name(folder: &Path) -> String {
    folder.file_name().unwrap().to_string_lossy().into_owned()
}

fn text(folder: &Path, file: &str) -> String {
    std::fs::read_to_string(folder.join(file)).unwrap_or_else(|error| panic!("{}/{file}: {error}", name(folder)))
}

fn compiled(folder: &Path) -> RuleSet {
    let file = SigmaFile { name: format!("{}/rule.yml", name(folder)).into(), text: text(folder, "rule.yml").into() };
    RuleSet::compile(&[file], &tests::tables(), &Lists::new())
        .unwrap_or_else(|mistakes| panic!("{}", mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")))
}

/// The blocks of a page that are fenced as ```` ```json fires ```` or ```` ```json silent ````: the line, the word, the text.
fn events(page: &str) -> Vec<(usize, String, String)> {
    let mut found = Vec::new();
    let mut open: Option<(usize, String, String)> = None;
    for (number, line) in page.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (Some(_), Some("")) => found.extend(open.take()),
            (Some((_, _, text)), _) => *text += &format!("{line}\n"),
            (None, Some(fence)) => open = Some((number + 1, fence.strip_prefix("json ").unwrap_or(fence).to_owned(), String::new())),
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a fence stays open");
    found.retain(|(_, word, _)| word == "fires" || word == "silent");
    found
}

/// How often each rule of a set fires on an event.
fn findings(set: &RuleSet, event: &str) -> Vec<String> {
    let wanted: BTreeMap<LogSourceName, Wanted> = logsources::ALL.iter().map(|source| (source.name, set.wanted(source.name))).collect();
    let read = read_wanted(event.as_bytes(), &wanted);
    assert_eq!(read.outcome(), "1 mapped", "an event of a page is one record");
    let mut detector = Detector::new(set);
    let detections = read.batches.iter().flat_map(|batch| detector.detect(batch).detections);
    detections.map(|detection| set.rules[detection.rule as usize].card.id.clone()).collect()
}

#[test]
fn every_rule_compiles_and_leaves_nothing_unsaid() {
    for folder in folders() {
        let set = compiled(&folder);
        let [rule] = set.rules.as_slice() else { panic!("{}: one rule a folder", name(&folder)) };
        assert_eq!(rule.notes, Vec::<String>::new(), "{}", name(&folder));
        assert!(!rule.applies.is_empty(), "{}: its log source is read", name(&folder));
        assert!(rule.indexed, "{}: it demands something of an event", name(&folder));
        assert!(rule.card.description.is_some() && rule.card.version.is_some() && !rule.card.tags.is_empty(), "{}", name(&folder));
        assert!(text(&folder, "rule.yml").contains(&format!("\nname: {}\n", name(&folder))), "{}: its name is its folder's", name(&folder));
    }
}

#[test]
fn every_rule_fires_on_the_events_of_its_page_and_on_no_others() {
    for folder in folders() {
        let set = compiled(&folder);
        let page = text(&folder, "README.md");
        let events = events(&page);
        let count = |word: &str| events.iter().filter(|(_, found, _)| found == word).count();
        assert!(count("fires") >= 1 && count("silent") >= 2, "{}: at least one event that fires and two that do not", name(&folder));
        for (line, word, event) in events {
            let expected = if word == "fires" { vec![set.rules[0].card.id.clone()] } else { Vec::new() };
            assert_eq!(findings(&set, &event), expected, "{}/README.md:{line} says `{word}`", name(&folder));
        }
    }
}

#[test]
fn a_rule_stays_silent_on_the_events_of_the_others_that_do_not_name_it() {
    // Pages overlap only where a rule says so; today none does.
    let folders = folders();
    let sets: Vec<RuleSet> = folders.iter().map(|folder| compiled(folder)).collect();
    for (folder, own) in folders.iter().zip(&sets) {
        for (line, _, event) in events(&text(folder, "README.md")).iter().filter(|(_, word, _)| word == "fires") {
            for other in sets.iter().filter(|other| other.rules[0].card.id != own.rules[0].card.id) {
                assert!(findings(other, event).is_empty(), "{}/README.md:{line}: {} fires, too", name(folder), other.rules[0].file);
            }
        }
    }
}

#[test]
fn at_most_a_fifth_of_the_rules_is_critical() {
    let levels: Vec<Level> = folders().iter().map(|folder| compiled(folder).rules[0].card.level).collect();
    let critical = levels.iter().filter(|level| **level == Level::Critical).count();
    assert!(critical * 5 <= levels.len(), "{critical} of {}: what is always critical is never", levels.len());
}

#[test]
fn every_page_has_its_sections_in_order() {
    for folder in folders() {
        let page = text(&folder, "README.md");
        let sections: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        assert_eq!(sections, SECTIONS, "{}", name(&folder));
        let set = compiled(&folder);
        let card = &set.rules[0].card;
        assert!(page.starts_with(&format!("# {}\n", card.title)), "{}: the page is headed by the rule's title", name(&folder));
        assert!(page.contains(&format!("`{}` · level {} ·", name(&folder), card.level.word())), "{}: name and level", name(&folder));
        for section in page.split("\n## ").skip(1) {
            let (title, body) = section.split_once('\n').unwrap_or((section, ""));
            assert!(body.trim().len() > 40, "{}: `{title}` says something", name(&folder));
        }
    }
}

#[test]
fn pysigma_reads_every_rule() {
    if !has("python3", &["-c", "import sigma.collection"]) {
        println!("SKIPPED: no python3 with pySigma (`pip install pysigma`)");
        return;
    }
    let code =
        "import sys\nfrom sigma.collection import SigmaCollection\nfor f in sys.argv[1:]:\n    SigmaCollection.from_yaml(open(f).read())\n";
    let files = folders().into_iter().map(|folder| folder.join("rule.yml"));
    let output = std::process::Command::new("python3").args(["-c", code]).args(files).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
