//! The first door: bytes of a file, whatever they are. Inflating, framing, normalizing.

use event::batch::PADDING;
use tests::reading::{raw, read, record};

use crate::{seeds, target};

#[test]
fn whatever_a_file_holds() {
    target!(seeds::files(), |bytes: &[u8]| {
        let read = read(bytes);
        assert!(read.tally.adds_up());
        assert_eq!(read.raw_data().len() as u64, read.tally.mapped);
        let of_records = read.rejects.iter().filter(|reject| !reject.reason.is_of_file()).count();
        assert_eq!(of_records as u64, read.tally.rejected);
        for reject in &read.rejects {
            assert!(reject.bytes.len() as u64 <= reject.length || reject.reason.is_of_file());
        }
    });
}

#[test]
fn documents_lie_within_their_buffer_and_their_file() {
    target!(seeds::files(), |bytes: &[u8]| {
        raw(bytes, &mut |batch| {
            for document in &batch.documents {
                let range = document.range.start as usize..document.range.end as usize;
                assert!(range.start < range.end && range.end + PADDING <= batch.bytes.len(), "{range:?} of {}", batch.bytes.len());
                assert!((document.delta as usize) < batch.deltas.len());
                let delta = &batch.deltas[document.delta as usize];
                assert!(delta.from <= delta.to);
            }
        });
    });
}

/// Sound lines stand before and behind damage: they are all found.
#[test]
fn sound_lines_beside_damage() {
    let sound: Vec<String> = (100..110).map(record).collect();
    target!(seeds::texts(), |damage: &[u8]| {
        // A record of the damage may be one of the sound ones; and a line break ends what is open.
        let mut text = sound[..5].join("\n").into_bytes();
        text.push(b'\n');
        text.extend_from_slice(damage);
        text.push(b'\n');
        text.extend_from_slice(sound[5..].join("\n").as_bytes());
        let found = read(&text).raw_data();
        let before = sound[..5].iter().all(|record| found.contains(record));
        assert!(before, "records before the damage: {} of {}", found.len(), String::from_utf8_lossy(damage));
        // Brackets that stay open may swallow what follows, up to the next line that begins with one.
        let behind = sound[6..].iter().all(|record| found.contains(record));
        assert!(behind, "records behind the damage: {}", String::from_utf8_lossy(damage));
    });
}
