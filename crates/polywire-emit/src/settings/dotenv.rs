//! `.env`, and beside it `.env.example` with every variable and without what is secret.
//!
//! There is no one format: readers differ in quotes, escapes and what they replace. What several of them read alike has the
//! default form; the rest needs one reader. Lists, maps and records are JSON, escaped so that no reader changes them.

use polywire_contract::{Content, Flat, Literal, Named, SettingKind, Settings};
use polywire_diag::Diagnostic;

use super::{HEADER, head, shell, text};
use crate::{Emitter, Files, OptionRow, Options};

/// The target.
pub(super) struct Dotenv;

impl Emitter<Settings> for Dotenv {
    fn name(&self) -> &'static str {
        "dotenv"
    }

    fn about(&self) -> &'static str {
        "`.env` and `.env.example`: environment variables"
    }

    fn options(&self) -> &'static [OptionRow] {
        const READER: OptionRow = OptionRow {
            name: "reader",
            values: &["common", "python", "node", "docker"],
            default: "common",
            doc: "Who reads the file: python-dotenv, dotenv or Node itself, `docker run --env-file`. `common`: all but the last, and bash and docker compose.",
        };
        &[HEADER, READER]
    }

    fn emit(&self, settings: &Settings, options: &Options, diags: &mut Vec<Diagnostic>) -> Files {
        let reader = Reader::of(options);
        let mut values = String::new();
        let mut example = String::new();
        if !options.is("header", "no") {
            values.push_str(&(text::head_hashed(&head(settings)) + "\n"));
            example.push_str(&(text::head_hashed(&head(settings)) + "\n"));
        }
        for (at, named) in settings.flat(Flat::Variable, diags).iter().enumerate() {
            // Most readers leave alone what is set already.
            if reader != Reader::Docker {
                shell::check_name(named, diags);
            }
            let doc = text::hashed(&named.at.setting().doc, "");
            let line = line(named, reader, diags);
            values.push_str(&format!("{doc}{line}"));
            let gap = if at > 0 { "\n" } else { "" };
            example.push_str(&format!("{gap}{doc}{}", in_example(named, &line)));
        }
        let mut files = Files::one(options.path(), text::ended(&values));
        files.insert(format!("{}.example", options.path()), text::ended(&example));
        files
    }
}

/// The line of a variable.
fn line(named: &Named<'_>, reader: Reader, diags: &mut Vec<Diagnostic>) -> String {
    let name = &named.name;
    match &named.at.value.content {
        Content::Secret(secret) => {
            let secret = text::lines(secret).join(" ");
            format!("# {name} is the secret {secret}: set it in the environment.\n")
        }
        Content::Absent => format!("# {name}=\n"),
        Content::Literal(node) if node.is_null() => format!("# {name}=\n"),
        Content::Literal(node) if text::is_nested(node) || named.at.value.kind == SettingKind::Any => {
            format!("{name}={}\n", reader.quoted_json(node))
        }
        Content::Literal(node) => match reader.form(name, &text::plain(node)) {
            Ok(form) => format!("{name}={form}\n"),
            Err(what) => {
                text::refuse(&named.at, what, &reader.way_out(name, &text::plain(node)), diags);
                format!("# {name}=\n")
            }
        },
    }
}

/// What stands in the example, behind the description.
fn in_example(named: &Named<'_>, line: &str) -> String {
    let value = named.at.value;
    let mut words = vec![text::lines(&value.kind.describe()).join(" ")];
    words.extend(value.nullable.then(|| "or nothing".to_owned()));
    let secret = matches!(value.content, Content::Secret(_));
    let has_value = matches!(value.content, Content::Literal(_));
    let must = secret || (value.required && !has_value);
    words.extend(must.then(|| "required".to_owned()));
    words.extend((value.sensitive || secret).then(|| "secret".to_owned()));
    let line =
        if must || (value.sensitive && has_value) { format!("{}=\n", named.name) } else { line.to_owned() };
    format!("# {}\n{line}", words.join(", "))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Reader {
    /// python-dotenv, dotenv of npm, `node --env-file`, `source` of bash, docker compose.
    Common,
    /// python-dotenv. Quotes can be escaped, but not `${X}`.
    Python,
    /// dotenv of npm and Node itself: three kinds of quotes, no escapes.
    Node,
    /// `docker run --env-file`: everything behind `=` as it is.
    Docker,
}

impl Reader {
    fn of(options: &Options) -> Reader {
        match options.get("reader") {
            Some("python") => Reader::Python,
            Some("node") => Reader::Node,
            Some("docker") => Reader::Docker,
            _ => Reader::Common,
        }
    }

    /// A text as this reader gives it back; or what stands in the way.
    fn form(self, name: &str, text: &str) -> Result<String, &'static str> {
        if text.contains('\0') {
            return Err("NUL, which no variable can");
        }
        let bare = !text.is_empty() && text.chars().all(is_bare);
        match self {
            _ if bare => Ok(text.to_owned()),
            Reader::Docker => docker(name, text),
            _ if self != Reader::Node && text.contains("${") => {
                Err("`${`, which python-dotenv replaces in any quotes")
            }
            _ if text.ends_with('\\') => ends_open(self, text),
            Reader::Common => common(text),
            Reader::Python => Ok(python(text)),
            Reader::Node => node(text),
        }
    }

    fn quoted_json(self, json: &Literal) -> String {
        let json = unescaped_by_nobody(json);
        if self == Reader::Docker { json } else { format!("'{json}'") }
    }

    /// Which reader could be chosen.
    fn way_out(self, name: &str, text: &str) -> String {
        let all = [
            (Reader::Common, "common"),
            (Reader::Python, "python"),
            (Reader::Node, "node"),
            (Reader::Docker, "docker"),
        ];
        let can = all.iter().filter(|(reader, _)| reader.form(name, text).is_ok());
        let can: Vec<String> = can.map(|(_, name)| format!("`reader: {name}`")).collect();
        if can.is_empty() {
            return "write another format, or another value".into();
        }
        format!("choose the one reader that the file is for: {}", can.join(" or "))
    }
}

