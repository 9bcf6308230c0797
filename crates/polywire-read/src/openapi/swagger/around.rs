//! What OpenAPI 2.0 says around operations: servers and security, in the words of 3.0. Must not touch the model.

use polywire_syntax::{Entry, Map, Node, Value};

use super::{entry, map, members, pick, renamed, text, with};

/// `host`, `basePath` and `schemes` as servers; none where nothing is said.
pub(super) fn servers(document: &Map) -> Option<Entry> {
    let host = document.get("host");
    let base = document.get("basePath");
    let span = host.or(base)?.span;
    let of = |node: Option<&Node>| node.and_then(Node::as_text).unwrap_or_default().to_string();
    let (host, base) = (of(host), of(base));
    let schemes = document.get("schemes").and_then(Node::as_list).unwrap_or_default();
    let mut urls: Vec<String> = Vec::new();
    match host.as_str() {
        "" => urls.push(base),
        _ if schemes.is_empty() => urls.push(format!("//{host}{base}")),
        _ => urls.extend(
            schemes.iter().filter_map(Node::as_text).map(|scheme| format!("{scheme}://{host}{base}")),
        ),
    }
    let server = |url: &String| map(span, vec![entry("url", text(url, span))]);
    Some(entry("servers", Node { span, value: Value::List(urls.iter().map(server).collect()) }))
}

/// `securityDefinitions` as security schemes.
pub(super) fn schemes(old: &Entry) -> Entry {
    let remade = members(&old.value).iter().map(|one| with(one, scheme(&one.value)));
    renamed(old, "securitySchemes", map(old.value.span, remade.collect()))
}

fn scheme(node: &Node) -> Node {
    let Some(described) = node.as_map() else { return node.clone() };
    let kind = described.get("type").and_then(Node::as_text).unwrap_or_default();
    let rest: Vec<Entry> = described
        .entries
        .iter()
        .filter(|entry| entry.key == "description" || entry.key.starts_with("x-"))
        .cloned()
        .collect();
    match kind {
        "basic" => {
            let mut entries =
                vec![entry("type", text("http", node.span)), entry("scheme", text("basic", node.span))];
            entries.extend(rest);
            map(node.span, entries)
        }
        "oauth2" => {
            let flow = match described.get("flow").and_then(Node::as_text).unwrap_or_default() {
                "application" => "clientCredentials",
                "accessCode" => "authorizationCode",
                other => other,
            };
            let told = map(node.span, pick(node, &["authorizationUrl", "tokenUrl", "scopes"]));
            let mut entries = vec![
                entry("type", text("oauth2", node.span)),
                entry("flows", map(node.span, vec![entry(flow, told)])),
            ];
            entries.extend(rest);
            map(node.span, entries)
        }
        _ => node.clone(),
    }
}
