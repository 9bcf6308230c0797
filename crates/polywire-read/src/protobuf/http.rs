//! `google.api.http` as HTTP bindings: <https://google.aip.dev/127>.

use polywire_contract::{BodyBinding, HttpBinding, Place, Record, Segment, Style};
use polywire_diag::{Diagnostic, Span};
use prost_reflect::{DynamicMessage, MessageDescriptor, ReflectMessage, Value as Proto};

use super::messages::in_order;
use super::{Lower, template};
use crate::codes::{PROTO_HTTP, PROTO_QUERY};

/// How deep the query's fields are looked at.
const DEPTH_MAX: usize = 8;

/// The messages of one method, as they were read.
pub(super) struct Messages<'a> {
    pub(super) input: &'a MessageDescriptor,
    pub(super) output: &'a MessageDescriptor,
    pub(super) record: &'a Record,
    pub(super) span: Span,
}

impl Lower<'_> {
    /// A rule and its additional bindings.
    pub(super) fn http_rule(&mut self, rule: &DynamicMessage, messages: &Messages) -> Vec<HttpBinding> {
        let mut found: Vec<HttpBinding> = self.binding(rule, messages).into_iter().collect();
        if let Some(more) = rule.get_field_by_name("additional_bindings") {
            for rule in more.as_list().unwrap_or_default().iter().filter_map(Proto::as_message) {
                found.extend(self.binding(rule, messages));
            }
        }
        found
    }

    fn binding(&mut self, rule: &DynamicMessage, messages: &Messages) -> Option<HttpBinding> {
        match self.parse_binding(rule, messages) {
            Ok(binding) => {
                self.check_query(&binding, messages);
                Some(binding)
            }
            Err(message) => {
                let (message, near) = match message.split_once("; did you mean ") {
                    Some((message, near)) => (message.to_string(), Some(near.to_string())),
                    None => (message, None),
                };
                let diagnostic = Diagnostic::error(&PROTO_HTTP, message).at(messages.span, "in this rule");
                self.diags.push(match near {
                    Some(near) => diagnostic.help(format!("did you mean {near}")),
                    None => diagnostic,
                });
                None
            }
        }
    }

    fn parse_binding(&self, rule: &DynamicMessage, messages: &Messages) -> Result<HttpBinding, String> {
        let (method, path) = pattern(rule)?;
        let template = template::parse(&path, |name| field_path(messages.input, name))
            .map_err(|error| format!("path template `{path}`: {error}"))?;
        let bound = |at: u32| template.path.iter().flat_map(Segment::fields).any(|field| *field == [at]);
        let body = match text(rule, "body").as_str() {
            "" => BodyBinding::None,
            "*" => BodyBinding::Fields { ty: None },
            name => BodyBinding::Field(single(messages.input, name)?),
        };
        let places: Vec<Place> = (0..messages.record.fields.len() as u32)
            .map(|at| match &body {
                _ if bound(at) => Place::Path { style: Style::Simple, explode: false },
                BodyBinding::Fields { .. } => Place::Body,
                BodyBinding::Field(field) if *field == at => Place::Body,
                _ => Place::Query { style: Style::Dotted, explode: true },
            })
            .collect();
        let response_field = match text(rule, "response_body").as_str() {
            "" => None,
            name => Some(single(messages.output, name)?),
        };
        let body_optional = !places.contains(&Place::Body);
        Ok(HttpBinding {
            method,
            path: template.path,
            verb: template.verb,
            places,
            body,
            body_optional,
            response_field,
        })
    }

    /// What is left to the query must be able to stand there.
    fn check_query(&mut self, binding: &HttpBinding, messages: &Messages) {
        let fields = in_order(messages.input);
        let stuck: Vec<String> = fields
            .iter()
            .zip(&binding.places)
            .filter(|(field, place)| matches!(place, Place::Query { .. }) && !queryable(field, DEPTH_MAX))
            .map(|(field, _)| format!("`{}`", field.name()))
            .collect();
        if !stuck.is_empty() {
            let (word, verb) = if stuck.len() == 1 { ("field", "has") } else { ("fields", "have") };
            let message =
                format!("{word} {} {verb} no place in the query of {}", stuck.join(", "), binding.method);
            self.diags.push(Diagnostic::warning(&PROTO_QUERY, message).at(messages.span, "in this rule"));
        }
    }

    /// The binding of a method that has none: as Connect does it.
    pub(super) fn derived_binding(&self, service: &str, method: &str, record: &Record) -> HttpBinding {
        HttpBinding {
            method: "POST".into(),
            path: vec![Segment::Literal(service.to_string()), Segment::Literal(method.to_string())],
            verb: None,
            places: vec![Place::Body; record.fields.len()],
            body: BodyBinding::Fields { ty: None },
            body_optional: record.fields.is_empty(),
            response_field: None,
        }
    }
}

