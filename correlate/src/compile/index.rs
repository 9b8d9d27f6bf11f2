//! Which rules are worth asking. A rule that can only match where some field has one of some texts is asked only there. The operation is
//! the best such field, since most rules demand one and events differ in it; then whatever demands the fewest texts.

use std::collections::HashMap;

use event::Folded;

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
    pub roots: Folded<Vec<usize>>,
    /// All roots that demand this field: asked where a text cannot be looked up, since its case folds beyond ASCII.
    pub all: Vec<usize>,
}

/// Texts that a field has to have, one of them.
type Demand = Vec<(usize, Box<[u8]>)>;

impl Index {
    pub fn new(program: &Program, operation: &str) -> Self {
        let is_operation = |field: &FieldRef| matches!(field, FieldRef::Raw(paths) if paths.iter().any(|p| p == operation));
        let operation = program.fields.iter().position(is_operation);
        let mut rest = Vec::new();
        let mut fields: Vec<(usize, HashMap<Box<[u8]>, Vec<usize>, _>)> = Vec::new();
        for (root, (node, _)) in program.roots.iter().enumerate() {
            let Some(demand) = demand(program, *node, operation) else {
                rest.push(root);
                continue;
            };
            for (field, text) in demand {
                let at = fields.iter().position(|(other, _)| *other == field).unwrap_or_else(|| {
                    fields.push((field, HashMap::default()));
                    fields.len() - 1
                });
                let roots = fields[at].1.entry(text).or_default();
                if roots.last() != Some(&root) {
                    roots.push(root);
                }
            }
        }
        let demanded = |(field, roots): (usize, HashMap<_, Vec<usize>, _>)| {
            let mut all: Vec<usize> = roots.values().flatten().copied().collect();
            all.sort_unstable();
            all.dedup();
            Demanded { field, roots: Folded::new(roots), all }
        };
        Index { fields: fields.into_iter().map(demanded).collect(), rest, operation }
    }
}

impl Demanded {
    /// The roots that demand this text.
    #[inline]
    pub fn roots(&self, text: &str) -> &[usize] {
        match self.roots.get(text.as_bytes()) {
            Some(roots) => roots,
            None if text.is_ascii() => &[],
            None => &self.all,
        }
    }
}

/// What has to be there for the node to hold.
fn demand(program: &Program, node: usize, first: Option<usize>) -> Option<Demand> {
    match &program.nodes[node] {
        Node::Test(test) => match &program.tests[*test] {
            (field, Test::OneOf(texts, patterns)) if only_ascii(patterns) => {
                // Objects are searched in their leaves, which nobody can look up.
                let record = matches!(program.fields[*field], FieldRef::Record);
                (!record).then(|| {
                    let mut texts: Vec<_> = texts.keys().map(|text| (*field, text.into())).collect();
                    texts.sort();
                    texts
                })
            }
            _ => None,
        },
        Node::Or(parts) => {
            let mut all = Vec::new();
            for part in parts {
                all.extend(demand(program, *part, first)?);
            }
            Some(all)
        }
        Node::And(parts) => parts
            .iter()
            .filter_map(|part| demand(program, *part, first))
            .min_by_key(|demand| (!demand.iter().all(|(field, _)| Some(*field) == first), demand.len())),
        Node::Never => Some(Vec::new()),
        Node::Always | Node::Not(_) => None,
    }
}

/// Equal texts were folded into one; what matters is that none was left out for being beyond ASCII.
fn only_ascii(patterns: &[super::pattern::Pattern]) -> bool {
    use super::pattern::Part;
    patterns.iter().all(|pattern| pattern.parts.iter().all(|part| !matches!(part, Part::Text(text) if !text.is_ascii())))
}
