//! Schemas as types: which parts make one up, and which type stands for them. Shapes are built later, from a queue, so
//! that no chain of references can exhaust the stack.

use std::collections::{HashMap, HashSet, VecDeque};

use polywire_contract::{Check, Contract, Enum, Shape, Sum, Type, TypeId, TypeNotes, TypeRef};
use polywire_diag::{Code, Diagnostic, Span};
use polywire_syntax::{Map, Node, Number};

use super::beside::Beside;
use super::documents::Resolver;
use super::parts::{Part, Parts};
use super::{Edition, LIMIT};

/// How many types one description may have.
const TYPES_MAX: usize = 200_000;
/// How many of them may be made of several schemas: alternatives of alternatives multiply.
const MERGED_MAX: usize = 20_000;

/// A JSON type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Text,
    Integer,
    Number,
    Bool,
    List,
    Object,
    Null,
}

impl Kind {
    pub(super) fn parse(name: &str) -> Option<Kind> {
        Some(match name {
            "string" => Kind::Text,
            "integer" => Kind::Integer,
            "number" => Kind::Number,
            "boolean" => Kind::Bool,
            "array" => Kind::List,
            "object" => Kind::Object,
            "null" => Kind::Null,
            _ => return None,
        })
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Kind::Text => "string",
            Kind::Integer => "integer",
            Kind::Number => "number",
            Kind::Bool => "boolean",
            Kind::List => "array",
            Kind::Object => "object",
            Kind::Null => "null",
        }
    }
}

/// Which schemas, taken together, a type stands for.
type Key = (Vec<(*const Node, u8)>, Option<Kind>, Option<*const Node>);

/// A type whose shape is still to be built.
struct Work<'a> {
    id: TypeId,
    parts: Parts<'a>,
    forced: Option<Kind>,
}

/// Turns schemas into types of the contract, each once.
pub(super) struct Lowering<'l, 'a> {
    pub(super) edition: Edition,
    pub(super) resolver: &'l mut Resolver<'a>,
    pub(super) contract: &'l mut Contract,
    pub(super) diags: &'l mut Vec<Diagnostic>,
    /// Stable ids of schemas that have one.
    pub(super) names: HashMap<*const Node, String>,
    pub(super) nulls: HashMap<*const Node, bool>,
    /// Schemas that were said to be made of themselves.
    pub(super) endless: HashSet<*const Node>,
    made: HashMap<Key, TypeId>,
    waiting: VecDeque<Work<'a>>,
    said: HashSet<(Span, &'static str)>,
    any: Option<TypeId>,
    nothing: Option<TypeId>,
    full: bool,
    merged: usize,
    text: Option<TypeId>,
    /// What is said beside shapes.
    pub(super) beside: Vec<Beside<'a>>,
}

impl<'l, 'a> Lowering<'l, 'a> {
    pub(super) fn new(
        edition: Edition,
        resolver: &'l mut Resolver<'a>,
        contract: &'l mut Contract,
        diags: &'l mut Vec<Diagnostic>,
    ) -> Self {
        Lowering {
            edition,
            resolver,
            contract,
            diags,
            names: HashMap::new(),
            nulls: HashMap::new(),
            endless: HashSet::new(),
            made: HashMap::new(),
            waiting: VecDeque::new(),
            said: HashSet::new(),
            any: None,
            nothing: None,
            full: false,
            merged: 0,
            text: None,
            beside: Vec::new(),
        }
    }

    /// The use of the type that a schema describes; its shape is there after [`Self::finish`].
    pub(super) fn use_of(&mut self, node: &'a Node) -> TypeRef {
        self.use_all(&[node])
    }

