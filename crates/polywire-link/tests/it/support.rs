//! A small contract, a front that answers as a test says, a raw client and a raw component.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use polywire_call::{
    Answer, BoxFuture, Call, Caller, Code, Dispatch, Exchange, Fault, Input, Link, LinkOptions, Metadata,
    Origin, Pinned, Routes, Slots, Unrouted,
};
use polywire_contract::{
    BodyBinding, Contract, Effect, Field, GrpcBinding, HttpBinding, Interface, InterfaceId, Operation,
    OperationId, Place, Record, Segment, Shape, Streaming, Style, TypeId, WildcardPart,
};
use polywire_diag::{FileId, Span};
use polywire_link::{LINKS, ListenOptions};
use polywire_wire::{Form, Param};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

pub(crate) fn span() -> Span {
    Span::new(FileId(0), 0, 0)
}

/// Builds operations one by one.
pub(crate) struct Builder {
    pub(crate) contract: Contract,
    pub(crate) text: TypeId,
    pub(crate) texts: TypeId,
}

pub(crate) const SIMPLE: Place = Place::Path { style: Style::Simple, explode: false };

pub(crate) fn query(style: Style, explode: bool) -> Place {
    Place::Query { style, explode }
}

impl Builder {
    pub(crate) fn new() -> Builder {
        let mut contract = Contract::default();
        let text = contract.add_anonymous(Shape::Text, span());
        let texts = contract.add_anonymous(Shape::List(text.into()), span());
        contract.interfaces.push(Interface {
            name: "users".into(),
            component: String::new(),
            service: Some("shop.v1.Users".into()),
            span: span(),
            doc: String::new(),
        });
        Builder { contract, text, texts }
    }

    /// A record of these fields.
    pub(crate) fn record(&mut self, fields: &[(&str, TypeId)]) -> TypeId {
        let fields = fields.iter().map(|(name, ty)| Field::new(*name, (*ty).into(), span())).collect();
        self.contract.add_anonymous(Shape::Record(Record { fields, ..Record::default() }), span())
    }

    pub(crate) fn operation(
        &mut self,
        name: &str,
        method: &str,
        path: Vec<Segment>,
        fields: &[(&str, TypeId, Place)],
        body: BodyBinding,
    ) -> &mut Operation {
        let places = fields.iter().map(|(_, _, place)| place.clone()).collect();
        let input = self.record(&fields.iter().map(|(name, ty, _)| (*name, *ty)).collect::<Vec<_>>());
        let binding = HttpBinding {
            method: method.into(),
            path,
            verb: None,
            places,
            body,
            body_optional: false,
            response_field: None,
        };
        let capital = name[..1].to_uppercase() + &name[1..];
        self.contract.operations.push(Operation {
            id: format!("users.{name}"),
            name: name.into(),
            interface: InterfaceId(0),
            input,
            outcomes: Vec::new(),
            streaming: Streaming::Unary,
            effect: if method == "POST" { Effect::Once } else { Effect::Safe },
            http: vec![binding],
            grpc: Some(GrpcBinding {
                path: format!("/shop.v1.Users/{capital}"),
                input,
                output: input,
                outcomes: Vec::new(),
            }),
            span: span(),
            doc: String::new(),
            deprecated: false,
        });
        self.contract.operations.last_mut().unwrap()
    }
}

pub(crate) fn literal(text: &str) -> Segment {
    Segment::Literal(text.into())
}

pub(crate) fn field(at: u32) -> Segment {
    Segment::Field { prefix: String::new(), field: vec![at], suffix: String::new() }
}

fn path(text: &str) -> Vec<Segment> {
    text.split('/').map(|part| if part == "{}" { field(0) } else { literal(part) }).collect()
}

/// `getUser`, `createUser`, `me`, `files`, `cancel`, `report`, `upload`, `deleteUser`.
pub(crate) fn contract() -> Contract {
    let mut b = Builder::new();
    let (text, texts) = (b.text, b.texts);
    let page = ("page", text, query(Style::Form, true));
    b.operation("getUser", "GET", path("api/users/{}"), &[("id", text, SIMPLE), page], BodyBinding::None);
    let body = BodyBinding::Fields { ty: None };
    b.operation("createUser", "POST", path("api/users"), &[("name", text, Place::Body)], body);
    b.operation("me", "GET", path("api/users/me"), &[], BodyBinding::None);
    let rest = Segment::Wildcard { field: vec![0], pattern: vec![WildcardPart::Rest] };
    b.operation("files", "GET", vec![literal("files"), rest], &[("path", text, SIMPLE)], BodyBinding::None);
    let cancel = b.operation("cancel", "POST", path("orders/{}"), &[("id", text, SIMPLE)], BodyBinding::None);
    cancel.http[0].verb = Some("cancel".into());
    let report = Segment::Field { prefix: "report-".into(), field: vec![0], suffix: ".csv".into() };
    let fields = [("ids", texts, SIMPLE)];
    b.operation("report", "GET", vec![literal("reports"), report], &fields, BodyBinding::None);
    let body = BodyBinding::Opaque { media: vec!["image/*".into()] };
    b.operation("upload", "PUT", path("upload"), &[], body);
    b.operation("deleteUser", "DELETE", path("api/users/{}"), &[("id", text, SIMPLE)], BodyBinding::None);
    b.contract
}

