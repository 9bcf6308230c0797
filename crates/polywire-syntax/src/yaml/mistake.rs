//! What the scanner says about broken YAML, in our words and at a better place.

use polywire_diag::{Diagnostic, Span};
use saphyr_parser::ScanError;

use super::Reader;
use crate::build::Stop;
use crate::{BAD_ALIAS, TAB_INDENTATION, TOO_DEEP};

impl Reader<'_, '_> {
    pub(super) fn syntax_error(&mut self, error: &ScanError) -> Stop {
        let byte = self.places.byte(error.marker().index());
        let info = error.info();
        if info.contains("recursion limit") {
            let diag = Diagnostic::error(&TOO_DEEP, "more than 255 brackets inside one another")
                .at(self.here(byte), "too deep");
            self.builder.diags.push(diag);
            return Stop;
        }
        let diag = self.explain(info, byte);
        self.builder.diags.push(diag);
        self.stop()
    }

    fn explain(&mut self, info: &str, byte: usize) -> Diagnostic {
        let here = self.here(byte);
        if info.contains("tab") && !info.contains("table") {
            return Diagnostic::error(&TAB_INDENTATION, "a tab where a line is indented")
                .at(self.tab(byte).unwrap_or(here), "YAML is indented with spaces");
        }
        if info.contains("unknown anchor") {
            let name = self.word(byte);
            return Diagnostic::error(&BAD_ALIAS, format!("the alias `{name}` names nothing"))
                .at(here, format!("no `&{}` stands before this", name.trim_start_matches('*')));
        }
        if info.starts_with("simple key expect") {
            return self.missing_colon(byte);
        }
        let found = EXPLANATIONS.iter().find(|(part, ..)| info.contains(part));
        let Some((_, message, label, help)) = found else {
            return self.error(format!("not YAML: {info}")).at(here, "");
        };
        let mut diag = self.error(*message).at(here, *label);
        if info.contains("flow")
            && let Some((opening, is_map)) = self.builder.innermost()
            && self.places.slice(opening).starts_with(['{', '['])
        {
            diag = diag.at(opening, format!("`{}` is open here", if is_map { '{' } else { '[' }));
        }
        if !help.is_empty() {
            diag = diag.help(*help);
        }
        diag
    }

    /// A line that should be `key: value`; the scanner only notices at the next one.
    fn missing_colon(&self, byte: usize) -> Diagnostic {
        let before = self.places.before(byte).trim_end();
        let end = before.len();
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let indent = before[start..].len() - before[start..].trim_start().len();
        let (start, end) = (self.places.offset() + start + indent, self.places.offset() + end);
        self.error("expected `:` after a key")
            .at(self.builder.span(start, end), "this line has no `: `")
            .help("a list item starts with `- `; text over several lines starts with `|` or `>`, or stands in quotes")
    }

    /// The character or word at a place.
    fn here(&self, byte: usize) -> Span {
        let length = self.word(byte).len();
        self.builder.span(byte, byte + length)
    }

    fn word(&self, byte: usize) -> &str {
        let after = self.places.after(byte);
        let end = after.find(|c: char| c.is_whitespace() || ",]}".contains(c)).unwrap_or(after.len());
        let first = after.chars().next().filter(|c| !c.is_whitespace()).map_or(0, char::len_utf8);
        &after[..end.max(first)]
    }

    /// The tab in the indentation of the line at a place.
    fn tab(&self, byte: usize) -> Option<Span> {
        let before = self.places.before(byte);
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let line = self.places.after(self.places.offset() + start);
        let blank = &line[..line.len() - line.trim_start_matches([' ', '\t']).len()];
        let at = self.places.offset() + start + blank.find('\t')?;
        Some(self.builder.span(at, at + 1))
    }
}

/// Part of what the scanner says; our message, label and help.
const EXPLANATIONS: &[(&str, &str, &str, &str)] = &[
    (
        "mapping values are not allowed",
        "a `:` inside a value",
        "this would start another map",
        "a value with `: ` in it stands in quotes; a nested map starts on the next line, further indented",
    ),
    (
        "expected ',' or '}'",
        "expected `,` or `}`",
        "neither `,` nor `}`",
        "",
    ),
    (
        "expected ',' or ']'",
        "expected `,` or `]`",
        "neither `,` nor `]`",
        "",
    ),
    (
        "quoted scalar, found unexpected end",
        "a quote that is never closed",
        "opened here",
        "",
    ),
    (
        "quoted scalar, found unexpected document",
        "a quote that is not closed before the next document",
        "opened here",
        "",
    ),
    (
        "invalid indentation in quoted scalar",
        "a line of quoted text that is not indented enough",
        "indent this line",
        "if the quote should have ended before, close it",
    ),
    (
        "trailing content after double-quoted",
        "something after a quoted text",
        "the quoted text ended before this",
        "a quote inside double quotes is written `\\\"`",
    ),
    (
        "unknown escape character",
        "an unknown escape in double quotes",
        "in this text",
        "a backslash itself is written `\\\\`, or the text stands in single quotes",
    ),
    (
        "hexadecimal number",
        "an escape without its hexadecimal digits",
        "in this text",
        "",
    ),
    (
        "invalid Unicode character escape",
        "an escape that is no character",
        "in this text",
        "",
    ),
    (
        "did not find expected key",
        "expected a key of the map above",
        "this is not a key at the map's indentation",
        "the keys of one map stand in one column",
    ),
    (
        "did not find expected '-'",
        "expected `- ` or the end of the list above",
        "this is neither",
        "the dashes of one list stand in one column",
    ),
    (
        "block sequence entries are not allowed",
        "a list item where none can stand",
        "this dash",
        "a list under a key starts on the next line",
    ),
    (
        "invalid indentation",
        "a line that is indented like nothing above it",
        "this line",
        "",
    ),
    (
        "wrongly indented line in block scalar",
        "a line of a block text that is indented less than its first",
        "this line",
        "",
    ),
    (
        "unexpected character",
        "a value cannot start with this character",
        "put the value in quotes",
        "",
    ),
    (
        "expected <document start>",
        "expected the end of the document",
        "the document is complete before this",
        "a further document starts after a line `---`",
    ),
    (
        "byte order mark",
        "a byte order mark in the middle of the text",
        "remove it",
        "",
    ),
    (
        "comments must be separated",
        "a `#` right after something",
        "a blank must stand before a comment",
        "if `#` belongs to the value, put the value in quotes",
    ),
    (
        "expected comment or line break",
        "something after the sign of a block text",
        "the text starts on the next line",
        "",
    ),
    (
        "expected node content",
        "expected a value",
        "a value is missing here",
        "",
    ),
    (
        "misplaced bracket",
        "a closing bracket that nothing opened",
        "remove it",
        "",
    ),
    (
        "anchor or alias",
        "an anchor or alias without a name",
        "a name is missing",
        "text that starts with `&` or `*` stands in quotes",
    ),
    (
        "handle wasn't declared",
        "a tag with an unknown prefix",
        "no `%TAG` declares it",
        "text that starts with `!` stands in quotes",
    ),
    (
        "':' may not precede",
        "a `:` without a blank after it",
        "write a blank after this",
        "",
    ),
];
