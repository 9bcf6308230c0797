//! Where the texts come from that contracts name: arguments that several commands have.

use std::path::PathBuf;

use crate::exit::Failure;
use crate::sources::DiskSources;

/// Where imports and references lead.
#[derive(clap::Args)]
pub(super) struct Origins {
    /// A folder at which the imports of Protobuf files begin; several may be named
    #[arg(long = "import", value_name = "ROOT")]
    imports: Vec<PathBuf>,
    /// A copy of what a reference names; a URI that ends in `/` stands for a folder. Nothing is ever fetched
    #[arg(long = "resource", value_name = "URI=PATH", value_parser = resource)]
    resources: Vec<(String, PathBuf)>,
}

impl Origins {
    /// What loads texts from there.
    pub(super) fn sources(&self) -> Result<DiskSources, Failure> {
        let mut sources = DiskSources::with_roots(&self.imports)?;
        for (uri, path) in &self.resources {
            sources.give(uri, path).map_err(|missing| {
                Failure::environment(format!("--resource {uri}={}: {}", path.display(), missing.reason))
            })?;
        }
        Ok(sources)
    }
}

/// Reads `URI=PATH`.
fn resource(text: &str) -> Result<(String, PathBuf), String> {
    // A URI may have `=` in its query; a path seldom has one.
    let (uri, path) = text.rsplit_once('=').ok_or("must be URI=PATH")?;
    if uri.is_empty() || path.is_empty() {
        return Err("must be URI=PATH".into());
    }
    Ok((uri.to_string(), PathBuf::from(path)))
}
