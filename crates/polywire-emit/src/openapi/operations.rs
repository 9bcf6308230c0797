//! Operations under their paths: parameters, bodies, responses.

use std::fmt::Write;

use polywire_contract::{
    BodyBinding, Field, HttpBinding, InterfaceId, Operation, Outcome, Parameter, Place, Record, Segment,
    Shape, Status, Streaming, Style, WildcardPart,
};
use polywire_diag::Diagnostic;
use serde_json::{Map, Value, json};

use super::schemas::{Dialect, reference};
use super::{Printer, STANDARD_ERROR};
use crate::NOT_SAYABLE;

impl Printer<'_> {
    pub(super) fn interface(&mut self, id: InterfaceId) {
        let contract = self.contract;
        let name = &contract.interfaces[id.0 as usize].name;
        for operation in contract.operations.iter().filter(|operation| operation.interface == id) {
            if operation.streaming != Streaming::Unary {
                self.warn(operation, "is a stream");
            }
            for binding in &operation.http {
                self.binding(operation, binding, name);
            }
        }
    }

    fn binding(&mut self, operation: &Operation, binding: &HttpBinding, tag: &str) {
        let none = Record::default();
        let record = self.contract.record(operation.input).unwrap_or(&none);
        let (path, mut parameters) = self.path(operation, binding);
        let path = self.same_path(path, &mut parameters);
        let method = binding.method.to_lowercase();
        if self.paths.get(&path).is_some_and(|item| item.get(&method).is_some()) {
            return self
                .warn(operation, &format!("has the method and path of another, {} {path}", binding.method));
        }
        parameters.extend(self.parameters(operation, binding, record));
        let mut out = Map::new();
        out.insert("operationId".into(), json!(self.operation_id(operation)));
        out.insert("tags".into(), json!([tag]));
        if !operation.doc.is_empty() {
            out.insert("description".into(), json!(operation.doc));
        }
        if operation.deprecated {
            out.insert("deprecated".into(), json!(true));
        }
        if !parameters.is_empty() {
            out.insert("parameters".into(), Value::Array(parameters));
        }
        if let Some(body) = self.body(operation, binding, record) {
            out.insert("requestBody".into(), body);
        }
        out.insert("responses".into(), self.responses(operation, binding));
        let item = self.paths.entry(path).or_insert_with(|| json!({}));
        item[method] = Value::Object(out);
    }

    /// Paths that differ only in the names of their variables are one path: the names of the first count.
    fn same_path(&self, path: String, parameters: &mut [Value]) -> String {
        let Some(first) =
            self.paths.keys().find(|known| **known != path && shape_of(known) == shape_of(&path))
        else {
            return path;
        };
        for (parameter, name) in parameters.iter_mut().zip(variables(first)) {
            parameter["name"] = json!(name);
        }
        first.clone()
    }

    fn operation_id(&mut self, operation: &Operation) -> String {
        let wanted = [operation.name.clone(), operation.id.replace('.', "_")];
        let numbered = (2u64..).map(|n| format!("{}_{n}", operation.name));
        let mut candidates = wanted.into_iter().chain(numbered);
        candidates.find(|id| self.operation_ids.insert(id.clone())).expect("numbers do not end")
    }

    /// The path's text, and a parameter for each of its variables.
    fn path(&mut self, operation: &Operation, binding: &HttpBinding) -> (String, Vec<Value>) {
        let (mut path, mut found) = (String::new(), Vec::new());
        for segment in &binding.path {
            match segment {
                Segment::Literal(text) => {
                    let _ = write!(path, "/{text}");
                }
                Segment::Field { prefix, field, suffix } => {
                    let Some((name, leaf, dialect)) = self.leaf(operation, field) else { continue };
                    let _ = write!(path, "/{prefix}{{{name}}}{suffix}");
                    let style = match field.first().and_then(|at| binding.places.get(*at as usize)) {
                        Some(Place::Path { style, explode }) => (*style, *explode),
                        _ => (Style::Simple, false),
                    };
                    let schema = self.schema(leaf.ty, dialect, 0);
                    found.push(parameter("path", &name, schema, &leaf.doc, true, style));
                }
                Segment::Wildcard { field, pattern } => {
                    let Some((name, leaf, _)) = self.leaf(operation, field) else { continue };
                    self.warn(operation, &format!("has the variable `{name}` over several segments"));
                    let _ = write!(path, "/{{{name}}}");
                    let schema = json!({"type": "string", "pattern": pattern_of(pattern)});
                    found.push(parameter("path", &name, schema, &leaf.doc, true, (Style::Simple, false)));
                }
            }
        }
        if path.is_empty() {
            path.push('/');
        }
        if let Some(verb) = &binding.verb {
            let _ = write!(path, ":{verb}");
        }
        (path, found)
    }

    /// A field in the input or in records inside it, its name from the outside, and the JSON it has.
    fn leaf(&self, operation: &Operation, path: &[u32]) -> Option<(String, Field, Dialect)> {
        let (mut owner, mut names, mut found) = (operation.input, Vec::new(), None);
        for at in path {
            let field = self.contract.record(owner)?.fields.get(*at as usize)?;
            names.push(field.name.as_str());
            found = Some((field.clone(), self.dialect(owner)));
            owner = field.ty.id;
        }
        found.map(|(field, dialect)| (names.join("."), field, dialect))
    }

    fn parameters(&mut self, operation: &Operation, binding: &HttpBinding, record: &Record) -> Vec<Value> {
        let leaves = self.contract.parameters(operation, binding);
        let in_path = |path: &[u32]| {
            binding.path.iter().any(|segment| match segment {
                Segment::Field { field, .. } | Segment::Wildcard { field, .. } => field == path,
                Segment::Literal(_) => false,
            })
        };
        let dialect = self.dialect(operation.input);
        let mut found = Vec::new();
        for (at, (field, place)) in record.fields.iter().zip(&binding.places).enumerate() {
            match place {
                Place::Path { .. } | Place::Body => {}
                Place::Query { style: Style::Dotted, .. } => {
                    let own = leaves
                        .iter()
                        .filter(|leaf| leaf.path.first() == Some(&(at as u32)) && !in_path(&leaf.path));
                    for leaf in own {
                        found.extend(self.dotted(leaf, field, dialect));
                    }
                }
                Place::Query { style, explode } => {
                    let schema = self.field(field, dialect, 0);
                    found.push(parameter(
                        "query",
                        &field.name,
                        schema,
                        &field.doc,
                        field.required || field.required_on_request,
                        (*style, *explode),
                    ));
                }
                Place::Header => {
                    let schema = self.field(field, dialect, 0);
                    found.push(parameter(
                        "header",
                        &field.name,
                        schema,
                        &field.doc,
                        field.required || field.required_on_request,
                        (Style::Simple, false),
                    ));
                }
                Place::Cookie => {
                    let schema = self.field(field, dialect, 0);
                    found.push(parameter(
                        "cookie",
                        &field.name,
                        schema,
                        &field.doc,
                        field.required || field.required_on_request,
                        (Style::Form, true),
                    ));
                }
            }
        }
        found
    }

    /// A leaf of a dotted query; what cannot stand there is left out.
    fn dotted(&mut self, leaf: &Parameter, field: &Field, dialect: Dialect) -> Option<Value> {
        let contract = self.contract;
        let scalar = |shape: &Shape| {
            !matches!(
                shape,
                Shape::Record(_) | Shape::Map { .. } | Shape::Any | Shape::List(_) | Shape::Sum(_)
            )
        };
        let queryable = match &contract.ty(leaf.ty.id).shape {
            Shape::List(item) => scalar(&contract.ty(item.id).shape),
            shape => scalar(shape),
        };
        let whole = leaf.path.len() == 1;
        let schema = if whole { self.field(field, dialect, 0) } else { self.schema(leaf.ty, dialect, 0) };
        let name = leaf.names.first()?;
        let required = whole && (field.required || field.required_on_request);
        queryable.then(|| {
            parameter(
                "query",
                name,
                schema,
                if whole { &field.doc } else { "" },
                required,
                (Style::Form, true),
            )
        })
    }

    fn body(&mut self, operation: &Operation, binding: &HttpBinding, record: &Record) -> Option<Value> {
        let dialect = self.dialect(operation.input);
        let content = match &binding.body {
            BodyBinding::None => return None,
            BodyBinding::Fields { ty: None } if self.contract.record(operation.input).is_none() => {
                json_content(self.schema(operation.input.into(), dialect, 0))
            }
            BodyBinding::Fields { ty: Some(ty) } => json_content(self.schema(*ty, dialect, 0)),
            BodyBinding::Fields { ty: None } => {
                let which: Vec<usize> = binding
                    .places
                    .iter()
                    .enumerate()
                    .filter(|(_, place)| **place == Place::Body)
                    .map(|(at, _)| at)
                    .collect();
                let named = self.contract.ty(operation.input).name.is_some();
                if named && which.len() == record.fields.len() {
                    json_content(self.schema(operation.input.into(), dialect, 0))
                } else {
                    json_content(self.some_fields(record, &which, dialect, 0))
                }
            }
            BodyBinding::Field(at) => {
                let field = record.fields.get(*at as usize)?;
                json_content(self.field(field, dialect, 0))
            }
            BodyBinding::Opaque { media } => media.iter().map(|media| (media.clone(), json!({}))).collect(),
        };
        Some(json!({"required": !binding.body_optional, "content": content}))
    }

    fn responses(&mut self, operation: &Operation, binding: &HttpBinding) -> Value {
        let mut responses = Map::new();
        for outcome in &operation.outcomes {
            let key = match outcome.status {
                Status::Exact(status) => status.to_string(),
                Status::Range(hundred) => format!("{hundred}XX"),
                Status::Default => "default".into(),
            };
            let mut content = Map::new();
            for media in &outcome.media {
                let schema = media.ty.map(|ty| self.answer(ty, outcome, binding));
                let schema = schema.map_or_else(|| json!({}), |schema| json!({"schema": schema}));
                content.insert(media.name.clone(), schema);
            }
            if content.is_empty() && outcome.status == Status::Default && !outcome.ok {
                content = json_content(reference(STANDARD_ERROR));
            }
            let doc =
                if outcome.doc.is_empty() { if outcome.ok { "OK" } else { "Error" } } else { &outcome.doc };
            let mut response = json!({"description": doc});
            if !content.is_empty() {
                response["content"] = Value::Object(content);
            }
            responses.insert(key, response);
        }
        if !responses.contains_key("default") {
            let content = json_content(reference(STANDARD_ERROR));
            responses.insert("default".into(), json!({"description": "Error", "content": content}));
        }
        Value::Object(responses)
    }

    fn answer(&mut self, ty: polywire_contract::TypeRef, outcome: &Outcome, binding: &HttpBinding) -> Value {
        let contract = self.contract;
        let dialect = self.dialect(ty.id);
        match binding.response_field.filter(|_| outcome.ok) {
            Some(at) => match contract.record(ty.id).and_then(|record| record.fields.get(at as usize)) {
                Some(field) => self.schema(field.ty, dialect, 0),
                None => json!({}),
            },
            None => self.schema(ty, dialect, 0),
        }
    }

    fn warn(&mut self, operation: &Operation, what: &str) {
        let message = format!("`{}` {what}, which OpenAPI cannot say", operation.id);
        self.diags.push(Diagnostic::warning(&NOT_SAYABLE, message).at(operation.span, ""));
    }
}

