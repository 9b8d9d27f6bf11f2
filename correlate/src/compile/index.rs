//! Which rules are worth asking. A rule that can only match where some field has one of some texts is asked only there. The operation is
//! the best such field, since most rules demand one and events differ in it; then whatever demands the fewest texts.

use std::collections::HashMap;

use super::test::Test;
use super::{FieldRef, Node, Program};

/// Roots by what they demand.
#[derive(Debug, Default)]
pub struct Index {
    /// For each demanded field, the roots by folded text.
    pub fields: Vec<Demanded>,
    /// Roots that demand nothing that can be looked up: asked for every event.
    pub rest: Vec<usize>,
}

#[derive(Debug)]
pub struct Demanded {
    pub field: usize,
    pub roots: HashMap<Box<[u8]>, Vec<usize>, foldhash::fast::FixedState>,
    /// All roots that demand this field: asked where a text cannot be looked up, since its case folds beyond ASCII.
    pub all: Vec<usize>,
    /// Which lengths and first letters occur: most events are told apart by that alone.
    starts: [u64; 64],
}

/// Texts that a field has to have, one of them.
type Demand = Vec<(usize, Box<[u8]>)>;

impl Index {
    pub fn new(program: &Program, operation: &str) -> Self {
        let first = program.fields.iter().position(|field| matches!(field, FieldRef::Raw(paths) if paths.iter().any(|p| p == operation)));
        let mut index = Index::default();
        for (root, (node, _)) in program.roots.iter().enumerate() {
            match demand(program, *node, first) {
                None => index.rest.push(root),
                Some(demand) => {
                    for (field, text) in demand {
                        let at = index.fields.iter().position(|demanded| demanded.field == field).unwrap_or_else(|| {
                            index.fields.push(Demanded { field, roots: HashMap::default(), all: Vec::new(), starts: [0; 64] });
                            index.fields.len() - 1
                        });
                        let demanded = &mut index.fields[at];
                        demanded.starts[text.len() & 63] |= bit(&text);
                        let roots = demanded.roots.entry(text).or_default();
                        if roots.last() != Some(&root) {
                            roots.push(root);
                        }
                        if demanded.all.last() != Some(&root) {
                            demanded.all.push(root);
                        }
                    }
                }
            }
        }
        index
    }
}

fn bit(text: &[u8]) -> u64 {
    1 << (text.first().map_or(0, |b| b.to_ascii_lowercase()) & 63)
}

impl Demanded {
    /// The roots that demand this text.
    #[inline]
    pub fn roots(&self, text: &str) -> &[usize] {
        let bytes = text.as_bytes();
        if self.starts[bytes.len() & 63] & bit(bytes) == 0 && text.is_ascii() {
            return &[];
        }
        if !text.is_ascii() {
            return &self.all;
        }
        let mut folded = [0; 128];
        let found = match folded.get_mut(..bytes.len()) {
            Some(folded) => {
                folded.copy_from_slice(bytes);
                folded.make_ascii_lowercase();
                self.roots.get(&*folded)
            }
            None => self.roots.get(bytes.to_ascii_lowercase().as_slice()),
        };
        found.map_or(&[], Vec::as_slice)
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
                    let mut texts: Vec<_> = texts.iter().map(|text| (*field, text.clone())).collect();
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
