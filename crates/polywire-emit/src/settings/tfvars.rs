//! Variables of Terraform: values in `*.auto.tfvars.json`, which Terraform loads by itself, and their declarations beside it.
//!
//! Groups are objects. What is secret or sensitive is a variable of its own without a value, so that no state or plan shows it.

mod types;

use std::collections::BTreeMap;

use icu_normalizer::ComposingNormalizerBorrowed;
use polywire_contract::{
    Content, Group, Item, Literal, SETTING_NAMES_COLLIDE, Setting, SettingPath, SettingValue, Settings,
};
use polywire_diag::Diagnostic;
use polywire_syntax::{Number, Value};

use super::{HEADER, head, json, text};
use crate::{Emitter, Files, OptionRow, Options};
use types::Type;

/// The target.
pub(super) struct Tfvars;

impl Emitter<Settings> for Tfvars {
    fn name(&self) -> &'static str {
        "tfvars"
    }

    fn about(&self) -> &'static str {
        "`*.auto.tfvars.json` of Terraform, and `variables.tf` with the types"
    }

    fn options(&self) -> &'static [OptionRow] {
        const VARIABLES: OptionRow = OptionRow {
            name: "variables",
            values: &[],
            default: "variables.tf",
            doc: "The file beside it that declares the variables; `no` writes none.",
        };
        &[HEADER, VARIABLES]
    }

    fn emit(&self, settings: &Settings, options: &Options, diags: &mut Vec<Diagnostic>) -> Files {
        let mut scope = Scope { variables: Vec::new(), known: BTreeMap::new(), diags };
        for setting in &settings.root.settings {
            scope.setting(setting);
        }
        let header = (!options.is("header", "no")).then(|| head(settings));
        let mut lines: Vec<String> = Vec::new();
        lines.extend(
            header.as_ref().map(|head| format!("{}: {}", json::quoted("//"), json::quoted(&head.join(" ")))),
        );
        let values = scope.variables.iter().filter_map(|variable| Some((variable, variable.value.as_ref()?)));
        lines.extend(values.map(|(variable, value)| format!("{}: {value}", json::quoted(&variable.name))));
        let mut text = String::new();
        json::block(('{', '}'), &lines, 0, &mut text);
        let mut files = Files::one(options.path(), text + "\n");
        let declarations = options.get("variables").unwrap_or("variables.tf");
        if declarations != "no" {
            let mut parts: Vec<String> = scope.variables.iter().map(Variable::declaration).collect();
            if let Some(head) = &header {
                parts.insert(0, text::head_hashed(head));
            }
            files.insert(options.beside(declarations), text::ended(&parts.join("\n")));
        }
        files
    }
}

/// A variable with what it is declared as, and its value as JSON where it has one.
struct Variable {
    name: String,
    doc: String,
    kind: Type,
    nullable: bool,
    /// Without a value Terraform asks for one.
    optional: bool,
    sensitive: bool,
    value: Option<String>,
}

impl Variable {
    /// As `terraform fmt` has it: `=` stand below one another, but not across what has several lines.
    fn declaration(&self) -> String {
        let mut rows: Vec<(&str, String)> = Vec::new();
        let doc = text::lines(&self.doc).join(" ");
        rows.extend((!doc.is_empty()).then(|| ("description", types::quoted(doc.trim()))));
        rows.push(("type", self.kind.text(1)));
        rows.extend((!self.nullable).then(|| ("nullable", "false".to_owned())));
        rows.extend(self.sensitive.then(|| ("sensitive", "true".to_owned())));
        rows.extend(self.optional.then(|| ("default", "null".to_owned())));
        format!("variable \"{}\" {{\n{}}}\n", self.name, types::aligned(&rows, 1))
    }
}

struct Scope<'a, 'd> {
    variables: Vec<Variable>,
    known: BTreeMap<String, &'a Setting>,
    diags: &'d mut Vec<Diagnostic>,
}

