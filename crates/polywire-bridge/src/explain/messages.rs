//! The messages of a call field by field: where each lies on both sides, what it is held to, what becomes of it on the way.

use polywire_contract::{
    BodyBinding, Contract, Extra, Field, GrpcOutcome, HttpBinding, Operation, Place, ProtoKind, Shape,
    Streaming, TypeId,
};
use polywire_wire::Form;
use serde::Serialize;

/// How deep records are followed, and how many fields of a message are told.
const DEPTH_MAX: usize = 5;
const FIELDS_MAX: usize = 200;
const NO_BODY: &str = "no body";

/// One message on its way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct MessageLine {
    /// `request`, or the statuses of an answer.
    pub name: String,
    /// How the body is taken: as one message, as a stream, as bytes that nobody looks at.
    pub body: &'static str,
    /// Each field.
    pub fields: Vec<FieldLine>,
    /// How many more fields there are.
    pub more: usize,
    /// What becomes of members that the contract does not know.
    pub unknown: &'static str,
}

/// One field on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldLine {
    /// `customer.name`, `lines[].quantity`
    pub field: String,
    /// What it holds.
    pub kind: String,
    /// Where it lies in what comes.
    pub from: String,
    /// Where it lies in what goes on; empty where it has no place there.
    pub to: String,
    /// What it is held to.
    pub checks: Vec<String>,
    /// What else becomes of it: renamed, dropped, filled with a default.
    pub notes: Vec<String>,
}

/// A side of a call: a form, and of HTTP which binding.
pub(super) type Side = (Form, usize);

/// Which way a message goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Request,
    Answer,
}

/// What is told of one message.
struct Telling<'c> {
    contract: &'c Contract,
    /// What comes, what goes on.
    ends: (End<'c>, End<'c>),
    direction: Direction,
    found: MessageLine,
}

/// Where a field lies, and what is said of the fields in it; empty where it has no place.
#[derive(Default)]
struct Spot {
    shown: String,
    inner: String,
}

/// How fields lie on one side.
#[derive(Clone, Copy)]
struct End<'c> {
    form: Form,
    /// Of a request over HTTP.
    binding: Option<&'c HttpBinding>,
    /// The record whose fields are bound, and the spelling of its parameters.
    input: TypeId,
}

/// The message of a request.
pub(super) fn request(contract: &Contract, operation: &Operation, from: Side, to: Side) -> MessageLine {
    let end = |(form, at): Side| End { form, binding: operation.http.get(at), input: operation.input };
    let ends = (end(from), end(to));
    let mut telling = Telling::new(contract, ends, Direction::Request, "request".into());
    telling.found.body =
        body(operation, ends.0, matches!(operation.streaming, Streaming::Client | Streaming::Both));
    let closed = telling.fields(operation.input, operation.input, "", ("", ""), &mut Vec::new());
    if telling.found.body != NO_BODY {
        telling.found.unknown = telling.unknown(closed);
    }
    telling.found
}

/// The message of each answer that has one; `from` is the component's side.
pub(super) fn answers(
    contract: &Contract,
    operation: &Operation,
    from: Side,
    to: Side,
    status: impl Fn(usize) -> String,
) -> Vec<MessageLine> {
    let end = |(form, _): Side| End { form, binding: None, input: operation.input };
    let mut found = Vec::new();
    for (at, outcome) in operation.outcomes.iter().enumerate() {
        let media = outcome.media.iter().find(|media| media.is_json()).or(outcome.media.first());
        let Some(media) = media else { continue };
        let mut telling = Telling::new(contract, (end(from), end(to)), Direction::Answer, status(at));
        telling.found.body = match media.ty {
            Some(_) if matches!(operation.streaming, Streaming::Server | Streaming::Both) => {
                "a stream of messages"
            }
            Some(_) => "one message",
            None => "bytes as they are",
        };
        if let Some(ty) = media.ty {
            let wrapped = operation.grpc.as_ref().and_then(|grpc| match grpc.outcomes.get(at)? {
                GrpcOutcome::Field(field) => Some(telling.member(grpc.output, *field as usize, "").inner),
                _ => None,
            });
            let outer = wrapped.unwrap_or_default();
            let place = |end: Form| if end == Form::Message { outer.as_str() } else { "" };
            let outer = (place(from.0), place(to.0));
            let closed = telling.fields(ty.id, ty.id, "", outer, &mut Vec::new());
            telling.found.unknown = telling.unknown(closed);
        }
        push(&mut found, telling.found);
    }
    found
}

