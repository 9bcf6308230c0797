//! The command line: one file per command.

mod admin;
mod codes;
mod commands;
mod control;
mod convert;
mod exit;
mod gateway;
mod generated;
mod log;
mod output;
mod project;
mod signals;
mod sources;
mod supervised;
mod together;
mod watch;

use std::ffi::OsString;

use clap::Parser;

pub use exit::Exit;

/// Parses the arguments, runs the command, says what went wrong.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let command = match commands::Command::try_parse_from(arguments) {
        Ok(command) => command,
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage } else { Exit::Ok };
        }
    };
    match command.run() {
        Ok(exit) => exit,
        Err(failure) => {
            output::note(&format!("error: {failure}"));
            if let Some(help) = &failure.help {
                output::note(&format!("  help: {help}"));
            }
            failure.exit
        }
    }
}
