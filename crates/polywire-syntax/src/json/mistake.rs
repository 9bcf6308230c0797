//! What people write where JSON wants something else, and what to tell them.

use super::Parser;
use crate::build::{Stop, shown};

impl Parser<'_, '_> {
    /// The length of the comment that starts here, if one does.
    pub(super) fn comment_length(&self) -> Option<usize> {
        let rest = self.rest();
        if rest.starts_with("/*") {
            return Some(rest.find("*/").map_or(rest.len(), |end| end + 2));
        }
        let is_line = rest.starts_with("//") || rest.starts_with('#');
        is_line.then(|| rest.find(['\n', '\r']).unwrap_or(rest.len()))
    }

    pub(super) fn comment(&mut self) -> Result<(), Stop> {
        let start = self.at;
        self.at += self.comment_length().unwrap_or(1);
        let diag = self
            .error("a comment, which JSON does not have")
            .at(self.span(start, self.at), "remove this")
            .help("a file named `.yaml` may have comments after `#`");
        self.mistake(diag)
    }

    pub(super) fn trailing_comma(&mut self, comma: usize) -> Result<(), Stop> {
        let closer = if self.peek() == Some(b'}') { "}" } else { "]" };
        let diag = self
            .error(format!("a comma before `{closer}`"))
            .at(self.span(comma, comma + 1), "remove this comma");
        self.mistake(diag)
    }

    pub(super) fn missing_comma(&mut self) -> Result<(), Stop> {
        let end = self.text[..self.at].trim_end_matches([' ', '\t', '\r', '\n']).len();
        let found = self.found();
        let diag = self
            .error(format!("expected `,`, found {found}"))
            .at(self.span(end, end), "a comma is missing here");
        self.mistake(diag)
    }

    /// A key without quotes, where it is followed by a colon.
    pub(super) fn bare_key(&mut self) -> Result<String, Stop> {
        let rest = self.rest();
        let length = rest
            .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '$' | '.')))
            .unwrap_or(rest.len());
        if length == 0 || !rest[length..].trim_ascii_start().starts_with(':') {
            return Err(self.unexpected("a key in double quotes"));
        }
        let key = rest[..length].to_owned();
        let start = self.at;
        self.at += length;
        let diag = self
            .error(format!("the key `{}` is not in double quotes", shown(&key)))
            .at(self.span(start, self.at), format!("write \"{}\"", shown(&key)));
        self.mistake(diag)?;
        Ok(key)
    }

    pub(super) fn more_than_one_value(&mut self) -> Stop {
        let found = self.found();
        let end = self.token_end();
        let diag = self
            .error(format!("expected the end of the text, found {found}"))
            .at(self.span(self.at, end), "the value before this is complete");
        self.fatal(diag)
    }

    /// Something else stands here than what was expected. Where that is a bracket or the end, names the bracket that
    /// is open.
    pub(super) fn unexpected(&mut self, expected: &str) -> Stop {
        let found = self.found();
        let mut diag = self
            .error(format!("expected {expected}, found {found}"))
            .at(self.span(self.at, self.token_end()), format!("expected {expected}"));
        let text = match self.peek() {
            None => "is never closed",
            Some(b']' | b'}') => "is open here",
            _ => return self.fatal(diag),
        };
        if let Some((opening, is_map)) = self.builder.innermost() {
            diag = diag.at(opening, format!("`{}` {text}", if is_map { '{' } else { '[' }));
        }
        self.fatal(diag)
    }

    /// What stands here, in words.
    pub(super) fn found(&self) -> String {
        match self.rest().chars().next() {
            None => "the end of the text".into(),
            Some('"') => "text".into(),
            Some(c) if c.is_alphanumeric() || c == '-' => {
                format!("`{}`", shown(&self.text[self.at..self.token_end()]))
            }
            Some(c) if c.is_ascii_graphic() => format!("`{c}`"),
            Some(c) => format!("the character U+{:04X}", c as u32),
        }
    }

    /// Where the word, number or single character that stands here ends.
    pub(super) fn token_end(&self) -> usize {
        let rest = self.rest();
        let word = rest
            .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '+' | '.' | '$')))
            .unwrap_or(rest.len());
        let length = if word > 0 { word } else { rest.chars().next().map_or(0, char::len_utf8) };
        self.at + length
    }
}
