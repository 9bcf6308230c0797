//! One group of rules of a scalar as checks.

use polywire_contract::{Check, Float, Int, Literal, ProtoRule, Shape};
use polywire_diag::Span;
use polywire_syntax::{Node, Number, Value};
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
        "timestamp" => matches!(shape, Shape::Instant),
        "duration" => matches!(shape, Shape::Duration),
        _ => false,
    }
}

/// A lower bound above the upper one means "outside of both" and not "between".
pub(super) fn outside(rules: &DynamicMessage) -> Option<Check> {
    let bound = |names: [&str; 2]| {
        names.into_iter().find_map(|name| {
            let field = rules.descriptor().get_field_by_name(name)?;
            let value = rules.has_field(&field).then(|| rules.get_field(&field))?;
            Some((seconds_or_number(&value)?, name.ends_with('e')))
        })
    };
    let (above, below) = (bound(["gt", "gte"])?, bound(["lt", "lte"])?);
    (!at_most(&above.0, &below.0)).then_some(Check::Proto(ProtoRule::Outside { below, above }))
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
    if let Some(found) = length(name, value) {
        return Some(found);
    }
    match (name, value) {
        ("example", _) => Some(Vec::new()),
        ("const", _) => Some(vec![Check::Among(vec![value_of(value, span)?])]),
        ("in" | "not_in", Proto::List(items)) => {
            let items = items.iter().map(|item| value_of(item, span)).collect::<Option<Vec<_>>>()?;
            Some(vec![if name == "in" { Check::Among(items) } else { Check::NotAmong(items) }])
        }
        ("finite", Proto::Bool(true)) => rule(ProtoRule::Finite),
        ("lt_now", Proto::Bool(true)) => rule(ProtoRule::Past),
        ("gt_now", Proto::Bool(true)) => rule(ProtoRule::Future),
        ("within", _) => rule(ProtoRule::WithinNow(seconds_or_number(value)?)),
        ("well_known_regex", _) | ("strict", _) => Some(Vec::new()),
        (_, Proto::String(text)) if group == "string" => text_rule(name, text),
        ("pattern", Proto::String(text)) => rule(ProtoRule::Re2(text.clone())),
        ("prefix", Proto::Bytes(bytes)) => rule(ProtoRule::Prefix(bytes.to_vec())),
        ("suffix", Proto::Bytes(bytes)) => rule(ProtoRule::Suffix(bytes.to_vec())),
        ("contains", Proto::Bytes(bytes)) => rule(ProtoRule::Contains(bytes.to_vec())),
        (_, Proto::Bool(false)) => Some(Vec::new()),
        ("ip", Proto::Bool(true)) if group == "bytes" => rule(ProtoRule::Sizes(vec![4, 16])),
        ("ipv4", Proto::Bool(true)) if group == "bytes" => rule(ProtoRule::Sizes(vec![4])),
        ("ipv6" | "uuid", Proto::Bool(true)) if group == "bytes" => rule(ProtoRule::Sizes(vec![16])),
        (_, Proto::Bool(true)) if group == "string" && FORMS.contains(&name) => {
            rule(ProtoRule::WellKnown(name.to_string()))
        }
        _ => None,
    }
}

/// The forms of text that have a name; wire checks them.
const FORMS: [&str; 20] = [
    "email",
    "hostname",
    "ip",
    "ipv4",
    "ipv6",
    "uri",
    "uri_ref",
    "address",
    "uuid",
    "tuuid",
    "ulid",
    "ip_with_prefixlen",
    "ipv4_with_prefixlen",
    "ipv6_with_prefixlen",
    "ip_prefix",
    "ipv4_prefix",
    "ipv6_prefix",
    "host_and_port",
    "protobuf_fqn",
    "protobuf_dot_fqn",
];

/// The name or value of an HTTP header, strict or not.
pub(super) fn header(rules: &DynamicMessage) -> Option<Check> {
    let which = rules.get_field_by_name("well_known_regex")?.as_enum_number()?;
    let field = rules.descriptor().get_field_by_name("strict")?;
    let strict = !rules.has_field(&field) || rules.get_field(&field).as_bool() != Some(false);
    let form = match (which, strict) {
        (1, true) => "header_name",
        (1, false) => "header_name_loose",
        (2, true) => "header_value",
        (2, false) => "header_value_loose",
        _ => return None,
    };
    Some(Check::Proto(ProtoRule::WellKnown(form.into())))
}

