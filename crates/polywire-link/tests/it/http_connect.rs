//! Calls to components that answer, and to those that do not.

use std::sync::Arc;

use polywire_call::{Answer, Body, Call, Fault, FaultKind, Input, LinkOptions, Metadata};

use crate::support::{component, contract, exchange, link, open, param};

const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";

fn target_input(target: &str) -> Input {
    Input { target: Some(target.into()), ..Input::default() }
}

async fn call(
    target: &Arc<dyn Call>,
    operation: &str,
    input: Input,
) -> Result<(u16, Metadata, String), Fault> {
    let mut exchange = exchange(&Arc::new(contract()), operation, input);
    exchange.metadata.push("x-request-id", "9");
    exchange.metadata.push("connection", "close");
    exchange.metadata.push("polywire-token", "secret");
    target.call(&mut exchange).await?;
    match exchange.answer {
        Some(Answer::Document { status, metadata, body, .. }) => {
            Ok((status, metadata, String::from_utf8_lossy(body.bytes()).into_owned()))
        }
        other => panic!("{other:?}"),
    }
}

async fn fault_of(answer: &'static [u8]) -> Fault {
    let (address, _) = component(vec![vec![answer]]).await;
    let options = LinkOptions { answer_bytes_max: 1000, ..LinkOptions::default() };
    let target = open(&format!("http://{address}"), &options);
    call(&target, "getUser", target_input("/api/users/7")).await.unwrap_err()
}

#[tokio::test]
async fn a_target_is_sent_on_unchanged() {
    let (address, seen) = component(vec![vec![OK]]).await;
    let target = open(&format!("http://{address}/base/"), &LinkOptions::default());
    let (status, _, text) = call(&target, "getUser", target_input("/api/users/%37?x=%20+&y")).await.unwrap();
    assert_eq!((status, text.as_str()), (200, "{}"));
    let request = &seen.await.unwrap()[0];
    assert!(request.starts_with("GET /base/api/users/%37?x=%20+&y HTTP/1.1\r\n"), "{request}");
    assert!(
        request.contains(&format!("host: {address}\r\n")) && request.contains("x-request-id: 9\r\n"),
        "{request}"
    );
    assert!(!request.contains("secret") && !request.contains("connection"), "{request}");
}

#[tokio::test]
async fn parameters_and_a_body_are_written() {
    let (address, seen) = component(vec![vec![OK, OK]]).await;
    let target = open(&format!("http://{address}"), &LinkOptions::default());
    let params = vec![param(0, "a b"), param(1, "2")];
    call(&target, "getUser", Input { params, ..Input::default() }).await.unwrap();
    let body = Body::Message("{\"name\":\"x\"}".into());
    call(&target, "createUser", Input { body, ..Input::default() }).await.unwrap();
    let seen = seen.await.unwrap();
    assert!(seen[0].starts_with("GET /api/users/a%20b?page=2 HTTP/1.1\r\n"), "{}", seen[0]);
    assert!(seen[1].starts_with("POST /api/users HTTP/1.1\r\n"), "{}", seen[1]);
    assert!(
        seen[1].contains("content-type: application/json\r\n") && seen[1].contains("content-length: 12\r\n")
    );
    assert!(seen[1].ends_with("\r\n\r\n{\"name\":\"x\"}"));
}

