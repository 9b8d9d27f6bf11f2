//! The buffer in which documents travel. Filled one behind the other, closed at about 1 MB.

use std::sync::Arc;

use event::batch::PADDING;
use event::{BatchNumber, Delta, Document, LogSourceName, RawBatch, Reject};

/// An arena is closed when it holds so many bytes; a single document may be larger.
pub const ARENA_BYTES: usize = 1024 * 1024;

/// Collects documents and hands them on, batch by batch.
pub struct Arena<'a> {
    batch: RawBatch,
    /// Bytes of the buffer that hold something.
    used: usize,
    emit: &'a mut dyn FnMut(RawBatch),
    forced: Option<LogSourceName>,
}

impl<'a> Arena<'a> {
    pub fn new(piece: u64, forced: Option<LogSourceName>, emit: &'a mut dyn FnMut(RawBatch)) -> Self {
        Self { batch: RawBatch { number: BatchNumber { piece, part: 0 }, forced, ..RawBatch::default() }, used: 0, emit, forced }
    }

    /// The documents that follow are of this file, from its beginning.
    pub fn begin(&mut self, partition: &Arc<str>) {
        self.batch.deltas.push(Delta { partition: partition.clone(), from: 0, to: 0 });
    }

    /// Gives up the free end of the buffer, `bytes` long, to be written to; what is used of it is said to [`Arena::keep`].
    pub fn free_end(&mut self, bytes: usize) -> (usize, &mut [u8]) {
        if self.used > 0 && self.used + bytes > ARENA_BYTES {
            self.close();
        }
        let start = self.used;
        if self.batch.bytes.len() < start + bytes + PADDING {
            // Memory fresh from the system is zero: nobody has to write that.
            debug_assert_eq!(start, 0, "an arena is made as large as it will be");
            self.batch.bytes = vec![0; ARENA_BYTES.max(bytes) + PADDING];
        }
        self.used = start + bytes;
        (start, &mut self.batch.bytes[start..start + bytes])
    }

    /// The buffer ends at `end`; what lies behind it was not used.
    pub fn keep(&mut self, end: usize) {
        self.used = end;
    }

    pub fn bytes(&self) -> &[u8] {
        &self.batch.bytes[..self.used]
    }

    /// A document that lies in the buffer already; its first byte stood at `offset` of the file.
    pub fn document_in_place(&mut self, range: std::ops::Range<usize>, offset: u64) {
        self.moved(offset + range.len() as u64);
        let shift = offset as i64 - range.start as i64;
        self.push(range, shift);
    }

    /// A document made of a copied head, of bytes that stood at `offset`, and of what closes it.
    pub fn document(&mut self, head: &[u8], bytes: &[u8], tail: &[u8], offset: u64) {
        let (start, room) = self.free_end(head.len() + bytes.len() + tail.len());
        let (first, rest) = room.split_at_mut(head.len());
        first.copy_from_slice(head);
        rest[..bytes.len()].copy_from_slice(bytes);
        rest[bytes.len()..].copy_from_slice(tail);
        let end = start + head.len() + bytes.len() + tail.len();
        self.moved(offset + bytes.len() as u64);
        self.push(start..end, offset as i64 - (start + head.len()) as i64);
        if self.used >= ARENA_BYTES {
            self.close();
        }
    }

    fn push(&mut self, range: std::ops::Range<usize>, shift: i64) {
        let delta = self.batch.deltas.len() as u32 - 1;
        let range = u32::try_from(range.start).expect("arenas are small")..u32::try_from(range.end).expect("arenas are small");
        self.batch.documents.push(Document { range, delta, shift });
    }

    fn moved(&mut self, to: u64) {
        let delta = self.batch.deltas.last_mut().expect("begin() comes first");
        delta.to = delta.to.max(to);
    }

    pub fn reject(&mut self, reject: Reject) {
        self.batch.rejects.push(reject);
    }

    /// Hands the batch on, and begins the next one where this one ended.
    pub fn close(&mut self) {
        let Some(last) = self.batch.deltas.last() else {
            return;
        };
        let next = Delta { partition: last.partition.clone(), from: last.to, to: last.to };
        let BatchNumber { piece, part } = self.batch.number;
        let fresh =
            RawBatch { number: BatchNumber { piece, part: part + 1 }, deltas: vec![next], forced: self.forced, ..RawBatch::default() };
        let mut batch = std::mem::replace(&mut self.batch, fresh);
        batch.bytes.truncate(self.used + PADDING);
        batch.bytes.resize(self.used + PADDING, b' ');
        self.used = 0;
        (self.emit)(batch);
    }
}
