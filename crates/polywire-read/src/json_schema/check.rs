//! Whether schemas are made as JSON Schema says: kinds of keywords' values, references that lead somewhere, and no schema
//! that is made of itself. Says everything once, so that lowering may skip over what is wrong.

use std::collections::{HashMap, HashSet};

use polywire_diag::{Diagnostic, nearest};
use polywire_syntax::{Map, Node, Value};

use super::dialect::{holds, inner};
use super::index::{Index, Key, Target};
use super::lower::whole;
use super::whole::Unfolded;
use crate::codes::{SCHEMA_DIALECT, SCHEMA_ENDLESS, SCHEMA_REFERENCE, SCHEMA_VALUE};

/// The names of JSON's types.
const TYPES: &[&str] = &["array", "boolean", "integer", "null", "number", "object", "string"];

/// What the check found that lowering must know.
pub(super) struct Found<'a> {
    /// Schemas that are made of themselves.
    pub(super) endless: HashSet<Key>,
    /// A reference whose meaning depends on the way to it.
    pub(super) dynamic: Option<&'a Node>,
    /// What speaks of the same value.
    pub(super) unfolded: Unfolded<'a>,
}

/// Checks every schema of the index.
pub(super) fn check<'a>(index: &mut Index<'a>, diags: &mut Vec<Diagnostic>) -> Found<'a> {
    for node in &index.strange {
        let message = format!("the dialect `{}` is not known", node.as_text().unwrap_or_default());
        let diagnostic = Diagnostic::warning(&SCHEMA_DIALECT, message).at(node.span, "read as 2020-12");
        diags.push(diagnostic.help("give its meta-schema with `--resource URI=PATH`"));
    }
    let order = index.order.clone();
    let mut same: HashMap<Key, Vec<(&'a Node, &'a Node)>> = HashMap::new();
    let mut dynamic = None;
    for node in &order {
        let Some(map) = node.as_map() else {
            if node.as_bool().is_none() {
                let message = format!("a schema must be a map, true or false, not {}", node.kind());
                diags.push(Diagnostic::error(&SCHEMA_VALUE, message).at(node.span, "this is not"));
            }
            continue;
        };
        let key = std::ptr::from_ref(*node);
        let Some(dialect) = index.places.get(&key).map(|place| place.dialect) else { continue };
        if dialect.is_taken_apart() {
            values(map, diags);
        }
        let edges = same.entry(key).or_default();
        for reference in index.references(node) {
            match index.follow(node, reference) {
                Some(Ok(Target::Schema(target))) => {
                    let is_dynamic = map.get("$dynamicRef").is_some_and(|own| std::ptr::eq(own, reference));
                    if is_dynamic && index.is_dynamic(reference, target) {
                        dynamic = dynamic.or(Some(reference));
                    }
                    edges.push((target, reference));
                }
                Some(Ok(Target::Meta)) | None => {}
                Some(Err(broken)) => {
                    let text = reference.as_text().unwrap_or_default();
                    let message = format!("the reference `{text}` leads nowhere");
                    let mut diagnostic =
                        Diagnostic::error(&SCHEMA_REFERENCE, message).at(reference.span, broken.text);
                    if let Some(near) = broken.near {
                        diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
                    }
                    if let Some(uri) = broken.remote {
                        diagnostic = diagnostic.help(format!(
                            "nothing is ever fetched: give a copy with `--resource {uri}=PATH`"
                        ));
                    }
                    diags.push(diagnostic);
                }
            }
        }
        if dialect.lonely_ref() && map.get("$ref").is_some() {
            continue;
        }
        for entry in &map.entries {
            if let Some((holds, true)) = holds(dialect.draft, &entry.key) {
                edges.extend(inner(&entry.value, holds).map(|(_, node)| (node, node)));
            }
        }
    }
    let (endless, finished) = endless(&order, &same, diags);
    let targets = |node: &Node| same.get(&std::ptr::from_ref(node)).map_or(&[][..], Vec::as_slice);
    let unfolded = finished.into_iter().map(|node| (node, targets(node).iter().map(|edge| edge.0).collect()));
    Found { endless, dynamic, unfolded: unfolded.collect() }
}

/// Finds schemas that speak of the same value as they do themselves, without end; beside them all schemas, each after those
/// that it leads to.
fn endless<'a>(
    order: &[&'a Node],
    same: &HashMap<Key, Vec<(&'a Node, &'a Node)>>,
    diags: &mut Vec<Diagnostic>,
) -> (HashSet<Key>, Vec<&'a Node>) {
    let (mut open, mut done, mut found) = (HashSet::new(), HashSet::new(), HashSet::new());
    let mut finished = Vec::new();
    for start in order {
        if done.contains(&std::ptr::from_ref(*start)) {
            continue;
        }
        let mut stack = vec![(*start, 0usize)];
        open.insert(std::ptr::from_ref(*start));
        while let Some((node, next)) = stack.pop() {
            let key = std::ptr::from_ref(node);
            let Some((target, place)) = same.get(&key).and_then(|edges| edges.get(next)) else {
                open.remove(&key);
                done.insert(key);
                finished.push(node);
                continue;
            };
            stack.push((node, next + 1));
            let key = std::ptr::from_ref(*target);
            if open.contains(&key) {
                if found.insert(key) {
                    let message = "this schema is made of itself";
                    diags.push(
                        Diagnostic::error(&SCHEMA_ENDLESS, message)
                            .at(place.span, "leads back to a schema that it is part of")
                            .help("a property or item may refer back; the schema of the same value may not"),
                    );
                }
            } else if !done.contains(&key) {
                open.insert(key);
                stack.push((*target, 0));
            }
        }
    }
    (found, finished)
}

