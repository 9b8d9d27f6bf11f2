//! From Sigma documents to a program: tests shared by number, conditions as nodes over them, and an index that says which rules are
//! worth asking for an event. One program for each log source, since each reads fields in its own way.

pub mod blind;
pub mod index;
pub mod modifiers;
pub mod pattern;
pub mod test;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use event::uuid::Namespace;
use event::{Field, LogSourceName, Origin, RuleCard, RuleIndex, Wanted, WantedWhen};
use rsigma_parser::ConditionExpr;
use rsigma_parser::ast::{Quantifier, SelectorPattern};

use self::index::Index;
use self::modifiers::TestOr;
use self::test::Test;
use crate::sigma::{self, Document, Item, LogSourceKeys, RuleError, Selection, SigmaFile, SigmaFilter, SigmaRule, Spot};

/// Lists of the operator, by name: what `|expand` puts in.
pub type Lists = BTreeMap<String, Vec<String>>;

/// A log source, as the compiler needs to know it: its name, Sigma's names for it (category, product, service), the field that most
/// rules demand, and its table.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    pub name: LogSourceName,
    pub sigma: &'static [(Option<&'static str>, &'static str, &'static str)],
    pub operation: &'static str,
    /// Every top-level member of its records that is known.
    pub members: &'static [&'static str],
    /// Keys under which some shapes of its records hold what others hold at the top.
    pub under: &'static [&'static str],
    pub fields: &'static [Field],
}

pub type Tables = [Table];

/// A mistake whose file is not known yet.
#[derive(Debug)]
pub struct Mistake {
    pub spot: Spot,
    pub message: String,
    pub help: String,
}

impl Mistake {
    pub fn new(spot: Spot, message: &str, help: &str) -> Self {
        Self { spot, message: message.to_owned(), help: help.to_owned() }
    }

    fn in_file(self, file: &SigmaFile) -> RuleError {
        let help = (!self.help.is_empty()).then_some(self.help);
        RuleError { file: file.clone(), spot: self.spot, message: self.message, help }
    }
}

/// A compiled rule, as people ask about it.
#[derive(Clone, Debug)]
pub struct Rule {
    pub card: RuleCard,
    pub file: Arc<str>,
    pub log_source: LogSourceKeys,
    /// The log sources whose events it is asked about; none where nobody reads what it is for.
    pub applies: Vec<LogSourceName>,
    /// Fields as the rule spells them, and where each log source has them.
    pub reads: Vec<Read>,
    pub notes: Vec<String>,
    /// Whether the index knows when to ask; a rule that it does not know is asked for every event of its log source.
    pub indexed: bool,
}

/// Where a log source has a field of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    pub field: String,
    pub log_source: LogSourceName,
    pub from: FieldRef,
}

/// Rules, compiled together.
#[derive(Debug)]
pub struct RuleSet {
    pub rules: Vec<Rule>,
    pub programs: BTreeMap<LogSourceName, Program>,
}

/// The rules of one log source.
#[derive(Debug, Default)]
pub struct Program {
    pub fields: Vec<FieldRef>,
    pub tests: Vec<(usize, Test)>,
    pub nodes: Vec<Node>,
    /// Conditions, each once, with the rules that have it.
    pub roots: Vec<(usize, Vec<RuleIndex>)>,
    pub index: Index,
    test_numbers: HashMap<String, usize>,
    node_numbers: HashMap<Node, usize>,
    field_numbers: HashMap<FieldRef, usize>,
    root_numbers: HashMap<usize, usize>,
}

/// Where a field is read from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum FieldRef {
    /// Paths into the raw record; the values of all of them are the field's.
    Raw(Vec<String>),
    /// An OCSF column.
    Column(String),
    Record,
}

impl std::fmt::Display for FieldRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            FieldRef::Raw(paths) => f.write_str(&paths.join(" or ")),
            FieldRef::Column(path) => write!(f, "OCSF {path}"),
            FieldRef::Record => f.write_str("the whole record"),
        }
    }
}

/// Part of a condition. Children have smaller numbers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Node {
    Never,
    Always,
    Test(usize),
    Not(usize),
    And(Vec<usize>),
    Or(Vec<usize>),
}

