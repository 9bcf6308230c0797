//! Sums: how the alternative is found, decided here once.

use polywire_contract::{Check, Extra, MapKind, Shape, Sum as SumShape, TypeId, TypeRef};
use polywire_diag::Diagnostic;
use polywire_syntax::Value;

use super::description::{Spots, Step};
use super::{Job, Place};
use crate::codes::TOO_MANY_ALTERNATIVES;
use crate::plan::{
    Branch, Empty, ExtraRule, Key, Node, NodeId, Peek, PeekRow, Record, Row, Slot, Sum, Tag, Text, Written,
};
use crate::{Encoding, Kind};

/// Alternatives that can be told apart without a tag.
const UNTAGGED_MAX: usize = 128;
/// Sums inside of sums that are looked into for the kinds of their values.
const NESTED_MAX: u32 = 8;

/// An alternative of the target's sum.
struct Twin {
    sum: TypeId,
    at: usize,
    ty: TypeId,
}

impl<'a> Job<'_, 'a> {
    pub(super) fn sum(&mut self, id: TypeId, shape: &'a SumShape, place: &Place) -> NodeId {
        if self.is_any_message(id) {
            return self.packed(id, shape);
        }
        let memo = (id, place.signature(), self.mode);
        if let Some(known) = self.compiler.others.get(&memo) {
            return *known;
        }
        // In Protobuf the alternatives are fields of a message of their own.
        let wrapper = self.mode.protobuf().then(|| self.add(Node::Any));
        let node = self.add(Node::Any);
        self.compiler.others.insert(memo, wrapper.unwrap_or(node));
        if shape.tag.is_none() && shape.variants.len() > UNTAGGED_MAX {
            let span = self.contract().ty(id).span;
            let text = format!("{} alternatives without a tag", shape.variants.len());
            let diagnostic = Diagnostic::error(&TOO_MANY_ALTERNATIVES, text).at(span, "here");
            self.say(&TOO_MANY_ALTERNATIVES, diagnostic);
            self.failed = true;
            return node;
        }
        let branches =
            (0..shape.variants.len()).filter_map(|at| self.one_branch(id, shape, at, place)).collect();
        let sum = Sum {
            tag: shape.tag.as_ref().map(|tag| self.tag(node, tag, shape)),
            kinds: self.kinds_of_branches(shape),
            peek: self.peek(node, shape),
            exact: shape.exact && self.mode.checks,
            named: self.named(id, shape, place),
            branches,
        };
        let numbers: Vec<u32> = sum.branches.iter().map(|branch| branch.number).collect();
        self.compiler.plans.nodes[node.at()] = Node::Sum(Box::new(sum));
        let Some(wrapper) = wrapper else { return node };
        // The sides that are described see the sum itself.
        let Slot { from, to, .. } = self.slot(place, false);
        let slot = Slot { from, to, ..Slot::bare().with_key(&place.key) };
        self.fill_wrapper(wrapper, node, slot, &numbers, false, Empty::Refuse(crate::Stop::OneOf));
        wrapper
    }

    /// One alternative; none where a map leaves it out.
    fn one_branch(&mut self, id: TypeId, shape: &'a SumShape, at: usize, place: &Place) -> Option<Branch> {
        let variant = &shape.variants[at];
        let twin = self.twin(id, at, place);
        let (sum, its_place) = match &twin {
            Some(twin) if self.mode.to == Encoding::Protobuf => (twin.sum, twin.at),
            _ => (id, at),
        };
        let given =
            self.contract().protobuf.messages.get(&sum).and_then(|m| m.fields.get(its_place)?.as_ref());
        let inner = match given {
            Some(field) => place.inside_field(field),
            None => Place { wrapped: true, ..place.inside(its_place as u32 + 1, self.natural(variant.ty)) },
        };
        let (read, written) = match &twin {
            Some(twin) => (
                self.stepped(Spots { to: None, ..place.spots }, id, Step::Variant(at)),
                self.stepped(Spots { from: None, ..place.spots }, twin.sum, Step::Variant(twin.at)),
            ),
            None => {
                let both = self.stepped(place.spots, id, Step::Variant(at));
                (both, both)
            }
        };
        let spots = Spots { from: read.from, to: written.to };
        let pair = twin.as_ref().and_then(|twin| (twin.ty != variant.ty).then_some(twin.ty));
        let inner = Place { spots, pair, ..inner };
        let number = if place.spots.from.is_some() { self.number_of(place.spots, at) } else { inner.number };
        let node = match &shape.tag {
            Some(tag) if self.contract().record(variant.ty).is_some() => match pair {
                Some(pair) => self.mapped(variant.ty, pair, &inner, Some(tag)),
                None => {
                    let node = self.record_at(variant.ty, variant.ty, Some(tag), spots);
                    self.held(variant.ty, node)
                }
            },
            _ => self.single(variant.ty.into(), &inner),
        };
        let written = match &twin {
            Some(twin) => match &self.contract().ty(twin.sum).shape {
                Shape::Sum(sum) => self.written_tag(sum, twin.at),
                _ => None,
            },
            None => self.written_tag(shape, at),
        };
        let target_at = twin.as_ref().map_or(at, |twin| twin.at);
        let written = match twin.as_ref().map(|twin| (twin.sum, &self.contract().ty(twin.sum).shape)) {
            _ if self.mode.to == Encoding::Json => written,
            Some((sum, Shape::Sum(shape))) => self.selector_written(sum, shape, place, target_at),
            _ => self.selector_written(id, shape, place, at),
        };
        let slot = self.branch_slot(place.spots, target_at, &inner);
        Some(Branch { node, slot, number, written })
    }

    /// The alternative of the target's sum that one of the source's becomes.
    fn twin(&mut self, id: TypeId, at: usize, place: &Place) -> Option<Twin> {
        let sum = place.pair.filter(|pair| *pair != id)?;
        let Some(MapKind::Sum(variants)) = self.map_of(id, sum) else { return None };
        let found = variants.iter().find(|pair| pair.0 as usize == at).map(|pair| pair.1 as usize);
        let Shape::Sum(shape) = &self.contract().ty(sum).shape else { return None };
        match found.and_then(|at| Some((at, shape.variants.get(at)?))) {
            Some((at, variant)) => Some(Twin { sum, at, ty: variant.ty }),
            None => {
                self.no_map(id, sum, "an alternative of the one is none of the other");
                None
            }
        }
    }

    /// The tag that has to be written beside an alternative that does not hold it itself.
    fn written_tag(&self, shape: &SumShape, at: usize) -> Option<Written> {
        let variant = &shape.variants[at];
        let (Some(tag), Some(record)) = (&shape.tag, self.contract().record(variant.ty)) else { return None };
        let own = record.fields.iter().any(|field| field.name == *tag);
        let value = variant.tags.first().unwrap_or(&variant.name);
        let slot = Slot::bare().with_key(&Key::Name(tag.clone()));
        (!own).then(|| (slot, value.as_bytes().into()))
    }

    fn tag(&mut self, sum: NodeId, tag: &str, shape: &SumShape) -> Tag {
        let text = self.add(Node::Text(Text { min: 0, max: u32::MAX, rules: None }));
        let record = Record::new(sum, vec![Row::new(tag, text, Slot::bare())], ExtraRule::Keep);
        let mut values: Vec<(Box<[u8]>, u32)> = Vec::new();
        for (at, variant) in shape.variants.iter().enumerate() {
            values.extend(variant.tags.iter().map(|value| (value.as_bytes().into(), at as u32)));
        }
        values.sort();
        Tag { record, values }
    }

    fn kinds_of_branches(&self, shape: &SumShape) -> [u128; 6] {
        let mut kinds = [0; 6];
        for (at, variant) in shape.variants.iter().enumerate().take(UNTAGGED_MAX) {
            let of_variant = self.kinds_of(variant.ty.into(), 0);
            for (kind, mask) in kinds.iter_mut().enumerate() {
                *mask |= u128::from(of_variant >> kind & 1) << at;
            }
        }
        kinds
    }

    /// The kinds that a value can be in JSON, as bits by [`Kind`].
    fn kinds_of(&self, ty: TypeRef, depth: u32) -> u8 {
        let bit = |kind: Kind| 1u8 << kind as u8;
        let own = match &self.contract().ty(ty.id).shape {
            Shape::Bool => bit(Kind::Bool),
            Shape::Int(_) | Shape::Float(_) => bit(Kind::Number),
            Shape::List(_) => bit(Kind::List),
            Shape::Map { .. } | Shape::Record(_) => bit(Kind::Record),
            Shape::Sum(sum) if depth < NESTED_MAX => sum
                .variants
                .iter()
                .fold(0, |kinds, variant| kinds | self.kinds_of(variant.ty.into(), depth + 1)),
            Shape::Sum(_) | Shape::Any => u8::MAX,
            Shape::Decimal { .. }
            | Shape::Text
            | Shape::Bytes
            | Shape::Instant
            | Shape::Date
            | Shape::Time
            | Shape::Duration
            | Shape::Uuid
            | Shape::Enum(_) => bit(Kind::Text),
        };
        own | if ty.nullable { bit(Kind::Null) } else { 0 }
    }

    /// What the members of an object say: names, kinds and listed texts of all alternatives that are records.
    fn peek(&mut self, sum: NodeId, shape: &SumShape) -> Option<Peek> {
        let contract = self.contract();
        let records: Vec<_> = shape.variants.iter().map(|variant| contract.record(variant.ty)).collect();
        let objects = self.kinds_of_branches(shape)[Kind::Record as usize];
        if shape.tag.is_some() || objects.count_ones() < 2 || self.mode.from == Encoding::Protobuf {
            return None;
        }
        let mut names: Vec<&str> = Vec::new();
        for field in records.iter().flatten().flat_map(|record| &record.fields) {
            names.push(&field.name);
        }
        names.sort_unstable();
        names.dedup();
        let node = self.add(Node::Any);
        let rows = names.iter().map(|name| Row::new(name, node, Slot::bare())).collect();
        let record = Record::new(sum, rows, ExtraRule::Keep);
        let mut open = 0u128;
        let mut peek_rows =
            vec![PeekRow { required_by: 0, kinds: [0; 6], texts: Vec::new(), other_texts: 0 }; names.len()];
        for (at, found) in records.iter().enumerate() {
            let bit = 1u128 << at;
            if found.is_none_or(|record| record.extra != Extra::Closed) {
                open |= bit;
            }
            for (name, row) in names.iter().zip(&mut peek_rows) {
                self.peek_row(*found, name, bit, row);
            }
        }
        Some(Peek { record, rows: peek_rows, open })
    }

    /// Adds what one alternative says of one member.
    fn peek_row(&self, record: Option<&polywire_contract::Record>, name: &str, bit: u128, row: &mut PeekRow) {
        let field = record.and_then(|record| record.fields.iter().find(|field| field.name == name));
        let kinds = match (record, field) {
            (_, Some(field)) => self.kinds_of(field.ty, 0),
            (Some(record), None) => match record.extra {
                Extra::Closed => 0,
                Extra::Typed(ty) => self.kinds_of(ty, 0),
                Extra::Open => u8::MAX,
            },
            (None, None) => u8::MAX,
        };
        for (kind, mask) in row.kinds.iter_mut().enumerate() {
            if kinds >> kind & 1 == 1 {
                *mask |= bit;
            }
        }
        if field.is_some_and(|field| self.must_be_there(field)) {
            row.required_by |= bit;
        }
        let texts = field.and_then(|field| self.listed_texts(field.ty.id));
        // A text that is listed by one alternative is allowed by those that list none.
        match texts {
            None => {
                row.texts.iter_mut().for_each(|entry| entry.1 |= bit);
                row.other_texts |= bit;
            }
            Some(texts) => {
                for text in texts {
                    match row.texts.iter_mut().find(|entry| *entry.0 == *text.as_bytes()) {
                        Some(entry) => entry.1 |= bit,
                        None => row.texts.push((text.as_bytes().into(), row.other_texts | bit)),
                    }
                }
            }
        }
    }

    /// The texts that a type allows, where it lists them.
    fn listed_texts(&self, id: TypeId) -> Option<Vec<&'a str>> {
        let ty = self.contract().ty(id);
        if let Shape::Enum(shape) = &ty.shape
            && !shape.open
        {
            return Some(shape.values.iter().map(|value| value.name.as_str()).collect());
        }
        ty.checks.iter().find_map(|(check, _)| match check {
            Check::Among(values) if values.iter().all(|value| matches!(value.value, Value::Text(_))) => {
                Some(values.iter().filter_map(|value| value.as_text()).collect())
            }
            _ => None,
        })
    }
}
