//! Strings, numbers and the three words.

use super::Parser;
use crate::Number;
use crate::build::{Stop, shown};
use crate::number::is_json_number;
use crate::tree::Value;

/// Words of other languages, and what JSON calls them; an empty text where it has no such thing.
const FOREIGN_WORDS: &[(&str, &str)] = &[
    ("True", "true"),
    ("TRUE", "true"),
    ("False", "false"),
    ("FALSE", "false"),
    ("None", "null"),
    ("Null", "null"),
    ("NULL", "null"),
    ("nil", "null"),
    ("undefined", "null"),
    ("NaN", ""),
    ("Infinity", ""),
    ("-Infinity", ""),
];

impl Parser<'_, '_> {
    pub(super) fn scalar(&mut self) -> Result<Value, Stop> {
        match self.peek() {
            Some(quote @ (b'"' | b'\'')) => Ok(Value::Text(self.string(quote)?)),
            Some(b'-' | b'+' | b'.' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z') => self.word(),
            _ => Err(self.unexpected("a value")),
        }
    }

    /// A number or a word: everything up to the next blank, bracket, comma, colon or quote.
    fn word(&mut self) -> Result<Value, Stop> {
        let start = self.at;
        let end = self.token_end();
        let word = &self.text[start..end];
        let value = match word {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "null" => Value::Null,
            _ if is_json_number(word) => Value::Number(Number(word.to_owned())),
            _ => return self.wrong_word(start, end),
        };
        self.at = end;
        Ok(value)
    }

    fn wrong_word(&mut self, start: usize, end: usize) -> Result<Value, Stop> {
        let word = self.text[start..end].to_owned();
        let span = self.span(start, end);
        let name = shown(&word);
        let diag = match FOREIGN_WORDS.iter().find(|(foreign, _)| *foreign == word) {
            Some((_, "")) => self.error(format!("JSON has no `{name}`")).at(span, "not a JSON number"),
            Some((_, ours)) => {
                self.error(format!("JSON has no `{name}`")).at(span, format!("write `{ours}`"))
            }
            None if word.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c)) => {
                self.error(format!("`{name}` is not a JSON number")).at(span, number_mistake(&word))
            }
            None => self
                .error(format!("expected a value, found `{name}`"))
                .at(span, "text stands in double quotes"),
        };
        self.at = end;
        self.mistake(diag)?;
        Ok(Value::Text(word))
    }

    pub(super) fn string(&mut self, quote: u8) -> Result<String, Stop> {
        let start = self.at;
        self.at += 1;
        let mut out = String::new();
        loop {
            let run = self.at;
            while let Some(byte) = self.peek()
                && byte != quote
                && byte != b'\\'
                && byte >= b' '
            {
                self.at += 1;
            }
            out.push_str(&self.text[run..self.at]);
            match self.peek() {
                Some(byte) if byte == quote => break,
                Some(b'\\') => self.escape(&mut out)?,
                Some(b'\t') => {
                    let diag =
                        self.error("a tab inside text").at(self.span(self.at, self.at + 1), "write `\\t`");
                    self.mistake(diag)?;
                    out.push('\t');
                    self.at += 1;
                }
                _ => return Err(self.unclosed_string(start)),
            }
        }
        self.at += 1;
        if quote == b'\'' {
            let diag =
                self.error("text in single quotes").at(self.span(start, self.at), "JSON wants double quotes");
            self.mistake(diag)?;
        }
        Ok(out)
    }

    fn unclosed_string(&mut self, start: usize) -> Stop {
        let quote = self.text[start..].chars().next().unwrap_or('"');
        let diag = self
            .error("the text is not closed on its line")
            .at(self.span(start, self.at), format!("`{quote}` is never closed"))
            .help("a line break inside text is written `\\n`");
        self.fatal(diag)
    }

    fn escape(&mut self, out: &mut String) -> Result<(), Stop> {
        let start = self.at;
        let escaped = self.text[start + 1..].chars().next();
        let plain = match escaped {
            Some(c @ ('"' | '\\' | '/')) => c,
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('u') => return self.unicode_escape(out),
            Some(c) if c >= ' ' => {
                self.at += 1 + c.len_utf8();
                let diag = self
                    .error(format!("JSON has no escape `\\{c}`"))
                    .at(self.span(start, self.at), "unknown escape")
                    .help("a backslash itself is written `\\\\`");
                out.push(c);
                return self.mistake(diag);
            }
            _ => {
                self.at += 1;
                return Ok(());
            }
        };
        out.push(plain);
        self.at += 2;
        Ok(())
    }

    fn unicode_escape(&mut self, out: &mut String) -> Result<(), Stop> {
        let start = self.at;
        let Some(first) = self.code_unit(start) else {
            self.at += 2;
            let diag = self
                .error("`\\u` without four hexadecimal digits")
                .at(self.span(start, self.at), "four digits must follow");
            out.push('\u{fffd}');
            return self.mistake(diag);
        };
        self.at += 6;
        let mut units = vec![first];
        if (0xd800..0xdc00).contains(&first)
            && let Some(second) = self.code_unit(self.at)
            && (0xdc00..0xe000).contains(&second)
        {
            units.push(second);
            self.at += 6;
        }
        match String::from_utf16(&units) {
            Ok(text) => out.push_str(&text),
            Err(_) => {
                out.push('\u{fffd}');
                let diag = self
                    .error("half of a surrogate pair, which is no character")
                    .at(self.span(start, self.at), "the other half is missing");
                self.mistake(diag)?;
            }
        }
        Ok(())
    }

    /// Reads `\u` and its digits at a place.
    fn code_unit(&self, at: usize) -> Option<u16> {
        let digits = self.text.get(at..at + 6)?.strip_prefix("\\u")?;
        if digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            u16::from_str_radix(digits, 16).ok()
        } else {
            None
        }
    }
}

/// What is wrong with something that looks like a number.
fn number_mistake(word: &str) -> &'static str {
    let digits = word.strip_prefix('-').unwrap_or(word);
    match digits.as_bytes() {
        [b'+', ..] => "a number has no `+` before it",
        [b'.', ..] => "a digit must stand before the point",
        [b'0', b'x' | b'X' | b'o' | b'b', ..] => "numbers are decimal",
        [b'0', b'0'..=b'9', ..] => "a number does not start with a zero",
        [.., b'.'] => "a digit must stand after the point",
        _ if digits.contains('_') => "digits are not grouped",
        _ => "not a number",
    }
}
