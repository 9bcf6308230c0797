//! A `FileDescriptorSet` as `protoc --descriptor_set_out` and `buf build` write it:
//! <https://github.com/protocolbuffers/protobuf/blob/main/src/google/protobuf/descriptor.proto>.
//!
//! It is no text, so places are shown in a listing of what it holds: a line for each thing that has a name.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use polywire_diag::{Diagnostic, FileId, Span};
use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage, Value};
use prost_types::{DescriptorProto, EnumDescriptorProto, FileDescriptorProto, FileDescriptorSet};

use super::editions::Editions;
use super::load::google;
use super::source::Places;
use super::{builtin, failure};
use crate::codes::{PROTO_DEFINITION, PROTO_IMPORT, PROTO_LIMIT, PROTO_SET};
use crate::start_of;

/// A whole set, in bytes.
const SET_BYTES_MAX: usize = 64 << 20;
/// Files in a set.
const FILES_MAX: usize = 10_000;
/// Folders whose files others use; they are read for their own sake only where nothing else is there.
const LIBRARIES: [&str; 6] = [
    "google/protobuf/",
    "google/api/",
    "google/rpc/",
    "google/type/",
    "google/longrunning/",
    "buf/validate/",
];

/// What was in a set.
pub(super) struct Set {
    pub(super) pool: DescriptorPool,
    pub(super) editions: Editions,
    /// The files whose services and messages are meant.
    pub(super) roots: Vec<String>,
    pub(super) places: BTreeMap<String, Places>,
}

/// Reads a set; `None` where something is wrong, and then it was said.
pub(super) fn load(file: FileId, bytes: &[u8], diags: &mut Vec<Diagnostic>) -> Option<Set> {
    let refuse = |diags: &mut Vec<Diagnostic>, diagnostic: Diagnostic| {
        diags.push(diagnostic.at(start_of(file), "in this set"));
        None
    };
    if bytes.len() > SET_BYTES_MAX {
        let message = format!("larger than {} MiB", SET_BYTES_MAX >> 20);
        return refuse(diags, Diagnostic::error(&PROTO_LIMIT, message));
    }
    let (files, set) = match (raw_files(bytes), FileDescriptorSet::decode(bytes)) {
        (Some(files), Ok(set)) if files.len() == set.file.len() => (files, set),
        (_, Err(_)) | (None, _) | (Some(_), Ok(_)) => {
            return refuse(diags, Diagnostic::error(&PROTO_SET, "a descriptor in this set is damaged"));
        }
    };
    if files.len() > FILES_MAX {
        return refuse(diags, Diagnostic::error(&PROTO_LIMIT, format!("more than {FILES_MAX} files")));
    }
    let (_, lines) = list(&set);
    let places: BTreeMap<String, Places> = set
        .file
        .iter()
        .zip(lines)
        .map(|(descriptor, lines)| (descriptor.name().to_string(), Places::of_set(file, lines, descriptor)))
        .collect();
    let mut adding = Adding {
        pool: DescriptorPool::new(),
        editions: Editions::new(),
        by_name: set
            .file
            .iter()
            .enumerate()
            .rev()
            .map(|(at, found)| (found.name().to_string(), at))
            .collect(),
        files: &files,
        set: &set,
        places: &places,
        diags,
        fallback: start_of(file),
    };
    let sound = adding.all();
    let Adding { pool, editions, .. } = adding;
    let roots = roots(&set, &files);
    sound.then_some(Set { pool, editions, roots, places })
}

/// The files that are meant: not those that buf marks as imports, nor what everybody imports.
fn roots(set: &FileDescriptorSet, files: &[&[u8]]) -> Vec<String> {
    let names = set.file.iter().map(|file| file.name().to_string());
    let own: Vec<String> =
        names.clone().zip(files).filter(|(_, bytes)| !is_import(bytes)).map(|(name, _)| name).collect();
    let library = |name: &String| LIBRARIES.iter().any(|folder| name.starts_with(folder));
    let (libraries, own): (Vec<_>, Vec<_>) = own.into_iter().partition(library);
    if own.is_empty() { libraries } else { own }
}

