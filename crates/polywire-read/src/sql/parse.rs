//! One statement as sqlparser's tree, with places that are bytes of the whole text.
//!
//! Every token gets the place "line 1, column byte + 1", so that any part of the tree can say where it was written.
//! Limits are held before the parser runs: it recurses, and so does whoever walks its trees.

use polywire_diag::{Diagnostic, FileId, Span};
use sqlparser::ast::{Spanned, Statement};
use sqlparser::dialect::{Dialect, PostgreSqlDialect, SQLiteDialect};
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Location, Token, TokenWithSpan, Tokenizer};

use polywire_contract::SqlDialect;

use super::split::Piece;
use crate::codes::{SQL_LIMIT, SQL_SYNTAX};

/// How long one statement may be.
const STATEMENT_MAX: usize = 4 << 20;
/// Brackets inside one another.
const BRACKETS_MAX: usize = 40;
/// Tokens between two commas: a chain of operators nests as deep as it is long.
const CHAIN_MAX: usize = 600;
/// Expressions inside one another.
const DEPTH_MAX: usize = 50;

/// Where in the text a part of a statement stands.
pub(super) fn place(file: FileId, span: sqlparser::tokenizer::Span) -> Option<Span> {
    (span.start.line > 0 && span.end.column >= span.start.column)
        .then(|| Span::new(file, span.start.column as usize - 1, span.end.column as usize - 1))
}

/// The place of a part of a statement, or another where it has none.
pub(super) fn place_of(file: FileId, part: &impl Spanned, otherwise: Span) -> Span {
    place(file, part.span()).unwrap_or(otherwise)
}

/// Parses one statement.
pub(super) fn parse(
    file: FileId,
    text: &str,
    piece: Piece,
    dialect: SqlDialect,
) -> Result<Statement, Diagnostic> {
    let whole = Span::new(file, piece.start, piece.end);
    if piece.end - piece.start > STATEMENT_MAX {
        let first = Span::new(file, piece.start, piece.start);
        return Err(
            Diagnostic::error(&SQL_LIMIT, "a statement that is too long").at(first, "longer than 4 MiB")
        );
    }
    let grammar: &dyn Dialect = match dialect {
        SqlDialect::PostgreSql => &PostgreSqlDialect {},
        SqlDialect::Sqlite => &SQLiteDialect {},
    };
    let slice = &text[piece.start..piece.end];
    let mut tokens = Tokenizer::new(grammar, slice).tokenize_with_location().map_err(|error| {
        let at = Cursor::new(slice).byte(error.location) + piece.start;
        let end = (at + 1..=piece.end).find(|end| text.is_char_boundary(*end)).unwrap_or(at);
        let open = error.message.contains("nterminated") || error.message.contains("delimiter");
        let (what, label) = match open {
            true => ("a quote that is never closed".to_string(), "opened here".to_string()),
            false => (
                "a statement that cannot be read".to_string(),
                lower_first(error.message.trim_end_matches('.')),
            ),
        };
        Diagnostic::error(&SQL_SYNTAX, what).at(Span::new(file, at, end), label)
    })?;
    let mut cursor = Cursor::new(slice);
    for token in &mut tokens {
        for location in [&mut token.span.start, &mut token.span.end] {
            *location = Location::new(1, (cursor.byte(*location) + piece.start) as u64 + 1);
        }
    }
    tokens.retain(|token| !matches!(token.token, Token::Whitespace(_)));
    limits(file, &tokens)?;
    let tokens = super::tokens::prepared(tokens, dialect);
    let mut parser =
        Parser::new(grammar).with_recursion_limit(DEPTH_MAX).with_tokens_with_locations(tokens.clone());
    let parsed = parser.parse_statement().and_then(|statement| {
        let next = parser.peek_token();
        match next.token {
            Token::EOF => Ok(statement),
            found => Err(ParserError::ParserError(format!(
                "Expected: the end of the statement, found: {found} at Line: 1, Column: {}",
                next.span.start.column
            ))),
        }
    });
    parsed.map_err(|error| syntax(file, text, whole, &tokens, &error))
}

