//! The input record of an operation: its parameters, then the body, and how HTTP carries each.

use std::collections::{BTreeMap, HashMap, HashSet};

use polywire_contract::{BodyBinding, Field, Place, Record, Shape, Spelling, Style, TypeId, TypeRef};
use polywire_diag::{Diagnostic, Span};
use polywire_syntax::{Entry, Map, Node};

use super::body::{Body, BodyWay, Content};
use super::multipart::PartKind;
use super::operation::{Operations, media_name};
use super::schema::{Lowering, is_set, text_of};
use super::validate::first;
use super::{BAD_PARAMETER, DUPLICATE, NOT_CHECKED, OPAQUE};

/// The media type of a value that is no text.
const JSON: &str = "application/json";

/// A parameter as it is described.
pub(super) struct Declared<'a> {
    pub(super) name: &'a str,
    pub(super) place: &'a str,
    pub(super) span: Span,
    ty: TypeRef,
    node: Option<&'a Node>,
    content: Option<String>,
}

impl<'a> Declared<'a> {
    /// A variable of a path that nobody describes.
    pub(super) fn undeclared(name: &'a str, ty: TypeRef, span: Span) -> Self {
        Declared { name, place: "path", span, ty, node: None, content: None }
    }
}

/// An input record, and where its fields lie.
pub(super) struct Bound {
    pub(super) input: TypeId,
    /// One for each way to send the body.
    pub(super) ways: Vec<BoundWay>,
    /// The field of each variable of the path.
    pub(super) path_fields: Vec<(String, u32)>,
}

/// One way to send the body.
pub(super) struct BoundWay {
    pub(super) places: Vec<Place>,
    pub(super) body: BodyBinding,
}

