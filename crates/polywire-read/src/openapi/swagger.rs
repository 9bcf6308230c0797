//! OpenAPI 2.0 (Swagger) rewritten as 3.0, tree to tree, with every place kept. Must not touch the model.
//! <https://spec.openapis.org/oas/v2.0.html>

mod around;

use polywire_diag::Span;
use polywire_syntax::{Entry, Map, Node, Value};

const METHODS: &[&str] = &["get", "put", "post", "delete", "options", "head", "patch"];
/// Fields of a parameter or header that describe its value; they move into a schema.
const VALUE_FIELDS: &[&str] = &[
    "type",
    "format",
    "items",
    "default",
    "maximum",
    "exclusiveMaximum",
    "minimum",
    "exclusiveMinimum",
    "maxLength",
    "minLength",
    "pattern",
    "maxItems",
    "minItems",
    "uniqueItems",
    "enum",
    "multipleOf",
    "x-nullable",
];

/// What holds for the whole document.
struct Swagger<'d> {
    parameters: Option<&'d Map>,
    consumes: Vec<String>,
    produces: Vec<String>,
}

/// Whether a tree is a document of version 2.0.
pub(super) fn is_swagger(root: &Node) -> bool {
    let version = root.as_map().and_then(|map| map.get("swagger")).map(|node| &node.value);
    matches!(version, Some(Value::Text(text)) if text == "2.0")
        || matches!(version, Some(Value::Number(number)) if number.0 == "2.0")
}

/// The same document as version 3.0.
pub(super) fn upgraded(root: &Node) -> Node {
    let Some(document) = root.as_map() else { return root.clone() };
    let swagger = Swagger {
        parameters: document.get("parameters").and_then(Node::as_map),
        consumes: media(document, "consumes").unwrap_or_else(json),
        produces: media(document, "produces").unwrap_or_else(json),
    };
    let mut entries = Vec::new();
    let mut components = Vec::new();
    for entry in &document.entries {
        match entry.key.as_str() {
            "swagger" => entries.push(renamed(entry, "openapi", text("3.0.3", entry.value.span))),
            "paths" => entries.push(each(entry, "paths", |one| swagger.path_item(&one.value))),
            "definitions" => components.push(renamed(entry, "schemas", schema(&entry.value))),
            "parameters" => {
                let own =
                    |one: &&Entry| place(&one.value) != Some("body") && place(&one.value) != Some("formData");
                let kept =
                    members(&entry.value).iter().filter(own).map(|one| with(one, parameter(&one.value)));
                components.push(renamed(entry, "parameters", map(entry.value.span, kept.collect())));
            }
            "responses" => {
                components.push(each(entry, "responses", |one| response(&one.value, &swagger.produces)));
            }
            "host" | "basePath" | "schemes" | "consumes" | "produces" => {}
            "securityDefinitions" => components.push(around::schemes(entry)),
            _ => entries.push(entry.clone()),
        }
    }
    entries.extend(around::servers(document));
    if !components.is_empty() {
        entries.push(entry("components", map(root.span, components)));
    }
    map(root.span, entries)
}

impl Swagger<'_> {
    fn path_item(&self, node: &Node) -> Node {
        let Some(item) = node.as_map() else { return node.clone() };
        let shared = item.get("parameters").and_then(Node::as_list).unwrap_or_default();
        let entries = item.entries.iter().map(|entry| match entry.key.as_str() {
            "parameters" => with(entry, self.parameters(&entry.value)),
            method if METHODS.contains(&method) => with(entry, self.operation(&entry.value, shared)),
            _ => entry.clone(),
        });
        map(node.span, entries.collect())
    }

    /// The parameters that stay parameters.
    fn parameters(&self, node: &Node) -> Node {
        let Some(list) = node.as_list() else { return node.clone() };
        let stays = |node: &&Node| !matches!(place(self.meant(node)), Some("body" | "formData"));
        let items = list.iter().filter(stays).map(parameter).collect();
        Node { span: node.span, value: Value::List(items) }
    }

    /// A parameter, or the one of the document that it refers to.
    fn meant<'n>(&'n self, node: &'n Node) -> &'n Node {
        let reference = node.as_map().and_then(|map| map.get("$ref")).and_then(Node::as_text);
        let name = reference.and_then(|text| text.strip_prefix("#/parameters/"));
        name.and_then(|name| self.parameters?.get(name)).unwrap_or(node)
    }

    fn operation(&self, node: &Node, shared: &[Node]) -> Node {
        let Some(operation) = node.as_map() else { return node.clone() };
        let consumes = media(operation, "consumes").unwrap_or_else(|| self.consumes.clone());
        let produces = media(operation, "produces").unwrap_or_else(|| self.produces.clone());
        let own = operation.get("parameters").and_then(Node::as_list).unwrap_or_default();
        let all: Vec<&Node> = own.iter().chain(shared).map(|node| self.meant(node)).collect();
        let mut entries = Vec::new();
        for entry in &operation.entries {
            match entry.key.as_str() {
                "parameters" => entries.push(with(entry, self.parameters(&entry.value))),
                "responses" => entries.push(each(entry, "responses", |one| response(&one.value, &produces))),
                "consumes" | "produces" | "schemes" => {}
                _ => entries.push(entry.clone()),
            }
        }
        if let Some(node) = all.iter().find(|node| place(node) == Some("body")) {
            entries.push(entry("requestBody", body(node, &consumes)));
        } else if let Some(node) = all.iter().find(|node| place(node) == Some("formData")) {
            let fields = all.iter().filter(|node| place(node) == Some("formData"));
            entries
                .push(entry("requestBody", form(&fields.copied().collect::<Vec<_>>(), node.span, &consumes)));
        }
        map(node.span, entries)
    }
}

