//! `polywire check [PATH…]`

use std::io::Read;
use std::path::{Path, PathBuf};

use polywire_contract::Contract;
use polywire_diag::Diagnostic;
use polywire_read::Sources;
use polywire_wire::{Compiler, SchemaOptions};

use crate::exit::{Context, Exit, Failure, Outcome};
use crate::output::{self, Format};
use crate::project::{self, MANIFEST};
use crate::sources::DiskSources;

/// The largest text that is read from standard input, in bytes.
const STDIN_BYTES_MAX: u64 = 64 << 20;
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
    /// A copy of what a reference names; a URI that ends in `/` stands for a folder. Nothing is ever fetched
    #[arg(long = "resource", value_name = "URI=PATH", value_parser = super::resource)]
    resources: Vec<(String, PathBuf)>,
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
        let mut sources = DiskSources::default();
        super::give(&mut sources, &self.resources)?;
        let mut diags = Vec::new();
        let mut found = Found::default();
        for path in &self.paths {
            if path.is_dir() && path.join(MANIFEST).is_file() {
                let project = project::open_into(path, &mut sources, &mut diags)?;
                found.count(&project.contract, project.files.len());
            } else {
                let (contract, files) = contracts(path, &mut sources, &mut diags)?;
                found.count(&contract, files);
            }
        }
        let errors = diags.iter().filter(|d| d.is_error()).count();
        output::print(&output::diagnostics(sources.map(), &mut diags, self.format, output::color()));
        output::note(&found.summary(errors, diags.len() - errors));
        Ok(if errors > 0 { Exit::Wrong } else { Exit::Ok })
    }
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

/// Reads one file, standard input, or every contract below a folder; each file is a contract of its own.
fn contracts(
    path: &Path,
    sources: &mut DiskSources,
    diags: &mut Vec<Diagnostic>,
) -> Result<(Contract, usize), Failure> {
    let mut contract = Contract::default();
    let before = diags.len();
    if path == Path::new("-") {
        let mut text = String::new();
        std::io::stdin()
            .take(STDIN_BYTES_MAX)
            .read_to_string(&mut text)
            .context("cannot read standard input")?;
        let file = sources.add("<stdin>", text);
        let reader = project::reader_of(sources, file).ok_or_else(|| {
            Failure::wrong("standard input is no contract that is known").help(project::known())
        })?;
        reader.read(file, sources, &mut contract, diags);
        compile(&contract, before, diags);
        return Ok((contract, 1));
    }
    if !path.is_dir() {
        project::read_contract(path, sources, &mut contract, diags)?;
        compile(&contract, before, diags);
        return Ok((contract, 1));
    }
    let found = project::contracts_below(path, sources);
    let files = found.len();
    for (file, reader) in found {
        // Files of a folder do not share names: each is read on its own, and only counted together.
        let mut own = Contract::default();
        let before = diags.len();
        reader.read(file, sources, &mut own, diags);
        compile(&own, before, diags);
        contract.operations.append(&mut own.operations);
        contract.types.append(&mut own.types);
    }
    if files == 0 {
        output::note(&format!("no contract below {}", path.display()));
    }
    Ok((contract, files))
}

/// Compiles the schemas of a contract without mistakes, which would stand from `before` on: this finds patterns that are
/// none.
fn compile(contract: &Contract, before: usize, diags: &mut Vec<Diagnostic>) {
    if contract.schemas.types.is_empty() || diags[before..].iter().any(Diagnostic::is_error) {
        return;
    }
    let work = || {
        let mut compiler = Compiler::new(contract);
        for schema in contract.schemas.types.values().take(SCHEMAS_MAX) {
            compiler.schema(*schema, &SchemaOptions::default(), diags);
        }
    };
    std::thread::scope(|scope| {
        let worker = std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, work);
        worker.map(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).ok();
    });
}