/// A path without the names of its variables.
fn shape_of(path: &str) -> String {
    path.split('{')
        .enumerate()
        .map(|(at, part)| if at == 0 { part } else { part.split_once('}').map_or("", |p| p.1) })
        .fold(String::new(), |acc, part| acc + "{}" + part)
}

fn variables(path: &str) -> impl Iterator<Item = &str> {
    path.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(name, _)| name)
}

fn json_content(schema: Value) -> Map<String, Value> {
    Map::from_iter([("application/json".to_string(), json!({"schema": schema}))])
}

fn parameter(
    place: &str,
    name: &str,
    mut schema: Value,
    doc: &str,
    required: bool,
    style: (Style, bool),
) -> Value {
    // The parameter has the description, so that its schema need not repeat it.
    if let Some(map) =
        schema.as_object_mut().filter(|map| !doc.is_empty() && map.get("description") == Some(&json!(doc)))
    {
        map.remove("description");
    }
    let mut out = json!({"name": name, "in": place});
    if !doc.is_empty() {
        out["description"] = json!(doc);
    }
    if required {
        out["required"] = json!(true);
    }
    let (default, named) = match style.0 {
        Style::Simple => (place == "path" || place == "header", "simple"),
        Style::Form | Style::Dotted => (place == "query" || place == "cookie", "form"),
        Style::Label => (false, "label"),
        Style::Matrix => (false, "matrix"),
        Style::SpaceDelimited => (false, "spaceDelimited"),
        Style::PipeDelimited => (false, "pipeDelimited"),
        Style::DeepObject => (false, "deepObject"),
    };
    if !default {
        out["style"] = json!(named);
    }
    if style.1 != (named == "form") {
        out["explode"] = json!(style.1);
    }
    out["schema"] = schema;
    out
}

/// The pattern of a variable over several segments.
fn pattern_of(parts: &[WildcardPart]) -> String {
    let parts: Vec<String> = parts
        .iter()
        .map(|part| match part {
            WildcardPart::One => "[^/]+".to_string(),
            WildcardPart::Rest => ".*".to_string(),
            WildcardPart::Literal(text) => text.chars().fold(String::new(), |mut acc, c| {
                if "\\^$.|?*+()[]{}/".contains(c) {
                    acc.push('\\');
                }
                acc.push(c);
                acc
            }),
        })
        .collect();
    format!("^{}$", parts.join("/"))
}
