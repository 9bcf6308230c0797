//! Checks a tree against its description and turns it into typed values; every mistake is reported.

use polywire_diag::{Diagnostic, Span, nearest};
use polywire_syntax::{Map, Node, Value as Tree};

use super::{
    Key, Kind, Need, Ready, Record, Spanned, Table, Value,
    units::{self, BadCommand},
};
use crate::{EXPRESSION, MISSING_KEY, NOT_YET, UNKNOWN_KEY, UNUSABLE_NAME, WRONG_VALUE};

/// Checks one value; `None` when it is wrong, which has been reported.
pub(crate) fn check(key: &str, kind: &Kind, node: &Node, diags: &mut Vec<Diagnostic>) -> Option<Value> {
    match kind {
        Kind::Table(table) => {
            let map = map_of(key, kind, node, diags)?;
            Some(Value::Record(record(table, map, node.span, diags)))
        }
        Kind::Entries(_, of) => {
            let map = map_of(key, kind, node, diags)?;
            let mut entries = Vec::new();
            for entry in &map.entries {
                let name = Spanned { span: entry.key_span, value: entry.key.clone() };
                if let Some(value) = check(&entry.key, of, &entry.value, diags) {
                    entries.push((name, value));
                }
            }
            Some(Value::Entries(entries))
        }
        Kind::Items(_, of) => {
            let Some(items) = node.as_list() else {
                diags.push(wrong(key, kind, node));
                return None;
            };
            let one = |item: &Node, diags: &mut Vec<Diagnostic>| {
                check(key, of, item, diags).map(|value| Spanned { span: item.span, value })
            };
            Some(Value::Items(items.iter().filter_map(|item| one(item, diags)).collect()))
        }
        Kind::Named(_) => {
            let text = literal(key, kind, node, diags)?;
            Some(Value::Named(Spanned { span: node.span, value: text.to_owned() }))
        }
        Kind::Tree { .. } => Some(Value::Tree(node.clone())),
        Kind::Literals => Some(Value::Literals(literals(map_of(key, kind, node, diags)?, diags))),
        Kind::Texts => texts(key, kind, node, diags),
        Kind::Command => command(key, kind, node, diags),
        Kind::Ready => ready(key, kind, node, diags),
        Kind::Later => {
            diags.push(
                Diagnostic::error(&NOT_YET, format!("`{key}` is not supported yet"))
                    .at(node.span, "nothing would act on this"),
            );
            None
        }
        _ => scalar(key, kind, node, diags),
    }
}

fn record(table: &Table, map: &Map, place: Span, diags: &mut Vec<Diagnostic>) -> Record {
    let mut record = Record::default();
    for entry in &map.entries {
        let Some(key) = table.keys.iter().find(|key| key.name == entry.key) else {
            diags.push(unknown(table, &entry.key, entry.key_span));
            continue;
        };
        record.written.push(key.name);
        if let Some(value) = check(key.name, &key.kind, &entry.value, diags) {
            record.fields.push((key.name, value));
        }
    }
    for key in table.keys {
        if matches!(key.need, Need::Required) && map.get(key.name).is_none() {
            diags.push(missing(key, table, place));
        }
    }
    record
}

fn unknown(table: &Table, name: &str, span: Span) -> Diagnostic {
    let known = table.keys.iter().map(|key| key.name);
    let message = format!("unknown key `{name}` in {}", table.name);
    let diagnostic = Diagnostic::error(&UNKNOWN_KEY, message).at(span, "");
    match nearest(name, known.clone()) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic.help(format!("known here: {}", known.collect::<Vec<_>>().join(", "))),
    }
}

fn missing(key: &Key, table: &Table, place: Span) -> Diagnostic {
    let message = format!("`{}` is missing in {}", key.name, table.name);
    Diagnostic::error(&MISSING_KEY, message).at(Span { end: place.start, ..place }, "").help(format!(
        "add `{}:` with {}",
        key.name,
        key.kind.describe()
    ))
}

fn wrong(key: &str, kind: &Kind, node: &Node) -> Diagnostic {
    let message = format!("`{key}` must be {}", kind.describe());
    Diagnostic::error(&WRONG_VALUE, message).at(node.span, format!("this is {}", shown(node)))
}

/// A short value itself, else its kind.
fn shown(node: &Node) -> String {
    match &node.value {
        Tree::Text(text) if text.len() <= 40 && !text.contains('\n') => format!("`{text}`"),
        Tree::Number(number) if number.0.len() <= 40 => format!("`{}`", number.0),
        _ => node.kind().to_owned(),
    }
}

fn map_of<'a>(key: &str, kind: &Kind, node: &'a Node, diags: &mut Vec<Diagnostic>) -> Option<&'a Map> {
    let map = node.as_map();
    if map.is_none() {
        diags.push(wrong(key, kind, node));
    }
    map
}

/// Takes the text; an expression is reported as what it is.
fn literal<'a>(key: &str, kind: &Kind, node: &'a Node, diags: &mut Vec<Diagnostic>) -> Option<&'a str> {
    match node.as_text() {
        Some(text) if text.starts_with('=') => {
            diags.push(expression(node.span));
            None
        }
        Some(text) => Some(text),
        None => {
            diags.push(wrong(key, kind, node));
            None
        }
    }
}

fn expression(span: Span) -> Diagnostic {
    Diagnostic::error(&EXPRESSION, "expressions are not supported here yet")
        .at(span, "starts with `=`")
        .help("write the value itself; `run` knows `=port`, the port that the component was given")
}

