//! Paths that name an element of a list: `parameters[name=ROLE].value`. The walk finds all names and all values; here they are joined.

use crate::trie::Leaf;
use crate::walk::{Hit, Hits, Text};

/// The parts of such a path: list, key, what the key has to be, and the rest.
pub fn parts(path: &str) -> Option<(&str, &str, &str, &str)> {
    let (list, rest) = path.split_once('[')?;
    let (condition, value) = rest.split_once("].")?;
    let (key, wanted) = condition.split_once('=')?;
    Some((list, key, wanted, value))
}

/// One such path.
#[derive(Debug)]
pub struct Selector {
    /// Its number.
    pub leaf: Leaf,
    /// The numbers of the paths of all keys and all values.
    pub key: Leaf,
    pub value: Leaf,
    pub wanted: Box<str>,
}

impl Selector {
    /// Finds the values in elements that are named so. A value that lies deeper counts for the element that it lies in.
    pub fn select(&self, hits: &mut Hits, text: Text) {
        if hits.get(self.key).is_none() {
            return;
        }
        let keys: Vec<Hit> = hits.all(self.key).collect();
        let mut found = Vec::new();
        let mut at = 0;
        for value in hits.all(self.value) {
            while keys.get(at + 1).is_some_and(|next| next.element <= value.start) {
                at += 1;
            }
            let key = keys[at];
            let inside = value.element == key.element || (value.element > key.element && value.start > key.element);
            if inside && text.is(key, &self.wanted) {
                found.push(value);
            }
        }
        found.into_iter().for_each(|hit| hits.push(self.leaf, hit.plain()));
    }
}
