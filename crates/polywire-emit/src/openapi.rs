//! OpenAPI 3.1 as JSON: <https://spec.openapis.org/oas/v3.1.0>. What is printed is what the bridge takes and gives over REST.
//!
//! Must not leave out a rule that JSON Schema can say.

mod bodies;
mod kept;
mod operations;
mod schemas;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use polywire_contract::{Contract, InterfaceId, Place, Style, TypeId};
use polywire_diag::Diagnostic;
use serde_json::{Map, Value, json};

use crate::{Emitter, Files, Interfaces, Options};

/// The component for errors that no contract declares.
const STANDARD_ERROR: &str = "StandardError";

/// Prints OpenAPI.
pub(crate) struct OpenApi;

impl Emitter<Interfaces<'_>> for OpenApi {
    fn name(&self) -> &'static str {
        "openapi"
    }

    fn about(&self) -> &'static str {
        "an OpenAPI 3.1 description"
    }

    fn emit(&self, model: &Interfaces<'_>, _options: &Options, diags: &mut Vec<Diagnostic>) -> Files {
        let Interfaces { contract, ids: interfaces } = *model;
        let mut printer = Printer {
            contract,
            diags,
            names: BTreeMap::new(),
            taken: BTreeSet::from([STANDARD_ERROR.to_string()]),
            schemas: Map::new(),
            waiting: VecDeque::new(),
            operation_ids: BTreeSet::new(),
            paths: Map::new(),
            written: BTreeMap::new(),
            by_name: BTreeMap::new(),
        };
        printer.whole_descriptions(interfaces);
        for id in interfaces {
            printer.interface(*id);
            printer.work();
        }
        let document = printer.document(interfaces);
        let mut files = Files::default();
        let mut text = serde_json::to_string_pretty(&document).expect("a tree of values is always JSON");
        text.push('\n');
        files.insert("openapi.json", text);
        files
    }
}

struct Printer<'a> {
    contract: &'a Contract,
    diags: &'a mut Vec<Diagnostic>,
    /// The component of each named type.
    names: BTreeMap<TypeId, String>,
    taken: BTreeSet<String>,
    schemas: Map<String, Value>,
    /// Components that have a name and no schema yet.
    waiting: VecDeque<(String, TypeId, schemas::Dialect)>,
    operation_ids: BTreeSet<String>,
    paths: Map<String, Value>,
    /// Path and method of what was written, by input and method.
    written: BTreeMap<(TypeId, String), (String, String)>,
    /// Types by their stable ids; filled when something is looked for.
    by_name: BTreeMap<String, TypeId>,
}

impl Printer<'_> {
    fn document(mut self, interfaces: &[InterfaceId]) -> Value {
        let found: Vec<_> = interfaces.iter().map(|id| &self.contract.interfaces[id.0 as usize]).collect();
        let title: Vec<&str> = found.iter().map(|interface| interface.name.as_str()).collect();
        let tags: Vec<Value> = found
            .iter()
            .map(|interface| {
                let mut tag = json!({"name": interface.name});
                if !interface.doc.is_empty() {
                    tag["description"] = json!(interface.doc);
                }
                tag
            })
            .collect();
        self.schemas.insert(STANDARD_ERROR.into(), standard_error());
        let mut document = json!({
            "openapi": if self.is_new() { "3.2.0" } else { "3.1.0" },
            "info": {"title": title.join(", "), "version": "1"},
            "tags": tags,
            "paths": std::mem::take(&mut self.paths),
            "components": {},
        });
        if let Some(document) = document.as_object_mut() {
            self.told(interfaces, document);
        }
        if let [one] = title[..] {
            document["x-polywire-interface"] = json!(one);
        }
        document
    }
}

impl Printer<'_> {
    /// Whether something is said that only OpenAPI 3.2 can say.
    fn is_new(&self) -> bool {
        let newer = |item: &Value| item.get("additionalOperations").is_some() || item.get("query").is_some();
        let cookies = |place: &Place| matches!(place, Place::Cookie { style: Style::Cookie, .. });
        let places = self.contract.operations.iter().flat_map(|operation| &operation.http);
        self.paths.values().any(newer) || places.flat_map(|binding| &binding.places).any(cookies)
    }
}

/// The body of errors that Polywire itself decides.
fn standard_error() -> Value {
    json!({
        "type": "object",
        "x-polywire-standard": true,
        "description": "An error that the contract does not declare.",
        "required": ["error"],
        "properties": {
            "error": {
                "type": "object",
                "required": ["code", "message", "type"],
                "properties": {
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                    "type": {"type": "string"},
                    "details": {"type": "object"},
                },
            },
        },
    })
}
