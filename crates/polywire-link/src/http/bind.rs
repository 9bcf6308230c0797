//! From a request's path, query, header fields and cookies to parameters by slot.
//!
//! Styles: <https://spec.openapis.org/oas/v3.1.1.html#style-values>. Must never: read a value; that is the plan's work.

use std::borrow::Cow;

use http::HeaderMap;
use polywire_call::{Code, StandardError};
use polywire_contract::{BodyBinding, Contract, HttpBinding, Operation, Parameter, Place, Shape, Style};
use polywire_wire::{Param, Violation};

use super::percent::{self, Plus};
use super::route::{self, Segments};

/// Where a parameter's text stands in the path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Capture {
    /// The first segment.
    pub(crate) from: usize,
    /// How many; all that are left where `None`.
    pub(crate) count: Option<usize>,
    /// What stands before the text in its segment.
    pub(crate) prefix: String,
    /// What stands after it.
    pub(crate) suffix: String,
}

/// One name under which a parameter is found.
#[derive(Debug)]
struct Rule {
    name: String,
    slot: u16,
    list: bool,
    style: Style,
    explode: bool,
}

/// What a request's body has to be.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum BodyRule {
    /// There is none; one that comes is not read.
    None,
    /// JSON.
    Json,
    /// One of these media types.
    Opaque(Vec<String>),
}

/// How the parameters of one binding are read.
#[derive(Debug)]
pub(crate) struct Bound {
    captures: Vec<(Capture, Rule)>,
    query: Vec<Rule>,
    headers: Vec<Rule>,
    cookies: Vec<Rule>,
    /// The JSON Pointer of each slot.
    pointers: Vec<String>,
    /// What the body has to be.
    pub(crate) body: BodyRule,
}

impl Bound {
    /// Compiles a binding.
    pub(crate) fn compile(contract: &Contract, operation: &Operation, binding: &HttpBinding) -> Bound {
        let parameters = contract.parameters(operation, binding);
        let mut bound = Bound {
            captures: Vec::new(),
            query: Vec::new(),
            headers: Vec::new(),
            cookies: Vec::new(),
            pointers: parameters.iter().map(|p| pointer(contract, operation, p)).collect(),
            body: match &binding.body {
                BodyBinding::None => BodyRule::None,
                BodyBinding::Fields { .. } | BodyBinding::Field(_) => BodyRule::Json,
                BodyBinding::Opaque { media } => BodyRule::Opaque(media.clone()),
            },
        };
        let captures = route::captures(binding);
        for (slot, parameter) in parameters.iter().enumerate() {
            let captured = captures.iter().find(|(field, _)| *field == parameter.path);
            if let Some((_, capture)) = captured {
                bound.captures.push((capture.clone(), rule(parameter, slot, &parameter.names[0])));
                continue;
            }
            let names = match parameter.place {
                Place::Query { .. } => &mut bound.query,
                Place::Header => &mut bound.headers,
                Place::Cookie => &mut bound.cookies,
                Place::Path { .. } | Place::Body => continue,
            };
            names.extend(parameter.names.iter().map(|name| rule(parameter, slot, name)));
        }
        bound.headers.iter_mut().for_each(|rule| rule.name.make_ascii_lowercase());
        bound.query.sort_by(|a, b| a.name.cmp(&b.name));
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
        for (capture, rule) in &self.captures {
            reading.path(capture, rule, segments)?;
        }
        if let Some(query) = query.filter(|_| !self.query.is_empty()) {
            reading.query(query)?;
        }
        for rule in &self.headers {
            reading.header(rule, headers);
        }
        if !self.cookies.is_empty() {
            reading.cookies(headers)?;
        }
        reading.params.sort_by_key(|param| param.slot);
        Ok(reading.params)
    }
}

fn rule(parameter: &Parameter, slot: usize, name: &str) -> Rule {
    let (style, explode) = match parameter.place {
        Place::Path { style, explode } | Place::Query { style, explode } => (style, explode),
        Place::Header | Place::Body => (Style::Simple, false),
        Place::Cookie => (Style::Form, true),
    };
    Rule { name: name.to_string(), slot: slot as u16, list: parameter.list, style, explode }
}

/// `/filter/color`
fn pointer(contract: &Contract, operation: &Operation, parameter: &Parameter) -> String {
    let mut pointer = String::new();
    let mut ty = operation.input;
    for place in &parameter.path {
        let Shape::Record(record) = &contract.ty(ty).shape else { break };
        let Some(field) = record.fields.get(*place as usize) else { break };
        pointer.push('/');
        pointer.push_str(&field.name.replace('~', "~0").replace('/', "~1"));
        ty = field.ty.id;
    }
    pointer
}

struct Reading<'b> {
    bound: &'b Bound,
    params: Vec<Param>,
}

