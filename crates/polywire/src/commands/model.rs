//! `polywire model [PATH…]`

mod json;
mod operations;
mod schemas;

use std::io::Read;
use std::path::{Path, PathBuf};

use polywire_contract::{Contract, dump};
use polywire_diag::Diagnostic;
use polywire_read::Sources;

use crate::exit::{Context, Exit, Failure, Outcome};
use crate::output::{self, Format};
use crate::project::{self, MANIFEST};
use crate::sources::DiskSources;

/// The largest text that is read from standard input, in bytes.
const STDIN_BYTES_MAX: u64 = 64 << 20;

/// Prints the model of contracts: types, interfaces, operations and how they end, whatever format they are written in
#[derive(clap::Args)]
pub(crate) struct Model {
    /// Files, folders, or one workspace; `-` is standard input
    #[arg(default_value = ".")]
    paths: Vec<PathBuf>,
    /// A copy of what a reference names; a URI that ends in `/` stands for a folder. Nothing is ever fetched
    #[arg(long = "resource", value_name = "URI=PATH", value_parser = super::resource)]
    resources: Vec<(String, PathBuf)>,
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Model {
    pub(crate) fn run(self) -> Outcome {
        let mut sources = DiskSources::default();
        super::give(&mut sources, &self.resources)?;
        let (mut contract, mut diags) = (Contract::default(), Vec::new());
        let is_workspace = |path: &Path| path.is_dir() && path.join(MANIFEST).is_file();
        match self.paths.as_slice() {
            [path] if is_workspace(path) => {
                contract = project::open_into(path, &mut sources, &mut diags)?.contract;
            }
            paths => {
                if let Some(path) = paths.iter().find(|path| is_workspace(path)) {
                    let message = format!("{} is a workspace: it must be the only path", path.display());
                    return Err(Failure::usage(message));
                }
                for path in paths {
                    read(path, &mut sources, &mut contract, &mut diags)?;
                }
            }
        }
        match self.format {
            Format::Json => output::print_json(&json::model(&contract, sources.map())),
            _ => output::print(&dump(&contract)),
        }
        let has_errors = diags.iter().any(Diagnostic::is_error);
        output::note_diagnostics(sources.map(), &mut diags);
        Ok(if has_errors { Exit::Wrong } else { Exit::Ok })
    }
}

/// Reads a file, standard input, or every contract below a folder.
fn read(
    path: &Path,
    sources: &mut DiskSources,
    contract: &mut Contract,
    diags: &mut Vec<Diagnostic>,
) -> Result<(), Failure> {
    if path == Path::new("-") {
        let mut text = String::new();
        let mut input = std::io::stdin().take(STDIN_BYTES_MAX);
        input.read_to_string(&mut text).context("cannot read standard input")?;
        let file = sources.add("<stdin>", text);
        let reader = project::reader_of(sources, file).ok_or_else(|| {
            Failure::wrong("standard input is no contract that is known").help(project::known())
        })?;
        reader.read(file, sources, contract, diags);
        return Ok(());
    }
    if !path.is_dir() {
        return project::read_contract(path, sources, contract, diags).map(drop);
    }
    let found = project::contracts_below(path, sources);
    if found.is_empty() {
        output::note(&format!("no contract below {}", path.display()));
    }
    for (file, reader) in found {
        reader.read(file, sources, contract, diags);
    }
    Ok(())
}
