//! From YAML to Sigma documents.

use event::Level;
use rsigma_parser::ast::Modifier;
use rsigma_parser::parser::parse_field_spec;

use super::yaml::{self, Node, Spot, Value};
use super::{Detection, Document, Item, LogSourceKeys, RuleError, Scalar, Selection, SigmaFile, SigmaFilter, SigmaRule};

/// A rule file above this is refused.
const FILE_BYTES_MAX: usize = 8 * 1024 * 1024;

/// So many brackets and `not`s may stand in one condition.
const CONDITION_LEVELS_MAX: usize = 200;

/// Top-level keys that Sigma knows; others are kept by whoever wrote them, and noted.
const KNOWN_KEYS: &[&str] = &[
    "title",
    "id",
    "name",
    "related",
    "taxonomy",
    "status",
    "description",
    "license",
    "author",
    "references",
    "date",
    "modified",
    "logsource",
    "detection",
    "fields",
    "falsepositives",
    "level",
    "tags",
    "scope",
    "sigma-version",
    "isobar",
    "filter",
    "correlation",
    "action",
    "custom_attributes",
];

/// Words that people write for modifiers, and what Sigma calls them.
const MODIFIER_WORDS: &[(&str, &str)] = &[
    ("not", "neq"),
    ("regex", "re"),
    ("ip", "cidr"),
    ("subnet", "cidr"),
    ("equals", "no modifier at all"),
    ("in", "a list of values"),
    ("begins", "startswith"),
    ("ends", "endswith"),
    ("icontains", "contains"),
    ("case", "cased"),
    ("ne", "neq"),
    ("ge", "gte"),
    ("le", "lte"),
];

/// Every document of a file, and every mistake in it.
pub fn read(file: &SigmaFile) -> (Vec<Document>, Vec<RuleError>) {
    let error = |spot: Spot, message: String| RuleError { file: file.clone(), spot, message, help: None };
    if file.text.len() > FILE_BYTES_MAX {
        return (Vec::new(), vec![error(Spot { line: 1, column: 1, ..Spot::default() }, "a rule file may be 8 MB at most".into())]);
    }
    let documents = match yaml::documents(&file.text) {
        Ok(documents) => documents,
        Err((spot, message)) => return (Vec::new(), vec![error(spot, message)]),
    };
    let (mut found, mut errors) = (Vec::new(), Vec::new());
    let mut global: Option<Node> = None;
    let mut previous: Option<Node> = None;
    for document in documents {
        if matches!(document.value, Value::Null) {
            continue;
        }
        if !matches!(document.value, Value::Map(_)) {
            errors.push(error(document.spot, "a rule is a mapping: `title: …`, `logsource: …`, `detection: …`".into()));
            continue;
        }
        let action = document.get("action").map(|node| (node.loose_text().unwrap_or_default(), node.spot));
        let document = match action.as_ref().map(|(word, spot)| (word.as_str(), *spot)) {
            None => document,
            Some(("global", _)) => {
                global = Some(without_action(document));
                continue;
            }
            Some(("reset", _)) => {
                global = None;
                continue;
            }
            Some(("repeat", spot)) => match &previous {
                Some(previous) => merged(previous, without_action(document)),
                None => {
                    errors.push(error(spot, "`action: repeat` repeats the document before it, and there is none".into()));
                    continue;
                }
            },
            Some((word, spot)) => {
                errors.push(RuleError {
                    help: Some("Sigma knows global, reset and repeat".into()),
                    ..error(spot, format!("unknown action `{word}`"))
                });
                continue;
            }
        };
        let special = document.get("correlation").is_some() || document.get("filter").is_some();
        let document = match &global {
            Some(global) if !special => merged(global, document),
            _ => document,
        };
        match one(file, &document) {
            Ok(read) => found.push(read),
            Err(found) => errors.extend(found),
        }
        previous = Some(document);
    }
    (found, errors)
}

fn without_action(mut node: Node) -> Node {
    if let Value::Map(entries) = &mut node.value {
        entries.retain(|(key, _)| key.key() != "action");
    }
    node
}

/// `over` laid over `under`, mapping by mapping.
fn merged(under: &Node, over: Node) -> Node {
    let (Value::Map(lower), Value::Map(upper)) = (&under.value, &over.value) else {
        return over;
    };
    let mut entries = lower.clone();
    for (key, value) in upper {
        match entries.iter_mut().find(|(other, _)| other.key() == key.key()) {
            Some((_, before)) => *before = merged(before, value.clone()),
            None => entries.push((key.clone(), value.clone())),
        }
    }
    Node { spot: over.spot, value: Value::Map(entries) }
}

