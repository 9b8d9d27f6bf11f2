//! Findings as OCSF Detection Finding (2004): what the SIEM shows, and what others may rely on (docs/reference/finding.md). What belongs
//! to a rule is written once and copied.

use std::sync::Arc;

use event::evidence::Evidence;
use event::ocsf::Class;
use event::time::write_rfc3339;
use event::uuid::{Namespace, Uuid};
use event::{EvidenceField, Finding, Level, Millis, RuleCard};

use crate::write::{SHOWN, comma, escaped, integer, is_plain, key, member, name, number, object, string};

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
    /// The uids of its findings, which begin with the rule's id.
    uids: Namespace,
    /// Severity and what goes with it.
    head: Vec<u8>,
    /// How every message begins.
    message: Vec<u8>,
    /// Title, description, analytic, attacks and tags.
    info: Vec<u8>,
    version: String,
    level: Level,
}

impl Encoder {
    pub fn new(cards: &[RuleCard]) -> Self {
        let namespace = Namespace::of_url("isobar:finding");
        let rules = cards.iter().map(|card| prepare(card, &namespace)).collect();
        Self { namespace, rules }
    }

    /// The finding's uid: UUIDv5 of `["<rule id>","<event key>"]`, the same in every run.
    pub fn uid(&self, finding: &Finding) -> Uuid {
        let mut name = *b"00000000000000000000000000000000\"]";
        name[..32].copy_from_slice(&finding.evidence[0].key.text());
        self.rules[finding.rule as usize].uids.uuid(&name)
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
        let event = Texts::of(&finding.evidence[0]);
        let (first, last) = (finding.first(), finding.last());
        let uid = uid.text();
        out.push(b'{');
        number(name!("time"), last, out);
        time(name!("time_dt"), last, out);
        number(name!("start_time"), first, out);
        number(name!("end_time"), last, out);
        out.extend_from_slice(&rule.head);
        number(name!("count"), finding.events as i64, out);
        out.extend_from_slice(&rule.message);
        event.sentence(finding.events, out);
        out.push(b'"');
        let provider = event.get(EvidenceField::Provider);
        out.extend_from_slice(if provider.is_some() { CLOUD_METADATA } else { METADATA });
        let mut content = Vec::with_capacity(96);
        content.extend_from_slice(&uid);
        integer(last, &mut content);
        integer(finding.events as i64, &mut content);
        content.push(rule.level as u8);
        content.extend_from_slice(rule.version.as_bytes());
        out.extend_from_slice(&self.namespace.uuid(&content).text());
        out.extend_from_slice(b"\"}");
        if provider.is_some() {
            object(name!("cloud"), out, |out| {
                event.member(name!("provider"), EvidenceField::Provider, out);
                event.member(name!("region"), EvidenceField::Region, out);
                object(name!("account"), out, |out| event.member(name!("uid"), EvidenceField::Account, out));
            });
        }
        out.extend_from_slice(b",\"finding_info\":{\"uid\":\"");
        out.extend_from_slice(&uid);
        out.push(b'"');
        out.extend_from_slice(&rule.info);
        // Of the first event, never of the clock: the same in every run.
        number(name!("created_time"), first, out);
        number(name!("first_seen_time"), first, out);
        number(name!("last_seen_time"), last, out);
        out.extend_from_slice(b",\"data_sources\":[");
        string::<SHOWN>(event.0.log_source.0, out);
        out.push(b']');
        number(name!("related_events_count"), finding.events as i64, out);
        out.extend_from_slice(b",\"related_events\":[");
        let all: Vec<Texts> = shown(finding).map(Texts::of).collect();
        for event in &all {
            comma(out);
            event.related(out);
        }
        out.extend_from_slice(b"]},\"evidences\":[");
        for event in &all {
            comma(out);
            event.evidence(out);
        }
        out.push(b']');
        event.observables(out);
        out.push(b'}');
    }
}

