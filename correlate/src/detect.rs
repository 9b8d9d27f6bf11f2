//! From a batch of events to detections: stateless, on any thread, in any order. Asks only the rules that the index names, each test once
//! an event.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::{Array, BooleanArray, Int32Array, Int64Array, ListArray, StringViewArray, StructArray};
use event::{Asked, EventBatch, EventKey, Evidence, JsonKind, LogSourceName, Millis, RuleIndex};

use crate::compile::test::{Test, related};
use crate::compile::{FieldRef, Node, Program, RuleSet};

/// One rule, one event. Owns its bytes.
#[derive(Clone, Debug)]
pub struct Detection {
    pub time: Millis,
    pub key: EventKey,
    pub rule: RuleIndex,
    /// The row of its batch.
    pub row: u32,
    /// What a finding shows of the event: whoever has the batch gives it. None where nobody builds findings.
    pub event: Option<Arc<Evidence>>,
}

/// What a batch gave, in its order.
#[derive(Debug, Default)]
pub struct Detections {
    pub detections: Vec<Detection>,
    /// How many rules were asked, for how many events.
    pub candidates: u64,
    pub events: u64,
}

impl Detections {
    /// Gives each detection what a finding shows of its event; events that several rules match are asked for once.
    pub fn show(&mut self, mut evidence: impl FnMut(usize) -> Evidence) {
        let mut last: Option<(u32, Arc<Evidence>)> = None;
        for detection in &mut self.detections {
            let event = match &last {
                Some((row, event)) if *row == detection.row => event.clone(),
                _ => Arc::new(evidence(detection.row as usize)),
            };
            last = Some((detection.row, event.clone()));
            detection.event = Some(event);
        }
    }

    pub fn append(&mut self, mut other: Detections) {
        self.detections.append(&mut other.detections);
        self.candidates += other.candidates;
        self.events += other.events;
    }
}

/// Finds detections. Each worker has its own.
pub struct Detector<'a> {
    rules: &'a RuleSet,
    memos: BTreeMap<LogSourceName, Memo>,
}

