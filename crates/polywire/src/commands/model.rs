//! `polywire model [PATH…]`

mod json;
mod operations;
mod schemas;

use std::path::{Path, PathBuf};

use polywire_contract::{Contract, dump};
use polywire_diag::Diagnostic;
use polywire_read::Sources;

use super::origins::Origins;
use crate::exit::{Exit, Failure, Outcome};
use crate::output::{self, Format};
use crate::project::{self, MANIFEST};

/// Prints the model of contracts: types, interfaces, operations and how they end, whatever format they are written in
#[derive(clap::Args)]
pub(crate) struct Model {
    /// Files, folders, or one workspace; `-` is standard input
    #[arg(default_value = ".")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    origins: Origins,
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Model {
    pub(crate) fn run(self) -> Outcome {
        let mut sources = self.origins.sources()?;
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
                    for (file, reader) in project::contracts_at(path, &mut sources)? {
                        reader.read(file, &mut sources, &mut contract, &mut diags);
                    }
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
