//! How a value lies at a place of an encoding that carries neither names nor tags. Each such encoding has cells of its own.

use crate::avro::AvroCell;
use crate::layout::LayoutCell;
use crate::record::RecordCell;

/// What a source or sink must know to read or write a value at a place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell {
    /// Avro's binary encoding.
    Avro(AvroCell),
    /// A C type in memory.
    Layout(LayoutCell),
    /// COBOL records.
    Record(RecordCell),
}
