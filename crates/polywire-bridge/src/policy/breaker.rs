//! `breaker`: a component that fails gets a rest, and its callers an answer at once.

use std::time::Duration;

use polywire_call::{Answer, Code, Exchange, Fault, FaultKind, Side, StandardError};

use super::{Flow, Passage, Policy};
use crate::component::Verdict;
use crate::{BreakerState, Liveness, Settings};

/// Answers for a component that is down or whose breaker is open; takes note of how calls end.
pub(super) struct Breaker;

impl Policy for Breaker {
    fn name(&self) -> &'static str {
        "breaker"
    }

    fn before(&self, passage: &mut Passage<'_>, _exchange: &mut Exchange) -> Flow {
        let Some(component) = passage.component else {
            return unavailable("No component provides this operation.".into(), Duration::from_secs(1));
        };
        if component.liveness() == Liveness::Down {
            return unavailable(
                format!("{} is not running.", passage.component_subject()),
                Duration::from_secs(1),
            );
        }
        let Some(settings) = &passage.operation.settings.breaker else { return Flow::Next };
        match component.breaker.admit(passage.now(), settings) {
            Ok(ticket) => {
                passage.notes.ticket = Some(ticket);
                Flow::Next
            }
            Err(wait) => {
                let message = format!(
                    "{} has failed too often, and is not called for a while.",
                    passage.component_subject()
                );
                unavailable(message, wait)
            }
        }
    }

    fn after(&self, passage: &mut Passage<'_>, exchange: &mut Exchange) {
        let (Some(component), Some(settings)) = (passage.component, &passage.operation.settings.breaker)
        else {
            return;
        };
        let Some(ticket) = passage.notes.ticket.take() else { return };
        let verdict = verdict(passage, exchange.answer.as_ref());
        let change = component.breaker.settle(ticket, verdict, passage.now(), settings);
        let component = component.name();
        match change {
            Some(BreakerState::Open) => tracing::warn!(component, "Opened the breaker"),
            Some(BreakerState::Closed) => tracing::info!(component, "Closed the breaker"),
            _ => {}
        }
    }

    fn settings(&self, settings: &Settings) -> String {
        settings.breaker.as_ref().map_or("off".into(), |breaker| {
            format!(
                "opens for {:?} when {}% of at least {} calls in {:?} fail",
                breaker.reset,
                breaker.failures_ratio * 100.0,
                breaker.requests_min,
                breaker.window
            )
        })
    }
}

fn unavailable(message: String, wait: Duration) -> Flow {
    let seconds = wait.as_millis().div_ceil(1000).clamp(1, 3600) as u32;
    let error = StandardError::new(Code::Unavailable, message);
    Flow::Answer(Answer::Error(StandardError { retry_after_seconds: Some(seconds), ..error }))
}

/// What the end of a call says about the component: only what is its own doing counts, and nothing that a caller
/// could bring about to close the way for others.
fn verdict(passage: &Passage<'_>, answer: Option<&Answer>) -> Verdict {
    match (&passage.notes.fault, answer) {
        _ if passage.notes.gone => Verdict::Neutral,
        (Some(fault), _) => fault_verdict(fault, passage.notes.deadline_of_caller),
        (None, Some(Answer::Document { status, .. })) if *status >= 500 && *status != 501 => Verdict::Failure,
        // DEADLINE_EXCEEDED may be the caller's own deadline, passed on.
        (None, Some(Answer::Failure(failure))) if failure.code == 4 && passage.notes.deadline_of_caller => {
            Verdict::Neutral
        }
        (None, Some(Answer::Failure(failure))) if matches!(failure.code, 2 | 4 | 13 | 14 | 15) => {
            Verdict::Failure
        }
        (None, Some(Answer::Error(_)) | None) => Verdict::Neutral,
        (None, Some(_)) => Verdict::Success,
    }
}

fn fault_verdict(fault: &Fault, deadline_of_caller: bool) -> Verdict {
    match fault.kind {
        _ if fault.side != Side::Peer => Verdict::Neutral,
        FaultKind::Timeout if deadline_of_caller => Verdict::Neutral,
        // How large an answer is depends on what was asked for.
        FaultKind::TooLarge | FaultKind::Unsupported | FaultKind::Cancelled => Verdict::Neutral,
        _ => Verdict::Failure,
    }
}
