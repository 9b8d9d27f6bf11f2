//! Literal texts that a value is looked up in, without regard to ASCII case. Values beyond ASCII fold in other ways: of them nothing is
//! ruled out.

use std::collections::HashMap;

use foldhash::fast::FixedState;

/// How a literal stands in a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stands {
    Whole,
    First,
    Within,
}

/// A text in lower case, ASCII.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Literal {
    pub stands: Stands,
    pub text: Box<[u8]>,
}

/// What is known of some literals.
#[derive(Clone, Debug)]
pub struct Literals<V> {
    whole: Folded<V>,
    parts: Vec<Part<V>>,
    /// Longer values have none of them. Of the letters that fold into one of ASCII none is longer than three bytes.
    length_max: usize,
}

#[derive(Clone, Debug)]
struct Part<V> {
    needle: Needle,
    first: bool,
    known: V,
}

impl<V> Part<V> {
    fn is_in(&self, value: &[u8]) -> bool {
        let text = &self.needle.text;
        match self.first {
            true => value.get(..text.len()).is_some_and(|first| first.eq_ignore_ascii_case(text)),
            false => self.needle.is_in(value),
        }
    }
}

impl<V> Literals<V> {
    pub fn new(literals: impl IntoIterator<Item = (Literal, V)>) -> Self {
        let (whole, parts): (Vec<_>, Vec<_>) = literals.into_iter().partition(|(literal, _)| literal.stands == Stands::Whole);
        let longest = whole.iter().map(|(literal, _)| literal.text.len()).max().unwrap_or(0);
        let length_max = if parts.is_empty() { longest * 3 } else { usize::MAX };
        let whole = Folded::new(whole.into_iter().map(|(literal, known)| (literal.text, known)).collect());
        let part =
            |(literal, known): (Literal, V)| Part { needle: Needle::new(literal.text), first: literal.stands == Stands::First, known };
        Self { whole, parts: parts.into_iter().map(part).collect(), length_max }
    }

    /// What is known of the literals that stand in a value: of all of them, where the value is beyond ASCII.
    #[inline]
    pub fn of(&self, value: &[u8]) -> impl Iterator<Item = &V> {
        let beyond = !value.is_ascii();
        let whole = if beyond { None } else { self.whole.get(value) };
        let others = beyond.then(|| self.whole.values.values()).into_iter().flatten();
        let parts = self.parts.iter().filter(move |part| beyond || part.is_in(value)).map(|part| &part.known);
        whole.into_iter().chain(others).chain(parts)
    }

    /// Whether any of them may stand in a value.
    #[inline]
    pub fn any(&self, value: &[u8]) -> bool {
        value.len() <= self.length_max
            && (self.whole.get(value).is_some() || self.parts.iter().any(|part| part.is_in(value)) || !value.is_ascii())
    }

    pub fn all(&self) -> impl Iterator<Item = &V> {
        self.whole.values.values().chain(self.parts.iter().map(|part| &part.known))
    }

    /// The literals alone.
    pub fn bare(&self) -> Literals<()> {
        let whole = self.whole.values.keys().map(|text| Literal { stands: Stands::Whole, text: text.clone() });
        let parts = self.parts.iter().map(|part| {
            let stands = if part.first { Stands::First } else { Stands::Within };
            Literal { stands, text: part.needle.text.clone() }
        });
        Literals::new(whole.chain(parts).map(|literal| (literal, ())))
    }
}

/// A text to be found in whatever case.
#[derive(Clone, Debug)]
pub struct Needle {
    text: Box<[u8]>,
    /// Which of its bytes is looked for first: the one that logs have least of.
    rare: usize,
}

impl Needle {
    pub fn new(text: Box<[u8]>) -> Self {
        const FROM_COMMON_TO_RARE: &[u8] = b"0123456789:/-.estaoirncldumpgh_ \"{},bfvwykxqjz";
        let rank = |byte: &u8| FROM_COMMON_TO_RARE.iter().position(|common| *common == byte.to_ascii_lowercase()).unwrap_or(usize::MAX);
        let rare = (0..text.len()).max_by_key(|at| rank(&text[*at])).unwrap_or(0);
        Self { text, rare }
    }

