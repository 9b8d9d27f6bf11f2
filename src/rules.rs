//! Finds rule files and lists, and has them compiled.

use std::path::Path;

use correlate::compile::Table;
use correlate::{Lists, RuleError, RuleSet, SigmaFile};
use normalize::{LogSource, logsources};

use crate::{Failure, builtin, terminal};

/// The log sources, as the rule compiler needs to know them.
pub fn tables() -> Vec<Table> {
    logsources::ALL.iter().map(|source| table(source)).collect()
}

fn table(source: &'static LogSource) -> Table {
    Table {
        name: source.name,
        sigma: source.sigma,
        operation: source.operation,
        members: source.members,
        under: source.under,
        fields: source.fields,
    }
}

/// Everything in `--rules`, and ours unless they are left out.
pub fn files(paths: &[String], with_builtin: bool) -> Result<Vec<SigmaFile>, Failure> {
    let mut files = Vec::new();
    if with_builtin {
        files.extend(builtin::RULES.iter().map(|(name, text)| SigmaFile { name: (*name).into(), text: (*text).into() }));
    }
    for path in paths {
        let mut found = Vec::new();
        for entry in walkdir::WalkDir::new(path).follow_links(true) {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) if error.loop_ancestor().is_some() => continue,
                Err(error) => {
                    let why = error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
                    return Err(Failure::Usage(format!(
                        "cannot read rules in `{path}`: {why}; --rules names a Sigma file or a folder of them"
                    )));
                }
            };
            let yaml = entry.path().extension().is_some_and(|e| e == "yml" || e == "yaml");
            if entry.file_type().is_file() && (yaml || entry.depth() == 0) {
                found.push(entry.into_path());
            }
        }
        // Folder by folder: a separator comes before all letters.
        let in_order = |byte: &u8| if std::path::is_separator(char::from(*byte)) { 0 } else { *byte };
        found.sort_by_cached_key(|path| path.as_os_str().as_encoded_bytes().iter().map(in_order).collect::<Vec<u8>>());
        for path in &found {
            files.push(SigmaFile { name: path.display().to_string().into(), text: read(path)?.into() });
        }
        if found.is_empty() {
            return Err(Failure::Usage(format!("no rules in `{path}`: no file there ends in .yml or .yaml")));
        }
    }
    Ok(files)
}

fn read(path: &Path) -> Result<String, Failure> {
    let bytes = std::fs::read(path).map_err(|error| Failure::Usage(format!("cannot read `{}`: {error}", path.display())))?;
    String::from_utf8(bytes).map_err(|_| Failure::Usage(format!("cannot read `{}`: it is not UTF-8", path.display())))
}

/// `lists/NAME.txt` of the tuning folder: a value a line; `#` begins a comment.
pub fn lists(tuning: Option<&str>) -> Result<Lists, Failure> {
    let mut lists = Lists::new();
    let Some(tuning) = tuning else {
        return Ok(lists);
    };
    if !Path::new(tuning).is_dir() {
        return Err(Failure::Usage(format!("`{tuning}` is no folder; --tuning names one with lists/NAME.txt in it")));
    }
    let folder = Path::new(tuning).join("lists");
    if !folder.is_dir() {
        return Ok(lists);
    }
    for entry in walkdir::WalkDir::new(&folder).max_depth(1).sort_by_file_name() {
        let entry = entry.map_err(|error| Failure::Usage(format!("cannot read `{}`: {error}", folder.display())))?;
        let name = entry.path().file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_owned();
        if entry.file_type().is_file() && entry.path().extension().is_some_and(|e| e == "txt") {
            let text = read(entry.path())?;
            let lines = text.trim_start_matches('\u{feff}').lines().map(str::trim);
            lists.insert(name, lines.filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).collect());
        }
    }
    Ok(lists)
}

/// Compiles; with mistakes it stops, or goes on with what is sound where that was asked for.
pub fn compile(files: &[SigmaFile], lists: &Lists, keep_going: bool) -> Result<(RuleSet, Vec<RuleError>), Failure> {
    let (set, errors) = RuleSet::compile_what_is_sound(files, &tables(), lists);
    for error in &errors {
        terminal::note(&terminal::rule_error(error));
    }
    if !errors.is_empty() && !keep_going {
        let mistakes = if errors.len() == 1 { "1 mistake".to_owned() } else { format!("{} mistakes", errors.len()) };
        return Err(Failure::Usage(format!(
            "{mistakes} in the rules; mend them, or use --keep-going to go on without the rules that have one"
        )));
    }
    Ok((set, errors))
}
