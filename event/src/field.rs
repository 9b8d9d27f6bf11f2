//! One line of a log source's table. It fills a column, tells a rule what a vendor's field name means, and prints a line
//! of the reference page. This file knows the words of the table, not what any log source says with them.

use std::collections::BTreeSet;
use std::fmt;

use crate::literals::Literals;

/// The name of a log source, as users type it: `aws_cloudtrail`. Frozen once published.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogSourceName(pub &'static str);

impl fmt::Display for LogSourceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}

impl fmt::Debug for LogSourceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// Where a column's value comes from.
#[derive(Clone, Copy, Debug)]
pub enum Origin {
    /// A path into the record: keys joined by dots; lists on the way are searched element by element.
    /// `parameters[name=ROLE].value` reads only the elements of a list whose `name` is `ROLE`.
    Path(&'static str),
    /// The first of several paths that has a value.
    First(&'static [&'static str]),
    /// The same text in every event.
    Constant(&'static str),
    /// Computed by the log source's `derive` from these paths; the sentence says how.
    Derived(&'static [&'static str], &'static str),
}

impl Origin {
    /// Every path into the record that the value depends on.
    pub fn paths(&self) -> &[&'static str] {
        match self {
            Origin::Path(path) => std::slice::from_ref(path),
            Origin::First(paths) | Origin::Derived(paths, _) => paths,
            Origin::Constant(_) => &[],
        }
    }
}

/// One line of a log source's table.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Further names by which rules call it, beside the path itself (names of other shippers, of a vendor's console).
    pub names: &'static [&'static str],
    pub origin: Origin,
    /// The OCSF column that it fills, a path such as `actor.user.uid`; none for a name that only rules use.
    pub column: Option<&'static str>,
    /// The column holds the vendor's text unchanged, so that a rule which names the vendor's field may be answered from it.
    pub answers: bool,
    /// What a rule's value means in the record, where rule writers use other words: (theirs, the record's).
    pub values: &'static [(&'static str, &'static [&'static str])],
}

/// What is wanted of the events of one log source: by the rules, by the evidence of findings, by the outputs.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Paths into the raw record that rules ask of every record, as the rules spell them (after aliases).
    pub paths: BTreeSet<String>,
    /// OCSF columns, by path.
    pub columns: BTreeSet<String>,
    /// Everything that the schema holds: the events themselves are written.
    pub all_columns: bool,
    /// A rule searches whole records (keywords).
    pub whole_record: bool,
    /// The user asked for the texts that a log source withholds otherwise.
    pub withheld_texts: bool,
    /// What rules ask of some records only.
    pub when: Vec<WantedWhen>,
}

impl Wanted {
    /// The same, with what is wanted of some records wanted of every record.
    pub fn of_every_record(mut self) -> Self {
        self.paths.extend(self.when.drain(..).flat_map(|when| when.paths.into_iter().chain(when.field)));
        self
    }
}

/// Paths that are wanted of a record where a field has one of some texts. Of other records nothing need be said of them.
#[derive(Clone, Debug)]
pub struct WantedWhen {
    /// The paths of the field.
    pub field: Vec<String>,
    /// A value that is no text, and not null either, may be any of them.
    pub texts: Literals<()>,
    pub paths: BTreeSet<String>,
    /// So few records are such that they may as well be read again.
    pub rare: bool,
}
