//! Named values, by their words: `ORDER_STATUS_PAID` of the enum `OrderStatus` and `paid` are the same, and so is `'PAID'` in a
//! column's `CHECK`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use polywire_diag::Span;
use polywire_syntax::Value;

use super::{Aspect, Comparison, Fate, Pair, Place, Told, text};
use crate::{Check, Contract, Enum, EnumValue, Literal, Shape, Type, TypeId, Words, words};

/// The values of an enum, or those that text is held to.
struct Listed<'c> {
    values: Cow<'c, Enum>,
    /// Where text is held to them.
    span: Option<Span>,
}

impl Comparison<'_> {
    /// Compares two types that both list their values; false where one does not.
    pub(super) fn listed(&mut self, place: &Place, pair: Pair) -> bool {
        let (left, right) = (self.left.ty(pair.left.id), self.right.ty(pair.right.id));
        let (Some(a), Some(b)) = (listed(left), listed(right)) else { return false };
        let inner = place.inner_at(a.span, b.span);
        self.enums(&inner, (pair.left.id, &a.values), (pair.right.id, &b.values));
        if matches!((&left.shape, &right.shape), (Shape::Text, Shape::Text)) {
            self.rules(place, left, right);
        }
        true
    }

    fn enums(&mut self, place: &Place, left: (TypeId, &Enum), right: (TypeId, &Enum)) {
        let (a, b) = (named(self.left, left.0, left.1), named(self.right, right.0, right.1));
        let only = |own: &BTreeMap<Words, &str>, other: &BTreeMap<Words, &str>| -> Vec<String> {
            own.iter()
                .filter(|(words, _)| !other.contains_key(words))
                .map(|(_, name)| (*name).to_string())
                .collect()
        };
        let (only_left, only_right) = (only(&a, &b), only(&b, &a));
        let numbered = |contract: &Contract, id: TypeId| contract.protobuf.enums.contains_key(&id);
        let (left_numbered, right_numbered) = (numbered(self.left, left.0), numbered(self.right, right.0));
        if !only_left.is_empty() || !only_right.is_empty() {
            // An open enum of Protobuf takes numbers that it does not know, but no names.
            let left_takes = left.1.open && (!left_numbered || right_numbered);
            let right_takes = right.1.open && (!right_numbered || left_numbered);
            let told = Told::new(
                text::only(&only_left),
                text::only(&only_right),
                Fate::refused(!only_left.is_empty() && !right_takes),
                Fate::refused(!only_right.is_empty() && !left_takes),
            );
            self.tell(place, Aspect::Values, told);
        }
        if left_numbered || right_numbered {
            return;
        }
        let otherwise: Vec<(&str, &str)> = a
            .iter()
            .filter_map(|(words, name)| Some((*name, *b.get(words)?)))
            .filter(|(one, two)| one != two)
            .collect();
        if !otherwise.is_empty() {
            let list = |names: Vec<&str>| text::listed(&names);
            let told = Told::neither(
                list(otherwise.iter().map(|(one, _)| *one).collect()),
                list(otherwise.iter().map(|(_, two)| *two).collect()),
            );
            self.tell(place, Aspect::Values, told);
        }
    }
}

fn listed(ty: &Type) -> Option<Listed<'_>> {
    if let Shape::Enum(values) = &ty.shape {
        return Some(Listed { values: Cow::Borrowed(values), span: None });
    }
    let (literals, span) = held_to(ty)?;
    let value = |literal: &Literal| match &literal.value {
        Value::Text(name) => Some(EnumValue { name: name.to_string(), span }),
        _ => None,
    };
    let values = literals.iter().filter_map(value).collect();
    Some(Listed { values: Cow::Owned(Enum { values, open: false }), span: Some(span) })
}

/// The list that text is held to, and where.
pub(super) fn held_to(ty: &Type) -> Option<(&[Literal], Span)> {
    let is_text = |literal: &Literal| matches!(literal.value, Value::Text(_));
    ty.checks.iter().filter(|_| matches!(ty.shape, Shape::Text)).find_map(|(check, span)| match check {
        Check::Among(literals) if literals.iter().all(is_text) => Some((&literals[..], *span)),
        _ => None,
    })
}

/// Values by their words, without the enum's own name in front and without Protobuf's value for "not said".
fn named<'c>(contract: &Contract, id: TypeId, values: &'c Enum) -> BTreeMap<Words, &'c str> {
    let all = value_words(contract, id, values).into_iter().zip(&values.values);
    all.filter(|((_, unsaid), _)| !unsaid).map(|((words, _), value)| (words, value.name.as_str())).collect()
}

/// The words of each value without the enum's own name in front, and whether it is Protobuf's value for "not said".
pub(crate) fn value_words(contract: &Contract, id: TypeId, values: &Enum) -> Vec<(Words, bool)> {
    let proto = contract.protobuf.enums.get(&id).filter(|proto| proto.proto_json);
    let prefix = proto.map(|proto| words(proto.full_name.rsplit('.').next().unwrap_or_default()));
    let one = |(at, value): (usize, &crate::EnumValue)| {
        let mut words = words(&value.name);
        if let Some(rest) = prefix.as_ref().and_then(|prefix| words.0.strip_prefix(prefix.0.as_slice())) {
            words = Words(rest.to_vec());
        }
        let zero = proto.is_some_and(|proto| proto.numbers.get(at) == Some(&0));
        let unsaid = words.0.is_empty()
            || matches!(words.0.as_slice(), [only] if only == "unspecified" || only == "unknown");
        (words, zero && unsaid)
    };
    values.values.iter().enumerate().map(one).collect()
}
