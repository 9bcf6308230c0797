//! From method and path to an operation: a trie over the segments of all templates.
//!
//! At each segment literals come first, then fields between literal texts, then fields alone, then a rest.

use std::borrow::Cow;
use std::collections::HashMap;

use polywire_contract::{Contract, HttpBinding, OperationId, Segment, WildcardPart};

use super::bind::{Bound, Capture};
use super::percent::{self, Plus};

/// More segments than this are no path of any operation.
const SEGMENTS_MAX: usize = 128;

/// A way to call an operation.
#[derive(Debug)]
pub(crate) struct Route {
    /// Upper case.
    pub(crate) method: String,
    /// What is called.
    pub(crate) operation: OperationId,
    /// Which of its bindings this is.
    pub(crate) binding: usize,
    /// How its parameters are read.
    pub(crate) bound: Bound,
}

/// One segment of the trie.
#[derive(Debug, Default)]
struct Node {
    literals: HashMap<String, usize>,
    /// Prefix, suffix, where it goes on; the longest texts first.
    affixed: Vec<(String, String, usize)>,
    any: Option<usize>,
    /// Suffix of the last segment (a verb, often empty) and the routes, the longest suffix first.
    rest: Vec<(String, Vec<usize>)>,
    routes: Vec<usize>,
}

/// Every route of a contract.
#[derive(Debug)]
pub(crate) struct Router {
    nodes: Vec<Node>,
    routes: Vec<Route>,
    clashes: Vec<(usize, usize)>,
}

/// What was found for a method and a path.
#[derive(Debug)]
pub(crate) enum Found<'a, 'p> {
    /// A route, and the path's segments.
    Route(&'a Route, Segments<'p>),
    /// The path is known with these methods.
    Methods(Vec<&'a str>),
    /// No template matches.
    Nothing,
    /// The path is not encoded as it must be.
    Malformed,
}

/// The segments of a path, as they came and decoded.
#[derive(Debug)]
pub(crate) struct Segments<'p>(pub(crate) Vec<(&'p str, Cow<'p, str>)>);

/// Two operations with the same method and the same template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// Upper case.
    pub method: String,
    /// `/users/{}`
    pub template: String,
    /// The one that is reached.
    pub first: OperationId,
    /// The one that never is.
    pub second: OperationId,
}

/// Finds operations that no request can tell apart.
pub fn conflicts(contract: &Contract) -> Vec<Conflict> {
    let router = Router::compile(contract);
    let describe = |&(first, second): &(usize, usize)| {
        let (first, second) = (&router.routes[first], &router.routes[second]);
        let binding = &contract.operation(second.operation).http[second.binding];
        Conflict {
            method: second.method.clone(),
            template: template(binding),
            first: first.operation,
            second: second.operation,
        }
    };
    router.clashes.iter().map(describe).collect()
}

impl Router {
    /// Compiles the HTTP bindings of all operations.
    pub(crate) fn compile(contract: &Contract) -> Router {
        let mut router = Router { nodes: vec![Node::default()], routes: Vec::new(), clashes: Vec::new() };
        for (at, operation) in contract.operations.iter().enumerate() {
            for (place, binding) in operation.http.iter().enumerate() {
                let bound = Bound::compile(contract, operation, binding);
                router.routes.push(Route {
                    method: binding.method.clone(),
                    operation: OperationId(at as u32),
                    binding: place,
                    bound,
                });
                router.insert(binding, router.routes.len() - 1);
            }
        }
        router
    }

    fn insert(&mut self, binding: &HttpBinding, route: usize) {
        let steps = steps(binding);
        let mut node = 0;
        for step in &steps {
            node = match step {
                Step::Literal(text) => match self.nodes[node].literals.get(text) {
                    Some(next) => *next,
                    None => {
                        let next = self.grow();
                        self.nodes[node].literals.insert(text.clone(), next);
                        next
                    }
                },
                Step::Any => match self.nodes[node].any {
                    Some(next) => next,
                    None => {
                        let next = self.grow();
                        *self.nodes[node].any.insert(next)
                    }
                },
                Step::Affixed(prefix, suffix) => self.affixed(node, prefix, suffix),
                Step::Rest(suffix) => return self.insert_rest(node, suffix, route),
            };
        }
        let clash =
            self.nodes[node].routes.iter().find(|r| self.routes[**r].method == self.routes[route].method);
        match clash {
            Some(first) => self.clashes.push((*first, route)),
            None => self.nodes[node].routes.push(route),
        }
    }

