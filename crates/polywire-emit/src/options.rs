//! What can be chosen of an emitter's output.

use std::collections::BTreeMap;

/// An option that an emitter knows.
pub struct OptionRow {
    /// As in `polywire.yaml`.
    pub name: &'static str,
    /// The values that there are; none where any text will do.
    pub values: &'static [&'static str],
    /// What holds where nothing is chosen; empty where that depends.
    pub default: &'static str,
    pub doc: &'static str,
}

/// Where the text goes, and what was chosen.
#[derive(Clone, Debug, Default)]
pub struct Options {
    path: String,
    chosen: BTreeMap<String, String>,
}

impl Options {
    /// Options for a file of this path; `/` parts its folders.
    pub fn new(path: impl Into<String>) -> Self {
        Options { path: path.into(), chosen: BTreeMap::new() }
    }

    /// Chooses a value; the caller has checked it against [`OptionRow::values`].
    pub fn choose(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.chosen.insert(name.into(), value.into());
    }

    /// The file that is written.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Another file in the same folder.
    pub fn beside(&self, name: &str) -> String {
        match self.path.rsplit_once('/') {
            Some((folder, _)) => format!("{folder}/{name}"),
            None => name.to_owned(),
        }
    }

    /// The name of the file without its folder and its last suffix.
    pub fn stem(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        name.rsplit_once('.').map_or(name, |(stem, _)| stem)
    }

    /// What was chosen.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.chosen.get(name).map(String::as_str)
    }

    /// Whether this value was chosen.
    pub fn is(&self, name: &str, value: &str) -> bool {
        self.get(name) == Some(value)
    }
}
