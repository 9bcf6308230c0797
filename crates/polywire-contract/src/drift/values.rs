//! Named values, by their words: `ORDER_STATUS_PAID` of the enum `OrderStatus` and `paid` are the same.

use std::collections::BTreeMap;

use super::{Aspect, Comparison, Fate, Place, Told, text};
use crate::{Contract, Enum, TypeId, Words, words};

impl Comparison<'_> {
    pub(super) fn enums(&mut self, place: &Place, left: (TypeId, &Enum), right: (TypeId, &Enum)) {
        let (a, b) = (named(self.left, left.0, left.1), named(self.right, right.0, right.1));
        let only = |own: &BTreeMap<Words, &str>, other: &BTreeMap<Words, &str>| -> Vec<String> {
            own.iter()
                .filter(|(words, _)| !other.contains_key(words))
                .map(|(_, name)| (*name).to_string())
                .collect()
        };
        let (only_left, only_right) = (only(&a, &b), only(&b, &a));
        if !only_left.is_empty() || !only_right.is_empty() {
            let told = Told::new(
                text::only(&only_left),
                text::only(&only_right),
                Fate::refused(!only_left.is_empty() && !right.1.open),
                Fate::refused(!only_right.is_empty() && !left.1.open),
            );
            self.tell(place, Aspect::Values, told);
        }
        let numbered = |contract: &Contract, id: TypeId| contract.protobuf.enums.contains_key(&id);
        if numbered(self.left, left.0) || numbered(self.right, right.0) {
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
