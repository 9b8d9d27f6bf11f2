//! One walk over the positions of a record, which takes what the trie wants and steps over all else. Keys fold ASCII case, an exact
//! key beats a folded one, the last duplicate wins, a key that spells a path beats descent, lists are searched element by element.
//! Never touches a byte and never fails: the document was checked before.

use event::JsonKind;

use crate::trie::{Child, Leaf, Node, Taken, Trie};
use event::unescape::unescape;

/// A value that the trie wanted. Offsets are into the arena; a text stands without its quotes, its escapes as they are.
#[derive(Clone, Copy, Debug, Default)]
pub struct Hit {
    pub kind: JsonKind,
    pub start: u32,
    pub end: u32,
    /// Where the list element begins that it stands in; 0 outside of lists.
    pub element: u32,
    rank: u32,
}

impl Hit {
    /// The same value under another path.
    pub fn plain(self) -> Self {
        Self { rank: 0, ..self }
    }

    /// The value as JSON: a text with its quotes, its escapes left alone.
    pub fn json(mut self) -> Self {
        if self.kind == JsonKind::Text {
            (self.kind, self.start, self.end) = (JsonKind::Object, self.start - 1, self.end + 1);
        }
        self
    }
}

/// What a record gave: one hit a leaf, and the rest of those that have several.
#[derive(Debug, Default)]
pub struct Hits {
    slots: Vec<(u32, Hit)>,
    /// Further hits, in order.
    more: Vec<(Leaf, Hit)>,
    epoch: u32,
    /// Key and value of each member that no column takes: where the key stands, its path where it is not at the top, and the value.
    pub unmapped: Vec<Unmapped>,
    pub duplicates: u32,
    /// Objects that were walked.
    objects: u64,
    /// For each child of the tree, the object that had it last; twice its number, plus one if the key was exact.
    seen: Vec<u64>,
    /// The list whose elements are events of their own, where the record has one: its number, and its position.
    pub events: Option<(usize, usize)>,
    /// What the slots held before an event of several was walked, while one is.
    journal: Option<Vec<(Leaf, (u32, Hit))>>,
}

/// How far hits had come before one of a record's events was walked.
pub struct Mark {
    more: usize,
    unmapped: usize,
}

#[derive(Clone, Debug)]
pub struct Unmapped {
    pub key: (u32, u32),
    /// The path of the object that holds it; empty at the top.
    pub under: String,
    pub value: (u32, u32),
}

impl Hits {
    fn clear(&mut self, leaves: usize) {
        self.slots.resize(leaves, (0, Hit::default()));
        self.epoch += 1;
        self.more.clear();
        self.unmapped.clear();
        self.events = None;
    }

    /// Before one of a record's events is walked.
    pub fn mark(&mut self) -> Mark {
        self.journal = Some(Vec::new());
        Mark { more: self.more.len(), unmapped: self.unmapped.len() }
    }

    /// Forgets what that event gave.
    pub fn back_to(&mut self, mark: &Mark) {
        for (leaf, slot) in self.journal.take().into_iter().flatten().rev() {
            self.slots[leaf as usize] = slot;
        }
        self.more.truncate(mark.more);
        self.unmapped.truncate(mark.unmapped);
    }

    #[inline]
    pub fn get(&self, leaf: Leaf) -> Option<Hit> {
        let (epoch, hit) = self.slots[leaf as usize];
        (epoch == self.epoch).then_some(hit)
    }

    /// Every hit of a leaf.
    pub fn all(&self, leaf: Leaf) -> impl Iterator<Item = Hit> {
        // Where the first is missing, there are no further ones.
        let first = self.get(leaf);
        let more: &[(Leaf, Hit)] = if first.is_some() { &self.more } else { &[] };
        first.into_iter().chain(more.iter().filter(move |(of, _)| *of == leaf).map(|(_, hit)| *hit))
    }

    pub fn has_more(&self) -> bool {
        !self.more.is_empty()
    }

    pub fn more_of(&self, leaf: Leaf) -> impl Iterator<Item = Hit> {
        self.more.iter().filter(move |(of, _)| *of == leaf).map(|(_, hit)| *hit)
    }

    #[inline]
    pub fn push(&mut self, leaf: Leaf, hit: Hit) {
        let slot = &mut self.slots[leaf as usize];
        if let Some(journal) = &mut self.journal {
            journal.push((leaf, *slot));
        }
        if slot.0 != self.epoch {
            *slot = (self.epoch, hit);
        } else if hit.rank == slot.1.rank {
            self.more.push((leaf, hit));
        } else if hit.rank < slot.1.rank {
            slot.1 = hit;
            self.more.retain(|(of, _)| *of != leaf);
        }
    }

