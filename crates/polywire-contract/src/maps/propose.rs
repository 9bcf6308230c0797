//! Works out a map from one type to another: pair by pair, from what is written and confirmed, else by words.
//!
//! Must never: use a match that is not unique on both sides, or guess what a name means.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use polywire_diag::{Diagnostic, Span};

use super::proposal::{Proposal, ProposedLine, ProposedPair, Remark, key};
use super::written::{WrittenMap, WrittenName};
use super::{MapKind, TypeMap};
use crate::codes::MAP_KIND;
use crate::drift::{Aspect, Difference, Fate, kind};
use crate::{Contract, Lock, Shape, TypeId};

/// How many pairs one map may be made of.
const PAIRS_MAX: usize = 2000;
/// How deep lists of lists are followed.
const DEPTH_MAX: usize = 16;

/// What is known of maps before anything is matched.
#[derive(Clone, Copy)]
pub struct Known<'a> {
    /// What was confirmed.
    pub lock: &'a Lock,
    /// What was written, with its types.
    pub written: &'a [NamedMap<'a>],
    /// What stable names begin with only because of the folder from which they were read.
    pub root: &'a str,
}

/// A written map whose types are known.
#[derive(Clone, Debug)]
pub struct NamedMap<'a> {
    /// Types among its two that have no name of their own.
    pub(super) ways: Vec<Way>,
    /// What is read.
    pub from: TypeId,
    /// What is written.
    pub to: TypeId,
    /// What was said.
    pub written: &'a WrittenMap,
}

/// A type without a name, called after the way to it.
pub(super) type Way = (TypeId, String);

/// Works out the map from one type to another.
pub fn propose(contract: &Contract, from: TypeId, to: TypeId, known: &Known<'_>) -> Proposal {
    let mut engine = Engine {
        contract,
        known,
        waiting: VecDeque::new(),
        enums: VecDeque::new(),
        seen: BTreeSet::new(),
        names: BTreeMap::new(),
        tables: Vec::new(),
        tags: BTreeMap::new(),
        found: Proposal::default(),
    };
    engine.ask(from, to);
    while let Some((from, to)) = engine.waiting.pop_front().or_else(|| engine.enums.pop_front()) {
        engine.pair(from, to);
    }
    engine.found
}

/// The members that say which alternative a record is.
#[derive(Clone, Copy)]
pub(super) struct Tag<'a> {
    /// Of the source.
    pub(super) source: Option<&'a str>,
    /// Of the target.
    pub(super) target: &'a str,
    /// What the target's says.
    pub(super) value: &'a str,
}

/// A code table between two enums.
pub(super) struct Table<'a> {
    pub(super) from: TypeId,
    pub(super) to: TypeId,
    pub(super) values: &'a [(WrittenName, Option<WrittenName>)],
    pub(super) span: Span,
}

pub(super) struct Engine<'a> {
    pub(super) contract: &'a Contract,
    pub(super) known: &'a Known<'a>,
    waiting: VecDeque<(TypeId, TypeId)>,
    /// Enums come last: every table for them is known then.
    enums: VecDeque<(TypeId, TypeId)>,
    seen: BTreeSet<(TypeId, TypeId)>,
    /// Types without a name, called after where they are used.
    names: BTreeMap<TypeId, String>,
    pub(super) tables: Vec<Table<'a>>,
    /// Of pairs of alternatives, the member that says which one it is.
    pub(super) tags: BTreeMap<(TypeId, TypeId), Tag<'a>>,
    pub(super) found: Proposal,
}

impl<'a> Engine<'a> {
    fn ask(&mut self, from: TypeId, to: TypeId) {
        use Shape::{Enum, Record, Sum};
        let (source, target) = (self.contract.ty(from), self.contract.ty(to));
        for (id, way) in self.known.written.iter().flat_map(|map| &map.ways) {
            let way = way.strip_prefix(self.known.root).unwrap_or(way);
            self.names.entry(*id).or_insert_with(|| way.to_string());
        }
        match (&source.shape, &target.shape) {
            (Record(_), Record(_)) | (Enum(_), Enum(_)) | (Sum(_), Sum(_)) => self.add(from, to),
            _ => {
                let message = format!("there is no map from {} to {}", kind(source), kind(target));
                let diag = Diagnostic::error(&MAP_KIND, message)
                    .at(source.span, "from this")
                    .at(target.span, "to this")
                    .help("maps are between two records, two enums or two types of alternatives");
                self.found.diags.push(diag);
            }
        }
    }

