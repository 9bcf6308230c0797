//! TypeScript (ES2020 and later): the values as a constant, their types, and `load`, which reads the environment over
//! the values. Needs no types of Node; runs in browsers and under Deno, too.

mod loader;

use polywire_contract::{Int, Settings};
use polywire_diag::Diagnostic;

use super::code::{
    self, Case, Choice, Doc, Entry, Field, Form, Lit, Naming, Needs, Program, SAFE_MAX, Source, Struct,
    Style, Ty, comment_lines, float, hidden, render,
};
use super::head;
use crate::{Emitter, Files, Options};

/// The target.
pub(super) struct TypeScript;

const NAMING: Naming = Naming {
    case: Case::Keep,
    fields: &[],
    types: &[
        "Array",
        "BigInt",
        "Boolean",
        "Error",
        "JSON",
        "JsonNumber",
        "Map",
        "Members",
        "Number",
        "Object",
        "Parser",
        "Problem",
        "Readonly",
        "Reader",
        "Record",
        "RegExp",
        "String",
        "Symbol",
        "SyntaxError",
        "Variables",
        "any",
        "never",
        "undefined",
        "unknown",
        "void",
        "null",
        "true",
        "false",
    ],
    bits: None,
};

impl Emitter<Settings> for TypeScript {
    fn name(&self) -> &'static str {
        "typescript"
    }

    fn about(&self) -> &'static str {
        "a module with the values `as const`, their types and `load()`, for ES2020 and later"
    }

    fn emit(&self, settings: &Settings, options: &Options, diags: &mut Vec<Diagnostic>) -> Files {
        let before = diags.len();
        let program = Program::new(settings, &NAMING, "Config", diags);
        if diags[before..].iter().any(Diagnostic::is_error) {
            return Files::default();
        }
        let [first, second] = head(settings);
        let mut parts = vec![format!("// {first}\n// {second}"), constant(&program)];
        parts.extend(program.choices.iter().map(choice));
        parts.extend(program.structs.iter().map(|of| structure(&program, of)));
        parts.push(loader::ERROR.to_owned());
        parts.push(load(&program));
        parts.extend(program.of_records().map(|of| record(&program, of)));
        parts.extend(loader::parts(&Needs::of(&program), &uses(&program)));
        Files::one(options.path(), parts.join("\n\n") + "\n")
    }
}

/// The values of the files, exactly as they are there.
fn constant(program: &Program<'_>) -> String {
    let values = Doc::pair("export const config = ", values(program, 0));
    let values = render(Style::Prettier, &values, 0, 0, 10);
    format!("/** The values of the file: no secrets, nothing of the environment. */\n{values} as const;")
}

fn values(program: &Program<'_>, place: usize) -> Doc {
    let field = |field: &Field<'_>| {
        let value = match &field.source {
            Source::Group(below) => values(program, *below),
            Source::Value(entry) => literal(program, &field.ty, entry.value.as_ref()?),
            Source::Member { .. } => return None,
        };
        Some(Doc::pair(format!("{}: ", key(&field.key)), value))
    };
    object(program.structs[place].fields.iter().filter_map(field).collect())
}

fn object(items: Vec<Doc>) -> Doc {
    Doc::group("{", items, "}", Form::Block)
}

fn docs(doc: &str, indent: &str) -> String {
    let lines: Vec<String> =
        comment_lines(doc).iter().map(|line| line.replace("*/", "*\\/").replace("@ts-", "@ ts-")).collect();
    match lines.as_slice() {
        [] => String::new(),
        [line] => format!("{indent}/** {line} */\n"),
        lines => {
            let lines: String =
                lines.iter().map(|line| format!("{indent} * {line}").trim_end().to_owned() + "\n").collect();
            format!("{indent}/**\n{lines}{indent} */\n")
        }
    }
}

