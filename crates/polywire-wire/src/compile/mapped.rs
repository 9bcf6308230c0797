//! Records that become records of another type, as a map says.

use std::collections::BTreeMap;

use polywire_contract::{
    Contract, Field, FieldMap, FieldPath, MapKind, Maps, Origin, ProtoField, ProtoKind, Shape, TypeId,
    TypeRef,
};
use polywire_diag::Diagnostic;

use super::description::{Spots, Step};
use super::{Compiler, Direction, Job, Mode, Place, literal};
use crate::Encoding;
use crate::check::Exact;
use crate::codes::NO_MAP;
use crate::plan::{
    Absent, Look, Looked, Mapped, Move, Moved, Node, NodeId, OnNull, PlanId, PlanOptions, Program, Record,
    Root, Row, Slot, Text,
};

/// The values of a source that a target uses.
#[derive(Default)]
struct Leaves {
    numbers: BTreeMap<FieldPath, u16>,
}

impl Leaves {
    fn number(&mut self, path: &[u32]) -> u16 {
        let next = self.numbers.len() as u16;
        *self.numbers.entry(path.to_vec()).or_insert(next)
    }

    /// Whether values below a field are used.
    fn below(&self, path: &[u32]) -> bool {
        self.numbers.keys().any(|used| used.len() > path.len() && used.starts_with(path))
    }
}

/// A record pair at work.
struct Pairing {
    from: TypeId,
    spots: Spots,
    leaves: Leaves,
}

impl<'a> Compiler<'a> {
    /// A plan that turns messages of one type into messages of another, as the first of the maps says.
    ///
    /// None where a value has no form on the other side, which a diagnostic says.
    pub fn map(
        &mut self,
        maps: &'a Maps,
        from: Encoding,
        to: Encoding,
        options: &PlanOptions,
        diags: &mut Vec<Diagnostic>,
    ) -> Option<PlanId> {
        let pair = maps.pairs.first()?;
        let mode = Mode { mapped: true, ..Mode::new(from, to, Direction::Request) }.with_json(options.json);
        let mut job = self.job(mode, diags);
        job.maps = Some(maps);
        let from = job.spots_of(pair.from).from;
        let spots = Spots { from, to: job.spots_of(pair.to).to };
        let proto_json = job.is_proto_json(job.proto_side(pair.from, pair.to));
        let place = Place { spots, pair: Some(pair.to), ..Place::whole(proto_json) };
        let root = job.root(options, String::new(), |job| job.single(pair.from.into(), &place));
        let slot = job.mode.described().then(|| Box::new(job.slot(&place, false)));
        self.add(Program::Message(Root { slot, ..root? }))
    }
}

