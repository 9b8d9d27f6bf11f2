//! From one item of a selection (`field|modifiers: values`) to tests. Every modifier of Sigma 2.1 is here; a combination that means
//! nothing is a mistake with its line.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use event::Folded;
use ipnet::IpNet;
use regex::RegexBuilder;
use rsigma_parser::ast::Modifier;

use super::pattern::{Part, Pattern, parts};
use super::test::{Number, Order, Relation, Test, TimePart};
use super::{Lists, Mistake};
use crate::sigma::{Item, Scalar, Spot};

/// A regular expression may grow to this.
const REGEX_BYTES_MAX: usize = 10 * 1024 * 1024;
/// `windash` may make so many texts of one.
const VARIANTS_MAX: usize = 3125;

/// Tests of one item: those of each value, and how they go together.
pub struct Tests {
    /// Each value may have several (`base64offset`); one of them has to pass.
    pub values: Vec<Vec<TestOr>>,
    pub all: bool,
    pub negated: bool,
}

/// A test, or one that needs another field's number first.
pub enum TestOr {
    Test(Test),
    Not(Test),
    Field(Relation, bool, String),
}

/// What modifiers do one after the other.
enum Text {
    Parts(Vec<Part>),
    Bytes(Vec<u8>),
}

pub fn tests(item: &Item, lists: &Lists, keyword: bool) -> Result<Tests, Mistake> {
    let has = |modifier| item.modifiers.contains(&modifier);
    let mut all = Tests { values: Vec::new(), all: has(Modifier::All), negated: has(Modifier::Neq) };
    let rest: Vec<Modifier> =
        item.modifiers.iter().copied().filter(|m| !matches!(m, Modifier::All | Modifier::Neq | Modifier::Cased)).collect();
    if has(Modifier::Exists) && (rest.len() > 1 || has(Modifier::Cased)) {
        return Err(Mistake::new(item.spot, "`exists` stands alone", "`field|exists: true`"));
    }
    for (value, spot) in &item.values {
        let expanded = if has(Modifier::Expand) { expand(value, *spot, lists)? } else { vec![value.clone()] };
        let mut tests = Vec::new();
        for value in &expanded {
            tests.extend(of_value(item, &rest, value, *spot, has(Modifier::Cased), keyword)?);
        }
        all.values.push(tests);
    }
    Ok(all)
}

