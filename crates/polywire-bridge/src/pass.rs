//! One call on its way through the policies to its component and back. Whatever happens, the way back is gone.

use std::sync::Arc;

use polywire_call::{
    Answer, BoxFuture, Call, Clock, Code, Exchange, Fault, Metadata, StandardError, Timer, Unrouted,
};
use polywire_wire::Form;

use crate::answer;
use crate::component::ComponentState;
use crate::metrics::{Cells, Ending, NO_OPERATION};
use crate::policy::{self, Flow, Notes, POLICIES, Passage, Policy};
use crate::snapshot::Snapshot;

/// A snapshot with all that lives longer than it.
pub(crate) struct Pass {
    pub(crate) snapshot: Arc<Snapshot>,
    /// By operation, then in the order of [`Snapshot::fronts`], with one more for any other front.
    pub(crate) cells: Vec<Vec<Arc<Cells>>>,
    /// The same for requests that no operation was found for.
    pub(crate) unrouted: Vec<Arc<Cells>>,
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
                StandardError::new(Code::Unavailable, "The contract was replaced while the call arrived.");
            let mut error = StandardError { retry_after_seconds: Some(1), ..error };
            error.metadata.set(policy::REQUEST_ID, policy::request_id(&exchange.metadata));
            exchange.answer = Some(Answer::Error(error));
            return Ok(());
        }
        let mut walk = Walk { policies, ran: 0, passage: self.passage(exchange), exchange };
        walk.inward().await;
        if walk.exchange.answer.is_none() {
            self.reach(&mut walk).await;
        }
        walk.outward();
        if let (Form::Document, Some(codes)) = (walk.exchange.origin.form, &walk.passage.operation.codes) {
            answer::narrow(codes, &mut walk.exchange.answer);
        }
        Ok(())
    }

    /// Calls the component.
    async fn reach(&self, walk: &mut Walk<'_>) {
        let end =
            walk.passage.operation.component.and_then(|at| self.snapshot.components[at].ends.call.as_ref());
        let Some(end) = end else {
            let message = format!("{} cannot be called.", walk.passage.component_subject());
            walk.exchange.answer = Some(Answer::Error(StandardError::new(Code::NotImplemented, message)));
            return;
        };
        let deadline = walk.exchange.deadline;
        let result = policy::within(end.call(walk.exchange), deadline, &*self.timer).await;
        if let Err(fault) = result {
            let error = answer::fault(&walk.passage.component_subject(), &fault);
            walk.exchange.answer = Some(Answer::Error(error));
            walk.passage.notes.fault = Some(fault);
        }
    }

    /// A place in the lists of cells.
    fn front(&self, link: &str) -> usize {
        let fronts = &self.snapshot.fronts;
        fronts.iter().position(|front| *front == link).unwrap_or(fronts.len())
    }

    /// Counts and logs a request that a listener answers by itself; gives what the answer carries.
    pub(crate) fn unrouted(&self, request: &Unrouted<'_>) -> Metadata {
        // Numbers of operations mean nothing in another contract.
        let known = request.operation.filter(|_| Arc::ptr_eq(request.contract, &self.snapshot.contract));
        let front = self.front(request.link);
        let cells = known.map_or(&self.unrouted[front], |known| &self.cells[known.0 as usize][front]);
        let elapsed = self.clock.now().saturating_duration_since(request.started);
        cells.begin();
        cells.end(request.code.map_or(Ending::Ok, Ending::Code), elapsed);
        let request_id = policy::request_id(&request.metadata);
        let (traceparent, _) = policy::trace_of(&request.metadata);
        let (trace_id, span_id) = policy::trace_ids(&traceparent);
        policy::log_line(&policy::Line {
            op: known.map_or(NO_OPERATION, |known| self.snapshot.contract.operation(known).id.as_str()),
            component: known
                .map_or("", |known| self.snapshot.operations[known.0 as usize].component_name.as_str()),
            front: request.link,
            code: request.code.map_or(Ending::Ok, Ending::Code).name(),
            status: request.status,
            elapsed,
            trace_id,
            span_id,
            request_id: &request_id,
            peer: request.peer,
            error: None,
            observed: None,
        });
        let mut metadata = Metadata::default();
        metadata.push(policy::REQUEST_ID, request_id);
        metadata
    }

    fn passage(&self, exchange: &Exchange) -> Passage<'_> {
        let at = exchange.operation.0 as usize;
        let operation = &self.snapshot.operations[at];
        let front = self.front(exchange.origin.link);
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

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::task::{Context, Poll, Waker};

    use polywire_call::{Caller, Input, ManualClock, Origin, Slots};
    use polywire_contract::{
        Contract, Effect, Interface, InterfaceId, Operation, OperationId, Record, Shape, Streaming,
    };
    use polywire_diag::{FileId, Span};

    use super::*;
    use crate::SettingsTable;

    /// Writes down when it runs; on the way in it does what it was made for.
    struct Probe(&'static str, fn() -> Flow, &'static Mutex<Vec<String>>);

    impl Policy for Probe {
        fn name(&self) -> &'static str {
            self.0
        }

        fn before(&self, _passage: &mut Passage<'_>, _exchange: &mut Exchange) -> Flow {
            self.2.lock().unwrap().push(format!("+{}", self.0));
            (self.1)()
        }

        fn after(&self, passage: &mut Passage<'_>, _exchange: &mut Exchange) {
            let gone = if passage.notes.gone { " gone" } else { "" };
            self.2.lock().unwrap().push(format!("-{}{gone}", self.0));
        }
    }

    fn pass() -> (Pass, Exchange) {
        let span = Span::new(FileId(0), 0, 0);
        let mut contract = Contract::default();
        let input = contract.add_anonymous(Shape::Record(Record::default()), span);
        let (name, component, doc) = (String::from("i"), String::new(), String::new());
        contract.interfaces.push(Interface { name, component, service: None, span, doc });
        contract.operations.push(Operation {
            id: "i.o".into(),
            name: "o".into(),
            interface: InterfaceId(0),
            input,
            outcomes: Vec::new(),
            streaming: Streaming::Unary,
            effect: Effect::Safe,
            http: Vec::new(),
            grpc: None,
            span,
            doc: String::new(),
            deprecated: false,
        });
        let contract = Arc::new(contract);
        let settings = SettingsTable::default();
        let snapshot = Snapshot::compile(contract.clone(), Vec::new(), &[], &settings, &mut Vec::new());
        let clock = Arc::new(ManualClock::default());
        let exchange = Exchange {
            contract,
            operation: OperationId(0),
            origin: Origin { link: "memory", form: Form::Document, binding: 0 },
            caller: Caller::default(),
            metadata: Metadata::default(),
            deadline: None,
            started: clock.now(),
            input: Input::default(),
            answer: None,
            slots: Slots::default(),
        };
        let (cells, unrouted) = (vec![vec![Arc::default()]], vec![Arc::default()]);
        let (snapshot, components, timer) = (Arc::new(snapshot), Vec::new(), clock.clone());
        let pass = Pass { snapshot, cells, unrouted, components, timer, clock };
        (pass, exchange)
    }

    /// Runs probes that do this on the way in; gives what ran, and whether the call came to its end.
    fn check(second: fn() -> Flow, expected: &[&str], ends: bool) {
        let ran: &'static Mutex<Vec<String>> = Box::leak(Box::default());
        let (pass, mut exchange) = pass();
        let probes =
            [Probe("a", || Flow::Next, ran), Probe("b", second, ran), Probe("c", || Flow::Next, ran)];
        let policies: Vec<&dyn Policy> = probes.iter().map(|probe| probe as &dyn Policy).collect();
        let mut future = Box::pin(pass.carry(&mut exchange, &policies));
        let polled = future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert_eq!(matches!(polled, Poll::Ready(Ok(()))), ends);
        drop(future);
        assert_eq!(*ran.lock().unwrap(), expected);
    }

    fn refusal() -> Flow {
        Flow::Answer(Answer::Error(StandardError::new(Code::Forbidden, "no")))
    }

    #[test]
    fn hooks_run_in_order_and_back() {
        check(|| Flow::Next, &["+a", "+b", "+c", "-c", "-b", "-a"], true);
        check(|| Flow::Wait(Box::pin(async { Flow::Next })), &["+a", "+b", "+c", "-c", "-b", "-a"], true);
    }

    #[test]
    fn who_answers_is_passed_on_the_way_back_and_those_below_are_not() {
        check(refusal, &["+a", "+b", "-b", "-a"], true);
        check(|| Flow::Wait(Box::pin(async { refusal() })), &["+a", "+b", "-b", "-a"], true);
    }

    #[test]
    fn a_call_that_is_dropped_goes_back_all_the_same() {
        check(|| Flow::Wait(Box::pin(std::future::pending())), &["+a", "+b", "-b gone", "-a gone"], false);
    }
}
