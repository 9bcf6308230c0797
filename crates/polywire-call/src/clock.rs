//! Time as a value that tests can move.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant, SystemTime};

use crate::BoxFuture;

/// Where time comes from.
pub trait Clock: Send + Sync {
    /// Monotonic time, for deadlines and windows.
    fn now(&self) -> Instant;

    /// The calendar's time, for logs.
    fn wall(&self) -> SystemTime;
}

/// Wakes whoever waits for a moment; a runtime gives one, since this crate has none.
pub trait Timer: Send + Sync {
    /// Is ready when the moment has come.
    fn until(&self, moment: Instant) -> BoxFuture<'static, ()>;
}

/// The machine's clocks.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn wall(&self) -> SystemTime {
        SystemTime::now()
    }
}

/// A clock that stands still until it is moved; as a timer it wakes those whose moment has come.
#[derive(Clone, Debug)]
pub struct ManualClock {
    start: (Instant, SystemTime),
    state: Arc<Mutex<Moved>>,
}

#[derive(Debug, Default)]
struct Moved {
    passed: Duration,
    waiting: Vec<Waker>,
}

impl Default for ManualClock {
    fn default() -> Self {
        ManualClock { start: (Instant::now(), SystemTime::UNIX_EPOCH), state: Arc::default() }
    }
}

impl ManualClock {
    /// Moves time forward.
    pub fn advance(&self, by: Duration) {
        let waiting = self.with(|moved| {
            moved.passed += by;
            std::mem::take(&mut moved.waiting)
        });
        waiting.into_iter().for_each(Waker::wake);
    }

    fn with<T>(&self, use_it: impl FnOnce(&mut Moved) -> T) -> T {
        use_it(&mut self.state.lock().expect("no holder of this lock can panic"))
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Instant {
        self.start.0 + self.with(|moved| moved.passed)
    }

    fn wall(&self) -> SystemTime {
        self.start.1 + self.with(|moved| moved.passed)
    }
}

impl Timer for ManualClock {
    fn until(&self, moment: Instant) -> BoxFuture<'static, ()> {
        Box::pin(Until { clock: self.clone(), moment })
    }
}

struct Until {
    clock: ManualClock,
    moment: Instant,
}

impl Future for Until {
    type Output = ();

    fn poll(self: Pin<&mut Self>, ctx: &mut Context<'_>) -> Poll<()> {
        let (start, moment) = (self.clock.start.0, self.moment);
        self.clock.with(|moved| {
            if start + moved.passed >= moment {
                return Poll::Ready(());
            }
            moved.waiting.push(ctx.waker().clone());
            Poll::Pending
        })
    }
}
