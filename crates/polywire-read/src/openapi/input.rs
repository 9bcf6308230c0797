//! The input record of an operation: its parameters, then the body.

use std::collections::HashSet;

use polywire_contract::{BodyBinding, Field, Place, Record, Shape, Style, TypeId, TypeRef};
use polywire_diag::{Diagnostic, Span};
use polywire_syntax::{Entry, Map, Node};

use super::operation::Operations;
use super::schema::{Lowering, is_set, text_of};
use super::validate::first;
use super::{DUPLICATE, NOT_CHECKED};

/// A parameter as it is described.
pub(super) struct Declared<'a> {
    pub(super) name: &'a str,
    pub(super) place: &'a str,
    pub(super) span: Span,
    ty: TypeRef,
    node: Option<&'a Node>,
}

impl<'a> Declared<'a> {
    /// A variable of a path that nobody describes.
    pub(super) fn undeclared(name: &'a str, ty: TypeRef, span: Span) -> Self {
        Declared { name, place: "path", span, ty, node: None }
    }
}

/// A body as it is described.
pub(super) struct Body<'a> {
    /// What JSON holds; none where there is no JSON.
    pub(super) ty: Option<TypeRef>,
    pub(super) media: Vec<String>,
    pub(super) optional: bool,
    pub(super) node: &'a Node,
}

/// An input record, and where its fields lie.
pub(super) struct Bound {
    pub(super) input: TypeId,
    pub(super) places: Vec<Place>,
    pub(super) body: BodyBinding,
    /// The field of each variable of the path.
    pub(super) path_fields: Vec<(String, u32)>,
}

/// The parameters of an operation: those of the path item, overridden by its own.
pub(super) fn collect<'a>(
    operations: &mut Operations<'_, '_, 'a>,
    shared: &'a [Node],
    operation: &'a Map,
) -> Vec<Declared<'a>> {
    let own = operation.get("parameters").and_then(Node::as_list).unwrap_or_default();
    let mut found: Vec<Declared<'a>> = Vec::new();
    for (list, overrides) in [(shared, false), (own, true)] {
        let before = found.len();
        for node in list {
            let Some(declared) = declared(operations, node) else { continue };
            let known = found.iter().position(|one| one.name == declared.name && one.place == declared.place);
            match known {
                Some(at) if overrides && at < before => found[at] = declared,
                Some(at) => {
                    let message =
                        format!("two parameters in `{}` are called `{}`", declared.place, declared.name);
                    let diagnostic = Diagnostic::error(&DUPLICATE, message).at(declared.span, "again here");
                    operations.lowering.say(diagnostic.at(found[at].span, "first here"));
                }
                None => found.push(declared),
            }
        }
    }
    found
}

fn declared<'a>(operations: &mut Operations<'_, '_, 'a>, node: &'a Node) -> Option<Declared<'a>> {
    let target = operations.follow(node)?;
    let map = target.as_map()?;
    let name = map.get("name")?.as_text()?;
    let place = map.get("in")?.as_text()?;
    let span = node.as_map().map_or(node.span, |map| first(map, node.span));
    if place == "header"
        && ["accept", "content-type", "authorization"].iter().any(|n| name.eq_ignore_ascii_case(n))
    {
        return None;
    }
    if place == "querystring" {
        let message = "a parameter for the whole query is not possible yet".to_string();
        operations.lowering.warn(&NOT_CHECKED, message, span, "left out");
        return None;
    }
    let ty = match map.get("schema") {
        Some(schema) => operations.lowering.use_of(schema),
        None if map.get("content").is_none() => TypeRef::from(operations.lowering.text()),
        None => {
            let message = format!("the parameter `{name}` is passed on as text");
            operations.lowering.warn(&NOT_CHECKED, message, span, "`content` is not checked yet");
            TypeRef::from(operations.lowering.text())
        }
    };
    Some(Declared { name, place, span, ty, node: Some(target) })
}

