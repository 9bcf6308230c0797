//! Avro's binary encoding as source and sink: <https://avro.apache.org/docs/1.12.0/specification/#binary-encoding>.

mod sink;
mod source;

pub use sink::AvroSink;
pub use source::AvroSource;

use crate::{Encoding, EncodingRow};

/// Its row in the table of encodings.
pub(crate) const ENCODING: EncodingRow =
    EncodingRow { name: "avro", encoding: Encoding::Avro, media: "avro/binary" };

/// How a value lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AvroCell {
    pub(crate) form: AvroForm,
    /// The value's place in the union around it; none where there is no union.
    pub(crate) lead: Option<u16>,
    /// The place of null in that union.
    pub(crate) null: Option<u16>,
}

/// The kinds of schema that are read and written in ways of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AvroForm {
    /// Null, boolean, integers, records, arrays, maps: the walk's own call says enough.
    Plain,
    /// `float`
    Float,
    /// `double`
    Double,
    /// `bytes` and `string`.
    Counted,
    /// So many bytes.
    Fixed(u32),
    /// Days since 1970.
    Date,
    /// So many nanoseconds are one since 1970.
    Timestamp(u32),
    /// The digits after the point; in so many bytes, or after their number.
    Decimal(u16, Option<u32>),
    /// A union of several alternatives, told apart by [`AvroCell::lead`] of each.
    Union,
}

impl AvroCell {
    pub(crate) const PLAIN: AvroCell = AvroCell { form: AvroForm::Plain, lead: None, null: None };
}

/// A signed number as an unsigned one, small where its magnitude is.
pub(crate) fn zigzag(value: i64) -> u64 {
    (value << 1 ^ value >> 63) as u64
}

/// The other way round.
pub(crate) fn unzigzag(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}
