//! Types as OpenAPI has them: to the letter of JSON Schema, and their derived Protobuf form.

use polywire_contract::{Check, Extra, Float, Int, Literal, Shape, Sum, TypeId, TypeRef, Variant};
use polywire_syntax::{Number, Value};

use super::contract::{Hand, SPAN};
use super::run::Both;

fn number(text: &str) -> Number {
    Number(text.into())
}

fn literal(value: Value) -> Literal {
    Literal { span: SPAN, value }
}

/// A record with one required field `v` of a type.
fn holder(make: impl FnOnce(&mut Hand) -> TypeId) -> Both {
    let mut hand = Hand::default();
    let id = make(&mut hand);
    let record = hand.record(&[("v!", id)], Extra::Closed);
    hand.derive();
    Both::new(&hand.contract, record)
}

/// Checks values of a type: what comes back, or the violation.
#[track_caller]
fn values(make: impl FnOnce(&mut Hand) -> TypeId, cases: &[(&str, &str)]) {
    let mut both = holder(make);
    for (value, expected) in cases {
        let json = format!("{{\"v\":{value}}}");
        let back = both.there_and_back(&json);
        let checked = both.checked(&json);
        match *expected {
            "ok" => {
                assert_eq!(back, json);
                assert_eq!(checked, "ok", "{json}");
            }
            expected if expected.starts_with('=') => {
                assert_eq!(back, format!("{{\"v\":{}}}", &expected[1..]));
                assert_eq!(checked, "ok", "{json}");
            }
            rule => {
                assert_eq!(back, format!("/v{rule}"), "{json}");
                assert_eq!(checked, format!("/v{rule}"), "{json}");
            }
        }
    }
}

#[test]
fn numbers_are_strict_and_exact() {
    values(
        Hand::int,
        &[
            ("1", "ok"),
            ("9223372036854775807", "ok"),
            ("9223372036854775808", " maximum"),
            ("-9223372036854775809", " minimum"),
            ("1.0", "=1"),
            ("1e3", "=1000"),
            ("\"1\"", " type"),
            ("1.5", " type"),
            ("true", " type"),
            ("null", " type"),
        ],
    );
    let bounds = |hand: &mut Hand| {
        let checks = vec![
            Check::ExclusiveMinimum(number("0")),
            Check::Maximum(number("10.5")),
            Check::MultipleOf(number("2")),
        ];
        hand.ty(Shape::Int(Int::I32), checks)
    };
    values(
        bounds,
        &[("2", "ok"), ("10", "ok"), ("0", " exclusiveMinimum"), ("12", " maximum"), ("3", " multipleOf")],
    );
    let negative = |hand: &mut Hand| hand.ty(Shape::Int(Int::I32), vec![Check::Maximum(number("-1"))]);
    values(negative, &[("-1", "ok"), ("0", " maximum"), ("5", " maximum")]);
    let cents = |hand: &mut Hand| {
        let checks = vec![Check::MultipleOf(number("0.01")), Check::Minimum(number("0"))];
        hand.ty(Shape::Float(Float::F64), checks)
    };
    values(
        cents,
        &[
            ("0.07", "ok"),
            ("19.99", "ok"),
            ("4.35", "ok"),
            ("0.005", " multipleOf"),
            ("-1", " minimum"),
            ("\"1\"", " type"),
        ],
    );
    let decimal =
        |hand: &mut Hand| hand.ty(Shape::Decimal { digits: 6, scale: 2 }, vec![Check::Minimum(number("0"))]);
    values(
        decimal,
        &[
            ("\"1234.50\"", "ok"),
            ("\"1.234\"", " format"),
            ("\"12345.00\"", " format"),
            ("\"-1\"", " minimum"),
            ("1.5", " type"),
        ],
    );
}