    /// A key stands in an object for the second time, perhaps in other letters: an exact one beats a folded one, else the later one wins,
    /// and what the earlier one gave is forgotten. `leaves` says what that may be, and where the object begins.
    #[inline]
    fn is_beaten(&mut self, child: u32, object: u64, exact: bool, leaves: impl FnOnce() -> (Vec<(Leaf, u32)>, u32)) -> bool {
        if self.seen.len() <= child as usize {
            self.seen.resize(child as usize + 64, 0);
        }
        let seen = std::mem::replace(&mut self.seen[child as usize], object << 1 | u64::from(exact));
        if seen >> 1 != object {
            return false;
        }
        self.duplicates += 1;
        if seen & 1 == 1 && !exact {
            self.seen[child as usize] = seen;
            return true;
        }
        let (leaves, from) = leaves();
        self.forget(&leaves, from);
        false
    }

    /// Forgets what one key gave: a later duplicate replaces it. `from` is where its object begins; the rank says which spelling of a
    /// path it was, since another key may have given the same leaf.
    fn forget(&mut self, leaves: &[(Leaf, u32)], from: u32) {
        self.more.retain(|(leaf, hit)| hit.start < from || !leaves.contains(&(*leaf, hit.rank)));
        for (leaf, rank) in leaves {
            let slot = &mut self.slots[*leaf as usize];
            if slot.0 != self.epoch || slot.1.start < from || slot.1.rank != *rank {
                continue;
            }
            match self.more.iter().position(|(of, _)| of == leaf) {
                Some(at) => slot.1 = self.more.remove(at).1,
                None => slot.0 = 0,
            }
        }
    }
}

/// The text of one document with its positions.
#[derive(Clone, Copy)]
pub struct Text<'a> {
    /// The whole arena.
    pub bytes: &'a [u8],
    /// Where the document begins in it.
    pub base: u32,
    /// Positions, counted from `base`.
    pub at: &'a [u32],
    /// For each position of an opening bracket, which position is that of the closing one.
    pub closes: &'a [u32],
    /// Where its backslashes that escape something stand in the arena.
    pub backslashes: &'a [u32],
    /// The first of them in the record at hand, or behind it: what ends before it has no escapes.
    pub escapes_from: u32,
}

impl<'a> Text<'a> {
    /// For the record that begins at `start`.
    pub fn of_record(self, start: u32) -> Self {
        let at = self.backslashes.partition_point(|at| *at < start);
        Self { escapes_from: self.backslashes.get(at).copied().unwrap_or(u32::MAX), ..self }
    }

    /// Whether a text has escapes.
    #[inline]
    pub fn escaped(&self, start: u32, end: u32) -> bool {
        end > self.escapes_from && memchr::memchr(b'\\', &self.bytes[start as usize..end as usize]).is_some()
    }

    /// The byte at the `i`th position.
    #[inline]
    pub fn byte(&self, i: usize) -> u8 {
        match self.at.get(i) {
            Some(at) => self.bytes[(self.base + at) as usize],
            None => 0,
        }
    }

    #[inline]
    pub fn offset(&self, i: usize) -> u32 {
        self.base + self.at[i]
    }

    /// The position behind the value at `i`.
    #[inline]
    pub fn skip(&self, i: usize) -> usize {
        match self.byte(i) {
            b'{' | b'[' => self.closes[i] as usize + 1,
            _ => i + 1,
        }
    }

    /// Where the object or list ends that begins at byte `start` of the arena.
    pub fn end_of(&self, start: u32) -> u32 {
        let i = self.at.partition_point(|at| self.base + at < start);
        self.offset(self.skip(i) - 1) + 1
    }

    /// Where the text before the `i`th position ends, without white space.
    #[inline]
    fn end_before(&self, i: usize) -> u32 {
        // Mostly there is no white space.
        if let Some(at) = self.at.get(i) {
            let end = self.base + at;
            if self.bytes[end as usize - 1] > b' ' {
                return end;
            }
        }
        self.end_before_space(i)
    }

    #[cold]
    fn end_before_space(&self, i: usize) -> u32 {
        let mut end = self.at.get(i).map_or(self.bytes.len() as u32, |at| self.base + at);
        while end > 0 && event::cut::is_space(self.bytes[end as usize - 1]) {
            end -= 1;
        }
        end
    }

