//! Values that become values of another type: which pairs of shapes can, and what holds for both.

use polywire_contract::{MapKind, Shape, TypeId, TypeRef};

use super::{Job, Place};
use crate::Encoding;
use crate::plan::{Decimal, Enum, Node, Translation};

impl<'a> Job<'_, 'a> {
    /// Of two scalars the one that says more, and the other: values of both are read and written as that one's.
    ///
    /// None where a value of the first cannot stand as one of the second, which is said.
    pub(super) fn specific(&mut self, from: TypeId, to: TypeId) -> Option<(TypeId, TypeId)> {
        let contract = self.contract();
        let (source, target) = (&contract.ty(from).shape, &contract.ty(to).shape);
        let json = self.mode.from == Encoding::Json;
        match (source, target) {
            (Shape::Text, target) if is_form(target) => Some((to, from)),
            (source, Shape::Text) if is_form(source) => Some((from, to)),
            (Shape::Int(_), Shape::Float(_)) if json => Some((to, from)),
            (source, target) if std::mem::discriminant(source) == std::mem::discriminant(target) => {
                Some((from, to))
            }
            _ => {
                self.no_map(from, to, "values of the one are no values of the other");
                None
            }
        }
    }

    /// Whether two types are made of other types in the same way.
    pub(super) fn are_alike(&self, from: TypeId, to: TypeId) -> bool {
        let shapes = [from, to].map(|id| &self.contract().ty(id).shape);
        let compound = |shape: &&Shape| {
            matches!(
                shape,
                Shape::Record(_) | Shape::List(_) | Shape::Map { .. } | Shape::Sum(_) | Shape::Any
            )
        };
        let same = std::mem::discriminant(shapes[0]) == std::mem::discriminant(shapes[1]);
        from == to || same && shapes.iter().all(compound)
    }

    /// The items on the target's side of a pair of lists, or the members of a pair of maps; null only where both have it.
    pub(super) fn paired_with(
        &mut self,
        id: TypeId,
        item: TypeRef,
        place: &Place,
    ) -> (TypeRef, Option<TypeId>) {
        let Some(pair) = place.pair else { return (item, None) };
        let contract = self.contract();
        let other = match (&contract.ty(id).shape, &contract.ty(pair).shape) {
            (Shape::List(_), Shape::List(other)) => *other,
            (Shape::Map { .. }, Shape::Map { value, .. }) => *value,
            _ => {
                self.no_map(id, pair, "one of them is a list or map, the other is not");
                return (item, None);
            }
        };
        let ty = TypeRef { id: item.id, nullable: item.nullable && other.nullable };
        (ty, (item.id != other.id).then_some(other.id))
    }

    /// What both of a pair allow, where their rules alone do not say it.
    pub(super) fn both(&mut self, node: Node, id: TypeId, place: &Place) -> Node {
        let Some(pair) = place.pair else { return node };
        let contract = self.contract();
        match (node, &contract.ty(pair).shape) {
            (Node::Int(mut int), Shape::Int(domain)) => {
                let (low, high) = super::scalar::range(*domain);
                int.within(i128::from(low), i128::from(high));
                Node::Int(int)
            }
            (Node::Decimal(decimal), Shape::Decimal { digits, scale }) => {
                Node::Decimal(narrower(decimal, *digits, *scale))
            }
            (Node::Enum(choice), Shape::Enum(_)) => Node::Enum(self.translated(choice, id, pair)),
            (Node::Enum(mut choice), Shape::Text) => {
                // Names that the text's rules forbid are no values.
                if let Node::Text(text) = self.text_alone(pair) {
                    let breaks = |name: &(Box<[u8]>, i32)| text.check(&name.0).is_err();
                    let excluded: Vec<i32> = choice.names.iter().filter(|n| breaks(n)).map(|n| n.1).collect();
                    choice.excluded.extend(excluded);
                }
                Node::Enum(choice)
            }
            (node, _) => node,
        }
    }

    /// The source's values with the target's numbers, and the target's names beside them.
    fn translated(&mut self, choice: Enum, from: TypeId, to: TypeId) -> Enum {
        let Some(MapKind::Enum(values)) = self.map_of(from, to) else { return choice };
        let contract = self.contract();
        let Shape::Enum(shape) = &contract.ty(to).shape else { return choice };
        let proto = contract.protobuf.enums.get(&to);
        let number = |at: usize| proto.and_then(|p| p.numbers.get(at).copied()).unwrap_or(at as i32);
        let names =
            shape.values.iter().enumerate().map(|(at, v)| (v.name.as_bytes().into(), number(at))).collect();
        let mut target = Enum::new(names, false);
        target.text = choice.text;
        self.shown(&mut target, proto);
        let numbers = values.iter().filter_map(|(from, to)| {
            Some((choice.names.get(*from as usize)?.1, target.names.get(*to as usize)?.1))
        });
        let numbers = numbers.collect();
        Enum { into: Some(Box::new(Translation { numbers, target })), ..choice }
    }

    fn text_alone(&mut self, id: TypeId) -> Node {
        let also = self.also.take();
        let node = self.text(id, None);
        self.also = also;
        node
    }
}

/// What is text in JSON, but not any text.
fn is_form(shape: &Shape) -> bool {
    matches!(
        shape,
        Shape::Enum(_)
            | Shape::Uuid
            | Shape::Date
            | Shape::Time
            | Shape::Instant
            | Shape::Duration
            | Shape::Decimal { .. }
    )
}

fn narrower(decimal: Decimal, digits: u16, scale: u16) -> Decimal {
    if digits == 0 {
        return decimal;
    }
    if decimal.digits == 0 {
        return Decimal { digits, scale, ..decimal };
    }
    let whole = (decimal.digits - decimal.scale).min(digits - scale);
    let scale = decimal.scale.min(scale);
    Decimal { digits: whole + scale, scale, ..decimal }
}
