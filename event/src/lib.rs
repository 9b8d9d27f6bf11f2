//! The nouns that all stages share: batches, keys, columns, findings, rejects.
//! No IO, no async, no clock: whoever holds a value of this crate holds all there is to know about it.
#![deny(clippy::disallowed_methods)]

pub mod batch;
pub mod block;
pub mod cut;
pub mod evidence;
pub mod field;
pub mod key;
pub mod ocsf;
pub mod processor;
pub mod reject;
pub mod time;
pub mod unescape;
pub mod uuid;

pub use batch::{Asked, BatchNumber, Delta, Document, EventBatch, Generation, JsonKind, More, Normalized, RawBatch, SourceTally, Tally};
pub use evidence::{Evidence, EvidenceField, Finding, Level, RuleCard, RuleIndex, Statement};
pub use field::{Field, LogSourceName, Origin, Wanted};
pub use key::EventKey;
pub use ocsf::{Class, Column, Kind};
pub use reject::{Place, Reason, Reject};
pub use time::Millis;
