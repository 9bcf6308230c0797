//! The Avro side of types: the schema that each lies by (Apache Avro specification 1.12), read from `.avsc` or given.

use std::collections::BTreeMap;

use crate::TypeId;

/// A schema's place in [`Avro::schemas`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AvroId(pub u32);

/// Side tables for types that are Avro schemas.
#[derive(Clone, Debug, Default)]
pub struct Avro {
    /// The arena; an [`AvroId`] is a place in it.
    pub schemas: Vec<AvroSchema>,
    /// The schema of each type that has one of its own.
    pub types: BTreeMap<TypeId, AvroId>,
    /// The full name of each record, enum and fixed.
    pub names: BTreeMap<AvroId, String>,
}

/// How a value lies.
#[derive(Clone, Debug, PartialEq)]
pub enum AvroSchema {
    /// Nothing at all.
    Null,
    /// One byte.
    Boolean,
    /// A zigzag varint of 32 bits.
    Int,
    /// A zigzag varint of 64 bits.
    Long,
    /// IEEE 754 binary32, little-endian.
    Float,
    /// IEEE 754 binary64, little-endian.
    Double,
    /// Bytes after their length.
    Bytes,
    /// UTF-8 text after its length.
    String,
    /// So many bytes.
    Fixed(u32),
    /// A symbol by its place; symbols stand in the order of the enum's values.
    Enum,
    /// Blocks of items.
    Array(AvroId),
    /// Blocks of entries whose keys are text.
    Map(AvroId),
    /// Fields one after the other.
    Record(Vec<AvroField>),
    /// One of these, after its place among them. A union of null and one other is a nullable or optional value.
    Union(Vec<AvroBranch>),
    /// `int`: days since 1970.
    Date,
    /// `long`: milliseconds since 1970.
    TimestampMillis,
    /// `long`: microseconds since 1970.
    TimestampMicros,
    /// `long`: nanoseconds since 1970.
    TimestampNanos,
    /// A decimal's unscaled value in two's complement, big-endian; in `size` bytes, or after their number.
    Decimal {
        /// Digits in all.
        digits: u16,
        /// Digits after the point.
        scale: u16,
        /// Of a `fixed` its bytes.
        size: Option<u32>,
    },
}

/// A field of a record, in the order in which they lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AvroField {
    /// Its place in [`crate::Record::fields`].
    pub field: u32,
    /// How it lies.
    pub schema: AvroId,
}

/// An alternative of a union.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AvroBranch {
    /// How it lies.
    pub schema: AvroId,
    /// Of a sum, which variant it is; null is none of them.
    pub variant: Option<u32>,
}

impl Avro {
    /// Adds a schema and returns its place.
    pub fn add(&mut self, schema: AvroSchema) -> AvroId {
        self.schemas.push(schema);
        AvroId(self.schemas.len() as u32 - 1)
    }

    /// The schema at a place.
    pub fn get(&self, id: AvroId) -> &AvroSchema {
        &self.schemas[id.0 as usize]
    }
}
