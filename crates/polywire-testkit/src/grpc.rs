//! gRPC by hand on HTTP/2: a component that answers as it is told, or misbehaves, and a client with one call.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::net::{SocketAddr, TcpListener};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use http_body::{Body, Frame};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};

/// What the component does with a call.
#[derive(Clone, Debug)]
pub enum GrpcBehaviour {
    /// Answers with a message.
    Message(Vec<u8>),
    /// Answers with a status, a text, and details by the full names of their types.
    Status(u8, String, Vec<(String, Vec<u8>)>, Place),
    /// Never answers.
    Hang,
    /// Answers with a web page.
    Page,
    /// Answers these bytes as a body, and says that all is well.
    Raw(Vec<u8>),
    /// Answers with a message and never says how it ended.
    NoStatus(Vec<u8>),
}

/// Where a status stands.
#[derive(Clone, Copy, Debug)]
pub enum Place {
    /// In the head, without a body behind it.
    Head,
    /// Behind the body.
    Trailers,
}

/// A running component; it stops listening when the test's process ends.
pub struct GrpcComponent {
    pub address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    behaviour: Mutex<GrpcBehaviour>,
    calls: Mutex<Vec<HeaderMap>>,
}

impl GrpcComponent {
    /// Starts listening on a free port.
    pub fn start(behaviour: GrpcBehaviour) -> GrpcComponent {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.set_nonblocking(true).expect("a socket can be non-blocking");
        let address = listener.local_addr().expect("a bound socket has an address");
        let shared = Arc::new(Shared { behaviour: Mutex::new(behaviour), calls: Mutex::default() });
        let component = GrpcComponent { address, shared: shared.clone() };
        std::thread::spawn(move || runtime().block_on(listen(listener, shared)));
        component
    }

    /// What it does from now on.
    pub fn set(&self, behaviour: GrpcBehaviour) {
        *self.shared.behaviour.lock().expect("no holder panics") = behaviour;
    }

    /// How many calls arrived whole.
    pub fn requests(&self) -> usize {
        self.shared.calls.lock().expect("no holder panics").len()
    }

    /// A header of the last call.
    pub fn header(&self, name: &str) -> Option<String> {
        let calls = self.shared.calls.lock().expect("no holder panics");
        Some(calls.last()?.get(name)?.to_str().ok()?.to_string())
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

async fn listen(listener: TcpListener, shared: Arc<Shared>) {
    let listener = tokio::net::TcpListener::from_std(listener).expect("the socket is non-blocking");
    while let Ok((stream, _)) = listener.accept().await {
        let shared = shared.clone();
        let service = service_fn(move |request| answer(request, shared.clone()));
        let builder = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
        tokio::spawn(builder.serve_connection(TokioIo::new(stream), service));
    }
}

async fn answer(request: Request<Incoming>, shared: Arc<Shared>) -> Result<Response<Frames>, Infallible> {
    let (head, body) = request.into_parts();
    let _ = body.collect().await;
    shared.calls.lock().expect("no holder panics").push(head.headers);
    let behaviour = shared.behaviour.lock().expect("no holder panics").clone();
    let mut response = Response::new(Frames::default());
    let set = |headers: &mut HeaderMap, name: &'static str, value: &str| {
        headers
            .insert(HeaderName::from_static(name), HeaderValue::from_str(value).expect("a header's value"));
    };
    set(response.headers_mut(), "content-type", "application/grpc");
    let mut trailers = HeaderMap::new();
    set(&mut trailers, "grpc-status", "0");
    let mut frames = VecDeque::new();
    match behaviour {
        GrpcBehaviour::Hang => std::future::pending().await,
        GrpcBehaviour::Message(message) => {
            frames.extend([Frame::data(framed(&message).into()), Frame::trailers(trailers)]);
        }
        GrpcBehaviour::Raw(bytes) => {
            frames.extend([Frame::data(bytes.into()), Frame::trailers(trailers)]);
        }
        GrpcBehaviour::NoStatus(message) => frames.push_back(Frame::data(framed(&message).into())),
        GrpcBehaviour::Page => {
            set(response.headers_mut(), "content-type", "text/html");
            frames.push_back(Frame::data("<h1>SECRET</h1>".into()));
        }
        GrpcBehaviour::Status(code, text, details, place) => {
            let headers = match place {
                Place::Head => response.headers_mut(),
                Place::Trailers => &mut trailers,
            };
            set(headers, "grpc-status", &code.to_string());
            set(headers, "grpc-message", &text);
            if !details.is_empty() {
                set(headers, "grpc-status-details-bin", &base64(&status(code, &text, &details)));
            }
            if let Place::Trailers = place {
                frames.push_back(Frame::trailers(trailers));
            }
        }
    }
    *response.body_mut() = Frames(frames);
    Ok(response)
}

#[derive(Default)]
struct Frames(VecDeque<Frame<Bytes>>);

impl Body for Frames {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.get_mut().0.pop_front().map(Ok))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_empty()
    }
}

/// `google.rpc.Status`
fn status(code: u8, text: &str, details: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut status = vec![8, code];
    put(&mut status, 2, text.as_bytes());
    for (name, value) in details {
        let mut any = Vec::new();
        put(&mut any, 1, format!("type.googleapis.com/{name}").as_bytes());
        put(&mut any, 2, value);
        put(&mut status, 3, &any);
    }
    status
}

fn put(into: &mut Vec<u8>, number: u8, bytes: &[u8]) {
    let length =
        u8::try_from(bytes.len()).ok().filter(|length| *length < 128).expect("tests use short texts");
    into.extend([number << 3 | 2, length]);
    into.extend_from_slice(bytes);
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let word =
            chunk.iter().fold(0u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for digit in 0..=chunk.len() {
            text.push(char::from(DIGITS[(word >> (18 - 6 * digit)) as usize & 63]));
        }
    }
    text
}

/// A message with the five bytes before it.
fn framed(message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).expect("tests use short messages");
    [&[0], &length.to_be_bytes()[..], message].concat()
}

/// How a call ended.
#[derive(Debug)]
pub struct GrpcAnswer {
    /// Head and trailers.
    pub headers: HeaderMap,
    /// The message, without the five bytes before it; empty where there is none.
    pub message: Vec<u8>,
}

impl GrpcAnswer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// Calls a method on a connection of its own; `None` where the connection broke.
pub fn grpc(address: SocketAddr, path: &str, headers: &[(&str, &str)], message: &[u8]) -> Option<GrpcAnswer> {
    runtime().block_on(async {
        let stream = tokio::net::TcpStream::connect(address).await.ok()?;
        let handshake = hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream));
        let (mut sender, driver) = handshake.await.ok()?;
        tokio::spawn(driver);
        let mut request = Request::post(format!("http://{address}{path}"))
            .header("content-type", "application/grpc")
            .header("te", "trailers");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(Bytes::from(framed(message)))).ok()?;
        let (head, body) = sender.send_request(request).await.ok()?.into_parts();
        let collected = body.collect().await.ok()?;
        let mut headers = head.headers;
        headers.extend(collected.trailers().cloned().unwrap_or_default());
        let message = collected.to_bytes().get(5..).unwrap_or_default().to_vec();
        Some(GrpcAnswer { headers, message })
    })
}
