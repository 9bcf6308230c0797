//! The checks of a plan: predicates on single values, whatever encoding they came from.

pub(crate) mod bytes;
pub(crate) mod ecma;
pub(crate) mod format;
pub(crate) mod moment;
pub(crate) mod number;
mod pattern;
pub(crate) mod re2;
pub(crate) mod schema;
pub(crate) mod text;
pub(crate) mod well_known;

pub use bytes::BytesRules;
pub use format::Format;
pub use moment::{Moment, MomentRule};
pub use number::{Exact, FloatRules};
pub use pattern::Pattern;
pub use schema::SchemaNumber;
pub use text::TextRules;
