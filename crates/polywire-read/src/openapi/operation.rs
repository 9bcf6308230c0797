//! Paths and operations: names, interfaces, outcomes, and one bound input record for each.

use std::collections::{BTreeMap, HashMap};

use polywire_contract::{
    BodyBinding, Effect, HttpBinding, Interface, InterfaceId, Operation, OperationId, OperationNotes,
    PARAMETERS_MAX, PathPart, Segment, Status, Streaming, TypeRef, words,
};
use polywire_diag::{Diagnostic, Span};
use polywire_syntax::{Entry, Map, Node};

use super::body::{self, Body};
use super::input::{self, Bound};
use super::path::{self, Template};
use super::schema::{Lowering, is_set, text_of};
use super::{DUPLICATE, LIMIT, OPAQUE, PATH, PATH_PARAMETER};

const METHODS: &[&str] = &["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];

/// A method that a path has already.
struct Taken<'a> {
    method: &'a str,
    span: Span,
    path: Span,
}

/// Turns the paths of one document into operations.
pub(super) struct Operations<'o, 'l, 'a> {
    pub(super) lowering: &'o mut Lowering<'l, 'a>,
    /// The interface of everything that does not say otherwise.
    fallback: String,
    /// Whether the document names one interface for all.
    one: bool,
    tags: HashMap<&'a str, &'a Node>,
    interfaces: HashMap<String, InterfaceId>,
    names: HashMap<String, Span>,
    opaque: BTreeMap<String, Span>,
}

/// The status, range or default that a key of `responses` means.
pub(super) fn status(key: &str) -> Option<Status> {
    if key == "default" {
        return Some(Status::Default);
    }
    let bytes = key.as_bytes();
    let hundred = bytes.first().filter(|b| (b'1'..=b'5').contains(b)).map(|b| b - b'0')?;
    match &bytes[1..] {
        [b'X' | b'x', b'X' | b'x'] => Some(Status::Range(hundred)),
        [a, b] if a.is_ascii_digit() && b.is_ascii_digit() => Some(Status::Exact(key.parse().ok()?)),
        _ => None,
    }
}

impl<'o, 'l, 'a> Operations<'o, 'l, 'a> {
    pub(super) fn new(lowering: &'o mut Lowering<'l, 'a>, document: &'a Map, file: &str) -> Self {
        let named = document.get("x-polywire-interface").and_then(Node::as_text);
        let stem = file.rsplit(['/', '\\']).next().unwrap_or(file).split('.').next().unwrap_or_default();
        let tags = document.get("tags").and_then(Node::as_list).unwrap_or_default();
        Operations {
            lowering,
            fallback: named.unwrap_or(if stem.is_empty() { "api" } else { stem }).to_string(),
            one: named.is_some(),
            tags: tags.iter().filter_map(|tag| Some((tag.as_map()?.get("name")?.as_text()?, tag))).collect(),
            interfaces: HashMap::new(),
            names: HashMap::new(),
            opaque: BTreeMap::new(),
        }
    }

    /// Reads every path of the document.
    pub(super) fn read(&mut self, document: &'a Map) {
        let mut shapes: HashMap<String, Vec<Taken<'a>>> = HashMap::new();
        for entry in document.get("paths").and_then(Node::as_map).map_or(&[][..], |paths| &paths.entries) {
            if !entry.key.starts_with('/') {
                continue;
            }
            let template = match path::parse(&entry.key) {
                Ok(template) => template,
                Err(reason) => {
                    let message = format!("the path `{}` cannot be read", entry.key);
                    let diagnostic = Diagnostic::error(&PATH, message).at(entry.key_span, reason);
                    self.lowering.diags.push(diagnostic);
                    continue;
                }
            };
            let item = self.follow(&entry.value).and_then(Node::as_map);
            let taken = shapes.entry(template.shape()).or_default();
            self.same_path(entry, item, taken);
            if let Some(item) = item {
                self.path_item(entry, &template, item);
            }
        }
        self.say_opaque();
    }

