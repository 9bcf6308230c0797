//! `limits`: how large a request may be, and how many calls a component gets at once.

use polywire_call::{Answer, Code, Exchange, StandardError};

use super::{Flow, Passage, Policy};
use crate::Settings;

/// Refuses what is too large or too much.
pub(super) struct Limits;

impl Policy for Limits {
    fn name(&self) -> &'static str {
        "limits"
    }

    fn before(&self, passage: &mut Passage<'_>, exchange: &mut Exchange) -> Flow {
        let settings = passage.settings();
        if exchange.input.body.bytes().len() > settings.body_bytes_max {
            let message = format!("The body of the request has more than {} bytes.", settings.body_bytes_max);
            return Flow::Answer(Answer::Error(StandardError::new(Code::PayloadTooLarge, message)));
        }
        let Some(component) = passage.component else { return Flow::Next };
        if !component.enter(settings.concurrency_max) {
            let message = format!("{} has as many calls at once as it may get.", passage.component_subject());
            let error = StandardError::new(Code::Unavailable, message);
            return Flow::Answer(Answer::Error(StandardError { retry_after_seconds: Some(1), ..error }));
        }
        passage.notes.entered = true;
        Flow::Next
    }

    fn after(&self, passage: &mut Passage<'_>, _exchange: &mut Exchange) {
        if let Some(component) = passage.component
            && std::mem::take(&mut passage.notes.entered)
        {
            component.leave();
        }
    }

    fn settings(&self, settings: &Settings) -> String {
        let calls = settings
            .concurrency_max
            .map_or("no limit on calls at once".into(), |n| format!("{n} calls at once"));
        format!("{} bytes of body, {calls}", settings.body_bytes_max)
    }
}
