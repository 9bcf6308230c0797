//! The body of a request: which media types are read, which are passed on as they are.

use polywire_contract::{BodyBinding, BodyNotes, Media, Style, TypeRef};
use polywire_diag::Diagnostic;
use polywire_syntax::{Entry, Map, Node};

use super::NOT_CHECKED;
use super::input::style_named;
use super::operation::{Operations, media_name};
use super::schema::is_set;

/// The media types of forms.
const FORM: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data";

/// A body as it is described.
pub(super) struct Body<'a> {
    /// Each way to send it: what other protocols can be turned into comes first.
    pub(super) ways: Vec<BodyWay<'a>>,
    pub(super) optional: bool,
    pub(super) node: &'a Node,
}

/// One way to send a body.
pub(super) struct BodyWay<'a> {
    pub(super) content: Content<'a>,
    pub(super) media: Vec<String>,
    /// What it holds; none where nobody reads it.
    pub(super) ty: Option<TypeRef>,
    pub(super) described: Vec<(String, &'a Node)>,
}

/// How a body is read.
#[derive(Clone, Copy)]
pub(super) enum Content<'a> {
    Json,
    /// A form, with its `encoding`.
    Form(Option<&'a Map>),
    /// Parts, with their `encoding`.
    Multipart(Option<&'a Map>),
    Text,
    Opaque,
}

impl BodyWay<'_> {
    pub(super) fn encoding(&self, field: &str) -> Option<&Map> {
        let (Content::Form(encoding) | Content::Multipart(encoding)) = self.content else { return None };
        encoding?.get(field)?.as_map()
    }

    /// Style and explode of a field of a form.
    pub(super) fn style(&self, field: &str) -> (Style, bool) {
        let encoding = self.encoding(field);
        let style = encoding.and_then(|map| map.get("style")).and_then(Node::as_text);
        let style = style_named(style, Style::Form);
        let explode = encoding.and_then(|map| map.get("explode")).and_then(Node::as_bool);
        (style, explode.unwrap_or(matches!(style, Style::Form | Style::DeepObject)))
    }

    /// Whether what is no text is written as JSON: where a style is given it is not.
    pub(super) fn json(&self, field: &str) -> bool {
        let styled =
            |map: &Map| ["style", "explode", "allowReserved"].iter().any(|key| map.get(key).is_some());
        !self.encoding(field).is_some_and(styled)
    }
}

/// Reads a request body; none where it is not described.
pub(super) fn body<'a>(operations: &mut Operations<'_, '_, 'a>, node: &'a Node) -> Option<Body<'a>> {
    let map = operations.follow(node)?.as_map()?;
    let content = map.get("content").and_then(Node::as_map)?;
    let mut body = Body { ways: Vec::new(), optional: !is_set(map, "required"), node };
    let mut entries: Vec<&'a Entry> = content.entries.iter().collect();
    entries.sort_by_key(|entry| rank(&media_name(&entry.key)));
    for entry in entries {
        way(operations, &mut body, entry);
    }
    Some(body)
}

/// What other protocols can be turned into comes first; else the contract's order stays.
fn rank(media: &str) -> u8 {
    match media {
        _ if is_json(media) => 0,
        FORM => 1,
        MULTIPART => 2,
        _ if media.starts_with("text/") => 3,
        _ => 4,
    }
}

fn is_json(media: &str) -> bool {
    Media { name: media.to_string(), ty: None }.is_json()
}

fn way<'a>(operations: &mut Operations<'_, '_, 'a>, body: &mut Body<'a>, entry: &'a Entry) {
    let media = media_name(&entry.key);
    let described = operations.follow(&entry.value).and_then(Node::as_map);
    let schema = described.and_then(|map| map.get("schema"));
    let encoding = described.and_then(|map| map.get("encoding")?.as_map());
    let content = match rank(&media) {
        0 => Content::Json,
        1 if schema.is_some() => Content::Form(encoding),
        2 if schema.is_some() => Content::Multipart(encoding),
        3 if schema.is_some() && body.ways.is_empty() => Content::Text,
        _ => Content::Opaque,
    };
    let ty = match content {
        Content::Opaque => None,
        _ => Some(operations.media_type(&entry.value)),
    };
    // The shapes of what is read decide how the fields are bound.
    operations.lowering.finish();
    let content = match (content, ty) {
        (Content::Form(_), Some(ty)) if !operations.lowering.is_form(ty) => Content::Opaque,
        (Content::Text, Some(ty)) if !operations.lowering.is_scalar(ty) => Content::Opaque,
        (Content::Multipart(_), Some(ty)) => {
            let way = BodyWay { content, media: Vec::new(), ty: None, described: Vec::new() };
            if operations.lowering.is_multipart(ty, &way, &body.ways) { content } else { Content::Opaque }
        }
        (content, _) => content,
    };
    let ty = ty.filter(|_| !matches!(content, Content::Opaque));
    let first = body.ways.iter().find_map(|way| way.ty);
    if let (Some(ty), Some(first)) = (ty, first)
        && ty != first
    {
        let message = format!("a body of `{media}` is described by another schema than the first");
        let label = "not held to the schema";
        let diagnostic = Diagnostic::warning(&NOT_CHECKED, message).at(entry.key_span, label);
        operations.lowering.say(diagnostic.help("use the same `$ref` for all of them, and all are checked"));
        return opaque(body, media, &entry.value);
    }
    match content {
        Content::Opaque => {
            operations.note_opaque(&media, entry);
            opaque(body, media, &entry.value);
        }
        Content::Json if matches!(body.ways.last(), Some(BodyWay { content: Content::Json, .. })) => {
            body.ways.last_mut().expect("just seen").media.push(media);
        }
        _ => {
            let described = vec![(media.clone(), &entry.value)];
            body.ways.push(BodyWay { content, media: vec![media], ty, described });
        }
    }
}

/// All that nobody reads is one way.
fn opaque<'a>(body: &mut Body<'a>, media: String, node: &'a Node) {
    match body.ways.last_mut() {
        Some(way) if matches!(way.content, Content::Opaque) => {
            way.media.push(media.clone());
            way.described.push((media, node));
        }
        _ => body.ways.push(BodyWay {
            content: Content::Opaque,
            media: vec![media.clone()],
            ty: None,
            described: vec![(media, node)],
        }),
    }
}

impl<'a> BodyWay<'a> {
    /// What is kept of it as it is bound.
    pub(super) fn notes(&self, operations: &mut Operations<'_, '_, 'a>, bound: &BodyBinding) -> BodyNotes {
        let opaque = matches!(bound, BodyBinding::Opaque { .. });
        let described = self.described.iter().filter(|_| opaque);
        let described =
            described.map(|(name, node)| (name.clone(), operations.lowering.kept(node))).collect();
        let parts = if opaque { Vec::new() } else { self.part_notes(operations) };
        BodyNotes { media: self.media.clone(), described, parts: parts.into_iter().collect() }
    }
}

/// What is said once for each media type that is passed on as it is.
pub(super) fn opaque_label(media: &str) -> &'static str {
    match media {
        MULTIPART => "a part is described that cannot be read: neither parts nor `encoding` are checked",
        _ if media.starts_with("multipart/") => "neither the parts nor their `encoding` are checked",
        _ if media.ends_with("/xml") || media.ends_with("+xml") => "XML is not held to the schema",
        _ => "not held to the schema",
    }
}