    fn insert_rest(&mut self, node: usize, suffix: &str, route: usize) {
        let rest = &mut self.nodes[node].rest;
        let at = rest.iter().position(|(s, _)| s == suffix).unwrap_or_else(|| {
            rest.push((suffix.to_string(), Vec::new()));
            rest.len() - 1
        });
        let clash = rest[at].1.iter().find(|r| self.routes[**r].method == self.routes[route].method);
        match clash {
            Some(first) => self.clashes.push((*first, route)),
            None => rest[at].1.push(route),
        }
        rest.sort_by_key(|(suffix, _)| std::cmp::Reverse(suffix.len()));
    }

    fn affixed(&mut self, node: usize, prefix: &str, suffix: &str) -> usize {
        let known = self.nodes[node].affixed.iter().find(|(p, s, _)| p == prefix && s == suffix);
        if let Some((_, _, next)) = known {
            return *next;
        }
        let next = self.grow();
        let affixed = &mut self.nodes[node].affixed;
        affixed.push((prefix.to_string(), suffix.to_string(), next));
        affixed.sort_by_key(|(p, s, _)| std::cmp::Reverse(p.len() + s.len()));
        next
    }

    fn grow(&mut self) -> usize {
        self.nodes.push(Node::default());
        self.nodes.len() - 1
    }

    /// Finds the route of a request.
    pub(crate) fn find<'a, 'p>(&'a self, method: &str, path: &'p str) -> Found<'a, 'p> {
        let mut segments = Vec::with_capacity(8);
        for raw in path.strip_prefix('/').unwrap_or(path).split('/') {
            if segments.len() == SEGMENTS_MAX {
                return Found::Nothing;
            }
            let Some(decoded) = percent::decode(raw, Plus::Itself) else { return Found::Malformed };
            segments.push((raw, decoded));
        }
        let segments = Segments(segments);
        let mut wanted = |routes: &[usize]| routes.iter().copied().find(|r| self.routes[*r].method == method);
        if let Some(route) = self.walk(0, &segments.0, &mut wanted) {
            return Found::Route(&self.routes[route], segments);
        }
        if method == "HEAD" {
            let mut get = |routes: &[usize]| routes.iter().copied().find(|r| self.routes[*r].method == "GET");
            if let Some(route) = self.walk(0, &segments.0, &mut get) {
                return Found::Route(&self.routes[route], segments);
            }
        }
        self.methods(&segments)
    }

    fn methods(&self, segments: &Segments<'_>) -> Found<'_, 'static> {
        let mut methods: Vec<&str> = Vec::new();
        self.walk(0, &segments.0, &mut |routes| {
            methods.extend(routes.iter().map(|r| self.routes[*r].method.as_str()));
            None
        });
        if methods.is_empty() {
            return Found::Nothing;
        }
        if methods.contains(&"GET") {
            methods.push("HEAD");
        }
        methods.push("OPTIONS");
        methods.sort_unstable();
        methods.dedup();
        Found::Methods(methods)
    }

