//! What an emitter gives: texts by their path.

use std::collections::BTreeMap;

/// Texts by their path, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Files(BTreeMap<String, String>);

impl Files {
    /// One text.
    pub fn one(path: impl Into<String>, text: impl Into<String>) -> Self {
        let mut files = Files::default();
        files.insert(path, text);
        files
    }

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