/// Puts parameters and body into one record.
pub(super) fn bind(
    lowering: &mut Lowering,
    parameters: Vec<Declared>,
    body: Option<&Body>,
    operation: &Entry,
) -> Bound {
    let mut record = Record::default();
    let mut bound =
        Bound { input: TypeId(0), places: Vec::new(), body: BodyBinding::None, path_fields: Vec::new() };
    let mut taken: HashSet<String> = HashSet::new();
    for declared in &parameters {
        if !taken.insert(declared.name.to_string()) {
            let message = format!("two parameters are called `{}`", declared.name);
            let other =
                parameters.iter().find(|one| one.name == declared.name).map_or(declared.span, |one| one.span);
            let diagnostic = Diagnostic::error(&DUPLICATE, message).at(declared.span, "not possible yet");
            lowering.say(diagnostic.at(other, "the first one"));
            continue;
        }
        if declared.place == "path" {
            bound.path_fields.push((declared.name.to_string(), record.fields.len() as u32));
        }
        record.fields.push(field(declared));
        bound.places.push(place(declared));
    }
    if let Some(body) = body {
        bind_body(lowering, body, &taken, &mut record, &mut bound);
    }
    bound.input = lowering.contract.add_anonymous(Shape::Record(record), operation.key_span);
    bound
}

fn bind_body(
    lowering: &Lowering,
    body: &Body,
    taken: &HashSet<String>,
    record: &mut Record,
    bound: &mut Bound,
) {
    let Some(ty) = body.ty else {
        bound.body = BodyBinding::Opaque { media: body.media.clone() };
        return;
    };
    let described = lowering.contract.ty(ty.id);
    let whole = lowering.contract.record(ty.id).filter(|own| {
        !ty.nullable
            && described.checks.is_empty()
            && !own.fields.iter().any(|field| taken.contains(&field.name))
    });
    if let Some(own) = whole {
        for field in &own.fields {
            let required = field.required && !field.read_only;
            record.fields.push(Field { required, ..field.clone() });
            bound.places.push(Place::Body);
        }
        record.extra = own.extra;
        bound.body = BodyBinding::Fields { ty: Some(ty) };
        return;
    }
    let mut name = "body".to_string();
    while taken.contains(&name) {
        name.insert_str(0, "request_");
    }
    let mut field = Field::new(name, ty, body.node.span);
    field.required = !body.optional;
    field.doc = text_of(body.node, "description");
    bound.body = BodyBinding::Field(record.fields.len() as u32);
    record.fields.push(field);
    bound.places.push(Place::Body);
}

fn field(declared: &Declared) -> Field {
    let mut field = Field::new(declared.name, declared.ty, declared.span);
    field.required = declared.place == "path";
    let Some(node) = declared.node else { return field };
    let Some(map) = node.as_map() else { return field };
    field.required |= is_set(map, "required");
    field.deprecated = is_set(map, "deprecated");
    field.doc = text_of(node, "description");
    field.default =
        map.get("schema").and_then(Node::as_map).and_then(|schema| schema.get("default")).cloned();
    field
}

fn place(declared: &Declared) -> Place {
    let map = declared.node.and_then(Node::as_map);
    let style = map.and_then(|map| map.get("style")).and_then(Node::as_text);
    let style = match (style, declared.place) {
        (Some("label"), _) => Style::Label,
        (Some("matrix"), _) => Style::Matrix,
        (Some("spaceDelimited"), _) => Style::SpaceDelimited,
        (Some("pipeDelimited"), _) => Style::PipeDelimited,
        (Some("deepObject"), _) => Style::DeepObject,
        (_, "query" | "cookie") => Style::Form,
        _ => Style::Simple,
    };
    let explode = map.and_then(|map| map.get("explode")).and_then(Node::as_bool);
    let explode = explode.unwrap_or(matches!(style, Style::Form | Style::DeepObject));
    match declared.place {
        "path" => Place::Path { style, explode },
        "header" => Place::Header,
        "cookie" => Place::Cookie,
        _ => Place::Query { style, explode },
    }
}
