//! A file with everything that it imports, compiled by protox: own texts from [`Sources`], the rest built in.

use std::collections::{BTreeMap, BTreeSet};

use polywire_diag::{Diagnostic, FileId};
use prost_reflect::DescriptorPool;
use protox::file::{File, FileResolver, GoogleFileResolver};

use super::{builtin, failure, file_stem, source::Places};
use crate::codes::{PROTO_CYCLE, PROTO_IMPORT, PROTO_LIMIT};
use crate::{Sources, start_of};

/// Text of one file, in bytes.
const FILE_BYTES_MAX: usize = 16 << 20;
/// Files with all imports.
const FILES_MAX: usize = 1000;
/// Brackets inside each other.
const DEPTH_MAX: usize = 64;
/// How deep imports go.
const IMPORT_DEPTH_MAX: usize = 100;
/// Folders above the importing file that may be the root of an import.
const FOLDERS_UP_MAX: usize = 6;

/// What was compiled.
pub(super) struct Loaded {
    pub(super) pool: DescriptorPool,
    /// The name of the file that was asked for.
    pub(super) root: String,
    /// The texts by the name under which they were imported; built-in files have none.
    pub(super) files: BTreeMap<String, FileId>,
}

/// Loads, parses and checks; `None` where something is wrong, and then it was said.
pub(super) fn load(file: FileId, sources: &mut dyn Sources, diags: &mut Vec<Diagnostic>) -> Option<Loaded> {
    let root = file_stem(sources.map().name(file)).to_string();
    let mut loader = Loader {
        sources,
        diags,
        files: BTreeMap::from([(root.clone(), file)]),
        done: BTreeSet::new(),
        stack: Vec::new(),
        pool: DescriptorPool::new(),
        failed: false,
        root: file,
    };
    loader.add(&root, Some(file));
    (!loader.failed).then_some(Loaded { pool: loader.pool, root, files: loader.files })
}

struct Loader<'a> {
    sources: &'a mut dyn Sources,
    diags: &'a mut Vec<Diagnostic>,
    files: BTreeMap<String, FileId>,
    done: BTreeSet<String>,
    stack: Vec<String>,
    pool: DescriptorPool,
    failed: bool,
    root: FileId,
}

