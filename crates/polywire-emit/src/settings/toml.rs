//! TOML 1.0 (<https://toml.io/en/v1.0.0>): groups are tables, lists of records are arrays of tables.
//!
//! TOML has no `null`, and its integers have 64 bits.

use polywire_contract::{Content, Group, Item, Literal, Setting, SettingPath, SettingValue, Settings};
use polywire_diag::Diagnostic;
use polywire_syntax::{Entry, Number, Value};

use super::{HEADER, head, reference, text};
use crate::{Emitter, Files, OptionRow, Options};

/// The target.
pub(super) struct Toml;

impl Emitter<Settings> for Toml {
    fn name(&self) -> &'static str {
        "toml"
    }

    fn about(&self) -> &'static str {
        "TOML 1.0, nested in tables"
    }

    fn options(&self) -> &'static [OptionRow] {
        &[HEADER]
    }

    fn emit(&self, settings: &Settings, options: &Options, diags: &mut Vec<Diagnostic>) -> Files {
        let head = (!options.is("header", "no")).then(|| text::head_hashed(&head(settings)) + "\n");
        let mut writer =
            Writer { text: head.unwrap_or_default(), diags, path: Vec::new(), tables: Vec::new() };
        writer.group(&settings.root);
        Files::one(options.path(), writer.text.trim_start_matches('\n').trim_end().to_owned() + "\n")
    }
}

struct Writer<'a, 'd> {
    text: String,
    diags: &'d mut Vec<Diagnostic>,
    path: Vec<&'a Setting>,
    tables: Vec<String>,
}

/// What stands in a table of its own, behind the values of the table around it.
enum Behind<'a> {
    Group(&'a Setting, &'a Group),
    Records(&'a Setting, &'a SettingValue, &'a [Literal]),
}

