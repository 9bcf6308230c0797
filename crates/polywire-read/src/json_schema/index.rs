//! Where every schema of the documents lies: its address, its edition, and what references lead to. Must not know what
//! keywords mean for values.

use std::collections::{HashMap, HashSet};

use polywire_contract::Draft;
use polywire_diag::{FileId, nearest};
use polywire_syntax::{Map, Node, Value, escape, percent_decoded, unescape};

use super::dialect::{self, Dialect, Step, holds, inner};
use super::documents::Documents;
use super::uri;

/// How many names are looked at for one that may have been meant.
const NEAR_MAX: usize = 1000;

/// Identifies a schema by where it lies in memory.
pub(super) type Key = *const Node;

/// A schema that is addressed by itself.
struct Resource<'a> {
    uri: String,
    root: &'a Node,
    /// The address is that of the file, so that references beside it are files.
    is_file: bool,
}

/// Where a schema lies.
pub(super) struct Place {
    resource: usize,
    pub(super) dialect: Dialect,
    /// The schema around it in the same resource, and the pointer from there.
    parent: Option<(Key, String)>,
}

/// What a reference leads to.
#[derive(Clone, Copy)]
pub(super) enum Target<'a> {
    Schema(&'a Node),
    /// A standard meta-schema, or a place in one.
    Meta,
}

/// A document that a reference names.
pub(super) struct Wanted {
    pub(super) uri: String,
    /// What to ask for, seen from a file.
    pub(super) path: String,
    pub(super) from: FileId,
}

/// A reference that leads nowhere, and why.
pub(super) struct Broken {
    pub(super) text: String,
    pub(super) remote: Option<String>,
    /// What may have been meant.
    pub(super) near: Option<String>,
}

/// The places of all schemas.
pub(super) struct Index<'a> {
    /// Why an address leads nowhere.
    missing: Option<&'a HashMap<String, String>>,
    resources: Vec<Resource<'a>>,
    by_uri: HashMap<String, usize>,
    anchors: HashMap<(usize, &'a str), &'a Node>,
    /// Of each dynamic anchor the resources that have one.
    dynamic: HashMap<&'a str, HashSet<usize>>,
    pub(super) places: HashMap<Key, Place>,
    /// Schemas in the order in which they were found.
    pub(super) order: Vec<&'a Node>,
    wanted: Vec<Wanted>,
    asked: HashSet<String>,
    /// Meta-schemas that nobody knows, with the place that names them.
    pub(super) strange: Vec<&'a Node>,
}

/// A schema that is still to be looked at.
struct Work<'a> {
    node: &'a Node,
    resource: usize,
    dialect: Dialect,
    parent: Option<(Key, String)>,
}

impl<'a> Index<'a> {
    /// The places of all schemas of documents that are schemas.
    pub(super) fn new(documents: &'a Documents) -> Self {
        let mut index = Index { missing: Some(&documents.missing), ..Index::empty() };
        for document in &documents.all {
            index.document(document.uri.clone(), &document.root);
        }
        for (alias, at) in &documents.aliases {
            index.alias(alias.clone(), *at);
        }
        for (at, document) in documents.all.iter().enumerate() {
            let dialect = Dialect::of(document.draft);
            index.walk(Work { node: &document.root, resource: at, dialect, parent: None });
        }
        index.settle();
        index
    }

    /// No places yet.
    pub(super) fn empty() -> Self {
        Index {
            missing: None,
            resources: Vec::new(),
            by_uri: HashMap::new(),
            anchors: HashMap::new(),
            dynamic: HashMap::new(),
            places: HashMap::new(),
            order: Vec::new(),
            wanted: Vec::new(),
            asked: HashSet::new(),
            strange: Vec::new(),
        }
    }

    /// Adds a document, which need not be a schema itself.
    pub(super) fn document(&mut self, uri: String, root: &'a Node) -> usize {
        let at = self.resources.len();
        let is_file = uri.starts_with("file:///");
        self.by_uri.insert(uri.clone(), at);
        self.resources.push(Resource { uri, root, is_file });
        at
    }

    /// Another address of a document.
    pub(super) fn alias(&mut self, uri: String, document: usize) {
        self.by_uri.entry(uri).or_insert(document);
    }

    /// A schema at a pointer in a document that is none itself.
    pub(super) fn schema(&mut self, document: usize, pointer: String, node: &'a Node, dialect: Dialect) {
        let parent = Some((std::ptr::from_ref(self.resources[document].root), pointer));
        self.walk(Work { node, resource: document, dialect, parent });
    }

    /// What references lead to may be no schema by its place, and have references of its own.
    pub(super) fn settle(&mut self) {
        let mut next = 0;
        while let Some(node) = self.order.get(next).copied() {
            next += 1;
            for reference in self.references(node) {
                let _ = self.follow(node, reference);
            }
        }
    }

