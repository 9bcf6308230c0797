//! Plans between different types: every origin of a field, and random types whose copies have other names and another order.

use std::collections::HashMap;

use polywire_contract::{
    Check, Contract, Extra, FieldMap, Int, MapKind, Maps, Origin, Record, Shape, Type, TypeId, TypeMap,
    TypeRef, derive_avro,
};
use polywire_syntax::Number;
use polywire_wire::{Compiler, Encoding, Passed, PlanId, PlanOptions, Plans, Scratch};
use serde_json::{Map, Value};

use crate::contract::Hand;
use crate::run::told;
use crate::values::Types;

struct Run {
    plans: Plans,
    plan: PlanId,
    scratch: Scratch,
}

impl Run {
    fn new(contract: &Contract, maps: &Maps, from: Encoding, to: Encoding) -> Run {
        let mut diags = Vec::new();
        let mut compiler = Compiler::new(contract);
        let plan = compiler.map(maps, from, to, &PlanOptions::default(), &mut diags);
        assert!(diags.is_empty(), "{diags:?}");
        Run { plans: compiler.finish(), plan: plan.unwrap(), scratch: Scratch::new(1) }
    }

    fn bytes(&mut self, input: &[u8]) -> Result<Vec<u8>, String> {
        let mut out = Vec::new();
        match self.plans.transcode(self.plan, input, &mut out, &mut self.scratch) {
            Ok(Passed::Written) => Ok(out),
            Ok(Passed::Same) => panic!("types differ"),
            Err(refusal) => Err(told(Err(refusal))),
        }
    }

    fn text(&mut self, input: &str) -> String {
        self.bytes(input.as_bytes()).map_or_else(|told| told, |out| String::from_utf8(out).unwrap())
    }
}

fn fields(origins: Vec<Origin>) -> Vec<FieldMap> {
    let fields = origins.into_iter().enumerate();
    fields.map(|(at, origin)| FieldMap { field: at as u32, origin }).collect()
}

fn one(from: TypeId, to: TypeId, origins: Vec<Origin>) -> Maps {
    let kind = MapKind::Record { fields: fields(origins), dropped: Vec::new() };
    Maps { pairs: vec![TypeMap { from, to, kind }] }
}

/// A customer as a REST service has it, and as an old record has it.
fn customer() -> (Hand, Maps) {
    let mut hand = Hand::default();
    let (text, int) = (hand.text(), hand.int());
    let money = hand.ty(Shape::Decimal { digits: 9, scale: 2 }, vec![]);
    let name = hand.record(&[("first!", text), ("last!", text)], Extra::Closed);
    let status = hand.enumeration(&["ACTIVE", "CLOSED"]);
    let from = hand.record(
        &[
            ("id!", int),
            ("name!", name),
            ("status!", status),
            ("balance!", money),
            ("street", text),
            ("cityLine!", text),
            ("note", text),
        ],
        Extra::Closed,
    );
    let letter = hand.enumeration(&["A", "C", "X"]);
    let short = hand.ty(Shape::Text, vec![Check::MaxLength(12)]);
    let number = hand.ty(Shape::Int(Int::I32), vec![]);
    let address = hand.record(&[("STREET", text), ("ZIP!", text), ("CITY!", text)], Extra::Closed);
    let to = hand.record(
        &[
            ("KIND!", text),
            ("STATUS!", letter),
            ("NUMBER!", number),
            ("FULL-NAME!", short),
            ("LAST!", text),
            ("CENTS!", int),
            ("ADDRESS!", address),
        ],
        Extra::Closed,
    );
    let constant = polywire_syntax::Node {
        value: polywire_syntax::Value::Text("CUST".into()),
        span: hand.contract.ty(to).span,
    };
    let part = |part| Origin::Part { of: vec![5], at: " ".into(), part, parts: 2 };
    let mut maps = one(
        from,
        to,
        vec![
            Origin::Value(constant),
            Origin::Field(vec![2]),
            Origin::Field(vec![0]),
            Origin::Join { parts: vec![vec![1, 0], vec![1, 1]], with: " ".into() },
            Origin::Field(vec![1, 1]),
            Origin::Scaled { of: vec![3], by: Number("100".into()) },
            Origin::Record(fields(vec![Origin::Field(vec![4]), part(0), part(1)])),
        ],
    );
    maps.pairs.push(TypeMap { from: status, to: letter, kind: MapKind::Enum(vec![(0, 0), (1, 1)]) });
    (hand, maps)
}