/// Adds files after what they import.
struct Adding<'a> {
    pool: DescriptorPool,
    editions: Editions,
    by_name: HashMap<String, usize>,
    files: &'a [&'a [u8]],
    set: &'a FileDescriptorSet,
    places: &'a BTreeMap<String, Places>,
    diags: &'a mut Vec<Diagnostic>,
    fallback: Span,
}

impl Adding<'_> {
    fn all(&mut self) -> bool {
        let mut sound = true;
        let mut begun = BTreeSet::new();
        for at in 0..self.set.file.len() {
            // A stack and not recursion: a chain of imports may be as long as the set.
            let mut stack = vec![at];
            while let Some(at) = stack.last().copied() {
                let descriptor = &self.set.file[at];
                if self.pool.get_file_by_name(descriptor.name()).is_some() {
                    stack.pop();
                    continue;
                }
                let first = begun.insert(at);
                let waiting: Vec<usize> = descriptor
                    .dependency
                    .iter()
                    .filter(|name| self.pool.get_file_by_name(name).is_none())
                    .filter_map(|name| self.by_name.get(name).copied())
                    .filter(|at| !begun.contains(at))
                    .collect();
                if first && !waiting.is_empty() {
                    stack.extend(waiting);
                    continue;
                }
                stack.pop();
                if !self.add(at) {
                    sound = false;
                }
            }
            if !sound {
                return false;
            }
        }
        sound
    }

    fn add(&mut self, at: usize) -> bool {
        let descriptor = &self.set.file[at];
        for (place, import) in descriptor.dependency.iter().enumerate() {
            if self.pool.get_file_by_name(import).is_some() || self.add_builtin(import) {
                continue;
            }
            let message = format!("import `{import}` of `{}` is not in the set", descriptor.name());
            self.diags.push(
                Diagnostic::error(&PROTO_IMPORT, message)
                    .at(self.span(descriptor.name(), &[3, place as i32]), "imported here")
                    .help("make the set with its imports: `protoc --include_imports`, or `buf build`"),
            );
            return false;
        }
        if let Err(reason) = sound(descriptor) {
            let span = self.span(descriptor.name(), &[]);
            self.diags.push(Diagnostic::error(&PROTO_SET, reason).at(span, "in this file"));
            return false;
        }
        let Some(bytes) = self.as_proto2(at) else { return false };
        if let Err(error) = self.pool.decode_file_descriptor_proto(&bytes[..]) {
            let first = failure::definition(error, "", self.fallback.file, &[]).into_iter().next();
            let message = first.map_or_else(String::new, |first| first.message);
            let span = self.span(descriptor.name(), &[]);
            self.diags.push(Diagnostic::error(&PROTO_DEFINITION, message).at(span, "in this file"));
            return false;
        }
        true
    }

    /// A file of an edition as the pool takes it; what the edition says of it is kept beside.
    fn as_proto2(&mut self, at: usize) -> Option<Vec<u8>> {
        let descriptor = &self.set.file[at];
        if descriptor.syntax() != "editions" {
            return Some(self.files[at].to_vec());
        }
        let kind = self.file_kind()?;
        let mut file = DynamicMessage::decode(kind, self.files[at]).ok()?;
        let edition = file.get_field_by_name("edition").and_then(|value| value.as_enum_number());
        let year = match edition {
            Some(1000) => 2023,
            Some(1001) => 2024,
            other => {
                let message = format!("edition {} is not known", other.unwrap_or_default());
                let span = self.span(descriptor.name(), &[]);
                let help = "the editions 2023 and 2024 can be read";
                self.diags.push(Diagnostic::error(&PROTO_SET, message).at(span, "in this file").help(help));
                return None;
            }
        };
        self.editions.insert(descriptor.name().to_string(), year);
        file.set_field_by_name("syntax", Value::String("proto2".into()));
        file.clear_field_by_name("edition");
        Some(file.encode_to_vec())
    }

    fn file_kind(&self) -> Option<prost_reflect::MessageDescriptor> {
        let known = DescriptorPool::global();
        known.get_message_by_name("google.protobuf.FileDescriptorProto")
    }

    fn add_builtin(&mut self, name: &str) -> bool {
        let file = match builtin::text(name) {
            Some(text) => protox::file::File::from_source(name, text).ok(),
            None => google(name),
        };
        let Some(file) = file else { return false };
        let descriptor = file.file_descriptor_proto().clone();
        let found = descriptor.dependency.iter().all(|import| {
            self.pool.get_file_by_name(import).is_some()
                || google(import).is_some_and(|file| {
                    self.pool.add_file_descriptor_proto(file.file_descriptor_proto().clone()).is_ok()
                })
        });
        found && self.pool.add_file_descriptor_proto(descriptor).is_ok()
    }

    fn span(&self, file: &str, path: &[i32]) -> Span {
        self.places.get(file).and_then(|places| places.span(path)).unwrap_or(self.fallback)
    }
}

