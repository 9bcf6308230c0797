//! What people and programs see: tables and JSON on stdout, all else on stderr.

use std::io::{IsTerminal, Write};

use clap::ValueEnum;
use comfy_table::{Table, presets};
use polywire_diag::{Diagnostic, SourceMap};

/// How a command prints its result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Default)]
pub(crate) enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
    /// Diagnostics as a SARIF 2.1.0 document.
    Sarif,
    /// Diagnostics as annotations of GitHub Actions.
    Github,
}

/// Writes to stdout; a reader that has gone away is no error.
pub(crate) fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Writes one line to stdout.
pub(crate) fn print_line(text: &str) {
    print(&format!("{text}\n"));
}

/// Writes one JSON value and a line feed to stdout.
pub(crate) fn print_json(value: &serde_json::Value) {
    print_line(&value.to_string());
}

/// Writes one line to stderr.
pub(crate) fn note(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Writes a question to stderr; the answer is typed behind it.
pub(crate) fn ask(question: &str) {
    let mut out = std::io::stderr().lock();
    let _ = out.write_all(question.as_bytes()).and_then(|()| out.flush());
}

/// Whether styles may be written to stdout.
pub(crate) fn color() -> bool {
    std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty())
}

/// Whether styles may be written to stderr.
pub(crate) fn color_stderr() -> bool {
    std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty())
}

/// An aligned table without frames.
pub(crate) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(head.iter().copied());
    for row in rows {
        table.add_row(row.clone());
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    let text = table.to_string();
    text.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// Renders diagnostics in the order of their places.
pub(crate) fn diagnostics(
    sources: &SourceMap,
    diags: &mut Vec<Diagnostic>,
    format: Format,
    color: bool,
) -> String {
    polywire_diag::sort(diags);
    let format = match format {
        Format::Text => polywire_diag::Format::Text { color },
        Format::Json => polywire_diag::Format::Json,
        Format::Sarif => polywire_diag::Format::Sarif,
        Format::Github => polywire_diag::Format::Github,
    };
    polywire_diag::render(sources, diags, format)
}

/// Shows diagnostics on stderr, for people.
pub(crate) fn note_diagnostics(sources: &SourceMap, diags: &mut Vec<Diagnostic>) {
    let text = diagnostics(sources, diags, Format::Text, color_stderr());
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

/// `1 error`, `2 errors`
pub(crate) fn count(number: usize, word: &str) -> String {
    if number == 1 { format!("1 {word}") } else { format!("{number} {word}s") }
}
