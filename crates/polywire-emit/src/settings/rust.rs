//! Rust 2021 and later: structs without a crate, and `Config::load`, which reads the environment over the values of
//! the file.

mod json;
mod loader;

use polywire_contract::{Int, Settings};
use polywire_diag::Diagnostic;

use super::code::{
    self, Case, Choice, Doc, Entry, Field, Form, Lit, Naming, Needs, Program, Source, Struct, Style, Ty,
    comment_lines, float, hidden, render,
};
use super::head;
use crate::{Emitter, Files, Options};

/// The target.
pub(super) struct Rust;

const NAMING: Naming = Naming {
    case: Case::Snake,
    fields: &[
        "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do",
        "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let",
        "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "self",
        "static", "struct", "super", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use",
        "virtual", "where", "while", "yield",
    ],
    types: &[
        "BTreeMap",
        "Box",
        "Clone",
        "Copy",
        "Debug",
        "Display",
        "Environment",
        "Eq",
        "Err",
        "Fn",
        "Json",
        "JsonReader",
        "None",
        "Ok",
        "Option",
        "PartialEq",
        "Problem",
        "Result",
        "Self",
        "Setting",
        "Sized",
        "Some",
        "String",
        "ToString",
        "Value",
        "Vec",
    ],
    bits: Some(128),
};

impl Emitter<Settings> for Rust {
    fn name(&self) -> &'static str {
        "rust"
    }

    fn about(&self) -> &'static str {
        "a module of structs with `Config::load()`, for Rust 2021 and later, without a crate"
    }

    fn emit(&self, settings: &Settings, options: &Options, diags: &mut Vec<Diagnostic>) -> Files {
        let before = diags.len();
        let program = Program::new(settings, &NAMING, "Config", diags);
        if diags[before..].iter().any(Diagnostic::is_error) {
            return Files::default();
        }
        let needs = Needs::of(&program);
        let mut parts = vec![opening(settings, &program, &needs)];
        parts.extend(program.structs.iter().map(|of| structure(&program, of)));
        parts.extend(program.choices.iter().map(choice));
        parts.extend(anywhere(&program, &|ty| *ty == Ty::Any).then(|| loader::VALUE.to_owned()));
        parts.push(load(&program));
        parts.extend(program.of_records().map(record));
        let has_options = anywhere(&program, &|ty| matches!(ty, Ty::Nullable(_)));
        parts.extend(loader::parts(&needs, &integers(&program), has_options));
        Files::one(options.path(), parts.join("\n\n") + "\n")
    }
}

fn opening(settings: &Settings, program: &Program<'_>, needs: &Needs) -> String {
    let [first, second] = head(settings);
    let name = comment_lines(&settings.name).join(" ");
    let maps = anywhere(program, &|ty| matches!(ty, Ty::Map(_) | Ty::Any)) || loader::has_json(needs);
    let uses = if maps {
        "use std::collections::BTreeMap;\nuse std::env;\nuse std::fmt;"
    } else {
        "use std::env;\nuse std::fmt;"
    };
    format!(
        "// {first}\n// {second}\n\n//! The settings of {}.\n\n{}\n\n{uses}",
        name.trim(),
        loader::ALLOWED
    )
}

fn anywhere(program: &Program<'_>, test: &dyn Fn(&Ty) -> bool) -> bool {
    fn within(ty: &Ty, test: &dyn Fn(&Ty) -> bool) -> bool {
        test(ty)
            || match ty {
                Ty::List(of) | Ty::Map(of) | Ty::Nullable(of) => within(of, test),
                Ty::Bool
                | Ty::Int { .. }
                | Ty::Float
                | Ty::Text
                | Ty::Choice(_)
                | Ty::Struct(_)
                | Ty::Any => false,
            }
    }
    program.structs.iter().flat_map(|of| &of.fields).any(|field| within(&field.ty, test))
}

/// Every integer type that stands somewhere.
fn integers(program: &Program<'_>) -> Vec<&'static str> {
    let all = [Int::I8, Int::I16, Int::I32, Int::I64, Int::U8, Int::U16, Int::U32, Int::U64];
    let all = all.map(Some).into_iter().chain([None]);
    let stands = |domain: &Option<Int>| {
        anywhere(program, &|ty| matches!(ty, Ty::Int { domain: found, .. } if found == domain))
    };
    all.filter(stands).map(integer).collect()
}

fn integer(domain: Option<Int>) -> &'static str {
    match domain {
        Some(Int::I8) => "i8",
        Some(Int::I16) => "i16",
        Some(Int::I32) => "i32",
        Some(Int::I64) => "i64",
        Some(Int::U8) => "u8",
        Some(Int::U16) => "u16",
        Some(Int::U32) => "u32",
        Some(Int::U64) => "u64",
        None => "i128",
    }
}

