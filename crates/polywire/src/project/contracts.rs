//! Finds the reader of a text, and reads it into a contract.

use std::path::Path;

use polywire_contract::Contract;
use polywire_diag::{Diagnostic, FileId};
use polywire_read::{READERS, Reader, Sources};

use crate::exit::{Exit, Failure};
use crate::sources::DiskSources;

/// The reader that recognises a text by its content.
pub(crate) fn reader_of(sources: &DiskSources, file: FileId) -> Option<&'static dyn Reader> {
    let map = sources.map();
    READERS.iter().copied().find(|reader| reader.recognises(map.name(file), map.text(file)))
}

/// Reads one contract; what is wrong in it goes to `diags`, a file that is no contract is a failure.
pub(crate) fn read_contract(
    path: &Path,
    sources: &mut DiskSources,
    contract: &mut Contract,
    diags: &mut Vec<Diagnostic>,
) -> Result<FileId, Failure> {
    let shown = path.strip_prefix("./").unwrap_or(path).display();
    let file =
        sources.open(path).map_err(|missing| Failure::environment(format!("{shown}: {}", missing.reason)))?;
    let Some(reader) = reader_of(sources, file) else {
        return Err(Failure {
            exit: Exit::Wrong,
            message: format!("{shown}: no contract that is known"),
            help: Some(known()),
        });
    };
    reader.read(file, sources, contract, diags);
    Ok(file)
}

/// What can be read, for messages.
pub(crate) fn known() -> String {
    let names: Vec<&str> = READERS.iter().map(|reader| reader.name()).collect();
    format!("what can be read: {}", names.join(", "))
}

/// Whether a file below a folder is worth opening to see if it is a contract.
fn may_be_contract(path: &Path) -> bool {
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
    matches!(extension, "yaml" | "yml" | "json" | "proto")
}

/// Every contract below a folder, sorted by path; what git ignores is left out.
pub(crate) fn contracts_below(
    folder: &Path,
    sources: &mut DiskSources,
) -> Vec<(FileId, &'static dyn Reader)> {
    let mut found = Vec::new();
    for entry in ignore::WalkBuilder::new(folder).sort_by_file_path(Path::cmp).build().flatten() {
        if !entry.file_type().is_some_and(|t| t.is_file()) || !may_be_contract(entry.path()) {
            continue;
        }
        let Ok(file) = sources.open(entry.path()) else { continue };
        found.extend(reader_of(sources, file).map(|reader| (file, reader)));
    }
    found
}
