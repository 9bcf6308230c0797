//! Schemas that stand in documents of another format: some keywords of some schemas become rules beside the types that
//! the other reader makes of them. Must not know the other format.

use std::collections::{HashMap, HashSet};

use polywire_contract::{Contract, Draft, Rules, Schema, SchemaDocument, SchemaId, TypeId};
use polywire_diag::Diagnostic;
use polywire_syntax::{Entry, Map, Node, Value, escape};

use super::check;
use super::dialect::{self, Dialect};
use super::index::{Index, Key, Target};
use super::lower::Lowering;
use super::{uri, whole};

/// How schemas are written that do not say it themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    /// An edition of JSON Schema.
    Draft(Draft),
    /// That of OpenAPI 3.0.
    OpenApi30,
}

impl Language {
    /// The language that an address of a meta-schema means, where its schemas are taken apart.
    pub(crate) fn named(uri: &str) -> Option<Language> {
        dialect::standard(uri).filter(|draft| Dialect::of(*draft).is_taken_apart()).map(Language::Draft)
    }

    /// Formats are rules in all that a description says.
    fn dialect(self) -> Dialect {
        let (draft, is_openapi_30) = match self {
            Language::Draft(draft) => (draft, false),
            Language::OpenApi30 => (Draft::Draft7, true),
        };
        Dialect { asserts_format: true, is_openapi_30, ..Dialect::of(draft) }
    }
}

/// What is wanted of a schema.
pub(crate) struct Wanted<'a> {
    /// The type that it takes part in.
    pub(crate) ty: TypeId,
    /// The document's place in [`Within`].
    pub(crate) document: usize,
    /// Where it stands there.
    pub(crate) pointer: String,
    pub(crate) node: &'a Node,
    pub(crate) language: Language,
    /// The keywords that are not held elsewhere.
    pub(crate) only: Vec<&'a str>,
}

/// Documents, and what is wanted of them.
pub(crate) struct Within<'a> {
    index: Index<'a>,
    /// How many schemas have a dynamic anchor, also such as nobody has reached.
    anchors: HashMap<&'a str, usize>,
}

impl<'a> Within<'a> {
    pub(crate) fn new() -> Self {
        Within { index: Index::empty(), anchors: HashMap::new() }
    }

    /// Adds a document by the name of its file. What references find by another name than its place is a schema.
    pub(crate) fn document(&mut self, name: &str, root: &'a Node, language: Language) -> usize {
        let document = self.index.document(uri::of_file(name), root);
        let mut waiting = vec![(root, String::new())];
        while let Some((node, pointer)) = waiting.pop() {
            match &node.value {
                Value::List(items) => {
                    waiting
                        .extend(items.iter().enumerate().map(|(at, item)| (item, format!("{pointer}/{at}"))));
                }
                Value::Map(map) => {
                    let text = |key: &str| map.get(key).and_then(Node::as_text);
                    if let Some(name) = text("$dynamicAnchor") {
                        *self.anchors.entry(name).or_default() += 1;
                    }
                    let named =
                        ["$id", "$anchor", "$dynamicAnchor"].into_iter().any(|key| text(key).is_some());
                    let inner = map.entries.iter();
                    let inner =
                        inner.map(|entry| (&entry.value, format!("{pointer}/{}", escape(&entry.key))));
                    waiting.extend(inner);
                    if named && !pointer.is_empty() {
                        self.index.schema(document, pointer, node, language.dialect());
                    }
                }
                _ => {}
            }
        }
        document
    }

    /// References of one document find another by this text.
    pub(crate) fn link(&mut self, from: &str, text: &str, to: usize) {
        self.index.alias(uri::resolve(&uri::of_file(from), text), to);
    }

