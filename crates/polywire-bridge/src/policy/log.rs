//! `log`: one line for each call. Never a body, a token, or anything of the URL.

use std::time::Duration;

use polywire_call::{Exchange, Side};

use super::request_id::REQUEST_ID;
use super::trace::TRACEPARENT;
use super::{Flow, Passage, Policy, trace};
use crate::answer;

/// Writes a line when the call has ended: a warning where the component is to blame.
pub(super) struct Log;

impl Policy for Log {
    fn name(&self) -> &'static str {
        "log"
    }

    fn before(&self, _passage: &mut Passage<'_>, _exchange: &mut Exchange) -> Flow {
        Flow::Next
    }

    fn after(&self, passage: &mut Passage<'_>, exchange: &mut Exchange) {
        let (trace_id, span_id) = trace::ids(exchange.metadata.get(TRACEPARENT).unwrap_or(""));
        let error = match (&passage.notes.fault, &passage.notes.answer_broken) {
            (Some(fault), _) if fault.side != Side::Caller => Some(chain(fault)),
            (_, Some(broken)) => Some(broken.clone()),
            _ => None,
        };
        let observed = passage.notes.request.observed.as_ref().map(answer::rules);
        write(&Line {
            op: passage.snapshot.contract.operation(exchange.operation).id.as_str(),
            component: passage.operation.component_name.as_str(),
            front: exchange.origin.link,
            code: answer::ending(exchange.answer.as_ref()).name(),
            status: answer::status(exchange.answer.as_ref()),
            elapsed: passage.elapsed(exchange),
            trace_id,
            span_id,
            request_id: exchange.metadata.get(REQUEST_ID).unwrap_or(""),
            peer: &exchange.caller.peer,
            error: error.as_deref(),
            observed: observed.as_deref(),
        });
    }
}

/// What is said of one request.
pub(crate) struct Line<'a> {
    pub(crate) op: &'a str,
    pub(crate) component: &'a str,
    pub(crate) front: &'static str,
    pub(crate) code: &'static str,
    pub(crate) status: u16,
    pub(crate) elapsed: Duration,
    pub(crate) trace_id: &'a str,
    pub(crate) span_id: &'a str,
    pub(crate) request_id: &'a str,
    pub(crate) peer: &'a str,
    /// What was wrong with the component.
    pub(crate) error: Option<&'a str>,
    /// Rules that the request broke.
    pub(crate) observed: Option<&'a str>,
}

/// Writes the line.
pub(crate) fn write(line: &Line<'_>) {
    let Line {
        op, component, front, code, status, trace_id, span_id, request_id, peer, error, observed, ..
    } = *line;
    let elapsed_ms = line.elapsed.as_micros() as f64 / 1e3;
    if let Some(error) = error {
        tracing::warn!(
            op,
            code,
            status,
            elapsed_ms,
            trace_id,
            span_id,
            request_id,
            front,
            peer,
            component,
            error,
            observed,
            "Answered a call whose component failed"
        );
    } else {
        tracing::info!(
            op,
            code,
            status,
            elapsed_ms,
            trace_id,
            span_id,
            request_id,
            front,
            peer,
            component,
            observed,
            "Answered a call"
        );
    }
}

/// A fault with its causes.
fn chain(fault: &dyn std::error::Error) -> String {
    let mut text = fault.to_string();
    let mut cause = fault.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
