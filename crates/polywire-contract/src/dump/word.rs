//! The single words of a dump: marks, places, rules, values.

use std::fmt::Write;

use polywire_syntax::{Node, Value};

use crate::{Check, Field, Place, ProtoRule, Spelling, Style};

/// How many listed values are written out.
const VALUES_MAX: usize = 12;

pub(super) fn marks(field: &Field) -> String {
    let mut text = String::new();
    if let Some(default) = &field.default {
        let _ = write!(text, " = {}", literal(default));
    }
    for (set, word) in [
        (field.required_on_request, " required in requests"),
        (field.read_only, " read only"),
        (field.write_only, " write only"),
        (field.deprecated, " deprecated"),
    ] {
        text.push_str(if set { word } else { "" });
    }
    if let Some(alias) = &field.alias {
        let _ = write!(text, " also {alias}");
    }
    text
}

pub(super) fn place_name(place: &Place) -> String {
    let styled = |place: &str, style: Style, explode: bool, usual: bool| {
        if usual {
            place.to_string()
        } else {
            format!("{place} {style:?}{}", if explode { " explode" } else { "" })
        }
    };
    match *place {
        Place::Path { style, explode } => styled("path", style, explode, style == Style::Simple && !explode),
        Place::Query { style, explode } => styled("query", style, explode, style == Style::Form && explode),
        Place::Header { explode } => styled("header", Style::Simple, explode, !explode),
        Place::Cookie { style, explode } => styled("cookie", style, explode, style == Style::Form && explode),
        Place::Body => "body".to_string(),
        Place::Form { style, explode } => styled("form", style, explode, style == Style::Form && explode),
        Place::Part { style, explode, file } => {
            let usual = style == Style::Form && explode;
            format!("{}{}", styled("part", style, explode, usual), if file { " as a file" } else { "" })
        }
        Place::Text => "text".to_string(),
    }
}

pub(super) fn spelt(spelling: &Spelling) -> String {
    let mut text = String::new();
    for (value, word) in [(&spelling.name, ""), (&spelling.content, "as ")] {
        text.extend(value.iter().map(|value| format!(" {word}{value}")));
    }
    for (set, word) in [(spelling.reserved, " with reserved characters"), (spelling.empty, " or empty")] {
        text.push_str(if set { word } else { "" });
    }
    text
}

pub(crate) fn rule(check: &Check) -> String {
    let name = check.rule();
    match check {
        Check::MinLength(n)
        | Check::MaxLength(n)
        | Check::MinItems(n)
        | Check::MaxItems(n)
        | Check::MinProperties(n)
        | Check::MaxProperties(n) => format!("{name} {n}"),
        Check::Minimum(n)
        | Check::Maximum(n)
        | Check::ExclusiveMinimum(n)
        | Check::ExclusiveMaximum(n)
        | Check::MultipleOf(n) => format!("{name} {}", n.0),
        Check::Pattern(text) => format!("{name} {text:?}"),
        Check::Format(text) => format!("{name} {text}"),
        Check::Among(values) | Check::NotAmong(values) => {
            let texts: Vec<String> = values.iter().map(literal).collect();
            format!("{name} {}", listed(&texts.iter().map(String::as_str).collect::<Vec<_>>()))
        }
        Check::UniqueItems => name.to_string(),
        Check::Proto(rule) => proto_rule(rule, name),
    }
}

fn proto_rule(rule: &ProtoRule, name: &str) -> String {
    let open = |inclusive: bool| if inclusive { "=" } else { "" };
    match rule {
        ProtoRule::UnlessZero | ProtoRule::Finite | ProtoRule::Past | ProtoRule::Future => name.to_string(),
        ProtoRule::Outside { below, above } => {
            format!("{name} <{} {} >{} {}", open(below.1), below.0.0, open(above.1), above.0.0)
        }
        ProtoRule::WithinNow(seconds) => format!("{name} {}", seconds.0),
        ProtoRule::MinBytes(n) | ProtoRule::MaxBytes(n) => format!("{name} {n}"),
        ProtoRule::NotContains(text) | ProtoRule::Re2(text) => format!("{name} {text:?}"),
        ProtoRule::Prefix(bytes) | ProtoRule::Suffix(bytes) | ProtoRule::Contains(bytes) => {
            format!("{name} {}", bytes.escape_ascii())
        }
        ProtoRule::OneOf { fields, required } => {
            let places: Vec<String> = fields.iter().map(u32::to_string).collect();
            format!("{name} of fields {}{}", places.join(", "), if *required { " required" } else { "" })
        }
        ProtoRule::WellKnown(form) => format!("{name} {form}"),
        ProtoRule::Sizes(sizes) => {
            let sizes: Vec<String> = sizes.iter().map(u64::to_string).collect();
            format!("{name} {}", sizes.join(" | "))
        }
    }
}

/// Names with bars between them, the first dozen of them.
pub(crate) fn listed(names: &[&str]) -> String {
    let mut text = names.iter().take(VALUES_MAX).copied().collect::<Vec<_>>().join(" | ");
    if names.len() > VALUES_MAX {
        let _ = write!(text, " | … {} more", names.len() - VALUES_MAX);
    }
    text
}

pub(crate) fn literal(node: &Node) -> String {
    match &node.value {
        Value::Null => "null".to_string(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => number.0.clone(),
        Value::Text(text) => format!("{text:?}"),
        Value::List(items) => format!("[{}]", items.iter().map(literal).collect::<Vec<_>>().join(", ")),
        Value::Map(map) => {
            let members =
                map.entries.iter().map(|entry| format!("{:?}: {}", entry.key, literal(&entry.value)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
        }
    }
}
