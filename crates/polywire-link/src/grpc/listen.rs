//! From a gRPC request to an exchange, and back.

use std::time::Instant;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, Request, Response};
use hyper::body::Incoming;
use polywire_call::{
    Answer, Body, Caller, Code, Exchange, Failure, Input, Metadata, Origin, Pinned, Slots, StandardError,
    Unrouted, from_grpc,
};
use polywire_contract::{OperationId, Streaming};
use polywire_wire::Form;

use super::frame::{self, FrameError};
use super::{Methods, health, status, timeout};
use crate::headers;
use crate::listen::Connection;
use crate::payload::{self, Payload, ReadError};

const UNIMPLEMENTED: u8 = 12;
const INVALID_ARGUMENT: u8 = 3;

/// How a request ended here.
enum Ended {
    /// An exchange was made of it, and this is its answer.
    Called(Answer),
    /// It is about this server, which has answered it by itself.
    Own(Bytes),
}

/// Answers one request.
pub(crate) async fn answer_request(
    request: Request<Incoming>,
    pinned: Pinned,
    connection: &Connection,
) -> Response<Payload> {
    let started = Instant::now();
    let (parts, body) = request.into_parts();
    let mut operation = None;
    let ended = answer(&parts, body, &pinned, connection, started, &mut operation).await;
    let told = |code: Option<Code>, status: u16| {
        connection.dispatch.unrouted(&Unrouted {
            link: "grpc",
            contract: &pinned.contract,
            operation,
            metadata: metadata(&parts),
            peer: &connection.peer,
            started,
            code,
            status,
        })
    };
    match ended {
        Ok(Ended::Called(Answer::Message { metadata, body })) => succeed(&body, &metadata),
        Ok(Ended::Called(Answer::Failure(failure))) => fail(&failure),
        Ok(Ended::Called(Answer::Error(error))) => fail(&status::failure(&error)),
        // Documents are not of this front: the bridge turns them into messages before.
        Ok(Ended::Called(Answer::Document { .. })) => fail(&internal()),
        Ok(Ended::Own(body)) => succeed(&body, &told(None, 200)),
        Err(failure) => {
            let named = failure.reason.as_deref().and_then(Code::parse);
            let (code, status) = named.map_or_else(|| from_grpc(failure.code), |code| (code, code.http()));
            fail(&Failure { metadata: told(Some(code), status), ..failure })
        }
    }
}

async fn answer(
    parts: &Parts,
    body: Incoming,
    pinned: &Pinned,
    connection: &Connection,
    started: Instant,
    called: &mut Option<OperationId>,
) -> Result<Ended, Failure> {
    if parts.method != Method::POST {
        return Err(failure(UNIMPLEMENTED, "gRPC is called with POST."));
    }
    if !is_protobuf(&parts.headers) {
        return Err(failure(UNIMPLEMENTED, "Messages are understood as Protobuf alone."));
    }
    let path = parts.uri.path();
    let known = pinned.routes::<Methods>("grpc").and_then(|methods| methods.get(path));
    *called = known.map(|(operation, _)| *operation);
    let operation = match (known, &connection.health) {
        (Some((operation, Streaming::Unary)), _) => *operation,
        (Some(_), _) => return Err(failure(UNIMPLEMENTED, "Streams are not carried.")),
        (None, Some(check)) if path == health::CHECK => {
            let message = receive(body, pinned, connection).await?;
            let body = health::answer(check, message).map_err(|(code, why)| failure(code, why))?;
            return Ok(Ended::Own(body));
        }
        (None, _) => return Err(failure(UNIMPLEMENTED, "There is no such method.")),
    };
    let deadline = match parts.headers.get("grpc-timeout") {
        None => None,
        Some(value) => {
            let timeout = value.to_str().ok().and_then(timeout::parse);
            let timeout =
                timeout.ok_or_else(|| failure(INVALID_ARGUMENT, "`grpc-timeout` is no timeout."))?;
            started.checked_add(timeout)
        }
    };
    let message = receive(body, pinned, connection).await?;
    let mut exchange = exchange(parts, operation, message, pinned, connection, started);
    exchange.deadline = deadline;
    if let Err(fault) = pinned.call.call(&mut exchange).await {
        tracing::error!(error = %fault, "Call came back without an answer");
        exchange.answer = None;
    }
    Ok(Ended::Called(exchange.answer.unwrap_or_else(|| Answer::Failure(internal()))))
}

