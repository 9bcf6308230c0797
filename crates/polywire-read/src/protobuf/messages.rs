//! Messages, enums and their fields as types, with names, numbers and kinds in the side tables.

use polywire_contract::{
    Enum, EnumValue, Exclusive, Extra, Field, Float, Int, ProtoEnum, ProtoField, ProtoKind, ProtoMessage,
    Record, Shape, Type, TypeId, TypeRef, words,
};
use polywire_diag::Span;
use prost_reflect::{EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor};

use super::features::{Features, Presence};
use super::{Lower, file_stem, literal};

/// What stands for a message in the model.
pub(super) enum Meaning {
    /// A record of its own.
    Message,
    /// A shape that ProtoJSON writes in a way of its own.
    Shape(Shape),
    /// A scalar that can be null (`google.protobuf.StringValue` …).
    Wrapper(Shape),
    /// A message of one of several types (`google.protobuf.Any`).
    Any,
}

impl Lower<'_> {
    /// The place of a message; its fields come later.
    pub(super) fn message(&mut self, message: &MessageDescriptor) -> TypeId {
        if let Some(id) = self.ids.get(message.full_name()) {
            return *id;
        }
        let (id, new) = self.place(message.parent_file().name(), message.path(), message.full_name());
        self.ids.insert(message.full_name().to_string(), id);
        if new {
            self.waiting.push_back((message.clone(), id));
        }
        id
    }

    /// Takes a place in the arena for a named type, or finds that an earlier file brought it in.
    fn place(&mut self, file: &str, path: &[i32], full_name: &str) -> (TypeId, bool) {
        let name = format!("{}#{full_name}", file_stem(file));
        let span = self.span(file, &[path, &[1]].concat());
        if let Some(id) = self.known.get(&(span.file, name.clone())) {
            return (*id, false);
        }
        let doc = self.doc(file, path);
        let shape = Shape::Record(Record::default());
        let ty = Type { name: Some(name), span, shape, checks: Vec::new(), doc, sensitive: false };
        (self.contract.add(ty), true)
    }

    pub(super) fn fill(&mut self, message: &MessageDescriptor, id: TypeId) {
        let mut record = Record { extra: Extra::Open, ..Record::default() };
        let mut fields = Vec::new();
        let order: Vec<FieldDescriptor> = in_order(message);
        for field in &order {
            let (made, proto) = self.field(field);
            record.fields.push(made);
            fields.push(proto);
        }
        for extension in message.extensions() {
            let (made, proto) = self.extension(&extension);
            record.fields.push(made);
            fields.push(proto);
        }
        self.not_carried(message);
        for oneof in message.oneofs().filter(|oneof| !oneof.is_synthetic()) {
            let members: Vec<String> = oneof.fields().map(|f| f.full_name().to_string()).collect();
            let places = places(&order, |field| members.iter().any(|m| m == field.full_name()));
            let required = self.oneof_required(&oneof);
            record.exclusive.push(Exclusive { name: oneof.name().to_string(), fields: places, required });
        }
        self.contract.types[id.0 as usize].shape = Shape::Record(record);
        self.message_rules(message, &order, id);
        let full_name = message.full_name().to_string();
        self.contract.protobuf.messages.insert(id, ProtoMessage { full_name, fields, proto_json: true });
    }

    fn field(&mut self, field: &FieldDescriptor) -> (Field, Option<ProtoField>) {
        let file = field.parent_file().name().to_string();
        let span = self.span(&file, field.path());
        let features = self.features(field);
        let single = !field.is_list() && !field.is_map();
        let implicit = features.presence == Presence::Implicit && single;
        let ty = self.field_type(field, span);
        let mut made = Field::new(field.json_name(), ty, self.span(&file, &[field.path(), &[1]].concat()));
        made.alias = (field.name() != field.json_name()).then(|| field.name().to_string());
        made.words = words(field.name());
        made.doc = self.doc(&file, field.path());
        made.required = features.presence == Presence::Required;
        let options = field.field_descriptor_proto().options.as_ref();
        made.deprecated = options.is_some_and(|o| o.deprecated());
        if field.field_descriptor_proto().default_value.is_some() {
            let value = field.default_value();
            made.default = match (field.kind(), value.as_enum_number()) {
                (Kind::Enum(kind), Some(number)) => {
                    kind.get_value(number).map(|value| polywire_contract::Literal {
                        span,
                        value: polywire_syntax::Value::Text(value.name().to_string()),
                    })
                }
                _ => literal::literal(&value, span),
            };
        }
        self.behaviour(field, &mut made);
        self.field_rules(field, implicit, &mut made);
        self.sensitive(field, made.ty.id);
        let wrapped = !field.is_list() && !field.is_map() && is_wrapped(&field.kind());
        let key = matches!(self.contract.ty(made.ty.id).shape, Shape::Map { .. }) && field.is_map();
        let proto = ProtoField {
            name: field.name().to_string(),
            number: field.number(),
            kind: kind(&value_kind(field)),
            key: key
                .then(|| map_entry(field))
                .flatten()
                .map(|entry| kind(&entry.map_entry_key_field().kind())),
            implicit,
            packed: is_packed(field, features),
            wrapped,
            delimited: features.delimited,
        };
        (made, Some(proto))
    }

    fn field_type(&mut self, field: &FieldDescriptor, span: Span) -> TypeRef {
        let file = field.parent_file().name().to_string();
        let span =
            self.places.get(&file).and_then(|p| p.span(&[field.path(), &[6]].concat())).unwrap_or(span);
        if let Some(entry) = map_entry(field) {
            let key = self.value_type(&entry.map_entry_key_field().kind(), span);
            let value = self.value_type(&entry.map_entry_value_field().kind(), span);
            let map = self.contract.add_anonymous(Shape::Map { key: key.id, value }, span);
            return map.into();
        }
        let value = self.value_type(&field.kind(), span);
        if field.is_list() {
            return self.contract.add_anonymous(Shape::List(value), span).into();
        }
        value
    }

    /// The type of one value; scalars get a type of their own, so that rules can be added to it.
    pub(super) fn value_type(&mut self, kind: &Kind, span: Span) -> TypeRef {
        let shape = match kind {
            Kind::Message(message) => match self.meaning(message, span) {
                Meaning::Message => return self.message(message).into(),
                Meaning::Shape(shape) => shape,
                Meaning::Wrapper(shape) => {
                    return TypeRef { id: self.contract.add_anonymous(shape, span), nullable: true };
                }
                Meaning::Any => return self.any_type(span).into(),
            },
            Kind::Enum(found) => return self.enumeration(found).into(),
            scalar => scalar_shape(scalar),
        };
        self.contract.add_anonymous(shape, span).into()
    }

    /// What a message means; well-known types are known by name.
    pub(super) fn meaning(&mut self, message: &MessageDescriptor, span: Span) -> Meaning {
        let Some(name) = message.full_name().strip_prefix("google.protobuf.") else {
            return Meaning::Message;
        };
        Meaning::Shape(match name {
            "Timestamp" => Shape::Instant,
            "Duration" => Shape::Duration,
            "FieldMask" => Shape::Text,
            "Value" => Shape::Any,
            "Struct" => {
                let key = self.contract.add_anonymous(Shape::Text, span);
                let value = self.contract.add_anonymous(Shape::Any, span);
                Shape::Map { key, value: value.into() }
            }
            "ListValue" => Shape::List(self.contract.add_anonymous(Shape::Any, span).into()),
            "DoubleValue" => return Meaning::Wrapper(Shape::Float(Float::F64)),
            "FloatValue" => return Meaning::Wrapper(Shape::Float(Float::F32)),
            "Int64Value" => return Meaning::Wrapper(Shape::Int(Int::I64)),
            "UInt64Value" => return Meaning::Wrapper(Shape::Int(Int::U64)),
            "Int32Value" => return Meaning::Wrapper(Shape::Int(Int::I32)),
            "UInt32Value" => return Meaning::Wrapper(Shape::Int(Int::U32)),
            "BoolValue" => return Meaning::Wrapper(Shape::Bool),
            "StringValue" => return Meaning::Wrapper(Shape::Text),
            "BytesValue" => return Meaning::Wrapper(Shape::Bytes),
            "Any" => return Meaning::Any,
            _ => return Meaning::Message,
        })
    }

    pub(super) fn enumeration(&mut self, found: &EnumDescriptor) -> TypeId {
        if let Some(id) = self.ids.get(found.full_name()) {
            return *id;
        }
        let file = found.parent_file().name().to_string();
        let (id, new) = self.place(&file, found.path(), found.full_name());
        self.ids.insert(found.full_name().to_string(), id);
        if !new {
            return id;
        }
        let mut written: Vec<_> = found.values().collect();
        written.sort_by_key(|value| value.path().last().copied());
        let values = written
            .iter()
            .map(|value| EnumValue { name: value.name().to_string(), span: self.span(&file, value.path()) })
            .collect();
        let open = self.is_open(found);
        self.contract.types[id.0 as usize].shape = Shape::Enum(Enum { values, open });
        let proto = ProtoEnum {
            full_name: found.full_name().to_string(),
            numbers: written.iter().map(|value| value.number()).collect(),
            names: vec![None; written.len()],
            proto_json: true,
        };
        self.contract.protobuf.enums.insert(id, proto);
        id
    }

    /// `debug_redact`; only types that belong to the field alone are marked.
    fn sensitive(&mut self, field: &FieldDescriptor, id: TypeId) {
        let marked = field
            .options()
            .get_field_by_name("debug_redact")
            .is_some_and(|value| value.as_bool() == Some(true));
        let ty = &mut self.contract.types[id.0 as usize];
        if marked && ty.name.is_none() {
            ty.sensitive = true;
        }
    }

    fn behaviour(&mut self, field: &FieldDescriptor, made: &mut Field) {
        let Some(found) = super::rules::extension(&field.options(), "google.api.field_behavior") else {
            return;
        };
        for value in found.as_list().unwrap_or_default() {
            match value.as_enum_number() {
                Some(3) => made.read_only = true,
                Some(4) => made.write_only = true,
                _ => {}
            }
        }
    }
}

