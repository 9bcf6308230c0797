//! One JSON object for each diagnostic, one a line.

use serde::Serialize;

use super::Position;
use crate::{Diagnostic, SourceMap, Span};

#[derive(Serialize)]
struct Line<'a> {
    code: &'a str,
    severity: &'a str,
    message: &'a str,
    #[serde(flatten)]
    place: Option<Place<'a>>,
    labels: Vec<LabelOf<'a>>,
    help: &'a [String],
}

#[derive(Serialize)]
struct Place<'a> {
    file: &'a str,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
}

#[derive(Serialize)]
struct LabelOf<'a> {
    #[serde(flatten)]
    place: Place<'a>,
    text: &'a str,
}

pub(super) fn render(sources: &SourceMap, diags: &[Diagnostic]) -> String {
    let mut out = String::new();
    for diag in diags {
        let line = Line {
            code: diag.code.id,
            severity: diag.severity.name(),
            message: &diag.message,
            place: diag.labels.first().map(|label| place(sources, label.span)),
            labels: diag
                .labels
                .iter()
                .map(|label| LabelOf { place: place(sources, label.span), text: &label.text })
                .collect(),
            help: &diag.help,
        };
        out.push_str(&serde_json::to_string(&line).expect("text and numbers are always JSON"));
        out.push('\n');
    }
    out
}

fn place(sources: &SourceMap, span: Span) -> Place<'_> {
    let Position { line, column, end_line, end_column } = Position::of(sources, span);
    Place { file: sources.name(span.file), line, column, end_line, end_column }
}
