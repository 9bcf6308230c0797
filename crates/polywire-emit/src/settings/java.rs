//! Java 17 and later: nested records, and `load()`, which reads the environment over the values of the file.

mod json;
mod loader;

use polywire_contract::{Content, Int, Literal, Settings, words};
use polywire_diag::Diagnostic;
use polywire_syntax::Value;

use super::code::{
    self, Case, Choice, Doc, Entry, Field, Form, Lit, Naming, Needs, Program, Source, Struct, Style, Ty,
    comment_lines, float, render,
};
use super::head;
use crate::{Emitter, Files, OptionRow, Options, SETTING_NOT_SAYABLE};

/// The target.
pub(super) struct Java;

const NAMING: Naming = Naming {
    case: Case::Camel,
    fields: &[
        "abstract",
        "assert",
        "boolean",
        "break",
        "byte",
        "case",
        "catch",
        "char",
        "class",
        "clone",
        "const",
        "continue",
        "default",
        "do",
        "double",
        "else",
        "enum",
        "extends",
        "false",
        "final",
        "finalize",
        "finally",
        "float",
        "for",
        "getClass",
        "goto",
        "hashCode",
        "if",
        "implements",
        "import",
        "instanceof",
        "int",
        "interface",
        "load",
        "long",
        "native",
        "new",
        "notify",
        "notifyAll",
        "null",
        "package",
        "private",
        "protected",
        "public",
        "return",
        "short",
        "static",
        "strictfp",
        "super",
        "switch",
        "synchronized",
        "this",
        "throw",
        "throws",
        "toString",
        "transient",
        "true",
        "try",
        "void",
        "volatile",
        "wait",
        "while",
        "yield",
    ],
    types: &[
        "AbstractMap",
        "ArrayList",
        "Arrays",
        "BigDecimal",
        "BigInteger",
        "Boolean",
        "Character",
        "Collections",
        "ConfigException",
        "Double",
        "Enum",
        "Environment",
        "Integer",
        "JsonNumber",
        "JsonReader",
        "List",
        "Long",
        "Map",
        "Members",
        "NumberFormatException",
        "Object",
        "Override",
        "Parser",
        "Permits",
        "Problem",
        "Read",
        "Record",
        "RuntimeException",
        "SafeVarargs",
        "Sealed",
        "String",
        "StringBuilder",
        "System",
        "TreeMap",
        "Var",
        "Yield",
    ],
    bits: None,
};

const PACKAGE: OptionRow = OptionRow {
    name: "package",
    values: &[],
    default: "",
    doc: "The class's package; without it the unnamed one.",
};

/// What a constant of a class file holds, in bytes.
const TEXT_MAX: usize = 65_535;

/// Values that a method of a class file builds; more are data, not settings.
const VALUES_MAX: usize = 3_000;

/// Parameters of a constructor, of which a `long` or `double` takes two.
const PARAMETERS_MAX: usize = 254;

impl Emitter<Settings> for Java {
    fn name(&self) -> &'static str {
        "java"
    }

    fn about(&self) -> &'static str {
        "a record of records with `load()`, for Java 17 and later"
    }

    fn options(&self) -> &'static [OptionRow] {
        &[PACKAGE]
    }

    fn emit(&self, settings: &Settings, options: &Options, diags: &mut Vec<Diagnostic>) -> Files {
        let before = diags.len();
        let class = options.stem();
        let program = Program::new(settings, &NAMING, class, diags);
        check_names(class, options.get("package").unwrap_or_default(), diags);
        check_sizes(settings, &program, diags);
        if diags[before..].iter().any(Diagnostic::is_error) {
            return Files::default();
        }
        let package = options.get("package").filter(|package| !package.is_empty());
        Files::one(options.path(), file(settings, &program, package))
    }
}

fn check_names(class: &str, package: &str, diags: &mut Vec<Diagnostic>) {
    let is_word = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_alphabetic())
            && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            && (!NAMING.fields.contains(&word) || ["clone", "load", "notify", "wait"].contains(&word))
    };
    if !is_word(class) || NAMING.types.contains(&class) {
        let message = format!("`{class}` is no name for a class of Java");
        let help = "the file has the name of its class, as in `Config.java`";
        diags.push(Diagnostic::error(&SETTING_NOT_SAYABLE, message).help(help));
    }
    if !package.is_empty() && !package.split('.').all(is_word) {
        let message = format!("`{package}` is no name for a package of Java");
        diags.push(Diagnostic::error(&SETTING_NOT_SAYABLE, message).help("as in `com.example.shop`"));
    }
}

