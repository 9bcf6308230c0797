//! Answers of components that speak in messages: a response message, or a status with details.

use bytes::Bytes;
use polywire_call::{
    Answer, Body, Code, Exchange, Failure, Metadata, StandardError, from_grpc, retry_after_seconds,
    violations,
};
use polywire_contract::{Contract, GrpcOutcome, Operation, Status};
use polywire_wire::Form;

use super::{MESSAGE_BYTES_MAX, broken, cut, noted, rules, tolerated};
use crate::ResponseCheck;
use crate::plan;
use crate::policy::Passage;

/// The caller's answer for a response message.
pub(super) fn cross(
    passage: &mut Passage<'_>,
    exchange: &Exchange,
    metadata: Metadata,
    body: Bytes,
) -> Answer {
    let contract = passage.snapshot.contract.clone();
    let operation = contract.operation(exchange.operation);
    let check = passage.settings().validate_response;
    let to_message = exchange.origin.form == Form::Message;
    if to_message && check == ResponseCheck::Off {
        return Answer::Message { metadata, body };
    }
    let way =
        passage.way.expect("an answer is brought to its caller only where there was a way to the component");
    // Which outcome a message is, it says itself where there are several.
    let said = passage.snapshot.plans.outcome_of(way.plan, &body);
    let Some(at) = said.or_else(|| operation.outcomes.iter().position(|outcome| outcome.ok)) else {
        return broken(passage, "the contract declares no success".into());
    };
    let written = match plan::outcome(&passage.snapshot.plans, way, (at, 0), &body) {
        Ok((written, report)) => {
            noted(passage, &report);
            written
        }
        Err(refusal) if to_message && check == ResponseCheck::Log => {
            tolerated(passage, rules(&refusal));
            None
        }
        Err(refusal) => return broken(passage, rules(&refusal)),
    };
    if to_message {
        return Answer::Message { metadata, body: written.unwrap_or(body) };
    }
    document(operation, at, None, metadata, written.unwrap_or_default())
}

/// An outcome with the status that it has in documents; `fallback` where it has none of its own.
fn document(
    operation: &Operation,
    at: usize,
    fallback: Option<u16>,
    metadata: Metadata,
    body: Bytes,
) -> Answer {
    let outcome = &operation.outcomes[at];
    let in_range = fallback.filter(|status| outcome.status.matches(*status) > 0);
    let status = match outcome.status {
        Status::Exact(status) => status,
        Status::Range(hundred) => in_range.unwrap_or(u16::from(hundred) * 100),
        Status::Default => in_range.unwrap_or(if outcome.ok { 200 } else { 500 }),
    };
    if body.is_empty() {
        return Answer::Document { status, media: None, metadata, body: Body::None };
    }
    let media = outcome.body().map(|media| media.name.as_str()).filter(|name| !name.contains('*'));
    let media = media.unwrap_or("application/json");
    Answer::Document { status, media: Some(media.to_owned()), metadata, body: Body::Message(body) }
}

/// The caller's answer for a status: unchanged for those who speak in messages, else the declared error that one of its
/// details is, else a standard error.
pub(super) fn failed(passage: &mut Passage<'_>, exchange: &Exchange, failure: Failure) -> Answer {
    if exchange.origin.form == Form::Message {
        return Answer::Failure(failure);
    }
    let contract = passage.snapshot.contract.clone();
    let operation = contract.operation(exchange.operation);
    let way =
        passage.way.expect("an answer is brought to its caller only where there was a way to the component");
    let error = standard(passage, &failure);
    for detail in &failure.details {
        let name = detail.type_url.rsplit('/').next().unwrap_or("");
        // Several outcomes may have the same body: the one whose status fits best is meant.
        let named = (0..operation.outcomes.len())
            .filter(|at| !operation.outcomes[*at].ok && detail_name(&contract, operation, *at) == Some(name));
        let Some(at) = named.rev().max_by_key(|at| operation.outcomes[*at].status.matches(error.http()))
        else {
            continue;
        };
        match plan::outcome(&passage.snapshot.plans, way, (at, 0), &detail.value) {
            Ok((written, report)) => {
                noted(passage, &report);
                let body = written.unwrap_or_default();
                return document(operation, at, Some(error.http()), failure.metadata, body);
            }
            Err(refusal) => tolerated(passage, rules(&refusal)),
        }
    }
    Answer::Error(error)
}

/// Finds the full name of the message that an error outcome's body is as a detail.
pub(super) fn detail_name<'a>(
    contract: &'a Contract,
    operation: &Operation,
    outcome: usize,
) -> Option<&'a str> {
    match operation.grpc.as_ref()?.outcomes.get(outcome)? {
        GrpcOutcome::Detail(Some(ty)) => {
            contract.protobuf.messages.get(ty).map(|message| message.full_name.as_str())
        }
        _ => None,
    }
}

/// A standard error for a status that no contract declares.
fn standard(passage: &Passage<'_>, failure: &Failure) -> StandardError {
    let (code, status) = match failure.reason.as_deref().and_then(Code::parse) {
        Some(code) => (code, None),
        None => {
            let (code, status) = from_grpc(failure.code);
            (code, Some(status).filter(|status| *status != code.http()))
        }
    };
    // What servers send by themselves for an exception of theirs is not meant for people outside.
    let internal = matches!(failure.code, 2 | 13 | 15) || failure.message.trim().is_empty();
    let message = match internal {
        true => format!("{} failed with gRPC status {}.", passage.component_subject(), failure.code),
        false => cut(&failure.message, MESSAGE_BYTES_MAX).to_owned(),
    };
    let wait = retry_after_seconds(&failure.details);
    StandardError {
        status,
        violations: violations(&failure.details),
        retry_after_seconds: wait.or(matches!(code, Code::Unavailable | Code::RateLimited).then_some(1)),
        ..StandardError::new(code, message)
    }
}
