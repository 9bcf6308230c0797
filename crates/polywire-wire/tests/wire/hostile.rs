//! Input that means harm: deep, long, cut off, full of mistakes; and random values of types as OpenAPI has them.

use polywire_contract::{Check, Contract, Extra, Float, Shape, Sum, TypeId, TypeRef, Variant};
use serde_json::Value;

use super::contract::{Hand, SPAN};
use super::protojson::everything;
use super::random::Random;
use super::run::{Both, told};

fn variant(name: &str, ty: TypeId, tags: &[&str]) -> Variant {
    Variant { name: name.into(), ty, tags: tags.iter().map(|t| t.to_string()).collect(), span: SPAN }
}

/// Every kind of shape, sums of every discrimination, and itself.
fn shop() -> (Contract, TypeId) {
    let mut hand = Hand::default();
    let (text, int) = (hand.text(), hand.int());
    let float = hand.ty(Shape::Float(Float::F64), vec![]);
    let flag = hand.ty(Shape::Bool, vec![]);
    let decimal = hand.ty(Shape::Decimal { digits: 9, scale: 2 }, vec![]);
    let (date, instant, uuid) =
        (hand.ty(Shape::Date, vec![]), hand.ty(Shape::Instant, vec![]), hand.ty(Shape::Uuid, vec![]));
    let bytes = hand.ty(Shape::Bytes, vec![]);
    let color = hand.enumeration(&["red", "green", "dark-blue"]);
    let word = hand.ty(Shape::Text, vec![Check::MinLength(1), Check::MaxLength(5)]);
    let card = hand.record(&[("type!", text), ("number!", word)], Extra::Open);
    let bank = hand.record(&[("iban!", word), ("type!", text)], Extra::Open);
    let by_tag = hand.ty(
        Shape::Sum(Sum {
            variants: vec![variant("card", card, &["card"]), variant("bank", bank, &["bank"])],
            tag: Some("type".into()),
            exact: true,
        }),
        vec![],
    );
    let mail = hand.record(&[("address!", text)], Extra::Closed);
    let phone = hand.record(&[("number!", int), ("prefix", word)], Extra::Closed);
    let by_key = hand.ty(
        Shape::Sum(Sum {
            variants: vec![variant("mail", mail, &[]), variant("phone", phone, &[])],
            tag: None,
            exact: true,
        }),
        vec![],
    );
    let list = hand.list(int);
    let by_kind = hand.ty(
        Shape::Sum(Sum {
            variants: vec![
                variant("text", text, &[]),
                variant("flag", flag, &[]),
                variant("list", list, &[]),
            ],
            tag: None,
            exact: true,
        }),
        vec![],
    );
    let maybe = hand.ty(Shape::List(TypeRef { id: word, nullable: true }), vec![Check::MaxItems(9)]);
    let lists = hand.list(list);
    let counts = hand.ty(Shape::Map { key: text, value: int.into() }, vec![]);
    let names = hand.ty(Shape::Map { key: int, value: TypeRef { id: word, nullable: true } }, vec![]);
    let any = hand.ty(Shape::Any, vec![]);
    let fields = [
        ("id!", int),
        ("name!", word),
        ("price", float),
        ("total?", decimal),
        ("on!?", date),
        ("at", instant),
        ("key", uuid),
        ("blob", bytes),
        ("color!", color),
        ("colour?", color),
        ("pay", by_tag),
        ("contact?", by_key),
        ("value", by_kind),
        ("maybe!", maybe),
        ("lists", lists),
        ("counts", counts),
        ("names", names),
        ("any", any),
        ("a_name_that_is_longer_than_a_slot", flag),
    ];
    let id = hand.record(&fields, Extra::Open);
    let children = hand.list(id);
    if let Shape::Record(record) = &mut hand.contract.types[id.0 as usize].shape {
        record.fields.push(polywire_contract::Field::new("children", children.into(), SPAN));
    }
    hand.derive();
    (hand.contract, id)
}

