//! Whatever a style can say is read as it was written.

use polywire_contract::{
    BodyBinding, Contract, Effect, Field, HttpBinding, Interface, InterfaceId, Operation, Record, Shape,
    Spelling, Streaming,
};
use polywire_diag::{FileId, Span};

use super::*;

/// An operation with one parameter in a place, and its leaves.
fn parameters(place: Place, spelling: Spelling, shape: &str) -> Vec<Parameter> {
    let span = Span::new(FileId(0), 0, 0);
    let mut contract = Contract::default();
    let text = contract.add_anonymous(Shape::Text, span);
    let ty = match shape {
        "one" => text,
        "list" => contract.add_anonymous(Shape::List(text.into()), span),
        _ => {
            let fields = ["a", "b=,", "c"].map(|name| Field::new(name, text.into(), span)).into();
            contract.add_anonymous(Shape::Record(Record { fields, ..Record::default() }), span)
        }
    };
    let fields = vec![Field::new("p.x", ty.into(), span)];
    let input = contract.add_anonymous(Shape::Record(Record { fields, ..Record::default() }), span);
    contract.openapi.spellings.insert((input, 0), spelling);
    let (name, doc) = (String::from("i"), String::new());
    let component = String::new();
    contract.interfaces.push(Interface { name, component, service: None, span, doc: doc.clone() });
    let binding = HttpBinding {
        method: "GET".into(),
        path: Vec::new(),
        verb: None,
        places: vec![place],
        body: BodyBinding::None,
        body_optional: true,
        response_field: None,
    };
    let operation = Operation {
        id: "i.o".into(),
        name: "o".into(),
        interface: InterfaceId(0),
        input,
        outcomes: Vec::new(),
        streaming: Streaming::Unary,
        effect: Effect::Safe,
        http: vec![binding],
        grpc: None,
        span,
        doc,
        deprecated: false,
    };
    contract.parameters(&operation, &operation.http[0])
}

fn places() -> Vec<Place> {
    let mut found = Vec::new();
    for explode in [false, true] {
        for style in [Style::Simple, Style::Label, Style::Matrix] {
            found.push(Place::Path { style, explode });
        }
        for style in [Style::Form, Style::SpaceDelimited, Style::PipeDelimited, Style::DeepObject] {
            found.push(Place::Query { style, explode });
            found.push(Place::Form { style, explode });
        }
        found.push(Place::Header { explode });
        found.push(Place::Cookie { style: Style::Form, explode });
        found.push(Place::Cookie { style: Style::Cookie, explode });
    }
    found
}

/// Writes every text and reads it back; tells what the style cannot say.
fn round_trip(parameters: &[Parameter], params: &[Param]) -> Result<(), Unsayable> {
    let mut read = Vec::new();
    for (_, spelled) in Spelled::writers(parameters) {
        for item in 0..spelled.count(params) {
            let mut text = String::new();
            if spelled.write(params, item, &mut text)? {
                let done = spelled.read(&text, &mut read);
                assert!(done.is_some(), "{spelled:?} wrote {text:?}");
            }
        }
    }
    read.sort_by_key(|param| param.slot);
    assert_eq!(read, params, "{parameters:?}");
    Ok(())
}

#[test]
fn what_is_written_is_read_as_the_same() {
    let pieces =
        ["a", "1", "ü€𝄞", " ", "+", "%", "%2C", "&", "=", "?", "#", "/", ".", ";", ",", "|", "[", "\""];
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = move |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed % below as u64) as usize
    };
    let (mut said, mut unsayable) = (0, 0);
    let kinds = [(false, "one"), (false, "list"), (false, "record"), (true, "list"), (true, "one")];
    for place in places() {
        for (reserved, shape) in kinds {
            let spelling = Spelling { reserved, ..Spelling::default() };
            let parameters = parameters(place.clone(), spelling, shape);
            for _ in 0..200 {
                let mut params = Vec::new();
                for slot in 0..parameters.len() as u16 {
                    let count = if shape == "list" { 1 + random(3) } else { 1 };
                    for _ in 0..count {
                        let text: String = (0..1 + random(3)).map(|_| pieces[random(pieces.len())]).collect();
                        params.push(Param::text(slot, text));
                    }
                }
                match round_trip(&parameters, &params) {
                    Ok(()) => said += 1,
                    Err(_) => unsayable += 1,
                }
            }
        }
    }
    assert!(said > unsayable, "{said} {unsayable}");
}

fn check(place: Place, shape: &str, texts: &[(u16, &str)], expected: &[&str]) {
    let parameters = parameters(place, Spelling::default(), shape);
    let params: Vec<Param> = texts.iter().map(|(slot, text)| Param::text(*slot, *text)).collect();
    let mut written = Vec::new();
    for (_, spelled) in Spelled::writers(&parameters) {
        for item in 0..spelled.count(&params) {
            let mut text = String::new();
            if spelled.write(&params, item, &mut text) == Ok(true) {
                written.push(format!("{}>{text}", spelled.name));
            }
        }
    }
    assert_eq!(written, expected);
}

#[test]
fn texts_are_those_of_the_specification() {
    let record = [(0, "1"), (2, "x y")];
    let list = [(0, "1"), (0, "2")];
    let path = |style, explode| Place::Path { style, explode };
    check(path(Style::Simple, false), "record", &record, &["p.x>a,1,c,x%20y"]);
    check(path(Style::Simple, true), "record", &record, &["p.x>a=1,c=x%20y"]);
    check(path(Style::Label, false), "record", &record, &["p.x>.a,1,c,x%20y"]);
    check(path(Style::Label, true), "record", &record, &["p.x>.a=1.c=x%20y"]);
    check(path(Style::Matrix, false), "record", &record, &["p.x>;p.x=a,1,c,x%20y"]);
    check(path(Style::Matrix, true), "record", &record, &["p.x>;a=1;c=x%20y"]);
    check(path(Style::Matrix, true), "list", &list, &["p.x>;p.x=1;p.x=2"]);
    check(path(Style::Label, true), "list", &list, &["p.x>.1.2"]);
    let query = |style, explode| Place::Query { style, explode };
    check(query(Style::Form, false), "record", &record, &["p.x>a,1,c,x%20y"]);
    check(query(Style::Form, true), "record", &record, &["a>1", "c>x%20y"]);
    check(query(Style::DeepObject, true), "record", &record, &["p.x[a]>1", "p.x[c]>x%20y"]);
    check(query(Style::SpaceDelimited, false), "list", &list, &["p.x>1%202"]);
    check(query(Style::PipeDelimited, false), "list", &list, &["p.x>1%7C2"]);
    check(query(Style::Form, true), "list", &list, &["p.x>1", "p.x>2"]);
    check(Place::Header { explode: false }, "list", &list, &["p.x>1,2"]);
    check(Place::Header { explode: true }, "record", &[(0, "1"), (2, "2")], &["p.x>a=1,c=2"]);
    check(Place::Cookie { style: Style::Form, explode: true }, "list", &list, &["p.x>1", "p.x>2"]);
}
