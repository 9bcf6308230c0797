//! Scalars by the core schema: <https://yaml.org/spec/1.2.2/#103-core-schema>.

use std::borrow::Cow;

use polywire_diag::{Diagnostic, Span};
use saphyr_parser::{ScalarStyle, Tag};

use super::{MaybeTag, Reader};
use crate::build::shown;
use crate::number::split_digits;
use crate::tree::Value;
use crate::{NOT_A_NUMBER, Number, TAG_MISMATCH, UNKNOWN_TAG};

const CORE: &str = "tag:yaml.org,2002:";

/// What plain text says in the core schema.
#[derive(Debug, PartialEq)]
enum Plain {
    Null,
    Bool(bool),
    Int(String),
    Float(String),
    /// `.inf` and `.nan`, or an integer beyond 128 bits that is not decimal.
    NotInJson,
    Text,
}

impl<'t> Reader<'t, '_> {
    /// The value of a scalar.
    pub(super) fn resolve(
        &mut self,
        text: Cow<'t, str>,
        style: ScalarStyle,
        tag: MaybeTag<'t>,
        span: Span,
    ) -> Value {
        let full = tag.as_deref().map(full_name);
        let core = full.as_deref().and_then(|name| name.strip_prefix(CORE));
        match (full.as_deref(), core) {
            (Some("!"), _) | (_, Some("str")) => return Value::Text(text.into_owned()),
            (_, Some(kind @ ("null" | "bool" | "int" | "float"))) => return self.tagged(kind, text, span),
            (Some(name), _) => self.warn_of_tag(name, span),
            (None, _) => {}
        }
        if style != ScalarStyle::Plain {
            return Value::Text(text.into_owned());
        }
        match plain(&text) {
            Plain::Null => Value::Null,
            Plain::Bool(value) => Value::Bool(value),
            Plain::Int(number) | Plain::Float(number) => Value::Number(Number(number)),
            Plain::Text => Value::Text(text.into_owned()),
            Plain::NotInJson => self.not_in_json(text, span),
        }
    }

    fn tagged(&mut self, kind: &str, text: Cow<'t, str>, span: Span) -> Value {
        match (kind, plain(&text)) {
            ("null", Plain::Null) => return Value::Null,
            ("bool", Plain::Bool(value)) => return Value::Bool(value),
            ("int", Plain::Int(number)) => return Value::Number(Number(number)),
            ("float", Plain::Int(number) | Plain::Float(number)) => return Value::Number(Number(number)),
            ("int" | "float", Plain::NotInJson) => return self.not_in_json(text, span),
            _ => {}
        }
        self.builder.report(
            Diagnostic::error(&TAG_MISMATCH, format!("`{}` does not fit its tag `!!{kind}`", shown(&text)))
                .at(span, format!("not {kind}")),
        );
        Value::Text(text.into_owned())
    }

    fn not_in_json(&mut self, text: Cow<'t, str>, span: Span) -> Value {
        self.builder.report(
            Diagnostic::error(&NOT_A_NUMBER, format!("`{}` has no counterpart in JSON", shown(&text)))
                .at(span, "not a finite decimal number")
                .help(format!("if text is meant, write `\"{}\"`", shown(&text))),
        );
        Value::Text(text.into_owned())
    }

    pub(super) fn check_collection_tag(&mut self, tag: &MaybeTag<'_>, kind: &str, span: Span) {
        let Some(name) = tag.as_deref().map(full_name) else { return };
        if name != "!" && name.strip_prefix(CORE) != Some(kind) {
            self.warn_of_tag(&name, span);
        }
    }

    fn warn_of_tag(&mut self, name: &str, span: Span) {
        let name = match name.strip_prefix(CORE) {
            Some(suffix) => format!("!!{suffix}"),
            None => name.to_owned(),
        };
        let end =
            self.places.slice(span).find(char::is_whitespace).map_or(span.end, |at| span.start + at as u32);
        self.builder.report(
            Diagnostic::warning(&UNKNOWN_TAG, format!("the tag `{}` is ignored", shown(&name)))
                .at(Span { end, ..span }, "what follows is read as if it were not there"),
        );
    }
}

fn full_name(tag: &Tag) -> String {
    format!("{}{}", tag.handle, tag.suffix)
}