/// The kinds of the values of keywords.
fn values(map: &Map, diags: &mut Vec<Diagnostic>) {
    for entry in &map.entries {
        let value = &entry.value;
        let wanted = match entry.key.as_str() {
            "type" => {
                type_names(value, diags);
                continue;
            }
            "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties" | "maxProperties"
            | "minContains" | "maxContains" => {
                (value.as_number().and_then(whole).is_some(), "a whole number from 0")
            }
            "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" => {
                (value.as_number().is_some(), "a number")
            }
            "multipleOf" => {
                let above = value.as_number().is_some_and(|n| n.as_f64().is_none_or(|value| value > 0.0));
                (above, "a number above 0")
            }
            "pattern" | "format" | "$ref" | "$id" | "$anchor" | "$dynamicRef" | "$dynamicAnchor" => {
                (value.as_text().is_some(), "text")
            }
            "uniqueItems" => (value.as_bool().is_some(), "true or false"),
            "enum" | "required" | "allOf" | "anyOf" | "oneOf" | "prefixItems" => {
                (value.as_list().is_some(), "a list")
            }
            "properties" | "patternProperties" | "$defs" | "definitions" | "dependentSchemas"
            | "dependentRequired" | "dependencies" => (value.as_map().is_some(), "a map"),
            "additionalProperties"
            | "not"
            | "if"
            | "then"
            | "else"
            | "contains"
            | "propertyNames"
            | "unevaluatedItems"
            | "unevaluatedProperties"
            | "additionalItems" => (is_schema(value), "a schema: a map, true or false"),
            "items" => (is_schema(value) || value.as_list().is_some(), "a schema: a map, true or false"),
            _ => continue,
        };
        if !wanted.0 {
            let message = format!("`{}` must be {}, not {}", entry.key, wanted.1, value.kind());
            let same = message.ends_with(&format!("{}, not {}", value.kind(), value.kind()));
            let message = if same || value.as_number().is_some() && wanted.1.contains("number") {
                format!("`{}` must be {}", entry.key, wanted.1)
            } else {
                message
            };
            diags.push(Diagnostic::error(&SCHEMA_VALUE, message).at(value.span, "this is not"));
        }
        members(entry.key.as_str(), value, diags);
    }
}

/// The values in the lists and maps of keywords.
fn members(key: &str, value: &Node, diags: &mut Vec<Diagnostic>) {
    let mut say = |node: &Node, wanted: &str| {
        let message = format!("an entry of `{key}` must be {wanted}, not {}", node.kind());
        diags.push(Diagnostic::error(&SCHEMA_VALUE, message).at(node.span, "this is not"));
    };
    match key {
        "required" => {
            let names = value.as_list().unwrap_or_default();
            names.iter().filter(|node| node.as_text().is_none()).for_each(|node| say(node, "text"));
        }
        "allOf" | "anyOf" | "oneOf" | "prefixItems" | "items" => {
            let schemas = value.as_list().unwrap_or_default();
            schemas.iter().filter(|node| !is_schema(node)).for_each(|node| say(node, "a schema"));
        }
        "properties" | "patternProperties" | "dependentSchemas" | "$defs" | "definitions" => {
            let entries = value.as_map().map_or(&[][..], |map| &map.entries);
            entries.iter().filter(|entry| !is_schema(&entry.value)).for_each(|e| say(&e.value, "a schema"));
        }
        _ => {}
    }
}

fn is_schema(node: &Node) -> bool {
    matches!(node.value, Value::Map(_) | Value::Bool(_))
}

fn type_names(node: &Node, diags: &mut Vec<Diagnostic>) {
    let names = match &node.value {
        Value::List(names) => names.iter().collect(),
        _ => vec![node],
    };
    for name in names {
        let Some(text) = name.as_text() else {
            let message = format!("a type must be text, not {}", name.kind());
            diags.push(Diagnostic::error(&SCHEMA_VALUE, message).at(name.span, "this is not"));
            continue;
        };
        if !TYPES.contains(&text) {
            let mut diagnostic = Diagnostic::error(&SCHEMA_VALUE, format!("there is no type `{text}`"));
            diagnostic = diagnostic.at(name.span, "not a type");
            diags.push(match nearest(text, TYPES.iter().copied()) {
                Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                None => diagnostic.help(format!("one of `{}`", TYPES.join("`, `"))),
            });
        }
    }
}
