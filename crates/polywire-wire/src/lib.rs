//! Encodings and plans: a message of one encoding becomes a message of another in one pass that validates it.
//!
//! A [`Compiler`] turns operations and types of a contract into [`Plans`]; these run on bytes, with a [`Scratch`] per
//! thread and without allocation in the steady state. Encodings implement [`Source`] and [`Sink`]; the walk in `walk`
//! is generic over both.
//!
//! Must never: read a file, a clock or a socket; build a tree of values; trust a length, offset or count that it read.

#![warn(missing_docs)]
#![warn(clippy::disallowed_methods)]

mod avro;
mod buffer;
mod call;
mod check;
mod codes;
mod compile;
mod encoding;
mod json;
mod keys;
mod layout;
mod operation;
mod params;
mod plan;
mod protobuf;
mod record;
mod run;
mod scratch;
mod sink;
mod source;
mod stop;
mod text;
mod varint;
mod verdict;
mod violation;
mod walk;

pub use avro::{AvroSink, AvroSource};
pub use buffer::Buffer;
pub use call::{Form, Param, Validation};
pub use codes::CODES;
pub use compile::{Compiler, SchemaOptions};
pub use encoding::{Encoding, EncodingRow};
pub use json::{JsonSink, JsonSource};
pub use layout::{LayoutSink, LayoutSource};
pub use operation::{Output, Passed};
pub use params::{ParamSink, TextSource};
pub use plan::{Int64, JsonOptions, KeyOrder, PlanId, PlanOptions, Plans};
pub use protobuf::{ProtobufSink, ProtobufSource};
pub use record::{RecordSink, RecordSource};
pub use scratch::Scratch;
pub use sink::{Discard, Sink};
pub use source::{Frame, Kind, Mark, Source, Step};
pub use stop::Stop;
pub use verdict::Verdict;
pub use violation::{Refusal, Violation};

pub(crate) use keys::hash;

/// Every encoding, sorted by name.
pub const ENCODINGS: &[EncodingRow] =
    &[avro::ENCODING, json::ENCODING, layout::ENCODING, protobuf::ENCODING, record::ENCODING];

/// The parts of plans that sources and sinks are handed, and what they are made of.
pub mod parts {
    pub use crate::avro::AvroCell;
    pub use crate::check::{
        BytesRules, Exact, FloatRules, Format, Moment, MomentRule, Pattern, SchemaNumber, TextRules,
    };
    pub use crate::layout::LayoutCell;
    pub use crate::plan::{
        Absent, Bool, Branch, Bytes, Cell, Choice, Condition, Decimal, Derived, DerivedFrom, Empty, Enum,
        ExtraRule, Float, Guard, Int, Items, Laid, List, Look, Looked, Map, Mapped, Matcher, Members, Move,
        Moved, NameRule, Node, NodeId, OnNull, Packed, PackedBranch, Peek, PeekRow, Record, Residual, Row,
        SchemaNode, Slot, Sum, Tag, Text, Translation, Twice, Values, Wire, Wrapped,
    };
    pub use crate::record::{PageRule, RecordCell};
}
