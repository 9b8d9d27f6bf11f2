//! The paths that are wanted of a log source's records, by number: which are visited, and which a column takes out of `unmapped`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use event::Folded;

use crate::selector::{self, Selectors};
use crate::trie::{Leaf, Taken};

pub struct Paths {
    /// What other shapes call a path.
    spellings: fn(&str) -> Vec<String>,
    /// The number of the path that each such spelling is, in lower case.
    spelled: BTreeMap<String, usize>,
    names: Vec<String>,
    pub visited: Vec<bool>,
    pub taken: Vec<Taken>,
}

impl Paths {
    pub fn new(spellings: fn(&str) -> Vec<String>) -> Self {
        Self { spellings, spelled: BTreeMap::new(), names: Vec::new(), visited: Vec::new(), taken: Vec::new() }
    }

    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// One more, under the next number.
    pub fn push(&mut self, path: &str) {
        let number = self.names.len();
        self.spelled.extend((self.spellings)(path).into_iter().map(|spelling| (spelling.to_ascii_lowercase(), number)));
        self.names.push(path.to_owned());
        self.visited.push(false);
        self.taken.push(Taken::No);
    }

    /// The number of a path. What is another shape's spelling of a path is that path; else each way to write it has its own, since a key
    /// that is spelled so beats one in other letters.
    pub fn number(&mut self, path: &str) -> usize {
        let known = self.names.iter().position(|known| known == path);
        known.or_else(|| self.spelled.get(&path.to_ascii_lowercase()).copied()).unwrap_or_else(|| {
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
    pub fn selectors(&mut self) -> Vec<Selectors> {
        let mut of_lists: BTreeMap<(Leaf, Leaf), BTreeMap<String, Vec<Leaf>>> = BTreeMap::new();
        for number in (0..self.names.len()).filter(|number| self.visited[*number]).collect::<Vec<_>>() {
            let name = self.names[number].clone();
            if let Some((list, key, wanted, value)) = selector::parts(&name) {
                let (key, value) = (self.visit(&format!("{list}.{key}")), self.visit(&format!("{list}.{value}")));
                of_lists.entry((key, value)).or_default().entry(wanted.to_ascii_lowercase()).or_default().push(number as Leaf);
            }
        }
        of_lists.into_iter().map(|((key, value), wanted)| Selectors { key, value, wanted: Folded::of(wanted) }).collect()
    }

    /// What the walk looks for; with `unmapped` also what it has to leave out of that. The last of four says which spelling of its path it
    /// is, 0 for its own, which comes last and so has its place whatever else is spelled so.
    pub fn used(&self, unmapped: bool) -> Vec<(Cow<'_, str>, Leaf, Taken, u32)> {
        let plain = (0..self.names.len()).filter(|number| selector::parts(&self.names[*number]).is_none());
        let used: Vec<usize> = plain.filter(|number| self.visited[*number] || (unmapped && self.taken[*number] != Taken::No)).collect();
        let others = used.iter().flat_map(|number| {
            let spellings = (self.spellings)(&self.names[*number]).into_iter().zip(1..);
            spellings.map(|(path, spelling)| (Cow::Owned(path), *number as Leaf, self.taken[*number], spelling))
        });
        let own = used.iter().map(|number| (Cow::Borrowed(self.names[*number].as_str()), *number as Leaf, self.taken[*number], 0));
        others.chain(own).collect()
    }
}