impl Reading<'_> {
    fn push(&mut self, rule: &Rule, text: impl Into<String>) {
        self.params.push(Param { slot: rule.slot, text: text.into() });
    }

    fn malformed(&self, rule: Option<&Rule>) -> StandardError {
        let path = rule.map_or("", |rule| &self.bound.pointers[usize::from(rule.slot)]);
        malformed("A parameter is not encoded as it must be.", path)
    }

    fn path(&mut self, capture: &Capture, rule: &Rule, segments: &Segments<'_>) -> Result<(), StandardError> {
        let segments = segments.0.get(capture.from..).unwrap_or_default();
        let Some(count) = capture.count.filter(|count| *count == 1) else {
            let taken = segments.get(..capture.count.unwrap_or(segments.len())).unwrap_or_default();
            let joined: Vec<Cow<'_, str>> =
                taken.iter().map(|(_, decoded)| slashes_encoded(decoded)).collect();
            let joined = joined.join("/");
            self.push(rule, joined.strip_suffix(capture.suffix.as_str()).unwrap_or(&joined));
            return Ok(());
        };
        let (raw, decoded) = segments.get(count - 1).ok_or_else(|| self.malformed(Some(rule)))?;
        let styled = |text| {
            match rule.style {
                Style::Label => str::strip_prefix(text, "."),
                Style::Matrix => text.strip_prefix(';'),
                _ => Some(text),
            }
            .ok_or_else(|| self.malformed(Some(rule)))
        };
        if !rule.list {
            let text = route::between(decoded, &capture.prefix, &capture.suffix).unwrap_or(decoded);
            let text = match (rule.style, styled(text)?) {
                (Style::Matrix, text) => {
                    unnamed(text, &rule.name).ok_or_else(|| self.malformed(Some(rule)))?
                }
                (_, text) => text,
            };
            self.push(rule, text);
            return Ok(());
        }
        // The separators are looked for before decoding: an encoded comma is part of an item. Literal texts around a
        // value are compared as they came, which is how clients write them.
        let text = styled(route::between(raw, &capture.prefix, &capture.suffix).unwrap_or(raw))?;
        let separator = match (rule.style, rule.explode) {
            (Style::Label, true) => '.',
            (Style::Matrix, true) => ';',
            _ => ',',
        };
        for (at, item) in text.split(separator).enumerate() {
            let named = rule.style == Style::Matrix && (rule.explode || at == 0);
            let item = if named { unnamed(item, &rule.name) } else { Some(item) };
            let item = item.and_then(|item| percent::decode(item, Plus::Itself));
            let item = item.ok_or_else(|| self.malformed(Some(rule)))?;
            self.push(rule, item);
        }
        Ok(())
    }

    fn query(&mut self, query: &str) -> Result<(), StandardError> {
        let rules = &self.bound.query;
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = percent::decode(name, Plus::Space).ok_or_else(|| self.malformed(None))?;
            // Names that the contract does not know stay in the target and mean nothing here.
            let Ok(at) = rules.binary_search_by(|rule| rule.name.as_str().cmp(&name)) else { continue };
            let rule = &rules[at];
            if !rule.list || rule.explode {
                self.item(rule, value)?;
                continue;
            }
            match rule.style {
                Style::SpaceDelimited => self.items(rule, value, &["%20", "+"])?,
                Style::PipeDelimited => self.items(rule, value, &["%7C", "%7c", "|"])?,
                Style::DeepObject | Style::Dotted => self.item(rule, value)?,
                Style::Simple | Style::Form | Style::Label | Style::Matrix => {
                    self.items(rule, value, &[","])?
                }
            }
        }
        Ok(())
    }

    fn item(&mut self, rule: &Rule, value: &str) -> Result<(), StandardError> {
        let text = percent::decode(value, Plus::Space).ok_or_else(|| self.malformed(Some(rule)))?;
        self.push(rule, text);
        Ok(())
    }

    fn items(&mut self, rule: &Rule, value: &str, separators: &[&str]) -> Result<(), StandardError> {
        let mut rest = value;
        loop {
            let next = separators.iter().filter_map(|s| Some((rest.find(s)?, s.len()))).min();
            let Some((at, length)) = next else { return self.item(rule, rest) };
            self.item(rule, &rest[..at])?;
            rest = &rest[at + length..];
        }
    }

    fn header(&mut self, rule: &Rule, headers: &HeaderMap) {
        for value in headers.get_all(rule.name.as_str()) {
            let Ok(text) = std::str::from_utf8(value.as_bytes()) else { continue };
            if rule.list {
                text.split(',').for_each(|item| self.push(rule, item.trim()));
            } else {
                self.push(rule, text);
            }
        }
    }

    fn cookies(&mut self, headers: &HeaderMap) -> Result<(), StandardError> {
        for line in headers.get_all(http::header::COOKIE).iter().filter_map(|line| line.to_str().ok()) {
            for pair in line.split(';') {
                let Some((name, value)) = pair.trim().split_once('=') else { continue };
                let Some(rule) = self.bound.cookies.iter().find(|rule| rule.name == name) else { continue };
                let text = percent::decode(value, Plus::Itself).ok_or_else(|| self.malformed(Some(rule)))?;
                self.push(rule, text);
            }
        }
        Ok(())
    }
}

/// What stands behind `name=`; nothing where the name stands alone.
fn unnamed<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let rest = text.strip_prefix(name)?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix('=') }
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