/// Collects mistakes, so that all of a document are told at once.
struct Reading<'a> {
    file: &'a SigmaFile,
    errors: Vec<RuleError>,
    notes: Vec<String>,
}

impl Reading<'_> {
    fn error(&mut self, spot: Spot, message: impl Into<String>, help: &str) {
        let help = (!help.is_empty()).then(|| help.to_owned());
        self.errors.push(RuleError { file: self.file.clone(), spot, message: message.into(), help });
    }
}

fn one(file: &SigmaFile, node: &Node) -> Result<Document, Vec<RuleError>> {
    let mut reading = Reading { file, errors: Vec::new(), notes: Vec::new() };
    let document = document(&mut reading, node);
    match document {
        Some(document) if reading.errors.is_empty() => Ok(document),
        _ => Err(reading.errors),
    }
}

fn document(reading: &mut Reading, node: &Node) -> Option<Document> {
    for (key, _) in node.entries() {
        let name = key.key();
        if !KNOWN_KEYS.contains(&&*name) {
            reading.notes.push(format!("line {}: `{name}` is no key of Sigma; it is kept and means nothing here", key.spot.line));
        }
    }
    if let Some(correlation) = node.get("correlation") {
        reading.error(correlation.spot, "correlations are not run by this version", "leave the file out, or use --keep-going");
        return None;
    }
    let title = node.get("title").and_then(Node::loose_text).unwrap_or_else(|| {
        reading.error(node.spot, "a rule needs a `title`", "");
        String::new()
    });
    let log_source = log_source(reading, node)?;
    if let Some(isobar) = node.get("isobar") {
        for (key, _) in isobar.entries() {
            let name = key.key();
            if !["stage", "owner"].contains(&&*name) {
                reading.error(key.spot, format!("unknown key `{name}` under `isobar`"), "known here: stage, owner");
            }
        }
    }
    if let Some(filter) = node.get("filter") {
        let rules = match filter.get("rules") {
            None => {
                reading.error(filter.spot, "a filter says which rules it is for", "`rules: [id or name, …]`, or `rules: any`");
                Vec::new()
            }
            Some(rules) if rules.text() == Some("any") => Vec::new(),
            Some(rules) => match &rules.value {
                Value::List(items) if items.is_empty() => {
                    reading.error(rules.spot, "this filter names no rule", "`rules: [id or name, …]`, or `rules: any`");
                    Vec::new()
                }
                Value::List(items) => items.iter().filter_map(|item| Some((item.loose_text()?, item.spot))).collect(),
                _ => rules.loose_text().map(|name| (name, rules.spot)).into_iter().collect(),
            },
        };
        let detection = detection(reading, filter, &["rules"])?;
        if !detection.conditions.iter().any(|(condition, _)| condition.to_string().contains("not ")) {
            reading.notes.push(format!("line {}: this filter has no `not`: it keeps only events that match it", filter.spot.line));
        }
        let notes = std::mem::take(&mut reading.notes);
        return Some(Document::Filter(Box::new(SigmaFilter {
            file: reading.file.clone(),
            spot: node.spot,
            title,
            log_source,
            rules,
            detection,
            notes,
        })));
    }
    let Some(section) = node.get("detection") else {
        // A key that is nearly spelled so is likely to be meant.
        let near = node.entries().iter().map(|(key, _)| key).find(|key| (1..=2).contains(&distance(&key.key(), "detection")));
        match near {
            Some(key) => reading.error(key.spot, format!("unknown key `{}`", key.key()), "did you mean `detection`?"),
            None => {
                reading.error(node.spot, "a rule needs a `detection`", "`detection: {selection: {eventName: …}, condition: selection}`")
            }
        }
        return None;
    };
    let detection = detection(reading, section, &[])?;
    let text = |name: &str| node.get(name).and_then(Node::loose_text);
    let level = match node.get("level") {
        None => Level::Medium,
        Some(level) => {
            let word = level.loose_text().unwrap_or_default();
            Level::parse(&word).unwrap_or_else(|| {
                reading.error(level.spot, format!("unknown level `{word}`"), "Sigma knows informational, low, medium, high and critical");
                Level::Medium
            })
        }
    };
    if let Some(id) = node.get("id") {
        let word = id.loose_text().unwrap_or_default();
        let hex = word.len() == 36
            && word.bytes().enumerate().all(|(n, b)| if matches!(n, 8 | 13 | 18 | 23) { b == b'-' } else { b.is_ascii_hexdigit() });
        if !hex {
            reading.error(id.spot, format!("`{word}` is no UUID"), "an id looks like 5a1b3c2d-…; `uuidgen` makes one");
        }
    }
    let notes = std::mem::take(&mut reading.notes);
    Some(Document::Rule(Box::new(SigmaRule {
        file: reading.file.clone(),
        spot: node.spot,
        title,
        id: text("id").map(|id| id.to_ascii_lowercase()),
        name: text("name"),
        status: text("status"),
        description: text("description"),
        level,
        version: text("modified").or_else(|| text("date")),
        tags: node.get("tags").map(Node::texts).unwrap_or_default(),
        references: node.get("references").map(Node::texts).unwrap_or_default(),
        taxonomy: text("taxonomy"),
        log_source,
        detection,
        notes,
    })))
}

