//! From a request's path, query, header fields, cookies and form to parameters by slot. Must never: read a value; that is the plan's work.

pub(crate) mod closed;
pub(crate) mod parts;

use std::borrow::Cow;

use bytes::Bytes;
use http::HeaderMap;
use polywire_call::{Code, StandardError};
use polywire_contract::{BodyBinding, Contract, Operation, Parameter, Place, Shape};
use polywire_wire::{Param, Violation};

use super::percent::{self, Keep, Plus};
use super::route::{self, Affix, Segments};
use super::style::Spelled;
use closed::Closed;
use parts::PartRule;

/// How many names that must not be there are said; no caller is told of more violations.
const UNKNOWN_MAX: usize = 32;

/// Where a parameter's text stands in the path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Capture {
    /// The first segment.
    pub(crate) from: usize,
    /// How many; all that are left where `None`.
    pub(crate) count: Option<usize>,
    /// What stands around the text, and around other texts, in its segment.
    pub(crate) affix: Affix,
    /// Which of the texts in its segment it is.
    pub(crate) part: usize,
}

/// What a request's body has to be.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum BodyRule {
    /// There is none; one that comes is not read.
    None,
    /// JSON.
    Json,
    /// A form: its fields are parameters.
    Form,
    /// `multipart/form-data`: its parts are parameters.
    Multipart,
    /// Text of one of these media types: a parameter.
    Text(Vec<String>),
    /// One of these media types.
    Opaque(Vec<String>),
}

/// How the parameters of one binding are read.
#[derive(Debug)]
pub(crate) struct Bound {
    captures: Vec<(Capture, Spelled)>,
    query: Vec<Spelled>,
    headers: Vec<Spelled>,
    cookies: Vec<Spelled>,
    form: Vec<Spelled>,
    parts: Vec<PartRule>,
    text: Option<u16>,
    query_closed: Closed,
    body_closed: Closed,
    /// The JSON Pointer of each slot.
    pointers: Vec<String>,
    /// What the body has to be.
    pub(crate) body: BodyRule,
}

impl Bound {
    /// Compiles the binding with this number; `media` are the media types of its body.
    pub(crate) fn compile(
        contract: &Contract,
        operation: &Operation,
        place: usize,
        media: &[String],
    ) -> Bound {
        let binding = &operation.http[place];
        let parameters = contract.parameters(operation, binding);
        let mut bound = Bound {
            captures: Vec::new(),
            query: Vec::new(),
            headers: Vec::new(),
            cookies: Vec::new(),
            form: Vec::new(),
            parts: Vec::new(),
            text: None,
            query_closed: Closed::of_query(contract, operation, binding),
            body_closed: Closed::of_body(contract, operation, binding),
            pointers: parameters.iter().map(|p| pointer(contract, operation, p)).collect(),
            body: match &binding.body {
                BodyBinding::None => BodyRule::None,
                BodyBinding::Fields { .. } | BodyBinding::Field(_) => BodyRule::Json,
                BodyBinding::Form { .. } => BodyRule::Form,
                BodyBinding::Multipart { .. } => BodyRule::Multipart,
                BodyBinding::Text => BodyRule::Text(media.to_vec()),
                BodyBinding::Opaque { media } => BodyRule::Opaque(media.clone()),
            },
        };
        let captures = route::captures(binding);
        for (at, mut spelled) in Spelled::readers(&parameters) {
            let leaf = &parameters[usize::from(spelled.slot)];
            let field = if leaf.whole.is_some() { &leaf.path[..1] } else { &leaf.path[..] };
            if let Some((_, capture)) = captures.iter().find(|(captured, _)| captured == field) {
                bound.captures.push((capture.clone(), spelled));
                continue;
            }
            match at {
                Place::Query { .. } => bound.query.push(spelled),
                Place::Header { .. } => {
                    spelled.name.make_ascii_lowercase();
                    bound.headers.push(spelled);
                }
                Place::Cookie { .. } => bound.cookies.push(spelled),
                Place::Form { .. } => bound.form.push(spelled),
                Place::Part { .. } => {
                    bound.parts.push(PartRule::compile(contract, operation, place, leaf, spelled));
                }
                Place::Text => bound.text = Some(spelled.slot),
                Place::Path { .. } | Place::Body => {}
            }
        }
        bound.query.sort_by(|a, b| a.name.cmp(&b.name));
        bound.form.sort_by(|a, b| a.name.cmp(&b.name));
        bound.parts.sort_by(|a, b| a.spelled.name.cmp(&b.spelled.name));
        bound
    }

    /// Reads the parameters of a request, by slot.
    pub(crate) fn read(
        &self,
        segments: &Segments<'_>,
        query: Option<&str>,
        headers: &HeaderMap,
    ) -> Result<Vec<Param>, StandardError> {
        let mut reading = Reading { bound: self, params: Vec::new() };
        for (capture, spelled) in &self.captures {
            reading.path(capture, spelled, segments)?;
        }
        if let Some(query) = query.filter(|_| !self.query.is_empty()) {
            reading.pairs(query, &self.query, &self.query_closed)?;
        }
        for spelled in &self.headers {
            reading.header(spelled, headers)?;
        }
        if !self.cookies.is_empty() {
            reading.cookies(headers)?;
        }
        reading.params.sort_by_key(|param| param.slot);
        Ok(reading.params)
    }

