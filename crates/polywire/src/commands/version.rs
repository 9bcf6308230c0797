//! `polywire version`

use serde_json::json;

use crate::exit::{Exit, Outcome};
use crate::output::{self, Format};

/// Prints the version
#[derive(clap::Args)]
pub(crate) struct Version {
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Version {
    pub(crate) fn run(self) -> Outcome {
        let version = env!("CARGO_PKG_VERSION");
        match self.format {
            Format::Json => output::print_json(&json!({"name": "polywire", "version": version})),
            _ => output::print_line(&format!("polywire {version}")),
        }
        Ok(Exit::Ok)
    }
}