impl RuleSet {
    /// All rules, or all mistakes.
    pub fn compile(files: &[SigmaFile], tables: &Tables, lists: &Lists) -> Result<Self, Vec<RuleError>> {
        let (set, errors) = Self::compile_what_is_sound(files, tables, lists);
        if errors.is_empty() { Ok(set) } else { Err(errors) }
    }

    /// The rules without a mistake, and the mistakes of the others.
    pub fn compile_what_is_sound(files: &[SigmaFile], tables: &Tables, lists: &Lists) -> (Self, Vec<RuleError>) {
        let (mut rules, mut filters, mut errors) = (Vec::new(), Vec::new(), Vec::new());
        for file in files {
            let (documents, mistakes) = sigma::read(file);
            errors.extend(mistakes);
            for document in documents {
                match document {
                    Document::Rule(rule) => rules.push(*rule),
                    Document::Filter(filter) => filters.push(*filter),
                }
            }
        }
        let mut seen: HashMap<String, (SigmaFile, Spot)> = HashMap::new();
        rules.retain(|rule| {
            let Some(id) = &rule.id else { return true };
            if let Some((file, spot)) = seen.get(id) {
                errors.push(RuleError {
                    file: rule.file.clone(),
                    spot: rule.spot,
                    message: format!("the id {id} is taken: {}:{}", file.name, spot.line),
                    help: Some("give one of the two a new id, or leave one file out".into()),
                });
                return false;
            }
            seen.insert(id.clone(), (rule.file.clone(), rule.spot));
            true
        });
        for filter in &filters {
            for (name, spot) in &filter.rules {
                let known = rules.iter().any(|rule| is_named(rule, name));
                if !known {
                    errors.push(
                        Mistake::new(*spot, &format!("no rule has the id or name `{name}`"), "a filter is for rules that are loaded")
                            .in_file(&filter.file),
                    );
                }
            }
        }
        let mut set = RuleSet { rules: Vec::new(), programs: BTreeMap::new() };
        for table in tables {
            set.programs.insert(table.name, Program::default());
        }
        for rule in &rules {
            match set.add(rule, &filters, tables, lists) {
                Ok(()) => {}
                Err((file, mistake)) => errors.push(mistake.in_file(&file)),
            }
        }
        for (name, program) in &mut set.programs {
            let operation = tables.iter().find(|table| table.name == *name).map_or("", |table| table.operation);
            program.finish(operation);
            for (_, rules) in program.index.rest.iter().map(|root| &program.roots[*root]) {
                rules.iter().for_each(|rule| set.rules[*rule as usize].indexed = false);
            }
        }
        (set, errors)
    }

    fn add(&mut self, rule: &SigmaRule, filters: &[SigmaFilter], tables: &Tables, lists: &Lists) -> Result<(), (SigmaFile, Mistake)> {
        let number = self.rules.len() as RuleIndex;
        let mut notes = rule.notes.clone();
        let id = rule.id.clone().unwrap_or_else(|| {
            let id = Namespace::of_url("isobar:rule").uuid(format!("{}\0{}", rule.title, rule.log_source).as_bytes()).to_string();
            notes.push(format!("the rule has no id; {id} is made of its title and log source, and changes with them"));
            id
        });
        let ocsf = rule.taxonomy.as_deref() == Some("ocsf") || rule.log_source.product.as_deref() == Some("ocsf");
        let mut applies = Vec::new();
        let mut reads = Vec::new();
        for table in tables.iter().filter(|table| ocsf || fits(&rule.log_source, table)) {
            let program = self.programs.get_mut(&table.name).expect("one for each table");
            let mut compiling = Compiling { program, table, lists, ocsf, reads: &mut reads, notes: &mut notes };
            let own = |mistake| (rule.file.clone(), mistake);
            let mut root = compiling.detection(&rule.detection).map_err(own)?;
            for filter in filters {
                let named = filter.rules.is_empty() || filter.rules.iter().any(|(name, _)| is_named(rule, name));
                if named && (filter.log_source == rule.log_source || fits(&filter.log_source, table)) {
                    let filtered = compiling.detection(&filter.detection).map_err(|mistake| (filter.file.clone(), mistake))?;
                    root = compiling.program.node(Node::And(vec![root, filtered]));
                }
            }
            compiling.program.root(root, number);
            applies.push(table.name);
        }
        if applies.is_empty() {
            // Compiled all the same, so that its mistakes are found.
            let table = Table { name: LogSourceName("none"), sigma: &[], operation: "", members: &[], under: &[], fields: &[] };
            let mut program = Program::default();
            let mut compiling = Compiling { program: &mut program, table: &table, lists, ocsf, reads: &mut reads, notes: &mut notes };
            compiling.detection(&rule.detection).map_err(|mistake| (rule.file.clone(), mistake))?;
        }
        let notes = notes.into_iter().map(|note| format!("{}: {note}", rule.file.name)).collect();
        let card = RuleCard {
            id,
            title: rule.title.clone(),
            level: rule.level,
            version: rule.version.clone(),
            description: rule.description.clone(),
            tags: rule.tags.clone(),
            references: rule.references.clone(),
            category: "Sigma rule",
        };
        self.rules.push(Rule {
            card,
            file: rule.file.name.clone(),
            log_source: rule.log_source.clone(),
            applies,
            reads,
            notes,
            indexed: true,
        });
        Ok(())
    }

