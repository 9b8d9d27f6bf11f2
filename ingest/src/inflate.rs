//! Which compression bytes are in, by their first bytes and never by their name, and the readers that undo it.

use std::io::Read;

use event::Reason;

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
        Format::Gzip => Box::new(flate2::read::MultiGzDecoder::new(input)),
        Format::Zstd => {
            let mut decoder = zstd::stream::read::Decoder::new(input)?;
            decoder.window_log_max(ZSTD_WINDOW_LOG_MAX)?;
            Box::new(decoder)
        }
    })
}

/// What a failure of a reader means for the file.
pub fn reason(error: &std::io::Error) -> Reason {
    let text = error.to_string();
    match error.kind() {
        std::io::ErrorKind::UnexpectedEof => Reason::CutOff,
        _ if text.contains("checksum") => Reason::Checksum,
        _ if text.contains("invalid gzip header") => Reason::TrailingBytes,
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
