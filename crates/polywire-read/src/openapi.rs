//! OpenAPI 2.0, 3.0, 3.1 and 3.2 as the model. <https://spec.openapis.org/oas/v3.2.0.html>
//!
//! First the document is validated, whole and with a place for every mistake; then schemas become types and paths become
//! operations, where what was wrong is passed over in silence. Must not know a transport or an encoding's bytes.

mod beside;
mod body;
mod documents;
mod fields;
mod input;
mod kept;
mod multipart;
mod operation;
mod outcome;
mod parts;
mod path;
mod pattern;
mod record;
mod rules;
mod schema;
mod shape;
mod sum;
mod swagger;
mod validate;
mod values;

use std::collections::HashSet;

use polywire_contract::{Contract, Description, InterfaceId, Shape, TypeId};
use polywire_diag::{Diagnostic, FileId, Span, nearest};
use polywire_syntax::{Entry, Map, Node, Value, escape};

use crate::codes::{
    BAD_DEFAULT, BAD_DISCRIMINATOR, BAD_PARAMETER, BAD_REFERENCE, BAD_VALUE, DUPLICATE, ENDLESS, LIMIT,
    MISSING_FIELD, NO_EFFECT, NOT_CHECKED, NOT_MERGED, OPAQUE, PATH, PATH_PARAMETER, UNKNOWN_KEY,
    UNSUPPORTED_VERSION, WRONG_KIND,
};
use crate::{Reader, Sources, start_of};

use documents::{Documents, Resolver};
use operation::Operations;
use schema::Lowering;

/// Marks what a description says of the errors that Polywire itself decides: no contract declares those.
const STANDARD: &str = "x-polywire-standard";

/// Reads OpenAPI descriptions.
pub(crate) struct OpenApi;

/// The editions of OpenAPI that differ for a reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Edition {
    V30,
    V31,
    V32,
}

impl Reader for OpenApi {
    fn name(&self) -> &'static str {
        "openapi"
    }

    fn recognises(&self, _name: &str, text: &str) -> bool {
        recognises(text)
    }

    fn read(
        &self,
        file: FileId,
        sources: &mut dyn Sources,
        contract: &mut Contract,
        diags: &mut Vec<Diagnostic>,
    ) {
        let before = diags.len();
        read(file, sources, contract, diags);
        diags[before..].sort_by_key(|diagnostic| diagnostic.labels.first().map(|label| label.span));
    }
}

fn read(file: FileId, sources: &mut dyn Sources, contract: &mut Contract, diags: &mut Vec<Diagnostic>) {
    let Some(documents) = Documents::load(file, sources, diags) else { return };
    let Some(document) = documents.document(file) else { return };
    let Some(map) = document.root.as_map() else {
        let message = format!("an OpenAPI description is a map, not {}", document.root.kind());
        diags.push(Diagnostic::error(&WRONG_KIND, message).at(document.root.span, "the whole document"));
        return;
    };
    let Some(edition) = edition(map, file, diags) else { return };
    let mut resolver = Resolver::new(&documents);
    validate::validate(&document.root, edition, &mut resolver, diags);
    let from = contract.types.len();
    let interfaces = contract.interfaces.len() as u32;
    let mut lowering = Lowering::new(edition, &mut resolver, contract, diags);
    schemas(&mut lowering, map, &document.name);
    Operations::new(&mut lowering, map, &document.name).read(map);
    description(&mut lowering, map, &document.name, interfaces);
    lowering.finish();
    lowering.finish_beside();
    endless_sums(contract, from, diags);
    defaults(contract, from, diags);
}

/// Leaves out defaults that are no values of their types, and says so once for each.
fn defaults(contract: &mut Contract, from: usize, diags: &mut Vec<Diagnostic>) {
    let mut said = HashSet::new();
    for at in from..contract.types.len() {
        let Shape::Record(record) = &contract.types[at].shape else { continue };
        let misfit = |(place, field): (usize, &polywire_contract::Field)| {
            let default = field.default.as_ref()?;
            let reason = contract.misfit(field.ty, default)?;
            let wanted = reason.strip_prefix("must be ").and_then(|rest| rest.split(", not ").next());
            let help = wanted.and_then(|wanted| validate::fix(default, wanted));
            let message = format!("the default of `{}` {reason}", field.name);
            let diagnostic = Diagnostic::warning(&BAD_DEFAULT, message).at(default.span, "left out");
            Some((place, default.span, help.into_iter().fold(diagnostic, Diagnostic::help)))
        };
        let found: Vec<_> = record.fields.iter().enumerate().filter_map(misfit).collect();
        for (place, span, diagnostic) in found {
            if said.insert(span) {
                diags.push(diagnostic);
            }
            if let Shape::Record(record) = &mut contract.types[at].shape {
                record.fields[place].default = None;
            }
        }
    }
}

/// Lowers every schema that has a name of its own, also where nothing uses it.
fn schemas<'a>(lowering: &mut Lowering<'_, 'a>, document: &'a Map, name: &str) {
    let components = document.get("components").and_then(Node::as_map);
    let schemas = components.and_then(|map| map.get("schemas")).and_then(Node::as_map);
    let entries = schemas.map_or(&[][..], |map| &map.entries);
    let own = |entry: &&Entry| !entry.value.as_map().is_some_and(|map| schema::is_set(map, STANDARD));
    for entry in entries {
        let id = format!("{name}#/components/schemas/{}", escape(&entry.key));
        lowering.names.insert(std::ptr::from_ref(&entry.value), id);
    }
    for entry in entries.iter().filter(own) {
        lowering.use_of(&entry.value);
    }
    lowering.finish();
}

