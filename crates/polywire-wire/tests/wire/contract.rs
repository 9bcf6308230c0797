//! Contracts for tests: from `.proto` texts through prost-reflect's descriptors, so that the oracle and the plan see the
//! same types; and by hand, as the OpenAPI reader makes them.

use std::collections::HashMap;

use polywire_contract::{
    Check, Contract, Enum, EnumValue, Exclusive, Extra, Field, Float, Int, ProtoEnum, ProtoField, ProtoKind,
    ProtoMessage, Record, Shape, Type, TypeId, TypeRef,
};
use polywire_diag::{FileId, Span};
use prost_reflect::{DescriptorPool, FieldDescriptor, Kind, MessageDescriptor};

pub(crate) const SPAN: Span = Span { file: FileId(0), start: 0, end: 0 };

struct One(&'static str);

impl protox::file::FileResolver for One {
    fn open_file(&self, name: &str) -> Result<protox::file::File, protox::Error> {
        if name == "test.proto" {
            return protox::file::File::from_source(name, self.0);
        }
        protox::file::GoogleFileResolver::new().open_file(name)
    }
}

/// Descriptors of a `.proto` text.
pub(crate) fn descriptors(text: &'static str) -> DescriptorPool {
    let mut compiler = protox::Compiler::with_file_resolver(One(text));
    compiler.include_imports(true).open_file("test.proto").unwrap();
    compiler.descriptor_pool()
}

/// The messages of a pool as a contract, and the place of one of them.
pub(crate) fn of_message(pool: &DescriptorPool, name: &str) -> (Contract, TypeId) {
    let mut made = Made { contract: Contract::default(), ids: HashMap::new() };
    let id = made.message(&pool.get_message_by_name(name).unwrap());
    (made.contract, id)
}

struct Made {
    contract: Contract,
    ids: HashMap<String, TypeId>,
}

impl Made {
    fn message(&mut self, message: &MessageDescriptor) -> TypeId {
        if let Some(id) = self.ids.get(message.full_name()) {
            return *id;
        }
        let id = self.contract.add_anonymous(Shape::Record(Record::default()), SPAN);
        self.ids.insert(message.full_name().to_string(), id);
        let mut record = Record::default();
        let mut fields = Vec::new();
        for field in message.fields() {
            let (made, proto) = self.field(&field);
            record.fields.push(made);
            fields.push(Some(proto));
        }
        for oneof in message.oneofs().filter(|oneof| !oneof.is_synthetic()) {
            let place = |field: &FieldDescriptor| message.fields().position(|f| f == *field).unwrap() as u32;
            let fields = oneof.fields().map(|field| place(&field)).collect();
            record.exclusive.push(Exclusive { name: oneof.name().into(), fields, required: false });
        }
        self.contract.types[id.0 as usize].shape = Shape::Record(record);
        let full_name = message.full_name().to_string();
        self.contract.protobuf.messages.insert(id, ProtoMessage { full_name, fields, proto_json: true });
        id
    }

    fn field(&mut self, field: &FieldDescriptor) -> (Field, ProtoField) {
        let mut key = None;
        let (ty, kind) = match field.kind() {
            Kind::Message(entry) if field.is_map() => {
                let key_field = entry.map_entry_key_field().kind();
                key = Some(kind(&key_field));
                let key = self.value(&key_field).id;
                let value = entry.map_entry_value_field().kind();
                let shape = Shape::Map { key, value: self.value(&value) };
                (self.contract.add_anonymous(shape, SPAN).into(), kind(&value))
            }
            value if field.is_list() => {
                let item = self.value(&value);
                (self.contract.add_anonymous(Shape::List(item), SPAN).into(), kind(&value))
            }
            value => (self.value(&value), kind(&value)),
        };
        let mut made = Field::new(field.json_name(), ty, SPAN);
        made.alias = (field.name() != field.json_name()).then(|| field.name().to_string());
        let repeated = field.is_list() || field.is_map();
        let well_known = matches!(self.contract.ty(ty.id).shape, Shape::List(_) | Shape::Map { .. });
        let proto = ProtoField {
            name: field.name().into(),
            number: field.number(),
            kind,
            key,
            implicit: !repeated && !field.supports_presence(),
            packed: field.is_packed(),
            wrapped: well_known && !repeated,
            delimited: field.is_group(),
        };
        (made, proto)
    }

    fn value(&mut self, kind: &Kind) -> TypeRef {
        let mut nullable = false;
        let shape = match kind {
            Kind::Message(message) => match message.full_name() {
                "google.protobuf.Timestamp" => Shape::Instant,
                "google.protobuf.Duration" => Shape::Duration,
                "google.protobuf.FieldMask" => Shape::Text,
                "google.protobuf.Value" => Shape::Any,
                "google.protobuf.Struct" => {
                    let key = self.contract.add_anonymous(Shape::Text, SPAN);
                    Shape::Map { key, value: self.contract.add_anonymous(Shape::Any, SPAN).into() }
                }
                "google.protobuf.ListValue" => {
                    Shape::List(self.contract.add_anonymous(Shape::Any, SPAN).into())
                }
                name if name.starts_with("google.protobuf.") && name.ends_with("Value") => {
                    nullable = true;
                    let inner = message.get_field_by_name("value").unwrap().kind();
                    scalar(&inner)
                }
                _ => return self.message(message).into(),
            },
            Kind::Enum(found) => {
                if let Some(id) = self.ids.get(found.full_name()) {
                    return (*id).into();
                }
                let values =
                    found.values().map(|v| EnumValue { name: v.name().into(), span: SPAN }).collect();
                let shape = Shape::Enum(Enum { values, open: true });
                let id = self.contract.add_anonymous(shape, SPAN);
                let proto = ProtoEnum {
                    full_name: found.full_name().into(),
                    numbers: found.values().map(|v| v.number()).collect(),
                    names: Vec::new(),
                    proto_json: true,
                };
                self.contract.protobuf.enums.insert(id, proto);
                self.ids.insert(found.full_name().into(), id);
                return id.into();
            }
            other => scalar(other),
        };
        TypeRef { id: self.contract.add_anonymous(shape, SPAN), nullable }
    }
}

fn scalar(kind: &Kind) -> Shape {
    match kind {
        Kind::Double => Shape::Float(Float::F64),
        Kind::Float => Shape::Float(Float::F32),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => Shape::Int(Int::I32),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => Shape::Int(Int::I64),
        Kind::Uint32 | Kind::Fixed32 => Shape::Int(Int::U32),
        Kind::Uint64 | Kind::Fixed64 => Shape::Int(Int::U64),
        Kind::Bool => Shape::Bool,
        Kind::String => Shape::Text,
        Kind::Bytes => Shape::Bytes,
        Kind::Message(_) | Kind::Enum(_) => unreachable!("not scalars"),
    }
}

fn kind(kind: &Kind) -> ProtoKind {
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

// ---- by hand

/// A contract that is put together in a test.
#[derive(Default)]
pub(crate) struct Hand {
    pub(crate) contract: Contract,
}

impl Hand {
    pub(crate) fn ty(&mut self, shape: Shape, checks: Vec<Check>) -> TypeId {
        let checks = checks.into_iter().map(|check| (check, SPAN)).collect();
        self.contract.add(Type {
            name: None,
            span: SPAN,
            shape,
            checks,
            doc: String::new(),
            sensitive: false,
        })
    }

    pub(crate) fn text(&mut self) -> TypeId {
        self.ty(Shape::Text, vec![])
    }

    pub(crate) fn int(&mut self) -> TypeId {
        self.ty(Shape::Int(Int::I64), vec![])
    }

    pub(crate) fn list(&mut self, item: TypeId) -> TypeId {
        self.ty(Shape::List(item.into()), vec![])
    }

    /// A record; `!` after a name is required, `?` nullable.
    pub(crate) fn record(&mut self, fields: &[(&str, TypeId)], extra: Extra) -> TypeId {
        let fields = fields
            .iter()
            .map(|(spec, id)| {
                let nullable = spec.contains('?');
                let name = spec.trim_end_matches(['!', '?']);
                let mut field = Field::new(name, TypeRef { id: *id, nullable }, SPAN);
                field.required = spec.contains('!');
                field
            })
            .collect();
        self.ty(Shape::Record(Record { fields, extra, ..Record::default() }), vec![])
    }

    pub(crate) fn enumeration(&mut self, names: &[&str]) -> TypeId {
        let values = names.iter().map(|name| EnumValue { name: name.to_string(), span: SPAN }).collect();
        self.ty(Shape::Enum(Enum { values, open: false }), vec![])
    }

    /// Gives every record and enum that has none its Protobuf side, numbered in order.
    pub(crate) fn derive(&mut self) {
        for at in 0..self.contract.types.len() {
            let id = TypeId(at as u32);
            match self.contract.types[at].shape.clone() {
                Shape::Enum(found) => {
                    let numbers = (1..=found.values.len() as i32).collect();
                    let proto =
                        ProtoEnum { full_name: format!("E{at}"), numbers, names: vec![], proto_json: false };
                    self.contract.protobuf.enums.entry(id).or_insert(proto);
                }
                Shape::Record(record) => {
                    let fields =
                        record.fields.iter().enumerate().map(|(n, field)| Some(self.proto(field, n)));
                    let fields = fields.collect();
                    let message = ProtoMessage { full_name: format!("M{at}"), fields, proto_json: false };
                    self.contract.protobuf.messages.entry(id).or_insert(message);
                }
                _ => {}
            }
        }
    }

    fn proto(&self, field: &Field, at: usize) -> ProtoField {
        let mut key = None;
        let mut ty = field.ty;
        let mut list = false;
        match self.contract.ty(ty.id).shape {
            Shape::List(item) => {
                ty = item;
                list = true;
            }
            Shape::Map { key: of, value } => {
                key = Some(self.natural(of));
                ty = value;
            }
            _ => {}
        }
        let repeated = list || key.is_some();
        let mut kind = self.natural(ty.id);
        if repeated && ty.nullable {
            kind = ProtoKind::Message;
        }
        let number_kind = !matches!(kind, ProtoKind::Message | ProtoKind::String | ProtoKind::Bytes);
        ProtoField {
            name: field.words.snake(),
            number: at as u32 + 1,
            kind,
            key,
            implicit: field.required && !field.ty.nullable && !repeated && kind != ProtoKind::Message,
            packed: list && number_kind,
            wrapped: false,
            delimited: false,
        }
    }

    fn natural(&self, id: TypeId) -> ProtoKind {
        match &self.contract.ty(id).shape {
            Shape::Bool => ProtoKind::Bool,
            Shape::Int(Int::I8 | Int::I16 | Int::I32) => ProtoKind::Int32,
            Shape::Int(Int::I64) => ProtoKind::Int64,
            Shape::Int(Int::U64) => ProtoKind::Uint64,
            Shape::Int(_) => ProtoKind::Uint32,
            Shape::Float(Float::F32) => ProtoKind::Float,
            Shape::Float(Float::F64) => ProtoKind::Double,
            Shape::Bytes => ProtoKind::Bytes,
            Shape::Enum(_) => ProtoKind::Enum,
            Shape::Decimal { .. } | Shape::Text | Shape::Date | Shape::Time | Shape::Uuid => {
                ProtoKind::String
            }
            _ => ProtoKind::Message,
        }
    }
}
