//! Nodes that say of a JSON value what a schema says of it, word for word: each reads one whole value and writes nothing.

use std::sync::Arc;

use super::{NodeId, Record, Text};
use crate::Stop;
use crate::check::{Pattern, SchemaNumber};

/// One rule of a schema, or several together.
#[derive(Clone, Debug)]
pub enum SchemaNode {
    /// Rules by the kind of the value, and rules for all kinds.
    Guard(Guard),
    /// At least one, or exactly one.
    Choice(Choice),
    /// Not this.
    Not(NodeId),
    /// If this, then that.
    Condition(Condition),
    /// Members by more than their name.
    Members(Members),
    /// Items by place, or counted.
    Items(Items),
    /// A number.
    Number(SchemaNumber),
    /// Nothing.
    Never(Stop),
    /// A schema that is run on a tree of the value.
    Residual(Residual),
}

/// Rules for a value; what does not concern its kind is passed over.
#[derive(Clone, Debug)]
pub struct Guard {
    /// The kinds that are allowed, by [`crate::Kind`].
    pub(crate) kinds: u8,
    /// For each kind the nodes that read such a value.
    pub(crate) own: [Vec<NodeId>; 6],
    /// Nodes that read any value.
    pub(crate) every: Vec<NodeId>,
}

/// Alternatives.
#[derive(Clone, Debug)]
pub struct Choice {
    /// Each with the kinds of value that it can be.
    pub(crate) branches: Vec<(NodeId, u8)>,
    pub(crate) exact: bool,
    pub(crate) rule: Stop,
}

/// What follows from a condition.
#[derive(Clone, Debug)]
pub struct Condition {
    pub(crate) when: NodeId,
    pub(crate) then: Option<NodeId>,
    pub(crate) otherwise: Option<NodeId>,
}

/// Members of an object.
#[derive(Clone, Debug)]
pub struct Members {
    /// Names that something is said of; its first `named` rows are read elsewhere.
    pub(crate) known: Record,
    pub(crate) named: u16,
    pub(crate) patterns: Vec<(Matcher, NodeId)>,
    /// Members that are neither named nor match a pattern.
    pub(crate) others: Option<NodeId>,
    pub(crate) names: Vec<NameRule>,
    /// Where the first row is there, the others must be.
    pub(crate) dependent: Vec<(u16, Vec<u16>)>,
    /// Where the row is there, the whole object is read by the node.
    pub(crate) schemas: Vec<(u16, NodeId)>,
}

/// What a name must be.
#[derive(Clone, Debug)]
pub enum NameRule {
    /// Text with rules.
    Text(Text),
    /// A value, when it is written as JSON text.
    Value(NodeId),
}

/// Finds names.
#[derive(Clone, Debug)]
pub enum Matcher {
    /// In linear time.
    Linear(Pattern),
    /// By backtracking, within a limit.
    Limited(Arc<jsonschema::Validator>),
}

/// Items of a list.
#[derive(Clone, Debug)]
pub struct Items {
    pub(crate) first: Vec<NodeId>,
    pub(crate) rest: Option<NodeId>,
    /// So many items are read by a node: at least, at most.
    pub(crate) contains: Option<(NodeId, u32, u32)>,
    /// What too few of them break.
    pub(crate) few: Stop,
}

/// A value that is read twice: first for what a schema says of it, then as its shape.
#[derive(Clone, Copy, Debug)]
pub struct Twice {
    pub(crate) schema: NodeId,
    pub(crate) shape: NodeId,
}

/// A schema that is run as it is.
#[derive(Clone, Debug)]
pub struct Residual {
    /// How deep a value may nest for each rule that it breaks to be told.
    pub(crate) depth: u16,
    pub(crate) validator: Arc<jsonschema::Validator>,
}