fn body(node: &Node, consumes: &[String]) -> Node {
    let mut entries = pick(node, &["description", "required"]);
    let described = node.as_map().and_then(|map| map.get("schema")).map(schema);
    entries.push(entry("content", content(node.span, consumes, described)));
    map(node.span, entries)
}

fn form(fields: &[&Node], span: Span, consumes: &[String]) -> Node {
    let name = |node: &Node| node.as_map().and_then(|map| Some(map.get("name")?.as_text()?.to_string()));
    let properties: Vec<Entry> =
        fields.iter().filter_map(|node| Some(entry(&name(node)?, field_schema(node)))).collect();
    let is_required = |node: &&&Node| {
        node.as_map().and_then(|map| map.get("required")).and_then(Node::as_bool) == Some(true)
    };
    let required: Vec<Node> =
        fields.iter().filter(is_required).filter_map(|node| Some(text(&name(node)?, node.span))).collect();
    let must = !required.is_empty();
    let mut described = vec![entry("type", text("object", span))];
    if must {
        described.push(entry("required", Node { span, value: Value::List(required) }));
    }
    described.push(entry("properties", map(span, properties)));
    let described = map(span, described);
    // Lists are one text unless they are said to be several.
    let styled = fields.iter().filter(|node| is_list(node)).filter_map(|node| {
        let (style, explode) = style(node).unwrap_or(("form", false));
        let explode = Node { span: node.span, value: Value::Bool(explode) };
        let told = vec![entry("style", text(style, node.span)), entry("explode", explode)];
        Some(entry(&name(node)?, map(node.span, told)))
    });
    let encoding: Vec<Entry> = styled.collect();
    let forms = ["application/x-www-form-urlencoded", "multipart/form-data"];
    let mut names: Vec<String> =
        consumes.iter().filter(|name| forms.contains(&name.as_str())).cloned().collect();
    if names.is_empty() {
        let files = fields.iter().any(|node| is_of(node, "file"));
        names.push(forms[usize::from(files)].to_string());
    }
    let media = |name: &String| {
        let mut told = vec![entry("schema", described.clone())];
        if !encoding.is_empty() {
            told.push(entry("encoding", map(span, encoding.clone())));
        }
        entry(name, map(span, told))
    };
    let content = map(span, names.iter().map(media).collect());
    let required = Node { span, value: Value::Bool(must) };
    map(span, vec![entry("required", required), entry("content", content)])
}

/// Style and explode that a list has by its `collectionFormat`.
fn style(node: &Node) -> Option<(&'static str, bool)> {
    match node.as_map()?.get("collectionFormat")?.as_text()? {
        "multi" => Some(("form", true)),
        "ssv" => Some(("spaceDelimited", false)),
        "pipes" => Some(("pipeDelimited", false)),
        // No later version has it: it is said to be impossible where it stands.
        "tsv" => Some(("tsv", false)),
        _ => None,
    }
}

fn response(node: &Node, produces: &[String]) -> Node {
    let Some(described) = node.as_map().filter(|map| map.get("$ref").is_none()) else { return schema(node) };
    let mut entries = Vec::new();
    for old in &described.entries {
        match old.key.as_str() {
            "schema" => {
                let found = schema(&old.value);
                entries.push(entry("content", content(old.value.span, produces, Some(found))));
            }
            "headers" => entries.push(each(old, "headers", |one| parameter(&one.value))),
            "examples" => {}
            _ => entries.push(with(old, schema(&old.value))),
        }
    }
    map(node.span, entries)
}

/// A parameter or header whose value is described by a schema.
fn parameter(node: &Node) -> Node {
    let Some(described) = node.as_map().filter(|map| map.get("$ref").is_none()) else { return schema(node) };
    let kept = described
        .entries
        .iter()
        .filter(|entry| !VALUE_FIELDS.contains(&entry.key.as_str()) && entry.key != "collectionFormat");
    let mut entries: Vec<Entry> = kept.cloned().collect();
    let style = match style(node) {
        Some(style) => Some(style),
        None if place(node) == Some("query") && is_list(node) => Some(("form", false)),
        _ => None,
    };
    if let Some((style, explode)) = style {
        entries.push(entry("style", text(style, node.span)));
        entries.push(entry("explode", Node { span: node.span, value: Value::Bool(explode) }));
    }
    entries.push(entry("schema", value_schema(node)));
    map(node.span, entries)
}

