//! `java.util.Properties`, with lists and maps by the names of Spring: `hosts[0]`, `routes[0].path`, `labels[app.kubernetes.io]`.

use std::collections::BTreeSet;

use polywire_contract::{Content, Flat, Literal, SettingKind, SettingPath, Settings};
use polywire_diag::Diagnostic;
use polywire_syntax::Value;

use super::{HEADER, head, reference, text};
use crate::{Emitter, Files, OptionRow, Options};

/// The target.
pub(super) struct Properties;

impl Emitter<Settings> for Properties {
    fn name(&self) -> &'static str {
        "properties"
    }

    fn about(&self) -> &'static str {
        "Java properties with dotted keys, for Spring and `java.util.Properties`"
    }

    fn options(&self) -> &'static [OptionRow] {
        const READER: OptionRow = OptionRow {
            name: "reader",
            values: &["spring", "java"],
            default: "spring",
            doc: "Who reads the file. Spring replaces `${x}` in values, and only its newest versions have an escape; `java.util.Properties` does not.",
        };
        &[HEADER, READER]
    }

    fn emit(&self, settings: &Settings, options: &Options, diags: &mut Vec<Diagnostic>) -> Files {
        let mut text = String::new();
        if !options.is("header", "no") {
            text.push_str(&(text::head_hashed(&head(settings)) + "\n"));
        }
        let spring = !options.is("reader", "java");
        let names = settings.flat(Flat::Dotted, diags);
        let mut known: BTreeSet<String> = names.iter().map(|named| named.name.clone()).collect();
        for named in &names {
            text.push_str(&text::hashed(&named.at.setting().doc, ""));
            let mut lines = Lines { at: &named.at, spring, known: &mut known, diags, text: String::new() };
            match &named.at.value.content {
                Content::Absent => lines.comment(&named.name, "has no value here"),
                Content::Secret(name) => lines.pair(&named.name, &reference(name)),
                Content::Literal(node) => lines.value(&named.name, node, &named.at.value.kind),
            }
            text.push_str(&lines.text);
        }
        Files::one(options.path(), text::ended(&text))
    }
}

struct Lines<'a, 'd> {
    at: &'a SettingPath<'a>,
    spring: bool,
    /// Every name that was given out.
    known: &'a mut BTreeSet<String>,
    diags: &'d mut Vec<Diagnostic>,
    text: String,
}

impl Lines<'_, '_> {
    fn value(&mut self, name: &str, node: &Literal, kind: &SettingKind) {
        match &node.value {
            Value::Null => self.comment(name, "is null"),
            // Spring reads nothing as the empty list.
            Value::List(items) if items.is_empty() => self.pair(name, ""),
            Value::List(items) => {
                for (at, item) in items.iter().enumerate() {
                    if item.is_null() {
                        self.refuse("`null` inside a list, which properties cannot write");
                    }
                    self.inner(&format!("{name}[{at}]"), item, item_kind(kind));
                }
            }
            Value::Map(map) if map.entries.is_empty() => self.comment(name, "is an empty map"),
            Value::Map(map) => {
                for entry in &map.entries {
                    let member = member_kind(kind, &entry.key);
                    let name = self.member_name(name, &entry.key, member.is_some());
                    self.inner(&name, &entry.value, member.unwrap_or(item_kind(kind)));
                }
            }
            _ => {
                let text = text::plain(node);
                self.pair(name, &text);
            }
        }
    }

    fn inner(&mut self, name: &str, node: &Literal, kind: &SettingKind) {
        if !self.known.insert(name.to_owned()) {
            self.refuse(&format!("`{name}`, which is another's name, too"));
        }
        self.value(name, node, kind);
    }

    /// Spring takes what stands in brackets as it is; everything else it compares by letters and digits.
    fn member_name(&mut self, name: &str, key: &str, declared: bool) -> String {
        let simple = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let begins = key.starts_with(|c: char| c.is_ascii_lowercase());
        if declared || (begins && key.chars().all(simple)) {
            if key.contains(['.', '[', ']']) || key.is_empty() {
                self.refuse(&format!("the key `{}`, which parts names in properties", key.escape_debug()));
            }
            return format!("{name}.{key}");
        }
        if key.contains(['[', ']']) || key.is_empty() {
            self.refuse(&format!("the key `{}`, which Spring cannot read in brackets", key.escape_debug()));
        }
        format!("{name}[{key}]")
    }

    fn pair(&mut self, name: &str, value: &str) {
        if self.spring && value.contains("${") {
            let help = "write `reader: java` if no Spring reads the file, or `json`";
            text::refuse(self.at, "`${`, which Spring replaces", help, self.diags);
        }
        self.text.push_str(&format!("{}={}\n", escaped(name, Part::Key), escaped(value, Part::Value)));
    }

    fn comment(&mut self, name: &str, what: &str) {
        self.text.push_str(&format!("# {} {what}.\n", escaped(name, Part::Value)));
    }

    fn refuse(&mut self, what: &str) {
        text::refuse(self.at, what, "write `json` or `yaml`, or another value", self.diags);
    }
}

fn item_kind(kind: &SettingKind) -> &SettingKind {
    match kind {
        SettingKind::List(of) | SettingKind::Map(of) => of,
        SettingKind::Nullable(of) => item_kind(of),
        _ => &SettingKind::Any,
    }
}

fn member_kind<'a>(kind: &'a SettingKind, key: &str) -> Option<&'a SettingKind> {
    match kind {
        SettingKind::Record(members) => {
            members.iter().find(|member| member.key == key).map(|member| &member.kind)
        }
        SettingKind::Nullable(of) => member_kind(of, key),
        _ => None,
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Part {
    Key,
    Value,
}

/// Readers of streams take bytes for Latin-1, those of `Reader` for UTF-8: ASCII is the same in both.
fn escaped(text: &str, part: Part) -> String {
    let mut all = String::new();
    let last = text.chars().count().saturating_sub(1);
    for (at, c) in text.chars().enumerate() {
        match c {
            // Editors take blanks away at the end of a line.
            ' ' if at == last => all.push_str("\\u0020"),
            '\\' => all.push_str("\\\\"),
            '\n' => all.push_str("\\n"),
            '\r' => all.push_str("\\r"),
            '\t' => all.push_str("\\t"),
            '\u{c}' => all.push_str("\\f"),
            ' ' if at == 0 || part == Part::Key => all.push_str("\\ "),
            '=' | ':' | '#' | '!' if part == Part::Key => all.extend(['\\', c]),
            ' '..='~' => all.push(c),
            c => c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| all.push_str(&format!("\\u{unit:04x}"))),
        }
    }
    all
}
