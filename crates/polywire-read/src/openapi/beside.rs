//! What schemas say that shape and checks do not hold, as rules beside the shape of their type: which keywords those are,
//! and where they stand. Must not know what the keywords mean.

use std::collections::HashMap;

use polywire_contract::{Draft, Extra, Kept, Shape, TypeId};
use polywire_diag::{Diagnostic, FileId, Span};
use polywire_syntax::{Entry, Map, Node, Value, escape};

use super::parts::{Part, implied};
use super::schema::Lowering;
use super::values::excluded;
use super::{Edition, NOT_CHECKED};
use crate::json_schema::{Language, Wanted, Within};

/// Keywords that neither shape nor checks hold, each with those that it cannot be read without.
const BESIDE: &[(&str, &[&str])] = &[
    ("not", &[]),
    ("if", &["then", "else"]),
    ("dependentRequired", &[]),
    ("dependentSchemas", &[]),
    ("contains", &["minContains", "maxContains"]),
    ("prefixItems", &["items", "unevaluatedItems"]),
    ("patternProperties", &["properties", "additionalProperties", "unevaluatedProperties"]),
    ("propertyNames", &[]),
    ("unevaluatedProperties", &["properties", "patternProperties", "additionalProperties"]),
    ("unevaluatedItems", &["prefixItems", "items"]),
];

/// Keywords of bytes that speak of the text that they are encoded as.
const ENCODED: &[&str] = &["minLength", "maxLength", "pattern"];

/// Keywords of values that are listed without being of one type.
const LISTED: &[&str] = &["enum", "const"];

/// Steps of numbers.
const STEPS: &[&str] = &["multipleOf"];

/// A keyword that nothing but rules beside the shape can hold.
pub(super) fn is_beside(key: &str) -> bool {
    let companion = matches!(key, "then" | "else" | "minContains" | "maxContains");
    companion || BESIDE.iter().any(|(name, _)| *name == key)
}

/// A schema that says more than its type holds.
pub(super) struct Beside<'a> {
    ty: TypeId,
    node: &'a Node,
    language: Language,
    keys: Vec<&'a str>,
}

