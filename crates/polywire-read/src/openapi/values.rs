//! Listed values: `enum`, `const`, and `not` with either.

use polywire_contract::Check;
use polywire_diag::{Diagnostic, Span};
use polywire_syntax::{Node, Value};

use super::BAD_VALUE;
use super::parts::Part;
use super::schema::{Kind, Lowering, whole};

impl<'a> Lowering<'_, 'a> {
    /// `enum` and `const` as a check.
    pub(super) fn among(&mut self, kind: Kind, parts: &[Part<'a>], checks: &mut Vec<(Check, Span)>) {
        if let Some((values, span)) = self.allowed(parts) {
            let values = self.matching(kind, values);
            checks.push((Check::Among(values), span));
        }
    }

    /// `not` with a list of values, as a check.
    pub(super) fn not_among(&self, parts: &[Part<'a>], checks: &mut Vec<(Check, Span)>) {
        for node in parts.iter().filter_map(|part| part.get("not")) {
            checks.extend(excluded(node).map(|values| (Check::NotAmong(values), node.span)));
        }
    }

    /// The values that every `enum` and `const` lists, null set aside.
    pub(super) fn allowed(&mut self, parts: &[Part<'a>]) -> Option<(Vec<Node>, Span)> {
        let mut found: Option<(Vec<Node>, Span)> = None;
        for part in parts {
            let list = part.get("enum").and_then(|node| Some((node.as_list()?, node.span)));
            let constant = part.get("const").map(|node| (std::slice::from_ref(node), node.span));
            for (values, span) in list.into_iter().chain(constant) {
                let mut kept: Vec<Node> = Vec::new();
                for value in values.iter().filter(|value| value.value != Value::Null) {
                    let before = found
                        .as_ref()
                        .is_none_or(|(before, _)| before.iter().any(|b| b.value == value.value));
                    if before && !kept.iter().any(|known| known.value == value.value) {
                        kept.push(value.clone());
                    }
                }
                found = Some((kept, span));
            }
        }
        found
    }

    /// The listed values that are of a type; the others can never occur, which is said.
    pub(super) fn matching(&mut self, kind: Kind, values: Vec<Node>) -> Vec<Node> {
        let (right, wrong): (Vec<Node>, Vec<Node>) =
            values.into_iter().partition(|value| match (&value.value, kind) {
                (Value::Text(_), Kind::Text)
                | (Value::Bool(_), Kind::Bool)
                | (Value::Number(_), Kind::Number)
                | (Value::List(_), Kind::List)
                | (Value::Map(_), Kind::Object) => true,
                (Value::Number(n), Kind::Integer) => n.is_integer() || whole(n).is_some(),
                _ => false,
            });
        if let Some(value) = wrong.first() {
            let message = format!("a value of `{}` cannot be {}", kind.name(), value.kind());
            // Where values are left, nothing that is meant is lost, unless quotes were forgotten.
            let harmless = kind != Kind::Text && !right.is_empty();
            let severity = if harmless { Diagnostic::warning } else { Diagnostic::error };
            let mut diagnostic = severity(&BAD_VALUE, message).at(value.span, "can never occur");
            diagnostic.help.extend(match (kind, &value.value) {
                (Kind::Text, Value::Number(_) | Value::Bool(_)) => Some("put quotes around it".to_string()),
                (Kind::Number | Kind::Integer, Value::Text(text)) if text.parse::<f64>().is_ok() => {
                    Some(format!("leave out the quotes: `{text}`"))
                }
                (Kind::List, Value::Text(_)) => Some("if items are meant, put it below `items`".to_string()),
                _ => None,
            });
            self.say(diagnostic);
        }
        right
    }
}

/// The values that a `not` excludes, where it does nothing else.
pub(super) fn excluded(not: &Node) -> Option<Vec<Node>> {
    let [entry] = &not.as_map()?.entries[..] else { return None };
    match entry.key.as_str() {
        "enum" => Some(entry.value.as_list()?.to_vec()),
        "const" => Some(vec![entry.value.clone()]),
        _ => None,
    }
}
