//! What a rule saw. Evidence owns its bytes and is small: what a finding shows of an event, copied out of the batch, so that no arena
//! is kept for it.

use std::sync::Arc;

use crate::field::LogSourceName;
use crate::key::EventKey;
use crate::ocsf::Class;
use crate::reject::Place;
use crate::time::Millis;

/// Position of a rule in its rule set.
pub type RuleIndex = u32;

/// Sigma's levels, with OCSF's severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    Informational = 1,
    Low = 2,
    Medium = 3,
    High = 4,
    Critical = 5,
}

impl Level {
    pub const ALL: [Level; 5] = [Level::Informational, Level::Low, Level::Medium, Level::High, Level::Critical];

    /// OCSF's caption of the severity.
    pub fn caption(self) -> &'static str {
        ["Informational", "Low", "Medium", "High", "Critical"][self as usize - 1]
    }

    /// Sigma's word.
    pub fn word(self) -> &'static str {
        ["informational", "low", "medium", "high", "critical"][self as usize - 1]
    }

    pub fn parse(word: &str) -> Option<Self> {
        Level::ALL.into_iter().find(|level| level.word() == word)
    }
}

/// What everybody who shows a finding has to know about its rule.
#[derive(Clone, Debug)]
pub struct RuleCard {
    /// The rule's own id, or a computed one.
    pub id: String,
    pub title: String,
    pub level: Level,
    /// `modified`, else `date` of the rule.
    pub version: Option<String>,
    pub description: Option<String>,
    /// Sigma tags, such as `attack.t1078.004`.
    pub tags: Vec<String>,
    pub references: Vec<String>,
    /// What kind of analytic: `Sigma rule`.
    pub category: &'static str,
}

/// The texts of an event that its evidence keeps, each an OCSF column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum EvidenceField {
    Uid,
    Operation,
    Service,
    Status,
    Error,
    ActorName,
    ActorUid,
    ActorType,
    AccessKey,
    Account,
    Region,
    Provider,
    SourceIp,
    SourceDomain,
    SourceName,
    UserAgent,
    ProductName,
    ProductVendor,
    ResourceUid,
    ResourceName,
    ResourceType,
}

impl EvidenceField {
    pub const ALL: [EvidenceField; 21] = [
        EvidenceField::Uid,
        EvidenceField::Operation,
        EvidenceField::Service,
        EvidenceField::Status,
        EvidenceField::Error,
        EvidenceField::ActorName,
        EvidenceField::ActorUid,
        EvidenceField::ActorType,
        EvidenceField::AccessKey,
        EvidenceField::Account,
        EvidenceField::Region,
        EvidenceField::Provider,
        EvidenceField::SourceIp,
        EvidenceField::SourceDomain,
        EvidenceField::SourceName,
        EvidenceField::UserAgent,
        EvidenceField::ProductName,
        EvidenceField::ProductVendor,
        EvidenceField::ResourceUid,
        EvidenceField::ResourceName,
        EvidenceField::ResourceType,
    ];

    pub const fn column(self) -> &'static str {
        match self {
            EvidenceField::Uid => "metadata.uid",
            EvidenceField::Operation => "api.operation",
            EvidenceField::Service => "api.service.name",
            EvidenceField::Status => "status",
            EvidenceField::Error => "status_code",
            EvidenceField::ActorName => "actor.user.name",
            EvidenceField::ActorUid => "actor.user.uid",
            EvidenceField::ActorType => "actor.user.type",
            EvidenceField::AccessKey => "actor.session.credential_uid",
            EvidenceField::Account => "cloud.account.uid",
            EvidenceField::Region => "cloud.region",
            EvidenceField::Provider => "cloud.provider",
            EvidenceField::SourceIp => "src_endpoint.ip",
            EvidenceField::SourceDomain => "src_endpoint.domain",
            EvidenceField::SourceName => "src_endpoint.name",
            EvidenceField::UserAgent => "http_request.user_agent",
            EvidenceField::ProductName => "metadata.product.name",
            EvidenceField::ProductVendor => "metadata.product.vendor_name",
            // Of the last resource: the one that the request names comes last.
            EvidenceField::ResourceUid => "resources[].uid",
            EvidenceField::ResourceName => "resources[].name",
            EvidenceField::ResourceType => "resources[].type",
        }
    }
}

/// The columns that evidence is made of; `activity_id` is a number beside the texts.
pub fn evidence_columns() -> impl Iterator<Item = &'static str> {
    EvidenceField::ALL.into_iter().map(EvidenceField::column).chain(["activity_id"])
}

/// One event, as findings keep it.
#[derive(Clone, Debug)]
pub struct Evidence {
    pub time: Millis,
    pub key: EventKey,
    pub log_source: LogSourceName,
    pub class: Class,
    pub activity_id: i32,
    pub place: Place,
    texts: String,
    ends: [u32; EvidenceField::ALL.len()],
    present: u32,
}

impl Evidence {
    /// An evidence without texts; [`Evidence::push`] gives them, field by field in the order of [`EvidenceField::ALL`].
    pub fn empty(time: Millis, key: EventKey, log_source: LogSourceName, class: Class, activity_id: i32, place: Place) -> Self {
        let texts = String::with_capacity(512);
        Self { time, key, log_source, class, activity_id, place, texts, ends: [0; EvidenceField::ALL.len()], present: 0 }
    }

