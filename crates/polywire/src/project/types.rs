//! Finds a type by the name that someone types.

use polywire_contract::{Contract, TypeId, words};

use crate::exit::Failure;

/// How many names a message lists.
const LISTED_MAX: usize = 12;

/// The type of a name: its stable id, its own name, or the same words; only where one type is meant.
pub(crate) fn find_type(contract: &Contract, name: &str) -> Result<TypeId, Failure> {
    let named = || {
        contract
            .types
            .iter()
            .enumerate()
            .filter_map(|(at, ty)| Some((TypeId(at as u32), ty.name.as_deref()?, ty)))
    };
    let exact: Vec<_> =
        named().filter(|(_, id, _)| *id == name || id.ends_with(&format!("#{name}"))).collect();
    let own = || named().filter(|(_, _, ty)| ty.short_name() == Some(name)).collect::<Vec<_>>();
    let alike =
        || named().filter(|(_, _, ty)| ty.short_name().map(words) == Some(words(name))).collect::<Vec<_>>();
    let found = [exact, own(), alike()].into_iter().find(|found| !found.is_empty()).unwrap_or_default();
    match found.as_slice() {
        [(id, ..)] => Ok(*id),
        [] => {
            let names: Vec<&str> = named().filter_map(|(_, _, ty)| ty.short_name()).collect();
            let failure = Failure::wrong(format!("there is no type `{name}`"));
            Err(match polywire_diag::nearest(name, names.iter().copied()) {
                Some(near) => failure.help(format!("did you mean `{near}`?")),
                None => failure.help(format!("there are {}", listed(&names))),
            })
        }
        several => {
            let ids: Vec<&str> = several.iter().map(|(_, id, _)| *id).collect();
            Err(Failure::wrong(format!("there are {} types `{name}`", ids.len()))
                .help(format!("name one of {}", listed(&ids))))
        }
    }
}

fn listed(names: &[&str]) -> String {
    let mut text =
        names.iter().take(LISTED_MAX).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    if names.len() > LISTED_MAX {
        text.push_str(&format!(" and {} more", names.len() - LISTED_MAX));
    }
    text
}
