//! Which maps are asked for, the types that they name, and what of them is confirmed.

use std::collections::BTreeSet;

use polywire_diag::{Diagnostic, nearest};

use super::Maps;
use super::proposal::Proposal;
use super::propose::{Known, NamedMap, Way, propose};
use super::written::{WrittenMap, WrittenName};
use crate::codes::{MAP_TYPE, MAP_WRITTEN};
use crate::{Contract, Lock, Shape, TypeId};

/// How many types a diagnostic names.
const NAMED_MAX: usize = 8;

/// Finds the types of written maps; those whose types are not found are left out.
pub fn name_maps<'a>(
    contract: &Contract,
    written: &'a [WrittenMap],
    diags: &mut Vec<Diagnostic>,
) -> Vec<NamedMap<'a>> {
    let mut found: Vec<NamedMap<'a>> = Vec::new();
    for map in written {
        let mut ways = Vec::new();
        let mut find = |name| find(contract, name, &mut ways, diags);
        let (from, to) = (find(&map.from), find(&map.to));
        let (Some(from), Some(to)) = (from, to) else { continue };
        match found.iter().find(|known| (known.from, known.to) == (from, to)) {
            Some(first) => diags.push(
                Diagnostic::error(&MAP_WRITTEN, "this map is written twice")
                    .at(map.from.span, "")
                    .at(first.written.from.span, "the other one"),
            ),
            None => found.push(NamedMap { ways, from, to, written: map }),
        }
    }
    found
}

/// The map from one type to another where all of it is confirmed or written.
pub fn confirmed(
    contract: &Contract,
    from: TypeId,
    to: TypeId,
    known: &Known<'_>,
) -> Result<Maps, Vec<Diagnostic>> {
    propose(contract, from, to, known).confirmed()
}

impl Proposal {
    /// Writes every entry that a person does not write into the lock, in place of what it said of these pairs.
    pub fn accept(&self, lock: &mut Lock) {
        for pair in &self.pairs {
            let lines = pair.lines.iter().filter_map(|line| line.locked.clone());
            lock.set_map(&pair.key(), lines.collect());
        }
    }

    /// What its pairs are called in polywire.lock.
    pub fn keys(&self) -> BTreeSet<String> {
        self.pairs.iter().map(|pair| pair.key()).collect()
    }
}

/// The type that is meant: by its name, or from a type with a name by the fields to it, as `Order.items[]`.
fn find(
    contract: &Contract,
    name: &WrittenName,
    ways: &mut Vec<Way>,
    diags: &mut Vec<Diagnostic>,
) -> Option<TypeId> {
    let several = contract.find_types(&name.text);
    if let (true, Some(way)) = (several.is_empty(), below(contract, &name.text)) {
        let id = way.0;
        ways.push(way);
        return Some(id);
    }
    let diag = match several.as_slice() {
        [only] => return Some(*only),
        [] => {
            let message = format!("there is no type `{}` in the contracts", name.text);
            let diag = Diagnostic::error(&MAP_TYPE, message).at(name.span, "");
            let names = contract.types.iter().filter_map(|ty| ty.short_name());
            match nearest(&name.text, names) {
                Some(near) => diag.help(format!("did you mean `{near}`?")),
                None => diag,
            }
        }
        all => {
            let message = format!("`{}` may be one of {} types", name.text, all.len());
            let names = all.iter().take(NAMED_MAX).filter_map(|id| contract.ty(*id).name.as_deref());
            let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
            Diagnostic::error(&MAP_TYPE, message)
                .at(name.span, "")
                .help(format!("name one of {}", names.join(", ")))
        }
    };
    diags.push(diag);
    None
}

/// A type without a name, by the way to it from one that has a name.
fn below(contract: &Contract, name: &str) -> Option<Way> {
    let starts = name.char_indices().filter(|(_, c)| matches!(c, '.' | '[' | '{')).map(|(at, _)| at);
    starts.collect::<Vec<_>>().into_iter().rev().find_map(|at| {
        let found = contract.find_types(&name[..at]);
        let [only] = found.as_slice() else { return None };
        walk(contract, *only, &name[at..])
    })
}

fn walk(contract: &Contract, mut id: TypeId, mut rest: &str) -> Option<Way> {
    let mut way = contract.ty(id).name.clone()?;
    while !rest.is_empty() {
        let after;
        (id, after) = if let Some(after) = rest.strip_prefix("[]") {
            let Shape::List(item) = &contract.ty(id).shape else { return None };
            (item.id, after)
        } else if let Some(after) = rest.strip_prefix("{}") {
            let Shape::Map { value, .. } = &contract.ty(id).shape else { return None };
            (value.id, after)
        } else {
            let after = rest.strip_prefix('.')?;
            let end = after.find(['.', '[', '{']).unwrap_or(after.len());
            let field = contract.record(id)?.fields.iter().find(|field| field.name == after[..end])?;
            (field.ty.id, &after[end..])
        };
        way.push_str(&rest[..rest.len() - after.len()]);
        // A name of its own is what it is called by.
        if let Some(name) = &contract.ty(id).name {
            way.clone_from(name);
        }
        rest = after;
    }
    Some((id, way))
}
