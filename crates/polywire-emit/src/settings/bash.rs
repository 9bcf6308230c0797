//! A file that bash sources: values, and the loader at once. Scalars are exported, lists and maps of scalars are arrays, the rest is
//! JSON text.

mod functions;

use polywire_contract::{Content, Flat, Int, Literal, Named, SettingKind, SettingValue, Settings};
use polywire_diag::Diagnostic;
use polywire_syntax::Value;

use super::{HEADER, head, shell, text};
use crate::{Emitter, Files, OptionRow, Options};

/// The target.
pub(super) struct Bash;

impl Emitter<Settings> for Bash {
    fn name(&self) -> &'static str {
        "bash"
    }

    fn about(&self) -> &'static str {
        "a file for `source` that checks what the environment brings"
    }

    fn options(&self) -> &'static [OptionRow] {
        const LOADER: OptionRow = OptionRow {
            name: "loader",
            values: &["yes", "no"],
            default: "yes",
            doc: "Whether variables that are set already win, and are checked. Without it the file holds assignments alone.",
        };
        &[HEADER, LOADER]
    }

    fn emit(&self, settings: &Settings, options: &Options, diags: &mut Vec<Diagnostic>) -> Files {
        let mut text = String::new();
        if !options.is("header", "no") {
            text.push_str(&text::head_hashed(&head(settings)));
        }
        text.push_str("# shellcheck shell=bash disable=SC2034\n\n");
        let loader = !options.is("loader", "no");
        let variables = settings.flat(Flat::Variable, diags);
        let masked: Vec<&str> =
            variables.iter().filter(|n| is_masked(n.at.value)).map(|n| n.name.as_str()).collect();
        let mut body = String::new();
        for named in &variables {
            shell::check_name(named, diags);
            check_value(named, diags);
            body.push_str(&text::hashed(&named.at.setting().doc, ""));
            body.push_str(&if loader { checked(named) } else { assigned(named) });
        }
        let needed = if loader { functions::needed(&body) } else { Vec::new() };
        let loader = !needed.is_empty();
        if loader {
            text.push_str(&functions::opening(&needed, &masked));
        }
        text.push_str(&body);
        if loader {
            text.push_str(&functions::closing(&needed));
        }
        Files::one(options.path(), text.trim_end().to_owned() + "\n")
    }
}

fn is_masked(value: &SettingValue) -> bool {
    value.sensitive || matches!(value.content, Content::Secret(_))
}

/// What a variable is in bash.
#[derive(Clone, Copy, PartialEq)]
enum Form<'a> {
    Scalar(&'a SettingKind),
    Array(&'a SettingKind),
    Table,
    Json,
}

fn form(kind: &SettingKind) -> Form<'_> {
    match kind {
        SettingKind::Nullable(of) => form(of),
        SettingKind::List(of) if is_plain(of) => Form::Array(of),
        SettingKind::Map(of) if is_plain(of) => Form::Table,
        kind if is_plain(kind) => Form::Scalar(kind),
        _ => Form::Json,
    }
}

/// A scalar that is never null: an array has no place for that.
fn is_plain(kind: &SettingKind) -> bool {
    kind.is_scalar() && !matches!(kind, SettingKind::Nullable(_))
}

fn check_value(named: &Named<'_>, diags: &mut Vec<Diagnostic>) {
    let Content::Literal(node) = &named.at.value.content else { return };
    let help = "write another format, or another value";
    if form(&named.at.value.kind) != Form::Json && has_nul(node) {
        text::refuse(&named.at, "NUL, which no variable can", help, diags);
    }
    let empty_key = node.as_map().is_some_and(|map| map.get("").is_some());
    if form(&named.at.value.kind) == Form::Table && empty_key {
        text::refuse(&named.at, "an empty key, which an array of bash cannot have", help, diags);
    }
}

