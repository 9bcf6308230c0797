//! What a side says, in words short enough for a column.

use crate::dump::{listed as with_bars, literal as shown, rule as spelled};
use crate::{Check, Float, Int, Literal, Shape, Type};

/// The kind of a type's values.
pub(crate) fn kind(ty: &Type) -> String {
    match &ty.shape {
        Shape::Bool => "bool".into(),
        Shape::Int(int_of) => int(*int_of).into(),
        Shape::Float(Float::F32) => "float32".into(),
        Shape::Float(Float::F64) => "float64".into(),
        Shape::Decimal { digits: 0, .. } => "decimal".into(),
        Shape::Decimal { digits, scale } => format!("decimal({digits}, {scale})"),
        Shape::Text => "text".into(),
        Shape::Bytes => "bytes".into(),
        Shape::Instant => "instant".into(),
        Shape::Date => "date".into(),
        Shape::Time => "time".into(),
        Shape::Duration => "duration".into(),
        Shape::Uuid => "uuid".into(),
        Shape::Enum(of) => {
            let names: Vec<&str> = of.values.iter().map(|value| value.name.as_str()).collect();
            format!("one of {}", listed(&names))
        }
        Shape::List(_) => "list".into(),
        Shape::Map { .. } => "map".into(),
        Shape::Record(_) => "record".into(),
        Shape::Sum(_) => "one of several types".into(),
        Shape::Any => "any value".into(),
    }
}

/// The width of an integer.
pub(super) fn int(int: Int) -> &'static str {
    match int {
        Int::I8 => "int8",
        Int::I16 => "int16",
        Int::I32 => "int32",
        Int::I64 => "int64",
        Int::U8 => "uint8",
        Int::U16 => "uint16",
        Int::U32 => "uint32",
        Int::U64 => "uint64",
    }
}

pub(super) fn range((low, high): (i128, i128)) -> String {
    // Bounds of 64 bits say nothing to people.
    let far = i128::from(i64::MAX) / 2;
    match (low > -far, high < far) {
        (true, true) => format!("{low} to {high}"),
        (true, false) => format!("at least {low}"),
        (false, true) => format!("at most {high}"),
        (false, false) => "no bounds".into(),
    }
}

pub(super) fn length((low, high): (u64, u64)) -> String {
    match (low, high) {
        (0, u64::MAX) => "any length".into(),
        (0, high) => format!("at most {high}"),
        (low, u64::MAX) => format!("at least {low}"),
        (low, high) if low == high => format!("exactly {low}"),
        (low, high) => format!("{low} to {high}"),
    }
}

pub(super) fn only(names: &[String]) -> String {
    if names.is_empty() {
        return "nothing else".into();
    }
    format!("also {}", listed(&names.iter().map(String::as_str).collect::<Vec<_>>()))
}

pub(super) fn listed(names: &[&str]) -> String {
    with_bars(names)
}

pub(super) fn rule(check: &Check) -> String {
    match check {
        Check::Pattern(pattern) => pattern.clone(),
        Check::Format(format) => format.clone(),
        check => spelled(check),
    }
}

pub(super) fn literal(literal: &Literal) -> String {
    shown(literal)
}

pub(super) fn all(rules: &[String], none: &str) -> String {
    if rules.is_empty() { none.into() } else { rules.join(", ") }
}
