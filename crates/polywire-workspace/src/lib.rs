//! A workspace: `polywire.yaml`, its settings, its components as processes, and where a running one is found.
//!
//! Must never: read a contract, speak a protocol beyond the readiness check, decide how output looks.

pub mod config;
pub mod guard;
mod run_file;
mod schema;
pub mod settings;
pub mod supervisor;
pub mod survey;

pub use config::{Workspace, json_schema, load, load_map, reference};
pub use guard::{Exit, GUARD_ARGUMENT, GuardCommand, guard_main};
pub use run_file::{Found, RunFile};
pub use schema::parse_duration;
pub use supervisor::{
    ComponentSpec, Event, Facts, Ports, ReadyCheck, StartError, State, Status, Stream, Supervisor, Watcher,
    token,
};

polywire_diag::codes! {
    UNKNOWN_KEY = "PW-K0001",
    WRONG_VALUE = "PW-K0002",
    MISSING_KEY = "PW-K0003",
    NOT_YET = "PW-K0004",
    EXPRESSION = "PW-K0005",
    UNKNOWN_COMPONENT = "PW-K0006",
    UNUSABLE_NAME = "PW-K0007",
    LAYERS_DIFFER = "PW-K0101",
    WRONG_EXPRESSION = "PW-K0102",
    MISPLACED_SECRET = "PW-K0103",
    STRANGE_KEY = "PW-K0104",
    BREAKS_SCHEMA = "PW-K0105",
    UNKNOWN_TARGET = "PW-K0106",
}