impl Loader<'_> {
    /// Adds a file after everything that it imports.
    fn add(&mut self, name: &str, own: Option<FileId>) {
        if !self.done.insert(name.to_string()) {
            return;
        }
        let Some(parsed) = self.parse(name, own) else { return };
        self.stack.push(name.to_string());
        let before = self.failed;
        self.failed = false;
        for (at, import) in parsed.file_descriptor_proto().dependency.iter().enumerate() {
            self.import(import, at, own, &parsed);
        }
        self.stack.pop();
        if !self.failed
            && let Err(error) = self.pool.add_file_descriptor_proto(parsed.file_descriptor_proto().clone())
        {
            let text = parsed.source().unwrap_or_default();
            self.diags.extend(failure::definition(error, text, own.unwrap_or(self.root)));
            self.failed = true;
        }
        self.failed |= before;
    }

    fn import(&mut self, import: &str, at: usize, own: Option<FileId>, parsed: &File) {
        let root = self.root;
        let span = || {
            let text = parsed.source().unwrap_or_default();
            own.and_then(|file| Places::new(file, text, parsed.file_descriptor_proto()).span(&[3, at as i32]))
                .unwrap_or_else(|| start_of(own.unwrap_or(root)))
        };
        if self.stack.iter().any(|name| name == import) {
            let cycle = self
                .stack
                .iter()
                .skip_while(|n| *n != import)
                .chain([&import.to_string()])
                .cloned()
                .collect::<Vec<_>>();
            let message = format!("imports in a circle: {}", cycle.join(" -> "));
            self.diags.push(Diagnostic::error(&PROTO_CYCLE, message).at(span(), "imported here"));
            self.failed = true;
            return;
        }
        if self.done.contains(import) {
            self.failed |= self.pool.get_file_by_name(import).is_none();
            return;
        }
        if self.done.len() >= FILES_MAX || self.stack.len() >= IMPORT_DEPTH_MAX {
            let message =
                format!("more than {FILES_MAX} files, or imports more than {IMPORT_DEPTH_MAX} deep");
            self.diags.push(Diagnostic::error(&PROTO_LIMIT, message).at(span(), "imported here"));
            self.failed = true;
            return;
        }
        if builtin::text(import).is_some() || google(import).is_some() {
            return self.add(import, None);
        }
        match self.find(import, own.unwrap_or(self.root)) {
            Ok(file) => {
                self.files.insert(import.to_string(), file);
                self.add(import, Some(file));
            }
            Err(reason) => {
                let message = format!("import `{import}` cannot be loaded: {reason}");
                self.diags.push(Diagnostic::error(&PROTO_IMPORT, message).at(span(), "imported here"));
                self.failed = true;
            }
        }
    }

    /// Looks from the importing file's folder upwards, then from the first file's.
    fn find(&mut self, import: &str, from: FileId) -> Result<FileId, String> {
        if import.starts_with('/') || import.split(['/', '\\']).any(|part| part == "..") {
            return Err("an import names no folder above its root".into());
        }
        let mut reason = None;
        for start in [from, self.root] {
            for up in 0..=FOLDERS_UP_MAX {
                let path = "../".repeat(up) + import;
                match self.sources.load(&path, start) {
                    Ok(file) => return Ok(file),
                    Err(missing) => reason = reason.or(Some(missing.reason)),
                }
            }
        }
        Err(reason.unwrap_or_default())
    }

    fn parse(&mut self, name: &str, own: Option<FileId>) -> Option<File> {
        let Some(file) = own else {
            let parsed = match builtin::text(name) {
                Some(text) => File::from_source(name, text).ok(),
                None => google(name),
            };
            self.failed |= parsed.is_none();
            return parsed;
        };
        let text = self.sources.map().text(file).to_string();
        if let Some((byte, message)) = beyond_limits(&text) {
            let span = polywire_diag::Span::new(file, byte, byte);
            self.diags.push(Diagnostic::error(&PROTO_LIMIT, message).at(span, ""));
            self.failed = true;
            return None;
        }
        match File::from_source(name, &text) {
            Ok(parsed) => Some(parsed),
            Err(error) => {
                self.diags.extend(failure::syntax(&error, &text, file));
                self.failed = true;
                None
            }
        }
    }
}

/// A well-known file.
fn google(name: &str) -> Option<File> {
    name.starts_with("google/protobuf/").then(|| GoogleFileResolver::new().open_file(name).ok()).flatten()
}

/// Where a text is too large or nested too deep; strings and comments do not count.
fn beyond_limits(text: &str) -> Option<(usize, String)> {
    if text.len() > FILE_BYTES_MAX {
        return Some((0, format!("larger than {} MiB", FILE_BYTES_MAX >> 20)));
    }
    let bytes = text.as_bytes();
    let (mut depth, mut at) = (0usize, 0usize);
    while at < bytes.len() {
        match bytes[at] {
            quote @ (b'"' | b'\'') => {
                at += 1;
                while at < bytes.len() && bytes[at] != quote && bytes[at] != b'\n' {
                    at += 1 + usize::from(bytes[at] == b'\\');
                }
            }
            b'/' if bytes[at..].starts_with(b"//") => at += text[at..].find('\n').unwrap_or(text.len() - at),
            b'/' if bytes[at..].starts_with(b"/*") => {
                at += text[at + 2..].find("*/").map_or(text.len() - at, |n| n + 3)
            }
            b'{' | b'[' | b'(' | b'<' => {
                depth += 1;
                if depth > DEPTH_MAX {
                    return Some((at, format!("nested more than {DEPTH_MAX} deep")));
                }
            }
            b'}' | b']' | b')' | b'>' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_brackets_of_the_grammar_count_as_depth() {
        assert!(beyond_limits(&"{".repeat(64)).is_none());
        assert!(beyond_limits(&"[".repeat(65)).is_some_and(|(at, _)| at == 64));
        assert!(
            beyond_limits(&format!("// {}\n/* {} */ \"{}\"", "{".repeat(99), "<".repeat(99), "(".repeat(99)))
                .is_none()
        );
        assert!(beyond_limits("\"\\").is_none());
    }
}
