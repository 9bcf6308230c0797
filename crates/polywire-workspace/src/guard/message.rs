//! What the two sides of the guard's socket say to each other.

use std::{fmt, path::PathBuf};

use serde::{Deserialize, Serialize};

/// What polywire asks of the guard. A launch is followed by three descriptors: stdin, stdout, stderr.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Request {
    Launch {
        id: u32,
        words: Vec<String>,
        folder: PathBuf,
        /// Added to the environment that the guard itself has.
        environment: Vec<(String, String)>,
        group: Group,
        /// An environment entry by which descendants that left the process group are recognised.
        marker: Option<String>,
    },
    /// SIGTERM to the process and its group, SIGKILL to what is left of it after the grace.
    Stop { id: u32, grace_ms: u64 },
    /// A signal to the process alone.
    Signal { id: u32, signal: i32 },
}

/// The process group that a new process joins.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) enum Group {
    /// A group of its own; what is left of the group is killed when the process ends.
    Own,
    /// The group with this number, so that the terminal's signals reach it too.
    Join(i32),
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Reply {
    Launched {
        id: u32,
        pid: i32,
    },
    Refused {
        id: u32,
        refusal: Refusal,
    },
    /// The process has ended, and what was left of its group is gone or has been killed.
    Ended {
        id: u32,
        exit: Exit,
    },
}

/// Why a process could not be launched.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Refusal {
    NotFound,
    Other(String),
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Exit {
    Code(i32),
    Signal(i32),
    /// The guard was lost, so nobody knows.
    Unknown,
}

impl Exit {
    pub fn is_success(self) -> bool {
        self == Exit::Code(0)
    }

    /// The exit status by which a shell would report it: 128 and the signal's number for a signal.
    pub fn shell_status(self) -> u8 {
        match self {
            Exit::Code(code) => (code & 0xff) as u8,
            Exit::Signal(signal) => (128 + (signal & 0x7f)) as u8,
            Exit::Unknown => 70,
        }
    }
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Exit::Code(code) => write!(f, "exit status {code}"),
            Exit::Signal(signal) => match signal_name(*signal) {
                Some(name) => write!(f, "killed by {name}"),
                None => write!(f, "killed by signal {signal}"),
            },
            Exit::Unknown => f.write_str("its end was not seen"),
        }
    }
}

fn signal_name(signal: i32) -> Option<&'static str> {
    use rustix::process::Signal;
    [
        (Signal::HUP, "SIGHUP"),
        (Signal::INT, "SIGINT"),
        (Signal::QUIT, "SIGQUIT"),
        (Signal::ILL, "SIGILL"),
        (Signal::ABORT, "SIGABRT"),
        (Signal::BUS, "SIGBUS"),
        (Signal::FPE, "SIGFPE"),
        (Signal::KILL, "SIGKILL"),
        (Signal::SEGV, "SIGSEGV"),
        (Signal::PIPE, "SIGPIPE"),
        (Signal::TERM, "SIGTERM"),
    ]
    .into_iter()
    .find(|(known, _)| known.as_raw() == signal)
    .map(|(_, name)| name)
}