    /// What the rules want of a log source.
    pub fn wanted(&self, source: LogSourceName) -> Wanted {
        let mut wanted = Wanted::default();
        let Some(program) = self.programs.get(&source) else { return wanted };
        let raw = |read: &[bool]| -> BTreeSet<String> {
            let read = program.fields.iter().zip(read).filter(|(_, read)| **read);
            read.filter_map(|(field, _)| if let FieldRef::Raw(paths) = field { Some(paths) } else { None }).flatten().cloned().collect()
        };
        let mut always = program.index.rest.clone();
        for demanded in &program.index.fields {
            let roots: Vec<usize> = demanded.roots.all().flatten().copied().collect();
            match &program.fields[demanded.field] {
                FieldRef::Raw(field) => wanted.when.push(WantedWhen {
                    field: field.clone(),
                    texts: demanded.roots.bare(),
                    paths: raw(&program.read_by(&roots)),
                    rare: Some(demanded.field) == program.index.operation,
                }),
                FieldRef::Column(_) | FieldRef::Record => always.extend(roots),
            }
        }
        wanted.paths = raw(&program.read_by(&always));
        for field in &program.fields {
            match field {
                FieldRef::Raw(_) => {}
                FieldRef::Column(path) => {
                    wanted.columns.insert(path.clone());
                }
                FieldRef::Record => wanted.whole_record = true,
            }
        }
        wanted
    }

    /// The cards of all rules, by number.
    pub fn cards(&self) -> Vec<RuleCard> {
        self.rules.iter().map(|rule| rule.card.clone()).collect()
    }
}

fn is_named(rule: &SigmaRule, name: &str) -> bool {
    rule.id.as_deref().is_some_and(|id| id.eq_ignore_ascii_case(name)) || rule.name.as_deref() == Some(name)
}

fn fits(keys: &LogSourceKeys, table: &Table) -> bool {
    table.sigma.iter().any(|(category, product, service)| {
        let equal = |key: &Option<String>, value: Option<&str>| key.as_deref().is_none_or(|key| Some(key) == value);
        equal(&keys.category, *category) && equal(&keys.product, Some(product)) && equal(&keys.service, Some(service))
    })
}

struct Compiling<'a> {
    program: &'a mut Program,
    table: &'a Table,
    lists: &'a Lists,
    ocsf: bool,
    reads: &'a mut Vec<Read>,
    notes: &'a mut Vec<String>,
}