/// What is kept from event to event.
#[derive(Default)]
struct Memo {
    epoch: u32,
    /// What a node gave for the event at hand: the event's number times two, plus the answer.
    nodes: Vec<u32>,
    /// The names of the answers of the last batch, and for each field which of them are its own.
    names: Arc<[Arc<str>]>,
    answers: Vec<Vec<usize>>,
    /// Which roots are worth asking for which rows.
    candidates: Vec<Candidate>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Candidate {
    row: u32,
    root: u32,
}

/// Where a field's values stand in the batch.
enum Values<'a> {
    Asked(&'a Asked),
    Several(Vec<&'a Asked>),
    Texts(StringViewArray),
    Ints(Int32Array),
    Longs(Int64Array),
    Bools(BooleanArray),
    List(ListArray, StringViewArray),
    None,
}

impl<'a> Detector<'a> {
    pub fn new(rules: &'a RuleSet) -> Self {
        Self { rules, memos: BTreeMap::new() }
    }

    pub fn detect(&mut self, batch: &EventBatch) -> Detections {
        let mut found = Detections { events: batch.len() as u64, ..Detections::default() };
        found.candidates = self.ask(batch, |row, rules, holds| {
            if holds() {
                let (time, key) = (batch.times[row as usize], batch.keys[row as usize]);
                found.detections.extend(rules.iter().map(|rule| Detection { time, key, rule: *rule, row, event: None }));
            }
        });
        found
    }

    /// What each rule costs, by a clock that gives nanoseconds; its own cost is left out as well as can be.
    pub fn measure(&mut self, batch: &EventBatch, clock: &dyn Fn() -> u64, costs: &mut [Cost]) {
        let Some(program) = self.rules.programs.get(&batch.log_source) else { return };
        for rule in program.roots.iter().flat_map(|(_, rules)| rules) {
            costs[*rule as usize].events += batch.len() as u64;
        }
        let clock_ns = (0..16)
            .map(|_| {
                let from = clock();
                clock() - from
            })
            .min()
            .unwrap_or(0);
        self.ask(batch, |_, rules, holds| {
            let from = clock();
            let matches = holds();
            let ns = (clock() - from).saturating_sub(clock_ns);
            for rule in rules {
                let cost = &mut costs[*rule as usize];
                cost.candidates += 1;
                cost.matches += u64::from(matches);
                cost.ns += ns;
            }
        });
    }

    /// Calls `each` for every condition that is worth asking about a row, with the rules that have it and the answer; gives their number.
    fn ask(&mut self, batch: &EventBatch, mut each: impl FnMut(u32, &[RuleIndex], &mut dyn FnMut() -> bool)) -> u64 {
        let Some(program) = self.rules.programs.get(&batch.log_source).filter(|program| !program.roots.is_empty()) else {
            return 0;
        };
        let memo = self.memos.entry(batch.log_source).or_default();
        memo.nodes.resize(program.nodes.len(), 0);
        if memo.answers.is_empty() || !Arc::ptr_eq(&memo.names, &batch.asked) {
            memo.names = batch.asked.clone();
            memo.answers = program.fields.iter().map(|field| answers(field, &batch.asked)).collect();
        }
        let fields: Vec<Values> = program.fields.iter().zip(&memo.answers).map(|(field, answers)| values(field, answers, batch)).collect();
        let mut candidates = std::mem::take(&mut memo.candidates);
        find_candidates(program, &fields, batch.len(), &mut candidates);
        let asked = candidates.len() as u64;
        let mut asking = Asking { program, fields: &fields, memo, row: 0 };
        for of_row in candidates.chunk_by(|a, b| a.row == b.row) {
            let row = of_row[0].row;
            asking.begin(row as usize);
            for candidate in of_row {
                let (node, rules) = &program.roots[candidate.root as usize];
                each(row, rules, &mut || asking.holds(*node));
            }
        }
        candidates.clear();
        asking.memo.candidates = candidates;
        asked
    }
}

/// What asking a rule came to.
#[derive(Clone, Debug, Default)]
pub struct Cost {
    /// Events of its log sources.
    pub events: u64,
    /// Those about which it was asked.
    pub candidates: u64,
    pub matches: u64,
    /// Nanoseconds, by the clock that was given.
    pub ns: u64,
}

/// Which rows have what some root demands; in order, each once.
fn find_candidates(program: &Program, fields: &[Values], rows: usize, candidates: &mut Vec<Candidate>) {
    for demanded in &program.index.fields {
        let roots = &demanded.roots;
        each_row(&fields[demanded.field], rows, &mut |row, kind, text| {
            let add = |roots: &Vec<usize>| candidates.extend(roots.iter().map(|root| Candidate { row, root: *root as u32 }));
            match kind {
                JsonKind::Missing | JsonKind::Null => {}
                JsonKind::Object | JsonKind::List => roots.all().for_each(add),
                _ => roots.of(text.as_bytes()).for_each(add),
            }
        });
    }
    for root in &program.index.rest {
        candidates.extend((0..rows as u32).map(|row| Candidate { row, root: *root as u32 }));
    }
    candidates.sort_unstable();
    candidates.dedup();
}

/// Calls `test` for each value of each row.
fn each_row(values: &Values, rows: usize, test: &mut dyn FnMut(u32, JsonKind, &str)) {
    match values {
        Values::None => {}
        Values::Asked(Asked { rows: Some(rows), texts, more, .. }) => {
            for asked in rows {
                test(asked.row, asked.kind, texts.value(asked.text as usize));
            }
            more.iter().for_each(|more| test(more.row, more.kind, &more.text));
        }
        values => (0..rows).for_each(|row| {
            each(values, row, &mut |kind, text| {
                test(row as u32, kind, text);
                false
            });
        }),
    }
}

/// Which answers are a field's.
fn answers(field: &FieldRef, names: &[Arc<str>]) -> Vec<usize> {
    let number = |path: &str| names.iter().position(|name| **name == *path);
    match field {
        FieldRef::Record => number("").into_iter().collect(),
        FieldRef::Raw(paths) => paths.iter().filter_map(|path| number(path)).collect(),
        FieldRef::Column(_) => Vec::new(),
    }
}

fn values<'a>(field: &FieldRef, answers: &[usize], batch: &'a EventBatch) -> Values<'a> {
    match (field, answers) {
        (FieldRef::Column(path), _) => column(path, batch).unwrap_or(Values::None),
        (_, [answer]) => batch.answers[*answer].as_ref().map_or(Values::None, Values::Asked),
        (_, answers) => Values::Several(answers.iter().filter_map(|answer| batch.answers[*answer].as_ref()).collect()),
    }
}