    /// Reads the parameters that are a body; `media` is its `content-type`.
    pub(crate) fn read_body(
        &self,
        body: &Bytes,
        media: Option<&str>,
        mut params: Vec<Param>,
    ) -> Result<Vec<Param>, StandardError> {
        if self.body == BodyRule::Multipart {
            parts::read(self, body, media, &mut params)?;
            params.sort_by_key(|param| param.slot);
            return Ok(params);
        }
        if !matches!(self.body, BodyRule::Form | BodyRule::Text(_)) {
            return Ok(params);
        }
        if !media.is_none_or(parts::is_utf8) {
            let message = "The request's body must be UTF-8.";
            return Err(StandardError::new(Code::UnsupportedMediaType, message));
        }
        let mut reading = Reading { bound: self, params };
        let Ok(text) = std::str::from_utf8(body) else {
            return Err(malformed("The request's body is not UTF-8.", ""));
        };
        match self.text {
            Some(slot) => reading.params.push(Param::text(slot, text)),
            None => reading.pairs(text, &self.form, &self.body_closed)?,
        }
        reading.params.sort_by_key(|param| param.slot);
        Ok(reading.params)
    }
}

/// `/filter/color`
fn pointer(contract: &Contract, operation: &Operation, parameter: &Parameter) -> String {
    let mut pointer = String::new();
    let mut ty = operation.input;
    for place in &parameter.path {
        let Shape::Record(record) = &contract.ty(ty).shape else { break };
        let Some(field) = record.fields.get(*place as usize) else { break };
        pointer.push('/');
        pointer.push_str(&closed::escaped(&field.name));
        ty = field.ty.id;
    }
    pointer
}

struct Reading<'b> {
    bound: &'b Bound,
    params: Vec<Param>,
}

impl Reading<'_> {
    fn malformed(&self, spelled: Option<&Spelled>) -> StandardError {
        let path = spelled.map_or("", |spelled| &self.bound.pointers[usize::from(spelled.slot)]);
        malformed("A parameter is not encoded as it must be.", path)
    }

    fn value(&mut self, spelled: &Spelled, text: &str) -> Result<(), StandardError> {
        spelled.read(text, &mut self.params).ok_or_else(|| self.malformed(Some(spelled)))
    }

    fn path(
        &mut self,
        capture: &Capture,
        spelled: &Spelled,
        segments: &Segments<'_>,
    ) -> Result<(), StandardError> {
        let segments = segments.0.get(capture.from..).unwrap_or_default();
        let Some(count) = capture.count.filter(|count| *count == 1) else {
            let taken = segments.get(..capture.count.unwrap_or(segments.len())).unwrap_or_default();
            let joined: Vec<Cow<'_, str>> =
                taken.iter().map(|(_, decoded)| slashes_encoded(decoded)).collect();
            let joined = joined.join("/");
            let text = joined.strip_suffix(capture.affix.suffix.as_str()).unwrap_or(&joined).to_string();
            self.params.push(Param::text(spelled.slot, text));
            return Ok(());
        };
        let (raw, decoded) = segments.get(count - 1).ok_or_else(|| self.malformed(Some(spelled)))?;
        // Literal texts around a value are looked for as they came, which is how clients write them: what is encoded is
        // part of the value.
        if let Some(text) = capture.affix.part(raw, capture.part) {
            return self.value(spelled, text);
        }
        let text = capture.affix.part(decoded, capture.part).ok_or_else(|| self.malformed(Some(spelled)))?;
        let mut encoded = String::new();
        percent::encode(text, Keep::Unreserved, &mut encoded);
        self.value(spelled, &encoded)
    }

    /// The pairs of a query or a form.
    fn pairs(&mut self, text: &str, rules: &[Spelled], closed: &Closed) -> Result<(), StandardError> {
        let mut unknown = 0;
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = percent::decode(name, Plus::Space).ok_or_else(|| self.malformed(None))?;
            let Ok(at) = rules.binary_search_by(|rule| rule.name.as_str().cmp(&name)) else {
                // Other names that the contract does not know stay where they are and mean nothing here.
                if unknown < UNKNOWN_MAX
                    && let Some(path) = closed.refused(&name)
                {
                    self.params.push(Param::text(Param::UNKNOWN, path));
                    unknown += 1;
                }
                continue;
            };
            self.value(&rules[at], value)?;
        }
        Ok(())
    }

    fn header(&mut self, spelled: &Spelled, headers: &HeaderMap) -> Result<(), StandardError> {
        for value in headers.get_all(spelled.name.as_str()) {
            let Ok(text) = std::str::from_utf8(value.as_bytes()) else { continue };
            self.value(spelled, text)?;
        }
        Ok(())
    }

    fn cookies(&mut self, headers: &HeaderMap) -> Result<(), StandardError> {
        let bound = self.bound;
        for line in headers.get_all(http::header::COOKIE).iter().filter_map(|line| line.to_str().ok()) {
            for pair in line.split(';') {
                let Some((name, value)) = pair.trim().split_once('=') else { continue };
                let Some(rule) = bound.cookies.iter().find(|rule| rule.name == name) else { continue };
                self.value(rule, value)?;
            }
        }
        Ok(())
    }
}

/// A slash inside a segment stays encoded where several segments are one value.
fn slashes_encoded(segment: &str) -> Cow<'_, str> {
    if segment.contains('/') { Cow::Owned(segment.replace('/', "%2F")) } else { Cow::Borrowed(segment) }
}

/// A request that is not even readable: status 400.
pub(crate) fn malformed(message: &str, path: &str) -> StandardError {
    let mut error = StandardError::new(Code::ValidationError, message);
    error.status = Some(400);
    error.violations.push(Violation { path: path.to_string(), rule: "malformed", offset: 0, found: "text" });
    error
}