    /// The value at `i` that ends before position `next`.
    #[inline]
    pub fn value(&self, i: usize, next: usize) -> Hit {
        self.value_that_begins(self.byte(i), i, next)
    }

    /// The same, where its first byte is known.
    #[inline(always)]
    fn value_that_begins(&self, first: u8, i: usize, next: usize) -> Hit {
        let start = self.offset(i);
        let (kind, start, end) = match first {
            b'"' => (JsonKind::Text, start + 1, self.end_before(next) - 1),
            b'{' => (JsonKind::Object, start, self.offset(next - 1) + 1),
            b'[' => (JsonKind::List, start, self.offset(next - 1) + 1),
            b't' | b'f' => (JsonKind::Bool, start, self.end_before(next)),
            b'n' => (JsonKind::Null, start, start + 4),
            _ => (JsonKind::Number, start, self.end_before(next)),
        };
        Hit { kind, start, end, element: 0, rank: 0 }
    }

    /// Where the key at `i` begins and ends, without its quotes.
    #[inline]
    pub fn key(&self, i: usize) -> (u32, u32) {
        (self.offset(i) + 1, self.end_before(i + 1) - 1)
    }

    /// The members of the object at `i`: key and position of the value.
    pub fn members(self, i: usize) -> impl Iterator<Item = ((u32, u32), usize)> + use<'a> {
        let mut at = i + 1;
        std::iter::from_fn(move || {
            if self.byte(at) == b',' {
                at += 1;
            }
            if self.byte(at) != b'"' {
                return None;
            }
            let member = (self.key(at), at + 2);
            at = self.skip(at + 2);
            Some(member)
        })
    }

    /// The positions of a list's elements.
    pub fn elements(self, i: usize) -> impl Iterator<Item = usize> + use<'a> {
        let mut at = i + 1;
        std::iter::from_fn(move || {
            if self.byte(at) == b',' {
                at += 1;
            }
            if matches!(self.byte(at), b']' | 0) {
                return None;
            }
            let element = at;
            at = self.skip(at);
            Some(element)
        })
    }

    /// The position behind the object in which `i` is the position behind a value.
    pub fn skip_rest(&self, mut i: usize) -> usize {
        while self.byte(i) == b',' {
            i = self.skip(i + 3);
        }
        i + 1
    }
}

/// Walks a record.
pub struct Walk<'a> {
    pub text: Text<'a>,
    pub trie: &'a Trie,
    pub hits: &'a mut Hits,
    /// Whether members that no column takes are wanted.
    pub unmapped: bool,
    /// Where the list element begins that is being walked.
    pub element: u32,
}

impl<'a> Walk<'a> {
    /// The record at position `i`, an object; gives the position behind it.
    pub fn record(&mut self, i: usize, leaves: usize) -> usize {
        self.hits.clear(leaves);
        if self.unmapped { self.object::<true>(i, 0, "") } else { self.object::<false>(i, 0, "") }
    }

    /// `under` is the path of this object. `UNMAPPED`: members that no column takes are wanted.
    fn object<const UNMAPPED: bool>(&mut self, i: usize, node: u16, under: &'a str) -> usize {
        let (trie, text) = (self.trie, self.text);
        let node = &trie.nodes[node as usize];
        let mut at = i + 1;
        if text.byte(at) != b'"' {
            return at + 1;
        }
        // Which children this object had, is told by its number.
        self.hits.objects += 1;
        let object = self.hits.objects;
        loop {
            let (start, end) = text.key(at);
            let found = if text.escaped(start, end) {
                let mut key = Vec::new();
                unescape(&text.bytes[start as usize..end as usize], &mut key);
                let length = key.len();
                key.extend([0; 8]);
                node.find(&key, 0, length)
            } else {
                node.find(text.bytes, start as usize, end as usize)
            };
            let value = at + 2;
            let first = text.byte(value);
            let next = match found {
                None => {
                    let next = text.skip(value);
                    if UNMAPPED {
                        self.leave((start, end), under, value, next);
                    }
                    next
                }
                Some((n, exact)) => {
                    if node.has_variants {
                        self.variants(i, at, node, object, n);
                    }
                    let child = &node.children[n];
                    if self.hits.is_beaten(node.first + n as u32, object, exact, || {
                        let mut leaves = Vec::new();
                        Node::leaves(trie, child, &mut leaves);
                        (leaves, text.offset(i))
                    }) {
                        text.skip(value)
                    } else if UNMAPPED {
                        let scalar = !matches!(first, b'{' | b'[');
                        let looked_into = child.taken != Taken::Any
                            && first == b'{'
                            && child.node.is_some_and(|node| trie.nodes[node as usize].partly_taken);
                        let apart = looked_into || (child.events.is_some() && first == b'[');
                        let left = !apart && (child.taken == Taken::No || (child.taken == Taken::Scalar && !scalar));
                        let next = if looked_into {
                            self.take::<true>(first, value, child, &child.path)
                        } else {
                            self.take::<false>(first, value, child, "")
                        };
                        if left {
                            self.leave((start, end), under, value, next);
                        }
                        next
                    } else {
                        self.take::<false>(first, value, child, "")
                    }
                }
            };
            if text.byte(next) != b',' {
                return next + 1;
            }
            at = next + 1;
        }
    }