const ADA: &str = r#"{"note":"n","balance":"12.5","name":{"last":"Byron","first":"Ada"},"id":7,"cityLine":"12345 Old Town","status":"CLOSED","street":"Main"}"#;
const OLD: &str = r#"{"KIND":"CUST","STATUS":"C","NUMBER":7,"FULL-NAME":"Ada Byron","LAST":"Byron","CENTS":1250,"ADDRESS":{"STREET":"Main","ZIP":"12345","CITY":"Old Town"}}"#;

#[test]
fn fields_come_from_where_the_map_says() {
    let (hand, maps) = customer();
    let mut run = Run::new(&hand.contract, &maps, Encoding::Json, Encoding::Json);
    assert_eq!(run.text(ADA), OLD);
    let check = |run: &mut Run, from: &str, to: &str, expected: &str| {
        assert_eq!(run.text(&ADA.replace(from, to)), expected, "{to}");
    };
    // Both types' rules hold, and paths are those of the source.
    check(&mut run, "Ada\"", "Augusta Ada\"", "/name/last maxLength");
    check(&mut run, "\"id\":7", "\"id\":2147483648", "/id maximum");
    check(&mut run, "12.5", "12.505", "/balance format");
    check(&mut run, "12345 Old Town", "12345", "/cityLine pattern");
    check(&mut run, "CLOSED", "GONE", "/status enum");
    check(&mut run, ",\"first\":\"Ada\"", "", "/name/first required");
    check(&mut run, "\"note\":\"n\"", "\"note\":1", "/note type");
    check(&mut run, "\"note\":\"n\"", "\"nota\":1", "/nota additionalProperties");
    check(&mut run, "\"note\":\"n\"", "\"id\":1", "/id duplicate at 63");
    let without = OLD.replace("\"STREET\":\"Main\",", "");
    check(&mut run, ",\"street\":\"Main\"", "", &without);
}

#[test]
fn the_same_into_other_encodings() {
    let (mut hand, maps) = customer();
    let (from, to) = (maps.pairs[0].from, maps.pairs[0].to);
    hand.derive();
    assert!(derive_avro(&mut hand.contract, from) && derive_avro(&mut hand.contract, to));
    for from_encoding in [Encoding::Json, Encoding::Protobuf, Encoding::Avro] {
        for to_encoding in [Encoding::Json, Encoding::Protobuf, Encoding::Avro] {
            if (from_encoding, to_encoding) == (Encoding::Protobuf, Encoding::Protobuf) {
                continue;
            }
            let input = carried(&hand.contract, from, Encoding::Json, from_encoding, ADA.as_bytes());
            let mut run = Run::new(&hand.contract, &maps, from_encoding, to_encoding);
            let out = run.bytes(&input).unwrap();
            let back = carried(&hand.contract, to, to_encoding, Encoding::Json, &out);
            assert_eq!(String::from_utf8(back).unwrap(), OLD, "{from_encoding:?} to {to_encoding:?}");
        }
    }
}

/// A message of one type in another encoding.
fn carried(contract: &Contract, ty: TypeId, from: Encoding, to: Encoding, input: &[u8]) -> Vec<u8> {
    let mut diags = Vec::new();
    let mut compiler = Compiler::new(contract);
    let plan = compiler.ty(ty.into(), from, to, &PlanOptions::default(), &mut diags);
    let plan = plan.unwrap_or_else(|| panic!("{diags:?}"));
    let (plans, mut out) = (compiler.finish(), Vec::new());
    match plans.transcode(plan, input, &mut out, &mut Scratch::new(1)) {
        Ok(Passed::Written) => out,
        Ok(Passed::Same) => input.to_vec(),
        Err(refusal) => panic!("{}", told(Err(refusal))),
    }
}

