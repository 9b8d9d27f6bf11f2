//! What no compiler checks: the walls between the crates, lists that have to agree, how files look, and the reference pages.

mod files;
mod pages;
mod walls;
