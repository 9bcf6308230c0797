//! `google.protobuf.Any`: the types of the contract that can be in one.

use polywire_contract::{Sum as SumShape, TypeId};

use super::Job;
use crate::plan::{ExtraRule, Key, Node, NodeId, Packed, PackedBranch, Record, Row, Slot, Tag, Text};

/// The member of JSON that says the type.
const TYPE: &str = "@type";

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
            let slot = Slot::bare().with_key(&Key::Name(TYPE.into()));
            let node = self.record(variant.ty, variant.ty, Some(TYPE));
            branches.push(PackedBranch { node, url: url.clone(), written: (slot, url) });
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
            url_slot: Slot::bare().with_tag(1, 2),
            value_slot: Slot::bare().with_tag(2, 2),
            identity: self.mode.identity(),
        }));
        node
    }
}