    /// Two paths that differ only in the names of their variables are one; their methods must differ then.
    fn same_path(&mut self, path: &'a Entry, item: Option<&'a Map>, taken: &mut Vec<Taken<'a>>) {
        let before = taken.len();
        let methods = item.map_or(&[][..], |item| &item.entries);
        let mut clashes = false;
        for entry in methods.iter().filter(|entry| METHODS.contains(&entry.key.as_str())) {
            let method = entry.key.as_str();
            if let Some(first) = taken[..before].iter().find(|known| known.method == method) {
                let message = format!("`{method}` of the path `{}` is there twice", path.key);
                let diagnostic =
                    Diagnostic::error(&DUPLICATE, message).at(entry.key_span, "matches the same requests");
                self.lowering.diags.push(diagnostic.at(first.span, "first here"));
                clashes = true;
            }
            taken.push(Taken { method, span: entry.key_span, path: path.key_span });
        }
        if let Some(first) = taken[..before].first().filter(|_| !clashes) {
            let message = format!("the path `{}` is there twice", path.key);
            let label = "matches the same requests, taken together";
            let diagnostic = Diagnostic::warning(&DUPLICATE, message).at(path.key_span, label);
            self.lowering.diags.push(diagnostic.at(first.path, "first here"));
        }
    }

    fn path_item(&mut self, path: &'a Entry, template: &Template<'a>, item: &'a Map) {
        let shared = item.get("parameters").and_then(Node::as_list).unwrap_or_default();
        for entry in &item.entries {
            let Some(map) = entry.value.as_map() else { continue };
            if METHODS.contains(&entry.key.as_str()) {
                self.operation(&entry.key, path, template, shared, entry, map);
            } else if entry.key == "additionalOperations" {
                for other in &map.entries {
                    if let Some(map) = other.value.as_map() {
                        self.operation(&other.key, path, template, shared, other, map);
                    }
                }
            }
        }
    }

    fn operation(
        &mut self,
        method: &str,
        path: &'a Entry,
        template: &Template<'a>,
        shared: &'a [Node],
        entry: &'a Entry,
        map: &'a Map,
    ) {
        let Some(name) = self.name(method, template, entry, map) else { return };
        let interface = self.interface(map, path.key_span);
        let mut parameters = input::collect(self, shared, map);
        self.match_path(template, path, entry, &mut parameters);
        let body = map.get("requestBody").and_then(|node| body::body(self, node));
        let id = OperationId(self.lowering.contract.operations.len() as u32);
        let outcomes = self.outcomes(map, id);
        self.lowering.finish();
        let bound = input::bind(self.lowering, parameters, body.as_ref(), entry);
        let effect = match method.to_ascii_lowercase().as_str() {
            "get" | "head" | "options" | "trace" | "query" => Effect::Safe,
            "put" | "delete" => Effect::Idempotent,
            _ if is_set(map, "x-polywire-idempotent") => Effect::Idempotent,
            _ => Effect::Once,
        };
        let http = bindings(method, template, &bound, body.as_ref());
        self.keep(id, map, body.as_ref(), &bound, interface);
        let group = &self.lowering.contract.interfaces[interface.0 as usize].name;
        let operation = Operation {
            id: format!("{group}.{name}"),
            name,
            interface,
            input: bound.input,
            outcomes,
            streaming: Streaming::Unary,
            effect,
            http,
            grpc: None,
            span: entry.key_span,
            doc: [text_of(&entry.value, "description"), text_of(&entry.value, "summary")]
                .into_iter()
                .find(|text| !text.is_empty())
                .unwrap_or_default(),
            deprecated: is_set(map, "deprecated"),
        };
        let leaves = |binding| self.lowering.contract.parameters(&operation, binding).len();
        if operation.http.first().map_or(0, leaves) >= PARAMETERS_MAX {
            let message = format!("an operation with more than {PARAMETERS_MAX} parameters");
            let diagnostic =
                Diagnostic::warning(&LIMIT, message).at(entry.key_span, "those beyond mean nothing");
            self.lowering.say(diagnostic);
        }
        self.lowering.contract.operations.push(operation);
    }

