//! Values of the files, checked against their types: code holds the same value or there is no code.

use polywire_contract::Literal;
use polywire_diag::Diagnostic;
use polywire_syntax::{Number, Value};

use super::program::{Program, Source, Ty};
use crate::SETTING_NOT_SAYABLE;

/// A value of a type.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::settings) enum Lit<'a> {
    Null,
    /// A member that this item does not have.
    Absent,
    Bool(bool),
    /// Decimal digits with a sign.
    Int(&'a str),
    Float(f64),
    Text(&'a str),
    /// One of the texts of a choice.
    Choice {
        of: usize,
        at: usize,
    },
    List(Vec<Lit<'a>>),
    Map(Vec<(&'a str, Lit<'a>)>),
    /// A record, and a value for each of its fields.
    Struct(usize, Vec<Lit<'a>>),
}

/// Longer integers are no settings, and some compilers refuse them.
const DIGITS_MAX: usize = 1000;

/// The value as one of the type; else what is wrong with it.
pub(super) fn typed<'a>(
    program: &Program<'_>,
    ty: &Ty,
    node: &'a Literal,
    at: &str,
    diags: &mut Vec<Diagnostic>,
) -> Option<Lit<'a>> {
    let wrong = |what: &str| {
        let message = format!("`{at}` is {what}, and holds {}", node.kind());
        Diagnostic::error(&SETTING_NOT_SAYABLE, message)
            .at(node.span, "this value")
            .help("write a value of its type")
    };
    match (ty, &node.value) {
        (Ty::Any, _) => anything(program, node, at, diags),
        (Ty::Nullable(_), Value::Null) => Some(Lit::Null),
        (Ty::Nullable(of), _) => typed(program, of, node, at, diags),
        (Ty::Bool, Value::Bool(value)) => Some(Lit::Bool(*value)),
        (Ty::Int { domain, .. }, Value::Number(number)) if number.is_integer() => {
            let inside = |number: &Number| {
                let Some(domain) = domain else { return program.holds(number) };
                let (low, high) = Ty::range(*domain);
                number.0.parse::<i128>().is_ok_and(|value| (low..=high).contains(&value))
            };
            if inside(number) {
                return Some(Lit::Int(digits(number)));
            }
            let message = format!("`{at}` holds {number}, which is beyond its type");
            diags.push(Diagnostic::error(&SETTING_NOT_SAYABLE, message).at(node.span, "this number"));
            None
        }
        (Ty::Float, Value::Number(number)) => finite(number, node, at, diags),
        (Ty::Text, Value::Text(text)) => Some(Lit::Text(text)),
        (Ty::Choice(of), Value::Text(text)) => {
            let found = program.choices[*of].values.iter().position(|value| value == text);
            if found.is_none() {
                let message = format!("`{at}` holds a text that is none of its choices");
                diags.push(Diagnostic::error(&SETTING_NOT_SAYABLE, message).at(node.span, "this text"));
            }
            found.map(|at| Lit::Choice { of: *of, at })
        }
        (Ty::List(of), Value::List(items)) => {
            let items = items.iter().map(|item| typed(program, of, item, at, diags));
            items.collect::<Vec<_>>().into_iter().collect::<Option<_>>().map(Lit::List)
        }
        (Ty::Map(of), Value::Map(map)) => {
            let entries = map.entries.iter().map(|entry| {
                let value = typed(program, of, &entry.value, at, diags);
                value.map(|value| (entry.key.as_str(), value))
            });
            entries.collect::<Vec<_>>().into_iter().collect::<Option<_>>().map(Lit::Map)
        }
        (Ty::Struct(of), Value::Map(map)) => record(program, *of, map, at, diags),
        (Ty::Bool, _) => refuse(wrong("a boolean"), diags),
        (Ty::Int { .. }, _) => refuse(wrong("an integer"), diags),
        (Ty::Float, _) => refuse(wrong("a number"), diags),
        (Ty::Text | Ty::Choice(_), _) => refuse(wrong("a text"), diags),
        (Ty::List(_), _) => refuse(wrong("a list"), diags),
        (Ty::Map(_), _) => refuse(wrong("a map"), diags),
        (Ty::Struct(_), _) => refuse(wrong("a record"), diags),
    }
}

fn refuse<'a>(diag: Diagnostic, diags: &mut Vec<Diagnostic>) -> Option<Lit<'a>> {
    diags.push(diag);
    None
}

fn record<'a>(
    program: &Program<'_>,
    of: usize,
    map: &'a polywire_syntax::Map,
    at: &str,
    diags: &mut Vec<Diagnostic>,
) -> Option<Lit<'a>> {
    let fields = &program.structs[of].fields;
    let mut right = true;
    for entry in &map.entries {
        if fields.iter().all(|field| field.key != entry.key) {
            let message = format!("`{at}` holds a member `{}` that its type does not have", entry.key);
            diags.push(Diagnostic::error(&SETTING_NOT_SAYABLE, message).at(entry.key_span, "this member"));
            right = false;
        }
    }
    let mut values = Vec::new();
    for field in fields {
        let required = !matches!(field.source, Source::Member { required: false, .. });
        match map.get(&field.key) {
            Some(node) => values.extend(typed(program, &field.ty, node, at, diags)),
            None if required => {
                let message = format!("`{at}` holds an item without `{}`", field.key);
                let place = map.entries.first().map(|entry| entry.key_span);
                let diag = Diagnostic::error(&SETTING_NOT_SAYABLE, message);
                diags.push(match place {
                    Some(place) => diag.at(place, "this item"),
                    None => diag,
                });
            }
            None => values.push(Lit::Absent),
        }
    }
    (right && values.len() == fields.len()).then_some(Lit::Struct(of, values))
}

