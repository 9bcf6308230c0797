//! YAML 1.2 and JSON text as one tree with spans down to the key.
//!
//! Must never: know a contract format, follow a reference, read a file.

mod tree;

pub use tree::{Entry, Map, Node, Number, Pointer, Value};
