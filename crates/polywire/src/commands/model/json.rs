//! The model as JSON, in a shape that stays: docs/manual/model.md describes it. New keys may be added.

use polywire_contract::{
    Check, Contract, Extra, Field, Float, Int, Literal, ProtoRule, Record, Shape, Sum, Type, TypeId, TypeRef,
};
use polywire_diag::{SourceMap, Span};
use polywire_syntax::{Number, Value as Written};
use serde_json::{Map, Value, json};

/// Writes a contract.
pub(super) fn model(contract: &Contract, sources: &SourceMap) -> Value {
    let out = Out { contract, sources };
    let types: Vec<Value> =
        contract.types.iter().enumerate().map(|(at, ty)| out.ty(TypeId(at as u32), ty)).collect();
    let interfaces: Vec<Value> = contract
        .interfaces
        .iter()
        .map(|interface| {
            json!({
                "name": interface.name,
                "component": interface.component,
                "service": interface.service,
                "doc": interface.doc,
                "at": out.at(interface.span),
            })
        })
        .collect();
    let operations: Vec<Value> =
        contract.operations.iter().map(|operation| out.operation(operation)).collect();
    json!({
        "types": types,
        "interfaces": interfaces,
        "operations": operations,
        "schemas": super::schemas::schemas(&contract.schemas),
    })
}

pub(super) struct Out<'c> {
    pub(super) contract: &'c Contract,
    sources: &'c SourceMap,
}

impl Out<'_> {
    /// Where something was written.
    pub(super) fn at(&self, span: Span) -> Value {
        let (line, column) = self.sources.position(span.file, span.start);
        json!({"file": self.sources.name(span.file), "line": line, "column": column})
    }

    fn ty(&self, id: TypeId, ty: &Type) -> Value {
        let mut object = json!({
            "id": id.0,
            "name": ty.name,
            "shape": self.shape(&ty.shape),
            "checks": ty.checks.iter().map(|(check, _)| rule(check)).collect::<Vec<_>>(),
            "doc": ty.doc,
            "sensitive": ty.sensitive,
            "at": self.at(ty.span),
        });
        if let Some(schema) = self.contract.schemas.types.get(&id) {
            object["schema"] = schema.0.into();
        }
        if let Some(schema) = self.contract.schemas.beside.get(&id) {
            object["beside"] = schema.0.into();
        }
        object
    }

    fn shape(&self, shape: &Shape) -> Value {
        let word = |kind: &str| json!({"kind": kind});
        match shape {
            Shape::Bool => word("bool"),
            Shape::Int(int) => json!({"kind": "int", "domain": int_name(*int)}),
            Shape::Float(Float::F32) => json!({"kind": "float", "bits": 32}),
            Shape::Float(Float::F64) => json!({"kind": "float", "bits": 64}),
            Shape::Decimal { digits, scale } => json!({"kind": "decimal", "digits": digits, "scale": scale}),
            Shape::Text => word("text"),
            Shape::Bytes => word("bytes"),
            Shape::Instant => word("instant"),
            Shape::Date => word("date"),
            Shape::Time => word("time"),
            Shape::Duration => word("duration"),
            Shape::Uuid => word("uuid"),
            Shape::Any => word("any"),
            Shape::Enum(values) => {
                let names: Vec<&str> = values.values.iter().map(|value| value.name.as_str()).collect();
                json!({"kind": "enum", "values": names, "open": values.open})
            }
            Shape::List(item) => json!({"kind": "list", "item": use_of(*item)}),
            Shape::Map { key, value } => json!({"kind": "map", "key": key.0, "value": use_of(*value)}),
            Shape::Record(record) => self.record(record),
            Shape::Sum(sum) => self.sum(sum),
        }
    }

    fn record(&self, record: &Record) -> Value {
        let fields: Vec<Value> = record.fields.iter().map(|field| self.field(field)).collect();
        let groups: Vec<Value> = record
            .exclusive
            .iter()
            .map(|group| json!({"name": group.name, "fields": group.fields, "required": group.required}))
            .collect();
        let others = match record.extra {
            Extra::Open => json!(true),
            Extra::Closed => json!(false),
            Extra::Typed(ty) => use_of(ty),
        };
        json!({"kind": "record", "fields": fields, "others": others, "exclusive": groups})
    }

    fn field(&self, field: &Field) -> Value {
        json!({
            "name": field.name,
            "alias": field.alias,
            "type": use_of(field.ty),
            "required": field.required,
            "default": field.default.as_ref().map(literal),
            "read_only": field.read_only,
            "write_only": field.write_only,
            "deprecated": field.deprecated,
            "doc": field.doc,
            "at": self.at(field.span),
        })
    }

    fn sum(&self, sum: &Sum) -> Value {
        let variants: Vec<Value> = sum
            .variants
            .iter()
            .map(|variant| json!({"name": variant.name, "type": variant.ty.0, "tags": variant.tags}))
            .collect();
        json!({"kind": "sum", "tag": sum.tag, "exact": sum.exact, "variants": variants})
    }
}

