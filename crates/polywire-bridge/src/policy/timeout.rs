//! `timeout`: how long a call may take. This row sets the deadline; it is passed on, and the call to the link is wrapped
//! in [`within`].

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

use polywire_call::{Answer, BoxFuture, Code, Exchange, Fault, FaultKind, StandardError, Timer};

use super::{Flow, Passage, Policy};
use crate::Settings;

/// Brings the deadline forward to the operation's own.
pub(super) struct Timeout;

impl Policy for Timeout {
    fn name(&self) -> &'static str {
        "timeout"
    }

    fn before(&self, passage: &mut Passage<'_>, exchange: &mut Exchange) -> Flow {
        let now = passage.now();
        let own = now + passage.settings().timeout;
        let deadline = exchange.deadline.filter(|deadline| *deadline < own);
        passage.notes.deadline_of_caller = deadline.is_some();
        exchange.deadline = Some(deadline.unwrap_or(own));
        if deadline.is_some_and(|deadline| deadline <= now) {
            let error =
                StandardError::new(Code::Timeout, "The deadline of the call had passed when it arrived.");
            return Flow::Answer(Answer::Error(error));
        }
        Flow::Next
    }

    fn after(&self, _passage: &mut Passage<'_>, _exchange: &mut Exchange) {}

    fn settings(&self, settings: &Settings) -> String {
        format!("{:?}, or the caller's deadline where that is sooner", settings.timeout)
    }
}

/// Ends a call to a link when its deadline passes; what was on its way is given up.
pub(crate) fn within<'a>(
    call: BoxFuture<'a, Result<(), Fault>>,
    deadline: Option<Instant>,
    timer: &'a dyn Timer,
) -> impl Future<Output = Result<(), Fault>> + Send + use<'a> {
    Within { call, deadline, timer, waiting: None }
}

struct Within<'a> {
    call: BoxFuture<'a, Result<(), Fault>>,
    deadline: Option<Instant>,
    timer: &'a dyn Timer,
    /// Begun when there is something to wait for.
    waiting: Option<BoxFuture<'static, ()>>,
}

impl Future for Within<'_> {
    type Output = Result<(), Fault>;

    fn poll(mut self: Pin<&mut Self>, ctx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        if let Poll::Ready(result) = this.call.as_mut().poll(ctx) {
            return Poll::Ready(result);
        }
        let Some(deadline) = this.deadline else { return Poll::Pending };
        let waiting = this.waiting.get_or_insert_with(|| this.timer.until(deadline));
        waiting.as_mut().poll(ctx).map(|()| Err(Fault::peer(FaultKind::Timeout, "no answer in time")))
    }
}
