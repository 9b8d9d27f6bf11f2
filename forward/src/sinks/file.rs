//! A file, or standard output. A file appears whole or not at all: it is written beside its place and moved there at the end.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::ForwardError;

/// Something that lines are written to.
pub struct Output {
    name: String,
    to: To,
}

enum To {
    Stdout(BufWriter<std::io::Stdout>),
    File(BufWriter<NamedTempFile>, PathBuf),
    /// A device, pipe or socket: it cannot be replaced.
    Special(BufWriter<std::fs::File>),
}

const BUFFER_BYTES: usize = 256 * 1024;

impl Output {
    /// `-` is standard output.
    pub fn create(name: &str) -> Result<Self, ForwardError> {
        let to = if name == "-" {
            To::Stdout(BufWriter::with_capacity(BUFFER_BYTES, std::io::stdout()))
        } else {
            let path = PathBuf::from(name);
            let failed = |source| ForwardError::write(name, source);
            let special = std::fs::metadata(&path).is_ok_and(|data| !data.is_file() && !data.is_dir());
            if special {
                let file = std::fs::OpenOptions::new().write(true).open(&path).map_err(failed)?;
                To::Special(BufWriter::with_capacity(BUFFER_BYTES, file))
            } else if path.is_dir() {
                return Err(failed(std::io::Error::new(std::io::ErrorKind::IsADirectory, "it is a folder")));
            } else {
                let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
                let file = tempfile::Builder::new().prefix(".isobar-").tempfile_in(folder).map_err(failed)?;
                To::File(BufWriter::with_capacity(BUFFER_BYTES, file), path)
            }
        };
        Ok(Self { name: name.to_owned(), to })
    }

    pub fn write(&mut self, bytes: &[u8]) -> Result<(), ForwardError> {
        let result = match &mut self.to {
            To::Stdout(out) => out.write_all(bytes),
            To::File(out, _) => out.write_all(bytes),
            To::Special(out) => out.write_all(bytes),
        };
        result.map_err(|source| ForwardError::write(&self.name, source))
    }

    /// Makes the file appear.
    pub fn finish(self) -> Result<(), ForwardError> {
        let failed = |source| ForwardError::write(&self.name, source);
        match self.to {
            To::Stdout(mut out) => out.flush().map_err(failed),
            To::Special(mut out) => out.flush().map_err(failed),
            To::File(out, path) => {
                let file = out.into_inner().map_err(|error| failed(error.into_error()))?;
                #[cfg(unix)]
                {
                    // Temporary files are for their owner alone; what was asked for is an ordinary file.
                    use std::os::unix::fs::PermissionsExt;
                    file.as_file().set_permissions(std::fs::Permissions::from_mode(0o644)).map_err(failed)?;
                }
                file.persist(&path).map_err(|error| failed(error.error))?;
                Ok(())
            }
        }
    }
}
