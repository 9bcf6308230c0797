//! Answers with a status and a body of a media type: which outcome of the contract they are, and what the caller gets.

use std::borrow::Cow;

use bytes::Bytes;
use polywire_call::{Answer, Body, Code, Detail, Exchange, Failure, Metadata, StandardError, from_http};
use polywire_contract::{Media, Operation, Outcome};
use polywire_wire::Form;
use serde::Deserialize;

use super::message::detail_name;
use super::{MESSAGE_BYTES_MAX, broken, cut, essence, in_range, noted, rules, tolerated};
use crate::ResponseCheck;
use crate::metrics::Breach;
use crate::plan;
use crate::policy::Passage;

/// What `google.rpc.ErrorInfo.reason` may hold.
const REASON_BYTES_MAX: usize = 63;

/// What the component sent.
pub(super) struct Parts {
    pub(super) status: u16,
    pub(super) media: Option<String>,
    pub(super) metadata: Metadata,
    pub(super) body: Body,
}

/// The caller's answer.
pub(super) fn cross(passage: &mut Passage<'_>, exchange: &Exchange, parts: Parts) -> Answer {
    let contract = passage.snapshot.contract.clone();
    let operation = contract.operation(exchange.operation);
    let check = passage.settings().validate_response;
    let to_document = exchange.origin.form == Form::Document;
    let way =
        passage.way.expect("an answer is brought to its caller only where there was a way to the component");
    if to_document && check == ResponseCheck::Off {
        return whole(parts);
    }
    let Some((at, outcome)) = declared(operation, parts.status, exchange.origin.form) else {
        return undeclared(passage, exchange.origin.form, parts);
    };
    if check != ResponseCheck::Off {
        let headers = plan::headers(&passage.snapshot.plans, way, at, &parts.metadata);
        match headers {
            Ok(report) => noted(passage, &report),
            Err(refusal) if check == ResponseCheck::Log => tolerated(passage, rules(&refusal)),
            Err(refusal) => return broken(passage, rules(&refusal)),
        }
    }
    if to_document && without_body(operation, exchange) {
        return whole(parts);
    }
    let Some(media) = media(outcome, &parts) else {
        return unlisted(passage, exchange, operation, at, parts);
    };
    if media.ty.is_none() || media.is_text() && !parts.media.as_deref().is_none_or(is_utf8) {
        // Bytes that nobody checks; only a form that has media types can carry them.
        return match (to_document, outcome.ok) {
            (true, _) => whole(parts),
            (false, true) => broken(passage, "a body that is not read".into()),
            (false, false) => caller(Form::Message, passage, operation, at, parts, None),
        };
    }
    let place = outcome.media.iter().position(|one| std::ptr::eq(one, media)).unwrap_or_default();
    match plan::outcome(&passage.snapshot.plans, way, (at, place), parts.body.bytes()) {
        Ok((written, report)) => {
            noted(passage, &report);
            let media = parts.media.or_else(|| Some(media.name.clone()));
            caller(exchange.origin.form, passage, operation, at, Parts { media, ..parts }, written)
        }
        Err(refusal) if to_document && check == ResponseCheck::Log => {
            tolerated(passage, rules(&refusal));
            whole(parts)
        }
        Err(refusal) => broken(passage, rules(&refusal)),
    }
}

/// Whether text of a media type is UTF-8, which is all that is read.
fn is_utf8(media: &str) -> bool {
    let parameters = media.split(';').skip(1).filter_map(|parameter| parameter.split_once('='));
    let mut charsets = parameters.filter(|(key, _)| key.trim().eq_ignore_ascii_case("charset"));
    charsets.all(|(_, value)| {
        let value = value.trim().trim_matches('"');
        ["utf-8", "utf8", "us-ascii"].iter().any(|known| value.eq_ignore_ascii_case(known))
    })
}

fn whole(parts: Parts) -> Answer {
    Answer::Document { status: parts.status, media: parts.media, metadata: parts.metadata, body: parts.body }
}

