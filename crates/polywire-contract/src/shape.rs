//! Types: the shape of a value (constructive) beside its checks (predicates).

use polywire_diag::Span;

use crate::{Check, Words};

/// A default, an enumerated or an example value, with the place where it was written.
pub type Literal = polywire_syntax::Node;

/// A type's place in the arena.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeId(pub u32);

/// A use of a type. `nullable` is a property of the use: `null` stands where a value could.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TypeRef {
    /// The type that is used.
    pub id: TypeId,
    /// Whether `null` is a value here.
    pub nullable: bool,
}

impl From<TypeId> for TypeRef {
    fn from(id: TypeId) -> Self {
        TypeRef { id, nullable: false }
    }
}

/// A type: what its values look like and which of them are allowed.
#[derive(Clone, Debug)]
pub struct Type {
    /// A stable id such as `orders.proto#shop.Order` or `openapi.yaml#/components/schemas/User`; none for inline types.
    pub name: Option<String>,
    /// Where it was written.
    pub span: Span,
    /// How a value is built.
    pub shape: Shape,
    /// Which values of that shape are allowed, with the place of each rule.
    pub checks: Vec<(Check, Span)>,
    /// The author's description.
    pub doc: String,
    /// Values must be masked wherever they are shown.
    pub sensitive: bool,
}

impl Type {
    /// What its values are, in a word or two: `int64`, `record`, `one of open | paid`.
    pub fn kind(&self) -> String {
        crate::drift::kind(self)
    }

    /// The last part of the stable id: `Order`, `User`.
    pub fn short_name(&self) -> Option<&str> {
        self.name.as_deref().and_then(|n| n.rsplit(['#', '/', '.']).next())
    }
}

/// How a value is built.
#[derive(Clone, Debug)]
pub enum Shape {
    /// `true` or `false`.
    Bool,
    /// An integer of a domain.
    Int(Int),
    /// A binary floating-point number.
    Float(Float),
    /// An exact decimal: at most `digits` in all, `scale` of them after the point. In JSON it is text.
    Decimal {
        /// Digits in all; 0 is no limit.
        digits: u16,
        /// Digits after the point; no limit where `digits` is 0.
        scale: u16,
    },
    /// Unicode text.
    Text,
    /// Bytes; in JSON base64 text.
    Bytes,
    /// A moment in UTC with up to nine decimals; in JSON RFC 3339.
    Instant,
    /// A calendar date, `YYYY-MM-DD`.
    Date,
    /// A time of day, RFC 3339 `full-time` or without an offset.
    Time,
    /// A span of time; in JSON ProtoJSON's `1.5s`.
    Duration,
    /// A UUID (RFC 9562), in JSON its 36 characters.
    Uuid,
    /// One of named values.
    Enum(Enum),
    /// Items of one type.
    List(TypeRef),
    /// Members of one type under keys of another; in JSON keys are text.
    Map {
        /// Text, int or bool.
        key: TypeId,
        /// What the members are.
        value: TypeRef,
    },
    /// Named fields.
    Record(Record),
    /// One of several alternatives.
    Sum(Sum),
    /// Any JSON value.
    Any,
}

/// The domain of an integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Int {
    /// 8 bits, signed.
    I8,
    /// 16 bits, signed.
    I16,
    /// 32 bits, signed.
    I32,
    /// 64 bits, signed; ProtoJSON writes it as text, OpenAPI as a number.
    I64,
    /// 8 bits, unsigned.
    U8,
    /// 16 bits, unsigned.
    U16,
    /// 32 bits, unsigned.
    U32,
    /// 64 bits, unsigned.
    U64,
}

/// The width of a floating-point number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Float {
    /// IEEE 754 binary32.
    F32,
    /// IEEE 754 binary64.
    F64,
}

/// Named values. On JSON a value is its name.
#[derive(Clone, Debug)]
pub struct Enum {
    /// In the order of the contract.
    pub values: Vec<EnumValue>,
    /// Values that are not listed may occur (Protobuf's open enums: by number).
    pub open: bool,
}

