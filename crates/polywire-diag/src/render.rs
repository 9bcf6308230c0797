//! Diagnostics as text for people and as data for programs.

mod excerpt;
mod github;
mod json;
mod sarif;
mod text;

use crate::{Diagnostic, SourceMap, Span};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people, with excerpts; `color` writes ANSI styles.
    Text { color: bool },
    /// One JSON object a line.
    Json,
    /// One SARIF 2.1.0 document, for code hosts and editors.
    Sarif,
    /// Commands of GitHub's workflows, one a line, which become annotations.
    Github,
}

/// Renders diagnostics in the order given.
pub fn render(sources: &SourceMap, diags: &[Diagnostic], format: Format) -> String {
    match format {
        Format::Text { color } => text::render(sources, diags, color),
        Format::Json => json::render(sources, diags),
        Format::Sarif => sarif::render(sources, diags),
        Format::Github => github::render(sources, diags),
    }
}

/// A span as people and programs count: lines and columns from 1, the end exclusive.
struct Position {
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
}

impl Position {
    fn of(sources: &SourceMap, span: Span) -> Self {
        let (line, column) = sources.position(span.file, span.start);
        let (end_line, end_column) = sources.position(span.file, span.end.max(span.start));
        Position { line, column, end_line, end_column }
    }
}
