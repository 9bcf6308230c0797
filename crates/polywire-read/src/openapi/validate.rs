//! Whether a description is made as OpenAPI says: kinds of values, required and misspelt fields, references that lead
//! somewhere. Says everything once, so that lowering may skip over what is wrong. Must not touch the model.

use std::collections::HashSet;

use polywire_diag::{Diagnostic, Span, nearest};
use polywire_syntax::{Entry, Map, Node, Value};

use super::documents::Resolver;
use super::fields::{DOCUMENT, Object, SCHEMA, Want};
use super::parts::place;
use super::{BAD_REFERENCE, MISSING_FIELD, UNKNOWN_KEY, WRONG_KIND};
use super::{Edition, rules};

/// How many unknown fields are looked at for a misspelling, and how long they may be.
const UNKNOWN_MAX: usize = 2000;
const NAME_MAX: usize = 100;

/// The walk over a description and what it found.
pub(super) struct Validate<'v, 'a> {
    pub(super) edition: Edition,
    pub(super) resolver: &'v mut Resolver<'a>,
    pub(super) diags: &'v mut Vec<Diagnostic>,
    /// Targets in other files that are still to be looked at, and those that were.
    waiting: Vec<(&'a Node, Want)>,
    seen: HashSet<*const Node>,
    /// How many unknown fields there were.
    unknown: usize,
    /// The names of the document's security schemes.
    pub(super) schemes: Vec<&'a str>,
    /// Where `nullable` stands though it has no meaning.
    pub(super) nullable: Vec<Span>,
}

/// Walks the document and whatever it refers to in other files.
pub(super) fn validate<'a>(
    root: &'a Node,
    edition: Edition,
    resolver: &mut Resolver<'a>,
    diags: &mut Vec<Diagnostic>,
) {
    let schemes =
        root.as_map().and_then(|map| map.get("components")?.as_map()?.get("securitySchemes")?.as_map());
    let schemes =
        schemes.map_or(&[][..], |map| &map.entries).iter().map(|entry| entry.key.as_str()).collect();
    let (waiting, seen) = (Vec::new(), HashSet::new());
    let mut walk =
        Validate { edition, resolver, diags, waiting, seen, unknown: 0, schemes, nullable: Vec::new() };
    walk.object(root, root.span, &DOCUMENT);
    while let Some((node, want)) = walk.waiting.pop() {
        walk.value(node, want, "the target of the reference");
    }
    rules::nullable(&mut walk);
}

