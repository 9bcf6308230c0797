//! The Avro form of types that were read from other formats: a schema for each type that one can reach.

use std::collections::HashMap;

use super::names::{Scope, pascal};
use crate::{AvroBranch, AvroField, AvroId, AvroSchema, Contract, Float, Int, Shape, TypeId, TypeRef, words};

/// Digits of the largest decimal: 16 bytes hold them.
const DECIMAL_DIGITS_MAX: u16 = 38;

/// Gives a type, and all that it is made of, an Avro schema where it has none.
///
/// False where one of them has no form in Avro: values of any type, and lists, maps or unions that are made of themselves
/// without a record between.
pub fn derive_avro(contract: &mut Contract, ty: TypeId) -> bool {
    let mut scope = Scope::default();
    contract.avro.names.values().for_each(|name| {
        scope.take(name);
    });
    let mut derive = Derive { contract, scope, made: HashMap::new(), waiting: Vec::new(), fits: true };
    let schema = derive.schema(ty);
    derive.contract.avro.types.entry(ty).or_insert(schema);
    while let Some((ty, id)) = derive.waiting.pop() {
        derive.fill(ty, id);
    }
    derive.fits
}

struct Derive<'c> {
    contract: &'c mut Contract,
    scope: Scope,
    /// Types that have a schema; `None` while it is being made.
    made: HashMap<TypeId, Option<AvroId>>,
    /// Records whose fields are still to come.
    waiting: Vec<(TypeId, AvroId)>,
    fits: bool,
}

impl Derive<'_> {
    fn schema(&mut self, ty: TypeId) -> AvroId {
        if let Some(known) = self.contract.avro.types.get(&ty) {
            return *known;
        }
        match self.made.get(&ty) {
            Some(Some(known)) => return *known,
            Some(None) => return self.nothing(),
            None => {}
        }
        let shape = self.contract.ty(ty).shape.clone();
        let named = matches!(shape, Shape::Record(_) | Shape::Enum(_));
        self.made.insert(ty, None);
        let schema = self.of_shape(&shape);
        let id = self.contract.avro.add(schema);
        self.made.insert(ty, Some(id));
        if named {
            let name = self.name(ty);
            self.contract.avro.names.insert(id, name);
            self.contract.avro.types.insert(ty, id);
        }
        if let Shape::Record(_) = shape {
            self.waiting.push((ty, id));
        }
        id
    }

    fn of_shape(&mut self, shape: &Shape) -> AvroSchema {
        match shape {
            Shape::Bool => AvroSchema::Boolean,
            Shape::Int(Int::I64 | Int::U32 | Int::U64) => AvroSchema::Long,
            Shape::Int(_) => AvroSchema::Int,
            Shape::Float(Float::F32) => AvroSchema::Float,
            Shape::Float(Float::F64) => AvroSchema::Double,
            Shape::Decimal { digits: digits @ 1..=DECIMAL_DIGITS_MAX, scale } => {
                AvroSchema::Decimal { digits: *digits, scale: *scale, size: None }
            }
            Shape::Bytes => AvroSchema::Bytes,
            Shape::Instant => AvroSchema::TimestampMicros,
            Shape::Date => AvroSchema::Date,
            Shape::Enum(shape) if !shape.open => AvroSchema::Enum,
            Shape::List(item) => AvroSchema::Array(self.used(*item, false)),
            Shape::Map { value, .. } => AvroSchema::Map(self.used(*value, false)),
            Shape::Record(_) => AvroSchema::Record(Vec::new()),
            Shape::Sum(sum) => {
                let variants = sum.variants.iter().enumerate();
                let branches = variants.map(|(at, variant)| AvroBranch {
                    schema: self.schema(variant.ty),
                    variant: Some(at as u32),
                });
                AvroSchema::Union(branches.collect())
            }
            Shape::Any => {
                self.fits = false;
                AvroSchema::Null
            }
            Shape::Decimal { .. }
            | Shape::Text
            | Shape::Time
            | Shape::Duration
            | Shape::Uuid
            | Shape::Enum(_) => AvroSchema::String,
        }
    }

    /// A use of a type: a union with null where it can be null or absent.
    fn used(&mut self, ty: TypeRef, optional: bool) -> AvroId {
        let schema = self.schema(ty.id);
        if !ty.nullable && !optional {
            return schema;
        }
        let null = AvroBranch { schema: self.contract.avro.add(AvroSchema::Null), variant: None };
        let mut branches = vec![null];
        match self.contract.avro.get(schema) {
            AvroSchema::Union(inner) => branches.extend(inner.clone()),
            _ => branches.push(AvroBranch { schema, variant: None }),
        }
        self.contract.avro.add(AvroSchema::Union(branches))
    }

    fn fill(&mut self, ty: TypeId, id: AvroId) {
        let Shape::Record(record) = self.contract.ty(ty).shape.clone() else { return };
        let mut fields = Vec::new();
        for (at, field) in record.fields.iter().enumerate() {
            let optional = !field.required && field.default.is_none();
            let schema = self.used(field.ty, optional || field.read_only || field.write_only);
            fields.push(AvroField { field: at as u32, schema });
        }
        self.contract.avro.schemas[id.0 as usize] = AvroSchema::Record(fields);
    }

    fn nothing(&mut self) -> AvroId {
        self.fits = false;
        self.contract.avro.add(AvroSchema::Null)
    }

    fn name(&mut self, ty: TypeId) -> String {
        let name = self.contract.ty(ty).short_name().unwrap_or("Record");
        let name = pascal(&words(name), "Record");
        self.scope.unique(&name)
    }
}
