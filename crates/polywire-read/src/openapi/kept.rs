//! What a description says and nobody checks, kept as JSON text: examples, security, servers, links, callbacks, webhooks,
//! extensions. References to schemas become names of types, all others what they lead to.

use std::fmt::Write;

use polywire_contract::Kept;
use polywire_syntax::{Entry, Map, Node, Value};

use super::Edition;
use super::parts::Part;
use super::schema::{Lowering, is_set};

/// How deep such a value may be, and how long its text. What is beyond is left out.
const DEPTH_MAX: usize = 64;
const BYTES_MAX: usize = 4 << 20;
/// How many references may be followed inside of one value: they multiply.
const FOLLOWED_MAX: usize = 2000;

/// A value while it is written.
#[derive(Default)]
struct Writing {
    text: String,
    followed: usize,
    /// All of it is one schema: every reference in it leads to a schema.
    is_schema: bool,
}

impl<'a> Lowering<'_, 'a> {
    /// A value as JSON.
    pub(super) fn kept(&mut self, node: &'a Node) -> Kept {
        let mut writing = Writing::default();
        self.write(node, 0, &mut writing);
        Kept(writing.text.into_boxed_str())
    }

    /// A schema as JSON.
    pub(super) fn kept_schema(&mut self, node: &'a Node) -> Kept {
        let mut writing = Writing { is_schema: true, ..Writing::default() };
        self.write(node, 0, &mut writing);
        Kept(writing.text.into_boxed_str())
    }

    /// Some members of an object, where they are there, as they are called and sorted by that.
    pub(super) fn kept_fields(&mut self, map: &'a Map, keep: impl Fn(&str) -> bool) -> Vec<(String, Kept)> {
        let entries = map.entries.iter().filter(|entry| keep(&entry.key));
        let mut fields: Vec<_> = entries.map(|entry| (entry.key.clone(), self.kept(&entry.value))).collect();
        fields.sort_by(|a, b| a.0.cmp(&b.0));
        fields
    }

    fn write(&mut self, node: &'a Node, depth: usize, writing: &mut Writing) {
        if depth > DEPTH_MAX || writing.text.len() > BYTES_MAX {
            writing.text.push_str("null");
            return;
        }
        match &node.value {
            Value::Null => writing.text.push_str("null"),
            Value::Bool(value) => {
                let _ = write!(writing.text, "{value}");
            }
            Value::Number(number) => writing.text.push_str(&number.0),
            Value::Text(text) => quote(text, &mut writing.text),
            Value::List(items) => {
                writing.text.push('[');
                for (at, item) in items.iter().enumerate() {
                    writing.text.push_str(if at > 0 { "," } else { "" });
                    self.write(item, depth + 1, writing);
                }
                writing.text.push(']');
            }
            Value::Map(map) => match self.reference(&Part { node, skip: 0 }) {
                Some(reference) if writing.is_schema && self.has_siblings(map) => {
                    self.write_beside(map, reference, depth, writing)
                }
                Some(reference) => self.write_reference(map, reference, depth, writing),
                None => self.write_map(map, depth, writing),
            },
        }
    }

    fn write_map(&mut self, map: &'a Map, depth: usize, writing: &mut Writing) {
        writing.text.push('{');
        let old = writing.is_schema && self.edition == Edition::V30;
        let mut first = true;
        for entry in &map.entries {
            let key = if old { renewed(map, entry) } else { Some(entry.key.as_str()) };
            let Some(key) = key.filter(|_| !(writing.is_schema && is_identity(entry))) else { continue };
            writing.text.push_str(if std::mem::take(&mut first) { "" } else { "," });
            quote(key, &mut writing.text);
            writing.text.push(':');
            let nullable = old && key == "type" && is_set(map, "nullable");
            writing.text.push_str(if nullable { "[" } else { "" });
            self.write(&entry.value, depth + 1, writing);
            writing.text.push_str(if nullable { ",\"null\"]" } else { "" });
        }
        writing.text.push('}');
    }

    /// Whether a reference has something beside it that counts.
    fn has_siblings(&self, map: &Map) -> bool {
        self.edition != Edition::V30 && map.entries.len() > 1
    }

    /// A reference with something beside it, as the first of all that the value must be.
    fn write_beside(&mut self, map: &'a Map, reference: &'a Node, depth: usize, writing: &mut Writing) {
        writing.text.push('{');
        let counts =
            |entry: &&Entry| !std::ptr::eq(&raw const entry.value, reference) && entry.key != "allOf";
        for entry in map.entries.iter().filter(|entry| counts(entry) && !is_identity(entry)) {
            quote(&entry.key, &mut writing.text);
            writing.text.push(':');
            self.write(&entry.value, depth + 1, writing);
            writing.text.push(',');
        }
        writing.text.push_str("\"allOf\":[");
        self.write_reference(map, reference, depth, writing);
        for node in map.get("allOf").and_then(Node::as_list).unwrap_or_default() {
            writing.text.push(',');
            self.write(node, depth + 1, writing);
        }
        writing.text.push_str("]}");
    }

    fn write_reference(&mut self, map: &'a Map, reference: &'a Node, depth: usize, writing: &mut Writing) {
        let text = reference.as_text().unwrap_or_default();
        let Ok(target) = self.resolver.resolve(reference.span.file, text) else {
            return self.write_map(map, depth, writing);
        };
        let address = std::ptr::from_ref(target.node);
        let schema = writing.is_schema && self.target(reference).is_some();
        let schema = schema
            || text.contains("/schemas/")
            || text.contains("/$defs/")
            || text.contains("/definitions/");
        if self.names.contains_key(&address) || schema {
            self.use_of(target.node);
            if let Some(name) = self.names.get(&address) {
                writing.text.push_str("{\"$ref\":");
                quote(name, &mut writing.text);
                writing.text.push('}');
                return;
            }
        }
        writing.followed += 1;
        if writing.followed > FOLLOWED_MAX {
            writing.text.push_str("{}");
        } else {
            self.write(target.node, depth + 1, writing);
        }
    }
}

/// The keyword that says since OpenAPI 3.1 what one of 3.0 said; none where another keyword says it.
fn renewed<'e>(map: &Map, entry: &'e Entry) -> Option<&'e str> {
    match (entry.key.as_str(), &entry.value.value) {
        ("nullable" | "exclusiveMinimum" | "exclusiveMaximum", Value::Bool(_)) => None,
        ("minimum", _) if is_set(map, "exclusiveMinimum") => Some("exclusiveMinimum"),
        ("maximum", _) if is_set(map, "exclusiveMaximum") => Some("exclusiveMaximum"),
        (key, _) => Some(key),
    }
}

/// Whether a member of a schema only says how references find it: names of types take their place.
fn is_identity(entry: &Entry) -> bool {
    const KEYS: &[&str] = &["$id", "$anchor", "$dynamicAnchor", "$schema"];
    KEYS.contains(&entry.key.as_str()) && entry.value.as_text().is_some()
}

/// Text as JSON.
fn quote(text: &str, into: &mut String) {
    into.push('"');
    for c in text.chars() {
        match c {
            '"' => into.push_str("\\\""),
            '\\' => into.push_str("\\\\"),
            '\n' => into.push_str("\\n"),
            c if c < ' ' => {
                let _ = write!(into, "\\u{:04x}", c as u32);
            }
            c => into.push(c),
        }
    }
    into.push('"');
}
