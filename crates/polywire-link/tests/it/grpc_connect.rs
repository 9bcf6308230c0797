//! Calls over gRPC to components that answer as they should not.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo};
use polywire_call::{Answer, Body, Call, Failure, Fault, FaultKind, Input, LinkOptions};
use tokio::net::TcpListener;

use crate::support::{contract, exchange, open};

type Reply = Response<BoxBody<Bytes, Infallible>>;

/// A component in HTTP/2 whose every answer is made by a function; counts its connections.
async fn component(
    reply: impl Fn(&Request<Incoming>) -> Reply + Send + Sync + 'static,
    requests_per_connection: Option<usize>,
) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let connections = Arc::new(AtomicUsize::new(0));
    let (reply, counted) = (Arc::new(reply), connections.clone());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            let (reply, served) = (reply.clone(), Arc::new(AtomicUsize::new(0)));
            tokio::spawn(async move {
                let answered = served.clone();
                let service = hyper::service::service_fn(move |request| {
                    answered.fetch_add(1, Ordering::SeqCst);
                    let response = reply(&request);
                    async { Ok::<_, Infallible>(response) }
                });
                let builder = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
                let mut serving = std::pin::pin!(builder.serve_connection(TokioIo::new(stream), service));
                std::future::poll_fn(|context| {
                    let done = serving.as_mut().poll(context);
                    if requests_per_connection.is_some_and(|most| served.load(Ordering::SeqCst) >= most) {
                        serving.as_mut().graceful_shutdown();
                    }
                    done
                })
                .await
                .ok();
            });
        }
    });
    (address, connections)
}