/// Refuses what nests too deep.
fn limits(file: FileId, tokens: &[TokenWithSpan]) -> Result<(), Diagnostic> {
    let mut chains = vec![0];
    for token in tokens {
        let too = match token.token {
            Token::LParen | Token::LBracket | Token::LBrace => {
                chains.push(0);
                (chains.len() > BRACKETS_MAX).then_some("brackets nest too deep")
            }
            Token::RParen | Token::RBracket | Token::RBrace => {
                if chains.len() > 1 {
                    chains.pop();
                }
                None
            }
            Token::Comma => {
                *chains.last_mut().expect("never empty") = 0;
                None
            }
            _ => None,
        };
        let chain = chains.last_mut().expect("never empty");
        *chain += 1;
        let too = too.or((*chain > CHAIN_MAX).then_some("too many parts without a comma"));
        if let (Some(too), Some(span)) = (too, place(file, token.span)) {
            return Err(Diagnostic::error(&SQL_LIMIT, "a statement that is too complex").at(span, too));
        }
    }
    Ok(())
}

/// The parser's complaint as one of ours.
fn syntax(
    file: FileId,
    text: &str,
    whole: Span,
    tokens: &[TokenWithSpan],
    error: &ParserError,
) -> Diagnostic {
    let message = match error {
        ParserError::RecursionLimitExceeded => {
            return Diagnostic::error(&SQL_LIMIT, "a statement that is too complex")
                .at(whole, "expressions nest too deep");
        }
        ParserError::TokenizerError(message) | ParserError::ParserError(message) => message,
    };
    let (message, column) = match message.rsplit_once(" at Line: 1, Column: ") {
        Some((message, column)) => (message, column.parse::<u64>().ok()),
        None => (message.as_str(), None),
    };
    let found = column.and_then(|column| tokens.iter().position(|token| token.span.start.column == column));
    let end = tokens.last().and_then(|token| place(file, token.span)).unwrap_or(whole);
    let span = found.and_then(|at| place(file, tokens[at].span)).unwrap_or(Span { start: end.end, ..end });
    let expected = message.strip_prefix("Expected: ").map_or(message, |rest| rest);
    let expected = expected.rsplit_once(", found: ").map_or(expected, |(expected, _)| expected);
    let written = text.get(span.start as usize..span.end as usize).unwrap_or_default();
    let written = if written.is_empty() { "the statement ends here".to_string() } else { shortened(written) };
    let mut diag = Diagnostic::error(&SQL_SYNTAX, format!("expected {}, found {written}", quoted(expected)));
    if span.start == span.end {
        diag =
            Diagnostic::error(&SQL_SYNTAX, format!("expected {}, but the statement ends", quoted(expected)));
    }
    diag = diag.at(span, "");
    let Some(at) = found else { return diag };
    let before = at.checked_sub(1).map(|at| &tokens[at].token);
    match &tokens[at].token {
        Token::RParen if before == Some(&Token::Comma) => diag.help("remove the comma before the bracket"),
        Token::Word(_) if expected.contains("',' or ')'") => diag.help("is a comma missing before it?"),
        _ => diag,
    }
}

/// What was expected, with names in the quotes of this house.
fn quoted(expected: &str) -> String {
    let words = expected.trim().trim_end_matches('.');
    let words =
        words.split(' ').map(|word| match word.strip_prefix('\'').and_then(|word| word.strip_suffix('\'')) {
            Some(name) => format!("`{name}`"),
            None if !word.is_empty() && !word.contains(char::is_alphanumeric) => format!("`{word}`"),
            None => word.to_string(),
        });
    lower_first(&words.collect::<Vec<_>>().join(" "))
}

fn shortened(text: &str) -> String {
    let line: String = text.lines().next().unwrap_or_default().chars().take(40).collect();
    format!("`{line}`")
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next();
    if chars.clone().next().is_some_and(char::is_uppercase) {
        return text.to_string();
    }
    first.map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

/// Turns lines and columns into bytes, going forward only.
struct Cursor<'t> {
    text: &'t str,
    byte: usize,
    line: u64,
    column: u64,
}

impl<'t> Cursor<'t> {
    fn new(text: &'t str) -> Self {
        Cursor { text, byte: 0, line: 1, column: 1 }
    }

    /// The byte of a place that does not lie before the last one asked for.
    fn byte(&mut self, location: Location) -> usize {
        let mut chars = self.text[self.byte..].chars();
        while (self.line, self.column) < (location.line, location.column) {
            let Some(c) = chars.next() else { break };
            self.byte += c.len_utf8();
            (self.line, self.column) =
                if c == '\n' { (self.line + 1, 1) } else { (self.line, self.column + 1) };
        }
        self.byte
    }
}
