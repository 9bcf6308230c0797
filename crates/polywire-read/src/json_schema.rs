//! JSON Schema 2020-12 and draft 7 as the model. <https://json-schema.org/draft/2020-12>
//!
//! Every schema becomes rules that mean exactly what it says; where that takes all of JSON Schema, the schema itself stays
//! in the contract as a residual. Must not know how values are read.

mod check;
mod dialect;
mod documents;
mod index;
mod lower;
mod recursion;
mod said;
mod uri;
mod whole;
mod within;

use polywire_contract::{Contract, SchemaDocument, Shape, Type};
use polywire_diag::{Diagnostic, FileId};
use polywire_syntax::{Map, Node, escape};

use crate::{Reader, Sources};

use documents::Documents;
use index::Index;
use lower::Lowering;

pub(crate) use within::{Language, Wanted, Within};

/// How far a text is searched for the name of its edition.
const HEAD_BYTES_MAX: usize = 16 * 1024;

/// Reads schemas.
pub(crate) struct JsonSchema;

impl Reader for JsonSchema {
    fn name(&self) -> &'static str {
        "json_schema"
    }

    fn recognises(&self, _name: &str, text: &str) -> bool {
        recognises(text)
    }

    fn read(
        &self,
        file: FileId,
        sources: &mut dyn Sources,
        contract: &mut Contract,
        diags: &mut Vec<Diagnostic>,
    ) {
        let Some(documents) = Documents::load(file, sources, diags) else { return };
        let name = sources.map().name(file).to_string();
        let mut index = Index::new(&documents);
        let found = check::check(&mut index, diags);
        let whole = whole::weigh(&index, &found.unfolded, found.dynamic, diags);
        for document in &documents.all {
            contract.schemas.documents.push(SchemaDocument {
                uri: document.uri.clone(),
                draft: index.draft(&document.root).unwrap_or(document.draft),
                root: document.root.clone(),
            });
        }
        let root = &documents.all[0].root;
        let mut lowering = Lowering::new(&mut index, contract, found.endless, whole);
        for (id, node) in named(&name, root) {
            let schema = lowering.outermost(node);
            let ty = lowering.contract.add(Type {
                name: Some(id),
                span: node.span,
                shape: Shape::Any,
                checks: Vec::new(),
                doc: text(node.as_map(), "description").unwrap_or_default().to_string(),
                sensitive: false,
            });
            lowering.contract.schemas.types.insert(ty, schema);
        }
        lowering.finish();
    }
}

/// The document's own schema, and every definition, each with its stable id.
fn named<'a>(name: &str, root: &'a Node) -> Vec<(String, &'a Node)> {
    let map = root.as_map();
    let stem = name.rsplit('/').next().unwrap_or(name).split('.').next().unwrap_or(name);
    let title = text(map, "title").filter(|title| !title.is_empty() && !title.contains(['/', '#', '.']));
    let mut found = vec![(format!("{name}#{}", title.unwrap_or(stem)), root)];
    for key in ["$defs", "definitions"] {
        let entries =
            map.and_then(|map| map.get(key)).and_then(Node::as_map).map_or(&[][..], |map| &map.entries);
        found.extend(
            entries.iter().map(|entry| (format!("{name}#/{key}/{}", escape(&entry.key)), &entry.value)),
        );
    }
    found
}

fn text<'a>(map: Option<&'a Map>, key: &str) -> Option<&'a str> {
    map?.get(key)?.as_text()
}

/// Whether a text names one of JSON Schema's editions at its outermost level.
fn recognises(text: &str) -> bool {
    let end = (0..=HEAD_BYTES_MAX.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let head = &text[..end];
    let Some(at) = head.find("$schema") else { return false };
    let before = &head[..at];
    let depth = before.matches('{').count().saturating_sub(before.matches('}').count());
    let line = before.rsplit('\n').next().unwrap_or(before);
    let outermost = if head.trim_start().starts_with('{') {
        depth == 1
    } else {
        line.trim_matches(['"', '\'']).is_empty()
    };
    let value = head[at..].split(['\n', ',', '}']).next().unwrap_or_default();
    outermost && value.contains("json-schema.org/draft")
}