/// A random value of a type, as JSON text.
fn value(random: &mut Random, contract: &Contract, id: TypeId, depth: u32, out: &mut String) {
    let quoted = |text: &str| serde_json::to_string(text).unwrap();
    let pick =
        |random: &mut Random, from: &[&str]| from[random.below(from.len() as u64) as usize].to_string();
    let ty = contract.ty(id);
    let short = !ty.checks.is_empty();
    match &ty.shape {
        Shape::Bool => out.push_str(if random.below(2) == 0 { "true" } else { "false" }),
        Shape::Int(_) => out.push_str(&(random.below(1 << 40) as i64 - (1 << 39)).to_string()),
        Shape::Float(_) => out.push_str(&pick(random, &["0.0", "1.25", "-3.5", "1e+300", "0.1"])),
        Shape::Decimal { .. } => out.push_str(&pick(random, &["\"0\"", "\"-12.50\"", "\"1234567.89\""])),
        Shape::Text if short => out.push_str(&quoted(&pick(random, &["a", "日本", "\"\\\"", "abcde"]))),
        Shape::Text => out.push_str(&quoted(&random.text(12))),
        Shape::Bytes => out.push_str(&pick(random, &["\"\"", "\"AA==\"", "\"AP/+\""])),
        Shape::Instant => {
            out.push_str(&pick(random, &["\"1970-01-01T00:00:00Z\"", "\"2024-02-29T23:59:59.123456789Z\""]))
        }
        Shape::Date => out.push_str("\"2024-02-29\""),
        Shape::Uuid => out.push_str("\"2eb8aa08-aa98-11ea-b4aa-73b441d16380\""),
        Shape::Enum(found) => out.push_str(&quoted(&found.values[random.below(3) as usize].name)),
        Shape::Any => out.push_str(&pick(random, &["null", "1.5", "\"x\"", "{\"a\":[true,null,{}]}", "[]"])),
        Shape::List(item) => {
            joined(random, out, ['[', ']'], |random, _, out| use_of(random, contract, *item, depth, out))
        }
        Shape::Map { key, value } => {
            let is_int = matches!(contract.ty(*key).shape, Shape::Int(_));
            joined(random, out, ['{', '}'], |random, at, out| {
                out.push_str(&quoted(&if is_int { (at as i64 - 1).to_string() } else { format!("k{at}") }));
                out.push(':');
                use_of(random, contract, *value, depth, out);
            });
        }
        Shape::Record(record) => {
            out.push('{');
            let mut first = true;
            for field in &record.fields {
                if !field.required && (random.below(2) == 0 || depth == 0) {
                    continue;
                }
                out.push_str(if first { "" } else { "," });
                first = false;
                out.push_str(&quoted(&field.name));
                out.push(':');
                match field.name.as_str() {
                    "type" => {
                        let card = record.fields.iter().any(|field| field.name == "number");
                        out.push_str(if card { "\"card\"" } else { "\"bank\"" });
                    }
                    // Optional and null is optional and absent after Protobuf: only what is required stays null.
                    _ if field.required => use_of(random, contract, field.ty, depth, out),
                    _ => value(random, contract, field.ty.id, depth.saturating_sub(1), out),
                }
            }
            out.push('}');
        }
        Shape::Sum(sum) => {
            let at = random.below(sum.variants.len() as u64) as usize;
            value(random, contract, sum.variants[at].ty, depth, out);
        }
        Shape::Time | Shape::Duration => unreachable!("not in the shop"),
    }
}

fn use_of(random: &mut Random, contract: &Contract, ty: TypeRef, depth: u32, out: &mut String) {
    if ty.nullable && random.below(3) == 0 {
        out.push_str("null");
    } else {
        value(random, contract, ty.id, depth.saturating_sub(1), out);
    }
}

fn joined(
    random: &mut Random,
    out: &mut String,
    brackets: [char; 2],
    mut one: impl FnMut(&mut Random, u64, &mut String),
) {
    out.push(brackets[0]);
    for at in 0..random.below(4) {
        out.push_str(if at > 0 { "," } else { "" });
        one(random, at, out);
    }
    out.push(brackets[1]);
}

#[test]
fn random_values_come_back() {
    let (contract, id) = shop();
    let mut both = Both::new(&contract, id);
    let mut random = Random(11);
    for _ in 0..400 {
        let mut json = String::new();
        value(&mut random, &contract, id, 4, &mut json);
        assert_eq!(both.checked(&json), "ok", "{json}");
        let back = both.there_and_back(&json);
        assert_eq!(empty_lists(&back), empty_lists(&json), "{json}");
    }
}

/// An optional list that is empty is absent after Protobuf.
fn empty_lists(json: &str) -> Value {
    fn strip(value: &mut Value) {
        if let Value::Object(members) = value {
            let optional = ["lists", "counts", "names", "children"];
            let empty = |value: &Value| {
                value.as_array().is_some_and(Vec::is_empty)
                    || value.as_object().is_some_and(|members| members.is_empty())
            };
            members.retain(|name, value| !(optional.contains(&name.as_str()) && empty(value)));
            members.values_mut().for_each(strip);
        }
        if let Value::Array(items) = value {
            items.iter_mut().for_each(strip);
        }
    }
    let mut value: Value = serde_json::from_str(json).unwrap_or_else(|e| panic!("{e}: {json}"));
    strip(&mut value);
    value
}

#[test]
fn members_in_any_order_mean_the_same() {
    let (contract, id) = shop();
    let mut both = Both::new(&contract, id);
    let mut random = Random(12);
    for _ in 0..200 {
        let mut json = String::new();
        value(&mut random, &contract, id, 3, &mut json);
        let mut shuffled: Value = serde_json::from_str(&json).unwrap();
        shuffle(&mut random, &mut shuffled);
        let pretty = serde_json::to_string_pretty(&shuffled).unwrap();
        assert_eq!(both.checked(&pretty), "ok", "{pretty}");
        let one: Value = serde_json::from_str(&both.there_and_back(&json)).unwrap();
        let other = both.there_and_back(&pretty);
        let other: Value = serde_json::from_str(&other).unwrap_or_else(|e| panic!("{e} {other}"));
        assert_eq!(one, other);
    }
}

