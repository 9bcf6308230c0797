//! What every link that listens and calls has to do, whatever it is: there and back through both of its ends.

use std::sync::{Arc, Mutex, mpsc};

use polywire_call::{
    Answer, Body, Code, Exchange, FaultKind, Input, LinkOptions, Metadata, Origin, StandardError,
};
use polywire_wire::Form;

use crate::support::{Answers, contract, exchange, link, listen, open, param};

/// An input of the link's form that names a user.
fn input(form: Form, text: &str) -> Input {
    match form {
        Form::Document => Input { params: vec![param(0, text)], ..Input::default() },
        Form::Message => Input { body: Body::Message(text.to_string().into()), ..Input::default() },
    }
}

fn success(form: Form, text: &str) -> Answer {
    let mut metadata = Metadata::default();
    metadata.push("x-answer", "ü");
    let body = text.to_string().into();
    match form {
        Form::Document => {
            let media = Some("application/json".into());
            Answer::Document { status: 200, media, metadata, body: Body::Message(body) }
        }
        Form::Message => Answer::Message { metadata, body },
    }
}

async fn there_and_back(name: &str) {
    let (send, seen) = mpsc::channel();
    let send = Mutex::new(send);
    let form = link(name).form();
    let server = listen(
        contract(),
        Answers(move |exchange: &mut Exchange| {
            let operation = exchange.contract.operation(exchange.operation).name.clone();
            let request_id = exchange.metadata.get("x-request-id").map(str::to_string);
            send.lock()
                .unwrap()
                .send((operation, exchange.origin, exchange.input.clone(), request_id))
                .unwrap();
            success(form, "{}")
        }),
    );
    let target = open(&format!("{name}://{}", server.address), &LinkOptions::default());
    for text in ["7", "a b/c", "ü€𝄞"] {
        let mut exchange = exchange(&Arc::new(contract()), "getUser", input(form, text));
        exchange.metadata.push("x-request-id", "9");
        target.call(&mut exchange).await.unwrap();
        let (operation, origin, arrived, request_id) = seen.recv().unwrap();
        let name = link(name).name();
        assert_eq!((operation.as_str(), origin), ("getUser", Origin { link: name, form, binding: 0 }));
        assert_eq!(arrived.params, input(form, text).params);
        assert_eq!(arrived.body.bytes(), input(form, text).body.bytes());
        assert_eq!(request_id.as_deref(), Some("9"));
        let (metadata, body) = match exchange.answer.unwrap() {
            Answer::Document { status: 200, metadata, body: Body::Message(body), .. } => (metadata, body),
            Answer::Message { metadata, body } => (metadata, body),
            other => panic!("{other:?}"),
        };
        assert_eq!((metadata.get("x-answer"), &body[..]), (Some("ü"), &b"{}"[..]));
    }
}

async fn errors_arrive(name: &str) {
    let form = link(name).form();
    for code in Code::all() {
        let server = listen(
            contract(),
            Answers(move |_: &mut Exchange| Answer::Error(StandardError::new(code, "not – today"))),
        );
        let target = open(&format!("{name}://{}", server.address), &LinkOptions::default());
        let mut exchange = exchange(&Arc::new(contract()), "getUser", input(form, "7"));
        target.call(&mut exchange).await.unwrap();
        match exchange.answer.unwrap() {
            Answer::Document { status, body, .. } => {
                assert_eq!(status, code.http());
                let body: serde_json::Value = serde_json::from_slice(body.bytes()).unwrap();
                assert_eq!(body["error"]["code"], code.name());
                assert_eq!(body["error"]["message"], "not – today");
            }
            Answer::Failure(failure) => {
                assert_eq!((failure.code, failure.message.as_str()), (code.grpc(), "not – today"));
                assert_eq!(failure.reason.as_deref(), Some(code.name()));
                assert!(failure.details.is_empty());
            }
            other => panic!("{other:?}"),
        }
    }
}

async fn a_large_answer_is_a_fault(name: &str) {
    let form = link(name).form();
    let server = listen(contract(), Answers(move |_: &mut Exchange| success(form, &"x".repeat(5000))));
    let options = LinkOptions { answer_bytes_max: 4999, ..LinkOptions::default() };
    let target = open(&format!("{name}://{}", server.address), &options);
    // The connection, if it is kept, is still in order.
    for _ in 0..3 {
        let mut exchange = exchange(&Arc::new(contract()), "getUser", input(form, "7"));
        assert_eq!(target.call(&mut exchange).await.unwrap_err().kind, FaultKind::TooLarge);
    }
}

async fn many_calls_at_once(name: &str) {
    let form = link(name).form();
    let server = listen(
        contract(),
        Answers(move |exchange: &mut Exchange| {
            let text = exchange.input.params.first().map(|p| p.text.clone());
            let text =
                text.unwrap_or_else(|| String::from_utf8_lossy(exchange.input.body.bytes()).into_owned());
            success(form, &text)
        }),
    );
    let target = open(&format!("{name}://{}", server.address), &LinkOptions::default());
    let contract = Arc::new(contract());
    let calls = (0..200).map(async |number| {
        let text = format!("user-{number}");
        let mut exchange = exchange(&contract, "getUser", input(form, &text));
        target.call(&mut exchange).await.unwrap();
        match exchange.answer.unwrap() {
            Answer::Document { body, .. } => assert_eq!(body.bytes(), text.as_bytes()),
            Answer::Message { body, .. } => assert_eq!(body, text),
            other => panic!("{other:?}"),
        }
    });
    futures_util::future::join_all(calls).await;
}

macro_rules! suite {
    ($link:ident) => {
        mod $link {
            #[tokio::test]
            async fn there_and_back() {
                super::there_and_back(stringify!($link)).await;
            }

            #[tokio::test]
            async fn errors_arrive() {
                super::errors_arrive(stringify!($link)).await;
            }

            #[tokio::test]
            async fn a_large_answer_is_a_fault() {
                super::a_large_answer_is_a_fault(stringify!($link)).await;
            }

            #[tokio::test]
            async fn many_calls_at_once() {
                super::many_calls_at_once(stringify!($link)).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn many_calls_at_once_on_several_threads() {
                super::many_calls_at_once(stringify!($link)).await;
            }
        }
    };
}

suite!(grpc);
suite!(http);
