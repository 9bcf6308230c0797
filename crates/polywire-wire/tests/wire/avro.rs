//! Avro: bytes of the specification, and every type and value beside a slow writer that goes through a tree.

use polywire_contract::{
    AvroBranch, AvroField, AvroId, AvroSchema, Contract, Extra, Float, Int, Shape, TypeId, TypeRef,
    derive_avro,
};
use polywire_wire::{Compiler, Encoding, Passed, PlanId, PlanOptions, Plans, Refusal, Scratch};
use serde_json::Value;

use crate::contract::Hand;
use crate::run::told;
use crate::values::Types;

/// The plans of one type between JSON and another encoding.
struct Pair {
    plans: Plans,
    there: PlanId,
    back: PlanId,
    check: PlanId,
    scratch: Scratch,
}

impl Pair {
    fn new(contract: &Contract, ty: TypeId, other: Encoding) -> Pair {
        let mut compiler = Compiler::new(contract);
        let mut diags = Vec::new();
        let options = PlanOptions::default();
        let mut plan = |from, to| compiler.ty(ty.into(), from, to, &options, &mut diags);
        let plans = (plan(Encoding::Json, other), plan(other, Encoding::Json), plan(other, other));
        assert!(diags.is_empty(), "{diags:?}");
        let (there, back, check) = (plans.0.unwrap(), plans.1.unwrap(), plans.2.unwrap());
        Pair { plans: compiler.finish(), there, back, check, scratch: Scratch::new(1) }
    }

    fn run(&mut self, plan: PlanId, input: &[u8]) -> Result<Vec<u8>, Refusal> {
        let mut out = Vec::new();
        match self.plans.transcode(plan, input, &mut out, &mut self.scratch)? {
            Passed::Written => Ok(out),
            Passed::Same => Ok(input.to_vec()),
        }
    }

    fn there(&mut self, json: &str) -> Result<Vec<u8>, Refusal> {
        self.run(self.there, json.as_bytes())
    }

    fn back(&mut self, bytes: &[u8]) -> String {
        told(self.run(self.back, bytes).map(|json| String::from_utf8(json).unwrap()))
    }
}

/// What the specification says of a value, by a tree.
fn slow(contract: &Contract, id: AvroId, ty: TypeId, value: Option<&Value>, out: &mut Vec<u8>) {
    let absent = Value::Null;
    let value = value.unwrap_or(&absent);
    let long = |out: &mut Vec<u8>, value: i64| {
        let mut rest = (value << 1 ^ value >> 63) as u64;
        while rest > 127 {
            out.push(rest as u8 | 128);
            rest >>= 7;
        }
        out.push(rest as u8);
    };
    let shape = &contract.ty(ty).shape;
    match contract.avro.get(id) {
        AvroSchema::Null => {}
        AvroSchema::Boolean => out.push(u8::from(value.as_bool().unwrap())),
        AvroSchema::Int | AvroSchema::Long => long(out, value.as_i64().unwrap()),
        AvroSchema::Double => out.extend(value.as_f64().unwrap().to_le_bytes()),
        AvroSchema::String => {
            let text = value.as_str().unwrap();
            long(out, text.len() as i64);
            out.extend(text.as_bytes());
        }
        AvroSchema::Bytes => {
            let bytes: &[u8] = match value.as_str().unwrap() {
                "" => &[],
                "AA==" => &[0],
                "AAE=" => &[0, 1],
                "/+7d" => &[255, 238, 221],
                _ => b"hello world",
            };
            long(out, bytes.len() as i64);
            out.extend(bytes);
        }
        AvroSchema::Decimal { .. } => {
            let unscaled: i64 = value.as_str().unwrap().replace('.', "").parse().unwrap();
            let all = unscaled.to_be_bytes();
            let sign = if unscaled < 0 { 255 } else { 0 };
            let spare = |at: &usize| all[*at] == sign && (all[*at + 1] > 127) == (sign == 255);
            let first = (0..7).take_while(spare).count();
            long(out, 8 - first as i64);
            out.extend(&all[first..]);
        }
        AvroSchema::Date => {
            let days = match value.as_str().unwrap() {
                "1970-01-01" => 0,
                "2024-02-29" => 19_782,
                "0001-01-01" => -719_162,
                _ => 2_932_896,
            };
            long(out, days);
        }
        AvroSchema::TimestampMicros => {
            let micros = match value.as_str().unwrap() {
                "1970-01-01T00:00:00Z" => 0,
                "2024-02-29T12:30:00.125Z" => 1_709_209_800_125_000,
                _ => -1,
            };
            long(out, micros);
        }
        AvroSchema::Enum => {
            let Shape::Enum(shape) = shape else { panic!("an enum") };
            let found = shape.values.iter().position(|known| known.name == value.as_str().unwrap());
            long(out, found.unwrap() as i64);
        }
        AvroSchema::Array(item) => {
            let Shape::List(of) = shape else { panic!("a list") };
            let items = value.as_array().unwrap();
            if !items.is_empty() {
                long(out, items.len() as i64);
                items.iter().for_each(|value| slow(contract, *item, of.id, Some(value), out));
            }
            long(out, 0);
        }
        AvroSchema::Map(member) => {
            let Shape::Map { value: of, .. } = shape else { panic!("a map") };
            let members = value.as_object().unwrap();
            if !members.is_empty() {
                long(out, members.len() as i64);
                for (key, value) in members {
                    long(out, key.len() as i64);
                    out.extend(key.as_bytes());
                    slow(contract, *member, of.id, Some(value), out);
                }
            }
            long(out, 0);
        }
        AvroSchema::Record(fields) => {
            let record = contract.record(ty).unwrap();
            for AvroField { field, schema } in fields {
                let field = &record.fields[*field as usize];
                slow(contract, *schema, field.ty.id, value.get(&field.name), out);
            }
        }
        AvroSchema::Union(branches) => {
            let fits = |branch: &AvroBranch| match contract.avro.get(branch.schema) {
                AvroSchema::Null => value.is_null(),
                AvroSchema::Record(_) if branch.variant.is_some() => value.is_object(),
                AvroSchema::Array(_) if branch.variant.is_some() => value.is_array(),
                AvroSchema::String if branch.variant.is_some() => value.is_string(),
                AvroSchema::Long if branch.variant.is_some() => value.is_i64(),
                _ => !value.is_null(),
            };
            let at = branches.iter().position(fits).unwrap();
            long(out, at as i64);
            let ty = match (shape, branches[at].variant) {
                (Shape::Sum(sum), Some(variant)) => sum.variants[variant as usize].ty,
                _ => ty,
            };
            slow(contract, branches[at].schema, ty, Some(value), out);
        }
        other => panic!("no values of {other:?}"),
    }
}

