//! From a request to an exchange, and back.

use std::sync::atomic::Ordering;
use std::time::Instant;

use http::header::{ALLOW, CONNECTION, CONTENT_ENCODING, CONTENT_TYPE};
use http::request::Parts;
use http::{HeaderValue, Method, Request, Response, StatusCode, Version};
use hyper::body::Incoming;
use polywire_call::{
    Body, Caller, Code, Exchange, Input, Metadata, Origin, Pinned, Slots, StandardError, Unrouted,
};
use polywire_contract::OperationId;
use polywire_wire::Form;

use super::answer::{self, ErrorForm};
use super::bind::{BodyRule, malformed};
use super::in_range;
use super::route::{Found, Route, Router, Segments};
use crate::headers;
use crate::listen::Connection;
use crate::payload::{self, Payload, ReadError};

/// A request that becomes no exchange.
struct Refused {
    error: StandardError,
    /// What would have been called.
    operation: Option<OperationId>,
    /// The methods that the path has.
    allow: Option<HeaderValue>,
    /// The body was left unread: the connection cannot be used again.
    unread: bool,
}

impl From<StandardError> for Refused {
    fn from(error: StandardError) -> Self {
        Refused { error, operation: None, allow: None, unread: false }
    }
}

/// How a request ended here.
enum Ended {
    /// An exchange was made of it, and this is its answer.
    Called(Response<Payload>),
    /// It is about this server: the methods that a path has.
    Options(Option<HeaderValue>),
}

/// Answers one request.
pub(crate) async fn answer_request(
    request: Request<Incoming>,
    pinned: Pinned,
    connection: &Connection,
) -> Response<Payload> {
    let started = Instant::now();
    let (parts, body) = request.into_parts();
    let form = ErrorForm::asked(&parts.headers);
    let told = |operation, code, status| {
        connection.dispatch.unrouted(&Unrouted {
            link: "http",
            contract: &pinned.contract,
            operation,
            metadata: metadata(&parts),
            peer: &connection.peer,
            started,
            code,
            status,
        })
    };
    let response = match route(&parts, body, &pinned, connection, started, form).await {
        Ok(Ended::Called(response)) => response,
        Ok(Ended::Options(allow)) => options(allow, &told(None, None, 204)),
        Err(mut refused) => {
            let error = &mut refused.error;
            error.metadata = told(refused.operation, Some(error.code), error.http());
            refuse(&refused, parts.version, connection, form)
        }
    };
    if parts.method == Method::HEAD { answer::without_body(response) } else { response }
}

