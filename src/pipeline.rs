//! The way of an event, on one page. A step takes raw documents and gives what is to be written; the replay drives it: workers take
//! pieces of the reading plan in any order, and what they made is collected in the plan's order, so that no number of workers can change
//! what comes out.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex};

use correlate::{Detections, Detector, RuleSet};
use event::{BatchNumber, LogSourceName, Millis, Normalized, RawBatch, Tally, Wanted};
use forward::{events, rejects};
use ingest::{Files, Opener, Pulled, Source};
use normalize::{Normalizer, logsources};

/// What is asked of a run.
pub struct Job<'a> {
    pub rules: &'a RuleSet,
    pub wanted: BTreeMap<LogSourceName, Wanted>,
    pub forced: Option<LogSourceName>,
    /// Whether findings are built, or counted only.
    pub findings: bool,
    pub events: bool,
    pub rejects: bool,
    pub from: Millis,
    pub to: Millis,
    pub workers: usize,
    pub read_bytes: Arc<AtomicU64>,
}

/// What a batch became.
#[derive(Default)]
pub struct Done {
    pub tally: Tally,
    pub detections: Detections,
    /// Lines of NDJSON.
    pub events: Vec<u8>,
    pub rejects: Vec<u8>,
}

/// The stages that need no order; each worker has its own.
struct Worker<'a> {
    job: &'a Job<'a>,
    normalizer: Normalizer,
    detector: Detector<'a>,
}

impl Worker<'_> {
    /// From raw documents to what is to be written. `events` is empty; it may have room.
    fn step(&mut self, raw: RawBatch, events: Vec<u8>) -> Done {
        let Normalized { batches, rejects: unread, tally, .. } = self.normalizer.normalize(raw);
        let mut done = Done { tally, events, ..Done::default() };
        for batch in &batches {
            let mut found = self.detector.detect(batch);
            if self.job.findings {
                found.show(|row| self.normalizer.evidence(batch, row));
            }
            done.detections.append(found);
            if self.job.events {
                if self.job.from == Millis::MIN && self.job.to == Millis::MAX {
                    events::write(&batch.rows, &mut done.events);
                } else {
                    events::write(&events::within(batch, self.job.from, self.job.to), &mut done.events);
                }
            }
        }
        if self.job.rejects {
            unread.iter().for_each(|reject| rejects::write(reject, &mut done.rejects));
        }
        done
    }
}

/// Reads everything there is; `collect` gets what batches became, in the plan's order. It stops early where `collect` fails.
pub fn replay<E>(job: &Job, plan: Files, mut collect: impl FnMut(&mut Done) -> Result<(), E>) -> Result<(), E> {
    let plan = Mutex::new(plan);
    let queue = Queue::default();
    std::thread::scope(|scope| {
        for _ in 0..job.workers {
            scope.spawn(|| {
                // Whatever happens here, nobody waits for this worker in vain.
                let _left = Left(&queue);
                let mut worker =
                    Worker { job, normalizer: Normalizer::new(logsources::ALL, &job.wanted), detector: Detector::new(job.rules) };
                let mut opener = Opener::new(job.forced, job.read_bytes.clone());
                loop {
                    let pulled = plan.lock().expect("no worker panics here").next(PIECE_BYTES);
                    let Pulled::Piece(piece) = pulled else { return };
                    let mut parts = 0;
                    opener.open(&piece, &mut |raw| {
                        let number = raw.number;
                        parts = number.part + 1;
                        if !queue.is_closed() {
                            let events = queue.room();
                            queue.put(number, Some(worker.step(raw, events)));
                        }
                    });
                    queue.put(BatchNumber { piece: piece.number, part: parts }, None);
                }
            });
        }
        let result = loop {
            match queue.take(job.workers) {
                Some(mut done) => {
                    if let Err(error) = collect(&mut done) {
                        break Err(error);
                    }
                    queue.give_back(done.events);
                }
                None => break Ok(()),
            }
        };
        queue.close();
        result
    })
}