/// One named value; its number, where there is one, stands in the Protobuf side table.
#[derive(Clone, Debug)]
pub struct EnumValue {
    /// As on the wire.
    pub name: String,
    /// Where it was written.
    pub span: Span,
}

/// Named fields in the order of the contract.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// The fields; names are unique.
    pub fields: Vec<Field>,
    /// What other members may be there.
    pub extra: Extra,
    /// Groups of fields of which at most one may be set (Protobuf's `oneof`).
    pub exclusive: Vec<Exclusive>,
    /// Fields whose values follow from others (COBOL's counts and selectors).
    pub derived: Vec<Derived>,
}

/// What members besides the fields a record may have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Extra {
    /// Anything; kept where the target has a place for it.
    #[default]
    Open,
    /// None: another member is a violation.
    Closed,
    /// Members of this type.
    Typed(TypeRef),
}

/// A field whose value follows from another's. It need not be there; where it is, it must agree.
#[derive(Clone, Debug, PartialEq)]
pub struct Derived {
    /// The field's place in [`Record::fields`].
    pub field: u32,
    /// Where it is a record, the way from there to the field that is meant; each is a place in the next record's fields.
    pub below: Vec<u32>,
    /// What it follows from.
    pub from: Derivation,
}

/// What a field's value follows from.
#[derive(Clone, Debug, PartialEq)]
pub enum Derivation {
    /// What a record around this one says of it, by a way that ends here.
    Around,
    /// How many items the list in this field has (`OCCURS … DEPENDING ON`).
    Count(u32),
    /// Which alternative the sum in a field holds (`REDEFINES`).
    Alternative {
        /// The sum's field.
        sum: u32,
        /// The values that mean each alternative; the first is written.
        values: Vec<Vec<Literal>>,
    },
}

/// A group of fields of which at most one may be set.
#[derive(Clone, Debug)]
pub struct Exclusive {
    /// The group's name.
    pub name: String,
    /// Places in [`Record::fields`].
    pub fields: Vec<u32>,
    /// Exactly one must be set.
    pub required: bool,
}

/// A field. Presence is three bits: required, nullable (in `ty`), default.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name in JSON and in URLs.
    pub name: String,
    /// Another name that is understood on reading (Protobuf's original name).
    pub alias: Option<String>,
    /// The neutral words of the name.
    pub words: Words,
    /// What it holds.
    pub ty: TypeRef,
    /// It must be there.
    pub required: bool,
    /// It must be there in what a component is sent (`google.api.field_behavior = REQUIRED` of a method's request).
    pub required_on_request: bool,
    /// The value that stands for an absent one.
    pub default: Option<Literal>,
    /// Where it was written.
    pub span: Span,
    /// The author's description.
    pub doc: String,
    /// Not to be used any more.
    pub deprecated: bool,
    /// Only in what a component answers.
    pub read_only: bool,
    /// Only in what a component is sent.
    pub write_only: bool,
}

impl Field {
    /// An optional field without a default.
    pub fn new(name: impl Into<String>, ty: TypeRef, span: Span) -> Self {
        let name = name.into();
        Field {
            words: crate::words(&name),
            name,
            alias: None,
            ty,
            required: false,
            required_on_request: false,
            default: None,
            span,
            doc: String::new(),
            deprecated: false,
            read_only: false,
            write_only: false,
        }
    }
}

/// Alternatives, and how the one that is meant is found.
#[derive(Clone, Debug)]
pub struct Sum {
    /// In the order of the contract.
    pub variants: Vec<Variant>,
    /// The member whose value names the variant, where there is one (`discriminator`).
    pub tag: Option<String>,
    /// More than one match is a violation (`oneOf`); else the first counts (`anyOf`).
    pub exact: bool,
}

/// One alternative.
#[derive(Clone, Debug)]
pub struct Variant {
    /// A name for derived fields and generated code.
    pub name: String,
    /// What it holds.
    pub ty: TypeId,
    /// The tag's values that mean this variant.
    pub tags: Vec<String>,
    /// Where it was written.
    pub span: Span,
}