    /// `operationId`, or words of method and path; none where the name is taken.
    fn name(
        &mut self,
        method: &str,
        template: &Template<'a>,
        entry: &'a Entry,
        map: &'a Map,
    ) -> Option<String> {
        if let Some(node) = map.get("operationId") {
            let name = node.as_text().filter(|name| !name.is_empty())?;
            if let Some(first) = self.names.insert(name.to_string(), node.span) {
                let message = format!("two operations are called `{name}`");
                let diagnostic = Diagnostic::error(&DUPLICATE, message).at(node.span, "again here");
                self.lowering.diags.push(diagnostic.at(first, "first here"));
                self.names.insert(name.to_string(), first);
                return None;
            }
            return Some(name.to_string());
        }
        let base = words(&format!("{} {}", method.to_ascii_lowercase(), template.spoken())).camel();
        let mut name = base.clone();
        let mut count = 2;
        while self.names.contains_key(&name) {
            name = format!("{base}{count}");
            count += 1;
        }
        self.names.insert(name.clone(), entry.key_span);
        Some(name)
    }

    fn interface(&mut self, map: &'a Map, span: Span) -> InterfaceId {
        let own = map.get("x-polywire-interface").and_then(Node::as_text);
        let tag = map.get("tags").and_then(Node::as_list).and_then(|tags| tags.first()?.as_text());
        let name = own.or(tag.filter(|_| !self.one)).unwrap_or(&self.fallback).to_string();
        if let Some(known) = self.interfaces.get(&name) {
            return *known;
        }
        let tag = self.tags.get(name.as_str());
        let contract = &mut *self.lowering.contract;
        let id = InterfaceId(contract.interfaces.len() as u32);
        contract.interfaces.push(Interface {
            name: name.clone(),
            component: String::new(),
            service: None,
            span: tag.map_or(span, |tag| tag.span),
            doc: tag.map_or_else(String::new, |tag| text_of(tag, "description")),
        });
        self.interfaces.insert(name, id);
        id
    }

    /// Every variable of the path has a parameter, every parameter in the path a variable.
    fn match_path(
        &mut self,
        template: &Template<'a>,
        path: &'a Entry,
        entry: &'a Entry,
        parameters: &mut Vec<input::Declared<'a>>,
    ) {
        let variables = template.variables();
        parameters.retain(|declared| {
            let kept = declared.place != "path" || variables.contains(&declared.name);
            if !kept {
                let message = format!("there is no `{{{}}}` in `{}`", declared.name, path.key);
                let diagnostic = Diagnostic::warning(&PATH_PARAMETER, message).at(declared.span, "left out");
                let free = variables.iter().copied();
                let near =
                    polywire_diag::nearest(declared.name, free).map(|near| format!("did you mean `{near}`?"));
                let mut diagnostic = diagnostic.at(path.key_span, "the path");
                diagnostic.help.extend(near);
                self.lowering.say(diagnostic);
            }
            kept
        });
        for name in variables {
            if !parameters.iter().any(|declared| declared.place == "path" && declared.name == name) {
                let message = format!("`{{{name}}}` of `{}` is not described", path.key);
                let diagnostic =
                    Diagnostic::warning(&PATH_PARAMETER, message).at(entry.key_span, "taken as text here");
                let help =
                    format!("add `{{name: {name}, in: path, required: true, schema: {{type: string}}}}`");
                self.lowering.diags.push(diagnostic.at(path.key_span, "the path").help(help));
                let ty = TypeRef::from(self.lowering.text());
                parameters.push(input::Declared::undeclared(name, ty, path.key_span));
            }
        }
    }

