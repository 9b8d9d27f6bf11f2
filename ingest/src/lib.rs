//! Where bytes come from: files, folders, globs, standard input. Finds the compression by content, inflates, and frames whole JSON
//! documents. Blind to what they mean.

pub mod arena;
pub mod frame;
pub mod inflate;
mod libdeflate;
pub mod open;
pub mod sources;

pub use open::Opener;
pub use sources::files::{Files, Planned};

/// What a source gives when it is asked.
#[derive(Debug)]
pub enum Pulled {
    /// Bytes to be opened: inflating and framing need no order, so any worker does it ([`Opener`]).
    Piece(Piece),
    /// It was asked and had nothing.
    Idle {
        asked_ms: event::Millis,
    },
    End,
}

/// A stretch of the reading plan, numbered in its order.
#[derive(Debug)]
pub struct Piece {
    pub number: u64,
    pub files: Vec<Planned>,
}

/// Where bytes come from, pulled in bytes of room.
pub trait Source: Send {
    fn next(&mut self, room: usize) -> Pulled;
}

/// What stops the reading before it begins.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    #[error("cannot read `{path}`: {why}; {way_out}")]
    Path { path: String, why: String, way_out: &'static str },
    #[error("`{pattern}` is no pattern: {why}; quote a `[` that belongs to a name as `[[]`")]
    Pattern { pattern: String, why: String },
    #[error(
        "nothing to read: no file matches `{path}`; name files, folders, patterns such as 'logs/**/*.json.gz', or - for standard input"
    )]
    Nothing { path: String },
}
