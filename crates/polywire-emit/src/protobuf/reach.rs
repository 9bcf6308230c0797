//! Which messages and enums a set of interfaces needs, and in which package and message each is declared.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use polywire_contract::{Contract, GrpcOutcome, InterfaceId, Shape, TypeId};

/// What is reached, by full name.
#[derive(Default)]
pub(super) struct Reach {
    /// In the order in which they were reached.
    order: Vec<(String, TypeId)>,
    /// The package of every message and enum, reached or not.
    packages: BTreeMap<String, String>,
    /// The message around one that is declared inside another.
    parents: BTreeMap<String, String>,
    services: BTreeSet<String>,
}

impl Reach {
    pub(super) fn of(contract: &Contract, interfaces: &[InterfaceId]) -> Reach {
        let mut reach = Reach::default();
        reach.nest(contract);
        let mut waiting = VecDeque::new();
        for id in interfaces {
            if let Some(service) = &contract.interfaces[id.0 as usize].service {
                reach.services.insert(package_of(service).to_string());
            }
            for operation in contract.operations.iter().filter(|operation| operation.interface == *id) {
                let Some(grpc) = &operation.grpc else { continue };
                waiting.extend([grpc.input, grpc.output]);
                waiting.extend(grpc.outcomes.iter().filter_map(|outcome| match outcome {
                    GrpcOutcome::Detail(detail) => *detail,
                    GrpcOutcome::Message | GrpcOutcome::Field(_) | GrpcOutcome::Empty => None,
                }));
                reach.work(contract, &mut waiting);
            }
        }
        reach
    }

    /// Finds what is declared inside what: a name that begins with another message's.
    fn nest(&mut self, contract: &Contract) {
        let messages = contract.protobuf.messages.values().map(|message| message.full_name.as_str());
        let outer: BTreeSet<&str> = messages.collect();
        let enums = contract.protobuf.enums.values().map(|found| found.full_name.as_str());
        for name in outer.iter().copied().chain(enums) {
            let mut top = name;
            while let Some((before, _)) = top.rsplit_once('.').filter(|(before, _)| outer.contains(before)) {
                self.parents.entry(top.to_string()).or_insert_with(|| before.to_string());
                top = before;
            }
            self.packages.insert(name.to_string(), package_of(top).to_string());
        }
    }

    fn work(&mut self, contract: &Contract, waiting: &mut VecDeque<TypeId>) {
        let mut seen: BTreeSet<TypeId> = BTreeSet::new();
        while let Some(id) = waiting.pop_front() {
            if !seen.insert(id) {
                continue;
            }
            if let Some(found) = contract.protobuf.enums.get(&id) {
                self.add(contract, &found.full_name, id);
            }
            if let Some(message) = contract.protobuf.messages.get(&id)
                && !message.full_name.starts_with("google.protobuf.")
            {
                self.add(contract, &message.full_name, id);
            }
            match &contract.ty(id).shape {
                Shape::Record(record) => waiting.extend(record.fields.iter().map(|field| field.ty.id)),
                Shape::Sum(sum) => waiting.extend(sum.variants.iter().map(|variant| variant.ty)),
                Shape::List(item) => waiting.push_back(item.id),
                Shape::Map { value, .. } => waiting.push_back(value.id),
                _ => {}
            }
        }
    }

    fn add(&mut self, contract: &Contract, name: &str, id: TypeId) {
        if self.order.iter().any(|(known, _)| known == name) {
            return;
        }
        self.order.push((name.to_string(), id));
        if let Some(parent) = self.parents.get(name).cloned() {
            let outer = contract.protobuf.messages.iter().find(|(_, message)| message.full_name == parent);
            if let Some((id, _)) = outer {
                self.add(contract, &parent, *id);
            }
        }
    }

    pub(super) fn packages(&self) -> BTreeSet<&str> {
        let types = self.order.iter().filter_map(|(name, _)| self.packages.get(name));
        self.services.iter().chain(types).map(String::as_str).collect()
    }

    pub(super) fn package(&self, full_name: &str) -> Option<&str> {
        self.packages.get(full_name).map(String::as_str)
    }

    /// What a package declares at its top.
    pub(super) fn top_level(&self, package: &str) -> Vec<(String, TypeId)> {
        let here = |name: &String| {
            self.packages.get(name).is_some_and(|p| p == package) && !self.parents.contains_key(name)
        };
        self.order.iter().filter(|(name, _)| here(name)).cloned().collect()
    }

    /// What a message declares inside itself.
    pub(super) fn inside(&self, full_name: &str) -> Vec<(String, TypeId)> {
        let inner =
            self.order.iter().filter(|(name, _)| self.parents.get(name).is_some_and(|p| p == full_name));
        inner.cloned().collect()
    }
}

/// A full name without its last part.
pub(super) fn package_of(full_name: &str) -> &str {
    full_name.rsplit_once('.').map_or("", |(package, _)| package)
}
