//! Python 3.10 and later: frozen dataclasses, and `load`, which reads the environment over the values of the file.

mod loader;

use polywire_contract::{Int, Settings, words};
use polywire_diag::Diagnostic;

use super::code::{
    self, Case, Doc, Entry, Field, Form, Lit, Naming, Needs, Part, Program, Source, Struct, Style, Ty,
    comment_lines, float, hidden, render,
};
use super::{head, printable};
use crate::{Emitter, Files, Options};

/// The target.
pub(super) struct Python;

const NAMING: Naming = Naming {
    case: Case::Snake,
    fields: &[
        "and", "as", "assert", "async", "await", "bool", "break", "class", "continue", "def", "del", "elif",
        "else", "except", "field", "finally", "float", "for", "from", "global", "if", "import", "in", "int",
        "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "self", "str", "try", "tuple",
        "while", "with", "yield",
    ],
    types: &["Any", "Callable", "False", "Literal", "Mapping", "None", "True", "TypeVar"],
    bits: None,
};

impl Emitter<Settings> for Python {
    fn name(&self) -> &'static str {
        "python"
    }

    fn about(&self) -> &'static str {
        "a module of frozen dataclasses with `load()`, for Python 3.10 and later"
    }

    fn emit(&self, settings: &Settings, options: &Options, diags: &mut Vec<Diagnostic>) -> Files {
        let before = diags.len();
        let program = Program::new(settings, &NAMING, "Config", diags);
        if diags[before..].iter().any(Diagnostic::is_error) {
            return Files::default();
        }
        let needs = Needs::of(&program);
        let mut parts = vec![opening(settings, &program, &needs)];
        parts.extend(program.structs.iter().rev().map(|of| class(&program, of)));
        parts.push(loader::ERROR.to_owned());
        parts.push(load(&program));
        parts.extend(program.of_records().map(|of| record(&program, of)));
        parts.extend(loader::parts(&needs));
        Files::one(options.path(), parts.join("\n\n\n") + "\n")
    }
}

fn opening(settings: &Settings, program: &Program<'_>, needs: &Needs) -> String {
    let [first, second] = head(settings);
    let title = format!("\"\"\"The settings of {}.\"\"\"", docstring(&settings.name));
    let mut lines = vec![format!("# {first}"), format!("# {second}"), title, String::new()];
    lines.push("from __future__ import annotations\n".to_owned());
    lines.extend(["import json", "import os"].map(str::to_owned));
    lines.extend(needs.any(&[Part::Int, Part::Any]).then(|| "import re".to_owned()));
    lines.push("from collections.abc import Callable, Mapping".to_owned());
    lines.push(format!(
        "from dataclasses import dataclass{}",
        if needs.has(Part::Masked) { ", field" } else { "" }
    ));
    let names = [
        (needs.has(Part::Any), "Any"),
        (!program.choices.is_empty(), "Literal"),
        (true, "TypeVar"),
        (needs.any(&[Part::Required, Part::OptionalNullable, Part::Any]), "cast"),
        (needs.has(Part::Choice), "get_args"),
    ];
    let names: Vec<&str> = names.iter().filter(|(needed, _)| *needed).map(|(_, name)| *name).collect();
    lines.push(format!("from typing import {}\n", names.join(", ")));
    lines.push("_T = TypeVar(\"_T\")".to_owned());
    for choice in &program.choices {
        let values = choice.values.iter().map(|value| Doc::text(quoted(value))).collect();
        let alias = Doc::pair(format!("{} = ", choice.name), Doc::group("Literal[", values, "]", Form::Call));
        lines.push(render(Style::Black, &alias, 0, 0, 0));
    }
    lines.join("\n")
}

fn class(program: &Program<'_>, of: &Struct<'_>) -> String {
    let mut lines = vec![
        "@dataclass(frozen=True, kw_only=True, slots=True)".to_owned(),
        format!("class {}:", of.name),
        format!("    \"\"\"{}\"\"\"", about(of)),
    ];
    if !of.fields.is_empty() {
        lines.push(String::new());
    }
    for field in &of.fields {
        lines.extend(comment_lines(field.doc).iter().map(|line| format!("    {}", comment(line))));
        let ty = annotation(program, &field.ty);
        let default = match &field.source {
            Source::Value(entry) if entry.masked => " = field(repr=False)",
            Source::Member { required: false, .. } => " = None",
            Source::Value(_) | Source::Group(_) | Source::Member { .. } => "",
        };
        lines.push(format!("    {}: {ty}{default}", field.name));
    }
    lines.join("\n")
}

