//! Maps as a person wrote them, with names still to be resolved. Must not know in which file they stand, or how.

use polywire_diag::Span;
use polywire_syntax::Number;

use crate::Literal;

/// A name where it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenName {
    /// As it was written.
    pub text: String,
    /// Where.
    pub span: Span,
}

/// What a person says of the map from one type to another; the rest is matched by words and confirmed.
#[derive(Clone, Debug, PartialEq)]
pub struct WrittenMap {
    /// The type that is read.
    pub from: WrittenName,
    /// The type that is written.
    pub to: WrittenName,
    /// Fields of the target, as paths, and where their values come from.
    pub fields: Vec<(WrittenName, WrittenOrigin)>,
    /// Of enums and sums: values or variants of the source, and what each becomes; none is refused.
    pub values: Vec<(WrittenName, Option<WrittenName>)>,
    /// Fields of the source, as paths, that are left out.
    pub drop: Vec<WrittenName>,
    /// Where all of it stands.
    pub span: Span,
}

/// Where a person says that a value comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum WrittenOrigin {
    /// A field of the source.
    Field(WrittenName),
    /// Always this value.
    Value(Literal),
    /// Nothing: it stays absent.
    Absent(Span),
    /// Texts, one after the other.
    Join {
        /// Fields of the source.
        parts: Vec<WrittenName>,
        /// What stands between them.
        with: String,
    },
    /// A part of a text.
    Part {
        /// A field of the source.
        of: WrittenName,
        /// What stands between the parts.
        at: String,
        /// Which of them, from 0.
        part: u32,
        /// How many there are.
        parts: u32,
    },
    /// A number in another unit.
    Scaled {
        /// A field of the source.
        of: WrittenName,
        /// What it is multiplied by.
        by: Number,
    },
    /// A named value by a table.
    Coded {
        /// A field of the source.
        of: WrittenName,
        /// Values of the source, and what each becomes; none is refused.
        values: Vec<(WrittenName, Option<WrittenName>)>,
    },
}
