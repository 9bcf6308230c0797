//! Values of settings as values of expressions, and back.

use std::collections::HashMap;
use std::sync::Arc;

use cel::Value as Cel;
use cel::objects::Key;
use polywire_contract::{Content, Literal};
use polywire_diag::Span;
use polywire_syntax::{Entry, Map, Node, Number, Value};

use crate::settings::tree::{Branches, Leaf, Tree};

/// How deep a value may nest.
const DEPTH_MAX: u32 = 64;

/// The settings as a map; without secrets and without what is not evaluated yet.
pub(super) fn of_branches(branches: &Branches, unfinished: &[&[String]]) -> Cel {
    let mut members: HashMap<Key, Cel> = HashMap::new();
    for branch in branches {
        let below: Vec<&[String]> = unfinished
            .iter()
            .filter_map(|path| {
                path.split_first().filter(|(first, _)| **first == branch.key).map(|(_, rest)| rest)
            })
            .collect();
        let value = match &branch.tree {
            Tree::Group(group) => Some(of_branches(group, &below)),
            Tree::Leaf(Leaf { content: Content::Literal(node), .. }) if below.is_empty() => of_literal(node),
            Tree::Leaf(_) => None,
        };
        if let Some(value) = value {
            members.insert(branch.key.clone().into(), value);
        }
    }
    members.into()
}

/// Whether every number in it is one of expressions.
pub(super) fn fits(node: &Literal) -> bool {
    of_literal(node).is_some()
}

fn of_literal(node: &Literal) -> Option<Cel> {
    Some(match &node.value {
        Value::Null => Cel::Null,
        Value::Bool(value) => Cel::Bool(*value),
        Value::Number(number) if number.is_integer() => match (number.as_i64(), number.as_u64()) {
            (Some(value), _) => Cel::Int(value),
            (None, Some(value)) => Cel::UInt(value),
            (None, None) => return None,
        },
        Value::Number(number) => Cel::Float(number.as_f64()?),
        Value::Text(text) => Cel::String(Arc::new(text.clone())),
        Value::List(items) => Cel::List(Arc::new(items.iter().map(of_literal).collect::<Option<_>>()?)),
        Value::Map(map) => {
            let members: Option<HashMap<Key, Cel>> = map
                .entries
                .iter()
                .map(|entry| Some((entry.key.clone().into(), of_literal(&entry.value)?)))
                .collect();
            members?.into()
        }
    })
}

/// What an expression gave, as a value of settings; keys of maps in the order of their names.
pub(super) fn literal(value: &Cel, span: Span) -> Option<Literal> {
    within(value, span, DEPTH_MAX)
}

fn within(value: &Cel, span: Span, depth: u32) -> Option<Literal> {
    let depth = depth.checked_sub(1)?;
    let value = match value {
        Cel::Null => Value::Null,
        Cel::Bool(value) => Value::Bool(*value),
        Cel::Int(value) => Value::Number(Number(value.to_string())),
        Cel::UInt(value) => Value::Number(Number(value.to_string())),
        // Rust writes the shortest form that reads back, with a point or an exponent.
        Cel::Float(value) if value.is_finite() => Value::Number(Number(format!("{value:?}"))),
        Cel::String(text) => Value::Text(text.to_string()),
        Cel::List(items) => {
            Value::List(items.iter().map(|item| within(item, span, depth)).collect::<Option<_>>()?)
        }
        Cel::Map(map) => {
            let entry = |(key, value): (&Key, &Cel)| {
                let Key::String(key) = key else { return None };
                Some(Entry { key: key.to_string(), key_span: span, value: within(value, span, depth)? })
            };
            let mut entries: Vec<Entry> = map.map.iter().map(entry).collect::<Option<_>>()?;
            entries.sort_by(|a, b| a.key.cmp(&b.key));
            Value::Map(Map::new(entries))
        }
        _ => return None,
    };
    Some(Node { span, value })
}