/// Keeps what the document says as a whole.
fn description<'a>(lowering: &mut Lowering<'_, 'a>, map: &'a Map, name: &str, interfaces: u32) {
    const KEPT: &[&str] = &["info", "servers", "security", "webhooks", "externalDocs"];
    let extension = |key: &str| key.starts_with("x-") && !key.starts_with("x-polywire-");
    let fields = lowering.kept_fields(map, |key| KEPT.contains(&key) || extension(key));
    let components = map.get("components").and_then(Node::as_map);
    let schemes = components.and_then(|map| map.get("securitySchemes")).and_then(Node::as_map);
    let security_schemes = schemes.map_or_else(Vec::new, |map| lowering.kept_fields(map, |_| true));
    let version = match map.get("openapi").map(|node| &node.value) {
        Some(Value::Text(text)) => text.clone(),
        Some(Value::Number(number)) => number.0.clone(),
        _ => String::new(),
    };
    let contract = &mut *lowering.contract;
    let interfaces = (interfaces..contract.interfaces.len() as u32).map(InterfaceId).collect();
    let nowhere = Span::new(FileId(0), 0, 0);
    let (name, span) = (name.to_string(), map.entries.first().map_or(nowhere, |entry| entry.key_span));
    contract.openapi.descriptions.push(Description {
        name,
        span,
        version,
        interfaces,
        fields,
        security_schemes,
    });
}

/// The edition that a document says it is of.
fn edition(map: &Map, file: FileId, diags: &mut Vec<Diagnostic>) -> Option<Edition> {
    if let Some(entry) = map.entry("swagger") {
        let message = "this version of Swagger is not known";
        let diagnostic =
            Diagnostic::error(&UNSUPPORTED_VERSION, message).at(entry.value.span, "this version");
        diags.push(diagnostic.help("write `swagger: \"2.0\"`, or `openapi: 3.1.0`"));
        return None;
    }
    let Some(entry) = map.entry("openapi") else {
        let message = "the document does not say its version";
        let mut diagnostic = Diagnostic::error(&MISSING_FIELD, message);
        match map.entries.iter().find(|entry| nearest(&entry.key, ["openapi"]).is_some()) {
            Some(near) => diagnostic = diagnostic.at(near.key_span, "did you mean `openapi`?"),
            None => diagnostic = diagnostic.at(validate::first(map, start_of(file)), "no `openapi` here"),
        }
        diags.push(diagnostic.help("begin with `openapi: 3.1.0`"));
        return None;
    };
    let text = match &entry.value.value {
        Value::Text(text) => text.as_str(),
        Value::Number(number) => number.0.as_str(),
        _ => "",
    };
    let mut pieces = text.split('.');
    let edition = match (pieces.next(), pieces.next()) {
        (Some("3"), Some("0")) => Some(Edition::V30),
        (Some("3"), Some("1")) => Some(Edition::V31),
        (Some("3"), Some("2")) => Some(Edition::V32),
        _ => None,
    };
    if edition.is_none() {
        let message = format!("OpenAPI {text} is not known").replace("  ", " ");
        let diagnostic =
            Diagnostic::error(&UNSUPPORTED_VERSION, message).at(entry.value.span, "this version");
        diags.push(diagnostic.help("2.0, 3.0, 3.1 and 3.2 can be read"));
    }
    edition
}

/// Whether a text begins like an OpenAPI description: the key stands at the outermost level.
fn recognises(text: &str) -> bool {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if text.starts_with('{') {
        return json_key(text);
    }
    let line = |line: &str| {
        ["openapi", "swagger"].iter().any(|key| {
            let rest = line.strip_prefix(['"', '\'']).unwrap_or(line);
            let rest = rest.strip_prefix(key).map(|rest| rest.strip_prefix(['"', '\'']).unwrap_or(rest));
            rest.is_some_and(|rest| rest.trim_start().starts_with(':'))
        })
    };
    text.lines().any(line)
}

/// Whether the outermost JSON object has the key, without parsing more than strings and nesting.
fn json_key(text: &str) -> bool {
    let bytes = text.as_bytes();
    let (mut depth, mut at) = (0usize, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'"' => {
                let start = at + 1;
                at = start;
                while at < bytes.len() && bytes[at] != b'"' {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
                let key = bytes.get(start..at).unwrap_or_default();
                let after = text.get(at + 1..).unwrap_or_default().trim_start();
                if depth == 1 && matches!(key, b"openapi" | b"swagger") && after.starts_with(':') {
                    return true;
                }
            }
            _ => {}
        }
        at += 1;
    }
    false
}

/// Finds sums that are alternatives of themselves, which no value could ever be.
fn endless_sums(contract: &Contract, from: usize, diags: &mut Vec<Diagnostic>) {
    let count = contract.types.len();
    let mut done = vec![false; count];
    let mut open = vec![false; count];
    for start in from..count {
        let mut stack = vec![(start, 0usize)];
        while let Some((at, next)) = stack.pop() {
            let variants = match &contract.ty(TypeId(at as u32)).shape {
                Shape::Sum(sum) if !done[at] => &sum.variants[..],
                _ => &[],
            };
            open[at] = true;
            match variants.get(next).map(|variant| variant.ty.0 as usize) {
                Some(inner) => {
                    stack.push((at, next + 1));
                    if open[inner] {
                        let span = variants[next].span;
                        let message = "this alternative leads back to the schema that it is part of";
                        diags.push(Diagnostic::error(&ENDLESS, message).at(span, "without end"));
                    } else if !done[inner] {
                        stack.push((inner, 0));
                    }
                }
                None => {
                    open[at] = false;
                    done[at] = true;
                }
            }
        }
    }
}