/// A copy of a type with other names in the opposite order, and how the one becomes the other.
struct Copies {
    made: HashMap<TypeId, TypeId>,
    maps: Maps,
}

fn renamed(name: &str) -> String {
    format!("r_{name}")
}

impl Copies {
    fn copy(&mut self, contract: &mut Contract, ty: TypeId) -> TypeId {
        if let Some(made) = self.made.get(&ty) {
            return *made;
        }
        let original = contract.ty(ty).clone();
        let mut used =
            |contract: &mut Contract, ty: TypeRef| TypeRef { id: self.copy(contract, ty.id), ..ty };
        let (shape, kind) = match original.shape.clone() {
            Shape::Record(record) => {
                let count = record.fields.len() as u32;
                let fields: Vec<_> = record.fields.iter().rev().cloned().collect();
                let mut copies = Vec::new();
                for mut field in fields {
                    field.ty = used(contract, field.ty);
                    field.name = renamed(&field.name);
                    copies.push(field);
                }
                let fields = fields_reversed(count);
                let kind = MapKind::Record { fields, dropped: Vec::new() };
                (Shape::Record(Record { fields: copies, ..record }), Some(kind))
            }
            Shape::List(item) => (Shape::List(used(contract, item)), None),
            Shape::Map { key, value } => (Shape::Map { key, value: used(contract, value) }, None),
            Shape::Sum(mut sum) => {
                sum.variants.iter_mut().for_each(|v| v.ty = used(contract, v.ty.into()).id);
                let pairs = (0..sum.variants.len() as u32).map(|at| (at, at)).collect();
                (Shape::Sum(sum), Some(MapKind::Sum(pairs)))
            }
            Shape::Enum(mut found) => {
                found.values.iter_mut().for_each(|value| value.name = renamed(&value.name));
                let last = found.values.len() as u32 - 1;
                found.values.reverse();
                (Shape::Enum(found), Some(MapKind::Enum((0..=last).map(|at| (at, last - at)).collect())))
            }
            other => (other, None),
        };
        let copy = contract.add(Type { shape, ..original });
        self.made.insert(ty, copy);
        if let Some(kind) = kind {
            self.maps.pairs.push(TypeMap { from: ty, to: copy, kind });
        }
        copy
    }
}

fn fields_reversed(count: u32) -> Vec<FieldMap> {
    (0..count).map(|at| FieldMap { field: at, origin: Origin::Field(vec![count - 1 - at]) }).collect()
}

/// The value of the copy, by a tree.
fn slow(contract: &Contract, ty: TypeId, value: &Value) -> Value {
    match (&contract.ty(ty).shape, value) {
        (_, Value::Null) => Value::Null,
        (Shape::Record(record), Value::Object(members)) => {
            let member = |(name, value): (&String, &Value)| {
                let field = record.fields.iter().find(|field| field.name == *name).unwrap();
                (renamed(name), slow(contract, field.ty.id, value))
            };
            Value::Object(members.iter().map(member).collect())
        }
        (Shape::List(item), Value::Array(items)) => {
            Value::Array(items.iter().map(|value| slow(contract, item.id, value)).collect())
        }
        (Shape::Map { value: of, .. }, Value::Object(members)) => {
            let members = members.iter().map(|(key, value)| (key.clone(), slow(contract, of.id, value)));
            Value::Object(members.collect::<Map<_, _>>())
        }
        (Shape::Enum(_), Value::String(name)) => Value::String(renamed(name)),
        (Shape::Sum(sum), value) => {
            let fits = |ty: TypeId| match contract.ty(ty).shape {
                Shape::Text => value.is_string(),
                Shape::Int(_) => value.is_number(),
                Shape::Record(_) => value.is_object(),
                _ => value.is_array(),
            };
            let variant = sum.variants.iter().find(|variant| fits(variant.ty)).unwrap();
            slow(contract, variant.ty, value)
        }
        (_, value) => value.clone(),
    }
}