/// What the library takes for granted of descriptors that a compiler wrote.
fn sound(file: &FileDescriptorProto) -> Result<(), String> {
    if !["", "proto2", "proto3", "editions"].contains(&file.syntax()) {
        return Err(format!("the syntax `{}` is not known", file.syntax()));
    }
    let mut waiting: Vec<&DescriptorProto> = file.message_type.iter().collect();
    while let Some(message) = waiting.pop() {
        let is_entry = message.options.as_ref().is_some_and(|options| options.map_entry());
        let numbers: Vec<i32> = message.field.iter().map(|field| field.number()).collect();
        if is_entry && numbers != [1, 2] {
            return Err(format!("`{}` is no entry of a map", message.name()));
        }
        let oneofs = message.oneof_decl.len() as i32;
        let stray = |field: &&prost_types::FieldDescriptorProto| {
            field.oneof_index.is_some_and(|at| !(0..oneofs).contains(&at))
        };
        if let Some(field) = message.field.iter().find(stray) {
            return Err(format!("`{}` is in no oneof of its message", field.name()));
        }
        waiting.extend(&message.nested_type);
    }
    Ok(())
}

/// The bytes of each file; `None` where the bytes are no set.
fn raw_files(bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let (mut files, mut rest) = (Vec::new(), bytes);
    while !rest.is_empty() {
        let found = field(rest)?;
        if found.number == 1 {
            files.push(found.value?);
        }
        rest = found.rest;
    }
    (!files.is_empty()).then_some(files)
}

/// buf's mark of a file that others import: `buf_extension = 8042 { is_import = 1 }`.
fn is_import(file: &[u8]) -> bool {
    let mut rest = file;
    while let Some(found) = field(rest) {
        if found.number == 8042 {
            return found.value.is_some_and(|extension| extension.starts_with(&[0x08, 0x01]));
        }
        rest = found.rest;
    }
    false
}

/// A field of a message.
struct Raw<'a> {
    number: u64,
    /// Its bytes, where it has a length.
    value: Option<&'a [u8]>,
    /// What follows.
    rest: &'a [u8],
}

fn field(bytes: &[u8]) -> Option<Raw<'_>> {
    let (tag, rest) = varint(bytes)?;
    let (value, rest) = match tag & 7 {
        0 => (None, varint(rest)?.1),
        1 => (None, rest.get(8..)?),
        2 => {
            let (length, rest) = varint(rest)?;
            let (value, rest) = rest.split_at_checked(usize::try_from(length).ok()?)?;
            (Some(value), rest)
        }
        5 => (None, rest.get(4..)?),
        _ => return None,
    };
    (tag >> 3 > 0).then_some(Raw { number: tag >> 3, value, rest })
}

fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0;
    for (at, byte) in bytes.iter().enumerate().take(10) {
        value |= u64::from(byte & 127) << (7 * at);
        if *byte < 128 {
            return Some((value, &bytes[at + 1..]));
        }
    }
    None
}

