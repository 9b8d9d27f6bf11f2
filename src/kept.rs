//! The findings of the last replays, kept where `show` finds them: a folder each, bounded in number and size.

use std::path::{Path, PathBuf};

/// So many replays are kept.
const REPLAYS_MAX: usize = 10;
/// Findings above this are not copied; where they can be linked, size does not matter.
const COPY_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Where isobar keeps what outlives a run: `ISOBAR_STATE`, else the user's state folder.
pub fn state_folder() -> Option<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    variable("ISOBAR_STATE")
        .or_else(|| variable("XDG_STATE_HOME").map(|folder| folder.join("isobar")))
        .or_else(|| variable("HOME").map(|folder| folder.join(".local/state/isobar")))
}

/// Keeps the findings file of a replay, and its summary. Whatever fails here fails quietly but for a sentence: the replay itself is done.
pub fn keep(findings: &Path, summary: &str, now_ms: i64) -> Result<PathBuf, String> {
    let folder = state_folder().ok_or("neither ISOBAR_STATE nor HOME says where")?.join("replays");
    let name = event::time::rfc3339(now_ms).replace([':', '.'], "-");
    let own = folder.join(format!("{name}-{}", std::process::id()));
    let failed = |error: std::io::Error| format!("{}: {error}", own.display());
    std::fs::create_dir_all(&own).map_err(failed)?;
    std::fs::write(own.join("summary.json"), summary).map_err(failed)?;
    let kept = own.join("findings.ndjson");
    if std::fs::hard_link(findings, &kept).is_err() {
        let length = std::fs::metadata(findings).map_err(failed)?.len();
        if length <= COPY_BYTES_MAX {
            std::fs::copy(findings, &kept).map_err(failed)?;
        } else {
            std::fs::write(own.join("findings.path"), findings.display().to_string()).map_err(failed)?;
        }
    }
    let mut all: Vec<PathBuf> = std::fs::read_dir(&folder).map_err(failed)?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    all.sort();
    for old in all.iter().rev().skip(REPLAYS_MAX) {
        let _ = std::fs::remove_dir_all(old);
    }
    Ok(own)
}
