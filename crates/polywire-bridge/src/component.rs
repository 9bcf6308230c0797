//! What is known of a component while the bridge runs: up or down, calls on their way, its breaker. Survives reloads.

mod breaker;

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

pub use breaker::BreakerState;
pub(crate) use breaker::{Breaker, Ticket, Verdict};

/// Whether whoever starts a component says that it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Liveness {
    /// It runs, or nobody knows otherwise.
    Up,
    /// It is known not to run: its callers are answered at once.
    Down,
}

/// What is known of a component.
pub struct ComponentState {
    name: String,
    down: AtomicBool,
    calls: AtomicU32,
    pub(crate) breaker: Breaker,
}

impl ComponentState {
    pub(crate) fn new(name: &str) -> Self {
        ComponentState {
            name: name.into(),
            down: AtomicBool::new(false),
            calls: AtomicU32::new(0),
            breaker: Breaker::default(),
        }
    }

    /// Its name in the contract.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it is known not to run.
    pub fn liveness(&self) -> Liveness {
        if self.down.load(Ordering::Relaxed) { Liveness::Down } else { Liveness::Up }
    }

    /// How many calls it has been sent that have not ended.
    pub fn calls(&self) -> u32 {
        self.calls.load(Ordering::Relaxed)
    }

    /// What its breaker does; open while it is down.
    pub fn breaker(&self) -> BreakerState {
        if self.liveness() == Liveness::Down { BreakerState::Open } else { self.breaker.state() }
    }

    /// Notes that it runs, with a clean record, or does not.
    pub(crate) fn set(&self, liveness: Liveness) {
        let was_down = self.down.swap(liveness == Liveness::Down, Ordering::Relaxed);
        if was_down && liveness == Liveness::Up {
            self.breaker.forget();
        }
    }

    /// Takes one of at most `max` places; it must be left.
    pub(crate) fn enter(&self, max: Option<u32>) -> bool {
        let before = self.calls.fetch_add(1, Ordering::Relaxed);
        let admitted = max.is_none_or(|max| before < max);
        if !admitted {
            self.leave();
        }
        admitted
    }

    pub(crate) fn leave(&self) {
        self.calls.fetch_sub(1, Ordering::Relaxed);
    }
}