/// A listing of a set, empty where it is damaged; `None` where the bytes are none.
pub(crate) fn listing(bytes: &[u8]) -> Option<String> {
    fn first(bytes: &[u8]) -> Option<(u64, &[u8])> {
        bytes.strip_prefix(&[0x0a]).and_then(varint)
    }
    // A set begins with a file, and a file with its name; what follows may be cut off.
    let (length, rest) = first(bytes)?;
    let (name, rest) = first(rest).filter(|(name, _)| *name < length)?;
    let name = rest.get(..usize::try_from(name).ok()?)?;
    let named = std::str::from_utf8(name).is_ok_and(|name| !name.is_empty() && !name.contains('\n'));
    let sound = raw_files(bytes).is_some() && named;
    if !sound && (!named || !name.ends_with(b".proto")) {
        return None;
    }
    Some(FileDescriptorSet::decode(bytes).map(|set| list(&set).0).unwrap_or_default())
}

/// The lines of one file by path.
pub(super) type Lines = HashMap<Vec<i32>, (usize, usize)>;

/// Writes the listing.
fn list(set: &FileDescriptorSet) -> (String, Vec<Lines>) {
    let mut listing = Listing { text: String::new(), lines: Lines::new() };
    let mut all = Vec::new();
    for file in &set.file {
        listing.line(&[], &format!("{}:", file.name()));
        for (at, import) in file.dependency.iter().enumerate() {
            listing.line(&[3, at as i32], &format!("  import {import}"));
        }
        let package = if file.package().is_empty() { String::new() } else { format!("{}.", file.package()) };
        for (at, found) in file.enum_type.iter().enumerate() {
            listing.enumeration(&[5, at as i32], &package, found);
        }
        for (at, message) in file.message_type.iter().enumerate() {
            listing.message(&[4, at as i32], &package, message);
        }
        for (at, service) in file.service.iter().enumerate() {
            let name = format!("{package}{}", service.name());
            listing.line(&[6, at as i32], &format!("  service {name}"));
            for (place, method) in service.method.iter().enumerate() {
                let line = format!("    rpc {name}.{}", method.name());
                listing.line(&[6, at as i32, 2, place as i32], &line);
            }
        }
        all.push(std::mem::take(&mut listing.lines));
    }
    (listing.text, all)
}

struct Listing {
    text: String,
    lines: Lines,
}

impl Listing {
    fn line(&mut self, path: &[i32], line: &str) {
        let shown: String = line.chars().map(|c| if c.is_control() { '?' } else { c }).collect();
        let start = self.text.len() + shown.len() - shown.trim_start().len();
        self.text.push_str(&shown);
        self.lines.insert(path.to_vec(), (start, self.text.len()));
        self.text.push('\n');
    }

    fn enumeration(&mut self, path: &[i32], scope: &str, found: &EnumDescriptorProto) {
        let name = format!("{scope}{}", found.name());
        self.line(path, &format!("  enum {name}"));
        for (at, value) in found.value.iter().enumerate() {
            let line = format!("    {name}.{} = {}", value.name(), value.number());
            self.line(&[path, &[2, at as i32]].concat(), &line);
        }
    }

    /// Messages inside of each other are as deep as the decoder lets them be.
    fn message(&mut self, path: &[i32], scope: &str, message: &DescriptorProto) {
        let name = format!("{scope}{}", message.name());
        self.line(path, &format!("  message {name}"));
        for (at, field) in message.field.iter().enumerate() {
            let line = format!("    {name}.{} = {}", field.name(), field.number());
            self.line(&[path, &[2, at as i32]].concat(), &line);
        }
        let inside = format!("{name}.");
        for (at, found) in message.enum_type.iter().enumerate() {
            self.enumeration(&[path, &[4, at as i32]].concat(), &inside, found);
        }
        for (at, nested) in message.nested_type.iter().enumerate() {
            self.message(&[path, &[3, at as i32]].concat(), &inside, nested);
        }
    }
}