impl<'a> Validate<'_, 'a> {
    fn value(&mut self, node: &'a Node, want: Want, what: &str) {
        match want {
            Want::Any => {}
            Want::Text => drop(self.kind(node, node.as_text().is_some(), "text", what)),
            Want::Bool => drop(self.kind(node, node.as_bool().is_some(), "true or false", what)),
            Want::Number => drop(self.kind(node, matches!(node.value, Value::Number(_)), "a number", what)),
            Want::Count => {
                let whole = matches!(&node.value, Value::Number(n) if super::schema::whole(n).is_some());
                self.kind(node, whole, "a whole number from 0", what);
            }
            Want::List => drop(self.kind(node, node.as_list().is_some(), "a list", what)),
            Want::Texts => self.list(node, Want::Text, what),
            Want::ListOf(item) => self.list(node, *item, what),
            Want::Map(member) => self.members(node, *member, what, false),
            Want::Patterned(member) => self.members(node, *member, what, true),
            Want::Object(object) => self.object(node, node.span, object),
            Want::Reference(object) => self.reference_or(node, object),
            Want::Loose(_) if node.as_map().is_some_and(|map| map.get("$ref").is_some()) => {}
            Want::Loose(object) => self.object(node, node.span, object),
            Want::Schema => self.schema(node, self.edition != Edition::V30),
            Want::SchemaOrBool => self.schema(node, true),
        }
    }

    /// Says that something else should stand here, unless it is right.
    fn kind(&mut self, node: &Node, right: bool, wanted: &str, what: &str) -> bool {
        if !right {
            let found = match &node.value {
                Value::Number(number) if wanted.contains("number") => number.0.as_str(),
                _ => node.kind(),
            };
            let message = format!("{what} must be {wanted}, not {found}");
            let diagnostic =
                Diagnostic::error(&WRONG_KIND, message).at(place(node), format!("this is {found}"));
            self.diags.push(match fix(node, wanted) {
                Some(help) => diagnostic.help(help),
                None => diagnostic,
            });
        }
        right
    }

    fn list(&mut self, node: &'a Node, item: Want, what: &str) {
        if let (true, Some(items)) =
            (self.kind(node, node.as_list().is_some(), "a list", what), node.as_list())
        {
            for one in items {
                self.value(one, item, &format!("an item of {what}"));
            }
        }
    }

    fn members(&mut self, node: &'a Node, member: Want, what: &str, extensions: bool) {
        if let (true, Some(map)) = (self.kind(node, node.as_map().is_some(), "a map", what), node.as_map()) {
            if let Some(reference) = map.get("$ref").filter(|node| extensions && node.as_text().is_some()) {
                return self.reference(reference, Want::Any);
            }
            for entry in map.entries.iter().filter(|entry| !(extensions && entry.key.starts_with("x-"))) {
                self.value(&entry.value, member, &format!("`{}`", entry.key));
            }
        }
    }

    fn reference_or(&mut self, node: &'a Node, object: &'static Object) {
        match node.as_map().and_then(|map| map.get("$ref")) {
            Some(reference) => self.reference(reference, Want::Object(object)),
            None => self.object(node, node.span, object),
        }
    }

    /// Follows a reference; what lies in another file is looked at later.
    fn reference(&mut self, node: &'a Node, want: Want) {
        let Some(text) = node.as_text() else { return };
        match self.resolver.resolve(node.span.file, text) {
            Ok(target) if target.node.span.file == node.span.file => {}
            Ok(target) => {
                if self.seen.insert(std::ptr::from_ref(target.node)) {
                    self.waiting.push((target.node, want));
                }
            }
            Err(broken) => {
                let message = format!("`{text}` leads nowhere");
                let mut diagnostic = Diagnostic::error(&BAD_REFERENCE, message).at(node.span, broken.text);
                diagnostic.help.extend(broken.help);
                self.diags.push(diagnostic);
            }
        }
    }

    fn schema(&mut self, node: &'a Node, boolean: bool) {
        if boolean && node.as_bool().is_some() {
            return;
        }
        let wanted = if boolean { "a map, true or false" } else { "a map" };
        if !self.kind(node, node.as_map().is_some(), wanted, "a schema") {
            return;
        }
        self.object(node, node.span, &SCHEMA);
        let Some(map) = node.as_map() else { return };
        rules::schema(self, map);
        if let Some(reference) = map.get("$ref") {
            self.reference(reference, Want::Schema);
        }
    }

    fn object(&mut self, node: &'a Node, span: Span, object: &'static Object) {
        if !self.kind(node, node.as_map().is_some(), "a map", object.name) {
            return;
        }
        let Some(map) = node.as_map() else { return };
        let mut free = None;
        for entry in &map.entries {
            match object.fields.iter().find(|(name, _)| *name == entry.key) {
                Some((name, want)) => self.value(&entry.value, *want, &format!("`{name}`")),
                None if entry.key.starts_with("x-") => {}
                None => {
                    let free: &Vec<&str> = free.get_or_insert_with(|| unset(map, object));
                    self.unknown(entry, free, object);
                }
            }
        }
        for name in object.required {
            if map.get(name).is_none() && !rules::may_be_missing(self.edition, object, name) {
                self.missing(map, span, object, name);
            }
        }
        rules::object(self, object, map, span);
    }

    pub(super) fn missing(&mut self, map: &Map, span: Span, object: &Object, name: &str) {
        if !self.misspelt(map, object, name) {
            let message = format!("{} has no `{name}`", object.name);
            self.diags.push(Diagnostic::error(&MISSING_FIELD, message).at(first(map, span), "missing here"));
        }
    }

    /// Whether an unknown field is most likely this one.
    pub(super) fn misspelt(&self, map: &Map, object: &Object, name: &str) -> bool {
        map.entries.iter().any(|entry| {
            entry.key.len() <= NAME_MAX
                && object.fields.iter().all(|(known, _)| *known != entry.key)
                && nearest(&entry.key, [name]).is_some()
        })
    }

    fn unknown(&mut self, entry: &Entry, free: &[&'static str], object: &'static Object) {
        self.unknown += 1;
        if self.unknown > UNKNOWN_MAX || entry.key.len() > NAME_MAX {
            return;
        }
        let near = nearest(&entry.key, free.iter().copied());
        let closed = object.closed && self.edition != Edition::V30;
        // From 3.1 on a schema may have keywords of its own.
        let free_keywords = std::ptr::eq(object, &SCHEMA) && self.edition != Edition::V30;
        if !closed && near.is_none() && free_keywords {
            return;
        }
        let message = format!("{} has no field `{}`", object.name, entry.key);
        let must = closed || near.is_some_and(|name| rules::is_essential(self.edition, object, name));
        let diagnostic = if must {
            Diagnostic::error(&UNKNOWN_KEY, message).at(entry.key_span, "not a field of this object")
        } else {
            Diagnostic::warning(&UNKNOWN_KEY, message).at(entry.key_span, "has no effect")
        };
        self.diags.push(match near {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
            None => diagnostic,
        });
    }
}

/// What was most likely meant where another kind of value was wanted.
pub(super) fn fix(node: &Node, wanted: &str) -> Option<String> {
    match (&node.value, wanted) {
        (Value::Text(text), "true or false") => match text.to_ascii_lowercase().as_str() {
            "yes" | "on" | "y" | "true" => Some("write `true`".to_string()),
            "no" | "off" | "n" | "false" => Some("write `false`".to_string()),
            _ => None,
        },
        (Value::Text(text), "a number" | "a whole number from 0") => {
            let number = text.parse::<f64>().is_ok_and(f64::is_finite);
            number.then(|| format!("leave out the quotes: `{text}`"))
        }
        (Value::Number(_) | Value::Bool(_), "text") => Some("put quotes around it".to_string()),
        (Value::Text(text), "a list") if !text.is_empty() => Some(format!("write `[{text}]`")),
        _ => None,
    }
}

/// The fields that an object could have and has not.
fn unset(map: &Map, object: &Object) -> Vec<&'static str> {
    let names = object.fields.iter().map(|(name, _)| *name);
    names.filter(|name| name.len() > 3 && map.get(name).is_none()).collect()
}

/// A short place for a whole map: its first key.
pub(super) fn first(map: &Map, span: Span) -> Span {
    map.entries.first().map_or(span, |entry| entry.key_span)
}
