//! Times cases in turn, so that whatever disturbs the machine disturbs all of them.

use std::hint::black_box;

use rustix::time::{ClockId, clock_gettime};

use crate::orders::COUNT;

/// Messages per case and round.
const MESSAGES: usize = 4 * COUNT;

/// One way to do something to the document of a number.
pub(crate) struct Case<'a> {
    pub(crate) name: &'static str,
    run: Box<dyn FnMut(usize) + 'a>,
}

/// Times of one case, round by round.
pub(crate) struct Times(Vec<f64>);

impl<'a> Case<'a> {
    pub(crate) fn new<T>(name: &'static str, mut run: impl FnMut(usize) -> T + 'a) -> Self {
        Case { name, run: Box::new(move |document| drop(black_box(run(document)))) }
    }

    /// Runs so many messages and returns the mean in nanoseconds.
    pub(crate) fn time(&mut self, messages: usize) -> f64 {
        let start = thread_nanoseconds();
        for message in 0..messages {
            (self.run)(message % COUNT);
        }
        (thread_nanoseconds() - start) / messages as f64
    }
}

/// Takes every case in turn, round by round, after one that is not counted.
pub(crate) fn interleave(cases: &mut [Case], rounds: usize) -> Vec<Times> {
    let mut measured = vec![Vec::with_capacity(rounds); cases.len()];
    for round in 0..=rounds {
        for (case, times) in cases.iter_mut().zip(&mut measured) {
            let time = case.time(MESSAGES);
            if round > 0 {
                times.push(time);
            }
        }
    }
    measured.into_iter().map(Times::of).collect()
}

impl Times {
    pub(crate) fn of(rounds: Vec<f64>) -> Self {
        Times(rounds)
    }

    /// The time that so many tenths of the rounds stayed below.
    pub(crate) fn tenths(&self, tenths: usize) -> f64 {
        quantile(self.0.clone(), tenths)
    }

    pub(crate) fn median(&self) -> f64 {
        self.tenths(5)
    }

    /// The median of the ratios of each round: what slows the machine for a while slows both.
    pub(crate) fn against(&self, other: &Times) -> f64 {
        quantile(self.0.iter().zip(&other.0).map(|(ours, rival)| ours / rival).collect(), 5)
    }
}

fn quantile(mut all: Vec<f64>, tenths: usize) -> f64 {
    all.sort_by(f64::total_cmp);
    all[(all.len() - 1) * tenths / 10]
}

/// What this thread has spent, wherever else the processor was.
pub(crate) fn thread_nanoseconds() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 * 1e9 + time.tv_nsec as f64
}
