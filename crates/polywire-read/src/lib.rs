//! Contract text as the model: one file or folder per format.
//!
//! Must never: read a file itself (a [`Sources`] does), stop at the first mistake, guess.

#![warn(clippy::disallowed_methods)]

mod codes;
mod json_schema;
mod openapi;
mod protobuf;
mod sql;

pub use codes::CODES;

use polywire_contract::Contract;
use polywire_diag::{Diagnostic, FileId, SourceMap, Span};

/// Where texts come from: the disk in the binary, a table in tests.
pub trait Sources {
    /// Every text that was loaded so far.
    fn map(&self) -> &SourceMap;

    /// Loads what `path` means when it stands in `from`, once: a second call gives the same number.
    fn load(&mut self, path: &str, from: FileId) -> Result<FileId, Missing>;

    /// Loads what `path` means below the first import root that has it; none where there are no roots, or none has it.
    fn import(&mut self, _path: &str) -> Option<FileId> {
        None
    }

    /// The bytes of a file that is no text; its text is what [`text_of_bytes`] made of them.
    fn bytes(&self, _file: FileId) -> Option<&[u8]> {
        None
    }
}

/// A text that stands for a binary contract, so that places in it can be shown; none where the bytes are no such contract.
///
/// What is read is the bytes: sources keep them for [`Sources::bytes`].
pub fn text_of_bytes(bytes: &[u8]) -> Option<String> {
    protobuf::listing(bytes)
}

/// A text that could not be loaded, and why, in words for people.
#[derive(Debug)]
pub struct Missing {
    pub reason: String,
}

/// Reads one format into the model.
pub trait Reader: Sync {
    /// The format's name: file stem, key, page of the manual.
    fn name(&self) -> &'static str;

    /// Whether a text looks like this format, by its content.
    fn recognises(&self, name: &str, text: &str) -> bool;

    /// Appends what `file` says to the contract, and what is wrong with it to `diags`.
    fn read(
        &self,
        file: FileId,
        sources: &mut dyn Sources,
        contract: &mut Contract,
        diags: &mut Vec<Diagnostic>,
    );
}

/// Every reader, sorted by name.
pub const READERS: &[&dyn Reader] =
    &[&json_schema::JsonSchema, &openapi::OpenApi, &protobuf::Protobuf, &sql::Sql];

/// The start of a file, for mistakes that have no better place.
pub fn start_of(file: FileId) -> Span {
    Span::new(file, 0, 0)
}
