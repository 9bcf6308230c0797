//! A file of the repository: its path in parts, its text with lines.

use std::cell::OnceCell;
use std::fmt::Write;

use polywire_diag::FileId;
use polywire_syntax::{Limits, Node};

use super::Place;

/// Bounds on the structured texts that are read here: manifests, not data.
const NODES_MAX: usize = 200_000;
const DEPTH_MAX: usize = 64;
const ALIASES_MAX: usize = 10_000;

/// One text, with its path from the repository's root, parts separated by `/`.
pub struct File<'a> {
    pub path: &'a str,
    pub text: &'a str,
    /// The byte at which each line starts, once somebody asks for it.
    lines: OnceCell<Vec<usize>>,
}

impl<'a> File<'a> {
    pub fn new(path: &'a str, text: &'a str) -> Self {
        File { path, text: text.trim_start_matches('\u{feff}'), lines: OnceCell::new() }
    }

    /// The last part of the path.
    pub fn name(&self) -> &'a str {
        name(self.path)
    }

    /// The folder, empty at the root.
    pub fn folder(&self) -> &'a str {
        folder(self.path)
    }

    /// The place of a line, from 1.
    pub fn line(&self, line: usize) -> Place {
        Place { file: self.path.to_string(), line: u32::try_from(line).unwrap_or(u32::MAX) }
    }

    /// The place of a byte.
    pub fn at(&self, byte: usize) -> Place {
        let lines = self.lines.get_or_init(|| {
            let breaks = memchr::memchr_iter(b'\n', self.text.as_bytes());
            std::iter::once(0).chain(breaks.map(|at| at + 1)).collect()
        });
        self.line(lines.partition_point(|start| *start <= byte))
    }

    /// The place of a node of the tree.
    pub fn of(&self, node: &Node) -> Place {
        self.at(node.span.start as usize)
    }

    /// Every line with its number, from 1.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &'a str)> {
        self.text.lines().enumerate().map(|(at, line)| (at + 1, line))
    }

    /// The place of the first line that has a text.
    pub fn first(&self, needle: &str) -> Option<Place> {
        self.text.find(needle).map(|at| self.at(at))
    }

    /// The documents of a YAML or JSON text; none where it has mistakes.
    pub fn documents(&self) -> Vec<Node> {
        let mut diags = Vec::new();
        let limits = Limits {
            nodes_max: NODES_MAX,
            depth_max: DEPTH_MAX,
            aliases_max: ALIASES_MAX,
            ..Limits::default()
        };
        polywire_syntax::parse_all(FileId(0), self.text, &limits, &mut diags)
    }

    /// The first document.
    pub fn document(&self) -> Option<Node> {
        self.documents().into_iter().next()
    }
}

pub(crate) fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

pub(crate) fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

pub(crate) fn extension(path: &str) -> &str {
    name(path).rsplit_once('.').map_or("", |(_, extension)| extension)
}

/// `a/b` and `c` make `a/b/c`; `..` and `.` are resolved, and nothing leads out of the repository.
pub(crate) fn join(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Whether `path` is `folder` or lies in it.
pub(crate) fn inside(path: &str, folder: &str) -> bool {
    folder.is_empty()
        || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether a file belongs to tests or examples: what it says is not of the product.
pub fn is_test(path: &str) -> bool {
    const FOLDERS: &[&str] = &[
        "test",
        "tests",
        "__tests__",
        "spec",
        "specs",
        "e2e",
        "testdata",
        "fixtures",
        "mocks",
        "__mocks__",
        "examples",
        "example",
        "benches",
        "cypress",
        "testing",
    ];
    let name = name(path);
    let stem = name.split_once('.').map_or(name, |(stem, _)| stem);
    folder(path).split('/').any(|part| FOLDERS.contains(&part))
        || stem.starts_with("test_")
        || stem.ends_with("_test")
        || stem.ends_with("_tests")
        || stem == "tests"
        || stem == "conftest"
        || (name.ends_with(".java") || name.ends_with(".kt"))
            && (stem.ends_with("Test") || stem.ends_with("Tests") || stem.ends_with("IT"))
        || name.contains(".test.")
        || name.contains(".spec.")
}

/// A text in one line: control characters and what turns the direction of writing are escaped.
pub fn escaped(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => shown.push_str("\\n"),
            '\t' => shown.push_str("\\t"),
            '\r' => shown.push_str("\\r"),
            c if c.is_control()
                || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}') =>
            {
                let _ = write!(shown, "\\u{{{:x}}}", c as u32);
            }
            c => shown.push(c),
        }
    }
    shown
}