#[test]
fn texts_are_checked() {
    let text = |checks: Vec<Check>| move |hand: &mut Hand| hand.ty(Shape::Text, checks);
    values(
        text(vec![Check::MinLength(2), Check::MaxLength(3)]),
        &[
            ("\"ab\"", "ok"),
            ("\"日本語\"", "ok"),
            ("\"a\"", " minLength"),
            ("\"abcd\"", " maxLength"),
            ("\"\\ud83d\\ude00\"", " minLength"),
        ],
    );
    values(text(vec![Check::Pattern("^[A-Z]{3}$".into())]), &[("\"EUR\"", "ok"), ("\"eur\"", " pattern")]);
    values(text(vec![Check::Format("email".into())]), &[("\"a@b.org\"", "ok"), ("\"a\"", " format")]);
    values(text(vec![Check::Format("password".into())]), &[("\"a\"", "ok")]);
    values(
        text(vec![Check::Among(vec![literal(Value::Text("a".into()))])]),
        &[("\"a\"", "ok"), ("\"b\"", " enum")],
    );
    values(
        |hand| hand.ty(Shape::Uuid, vec![]),
        &[("\"2eb8aa08-aa98-11ea-b4aa-73b441d16380\"", "ok"), ("\"2eb8\"", " format")],
    );
    values(|hand| hand.ty(Shape::Date, vec![]), &[("\"2024-02-29\"", "ok"), ("\"2023-02-29\"", " format")]);
    values(
        |hand| hand.enumeration(&["red", "blue"]),
        &[("\"red\"", "ok"), ("\"green\"", " enum"), ("1", " type")],
    );
    values(
        |hand| hand.ty(Shape::Bytes, vec![Check::MaxLength(2)]),
        &[("\"AAA=\"", "ok"), ("\"AAAA\"", " maxLength"), ("\"?\"", " format")],
    );
    values(
        |hand| hand.ty(Shape::Instant, vec![]),
        &[("\"2024-01-01T00:00:00Z\"", "ok"), ("\"x\"", " format")],
    );
}

