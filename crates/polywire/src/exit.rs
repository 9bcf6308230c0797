//! Exit codes, and failures that carry one.

use std::fmt;
use std::process::ExitCode;

/// How the command ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// It did what was asked.
    Ok,
    /// The contract or the input is wrong.
    Wrong,
    /// The command line is wrong.
    Usage,
    /// The environment: a missing file, tool or server.
    Environment,
    /// A bug of Polywire.
    Bug,
    /// What a command that was run for the user ended with.
    Status(u8),
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(match exit {
            Exit::Ok => 0,
            Exit::Wrong => 1,
            Exit::Usage => 2,
            Exit::Environment => 3,
            Exit::Bug => 70,
            Exit::Status(status) => status,
        })
    }
}

/// Why a command stopped; the message is shown as `error: …`.
#[derive(Debug)]
pub(crate) struct Failure {
    pub exit: Exit,
    pub message: String,
    pub help: Option<String>,
}

pub(crate) type Outcome = Result<Exit, Failure>;

impl Failure {
    pub(crate) fn wrong(message: impl Into<String>) -> Self {
        Failure { exit: Exit::Wrong, message: message.into(), help: None }
    }

    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Failure { exit: Exit::Usage, message: message.into(), help: None }
    }

    pub(crate) fn environment(message: impl Into<String>) -> Self {
        Failure { exit: Exit::Environment, message: message.into(), help: None }
    }

    pub(crate) fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// An error of the operating system is the environment's, with what was tried.
pub(crate) trait Context<T> {
    fn context(self, what: impl fmt::Display) -> Result<T, Failure>;
}

impl<T, E: fmt::Display> Context<T> for Result<T, E> {
    fn context(self, what: impl fmt::Display) -> Result<T, Failure> {
        self.map_err(|error| Failure::environment(format!("{what}: {error}")))
    }
}
