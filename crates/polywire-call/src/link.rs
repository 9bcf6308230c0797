//! What a link offers, and what it needs of the bridge.

use std::any::Any;
use std::sync::Arc;
use std::time::{Duration, Instant};

use polywire_contract::{Contract, OperationId};
use polywire_wire::Form;

use crate::{Call, Code, Metadata};

/// A transport.
pub trait Link: Send + Sync {
    /// File stem, key, page of the manual.
    fn name(&self) -> &'static str;

    /// The URL schemes that mean this link.
    fn schemes(&self) -> &'static [&'static str];

    /// How calls lie on it.
    fn form(&self) -> Form;

    /// Compiles what its listener needs to find an operation; `None` where it does not listen.
    fn routes(&self, contract: &Contract) -> Option<Routes>;

    /// Opens the way to a component. Connects lazily.
    fn open(&self, url: &str, options: &LinkOptions) -> Result<Ends, LinkError>;
}

/// A listener's compiled routes; only the link that made them looks inside.
pub type Routes = Arc<dyn Any + Send + Sync>;

/// What holds for every connection of a link.
#[derive(Clone, Debug)]
pub struct LinkOptions {
    /// Largest answer, in bytes.
    pub answer_bytes_max: usize,
    /// How long a connection attempt may take.
    pub connect_timeout: Duration,
}

impl Default for LinkOptions {
    fn default() -> Self {
        LinkOptions { answer_bytes_max: 16 << 20, connect_timeout: Duration::from_secs(2) }
    }
}

/// A URL that cannot be opened.
#[derive(Debug, thiserror::Error)]
#[error("{reason}")]
pub struct LinkError {
    /// In words for people.
    pub reason: String,
}

/// The ends that a link offers: what is `Some` is the capability.
#[derive(Default)]
pub struct Ends {
    /// Calls a component.
    pub call: Option<Arc<dyn Call>>,
}

/// What a listener asks for each request: what is in force now.
pub trait Dispatch: Send + Sync {
    /// Pins the snapshot in force; it stays the same until the request's end.
    fn pin(&self) -> Pinned;

    /// Hears of a request that a listener answers by itself, before there was an exchange; for logs and metrics. Gives
    /// what the answer carries beside its body.
    fn unrouted(&self, _request: &Unrouted<'_>) -> Metadata {
        Metadata::default()
    }
}

/// A request that becomes no exchange: no operation is there, it could not be read, or it is about the listener itself.
#[derive(Clone, Debug)]
pub struct Unrouted<'a> {
    /// The link's name.
    pub link: &'static str,
    /// What was in force for it.
    pub contract: &'a Arc<Contract>,
    /// What would have been called, where that was known.
    pub operation: Option<OperationId>,
    /// What came beside the message.
    pub metadata: Metadata,
    /// The address of the other end.
    pub peer: &'a str,
    /// When it arrived.
    pub started: Instant,
    /// What the caller is told; `None` is no error.
    pub code: Option<Code>,
    /// The HTTP status of what the caller is told.
    pub status: u16,
}

/// What is in force for one request.
#[derive(Clone)]
pub struct Pinned {
    /// The contract.
    pub contract: Arc<Contract>,
    /// Each link's routes, by the link's name.
    pub routes: Arc<[(&'static str, Routes)]>,
    /// Where exchanges go.
    pub call: Arc<dyn Call>,
    /// Largest request body, in bytes.
    pub body_bytes_max: usize,
}

impl Pinned {
    /// A link's own routes.
    pub fn routes<T: Any>(&self, link: &str) -> Option<&T> {
        self.routes.iter().find(|(name, _)| *name == link).and_then(|(_, routes)| routes.downcast_ref())
    }
}