impl Compiling<'_> {
    fn detection(&mut self, detection: &sigma::Detection) -> Result<usize, Mistake> {
        let mut selections = BTreeMap::new();
        for (name, selection) in &detection.selections {
            let node = self.selection(selection)?;
            selections.insert(name.as_str(), node);
        }
        let mut used = Vec::new();
        let mut conditions = Vec::new();
        for (condition, spot) in &detection.conditions {
            conditions.push(self.condition(condition, *spot, &selections, &mut used)?);
        }
        for name in selections.keys().filter(|name| !used.contains(&name.to_string())) {
            let note = format!("the condition does not name the selection `{name}`");
            if !self.notes.contains(&note) {
                self.notes.push(note);
            }
        }
        Ok(self.program.node(Node::Or(conditions)))
    }

    fn condition(
        &mut self,
        condition: &ConditionExpr,
        spot: Spot,
        selections: &BTreeMap<&str, usize>,
        used: &mut Vec<String>,
    ) -> Result<usize, Mistake> {
        let node = match condition {
            ConditionExpr::Identifier(name) => {
                let Some(node) = selections.get(name.as_str()) else {
                    let known: Vec<&str> = selections.keys().copied().collect();
                    let near = known.iter().min_by_key(|known| sigma::distance(name, known));
                    let help = near.map_or(String::new(), |near| format!("did you mean `{near}`? There are: {}", known.join(", ")));
                    return Err(Mistake::new(spot, &format!("the condition names `{name}`, which is no selection"), &help));
                };
                used.push(name.clone());
                return Ok(*node);
            }
            ConditionExpr::Not(inner) => Node::Not(self.condition(inner, spot, selections, used)?),
            ConditionExpr::And(parts) => Node::And(self.conditions(parts, spot, selections, used)?),
            ConditionExpr::Or(parts) => Node::Or(self.conditions(parts, spot, selections, used)?),
            ConditionExpr::Selector { quantifier, pattern } => {
                let matching: Vec<(&str, usize)> =
                    selections.iter().filter(|(name, _)| selects(pattern, name)).map(|(name, node)| (*name, *node)).collect();
                if matching.is_empty() {
                    let known: Vec<&str> = selections.keys().copied().collect();
                    return Err(Mistake::new(
                        spot,
                        &format!("no selection matches `{condition}`"),
                        &format!("there are: {}", known.join(", ")),
                    ));
                }
                used.extend(matching.iter().map(|(name, _)| (*name).to_owned()));
                let nodes = matching.into_iter().map(|(_, node)| node).collect();
                match quantifier {
                    Quantifier::Any | Quantifier::Count(1) => Node::Or(nodes),
                    Quantifier::All => Node::And(nodes),
                    Quantifier::Count(n) => {
                        return Err(Mistake::new(spot, &format!("`{n} of` is not Sigma"), "`1 of`, `any of` or `all of`"));
                    }
                }
            }
        };
        Ok(self.program.node(node))
    }

    fn conditions(
        &mut self,
        parts: &[ConditionExpr],
        spot: Spot,
        selections: &BTreeMap<&str, usize>,
        used: &mut Vec<String>,
    ) -> Result<Vec<usize>, Mistake> {
        parts.iter().map(|part| self.condition(part, spot, selections, used)).collect()
    }

    fn selection(&mut self, selection: &Selection) -> Result<usize, Mistake> {
        let node = match selection {
            Selection::Any(inner) => {
                let nodes: Result<Vec<usize>, Mistake> = inner.iter().map(|selection| self.selection(selection)).collect();
                Node::Or(nodes?)
            }
            Selection::All(items) => {
                let nodes: Result<Vec<usize>, Mistake> = items.iter().map(|item| self.item(item)).collect();
                Node::And(nodes?)
            }
        };
        Ok(self.program.node(node))
    }

    fn item(&mut self, item: &Item) -> Result<usize, Mistake> {
        let field = match &item.field {
            Some(name) => {
                self.note_unknown(name, item.spot);
                let field = self.read(name);
                self.program.field(field)
            }
            None => self.program.field(FieldRef::Record),
        };
        let translated = item.field.as_deref().and_then(|name| self.translated(name, item));
        let tests = modifiers::tests(translated.as_ref().unwrap_or(item), self.lists, item.field.is_none())?;
        let negated = tests.negated;
        let all = tests.all;
        let mut nodes = Vec::new();
        let mut plain = Vec::new();
        for value in tests.values {
            let mut either = Vec::new();
            let single = value.len() == 1;
            for test in value {
                let (node, not) = match test {
                    // Texts without wildcards are one look-up, however many there are.
                    TestOr::Test(Test::OneOf(_, mut patterns)) if single && !all => {
                        plain.append(&mut patterns);
                        continue;
                    }
                    TestOr::Test(test) => (test, false),
                    TestOr::Not(test) => (test, true),
                    TestOr::Field(relation, cased, name) => {
                        let other = self.read(&name);
                        (Test::Other(relation, cased, self.program.field(other)), false)
                    }
                };
                let node = self.program.test(field, node);
                either.push(if not { self.program.node(Node::Not(node)) } else { node });
            }
            if !either.is_empty() {
                nodes.push(self.program.node(Node::Or(either)));
            }
        }
        if !plain.is_empty() {
            nodes.push(self.program.test(field, modifiers::one_of(plain)));
        }
        let node = self.program.node(if all { Node::And(nodes) } else { Node::Or(nodes) });
        Ok(if negated { self.program.node(Node::Not(node)) } else { node })
    }

    /// Where a field is read from; it is noted for people who ask.
    fn read(&mut self, name: &str) -> FieldRef {
        let from = self.resolve(name);
        let read = Read { field: name.to_owned(), log_source: self.table.name, from: from.clone() };
        if !self.reads.contains(&read) {
            self.reads.push(read);
        }
        from
    }

    /// The line of the table that has this name for a field.
    fn named(&self, name: &str) -> Option<&'static Field> {
        self.table.fields.iter().find(|field| field.names.iter().any(|alias| alias.eq_ignore_ascii_case(name)))
    }

    /// The item with what its values are called in the records beside them, where the table knows that.
    fn translated(&self, name: &str, item: &Item) -> Option<Item> {
        let words = self.named(name)?.values;
        if words.is_empty() || item.modifiers.contains(&sigma::Modifier::All) {
            return None;
        }
        let mut translated = item.clone();
        for (value, spot) in &item.values {
            let written = match value {
                sigma::Scalar::Text(text) => text.clone(),
                sigma::Scalar::Integer(number) => number.to_string(),
                _ => continue,
            };
            let theirs = words.iter().filter(|(word, _)| word.eq_ignore_ascii_case(&written));
            for word in theirs.flat_map(|(_, theirs)| *theirs) {
                translated.values.push((sigma::Scalar::Text((*word).to_owned()), *spot));
            }
        }
        Some(translated)
    }

    /// What a field's name means: an alias of the table, an OCSF column, or a path into the record.
    fn resolve(&self, name: &str) -> FieldRef {
        if let Some(field) = self.named(name) {
            return match (field.origin, field.column) {
                (Origin::Path(path), _) => FieldRef::Raw(vec![path.to_owned()]),
                (Origin::First(paths), _) => FieldRef::Raw(paths.iter().map(|path| (*path).to_owned()).collect()),
                (_, Some(column)) => FieldRef::Column(column.to_owned()),
                (_, None) => FieldRef::Raw(vec![name.to_owned()]),
            };
        }
        // A name without a dot is the vendor's: both have a `status`, and they differ.
        if self.ocsf || (name.contains('.') && !self.is_path(name)) {
            let spelled = |path: &str| path == name || (path.len() == name.len() + 2 && path.replace("[]", "") == name);
            if let Some(column) = event::ocsf::COLUMNS.iter().find(|column| spelled(column.path)) {
                return FieldRef::Column(column.path.to_owned());
            }
        }
        let mut paths = vec![name.to_owned()];
        for key in self.table.under {
            let inner = name.split_once('.').filter(|(first, _)| first.eq_ignore_ascii_case(key)).map(|(_, rest)| rest);
            paths.push(inner.map_or_else(|| format!("{key}.{name}"), str::to_owned));
        }
        FieldRef::Raw(paths)
    }

    /// Says so where no record of the log source has such a field.
    fn note_unknown(&mut self, name: &str, spot: Spot) {
        let first = name.split(['.', '[']).next().unwrap_or(name);
        let known = self.table.members;
        let is_raw = self.named(name).is_none() && matches!(self.resolve(name), FieldRef::Raw(_));
        if !is_raw || known.is_empty() || known.iter().any(|member| member.eq_ignore_ascii_case(first)) {
            return;
        }
        let near = known.iter().map(|member| (sigma::distance(&member.to_lowercase(), &first.to_lowercase()), member)).min();
        let near = near.filter(|(distance, _)| *distance <= 3).map_or(String::new(), |(_, member)| format!("; did you mean `{member}`?"));
        self.notes.push(format!("line {}: no record of {} has a field `{name}`{near}", spot.line, self.table.name));
    }

    fn is_path(&self, name: &str) -> bool {
        self.table.fields.iter().any(|field| field.origin.paths().contains(&name))
    }
}

