//! What bytes mean. One parse per document: unwraps it, recognises the log source record by record, maps records into OCSF columns.
//! Cannot fail: what cannot be read is a reject, and its neighbours live. Knows no files and no rules, only what they want.
#![deny(clippy::disallowed_methods)]

mod columns;
mod grammar;
mod index;
pub mod logsource;
#[path = "../logsources/mod.rs"]
pub mod logsources;
mod normalizer;
mod paths;
mod positions;
mod prepared;
mod record;
mod selector;
mod trie;

mod views;
mod walk;
mod wrappers;

pub use logsource::{LogSource, SigmaNames};
pub use normalizer::Normalizer;
pub use record::{Cell, Record, Row};
pub use trie::Leaf;
