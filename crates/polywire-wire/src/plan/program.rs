//! What stands at the top of plans: whole messages, and operations put together from parameters and a body.

use super::{Node, NodeId, Slot};
use crate::{Encoding, Validation};

/// A plan's place in [`Plans`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PlanId(pub(crate) u32);

/// How a plan is compiled.
#[derive(Clone, Copy, Debug)]
pub struct PlanOptions {
    /// Whether broken rules refuse a message or are reported.
    pub validation: Validation,
    /// The same for what a component answers.
    pub response: Validation,
    /// How deep a message may nest.
    pub depth_max: u16,
    /// How JSON is written.
    pub json: JsonOptions,
}

/// How JSON is written where a contract leaves a choice, or someone wants it in another way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JsonOptions {
    /// Integers of 64 bits; none is as the contract's format says (ProtoJSON: text).
    pub int64: Option<Int64>,
    /// Enums that have numbers are written as these.
    pub enum_numbers: bool,
    /// The order of members.
    pub order: KeyOrder,
    /// By how many blanks each level stands further in; 0 is all on one line.
    pub indent: u8,
}

/// How integers of 64 bits are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Int64 {
    /// `12`
    Number,
    /// `"12"`
    Text,
}

/// The order of the members of objects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyOrder {
    /// As they come.
    #[default]
    Source,
    /// As the contract lists them.
    Contract,
    /// By name.
    Name,
}

impl Default for PlanOptions {
    fn default() -> Self {
        PlanOptions {
            validation: Validation::Enforce,
            response: Validation::Enforce,
            depth_max: 64,
            json: JsonOptions::default(),
        }
    }
}

/// Every plan of a contract: immutable, one arena, shared between threads.
#[derive(Debug, Default)]
pub struct Plans {
    pub(crate) nodes: Vec<Node>,
    pub(crate) programs: Vec<Program>,
    /// Whether a rule depends on what time it is.
    pub(crate) needs_now: bool,
}

impl Plans {
    /// Whether a rule depends on what time it is.
    pub fn needs_now(&self) -> bool {
        self.needs_now
    }
}

/// One plan.
#[derive(Clone, Debug)]
pub(crate) enum Program {
    /// A whole message of a type.
    Message(Root),
    /// An operation.
    Operation(Box<OperationPlan>),
    /// What a schema says of JSON documents.
    Verdict(VerdictPlan),
}

/// A schema.
#[derive(Clone, Debug)]
pub(crate) struct VerdictPlan {
    pub(crate) node: NodeId,
    pub(crate) depth: u16,
}

/// A whole message.
#[derive(Clone, Debug)]
pub(crate) struct Root {
    pub(crate) from: Encoding,
    pub(crate) to: Encoding,
    /// The bytes stay as they are.
    pub(crate) same: bool,
    pub(crate) node: NodeId,
    /// The same without rules, where broken rules are only reported.
    pub(crate) lenient: Option<NodeId>,
    /// What paths begin with.
    pub(crate) prefix: String,
    pub(crate) depth: u16,
    /// How the message lies as a whole, where an encoding must be told.
    pub(crate) slot: Option<Box<Slot>>,
    /// How often each byte may be read again for what schemas say.
    pub(crate) rereads: u32,
    /// What is said as JSON of a message that is none.
    pub(crate) rendered: Vec<Rendered>,
    /// How far JSON is indented.
    pub(crate) indent: u8,
}

/// A message, or a part of it, as JSON that is held to schemas.
#[derive(Clone, Debug)]
pub(crate) struct Rendered {
    /// Writes it; none where what the message becomes is that JSON.
    pub(crate) write: Option<Root>,
    /// Reads it.
    pub(crate) read: Root,
}

/// An operation.
#[derive(Clone, Debug)]
pub(crate) struct OperationPlan {
    pub(crate) request: RequestPlan,
    pub(crate) outcomes: Vec<OutcomePlan>,
    /// By outcome and place among its media types: text, and those of JSON that hold another type than the first of JSON.
    pub(crate) others: Vec<(u32, u32, OutcomePlan)>,
    /// Numbers of fields of the response message, each with the outcome that it means.
    pub(crate) numbers: Vec<(u32, u32)>,
    /// By outcome: the header fields of an answer that is a document.
    pub(crate) headers: Vec<Option<HeadersPlan>>,
}

/// The header fields of an outcome.
#[derive(Clone, Debug)]
pub(crate) struct HeadersPlan {
    pub(crate) fields: Vec<HeaderPlan>,
    pub(crate) params: ParamsPlan,
}

/// A header field.
#[derive(Clone, Debug)]
pub(crate) struct HeaderPlan {
    /// Lower case.
    pub(crate) name: String,
    /// Its leaf, or the first of its members.
    pub(crate) slot: u16,
    pub(crate) holds: HeaderHolds,
}

/// What a header field holds.
#[derive(Clone, Debug)]
pub(crate) enum HeaderHolds {
    /// One value.
    One,
    /// Items between commas.
    List,
    /// Members by name, between commas.
    Members { names: Vec<String>, explode: bool },
}

/// How a request crosses.
#[derive(Clone, Debug)]
pub(crate) enum RequestPlan {
    /// Parameters and body stay as they are.
    Documents { params: ParamsPlan, body: Body },
    /// Parameters and body become one message.
    ToMessage { params: ParamsPlan, body: Body },
    /// A message becomes parameters and a body.
    ToDocument { body: Option<Root>, params: Option<Root> },
    /// The message stays as it is.
    Messages(Root),
    /// Through a message to other parameters.
    Through(Box<RequestPlan>, Box<RequestPlan>),
}

/// The body of a document.
#[derive(Clone, Debug)]
pub(crate) enum Body {
    /// There is none.
    None,
    /// Bytes that nobody reads.
    Opaque,
    /// A message.
    Message {
        root: Root,
        optional: bool,
        /// An absent body is read as an empty object.
        empty_object: bool,
    },
}

/// The parameters of a document.
#[derive(Clone, Debug)]
pub(crate) struct ParamsPlan {
    pub(crate) leaves: Vec<Leaf>,
    /// Groups of leaves of which one may be set: for each leaf its group from 1, or 0.
    pub(crate) groups: Vec<u8>,
    pub(crate) to: Encoding,
    pub(crate) observe: bool,
}

/// One leaf.
#[derive(Clone, Debug)]
pub(crate) struct Leaf {
    pub(crate) node: NodeId,
    pub(crate) lenient: NodeId,
    pub(crate) slot: Slot,
    /// The messages around it, outermost first.
    pub(crate) around: Vec<Slot>,
    /// Its path: `/per_page`.
    pub(crate) path: String,
    pub(crate) required: bool,
    pub(crate) list: bool,
    /// Its text is JSON, of at most this depth.
    pub(crate) json: Option<u16>,
    /// It is part of a body that may be left out.
    pub(crate) with_body: bool,
    /// Where it is absent: the default in the target's bytes.
    pub(crate) fill: Option<Box<[u8]>>,
    /// Where it is absent: the zero value is checked.
    pub(crate) zero: bool,
    /// Reads it as JSON, where schemas say something of it.
    pub(crate) beside: Option<NodeId>,
}

/// How an outcome's body crosses.
#[derive(Clone, Debug)]
pub(crate) enum OutcomePlan {
    /// As it is, unread.
    Opaque,
    /// Always these bytes: there is no body to read.
    Fixed(Box<[u8]>),
    /// A message.
    Message(Root),
    /// Text: one leaf.
    Text(ParamsPlan),
    /// A message of which one field is the text.
    ToText(Root),
}
