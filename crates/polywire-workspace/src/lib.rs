//! A workspace: `polywire.yaml`, its components as processes, and where a running one is found.
//!
//! Must never: read a contract, speak a protocol beyond the readiness check, decide how output looks.

pub mod guard;
mod run_file;
pub mod supervisor;

pub use guard::{Exit, GUARD_ARGUMENT, GuardCommand, guard_main};
pub use run_file::{Found, RunFile};
pub use supervisor::{
    ComponentSpec, Event, Facts, Ports, ReadyCheck, StartError, State, Status, Stream, Supervisor, Watcher,
    token,
};
