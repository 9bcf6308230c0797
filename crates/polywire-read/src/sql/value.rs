//! Constants of SQL as literals of the model.

use polywire_contract::{Literal, Shape};
use polywire_diag::Span;
use polywire_syntax::{Number, Value as Literally, parse_json};
use sqlparser::ast::{Expr, Function, UnaryOperator, Value, ValueWithSpan};

/// A constant, before it is known what it is for.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Constant {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
}

/// Takes away brackets and casts: dumps write them around everything.
pub(super) fn bare(mut expr: &Expr) -> &Expr {
    while let Expr::Nested(inner) | Expr::Cast { expr: inner, .. } | Expr::Collate { expr: inner, .. } = expr
    {
        expr = inner;
    }
    expr
}

/// The constant that an expression is, if it is one.
pub(super) fn constant(expr: &Expr) -> Option<Constant> {
    match bare(expr) {
        Expr::Value(ValueWithSpan { value, .. }) => plain(value),
        Expr::TypedString(typed) => plain(&typed.value.value),
        Expr::UnaryOp { op: UnaryOperator::Minus, expr } => match bare(expr) {
            Expr::Value(ValueWithSpan { value: Value::Number(digits, _), .. }) => {
                number(&format!("-{digits}")).map(Constant::Number)
            }
            _ => None,
        },
        Expr::UnaryOp { op: UnaryOperator::Plus, expr } => match bare(expr) {
            Expr::Value(ValueWithSpan { value: Value::Number(digits, _), .. }) => {
                number(digits).map(Constant::Number)
            }
            _ => None,
        },
        _ => None,
    }
}

fn plain(value: &Value) -> Option<Constant> {
    Some(match value {
        Value::Null => Constant::Null,
        Value::Boolean(value) => Constant::Bool(*value),
        Value::Number(digits, _) => Constant::Number(number(digits)?),
        Value::SingleQuotedString(text)
        | Value::EscapedStringLiteral(text)
        | Value::UnicodeStringLiteral(text)
        | Value::NationalStringLiteral(text) => Constant::Text(text.clone()),
        Value::DollarQuotedString(quoted) => Constant::Text(quoted.value.clone()),
        _ => return None,
    })
}

/// A number in JSON's grammar.
fn number(text: &str) -> Option<Number> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let digits: String = digits.trim().chars().filter(|c| *c != '_').collect();
    let (digits, exponent) = match digits.split_once(['e', 'E']) {
        Some((digits, exponent)) => (digits.to_string(), Some(exponent.parse::<i32>().ok()?)),
        None => (digits, None),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((&digits, ""));
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !all_digits(whole) || !all_digits(fraction) || (whole.is_empty() && fraction.is_empty()) {
        return None;
    }
    let whole = whole.trim_start_matches('0');
    let mut text = format!("{sign}{}", if whole.is_empty() { "0" } else { whole });
    if !fraction.is_empty() {
        text = format!("{text}.{fraction}");
    }
    if let Some(exponent) = exponent {
        text = format!("{text}e{exponent}");
    }
    Some(Number(text))
}

