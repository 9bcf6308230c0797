//! Parts of a body that are files, answers of text, and header fields of answers.

use polywire_contract::{
    BodyBinding, Check, Contract, Extra, GrpcBinding, GrpcOutcome, Header, Int, Media, OperationId, Outcome,
    OutcomeNotes, Place, Shape, Status, Style, TypeId,
};
use polywire_syntax::Number;
use polywire_wire::{Form, Param, Passed, Refusal, Validation};

use super::contract::{Hand, SPAN};
use super::operation::{Run, operation, outcome};
use super::run::told;

/// A photo, more of them and a note; the answer is text, with a header field.
fn photos() -> Contract {
    let mut hand = Hand::default();
    let photo = hand.ty(Shape::Bytes, vec![Check::MaxLength(3)]);
    let more = hand.list(photo);
    let note = hand.text();
    let input = hand.record(&[("photo!", photo), ("more", more), ("note", note)], Extra::Closed);
    let text = hand.ty(Shape::Text, vec![Check::MaxLength(4)]);
    let left = hand.ty(Shape::Int(Int::I32), vec![Check::Minimum(Number("0".into()))]);
    let output = hand.record(&[("value!", text)], Extra::Open);
    hand.derive();
    let grpc = GrpcBinding { path: "/x/Y".into(), input, output, outcomes: vec![GrpcOutcome::Field(0)] };
    let part = |file| Place::Part { style: Style::Form, explode: true, file };
    let places = vec![part(true), part(true), part(false)];
    let media = vec![Media { name: "text/plain".into(), ty: Some(text.into()) }];
    let outcomes = vec![Outcome { media, ..outcome(Status::Exact(200), true, None) }];
    let body = BodyBinding::Multipart { ty: input.into() };
    hand.contract.operations.push(operation(input, places, body, outcomes, grpc));
    let notes = OutcomeNotes { headers: vec![header("X-Left", left)], ..OutcomeNotes::default() };
    hand.contract.openapi.outcomes.insert((OperationId(0), 0), notes);
    hand.contract
}

fn header(name: &str, ty: TypeId) -> Header {
    Header {
        name: name.into(),
        ty: ty.into(),
        required: true,
        deprecated: false,
        explode: false,
        content: None,
        doc: String::new(),
        span: SPAN,
    }
}

fn request(run: &mut Run, params: &[Param]) -> Result<Passed, Refusal> {
    run.plans.request(run.plan, params, None, &mut run.out, &mut run.scratch)
}

fn file(slot: u16, bytes: &'static [u8]) -> Param {
    Param { slot, file: Some(bytes.into()), ..Param::default() }
}

#[test]
fn files_are_bytes_in_a_message_and_come_back() {
    let contract = photos();
    let mut there = Run::new(&contract, Form::Document, Form::Message, Validation::Enforce);
    let sent = [file(0, b"\xff\0"), file(1, b"a"), file(1, b""), Param::text(2, "n")];
    assert_eq!(request(&mut there, &sent), Ok(Passed::Written));
    let message = there.out.body.clone();
    assert_eq!(message, b"\x0a\x02\xff\0\x12\x01a\x12\0\x1a\x01n");
    let mut back = Run::new(&contract, Form::Message, Form::Document, Validation::Enforce);
    let read = back.plans.request(back.plan, &[], Some(&message), &mut back.out, &mut back.scratch);
    assert_eq!(read, Ok(Passed::Written));
    assert_eq!(back.out.params, sent);
    // What a list of parameters held before is gone.
    let text = b"\x0a\x01b\x1a\x01m";
    let read = back.plans.request(back.plan, &[], Some(text), &mut back.out, &mut back.scratch);
    assert_eq!(read, Ok(Passed::Written));
    assert_eq!(back.out.params, [file(0, b"b"), Param::text(2, "m")]);
}

#[test]
fn files_and_what_is_around_them_are_checked() {
    let contract = photos();
    let mut run = Run::new(&contract, Form::Document, Form::Document, Validation::Enforce);
    let mut check = |params: &[Param], expected: &str| {
        assert_eq!(told(request(&mut run, params).map(|_| "passed".into())), expected, "{params:?}");
    };
    check(&[file(0, b"abc")], "passed");
    check(&[file(0, b"abcd"), file(1, b""), file(1, b"abcd")], "/photo maxLength, /more/1 maxLength");
    check(&[Param::text(2, "x")], "/photo required");
    check(&[file(0, b""), file(0, b"")], "/photo duplicate");
    let around = [file(0, b""), Param::text(Param::MEDIA, "/photo"), Param::text(Param::UNKNOWN, "/other")];
    check(&around, "/photo contentType, /other additionalProperties");
    let mut run = Run::new(&contract, Form::Document, Form::Document, Validation::Observe);
    assert_eq!(request(&mut run, &around), Ok(Passed::Same));
    let observed = run.out.observed.take().expect("rules were broken");
    assert_eq!(told(Err(observed)), "/photo contentType, /other additionalProperties");
}

#[test]
fn answers_of_text_cross_both_ways() {
    let contract = photos();
    let told = |result: Result<Passed, Refusal>| told(result.map(|_| "passed".into()));
    let mut same = Run::new(&contract, Form::Document, Form::Document, Validation::Enforce);
    assert_eq!(same.outcome(0, "äöüß".as_bytes()), Ok(Passed::Same));
    assert_eq!(told(same.outcome(0, b"abcde")), " maxLength");
    assert!(same.outcome(0, b"\xff").is_err_and(|refusal| refusal.malformed));
    let mut run = Run::new(&contract, Form::Message, Form::Document, Validation::Enforce);
    assert_eq!(run.outcome(0, b"text"), Ok(Passed::Written));
    assert_eq!(run.out.body, b"\x0a\x04text");
    let mut run = Run::new(&contract, Form::Document, Form::Message, Validation::Enforce);
    assert_eq!(run.outcome(0, b"\x0a\x04text"), Ok(Passed::Written));
    assert_eq!(run.out.body, b"text");
    assert_eq!(run.outcome(0, b""), Ok(Passed::Written));
    assert_eq!(run.out.body, b"");
    assert_eq!(told(run.outcome(0, b"\x0a\x05texts")), "/value maxLength");
}

#[test]
fn header_fields_are_checked() {
    let contract = photos();
    let mut run = Run::new(&contract, Form::Message, Form::Document, Validation::Enforce);
    let mut check = |fields: &[(&str, &str)], expected: &str| {
        let Run { plans, plan, out, scratch } = &mut run;
        let read = plans.headers(*plan, 0, || fields.iter().copied(), out, scratch);
        assert_eq!(told(read.map(|()| "passed".into())), expected, "{fields:?}");
    };
    check(&[("x-other", "x"), ("x-left", "7")], "passed");
    check(&[], "header X-Left required");
    check(&[("x-left", "-1")], "header X-Left minimum");
    check(&[("x-left", "1"), ("x-left", "2")], "header X-Left type");
    // A component that answers by a message has no header fields of HTTP.
    let run = Run::new(&contract, Form::Document, Form::Message, Validation::Enforce);
    assert!(!run.plans.reads_headers(run.plan, 0));
}