fn docs(doc: &str, indent: &str) -> String {
    let line = |line: &String| format!("{indent}/// {line}").trim_end().to_owned() + "\n";
    comment_lines(doc).iter().map(line).collect()
}

fn about(of: &Struct<'_>) -> String {
    let at = comment_lines(&of.at).join(" ").replace('[', "\\[");
    match (at.as_str(), of.is_record) {
        ("", _) => "All settings.".to_owned(),
        (at, false) => format!("What stands under {at}."),
        (at, true) => format!("An item of {at}."),
    }
}

fn structure(program: &Program<'_>, of: &Struct<'_>) -> String {
    let is_masked = |field: &Field<'_>| matches!(&field.source, Source::Value(entry) if entry.masked);
    let masked = of.fields.iter().any(is_masked);
    let derives = if masked { "Clone, PartialEq" } else { "Clone, Debug, PartialEq" };
    let mut text = format!("/// {}\n#[derive({derives})]\npub struct {} {{", about(of), of.name);
    for field in &of.fields {
        let ty = type_of(program, &field.ty);
        text.push_str(&format!("\n{}    pub {}: {ty},", docs(field.doc, "    "), field.name));
    }
    text.push_str(if of.fields.is_empty() { "}" } else { "\n}" });
    if masked {
        let field = |field: &Field<'_>| {
            let value = if is_masked(field) { "\"***\"".to_owned() } else { format!("self.{}", field.name) };
            format!(".field(\"{}\", &{value})", field.name)
        };
        let calls = [vec![format!("f.debug_struct(\"{}\")", of.name)], of.fields.iter().map(field).collect()]
            .concat();
        let calls = [calls, vec![".finish()".to_owned()]].concat();
        let joint = if calls.concat().len() <= 60 { "" } else { "\n            " };
        text.push_str(&format!("\n\nimpl fmt::Debug for {} {{\n    {}", of.name, loader::FMT));
        text.push_str(&format!("\n        {}\n    }}\n}}", calls.join(joint)));
    }
    text
}

fn choice(of: &Choice) -> String {
    let name = &of.name;
    let labels = NAMING.labels(&of.values);
    let variants: String = labels.iter().map(|label| format!("\n    {label},")).collect();
    let arms = labels.iter().zip(&of.values);
    let arms: String =
        arms.map(|(label, value)| format!("\n            {name}::{label} => {},", quoted(value))).collect();
    let all = labels.iter().map(|label| Doc::text(format!("{name}::{label}"))).collect();
    let all = Doc::pair("pub const ALL: &'static [Self] = ", Doc::group("&[", all, "]", Form::List));
    let all = render(Style::Rustfmt, &all, 4, 4, 1);
    loader::choice(name, &variants, &all, &arms)
}

fn type_of(program: &Program<'_>, ty: &Ty) -> String {
    match ty {
        Ty::Bool => "bool".to_owned(),
        Ty::Int { domain, .. } => integer(*domain).to_owned(),
        Ty::Float => "f64".to_owned(),
        Ty::Text => "String".to_owned(),
        Ty::Choice(of) => program.choices[*of].name.clone(),
        Ty::List(of) => format!("Vec<{}>", type_of(program, of)),
        Ty::Map(of) => format!("BTreeMap<String, {}>", type_of(program, of)),
        Ty::Struct(of) => program.structs[*of].name.clone(),
        Ty::Nullable(of) => format!("Option<{}>", type_of(program, of)),
        Ty::Any => "Value".to_owned(),
    }
}

fn load(program: &Program<'_>) -> String {
    let config = Doc::pair("let config = ", group(program, 0));
    let config = render(Style::Rustfmt, &config, 8, 8, 1);
    let mutable = if program.entries().next().is_some() { "mut " } else { "" };
    loader::load(mutable, &config)
}

fn group(program: &Program<'_>, place: usize) -> Doc {
    let of = &program.structs[place];
    let fields = of.fields.iter().map(|field| {
        let value = match &field.source {
            Source::Group(below) => group(program, *below),
            Source::Value(entry) => setting(program, field, entry),
            Source::Member { .. } => Doc::text("None"),
        };
        Doc::pair(format!("{}: ", field.name), value)
    });
    Doc::group(format!("{} {{ ", of.name), fields.collect(), " }", Form::Struct)
}