/// Finds the outcome that a status means. An error outcome does not stand for a status that is no error; nor a success
/// for one that is, for callers who would take it for a success.
fn declared(operation: &Operation, status: u16, form: Form) -> Option<(usize, &Outcome)> {
    let fits = |outcome: &Outcome| match status {
        400.. => form == Form::Document || !outcome.ok,
        _ => outcome.ok,
    };
    let candidates = operation.outcomes.iter().enumerate().filter(|(_, outcome)| fits(outcome));
    // `max_by_key` would take the last of equals; the contract's order says the first.
    let best = candidates.rev().max_by_key(|(_, outcome)| outcome.status.matches(status))?;
    (best.1.status.matches(status) > 0).then_some(best)
}

/// Whether the answer to this method never has a body.
fn without_body(operation: &Operation, exchange: &Exchange) -> bool {
    operation.http.get(exchange.binding()).is_some_and(|binding| binding.method == "HEAD")
}

/// Finds the declared media type of the body; where the component named none, the only one that there can be.
fn media<'a>(outcome: &'a Outcome, parts: &Parts) -> Option<&'a Media> {
    match &parts.media {
        Some(media) => outcome.media.iter().find(|listed| in_range(media, &listed.name)),
        None => outcome.media.first().filter(|_| outcome.media.len() == 1),
    }
}

/// A declared status whose body is not declared: the status stands, the body goes no further.
fn unlisted(
    passage: &mut Passage<'_>,
    exchange: &Exchange,
    operation: &Operation,
    at: usize,
    parts: Parts,
) -> Answer {
    let outcome = &operation.outcomes[at];
    let form = exchange.origin.form;
    let empty = parts.body.bytes().is_empty();
    if !outcome.media.is_empty() {
        let reason = format!("media type {:?} is not declared", parts.media.as_deref().map_or("", essence));
        if passage.settings().validate_response == ResponseCheck::Log && form == Form::Document {
            tolerated(passage, reason);
            return whole(parts);
        }
        return broken(passage, reason);
    }
    if !empty {
        passage.cells.dropped(1);
    }
    if !outcome.ok && !empty && form == Form::Document {
        return Answer::Error(standard(passage, &parts));
    }
    // A message may have to say which outcome it is, also without a body.
    let written = match (form, outcome.ok, passage.way) {
        (Form::Message, true, Some(way)) => plan::outcome(&passage.snapshot.plans, way, (at, 0), &[]).ok(),
        _ => None,
    };
    let written = written.and_then(|(written, _)| written);
    caller(form, passage, operation, at, Parts { media: None, body: Body::None, ..parts }, written)
}

/// A status that the contract does not declare. The component's own words stay behind, unless somebody asked that
/// nothing be changed yet; what it says when it fails stays behind even then.
fn undeclared(passage: &mut Passage<'_>, form: Form, parts: Parts) -> Answer {
    let reason = format!("status {} is not declared", parts.status);
    let log_only = passage.settings().validate_response == ResponseCheck::Log && form == Form::Document;
    if log_only && parts.status < 500 {
        tolerated(passage, reason);
        return whole(parts);
    }
    if (400..500).contains(&parts.status) {
        passage.cells.breach(Breach::ResponseRefused);
        passage.notes.answer_broken = Some(reason);
        return Answer::Error(standard(passage, &parts));
    }
    broken(passage, reason)
}

/// A standard error with the status of an answer.
fn standard(passage: &Passage<'_>, parts: &Parts) -> StandardError {
    let code = from_http(parts.status);
    let retry_after_seconds = parts.metadata.get("retry-after").and_then(|seconds| seconds.parse().ok());
    let retry_after_seconds =
        retry_after_seconds.or(matches!(code, Code::Unavailable | Code::RateLimited).then_some(1));
    let message = format!("{} answered with status {}.", passage.component_subject(), parts.status);
    StandardError { status: Some(parts.status), retry_after_seconds, ..StandardError::new(code, message) }
}

