//! Rules that cannot fire: a condition is looked at with what is known of some fields, and with nothing known of the others.

use std::collections::BTreeSet;

use event::{JsonKind, LogSourceName, RuleIndex};

use super::pattern::Pattern;
use super::test::Test;
use super::{FieldRef, Node, Program, RuleSet};
use crate::sigma;

/// Why a rule can never fire on the events of a log source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Blind {
    /// Fields without which it cannot, and that no record had; as it is read.
    Fields(Vec<String>),
    /// The operations that it asks for; none is known. With the nearest that is.
    Operations(Vec<String>, Option<String>),
}

impl RuleSet {
    /// Why a rule cannot fire on a log source, if that is certain. `unseen` says of a field that no record had it; `operations` are all
    /// that the log source has, or none where nobody knows them all.
    pub fn blind(
        &self,
        rule: RuleIndex,
        source: LogSourceName,
        operation: &str,
        operations: &[&str],
        unseen: &dyn Fn(&FieldRef) -> bool,
    ) -> Option<Blind> {
        let program = self.programs.get(&source)?;
        let (root, _) = program.roots.iter().find(|(_, rules)| rules.contains(&rule))?;
        let is_operation = |field: usize| matches!(&program.fields[field], FieldRef::Raw(paths) if paths.iter().any(|p| p == operation));
        if !operations.is_empty() {
            let possible = operations.iter().any(|text| {
                let known = |field: usize, test: &Test| is_operation(field).then(|| test.value(JsonKind::Text, text));
                program.may_hold(*root, &known)
            });
            if !possible {
                let asked = program.asked_texts(*root, &is_operation);
                let nearest = asked.first().and_then(|wanted| nearest(wanted, operations));
                return Some(Blind::Operations(asked, nearest));
            }
        }
        let missing: BTreeSet<usize> = (0..program.fields.len()).filter(|field| unseen(&program.fields[*field])).collect();
        let without = |fields: &BTreeSet<usize>| {
            program.may_hold(*root, &|field, test| fields.contains(&field).then_some(matches!(test, Test::Null)))
        };
        if missing.is_empty() || without(&missing) {
            return None;
        }
        let alone: BTreeSet<usize> = missing.iter().copied().filter(|field| !without(&BTreeSet::from([*field]))).collect();
        let named = if alone.is_empty() { program.fields_of(*root).intersection(&missing).copied().collect() } else { alone };
        Some(Blind::Fields(named.into_iter().map(|field| program.fields[field].to_string()).collect()))
    }
}

fn nearest(wanted: &str, operations: &[&str]) -> Option<String> {
    let wanted = wanted.trim_matches('*').to_lowercase();
    let last = |text: &str| text.rsplit(['.', '/']).next().unwrap_or_default().to_lowercase();
    let best = operations.iter().min_by_key(|operation| {
        let operation = operation.to_lowercase();
        // Those that end alike are meant more often than those that are spelled alike.
        (last(&operation) != last(&wanted), sigma::distance(&operation, &wanted))
    });
    best.map(|operation| (*operation).to_owned())
}

impl Program {
    /// Whether a node may hold. `known` answers a test, or says that it cannot.
    fn may_hold(&self, node: usize, known: &dyn Fn(usize, &Test) -> Option<bool>) -> bool {
        self.answer(node, known) != Some(false)
    }

    fn answer(&self, node: usize, known: &dyn Fn(usize, &Test) -> Option<bool>) -> Option<bool> {
        match &self.nodes[node] {
            Node::Never => Some(false),
            Node::Always => Some(true),
            Node::Test(test) => {
                let (field, test) = &self.tests[*test];
                known(*field, test)
            }
            Node::Not(inner) => self.answer(*inner, known).map(|holds| !holds),
            Node::And(parts) => {
                let answers: Vec<Option<bool>> = parts.iter().map(|part| self.answer(*part, known)).collect();
                if answers.contains(&Some(false)) { Some(false) } else { answers.into_iter().all(|a| a == Some(true)).then_some(true) }
            }
            Node::Or(parts) => {
                let answers: Vec<Option<bool>> = parts.iter().map(|part| self.answer(*part, known)).collect();
                if answers.contains(&Some(true)) { Some(true) } else { answers.into_iter().all(|a| a == Some(false)).then_some(false) }
            }
        }
    }

    /// The tests below a node.
    fn tests_of(&self, node: usize, out: &mut BTreeSet<usize>) {
        match &self.nodes[node] {
            Node::Never | Node::Always => {}
            Node::Test(test) => {
                out.insert(*test);
            }
            Node::Not(inner) => self.tests_of(*inner, out),
            Node::And(parts) | Node::Or(parts) => parts.iter().for_each(|part| self.tests_of(*part, out)),
        }
    }

    fn fields_of(&self, node: usize) -> BTreeSet<usize> {
        let mut tests = BTreeSet::new();
        self.tests_of(node, &mut tests);
        tests.into_iter().map(|test| self.tests[test].0).collect()
    }

    /// The texts that tests of some fields ask for, as a rule spells them.
    fn asked_texts(&self, node: usize, of: &dyn Fn(usize) -> bool) -> Vec<String> {
        let mut tests = BTreeSet::new();
        self.tests_of(node, &mut tests);
        let mut texts = BTreeSet::new();
        for (_, test) in tests.into_iter().map(|test| &self.tests[test]).filter(|(field, _)| of(*field)) {
            match test {
                Test::OneOf(_, patterns) => texts.extend(patterns.iter().map(Pattern::spelled)),
                Test::Pattern(pattern) => {
                    texts.insert(pattern.spelled());
                }
                Test::Regex(regex) => {
                    texts.insert(regex.as_str().to_owned());
                }
                _ => {}
            }
        }
        texts.into_iter().collect()
    }
}
