//! What stands around records: the lists, messages and envelopes of transports and exports. Says where in an object they are wrapped,
//! and opens strings that hold them. Knows how things are packed, not what a record means.

use std::io::Read;

use base64::Engine;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use event::unescape::unescape;

use crate::walk::Text;

/// Wrappers are opened so many deep.
pub const DEPTH_MAX: usize = 4;
/// What wrappers hold may be so long, inflated; so much of one batch is opened in all.
pub const OPENED_BYTES_MAX: usize = 64 * 1024 * 1024;

/// One way to wrap records.
struct Wrapper {
    /// Members that it has, with the text that stands there where that matters.
    has: &'static [(&'static str, &'static str)],
    /// Where the records are; lists on the way are taken element by element.
    path: &'static [&'static str],
    /// The text there is base64, or else it is no such wrapper unless it looks like JSON.
    encoded: bool,
}

const fn around(path: &'static [&'static str]) -> Wrapper {
    Wrapper { has: &[], path, encoded: false }
}

const fn when(has: &'static [(&'static str, &'static str)], path: &'static [&'static str]) -> Wrapper {
    Wrapper { has, path, encoded: false }
}

const fn encoded(has: &'static [(&'static str, &'static str)], path: &'static [&'static str]) -> Wrapper {
    Wrapper { has, path, encoded: true }
}

/// How base64 begins of gzip, and of JSON objects and lists.
const BASE64: &[&[u8]] = &[b"H4sI", b"eyJ", b"ewo", b"ew0", b"eyA", b"W3s", b"Wwo", b"Ww0", b"WyB"];

/// Every wrapper, in the order in which they are tried: `docs/concepts/wrappers.md` says where each comes from.
const ALL: &[Wrapper] = &[
    around(&["Records"]),
    around(&["records"]),
    around(&["detail"]),
    when(&[("messageType", "DATA_MESSAGE")], &["logEvents", "message"]),
    encoded(&[], &["awslogs", "data"]),
    encoded(&[], &["kinesis", "data"]),
    encoded(&[], &["message", "data"]),
    encoded(&[], &["receivedMessages", "message", "data"]),
    when(&[("Type", "Notification")], &["Message"]),
    around(&["Sns", "Message"]),
    around(&["body"]),
    around(&["Body"]),
    around(&["Messages", "Body"]),
    around(&["Events", "CloudTrailEvent"]),
    around(&["CloudTrailEvent"]),
    around(&["eventJson"]),
    around(&["data", "events"]),
    encoded(&[("recordId", "")], &["data"]),
    around(&["data"]),
    around(&["value"]),
    around(&["entries"]),
    around(&["Findings"]),
    around(&["items"]),
    around(&["result", "_raw"]),
    around(&["results", "_raw"]),
    around(&["_raw"]),
    around(&["result"]),
    around(&["results"]),
    around(&["hits", "hits", "_source"]),
    around(&["_source"]),
    around(&["event.original"]),
    around(&["event", "original"]),
    around(&["events", "message"]),
    around(&["message"]),
    when(&[("integration", "")], &["aws"]),
    when(&[("integration", "")], &["gcp"]),
    when(&[("integration", "")], &["azure"]),
    around(&["event"]),
    around(&["protoPayload", "LogEntry"]),
];

/// What holds no events, by its members.
const SKIPPED: &[(&[(&str, &str)], &str)] = &[
    (&[("digestS3Object", "")], "CloudTrail digest"),
    (&[("s3", ""), ("eventSource", "")], "object notification"),
    (&[("s3Bucket", ""), ("s3ObjectKey", "")], "object notification"),
    (&[("source", "aws.s3"), ("detail", "")], "object notification"),
    (&[("kind", "storage#object"), ("bucket", "")], "object notification"),
    (&[("eventType", "Microsoft.Storage.BlobCreated")], "object notification"),
    (&[("Event", "s3:TestEvent")], "test message"),
    (&[("eventType", "Microsoft.EventGrid.SubscriptionValidationEvent")], "subscription message"),
    (&[("Type", "SubscriptionConfirmation")], "subscription message"),
    (&[("Type", "UnsubscribeConfirmation")], "subscription message"),
    (&[("messageType", "CONTROL_MESSAGE")], "test message"),
];

/// Logs that are known and not read, by their members.
const NOT_READ: &[(&[(&str, &str)], &str)] = &[
    (&[("auditID", ""), ("verb", "")], "a Kubernetes audit log"),
    (&[("objectRef", ""), ("verb", "")], "a Kubernetes audit log"),
    (&[("integration", ""), ("office365", "")], "the unified audit log of Microsoft 365"),
    (&[("finding", ""), ("resource", "")], "a finding of Google's Security Command Center"),
    (&[("RecordType", ""), ("Workload", "")], "the unified audit log of Microsoft 365"),
    (&[("Operation", ""), ("Workload", "")], "the unified audit log of Microsoft 365"),
    (&[("srcaddr", ""), ("dstaddr", "")], "a VPC flow log"),
    (&[("webaclId", ""), ("httpRequest", "")], "a log of AWS WAF"),
    (&[("query_name", ""), ("query_type", "")], "a query log of Route 53"),
    (&[("ProductArn", ""), ("AwsAccountId", "")], "a finding of AWS Security Hub"),
    (&[("logName", ""), ("insertId", "")], "an entry of Cloud Logging that is no audit log"),
    (&[("logName", ""), ("timestamp", "")], "an entry of Cloud Logging that is no audit log"),
    (&[("category", ""), ("resourceId", "")], "a resource log of Azure of another category"),
    (&[("category", ""), ("operationName", "")], "a resource log of Azure of another category"),
    (&[("Category", ""), ("ResourceId", "")], "another table of Log Analytics"),
    (&[("TenantId", ""), ("TimeGenerated", "")], "another table of Log Analytics"),
    (&[("@timestamp", ""), ("action", ""), ("actor", "")], "the audit log of GitHub"),
    (&[("effective_at", ""), ("actor", "")], "the audit log of OpenAI"),
];

/// What an object that is no record turned out to be.
pub enum Found {
    /// Positions of what is wrapped in it.
    Wrapped(Vec<usize>),
    /// It holds no events.
    Skipped(&'static str),
    NotRead(&'static str),
    Unknown,
}

/// Looks at the object at position `i`.
pub fn look(text: Text, i: usize) -> Found {
    let members: Vec<(&[u8], usize)> =
        text.members(i).map(|((start, end), value)| (&text.bytes[start as usize..end as usize], value)).collect();
    let has = |wanted: &[(&str, &str)]| {
        wanted.iter().all(|(name, content)| {
            members.iter().any(|(key, value)| *key == name.as_bytes() && (content.is_empty() || is_text(text, *value, content)))
        })
    };
    if let Some((_, kind)) = SKIPPED.iter().find(|(wanted, _)| has(wanted)) {
        return Found::Skipped(kind);
    }
    for wrapper in ALL.iter().filter(|wrapper| has(wrapper.has)) {
        let mut found = Vec::new();
        let mut empty = false;
        inside(text, i, wrapper.path, &mut found, &mut empty);
        if !found.is_empty() {
            found.retain(|at| wrapper.encoded || looks_wrapped(text, *at));
            if found.is_empty() {
                continue;
            }
            return Found::Wrapped(found);
        }
        if empty {
            return Found::Wrapped(found);
        }
    }
    match NOT_READ.iter().find(|(wanted, _)| has(wanted)) {
        Some((_, kind)) => Found::NotRead(kind),
        None => Found::Unknown,
    }
}

fn is_text(text: Text, i: usize, content: &str) -> bool {
    let hit = text.value(i, i + 1);
    text.byte(i) == b'"' && &text.bytes[hit.start as usize..hit.end as usize] == content.as_bytes()
}

/// The values at the end of a path; `empty` says whether a list was there that has none.
fn inside(text: Text, i: usize, path: &[&str], out: &mut Vec<usize>, empty: &mut bool) {
    match (text.byte(i), path) {
        (b'{', [name, rest @ ..]) => {
            for ((start, end), value) in text.members(i) {
                if &text.bytes[start as usize..end as usize] == name.as_bytes() {
                    inside(text, value, rest, out, empty);
                }
            }
        }
        (b'[', [_, ..]) => {
            let mut at = i + 1;
            *empty |= text.byte(at) == b']';
            while !matches!(text.byte(at), b']' | 0) {
                inside(text, at, path, out, empty);
                at = text.skip(at);
                at += usize::from(text.byte(at) == b',');
            }
        }
        (b'n', []) => *empty = true,
        (_, []) => out.push(i),
        _ => {}
    }
}

/// Whether a value is an object, a list, or a text that looks like one.
fn looks_wrapped(text: Text, i: usize) -> bool {
    match text.byte(i) {
        b'{' | b'[' => true,
        b'"' => {
            let hit = text.value(i, i + 1);
            let mut inner = &text.bytes[hit.start as usize..hit.end as usize];
            while let [b' ', rest @ ..] | [b'\\', b'n' | b'r' | b't', rest @ ..] = inner {
                inner = rest;
            }
            matches!(inner.first(), Some(b'{' | b'[')) || BASE64.iter().any(|start| inner.starts_with(start))
        }
        _ => false,
    }
}

/// Why a text could not be opened.
pub enum Closed {
    TooLarge,
    Unreadable,
}

/// What a JSON string holds: JSON, or base64 of it, with gzip or without. `raw` is its text without the quotes.
pub fn open(raw: &[u8]) -> Result<Vec<u8>, Closed> {
    const LENIENT: GeneralPurposeConfig =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent).with_decode_allow_trailing_bits(true);
    let mut bytes = Vec::with_capacity(raw.len());
    unescape(raw, &mut bytes);
    if is_json(&bytes) {
        return Ok(bytes);
    }
    bytes.retain(|byte| !byte.is_ascii_whitespace());
    let decoded = GeneralPurpose::new(&STANDARD, LENIENT)
        .decode(&bytes)
        .or_else(|_| GeneralPurpose::new(&URL_SAFE, LENIENT).decode(&bytes))
        .map_err(|_| Closed::Unreadable)?;
    let opened = if decoded.starts_with(&[0x1f, 0x8b]) { inflate(&decoded)? } else { decoded };
    if is_json(&opened) { Ok(opened) } else { Err(Closed::Unreadable) }
}

fn is_json(bytes: &[u8]) -> bool {
    bytes.iter().find(|byte| !event::cut::is_space(**byte)).is_some_and(|byte| matches!(byte, b'{' | b'['))
}

fn inflate(bytes: &[u8]) -> Result<Vec<u8>, Closed> {
    let mut out = Vec::new();
    let mut reader = flate2::read::MultiGzDecoder::new(bytes).take(OPENED_BYTES_MAX as u64 + 1);
    reader.read_to_end(&mut out).map_err(|_| Closed::Unreadable)?;
    if out.len() > OPENED_BYTES_MAX { Err(Closed::TooLarge) } else { Ok(out) }
}
