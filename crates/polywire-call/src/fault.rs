//! Why a link could not bring a call to its end.

use std::time::Duration;

/// Whose doing it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The component that was called.
    Peer,
    /// The bridge.
    Us,
    /// Whoever called.
    Caller,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FaultKind {
    /// No connection could be made.
    Refused,
    /// The connection broke.
    Reset,
    /// The deadline passed.
    Timeout,
    /// What came back is not of the protocol.
    Garbage,
    /// What came back is larger than the limit.
    TooLarge,
    /// The link cannot carry this call.
    Unsupported,
    /// The caller went away.
    Cancelled,
}

/// A call that did not come to its end. `Display` is for logs; it never goes to a caller.
#[derive(Debug, thiserror::Error)]
#[error("{kind:?}: {context}")]
pub struct Fault {
    /// What happened.
    pub kind: FaultKind,
    /// Whose doing it was.
    pub side: Side,
    /// Nothing of the call reached the component: it may be sent again whatever it does.
    pub unsent: bool,
    /// For logs: what was tried.
    pub context: String,
    /// The cause.
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
    /// When to try again, where the peer said so.
    pub retry_after: Option<Duration>,
}

impl Fault {
    /// A fault of the component.
    pub fn peer(kind: FaultKind, context: impl Into<String>) -> Self {
        Fault {
            kind,
            side: Side::Peer,
            unsent: false,
            context: context.into(),
            source: None,
            retry_after: None,
        }
    }

    /// Adds the cause.
    pub fn because(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Says that nothing of the call reached the component.
    pub fn unsent(mut self) -> Self {
        self.unsent = true;
        self
    }
}