fn of_value(item: &Item, modifiers: &[Modifier], value: &Scalar, spot: Spot, cased: bool, keyword: bool) -> Result<Vec<TestOr>, Mistake> {
    use Modifier as M;
    let mistake = |message: &str, help: &str| Err(Mistake::new(spot, message, help));
    let one = |test| Ok(vec![TestOr::Test(test)]);
    let has = |modifier| modifiers.contains(&modifier);
    let order = modifiers.iter().find_map(|modifier| match modifier {
        M::Lt => Some(Order::Less),
        M::Lte => Some(Order::LessOrEqual),
        M::Gt => Some(Order::Greater),
        M::Gte => Some(Order::GreaterOrEqual),
        _ => None,
    });
    let part = modifiers.iter().find_map(|modifier| match modifier {
        M::Minute => Some(TimePart::Minute),
        M::Hour => Some(TimePart::Hour),
        M::Day => Some(TimePart::Day),
        M::Week => Some(TimePart::Week),
        M::Month => Some(TimePart::Month),
        M::Year => Some(TimePart::Year),
        _ => None,
    });
    if has(M::Exists) {
        return match value {
            Scalar::Bool(true) => one(Test::Exists),
            Scalar::Bool(false) => Ok(vec![TestOr::Not(Test::Exists)]),
            _ => mistake("`exists` takes true or false", ""),
        };
    }
    if order.is_some() || part.is_some() {
        let bound = match value {
            Scalar::Integer(number) => Number::Integer(*number),
            Scalar::Float(number) => Number::Float(*number),
            _ => {
                return mistake("this modifier compares numbers", "write the number without quotes");
            }
        };
        if modifiers.len() > usize::from(order.is_some()) + usize::from(part.is_some()) {
            return mistake("these modifiers do not go together", "a part of a time may be followed by lt, lte, gt or gte");
        }
        return one(match part {
            Some(part) => Test::Time(part, order.unwrap_or(Order::Equal), bound),
            None => Test::Number(order.expect("one of the two"), bound),
        });
    }
    if has(M::FieldRef) {
        let Scalar::Text(name) = value else {
            return mistake("`fieldref` names a field", "");
        };
        let relation = match modifiers.iter().find(|modifier| **modifier != M::FieldRef) {
            None => Relation::Equals,
            Some(M::StartsWith) => Relation::Starts,
            Some(M::EndsWith) => Relation::Ends,
            Some(M::Contains) => Relation::Contains,
            Some(_) => {
                return mistake("`fieldref` goes with startswith, endswith, contains, cased and neq", "");
            }
        };
        return Ok(vec![TestOr::Field(relation, cased, name.clone())]);
    }
    if has(M::Re) {
        let Scalar::Text(text) = value else {
            return mistake("`re` takes a text", "quote it");
        };
        return one(Test::Regex(regex(text, modifiers, spot)?));
    }
    if let Some(flag) = modifiers.iter().find(|m| matches!(m, M::IgnoreCase | M::Multiline | M::DotAll)) {
        let word =
            [(M::IgnoreCase, "i"), (M::Multiline, "m"), (M::DotAll, "s")].into_iter().find(|(m, _)| m == flag).map_or("", |(_, word)| word);
        return mistake(&format!("`{word}` is a flag of `re`"), "`field|re|i: …`");
    }
    if has(M::Cidr) {
        let Scalar::Text(text) = value else {
            return mistake("`cidr` takes a network", "`10.0.0.0/8`");
        };
        let network = text.parse::<IpNet>().or_else(|_| text.parse::<std::net::IpAddr>().map(IpNet::from));
        return match network {
            // Bits of the host may be set: the network is meant.
            Ok(network) => one(Test::Network(network.trunc())),
            Err(_) => mistake(&format!("`{text}` is no network"), "`10.0.0.0/8` or `2001:db8::/32`"),
        };
    }
    let texts = modifiers.iter().any(|m| !matches!(m, M::Expand));
    let text = match value {
        Scalar::Text(text) => text.clone(),
        Scalar::Null if !texts && !keyword => return one(Test::Null),
        Scalar::Integer(number) if !texts && !keyword => {
            return one(Test::Number(Order::Equal, Number::Integer(*number)));
        }
        Scalar::Float(number) if !texts && !keyword => {
            return one(Test::Number(Order::Equal, Number::Float(*number)));
        }
        Scalar::Bool(truth) if !texts && !keyword => return one(Test::Bool(*truth)),
        Scalar::Integer(number) => number.to_string(),
        Scalar::Float(number) => number.to_string(),
        Scalar::Bool(truth) => truth.to_string(),
        Scalar::Null => return mistake("null stands alone", "`field: null`"),
    };
    let mut found = vec![Text::Parts(parts(&text))];
    for modifier in modifiers {
        let mut next = Vec::new();
        for text in found {
            apply(*modifier, text, item, spot, &mut next)?;
        }
        found = next;
    }
    let mut tests = Vec::new();
    for text in found {
        let Text::Parts(mut parts) = text else {
            return mistake("an encoding is followed by base64 or base64offset", "`field|wide|base64offset|contains: …`");
        };
        if keyword {
            parts = around(parts, true, true);
        }
        let plain = matches!(parts.as_slice(), [] | [Part::Text(_)]);
        let pattern = Pattern::new(parts, cased);
        tests.push(TestOr::Test(if plain && !cased { one_of(vec![pattern]) } else { Test::Pattern(pattern) }));
    }
    Ok(tests)
}

/// Texts without wildcards as one set.
pub fn one_of(patterns: Vec<Pattern>) -> Test {
    let mut texts = HashMap::default();
    for pattern in &patterns {
        match pattern.parts.first() {
            None => texts.insert(Box::default(), ()),
            Some(Part::Text(text)) if text.is_ascii() => texts.insert(text.to_ascii_lowercase().into_bytes().into(), ()),
            Some(_) => None,
        };
    }
    Test::OneOf(Folded::new(texts), patterns)
}

