//! One file per command.

pub mod replay;
