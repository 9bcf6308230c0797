//! The ways in which an operation can end: statuses, media types, header fields, links.

use polywire_contract::{Header, Media, OperationId, Outcome, OutcomeNotes, Shape, Status, TypeRef};
use polywire_syntax::{Entry, Map, Node};

use super::STANDARD;
use super::operation::{Operations, media_name, status};
use super::schema::{is_set, text_of};

impl<'a> Operations<'_, '_, 'a> {
    /// Every outcome that an operation declares.
    pub(super) fn outcomes(&mut self, operation: &'a Map, id: OperationId) -> Vec<Outcome> {
        let (mut outcomes, mut all_notes) = (Vec::new(), Vec::new());
        for entry in operation.get("responses").and_then(Node::as_map).map_or(&[][..], |map| &map.entries) {
            let Some(status) = status(&entry.key) else { continue };
            let Some(node) = self.follow(&entry.value) else { continue };
            let Some(map) = node.as_map().filter(|map| !is_set(map, STANDARD)) else { continue };
            let (media, notes) = self.answer(map);
            all_notes.push(notes);
            let ok = match status {
                Status::Exact(code) => code < 400,
                Status::Range(hundred) => hundred < 4,
                Status::Default => false,
            };
            let doc = [text_of(node, "description"), text_of(node, "summary")];
            let doc = doc.into_iter().find(|text| !text.is_empty()).unwrap_or_default();
            outcomes.push(Outcome { status, ok, media, doc, span: entry.key_span });
        }
        let succeeds = outcomes.iter().any(|outcome| outcome.ok);
        let default = outcomes.iter().position(|outcome| outcome.status == Status::Default);
        if let Some(at) = default.filter(|_| !succeeds) {
            let ok = Outcome { status: Status::Range(2), ok: true, ..outcomes[at].clone() };
            outcomes.insert(at, ok);
            all_notes.insert(at, all_notes[at].clone());
        }
        let told = |notes: &OutcomeNotes| {
            !notes.headers.is_empty() || notes.links.is_some() || !notes.described.is_empty()
        };
        let rows = all_notes.into_iter().enumerate().filter(|(_, notes)| told(notes));
        let rows = rows.map(|(at, notes)| ((id, at as u32), notes));
        self.lowering.contract.openapi.outcomes.extend(rows);
        outcomes
    }

    /// The media types of an answer, and what is kept of it.
    fn answer(&mut self, map: &'a Map) -> (Vec<Media>, OutcomeNotes) {
        let mut media: Vec<Media> = Vec::new();
        let mut notes = OutcomeNotes::default();
        for entry in map.get("content").and_then(Node::as_map).map_or(&[][..], |content| &content.entries) {
            let mut one = Media { name: media_name(&entry.key), ty: None };
            let described = self.follow(&entry.value).and_then(Node::as_map);
            let standard = described.is_some_and(|map| is_set(map, STANDARD));
            if standard || media.iter().any(|known| known.name == one.name) {
                continue;
            }
            one.ty = self.answer_type(&one, described, &entry.value);
            let kept = if one.ty.is_some() {
                described.filter(|map| map.get("example").is_some() || map.get("examples").is_some())
            } else {
                self.note_opaque(&one.name, entry);
                described.filter(|map| !map.entries.is_empty())
            };
            if let Some(map) = kept {
                let read = one.ty.is_some();
                let fields = self.lowering.kept_fields(map, |key| !read || key.starts_with("example"));
                let members = fields.iter().map(|(key, kept)| format!("\"{key}\":{}", kept.0));
                let text = format!("{{{}}}", members.collect::<Vec<_>>().join(","));
                notes.described.insert(one.name.clone(), polywire_contract::Kept(text.into_boxed_str()));
            }
            media.push(one);
        }
        for entry in map.get("headers").and_then(Node::as_map).map_or(&[][..], |headers| &headers.entries) {
            // The media type of the body is told by `content` alone.
            if !entry.key.eq_ignore_ascii_case("content-type") {
                notes.headers.extend(self.header(entry));
            }
        }
        notes.links = map.get("links").map(|links| self.lowering.kept(links));
        (media, notes)
    }

    /// What a body holds; none where nobody reads it.
    fn answer_type(&mut self, media: &Media, described: Option<&'a Map>, node: &'a Node) -> Option<TypeRef> {
        if media.is_json() {
            return Some(self.media_type(node));
        }
        if !media.name.starts_with("text/") || described?.get("schema").is_none() {
            return None;
        }
        let ty = self.media_type(node);
        // Its shape decides whether it has one form as text.
        self.lowering.finish();
        let shape = &self.lowering.contract.ty(ty.id).shape;
        (self.lowering.is_scalar(ty) && !matches!(shape, Shape::Sum(_) | Shape::Bytes)).then_some(ty)
    }

    fn header(&mut self, entry: &'a Entry) -> Option<Header> {
        let node = self.follow(&entry.value)?;
        let map = node.as_map()?;
        let content = map.get("content").and_then(Node::as_map).and_then(|content| content.entries.first());
        let ty = match (map.get("schema"), content) {
            (Some(schema), _) => self.lowering.use_of(schema),
            (None, Some(media)) => self.media_type(&media.value),
            (None, None) => TypeRef::from(self.lowering.text()),
        };
        Some(Header {
            name: entry.key.clone(),
            ty,
            required: is_set(map, "required"),
            deprecated: is_set(map, "deprecated"),
            explode: is_set(map, "explode"),
            content: content.map(|media| media_name(&media.key)),
            doc: text_of(node, "description"),
            span: entry.key_span,
        })
    }
}
