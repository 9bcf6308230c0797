//! C types in memory as source and sink: little-endian, by the System V ABI for x86-64 and AArch64
//! (<https://gitlab.com/x86-psABIs/x86-64-ABI>). Values lie at addresses; neither names nor tags say what stands there.

mod sink;
mod source;

pub use sink::LayoutSink;
pub use source::LayoutSource;

use polywire_contract::Int as Domain;

use crate::plan::{Cell, Slot};
use crate::{Encoding, EncodingRow};

/// Its row in the table of encodings.
pub(crate) const ENCODING: EncodingRow =
    EncodingRow { name: "layout", encoding: Encoding::Layout, media: "application/octet-stream" };

/// How a value lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LayoutCell {
    pub(crate) form: LayoutForm,
    /// Of a member: where it begins, from the beginning of the struct around it. All else lies where it comes next.
    pub(crate) offset: Option<u32>,
    /// How many bytes it takes.
    pub(crate) size: u32,
    /// The member that says how many items or bytes count, or which alternative is held.
    pub(crate) by: Option<LayoutNumber>,
    /// Of an alternative: the number by which that member means it, and how many bytes the union takes.
    pub(crate) tag: Option<(i32, u32)>,
    /// It says so of another: who writes that one writes it, too.
    pub(crate) says: bool,
}

/// The kinds of C type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LayoutForm {
    /// No C type at all.
    Nothing,
    /// `_Bool`
    Bool,
    /// An integer, or the number of an `enum`.
    Int(Domain),
    /// `float`
    Float,
    /// `double`
    Double,
    /// `char[]`; whether a NUL always ends it.
    Chars(bool),
    /// `unsigned char[]`
    Bytes,
    /// An array of items of so many bytes.
    Array(u32),
    /// A `struct` or a `union`.
    Struct,
}

/// A number beside a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LayoutNumber {
    /// Where it begins, from the beginning of the struct around both.
    pub(crate) offset: u32,
    pub(crate) int: Domain,
}

impl LayoutCell {
    pub(crate) const NOTHING: LayoutCell =
        LayoutCell { form: LayoutForm::Nothing, offset: None, size: 0, by: None, tag: None, says: false };

    /// The member that counts.
    fn count(&self) -> Option<LayoutNumber> {
        self.by.filter(|_| self.tag.is_none())
    }
}

fn of(cell: Option<&Cell>) -> LayoutCell {
    match cell {
        Some(Cell::Layout(cell)) => *cell,
        _ => LayoutCell::NOTHING,
    }
}

/// How many bytes a value takes in the source.
pub(crate) fn size_from(slot: &Slot) -> usize {
    of(slot.from.as_deref()).size as usize
}

/// How many bytes a value takes in the target.
pub(crate) fn size_to(slot: &Slot) -> usize {
    of(slot.to.as_deref()).size as usize
}

/// How many bytes of a struct a member can touch: itself, and what is said of it beside it.
pub(crate) fn reach(slot: &Slot) -> usize {
    let cell = of(slot.to.as_deref());
    let own = cell.offset.unwrap_or_default() + cell.size;
    own.max(cell.by.map_or(0, |by| by.offset + by.int.size())) as usize
}

/// What is not zero in a part of a struct: offset, number and bytes of each run, for [`crate::Sink::ready`].
pub(crate) fn patches(image: &[u8]) -> Box<[u8]> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < image.len() {
        let rest = &image[at..];
        let run = rest.iter().position(|byte| *byte == 0).unwrap_or(rest.len());
        if run > 0 {
            found.extend_from_slice(&(at as u32).to_le_bytes());
            found.extend_from_slice(&(run as u32).to_le_bytes());
            found.extend_from_slice(&rest[..run]);
        }
        at += run + 1;
    }
    found.into()
}