fn log_source(reading: &mut Reading, node: &Node) -> Option<LogSourceKeys> {
    let Some(section) = node.get("logsource") else {
        reading.error(node.spot, "a rule needs a `logsource`", "for CloudTrail: `product: aws`, `service: cloudtrail`");
        return None;
    };
    let text = |name: &str| section.get(name).and_then(Node::loose_text);
    let keys = LogSourceKeys { category: text("category"), product: text("product"), service: text("service") };
    if keys == LogSourceKeys::default() {
        reading.error(section.spot, "a `logsource` names at least one of category, product and service", "");
    }
    for (key, _) in section.entries() {
        let name = key.key();
        if !["category", "product", "service", "definition"].contains(&&*name) {
            reading.notes.push(format!("line {}: `{name}` under `logsource` is kept and means nothing here", key.spot.line));
        }
    }
    Some(keys)
}

fn detection(reading: &mut Reading, section: &Node, skip: &[&str]) -> Option<Detection> {
    let mut selections = Vec::new();
    let mut conditions = Vec::new();
    if !matches!(section.value, Value::Map(_)) {
        reading.error(section.spot, "this is a mapping of selections and a `condition`", "");
        return None;
    }
    for (key, value) in section.entries() {
        let name = key.key();
        match &*name {
            "condition" => {
                let items = match &value.value {
                    Value::List(items) => items.as_slice(),
                    _ => std::slice::from_ref(value),
                };
                for item in items {
                    if let Some(condition) = condition(reading, item) {
                        conditions.push((condition, item.spot));
                    }
                }
            }
            "timeframe" => reading.error(
                key.spot,
                "`timeframe` belongs to aggregations, which Sigma has replaced",
                "correlation documents replace them; this version does not run those yet",
            ),
            name if skip.contains(&name) => {}
            _ if !name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')) => {
                reading.error(key.spot, format!("`{name}` cannot be named in a condition"), "letters, digits, `_` and `-`");
            }
            _ => selections.push((name.clone().into_owned(), selection(reading, value))),
        }
    }
    if conditions.is_empty() && reading.errors.is_empty() {
        reading.error(section.spot, "a `condition` is missing", "for one selection: `condition: selection`");
    }
    Some(Detection { selections, conditions })
}

fn condition(reading: &mut Reading, node: &Node) -> Option<rsigma_parser::ConditionExpr> {
    let Some(text) = node.text() else {
        reading.error(node.spot, "a condition is a text such as `selection and not filter`", "");
        return None;
    };
    if text.contains('|') {
        reading.error(
            node.spot,
            "aggregations after `|` are deprecated in Sigma",
            "correlation documents replace them; this version does not run those yet",
        );
        return None;
    }
    // The parser goes one level down the stack for each of them.
    let levels = text.matches('(').count() + text.split([' ', '(']).filter(|word| *word == "not").count();
    if levels > CONDITION_LEVELS_MAX {
        reading.error(node.spot, format!("this condition has more than {CONDITION_LEVELS_MAX} brackets and `not`s"), "split the rule");
        return None;
    }
    // Most conditions name one selection.
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    if text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(word)
        && !["and", "or", "not", "of", "all", "any", "them"].contains(&text)
    {
        return Some(rsigma_parser::ConditionExpr::Identifier(text.to_owned()));
    }
    match rsigma_parser::parse_condition(text) {
        Ok(condition) => Some(condition),
        Err(error) => {
            let column = error.location().map_or(String::new(), |at| format!(" at character {}", at.col));
            let capitals = ["AND", "OR", "NOT", "OF"].iter().any(|word| text.split([' ', '(', ')']).any(|part| part == *word));
            let help = if capitals {
                "`and`, `or`, `not` and `of` are written in lower case"
            } else {
                "`selection and not 1 of filter_*` shows the grammar"
            };
            reading.error(node.spot, format!("cannot read the condition `{text}`{column}"), help);
            None
        }
    }
}