    fn add(&mut self, from: TypeId, to: TypeId) {
        if from == to || self.seen.len() >= PAIRS_MAX || !self.seen.insert((from, to)) {
            return;
        }
        let enums = matches!(self.contract.ty(from).shape, Shape::Enum(_));
        let queue = if enums { &mut self.enums } else { &mut self.waiting };
        queue.push_back((from, to));
    }

    fn pair(&mut self, from: TypeId, to: TypeId) {
        let contract = self.contract;
        match (&contract.ty(from).shape, &contract.ty(to).shape) {
            (Shape::Record(_), Shape::Record(_)) => self.records(from, to),
            (Shape::Enum(a), Shape::Enum(b)) => self.enum_values(from, to, a, b),
            (Shape::Sum(a), Shape::Sum(b)) => self.variants(from, to, a, b),
            _ => {}
        }
    }

    /// Adds the maps of what lies in a value of one type that becomes one of another; `steps` are how both are reached.
    pub(super) fn below(&mut self, from: (TypeId, String), to: (TypeId, String)) {
        self.below_at(from, to, 0);
    }

    fn below_at(&mut self, from: (TypeId, String), to: (TypeId, String), depth: usize) {
        if from.0 == to.0 || depth > DEPTH_MAX {
            return;
        }
        for (id, name) in [&from, &to] {
            if self.contract.ty(*id).name.is_none() {
                self.names.entry(*id).or_insert_with(|| name.clone());
            }
        }
        let (a, b) = (self.name(from.0), self.name(to.0));
        match (&self.contract.ty(from.0).shape, &self.contract.ty(to.0).shape) {
            (Shape::List(one), Shape::List(other)) => {
                self.below_at((one.id, format!("{a}[]")), (other.id, format!("{b}[]")), depth + 1);
            }
            (Shape::Map { value: one, .. }, Shape::Map { value: other, .. }) => {
                self.below_at((one.id, format!("{a}{{}}")), (other.id, format!("{b}{{}}")), depth + 1);
            }
            (Shape::Record(_), Shape::Record(_))
            | (Shape::Enum(_), Shape::Enum(_))
            | (Shape::Sum(_), Shape::Sum(_)) => self.add(from.0, to.0),
            _ => {}
        }
    }

    /// The stable name of a type, wherever its contract was read from.
    pub(super) fn name(&self, id: TypeId) -> String {
        match &self.contract.ty(id).name {
            Some(name) => name.strip_prefix(self.known.root).unwrap_or(name).to_string(),
            None => self.names.get(&id).cloned().unwrap_or_default(),
        }
    }

    /// What polywire.lock calls a pair.
    pub(super) fn key(&self, from: TypeId, to: TypeId) -> String {
        key(&self.name(from), &self.name(to))
    }

    /// What was written about a pair.
    pub(super) fn written(&self, from: TypeId, to: TypeId) -> Option<&'a WrittenMap> {
        self.known.written.iter().find(|map| (map.from, map.to) == (from, to)).map(|map| map.written)
    }

    pub(super) fn keep(&mut self, from: TypeId, to: TypeId, kind: MapKind, lines: Vec<ProposedLine>) {
        let (from_span, to_span) = (self.contract.ty(from).span, self.contract.ty(to).span);
        let has_fields = matches!(kind, MapKind::Record { .. });
        let pair =
            ProposedPair { has_fields, from: self.name(from), to: self.name(to), from_span, to_span, lines };
        self.found.pairs.push(pair);
        self.found.maps.pairs.push(TypeMap { from, to, kind });
    }
}

/// What may be refused or lost, in words.
pub(super) fn remarks(differences: &[Difference]) -> Vec<Remark> {
    let harmful = differences.iter().filter(|one| one.left_to_right != Fate::Fits);
    harmful
        .map(|one| {
            let place = if one.path.is_empty() { String::new() } else { format!("{} ", one.path) };
            let says = match one.aspect {
                Aspect::Presence => format!("{place}where absent"),
                Aspect::Null => format!("{place}where null"),
                Aspect::Kind => format!("{place}{}", one.right),
                aspect => format!("{place}{} {}", aspect.name(), one.right),
            };
            Remark { fate: one.left_to_right, says }
        })
        .collect()
}
