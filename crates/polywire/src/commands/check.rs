//! `polywire check [PATH…]`

mod maps;

use std::path::{Path, PathBuf};

use polywire_contract::Contract;
use polywire_diag::Diagnostic;
use polywire_read::Sources;
use polywire_wire::{Compiler, SchemaOptions};

use super::origins::Origins;
use crate::exit::{Exit, Failure, Outcome};
use crate::output::{self, Format};
use crate::project::{self, MANIFEST};

/// How many schemas of one contract are compiled.
const SCHEMAS_MAX: usize = 500;
/// What compiling schemas takes that are deep inside one another.
const STACK_BYTES: usize = 256 << 20;

/// Checks contracts and workspaces: every mistake with its place
#[derive(clap::Args)]
pub(crate) struct Check {
    /// Files and folders; `-` is standard input; a folder with a polywire.yaml is checked as a workspace
    #[arg(default_value = ".")]
    paths: Vec<PathBuf>,
    /// Shows what is proposed for the maps between types that polywire.yaml asks for, and confirms it in polywire.lock
    #[arg(long)]
    accept: bool,
    #[command(flatten)]
    origins: Origins,
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Default)]
struct Found {
    contracts: usize,
    operations: usize,
    types: usize,
}

impl Check {
    pub(crate) fn run(self) -> Outcome {
        let mut sources = self.origins.sources()?;
        let mut diags = Vec::new();
        let mut found = Found::default();
        for path in &self.paths {
            if path.is_dir() && path.join(MANIFEST).is_file() {
                let before = diags.len();
                let mut project = project::open_into(path, &mut sources, &mut diags)?;
                found.count(&project.contract, project.files.len());
                if let Some(config) = &project.config {
                    project::check_settings(path, &project.name, config, &mut sources, &mut diags)?;
                }
                // Mistakes in what maps are made of come first.
                match diags[before..].iter().any(Diagnostic::is_error) {
                    true => {}
                    false if self.accept => maps::accept(&mut project, self.format, &mut diags)?,
                    false => maps::check(&mut project, &mut diags),
                }
            } else if self.accept {
                return Err(no_workspace(path));
            } else {
                for (file, reader) in project::contracts_at(path, &mut sources)? {
                    let (mut contract, before) = (Contract::default(), diags.len());
                    reader.read(file, &mut sources, &mut contract, &mut diags);
                    compile(&contract, before, &mut diags);
                    found.count(&contract, 1);
                }
            }
        }
        output::print(&output::diagnostics(sources.map(), &mut diags, self.format, output::color()));
        // Files that import the same file say the same of it: what is shown counts.
        let errors = diags.iter().filter(|d| d.is_error()).count();
        output::note(&found.summary(errors, diags.len() - errors));
        Ok(if errors > 0 { Exit::Wrong } else { Exit::Ok })
    }
}

fn no_workspace(path: &Path) -> Failure {
    let message = format!("{} is no workspace, and maps are confirmed in one", path.display());
    Failure::usage(message).help("name a folder with a polywire.yaml that has `maps`")
}

impl Found {
    fn count(&mut self, contract: &Contract, files: usize) {
        self.contracts += files;
        self.operations += contract.operations.len();
        self.types += contract.types.iter().filter(|ty| ty.name.is_some()).count();
    }

    fn summary(&self, errors: usize, warnings: usize) -> String {
        let verdict = match (errors, warnings) {
            (0, 0) => "no mistakes".to_string(),
            (errors, warnings) => {
                format!("{}, {}", output::count(errors, "error"), output::count(warnings, "warning"))
            }
        };
        format!(
            "checked {}: {}, {}: {verdict}",
            output::count(self.contracts, "contract"),
            output::count(self.operations, "operation"),
            output::count(self.types, "named type"),
        )
    }
}

/// Compiles the schemas of a contract without mistakes, which would stand from `before` on: this finds patterns that are
/// none.
fn compile(contract: &Contract, before: usize, diags: &mut Vec<Diagnostic>) {
    let schemas = &contract.schemas;
    if schemas.types.is_empty() && schemas.beside.is_empty()
        || diags[before..].iter().any(Diagnostic::is_error)
    {
        return;
    }
    let work = || {
        let mut compiler = Compiler::new(contract);
        for schema in schemas.types.values().chain(schemas.beside.values()).take(SCHEMAS_MAX) {
            compiler.schema(*schema, &SchemaOptions::default(), diags);
        }
    };
    std::thread::scope(|scope| {
        let worker = std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, work);
        worker.map(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).ok();
    });
}
