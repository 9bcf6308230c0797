//! Protobuf (`proto3`, and `proto2` where it says the same) as the model: <https://protobuf.dev/reference/protobuf/proto3-spec/>.
//!
//! protox reads the text and checks it; this module turns descriptors into types, operations and checks.
//! Must not know how a message lies on the wire beyond numbers and kinds.

mod builtin;
mod editions;
mod extensions;
mod failure;
mod features;
mod http;
mod literal;
mod load;
mod messages;
mod proto3;
mod rules;
mod services;
mod set;
mod source;
mod template;
mod well_known;

use std::collections::{BTreeMap, HashMap, VecDeque};

use polywire_contract::{Contract, TypeId};
use polywire_diag::{Diagnostic, FileId, Span};
use prost_reflect::MessageDescriptor;

use crate::{Reader, Sources, start_of};
use editions::Editions;
pub(crate) use set::listing;
use source::Places;
use well_known::AnyLimit;

/// Reads `.proto` files.
pub(crate) struct Protobuf;

impl Reader for Protobuf {
    fn name(&self) -> &'static str {
        "protobuf"
    }

    fn recognises(&self, name: &str, text: &str) -> bool {
        name.ends_with(".proto")
            || text.lines().map(str::trim_start).find(|l| !l.is_empty() && !l.starts_with("//")).is_some_and(
                |line| {
                    ["syntax", "package", "import", "message", "edition"].iter().any(|word| {
                        line.strip_prefix(word).is_some_and(|rest| rest.starts_with([' ', '=', '\t']))
                    }) && line.trim_end().ends_with([';', '{'])
                },
            )
    }

    fn read(
        &self,
        file: FileId,
        sources: &mut dyn Sources,
        contract: &mut Contract,
        diags: &mut Vec<Diagnostic>,
    ) {
        let set = sources.bytes(file).map(|bytes| set::load(file, bytes, diags));
        let (pool, roots, editions, places) = match set {
            Some(None) => return,
            Some(Some(set)) => (set.pool, set.roots, set.editions, set.places),
            None => {
                let Some(loaded) = load::load(file, sources, diags) else { return };
                let places = loaded.places(sources);
                (loaded.pool, vec![loaded.root], loaded.editions, places)
            }
        };
        let known = contract
            .types
            .iter()
            .enumerate()
            .filter_map(|(at, ty)| Some(((ty.span.file, ty.name.clone()?), TypeId(at as u32))))
            .collect();
        let mut lower = Lower {
            contract,
            diags,
            places,
            editions,
            anys: Vec::new(),
            known,
            ids: HashMap::new(),
            waiting: VecDeque::new(),
            fallback: start_of(file),
        };
        for root in roots.iter().filter_map(|root| pool.get_file_by_name(root)) {
            lower.file(&root);
        }
        lower.fill_anys();
    }
}

/// The state of turning one file's descriptors into the model.
struct Lower<'a> {
    contract: &'a mut Contract,
    diags: &'a mut Vec<Diagnostic>,
    /// By the name under which a file is imported.
    places: BTreeMap<String, Places>,
    editions: Editions,
    /// Uses of `Any`, which are completed when all messages are known.
    anys: Vec<(TypeId, AnyLimit)>,
    /// Types that an earlier file brought in.
    known: HashMap<(FileId, String), TypeId>,
    /// Messages and enums by full name.
    ids: HashMap<String, TypeId>,
    /// Messages whose place is taken and whose fields are still to come.
    waiting: VecDeque<(MessageDescriptor, TypeId)>,
    /// For what comes from built-in files.
    fallback: Span,
}

impl Lower<'_> {
    fn file(&mut self, file: &prost_reflect::FileDescriptor) {
        for found in file.enums() {
            self.enumeration(&found);
        }
        for message in file.messages() {
            self.message_tree(&message);
        }
        for service in file.services() {
            self.service(&service);
        }
        self.work();
    }

    /// A message and those declared inside it.
    fn message_tree(&mut self, message: &MessageDescriptor) {
        if message.is_map_entry() {
            return;
        }
        self.message(message);
        for found in message.child_enums() {
            self.enumeration(&found);
        }
        for child in message.child_messages() {
            self.message_tree(&child);
        }
        self.work();
    }

    /// Fills the messages that wait; a loop and not recursion, so that depth costs no stack.
    fn work(&mut self) {
        while let Some((message, id)) = self.waiting.pop_front() {
            self.fill(&message, id);
        }
    }

    /// Where something with a path in a file was written.
    fn span(&self, file: &str, path: &[i32]) -> Span {
        self.places.get(file).and_then(|places| places.span(path)).unwrap_or(self.fallback)
    }

    fn doc(&self, file: &str, path: &[i32]) -> String {
        self.places.get(file).map(|places| places.doc(path)).unwrap_or_default()
    }
}

/// The last part of a file's name: what stable ids begin with.
fn file_stem(name: &str) -> &str {
    name.rsplit(['/', '\\']).next().unwrap_or(name)
}
