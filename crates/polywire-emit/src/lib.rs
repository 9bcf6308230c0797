//! The model as files: contracts in other formats now, code later.
//!
//! Must never: write to disk, know a transport, read a contract.

#![warn(clippy::disallowed_methods)]

mod openapi;
mod protobuf;

use std::collections::BTreeMap;

use polywire_contract::{Contract, InterfaceId};
use polywire_diag::Diagnostic;

polywire_diag::codes! {
    NOT_SAYABLE = "PW-E0101",
}

/// Every emitter, sorted by name.
pub const EMITTERS: &[&dyn Emitter] = &[&openapi::OpenApi, &protobuf::Protobuf];

/// Writes interfaces of the model in one format.
pub trait Emitter: Sync {
    /// The format's name: file stem, word on the command line, page of the manual.
    fn name(&self) -> &'static str;

    /// Pure: the same contract and interfaces give the same bytes. Only the binary writes files.
    fn emit(&self, contract: &Contract, interfaces: &[InterfaceId], diags: &mut Vec<Diagnostic>) -> Files;
}

/// Texts by their path, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Files(BTreeMap<String, String>);

impl Files {
    /// Adds a text; a path has one text.
    pub fn insert(&mut self, path: impl Into<String>, text: impl Into<String>) {
        self.0.insert(path.into(), text.into());
    }

    /// The text of a path.
    pub fn get(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(String::as_str)
    }

    /// Path and text of each, sorted by path.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }
}
