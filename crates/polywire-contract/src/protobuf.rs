//! The Protobuf side of types: names, numbers and kinds, read from `.proto` or derived.

use std::collections::BTreeMap;

use crate::TypeId;

/// Side tables for records and enums.
#[derive(Clone, Debug, Default)]
pub struct Protobuf {
    /// For each record that is a message. In derived contracts also for each sum (a field per variant) and for each list, map or
    /// scalar that somewhere needs a message around it (one field).
    pub messages: BTreeMap<TypeId, ProtoMessage>,
    /// For each enum that has numbers.
    pub enums: BTreeMap<TypeId, ProtoEnum>,
}

/// A record as a message.
#[derive(Clone, Debug)]
pub struct ProtoMessage {
    /// `shop.orders.v1.Order`
    pub full_name: String,
    /// In the order of the record's fields; `None` where a field has no place in the message.
    pub fields: Vec<Option<ProtoField>>,
    /// Its JSON follows ProtoJSON (64-bit integers as text, `null` is absent, enums by name or number): read from `.proto`.
    /// Derived messages keep the JSON of their own contract.
    pub proto_json: bool,
}

/// A field of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProtoField {
    /// The name in the `.proto` text.
    pub name: String,
    /// 1 to 2^29 - 1.
    pub number: u32,
    /// How a value (of a list: an item; of a map: a member) lies on the wire.
    pub kind: ProtoKind,
    /// How a map's key lies on the wire.
    pub key: Option<ProtoKind>,
    /// The default value is not written, and absence means it (proto3 without `optional`).
    pub implicit: bool,
    /// A list of numbers is written as one block.
    pub packed: bool,
    /// A list or map that is not repeated here, but lies in a message around it, as that message's one field 1:
    /// `google.protobuf.Struct`, `ListValue`, or a derived message in a `oneof`.
    pub wrapped: bool,
    /// A message lies between two tags instead of after its length: a group.
    pub delimited: bool,
}

/// An enum with numbers, in the order of the enum's values.
#[derive(Clone, Debug)]
pub struct ProtoEnum {
    /// `shop.orders.v1.Status`
    pub full_name: String,
    /// The number of each value.
    pub numbers: Vec<i32>,
    /// The name of each value in the `.proto` text; the enum's own where `None`.
    pub names: Vec<Option<String>>,
    /// In JSON numbers are understood beside names: read from `.proto`.
    pub proto_json: bool,
}

impl ProtoEnum {
    /// Whether it is the enum that JSON shows as `null`.
    pub fn is_null(&self) -> bool {
        self.full_name == "google.protobuf.NullValue"
    }
}

/// How a value lies on the Protobuf wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProtoKind {
    /// 64 bits, IEEE 754.
    Double,
    /// 32 bits, IEEE 754.
    Float,
    /// Varint.
    Int32,
    /// Varint.
    Int64,
    /// Varint.
    Uint32,
    /// Varint.
    Uint64,
    /// Zigzag varint.
    Sint32,
    /// Zigzag varint.
    Sint64,
    /// 32 bits.
    Fixed32,
    /// 64 bits.
    Fixed64,
    /// 32 bits.
    Sfixed32,
    /// 64 bits.
    Sfixed64,
    /// Varint.
    Bool,
    /// UTF-8 text.
    String,
    /// Bytes.
    Bytes,
    /// Varint.
    Enum,
    /// A nested message. Shapes that are no record lie in a well-known or derived message:
    /// instants in `Timestamp`, durations in `Duration`, any in `Value`, text in `FieldMask` (JSON joins its paths with commas);
    /// sums in a message with a field per variant; lists, maps and nullable values inside lists, and nullable scalars
    /// (`google.protobuf.Int64Value` …), in a message with the one field 1.
    Message,
}