impl<'a> Job<'_, 'a> {
    /// Of a pair the type whose Protobuf side counts.
    pub(super) fn proto_side(&self, from: TypeId, to: TypeId) -> TypeId {
        if self.mode.to == Encoding::Protobuf { to } else { from }
    }

    /// A record that becomes another; `tag` is a member that names it in a sum.
    pub(super) fn mapped(&mut self, from: TypeId, to: TypeId, place: &Place, tag: Option<&str>) -> NodeId {
        let memo = (from, format!("mapped {tag:?} {}", place.signature()), self.mode);
        if let Some(known) = self.compiler.others.get(&memo) {
            return *known;
        }
        let id = self.add(Node::Any);
        self.compiler.others.insert(memo, id);
        let Some(MapKind::Record { fields, .. }) = self.map_of(from, to) else { return id };
        let mut pairing = Pairing { from, spots: place.spots, leaves: Leaves::default() };
        let written = Spots { from: None, ..place.spots };
        let moves = self.moves(&mut pairing, to, fields, written);
        let mut look = self.look(&pairing, from, &mut Vec::new(), place.spots);
        if let Some(tag) = tag.filter(|_| place.spots.from.is_none())
            && look.record.by_name(tag.as_bytes()).is_none()
        {
            let mut rows = std::mem::take(&mut look.record.rows);
            rows.push(Row::new(tag, self.add(Node::Tag), Slot::bare()));
            look.rows.push(Looked::Dropped);
            look.record = Record::new(NodeId(0), rows, look.record.extra);
        }
        let leaves = pairing.leaves.numbers.len() as u16;
        self.compiler.plans.nodes[id.at()] = Node::Mapped(Box::new(Mapped { look, leaves, moves }));
        id
    }

    pub(super) fn map_of(&mut self, from: TypeId, to: TypeId) -> Option<&'a MapKind> {
        let found = self.maps.and_then(|maps| maps.pair(from, to));
        if found.is_none() {
            self.no_map(from, to, "no map says how one becomes the other");
        }
        found.map(|map| &map.kind)
    }

    /// There is no way from one type to another.
    pub(super) fn no_map(&mut self, from: TypeId, to: TypeId, reason: &str) {
        self.failed = true;
        let contract = self.contract();
        let (from, to) = (contract.ty(from), contract.ty(to));
        let name = |ty: &'a polywire_contract::Type| ty.short_name().unwrap_or("a type").to_string();
        let text = format!("`{}` does not become `{}`: {reason}", name(from), name(to));
        let diagnostic = Diagnostic::error(&NO_MAP, text).at(from.span, "from this").at(to.span, "to this");
        self.say(&NO_MAP, diagnostic);
    }

    // ---- the source

    /// The rows of a record of the source, and what each is to the target.
    fn look(&mut self, pairing: &Pairing, ty: TypeId, path: &mut FieldPath, spots: Spots) -> Look {
        let mode = self.mode;
        let read = Spots { to: None, ..spots };
        // The values are read by themselves here: nothing is written.
        self.mode = mode.reading();
        let contract = self.contract();
        let Some(shape) = contract.record(ty) else {
            self.mode = mode;
            return Look { record: Record::new(NodeId(0), Vec::new(), self.extra_rule()), rows: Vec::new() };
        };
        let protos = self.proto_fields(ty, ty, shape);
        let proto_json = self.is_proto_json(ty);
        let (mut rows, mut looked) = (Vec::new(), Vec::new());
        for at in self.field_orders(shape, read).rows {
            let field = &shape.fields[at];
            let proto = protos.get(at).copied().flatten();
            if self.mode.protobuf() && proto.is_none() {
                continue;
            }
            let place = Place::field(&field.name, proto, proto_json);
            let spots = self.stepped(read, ty, Step::Field(at));
            let mut row = self.row(field, Place { spots, ..place }, NodeId(0), rows.len());
            row.absent = Absent::Nothing;
            path.push(at as u32);
            looked.push(match pairing.leaves.numbers.get(path) {
                Some(leaf) => Looked::Leaf(*leaf),
                None if pairing.leaves.below(path) => {
                    self.mode = mode;
                    let below = self.look(pairing, field.ty.id, path, spots);
                    self.mode = mode.reading();
                    Looked::Below(Box::new(below))
                }
                None => Looked::Dropped,
            });
            path.pop();
            rows.push(row);
        }
        self.mode = mode;
        let extra = self.extra_of(shape);
        let mut record = Record::new(NodeId(0), rows, extra);
        record.order_base = self.compiler.order_base;
        self.compiler.order_base = self.compiler.order_base.wrapping_add(record.rows.len() as u32 + 1);
        Look { record, rows: looked }
    }

    // ---- the target

    fn moves(
        &mut self,
        pairing: &mut Pairing,
        to: TypeId,
        fields: &'a [FieldMap],
        spots: Spots,
    ) -> Vec<Move> {
        let contract = self.contract();
        let Some(shape) = contract.record(to) else { return Vec::new() };
        let protos =
            if self.mode.to == Encoding::Protobuf { self.proto_fields(to, to, shape) } else { Vec::new() };
        let mut moves = Vec::new();
        for at in self.field_orders(shape, spots).rows {
            let Some(map) = fields.iter().find(|map| map.field as usize == at) else { continue };
            let target = Target {
                field: &shape.fields[at],
                proto: protos.get(at).copied().flatten(),
                proto_json: self.is_proto_json(to),
                spots: self.stepped(spots, to, Step::Field(at)),
            };
            if self.mode.to == Encoding::Protobuf && target.proto.is_none() {
                self.no_map(pairing.from, to, &format!("`{}` has no number", target.field.name));
                continue;
            }
            moves.extend(self.one_move(pairing, &target, &map.origin));
        }
        moves
    }

    fn one_move(&mut self, pairing: &mut Pairing, target: &Target<'a>, origin: &'a Origin) -> Option<Move> {
        match origin {
            Origin::Field(path) => self.value_move(pairing, target, path).map(Move::Value),
            Origin::Record(fields) => {
                let place = target.place();
                let moves = self.moves(pairing, target.field.ty.id, fields, target.spots);
                let mut leaves = Vec::new();
                if !self.must_be_there(target.field) {
                    used_leaves(&moves, &mut leaves);
                }
                Some(Move::Record { slot: self.slot(&place, false), leaves, moves })
            }
            Origin::Value(value) => self.fixed(target, &literal::json(value)),
            Origin::Absent => match &target.field.default {
                Some(default) => self.fixed(target, &literal::json(default)),
                None if target.spots.to.is_none() => None,
                None if self.null_has_a_place(target.spots) => self.fixed(target, "null"),
                None => {
                    let reason = format!("`{}` may be absent, and has no default", target.field.name);
                    self.no_form(target.field.ty.id, self.mode.to, &reason);
                    None
                }
            },
            Origin::Join { parts, with } => {
                let text = self.target_text(pairing, target)?;
                let parts = parts.iter().filter_map(|path| self.text_part(pairing, target, path)).collect();
                let with = with.as_bytes().into();
                Some(Move::Join { parts, with, text, slot: self.slot(&target.place(), false) })
            }
            Origin::Part { of, at, part, parts } => {
                let text = self.target_text(pairing, target)?;
                let of = self.text_part(pairing, target, of)?;
                let (at, slot) = (at.as_bytes().into(), self.slot(&target.place(), false));
                Some(Move::Part { of, at, part: (*part, *parts), text, slot })
            }
            Origin::Scaled { of, by } => {
                let by = Exact::parse(by.0.as_bytes())?;
                let of = self.alone(pairing, target, of)?;
                let to = self.target_alone(target);
                let number = |node: &Node| matches!(node, Node::Int(_) | Node::Decimal(_));
                if !number(self.node(of.node)) || !number(self.node(to)) {
                    let reason = "only integers and decimals have units";
                    self.no_map(pairing.from, target.field.ty.id, reason);
                    return None;
                }
                Some(Move::Scaled { of, by, to, slot: self.slot(&target.place(), false) })
            }
        }
    }

    /// A field that takes a field's value.
    fn value_move(&mut self, pairing: &mut Pairing, target: &Target<'a>, path: &[u32]) -> Option<Moved> {
        let source = self.source_of(pairing, path)?;
        let proto = if self.mode.to == Encoding::Protobuf { target.proto } else { source.proto };
        if let (Some(source), Some(target), true) =
            (source.proto, target.proto, self.mode.from == self.mode.to)
            && (source.kind != target.kind || source.key != target.key || source.wrapped != target.wrapped)
        {
            let ids = (pairing.from, pairing.from);
            self.no_map(ids.0, ids.1, "the two fields lie in Protobuf in different ways");
            return None;
        }
        // The side that is Protobuf says how values lie in messages of their own.
        let proto_json =
            if self.mode.to == Encoding::Protobuf { target.proto_json } else { source.proto_json };
        let spots = Spots { from: source.spots.from, to: target.spots.to };
        let pair = (source.field.ty.id != target.field.ty.id).then_some(target.field.ty.id);
        let place = Place::field(&target.field.name, proto, proto_json);
        let must = self.must_be_there(target.field);
        let shape = &self.contract().ty(source.field.ty.id).shape;
        let repeated = matches!(shape, Shape::List(_) | Shape::Map { .. }) && !place.wrapped;
        let omit_zero = target.proto_json && !must && (place.implicit || repeated);
        let (proto_json_read, proto_json_written) = (source.proto_json, target.proto_json);
        let place = Place { spots, pair, omit_zero, proto_json_read, proto_json_written, ..place };
        let wrapper = proto_json && place.kind == Some(ProtoKind::Message);
        let both = source.field.ty.nullable && target.field.ty.nullable;
        let ty = TypeRef { id: source.field.ty.id, nullable: both && wrapper };
        let node = self.field_value(ty, &place);
        let list = self.is_list(source.field.ty.id, &place);
        let mut slot = self.slot(&place, list);
        slot.implicit |= repeated;
        // Null and absence are the same where one side knows no difference.
        let lies_as_null = source.spots.from.is_some() && self.null_has_a_place(source.spots);
        let null = match () {
            () if both && !target.proto_json => OnNull::Null,
            () if must => OnNull::Refuse,
            () if source.field.ty.nullable || source.proto_json || lies_as_null => OnNull::Absent,
            () => OnNull::Refuse,
        };
        let absent = match &target.field.default {
            Some(default) if !must => self.default_bytes(target, &literal::json(default)),
            _ if !must && target.spots.to.is_some() && self.null_has_a_place(target.spots) => {
                self.default_bytes(target, "null")
            }
            _ if source.implicit => Absent::Zero,
            _ => Absent::Nothing,
        };
        Some(Moved {
            leaf: pairing.leaves.number(path),
            node,
            slot,
            null,
            required: must && self.mode.checks || target.spots.to.is_some(),
            absent,
            path: source.names.into(),
        })
    }

    /// A field of the source by its path.
    fn source_of(&mut self, pairing: &Pairing, path: &[u32]) -> Option<Origins<'a>> {
        let contract = self.contract();
        let (mut ty, mut spots, mut names) = (pairing.from, Spots { to: None, ..pairing.spots }, Vec::new());
        let mut found = None;
        for at in path {
            let shape = contract.record(ty)?;
            let field = shape.fields.get(*at as usize)?;
            let proto =
                (self.mode.from == Encoding::Protobuf).then(|| message_field(contract, ty, *at)).flatten();
            spots = self.stepped(spots, ty, Step::Field(*at as usize));
            names.push(field.name.as_str().into());
            let proto_json = self.is_proto_json(ty);
            let many = matches!(contract.ty(field.ty.id).shape, Shape::List(_) | Shape::Map { .. });
            let implicit = proto.is_some_and(|proto| proto.implicit || many && !proto.wrapped);
            found = Some(Origins { field, proto, proto_json, implicit, spots, names: Vec::new() });
            ty = field.ty.id;
        }
        found.map(|found| Origins { names, ..found })
    }

    /// A value of the source that is worked on before it is written.
    fn alone(&mut self, pairing: &mut Pairing, target: &Target<'a>, path: &[u32]) -> Option<Moved> {
        let source = self.source_of(pairing, path)?;
        let mode = self.mode;
        self.mode = mode.reading();
        let place = Place::field(&source.field.name, source.proto, source.proto_json);
        let place = Place { spots: source.spots, ..place };
        let node = self.field_value(source.field.ty.id.into(), &place);
        let slot = self.slot(&place, false);
        self.mode = mode;
        let required = self.must_be_there(target.field);
        let null = if required { OnNull::Refuse } else { OnNull::Absent };
        let (leaf, path) = (pairing.leaves.number(path), source.names.into());
        Some(Moved { leaf, node, slot, null, required, absent: Absent::Nothing, path })
    }

    fn text_part(&mut self, pairing: &mut Pairing, target: &Target<'a>, path: &[u32]) -> Option<Moved> {
        let part = self.alone(pairing, target, path)?;
        if matches!(self.node(part.node), Node::Text(_)) {
            return Some(part);
        }
        self.no_map(pairing.from, target.field.ty.id, "only texts are joined and taken apart");
        None
    }

    /// The target's own value, read from JSON.
    fn target_alone(&mut self, target: &Target<'a>) -> NodeId {
        let mode = self.mode;
        self.mode = Mode { from: Encoding::Json, mapped: false, ..mode };
        let node = self.field_value(self.used(target.field, &target.place()), &target.place());
        self.mode = mode;
        node
    }

    fn target_text(&mut self, pairing: &Pairing, target: &Target<'a>) -> Option<Text> {
        let node = self.target_alone(target);
        if let Node::Text(text) = self.node(node) {
            return Some(text.clone());
        }
        self.no_map(pairing.from, target.field.ty.id, "only texts are joined and taken apart");
        None
    }

    /// A value that is the same in every message.
    fn fixed(&mut self, target: &Target<'a>, text: &str) -> Option<Move> {
        match self.default_bytes(target, text) {
            Absent::Fill(bytes) => {
                let list = self.is_list(target.field.ty.id, &target.place());
                Some(Move::Ready(self.slot(&target.place(), list), bytes))
            }
            _ => None,
        }
    }

    fn default_bytes(&mut self, target: &Target<'a>, text: &str) -> Absent {
        let node = self.target_alone(target);
        let slot = self.slot(&target.place(), self.is_list(target.field.ty.id, &target.place()));
        match self.in_target(text, node, &slot) {
            Ok(bytes) => Absent::Fill(bytes),
            Err(rule) => {
                let id = target.field.ty.id;
                self.no_map(id, id, &format!("the value {text} breaks the rule `{}`", rule.rule()));
                Absent::Nothing
            }
        }
    }
}

