//! Opens pieces of the reading plan: reads, inflates and frames. Needs no order and shares nothing, so each worker has an [`Opener`].

use std::fs::File;
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use event::cut;
use event::reject::KEPT_BYTES_MAX;
use event::{LogSourceName, Place, RawBatch, Reason, Reject};

use crate::arena::Arena;
use crate::frame::{self, Framer, LONG_BYTES};
use crate::inflate::{self, Format};
use crate::libdeflate::{Failure, Inflater};
use crate::sources::files::Planned;
use crate::{Piece, Pulled, Source};

/// A file up to this is read in one go.
const WHOLE_FILE_BYTES: u64 = 8 * 1024 * 1024;
/// What inflates to at most this is inflated in one go, by libdeflate; all else streams.
const WHOLE_TEXT_BYTES: usize = 32 * 1024 * 1024;
/// A stream is read in steps of this.
const STEP_BYTES: usize = 256 * 1024;
/// Deflate cannot do better than this.
const DEFLATE_RATIO_MAX: usize = 1032;

/// Opens pieces, and keeps its buffers.
#[derive(Default)]
pub struct Opener {
    inflater: Inflater,
    file: Vec<u8>,
    text: Vec<u8>,
    forced: Option<LogSourceName>,
    read_bytes: Arc<AtomicU64>,
}

impl Opener {
    /// `forced` is the log source that all records are taken for. `read_bytes` counts the bytes of files, compressed as they are, for
    /// whoever shows progress.
    pub fn new(forced: Option<LogSourceName>, read_bytes: Arc<AtomicU64>) -> Self {
        Self { forced, read_bytes, ..Self::default() }
    }

    /// Hands on the documents of a piece, batch by batch.
    pub fn open(&mut self, piece: &Piece, emit: &mut dyn FnMut(RawBatch)) {
        let mut arena = Arena::new(piece.number, self.forced, emit);
        for file in &piece.files {
            arena.begin(&file.name);
            if let Err(error) = self.open_file(file, &mut arena) {
                arena.reject(damage(file, inflate_or_read(&error), error.to_string(), 0, &[]));
            }
        }
        arena.close();
    }

    fn open_file(&mut self, file: &Planned, arena: &mut Arena) -> std::io::Result<()> {
        let counted = |input| Counted { input, read_bytes: self.read_bytes.clone() };
        let Some(path) = &file.path else {
            let input: Box<dyn Read> = Box::new(std::io::stdin().lock());
            let input = counted(input);
            return self.stream(file, input, arena);
        };
        let mut input = File::open(path)?;
        // What has no size may be a pipe.
        if file.bytes > WHOLE_FILE_BYTES || file.bytes == 0 {
            let input = counted(Box::new(input));
            return self.stream(file, input, arena);
        }
        // One byte more than expected: a read that does not fill it has met the end.
        self.file.resize(file.bytes as usize + 1, 0);
        let mut length = 0;
        loop {
            let read = input.read(&mut self.file[length..])?;
            length += read;
            if read == 0 || length as u64 == file.bytes {
                break;
            }
            if length == self.file.len() {
                // It has grown since the plan was made.
                self.file.resize(length * 2, 0);
            }
        }
        self.file.truncate(length);
        self.read_bytes.fetch_add(length as u64, Ordering::Relaxed);
        let bytes = std::mem::take(&mut self.file);
        self.whole(file, &bytes, arena);
        self.file = bytes;
        Ok(())
    }

    /// A file whose bytes are all there.
    fn whole(&mut self, file: &Planned, bytes: &[u8], arena: &mut Arena) {
        match Format::of(bytes) {
            Format::Gzip => {
                if self.gzip(file, bytes, arena).is_none() {
                    self.stream_or_reject(file, bytes, arena);
                }
            }
            Format::Zstd => self.stream_or_reject(file, bytes, arena),
            Format::Plain => self.text(file, bytes, arena),
        }
    }

    /// Inflates with libdeflate. None: it is too large, or damaged; nothing was handed on.
    fn gzip(&mut self, file: &Planned, bytes: &[u8], arena: &mut Arena) -> Option<()> {
        // The last four bytes say how long the last member is, but they come from strangers.
        let size = u32::from_le_bytes(*bytes.last_chunk()?) as usize;
        if size > WHOLE_TEXT_BYTES || size > bytes.len().saturating_mul(DEFLATE_RATIO_MAX) {
            return None;
        }
        if size <= LONG_BYTES {
            // Mostly there is one member: straight into the arena.
            let room = arena.room(size);
            let start = room.len();
            let inflated = self.inflater.gzip_member(bytes, room);
            if inflated == Ok(bytes.len()) && looks_like_text(&arena.bytes()[start..]) {
                frame::in_place(arena, start);
                return Some(());
            }
            arena.truncate(start);
            if inflated == Err(Failure::BadData) {
                return None;
            }
        }
        let mut text = std::mem::take(&mut self.text);
        text.clear();
        let mut read = 0;
        let done = loop {
            let rest = &bytes[read..];
            if rest.is_empty() || rest.iter().all(|b| *b == 0) {
                break Some(());
            }
            text.reserve_exact(size.max(STEP_BYTES.saturating_sub(text.len())));
            match self.inflater.gzip_member(rest, &mut text) {
                Ok(used) => read += used,
                Err(Failure::NoRoom) if text.capacity() < WHOLE_TEXT_BYTES => {
                    let larger = (text.capacity() * 2).min(WHOLE_TEXT_BYTES);
                    text.reserve_exact(larger - text.len());
                }
                Err(_) => break None,
            }
        };
        if done.is_some() {
            self.text(file, &text, arena);
        }
        self.text = text;
        done
    }