/// The places of fields that are meant.
pub(super) fn places(order: &[FieldDescriptor], meant: impl Fn(&FieldDescriptor) -> bool) -> Vec<u32> {
    order.iter().enumerate().filter(|(_, field)| meant(field)).map(|(at, _)| at as u32).collect()
}

/// Fields as they were written; the descriptor's own order is by number.
pub(super) fn in_order(message: &MessageDescriptor) -> Vec<FieldDescriptor> {
    let mut fields: Vec<FieldDescriptor> = message.fields().collect();
    fields.sort_by_key(|field| field.path().last().copied());
    fields
}

/// Whether a list of numbers is one block.
fn is_packed(field: &FieldDescriptor, features: Features) -> bool {
    let packable = !matches!(field.kind(), Kind::String | Kind::Bytes | Kind::Message(_));
    field.is_list() && packable && features.packed
}

/// A list or map in a message of its own.
fn is_wrapped(kind: &Kind) -> bool {
    let name = kind.as_message().map(|message| message.full_name().to_string());
    matches!(name.as_deref(), Some("google.protobuf.ListValue" | "google.protobuf.Struct"))
}

fn map_entry(field: &FieldDescriptor) -> Option<MessageDescriptor> {
    match field.kind() {
        Kind::Message(entry) if field.is_map() => Some(entry),
        _ => None,
    }
}

