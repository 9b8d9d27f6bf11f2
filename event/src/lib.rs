//! The nouns that all stages share: batches, keys, columns, findings, rejects.
//! No IO, no async, no clock: whoever holds a value of this crate holds all there is to know about it.
#![deny(clippy::disallowed_methods)]

pub mod batch;
pub mod block;
pub mod cut;
pub mod evidence;
pub mod field;
pub mod key;
pub mod literals;
pub mod ocsf;
pub mod processor;
pub mod reject;
pub mod tally;
pub mod time;
pub mod unescape;
pub mod uuid;

pub use batch::{Asked, AskedRow, BatchNumber, Delta, Document, EventBatch, Generation, JsonKind, More, Normalized, RawBatch};
pub use evidence::{Evidence, EvidenceField, Finding, Level, RuleCard, RuleIndex, Statement};
pub use field::{Field, LogSourceName, Origin, Wanted, WantedWhen};
pub use key::EventKey;
pub use literals::{Folded, Literal, Literals, Needle, Stands};
pub use ocsf::{Class, Column, Kind, Profile};
pub use reject::{Place, Reason, Reject};
pub use tally::{SourceTally, Tally};
pub use time::Millis;
