//! What a schema says of values that no layer sets: its defaults.

use polywire_contract::Content;

use super::{
    Assigned, Layer,
    declared::Declared,
    tree::{self, Branch, Branches, Tree},
};

/// How deep declarations are followed; one that holds itself ends there.
const DEPTH_MAX: u32 = 32;

/// Adds the schema's defaults below whatever is set.
pub(super) fn fill(declared: &Declared<'_>, branches: &mut Branches) {
    below(declared, branches, DEPTH_MAX);
}

fn below(declared: &Declared<'_>, branches: &mut Branches, depth: u32) {
    if depth == 0 {
        return;
    }
    for name in declared.names() {
        let Some(member) = declared.member(name) else { continue };
        let known = branches.iter_mut().find(|branch| branch.key == name);
        let default = member.default().map(|written| Assigned {
            layer: Layer::Default,
            span: written.span,
            written: written.clone(),
        });
        match (known, default) {
            (Some(Branch { tree: Tree::Leaf(leaf), .. }), Some(default)) => leaf.assigned.insert(0, default),
            (Some(Branch { tree: Tree::Group(group), .. }), _) => below(&member, group, depth - 1),
            (Some(_), None) => {}
            (None, Some(default)) => {
                let tree = tree::grown(Content::Literal(default.written.clone()), &[default]);
                branches.push(Branch { key: name.to_owned(), key_span: member.place().span, tree });
            }
            // Members of what is not there have defaults, too.
            (None, None) => {
                let mut group = Branches::new();
                below(&member, &mut group, depth - 1);
                if !group.is_empty() {
                    let key_span = member.place().span;
                    branches.push(Branch { key: name.to_owned(), key_span, tree: Tree::Group(group) });
                }
            }
        }
    }
}
