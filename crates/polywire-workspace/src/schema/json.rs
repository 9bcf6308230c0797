//! The description as a JSON Schema, for editors.

use serde_json::{Map, Value, json};

use super::{Kind, Need, Table};

/// Renders the schema of the whole file.
pub(crate) fn json_schema(root: &Table, id: &str) -> Value {
    let mut schema = table(root);
    let head = schema.as_object_mut().expect("a table is an object");
    head.insert("$schema".into(), "https://json-schema.org/draft/2020-12/schema".into());
    head.insert("title".into(), id.into());
    schema
}

fn table(table: &Table) -> Value {
    let mut properties = Map::new();
    for key in table.keys {
        let mut schema = kind(&key.kind);
        let object = schema.as_object_mut().expect("every kind is an object");
        object.insert("description".into(), key.doc.into());
        if let Need::Default(default) = key.need {
            object.insert("default".into(), default.into());
        }
        properties.insert(key.name.into(), schema);
    }
    let required: Vec<&str> =
        table.keys.iter().filter(|key| matches!(key.need, Need::Required)).map(|key| key.name).collect();
    json!({
        "type": "object",
        "description": table.doc,
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn kind(of: &Kind) -> Value {
    match of {
        Kind::Version => json!({"const": 1}),
        Kind::Text => json!({"type": "string", "minLength": 1}),
        Kind::Name => json!({"type": "string", "pattern": "^[a-z][a-z0-9_-]*$", "maxLength": 63}),
        Kind::Texts => json!({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
        Kind::Command => json!({"anyOf": [
            {"type": "string", "minLength": 1},
            {"type": "array", "items": {"type": ["string", "number"]}, "minItems": 1},
        ]}),
        Kind::Ready => json!({"anyOf": [
            {"type": "string", "pattern": "^(/|tcp$|line:)"},
            {"type": "object", "properties": {"line": {"type": "string"}},
             "required": ["line"], "additionalProperties": false},
        ]}),
        Kind::Duration => json!({"type": "string", "pattern": "^[0-9.]+ *(ms|s|m|h)$"}),
        Kind::Size => json!({"type": "string", "pattern": "^[0-9.]+ *([KMG]i|[kMG])?B$"}),
        Kind::Share => json!({"type": "string", "pattern": "^[0-9.]+ *%$"}),
        Kind::Count => json!({"type": "integer", "minimum": 1, "maximum": u32::MAX}),
        Kind::Address => json!({"type": "string", "pattern": ":[0-9]+$"}),
        Kind::Choice(words) => json!({"enum": words}),
        Kind::Table(inner) => table(inner),
        Kind::Entries(_, inner) => json!({"type": "object", "additionalProperties": kind(inner)}),
        Kind::Items(_, inner) => json!({"type": "array", "items": kind(inner)}),
        Kind::Named(_) => json!({"type": "string", "minLength": 1}),
        Kind::Tree { schema, .. } => schema(),
        Kind::Literals => json!({
            "type": "object",
            "additionalProperties": {"type": ["string", "number", "boolean"]},
        }),
        Kind::Later => json!({"not": {}}),
    }
}
