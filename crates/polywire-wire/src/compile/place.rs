//! Where a value stands on both sides while its plan is compiled.

use polywire_contract::{Float, Int, ProtoField, ProtoKind, Shape, TypeId};

use super::description::Spots;
use crate::plan::{Key, Slot, wire_type};

/// A place in JSON, in Protobuf, and among the parameters.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) key: Key,
    /// The Protobuf field's number; 0 is no field.
    pub(crate) number: u32,
    /// How a value (of a list: an item; of a map: a member) lies on the Protobuf wire.
    pub(crate) kind: Option<ProtoKind>,
    pub(crate) map_key: Option<ProtoKind>,
    pub(crate) implicit: bool,
    pub(crate) packed: bool,
    /// A list or map lies in a message around it.
    pub(crate) wrapped: bool,
    /// A message between two tags.
    pub(crate) delimited: bool,
    /// JSON follows ProtoJSON.
    pub(crate) proto_json: bool,
    /// JSON that is read follows it, and JSON that is written: two types may differ in that.
    pub(crate) proto_json_read: bool,
    pub(crate) proto_json_written: bool,
    pub(crate) omit_zero: bool,
    pub(crate) param: u16,
    /// The leaf's text is JSON.
    pub(crate) json: bool,
    /// Where the value stands in the descriptions of both sides.
    pub(crate) spots: Spots,
    /// The type on the target's side, where it is another.
    pub(crate) pair: Option<TypeId>,
    /// The leaf is bytes as they are.
    pub(crate) file: bool,
    /// The value follows from another field's.
    pub(crate) derived: bool,
}

impl Place {
    /// The whole message.
    pub(crate) fn whole(proto_json: bool) -> Place {
        Place {
            key: Key::Bare,
            number: 0,
            kind: None,
            map_key: None,
            implicit: false,
            packed: false,
            wrapped: false,
            delimited: false,
            proto_json,
            proto_json_read: proto_json,
            proto_json_written: proto_json,
            omit_zero: false,
            param: u16::MAX,
            json: false,
            spots: Spots::default(),
            pair: None,
            file: false,
            derived: false,
        }
    }

    /// A field.
    pub(crate) fn field(name: &str, field: Option<&ProtoField>, proto_json: bool) -> Place {
        let whole = Place::whole(proto_json);
        let key = Key::Name(name.to_string());
        match field {
            None => Place { key, ..whole },
            Some(field) => Place {
                key,
                number: field.number,
                kind: Some(field.kind),
                map_key: field.key,
                implicit: field.implicit,
                packed: field.packed,
                wrapped: field.wrapped,
                delimited: field.delimited,
                ..whole
            },
        }
    }

    /// A place inside of a message around this one's value.
    pub(crate) fn inside(&self, number: u32, kind: ProtoKind) -> Place {
        Place {
            number,
            kind: Some(kind),
            map_key: None,
            implicit: false,
            packed: false,
            wrapped: false,
            delimited: false,
            omit_zero: false,
            ..self.clone()
        }
    }

    /// The place of a field in a message around this one's value.
    pub(crate) fn inside_field(&self, field: &ProtoField) -> Place {
        Place {
            map_key: field.key,
            implicit: field.implicit,
            packed: field.packed,
            wrapped: field.wrapped,
            delimited: field.delimited,
            ..self.inside(field.number, field.kind)
        }
    }

    /// What a sink needs of it; `list` is a list of its own field.
    pub(crate) fn slot(&self, list: bool) -> Slot {
        let wire = match self.kind {
            _ if list && self.packed => 2,
            // A map's entries are messages, whatever its members are.
            _ if self.map_key.is_some() && !self.wrapped => 2,
            Some(ProtoKind::Message) if self.delimited => 3,
            Some(kind) => wire_type(kind),
            None => 0,
        };
        let number = if self.kind.is_some() { self.number } else { 0 };
        let mut slot = Slot::bare().with_key(&self.key).with_tag(number, wire);
        slot.implicit = self.implicit || list;
        slot.packed = list && self.packed;
        slot.omit_zero = self.omit_zero;
        slot.param = self.param;
        slot.json = self.json;
        slot.file = self.file;
        slot
    }

    /// Names the place, so that equal places can share a node.
    pub(crate) fn signature(&self) -> String {
        format!(
            "{:?} {} {:?} {:?} {} {} {} {} {} {} {} {} {} {} {} {:?} {:?}",
            self.key,
            self.number,
            self.kind,
            self.map_key,
            self.implicit,
            self.packed,
            self.wrapped,
            self.delimited,
            self.proto_json,
            self.proto_json_read,
            self.proto_json_written,
            self.omit_zero,
            self.param,
            self.json,
            self.file,
            self.spots,
            self.pair
        )
    }
}

/// How a value of a shape lies in Protobuf where nothing else is said.
pub(crate) fn natural_kind(shape: &Shape, has_numbers: bool) -> ProtoKind {
    match shape {
        Shape::Bool => ProtoKind::Bool,
        Shape::Int(Int::I8 | Int::I16 | Int::I32) => ProtoKind::Int32,
        Shape::Int(Int::I64) => ProtoKind::Int64,
        Shape::Int(Int::U8 | Int::U16 | Int::U32) => ProtoKind::Uint32,
        Shape::Int(Int::U64) => ProtoKind::Uint64,
        Shape::Float(Float::F32) => ProtoKind::Float,
        Shape::Float(Float::F64) => ProtoKind::Double,
        Shape::Bytes => ProtoKind::Bytes,
        Shape::Enum(_) if has_numbers => ProtoKind::Enum,
        Shape::Decimal { .. } | Shape::Text | Shape::Date | Shape::Time | Shape::Uuid | Shape::Enum(_) => {
            ProtoKind::String
        }
        Shape::Instant
        | Shape::Duration
        | Shape::List(_)
        | Shape::Map { .. }
        | Shape::Record(_)
        | Shape::Sum(_)
        | Shape::Any => ProtoKind::Message,
    }
}
