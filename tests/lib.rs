//! What the tests share: the program as a person runs it, and the stages as a library calls them.

pub mod program;
pub mod reading;
