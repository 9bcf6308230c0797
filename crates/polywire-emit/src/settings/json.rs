//! JSON (RFC 8259), nested as the source is. Numbers keep their digits; a secret stays its reference.

use polywire_contract::{Content, Group, Item, Literal, Settings};
use polywire_diag::Diagnostic;
use polywire_syntax::Value;

use super::{HEADER, head, reference};
use crate::{Emitter, Files, OptionRow, Options};

/// The target.
pub(super) struct Json;

impl Emitter<Settings> for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn about(&self) -> &'static str {
        "nested JSON, for every program that reads it"
    }

    fn options(&self) -> &'static [OptionRow] {
        &[HEADER]
    }

    fn emit(&self, settings: &Settings, options: &Options, _diags: &mut Vec<Diagnostic>) -> Files {
        let head = (!options.is("header", "no")).then(|| head(settings).join(" "));
        let mut text = String::new();
        members(&settings.root, head.as_deref(), Secrets::Named, 0, &mut text);
        text.push('\n');
        Files::one(options.path(), text)
    }
}

/// What stands in the place of a secret.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Secrets {
    /// A reference.
    Named,
    /// Nothing.
    LeftOut,
}

/// The values as JSON without a head.
pub(super) fn nested(settings: &Settings, secrets: Secrets) -> String {
    let mut text = String::new();
    members(&settings.root, None, secrets, 0, &mut text);
    text + "\n"
}

/// A group's values; `//` is where JSON has its comments by custom.
fn members(group: &Group, head: Option<&str>, secrets: Secrets, depth: usize, text: &mut String) {
    let mut lines: Vec<String> = Vec::new();
    lines.extend(head.map(|head| format!("{}: {}", quoted("//"), quoted(head))));
    for setting in &group.settings {
        let mut value = String::new();
        match &setting.item {
            Item::Group(group) => members(group, None, secrets, depth + 1, &mut value),
            Item::Value(of) => match &of.content {
                Content::Literal(node) => literal(node, depth + 1, &mut value),
                Content::Secret(_) if secrets == Secrets::LeftOut => continue,
                Content::Secret(name) => value = quoted(&reference(name)),
                // Without a value there is no member: `null` would be one.
                Content::Absent => continue,
            },
        }
        lines.push(format!("{}: {value}", quoted(&setting.key)));
    }
    block(('{', '}'), &lines, depth, text);
}

/// A value as JSON, indented below `depth`.
pub(super) fn literal(node: &Literal, depth: usize, text: &mut String) {
    let inner = |node: &Literal| {
        let mut value = String::new();
        literal(node, depth + 1, &mut value);
        value
    };
    match &node.value {
        Value::List(items) => {
            let lines: Vec<String> = items.iter().map(inner).collect();
            block(('[', ']'), &lines, depth, text);
        }
        Value::Map(map) => {
            let line =
                |entry: &polywire_syntax::Entry| format!("{}: {}", quoted(&entry.key), inner(&entry.value));
            let lines: Vec<String> = map.entries.iter().map(line).collect();
            block(('{', '}'), &lines, depth, text);
        }
        _ => text.push_str(&node.to_string()),
    }
}

/// Lines between brackets, indented below `depth`.
pub(super) fn block((open, close): (char, char), lines: &[String], depth: usize, text: &mut String) {
    text.push(open);
    for (at, line) in lines.iter().enumerate() {
        text.push_str(if at > 0 { ",\n" } else { "\n" });
        text.push_str(&"  ".repeat(depth + 1));
        text.push_str(line);
    }
    if !lines.is_empty() {
        text.push('\n');
        text.push_str(&"  ".repeat(depth));
    }
    text.push(close);
}

/// A JSON string.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
