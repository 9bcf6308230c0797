//! What `init` writes: never over what is there.

use std::path::Path;

use crate::exit::{Context, Failure};
use crate::project::MANIFEST;
use crate::together::{self, Draft, Place};

/// What may lie in a folder that a starter fills; it is left as it is.
const KEPT: &[&str] =
    &[".git", ".gitignore", ".gitattributes", "README.md", "LICENSE", "LICENSE.md", "LICENSE.txt"];

/// Writes `polywire.yaml`.
pub(super) fn manifest(dir: &Path, text: &str) -> Result<(), Failure> {
    together::write(&[Draft { path: dir.join(MANIFEST), text, place: Place::New }])
}

/// Writes a starter's files into an empty or new folder.
pub(super) fn tree(dir: &Path, files: &[(&str, &str)]) -> Result<(), Failure> {
    if dir.exists() {
        let entries = std::fs::read_dir(dir).context(format!("cannot read {}", super::shown(dir)))?;
        let strange = entries
            .flatten()
            .find(|entry| entry.file_name().to_str().is_none_or(|name| !KEPT.contains(&name)));
        if let Some(strange) = strange {
            let message = format!(
                "{} is not empty: {} is there",
                super::shown(dir),
                super::shown(Path::new(&strange.file_name()))
            );
            return Err(Failure::usage(message)
                .help("a starter fills an empty or new folder; `polywire init` reads one that is not"));
        }
    }
    let drafts: Vec<Draft<'_>> = files
        .iter()
        .filter(|(path, _)| !(KEPT.contains(path) && dir.join(path).exists()))
        .map(|(path, text)| {
            let place = if path.ends_with(".sh") { Place::NewProgram } else { Place::New };
            Draft { path: dir.join(path), text, place }
        })
        .collect();
    together::write(&drafts)
}