/// A use of a type: its id, and whether null may stand there.
pub(super) fn use_of(ty: TypeRef) -> Value {
    json!({"id": ty.id.0, "nullable": ty.nullable})
}

/// A rule by the keyword of JSON Schema.
pub(super) fn rule(check: &Check) -> Value {
    let value = match check {
        Check::MinLength(n)
        | Check::MaxLength(n)
        | Check::MinItems(n)
        | Check::MaxItems(n)
        | Check::MinProperties(n)
        | Check::MaxProperties(n) => json!(n),
        Check::Minimum(n)
        | Check::Maximum(n)
        | Check::ExclusiveMinimum(n)
        | Check::ExclusiveMaximum(n)
        | Check::MultipleOf(n) => number(n),
        Check::Pattern(text) | Check::Format(text) => json!(text),
        Check::Among(values) | Check::NotAmong(values) => values.iter().map(literal).collect(),
        Check::UniqueItems => json!(true),
        Check::Proto(rule) => proto_rule(rule),
    };
    json!({"rule": check.rule(), "value": value})
}

/// What a rule of `buf.validate` says; bytes are numbers.
fn proto_rule(rule: &ProtoRule) -> Value {
    match rule {
        ProtoRule::UnlessZero | ProtoRule::Finite | ProtoRule::Past | ProtoRule::Future => json!(true),
        ProtoRule::Outside { below, above } => {
            let bound =
                |(bound, allowed): &(Number, bool)| json!({"bound": number(bound), "allowed": allowed});
            json!({"below": bound(below), "above": bound(above)})
        }
        ProtoRule::WithinNow(seconds) => number(seconds),
        ProtoRule::MinBytes(n) | ProtoRule::MaxBytes(n) => json!(n),
        ProtoRule::NotContains(text) | ProtoRule::Re2(text) | ProtoRule::WellKnown(text) => json!(text),
        ProtoRule::Prefix(bytes) | ProtoRule::Suffix(bytes) | ProtoRule::Contains(bytes) => {
            json!(bytes)
        }
        ProtoRule::OneOf { fields, required } => json!({"fields": fields, "required": required}),
        ProtoRule::Sizes(sizes) => json!(sizes),
    }
}

/// A value as it was written.
pub(super) fn literal(node: &Literal) -> Value {
    match &node.value {
        Written::Null => Value::Null,
        Written::Bool(value) => json!(value),
        Written::Number(value) => number(value),
        Written::Text(text) => json!(text),
        Written::List(items) => items.iter().map(literal).collect(),
        Written::Map(map) => {
            let entries = map.entries.iter().map(|entry| (entry.key.clone(), literal(&entry.value)));
            Value::Object(entries.collect::<Map<_, _>>())
        }
    }
}

/// A number; as text where no double is near.
fn number(number: &Number) -> Value {
    serde_json::from_str(&number.0).unwrap_or_else(|_| json!(number.0))
}

fn int_name(int: Int) -> &'static str {
    match int {
        Int::I8 => "i8",
        Int::I16 => "i16",
        Int::I32 => "i32",
        Int::I64 => "i64",
        Int::U8 => "u8",
        Int::U16 => "u16",
        Int::U32 => "u32",
        Int::U64 => "u64",
    }
}
