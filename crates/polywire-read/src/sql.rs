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
mod types;
mod value;

use polywire_contract::{Contract, SqlDialect};
use polywire_diag::{Diagnostic, FileId, Span};

use crate::codes::{SQL_LIMIT, SQL_OPAQUE};
use crate::{Reader, Sources};

use catalog::Catalog;
use split::{head, pieces};

/// Reads scripts of data definitions.
pub(crate) struct Sql;

/// How long a script may be.
const BYTES_MAX: usize = 64 << 20;
/// The first words that are looked at.
const HEAD: usize = 5;
/// What a script may start with: anything else is no SQL, whatever comes later.
const STARTS: &[&str] = &[
    "ALTER", "ANALYZE", "ATTACH", "BEGIN", "CALL", "COMMENT", "COMMIT", "COPY", "CREATE", "DELETE", "DETACH", "DO", "DROP",
    "END", "EXPLAIN", "GRANT", "INSERT", "LOCK", "PRAGMA", "REASSIGN", "REINDEX", "RELEASE", "RESET", "REVOKE", "ROLLBACK",
    "SAVEPOINT", "SECURITY", "SELECT", "SET", "SHOW", "START", "TRUNCATE", "UPDATE", "USE", "VACUUM", "VALUES", "WITH",
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
        read(file, sources, contract, diags);
        diags[before..].sort_by_key(|diag| diag.labels.first().map(|label| label.span));
    }
}

fn read(file: FileId, sources: &dyn Sources, contract: &mut Contract, diags: &mut Vec<Diagnostic>) {
    let text = sources.map().text(file);
    let name = sources.map().name(file);
    if text.len() > BYTES_MAX {
        let text = "a script that is too long";
        diags.push(Diagnostic::error(&SQL_LIMIT, text).at(crate::start_of(file), "longer than 64 MiB"));
        return;
    }
    let dialect = dialect(name, text);
    let mut catalog = Catalog::new(file, dialect, diags);
    for piece in pieces(text, dialect == SqlDialect::PostgreSql) {
        let statement = &text[piece.start..piece.end];
        let words = head(statement, HEAD);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match wanted(&words, statement) {
            Wanted::Parse => match parse::parse(file, text, piece, dialect) {
                Ok(parsed) => statement::apply(&mut catalog, Span::new(file, piece.start, piece.end), parsed),
                Err(diag) => catalog.say(diag),
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
            None => Wanted::Nothing,
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
    let first = rest.split(',').map(str::trim).find(|part| !part.trim_matches(['"', '\'']).starts_with('$'))?;
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
    let option = |name: &str| end.strip_suffix(name).is_some_and(|rest| rest.trim_end().ends_with([')', ',']));
    upper.contains('`')
        || upper.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').any(|word| word == "AUTOINCREMENT")
        || option("STRICT")
        || option("WITHOUT ROWID")
}
