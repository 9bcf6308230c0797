//! Messages: records, and what has to be wrapped in one (sums, lists in lists, values that can be null in lists).

use polywire_diag::Span;

use super::{Derive, Named, names, names::Scope};
use crate::lock::Numbered;
use crate::{Float, Int, ProtoField, ProtoKind, ProtoMessage, Shape, TypeId, TypeRef, words};

/// A value on the wire, and the key of a map.
struct Lies {
    kind: ProtoKind,
    key: Option<ProtoKind>,
    list: bool,
    wrapped: bool,
}

impl Derive<'_> {
    /// The name that a type wants in a package: its own, or by the place where it stands.
    pub(super) fn type_name(&self, id: TypeId, hint: &str) -> String {
        let own = self.contract.ty(id).short_name().map(|name| names::pascal(&words(name), "Type"));
        own.unwrap_or_else(|| hint.to_string())
    }

    /// Names a type that is a message of its own; its fields come later.
    pub(super) fn message(&mut self, id: TypeId, package: &str, hint: &str) {
        let wanted = self.type_name(id, hint);
        self.message_called(id, package, &wanted);
    }

    pub(super) fn message_called(&mut self, id: TypeId, package: &str, wanted: &str) {
        if self.contract.protobuf.messages.contains_key(&id) {
            return;
        }
        let name = self.unique(package, wanted, self.contract.ty(id).span);
        let full_name = format!("{package}.{name}");
        let message = ProtoMessage { full_name, fields: Vec::new(), proto_json: false };
        self.contract.protobuf.messages.insert(id, message);
        self.waiting.push_back(Named { id, package: package.to_string(), name });
    }

    pub(super) fn fill(&mut self, named: &Named) {
        let full_name = format!("{}.{}", named.package, named.name);
        let mut scope = Scope::default();
        let mut fields = Vec::new();
        match self.contract.ty(named.id).shape.clone() {
            Shape::Record(record) => {
                let grouped =
                    |at: usize| record.exclusive.iter().any(|group| group.fields.contains(&(at as u32)));
                for (at, field) in record.fields.iter().enumerate() {
                    let lies = self.lies(field.ty, named, &field.words.pascal(), grouped(at));
                    let scalar = !lies.list && lies.key.is_none() && lies.kind != ProtoKind::Message;
                    let implicit = scalar && field.required && !field.ty.nullable && !grouped(at);
                    let wanted = names::snake(&field.words, "field");
                    fields
                        .push(Some(self.field(&full_name, &wanted, &lies, implicit, field.span, &mut scope)));
                }
            }
            Shape::Sum(sum) => {
                for variant in &sum.variants {
                    let called = words(&variant.name);
                    let lies = self.lies(variant.ty.into(), named, &called.pascal(), true);
                    let wanted = names::snake(&called, "variant");
                    fields.push(Some(self.field(
                        &full_name,
                        &wanted,
                        &lies,
                        false,
                        variant.span,
                        &mut scope,
                    )));
                }
            }
            Shape::List(_) | Shape::Map { .. } => {
                let lies = self.lies(named.id.into(), named, "Item", false);
                let span = self.contract.ty(named.id).span;
                fields.push(Some(self.field(&full_name, "items", &lies, false, span, &mut scope)));
            }
            _ => {
                let lies = Lies {
                    list: false,
                    wrapped: false,
                    key: None,
                    kind: self.kind(named.id.into(), named, "Value"),
                };
                let span = self.contract.ty(named.id).span;
                fields.push(Some(self.field(&full_name, "value", &lies, false, span, &mut scope)));
            }
        }
        if let Some(message) = self.contract.protobuf.messages.get_mut(&named.id) {
            message.fields = fields;
        }
    }

    fn field(
        &mut self,
        owner: &str,
        wanted: &str,
        lies: &Lies,
        implicit: bool,
        span: Span,
        scope: &mut Scope,
    ) -> ProtoField {
        let name = scope.unique(wanted);
        if name != wanted {
            self.collision(wanted, &name, span);
        }
        let number = self.lock.number(Numbered::Field, owner, &name, span, self.mode, self.diags) as u32;
        let unpacked = matches!(lies.kind, ProtoKind::String | ProtoKind::Bytes | ProtoKind::Message);
        let packed = lies.list && !unpacked;
        let wrapped = lies.wrapped;
        ProtoField {
            name,
            number,
            kind: lies.kind,
            key: lies.key,
            implicit,
            packed,
            wrapped,
            delimited: false,
        }
    }

    /// How a field lies: repeated, as a map, or as one value. In a `oneof` nothing is repeated.
    fn lies(&mut self, ty: TypeRef, named: &Named, place: &str, single: bool) -> Lies {
        let wrapped = single && matches!(self.contract.ty(ty.id).shape, Shape::List(_) | Shape::Map { .. });
        match self.contract.ty(ty.id).shape {
            Shape::List(item) if !single => {
                Lies { kind: self.inner(item, named, place), key: None, list: true, wrapped }
            }
            Shape::Map { key, value } if !single => {
                let key = self.key(key);
                Lies { kind: self.inner(value, named, place), key: Some(key), list: false, wrapped }
            }
            _ => Lies { kind: self.kind(ty, named, place), key: None, list: false, wrapped },
        }
    }

    /// An item or a member: what can be null there needs a message around it.
    fn inner(&mut self, ty: TypeRef, named: &Named, place: &str) -> ProtoKind {
        let scalar = !matches!(
            self.contract.ty(ty.id).shape,
            Shape::Record(_) | Shape::Sum(_) | Shape::List(_) | Shape::Map { .. } | Shape::Any
        );
        if ty.nullable && scalar && !self.contract.protobuf.messages.contains_key(&ty.id) {
            self.message_called(ty.id, &named.package, &format!("{}{place}Value", named.name));
        }
        if ty.nullable && scalar { ProtoKind::Message } else { self.kind(ty, named, place) }
    }

    fn key(&self, key: TypeId) -> ProtoKind {
        match self.contract.ty(key).shape {
            Shape::Bool => ProtoKind::Bool,
            Shape::Int(int) => int_kind(int),
            _ => ProtoKind::String,
        }
    }

    /// How one value lies.
    fn kind(&mut self, ty: TypeRef, named: &Named, place: &str) -> ProtoKind {
        let place = names::pascal(&crate::Words(vec![place.to_string()]), "Part");
        let hint = format!("{}{place}", named.name);
        match self.contract.ty(ty.id).shape.clone() {
            Shape::Bool => ProtoKind::Bool,
            Shape::Int(int) => int_kind(int),
            Shape::Float(Float::F32) => ProtoKind::Float,
            Shape::Float(Float::F64) => ProtoKind::Double,
            Shape::Bytes => ProtoKind::Bytes,
            Shape::Text | Shape::Decimal { .. } | Shape::Date | Shape::Time | Shape::Uuid => {
                ProtoKind::String
            }
            Shape::Enum(found) => self.enumeration(ty.id, &found, &named.package, &hint),
            Shape::Instant | Shape::Duration | Shape::Any => ProtoKind::Message,
            Shape::Record(_) | Shape::Sum(_) => {
                self.message(ty.id, &named.package, &hint);
                ProtoKind::Message
            }
            Shape::List(_) | Shape::Map { .. } => {
                self.message(ty.id, &named.package, &format!("{hint}List"));
                ProtoKind::Message
            }
        }
    }
}

fn int_kind(int: Int) -> ProtoKind {
    match int {
        Int::I8 | Int::I16 | Int::I32 => ProtoKind::Int32,
        Int::I64 => ProtoKind::Int64,
        Int::U8 | Int::U16 | Int::U32 => ProtoKind::Uint32,
        Int::U64 => ProtoKind::Uint64,
    }
}
