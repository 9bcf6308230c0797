//! Reading contracts from disk or memory, and deriving their Protobuf side.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use polywire_contract::{Contract, InterfaceId, Lock, LockMode, derive_grpc};
use polywire_diag::{Diagnostic, FileId, Format, SourceMap, render};
use polywire_emit::{EMITTERS, Files, Interfaces, Options};
use polywire_read::{Missing, READERS, Sources};

/// Texts of a table, and files below a folder.
#[derive(Default)]
pub(crate) struct Texts {
    map: SourceMap,
    root: PathBuf,
    known: HashMap<String, FileId>,
}

impl Texts {
    pub(crate) fn below(root: &Path) -> Self {
        Texts { root: root.to_path_buf(), ..Texts::default() }
    }

    pub(crate) fn add(&mut self, name: &str, text: &str) -> FileId {
        let file = self.map.add(name, text);
        self.known.insert(name.into(), file);
        file
    }

    pub(crate) fn open(&mut self, name: &str) -> Result<FileId, Missing> {
        if let Some(file) = self.known.get(name) {
            return Ok(*file);
        }
        let missing = |_| Missing { reason: "no such file".into() };
        let text = std::fs::read_to_string(self.root.join(name)).map_err(missing)?;
        Ok(self.add(name, &text))
    }
}

impl Sources for Texts {
    fn map(&self) -> &SourceMap {
        &self.map
    }

    fn load(&mut self, path: &str, from: FileId) -> Result<FileId, Missing> {
        let mut folder: Vec<&str> = self.map.name(from).split('/').collect();
        folder.pop();
        for part in path.split('/') {
            match part {
                ".." if folder.is_empty() => return Err(Missing { reason: "outside".into() }),
                ".." => drop(folder.pop()),
                "." => {}
                part => folder.push(part),
            }
        }
        let name = folder.join("/");
        self.open(&name)
    }
}

/// A contract with what was said about it.
#[derive(Default)]
pub(crate) struct Case {
    pub(crate) contract: Contract,
    pub(crate) diags: Vec<Diagnostic>,
    pub(crate) texts: Texts,
}

impl Case {
    /// Reads a file with the reader that recognises it.
    pub(crate) fn read(&mut self, name: &str) {
        let file = self.texts.open(name).unwrap_or_else(|missing| panic!("{name}: {}", missing.reason));
        let text = self.texts.map().text(file).to_string();
        let reader = READERS.iter().find(|reader| reader.recognises(name, &text)).expect("a known format");
        reader.read(file, &mut self.texts, &mut self.contract, &mut self.diags);
    }

    pub(crate) fn derive(&mut self, lock: &mut Lock, mode: LockMode) {
        derive_grpc(&mut self.contract, "shop", lock, mode, &mut self.diags);
    }

    pub(crate) fn emit(&mut self, name: &str) -> Files {
        let all: Vec<InterfaceId> = (0..self.contract.interfaces.len() as u32).map(InterfaceId).collect();
        let emitter = EMITTERS.iter().find(|emitter| emitter.name() == name).expect("registered");
        let model = Interfaces { contract: &self.contract, ids: &all };
        emitter.emit(&model, &Options::default(), &mut self.diags)
    }

    pub(crate) fn rendered(&self) -> String {
        render(self.texts.map(), &self.diags, Format::Text { color: false })
    }

    pub(crate) fn has_errors(&self) -> bool {
        self.diags.iter().any(Diagnostic::is_error)
    }
}

/// The contract file of a folder of `fixtures/contracts`.
pub(crate) fn contract_of(folder: &Path) -> Option<String> {
    let own = format!("{}.proto", folder.file_name()?.to_string_lossy());
    ["openapi.yaml".to_string(), own].into_iter().find(|name| folder.join(name).exists())
}
