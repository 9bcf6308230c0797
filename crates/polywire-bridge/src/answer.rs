//! Brings a component's answer into its caller's form. What no contract declares becomes a standard error; what a
//! component says that the contract does not know never reaches a caller.

mod closed;
mod document;
mod fault;
mod message;

use polywire_call::{Answer, Code, Exchange, StandardError, from_grpc, from_http};
use polywire_wire::{Form, Refusal};

use crate::ResponseCheck;
use crate::metrics::{Breach, Ending};
use crate::plan::Report;
use crate::policy::Passage;

pub(crate) use closed::{codes, narrow};
pub(crate) use fault::standard as fault;

/// Longest message that a component may give its callers, in bytes.
const MESSAGE_BYTES_MAX: usize = 1024;

/// Replaces the component's answer by what the caller gets.
pub(crate) fn cross(passage: &mut Passage<'_>, exchange: &mut Exchange) {
    if passage.notes.gone {
        return;
    }
    let Some(way) = passage.way else { return };
    exchange.answer = Some(match (way.to.0, exchange.answer.take()) {
        (_, Some(Answer::Error(error))) => Answer::Error(error),
        (Form::Document, Some(Answer::Document { status, media, metadata, body })) => {
            document::cross(passage, exchange, document::Parts { status, media, metadata, body })
        }
        (Form::Message, Some(Answer::Message { metadata, body })) => {
            message::cross(passage, exchange, metadata, body)
        }
        (Form::Message, Some(Answer::Failure(failure))) => message::failed(passage, exchange, failure),
        _ => broken(passage, "the link gave no answer of its form".into()),
    });
}

/// The answer in place of one that breaks its contract; the reason is for the log.
fn broken(passage: &mut Passage<'_>, reason: String) -> Answer {
    passage.cells.breach(Breach::ResponseRefused);
    passage.notes.answer_broken = Some(reason);
    let message = format!("The answer of {} breaks its contract.", passage.component_named());
    Answer::Error(StandardError::new(Code::BadUpstream, message))
}

/// Takes note of what a plan reports about an answer that passes.
fn noted(passage: &mut Passage<'_>, report: &Report) {
    passage.cells.dropped(report.dropped);
    if let Some(refusal) = &report.observed
        && passage.settings().validate_response != ResponseCheck::Off
    {
        tolerated(passage, rules(refusal));
    }
}

/// Takes note of an answer that breaks its contract and passes all the same.
fn tolerated(passage: &mut Passage<'_>, reason: String) {
    passage.cells.breach(Breach::ResponseLogged);
    passage.notes.answer_broken = Some(reason);
}

/// The broken rules and their places, for the log.
pub(crate) fn rules(refusal: &Refusal) -> String {
    let mut text = String::new();
    for violation in refusal.violations.iter().take(8) {
        let separator = if text.is_empty() { "" } else { ", " };
        text.push_str(&format!("{separator}{} at {:?}", violation.rule, violation.path));
    }
    text
}

/// How a call ended, for the metrics; no answer is a caller that has gone.
pub(crate) fn ending(answer: Option<&Answer>) -> Ending {
    match answer {
        None => Ending::Cancelled,
        Some(Answer::Error(error)) => Ending::Code(error.code),
        Some(Answer::Message { .. }) => Ending::Ok,
        Some(Answer::Document { status, .. }) if *status < 400 => Ending::Ok,
        Some(Answer::Document { status, .. }) => Ending::Code(from_http(*status)),
        Some(Answer::Failure(failure)) => {
            let own = failure.reason.as_deref().and_then(Code::parse);
            Ending::Code(own.unwrap_or(from_grpc(failure.code).0))
        }
    }
}

/// The status as HTTP has it, for the log; 499 is a caller that has gone.
pub(crate) fn status(answer: Option<&Answer>) -> u16 {
    match answer {
        None => 499,
        Some(Answer::Error(error)) => error.http(),
        Some(Answer::Message { .. }) => 200,
        Some(Answer::Document { status, .. }) => *status,
        Some(Answer::Failure(failure)) => match failure.reason.as_deref().and_then(Code::parse) {
            Some(code) => code.http(),
            None => from_grpc(failure.code).1,
        },
    }
}

/// Cuts a text of a component to what is passed on.
fn cut(text: &str, bytes_max: usize) -> &str {
    let mut end = bytes_max.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Whether a media type is one that a contract lists: itself, `text/*` or `*/*`.
pub(crate) fn in_range(media: &str, range: &str) -> bool {
    let media = essence(media);
    let range = essence(range);
    match range.strip_suffix("/*") {
        Some("*") => true,
        Some(kind) => media.split_once('/').is_some_and(|(own, _)| own.eq_ignore_ascii_case(kind)),
        None => media.eq_ignore_ascii_case(range),
    }
}

/// A media type without its parameters.
fn essence(media: &str) -> &str {
    media.split(';').next().unwrap_or("").trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_types_are_compared_without_parameters_and_case() {
        assert!(in_range("Application/JSON; charset=utf-8", "application/json"));
        assert!(in_range("image/png", "image/*"));
        assert!(in_range("image/png", "*/*"));
        assert!(!in_range("text/html", "application/json"));
        assert!(!in_range("imagex/png", "image/*"));
    }
}