    /// What is said beside the call itself.
    fn keep(
        &mut self,
        id: OperationId,
        map: &'a Map,
        body: Option<&Body<'a>>,
        bound: &Bound,
        interface: InterfaceId,
    ) {
        const KEPT: &[&str] = &["summary", "tags", "security", "servers", "callbacks", "externalDocs"];
        let extension = |key: &str| key.starts_with("x-") && !key.starts_with("x-polywire-");
        let mut fields = self.lowering.kept_fields(map, |key| KEPT.contains(&key) || extension(key));
        // The only tag is the interface itself.
        let interface = &self.lowering.contract.interfaces[interface.0 as usize].name;
        let tags = map.get("tags").and_then(Node::as_list).unwrap_or_default();
        if tags.len() == 1 && tags[0].as_text() == Some(interface) {
            fields.retain(|(key, _)| key != "tags");
        }
        if !fields.is_empty() {
            self.lowering.contract.openapi.operations.insert(id, OperationNotes { fields });
        }
        for (at, way) in body.map_or(&[][..], |body| &body.ways).iter().enumerate() {
            let notes = way.notes(self, &bound.ways[at].body);
            self.lowering.contract.openapi.bodies.insert((bound.input, at as u32), notes);
        }
    }

    pub(super) fn media_type(&mut self, node: &'a Node) -> TypeRef {
        let map = self.follow(node).and_then(Node::as_map);
        match map.and_then(|map| map.get("schema")) {
            Some(schema) => self.lowering.use_of(schema),
            None => self.lowering.any_value(),
        }
    }

    /// What a node is, or what it refers to; through at most eight references.
    pub(super) fn follow(&mut self, node: &'a Node) -> Option<&'a Node> {
        let mut node = node;
        for _ in 0..8 {
            let Some(reference) = node.as_map().and_then(|map| map.get("$ref")) else { return Some(node) };
            let text = reference.as_text()?;
            node = self.lowering.resolver.resolve(reference.span.file, text).ok()?.node;
        }
        let message = "more than eight references lead from one to the next";
        self.lowering.say(Diagnostic::error(&super::ENDLESS, message).at(node.span, "without end"));
        None
    }

    pub(super) fn note_opaque(&mut self, name: &str, entry: &Entry) {
        let described = |map: &Map| map.get("schema").or_else(|| map.get("itemSchema")).is_some();
        if entry.value.as_map().is_some_and(described) {
            self.opaque.entry(name.to_string()).or_insert(entry.key_span);
        }
    }

    /// One remark for each media type that nobody checks.
    fn say_opaque(&mut self) {
        for (name, span) in std::mem::take(&mut self.opaque) {
            let message = format!("bodies of `{name}` are passed on as they are");
            self.lowering.warn(&OPAQUE, message, span, body::opaque_label(&name));
        }
    }
}

/// Lower case, without parameters.
pub(super) fn media_name(key: &str) -> String {
    key.split(';').next().unwrap_or(key).trim().to_ascii_lowercase()
}

/// One binding for each way to send the body.
fn bindings(method: &str, template: &Template<'_>, bound: &Bound, body: Option<&Body>) -> Vec<HttpBinding> {
    let field = |name: &str| {
        let place = bound.path_fields.iter().find(|(known, _)| known == name);
        vec![place.map_or(0, |(_, at)| *at)]
    };
    let path = template.segments.iter().map(|segment| match segment {
        path::Piece::Literal(text) => Segment::Literal(text.clone()),
        path::Piece::Variable { prefix, name, suffix } => {
            Segment::Field { prefix: prefix.clone(), field: field(name), suffix: suffix.clone() }
        }
        path::Piece::Variables(parts) => {
            let part = |part: &path::Part| match part {
                path::Part::Text(text) => PathPart::Text(text.clone()),
                path::Part::Variable(name) => PathPart::Field(field(name)),
            };
            Segment::Mixed(parts.iter().map(part).collect())
        }
    });
    let path: Vec<Segment> = path.collect();
    let ways = bound.ways.iter().map(|way| HttpBinding {
        method: method.to_ascii_uppercase(),
        path: path.clone(),
        verb: None,
        places: way.places.clone(),
        body: way.body.clone(),
        body_optional: way.body == BodyBinding::None || body.is_none_or(|body| body.optional),
        response_field: None,
    });
    ways.collect()
}