    pub fn is_in(&self, value: &[u8]) -> bool {
        let Some(byte) = self.text.get(self.rare) else { return true };
        let Some(places) = value.len().checked_sub(self.text.len()) else { return false };
        memchr::memchr2_iter(byte.to_ascii_lowercase(), byte.to_ascii_uppercase(), &value[self.rare..=self.rare + places])
            .any(|at| value[at..at + self.text.len()].eq_ignore_ascii_case(&self.text))
    }
}

/// What is known of some whole texts; said by far the most often is that a value is none of them.
#[derive(Clone, Debug)]
pub struct Folded<V> {
    values: HashMap<Box<[u8]>, V, FixedState>,
    /// One bit for each length with its first and last letter that occurs, and for a few that do not.
    seen: Box<[u64]>,
}

impl<V> Folded<V> {
    /// The texts have to be in lower case.
    pub fn new(values: HashMap<Box<[u8]>, V, FixedState>) -> Self {
        let words = (values.len() / 4).next_power_of_two();
        let mut folded = Self { values, seen: vec![0; words].into() };
        for text in folded.values.keys() {
            let (word, bit) = place(text, words);
            folded.seen[word] |= bit;
        }
        folded
    }

    /// Of texts in any case.
    pub fn of(texts: impl IntoIterator<Item = (String, V)>) -> Self {
        Self::new(texts.into_iter().map(|(text, value)| (text.to_ascii_lowercase().into_bytes().into(), value)).collect())
    }

    #[inline]
    pub fn get(&self, text: &[u8]) -> Option<&V> {
        let (word, bit) = place(text, self.seen.len());
        if self.seen[word] & bit == 0 {
            return None;
        }
        let mut short = [0; 64];
        match short.get_mut(..text.len()) {
            Some(folded) => {
                folded.copy_from_slice(text);
                folded.make_ascii_lowercase();
                self.values.get(&*folded)
            }
            None => self.values.get(text.to_ascii_lowercase().as_slice()),
        }
    }

    pub fn texts(&self) -> impl Iterator<Item = &[u8]> {
        self.values.keys().map(|text| &**text)
    }
}

#[inline]
fn place(text: &[u8], words: usize) -> (usize, u64) {
    // One bit is all that ASCII case changes.
    let letter = |byte: Option<&u8>| byte.map_or(0, |byte| u32::from(byte | 0x20));
    let mixed = (letter(text.first()) | letter(text.last()) << 8 | (text.len() as u32) << 16).wrapping_mul(0x9e37_79b1);
    ((mixed >> 8) as usize & (words - 1), 1 << (mixed >> 26))
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn finds_what_is_there_in_any_case(texts in proptest::collection::vec("[a-z.*0-9]{0,90}", 0..40), asked in "[a-zA-Z]{0,3}") {
            let folded = Folded::new(texts.iter().map(|text| (text.as_bytes().into(), text.clone())).collect());
            for text in &texts {
                proptest::prop_assert_eq!(folded.get(text.as_bytes()), Some(text));
                proptest::prop_assert_eq!(folded.get(text.to_ascii_uppercase().as_bytes()), Some(text));
            }
            proptest::prop_assert_eq!(folded.get(asked.as_bytes()).is_some(), texts.contains(&asked.to_ascii_lowercase()));
        }

        #[test]
        fn a_literal_is_where_it_stands(texts in proptest::collection::vec(("[ab]{0,3}", 0..3), 0..9), value in "[abABé]{0,6}") {
            let literals = texts.iter().map(|(text, stands)| Literal {
                stands: [Stands::Whole, Stands::First, Stands::Within][*stands as usize],
                text: text.as_bytes().into(),
            });
            let literals: std::collections::BTreeSet<Literal> = literals.collect();
            let known = Literals::new(literals.iter().map(|literal| (literal.clone(), literal.clone())));
            let folded = value.to_ascii_lowercase();
            let expected = literals.into_iter().filter(|literal| {
                let text = std::str::from_utf8(&literal.text).unwrap();
                !value.is_ascii() || match literal.stands {
                    Stands::Whole => folded == text,
                    Stands::First => folded.starts_with(text),
                    Stands::Within => folded.contains(text),
                }
            });
            let mut found: Vec<Literal> = known.of(value.as_bytes()).cloned().collect();
            found.sort();
            proptest::prop_assert!(known.any(value.as_bytes()) || found.is_empty() || value.len() > known.length_max);
            proptest::prop_assert_eq!(found, expected.collect::<Vec<_>>());
        }
    }
}
