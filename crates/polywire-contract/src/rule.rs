//! Rules that Protobuf's validation has and JSON Schema has no keyword for.

use polywire_syntax::Number;

/// One rule of `buf.validate` beyond [`crate::Check`]'s own.
#[derive(Clone, Debug, PartialEq)]
pub enum ProtoRule {
    /// The zero value breaks no rule of its type.
    UnlessZero,
    /// The value is below one bound or above another; each with whether the bound itself is allowed.
    Outside {
        /// The value may be below this.
        below: (Number, bool),
        /// The value may be above this.
        above: (Number, bool),
    },
    /// Neither infinite nor NaN.
    Finite,
    /// A moment before now.
    Past,
    /// A moment after now.
    Future,
    /// A moment at most so many seconds from now.
    WithinNow(Number),
    /// At least so many bytes of UTF-8.
    MinBytes(u64),
    /// At most so many bytes of UTF-8.
    MaxBytes(u64),
    /// A text that is nowhere in the value.
    NotContains(String),
    /// A regular expression of RE2 that must match somewhere in the text, or in bytes that are UTF-8.
    Re2(String),
    /// What bytes begin with.
    Prefix(Vec<u8>),
    /// What bytes end with.
    Suffix(Vec<u8>),
    /// What is somewhere in bytes.
    Contains(Vec<u8>),
    /// A form of text by its name in `buf.validate`: `email`, `ip_prefix`, `host_and_port` …
    WellKnown(String),
    /// At most one of these fields of a record is there; unlike members of an `oneof`, a second one is a violation on every wire.
    OneOf {
        /// Places in [`crate::Record::fields`].
        fields: Vec<u32>,
        /// Exactly one must be there.
        required: bool,
    },
    /// The number of bytes is one of these.
    Sizes(Vec<u64>),
}

impl ProtoRule {
    /// The rule's name in violations and in the printed model.
    pub fn rule(&self) -> &'static str {
        match self {
            ProtoRule::UnlessZero => "unlessZero",
            ProtoRule::Outside { .. } => "outside",
            ProtoRule::Finite => "finite",
            ProtoRule::Past => "past",
            ProtoRule::Future => "future",
            ProtoRule::WithinNow(_) => "withinNow",
            ProtoRule::MinBytes(_) => "minBytes",
            ProtoRule::MaxBytes(_) => "maxBytes",
            ProtoRule::NotContains(_) => "notContains",
            ProtoRule::Re2(_) => "pattern",
            ProtoRule::Prefix(_) => "prefix",
            ProtoRule::Suffix(_) => "suffix",
            ProtoRule::Contains(_) => "contains",
            ProtoRule::WellKnown(_) => "format",
            ProtoRule::OneOf { .. } => "oneOf",
            ProtoRule::Sizes(_) => "sizes",
        }
    }
}