    /// The use of the type of all values that every one of the schemas allows.
    pub(super) fn use_all(&mut self, nodes: &[&'a Node]) -> TypeRef {
        let nullable = nodes.iter().all(|node| self.admits_null(node, 0));
        let origin = if let [node] = nodes { self.origin(node) } else { None };
        let parts = self.flatten(nodes);
        TypeRef { id: self.place(parts, None, origin), nullable }
    }

    /// The type that stands for these parts; asked for the first time, it is put in the queue.
    pub(super) fn place(
        &mut self,
        parts: Parts<'a>,
        forced: Option<Kind>,
        origin: Option<&'a Node>,
    ) -> TypeId {
        if parts.is_empty() {
            return self.any();
        }
        if parts.iter().any(|part| part.node.as_bool() == Some(false)) {
            return self.nothing();
        }
        let single = match parts[..] {
            [part] if part.skip == 0 && forced.is_none() => Some(part.node),
            _ => None,
        };
        let named = single.filter(|node| self.names.contains_key(&std::ptr::from_ref(*node))).or(origin);
        if parts.iter().all(|part| part.is_annotation()) && named.is_none() {
            return self.any();
        }
        let identity = if single.is_some() { None } else { origin.map(std::ptr::from_ref) };
        let key: Key = (parts.iter().map(Part::key).collect(), forced, identity);
        if let Some(id) = self.made.get(&key) {
            return *id;
        }
        self.merged += usize::from(parts.len() > 1);
        if self.made.len() >= TYPES_MAX || self.merged > MERGED_MAX {
            self.too_much(
                format!("more than {TYPES_MAX} types, or {MERGED_MAX} that are made of several schemas"),
                super::parts::place(parts[0].node),
            );
            return self.any();
        }
        if let Some(id) = self.only_branch(&parts, forced, named) {
            self.made.insert(key, id);
            return id;
        }
        let own = named.or(parts.last().map(|part| part.node));
        let id = self.contract.add(Type {
            name: named.and_then(|node| self.names.get(&std::ptr::from_ref(node)).cloned()),
            span: own.map_or(parts[0].node.span, |node| node.span),
            shape: Shape::Any,
            checks: Vec::new(),
            doc: own.map_or_else(String::new, |node| text_of(node, "description")),
            sensitive: parts.iter().any(|part| is_sensitive(part.node)),
        });
        self.made.insert(key, id);
        if let Some(map) = own.and_then(Node::as_map) {
            self.note(id, map);
        }
        self.waiting.push_back(Work { id, parts, forced });
        id
    }

    /// What a schema says beside which values it allows.
    fn note(&mut self, id: TypeId, map: &'a Map) {
        const KEPT: &[&str] = &["example", "examples", "externalDocs", "xml", "contentMediaType"];
        const READ: &[&str] = &["x-sensitive", "x-nullable"];
        let extension =
            |key: &str| key.starts_with("x-") && !key.starts_with("x-polywire-") && !READ.contains(&key);
        let binary = map.get("format").and_then(Node::as_text) == Some("binary");
        let kept = |key: &str| KEPT.contains(&key) || extension(key) || binary && key == "format";
        if map.entries.iter().any(|entry| kept(&entry.key)) {
            let fields = self.kept_fields(map, kept);
            self.contract.openapi.types.insert(id, TypeNotes { fields, whole: None });
        }
    }

    /// Builds every shape that is still missing.
    pub(super) fn finish(&mut self) {
        while let Some(work) = self.waiting.pop_front() {
            if self.full {
                continue;
            }
            let (shape, checks) = self.shape(&work.parts, work.forced);
            self.note_beside(work.id, &work.parts, &shape);
            let ty = &mut self.contract.types[work.id.0 as usize];
            ty.shape = shape;
            ty.checks = checks;
        }
    }

    /// Any value at all.
    pub(super) fn any(&mut self) -> TypeId {
        let contract = &mut *self.contract;
        *self.any.get_or_insert_with(|| contract.add_anonymous(Shape::Any, NOWHERE))
    }

    /// No value at all: a sum without alternatives.
    pub(super) fn nothing(&mut self) -> TypeId {
        let contract = &mut *self.contract;
        *self.nothing.get_or_insert_with(|| {
            let shape = Shape::Sum(Sum { variants: Vec::new(), tag: None, exact: true });
            contract.add_anonymous(shape, NOWHERE)
        })
    }

    /// Any text.
    pub(super) fn text(&mut self) -> TypeId {
        let contract = &mut *self.contract;
        *self.text.get_or_insert_with(|| contract.add_anonymous(Shape::Text, NOWHERE))
    }

    /// Says something about a place once, however many types it takes part in.
    pub(super) fn say(&mut self, diagnostic: Diagnostic) {
        let place = diagnostic.labels.first().map_or(NOWHERE, |label| label.span);
        if self.said.insert((place, diagnostic.code.id)) {
            self.diags.push(diagnostic);
        }
    }

    /// Says once for a description that it is beyond a limit.
    pub(super) fn too_much(&mut self, message: String, span: Span) {
        if !std::mem::replace(&mut self.full, true) {
            self.diags.push(Diagnostic::error(&LIMIT, message).at(span, "too many from here on"));
        }
    }

    pub(super) fn warn(&mut self, code: &'static Code, message: String, span: Span, label: &str) {
        self.say(Diagnostic::warning(code, message).at(span, label));
    }
}

/// For types that no text describes.
const NOWHERE: Span = Span { file: polywire_diag::FileId(0), start: 0, end: 0 };

/// What a shape consists of, with its checks.
pub(super) type Built = (Shape, Vec<(Check, Span)>);

/// An enum of one list of names.
pub(super) fn closed_enum(values: Vec<polywire_contract::EnumValue>) -> Shape {
    Shape::Enum(Enum { values, open: false })
}

/// A text member, or nothing.
pub(super) fn text_of(node: &Node, key: &str) -> String {
    node.as_map().and_then(|map| map.get(key)).and_then(Node::as_text).unwrap_or_default().to_string()
}

pub(super) fn is_set(map: &Map, key: &str) -> bool {
    map.get(key).and_then(Node::as_bool) == Some(true)
}

fn is_sensitive(node: &Node) -> bool {
    node.as_map().is_some_and(|map| {
        is_set(map, "writeOnly")
            || is_set(map, "x-sensitive")
            || map.get("format").and_then(Node::as_text) == Some("password")
    })
}

/// A whole number from 0, also where it is written as `3.0`.
pub(super) fn whole(number: &Number) -> Option<u64> {
    let text = number.0.as_str();
    if let Ok(value) = text.parse() {
        return Some(value);
    }
    let value: f64 = text.parse().ok()?;
    (value >= 0.0 && value.fract() == 0.0 && value < 9_007_199_254_740_992.0).then_some(value as u64)
}