fn structure(program: &Program<'_>, of: &Struct<'_>) -> String {
    let about = match (of.at.as_str(), of.is_record) {
        ("", _) => "All settings.".to_owned(),
        (at, false) => format!("What stands under {}.", comment_lines(at).join(" ")),
        (at, true) => format!("An item of {}.", comment_lines(at).join(" ")),
    };
    let about = docs(&about, "");
    if of.fields.is_empty() {
        let line = format!("export type {} = Readonly<Record<string, never>>;", of.name);
        let broken = format!("export type {} = Readonly<\n  Record<string, never>\n>;", of.name);
        return format!("{about}{}", if line.len() <= 80 { line } else { broken });
    }
    let field = |field: &Field<'_>| {
        let (mark, ty) = match &field.source {
            Source::Member { required: false, nullable: false } => ("?", field.ty.bare()),
            Source::Member { required: false, .. } => ("?", &field.ty),
            Source::Member { .. } | Source::Group(_) | Source::Value(_) => ("", &field.ty),
        };
        // A type takes the name that an object has to compute.
        let key = if field.key == "__proto__" { field.key.clone() } else { key(&field.key) };
        format!("{}  readonly {key}{mark}: {};\n", docs(field.doc, "  "), type_of(program, ty))
    };
    let fields: String = of.fields.iter().map(field).collect();
    format!("{about}export type {} = {{\n{fields}}};", of.name)
}

fn choice(of: &Choice) -> String {
    let values: Vec<String> = of.values.iter().map(|value| quoted(value)).collect();
    let line = format!("export type {} = {};", of.name, values.join(" | "));
    if line.chars().count() <= 80 {
        return line;
    }
    format!("export type {} =\n  | {};", of.name, values.join("\n  | "))
}

fn type_of(program: &Program<'_>, ty: &Ty) -> String {
    match ty {
        Ty::Bool => "boolean".to_owned(),
        Ty::Int { .. } if is_big(ty) => "bigint".to_owned(),
        Ty::Int { .. } | Ty::Float => "number".to_owned(),
        Ty::Text => "string".to_owned(),
        Ty::Choice(of) => program.choices[*of].name.clone(),
        Ty::List(of) => {
            let of = match &**of {
                item @ (Ty::Nullable(_) | Ty::List(_)) => format!("({})", type_of(program, item)),
                item => type_of(program, item),
            };
            format!("readonly {of}[]")
        }
        Ty::Map(of) => format!("Readonly<Record<string, {}>>", type_of(program, of)),
        Ty::Struct(of) => program.structs[*of].name.clone(),
        Ty::Nullable(of) => format!("{} | null", type_of(program, of)),
        Ty::Any => "unknown".to_owned(),
    }
}

/// Whether a `number` would not hold all of them.
fn is_big(ty: &Ty) -> bool {
    matches!(ty, Ty::Int { domain: None, .. } | Ty::Int { wide: true, .. })
}

fn load(program: &Program<'_>) -> String {
    let loaded =
        render(Style::Prettier, &Doc::pair("const loaded: Config = ", group(program, 0, "config")), 2, 2, 1);
    format!("{}\n  {loaded};\n{}", loader::LOAD, loader::LOAD_END)
}

fn group(program: &Program<'_>, place: usize, path: &str) -> Doc {
    let field = |field: &Field<'_>| {
        let path = format!("{path}{}", access(&field.key));
        let value = match &field.source {
            Source::Group(below) => group(program, *below, &path),
            Source::Value(entry) => setting(program, field, entry, &path),
            Source::Member { .. } => Doc::text("null"),
        };
        Doc::pair(format!("{}: ", key(&field.key)), value)
    };
    object(program.structs[place].fields.iter().map(field).collect())
}

fn setting(program: &Program<'_>, field: &Field<'_>, entry: &Entry<'_>, path: &str) -> Doc {
    let parse = text_parser(program, &field.ty);
    let parse = if entry.masked { Doc::call("masked", vec![parse]) } else { parse };
    let mut arguments = vec![Doc::text(quoted(&entry.variable)), parse];
    if entry.required {
        return Doc::call("reader.required", arguments);
    }
    arguments.push(match (&entry.value, inherits(program, &field.ty)) {
        (None, _) => Doc::text("null"),
        (Some(_), false) => Doc::text(path),
        (Some(_), true) => Doc::call(&format!("own<{}>", type_of(program, &field.ty)), vec![Doc::text(path)]),
    });
    Doc::call("reader.optional", arguments)
}

fn uses(program: &Program<'_>) -> loader::Uses {
    let fields = program.structs.iter().flat_map(|of| &of.fields);
    let types: Vec<&Ty> = fields
        .map(|field| match field.source {
            Source::Member { required: false, nullable: false } => field.ty.bare(),
            Source::Member { .. } | Source::Group(_) | Source::Value(_) => &field.ty,
        })
        .collect();
    let anywhere = |test: &dyn Fn(&Ty) -> bool| types.iter().any(|ty| within(ty, test));
    loader::Uses {
        small_integers: anywhere(&|ty| matches!(ty, Ty::Int { .. }) && !is_big(ty)),
        integers: anywhere(&|ty| matches!(ty, Ty::Int { .. })),
        nullable_text: anywhere(&|ty| matches!(ty, Ty::Nullable(of) if **of == Ty::Text)),
        inherited: program
            .entries()
            .any(|(field, entry)| entry.value.is_some() && inherits(program, &field.ty)),
    }
}

