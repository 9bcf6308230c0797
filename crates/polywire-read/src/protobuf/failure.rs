//! What protox found wrong, as located diagnostics of our own.

use miette::{Diagnostic as Report, LabeledSpan};
use polywire_diag::{Code, Diagnostic, FileId, Span};
use prost_reflect::DescriptorError;

use crate::codes::{PROTO_DEFINITION, PROTO_SYNTAX};
use crate::start_of;

/// So many mistakes of one file are told.
const REPORTS_MAX: usize = 50;

/// Mistakes of grammar.
pub(super) fn syntax(error: &protox::Error, text: &str, file: FileId) -> Vec<Diagnostic> {
    // What has no place of its own stopped at the end of the text.
    let end = text.trim_end().len();
    let mut found = all(error, &PROTO_SYNTAX, Span::new(file, end, end));
    let unlabelled =
        |diagnostic: &&mut Diagnostic| diagnostic.message.starts_with("fields must have a label");
    if !text.contains("syntax")
        && let Some(first) = found.iter_mut().find(unlabelled)
    {
        first.help.push("a file without `syntax` is proto2; begin it with `syntax = \"proto3\";`".into());
        // The others have the same cause.
        let first = first.clone();
        found.retain(|diagnostic| !diagnostic.message.starts_with("fields must have a label"));
        found.insert(0, first);
    }
    found
}

/// Mistakes of meaning; `names` are those that could have been meant.
pub(super) fn definition(
    error: DescriptorError,
    text: &str,
    file: FileId,
    names: &[String],
) -> Vec<Diagnostic> {
    // Columns are bytes there and code points in the conversion to offsets, so it is given a text where both are the same.
    let ascii: String = text.bytes().map(|b| if b.is_ascii() { char::from(b) } else { '?' }).collect();
    let mut found = all(&error.with_source_code(&ascii), &PROTO_DEFINITION, start_of(file));
    for diagnostic in &mut found {
        if diagnostic.help.is_empty()
            && let Some(help) = near(&diagnostic.message, names)
        {
            diagnostic.help.push(help);
        }
    }
    found
}

/// What a name that is not defined could have been.
fn near(message: &str, names: &[String]) -> Option<String> {
    let (_, rest) = message.split_once('`')?;
    let (name, rest) = rest.split_once('`')?;
    if !rest.ends_with("is not defined") {
        return None;
    }
    let last = name.rsplit('.').next().unwrap_or(name);
    let near = polywire_diag::nearest(last, names.iter().map(String::as_str))?;
    (near != last).then(|| format!("did you mean `{}{near}`?", &name[..name.len() - last.len()]))
}

fn all(error: &dyn Report, code: &'static Code, fallback: Span) -> Vec<Diagnostic> {
    let related = error.related().into_iter().flatten();
    std::iter::once(error)
        .chain(related)
        .take(REPORTS_MAX)
        .map(|report| one(report, code, fallback))
        .collect()
}

fn one(report: &dyn Report, code: &'static Code, fallback: Span) -> Diagnostic {
    let mut found = Diagnostic::error(code, ticks(&report.to_string()));
    let labels: Vec<LabeledSpan> = report.labels().into_iter().flatten().collect();
    for label in &labels {
        let span = Span::new(fallback.file, label.offset(), label.offset() + label.len());
        found = found.at(span, ticks(label.label().unwrap_or_default()));
    }
    if labels.is_empty() {
        found = found.at(fallback, "");
    }
    match report.help() {
        Some(help) => found.help(ticks(&help.to_string())),
        None => found,
    }
}

/// Quotes names as everywhere else.
fn ticks(text: &str) -> String {
    let even = text.matches('\'').count().is_multiple_of(2);
    if even { text.replace('\'', "`") } else { text.to_string() }
}
