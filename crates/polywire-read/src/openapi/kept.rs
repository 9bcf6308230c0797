//! What a description says and nobody checks, kept as JSON text: examples, security, servers, links, callbacks, webhooks,
//! extensions. References to schemas become names of types, all others what they lead to.

use std::fmt::Write;

use polywire_contract::Kept;
use polywire_syntax::{Map, Node, Value};

use super::schema::Lowering;

/// How deep such a value may be, and how long its text. What is beyond is left out.
const DEPTH_MAX: usize = 64;
const BYTES_MAX: usize = 4 << 20;
/// How many references may be followed inside of one value: they multiply.
const FOLLOWED_MAX: usize = 2000;

/// A value while it is written.
struct Writing {
    text: String,
    followed: usize,
}

impl<'a> Lowering<'_, 'a> {
    /// A value as JSON.
    pub(super) fn kept(&mut self, node: &'a Node) -> Kept {
        let mut writing = Writing { text: String::new(), followed: 0 };
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
            Value::Map(map) => match map.get("$ref").filter(|node| node.as_text().is_some()) {
                Some(reference) => self.write_reference(map, reference, depth, writing),
                None => self.write_map(map, depth, writing),
            },
        }
    }

    fn write_map(&mut self, map: &'a Map, depth: usize, writing: &mut Writing) {
        writing.text.push('{');
        for (at, entry) in map.entries.iter().enumerate() {
            writing.text.push_str(if at > 0 { "," } else { "" });
            quote(&entry.key, &mut writing.text);
            writing.text.push(':');
            self.write(&entry.value, depth + 1, writing);
        }
        writing.text.push('}');
    }

    fn write_reference(&mut self, map: &'a Map, reference: &'a Node, depth: usize, writing: &mut Writing) {
        let text = reference.as_text().unwrap_or_default();
        let Ok(target) = self.resolver.resolve(reference.span.file, text) else {
            return self.write_map(map, depth, writing);
        };
        let address = std::ptr::from_ref(target.node);
        let schema = text.contains("/schemas/") || text.contains("/$defs/") || text.contains("/definitions/");
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