/// A constant as a value of a shape; `None` where it is not one as it stands.
pub(super) fn literal(constant: &Constant, shape: &Shape, span: Span) -> Option<Literal> {
    let value = match (shape, constant) {
        (Shape::Bool, Constant::Bool(value)) => Literally::Bool(*value),
        (Shape::Bool, Constant::Text(text)) => Literally::Bool(truth(text)?),
        (Shape::Bool, Constant::Number(Number(digits))) => Literally::Bool(truth(digits)?),
        (Shape::Int(_), Constant::Number(number)) if number.is_integer() => Literally::Number(number.clone()),
        (Shape::Int(_), Constant::Text(text)) => Literally::Number(number(text).filter(Number::is_integer)?),
        (Shape::Float(_), Constant::Number(number)) => Literally::Number(number.clone()),
        (Shape::Float(_), Constant::Text(text)) => Literally::Number(number(text)?),
        // In JSON a decimal is text.
        (Shape::Decimal { .. }, Constant::Number(number)) => Literally::Text(number.0.clone()),
        (Shape::Decimal { .. }, Constant::Text(text)) => Literally::Text(number(text)?.0),
        (Shape::Text | Shape::Enum(_), Constant::Text(text)) => Literally::Text(text.clone()),
        (Shape::Text, Constant::Number(number)) => Literally::Text(number.0.clone()),
        (Shape::Date, Constant::Text(text)) if is_date(text) => Literally::Text(text.clone()),
        (Shape::Uuid, Constant::Text(text)) if is_uuid(text) => Literally::Text(text.to_ascii_lowercase()),
        (Shape::Bytes, Constant::Text(text)) if text.is_empty() => Literally::Text(String::new()),
        (Shape::Any, Constant::Text(text)) => {
            let mut diags = Vec::new();
            let parsed = parse_json(span.file, text, &polywire_syntax::Limits::default(), &mut diags);
            placed(parsed.filter(|_| diags.is_empty())?, span).value
        }
        (Shape::Any, Constant::Bool(value)) => Literally::Bool(*value),
        (Shape::Any, Constant::Number(number)) => Literally::Number(number.clone()),
        (Shape::List(_), Constant::Text(text)) if text == "{}" => Literally::List(Vec::new()),
        _ => return None,
    };
    Some(Literal { span, value })
}

/// Everything inside a value that was written in quotes has the place of the quotes.
fn placed(mut node: Literal, span: Span) -> Literal {
    node.span = span;
    node.value = match node.value {
        Literally::List(items) => Literally::List(items.into_iter().map(|item| placed(item, span)).collect()),
        Literally::Map(mut map) => {
            for entry in &mut map.entries {
                entry.key_span = span;
                let value = std::mem::replace(&mut entry.value, Literal { span, value: Literally::Null });
                entry.value = placed(value, span);
            }
            Literally::Map(map)
        }
        value => value,
    };
    node
}

/// What PostgreSQL takes for a truth value in quotes, and SQLite for one without.
fn truth(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "t" | "true" | "y" | "yes" | "on" | "1" => Some(true),
        "f" | "false" | "n" | "no" | "off" | "0" => Some(false),
        _ => None,
    }
}

fn is_date(text: &str) -> bool {
    form(text, "0000-00-00")
}

fn is_uuid(text: &str) -> bool {
    form(text, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx")
}

/// Whether a text has a form: `0` is a digit, `x` a hexadecimal one.
fn form(text: &str, form: &str) -> bool {
    text.len() == form.len()
        && text.bytes().zip(form.bytes()).all(|(byte, form)| match form {
            b'0' => byte.is_ascii_digit(),
            b'x' => byte.is_ascii_hexdigit(),
            form => byte == form,
        })
}

/// A function's name in lower case and its arguments, where they are plain.
pub(super) fn call(function: &Function) -> Option<(String, Vec<&Expr>)> {
    use sqlparser::ast::{FunctionArg, FunctionArgExpr, FunctionArguments};
    let name = function.name.0.last()?.as_ident()?.value.to_ascii_lowercase();
    let FunctionArguments::List(list) = &function.args else { return None };
    let arguments = list.args.iter().map(|arg| match arg {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr),
        _ => None,
    });
    Some((name, arguments.collect::<Option<Vec<_>>>()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_become_json_numbers() {
        for (text, expected) in [
            ("1", "1"),
            ("-007", "-7"),
            (".5", "0.5"),
            ("1.", "1"),
            ("+3", "3"),
            ("1_000", "1000"),
            ("1.50E+3", "1.50e3"),
        ] {
            assert_eq!(number(text), Some(Number(expected.to_string())), "{text}");
        }
        for text in ["", ".", "-", "0x10", "1e", "a", "1.2.3", "NaN"] {
            assert_eq!(number(text), None, "{text}");
        }
    }
}