/// What the format of class files has no room for.
fn check_sizes(settings: &Settings, program: &Program<'_>, diags: &mut Vec<Diagnostic>) {
    let mut nodes = 0;
    for at in settings.values() {
        let Content::Literal(node) = &at.value.content else { continue };
        let longest = longest(node, &mut nodes);
        if longest > TEXT_MAX {
            let message =
                format!("`{}` is longer than the {TEXT_MAX} bytes of a text in a Java class", at.dotted());
            diags.push(Diagnostic::error(&SETTING_NOT_SAYABLE, message).at(node.span, "this value"));
        }
    }
    let slots = |of: &Struct<'_>| -> usize {
        of.fields.iter().map(|field| if matches!(field.ty, Ty::Int { .. } | Ty::Float) { 2 } else { 1 }).sum()
    };
    if nodes > VALUES_MAX || program.structs.iter().any(|of| slots(of) > PARAMETERS_MAX) {
        let message = "there are more values than a method of Java builds".to_owned();
        let help = "write `properties` or `json`, and read that file";
        diags.push(Diagnostic::error(&SETTING_NOT_SAYABLE, message).help(help));
    }
}

/// The bytes of the longest text; counts what is looked at.
fn longest(node: &Literal, nodes: &mut usize) -> usize {
    *nodes += 1;
    match &node.value {
        // In a class file, `NUL` takes two bytes and what is beyond the basic plane six.
        Value::Text(text) => {
            text.chars().map(|c| if c == '\0' { 2 } else { c.len_utf8().max(c.len_utf16() * 3 - 2) }).sum()
        }
        Value::Number(number) => number.0.len(),
        Value::List(items) => items.iter().map(|item| longest(item, nodes)).max().unwrap_or_default(),
        Value::Map(map) => map
            .entries
            .iter()
            .map(|entry| longest(&entry.value, nodes).max(entry.key.len() * 3))
            .max()
            .unwrap_or_default(),
        Value::Null | Value::Bool(_) => 0,
    }
}

fn file(settings: &Settings, program: &Program<'_>, package: Option<&str>) -> String {
    let needs = Needs::of(program);
    let root = &program.structs[0];
    let body = |of: &Struct<'_>| format!("{} {{{}}}", declaration(program, of), to_string(of));
    let mut parts: Vec<String> = vec![load(program)];
    parts.extend(program.structs.iter().skip(1).map(body));
    parts.extend(program.choices.iter().map(choice));
    let records: Vec<String> = program.of_records().map(|of| record(program, of)).collect();
    parts.extend(loader::parts(&needs, &records));
    let body = indented(&parts.join("\n\n"));
    let text = format!("{} {{{}\n{body}\n}}\n", declaration(program, root), to_string(root));
    let is_used = |path: &&&str| {
        let name = path.rsplit('.').next().unwrap_or_default();
        code_words(&text).any(|word| word == name)
    };
    let imports: String =
        loader::IMPORTS.iter().filter(is_used).map(|path| format!("import {path};\n")).collect();
    let package = package.map(|package| format!("package {package};\n\n")).unwrap_or_default();
    let [first, second] = head(settings).map(|line| ascii(&line));
    format!("// {first}\n// {second}\n\n{package}{imports}\n{text}")
}

/// Words of a text; where one stands in a literal only, its import is not needed, and harms nothing.
fn code_words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric())
}

