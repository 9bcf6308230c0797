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
            self.builder.report_last(diag);
            return Stop;
        }
        let diag = self.explain(info, byte);
        self.builder.report_last(diag);
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
                .at(here, format!("no `&{}` stands before this", name.trim_start_matches('*')))
                .help("text that starts with `*` stands in quotes");
        }
        if info.starts_with("simple key expect") {
            return self.missing_colon(byte);
        }
        if info.contains("mapping values are not allowed")
            && let Some(diag) = self.indented_key(byte)
        {
            return diag;
        }
        if info.contains("did not find expected key")
            && self.places.before(byte).trim_end_matches(' ').ends_with('-')
        {
            return self.error("a list item among the keys of a map").at(self.dash(byte), "this dash");
        }
        if info.contains("trailing content after") && self.places.before(byte).ends_with('\'') {
            return self
                .error("something after a quoted text")
                .at(here, "the quoted text ended before this")
                .help("a quote inside single quotes is written twice: `''`");
        }
        let found = EXPLANATIONS.iter().find(|(part, ..)| info.contains(part));
        let Some((_, message, label, help)) = found else {
            return self.error(format!("not YAML: {info}")).at(here, "");
        };
        let mut diag = self.error(*message).at(here, *label);
        if (info.contains("flow") || info.contains("illegal placement"))
            && let Some(opening) = self.open_bracket(byte)
        {
            diag = diag.at(opening, format!("`{}` is open here", self.places.slice(opening)));
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
        let help = if before[start - self.places.offset()..].contains(':') {
            "a blank stands after the colon"
        } else {
            "a list item starts with `- `; text over several lines starts with `|` or `>`, or stands in quotes"
        };
        self.error("expected `:` after a key")
            .at(self.builder.span(start, end), "this line has no `: `")
            .help(help)
    }

    /// A key that is indented more than the one above, so that its line continues the value there.
    fn indented_key(&self, byte: usize) -> Option<Diagnostic> {
        let before = self.places.before(byte);
        let (above, line) = before.rsplit_once('\n')?;
        let key = line.trim_start();
        let line_start = byte - line.len();
        let above = above.rsplit('\n').next().unwrap_or("");
        if !key.contains(": ") && !above.contains(": ") && !above.trim_end().is_empty() {
            return Some(self.missing_colon(line_start));
        }
        let indent = |line: &str| line.len() - line.trim_start().len();
        if key.contains(": ")
            || key.starts_with("- ")
            || !above.contains(": ")
            || indent(line) <= indent(above)
        {
            return None;
        }
        let span = self.builder.span(byte - key.len(), byte);
        Some(
            self.error("a key that is indented more than the one above it")
                .at(span, "this continues the value above")
                .help("the keys of one map stand in one column"),
        )
    }

    /// The dash before a place.
    fn dash(&self, byte: usize) -> Span {
        let end = self.places.offset() + self.places.before(byte).trim_end_matches(' ').len();
        self.builder.span(end - 1, end)
    }

    /// The nearest bracket before a place that is not closed before it; quotes are not looked at.
    fn open_bracket(&self, byte: usize) -> Option<Span> {
        let before = self.places.before(byte).as_bytes();
        let mut closed = 0;
        for (at, sign) in before.iter().enumerate().rev().take(4096) {
            match sign {
                b']' | b'}' => closed += 1,
                b'[' | b'{' if closed > 0 => closed -= 1,
                b'[' | b'{' => {
                    let at = self.places.offset() + at;
                    return Some(self.builder.span(at, at + 1));
                }
                _ => {}
            }
        }
        None
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
    ("expected ',' or '}'", "expected `,` or `}`", "neither `,` nor `}`", ""),
    ("expected ',' or ']'", "expected `,` or `]`", "neither `,` nor `]`", ""),
    ("illegal placement of ':'", "expected `,` or `]`", "this cannot stand inside of brackets", ""),
    ("cannot start with '-' followed by", "a dash where a value should be", "put it in quotes", ""),
    ("quoted scalar, found unexpected end", "a quote that is never closed", "opened here", ""),
    (
        "quoted scalar, found unexpected document",
        "a quote that is not closed before the next document",
        "opened here",
        "",
    ),
    (
        "invalid indentation in quoted scalar",
        "quoted text that goes on in a line that is not indented enough",
        "opened here",
        "close the quote on its line, or indent the lines that follow more than the key",
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
    ("hexadecimal number", "an escape without its hexadecimal digits", "in this text", ""),
    ("invalid Unicode character escape", "an escape that is no character", "in this text", ""),
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
    ("invalid indentation", "a line that is indented like nothing above it", "this line", ""),
    (
        "wrongly indented line in block scalar",
        "a line of a block text that is indented less than its first",
        "this line",
        "",
    ),
    ("unexpected character", "a value cannot start with this character", "put the value in quotes", ""),
    (
        "expected <document start>",
        "expected the end of the document",
        "the document is complete before this",
        "a further document starts after a line `---`",
    ),
    ("byte order mark", "a byte order mark in the middle of the text", "remove it", ""),
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
    ("expected node content", "expected a value", "a value is missing here", ""),
    ("misplaced bracket", "a closing bracket that nothing opened", "remove it", ""),
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
    ("':' may not precede", "a `:` without a blank after it", "write a blank after this", ""),
];