/// Names that begin with `_` are left out unless the pattern begins so.
fn selects(pattern: &SelectorPattern, name: &str) -> bool {
    match pattern {
        SelectorPattern::Them => !name.starts_with('_'),
        SelectorPattern::Pattern(pattern) => {
            (!name.starts_with('_') || pattern.starts_with('_')) && {
                let parts: Vec<pattern::Part> = pattern
                    .split('*')
                    .map(|text| pattern::Part::Text(text.to_owned()))
                    .flat_map(|part| [pattern::Part::Many, part])
                    .skip(1)
                    .collect();
                pattern::Pattern::new(parts, true).matches(name)
            }
        }
    }
}

impl Program {
    fn field(&mut self, field: FieldRef) -> usize {
        if let Some(number) = self.field_numbers.get(&field) {
            return *number;
        }
        self.fields.push(field.clone());
        self.field_numbers.insert(field, self.fields.len() - 1);
        self.fields.len() - 1
    }

    /// The node of a test; equal tests are one.
    fn test(&mut self, field: usize, test: Test) -> usize {
        let name = match &test {
            Test::OneOf(_, patterns) => {
                let mut names: Vec<String> = patterns.iter().map(pattern::Pattern::name).collect();
                names.sort();
                format!("{field} one of {names:?}")
            }
            Test::Pattern(pattern) => format!("{field} like {}", pattern.name()),
            other => format!("{field} {other:?}"),
        };
        if let Some(node) = self.test_numbers.get(&name) {
            return *node;
        }
        self.tests.push((field, test));
        let node = self.push(Node::Test(self.tests.len() - 1));
        self.test_numbers.insert(name, node);
        node
    }

