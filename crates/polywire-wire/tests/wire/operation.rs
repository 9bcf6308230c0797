//! Whole operations: parameters and bodies become messages and come back, with paths from the input record.

use polywire_contract::{
    BodyBinding, Check, Contract, Effect, Extra, GrpcBinding, GrpcOutcome, HttpBinding, Int, Media,
    Operation, OperationId, Outcome, Place, Segment, Shape, Status, Streaming, Style, TypeId, TypeRef,
};
use polywire_syntax::{Number, Value};
use polywire_wire::{
    Compiler, Form, Output, Param, Passed, PlanId, PlanOptions, Plans, Refusal, Scratch, Validation,
};

use super::contract::{Hand, SPAN, descriptors, of_message};
use super::run::told;

pub(crate) fn outcome(status: Status, ok: bool, ty: Option<TypeId>) -> Outcome {
    let media = ty.map(|ty| Media { name: "application/json".into(), ty: Some(ty.into()) });
    Outcome { status, ok, media: media.into_iter().collect(), doc: String::new(), span: SPAN }
}

fn query() -> Place {
    Place::Query { style: Style::Form, explode: true }
}

pub(crate) fn operation(
    input: TypeId,
    places: Vec<Place>,
    body: BodyBinding,
    outcomes: Vec<Outcome>,
    grpc: GrpcBinding,
) -> Operation {
    let http = HttpBinding {
        method: "POST".into(),
        path: vec![Segment::Literal("x".into())],
        verb: None,
        places,
        body,
        body_optional: false,
        response_field: None,
    };
    Operation {
        id: "x.y".into(),
        name: "y".into(),
        interface: polywire_contract::InterfaceId(0),
        input,
        outcomes,
        streaming: Streaming::Unary,
        effect: Effect::Once,
        http: vec![http],
        grpc: Some(grpc),
        span: SPAN,
        doc: String::new(),
        deprecated: false,
    }
}

/// Create a user in a team: two parameters, a body of its own type, an answer, no content, and an error.
fn users() -> Contract {
    let mut hand = Hand::default();
    let team = hand.ty(Shape::Int(Int::I64), vec![]);
    let per_page = hand.ty(
        Shape::Int(Int::I32),
        vec![Check::Minimum(Number("1".into())), Check::Maximum(Number("100".into()))],
    );
    let tag = hand.ty(Shape::Text, vec![Check::MaxLength(3)]);
    let tags = hand.list(tag);
    let name = hand.ty(Shape::Text, vec![Check::MinLength(1)]);
    let email = hand.ty(Shape::Text, vec![Check::Format("email".into())]);
    let body = hand.record(&[("name!", name), ("email!", email), ("nick", name)], Extra::Open);
    let input = hand.record(
        &[
            ("team!", team),
            ("per_page", per_page),
            ("tags", tags),
            ("name!", name),
            ("email!", email),
            ("nick", name),
        ],
        Extra::Open,
    );
    if let Shape::Record(record) = &mut hand.contract.types[input.0 as usize].shape {
        record.fields[1].default =
            Some(polywire_contract::Literal { span: SPAN, value: Value::Number(Number("20".into())) });
    }
    let id = hand.ty(Shape::Int(Int::I64), vec![]);
    let user = hand.record(&[("id!", id), ("name!", name)], Extra::Open);
    let problem = hand.record(&[("code!", name)], Extra::Open);
    let empty = hand.record(&[], Extra::Open);
    let output = hand.record(&[("status_201", user), ("status_204", empty)], Extra::Open);
    let outcomes = vec![
        outcome(Status::Exact(201), true, Some(user)),
        outcome(Status::Exact(204), true, None),
        outcome(Status::Exact(404), false, Some(problem)),
    ];
    hand.derive();
    let grpc = GrpcBinding {
        path: "/x/Y".into(),
        input,
        output,
        outcomes: vec![GrpcOutcome::Field(0), GrpcOutcome::Field(1), GrpcOutcome::Detail(Some(problem))],
    };
    let mut places = vec![Place::Path { style: Style::Simple, explode: false }, query(), query()];
    places.extend([Place::Body, Place::Body, Place::Body]);
    let body = BodyBinding::Fields { ty: Some(TypeRef::from(body)) };
    hand.contract.operations.push(operation(input, places, body, outcomes, grpc));
    hand.contract
}

pub(crate) struct Run {
    pub(crate) plans: Plans,
    pub(crate) plan: PlanId,
    pub(crate) out: Output,
    pub(crate) scratch: Scratch,
}

