//! `log`: one line for each call. Never a body, a token, or anything of the URL.

use polywire_call::{Exchange, Side};

use super::request_id::REQUEST_ID;
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
        let op = passage.snapshot.contract.operation(exchange.operation).id.as_str();
        let component = passage.operation.component_name.as_str();
        let code = answer::ending(exchange.answer.as_ref()).name();
        let status = answer::status(exchange.answer.as_ref());
        let elapsed_ms = passage.elapsed(exchange).as_micros() as f64 / 1e3;
        let (trace_id, span_id) = trace::ids(exchange);
        let request_id = exchange.metadata.get(REQUEST_ID).unwrap_or("");
        let (front, peer) = (exchange.origin.link, exchange.caller.peer.as_str());
        let error = match (&passage.notes.fault, &passage.notes.answer_broken) {
            (Some(fault), _) if fault.side != Side::Caller => Some(chain(fault)),
            (_, Some(broken)) => Some(broken.clone()),
            _ => None,
        };
        let observed = passage.notes.request.observed.as_ref().map(answer::rules);
        let observed = observed.as_deref();
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
