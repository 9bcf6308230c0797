//! Calls a component over gRPC.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant};

use http::header::{CONTENT_TYPE, TE, USER_AGENT};
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri};
use hyper::body::Incoming;
use hyper::client::conn::http2::{self, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use polywire_call::{
    Answer, BoxFuture, Call, Exchange, Failure, Fault, FaultKind, LinkError, LinkOptions, Metadata,
};
use polywire_contract::Effect;

use super::frame::{self, FrameError};
use super::{is_grpc, status, timeout};
use crate::dial::dial;
use crate::headers;
use crate::payload::{self, Payload, ReadError};
use crate::url::Address;

/// Largest head or trailers of an answer.
const HEAD_BYTES_MAX: u32 = 64 << 10;
const AGENT: &str = concat!("polywire/", env!("CARGO_PKG_VERSION"));

type Sender = SendRequest<Payload>;

/// A component that is called over gRPC.
pub(crate) struct Target {
    id: u64,
    life: Arc<()>,
    address: Address,
    authority: Authority,
    options: LinkOptions,
}

/// The one connection of a thread to a target. Like idle HTTP/1.1 connections it belongs to the runtime of its thread.
struct Lane {
    life: Weak<()>,
    current: Mutex<Option<Open>>,
    /// Held while a connection is made, so that calls at the same time make only one.
    connecting: tokio::sync::Mutex<()>,
}

#[derive(Clone)]
struct Open {
    sender: Sender,
    number: u64,
    fresh: bool,
}

thread_local! {
    static LANES: RefCell<HashMap<u64, Arc<Lane>>> = RefCell::default();
}

impl Target {
    /// A target without connections.
    pub(crate) fn new(address: Address, options: LinkOptions) -> Result<Target, LinkError> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let authority = address.authority.parse();
        let authority =
            authority.map_err(|_| LinkError { reason: format!("`{}` is no host", address.authority) })?;
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        Ok(Target { id, life: Arc::new(()), address, authority, options })
    }

    fn lane(&self) -> Arc<Lane> {
        LANES.with_borrow_mut(|lanes| {
            if !lanes.contains_key(&self.id) {
                lanes.retain(|_, lane| lane.life.strong_count() > 0);
            }
            let new = || {
                Arc::new(Lane {
                    life: Arc::downgrade(&self.life),
                    current: Mutex::new(None),
                    connecting: tokio::sync::Mutex::new(()),
                })
            };
            lanes.entry(self.id).or_insert_with(new).clone()
        })
    }

    /// The thread's connection, made where there is none.
    async fn open(&self) -> Result<Open, Fault> {
        let lane = self.lane();
        if let Some(open) = lane.usable() {
            return Ok(Open { fresh: false, ..open });
        }
        let _one = lane.connecting.lock().await;
        if let Some(open) = lane.usable() {
            return Ok(open);
        }
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let open = Open { sender: self.connect().await?, number, fresh: true };
        *lane.current.lock().expect("no holder of this lock can panic") = Some(open.clone());
        Ok(open)
    }

    async fn connect(&self) -> Result<Sender, Fault> {
        let stream = dial(&self.address, self.options.connect_timeout).await?;
        let mut builder = http2::Builder::new(TokioExecutor::new());
        builder
            .timer(TokioTimer::new())
            .keep_alive_interval(Some(Duration::from_secs(30)))
            .keep_alive_timeout(Duration::from_secs(10))
            .initial_stream_window_size(1 << 20)
            .initial_connection_window_size(4 << 20)
            .max_header_list_size(HEAD_BYTES_MAX);
        let (sender, driver) = builder.handshake(TokioIo::new(stream)).await.map_err(|error| {
            Fault::peer(FaultKind::Refused, self.address.authority.clone()).unsent().because(error)
        })?;
        tokio::spawn(async move {
            if let Err(error) = driver.await {
                tracing::debug!(link = "grpc", %error, "Connection to a component ended");
            }
        });
        Ok(sender)
    }

    fn request(&self, exchange: &Exchange) -> Result<Request<Payload>, Fault> {
        let operation = exchange.contract.operation(exchange.operation);
        let unsupported =
            |why: &str| Fault::peer(FaultKind::Unsupported, format!("{}: {why}", operation.id)).unsent();
        let binding =
            operation.grpc.as_ref().ok_or_else(|| unsupported("the contract has no gRPC binding for it"))?;
        let frame = frame::encode(exchange.input.body.bytes());
        let frame = frame.ok_or_else(|| unsupported("the message is too large for a frame"))?;
        let path = PathAndQuery::try_from(binding.path.as_str());
        let path = path.map_err(|error| unsupported("its path is none").because(error))?;

        let mut fields = HeaderMap::with_capacity(16);
        fields.insert(TE, HeaderValue::from_static("trailers"));
        fields.insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
        if let Some(deadline) = exchange.deadline {
            let left = deadline.saturating_duration_since(Instant::now());
            let value = HeaderValue::from_str(&timeout::print(left));
            fields.insert("grpc-timeout", value.expect("digits and a letter are a header value"));
        }
        headers::write(&exchange.metadata, &mut fields, is_metadata);
        fields.entry(USER_AGENT).or_insert(HeaderValue::from_static(AGENT));

        let mut parts = http::uri::Parts::default();
        parts.scheme = Some(Scheme::HTTP);
        parts.authority = Some(self.authority.clone());
        parts.path_and_query = Some(path);
        let uri =
            Uri::from_parts(parts).map_err(|error| unsupported("its address is none").because(error))?;
        let mut request = Request::new(Payload::bytes(frame));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = uri;
        *request.headers_mut() = fields;
        Ok(request)
    }

    async fn send(&self, exchange: &mut Exchange) -> Result<Answer, Fault> {
        let repeatable = exchange.contract.operation(exchange.operation).effect != Effect::Once;
        let open = self.open().await?;
        let reused = !open.fresh;
        match self.attempt(exchange, &open).await {
            Err(fault) if reused && fault.kind == FaultKind::Reset && (fault.unsent || repeatable) => {}
            done => return done,
        }
        self.lane().forget(open.number);
        let open = self.open().await?;
        self.attempt(exchange, &open).await
    }

    async fn attempt(&self, exchange: &mut Exchange, open: &Open) -> Result<Answer, Fault> {
        let mut sender = open.sender.clone();
        let request = self.request(exchange)?;
        match sender.try_send_request(request).await {
            Ok(response) => self.answer(response).await,
            Err(mut error) => {
                let unsent = error.take_message().is_some();
                let fault = self.broken(error.into_error());
                Err(Fault { unsent: unsent || fault.unsent, ..fault })
            }
        }
    }

    async fn answer(&self, response: Response<Incoming>) -> Result<Answer, Fault> {
        let garbage =
            |why: &str| Fault::peer(FaultKind::Garbage, format!("{}: {why}", self.address.authority));
        let (parts, body) = response.into_parts();
        let mut metadata = Metadata::default();
        headers::collect(&parts.headers, &mut metadata, is_metadata);
        if let Some(Err(failure)) = status::read(&parts.headers) {
            return Ok(Answer::Failure(Failure { metadata, ..failure }));
        }
        if parts.status != StatusCode::OK {
            return Ok(Answer::Failure(Failure { metadata, ..status::from_http(parts.status.as_u16()) }));
        }
        if !is_grpc(&parts.headers) {
            return Err(garbage("an answer that is no gRPC"));
        }
        let bytes_max = self.options.answer_bytes_max.saturating_add(frame::PREFIX);
        let (body, trailers) = match payload::read(body, bytes_max).await {
            Ok(read) => read,
            Err(ReadError::TooLarge) => {
                let why = format!("{}: a larger answer than the limit", self.address.authority);
                return Err(Fault::peer(FaultKind::TooLarge, why));
            }
            Err(ReadError::Broken(error)) => return Err(self.broken(error)),
        };
        let trailers = trailers.unwrap_or_default();
        headers::collect(&trailers, &mut metadata, is_metadata);
        match status::read(&trailers).or_else(|| status::read(&parts.headers)) {
            None => return Err(garbage("an answer without a status")),
            Some(Err(failure)) => return Ok(Answer::Failure(Failure { metadata, ..failure })),
            Some(Ok(())) => {}
        }
        match frame::decode(body) {
            Ok(Some(body)) => Ok(Answer::Message { metadata, body }),
            Ok(None) => Err(garbage("an answer without a message")),
            Err(FrameError::Compressed) => Err(garbage("a compressed answer that was not asked for")),
            Err(FrameError::Several) => Err(garbage("an answer of several messages")),
            Err(FrameError::Truncated) => Err(garbage("an answer whose frame is broken")),
        }
    }

    fn broken(&self, error: hyper::Error) -> Fault {
        let reason = std::error::Error::source(&error).and_then(|source| source.downcast_ref::<h2::Error>());
        let (reason, ours) = reason.map_or((None, false), |e| (e.reason(), e.is_library()));
        let kind = match reason {
            Some(
                h2::Reason::PROTOCOL_ERROR | h2::Reason::FRAME_SIZE_ERROR | h2::Reason::COMPRESSION_ERROR,
            ) if ours => FaultKind::Garbage,
            _ => FaultKind::Reset,
        };
        let refused = reason == Some(h2::Reason::REFUSED_STREAM);
        let fault = Fault::peer(kind, self.address.authority.clone()).because(error);
        if refused { fault.unsent() } else { fault }
    }
}

impl Lane {
    fn usable(&self) -> Option<Open> {
        let current = self.current.lock().expect("no holder of this lock can panic");
        current.clone().filter(|open| !open.sender.is_closed())
    }

    fn forget(&self, number: u64) {
        let mut current = self.current.lock().expect("no holder of this lock can panic");
        if current.as_ref().is_some_and(|open| open.number == number) {
            *current = None;
        }
    }
}

impl Call for Target {
    fn call<'a>(&'a self, exchange: &'a mut Exchange) -> BoxFuture<'a, Result<(), Fault>> {
        Box::pin(async move {
            let answer = self.send(exchange).await?;
            exchange.answer = Some(answer);
            Ok(())
        })
    }
}

/// Whether a field is metadata: neither the protocol's own nor one that only means something to HTTP.
fn is_metadata(name: &str) -> bool {
    !name.starts_with("grpc-") && !headers::is_of_http(name) && name != headers::TOKEN
}