fn apply(modifier: Modifier, text: Text, item: &Item, spot: Spot, out: &mut Vec<Text>) -> Result<(), Mistake> {
    use Modifier as M;
    let bytes = |text: &Text| -> Result<Vec<u8>, Mistake> {
        match text {
            Text::Bytes(bytes) => Ok(bytes.clone()),
            Text::Parts(parts) => parts.iter().try_fold(Vec::new(), |mut all, part| match part {
                Part::Text(text) => {
                    all.extend_from_slice(text.as_bytes());
                    Ok(all)
                }
                _ => Err(Mistake::new(spot, "wildcards cannot be encoded", "escape them (`\\*`), or leave them out")),
            }),
        }
    };
    let wide = |text: &Text, unit: fn(u16) -> [u8; 2]| -> Result<Vec<u8>, Mistake> {
        let bytes = bytes(text)?;
        Ok(String::from_utf8_lossy(&bytes).encode_utf16().flat_map(unit).collect())
    };
    let plain = |text: String| Text::Parts(vec![Part::Text(text)]);
    match (modifier, text) {
        (M::Contains, Text::Parts(parts)) => out.push(Text::Parts(around(parts, true, true))),
        (M::StartsWith, Text::Parts(parts)) => out.push(Text::Parts(around(parts, false, true))),
        (M::EndsWith, Text::Parts(parts)) => out.push(Text::Parts(around(parts, true, false))),
        (M::Expand, text) => out.push(text),
        (M::Wide, text) => out.push(Text::Bytes(wide(&text, u16::to_le_bytes)?)),
        (M::Utf16be, text) => out.push(Text::Bytes(wide(&text, u16::to_be_bytes)?)),
        (M::Utf16, text) => {
            let mut all = vec![0xff, 0xfe];
            all.extend(wide(&text, u16::to_le_bytes)?);
            out.push(Text::Bytes(all));
        }
        (M::Base64, text) => out.push(plain(STANDARD.encode(bytes(&text)?))),
        (M::Base64Offset, text) => {
            let bytes = bytes(&text)?;
            for offset in 0..3 {
                let mut padded = vec![0; offset];
                padded.extend_from_slice(&bytes);
                let encoded = STANDARD.encode(&padded);
                let from = [0, 2, 3][offset];
                let to = encoded.len() - [0, 3, 2][padded.len() % 3];
                out.push(plain(encoded[from..to].to_owned()));
            }
        }
        (M::WindAsh, Text::Parts(parts)) => {
            let mut all = vec![Vec::new()];
            for part in parts {
                let choices = match &part {
                    Part::Text(text) => dashes(text),
                    _ => vec![String::new()],
                };
                if all.len() * choices.len() > VARIANTS_MAX {
                    return Err(Mistake::new(spot, "too many dashes to replace", "give each option a value of its own"));
                }
                all = all
                    .into_iter()
                    .flat_map(|before: Vec<Part>| {
                        let part = &part;
                        choices.iter().map(move |choice| {
                            let mut parts = before.clone();
                            parts.push(if let Part::Text(_) = part { Part::Text(choice.clone()) } else { part.clone() });
                            parts
                        })
                    })
                    .collect();
            }
            out.extend(all.into_iter().map(Text::Parts));
        }
        (modifier, _) => {
            let name = format!("{modifier:?}").to_lowercase();
            let field = item.field.as_deref().unwrap_or_default();
            return Err(Mistake::new(
                spot,
                &format!("`{name}` cannot stand here in `{field}`"),
                "encodings come before base64, and that before contains",
            ));
        }
    }
    Ok(())
}

/// Wildcards on the sides where there are none yet.
fn around(mut parts: Vec<Part>, before: bool, behind: bool) -> Vec<Part> {
    if before && parts.first() != Some(&Part::Many) {
        parts.insert(0, Part::Many);
    }
    if behind && (parts.last() != Some(&Part::Many) || parts.len() == 1 && !before) {
        parts.push(Part::Many);
    }
    parts
}

