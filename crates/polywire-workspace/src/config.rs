//! `polywire.yaml`, lowered: every mistake reported with its place, every default filled in.
//!
//! Each section's file has its struct and the table that describes its keys; the same tables give the JSON
//! Schema and the reference page.

mod bridge;
mod component;
mod maps;
mod operation;
mod policies;
mod settings;

use polywire_contract::WrittenMap;
use polywire_diag::{Diagnostic, FileId, Span, nearest};
use polywire_syntax::Node;

pub use self::{
    bridge::{Bridge, Validate, ValidateResponse},
    component::Component,
    maps::load_map,
    operation::OperationRule,
    policies::{Breaker, Limits, Policies},
    settings::{Configuration, Emission},
};
pub use crate::schema::{Ready, Spanned, Word};
use crate::{
    UNKNOWN_COMPONENT,
    schema::{self, Key, Kind, Need, Table, Value},
};

/// A workspace as its file describes it.
#[derive(Clone, Debug)]
pub struct Workspace {
    pub name: String,
    /// In the order of the file.
    pub components: Vec<Component>,
    pub bridge: Bridge,
    pub operations: Vec<OperationRule>,
    /// Maps between types, as they are written; whether there are such types, the contracts know.
    pub maps: Vec<WrittenMap>,
    /// Where settings are written.
    pub config: Option<Configuration>,
}

const WORKSPACE: Table = Table {
    name: "polywire.yaml",
    doc: "A workspace: its components, and the bridge between them. Every value is literal; nothing is expanded.",
    keys: &[
        Key {
            name: "polywire",
            kind: Kind::Version,
            need: Need::Required,
            doc: "The version of this format.",
        },
        Key {
            name: "name",
            kind: Kind::Name,
            need: Need::Required,
            doc: "The workspace's name; a part of the names of derived Protobuf packages.",
        },
        Key {
            name: "components",
            kind: Kind::Entries("component", &Kind::Table(&component::COMPONENT)),
            need: Need::Optional,
            doc: "What the workspace consists of, by name.",
        },
        Key {
            name: "bridge",
            kind: Kind::Table(&bridge::BRIDGE),
            need: Need::Optional,
            doc: "Where the bridge listens, and what it does with every call.",
        },
        Key {
            name: "operations",
            kind: Kind::Entries("operation, as `users.createUser`", &Kind::Table(&operation::OPERATION)),
            need: Need::Optional,
            doc: "What is different for single operations.",
        },
        Key {
            name: "maps",
            kind: Kind::Items("map", &Kind::Table(&maps::MAP)),
            need: Need::Optional,
            doc: "Which types become which others, and what is not matched by words.",
        },
        Key {
            name: "config",
            kind: Kind::Table(&settings::CONFIG),
            need: Need::Optional,
            doc: "Settings, written once for every language.",
        },
        Key {
            name: "resources",
            kind: Kind::Later,
            need: Need::Optional,
            doc: "Databases, caches and queues.",
        },
        Key { name: "environments", kind: Kind::Later, need: Need::Optional, doc: "Patches of this file." },
    ],
};

/// Lowers a parsed `polywire.yaml`; `None` if anything in it is wrong.
pub fn load(file: FileId, node: &Node, diags: &mut Vec<Diagnostic>) -> Option<Workspace> {
    let before = diags.len();
    let Some(Value::Record(mut record)) =
        schema::check(WORKSPACE.name, &Kind::Table(&WORKSPACE), node, diags)
    else {
        return None;
    };
    let components: Vec<Component> = record
        .entries("components")
        .unwrap_or_default()
        .into_iter()
        .filter_map(|(name, value)| match value {
            Value::Record(fields) => Some(component::lower(name, fields, diags)),
            _ => None,
        })
        .collect();
    let bridge = bridge::lower(record.record("bridge").unwrap_or_default());
    let operations = operation::lower(record.entries("operations").unwrap_or_default());
    let maps = record.items("maps").unwrap_or_default().into_iter();
    let maps = maps
        .filter_map(|item| match item.value {
            Value::Record(fields) => maps::lower(item.span, fields, diags),
            _ => None,
        })
        .collect();
    let config = record.record("config").and_then(|fields| settings::lower(fields, diags));
    component::check_names(&components, diags);
    let mut names: Vec<&str> = components.iter().map(|component| component.name.value.as_str()).collect();
    // One that is wrong in itself is there all the same.
    names.extend(written_names(node));
    for used in components.iter().flat_map(|component| &component.uses) {
        check_reference(&used.value, used.span, &names, diags);
    }
    let name = record.text("name");
    debug_assert!(node.span.file == file, "the tree is of the file that it is said to be of");
    if diags[before..].iter().any(Diagnostic::is_error) {
        return None;
    }
    Some(Workspace { name: name?, components, bridge, operations, maps, config })
}

fn written_names(node: &Node) -> impl Iterator<Item = &str> {
    let components = node.as_map().and_then(|map| map.get("components")).and_then(Node::as_map);
    components.into_iter().flat_map(|map| map.entries.iter().map(|entry| entry.key.as_str()))
}

fn check_reference(name: &str, span: Span, names: &[&str], diags: &mut Vec<Diagnostic>) {
    if names.contains(&name) {
        return;
    }
    let diagnostic = Diagnostic::error(&UNKNOWN_COMPONENT, format!("there is no component `{name}`"))
        .at(span, "used here");
    diags.push(match nearest(name, names.iter().copied()) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic,
    });
}

/// The JSON Schema of `polywire.yaml`, for editors.
pub fn json_schema() -> serde_json::Value {
    schema::json_schema(&WORKSPACE, WORKSPACE.name)
}

/// The reference page of `polywire.yaml`, in Markdown.
pub fn reference() -> String {
    schema::reference(&WORKSPACE)
}
