//! Rules of Protobuf's validation, and `Any`.

use polywire_contract::{Check, Contract, Literal, ProtoRule, Shape, Sum, TypeId, Variant};
use polywire_diag::{FileId, Span};
use polywire_syntax::{Node, Number, Value};

use super::contract::{descriptors, of_message};
use super::run::Both;

const SPAN: Span = Span { file: FileId(0), start: 0, end: 0 };

const FIELDS: &str = r#"
    syntax = "proto3";
    package t;
    import "google/protobuf/any.proto";
    import "google/protobuf/duration.proto";
    import "google/protobuf/timestamp.proto";
    message M {
      string text = 1;
      int32 whole = 2;
      double ratio = 3;
      bytes raw = 4;
      google.protobuf.Timestamp at = 5;
      google.protobuf.Duration lasts = 6;
      repeated int32 list = 7;
      optional string a = 8;
      optional string b = 9;
      google.protobuf.Any any = 10;
    }
"#;

/// The message `M` with rules for one of its fields, or for itself.
fn with(field: Option<&str>, rules: &[Check]) -> Both {
    let (mut contract, id) = of_message(&descriptors(FIELDS), "t.M");
    let ty = match field {
        Some(name) => field_type(&contract, id, name),
        None => id,
    };
    let checks = rules.iter().map(|rule| (rule.clone(), SPAN));
    contract.types[ty.0 as usize].checks.extend(checks);
    Both::new(&contract, id)
}

fn field_type(contract: &Contract, id: TypeId, name: &str) -> TypeId {
    let record = contract.record(id).expect("a record");
    record.fields.iter().find(|field| field.name == name).expect("there").ty.id
}

fn number(text: &str) -> Number {
    Number(text.into())
}

fn rule(rule: ProtoRule) -> Check {
    Check::Proto(rule)
}

#[track_caller]
fn check(both: &mut Both, good: &[&str], bad: &[&str]) {
    for json in good {
        let message = both.protobuf(json.as_bytes()).unwrap_or_else(|refusal| panic!("{json}: {refusal:?}"));
        both.checked_protobuf(&message).unwrap_or_else(|refusal| panic!("{json}: {refusal:?}"));
        assert_eq!(both.checked(json), "ok", "{json}");
    }
    for json in bad {
        assert!(both.protobuf(json.as_bytes()).is_err(), "{json}");
        assert_ne!(both.checked(json), "ok", "{json}");
    }
}