fn refuse(
    refused: &Refused,
    version: Version,
    connection: &Connection,
    form: ErrorForm,
) -> Response<Payload> {
    let mut response = answer::refuse(&refused.error, form);
    if let Some(allow) = &refused.allow {
        response.headers_mut().insert(ALLOW, allow.clone());
    }
    if refused.unread && version < Version::HTTP_2 {
        connection.unread.store(true, Ordering::Relaxed);
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

async fn route(
    parts: &Parts,
    body: Incoming,
    pinned: &Pinned,
    connection: &Connection,
    started: Instant,
    form: ErrorForm,
) -> Result<Ended, Refused> {
    let unread = !http_body::Body::is_end_stream(&body);
    let router = pinned.routes::<Router>("http");
    let found = router.map_or(Found::Nothing, |router| router.find(parts.method.as_str(), parts.uri.path()));
    let (route, segments) = match found {
        Found::Route(route, segments) => (route, segments),
        Found::Methods(methods) => {
            let allow = HeaderValue::from_str(&methods.join(", ")).ok();
            if parts.method == Method::OPTIONS {
                return Ok(Ended::Options(allow));
            }
            let error =
                StandardError::new(Code::MethodNotAllowed, "This path has no operation with this method.");
            return Err(Refused { unread, allow, ..error.into() });
        }
        Found::Nothing if parts.method == Method::OPTIONS && parts.uri.path() == "*" => {
            return Ok(Ended::Options(None));
        }
        Found::Nothing => {
            let error = StandardError::new(Code::NotFound, "There is no operation at this path.");
            return Err(Refused { unread, ..error.into() });
        }
        Found::Malformed => {
            return Err(Refused { unread, ..malformed("The path is not encoded as it must be.", "").into() });
        }
    };
    let chosen = router.map_or(Ok(route), |router| by_media(router, route, parts, &body));
    let route =
        chosen.map_err(|error| Refused { operation: Some(route.operation), unread, ..error.into() })?;
    let receive = receive(parts, body, route, &segments, pinned, connection);
    let named = |error: StandardError| Refused { operation: Some(route.operation), unread, ..error.into() };
    let input = receive.await.map_err(named)?;
    let mut exchange = exchange(parts, route, input, pinned, connection, started);
    if let Err(fault) = pinned.call.call(&mut exchange).await {
        tracing::error!(error = %fault, "Call came back without an answer");
        exchange.answer = None;
    }
    Ok(Ended::Called(answer::respond(exchange.answer, form)))
}

fn options(allow: Option<HeaderValue>, metadata: &Metadata) -> Response<Payload> {
    let mut response = Response::new(Payload::default());
    *response.status_mut() = StatusCode::NO_CONTENT;
    headers::write(metadata, response.headers_mut(), |_| true);
    response.headers_mut().extend(allow.map(|allow| (ALLOW, allow)));
    response
}

/// Reads parameters and body.
async fn receive(
    parts: &Parts,
    body: Incoming,
    route: &Route,
    segments: &Segments<'_>,
    pinned: &Pinned,
    connection: &Connection,
) -> Result<Input, StandardError> {
    let params = route.bound.read(segments, parts.uri.query(), &parts.headers)?;
    let target = parts.uri.path_and_query().map(|target| target.as_str().to_string());
    let mut input = Input { params, target, ..Input::default() };
    if route.bound.body == BodyRule::None || http_body::Body::is_end_stream(&body) {
        return Ok(input);
    }
    let media = media(parts);
    check_coding(parts)?;
    let reading = payload::read(body, pinned.body_bytes_max);
    let bytes = match tokio::time::timeout(connection.body_timeout, reading).await {
        Ok(Ok((bytes, _))) => bytes,
        Ok(Err(ReadError::TooLarge)) => {
            let error =
                StandardError::new(Code::PayloadTooLarge, "The request's body is larger than the limit.");
            return Err(error);
        }
        Ok(Err(ReadError::Broken(_))) => {
            return Err(malformed("The request's body did not come to its end.", ""));
        }
        Err(_) => {
            let mut error = StandardError::new(Code::Timeout, "The request's body did not come in time.");
            error.status = Some(408);
            return Err(error);
        }
    };
    if !bytes.is_empty() {
        let content_type = headers::text(&parts.headers, "content-type");
        input.params = route.bound.read_body(&bytes, content_type, input.params)?;
        input.media = media;
        input.body = Body::Message(bytes);
    }
    Ok(input)
}

/// Lower case, without parameters.
fn media(parts: &Parts) -> Option<String> {
    let text = parts.headers.get(CONTENT_TYPE)?.to_str().ok()?;
    Some(text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
}

fn check_coding(parts: &Parts) -> Result<(), StandardError> {
    let coding = parts.headers.get(CONTENT_ENCODING);
    if coding.is_some_and(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        let message = "A compressed body is not understood here.";
        return Err(StandardError::new(Code::UnsupportedMediaType, message));
    }
    Ok(())
}

/// The route of the operation that takes the body's media type: the caller's field chooses.
fn by_media<'a>(
    router: &'a Router,
    route: &'a Route,
    parts: &Parts,
    body: &Incoming,
) -> Result<&'a Route, StandardError> {
    // What a body is where nothing else is said, the contract's order says.
    let Some(media) = media(parts) else { return Ok(route) };
    if http_body::Body::is_end_stream(body) {
        return Ok(route);
    }
    if let Some(found) = router.for_media(route, |route| takes(&route.bound.body, &media)) {
        return Ok(found);
    }
    let mut listed: Vec<&str> = Vec::new();
    for one in router.with_others(route) {
        match &one.bound.body {
            BodyRule::None => {}
            BodyRule::Json => listed.push("application/json"),
            BodyRule::Form => listed.push(FORM),
            BodyRule::Multipart => listed.push(MULTIPART),
            BodyRule::Text(names) | BodyRule::Opaque(names) => {
                listed.extend(names.iter().map(String::as_str))
            }
        }
    }
    let message = format!("This operation takes `{}`.", listed.join("`, `"));
    Err(StandardError::new(Code::UnsupportedMediaType, message))
}

/// The media types of forms.
const FORM: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data";

/// Whether a body of a media type can be this.
fn takes(rule: &BodyRule, media: &str) -> bool {
    match rule {
        BodyRule::None => true,
        BodyRule::Json => media == "application/json" || media.ends_with("+json"),
        BodyRule::Form => media == FORM,
        BodyRule::Multipart => media == MULTIPART,
        BodyRule::Text(listed) => listed.iter().any(|range| in_range(range, media)),
        BodyRule::Opaque(listed) => listed.is_empty() || listed.iter().any(|range| in_range(range, media)),
    }
}

fn metadata(parts: &Parts) -> Metadata {
    let mut metadata = Metadata::default();
    // The bridge reads answers, so what it cannot read is not asked for.
    headers::collect(&parts.headers, &mut metadata, |name| {
        name != "accept-encoding" && name != headers::TOKEN
    });
    metadata
}

fn exchange(
    parts: &Parts,
    route: &Route,
    input: Input,
    pinned: &Pinned,
    connection: &Connection,
    started: Instant,
) -> Exchange {
    Exchange {
        contract: pinned.contract.clone(),
        operation: route.operation,
        origin: Origin { link: "http", form: Form::Document, binding: route.binding },
        caller: Caller {
            peer: connection.peer.clone(),
            token: headers::text(&parts.headers, headers::TOKEN).map(str::to_string),
        },
        metadata: metadata(parts),
        deadline: None,
        started,
        input,
        answer: None,
        slots: Slots::default(),
    }
}
