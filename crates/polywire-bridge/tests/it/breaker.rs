//! The breaker, with a clock that is moved by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use polywire_bridge::{BreakerSettings, BreakerState, Settings};
use polywire_call::{FaultKind, Reply};
use polywire_wire::Form;

use crate::world::{SECRET, World, ann, document, fault, get, snapshot, told};

fn settings() -> Settings {
    let breaker = BreakerSettings { requests_min: 4, trials: 2, ..BreakerSettings::default() };
    Settings { breaker: Some(breaker), ..Settings::default() }
}

/// A component that fails while the flag is set, and how often it was called.
fn flaky() -> (World, Arc<AtomicBool>, Arc<AtomicU32>) {
    let (failing, calls) = (Arc::new(AtomicBool::new(true)), Arc::new(AtomicU32::new(0)));
    let (flag, counter) = (failing.clone(), calls.clone());
    let world = World::with(Form::Document, settings(), move |exchange| {
        counter.fetch_add(1, Ordering::Relaxed);
        if flag.load(Ordering::Relaxed) { fault(FaultKind::Refused) } else { ann(exchange) }
    });
    (world, failing, calls)
}

fn state(world: &World) -> BreakerState {
    world.bridge.components()[0].breaker()
}

#[test]
fn it_opens_answers_at_once_tries_and_closes() {
    let (world, failing, calls) = flaky();
    for _ in 0..4 {
        assert_eq!(state(&world), BreakerState::Closed);
        world.get(Form::Document);
    }
    assert_eq!(state(&world), BreakerState::Open);
    for front in [Form::Document, Form::Message] {
        let expected = "error UNAVAILABLE 503 \"The component `users` has failed too often, and is not called for a while.\" after 5";
        assert_eq!(told(&world.get(front)), expected);
    }
    assert_eq!(calls.load(Ordering::Relaxed), 4);

    world.clock.advance(Duration::from_secs(5));
    world.get(Form::Document);
    assert_eq!((state(&world), calls.load(Ordering::Relaxed)), (BreakerState::Open, 5), "a trial failed");

    world.clock.advance(Duration::from_secs(5));
    failing.store(false, Ordering::Relaxed);
    assert!(told(&world.get(Form::Document)).starts_with("200 "));
    assert_eq!(state(&world), BreakerState::HalfOpen);
    assert!(told(&world.get(Form::Message)).starts_with("message "));
    assert_eq!(state(&world), BreakerState::Closed);
}

#[test]
fn failures_leave_the_window() {
    let (world, failing, _) = flaky();
    (0..3).for_each(|_| drop(world.get(Form::Document)));
    world.clock.advance(Duration::from_secs(11));
    world.get(Form::Document);
    assert_eq!(state(&world), BreakerState::Closed, "the first three are too old");
    failing.store(false, Ordering::Relaxed);
    (0..4).for_each(|_| drop(world.get(Form::Document)));
    failing.store(true, Ordering::Relaxed);
    world.get(Form::Document);
    assert_eq!(state(&world), BreakerState::Closed, "two of six are too few");
}

#[test]
fn its_state_survives_a_reload() {
    let (world, _, _) = flaky();
    (0..4).for_each(|_| drop(world.get(Form::Document)));
    world.bridge.swap(snapshot(Form::Document, settings(), |_| panic!("the component is not called")));
    assert!(
        told(&world.get(Form::Document))
            .starts_with("error UNAVAILABLE 503 \"The component `users` has failed")
    );
}

#[test]
fn only_what_is_the_components_doing_counts() {
    let check = |reply: fn() -> Reply, expected: BreakerState| {
        let world = World::with(Form::Document, settings(), move |_| reply());
        (0..8).for_each(|_| drop(world.get(Form::Document)));
        assert_eq!(state(&world), expected);
    };
    check(|| document(500, SECRET), BreakerState::Open);
    check(|| document(503, SECRET), BreakerState::Open);
    check(|| fault(FaultKind::Garbage), BreakerState::Open);
    check(|| document(404, SECRET), BreakerState::Closed);
    check(|| document(501, SECRET), BreakerState::Closed);
    check(|| document(200, SECRET), BreakerState::Closed);
    check(|| fault(FaultKind::TooLarge), BreakerState::Closed);
}

#[test]
fn a_callers_own_deadline_does_not_open_it() {
    let open_after = |deadline: Option<Duration>| {
        let settings = Settings { timeout: Duration::from_secs(1), ..settings() };
        let world = World::with(Form::Document, settings, |_| Reply::Hang);
        for _ in 0..4 {
            let mut exchange = world.exchange("getUser", Form::Document, get(Form::Document));
            exchange.deadline = deadline.map(|deadline| exchange.started + deadline);
            assert!(world.wait(&mut exchange, deadline.unwrap_or(Duration::from_secs(1))).is_some());
        }
        state(&world) == BreakerState::Open
    };
    assert!(!open_after(Some(Duration::from_millis(1))));
    assert!(open_after(None));
}

#[test]
fn a_trial_whose_caller_went_makes_room_for_another() {
    let hanging = Arc::new(AtomicBool::new(false));
    let flag = hanging.clone();
    let world = World::with(Form::Document, settings(), move |_| {
        if flag.load(Ordering::Relaxed) { Reply::Hang } else { fault(FaultKind::Reset) }
    });
    (0..4).for_each(|_| drop(world.get(Form::Document)));
    world.clock.advance(Duration::from_secs(5));
    hanging.store(true, Ordering::Relaxed);
    for _ in 0..5 {
        let mut exchange = world.exchange("getUser", Form::Document, get(Form::Document));
        assert!(world.wait(&mut exchange, Duration::from_millis(1)).is_none(), "it is tried, and dropped");
    }
    assert_eq!(state(&world), BreakerState::HalfOpen);
}