    /// Inflated text, all of it.
    fn text(&mut self, file: &Planned, text: &[u8], arena: &mut Arena) {
        if let Some((reason, detail)) = judge(text) {
            return arena.reject(damage(file, reason, detail.to_owned(), 0, text));
        }
        let mut framer = Framer::new(file.name.clone());
        framer.cut(text, true, arena);
    }

    fn stream_or_reject(&mut self, file: &Planned, bytes: &[u8], arena: &mut Arena) {
        if let Err(error) = self.stream(file, bytes, arena) {
            arena.reject(damage(file, inflate_or_read(&error), error.to_string(), 0, bytes));
        }
    }

    /// Reads step by step, in bounded memory; what lies before damage is handed on.
    fn stream(&mut self, file: &Planned, mut input: impl Read, arena: &mut Arena) -> std::io::Result<()> {
        let mut start = [0; 4];
        let (length, failure) = read_full(&mut input, &mut start);
        if let Some(error) = failure {
            return Err(error);
        }
        let format = Format::of(&start[..length]);
        let mut reader = inflate::reader(format, start[..length].chain(input))?;
        let mut framer = Framer::new(file.name.clone());
        let mut held: Vec<u8> = Vec::new();
        let mut offset = 0;
        let mut judged = false;
        loop {
            let before = held.len();
            held.resize(before + STEP_BYTES, 0);
            let (read, failure) = read_full(&mut reader, &mut held[before..]);
            held.truncate(before + read);
            if !judged && !held.is_empty() {
                judged = true;
                if let Some((reason, detail)) = judge(&held) {
                    arena.reject(damage(file, reason, detail.to_owned(), 0, &held));
                    return Ok(());
                }
            }
            let last = failure.is_some() || read < STEP_BYTES;
            let used = framer.cut(&held, last, arena);
            offset += used as u64;
            held.drain(..used);
            if let Some(error) = failure {
                let reason = match inflate::reason(&error) {
                    // The first header is broken, not what follows the end.
                    Reason::TrailingBytes if offset == 0 => Reason::DamagedStream,
                    reason => reason,
                };
                arena.reject(damage(file, reason, error.to_string(), offset, &[]));
            }
            if last {
                return Ok(());
            }
        }
    }
}

/// A reader that says how far it is.
struct Counted {
    input: Box<dyn Read>,
    read_bytes: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.input.read(buffer)?;
        self.read_bytes.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// Fills the buffer as far as there is something to read; a failure comes beside what was read before it.
fn read_full(input: &mut impl Read, buffer: &mut [u8]) -> (usize, Option<std::io::Error>) {
    let mut length = 0;
    while length < buffer.len() {
        match input.read(&mut buffer[length..]) {
            Ok(0) => break,
            Ok(read) => length += read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return (length, Some(error)),
        }
    }
    (length, None)
}

fn inflate_or_read(error: &std::io::Error) -> Reason {
    match inflate::reason(error) {
        Reason::DamagedStream if error.kind() != std::io::ErrorKind::InvalidData => Reason::Unreadable,
        reason => reason,
    }
}

fn looks_like_text(text: &[u8]) -> bool {
    matches!(text.get(cut::skip_space(text, cut::skip_bom(text))), None | Some(b'{' | b'['))
}

/// A text that holds no document at all is one reject, not one a line.
fn judge(text: &[u8]) -> Option<(Reason, &'static str)> {
    if looks_like_text(text) {
        return None;
    }
    if let Some(found) = inflate::no_log(text) {
        return Some(found);
    }
    // A file that begins in the middle of a line is a log all the same.
    let later = memchr::memmem::find(text, b"\n{").or_else(|| memchr::memmem::find(text, b"\n["));
    later.is_none().then_some((Reason::NotALog, "plain text without a JSON document"))
}

fn damage(file: &Planned, reason: Reason, detail: String, offset: u64, bytes: &[u8]) -> Reject {
    Reject {
        reason,
        detail,
        place: Place { partition: file.name.clone(), offset },
        log_source: None,
        bytes: bytes[..bytes.len().min(KEPT_BYTES_MAX)].to_vec(),
        length: bytes.len() as u64,
        sha256: None,
    }
}

/// Reads everything a source has, in order, on this thread.
pub fn drain(source: &mut dyn Source, opener: &mut Opener, emit: &mut dyn FnMut(RawBatch)) {
    while let Pulled::Piece(piece) = source.next(crate::arena::ARENA_BYTES) {
        opener.open(&piece, emit);
    }
}
