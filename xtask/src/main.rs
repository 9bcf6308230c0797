//! Project automation: `cargo xtask tidy`, `cargo xtask proof`.

mod proof;
mod tidy;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::Parser;

#[derive(Parser)]
#[command(name = "xtask", about = "Automation of the Polywire project")]
enum Task {
    /// Holds the rules of the house: arrows, registries, purity, sizes.
    Tidy,
    /// Runs the long proofs: servers, real clients, fuzzing, load.
    Proof {
        /// Which ones; all where none is named.
        names: Vec<String>,
        /// Shows the names.
        #[arg(long)]
        list: bool,
    },
}

fn main() -> ExitCode {
    match run(Task::parse(), &root()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Not as `Debug`: a stack trace says nothing about a broken rule.
            let _ = writeln!(std::io::stderr(), "error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task, root: &Path) -> Result<()> {
    match task {
        Task::Tidy => {
            let found = tidy::check(root)?;
            if !found.is_empty() {
                bail!("{} broken rules:\n{}", found.len(), found.join("\n"));
            }
            Ok(())
        }
        Task::Proof { names, list } => proof::run(root, &names, list),
    }
}

/// The workspace's folder.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the workspace").to_path_buf()
}