impl<'a> Lowering<'_, 'a> {
    /// Notes what the parts of a type say that its shape and checks do not hold.
    pub(super) fn note_beside(&mut self, id: TypeId, parts: &[Part<'a>], shape: &Shape) {
        let mixed = is_mixed(parts);
        let before = self.beside.len();
        for part in parts {
            let Some(map) = part.map() else { continue };
            let closed = matches!(shape, Shape::Record(record) if record.extra == Extra::Closed);
            let closed = closed && self.closes(parts, part);
            let mut keys = self.unheld(map, part, closed);
            if mixed {
                let own = map.entries.iter().map(|entry| entry.key.as_str());
                keys.extend(own.filter(|key| !matches!(*key, "$ref" | "allOf" | "oneOf" | "anyOf")));
            } else {
                let last = parts.iter().rfind(|part| part.get("multipleOf").is_some());
                let unshaped: &[&str] = match shape {
                    // `binary` stands there as it is: its lengths are those of the bytes.
                    Shape::Bytes if super::shape::format(parts) == Some("binary") => &["pattern"],
                    Shape::Bytes => ENCODED,
                    Shape::Any => LISTED,
                    // A number's checks hold one step.
                    Shape::Int(_) | Shape::Float(_) if last.is_some_and(|last| last.key() != part.key()) => {
                        STEPS
                    }
                    _ => &[],
                };
                let own = map.entries.iter().map(|entry| entry.key.as_str());
                keys.extend(own.filter(|key| unshaped.contains(key)));
            }
            if keys.is_empty() {
                continue;
            }
            match self.language(part.node) {
                Some(language) => {
                    self.beside.push(Beside { ty: id, node: part.node, language, keys });
                }
                None => self.not_read(map, &keys),
            }
        }
        self.keep_beside(id, before, parts, mixed);
    }

    /// Whether `unevaluatedProperties: false` of a part means that the united properties are all: the part includes all
    /// the others, and nothing depends on the value.
    pub(super) fn closes(&mut self, parts: &[Part<'a>], part: &Part<'a>) -> bool {
        if part.get("unevaluatedProperties").and_then(Node::as_bool) != Some(false) {
            return false;
        }
        const DEPENDS: &[&str] =
            &["oneOf", "anyOf", "if", "dependentSchemas", "patternProperties", "not", "additionalProperties"];
        let says = |part: &Part, key: &str| part.map().is_some_and(|map| map.get(key).is_some());
        let depends = |one: &Part| {
            DEPENDS.iter().any(|key| says(one, key))
                || (one.key() != part.key() && says(one, "unevaluatedProperties"))
        };
        !parts.iter().any(depends)
            && self.flatten(&[part.node]).iter().map(Part::key).eq(parts.iter().map(Part::key))
    }

    /// The keywords of a part that nothing else holds.
    fn unheld(&mut self, map: &'a Map, part: &Part<'a>, closed: bool) -> Vec<&'a str> {
        let mut keys: Vec<&'a str> = Vec::new();
        for entry in &map.entries {
            let harmless = match entry.key.as_str() {
                key if part.get(key).is_none() => true,
                "unevaluatedProperties" => entry.value.as_bool() == Some(true) || closed,
                "unevaluatedItems" => entry.value.as_bool() == Some(true),
                "not" => excluded(&entry.value).is_some(),
                "if" => map.get("then").is_none() && map.get("else").is_none(),
                _ => false,
            };
            let Some((_, with)) = BESIDE.iter().find(|(name, _)| *name == entry.key).filter(|_| !harmless)
            else {
                continue;
            };
            if self.edition == Edition::V30 && entry.key != "not" {
                let message = format!("`{}` is no keyword of OpenAPI 3.0", entry.key);
                let diagnostic = Diagnostic::warning(&NOT_CHECKED, message)
                    .at(entry.key_span, "values are not held to this");
                self.say(diagnostic.help("write `openapi: 3.1.0`"));
                continue;
            }
            keys.push(&entry.key);
            let with = map.entries.iter().map(|entry| entry.key.as_str()).filter(|key| with.contains(key));
            keys.extend(with);
        }
        keys.sort_unstable();
        keys.dedup();
        if let Some(entry) = map.entry("$dynamicRef").filter(|_| self.edition != Edition::V30)
            && self
                .reference(&Part { node: part.node, skip: 0 })
                .is_none_or(|own| !std::ptr::eq(own, &raw const entry.value))
        {
            self.depends(entry);
        }
        keys
    }

    /// The language of a schema, where it can be read.
    fn language(&mut self, node: &'a Node) -> Option<Language> {
        if self.edition == Edition::V30 {
            return Some(Language::OpenApi30);
        }
        let root = self.resolver.documents().document(node.span.file).map(|document| &document.root);
        let usual = root.and_then(Node::as_map).and_then(|map| map.get("jsonSchemaDialect"));
        let named = node.as_map().and_then(|map| map.get("$schema")).or(usual).and_then(Node::as_text);
        named.map_or(Some(Language::Draft(Draft::Draft202012)), Language::named)
    }

    fn depends(&mut self, entry: &Entry) {
        let message = format!("`{}` is not checked: what it means depends on the way to it", entry.key);
        self.warn(&NOT_CHECKED, message, entry.key_span, "values are not held to this");
    }

    fn not_read(&mut self, map: &'a Map, keys: &[&'a str]) {
        for entry in map.entries.iter().filter(|entry| keys.contains(&entry.key.as_str())) {
            if BESIDE.iter().any(|(name, _)| *name == entry.key) {
                let message = format!("`{}` is not checked in this dialect of JSON Schema", entry.key);
                self.warn(&NOT_CHECKED, message, entry.key_span, "values are not held to this");
            }
        }
    }

    /// Says that an object whose members are single texts is not held to what stands beside its shape.
    pub(super) fn not_whole(&mut self, id: TypeId, what: &str, span: Span) {
        let object = matches!(self.contract.ty(id).shape, Shape::Record(_) | Shape::Map { .. });
        let Some(beside) = self.beside.iter().find(|one| one.ty == id).filter(|_| object) else { return };
        let message = format!("{what} is not held to `{}`", beside.keys[0]);
        let diagnostic = Diagnostic::warning(&NOT_CHECKED, message).at(span, "only its members are checked");
        self.say(diagnostic.help("as JSON it is held to all of its schema"));
    }

    /// Keeps what is said beside a type, so that it can be printed again.
    fn keep_beside(&mut self, id: TypeId, from: usize, parts: &[Part<'a>], mixed: bool) {
        let mut several = Vec::new();
        for at in from..self.beside.len() {
            let (node, keys) = (self.beside[at].node, self.beside[at].keys.clone());
            let Some(map) = node.as_map() else { continue };
            if keys.iter().any(|key| key.starts_with("unevaluated")) {
                let kept = self.kept_schema(node);
                if parts.last().is_some_and(|last| std::ptr::eq(last.node, node)) {
                    self.contract.openapi.types.entry(id).or_default().whole = Some(kept);
                } else {
                    several.push(kept.0.to_string());
                }
                continue;
            }
            // Listed values and steps are checks as well, which are printed as such.
            let checked = |key: &str| LISTED.contains(&key) || (!mixed && STEPS.contains(&key));
            let said = |entry: &&'a Entry| keys.contains(&entry.key.as_str()) && !checked(&entry.key);
            let entries: Vec<&'a Entry> = map.entries.iter().filter(said).collect();
            let fields = entries.into_iter().map(|entry| (entry.key.clone(), self.kept_schema(&entry.value)));
            let mut fields: Vec<(String, Kept)> = fields.collect();
            if fields.is_empty() {
                continue;
            }
            if parts.len() == 1 {
                fields.retain(|(key, _)| key != "properties");
                let notes = self.contract.openapi.types.entry(id).or_default();
                notes.fields.extend(fields);
                notes.fields.sort_by(|a, b| a.0.cmp(&b.0));
            } else {
                let members: Vec<String> =
                    fields.iter().map(|(key, kept)| format!("\"{key}\":{}", kept.0)).collect();
                several.push(format!("{{{}}}", members.join(",")));
            }
        }
        if !several.is_empty() {
            let kept = Kept(format!("[{}]", several.join(",")).into_boxed_str());
            self.contract.openapi.types.entry(id).or_default().fields.push(("allOf".to_string(), kept));
        }
    }

    /// Lowers everything that was noted.
    pub(super) fn finish_beside(&mut self) {
        let noted = std::mem::take(&mut self.beside);
        if noted.is_empty() {
            return;
        }
        let documents = self.resolver.documents();
        let mut within = Within::new();
        let mut places: HashMap<FileId, usize> = HashMap::new();
        for (file, document) in documents.sorted() {
            let language = self.language(&document.root).unwrap_or(Language::Draft(Draft::Draft202012));
            places.insert(file, within.document(&document.name, &document.root, language));
        }
        for (file, text, target) in documents.links() {
            if let (Some(from), Some(to)) = (documents.document(file), places.get(&target)) {
                within.link(&from.name, text, *to);
            }
        }
        let wanted: HashMap<*const Node, String> =
            HashMap::from_iter(noted.iter().map(|one| (std::ptr::from_ref(one.node), String::new())));
        let pointers = pointers(documents.sorted().map(|(_, document)| &document.root), wanted);
        let wanted = noted.into_iter().filter_map(|one| {
            Some(Wanted {
                ty: one.ty,
                document: *places.get(&one.node.span.file)?,
                pointer: pointers.get(&std::ptr::from_ref(one.node))?.clone(),
                node: one.node,
                language: one.language,
                only: one.keys,
            })
        });
        let dependent = within.lower(wanted.collect(), self.contract, self.diags);
        for one in dependent {
            for entry in one.node.as_map().map_or(&[][..], |map| &map.entries) {
                let key = entry.key.as_str();
                if one.only.contains(&key) && BESIDE.iter().any(|(name, _)| *name == key) {
                    self.depends(entry);
                }
            }
        }
    }
}

