//! Calls a component over HTTP/1.1.

use std::sync::{Arc, OnceLock, RwLock, Weak};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, HOST};
use http::{HeaderMap, HeaderValue, Request, Response, Uri};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use polywire_call::{
    Answer, Body, BoxFuture, Call, Exchange, Fault, FaultKind, LinkError, LinkOptions, Metadata,
};
use polywire_contract::{Contract, Effect, Operation, OperationId};

use super::pool::{Pool, Sender};
use super::render::Template;
use crate::dial::dial;
use crate::headers;
use crate::payload::{self, Payload, ReadError};
use crate::url::Address;

/// How long an idle connection may be used again where the component says nothing.
const IDLE: Duration = Duration::from_secs(30);
/// The same for calls that must not be sent twice: a component that closes an idle connection just now would leave it
/// unknown whether it acted.
const IDLE_ONCE: Duration = Duration::from_secs(2);
/// Largest head of an answer.
const HEAD_BYTES_MAX: usize = 64 << 10;

/// A component that is called over HTTP.
pub(crate) struct Target {
    address: Address,
    host: HeaderValue,
    options: LinkOptions,
    pool: Pool,
    /// Of the contract that was used last; another one begins anew.
    templates: RwLock<Arc<Templates>>,
}

/// Compiled bindings of one contract, made when they are needed first.
#[derive(Default)]
struct Templates {
    contract: Weak<Contract>,
    /// By operation, then by binding.
    bindings: Vec<Vec<OnceLock<Option<Template>>>>,
}

/// Where a connection comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum From {
    Pool,
    New,
}

/// What failed, and whether another connection may do better.
struct Attempt {
    fault: Fault,
    again: bool,
}

impl std::convert::From<Fault> for Attempt {
    fn from(fault: Fault) -> Self {
        Attempt { fault, again: false }
    }
}

impl Target {
    /// A target without connections.
    pub(crate) fn new(address: Address, options: LinkOptions) -> Result<Target, LinkError> {
        let host = HeaderValue::from_str(&address.authority)
            .map_err(|_| LinkError { reason: format!("`{}` is no host", address.authority) })?;
        Ok(Target { address, host, options, pool: Pool::new(), templates: RwLock::default() })
    }

    fn templates(&self, contract: &Arc<Contract>) -> Arc<Templates> {
        let of_contract = |templates: &Templates| Weak::as_ptr(&templates.contract) == Arc::as_ptr(contract);
        let current = self.templates.read().expect("no holder of this lock can panic").clone();
        if of_contract(&current) {
            return current;
        }
        let bindings = contract.operations.iter();
        let bindings =
            bindings.map(|operation| operation.http.iter().map(|_| OnceLock::new()).collect()).collect();
        let templates = Arc::new(Templates { contract: Arc::downgrade(contract), bindings });
        *self.templates.write().expect("no holder of this lock can panic") = templates.clone();
        templates
    }

    fn request(&self, exchange: &Exchange) -> Result<Request<Payload>, Fault> {
        let operation = exchange.contract.operation(exchange.operation);
        let unsupported =
            |why: &str| Fault::peer(FaultKind::Unsupported, format!("{}: {why}", operation.id)).unsent();
        let place = Some(exchange.origin.binding).filter(|at| *at < operation.http.len()).unwrap_or(0);
        let templates = self.templates(&exchange.contract);
        let template = templates.get(exchange, operation, place);
        let template = template.ok_or_else(|| unsupported("the contract has no HTTP binding for it"))?;

        let input = &exchange.input;
        let mut fields = HeaderMap::with_capacity(16);
        fields.insert(HOST, self.host.clone());
        headers::write(&exchange.metadata, &mut fields, |name| {
            name != "content-type" && name != "accept-encoding"
        });
        let target = match &input.target {
            Some(target) if self.address.base.is_empty() => target.clone(),
            Some(target) => format!("{}{target}", self.address.base),
            None => {
                template.fields(&input.params, &mut fields)?;
                template.target(&self.address.base, &input.params)?
            }
        };
        let made = if input.target.is_some() { None } else { template.body(&input.params)? };
        let (body, made) = match (&input.body, made) {
            (_, Some(made)) => (Bytes::from(made.bytes), made.media),
            (Body::None, None) => (Bytes::new(), None),
            (Body::Message(bytes), None) => (bytes.clone(), None),
        };
        if !body.is_empty() {
            let media = input.media.as_deref().or(template.media.as_deref()).unwrap_or("application/json");
            let field = match made {
                Some(made) => HeaderValue::from_str(&made),
                None => content_type(exchange, media),
            };
            fields.insert(CONTENT_TYPE, field.map_err(|_| unsupported("its media type is none"))?);
        }
        let uri =
            Uri::try_from(target).map_err(|error| unsupported("its target is no URL").because(error))?;
        let mut request = Request::new(Payload::bytes(body));
        *request.method_mut() = template.method.clone();
        *request.uri_mut() = uri;
        *request.headers_mut() = fields;
        Ok(request)
    }

