//! Operations under their paths: parameters, bodies, responses.

use std::fmt::Write;

use polywire_contract::{
    Effect, Field, Header, HttpBinding, InterfaceId, Operation, OperationId, Outcome, Parameter, PathPart,
    Place, Record, Segment, Shape, Spelling, Status, Streaming, Style, TypeId, WildcardPart,
};
use polywire_diag::Diagnostic;
use serde_json::{Map, Value, json};

use super::schemas::{Dialect, reference};
use super::{Printer, STANDARD_ERROR};
use crate::NOT_SAYABLE;

pub(super) const JSON: &str = "application/json";

/// The methods that a path item has a field for.
const METHODS: &[&str] = &["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// An operation while it is written.
struct One<'o> {
    operation: &'o Operation,
    id: OperationId,
    tag: &'o str,
}

impl Printer<'_> {
    pub(super) fn interface(&mut self, id: InterfaceId) {
        let contract = self.contract;
        let name = &contract.interfaces[id.0 as usize].name;
        for (at, operation) in contract.operations.iter().enumerate() {
            if operation.interface != id {
                continue;
            }
            if operation.streaming != Streaming::Unary {
                self.warn(operation, "is a stream");
            }
            let one = One { operation, id: OperationId(at as u32), tag: name };
            for (place, binding) in operation.http.iter().enumerate() {
                let same = |other: &HttpBinding| {
                    other.method == binding.method && other.path == binding.path && other.verb == binding.verb
                };
                match operation.http[..place].iter().any(same) {
                    true => self.more_media(operation, place),
                    false => self.binding(&one, place),
                }
            }
        }
    }

    fn binding(&mut self, one: &One<'_>, place: usize) {
        let operation = one.operation;
        let binding = &operation.http[place];
        let none = Record::default();
        let record = self.contract.record(operation.input).unwrap_or(&none);
        let (path, mut parameters) = self.path(operation, binding);
        let path = self.same_path(path, &mut parameters);
        let method = binding.method.to_lowercase();
        if self.operation_at(&path, &method).is_some() {
            return self
                .warn(operation, &format!("has the method and path of another, {} {path}", binding.method));
        }
        let fields = binding.path.iter().flat_map(Segment::fields).map(|field| field[0]);
        let mut placed: Vec<(u32, Value)> = fields.zip(parameters).collect();
        placed.extend(self.parameters(operation, binding, record));
        // In the order of the input record, whose fields other protocols number.
        placed.sort_by_key(|(at, _)| *at);
        let parameters: Vec<Value> = placed.into_iter().map(|(_, parameter)| parameter).collect();
        let mut out = Map::new();
        out.insert("operationId".into(), json!(self.operation_id(operation)));
        out.insert("tags".into(), json!([one.tag]));
        if !operation.doc.is_empty() {
            out.insert("description".into(), json!(operation.doc));
        }
        if operation.deprecated {
            out.insert("deprecated".into(), json!(true));
        }
        if operation.effect == Effect::Idempotent && matches!(method.as_str(), "post" | "patch") {
            out.insert("x-polywire-idempotent".into(), json!(true));
        }
        if !parameters.is_empty() {
            out.insert("parameters".into(), Value::Array(parameters));
        }
        if let Some(content) = self.body(operation, place, record) {
            let required = !binding.body_optional;
            out.insert("requestBody".into(), json!({"required": required, "content": content}));
        }
        out.insert("responses".into(), self.responses(one, binding));
        self.notes(one.id, &mut out);
        self.written.insert((operation.input, binding.method.clone()), (path.clone(), method.clone()));
        let item = self.paths.entry(path).or_insert_with(|| json!({}));
        match METHODS.contains(&method.as_str()) {
            true => item[method] = Value::Object(out),
            false => item["additionalOperations"][&binding.method] = Value::Object(out),
        }
    }

    fn operation_at(&mut self, path: &str, method: &str) -> Option<&mut Value> {
        let item = self.paths.get_mut(path)?;
        match METHODS.contains(&method) {
            true => item.get_mut(method),
            false => item.get_mut("additionalOperations")?.get_mut(method.to_uppercase()),
        }
    }

    /// Another media type of a body that was written already.
    fn more_media(&mut self, operation: &Operation, place: usize) {
        let Some(record) = self.contract.record(operation.input) else { return };
        let Some(content) = self.body(operation, place, record) else { return };
        let key = (operation.input, operation.http[place].method.clone());
        let Some((path, method)) = self.written.get(&key).cloned() else { return };
        let written = self.operation_at(&path, &method).and_then(|written| written.get_mut("requestBody"));
        if let Some(Value::Object(before)) = written.and_then(|body| body.get_mut("content")) {
            for (media, described) in content {
                before.entry(media).or_insert(described);
            }
        }
    }

    /// What the contract says of the operation beside the call itself.
    fn notes(&mut self, id: OperationId, out: &mut Map<String, Value>) {
        let contract = self.contract;
        let Some(notes) = contract.openapi.operations.get(&id) else { return };
        for (key, kept) in notes.fields.iter().filter(|(key, _)| key != "servers") {
            let value = self.kept(kept);
            match key.as_str() {
                "tags" => {
                    let more = value.as_array().cloned().unwrap_or_default();
                    if let Some(tags) = out.get_mut("tags").and_then(Value::as_array_mut) {
                        let more: Vec<Value> = more.into_iter().filter(|tag| !tags.contains(tag)).collect();
                        tags.extend(more);
                    }
                }
                "summary" if out.get("description") == Some(&value) => {
                    // A description that is nothing but the summary was made of it.
                    out.remove("description");
                    out.insert("summary".into(), value);
                }
                _ => drop(out.insert(key.clone(), value)),
            }
        }
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
                    let Some((name, parameter)) = self.variable(operation, binding, field) else { continue };
                    let _ = write!(path, "/{prefix}{{{name}}}{suffix}");
                    found.push(parameter);
                }
                Segment::Mixed(parts) => {
                    path.push('/');
                    for part in parts {
                        match part {
                            PathPart::Text(text) => path.push_str(text),
                            PathPart::Field(field) => {
                                let variable = self.variable(operation, binding, field);
                                if let Some((name, parameter)) = variable {
                                    let _ = write!(path, "{{{name}}}");
                                    found.push(parameter);
                                }
                            }
                        }
                    }
                }
                Segment::Wildcard { field, pattern } => {
                    let Some((name, leaf, _)) = self.leaf(operation, field) else { continue };
                    self.warn(operation, &format!("has the variable `{name}` over several segments"));
                    let _ = write!(path, "/{{{name}}}");
                    let mut schema = json!({"type": "string", "pattern": pattern_of(pattern)});
                    let mut out = json!({"name": name, "in": "path", "required": true});
                    describe(&mut out, &mut schema, &leaf.doc);
                    out["schema"] = schema;
                    found.push(out);
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

    /// The name and the parameter of a variable of the path.
    fn variable(
        &mut self,
        operation: &Operation,
        binding: &HttpBinding,
        field: &[u32],
    ) -> Option<(String, Value)> {
        let (mut name, leaf, dialect) = self.leaf(operation, field)?;
        let usual = Place::Path { style: Style::Simple, explode: false };
        let [at] = field[..] else {
            let leaf = Field { default: None, ..leaf };
            let parameter = self.parameter(&name, &leaf, &usual, &Spelling::default(), dialect);
            return Some((name, parameter));
        };
        let place = binding.places.get(at as usize).filter(|place| matches!(place, Place::Path { .. }));
        let spelling = self.spelling(operation.input, at);
        name = spelling.name.clone().unwrap_or(name);
        let parameter = self.parameter(&name, &leaf, place.unwrap_or(&usual), &spelling, dialect);
        Some((name, parameter))
    }

    pub(super) fn spelling(&self, input: TypeId, at: u32) -> Spelling {
        self.contract.openapi.spellings.get(&(input, at)).cloned().unwrap_or_default()
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

    /// The parameters outside of the path, each with its field.
    fn parameters(
        &mut self,
        operation: &Operation,
        binding: &HttpBinding,
        record: &Record,
    ) -> Vec<(u32, Value)> {
        let leaves = self.contract.parameters(operation, binding);
        let in_path = |path: &[u32]| binding.path.iter().flat_map(Segment::fields).any(|field| field == path);
        let dialect = self.dialect(operation.input);
        let mut found = Vec::new();
        for (at, (field, place)) in record.fields.iter().zip(&binding.places).enumerate() {
            let at = at as u32;
            match place {
                Place::Path { .. } | Place::Body | Place::Form { .. } | Place::Part { .. } | Place::Text => {}
                Place::Query { style: Style::Dotted, .. } => {
                    let own =
                        leaves.iter().filter(|leaf| leaf.path.first() == Some(&at) && !in_path(&leaf.path));
                    for leaf in own {
                        found.extend(self.dotted(leaf, field, dialect).map(|parameter| (at, parameter)));
                    }
                }
                Place::Query { .. } | Place::Header { .. } | Place::Cookie { .. } => {
                    let spelling = self.spelling(operation.input, at);
                    let name = spelling.name.as_ref().unwrap_or(&field.name);
                    found.push((at, self.parameter(name, field, place, &spelling, dialect)));
                }
            }
        }
        found
    }

    /// A parameter object.
    fn parameter(
        &mut self,
        name: &str,
        field: &Field,
        place: &Place,
        spelling: &Spelling,
        dialect: Dialect,
    ) -> Value {
        let (within, usual, style, explode) = match *place {
            Place::Path { style, explode } => ("path", Style::Simple, style, explode),
            Place::Header { explode } => ("header", Style::Simple, Style::Simple, explode),
            Place::Cookie { style, explode } => ("cookie", Style::Form, style, explode),
            Place::Query { style, explode }
            | Place::Form { style, explode }
            | Place::Part { style, explode, .. } => ("query", Style::Form, style, explode),
            Place::Body | Place::Text => ("query", Style::Form, Style::Form, true),
        };
        let mut schema = self.field(field, dialect, 0);
        let mut out = json!({"name": name, "in": within});
        describe(&mut out, &mut schema, &field.doc);
        if field.required || field.required_on_request || within == "path" {
            out["required"] = json!(true);
        }
        let marks = [
            (field.deprecated, "deprecated"),
            (spelling.reserved, "allowReserved"),
            (spelling.empty, "allowEmptyValue"),
        ];
        for (_, key) in marks.into_iter().filter(|(set, _)| *set) {
            out[key] = json!(true);
        }
        if field.deprecated
            && let Some(schema) = schema.as_object_mut()
        {
            schema.remove("deprecated");
        }
        if let Some(media) = &spelling.content {
            out["content"] = json!({media: {"schema": schema}});
            return out;
        }
        if style != usual {
            out["style"] = json!(style_name(style));
        }
        if explode != matches!(style, Style::Form | Style::DeepObject | Style::Cookie) {
            out["explode"] = json!(explode);
        }
        out["schema"] = schema;
        out
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
            let (mut out, mut schema) = (json!({"name": name, "in": "query"}), schema);
            describe(&mut out, &mut schema, if whole { &field.doc } else { "" });
            if required {
                out["required"] = json!(true);
            }
            out["schema"] = schema;
            out
        })
    }

    fn responses(&mut self, one: &One<'_>, binding: &HttpBinding) -> Value {
        let contract = self.contract;
        let mut responses = Map::new();
        for (at, outcome) in one.operation.outcomes.iter().enumerate() {
            let key = match outcome.status {
                Status::Exact(status) => status.to_string(),
                Status::Range(hundred) => format!("{hundred}XX"),
                Status::Default => "default".into(),
            };
            let notes = contract.openapi.outcomes.get(&(one.id, at as u32));
            let mut content = Map::new();
            for media in &outcome.media {
                let kept = notes.and_then(|notes| notes.described.get(&media.name));
                let mut described = kept.map_or_else(|| json!({}), |kept| self.kept(kept));
                if let Some(ty) = media.ty {
                    described["schema"] = self.answer(ty, outcome, binding);
                }
                content.insert(media.name.clone(), described);
            }
            if content.is_empty() && outcome.status == Status::Default && !outcome.ok {
                let standard = json!({"schema": reference(STANDARD_ERROR), "x-polywire-standard": true});
                content = Map::from_iter([(JSON.into(), standard)]);
            }
            let doc =
                if outcome.doc.is_empty() { if outcome.ok { "OK" } else { "Error" } } else { &outcome.doc };
            let mut response = json!({"description": doc});
            let headers = notes.map_or(&[][..], |notes| &notes.headers);
            if !headers.is_empty() {
                let all = headers.iter().map(|header| (header.name.clone(), self.header(header)));
                response["headers"] = Value::Object(all.collect());
            }
            if !content.is_empty() {
                response["content"] = Value::Object(content);
            }
            if let Some(links) = notes.and_then(|notes| notes.links.as_ref()) {
                response["links"] = self.kept(links);
            }
            responses.insert(key, response);
        }
        if !responses.contains_key("default") {
            let content = json!({JSON: {"schema": reference(STANDARD_ERROR)}});
            responses.insert(
                "default".into(),
                json!({"description": "Error", "x-polywire-standard": true, "content": content}),
            );
        }
        Value::Object(responses)
    }

    fn header(&mut self, header: &Header) -> Value {
        let mut schema = self.schema(header.ty, Dialect::Plain, 0);
        let mut out = json!({});
        describe(&mut out, &mut schema, &header.doc);
        let marks =
            [(header.required, "required"), (header.deprecated, "deprecated"), (header.explode, "explode")];
        for (_, key) in marks.into_iter().filter(|(set, _)| *set) {
            out[key] = json!(true);
        }
        match &header.content {
            Some(media) => out["content"] = json!({media: {"schema": schema}}),
            None => out["schema"] = schema,
        }
        out
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

/// Puts a description on the outer object, so that its schema need not repeat it.
fn describe(out: &mut Value, schema: &mut Value, doc: &str) {
    if doc.is_empty() {
        return;
    }
    out["description"] = json!(doc);
    if let Some(map) = schema.as_object_mut().filter(|map| map.get("description") == Some(&json!(doc))) {
        map.remove("description");
    }
}

pub(super) fn style_name(style: Style) -> &'static str {
    match style {
        Style::Simple => "simple",
        Style::Form | Style::Dotted => "form",
        Style::Label => "label",
        Style::Matrix => "matrix",
        Style::SpaceDelimited => "spaceDelimited",
        Style::PipeDelimited => "pipeDelimited",
        Style::DeepObject => "deepObject",
        Style::Cookie => "cookie",
    }
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
