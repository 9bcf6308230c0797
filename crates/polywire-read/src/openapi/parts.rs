//! Which schemas take part in one type: references followed, `allOf` taken apart, null set aside.

use std::collections::HashSet;

use polywire_diag::{Diagnostic, Span};
use polywire_syntax::{Map, Node, Value};

use super::Edition;
use super::beside::is_beside;
use super::schema::{Kind, Lowering, is_set};
use super::validate::first;
use super::values::excluded;
use super::{ENDLESS, NO_EFFECT};

/// How many schemas may take part in one type, and how deep references to references go.
const PARTS_MAX: usize = 128;
const DEPTH_MAX: usize = 100;

/// Keywords of a part that were dealt with already.
pub(super) const REF: u8 = 1;
pub(super) const ALL_OF: u8 = 2;
pub(super) const ONE_OF: u8 = 4;
pub(super) const ANY_OF: u8 = 8;
/// All that stands beside shapes: the type around holds it.
pub(super) const BESIDE: u8 = 16;

/// A schema that takes part in a type, without the keywords that were dealt with.
#[derive(Clone, Copy)]
pub(super) struct Part<'a> {
    pub(super) node: &'a Node,
    pub(super) skip: u8,
}

pub(super) type Parts<'a> = Vec<Part<'a>>;

impl<'a> Part<'a> {
    pub(super) fn key(&self) -> (*const Node, u8) {
        (std::ptr::from_ref(self.node), self.skip)
    }

    pub(super) fn map(&self) -> Option<&'a Map> {
        self.node.as_map()
    }

    /// A keyword's value, unless it was dealt with.
    pub(super) fn get(&self, key: &str) -> Option<&'a Node> {
        let skipped = match key {
            // Listed values that are excluded are a check of each type that takes part.
            "not" if self.map()?.get(key).is_some_and(|not| excluded(not).is_some()) => 0,
            key if is_beside(key) => BESIDE,
            "$ref" | "$dynamicRef" => REF,
            "allOf" => ALL_OF,
            "oneOf" => ONE_OF,
            "anyOf" => ANY_OF,
            _ => 0,
        };
        if self.skip & skipped != 0 { None } else { self.map()?.get(key) }
    }

    /// Whether it says nothing about which values are allowed.
    pub(super) fn is_annotation(&self) -> bool {
        match &self.node.value {
            Value::Map(map) => map
                .entries
                .iter()
                .all(|entry| is_annotation(&entry.key) || (self.skip != 0 && self.get(&entry.key).is_none())),
            Value::Bool(allowed) => *allowed,
            _ => true,
        }
    }

    /// The types that it names, where it names them.
    pub(super) fn declared(&self) -> Option<Vec<Kind>> {
        declared(self.map()?)
    }
}

/// The types that a schema names, where it names them.
fn declared(map: &Map) -> Option<Vec<Kind>> {
    let node = map.get("type")?;
    let kinds: Vec<Kind> = match &node.value {
        Value::Text(name) => Kind::parse(name).into_iter().collect(),
        Value::List(names) => names.iter().filter_map(Node::as_text).filter_map(Kind::parse).collect(),
        _ => Vec::new(),
    };
    Some(kinds).filter(|kinds| !kinds.is_empty())
}

