//! JSON (RFC 8259) as source and sink.

mod indent;
mod number;
mod object;
mod scan;
mod sink;
mod source;

pub(crate) use indent::indent;
pub(crate) use number::Number;
pub(crate) use scan::quoted;
pub use sink::JsonSink;
pub use source::JsonSource;

use crate::{Encoding, EncodingRow};

/// Its row in the table of encodings.
pub(crate) const ENCODING: EncodingRow =
    EncodingRow { name: "json", encoding: Encoding::Json, media: "application/json" };

/// What the source keeps between messages.
#[derive(Debug)]
pub(crate) struct JsonScratch {
    /// Which row followed which before, so that any steady order of keys is read quickly.
    order: [u16; 256],
    /// The text of a key that has escapes.
    key: Vec<u8>,
}

impl Default for JsonScratch {
    fn default() -> Self {
        JsonScratch { order: [0; 256], key: Vec::new() }
    }
}
