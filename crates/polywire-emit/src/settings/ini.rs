//! Variables of an Ansible inventory in INI form: one literal of Python a line, as the plugin `ansible.builtin.ini` reads them.
//!
//! Ansible takes such texts for templates: a brace that would begin one is written as a template that gives the brace.

use polywire_contract::{Content, Flat, Literal, Named, Settings};
use polywire_diag::Diagnostic;
use polywire_syntax::{Entry, Number, Value};

use super::{HEADER, ansible, head, text};
use crate::{Emitter, Files, OptionRow, Options, SETTING_NOT_SAYABLE};

/// The target.
pub(super) struct Ini;

impl Emitter<Settings> for Ini {
    fn name(&self) -> &'static str {
        "ini"
    }

    fn about(&self) -> &'static str {
        "variables of an Ansible inventory in INI form"
    }

    fn options(&self) -> &'static [OptionRow] {
        const SECTION: OptionRow = OptionRow {
            name: "section",
            values: &[],
            default: "all:vars",
            doc: "The section that the variables stand in; the group has to be declared in some inventory.",
        };
        &[HEADER, SECTION]
    }

    fn emit(&self, settings: &Settings, options: &Options, diags: &mut Vec<Diagnostic>) -> Files {
        let mut text = String::new();
        if !options.is("header", "no") {
            text.push_str(&(text::head_hashed(&head(settings)) + "\n"));
        }
        let section = options.get("section").unwrap_or("all:vars");
        let is_section = section.strip_suffix(":vars").is_some_and(|group| {
            !group.is_empty() && group.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
        });
        if !is_section {
            let message = format!("`{}` is no section of variables", section.escape_debug());
            let help = "write the group and `:vars`: `section: web:vars`";
            diags.push(
                Diagnostic::error(&SETTING_NOT_SAYABLE, message)
                    .at(super::first_span(settings), "")
                    .help(help),
            );
        }
        text.push_str(&format!("[{section}]\n"));
        for named in settings.flat(Flat::Snake, diags) {
            ansible::check_name(&named.name, named.at.setting().span, diags);
            text.push_str(&text::hashed(&named.at.setting().doc, ""));
            text.push_str(&line(&named, diags));
        }
        Files::one(options.path(), text)
    }
}

fn line(named: &Named<'_>, diags: &mut Vec<Diagnostic>) -> String {
    let name = &named.name;
    match &named.at.value.content {
        Content::Absent => format!("# {name} has no value here.\n"),
        Content::Secret(secret) => {
            format!("# {name} is the secret {}: set it elsewhere.\n", text::lines(secret).join(" "))
        }
        Content::Literal(node) => {
            if let Some(what) = unsayable(node) {
                text::refuse(&named.at, what, "write `json`, or another value", diags);
            }
            format!("{name}={}\n", literal(node))
        }
    }
}

/// Python refuses to read longer integers.
const DIGITS_MAX: usize = 4300;

fn unsayable(node: &Literal) -> Option<String> {
    let number = |number: &Number| match number.is_integer() {
        true => (number.0.len() > DIGITS_MAX).then(|| "an integer that is too long for Python".to_owned()),
        false => {
            number.as_f64().is_none().then(|| format!("{number}, a number beyond the binary64 of Python"))
        }
    };
    match &node.value {
        Value::Null | Value::Bool(_) | Value::Text(_) => None,
        Value::Number(of) => number(of),
        Value::List(items) => items.iter().find_map(unsayable),
        Value::Map(map) => map.entries.iter().find_map(|entry| unsayable(&entry.value)),
    }
}

/// A literal of Python.
fn literal(node: &Literal) -> String {
    match &node.value {
        Value::Null => "None".into(),
        Value::Bool(true) => "True".into(),
        Value::Bool(false) => "False".into(),
        Value::Number(number) => number.0.clone(),
        Value::Text(text) => quoted(&untemplated(text)),
        Value::List(items) => format!("[{}]", items.iter().map(literal).collect::<Vec<_>>().join(", ")),
        Value::Map(map) => {
            // Ansible leaves keys as they are.
            let member = |entry: &Entry| format!("{}: {}", quoted(&entry.key), literal(&entry.value));
            format!("{{{}}}", map.entries.iter().map(member).collect::<Vec<_>>().join(", "))
        }
    }
}

/// A text that gives itself when it is taken for a template.
fn untemplated(text: &str) -> String {
    if !ansible::is_template(text) {
        return text.to_owned();
    }
    let mut all = String::new();
    let mut chars = text.chars().peekable();
    // Such a line would set options of the template.
    if text.starts_with("#jinja2:") {
        chars.next();
        all.push_str("{{ \"#\" }}");
    }
    while let Some(c) = chars.next() {
        match (c, chars.peek()) {
            ('{', Some('{' | '%' | '#' | '\r')) => all.push_str("{{ \"{\" }}"),
            // Jinja makes line feeds of them, and Ansible takes no escapes there.
            ('\r', _) => all.push_str("{{ \"%c\" % 13 }}"),
            _ => all.push(c),
        }
    }
    all
}

/// A string of Python on one line, whatever Python takes for the end of one.
fn quoted(text: &str) -> String {
    let mut all = String::from("'");
    for c in text.chars() {
        match c {
            '\'' | '\\' => all.extend(['\\', c]),
            '\n' => all.push_str("\\n"),
            '\r' => all.push_str("\\r"),
            '\t' => all.push_str("\\t"),
            c if c.is_control() => all.push_str(&format!("\\x{:02x}", c as u32)),
            '\u{2028}' | '\u{2029}' | '\u{feff}' => all.push_str(&format!("\\u{:04x}", c as u32)),
            c => all.push(c),
        }
    }
    all + "'"
}
