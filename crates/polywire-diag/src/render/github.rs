//! Workflow commands: <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>.

use std::fmt::Write as _;

use super::Position;
use crate::{Diagnostic, Severity, SourceMap};

pub(super) fn render(sources: &SourceMap, diags: &[Diagnostic]) -> String {
    let mut out = String::new();
    for diag in diags {
        let command = match diag.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        let mut properties = String::new();
        if let Some(label) = diag.labels.first() {
            let Position { line, column, end_line, end_column } = Position::of(sources, label.span);
            let file = escape_property(sources.name(label.span.file));
            write!(properties, "file={file},line={line},endLine={end_line},col={column}")
                .expect("writing to a string succeeds");
            if line == end_line {
                // Here the last column is inclusive.
                write!(properties, ",endColumn={}", (end_column - 1).max(column))
                    .expect("writing to a string succeeds");
            }
            properties.push(',');
        }
        let title = escape_property(diag.code.id);
        let message = escape_data(&message(diag));
        writeln!(out, "::{command} {properties}title={title}::{message}")
            .expect("writing to a string succeeds");
    }
    out
}

/// The message, what is said at its place, and the help, each on a line.
fn message(diag: &Diagnostic) -> String {
    let label = diag.labels.first().map(|label| label.text.as_str()).filter(|text| !text.is_empty());
    let mut message = match label {
        Some(label) => format!("{}: {label}", diag.message),
        None => diag.message.clone(),
    };
    for help in &diag.help {
        message.push_str("\nhelp: ");
        message.push_str(help);
    }
    message
}

fn escape_data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn escape_property(text: &str) -> String {
    escape_data(text).replace(':', "%3A").replace(',', "%2C")
}
