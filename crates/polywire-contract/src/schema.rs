//! The JSON Schema side of types: what a schema says of JSON values, word for word, where a shape and its checks would say
//! more or less. Must not know how a schema is written, or how a value is read.

use std::collections::BTreeMap;

use polywire_diag::Span;

use crate::{Check, Literal, TypeId};

/// A schema's place in [`Schemas::all`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SchemaId(pub u32);

/// Every schema that values are held to beside the shape of their type.
#[derive(Debug, Default)]
pub struct Schemas {
    /// The arena; a [`SchemaId`] is a place in it.
    pub all: Vec<Schema>,
    /// Types that are schemas of their own: this alone is the verdict on their values.
    pub types: BTreeMap<TypeId, SchemaId>,
    /// What values of other types must satisfy beside shape and checks, as JSON.
    pub beside: BTreeMap<TypeId, SchemaId>,
    /// The documents that residuals point into.
    pub documents: Vec<SchemaDocument>,
}

impl Schemas {
    /// Adds a schema and returns its place.
    pub fn add(&mut self, schema: Schema) -> SchemaId {
        self.all.push(schema);
        SchemaId(self.all.len() as u32 - 1)
    }

    /// The schema at a place.
    pub fn get(&self, id: SchemaId) -> &Schema {
        &self.all[id.0 as usize]
    }
}

/// What one schema says.
#[derive(Clone, Debug)]
pub enum Schema {
    /// Any value, or none at all.
    Bool(bool),
    /// Each of these rules.
    Rules(Box<Rules>),
    /// What only the schema itself says: it is run on a tree of the value.
    Residual(Residual),
}

/// Rules on values of any kind; each speaks about its own kind of value alone.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// Where the schema was written.
    pub span: Option<Span>,
    /// The kinds that are allowed; `None` is all.
    pub kinds: Option<Vec<JsonKind>>,
    /// Rules of single values. [`Check::Among`] is about values of all kinds.
    pub checks: Vec<(Check, Span)>,
    /// `format` is a rule here, whatever holds elsewhere.
    pub asserts_format: bool,
    /// Values that the value equals.
    pub constants: Vec<Literal>,
    /// Members of objects.
    pub members: Option<Members>,
    /// Items of lists.
    pub items: Option<Items>,
    /// The value satisfies all of these.
    pub all: Vec<SchemaId>,
    /// Of each list the value satisfies at least one.
    pub any: Vec<Vec<SchemaId>>,
    /// Of each list the value satisfies exactly one.
    pub one: Vec<Vec<SchemaId>>,
    /// The value satisfies none of these.
    pub not: Vec<SchemaId>,
    /// What follows from a condition.
    pub conditions: Vec<Condition>,
}

/// A kind of JSON value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum JsonKind {
    /// `null`
    Null,
    /// `true`, `false`
    Bool,
    /// A number without a fraction, however it is written.
    Integer,
    /// A number.
    Number,
    /// Text.
    Text,
    /// A list.
    List,
    /// An object.
    Object,
}

/// Rules for the members of an object.
#[derive(Clone, Debug, Default)]
pub struct Members {
    /// By name.
    pub named: Vec<(String, SchemaId)>,
    /// By a regular expression that is found in the name.
    pub patterns: Vec<(String, SchemaId)>,
    /// All others.
    pub others: Option<SchemaId>,
    /// Names that must be there.
    pub required: Vec<String>,
    /// Names that must be there where another is.
    pub dependent: Vec<(String, Vec<String>)>,
    /// What the whole object satisfies where a name is there.
    pub schemas: Vec<(String, SchemaId)>,
    /// What every name satisfies as text.
    pub names: Option<SchemaId>,
}

/// Rules for the items of a list.
#[derive(Clone, Debug, Default)]
pub struct Items {
    /// By place.
    pub first: Vec<SchemaId>,
    /// All after those.
    pub rest: Option<SchemaId>,
    /// So many items satisfy a schema: at least, at most.
    pub contains: Option<(SchemaId, u64, Option<u64>)>,
}

/// If a value satisfies one schema, then also another, else a third.
#[derive(Clone, Copy, Debug)]
pub struct Condition {
    /// The condition.
    pub when: SchemaId,
    /// Where it holds.
    pub then: Option<SchemaId>,
    /// Where it does not.
    pub otherwise: Option<SchemaId>,
}

/// A schema by its address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Residual {
    /// An absolute URI with a fragment.
    pub uri: String,
    /// Which edition of JSON Schema it is of.
    pub draft: Draft,
    /// The keyword for which it is not taken apart.
    pub keyword: String,
    /// Where that was written.
    pub span: Span,
    /// How deep a value may nest for each rule that it breaks to be told: where a schema leads back to itself and looks
    /// more than once at each member, the steps to find them all multiply with every level.
    pub depth_max: Option<u16>,
}

/// An edition of JSON Schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Draft {
    /// Draft 4.
    Draft4,
    /// Draft 6.
    Draft6,
    /// Draft 7.
    Draft7,
    /// 2019-09.
    Draft201909,
    /// 2020-12.
    Draft202012,
}

/// A schema document.
#[derive(Clone, Debug)]
pub struct SchemaDocument {
    /// Where it is found by references.
    pub uri: String,
    /// Its edition.
    pub draft: Draft,
    /// The whole of it.
    pub root: Literal,
}