/// Answers that are alike are told once.
fn push(found: &mut Vec<MessageLine>, line: MessageLine) {
    let alike = |known: &&mut MessageLine| {
        let name = line.name.clone();
        MessageLine { name, ..(**known).clone() } == line
    };
    match found.iter_mut().find(alike) {
        Some(known) => known.name = format!("{}, {}", known.name, line.name),
        None => found.push(line),
    }
}

/// How the body of a request is taken.
fn body(operation: &Operation, from: End<'_>, streams: bool) -> &'static str {
    let has_message = operation.grpc.is_some() && from.form == Form::Message;
    match from.binding.map(|binding| &binding.body) {
        _ if streams => "a stream of messages",
        _ if has_message => "one message",
        Some(BodyBinding::Opaque { .. }) => "bytes as they are",
        Some(BodyBinding::None) | None => NO_BODY,
        Some(_) => "one message",
    }
}

impl<'c> Telling<'c> {
    fn new(contract: &'c Contract, ends: (End<'c>, End<'c>), direction: Direction, name: String) -> Self {
        Telling { contract, ends, direction, found: MessageLine { name, ..MessageLine::default() } }
    }

    /// Tells the fields of a record, or of what is in a list or map of records; says whether it takes no other members.
    fn fields(
        &mut self,
        id: TypeId,
        root: TypeId,
        path: &str,
        outer: (&str, &str),
        open: &mut Vec<TypeId>,
    ) -> bool {
        let ty = self.contract.ty(id);
        match &ty.shape {
            Shape::Record(record) => {
                if open.len() >= DEPTH_MAX || open.contains(&id) {
                    return false;
                }
                open.push(id);
                for (at, field) in record.fields.iter().enumerate() {
                    self.field((id, at), field, root, path, outer, open);
                }
                open.pop();
                record.extra == Extra::Closed
            }
            Shape::List(item) => self.fields(item.id, root, &format!("{path}[]"), outer, open),
            Shape::Map { value, .. } => self.fields(value.id, root, &format!("{path}{{}}"), outer, open),
            _ => {
                // A message that is no record.
                if open.is_empty() && path.is_empty() {
                    let checks = ty.checks.iter().map(|(check, _)| check.spelled()).collect();
                    let place = |end: End<'_>, outer: &str| match (end.form, outer) {
                        (Form::Message, "") => "the message".to_string(),
                        (Form::Message, outer) => format!("{outer} of the message"),
                        _ => "body".to_string(),
                    };
                    let (from, to) = (place(self.ends.0, outer.0), place(self.ends.1, outer.1));
                    let field = "(the message)".to_string();
                    let line = FieldLine { field, kind: ty.kind(), from, to, checks, notes: Vec::new() };
                    self.found.fields.push(line);
                }
                false
            }
        }
    }

    fn field(
        &mut self,
        (record, at): (TypeId, usize),
        field: &Field,
        root: TypeId,
        path: &str,
        outer: (&str, &str),
        open: &mut Vec<TypeId>,
    ) {
        if self.found.fields.len() >= FIELDS_MAX {
            self.found.more += 1;
            return;
        }
        let dot = if path.is_empty() { "" } else { "." };
        let name = format!("{path}{dot}{}", field.name);
        let is_top = record == root && path.is_empty();
        let from = self.place(self.ends.0, (record, at), field, outer.0, is_top);
        let to = self.place(self.ends.1, (record, at), field, outer.1, is_top);
        let ty = self.contract.ty(field.ty.id);
        let mut checks = Vec::new();
        if field.required || field.required_on_request && self.direction == Direction::Request {
            checks.push("required".to_string());
        }
        if field.ty.nullable {
            checks.push("or null".to_string());
        }
        checks.extend(ty.checks.iter().map(|(check, _)| check.spelled()));
        let notes = self.notes(field, &from.shown, &to.shown);
        let kind = ty.kind();
        let (inner_from, inner_to) = (from.inner, to.inner);
        let (from, to) = (from.shown, to.shown);
        self.found.fields.push(FieldLine { field: name.clone(), kind, from, to, checks, notes });
        if matches!(ty.shape, Shape::Record(_) | Shape::List(_) | Shape::Map { .. }) {
            self.fields(field.ty.id, root, &name, (&inner_from, &inner_to), open);
        }
    }

    fn notes(&self, field: &Field, from: &str, to: &str) -> Vec<String> {
        let mut notes = Vec::new();
        match (from.is_empty(), to.is_empty()) {
            (false, true) => notes.push(match self.direction {
                Direction::Request => "has no place there: refused".to_string(),
                Direction::Answer => "has no place there: dropped".to_string(),
            }),
            (true, false) => notes.push("cannot be said here: absent".to_string()),
            _ => {}
        }
        if let Some(default) = &field.default {
            notes.push(format!("default {default}"));
        }
        for (is_so, word) in [
            (field.read_only, "read only"),
            (field.write_only, "write only"),
            (field.deprecated, "deprecated"),
            (self.contract.ty(field.ty.id).sensitive, "never shown"),
        ] {
            notes.extend(is_so.then(|| word.to_string()));
        }
        notes
    }

    /// Where a field lies on one side; `outer` is where its record lies.
    fn place(
        &self,
        end: End<'_>,
        (record, at): (TypeId, usize),
        field: &Field,
        outer: &str,
        is_top: bool,
    ) -> Spot {
        if end.form == Form::Message {
            return self.member(record, at, outer);
        }
        let same = |shown: String| Spot { inner: shown.clone(), shown };
        let binding = end.binding.filter(|_| self.direction == Direction::Request);
        let (true, Some(binding)) = (is_top, binding) else {
            return same(if is_top { "body".to_string() } else { outer.to_string() });
        };
        let spelling = self.contract.openapi.spellings.get(&(end.input, at as u32));
        let name = spelling.and_then(|spelling| spelling.name.as_deref()).unwrap_or(&field.name);
        same(match binding.places.get(at) {
            Some(Place::Path { .. }) => format!("path {{{name}}}"),
            Some(Place::Query { .. }) => format!("query {name}"),
            Some(Place::Header { .. }) => format!("header {name}"),
            Some(Place::Cookie { .. }) => format!("cookie {name}"),
            _ if binding.body == BodyBinding::None => String::new(),
            _ => "body".to_string(),
        })
    }

    /// A field of a message: `1.2 user_id int64` with the numbers of the fields around it.
    fn member(&self, record: TypeId, at: usize, outer: &str) -> Spot {
        let message = self.contract.protobuf.messages.get(&record);
        let field = message.and_then(|message| message.fields.get(at)?.as_ref());
        let Some(field) = field else { return Spot::default() };
        let dot = if outer.is_empty() { "" } else { "." };
        let inner = format!("{outer}{dot}{}", field.number);
        let shown = match field.kind {
            ProtoKind::Message => format!("{inner} {}", field.name),
            kind => format!("{inner} {} {}", field.name, format!("{kind:?}").to_lowercase()),
        };
        Spot { shown, inner }
    }

    fn unknown(&self, is_closed: bool) -> &'static str {
        let (from, to) = (self.ends.0.form, self.ends.1.form);
        match self.direction {
            _ if is_closed && from == Form::Document => "refused: the contract says so",
            _ if from == to => "kept",
            Direction::Request => "refused: they have no place there",
            Direction::Answer => "dropped and counted",
        }
    }
}
