//! Finds the reader of a text, and reads it into a contract.

use std::io::Read;
use std::path::Path;

use polywire_contract::Contract;
use polywire_diag::{Diagnostic, FileId};
use polywire_read::{READERS, Reader, Sources};

use crate::exit::{Context, Exit, Failure};
use crate::output;
use crate::sources::DiskSources;

/// The largest text that is read from standard input, in bytes.
const STDIN_BYTES_MAX: u64 = 64 << 20;

/// The reader that recognises a text by its content.
pub(crate) fn reader_of(sources: &DiskSources, file: FileId) -> Option<&'static dyn Reader> {
    let map = sources.map();
    if sources.bytes(file).is_some() {
        return READERS.iter().copied().find(|reader| reader.name() == "protobuf");
    }
    READERS.iter().copied().find(|reader| reader.recognises(map.name(file), map.text(file)))
}

/// Reads one contract; what is wrong in it goes to `diags`, a file that is no contract is a failure.
pub(crate) fn read_contract(
    path: &Path,
    sources: &mut DiskSources,
    contract: &mut Contract,
    diags: &mut Vec<Diagnostic>,
) -> Result<FileId, Failure> {
    let (file, reader) = open_contract(path, sources)?;
    reader.read(file, sources, contract, diags);
    Ok(file)
}

/// Reads one file, standard input (`-`), or every contract below a folder. Files of a folder do not share names: each is
/// a contract of its own.
pub(crate) fn read_each(
    path: &Path,
    sources: &mut DiskSources,
    diags: &mut Vec<Diagnostic>,
) -> Result<Vec<Contract>, Failure> {
    let found = contracts_at(path, sources)?;
    let read = |(file, reader): (FileId, &'static dyn Reader)| {
        let mut contract = Contract::default();
        reader.read(file, sources, &mut contract, diags);
        contract
    };
    Ok(found.into_iter().map(read).collect())
}

/// What a path means: a file, standard input (`-`), or every contract below a folder, sorted by path and without what git
/// ignores.
pub(crate) fn contracts_at(
    path: &Path,
    sources: &mut DiskSources,
) -> Result<Vec<(FileId, &'static dyn Reader)>, Failure> {
    if path == Path::new("-") {
        return standard_input(sources).map(|found| vec![found]);
    }
    if !path.is_dir() {
        return open_contract(path, sources).map(|found| vec![found]);
    }
    let mut found = Vec::new();
    for entry in ignore::WalkBuilder::new(path).sort_by_file_path(Path::cmp).build().flatten() {
        if !entry.file_type().is_some_and(|t| t.is_file()) || !may_be_contract(entry.path()) {
            continue;
        }
        let Ok(file) = sources.open(entry.path()) else { continue };
        found.extend(reader_of(sources, file).map(|reader| (file, reader)));
    }
    if found.is_empty() {
        output::note(&format!("no contract below {}", path.display()));
    }
    Ok(found)
}

fn standard_input(sources: &mut DiskSources) -> Result<(FileId, &'static dyn Reader), Failure> {
    let mut bytes = Vec::new();
    std::io::stdin().take(STDIN_BYTES_MAX).read_to_end(&mut bytes).context("cannot read standard input")?;
    let file = sources
        .add_input("<stdin>", bytes)
        .map_err(|missing| Failure::wrong(format!("standard input {}", missing.reason)))?;
    let reader = reader_of(sources, file)
        .ok_or_else(|| Failure::wrong("standard input is no contract that is known").help(known()))?;
    Ok((file, reader))
}

fn open_contract(path: &Path, sources: &mut DiskSources) -> Result<(FileId, &'static dyn Reader), Failure> {
    let shown = path.strip_prefix("./").unwrap_or(path).display();
    let file =
        sources.open(path).map_err(|missing| Failure::environment(format!("{shown}: {}", missing.reason)))?;
    let reader = reader_of(sources, file).ok_or_else(|| Failure {
        exit: Exit::Wrong,
        message: format!("{shown}: no contract that is known"),
        help: Some(known()),
    })?;
    Ok((file, reader))
}

/// What can be read, for messages.
fn known() -> String {
    let names: Vec<&str> = READERS.iter().map(|reader| reader.name()).collect();
    format!("what can be read: {}", names.join(", "))
}

/// Whether a file below a folder is worth opening to see if it is a contract.
pub(crate) fn may_be_contract(path: &Path) -> bool {
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
    matches!(
        extension,
        "yaml" | "yml" | "json" | "proto" | "sql" | "binpb" | "pb" | "protoset" | "desc" | "fds"
    )
}
