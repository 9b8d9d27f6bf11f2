//! One file per command.

pub mod replay;
pub mod rules;
