//! A Sigma text with wildcards, ready to be matched. Texts compare by simple case folding; ASCII, which is nearly all there is, takes a
//! short way, everything else goes through a regular expression that folds the same.

use std::sync::OnceLock;

use event::{Literal, Needle, Stands};
use regex::Regex;
use rsigma_parser::{SigmaString, SpecialChar, StringPart};

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    Text(String),
    /// Any length, nothing included.
    Many,
    /// Exactly one character.
    One,
}

/// A pattern over a whole value.
#[derive(Debug)]
pub struct Pattern {
    pub parts: Vec<Part>,
    pub cased: bool,
    ascii: bool,
    shape: Shape,
    /// A text that stands as it is in the JSON of whatever has a match in it.
    in_json: Option<Needle>,
    slow: OnceLock<Regex>,
}

#[derive(Debug)]
enum Shape {
    Equals,
    Starts,
    Ends,
    Contains,
    /// In whatever case.
    Within(Needle),
    Anything,
    Mixed,
}

/// The parts of a text as Sigma escapes it.
pub fn parts(text: &str) -> Vec<Part> {
    let string = SigmaString::new(text);
    string
        .parts
        .into_iter()
        .map(|part| match part {
            StringPart::Plain(text) => Part::Text(text),
            StringPart::Special(SpecialChar::WildcardMulti) => Part::Many,
            StringPart::Special(SpecialChar::WildcardSingle) => Part::One,
        })
        .collect()
}

impl Pattern {
    pub fn new(mut parts: Vec<Part>, cased: bool) -> Self {
        parts.dedup_by(|a, b| *a == Part::Many && *b == Part::Many);
        let shape = match parts.as_slice() {
            [] | [Part::Text(_)] => Shape::Equals,
            [Part::Many] => Shape::Anything,
            [Part::Text(_), Part::Many] => Shape::Starts,
            [Part::Many, Part::Text(_)] => Shape::Ends,
            [Part::Many, Part::Text(_), Part::Many] if cased => Shape::Contains,
            [Part::Many, Part::Text(text), Part::Many] => Shape::Within(Needle::new(text.as_bytes().into())),
            _ => Shape::Mixed,
        };
        let ascii = parts.iter().all(|part| !matches!(part, Part::Text(text) if !text.is_ascii()));
        let texts = parts.iter().filter_map(|part| if let Part::Text(text) = part { Some(text.as_bytes()) } else { None });
        let plain = |byte: &u8| matches!(byte, b' '..=b'~') && !b"\"\\{}[],:".contains(byte);
        let in_json = texts.filter(|text| text.iter().all(plain)).max_by_key(|text| text.len()).map(|text| Needle::new(text.into()));
        Self { parts, cased, ascii, shape, in_json, slow: OnceLock::new() }
    }

    /// Whether it may match something in a JSON value, or the value itself: looked up before anybody takes the value apart.
    pub fn may_stand_in(&self, json: &str) -> bool {
        let Some(needle) = &self.in_json else { return true };
        let bytes = json.as_bytes();
        // Escapes may spell a letter in other words, and letters beyond ASCII may fold into one of it.
        let spelled_otherwise = || memchr::memchr_iter(b'\\', bytes).any(|at| matches!(bytes.get(at + 1), Some(b'u' | b'/')));
        needle.is_in(bytes) || !json.is_ascii() || spelled_otherwise()
    }

    /// The only text in it.
    fn text(&self) -> &[u8] {
        self.parts.iter().find_map(|part| if let Part::Text(text) = part { Some(text.as_bytes()) } else { None }).unwrap_or_default()
    }

    pub fn is_ascii(&self) -> bool {
        self.ascii
    }

    /// A text that stands in whatever the pattern matches.
    pub fn literal(&self) -> Option<Literal> {
        let stands = match self.shape {
            Shape::Equals => Stands::Whole,
            Shape::Starts => Stands::First,
            _ => Stands::Within,
        };
        let texts = self.parts.iter().filter_map(|part| if let Part::Text(text) = part { Some(text) } else { None });
        let text = texts.filter(|text| text.is_ascii()).max_by_key(|text| text.len())?;
        Some(Literal { stands, text: text.to_ascii_lowercase().into_bytes().into() })
    }

