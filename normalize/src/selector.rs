//! Paths that name an element of a list: `parameters[name=ROLE].value`. The walk finds all names and all values; here they are joined.

use event::Folded;
use event::unescape::unescape;

use crate::trie::Leaf;
use crate::walk::{Hit, Hits, Text};

/// The parts of such a path: list, key, what the key has to be, and the rest.
pub fn parts(path: &str) -> Option<(&str, &str, &str, &str)> {
    let (list, rest) = path.split_once('[')?;
    let (condition, value) = rest.split_once("].")?;
    let (key, wanted) = condition.split_once('=')?;
    Some((list, key, wanted, value))
}

/// Such paths, those of one list and value together.
#[derive(Debug)]
pub struct Selectors {
    /// The numbers of the paths of all keys and all values.
    pub key: Leaf,
    pub value: Leaf,
    /// What a key has to be, and the numbers of the paths that then have the value.
    pub wanted: Folded<Vec<Leaf>>,
}

impl Selectors {
    /// Finds the values in elements that are named so. A value that lies deeper counts for the element that it lies in.
    pub fn select(&self, hits: &mut Hits, text: Text) {
        if hits.get(self.key).is_none() || hits.get(self.value).is_none() {
            return;
        }
        let mut found = Vec::new();
        let mut values = hits.all(self.value).peekable();
        for key in hits.all(self.key) {
            while values.next_if(|value| value.element < key.element).is_some() {}
            let raw = &text.bytes[key.start as usize..key.end as usize];
            let wanted = if text.escaped(key.start, key.end) {
                let mut plain = Vec::new();
                unescape(raw, &mut plain);
                self.wanted.get(&plain)
            } else {
                self.wanted.get(raw)
            };
            let Some(wanted) = wanted else { continue };
            let mut end = None;
            let mut inside =
                |value: &Hit| value.element == key.element || value.start < *end.get_or_insert_with(|| text.end_of(key.element));
            while let Some(value) = values.next_if(&mut inside) {
                found.extend(wanted.iter().map(|leaf| (*leaf, value.plain())));
            }
        }
        drop(values);
        found.into_iter().for_each(|(leaf, hit)| hits.push(leaf, hit));
    }
}
