//! Findings as OCSF Detection Finding (2004): what the SIEM shows, and what others may rely on (docs/reference/finding.md). What belongs
//! to a rule is written once and copied.

use std::sync::Arc;

use event::evidence::Evidence;
use event::ocsf::Class;
use event::time::rfc3339;
use event::uuid::{Namespace, Uuid};
use event::{EvidenceField, Finding, Level, RuleCard};

use crate::write::{comma, integer, key, member, number, object, optional, string};

/// Evidence rows of one finding: so many of the earliest, and as many of the latest.
pub const EVIDENCE_MAX: usize = 50;
/// A finding of one event is at most so long.
pub const FINDING_BYTES_MAX: usize = 8192;
/// What is left of texts in a finding that would be longer; each byte may need six.
const SHORT_BYTES: usize = 24;
/// Of a rule's description, a finding shows this much.
const DESCRIPTION_BYTES_MAX: usize = 1024;
/// Tags and techniques of a rule that a finding shows.
const TAGS_MAX: usize = 12;

/// Writes findings.
pub struct Encoder {
    namespace: Namespace,
    rules: Vec<Prepared>,
}

/// What all findings of a rule have in common.
struct Prepared {
    id: String,
    title: String,
    /// Severity and what goes with it.
    head: Vec<u8>,
    /// Title, description, analytic, attacks and tags.
    info: Vec<u8>,
    version: String,
    level: Level,
}

impl Encoder {
    pub fn new(cards: &[RuleCard]) -> Self {
        Self { namespace: Namespace::of_url("isobar:finding"), rules: cards.iter().map(prepare).collect() }
    }

    /// The finding's uid: UUIDv5 of `["<rule id>","<event key>"]`, the same in every run.
    pub fn uid(&self, finding: &Finding) -> Uuid {
        let rule = &self.rules[finding.rule as usize];
        let event = &finding.evidence[0];
        let mut key = [0u8; 32];
        for (at, digit) in key.iter_mut().enumerate() {
            *digit = b"0123456789abcdef"[(event.key.0 >> (124 - at * 4) & 15) as usize];
        }
        self.namespace.uuid(&[b"[\"", rule.id.as_bytes(), b"\",\"", &key, b"\"]"])
    }

    /// Appends one finding, without a line break. One of a single event is at most [`FINDING_BYTES_MAX`] long: where long texts would
    /// make it longer, they are cut.
    pub fn write(&self, finding: &Finding, uid: Uuid, out: &mut Vec<u8>) {
        let before = out.len();
        self.write_all(finding, uid, out);
        if out.len() - before > FINDING_BYTES_MAX && finding.evidence.len() == 1 {
            // What strangers wrote is what makes it long; a rule's own texts are bounded where they are prepared.
            out.truncate(before);
            let event = Arc::new(finding.evidence[0].cut(SHORT_BYTES));
            self.write_all(&Finding { evidence: vec![event], ..finding.clone() }, uid, out);
        }
    }

    fn write_all(&self, finding: &Finding, uid: Uuid, out: &mut Vec<u8>) {
        let rule = &self.rules[finding.rule as usize];
        let event = &*finding.evidence[0];
        let (first, last) = (finding.first(), finding.last());
        let text = |field| event.text(field);
        out.push(b'{');
        number("time", last, out);
        member("time_dt", &rfc3339(last), out);
        number("start_time", first, out);
        number("end_time", last, out);
        out.push(b',');
        out.extend_from_slice(&rule.head);
        number("count", finding.events as i64, out);
        key("message", out);
        string(&sentence(&rule.title, event, finding.events), out);
        object("metadata", out, |out| {
            out.extend_from_slice(METADATA);
            key("profiles", out);
            out.extend_from_slice(if text(EvidenceField::Provider).is_some() { CLOUD_PROFILES } else { PROFILES });
            key("uid", out);
            let mut content = Vec::with_capacity(64);
            uid.write(&mut content);
            integer(last, &mut content);
            integer(finding.events as i64, &mut content);
            content.push(rule.level as u8);
            content.extend_from_slice(rule.version.as_bytes());
            out.push(b'"');
            self.namespace.uuid(&[&content]).write(out);
            out.push(b'"');
        });
        if let Some(provider) = text(EvidenceField::Provider) {
            object("cloud", out, |out| {
                member("provider", provider, out);
                optional("region", text(EvidenceField::Region), out);
                object("account", out, |out| optional("uid", text(EvidenceField::Account), out));
            });
        }
        object("finding_info", out, |out| {
            key("uid", out);
            out.push(b'"');
            uid.write(out);
            out.push(b'"');
            out.push(b',');
            out.extend_from_slice(&rule.info);
            // Of the first event, never of the clock: the same in every run.
            number("created_time", first, out);
            number("first_seen_time", first, out);
            number("last_seen_time", last, out);
            key("data_sources", out);
            out.push(b'[');
            string(event.log_source.0, out);
            out.push(b']');
            number("related_events_count", finding.events as i64, out);
            key("related_events", out);
            out.push(b'[');
            for event in shown(finding) {
                comma(out);
                related(event, out);
            }
            out.push(b']');
        });
        key("evidences", out);
        out.push(b'[');
        for event in shown(finding) {
            comma(out);
            evidence(event, out);
        }
        out.push(b']');
        observables(event, out);
        out.push(b'}');
    }
}

