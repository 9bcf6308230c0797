//! One call on its way through the policies to its component and back. Whatever happens, the way back is gone.

use std::sync::Arc;

use polywire_call::{Answer, BoxFuture, Call, Clock, Code, Exchange, Fault, StandardError, Timer};

use crate::answer;
use crate::component::ComponentState;
use crate::metrics::Cells;
use crate::policy::{self, Flow, Notes, POLICIES, Passage, Policy};
use crate::snapshot::Snapshot;

/// A snapshot with all that lives longer than it.
pub(crate) struct Pass {
    pub(crate) snapshot: Arc<Snapshot>,
    /// By operation, then in the order of [`Snapshot::fronts`], with one more for any other front.
    pub(crate) cells: Vec<Vec<Arc<Cells>>>,
    /// In the order of [`Snapshot::components`].
    pub(crate) components: Vec<Arc<ComponentState>>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) timer: Arc<dyn Timer>,
}

impl Call for Pass {
    fn call<'a>(&'a self, exchange: &'a mut Exchange) -> BoxFuture<'a, Result<(), Fault>> {
        Box::pin(self.carry(exchange, POLICIES))
    }
}

impl Pass {
    async fn carry(&self, exchange: &mut Exchange, policies: &[&dyn Policy]) -> Result<(), Fault> {
        if !Arc::ptr_eq(&exchange.contract, &self.snapshot.contract) {
            // Numbers of operations mean nothing in another contract.
            let error =
                StandardError::new(Code::Unavailable, "the contract was replaced while the call arrived");
            exchange.answer = Some(Answer::Error(StandardError { retry_after_seconds: Some(1), ..error }));
            return Ok(());
        }
        let mut walk = Walk { policies, ran: 0, passage: self.passage(exchange), exchange };
        walk.inward().await;
        if walk.exchange.answer.is_none() {
            self.reach(&mut walk).await;
        }
        walk.outward();
        Ok(())
    }

    /// Calls the component.
    async fn reach(&self, walk: &mut Walk<'_>) {
        let end =
            walk.passage.operation.component.and_then(|at| self.snapshot.components[at].ends.call.as_ref());
        let Some(end) = end else {
            let message = format!("`{}` cannot be called", walk.passage.component_name());
            walk.exchange.answer = Some(Answer::Error(StandardError::new(Code::NotImplemented, message)));
            return;
        };
        let deadline = walk.exchange.deadline;
        let result = policy::within(end.call(walk.exchange), deadline, &*self.timer).await;
        if let Err(fault) = result {
            let error = answer::fault(walk.passage.component_name(), &fault);
            walk.exchange.answer = Some(Answer::Error(error));
            walk.passage.notes.fault = Some(fault);
        }
    }

    fn passage(&self, exchange: &Exchange) -> Passage<'_> {
        let at = exchange.operation.0 as usize;
        let operation = &self.snapshot.operations[at];
        let fronts = &self.snapshot.fronts;
        let front = fronts.iter().position(|front| *front == exchange.origin.link).unwrap_or(fronts.len());
        Passage {
            snapshot: &self.snapshot,
            operation,
            component: operation.component.map(|at| &*self.components[at]),
            way: operation.way(exchange.origin),
            cells: &self.cells[at][front],
            clock: &*self.clock,
            notes: Notes::default(),
        }
    }
}

/// A walk through the policies. When it is dropped on the way, the caller has gone, and the way back is gone all the same.
struct Walk<'a> {
    policies: &'a [&'a dyn Policy],
    /// How many `before` hooks ran whose `after` did not.
    ran: usize,
    passage: Passage<'a>,
    exchange: &'a mut Exchange,
}

impl Walk<'_> {
    /// Runs `before` hooks until one answers.
    async fn inward(&mut self) {
        for policy in self.policies {
            self.ran += 1;
            let mut flow = policy.before(&mut self.passage, self.exchange);
            while let Flow::Wait(wait) = flow {
                flow = wait.await;
            }
            if let Flow::Answer(answer) = flow {
                self.exchange.answer = Some(answer);
                return;
            }
        }
    }

    /// Runs the `after` hooks of those whose `before` ran.
    fn outward(&mut self) {
        while self.ran > 0 {
            self.ran -= 1;
            self.policies[self.ran].after(&mut self.passage, self.exchange);
        }
    }
}

impl Drop for Walk<'_> {
    fn drop(&mut self) {
        if self.ran > 0 {
            self.passage.notes.gone = true;
            self.exchange.answer = None;
            self.outward();
        }
    }
}
