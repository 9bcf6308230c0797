//! Requests that come in over HTTP/1.1, well-formed and not.

use std::sync::Mutex;
use std::sync::mpsc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use polywire_call::{Answer, Body, Code, Exchange, Failure, Metadata, StandardError};

use crate::support::{Answers, BODY_BYTES_MAX, Server, answer, body, contract, get, listen, raw, status};

/// Answers with what came in: operation, parameters, body.
fn describe(exchange: &mut Exchange) -> Answer {
    let mut text = exchange.contract.operation(exchange.operation).name.clone();
    for param in &exchange.input.params {
        text.push_str(&format!(" {}={}", param.slot, param.text));
    }
    if let Body::Message(bytes) = &exchange.input.body {
        text.push_str(&format!(" [{}]", String::from_utf8_lossy(bytes)));
    }
    answer(200, &text)
}

fn describing() -> Server {
    listen(contract(), Answers(describe))
}

async fn check(line: &str, expected_status: u16, expected: &str) {
    let server = describing();
    let answer = get(server.address, line, "").await;
    assert_eq!(status(&answer), expected_status, "{line}: {answer}");
    assert!(body(&answer).contains(expected), "{line}: {answer}");
}

#[tokio::test]
async fn paths_find_their_operation() {
    check("GET /api/users/7", 200, "getUser 0=7").await;
    check("GET /api/users/me", 200, "me").await;
    check("GET /api/users/me%2F2", 200, "getUser 0=me/2").await;
    check("GET /api/users/%C3%A4?page=a+b%2B", 200, "getUser 0=ä 1=a b+").await;
    check("GET /files/a/b%2Fc%20d", 200, "files 0=a/b%2Fc d").await;
    check("GET /files", 200, "files").await;
    check("POST /orders/7:cancel", 200, "cancel 0=7").await;
    check("GET /reports/report-1,2%2C3.csv", 200, "report 0=1 0=2,3").await;
    check("GET /api/users/", 404, "NOT_FOUND").await;
    check("GET /api/users/7/", 404, "NOT_FOUND").await;
    check("GET /reports/report-.csv", 404, "NOT_FOUND").await;
    check("GET /", 404, "NOT_FOUND").await;
    check(&format!("GET {}", "/a".repeat(1000)), 404, "NOT_FOUND").await;
    check("GET /api/users/%zz", 400, "malformed").await;
    check("GET /api/users/%ff", 400, "malformed").await;
    check("GET /api/users/7?page=%f", 400, r#"{"path":"/page","rule":"malformed"}"#).await;
    check("GET /api/users/7?unknown=%f", 200, "getUser 0=7").await;
}

#[tokio::test]
async fn other_methods_are_named() {
    let server = describing();
    let answer = get(server.address, "PATCH /api/users/7", "").await;
    assert_eq!(status(&answer), 405);
    assert!(answer.contains("allow: DELETE, GET, HEAD, OPTIONS\r\n"), "{answer}");
    assert!(body(&answer).contains("METHOD_NOT_ALLOWED"));
    assert!(answer.contains("x-request-id: made\r\n"), "{answer}");
    let answer = get(server.address, "OPTIONS /api/users", "x-request-id: mine\r\n").await;
    assert_eq!(status(&answer), 204);
    assert!(answer.contains("x-request-id: mine\r\n"), "{answer}");
    assert!(answer.contains("allow: OPTIONS, POST\r\n"), "{answer}");
}

#[tokio::test]
async fn head_is_served_by_get() {
    let server = describing();
    let answer = get(server.address, "HEAD /api/users/7", "").await;
    assert_eq!(status(&answer), 200);
    assert!(answer.contains("content-length: 11\r\n"), "{answer}");
    assert_eq!(body(&answer), "");
    let answer = get(server.address, "HEAD /nothing", "").await;
    assert_eq!((status(&answer), body(&answer)), (404, ""));
}

async fn post(headers: &str, content: &str) -> String {
    let head = format!("content-length: {}\r\n{headers}", content.len());
    let request = format!("POST /api/users HTTP/1.1\r\nhost: a\r\nconnection: close\r\n{head}\r\n{content}");
    raw(describing().address, request).await
}

#[tokio::test]
async fn bodies_are_read_and_their_type_is_checked() {
    assert_eq!(body(&post("", "{}").await), "createUser [{}]");
    assert_eq!(
        body(&post("content-type: application/json; charset=utf-8\r\n", "{}").await),
        "createUser [{}]"
    );
    assert_eq!(body(&post("content-type: Application/Merge-Patch+JSON\r\n", "{}").await), "createUser [{}]");
    assert_eq!(body(&post("", "").await), "createUser");
    assert_eq!(status(&post("content-type: text/plain\r\n", "{}").await), 415);
    assert_eq!(status(&post("content-encoding: gzip\r\n", "{}").await), 415);
    assert_eq!(body(&post("content-encoding: identity\r\n", "{}").await), "createUser [{}]");
    let server = describing();
    let head = "PUT /upload HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 1\r\n";
    let image = raw(server.address, format!("{head}content-type: image/png\r\n\r\nx")).await;
    assert_eq!(body(&image), "upload [x]");
    let text = raw(server.address, format!("{head}content-type: text/plain\r\n\r\nx")).await;
    assert!(body(&text).contains("`image/*`"), "{text}");
}

#[tokio::test]
async fn a_body_in_chunks_is_one_body() {
    let chunks = "2\r\n{\"\r\n3\r\na\":\r\n2\r\n1}\r\n0\r\n\r\n";
    let head =
        "POST /api/users HTTP/1.1\r\nhost: a\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n";
    let answer = raw(describing().address, format!("{head}{chunks}")).await;
    assert_eq!(body(&answer), "createUser [{\"a\":1}]");
}

#[tokio::test]
async fn large_bodies_are_refused_at_once() {
    let server = describing();
    // Nothing of the body is sent: the announced length is enough.
    let head =
        format!("POST /api/users HTTP/1.1\r\nhost: a\r\ncontent-length: {}\r\n\r\n", BODY_BYTES_MAX + 1);
    let answer = raw(server.address, head).await;
    assert_eq!(status(&answer), 413, "{answer}");
    assert!(answer.contains("connection: close\r\n"), "{answer}");
    assert!(body(&answer).contains("PAYLOAD_TOO_LARGE"));
    // In chunks the limit is found on the way.
    let mut request = "POST /api/users HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n".to_string();
    for _ in 0..=BODY_BYTES_MAX / 0x1000 {
        request.push_str(&format!("1000\r\n{}\r\n", "x".repeat(0x1000)));
    }
    let answer = raw(server.address, request).await;
    assert_eq!(status(&answer), 413, "{answer}");
    // Whoever sends everything before it reads loses nothing.
    let mut stream = tokio::net::TcpStream::connect(server.address).await.unwrap();
    let head = format!("POST /api/users HTTP/1.1\r\nhost: a\r\ncontent-length: {}\r\n\r\n", 20 << 20);
    stream.write_all(head.as_bytes()).await.unwrap();
    for _ in 0..20 {
        stream.write_all(&vec![b' '; 1 << 20]).await.unwrap();
    }
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert_eq!(status(&answer), 413);
    // Just the limit passes, and others are served all the while.
    assert_eq!(status(&post("", &"x".repeat(BODY_BYTES_MAX)).await), 200);
    assert_eq!(status(&get(server.address, "GET /api/users/7", "").await), 200);
}

#[tokio::test]
async fn what_is_no_request_closes_the_connection() {
    let server = describing();
    for request in [
        "nonsense\r\n\r\n",
        "GET /api/users/7 HTTP/9.9\r\n\r\n",
        "GET /api/users/7 HTTP/1.1\r\nhost : a\r\n\r\n",
        "POST /api/users HTTP/1.1\r\ncontent-length: x\r\n\r\n",
        "POST /api/users HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
        "POST /api/users HTTP/1.1\r\ntransfer-encoding: gzip\r\n\r\n",
        "\0\x01\x02\r\n\r\n",
    ] {
        let answer = raw(server.address, request).await;
        assert!(answer.is_empty() || status(&answer) == 400, "{request}: {answer}");
    }
    let large = format!("GET /api/users/7 HTTP/1.1\r\nx: {}\r\n\r\n", "x".repeat(128 << 10));
    let answer = raw(server.address, large).await;
    assert!(answer.is_empty() || status(&answer) == 431, "{answer}");
    let many = format!("GET /api/users/7 HTTP/1.1\r\n{}\r\n", "x: y\r\n".repeat(200));
    assert_eq!(status(&raw(server.address, many).await), 431);
    assert_eq!(status(&get(server.address, "GET /api/users/7", "").await), 200);
}

#[tokio::test]
async fn a_request_may_come_in_pieces_and_connections_are_kept() {
    let server = describing();
    let mut stream = tokio::net::TcpStream::connect(server.address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    for round in 0..3 {
        for piece in [
            "P",
            "OST /api/us",
            "ers HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-le",
            "ngth: 2\r\n\r\n",
        ] {
            stream.write_all(piece.as_bytes()).await.unwrap();
            tokio::task::yield_now().await;
        }
        let mut seen = String::new();
        let mut buffer = [0; 1024];
        while !seen.ends_with("\r\n\r\n") {
            let read = stream.read(&mut buffer).await.unwrap();
            seen.push_str(std::str::from_utf8(&buffer[..read]).unwrap());
        }
        assert!(seen.starts_with("HTTP/1.1 100"), "{round}: {seen}");
        stream.write_all(b"{}").await.unwrap();
        seen.clear();
        while !seen.ends_with("[{}]") {
            let read = stream.read(&mut buffer).await.unwrap();
            assert_ne!(read, 0, "{seen}");
            seen.push_str(std::str::from_utf8(&buffer[..read]).unwrap());
        }
        assert_eq!(status(&seen), 200);
    }
}

#[tokio::test]
async fn errors_are_problems_where_they_are_asked_for() {
    let refuse = |_: &mut Exchange| {
        let mut error = StandardError::new(Code::Unavailable, "not now");
        error.retry_after_seconds = Some(3);
        Answer::Error(error)
    };
    let server = listen(contract(), Answers(refuse));
    let plain = get(server.address, "GET /api/users/7", "accept: application/json\r\n").await;
    assert_eq!(status(&plain), 503);
    assert!(
        plain.contains("content-type: application/json\r\n") && plain.contains("retry-after: 3\r\n"),
        "{plain}"
    );
    let problem =
        get(server.address, "GET /api/users/7", "accept: application/problem+json, */*;q=0.1\r\n").await;
    assert!(problem.contains("content-type: application/problem+json\r\n"), "{problem}");
    assert!(body(&problem).contains(r#""title":"Service Unavailable","status":503"#), "{problem}");
}

#[tokio::test]
async fn what_a_front_cannot_write_is_an_internal_error() {
    let failure =
        |_: &mut Exchange| Answer::Failure(Failure { message: "inner secret".into(), ..Failure::default() });
    let answer = get(listen(contract(), Answers(failure)).address, "GET /api/users/7", "").await;
    assert_eq!(status(&answer), 500);
    assert!(!answer.contains("secret"), "{answer}");
    let status_of_none = |_: &mut Exchange| answer_with_status(7);
    assert_eq!(
        status(&get(listen(contract(), Answers(status_of_none)).address, "GET /api/users/7", "").await),
        500
    );
}

fn answer_with_status(status: u16) -> Answer {
    Answer::Document { status, media: None, metadata: Metadata::default(), body: Body::None }
}

#[tokio::test]
async fn metadata_travels_without_what_belongs_to_the_connection() {
    let (send, seen) = mpsc::channel();
    let send = Mutex::new(send);
    let server = listen(
        contract(),
        Answers(move |exchange: &mut Exchange| {
            let metadata: Vec<String> = exchange.metadata.iter().map(|(n, v)| format!("{n}={v}")).collect();
            let caller = exchange.caller.clone();
            send.lock().unwrap().send((metadata, caller, exchange.input.target.clone())).unwrap();
            let mut metadata = Metadata::default();
            metadata.push("x-answer", "1");
            metadata.push("connection", "x");
            metadata.push("polywire-token", "secret");
            Answer::Document { status: 204, media: None, metadata, body: Body::None }
        }),
    );
    let headers = "authorization: Bearer x\r\npolywire-token: secret\r\nte: trailers\r\naccept-encoding: gzip\r\n\
                   connection: x-once\r\nx-once: 1\r\nX-Request-Id: 9\r\n";
    let answer = get(server.address, "GET /api/users/7?page=1&other=%20", headers).await;
    assert!(answer.contains("x-answer: 1\r\n") && !answer.contains("secret"), "{answer}");
    let (metadata, caller, target) = seen.recv().unwrap();
    assert_eq!(metadata, ["authorization=Bearer x", "x-request-id=9"]);
    assert_eq!(caller.token.as_deref(), Some("secret"));
    assert!(caller.peer.starts_with("127.0.0.1:"));
    assert_eq!(target.as_deref(), Some("/api/users/7?page=1&other=%20"));
}
