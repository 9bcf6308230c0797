//! The model as text for people: every named type, every operation with its input and outcomes. The same contract gives
//! the same text. Must not be read back by a program: that is what the model's JSON is for.

mod schema;
mod word;

use std::collections::BTreeSet;
use std::fmt::Write;

pub(crate) use word::{listed, literal, rule};
use word::{marks, place_name, spelt};

use crate::{
    BodyBinding, Contract, Description, Effect, Extra, GrpcBinding, HttpBinding, Kept, Operation,
    OperationId, Outcome, PathPart, Place, Record, Segment, Shape, Status, Streaming, Sum, TypeId, TypeRef,
    WildcardPart,
};

/// How deep types without a name are written out inside each other.
const DEPTH_MAX: usize = 12;
/// How long the text may get before nothing without a name is written out any more.
const TEXT_MAX: usize = 64 << 20;
/// How much of a value that is only kept is written out, in characters.
const KEPT_MAX: usize = 400;

/// Writes a contract as text.
pub fn dump(contract: &Contract) -> String {
    let mut out = Dump { contract, text: String::new(), written: BTreeSet::new() };
    for description in &contract.openapi.descriptions {
        out.description(description);
    }
    for (at, ty) in contract.types.iter().enumerate() {
        if let Some(name) = &ty.name {
            let id = TypeId(at as u32);
            let body = match contract.schemas.types.get(&id) {
                Some(held) => schema::name(&contract.schemas, *held),
                None => out.body(id, 0),
            };
            out.written.clear();
            out.line(0, &format!("type {name} = {body}"));
            out.members(id, 1, 0);
            let notes = contract.openapi.types.get(&id);
            for (name, kept) in notes.map_or(&[][..], |notes| &notes.fields) {
                out.kept(1, name, kept);
            }
            if let Some(whole) = notes.and_then(|notes| notes.whole.as_ref()) {
                out.kept(1, "as", whole);
            }
            out.message(id);
            for line in crate::sql::lines(contract, id) {
                out.line(1, &line);
            }
            out.text.push('\n');
        }
    }
    if !contract.schemas.all.is_empty() {
        schema::schemas(&contract.schemas, &mut |depth, text| out.line(depth, text));
        out.text.push('\n');
    }
    for (at, interface) in contract.interfaces.iter().enumerate() {
        let service =
            interface.service.as_ref().map_or_else(String::new, |service| format!(" service {service}"));
        out.line(0, &format!("interface {}{service}", interface.name));
        for (place, operation) in contract.operations.iter().enumerate() {
            if operation.interface.0 as usize == at {
                out.operation(OperationId(place as u32), operation);
            }
        }
        out.text.push('\n');
    }
    out.text.truncate(out.text.trim_end().len());
    if !out.text.is_empty() {
        out.text.push('\n');
    }
    out.text
}

struct Dump<'c> {
    contract: &'c Contract,
    text: String,
    /// Types without a name whose members were written out below the current heading.
    written: BTreeSet<TypeId>,
}

