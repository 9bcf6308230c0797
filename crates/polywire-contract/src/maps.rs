//! Maps: how values of one type become values of another.
//!
//! A map says for every field of the target where its value comes from, and for every field of the source that has no place
//! in the target that this is meant. What is left open is no map yet.

mod confirm;
mod origins;
mod path;
mod proposal;
mod propose;
mod records;
mod report;
mod spelled;
mod values;
mod written;

pub use confirm::{confirmed, name_maps};
pub use proposal::{Proposal, ProposedLine, ProposedPair, Remark, Why};
pub use propose::{Known, NamedMap, propose};
pub use written::{WrittenMap, WrittenName, WrittenOrigin};

use crate::{Literal, TypeId};
use polywire_syntax::Number;

/// How values of one type become values of another, the types below them included.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Maps {
    /// Each pair of types once; the first is the one that was asked for.
    pub pairs: Vec<TypeMap>,
}

/// One pair of types.
#[derive(Clone, Debug, PartialEq)]
pub struct TypeMap {
    /// What is read.
    pub from: TypeId,
    /// What is written.
    pub to: TypeId,
    /// What the pair is made of.
    pub kind: MapKind,
}

/// What is said of a pair, by its shapes.
#[derive(Clone, Debug, PartialEq)]
pub enum MapKind {
    /// Two records.
    Record {
        /// In the order of the target's fields, one for each.
        fields: Vec<FieldMap>,
        /// Fields of the source, as paths, that have no place in the target.
        dropped: Vec<FieldPath>,
    },
    /// Two enums: for each value of the source the value of the target, both by their places.
    Enum(Vec<(u32, u32)>),
    /// Two sums: for each variant of the source the variant of the target, both by their places.
    Sum(Vec<(u32, u32)>),
}

/// Where the value of one field of the target comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldMap {
    /// The field's place in the target's record.
    pub field: u32,
    /// Its origin.
    pub origin: Origin,
}

/// Fields from the source's record downward, by their places.
pub type FieldPath = Vec<u32>;

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum Origin {
    /// A field of the source, or of a record in it.
    Field(FieldPath),
    /// A record of the target whose fields lie in the source's record itself: a map of their own, paths beginning there.
    Record(Vec<FieldMap>),
    /// Always this value.
    Value(Literal),
    /// Nothing: the field stays absent, or its default stands for it.
    Absent,
    /// Texts, one after the other.
    Join {
        /// Where they are.
        parts: Vec<FieldPath>,
        /// What stands between them.
        with: String,
    },
    /// A part of a text.
    Part {
        /// Where the text is.
        of: FieldPath,
        /// What stands between its parts.
        at: String,
        /// Which of them, from 0; the last takes what is left.
        part: u32,
        /// How many there are.
        parts: u32,
    },
    /// A number in another unit.
    Scaled {
        /// Where the number is.
        of: FieldPath,
        /// What it is multiplied by, exactly.
        by: Number,
    },
}

impl Maps {
    /// The map of a pair.
    pub fn pair(&self, from: TypeId, to: TypeId) -> Option<&TypeMap> {
        self.pairs.iter().find(|map| map.from == from && map.to == to)
    }
}