fn indented(text: &str) -> String {
    let line = |line: &str| if line.is_empty() { String::new() } else { format!("  {line}") };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

/// The head of a record, up to its body.
fn declaration(program: &Program<'_>, of: &Struct<'_>) -> String {
    let about = match (of.at.as_str(), of.is_record) {
        ("", _) => "All settings.".to_owned(),
        (at, false) => format!("What stands under {}.", html(at)),
        (at, true) => format!("An item of {}.", html(at)),
    };
    let params: Vec<String> = of.fields.iter().filter_map(parameter).collect();
    let doc = if params.is_empty() {
        format!("/** {about} */")
    } else {
        let lines: String = params.iter().map(|line| format!(" * {line}\n")).collect();
        format!("/**\n * {about}\n *\n{lines} */")
    };
    let components = of
        .fields
        .iter()
        .map(|field| Doc::text(format!("{} {}", type_of(program, &field.ty, Boxes::WhereNull), field.name)));
    let head = Doc::call(&format!("public record {}", of.name), components.collect());
    let indent = if of.at.is_empty() && !of.is_record { 0 } else { 2 };
    // The text is indented later: here is only less room.
    let head = render(Style::GoogleJava, &head, 0, indent, 2);
    format!("{doc}\n{head}")
}

fn parameter(field: &Field<'_>) -> Option<String> {
    let null = if matches!(field.ty, Ty::Nullable(_) | Ty::Any) { "may be null" } else { "" };
    let mut doc = comment_lines(field.doc).join(" ");
    if !doc.is_empty() && !null.is_empty() {
        doc.push_str("; ");
    }
    let doc = format!("{}{null}", html(&doc));
    (!doc.is_empty()).then(|| format!("@param {} {doc}", field.name))
}

/// Text within documentation, in ASCII: compilers differ in what else they take it for.
fn html(text: &str) -> String {
    let mut out = String::new();
    for c in comment_lines(text).join(" ").chars() {
        match c {
            '&' | '<' | '>' | '*' | '@' | '\\' | '{' | '}' => out.push_str(&format!("&#{};", c as u32)),
            c if c.is_ascii() => out.push(c),
            c => out.push_str(&format!("&#{};", c as u32)),
        }
    }
    out
}

fn ascii(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii() && c != '\\' { c } else { '?' }).collect()
}

/// The body that hides what must not be shown; empty where nothing is hidden.
fn to_string(of: &Struct<'_>) -> String {
    let is_masked = |field: &Field<'_>| matches!(&field.source, Source::Value(entry) if entry.masked);
    if !of.fields.iter().any(is_masked) {
        return String::new();
    }
    let mut parts: Vec<String> = vec![format!("\"{}[", of.name)];
    for (at, field) in of.fields.iter().enumerate() {
        let joint = if at > 0 { ", " } else { "" };
        let open = format!("{joint}{}=", field.name);
        if let Some(last) = parts.last_mut() {
            last.push_str(&open);
        }
        if is_masked(field) {
            if let Some(last) = parts.last_mut() {
                last.push_str("***");
            }
        } else if let Some(last) = parts.pop() {
            parts.push(format!("{last}\""));
            parts.push(field.name.clone());
            parts.push("\"".to_owned());
        }
    }
    if let Some(last) = parts.last_mut() {
        last.push_str("]\"");
    }
    let sum = parts.join("\n        + ");
    format!("\n  @Override\n  public String toString() {{\n    return {sum};\n  }}\n")
}

fn choice(of: &Choice) -> String {
    let labels = labels(of);
    let rows = labels.iter().zip(&of.values).map(|(label, value)| format!("  {label}({})", quoted(value)));
    loader::choice(&of.name, &rows.collect::<Vec<_>>().join(",\n"))
}

fn labels(of: &Choice) -> Vec<String> {
    NAMING.labels(&of.values).iter().map(|label| words(label).upper()).collect()
}

/// Where a type is written as the class of its box.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Boxes {
    WhereNull,
    Always,
}

fn type_of(program: &Program<'_>, ty: &Ty, boxes: Boxes) -> String {
    let either =
        |plain: &str, class: &str| if boxes == Boxes::Always { class.to_owned() } else { plain.to_owned() };
    match ty {
        Ty::Bool => either("boolean", "Boolean"),
        Ty::Int { domain, .. } => match width(*domain) {
            Width::Int => either("int", "Integer"),
            Width::Long => either("long", "Long"),
            Width::Big => "BigInteger".to_owned(),
        },
        Ty::Float => either("double", "Double"),
        Ty::Text => "String".to_owned(),
        Ty::Choice(of) => program.choices[*of].name.clone(),
        Ty::List(of) => format!("List<{}>", type_of(program, of, Boxes::Always)),
        Ty::Map(of) => format!("Map<String, {}>", type_of(program, of, Boxes::Always)),
        Ty::Struct(of) => program.structs[*of].name.clone(),
        Ty::Nullable(of) => type_of(program, of, Boxes::Always),
        Ty::Any => "Object".to_owned(),
    }
}

