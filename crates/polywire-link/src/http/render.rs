//! From parameters by slot to a target, header fields, cookies and a form: the reverse of reading a request.

mod parts;

use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use polywire_call::{Fault, FaultKind, Side};
use polywire_contract::{
    BodyBinding, Contract, Operation, Parameter, PathPart, Place, Segment, WildcardPart,
};
use polywire_wire::Param;

use super::bind::parts::PartRule;
use super::percent::{self, Keep};
use super::style::{Spelled, Unsayable};

/// A piece of the path.
#[derive(Debug)]
enum Piece {
    /// Encoded already, slashes included.
    Literal(String),
    /// A parameter's text.
    Value(Spelled),
    /// A parameter's text over several segments.
    Several(u16),
    /// A parameter's text beside others in one segment; it cannot contain what separates them.
    Part(Spelled, Vec<String>),
}

/// A body that was made of parameters.
#[derive(Debug)]
pub(crate) struct Made {
    /// Its media type, where it says more than the contract.
    pub(crate) media: Option<String>,
    pub(crate) bytes: Vec<u8>,
}

/// A binding, compiled for writing.
#[derive(Debug)]
pub(crate) struct Template {
    /// As the contract says.
    pub(crate) method: Method,
    path: Vec<Piece>,
    query: Vec<Spelled>,
    headers: Vec<Spelled>,
    cookies: Vec<Spelled>,
    form: Vec<Spelled>,
    parts: Vec<PartRule>,
    text: Option<u16>,
    /// The media type of the body.
    pub(crate) media: Option<String>,
}

impl Template {
    /// Compiles a binding; `None` where its method is no HTTP method.
    pub(crate) fn compile(contract: &Contract, operation: &Operation, place: usize) -> Option<Template> {
        let binding = operation.http.get(place)?;
        let parameters = contract.parameters(operation, binding);
        let mut writers = Spelled::writers(&parameters);
        let media = contract.openapi.bodies.get(&(operation.input, place as u32)).map(|notes| &notes.media);
        let media = media.and_then(|media| media.iter().find(|name| !name.contains('*'))).cloned();
        let media = media.or_else(|| match &binding.body {
            BodyBinding::Form { .. } => Some("application/x-www-form-urlencoded".to_string()),
            BodyBinding::Text => Some("text/plain".to_string()),
            BodyBinding::Multipart { .. } => Some("multipart/form-data".to_string()),
            _ => None,
        });
        let mut template = Template {
            method: Method::from_bytes(binding.method.as_bytes()).ok()?,
            path: Vec::new(),
            query: Vec::new(),
            headers: Vec::new(),
            cookies: Vec::new(),
            form: Vec::new(),
            parts: Vec::new(),
            text: None,
            media,
        };
        for segment in &binding.path {
            template.segment(segment, &parameters, &mut writers);
        }
        if binding.path.is_empty() {
            template.path.push(Piece::Literal("/".to_string()));
        }
        if let Some(verb) = &binding.verb {
            template.path.push(Piece::Literal(format!(":{verb}")));
        }
        for (at, spelled) in writers {
            match at {
                Place::Query { .. } => template.query.push(spelled),
                Place::Header { .. } => template.headers.push(spelled),
                Place::Cookie { .. } => template.cookies.push(spelled),
                Place::Form { .. } => template.form.push(spelled),
                Place::Part { .. } => {
                    let leaf = &parameters[usize::from(spelled.slot)];
                    template.parts.push(PartRule::compile(contract, operation, place, leaf, spelled));
                }
                Place::Text => template.text = Some(spelled.slot),
                Place::Path { .. } | Place::Body => {}
            }
        }
        Some(template)
    }

    fn segment(&mut self, segment: &Segment, parameters: &[Parameter], writers: &mut Vec<(Place, Spelled)>) {
        self.path.push(Piece::Literal("/".to_string()));
        // What stands in the path is written there alone, wherever else it could stand.
        let mut take = |field: &[u32]| {
            let of = |spelled: &Spelled| {
                let leaf = &parameters[usize::from(spelled.slot)];
                if leaf.whole.is_some() { leaf.path[..1] == *field } else { leaf.path == field }
            };
            let at = writers.iter().position(|(_, spelled)| of(spelled))?;
            Some(writers.remove(at).1)
        };
        match segment {
            Segment::Literal(text) => self.literal(text),
            Segment::Field { prefix, field, suffix } => {
                let spelled = take(field);
                self.literal(prefix);
                self.path.extend(spelled.map(Piece::Value));
                self.literal(suffix);
            }
            Segment::Mixed(parts) => {
                let texts = parts.iter().filter_map(|part| match part {
                    PathPart::Text(text) => Some(text.clone()),
                    PathPart::Field(_) => None,
                });
                let texts: Vec<String> = texts.collect();
                for part in parts {
                    match part {
                        PathPart::Text(text) => self.literal(text),
                        PathPart::Field(field) => {
                            self.path.extend(take(field).map(|spelled| Piece::Part(spelled, texts.clone())));
                        }
                    }
                }
            }
            Segment::Wildcard { field, pattern } => {
                let several = pattern.len() > 1 || pattern.contains(&WildcardPart::Rest);
                if let Some(spelled) = take(field) {
                    self.path.push(match several {
                        true => Piece::Several(spelled.slot),
                        false => Piece::Value(spelled),
                    });
                }
            }
        }
    }

