//! Which rules are worth asking. A rule that can only match where some field has one of some texts, or has one of them in it, is asked
//! only there. The operation is the best such field, since most rules demand one and events differ in it; then whatever demands the
//! fewest texts.

use std::collections::BTreeMap;

use event::{Literal, Literals, Stands};
use regex_syntax::hir::{Hir, HirKind};

use super::pattern::Pattern;
use super::test::Test;
use super::{FieldRef, Node, Program};

/// Roots by what they demand.
#[derive(Debug, Default)]
pub struct Index {
    /// For each demanded field, the roots by text.
    pub fields: Vec<Demanded>,
    /// Roots that demand nothing that can be looked up: asked for every event.
    pub rest: Vec<usize>,
    /// The number of the field that holds the operation.
    pub operation: Option<usize>,
}

#[derive(Debug)]
pub struct Demanded {
    pub field: usize,
    pub roots: Literals<Vec<usize>>,
}

/// Texts that fields have to have, one of them.
type Demand = Vec<(usize, Literal)>;

impl Index {
    pub fn new(program: &Program, operation: &str) -> Self {
        let is_operation = |field: &FieldRef| matches!(field, FieldRef::Raw(paths) if paths.iter().any(|p| p == operation));
        let operation = program.fields.iter().position(is_operation);
        let mut rest = Vec::new();
        let mut fields: Vec<(usize, BTreeMap<Literal, Vec<usize>>)> = Vec::new();
        for (root, (node, _)) in program.roots.iter().enumerate() {
            let Some(demand) = demand(program, *node, operation) else {
                rest.push(root);
                continue;
            };
            for (field, text) in demand {
                let at = fields.iter().position(|(other, _)| *other == field).unwrap_or_else(|| {
                    fields.push((field, BTreeMap::new()));
                    fields.len() - 1
                });
                let roots = fields[at].1.entry(text).or_default();
                if roots.last() != Some(&root) {
                    roots.push(root);
                }
            }
        }
        let fields = fields.into_iter().map(|(field, roots)| Demanded { field, roots: Literals::new(roots) }).collect();
        Index { fields, rest, operation }
    }
}

/// What has to be there for the node to hold.
fn demand(program: &Program, node: usize, operation: Option<usize>) -> Option<Demand> {
    match &program.nodes[node] {
        Node::Test(test) => {
            let (field, test) = &program.tests[*test];
            // Of an object, every leaf is searched; nobody can look these up.
            if matches!(program.fields[*field], FieldRef::Record) {
                return None;
            }
            let literals = match test {
                Test::OneOf(texts, patterns) => {
                    let whole = |text: &[u8]| Literal { stands: Stands::Whole, text: text.into() };
                    patterns.iter().all(Pattern::is_ascii).then(|| texts.texts().map(whole).collect())
                }
                Test::Pattern(pattern) => pattern.literal().map(|literal| vec![literal]),
                Test::Regex(regex) => regex_syntax::parse(regex.as_str()).ok().and_then(|hir| literal(&hir)).map(|literal| vec![literal]),
                _ => None,
            };
            let mut literals = literals?;
            literals.sort();
            Some(literals.into_iter().map(|literal| (*field, literal)).collect())
        }
        Node::Or(parts) => {
            let mut all = Vec::new();
            for part in parts {
                all.extend(demand(program, *part, operation)?);
            }
            Some(all)
        }
        Node::And(parts) => parts.iter().filter_map(|part| demand(program, *part, operation)).min_by_key(|demand| {
            let parts = demand.iter().any(|(_, literal)| literal.stands != Stands::Whole);
            (!demand.iter().all(|(field, _)| Some(*field) == operation), parts, demand.len())
        }),
        Node::Never => Some(Vec::new()),
        Node::Always | Node::Not(_) => None,
    }
}

/// The longest text that stands in whatever the expression matches.
fn literal(hir: &Hir) -> Option<Literal> {
    match hir.kind() {
        HirKind::Literal(text) if text.0.is_ascii() => Some(Literal { stands: Stands::Within, text: text.0.to_ascii_lowercase().into() }),
        HirKind::Capture(capture) => literal(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => literal(&repetition.sub),
        HirKind::Concat(parts) => parts.iter().filter_map(literal).max_by_key(|literal| literal.text.len()),
        _ => None,
    }
}
