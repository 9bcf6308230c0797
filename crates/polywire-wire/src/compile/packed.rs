//! `google.protobuf.Any`: the types of the contract that can be in one.

use polywire_contract::{ProtoKind, Shape, Sum as SumShape, TypeId};

use super::{Job, Place};
use crate::Encoding;
use crate::plan::{ExtraRule, Key, Node, NodeId, OnNull, Packed, PackedBranch, Record, Row, Slot, Tag, Text};

/// The member of JSON that says the type.
const TYPE: &str = "@type";
/// Messages of `google.protobuf` that JSON shows as one value, which none of their fields holds.
const ALONE: &[&str] = &["Any", "Duration", "FieldMask", "Timestamp", "Value"];

impl<'a> Job<'_, 'a> {
    /// Whether a sum is the message `google.protobuf.Any`.
    pub(super) fn is_any_message(&self, id: TypeId) -> bool {
        let message = self.contract().protobuf.messages.get(&id);
        message.is_some_and(|message| message.full_name == "google.protobuf.Any")
    }

    pub(super) fn packed(&mut self, id: TypeId, shape: &'a SumShape) -> NodeId {
        let memo = (id, TYPE.to_string(), self.mode);
        if let Some(known) = self.compiler.others.get(&memo) {
            return *known;
        }
        let node = self.add(Node::Any);
        self.compiler.others.insert(memo, node);
        let text = self.add(Node::Text(Text { min: 0, max: u32::MAX, rules: None }));
        let (mut branches, mut values) = (Vec::new(), Vec::new());
        for variant in &shape.variants {
            let Some(message) = self.contract().protobuf.messages.get(&variant.ty) else { continue };
            values.push((Box::from(message.full_name.as_bytes()), branches.len() as u32));
            let url: Box<[u8]> = format!("type.googleapis.com/{}", message.full_name).into_bytes().into();
            let slot = Slot::bare().with_key(&Key::Name(TYPE.into())).with_tag(1, 2);
            let name = message.full_name.strip_prefix("google.protobuf.").unwrap_or_default();
            let alone = ALONE.contains(&name);
            let node = match name {
                "Empty" => self.packed_empty(variant.ty),
                _ if alone => self.packed_alone(variant.ty),
                _ => self.record(variant.ty, variant.ty, Some(TYPE)),
            };
            branches.push(PackedBranch { node, alone, written: (slot, url) });
        }
        values.sort();
        let row = |name: &str, number| {
            let mut row = Row::new(name, text, Slot::bare());
            row.number = number;
            row
        };
        let keep = ExtraRule::Keep;
        self.compiler.plans.nodes[node.at()] = Node::Packed(Box::new(Packed {
            record: Record::new(node, vec![row(TYPE, 1), row("value", 2)], keep),
            tag: Tag { record: Record::new(node, vec![row(TYPE, 0)], keep), values },
            branches,
            value_slot: (self.mode.to == Encoding::Protobuf).then(|| Slot::bare().with_tag(2, 2)),
            identity: self.mode.identity(),
        }));
        node
    }

    /// A message that is the value of the member `value`.
    fn packed_alone(&mut self, ty: TypeId) -> NodeId {
        let Some(field) = self.contract().record(ty).and_then(|record| record.fields.first()) else {
            return self.add(Node::Any);
        };
        let place =
            Place { number: 2, kind: Some(ProtoKind::Message), ..Place::field(&field.name, None, true) };
        let node = self.single(field.ty, &place);
        let mut row = Row::new(&field.name, node, self.slot(&place, false));
        row.required = true;
        if matches!(self.contract().ty(field.ty.id).shape, Shape::Any) {
            row.null = OnNull::Value;
        }
        self.packed_record(row)
    }

    /// `google.protobuf.Empty` has no `value`; some write one nevertheless.
    fn packed_empty(&mut self, ty: TypeId) -> NodeId {
        let node = self.record(ty, ty, None);
        self.packed_record(Row::new("value", node, Slot::bare().with_key(&Key::Name("value".into()))))
    }

    /// A record of one member, and the type.
    fn packed_record(&mut self, row: Row) -> NodeId {
        let (id, tag) = (self.add(Node::Any), self.add(Node::Tag));
        let extra = self.extra_rule();
        let record = Record::new(id, vec![row, Row::new(TYPE, tag, Slot::bare())], extra);
        self.compiler.plans.nodes[id.at()] = Node::Record(record);
        id
    }
}
