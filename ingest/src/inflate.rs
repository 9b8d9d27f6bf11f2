//! Which compression bytes are in, by their first bytes and never by their name, and the readers that undo it.

use std::io::{BufRead, BufReader, Error, ErrorKind, Read};

use event::Reason;
use flate2::{Decompress, FlushDecompress, Status};

/// How a file is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Plain,
    Gzip,
    Zstd,
}

impl Format {
    pub fn of(start: &[u8]) -> Self {
        match start {
            [0x1f, 0x8b, ..] => Format::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Format::Zstd,
            _ => Format::Plain,
        }
    }
}

/// Zstandard frames may ask for a window of gigabytes; ours may not.
const ZSTD_WINDOW_LOG_MAX: u32 = 27;

/// A reader of the inflated bytes.
pub fn reader<'a>(format: Format, input: impl Read + 'a) -> std::io::Result<Box<dyn Read + 'a>> {
    Ok(match format {
        Format::Plain => Box::new(input),
        Format::Gzip => Box::new(GzipMembers::new(input)),
        Format::Zstd => {
            let mut decoder = zstd::stream::read::Decoder::new(input)?;
            decoder.window_log_max(ZSTD_WINDOW_LOG_MAX)?;
            Box::new(decoder)
        }
    })
}

/// Inflates gzip members one behind the other. All that came out before damage is handed on, which flate2's own reader keeps to itself;
/// and bytes behind the end are told from a member that is cut off. Zeros behind the end are padding.
struct GzipMembers<R> {
    input: BufReader<R>,
    inflate: Decompress,
    /// Within a member.
    inside: bool,
    members: usize,
    /// To be told when all that came before it was handed on.
    failure: Option<Error>,
}

const WINDOW_BITS: u8 = 15;

impl<R: Read> GzipMembers<R> {
    fn new(input: R) -> Self {
        let inflate = Decompress::new_gzip(WINDOW_BITS);
        Self { input: BufReader::with_capacity(64 * 1024, input), inflate, inside: true, members: 0, failure: None }
    }
}

impl<R: Read> Read for GzipMembers<R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        if let Some(failure) = self.failure.take() {
            return Err(failure);
        }
        while !out.is_empty() {
            let bytes = self.input.fill_buf()?;
            if !self.inside {
                let padding = bytes.iter().take_while(|byte| **byte == 0).count();
                match bytes.get(padding) {
                    None if bytes.is_empty() => return Ok(0),
                    None => self.input.consume(padding),
                    Some(0x1f) => {
                        self.input.consume(padding);
                        self.inflate = Decompress::new_gzip(WINDOW_BITS);
                        self.inside = true;
                    }
                    Some(_) => return Err(Error::new(ErrorKind::InvalidData, TRAILING)),
                }
                continue;
            }
            let (read, written) = (self.inflate.total_in(), self.inflate.total_out());
            let ended = bytes.is_empty();
            let status = self.inflate.decompress(bytes, out, FlushDecompress::None);
            self.input.consume((self.inflate.total_in() - read) as usize);
            let written = (self.inflate.total_out() - written) as usize;
            let failure = match status {
                Ok(Status::StreamEnd) => {
                    self.inside = false;
                    self.members += 1;
                    None
                }
                Ok(_) => (ended && written == 0).then(|| Error::new(ErrorKind::UnexpectedEof, "incomplete deflate stream")),
                Err(error) => Some(match error.message().unwrap_or_default() {
                    "incorrect data check" | "incorrect length check" => Error::new(ErrorKind::InvalidData, CHECKSUM),
                    "incorrect header check" if self.members > 0 => Error::new(ErrorKind::InvalidData, TRAILING),
                    message => Error::new(ErrorKind::InvalidData, format!("corrupt deflate stream: {message}")),
                }),
            };
            match failure {
                Some(failure) if written == 0 => return Err(failure),
                failure => self.failure = failure,
            }
            if written > 0 {
                return Ok(written);
            }
        }
        Ok(0)
    }
}

const TRAILING: &str = "no gzip member begins there";
const CHECKSUM: &str = "checksum or length do not fit what was inflated";

/// What a failure of a reader means for the file.
pub fn reason(error: &std::io::Error) -> Reason {
    let text = error.to_string();
    match error.kind() {
        std::io::ErrorKind::UnexpectedEof => Reason::CutOff,
        _ if text.contains("checksum") => Reason::Checksum,
        _ if text == TRAILING => Reason::TrailingBytes,
        _ if text.contains("incomplete frame") => Reason::CutOff,
        std::io::ErrorKind::InvalidInput | std::io::ErrorKind::InvalidData | std::io::ErrorKind::Other => Reason::DamagedStream,
        _ => Reason::Unreadable,
    }
}

/// What text cannot be a log, by its first bytes; the detail names what it looks like.
pub fn no_log(start: &[u8]) -> Option<(Reason, &'static str)> {
    let text = &start[event::cut::skip_space(start, event::cut::skip_bom(start))..];
    let looks = match text {
        [0x1f, 0x8b, ..] | [0x28, 0xb5, 0x2f, 0xfd, ..] => {
            return Some((Reason::NestedCompression, "compressed data within compressed data"));
        }
        [b'P', b'K', 3 | 5 | 7, ..] => "a zip file: unpack it first",
        [b'B', b'Z', b'h', ..] => "bzip2: unpack it first",
        [0xfd, b'7', b'z', b'X', b'Z', ..] => "xz: unpack it first",
        [b'P', b'A', b'R', b'1', ..] => "Parquet",
        [b'%', b'P', b'D', b'F', ..] => "a PDF",
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "UTF-16: convert it to UTF-8 first",
        [0, 0, ..] => "zeros",
        [b'<', ..] => "HTML or XML, perhaps an error page that was saved as a log",
        _ => return None,
    };
    Some((Reason::NotALog, looks))
}