    /// The same member for paths that spell its key in other letters than that of child `n`.
    #[cold]
    fn variants(&mut self, i: usize, at: usize, node: &'a Node, object: u64, n: usize) {
        let (start, end) = self.text.key(at);
        let mut key = Vec::new();
        unescape(&self.text.bytes[start as usize..end as usize], &mut key);
        for (m, exact) in node.variants(n, &key) {
            let child = &node.children[m];
            let (trie, from) = (self.trie, self.text.offset(i));
            let beaten = self.hits.is_beaten(node.first + m as u32, object, exact, || {
                let mut leaves = Vec::new();
                Node::leaves(trie, child, &mut leaves);
                (leaves, from)
            });
            if !beaten {
                self.take::<false>(self.text.byte(at + 2), at + 2, child, "");
            }
        }
    }

    /// A value that a path leads to or through, and its first byte.
    #[inline]
    fn take<const UNMAPPED: bool>(&mut self, first: u8, i: usize, child: &'a Child, under: &'a str) -> usize {
        let next = match (first, child.node) {
            (b'[', _) => return self.list(i, child),
            (b'{', Some(node)) => self.object::<UNMAPPED>(i, node, under),
            (b'{', None) => self.text.skip(i),
            _ => i + 1,
        };
        self.hit(first, i, next, child);
        next
    }

    #[inline(always)]
    fn hit(&mut self, first: u8, i: usize, next: usize, child: &Child) {
        if let Some((leaf, rank)) = child.leaf {
            let hit = self.text.value_that_begins(first, i, next);
            self.hits.push(leaf, Hit { rank, element: self.element, ..hit });
        }
    }

    fn list(&mut self, i: usize, child: &'a Child) -> usize {
        if let Some(number) = child.events {
            self.hits.events = Some((number, i));
            return self.text.skip(i);
        }
        let mut at = i + 1;
        if self.text.byte(at) == b']' {
            self.hit(b'[', i, i + 2, child);
            return at + 1;
        }
        let around = self.element;
        loop {
            self.element = self.text.offset(at);
            let next = self.take::<false>(self.text.byte(at), at, child, "");
            if self.text.byte(next) != b',' {
                self.element = around;
                return next + 1;
            }
            at = next + 1;
        }
    }

    /// One of a record's events: that at position `i`, of the list with this number. Gives the position behind it.
    pub fn event(&mut self, number: usize, i: usize) -> usize {
        let child = self.trie.events(number);
        self.element = self.text.offset(i);
        let first = self.text.byte(i);
        if self.unmapped { self.take::<true>(first, i, child, &child.path) } else { self.take::<false>(first, i, child, "") }
    }

    /// A member that no column takes.
    fn leave(&mut self, key: (u32, u32), under: &str, value: usize, next: usize) {
        if self.text.byte(value) == b'n' {
            return;
        }
        let mut hit = self.text.value(value, next);
        if hit.kind == JsonKind::Text {
            (hit.start, hit.end) = (hit.start - 1, hit.end + 1);
        }
        let member = Unmapped { key, under: under.to_owned(), value: (hit.start, hit.end) };
        let name = |m: &Unmapped| &self.text.bytes[m.key.0 as usize..m.key.1 as usize];
        match self.hits.unmapped.iter().position(|m| m.under == member.under && name(m) == name(&member)) {
            Some(at) => self.hits.unmapped[at] = member,
            None => self.hits.unmapped.push(member),
        }
    }
}
