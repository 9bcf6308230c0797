//! Interfaces and operations: one bound input record, a list of outcomes, and how each wire addresses them.

use polywire_diag::Span;

use crate::{TypeId, TypeRef};

/// An interface's place in [`crate::Contract::interfaces`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InterfaceId(pub u32);

/// An operation's place in [`crate::Contract::operations`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OperationId(pub u32);

/// A named group of operations.
#[derive(Clone, Debug)]
pub struct Interface {
    /// `users`, or a Protobuf service's full name.
    pub name: String,
    /// The component that provides it; set by the workspace, empty for a contract alone.
    pub component: String,
    /// Full name of the Protobuf service, given or derived: `shop.users.v1.Users`.
    pub service: Option<String>,
    /// Where it was written.
    pub span: Span,
    /// The author's description.
    pub doc: String,
}

/// Something that can be called.
#[derive(Clone, Debug)]
pub struct Operation {
    /// `interface.name`, unique in the contract.
    pub id: String,
    /// `operationId`, or the Protobuf method's name.
    pub name: String,
    /// The group that it belongs to.
    pub interface: InterfaceId,
    /// A record whose fields are the parameters and the body's fields.
    pub input: TypeId,
    /// Every way in which it can end that the contract declares.
    pub outcomes: Vec<Outcome>,
    /// Which sides are streams.
    pub streaming: Streaming,
    /// What calling it twice means.
    pub effect: Effect,
    /// How HTTP addresses it; several for additional bindings, none where HTTP cannot.
    pub http: Vec<HttpBinding>,
    /// How gRPC addresses it; derived for contracts that do not say.
    pub grpc: Option<GrpcBinding>,
    /// Where it was written.
    pub span: Span,
    /// The author's description.
    pub doc: String,
    /// Not to be used any more.
    pub deprecated: bool,
}

/// Which sides of a call are streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Streaming {
    /// One message each way.
    #[default]
    Unary,
    /// Many answers.
    Server,
    /// Many inputs.
    Client,
    /// Both.
    Both,
}

/// What calling an operation twice means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Changes nothing.
    Safe,
    /// A second call changes nothing more.
    Idempotent,
    /// Every call counts.
    Once,
}

/// How HTTP addresses an operation.
#[derive(Clone, Debug)]
pub struct HttpBinding {
    /// Upper case.
    pub method: String,
    /// The path in segments.
    pub path: Vec<Segment>,
    /// Verb after the last segment (`:cancel`), from `google.api.http`.
    pub verb: Option<String>,
    /// Where each field of the input record lies, in the record's order.
    pub places: Vec<Place>,
    /// What the body is.
    pub body: BodyBinding,
    /// The body may be left out.
    pub body_optional: bool,
    /// Only this field of the answer is the response's body (`response_body`).
    pub response_field: Option<u32>,
}

/// A piece of a path between slashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// Exactly this, percent-decoded.
    Literal(String),
    /// One segment, or part of it between literal texts (`report-{id}.csv`), bound to an input field.
    Field {
        /// Text before the value in this segment.
        prefix: String,
        /// The place in the input record, then in nested records.
        field: Vec<u32>,
        /// Text after the value in this segment.
        suffix: String,
    },
    /// One segment with several fields and texts between them (`{base}...{head}`). No two fields touch.
    Mixed(Vec<PathPart>),
    /// One or more segments (`{name=shelves/*/books/*}`, `**`) bound to an input field.
    Wildcard {
        /// The place in the input record, then in nested records.
        field: Vec<u32>,
        /// What it matches, piece by piece.
        pattern: Vec<WildcardPart>,
    },
}

/// A piece of a segment with several fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathPart {
    /// Exactly this, percent-decoded.
    Text(String),
    /// A value, up to the first occurrence of the text behind it.
    Field(Vec<u32>),
}

impl Segment {
    /// The fields that are bound to it, in order.
    pub fn fields(&self) -> impl Iterator<Item = &[u32]> {
        let (one, several) = match self {
            Segment::Literal(_) => (None, &[][..]),
            Segment::Field { field, .. } | Segment::Wildcard { field, .. } => (Some(&field[..]), &[][..]),
            Segment::Mixed(parts) => (None, &parts[..]),
        };
        let several = several.iter().filter_map(|part| match part {
            PathPart::Field(field) => Some(&field[..]),
            PathPart::Text(_) => None,
        });
        one.into_iter().chain(several)
    }
}

/// A piece of a wildcard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WildcardPart {
    /// `*`
    One,
    /// `**`, only last.
    Rest,
    /// Exactly this.
    Literal(String),
}

