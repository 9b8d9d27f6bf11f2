//! The buffer in which documents travel. Filled one behind the other, closed at about 1 MB.

use std::sync::Arc;

use event::batch::PADDING;
use event::{BatchNumber, Delta, Document, LogSourceName, RawBatch, Reject};

/// An arena is closed when it holds so many bytes; a single document may be larger.
pub const ARENA_BYTES: usize = 1024 * 1024;

/// Collects documents and hands them on, batch by batch.
pub struct Arena<'a> {
    batch: RawBatch,
    emit: &'a mut dyn FnMut(RawBatch),
    forced: Option<LogSourceName>,
}

impl<'a> Arena<'a> {
    pub fn new(piece: u64, forced: Option<LogSourceName>, emit: &'a mut dyn FnMut(RawBatch)) -> Self {
        Self { batch: RawBatch { number: BatchNumber { piece, part: 0 }, forced, ..RawBatch::default() }, emit, forced }
    }

    /// The documents that follow are of this file, from its beginning.
    pub fn begin(&mut self, partition: &Arc<str>) {
        self.batch.deltas.push(Delta { partition: partition.clone(), from: 0, to: 0 });
    }

    /// Makes room for so many bytes behind what the buffer holds, in a new one if they do not fit into this.
    pub fn room(&mut self, bytes: usize) -> &mut Vec<u8> {
        if !self.batch.bytes.is_empty() && self.batch.bytes.len() + bytes > ARENA_BYTES {
            self.close();
        }
        if self.batch.bytes.is_empty() {
            // As large as it will be.
            self.batch.bytes.reserve_exact(ARENA_BYTES.max(bytes) + PADDING);
        }
        &mut self.batch.bytes
    }

    /// The buffer ends at `end`; what lies behind it was not used.
    pub fn truncate(&mut self, end: usize) {
        self.batch.bytes.truncate(end);
    }

    pub fn bytes(&self) -> &[u8] {
        &self.batch.bytes
    }

    /// A document that lies in the buffer already; its first byte stood at `offset` of the file.
    pub fn document_in_place(&mut self, range: std::ops::Range<usize>, offset: u64) {
        self.moved(offset + range.len() as u64);
        let shift = offset as i64 - range.start as i64;
        self.push(range, shift);
    }

    /// A document made of a copied head, of bytes that stood at `offset`, and of what closes it.
    pub fn document(&mut self, head: &[u8], bytes: &[u8], tail: &[u8], offset: u64) {
        let room = self.room(head.len() + bytes.len() + tail.len());
        let start = room.len();
        [head, bytes, tail].iter().for_each(|part| room.extend_from_slice(part));
        let end = room.len();
        self.moved(offset + bytes.len() as u64);
        self.push(start..end, offset as i64 - (start + head.len()) as i64);
        if end >= ARENA_BYTES {
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
        batch.bytes.resize(batch.bytes.len() + PADDING, b' ');
        (self.emit)(batch);
    }
}
