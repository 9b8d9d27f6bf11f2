//! One test of one field: what it asks of a value. Knows neither batches nor rules.

use std::net::IpAddr;

use chrono::{DateTime, Datelike, Timelike, Utc};
use event::{Folded, JsonKind};
use ipnet::IpNet;
use regex::Regex;

use super::pattern::Pattern;
use crate::json;

/// A number as rules and records write it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    Integer(i128),
    Float(f64),
}

impl Number {
    /// Text in JSON's grammar.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        if !digits.starts_with(|c: char| c.is_ascii_digit())
            || (digits.len() > 1 && digits.starts_with('0') && digits.as_bytes()[1].is_ascii_digit())
        {
            return None;
        }
        if let Ok(number) = text.parse() {
            return Some(Number::Integer(number));
        }
        let shape = digits.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-')) && !digits.ends_with('.');
        text.parse().ok().filter(|_| shape).map(Number::Float)
    }

    fn compare(self, other: Self) -> Option<std::cmp::Ordering> {
        match (self, other) {
            (Number::Integer(a), Number::Integer(b)) => Some(a.cmp(&b)),
            (a, b) => a.float().partial_cmp(&b.float()),
        }
    }

    fn float(self) -> f64 {
        match self {
            Number::Integer(number) => number as f64,
            Number::Float(number) => number,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Order {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
}

impl Order {
    fn holds(self, value: Number, bound: Number) -> bool {
        let Some(order) = value.compare(bound) else {
            return false;
        };
        match self {
            Order::Less => order.is_lt(),
            Order::LessOrEqual => order.is_le(),
            Order::Greater => order.is_gt(),
            Order::GreaterOrEqual => order.is_ge(),
            Order::Equal => order.is_eq(),
        }
    }
}

/// A part of a time, UTC; weeks are those of ISO 8601.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TimePart {
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Year,
}

impl TimePart {
    fn of(self, time: DateTime<Utc>) -> i128 {
        match self {
            TimePart::Minute => time.minute().into(),
            TimePart::Hour => time.hour().into(),
            TimePart::Day => time.day().into(),
            TimePart::Week => time.iso_week().week().into(),
            TimePart::Month => time.month().into(),
            TimePart::Year => time.year().into(),
        }
    }
}

/// How a text relates to that of another field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Relation {
    Equals,
    Starts,
    Ends,
    Contains,
}

/// What is asked of the values of a field.
#[derive(Debug)]
pub enum Test {
    /// The field is missing, or one of its values is null.
    Null,
    Exists,
    /// One of several texts, without wildcards. Lower case, ASCII; others stand in the pattern behind.
    OneOf(Folded<()>, Vec<Pattern>),
    Pattern(Pattern),
    Regex(Regex),
    Network(IpNet),
    Number(Order, Number),
    Bool(bool),
    Time(TimePart, Order, Number),
    /// The other field's number in the program.
    Other(Relation, bool, usize),
}

impl Test {
    /// Whether one value passes.
    pub fn value(&self, kind: JsonKind, text: &str) -> bool {
        match self {
            Test::Null => kind == JsonKind::Null,
            Test::Exists => kind != JsonKind::Missing,
            // To take an object apart is dear, and mostly it has nothing of the kind in it.
            Test::OneOf(_, patterns) if is_nested(kind) && !patterns.iter().any(|pattern| pattern.may_stand_in(text)) => false,
            Test::Pattern(pattern) if is_nested(kind) && !pattern.may_stand_in(text) => false,
            Test::OneOf(texts, others) => on_text(kind, text, |text| one_of(texts, others, text)),
            Test::Pattern(pattern) => on_text(kind, text, |text| pattern.matches(text)),
            Test::Regex(regex) => on_text(kind, text, |text| regex.is_match(text)),
            Test::Network(network) => on_text(kind, text, |text| address(text).is_some_and(|address| network.contains(&address))),
            Test::Number(order, bound) => match kind {
                JsonKind::Number | JsonKind::Text => Number::parse(text).is_some_and(|value| order.holds(value, *bound)),
                JsonKind::Object | JsonKind::List => {
                    json::any_leaf(text, |leaf| Number::parse(leaf).is_some_and(|value| order.holds(value, *bound)))
                }
                _ => false,
            },
            Test::Bool(truth) => on_text(kind, text, |text| text.eq_ignore_ascii_case(if *truth { "true" } else { "false" })),
            Test::Time(part, order, bound) => {
                matches!(kind, JsonKind::Text | JsonKind::Number)
                    && time(text).is_some_and(|time| order.holds(Number::Integer(part.of(time)), *bound))
            }
            Test::Other(..) => false,
        }
    }
}

fn is_nested(kind: JsonKind) -> bool {
    matches!(kind, JsonKind::Object | JsonKind::List)
}

/// Scalars by their text; objects and lists by their compact JSON and by every leaf in them.
fn on_text(kind: JsonKind, text: &str, mut passes: impl FnMut(&str) -> bool) -> bool {
    match kind {
        JsonKind::Missing | JsonKind::Null => false,
        JsonKind::Text | JsonKind::Number | JsonKind::Bool => passes(text),
        JsonKind::Object | JsonKind::List => passes(&json::compact(text)) || json::any_leaf(text, passes),
    }
}

fn one_of(texts: &Folded<()>, others: &[Pattern], text: &str) -> bool {
    if text.is_ascii() {
        return texts.get(text.as_bytes()).is_some() || others.iter().any(|pattern| !pattern.is_ascii() && pattern.matches(text));
    }
    others.iter().any(|pattern| pattern.matches(text))
}

/// An address; IPv4 within IPv6 is the IPv4 address.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.split_once('%').map_or(text, |(address, _)| address);
    text.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

/// A time as text, or in seconds or milliseconds since 1970.
fn time(text: &str) -> Option<DateTime<Utc>> {
    if let Some(time) = event::time::parse(text).or_else(|| event::time::parse_date(text)) {
        return DateTime::from_timestamp_millis(time);
    }
    match Number::parse(text)? {
        Number::Integer(number) if number.abs() < 100_000_000_000 => DateTime::from_timestamp(i64::try_from(number).ok()?, 0),
        Number::Integer(number) => DateTime::from_timestamp_millis(i64::try_from(number).ok()?),
        Number::Float(_) => None,
    }
}

/// Whether two texts stand in a relation.
pub fn related(relation: Relation, cased: bool, value: &str, other: &str) -> bool {
    use super::pattern::Part::{Many, Text};
    let text = Text(other.to_owned());
    let parts = match relation {
        Relation::Equals => vec![text],
        Relation::Starts => vec![text, Many],
        Relation::Ends => vec![Many, text],
        Relation::Contains => vec![Many, text, Many],
    };
    Pattern::new(parts, cased).matches(value)
}
