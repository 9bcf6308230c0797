//! The guard: a small second process that is the parent of every process of a run, so that none outlives it.
//!
//! The binary re-executes itself in a hidden mode that calls [`guard_main`]. The guard adopts every orphan
//! among its descendants and kills them all when its socket closes, however the other side ended.
//! Must never: know what a component is, decide on a restart, print.

mod client;
mod frame;
mod message;
mod serve;
mod tree;

use std::path::PathBuf;

pub(crate) use client::{Guard, Launch, Refused, Running};
pub use message::Exit;
pub(crate) use message::{Group, Refusal};
pub use serve::guard_main;

/// The first argument by which the binary learns that it is to be the guard.
pub const GUARD_ARGUMENT: &str = "--supervise-guard";

/// How a guard is started: usually the binary itself with [`GUARD_ARGUMENT`].
#[derive(Clone, Debug)]
pub struct GuardCommand {
    pub program: PathBuf,
    pub arguments: Vec<String>,
}

impl GuardCommand {
    /// Names the running binary as its own guard.
    pub fn this_program() -> std::io::Result<Self> {
        Ok(GuardCommand { program: std::env::current_exe()?, arguments: vec![GUARD_ARGUMENT.into()] })
    }
}