#[tokio::test]
async fn answers_in_every_framing_are_read() {
    for answer in [
        &b"HTTP/1.1 404 Not Found\r\ntransfer-encoding: chunked\r\nx-a: 1\r\n\r\n2\r\n{\"\r\n3\r\na\"}\r\n0\r\n\r\n"[..],
        b"HTTP/1.0 404 Not Found\r\nx-a: 1\r\n\r\n{\"a\"}",
        b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 404 Not Found\r\nx-a: 1\r\ncontent-length: 5\r\n\r\n{\"a\"}",
    ] {
        let (address, _) = component(vec![vec![answer]]).await;
        let target = open(&format!("http://{address}"), &LinkOptions::default());
        let (status, metadata, text) = call(&target, "getUser", target_input("/")).await.unwrap();
        assert_eq!((status, text.as_str(), metadata.get("x-a")), (404, "{\"a\"}", Some("1")));
        assert_eq!(metadata.get("transfer-encoding"), None);
    }
}

#[tokio::test]
async fn connections_are_used_again() {
    let (address, seen) = component(vec![vec![OK; 3]]).await;
    let target = open(&format!("http://{address}"), &LinkOptions::default());
    for _ in 0..3 {
        call(&target, "getUser", target_input("/")).await.unwrap();
    }
    // There was one connection alone, or the component would still be waiting for its requests.
    assert_eq!(seen.await.unwrap().len(), 3);
}

#[tokio::test]
async fn a_connection_that_was_closed_meanwhile_does_not_matter() {
    let (address, seen) = component(vec![vec![OK], vec![OK], vec![OK]]).await;
    let target = open(&format!("http://{address}"), &LinkOptions::default());
    for _ in 0..3 {
        call(&target, "getUser", target_input("/")).await.unwrap();
    }
    assert_eq!(seen.await.unwrap().len(), 3);
}

#[tokio::test]
async fn only_what_may_be_repeated_is_repeated() {
    // The second request on the first connection is read and not answered.
    let (address, seen) = component(vec![vec![OK, b""], vec![OK]]).await;
    let target = open(&format!("http://{address}"), &LinkOptions::default());
    call(&target, "getUser", target_input("/1")).await.unwrap();
    call(&target, "getUser", target_input("/2")).await.unwrap();
    assert_eq!(seen.await.unwrap().len(), 3);

    let (address, seen) = component(vec![vec![OK, b""], vec![OK]]).await;
    let target = open(&format!("http://{address}"), &LinkOptions::default());
    call(&target, "createUser", target_input("/1")).await.unwrap();
    let fault = call(&target, "createUser", target_input("/2")).await.unwrap_err();
    assert_eq!((fault.kind, fault.unsent), (FaultKind::Reset, false));
    // The next request that the component sees is another one.
    call(&target, "createUser", target_input("/3")).await.unwrap();
    let seen = seen.await.unwrap();
    let targets: Vec<&str> = seen.iter().filter_map(|request| request.split(' ').nth(1)).collect();
    assert_eq!(targets, ["/1", "/2", "/3"]);
}

#[tokio::test]
async fn nobody_there_is_refused() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let target = open(&format!("http://{nobody}"), &LinkOptions::default());
    let fault = call(&target, "createUser", target_input("/")).await.unwrap_err();
    assert_eq!((fault.kind, fault.unsent), (FaultKind::Refused, true));
}

#[tokio::test]
async fn faults_say_what_happened() {
    let kind = async |answer| fault_of(answer).await.kind;
    assert_eq!(kind(b"").await, FaultKind::Reset);
    assert_eq!(kind(b"HTTP/1.1 200 OK\r\ncontent-le").await, FaultKind::Reset);
    assert_eq!(kind(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nshort").await, FaultKind::Reset);
    assert_eq!(kind(b"SSH-2.0-OpenSSH_9.2\r\n\r\n").await, FaultKind::Garbage);
    assert_eq!(kind(b"HTTP/1.1 999999 OK\r\n\r\n").await, FaultKind::Garbage);
    assert_eq!(
        kind(b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 1\r\n\r\nx").await,
        FaultKind::Garbage
    );
    assert_eq!(kind(b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n").await, FaultKind::TooLarge);
    let chunks: &[u8] =
        format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n7d0\r\n{}\r\n", "x".repeat(2000))
            .leak()
            .as_bytes();
    assert_eq!(kind(chunks).await, FaultKind::TooLarge);
    let head: &[u8] = format!("HTTP/1.1 200 OK\r\nx: {}\r\n\r\n", "x".repeat(128 << 10)).leak().as_bytes();
    assert_eq!(kind(head).await, FaultKind::Garbage);
}

#[test]
fn the_pool_serves_several_runtimes() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let components = runtime();
    let (address, _) = components.block_on(component(vec![vec![OK; 2]; 4]));
    let serving = std::thread::spawn(move || components.block_on(std::future::pending::<()>()));
    let target = open(&format!("http://{address}"), &LinkOptions::default());
    for _ in 0..2 {
        // The first runtime's connections end with it; the second, on the same thread, makes its own.
        runtime().block_on(async { call(&target, "getUser", target_input("/")).await.unwrap() });
        let target = target.clone();
        let other = std::thread::spawn(move || {
            runtime().block_on(async { call(&target, "getUser", target_input("/")).await.unwrap() });
        });
        other.join().unwrap();
    }
    drop(serving);
}

#[test]
fn urls_that_cannot_be_opened_are_explained() {
    let reason = |url: &str, name: &str| link(name).open(url, &LinkOptions::default()).err().unwrap().reason;
    assert!(reason("http://", "http").contains("no URL"));
    assert!(reason("http://a:b@c", "http").contains("password"));
    assert!(reason("grpc://a/path", "grpc").contains("path"));
    assert!(reason("http://a", "grpc").contains("`grpc://`"));
}