fn about(of: &Struct<'_>) -> String {
    match (of.at.as_str(), of.is_record) {
        ("", _) => "All settings.".to_owned(),
        (at, false) => format!("What stands under {}.", docstring(at)),
        (at, true) => format!("An item of {}.", docstring(at)),
    }
}

/// A comment that no tool takes for an order.
fn comment(line: &str) -> String {
    const ORDERS: &[&str] = &["fmt", "isort", "mypy", "noqa", "pylint", "pyright", "ruff", "type", "yapf"];
    let order = line.split_once(':').filter(|(word, _)| ORDERS.contains(&word.trim()));
    match order {
        Some((word, rest)) => format!("# {word} :{rest}"),
        None => format!("# {line}").trim_end().to_owned(),
    }
}

fn docstring(text: &str) -> String {
    printable(text)
        .chars()
        .filter(|c| !hidden(*c))
        .collect::<String>()
        .replace('\\', "\\\\")
        .replace('"', "'")
}

fn annotation(program: &Program<'_>, ty: &Ty) -> String {
    match ty {
        Ty::Bool => "bool".to_owned(),
        Ty::Int { .. } => "int".to_owned(),
        Ty::Float => "float".to_owned(),
        Ty::Text => "str".to_owned(),
        Ty::Choice(of) => program.choices[*of].name.clone(),
        Ty::List(of) => format!("tuple[{}, ...]", annotation(program, of)),
        Ty::Map(of) => format!("Mapping[str, {}]", annotation(program, of)),
        Ty::Struct(of) => program.structs[*of].name.clone(),
        Ty::Nullable(of) => format!("{} | None", annotation(program, of)),
        Ty::Any => "Any".to_owned(),
    }
}

fn load(program: &Program<'_>) -> String {
    let config = Doc::pair("config = ", group(program, 0));
    let mut lines = vec![
        "def load(environ: Mapping[str, str] | None = None) -> Config:".to_owned(),
        "    \"\"\"Reads environment variables over the values of the file.".to_owned(),
        String::new(),
        "    Raises ConfigError, which names everything that is missing or malformed.".to_owned(),
        "    \"\"\"".to_owned(),
    ];
    lines.push("    env = _Environment(os.environ if environ is None else environ)".to_owned());
    lines.push(format!("    {}", render(Style::Black, &config, 4, 4, 0)));
    lines.push("    if env.problems:".to_owned());
    lines.push("        raise ConfigError(*env.problems)".to_owned());
    lines.push("    return config".to_owned());
    lines.join("\n")
}

fn group(program: &Program<'_>, place: usize) -> Doc {
    let of = &program.structs[place];
    let fields = of.fields.iter().map(|field| {
        let value = match &field.source {
            Source::Group(below) => group(program, *below),
            Source::Value(entry) => setting(program, field, entry),
            Source::Member { .. } => Doc::text("None"),
        };
        Doc::pair(format!("{}=", field.name), value)
    });
    Doc::group(format!("{}(", of.name), fields.collect(), ")", Form::Block)
}

fn setting(program: &Program<'_>, field: &Field<'_>, entry: &Entry<'_>) -> Doc {
    let nullable = matches!(&field.ty, Ty::Nullable(of) if **of != Ty::Text) && !entry.required;
    let parse = text_parser(program, if nullable { field.ty.bare() } else { &field.ty });
    let parse = if entry.masked { Doc::call("_masked", vec![parse]) } else { parse };
    let mut arguments = vec![Doc::text(quoted(&entry.variable)), parse];
    if entry.required {
        return Doc::call("env.required", arguments);
    }
    let value = entry.value.as_ref().map(|value| literal(program, &field.ty, value));
    arguments.push(value.unwrap_or(Doc::text("None")));
    Doc::call(if nullable { "env.nullable" } else { "env.optional" }, arguments)
}

/// What reads a variable's text.
fn text_parser(program: &Program<'_>, ty: &Ty) -> Doc {
    match ty {
        Ty::Nullable(of) if **of == Ty::Text => Doc::text("_text"),
        Ty::Nullable(of) => Doc::call("_nullable", vec![text_parser(program, of)]),
        Ty::List(of) if of.is_scalar() => Doc::call("_words", vec![parser(program, of)]),
        Ty::List(_) | Ty::Map(_) | Ty::Struct(_) | Ty::Any => Doc::call("_json", vec![parser(program, ty)]),
        Ty::Bool | Ty::Int { .. } | Ty::Float | Ty::Text | Ty::Choice(_) => parser(program, ty),
    }
}