fn rule(rule: ProtoRule) -> Option<Vec<Check>> {
    Some(vec![Check::Proto(rule)])
}

fn bound(name: &str, value: &Proto) -> Option<Check> {
    let made: fn(Number) -> Check = match name {
        "lt" => Check::ExclusiveMaximum,
        "lte" => Check::Maximum,
        "gt" => Check::ExclusiveMinimum,
        "gte" => Check::Minimum,
        _ => return None,
    };
    seconds_or_number(value).map(made)
}

fn length(name: &str, value: &Proto) -> Option<Vec<Check>> {
    let n = value.as_u64()?;
    Some(match name {
        "len" => vec![Check::MinLength(n), Check::MaxLength(n)],
        "min_len" => vec![Check::MinLength(n)],
        "max_len" => vec![Check::MaxLength(n)],
        "len_bytes" => {
            vec![Check::Proto(ProtoRule::MinBytes(n)), Check::Proto(ProtoRule::MaxBytes(n))]
        }
        "min_bytes" => vec![Check::Proto(ProtoRule::MinBytes(n))],
        "max_bytes" => vec![Check::Proto(ProtoRule::MaxBytes(n))],
        _ => return None,
    })
}

/// A scalar, a moment or a span of time as a literal.
fn value_of(value: &Proto, span: Span) -> Option<Literal> {
    match value.as_message() {
        Some(message) => Some(Node { span, value: Value::Text(text_of_time(message)?) }),
        None => literal(value, span),
    }
}

/// A number; of a moment or a span of time its seconds.
fn seconds_or_number(value: &Proto) -> Option<Number> {
    let Some(message) = value.as_message() else { return number(value) };
    let (seconds, nanos) = time(message)?;
    let total = i128::from(seconds) * 1_000_000_000 + i128::from(nanos);
    let sign = if total < 0 { "-" } else { "" };
    let (whole, part) = (total.unsigned_abs() / 1_000_000_000, total.unsigned_abs() % 1_000_000_000);
    let part = format!("{part:09}");
    let part = part.trim_end_matches('0');
    Some(Number(if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }))
}

fn time(message: &DynamicMessage) -> Option<(i64, i32)> {
    let seconds = message.get_field_by_name("seconds")?.as_i64()?;
    Some((seconds, message.get_field_by_name("nanos")?.as_i32()?))
}

/// As ProtoJSON writes it.
fn text_of_time(message: &DynamicMessage) -> Option<String> {
    let (seconds, nanos) = time(message)?;
    match message.descriptor().full_name() {
        "google.protobuf.Duration" => {
            Some(format!("{}s", seconds_or_number(&Proto::Message(message.clone()))?.0))
        }
        "google.protobuf.Timestamp" => Some(prost_types::Timestamp { seconds, nanos }.to_string()),
        _ => None,
    }
}

fn text_rule(name: &str, text: &str) -> Option<Vec<Check>> {
    match name {
        "pattern" if portable(text) => Some(vec![Check::Pattern(text.to_string())]),
        "pattern" => rule(ProtoRule::Re2(text.to_string())),
        "prefix" => Some(vec![Check::Pattern(format!("^{}", escaped(text)))]),
        "suffix" => Some(vec![Check::Pattern(format!("{}$", escaped(text)))]),
        "contains" => Some(vec![Check::Pattern(escaped(text))]),
        "not_contains" => rule(ProtoRule::NotContains(text.to_string())),
        _ => None,
    }
}

/// Whether an RE2 pattern means the same as an ECMA-262 one.
fn portable(pattern: &str) -> bool {
    let only_re2 = [
        "(?i", "(?s", "(?m", "(?U", "(?-", "(?P", "\\A", "\\z", "\\Q", "\\C", "\\a", "[:", "\\pL", "\\pN",
        "\\s", "\\S", "[]", "[^]",
    ];
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_becomes_a_pattern_that_means_itself() {
        let check =
            |name: &str, text: &str, expected: Check| assert_eq!(text_rule(name, text), Some(vec![expected]));
        check("prefix", "a.b/", Check::Pattern("^a\\.b\\/".into()));
        check("suffix", "(x)", Check::Pattern("\\(x\\)$".into()));
        check("pattern", "(?i)x", Check::Proto(ProtoRule::Re2("(?i)x".into())));
        check("not_contains", "x", Check::Proto(ProtoRule::NotContains("x".into())));
    }
}