const METADATA: &[u8] = concat!(
    "\"version\":\"1.8.0\",\"product\":{\"name\":\"isobar\",\"vendor_name\":\"isobar\",\"version\":\"",
    env!("CARGO_PKG_VERSION"),
    "\"}"
)
.as_bytes();
const PROFILES: &[u8] = b"[\"datetime\",\"security_control\"]";
const CLOUD_PROFILES: &[u8] = b"[\"cloud\",\"datetime\",\"security_control\"]";

fn prepare(card: &RuleCard) -> Prepared {
    let mut head = Vec::new();
    let class = Class::DetectionFinding;
    for (name, value) in [("class_uid", class.uid()), ("category_uid", class.category_uid()), ("activity_id", 1), ("type_uid", 200_401)] {
        if !head.is_empty() {
            head.push(b',');
        }
        head.extend_from_slice(format!("\"{name}\":{value}").as_bytes());
    }
    for (name, text) in [
        ("class_name", class.caption()),
        ("category_name", class.category_caption()),
        ("activity_name", "Create"),
        ("type_name", "Detection Finding: Create"),
        ("severity", card.level.caption()),
        ("status", "New"),
        ("action", "Observed"),
        ("disposition", "Detected"),
    ] {
        member(name, text, &mut head);
    }
    for (name, value) in [("severity_id", card.level as i64), ("status_id", 1), ("action_id", 3), ("disposition_id", 15)] {
        number(name, value, &mut head);
    }
    key("is_alert", &mut head);
    head.extend_from_slice(b"true");

    let mut info = Vec::new();
    info.extend_from_slice(b"\"title\":");
    string(&card.title, &mut info);
    if let Some(text) = &card.description {
        member("desc", cut(text.trim(), DESCRIPTION_BYTES_MAX), &mut info);
    }
    object("analytic", &mut info, |out| {
        member("uid", &card.id, out);
        member("name", &card.title, out);
        member("category", card.category, out);
        number("type_id", 1, out);
        member("type", "Rule", out);
        optional("version", card.version.as_deref(), out);
    });
    let attacks: Vec<Vec<u8>> = card.tags.iter().filter_map(|tag| attack(tag)).take(TAGS_MAX).collect();
    if !attacks.is_empty() {
        key("attacks", &mut info);
        info.push(b'[');
        info.extend_from_slice(&attacks.join(&b","[..]));
        info.push(b']');
    }
    if !card.tags.is_empty() {
        key("tags", &mut info);
        info.push(b'[');
        for tag in card.tags.iter().take(TAGS_MAX) {
            comma(&mut info);
            info.extend_from_slice(b"{\"name\":\"sigma\"");
            member("value", cut(tag, 200), &mut info);
            info.push(b'}');
        }
        info.push(b']');
    }
    Prepared {
        id: card.id.clone(),
        title: card.title.clone(),
        head,
        info,
        version: card.version.clone().unwrap_or_default(),
        level: card.level,
    }
}

