//! Generated files on the disk: all are written or none, an edit by hand is never lost, and what would change can be shown.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use polywire_emit::{Files, Stamp, stamp, stamp_of};
use similar::TextDiff;

use crate::exit::{Context, Failure};
use crate::sources::reason;
use crate::together::{self, Draft, Place};

/// How a file on the disk stands to what would be generated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// The same.
    Same,
    /// Not there.
    New,
    /// Generated from an older state.
    Stale,
    /// Generated, and edited since.
    Edited,
    /// Somebody else's.
    Foreign,
}

impl State {
    /// Whether it may be written over.
    pub(crate) fn is_ours(self) -> bool {
        !matches!(self, State::Edited | State::Foreign)
    }
}

/// A file that would be generated.
pub(crate) struct Generated {
    /// As it is named in `polywire.yaml`.
    pub(crate) name: String,
    pub(crate) target: &'static str,
    path: PathBuf,
    text: String,
    /// What is there.
    found: Option<String>,
    pub(crate) state: State,
}

/// What is generated, by name.
#[derive(Default)]
pub(crate) struct Output(BTreeMap<String, Generated>);

impl Output {
    /// Adds the files of one target; a file that another target has already is given back.
    pub(crate) fn add(
        &mut self,
        folder: &Path,
        target: &'static str,
        files: &Files,
    ) -> Result<Option<String>, Failure> {
        for (name, text) in files.iter() {
            if self.0.contains_key(name) {
                return Ok(Some(name.to_owned()));
            }
            let path = folder.join(name);
            let text = stamp(text);
            let found = read(&path)?;
            let state = state(&text, found.as_deref());
            let generated = Generated { name: name.to_owned(), target, path, text, found, state };
            self.0.insert(name.to_owned(), generated);
        }
        Ok(None)
    }

    /// Every file, sorted by name.
    pub(crate) fn files(&self) -> impl Iterator<Item = &Generated> {
        self.0.values()
    }

    /// Writes what is not the same; all of it or nothing.
    pub(crate) fn write(&self) -> Result<(), Failure> {
        let files = self.files().filter(|file| file.state != State::Same);
        let drafts = files.map(|file| Draft { path: file.path.clone(), text: &file.text, place: Place::Any });
        together::write(&drafts.collect::<Vec<_>>())
    }
}

impl Generated {
    /// What would change, as a unified diff. Of a file that was edited only the lines are named: who knows what was typed
    /// there.
    pub(crate) fn difference(&self) -> String {
        let old = self.found.as_deref().unwrap_or_default();
        let diff = TextDiff::from_lines(old, &self.text);
        if self.state.is_ours() {
            let (before, after) = match self.state {
                State::New => ("/dev/null".to_owned(), format!("b/{}", self.name)),
                _ => (format!("a/{}", self.name), format!("b/{}", self.name)),
            };
            return diff.unified_diff().header(&before, &after).to_string();
        }
        let lines: Vec<String> = diff
            .iter_all_changes()
            .filter(|change| change.tag() == similar::ChangeTag::Delete)
            .filter_map(|change| change.old_index().map(|at| (at + 1).to_string()))
            .collect();
        let shown =
            if lines.len() > 12 { format!("{}, …", lines[..12].join(", ")) } else { lines.join(", ") };
        match lines.as_slice() {
            [] => format!("{}: lines are missing\n", self.name),
            _ => format!("{}: differs in its lines {shown}\n", self.name),
        }
    }
}

fn state(text: &str, found: Option<&str>) -> State {
    let Some(found) = found else { return State::New };
    if found == text {
        return State::Same;
    }
    match (stamp_of(found), stamp_of(text)) {
        (Stamp::Whole, _) => State::Stale,
        // What has no mark by choice cannot be told from an older state.
        (_, Stamp::None) => State::Stale,
        (Stamp::Edited, _) => State::Edited,
        (Stamp::None, _) if found.is_empty() => State::Stale,
        (Stamp::None, _) => State::Foreign,
    }
}

fn read(path: &Path) -> Result<Option<String>, Failure> {
    match std::fs::read(path) {
        // What is no text is somebody else's.
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(reason(&error)).context(path.display()),
    }
}
