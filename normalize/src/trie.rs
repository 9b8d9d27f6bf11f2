//! The paths that are wanted of a record, as a tree over keys. A key is found without regard to ASCII case; a key with a dot in it is
//! taken for the path it spells. Lists on the way are walked element by element, so paths do not name them.

use std::borrow::Cow;

/// A wanted path's number.
pub type Leaf = u16;

/// One key under a node.
#[derive(Debug, Default)]
pub struct Child {
    pub key: Box<[u8]>,
    /// Further keys below it.
    pub node: Option<u16>,
    /// The path ends here; with its rank: where a record spells a path in two ways, the lower rank counts.
    pub leaf: Option<(Leaf, u32)>,
    /// What `unmapped` makes of it.
    pub taken: Taken,
    /// The whole path, where it has to be spelled.
    pub path: Box<str>,
    /// The elements of this list are events of their own: it is left to whoever takes them one by one. Its number among such lists.
    pub events: Option<usize>,
}

/// Whether a column takes a value, so that it need not stand in `unmapped`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Taken {
    #[default]
    No,
    /// Texts, numbers, booleans.
    Scalar,
    Any,
}

#[derive(Debug, Default)]
pub struct Node {
    pub children: Vec<Child>,
    /// Open addressing over `children`, 1-based; a power of two.
    table: Vec<(Sign, u16)>,
    /// The number of the first child among all children of the tree.
    pub first: u32,
    /// Some keys are spelled alike but for their case: each has its own answer, since an exact key beats a folded one.
    pub has_variants: bool,
    /// Some path below is taken by a column: its object is looked into for `unmapped`.
    pub partly_taken: bool,
}

/// The tree; node 0 is the record itself.
#[derive(Debug)]
pub struct Trie {
    pub nodes: Vec<Node>,
    /// Node and child of each list whose elements are events.
    events: Vec<(usize, usize)>,
}

impl Trie {
    /// The last of each path's four says which of its spellings it is, 0 for its own: a lower one counts more. Of two paths that are
    /// spelled alike, the later has the place. `events` are the paths of lists whose elements are events of their own.
    pub fn new(paths: &[(Cow<str>, Leaf, Taken, u32)], events: &[&str]) -> Self {
        let mut trie = Trie { nodes: vec![Node::default()], events: Vec::new() };
        for (path, leaf, taken, spelling) in paths {
            let parts: Vec<&str> = path.split('.').collect();
            trie.insert(0, &parts, 0, *leaf, *taken, spelling.min(&3) << 30, 0);
        }
        for (at, node) in trie.nodes.iter_mut().enumerate() {
            for (n, child) in node.children.iter_mut().enumerate() {
                if events.contains(&&*child.path) && child.node.is_some() {
                    child.events = Some(trie.events.len());
                    trie.events.push((at, n));
                }
            }
        }
        let mut first = 0;
        for node in &mut trie.nodes {
            node.index();
            node.first = first;
            first += node.children.len() as u32;
        }
        trie
    }

    /// A list whose elements are events of their own.
    pub fn events(&self, number: usize) -> &Child {
        let (node, child) = self.events[number];
        &self.nodes[node].children[child]
    }

    /// Every way to spell the rest of the path in keys: `a.b` may be one key, or `b` within `a`.
    #[allow(clippy::too_many_arguments)]
    fn insert(&mut self, node: usize, parts: &[&str], done: usize, leaf: Leaf, taken: Taken, rank: u32, level: u32) {
        let left = parts.len() - done;
        for length in 1..=left {
            // The longer key beats descent, level by level.
            let rank = rank | (7 - (length as u32 - 1).min(7)) << (27u32.saturating_sub(level * 3));
            let key = parts[done..done + length].join(".");
            let plain = length == 1;
            let child = self.child(node, &key, || parts[..done + length].join("."));
            if length == left {
                let child = &mut self.nodes[node].children[child];
                child.leaf = Some((leaf, rank));
                child.taken = match (child.taken, taken) {
                    (Taken::Any, _) | (_, Taken::Any) => Taken::Any,
                    (Taken::Scalar, _) | (_, Taken::Scalar) => Taken::Scalar,
                    _ => Taken::No,
                };
            } else {
                let next = match self.nodes[node].children[child].node {
                    Some(next) => next,
                    None => {
                        self.nodes.push(Node::default());
                        let next = (self.nodes.len() - 1) as u16;
                        self.nodes[node].children[child].node = Some(next);
                        next
                    }
                };
                if taken != Taken::No && plain {
                    self.nodes[next as usize].partly_taken = true;
                }
                self.insert(next as usize, parts, done + length, leaf, taken, rank, level + 1);
            }
        }
    }

