//! What a log source has to say of itself. One folder in `logsources/` holds all there is to know of one.

use event::ocsf::Class;
use event::{Field, LogSourceName};

use crate::record::{Record, Row};
use crate::trie::Leaf;

/// How Sigma rules name a log source: category, product and service. A rule's own keys must be equal, those it leaves out may be anything.
pub type SigmaNames = (Option<&'static str>, &'static str, &'static str);

/// One provider's log.
#[derive(Debug)]
pub struct LogSource {
    pub name: LogSourceName,
    pub sigma: &'static [SigmaNames],
    /// The paths that the functions below use, by number.
    pub paths: &'static [&'static str],
    /// Of them, those that are visited for every record: recognition, time, class, key.
    pub needed: &'static [Leaf],
    /// The path of the operation: most rules demand one.
    pub operation: &'static str,
    /// Every top-level member that its records are known to have, for telling a misspelt field.
    pub members: &'static [&'static str],
    /// The table: columns and names.
    pub fields: &'static [Field],
    /// Paths that columns are computed from and that stay in `unmapped` all the same, since the column does not hold all of them.
    pub kept: &'static [&'static str],
    /// Whether a record is of this log source.
    pub fits: fn(&Record) -> bool,
    pub time: Leaf,
    /// Fills the derived columns and says which class the event is. It may ask which columns are wanted.
    pub derive: fn(&Record, &mut Row) -> Class,
    /// Writes what makes the event this event; false where the provider gave no id.
    pub key: fn(&Record, &mut Vec<u8>) -> bool,
}
