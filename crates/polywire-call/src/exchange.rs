//! One call on its way: what came in, what goes out, and who carries it.

use std::any::Any;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use polywire_contract::{Contract, OperationId};
use polywire_wire::{Form, Param};

use crate::{Fault, Metadata, StandardError};

/// A future that may move between threads.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Who calls.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Caller {
    /// The address of the other end, for logs.
    pub peer: Arc<str>,
    /// The token from `polywire-token`, where one was sent. Never logged.
    pub token: Option<String>,
}

/// Bytes on their way.
#[derive(Clone, Debug, Default)]
pub enum Body {
    /// There is none.
    #[default]
    None,
    /// Complete and bounded.
    Message(Bytes),
}

impl Body {
    /// The bytes; empty where there is no body.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Body::None => &[],
            Body::Message(bytes) => bytes,
        }
    }
}

/// What came in, in the form that the exchange says.
#[derive(Clone, Debug, Default)]
pub struct Input {
    /// Parameters outside of the body ([`Form::Document`] only).
    pub params: Vec<Param>,
    /// Path and query as they were received; a link may send them on unchanged while they stand here.
    pub target: Option<String>,
    /// The body's media type, lower case, without parameters.
    pub media: Option<String>,
    /// The body, or the message.
    pub body: Body,
}

/// How a call ended.
#[derive(Clone, Debug)]
pub enum Answer {
    /// A numeric status with a body of a media type ([`Form::Document`]).
    Document {
        /// 100 to 599.
        status: u16,
        /// As the component sent it, parameters included.
        media: Option<String>,
        /// Headers that are passed on.
        metadata: Metadata,
        /// The body.
        body: Body,
    },
    /// A response message ([`Form::Message`]).
    Message {
        /// Metadata that is passed on.
        metadata: Metadata,
        /// The message.
        body: Bytes,
    },
    /// An error of the component as a status with details ([`Form::Message`]).
    Failure(Failure),
    /// An error that the bridge decides; each front writes it in its own way.
    Error(StandardError),
}

/// A gRPC status.
#[derive(Clone, Debug, Default)]
pub struct Failure {
    /// 1 to 16.
    pub code: u8,
    /// For people.
    pub message: String,
    /// `google.rpc.ErrorInfo.reason`, where it was sent or is to be sent.
    pub reason: Option<String>,
    /// The other details.
    pub details: Vec<Detail>,
    /// Metadata that is passed on.
    pub metadata: Metadata,
}

/// A `google.protobuf.Any`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detail {
    /// `type.googleapis.com/shop.users.v1.Error`
    pub type_url: String,
    /// The message.
    pub value: Bytes,
}

impl Detail {
    /// The message's full name.
    pub fn name(&self) -> &str {
        self.type_url.rsplit('/').next().unwrap_or_default()
    }
}

/// Where a call entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The link's name: `http`, `grpc`.
    pub link: &'static str,
    /// The form in which it came and wants its answer.
    pub form: Form,
    /// Which of the operation's HTTP bindings was used.
    pub binding: usize,
}

/// One call on its way.
#[derive(Debug)]
pub struct Exchange {
    /// The contract that the call was routed by; the same until its end.
    pub contract: Arc<Contract>,
    /// What is called.
    pub operation: OperationId,
    /// Where it entered.
    pub origin: Origin,
    /// Who calls.
    pub caller: Caller,
    /// What travels beside the message.
    pub metadata: Metadata,
    /// When the caller stops waiting.
    pub deadline: Option<Instant>,
    /// When it arrived.
    pub started: Instant,
    /// What came in; the bridge replaces it by what the link needs.
    pub input: Input,
    /// How it ended; set by a policy or a link.
    pub answer: Option<Answer>,
    /// What policies keep between `before` and `after`.
    pub slots: Slots,
}

impl Exchange {
    /// Which of the operation's HTTP bindings a component is called by: the one that the call came in by, or the first.
    pub fn binding(&self) -> usize {
        if self.origin.form == Form::Document { self.origin.binding } else { 0 }
    }
}

/// A place for each policy, by its number.
#[derive(Default)]
pub struct Slots(Vec<(usize, Box<dyn Any + Send>)>);

impl std::fmt::Debug for Slots {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Slots({})", self.0.len())
    }
}

impl Slots {
    /// Keeps a value for a policy.
    pub fn put(&mut self, policy: usize, value: impl Any + Send) {
        self.0.retain(|(p, _)| *p != policy);
        self.0.push((policy, Box::new(value)));
    }

    /// Takes a policy's value back.
    pub fn take<T: Any>(&mut self, policy: usize) -> Option<T> {
        let at = self.0.iter().position(|(p, v)| *p == policy && v.is::<T>())?;
        self.0.swap_remove(at).1.downcast().ok().map(|value| *value)
    }
}

/// Whatever brings an exchange to its answer: a link, a policy that wraps, the bridge itself.
pub trait Call: Send + Sync {
    /// Sets `exchange.answer`, or says why it cannot.
    fn call<'a>(&'a self, exchange: &'a mut Exchange) -> BoxFuture<'a, Result<(), Fault>>;
}
