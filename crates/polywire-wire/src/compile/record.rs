//! Records: which fields become rows, under what name and number, and what happens to the rest.

use polywire_contract::{
    Check, Extra, Field, ProtoEnum, ProtoField, ProtoKind, ProtoRule, Record as Shape, Shape as AnyShape,
    TypeId, TypeRef,
};
use polywire_diag::Diagnostic;

use super::description::{Spots, Step};
use super::types::limit;
use super::{Direction, Job, PendingFill, Place, RecordKey, literal};
use crate::check::number::zero_of;
use crate::codes::NO_PROTOBUF_FORM;
use crate::plan::{Absent, ExtraRule, Key, Node, NodeId, OnNull, Record, Row, Slot};
use crate::{Encoding, Stop};

/// A leaf of a field that is a parameter.
#[derive(Clone, Debug)]
pub(super) struct LeafBelow {
    /// The path below the field.
    pub(super) path: Vec<u32>,
    /// The parameter's number.
    pub(super) slot: u16,
    /// Bytes as they are.
    pub(super) file: bool,
}

/// What becomes of a field.
#[derive(Clone, Debug)]
pub(super) enum Part {
    /// A row.
    Row,
    /// Another pass reads it.
    Elsewhere,
    /// Its leaves are parameters.
    Params(Vec<LeafBelow>),
    /// All of it is JSON in the parameter with this number.
    Json(u16),
}