/// What comes back: an absent field that lies as null stays absent.
#[test]
fn every_value_crosses_and_comes_back() {
    let mut values = 0;
    for seed in 1..400 {
        let mut types = Types::new(seed * 0x9e37_79b9);
        let ty = types.record(3);
        assert!(derive_avro(&mut types.hand.contract, ty));
        let mut pair = Pair::new(&types.hand.contract, ty, Encoding::Avro);
        for _ in 0..10 {
            let value = types.value(ty);
            let json = types.shuffled(&value);
            let bytes = pair.there(&json);
            let bytes = bytes.unwrap_or_else(|refusal| panic!("{json}: {refusal:?}"));
            let back = pair.back(&bytes);
            let read: Value = serde_json::from_str(&back).unwrap_or_else(|_| panic!("{json}: {back}"));
            assert_eq!(read, value, "{json}");
            assert_eq!(pair.run(pair.check, &bytes).unwrap(), bytes);
            // Maps come in the order of the text: the slow writer knows only one.
            let mut expected = Vec::new();
            slow(&types.hand.contract, types.hand.contract.avro.types[&ty], ty, Some(&value), &mut expected);
            let sorted = pair.there(&value.to_string()).unwrap();
            assert_eq!(sorted, expected, "{json}");
            values += 1;
        }
    }
    assert_eq!(values, 3990);
}

fn one(shape: Shape, schema: AvroSchema) -> (Contract, TypeId) {
    let mut hand = Hand::default();
    let ty = hand.ty(shape, vec![]);
    let id = hand.contract.avro.add(schema);
    hand.contract.avro.types.insert(ty, id);
    (hand.contract, ty)
}

