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

/// Times of one case over all rounds, in nanoseconds per message.
#[derive(Clone, Copy)]
pub(crate) struct Times {
    pub(crate) median: f64,
    /// A tenth of the rounds was faster.
    pub(crate) low: f64,
    /// A tenth of the rounds was slower.
    pub(crate) high: f64,
}

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
    pub(crate) fn of(mut all: Vec<f64>) -> Self {
        all.sort_by(f64::total_cmp);
        let at = |tenths: usize| all[(all.len() - 1) * tenths / 10];
        Times { median: at(5), low: at(1), high: at(9) }
    }
}

/// What this thread has spent, wherever else the processor was.
pub(crate) fn thread_nanoseconds() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 * 1e9 + time.tv_nsec as f64
}
