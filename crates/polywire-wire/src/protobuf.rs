//! The Protobuf wire format as source and sink: <https://protobuf.dev/programming-guides/encoding/>.

mod index;
mod map;
mod scalar;
mod sink;
mod source;
mod varint;

pub(crate) use index::IndexEntry;
pub use sink::ProtobufSink;
pub use source::ProtobufSource;
pub(crate) use source::last_field;
