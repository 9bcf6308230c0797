//! Finds types by the names that people write.

use crate::{Contract, TypeId, words};

/// The file of types that no contract has written.
const DERIVED: &str = "derived#";

impl Contract {
    /// The types that a name may mean: by its stable id or what is behind the file in it, else the end of that, else the same
    /// words. With `FILE#` in front only types of that file are meant.
    pub fn find_types(&self, name: &str) -> Vec<TypeId> {
        let whole = |id: &str| id == name || local(id) == name.strip_prefix('#').unwrap_or(name);
        let found = self.types_named(&whole);
        if !found.is_empty() {
            return found;
        }
        let (file, rest) = name.split_once('#').map_or((None, name), |(file, rest)| (Some(file), rest));
        let in_file = |id: &str| {
            file.is_none_or(|file| {
                let own = id.split_once('#').map_or("", |(own, _)| own);
                own.strip_suffix(file).is_some_and(|before| before.is_empty() || before.ends_with('/'))
            })
        };
        let ends = |id: &str| id.strip_suffix(rest).is_some_and(|before| before.ends_with(['#', '/', '.']));
        let found = self.types_named(&|id: &str| in_file(id) && ends(id));
        if !found.is_empty() {
            return found;
        }
        let wanted = words(rest);
        self.types_named(&|id: &str| in_file(id) && words(last(id)) == wanted)
    }

    fn types_named(&self, means: &dyn Fn(&str) -> bool) -> Vec<TypeId> {
        let named = self.types.iter().enumerate().filter(|(_, ty)| ty.name.as_deref().is_some_and(means));
        let mut found: Vec<TypeId> = named.map(|(at, _)| TypeId(at as u32)).collect();
        // What was derived from a contract is meant only where nothing that stands in one is.
        let written =
            |id: &TypeId| !self.ty(*id).name.as_deref().is_some_and(|name| name.starts_with(DERIVED));
        if found.iter().any(written) {
            found.retain(written);
        }
        found
    }
}

/// What is behind the file.
fn local(id: &str) -> &str {
    id.split_once('#').map_or(id, |(_, local)| local)
}

fn last(id: &str) -> &str {
    id.rsplit(['#', '/', '.']).next().unwrap_or(id)
}