impl<'a> Writer<'a, '_> {
    fn group(&mut self, group: &'a Group) {
        let mut behind = Vec::new();
        for setting in &group.settings {
            match &setting.item {
                Item::Group(group) => behind.push(Behind::Group(setting, group)),
                Item::Value(value) => {
                    self.path.push(setting);
                    behind.extend(self.value(setting, value));
                    self.path.pop();
                }
            }
        }
        for part in behind {
            match part {
                Behind::Group(setting, group) => self.table(setting, group),
                Behind::Records(setting, value, items) => {
                    self.path.push(setting);
                    self.tables.push(key(&setting.key));
                    self.records(setting, value, items);
                    self.tables.pop();
                    self.path.pop();
                }
            }
        }
    }

    fn table(&mut self, setting: &'a Setting, group: &'a Group) {
        self.tables.push(key(&setting.key));
        self.path.push(setting);
        // Tables that hold tables alone come into being by them.
        let own = |setting: &Setting| matches!(setting.item, Item::Value(_));
        if group.settings.is_empty() || group.settings.iter().any(own) || !setting.doc.trim().is_empty() {
            self.open(&format!("[{}]", self.tables.join(".")), &setting.doc);
        }
        self.group(group);
        self.path.pop();
        self.tables.pop();
    }

    fn open(&mut self, name: &str, doc: &str) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
        self.text.push_str(&text::hashed(doc, ""));
        self.text.push_str(&format!("{name}\n"));
    }

    fn value(&mut self, setting: &'a Setting, value: &'a SettingValue) -> Option<Behind<'a>> {
        let written = match &value.content {
            Content::Absent => return None,
            Content::Secret(name) => string(&reference(name)),
            Content::Literal(node) => match &node.value {
                Value::Null => {
                    let line =
                        format!("{}# {} is null.\n", text::hashed(&setting.doc, ""), key(&setting.key));
                    self.text.push_str(&line);
                    return None;
                }
                Value::List(items) if !items.is_empty() && items.iter().all(is_record) => {
                    return Some(Behind::Records(setting, value, items));
                }
                Value::List(items) if items.iter().any(text::is_nested) => self.block(items)?,
                _ => self.inline(node)?,
            },
        };
        self.text.push_str(&format!("{}{} = {written}\n", text::hashed(&setting.doc, ""), key(&setting.key)));
        None
    }

    fn records(&mut self, setting: &Setting, _value: &SettingValue, items: &'a [Literal]) {
        for (at, item) in items.iter().enumerate() {
            self.open(&format!("[[{}]]", self.tables.join(".")), if at == 0 { &setting.doc } else { "" });
            let Some(map) = item.as_map() else { continue };
            for entry in &map.entries {
                if entry.value.is_null() {
                    self.text.push_str(&format!("# {} is null.\n", key(&entry.key)));
                } else if let Some(value) = self.inline(&entry.value) {
                    self.text.push_str(&format!("{} = {value}\n", key(&entry.key)));
                }
            }
        }
    }

    /// A list over several lines.
    fn block(&mut self, items: &[Literal]) -> Option<String> {
        let items: Option<Vec<String>> = items.iter().map(|item| self.inline(item)).collect();
        Some(format!("[\n{}]", items?.iter().map(|item| format!("  {item},\n")).collect::<String>()))
    }

    fn inline(&mut self, node: &Literal) -> Option<String> {
        Some(match &node.value {
            Value::Null => return self.refuse("`null` inside a list or map, which TOML cannot write"),
            Value::Bool(value) => value.to_string(),
            Value::Number(number) => match sayable(number) {
                Ok(()) => number.0.clone(),
                Err(why) => return self.refuse(&format!("{number}, {why}")),
            },
            Value::Text(text) => string(text),
            Value::List(items) => {
                let items: Option<Vec<String>> = items.iter().map(|item| self.inline(item)).collect();
                format!("[{}]", items?.join(", "))
            }
            Value::Map(map) if map.entries.is_empty() => "{}".into(),
            Value::Map(map) => {
                let member =
                    |entry: &Entry| Some(format!("{} = {}", key(&entry.key), self.inline(&entry.value)?));
                let members: Option<Vec<String>> = map.entries.iter().map(member).collect();
                format!("{{ {} }}", members?.join(", "))
            }
        })
    }

    fn refuse(&mut self, what: &str) -> Option<String> {
        let value = self.path.last().and_then(|setting| match &setting.item {
            Item::Value(value) => Some(value),
            Item::Group(_) => None,
        })?;
        let at = SettingPath { path: self.path.clone(), value };
        text::refuse(&at, what, "write `json` or `yaml`, which can, or another value", self.diags);
        None
    }
}

/// Members that are null are comments there, so that such a record stands in a table of its own.
fn is_record(node: &Literal) -> bool {
    node.as_map().is_some_and(|map| !map.entries.is_empty())
}

fn sayable(number: &Number) -> Result<(), &'static str> {
    if number.is_integer() {
        return number.as_i64().map(drop).ok_or("an integer beyond the 64 bits of TOML");
    }
    number.as_f64().map(drop).ok_or("a number beyond the binary64 of TOML")
}

/// A key, quoted where it has to be.
fn key(key: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if !key.is_empty() && key.chars().all(bare) { key.to_owned() } else { basic(key) }
}

/// A string; over several lines where it has several.
fn string(text: &str) -> String {
    if !text.contains('\n') {
        return basic(text);
    }
    let lines: Vec<String> = text.split('\n').map(escaped).collect();
    format!("\"\"\"\n{}\"\"\"", lines.join("\n"))
}

fn basic(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

fn escaped(text: &str) -> String {
    text.chars().fold(String::new(), |mut all, c| {
        match c {
            '"' => all.push_str("\\\""),
            '\\' => all.push_str("\\\\"),
            '\n' => all.push_str("\\n"),
            '\r' => all.push_str("\\r"),
            '\t' => all.push_str("\\t"),
            c if c.is_control() => all.push_str(&format!("\\u{:04X}", c as u32)),
            c => all.push(c),
        }
        all
    })
}