/// What means itself to every reader without quotes.
fn is_bare(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | ',' | '/' | ':' | '@' | '%' | '+' | '=' | '-')
}

fn common(text: &str) -> Result<String, &'static str> {
    if text.contains('\r') {
        return Err("a carriage return, which the readers of `.env` take for a line feed or drop");
    }
    if text.contains("\\\\") || text.contains("\\'") {
        return Err("a backslash before a backslash or quote, which the readers of `.env` read differently");
    }
    if !text.contains('\'') {
        return Ok(format!("'{text}'"));
    }
    match text.contains(['"', '\\', '$', '`']) {
        true => {
            Err("`'` beside `\"`, `\\`, `$` or a backtick, which the readers of `.env` quote differently")
        }
        false => Ok(format!("\"{text}\"")),
    }
}

/// Its readers open files with universal line ends: a carriage return has to be an escape.
fn python(text: &str) -> String {
    if text.contains('\r') {
        let text = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\r', "\\r").replace('\n', "\\n");
        return format!("\"{text}\"");
    }
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

fn node(text: &str) -> Result<String, &'static str> {
    if text.contains('\r') {
        return Err("a carriage return, which Node drops");
    }
    let double = !text.contains("\\n") && !text.contains("\\r");
    let quotes = [('\'', true), ('`', true), ('"', double)];
    let fits = quotes.iter().find(|(quote, fits)| *fits && !text.contains(*quote));
    fits.map(|(quote, _)| format!("{quote}{text}{quote}"))
        .ok_or("all kinds of quotes that could stand around it in a file for Node")
}

/// Before a quote, a backslash at the end is an escape to some; without quotes it is not.
fn ends_open(reader: Reader, text: &str) -> Result<String, &'static str> {
    let plain = |c: char| is_bare(c) || matches!(c, '\\' | ' ' | '(' | ')' | ';' | '&' | '*' | '$');
    let begins = text.starts_with(|c: char| is_bare(c) || c == '\\');
    if reader != Reader::Common && begins && text.chars().all(plain) {
        return Ok(text.to_owned());
    }
    Err("a backslash at its end, which readers of `.env` take for the escape of a quote")
}

/// The longest line of docker's scanner.
const LINE_MAX: usize = 64 << 10;

fn docker(name: &str, text: &str) -> Result<String, &'static str> {
    match () {
        () if text.contains('\n') => Err("a line feed, which `docker run --env-file` has no way to read"),
        () if text.ends_with('\r') => {
            Err("a carriage return at its end, which `docker run --env-file` drops")
        }
        () if name.len() + 2 + text.len() >= LINE_MAX => {
            Err("a line that is too long for `docker run --env-file`")
        }
        () => Ok(text.to_owned()),
    }
}

/// JSON in which nothing stands that any reader would replace, end at, or take for an escape of its own.
fn unescaped_by_nobody(node: &Literal) -> String {
    let json = node.to_string();
    let mut all = String::with_capacity(json.len());
    let mut chars = json.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some(c @ ('\\' | '"')) => all.push_str(&format!("\\u{:04x}", c as u32)),
                other => all.extend(['\\'].into_iter().chain(other)),
            },
            '\'' | '$' | '`' => all.push_str(&format!("\\u{:04x}", c as u32)),
            c => all.push(c),
        }
    }
    all
}