    /// Whatever is addressed by itself, and holds schemas that were reached.
    pub(super) fn addressed(&self) -> impl Iterator<Item = (&str, &'a Node)> {
        let held: HashSet<usize> = self.places.values().map(|place| place.resource).collect();
        let names = self.by_uri.iter().filter(move |(_, at)| held.contains(at));
        names.map(|(uri, at)| (uri.as_str(), self.resources[*at].root))
    }

    /// The documents that are still to be loaded.
    pub(super) fn wanted(self) -> Vec<Wanted> {
        self.wanted
    }

    fn walk(&mut self, work: Work<'a>) {
        let mut waiting = vec![work];
        while let Some(mut work) = waiting.pop() {
            let key = std::ptr::from_ref(work.node);
            if self.places.contains_key(&key) {
                continue;
            }
            let map = work.node.as_map();
            if let Some(map) = map {
                self.identify(&mut work, map);
            }
            let (resource, dialect) = (work.resource, work.dialect);
            self.places.insert(key, Place { resource, dialect, parent: work.parent });
            self.order.push(work.node);
            let entries = map.map_or(&[][..], |map| &map.entries);
            // From the last to the first, so that the first is walked first.
            for entry in entries.iter().rev() {
                let Some((holds, _)) = holds(dialect.draft, &entry.key) else { continue };
                let inside: Vec<_> = inner(&entry.value, holds).collect();
                for (step, node) in inside.into_iter().rev() {
                    if !matches!(node.value, Value::Map(_) | Value::Bool(_)) {
                        continue;
                    }
                    let step = match step {
                        Step::Here => format!("/{}", entry.key),
                        Step::Place(at) => format!("/{}/{at}", entry.key),
                        Step::Name(name) => format!("/{}/{}", entry.key, escape(name)),
                    };
                    waiting.push(Work { node, resource, dialect, parent: Some((key, step)) });
                }
            }
        }
    }

    /// What `$schema`, `$id` and the anchors of a schema say.
    fn identify(&mut self, work: &mut Work<'a>, map: &'a Map) {
        let text = |key: &str| map.get(key).and_then(Node::as_text);
        let id_key = if work.dialect.draft == Draft::Draft4 { "id" } else { "$id" };
        let mut id = text(id_key);
        if work.parent.is_none() || id.is_some() {
            if let Some(node) = map.get("$schema") {
                self.dialect(work, node);
            }
            id = id.or_else(|| text("id").filter(|_| work.dialect.draft == Draft::Draft4));
        }
        if work.dialect.lonely_ref() && text("$ref").is_some() {
            id = None;
        }
        if let Some(id) = id {
            let (own, name) = uri::fragment(id);
            if !own.is_empty() {
                let base = &self.resources[work.resource];
                let absolute = uri::resolve(&base.uri, own);
                let is_file = base.is_file && !uri::is_absolute(own);
                let at = self.resources.len();
                self.by_uri.entry(absolute.clone()).or_insert(at);
                self.resources.push(Resource { uri: absolute, root: work.node, is_file });
                work.resource = at;
                work.parent = None;
            }
            if !name.is_empty() && work.dialect.draft <= Draft::Draft7 {
                self.anchors.insert((work.resource, name), work.node);
            }
        }
        for key in ["$anchor", "$dynamicAnchor"] {
            if let Some(name) = text(key).filter(|_| work.dialect.draft > Draft::Draft7) {
                self.anchors.insert((work.resource, name), work.node);
                if key == "$dynamicAnchor" {
                    self.dynamic.entry(name).or_default().insert(work.resource);
                }
            }
        }
    }

    fn dialect(&mut self, work: &mut Work<'a>, node: &'a Node) {
        let Some(name) = node.as_text() else { return };
        if let Some(draft) = dialect::standard(name) {
            work.dialect = Dialect::of(draft);
            return;
        }
        let name = name.trim_end_matches('#');
        match self.by_uri.get(name).and_then(|at| self.resources[*at].root.as_map()) {
            Some(meta) => work.dialect = dialect::custom(meta),
            None if self.missing(name).is_some() || !uri::is_absolute(name) => self.strange.push(node),
            None => self.want(name.to_string(), name.to_string(), node.span.file),
        }
    }

