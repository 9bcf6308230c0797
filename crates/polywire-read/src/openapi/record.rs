//! Objects as records and maps: properties of all parts united, what else may be there.

use polywire_contract::{Check, Extra, Field, Record, Shape, TypeRef};
use polywire_diag::{Diagnostic, Span};
use polywire_syntax::{Entry, Node};
use std::collections::{HashMap, HashSet};

use super::NOT_MERGED;
use super::parts::Part;
use super::schema::{Built, Kind, Lowering, is_set};

/// What one part says of a member that is not among its properties.
#[derive(Clone, Copy)]
enum Others<'a> {
    Open,
    Closed(Span),
    Schema(&'a Node),
}

impl<'a> Lowering<'_, 'a> {
    /// The record, or the map, that all parts describe together.
    pub(super) fn object(&mut self, parts: &[Part<'a>]) -> Built {
        let mut checks: Vec<(Check, Span)> = Vec::new();
        self.checks(Kind::Object, parts, &mut checks);
        self.among(Kind::Object, parts, &mut checks);
        let others: Vec<Others> = parts.iter().map(others).collect();
        let mut record = Record { extra: self.extra(&others), ..Record::default() };
        if record.extra == Extra::Open && parts.iter().any(|part| self.closes(parts, part)) {
            record.extra = Extra::Closed;
        }
        let required = required(parts);
        let needed: HashSet<&str> = required.iter().map(|(name, _)| *name).collect();
        let properties: Vec<HashMap<&str, &'a Entry>> = parts.iter().map(properties).collect();
        let mut seen = HashSet::new();
        for part in parts {
            let entries = part.get("properties").and_then(Node::as_map).map_or(&[][..], |map| &map.entries);
            for entry in entries.iter().filter(|entry| seen.insert(entry.key.as_str())) {
                let field = self.field(entry, &properties, &others, &needed);
                record.fields.extend(field);
            }
        }
        for (name, span) in &required {
            if seen.insert(name) {
                record.fields.extend(self.undeclared(name, *span, &others));
            }
        }
        if record.fields.is_empty() {
            let value = match record.extra {
                Extra::Typed(value) => Some(value),
                Extra::Open => Some(self.any_value()),
                Extra::Closed => None,
            };
            if let Some(value) = value {
                return (Shape::Map { key: self.text(), value }, checks);
            }
        }
        (Shape::Record(record), checks)
    }

    fn extra(&mut self, others: &[Others<'a>]) -> Extra {
        let mut schemas = Vec::new();
        for one in others {
            match one {
                Others::Closed(_) => return Extra::Closed,
                Others::Schema(node) => schemas.push(*node),
                Others::Open => {}
            }
        }
        if schemas.is_empty() { Extra::Open } else { Extra::Typed(self.use_all(&schemas)) }
    }

    /// One property: what every part says of its name.
    fn field(
        &mut self,
        entry: &'a Entry,
        properties: &[HashMap<&str, &'a Entry>],
        others: &[Others<'a>],
        required: &HashSet<&'a str>,
    ) -> Option<Field> {
        let name = entry.key.as_str();
        let required = required.contains(name);
        let mut nodes = Vec::new();
        for (own, others) in properties.iter().zip(others) {
            match (own.get(name), others) {
                (Some(entry), _) => nodes.push(&entry.value),
                (None, Others::Schema(node)) => nodes.push(*node),
                (None, Others::Closed(span)) => {
                    self.shut_out(name, entry.key_span, *span, required);
                    return None;
                }
                (None, Others::Open) => {}
            }
        }
        let ty = self.use_all(&nodes);
        let mut field = Field::new(name, ty, entry.key_span);
        field.required = required;
        let targets = self.flatten(&nodes).into_iter().map(|part| part.node);
        let sources: Vec<&'a Node> = nodes.iter().copied().chain(targets).collect();
        describe(&mut field, &sources);
        Some(field)
    }

    /// A member that is required and described nowhere.
    fn undeclared(&mut self, name: &str, span: Span, others: &[Others<'a>]) -> Option<Field> {
        let mut nodes = Vec::new();
        for one in others {
            match one {
                Others::Closed(at) => {
                    self.shut_out(name, span, *at, true);
                    return None;
                }
                Others::Schema(node) => nodes.push(*node),
                Others::Open => {}
            }
        }
        let ty: TypeRef = if nodes.is_empty() { self.any_value() } else { self.use_all(&nodes) };
        let mut field = Field::new(name, ty, span);
        field.required = true;
        Some(field)
    }

    fn shut_out(&mut self, name: &str, at: Span, closed: Span, required: bool) {
        let label = "other properties are shut out here";
        self.say(if required {
            let message = format!("`{name}` is required and shut out at the same time");
            Diagnostic::error(&NOT_MERGED, message).at(at, "can never be there").at(closed, label)
        } else {
            let message = format!("`{name}` can never be there");
            let diagnostic = Diagnostic::warning(&NOT_MERGED, message).at(at, "left out").at(closed, label);
            diagnostic.help(
                "`additionalProperties: false` knows only the properties beside it, not those of `allOf`",
            )
        });
    }
}

/// The first description, default and marks that any schema of a field has.
fn describe(field: &mut Field, sources: &[&Node]) {
    for map in sources.iter().filter_map(|node| node.as_map()) {
        if field.doc.is_empty() {
            field.doc = map.get("description").and_then(Node::as_text).unwrap_or_default().to_string();
        }
        if field.default.is_none() {
            field.default = map.get("default").cloned();
        }
        field.deprecated |= is_set(map, "deprecated");
        field.read_only |= is_set(map, "readOnly");
        field.write_only |= is_set(map, "writeOnly");
    }
}

fn others<'a>(part: &Part<'a>) -> Others<'a> {
    // Then it is said beside the shape what others may be.
    let patterns = part.map().is_some_and(|map| map.get("patternProperties").is_some());
    match part.get("additionalProperties") {
        Some(_) if patterns => Others::Open,
        Some(node) => match node.as_bool() {
            Some(true) => Others::Open,
            Some(false) => Others::Closed(node.span),
            None if node.as_map().is_some() => Others::Schema(node),
            None => Others::Open,
        },
        None => Others::Open,
    }
}

fn properties<'a>(part: &Part<'a>) -> HashMap<&'a str, &'a Entry> {
    let entries = part.get("properties").and_then(Node::as_map).map_or(&[][..], |map| &map.entries);
    entries.iter().map(|entry| (entry.key.as_str(), entry)).collect()
}

fn required<'a>(parts: &[Part<'a>]) -> Vec<(&'a str, Span)> {
    let mut seen = HashSet::new();
    let lists = parts.iter().filter_map(|part| part.get("required")?.as_list()).flatten();
    lists
        .filter_map(|node| Some((node.as_text()?, node.span)))
        .filter(|(name, _)| seen.insert(*name))
        .collect()
}
