//! `metrics`: counts calls by operation, component, front and code, and how long they took.

use polywire_call::Exchange;

use super::{Flow, Passage, Policy};
use crate::answer;

/// Counts every call once.
pub(super) struct Metrics;

impl Policy for Metrics {
    fn name(&self) -> &'static str {
        "metrics"
    }

    fn before(&self, passage: &mut Passage<'_>, _exchange: &mut Exchange) -> Flow {
        passage.cells.begin();
        Flow::Next
    }

    fn after(&self, passage: &mut Passage<'_>, exchange: &mut Exchange) {
        passage.cells.end(answer::ending(exchange.answer.as_ref()), passage.elapsed(exchange));
    }
}
