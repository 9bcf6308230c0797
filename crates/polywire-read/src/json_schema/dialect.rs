//! Which JSON Schema a schema is written in, and where its keywords hold schemas.

use polywire_contract::Draft;
use polywire_syntax::{Map, Node};

/// An edition, and which of its vocabularies are in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dialect {
    pub(super) draft: Draft,
    /// The rules of the validation vocabulary.
    pub(super) validates: bool,
    /// `format` as a rule.
    pub(super) asserts_format: bool,
    /// OpenAPI 3.0: `nullable`, and bounds that a boolean makes exclusive.
    pub(super) is_openapi_30: bool,
}

impl Dialect {
    pub(super) fn of(draft: Draft) -> Self {
        Dialect { draft, validates: true, asserts_format: false, is_openapi_30: false }
    }

    /// Schemas of this edition are taken apart; those of others are run as they are.
    pub(super) fn is_taken_apart(self) -> bool {
        matches!(self.draft, Draft::Draft7 | Draft::Draft202012)
    }

    /// `$ref` shuts out everything beside it.
    pub(super) fn lonely_ref(self) -> bool {
        self.draft <= Draft::Draft7
    }
}

/// The edition of a standard meta-schema.
pub(super) fn standard(uri: &str) -> Option<Draft> {
    if uri.starts_with("https://spec.openapis.org/oas/3.") && uri.contains("/dialect/") {
        return Some(Draft::Draft202012);
    }
    let uri = uri.strip_prefix("https").or_else(|| uri.strip_prefix("http"))?;
    Some(match uri.trim_end_matches('#') {
        "://json-schema.org/draft/2020-12/schema" => Draft::Draft202012,
        "://json-schema.org/draft/2019-09/schema" => Draft::Draft201909,
        "://json-schema.org/draft-07/schema" => Draft::Draft7,
        "://json-schema.org/draft-06/schema" => Draft::Draft6,
        "://json-schema.org/draft-04/schema" => Draft::Draft4,
        _ => return None,
    })
}

/// Whether an address is that of a standard meta-schema, or of a part of one.
pub(super) fn is_meta(uri: &str) -> bool {
    uri.contains("://json-schema.org/") && standard(uri).is_some()
        || uri.starts_with("https://json-schema.org/draft/2020-12/meta/")
        || uri.starts_with("https://json-schema.org/draft/2019-09/meta/")
}

/// What a meta-schema of one's own makes of the edition that it builds on.
pub(super) fn custom(meta: &Map) -> Dialect {
    let base = meta.get("$schema").and_then(Node::as_text).and_then(standard).unwrap_or(Draft::Draft202012);
    let vocabulary = meta.get("$vocabulary").and_then(Node::as_map);
    let has = |name| vocabulary.is_some_and(|map| map.entries.iter().any(|entry| entry.key.ends_with(name)));
    Dialect {
        draft: base,
        validates: vocabulary.is_none() || has("/vocab/validation"),
        asserts_format: has("/vocab/format-assertion"),
        is_openapi_30: false,
    }
}

/// The edition of a document that does not say it: draft 7 where it is written as only that was.
pub(super) fn guessed(root: &Node) -> Draft {
    let (mut old, mut new) = (false, false);
    let mut waiting = vec![root];
    while let Some(map) = waiting.pop().map(Node::as_map) {
        for entry in map.map_or(&[][..], |map| &map.entries) {
            match entry.key.as_str() {
                "items" if entry.value.as_list().is_some() => old = true,
                "additionalItems" | "dependencies" | "definitions" => old = true,
                "$id" if entry.value.as_text().is_some_and(|id| id.starts_with('#')) => old = true,
                "$defs"
                | "prefixItems"
                | "$anchor"
                | "$dynamicRef"
                | "$dynamicAnchor"
                | "dependentSchemas"
                | "dependentRequired"
                | "unevaluatedProperties"
                | "unevaluatedItems"
                | "minContains"
                | "maxContains" => new = true,
                _ => {}
            }
            if let Some((holds, _)) = holds(Draft::Draft7, &entry.key) {
                waiting.extend(inner(&entry.value, holds).map(|(_, node)| node));
            }
        }
    }
    if old && !new { Draft::Draft7 } else { Draft::Draft202012 }
}

/// The schemas that a keyword's value holds, each with its step from there.
pub(super) fn inner(value: &Node, holds: Holds) -> impl Iterator<Item = (Step<'_>, &Node)> {
    let items = value.as_list().filter(|_| holds == Holds::List).unwrap_or_default();
    let named = value.as_map().filter(|_| holds == Holds::Named).map_or(&[][..], |map| &map.entries);
    let alone = (holds == Holds::One || holds == Holds::List) && value.as_list().is_none();
    let named = named.iter().map(|entry| (Step::Name(&entry.key), &entry.value));
    let items = items.iter().enumerate().map(|(at, node)| (Step::Place(at), node));
    alone.then_some((Step::Here, value)).into_iter().chain(items).chain(named)
}

/// A step from a keyword to a schema.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step<'a> {
    /// None: the keyword's value is the schema.
    Here,
    /// An item.
    Place(usize),
    /// A member.
    Name(&'a str),
}

/// How a keyword holds schemas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    /// One.
    One,
    /// A list of them, or one.
    List,
    /// Some under names.
    Named,
}

/// How a keyword holds schemas, and whether they speak of the same value.
pub(super) fn holds(draft: Draft, key: &str) -> Option<(Holds, bool)> {
    Some(match key {
        "additionalProperties" | "contains" | "propertyNames" => (Holds::One, false),
        "not" | "if" | "then" | "else" => (Holds::One, true),
        "unevaluatedItems" | "unevaluatedProperties" | "contentSchema" if draft > Draft::Draft7 => {
            (Holds::One, false)
        }
        "additionalItems" if draft < Draft::Draft202012 => (Holds::One, false),
        "items" => (Holds::List, false),
        "prefixItems" if draft == Draft::Draft202012 => (Holds::List, false),
        "allOf" | "anyOf" | "oneOf" => (Holds::List, true),
        "properties" | "patternProperties" | "definitions" => (Holds::Named, false),
        "$defs" if draft > Draft::Draft7 => (Holds::Named, false),
        "dependentSchemas" if draft > Draft::Draft7 => (Holds::Named, true),
        "dependencies" if draft <= Draft::Draft7 => (Holds::Named, true),
        _ => return None,
    })
}