fn column<'a>(path: &str, batch: &EventBatch) -> Option<Values<'a>> {
    if let Some((list, inner)) = path.split_once("[].") {
        let list = batch.column(list)?.as_any().downcast_ref::<ListArray>()?.clone();
        let mut array = list.values().clone();
        for name in inner.split('.') {
            let object = array.as_any().downcast_ref::<StructArray>()?;
            array = object.column_by_name(name)?.clone();
        }
        let texts = array.as_any().downcast_ref::<StringViewArray>()?.clone();
        return Some(Values::List(list, texts));
    }
    if let Some(path) = path.strip_suffix("[]") {
        let list = batch.column(path)?.as_any().downcast_ref::<ListArray>()?.clone();
        let texts = list.values().as_any().downcast_ref::<StringViewArray>()?.clone();
        return Some(Values::List(list, texts));
    }
    let array = batch.column(path)?;
    let array = array.as_any();
    if let Some(texts) = array.downcast_ref::<StringViewArray>() {
        return Some(Values::Texts(texts.clone()));
    }
    if let Some(ints) = array.downcast_ref::<Int32Array>() {
        return Some(Values::Ints(ints.clone()));
    }
    if let Some(longs) = array.downcast_ref::<Int64Array>() {
        return Some(Values::Longs(longs.clone()));
    }
    array.downcast_ref::<BooleanArray>().map(|bools| Values::Bools(bools.clone()))
}

/// Calls `test` for each value of a row until one passes.
fn each(values: &Values, row: usize, test: &mut dyn FnMut(JsonKind, &str) -> bool) -> bool {
    match values {
        Values::Asked(asked) => asked.values(row).any(|(kind, text)| test(kind, text)),
        Values::Several(several) => several.iter().any(|asked| asked.values(row).any(|(kind, text)| test(kind, text))),
        Values::Texts(texts) => texts.is_valid(row) && test(JsonKind::Text, texts.value(row)),
        Values::Ints(ints) => ints.is_valid(row) && test(JsonKind::Number, &ints.value(row).to_string()),
        Values::Longs(longs) => longs.is_valid(row) && test(JsonKind::Number, &longs.value(row).to_string()),
        Values::Bools(bools) => bools.is_valid(row) && test(JsonKind::Bool, if bools.value(row) { "true" } else { "false" }),
        Values::List(list, texts) => {
            let offsets = list.value_offsets();
            (offsets[row] as usize..offsets[row + 1] as usize).any(|at| texts.is_valid(at) && test(JsonKind::Text, texts.value(at)))
        }
        Values::None => false,
    }
}

/// One event under question.
struct Asking<'a> {
    program: &'a Program,
    fields: &'a [Values<'a>],
    memo: &'a mut Memo,
    row: usize,
}

impl Asking<'_> {
    fn begin(&mut self, row: usize) {
        self.row = row;
        self.memo.epoch += 1;
        if self.memo.epoch == u32::MAX / 2 {
            self.memo.nodes.fill(0);
            self.memo.epoch = 1;
        }
    }

    fn holds(&mut self, node: usize) -> bool {
        let memo = self.memo.nodes[node];
        if memo >> 1 == self.memo.epoch {
            return memo & 1 == 1;
        }
        let program = self.program;
        let holds = match &program.nodes[node] {
            Node::Never => false,
            Node::Always => true,
            Node::Not(inner) => !self.holds(*inner),
            Node::And(parts) => parts.iter().all(|part| self.holds(*part)),
            Node::Or(parts) => parts.iter().any(|part| self.holds(*part)),
            Node::Test(test) => {
                let (field, test) = &program.tests[*test];
                self.passes(&self.fields[*field], test)
            }
        };
        self.memo.nodes[node] = self.memo.epoch << 1 | u32::from(holds);
        holds
    }

    fn passes(&self, values: &Values, test: &Test) -> bool {
        match test {
            Test::Null => {
                let mut any = false;
                each(values, self.row, &mut |kind, _| {
                    any = true;
                    kind == JsonKind::Null
                }) || !any
            }
            Test::Other(relation, cased, other) => each(values, self.row, &mut |kind, text| {
                let scalar = |kind| matches!(kind, JsonKind::Text | JsonKind::Number | JsonKind::Bool);
                scalar(kind)
                    && each(&self.fields[*other], self.row, &mut |other_kind, other| {
                        scalar(other_kind) && related(*relation, *cased, text, other)
                    })
            }),
            test => each(values, self.row, &mut |kind, text| test.value(kind, text)),
        }
    }
}
