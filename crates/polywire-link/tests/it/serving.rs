//! The life of a listener.

use std::sync::Arc;
use std::time::Duration;

use polywire_call::{BoxFuture, Call, Code, Exchange, Fault};
use polywire_link::{Conflict, ListenOptions, bind, conflicts};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Notify;

use crate::support::{Answers, Server, answer, contract, get, listen, listen_with, status};

#[test]
fn several_sockets_share_a_port_only_when_they_ask_for_it() {
    let shared = bind("127.0.0.1:0".parse().unwrap(), true).unwrap();
    let address = shared.local_addr().unwrap();
    assert_eq!(bind(address, true).unwrap().local_addr().unwrap(), address);
    assert!(bind(address, false).is_err());
    let alone = bind("127.0.0.1:0".parse().unwrap(), false).unwrap();
    assert!(bind(alone.local_addr().unwrap(), true).is_err());
}

/// Answers when it is told to.
struct Gate {
    entered: Arc<Notify>,
    open: Arc<Notify>,
}

impl Call for Gate {
    fn call<'a>(&'a self, exchange: &'a mut Exchange) -> BoxFuture<'a, Result<(), Fault>> {
        Box::pin(async {
            self.entered.notify_one();
            self.open.notified().await;
            exchange.answer = Some(answer(200, "late"));
            Ok(())
        })
    }
}

#[tokio::test]
async fn more_connections_than_the_limit_wait_until_others_end() {
    let (send, seen) = std::sync::mpsc::channel();
    let send = std::sync::Mutex::new(send);
    let note = Answers(move |exchange: &mut Exchange| {
        send.lock().unwrap().send(exchange.metadata.get("x-from").unwrap().to_owned()).unwrap();
        answer(200, "ok")
    });
    let options = ListenOptions { connections_max: 1, ..ListenOptions::default() };
    let server = listen_with(contract(), note, options);
    let mut first = TcpStream::connect(server.address).await.unwrap();
    let request = |from: &str| format!("GET /api/users/7 HTTP/1.1\r\nhost: a\r\nx-from: {from}\r\n\r\n");
    let mut answer = [0; 4096];
    first.write_all(request("first").as_bytes()).await.unwrap();
    assert!(first.read(&mut answer).await.unwrap() > 0);
    let mut second = TcpStream::connect(server.address).await.unwrap();
    second.write_all(request("second").as_bytes()).await.unwrap();
    for _ in 0..20 {
        first.write_all(request("first").as_bytes()).await.unwrap();
        assert!(first.read(&mut answer).await.unwrap() > 0);
    }
    drop(first);
    assert!(second.read(&mut answer).await.unwrap() > 0);
    let seen: Vec<String> = seen.try_iter().collect();
    assert_eq!(seen.iter().position(|from| from == "second"), Some(21), "{seen:?}");
}

#[tokio::test]
async fn a_shutdown_lets_calls_end() {
    let (entered, open) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let server = listen(contract(), Gate { entered: entered.clone(), open: open.clone() });
    let Server { address, stop, ended, .. } = server;
    // An idle connection, one that has sent nothing, and one with a call under way.
    let mut silent = TcpStream::connect(address).await.unwrap();
    let under_way = tokio::spawn(async move { get(address, "GET /api/users/7", "").await });
    entered.notified().await;
    stop.send(()).unwrap();
    let mut rest = Vec::new();
    silent.read_to_end(&mut rest).await.unwrap();
    assert!(rest.is_empty());
    assert!(TcpStream::connect(address).await.is_err());
    open.notify_one();
    assert_eq!(status(&under_way.await.unwrap()), 200);
    ended.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_shutdown_does_not_wait_for_ever() {
    let (entered, open) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let options = ListenOptions { drain_timeout: Duration::from_millis(10), ..ListenOptions::default() };
    let Server { address, stop, ended, .. } =
        listen_with(contract(), Gate { entered: entered.clone(), open }, options);
    let under_way = tokio::spawn(async move { get(address, "GET /api/users/7", "").await });
    entered.notified().await;
    stop.send(()).unwrap();
    ended.await.unwrap().unwrap();
    assert_eq!(under_way.await.unwrap(), "");
}

#[tokio::test]
async fn heads_that_do_not_come_are_not_waited_for() {
    let options = ListenOptions { head_timeout: Duration::from_millis(20), ..ListenOptions::default() };
    let server = listen_with(contract(), Answers(|_: &mut Exchange| answer(200, "")), options);
    for begun in ["", "PR", "GET /api", "GET /api/users/7 HTTP/1.1\r\nhost"] {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(begun.as_bytes()).await.unwrap();
        let mut rest = Vec::new();
        // Closed in order or reset, either way it ends.
        let _ = stream.read_to_end(&mut rest).await;
        assert!(!String::from_utf8_lossy(&rest).contains(" 200 "), "{begun}");
    }
}

#[test]
fn operations_that_no_request_can_tell_apart_are_found() {
    let mut contract = contract();
    assert_eq!(conflicts(&contract), []);
    let mut twin = contract.operations[0].clone();
    twin.id = "users.twin".into();
    contract.operations.push(twin);
    let second = polywire_contract::OperationId(contract.operations.len() as u32 - 1);
    let first = polywire_contract::OperationId(0);
    let (method, template) = ("GET".to_string(), "/api/users/{}".to_string());
    assert_eq!(conflicts(&contract), [Conflict { method, template, first, second }]);
}

#[tokio::test]
async fn the_bridge_hears_of_what_never_reaches_it() {
    let server = listen(contract(), Answers(|_: &mut Exchange| answer(404, "")));
    let post = "content-length: 1\r\ncontent-type: text/plain\r\n";
    for (line, headers) in [
        ("GET /nothing", ""),
        ("PATCH /api/users/7", ""),
        ("GET /api/users/7?page=%", ""),
        ("POST /api/users", post),
        ("OPTIONS /api/users", ""),
        ("OPTIONS *", ""),
        ("GET /api/users/7", ""),
    ] {
        get(server.address, line, headers).await;
    }
    let refusals = std::mem::take(&mut *server.refusals.lock().unwrap());
    let get_user = Some(polywire_contract::OperationId(0));
    let create_user = Some(polywire_contract::OperationId(1));
    assert_eq!(
        refusals,
        [
            ("http", None, Code::NotFound, 404),
            ("http", None, Code::MethodNotAllowed, 405),
            ("http", get_user, Code::ValidationError, 400),
            ("http", create_user, Code::UnsupportedMediaType, 415),
        ]
    );
}