fn shuffle(random: &mut Random, value: &mut Value) {
    match value {
        Value::Object(members) => {
            let mut entries: Vec<_> = std::mem::take(members).into_iter().collect();
            for at in (1..entries.len()).rev() {
                entries.swap(at, random.below(at as u64 + 1) as usize);
            }
            entries.iter_mut().for_each(|entry| shuffle(random, &mut entry.1));
            members.extend(entries);
        }
        Value::Array(items) => items.iter_mut().for_each(|item| shuffle(random, item)),
        _ => {}
    }
}

#[test]
fn mutants_never_panic_and_what_passes_passes_again() {
    let (contract, id) = shop();
    let mut both = Both::new(&contract, id);
    let mut random = Random(13);
    let mut passed = 0;
    for _ in 0..3000 {
        let mut json = String::new();
        value(&mut random, &contract, id, 2, &mut json);
        let mut bytes = json.into_bytes();
        random.mutate(&mut bytes, b"\"\\{}[],:0-.eE19 \n\x01\xff\xc3nutf");
        if let Ok(message) = both.protobuf(&bytes) {
            passed += 1;
            let json = both.json(&message).unwrap();
            assert_eq!(both.checked(std::str::from_utf8(&json).unwrap()), "ok");
            let mut message = message;
            random.mutate(&mut message, &[]);
            if let Ok(json) = both.json(&message) {
                serde_json::from_slice::<Value>(&json).unwrap();
            }
        }
    }
    assert!(passed > 200, "{passed}");
}

#[test]
fn every_prefix_is_refused() {
    let (contract, id) = shop();
    let mut both = Both::new(&contract, id);
    let mut random = Random(14);
    let mut json = String::new();
    value(&mut random, &contract, id, 4, &mut json);
    for end in 0..json.len() {
        assert!(both.protobuf(&json.as_bytes()[..end]).is_err(), "{end}");
    }
    let message = both.protobuf(json.as_bytes()).unwrap();
    for end in 0..message.len() {
        // Some prefixes of a message are messages: they must only be read without harm.
        if let Err(refusal) = both.json(&message[..end]) {
            assert!(!refusal.violations.is_empty());
        }
    }
}

#[test]
fn depth_is_limited() {
    let mut both = everything();
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        for count in [50, 100, 100_000] {
            let json = format!(
                "{{\"value\":{}{}{}}}",
                open.repeat(count),
                if open == "[" { "" } else { "1" },
                close.repeat(count)
            );
            assert_eq!(both.protobuf(json.as_bytes()).is_ok(), count == 50, "{count}");
        }
    }
    let json = format!("{}1{}", "{\"child\":".repeat(100_000), "}".repeat(100_000));
    let refusal = both.protobuf(json.as_bytes()).unwrap_err();
    assert!(refusal.malformed);
    // A message in a message, a hundred thousand times; the length of each is written first.
    let mut message = Vec::new();
    for _ in 0..20_000 {
        let mut outer = vec![0x92, 0x01];
        let mut length = message.len();
        while length >= 128 {
            outer.push(length as u8 | 128);
            length >>= 7;
        }
        outer.push(length as u8);
        outer.extend_from_slice(&message);
        message = outer;
        if message.len() > 60_000 {
            break;
        }
    }
    assert!(both.json(&message).unwrap_err().malformed);
    // Groups that are never closed.
    assert!(both.json(&[0x2b; 100_000]).unwrap_err().malformed);
}

#[test]
fn many_unknown_members_are_read_and_one_twice_is_found() {
    let (contract, id) = shop();
    let mut both = Both::new(&contract, id);
    let base = r#""id":1,"name":"a","on":null,"color":"red","maybe":[]"#;
    let many: String = (0..60_000).map(|at| format!(",\"u{at}\":{at}")).collect();
    assert_eq!(both.checked(&format!("{{{base}{many}}}")), "ok");
    assert!(both.checked(&format!("{{{base}{many},\"u17\":0}}")).starts_with("/u17 duplicate at"));
    let told = both.there_and_back(&format!("{{{base}{many}}}"));
    assert_eq!(told.matches(" unknown").count(), 32);
}

#[test]
fn at_most_32_violations_are_told() {
    let mut both = everything();
    let json = format!("{{\"rInt32\":[{}]}}", vec!["\"x\""; 200_000].join(","));
    let refusal = both.protobuf(json.as_bytes()).unwrap_err();
    assert_eq!(refusal.violations.len(), 32);
    assert_eq!(refusal.violations[31].path, "/rInt32/31");
    assert_eq!(refusal.violations[31].found, "text");
    let packed = [vec![0xea, 0x02], vec![0x01; 300]].concat();
    assert!(!told(both.json(&packed).map(|_| String::new())).is_empty());
}
