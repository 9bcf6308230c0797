//! What a call is, whatever carries it: the exchange, the standard error, faults, and what a link offers.
//!
//! Must never: know a transport, a runtime or a protocol's bytes; sleep; read a clock other than [`Clock`].

#![warn(missing_docs)]

mod clock;
mod code;
mod detail;
mod exchange;
mod fault;
mod link;
mod memory;
mod metadata;

pub use clock::{Clock, ManualClock, SystemClock, Timer};
pub use code::{Code, StandardError, from_grpc, from_http};
pub use detail::{details, retry_after_seconds, violations};
pub use exchange::{Answer, Body, BoxFuture, Call, Caller, Detail, Exchange, Failure, Input, Origin, Slots};
pub use fault::{Fault, FaultKind, Side};
pub use link::{Dispatch, Ends, Link, LinkError, LinkOptions, Pinned, Routes, Unrouted};
pub use memory::{MemoryLink, Reply};
pub use metadata::Metadata;