#[test]
fn texts_and_bytes() {
    let bytes = [rule(ProtoRule::MinBytes(2)), rule(ProtoRule::MaxBytes(3))];
    check(&mut with(Some("text"), &bytes), &[r#"{"text":"é"}"#], &[r#"{"text":"a"}"#, r#"{"text":"éé"}"#]);
    let fold = [rule(ProtoRule::Re2("(?i)^ab$".into()))];
    check(&mut with(Some("text"), &fold), &[r#"{"text":"AB"}"#], &[r#"{"text":"abc"}"#, "{}"]);
    let without = [rule(ProtoRule::NotContains("x".into()))];
    check(&mut with(Some("text"), &without), &["{}"], &[r#"{"text":"axb"}"#]);
    let form = [rule(ProtoRule::WellKnown("host_and_port".into()))];
    check(&mut with(Some("text"), &form), &[r#"{"text":"a:1"}"#], &[r#"{"text":"a"}"#]);
    let zero = [Check::MinLength(3), rule(ProtoRule::UnlessZero)];
    check(
        &mut with(Some("text"), &zero),
        &["{}", r#"{"text":""}"#, r#"{"text":"abc"}"#],
        &[r#"{"text":"a"}"#],
    );
    let raw = [rule(ProtoRule::Prefix(b"a".to_vec())), rule(ProtoRule::Sizes(vec![4]))];
    check(&mut with(Some("raw"), &raw), &[r#"{"raw":"YWJjZA=="}"#], &[r#"{"raw":"YWJj"}"#, "{}"]);
}

#[test]
fn numbers_and_lists() {
    let outside = ProtoRule::Outside { below: (number("1"), false), above: (number("10"), true) };
    let whole = &mut with(Some("whole"), &[rule(outside.clone())]);
    check(whole, &[r#"{"whole":0}"#, r#"{"whole":10}"#], &[r#"{"whole":1}"#, r#"{"whole":9}"#]);
    let ratio = &mut with(Some("ratio"), &[rule(outside)]);
    check(ratio, &[r#"{"ratio":0.5}"#], &[r#"{"ratio":1}"#, r#"{"ratio":"NaN"}"#]);
    let finite = &mut with(Some("ratio"), &[rule(ProtoRule::Finite)]);
    check(finite, &[r#"{"ratio":1e300}"#], &[r#"{"ratio":"Infinity"}"#]);
    let zero = &mut with(Some("whole"), &[Check::ExclusiveMinimum(number("4")), rule(ProtoRule::UnlessZero)]);
    check(zero, &["{}", r#"{"whole":5}"#], &[r#"{"whole":4}"#]);
    let list = &mut with(Some("list"), &[Check::MinItems(2), rule(ProtoRule::UnlessZero)]);
    check(list, &["{}", r#"{"list":[1,2]}"#], &[r#"{"list":[1]}"#]);
}

#[test]
fn times() {
    let lasts =
        &mut with(Some("lasts"), &[Check::ExclusiveMinimum(number("1.5")), Check::Maximum(number("3"))]);
    check(lasts, &["{}", r#"{"lasts":"3s"}"#], &[r#"{"lasts":"1.5s"}"#, r#"{"lasts":"3.000000001s"}"#]);
    let moment = Literal { span: SPAN, value: Value::Text("1970-01-01T00:00:05Z".into()) };
    let among = &mut with(Some("at"), &[Check::Among(vec![Node { ..moment }])]);
    check(among, &[r#"{"at":"1970-01-01T01:00:05+01:00"}"#], &[r#"{"at":"1970-01-01T00:00:06Z"}"#]);
    let past = &mut with(Some("at"), &[rule(ProtoRule::Past), rule(ProtoRule::WithinNow(number("10")))]);
    assert!(past.plans.needs_now());
    // Not known is not checked.
    check(past, &[r#"{"at":"2999-01-01T00:00:00Z"}"#], &[]);
    past.scratch.set_now(100_000_000_000);
    let (good, late, early) = (
        r#"{"at":"1970-01-01T00:01:35Z"}"#,
        r#"{"at":"1970-01-01T00:01:41Z"}"#,
        r#"{"at":"1970-01-01T00:01:29Z"}"#,
    );
    check(past, &[good], &[late, early]);
}

#[test]
fn one_of_several_fields_by_rule() {
    let both = &mut with(None, &[rule(ProtoRule::OneOf { fields: vec![7, 8], required: true })]);
    check(both, &[r#"{"a":"x"}"#, r#"{"b":""}"#], &["{}", r#"{"a":"x","b":"y"}"#]);
    assert!(both.json(b"\x42\x01x\x4a\x01y").is_err());
}

#[test]
fn an_any_holds_what_stands_beside_it() {
    let (mut contract, id) = of_message(&descriptors(FIELDS), "t.M");
    let any = field_type(&contract, id, "any");
    let url = "type.googleapis.com/t.M".to_string();
    let variant = Variant { name: "M".into(), ty: id, tags: vec![url], span: SPAN };
    let sum = Sum { variants: vec![variant], tag: Some("@type".into()), exact: true };
    contract.types[any.0 as usize].shape = Shape::Sum(sum);
    let both = &mut Both::new(&contract, id);
    for json in [
        r#"{"any":{"@type":"type.googleapis.com/t.M","text":"x"}}"#,
        r#"{"any":{"@type":"type.googleapis.com/t.M","any":{"@type":"type.googleapis.com/t.M"}},"a":""}"#,
        r#"{"any":{}}"#,
    ] {
        let back = both.there_and_back(json);
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&back).ok(),
            serde_json::from_str(json).ok(),
            "{back}"
        );
    }
    // The type last, and the message before its type.
    let late = br#"{"any":{"text":"x","@type":"other.host/t.M"}}"#;
    let message = both.protobuf(late).expect("the type may stand last");
    let swapped = [&b"\x52\x1e\x12\x03\x0a\x01x\x0a\x17"[..], b"type.googleapis.com/t.M"].concat();
    assert_eq!(both.json(&swapped).ok(), both.json(&message).ok());
    assert!(both.protobuf(br#"{"any":{"@type":"x/t.Other"}}"#).is_err());
    assert!(both.protobuf(br#"{"any":{"text":"x"}}"#).is_err());
    assert!(both.json(b"\x52\x03\x12\x01x").is_err());
}
