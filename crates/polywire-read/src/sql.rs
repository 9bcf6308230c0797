//! Data definitions of PostgreSQL and SQLite as the model: <https://www.postgresql.org/docs/current/ddl.html>,
//! <https://www.sqlite.org/lang_createtable.html>.
//!
//! The script is split into statements; those that declare or change tables and types are parsed and applied to a catalog,
//! one after the other; what the catalog holds at the end becomes records. Must not know a database's data or connect to one.

mod alter;
mod catalog;
mod check;
mod keys;
mod lower;
mod parse;
mod pattern;
mod split;
mod statement;
mod tokens;
mod types;
mod value;

use polywire_contract::{Contract, SqlDialect};
use polywire_diag::{Diagnostic, FileId, Span};

use crate::codes::{SQL_LIMIT, SQL_OPAQUE, SQL_SYNTAX};
use crate::{Reader, Sources};

use catalog::Catalog;
use split::{head, pieces};

/// Reads scripts of data definitions.
pub(crate) struct Sql;

/// How long a script may be.
const BYTES_MAX: usize = 64 << 20;
/// How many statements may declare or change something.
const STATEMENTS_MAX: usize = 300_000;
/// The parser takes up to 120 KiB for each level of an expression where it is not optimised.
const STACK: usize = 48 << 20;
/// The first words that are looked at.
const HEAD: usize = 5;
/// What a script may start with: anything else is no SQL, whatever comes later.
const STARTS: &[&str] = &[
    "ALTER",
    "ANALYZE",
    "ATTACH",
    "BEGIN",
    "CALL",
    "COMMENT",
    "COMMIT",
    "COPY",
    "CREATE",
    "DELETE",
    "DETACH",
    "DO",
    "DROP",
    "END",
    "EXPLAIN",
    "GRANT",
    "INSERT",
    "LOCK",
    "PRAGMA",
    "REASSIGN",
    "REINDEX",
    "RELEASE",
    "RESET",
    "REVOKE",
    "ROLLBACK",
    "SAVEPOINT",
    "SECURITY",
    "SELECT",
    "SET",
    "SHOW",
    "START",
    "TRUNCATE",
    "UPDATE",
    "USE",
    "VACUUM",
    "VALUES",
    "WITH",
];

/// What else can be created: nothing that says what values look like.
const OTHERS: &[&str] = &[
    "ACCESS",
    "AGGREGATE",
    "CAST",
    "COLLATION",
    "CONSTRAINT",
    "CONVERSION",
    "DATABASE",
    "DEFAULT",
    "EVENT",
    "EXTENSION",
    "FOREIGN",
    "FUNCTION",
    "GROUP",
    "LANGUAGE",
    "MATERIALIZED",
    "OPERATOR",
    "POLICY",
    "PROCEDURE",
    "PUBLICATION",
    "RECURSIVE",
    "ROLE",
    "RULE",
    "SCHEMA",
    "SEQUENCE",
    "SERVER",
    "STATISTICS",
    "SUBSCRIPTION",
    "TABLESPACE",
    "TEXT",
    "TRANSFORM",
    "TRIGGER",
    "USER",
    "VIEW",
    "VIRTUAL",
];

impl Reader for Sql {
    fn name(&self) -> &'static str {
        "sql"
    }

    fn recognises(&self, _name: &str, text: &str) -> bool {
        for (at, piece) in pieces(text, true).enumerate() {
            let words = head(&text[piece.start..piece.end], HEAD);
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            if matches!(created(&words), Some("TABLE" | "TYPE" | "DOMAIN")) {
                return true;
            }
            if at == 0 && !words.first().is_some_and(|first| STARTS.contains(first)) {
                return false;
            }
        }
        false
    }

    fn read(
        &self,
        file: FileId,
        sources: &mut dyn Sources,
        contract: &mut Contract,
        diags: &mut Vec<Diagnostic>,
    ) {
        let before = diags.len();
        let (name, text) = (sources.map().name(file), sources.map().text(file));
        if !with_stack(|| read(file, name, text, contract, diags)) {
            let diag = Diagnostic::error(&SQL_LIMIT, "there is no memory to read this");
            diags.push(diag.at(crate::start_of(file), ""));
        }
        diags[before..].sort_by_key(|diag| diag.labels.first().map(|label| label.span));
    }
}

/// Runs on a stack that is deep enough for everything within the limits of `parse`, however small the caller's is; says
/// whether there was one.
fn with_stack(work: impl FnOnce() + Send) -> bool {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("sql".to_string()).stack_size(STACK);
        let Ok(thread) = thread.spawn_scoped(scope, work) else { return false };
        if let Err(panic) = thread.join() {
            std::panic::resume_unwind(panic);
        }
        true
    })
}

