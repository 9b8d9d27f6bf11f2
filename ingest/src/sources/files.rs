//! Files, folders, patterns and standard input, as one reading plan in the order of their paths.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
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
    plan: Plan,
    stdin: bool,
    next: usize,
    number: u64,
}

/// Files by folder and name: archives have a million objects, and their folders' names are long.
#[derive(Debug, Default)]
struct Plan {
    folders: Vec<PathBuf>,
    numbers: HashMap<PathBuf, u32>,
    files: Vec<Entry>,
    /// Names one behind the other; those that are not UTF-8 stand apart.
    names: String,
    odd: Vec<OsString>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    folder: u32,
    name: Name,
    bytes: u64,
}

#[derive(Clone, Copy, Debug)]
enum Name {
    Plain { start: u32, length: u16 },
    Odd(u32),
}

impl Plan {
    fn push(&mut self, path: &Path, bytes: u64) {
        let (folder, name) = match (path.parent(), path.file_name()) {
            (Some(folder), Some(name)) => (folder, name),
            _ => (Path::new(""), path.as_os_str()),
        };
        let last = self.files.last().map(|file| file.folder).filter(|last| self.folders[*last as usize] == folder);
        let folder = last.unwrap_or_else(|| {
            let next = self.folders.len() as u32;
            let number = *self.numbers.entry(folder.to_owned()).or_insert(next);
            if number == next {
                self.folders.push(folder.to_owned());
            }
            number
        });
        let name = match (name.to_str(), u32::try_from(self.names.len())) {
            (Some(name), Ok(start)) if name.len() <= usize::from(u16::MAX) => {
                self.names.push_str(name);
                Name::Plain { start, length: name.len() as u16 }
            }
            _ => {
                self.odd.push(name.to_owned());
                Name::Odd(self.odd.len() as u32 - 1)
            }
        };
        self.files.push(Entry { folder, name, bytes });
    }

    fn name(&self, file: &Entry) -> &OsStr {
        match file.name {
            Name::Plain { start, length } => self.names[start as usize..start as usize + usize::from(length)].as_ref(),
            Name::Odd(at) => &self.odd[at as usize],
        }
    }

    /// In the order of folders, then names; each file once.
    fn sort(&mut self) {
        let mut order: Vec<usize> = (0..self.folders.len()).collect();
        order.sort_unstable_by(|a, b| self.folders[*a].as_os_str().cmp(self.folders[*b].as_os_str()));
        let mut rank = vec![0; order.len()];
        order.iter().enumerate().for_each(|(place, folder)| rank[*folder] = place);
        let mut files = std::mem::take(&mut self.files);
        files.sort_unstable_by(|a, b| rank[a.folder as usize].cmp(&rank[b.folder as usize]).then_with(|| self.name(a).cmp(self.name(b))));
        files.dedup_by(|a, b| a.folder == b.folder && self.name(a) == self.name(b));
        self.files = files;
    }

    fn planned(&self, file: &Entry) -> Planned {
        let path = self.folders[file.folder as usize].join(self.name(file));
        Planned { name: path.display().to_string().into(), path: Some(path), bytes: file.bytes }
    }
}

/// Compressed bytes are taken for so many times as much.
const RATIO: u64 = 8;

impl Files {
    /// Makes the plan. A file that is named twice is read once.
    pub fn plan(paths: &[String]) -> Result<Self, IngestError> {
        let mut files = Plan::default();
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
        files.sort();
        if files.files.is_empty() && !stdin {
            return Err(IngestError::Nothing { path: paths.join(" ") });
        }
        Ok(Self { plan: files, stdin, next: 0, number: 0 })
    }

    pub fn len(&self) -> usize {
        self.plan.files.len() + usize::from(self.stdin)
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn bytes(&self) -> u64 {
        self.plan.files.iter().map(|file| file.bytes).sum()
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

fn add(path: &Path, files: &mut Plan) -> Result<(), IngestError> {
    for entry in walkdir::WalkDir::new(path).follow_links(true) {
        let entry = match entry {
            Ok(entry) => entry,
            // A link that leads back to its own folder: what is in there is read anyway.
            Err(error) if error.loop_ancestor().is_some() => continue,
            // Something inside a folder that cannot be listed is a reject of the reading; what the user named himself is his mistake.
            Err(error) if error.depth() > 0 => {
                files.push(error.path().unwrap_or(path), 0);
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
        files.push(entry.path(), bytes);
    }
    Ok(())
}

impl Source for Files {
    fn next(&mut self, room: usize) -> Pulled {
        let mut files = Vec::new();
        let mut expected = 0;
        while let Some(file) = self.plan.files.get(self.next) {
            expected += file.bytes * RATIO;
            if !files.is_empty() && expected > room as u64 {
                break;
            }
            files.push(self.plan.planned(file));
            self.next += 1;
        }
        if files.is_empty() && std::mem::take(&mut self.stdin) {
            files.push(Planned { path: None, name: "-".into(), bytes: 0 });
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
            files.plan.files.iter().map(|file| files.plan.planned(file).name.strip_prefix(&folder).unwrap().to_owned()).collect()
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
