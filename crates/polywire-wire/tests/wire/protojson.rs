//! Types from `.proto`: the cases of `fixtures/wire/proto-json`, ProtoJSON both ways and what the wire format allows.
//!
//! A line has `json` or `protobuf` (hexadecimal), and `back` (the JSON that comes of it) or `refused` (paths and rules).

use polywire_contract::{Check, Shape};
use polywire_syntax::Number;
use serde_json::Value;

use super::contract::{SPAN, descriptors, of_message};
use super::run::{Both, told};

pub(crate) const EVERYTHING: &str = include_str!("../../../../fixtures/wire/proto-json/contract.proto");
const CASES: &str = include_str!("../../../../fixtures/wire/proto-json/cases.jsonl");

pub(crate) fn everything() -> Both {
    let (contract, id) = of_message(&descriptors(EVERYTHING), "t.All");
    Both::new(&contract, id)
}

fn bytes(hexadecimal: &str) -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(&hexadecimal[at..at + 2], 16).unwrap();
    (0..hexadecimal.len()).step_by(2).map(digit).collect()
}

#[test]
fn cases() {
    let mut both = everything();
    for line in CASES.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let text = |name: &str| case[name].as_str();
        let came = match (text("json"), text("protobuf")) {
            (Some(json), None) => both.there_and_back(json),
            (None, Some(message)) => {
                let json = both.json(&bytes(message));
                told(json.map(|json| String::from_utf8(json).unwrap()))
            }
            _ => panic!("neither `json` nor `protobuf`: {line}"),
        };
        let expected = text("back").or(text("refused")).unwrap();
        assert_eq!(came, expected, "{line}");
    }
}

#[test]
fn keys_in_any_order_and_pretty() {
    let mut both = everything();
    let one =
        both.protobuf(br#"{"fInt32":1,"fString":"a","part":{"name":"x","size":2},"oBool":true}"#).unwrap();
    let text = "{\n    \"oBool\" : true,\n\t\"part\": {\r\n  \"size\":2 , \"name\":\"x\"},\"f\\u0053tring\":\"\\u0061\", \"f_int32\":1\n}\n";
    let other = both.protobuf(text.as_bytes()).unwrap();
    let value = |json: Vec<u8>| serde_json::from_slice::<Value>(&json).unwrap();
    assert_eq!(value(both.json(&one).unwrap()), value(both.json(&other).unwrap()));
}

#[test]
fn rules_hold_for_the_zero_that_absence_means() {
    let (mut contract, id) = of_message(&descriptors(EVERYTHING), "t.All");
    let Shape::Record(record) = &contract.ty(id).shape else { panic!("a record") };
    let field = record.fields.iter().find(|field| field.name == "fInt32").unwrap().ty.id;
    contract.types[field.0 as usize].checks.push((Check::Minimum(Number("1".into())), SPAN));
    let mut both = Both::new(&contract, id);
    assert_eq!(both.there_and_back("{}"), "/fInt32 minimum");
    assert_eq!(both.there_and_back(r#"{"fInt32":null}"#), "/fInt32 minimum");
    assert_eq!(both.checked("{}"), "/fInt32 minimum");
    assert_eq!(told(both.json(b"").map(|_| String::new())), "/fInt32 minimum");
    // A value that breaks the rule, overwritten by one that does not.
    assert_eq!(both.json(&[0x18, 0, 0x18, 5]).unwrap(), br#"{"fInt32":5}"#);
    assert_eq!(both.there_and_back(r#"{"fInt32":1}"#), r#"{"fInt32":1}"#);
}