/// `metadata` up to the statement's uid.
macro_rules! metadata {
    ($profiles:literal) => {
        concat!(
            r#","metadata":{"version":"1.8.0","product":{"name":"isobar","vendor_name":"isobar","version":""#,
            env!("CARGO_PKG_VERSION"),
            r#""},"profiles":["#,
            $profiles,
            r#"],"uid":""#
        )
        .as_bytes()
    };
}
const METADATA: &[u8] = metadata!(r#""datetime","security_control""#);
const CLOUD_METADATA: &[u8] = metadata!(r#""cloud","datetime","security_control""#);

fn time(name: &str, time: Millis, out: &mut Vec<u8>) {
    key(name, out);
    out.push(b'"');
    write_rfc3339(time, out);
    out.push(b'"');
}

fn prepare(card: &RuleCard, namespace: &Namespace) -> Prepared {
    let mut head = Vec::new();
    let class = Class::DetectionFinding;
    number(name!("class_uid"), class.uid().into(), &mut head);
    number(name!("category_uid"), class.category_uid().into(), &mut head);
    number(name!("activity_id"), 1, &mut head);
    number(name!("type_uid"), 200_401, &mut head);
    member(name!("class_name"), class.caption(), &mut head);
    member(name!("category_name"), class.category_caption(), &mut head);
    member(name!("activity_name"), "Create", &mut head);
    member(name!("type_name"), "Detection Finding: Create", &mut head);
    member(name!("severity"), card.level.caption(), &mut head);
    member(name!("status"), "New", &mut head);
    member(name!("action"), "Observed", &mut head);
    member(name!("disposition"), "Detected", &mut head);
    number(name!("severity_id"), card.level as i64, &mut head);
    number(name!("status_id"), 1, &mut head);
    number(name!("action_id"), 3, &mut head);
    number(name!("disposition_id"), 15, &mut head);
    key(name!("is_alert"), &mut head);
    head.extend_from_slice(b"true");

    let mut message = Vec::new();
    key(name!("message"), &mut message);
    message.push(b'"');
    escaped::<SHOWN>(&card.title, &mut message);
    message.extend_from_slice(b": ");

    let mut info = Vec::new();
    member(name!("title"), &card.title, &mut info);
    if let Some(text) = &card.description {
        member(name!("desc"), cut(text.trim(), DESCRIPTION_BYTES_MAX), &mut info);
    }
    object(name!("analytic"), &mut info, |out| {
        member(name!("uid"), &card.id, out);
        member(name!("name"), &card.title, out);
        member(name!("category"), card.category, out);
        number(name!("type_id"), 1, out);
        member(name!("type"), "Rule", out);
        if let Some(version) = &card.version {
            member(name!("version"), version, out);
        }
    });
    let attacks: Vec<Vec<u8>> = card.tags.iter().filter_map(|tag| attack(tag)).take(TAGS_MAX).collect();
    if !attacks.is_empty() {
        key(name!("attacks"), &mut info);
        info.push(b'[');
        info.extend_from_slice(&attacks.join(&b","[..]));
        info.push(b']');
    }
    if !card.tags.is_empty() {
        key(name!("tags"), &mut info);
        info.push(b'[');
        for tag in card.tags.iter().take(TAGS_MAX) {
            comma(&mut info);
            info.extend_from_slice(b"{\"name\":\"sigma\"");
            member(name!("value"), cut(tag, 200), &mut info);
            info.push(b'}');
        }
        info.push(b']');
    }
    Prepared {
        uids: namespace.beginning(&format!("[\"{}\",\"", card.id)),
        head,
        message,
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
        object(name!("tactic"), &mut out, |out| {
            member(name!("uid"), uid, out);
            member(name!("name"), name, out);
        });
    } else if technique(&upper) {
        object(name!("technique"), &mut out, |out| member(name!("uid"), &upper, out));
    } else {
        let (main, _) = upper.split_once('.').filter(|(main, _)| technique(main))?;
        object(name!("technique"), &mut out, |out| member(name!("uid"), main, out));
        object(name!("sub_technique"), &mut out, |out| member(name!("uid"), &upper, out));
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

/// The texts of an event, and whether they can be written without looking at them again, as nearly all can: most stand in a finding
/// several times.
struct Texts<'a>(&'a Evidence, bool);

impl<'a> Texts<'a> {
    fn of(event: &'a Evidence) -> Self {
        Self(event, is_plain::<SHOWN>(event.texts()))
    }

    fn get(&self, field: EvidenceField) -> Option<&'a str> {
        self.0.text(field)
    }

    fn put(&self, text: &str, out: &mut Vec<u8>) {
        if self.1 { out.extend_from_slice(text.as_bytes()) } else { escaped::<SHOWN>(text, out) }
    }

    #[inline(always)]
    fn member(&self, name: &str, field: EvidenceField, out: &mut Vec<u8>) {
        if let Some(text) = self.get(field) {
            key(name, out);
            out.push(b'"');
            self.put(text, out);
            out.push(b'"');
        }
    }

    /// What everything that names an event by its uid says of it.
    fn uid(&self, name: &str, out: &mut Vec<u8>) {
        key(name, out);
        out.push(b'"');
        self.put(self.get(EvidenceField::Uid).unwrap_or("unknown"), out);
        out.push(b'"');
    }

    /// One filled sentence, as it stands between quotes.
    fn sentence(&self, events: u64, out: &mut Vec<u8>) {
        let actor = self.get(EvidenceField::ActorName).or(self.get(EvidenceField::ActorUid));
        self.put(actor.unwrap_or("somebody unknown"), out);
        let either = |one, other| if self.get(one).is_some() { one } else { other };
        for (before, field) in [
            (" called ", EvidenceField::Operation),
            (" on ", either(EvidenceField::ResourceName, EvidenceField::ResourceUid)),
            (" in account ", EvidenceField::Account),
            (", ", EvidenceField::Region),
            (", from ", either(EvidenceField::SourceIp, EvidenceField::SourceDomain)),
        ] {
            if let Some(text) = self.get(field) {
                out.extend_from_slice(before.as_bytes());
                self.put(text, out);
            }
        }
        match (self.get(EvidenceField::Status), self.get(EvidenceField::Error)) {
            // Some providers have a code for success, too.
            (Some("Success"), _) => out.extend_from_slice(b"; it succeeded"),
            (Some("Failure") | None, Some(error)) => {
                out.extend_from_slice(b"; it failed with ");
                self.put(error, out);
            }
            (Some("Failure"), None) => out.extend_from_slice(b"; it failed"),
            _ => {}
        }
        if events > 1 {
            out.extend_from_slice(b" (");
            integer(events as i64, out);
            out.extend_from_slice(b" events)");
        }
        out.push(b'.');
    }

    fn related(&self, out: &mut Vec<u8>) {
        out.push(b'{');
        self.uid(name!("uid"), out);
        number(name!("type_uid"), self.0.type_uid(), out);
        number(name!("first_seen_time"), self.0.time, out);
        object(name!("product"), out, |out| {
            self.member(name!("name"), EvidenceField::ProductName, out);
            self.member(name!("vendor_name"), EvidenceField::ProductVendor, out);
        });
        out.push(b'}');
    }

    fn evidence(&self, out: &mut Vec<u8>) {
        out.push(b'{');
        object(name!("actor"), out, |out| {
            object(name!("user"), out, |out| {
                self.member(name!("name"), EvidenceField::ActorName, out);
                self.member(name!("uid"), EvidenceField::ActorUid, out);
            });
            object(name!("session"), out, |out| self.member(name!("credential_uid"), EvidenceField::AccessKey, out));
        });
        if self.get(EvidenceField::Operation).is_some() {
            object(name!("api"), out, |out| {
                self.member(name!("operation"), EvidenceField::Operation, out);
                object(name!("service"), out, |out| self.member(name!("name"), EvidenceField::Service, out));
            });
        }
        object(name!("src_endpoint"), out, |out| {
            self.member(name!("ip"), EvidenceField::SourceIp, out);
            self.member(name!("domain"), EvidenceField::SourceDomain, out);
            self.member(name!("name"), EvidenceField::SourceName, out);
        });
        object(name!("http_request"), out, |out| self.member(name!("user_agent"), EvidenceField::UserAgent, out));
        if self.get(EvidenceField::ResourceUid).is_some() || self.get(EvidenceField::ResourceName).is_some() {
            key(name!("resources"), out);
            out.extend_from_slice(b"[{");
            self.member(name!("uid"), EvidenceField::ResourceUid, out);
            self.member(name!("name"), EvidenceField::ResourceName, out);
            self.member(name!("type"), EvidenceField::ResourceType, out);
            out.extend_from_slice(b"}]");
        }
        object(name!("data"), out, |out| {
            self.uid(name!("event_uid"), out);
            time(name!("time_dt"), self.0.time, out);
            member(name!("log_source"), self.0.log_source.0, out);
            self.member(name!("status"), EvidenceField::Status, out);
            self.member(name!("error"), EvidenceField::Error, out);
            self.member(name!("actor_type"), EvidenceField::ActorType, out);
            member(name!("file"), &self.0.place.partition, out);
            number(name!("offset"), self.0.place.offset as i64, out);
        });
        out.push(b'}');
    }

    /// What a SIEM may look up: principals, addresses, keys, resources.
    fn observables(&self, out: &mut Vec<u8>) {
        let before = out.len();
        key(name!("observables"), out);
        out.push(b'[');
        let empty = out.len();
        for (field, head) in OBSERVABLES {
            if *field == EvidenceField::Account && self.get(EvidenceField::Provider).is_none() {
                continue;
            }
            if let Some(text) = self.get(*field) {
                comma(out);
                out.extend_from_slice(head.as_bytes());
                self.put(text, out);
                out.extend_from_slice(b"\"}");
            }
        }
        if out.len() == empty {
            out.truncate(before);
        } else {
            out.push(b']');
        }
    }
}

/// An observable up to its value.
macro_rules! observable {
    ($name:literal, $id:literal, $caption:literal) => {
        concat!("{\"name\":\"", $name, "\",\"type_id\":", $id, ",\"type\":\"", $caption, "\",\"value\":\"")
    };
}

const OBSERVABLES: &[(EvidenceField, &str)] = &[
    (EvidenceField::ActorName, observable!("evidences[].actor.user.name", 4, "User Name")),
    (EvidenceField::ActorUid, observable!("evidences[].actor.user.uid", 31, "User Object: uid")),
    (EvidenceField::AccessKey, observable!("evidences[].actor.session.credential_uid", 19, "User Credential ID")),
    (EvidenceField::SourceIp, observable!("evidences[].src_endpoint.ip", 2, "IP Address")),
    (EvidenceField::UserAgent, observable!("evidences[].http_request.user_agent", 16, "HTTP User-Agent")),
    (EvidenceField::ResourceUid, observable!("evidences[].resources[].uid", 10, "Resource UID")),
    (EvidenceField::ResourceName, observable!("evidences[].resources[].name", 38, "Resource Details Object: name")),
    (EvidenceField::Account, observable!("cloud.account.uid", 35, "Account Object: uid")),
];

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
        assert_eq!(encoder.uid(&finding), Namespace::of_url("isobar:finding").uuid(name.as_bytes()));
    }
}
