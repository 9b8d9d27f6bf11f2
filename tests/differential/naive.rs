//! Sigma, evaluated in the plainest way: every item looks at every value of its field anew. Follows the specification where it speaks
//! and facts/sigma.md where it does not. Shares no code with the engine.

/// A JSON value whose members keep their order, so that a key may stand in several spellings.
#[derive(Clone, Debug)]
pub enum Json {
    Null,
    Bool(bool),
    /// As it is written.
    Number(String),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    /// JSON, with or without white space between its parts.
    pub fn write(&self, space: &str) -> String {
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        match self {
            Json::Null => "null".into(),
            Json::Bool(truth) => truth.to_string(),
            Json::Number(text) => text.clone(),
            Json::Text(text) => quoted(text),
            Json::List(all) => {
                let all: Vec<String> = all.iter().map(|value| value.write(space)).collect();
                format!("[{space}{}{space}]", all.join(&format!("{space},{space}")))
            }
            Json::Object(all) => {
                let all: Vec<String> =
                    all.iter().map(|(key, value)| format!("{}{space}:{space}{}", quoted(key), value.write(space))).collect();
                format!("{{{space}{}{space}}}", all.join(&format!("{space},{space}")))
            }
        }
    }

    /// Texts that a test of a text looks at: a scalar's; of an object its compact JSON and every leaf.
    fn texts(&self) -> Vec<String> {
        match self {
            Json::Null => Vec::new(),
            Json::Bool(truth) => vec![truth.to_string()],
            Json::Number(text) | Json::Text(text) => vec![text.clone()],
            Json::List(all) => std::iter::once(self.write("")).chain(all.iter().flat_map(Json::leaves)).collect(),
            Json::Object(all) => std::iter::once(self.write("")).chain(all.iter().flat_map(|(_, value)| value.leaves())).collect(),
        }
    }

    fn leaves(&self) -> Vec<String> {
        match self {
            Json::List(all) => all.iter().flat_map(Json::leaves).collect(),
            Json::Object(all) => all.iter().flat_map(|(_, value)| value.leaves()).collect(),
            scalar => scalar.texts(),
        }
    }

    /// Numbers that a test of a number looks at.
    fn numbers(&self) -> Vec<f64> {
        let texts = match self {
            Json::Bool(_) => Vec::new(),
            value => value.leaves(),
        };
        texts.iter().filter(|text| !text.contains(char::is_whitespace)).filter_map(|text| serde_json::from_str::<f64>(text).ok()).collect()
    }
}

/// A value as a rule writes it.
#[derive(Clone, Debug)]
pub enum Scalar {
    Null,
    Bool(bool),
    Integer(i64),
    Float(f64),
    Text(String),
}

#[derive(Clone, Debug)]
pub struct Item {
    pub field: String,
    pub modifiers: &'static [&'static str],
    pub values: Vec<Scalar>,
}

#[derive(Clone, Debug)]
pub enum Condition {
    Selection(usize),
    /// `1 of` or `all of`, and the start that names have to have; none is `them`.
    Of(bool, Option<&'static str>),
    Not(Box<Condition>),
    And(Vec<Condition>),
    Or(Vec<Condition>),
}

/// Selections are lists of maps: one of the maps has to match, with all of its items.
#[derive(Clone, Debug)]
pub struct Rule {
    pub selections: Vec<(&'static str, Vec<Vec<Item>>)>,
    pub condition: Condition,
}

impl Rule {
    pub fn matches(&self, record: &Json) -> bool {
        let holds: Vec<bool> =
            self.selections.iter().map(|(_, maps)| maps.iter().any(|items| items.iter().all(|item| item.matches(record)))).collect();
        self.holds(&self.condition, &holds)
    }

    fn holds(&self, condition: &Condition, selections: &[bool]) -> bool {
        match condition {
            Condition::Selection(at) => selections[*at],
            Condition::Of(all, start) => {
                let named = |name: &str| start.map_or(!name.starts_with('_'), |start| name.starts_with(start));
                let mut of = self.selections.iter().zip(selections).filter(|((name, _), _)| named(name)).map(|(_, holds)| *holds);
                if *all { of.all(|holds| holds) } else { of.any(|holds| holds) }
            }
            Condition::Not(inner) => !self.holds(inner, selections),
            Condition::And(parts) => parts.iter().all(|part| self.holds(part, selections)),
            Condition::Or(parts) => parts.iter().any(|part| self.holds(part, selections)),
        }
    }
}

impl Item {
    fn has(&self, modifier: &str) -> bool {
        self.modifiers.contains(&modifier)
    }

