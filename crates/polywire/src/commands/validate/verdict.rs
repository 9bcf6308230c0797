//! A verdict as text and as JSON: each broken rule with its path and its place in the document.

use polywire_wire::{Refusal, Violation};
use serde_json::{Value, json};

use super::documents::Document;

/// How deep documents may nest.
pub(super) const DEPTH_MAX: u16 = 512;
/// What reading so deep takes.
pub(super) const STACK_BYTES: usize = 256 << 20;

/// What a document was found to be.
pub(super) struct Found {
    pub(super) refusal: Option<Refusal>,
    /// How many of its values were made a tree of.
    pub(super) trees: u32,
}

impl Found {
    pub(super) fn is_valid(&self) -> bool {
        self.refusal.is_none()
    }

    /// One line for the verdict, and one for each broken rule.
    pub(super) fn text(&self, document: &Document) -> String {
        let name = match document.line {
            Some(line) => format!("{}:{line}", document.name),
            None => document.name.clone(),
        };
        let Some(refusal) = &self.refusal else { return format!("{name}: valid\n") };
        let mut text = format!("{name}: not valid\n");
        for violation in &refusal.violations {
            let (line, column) = place(document, violation);
            let path = if violation.path.is_empty() { "(whole)" } else { &violation.path };
            let found = violation.found;
            text.push_str(&format!("  {line}:{column} {path}: {} (found {found})\n", violation.rule));
        }
        text
    }

    /// One object.
    pub(super) fn json(&self, document: &Document) -> Value {
        let mut object = json!({"document": document.name});
        if let Some(line) = document.line {
            object["line"] = line.into();
        }
        object["valid"] = self.is_valid().into();
        if let Some(refusal) = &self.refusal {
            object["malformed"] = refusal.malformed.into();
            let one = |violation: &Violation| {
                let (line, column) = place(document, violation);
                json!({
                    "path": violation.path,
                    "rule": violation.rule,
                    "found": violation.found,
                    "line": line,
                    "column": column,
                })
            };
            object["violations"] = refusal.violations.iter().map(one).collect();
        }
        object
    }
}

/// Line and column of a violation, both from 1; columns count bytes.
fn place(document: &Document, violation: &Violation) -> (u64, usize) {
    let before = &document.bytes[..(violation.offset as usize).min(document.bytes.len())];
    let lines = before.iter().filter(|byte| **byte == b'\n').count() as u64;
    let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    (document.line.unwrap_or(1) + lines, before.len() - start + 1)
}
