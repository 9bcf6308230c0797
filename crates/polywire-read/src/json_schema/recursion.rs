//! How deep a value may nest for all that it breaks to be told, by a schema that is run as a whole. What runs it reaches
//! its verdict once for each schema and value; to find every rule that is broken, it looks at a member anew for each
//! alternative. Where the schema leads back to itself, the steps multiply with every level of a document. Must not know
//! how schemas are run.

use std::collections::{HashMap, HashSet};

use polywire_syntax::{Map, Node};

use super::dialect::{Step, holds, inner};
use super::index::{Index, Key, Target};

/// How often the innermost level of a value may be looked at.
const LOOKS_MAX: f64 = 1_048_576.0;
/// How many ways through a schema are counted; beyond, the least depth is what is left.
const WAYS_MAX: usize = 200_000;
/// The least depth.
const DEPTH_MIN: u16 = 4;

/// A schema that another leads to.
#[derive(Clone, Copy)]
struct Edge<'a> {
    target: &'a Node,
    inside: Inside<'a>,
}

/// Which value the other schema speaks of.
#[derive(Clone, Copy)]
enum Inside<'a> {
    /// The same, always.
    Same,
    /// The same, as one of several alternatives.
    Alternative,
    /// The member of this name.
    Member(&'a str),
    /// Any member or item.
    Any,
}

/// Schemas with what they lead to, in the order in which they are reached.
#[derive(Default)]
struct Reached<'a> {
    all: Vec<(&'a Node, Vec<Edge<'a>>)>,
    places: HashMap<Key, usize>,
}

/// How deep a value may nest for all that it breaks to be told; none where the steps do not multiply.
pub(super) fn depth_max<'a>(index: &mut Index<'a>, root: &'a Node) -> Option<u16> {
    let reached = reached(index, root);
    let again = leading_back(&reached);
    let (mut ways, mut most) = (0, 1u64);
    let mut seen = HashSet::new();
    let levels = reached.all.iter().flat_map(|(_, edges)| edges).filter(|edge| edge.inside.is_deeper());
    for edge in levels {
        let key = std::ptr::from_ref(edge.target);
        if !again.contains(&key) || !seen.insert(key) {
            continue;
        }
        match looks(&reached, &again, edge.target, &mut ways) {
            Some(looks) => most = most.max(looks),
            None => return Some(DEPTH_MIN),
        }
    }
    (most > 1).then(|| ((LOOKS_MAX.ln() / (most as f64).ln()) as u16).max(DEPTH_MIN))
}

impl Inside<'_> {
    fn is_deeper(self) -> bool {
        matches!(self, Inside::Member(_) | Inside::Any)
    }
}

/// Every schema that a schema leads to.
fn reached<'a>(index: &mut Index<'a>, root: &'a Node) -> Reached<'a> {
    let (mut found, mut waiting) = (Reached::default(), vec![root]);
    while let Some(node) = waiting.pop() {
        let key = std::ptr::from_ref(node);
        if found.places.contains_key(&key) {
            continue;
        }
        found.places.insert(key, found.all.len());
        let mut edges = inner_edges(index, node);
        for reference in index.references(node) {
            if let Some(Ok(Target::Schema(target))) = index.follow(node, reference) {
                edges.push(Edge { target, inside: Inside::Same });
            }
        }
        // What such a reference means is decided on the way to it, and most often it is the outermost.
        let outward = ["$dynamicRef", "$recursiveRef"];
        if node.as_map().is_some_and(|map| outward.iter().any(|key| map.get(key).is_some())) {
            edges.push(Edge { target: root, inside: Inside::Same });
        }
        waiting.extend(edges.iter().map(|edge| edge.target));
        found.all.push((node, edges));
    }
    found
}

fn inner_edges<'a>(index: &Index<'a>, node: &'a Node) -> Vec<Edge<'a>> {
    let mut edges = Vec::new();
    let (Some(map), Some(draft)) = (node.as_map(), index.draft(node)) else { return edges };
    for entry in &map.entries {
        let Some((how, same)) = holds(draft, &entry.key) else { continue };
        for (step, target) in inner(&entry.value, how) {
            let inside = match (entry.key.as_str(), step) {
                ("$defs" | "definitions" | "contentSchema" | "propertyNames", _) => continue,
                ("properties", Step::Name(name)) => Inside::Member(name),
                ("allOf", _) => Inside::Same,
                _ if same => Inside::Alternative,
                _ => Inside::Any,
            };
            edges.push(Edge { target, inside });
        }
    }
    edges
}

/// Schemas on a way that never ends: all others are taken away, one after the other, from the ends.
fn leading_back(reached: &Reached<'_>) -> HashSet<Key> {
    let mut before: HashMap<Key, Vec<Key>> = HashMap::new();
    let mut left: HashMap<Key, usize> = HashMap::new();
    let mut ended = Vec::new();
    for (node, edges) in &reached.all {
        let key = std::ptr::from_ref(*node);
        left.insert(key, edges.len());
        if edges.is_empty() {
            ended.push(key);
        }
        for edge in edges {
            before.entry(std::ptr::from_ref(edge.target)).or_default().push(key);
        }
    }
    while let Some(key) = ended.pop() {
        left.remove(&key);
        for from in before.get(&key).map_or(&[][..], Vec::as_slice) {
            if let Some(count) = left.get_mut(from) {
                *count -= 1;
                if *count == 0 {
                    ended.push(*from);
                }
            }
        }
    }
    left.into_keys().collect()
}

/// How often one member of a value is looked at, each time that a schema looks at the value; none where that takes too
/// long to count.
fn looks<'a>(reached: &Reached<'a>, again: &HashSet<Key>, level: &'a Node, ways: &mut usize) -> Option<u64> {
    let mut named: HashMap<&str, u64> = HashMap::new();
    let mut any = 0u64;
    // How often each schema is looked at, and how much more often each alternative inside of it.
    let mut waiting = vec![(level, 1u64, 0u64)];
    while let Some((node, mut times, mut more)) = waiting.pop() {
        *ways += 1;
        if *ways > WAYS_MAX {
            return None;
        }
        let Some(place) = reached.places.get(&std::ptr::from_ref(node)) else { continue };
        let out = &reached.all[*place].1;
        if node.as_map().is_some_and(looks_again) {
            (times, more) = (times.saturating_mul(2), more.saturating_add(times));
        }
        for edge in out.iter().filter(|edge| again.contains(&std::ptr::from_ref(edge.target))) {
            match edge.inside {
                Inside::Same => waiting.push((edge.target, times, more)),
                Inside::Alternative => waiting.push((edge.target, times.saturating_add(more), more)),
                Inside::Member(name) => {
                    let count = named.entry(name).or_default();
                    *count = count.saturating_add(times);
                }
                Inside::Any => any = any.saturating_add(times),
            }
        }
    }
    Some(any.saturating_add(named.into_values().max().unwrap_or(0)))
}

/// Whether a schema looks once more at what the keywords beside it have looked at.
fn looks_again(map: &Map) -> bool {
    ["unevaluatedProperties", "unevaluatedItems"].iter().any(|key| map.get(key).is_some())
}
