//! C: what is wrong with the packing.

use tests::reading::{gzip, read, record, wrapped, zstd};

use crate::{check, lines};

fn three() -> Vec<u8> {
    lines(&[record(1), record(2), record(3)])
}

#[test]
fn c1_empty_files_are_nothing() {
    check(&[
        ("no bytes", vec![], "nothing"),
        ("white space", b" \r\n\t\n".to_vec(), "nothing"),
        ("a byte order mark alone", b"\xef\xbb\xbf".to_vec(), "nothing"),
        ("gzip of nothing", gzip(b""), "nothing"),
        ("zstd of nothing", zstd(b""), "nothing"),
    ]);
}

#[test]
fn c2_cut_at_any_byte_gives_the_records_before_the_cut_and_says_so() {
    let text = lines(&(0..200).map(record).collect::<Vec<_>>());
    for (name, whole) in [("gzip", gzip(&text)), ("zstd", zstd(&text))] {
        for cut in (3..whole.len()).step_by(97).chain([whole.len() - 1, whole.len() - 8, whole.len() - 9]) {
            let read = read(&whole[..cut]);
            assert_eq!(read.tally.damaged_files.values().sum::<u64>(), 1, "{name} cut at {cut}: {}", read.outcome());
            assert!(read.tally.rejected <= 1, "{name} cut at {cut}: {}", read.outcome());
            let raw = read.raw_data();
            assert!(raw.iter().enumerate().all(|(n, raw)| *raw == record(n)), "{name} cut at {cut}");
        }
    }
    let whole = gzip(&text);
    assert_eq!(read(&whole[..whole.len() - 1]).tally.mapped, 200, "all but the last byte of the checksum");
    assert_eq!(read(&gzip(&three())[..10]).outcome(), "1 file cut_off", "a header alone");
    assert_eq!(read(b"\x1f\x8b").outcome(), "1 file cut_off", "two bytes");
}

#[test]
fn c3_a_wrong_checksum_or_length_keeps_the_records() {
    for at in [8, 7, 6, 5, 4, 3, 2, 1] {
        let mut bytes = gzip(&three());
        let place = bytes.len() - at;
        bytes[place] ^= 0x01;
        check(&[("one bit of CRC or length", bytes, "3 mapped, 1 file checksum")]);
    }
}

#[test]
fn c4_bytes_behind_the_end() {
    let with = |tail: &[u8]| [gzip(&three()), tail.to_vec()].concat();
    check(&[
        ("text", with(b"and more"), "3 mapped, 1 file trailing_bytes"),
        ("a plain record", with(record(4).as_bytes()), "3 mapped, 1 file trailing_bytes"),
        ("padding with zeros, as tapes have", with(&[0; 512]), "3 mapped"),
    ]);
}

#[test]
fn c5_several_members_are_one_text() {
    let text = three();
    for cut in [1, 100, text.len() / 2, text.len() - 1] {
        let members = [gzip(&text[..cut]), gzip(&text[cut..])].concat();
        let frames = [zstd(&text[..cut]), zstd(&text[cut..])].concat();
        check(&[("members, cut within a record", members, "3 mapped"), ("frames, the same", frames, "3 mapped")]);
    }
}

#[test]
fn c7_packed_twice_is_said() {
    check(&[
        ("gzip in gzip", gzip(&gzip(&three())), "1 file nested_compression"),
        ("zstd in gzip", gzip(&zstd(&three())), "1 file nested_compression"),
        ("gzip in zstd", zstd(&gzip(&three())), "1 file nested_compression"),
    ]);
}

#[test]
fn c8_bombs_are_one_reject() {
    let zeros = vec![0; 34 << 20];
    let spaces = vec![b' '; 34 << 20];
    check(&[
        ("zeros in gzip", gzip(&zeros), "1 file not_a_log"),
        ("zeros in zstd", zstd(&zeros), "1 file not_a_log"),
        ("spaces in gzip", gzip(&spaces), "nothing"),
        ("a record behind 34 MB of spaces", gzip(&[spaces, three()].concat()), "3 mapped"),
        ("one text of 34 MB", gzip(&[b"{\"a\":\"".to_vec(), vec![b'x'; 34 << 20]].concat()), "1 too_large"),
    ]);
}

#[test]
fn c9_zstd_with_parts_that_are_to_be_skipped() {
    let skippable = [b"\x50\x2a\x4d\x18\x04\0\0\0skip".to_vec(), zstd(&three())].concat();
    let mut wide = zstd(&three());
    // No single segment, and a window of 2 GiB.
    wide[4] = 0;
    wide[5] = 21 << 3;
    assert_eq!(read(&skippable).outcome(), "3 mapped");
    let outcome = read(&wide).outcome();
    assert!(outcome.contains("file damaged_stream"), "{outcome}");
}

#[test]
fn c11_what_is_no_log_is_one_reject_and_says_what_it_is() {
    for (bytes, detail) in [
        (b"PK\x03\x04\x14\0\0\0".as_slice(), "a zip file: unpack it first"),
        (b"BZh91AY&SY", "bzip2: unpack it first"),
        (b"\xfd7zXZ\0\0", "xz: unpack it first"),
        (b"PAR1\x15\x04\x15", "Parquet"),
        (b"%PDF-1.7\n%\xe2\xe3", "a PDF"),
        (b"\x89PNG\r\n\x1a\n\0\0", "plain text without a JSON document"),
        (b"<html><body>\n503\n</body></html>\n", "HTML or XML, perhaps an error page that was saved as a log"),
        (b"one line\nanother line\nand a third\n", "plain text without a JSON document"),
        (b"\xff\xfe{\0\"\0", "UTF-16: convert it to UTF-8 first"),
    ] {
        let read = read(bytes);
        assert_eq!(read.outcome(), "1 file not_a_log", "{detail}");
        assert_eq!(read.rejects[0].detail, detail);
        assert_eq!(read.rejects[0].bytes, bytes, "{detail}: its bytes are kept");
    }
}

#[test]
fn damage_in_the_middle_keeps_what_lies_before_it() {
    let text = lines(&(0..400).map(record).collect::<Vec<_>>());
    let mut members: Vec<Vec<u8>> = text.chunks(20_000).map(gzip).collect();
    let middle = members[3].len() / 2;
    members[3][middle..middle + 40].fill(0xff);
    let read = read(&members.concat());
    let (before, all) = (text[..60_000].iter().filter(|b| **b == b'\n').count(), read.tally.mapped as usize);
    assert!(all >= before, "{all} of at least {before}: {}", read.outcome());
    assert!(read.outcome().contains("1 file damaged_stream"), "{}", read.outcome());
    assert!(wrapped(&[record(1)]).starts_with('{'));
}
