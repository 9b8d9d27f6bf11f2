//! The stages as a library calls them: bytes in; events, rejects and a tally out. And small CloudTrail records to feed them.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;

use event::{EventBatch, LogSourceName, RawBatch, Reject, Tally, Wanted};
use ingest::{Opener, Piece, Planned};
use normalize::{Normalizer, logsources};

/// What some bytes became.
#[derive(Default)]
pub struct Read {
    pub tally: Tally,
    pub batches: Vec<EventBatch>,
    pub rejects: Vec<Reject>,
}

impl Read {
    /// `raw_data` of every event, in order.
    pub fn raw_data(&self) -> Vec<String> {
        self.column("raw_data")
    }

    /// A column of texts over all events; an empty text where there is none.
    pub fn column(&self, path: &str) -> Vec<String> {
        let texts = self.batches.iter().filter_map(|batch| batch.texts(path));
        texts.flat_map(|texts| texts.iter().map(|text| text.unwrap_or_default().to_owned()).collect::<Vec<_>>()).collect()
    }

    /// `1 mapped, 2 not_json, 1 CloudTrail digest skipped, cut_off file`: all that a table of tests has to say.
    pub fn outcome(&self) -> String {
        let Tally { mapped, reasons, skipped, damaged_files, .. } = &self.tally;
        let mut parts = Vec::new();
        if *mapped > 0 {
            parts.push(format!("{mapped} mapped"));
        }
        parts.extend(reasons.iter().map(|(reason, count)| format!("{count} {}", reason.code())));
        parts.extend(skipped.iter().map(|(kind, count)| format!("{count} {kind} skipped")));
        parts.extend(damaged_files.iter().map(|(reason, count)| format!("{count} file {}", reason.code())));
        if parts.is_empty() { "nothing".to_owned() } else { parts.join(", ") }
    }
}

/// All columns of every log source.
pub fn everything() -> BTreeMap<LogSourceName, Wanted> {
    logsources::ALL.iter().map(|source| (source.name, Wanted { all_columns: true, ..Wanted::default() })).collect()
}

/// Reads a file with these bytes, as `replay` does.
pub fn read(bytes: &[u8]) -> Read {
    read_wanted(bytes, &everything())
}

/// Reads a file with these bytes; of the events, only what is wanted.
pub fn read_wanted(bytes: &[u8], wanted: &BTreeMap<LogSourceName, Wanted>) -> Read {
    read_with(&mut Normalizer::new(logsources::ALL, wanted), bytes)
}

/// Reads a file with these bytes; to make a normalizer costs more than to read a record.
pub fn read_with(normalizer: &mut Normalizer, bytes: &[u8]) -> Read {
    let mut read = Read::default();
    raw(bytes, &mut |batch| {
        let normalized = normalizer.normalize(batch);
        assert!(normalized.tally.adds_up(), "{:?}", normalized.tally);
        read.tally.add(&normalized.tally);
        read.batches.extend(normalized.batches);
        read.rejects.extend(normalized.rejects);
    });
    read
}

/// Inflates and frames a file with these bytes.
pub fn raw(bytes: &[u8], emit: &mut dyn FnMut(RawBatch)) {
    let mut file = tempfile::NamedTempFile::new().expect("there is room for a temporary file");
    file.write_all(bytes).expect("there is room for a temporary file");
    let planned = Planned { path: Some(file.path().to_owned()), name: "test".into(), bytes: bytes.len() as u64 };
    Opener::new(None, Arc::default()).open(&Piece { number: 0, files: vec![planned] }, emit);
}

/// A sound CloudTrail record, on one line.
pub fn record(number: usize) -> String {
    record_with(number, "")
}

/// A sound CloudTrail record with further members (`,"key":value`).
pub fn record_with(number: usize, members: &str) -> String {
    format!(
        r#"{{"eventVersion":"1.11","userIdentity":{{"type":"IAMUser","principalId":"AIDAEXAMPLE0000000001","arn":"arn:aws:iam::111122223333:user/dana","accountId":"111122223333","userName":"dana"}},"eventTime":"2026-03-01T{:02}:{:02}:{:02}Z","eventSource":"ec2.amazonaws.com","eventName":"DescribeRegions","awsRegion":"eu-central-1","sourceIPAddress":"198.51.100.7","userAgent":"aws-cli/2.31.4","requestParameters":null,"responseElements":null,"eventID":"00000000-0000-4000-8000-{number:012}","eventType":"AwsApiCall","recipientAccountId":"111122223333"{members}}}"#,
        number / 3600 % 24,
        number / 60 % 60,
        number % 60
    )
}

/// `{"Records":[…]}`
pub fn wrapped<S: AsRef<str>>(records: &[S]) -> String {
    format!("{{\"Records\":[{}]}}", records.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(","))
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(bytes).expect("memory takes it");
    gzip.finish().expect("memory takes it")
}

pub fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).expect("memory takes it")
}