    fn matches(&self, record: &Json) -> bool {
        let mut found = Vec::new();
        let parts: Vec<&str> = self.field.split('.').collect();
        find(record, &parts, &mut found);
        let mut each = self.values.iter().map(|value| self.value_matches(value, &found));
        let matches = if self.has("all") { each.all(|matches| matches) } else { each.any(|matches| matches) };
        matches != self.has("neq")
    }

    fn value_matches(&self, wanted: &Scalar, found: &[&Json]) -> bool {
        let order: Option<fn(&f64, &f64) -> bool> = match () {
            () if self.has("lt") => Some(f64::lt),
            () if self.has("lte") => Some(f64::le),
            () if self.has("gt") => Some(f64::gt),
            () if self.has("gte") => Some(f64::ge),
            () => None,
        };
        let number = |bound: f64, order: fn(&f64, &f64) -> bool| found.iter().any(|value| value.numbers().iter().any(|n| order(n, &bound)));
        let (before, behind) = (self.has("contains") || self.has("endswith"), self.has("contains") || self.has("startswith"));
        let text = |text: &str| {
            let mut pattern = pattern(text);
            if before {
                pattern.insert(0, Token::Many);
            }
            if behind {
                pattern.push(Token::Many);
            }
            found.iter().any(|value| value.texts().iter().any(|text| fits(&pattern, &text.chars().collect::<Vec<_>>(), self.has("cased"))))
        };
        match wanted {
            Scalar::Bool(there) if self.has("exists") => *there != found.is_empty(),
            Scalar::Null => found.is_empty() || found.iter().any(|value| matches!(value, Json::Null)),
            Scalar::Integer(bound) if order.is_some() || !(before || behind) => number(*bound as f64, order.unwrap_or(f64::eq)),
            Scalar::Float(bound) => number(*bound, order.unwrap_or(f64::eq)),
            Scalar::Integer(integer) => text(&integer.to_string()),
            Scalar::Bool(truth) => found.iter().any(|value| value.texts().iter().any(|text| text.eq_ignore_ascii_case(&truth.to_string()))),
            Scalar::Text(wanted) => text(wanted),
        }
    }
}

/// Every value of a field: the longest key beats descent, an exact key a folded one, the last of several; lists element by element.
fn find<'a>(value: &'a Json, parts: &[&str], found: &mut Vec<&'a Json>) {
    match value {
        Json::List(all) if !all.is_empty() => all.iter().for_each(|value| find(value, parts, found)),
        value if parts.is_empty() => found.push(value),
        Json::Object(members) => {
            for length in (1..=parts.len()).rev() {
                let key = parts[..length].join(".");
                let exact = members.iter().rfind(|(name, _)| *name == key);
                let Some((_, value)) = exact.or_else(|| members.iter().rfind(|(name, _)| name.eq_ignore_ascii_case(&key))) else {
                    continue;
                };
                let before = found.len();
                find(value, &parts[length..], found);
                if found.len() > before {
                    return;
                }
            }
        }
        _ => {}
    }
}

#[derive(Clone, Copy)]
enum Token {
    Char(char),
    Many,
    One,
}

/// A backslash takes the meaning from a wildcard or a backslash behind it, and is itself anywhere else.
fn pattern(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        tokens.push(match (c, chars.peek()) {
            ('\\', Some('\\' | '*' | '?')) => Token::Char(chars.next().expect("it was peeked")),
            ('*', _) => Token::Many,
            ('?', _) => Token::One,
            (c, _) => Token::Char(c),
        });
    }
    tokens
}

fn fits(pattern: &[Token], text: &[char], cased: bool) -> bool {
    let same = |a: char, b: char| a == b || (!cased && a.to_lowercase().eq(b.to_lowercase()));
    match (pattern.split_first(), text.split_first()) {
        (None, rest) => rest.is_none(),
        (Some((Token::Many, rest)), _) => (0..=text.len()).any(|from| fits(rest, &text[from..], cased)),
        (Some((Token::One, pattern)), Some((_, text))) => fits(pattern, text, cased),
        (Some((Token::Char(a), pattern)), Some((b, text))) => same(*a, *b) && fits(pattern, text, cased),
        (Some(_), None) => false,
    }
}