/// Method and template of a rule.
fn pattern(rule: &DynamicMessage) -> Result<(String, String), String> {
    for method in ["get", "put", "post", "delete", "patch"] {
        let path = text(rule, method);
        if !path.is_empty() {
            return Ok((method.to_uppercase(), path));
        }
    }
    let custom = rule.descriptor().get_field_by_name("custom").filter(|field| rule.has_field(field));
    let custom = custom.map(|field| rule.get_field(&field).into_owned());
    let Some(custom) = custom.as_ref().and_then(Proto::as_message) else {
        return Err("a rule needs one of get, put, post, delete, patch, custom".into());
    };
    let kind = text(custom, "kind");
    if kind.is_empty() || !kind.bytes().all(|b| b.is_ascii_alphabetic()) {
        return Err(format!("`{kind}` is no HTTP method"));
    }
    Ok((kind.to_uppercase(), text(custom, "path")))
}

fn text(rule: &DynamicMessage, name: &str) -> String {
    rule.get_field_by_name(name).and_then(|value| value.as_str().map(str::to_string)).unwrap_or_default()
}

/// The places of `a.b.c` in the message and the messages inside it.
fn field_path(message: &MessageDescriptor, path: &str) -> Result<Vec<u32>, String> {
    let mut message = Some(message.clone());
    let mut found = Vec::new();
    for name in path.split('.') {
        let owner =
            message.take().ok_or_else(|| format!("`{path}` goes through a field that is no message"))?;
        if owner.full_name().starts_with("google.protobuf.") && owner.full_name() != "google.protobuf.Empty" {
            return Err(format!("`{}` has no fields in JSON", owner.full_name()));
        }
        let fields = in_order(&owner);
        let at = fields.iter().position(|field| field.name() == name);
        let at = at.ok_or_else(|| unknown(&owner, name))?;
        let field = &fields[at];
        if field.is_list() || field.is_map() {
            return Err(format!("`{name}` is repeated and cannot stand in a path"));
        }
        found.push(at as u32);
        message = field.kind().as_message().cloned();
    }
    Ok(found)
}

fn single(message: &MessageDescriptor, name: &str) -> Result<u32, String> {
    let at = in_order(message).iter().position(|field| field.name() == name);
    at.map(|at| at as u32).ok_or_else(|| unknown(message, name))
}

fn unknown(message: &MessageDescriptor, name: &str) -> String {
    let names: Vec<String> = message.fields().map(|field| field.name().to_string()).collect();
    match polywire_diag::nearest(name, names.iter().map(String::as_str)) {
        Some(near) => format!("`{}` has no field `{name}`; did you mean `{near}`?", message.full_name()),
        None => format!("`{}` has no field `{name}`", message.full_name()),
    }
}

/// Whether a field can be written in a query: scalars, lists of scalars, and messages of such.
fn queryable(field: &prost_reflect::FieldDescriptor, depth: usize) -> bool {
    if field.is_map() || depth == 0 {
        return false;
    }
    let kind = field.kind();
    let Some(message) = kind.as_message() else { return true };
    match message.full_name().strip_prefix("google.protobuf.") {
        Some("Struct" | "Value" | "ListValue" | "Any") => false,
        Some(_) => true,
        None => !field.is_list() && message.fields().all(|inner| queryable(&inner, depth - 1)),
    }
}