impl Run {
    pub(crate) fn new(contract: &Contract, from: Form, to: Form, validation: Validation) -> Run {
        let mut compiler = Compiler::new(contract);
        let mut diags = Vec::new();
        let options = PlanOptions { validation, ..PlanOptions::default() };
        let plan = compiler.operation(OperationId(0), (from, 0), (to, 0), &options, &mut diags);
        assert!(diags.is_empty(), "{diags:?}");
        Run {
            plans: compiler.finish(),
            plan: plan.unwrap(),
            out: Output::default(),
            scratch: Scratch::new(1),
        }
    }

    fn request(&mut self, params: &[(u16, &str)], body: Option<&[u8]>) -> Result<Passed, Refusal> {
        let params: Vec<Param> = params.iter().map(|p| Param::text(p.0, p.1)).collect();
        self.plans.request(self.plan, &params, body, &mut self.out, &mut self.scratch)
    }

    pub(crate) fn outcome(&mut self, at: usize, body: &[u8]) -> Result<Passed, Refusal> {
        self.plans.outcome(self.plan, at, 0, body, &mut self.out, &mut self.scratch)
    }

    fn refused(&mut self, params: &[(u16, &str)], body: &str) -> String {
        told(self.request(params, Some(body.as_bytes())).map(|_| "passed".into()))
    }
}

fn params(run: &Run) -> Vec<(u16, &str)> {
    run.out.params.iter().map(|param| (param.slot, param.text.as_str())).collect()
}

