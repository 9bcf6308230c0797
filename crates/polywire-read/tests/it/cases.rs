//! Reading one contract from a folder on disk.

use std::path::{Component, Path, PathBuf};

use polywire_contract::{Contract, dump};
use polywire_diag::{Diagnostic, FileId, Format, SourceMap, render};
use polywire_read::{Missing, READERS, Sources};
use polywire_testkit::{Golden, cases, fixtures};

/// Texts on disk, below one folder.
pub(crate) struct Disk {
    map: SourceMap,
    root: PathBuf,
    loaded: Vec<(PathBuf, FileId)>,
}

impl Disk {
    pub(crate) fn new(root: &Path) -> Self {
        Disk { map: SourceMap::default(), root: root.to_path_buf(), loaded: Vec::new() }
    }

    fn add(&mut self, name: PathBuf) -> Result<FileId, Missing> {
        if let Some((_, known)) = self.loaded.iter().find(|(known, _)| *known == name) {
            return Ok(*known);
        }
        let text = std::fs::read_to_string(self.root.join(&name))
            .map_err(|_| Missing { reason: format!("there is no file `{}`", name.display()) })?;
        let file = self.map.add(name.display().to_string(), text);
        self.loaded.push((name, file));
        Ok(file)
    }
}

impl Sources for Disk {
    fn map(&self) -> &SourceMap {
        &self.map
    }

    fn load(&mut self, path: &str, from: FileId) -> Result<FileId, Missing> {
        if path.contains("://") {
            return Err(Missing { reason: "is not at hand".to_string() });
        }
        let beside = self.loaded.iter().find(|(_, file)| *file == from).and_then(|(name, _)| name.parent());
        let mut name = beside.unwrap_or(Path::new("")).to_path_buf();
        for part in Path::new(path).components() {
            match part {
                Component::ParentDir => drop(name.pop()),
                Component::CurDir => {}
                part => name.push(part),
            }
        }
        self.add(name)
    }
}

/// What one contract was read as.
pub(crate) struct Case {
    pub(crate) contract: Contract,
    pub(crate) diags: Vec<Diagnostic>,
    pub(crate) sources: Disk,
}

impl Case {
    pub(crate) fn errors(&self) -> usize {
        self.diags.iter().filter(|diagnostic| diagnostic.is_error()).count()
    }

    pub(crate) fn rendered(&self) -> String {
        render(self.sources.map(), &self.diags, Format::Text { color: false })
    }
}

/// Reads a file with the reader that recognises it.
pub(crate) fn read(root: &Path, name: &str) -> Case {
    let mut sources = Disk::new(root);
    let (mut contract, mut diags) = (Contract::default(), Vec::new());
    let file =
        sources.add(PathBuf::from(name)).unwrap_or_else(|missing| panic!("{name}: {}", missing.reason));
    let text = sources.map().text(file).to_string();
    let reader = READERS.iter().find(|reader| reader.recognises(name, &text));
    let reader = reader.unwrap_or_else(|| panic!("{name} is not recognised"));
    reader.read(file, &mut sources, &mut contract, &mut diags);
    Case { contract, diags, sources }
}

/// Holds the model, and what is said beside it, of every folder of contracts that has a file of this format.
pub(crate) fn models_are_expected(file_of: impl Fn(&Path) -> Option<String>) {
    let mut golden = Golden::default();
    for folder in cases(&fixtures("contracts")) {
        let Some(name) = file_of(&folder) else { continue };
        let case = read(&folder, &name);
        assert_eq!(case.errors(), 0, "{}: {}", folder.display(), case.rendered());
        golden.check(&folder.join("model.txt"), &dump(&case.contract));
        if !case.diags.is_empty() {
            golden.check(&folder.join("diag.txt"), &case.rendered());
        }
    }
    golden.finish();
}

/// Holds what is said of every folder of mistakes in a file of this format; the folder's name begins with a code of it.
pub(crate) fn mistakes_are_expected(file_of: impl Fn(&Path) -> Option<String>) {
    let mut golden = Golden::default();
    for folder in cases(&fixtures("errors")) {
        let Some(file) = file_of(&folder) else { continue };
        let name = folder.file_name().map(|name| name.to_string_lossy().to_string()).unwrap_or_default();
        let case = read(&folder, &file);
        assert!(case.diags.iter().any(|one| name.starts_with(one.code.id)), "{name}: {}", case.rendered());
        golden.check(&folder.join("diag.txt"), &case.rendered());
    }
    golden.finish();
}

/// The file of a name, where a folder has one.
pub(crate) fn named(name: &str) -> impl Fn(&Path) -> Option<String> {
    move |folder| folder.join(name).exists().then(|| name.to_string())
}

/// Texts that are not on disk.
#[derive(Default)]
pub(crate) struct Texts {
    map: SourceMap,
}

impl Texts {
    pub(crate) fn add(&mut self, name: &str, text: String) -> FileId {
        self.map.add(name, text)
    }
}

impl Sources for Texts {
    fn map(&self) -> &SourceMap {
        &self.map
    }

    fn load(&mut self, path: &str, _from: FileId) -> Result<FileId, Missing> {
        Err(Missing { reason: format!("there is no file `{path}`") })
    }
}
