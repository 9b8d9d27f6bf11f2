//! The paths that are wanted of a log source's records, by number: which are visited, and which a column takes out of `unmapped`.

use crate::selector::{self, Selector};
use crate::trie::{Leaf, Taken};

#[derive(Default)]
pub struct Paths {
    names: Vec<String>,
    pub visited: Vec<bool>,
    pub taken: Vec<Taken>,
}

impl Paths {
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// One more, under the next number.
    pub fn push(&mut self, path: &str) {
        self.names.push(path.to_owned());
        self.visited.push(false);
        self.taken.push(Taken::No);
    }

    /// The number of a path. Each spelling has its own: a key that is spelled so beats one in other letters.
    pub fn number(&mut self, path: &str) -> usize {
        self.names.iter().position(|known| known == path).unwrap_or_else(|| {
            self.push(path);
            self.names.len() - 1
        })
    }

    /// The number of a path that is visited from now on.
    pub fn visit(&mut self, path: &str) -> Leaf {
        let number = self.number(path);
        self.visited[number] = true;
        number as Leaf
    }

    /// The visited paths that name an element of a list; what they are joined of is visited from now on.
    pub fn selectors(&mut self) -> Vec<Selector> {
        let mut selectors = Vec::new();
        for number in (0..self.names.len()).filter(|number| self.visited[*number]).collect::<Vec<_>>() {
            let name = self.names[number].clone();
            if let Some((list, key, wanted, value)) = selector::parts(&name) {
                let (key, value) = (self.visit(&format!("{list}.{key}")), self.visit(&format!("{list}.{value}")));
                selectors.push(Selector { leaf: number as Leaf, key, value, wanted: wanted.into() });
            }
        }
        selectors
    }

    /// What the walk looks for; with `unmapped` also what it has to leave out of that.
    pub fn used(&self, unmapped: bool) -> Vec<(&str, Leaf, Taken)> {
        let plain = (0..self.names.len()).filter(|number| selector::parts(&self.names[*number]).is_none());
        let used = plain.filter(|number| self.visited[*number] || (unmapped && self.taken[*number] != Taken::No));
        used.map(|number| (self.names[number].as_str(), number as Leaf, self.taken[number])).collect()
    }
}