fn setting(program: &Program<'_>, field: &Field<'_>, entry: &Entry<'_>) -> Doc {
    let mut arguments = vec![Doc::text(quoted(&entry.variable))];
    if !entry.required {
        let value = entry.value.as_ref().map(|value| literal(program, &field.ty, value));
        let nothing = if field.ty == Ty::Any { "Value::Null" } else { "None" };
        arguments.push(value.unwrap_or(Doc::text(nothing)));
    }
    let call = match (entry.required, entry.masked) {
        (true, true) => "env.required_secret",
        (true, false) => "env.required",
        (false, true) => "env.optional_secret",
        (false, false) => "env.optional",
    };
    Doc::call(call, arguments)
}

fn record(of: &Struct<'_>) -> String {
    let name = &of.name;
    let keys = of.fields.iter().map(|field| Doc::text(quoted(&field.key))).collect();
    let keys = Doc::group("&[", keys, "]", Form::List);
    let members = Doc::call("node.members", vec![Doc::text("at"), keys]);
    let used = if of.fields.is_empty() { "" } else { "let members = " };
    let members = render(Style::Rustfmt, &Doc::pair(used, members), 8, 8, 2);
    let fields = of.fields.iter().map(|field| {
        let required = !matches!(field.source, Source::Member { required: false, .. });
        let call = if required { "required_member" } else { "optional_member" };
        let key = Doc::text(quoted(&field.key));
        let value = Doc::call(call, vec![Doc::text("at"), Doc::text("members"), key]);
        Doc::pair(format!("{}: ", field.name), Doc::text(value.flat(Style::Black).unwrap_or_default() + "?"))
    });
    let made = Doc::group(format!("Ok({name} {{"), fields.collect(), "})", Form::Block);
    let blank = of.fields.iter().map(|field| Doc::text(format!("{}: Setting::blank()", field.name)));
    let blank = Doc::group(format!("{name} {{ "), blank.collect(), " }", Form::Struct);
    let (made, blank) = (render(Style::Rustfmt, &made, 8, 8, 0), render(Style::Rustfmt, &blank, 8, 8, 0));
    loader::record(name, &blank, &members, &made)
}

/// A value in the language.
fn literal(program: &Program<'_>, ty: &Ty, value: &Lit<'_>) -> Doc {
    if let (Ty::Nullable(of), false) = (ty, matches!(value, Lit::Null | Lit::Absent)) {
        return Doc::call("Some", vec![literal(program, of, value)]);
    }
    let is_any = *ty == Ty::Any;
    let wrapped =
        |name: &str, doc: Doc| if is_any { Doc::call(&format!("Value::{name}"), vec![doc]) } else { doc };
    match value {
        Lit::Null | Lit::Absent => Doc::text(if is_any { "Value::Null" } else { "None" }),
        Lit::Bool(value) => wrapped("Bool", Doc::text(value.to_string())),
        Lit::Int(digits) => wrapped("Int", Doc::text(*digits)),
        Lit::Float(value) => wrapped("Float", Doc::text(float(*value))),
        Lit::Text(text) => wrapped("Text", owned(text)),
        Lit::Choice { of, at } => {
            let choice = &program.choices[*of];
            Doc::text(format!("{}::{}", choice.name, NAMING.labels(&choice.values)[*at]))
        }
        Lit::List(items) if items.is_empty() => wrapped("List", Doc::text("Vec::new()")),
        Lit::List(items) => {
            let items = items.iter().map(|item| literal(program, ty.item(), item)).collect();
            wrapped("List", Doc::group("vec![", items, "]", Form::List))
        }
        Lit::Map(entries) if entries.is_empty() => wrapped("Map", Doc::text("BTreeMap::new()")),
        Lit::Map(entries) => {
            let entry = |(key, value): &(&str, Lit<'_>)| {
                Doc::call("", vec![owned(key), literal(program, ty.item(), value)])
            };
            let entries = Doc::group("[", entries.iter().map(entry).collect(), "]", Form::List);
            wrapped("Map", Doc::call("BTreeMap::from", vec![entries]))
        }
        Lit::Struct(of, values) => {
            let of = &program.structs[*of];
            let fields = of.fields.iter().zip(values).map(|(field, value)| {
                Doc::pair(format!("{}: ", field.name), literal(program, &field.ty, value))
            });
            Doc::group(format!("{} {{ ", of.name), fields.collect(), " }", Form::Struct)
        }
    }
}

fn owned(text: &str) -> Doc {
    if text.is_empty() {
        return Doc::text("String::new()");
    }
    Doc::group(quoted(text), vec![Doc::text(".to_string()")], "", Form::Method)
}

fn quoted(text: &str) -> String {
    code::quoted(text, '"', |c, out| match c {
        c if hidden(c) => out.push_str(&format!("\\u{{{:x}}}", c as u32)),
        c => out.push(c),
    })
}
