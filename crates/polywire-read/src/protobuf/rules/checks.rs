//! One rule of a scalar as checks.

use polywire_contract::{Check, Float, Int, Shape};
use polywire_diag::Span;
use polywire_syntax::Number;
use prost_reflect::{DynamicMessage, ReflectMessage, Value as Proto};

use super::super::literal::{literal, number};

/// Whether the rules of a group belong to a shape.
pub(super) fn fits(group: &str, shape: &Shape) -> bool {
    match group {
        "float" => matches!(shape, Shape::Float(Float::F32)),
        "double" => matches!(shape, Shape::Float(Float::F64)),
        "int32" | "sint32" | "sfixed32" => matches!(shape, Shape::Int(Int::I32)),
        "int64" | "sint64" | "sfixed64" => matches!(shape, Shape::Int(Int::I64)),
        "uint32" | "fixed32" => matches!(shape, Shape::Int(Int::U32)),
        "uint64" | "fixed64" => matches!(shape, Shape::Int(Int::U64)),
        "bool" => matches!(shape, Shape::Bool),
        "string" => matches!(shape, Shape::Text),
        "bytes" => matches!(shape, Shape::Bytes),
        _ => false,
    }
}

/// A lower bound above the upper one means "outside of both" and not "between".
pub(super) fn is_outside(rules: &DynamicMessage) -> bool {
    let bound = |names: [&str; 2]| {
        names.into_iter().find_map(|name| {
            let has = rules.descriptor().get_field_by_name(name).is_some_and(|field| rules.has_field(&field));
            has.then(|| rules.get_field_by_name(name).and_then(|value| number(&value))).flatten()
        })
    };
    match (bound(["gt", "gte"]), bound(["lt", "lte"])) {
        (Some(lower), Some(upper)) => !at_most(&lower, &upper),
        _ => false,
    }
}

fn at_most(lower: &Number, upper: &Number) -> bool {
    match (lower.0.parse::<i128>(), upper.0.parse::<i128>()) {
        (Ok(lower), Ok(upper)) => lower <= upper,
        _ => lower.as_f64() <= upper.as_f64(),
    }
}

/// The checks of a rule; `None` where there is no check for it.
pub(super) fn scalar(group: &str, name: &str, value: &Proto, span: Span) -> Option<Vec<Check>> {
    if let Some(check) = bound(name, value) {
        return Some(vec![check]);
    }
    match (name, value) {
        ("example", _) => Some(Vec::new()),
        ("const", _) => Some(vec![Check::Among(vec![literal(value, span)?])]),
        ("in" | "not_in", Proto::List(items)) => {
            let items = items.iter().map(|item| literal(item, span)).collect::<Option<Vec<_>>>()?;
            Some(vec![if name == "in" { Check::Among(items) } else { Check::NotAmong(items) }])
        }
        ("len", Proto::U64(n)) => Some(vec![Check::MinLength(*n), Check::MaxLength(*n)]),
        ("min_len", Proto::U64(n)) => Some(vec![Check::MinLength(*n)]),
        ("max_len", Proto::U64(n)) => Some(vec![Check::MaxLength(*n)]),
        (_, Proto::String(text)) if group == "string" => Some(vec![Check::Pattern(pattern(name, text)?)]),
        (_, Proto::Bool(false)) => Some(Vec::new()),
        (_, Proto::Bool(true)) if group == "string" => Some(vec![well_known(name)?]),
        _ => None,
    }
}

fn bound(name: &str, value: &Proto) -> Option<Check> {
    Some(match name {
        "lt" => Check::ExclusiveMaximum(number(value)?),
        "lte" => Check::Maximum(number(value)?),
        "gt" => Check::ExclusiveMinimum(number(value)?),
        "gte" => Check::Minimum(number(value)?),
        _ => return None,
    })
}

fn pattern(name: &str, text: &str) -> Option<String> {
    match name {
        "pattern" => portable(text).then(|| text.to_string()),
        "prefix" => Some(format!("^{}", escaped(text))),
        "suffix" => Some(format!("{}$", escaped(text))),
        "contains" => Some(escaped(text)),
        _ => None,
    }
}

/// Whether an RE2 pattern means the same as an ECMA-262 one.
fn portable(pattern: &str) -> bool {
    let only_re2 =
        ["(?i", "(?s", "(?m", "(?U", "(?-", "(?P", "\\A", "\\z", "\\Q", "\\C", "\\a", "[:", "\\pL", "\\pN"];
    !only_re2.iter().any(|part| pattern.contains(part))
}

fn escaped(text: &str) -> String {
    let mut found = String::with_capacity(text.len());
    for c in text.chars() {
        if "\\^$.|?*+()[]{}/".contains(c) {
            found.push('\\');
        }
        found.push(c);
    }
    found
}

fn well_known(name: &str) -> Option<Check> {
    let format = |name: &str| Some(Check::Format(name.to_string()));
    match name {
        "email" | "hostname" | "ip" | "ipv4" | "ipv6" | "uri" | "uuid" => format(name),
        "uri_ref" => format("uri-reference"),
        "tuuid" => Some(Check::Pattern("^[0-9a-fA-F]{32}$".into())),
        "ulid" => Some(Check::Pattern("^[0-7][0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{25}$".into())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_becomes_a_pattern_that_means_itself() {
        assert_eq!(pattern("prefix", "a.b/").as_deref(), Some("^a\\.b\\/"));
        assert_eq!(pattern("suffix", "(x)").as_deref(), Some("\\(x\\)$"));
        assert_eq!(pattern("pattern", "(?i)x"), None);
        assert_eq!(pattern("not_contains", "x"), None);
    }
}
