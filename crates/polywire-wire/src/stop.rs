//! Why a pass stopped: one byte, so that results stay in registers. Place and path are found elsewhere.

/// Why reading or checking ended early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Stop {
    /// The bytes are not of their encoding.
    Malformed,
    /// Text that is not UTF-8.
    Utf8,
    /// A member occurs twice.
    Duplicate,
    /// Nested too deep.
    Depth,
    /// Longer than a message may be.
    Size,
    /// The message costs more steps than its size allows.
    Fuel,
    /// The optimistic reading does not suffice: the message must be read again through an index. Never leaves the crate.
    Careful,
    /// As many violations as are wanted. Never leaves the crate.
    Enough,
    /// A value of another type.
    Type,
    /// A member for which the target has no place.
    Unknown,
    /// A member that the type closes out.
    AdditionalProperties,
    /// A member that must be there.
    Required,
    /// Text or bytes too short.
    MinLength,
    /// Text or bytes too long.
    MaxLength,
    /// Text that a regular expression does not find itself in.
    Pattern,
    /// Text that is not of its format.
    Format,
    /// A number too small.
    Minimum,
    /// A number too large.
    Maximum,
    /// A number not above its bound.
    ExclusiveMinimum,
    /// A number not below its bound.
    ExclusiveMaximum,
    /// A number that is no multiple.
    MultipleOf,
    /// A value that is not listed.
    Enum,
    /// A value that is excluded.
    Not,
    /// A list too short.
    MinItems,
    /// A list too long.
    MaxItems,
    /// Equal items.
    UniqueItems,
    /// Too few members.
    MinProperties,
    /// Too many members.
    MaxProperties,
    /// Not exactly one alternative.
    OneOf,
    /// No alternative.
    AnyOf,
    /// A value that is not the one.
    Const,
    /// No item, or too few, that a list must contain.
    Contains,
    /// Too few items that a list must contain.
    MinContains,
    /// Too many items of which a list may contain some.
    MaxContains,
    /// A member that must be there because another is.
    DependentRequired,
    /// A name that is not allowed.
    PropertyNames,
    /// More items than are described.
    Items,
    /// A value where there can be none.
    Never,
    /// What only the schema itself says.
    Residual,
}

impl Stop {
    /// Nothing more can be said about the message after this.
    pub fn is_final(self) -> bool {
        (self as u8) < Stop::Type as u8
    }

    /// The rule's name in a violation: JSON Schema's keyword where there is one.
    pub fn rule(self) -> &'static str {
        match self {
            Stop::Malformed | Stop::Utf8 | Stop::Depth | Stop::Size | Stop::Fuel => "malformed",
            Stop::Careful | Stop::Enough => "malformed",
            Stop::Duplicate => "duplicate",
            Stop::Type => "type",
            Stop::Unknown => "unknown",
            Stop::AdditionalProperties => "additionalProperties",
            Stop::Required => "required",
            Stop::MinLength => "minLength",
            Stop::MaxLength => "maxLength",
            Stop::Pattern => "pattern",
            Stop::Format => "format",
            Stop::Minimum => "minimum",
            Stop::Maximum => "maximum",
            Stop::ExclusiveMinimum => "exclusiveMinimum",
            Stop::ExclusiveMaximum => "exclusiveMaximum",
            Stop::MultipleOf => "multipleOf",
            Stop::Enum => "enum",
            Stop::Not => "not",
            Stop::MinItems => "minItems",
            Stop::MaxItems => "maxItems",
            Stop::UniqueItems => "uniqueItems",
            Stop::MinProperties => "minProperties",
            Stop::MaxProperties => "maxProperties",
            Stop::OneOf => "oneOf",
            Stop::AnyOf => "anyOf",
            Stop::Const => "const",
            Stop::Contains => "contains",
            Stop::MinContains => "minContains",
            Stop::MaxContains => "maxContains",
            Stop::DependentRequired => "dependentRequired",
            Stop::PropertyNames => "propertyNames",
            Stop::Items => "items",
            Stop::Never => "false",
            Stop::Residual => "schema",
        }
    }
}