/// The start of a text, whole characters.
fn cut(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

/// ATT&CK of a Sigma tag. Ids that nobody knows yet are passed on; old and new names of tactics both are.
fn attack(tag: &str) -> Option<Vec<u8>> {
    const TACTICS: &[(&str, &str, &str)] = &[
        ("reconnaissance", "TA0043", "Reconnaissance"),
        ("resource-development", "TA0042", "Resource Development"),
        ("initial-access", "TA0001", "Initial Access"),
        ("execution", "TA0002", "Execution"),
        ("persistence", "TA0003", "Persistence"),
        ("privilege-escalation", "TA0004", "Privilege Escalation"),
        ("defense-evasion", "TA0005", "Defense Evasion"),
        ("stealth", "TA0005", "Stealth"),
        ("defense-impairment", "TA0112", "Defense Impairment"),
        ("credential-access", "TA0006", "Credential Access"),
        ("discovery", "TA0007", "Discovery"),
        ("lateral-movement", "TA0008", "Lateral Movement"),
        ("collection", "TA0009", "Collection"),
        ("command-and-control", "TA0011", "Command and Control"),
        ("exfiltration", "TA0010", "Exfiltration"),
        ("impact", "TA0040", "Impact"),
    ];
    let word = tag.strip_prefix("attack.")?;
    let mut out = vec![b'{'];
    let technique = |uid: &str| uid.strip_prefix('T').is_some_and(|digits| digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_digit()));
    let upper = word.to_ascii_uppercase();
    if let Some((_, uid, name)) = TACTICS.iter().find(|(tactic, ..)| *tactic == word.replace('_', "-")) {
        object("tactic", &mut out, |out| {
            member("uid", uid, out);
            member("name", name, out);
        });
    } else if technique(&upper) {
        object("technique", &mut out, |out| member("uid", &upper, out));
    } else {
        let (main, _) = upper.split_once('.').filter(|(main, _)| technique(main))?;
        object("technique", &mut out, |out| member("uid", main, out));
        object("sub_technique", &mut out, |out| member("uid", &upper, out));
    }
    out.push(b'}');
    Some(out)
}

/// The earliest and the latest events of the evidence.
fn shown(finding: &Finding) -> impl Iterator<Item = &Evidence> {
    let all = &finding.evidence;
    let (head, tail) = if all.len() <= 2 * EVIDENCE_MAX { (all.len(), all.len()) } else { (EVIDENCE_MAX, all.len() - EVIDENCE_MAX) };
    all[..head].iter().chain(&all[tail..]).map(|event| &**event)
}

/// One filled sentence.
fn sentence(title: &str, event: &Evidence, events: u64) -> String {
    let text = |field| event.text(field);
    let mut sentence =
        format!("{title}: {}", text(EvidenceField::ActorName).or(text(EvidenceField::ActorUid)).unwrap_or("somebody unknown"));
    let mut add = |before: &str, field| {
        if let Some(text) = text(field) {
            sentence.push_str(before);
            sentence.push_str(text);
        }
    };
    add(" called ", EvidenceField::Operation);
    if text(EvidenceField::ResourceName).is_some() {
        add(" on ", EvidenceField::ResourceName);
    } else {
        add(" on ", EvidenceField::ResourceUid);
    }
    add(" in account ", EvidenceField::Account);
    add(", ", EvidenceField::Region);
    match (text(EvidenceField::SourceIp), text(EvidenceField::SourceDomain)) {
        (Some(_), _) => add(", from ", EvidenceField::SourceIp),
        (None, Some(_)) => add(", from ", EvidenceField::SourceDomain),
        (None, None) => {}
    }
    match (text(EvidenceField::Status), text(EvidenceField::Error)) {
        // Some providers have a code for success, too.
        (Some("Success"), _) => sentence.push_str("; it succeeded"),
        (Some("Failure") | None, Some(_)) => add("; it failed with ", EvidenceField::Error),
        (Some("Failure"), None) => sentence.push_str("; it failed"),
        _ => {}
    }
    if events > 1 {
        sentence.push_str(&format!(" ({events} events)"));
    }
    sentence.push('.');
    sentence
}

fn related(event: &Evidence, out: &mut Vec<u8>) {
    out.push(b'{');
    member("uid", event.text(EvidenceField::Uid).unwrap_or("unknown"), out);
    number("type_uid", event.type_uid(), out);
    number("first_seen_time", event.time, out);
    object("product", out, |out| {
        optional("name", event.text(EvidenceField::ProductName), out);
        optional("vendor_name", event.text(EvidenceField::ProductVendor), out);
    });
    out.push(b'}');
}