fn selection(reading: &mut Reading, node: &Node) -> Selection {
    match &node.value {
        Value::Map(entries) => {
            if entries.is_empty() {
                reading.error(node.spot, "an empty selection matches nothing that can be said", "");
            }
            Selection::All(entries.iter().filter_map(|(key, value)| item(reading, key, value)).collect())
        }
        Value::List(items) if items.iter().any(|item| matches!(item.value, Value::Map(_) | Value::List(_))) => {
            Selection::Any(items.iter().map(|item| selection(reading, item)).collect())
        }
        Value::List(items) => {
            let values: Vec<_> = items.iter().filter_map(|item| Some((scalar(item)?, item.spot))).collect();
            if values.is_empty() {
                reading.error(node.spot, "an empty list of keywords matches nothing", "");
            }
            Selection::All(vec![Item { field: None, modifiers: Vec::new(), values, spot: node.spot }])
        }
        _ => {
            let values = scalar(node).map(|value| (value, node.spot)).into_iter().collect();
            Selection::All(vec![Item { field: None, modifiers: Vec::new(), values, spot: node.spot }])
        }
    }
}

fn item(reading: &mut Reading, key: &Node, value: &Node) -> Option<Item> {
    let name = key.key();
    let spec = match parse_field_spec(&name) {
        Ok(spec) => spec,
        Err(_) => {
            let unknown = name.split('|').skip(1).find(|word| word.parse::<Modifier>().is_err()).unwrap_or_default();
            let instead = MODIFIER_WORDS.iter().find(|(word, _)| *word == unknown).map(|(_, instead)| *instead);
            let help = match instead.or_else(|| nearest(unknown)) {
                Some(instead) => format!("did you mean `{instead}`?"),
                None => "Sigma 2.1 knows contains, startswith, endswith, all, cased, neq, exists, re, cidr, lt, lte, gt, gte, fieldref, expand and others".into(),
            };
            reading.error(key.spot, format!("unknown modifier `{unknown}`"), &help);
            return None;
        }
    };
    let values = match &value.value {
        // An empty list is null.
        Value::List(items) if items.is_empty() => vec![(Scalar::Null, value.spot)],
        Value::List(items) => items
            .iter()
            .filter_map(|item| match scalar(item) {
                Some(scalar) => Some((scalar, item.spot)),
                None => {
                    reading.error(item.spot, format!("a value of `{name}` is a text, a number, a boolean or null"), "");
                    None
                }
            })
            .collect(),
        Value::Map(_) => {
            reading.error(
                value.spot,
                format!("`{name}` holds a mapping where values are expected"),
                "nested fields are written with dots: `a.b`",
            );
            return None;
        }
        _ => vec![(scalar(value)?, value.spot)],
    };
    Some(Item { field: spec.name, modifiers: spec.modifiers, values, spot: key.spot })
}

fn scalar(node: &Node) -> Option<Scalar> {
    Some(match &node.value {
        Value::Text(text) => Scalar::Text(text.clone()),
        Value::Integer(number) => Scalar::Integer(*number),
        Value::Float(number) => Scalar::Float(*number),
        Value::Bool(truth) => Scalar::Bool(*truth),
        Value::Null => Scalar::Null,
        Value::List(_) | Value::Map(_) => return None,
    })
}

/// The modifier that is spelled most like a word.
fn nearest(word: &str) -> Option<&'static str> {
    const ALL: &[&str] = &[
        "contains",
        "startswith",
        "endswith",
        "all",
        "cased",
        "neq",
        "exists",
        "re",
        "cidr",
        "lt",
        "lte",
        "gt",
        "gte",
        "fieldref",
        "expand",
        "base64",
        "base64offset",
        "wide",
        "utf16",
        "utf16le",
        "utf16be",
        "windash",
        "minute",
        "hour",
        "day",
        "week",
        "month",
        "year",
    ];
    ALL.iter().copied().map(|name| (distance(word, name), name)).filter(|(distance, _)| *distance <= 2).min().map(|(_, name)| name)
}

/// How many letters have to be changed, added or taken away.
pub fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut before = row[0];
        row[0] = i + 1;
        for (j, cb) in b.iter().enumerate() {
            let change = before + usize::from(ca != *cb);
            before = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(before + 1);
        }
    }
    row[b.len()]
}
