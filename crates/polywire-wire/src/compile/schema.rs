//! Schemas as nodes: each rule under the kind of value that it speaks about, what JSON Schema alone can say as a residual.

mod literal;
mod residual;
mod rules;

use std::collections::{HashMap, VecDeque};

use polywire_contract::{Contract, JsonKind, Schema, SchemaId};
use polywire_diag::Diagnostic;

use super::Compiler;
use crate::plan::{Node, NodeId, PlanId, Program, SchemaNode, VerdictPlan};
use crate::{Kind, Stop};
use residual::Residuals;

/// How far references are followed to find which kinds of value a schema is about.
const KINDS_DEPTH_MAX: usize = 6;
/// Every kind.
pub(super) const ALL: u8 = 0b11_1111;

/// How schemas are compiled.
#[derive(Clone, Copy, Debug)]
pub struct SchemaOptions {
    /// `format` is a rule, not a remark.
    pub assert_format: bool,
    /// How deep a document may nest.
    pub depth_max: u16,
}

impl Default for SchemaOptions {
    fn default() -> Self {
        SchemaOptions { assert_format: false, depth_max: 128 }
    }
}

/// What is compiled already, with and without formats.
#[derive(Debug, Default)]
pub(super) struct Schemas {
    made: HashMap<(SchemaId, bool), NodeId>,
    residuals: Residuals,
}

/// One compilation.
struct Job<'j, 'a> {
    compiler: &'j mut Compiler<'a>,
    diags: &'j mut Vec<Diagnostic>,
    formats: bool,
    waiting: VecDeque<(SchemaId, NodeId)>,
    failed: bool,
}

impl Compiler<'_> {
    /// A plan that says whether JSON documents are what a schema says, for [`crate::Plans::verdict`].
    ///
    /// None where the schema cannot be compiled, which a diagnostic says.
    pub fn schema(
        &mut self,
        schema: SchemaId,
        options: &SchemaOptions,
        diags: &mut Vec<Diagnostic>,
    ) -> Option<PlanId> {
        let (formats, depth) = (options.assert_format, options.depth_max);
        let mut job = Job { compiler: self, diags, formats, waiting: VecDeque::new(), failed: false };
        let node = job.node(schema);
        job.finish();
        if job.failed { None } else { self.add(Program::Verdict(VerdictPlan { node, depth })) }
    }
}

impl Compiler<'_> {
    /// The node that holds values to a schema beside their shape; formats are rules where the schema says it.
    pub(super) fn beside(&mut self, schema: SchemaId, diags: &mut Vec<Diagnostic>) -> Option<NodeId> {
        let mut job = Job { compiler: self, diags, formats: false, waiting: VecDeque::new(), failed: false };
        let node = job.node(schema);
        job.finish();
        if job.failed { None } else { Some(node) }
    }
}

impl<'a> Job<'_, 'a> {
    fn contract(&self) -> &'a Contract {
        self.compiler.contract
    }

    /// The node of a schema; what stands there is built later, so that no chain of schemas can exhaust the stack.
    fn node(&mut self, schema: SchemaId) -> NodeId {
        let key = (schema, self.formats);
        if let Some(known) = self.compiler.schemas.made.get(&key) {
            return *known;
        }
        let id = self.add(Node::Any);
        self.compiler.schemas.made.insert(key, id);
        self.waiting.push_back((schema, id));
        id
    }

    fn nodes(&mut self, schemas: &[SchemaId]) -> Vec<NodeId> {
        schemas.iter().map(|schema| self.node(*schema)).collect()
    }

    fn finish(&mut self) {
        while let Some((schema, id)) = self.waiting.pop_front() {
            let contract = self.contract();
            let node = match contract.schemas.get(schema) {
                Schema::Bool(true) => Node::Any,
                Schema::Bool(false) => never(Stop::Never),
                Schema::Rules(rules) => self.rules(rules),
                Schema::Residual(residual) => self.residual(residual),
            };
            self.put(id, node);
        }
    }

    fn add(&mut self, node: Node) -> NodeId {
        let nodes = &mut self.compiler.plans.nodes;
        let id = NodeId(nodes.len() as u32);
        nodes.push(Node::Any);
        self.put(id, node);
        id
    }

    /// A record knows its own place.
    fn put(&mut self, id: NodeId, mut node: Node) {
        if let Node::Record(record) = &mut node {
            record.id = id;
        }
        self.compiler.plans.nodes[id.at()] = node;
    }

    /// The node for values that a schema shuts out by a keyword of its parent.
    fn child(&mut self, schema: SchemaId, rule: Stop) -> NodeId {
        match self.contract().schemas.get(schema) {
            Schema::Bool(false) => self.add(never(rule)),
            _ => self.node(schema),
        }
    }

    /// The kinds of value that a schema may allow.
    fn kinds(&self, schema: SchemaId, depth: usize) -> u8 {
        let rules = match self.contract().schemas.get(schema) {
            Schema::Bool(false) => return 0,
            Schema::Rules(rules) if depth < KINDS_DEPTH_MAX => rules,
            _ => return ALL,
        };
        let own = rules.kinds.as_deref().map_or(ALL, mask);
        rules.all.iter().take(16).fold(own, |kinds, schema| kinds & self.kinds(*schema, depth + 1))
    }
}

/// The bits of kinds.
fn mask(kinds: &[JsonKind]) -> u8 {
    kinds.iter().fold(0, |mask, kind| mask | 1 << kind_of(*kind) as u8)
}

fn kind_of(kind: JsonKind) -> Kind {
    match kind {
        JsonKind::Null => Kind::Null,
        JsonKind::Bool => Kind::Bool,
        JsonKind::Integer | JsonKind::Number => Kind::Number,
        JsonKind::Text => Kind::Text,
        JsonKind::List => Kind::List,
        JsonKind::Object => Kind::Record,
    }
}

fn never(rule: Stop) -> Node {
    schema(SchemaNode::Never(rule))
}

fn schema(node: SchemaNode) -> Node {
    Node::Schema(Box::new(node))
}
