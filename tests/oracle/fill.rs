//! What real records fill: of those whose raw form has something, how many events show it; and how much of the raw records no column
//! holds. Both are kept where they are, or get better. Knows no log source: `sheets` does.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use event::EventBatch;
use normalize::{LogSource, logsources};
use serde_json::Value;

use super::pairs::flatten;
use super::sheets::{self, Row, Sheet};

/// Counts over the records of one log source in one set of files.
#[derive(Default)]
struct Filled {
    records: u64,
    /// Per row: how many have it, and how many events show it.
    rows: Vec<(u64, u64)>,
    leaves: u64,
    /// In no column, but in `unmapped`.
    unmapped: u64,
    /// Nowhere in the event, since the log source withholds it.
    withheld: u64,
    /// In no column and not in `unmapped` either, only in `raw_data`, by path.
    lost: BTreeMap<String, u64>,
    examples: BTreeMap<&'static str, String>,
}

#[test]
fn what_records_have_events_show() {
    let samples = logsources::ALL.iter().map(|source| tests::root().join(format!("normalize/logsources/{}/samples/raw", source.name)));
    let mut sets = vec![("samples", filled(&samples.flat_map(|folder| tests::files_under(&folder)).collect::<Vec<_>>()))];
    match tests::shared() {
        Some(shared) => sets.push(("shared", filled(&super::logs(&shared)))),
        None => tests::skipped("what_records_have_events_show", "../shared is not here; only the samples were looked at"),
    }
    let kept_in = tests::root().join("tests/oracle/uncovered.txt");
    let kept = std::fs::read_to_string(&kept_in).unwrap_or_default();
    let mut now = String::new();
    let (mut wrong, mut grown) = (Vec::new(), Vec::new());
    for (at, sheet) in sheets::ALL.iter().enumerate() {
        println!(
            "{}{}",
            sheet.log_source,
            if sheet.absent.is_empty() { String::new() } else { format!(" (not in the log: {})", sheet.absent) }
        );
        for (number, row) in sheet.rows.iter().enumerate() {
            let counts: Vec<(u64, u64)> = sets.iter().map(|(_, filled)| filled[at].rows[number]).collect();
            let parts = counts.iter().map(|(have, show)| format!("{show:>6} of {have:>6} {:>6.2} %", percent(*show, *have)));
            println!("  {:<45} {}  {}", row.name, parts.collect::<Vec<_>>().join(" "), row.missing);
            assert!(counts.iter().any(|(have, _)| *have > 0), "{}: no record has {}", sheet.log_source, row.name);
            let short = sets.iter().zip(&counts).filter(|(_, (have, show))| have != show);
            let short: Vec<_> = short.map(|((set, filled), (have, show))| (set, have - show, &filled[at].examples[row.name])).collect();
            if row.missing.is_empty() && !short.is_empty() {
                wrong.push(format!("{}: events lack {}: {short:#?}", sheet.log_source, row.name));
            }
            if !row.missing.is_empty() && short.is_empty() && sets.len() > 1 {
                wrong.push(format!("{}: all events show {}, and an excuse stands beside it", sheet.log_source, row.name));
            }
        }
        for (set, filled) in &sets {
            let filled = &filled[at];
            let lost = filled.lost.values().sum();
            for (what, count) in [("unmapped", filled.unmapped), ("withheld", filled.withheld), ("raw_data alone", lost)] {
                if what == "withheld" && source_of(sheet).withheld.is_empty() {
                    continue;
                }
                let (start, all) = (format!("{} {set}: {what}: ", sheet.log_source), filled.leaves);
                let line = format!("{start}{count} of {all}");
                println!("  {line} values, {:.3} %", percent(count, all));
                let before = kept.lines().find_map(|line| {
                    let (count, all) = line.strip_prefix(&start)?.split_once(" of ")?;
                    Some((count.parse::<u64>().ok()?, all.parse::<u64>().ok()?))
                });
                if before.is_none_or(|(before, of)| u128::from(count) * u128::from(of) > u128::from(before) * u128::from(all)) {
                    grown.push(format!("{line}: a larger share than in {}: {before:?}", kept_in.display()));
                }
                now += &(line + "\n");
            }
            println!("  {set}: {} records; in raw_data alone: {:?}", filled.records, filled.lost);
        }
    }
    if std::env::var_os("UPDATE").is_some_and(|value| value == "1") && sets.len() > 1 {
        std::fs::write(&kept_in, HEAD.to_owned() + &now).expect("the repository can be written");
    } else {
        wrong.extend(grown);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn percent(part: u64, all: u64) -> f64 {
    100.0 * part as f64 / all.max(1) as f64
}

const HEAD: &str = "\
Of the values of raw records (texts that say something, numbers, booleans), how many no column of the event holds:
`unmapped` are those that stand in `unmapped`; `withheld` texts that stand nowhere unless the user asks for them (prompts, completions);
`raw_data alone` those that stand neither there nor, by their text, in any column.
May not grow; UPDATE=1 cargo test -p tests --test oracle what_records_have writes the numbers anew.

";

fn source_of(sheet: &Sheet) -> &'static LogSource {
    logsources::named(sheet.log_source).expect("a sheet is of a log source")
}

/// Per sheet, what the files' records of its log source fill.
fn filled(files: &[PathBuf]) -> Vec<Filled> {
    let empty = |sheet: &&Sheet| Filled { rows: vec![(0, 0); sheet.rows.len()], ..Filled::default() };
    let mut filled: Vec<Filled> = sheets::ALL.iter().map(empty).collect();
    let mut normalizer = tests::normalizer(&tests::everything());
    for path in files {
        tests::read_file(path, "a file", &mut normalizer, &mut |normalized| {
            for batch in &normalized.batches {
                let at = sheets::ALL.iter().position(|sheet| sheet.log_source == batch.log_source.0).expect("every log source has a sheet");
                let mut out = Vec::new();
                forward::events::write(&batch.rows, &mut out);
                for (number, line) in out.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).enumerate() {
                    let event: Value = serde_json::from_slice(line).expect("an event is JSON");
                    filled[at].add(sheets::ALL[at], &raw(batch, number, source_of(sheets::ALL[at])), &event);
                }
            }
        });
    }
    filled
}

