//! What may become of single values that cross from a place of one type to a place of another: for maps between types.

use polywire_diag::Span;

use super::presence::{Presence, presence};
use super::{Aspect, Comparison, DEPTH_MAX, Difference, Fate, Pair, Place, Told};
use crate::{Contract, Shape, Type, TypeId, TypeRef};

/// What may become of values of a field that become values of another; both as paths from a record downward.
pub(crate) fn crossing(contract: &Contract, from: (TypeId, &[u32]), to: (TypeId, &[u32])) -> Vec<Difference> {
    let (Some(source), Some(target)) = (End::of(contract, from), End::of(contract, to)) else {
        return Vec::new();
    };
    let mut comparison = Comparison::new(contract);
    let place = Place { path: String::new(), left: source.span, right: target.span };
    let merged = comparison.absence(&place, source.presence, target.presence);
    comparison.crossing(&place, Pair { left: source.ty, right: target.ty }, !merged, 0);
    comparison.found
}

/// What may become of values of one type that become values of another.
pub(crate) fn crossing_types(contract: &Contract, from: TypeRef, to: TypeRef) -> Vec<Difference> {
    let mut comparison = Comparison::new(contract);
    let place =
        Place { path: String::new(), left: contract.ty(from.id).span, right: contract.ty(to.id).span };
    comparison.crossing(&place, Pair { left: from, right: to }, true, 0);
    comparison.found
}

/// What may become of values that are made on the way, of a type that stands nowhere.
pub(crate) fn crossing_made(contract: &Contract, made: &Type, to: TypeRef) -> Vec<Difference> {
    let mut comparison = Comparison::new(contract);
    let target = contract.ty(to.id);
    let place = Place { path: String::new(), left: made.span, right: target.span };
    if comparison.scalars(&place, made, target) {
        comparison.rules(&place, made, target);
    }
    comparison.found
}

/// Whether a message lacks something without the field.
pub(crate) fn must_be_there(contract: &Contract, record: TypeId, at: usize) -> bool {
    let field = contract.record(record).and_then(|record| record.fields.get(at));
    field
        .is_some_and(|field| field.default.is_none() && presence(contract, record, at, field).must_be_there())
}

/// The field at the end of a path.
struct End {
    ty: TypeRef,
    span: Span,
    presence: Presence,
}

impl End {
    fn of(contract: &Contract, (record, path): (TypeId, &[u32])) -> Option<End> {
        let mut id = record;
        let mut end: Option<End> = None;
        for at in path {
            let field = contract.record(id)?.fields.get(*at as usize)?;
            let own = presence(contract, id, *at as usize, field);
            let presence = end.map_or(own, |outer| own.below(outer.presence));
            id = field.ty.id;
            end = Some(End { ty: field.ty, span: field.span, presence });
        }
        end
    }
}

impl<'c> Comparison<'c> {
    fn new(contract: &'c Contract) -> Comparison<'c> {
        Comparison { left: contract, right: contract, open: Vec::new(), found: Vec::new() }
    }

    /// Compares what is not compared by a map of its own: records, enums and sums are passed over.
    fn crossing(&mut self, place: &Place, pair: Pair, null_says: bool, depth: usize) {
        let (left, right) = (self.left.ty(pair.left.id), self.right.ty(pair.right.id));
        if null_says && pair.left.nullable && !pair.right.nullable && !matches!(right.shape, Shape::Any) {
            let told = Told::new("may be null", "is never null", Fate::Refused, Fate::Fits);
            self.tell(place, Aspect::Null, told);
        }
        if pair.left.id == pair.right.id || depth >= DEPTH_MAX {
            return;
        }
        match (&left.shape, &right.shape) {
            (Shape::Any, Shape::Any)
            | (Shape::Record(_), Shape::Record(_))
            | (Shape::Enum(_), Shape::Enum(_))
            | (Shape::Sum(_), Shape::Sum(_)) => {}
            (Shape::List(a), Shape::List(b)) => {
                self.rules(place, left, right);
                let inner = place.inner("[]", place.left, place.right);
                self.crossing(&inner, Pair { left: *a, right: *b }, true, depth + 1);
            }
            (Shape::Map { key: k1, value: a }, Shape::Map { key: k2, value: b }) => {
                self.rules(place, left, right);
                let keys = place.inner("{key}", place.left, place.right);
                self.crossing(&keys, Pair { left: (*k1).into(), right: (*k2).into() }, false, depth + 1);
                let inner = place.inner("{}", place.left, place.right);
                self.crossing(&inner, Pair { left: *a, right: *b }, true, depth + 1);
            }
            _ if is_other_number(left, right, depth) => {
                let told = Told::neither(super::kind(left), super::kind(right));
                self.tell(place, Aspect::Kind, told);
            }
            _ if self.scalars(place, left, right) => self.rules(place, left, right),
            _ => {}
        }
    }
}

/// Kinds between which values differ in what they are, not only in how many there are. Of integers and decimals only single
/// values can be turned into each other.
fn is_other_number(left: &Type, right: &Type, depth: usize) -> bool {
    match (&left.shape, &right.shape) {
        (Shape::Float(_), Shape::Int(_) | Shape::Decimal { .. })
        | (Shape::Decimal { .. }, Shape::Float(_))
        | (Shape::Bytes, Shape::Text)
        | (Shape::Text, Shape::Bytes) => true,
        (Shape::Int(_), Shape::Decimal { .. }) | (Shape::Decimal { .. }, Shape::Int(_)) => depth > 0,
        _ => false,
    }
}
