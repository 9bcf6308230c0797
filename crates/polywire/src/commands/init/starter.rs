//! Workspaces to begin with: the files of `starters/`, carried in the program.

use crate::output;

macro_rules! files {
    ($folder:literal: $($path:literal),* $(,)?) => {
        &[$(($path, include_str!(concat!("../../../starters/", $folder, "/", $path)))),*]
    };
}

/// What an empty folder can be filled with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Starter {
    /// Two services, Python and Node, that call each other; the standard library only.
    Hello,
    /// An API in Python, and a Node client whose types are TypeScript.
    Api,
    /// backend/ frontend/ infrastructure/ ansible/ scripts/ shared/.
    Monorepo,
}

const HELLO: &[(&str, &str)] = files!("hello":
    ".gitignore", "README.md", "greeter/greeter.py", "greeter/openapi.yaml", "hello/hello.mjs", "hello/openapi.yaml", "polywire.yaml",
);
const API: &[(&str, &str)] = files!("api":
    ".gitignore", "README.md", "api/main.py", "api/openapi.yaml", "polywire.yaml", "web/api.d.ts", "web/client.mjs", "web/main.mjs",
    "web/openapi.yaml", "web/tsconfig.json",
);
const MONOREPO: &[(&str, &str)] = files!("monorepo":
    ".gitignore", "README.md", "ansible/inventory.ini", "ansible/site.yml", "backend/main.py", "backend/openapi.yaml",
    "frontend/index.html", "frontend/main.mjs", "frontend/openapi.yaml", "infrastructure/main.tf", "infrastructure/variables.tf",
    "polywire.yaml", "scripts/smoke.sh", "shared/item.schema.json",
);

/// Every starter, with what it is.
const STARTERS: &[(&str, Starter, &str)] = &[
    ("hello", Starter::Hello, "two services in Python and Node that call each other; needs nothing else"),
    ("api", Starter::Api, "an API in Python and a Node client with types in TypeScript"),
    ("monorepo", Starter::Monorepo, "backend/ frontend/ infrastructure/ ansible/ scripts/ shared/"),
];

impl Starter {
    pub(super) fn name(self) -> &'static str {
        STARTERS.iter().find(|(_, starter, _)| *starter == self).map_or("", |(name, ..)| name)
    }

    /// The one with a name, or with its number in the offer.
    pub(super) fn named(text: &str) -> Option<Starter> {
        let number = text.parse::<usize>().ok().and_then(|number| STARTERS.get(number.checked_sub(1)?));
        number.or_else(|| STARTERS.iter().find(|(name, ..)| *name == text)).map(|(_, starter, _)| *starter)
    }

    /// Paths and texts.
    pub(super) fn files(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Starter::Hello => HELLO,
            Starter::Api => API,
            Starter::Monorepo => MONOREPO,
        }
    }
}

/// The choice, for people.
pub(super) fn offer() -> String {
    let rows: Vec<Vec<String>> = STARTERS
        .iter()
        .enumerate()
        .map(|(at, (name, _, what))| vec![format!("  {}", at + 1), (*name).to_string(), (*what).to_string()])
        .collect();
    format!("The folder is empty. Starters:\n\n{}\n", output::table(&["  ", "NAME", "WHAT"], &rows))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    fn below(folder: &Path, root: &Path, found: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            if entry.path().is_dir() {
                below(&entry.path(), root, found);
            } else {
                found.insert(entry.path().strip_prefix(root).unwrap().display().to_string());
            }
        }
    }

    #[test]
    fn the_table_is_the_folder() {
        for (name, starter, _) in STARTERS {
            let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("starters").join(name);
            let mut found = BTreeSet::new();
            below(&root, &root, &mut found);
            let carried: BTreeSet<String> =
                starter.files().iter().map(|(path, _)| (*path).to_string()).collect();
            assert_eq!(found, carried, "{name}");
            assert_eq!((starter.name(), Starter::named(name)), (*name, Some(*starter)));
        }
        assert_eq!(
            (Starter::named("2"), Starter::named("0"), Starter::named("")),
            (Some(Starter::Api), None, None)
        );
    }
}