fn within(ty: &Ty, test: &dyn Fn(&Ty) -> bool) -> bool {
    test(ty)
        || match ty {
            Ty::List(of) | Ty::Map(of) | Ty::Nullable(of) => within(of, test),
            Ty::Bool | Ty::Int { .. } | Ty::Float | Ty::Text | Ty::Choice(_) | Ty::Struct(_) | Ty::Any => {
                false
            }
        }
}

/// Whether items lack a member that every object inherits: the checker takes the one for the other.
fn inherits(program: &Program<'_>, ty: &Ty) -> bool {
    const INHERITED: &[&str] = &[
        "constructor",
        "hasOwnProperty",
        "isPrototypeOf",
        "propertyIsEnumerable",
        "toLocaleString",
        "toString",
        "valueOf",
    ];
    match ty {
        Ty::List(of) | Ty::Map(of) | Ty::Nullable(of) => inherits(program, of),
        Ty::Struct(of) => program.structs[*of].fields.iter().any(|field| {
            let optional = matches!(field.source, Source::Member { required: false, .. });
            (optional && INHERITED.contains(&field.key.as_str())) || inherits(program, &field.ty)
        }),
        Ty::Bool | Ty::Int { .. } | Ty::Float | Ty::Text | Ty::Choice(_) | Ty::Any => false,
    }
}

/// What reads a variable's text.
fn text_parser(program: &Program<'_>, ty: &Ty) -> Doc {
    match ty {
        Ty::Nullable(of) if **of == Ty::Text => Doc::text("textOrNull"),
        Ty::Nullable(of) => Doc::call("nullable", vec![text_parser(program, of)]),
        Ty::List(of) if of.is_scalar() => Doc::call("words", vec![parser(program, of)]),
        Ty::List(_) | Ty::Map(_) | Ty::Struct(_) | Ty::Any => Doc::call("json", vec![parser(program, ty)]),
        Ty::Bool | Ty::Int { .. } | Ty::Float | Ty::Text | Ty::Choice(_) => parser(program, ty),
    }
}

/// What reads a plain text, or a value of JSON.
fn parser(program: &Program<'_>, ty: &Ty) -> Doc {
    match ty {
        Ty::Bool => Doc::text("bool"),
        Ty::Int { domain: None, .. } => Doc::text("bigInteger()"),
        Ty::Int { domain: Some(domain), wide: true } => {
            let (low, high) = Ty::range(*domain);
            Doc::call("bigInteger", vec![Doc::text(format!("{low}n")), Doc::text(format!("{high}n"))])
        }
        Ty::Int { domain: Some(Int::I64), .. } => Doc::text("integer()"),
        Ty::Int { domain: Some(domain), .. } => {
            let (low, high) = Ty::range(*domain);
            let (low, high) = (low.max(-SAFE_MAX), high.min(SAFE_MAX));
            Doc::call("integer", vec![Doc::text(low.to_string()), Doc::text(high.to_string())])
        }
        Ty::Float => Doc::text("float"),
        Ty::Text => Doc::text("text"),
        Ty::Choice(of) => {
            let choice = &program.choices[*of];
            let values = choice.values.iter().map(|value| Doc::text(quoted(value))).collect();
            Doc::call(&format!("choice<{}>", choice.name), values)
        }
        Ty::List(of) => Doc::call("list", vec![parser(program, of)]),
        Ty::Map(of) => Doc::call("record", vec![parser(program, of)]),
        Ty::Struct(of) => Doc::text(format!("read{}", program.structs[*of].name)),
        Ty::Nullable(of) if **of == Ty::Text => Doc::text("textOrNull"),
        Ty::Nullable(of) => Doc::call("nullable", vec![parser(program, of)]),
        Ty::Any => Doc::text("anything"),
    }
}

