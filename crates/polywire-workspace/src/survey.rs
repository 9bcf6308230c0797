//! What a repository consists of, as its files' names and texts tell: components, resources, calls, settings.
//!
//! Must never: read a disk, start a process, decide how it is shown. Every finding names the line that it rests on.

mod actions;
mod ansible;
mod assemble;
mod c;
mod cobol;
mod code;
mod compose;
mod docker;
mod dotenv;
mod file;
mod finding;
mod go;
mod java;
mod kubernetes;
mod make;
mod node;
mod python;
mod reference;
mod rust;
mod secret;
mod shell;
mod terraform;
mod url;
mod written;

pub use assemble::{Call, Component, Container, Duplicate, Survey, assemble};
pub use file::{File, escaped, is_test};
pub use finding::{
    Address, Export, Findings, Image, Part, Place, Port, PortUse, Protocol, Reference, Role, Serves, Setting,
    Start,
};
pub use written::{ContractFile, entries, manifest, own};

/// What knows one ecosystem's files.
pub trait Finder: Sync {
    /// The ecosystem's name: the file's stem.
    fn name(&self) -> &'static str;

    /// Whether a file is worth reading, by its path.
    fn wants(&self, path: &str) -> bool;

    /// Adds what one text says.
    fn find(&self, file: &File<'_>, found: &mut Findings);
}

/// Every finder, sorted by name.
pub const FINDERS: &[&dyn Finder] = &[
    &actions::Actions,
    &ansible::Ansible,
    &c::C,
    &cobol::Cobol,
    &code::Code,
    &compose::Compose,
    &docker::Docker,
    &dotenv::Dotenv,
    &go::Go,
    &java::Java,
    &kubernetes::Kubernetes,
    &make::Make,
    &node::Node,
    &python::Python,
    &rust::Rust,
    &shell::Shell,
    &terraform::Terraform,
];

/// Whether any finder wants to read a file. Tests and examples say nothing of the product.
pub fn wants(path: &str) -> bool {
    !is_test(path) && FINDERS.iter().any(|finder| finder.wants(path))
}

/// What one text says, to every finder that wants it.
pub fn find(path: &str, text: &str, found: &mut Findings) {
    let file = File::new(path, text);
    for finder in FINDERS.iter().filter(|finder| finder.wants(path)) {
        finder.find(&file, found);
    }
}