/// The kind of a value: of a map a member's.
fn value_kind(field: &FieldDescriptor) -> Kind {
    map_entry(field).map_or_else(|| field.kind(), |entry| entry.map_entry_value_field().kind())
}

fn scalar_shape(kind: &Kind) -> Shape {
    match kind {
        Kind::Double => Shape::Float(Float::F64),
        Kind::Float => Shape::Float(Float::F32),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => Shape::Int(Int::I32),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => Shape::Int(Int::I64),
        Kind::Uint32 | Kind::Fixed32 => Shape::Int(Int::U32),
        Kind::Uint64 | Kind::Fixed64 => Shape::Int(Int::U64),
        Kind::Bool => Shape::Bool,
        Kind::Bytes => Shape::Bytes,
        Kind::String => Shape::Text,
        Kind::Message(_) | Kind::Enum(_) => Shape::Any,
    }
}

pub(super) fn kind(kind: &Kind) -> ProtoKind {
    match kind {
        Kind::Double => ProtoKind::Double,
        Kind::Float => ProtoKind::Float,
        Kind::Int32 => ProtoKind::Int32,
        Kind::Int64 => ProtoKind::Int64,
        Kind::Uint32 => ProtoKind::Uint32,
        Kind::Uint64 => ProtoKind::Uint64,
        Kind::Sint32 => ProtoKind::Sint32,
        Kind::Sint64 => ProtoKind::Sint64,
        Kind::Fixed32 => ProtoKind::Fixed32,
        Kind::Fixed64 => ProtoKind::Fixed64,
        Kind::Sfixed32 => ProtoKind::Sfixed32,
        Kind::Sfixed64 => ProtoKind::Sfixed64,
        Kind::Bool => ProtoKind::Bool,
        Kind::String => ProtoKind::String,
        Kind::Bytes => ProtoKind::Bytes,
        Kind::Message(_) => ProtoKind::Message,
        Kind::Enum(_) => ProtoKind::Enum,
    }
}