/// Every way to write the dashes that begin an option.
fn dashes(text: &str) -> Vec<String> {
    const DASHES: [char; 5] = ['-', '/', '\u{2013}', '\u{2014}', '\u{2015}'];
    let chars: Vec<char> = text.chars().collect();
    let begins_option = |at: usize| {
        let word = |c: &char| c.is_alphanumeric() || *c == '_';
        DASHES.contains(&chars[at]) && (at == 0 || !word(&chars[at - 1])) && chars.get(at + 1).is_some_and(word)
    };
    let mut all = vec![String::new()];
    for (at, c) in chars.iter().enumerate() {
        if begins_option(at) && all.len() * DASHES.len() <= VARIANTS_MAX {
            all = all.into_iter().flat_map(|before| DASHES.map(|dash| format!("{before}{dash}"))).collect();
        } else {
            all.iter_mut().for_each(|text| text.push(*c));
        }
    }
    all
}

fn regex(text: &str, modifiers: &[Modifier], spot: Spot) -> Result<regex::Regex, Mistake> {
    use Modifier as M;
    if let Some(other) = modifiers.iter().find(|m| !matches!(m, M::Re | M::IgnoreCase | M::Multiline | M::DotAll | M::Expand)) {
        let name = format!("{other:?}").to_lowercase();
        return Err(Mistake::new(
            spot,
            &format!("`{name}` and `re` do not go together"),
            "a regular expression says itself where it begins and ends",
        ));
    }
    let flags: String = [(M::IgnoreCase, 'i'), (M::Multiline, 'm'), (M::DotAll, 's')]
        .into_iter()
        .filter_map(|(modifier, flag)| modifiers.contains(&modifier).then_some(flag))
        .collect();
    // Flags stand in the expression itself: equal tests are known by it.
    let text = if flags.is_empty() { text.to_owned() } else { format!("(?{flags}){text}") };
    RegexBuilder::new(&text).size_limit(REGEX_BYTES_MAX).build().map_err(|error| {
        let text = error.to_string();
        let last = text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
        let around = ["(?=", "(?!", "(?<=", "(?<!"].iter().any(|look| text.contains(look));
        let help = if around { "look-around and back-references are not run: they may hang; use two selections" } else { "" };
        Mistake::new(spot, &format!("cannot read the regular expression: {last}"), help)
    })
}

/// Replaces `%name%` by the values of the operator's list.
fn expand(value: &Scalar, spot: Spot, lists: &Lists) -> Result<Vec<Scalar>, Mistake> {
    let Scalar::Text(text) = value else {
        return Err(Mistake::new(spot, "`expand` takes a text with %name%", ""));
    };
    let mut all = vec![String::new()];
    let mut rest = text.as_str();
    while let Some(at) = rest.find('%') {
        let (before, after) = (&rest[..at], &rest[at + 1..]);
        if let Some(literal) = before.strip_suffix('\\') {
            all.iter_mut().for_each(|text| {
                text.push_str(literal);
                text.push('%');
            });
            rest = after;
            continue;
        }
        let Some(end) = after.find('%') else { break };
        let name = &after[..end];
        let Some(values) = lists.get(name) else {
            let known: Vec<&str> = lists.keys().map(String::as_str).collect();
            let known = if known.is_empty() { "there are none now".to_owned() } else { format!("there are: {}", known.join(", ")) };
            return Err(Mistake::new(
                spot,
                &format!("no list `{name}`"),
                &format!("give it as `lists/{name}.txt` in the folder of --tuning; {known}"),
            ));
        };
        // A list holds texts, not patterns.
        let escaped: Vec<String> = values.iter().map(|value| value.replace('\\', "\\\\").replace('*', "\\*").replace('?', "\\?")).collect();
        all = all.into_iter().flat_map(|text| escaped.iter().map(move |value| format!("{text}{before}{value}"))).collect();
        rest = &after[end + 1..];
    }
    Ok(all.into_iter().map(|text| Scalar::Text(text + rest)).collect())
}