impl<'a> Job<'_, 'a> {
    /// A record; in Protobuf it lies as `message` says. `tag` is a member that names it in a sum.
    pub(super) fn record(&mut self, ty: TypeId, message: TypeId, tag: Option<&str>) -> NodeId {
        self.record_at(ty, message, tag, Spots::default())
    }

    /// The same where the sides are described.
    pub(super) fn record_at(
        &mut self,
        ty: TypeId,
        message: TypeId,
        tag: Option<&str>,
        spots: Spots,
    ) -> NodeId {
        let key = RecordKey { ty, message, mode: self.mode, spots, tag: tag.map(str::to_string) };
        if let Some(known) = self.compiler.records.get(&key) {
            return *known;
        }
        let id = self.add(Node::Any);
        self.compiler.records.insert(key, id);
        self.fill_record(id, ty, message, tag, spots, &mut |_| Part::Row);
        id
    }

    /// A record of which only some fields are read here.
    pub(super) fn record_part(
        &mut self,
        ty: TypeId,
        message: TypeId,
        part: &mut dyn FnMut(usize) -> Part,
    ) -> NodeId {
        let id = self.add(Node::Any);
        self.fill_record(id, ty, message, None, Spots::default(), part);
        id
    }

    fn fill_record(
        &mut self,
        id: NodeId,
        ty: TypeId,
        message: TypeId,
        tag: Option<&str>,
        spots: Spots,
        part: &mut dyn FnMut(usize) -> Part,
    ) {
        let contract = self.contract();
        let Some(shape) = contract.record(ty) else { return };
        let fields = self.proto_fields(ty, message, shape);
        let proto_json = self.is_proto_json(message);
        let mut rows = Vec::new();
        // Of each field the row that it became.
        let mut places = vec![None; shape.fields.len()];
        let orders = self.field_orders(shape, spots);
        for at in orders.rows {
            let field = &shape.fields[at];
            let proto = fields.get(at).copied().flatten();
            if self.mode.protobuf() && proto.is_none() {
                if spots != Spots::default() {
                    self.no_form(field.ty.id, Encoding::Protobuf, "it has no field there");
                }
                continue;
            }
            places[at] = Some(rows.len());
            let row = match part(at) {
                Part::Row => {
                    let place = Place::field(&field.name, proto, proto_json);
                    let spots = self.stepped(spots, ty, Step::Field(at));
                    let derived =
                        shape.derived.iter().any(|one| one.below.is_empty() && one.field as usize == at);
                    self.row(field, Place { spots, derived, ..place }, id, rows.len())
                }
                Part::Elsewhere => self.elsewhere(field, proto),
                Part::Params(leaves) => self.param_row(field, proto, proto_json, &leaves),
                Part::Json(leaf) => self.json_row(field, proto, proto_json, leaf),
            };
            rows.push(row);
        }
        // Bytes that a description tells of hold no tag: they say the alternative in another way.
        if let Some(tag) = tag.filter(|_| spots.from.is_none())
            && shape.fields.iter().all(|field| field.name != tag)
        {
            let node = self.add(Node::Tag);
            rows.push(Row::new(tag, node, Slot::bare()));
        }
        self.record_fits(ty, shape, spots);
        let groups_required = self.groups(shape, &places, &mut rows);
        let extra = self.extra_of(shape);
        let mut record = Record::new(id, rows, extra);
        record.groups_required = groups_required;
        record.group_names = shape.exclusive.iter().map(|group| group.name.as_str().into()).collect();
        record.members = self.member_range(ty);
        record.one_of = self.one_of(ty, &places, &record.rows);
        record.read_order = orders.read.iter().filter_map(|at| places[*at].map(|row| row as u16)).collect();
        record.laid = self.laid(shape, orders.in_order, &places, &mut record.rows);
        record.mark_expected();
        record.order_base = self.compiler.order_base;
        self.compiler.order_base = self.compiler.order_base.wrapping_add(record.rows.len() as u32 + 1);
        self.compiler.plans.nodes[id.at()] = Node::Record(record);
    }

    /// The Protobuf side of each field of a record; fields of another record's message are found by name.
    pub(super) fn proto_fields(
        &mut self,
        ty: TypeId,
        message: TypeId,
        shape: &Shape,
    ) -> Vec<Option<&'a ProtoField>> {
        // Where both sides are JSON, ProtoJSON still says what an absent field means.
        if !self.mode.protobuf() && !self.is_proto_json(message) {
            return Vec::new();
        }
        let contract = self.contract();
        let Some(found) = contract.protobuf.messages.get(&message) else {
            let span = contract.ty(message).span;
            let text = "this record has no message in Protobuf";
            self.say(
                &NO_PROTOBUF_FORM,
                Diagnostic::error(&NO_PROTOBUF_FORM, text).at(span, "needed for a call"),
            );
            self.failed = true;
            return Vec::new();
        };
        if ty == message {
            return found.fields.iter().map(Option::as_ref).collect();
        }
        let names = contract.record(message).map_or(&[][..], |record| &record.fields);
        let find = |field: &Field| names.iter().position(|other| other.name == field.name);
        shape.fields.iter().map(|field| found.fields.get(find(field)?)?.as_ref()).collect()
    }

    pub(super) fn row(&mut self, field: &'a Field, mut place: Place, record: NodeId, at: usize) -> Row {
        let shape = &self.contract().ty(field.ty.id).shape;
        let repeated = matches!(shape, AnyShape::List(_) | AnyShape::Map { .. }) && !place.wrapped;
        let (must, proto_json) = (self.must_be_there(field), place.proto_json);
        place.omit_zero = proto_json && !must && (place.implicit || repeated);
        let node = self.field_value(self.used(field, &place), &place);
        let mut slot = self.slot(&place, self.is_list(field.ty.id, &place));
        slot.implicit |= repeated;
        let implicit = slot.implicit;
        let mut row = Row::new(&field.name, node, slot);
        row.alias = field.alias.as_deref().map(|alias| alias.as_bytes().into());
        row.number = place.number;
        row.required = must && self.mode.checks;
        row.null = self.on_null(field, proto_json);
        if must && implicit && self.mode.from == Encoding::Protobuf {
            row.absent = Absent::Zero;
        }
        if proto_json && implicit && !self.zero_is_allowed(node) {
            row.absent = Absent::Zero;
        }
        if let Some(default) = &field.default
            && !row.required
            && !proto_json
            && !self.mode.identity()
            && self.mode.to == Encoding::Protobuf
        {
            let (text, span) = (literal::json(default), default.span);
            self.compiler.fills.push(PendingFill { record, row: at, text, span });
        }
        if place.spots != Spots::default() {
            self.described_row(&mut row, field, &place, record, at);
        }
        row
    }

    /// Whether a field must be there in this direction.
    pub(super) fn must_be_there(&self, field: &Field) -> bool {
        match self.mode.direction {
            Direction::Request => (field.required || field.required_on_request) && !field.read_only,
            Direction::Response => field.required && !field.write_only,
        }
    }

    /// A field's type as its value is read: null is the row's affair, except that ProtoJSON's wrappers are told by it.
    pub(super) fn used(&self, field: &Field, place: &Place) -> TypeRef {
        let wrapper = place.proto_json && place.kind == Some(ProtoKind::Message);
        TypeRef { nullable: field.ty.nullable && wrapper, ..field.ty }
    }

    fn on_null(&self, field: &Field, proto_json: bool) -> OnNull {
        let takes_null = match &self.contract().ty(field.ty.id).shape {
            AnyShape::Any => true,
            AnyShape::Sum(sum) => {
                sum.variants.iter().any(|v| matches!(self.contract().ty(v.ty).shape, AnyShape::Any))
            }
            AnyShape::Enum(_) => {
                let proto = self.contract().protobuf.enums.get(&field.ty.id);
                proto_json && proto.is_some_and(ProtoEnum::is_null)
            }
            _ => false,
        };
        match () {
            () if takes_null => OnNull::Value,
            () if proto_json => OnNull::Absent,
            () if field.ty.nullable => OnNull::Null,
            () => OnNull::Refuse,
        }
    }

    fn elsewhere(&mut self, field: &Field, proto: Option<&ProtoField>) -> Row {
        let node = self.add(Node::Elsewhere);
        let mut row = Row::new(&field.name, node, Slot::bare());
        row.number = proto.map_or(0, |proto| proto.number);
        row.null = OnNull::Value;
        row
    }

    /// A field whose leaves are parameters: written under their numbers.
    fn param_row(
        &mut self,
        field: &'a Field,
        proto: Option<&ProtoField>,
        proto_json: bool,
        leaves: &[LeafBelow],
    ) -> Row {
        let must = self.must_be_there(field);
        let mut place = Place::field(&field.name, proto, proto_json);
        let whole = leaves.iter().find(|leaf| leaf.path.is_empty());
        place.omit_zero = proto_json && !must && place.implicit;
        let node = match whole {
            Some(leaf) => {
                (place.param, place.file) = (leaf.slot, leaf.file);
                self.field_value(self.used(field, &place), &place)
            }
            None => self.record_part(field.ty.id, field.ty.id, &mut |at| {
                let below = leaves.iter().filter(|leaf| leaf.path.first() == Some(&(at as u32)));
                let below = below.map(|leaf| LeafBelow { path: leaf.path[1..].to_vec(), ..*leaf });
                let below: Vec<_> = below.collect();
                if below.is_empty() { Part::Elsewhere } else { Part::Params(below) }
            }),
        };
        let mut slot = place.slot(self.is_list(field.ty.id, &place));
        slot.implicit |= self.is_list(field.ty.id, &place);
        let implicit = slot.implicit;
        let mut row = Row::new(&field.name, node, slot);
        row.number = place.number;
        row.required = must && self.mode.checks && whole.is_some();
        row.null = self.on_null(field, proto_json);
        if must && implicit || proto_json && implicit && !self.zero_is_allowed(node) {
            row.absent = Absent::Zero;
        }
        row
    }

    /// A field whose value is JSON in a parameter.
    fn json_row(&mut self, field: &'a Field, proto: Option<&ProtoField>, proto_json: bool, leaf: u16) -> Row {
        let must = self.must_be_there(field);
        let place = Place::field(&field.name, proto, proto_json);
        let place = Place { key: Key::Bare, param: leaf, json: true, ..place };
        let node = self.field_value(self.used(field, &place), &place);
        let mut row = Row::new(&field.name, node, place.slot(self.is_list(field.ty.id, &place)));
        row.number = place.number;
        row.required = must && self.mode.checks;
        row.null = self.on_null(field, proto_json);
        row
    }

    /// Groups of fields of which one may be set; returns the groups that must be.
    fn groups(&self, shape: &Shape, places: &[Option<usize>], rows: &mut [Row]) -> u64 {
        let mut required = 0;
        for (at, group) in shape.exclusive.iter().enumerate().take(62) {
            let members = group.fields.iter().filter_map(|field| *places.get(*field as usize)?);
            let members: Vec<usize> = members.collect();
            members.iter().for_each(|row| rows[*row].group = at as u8 + 1);
            // Where a member is read elsewhere, that pass cannot say whether the group is set.
            let here = members.iter().all(|row| !matches!(self.node(rows[*row].node), Node::Elsewhere));
            if group.required && self.mode.checks && here {
                required |= 1 << (at + 1);
            }
        }
        required
    }

    /// Fields of which one may be there by a rule; where one of them is read elsewhere, this pass cannot say.
    fn one_of(&self, ty: TypeId, places: &[Option<usize>], rows: &[Row]) -> Vec<(Vec<u16>, bool)> {
        let mut found = Vec::new();
        for (check, _) in self.checks(ty) {
            let Check::Proto(ProtoRule::OneOf { fields, required }) = check else { continue };
            let at = |field: &u32| places.get(*field as usize).copied().flatten();
            let members: Vec<u16> = fields.iter().filter_map(at).map(|row| row as u16).collect();
            let here = |row: &u16| !matches!(self.node(rows[usize::from(*row)].node), Node::Elsewhere);
            if members.iter().all(here) {
                found.push((members, *required));
            }
        }
        found
    }

    pub(super) fn extra_of(&mut self, shape: &Shape) -> ExtraRule {
        match shape.extra {
            _ if self.mode.from == Encoding::Protobuf => self.extra_rule(),
            Extra::Closed if self.mode.checks => ExtraRule::Refuse(Stop::AdditionalProperties),
            Extra::Typed(ty) if self.mode.identity() || self.mode.rewrites_json() => {
                let place = Place { key: Key::Bare, ..Place::whole(false) };
                let node = self.single(ty, &place);
                if self.mode.identity() { ExtraRule::Typed(node) } else { ExtraRule::Copy(node) }
            }
            _ => self.extra_rule(),
        }
    }

    fn member_range(&mut self, ty: TypeId) -> Option<(u32, u32)> {
        let mut range = None;
        for (check, span) in self.checks(ty) {
            let (min, max) = range.unwrap_or((0, u32::MAX));
            match check {
                Check::Proto(ProtoRule::OneOf { .. }) => {}
                Check::MinProperties(count) => range = Some((min.max(limit(*count)), max)),
                Check::MaxProperties(count) => range = Some((min, max.min(limit(*count)))),
                other => self.not_checked(other, *span),
            }
        }
        range
    }

    /// Whether the zero value breaks no rule.
    pub(super) fn zero_is_allowed(&self, node: NodeId) -> bool {
        match self.node(node) {
            Node::Text(text) => text.check(b"").is_ok(),
            Node::Int(int) if int.signed => int.check(0).is_ok(),
            Node::Int(int) => int.check_unsigned(0).is_ok(),
            Node::Float(float) => float.check(0.0).is_ok(),
            Node::Bool(bool) => bool.allowed[0],
            Node::Bytes(bytes) => bytes.check(b"").is_ok(),
            Node::Enum(choice) => zero_of(choice).and_then(|number| choice.check(number)).is_ok(),
            Node::List(list) => !list.lacks(0),
            Node::Map(map) => !map.lacks(0),
            _ => true,
        }
    }
}
