//! JSON of random types to Protobuf and back: shuffled members, split submessages, interleaved repeated fields.

use polywire_contract::{Contract, Shape, TypeId, TypeRef};
use serde_json::{Map, Value};

use crate::run::{Both, told};
use crate::values::Types;

/// The value as Protobuf can hold it: an empty list or map is the same as none.
fn held(contract: &Contract, ty: TypeId, value: &Value) -> Value {
    match (&contract.ty(ty).shape, value) {
        (_, Value::Null) => Value::Null,
        (Shape::Record(record), Value::Object(members)) => {
            let mut kept = Map::new();
            for field in &record.fields {
                let Some(value) = members.get(&field.name) else { continue };
                let value = held(contract, field.ty.id, value);
                let many = matches!(contract.ty(field.ty.id).shape, Shape::List(_) | Shape::Map { .. });
                let empty = value.as_array().is_some_and(Vec::is_empty)
                    || value.as_object().is_some_and(Map::is_empty);
                if field.required || !(many && empty) {
                    kept.insert(field.name.clone(), value);
                }
            }
            Value::Object(kept)
        }
        (Shape::List(item), Value::Array(items)) => {
            Value::Array(items.iter().map(|value| held(contract, item.id, value)).collect())
        }
        (Shape::Map { value: of, .. }, Value::Object(members)) => {
            let members = members.iter().map(|(key, value)| (key.clone(), held(contract, of.id, value)));
            Value::Object(members.collect())
        }
        (Shape::Sum(sum), value) => {
            let fits = |ty: TypeId| match contract.ty(ty).shape {
                Shape::Text => value.is_string(),
                Shape::Int(_) => value.is_number(),
                Shape::Record(_) => value.is_object(),
                _ => value.is_array(),
            };
            let variant = sum.variants.iter().find(|variant| fits(variant.ty)).unwrap();
            held(contract, variant.ty, value)
        }
        (_, value) => value.clone(),
    }
}

/// Whether a type has nullable lists, maps, records or sums: their null has no form in the messages that are made here.
fn has_nullable_compounds(contract: &Contract, ty: TypeId) -> bool {
    let is_scalar = |ty: TypeId| {
        let shape = &contract.ty(ty).shape;
        !matches!(shape, Shape::Record(_) | Shape::List(_) | Shape::Map { .. } | Shape::Sum(_))
    };
    let used = |ty: TypeRef| ty.nullable && !is_scalar(ty.id) || has_nullable_compounds(contract, ty.id);
    match &contract.ty(ty).shape {
        Shape::Record(record) => record.fields.iter().any(|field| used(field.ty)),
        Shape::List(item) => used(*item),
        Shape::Map { value, .. } => used(*value),
        Shape::Sum(sum) => sum.variants.iter().any(|variant| used(variant.ty.into())),
        _ => false,
    }
}

/// The fields of a message in another order, the top level alone.
fn shuffled(types: &mut Types, message: &[u8]) -> Vec<u8> {
    let (mut fields, mut at) = (Vec::new(), 0);
    let varint = |at: &mut usize| {
        let (mut value, mut shift) = (0u64, 0);
        loop {
            let byte = message[*at];
            *at += 1;
            value |= u64::from(byte & 127) << shift;
            shift += 7;
            if byte < 128 {
                return value;
            }
        }
    };
    while at < message.len() {
        let start = at;
        match varint(&mut at) & 7 {
            0 => {
                varint(&mut at);
            }
            1 => at += 8,
            2 => at += varint(&mut at) as usize,
            _ => at += 4,
        }
        fields.push(message[start..at].to_vec());
    }
    // Occurrences of one field stay in order: of a repeated one the order counts.
    let tag = |field: &Vec<u8>| field.iter().take_while(|byte| **byte > 127).count();
    let mut order: Vec<usize> = (0..fields.len()).collect();
    for step in (1..order.len()).rev() {
        order.swap(step, types.random.below(step as u64 + 1) as usize);
    }
    let mut tags: Vec<Vec<u8>> = Vec::new();
    let head = |field: &Vec<u8>| field[..=tag(field)].to_vec();
    for at in &order {
        tags.push(head(&fields[*at]));
    }
    let mut out = Vec::new();
    for wanted in tags {
        let at = fields.iter().position(|field| !field.is_empty() && head(field) == wanted).unwrap();
        out.extend(std::mem::take(&mut fields[at]));
    }
    out
}

#[test]
fn every_value_crosses_in_any_order() {
    let mut values = 0;
    for seed in 1..300 {
        let mut types = Types::new(seed * 0x2545_f491);
        let ty = types.record(3);
        if has_nullable_compounds(&types.hand.contract, ty) {
            continue;
        }
        types.hand.derive();
        let mut both = Both::new(&types.hand.contract, ty);
        for _ in 0..10 {
            let value = types.value(ty);
            let text = types.shuffled(&value);
            let message = both.protobuf(text.as_bytes());
            let message = message.unwrap_or_else(|refusal| panic!("{text}: {}", told(Err(refusal))));
            let expected = held(&types.hand.contract, ty, &value);
            for message in [shuffled(&mut types, &message), message] {
                let back = told(both.json(&message).map(|json| String::from_utf8(json).unwrap()));
                let read: Value = serde_json::from_str(&back).unwrap_or_else(|_| panic!("{text}: {back}"));
                assert_eq!(read, expected, "{text}");
            }
            values += 1;
        }
    }
    assert!(values > 1000, "{values}");
}
