//! The checks of a plan: predicates on single values, whatever encoding they came from.

pub(crate) mod format;
pub(crate) mod number;
pub(crate) mod pattern;
pub(crate) mod schema;
pub(crate) mod text;

pub use format::Format;
pub use number::{Exact, FloatRules};
pub use schema::SchemaNumber;
pub use text::TextRules;
