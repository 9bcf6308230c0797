//! The Protobuf wire format as source and sink: <https://protobuf.dev/programming-guides/encoding/>.

mod index;
mod map;
mod scalar;
mod sink;
mod source;

pub(crate) use index::IndexEntry;
pub use sink::ProtobufSink;
pub use source::ProtobufSource;
pub(crate) use source::last_field;

use crate::{Encoding, EncodingRow};

/// Its row in the table of encodings.
pub(crate) const ENCODING: EncodingRow =
    EncodingRow { name: "protobuf", encoding: Encoding::Protobuf, media: "application/x-protobuf" };
