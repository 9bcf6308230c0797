//! Agreement with prost-reflect on random messages, both ways, merged ones and broken ones.

use prost_reflect::prost::Message;
use prost_reflect::{DynamicMessage, MessageDescriptor, SerializeOptions};

use serde_json::Value;

use super::contract::{descriptors, of_message};
use super::protojson::EVERYTHING;
use super::random::Random;
use super::run::Both;

/// Groups, alone, repeated, in each other, in a oneof and beside what is no group; numbers that meet an inner number.
const GROUPS: &str = r#"
    syntax = "proto2";
    package t;
    message Groups {
      optional group One = 1 {
        optional string text = 1;
        optional group Inner = 2 { repeated int32 numbers = 1; optional Groups back = 3; }
      }
      repeated group Many = 2 { optional int64 number = 2; repeated group Deep = 200 { optional bytes b = 16; } }
      oneof pick {
        group Left = 30000 { optional bool yes = 1; }
        string right = 5;
      }
      optional Groups plain = 6;
      repeated int32 after = 7;
    }
"#;

fn setting() -> (MessageDescriptor, Both) {
    setting_of(EVERYTHING, "t.All")
}

fn setting_of(text: &'static str, name: &str) -> (MessageDescriptor, Both) {
    let pool = descriptors(text);
    let (contract, id) = of_message(&pool, name);
    (pool.get_message_by_name(name).unwrap(), Both::new(&contract, id))
}

#[test]
fn groups_mean_the_same_both_ways_merged_and_broken() {
    let (descriptor, mut both) = setting_of(GROUPS, "t.Groups");
    let mut random = Random(0x51ed_270b);
    let mut refused = 0;
    for round in 0..400 {
        let message = random.message(&descriptor, 4);
        let bytes = message.encode_to_vec();
        let ours = both.json(&bytes).unwrap_or_else(|e| panic!("{round} {e:?} {}", text(&message)));
        same(&parse(&descriptor, &ours), &message);
        let back = both.protobuf(&serialize(&message)).unwrap_or_else(|e| panic!("{round} {e:?}"));
        same(&DynamicMessage::decode(descriptor.clone(), &back[..]).unwrap(), &message);
        let mut twice = [bytes, random.message(&descriptor, 3).encode_to_vec()].concat();
        let merged = DynamicMessage::decode(descriptor.clone(), &twice[..]).unwrap();
        let ours = both.json(&twice).unwrap_or_else(|e| panic!("{round} {e:?}"));
        same(&parse(&descriptor, &ours), &merged);
        random.mutate(&mut twice, &[]);
        match (both.json(&twice), DynamicMessage::decode(descriptor.clone(), &twice[..])) {
            (Ok(json), Ok(message)) => same(&parse(&descriptor, &json), &message),
            _ => refused += 1,
        }
    }
    assert!(refused < 380, "{refused}");
}

fn parse(descriptor: &MessageDescriptor, json: &[u8]) -> DynamicMessage {
    let mut parser = serde_json::Deserializer::from_slice(json);
    let parsed = DynamicMessage::deserialize(descriptor.clone(), &mut parser);
    parsed.unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(json)))
}

fn serialize(message: &DynamicMessage) -> Vec<u8> {
    let mut out = Vec::new();
    let options = SerializeOptions::new().skip_default_fields(true);
    message.serialize_with_options(&mut serde_json::Serializer::new(&mut out), &options).unwrap();
    out
}

/// NaN is not equal to itself, so messages are compared as JSON.
fn text(message: &DynamicMessage) -> Value {
    serde_json::from_slice(&serialize(message)).unwrap()
}

/// The oracle reads some numbers off by one in the last place.
fn alike(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(a), Value::Number(b)) => {
            let (a, b) = (a.as_f64().unwrap(), b.as_f64().unwrap());
            a == b || ((a - b) / b).abs() < 1e-14
        }
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| alike(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| alike(a, b)))
        }
        _ => one == other,
    }
}