fn plain(text: &str) -> Plain {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Plain::Null,
        "true" | "True" | "TRUE" => return Plain::Bool(true),
        "false" | "False" | "FALSE" => return Plain::Bool(false),
        ".nan" | ".NaN" | ".NAN" => return Plain::NotInJson,
        _ => {}
    }
    let (minus, digits) = match text.as_bytes()[0] {
        b'-' => ("-", &text[1..]),
        b'+' => ("", &text[1..]),
        b'0'..=b'9' | b'.' => ("", text),
        _ => return Plain::Text,
    };
    if matches!(digits, ".inf" | ".Inf" | ".INF") {
        return Plain::NotInJson;
    }
    let based = if digits.len() == text.len() { other_base(text) } else { None };
    based.or_else(|| decimal(minus, digits)).unwrap_or(Plain::Text)
}

/// `0x1F` and `0o17`.
fn other_base(text: &str) -> Option<Plain> {
    let (base, digits) = match text.strip_prefix("0x") {
        Some(digits) => (16, digits),
        None => (8, text.strip_prefix("0o")?),
    };
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(base)) {
        return None;
    }
    Some(u128::from_str_radix(digits, base).map_or(Plain::NotInJson, |value| Plain::Int(value.to_string())))
}

/// A decimal number without its sign, rewritten to JSON's grammar.
fn decimal(minus: &str, text: &str) -> Option<Plain> {
    let (whole, rest) = split_digits(text);
    let (fraction, rest) = match rest.strip_prefix('.') {
        Some(after) => {
            let (fraction, rest) = split_digits(after);
            (Some(fraction), rest)
        }
        None => (None, rest),
    };
    if whole.is_empty() && fraction.is_none_or(str::is_empty) {
        return None;
    }
    if let Some(exponent) = rest.strip_prefix(['e', 'E']) {
        let (digits, rest) = split_digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent));
        if digits.is_empty() || !rest.is_empty() {
            return None;
        }
    } else if !rest.is_empty() {
        return None;
    }
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        digits => digits,
    };
    Some(match fraction {
        None if rest.is_empty() => Plain::Int(format!("{minus}{whole}")),
        None => Plain::Float(format!("{minus}{whole}{rest}")),
        Some("") => Plain::Float(format!("{minus}{whole}.0{rest}")),
        Some(fraction) => Plain::Float(format!("{minus}{whole}.{fraction}{rest}")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::is_json_number;

    fn check(text: &str, expected: &str) {
        match plain(text) {
            Plain::Int(number) | Plain::Float(number) => {
                assert!(is_json_number(&number), "{text}: {number}");
                assert_eq!(number, expected, "{text}");
            }
            other => assert_eq!(format!("{other:?}"), expected, "{text}"),
        }
    }

    #[test]
    fn plain_text_is_read_by_the_core_schema() {
        for text in ["", "~", "null", "NULL"] {
            check(text, "Null");
        }
        check("True", "Bool(true)");
        for text in
            ["yes", "on", "Off", "nUll", "1_000", "1:30", "-", "+", ".", "-.", "1e", "e5", "0x", "0xg", "0o8"]
        {
            check(text, "Text");
        }
        for text in
            ["-0x1", "+0o7", "1.2.3", "2024-01-01", "1 2", "..5", "--1", "+-1", "0X1", "é", "infinity"]
        {
            check(text, "Text");
        }
        for text in [".inf", "-.Inf", "+.INF", ".nan", ".NaN"] {
            check(text, "NotInJson");
        }
    }

    #[test]
    fn numbers_are_rewritten_to_json() {
        check("1", "1");
        check("+12", "12");
        check("-007", "-7");
        check("0", "0");
        check("-0", "-0");
        check("0x1F", "31");
        check("0o17", "15");
        check("0xffffffffffffffffffffffffffffffff", "340282366920938463463374607431768211455");
        check("0x100000000000000000000000000000000", "NotInJson");
        check("3.0", "3.0");
        check("1.", "1.0");
        check(".5", "0.5");
        check("-.5e-3", "-0.5e-3");
        check("1.e5", "1.0e5");
        check("01e+5", "1e+5");
        check("123456789012345678901234567890", "123456789012345678901234567890");
    }
}