#[test]
fn scalars_lie_as_the_specification_says() {
    let check = |shape: Shape, schema: AvroSchema, json: &str, bytes: &[u8]| {
        let (contract, ty) = one(shape, schema);
        let mut pair = Pair::new(&contract, ty, Encoding::Avro);
        assert_eq!(pair.there(json).unwrap(), bytes, "{json}");
        assert_eq!(pair.back(bytes), json);
    };
    let long = Shape::Int(Int::I64);
    check(long.clone(), AvroSchema::Long, "0", &[0]);
    check(long.clone(), AvroSchema::Long, "-1", &[1]);
    check(long.clone(), AvroSchema::Long, "-64", &[0x7f]);
    check(long.clone(), AvroSchema::Long, "64", &[0x80, 1]);
    let most = [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1];
    check(long, AvroSchema::Long, "9223372036854775807", &most);
    check(Shape::Text, AvroSchema::String, "\"foo\"", b"\x06foo");
    check(Shape::Float(Float::F32), AvroSchema::Float, "1.5", &1.5f32.to_le_bytes());
    check(Shape::Bytes, AvroSchema::Fixed(2), "\"AAE=\"", &[0, 1]);
    let decimal = Shape::Decimal { digits: 6, scale: 2 };
    let lies = |size| AvroSchema::Decimal { digits: 6, scale: 2, size };
    check(decimal.clone(), lies(Some(4)), "\"-1.00\"", &[255, 255, 255, 156]);
    check(decimal, lies(None), "\"1.28\"", &[4, 0, 128]);
    check(Shape::Instant, AvroSchema::TimestampMillis, "\"1970-01-01T00:00:00.001Z\"", &[2]);
    check(Shape::Instant, AvroSchema::String, "\"1970-01-01T00:00:00Z\"", b"\x281970-01-01T00:00:00Z");
}

