//! `polywire schema`

use crate::exit::{Exit, Outcome};
use crate::output::{self, Format};

/// Prints the JSON Schema of polywire.yaml, for editors
#[derive(clap::Args)]
pub(crate) struct Schema {
    /// `json` is one line.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Schema {
    pub(crate) fn run(self) -> Outcome {
        let schema = polywire_workspace::json_schema();
        match self.format {
            Format::Json => output::print_json(&schema),
            _ => output::print_line(&serde_json::to_string_pretty(&schema).expect("a JSON value prints")),
        }
        Ok(Exit::Ok)
    }
}
