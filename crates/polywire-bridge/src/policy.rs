//! The policies that every call passes, in one table. A policy belongs to operations, so that no front is a way around it.

mod breaker;
mod limits;
mod log;
mod metrics;
mod request_id;
mod timeout;
mod trace;
mod validation;

use std::time::{Duration, Instant};

use polywire_call::{Answer, BoxFuture, Clock, Exchange, Fault};

use crate::Settings;
use crate::component::{ComponentState, Ticket};
use crate::metrics::Cells;
use crate::plan::Report;
use crate::snapshot::{OperationEntry, Snapshot, Way};

pub(crate) use log::{Line, write as log_line};
pub(crate) use request_id::{REQUEST_ID, own as request_id};
pub(crate) use timeout::within;
pub(crate) use trace::{continued as trace_of, ids as trace_ids};

/// Every policy, outermost first: `before` runs from the top down, `after` from the bottom up.
pub const POLICIES: &[&dyn Policy] = &[
    // All that follow name the request in what they log and answer.
    &request_id::RequestId,
    // Like the request id; and refusals belong to the trace, too.
    &trace::Trace,
    // Counts every call, also those that a later row refuses.
    &metrics::Metrics,
    // Sees the answer as the caller gets it, and what the rows below say about it.
    &log::Log,
    // Cheap refusals come before any work is done on the message.
    &limits::Limits,
    // The clock runs from here: the plan's work counts as well, and so does whatever may wait below.
    &timeout::Timeout,
    // The plan runs: what is below sees the component's form, and only requests that keep the contract.
    &validation::Validation,
    // Innermost: it sees the component's own answers, and a request that was refused above never costs a trial.
    &breaker::Breaker,
];

/// How a call goes on.
pub enum Flow {
    /// With the next policy.
    Next,
    /// Not: this is the answer.
    Answer(Answer),
    /// When this is known.
    Wait(BoxFuture<'static, Flow>),
}

/// Two hooks on the way of a call.
pub trait Policy: Sync {
    /// File stem, key, page of the manual.
    fn name(&self) -> &'static str;

    /// Runs on the way in; may answer instead of those below.
    fn before(&self, passage: &mut Passage<'_>, exchange: &mut Exchange) -> Flow;

    /// Runs once on the way out if `before` ran, also when it answered and when the caller has gone. Never waits.
    fn after(&self, passage: &mut Passage<'_>, exchange: &mut Exchange);

    /// What it is set to, for people; nothing where there is nothing to set.
    fn settings(&self, _settings: &Settings) -> String {
        String::new()
    }
}

/// Where a call is passing, and what the policies tell each other about it.
pub struct Passage<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) operation: &'a OperationEntry,
    pub(crate) component: Option<&'a ComponentState>,
    pub(crate) way: Option<Way>,
    pub(crate) cells: &'a Cells,
    pub(crate) clock: &'a dyn Clock,
    pub(crate) notes: Notes,
}

/// What the policies tell each other about one call.
#[derive(Default)]
pub(crate) struct Notes {
    /// The caller went away before there was an answer.
    pub(crate) gone: bool,
    /// Why the link brought no answer.
    pub(crate) fault: Option<Fault>,
    /// What was found wrong with the component's answer, for the log.
    pub(crate) answer_broken: Option<String>,
    /// Rules that a request broke and that were only observed.
    pub(crate) request: Report,
    /// A place at the component is taken.
    pub(crate) entered: bool,
    /// The deadline is the caller's own: that it passed says nothing about the component.
    pub(crate) deadline_of_caller: bool,
    /// The breaker let the call pass.
    pub(crate) ticket: Option<Ticket>,
}

impl Passage<'_> {
    pub(crate) fn settings(&self) -> &Settings {
        &self.operation.settings
    }

    /// What callers know the component by, inside of a sentence.
    pub(crate) fn component_named(&self) -> String {
        match self.operation.component_name.as_str() {
            "" => "the component".into(),
            name => format!("the component `{name}`"),
        }
    }

    /// The same at the beginning of a sentence.
    pub(crate) fn component_subject(&self) -> String {
        self.component_named().replacen('t', "T", 1)
    }

    pub(crate) fn now(&self) -> Instant {
        self.clock.now()
    }

    pub(crate) fn elapsed(&self, exchange: &Exchange) -> Duration {
        self.now().saturating_duration_since(exchange.started)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_a_row_and_every_row_a_file() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/policy");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|file| file.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
            .collect();
        let mut rows: Vec<&str> = POLICIES.iter().map(|policy| policy.name()).collect();
        files.sort();
        rows.sort_unstable();
        assert_eq!(files, rows);
    }
}
