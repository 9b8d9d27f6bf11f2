//! Where it goes: events, findings and rejects as lines of JSON, findings in order, files that appear whole or not at all. Knows OCSF and
//! no log source.

pub mod events;
pub mod findings;
pub mod rejects;
pub mod sinks;
pub mod sorted;
mod write;

/// What goes wrong while writing.
#[derive(Debug, thiserror::Error)]
pub enum ForwardError {
    #[error("cannot write `{path}`: {source}; {way_out}")]
    Write { path: String, source: std::io::Error, way_out: &'static str },
    #[error("cannot keep findings in `{path}` while they are sorted: {source}; TMPDIR names another folder")]
    Spill { path: String, source: std::io::Error },
}

impl ForwardError {
    pub fn write(path: &str, source: std::io::Error) -> Self {
        let way_out = match source.kind() {
            std::io::ErrorKind::NotFound => "the folder has to be there",
            std::io::ErrorKind::PermissionDenied => "the user who runs isobar needs the right to write there",
            std::io::ErrorKind::StorageFull => "make room, and run it again",
            std::io::ErrorKind::BrokenPipe => "the reader of the pipe has gone",
            std::io::ErrorKind::IsADirectory => "name a file in it",
            _ => "see what the system says of it",
        };
        // A temporary file's own name would only confuse.
        let source = source.raw_os_error().map_or(source, std::io::Error::from_raw_os_error);
        Self::Write { path: path.to_owned(), source, way_out }
    }
}
