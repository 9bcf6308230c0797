//! Values of configuration: which of them name somebody else, and trees of them as keys with dots.

use polywire_syntax::{Node, Value};

use super::finding::{Owner, Reference};
use super::{File, Place, secret};

/// How many settings of one file are taken in.
const SETTINGS_MAX: usize = 2_000;

/// The text of a plain value.
pub(crate) fn scalar(node: &Node) -> Option<String> {
    match &node.value {
        Value::Text(text) => Some(text.clone()),
        Value::Number(number) => Some(number.0.clone()),
        Value::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}

/// The value with what stands behind `:-` or `:` for variables; none if it is only a variable.
pub(crate) fn resolved(value: &str) -> Option<String> {
    let mut found = String::new();
    let mut rest = value;
    while let Some(at) = rest.find("${") {
        found.push_str(&rest[..at]);
        let end = rest[at..].find('}').map(|end| at + end)?;
        let inner = &rest[at + 2..end];
        let (_, default) =
            inner.split_once(":-").or_else(|| inner.split_once('-')).or_else(|| inner.split_once(':'))?;
        found.push_str(default);
        rest = &rest[end + 1..];
    }
    found.push_str(rest);
    Some(found)
}

/// The reference that a value makes, if it is a URL or `host:port`, or its key says that it is a host.
pub(crate) fn referred(owner: Owner, key: &str, value: &str, at: &Place) -> Option<Reference> {
    let value = resolved(value)?;
    let value = value.trim().trim_start_matches("jdbc:");
    let is_host = || {
        let key = key.to_ascii_lowercase();
        (key.ends_with("host")
            || key.ends_with("hostname")
            || key.ends_with("server")
            || key.ends_with("addr"))
            && !value.is_empty()
            && value.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
    };
    let (host, port) = match secret::host_of(value) {
        Some((host, port)) => (host, port),
        None if is_host() => (value.to_string(), None),
        None => return None,
    };
    Some(Reference { owner, how: key.into(), variable: true, host: Some(host), port, at: at.clone() })
}

/// Every plain value below a node, its key with dots between the parts.
pub(crate) fn flatten(file: &File<'_>, before: &str, node: &Node, out: &mut Vec<(String, String, Place)>) {
    let Some(map) = node.as_map() else { return };
    for entry in &map.entries {
        if out.len() >= SETTINGS_MAX {
            return;
        }
        let key = if before.is_empty() { entry.key.clone() } else { format!("{before}.{}", entry.key) };
        match scalar(&entry.value) {
            Some(value) => out.push((key, value, file.at(entry.key_span.start as usize))),
            None => flatten(file, &key, &entry.value, out),
        }
    }
}
