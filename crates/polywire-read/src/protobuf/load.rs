//! A file with everything that it imports, compiled by protox: own texts from [`Sources`], the rest built in.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use polywire_diag::{Diagnostic, FileId};
use prost_reflect::DescriptorPool;
use prost_types::{DescriptorProto, FileDescriptorProto};
use protox::file::{File, FileResolver, GoogleFileResolver};

use super::editions::{self, Editions};
use super::{builtin, failure, proto3, source::Places};
use crate::codes::{PROTO_CYCLE, PROTO_DEFINITION, PROTO_IMPORT, PROTO_LIMIT};
use crate::{Sources, start_of};

/// Text of one file, in bytes.
pub(super) const FILE_BYTES_MAX: usize = 16 << 20;
/// Files with all imports.
const FILES_MAX: usize = 1000;
/// Brackets inside each other.
const DEPTH_MAX: usize = 64;
/// How deep imports go.
const IMPORT_DEPTH_MAX: usize = 100;
/// Folders above the importing file that may be the root of an import.
const FOLDERS_UP_MAX: usize = 12;

/// What was compiled.
pub(super) struct Loaded {
    pub(super) pool: DescriptorPool,
    /// The name of the file that was asked for.
    pub(super) root: String,
    /// The texts by the name under which they were imported; built-in files have none.
    pub(super) files: BTreeMap<String, FileId>,
    /// Files that are of an edition, whose features decide what elsewhere the syntax does.
    pub(super) editions: Editions,
}

/// Loads, parses and checks; `None` where something is wrong, and then it was said.
pub(super) fn load(file: FileId, sources: &mut dyn Sources, diags: &mut Vec<Diagnostic>) -> Option<Loaded> {
    let root = sources.map().name(file).to_string();
    let mut loader = Loader {
        sources,
        diags,
        files: BTreeMap::from([(root.clone(), file)]),
        names: HashMap::from([(file, root.clone())]),
        editions: Editions::default(),
        done: BTreeSet::new(),
        stack: Vec::new(),
        pool: DescriptorPool::new(),
        failed: false,
        root: file,
    };
    loader.add(&root, Some(file));
    let Loader { pool, files, editions, failed, .. } = loader;
    (!failed).then_some(Loaded { pool, root, files, editions })
}

impl Loaded {
    /// The places of every file that has a text.
    pub(super) fn places(&self, sources: &dyn Sources) -> BTreeMap<String, Places> {
        let places = |name: &String, id: &FileId| {
            let descriptor = self.pool.get_file_by_name(name)?;
            let text = sources.map().text(*id);
            Some((name.clone(), Places::new(*id, text, descriptor.file_descriptor_proto())))
        };
        self.files.iter().filter_map(|(name, id)| places(name, id)).collect()
    }
}

/// What was parsed: the descriptor, and the text that its places are in.
struct Parsed {
    descriptor: FileDescriptorProto,
    text: String,
}

/// Where an import was found.
enum Found {
    File(FileId),
    BuiltIn,
}

