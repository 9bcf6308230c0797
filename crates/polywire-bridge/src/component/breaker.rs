//! The breaker of one component: closed, open for a while, then a few trials. Knows nothing of calls, only how they ended.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::BreakerSettings;

/// What a breaker does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BreakerState {
    /// Calls pass.
    Closed,
    /// A few calls are tried.
    HalfOpen,
    /// Calls are answered at once.
    Open,
}

impl BreakerState {
    /// The word shown to people and programs.
    pub fn name(self) -> &'static str {
        match self {
            BreakerState::Closed => "closed",
            BreakerState::HalfOpen => "half-open",
            BreakerState::Open => "open",
        }
    }
}

/// How a call ended, as far as a breaker is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Success,
    Failure,
    /// It says nothing about the component.
    Neutral,
}

/// A call that a breaker let pass; it must be settled.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ticket {
    epoch: u64,
}

const BUCKETS: usize = 10;

#[derive(Clone, Copy, Default)]
struct Bucket {
    tick: u64,
    requests: u32,
    failures: u32,
}

#[derive(Default)]
enum Phase {
    #[default]
    Closed,
    Open {
        until: Instant,
    },
    HalfOpen {
        running: u32,
        succeeded: u32,
    },
}

#[derive(Default)]
struct Record {
    phase: Phase,
    /// Grows with every change of phase: what was let pass before has no say after.
    epoch: u64,
    start: Option<Instant>,
    buckets: [Bucket; BUCKETS],
}

/// Gives a component a rest when too many of its calls fail.
#[derive(Default)]
pub(crate) struct Breaker(Mutex<Record>);

impl Breaker {
    fn with<T>(&self, use_it: impl FnOnce(&mut Record) -> T) -> T {
        use_it(&mut self.0.lock().expect("no holder of this lock can panic"))
    }

    pub(crate) fn state(&self) -> BreakerState {
        self.with(|record| match record.phase {
            Phase::Closed => BreakerState::Closed,
            Phase::Open { .. } => BreakerState::Open,
            Phase::HalfOpen { .. } => BreakerState::HalfOpen,
        })
    }

    /// Closes it, with a clean record.
    pub(crate) fn forget(&self) {
        self.with(|record| record.turn(Phase::Closed));
    }

    /// Lets a call pass, or says how long to wait.
    pub(crate) fn admit(&self, now: Instant, settings: &BreakerSettings) -> Result<Ticket, Duration> {
        self.with(|record| {
            if let Phase::Open { until } = record.phase {
                if now < until {
                    return Err(until - now);
                }
                record.turn(Phase::HalfOpen { running: 0, succeeded: 0 });
            }
            if let Phase::HalfOpen { running, succeeded } = &mut record.phase {
                if *running + *succeeded >= settings.trials.max(1) {
                    return Err(Duration::from_secs(1));
                }
                *running += 1;
            }
            Ok(Ticket { epoch: record.epoch })
        })
    }

    /// Takes note of how a call ended; says what the breaker became where that changed it.
    pub(crate) fn settle(
        &self,
        ticket: Ticket,
        verdict: Verdict,
        now: Instant,
        settings: &BreakerSettings,
    ) -> Option<BreakerState> {
        self.with(|record| {
            if ticket.epoch != record.epoch {
                return None;
            }
            match &mut record.phase {
                Phase::Closed => {
                    let failing = record.count(verdict, now, settings);
                    failing.then(|| record.open(now, settings))
                }
                Phase::HalfOpen { running, succeeded } => {
                    *running = running.saturating_sub(1);
                    *succeeded += u32::from(verdict == Verdict::Success);
                    let enough = *succeeded >= settings.trials.max(1);
                    match verdict {
                        Verdict::Failure => Some(record.open(now, settings)),
                        _ if enough => {
                            record.turn(Phase::Closed);
                            Some(BreakerState::Closed)
                        }
                        _ => None,
                    }
                }
                Phase::Open { .. } => None,
            }
        })
    }
}

impl Record {
    fn turn(&mut self, phase: Phase) {
        self.phase = phase;
        self.epoch += 1;
        self.buckets = Default::default();
    }

    fn open(&mut self, now: Instant, settings: &BreakerSettings) -> BreakerState {
        self.turn(Phase::Open { until: now + settings.reset });
        BreakerState::Open
    }

    /// Counts a call; says whether too many failed.
    fn count(&mut self, verdict: Verdict, now: Instant, settings: &BreakerSettings) -> bool {
        if verdict == Verdict::Neutral {
            return false;
        }
        let start = *self.start.get_or_insert(now);
        let width = (settings.window.as_nanos() / BUCKETS as u128).max(1);
        // Ticks begin at the number of buckets, so that an untouched bucket is always too old.
        let tick = (now.saturating_duration_since(start).as_nanos() / width) as u64 + BUCKETS as u64;
        let bucket = &mut self.buckets[(tick % BUCKETS as u64) as usize];
        if bucket.tick != tick {
            *bucket = Bucket { tick, ..Bucket::default() };
        }
        bucket.requests += 1;
        bucket.failures += u32::from(verdict == Verdict::Failure);
        let recent = self.buckets.iter().filter(|bucket| bucket.tick + BUCKETS as u64 > tick);
        let (requests, failures) =
            recent.fold((0, 0), |sum, bucket| (sum.0 + bucket.requests, sum.1 + bucket.failures));
        requests >= settings.requests_min
            && failures > 0
            && f64::from(failures) >= settings.failures_ratio * f64::from(requests)
    }
}