    fn literal(&mut self, text: &str) {
        let mut encoded = String::new();
        percent::encode(text, Keep::Unreserved, &mut encoded);
        self.path.push(Piece::Literal(encoded));
    }

    /// Writes path and query behind `base`.
    pub(crate) fn target(&self, base: &str, params: &[Param]) -> Result<String, Fault> {
        let mut target = String::with_capacity(base.len() + 64);
        target.push_str(base);
        for piece in &self.path {
            let before = target.len();
            let written = match piece {
                Piece::Literal(text) => {
                    target.push_str(text);
                    continue;
                }
                Piece::Several(slot) => {
                    texts(params, *slot).for_each(|text| percent::encode(text, Keep::Slashes, &mut target));
                    true
                }
                Piece::Value(spelled) | Piece::Part(spelled, _) => spelled.write(params, 0, &mut target)?,
            };
            if !written || target.len() == before {
                return Err(unsupported("a parameter of the path has no value"));
            }
            if let Piece::Part(_, texts) = piece
                && texts.iter().any(|text| target[before..].contains(text.as_str()))
            {
                return Err(unsupported("a parameter of the path contains what separates it from the next"));
            }
        }
        // Dots alone would leave the segment, whether they are encoded or not.
        if target[base.len()..].split('/').any(|segment| segment == "." || segment == "..") {
            return Err(unsupported("a parameter of the path is `.` or `..`"));
        }
        let mut separator = "?";
        for spelled in &self.query {
            pairs(&mut target, &mut separator, spelled, params)?;
        }
        Ok(target)
    }

    /// Writes the body that consists of parameters; `None` where the body is another one.
    pub(crate) fn body(&self, params: &[Param]) -> Result<Option<Made>, Fault> {
        if let Some(slot) = self.text {
            let text = texts(params, slot).next();
            return Ok(text.map(|text| Made { media: None, bytes: text.as_bytes().to_vec() }));
        }
        if !self.parts.is_empty() {
            return parts::write(&self.parts, params).map(Some);
        }
        if self.form.is_empty() {
            return Ok(None);
        }
        let (mut body, mut separator) = (String::new(), "");
        for spelled in &self.form {
            pairs(&mut body, &mut separator, spelled, params)?;
        }
        Ok(Some(Made { media: None, bytes: body.into_bytes() }))
    }

    /// Writes header fields and cookies; they replace those of the same name.
    pub(crate) fn fields(&self, params: &[Param], into: &mut HeaderMap) -> Result<(), Fault> {
        for spelled in &self.headers {
            let mut text = String::new();
            if !spelled.write(params, 0, &mut text)? {
                continue;
            }
            let name = HeaderName::from_bytes(spelled.name.as_bytes());
            let value = HeaderValue::from_bytes(text.as_bytes());
            let (Ok(name), Ok(value)) = (name, value) else {
                return Err(unsupported("a parameter cannot stand in a header field"));
            };
            into.insert(name, value);
        }
        let mut given = self.cookies.iter().flat_map(Spelled::slots);
        if given.any(|slot| texts(params, slot).next().is_some()) {
            let cookies = self.cookie_line(params, into)?;
            let value = HeaderValue::from_bytes(cookies.as_bytes());
            into.insert(
                header::COOKIE,
                value.map_err(|_| unsupported("a parameter cannot stand in a cookie"))?,
            );
        }
        Ok(())
    }

    fn cookie_line(&self, params: &[Param], headers: &HeaderMap) -> Result<String, Fault> {
        let mut line = String::new();
        let sent = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        for pair in sent.flat_map(|value| value.split(';')).map(str::trim) {
            let name = pair.split('=').next().unwrap_or_default();
            if !pair.is_empty() && !self.cookies.iter().any(|spelled| spelled.name == name) {
                line.push_str(if line.is_empty() { "" } else { "; " });
                line.push_str(pair);
            }
        }
        for spelled in &self.cookies {
            for item in 0..spelled.count(params) {
                let mut text = String::new();
                if spelled.write(params, item, &mut text)? {
                    line.push_str(if line.is_empty() { "" } else { "; " });
                    line.push_str(&spelled.name);
                    line.push('=');
                    line.push_str(&text);
                }
            }
        }
        Ok(line)
    }
}

impl From<Unsayable> for Fault {
    fn from(unsayable: Unsayable) -> Fault {
        unsupported(unsayable.0)
    }
}

fn texts(params: &[Param], slot: u16) -> impl Iterator<Item = &str> {
    params.iter().filter(move |param| param.slot == slot).map(|param| param.text.as_str())
}

/// Writes `name=text`, once or for each item.
fn pairs(
    into: &mut String,
    separator: &mut &'static str,
    spelled: &Spelled,
    params: &[Param],
) -> Result<(), Fault> {
    for item in 0..spelled.count(params) {
        let mut text = String::new();
        if spelled.write(params, item, &mut text)? {
            into.push_str(std::mem::replace(separator, "&"));
            percent::encode(&spelled.name, Keep::Unreserved, into);
            into.push('=');
            into.push_str(&text);
        }
    }
    Ok(())
}

fn unsupported(why: &str) -> Fault {
    Fault { side: Side::Caller, ..Fault::peer(FaultKind::Unsupported, why).unsent() }
}
