//! Paths of fields: as text with dots, and every one below a record with its words.

use crate::{Contract, FieldPath, TypeId, Words, words};

/// How deep records in records are looked into, and how many fields are kept: both sides of a match are bounded.
const DEPTH_MAX: usize = 6;
const PATHS_MAX: usize = 4096;

/// A field at any depth.
#[derive(Clone, Debug)]
pub(super) struct Reached {
    pub(super) path: FieldPath,
    /// The words of each step.
    pub(super) steps: Vec<Words>,
}

impl Reached {
    /// The words of all steps as one name: of `customer.name` those of `customer-name`.
    pub(super) fn joined(&self) -> Words {
        Words(self.steps.iter().flat_map(|step| step.0.iter().cloned()).collect())
    }
}

/// Every field of a record and of the records in it, outer ones first in their order.
pub(super) fn reached(contract: &Contract, record: TypeId) -> Vec<Reached> {
    let mut found: Vec<Reached> = Vec::new();
    let mut level = vec![(record, Vec::new(), Vec::new(), vec![record])];
    for _ in 0..DEPTH_MAX {
        let mut next = Vec::new();
        for (id, path, steps, above) in level {
            for (at, field) in
                contract.record(id).map(|r| &r.fields[..]).unwrap_or_default().iter().enumerate()
            {
                if found.len() >= PATHS_MAX {
                    return found;
                }
                let path: FieldPath = with(&path, at as u32);
                let steps: Vec<Words> = with(&steps, field.words.clone());
                let inner = field.ty.id;
                if contract.record(inner).is_some() && !above.contains(&inner) {
                    next.push((inner, path.clone(), steps.clone(), with(&above, inner)));
                }
                found.push(Reached { path, steps });
            }
        }
        level = next;
    }
    found
}

fn with<T: Clone>(items: &[T], last: T) -> Vec<T> {
    let mut all = items.to_vec();
    all.push(last);
    all
}

/// A path as text: names with dots between them, a dot in a name behind a backslash.
pub(super) fn shown(contract: &Contract, record: TypeId, path: &[u32]) -> String {
    let mut text = String::new();
    let mut id = record;
    for at in path {
        let Some(field) = contract.record(id).and_then(|record| record.fields.get(*at as usize)) else {
            break;
        };
        if !text.is_empty() {
            text.push('.');
        }
        for c in field.name.chars() {
            if matches!(c, '.' | '\\') {
                text.push('\\');
            }
            text.push(c);
        }
        id = field.ty.id;
    }
    text
}

/// The path that a text means; names are found as they are, else by their words. Else the name that is not there, and the
/// record that lacks it.
pub(super) fn find(contract: &Contract, record: TypeId, text: &str) -> Result<FieldPath, (String, TypeId)> {
    let mut path = FieldPath::new();
    let mut id = record;
    for step in steps(text) {
        let fields = contract.record(id).map(|record| &record.fields[..]).unwrap_or_default();
        let exact = fields.iter().position(|f| f.name == step || f.alias.as_deref() == Some(&step));
        let wanted = words(&step);
        let mut alike =
            fields.iter().enumerate().filter(|(_, field)| field.words == wanted).map(|(at, _)| at);
        let by_words = || alike.next().filter(|_| alike.next().is_none());
        let Some(at) = exact.or_else(by_words) else { return Err((step, id)) };
        path.push(at as u32);
        id = fields[at].ty.id;
    }
    Ok(path)
}

fn steps(text: &str) -> Vec<String> {
    let mut found = vec![String::new()];
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '.' => found.push(String::new()),
            c => {
                let c = if c == '\\' { chars.next().unwrap_or(c) } else { c };
                found.last_mut().expect("there is one from the start").push(c);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_in_names_are_told_from_dots_between_them() {
        assert_eq!(steps("a.b"), ["a", "b"]);
        assert_eq!(steps("a\\.b.c\\\\"), ["a.b", "c\\"]);
    }
}