/// Whether no part says its type, and their keywords speak about several.
pub(super) fn is_mixed(parts: &[Part<'_>]) -> bool {
    let kinds = || parts.iter().filter_map(Part::map).flat_map(implied);
    parts.iter().all(|part| part.declared().is_none())
        && kinds().next().is_some_and(|first| kinds().any(|kind| kind != first))
}

/// Where nodes stand in their documents.
fn pointers<'a>(
    roots: impl Iterator<Item = &'a Node>,
    mut wanted: HashMap<*const Node, String>,
) -> HashMap<*const Node, String> {
    for root in roots {
        let mut path = String::new();
        find(root, &mut path, &mut wanted);
    }
    wanted
}

/// Documents nest no deeper than their parser allows.
fn find(node: &Node, path: &mut String, wanted: &mut HashMap<*const Node, String>) {
    if let Some(found) = wanted.get_mut(&std::ptr::from_ref(node)) {
        found.clone_from(path);
    }
    let length = path.len();
    let mut inside = |step: &str, node: &Node| {
        path.push('/');
        path.push_str(step);
        find(node, path, wanted);
        path.truncate(length);
    };
    match &node.value {
        Value::List(items) => items.iter().enumerate().for_each(|(at, item)| inside(&at.to_string(), item)),
        Value::Map(map) => map.entries.iter().for_each(|entry| inside(&escape(&entry.key), &entry.value)),
        _ => {}
    }
}
