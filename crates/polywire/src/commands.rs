//! The commands, sorted by name; each file holds its arguments beside what it does.

mod call;
mod check;
mod config;
mod drift;
mod explain;
mod export;
mod generate;
mod init;
mod lifecycle;
mod maps;
mod model;
mod origins;
mod ps;
mod schema;
mod serve;
mod transcode;
mod up;
mod validate;
mod version;

use clap::Parser;

use crate::exit::Outcome;

/// One contract, every language, any wire.
#[derive(Parser)]
#[command(name = "polywire", version, about, propagate_version = true, disable_help_subcommand = true)]
#[command(
    after_help = "Exit codes: 0 ok, 1 contract or input wrong, 2 usage, 3 environment, 70 a bug of ours"
)]
pub(crate) enum Command {
    Call(call::Call),
    Check(check::Check),
    Config(config::Config),
    Drift(drift::Drift),
    Explain(explain::Explain),
    Export(export::Export),
    Generate(generate::Generate),
    Init(init::Init),
    Model(model::Model),
    Ps(ps::Ps),
    Restart(lifecycle::Restart),
    Schema(schema::Schema),
    Serve(serve::Serve),
    Start(lifecycle::Start),
    Stop(lifecycle::Stop),
    Transcode(transcode::Transcode),
    Up(up::Up),
    Validate(validate::Validate),
    Version(version::Version),
}

impl Command {
    pub(crate) fn run(self) -> Outcome {
        match self {
            Command::Call(command) => command.run(),
            Command::Check(command) => command.run(),
            Command::Config(command) => command.run(),
            Command::Drift(command) => command.run(),
            Command::Explain(command) => command.run(),
            Command::Export(command) => command.run(),
            Command::Generate(command) => command.run(),
            Command::Init(command) => command.run(),
            Command::Model(command) => command.run(),
            Command::Ps(command) => command.run(),
            Command::Restart(command) => command.run(),
            Command::Schema(command) => command.run(),
            Command::Serve(command) => command.run(),
            Command::Start(command) => command.run(),
            Command::Stop(command) => command.run(),
            Command::Transcode(command) => command.run(),
            Command::Up(command) => command.run(),
            Command::Validate(command) => command.run(),
            Command::Version(command) => command.run(),
        }
    }
}