fn evidence(event: &Evidence, out: &mut Vec<u8>) {
    let text = |field| event.text(field);
    out.push(b'{');
    object("actor", out, |out| {
        object("user", out, |out| {
            optional("name", text(EvidenceField::ActorName), out);
            optional("uid", text(EvidenceField::ActorUid), out);
        });
        object("session", out, |out| optional("credential_uid", text(EvidenceField::AccessKey), out));
    });
    if let Some(operation) = text(EvidenceField::Operation) {
        object("api", out, |out| {
            member("operation", operation, out);
            object("service", out, |out| optional("name", text(EvidenceField::Service), out));
        });
    }
    object("src_endpoint", out, |out| {
        optional("ip", text(EvidenceField::SourceIp), out);
        optional("domain", text(EvidenceField::SourceDomain), out);
        optional("name", text(EvidenceField::SourceName), out);
    });
    object("http_request", out, |out| optional("user_agent", text(EvidenceField::UserAgent), out));
    if text(EvidenceField::ResourceUid).is_some() || text(EvidenceField::ResourceName).is_some() {
        key("resources", out);
        out.extend_from_slice(b"[{");
        optional("uid", text(EvidenceField::ResourceUid), out);
        optional("name", text(EvidenceField::ResourceName), out);
        optional("type", text(EvidenceField::ResourceType), out);
        out.extend_from_slice(b"}]");
    }
    object("data", out, |out| {
        member("event_uid", text(EvidenceField::Uid).unwrap_or("unknown"), out);
        member("time_dt", &rfc3339(event.time), out);
        member("log_source", event.log_source.0, out);
        optional("status", text(EvidenceField::Status), out);
        optional("error", text(EvidenceField::Error), out);
        optional("actor_type", text(EvidenceField::ActorType), out);
        member("file", &event.place.partition, out);
        number("offset", event.place.offset as i64, out);
    });
    out.push(b'}');
}

/// What a SIEM may look up: principals, addresses, keys, resources.
fn observables(event: &Evidence, out: &mut Vec<u8>) {
    const ALL: &[(EvidenceField, &str, i64, &str)] = &[
        (EvidenceField::ActorName, "evidences[].actor.user.name", 4, "User Name"),
        (EvidenceField::ActorUid, "evidences[].actor.user.uid", 31, "User Object: uid"),
        (EvidenceField::AccessKey, "evidences[].actor.session.credential_uid", 19, "User Credential ID"),
        (EvidenceField::SourceIp, "evidences[].src_endpoint.ip", 2, "IP Address"),
        (EvidenceField::UserAgent, "evidences[].http_request.user_agent", 16, "HTTP User-Agent"),
        (EvidenceField::ResourceUid, "evidences[].resources[].uid", 10, "Resource UID"),
        (EvidenceField::ResourceName, "evidences[].resources[].name", 38, "Resource Details Object: name"),
        (EvidenceField::Account, "cloud.account.uid", 35, "Account Object: uid"),
    ];
    let before = out.len();
    key("observables", out);
    out.push(b'[');
    let empty = out.len();
    for (field, name, id, caption) in ALL {
        if *field == EvidenceField::Account && event.text(EvidenceField::Provider).is_none() {
            continue;
        }
        if let Some(text) = event.text(*field) {
            comma(out);
            out.push(b'{');
            member("name", name, out);
            number("type_id", *id, out);
            member("type", caption, out);
            member("value", text, out);
            out.push(b'}');
        }
    }
    if out.len() == empty {
        out.truncate(before);
    } else {
        out.push(b']');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use event::{EventKey, LogSourceName, Place};

    fn finding(text: &str) -> (Encoder, Finding) {
        let card = RuleCard {
            id: "5a1b3c2d-0000-4000-8000-000000000001".into(),
            title: "A rule of ordinary length that says what it sees".into(),
            level: Level::High,
            version: None,
            description: Some("What it sees, and why that matters. ".repeat(100)),
            tags: (0..40).map(|n| format!("attack.t{n:04}")).collect(),
            references: Vec::new(),
            category: "Sigma rule",
        };
        let place = Place { partition: "logs/a.json.gz".into(), offset: 7 };
        let mut event = Evidence::empty(1_772_359_202_000, EventKey(5), LogSourceName("aws_cloudtrail"), Class::ApiActivity, 1, place);
        EvidenceField::ALL.into_iter().for_each(|field| event.push(field, Some(text)));
        (Encoder::new(&[card]), Finding { rule: 0, evidence: vec![Arc::new(event)], events: 1 })
    }

    #[test]
    fn at_most_8_kb_whatever_strangers_write() {
        for text in ["a".repeat(250), "\u{1}\"".repeat(120), "é".repeat(200), "💣".repeat(100)] {
            let (encoder, finding) = finding(&text);
            let mut out = Vec::new();
            encoder.write(&finding, encoder.uid(&finding), &mut out);
            assert!(out.len() <= FINDING_BYTES_MAX, "{} bytes", out.len());
            assert!(String::from_utf8(out).is_ok());
        }
    }

    #[test]
    fn the_uid_is_what_the_text_says() {
        let (encoder, finding) = finding("t");
        let name = format!("[\"5a1b3c2d-0000-4000-8000-000000000001\",\"{}\"]", finding.evidence[0].key);
        assert_eq!(encoder.uid(&finding), Namespace::of_url("isobar:finding").uuid(&[name.as_bytes()]));
    }
}