/// The outcome in the caller's form; `written` is its body in the caller's encoding, where that is another.
fn caller(
    form: Form,
    passage: &Passage<'_>,
    operation: &Operation,
    at: usize,
    parts: Parts,
    written: Option<Bytes>,
) -> Answer {
    let ok = operation.outcomes[at].ok;
    match form {
        Form::Document => whole(Parts { body: written.map_or(parts.body, Body::Message), ..parts }),
        Form::Message if ok => {
            Answer::Message { metadata: parts.metadata, body: written.unwrap_or_default() }
        }
        Form::Message => Answer::Failure(failure(passage, operation, at, parts, written)),
    }
}

/// A declared error as a status with details; `detail` is the outcome's body as a message, where it has one.
fn failure(
    passage: &Passage<'_>,
    operation: &Operation,
    at: usize,
    parts: Parts,
    detail: Option<Bytes>,
) -> Failure {
    let said = said(parts.body.bytes());
    let message = said.message.unwrap_or_else(|| match operation.outcomes[at].doc.trim() {
        "" => format!("{} answered with status {}.", passage.component_subject(), parts.status),
        doc => cut(doc, MESSAGE_BYTES_MAX).to_owned(),
    });
    let name = detail_name(&passage.snapshot.contract, operation, at);
    let details = name
        .zip(detail)
        .map(|(name, value)| Detail { type_url: format!("type.googleapis.com/{name}"), value });
    Failure {
        code: from_http(parts.status).grpc(),
        message,
        reason: said.code,
        details: details.into_iter().collect(),
        metadata: parts.metadata,
    }
}

/// What a declared error says of itself in the standard shape, or in that of RFC 9457.
#[derive(Default)]
struct Said {
    message: Option<String>,
    code: Option<String>,
}

#[derive(Default, Deserialize)]
struct ErrorBody<'a> {
    #[serde(borrow)]
    error: Option<ErrorObject<'a>>,
    #[serde(borrow)]
    detail: Option<Cow<'a, str>>,
    #[serde(borrow)]
    title: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct ErrorObject<'a> {
    #[serde(borrow)]
    message: Option<Cow<'a, str>>,
    #[serde(borrow)]
    code: Option<Cow<'a, str>>,
}

fn said(body: &[u8]) -> Said {
    let body: ErrorBody<'_> = serde_json::from_slice(body).unwrap_or_default();
    let (message, code) = body.error.map_or((None, None), |error| (error.message, error.code));
    let message = message.or(body.detail).or(body.title).filter(|message| !message.trim().is_empty());
    Said {
        message: message.map(|message| cut(&message, MESSAGE_BYTES_MAX).to_owned()),
        code: code.filter(|code| reason(code)).map(Cow::into_owned),
    }
}

/// Whether a text may be a `google.rpc.ErrorInfo.reason`: `[A-Z][A-Z0-9_]+[A-Z0-9]`.
fn reason(code: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    (3..=REASON_BYTES_MAX).contains(&code.len())
        && code.starts_with(|first: char| first.is_ascii_uppercase())
        && !code.ends_with('_')
        && code.bytes().all(inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &str, message: Option<&str>, code: Option<&str>) {
        let said = said(body.as_bytes());
        assert_eq!((said.message.as_deref(), said.code.as_deref()), (message, code), "{body}");
    }

    #[test]
    fn an_error_says_what_it_is_in_either_shape() {
        check(
            r#"{"error": {"code": "NOT_FOUND", "message": "no user 7"}}"#,
            Some("no user 7"),
            Some("NOT_FOUND"),
        );
        check(r#"{"title": "Gone", "detail": "left \"us\""}"#, Some("left \"us\""), None);
        check(r#"{"error": {"code": "not a reason", "message": ""}}"#, None, None);
        check(r#"{"error": "text"}"#, None, None);
        check("<html>", None, None);
    }
}