    fn missing(&self, uri: &str) -> Option<&'a String> {
        self.missing?.get(uri)
    }

    fn want(&mut self, uri: String, path: String, from: FileId) {
        if self.asked.insert(uri.clone()) {
            self.wanted.push(Wanted { uri, path, from });
        }
    }

    /// The references that a schema makes.
    pub(super) fn references(&self, node: &'a Node) -> Vec<&'a Node> {
        let (Some(map), Some(place)) = (node.as_map(), self.places.get(&std::ptr::from_ref(node))) else {
            return Vec::new();
        };
        let keys: &[&str] = match place.dialect.draft {
            Draft::Draft202012 => &["$ref", "$dynamicRef"],
            _ => &["$ref"],
        };
        keys.iter().filter_map(|key| map.get(key)).filter(|node| node.as_text().is_some()).collect()
    }

    /// What a reference of a schema leads to; `None` where its document is still to be loaded.
    pub(super) fn follow(
        &mut self,
        schema: &'a Node,
        reference: &'a Node,
    ) -> Option<Result<Target<'a>, Broken>> {
        let text = reference.as_text()?;
        let place = self.places.get(&std::ptr::from_ref(schema))?;
        let dialect = place.dialect;
        let base = &self.resources[place.resource];
        let (own, name) = uri::fragment(text);
        let absolute = uri::resolve(&base.uri, own);
        let at = if own.is_empty() { Some(place.resource) } else { self.by_uri.get(&absolute).copied() };
        let Some(at) = at else {
            if dialect::is_meta(&absolute) {
                return Some(Ok(Target::Meta));
            }
            if let Some(reason) = self.missing(&absolute) {
                let is_file = absolute.starts_with("file:///");
                let remote = (!is_file).then(|| absolute.clone());
                return Some(Err(Broken { text: reason.clone(), remote, near: None }));
            }
            let path =
                if base.is_file && !uri::is_absolute(own) { own.to_string() } else { absolute.clone() };
            self.want(absolute, path, reference.span.file);
            return None;
        };
        Some(self.within(at, name, dialect))
    }

    fn within(&mut self, at: usize, name: &str, dialect: Dialect) -> Result<Target<'a>, Broken> {
        let root = self.resources[at].root;
        let at = self.places.get(&std::ptr::from_ref(root)).map_or(at, |place| place.resource);
        let name = percent_decoded(name);
        let broken =
            |text: String, near: Option<&str>| Broken { text, remote: None, near: near.map(String::from) };
        if name.is_empty() {
            return Ok(Target::Schema(root));
        }
        if !name.starts_with('/') {
            let found = self.anchors.get(&(at, name.as_str())).copied();
            return found.map(Target::Schema).ok_or_else(|| {
                let mut known: Vec<&str> = self
                    .anchors
                    .keys()
                    .filter(|(resource, _)| *resource == at)
                    .map(|(_, name)| *name)
                    .collect();
                known.sort_unstable();
                broken(format!("there is no anchor `{name}`"), nearest(&name, known))
            });
        }
        // The nearest schema on the way says where a place that is none by itself belongs.
        let (mut node, mut near, mut since) = (root, root, String::new());
        for step in name.split('/').skip(1) {
            let plain = unescape(step);
            node = node.step(&plain).ok_or_else(|| {
                let keys = node.as_map().map_or(&[][..], |map| &map.entries).iter().take(NEAR_MAX);
                let near = nearest(&plain, keys.map(|entry| entry.key.as_str()));
                broken(format!("there is no `{plain}` on its way"), near)
            })?;
            since.push('/');
            since.push_str(step);
            if self.places.contains_key(&std::ptr::from_ref(node)) {
                (near, since) = (node, String::new());
            }
        }
        if !since.is_empty() {
            let place = self.places.get(&std::ptr::from_ref(near));
            let (resource, dialect) = place.map_or((at, dialect), |place| (place.resource, place.dialect));
            self.walk(Work { node, resource, dialect, parent: Some((std::ptr::from_ref(near), since)) });
        }
        Ok(Target::Schema(node))
    }

    /// Whether what a `$dynamicRef` means depends on the way to it.
    pub(super) fn is_dynamic(&self, reference: &Node, target: &'a Node) -> bool {
        let name = reference.as_text().map_or("", |text| uri::fragment(text).1);
        let own = target.as_map().and_then(|map| map.get("$dynamicAnchor")).and_then(Node::as_text);
        own == Some(name) && self.dynamic.get(name).is_some_and(|resources| resources.len() > 1)
    }

    /// The schema around a schema.
    pub(super) fn parent(&self, node: &Node) -> Option<Key> {
        Some(self.places.get(&std::ptr::from_ref(node))?.parent.as_ref()?.0)
    }

    /// The edition of a schema.
    pub(super) fn draft(&self, node: &Node) -> Option<Draft> {
        self.places.get(&std::ptr::from_ref(node)).map(|place| place.dialect.draft)
    }

    /// The absolute address of a schema.
    pub(super) fn address(&self, node: &Node) -> String {
        let mut steps: Vec<&str> = Vec::new();
        let mut key = std::ptr::from_ref(node);
        let mut resource = 0;
        while let Some(place) = self.places.get(&key) {
            resource = place.resource;
            let Some((parent, step)) = &place.parent else { break };
            steps.push(step);
            key = *parent;
        }
        let pointer: String = steps.into_iter().rev().collect();
        let uri = &self.resources[resource].uri;
        if pointer.is_empty() {
            uri.clone()
        } else {
            format!("{uri}#{}", uri::encoded(&pointer, uri::FRAGMENT))
        }
    }

    /// The absolute address that a reference names.
    pub(super) fn named(&self, schema: &Node, reference: &str) -> String {
        let base = self.places.get(&std::ptr::from_ref(schema)).map_or(0, |place| place.resource);
        let (own, name) = uri::fragment(reference);
        let uri = uri::resolve(&self.resources[base].uri, own);
        if name.is_empty() { uri } else { format!("{uri}#{name}") }
    }
}