enum Width {
    Int,
    Long,
    Big,
}

fn width(domain: Option<Int>) -> Width {
    match domain {
        Some(Int::I8 | Int::I16 | Int::I32 | Int::U8 | Int::U16) => Width::Int,
        Some(Int::U32 | Int::I64) => Width::Long,
        Some(Int::U64) | None => Width::Big,
    }
}

fn load(program: &Program<'_>) -> String {
    let class = &program.structs[0].name;
    let config = Doc::pair("", group(program, 0));
    let config = render(Style::GoogleJava, &config, 6, 8, 1);
    loader::load(class, &config)
}

fn group(program: &Program<'_>, place: usize) -> Doc {
    let of = &program.structs[place];
    let fields = of.fields.iter().map(|field| match &field.source {
        Source::Group(below) => group(program, *below),
        Source::Value(entry) => setting(program, field, entry),
        Source::Member { .. } => Doc::text("null"),
    });
    Doc::group(format!("new {}(", of.name), fields.collect(), ")", Form::Block)
}

fn setting(program: &Program<'_>, field: &Field<'_>, entry: &Entry<'_>) -> Doc {
    let parse = text_parser(program, &field.ty);
    let parse = if entry.masked { format!("Read.masked({parse})") } else { parse };
    let mut arguments = vec![Doc::text(quoted(&entry.variable)), Doc::text(parse)];
    if entry.required {
        arguments.push(Doc::text(blank(&field.ty)));
        return Doc::call("env.required", arguments);
    }
    let value = entry.value.as_ref().map(|value| literal(program, &field.ty, value));
    arguments.push(value.unwrap_or(Doc::text("null")));
    Doc::call("env.optional", arguments)
}

/// What stands there until the problem is reported.
fn blank(ty: &Ty) -> &'static str {
    match ty {
        Ty::Bool => "false",
        Ty::Int { domain, .. } => match width(*domain) {
            Width::Int => "0",
            Width::Long => "0L",
            Width::Big => "null",
        },
        Ty::Float => "0.0",
        Ty::Text | Ty::Choice(_) | Ty::List(_) | Ty::Map(_) | Ty::Struct(_) | Ty::Nullable(_) | Ty::Any => {
            "null"
        }
    }
}

/// What reads a variable's text.
fn text_parser(program: &Program<'_>, ty: &Ty) -> String {
    match ty {
        Ty::Nullable(of) if **of == Ty::Text => "Read::text".to_owned(),
        Ty::Nullable(of) => format!("Read.nullable({})", text_parser(program, of)),
        Ty::List(of) if of.is_scalar() => format!("Read.words({})", parser(program, of)),
        Ty::List(_) | Ty::Map(_) | Ty::Struct(_) | Ty::Any => format!("Read.json({})", parser(program, ty)),
        Ty::Bool | Ty::Int { .. } | Ty::Float | Ty::Text | Ty::Choice(_) => parser(program, ty),
    }
}

/// What reads a plain text, or a value of JSON.
fn parser(program: &Program<'_>, ty: &Ty) -> String {
    match ty {
        Ty::Bool => "Read::bool".to_owned(),
        Ty::Int { domain: None, .. } => "Read::bigInteger".to_owned(),
        Ty::Int { domain: Some(domain), .. } => {
            let (low, high) = Ty::range(*domain);
            match width(Some(*domain)) {
                Width::Int => format!("Read.integer({low}, {high})"),
                Width::Long if low < 0 => "Read.longInteger()".to_owned(),
                Width::Long => format!("Read.longInteger({low}L, {high}L)"),
                Width::Big => format!("Read.bigInteger(\"{low}\", \"{high}\")"),
            }
        }
        Ty::Float => "Read::number".to_owned(),
        Ty::Text => "Read::text".to_owned(),
        Ty::Choice(of) => {
            let name = &program.choices[*of].name;
            format!("Read.choice({name}.values(), {name}::text)")
        }
        Ty::List(of) => format!("Read.list({})", parser(program, of)),
        Ty::Map(of) => format!("Read.map({})", parser(program, of)),
        Ty::Struct(of) => format!("Read::read{}", program.structs[*of].name),
        Ty::Nullable(of) if **of == Ty::Text => "Read::textOrNull".to_owned(),
        Ty::Nullable(of) => format!("Read.nullable({})", parser(program, of)),
        Ty::Any => "Read::anything".to_owned(),
    }
}