    async fn send(&self, exchange: &mut Exchange) -> Result<Answer, Fault> {
        let repeatable = exchange.contract.operation(exchange.operation).effect != Effect::Once;
        if let Some(sender) = self.pool.take(if repeatable { IDLE } else { IDLE_ONCE }) {
            match self.attempt(exchange, sender, From::Pool).await {
                Err(Attempt { again: true, fault }) if repeatable || fault.unsent => {}
                done => return done.map_err(|attempt| attempt.fault),
            }
        }
        let sender = self.connect().await?;
        self.attempt(exchange, sender, From::New).await.map_err(|attempt| attempt.fault)
    }

    async fn connect(&self) -> Result<Sender, Fault> {
        let stream = dial(&self.address, self.options.connect_timeout).await?;
        let mut builder = http1::Builder::new();
        builder.max_header_size(HEAD_BYTES_MAX);
        let (sender, driver) = builder.handshake(TokioIo::new(stream)).await.map_err(|error| {
            Fault::peer(FaultKind::Refused, self.address.authority.clone()).unsent().because(error)
        })?;
        tokio::spawn(async move {
            if let Err(error) = driver.await {
                tracing::debug!(link = "http", %error, "Connection to a component ended");
            }
        });
        Ok(sender)
    }

    async fn attempt(
        &self,
        exchange: &mut Exchange,
        mut sender: Sender,
        from: From,
    ) -> Result<Answer, Attempt> {
        let again = from == From::Pool;
        if let Err(error) = sender.ready().await {
            let fault = Fault::peer(FaultKind::Reset, self.address.authority.clone()).unsent();
            return Err(Attempt { fault: fault.because(error), again });
        }
        let request = self.request(exchange)?;
        let response = sender.try_send_request(request).await.map_err(|mut error| {
            let unsent = error.take_message().is_some();
            let fault = self.broken(error.into_error());
            // Garbage is an answer: asking again would not make it better.
            let again = again && fault.kind == FaultKind::Reset;
            Attempt { fault: Fault { unsent, ..fault }, again }
        })?;
        let keep = keep_alive(&response);
        let answer = self.answer(response).await?;
        self.pool.put(sender, keep);
        Ok(answer)
    }

    async fn answer(&self, response: Response<Incoming>) -> Result<Answer, Fault> {
        let fault = |kind, why: &str| Fault::peer(kind, format!("{}: {why}", self.address.authority));
        let (parts, body) = response.into_parts();
        if parts.status.is_informational() {
            return Err(fault(FaultKind::Garbage, "an interim status as the last one"));
        }
        let coding = parts.headers.get(CONTENT_ENCODING);
        if coding.is_some_and(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity")) {
            return Err(fault(FaultKind::Garbage, "a compressed answer that was not asked for"));
        }
        let body = match payload::read(body, self.options.answer_bytes_max).await {
            Ok((bytes, _)) if bytes.is_empty() => Body::None,
            Ok((bytes, _)) => Body::Message(bytes),
            Err(ReadError::TooLarge) => {
                return Err(fault(FaultKind::TooLarge, "a larger answer than the limit"));
            }
            Err(ReadError::Broken(error)) => return Err(self.broken(error)),
        };
        let mut metadata = Metadata::default();
        headers::collect(&parts.headers, &mut metadata, |name| {
            name != "content-type" && name != headers::TOKEN
        });
        let media = headers::text(&parts.headers, "content-type").map(str::to_string);
        Ok(Answer::Document { status: parts.status.as_u16(), media, metadata, body })
    }

    fn broken(&self, error: hyper::Error) -> Fault {
        let kind = if error.is_parse() || error.is_parse_too_large() {
            FaultKind::Garbage
        } else {
            FaultKind::Reset
        };
        Fault::peer(kind, self.address.authority.clone()).because(error)
    }
}

impl Templates {
    fn get(&self, exchange: &Exchange, operation: &Operation, place: usize) -> Option<&Template> {
        let OperationId(at) = exchange.operation;
        let cell = self.bindings.get(at as usize)?.get(place)?;
        cell.get_or_init(|| Template::compile(&exchange.contract, operation, place)).as_ref()
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

/// The caller's own field where it means the same media type, with its parameters; else the media type alone.
fn content_type(exchange: &Exchange, media: &str) -> Result<HeaderValue, http::header::InvalidHeaderValue> {
    let sent = exchange.metadata.get("content-type");
    let same =
        |sent: &&str| sent.split(';').next().is_some_and(|name| name.trim().eq_ignore_ascii_case(media));
    HeaderValue::from_str(sent.filter(same).unwrap_or(media))
}

/// How long the component keeps an idle connection (`keep-alive: timeout=5`), less a second for the way.
fn keep_alive(response: &Response<Incoming>) -> Duration {
    let said = headers::text(response.headers(), "keep-alive").and_then(|value| {
        let seconds = value.split(',').find_map(|part| part.trim().strip_prefix("timeout="))?;
        seconds.parse::<u64>().ok()
    });
    said.map_or(IDLE, |seconds| Duration::from_secs(seconds.saturating_sub(1)).min(IDLE))
}