fn has_nul(node: &Literal) -> bool {
    match &node.value {
        Value::Text(text) => text.contains('\0'),
        Value::List(items) => items.iter().any(has_nul),
        Value::Map(map) => map.entries.iter().any(|entry| entry.key.contains('\0') || has_nul(&entry.value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// An assignment alone.
fn assigned(named: &Named<'_>) -> String {
    let name = &named.name;
    match &named.at.value.content {
        Content::Secret(secret) => format!("# {name} is the secret {}.\n", text::lines(secret).join(" ")),
        Content::Absent => format!("# {name} has no value here.\n"),
        Content::Literal(node) if node.is_null() => format!("# {name} is null.\n"),
        Content::Literal(node) => match form(&named.at.value.kind) {
            Form::Scalar(_) | Form::Json => format!("export {name}={}\n", scalar(node, named.at.value)),
            Form::Array(_) => format!("{name}={}\n", array(node)),
            Form::Table => format!("declare -gA {name}={}\n", array(node)),
        },
    }
}

/// An assignment that what is set already wins over, and its check.
fn checked(named: &Named<'_>) -> String {
    let (name, value) = (&named.name, named.at.value);
    let literal = match &value.content {
        Content::Literal(node) if !node.is_null() => Some(node),
        Content::Literal(_) | Content::Absent | Content::Secret(_) => None,
    };
    let form = form(&value.kind);
    let read = read(name, form, value.nullable);
    match (form, literal) {
        (Form::Scalar(_) | Form::Json, Some(node)) => {
            let read = read.map(|read| read + "\n").unwrap_or_default();
            format!("export {name}=${{{name}-{}}}\n{read}", scalar(node, value))
        }
        (Form::Array(_), Some(node)) => either(name, &read, &[format!("{name}={}", array(node))]),
        (Form::Table, Some(node)) => {
            let lines = [format!("declare -gA {name}"), format!("{name}={}", array(node))];
            either(name, &read, &lines)
        }
        (form, None) => {
            // `null` is a value, though no variable has it.
            let must = match value.content {
                Content::Secret(_) => true,
                Content::Absent => value.required,
                Content::Literal(_) => false,
            };
            let condition = if must { "_polywire_required" } else { "_polywire_has" };
            let export = format!("export {name}");
            let scalar = matches!(form, Form::Scalar(_) | Form::Json);
            let lines: Vec<String> = scalar.then_some(export).into_iter().chain(read).collect();
            format!("if {condition} {name}; then\n  {}\nfi\n", lines.join("\n  "))
        }
    }
}

fn either(name: &str, read: &Option<String>, otherwise: &[String]) -> String {
    let read = read.as_deref().unwrap_or(":");
    format!("if _polywire_has {name}; then\n  {read}\nelse\n  {}\nfi\n", otherwise.join("\n  "))
}

/// The line that checks what a variable holds; text needs none.
fn read(name: &str, form: Form<'_>, nullable: bool) -> Option<String> {
    let null = if nullable { format!("_polywire_null {name} || ") } else { String::new() };
    match form {
        Form::Scalar(SettingKind::Text) => None,
        Form::Scalar(kind) => Some(format!("{null}_polywire_check {name} {}", words_of(kind))),
        Form::Array(kind) => Some(format!("{null}_polywire_list {name} {}", words_of(kind))),
        Form::Table => Some(format!("{null}_polywire_map {name}")),
        Form::Json => Some(format!("{null}_polywire_check {name} json")),
    }
}

/// A kind as the checks take it.
fn words_of(kind: &SettingKind) -> String {
    match kind {
        SettingKind::Bool => "boolean".into(),
        SettingKind::Int(domain) => match domain {
            None => "integer".into(),
            Some(Int::I8) => "integer -128 127".into(),
            Some(Int::I16) => "integer -32768 32767".into(),
            Some(Int::I32) => format!("integer {} {}", i32::MIN, i32::MAX),
            Some(Int::I64) => format!("integer {} {}", i64::MIN, i64::MAX),
            Some(Int::U8) => "integer 0 255".into(),
            Some(Int::U16) => "integer 0 65535".into(),
            Some(Int::U32) => format!("integer 0 {}", u32::MAX),
            Some(Int::U64) => format!("integer 0 {}", u64::MAX),
        },
        SettingKind::Float => "number".into(),
        SettingKind::Text => "text".into(),
        SettingKind::Choice(words) => {
            let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
            format!("choice {}", words.join(" "))
        }
        SettingKind::Nullable(of) => words_of(of),
        SettingKind::List(_) | SettingKind::Map(_) | SettingKind::Record(_) | SettingKind::Any => {
            "json".into()
        }
    }
}

fn scalar(node: &Literal, value: &SettingValue) -> String {
    let text = text::variable(node, value);
    if text::is_text(node) || text::is_nested(node) { quoted(&text) } else { text }
}

fn array(node: &Literal) -> String {
    let item =
        |node: &Literal| if text::is_text(node) { quoted(&text::plain(node)) } else { text::plain(node) };
    match &node.value {
        Value::List(items) => format!("({})", items.iter().map(item).collect::<Vec<_>>().join(" ")),
        Value::Map(map) => {
            let member =
                |entry: &polywire_syntax::Entry| format!("[{}]={}", quoted(&entry.key), item(&entry.value));
            format!("({})", map.entries.iter().map(member).collect::<Vec<_>>().join(" "))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => format!("({})", item(node)),
    }
}

/// A word in quotes; control characters other than LF as escapes.
fn quoted(text: &str) -> String {
    if !text.chars().any(|c| c.is_control() && c != '\n') {
        return format!("'{}'", text.replace('\'', "'\\''"));
    }
    let mut all = String::from("$'");
    for c in text.chars() {
        match c {
            '\'' | '\\' => all.extend(['\\', c]),
            '\n' => all.push_str("\\n"),
            '\r' => all.push_str("\\r"),
            '\t' => all.push_str("\\t"),
            // Three digits end the escape, whatever follows.
            c if c.is_ascii_control() => all.push_str(&format!("\\{:03o}", c as u32)),
            c => all.push(c),
        }
    }
    all + "'"
}