struct Loader<'a> {
    sources: &'a mut dyn Sources,
    diags: &'a mut Vec<Diagnostic>,
    files: BTreeMap<String, FileId>,
    /// Under which name a file was added first: it may be imported under several.
    names: HashMap<FileId, String>,
    editions: Editions,
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
        let Some(mut parsed) = self.parse(name, own) else { return };
        self.stack.push(name.to_string());
        let before = self.failed;
        self.failed = false;
        for at in 0..parsed.descriptor.dependency.len() {
            let import = parsed.descriptor.dependency[at].clone();
            if let Some(name) = self.import(&import, at, own, &parsed) {
                parsed.descriptor.dependency[at] = name;
            }
        }
        self.stack.pop();
        if !self.failed {
            let names = reserved_names(&parsed.descriptor);
            let own = own.unwrap_or(self.root);
            for (name, path) in names {
                let span = Places::new(own, &parsed.text, &parsed.descriptor).span(&path);
                let message = format!("the name `{name}` is reserved in its message");
                let diagnostic = Diagnostic::error(&PROTO_DEFINITION, message);
                self.diags.push(diagnostic.at(span.unwrap_or_else(|| start_of(own)), "used here"));
                self.failed = true;
            }
            let known = declared(&parsed.descriptor);
            if let Err(error) = self.pool.add_file_descriptor_proto(parsed.descriptor) {
                let names: Vec<String> = known.into_iter().chain(self.names_of_pool()).collect();
                self.diags.extend(failure::definition(error, &parsed.text, own, &names));
                self.failed = true;
            }
        }
        self.failed |= before;
    }

    /// What types and options of other files are called.
    fn names_of_pool(&self) -> Vec<String> {
        let messages = self.pool.all_messages();
        let options = messages.filter(|message| {
            let name = message.full_name();
            name.ends_with("Options") || name.starts_with("buf.validate.")
        });
        let fields = options.flat_map(|message| message.fields().collect::<Vec<_>>());
        let fields = fields.map(|field| field.name().to_string());
        let types = self.pool.all_messages().filter(|message| !message.is_map_entry());
        let own = |name: &str| !name.starts_with("google.protobuf.") && !name.starts_with("buf.validate.");
        fields.chain(types.filter(|ty| own(ty.full_name())).map(|ty| ty.name().to_string())).collect()
    }

    /// Adds an import; returns the name under which it is known.
    fn import(&mut self, import: &str, at: usize, own: Option<FileId>, parsed: &Parsed) -> Option<String> {
        let from = own.unwrap_or(self.root);
        let span = || {
            let places = Places::new(from, &parsed.text, &parsed.descriptor);
            own.and_then(|_| places.span(&[3, at as i32])).unwrap_or_else(|| start_of(from))
        };
        let found = match self.find(import, from) {
            Ok(found) => found,
            Err(diagnostic) => {
                self.diags.push(diagnostic.at(span(), "imported here").help(
                    "imports begin at the folder of the file, one above it, or a folder named with `--import`",
                ));
                self.failed = true;
                return None;
            }
        };
        let (name, file) = match found {
            Found::File(file) => {
                (self.names.entry(file).or_insert_with(|| import.to_string()).clone(), Some(file))
            }
            Found::BuiltIn => (import.to_string(), None),
        };
        if let Some(at) = self.stack.iter().position(|open| *open == name) {
            let cycle: Vec<&str> = self.stack[at..].iter().chain([&name]).map(String::as_str).collect();
            let message = format!("imports in a circle: {}", cycle.join(" -> "));
            self.diags.push(Diagnostic::error(&PROTO_CYCLE, message).at(span(), "imported here"));
            self.failed = true;
            return None;
        }
        if self.done.contains(&name) {
            self.failed |= self.pool.get_file_by_name(&name).is_none();
            return Some(name);
        }
        if self.done.len() >= FILES_MAX || self.stack.len() >= IMPORT_DEPTH_MAX {
            let message =
                format!("more than {FILES_MAX} files, or imports more than {IMPORT_DEPTH_MAX} deep");
            self.diags.push(Diagnostic::error(&PROTO_LIMIT, message).at(span(), "imported here"));
            self.failed = true;
            return None;
        }
        self.files.extend(file.map(|file| (name.clone(), file)));
        self.add(&name, file);
        Some(name)
    }

    /// Looks below the import roots, then from the importing file's folder upwards and from the first file's, then among
    /// what is built in. What Protobuf itself brings always means the same.
    fn find(&mut self, import: &str, from: FileId) -> Result<Found, Diagnostic> {
        let missing = |reason: &str| {
            Diagnostic::error(&PROTO_IMPORT, format!("import `{import}` cannot be loaded: {reason}"))
        };
        if google(import).is_some() {
            return Ok(Found::BuiltIn);
        }
        if import.starts_with('/') || import.split(['/', '\\']).any(|part| part == "..") {
            return Err(missing("an import names no folder above its root"));
        }
        if let Some(file) = self.sources.import(import) {
            return Ok(Found::File(file));
        }
        let mut reason = None;
        for start in [from, self.root] {
            for up in 0..=FOLDERS_UP_MAX {
                let path = "../".repeat(up) + import;
                match self.sources.load(&path, start) {
                    Ok(file) => return Ok(Found::File(file)),
                    Err(found) => reason = reason.or(Some(found.reason)),
                }
            }
        }
        if builtin::text(import).is_some() {
            return Ok(Found::BuiltIn);
        }
        Err(missing(&reason.unwrap_or_default()))
    }

    fn parse(&mut self, name: &str, own: Option<FileId>) -> Option<Parsed> {
        let Some(file) = own else {
            let parsed = match builtin::text(name) {
                Some(text) => File::from_source(name, text).ok(),
                None => google(name),
            };
            self.failed |= parsed.is_none();
            return parsed.map(|parsed| Parsed {
                descriptor: parsed.file_descriptor_proto().clone(),
                text: String::new(),
            });
        };
        let text = self.sources.map().text(file).to_string();
        if let Some((byte, message)) = beyond_limits(&text) {
            let span = polywire_diag::Span::new(file, byte, byte);
            self.diags.push(Diagnostic::error(&PROTO_LIMIT, message).at(span, ""));
            self.failed = true;
            return None;
        }
        // What is parsed has the length of what was written, so that places are the same.
        let edition = editions::plain(&text);
        match File::from_source(name, edition.as_ref().map_or(&text, |edition| &edition.text)) {
            Ok(parsed) => {
                let mut descriptor = parsed.file_descriptor_proto().clone();
                if let Some(edition) = edition {
                    edition.restore(&mut descriptor);
                    self.editions.insert(name.to_string(), edition.year);
                }
                let places = || Places::new(file, &text, &descriptor);
                let found = proto3::check(&descriptor, places, start_of(file));
                self.failed |= !found.is_empty();
                self.diags.extend(found);
                Some(Parsed { descriptor, text })
            }
            Err(error) => {
                self.diags.extend(failure::syntax(&error, &text, file));
                self.failed = true;
                None
            }
        }
    }
}

/// What a file declares.
fn declared(file: &FileDescriptorProto) -> Vec<String> {
    let mut found: Vec<String> = file.enum_type.iter().map(|found| found.name().to_string()).collect();
    let mut waiting: Vec<&DescriptorProto> = file.message_type.iter().collect();
    while let Some(message) = waiting.pop() {
        found.push(message.name().to_string());
        found.extend(message.enum_type.iter().map(|found| found.name().to_string()));
        waiting.extend(&message.nested_type);
    }
    found
}

/// Fields with a name that their message reserves, with their places.
fn reserved_names(file: &FileDescriptorProto) -> Vec<(String, Vec<i32>)> {
    let mut found = Vec::new();
    let all = file.message_type.iter().enumerate();
    let mut waiting: Vec<(&DescriptorProto, Vec<i32>)> =
        all.map(|(at, message)| (message, vec![4, at as i32])).collect();
    while let Some((message, path)) = waiting.pop() {
        for (at, field) in message.field.iter().enumerate() {
            if message.reserved_name.iter().any(|name| name == field.name()) {
                found.push((field.name().to_string(), [&path[..], &[2, at as i32, 1]].concat()));
            }
        }
        let nested = message.nested_type.iter().enumerate();
        waiting.extend(nested.map(|(at, nested)| (nested, [&path[..], &[3, at as i32]].concat())));
    }
    found
}

/// A well-known file.
pub(super) fn google(name: &str) -> Option<File> {
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
