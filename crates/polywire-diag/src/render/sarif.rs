//! SARIF 2.1.0: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::Position;
use crate::{Code, Diagnostic, Label, Severity, SourceMap};

pub(super) fn render(sources: &SourceMap, diags: &[Diagnostic]) -> String {
    let codes: BTreeMap<&str, &Code> = diags.iter().map(|diag| (diag.code.id, diag.code)).collect();
    let rules: Vec<Value> = codes.values().map(|code| rule(code)).collect();
    let places: BTreeMap<&str, usize> = codes.keys().enumerate().map(|(at, id)| (*id, at)).collect();
    let results: Vec<Value> = diags.iter().map(|diag| result(sources, diag, places[diag.code.id])).collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "polywire",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    let mut out = serde_json::to_string_pretty(&log).expect("a value is always JSON");
    out.push('\n');
    out
}

fn rule(code: &Code) -> Value {
    let (heading, rest) = code.page.split_once('\n').unwrap_or((code.page, ""));
    let title = heading.split_once(": ").map_or(code.id, |(_, title)| title);
    json!({
        "id": code.id,
        "shortDescription": { "text": title },
        "help": { "text": rest.trim(), "markdown": rest.trim() },
    })
}

fn result(sources: &SourceMap, diag: &Diagnostic, rule: usize) -> Value {
    let mut text = diag.message.clone();
    for help in &diag.help {
        write!(text, "\nhelp: {help}").expect("writing to a string succeeds");
    }
    let mut result = json!({
        "ruleId": diag.code.id,
        "ruleIndex": rule,
        "level": match diag.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        },
        "message": { "text": text },
    });
    if let Some((primary, others)) = diag.labels.split_first() {
        result["locations"] = json!([location(sources, primary, None)]);
        if !others.is_empty() {
            let related = others.iter().enumerate().map(|(at, label)| location(sources, label, Some(at + 1)));
            result["relatedLocations"] = related.collect();
        }
    }
    result
}

fn location(sources: &SourceMap, label: &Label, id: Option<usize>) -> Value {
    let Position { line, column, end_line, end_column } = Position::of(sources, label.span);
    let mut location = json!({
        "physicalLocation": {
            "artifactLocation": { "uri": uri(sources.name(label.span.file)) },
            "region": {
                "startLine": line, "startColumn": column,
                "endLine": end_line, "endColumn": end_column,
            },
        },
    });
    if !label.text.is_empty() {
        location["message"] = json!({ "text": label.text });
    }
    if let Some(id) = id {
        location["id"] = json!(id);
    }
    location
}

/// A file's name as a URI reference.
fn uri(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for byte in name.bytes() {
        match byte {
            b'\\' => out.push('/'),
            b if b.is_ascii_alphanumeric() || b"-._~/!$&'()*+,;=@".contains(&b) => out.push(b as char),
            b => write!(out, "%{b:02X}").expect("writing to a string succeeds"),
        }
    }
    out
}
