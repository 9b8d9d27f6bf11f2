//! Files, folders, patterns and standard input, as one reading plan in the order of their paths.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::{IngestError, Piece, Pulled, Source};

/// One file of the plan.
#[derive(Clone, Debug)]
pub struct Planned {
    /// None is standard input.
    pub path: Option<PathBuf>,
    pub name: Arc<str>,
    pub bytes: u64,
}

/// A source of files.
#[derive(Debug)]
pub struct Files {
    plan: Vec<Planned>,
    next: usize,
    number: u64,
}

/// Compressed bytes are taken for so many times as much.
const RATIO: u64 = 8;

impl Files {
    /// Makes the plan. A file that is named twice is read once.
    pub fn plan(paths: &[String]) -> Result<Self, IngestError> {
        let mut files: Vec<(PathBuf, u64)> = Vec::new();
        let mut stdin = false;
        for path in paths {
            if path == "-" {
                stdin = true;
                continue;
            }
            let found = Path::new(path);
            if found.exists() || !path.contains(['*', '?', '[']) {
                add(found, &mut files)?;
            } else {
                let pattern_error = |why: String| IngestError::Pattern { pattern: path.clone(), why };
                let mut matched = false;
                for entry in glob::glob(path).map_err(|e| pattern_error(e.msg.to_owned()))? {
                    let entry = entry.map_err(|e| unreadable(e.path(), e.error()))?;
                    add(&entry, &mut files)?;
                    matched = true;
                }
                if !matched {
                    return Err(IngestError::Nothing { path: path.clone() });
                }
            }
        }
        files.sort_unstable_by(|a, b| a.0.as_os_str().cmp(b.0.as_os_str()));
        files.dedup_by(|a, b| a.0 == b.0);
        let planned = |(path, bytes): (PathBuf, u64)| Planned { name: path.display().to_string().into(), path: Some(path), bytes };
        let mut plan: Vec<Planned> = files.into_iter().map(planned).collect();
        if stdin {
            plan.push(Planned { path: None, name: "-".into(), bytes: 0 });
        }
        if plan.is_empty() {
            return Err(IngestError::Nothing { path: paths.join(" ") });
        }
        Ok(Self { plan, next: 0, number: 0 })
    }

    pub fn len(&self) -> usize {
        self.plan.len()
    }

    pub fn is_empty(&self) -> bool {
        self.plan.is_empty()
    }

    pub fn bytes(&self) -> u64 {
        self.plan.iter().map(|file| file.bytes).sum()
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> IngestError {
    let way_out = match error.kind() {
        std::io::ErrorKind::NotFound => "check the name; a pattern has to be quoted from the shell",
        std::io::ErrorKind::PermissionDenied => "the user who runs isobar needs the right to read it",
        _ => "see what the system says of it",
    };
    IngestError::Path { path: path.display().to_string(), why: error.to_string(), way_out }
}

fn add(path: &Path, files: &mut Vec<(PathBuf, u64)>) -> Result<(), IngestError> {
    for entry in walkdir::WalkDir::new(path).follow_links(true) {
        let entry = match entry {
            Ok(entry) => entry,
            // A link that leads back to its own folder: what is in there is read anyway.
            Err(error) if error.loop_ancestor().is_some() => continue,
            // Something inside a folder that cannot be listed is a reject of the reading; what the user named himself is his mistake.
            Err(error) if error.depth() > 0 => {
                files.push((error.path().unwrap_or(path).to_owned(), 0));
                continue;
            }
            Err(error) => {
                let why = error
                    .io_error()
                    .map_or_else(|| std::io::Error::other(error.to_string()), |e| std::io::Error::new(e.kind(), e.to_string()));
                return Err(unreadable(error.path().unwrap_or(path), &why));
            }
        };
        let kind = entry.file_type();
        if kind.is_dir() {
            continue;
        }
        let bytes = entry.metadata().map_or(0, |data| data.len());
        files.push((entry.into_path(), bytes));
    }
    Ok(())
}

impl Source for Files {
    fn next(&mut self, room: usize) -> Pulled {
        let mut files = Vec::new();
        let mut expected = 0;
        while let Some(file) = self.plan.get(self.next) {
            expected += file.bytes * RATIO;
            if !files.is_empty() && expected > room as u64 {
                break;
            }
            files.push(file.clone());
            self.next += 1;
        }
        if files.is_empty() {
            return Pulled::End;
        }
        self.number += 1;
        Pulled::Piece(Piece { number: self.number - 1, files })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_named_twice_is_read_once_whatever_the_order() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.json", "a.json", "c.txt"] {
            std::fs::write(folder.path().join(name), "{}").unwrap();
        }
        let folder = folder.path().display().to_string();
        let names = |paths: &[String]| -> Vec<String> {
            let files = Files::plan(paths).unwrap();
            files.plan.iter().map(|file| file.name.strip_prefix(&folder).unwrap().to_owned()).collect()
        };
        let expected = ["/a.json", "/b.json", "/c.txt"];
        assert_eq!(names(&[folder.clone(), format!("{folder}/a.json")]), expected);
        assert_eq!(names(&[format!("{folder}/c.txt"), format!("{folder}/*.json")]), expected);
        assert_eq!(names(&[folder.clone(), format!("{folder}/*.json")]), expected);
    }

    #[test]
    fn a_path_that_is_not_there_says_so() {
        let error = Files::plan(&["no/such/file".into()]).unwrap_err().to_string();
        assert!(error.starts_with("cannot read `no/such/file`: "), "{error}");
        assert!(error.contains("check the name"), "{error}");
        assert!(matches!(Files::plan(&["no/such/*.gz".into()]), Err(IngestError::Nothing { .. })));
    }
}
