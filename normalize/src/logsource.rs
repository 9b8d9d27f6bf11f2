//! What a log source has to say of itself. One folder in `logsources/` holds all there is to know of one.

use event::ocsf::Class;
use event::{Field, LogSourceName, Millis};

use crate::record::{Record, Row};
use crate::trie::Leaf;

/// How Sigma rules name a log source: category, product and service. A rule's own keys must be equal, those it leaves out may be anything.
pub type SigmaNames = (Option<&'static str>, &'static str, &'static str);

/// One provider's log.
#[derive(Debug)]
pub struct LogSource {
    pub name: LogSourceName,
    pub sigma: &'static [SigmaNames],
    /// Top-level members by which its records may be known: a record that has none of them is not looked at further. ASCII case does
    /// not matter.
    pub marks: &'static [&'static str],
    /// The paths that the functions below use, by number.
    pub paths: &'static [&'static str],
    /// Of them, those that are visited for every record: recognition, time, class, key.
    pub needed: &'static [Leaf],
    /// The path of the operation: most rules demand one.
    pub operation: &'static str,
    /// Every operation that there is, one a line, sorted; empty where nobody knows them all.
    pub operations: &'static str,
    /// Every top-level member that its records are known to have, for telling a misspelt field.
    pub members: &'static [&'static str],
    /// Keys under which some shapes of its records hold what others hold at the top: a rule's field is looked for in both places.
    pub under: &'static [&'static str],
    /// How other shapes of its records spell a path, at most three ways: whoever asks for the path is answered from there, too.
    pub spellings: fn(&str) -> Vec<String>,
    /// The table: columns and names.
    pub fields: &'static [Field],
    /// Paths that columns are computed from and that stay in `unmapped` all the same, since the column does not hold all of them.
    pub kept: &'static [&'static str],
    /// Paths where some shapes hold JSON within a string. It is read as if it stood there itself; `raw_data` keeps the string.
    pub strings: &'static [&'static str],
    /// The paths of lists whose elements are events of their own, one for each shape. They share what stands outside of them,
    /// the time among it.
    pub events: &'static [&'static str],
    /// Paths of texts that are dropped unless the user asks for them (prompts and completions of a model); their size and hash stay.
    pub withheld: &'static [&'static str],
    /// Whether a record is of this log source. A record fits one log source at most.
    pub fits: fn(&Record) -> bool,
    /// Where the time stands: the first path that can be read counts.
    pub time: &'static [Leaf],
    /// Where the time stands at which the record was delivered.
    pub delivered: &'static [Leaf],
    /// When a file was delivered, as its name says; none where it does not.
    pub object_time: fn(&str) -> Option<Millis>,
    /// Fills the derived columns and says which class the event is. It may ask which columns are wanted.
    pub derive: fn(&Record, &mut Row) -> Class,
    /// Writes what makes the event this event; false where the provider gave no id.
    pub key: fn(&Record, &mut Vec<u8>) -> bool,
}

/// What most log sources leave empty.
pub const PLAIN: LogSource = LogSource {
    name: LogSourceName(""),
    sigma: &[],
    marks: &[],
    paths: &[],
    needed: &[],
    operation: "",
    operations: "",
    members: &[],
    under: &[],
    spellings: |_| Vec::new(),
    fields: &[],
    kept: &[],
    strings: &[],
    events: &[],
    withheld: &[],
    fits: |_| false,
    time: &[],
    delivered: &[],
    object_time: |_| None,
    derive: |_, _| Class::ApiActivity,
    key: |_, _| false,
};
