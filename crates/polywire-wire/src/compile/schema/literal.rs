//! Listed values as nodes: scalars by comparison, lists and objects part by part.

use polywire_contract::Literal;
use polywire_syntax::Value;

use super::{Job, schema};
use crate::check::{Exact, SchemaNumber, TextRules};
use crate::plan::{
    Bool, Choice, ExtraRule, Guard, Items, List, Node, NodeId, OnNull, Row, SchemaNode, Slot, Text,
};
use crate::{Kind, Stop};

impl Job<'_, '_> {
    /// A node that reads a value which equals one of these.
    pub(super) fn one_of(&mut self, values: &[Literal], rule: Stop) -> NodeId {
        let (mut texts, mut numbers, mut allowed) = (Vec::new(), Vec::new(), [false; 2]);
        let mut branches = Vec::new();
        for value in values {
            match &value.value {
                Value::Null => branches.push((self.add(Node::Null), bit(Kind::Null))),
                Value::Bool(value) => allowed[usize::from(*value)] = true,
                Value::Number(number) => numbers.extend(Exact::parse(number.0.as_bytes())),
                Value::Text(text) => texts.push(text.as_bytes().into()),
                Value::List(items) => {
                    let node = self.exact_list(items);
                    branches.push((node, bit(Kind::List)));
                }
                Value::Map(map) => {
                    let rows = map.entries.iter().map(|entry| {
                        let node = self.one_of(std::slice::from_ref(&entry.value), Stop::Const);
                        let mut row = Row::new(&entry.key, node, Slot::bare());
                        (row.null, row.required) = (OnNull::Value, true);
                        row
                    });
                    let rows = rows.collect();
                    let record = self.record(rows, ExtraRule::Refuse(Stop::Const));
                    branches.push((self.add(Node::Record(record)), bit(Kind::Record)));
                }
            }
        }
        if allowed != [false; 2] {
            branches.push((self.add(Node::Bool(Bool { allowed })), bit(Kind::Bool)));
        }
        if !numbers.is_empty() {
            let number = SchemaNumber { among: Some(numbers), ..SchemaNumber::default() };
            branches.push((self.add(schema(SchemaNode::Number(number))), bit(Kind::Number)));
        }
        if !texts.is_empty() {
            texts.sort();
            let rules = TextRules { among: Some(texts), ..TextRules::default() };
            let text = Text { min: 0, max: u32::MAX, rules: Some(Box::new(rules)) };
            branches.push((self.add(Node::Text(text)), bit(Kind::Text)));
        }
        self.add(schema(SchemaNode::Choice(Choice { branches, exact: false, rule })))
    }

    fn exact_list(&mut self, items: &[Literal]) -> NodeId {
        let first = items.iter().map(|item| self.one_of(std::slice::from_ref(item), Stop::Const)).collect();
        let count = items.len() as u32;
        let any = self.add(Node::Any);
        let length = List {
            item: any,
            slot: Slot::bare(),
            min: count,
            max: count,
            or_empty: false,
            scalar: false,
            unique: false,
        };
        let length = self.add(Node::List(length));
        let places = Items { first, rest: None, contains: None, few: Stop::Contains };
        let places = self.add(schema(SchemaNode::Items(places)));
        let mut own: [Vec<NodeId>; 6] = Default::default();
        own[Kind::List as usize] = vec![length, places];
        self.add(schema(SchemaNode::Guard(Guard { kinds: bit(Kind::List), own, every: Vec::new() })))
    }
}

fn bit(kind: Kind) -> u8 {
    1 << kind as u8
}
