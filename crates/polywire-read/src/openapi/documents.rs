//! The documents that belong to one description: the file itself and every file that its references name.
//! Resolves references. Must not know what an OpenAPI object means.

use std::collections::HashMap;

use polywire_diag::{Diagnostic, FileId, nearest};
use polywire_syntax::{Limits, Map, Node, Value, escape, percent_decoded, unescape};

use super::swagger;
use crate::Sources;

/// How many files one description may consist of.
const FILES_MAX: usize = 1000;
/// How many broken references get a suggestion, and among how many names: looking for one is slow.
const SUGGESTIONS_MAX: usize = 200;
const NAMES_MAX: usize = 2000;

/// One parsed file.
pub(super) struct Document {
    pub(super) name: String,
    pub(super) root: Node,
}

/// Every file of a description, parsed; none is added later.
pub(super) struct Documents {
    files: HashMap<FileId, Document>,
    /// What a path means where it stands: the file, or why there is none.
    links: HashMap<(FileId, String), Result<FileId, String>>,
}

/// What a reference leads to.
#[derive(Clone, Copy)]
pub(super) struct Target<'a> {
    pub(super) node: &'a Node,
}

/// Why a reference leads nowhere.
#[derive(Clone)]
pub(super) struct Broken {
    pub(super) text: String,
    pub(super) help: Option<String>,
}

impl Documents {
    /// Parses a file and, transitively, the files that its references name.
    pub(super) fn load(
        file: FileId,
        sources: &mut dyn Sources,
        diags: &mut Vec<Diagnostic>,
    ) -> Option<Documents> {
        let mut documents = Documents { files: HashMap::new(), links: HashMap::new() };
        let mut waiting = vec![file];
        while let Some(file) = waiting.pop() {
            if documents.files.contains_key(&file) || documents.files.len() >= FILES_MAX {
                continue;
            }
            let name = sources.map().name(file).to_string();
            let Some(root) = polywire_syntax::parse_source(sources.map(), file, &Limits::default(), diags)
            else {
                if documents.files.is_empty() {
                    return None;
                }
                continue;
            };
            let mut paths = Vec::new();
            linked(&root, &mut paths);
            for path in paths {
                let key = (file, path);
                if documents.links.contains_key(&key) {
                    continue;
                }
                let found = sources.load(&percent_decoded(&key.1), file).map_err(|missing| missing.reason);
                waiting.extend(found.as_ref().ok());
                documents.links.insert(key, found);
            }
            let root = if swagger::is_swagger(&root) { swagger::upgraded(&root) } else { root };
            documents.files.insert(file, Document { name, root });
        }
        Some(documents)
    }

    /// Every file, in the order of their numbers.
    pub(super) fn sorted(&self) -> impl Iterator<Item = (FileId, &Document)> {
        let mut files: Vec<_> = self.files.iter().map(|(file, document)| (*file, document)).collect();
        files.sort_by_key(|(file, _)| *file);
        files.into_iter()
    }

    /// What references to files say: where they stand, how they call the file, and which it is.
    pub(super) fn links(&self) -> impl Iterator<Item = (FileId, &str, FileId)> {
        let known = self.links.iter();
        known.filter_map(|((from, path), target)| Some((*from, path.as_str(), *target.as_ref().ok()?)))
    }

    pub(super) fn document(&self, file: FileId) -> Option<&Document> {
        self.files.get(&file)
    }
}

/// Collects the files that references under a node name.
fn linked(node: &Node, paths: &mut Vec<String>) {
    let mut waiting = vec![node];
    while let Some(node) = waiting.pop() {
        match &node.value {
            Value::List(items) => waiting.extend(items),
            Value::Map(map) => {
                for entry in &map.entries {
                    match entry.value.as_text().filter(|_| entry.key == "$ref") {
                        Some(text) => {
                            paths.extend(file_part(text).filter(|path| !is_remote(path)).map(String::from))
                        }
                        None => waiting.push(&entry.value),
                    }
                }
            }
            _ => {}
        }
    }
}

fn file_part(reference: &str) -> Option<&str> {
    reference.split('#').next().filter(|path| !path.is_empty())
}

fn is_remote(path: &str) -> bool {
    path.contains("://") || path.starts_with("urn:")
}

/// Finds what references mean, once each.
pub(super) struct Resolver<'a> {
    documents: &'a Documents,
    found: HashMap<(FileId, &'a str), Result<Target<'a>, Broken>>,
    anchors: HashMap<FileId, HashMap<&'a str, &'a Node>>,
    /// How many schemas have a dynamic anchor.
    dynamic: Option<HashMap<&'a str, usize>>,
    /// Documents and schemas by the absolute URI that they say they have.
    identities: Option<HashMap<&'a str, &'a Node>>,
    suggestions: usize,
}

impl<'a> Resolver<'a> {
    pub(super) fn new(documents: &'a Documents) -> Self {
        Resolver {
            documents,
            found: HashMap::new(),
            anchors: HashMap::new(),
            dynamic: None,
            identities: None,
            suggestions: 0,
        }
    }