impl Program<'_> {
    /// Whether the language has integers of this size.
    fn holds(&self, number: &Number) -> bool {
        match self.bits {
            None => number.0.len() <= DIGITS_MAX,
            Some(bits) => {
                number.0.parse::<i128>().is_ok_and(|n| bits >= 128 || n.unsigned_abs() >> (bits - 1) == 0)
            }
        }
    }
}

fn anything<'a>(
    program: &Program<'_>,
    node: &'a Literal,
    at: &str,
    diags: &mut Vec<Diagnostic>,
) -> Option<Lit<'a>> {
    Some(match &node.value {
        Value::Null => Lit::Null,
        Value::Bool(value) => Lit::Bool(*value),
        Value::Number(number) if number.is_integer() && program.holds(number) => Lit::Int(digits(number)),
        Value::Number(number) if number.is_integer() => {
            let message = format!("`{at}` holds {number}, which is beyond this language's integers");
            diags.push(
                Diagnostic::error(&SETTING_NOT_SAYABLE, message)
                    .at(node.span, "this number")
                    .help("write it as text"),
            );
            return None;
        }
        Value::Number(number) => finite(number, node, at, diags)?,
        Value::Text(text) => Lit::Text(text),
        Value::List(items) => {
            let items = items.iter().map(|item| anything(program, item, at, diags));
            Lit::List(items.collect::<Option<_>>()?)
        }
        Value::Map(map) => {
            let entries = map.entries.iter();
            let entries =
                entries.map(|entry| Some((entry.key.as_str(), anything(program, &entry.value, at, diags)?)));
            Lit::Map(entries.collect::<Option<_>>()?)
        }
    })
}

fn digits(number: &Number) -> &str {
    if number.0 == "-0" { "0" } else { &number.0 }
}

/// A number whose digits a binary64 keeps.
fn finite<'a>(number: &Number, node: &Literal, at: &str, diags: &mut Vec<Diagnostic>) -> Option<Lit<'a>> {
    let kept = number.as_f64().filter(|value| scientific(&number.0) == scientific(&format!("{value:e}")));
    if kept.is_none() {
        let message = format!("`{at}` holds {number}, which no binary64 number is");
        diags.push(
            Diagnostic::error(&SETTING_NOT_SAYABLE, message)
                .at(node.span, "this number")
                .help("write it as text, or with the 15 digits that every such number keeps"),
        );
    }
    kept.map(Lit::Float)
}

/// Sign, digits without zeros around them, and the place of the point: equal for equal numbers.
fn scientific(text: &str) -> (bool, String, i64) {
    let (sign, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    let digits = all.trim_start_matches('0');
    if digits.is_empty() {
        return (sign, String::new(), 0);
    }
    let leading = (all.len() - digits.len()) as i64;
    let exponent = exponent.parse::<i64>().unwrap_or(i64::from(i32::MAX));
    (sign, digits.trim_end_matches('0').to_owned(), exponent + whole.len() as i64 - leading)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_numbers_are_equal_however_they_are_written() {
        for (a, b) in
            [("1.10", "1.1e0"), ("100", "1e2"), ("0.001", "1e-3"), ("0", "0.0e5"), ("120.0", "1.2E+2")]
        {
            assert_eq!(scientific(a), scientific(b), "{a} {b}");
        }
        for (a, b) in [("1.1", "1.10000000000000001"), ("1", "-1"), ("9007199254740993", "9007199254740992")]
        {
            assert_ne!(scientific(a), scientific(b), "{a} {b}");
        }
    }
}