#[test]
fn a_document_becomes_a_message_and_comes_back() {
    let contract = users();
    let mut there = Run::new(&contract, Form::Document, Form::Message, Validation::Enforce);
    let body = br#"{"email":"a@b.c","name":"Ann"}"#;
    assert_eq!(there.request(&[(0, "7"), (2, "x"), (2, "yy")], Some(body)), Ok(Passed::Written));
    let message = there.out.body.clone();
    assert_eq!(message, b"\x08\x07\x10\x14\x1a\x01x\x1a\x02yy\x2a\x05a@b.c\x22\x03Ann");
    let mut back = Run::new(&contract, Form::Message, Form::Document, Validation::Enforce);
    assert_eq!(back.request(&[], Some(&message)), Ok(Passed::Written));
    assert_eq!(params(&back), [(0, "7"), (1, "20"), (2, "x"), (2, "yy")]);
    assert_eq!(back.out.body, br#"{"email":"a@b.c","name":"Ann"}"#);
}

#[test]
fn parameters_and_body_are_refused_together() {
    let contract = users();
    let good = r#"{"name":"A","email":"a@b.c"}"#;
    for to in [Form::Message, Form::Document] {
        let mut run = Run::new(&contract, Form::Document, to, Validation::Enforce);
        assert_eq!(run.refused(&[(0, "7"), (1, "100"), (2, "abc")], good), "passed");
        assert_eq!(
            run.refused(&[(1, "0"), (2, "a"), (2, "abcd")], r#"{"name":"","email":"x"}"#),
            "/team required, /per_page minimum, /tags/1 maxLength, /name minLength, /email format"
        );
        assert_eq!(run.refused(&[(0, "x")], good), "/team type");
        assert_eq!(run.refused(&[(0, "1"), (0, "2")], good), "/team duplicate");
        assert_eq!(run.refused(&[(0, "1"), (1, "")], good), "/per_page type");
        assert_eq!(told(run.request(&[(0, "1")], None).map(|_| "passed".into())), " required");
        assert!(run.request(&[(0, "1")], Some(b"{")).is_err_and(|refusal| refusal.malformed));
    }
    let mut run = Run::new(&contract, Form::Document, Form::Message, Validation::Enforce);
    assert_eq!(run.refused(&[(0, "1")], r#"{"name":"A","email":"a@b.c","more":1}"#), "/more unknown");
    let mut run = Run::new(&contract, Form::Document, Form::Document, Validation::Enforce);
    assert_eq!(run.refused(&[(0, "1")], r#"{"name":"A","email":"a@b.c","more":1}"#), "passed");
}

#[test]
fn messages_are_refused() {
    let contract = users();
    let mut run = Run::new(&contract, Form::Message, Form::Document, Validation::Enforce);
    // Team and name are zero without presence; the name is too short.
    assert_eq!(
        told(run.request(&[], Some(b"\x10\x65")).map(|_| String::new())),
        "/name minLength, /email format, /per_page maximum"
    );
    let mut run = Run::new(&contract, Form::Message, Form::Message, Validation::Enforce);
    assert_eq!(
        told(run.request(&[], Some(b"\x10\x65")).map(|_| String::new())),
        "/per_page maximum, /name minLength, /email format"
    );
    assert_eq!(run.request(&[], Some(b"\x22\x01a\x2a\x05a@b.c\xf8\x07\x01")), Ok(Passed::Same));
}

#[test]
fn broken_rules_can_be_observed() {
    let contract = users();
    let mut run = Run::new(&contract, Form::Document, Form::Message, Validation::Observe);
    assert_eq!(run.refused(&[(0, "7"), (1, "500")], r#"{"name":"","email":"x"}"#), "passed");
    let observed = run.out.observed.take().unwrap();
    assert_eq!(told(Err(observed)), "/per_page maximum, /name minLength, /email format");
    assert_eq!(run.out.body, b"\x08\x07\x10\xf4\x03\x2a\x01x");
    assert_eq!(run.refused(&[(0, "7")], r#"{"name":1,"email":"x"}"#), "/name type");
    assert_eq!(run.refused(&[(0, "x")], r#"{"name":"","email":"x"}"#), "/team type");
    let mut run = Run::new(&contract, Form::Document, Form::Document, Validation::Observe);
    assert_eq!(run.refused(&[(0, "7")], r#"{"name":""}"#), "passed");
    assert_eq!(told(Err(run.out.observed.take().unwrap())), "/name minLength, /email required");
}

#[test]
fn outcomes_cross_both_ways() {
    let contract = users();
    // A component behind HTTP, a caller by gRPC.
    let mut run = Run::new(&contract, Form::Message, Form::Document, Validation::Enforce);
    assert_eq!(run.outcome(0, br#"{"id":5,"name":"A","later":true}"#), Ok(Passed::Written));
    assert_eq!(run.out.body, b"\x0a\x05\x08\x05\x12\x01A");
    assert_eq!(run.out.dropped, 1);
    assert_eq!(run.outcome(1, b""), Ok(Passed::Written));
    assert_eq!(run.out.body, b"\x12\x00");
    assert_eq!(run.outcome(2, br#"{"code":"N"}"#), Ok(Passed::Written));
    assert_eq!(run.out.body, b"\x0a\x01N");
    assert_eq!(told(run.outcome(0, br#"{"id":"x"}"#).map(|_| String::new())), "/id type, /name required");
    // A component behind gRPC, a caller by HTTP.
    let mut run = Run::new(&contract, Form::Document, Form::Message, Validation::Enforce);
    assert_eq!(run.plans.outcome_of(run.plan, b"\x0a\x05\x08\x05\x12\x01A"), Some(0));
    assert_eq!(run.plans.outcome_of(run.plan, b"\x12\x00"), Some(1));
    assert_eq!(run.plans.outcome_of(run.plan, b""), None);
    assert_eq!(run.outcome(0, b"\x0a\x05\x08\x05\x12\x01A"), Ok(Passed::Written));
    assert_eq!(run.out.body, br#"{"id":5,"name":"A"}"#);
    assert_eq!(run.outcome(1, b"\x12\x00"), Ok(Passed::Written));
    assert_eq!(run.out.body, b"");
    // The same form on both sides.
    let mut run = Run::new(&contract, Form::Document, Form::Document, Validation::Enforce);
    assert_eq!(run.outcome(0, br#"{"id":5,"name":"A","later":true}"#), Ok(Passed::Same));
    assert_eq!(told(run.outcome(0, br#"{"id":5}"#).map(|_| String::new())), "/name required");
    assert_eq!(run.outcome(1, b""), Ok(Passed::Same));
}

const NOTES: &str = r#"
syntax = "proto3";
package t;
message Filter { string color = 1; repeated int64 sizes = 2; }
message Note { string text = 1; int64 rank = 2; }
message Put { int64 id = 1; Filter filter = 2; Note note = 3; oneof by { string name = 4; int32 number = 5; } bool dry = 6; }
message Answer { repeated Note notes = 1; string next = 2; }
"#;

/// `PUT /notes/{id}` with `body: "note"` and `response_body: "notes"`.
fn notes() -> Contract {
    let (mut contract, input) = of_message(&descriptors(NOTES), "t.Put");
    let (other, _) = of_message(&descriptors(NOTES), "t.Answer");
    // The two contracts are read apart: the answer's types come after the input's.
    let shift = contract.types.len() as u32;
    let moved = |id: TypeId| TypeId(id.0 + shift);
    for mut ty in other.types {
        match &mut ty.shape {
            Shape::Record(record) => {
                record.fields.iter_mut().for_each(|field| field.ty.id = moved(field.ty.id))
            }
            Shape::List(item) => item.id = moved(item.id),
            _ => {}
        }
        contract.types.push(ty);
    }
    for (id, message) in other.protobuf.messages {
        contract.protobuf.messages.insert(moved(id), message);
    }
    let output = moved(TypeId(0));
    let dotted = Place::Query { style: Style::Dotted, explode: true };
    let places = vec![
        Place::Path { style: Style::Simple, explode: false },
        dotted,
        Place::Body,
        query(),
        query(),
        query(),
    ];
    let Shape::Record(answer) = &contract.ty(output).shape else { panic!("a record") };
    let notes = answer.fields[0].ty;
    let ok = Outcome {
        status: Status::Exact(200),
        ok: true,
        media: vec![Media { name: "application/json".into(), ty: Some(notes) }],
        doc: String::new(),
        span: SPAN,
    };
    let grpc = GrpcBinding { path: "/t/Put".into(), input, output, outcomes: vec![GrpcOutcome::Message] };
    let mut made = operation(input, places, BodyBinding::Field(2), vec![ok], grpc);
    made.http[0].response_field = Some(0);
    // The same operation under another path, everything in the body.
    let mut second = made.http[0].clone();
    second.places = vec![Place::Body; 6];
    second.body = BodyBinding::Fields { ty: None };
    made.http.push(second);
    contract.operations.push(made);
    contract
}

#[test]
fn google_api_http_bindings_are_put_together() {
    let contract = notes();
    let mut run = Run::new(&contract, Form::Document, Form::Message, Validation::Enforce);
    // Leaves: id, filter.color, filter.sizes, name, number, dry.
    let given = [(0, "-3"), (1, "red"), (2, "1"), (2, "2"), (5, "true")];
    assert_eq!(run.request(&given, Some(br#"{"rank":"5","text":"x"}"#)), Ok(Passed::Written));
    let message = run.out.body.clone();
    let mut back = Run::new(&contract, Form::Message, Form::Document, Validation::Enforce);
    assert_eq!(back.request(&[], Some(&message)), Ok(Passed::Written));
    assert_eq!(params(&back), given);
    assert_eq!(back.out.body, br#"{"rank":"5","text":"x"}"#);
    assert_eq!(
        run.refused(&[(0, "1"), (2, "x")], r#"{"rank":true}"#),
        "/filter/sizes/0 type, /note/rank type"
    );
    assert_eq!(run.refused(&[(0, "1"), (3, "x"), (4, "1")], "{}"), "/number oneOf");

    // A message without the field that is the body.
    let without = back.request(&[], Some(b"\x08\x01")).map(|_| String::new());
    assert_eq!(told(without), "/note required");

    assert_eq!(run.outcome(0, b"\x0a\x03\x0a\x01a\x0a\x02\x10\x05\x12\x01n"), Ok(Passed::Written));
    assert_eq!(String::from_utf8_lossy(&run.out.body), r#"[{"text":"a"},{"rank":"5"}]"#);
    assert_eq!(run.outcome(0, b""), Ok(Passed::Written));
    assert_eq!(run.out.body, b"[]");
    assert_eq!(back.outcome(0, br#"[{"text":"a"},{"rank":5}]"#), Ok(Passed::Written));
    assert_eq!(back.out.body, b"\x0a\x03\x0a\x01a\x0a\x02\x10\x05");
}

#[test]
fn another_binding_is_written_anew() {
    let contract = notes();
    let mut compiler = Compiler::new(&contract);
    let options = PlanOptions::default();
    let (from, to) = ((Form::Document, 1), (Form::Document, 0));
    let plan = compiler.operation(OperationId(0), from, to, &options, &mut Vec::new()).unwrap();
    let plans = compiler.finish();
    let mut run = Run { plans, plan, out: Output::default(), scratch: Scratch::new(1) };
    let body = br#"{"note":{"text":"x"},"filter":{"color":"red"},"id":"4","dry":false}"#;
    assert_eq!(run.request(&[], Some(body)), Ok(Passed::Written));
    assert_eq!(params(&run), [(1, "red"), (0, "4")]);
    assert_eq!(run.out.body, br#"{"text":"x"}"#);
}
