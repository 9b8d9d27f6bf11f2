//! What an event says of itself: its parameters, by name, in every shape. The Reports API lists them (`parameters[{name,value}]`), so
//! does Cloud Logging under other keys; others make them members of an object, or columns of a table.

use std::borrow::Cow;

use event::JsonKind;

use crate::record::Record;
use crate::trie::Leaf;
use crate::walk::Hit;

/// A parameter: its paths follow each other in the log source's list, lists first, the column of a table last.
#[derive(Clone, Copy)]
pub struct Parameter {
    pub first: Leaf,
    pub paths: Leaf,
}

impl Parameter {
    /// Where a table has flattened a record of several events, its columns hold whatever the last of them said.
    fn leaves(self, record: &Record) -> std::ops::Range<Leaf> {
        let column = Leaf::from(record.part().is_some());
        self.first..self.first + self.paths - column
    }

    pub fn text<'a>(self, record: &Record<'a>) -> Option<Cow<'a, str>> {
        self.leaves(record).find_map(|leaf| record.scalar(leaf))
    }

    /// Every value, whatever its kind, of the first path that has any: a table may say the same in a list and in a column.
    pub fn scalars<'a>(self, record: &Record<'a>) -> impl Iterator<Item = Cow<'a, str>> {
        let scalar = |hit: &Hit| matches!(hit.kind, JsonKind::Text | JsonKind::Number | JsonKind::Bool);
        let leaf = self.leaves(record).find(|leaf| record.all(*leaf).any(|hit| scalar(&hit)));
        let hits = leaf.into_iter().flat_map(|leaf| record.all(leaf));
        hits.filter(scalar).map(|hit| record.text_of(hit))
    }

    pub fn truth(self, record: &Record) -> Option<bool> {
        self.leaves(record).find_map(|leaf| record.truth(leaf))
    }

    pub fn texts<'a>(self, record: &Record<'a>) -> Vec<Cow<'a, str>> {
        self.scalars(record).filter(|text| !text.is_empty()).collect()
    }
}

/// Paths of a parameter in the shapes that list them; the last is Cloud Logging's.
macro_rules! listed {
    ($word:literal, $value:literal, $in_cloud_logging:literal) => {
        [
            concat!("events.parameters[name=", $word, "].", $value),
            concat!("event.parameters[name=", $word, "].", $value),
            concat!("events_s.parameters[name=", $word, "].", $value),
            concat!("EventOriginalMessage.parameters[name=", $word, "].", $value),
            concat!("protoPayload.metadata.event.parameter[name=", $word, "].", $in_cloud_logging),
        ]
    };
}
pub(super) use listed;

/// Where it stands as a member of an object, and as a column of a table.
macro_rules! flattened {
    ($word:literal, $suffix:literal) => {
        [concat!("parameters.", $word), concat!($word, $suffix)]
    };
}
pub(super) use flattened;

/// Every path of a parameter of one value, for a rule that names it.
macro_rules! parameter {
    ($word:literal) => {
        const { &joined::<7>(&[&listed!($word, "value", "value"), &flattened!($word, "_s")]) }
    };
}
pub(super) use parameter;

/// Every path of a parameter of several values.
macro_rules! parameter_list {
    ($word:literal) => {
        const { &joined::<12>(&[&listed!($word, "multiValue", "multiStrValue"), &listed!($word, "value", "value"), &flattened!($word, "_s")]) }
    };
}
pub(super) use parameter_list;

pub const fn joined<const N: usize>(lists: &[&[&'static str]]) -> [&'static str; N] {
    let mut all = [""; N];
    let (mut list, mut at, mut filled) = (0, 0, 0);
    while list < lists.len() {
        if at == lists[list].len() {
            (list, at) = (list + 1, 0);
        } else {
            all[filled] = lists[list][at];
            (at, filled) = (at + 1, filled + 1);
        }
    }
    assert!(filled == N);
    all
}

/// The log source's paths: those of `paths`, then those of each parameter: of one value (`texts`), of yes and no (`truths`), of several
/// values (`lists`). Makes a constant of each to ask a record for.
macro_rules! paths_and_parameters {
    (
        paths { $($name:ident = $path:literal,)* }
        texts { $($text:ident = $text_word:literal,)* }
        truths { $($truth:ident = $truth_word:literal,)* }
        lists { $($list:ident = $list_word:literal,)* }
    ) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        #[repr(u16)]
        enum Number { $($name,)* Texts }
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        #[repr(u16)]
        enum NumberOfText { $($text,)* All }
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        #[repr(u16)]
        enum NumberOfTruth { $($truth,)* All }
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        #[repr(u16)]
        enum NumberOfList { $($list,)* All }
        const TEXTS: Leaf = Number::Texts as Leaf;
        const TRUTHS: Leaf = TEXTS + 7 * NumberOfText::All as Leaf;
        const LISTS: Leaf = TRUTHS + 7 * NumberOfTruth::All as Leaf;
        $(const $name: Leaf = Number::$name as Leaf;)*
        $(const $text: Parameter = Parameter { first: TEXTS + 7 * NumberOfText::$text as Leaf, paths: 7 };)*
        $(const $truth: Parameter = Parameter { first: TRUTHS + 7 * NumberOfTruth::$truth as Leaf, paths: 7 };)*
        $(const $list: Parameter = Parameter { first: LISTS + 12 * NumberOfList::$list as Leaf, paths: 12 };)*
        const PARAMETERS: &[Parameter] = &[$($text,)* $($truth,)* $($list,)*];
        const PATHS: &[&str] = &joined::<{ (LISTS + 12 * NumberOfList::All as Leaf) as usize }>(&[
            &[$($path),*],
            $(&listed!($text_word, "value", "value"), &flattened!($text_word, "_s"),)*
            $(&listed!($truth_word, "boolValue", "boolValue"), &flattened!($truth_word, "_b"),)*
            $(parameter_list!($list_word),)*
        ]);
    };
}
pub(super) use paths_and_parameters;