    /// Lowers what is wanted, and returns what depends on the way to it, which no type by itself can hold.
    pub(crate) fn lower(
        mut self,
        wanted: Vec<Wanted<'a>>,
        contract: &mut Contract,
        diags: &mut Vec<Diagnostic>,
    ) -> Vec<Wanted<'a>> {
        for one in &wanted {
            self.index.schema(one.document, one.pointer.clone(), one.node, one.language.dialect());
        }
        self.index.settle();
        // What is wrong with the schemas themselves, the other reader has said in its own words.
        let found = check::check(&mut self.index, &mut Vec::new());
        let whole = whole::weigh(&self.index, &found.unfolded, None, diags);
        let depends = self.dependent();
        let (dependent, wanted): (Vec<_>, Vec<_>) =
            wanted.into_iter().partition(|one| depends.contains(&std::ptr::from_ref(one.node)));
        let before = contract.schemas.all.len();
        let mut lowering = Lowering::new(&mut self.index, contract, found.endless, whole);
        let mut parts: Vec<(TypeId, Vec<SchemaId>)> = Vec::new();
        for one in &wanted {
            let schema = lowering.part(one.node, &one.only);
            match parts.last_mut().filter(|(ty, _)| *ty == one.ty) {
                Some((_, schemas)) => schemas.push(schema),
                None => parts.push((one.ty, vec![schema])),
            }
        }
        lowering.finish();
        for (ty, all) in parts {
            let schema = match all[..] {
                [only] => only,
                _ => contract.schemas.add(Schema::Rules(Box::new(Rules { all, ..Rules::default() }))),
            };
            contract.schemas.beside.insert(ty, schema);
        }
        if contract.schemas.all[before..].iter().any(|schema| matches!(schema, Schema::Residual(_))) {
            self.keep(contract);
        }
        dependent
    }

    /// Schemas whose meaning depends on the way to them: a `$dynamicRef` in reach may lead to several places.
    fn dependent(&mut self) -> HashSet<Key> {
        let order = self.index.order.clone();
        let mut waiting: Vec<Key> = Vec::new();
        let mut before: HashMap<Key, Vec<Key>> = HashMap::new();
        for node in order {
            let key = std::ptr::from_ref(node);
            if let Some(parent) = self.index.parent(node) {
                before.entry(key).or_default().push(parent);
            }
            for reference in self.index.references(node) {
                let Some(Ok(Target::Schema(target))) = self.index.follow(node, reference) else { continue };
                before.entry(std::ptr::from_ref(target)).or_default().push(key);
                let dynamic = node.as_map().and_then(|map| map.get("$dynamicRef"));
                if dynamic.is_some_and(|own| std::ptr::eq(own, reference))
                    && self.is_dynamic(reference, target)
                {
                    waiting.push(key);
                }
            }
        }
        let mut found = HashSet::new();
        while let Some(key) = waiting.pop() {
            if found.insert(key) {
                waiting.extend(before.get(&key).into_iter().flatten());
            }
        }
        found
    }

    /// Whether a `$dynamicRef` may lead to several places.
    fn is_dynamic(&self, reference: &Node, target: &'a Node) -> bool {
        let name = reference.as_text().map_or("", |text| uri::fragment(text).1);
        self.index.is_dynamic(reference, target) || self.anchors.get(name).is_some_and(|count| *count > 1)
    }

    /// The documents that residuals point into.
    fn keep(&mut self, contract: &mut Contract) {
        let documents = self.index.addressed();
        let mut documents: Vec<_> = documents.map(|(uri, root)| (uri.to_string(), root)).collect();
        documents.sort_by(|a, b| a.0.cmp(&b.0));
        for (uri, root) in documents {
            let draft = self.index.draft(root).unwrap_or(Draft::Draft202012);
            let root = self.copied(root);
            contract.schemas.documents.push(SchemaDocument { uri, draft, root });
        }
    }

    /// A copy in which every reference names the place that it leads to, so that nothing needs another name, and a
    /// property that only one direction has is not required: the shape knows the direction.
    fn copied(&mut self, node: &'a Node) -> Node {
        let value = match &node.value {
            Value::List(items) => Value::List(items.iter().map(|item| self.copied(item)).collect()),
            Value::Map(map) => {
                let is_schema = self.index.draft(node).is_some();
                let entries = map.entries.iter().filter(|entry| !(is_schema && entry.key == "$id"));
                let entries = entries.map(|entry| {
                    let value = match entry.key.as_str() {
                        "$ref" | "$dynamicRef" if is_schema => self.place_of(node, &entry.value),
                        "required" if is_schema => without(&entry.value, &one_way(map)),
                        _ => self.copied(&entry.value),
                    };
                    Entry { key: entry.key.clone(), key_span: entry.key_span, value }
                });
                Value::Map(Map::new(entries.collect()))
            }
            _ => return node.clone(),
        };
        Node { value, span: node.span }
    }

    /// A reference by the address of what it leads to.
    fn place_of(&mut self, schema: &'a Node, reference: &'a Node) -> Node {
        match self.index.follow(schema, reference) {
            Some(Ok(Target::Schema(target))) => {
                Node { value: Value::Text(self.index.address(target)), span: reference.span }
            }
            _ => reference.clone(),
        }
    }
}

/// A list of names without some.
fn without(list: &Node, names: &HashSet<&str>) -> Node {
    let kept = list.as_list().unwrap_or_default().iter();
    let kept = kept.filter(|name| !name.as_text().is_some_and(|name| names.contains(name)));
    Node { value: Value::List(kept.cloned().collect()), span: list.span }
}

/// The properties that are only read or only written.
fn one_way(map: &Map) -> HashSet<&str> {
    let properties = map.get("properties").and_then(Node::as_map).map_or(&[][..], |map| &map.entries);
    let marked = |entry: &&Entry| {
        let set =
            |key| entry.value.as_map().and_then(|map| map.get(key)).and_then(Node::as_bool) == Some(true);
        set("readOnly") || set("writeOnly")
    };
    properties.iter().filter(marked).map(|entry| entry.key.as_str()).collect()
}
