//! Layers over each other: maps are merged key by key, everything else is replaced.

use polywire_contract::Content;
use polywire_diag::{Diagnostic, nearest};
use polywire_syntax::{Map, Node, Value};

use super::{
    Assigned, Layer,
    declared::Declared,
    tree::{Branch, Branches, Leaf, Tree},
};
use crate::{LAYERS_DIFFER, STRANGE_KEY, WRONG_VALUE};

/// The base with one environment's layer over it.
pub(super) fn merge(base: &Node, overlay: Option<&(String, Node)>, diags: &mut Vec<Diagnostic>) -> Branches {
    let mut branches = Branches::new();
    let mut layer = |node: &Node, layer: &Layer| match &node.value {
        Value::Map(map) => lay(&mut branches, map, layer, diags),
        // An empty file sets nothing.
        Value::Null => {}
        _ => diags.push(
            Diagnostic::error(&WRONG_VALUE, "settings must be a map")
                .at(node.span, format!("this is {}", node.kind())),
        ),
    };
    layer(base, &Layer::Base);
    if let Some((name, node)) = overlay {
        layer(node, &Layer::Environment(name.clone()));
    }
    branches
}

fn lay(branches: &mut Branches, map: &Map, layer: &Layer, diags: &mut Vec<Diagnostic>) {
    for entry in &map.entries {
        let known = branches.iter_mut().find(|branch| branch.key == entry.key);
        match (known, group(&entry.value)) {
            (None, Some(inner)) => {
                let mut group = Branches::new();
                lay(&mut group, inner, layer, diags);
                let (key, key_span) = (entry.key.clone(), entry.key_span);
                branches.push(Branch { key, key_span, tree: Tree::Group(group) });
            }
            (None, None) => {
                let tree = Tree::Leaf(leaf(&entry.value, layer, Vec::new()));
                branches.push(Branch { key: entry.key.clone(), key_span: entry.key_span, tree });
            }
            (Some(Branch { tree: Tree::Group(group), .. }), Some(inner)) => lay(group, inner, layer, diags),
            (Some(Branch { tree: Tree::Leaf(known), .. }), None) => {
                *known = leaf(&entry.value, layer, std::mem::take(&mut known.assigned));
            }
            // `{}` below has nothing that could be lost.
            (Some(branch @ Branch { tree: Tree::Leaf(_), .. }), Some(inner))
                if is_empty_map(&branch.tree) =>
            {
                let mut group = Branches::new();
                lay(&mut group, inner, layer, diags);
                branch.tree = Tree::Group(group);
            }
            (Some(Branch { tree: Tree::Group(_), .. }), None) if is_empty(&entry.value) => {}
            (Some(branch), _) => {
                let message = format!("`{}` is a map in one layer and a value in the other", entry.key);
                diags.push(
                    Diagnostic::error(&LAYERS_DIFFER, message)
                        .at(entry.value.span, format!("this is {}", entry.value.kind()))
                        .at(branch.key_span, "set here, too"),
                );
            }
        }
    }
}

fn leaf(node: &Node, layer: &Layer, mut assigned: Vec<Assigned>) -> Leaf {
    assigned.push(Assigned { layer: layer.clone(), span: node.span, written: node.clone() });
    Leaf { content: Content::Literal(node.clone()), assigned }
}

/// A map with members; an empty one is a value.
fn group(node: &Node) -> Option<&Map> {
    node.as_map().filter(|map| !map.entries.is_empty())
}

fn is_empty(node: &Node) -> bool {
    node.as_map().is_some_and(|map| map.entries.is_empty())
}

fn is_empty_map(tree: &Tree) -> bool {
    matches!(tree, Tree::Leaf(Leaf { content: Content::Literal(node), .. }) if is_empty(node))
}

/// Warns of keys that only one environment has and that look like another key of the base: a slip would go unseen.
pub(super) fn strangers(
    base: &Node,
    overlays: &[(String, Node)],
    declared: Option<&Declared<'_>>,
    diags: &mut Vec<Diagnostic>,
) {
    for (_, overlay) in overlays {
        if let (Some(base), Some(overlay)) = (base.as_map(), overlay.as_map()) {
            compare(base, overlay, declared, diags);
        }
    }
}

fn compare(base: &Map, overlay: &Map, declared: Option<&Declared<'_>>, diags: &mut Vec<Diagnostic>) {
    for entry in &overlay.entries {
        let member = declared.and_then(|declared| declared.member(&entry.key));
        match base.get(&entry.key) {
            Some(known) => {
                if let (Some(base), Some(overlay)) = (known.as_map(), entry.value.as_map()) {
                    compare(base, overlay, member.as_ref(), diags);
                }
            }
            None if member.is_some() => {}
            None => {
                let known = base.entries.iter().map(|entry| entry.key.as_str());
                if let Some(near) = nearest(&entry.key, known) {
                    let message = format!("`{}` is set in this layer only", entry.key);
                    diags.push(
                        Diagnostic::warning(&STRANGE_KEY, message)
                            .at(entry.key_span, "")
                            .help(format!("did you mean `{near}`?")),
                    );
                }
            }
        }
    }
}
