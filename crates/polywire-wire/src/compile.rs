//! Turns operations and types of a contract into plans. What cannot be carried over faithfully is a diagnostic here,
//! not a surprise at run time.

mod answer;
mod avro;
mod beside;
mod bytes;
mod cobol;
mod description;
mod laid;
mod layout;
mod literal;
mod mapped;
mod operation;
mod outcome;
mod packed;
mod pair;
mod place;
mod record;
mod request;
mod scalar;
mod schema;
mod sum;
mod types;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use polywire_contract::{Contract, Maps, TypeId, TypeRef};
use polywire_diag::{Code, Diagnostic, Span};

use crate::plan::{JsonOptions, Node, NodeId, PlanId, PlanOptions, Plans, Program, Root};
use crate::{Encoding, Validation};
use description::Spots;
pub(crate) use place::Place;
pub use schema::SchemaOptions;

/// Which way a message goes: a component is sent fewer fields than it answers, and the other way round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Direction {
    Request,
    Response,
}

/// All that decides how a type is read and written, beside the type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Mode {
    pub(crate) from: Encoding,
    pub(crate) to: Encoding,
    pub(crate) direction: Direction,
    /// Rules are checked; without, only the shape is.
    pub(crate) checks: bool,
    /// The types of the two sides are not the same.
    pub(crate) mapped: bool,
    /// How JSON is written.
    pub(crate) json: JsonOptions,
}

impl Mode {
    pub(crate) fn new(from: Encoding, to: Encoding, direction: Direction) -> Mode {
        Mode { from, to, direction, checks: true, mapped: false, json: JsonOptions::default() }
    }

    /// With a way to write JSON, where it is written.
    pub(crate) fn with_json(self, json: JsonOptions) -> Mode {
        if self.to == Encoding::Json { Mode { json, ..self } } else { self }
    }

    /// The same where values are only read.
    pub(crate) fn reading(self) -> Mode {
        Mode { to: self.from, mapped: false, json: JsonOptions::default(), ..self }
    }

    /// One of the two sides is Protobuf.
    pub(crate) fn protobuf(self) -> bool {
        self.from == Encoding::Protobuf || self.to == Encoding::Protobuf
    }

    /// JSON of one type is written anew.
    pub(crate) fn rewrites_json(self) -> bool {
        self.from == Encoding::Json && self.to == Encoding::Json && !self.mapped && !self.identity()
    }

    /// The bytes stay as they are.
    pub(crate) fn identity(self) -> bool {
        self.from == self.to && !self.mapped && self.json == JsonOptions::default()
    }
}

/// The first node of all plans: a value that is copied.
const COPIED: NodeId = NodeId(0);

/// A record whose plan is made once for all its uses.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct RecordKey {
    ty: TypeId,
    message: TypeId,
    mode: Mode,
    spots: Spots,
    tag: Option<String>,
}

/// A default that is written once all nodes are there.
struct PendingFill {
    record: NodeId,
    row: usize,
    text: String,
    span: Span,
}

/// Compiles plans of one contract into one arena.
pub struct Compiler<'a> {
    contract: &'a Contract,
    plans: Plans,
    records: BTreeMap<RecordKey, NodeId>,
    /// Lists and sums that hold themselves without a record between.
    others: BTreeMap<(TypeId, String, Mode), NodeId>,
    fills: Vec<PendingFill>,
    /// Places that a diagnostic was given for, so that each is said once.
    said: BTreeSet<(&'static str, Option<Span>)>,
    order_base: u32,
    schemas: schema::Schemas,
    /// Types whose values, or values inside of them, are held to schemas beside their shape.
    beside: HashSet<TypeId>,
}

/// One compilation: the compiler, where its findings go, and whether a plan can come of it.
pub(crate) struct Job<'c, 'a> {
    compiler: &'c mut Compiler<'a>,
    diags: &'c mut Vec<Diagnostic>,
    mode: Mode,
    failed: bool,
    maps: Option<&'a Maps>,
    /// A type whose rules hold, too.
    also: Option<TypeId>,
    /// A type was met whose values are held to schemas.
    met: bool,
}

