//! Schemas that stay whole: which they are, and whether they can be run within bounds. What runs them follows every way
//! through `allOf` and its like anew, and calls itself for each step.

use std::collections::HashMap;

use polywire_diag::Diagnostic;
use polywire_syntax::Node;

use super::index::{Index, Key};
use super::lower::stays_whole;
use crate::codes::SCHEMA_TOO_LARGE;

/// How many schemas may speak of one value, each counted on every way that leads to it.
const WAYS_MAX: u64 = 4000;
/// How many of them may be inside one another.
const DEPTH_MAX: u64 = 250;
/// How many schemas are compiled for all residuals together.
const COMPILED_MAX: usize = 2_000_000;

/// Every schema with those that speak of the same value, each after all that it leads to.
pub(super) type Unfolded<'a> = Vec<(&'a Node, Vec<&'a Node>)>;

/// Says what is too large; returns a keyword for which the outermost schemas should stay whole, where there are too many
/// to be compiled one by one.
pub(super) fn weigh<'a>(
    index: &Index<'a>,
    unfolded: &Unfolded<'a>,
    dynamic: Option<&'a Node>,
    diags: &mut Vec<Diagnostic>,
) -> Option<(&'static str, &'a Node)> {
    let whole: Vec<_> =
        index.order.iter().filter_map(|node| Some((*node, stays_whole(index, node)?))).collect();
    if whole.is_empty() && dynamic.is_none() {
        return None;
    }
    let mut weights: HashMap<Key, (u64, u64)> = HashMap::new();
    for (node, targets) in unfolded {
        let (mut ways, mut depth) = (1u64, 0u64);
        for target in targets {
            let (more, below) = weights.get(&std::ptr::from_ref(*target)).copied().unwrap_or((1, 1));
            ways = ways.saturating_add(more);
            depth = depth.max(below);
        }
        let depth = depth + 1;
        if ways > WAYS_MAX || depth > DEPTH_MAX {
            let message = "a schema is too large to be run as a whole";
            let because = if ways > WAYS_MAX {
                format!("more than {WAYS_MAX} schemas speak of its value, each counted on every way to it")
            } else {
                format!("more than {DEPTH_MAX} schemas of the same value are inside one another")
            };
            diags.push(
                Diagnostic::error(&SCHEMA_TOO_LARGE, message)
                    .at(node.span, because)
                    .help("`unevaluatedProperties`, `unevaluatedItems` and `$dynamicRef` need it whole"),
            );
            return None;
        }
        weights.insert(std::ptr::from_ref(*node), (ways, depth));
    }
    if let Some(reference) = dynamic {
        return Some(("$dynamicRef", reference));
    }
    let (node, keyword) = whole.first()?;
    (whole.len().saturating_mul(index.order.len()) > COMPILED_MAX).then_some((*keyword, *node))
}
