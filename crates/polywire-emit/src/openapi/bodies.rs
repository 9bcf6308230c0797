//! Bodies of requests, by media type.

use polywire_contract::{BodyBinding, HttpBinding, Operation, Place, Record, Style, TypeId};
use serde_json::{Map, Value, json};

use super::Printer;
use super::operations::{JSON, style_name};
use super::schemas::Dialect;

const FORM: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data";

impl Printer<'_> {
    /// The media types of one way to send the body.
    pub(super) fn body(
        &mut self,
        operation: &Operation,
        place: usize,
        record: &Record,
    ) -> Option<Map<String, Value>> {
        let contract = self.contract;
        let binding = &operation.http[place];
        let notes = contract.openapi.bodies.get(&(operation.input, place as u32));
        let listed = notes.map_or(&[][..], |notes| &notes.media);
        let dialect = self.dialect(operation.input);
        let (usual, schema) = match &binding.body {
            BodyBinding::None => return None,
            BodyBinding::Fields { ty: None } if contract.record(operation.input).is_none() => {
                (JSON, self.schema(operation.input.into(), dialect, 0))
            }
            BodyBinding::Fields { ty: Some(ty) } => (JSON, self.schema(*ty, dialect, 0)),
            BodyBinding::Fields { ty: None } => (JSON, self.body_fields(operation, binding, record, dialect)),
            BodyBinding::Field(at) => (JSON, self.field(record.fields.get(*at as usize)?, dialect, 0)),
            BodyBinding::Form { ty } => (FORM, self.schema(*ty, dialect, 0)),
            BodyBinding::Multipart { ty } => (MULTIPART, self.schema(*ty, dialect, 0)),
            BodyBinding::Text => {
                let at = binding.places.iter().position(|place| *place == Place::Text)?;
                ("text/plain", self.field(record.fields.get(at)?, dialect, 0))
            }
            BodyBinding::Opaque { media } => {
                let mut described = |name: &String| {
                    let kept = notes.and_then(|notes| notes.described.get(name));
                    (name.clone(), kept.map_or_else(|| json!({}), |kept| self.kept(kept)))
                };
                return Some(media.iter().map(&mut described).collect());
            }
        };
        let mut one = json!({"schema": schema});
        if let BodyBinding::Form { .. } | BodyBinding::Multipart { .. } = &binding.body {
            let mut encoding = self.encoding(operation.input, record, binding);
            for (name, part) in notes.iter().flat_map(|notes| &notes.parts) {
                let told = encoding.entry(name.clone()).or_insert_with(|| json!({}));
                if !part.media.is_empty() {
                    told["contentType"] = json!(part.media.join(", "));
                }
                if let Some(headers) = &part.headers {
                    told["headers"] = self.kept(headers);
                }
            }
            if !encoding.is_empty() {
                one["encoding"] = Value::Object(encoding);
            }
        }
        if listed.is_empty() {
            return Some(Map::from_iter([(usual.to_string(), one)]));
        }
        Some(listed.iter().map(|name| (name.clone(), one.clone())).collect())
    }

    /// The styles of a form's fields that are not the usual ones.
    fn encoding(&self, input: TypeId, record: &Record, binding: &HttpBinding) -> Map<String, Value> {
        let mut found = Map::new();
        for (at, (field, place)) in record.fields.iter().zip(&binding.places).enumerate() {
            let (Place::Form { style, explode } | Place::Part { style, explode, .. }) = *place else {
                continue;
            };
            let spelling = self.spelling(input, at as u32);
            // An object without a style would be JSON.
            let apart = self.contract.record(field.ty.id).is_some() && !spelling.is_json();
            if style != Style::Form || !explode || apart {
                let told = json!({"style": style_name(style), "explode": explode});
                found.insert(spelling.name.unwrap_or_else(|| field.name.clone()), told);
            }
        }
        found
    }

    /// All fields of a message whose place is the body.
    fn body_fields(
        &mut self,
        operation: &Operation,
        binding: &HttpBinding,
        record: &Record,
        dialect: Dialect,
    ) -> Value {
        let places = binding.places.iter().enumerate();
        let which: Vec<usize> =
            places.filter(|(_, place)| **place == Place::Body).map(|(at, _)| at).collect();
        let named = self.contract.ty(operation.input).name.is_some();
        if named && which.len() == record.fields.len() {
            self.schema(operation.input.into(), dialect, 0)
        } else {
            self.some_fields(record, &which, dialect, 0)
        }
    }
}