fn is_protobuf(headers: &HeaderMap) -> bool {
    let media = headers::text(headers, "content-type").unwrap_or_default();
    let media = media.split(';').next().unwrap_or_default().trim();
    media == "application/grpc" || media == "application/grpc+proto"
}

/// Reads the one message.
async fn receive(body: Incoming, pinned: &Pinned, connection: &Connection) -> Result<Bytes, Failure> {
    let standard = |code, message: &str| status::failure(&StandardError::new(code, message));
    let reading = payload::read(body, pinned.body_bytes_max.saturating_add(frame::PREFIX));
    let body = match tokio::time::timeout(connection.body_timeout, reading).await {
        Ok(Ok((body, _))) => body,
        Ok(Err(ReadError::TooLarge)) => {
            return Err(standard(Code::PayloadTooLarge, "The request's message is larger than the limit."));
        }
        Ok(Err(ReadError::Broken(_))) => {
            return Err(failure(INVALID_ARGUMENT, "The message did not come to its end."));
        }
        Err(_) => return Err(standard(Code::Timeout, "The request's message did not come in time.")),
    };
    match frame::decode(body) {
        Ok(Some(message)) => Ok(message),
        Ok(None) => Err(failure(UNIMPLEMENTED, "A unary call has one message.")),
        Err(FrameError::Compressed) => {
            Err(failure(UNIMPLEMENTED, "A compressed message is not understood here."))
        }
        Err(FrameError::Several) => Err(failure(UNIMPLEMENTED, "A unary call has one message.")),
        Err(FrameError::Truncated) => {
            Err(failure(INVALID_ARGUMENT, "The message is not framed as it must be."))
        }
    }
}

fn metadata(parts: &Parts) -> Metadata {
    let mut metadata = Metadata::default();
    headers::collect(&parts.headers, &mut metadata, |name| {
        !name.starts_with("grpc-") && name != "content-type" && name != headers::TOKEN
    });
    metadata
}

fn exchange(
    parts: &Parts,
    operation: OperationId,
    message: Bytes,
    pinned: &Pinned,
    connection: &Connection,
    started: Instant,
) -> Exchange {
    Exchange {
        contract: pinned.contract.clone(),
        operation,
        origin: Origin { link: "grpc", form: Form::Message, binding: 0 },
        caller: Caller {
            peer: connection.peer.clone(),
            token: headers::text(&parts.headers, headers::TOKEN).map(str::to_string),
        },
        metadata: metadata(parts),
        deadline: None,
        started,
        input: Input { body: Body::Message(message), ..Input::default() },
        answer: None,
        slots: Slots::default(),
    }
}

fn succeed(message: &[u8], metadata: &Metadata) -> Response<Payload> {
    let Some(frame) = frame::encode(message) else {
        let error = StandardError::new(Code::PayloadTooLarge, "The answer is too large.");
        return fail(&Failure { metadata: metadata.clone(), ..status::failure(&error) });
    };
    let mut trailers = HeaderMap::with_capacity(1);
    status::write_ok(&mut trailers);
    respond(Payload::with_trailers(frame, trailers), metadata)
}

/// A failure has no message, so all of it stands in the head.
fn fail(failure: &Failure) -> Response<Payload> {
    let mut response = respond(Payload::default(), &failure.metadata);
    status::write(failure, response.headers_mut());
    if failure.code == UNIMPLEMENTED {
        response.headers_mut().insert("grpc-accept-encoding", HeaderValue::from_static("identity"));
    }
    response
}

fn respond(payload: Payload, metadata: &Metadata) -> Response<Payload> {
    let mut response = Response::new(payload);
    headers::write(metadata, response.headers_mut(), |name| {
        !name.starts_with("grpc-") && !headers::is_of_http(name)
    });
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    response
}

fn failure(code: u8, message: &str) -> Failure {
    Failure { code, message: message.to_string(), ..Failure::default() }
}

fn internal() -> Failure {
    status::failure(&StandardError::new(Code::InternalError, "The call could not be answered."))
}
