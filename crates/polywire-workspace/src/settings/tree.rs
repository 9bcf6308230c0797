//! The merged tree: keys with a value and its story, or with further keys.

use std::collections::BTreeMap;

use polywire_contract::{Content, Literal};
use polywire_diag::Span;
use polywire_syntax::{Entry, Map, Node, Value};

use super::Assigned;

/// In the order of the base; what an environment adds comes last.
pub(super) type Branches = Vec<Branch>;

#[derive(Clone, Debug)]
pub(super) struct Branch {
    pub(super) key: String,
    pub(super) key_span: Span,
    pub(super) tree: Tree,
}

#[derive(Clone, Debug)]
pub(super) enum Tree {
    Group(Branches),
    Leaf(Leaf),
}

#[derive(Clone, Debug)]
pub(super) struct Leaf {
    pub(super) content: Content,
    /// Lowest layer first.
    pub(super) assigned: Vec<Assigned>,
}

impl Leaf {
    /// Where the value that holds was written.
    pub(super) fn span(&self) -> Span {
        self.assigned.last().expect("a leaf was assigned by some layer").span
    }
}

/// Every leaf with its path.
pub(super) fn leaves<'a>(
    branches: &'a Branches,
    path: &mut Vec<String>,
    found: &mut Vec<(Vec<String>, &'a Leaf)>,
) {
    for branch in branches {
        path.push(branch.key.clone());
        match &branch.tree {
            Tree::Group(group) => leaves(group, path, found),
            Tree::Leaf(leaf) => found.push((path.clone(), leaf)),
        }
        path.pop();
    }
}

/// Puts something else in the place of the leaf at a path.
pub(super) fn replace(branches: &mut Branches, path: &[String], content: Content) {
    let Some((first, rest)) = path.split_first() else { return };
    let Some(branch) = branches.iter_mut().find(|branch| branch.key == *first) else { return };
    match &mut branch.tree {
        Tree::Group(group) => replace(group, rest, content),
        Tree::Leaf(leaf) => branch.tree = grown(content, &leaf.assigned),
    }
}

/// A value with its story; a map with members becomes a group, each value of which has the same story.
pub(super) fn grown(content: Content, assigned: &[Assigned]) -> Tree {
    match content {
        Content::Literal(Node { value: Value::Map(map), .. }) if !map.entries.is_empty() => {
            let branch = |entry: Entry| Branch {
                key: entry.key,
                key_span: entry.key_span,
                tree: grown(Content::Literal(entry.value), assigned),
            };
            Tree::Group(map.entries.into_iter().map(branch).collect())
        }
        content => Tree::Leaf(Leaf { content, assigned: assigned.to_vec() }),
    }
}

/// The story of each value by its dotted key.
pub(super) fn history(branches: &Branches) -> BTreeMap<String, Vec<Assigned>> {
    let mut found = Vec::new();
    leaves(branches, &mut Vec::new(), &mut found);
    found.into_iter().map(|(path, leaf)| (path.join("."), leaf.assigned.clone())).collect()
}

/// A group as one value, for a schema that sees a map there; the secrets in it are reported back by their place.
pub(super) fn literal(span: Span, branches: &Branches) -> Result<Literal, Span> {
    let mut entries = Vec::new();
    for branch in branches {
        let value = match &branch.tree {
            Tree::Group(group) => literal(branch.key_span, group)?,
            Tree::Leaf(Leaf { content: Content::Literal(node), .. }) => node.clone(),
            Tree::Leaf(leaf @ Leaf { content: Content::Secret(_), .. }) => return Err(leaf.span()),
            Tree::Leaf(Leaf { content: Content::Absent, .. }) => continue,
        };
        entries.push(Entry { key: branch.key.clone(), key_span: branch.key_span, value });
    }
    Ok(Node { span, value: Value::Map(Map::new(entries)) })
}