fn reply(
    status: u16,
    head: &[(&str, &str)],
    body: &'static [u8],
    trailers: &[(&'static str, &str)],
) -> Reply {
    let mut response = Response::builder().status(status);
    for (name, value) in head {
        response = response.header(*name, *value);
    }
    let trailers: HeaderMap =
        trailers.iter().map(|(n, v)| (http::HeaderName::from_static(n), v.parse().unwrap())).collect();
    let body = Full::new(Bytes::from_static(body));
    let body = if trailers.is_empty() {
        body.boxed()
    } else {
        body.with_trailers(std::future::ready(Some(Ok(trailers)))).boxed()
    };
    response.body(body).unwrap()
}

const GRPC: (&str, &str) = ("content-type", "application/grpc");
const MESSAGE: &[u8] = b"\0\0\0\0\x02hi";

fn message(text: &str) -> Input {
    Input { body: Body::Message(Bytes::copy_from_slice(text.as_bytes())), ..Input::default() }
}

async fn call(target: &Arc<dyn Call>, operation: &str) -> Result<Answer, Fault> {
    let mut exchange = exchange(&Arc::new(contract()), operation, message("hi"));
    target.call(&mut exchange).await?;
    Ok(exchange.answer.unwrap())
}

async fn once(reply: impl Fn(&Request<Incoming>) -> Reply + Send + Sync + 'static) -> Result<Answer, Fault> {
    let (address, _) = component(reply, None).await;
    let options = LinkOptions { answer_bytes_max: 1000, ..LinkOptions::default() };
    call(&open(&format!("grpc://{address}"), &options), "getUser").await
}

async fn failure(reply: impl Fn(&Request<Incoming>) -> Reply + Send + Sync + 'static) -> Failure {
    match once(reply).await.unwrap() {
        Answer::Failure(failure) => failure,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_message_comes_back() {
    let answer =
        once(|_| reply(200, &[GRPC, ("x-a", "1")], MESSAGE, &[("grpc-status", "0"), ("x-b", "2")])).await;
    let Answer::Message { metadata, body } = answer.unwrap() else { panic!("no message") };
    assert_eq!(body, "hi");
    let metadata: Vec<_> = metadata.iter().collect();
    assert_eq!(metadata, [("x-a", "1"), ("x-b", "2")]);
}

#[tokio::test]
async fn the_request_is_of_the_protocol() {
    let (send, seen) = std::sync::mpsc::channel();
    let (address, _) = component(
        move |request| {
            send.send((request.uri().to_string(), request.headers().clone())).unwrap();
            reply(200, &[GRPC], MESSAGE, &[("grpc-status", "0")])
        },
        None,
    )
    .await;
    let target = open(&format!("grpc://{address}"), &LinkOptions::default());
    let mut exchange = exchange(&Arc::new(contract()), "getUser", message("hi"));
    exchange.deadline = Some(Instant::now() + Duration::from_secs(3600));
    for (name, value) in
        [("x-request-id", "9"), ("content-type", "a/b"), ("te", "x"), ("grpc-status", "7"), ("accept", "x")]
    {
        exchange.metadata.push(name, value);
    }
    target.call(&mut exchange).await.unwrap();
    let (uri, headers) = seen.recv().unwrap();
    assert_eq!(uri, format!("http://{address}/shop.v1.Users/GetUser"));
    let get = |name: &str| headers.get(name).map(|value| value.to_str().unwrap().to_string());
    assert_eq!(get("te").as_deref(), Some("trailers"));
    assert_eq!(get("content-type").as_deref(), Some("application/grpc"));
    assert_eq!(get("x-request-id").as_deref(), Some("9"));
    assert!(get("grpc-timeout").unwrap().starts_with("3599"), "{headers:?}");
    assert_eq!((get("grpc-status"), get("accept")), (None, None));
}

#[tokio::test]
async fn failures_come_back_as_they_are() {
    // google.rpc.Status { code: 5, details: [Any { type_url: "t/E", value: [8, 1] }] }, with and without padding.
    for details in ["CAUaCQoDdC9FEgIIAQ==", "CAUaCQoDdC9FEgIIAQ"] {
        let trailers =
            [("grpc-status", "5"), ("grpc-message", "%C3%BC"), ("grpc-status-details-bin", details)];
        let in_trailers = failure(move |_| reply(200, &[GRPC], b"", &trailers)).await;
        let in_head = failure(move |_| {
            let head: Vec<_> = [GRPC].into_iter().chain(trailers).collect();
            reply(200, &head, b"", &[])
        })
        .await;
        for failure in [in_trailers, in_head] {
            assert_eq!((failure.code, failure.message.as_str()), (5, "ü"));
            assert_eq!(failure.details.len(), 1);
            assert_eq!(
                (failure.details[0].type_url.as_str(), &failure.details[0].value[..]),
                ("t/E", &[8, 1][..])
            );
        }
    }
}

#[tokio::test]
async fn what_is_no_grpc_is_mapped_or_garbage() {
    for (status, code) in
        [(400, 13), (401, 16), (403, 7), (404, 12), (429, 14), (503, 14), (418, 2), (500, 2)]
    {
        assert_eq!(failure(move |_| reply(status, &[], b"<html>", &[])).await.code, code, "{status}");
    }
    let kind = async |head: &'static [(&str, &str)], body, trailers: &'static [(&str, &str)]| {
        once(move |_| reply(200, head, body, trailers)).await.unwrap_err().kind
    };
    assert_eq!(kind(&[("content-type", "text/html")], b"<html>", &[]).await, FaultKind::Garbage);
    assert_eq!(kind(&[GRPC], MESSAGE, &[]).await, FaultKind::Garbage);
    assert_eq!(kind(&[GRPC], b"", &[("grpc-status", "0")]).await, FaultKind::Garbage);
    assert_eq!(kind(&[GRPC], b"\0\0\0\0\x09hi", &[("grpc-status", "0")]).await, FaultKind::Garbage);
    assert_eq!(kind(&[GRPC], b"\x01\0\0\0\x02hi", &[("grpc-status", "0")]).await, FaultKind::Garbage);
    assert_eq!(kind(&[GRPC], &[0; 2000], &[("grpc-status", "0")]).await, FaultKind::TooLarge);
}

#[tokio::test]
async fn one_connection_carries_many_calls() {
    let (address, connections) =
        component(|_| reply(200, &[GRPC], MESSAGE, &[("grpc-status", "0")]), None).await;
    let target = open(&format!("grpc://{address}"), &LinkOptions::default());
    let calls = (0..50).map(|_| call(&target, "createUser"));
    for answer in futures_util::future::join_all(calls).await {
        assert!(matches!(answer, Ok(Answer::Message { .. })), "{answer:?}");
    }
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_connection_that_goes_away_is_replaced() {
    let ok = |_: &Request<Incoming>| reply(200, &[GRPC], MESSAGE, &[("grpc-status", "0")]);
    let (address, connections) = component(ok, Some(2)).await;
    let target = open(&format!("grpc://{address}"), &LinkOptions::default());
    for _ in 0..7 {
        let answer = call(&target, "createUser").await;
        assert!(matches!(answer, Ok(Answer::Message { .. })), "{answer:?}");
    }
    assert!(connections.load(Ordering::SeqCst) > 1);
}

async fn raw_fault(answer: &'static [u8]) -> Fault {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut seen = [0; 1024];
            let _ = stream.read(&mut seen).await;
            let _ = stream.write_all(answer).await;
        }
    });
    call(&open(&format!("grpc://{address}"), &LinkOptions::default()), "createUser").await.unwrap_err()
}

#[tokio::test]
async fn peers_of_another_protocol_do_no_harm() {
    assert!(matches!(raw_fault(b"").await.kind, FaultKind::Reset));
    for answer in [
        &b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n"[..],
        b"SSH-2.0-x\r\n",
        &[0xff; 64],
        &[0; 64],
    ] {
        let fault = raw_fault(answer).await;
        assert!(matches!(fault.kind, FaultKind::Garbage | FaultKind::Reset), "{fault}");
    }
}

#[tokio::test]
async fn nobody_there() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let fault =
        call(&open(&format!("grpc://{nobody}"), &LinkOptions::default()), "getUser").await.unwrap_err();
    assert_eq!((fault.kind, fault.unsent), (FaultKind::Refused, true));
}