    fn child(&mut self, node: usize, key: &str, path: impl Fn() -> String) -> usize {
        let children = &mut self.nodes[node].children;
        if let Some(at) = children.iter().position(|child| *child.key == *key.as_bytes()) {
            return at;
        }
        children.push(Child { key: key.as_bytes().into(), path: path().into(), ..Child::default() });
        children.len() - 1
    }
}

/// A key's length, its first and its last eight bytes: all there is of one of up to sixteen, and nearly always enough to know it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sign {
    length: u32,
    first: u64,
    last: u64,
}

const FOLD: u64 = 0x2020_2020_2020_2020;

impl Sign {
    const WHOLE: u32 = 16;

    /// Of the key at `bytes[start..end]`; behind the arena's documents there is room to read eight bytes.
    #[inline]
    fn of(bytes: &[u8], start: usize, end: usize) -> Self {
        let key = &bytes[start..end];
        let (first, last) = match (key.first_chunk(), key.last_chunk()) {
            (Some(first), Some(last)) => (u64::from_le_bytes(*first), u64::from_le_bytes(*last)),
            _ => (bytes[start..].first_chunk().map_or(0, |eight| u64::from_le_bytes(*eight)) & ((1 << (key.len() * 8)) - 1), 0),
        };
        Self { length: key.len() as u32, first, last }
    }

    /// The same for keys that differ in case alone, and for few others.
    #[inline]
    fn folded(self) -> Self {
        Self { length: self.length, first: self.first | FOLD, last: self.last | FOLD }
    }

    #[inline]
    fn hash(self) -> usize {
        let folded = self.folded();
        let mixed = (folded.first ^ folded.last.rotate_left(29) ^ u64::from(self.length)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (mixed >> 40) as usize
    }
}

impl Node {
    fn index(&mut self) {
        let size = (self.children.len() * 4).next_power_of_two();
        self.table = vec![(Sign::default(), 0); size];
        let alike = |n: usize, child: &Child| self.children[..n].iter().any(|other| other.key.eq_ignore_ascii_case(&child.key));
        self.has_variants = self.children.iter().enumerate().any(|(n, child)| alike(n, child));
        for (n, child) in self.children.iter().enumerate() {
            let mut padded = child.key.to_vec();
            padded.extend([0; 8]);
            let sign = Sign::of(&padded, 0, child.key.len());
            let mut at = sign.hash() & (size - 1);
            while self.table[at].1 != 0 {
                at = (at + 1) & (size - 1);
            }
            self.table[at] = (sign, n as u16 + 1);
        }
    }

    /// The child for the key at `bytes[start..end]`, and whether it is spelled exactly so.
    #[inline(always)]
    pub fn find(&self, bytes: &[u8], start: usize, end: usize) -> Option<(usize, bool)> {
        let sign = Sign::of(bytes, start, end);
        let at = sign.hash() & (self.table.len() - 1);
        // Mostly the first look tells.
        let (found, n) = self.table[at];
        let child = (n as usize).checked_sub(1)?;
        if found == sign && (sign.length <= Sign::WHOLE || *self.children[child].key == bytes[start..end]) {
            return Some((child, true));
        }
        self.search(at, sign, &bytes[start..end])
    }

    #[inline(never)]
    fn search(&self, mut at: usize, sign: Sign, key: &[u8]) -> Option<(usize, bool)> {
        loop {
            let (found, n) = self.table[at];
            let child = (n as usize).checked_sub(1)?;
            if found.folded() == sign.folded() {
                let found = &*self.children[child].key;
                if *found == *key {
                    return Some((child, true));
                }
                if found.eq_ignore_ascii_case(key) {
                    return Some((child, false));
                }
            }
            at = (at + 1) & (self.table.len() - 1);
        }
    }

    /// The children beside `n` that the key is for too, and whether it is spelled exactly so.
    pub fn variants<'a>(&'a self, n: usize, key: &'a [u8]) -> impl Iterator<Item = (usize, bool)> + use<'a> {
        let others = self.children.iter().enumerate().filter(move |(m, child)| *m != n && child.key.eq_ignore_ascii_case(key));
        others.map(move |(m, child)| (m, *child.key == *key))
    }

    /// Every path number at or below a child, with its rank.
    pub fn leaves(trie: &Trie, child: &Child, out: &mut Vec<(Leaf, u32)>) {
        out.extend(child.leaf);
        if let Some(node) = child.node {
            for child in &trie.nodes[node as usize].children {
                Node::leaves(trie, child, out);
            }
        }
    }
}
