//! The third door: rule files.

use correlate::{Detector, Lists, RuleSet, SigmaFile, sigma};
use normalize::logsources;
use tests::reading::{read_wanted, record};

use crate::{seeds, target};

#[test]
fn whatever_a_rule_file_holds() {
    let tables = tests::tables();
    let lists = Lists::from([("list".to_owned(), vec!["a".to_owned(), "b*".to_owned()])]);
    let event = record(1);
    target!(seeds::rules(), |bytes: &[u8]| {
        let file = SigmaFile { name: "rule.yml".into(), text: String::from_utf8_lossy(bytes).into() };
        let (_, errors) = sigma::read(&file);
        let (set, more) = RuleSet::compile_what_is_sound(&[file.clone(), file.clone()], &tables, &lists);
        for error in errors.iter().chain(&more) {
            assert!(!error.message.is_empty());
            assert!(error.spot.start <= error.spot.end && error.spot.end <= file.text.len(), "{error}");
            assert!(file.text.is_char_boundary(error.spot.start) && file.text.is_char_boundary(error.spot.end), "{error}");
        }
        assert!(more.len() >= errors.len());
        // What loads can be asked.
        let wanted = logsources::ALL.iter().map(|source| (source.name, set.wanted(source.name))).collect();
        let read = read_wanted(event.as_bytes(), &wanted);
        let mut detector = Detector::new(&set);
        for batch in &read.batches {
            let found = detector.detect(batch);
            assert!(found.detections.iter().all(|detection| (detection.rule as usize) < set.rules.len()));
        }
    });
}
