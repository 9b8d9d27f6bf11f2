//! The reference pages are written from the program's own tables: `UPDATE=1 cargo test -p tests --test tidy` writes them, without it a
//! page that has become stale fails.

use std::fmt::Write;

use event::ocsf::{COLUMNS, Class, Kind};
use event::{Field, Origin, Reason};
use normalize::logsources;
use tests::program::root;

/// The page is as it should be; or it is written, where that was asked for.
#[track_caller]
fn page(name: &str, text: &str) {
    let path = root().join("docs/reference").join(name);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        return std::fs::write(&path, text).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == text, "docs/reference/{name} is stale; `UPDATE=1 cargo test -p tests --test tidy` writes it");
}

const WRITTEN: &str = "<!-- Written by `UPDATE=1 cargo test -p tests --test tidy`. What is changed here is lost. -->\n\n";

/// A cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

fn code(text: &str) -> String {
    format!("`{}`", cell(text))
}

fn codes(texts: &[&str]) -> String {
    texts.iter().map(|text| code(text)).collect::<Vec<_>>().join(", ")
}

/// Where a field's value comes from.
fn origin(field: &Field) -> String {
    match field.origin {
        Origin::Path(path) => code(path),
        Origin::First(paths) => format!("the first of {}", codes(paths)),
        Origin::Constant(text) => format!("always {}", code(text)),
        Origin::Derived([], how) => cell(how),
        Origin::Derived(paths, how) => format!("{}; from {}", cell(how), codes(paths)),
    }
}

#[test]
fn log_sources() {
    let mut text = format!("# Log sources\n\n{WRITTEN}");
    text += "What isobar reads, and where each column comes from. `--source NAME` forces one.\n\n";
    text += "A rule names fields as the provider does (`eventName`, `userIdentity.arn`); every path into the record can be asked for,\n";
    text += "whether a column holds it or not. *Answers* says that the column holds the provider's text unchanged, so that a rule\n";
    text += "which names the provider's field may be answered from it.\n";
    for source in logsources::ALL {
        write!(text, "\n## {}\n\n", source.name).unwrap();
        for (category, product, service) in source.sigma {
            let category = category.map_or(String::new(), |category| format!("`category: {category}`, "));
            writeln!(text, "In Sigma rules: {category}`product: {product}`, `service: {service}`.").unwrap();
        }
        writeln!(text, "Most rules demand an operation, here `{}`: name it, and the rule costs next to nothing.\n", source.operation)
            .unwrap();
        text += "| Column | From | Also called | Answers |\n|---|---|---|---|\n";
        for field in source.fields {
            let column = field.column.map_or("none".to_owned(), code);
            let answers = if field.answers { "yes" } else { "" };
            writeln!(text, "| {column} | {} | {} | {answers} |", origin(field), codes(field.names)).unwrap();
        }
        text += "\nWhat no column takes stands in `unmapped`, by its name in the record; so does what a column holds only in part:\n";
        writeln!(text, "{}.", codes(source.kept)).unwrap();
    }
    page("log_sources.md", &text);
}

#[test]
fn columns() {
    let mut text = format!("# Columns\n\n{WRITTEN}");
    writeln!(
        text,
        "What isobar writes of OCSF {}. `[]` stands behind a list of objects. A rule may name a column by its",
        event::ocsf::VERSION
    )
    .unwrap();
    text += "path (`actor.user.name`, `resources.uid`). Where a class is named, only events of that class have the column.\n\n";
    text += "| Path | Type | Classes |\n|---|---|---|\n";
    for column in COLUMNS {
        let kind = match column.kind {
            Kind::Text => "text",
            Kind::Json => "JSON",
            Kind::Int => "integer",
            Kind::Long => "long",
            Kind::Bool => "boolean",
            Kind::Float => "float",
            Kind::Profiles => "list of texts",
            Kind::Map => "names with JSON",
        };
        let classes: Vec<String> = column.classes.iter().map(|class| class_name(*class)).collect();
        let classes = if classes.is_empty() { "all".to_owned() } else { classes.join(", ") };
        writeln!(text, "| {} | {kind} | {classes} |", code(column.path)).unwrap();
    }
    text += "\n## Classes\n\n| Class | Name | Activities |\n|---|---|---|\n";
    for class in Class::OF_EVENTS {
        let activities = (1..100).map(|id| (id, class.activity(id))).filter(|(_, name)| *name != "Unknown");
        let activities: Vec<String> = activities.map(|(id, name)| format!("{id} {name}")).collect();
        writeln!(text, "| {} | {} | {} |", class.uid(), class.caption(), activities.join(", ")).unwrap();
    }
    page("columns.md", &text);
}

fn class_name(class: Class) -> String {
    format!("{} ({})", class.caption(), class.uid())
}

#[test]
fn rejects() {
    let mut text = format!("# Rejects\n\n{WRITTEN}");
    text +=
        "What could not be read is not lost: `--rejects FILE` writes it as OCSF Base Events (class 0) with the bytes (`raw_data`), the\n";
    text += "place (`unmapped.file`, `unmapped.offset`) and the reason (`status_code`; `status_detail` says more).\n\n";
    text += "- `time` is 0: what cannot be read has none.\n";
    text += "- Bytes that are not UTF-8 are written as base64 (`unmapped.encoding`), with their SHA-256.\n";
    text += "- Of more than 16 MB, the first 64 KB are kept (`unmapped.kept_bytes`), with length and SHA-256 of all.\n";
    text += "- The reason of a *file* is said once a file and not counted among the records.\n\n";
    text += "| Reason | Of | What it means |\n|---|---|---|\n";
    for reason in Reason::ALL {
        let of = if reason.is_of_file() { "file" } else { "record" };
        writeln!(text, "| {} | {of} | {} |", code(reason.code()), cell(reason.sentence())).unwrap();
    }
    page("rejects.md", &text);
}

/// The codes, as `--help` says them too.
const EXIT_CODES: [(u8, &str, &str); 5] = [
    (0, "done", "Also with findings and with rejects, unless a flag below asks for another code; and where the reader of a pipe has gone."),
    (1, "findings at or above --fail-on", "`--fail-on LEVEL` was given, and there is one."),
    (2, "used wrongly (arguments, rules)", "Nothing was read and nothing was written. The message says the way out."),
    (3, "some input could not be read, with --strict", "Everything that could be read was, and all outputs are there."),
    (4, "the world failed (disk)", "An output could not be written. A file appears whole or not at all."),
];

#[test]
fn exit_codes() {
    let help = std::fs::read_to_string(root().join("src/commands/replay.rs")).unwrap().replace('\n', " ");
    let mut text = format!("# Exit codes\n\n{WRITTEN}Scripts may rely on them.\n\n| Code | | |\n|---|---|---|\n");
    for (number, short, long) in EXIT_CODES {
        assert!(help.contains(&format!("{number} {short}")), "`--help` does not say: {number} {short}");
        writeln!(text, "| {number} | {} | {long} |", cell(short)).unwrap();
    }
    text += "\nWhere several apply, 4 comes before 3, and 3 before 1: what was not read may hold what was looked for.\n";
    page("exit_codes.md", &text);
}
