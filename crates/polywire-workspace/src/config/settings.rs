//! The section `config`: where the settings are written, and what is made of them.

use polywire_diag::Diagnostic;
use polywire_syntax::{Map, Node, Value as Tree};
use serde_json::json;

use crate::{
    EXPRESSION, MISSING_KEY, UNUSABLE_NAME, WRONG_VALUE,
    schema::{Key, Kind, Need, Record, Spanned, Table},
};

/// Where settings are written, and what is made of them.
#[derive(Clone, Debug)]
pub struct Configuration {
    /// The base layer; relative to the workspace, like all files here.
    pub source: Spanned<String>,
    pub schema: Option<Spanned<String>>,
    /// What the names of environment variables begin with; may be empty.
    pub prefix: String,
    /// In the order of the file.
    pub emit: Vec<Emission>,
}

/// One target of `polywire generate config`.
#[derive(Clone, Debug)]
pub struct Emission {
    pub target: Spanned<String>,
    pub file: Spanned<String>,
    /// The keys that are written, with what is below them; all where none is named.
    pub only: Vec<Spanned<String>>,
    /// The environment that this file is always for.
    pub environment: Option<Spanned<String>>,
    /// What the target's options are; whether it has them, its emitter knows.
    pub options: Vec<(Spanned<String>, Spanned<String>)>,
}

impl Emission {
    /// The environment that it is for: its own, or what is asked for.
    pub fn environment_or<'a>(&'a self, asked: Option<&'a str>) -> Option<&'a str> {
        self.environment.as_ref().map(|environment| environment.value.as_str()).or(asked)
    }
}

const EMIT: &str = "a map from targets to a file, to `{file: …}` with options, or to a list of those";

pub(super) const CONFIG: Table = Table {
    name: "config",
    doc: "Settings, written once. Beside the source stand the layers of environments, as `config.prod.yaml` beside \
          `config.yaml`, merged over it key by key. A value that starts with `=` is an expression (CEL): `config` is \
          the whole, `environment` its name, `=secrets.NAME` stays a reference to a secret. `polywire generate config` \
          writes the targets.",
    keys: &[
        Key {
            name: "source",
            kind: Kind::Named("a file"),
            need: Need::Required,
            doc: "The settings: YAML or JSON.",
        },
        Key {
            name: "schema",
            kind: Kind::Named("a file"),
            need: Need::Optional,
            doc: "A JSON Schema: types, defaults, what is required, what is sensitive. Without it types are those of the values.",
        },
        Key {
            name: "prefix",
            kind: Kind::Text,
            need: Need::Optional,
            doc: "What the names of environment variables begin with: `SHOP` makes `SHOP_DB_HOST` of `db.host`.",
        },
        Key {
            name: "emit",
            kind: Kind::Tree { says: EMIT, schema: emit_schema },
            need: Need::Optional,
            doc: "What is generated: behind each target a file, or `{file, only, environment, …}` with the target's options, or a \
                  list of those. `only` names the keys that are written, `environment` the one that the file is always for.",
        },
    ],
};

pub(super) fn lower(mut record: Record, diags: &mut Vec<Diagnostic>) -> Option<Configuration> {
    let emit = record.tree("emit").map(|node| emissions(&node, diags)).unwrap_or_default();
    let prefix = record.text("prefix").unwrap_or_default();
    let source = record.named("source")?;
    if !prefix.is_empty() && !is_variable(&prefix) {
        let message = format!("`{prefix}` cannot begin the name of a variable");
        let label = "`prefix` is letters, digits and `_`, a letter first";
        diags.push(Diagnostic::error(&UNUSABLE_NAME, message).at(source.span, label));
    }
    Some(Configuration { source, schema: record.named("schema"), prefix, emit })
}

fn is_variable(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn emissions(node: &Node, diags: &mut Vec<Diagnostic>) -> Vec<Emission> {
    let Some(map) = node.as_map() else {
        diags.push(wrong("emit", EMIT, node));
        return Vec::new();
    };
    let mut found = Vec::new();
    for entry in &map.entries {
        let target = Spanned { span: entry.key_span, value: entry.key.clone() };
        match &entry.value.value {
            Tree::List(items) => {
                found.extend(items.iter().filter_map(|item| emission(target.clone(), item, diags)));
            }
            _ => found.extend(emission(target, &entry.value, diags)),
        }
    }
    found
}

fn emission(target: Spanned<String>, node: &Node, diags: &mut Vec<Diagnostic>) -> Option<Emission> {
    let bare = |file| Emission {
        target: target.clone(),
        file,
        only: Vec::new(),
        environment: None,
        options: Vec::new(),
    };
    match &node.value {
        Tree::Text(_) => word(&target.value, node, diags).map(bare),
        Tree::Map(map) => chosen(&target, map, node, diags),
        _ => {
            diags.push(wrong(&target.value, "a file, or a map with `file`", node));
            None
        }
    }
}

fn chosen(target: &Spanned<String>, map: &Map, node: &Node, diags: &mut Vec<Diagnostic>) -> Option<Emission> {
    let (mut file, mut environment, mut only, mut options) = (None, None, Vec::new(), Vec::new());
    for entry in &map.entries {
        match entry.key.as_str() {
            "file" => file = Some(word("file", &entry.value, diags)?),
            "environment" => environment = word("environment", &entry.value, diags),
            "only" => match &entry.value.value {
                Tree::List(items) => only.extend(items.iter().filter_map(|item| word("only", item, diags))),
                _ => only.extend(word("only", &entry.value, diags)),
            },
            name => {
                let name = Spanned { span: entry.key_span, value: name.to_owned() };
                options.extend(word(&entry.key, &entry.value, diags).map(|value| (name, value)));
            }
        }
    }
    if file.is_none() {
        let message = format!("`file` is missing for the target `{}`", target.value);
        diags.push(Diagnostic::error(&MISSING_KEY, message).at(node.span, ""));
    }
    Some(Emission { target: target.clone(), file: file?, only, environment, options })
}

/// A text; `true`, `no` and numbers stand for how they are written.
fn word(key: &str, node: &Node, diags: &mut Vec<Diagnostic>) -> Option<Spanned<String>> {
    let value = match &node.value {
        Tree::Text(text) if text.starts_with('=') => {
            diags.push(
                Diagnostic::error(&EXPRESSION, "expressions are not supported here")
                    .at(node.span, "starts with `=`"),
            );
            return None;
        }
        Tree::Text(text) if !text.is_empty() => text.clone(),
        Tree::Number(number) => number.0.clone(),
        Tree::Bool(true) => "yes".to_owned(),
        Tree::Bool(false) => "no".to_owned(),
        _ => {
            diags.push(wrong(key, "a text", node));
            return None;
        }
    };
    Some(Spanned { span: node.span, value })
}

fn wrong(key: &str, what: &str, node: &Node) -> Diagnostic {
    Diagnostic::error(&WRONG_VALUE, format!("`{key}` must be {what}"))
        .at(node.span, format!("this is {}", node.kind()))
}

fn emit_schema() -> serde_json::Value {
    let scalar = json!({"type": ["string", "number", "boolean"]});
    let one = json!({"anyOf": [
        {"type": "string"},
        {
            "type": "object",
            "properties": {
                "file": {"type": "string"},
                "environment": {"type": "string"},
                "only": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
            },
            "required": ["file"],
            "additionalProperties": scalar,
        },
    ]});
    json!({"type": "object", "additionalProperties": {"anyOf": [one, {"type": "array", "items": one}]}})
}
