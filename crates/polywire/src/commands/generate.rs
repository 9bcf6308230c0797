//! `polywire generate WHAT`: files made of the model. One file per thing that is generated.

mod config;

use crate::exit::Outcome;

/// Writes files from what is written once
#[derive(clap::Args)]
pub(crate) struct Generate {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    Config(config::GenerateConfig),
}

impl Generate {
    pub(crate) fn run(self) -> Outcome {
        match self.what {
            What::Config(command) => command.run(),
        }
    }
}