/// The types that the keywords of a schema speak about.
pub(super) fn implied(map: &Map) -> Vec<Kind> {
    let mut kinds = Vec::new();
    for entry in &map.entries {
        let kind = match entry.key.as_str() {
            "properties"
            | "required"
            | "additionalProperties"
            | "minProperties"
            | "maxProperties"
            | "patternProperties"
            | "propertyNames" => Kind::Object,
            "items" | "minItems" | "maxItems" | "uniqueItems" | "prefixItems" => Kind::List,
            "minLength" | "maxLength" | "pattern" => Kind::Text,
            "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf" => Kind::Number,
            "format" => match entry.value.as_text().unwrap_or_default() {
                "int32" | "int64" => Kind::Integer,
                "float" | "double" => Kind::Number,
                _ => Kind::Text,
            },
            _ => continue,
        };
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    kinds
}

fn is_annotation(key: &str) -> bool {
    matches!(
        key,
        "title"
            | "description"
            | "summary"
            | "default"
            | "example"
            | "examples"
            | "deprecated"
            | "readOnly"
            | "externalDocs"
            | "xml"
            | "nullable"
            | "discriminator"
            | "$comment"
            | "$schema"
            | "$id"
            | "$anchor"
            | "$dynamicAnchor"
            | "$defs"
            | "definitions"
            | "$vocabulary"
            | "contentMediaType"
            | "contentSchema"
    ) || (key.starts_with("x-") && key != "x-sensitive")
}

/// The schemas that a gathering is inside of, and those that it is through with.
#[derive(Default)]
struct Walk {
    open: Vec<*const Node>,
    done: HashSet<*const Node>,
}

impl<'a> Lowering<'_, 'a> {
    /// The parts of all these schemas together.
    pub(super) fn flatten(&mut self, nodes: &[&'a Node]) -> Parts<'a> {
        let mut parts = Vec::new();
        for node in nodes {
            self.gather(Part { node, skip: 0 }, &mut Walk::default(), &mut parts);
        }
        simplified(parts)
    }

    /// The parts that are left of a type, with one more schema.
    pub(super) fn with(&mut self, parts: &[Part<'a>], node: &'a Node) -> Parts<'a> {
        let mut parts = parts.to_vec();
        self.gather(Part { node, skip: 0 }, &mut Walk::default(), &mut parts);
        simplified(parts)
    }

    /// The schema with a name that a schema merely repeats: itself, or what it refers to and adds nothing to.
    pub(super) fn origin(&mut self, node: &'a Node) -> Option<&'a Node> {
        let (mut node, mut named) = (node, None);
        for _ in 0..DEPTH_MAX {
            if self.names.contains_key(&std::ptr::from_ref(node)) {
                named = Some(node);
            }
            let part = Part { node, skip: 0 };
            let alone = Part { node, skip: REF | ALL_OF }.is_annotation();
            let reference = self.reference(&part).filter(|_| alone || self.edition == Edition::V30);
            let all_of = part.get("allOf").and_then(Node::as_list).unwrap_or_default();
            node = match (reference, all_of) {
                (Some(reference), []) => self.target(reference)?,
                (Some(reference), _) if self.edition == Edition::V30 => self.target(reference)?,
                (None, [only]) if alone => only,
                _ => return named,
            };
            named = None;
        }
        None
    }

    fn gather(&mut self, part: Part<'a>, walk: &mut Walk, parts: &mut Parts<'a>) {
        let address = std::ptr::from_ref(part.node);
        if walk.done.contains(&address) {
            return;
        }
        if let Some(at) = walk.open.iter().position(|known| *known == address) {
            if walk.open[at..].iter().all(|known| !self.endless.contains(known)) {
                let message = "this schema is made of itself";
                let diagnostic =
                    Diagnostic::error(&ENDLESS, message).at(place(part.node), "leads back to here");
                self.say(
                    diagnostic
                        .help("a property or item may refer back; a schema itself or its `allOf` may not"),
                );
            }
            self.endless.extend(&walk.open[at..]);
            return;
        }
        if walk.open.len() >= DEPTH_MAX || parts.len() >= PARTS_MAX {
            self.too_much(format!("more than {DEPTH_MAX} schemas make up one"), place(part.node));
            return;
        }
        let reference = self.reference(&part);
        let all_of = part.get("allOf").and_then(Node::as_list).filter(|list| !list.is_empty());
        if reference.is_none() && all_of.is_none() {
            if !parts.iter().any(|known| known.key() == part.key()) {
                parts.push(part);
            }
            return;
        }
        walk.open.push(address);
        if let Some(target) = reference.and_then(|node| self.target(node)) {
            self.gather(Part { node: target, skip: 0 }, walk, parts);
        }
        let alone = reference.is_some() && self.edition == Edition::V30;
        for node in all_of.filter(|_| !alone).into_iter().flatten() {
            self.gather(Part { node, skip: 0 }, walk, parts);
        }
        walk.open.pop();
        walk.done.insert(address);
        let rest = Part { node: part.node, skip: part.skip | REF | ALL_OF };
        if alone {
            self.ignored_siblings(part);
        } else if !rest.is_annotation() && !parts.iter().any(|known| known.key() == rest.key()) {
            parts.push(rest);
        }
    }

    /// The reference that a schema makes: also a dynamic one that can mean but one schema.
    pub(super) fn reference(&mut self, part: &Part<'a>) -> Option<&'a Node> {
        let reference = part.get("$ref").filter(|node| node.as_text().is_some());
        if reference.is_some() || self.edition == Edition::V30 {
            return reference;
        }
        let dynamic = part.get("$dynamicRef")?;
        let text = dynamic.as_text()?;
        let leads = self.resolver.is_static(text) && self.resolver.resolve(dynamic.span.file, text).is_ok();
        leads.then_some(dynamic)
    }

    /// What a reference to a schema leads to; what leads nowhere was said before.
    pub(super) fn target(&mut self, reference: &'a Node) -> Option<&'a Node> {
        let text = reference.as_text()?;
        let target = self.resolver.resolve(reference.span.file, text).ok()?;
        let address = std::ptr::from_ref(target.node);
        if !self.names.contains_key(&address) {
            let name = self.resolver.name(target.node.span.file);
            let fragment = text.split_once('#').map_or("", |(_, fragment)| fragment);
            self.names.insert(
                address,
                if fragment.is_empty() { name.to_string() } else { format!("{name}#{fragment}") },
            );
        }
        Some(target.node)
    }

    fn ignored_siblings(&mut self, part: Part<'a>) {
        let Some(map) = part.map() else { return };
        let ignored = map
            .entries
            .iter()
            .find(|entry| entry.key != "$ref" && (entry.key == "nullable" || !is_annotation(&entry.key)));
        if let Some(entry) = ignored {
            let message = format!("`{}` beside `$ref` has no effect in OpenAPI 3.0", entry.key);
            let diagnostic = Diagnostic::warning(&NO_EFFECT, message).at(entry.key_span, "has no effect");
            self.say(diagnostic.help("put the reference into `allOf: [{$ref: …}]` and the rest beside that"));
        }
    }

    /// Whether null is a value of a schema.
    pub(super) fn admits_null(&mut self, node: &'a Node, depth: usize) -> bool {
        let Some(map) = node.as_map() else { return node.as_bool() != Some(false) };
        let address = std::ptr::from_ref(node);
        if let Some(known) = self.nulls.get(&address) {
            return *known;
        }
        if depth > DEPTH_MAX {
            return true;
        }
        self.nulls.insert(address, true);
        let admits = self.null_allowed(node, map, depth + 1);
        self.nulls.insert(address, admits);
        admits
    }

    fn null_allowed(&mut self, node: &'a Node, map: &'a Map, depth: usize) -> bool {
        let old = self.edition == Edition::V30;
        if old && let Some(reference) = map.get("$ref") {
            return self.target(reference).is_none_or(|target| self.admits_null(target, depth));
        }
        if old && is_set(map, "nullable") {
            return true;
        }
        let is_null = |node: &Node| node.value == Value::Null;
        if map.get("const").is_some_and(|value| !is_null(value))
            || map.get("enum").and_then(Node::as_list).is_some_and(|values| !values.iter().any(is_null))
        {
            return false;
        }
        match declared(map) {
            Some(kinds) if !kinds.contains(&Kind::Null) => return false,
            None if !implied(map).is_empty() => return false,
            _ => {}
        }
        if let Some(reference) = self.reference(&Part { node, skip: 0 })
            && !self.target(reference).is_none_or(|target| self.admits_null(target, depth))
        {
            return false;
        }
        let list = |key| map.get(key).and_then(Node::as_list).unwrap_or_default();
        list("allOf").iter().all(|node| self.admits_null(node, depth))
            && ["oneOf", "anyOf"]
                .into_iter()
                .all(|key| list(key).is_empty() || list(key).iter().any(|node| self.admits_null(node, depth)))
    }
}

/// A short place for a schema.
pub(super) fn place(node: &Node) -> Span {
    node.as_map().map_or(node.span, |map| first(map, node.span))
}

/// Leaves out parts that add nothing: annotations, and a mere type that another part names as well.
fn simplified(mut parts: Parts<'_>) -> Parts<'_> {
    if parts.len() < 2 {
        return parts;
    }
    let all = parts.clone();
    parts.retain(|part| !part.is_annotation());
    if parts.is_empty() {
        return all.into_iter().take(1).collect();
    }
    let mut at = 0;
    while at < parts.len() && parts.len() > 1 {
        let said = Some(parts[at]).filter(|part| only_type(part)).and_then(|part| part.declared());
        let again = said.is_some_and(|said| {
            parts.iter().enumerate().any(|(other, part)| {
                other != at
                    && part.declared().is_some_and(|kinds| kinds.iter().all(|kind| said.contains(kind)))
            })
        });
        if again {
            parts.remove(at);
        } else {
            at += 1;
        }
    }
    parts
}

fn only_type(part: &Part) -> bool {
    part.map().is_some_and(|map| {
        map.entries.iter().all(|entry| {
            entry.key == "type"
                || is_annotation(&entry.key)
                || (part.skip != 0 && part.get(&entry.key).is_none())
        })
    })
}