#[test]
fn copies_with_other_names_agree_with_a_tree() {
    for seed in 1..200 {
        let mut types = Types::new(seed * 0x51ed_270b);
        let ty = types.record(3);
        let mut copies = Copies { made: HashMap::new(), maps: Maps::default() };
        let copy = copies.copy(&mut types.hand.contract, ty);
        let mut maps = copies.maps;
        // The pair that was asked for comes first.
        maps.pairs.reverse();
        assert_eq!((maps.pairs[0].from, maps.pairs[0].to), (ty, copy));
        assert!(derive_avro(&mut types.hand.contract, ty) && derive_avro(&mut types.hand.contract, copy));
        let mut json = Run::new(&types.hand.contract, &maps, Encoding::Json, Encoding::Json);
        let mut avro = Run::new(&types.hand.contract, &maps, Encoding::Avro, Encoding::Avro);
        for _ in 0..10 {
            let value = types.value(ty);
            let text = types.shuffled(&value);
            let expected = slow(&types.hand.contract, ty, &value);
            let out = json.text(&text);
            let read: Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{text}: {out}"));
            assert_eq!(read, expected, "{text}");
            let contract = &types.hand.contract;
            let bytes = carried(contract, ty, Encoding::Json, Encoding::Avro, text.as_bytes());
            let bytes = avro.bytes(&bytes).unwrap();
            let back = carried(contract, copy, Encoding::Avro, Encoding::Json, &bytes);
            let read: Value = serde_json::from_slice(&back).unwrap();
            assert_eq!(read, expected, "{text}");
        }
    }
}

#[test]
fn what_cannot_become_the_other_is_said() {
    let mut hand = Hand::default();
    let (text, int) = (hand.text(), hand.int());
    let from = hand.record(&[("a!", text)], Extra::Closed);
    let to = hand.record(&[("b!", int)], Extra::Closed);
    let check = |hand: &Hand, maps: &Maps, expected: &str| {
        let mut diags = Vec::new();
        let mut compiler = Compiler::new(&hand.contract);
        let plan = compiler.map(maps, Encoding::Json, Encoding::Json, &PlanOptions::default(), &mut diags);
        assert!(plan.is_none());
        assert_eq!(diags[0].message, expected);
    };
    let maps = one(from, to, vec![Origin::Field(vec![0])]);
    check(&hand, &maps, "`a type` does not become `a type`: values of the one are no values of the other");
    let scaled = Origin::Scaled { of: vec![0], by: Number("2".into()) };
    check(
        &hand,
        &one(from, to, vec![scaled]),
        "`a type` does not become `a type`: only integers and decimals have units",
    );
    let outer = hand.record(&[("x!", from)], Extra::Closed);
    let other = hand.record(&[("x!", to)], Extra::Closed);
    let maps = one(outer, other, vec![Origin::Field(vec![0])]);
    check(&hand, &maps, "`a type` does not become `a type`: no map says how one becomes the other");
}

#[test]
fn paths_lead_through_lists_of_records() {
    let mut hand = Hand::default();
    let (text, int) = (hand.text(), hand.int());
    let (from_line, to_line) =
        (hand.record(&[("quantity!", int)], Extra::Closed), hand.record(&[("QTY!", int)], Extra::Closed));
    let (from_lines, to_lines) = (hand.list(from_line), hand.list(to_line));
    let from = hand.record(&[("lines!", from_lines), ("a!", text)], Extra::Closed);
    let to = hand.record(&[("LINES!", to_lines)], Extra::Closed);
    let mut maps = one(from, to, vec![Origin::Field(vec![0])]);
    let kind = MapKind::Record { fields: fields(vec![Origin::Field(vec![0])]), dropped: Vec::new() };
    maps.pairs.push(TypeMap { from: from_line, to: to_line, kind });
    let mut run = Run::new(&hand.contract, &maps, Encoding::Json, Encoding::Json);
    let json = |second: &str| format!(r#"{{"a":"","lines":[{{"quantity":1}},{{"quantity":{second}}}]}}"#);
    assert_eq!(run.text(&json("2")), r#"{"LINES":[{"QTY":1},{"QTY":2}]}"#);
    assert_eq!(run.text(&json("true")), "/lines/1/quantity type");
    assert_eq!(run.text(&json("2,\"more\":1")), "/lines/1/more additionalProperties");
    assert_eq!(run.text(&json("2,\"quantity\":1")), "/lines duplicate at 46");
}
