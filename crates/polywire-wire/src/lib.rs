//! Encodings and plans: a message of one encoding becomes a message of another in one pass that validates it.
//!
//! Must never: read a file, a clock or a socket; build a tree of values; trust a length, offset or count that it read.

#![warn(missing_docs)]
#![warn(clippy::disallowed_methods)]

mod call;
mod violation;

pub use call::{Form, Param, Validation};
pub use violation::{Refusal, Violation};