impl Dump<'_> {
    fn line(&mut self, depth: usize, text: &str) {
        self.text.extend(std::iter::repeat_n("  ", depth));
        self.text.push_str(text.trim_end());
        self.text.push('\n');
    }

    fn description(&mut self, description: &Description) {
        self.line(0, &format!("description {}", description.name));
        for (name, kept) in description.fields.iter().chain(&description.security_schemes) {
            self.kept(1, name, kept);
        }
        self.text.push('\n');
    }

    /// A value that is only kept, in one line.
    fn kept(&mut self, indent: usize, name: &str, kept: &Kept) {
        let text: String = kept.0.chars().take(KEPT_MAX).collect();
        let more = if text.len() < kept.0.len() { " …" } else { "" };
        self.line(indent, &format!("{name} {text}{more}"));
    }

    fn operation(&mut self, id: OperationId, operation: &Operation) {
        self.written.clear();
        let streaming = match operation.streaming {
            Streaming::Unary => "",
            Streaming::Server => " streams answers",
            Streaming::Client => " streams inputs",
            Streaming::Both => " streams both ways",
        };
        let effect = match operation.effect {
            Effect::Safe => " safe",
            Effect::Idempotent => " idempotent",
            Effect::Once => "",
        };
        let old = if operation.deprecated { " deprecated" } else { "" };
        self.line(1, &format!("operation {}{streaming}{effect}{old}", operation.id));
        for binding in &operation.http {
            let line = self.http(operation, binding);
            self.line(2, &line);
        }
        if let Some(GrpcBinding { path, .. }) = &operation.grpc {
            self.line(2, &format!("grpc {path}"));
        }
        let notes = self.contract.openapi.operations.get(&id);
        for (name, kept) in notes.map_or(&[][..], |notes| &notes.fields) {
            self.kept(2, name, kept);
        }
        self.input(operation);
        for (at, outcome) in operation.outcomes.iter().enumerate() {
            self.outcome(outcome);
            self.answer(id, at as u32);
        }
    }

    /// What is said of an outcome beside its body.
    fn answer(&mut self, id: OperationId, at: u32) {
        let Some(notes) = self.contract.openapi.outcomes.get(&(id, at)) else { return };
        for header in &notes.headers {
            let optional = if header.required { "" } else { "?" };
            let line = format!("header {}{optional}: {}", header.name, self.short(header.ty));
            self.line(3, &line);
        }
        if let Some(links) = &notes.links {
            self.kept(3, "links", links);
        }
        for (media, described) in &notes.described {
            self.kept(3, media, described);
        }
    }

    fn input(&mut self, operation: &Operation) {
        let ty = self.contract.ty(operation.input);
        let Shape::Record(record) = &ty.shape else { return };
        match &ty.name {
            Some(name) => self.line(2, &format!("input {name}")),
            None => {
                let body = self.body(operation.input, 0);
                self.line(2, &format!("input {body}"));
                let places = operation.http.first().map_or(&[][..], |binding| &binding.places);
                self.fields(record, places, 3, 0);
                let spellings = self.contract.openapi.spellings.range((operation.input, 0)..);
                for ((input, at), spelling) in spellings {
                    if *input != operation.input {
                        break;
                    }
                    let name = record.fields.get(*at as usize).map_or("?", |field| &field.name);
                    let line = format!("{name} is spelt{}", spelt(spelling));
                    self.line(3, &line);
                }
            }
        }
    }

    fn http(&self, operation: &Operation, binding: &HttpBinding) -> String {
        let mut path: String = binding.path.iter().map(|segment| self.segment(operation, segment)).collect();
        if path.is_empty() {
            path.push('/');
        }
        let verb = binding.verb.as_ref().map_or_else(String::new, |verb| format!(":{verb}"));
        let mut line = format!("http {} {path}{verb}", binding.method);
        let body = match &binding.body {
            BodyBinding::None => String::new(),
            BodyBinding::Fields { ty: None } => " body: its fields".to_string(),
            BodyBinding::Fields { ty: Some(ty) } => format!(" body: {}", self.short(*ty)),
            BodyBinding::Field(at) => format!(" body: field {}", self.path(operation, &[*at])),
            BodyBinding::Form { ty } => format!(" body: form {}", self.short(*ty)),
            BodyBinding::Multipart { ty } => format!(" body: multipart {}", self.short(*ty)),
            BodyBinding::Text => " body: text".to_string(),
            BodyBinding::Opaque { media } => format!(" body: opaque {}", media.join(", ")),
        };
        line.push_str(&body);
        if binding.body_optional && binding.body != BodyBinding::None {
            line.push_str(" optional");
        }
        if let Some(at) = binding.response_field {
            let _ = write!(line, " response: field {at}");
        }
        line
    }

    fn segment(&self, operation: &Operation, segment: &Segment) -> String {
        match segment {
            Segment::Literal(text) => format!("/{text}"),
            Segment::Field { prefix, field, suffix } => {
                format!("/{prefix}{{{}}}{suffix}", self.path(operation, field))
            }
            Segment::Mixed(parts) => {
                let part = |part: &PathPart| match part {
                    PathPart::Text(text) => text.clone(),
                    PathPart::Field(field) => format!("{{{}}}", self.path(operation, field)),
                };
                format!("/{}", parts.iter().map(part).collect::<String>())
            }
            Segment::Wildcard { field, pattern } => {
                let parts: Vec<&str> = pattern
                    .iter()
                    .map(|part| match part {
                        WildcardPart::One => "*",
                        WildcardPart::Rest => "**",
                        WildcardPart::Literal(text) => text,
                    })
                    .collect();
                format!("/{{{}={}}}", self.path(operation, field), parts.join("/"))
            }
        }
    }

    /// The names of a place in the input record.
    fn path(&self, operation: &Operation, places: &[u32]) -> String {
        let mut names = Vec::new();
        let mut record = self.contract.record(operation.input);
        for place in places {
            let Some(field) = record.and_then(|record| record.fields.get(*place as usize)) else {
                names.push("?");
                break;
            };
            names.push(&field.name);
            record = self.contract.record(field.ty.id);
        }
        names.join(".")
    }

    fn outcome(&mut self, outcome: &Outcome) {
        let status = match outcome.status {
            Status::Exact(code) => code.to_string(),
            Status::Range(hundred) => format!("{hundred}XX"),
            Status::Default => "default".to_string(),
        };
        let mut line = format!("{status} {}", if outcome.ok { "ok" } else { "error" });
        let mut inline = Vec::new();
        for media in &outcome.media {
            match media.ty {
                Some(ty) => {
                    let _ = write!(line, " {} {}", media.name, self.short(ty));
                    inline.extend(self.contract.ty(ty.id).name.is_none().then_some(ty.id));
                }
                None => {
                    let _ = write!(line, " {} opaque", media.name);
                }
            }
        }
        self.line(2, &line);
        for id in inline {
            self.members(id, 3, 0);
        }
    }

    /// A use in one line: a name, or the shape without its members.
    fn short(&self, ty: TypeRef) -> String {
        let described = self.contract.ty(ty.id);
        let text = match &described.name {
            Some(_) => described.short_name().unwrap_or_default().to_string(),
            None => self.body(ty.id, 0),
        };
        if ty.nullable { format!("{text} | null") } else { text }
    }

    /// Shape and checks in one line.
    fn body(&self, id: TypeId, depth: usize) -> String {
        let ty = self.contract.ty(id);
        let mut text = match &ty.shape {
            Shape::Bool => "bool".to_string(),
            Shape::Int(int) => format!("{int:?}").to_lowercase(),
            Shape::Float(float) => format!("{float:?}").to_lowercase(),
            Shape::Decimal { digits: 0, .. } => "decimal".to_string(),
            Shape::Decimal { digits, scale } => format!("decimal({digits}, {scale})"),
            Shape::Text => "text".to_string(),
            Shape::Bytes => "bytes".to_string(),
            Shape::Instant => "instant".to_string(),
            Shape::Date => "date".to_string(),
            Shape::Time => "time".to_string(),
            Shape::Duration => "duration".to_string(),
            Shape::Uuid => "uuid".to_string(),
            Shape::Any => "any".to_string(),
            Shape::Enum(values) => {
                let names: Vec<&str> = values.values.iter().map(|value| value.name.as_str()).collect();
                format!("{}enum {}", if values.open { "open " } else { "" }, listed(&names))
            }
            Shape::List(item) => format!("list of {}", self.nested(*item, depth)),
            Shape::Map { key, value } => {
                format!("map of {} to {}", self.nested((*key).into(), depth), self.nested(*value, depth))
            }
            Shape::Record(record) => match record.extra {
                Extra::Open => "record".to_string(),
                Extra::Closed => "closed record".to_string(),
                Extra::Typed(ty) => format!("record with others {}", self.nested(ty, depth)),
            },
            Shape::Sum(Sum { variants, .. }) if variants.is_empty() => "nothing".to_string(),
            Shape::Sum(Sum { tag, exact, .. }) => {
                let tag = tag.as_ref().map_or_else(String::new, |tag| format!(" by {tag}"));
                format!("{} of{tag}", if *exact { "one" } else { "any" })
            }
        };
        for (check, _) in &ty.checks {
            text.push(' ');
            text.push_str(&rule(check));
        }
        if let Some(beside) = self.contract.schemas.beside.get(&id) {
            text.push_str(" beside ");
            text.push_str(&schema::name(&self.contract.schemas, *beside));
        }
        if ty.sensitive {
            text.push_str(" sensitive");
        }
        text
    }

    fn nested(&self, ty: TypeRef, depth: usize) -> String {
        if depth > DEPTH_MAX {
            return "…".to_string();
        }
        match self.contract.ty(ty.id).name {
            Some(_) => self.short(ty),
            None if ty.nullable => format!("{} | null", self.body(ty.id, depth + 1)),
            None => self.body(ty.id, depth + 1),
        }
    }

    /// The lines below a type: its fields, its alternatives, or those of the type inside a list or map.
    fn members(&mut self, id: TypeId, indent: usize, depth: usize) {
        if depth > DEPTH_MAX || self.text.len() > TEXT_MAX {
            return;
        }
        let contract = self.contract;
        let has_members = match &contract.ty(id).shape {
            Shape::Record(record) => !record.fields.is_empty(),
            Shape::Sum(sum) => !sum.variants.is_empty(),
            _ => false,
        };
        if has_members && !self.written.insert(id) {
            self.line(indent, "… as above");
            return;
        }
        let inner = |ty: TypeRef| contract.ty(ty.id).name.is_none().then_some(ty.id);
        match &contract.ty(id).shape {
            Shape::Record(record) => self.fields(record, &[], indent, depth),
            Shape::Sum(sum) => {
                for variant in &sum.variants {
                    let tags: String = variant.tags.iter().map(|tag| format!(" = {tag}")).collect();
                    self.line(
                        indent,
                        &format!("| {}{tags}: {}", variant.name, self.short(variant.ty.into())),
                    );
                    if let Some(id) = inner(variant.ty.into()) {
                        self.members(id, indent + 1, depth + 1);
                    }
                }
            }
            Shape::List(item) | Shape::Map { value: item, .. } => {
                if let Some(id) = inner(*item) {
                    self.members(id, indent, depth + 1);
                }
            }
            _ => {}
        }
    }

    fn fields(&mut self, record: &Record, places: &[Place], indent: usize, depth: usize) {
        for (at, field) in record.fields.iter().enumerate() {
            let place = places.get(at).map_or_else(String::new, |place| format!(" in {}", place_name(place)));
            let marks = marks(field);
            let optional = if field.required { "" } else { "?" };
            self.line(indent, &format!("{}{optional}: {}{marks}{place}", field.name, self.short(field.ty)));
            if self.contract.ty(field.ty.id).name.is_none() {
                self.members(field.ty.id, indent + 1, depth + 1);
            }
        }
        for group in &record.exclusive {
            let names: Vec<&str> = group
                .fields
                .iter()
                .filter_map(|at| Some(record.fields.get(*at as usize)?.name.as_str()))
                .collect();
            let count = if group.required { "exactly one" } else { "at most one" };
            self.line(indent, &format!("{count} of {}: {}", group.name, names.join(", ")));
        }
    }

    /// The Protobuf side of a type.
    fn message(&mut self, id: TypeId) {
        if let Some(message) = self.contract.protobuf.messages.get(&id) {
            let fields: Vec<String> = message
                .fields
                .iter()
                .flatten()
                .map(|field| {
                    let key = field.key.map_or_else(String::new, |key| format!("{key:?} to ").to_lowercase());
                    let kind = format!("{:?}", field.kind).to_lowercase();
                    let implicit = if field.implicit { " implicit" } else { "" };
                    let packed = if field.packed { " packed" } else { "" };
                    let group = if field.delimited { " group" } else { "" };
                    format!("{} {} {key}{kind}{implicit}{packed}{group}", field.number, field.name)
                })
                .collect();
            self.line(1, &format!("message {} {{{}}}", message.full_name, fields.join("; ")));
        }
        if let Some(numbers) = self.contract.protobuf.enums.get(&id) {
            let shown: Vec<String> = numbers.numbers.iter().map(ToString::to_string).collect();
            self.line(1, &format!("numbers {} {{{}}}", numbers.full_name, shown.join(", ")));
        }
    }
}