/// Answers every exchange with a function.
pub(crate) struct Answers<F>(pub(crate) F);

impl<F: Fn(&mut Exchange) -> Answer + Send + Sync> Call for Answers<F> {
    fn call<'a>(&'a self, exchange: &'a mut Exchange) -> BoxFuture<'a, Result<(), Fault>> {
        exchange.answer = Some((self.0)(exchange));
        Box::pin(std::future::ready(Ok(())))
    }
}

/// What was refused: link, operation, code, status.
pub(crate) type Refusals = Arc<Mutex<Vec<(&'static str, Option<OperationId>, Code, u16)>>>;

struct Fixed(Pinned, Refusals);

impl Dispatch for Fixed {
    fn pin(&self) -> Pinned {
        self.0.clone()
    }

    fn unrouted(&self, request: &Unrouted<'_>) -> Metadata {
        if let Some(code) = request.code {
            self.1.lock().unwrap().push((request.link, request.operation, code, request.status));
        }
        let mut metadata = Metadata::default();
        metadata.push("x-request-id", request.metadata.get("x-request-id").unwrap_or("made"));
        metadata
    }
}

/// A listener in the background.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) refusals: Refusals,
    pub(crate) stop: oneshot::Sender<()>,
    pub(crate) ended: tokio::task::JoinHandle<std::io::Result<()>>,
}

pub(crate) const BODY_BYTES_MAX: usize = 64 << 10;

pub(crate) fn listen(contract: Contract, call: impl Call + 'static) -> Server {
    listen_with(contract, call, ListenOptions::default())
}

pub(crate) fn listen_with(contract: Contract, call: impl Call + 'static, options: ListenOptions) -> Server {
    let routes: Vec<(&'static str, Routes)> =
        LINKS.iter().filter_map(|link| Some((link.name(), link.routes(&contract)?))).collect();
    let pinned = Pinned {
        contract: Arc::new(contract),
        routes: routes.into(),
        call: Arc::new(call),
        body_bytes_max: BODY_BYTES_MAX,
    };
    let listener = polywire_link::bind("127.0.0.1:0".parse().unwrap(), false).unwrap();
    let address = listener.local_addr().unwrap();
    let refusals = Refusals::default();
    let (stop, stopped) = oneshot::channel();
    let stopped = async {
        let _ = stopped.await;
    };
    let ended = tokio::spawn(polywire_link::serve(
        listener,
        Arc::new(Fixed(pinned, refusals.clone())),
        options,
        stopped,
    ));
    Server { address, refusals, stop, ended }
}

/// Sends bytes and reads until the other end closes.
pub(crate) async fn raw(address: SocketAddr, request: impl AsRef<[u8]>) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // The other end may close before it has read everything.
    let _ = stream.write_all(request.as_ref()).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

/// One request that closes its connection.
pub(crate) async fn get(address: SocketAddr, line: &str, headers: &str) -> String {
    raw(address, format!("{line} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n{headers}\r\n")).await
}

pub(crate) fn status(answer: &str) -> u16 {
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0)
}

pub(crate) fn body(answer: &str) -> &str {
    answer.split_once("\r\n\r\n").map_or("", |(_, body)| body)
}

pub(crate) fn answer(status: u16, text: &str) -> Answer {
    Answer::Document {
        status,
        media: Some("application/json".into()),
        metadata: Metadata::default(),
        body: polywire_call::Body::Message(text.to_string().into()),
    }
}

/// An exchange as the bridge would hand it to a link.
pub(crate) fn exchange(contract: &Arc<Contract>, operation: &str, input: Input) -> Exchange {
    Exchange {
        operation: contract.find_operation(operation).unwrap_or(OperationId(0)),
        contract: contract.clone(),
        origin: Origin { link: "http", form: Form::Document, binding: 0 },
        caller: Caller::default(),
        metadata: Metadata::default(),
        deadline: None,
        started: Instant::now(),
        input,
        answer: None,
        slots: Slots::default(),
    }
}

pub(crate) fn param(slot: u16, text: &str) -> Param {
    Param::text(slot, text)
}

pub(crate) fn open(url: &str, options: &LinkOptions) -> Arc<dyn Call> {
    polywire_link::by_url(url).unwrap().open(url, options).ok().and_then(|ends| ends.call).unwrap()
}

pub(crate) fn link(name: &str) -> &'static dyn Link {
    LINKS.iter().copied().find(|link| link.name() == name).unwrap()
}

/// A component that reads a head and a body by `content-length`, then does what a list says, connection by connection.
/// Each inner list is what one connection answers to its requests; then it is closed.
pub(crate) async fn component(
    script: Vec<Vec<&'static [u8]>>,
) -> (SocketAddr, tokio::task::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let seen = tokio::spawn(async move {
        let mut seen = Vec::new();
        for answers in script {
            let (mut stream, _) = listener.accept().await.unwrap();
            for answer in answers {
                let request = read_request(&mut stream).await;
                if request.is_empty() {
                    break;
                }
                seen.push(request);
                let _ = stream.write_all(answer).await;
            }
        }
        seen
    });
    (address, seen)
}

async fn read_request(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                return text;
            }
        }
        let mut chunk = [0; 4096];
        match stream.read(&mut chunk).await {
            Ok(0) | Err(_) => return text,
            Ok(read) => bytes.extend_from_slice(&chunk[..read]),
        }
    }
}
