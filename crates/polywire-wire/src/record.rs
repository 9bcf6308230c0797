//! COBOL records as source and sink: items at the places that a copybook says (ISO/IEC 1989, and IBM's forms of numbers).
//!
//! Offsets count from anchors (see [`CobolAt`]), so that what follows a table whose length varies has a place, too.

mod number;
mod page;
mod sink;
mod source;

pub use sink::RecordSink;
pub use source::RecordSource;

use polywire_contract::{CobolAt, CobolNumber, CobolPage};

use crate::{Encoding, EncodingRow};

/// Its row in the table of encodings.
pub(crate) const ENCODING: EncodingRow =
    EncodingRow { name: "record", encoding: Encoding::Record, media: "application/octet-stream" };

/// How a value lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordCell {
    pub(crate) start: CobolAt,
    pub(crate) end: CobolAt,
    pub(crate) form: RecordForm,
    /// It is an occurrence in a table.
    pub(crate) occurs: bool,
    /// Bytes of the redefined area that it begins; 0 where it is no alternative.
    pub(crate) area: u32,
    pub(crate) page: CobolPage,
}

/// The kinds of items that are read and written in ways of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RecordForm {
    /// Items one after the other.
    Group,
    /// An elementary item.
    Leaf(Leaf),
    /// Occurrences.
    Table(Table),
    /// An area with several layouts, and the item that says which one lies there.
    Area(Area),
}

/// What an elementary item holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leaf {
    /// Text, padded on the right, or on the left.
    Text { right: bool },
    /// Bytes as they are.
    Bytes,
    /// A number.
    Number(CobolNumber),
}

/// An area with several layouts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Area {
    /// Where the selector lies.
    pub(crate) selector: CobolAt,
    /// Its bytes.
    pub(crate) size: u32,
    pub(crate) leaf: Leaf,
    /// The record ends where the alternative ends.
    pub(crate) apart: bool,
}

/// Occurrences.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Table {
    /// Where their number lies; none where it is always the same.
    pub(crate) count: Option<(CobolAt, CobolNumber)>,
    pub(crate) min: u32,
    pub(crate) max: u32,
    /// The anchor of the occurrence that is read or written.
    pub(crate) item: u8,
    /// Where an occurrence ends.
    pub(crate) item_end: CobolAt,
    /// The anchor at the table's end, where its length varies.
    pub(crate) after: Option<u8>,
}

impl RecordCell {
    /// A place of which nothing is known.
    pub(crate) const NOWHERE: RecordCell = RecordCell {
        start: CobolAt { anchor: 0, offset: 0 },
        end: CobolAt { anchor: 0, offset: 0 },
        form: RecordForm::Group,
        occurs: false,
        area: 0,
        page: CobolPage::Ascii,
    };

    pub(crate) fn is_leaf(&self) -> bool {
        matches!(self.form, RecordForm::Leaf(_))
    }

    /// Bytes of an elementary item.
    pub(crate) fn size(&self) -> u32 {
        self.end.offset.saturating_sub(self.start.offset)
    }
}

/// What a text's place can hold: the characters of a code page, without the blanks that it is padded with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageRule {
    pub(crate) page: CobolPage,
    /// It is padded on the left.
    pub(crate) right: bool,
}

impl PageRule {
    pub(crate) fn holds(self, text: &[u8]) -> bool {
        let edge = if self.right { text.first() } else { text.last() };
        edge != Some(&b' ') && page::table(self.page).holds(text)
    }
}
