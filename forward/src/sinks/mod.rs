//! One file per kind of place that things go to.

pub mod file;