/// What reads a plain text, or a value of JSON.
fn parser(program: &Program<'_>, ty: &Ty) -> Doc {
    match ty {
        Ty::Bool => Doc::text("_boolean"),
        Ty::Int { domain: Some(Int::I64), .. } => Doc::text("_integer()"),
        Ty::Int { domain: Some(domain), .. } => {
            let (low, high) = Ty::range(*domain);
            Doc::text(format!("_integer({low}, {high})"))
        }
        Ty::Int { domain: None, .. } => Doc::text("_integer(None, None)"),
        Ty::Float => Doc::text("_number"),
        Ty::Text => Doc::text("_text"),
        Ty::Choice(of) => Doc::text(format!("_choice(get_args({}))", program.choices[*of].name)),
        Ty::List(of) => Doc::call("_list", vec![parser(program, of)]),
        Ty::Map(of) => Doc::call("_map", vec![parser(program, of)]),
        Ty::Struct(of) => Doc::text(reader(&program.structs[*of])),
        Ty::Nullable(of) if **of == Ty::Text => Doc::text("_text_or_null"),
        Ty::Nullable(of) => Doc::call("_nullable", vec![parser(program, of)]),
        Ty::Any => Doc::text("_anything"),
    }
}

/// The function that reads a record.
fn reader(of: &Struct<'_>) -> String {
    format!("_read_{}", words(&of.name).snake())
}

fn record(program: &Program<'_>, of: &Struct<'_>) -> String {
    let keys: Vec<Doc> = of.fields.iter().map(|field| Doc::text(quoted(&field.key))).collect();
    let arguments = [vec![Doc::text("at"), Doc::text("value")], keys].concat();
    let members = Doc::pair("record = ", Doc::call("_Members", arguments));
    let fields = of.fields.iter().map(|field| {
        let required = !matches!(field.source, Source::Member { required: false, .. });
        let (call, ty) =
            if required { ("record.required", &field.ty) } else { ("record.optional", field.ty.bare()) };
        let arguments = vec![Doc::text(quoted(&field.key)), parser(program, ty)];
        Doc::pair(format!("{}=", field.name), Doc::call(call, arguments))
    });
    let made = Doc::group(format!("return {}(", of.name), fields.collect(), ")", Form::Block);
    let members = render(Style::Black, &members, 4, 4, 0);
    let members = if of.fields.is_empty() { members.replace("record = ", "") } else { members };
    let parameters = vec![Doc::text("at: str"), Doc::text("value: object")];
    let opening = Doc::call(&format!("def {}", reader(of)), parameters);
    let returns = format!(" -> {}:", of.name);
    let opening = render(Style::Black, &opening, 0, 0, returns.chars().count());
    format!("{opening}{returns}\n    {members}\n    {}", render(Style::Black, &made, 4, 4, 0))
}

/// A value in the language.
fn literal(program: &Program<'_>, ty: &Ty, value: &Lit<'_>) -> Doc {
    match value {
        Lit::Null | Lit::Absent => Doc::text("None"),
        Lit::Bool(value) => Doc::text(if *value { "True" } else { "False" }),
        Lit::Int(digits) => Doc::text(*digits),
        Lit::Float(value) => Doc::text(float(*value)),
        Lit::Text(text) => Doc::text(quoted(text)),
        Lit::Choice { of, at } => Doc::text(quoted(&program.choices[*of].values[*at])),
        Lit::List(items) => {
            let docs = items.iter().map(|item| literal(program, ty.item(), item)).collect();
            match ty.bare() {
                Ty::List(_) => Doc::group("(", docs, ")", Form::Tuple),
                _ => Doc::group("[", docs, "]", Form::List),
            }
        }
        Lit::Map(entries) => {
            let entry = |(key, value): &(&str, Lit<'_>)| {
                Doc::pair(format!("{}: ", quoted(key)), literal(program, ty.item(), value))
            };
            Doc::group("{", entries.iter().map(entry).collect(), "}", Form::List)
        }
        Lit::Struct(of, values) => {
            let of = &program.structs[*of];
            let fields = of.fields.iter().zip(values).filter(|(_, value)| **value != Lit::Absent);
            let fields = fields.map(|(field, value)| {
                Doc::pair(format!("{}=", field.name), literal(program, &field.ty, value))
            });
            Doc::call(&of.name, fields.collect())
        }
    }
}

/// A string in the quotes that need fewer escapes.
fn quoted(text: &str) -> String {
    code::quoted(text, code::rarer_quote(text), |c, out| match c {
        c if hidden(c) && (c as u32) < 0x100 => out.push_str(&format!("\\x{:02x}", c as u32)),
        c if hidden(c) => out.push_str(&format!("\\u{:04x}", c as u32)),
        c => out.push(c),
    })
}
