//! What could not be read. A reject is an event too: OCSF Base Event (class 0) with the bytes and the reason.

use std::sync::Arc;

use crate::field::LogSourceName;

/// Of a reject, at most so many bytes are kept; above [`RECORD_BYTES_MAX`] only these, with length and hash of all.
pub const KEPT_BYTES_MAX: usize = 64 * 1024;
/// A record above this is a reject.
pub const RECORD_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Where a record stood: the file, object or partition, and how many (inflated) bytes lay before it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub partition: Arc<str>,
    pub offset: u64,
}

/// Why. The code is what scripts see; the sentence is for people and says the way out where there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    NotJson,
    NotUtf8,
    TooDeep,
    TooLarge,
    NoTime,
    NotRecognised,
    NotRead,
    NotARecord,
    Forced,
    WrapperDepth,
    Wrapped,
    CutOff,
    Checksum,
    TrailingBytes,
    NestedCompression,
    DamagedStream,
    NotALog,
    Unreadable,
}

impl Reason {
    pub const ALL: [Reason; 18] = [
        Reason::NotJson,
        Reason::NotUtf8,
        Reason::TooDeep,
        Reason::TooLarge,
        Reason::NoTime,
        Reason::NotRecognised,
        Reason::NotRead,
        Reason::NotARecord,
        Reason::Forced,
        Reason::WrapperDepth,
        Reason::Wrapped,
        Reason::CutOff,
        Reason::Checksum,
        Reason::TrailingBytes,
        Reason::NestedCompression,
        Reason::DamagedStream,
        Reason::NotALog,
        Reason::Unreadable,
    ];

    pub fn code(self) -> &'static str {
        match self {
            Reason::NotJson => "not_json",
            Reason::NotUtf8 => "not_utf8",
            Reason::TooDeep => "too_deep",
            Reason::TooLarge => "too_large",
            Reason::NoTime => "no_time",
            Reason::NotRecognised => "not_recognised",
            Reason::NotRead => "not_read",
            Reason::NotARecord => "not_a_record",
            Reason::Forced => "not_of_forced_source",
            Reason::WrapperDepth => "wrapper_depth",
            Reason::Wrapped => "wrapped",
            Reason::CutOff => "cut_off",
            Reason::Checksum => "checksum",
            Reason::TrailingBytes => "trailing_bytes",
            Reason::NestedCompression => "nested_compression",
            Reason::DamagedStream => "damaged_stream",
            Reason::NotALog => "not_a_log",
            Reason::Unreadable => "unreadable",
        }
    }

    pub fn sentence(self) -> &'static str {
        match self {
            Reason::NotJson => "the text is not JSON",
            Reason::NotUtf8 => "the bytes are not UTF-8; kept as base64",
            Reason::TooDeep => "nested deeper than 128 levels",
            Reason::TooLarge => "larger than 16 MB; its first 64 KB are kept, with length and hash of all",
            Reason::NoTime => "it has no readable time, so it cannot be placed in order",
            Reason::NotRecognised => "it is no record of a log source that is read; docs/reference/log_sources.md lists them",
            Reason::NotRead => "its kind is known, but no log source reads it; docs/reference/log_sources.md lists those that do",
            Reason::NotARecord => "a value that is not an object stands where a record was expected",
            Reason::Forced => "it does not fit the log source that --source forces",
            Reason::WrapperDepth => "wrapped more than four deep",
            Reason::Wrapped => "what is wrapped in it cannot be read; it is neither JSON nor base64 of JSON, with gzip or without",
            Reason::CutOff => "the file ends in the middle; the records before the cut were read",
            Reason::Checksum => "the checksum of the compressed data is wrong; its records were read",
            Reason::TrailingBytes => "bytes follow the end of the compressed data",
            Reason::NestedCompression => "compressed twice; inflate the file once and read it again",
            Reason::DamagedStream => "the compressed data is damaged; the records before the damage were read",
            Reason::NotALog => "not a log: neither JSON nor a compression that is read",
            Reason::Unreadable => "the file could not be read",
        }
    }

    /// Damage of a file as a whole, said once a file; the others are of one record.
    pub fn is_of_file(self) -> bool {
        matches!(
            self,
            Reason::CutOff
                | Reason::Checksum
                | Reason::TrailingBytes
                | Reason::NestedCompression
                | Reason::DamagedStream
                | Reason::NotALog
                | Reason::Unreadable
        )
    }
}

/// What could not be read, and why.
#[derive(Clone, Debug)]
pub struct Reject {
    pub reason: Reason,
    /// What exactly, where the reason alone does not say it: "expected `,` at byte 812".
    pub detail: String,
    pub place: Place,
    pub log_source: Option<LogSourceName>,
    /// The first [`KEPT_BYTES_MAX`] bytes at most, unless the record is below [`RECORD_BYTES_MAX`]: then all.
    pub bytes: Vec<u8>,
    /// How long it is, kept or not.
    pub length: u64,
    /// SHA-256 of all of it, where `bytes` is not all of it and the rest was seen.
    pub sha256: Option<[u8; 32]>,
}