#[track_caller]
fn same(one: &DynamicMessage, other: &DynamicMessage) {
    let (one, other) = (text(one), text(other));
    assert!(alike(&one, &other), "{one}\n{other}");
}

#[test]
fn random_messages_mean_the_same_both_ways() {
    let (descriptor, mut both) = setting();
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for round in 0..300 {
        let message = random.message(&descriptor, 3);
        let bytes = message.encode_to_vec();
        let ours = both.json(&bytes).unwrap_or_else(|e| panic!("{round} {e:?} {}", text(&message)));
        same(&parse(&descriptor, &ours), &message);
        let theirs = serialize(&message);
        let back = both.protobuf(&theirs).unwrap_or_else(|e| panic!("{round} {e:?} {}", text(&message)));
        let back = DynamicMessage::decode(descriptor.clone(), &back[..]).unwrap();
        same(&back, &message);
        both.checked_protobuf(&bytes).unwrap();
    }
}

#[test]
fn our_own_json_comes_back_byte_for_byte() {
    let (descriptor, mut both) = setting();
    let mut random = Random(77);
    for round in 0..200 {
        let bytes = random.message(&descriptor, 3).encode_to_vec();
        let json = both.json(&bytes).unwrap();
        let again = both.protobuf(&json).and_then(|bytes| both.json(&bytes)).unwrap();
        assert_eq!(String::from_utf8_lossy(&again), String::from_utf8_lossy(&json), "{round}");
    }
}

#[test]
fn two_messages_in_a_row_are_one_merged() {
    let (descriptor, mut both) = setting();
    let mut random = Random(5);
    for round in 0..200 {
        let bytes =
            [random.message(&descriptor, 2).encode_to_vec(), random.message(&descriptor, 2).encode_to_vec()]
                .concat();
        let merged = DynamicMessage::decode(descriptor.clone(), &bytes[..]).unwrap();
        let ours = both.json(&bytes).unwrap_or_else(|e| panic!("{round} {e:?}"));
        same(&parse(&descriptor, &ours), &merged);
    }
}

#[test]
fn broken_messages_never_panic_and_mean_the_same_where_both_accept() {
    let (descriptor, mut both) = setting();
    let mut random = Random(99);
    let (mut equal, mut ours_alone) = (0, 0);
    for _ in 0..1500 {
        let mut bytes = random.message(&descriptor, 2).encode_to_vec();
        random.mutate(&mut bytes, &[]);
        let theirs = DynamicMessage::decode(descriptor.clone(), &bytes[..]);
        match (both.json(&bytes), theirs) {
            (Ok(json), Ok(message)) => {
                same(&parse(&descriptor, &json), &message);
                equal += 1;
            }
            (Ok(_), Err(_)) => ours_alone += 1,
            (Err(refusal), _) => assert!(!refusal.violations.is_empty()),
        }
    }
    assert!(equal > 100, "{equal}");
    assert!(ours_alone < 30, "{ours_alone}");
}

#[test]
fn broken_json_never_panics_and_means_the_same_where_both_accept() {
    let (descriptor, mut both) = setting();
    let mut random = Random(123);
    let mut equal = 0;
    for _ in 0..1500 {
        let mut json = serialize(&random.message(&descriptor, 2));
        random.mutate(&mut json, b"\"\\{}[],:0-.eE19 \n\x01\xff\xc3nutf");
        let ours = both.protobuf(&json);
        let mut parser = serde_json::Deserializer::from_slice(&json);
        let theirs = DynamicMessage::deserialize(descriptor.clone(), &mut parser)
            .and_then(|m| parser.end().map(|()| m));
        if let (Ok(ours), Ok(theirs)) = (ours, theirs) {
            let ours = DynamicMessage::decode(descriptor.clone(), &ours[..]).unwrap();
            same(&ours, &theirs);
            equal += 1;
        }
    }
    assert!(equal > 100, "{equal}");
}