fn scalar(key: &str, kind: &Kind, node: &Node, diags: &mut Vec<Diagnostic>) -> Option<Value> {
    if let Tree::Number(number) = &node.value {
        let value = match kind {
            Kind::Version if number.0 == "1" => Some(Value::Nothing),
            Kind::Count => number.0.parse().ok().filter(|count| *count > 0).map(Value::Count),
            _ => None,
        };
        if value.is_none() {
            diags.push(wrong(key, kind, node));
        }
        return value;
    }
    let text = literal(key, kind, node, diags)?;
    let value = match kind {
        Kind::Text if !text.is_empty() => Some(Value::Text(text.to_owned())),
        Kind::Name if is_name(text) => Some(Value::Text(text.to_owned())),
        Kind::Name => {
            diags.push(unusable(text, node.span));
            return None;
        }
        Kind::Duration => units::duration(text).map(Value::Duration),
        Kind::Size => units::size(text).map(Value::Size),
        Kind::Share => units::share(text).map(Value::Share),
        Kind::Address => text.parse().ok().map(Value::Address),
        Kind::Choice(words) => words.iter().find(|word| **word == text).map(|word| Value::Choice(word)),
        _ => None,
    };
    if value.is_none() {
        diags.push(wrong(key, kind, node));
    }
    value
}

fn texts(key: &str, kind: &Kind, node: &Node, diags: &mut Vec<Diagnostic>) -> Option<Value> {
    let one = |node: &Node, diags: &mut Vec<Diagnostic>| {
        let value = literal(key, kind, node, diags)?.to_owned();
        Some(Spanned { span: node.span, value })
    };
    let texts = match &node.value {
        Tree::List(items) => items.iter().filter_map(|item| one(item, diags)).collect(),
        _ => vec![one(node, diags)?],
    };
    Some(Value::Texts(texts))
}

fn command(key: &str, kind: &Kind, node: &Node, diags: &mut Vec<Diagnostic>) -> Option<Value> {
    let words = match &node.value {
        Tree::Text(text) => units::command(text),
        Tree::List(items) if !items.is_empty() => {
            let words: Option<Vec<String>> = items.iter().map(word_text).collect();
            match words {
                Some(words) => words.into_iter().map(units::fact).collect(),
                None => {
                    diags.push(wrong(key, kind, node).help("quote a word that is not text"));
                    return None;
                }
            }
        }
        _ => {
            diags.push(wrong(key, kind, node));
            return None;
        }
    };
    match words {
        Ok(words) => Some(Value::Command(words)),
        Err(BadCommand::Expression(word)) => {
            diags.push(
                Diagnostic::error(&EXPRESSION, format!("the expression `{word}` is not known here"))
                    .at(node.span, "")
                    .help("`run` knows `=port`, the port that the component was given"),
            );
            None
        }
        Err(BadCommand::Form(reason)) => {
            diags.push(
                Diagnostic::error(&WRONG_VALUE, format!("`{key}` is no command line: {reason}"))
                    .at(node.span, "")
                    .help("`=port` is the component's port; for a shell write `[sh, -c, \"…\"]`"),
            );
            None
        }
    }
}

/// In a list of words a number stands for its own text.
fn word_text(node: &Node) -> Option<String> {
    match &node.value {
        Tree::Text(text) => Some(text.clone()),
        Tree::Number(number) => Some(number.0.clone()),
        _ => None,
    }
}

fn ready(key: &str, kind: &Kind, node: &Node, diags: &mut Vec<Diagnostic>) -> Option<Value> {
    if let Some(map) = node.as_map() {
        if let [entry] = map.entries.as_slice()
            && let ("line", Some(text)) = (entry.key.as_str(), entry.value.as_text())
        {
            return Some(Value::Ready(Ready::Line(text.to_owned())));
        }
        diags.push(wrong(key, kind, node));
        return None;
    }
    let text = literal(key, kind, node, diags)?;
    // The path goes into a request line as it stands.
    let is_path = text.starts_with('/') && text.bytes().all(|byte| byte.is_ascii_graphic());
    let line = text.strip_prefix("line:").map(str::trim_start).filter(|line| !line.is_empty());
    match (text, line) {
        ("tcp", _) => Some(Value::Ready(Ready::Tcp)),
        (_, Some(line)) => Some(Value::Ready(Ready::Line(line.to_owned()))),
        _ if is_path => Some(Value::Ready(Ready::Http(text.to_owned()))),
        _ => {
            diags.push(wrong(key, kind, node));
            None
        }
    }
}

fn literals(map: &Map, diags: &mut Vec<Diagnostic>) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in &map.entries {
        let value = match &entry.value.value {
            Tree::Text(text) if text.starts_with('=') => {
                diags.push(expression(entry.value.span));
                continue;
            }
            Tree::Text(text) if !text.contains('\0') => text.clone(),
            Tree::Number(number) => number.0.clone(),
            Tree::Bool(value) => value.to_string(),
            _ => {
                diags.push(wrong(&entry.key, &Kind::Text, &entry.value));
                continue;
            }
        };
        let usable = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if entry.key.is_empty() || !entry.key.chars().all(usable) {
            diags.push(
                Diagnostic::error(&UNUSABLE_NAME, format!("`{}` is no name of a variable", entry.key))
                    .at(entry.key_span, "letters, digits and `_` only"),
            );
            continue;
        }
        found.push((entry.key.clone(), value));
    }
    found
}

/// Whether a text can be the name of a workspace or component.
pub(crate) fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.len() <= 63
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_')
}

pub(crate) fn unusable(name: &str, span: Span) -> Diagnostic {
    Diagnostic::error(&UNUSABLE_NAME, format!("`{name}` cannot be a name"))
        .at(span, "lower-case letters, digits, `-` and `_`, a letter first, at most 63")
}
