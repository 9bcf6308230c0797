//! Links that bring no answer, and callers that do not wait for it.

use std::time::Duration;

use polywire_bridge::{Bridge, Liveness, Settings};
use polywire_call::{Fault, FaultKind, Reply, Side};
use polywire_wire::Form;

use crate::world::{SECRET, World, ann, fault, get, logged, told};

#[test]
fn a_fault_names_the_component_and_nothing_else() {
    let check = |kind: FaultKind, expected: &str| {
        for form in [Form::Document, Form::Message] {
            let world = World::new(form, move |_| fault(kind));
            let lines = logged(|| {
                for from in [Form::Document, Form::Message] {
                    assert_eq!(told(&world.get(from)), expected);
                }
            });
            assert!(lines.contains("WARN") && lines.contains(SECRET), "{lines}");
        }
    };
    check(FaultKind::Refused, "error UNAVAILABLE 503 \"The component `users` cannot be reached.\" after 1");
    check(FaultKind::Reset, "error BAD_UPSTREAM 502 \"The component `users` broke off its answer.\"");
    check(FaultKind::Timeout, "error TIMEOUT 504 \"The component `users` did not answer in time.\"");
    check(
        FaultKind::Garbage,
        "error BAD_UPSTREAM 502 \"The component `users` gave an answer that is not of its protocol.\"",
    );
    check(
        FaultKind::TooLarge,
        "error BAD_UPSTREAM 502 \"The component `users` gave an answer that is too large.\"",
    );
}

#[test]
fn a_parameter_that_the_component_cannot_be_sent_is_the_callers_mistake() {
    let world = World::new(Form::Document, |_| {
        let fault = Fault::peer(FaultKind::Unsupported, SECRET).unsent();
        Reply::Fault(Fault { side: Side::Caller, ..fault })
    });
    let expected =
        "error VALIDATION_ERROR 422 \"The component `users` cannot be sent a parameter of this request.\"";
    assert_eq!(told(&world.get(Form::Document)), expected);
    assert_eq!(world.metric("polywire_breaker_state{component=\"users\"}").as_deref(), Some("0"));
}

#[test]
fn a_reset_before_anything_was_sent_is_a_component_that_cannot_be_reached() {
    let world = World::new(Form::Document, |_| Reply::Fault(Fault::peer(FaultKind::Reset, SECRET).unsent()));
    assert_eq!(
        told(&world.get(Form::Document)),
        "error UNAVAILABLE 503 \"The component `users` cannot be reached.\" after 1"
    );
}

#[test]
fn a_component_that_hangs_is_given_up_after_the_timeout() {
    let world = World::new(Form::Document, |_| Reply::Hang);
    let mut exchange = world.exchange("getUser", Form::Document, get(Form::Document));
    let answer = world.wait(&mut exchange, Duration::from_secs(5)).unwrap();
    assert_eq!(told(&answer), "error TIMEOUT 504 \"The component `users` did not answer in time.\"");
    assert_eq!(world.bridge.components()[0].calls(), 0);
}

#[test]
fn a_callers_sooner_deadline_counts_and_is_passed_on() {
    let world = World::new(Form::Document, |exchange| {
        assert_eq!(exchange.deadline, Some(exchange.started + Duration::from_secs(1)));
        Reply::Hang
    });
    let mut exchange = world.exchange("getUser", Form::Document, get(Form::Document));
    exchange.deadline = Some(exchange.started + Duration::from_secs(1));
    let answer = world.wait(&mut exchange, Duration::from_secs(1)).unwrap();
    assert!(told(&answer).starts_with("error TIMEOUT"));
}

#[test]
fn a_deadline_that_has_passed_calls_nobody() {
    let world = World::new(Form::Document, |_| panic!("the component is not called"));
    let mut exchange = world.exchange("getUser", Form::Document, get(Form::Document));
    exchange.deadline = Some(exchange.started);
    assert!(told(&world.carry(&mut exchange)).starts_with("error TIMEOUT 504"));
}

#[test]
fn when_the_caller_goes_the_way_back_is_gone_once() {
    let one = Settings { concurrency_max: Some(1), ..Settings::default() };
    let world = World::with(Form::Document, one, |_| Reply::Hang);
    let labels = "operation=\"users.getUser\",component=\"users\",front=\"http\"";
    let mut exchange = world.exchange("getUser", Form::Document, get(Form::Document));
    let lines = logged(|| {
        // Nothing has happened when the time is over, and the call is dropped.
        assert!(world.wait(&mut exchange, Duration::from_millis(1)).is_none());
    });
    assert_eq!(lines.lines().count(), 1, "{lines}");
    assert!(lines.contains("code=\"CANCELLED\" status=499"), "{lines}");
    let cancelled = world.metric(&format!("polywire_server_requests_total{{{labels},code=\"CANCELLED\"}}"));
    assert_eq!(cancelled.as_deref(), Some("1"));
    assert_eq!(world.metric(&format!("polywire_server_active_requests{{{labels}}}")).as_deref(), Some("0"));
    // The place is free again.
    assert_eq!(world.bridge.components()[0].calls(), 0);
}

#[test]
fn a_component_that_is_known_to_be_down_fails_its_callers_at_once() {
    let world = World::new(Form::Document, ann);
    world.bridge.set_component_state("users", Liveness::Down);
    assert_eq!(
        told(&world.get(Form::Message)),
        "error UNAVAILABLE 503 \"The component `users` is not running.\" after 1"
    );
    assert_eq!(world.metric("polywire_component_up{component=\"users\"}").as_deref(), Some("0"));
    assert_eq!(world.metric("polywire_breaker_state{component=\"users\"}").as_deref(), Some("2"));
    world.bridge.set_component_state("users", Liveness::Up);
    assert!(told(&world.get(Form::Document)).starts_with("200 "));
}

#[test]
fn a_call_of_a_contract_that_is_no_longer_in_force_is_not_carried() {
    let world = World::new(Form::Document, ann);
    let mut exchange = world.exchange("getUser", Form::Document, get(Form::Document));
    world.bridge.swap(crate::world::snapshot(Form::Document, Settings::default(), ann));
    let answer = {
        let bridge: &Bridge = &world.bridge;
        let mut future = polywire_call::Call::call(bridge, &mut exchange);
        let _ = future.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop()));
        drop(future);
        exchange.answer.clone().unwrap()
    };
    assert!(told(&answer).starts_with("error UNAVAILABLE 503"));
}

#[test]
fn a_call_ends_by_the_snapshot_that_it_began_with() {
    use polywire_call::Dispatch;
    let world = World::new(Form::Document, ann);
    let pinned = world.bridge.pin();
    let mut exchange = world.exchange("getUser", Form::Document, get(Form::Document));
    world
        .bridge
        .swap(crate::world::snapshot(Form::Document, Settings::default(), |_| fault(FaultKind::Refused)));
    let mut future = pinned.call.call(&mut exchange);
    assert!(future.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop())).is_ready());
    drop(future);
    assert!(told(&exchange.answer.unwrap()).starts_with("200 "));
    assert!(told(&world.get(Form::Document)).starts_with("error UNAVAILABLE"));
}
