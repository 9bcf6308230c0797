//! How JSON is written where someone wants it in another way.

use polywire_contract::{Extra, TypeId};
use polywire_wire::{Compiler, Encoding, Int64, JsonOptions, KeyOrder, Passed, PlanOptions, Scratch};

use crate::contract::{Hand, descriptors, of_message};
use crate::run::told;

fn written(
    hand: &polywire_contract::Contract,
    ty: TypeId,
    from: Encoding,
    json: JsonOptions,
    input: &[u8],
) -> String {
    let (mut compiler, mut diags) = (Compiler::new(hand), Vec::new());
    let options = PlanOptions { json, ..PlanOptions::default() };
    let plan = compiler.ty(ty.into(), from, Encoding::Json, &options, &mut diags);
    let plan = plan.unwrap_or_else(|| panic!("{diags:?}"));
    let (plans, mut out) = (compiler.finish(), Vec::new());
    match plans.transcode(plan, input, &mut out, &mut Scratch::new(1)) {
        Ok(Passed::Written) => String::from_utf8(out).unwrap(),
        Ok(Passed::Same) => "same".to_string(),
        Err(refusal) => told(Err(refusal)),
    }
}

#[test]
fn members_come_in_the_order_that_is_wanted() {
    let mut hand = Hand::default();
    let (text, int) = (hand.text(), hand.int());
    let any = hand.ty(polywire_contract::Shape::Any, vec![]);
    let inner = hand.record(&[("z", int), ("y!", int)], Extra::Open);
    let ty = hand.record(&[("c!", text), ("a", inner), ("b", any)], Extra::Open);
    let ordered = |order| JsonOptions { order, ..JsonOptions::default() };
    let check = |order, input: &str, expected: &str| {
        let text = written(&hand.contract, ty, Encoding::Json, ordered(order), input.as_bytes());
        assert_eq!(text, expected, "{input}");
    };
    let input =
        r#"{ "b" : [1, {"q": null, "p": 1.50}], "a": {"y": 1, "x": "é\n", "z": 2}, "more": {}, "c": "t" }"#;
    let by_name = r#"{"more":{},"a":{"x":"é\n","y":1,"z":2},"b":[1,{"q":null,"p":1.50}],"c":"t"}"#;
    check(KeyOrder::Name, input, by_name);
    let listed = r#"{"more":{},"c":"t","a":{"x":"é\n","z":2,"y":1},"b":[1,{"q":null,"p":1.50}]}"#;
    check(KeyOrder::Contract, input, listed);
    check(KeyOrder::Source, input, "same");
    check(KeyOrder::Name, r#"{"a":{"z":1}}"#, "/a/y required, /c required");
}

#[test]
fn integers_and_enums_are_written_as_wanted() {
    let pool = descriptors(
        r#"syntax = "proto3"; package p;
        enum Kind { NONE = 0; BIG = 7; }
        message M { int64 id = 1; Kind kind = 2; repeated uint64 counts = 3; int32 small = 4; }"#,
    );
    let (contract, ty) = of_message(&pool, "p.M");
    // id 5, kind 7, counts 1 and 2, small 3.
    let message = [8, 5, 16, 7, 26, 2, 1, 2, 32, 3];
    let check = |json: JsonOptions, expected: &str| {
        assert_eq!(written(&contract, ty, Encoding::Protobuf, json, &message), expected);
    };
    let plain = JsonOptions::default();
    check(plain, r#"{"id":"5","kind":"BIG","counts":["1","2"],"small":3}"#);
    let number = JsonOptions { int64: Some(Int64::Number), ..plain };
    check(number, r#"{"id":5,"kind":"BIG","counts":[1,2],"small":3}"#);
    let enums = JsonOptions { enum_numbers: true, order: KeyOrder::Name, ..plain };
    check(enums, r#"{"counts":["1","2"],"id":"5","kind":7,"small":3}"#);
    let indented = JsonOptions { indent: 1, ..number };
    check(indented, "{\n \"id\": 5,\n \"kind\": \"BIG\",\n \"counts\": [\n  1,\n  2\n ],\n \"small\": 3\n}");
    let json = br#"{"small":3,"kind":"BIG","id":"5"}"#;
    assert_eq!(written(&contract, ty, Encoding::Json, number, json), r#"{"small":3,"kind":"BIG","id":5}"#);
}