/// Where an input field lies in an HTTP request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the path.
    Path {
        /// `simple` unless said otherwise.
        style: Style,
        /// Whether members stand apart.
        explode: bool,
    },
    /// In the query, under the field's name.
    Query {
        /// `form` unless said otherwise.
        style: Style,
        /// Whether a list is a repeated key.
        explode: bool,
    },
    /// In a header; names are compared without case.
    Header {
        /// Members of a record are written `key=value`.
        explode: bool,
    },
    /// In a cookie.
    Cookie {
        /// `form`, or `cookie` for text that is not encoded.
        style: Style,
        /// Whether a list is a repeated cookie.
        explode: bool,
    },
    /// In the body.
    Body,
    /// In the body as a field of a form.
    Form {
        /// As in a query.
        style: Style,
        /// Whether a list is a repeated key.
        explode: bool,
    },
    /// In the body as parts of `multipart/form-data`.
    Part {
        /// As in a query, where the contract says one.
        style: Style,
        /// Whether a list is a part for each item.
        explode: bool,
        /// Bytes as they are, of a list those of each item; else text.
        file: bool,
    },
    /// The body is its text.
    Text,
}

/// How lists and records are written in a parameter (OpenAPI 3.1, section 4.8.12.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// `a,b`
    Simple,
    /// `key=a&key=b`
    Form,
    /// `.a.b`
    Label,
    /// `;key=a`
    Matrix,
    /// `key=a b`
    SpaceDelimited,
    /// `key=a|b`
    PipeDelimited,
    /// `key[a]=b`
    DeepObject,
    /// `key.a=b`, lists as repeated keys: the query of `google.api.http`.
    Dotted,
    /// `key=a` in a cookie, as it is: nothing is encoded.
    Cookie,
}

/// What the body of an HTTP request is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BodyBinding {
    /// No body.
    None,
    /// A JSON object made of all fields whose place is the body; its type where it has one of its own.
    Fields {
        /// The body's own record type (OpenAPI), with the fields in the same order as in the input record.
        ty: Option<TypeRef>,
    },
    /// The value of one field.
    Field(u32),
    /// `application/x-www-form-urlencoded`, made of all fields whose place is the form.
    Form {
        /// The form's own type.
        ty: TypeRef,
    },
    /// `multipart/form-data`, made of all fields whose place is a part.
    Multipart {
        /// The body's own type.
        ty: TypeRef,
    },
    /// The text of the one field whose place is the text.
    Text,
    /// Bytes of another media type, passed on as they are.
    Opaque {
        /// What the contract lists.
        media: Vec<String>,
    },
}

impl Outcome {
    /// The body that other forms have: the first of JSON, else the first of text.
    pub fn body(&self) -> Option<&Media> {
        let typed = || self.media.iter().filter(|media| media.ty.is_some());
        typed().find(|media| media.is_json()).or_else(|| typed().find(|media| media.is_text()))
    }
}

/// One way in which an operation can end.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Which statuses mean this outcome.
    pub status: Status,
    /// Success or error.
    pub ok: bool,
    /// What its body can be, in the order of the contract; empty where there is no body.
    pub media: Vec<Media>,
    /// The author's description.
    pub doc: String,
    /// Where it was written.
    pub span: Span,
}

/// The statuses of an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// This one.
    Exact(u16),
    /// A hundred: `4` is 400-499.
    Range(u8),
    /// Whatever is not named otherwise.
    Default,
}

impl Status {
    /// How exactly a status is meant by this: 3 is named, 2 in range, 1 default, 0 not at all.
    pub fn matches(self, status: u16) -> u8 {
        match self {
            Status::Exact(s) if s == status => 3,
            Status::Range(hundred) if u16::from(hundred) == status / 100 => 2,
            Status::Default => 1,
            _ => 0,
        }
    }
}

/// A body of one media type.
#[derive(Clone, Debug)]
pub struct Media {
    /// Lower case, without parameters: `application/json`.
    pub name: String,
    /// What it holds, of text a scalar; `None` is bytes that nobody checks.
    pub ty: Option<TypeRef>,
}

impl Media {
    /// JSON itself, or a `+json` type.
    pub fn is_json(&self) -> bool {
        crate::openapi::is_json(&self.name)
    }

    /// Text that is held to a type.
    pub fn is_text(&self) -> bool {
        self.ty.is_some() && self.name.starts_with("text/")
    }
}

/// How gRPC addresses an operation.
#[derive(Clone, Debug)]
pub struct GrpcBinding {
    /// `/shop.users.v1.Users/GetUser`
    pub path: String,
    /// The request message; equal to the operation's input.
    pub input: TypeId,
    /// The response message.
    pub output: TypeId,
    /// How each outcome of the operation lies in the answer, in the operation's order.
    pub outcomes: Vec<GrpcOutcome>,
}

/// How one outcome lies in a gRPC answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrpcOutcome {
    /// The body is the response message.
    Message,
    /// The body is this field of the response message (several ok outcomes, or a body that is no record). Among several, an outcome
    /// without a body has its field set to an empty message.
    Field(u32),
    /// There is no body, and the response message is empty.
    Empty,
    /// An error: a status with the body as a detail of this message type.
    Detail(Option<TypeId>),
}