    /// Visits the ends of all templates that match until `accept` takes one. Every node stands at one depth and is
    /// visited at most once, so the work is bounded by the size of the trie.
    fn walk(
        &self,
        node: usize,
        segments: &[(&str, Cow<'_, str>)],
        accept: &mut dyn FnMut(&[usize]) -> Option<usize>,
    ) -> Option<usize> {
        let node = &self.nodes[node];
        let Some(((_, segment), left)) = segments.split_first() else {
            let nothing_left = node.rest.iter().filter(|(suffix, _)| suffix.is_empty());
            return accept(&node.routes)
                .or_else(|| nothing_left.into_iter().find_map(|(_, routes)| accept(routes)));
        };
        if let Some(next) = node.literals.get(segment.as_ref())
            && let Some(found) = self.walk(*next, left, accept)
        {
            return Some(found);
        }
        for (prefix, suffix, next) in &node.affixed {
            if between(segment, prefix, suffix).is_some()
                && let Some(found) = self.walk(*next, left, accept)
            {
                return Some(found);
            }
        }
        if let Some(next) = node.any
            && !segment.is_empty()
            && let Some(found) = self.walk(next, left, accept)
        {
            return Some(found);
        }
        let last = segments.last().map_or("", |(_, last)| last.as_ref());
        node.rest
            .iter()
            .filter(|(suffix, _)| last.ends_with(suffix.as_str()))
            .find_map(|(_, routes)| accept(routes))
    }
}

/// What stands between two texts; `None` where they do not surround anything.
pub(crate) fn between<'a>(segment: &'a str, prefix: &str, suffix: &str) -> Option<&'a str> {
    segment.strip_prefix(prefix)?.strip_suffix(suffix).filter(|inner| !inner.is_empty())
}

/// A segment of a template without what it is bound to.
#[derive(Debug, PartialEq)]
enum Step {
    Literal(String),
    Any,
    Affixed(String, String),
    Rest(String),
}

/// The steps of a template: wildcards in their pieces, the verb as the last segment's suffix.
fn steps(binding: &HttpBinding) -> Vec<Step> {
    let mut steps = Vec::new();
    for segment in &binding.path {
        match segment {
            Segment::Literal(text) => steps.push(Step::Literal(text.clone())),
            Segment::Field { prefix, suffix, .. } if prefix.is_empty() && suffix.is_empty() => {
                steps.push(Step::Any)
            }
            Segment::Field { prefix, suffix, .. } => {
                steps.push(Step::Affixed(prefix.clone(), suffix.clone()))
            }
            Segment::Wildcard { pattern, .. } => steps.extend(pattern.iter().map(|part| match part {
                WildcardPart::One => Step::Any,
                WildcardPart::Rest => Step::Rest(String::new()),
                WildcardPart::Literal(text) => Step::Literal(text.clone()),
            })),
        }
    }
    if steps.is_empty() {
        steps.push(Step::Literal(String::new()));
    }
    if let (Some(verb), Some(last)) = (&binding.verb, steps.last_mut()) {
        let verb = format!(":{verb}");
        match last {
            Step::Literal(text) => text.push_str(&verb),
            Step::Any => *last = Step::Affixed(String::new(), verb),
            Step::Affixed(_, suffix) | Step::Rest(suffix) => suffix.push_str(&verb),
        }
    }
    steps
}

/// Where each segment of a template that is bound to a field stands in the request's path.
pub(crate) fn captures(binding: &HttpBinding) -> Vec<(Vec<u32>, Capture)> {
    let mut found = Vec::new();
    let mut at = 0;
    let verb = binding.verb.as_ref().map_or(String::new(), |verb| format!(":{verb}"));
    for (place, segment) in binding.path.iter().enumerate() {
        let after = if place + 1 == binding.path.len() { verb.as_str() } else { "" };
        match segment {
            Segment::Literal(_) => at += 1,
            Segment::Field { prefix, field, suffix } => {
                let suffix = format!("{suffix}{after}");
                found.push((
                    field.clone(),
                    Capture { from: at, count: Some(1), prefix: prefix.clone(), suffix },
                ));
                at += 1;
            }
            Segment::Wildcard { field, pattern } => {
                let count = Some(pattern.len()).filter(|_| !pattern.contains(&WildcardPart::Rest));
                let suffix = after.to_string();
                found.push((field.clone(), Capture { from: at, count, prefix: String::new(), suffix }));
                at += pattern.len();
            }
        }
    }
    found
}

/// `/users/{}/orders:cancel`
fn template(binding: &HttpBinding) -> String {
    let mut text = String::new();
    for step in steps(binding) {
        text.push('/');
        match step {
            Step::Literal(literal) => text.push_str(&literal),
            Step::Any => text.push_str("{}"),
            Step::Affixed(prefix, suffix) => text.push_str(&format!("{prefix}{{}}{suffix}")),
            Step::Rest(suffix) => text.push_str(&format!("{{**}}{suffix}")),
        }
    }
    text
}
