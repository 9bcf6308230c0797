//! Each policy, on both fronts.

use polywire_bridge::Settings;
use polywire_call::{Answer, Clock, Code, Dispatch, Metadata, Unrouted};
use polywire_wire::Form;

use crate::world::{World, ann, document, get, json, logged, told};

const FRONTS: [Form; 2] = [Form::Document, Form::Message];

fn metadata(answer: &Answer) -> &Metadata {
    match answer {
        Answer::Document { metadata, .. } | Answer::Message { metadata, .. } => metadata,
        Answer::Failure(failure) => &failure.metadata,
        Answer::Error(error) => &error.metadata,
    }
}

/// Carries `getUser` with metadata; gives what the component got beside the message, and the answer.
fn passed_on(front: Form, pairs: &[(&str, &str)], status: u16) -> (Metadata, Answer) {
    let seen = std::sync::Arc::new(std::sync::Mutex::new(Metadata::default()));
    let keep = seen.clone();
    let world = World::new(Form::Document, move |exchange| {
        *keep.lock().unwrap() = exchange.metadata.clone();
        document(status, r#"{"id":7,"name":"Ann"}"#)
    });
    let mut exchange = world.exchange("getUser", front, get(front));
    pairs.iter().for_each(|(name, value)| exchange.metadata.push(*name, *value));
    let answer = world.carry(&mut exchange);
    let seen = seen.lock().unwrap().clone();
    (seen, answer)
}

#[test]
fn request_id_is_kept_or_made_passed_on_and_answered() {
    for front in FRONTS {
        for status in [200, 500] {
            let (seen, answer) = passed_on(front, &[("x-request-id", "mine-1")], status);
            assert_eq!(seen.get("x-request-id"), Some("mine-1"));
            assert_eq!(metadata(&answer).get("x-request-id"), Some("mine-1"));
        }
        let (seen, answer) = passed_on(front, &[("x-request-id", "bad\nid")], 200);
        let made = seen.get("x-request-id").unwrap();
        assert_eq!(made.len(), 32);
        assert_eq!(metadata(&answer).get("x-request-id"), Some(made));
    }
}

#[test]
fn the_token_of_a_caller_is_not_passed_on() {
    for front in FRONTS {
        let (seen, _) = passed_on(front, &[("polywire-token", "hush"), ("x-tenant", "a")], 200);
        assert_eq!(seen.get("polywire-token"), None);
        assert_eq!(seen.get("x-tenant"), Some("a"));
    }
}

#[test]
fn trace_goes_on_with_a_new_span() {
    let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    for front in FRONTS {
        let (seen, _) = passed_on(front, &[("traceparent", parent), ("tracestate", "a=1")], 200);
        let own = seen.get("traceparent").unwrap();
        assert_eq!((&own[..36], &own[52..]), (&parent[..36], "-01"));
        assert_ne!(&own[36..52], &parent[36..52]);
        assert_eq!(seen.get("tracestate"), Some("a=1"));

        let (seen, _) = passed_on(front, &[("traceparent", "00-junk"), ("tracestate", "a=1")], 200);
        assert_eq!(seen.get("traceparent").unwrap().len(), 55);
        assert_eq!(seen.get("tracestate"), None);
    }
}

#[test]
fn log_is_one_line_without_body_token_or_url() {
    for front in FRONTS {
        let world = World::new(Form::Document, ann);
        let mut exchange = world.exchange("getUser", front, get(front));
        exchange.caller.token = Some("hush".into());
        let lines = logged(|| drop(world.carry(&mut exchange)));
        assert_eq!(lines.lines().count(), 1, "{lines}");
        for part in [
            "INFO",
            "op=\"users.getUser\"",
            "code=\"OK\"",
            "status=200",
            "trace_id=",
            "span_id=",
            "request_id=",
        ] {
            assert!(lines.contains(part), "{part} is not in {lines}");
        }
        for part in ["hush", "Ann", "/users/7"] {
            assert!(!lines.contains(part), "{part} is in {lines}");
        }
    }
}

#[test]
fn metrics_count_by_operation_front_and_code() {
    let world = World::new(Form::Document, ann);
    world.get(Form::Document);
    world.get(Form::Document);
    world.get(Form::Message);
    world.carry(&mut world.exchange("createUser", Form::Document, json("[]")));
    let count = |operation: &str, front: &str, code: &str| {
        let labels = format!("operation=\"users.{operation}\",component=\"users\",front=\"{front}\"");
        world.metric(&format!("polywire_server_requests_total{{{labels},code=\"{code}\"}}"))
    };
    assert_eq!(count("getUser", "http", "OK").as_deref(), Some("2"));
    assert_eq!(count("getUser", "grpc", "OK").as_deref(), Some("1"));
    assert_eq!(count("createUser", "http", "VALIDATION_ERROR").as_deref(), Some("1"));
    let labels = "operation=\"users.getUser\",component=\"users\",front=\"http\"";
    let buckets = format!("polywire_server_request_duration_seconds_bucket{{{labels},le=\"+Inf\"}}");
    assert_eq!(world.metric(&buckets).as_deref(), Some("2"));
}

#[test]
fn what_is_never_used_or_never_happened_is_not_shown() {
    let world = World::new(Form::Document, ann);
    world.get(Form::Document);
    let metrics = world.bridge.metrics();
    for part in
        ["front=\"other\"", "createUser", "front=\"grpc\"", "violations_total{", "dropped_fields_total{"]
    {
        assert!(!metrics.contains(part), "{part} is in {metrics}");
    }
}

#[test]
fn a_request_that_a_listener_answers_by_itself_is_counted_logged_and_has_an_id() {
    let world = World::new(Form::Document, |_| panic!("the component is not called"));
    let contract = world.bridge.pin().contract;
    let told = |operation: Option<&str>, id: &str| {
        let mut metadata = Metadata::default();
        metadata.push("x-request-id", id);
        let request = Unrouted {
            link: "http",
            contract: &contract,
            operation: operation.and_then(|operation| contract.find_operation(operation)),
            metadata,
            peer: "127.0.0.1:50000",
            started: world.clock.now(),
            code: Some(Code::NotFound),
            status: 404,
        };
        let mut answered = Metadata::default();
        let lines = logged(|| answered = world.bridge.unrouted(&request));
        (lines, answered.get("x-request-id").unwrap().to_owned())
    };
    let (lines, id) = told(None, "mine");
    assert_eq!((lines.lines().count(), id.as_str()), (1, "mine"));
    for part in
        ["INFO", "op=\"none\"", "code=\"NOT_FOUND\"", "status=404", "request_id=\"mine\"", "trace_id="]
    {
        assert!(lines.contains(part), "{part} is not in {lines}");
    }
    let (lines, id) = told(Some("getUser"), "bad id");
    assert!(lines.contains("op=\"users.getUser\""), "{lines}");
    assert_eq!(id.len(), 32);
    for labels in ["operation=\"none\",component=\"\"", "operation=\"users.getUser\",component=\"users\""] {
        let labels = format!("{labels},front=\"http\",code=\"NOT_FOUND\"");
        let count = world.metric(&format!("polywire_server_requests_total{{{labels}}}"));
        assert_eq!(count.as_deref(), Some("1"), "{labels}");
    }
}

#[test]
fn limits_hold_for_body_and_calls_at_once() {
    let small = Settings { body_bytes_max: 8, ..Settings::default() };
    let world = World::with(Form::Document, small, |_| panic!("the component is not called"));
    let mut exchange = world.exchange("createUser", Form::Document, json(r#"{"name":"Ann"}"#));
    let expected = "error PAYLOAD_TOO_LARGE 413 \"The body of the request has more than 8 bytes.\"";
    assert_eq!(told(&world.carry(&mut exchange)), expected);

    let none = Settings { concurrency_max: Some(0), ..Settings::default() };
    for front in FRONTS {
        let world = World::with(Form::Document, none.clone(), |_| panic!("the component is not called"));
        let expected = "error UNAVAILABLE 503 \"The component `users` has as many calls at once as it may get.\" after 1";
        assert_eq!(told(&world.get(front)), expected);
        assert_eq!(world.bridge.components()[0].calls(), 0);
    }
}

#[test]
fn explain_says_where_calls_go_and_what_they_pass() {
    let world = World::new(Form::Message, ann);
    let snapshot = world.bridge.snapshot();
    let id = snapshot.contract().find_operation("getUser").unwrap();
    let explanation = snapshot.explain(id);
    let text = explanation.to_string();
    let request = &explanation.ways[0].request.fields[0];
    assert_eq!((request.field.as_str(), request.to.as_str()), ("id", "1 id int64"));
    let expected = "\
users.getUser of users
  GET /users/{id} (json) -> /shop.users.v1.Users/getUser (protobuf): transcode
    request: no body
      FIELD  KIND   FROM       TO          CHECKS
      id     int64  path {id}  1 id int64  required
    200: one message
      FIELD  KIND   FROM           TO    CHECKS
      id     int64  1 id int64     body  required
      name   text   2 name string  body  required, maxLength 5
      members that the contract does not know: dropped and counted
    404: one message
      FIELD          KIND    FROM                TO    CHECKS
      error          record  1 error             body  required
      error.code     text    1.1 code string     body  required
      error.message  text    1.2 message string  body  required
      members that the contract does not know: dropped and counted
  /shop.users.v1.Users/getUser (protobuf) -> /shop.users.v1.Users/getUser (protobuf): identity
    request: one message
      FIELD  KIND   AT          CHECKS
      id     int64  1 id int64  required
      members that the contract does not know: kept
    200: one message
      FIELD  KIND   AT             CHECKS
      id     int64  1 id int64     required
      name   text   2 name string  required, maxLength 5
      members that the contract does not know: kept
    404: one message
      FIELD          KIND    AT                  CHECKS
      error          record  1 error             required
      error.code     text    1.1 code string     required
      error.message  text    1.2 message string  required
      members that the contract does not know: kept
policies, outermost first
  request_id
  trace
  metrics
  log
  limits      1048576 bytes of body, no limit on calls at once
  timeout     5s, or the caller's deadline where that is sooner
  validation  requests enforce, responses reject
  breaker     opens for 5s when 50% of at least 20 calls in 10s fail
outcomes
  200     ok    application/json
  404     error application/json
";
    assert_eq!(text, expected);
}
