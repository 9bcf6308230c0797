//! YAML that 1.1 (PyYAML, Ruby, go-yaml 2) and 1.2 read alike: whatever one of them might take for something else is quoted.

use polywire_contract::{Content, Group, Item, Literal, Setting, SettingPath, SettingValue, Settings};
use polywire_diag::Diagnostic;
use polywire_syntax::{Number, Value};

use super::{HEADER, head, reference, text};
use crate::{Emitter, Files, OptionRow, Options};

/// The target.
pub(super) struct Yaml;

impl Emitter<Settings> for Yaml {
    fn name(&self) -> &'static str {
        "yaml"
    }

    fn about(&self) -> &'static str {
        "nested YAML, the same in YAML 1.1 and 1.2; also group_vars of Ansible"
    }

    fn options(&self) -> &'static [OptionRow] {
        const READER: OptionRow = OptionRow {
            name: "reader",
            values: &["any", "ansible"],
            default: "any",
            doc: "Who reads the file. For `ansible`, text with `{{`, `{%` or `{#` is marked `!unsafe`, and the outermost keys are variables.",
        };
        &[HEADER, READER]
    }

    fn emit(&self, settings: &Settings, options: &Options, diags: &mut Vec<Diagnostic>) -> Files {
        let mut text = String::new();
        if !options.is("header", "no") {
            text.push_str(&(text::head_hashed(&head(settings)) + "\n"));
        }
        let ansible = options.is("reader", "ansible");
        if ansible {
            super::ansible::check_names(settings, diags);
        }
        let before = text.len();
        let mut writer = Writer { ansible, path: Vec::new(), diags, text };
        writer.group(&settings.root, 0);
        let mut text = writer.text;
        if !text[before..].lines().any(|line| !line.trim_start().starts_with('#')) {
            text.push_str("{}\n");
        }
        Files::one(options.path(), text)
    }
}

struct Writer<'a, 'd> {
    ansible: bool,
    path: Vec<&'a Setting>,
    diags: &'d mut Vec<Diagnostic>,
    text: String,
}

/// The longest key that PyYAML takes without `?`.
const KEY_MAX: usize = 1000;
/// Python refuses to read longer integers.
const DIGITS_MAX: usize = 4300;

impl<'a> Writer<'a, '_> {
    fn group(&mut self, group: &'a Group, depth: usize) {
        for setting in &group.settings {
            self.path.push(setting);
            let indent = "  ".repeat(depth);
            match &setting.item {
                Item::Group(group) => {
                    let empty = group.settings.iter().all(is_absent);
                    let key = self.key(&setting.key);
                    let line = format!(
                        "{}{indent}{key}:{}\n",
                        text::hashed(&setting.doc, &indent),
                        if empty { " {}" } else { "" }
                    );
                    self.text.push_str(&line);
                    self.group(group, depth + 1);
                }
                Item::Value(value) => self.value(setting, value, depth),
            }
            self.path.pop();
        }
    }

    fn value(&mut self, setting: &'a Setting, value: &'a SettingValue, depth: usize) {
        let indent = "  ".repeat(depth);
        let written = match &value.content {
            // Without a value there is no key: an empty one would be null.
            Content::Absent => return,
            Content::Secret(name) => format!(" {}", quoted(&reference(name))),
            Content::Literal(node) => self.literal(node, depth),
        };
        let key = self.key(&setting.key);
        self.text.push_str(&format!("{}{indent}{key}:{written}\n", text::hashed(&setting.doc, &indent)));
    }

    /// What stands behind `key:` or `-` at this depth, from the blank or line feed on.
    fn literal(&mut self, node: &Literal, depth: usize) -> String {
        let indent = "  ".repeat(depth);
        match &node.value {
            Value::Null => " null".into(),
            Value::Bool(value) => format!(" {value}"),
            Value::Number(number) => format!(" {}", self.number(number)),
            Value::Text(text) => {
                let tag = if self.ansible && super::ansible::is_template(text) { " !unsafe" } else { "" };
                format!("{tag} {}", scalar(text, depth))
            }
            Value::List(items) if items.is_empty() => " []".into(),
            Value::List(items) => {
                let item = |item: &Literal| format!("\n{indent}  -{}", self.item(item, depth + 1));
                items.iter().map(item).collect()
            }
            Value::Map(map) if map.entries.is_empty() => " {}".into(),
            Value::Map(_) => format!("\n{indent}  {}", self.members(node, depth + 1)),
        }
    }

    /// What stands behind a dash; the first member of a map on the same line.
    fn item(&mut self, node: &Literal, depth: usize) -> String {
        match &node.value {
            Value::Map(map) if !map.entries.is_empty() => format!(" {}", self.members(node, depth + 1)),
            _ => self.literal(node, depth),
        }
    }

    fn members(&mut self, node: &Literal, depth: usize) -> String {
        let Some(map) = node.as_map() else { return String::new() };
        let members: Vec<String> = map
            .entries
            .iter()
            .map(|entry| format!("{}:{}", self.key(&entry.key), self.literal(&entry.value, depth)))
            .collect();
        members.join(&format!("\n{}", "  ".repeat(depth)))
    }

    fn key(&mut self, key: &str) -> String {
        if key.len() > KEY_MAX {
            self.refuse("a key that is too long for YAML");
        }
        flow(key)
    }

    fn number(&mut self, number: &Number) -> String {
        if number.is_integer() && number.0.len() > DIGITS_MAX {
            self.refuse("an integer that is too long for readers in Python");
        }
        if !number.is_integer() && number.as_f64().is_none() {
            self.refuse(&format!("{number}, a number beyond the binary64 of YAML's readers"));
        }
        decimal(number)
    }

    fn refuse(&mut self, what: &str) {
        let Some(setting) = self.path.last() else { return };
        // A group's key is refused at the first value below it.
        let Some(value) = first_value(&setting.item) else { return };
        let at = SettingPath { path: self.path.clone(), value };
        text::refuse(&at, what, "write `json`, or another value", self.diags);
    }
}