fn record(program: &Program<'_>, of: &Struct<'_>) -> String {
    let keys = of.fields.iter().map(|field| Doc::text(quoted(&field.key))).collect();
    let keys = [vec![Doc::text("at"), Doc::text("value")], keys].concat();
    let assigned = if of.fields.is_empty() { "" } else { "Members members = " };
    let members = Doc::pair(assigned, Doc::call("new Members", keys));
    let members = render(Style::GoogleJava, &members, 2, 6, 1);
    let fields = of.fields.iter().map(|field| {
        let required = !matches!(field.source, Source::Member { required: false, .. });
        let (call, ty) =
            if required { ("members.required", &field.ty) } else { ("members.optional", field.ty.bare()) };
        Doc::call(call, vec![Doc::text(quoted(&field.key)), Doc::text(parser(program, ty))])
    });
    let made =
        Doc::pair("return ", Doc::group(format!("new {}(", of.name), fields.collect(), ")", Form::Call));
    let made = render(Style::GoogleJava, &made, 2, 6, 1);
    format!("static {} read{}(String at, Object value) {{\n  {members};\n  {made};\n}}", of.name, of.name)
}

/// A value in the language.
fn literal(program: &Program<'_>, ty: &Ty, value: &Lit<'_>) -> Doc {
    match value {
        Lit::Null | Lit::Absent => Doc::text("null"),
        Lit::Bool(value) => Doc::text(value.to_string()),
        Lit::Int(digits) => Doc::text(int(ty.bare(), digits)),
        Lit::Float(value) => Doc::text(float(*value)),
        Lit::Text(text) => Doc::text(quoted(text)),
        Lit::Choice { of, at } => {
            let choice = &program.choices[*of];
            Doc::text(format!("{}.{}", choice.name, labels(choice)[*at]))
        }
        Lit::List(items) => {
            let has_null = items.iter().any(|item| matches!(item, Lit::Null | Lit::Absent));
            let docs: Vec<Doc> = items.iter().map(|item| literal(program, ty.item(), item)).collect();
            let of = witness(ty.item());
            match (has_null, docs.len()) {
                (true, 1) => Doc::text(format!("Collections.{of}singletonList(null)")),
                (true, _) => {
                    let list = Doc::call(&format!("Arrays.{of}asList"), docs);
                    Doc::call("Collections.unmodifiableList", vec![list])
                }
                (false, _) => Doc::call(&format!("List.{of}of"), docs),
            }
        }
        Lit::Map(entries) => {
            let of = witness(ty.item());
            let entry = |(key, value): &(&str, Lit<'_>)| {
                Doc::call("Read.entry", vec![Doc::text(quoted(key)), literal(program, ty.item(), value)])
            };
            Doc::call(&format!("Read.{of}mapOf"), entries.iter().map(entry).collect())
        }
        Lit::Struct(of, values) => {
            let of = &program.structs[*of];
            let fields =
                of.fields.iter().zip(values).map(|(field, value)| literal(program, &field.ty, value));
            Doc::call(&format!("new {}", of.name), fields.collect())
        }
    }
}

/// Items of several types need it said of what they are.
fn witness(of: &Ty) -> &'static str {
    if *of == Ty::Any { "<Object>" } else { "" }
}

fn int(ty: &Ty, digits: &str) -> String {
    let width = match ty {
        Ty::Int { domain, .. } => width(*domain),
        _ if digits.parse::<i64>().is_ok() => Width::Long,
        _ => Width::Big,
    };
    match width {
        Width::Int => digits.to_owned(),
        Width::Long => format!("{digits}L"),
        Width::Big => format!("new BigInteger(\"{digits}\")"),
    }
}

/// A string in ASCII: what a compiler takes other bytes for depends on where it runs.
fn quoted(text: &str) -> String {
    code::quoted(text, '"', |c, out| match c {
        c if c.is_ascii_control() => out.push_str(&format!("\\{:03o}", c as u32)),
        c if c.is_ascii() => out.push(c),
        c => {
            for unit in c.encode_utf16(&mut [0; 2]) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        }
    })
}