fn is_list(node: &Node) -> bool {
    is_of(node, "array")
}

fn is_of(node: &Node, kind: &str) -> bool {
    node.as_map().and_then(|map| map.get("type")).and_then(Node::as_text) == Some(kind)
}

/// A field of a form; a file is bytes as they are.
fn field_schema(node: &Node) -> Node {
    let mut described = value_schema(node);
    if let (true, Value::Map(fields)) = (is_of(node, "file"), &described.value) {
        let kept = fields.entries.iter().filter(|entry| entry.key != "format").cloned();
        let binary = entry("format", text("binary", node.span));
        described.value = Value::Map(Map::new(kept.chain([binary]).collect()));
    }
    described
}

fn value_schema(node: &Node) -> Node {
    schema(&map(node.span, pick(node, VALUE_FIELDS)))
}

/// A schema, or anything that holds some, in the words of 3.0.
fn schema(node: &Node) -> Node {
    let value = match &node.value {
        Value::List(items) => Value::List(items.iter().map(schema).collect()),
        Value::Map(inner) => Value::Map(Map::new(inner.entries.iter().map(reworded).collect())),
        other => other.clone(),
    };
    Node { span: node.span, value }
}

/// A member of a schema in the words of 3.0.
fn reworded(entry: &Entry) -> Entry {
    match (entry.key.as_str(), &entry.value.value) {
        ("$ref", Value::Text(reference)) => with(entry, text(&moved(reference), entry.value.span)),
        ("x-nullable", Value::Bool(_)) => renamed(entry, "nullable", entry.value.clone()),
        ("type", Value::Text(name)) if name == "file" => with(entry, text("string", entry.value.span)),
        ("discriminator", Value::Text(_)) => {
            let name = renamed(entry, "propertyName", entry.value.clone());
            with(entry, map(entry.value.span, vec![name]))
        }
        ("properties", Value::Map(inner)) => {
            let members = inner.entries.iter().map(|one| with(one, schema(&one.value)));
            with(entry, map(entry.value.span, members.collect()))
        }
        ("default" | "example" | "enum", _) => entry.clone(),
        _ => with(entry, schema(&entry.value)),
    }
}

/// A reference into a document of version 2.0.
fn moved(reference: &str) -> String {
    for (old, new) in [("definitions", "schemas"), ("parameters", "parameters"), ("responses", "responses")] {
        if let Some(name) = reference.strip_prefix(&format!("#/{old}/")) {
            return format!("#/components/{new}/{name}");
        }
    }
    reference.to_string()
}

fn content(span: Span, names: &[String], described: Option<Node>) -> Node {
    let members: Vec<Entry> = described.into_iter().map(|node| entry("schema", node)).collect();
    map(span, names.iter().map(|name| entry(name, map(span, members.clone()))).collect())
}

fn media(described: &Map, key: &str) -> Option<Vec<String>> {
    let list = described.get(key)?.as_list()?;
    Some(list.iter().filter_map(Node::as_text).map(String::from).collect())
}

fn json() -> Vec<String> {
    vec!["application/json".to_string()]
}

fn place(node: &Node) -> Option<&str> {
    node.as_map()?.get("in")?.as_text()
}

fn members(node: &Node) -> &[Entry] {
    node.as_map().map_or(&[], |map| &map.entries)
}

fn pick(node: &Node, keys: &[&str]) -> Vec<Entry> {
    members(node).iter().filter(|entry| keys.contains(&entry.key.as_str())).cloned().collect()
}

/// An entry whose members are each made anew; what is no map stays, to be complained about.
fn each(old: &Entry, key: &str, make: impl Fn(&Entry) -> Node) -> Entry {
    if old.value.as_map().is_none() {
        return renamed(old, key, old.value.clone());
    }
    let remade = members(&old.value)
        .iter()
        .map(|one| if one.key.starts_with("x-") { one.clone() } else { with(one, make(one)) });
    renamed(old, key, map(old.value.span, remade.collect()))
}

fn entry(key: &str, value: Node) -> Entry {
    Entry { key: key.to_string(), key_span: value.span, value }
}

fn with(old: &Entry, value: Node) -> Entry {
    Entry { key: old.key.clone(), key_span: old.key_span, value }
}

fn renamed(old: &Entry, key: &str, value: Node) -> Entry {
    Entry { key: key.to_string(), key_span: old.key_span, value }
}

fn map(span: Span, entries: Vec<Entry>) -> Node {
    Node { span, value: Value::Map(Map::new(entries)) }
}

fn text(value: &str, span: Span) -> Node {
    Node { span, value: Value::Text(value.to_string()) }
}