    pub fn matches(&self, value: &str) -> bool {
        if let Shape::Anything = self.shape {
            return true;
        }
        let beyond_ascii = match self.cased {
            false => !self.ascii || !value.is_ascii(),
            true => matches!(self.shape, Shape::Mixed) && !value.is_ascii(),
        };
        if beyond_ascii {
            return self.slow.get_or_init(|| self.regex()).is_match(value);
        }
        let (text, value) = (self.text(), value.as_bytes());
        let same = |a: &[u8], b: &[u8]| {
            if self.cased { a == b } else { a.eq_ignore_ascii_case(b) }
        };
        match &self.shape {
            Shape::Equals => same(value, text),
            Shape::Starts => value.len() >= text.len() && same(&value[..text.len()], text),
            Shape::Ends => value.len() >= text.len() && same(&value[value.len() - text.len()..], text),
            Shape::Contains => memchr::memmem::find(value, text).is_some(),
            Shape::Within(needle) => needle.is_in(value),
            Shape::Anything => true,
            Shape::Mixed => self.mixed(value),
        }
    }

    /// Wildcards anywhere: goes on from the last `*` when it fails.
    fn mixed(&self, value: &[u8]) -> bool {
        let (mut part, mut at) = (0, 0);
        let mut retry: Option<(usize, usize)> = None;
        loop {
            let ok = match self.parts.get(part) {
                None => at == value.len(),
                Some(Part::Many) => {
                    retry = Some((part, at));
                    part += 1;
                    continue;
                }
                Some(Part::One) if at < value.len() => {
                    (part, at) = (part + 1, at + 1);
                    continue;
                }
                Some(Part::One) => false,
                Some(Part::Text(text)) => {
                    let fits = value.len() - at >= text.len() && {
                        let (a, b) = (&value[at..at + text.len()], text.as_bytes());
                        if self.cased { a == b } else { a.eq_ignore_ascii_case(b) }
                    };
                    if fits {
                        (part, at) = (part + 1, at + text.len());
                        continue;
                    }
                    false
                }
            };
            if ok {
                return true;
            }
            match retry {
                Some((star, from)) if from < value.len() => {
                    retry = Some((star, from + 1));
                    (part, at) = (star + 1, from + 1);
                }
                _ => return false,
            }
        }
    }

    fn regex(&self) -> Regex {
        let mut text = String::from(if self.cased { "(?s)^" } else { "(?is)^" });
        for part in &self.parts {
            match part {
                Part::Text(literal) => text.push_str(&regex::escape(literal)),
                Part::Many => text.push_str(".*"),
                Part::One => text.push('.'),
            }
        }
        text.push_str("\\z");
        Regex::new(&text).expect("escaped texts and dots are a regular expression")
    }

    /// As a rule spells it, without its escapes.
    pub fn spelled(&self) -> String {
        let spelled = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Many => "*".to_owned(),
            Part::One => "?".to_owned(),
        };
        self.parts.iter().map(spelled).collect()
    }

    /// A name for the pattern, equal where the pattern is.
    pub fn name(&self) -> String {
        format!("{:?}{}", self.parts, self.cased)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> Pattern {
        Pattern::new(parts(text), false)
    }

    #[test]
    fn wildcards_and_escapes() {
        for (written, yes, no) in [
            ("a*b", vec!["ab", "aXXb", "AXB"], vec!["abc", "xab"]),
            (r"a\*b", vec!["a*b"], vec!["aXb"]),
            (r"a\\*b", vec![r"a\b", r"a\xxb"], vec!["ab"]),
            (r"a\\\*b", vec![r"a\*b"], vec![r"a\xb"]),
            (r"a\?b", vec!["a?b"], vec!["axb"]),
            (r"a\b", vec![r"a\b"], vec!["ab"]),
            (r"a\\b", vec![r"a\b"], vec![r"a\\b"]),
            (r"\\\\srv", vec![r"\\srv"], vec![r"\srv"]),
            ("a?c", vec!["abc", "aéc"], vec!["ac", "abbc"]),
            ("*a*b*c*", vec!["xxaxxbxxc", "abc", "ababcc"], vec!["acb"]),
            ("*ab", vec!["aab", "ab", "abab"], vec!["aba"]),
            ("", vec![""], vec!["a"]),
            ("$5*", vec!["$5", "$5€"], vec!["5"]),
            ("ÄRGER", vec!["ärger"], vec!["arger"]),
            ("k", vec!["\u{212a}"], vec!["c"]),
        ] {
            let pattern = pattern(written);
            for value in yes {
                assert!(pattern.matches(value), "{written} should match {value}");
            }
            for value in no {
                assert!(!pattern.matches(value), "{written} should not match {value}");
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn the_short_way_and_the_regex_agree(written in "[ab*?X]{0,8}", value in "[abxAé]{0,10}", cased: bool) {
            let pattern = Pattern::new(parts(&written), cased);
            proptest::prop_assert_eq!(pattern.matches(&value), pattern.regex().is_match(&value));
        }
    }
}