/// Reads everything there is on one thread, batch by batch.
pub fn read(mut plan: Files, wanted: &BTreeMap<LogSourceName, Wanted>, read_bytes: &Arc<AtomicU64>, each: &mut dyn FnMut(Normalized)) {
    let mut normalizer = Normalizer::new(logsources::ALL, wanted);
    let mut opener = Opener::new(None, read_bytes.clone());
    while let Pulled::Piece(piece) = plan.next(PIECE_BYTES) {
        opener.open(&piece, &mut |raw| each(normalizer.normalize(raw)));
    }
}

/// What is read of the plan at once.
const PIECE_BYTES: usize = 1024 * 1024;
/// Work that is done waits for its turn in at most so many bytes.
const WAITING_BYTES_MAX: usize = 16 * 1024 * 1024;

/// So many buffers are kept for the next batches.
const ROOM_MAX: usize = 4;

/// Brings work into the plan's order.
#[derive(Default)]
struct Queue {
    inner: Mutex<Waiting>,
    changed: Condvar,
    closed: AtomicU64,
}

#[derive(Default)]
struct Waiting {
    /// None is the end of a piece.
    done: BTreeMap<BatchNumber, Option<Done>>,
    bytes: usize,
    next: BatchNumber,
    left: usize,
    /// Room for events that were written: memory that is new costs more than writing to it.
    room: Vec<Vec<u8>>,
}

struct Left<'a>(&'a Queue);

impl Drop for Left<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            // What this worker had is missing for ever: nobody may wait for it.
            self.0.close();
        }
        if let Ok(mut waiting) = self.0.inner.lock() {
            waiting.left += 1;
        }
        self.0.changed.notify_all();
    }
}

impl Done {
    fn bytes(&self) -> usize {
        const DETECTION_BYTES: usize = 600;
        self.events.len() + self.rejects.len() + self.detections.detections.len() * DETECTION_BYTES
    }
}

impl Queue {
    /// Waits while too much waits already, unless this is what everybody waits for.
    fn put(&self, number: BatchNumber, done: Option<Done>) {
        let mut waiting = self.inner.lock().expect("nothing panics while it holds this");
        while waiting.bytes > WAITING_BYTES_MAX && waiting.next != number && !self.is_closed() {
            waiting = self.changed.wait(waiting).expect("nothing panics while it holds this");
        }
        waiting.bytes += done.as_ref().map_or(0, Done::bytes);
        waiting.done.insert(number, done);
        self.changed.notify_all();
    }

    /// The next of the plan's order; none when all workers have left and nothing is there.
    fn take(&self, workers: usize) -> Option<Done> {
        let mut waiting = self.inner.lock().expect("nothing panics while it holds this");
        loop {
            let next = waiting.next;
            match waiting.done.remove(&next) {
                Some(Some(done)) => {
                    waiting.next.part += 1;
                    waiting.bytes -= done.bytes();
                    self.changed.notify_all();
                    return Some(done);
                }
                Some(None) => {
                    waiting.next = BatchNumber { piece: next.piece + 1, part: 0 };
                    self.changed.notify_all();
                }
                None if waiting.left == workers => return None,
                None => waiting = self.changed.wait(waiting).expect("nothing panics while it holds this"),
            }
        }
    }

    fn room(&self) -> Vec<u8> {
        self.inner.lock().expect("nothing panics while it holds this").room.pop().unwrap_or_default()
    }

    fn give_back(&self, mut events: Vec<u8>) {
        events.clear();
        let mut waiting = self.inner.lock().expect("nothing panics while it holds this");
        if waiting.room.len() < ROOM_MAX && events.capacity() <= WAITING_BYTES_MAX {
            waiting.room.push(events);
        }
    }

    fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed) != 0
    }

    /// Nobody takes any more: workers go to their end without waiting.
    fn close(&self) {
        self.closed.store(1, Ordering::Relaxed);
        self.changed.notify_all();
    }
}
