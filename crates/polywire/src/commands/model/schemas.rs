//! Schemas in the model's JSON: a list, in which they refer to each other by their place.

use polywire_contract::{Items, JsonKind, Members, Rules, Schema, SchemaId, Schemas};
use serde_json::{Map, Value, json};

use super::json::{literal, rule};

pub(super) fn schemas(schemas: &Schemas) -> Vec<Value> {
    schemas
        .all
        .iter()
        .map(|schema| match schema {
            Schema::Bool(value) => json!(value),
            Schema::Rules(rules) => rules_of(rules),
            Schema::Residual(residual) => json!({"residual": residual.uri, "keyword": residual.keyword}),
        })
        .collect()
}

fn places(ids: &[SchemaId]) -> Vec<u32> {
    ids.iter().map(|id| id.0).collect()
}

/// Only what a schema says is written.
fn rules_of(rules: &Rules) -> Value {
    let mut object = Map::new();
    if let Some(kinds) = &rules.kinds {
        object.insert("types".into(), kinds.iter().map(|kind| kind_name(*kind)).collect());
    }
    let mut list = |key: &str, values: Vec<Value>| {
        if !values.is_empty() {
            object.insert(key.into(), values.into());
        }
    };
    list("checks", rules.checks.iter().map(|(check, _)| rule(check)).collect());
    list("constants", rules.constants.iter().map(literal).collect());
    list("all", rules.all.iter().map(|id| json!(id.0)).collect());
    list("any", rules.any.iter().map(|ids| json!(places(ids))).collect());
    list("one", rules.one.iter().map(|ids| json!(places(ids))).collect());
    list("not", rules.not.iter().map(|id| json!(id.0)).collect());
    let condition = |condition: &polywire_contract::Condition| {
        json!({
            "if": condition.when.0,
            "then": condition.then.map(|id| id.0),
            "else": condition.otherwise.map(|id| id.0),
        })
    };
    list("conditions", rules.conditions.iter().map(condition).collect());
    if let Some(members) = &rules.members {
        object.insert("members".into(), members_of(members));
    }
    if let Some(items) = &rules.items {
        object.insert("items".into(), items_of(items));
    }
    Value::Object(object)
}

fn members_of(members: &Members) -> Value {
    let named = |pairs: &[(String, SchemaId)]| -> Map<String, Value> {
        pairs.iter().map(|(name, id)| (name.clone(), json!(id.0))).collect()
    };
    let dependent: Map<String, Value> =
        members.dependent.iter().map(|(name, needed)| (name.clone(), json!(needed))).collect();
    json!({
        "named": named(&members.named),
        "patterns": named(&members.patterns),
        "others": members.others.map(|id| id.0),
        "required": members.required,
        "dependent": dependent,
        "schemas": named(&members.schemas),
        "names": members.names.map(|id| id.0),
    })
}

fn items_of(items: &Items) -> Value {
    let contains =
        items.contains.map(|(id, least, most)| json!({"schema": id.0, "at_least": least, "at_most": most}));
    json!({"first": places(&items.first), "rest": items.rest.map(|id| id.0), "contains": contains})
}

fn kind_name(kind: JsonKind) -> &'static str {
    match kind {
        JsonKind::Null => "null",
        JsonKind::Bool => "boolean",
        JsonKind::Integer => "integer",
        JsonKind::Number => "number",
        JsonKind::Text => "string",
        JsonKind::List => "array",
        JsonKind::Object => "object",
    }
}
