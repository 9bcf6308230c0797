//! Calls that come in over gRPC, framed by hand.

use std::sync::{Mutex, mpsc};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http2::SendRequest;
use hyper_util::rt::{TokioExecutor, TokioIo};
use polywire_call::{Answer, Code, Exchange, Failure, Metadata, StandardError};
use polywire_link::{ListenOptions, Serving};

use crate::support::{Answers, BODY_BYTES_MAX, Server, answer, contract, listen, listen_with};

/// Answers with the message that came in.
fn echo(exchange: &mut Exchange) -> Answer {
    let mut metadata = Metadata::default();
    metadata.push("x-answer", "1");
    Answer::Message { metadata, body: Bytes::copy_from_slice(exchange.input.body.bytes()) }
}

struct Reply {
    http: u16,
    head: HeaderMap,
    body: Bytes,
    trailers: HeaderMap,
}

impl Reply {
    fn status(&self) -> &str {
        let status = self.trailers.get("grpc-status").or(self.head.get("grpc-status"));
        status.map_or("none", |value| value.to_str().unwrap())
    }
}

async fn connect(server: &Server) -> SendRequest<Full<Bytes>> {
    let stream = tokio::net::TcpStream::connect(server.address).await.unwrap();
    let handshake = hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream));
    let (sender, driver) = handshake.await.unwrap();
    tokio::spawn(driver);
    sender
}

async fn send(server: &Server, path: &str, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Reply {
    let mut request = Request::post(format!("http://{}{path}", server.address)).header("te", "trailers");
    if !headers.iter().any(|(name, _)| *name == "content-type") {
        request = request.header("content-type", "application/grpc");
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Full::new(body.into())).unwrap();
    let response = connect(server).await.send_request(request).await.unwrap();
    let (head, body) = response.into_parts();
    let collected = body.collect().await.unwrap();
    let trailers = collected.trailers().cloned().unwrap_or_default();
    Reply { http: head.status.as_u16(), head: head.headers, body: collected.to_bytes(), trailers }
}

const GET_USER: &str = "/shop.v1.Users/GetUser";

#[tokio::test]
async fn a_message_comes_and_goes() {
    let server = listen(contract(), Answers(echo));
    for content_type in ["application/grpc", "application/grpc+proto", "application/grpc; x=1"] {
        let reply = send(&server, GET_USER, &[("content-type", content_type)], &b"\0\0\0\0\x02hi"[..]).await;
        assert_eq!((reply.http, reply.status(), &reply.body[..]), (200, "0", &b"\0\0\0\0\x02hi"[..]));
        assert_eq!(reply.head.get("content-type").unwrap(), "application/grpc");
        assert_eq!(reply.head.get("x-answer").unwrap(), "1");
        assert!(reply.head.get("grpc-status").is_none());
    }
    let empty = send(&server, GET_USER, &[], &b"\0\0\0\0\0"[..]).await;
    assert_eq!((empty.status(), &empty.body[..]), ("0", &b"\0\0\0\0\0"[..]));
}

#[tokio::test]
async fn what_is_no_unary_call_is_refused() {
    let mut contract = contract();
    contract.operations[1].streaming = polywire_contract::Streaming::Server;
    let server = listen(contract, Answers(echo));
    let status = async |path, headers: &[(&str, &str)], body: &'static [u8]| {
        let reply = send(&server, path, headers, body).await;
        assert_eq!(reply.http, 200);
        assert_eq!(reply.head.get("x-request-id").unwrap(), "made");
        reply.status().to_string()
    };
    assert_eq!(status("/shop.v1.Users/Nothing", &[], b"\0\0\0\0\0").await, "12");
    assert_eq!(status("/", &[], b"\0\0\0\0\0").await, "12");
    assert_eq!(status("/shop.v1.Users/CreateUser", &[], b"\0\0\0\0\0").await, "12");
    assert_eq!(status(GET_USER, &[("content-type", "application/grpc+json")], b"\0\0\0\0\0").await, "12");
    assert_eq!(status(GET_USER, &[], b"\x01\0\0\0\0").await, "12");
    assert_eq!(status(GET_USER, &[], b"\0\0\0\0\0\0\0\0\0\0").await, "12");
    assert_eq!(status(GET_USER, &[], b"").await, "12");
    assert_eq!(status(GET_USER, &[], b"\0\0\0\0\x09short").await, "3");
    assert_eq!(status(GET_USER, &[], b"\0\0").await, "3");
    assert_eq!(status(GET_USER, &[("grpc-timeout", "soon")], b"\0\0\0\0\0").await, "3");
    let compressed = send(&server, GET_USER, &[], &b"\x01\0\0\0\0"[..]).await;
    assert_eq!(compressed.head.get("grpc-accept-encoding").unwrap(), "identity");
}

