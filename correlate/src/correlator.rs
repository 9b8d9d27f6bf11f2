//! Joins detections into findings: one thread, in the order of batches. A rule about single events gives one finding for each event;
//! repeats of an event fall together further down, where findings are sorted, since they have the same uid.

use event::{Finding, Statement};

use crate::detect::Detections;

/// What is newly to say.
pub type Statements = Vec<Statement>;

/// Takes detections, gives statements.
#[derive(Debug, Default)]
pub struct Correlator {}

impl Correlator {
    pub fn observe(&mut self, seen: Detections) -> Statements {
        let findings = seen.detections.into_iter().filter_map(|detection| {
            let evidence = vec![detection.event?];
            Some(Statement::Create(Finding { rule: detection.rule, evidence, events: 1 }))
        });
        findings.collect()
    }
}