    /// The documents that references are looked for in.
    pub(super) fn documents(&self) -> &'a Documents {
        self.documents
    }

    /// The name of a file, as the user would write it.
    pub(super) fn name(&self, file: FileId) -> &'a str {
        self.documents.document(file).map_or("", |document| document.name.as_str())
    }

    /// Whether a `$dynamicRef` means the same on every way to it: what it names is there once.
    pub(super) fn is_static(&mut self, reference: &str) -> bool {
        let documents = self.documents;
        let dynamic = self.dynamic.get_or_insert_with(|| {
            let mut found = HashMap::new();
            for (_, document) in documents.sorted() {
                for (name, _) in named(&document.root, &["$dynamicAnchor"]) {
                    *found.entry(name).or_default() += 1;
                }
            }
            found
        });
        let name = reference.split_once('#').map_or("", |(_, name)| name);
        dynamic.get(name).is_none_or(|count| *count == 1)
    }

    /// Follows one reference that stands in a file.
    pub(super) fn resolve(&mut self, file: FileId, reference: &'a str) -> Result<Target<'a>, Broken> {
        if let Some(known) = self.found.get(&(file, reference)) {
            return known.clone();
        }
        let found = self.look(file, reference);
        self.found.insert((file, reference), found.clone());
        found
    }

    fn look(&mut self, file: FileId, reference: &'a str) -> Result<Target<'a>, Broken> {
        let (path, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let target = if path.is_empty() {
            file
        } else if let Some(node) = self.identity(path) {
            return match fragment.is_empty() || fragment.starts_with('/') {
                true => self.point(node, fragment),
                false => self.anchor(node.span.file, node, fragment),
            };
        } else if is_remote(path) {
            let help = "keep a copy beside this file and refer to that: nothing is ever fetched".to_string();
            return Err(Broken { text: "is on another machine".to_string(), help: Some(help) });
        } else {
            match self.documents.links.get(&(file, path.to_string())) {
                Some(Ok(target)) => *target,
                Some(Err(reason)) => return Err(broken(reason.clone())),
                None => return Err(broken("cannot be loaded".to_string())),
            }
        };
        let Some(document) = self.documents.document(target) else {
            return Err(broken("is in a file that could not be read".to_string()));
        };
        if !fragment.is_empty() && !fragment.starts_with('/') {
            return self.anchor(target, &document.root, fragment);
        }
        self.point(&document.root, fragment)
    }

    /// The document or schema that calls itself by a URI (`$self`, `$id`).
    fn identity(&mut self, uri: &str) -> Option<&'a Node> {
        if !is_remote(uri) {
            return None;
        }
        let documents = self.documents;
        let identities = self.identities.get_or_insert_with(|| {
            let mut files: Vec<&'a FileId> = documents.files.keys().collect();
            files.sort();
            files.into_iter().flat_map(|file| identities(&documents.files[file].root)).collect()
        });
        identities.get(uri).copied()
    }

    fn point(&mut self, root: &'a Node, fragment: &'a str) -> Result<Target<'a>, Broken> {
        let mut node = root;
        let mut walked = String::from("#");
        for step in fragment.split('/').skip(1) {
            let step = unescape(&percent_decoded(step));
            let Some(next) = node.step(&step) else {
                let near = node.as_map().and_then(|map| self.near(&step, map));
                let help = near.map(|near| format!("did you mean `{walked}/{}`?", escape(near)));
                return Err(Broken { text: format!("there is no `{step}` in `{walked}`"), help });
            };
            walked.push('/');
            walked.push_str(&escape(&step));
            node = next;
        }
        Ok(Target { node })
    }

    /// The member that a misspelt name most likely means.
    fn near(&mut self, name: &str, map: &'a Map) -> Option<&'a str> {
        self.suggestions += 1;
        let short =
            name.len() <= 100 && map.entries.len() <= NAMES_MAX && self.suggestions <= SUGGESTIONS_MAX;
        let names = map.entries.iter().map(|entry| entry.key.as_str()).filter(|key| key.len() <= 100);
        if short { nearest(name, names) } else { None }
    }

    fn anchor(&mut self, file: FileId, root: &'a Node, name: &str) -> Result<Target<'a>, Broken> {
        let named = || named(root, &["$anchor", "$dynamicAnchor"]).into_iter().collect();
        let anchors = self.anchors.entry(file).or_insert_with(named);
        match anchors.get(name) {
            Some(node) => Ok(Target { node }),
            None => Err(broken(format!("there is no `$anchor: {name}`"))),
        }
    }
}

fn broken(text: String) -> Broken {
    Broken { text, help: None }
}

/// What has one of some keywords as its name.
fn named<'a>(root: &'a Node, keys: &[&str]) -> Vec<(&'a str, &'a Node)> {
    let mut found = Vec::new();
    let mut waiting = vec![root];
    while let Some(node) = waiting.pop() {
        match &node.value {
            Value::List(items) => waiting.extend(items),
            Value::Map(map) => {
                for entry in &map.entries {
                    if let Some(name) = entry.value.as_text().filter(|_| keys.contains(&entry.key.as_str())) {
                        found.push((name, node));
                    }
                    waiting.push(&entry.value);
                }
            }
            _ => {}
        }
    }
    found
}

/// What says under which absolute URI it is found.
fn identities(root: &Node) -> Vec<(&str, &Node)> {
    let mut found = Vec::new();
    let mut waiting = vec![root];
    while let Some(node) = waiting.pop() {
        match &node.value {
            Value::List(items) => waiting.extend(items),
            Value::Map(map) => {
                for entry in &map.entries {
                    let own = matches!(entry.key.as_str(), "$id" | "$self");
                    match entry.value.as_text().filter(|text| own && is_remote(text)) {
                        Some(uri) => found.push((uri.trim_end_matches('#'), node)),
                        None => waiting.push(&entry.value),
                    }
                }
            }
            _ => {}
        }
    }
    found
}
