//! From an answer to a response.

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use polywire_call::{Answer, Body, Code, StandardError};

use crate::headers;
use crate::payload::Payload;

/// In which form errors are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ErrorForm {
    /// `application/json`
    Plain,
    /// `application/problem+json`, RFC 9457.
    Problem,
}

impl ErrorForm {
    /// The form that a request asks for: problems only where `accept` names them.
    pub(crate) fn asked(headers: &HeaderMap) -> ErrorForm {
        let mut accepts =
            headers.get_all(http::header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
        let named = accepts.any(|value| value.split(',').any(names_problem));
        if named { ErrorForm::Problem } else { ErrorForm::Plain }
    }
}

fn names_problem(range: &str) -> bool {
    let mut parts = range.split(';').map(str::trim);
    let named = parts.next().is_some_and(|media| media.eq_ignore_ascii_case("application/problem+json"));
    named && !parts.any(|p| p.strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0)))
}

/// Writes an answer. Messages and failures are not of this front: the bridge turns them into documents before.
pub(crate) fn respond(answer: Option<Answer>, form: ErrorForm) -> Response<Payload> {
    match answer {
        Some(Answer::Document { status, media, metadata, body }) => {
            let Ok(status) = StatusCode::from_u16(status) else { return internal(form) };
            let bytes = match body {
                Body::None => Bytes::new(),
                Body::Message(bytes) => bytes,
            };
            let mut response = Response::new(Payload::bytes(bytes));
            *response.status_mut() = status;
            headers::write(&metadata, response.headers_mut(), |name| name != "content-type");
            if let Some(media) = media.and_then(|media| HeaderValue::from_str(&media).ok()) {
                response.headers_mut().insert(CONTENT_TYPE, media);
            }
            response
        }
        Some(Answer::Error(error)) => refuse(&error, form),
        Some(Answer::Message { .. } | Answer::Failure(_)) | None => internal(form),
    }
}

/// Writes a standard error.
pub(crate) fn refuse(error: &StandardError, form: ErrorForm) -> Response<Payload> {
    let (text, media) = match form {
        ErrorForm::Plain => (error.to_json(), "application/json"),
        ErrorForm::Problem => (error.to_problem_json(), "application/problem+json"),
    };
    let mut response = Response::new(Payload::bytes(Bytes::from(text)));
    *response.status_mut() = StatusCode::from_u16(error.http()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    headers::write(&error.metadata, response.headers_mut(), |name| name != "content-type");
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media));
    if let Some(seconds) = error.retry_after_seconds {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// Takes the body away and leaves its length: what HEAD answers.
pub(crate) fn without_body(mut response: Response<Payload>) -> Response<Payload> {
    let length = http_body::Body::size_hint(response.body()).exact().unwrap_or(0);
    *response.body_mut() = Payload::default();
    response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(length));
    response
}

fn internal(form: ErrorForm) -> Response<Payload> {
    refuse(&StandardError::new(Code::InternalError, "The call could not be answered."), form)
}
