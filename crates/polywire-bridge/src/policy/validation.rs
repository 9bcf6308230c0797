//! `validation`: where the plan runs. The request becomes what the component's link needs, the answer what the caller
//! needs; both are checked against the contract in the same pass.

use polywire_call::{Answer, Body, Code, Exchange, StandardError};
use polywire_contract::{BodyBinding, HttpBinding};
use polywire_wire::{Form, Refusal};

use super::{Flow, Passage, Policy};
use crate::metrics::Breach;
use crate::{Settings, answer, plan};

/// Runs the plan in both directions.
pub(super) struct Validation;

impl Policy for Validation {
    fn name(&self) -> &'static str {
        "validation"
    }

    fn before(&self, passage: &mut Passage<'_>, exchange: &mut Exchange) -> Flow {
        // Without a component there is nothing to compile for; the breaker answers.
        if passage.component.is_none() {
            return Flow::Next;
        }
        let Some(way) = passage.way else {
            let message = "This operation cannot be called in this way.";
            return Flow::Answer(Answer::Error(StandardError::new(Code::NotImplemented, message)));
        };
        if exchange.origin.form == Form::Document {
            let operation = passage.snapshot.contract.operation(exchange.operation);
            let binding = operation.http.get(exchange.origin.binding);
            if let Some(error) = binding.and_then(|binding| body_refused(binding, exchange)) {
                return Flow::Answer(Answer::Error(error));
            }
        }
        match plan::request(passage.snapshot, way, exchange) {
            Ok(report) => {
                if report.observed.is_some() {
                    passage.cells.breach(Breach::RequestObserved);
                }
                passage.notes.request = report;
                Flow::Next
            }
            Err(refusal) => {
                passage.cells.breach(Breach::RequestRefused);
                Flow::Answer(Answer::Error(refused(refusal)))
            }
        }
    }

    fn after(&self, passage: &mut Passage<'_>, exchange: &mut Exchange) {
        answer::cross(passage, exchange);
    }

    fn settings(&self, settings: &Settings) -> String {
        format!("requests {:?}, responses {:?}", settings.validate, settings.validate_response).to_lowercase()
    }
}

/// Refuses a body of a media type that the contract does not list; a body that is not declared goes no further.
fn body_refused(binding: &HttpBinding, exchange: &mut Exchange) -> Option<StandardError> {
    if let BodyBinding::None = binding.body {
        (exchange.input.body, exchange.input.media) = (Body::None, None);
        return None;
    }
    if exchange.input.body.bytes().is_empty() {
        return None;
    }
    let media = exchange.input.media.as_deref()?;
    let fits = match &binding.body {
        BodyBinding::Form { .. } => media == "application/x-www-form-urlencoded",
        BodyBinding::Multipart { .. } => media == "multipart/form-data",
        BodyBinding::Text => media.starts_with("text/"),
        BodyBinding::Opaque { media: listed } => listed.iter().any(|range| answer::in_range(media, range)),
        _ => media == "application/json" || media.ends_with("+json"),
    };
    (!fits).then(|| {
        StandardError::new(Code::UnsupportedMediaType, "The contract does not list this media type.")
    })
}

fn refused(refusal: Refusal) -> StandardError {
    let (status, message) = match refusal.malformed {
        true => (Some(400), "The request is not well formed."),
        false => (None, "The request breaks its contract."),
    };
    let error = StandardError::new(Code::ValidationError, message);
    StandardError { status, violations: refusal.violations, ..error }
}
