//! Predicates on values: which values of a shape are allowed.

use polywire_syntax::Number;

use crate::{Literal, ProtoRule};

/// One rule. Lengths count code points (text), bytes (bytes), items (lists) or members (maps, records).
#[derive(Clone, Debug, PartialEq)]
pub enum Check {
    /// JSON Schema `minLength`; for bytes the number of bytes.
    MinLength(u64),
    /// JSON Schema `maxLength`; for bytes the number of bytes.
    MaxLength(u64),
    /// An ECMA-262 regular expression that must match somewhere in the text.
    Pattern(String),
    /// A named format of text that has no shape of its own: `email`, `uri`, `hostname`, `ipv4`, `ipv6` …
    Format(String),
    /// `value >= bound`
    Minimum(Number),
    /// `value <= bound`
    Maximum(Number),
    /// `value > bound`
    ExclusiveMinimum(Number),
    /// `value < bound`
    ExclusiveMaximum(Number),
    /// The value is a multiple, exactly.
    MultipleOf(Number),
    /// The value is one of these.
    Among(Vec<Literal>),
    /// The value is none of these.
    NotAmong(Vec<Literal>),
    /// At least so many items.
    MinItems(u64),
    /// At most so many items.
    MaxItems(u64),
    /// No two items are equal.
    UniqueItems,
    /// At least so many members.
    MinProperties(u64),
    /// At most so many members.
    MaxProperties(u64),
    /// A rule of Protobuf's validation that JSON Schema has no keyword for. Bounds of moments and spans of time are seconds.
    Proto(ProtoRule),
}

impl Check {
    /// The rule with its value: `maxLength 30`.
    pub fn spelled(&self) -> String {
        crate::dump::rule(self)
    }

    /// The rule's name in violations: JSON Schema's keyword, whatever contract it came from.
    pub fn rule(&self) -> &'static str {
        match self {
            Check::MinLength(_) => "minLength",
            Check::MaxLength(_) => "maxLength",
            Check::Pattern(_) => "pattern",
            Check::Format(_) => "format",
            Check::Minimum(_) => "minimum",
            Check::Maximum(_) => "maximum",
            Check::ExclusiveMinimum(_) => "exclusiveMinimum",
            Check::ExclusiveMaximum(_) => "exclusiveMaximum",
            Check::MultipleOf(_) => "multipleOf",
            Check::Among(_) => "enum",
            Check::NotAmong(_) => "not",
            Check::MinItems(_) => "minItems",
            Check::MaxItems(_) => "maxItems",
            Check::UniqueItems => "uniqueItems",
            Check::MinProperties(_) => "minProperties",
            Check::MaxProperties(_) => "maxProperties",
            Check::Proto(rule) => rule.rule(),
        }
    }
}