#[test]
fn lists_are_checked() {
    let list = |checks: Vec<Check>| {
        move |hand: &mut Hand| {
            let int = hand.int();
            hand.ty(Shape::List(int.into()), checks)
        }
    };
    values(
        list(vec![Check::MinItems(1), Check::MaxItems(2)]),
        &[("[1]", "ok"), ("[]", " minItems"), ("[1,2,3]", " maxItems"), ("[1,\"x\"]", "/1 type")],
    );
    values(
        list(vec![Check::UniqueItems]),
        &[("[1,2]", "ok"), ("[1,2,1.0]", " uniqueItems"), ("[1,\"1\"]", "/1 type")],
    );
    let records = |hand: &mut Hand| {
        let text = hand.text();
        let record = hand.record(&[("a", text), ("b", text)], Extra::Open);
        hand.ty(Shape::List(record.into()), vec![Check::UniqueItems])
    };
    let mut both = holder(records);
    assert_eq!(both.checked(r#"{"v":[{"a":"x","b":"y"},{"b":"x","a":"y"},{"a":"x"}]}"#), "ok");
    assert_eq!(both.checked(r#"{"v":[{"a":"x","b":"y"},{"b":"y","a":"x"}]}"#), "/v uniqueItems");
    assert_eq!(both.checked(r#"{"v":[{"a":"x","z":1},{"z":1.0,"a":"x"}]}"#), "/v uniqueItems");
    assert_eq!(both.checked(r#"{"v":[{"a":"x","z":1},{"z":2,"a":"x"}]}"#), "ok");
    let nested = |hand: &mut Hand| {
        let int = hand.int();
        let inner = hand.list(int);
        hand.list(inner)
    };
    values(nested, &[("[[1,2],[],[3]]", "ok"), ("[[1],[true]]", "/1/0 type")]);
    let nullable = |hand: &mut Hand| {
        let int = hand.int();
        hand.ty(Shape::List(TypeRef { id: int, nullable: true }), vec![])
    };
    values(nullable, &[("[1,null,0]", "ok"), ("[]", "ok")]);
}

#[test]
fn records_are_checked() {
    let mut hand = Hand::default();
    let (text, int) = (hand.text(), hand.int());
    let record = hand.record(&[("a!", text), ("b", int), ("c?", int), ("d!?", int)], Extra::Open);
    hand.derive();
    let mut both = Both::new(&hand.contract, record);
    assert_eq!(both.there_and_back(r#"{"a":"","d":null}"#), r#"{"a":"","d":null}"#);
    assert_eq!(both.there_and_back(r#"{"a":"x","b":0,"c":0,"d":0}"#), r#"{"a":"x","b":0,"c":0,"d":0}"#);
    assert_eq!(both.there_and_back(r#"{"a":"x","c":null,"d":1}"#), r#"{"a":"x","d":1}"#);
    assert_eq!(
        both.there_and_back(r#"{"b":null,"extra":[1]}"#),
        "/b type, /extra unknown, /a required, /d required"
    );
    assert_eq!(both.checked(r#"{"a":"x","d":1,"extra":[1]}"#), "ok");
    assert_eq!(both.checked(r#"{"a":"x","d":1,"extra":[{"k":1,"\u006b":2}]}"#), "/extra duplicate at 31");

    let mut hand = Hand::default();
    let (text, int) = (hand.text(), hand.int());
    let closed = hand.record(&[("a", text)], Extra::Closed);
    let typed = hand.record(&[("a", text)], Extra::Typed(int.into()));
    let both = hand.record(&[("closed", closed), ("typed", typed)], Extra::Open);
    hand.contract.types[typed.0 as usize].checks =
        vec![(Check::MinProperties(1), SPAN), (Check::MaxProperties(2), SPAN)];
    hand.derive();
    let mut both = Both::new(&hand.contract, both);
    assert_eq!(both.checked(r#"{"closed":{"a":"x","b":1}}"#), "/closed/b additionalProperties");
    assert_eq!(both.checked(r#"{"typed":{"b":1,"c":"x"}}"#), "/typed/c type");
    assert_eq!(both.checked(r#"{"typed":{}}"#), "/typed minProperties");
    assert_eq!(both.checked(r#"{"typed":{"a":"","b":1,"c":1}}"#), "/typed maxProperties");
    assert_eq!(both.checked(r#"{"typed":{"b":1,"b":1}}"#), "/typed/b duplicate at 16");
}

#[test]
fn recursion_and_any() {
    let mut hand = Hand::default();
    let text = hand.text();
    let node = hand.record(&[("name!", text)], Extra::Open);
    let children = hand.list(node);
    let any = hand.ty(Shape::Any, vec![]);
    if let Shape::Record(record) = &mut hand.contract.types[node.0 as usize].shape {
        record.fields.push(polywire_contract::Field::new("children", children.into(), SPAN));
        record.fields.push(polywire_contract::Field::new("any", any.into(), SPAN));
    }
    hand.derive();
    let mut both = Both::new(&hand.contract, node);
    let json = r#"{"name":"a","children":[{"name":"b","children":[{"name":"c"}]},{"name":"d","any":{"x":[1.0,null]}}]}"#;
    assert_eq!(both.there_and_back(json), json);
    assert_eq!(
        both.there_and_back(r#"{"name":"a","children":[{"name":"b","children":[{}]}]}"#),
        "/children/0/children/0/name required"
    );
    assert_eq!(both.checked(r#"{"name":"a","any":{"a":1,"a":2}}"#), "/any duplicate at 25");
    let deep = format!("{{\"name\":\"a\",\"any\":{}{}}}", "[".repeat(200), "]".repeat(200));
    assert!(both.checked(&deep).starts_with("/any malformed"), "{}", both.checked(&deep));
}

fn variant(name: &str, ty: TypeId, tags: &[&str]) -> Variant {
    Variant { name: name.into(), ty, tags: tags.iter().map(|t| t.to_string()).collect(), span: SPAN }
}

fn sum(hand: &mut Hand, variants: Vec<Variant>, tag: Option<&str>, exact: bool) -> TypeId {
    hand.ty(Shape::Sum(Sum { variants, tag: tag.map(str::to_string), exact }), vec![])
}

#[test]
fn sums_by_tag() {
    let shapes = |hand: &mut Hand| {
        let (text, int) = (hand.text(), hand.int());
        let cat = hand.record(&[("kind!", text), ("lives!", int)], Extra::Open);
        let dog = hand.record(&[("name!", text), ("kind!", text)], Extra::Open);
        sum(
            hand,
            vec![variant("cat", cat, &["cat"]), variant("dog", dog, &["dog", "hound"])],
            Some("kind"),
            true,
        )
    };
    values(
        shapes,
        &[
            (r#"{"kind":"cat","lives":9}"#, "ok"),
            (r#"{"name":"x","kind":"hound"}"#, "ok"),
            (r#"{"kind":"cat"}"#, "/lives required"),
            (r#"{"kind":"cow"}"#, " enum"),
            (r#"{"lives":1}"#, " required"),
            (r#"{"kind":1}"#, " type"),
            ("1", " type"),
        ],
    );
    // The tag is no field of the alternatives.
    let apart = |hand: &mut Hand| {
        let int = hand.int();
        let a = hand.record(&[("x!", int)], Extra::Closed);
        let b = hand.record(&[("y!", int)], Extra::Closed);
        sum(hand, vec![variant("a", a, &["A"]), variant("b", b, &["B"])], Some("t"), true)
    };
    values(
        apart,
        &[
            (r#"{"t":"B","y":1}"#, "ok"),
            (r#"{"y":1,"t":"B"}"#, r#"={"t":"B","y":1}"#),
            (r#"{"y":1,"t":"A"}"#, "/y additionalProperties, /v/x required"),
        ],
    );
}

#[test]
fn sums_by_kind_key_and_trial() {
    let kinds = |hand: &mut Hand| {
        let (text, int) = (hand.text(), hand.int());
        let list = hand.list(int);
        sum(
            hand,
            vec![variant("text", text, &[]), variant("int", int, &[]), variant("list", list, &[])],
            None,
            true,
        )
    };
    values(
        kinds,
        &[
            ("\"a\"", "ok"),
            ("5", "ok"),
            ("[1,2]", "ok"),
            ("[]", "ok"),
            ("true", " oneOf"),
            ("[\"a\"]", "/0 type"),
        ],
    );
    let keys = |hand: &mut Hand| {
        let (text, int) = (hand.text(), hand.int());
        let mail = hand.record(&[("address!", text), ("name", text)], Extra::Open);
        let phone = hand.record(&[("number!", int), ("name", text)], Extra::Open);
        sum(hand, vec![variant("mail", mail, &[]), variant("phone", phone, &[])], None, true)
    };
    values(
        keys,
        &[
            (r#"{"name":"a","address":"x"}"#, "ok"),
            (r#"{"number":5}"#, "ok"),
            (r#"{"number":"x"}"#, " oneOf"),
            (r#"{"name":"x"}"#, " oneOf"),
            (r#"{"address":"x","number":1}"#, " oneOf"),
        ],
    );
    let trial = |hand: &mut Hand| {
        let short = hand.ty(Shape::Text, vec![Check::MaxLength(3)]);
        let upper = hand.ty(Shape::Text, vec![Check::Pattern("^[A-Z]+$".into())]);
        sum(hand, vec![variant("short", short, &[]), variant("upper", upper, &[])], None, true)
    };
    values(trial, &[("\"abc\"", "ok"), ("\"ABCD\"", "ok"), ("\"ABC\"", " oneOf"), ("\"abcd\"", " oneOf")]);
    let any_of = |hand: &mut Hand| {
        let short = hand.ty(Shape::Text, vec![Check::MaxLength(3)]);
        let upper = hand.ty(Shape::Text, vec![Check::Pattern("^[A-Z]+$".into())]);
        sum(hand, vec![variant("short", short, &[]), variant("upper", upper, &[])], None, false)
    };
    values(any_of, &[("\"ABC\"", "ok"), ("\"ABCD\"", "ok"), ("\"abcd\"", " anyOf")]);
}

#[test]
fn nested_trials_end() {
    // Twenty sums inside of each other, none of which can be told apart before the end.
    let mut hand = Hand::default();
    let mut inner = hand.text();
    for _ in 0..20 {
        let a = hand.record(&[("x!", inner)], Extra::Open);
        let b = hand.record(&[("x!", inner)], Extra::Open);
        inner = sum(&mut hand, vec![variant("a", a, &[]), variant("b", b, &[])], None, true);
    }
    let record = hand.record(&[("v!", inner)], Extra::Open);
    hand.derive();
    let mut both = Both::new(&hand.contract, record);
    let json = format!("{{\"v\":{}1{}}}", "{\"x\":".repeat(20), "}".repeat(20));
    let told = both.checked(&json);
    assert!(told.contains("malformed") || told.contains("oneOf"), "{told}");
}