/// The parameters of an operation: those of the path item, overridden by its own.
pub(super) fn collect<'a>(
    operations: &mut Operations<'_, '_, 'a>,
    shared: &'a [Node],
    operation: &'a Map,
) -> Vec<Declared<'a>> {
    let own = operation.get("parameters").and_then(Node::as_list).unwrap_or_default();
    let mut found: Vec<Declared<'a>> = Vec::new();
    let mut places: HashMap<(&'a str, &'a str), usize> = HashMap::new();
    for (list, overrides) in [(shared, false), (own, true)] {
        let before = found.len();
        for node in list {
            let Some(declared) = declared(operations, node) else { continue };
            let known = places.get(&(declared.name, declared.place)).copied();
            match known {
                Some(at) if overrides && at < before => found[at] = declared,
                Some(at) => {
                    let message =
                        format!("two parameters in `{}` are called `{}`", declared.place, declared.name);
                    let diagnostic = Diagnostic::error(&DUPLICATE, message).at(declared.span, "again here");
                    operations.lowering.say(diagnostic.at(found[at].span, "first here"));
                }
                None => {
                    places.insert((declared.name, declared.place), found.len());
                    found.push(declared);
                }
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
    let described = |content, ty| Some(Declared { name, place, span, ty, node: Some(target), content });
    if let Some(schema) = map.get("schema") {
        return described(None, operations.lowering.use_of(schema));
    }
    let Some(entry) = map.get("content").and_then(Node::as_map).and_then(|map| map.entries.first()) else {
        return described(None, TypeRef::from(operations.lowering.text()));
    };
    let media = media_name(&entry.key);
    let spelling = Spelling { content: Some(media.clone()), ..Spelling::default() };
    match (place, media.as_str()) {
        // The whole query as a form is nothing but its fields as parameters.
        ("querystring", "application/x-www-form-urlencoded") => {
            let ty = operations.media_type(&entry.value);
            described(None, ty)
        }
        ("querystring", _) => {
            let message = format!("a whole query of `{media}` is not read");
            operations.lowering.warn(&NOT_CHECKED, message, span, "passed on as it is");
            None
        }
        (_, "text/plain") => {
            let ty = operations.media_type(&entry.value);
            described(None, ty)
        }
        _ if spelling.is_json() => {
            let ty = operations.media_type(&entry.value);
            described(Some(media), ty)
        }
        _ => {
            let message = format!("the parameter `{name}` is passed on as text");
            let label = format!("`{media}` is not read");
            operations.lowering.warn(&NOT_CHECKED, message, entry.key_span, &label);
            described(Some(media), TypeRef::from(operations.lowering.text()))
        }
    }
}

/// The record while it grows.
#[derive(Default)]
struct Growing {
    record: Record,
    places: Vec<Place>,
    taken: HashSet<String>,
    spellings: BTreeMap<u32, Spelling>,
}

impl Growing {
    /// A name that no field has yet.
    fn free(&mut self, name: &str, place: &str) -> String {
        let mut free = name.to_string();
        if self.taken.contains(name) {
            free = format!("{name}_{place}");
        }
        while !self.taken.insert(free.clone()) {
            free.push('_');
        }
        free
    }

    /// A field of a body of parts.
    fn part(&mut self, lowering: &mut Lowering, mut field: Field, way: &BodyWay) {
        if lowering.part_kind(field.ty, way, &field.name) == Some(PartKind::File) {
            field.ty = lowering.file_type(field.ty);
        }
        let name = self.free(&field.name, "part");
        if name != field.name {
            let at = self.record.fields.len() as u32;
            field.words = polywire_contract::words(&name);
            let spelt = std::mem::replace(&mut field.name, name);
            self.spellings.insert(at, Spelling { name: Some(spelt), ..Spelling::default() });
        }
        self.push(field, Place::Body);
    }

    fn push(&mut self, field: Field, place: Place) {
        self.record.fields.push(field);
        self.places.push(place);
    }
}

/// Puts parameters and body into one record.
pub(super) fn bind(
    lowering: &mut Lowering,
    parameters: Vec<Declared>,
    body: Option<&Body>,
    operation: &Entry,
) -> Bound {
    let mut growing = Growing::default();
    let mut path_fields = Vec::new();
    for declared in &parameters {
        let at = growing.record.fields.len() as u32;
        if declared.place == "path" {
            path_fields.push((declared.name.to_string(), at));
        }
        let name = growing.free(declared.name, declared.place);
        let mut field = field(declared);
        let spelling = spelling(declared, Some(declared.name).filter(|own| *own != name));
        if spelling != Spelling::default() {
            growing.spellings.insert(at, spelling);
        }
        if name != declared.name {
            field.words = polywire_contract::words(&name);
            field.name = name;
        }
        too_deep(lowering, declared);
        if declared.content.is_none() {
            lowering.not_whole(declared.ty.id, &format!("the parameter `{}`", declared.name), declared.span);
        }
        growing.push(field, place(declared));
    }
    let ways = match body {
        Some(body) if !body.ways.is_empty() => bind_body(lowering, body, &mut growing),
        _ => vec![BoundWay { places: growing.places.clone(), body: BodyBinding::None }],
    };
    let input = lowering.contract.add_anonymous(Shape::Record(growing.record), operation.key_span);
    let spellings = growing.spellings.into_iter().map(|(at, spelling)| ((input, at), spelling));
    lowering.contract.openapi.spellings.extend(spellings);
    Bound { input, ways, path_fields }
}

/// The fields of the body, and each way to send them: the first is the one that other protocols use.
fn bind_body(lowering: &mut Lowering, body: &Body, growing: &mut Growing) -> Vec<BoundWay> {
    let before = growing.places.clone();
    let shared = body.ways.iter().find_map(|way| way.ty);
    let (mut whole, mut fields) = (None, 0..0);
    if let Some(ty) = shared {
        let described = lowering.contract.ty(ty.id);
        // Parts are bound one by one, so that a name that is taken can be another.
        let alone = body.ways.iter().filter(|way| way.ty.is_some()).count() == 1;
        let parts = body.ways.iter().find(|way| alone && matches!(way.content, Content::Multipart(_)));
        let own = lowering.contract.record(ty.id).filter(|own| {
            !ty.nullable
                && described.checks.is_empty()
                && (parts.is_some() || !own.fields.iter().any(|field| growing.taken.contains(&field.name)))
        });
        let start = growing.record.fields.len();
        if let Some(own) = own {
            growing.record.extra = own.extra;
            for field in own.fields.clone() {
                let required = field.required && !field.read_only;
                let field = Field { required, ..field };
                match parts {
                    Some(way) => growing.part(lowering, field, way),
                    None => growing.push(field, Place::Body),
                }
            }
            whole = Some(ty);
        } else {
            let name = growing.free("body", "request");
            let mut field = Field::new(name, ty, body.node.span);
            field.required = !body.optional;
            field.doc = text_of(body.node, "description");
            growing.push(field, Place::Body);
        }
        fields = start..growing.record.fields.len();
    }
    let mut ways = Vec::new();
    for way in &body.ways {
        let mut places = before.clone();
        places.resize(growing.record.fields.len(), Place::Body);
        let binding = match (&way.content, whole) {
            (Content::Json, Some(ty)) => BodyBinding::Fields { ty: Some(ty) },
            (Content::Json, None) => BodyBinding::Field(fields.start as u32),
            (Content::Form(_), Some(ty)) => {
                lowering.not_whole(ty.id, "a form", super::parts::place(body.node));
                for at in fields.clone() {
                    let field = &growing.record.fields[at];
                    let (style, explode) = way.style(&field.name);
                    places[at] = Place::Form { style, explode };
                    let json = form_json(lowering, field, way.json(&field.name));
                    growing.spellings.extend(json.map(|spelling| (at as u32, spelling)));
                }
                BodyBinding::Form { ty }
            }
            (Content::Multipart(_), Some(ty)) => {
                let own = lowering.contract.record(ty.id).map_or(&[][..], |own| &own.fields);
                for (at, field) in fields.clone().zip(own) {
                    let (style, explode) = way.style(&field.name);
                    let kind = lowering.part_kind(field.ty, way, &field.name);
                    places[at] = Place::Part { style, explode, file: kind == Some(PartKind::File) };
                    if kind == Some(PartKind::Json) {
                        growing.spellings.entry(at as u32).or_default().content = Some(JSON.to_string());
                    }
                }
                BodyBinding::Multipart { ty }
            }
            (Content::Multipart(_), None) => {
                let message = format!("bodies of `{}` are passed on as they are", way.media.join("`, `"));
                let label = "beside rules of the whole, or names of parameters, its parts are not read";
                lowering.warn(&OPAQUE, message, body.node.span, label);
                BodyBinding::Opaque { media: way.media.clone() }
            }
            (Content::Form(_), None) => {
                places[fields.start] = Place::Form { style: Style::Form, explode: true };
                BodyBinding::Form { ty: growing.record.fields[fields.start].ty }
            }
            (Content::Text, _) => {
                places[fields.start] = Place::Text;
                BodyBinding::Text
            }
            (Content::Opaque, _) => BodyBinding::Opaque { media: way.media.clone() },
        };
        ways.push(BoundWay { places, body: binding });
    }
    ways
}

/// A field of a form that is an object is JSON, as OpenAPI says, unless its style says otherwise.
fn form_json(lowering: &Lowering, field: &Field, json: bool) -> Option<Spelling> {
    (json && lowering.is_object(field.ty.id))
        .then(|| Spelling { content: Some(JSON.to_string()), ..Spelling::default() })
}

impl Lowering<'_, '_> {
    pub(super) fn is_object(&self, id: TypeId) -> bool {
        matches!(self.contract.ty(id).shape, Shape::Record(_) | Shape::Map { .. } | Shape::Any)
    }

    /// Whether a value is one text.
    pub(super) fn is_scalar(&self, ty: TypeRef) -> bool {
        !self.is_object(ty.id) && !matches!(self.contract.ty(ty.id).shape, Shape::List(_))
    }

    /// Whether a form can hold it: a record of scalars, lists of scalars, and objects as JSON.
    pub(super) fn is_form(&self, ty: TypeRef) -> bool {
        let described = self.contract.ty(ty.id);
        let Some(record) = self.contract.record(ty.id) else { return false };
        let fits = |field: &Field| match self.contract.ty(field.ty.id).shape {
            Shape::List(item) => self.is_scalar(item),
            _ => described.checks.is_empty() || self.is_scalar(field.ty),
        };
        !ty.nullable && !record.fields.is_empty() && record.fields.iter().all(fits)
    }
}

/// Says at the parameter that the style has no text for what it holds.
fn too_deep(lowering: &mut Lowering, declared: &Declared) {
    let place = place(declared);
    let contract = &lowering.contract;
    let scalar =
        |id: TypeId| !matches!(contract.ty(id).shape, Shape::Record(_) | Shape::Map { .. } | Shape::List(_));
    let deep = matches!(
        place,
        Place::Query { style: Style::DeepObject, .. } | Place::Query { explode: true, style: Style::Form }
    );
    let fits = match &contract.ty(declared.ty.id).shape {
        _ if declared.content.is_some() => true,
        Shape::List(item) => scalar(item.id),
        Shape::Map { .. } => false,
        Shape::Record(_) if deep => true,
        Shape::Record(record) => record.fields.iter().all(|field| scalar(field.ty.id)),
        _ => true,
    };
    if !fits {
        let message = format!("the parameter `{}` cannot be written as text", declared.name);
        let label = "lists and objects inside of it, or free names, have no place in this style";
        let diagnostic = Diagnostic::warning(&BAD_PARAMETER, message).at(declared.span, label);
        lowering.say(diagnostic.help("write it as JSON: `content: {application/json: {schema: …}}`"));
    }
}

fn spelling(declared: &Declared, name: Option<&str>) -> Spelling {
    let map = declared.node.and_then(Node::as_map);
    let set = |key| map.is_some_and(|map| is_set(map, key));
    let query = declared.place == "query";
    Spelling {
        name: name.map(str::to_string),
        content: declared.content.clone(),
        reserved: query && set("allowReserved"),
        empty: query && set("allowEmptyValue"),
    }
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

/// The style that a parameter, or a field of a form, has by its name.
pub(super) fn style_named(name: Option<&str>, otherwise: Style) -> Style {
    match name {
        Some("label") => Style::Label,
        Some("matrix") => Style::Matrix,
        Some("spaceDelimited") => Style::SpaceDelimited,
        Some("pipeDelimited") => Style::PipeDelimited,
        Some("deepObject") => Style::DeepObject,
        Some("cookie") => Style::Cookie,
        _ => otherwise,
    }
}

fn place(declared: &Declared) -> Place {
    let map = declared.node.and_then(Node::as_map);
    let usual = match declared.place {
        "query" | "cookie" | "querystring" => Style::Form,
        _ => Style::Simple,
    };
    let style = style_named(map.and_then(|map| map.get("style")).and_then(Node::as_text), usual);
    let explode = map.and_then(|map| map.get("explode")).and_then(Node::as_bool);
    let explode = explode.unwrap_or(matches!(style, Style::Form | Style::DeepObject | Style::Cookie));
    match declared.place {
        "path" => Place::Path { style, explode },
        "header" => Place::Header { explode },
        "cookie" => Place::Cookie { style, explode },
        _ => Place::Query { style, explode },
    }
}