/// A row's record: as it came, not as `raw_data` has it, where texts may be withheld. JSON within its strings is opened, and of several
/// events only the row's own is left.
fn raw(batch: &EventBatch, row: usize, source: &LogSource) -> Value {
    let (start, end) = batch.spans[row];
    let mut raw = serde_json::from_slice(&batch.arena[start as usize..end as usize]).expect("the raw record is JSON");
    for path in source.strings {
        each(&mut raw, path, &mut |value| {
            let inner = value.as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
            if let Some(inner) = inner.filter(|inner| inner.is_object() || inner.is_array()) {
                *value = inner;
            }
        });
    }
    if let Some(part) = batch.part(row) {
        for path in source.events {
            each(&mut raw, path, &mut |list| {
                if let Value::Array(events) = list {
                    *events = vec![events.swap_remove(part as usize)];
                }
            });
        }
    }
    raw
}

/// What stands at a dotted path.
fn each(value: &mut Value, path: &str, change: &mut dyn FnMut(&mut Value)) {
    let Value::Object(members) = value else { return };
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    for (_, value) in members.iter_mut().filter(|(name, _)| name.eq_ignore_ascii_case(first)) {
        if rest.is_empty() { change(value) } else { each(value, rest, change) }
    }
}

/// Whether something at a path passes a test. A path is a JSON pointer that goes through lists, and whose names may differ in case and in
/// underscores, as the shapes of a log source do; `~` is a slash in a name. `a|b` is either, `*b` any name that ends so, `a?` may be left out, `a[b=c]` the elements
/// of `a` whose `b` is `c`.
fn any(value: &Value, path: &str, test: &dyn Fn(&Value) -> bool) -> bool {
    let Some(steps) = path.strip_prefix('/') else { return test(value) };
    let (step, rest) = steps.split_at(steps.find('/').unwrap_or(steps.len()));
    match value {
        Value::Array(elements) => elements.iter().any(|element| any(element, path, test)),
        Value::Object(members) => {
            let (step, left_out) = step.strip_suffix('?').map_or((step, false), |step| (step, any(value, rest, test)));
            let (names, condition) = step.split_once('[').unwrap_or((step, ""));
            let condition = condition.strip_suffix(']').and_then(|condition| condition.split_once('='));
            left_out
                || members.iter().filter(|(name, _)| names.split('|').any(|pattern| fits(name, pattern))).any(
                    |(_, value)| match condition {
                        None => any(value, rest, test),
                        Some((key, wanted)) => {
                            let elements = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
                            elements.iter().any(|element| element[key] == wanted && any(element, rest, test))
                        }
                    },
                )
        }
        _ => step.ends_with('?') && any(value, rest, test),
    }
}

