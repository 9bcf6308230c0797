//! What is wrong with something that a user wrote: codes, spans, diagnostics and how they are shown.
//!
//! Must never: read a file, know a contract format, decide an exit code.

#![warn(clippy::disallowed_methods)]

mod order;
mod render;
mod span;

pub use order::sort;
pub use render::{Format, render};
pub use span::{FileId, SourceMap, Span};

/// A kind of mistake: its stable number, and the page that `polywire explain` shows.
///
/// Numbers are `PW-`, a letter for the crate that raises it, four digits; they are never reused.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    pub id: &'static str,
    /// Markdown; the first line is a heading with the id and a title.
    pub page: &'static str,
}

/// Declares the codes of a crate: constants, and `CODES` with all of them.
///
/// `codes! { UNKNOWN_KEY = "PW-S0102" }` takes its page from `../codes/PW-S0102.md`, seen from the file that calls it.
#[macro_export]
macro_rules! codes {
    ($($name:ident = $id:literal),* $(,)?) => {
        $(pub static $name: $crate::Code = $crate::Code { id: $id, page: include_str!(concat!("../codes/", $id, ".md")) };)*
        /// Every code of this crate, sorted by number.
        pub static CODES: &[&$crate::Code] = &[$(&$name),*];
    };
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Error,
    Warning,
    Note,
}

impl Severity {
    /// The word shown to people and programs.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        }
    }
}

/// A place in a source with what is to be said there; the text may be empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    pub span: Span,
    pub text: String,
}

/// One mistake. The message is a fragment: lower case, no full stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    pub code: &'static Code,
    pub severity: Severity,
    pub message: String,
    /// The first label is the primary place.
    pub labels: Vec<Label>,
    pub help: Vec<String>,
}

impl Diagnostic {
    pub fn error(code: &'static Code, message: impl Into<String>) -> Self {
        Diagnostic {
            code,
            severity: Severity::Error,
            message: message.into(),
            labels: Vec::new(),
            help: Vec::new(),
        }
    }

    pub fn warning(code: &'static Code, message: impl Into<String>) -> Self {
        Diagnostic { severity: Severity::Warning, ..Diagnostic::error(code, message) }
    }

    /// Adds a place; the first one added is the primary one.
    pub fn at(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// Says how to fix it; only where the fix can be named.
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }

    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// Finds the candidate that `name` was most likely meant to be: at most a third of its letters differ.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (name.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(far, _)| *far <= limit)
        .min_by_key(|(far, _)| *far)
        .map(|(_, candidate)| candidate)
}

/// Levenshtein's distance in code points, letters compared without case.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().flat_map(char::to_lowercase).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().flat_map(char::to_lowercase).enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = (diagonal + usize::from(x != *y)).min(above + 1).min(row[j] + 1);
            diagonal = above;
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_names_a_likely_typo_only() {
        assert_eq!(nearest("contrcat", ["contract", "run"]), Some("contract"));
        assert_eq!(nearest("Run", ["contract", "run"]), Some("run"));
        assert_eq!(nearest("zzz", ["contract", "run"]), None);
    }
}