#[tokio::test]
async fn large_messages_are_refused() {
    let server = listen(contract(), Answers(echo));
    for (length, status) in [(BODY_BYTES_MAX, "0"), (BODY_BYTES_MAX + 1, "8"), (4 << 20, "8")] {
        let mut body = vec![0];
        body.extend_from_slice(&(length as u32).to_be_bytes());
        body.resize(length + 5, 0);
        assert_eq!(send(&server, GET_USER, &[], body).await.status(), status, "{length}");
    }
}

#[tokio::test]
async fn other_requests_on_the_connection_go_to_the_other_front() {
    let server = listen(contract(), Answers(|_: &mut Exchange| answer(200, "rest")));
    let mut sender = connect(&server).await;
    let request =
        Request::get(format!("http://{}/api/users/7", server.address)).body(Full::default()).unwrap();
    let response = sender.send_request(request).await.unwrap();
    assert_eq!(response.status().as_u16(), 200);
    assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), "rest");
    let web = send(&server, "/api/users", &[("content-type", "application/grpc-web+proto")], "x").await;
    assert_eq!(web.http, 415);
}

#[tokio::test]
async fn deadline_token_and_metadata_arrive() {
    let (sender, seen) = mpsc::channel();
    let sender = Mutex::new(sender);
    let server = listen(
        contract(),
        Answers(move |exchange: &mut Exchange| {
            let left = exchange.deadline.map(|deadline| deadline - exchange.started);
            let metadata: Vec<String> = exchange.metadata.iter().map(|(n, v)| format!("{n}={v}")).collect();
            sender.lock().unwrap().send((left, exchange.caller.token.clone(), metadata)).unwrap();
            echo(exchange)
        }),
    );
    let headers = [
        ("grpc-timeout", "250m"),
        ("grpc-encoding", "identity"),
        ("polywire-token", "secret"),
        ("x-request-id", "9"),
        ("trace-bin", "AAEC"),
    ];
    send(&server, GET_USER, &headers, &b"\0\0\0\0\0"[..]).await;
    let (left, token, metadata) = seen.recv().unwrap();
    assert_eq!(left, Some(Duration::from_millis(250)));
    assert_eq!(token.as_deref(), Some("secret"));
    assert_eq!(metadata, ["x-request-id=9", "trace-bin=AAEC"]);
}

#[tokio::test]
async fn failures_stand_in_the_head() {
    let server = listen(
        contract(),
        Answers(|_: &mut Exchange| {
            let mut metadata = Metadata::default();
            metadata.push("x-why", "1");
            Answer::Failure(Failure { code: 5, message: "über".into(), metadata, ..Failure::default() })
        }),
    );
    let reply = send(&server, GET_USER, &[], &b"\0\0\0\0\0"[..]).await;
    assert_eq!((reply.http, reply.status(), reply.body.len()), (200, "5", 0));
    assert_eq!(reply.head.get("grpc-message").unwrap(), "%C3%BCber");
    assert_eq!(reply.head.get("x-why").unwrap(), "1");
    assert!(reply.head.get("grpc-status-details-bin").is_none());

    let server = listen(
        contract(),
        Answers(|_: &mut Exchange| Answer::Error(StandardError::new(Code::RateLimited, "slowly"))),
    );
    let reply = send(&server, GET_USER, &[], &b"\0\0\0\0\0"[..]).await;
    assert_eq!(reply.status(), "8");
    assert!(reply.head.get("grpc-status-details-bin").is_some());

    let server = listen(contract(), Answers(|_: &mut Exchange| answer(200, "secret")));
    let reply = send(&server, GET_USER, &[], &b"\0\0\0\0\0"[..]).await;
    assert_eq!((reply.status(), reply.body.len()), ("13", 0));
}

#[tokio::test]
async fn health_is_answered_by_the_hook() {
    let check = |service: &str| match service {
        "" => Serving::Yes,
        "shop.v1.Users" => Serving::No,
        _ => Serving::Unknown,
    };
    let options = ListenOptions { health: Some(std::sync::Arc::new(check)), ..ListenOptions::default() };
    let server = listen_with(contract(), Answers(echo), options);
    let path = "/grpc.health.v1.Health/Check";
    assert_eq!(send(&server, path, &[], &b"\0\0\0\0\0"[..]).await.body, &b"\0\0\0\0\x02\x08\x01"[..]);
    let users = [&b"\0\0\0\0\x0f\x0a\x0d"[..], b"shop.v1.Users"].concat();
    assert_eq!(send(&server, path, &[], users).await.body, &b"\0\0\0\0\x02\x08\x02"[..]);
    assert_eq!(send(&server, path, &[], &b"\0\0\0\0\x03\x0a\x01x"[..]).await.status(), "5");
    assert_eq!(send(&server, path, &[], &b"\0\0\0\0\x01\xff"[..]).await.status(), "3");
    assert_eq!(send(&listen(contract(), Answers(echo)), path, &[], &b"\0\0\0\0\0"[..]).await.status(), "12");
}
