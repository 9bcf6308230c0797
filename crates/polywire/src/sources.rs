//! Contract texts from the disk, each read once.

use std::collections::HashMap;
use std::io::Read;
use std::path::{Component, Path, PathBuf};

use polywire_diag::{FileId, SourceMap};
use polywire_read::{Missing, Sources};

use crate::exit::Failure;

/// The largest contract file that is read, in bytes.
const FILE_BYTES_MAX: u64 = 64 << 20;

/// Files by their place on the disk; names are shown as the user would write them.
#[derive(Default)]
pub(crate) struct DiskSources {
    map: SourceMap,
    paths: Vec<PathBuf>,
    known: HashMap<PathBuf, FileId>,
    /// Where imports begin, in order.
    roots: Vec<PathBuf>,
    /// The contents of files that are no text.
    bytes: HashMap<FileId, Vec<u8>>,
    /// Copies of what lies elsewhere, by address; one that ends in `/` is a folder.
    resources: Vec<(String, PathBuf)>,
}

impl DiskSources {
    /// Sources whose imports begin at these folders.
    pub(crate) fn with_roots(roots: &[PathBuf]) -> Result<Self, Failure> {
        if let Some(missing) = roots.iter().find(|root| !root.is_dir()) {
            let message = format!("--import {}: there is no such folder", missing.display());
            return Err(Failure::environment(message));
        }
        Ok(DiskSources { roots: roots.to_vec(), ..DiskSources::default() })
    }

    /// Reads a file, or finds it again.
    pub(crate) fn open(&mut self, path: &Path) -> Result<FileId, Missing> {
        let key = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        if let Some(file) = self.known.get(&key) {
            return Ok(*file);
        }
        let path = plain(path);
        let bytes = read_bytes(&path)?;
        let file = self.add(&shown(&path), &path, bytes)?;
        self.known.insert(key, file);
        Ok(file)
    }

    /// Names the copy of what an address means, a file or, for one that ends in `/`, a folder.
    pub(crate) fn give(&mut self, uri: &str, path: &Path) -> Result<(), Missing> {
        let metadata = std::fs::metadata(path).map_err(|error| Missing { reason: reason(&error) })?;
        let uri = uri.trim_end_matches('#');
        if metadata.is_dir() != uri.ends_with('/') {
            let what = if metadata.is_dir() {
                "is a folder, and the URI has no `/` at its end"
            } else {
                "is no folder"
            };
            return Err(Missing { reason: what.into() });
        }
        self.resources.push((uri.to_string(), path.to_path_buf()));
        Ok(())
    }

    /// Takes the text of a file that is not there yet.
    pub(crate) fn give_text(&mut self, path: &Path, text: &str) {
        let file = self.map.add(shown(path), text);
        self.paths.push(path.to_path_buf());
        self.known.insert(path.to_path_buf(), file);
    }

    /// Where the copy of an address lies.
    fn copy_of(&self, uri: &str) -> Option<PathBuf> {
        let whole = self.resources.iter().find(|(known, _)| known == uri);
        let below = || {
            self.resources.iter().filter(|(known, _)| known.ends_with('/')).find_map(|(known, folder)| {
                uri.strip_prefix(known.as_str()).map(|rest| folder.join(rest.trim_start_matches('/')))
            })
        };
        whole.map(|(_, path)| path.clone()).or_else(below)
    }

    /// Takes what is no file: standard input.
    pub(crate) fn add_input(&mut self, name: &str, bytes: Vec<u8>) -> Result<FileId, Missing> {
        self.add(name, Path::new(name), bytes)
    }

    fn add(&mut self, name: &str, path: &Path, bytes: Vec<u8>) -> Result<FileId, Missing> {
        let listing = polywire_read::text_of_bytes(&bytes);
        let (text, bytes) = match listing {
            Some(listing) => (listing, Some(bytes)),
            None => (text(bytes)?, None),
        };
        let file = self.map.add(name, text);
        self.paths.push(path.to_path_buf());
        self.bytes.extend(bytes.map(|bytes| (file, bytes)));
        Ok(file)
    }
}

impl Sources for DiskSources {
    fn map(&self) -> &SourceMap {
        &self.map
    }

    fn load(&mut self, path: &str, from: FileId) -> Result<FileId, Missing> {
        if let Some(copy) = self.copy_of(path) {
            return self.open(&copy);
        }
        if path.contains("://") || path.starts_with("urn:") {
            return Err(Missing { reason: "is not at hand".into() });
        }
        let base = self.paths.get(from.0 as usize).and_then(|p| p.parent()).unwrap_or(Path::new(""));
        self.open(&base.join(path))
    }

    fn import(&mut self, path: &str) -> Option<FileId> {
        let roots = self.roots.clone();
        roots.iter().find_map(|root| self.open(&root.join(path)).ok())
    }

    fn bytes(&self, file: FileId) -> Option<&[u8]> {
        self.bytes.get(&file).map(Vec::as_slice)
    }
}

/// A path without the detours `a/../` and `./`; a symbolic link could make one matter, so only where the file is the same.
fn plain(path: &Path) -> PathBuf {
    let mut found = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir if matches!(found.components().next_back(), Some(Component::Normal(_))) => {
                found.pop();
            }
            Component::CurDir => {}
            part => found.push(part),
        }
    }
    let same = || Some(found.canonicalize().ok()? == path.canonicalize().ok()?);
    if same().unwrap_or_default() { found } else { path.to_path_buf() }
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

fn read_bytes(path: &Path) -> Result<Vec<u8>, Missing> {
    let missing = |reason: String| Missing { reason };
    let file = std::fs::File::open(path).map_err(|error| missing(reason(&error)))?;
    let mut bytes = Vec::new();
    let read =
        file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(|error| missing(reason(&error)))?;
    if read as u64 > FILE_BYTES_MAX {
        return Err(missing(format!("is larger than {} MiB", FILE_BYTES_MAX >> 20)));
    }
    Ok(bytes)
}

fn text(bytes: Vec<u8>) -> Result<String, Missing> {
    String::from_utf8(bytes).map_err(|error| Missing {
        reason: format!("is not UTF-8 text (byte {})", error.utf8_error().valid_up_to()),
    })
}

/// The system's words without its number.
pub(crate) fn reason(error: &std::io::Error) -> String {
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
