//! Answers in every form for callers of every form.

use polywire_bridge::{ResponseCheck, Settings};
use polywire_call::{Answer, Body, Detail, Failure, Metadata, Reply};
use polywire_wire::{Form, Validation};

use crate::world::{ANN, ANN_MESSAGE, SECRET, World, ann, ann_message, document, get, json, message, told};

/// What a caller is told when the component answers `reply`.
fn check(from: Form, to: Form, reply: impl Fn() -> Reply + Send + Sync + 'static, expected: &str) {
    let world = World::new(to, move |_| reply());
    assert_eq!(told(&world.get(from)), expected);
}

fn settings(validate_response: ResponseCheck) -> Settings {
    Settings { validate_response, ..Settings::default() }
}

const NOT_FOUND: &str = r#"{"error":{"code":"NO_USER","message":"no user 7"}}"#;

fn not_found_message() -> Vec<u8> {
    [&[10, 20, 10, 7][..], b"NO_USER", &[18, 9], b"no user 7"].concat()
}

#[test]
fn a_request_goes_on_unchanged_where_the_form_is_the_same() {
    let world = World::new(Form::Document, |exchange| {
        assert_eq!(exchange.input.target.as_deref(), Some("/users/7"));
        assert_eq!(exchange.input.params[0].text, "7");
        document(200, ANN)
    });
    let expected = format!("200 application/json; charset=utf-8 {ANN}");
    assert_eq!(told(&world.get(Form::Document)), expected);
}

