//! Fields of records, matched by their words, and alternatives of sums.

use std::collections::BTreeMap;

use super::presence::presence;
use super::{Aspect, Comparison, Fate, Pair, Place, Told, text};
use crate::{Contract, Extra, Field, Record, Sum, TypeId, Words, words};

impl Comparison<'_> {
    pub(super) fn records(&mut self, place: &Place, ids: (TypeId, TypeId)) {
        let (Some(left), Some(right)) = (self.left.record(ids.0), self.right.record(ids.1)) else { return };
        let (by_left, by_right) = (by_words(left), by_words(right));
        for (at, field) in left.fields.iter().enumerate() {
            let Some(other) = partner(field, &by_right) else {
                self.alone(place, (ids.0, at, field), (ids.1, right), true);
                continue;
            };
            let (a, b) = (field, &right.fields[other]);
            let inner = place.inner(&a.name, a.span, b.span);
            let sides = (presence(self.left, ids.0, at, a), presence(self.right, ids.1, other, b));
            self.presence(&inner, Pair { left: a.ty, right: b.ty }, sides.0, sides.1);
            self.defaults(&inner, a, b);
        }
        for (at, field) in right.fields.iter().enumerate() {
            if partner(field, &by_left).is_none() {
                self.alone(place, (ids.1, at, field), (ids.0, left), false);
            }
        }
    }

    /// A field that the other side does not have.
    fn alone(
        &mut self,
        place: &Place,
        own: (TypeId, usize, &Field),
        other: (TypeId, &Record),
        is_left: bool,
    ) {
        let (own_contract, other_contract) =
            if is_left { (self.left, self.right) } else { (self.right, self.left) };
        let (id, at, field) = own;
        let away = if takes_unknown(other_contract, other.0, other.1) { Fate::Lost } else { Fate::Refused };
        let back = Fate::refused(presence(own_contract, id, at, field).must_be_there());
        let here = text::kind(own_contract.ty(field.ty.id));
        let (span, path) = (field.span, &field.name);
        if is_left {
            let inner = place.inner(path, span, place.right);
            self.tell(&inner, Aspect::Field, Told::new(here, "is missing", away, back));
        } else {
            let inner = place.inner(path, place.left, span);
            self.tell(&inner, Aspect::Field, Told::new("is missing", here, back, away));
        }
    }

    fn defaults(&mut self, place: &Place, left: &Field, right: &Field) {
        if let (Some(a), Some(b)) = (&left.default, &right.default)
            && text::literal(a) != text::literal(b)
        {
            let told = Told::new(text::literal(a), text::literal(b), Fate::Fits, Fate::Fits);
            self.tell(place, Aspect::Default, told);
        }
    }

    /// Alternatives are matched by their words; they are compared where both sides have them.
    pub(super) fn sums(&mut self, place: &Place, left: &Sum, right: &Sum) {
        let names = |sum: &Sum| -> BTreeMap<Words, usize> {
            sum.variants.iter().enumerate().map(|(at, variant)| (words(&variant.name), at)).collect()
        };
        let (a, b) = (names(left), names(right));
        for (words, at) in &a {
            if let Some(other) = b.get(words) {
                let (one, two) = (&left.variants[*at], &right.variants[*other]);
                let inner = place.inner(&format!("({})", one.name), one.span, two.span);
                self.types(&inner, Pair { left: one.ty.into(), right: two.ty.into() });
            }
        }
        let only = |own: &BTreeMap<Words, usize>, other: &BTreeMap<Words, usize>, sum: &Sum| -> Vec<String> {
            own.iter()
                .filter(|(words, _)| !other.contains_key(words))
                .map(|(_, at)| sum.variants[*at].name.clone())
                .collect()
        };
        let (only_left, only_right) = (only(&a, &b, left), only(&b, &a, right));
        if !only_left.is_empty() || !only_right.is_empty() {
            let told = Told::new(
                text::only(&only_left),
                text::only(&only_right),
                Fate::refused(!only_left.is_empty()),
                Fate::refused(!only_right.is_empty()),
            );
            self.tell(place, Aspect::Values, told);
        }
    }
}

/// Fields by their words; those that several fields share name none.
fn by_words(record: &Record) -> BTreeMap<Words, Option<usize>> {
    let mut found: BTreeMap<Words, Option<usize>> = BTreeMap::new();
    for (at, field) in record.fields.iter().enumerate() {
        found.entry(field.words.clone()).and_modify(|known| *known = None).or_insert(Some(at));
    }
    found
}

fn partner(field: &Field, others: &BTreeMap<Words, Option<usize>>) -> Option<usize> {
    others.get(&field.words).copied().flatten()
}

/// Whether a member without a place is passed over; else it is a violation.
fn takes_unknown(contract: &Contract, id: TypeId, record: &Record) -> bool {
    record.extra != Extra::Closed || contract.sql.tables.contains_key(&id)
}
