//! Contract texts from the disk, each read once.

use std::collections::HashMap;
use std::io::Read;
use std::path::{Component, Path, PathBuf};

use polywire_diag::{FileId, SourceMap};
use polywire_read::{Missing, Sources};

/// The largest contract file that is read, in bytes.
const FILE_BYTES_MAX: u64 = 64 << 20;

/// Files by their place on the disk; names are shown as the user would write them.
#[derive(Default)]
pub(crate) struct DiskSources {
    map: SourceMap,
    paths: Vec<PathBuf>,
    known: HashMap<PathBuf, FileId>,
}

impl DiskSources {
    /// Reads a file, or finds it again.
    pub(crate) fn open(&mut self, path: &Path) -> Result<FileId, Missing> {
        let key = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        if let Some(file) = self.known.get(&key) {
            return Ok(*file);
        }
        let text = read_text(path)?;
        let file = self.map.add(shown(path), text);
        self.paths.push(path.to_path_buf());
        self.known.insert(key, file);
        Ok(file)
    }

    /// Takes a text that is no file, such as standard input.
    pub(crate) fn add(&mut self, name: &str, text: String) -> FileId {
        self.paths.push(PathBuf::from(name));
        self.map.add(name, text)
    }
}

impl Sources for DiskSources {
    fn map(&self) -> &SourceMap {
        &self.map
    }

    fn load(&mut self, path: &str, from: FileId) -> Result<FileId, Missing> {
        let base = self.paths.get(from.0 as usize).and_then(|p| p.parent()).unwrap_or(Path::new(""));
        self.open(&base.join(path))
    }
}

/// A path without `./` and without steps that are taken back, for messages and stable names.
fn shown(path: &Path) -> String {
    let mut shown = PathBuf::new();
    for step in path.components() {
        let back = matches!(step, Component::ParentDir);
        match shown.components().next_back() {
            Some(Component::Normal(_)) if back => drop(shown.pop()),
            Some(Component::RootDir) if back => {}
            _ if matches!(step, Component::CurDir) => {}
            _ => shown.push(step),
        }
    }
    shown.display().to_string()
}

fn read_text(path: &Path) -> Result<String, Missing> {
    let missing = |reason: String| Missing { reason };
    let file = std::fs::File::open(path).map_err(|error| missing(reason(&error)))?;
    let mut bytes = Vec::new();
    let read =
        file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(|error| missing(reason(&error)))?;
    if read as u64 > FILE_BYTES_MAX {
        return Err(missing(format!("is larger than {} MiB", FILE_BYTES_MAX >> 20)));
    }
    String::from_utf8(bytes)
        .map_err(|error| missing(format!("is not UTF-8 text (byte {})", error.utf8_error().valid_up_to())))
}

/// The system's words without its number.
fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "no such file".into(),
        std::io::ErrorKind::PermissionDenied => "permission denied".into(),
        std::io::ErrorKind::IsADirectory => "is a folder".into(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_shown_as_they_would_be_written() {
        let check = |path: &str, expected: &str| assert_eq!(shown(Path::new(path)), expected);
        check("./a/b.yaml", "a/b.yaml");
        check("a/../b/./c.yaml", "b/c.yaml");
        check("../a.yaml", "../a.yaml");
        check("a/../../b.yaml", "../b.yaml");
        check("/../a.yaml", "/a.yaml");
    }
}
