//! The OpenAPI side of a contract: how parameters are spelt where field and place do not say it, and what descriptions
//! say that changes no call: headers of answers, security, servers, webhooks, examples. Must not know how a description
//! is written.

use std::collections::BTreeMap;

use polywire_diag::Span;

use crate::{InterfaceId, OperationId, TypeId, TypeRef};

/// What descriptions say beside types, operations and outcomes.
#[derive(Debug, Default)]
pub struct OpenApi {
    /// Each description that was read, in order.
    pub descriptions: Vec<Description>,
    /// By input record and place in it; most parameters need no row.
    pub spellings: BTreeMap<(TypeId, u32), Spelling>,
    /// By input record and place in [`crate::Operation::http`]: the media types of the body.
    pub bodies: BTreeMap<(TypeId, u32), BodyNotes>,
    /// What is said of single operations.
    pub operations: BTreeMap<OperationId, OperationNotes>,
    /// By operation and place in [`crate::Operation::outcomes`].
    pub outcomes: BTreeMap<(OperationId, u32), OutcomeNotes>,
    /// What is said of single types.
    pub types: BTreeMap<TypeId, TypeNotes>,
}

/// How a parameter is spelt where its field and its place do not say it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spelling {
    /// Its name on the wire, where the field is called otherwise because another parameter has the name.
    pub name: Option<String>,
    /// The media type of its text (`content`); JSON is read as JSON.
    pub content: Option<String>,
    /// Reserved characters stand for themselves (`allowReserved`).
    pub reserved: bool,
    /// An empty text means that it is absent (`allowEmptyValue`).
    pub empty: bool,
}

impl Spelling {
    /// Whether its text is JSON.
    pub fn is_json(&self) -> bool {
        self.content.as_deref().is_some_and(is_json)
    }
}

/// JSON itself, or a `+json` type.
pub(crate) fn is_json(media: &str) -> bool {
    media == "application/json" || media.ends_with("+json")
}

/// A value that nobody checks, as compact JSON. A `$ref` in it is a [`crate::Type::name`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept(pub Box<str>);

/// The body of one HTTP binding.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BodyNotes {
    /// Lower case, without parameters, in the order of the contract.
    pub media: Vec<String>,
    /// What the contract says of a media type that is passed on as it is: schema, `encoding`, examples.
    pub described: BTreeMap<String, Kept>,
    /// What `encoding` says of single parts of `multipart/form-data`, beside their style.
    pub parts: BTreeMap<String, PartNotes>,
}

/// What is said of a part of `multipart/form-data`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PartNotes {
    /// The media types that it may have, lower case and without parameters; empty where nothing is said.
    pub media: Vec<String>,
    /// Its header fields; they are kept, not checked.
    pub headers: Option<Kept>,
}

/// What one description says as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// The file.
    pub name: String,
    /// Where it was written.
    pub span: Span,
    /// `2.0`, `3.1.0`
    pub version: String,
    /// The interfaces that it describes.
    pub interfaces: Vec<InterfaceId>,
    /// `info`, `servers`, `security`, `webhooks`, `externalDocs` and extensions, as they are called there.
    pub fields: Vec<(String, Kept)>,
    /// Security schemes by name.
    pub security_schemes: Vec<(String, Kept)>,
}

impl Description {
    /// A field of the document.
    pub fn field(&self, name: &str) -> Option<&Kept> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, kept)| kept)
    }
}

/// What is said of an operation: `summary`, `tags`, `security`, `servers`, `callbacks`, `externalDocs`, extensions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OperationNotes {
    /// As they are called there.
    pub fields: Vec<(String, Kept)>,
}

/// What is said of an outcome.
#[derive(Clone, Debug, Default)]
pub struct OutcomeNotes {
    /// The header fields that an answer has.
    pub headers: Vec<Header>,
    /// `links`
    pub links: Option<Kept>,
    /// What the contract says of a media type that is passed on as it is, or examples of one that is read.
    pub described: BTreeMap<String, Kept>,
}

/// A header field of an answer.
#[derive(Clone, Debug)]
pub struct Header {
    /// Its name, compared without case.
    pub name: String,
    /// What it holds.
    pub ty: TypeRef,
    /// It must be there.
    pub required: bool,
    /// Not to be used any more.
    pub deprecated: bool,
    /// Members of a record are written `key=value`.
    pub explode: bool,
    /// The media type of its text (`content`).
    pub content: Option<String>,
    /// The author's description.
    pub doc: String,
    /// Where it was written.
    pub span: Span,
}

impl Header {
    /// Whether its text is JSON.
    pub fn is_json(&self) -> bool {
        self.content.as_deref().is_some_and(is_json)
    }
}

/// What is said of a type: `examples`, `xml`, `externalDocs`, `contentMediaType`, `format: binary`, extensions, and keywords
/// beside its shape.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TypeNotes {
    /// As they are called there.
    pub fields: Vec<(String, Kept)>,
    /// All of the schema, where shape and keywords beside it would not say the same when they are read again.
    pub whole: Option<Kept>,
}

impl TypeNotes {
    /// The media type of what the text or the bytes hold (`contentMediaType`).
    pub fn media(&self) -> Option<&str> {
        let (_, kept) = self.fields.iter().find(|(key, _)| key == "contentMediaType")?;
        kept.0.strip_prefix('"')?.strip_suffix('"')
    }

    /// Whether bytes stand there as they are, where text need not be (`format: binary`).
    pub fn is_binary(&self) -> bool {
        self.fields.iter().any(|(key, kept)| key == "format" && &*kept.0 == "\"binary\"")
    }
}