impl<'a> Scope<'a, '_> {
    fn setting(&mut self, setting: &'a Setting) {
        match &setting.item {
            Item::Value(value) => self.own(&[setting], value),
            Item::Group(group) => {
                let mut path = vec![setting];
                let (kind, lines) = self.group(group, &mut path);
                let is_left = !lines.is_empty() || !kind.is_empty() || group.settings.is_empty();
                if is_left && let Some(name) = self.name(&path) {
                    let mut value = String::new();
                    json::block(('{', '}'), &lines, 1, &mut value);
                    let doc = setting.doc.clone();
                    let value = Some(value);
                    let variable = Variable {
                        name,
                        doc,
                        kind,
                        nullable: false,
                        optional: false,
                        sensitive: false,
                        value,
                    };
                    self.variables.push(variable);
                }
                self.own_below(group, &mut path);
            }
        }
    }

    /// The type of a group's object, and its members with values as lines of JSON.
    fn group(&mut self, group: &'a Group, path: &mut Vec<&'a Setting>) -> (Type, Vec<String>) {
        let depth = path.len();
        let (mut members, mut lines) = (Vec::new(), Vec::new());
        for setting in &group.settings {
            path.push(setting);
            match &setting.item {
                Item::Group(group) => {
                    let (kind, inner) = self.group(group, path);
                    if !kind.is_empty() || !inner.is_empty() || group.settings.is_empty() {
                        let mut text = String::new();
                        json::block(('{', '}'), &inner, depth + 1, &mut text);
                        lines.push(format!("{}: {text}", json::quoted(&setting.key)));
                        members.push((setting.key.clone(), kind, false));
                    }
                }
                Item::Value(value) if is_own(value) => {}
                Item::Value(value) => {
                    let kind = Type::of(&value.kind);
                    let absent = value.content == Content::Absent;
                    members.push((setting.key.clone(), kind, absent));
                    if let Content::Literal(node) = &value.content {
                        let at = SettingPath { path: path.clone(), value };
                        let text = self.json(&at, node, depth + 1);
                        lines.push(format!("{}: {text}", json::quoted(&setting.key)));
                    }
                }
            }
            path.pop();
        }
        for (key, ..) in members.iter().filter(|(key, ..)| !is_composed(key)) {
            let setting = group.settings.iter().find(|setting| setting.key == *key);
            if let Some(span) = setting.map(|setting| setting.span) {
                let message = format!(
                    "the key `{}` is another after Unicode's NFC, which Terraform applies",
                    key.escape_debug()
                );
                self.diags
                    .push(Diagnostic::error(&crate::SETTING_NOT_SAYABLE, message).at(span, "this value"));
            }
        }
        (Type::object(members), lines)
    }

    /// Variables of their own for what must not stand in an object.
    fn own_below(&mut self, group: &'a Group, path: &mut Vec<&'a Setting>) {
        for setting in &group.settings {
            path.push(setting);
            match &setting.item {
                Item::Group(group) => self.own_below(group, path),
                Item::Value(value) if is_own(value) => self.own(path, value),
                Item::Value(_) => {}
            }
            path.pop();
        }
    }

    fn own(&mut self, path: &[&'a Setting], value: &'a SettingValue) {
        let Some(name) = self.name(path) else { return };
        let Some(setting) = path.last() else { return };
        let at = SettingPath { path: path.to_vec(), value };
        let text = match &value.content {
            Content::Literal(node) if !value.sensitive => Some(self.json(&at, node, 1)),
            Content::Literal(_) | Content::Secret(_) | Content::Absent => None,
        };
        let secret = matches!(value.content, Content::Secret(_));
        let sensitive = value.sensitive || secret;
        let optional = value.content == Content::Absent && !value.required;
        self.variables.push(Variable {
            name,
            doc: setting.doc.clone(),
            kind: Type::of(&value.kind),
            nullable: value.nullable || optional || value.kind == polywire_contract::SettingKind::Any,
            optional,
            sensitive,
            value: text,
        });
    }

    /// The name of a variable, by the words of its path; one name is given out once.
    fn name(&mut self, path: &[&'a Setting]) -> Option<String> {
        let setting = path.last()?;
        let words: Vec<String> = path.iter().map(|setting| setting.words.snake()).collect();
        let name: String =
            words.join("_").chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        let name = match name.as_str() {
            name if name.starts_with(|c: char| c.is_ascii_digit()) => format!("_{name}"),
            name if types::RESERVED.contains(&name) => format!("{name}_"),
            name => name.to_owned(),
        };
        let dotted = |path: &[&Setting]| path.iter().map(|s| s.key.as_str()).collect::<Vec<_>>().join(".");
        if !name.contains(|c: char| c.is_ascii_alphanumeric()) {
            let message = format!("`{}` makes no name of letters and digits", dotted(path));
            self.diags
                .push(Diagnostic::error(&SETTING_NAMES_COLLIDE, message).at(setting.span, "rename this key"));
            return None;
        }
        if let Some(first) = self.known.insert(name.clone(), setting) {
            let message = format!("`{}` and `{}` are both `{name}`", first.key, dotted(path));
            self.diags.push(
                Diagnostic::error(&SETTING_NAMES_COLLIDE, message)
                    .at(setting.span, "the same name as another's")
                    .at(first.span, "the other")
                    .help("rename one of the keys"),
            );
            return None;
        }
        Some(name)
    }

    fn json(&mut self, at: &SettingPath<'_>, node: &Literal, depth: usize) -> String {
        if let Some(what) = unsayable(node) {
            text::refuse(at, what, "write `json`, or another value", self.diags);
        }
        let mut text = String::new();
        json::literal(node, depth, &mut text);
        text
    }
}

/// Whether a value within a group is a variable by itself: what is secret, and what the environment has to bring.
fn is_own(value: &SettingValue) -> bool {
    let secret = value.sensitive || matches!(value.content, Content::Secret(_));
    secret || (value.required && value.content == Content::Absent)
}

fn unsayable(node: &Literal) -> Option<String> {
    match &node.value {
        Value::Null | Value::Bool(_) => None,
        Value::Number(number) => number_is_kept(number).then_some(()).map_or_else(
            || Some(format!("{number}, beyond the precision of Terraform's numbers")),
            |()| None,
        ),
        Value::Text(text) => (!is_composed(text))
            .then(|| "text that is another after Unicode's NFC, which Terraform applies".into()),
        Value::List(items) => items.iter().find_map(unsayable),
        Value::Map(map) => map.entries.iter().find_map(|entry| {
            let key = (!is_composed(&entry.key))
                .then(|| format!("the key `{}`, which Unicode's NFC changes", entry.key));
            key.or_else(|| unsayable(&entry.value))
        }),
    }
}

/// Terraform's numbers have 512 bits.
fn number_is_kept(number: &Number) -> bool {
    number.0.len() <= 150 && (number.is_integer() || number.as_f64().is_some())
}

fn is_composed(text: &str) -> bool {
    ComposingNormalizerBorrowed::new_nfc().is_normalized(text)
}
