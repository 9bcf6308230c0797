//! A client and a server that know nothing of this crate: tonic.

use std::convert::Infallible;
use std::sync::Arc;

use polywire_call::{Answer, Body, Code, Detail, Exchange, Input, LinkOptions, Metadata, StandardError};
use polywire_wire::Violation;
use tonic::codegen::{BoxFuture, Service};
use tonic::transport::{Channel, Server};
use tonic_prost::ProstCodec;

use crate::support::{Answers, contract, exchange, listen, open};

#[derive(Clone, PartialEq, prost::Message)]
struct User {
    #[prost(string, tag = "1")]
    id: String,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Status {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
    #[prost(message, repeated, tag = "3")]
    details: Vec<Any>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Any {
    #[prost(string, tag = "1")]
    type_url: String,
    #[prost(bytes = "vec", tag = "2")]
    value: Vec<u8>,
}

async fn unary(address: std::net::SocketAddr, id: &str) -> Result<tonic::Response<User>, tonic::Status> {
    let channel = Channel::from_shared(format!("http://{address}")).unwrap().connect().await.unwrap();
    let mut client = tonic::client::Grpc::new(channel);
    client.ready().await.unwrap();
    let mut request = tonic::Request::new(User { id: id.into() });
    request.metadata_mut().insert("x-request-id", "9".parse().unwrap());
    request.set_timeout(std::time::Duration::from_secs(60));
    let path = http::uri::PathAndQuery::from_static("/shop.v1.Users/GetUser");
    client.unary(request, path, ProstCodec::<User, User>::default()).await
}

#[tokio::test]
async fn tonic_calls_us() {
    let server = listen(
        contract(),
        Answers(|exchange: &mut Exchange| {
            assert!(exchange.deadline.is_some());
            let mut metadata = Metadata::default();
            metadata.push("x-request-id", exchange.metadata.get("x-request-id").unwrap());
            match exchange.input.body.bytes() {
                [10, 4, b'n', b'o', b'n', b'e'] => {
                    let mut error = StandardError::new(Code::ValidationError, "100% wrong – truly");
                    error.violations.push(Violation {
                        path: "/id".into(),
                        rule: "minLength",
                        offset: 0,
                        found: "text",
                    });
                    Answer::Error(error)
                }
                bytes => Answer::Message { metadata, body: bytes.to_vec().into() },
            }
        }),
    );
    let response = unary(server.address, "seven").await.unwrap();
    assert_eq!(response.metadata().get("x-request-id").unwrap(), "9");
    assert_eq!(response.into_inner().id, "seven");
    let status = unary(server.address, "none").await.unwrap_err();
    assert_eq!((status.code(), status.message()), (tonic::Code::InvalidArgument, "100% wrong – truly"));
    let details = <Status as prost::Message>::decode(status.details()).unwrap();
    assert_eq!((details.code, details.message.as_str()), (3, "100% wrong – truly"));
    let kinds: Vec<&str> =
        details.details.iter().map(|any| any.type_url.rsplit('.').next().unwrap()).collect();
    assert_eq!(kinds, ["ErrorInfo", "BadRequest"]);
    assert!(details.details[0].value.windows(16).any(|w| w == b"VALIDATION_ERROR"));
}

/// Answers `none` with a status and details, all else with the message that came.
#[derive(Clone)]
struct Users;

impl tonic::server::UnaryService<User> for Users {
    type Response = User;
    type Future = BoxFuture<tonic::Response<User>, tonic::Status>;

    fn call(&mut self, request: tonic::Request<User>) -> Self::Future {
        Box::pin(async move {
            let id = request.get_ref().id.clone();
            if id != "none" {
                let mut response = tonic::Response::new(User { id });
                response.metadata_mut().insert("x-answer", "1".parse().unwrap());
                return Ok(response);
            }
            let detail = Any { type_url: "type.googleapis.com/shop.v1.Gone".into(), value: vec![8, 1] };
            let status = Status { code: 5, message: "no – none".into(), details: vec![detail] };
            let details = prost::Message::encode_to_vec(&status).into();
            Err(tonic::Status::with_details(tonic::Code::NotFound, "no – none", details))
        })
    }
}

impl Service<http::Request<tonic::body::Body>> for Users {
    type Response = http::Response<tonic::body::Body>;
    type Error = Infallible;
    type Future = BoxFuture<Self::Response, Infallible>;

    fn poll_ready(&mut self, _: &mut std::task::Context<'_>) -> std::task::Poll<Result<(), Infallible>> {
        std::task::Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<tonic::body::Body>) -> Self::Future {
        Box::pin(async move {
            let mut grpc = tonic::server::Grpc::new(ProstCodec::<User, User>::default());
            Ok(grpc.unary(Users, request).await)
        })
    }
}

async fn call(address: std::net::SocketAddr, id: &str) -> Answer {
    let target = open(&format!("grpc://{address}"), &LinkOptions::default());
    let message = prost::Message::encode_to_vec(&User { id: id.into() });
    let input = Input { body: Body::Message(message.into()), ..Input::default() };
    let mut exchange = exchange(&Arc::new(contract()), "getUser", input);
    target.call(&mut exchange).await.unwrap();
    exchange.answer.unwrap()
}

#[tokio::test]
async fn we_call_tonic() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let incoming = tonic::transport::server::TcpIncoming::from(listener);
    tokio::spawn(Server::builder().serve_with_incoming(Users, incoming));
    let Answer::Message { metadata, body } = call(address, "seven").await else { panic!("no message") };
    assert_eq!(metadata.get("x-answer"), Some("1"));
    assert_eq!(<User as prost::Message>::decode(body).unwrap().id, "seven");
    let Answer::Failure(failure) = call(address, "none").await else { panic!("no failure") };
    assert_eq!((failure.code, failure.message.as_str()), (5, "no – none"));
    let detail = Detail { type_url: "type.googleapis.com/shop.v1.Gone".into(), value: vec![8, 1].into() };
    assert_eq!(failure.details, [detail]);
}
