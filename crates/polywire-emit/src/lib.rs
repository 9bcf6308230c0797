//! The model as files: contracts in other formats, settings in the formats and languages that read them.
//!
//! Must never: write to disk, know a transport, read a contract.

#![warn(clippy::disallowed_methods)]

mod files;
mod openapi;
mod options;
mod protobuf;
pub mod settings;
mod stamp;

use polywire_contract::{Contract, InterfaceId};
use polywire_diag::Diagnostic;

pub use files::Files;
pub use options::{OptionRow, Options};
pub use stamp::{Stamp, stamp, stamp_of};

polywire_diag::codes! {
    NOT_SAYABLE = "PW-E0101",
    SETTING_NOT_SAYABLE = "PW-E0201",
}

/// Writes a model in one format or language.
pub trait Emitter<Model: ?Sized>: Sync {
    /// The format's name: file stem, word on the command line, page of the manual.
    fn name(&self) -> &'static str;

    /// What is written and for whom, in a line.
    fn about(&self) -> &'static str;

    /// What can be chosen.
    fn options(&self) -> &'static [OptionRow] {
        &[]
    }

    /// Pure: the same model and options give the same bytes. Only the binary writes files.
    fn emit(&self, model: &Model, options: &Options, diags: &mut Vec<Diagnostic>) -> Files;
}

/// Interfaces, and the contract that they stand in.
#[derive(Clone, Copy)]
pub struct Interfaces<'a> {
    pub contract: &'a Contract,
    /// Those that are written.
    pub ids: &'a [InterfaceId],
}

/// Every format that interfaces are exported to, sorted by name.
pub const EMITTERS: &[&dyn for<'a> Emitter<Interfaces<'a>>] = &[&openapi::OpenApi, &protobuf::Protobuf];