/// A field of the target.
struct Target<'a> {
    field: &'a Field,
    proto: Option<&'a ProtoField>,
    proto_json: bool,
    spots: Spots,
}

impl Target<'_> {
    fn place(&self) -> Place {
        let place = Place::field(&self.field.name, self.proto, self.proto_json);
        Place { spots: Spots { from: None, ..self.spots }, ..place }
    }
}

/// A field of the source.
struct Origins<'a> {
    field: &'a Field,
    proto: Option<&'a ProtoField>,
    proto_json: bool,
    /// Absence means zero.
    implicit: bool,
    spots: Spots,
    names: Vec<Box<str>>,
}

fn message_field(contract: &Contract, ty: TypeId, at: u32) -> Option<&ProtoField> {
    contract.protobuf.messages.get(&ty)?.fields.get(at as usize)?.as_ref()
}

fn used_leaves(moves: &[Move], leaves: &mut Vec<u16>) {
    for one in moves {
        match one {
            Move::Value(moved) => leaves.push(moved.leaf),
            Move::Record { moves, .. } => used_leaves(moves, leaves),
            Move::Ready(..) => {}
            Move::Join { parts, .. } => leaves.extend(parts.iter().map(|part| part.leaf)),
            Move::Part { of, .. } | Move::Scaled { of, .. } => leaves.push(of.leaf),
        }
    }
}
