//! Anchors and aliases, expanded under a limit.

use std::collections::HashMap;

use polywire_diag::{Diagnostic, Span};

use super::Reader;
use crate::build::Stop;
use crate::tree::{Node, Value};
use crate::{BAD_ALIAS, BAD_KEY, TOO_MANY_ALIASES};

/// What was named in the current document, and what copies of it cost until now.
#[derive(Default)]
pub(super) struct Anchors {
    defined: HashMap<usize, Anchor>,
    kept: usize,
    copied: usize,
}

enum Anchor {
    Kept {
        node: Node,
        weight: usize,
        depth: usize,
    },
    /// Larger than what an alias could copy.
    TooLarge,
}

impl Anchors {
    pub(super) fn clear(&mut self) {
        self.defined.clear();
    }

    /// Keeps a finished node under its number; 0 is no anchor.
    pub(super) fn define(&mut self, id: usize, node: &Node, max: usize) {
        if id == 0 {
            return;
        }
        let (weight, depth) = measure(node);
        let kept = self.kept.saturating_add(weight);
        let anchor = if kept <= max {
            self.kept = kept;
            Anchor::Kept { node: node.clone(), weight, depth }
        } else {
            Anchor::TooLarge
        };
        self.defined.insert(id, anchor);
    }
}

impl Reader<'_, '_> {
    pub(super) fn alias(&mut self, id: usize, span: Span) -> Result<(), Stop> {
        let max = self.builder.limits.aliases_max;
        let (node, depth) = match self.anchors.defined.get(&id) {
            Some(Anchor::Kept { node, weight, depth }) if self.anchors.copied + weight <= max => {
                self.anchors.copied += weight;
                (node.clone(), *depth)
            }
            Some(_) => {
                self.builder.report_last(
                    Diagnostic::error(&TOO_MANY_ALIASES, format!("aliases that add more than {max} nodes"))
                        .at(span, "too much by this alias"),
                );
                return Err(Stop);
            }
            None => {
                let name = self.places.slice(span);
                self.builder.report_last(
                    Diagnostic::error(&BAD_ALIAS, format!("the alias `{name}` is inside what it names"))
                        .at(span, "this would never end"),
                );
                return Err(self.stop());
            }
        };
        if self.builder.wants_key() {
            return self.alias_as_key(node, span);
        }
        self.builder.check_depth(depth, span)?;
        self.builder.count(nodes(&node), span)?;
        self.builder.reach(span.end as usize);
        self.builder.place(node);
        Ok(())
    }

    fn alias_as_key(&mut self, node: Node, span: Span) -> Result<(), Stop> {
        match node.value {
            Value::Text(text) => self.builder.key(text, span),
            _ => {
                let kind = node.kind();
                self.builder.report_last(
                    Diagnostic::error(&BAD_KEY, format!("{kind} as a key; only text can be one"))
                        .at(span, "this alias stands for it")
                        .at(node.span, format!("{kind}, named here")),
                );
                Err(self.stop())
            }
        }
    }
}

/// What a copy costs, and how many levels of collections it has. Long texts count more than short ones.
fn measure(node: &Node) -> (usize, usize) {
    match &node.value {
        Value::Text(text) => (1 + text.len() / 64, 0),
        Value::List(items) => sum(items.iter().map(measure)),
        Value::Map(map) => sum(map.entries.iter().map(|entry| {
            let (weight, depth) = measure(&entry.value);
            (weight + 1 + entry.key.len() / 64, depth)
        })),
        _ => (1, 0),
    }
}

fn sum(children: impl Iterator<Item = (usize, usize)>) -> (usize, usize) {
    let (weight, depth) =
        children.fold((1, 0), |(sum, deepest), (weight, depth)| (sum + weight, deepest.max(depth)));
    (weight, depth + 1)
}

/// Values and keys of a tree.
fn nodes(node: &Node) -> usize {
    match &node.value {
        Value::List(items) => 1 + items.iter().map(nodes).sum::<usize>(),
        Value::Map(map) => 1 + map.entries.iter().map(|e| 1 + nodes(&e.value)).sum::<usize>(),
        _ => 1,
    }
}
