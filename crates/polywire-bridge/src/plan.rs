//! Runs plans on exchanges with buffers that a thread keeps. Knows nothing of policies.

use std::cell::RefCell;
use std::time::SystemTime;

use bytes::Bytes;
use polywire_call::{Body, Clock, Exchange, Metadata, SystemClock};
use polywire_contract::BodyBinding;
use polywire_wire::{Form, Output, Passed, Plans, Refusal, Scratch};

use crate::snapshot::{Snapshot, Way};

/// A buffer that grew beyond this is not kept.
const KEPT_BYTES_MAX: usize = 1 << 20;

#[derive(Default)]
struct Work {
    output: Output,
    scratch: Scratch,
}

thread_local! {
    static WORK: RefCell<Work> = RefCell::default();
}

/// What a plan reports beside its result.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// Rules that were broken and only observed.
    pub(crate) observed: Option<Refusal>,
    /// Fields that the target has no place for.
    pub(crate) dropped: u32,
}

/// Lends the thread's buffers for the time of one plan.
fn work<T>(plans: &Plans, use_them: impl FnOnce(&mut Output, &mut Scratch) -> T) -> T {
    WORK.with_borrow_mut(|work| {
        if plans.needs_now() {
            let now = SystemClock.wall().duration_since(SystemTime::UNIX_EPOCH);
            work.scratch.set_now(now.map_or(0, |now| now.as_nanos() as i128));
        }
        let result = use_them(&mut work.output, &mut work.scratch);
        if work.output.body.capacity() > KEPT_BYTES_MAX {
            work.output.body = Vec::new();
        }
        result
    })
}

fn report(output: &mut Output) -> Report {
    Report { observed: output.observed.take(), dropped: output.dropped }
}

/// Brings the input of an exchange into the form that its component's link needs.
pub(crate) fn request(snapshot: &Snapshot, way: Way, exchange: &mut Exchange) -> Result<Report, Refusal> {
    work(&snapshot.plans, |output, scratch| {
        let input = &mut exchange.input;
        let body = match &input.body {
            Body::None => None,
            Body::Message(bytes) => Some(bytes.as_ref()),
        };
        if let Passed::Written = snapshot.plans.request(way.plan, &input.params, body, output, scratch)? {
            std::mem::swap(&mut input.params, &mut output.params);
            input.target = None;
            let bytes = Bytes::copy_from_slice(&output.body);
            (input.body, input.media) = match way.to.0 {
                Form::Message => (Body::Message(bytes), None),
                Form::Document if without_body(snapshot, exchange.operation, way) => (Body::None, None),
                Form::Document if bytes.is_empty() => (Body::None, None),
                Form::Document => (Body::Message(bytes), Some(media(snapshot, exchange.operation, way))),
            };
        }
        Ok(report(output))
    })
}

/// The first JSON type that the contract lists.
fn media(snapshot: &Snapshot, operation: polywire_contract::OperationId, way: Way) -> String {
    let contract = &snapshot.contract;
    let notes = contract.openapi.bodies.get(&(contract.operation(operation).input, way.to.1 as u32));
    let listed = notes.and_then(|notes| notes.media.iter().find(|name| !name.contains('*')));
    listed.map_or("application/json", String::as_str).to_string()
}

fn without_body(snapshot: &Snapshot, operation: polywire_contract::OperationId, way: Way) -> bool {
    let bindings = &snapshot.contract.operation(operation).http;
    bindings.get(way.to.1).is_some_and(|binding| binding.body == BodyBinding::None)
}

/// Checks the header fields of an outcome.
pub(crate) fn headers(
    plans: &Plans,
    way: Way,
    outcome: usize,
    metadata: &Metadata,
) -> Result<Report, Refusal> {
    if !plans.reads_headers(way.plan, outcome) {
        return Ok(Report::default());
    }
    work(plans, |output, scratch| {
        plans.headers(way.plan, outcome, || metadata.iter(), output, scratch)?;
        Ok(report(output))
    })
}

/// Brings the body of an outcome into the caller's form; `None` is the body as it is.
pub(crate) fn outcome(
    plans: &Plans,
    way: Way,
    (outcome, media): (usize, usize),
    body: &[u8],
) -> Result<(Option<Bytes>, Report), Refusal> {
    work(plans, |output, scratch| {
        let passed = plans.outcome(way.plan, outcome, media, body, output, scratch)?;
        let written = matches!(passed, Passed::Written).then(|| Bytes::copy_from_slice(&output.body));
        Ok((written, report(output)))
    })
}
