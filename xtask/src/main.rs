//! Project automation: `cargo xtask tidy`, `cargo xtask proof`.

mod proof;
mod tidy;

use std::path::{Path, PathBuf};

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

fn main() -> Result<()> {
    let root = root();
    match Task::parse() {
        Task::Tidy => {
            let found = tidy::check(&root)?;
            if !found.is_empty() {
                bail!("{} broken rules:\n{}", found.len(), found.join("\n"));
            }
            Ok(())
        }
        Task::Proof { names, list } => proof::run(&root, &names, list),
    }
}

/// The workspace's folder.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the workspace").to_path_buf()
}
