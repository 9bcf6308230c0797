//! Shapes that are not scalars: lists, maps, values of any type, and the messages that Protobuf puts around them.

use polywire_contract::{Check, ProtoKind, ProtoRule, Shape, TypeId, TypeRef};

use polywire_diag::Span;

use super::description::{Spots, Step};
use super::place::natural_kind;
use super::{Job, Place};
use crate::Stop;
use crate::plan::{
    Bool, Branch, Empty, ExtraRule, Float, Key, List, Map, Node, NodeId, Record, Row, Slot, Sum, Text,
    Wrapped,
};

impl<'a> Job<'_, 'a> {
    /// The value of a whole message; `message` is the record whose message stands for it in Protobuf.
    pub(super) fn whole(&mut self, ty: TypeRef, message: TypeId) -> NodeId {
        let place = self.whole_place(ty.id, message);
        self.whole_at(ty, message, &place)
    }

    /// The place of a whole message.
    pub(super) fn whole_place(&mut self, ty: TypeId, message: TypeId) -> Place {
        Place { spots: self.spots_of(ty), ..Place::whole(self.is_proto_json(message)) }
    }

    pub(super) fn whole_at(&mut self, ty: TypeRef, message: TypeId, place: &Place) -> NodeId {
        if let Shape::Record(_) = self.contract().ty(ty.id).shape
            && !ty.nullable
        {
            let node = self.record_at(ty.id, message, None, place.spots);
            return self.held(ty.id, node);
        }
        if !self.mode.protobuf() {
            return self.single(ty, place);
        }
        if let Some(name) = self.well_known(message) {
            let place = Place { kind: Some(ProtoKind::Message), ..place.clone() };
            // `StringValue` and its like hold the value in their field 1.
            if name.ends_with("Value") && !matches!(name, "Value" | "ListValue") {
                let inner = Place { implicit: true, ..place.inside(1, self.natural(ty.id)) };
                return self.wrap(ty.id, &inner, false, Empty::Zero);
            }
            return self.single(ty, &place);
        }
        // Not a message by itself: it lies in one with the field 1, or in the message that its shape has.
        let shape = &self.contract().ty(ty.id).shape;
        let own_message = matches!(shape, Shape::Sum(_) | Shape::Any | Shape::List(_) | Shape::Map { .. });
        if own_message || ty.nullable {
            return self.single(ty, &Place { kind: Some(ProtoKind::Message), ..place.clone() });
        }
        let inner = place.inside(1, self.natural(ty.id));
        self.wrap(ty.id, &inner, false, Empty::Zero)
    }

    pub(super) fn is_proto_json(&self, message: TypeId) -> bool {
        self.contract().protobuf.messages.get(&message).is_some_and(|message| message.proto_json)
    }

    /// The name of a well-known message whose JSON is no object of its fields.
    fn well_known(&self, message: TypeId) -> Option<&'a str> {
        let found = self.contract().protobuf.messages.get(&message)?;
        let record = matches!(self.contract().ty(message).shape, Shape::Record(_));
        found.full_name.strip_prefix("google.protobuf.").filter(|_| !record)
    }

    pub(super) fn natural(&self, id: TypeId) -> ProtoKind {
        natural_kind(&self.contract().ty(id).shape, self.contract().protobuf.enums.contains_key(&id))
    }

    /// A value that may be repeated where it stands: the value of a field.
    pub(super) fn field_value(&mut self, ty: TypeRef, place: &Place) -> NodeId {
        let node = match &self.contract().ty(ty.id).shape {
            Shape::List(item) if !place.wrapped => self.list(ty.id, *item, place),
            Shape::Map { key, value } if !place.wrapped => self.map(ty.id, *key, *value, place),
            _ => return self.single(ty, place),
        };
        self.held(ty.id, node)
    }

    /// Whether the value is a list of the field itself, not one in a message of its own.
    pub(super) fn is_list(&self, id: TypeId, place: &Place) -> bool {
        matches!(self.contract().ty(id).shape, Shape::List(_)) && !place.wrapped
    }

    fn list(&mut self, id: TypeId, item: TypeRef, place: &Place) -> NodeId {
        let key = (id, place.signature(), self.mode);
        if let Some(known) = self.compiler.others.get(&key) {
            return *known;
        }
        let node = self.add(Node::Any);
        self.compiler.others.insert(key, node);
        let spots = self.stepped(place.spots, id, Step::Item);
        let (item, pair) = self.paired_with(id, item, place);
        let inside = Place {
            key: Key::Item,
            implicit: false,
            omit_zero: false,
            map_key: None,
            spots,
            pair,
            ..place.clone()
        };
        let mut slot = self.slot(&inside, false);
        let kind = place.kind.unwrap_or(ProtoKind::Message);
        if place.packed {
            slot = slot.with_tag(0, 0);
        }
        slot.packed = place.packed;
        let item = self.single(item, &inside);
        let also = std::mem::replace(&mut self.also, place.pair);
        let (mut min, mut max, mut unique, mut or_empty) = (0, u32::MAX, false, false);
        for (check, span) in self.checks(id) {
            match check {
                Check::MinItems(count) => min = min.max(limit(*count)),
                Check::MaxItems(count) => max = max.min(limit(*count)),
                Check::UniqueItems => unique = true,
                Check::Proto(ProtoRule::UnlessZero) => or_empty = true,
                other => self.not_checked(other, *span),
            }
        }
        self.also = also;
        let scalar = !matches!(kind, ProtoKind::Message | ProtoKind::String | ProtoKind::Bytes);
        let list = Node::List(List { item, slot, min, max, or_empty, scalar, unique });
        self.compiler.plans.nodes[node.at()] = self.narrowed(id, place, list);
        node
    }

    fn map(&mut self, id: TypeId, key: TypeId, value: TypeRef, place: &Place) -> NodeId {
        let memo = (id, place.signature(), self.mode);
        if let Some(known) = self.compiler.others.get(&memo) {
            return *known;
        }
        let node = self.add(Node::Any);
        self.compiler.others.insert(memo, node);
        let (key_kind, value_kind) = (place.map_key.unwrap_or(self.natural(key)), place.kind);
        let key_place = Place {
            key: Key::Bare,
            param: u16::MAX,
            spots: Spots::default(),
            pair: None,
            ..place.inside(1, key_kind)
        };
        let value_kind = value_kind.unwrap_or(ProtoKind::Message);
        let spots = self.stepped(place.spots, id, Step::Member);
        let (value, pair) = self.paired_with(id, value, place);
        let value_place =
            Place { key: Key::Bare, param: u16::MAX, spots, pair, ..place.inside(2, value_kind) };
        let slots = (key_place.slot(false), self.slot(&value_place, false));
        let key_node = self.single(key.into(), &key_place);
        let value = self.single(value, &value_place);
        let also = std::mem::replace(&mut self.also, place.pair);
        let (mut min, mut max, mut or_empty) = (0, u32::MAX, false);
        for (check, span) in self.checks(id) {
            match check {
                Check::Proto(ProtoRule::UnlessZero) => or_empty = true,
                Check::MinProperties(count) | Check::MinItems(count) => min = min.max(limit(*count)),
                Check::MaxProperties(count) | Check::MaxItems(count) => max = max.min(limit(*count)),
                other => self.not_checked(other, *span),
            }
        }
        self.also = also;
        let (key_slot, value_slot) = slots;
        let map = Map { key: key_node, value, key_slot, value_slot, or_empty, min, max };
        self.compiler.plans.nodes[node.at()] = self.narrowed(id, place, Node::Map(Box::new(map)));
        node
    }

    /// A value that stands alone: an item, a member, an alternative, or a field that is no list.
    pub(super) fn single(&mut self, ty: TypeRef, place: &Place) -> NodeId {
        if let Some(pair) = place.pair
            && !self.are_alike(ty.id, pair)
        {
            let Some((id, other)) = self.specific(ty.id, pair) else { return self.add(Node::Any) };
            if id != ty.id {
                return self.single(TypeRef { id, ..ty }, &Place { pair: Some(other), ..place.clone() });
            }
        }
        let shape = &self.contract().ty(ty.id).shape;
        if matches!(shape, Shape::Any) {
            if self.mode.described() {
                self.no_form(ty.id, self.mode.to, "values of any type");
            }
            let node = self.any(place);
            return self.held(ty.id, node);
        }
        if ty.nullable && !self.null_has_a_place(place.spots) {
            self.no_form(ty.id, self.mode.to, "null has no place there");
        }
        let protobuf = self.mode.protobuf();
        let compound = matches!(shape, Shape::Record(_) | Shape::List(_) | Shape::Map { .. } | Shape::Sum(_));
        let own_message = compound || matches!(shape, Shape::Instant | Shape::Duration);
        let message = place.kind == Some(ProtoKind::Message);
        if protobuf && !own_message && message && place.proto_json {
            if matches!(shape, Shape::Text) && !ty.nullable {
                return self.add(Node::Mask);
            }
            // `google.protobuf.StringValue` and its like: without the field 1 they hold the zero value.
            let inner = Place { implicit: true, ..place.inside(1, self.natural(ty.id)) };
            return self.wrap(ty.id, &inner, false, Empty::Zero);
        }
        // Null beside a message has no form of its own in Protobuf: there it is a value of the wrong type.
        if ty.nullable && !(protobuf && compound) {
            let inner = self.inner_place(ty.id, place);
            return self.wrap(ty.id, &inner, true, Empty::Null);
        }
        let node = match shape {
            Shape::Record(_) => match place.pair {
                Some(pair) if pair != ty.id => self.mapped(ty.id, pair, place, None),
                _ => self.record_at(ty.id, ty.id, None, place.spots),
            },
            Shape::Sum(sum) => self.sum(ty.id, sum, place),
            Shape::List(_) | Shape::Map { .. } if protobuf => {
                let inner = self.inner_place(ty.id, place);
                return self.wrap(ty.id, &inner, false, Empty::Zero);
            }
            Shape::List(_) | Shape::Map { .. } => {
                return self.field_value(ty.id.into(), &Place { wrapped: false, ..place.clone() });
            }
            _ if protobuf && !own_message && message => {
                let inner = self.inner_place(ty.id, place);
                return self.wrap(ty.id, &inner, false, Empty::Zero);
            }
            _ => self.scalar(ty.id, place),
        };
        self.held(ty.id, node)
    }

    /// The field that holds a value in the message around it: as that message says, else the field 1.
    fn inner_place(&self, id: TypeId, place: &Place) -> Place {
        let contract = self.contract();
        let shape = &contract.ty(id).shape;
        let around = contract
            .protobuf
            .messages
            .get(&id)
            .filter(|_| !matches!(shape, Shape::Record(_) | Shape::Sum(_)));
        if let Some(field) = around.and_then(|message| message.fields.first()?.as_ref()) {
            return place.inside_field(field);
        }
        let item = |ty: TypeRef| if ty.nullable { ProtoKind::Message } else { self.natural(ty.id) };
        match shape {
            Shape::List(ty) => {
                let kind = item(*ty);
                let packed = !matches!(kind, ProtoKind::Message | ProtoKind::String | ProtoKind::Bytes);
                Place { packed, ..place.inside(1, kind) }
            }
            Shape::Map { key, value } => {
                Place { map_key: Some(self.natural(*key)), ..place.inside(1, item(*value)) }
            }
            _ => place.inside(1, self.natural(id)),
        }
    }

    /// A message around a value of a field; JSON shows the value alone.
    pub(super) fn wrap(&mut self, id: TypeId, inner: &Place, nullable: bool, empty: Empty) -> NodeId {
        self.meet(id);
        let key = (id, format!("wrapped {nullable} {}", inner.signature()), self.mode);
        if let Some(known) = self.compiler.others.get(&key) {
            return *known;
        }
        let wrapper = self.add(Node::Any);
        self.compiler.others.insert(key, wrapper);
        let list = self.is_list(id, inner);
        let node = self.field_value(id.into(), inner);
        let slot = self.slot(inner, list);
        self.fill_wrapper(wrapper, node, slot, &[inner.number], nullable, empty);
        wrapper
    }

    /// Completes a wrapper whose place was taken before.
    pub(super) fn fill_wrapper(
        &mut self,
        wrapper: NodeId,
        node: NodeId,
        slot: Slot,
        numbers: &[u32],
        nullable: bool,
        empty: Empty,
    ) {
        let row = Row::new("", node, Slot::bare());
        let mut record = Record::new(wrapper, vec![row], self.extra_rule());
        numbers.iter().for_each(|number| record.add_number(*number, 0));
        self.compiler.plans.nodes[wrapper.at()] =
            Node::Wrapped(Box::new(Wrapped { record, node, slot, nullable, empty }));
    }

    /// What happens to what the target has no place for.
    pub(super) fn extra_rule(&self) -> ExtraRule {
        match self.mode.direction {
            _ if self.mode.identity() => ExtraRule::Keep,
            _ if self.mode.rewrites_json() => ExtraRule::Copy(super::COPIED),
            super::Direction::Request => ExtraRule::Refuse(Stop::Unknown),
            super::Direction::Response => ExtraRule::Drop,
        }
    }

    /// Any value: in Protobuf `google.protobuf.Value`.
    fn any(&mut self, place: &Place) -> NodeId {
        if !self.mode.protobuf() {
            return if self.mode.identity() { self.add(Node::Any) } else { super::COPIED };
        }
        let key = (TypeId(u32::MAX), place.signature(), self.mode);
        if let Some(known) = self.compiler.others.get(&key) {
            return *known;
        }
        let wrapper = self.add(Node::Any);
        self.compiler.others.insert(key, wrapper);
        let text = Text { min: 0, max: u32::MAX, rules: None };
        let float = Float::PLAIN;
        // `ListValue` and `Struct`: a message with the field 1, repeated.
        let list_place = place.inside(6, ProtoKind::Message);
        let item = self.any(&Place { key: Key::Item, ..place.inside(1, ProtoKind::Message) });
        let item_slot = Place { key: Key::Item, ..place.inside(1, ProtoKind::Message) }.slot(false);
        let items = List {
            item,
            slot: item_slot,
            min: 0,
            max: u32::MAX,
            or_empty: false,
            scalar: false,
            unique: false,
        };
        let list = self.wrap_node(Node::List(items), &list_place);
        let member_place = Place { key: Key::Bare, ..place.inside(2, ProtoKind::Message) };
        let members = Map {
            key: self.add(Node::Text(text.clone())),
            value: self.any(&member_place),
            key_slot: Slot::bare().with_tag(1, 2),
            value_slot: member_place.slot(false),
            or_empty: false,
            min: 0,
            max: u32::MAX,
        };
        let map = self.wrap_node(Node::Map(Box::new(members)), &place.inside(5, ProtoKind::Message));
        let nodes = [
            (1, ProtoKind::Enum, Node::Null),
            (2, ProtoKind::Double, Node::Float(float)),
            (3, ProtoKind::String, Node::Text(text)),
            (4, ProtoKind::Bool, Node::Bool(Bool { allowed: [true; 2] })),
        ];
        let mut branches: Vec<Branch> = Vec::new();
        for (number, kind, node) in nodes {
            let slot = place.inside(number, kind).slot(false);
            branches.push(Branch { node: self.add(node), slot, number, written: None });
        }
        for (number, node) in [(5, map), (6, list)] {
            let slot = place.inside(number, ProtoKind::Message).slot(false);
            branches.push(Branch { node, slot, number, written: None });
        }
        // Null, boolean, number, text, list, object.
        let kinds = [1, 1 << 3, 1 << 1, 1 << 2, 1 << 5, 1 << 4];
        let sum = self.add(Node::Sum(Box::new(Sum {
            branches,
            tag: None,
            kinds,
            peek: None,
            exact: false,
            named: Vec::new(),
        })));
        let slot = Slot::bare().with_key(&place.key);
        self.fill_wrapper(wrapper, sum, slot, &[1, 2, 3, 4, 5, 6], false, Empty::Null);
        wrapper
    }

    /// A message with the repeated field 1 around a list or map.
    fn wrap_node(&mut self, node: Node, place: &Place) -> NodeId {
        let node = self.add(node);
        let wrapper = self.add(Node::Any);
        let mut slot = place.inside(1, ProtoKind::Message).slot(false);
        if !slot.json {
            slot.param = u16::MAX;
        }
        self.fill_wrapper(wrapper, node, slot, &[1], false, Empty::Zero);
        wrapper
    }

    /// The rules of a type, unless only shapes count.
    pub(super) fn checks(&self, id: TypeId) -> Vec<&'a (Check, Span)> {
        if !self.mode.checks {
            return Vec::new();
        }
        let contract = self.contract();
        let also = self.also.iter().flat_map(|also| &contract.ty(*also).checks);
        contract.ty(id).checks.iter().chain(also).collect()
    }
}

/// A count that fits.
pub(super) fn limit(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
