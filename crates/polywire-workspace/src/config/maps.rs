//! The section of maps between types: what is written of them, with names that the contracts have to know.

use polywire_contract::{WrittenMap, WrittenName, WrittenOrigin};
use polywire_diag::{Diagnostic, Span};
use polywire_syntax::{Map, Node, Value as Tree};
use serde_json::json;

use crate::{
    EXPRESSION, UNKNOWN_KEY, WRONG_VALUE,
    schema::{self, Key, Kind, Need, Record, Spanned, Table, Value},
};

const ORIGIN: &str = "a field of `from`, as `customer.name`; `null` where it stays absent; or one of `{value: …}`, \
                      `{join: [a, b], with: \" \"}`, `{split: a, at: \" \", part: 0, parts: 2}`, `{from: a, by: 100}`, \
                      `{from: a, values: {ACTIVE: A}}`";
const CODES: &str = "a map from values to values, `null` for those that are refused";
/// How many parts a text is split into at most.
const PARTS_MAX: u64 = 1000;

pub(super) const MAP: Table = Table {
    name: "maps",
    doc: "Maps between two types. Fields are matched by their words and confirmed by `polywire check --accept`; what is \
          written here needs no confirmation. A type is named as in its contract, where several have the name with the \
          file in front (`users/openapi.yaml#User`), and one without a name by the way to it (`Order.items[]`).",
    keys: &[
        Key {
            name: "from",
            kind: Kind::Named("a type"),
            need: Need::Required,
            doc: "The type that is read.",
        },
        Key {
            name: "to",
            kind: Kind::Named("a type"),
            need: Need::Required,
            doc: "The type that is written.",
        },
        Key {
            name: "fields",
            kind: Kind::Tree {
                says: "a map from fields of `to` to where they come from",
                schema: fields_schema,
            },
            need: Need::Optional,
            doc: "Behind a field of `to`, as `customer.name`: a field of `from`; `null` where it stays absent; \
                  `{value: …}`, `{join: [a, b], with: \" \"}`, `{split: a, at: \" \", part: 0, parts: 2}`, \
                  `{from: a, by: 100}`, or `{from: a, values: {ACTIVE: A}}`.",
        },
        Key {
            name: "values",
            kind: Kind::Tree { says: CODES, schema: codes_schema },
            need: Need::Optional,
            doc: "Of two enums, or two types of alternatives: what each value of `from` becomes; `null` where it is refused.",
        },
        Key {
            name: "drop",
            kind: Kind::Texts,
            need: Need::Optional,
            doc: "Fields of `from` that are left out.",
        },
    ],
};

/// Lowers one map that stands in a file of its own.
pub fn load_map(node: &Node, diags: &mut Vec<Diagnostic>) -> Option<WrittenMap> {
    let before = diags.len();
    let Some(Value::Record(record)) = schema::check("map", &Kind::Table(&MAP), node, diags) else {
        return None;
    };
    let map = lower(node.span, record, diags);
    map.filter(|_| !diags[before..].iter().any(Diagnostic::is_error))
}

pub(super) fn lower(span: Span, mut record: Record, diags: &mut Vec<Diagnostic>) -> Option<WrittenMap> {
    let mut fields = Vec::new();
    let written = record.tree("fields").and_then(|node| entries("fields", &node, diags));
    for entry in written.unwrap_or_default() {
        let name = WrittenName { text: entry.key.clone(), span: entry.key_span };
        fields.extend(origin(&entry.value, diags).map(|origin| (name, origin)));
    }
    let values = record.tree("values").map(|node| codes("values", &node, diags)).unwrap_or_default();
    let drop = record.texts("drop").unwrap_or_default().into_iter().map(named).collect();
    let (from, to) = (record.named("from")?, record.named("to")?);
    Some(WrittenMap { from: named(from), to: named(to), fields, values, drop, span })
}

fn named(name: Spanned<String>) -> WrittenName {
    WrittenName { text: name.value, span: name.span }
}

fn entries(key: &str, node: &Node, diags: &mut Vec<Diagnostic>) -> Option<Vec<polywire_syntax::Entry>> {
    if let Some(map) = node.as_map() {
        return Some(map.entries.clone());
    }
    diags.push(wrong(format!("`{key}` must be a map"), node));
    None
}

fn origin(node: &Node, diags: &mut Vec<Diagnostic>) -> Option<WrittenOrigin> {
    match &node.value {
        Tree::Null => Some(WrittenOrigin::Absent(node.span)),
        Tree::Text(_) => name(node, diags).map(WrittenOrigin::Field),
        Tree::Map(map) => made(map, node, diags),
        _ => {
            diags.push(wrong(format!("this must be {ORIGIN}"), node));
            None
        }
    }
}