fn first_value(item: &Item) -> Option<&SettingValue> {
    match item {
        Item::Value(value) => Some(value),
        Item::Group(group) => group.settings.iter().find_map(|setting| first_value(&setting.item)),
    }
}

fn is_absent(setting: &Setting) -> bool {
    matches!(&setting.item, Item::Value(value) if value.content == Content::Absent)
}

/// YAML 1.1 takes a number for a float only with a point, and with a sign in the exponent.
fn decimal(number: &Number) -> String {
    let Some((mantissa, exponent)) = number.0.split_once(['e', 'E']) else { return number.0.clone() };
    let point = if mantissa.contains('.') { "" } else { ".0" };
    let sign = if exponent.starts_with(['+', '-']) { "" } else { "+" };
    format!("{mantissa}{point}e{sign}{exponent}")
}

/// A text behind `key:` or `-`, whose further lines stand below `depth`.
pub(super) fn scalar(text: &str, depth: usize) -> String {
    if !is_block(text) {
        return flow(text);
    }
    let (text, mark) = match text.strip_suffix('\n') {
        Some(text) => (text, "|"),
        None => (text, "|-"),
    };
    let indent = "  ".repeat(depth + 1);
    let lines: Vec<String> = text
        .split('\n')
        .map(|line| if line.is_empty() { String::new() } else { format!("{indent}{line}") })
        .collect();
    format!("{mark}\n{}", lines.join("\n"))
}

/// Whether a text reads well as a literal block and comes back from it unchanged.
fn is_block(text: &str) -> bool {
    let body = text.strip_suffix('\n').unwrap_or(text);
    let plain = |c: char| c == '\n' || (' '..='~').contains(&c) || (c.is_alphanumeric() && is_printable(c));
    text.contains('\n')
        && !body.is_empty()
        && !body.ends_with('\n')
        && !body.starts_with(['\n', ' '])
        && body.chars().all(plain)
        && body.split('\n').all(|line| !line.ends_with(' '))
}

/// A text on one line: as it is where no reader takes it for something else, or in double quotes.
pub(super) fn flow(text: &str) -> String {
    if is_plain(text) { text.to_owned() } else { quoted(text) }
}

/// Words that some version of YAML takes for something else than text.
const WORDS: &[&str] = &["y", "n", "yes", "no", "on", "off", "true", "false", "null"];

fn is_plain(text: &str) -> bool {
    let inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '/' | '-' | ' ' | '@' | '+');
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && !text.ends_with(' ')
        && text.chars().all(inner)
        && !WORDS.contains(&text.to_ascii_lowercase().as_str())
}

/// Whether every reader takes a character as it is: the set of YAML 1.1 without what ends a line there.
fn is_printable(c: char) -> bool {
    matches!(c, ' '..='~' | '\u{a0}'..='\u{2027}' | '\u{202a}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}')
        || c > '\u{ffff}'
}

/// A text in double quotes.
pub(super) fn quoted(text: &str) -> String {
    let mut all = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => all.push_str("\\\""),
            '\\' => all.push_str("\\\\"),
            '\n' => all.push_str("\\n"),
            '\r' => all.push_str("\\r"),
            '\t' => all.push_str("\\t"),
            c if is_printable(c) => all.push(c),
            c if (c as u32) < 0x100 => all.push_str(&format!("\\x{:02X}", c as u32)),
            c => all.push_str(&format!("\\u{:04X}", c as u32)),
        }
    }
    all + "\""
}