fn fits(name: &str, pattern: &str) -> bool {
    let (whole, end) = pattern.strip_prefix('*').map_or((true, pattern), |end| (false, end));
    // From the end: a `~` in the pattern is a slash.
    let mut letters = name.bytes().rev().filter(|byte| *byte != b'_');
    let ends_so = end
        .bytes()
        .rev()
        .filter(|byte| *byte != b'_')
        .all(|wanted| letters.next().is_some_and(|letter| letter.eq_ignore_ascii_case(&if wanted == b'~' { b'/' } else { wanted })));
    ends_so && (!whole || letters.next().is_none())
}

#[test]
fn paths_are_read_in_every_shape() {
    let record = serde_json::json!({
        "protoPayload": {"method_name": "m", "list": [{"name": "a", "value": 1}, {"name": "b", "value": "unknown"}]},
        "Claims": {"http://schemas/identity/upn": "dana"},
        "nothing": {"deep": ["", null]},
    });
    let check = |path, expected| assert_eq!(any(&record, path, &says), expected, "{path}");
    check("", true);
    check("/protopayload|other/methodName", true);
    check("/protoPayload/method", false);
    check("/properties?/claims/*~upn", true);
    check("/claims/upn", false);
    check("/protoPayload/list/value", true);
    check("/protoPayload/list[name=a]/*ue", true);
    check("/protoPayload/list[name=b]/value", false);
    check("/protoPayload/list[name=c]/value", false);
    check("/claims/evidence?", true);
    check("/nothing", false);
}

/// Whether a value says anything. Providers have words for nothing, and so has the event where a class needs a value.
fn says(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(_) | Value::Number(_) => true,
        Value::String(text) => !["", "-", "unknown", "null", "<null>"].iter().any(|nothing| text.eq_ignore_ascii_case(nothing)),
        Value::Array(elements) => elements.iter().any(says),
        Value::Object(members) => members.values().any(says),
    }
}

/// Whether the raw record has what a row is about.
fn has(row: &Row, raw: &Value) -> bool {
    row.raw.iter().any(|path| any(raw, path, &says))
}

/// Whether the event shows it. 0 is OCSF's Unknown.
fn shows(row: &Row, event: &Value) -> bool {
    row.event.iter().any(|path| any(event, path, &|value| says(value) && !(path.ends_with("_id") && *value == 0)))
}

impl Filled {
    fn add(&mut self, sheet: &Sheet, raw: &Value, event: &Value) {
        self.records += 1;
        for (row, (have, show)) in sheet.rows.iter().zip(&mut self.rows) {
            if has(row, raw) {
                *have += 1;
                if shows(row, event) {
                    *show += 1;
                } else {
                    self.examples.entry(row.name).or_insert_with(|| raw.to_string());
                }
            }
        }
        let mut columns = Vec::new();
        for (name, value) in event.as_object().expect("an event is an object") {
            if name != "raw_data" && name != "unmapped" {
                flatten(value, name.clone(), &mut columns);
            }
        }
        let columns: BTreeSet<String> = columns.iter().map(|(_, value)| plain(value)).collect();
        let mut unmapped = Vec::new();
        flatten(&event["unmapped"], String::new(), &mut unmapped);
        let unmapped: BTreeSet<String> = unmapped.into_iter().map(|(path, _)| path.replace("[]", "").to_lowercase()).collect();
        let withheld: BTreeSet<String> = source_of(sheet).withheld.iter().map(|path| path.to_lowercase()).collect();
        // The role's name and account stand in its ARN.
        let issuer = event.pointer("/actor/session/issuer").and_then(Value::as_str).unwrap_or_default();
        let in_issuer = |path: &str, text: &str| path.starts_with("userIdentity.sessionContext.sessionIssuer.") && issuer.contains(text);
        let mut leaves = Vec::new();
        flatten(raw, String::new(), &mut leaves);
        for (path, value) in leaves {
            if !says(&value) {
                continue;
            }
            let text = plain(&value);
            self.leaves += 1;
            let path = path.replace("[]", "");
            let folded = path.to_lowercase();
            let ends = || folded.match_indices('.').map(|(at, _)| at).chain([folded.len()]);
            let is_in = |paths: &BTreeSet<String>| ends().any(|end| paths.contains(&folded[..end]));
            let seconds = || columns.contains(&format!("{text}000"));
            let time = || event::time::parse(&text).is_some_and(|time| columns.contains(&time.to_string())) || seconds();
            if is_in(&unmapped) {
                self.unmapped += 1;
            } else if is_in(&withheld) {
                self.withheld += 1;
            } else if !columns.contains(&text) && !columns.contains(&text.to_lowercase()) && !time() && !in_issuer(&path, &text) {
                *self.lost.entry(path).or_default() += 1;
            }
        }
    }
}

/// A scalar's text.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string().trim_end_matches(".0").to_owned(),
        other => other.to_string(),
    }
}
