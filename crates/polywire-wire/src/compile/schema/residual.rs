//! Residuals: schemas that are compiled by the crate `jsonschema`, from the documents that they stand in. Nothing is
//! fetched.

use std::collections::HashMap;
use std::sync::Arc;

use jsonschema::{PatternOptions, Registry, Validator};
use polywire_contract::{Draft, Residual as Schema};
use polywire_diag::{Diagnostic, Span};
use serde_json::{Value, json};

use super::{Job, never, schema};
use crate::Stop;
use crate::codes::SCHEMA_NOT_COMPILED;
use crate::compile::literal;
use crate::plan::{Node, NodeId, Residual, SchemaNode};

/// How many steps back a pattern may take on one text.
const BACKTRACK_MAX: usize = 100_000;
/// How large a compiled pattern may be.
const PATTERN_BYTES_MAX: usize = 1 << 20;

/// What residuals are compiled from.
#[derive(Debug, Default)]
pub(super) struct Residuals {
    registry: Option<Registry<'static>>,
    leaves: HashMap<(&'static str, String), Arc<Validator>>,
}

impl Job<'_, '_> {
    pub(super) fn residual(&mut self, residual: &Schema) -> Node {
        let formats = self.formats;
        let built = self.registry().and_then(|registry| {
            let wrapper = json!({"$ref": residual.uri});
            options(formats, draft(residual.draft))
                .with_registry(registry)
                .build(&wrapper)
                .map_err(|error| error.masked().to_string())
        });
        match built {
            Ok(validator) => {
                let depth = residual.depth_max.unwrap_or(u16::MAX);
                schema(SchemaNode::Residual(Residual { depth, validator: Arc::new(validator) }))
            }
            Err(reason) => self.not_compiled(&residual.keyword, &reason, residual.span),
        }
    }

    fn not_compiled(&mut self, keyword: &str, reason: &str, span: Span) -> Node {
        self.failed = true;
        let message = format!("`{keyword}` cannot be compiled: {reason}");
        self.diags.push(Diagnostic::error(&SCHEMA_NOT_COMPILED, message).at(span, "here"));
        never(Stop::Never)
    }

    /// The documents, each under its address.
    fn registry(&mut self) -> Result<&Registry<'static>, String> {
        if self.compiler.schemas.residuals.registry.is_none() {
            let mut builder = Registry::new();
            for document in &self.contract().schemas.documents {
                let text = literal::json(&document.root);
                let value: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
                let resource = draft(document.draft).create_resource(value);
                builder = builder.add(&document.uri, resource).map_err(|error| error.to_string())?;
            }
            let registry = builder.retriever(Nowhere).prepare().map_err(|error| error.to_string())?;
            self.compiler.schemas.residuals.registry = Some(registry);
        }
        self.compiler.schemas.residuals.registry.as_ref().ok_or_else(String::new)
    }

    /// A keyword of text that stands for itself.
    pub(super) fn leaf(&mut self, keyword: &'static str, value: &str, span: Span) -> Option<NodeId> {
        let validator = self.single(keyword, value, span)?;
        Some(self.add(schema(SchemaNode::Residual(Residual { depth: u16::MAX, validator }))))
    }

    /// A pattern that is searched for by backtracking, within a limit.
    pub(super) fn limited(&mut self, pattern: &str, span: Span) -> Option<Arc<Validator>> {
        self.single("pattern", pattern, span)
    }

    fn single(&mut self, keyword: &'static str, value: &str, span: Span) -> Option<Arc<Validator>> {
        let key = (keyword, value.to_string());
        if let Some(known) = self.compiler.schemas.residuals.leaves.get(&key) {
            return Some(known.clone());
        }
        match options(true, jsonschema::Draft::Draft202012).build(&json!({keyword: value})) {
            Ok(validator) => {
                let validator = Arc::new(validator);
                self.compiler.schemas.residuals.leaves.insert(key, validator.clone());
                Some(validator)
            }
            Err(error) => {
                self.not_compiled(keyword, &error.masked().to_string(), span);
                None
            }
        }
    }
}

fn options<'i>(formats: bool, draft: jsonschema::Draft) -> jsonschema::ValidationOptions<'i> {
    let patterns = PatternOptions::fancy_regex()
        .backtrack_limit(BACKTRACK_MAX)
        .size_limit(PATTERN_BYTES_MAX)
        .dfa_size_limit(PATTERN_BYTES_MAX);
    jsonschema::options()
        .with_draft(draft)
        .should_validate_formats(formats)
        .with_pattern_options(patterns)
        .with_retriever(Nowhere)
}

/// Fetches nothing.
struct Nowhere;

impl jsonschema::Retrieve for Nowhere {
    fn retrieve(
        &self,
        uri: &jsonschema::Uri<String>,
    ) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
        Err(format!("`{uri}` is not at hand, and nothing is ever fetched").into())
    }
}

fn draft(draft: Draft) -> jsonschema::Draft {
    match draft {
        Draft::Draft4 => jsonschema::Draft::Draft4,
        Draft::Draft6 => jsonschema::Draft::Draft6,
        Draft::Draft7 => jsonschema::Draft::Draft7,
        Draft::Draft201909 => jsonschema::Draft::Draft201909,
        Draft::Draft202012 => jsonschema::Draft::Draft202012,
    }
}
