//! From method and path to an operation: a trie over the segments of all templates.
//!
//! At each segment literals come first, then fields between literal texts, then fields alone, then a rest.

use std::borrow::Cow;
use std::collections::HashMap;

use polywire_contract::{Contract, HttpBinding, OperationId, PathPart, Segment, WildcardPart};

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
    /// Other routes of the same operation, for bodies of other media types.
    others: Vec<usize>,
}

/// The texts around the values of one segment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Affix {
    /// Before the first value.
    pub(crate) prefix: String,
    /// Between one value and the next; none is empty.
    pub(crate) between: Vec<String>,
    /// After the last value.
    pub(crate) suffix: String,
}

impl Affix {
    /// The value with this number; `None` where the segment does not fit. No value is empty, and each but the last ends
    /// at the first occurrence of the text behind it.
    pub(crate) fn part<'s>(&self, segment: &'s str, part: usize) -> Option<&'s str> {
        let mut rest = segment.strip_prefix(self.prefix.as_str())?.strip_suffix(self.suffix.as_str())?;
        let mut found = None;
        for (at, text) in self.between.iter().enumerate() {
            let start = rest.chars().next()?.len_utf8();
            let end = start + rest[start..].find(text.as_str())?;
            found = if at == part { Some(&rest[..end]) } else { found };
            rest = &rest[end + text.len()..];
        }
        let last = Some(rest).filter(|rest| !rest.is_empty())?;
        if part == self.between.len() { Some(last) } else { found }
    }

    fn length(&self) -> usize {
        self.prefix.len() + self.suffix.len() + self.between.iter().map(String::len).sum::<usize>()
    }

    fn is_empty(&self) -> bool {
        self.length() == 0
    }
}

/// One segment of the trie.
#[derive(Debug, Default)]
struct Node {
    literals: HashMap<String, usize>,
    /// The texts around values, where it goes on; the longest texts first.
    affixed: Vec<(Affix, usize)>,
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
                let notes = contract.openapi.bodies.get(&(operation.input, place as u32));
                let bound =
                    Bound::compile(contract, operation, place, notes.map_or(&[], |notes| &notes.media));
                router.routes.push(Route {
                    method: binding.method.clone(),
                    operation: OperationId(at as u32),
                    binding: place,
                    bound,
                    others: Vec::new(),
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
                Step::Affixed(affix) => self.affixed(node, affix),
                Step::Rest(suffix) => return self.insert_rest(node, suffix, route),
            };
        }
        let clash =
            self.nodes[node].routes.iter().find(|r| self.routes[**r].method == self.routes[route].method);
        match clash.copied() {
            Some(first) => self.clash(first, route),
            None => self.nodes[node].routes.push(route),
        }
    }

    /// Two routes for the same requests: another body of the same operation, or a mistake.
    fn clash(&mut self, first: usize, second: usize) {
        if self.routes[first].operation == self.routes[second].operation {
            self.routes[first].others.push(second);
        } else {
            self.clashes.push((first, second));
        }
    }

    /// The route of the same operation that takes a body of a media type.
    pub(crate) fn for_media<'a>(
        &'a self,
        route: &'a Route,
        takes: impl Fn(&Route) -> bool,
    ) -> Option<&'a Route> {
        let others = route.others.iter().map(|at| &self.routes[*at]);
        std::iter::once(route).chain(others).find(|route| takes(route))
    }

    /// What the route and the others of its operation take.
    pub(crate) fn with_others<'a>(&'a self, route: &'a Route) -> impl Iterator<Item = &'a Route> {
        std::iter::once(route).chain(route.others.iter().map(|at| &self.routes[*at]))
    }

    fn insert_rest(&mut self, node: usize, suffix: &str, route: usize) {
        let rest = &mut self.nodes[node].rest;
        let at = rest.iter().position(|(s, _)| s == suffix).unwrap_or_else(|| {
            rest.push((suffix.to_string(), Vec::new()));
            rest.len() - 1
        });
        let clash = rest[at].1.iter().find(|r| self.routes[**r].method == self.routes[route].method);
        if let Some(first) = clash.copied() {
            return self.clash(first, route);
        }
        rest[at].1.push(route);
        rest.sort_by_key(|(suffix, _)| std::cmp::Reverse(suffix.len()));
    }

    fn affixed(&mut self, node: usize, affix: &Affix) -> usize {
        let known = self.nodes[node].affixed.iter().find(|(known, _)| known == affix);
        if let Some((_, next)) = known {
            return *next;
        }
        let next = self.grow();
        let affixed = &mut self.nodes[node].affixed;
        affixed.push((affix.clone(), next));
        affixed.sort_by_key(|(affix, _)| std::cmp::Reverse(affix.length()));
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
        for (affix, next) in &node.affixed {
            if affix.part(segment, 0).is_some()
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

/// A segment of a template without what it is bound to.
#[derive(Debug, PartialEq)]
enum Step {
    Literal(String),
    Any,
    Affixed(Affix),
    Rest(String),
}

/// The steps of a template: wildcards in their pieces, the verb as the last segment's suffix.
fn steps(binding: &HttpBinding) -> Vec<Step> {
    let mut steps = Vec::new();
    for segment in &binding.path {
        match segment {
            Segment::Literal(text) => steps.push(Step::Literal(text.clone())),
            Segment::Field { prefix, suffix, .. } => {
                let affix = Affix { prefix: prefix.clone(), suffix: suffix.clone(), ..Affix::default() };
                steps.push(if affix.is_empty() { Step::Any } else { Step::Affixed(affix) });
            }
            Segment::Mixed(parts) => steps.push(Step::Affixed(affix(parts))),
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
            Step::Any => *last = Step::Affixed(Affix { suffix: verb, ..Affix::default() }),
            Step::Affixed(Affix { suffix, .. }) | Step::Rest(suffix) => suffix.push_str(&verb),
        }
    }
    steps
}

/// The texts around the fields of a segment.
fn affix(parts: &[PathPart]) -> Affix {
    let mut affix = Affix::default();
    let mut fields = 0;
    for part in parts {
        match part {
            PathPart::Field(_) => {
                if fields > 0 {
                    affix.between.push(std::mem::take(&mut affix.suffix));
                }
                fields += 1;
            }
            PathPart::Text(text) if fields == 0 => affix.prefix.push_str(text),
            PathPart::Text(text) => affix.suffix.push_str(text),
        }
    }
    affix
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
                let affix = Affix { prefix: prefix.clone(), suffix, ..Affix::default() };
                found.push((field.clone(), Capture { from: at, count: Some(1), affix, part: 0 }));
                at += 1;
            }
            Segment::Mixed(parts) => {
                let mut affix = affix(parts);
                affix.suffix.push_str(after);
                for (part, field) in segment.fields().enumerate() {
                    let affix = affix.clone();
                    found.push((field.to_vec(), Capture { from: at, count: Some(1), affix, part }));
                }
                at += 1;
            }
            Segment::Wildcard { field, pattern } => {
                let count = Some(pattern.len()).filter(|_| !pattern.contains(&WildcardPart::Rest));
                let affix = Affix { suffix: after.to_string(), ..Affix::default() };
                found.push((field.clone(), Capture { from: at, count, affix, part: 0 }));
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
            Step::Affixed(affix) => {
                text.push_str(&affix.prefix);
                affix.between.iter().for_each(|between| text.push_str(&format!("{{}}{between}")));
                text.push_str(&format!("{{}}{}", affix.suffix));
            }
            Step::Rest(suffix) => text.push_str(&format!("{{**}}{suffix}")),
        }
    }
    text
}
