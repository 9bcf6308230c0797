//! Finds a type by the name that someone types.

use polywire_contract::{Contract, TypeId};

use crate::exit::Failure;

/// How many names a message lists.
const LISTED_MAX: usize = 20;

/// The type of a name: its stable id or what is behind the file in it, else the end of that, else the same words; only where
/// one type is meant.
pub(crate) fn find_type(contract: &Contract, name: &str) -> Result<TypeId, Failure> {
    match contract.find_types(name).as_slice() {
        [] => {}
        [only] => return Ok(*only),
        several => {
            let ids = several.iter().filter_map(|id| contract.ty(*id).name.as_deref());
            return Err(Failure::usage(format!("`{name}` may be one of {} types", several.len()))
                .help(format!("name one of {}", listed(ids))));
        }
    }
    let named = named_types(contract);
    let failure = Failure::usage(format!("there is no type `{name}`"));
    let all = listed(named.iter().map(|(_, id)| short(id)));
    Err(match polywire_diag::nearest(name, named.iter().map(|(_, id)| last(id))) {
        Some(near) => failure.help(format!("did you mean `{near}`? There are {all}")),
        None => failure.help(format!("there are {all}")),
    })
}

/// Every type that has a name, with its stable id.
pub(crate) fn named_types(contract: &Contract) -> Vec<(TypeId, &str)> {
    let types = contract.types.iter().enumerate();
    types.filter_map(|(at, ty)| Some((TypeId(at as u32), ty.name.as_deref()?))).collect()
}

/// Names as a message lists them, sorted and each once, the first of them where there are many.
pub(crate) fn listed<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    names.dedup();
    let more = names.len().saturating_sub(LISTED_MAX);
    names.truncate(LISTED_MAX);
    let mut text = names.join(", ");
    if more > 0 {
        text.push_str(&format!(" and {more} more"));
    }
    text
}

/// A type as it is named on the command line: what is behind its file, of a pointer the last step.
pub(crate) fn short(id: &str) -> &str {
    local(id).rsplit('/').next().unwrap_or(id)
}

fn local(id: &str) -> &str {
    id.split_once('#').map_or(id, |(_, local)| local)
}

fn last(id: &str) -> &str {
    id.rsplit(['#', '/', '.']).next().unwrap_or(id)
}
