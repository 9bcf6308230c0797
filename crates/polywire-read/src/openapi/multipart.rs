//! Which parts of `multipart/form-data` are text, JSON or files: <https://spec.openapis.org/oas/v3.1.1.html#encoding-object>.
//! Must not know how a part lies in bytes.

use polywire_contract::{Check, Media, PartNotes, Shape, Type, TypeId, TypeRef};
use polywire_syntax::{Map, Node};

use super::body::{BodyWay, Content};
use super::operation::{Operations, media_name};
use super::schema::Lowering;

/// What a part holds; of a list what each of its parts holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PartKind {
    Text,
    Json,
    File,
}

/// The media types that an encoding lists.
pub(super) fn listed(encoding: Option<&Map>) -> Vec<String> {
    let text = encoding.and_then(|map| map.get("contentType")).and_then(Node::as_text).unwrap_or_default();
    text.split(',').map(media_name).filter(|name| !name.is_empty()).collect()
}

fn is_json(name: &str) -> bool {
    Media { name: name.to_string(), ty: None }.is_json()
}

/// Whether what has a media type is text, of whatever kind.
fn is_textual(name: &str) -> bool {
    name.starts_with("text/") || is_json(name) || name.ends_with("/xml") || name.ends_with("+xml")
}

impl Lowering<'_, '_> {
    /// What the part of a field holds; none where nobody could read it.
    pub(super) fn part_kind(&self, ty: TypeRef, way: &BodyWay<'_>, field: &str) -> Option<PartKind> {
        let media = listed(way.encoding(field));
        let styled = !way.json(field);
        match self.contract.ty(ty.id).shape {
            Shape::List(item) => self.single_part(item.id, &media),
            // Taken apart, as its style says.
            Shape::Record(_) if styled => Some(PartKind::Text),
            _ => self.single_part(ty.id, &media),
        }
    }

    fn single_part(&self, id: TypeId, media: &[String]) -> Option<PartKind> {
        let json = media.iter().all(|name| is_json(name));
        let described = self.contract.ty(id);
        let notes = self.contract.openapi.types.get(&id);
        let is_tree = |shape: &Shape| {
            matches!(shape, Shape::Record(_) | Shape::Map { .. } | Shape::List(_) | Shape::Any)
        };
        Some(match &described.shape {
            Shape::Bytes if notes.is_some_and(|notes| notes.is_binary()) => PartKind::File,
            Shape::Any if json && !media.is_empty() => PartKind::Json,
            Shape::Any => PartKind::File,
            Shape::Record(_) | Shape::Map { .. } => return json.then_some(PartKind::Json),
            Shape::Sum(sum) if sum.variants.iter().any(|one| is_tree(&self.contract.ty(one.ty).shape)) => {
                return json.then_some(PartKind::Json);
            }
            Shape::List(_) => return None,
            Shape::Text => {
                let of_text = |check: &Check| matches!(check, Check::Pattern(_) | Check::Format(_));
                let ruled = described.checks.iter().any(|(check, _)| of_text(check));
                let own = notes.and_then(|notes| notes.media());
                let text = media.iter().map(String::as_str).chain(own).all(is_textual);
                if text || ruled { PartKind::Text } else { PartKind::File }
            }
            _ => PartKind::Text,
        })
    }

    /// Whether a body of parts can be read that has this type; `others` are the ways that share it.
    pub(super) fn is_multipart(&self, ty: TypeRef, way: &BodyWay<'_>, others: &[BodyWay<'_>]) -> bool {
        let Some(record) = self.contract.record(ty.id) else { return false };
        let shared = others.iter().any(|other| other.ty.is_some());
        let form = others.iter().find(|other| matches!(other.content, Content::Form(_)));
        let fits = |field: &polywire_contract::Field| {
            let Some(kind) = self.part_kind(field.ty, way, &field.name) else { return false };
            // A field has one spelling for all who read it as text.
            let as_form = form.is_none_or(|form| {
                (form.json(&field.name) && self.is_object(field.ty.id)) == (kind == PartKind::Json)
            });
            as_form && !(shared && kind == PartKind::File && self.must_become_bytes(field.ty))
        };
        !ty.nullable && !record.fields.is_empty() && record.fields.iter().all(fits)
    }

    fn must_become_bytes(&self, ty: TypeRef) -> bool {
        let id = if let Shape::List(item) = self.contract.ty(ty.id).shape { item.id } else { ty.id };
        !matches!(self.contract.ty(id).shape, Shape::Bytes)
    }

    /// The type of a field that is a file: bytes, or a list of them.
    pub(super) fn file_type(&mut self, ty: TypeRef) -> TypeRef {
        if !self.must_become_bytes(ty) {
            return ty;
        }
        if let Shape::List(item) = self.contract.ty(ty.id).shape {
            let list = self.contract.ty(ty.id).clone();
            let item = self.file_type(TypeRef { nullable: false, ..item });
            return self.contract.add(Type { name: None, shape: Shape::List(item), ..list }).into();
        }
        let told = self.contract.ty(ty.id).clone();
        let size = |check: &Check| matches!(check, Check::MinLength(_) | Check::MaxLength(_));
        let checks = told.checks.iter().filter(|(check, _)| size(check)).cloned().collect();
        self.contract.add(Type { name: None, shape: Shape::Bytes, checks, ..told }).into()
    }
}

impl<'a> BodyWay<'a> {
    /// What `encoding` says of the parts, beside their style.
    pub(super) fn part_notes(&self, operations: &mut Operations<'_, '_, 'a>) -> Vec<(String, PartNotes)> {
        let Content::Multipart(Some(encoding)) = self.content else { return Vec::new() };
        let mut found = Vec::new();
        for entry in &encoding.entries {
            let Some(map) = entry.value.as_map() else { continue };
            let headers = map.get("headers").map(|node| operations.lowering.kept(node));
            let notes = PartNotes { media: listed(Some(map)), headers };
            if notes != PartNotes::default() {
                found.push((entry.key.clone(), notes));
            }
        }
        found
    }
}
