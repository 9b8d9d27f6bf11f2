//! The paths that are wanted of a record, as a tree over keys. A key is found without regard to ASCII case; a key with a dot in it is
//! taken for the path it spells. Lists on the way are walked element by element, so paths do not name them.

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
    table: Vec<u16>,
    /// Some path below is taken by a column: its object is looked into for `unmapped`.
    pub partly_taken: bool,
}

/// The tree; node 0 is the record itself.
#[derive(Debug)]
pub struct Trie {
    pub nodes: Vec<Node>,
}

impl Trie {
    pub fn new(paths: &[(&str, Leaf, Taken)]) -> Self {
        let mut trie = Trie { nodes: vec![Node::default()] };
        for (path, leaf, taken) in paths {
            let parts: Vec<&str> = path.split('.').collect();
            trie.insert(0, &parts, 0, path, *leaf, *taken, 0, 0);
        }
        trie.nodes.iter_mut().for_each(Node::index);
        trie
    }

    /// Every way to spell the rest of the path in keys: `a.b` may be one key, or `b` within `a`.
    #[allow(clippy::too_many_arguments)]
    fn insert(&mut self, node: usize, parts: &[&str], done: usize, path: &str, leaf: Leaf, taken: Taken, rank: u32, level: u32) {
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
                self.insert(next as usize, parts, done + length, path, leaf, taken, rank, level + 1);
            }
        }
    }

    fn child(&mut self, node: usize, key: &str, path: impl Fn() -> String) -> usize {
        let children = &mut self.nodes[node].children;
        if let Some(at) = children.iter().position(|child| child.key.eq_ignore_ascii_case(key.as_bytes())) {
            return at;
        }
        children.push(Child { key: key.as_bytes().into(), path: path().into(), ..Child::default() });
        children.len() - 1
    }
}

fn hash(key: &[u8]) -> usize {
    let (Some(first), Some(last)) = (key.first(), key.last()) else {
        return 0;
    };
    let middle = key[key.len() / 2];
    let fold = |b: u8| usize::from(b | 0x20);
    (key.len() * 7) ^ fold(*first) ^ (fold(*last) << 2) ^ (fold(middle) << 4)
}

/// Whether two keys of one length are equal. Most are short: two loads of eight bytes are all that is needed.
#[inline]
fn equal(a: &[u8], b: &[u8]) -> bool {
    let eight = |text: &[u8]| text.first_chunk::<8>().map(|chunk| u64::from_le_bytes(*chunk));
    let last_eight = |text: &[u8]| text.last_chunk::<8>().map(|chunk| u64::from_le_bytes(*chunk));
    if a.len() < 8 || a.len() > 16 {
        return a == b;
    }
    eight(a) == eight(b) && last_eight(a) == last_eight(b)
}

impl Node {
    fn index(&mut self) {
        let size = (self.children.len() * 4).next_power_of_two();
        self.table = vec![0; size];
        for (n, child) in self.children.iter().enumerate() {
            let mut at = hash(&child.key) & (size - 1);
            while self.table[at] != 0 {
                at = (at + 1) & (size - 1);
            }
            self.table[at] = n as u16 + 1;
        }
    }

    /// The child for a key, and whether the key is spelled exactly so.
    #[inline]
    pub fn find(&self, key: &[u8]) -> Option<(usize, bool)> {
        let mask = self.table.len() - 1;
        let mut at = hash(key) & mask;
        loop {
            let n = self.table[at];
            if n == 0 {
                return None;
            }
            let child = &self.children[n as usize - 1];
            if child.key.len() == key.len() {
                if equal(&child.key, key) {
                    return Some((n as usize - 1, true));
                }
                if child.key.eq_ignore_ascii_case(key) {
                    return Some((n as usize - 1, false));
                }
            }
            at = (at + 1) & mask;
        }
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