fn read(file: FileId, name: &str, text: &str, contract: &mut Contract, diags: &mut Vec<Diagnostic>) {
    if text.len() > BYTES_MAX {
        let text = "a script that is too long";
        diags.push(Diagnostic::error(&SQL_LIMIT, text).at(crate::start_of(file), "longer than 64 MiB"));
        return;
    }
    let dialect = dialect(name, text);
    let mut catalog = Catalog::new(file, dialect, diags);
    let mut parsed = 0;
    for piece in pieces(text, dialect == SqlDialect::PostgreSql) {
        let statement = &text[piece.start..piece.end];
        let words = head(statement, HEAD);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let wanted = wanted(&words, statement);
        parsed += usize::from(matches!(wanted, Wanted::Parse));
        match wanted {
            Wanted::Parse if parsed > STATEMENTS_MAX || !catalog.says() => {
                if parsed > STATEMENTS_MAX {
                    let span = Span::new(file, piece.start, piece.start);
                    let diag = Diagnostic::error(&SQL_LIMIT, "too many statements that declare something");
                    catalog.say(diag.at(span, "the rest is passed over"));
                }
                break;
            }
            Wanted::Parse => match parse::parse(file, text, piece, dialect) {
                Ok(read) => statement::apply(&mut catalog, Span::new(file, piece.start, piece.end), read),
                Err(diag) => {
                    if words[0] == "CREATE"
                        && let Some(name) = split::name_after(statement, created(&words).unwrap_or_default())
                    {
                        catalog.broken(name);
                    }
                    catalog.say(diag);
                }
            },
            Wanted::SearchPath => {
                if let Some(schema) = search_path(statement) {
                    catalog.schema = schema;
                }
            }
            Wanted::Said(what) => {
                let start = piece.start + statement.len() - statement.trim_start().len();
                let end = text[start..piece.end].find('\n').map_or(piece.end, |length| start + length);
                let diag = Diagnostic::warning(&SQL_OPAQUE, format!("{what} is passed over"));
                catalog.say(diag.at(Span::new(file, start, end), "changes what values look like"));
            }
            Wanted::Unknown => {
                let span = Span::new(file, piece.start, piece.end.min(piece.start + "CREATE".len()));
                let text = format!(
                    "`CREATE {}` makes nothing that is known",
                    words.get(1).copied().unwrap_or_default()
                );
                catalog.say(Diagnostic::warning(&SQL_SYNTAX, text).at(span, "passed over"));
            }
            Wanted::Nothing => {}
        }
    }
    lower::lower(catalog, name, contract);
}

enum Wanted {
    Parse,
    SearchPath,
    /// It matters, and is not understood.
    Said(&'static str),
    /// Perhaps a misspelt `CREATE TABLE`.
    Unknown,
    Nothing,
}

fn wanted(words: &[&str], statement: &str) -> Wanted {
    let says = |name: &str| {
        let mut words = statement.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        words.any(|word| word.eq_ignore_ascii_case(name))
    };
    match words {
        ["CREATE", ..] => match created(words) {
            Some(_) => Wanted::Parse,
            None if words.iter().skip(1).any(|word| OTHERS.contains(word)) => Wanted::Nothing,
            None => Wanted::Unknown,
        },
        ["ALTER", "TABLE", ..] => Wanted::Parse,
        ["ALTER", "TYPE", ..] if says("ATTRIBUTE") => Wanted::Said("`ALTER TYPE` with an attribute"),
        ["ALTER", "TYPE", ..] if says("VALUE") || says("RENAME") => Wanted::Parse,
        ["ALTER", "DOMAIN", ..] if !says("OWNER") => Wanted::Said("`ALTER DOMAIN`"),
        ["DROP", "TABLE" | "TYPE" | "DOMAIN" | "INDEX", ..] => Wanted::Parse,
        ["COMMENT", "ON", "TABLE" | "COLUMN" | "TYPE" | "DOMAIN", ..] => Wanted::Parse,
        ["SET", "SEARCH_PATH", ..] | ["SET", "SESSION" | "LOCAL", "SEARCH_PATH", ..] => Wanted::SearchPath,
        _ => Wanted::Nothing,
    }
}

/// What a `CREATE` statement makes, where that is read.
fn created<'w>(words: &[&'w str]) -> Option<&'w str> {
    let ["CREATE", rest @ ..] = words else { return None };
    let modifiers = ["OR", "REPLACE", "UNLOGGED", "UNIQUE", "GLOBAL", "LOCAL", "TEMP", "TEMPORARY"];
    let what = *rest.iter().find(|word| !modifiers.contains(word))?;
    ["TABLE", "TYPE", "DOMAIN", "INDEX"].contains(&what).then_some(what)
}

/// The first schema of `SET search_path TO …`.
fn search_path(statement: &str) -> Option<String> {
    let lower = statement.to_ascii_lowercase();
    let rest = &statement[lower.find("search_path")? + "search_path".len()..];
    let rest = rest.trim_start();
    let lower = rest.to_ascii_lowercase();
    let rest = if lower.starts_with("to") { &rest[2..] } else { rest.strip_prefix('=')? };
    let first =
        rest.split(',').map(str::trim).find(|part| !part.trim_matches(['"', '\'']).starts_with('$'))?;
    let quoted = first.trim_matches(['"', '\'']);
    let schema = if first.starts_with('"') { quoted.to_string() } else { quoted.to_ascii_lowercase() };
    (!schema.is_empty() && schema != "default" && schema.bytes().all(split::in_name)).then_some(schema)
}

/// SQLite where the script uses what only SQLite has, or its name says so.
fn dialect(name: &str, text: &str) -> SqlDialect {
    if name.to_ascii_lowercase().contains("sqlite") {
        return SqlDialect::Sqlite;
    }
    for piece in pieces(text, true) {
        let statement = &text[piece.start..piece.end];
        let words = head(statement, 3);
        match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["PRAGMA" | "ATTACH", ..] | ["CREATE", "VIRTUAL", "TABLE"] => return SqlDialect::Sqlite,
            ["CREATE", "TABLE" | "TEMP" | "TEMPORARY" | "INDEX" | "UNIQUE", ..] if only_sqlite(statement) => {
                return SqlDialect::Sqlite;
            }
            _ => {}
        }
    }
    SqlDialect::PostgreSql
}

fn only_sqlite(statement: &str) -> bool {
    let upper = statement.to_ascii_uppercase();
    let end = upper.trim_end();
    let option =
        |name: &str| end.strip_suffix(name).is_some_and(|rest| rest.trim_end().ends_with([')', ',']));
    upper.contains('`')
        || upper.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').any(|word| word == "AUTOINCREMENT")
        || option("STRICT")
        || option("WITHOUT ROWID")
}
