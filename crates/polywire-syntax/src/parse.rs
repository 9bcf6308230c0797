//! Which of the two parsers a text is for.
//!
//! A text that starts with `{` or `[` is read as JSON. Where it is not JSON but is YAML in flow style, it is taken as
//! YAML; where it is neither, the mistakes in the JSON are reported. Every other text is YAML.

use polywire_diag::{Diagnostic, FileId, SourceMap, Span};

use crate::{
    CONTROL_CHARACTER, EMPTY, LONE_CARRIAGE_RETURN, Limits, Node, TOO_LARGE, YAML_SYNTAX, json, yaml,
};

/// What a parser made of a text.
pub(crate) struct Parsed {
    pub(crate) documents: Vec<Node>,
    pub(crate) verdict: Verdict,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The text has the parser's grammar; there may be other mistakes.
    Fits,
    /// The text does not have the parser's grammar.
    Broken,
    /// A limit was reached; no other parser should try.
    Refused,
}

/// How many documents a caller takes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Documents {
    One,
    All,
}

/// Parses a text of one document. A tree may come together with errors; what can be understood of it is there.
pub fn parse(file: FileId, text: &str, limits: &Limits, diags: &mut Vec<Diagnostic>) -> Option<Node> {
    let (body, offset) = accept(file, text, limits, diags)?;
    let found = documents(file, body, offset, Documents::One, limits, diags)?;
    if found.is_empty() {
        diags.push(empty(file));
    }
    found.into_iter().next()
}

/// Parses every document of a YAML stream, or the one JSON value; documents without content are left out.
pub fn parse_all(file: FileId, text: &str, limits: &Limits, diags: &mut Vec<Diagnostic>) -> Vec<Node> {
    accept(file, text, limits, diags)
        .and_then(|(body, offset)| documents(file, body, offset, Documents::All, limits, diags))
        .unwrap_or_default()
}

/// Parses JSON (RFC 8259) and nothing else. A tree may come together with errors, as in [`parse`].
pub fn parse_json(file: FileId, text: &str, limits: &Limits, diags: &mut Vec<Diagnostic>) -> Option<Node> {
    let (body, offset) = accept(file, text, limits, diags)?;
    if body.trim_ascii().is_empty() {
        diags.push(empty(file));
        return None;
    }
    let mut found = Vec::new();
    let mut parsed = json::parse(file, body, offset, limits, &mut found);
    explain(file, body, offset, parsed.verdict, found, diags);
    parsed.documents.pop()
}

/// Parses a text of a source map: strictly as JSON where its name ends in `.json`, else as [`parse`] does.
pub fn parse_source(
    sources: &SourceMap,
    file: FileId,
    limits: &Limits,
    diags: &mut Vec<Diagnostic>,
) -> Option<Node> {
    let is_json = sources.name(file).to_ascii_lowercase().ends_with(".json");
    let parser = if is_json { parse_json } else { parse };
    parser(file, sources.text(file), limits, diags)
}

/// Checks what holds for both formats; returns the text without its byte order mark, and where it starts.
fn accept<'t>(
    file: FileId,
    text: &'t str,
    limits: &Limits,
    diags: &mut Vec<Diagnostic>,
) -> Option<(&'t str, usize)> {
    if text.len() > limits.bytes() {
        let message = format!("a text of {} bytes; at most {} are read", text.len(), limits.bytes());
        diags.push(Diagnostic::error(&TOO_LARGE, message).at(Span::new(file, 0, 0), ""));
        return None;
    }
    let control = text.bytes().position(|b| b < b' ' && !matches!(b, b'\t' | b'\n' | b'\r'));
    if let Some(at) = control {
        let name = format!("U+{:04X}", text.as_bytes()[at]);
        diags.push(
            Diagnostic::error(&CONTROL_CHARACTER, format!("the control character {name} in a text"))
                .at(Span::new(file, at, at + 1), "here")
                .help("write it as an escape in double quotes, such as `\"\\u0000\"`; a file in UTF-16 must be saved as UTF-8"),
        );
        return None;
    }
    if let Some(at) = lone_carriage_return(text) {
        diags.push(
            Diagnostic::warning(&LONE_CARRIAGE_RETURN, "a carriage return without a line feed")
                .at(Span::new(file, at, at + 1), "this ends a line in YAML, but not in what is shown here")
                .help("save the file with LF or CRLF at the ends of its lines"),
        );
    }
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    Some((body, text.len() - body.len()))
}

fn lone_carriage_return(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    text.match_indices('\r').map(|(at, _)| at).find(|at| bytes.get(at + 1) != Some(&b'\n'))
}

fn documents(
    file: FileId,
    body: &str,
    offset: usize,
    take: Documents,
    limits: &Limits,
    diags: &mut Vec<Diagnostic>,
) -> Option<Vec<Node>> {
    if !body.trim_ascii_start().starts_with(['{', '[']) {
        let mut yaml_diags = Vec::new();
        let parsed = yaml::parse(file, body, offset, take, limits, &mut yaml_diags);
        explain(file, body, offset, parsed.verdict, yaml_diags, diags);
        return (parsed.verdict == Verdict::Fits).then_some(parsed.documents);
    }
    let mut json_diags = Vec::new();
    let parsed = json::parse(file, body, offset, limits, &mut json_diags);
    if parsed.verdict == Verdict::Broken {
        let mut yaml_diags = Vec::new();
        let retried = yaml::parse(file, body, offset, take, limits, &mut yaml_diags);
        if retried.verdict == Verdict::Fits {
            diags.append(&mut yaml_diags);
            return Some(retried.documents);
        }
    }
    explain(file, body, offset, parsed.verdict, json_diags, diags);
    Some(parsed.documents).filter(|found| !found.is_empty())
}

/// Passes on what a parser found; where the text is something else altogether, says that instead.
fn explain(
    file: FileId,
    body: &str,
    offset: usize,
    verdict: Verdict,
    mut found: Vec<Diagnostic>,
    diags: &mut Vec<Diagnostic>,
) {
    let span = |start: usize, length: usize| Span::new(file, offset + start, offset + start + length);
    let conflict = || if body.starts_with("<<<<<<< ") { Some(0) } else { Some(body.find("\n<<<<<<< ")? + 1) };
    let start = body.len() - body.trim_ascii_start().len();
    let markup = ["<!", "<html", "<?xml"].iter().find(|sign| body[start..].starts_with(**sign));
    if verdict != Verdict::Broken {
        diags.append(&mut found);
    } else if let Some(at) = conflict() {
        diags.push(
            Diagnostic::error(&YAML_SYNTAX, "a merge conflict that is not resolved")
                .at(span(at, 7), "it starts here")
                .help("keep one of the two versions, and remove the lines with `<<<<<<<`, `=======` and `>>>>>>>`"),
        );
    } else if let Some(sign) = markup {
        diags.push(
            Diagnostic::error(&YAML_SYNTAX, "neither YAML nor JSON, but HTML or XML")
                .at(span(start, sign.len()), "the text starts with this")
                .help("a download may have saved a web page in place of the file"),
        );
    } else {
        diags.append(&mut found);
    }
}

fn empty(file: FileId) -> Diagnostic {
    Diagnostic::error(&EMPTY, "there is nothing in this text").at(Span::new(file, 0, 0), "")
}
