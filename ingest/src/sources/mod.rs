//! One file per transport.

pub mod files;