#[test]
fn a_request_is_written_in_the_components_form() {
    let world = World::new(Form::Message, |exchange| {
        assert_eq!(exchange.input.body.bytes(), [8, 7]);
        assert_eq!((&exchange.input.target, &exchange.input.media), (&None, &None));
        ann_message(exchange)
    });
    assert_eq!(told(&world.get(Form::Document)), format!("200 application/json {ANN}"));

    let world = World::new(Form::Document, |exchange| {
        assert_eq!(exchange.input.params[0].text, "7");
        assert!(matches!(exchange.input.body, Body::None));
        assert_eq!(exchange.input.media, None);
        ann(exchange)
    });
    assert_eq!(
        told(&world.get(Form::Message)),
        format!("message {:?}", bytes::Bytes::from_static(ANN_MESSAGE))
    );

    let world = World::new(Form::Document, |exchange| {
        assert_eq!(exchange.input.body.bytes(), br#"{"name":"Ann"}"#);
        assert_eq!(exchange.input.media.as_deref(), Some("application/json"));
        document(201, ANN)
    });
    let mut exchange = world.exchange("createUser", Form::Message, message(&[10, 3, b'A', b'n', b'n']));
    assert!(matches!(world.carry(&mut exchange), Answer::Message { .. }));
}

#[test]
fn a_declared_error_passes_unchanged() {
    let expected = format!("404 application/json; charset=utf-8 {NOT_FOUND}");
    check(Form::Document, Form::Document, || document(404, NOT_FOUND), &expected);
}

#[test]
fn a_declared_error_is_a_status_with_a_detail_for_callers_by_message() {
    let detail =
        format!("type.googleapis.com/shop.users.v1.Error {:?}", bytes::Bytes::from(not_found_message()));
    let expected = format!("failure 5 NO_USER {:?} {:?}", "no user 7", [detail]);
    check(Form::Message, Form::Document, || document(404, NOT_FOUND), &expected);
}

#[test]
fn a_declared_error_without_a_body_says_what_the_contract_says() {
    let world = World::new(Form::Document, |_| document(409, ""));
    let mut exchange = world.exchange("deleteUser", Form::Message, message(&[8, 7]));
    assert_eq!(told(&world.carry(&mut exchange)), format!("failure 10 - {:?} []", "The user has orders."));
    let mut exchange = world.exchange("deleteUser", Form::Document, get(Form::Document));
    assert_eq!(told(&world.carry(&mut exchange)), "409 - ");
}

#[test]
fn a_body_that_is_not_declared_goes_no_further() {
    let world = World::new(Form::Document, |_| document(409, SECRET));
    let mut exchange = world.exchange("deleteUser", Form::Document, get(Form::Document));
    assert_eq!(
        told(&world.carry(&mut exchange)),
        format!("error CONFLICT 409 {:?}", "The component `users` answered with status 409.")
    );
    let world = World::new(Form::Document, |_| document(204, SECRET));
    let mut exchange = world.exchange("deleteUser", Form::Document, get(Form::Document));
    assert_eq!(told(&world.carry(&mut exchange)), "204 - ");
}

#[test]
fn a_detail_that_the_contract_declares_is_the_declared_error_for_callers_by_document() {
    let detail = || Detail {
        type_url: "type.googleapis.com/shop.users.v1.Error".into(),
        value: not_found_message().into(),
    };
    let failure = move || {
        Reply::Answer(Answer::Failure(Failure { code: 5, details: vec![detail()], ..Failure::default() }))
    };
    check(Form::Document, Form::Message, failure, &format!("404 application/json {NOT_FOUND}"));
}

#[test]
fn a_status_that_no_contract_declares_is_a_standard_error() {
    let failure = |code, reason: Option<&str>, message: &str| {
        let (reason, message) = (reason.map(str::to_owned), message.to_owned());
        move || {
            let failure =
                Failure { code, reason: reason.clone(), message: message.clone(), ..Failure::default() };
            Reply::Answer(Answer::Failure(failure))
        }
    };
    let check = |reply: Reply, expected: &str| {
        let reply = std::sync::Mutex::new(Some(reply));
        check(Form::Document, Form::Message, move || reply.lock().unwrap().take().unwrap(), expected);
    };
    check(failure(5, None, "nobody")(), &format!("error NOT_FOUND 404 {:?}", "nobody"));
    check(failure(3, None, "what")(), &format!("error VALIDATION_ERROR 400 {:?}", "what"));
    check(
        failure(8, Some("PAYLOAD_TOO_LARGE"), "big")(),
        &format!("error PAYLOAD_TOO_LARGE 413 {:?}", "big"),
    );
    check(failure(14, None, "rest")(), &format!("error UNAVAILABLE 503 {:?} after 1", "rest"));
    let failed = "The component `users` failed with gRPC status 2.";
    check(failure(2, None, SECRET)(), &format!("error INTERNAL_ERROR 500 {failed:?}"));
    let long = "ü".repeat(1000);
    check(failure(5, None, &long)(), &format!("error NOT_FOUND 404 {:?}", "ü".repeat(512)));
}

#[test]
fn a_status_passes_unchanged_between_messages() {
    let failure = || {
        let detail = Detail { type_url: "type.googleapis.com/x.Y".into(), value: vec![1].into() };
        let failure = Failure { code: 9, message: "m".into(), details: vec![detail], ..Failure::default() };
        Reply::Answer(Answer::Failure(failure))
    };
    let detail = format!("type.googleapis.com/x.Y {:?}", bytes::Bytes::from_static(&[1]));
    check(Form::Message, Form::Message, failure, &format!("failure 9 - {:?} {:?}", "m", [detail]));
}

#[test]
fn a_document_status_that_is_not_declared_is_a_standard_error() {
    let breaks =
        format!("error BAD_UPSTREAM 502 {:?}", "The answer of the component `users` breaks its contract.");
    for from in [Form::Document, Form::Message] {
        let with = |status: u16| format!("The component `users` answered with status {status}.");
        check(from, Form::Document, || document(500, SECRET), &breaks);
        check(from, Form::Document, || document(206, SECRET), &breaks);
        check(from, Form::Document, || document(302, SECRET), &breaks);
        check(
            from,
            Form::Document,
            || document(401, SECRET),
            &format!("error UNAUTHORIZED 401 {:?}", with(401)),
        );
        check(
            from,
            Form::Document,
            || document(429, SECRET),
            &format!("error RATE_LIMITED 429 {:?} after 1", with(429)),
        );
        check(
            from,
            Form::Document,
            || document(418, SECRET),
            &format!("error VALIDATION_ERROR 418 {:?}", with(418)),
        );
    }
}

#[test]
fn an_answer_that_breaks_the_contract_is_refused_logged_or_passed() {
    let reply = |_: &mut _| document(200, r#"{"id":7,"name":"Annabella"}"#);
    let breaks =
        format!("error BAD_UPSTREAM 502 {:?}", "The answer of the component `users` breaks its contract.");
    let passes = "200 application/json; charset=utf-8 {\"id\":7,\"name\":\"Annabella\"}";
    for (check, expected) in
        [(ResponseCheck::Reject, breaks.as_str()), (ResponseCheck::Log, passes), (ResponseCheck::Off, passes)]
    {
        let world = World::with(Form::Document, settings(check), reply);
        assert_eq!(told(&world.get(Form::Document)), expected, "{check:?}");
        let counted = |action: &str| {
            let labels = "operation=\"users.getUser\",component=\"users\",front=\"http\"";
            world.metric(&format!(
                "polywire_violations_total{{{labels},direction=\"response\",action=\"{action}\"}}"
            ))
        };
        assert_eq!(counted("refused").is_some(), check == ResponseCheck::Reject);
        assert_eq!(counted("observed").is_some(), check == ResponseCheck::Log);
    }
}

#[test]
fn a_status_that_is_not_declared_passes_where_answers_are_only_logged() {
    let world = World::with(Form::Document, settings(ResponseCheck::Log), |_| document(418, "{}"));
    assert_eq!(told(&world.get(Form::Document)), "418 application/json; charset=utf-8 {}");
    assert!(told(&world.get(Form::Message)).starts_with("error VALIDATION_ERROR 418"));
    let world = World::with(Form::Document, settings(ResponseCheck::Log), |_| document(500, SECRET));
    assert!(told(&world.get(Form::Document)).starts_with("error BAD_UPSTREAM 502"));
}

#[test]
fn an_answer_of_another_media_type_breaks_the_contract() {
    let html = || {
        let (media, body) = (Some("text/html".to_owned()), Body::Message(SECRET.into()));
        Reply::Answer(Answer::Document { status: 200, media, metadata: Metadata::default(), body })
    };
    let breaks =
        format!("error BAD_UPSTREAM 502 {:?}", "The answer of the component `users` breaks its contract.");
    check(Form::Document, Form::Document, html, &breaks);
    check(Form::Message, Form::Document, html, &breaks);
}

#[test]
fn a_link_that_answers_in_another_form_breaks_the_contract() {
    let breaks =
        format!("error BAD_UPSTREAM 502 {:?}", "The answer of the component `users` breaks its contract.");
    check(Form::Document, Form::Message, || document(200, SECRET), &breaks);
}

#[test]
fn a_request_that_breaks_a_rule_is_refused_before_the_component() {
    let world = World::new(Form::Document, |_| panic!("the component is not called"));
    let mut exchange = world.exchange("createUser", Form::Document, json(r#"{"name":"Annabella"}"#));
    let expected =
        format!("error VALIDATION_ERROR 422 {:?} /name:maxLength", "The request breaks its contract.");
    assert_eq!(told(&world.carry(&mut exchange)), expected);
    let mut exchange = world.exchange("createUser", Form::Document, json(r#"{"name":"#));
    let answer = told(&world.carry(&mut exchange));
    assert!(answer.starts_with("error VALIDATION_ERROR 400 \"The request is not well formed.\""), "{answer}");
}

#[test]
fn a_rule_that_is_only_observed_is_counted_and_logged() {
    let observe = Settings { validate: Validation::Observe, ..Settings::default() };
    let world = World::with(Form::Document, observe, |_| document(201, ANN));
    let mut exchange = world.exchange("createUser", Form::Document, json(r#"{"name":"Annabella"}"#));
    let lines = crate::world::logged(|| assert!(told(&world.carry(&mut exchange)).starts_with("201 ")));
    assert!(lines.contains("maxLength at \\\"/name\\\""), "{lines}");
    let labels = "operation=\"users.createUser\",component=\"users\",front=\"http\"";
    let counted = format!("polywire_violations_total{{{labels},direction=\"request\",action=\"observed\"}}");
    assert_eq!(world.metric(&counted).as_deref(), Some("1"));
}

#[test]
fn a_body_of_another_media_type_is_refused() {
    let world = World::new(Form::Document, |_| panic!("the component is not called"));
    let input = polywire_call::Input { media: Some("text/xml".into()), ..json("<a/>") };
    let mut exchange = world.exchange("createUser", Form::Document, input);
    let expected =
        format!("error UNSUPPORTED_MEDIA_TYPE 415 {:?}", "The contract does not list this media type.");
    assert_eq!(told(&world.carry(&mut exchange)), expected);
}