/// An origin with a key that says what it is.
fn made(map: &Map, node: &Node, diags: &mut Vec<Diagnostic>) -> Option<WrittenOrigin> {
    let known: &[&str] = match map {
        map if map.get("value").is_some() => &["value"],
        map if map.get("join").is_some() => &["join", "with"],
        map if map.get("split").is_some() => &["split", "at", "part", "parts"],
        map if map.get("by").is_some() => &["from", "by"],
        map if map.get("values").is_some() => &["from", "values"],
        _ => {
            diags.push(wrong(format!("this must be {ORIGIN}"), node));
            return None;
        }
    };
    for entry in map.entries.iter().filter(|entry| !known.contains(&entry.key.as_str())) {
        let message = format!("unknown key `{}` beside `{}`", entry.key, known.join("`, `"));
        diags.push(Diagnostic::error(&UNKNOWN_KEY, message).at(entry.key_span, ""));
    }
    // The key that says what it is.
    let sign = if known[0] == "from" { known[1] } else { known[0] };
    let mut need = |key: &str| {
        let found = map.get(key);
        if found.is_none() {
            diags.push(wrong(format!("`{key}` is missing beside `{sign}`"), node));
        }
        found
    };
    match known[0] {
        "value" => {
            let value = need("value")?;
            let is_expression = value.as_text().is_some_and(|text| text.starts_with('='));
            if is_expression {
                diags.push(expression(value.span));
            }
            (!is_expression).then(|| WrittenOrigin::Value(value.clone()))
        }
        "join" => {
            let parts = need("join")?;
            let with = map.get("with").map_or(Some(""), Node::as_text);
            let (Some(parts), Some(with)) = (parts.as_list().filter(|parts| !parts.is_empty()), with) else {
                diags.push(wrong("a join is `{join: [a, b], with: \" \"}`".into(), node));
                return None;
            };
            let parts: Option<Vec<WrittenName>> = parts.iter().map(|part| name(part, diags)).collect();
            Some(WrittenOrigin::Join { parts: parts?, with: with.to_string() })
        }
        "split" => {
            let (of, at, part, parts) = (need("split")?, need("at")?, need("part")?, need("parts")?);
            let count = |node: &Node| node.as_number().and_then(|number| number.as_u64());
            let at = at.as_text().filter(|at| !at.is_empty());
            let parts = count(parts).filter(|parts| (2..=PARTS_MAX).contains(parts));
            let part = count(part).filter(|part| parts.is_some_and(|parts| *part < parts));
            let (Some(at), Some(part), Some(parts)) = (at, part, parts) else {
                let message = "a split is `{split: a, at: \" \", part: 0, parts: 2}`: a text between the parts, \
                               which part from 0, and how many there are, two or more";
                diags.push(wrong(message.into(), node));
                return None;
            };
            let of = name(of, diags)?;
            Some(WrittenOrigin::Part { of, at: at.to_string(), part: part as u32, parts: parts as u32 })
        }
        _ => {
            let of = need("from")?;
            let of = name(of, diags)?;
            if let Some(values) = map.get("values") {
                return Some(WrittenOrigin::Coded { of, values: codes("values", values, diags) });
            }
            let by = map.get("by").and_then(Node::as_number);
            let by = by.filter(|by| by.as_f64().is_some_and(|by| by != 0.0));
            if by.is_none() {
                diags.push(wrong("`by` must be a number, and not 0".into(), map.get("by").unwrap_or(node)));
            }
            by.map(|by| WrittenOrigin::Scaled { of, by: by.clone() })
        }
    }
}

fn codes(key: &str, node: &Node, diags: &mut Vec<Diagnostic>) -> Vec<(WrittenName, Option<WrittenName>)> {
    let mut found = Vec::new();
    for entry in entries(key, node, diags).unwrap_or_default() {
        let source = WrittenName { text: entry.key.clone(), span: entry.key_span };
        if entry.value.is_null() {
            found.push((source, None));
        } else {
            found.extend(name(&entry.value, diags).map(|target| (source, Some(target))));
        }
    }
    found
}

fn name(node: &Node, diags: &mut Vec<Diagnostic>) -> Option<WrittenName> {
    let text = match &node.value {
        Tree::Text(text) if text.starts_with('=') => {
            diags.push(expression(node.span));
            return None;
        }
        Tree::Text(text) => text.clone(),
        Tree::Number(number) => number.0.clone(),
        _ => {
            diags.push(wrong("this must be a name".into(), node));
            return None;
        }
    };
    Some(WrittenName { text, span: node.span })
}

fn wrong(message: String, node: &Node) -> Diagnostic {
    Diagnostic::error(&WRONG_VALUE, message).at(node.span, format!("this is {}", node.kind()))
}

fn expression(span: Span) -> Diagnostic {
    Diagnostic::error(&EXPRESSION, "expressions are not supported here yet").at(span, "starts with `=`")
}

fn fields_schema() -> serde_json::Value {
    let made = |keys: serde_json::Value, required: &[&str]| json!({"type": "object", "properties": keys, "required": required, "additionalProperties": false});
    let field = json!({"type": "string", "minLength": 1});
    let fields = json!({"type": "array", "items": field, "minItems": 1});
    json!({"type": "object", "additionalProperties": {"anyOf": [
        {"type": ["string", "null"]},
        made(json!({"value": {}}), &["value"]),
        made(json!({"join": fields, "with": {"type": "string"}}), &["join"]),
        made(
            json!({"split": field, "at": field, "part": {"type": "integer", "minimum": 0},
                   "parts": {"type": "integer", "minimum": 2, "maximum": PARTS_MAX}}),
            &["split", "at", "part", "parts"],
        ),
        made(json!({"from": field, "by": {"type": "number"}}), &["from", "by"]),
        made(json!({"from": field, "values": codes_schema()}), &["from", "values"]),
    ]}})
}

fn codes_schema() -> serde_json::Value {
    json!({"type": "object", "additionalProperties": {"type": ["string", "number", "null"]}})
}
