//! Texts that are looked up without regard to ASCII case. Texts beyond ASCII fold in other ways: they are never found here, and whoever
//! asks with one has to ask otherwise.

use std::collections::HashMap;

use foldhash::fast::FixedState;

/// What is known of some texts, in lower case; said by far the most often is that a text is none of them.
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

    pub fn keys(&self) -> impl Iterator<Item = &[u8]> {
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
    }
}