    pub fn push(&mut self, field: EvidenceField, text: Option<&str>) {
        if let Some(text) = text {
            // A user agent of a megabyte stays in the event.
            let text = &text[..text.floor_char_boundary(TEXT_BYTES_MAX)];
            self.texts.push_str(text);
            self.present |= 1 << field as usize;
        }
        self.ends[field as usize] = self.texts.len() as u32;
    }

    pub fn text(&self, field: EvidenceField) -> Option<&str> {
        let at = field as usize;
        (self.present >> at & 1 == 1).then(|| {
            let start = if at == 0 { 0 } else { self.ends[at - 1] as usize };
            &self.texts[start..self.ends[at] as usize]
        })
    }

    /// All texts, one behind the other.
    pub fn texts(&self) -> &str {
        &self.texts
    }

    /// The same with texts of at most so many bytes.
    pub fn cut(&self, bytes: usize) -> Self {
        let mut short = Self::empty(self.time, self.key, self.log_source, self.class, self.activity_id, self.place.clone());
        for field in EvidenceField::ALL {
            short.push(field, self.text(field).map(|text| &text[..text.floor_char_boundary(bytes)]));
        }
        short
    }

    /// The same under another uid.
    pub fn with_uid(&self, uid: &str) -> Self {
        let mut other = Self::empty(self.time, self.key, self.log_source, self.class, self.activity_id, self.place.clone());
        for field in EvidenceField::ALL {
            other.push(field, if field == EvidenceField::Uid { Some(uid) } else { self.text(field) });
        }
        other
    }

    /// OCSF's `type_uid`.
    pub fn type_uid(&self) -> i64 {
        i64::from(self.class.uid()) * 100 + i64::from(self.activity_id)
    }
}

impl Evidence {
    /// Appends the evidence as bytes, for a file that outlives neither the program nor its version.
    pub fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.time.to_le_bytes());
        out.extend_from_slice(&self.key.0.to_le_bytes());
        out.extend_from_slice(&(self.class as u16).to_le_bytes());
        out.extend_from_slice(&self.activity_id.to_le_bytes());
        out.extend_from_slice(&self.place.offset.to_le_bytes());
        out.extend_from_slice(&self.present.to_le_bytes());
        self.ends.iter().for_each(|end| out.extend_from_slice(&end.to_le_bytes()));
        for text in [self.log_source.0, &*self.place.partition, self.texts.as_str()] {
            out.extend_from_slice(&(text.len() as u32).to_le_bytes());
            out.extend_from_slice(text.as_bytes());
        }
    }

    /// What [`Evidence::write`] wrote, at the start of `bytes`, which then begin behind it. `names` are the log sources there are.
    pub fn read(bytes: &mut &[u8], names: &[LogSourceName]) -> Option<Self> {
        fn take<'a>(bytes: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
            let (head, rest) = bytes.split_at_checked(length)?;
            *bytes = rest;
            Some(head)
        }
        fn number<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
            take(bytes, N)?.try_into().ok()
        }
        fn text<'a>(bytes: &mut &'a [u8]) -> Option<&'a str> {
            let length = u32::from_le_bytes(number(bytes)?) as usize;
            std::str::from_utf8(take(bytes, length)?).ok()
        }
        let time = Millis::from_le_bytes(number(bytes)?);
        let key = EventKey(u128::from_le_bytes(number(bytes)?));
        let class = u16::from_le_bytes(number(bytes)?);
        let activity_id = i32::from_le_bytes(number(bytes)?);
        let offset = u64::from_le_bytes(number(bytes)?);
        let present = u32::from_le_bytes(number(bytes)?);
        let mut ends = [0; EvidenceField::ALL.len()];
        for end in &mut ends {
            *end = u32::from_le_bytes(number(bytes)?);
        }
        let log_source = text(bytes)?;
        let log_source = *names.iter().find(|name| name.0 == log_source)?;
        let place = Place { partition: text(bytes)?.into(), offset };
        let texts = text(bytes)?.to_owned();
        let class = Class::OF_EVENTS.into_iter().find(|known| *known as u16 == class)?;
        Some(Self { time, key, log_source, class, activity_id, place, texts, ends, present })
    }
}

/// The longest text that evidence keeps of one field.
pub const TEXT_BYTES_MAX: usize = 512;

/// What a rule saw, with its evidence.
#[derive(Clone, Debug)]
pub struct Finding {
    pub rule: RuleIndex,
    pub evidence: Vec<Arc<Evidence>>,
    /// How many events it is made of; `evidence` may hold fewer.
    pub events: u64,
}

impl Finding {
    pub fn first(&self) -> Millis {
        self.evidence.iter().map(|event| event.time).min().expect("a finding has evidence")
    }

    pub fn last(&self) -> Millis {
        self.evidence.iter().map(|event| event.time).max().expect("a finding has evidence")
    }
}

/// What there is newly to say about a finding.
#[derive(Clone, Debug)]
pub enum Statement {
    Create(Finding),
    Update(Finding),
    Close { finding: Finding, why: String },
}
