//! What it adds up to: Sigma rules over events. Reads rules (`sigma`), compiles them (`compile`), finds the events that they match
//! (`detect`, stateless, any thread), and joins detections into findings (`correlator`, one thread). No clock, no IO.
#![deny(clippy::disallowed_methods)]

pub mod compile;
pub mod correlator;
pub mod detect;
mod json;
pub mod sigma;

pub use compile::{Lists, Rule, RuleSet, Tables};
pub use correlator::Correlator;
pub use detect::{Detection, Detections, Detector};
pub use sigma::{RuleError, SigmaFile};