    fn push(&mut self, node: Node) -> usize {
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    /// The number of a node; equal nodes are one, and those with one part are that part.
    fn node(&mut self, node: Node) -> usize {
        let node = match node {
            Node::And(mut parts) => {
                parts.sort_unstable();
                parts.dedup();
                match parts.as_slice() {
                    [] => Node::Always,
                    [one] => return *one,
                    _ => Node::And(parts),
                }
            }
            Node::Or(mut parts) => {
                parts.sort_unstable();
                parts.dedup();
                match parts.as_slice() {
                    [] => Node::Never,
                    [one] => return *one,
                    _ => Node::Or(parts),
                }
            }
            node => node,
        };
        if let Some(number) = self.node_numbers.get(&node) {
            return *number;
        }
        let number = self.push(node.clone());
        self.node_numbers.insert(node, number);
        number
    }

    fn root(&mut self, node: usize, rule: RuleIndex) {
        let next = self.roots.len();
        let at = *self.root_numbers.entry(node).or_insert(next);
        if at == next {
            self.roots.push((node, Vec::new()));
        }
        self.roots[at].1.push(rule);
    }

    /// Which fields some roots read.
    fn read_by(&self, roots: &[usize]) -> Vec<bool> {
        let mut read = vec![false; self.fields.len()];
        let mut asked = vec![false; self.nodes.len()];
        roots.iter().for_each(|root| asked[self.roots[*root].0] = true);
        // Parts have smaller numbers than what they are part of.
        for node in (0..self.nodes.len()).rev() {
            if !asked[node] {
                continue;
            }
            match &self.nodes[node] {
                Node::Never | Node::Always => {}
                Node::Test(test) => {
                    let (field, test) = &self.tests[*test];
                    read[*field] = true;
                    if let Test::Other(_, _, other) = test {
                        read[*other] = true;
                    }
                }
                Node::Not(part) => asked[*part] = true,
                Node::And(parts) | Node::Or(parts) => parts.iter().for_each(|part| asked[*part] = true),
            }
        }
        read
    }

    fn finish(&mut self, operation: &str) {
        self.index = Index::new(self, operation);
        self.test_numbers = HashMap::new();
        self.node_numbers = HashMap::new();
        self.field_numbers = HashMap::new();
        self.root_numbers = HashMap::new();
    }
}
