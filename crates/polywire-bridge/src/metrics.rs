//! Counters and histograms, and their text for Prometheus. Labels come from the contract and the table of codes, never
//! from what a caller sent.

mod text;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use polywire_call::Code;

pub(crate) use text::render;

/// The upper bounds of the histogram, in microseconds.
const BOUNDS_US: [u64; 16] = [
    500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 75_000, 100_000, 250_000, 500_000, 750_000, 1_000_000,
    2_500_000, 5_000_000, 10_000_000,
];

/// The label of requests that no operation was found for.
pub(crate) const NO_OPERATION: &str = "none";

/// How a call ended, as a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Ok,
    Code(Code),
    Cancelled,
}

const ENDINGS: usize = 16;

impl Ending {
    /// `OK`, `CANCELLED`, or the code's name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Ending::Ok => "OK",
            Ending::Code(code) => code.name(),
            Ending::Cancelled => "CANCELLED",
        }
    }

    fn slot(self) -> usize {
        match self {
            Ending::Ok => 0,
            Ending::Code(code) => 1 + code as usize,
            Ending::Cancelled => ENDINGS - 1,
        }
    }

    fn all() -> impl Iterator<Item = Ending> {
        std::iter::once(Ending::Ok).chain(Code::all().map(Ending::Code)).chain([Ending::Cancelled])
    }
}

/// What was done about a message that breaks the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Breach {
    RequestRefused,
    RequestObserved,
    ResponseRefused,
    ResponseLogged,
}

impl Breach {
    const ALL: [Breach; 4] =
        [Breach::RequestRefused, Breach::RequestObserved, Breach::ResponseRefused, Breach::ResponseLogged];

    fn labels(self) -> (&'static str, &'static str) {
        match self {
            Breach::RequestRefused => ("request", "refused"),
            Breach::RequestObserved => ("request", "observed"),
            Breach::ResponseRefused => ("response", "refused"),
            Breach::ResponseLogged => ("response", "observed"),
        }
    }
}

/// What is counted for one operation and one front.
#[derive(Debug, Default)]
pub(crate) struct Cells {
    endings: [AtomicU64; ENDINGS],
    buckets: [AtomicU64; BOUNDS_US.len() + 1],
    sum_us: AtomicU64,
    active: AtomicI64,
    breaches: [AtomicU64; 4],
    dropped: AtomicU64,
}

impl Cells {
    pub(crate) fn begin(&self) {
        self.active.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn end(&self, ending: Ending, elapsed: Duration) {
        self.active.fetch_sub(1, Ordering::Relaxed);
        self.endings[ending.slot()].fetch_add(1, Ordering::Relaxed);
        let micros = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX);
        self.sum_us.fetch_add(micros, Ordering::Relaxed);
        self.buckets[BOUNDS_US.partition_point(|bound| *bound < micros)].fetch_add(1, Ordering::Relaxed);
    }

    /// Whether a call ever came; what was never used is not shown.
    fn used(&self) -> bool {
        self.active.load(Ordering::Relaxed) != 0
            || self.endings.iter().any(|count| count.load(Ordering::Relaxed) > 0)
    }

    pub(crate) fn breach(&self, breach: Breach) {
        self.breaches[breach as usize].fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn dropped(&self, fields: u32) {
        self.dropped.fetch_add(u64::from(fields), Ordering::Relaxed);
    }
}

/// Whose cells they are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Labels {
    pub(crate) operation: String,
    pub(crate) component: String,
    pub(crate) front: &'static str,
}

/// Every counter since the start; what a reload takes away from the contract stays.
#[derive(Default)]
pub(crate) struct Registry(Mutex<BTreeMap<Labels, Arc<Cells>>>);

impl Registry {
    /// Finds the cells of an operation and front, or makes them.
    pub(crate) fn cells(&self, labels: Labels) -> Arc<Cells> {
        self.0.lock().expect("no holder of this lock can panic").entry(labels).or_default().clone()
    }

    /// Those that were used.
    fn all(&self) -> Vec<(Labels, Arc<Cells>)> {
        let cells = self.0.lock().expect("no holder of this lock can panic");
        cells
            .iter()
            .filter(|(_, cells)| cells.used())
            .map(|(labels, cells)| (labels.clone(), cells.clone()))
            .collect()
    }
}