#[test]
fn floats_in_maps_are_as_narrow_as_elsewhere() {
    let mut hand = Hand::default();
    let (text, float) = (hand.text(), hand.ty(Shape::Float(Float::F32), vec![]));
    let map = hand.ty(Shape::Map { key: text, value: float.into() }, vec![]);
    let ty = hand.record(&[("a!", map), ("b?!", map)], Extra::Closed);
    assert!(derive_avro(&mut hand.contract, ty));
    let mut pair = Pair::new(&hand.contract, ty, Encoding::Avro);
    let json = r#"{"a":{"k":1.5},"b":{"l":2.5}}"#;
    let bytes = pair.there(json).unwrap();
    assert_eq!(bytes, b"\x02\x02k\x00\x00\xc0\x3f\x00\x02\x02\x02l\x00\x00\x20\x40\x00");
    assert_eq!(pair.back(&bytes), json);
    let large = pair.there(r#"{"a":{"k":1e39},"b":null}"#);
    assert_eq!(told(large.map(|bytes| format!("{bytes:?}"))), "/a/k maximum");
}

#[test]
fn what_a_place_cannot_hold_is_refused() {
    let check = |shape: Shape, schema: AvroSchema, json: &str, expected: &str| {
        let (contract, ty) = one(shape, schema);
        let result = Pair::new(&contract, ty, Encoding::Avro).there(json);
        assert_eq!(told(result.map(|bytes| format!("{bytes:?}"))), expected, "{json}");
    };
    check(Shape::Int(Int::I64), AvroSchema::Int, "2147483648", " maximum");
    check(Shape::Int(Int::U64), AvroSchema::Long, "9223372036854775808", " maximum");
    check(Shape::Bytes, AvroSchema::Fixed(2), "\"AA==\"", " minLength");
    check(Shape::Instant, AvroSchema::TimestampMillis, "\"1970-01-01T00:00:00.0001Z\"", " multipleOf");
    check(Shape::Instant, AvroSchema::TimestampNanos, "\"2500-01-01T00:00:00Z\"", " maximum");
}

#[test]
fn broken_bytes_are_refused_where_they_break() {
    let mut hand = Hand::default();
    let text = hand.text();
    let list = hand.list(text);
    let ty = hand.record(&[("name!", text), ("tags!", list), ("note", text)], Extra::Closed);
    assert!(derive_avro(&mut hand.contract, ty));
    let mut pair = Pair::new(&hand.contract, ty, Encoding::Avro);
    let mut check = |bytes: &[u8], expected: &str| assert_eq!(pair.back(bytes), expected, "{bytes:?}");
    check(b"\x02a\x02\x02b\x00\x00", r#"{"name":"a","tags":["b"]}"#);
    check(b"\x02a\x01\x04\x02b\x00\x02\x02c", r#"{"name":"a","tags":["b"],"note":"c"}"#);
    check(b"\x02a\x00\x04", "/note malformed at 3");
    check(b"\x04a", "/name malformed at 1");
    check(b"\x02\xff\x00\x00", "/name malformed at 1");
    check(b"\x02a\x04\x02b", "/tags/1 malformed at 5");
    check(b"\x02a\x00\x00\x00", " malformed at 3");
}

#[test]
fn members_come_in_every_order_and_defaults_stand_for_absent_ones() {
    let mut hand = Hand::default();
    let (text, int) = (hand.text(), hand.int());
    let inner = hand.record(&[("x!", int), ("y!", int)], Extra::Closed);
    let ty = hand.record(&[("a!", text), ("b", int), ("c!", inner)], Extra::Closed);
    let Shape::Record(record) = &mut hand.contract.types[ty.0 as usize].shape else { panic!("a record") };
    let seven = polywire_syntax::Value::Number(polywire_syntax::Number("7".into()));
    record.fields[1].default = Some(polywire_syntax::Node { value: seven, span: record.fields[1].span });
    assert!(derive_avro(&mut hand.contract, ty));
    let mut pair = Pair::new(&hand.contract, ty, Encoding::Avro);
    let same = b"\x02t\x0e\x02\x04";
    for json in [
        r#"{"a":"t","b":7,"c":{"x":1,"y":2}}"#,
        r#"{"a":"t","c":{"x":1,"y":2}}"#,
        r#"{"c":{"y":2,"x":1},"a":"t"}"#,
        r#"{"b":7,"c":{"y":2,"x":1},"a":"t"}"#,
    ] {
        assert_eq!(pair.there(json).unwrap(), same, "{json}");
    }
    let mut refused = |json: &str| told(pair.there(json).map(|bytes| format!("{bytes:?}")));
    assert_eq!(refused(r#"{"c":{"x":1,"y":2},"b":1}"#), "/a required");
    assert_eq!(refused(r#"{"c":{"y":2},"b":1,"a":""}"#), "/c/x required");
    assert_eq!(refused(r#"{"c":{"x":1,"y":2},"a":"","a":""}"#), "/a duplicate at 26");
    assert_eq!(refused(r#"{"c":{"x":1,"y":2},"a":"","d":1}"#), "/d additionalProperties");
}

#[test]
fn a_type_without_a_form_is_a_diagnostic() {
    let mut hand = Hand::default();
    let any = hand.ty(Shape::Any, vec![]);
    let ty = hand.record(&[("a!", any)], Extra::Closed);
    assert!(!derive_avro(&mut hand.contract, ty));
    let mut diags = Vec::new();
    let mut compiler = Compiler::new(&hand.contract);
    let ty = TypeRef::from(ty);
    let plan = compiler.ty(ty, Encoding::Json, Encoding::Avro, &PlanOptions::default(), &mut diags);
    assert!(plan.is_none());
    assert_eq!(diags[0].code.id, "PW-W0009");
}

#[test]
fn random_bytes_are_refused_or_read() {
    let mut types = Types::new(99);
    let ty = types.record(3);
    assert!(derive_avro(&mut types.hand.contract, ty));
    let mut pair = Pair::new(&types.hand.contract, ty, Encoding::Avro);
    let mut refused = 0;
    for _ in 0..3000 {
        let json = types.value(ty).to_string();
        let mut bytes = pair.there(&json).unwrap();
        types.random.mutate(&mut bytes, &[]);
        match pair.run(pair.back, &bytes) {
            Err(_) => refused += 1,
            // What was read is written again as the same value.
            Ok(json) => {
                let json = String::from_utf8(json).unwrap();
                let again = pair.there(&json).unwrap();
                assert_eq!(pair.back(&again), json);
            }
        }
    }
    assert!((1000..3000).contains(&refused), "{refused}");
}

#[test]
fn a_tag_in_json_is_a_place_in_the_union() {
    let mut hand = Hand::default();
    let (text, int) = (hand.text(), hand.int());
    let cat = hand.record(&[("name!", text)], Extra::Closed);
    let dog = hand.record(&[("age!", int)], Extra::Closed);
    let span = hand.contract.ty(cat).span;
    let variants = [("cat", cat), ("dog", dog)].map(|(name, ty)| polywire_contract::Variant {
        name: name.into(),
        ty,
        tags: vec![name.into()],
        span,
    });
    let sum = polywire_contract::Sum { variants: variants.into(), tag: Some("kind".into()), exact: true };
    let pet = hand.ty(Shape::Sum(sum), vec![]);
    let ty = hand.record(&[("pet!", pet), ("more!", int)], Extra::Closed);
    assert!(derive_avro(&mut hand.contract, ty));
    let mut pair = Pair::new(&hand.contract, ty, Encoding::Avro);
    let bytes = pair.there(r#"{"more":1,"pet":{"age":3,"kind":"dog"}}"#).unwrap();
    assert_eq!(bytes, [2, 6, 2]);
    assert_eq!(pair.back(&bytes), r#"{"pet":{"kind":"dog","age":3},"more":1}"#);
    assert_eq!(pair.back(&[4, 6, 2]), "/pet oneOf");
}
