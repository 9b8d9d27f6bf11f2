//! Findings in order, in bounded memory: by time of the last evidence, then uid. What does not fit is written to a temporary file in
//! sorted runs, which are merged at the end. Repeats of an event give the same finding and fall together there.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Seek, SeekFrom, Write};

use crate::ForwardError;

/// Findings are kept in memory up to this.
const MEMORY_BYTES: usize = 32 * 1024 * 1024;
/// Each run is read through a buffer of this, while runs are merged.
const RUN_BUFFER_BYTES: usize = 128 * 1024;

/// One finding, before it is in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub time: i64,
    pub uid: [u8; 16],
    pub rule: u32,
}

/// Collects findings.
pub struct Sorter {
    entries: Vec<(Place, u32, u32)>,
    bytes: Vec<u8>,
    memory: usize,
    spill: Option<File>,
    runs: Vec<(u64, u64)>,
    end: u64,
}

impl Default for Sorter {
    fn default() -> Self {
        Self::with_memory(MEMORY_BYTES)
    }
}

impl Sorter {
    pub fn with_memory(memory: usize) -> Self {
        Self { entries: Vec::new(), bytes: Vec::new(), memory, spill: None, runs: Vec::new(), end: 0 }
    }

    /// Adds a finding whose bytes `write` appends; none where findings are only counted.
    pub fn push(&mut self, place: Place, write: impl FnOnce(&mut Vec<u8>)) -> Result<(), ForwardError> {
        let from = self.bytes.len();
        write(&mut self.bytes);
        self.entries.push((place, from as u32, (self.bytes.len() - from) as u32));
        if self.bytes.len() + self.entries.len() * size_of::<(Place, u32, u32)>() > self.memory {
            self.spill()?;
        }
        Ok(())
    }

    fn sort(&mut self) {
        let bytes = &self.bytes;
        let text = |(_, from, length): &(Place, u32, u32)| &bytes[*from as usize..(*from + *length) as usize];
        self.entries.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| text(a).cmp(text(b))));
    }

    fn spill(&mut self) -> Result<(), ForwardError> {
        self.sort();
        let failed = |source| ForwardError::Spill { path: std::env::temp_dir().display().to_string(), source };
        if self.spill.is_none() {
            self.spill = Some(tempfile::tempfile().map_err(failed)?);
        }
        let file = self.spill.as_mut().expect("made a line ago");
        let start = self.end;
        let mut out = BufWriter::with_capacity(1024 * 1024, file);
        for (place, from, length) in &self.entries {
            let written = write_entry(&mut out, place, &self.bytes[*from as usize..(*from + *length) as usize]).map_err(failed)?;
            self.end += written;
        }
        out.flush().map_err(failed)?;
        drop(out);
        self.runs.push((start, self.end));
        self.entries.clear();
        self.bytes.clear();
        Ok(())
    }

    /// Gives every finding once, in order; and how many repeats there were.
    pub fn finish(mut self, mut give: impl FnMut(&Place, &[u8]) -> Result<(), ForwardError>) -> Result<u64, ForwardError> {
        let mut repeats = 0;
        let mut last: Option<Place> = None;
        let mut once = |place: &Place, bytes: &[u8]| {
            if last == Some(*place) {
                // Of copies that differ, the one whose bytes come first stays: no order of arrival can change that.
                repeats += 1;
                return Ok(());
            }
            last = Some(*place);
            give(place, bytes)
        };
        if self.runs.is_empty() {
            self.sort();
            for (place, from, length) in &self.entries {
                once(place, &self.bytes[*from as usize..(*from + *length) as usize])?;
            }
            return Ok(repeats);
        }
        self.spill()?;
        let failed = |source| ForwardError::Spill { path: std::env::temp_dir().display().to_string(), source };
        let file = self.spill.take().expect("there are runs");
        self.bytes = Vec::new();
        self.entries = Vec::new();
        let mut runs: Vec<Run> = self.runs.iter().map(|(from, to)| Run::new(&file, *from, *to)).collect();
        let mut heap = BinaryHeap::new();
        for (n, run) in runs.iter_mut().enumerate() {
            if let Some((place, bytes)) = run.next().map_err(failed)? {
                heap.push(Reverse((place, bytes, n)));
            }
        }
        while let Some(Reverse((place, bytes, n))) = heap.pop() {
            once(&place, &bytes)?;
            if let Some((place, bytes)) = runs[n].next().map_err(failed)? {
                heap.push(Reverse((place, bytes, n)));
            }
        }
        Ok(repeats)
    }
}

fn write_entry(out: &mut impl Write, place: &Place, bytes: &[u8]) -> std::io::Result<u64> {
    let mut head = [0; 32];
    head[..8].copy_from_slice(&place.time.to_le_bytes());
    head[8..24].copy_from_slice(&place.uid);
    head[24..28].copy_from_slice(&place.rule.to_le_bytes());
    head[28..].copy_from_slice(&(bytes.len() as u32).to_le_bytes());
    out.write_all(&head)?;
    out.write_all(bytes)?;
    Ok(head.len() as u64 + bytes.len() as u64)
}

/// A sorted run within the spill file.
struct Run<'a> {
    reader: BufReader<Part<'a>>,
    left: u64,
}

/// A stretch of a file, read from its own place.
struct Part<'a> {
    file: &'a File,
    at: u64,
}

impl Read for Part<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let mut file = self.file;
        file.seek(SeekFrom::Start(self.at))?;
        let read = file.read(buffer)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl<'a> Run<'a> {
    fn new(file: &'a File, from: u64, to: u64) -> Self {
        Self { reader: BufReader::with_capacity(RUN_BUFFER_BYTES, Part { file, at: from }), left: to - from }
    }

    fn next(&mut self) -> std::io::Result<Option<(Place, Vec<u8>)>> {
        if self.left == 0 {
            return Ok(None);
        }
        let mut head = [0; 32];
        self.reader.read_exact(&mut head)?;
        let number = |from: usize| u32::from_le_bytes(head[from..from + 4].try_into().expect("4 bytes"));
        let place = Place {
            time: i64::from_le_bytes(head[..8].try_into().expect("8 bytes")),
            uid: head[8..24].try_into().expect("16 bytes"),
            rule: number(24),
        };
        let mut bytes = vec![0; number(28) as usize];
        self.reader.read_exact(&mut bytes)?;
        self.left -= 32 + bytes.len() as u64;
        Ok(Some((place, bytes)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_order_whether_it_fits_or_not() {
        let places: Vec<(Place, String)> = (0..5000u64)
            .map(|n| {
                let mixed = n.wrapping_mul(0x9e37_79b9_7f4a_7c15) % 3000;
                let place = Place { time: (mixed / 7) as i64, uid: [(mixed % 256) as u8; 16], rule: (mixed % 3) as u32 };
                (place, format!("finding {mixed}"))
            })
            .collect();
        let sorted = |memory: usize| {
            let mut sorter = Sorter::with_memory(memory);
            for (place, text) in &places {
                sorter.push(*place, |out| out.extend_from_slice(text.as_bytes())).unwrap();
            }
            let mut all = Vec::new();
            let repeats = sorter.finish(|place, bytes| {
                all.push((*place, String::from_utf8_lossy(bytes).into_owned()));
                Ok(())
            });
            (all, repeats.unwrap())
        };
        let (all, repeats) = sorted(usize::MAX);
        assert!(all.is_sorted());
        assert_eq!(all.len() as u64 + repeats, 5000);
        assert!(repeats > 0);
        assert_eq!(sorted(10_000), (all, repeats));
    }
}