fn record(program: &Program<'_>, of: &Struct<'_>) -> String {
    let keys = of.fields.iter().map(|field| Doc::text(quoted(&field.key))).collect();
    let arguments = [vec![Doc::text("at"), Doc::text("value")], keys].concat();
    let assigned = if of.fields.is_empty() { "" } else { "const members = " };
    let members = Doc::pair(assigned, Doc::call("new Members", arguments));
    let members = render(Style::Prettier, &members, 2, 2, 1);
    let fields = of.fields.iter().map(|field| {
        let name = Doc::text(quoted(&field.key));
        match &field.source {
            Source::Member { required: false, nullable } => {
                let ty = if *nullable { &field.ty } else { field.ty.bare() };
                let call = if *nullable { "...members.optional" } else { "...members.present" };
                Doc::call(call, vec![name, parser(program, ty)])
            }
            Source::Member { .. } | Source::Group(_) | Source::Value(_) => {
                let value = Doc::call("members.required", vec![name, parser(program, &field.ty)]);
                Doc::pair(format!("{}: ", key(&field.key)), value)
            }
        }
    });
    let made = Doc::pair("return ", object(fields.collect()));
    let made = render(Style::Prettier, &made, 2, 2, 1);
    let parameters = vec![Doc::text("at: string"), Doc::text("value: unknown")];
    let opening = Doc::call(&format!("function read{}", of.name), parameters);
    let returns = format!(": {} {{", of.name);
    let opening = render(Style::Prettier, &opening, 0, 0, returns.chars().count());
    format!("{opening}{returns}\n  {members};\n  {made};\n}}")
}

/// A value in the language.
fn literal(program: &Program<'_>, ty: &Ty, value: &Lit<'_>) -> Doc {
    match value {
        Lit::Null | Lit::Absent => Doc::text("null"),
        Lit::Bool(value) => Doc::text(value.to_string()),
        Lit::Int(digits) => {
            let is_safe = digits.parse::<i128>().is_ok_and(|value| value.abs() <= SAFE_MAX);
            let big = if *ty.bare() == Ty::Any { !is_safe } else { is_big(ty.bare()) };
            Doc::text(format!("{digits}{}", if big { "n" } else { "" }))
        }
        Lit::Float(value) => {
            let digits = float(*value);
            Doc::text(digits.strip_suffix(".0").unwrap_or(&digits))
        }
        Lit::Text(text) => Doc::text(quoted(text)),
        Lit::Choice { of, at } => Doc::text(quoted(&program.choices[*of].values[*at])),
        Lit::List(items) => {
            let items = items.iter().map(|item| literal(program, ty.item(), item)).collect();
            Doc::group("[", items, "]", Form::List)
        }
        Lit::Map(entries) => {
            let entry = |(name, value): &(&str, Lit<'_>)| {
                Doc::pair(format!("{}: ", key(name)), literal(program, ty.item(), value))
            };
            object(entries.iter().map(entry).collect())
        }
        Lit::Struct(of, values) => {
            let of = &program.structs[*of];
            let fields = of.fields.iter().zip(values).filter(|(_, value)| **value != Lit::Absent);
            let fields = fields.map(|(field, value)| {
                Doc::pair(format!("{}: ", key(&field.key)), literal(program, &field.ty, value))
            });
            object(fields.collect())
        }
    }
}

/// Whether it needs no quotes: of other letters only those that are letters in every edition of the language.
fn is_name(key: &str) -> bool {
    let known =
        |c: char| matches!(c, 'À'..='ɏ' | 'Ά'..='ӿ' | 'ぁ'..='ゖ' | 'ァ'..='ヺ' | '一'..='鿋' | '가'..='힣');
    let begins = |c: char| c.is_ascii_alphabetic() || c == '_' || c == '$' || (known(c) && c.is_alphabetic());
    key.starts_with(begins) && key.chars().all(|c| begins(c) || c.is_ascii_digit())
}

/// A key of an object; `__proto__` would be its prototype.
fn key(key: &str) -> String {
    match key {
        "__proto__" => "[\"__proto__\"]".to_owned(),
        key if is_name(key) => key.to_owned(),
        key => quoted(key),
    }
}

fn access(key: &str) -> String {
    if is_name(key) { format!(".{key}") } else { format!("[{}]", quoted(key)) }
}

/// A string in the quotes that need fewer escapes.
fn quoted(text: &str) -> String {
    code::quoted(text, code::rarer_quote(text), |c, out| match c {
        c if hidden(c) => out.push_str(&format!("\\u{:04x}", c as u32)),
        c => out.push(c),
    })
}