impl<'a> Compiler<'a> {
    /// A compiler without plans.
    pub fn new(contract: &'a Contract) -> Self {
        let plans = Plans { nodes: vec![Node::Copied], ..Plans::default() };
        Compiler {
            contract,
            plans,
            records: BTreeMap::new(),
            others: BTreeMap::new(),
            fills: Vec::new(),
            said: BTreeSet::new(),
            order_base: 0,
            schemas: schema::Schemas::default(),
            beside: beside::reaching(contract),
        }
    }

    /// A plan for whole messages of one type.
    ///
    /// None where one of the encodings has no form for it, which a diagnostic says.
    pub fn ty(
        &mut self,
        ty: TypeRef,
        from: Encoding,
        to: Encoding,
        options: &PlanOptions,
        diags: &mut Vec<Diagnostic>,
    ) -> Option<PlanId> {
        let mode = Mode::new(from, to, Direction::Request).with_json(options.json);
        let mut job = self.job(mode, diags);
        let place = job.whole_place(ty.id, ty.id);
        let root = job.root(options, String::new(), |job| job.whole_at(ty, ty.id, &place));
        let slot = job.mode.described().then(|| Box::new(job.slot(&place, false)));
        self.add(Program::Message(Root { slot, ..root? }))
    }

    /// All plans; immutable from here on.
    pub fn finish(self) -> Plans {
        let mut plans = self.plans;
        let needs = |node: &Node| matches!(node, Node::Moment(moment) if moment.needs_now());
        plans.needs_now = plans.nodes.iter().any(needs);
        plans
    }

    fn add(&mut self, program: Program) -> Option<PlanId> {
        self.plans.programs.push(program);
        Some(PlanId(self.plans.programs.len() as u32 - 1))
    }

    fn job<'c>(&'c mut self, mode: Mode, diags: &'c mut Vec<Diagnostic>) -> Job<'c, 'a> {
        Job { compiler: self, diags, mode, failed: false, maps: None, also: None, met: false }
    }
}

impl<'a> Job<'_, 'a> {
    fn contract(&self) -> &'a Contract {
        self.compiler.contract
    }

    fn add(&mut self, node: Node) -> NodeId {
        let nodes = &mut self.compiler.plans.nodes;
        nodes.push(node);
        NodeId(nodes.len() as u32 - 1)
    }

    fn node(&self, id: NodeId) -> &Node {
        &self.compiler.plans.nodes[id.at()]
    }

    /// A diagnostic, once for each place.
    fn say(&mut self, code: &'static Code, diagnostic: Diagnostic) {
        let span = diagnostic.labels.first().map(|label| label.span);
        if self.compiler.said.insert((code.id, span)) {
            self.diags.push(diagnostic);
        }
    }

    /// A whole message: with its rules, and where they are only observed also without.
    fn root(
        &mut self,
        options: &PlanOptions,
        prefix: String,
        mut make: impl FnMut(&mut Self) -> NodeId,
    ) -> Option<Root> {
        self.met = false;
        let node = make(self);
        let rendered = self.rendered(options, &prefix, &mut make);
        let rereads = self.rereads();
        let lenient = (options.validation == Validation::Observe).then(|| {
            let mode = self.mode;
            self.mode.checks = false;
            let node = make(self);
            self.mode = mode;
            node
        });
        self.write_fills();
        (!self.failed).then_some(Root {
            from: self.mode.from,
            to: self.mode.to,
            same: self.mode.identity(),
            node,
            lenient,
            prefix,
            depth: options.depth_max,
            slot: None,
            rereads,
            rendered: rendered.into_iter().collect(),
            indent: self.mode.json.indent,
        })
    }
}
