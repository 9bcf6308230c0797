//! From parameters by slot to a target, header fields and cookies: the reverse of reading a request.

use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use polywire_call::{Fault, FaultKind, Side};
use polywire_contract::{Contract, HttpBinding, Operation, Place, Segment, Style, WildcardPart};
use polywire_wire::Param;

use super::percent::{self, Keep};

/// A piece of the path.
#[derive(Debug)]
enum Piece {
    /// Encoded already, slashes included.
    Literal(String),
    /// A parameter's text.
    Slot { slot: u16, name: String, style: Style, explode: bool, keep: Keep },
}

/// A parameter outside of the path.
#[derive(Debug)]
struct Named {
    slot: u16,
    /// Encoded for the query; as it is for header fields and cookies.
    name: String,
    list: bool,
    style: Style,
    explode: bool,
}

/// A binding, compiled for writing.
#[derive(Debug)]
pub(crate) struct Template {
    /// As the contract says.
    pub(crate) method: Method,
    path: Vec<Piece>,
    query: Vec<Named>,
    headers: Vec<Named>,
    cookies: Vec<Named>,
}

impl Template {
    /// Compiles a binding; `None` where its method is no HTTP method.
    pub(crate) fn compile(
        contract: &Contract,
        operation: &Operation,
        binding: &HttpBinding,
    ) -> Option<Template> {
        let parameters = contract.parameters(operation, binding);
        let mut template = Template {
            method: Method::from_bytes(binding.method.as_bytes()).ok()?,
            path: Vec::new(),
            query: Vec::new(),
            headers: Vec::new(),
            cookies: Vec::new(),
        };
        for segment in &binding.path {
            template.segment(segment, &parameters);
        }
        if binding.path.is_empty() {
            template.path.push(Piece::Literal("/".to_string()));
        }
        if let Some(verb) = &binding.verb {
            template.path.push(Piece::Literal(format!(":{verb}")));
        }
        for (slot, parameter) in parameters.iter().enumerate() {
            let (slot, name, list) = (slot as u16, parameter.names[0].clone(), parameter.list);
            if template.path.iter().any(|piece| matches!(piece, Piece::Slot { slot: s, .. } if *s == slot)) {
                continue;
            }
            match parameter.place {
                Place::Query { style, explode } => {
                    let mut encoded = String::new();
                    percent::encode(&name, Keep::Unreserved, &mut encoded);
                    template.query.push(Named { slot, name: encoded, list, style, explode });
                }
                Place::Header => {
                    let named = Named { slot, name, list, style: Style::Simple, explode: false };
                    template.headers.push(named);
                }
                Place::Cookie => {
                    template.cookies.push(Named { slot, name, list, style: Style::Form, explode: false });
                }
                Place::Path { .. } | Place::Body => {}
            }
        }
        Some(template)
    }

    fn segment(&mut self, segment: &Segment, parameters: &[polywire_contract::Parameter]) {
        self.path.push(Piece::Literal("/".to_string()));
        let slot_of = |field: &[u32]| parameters.iter().position(|parameter| parameter.path == field);
        match segment {
            Segment::Literal(text) => self.literal(text),
            Segment::Field { prefix, field, suffix } => {
                self.literal(prefix);
                if let Some(slot) = slot_of(field) {
                    let (style, explode) = match parameters[slot].place {
                        Place::Path { style, explode } => (style, explode),
                        _ => (Style::Simple, false),
                    };
                    let name = parameters[slot].names[0].clone();
                    self.path.push(Piece::Slot {
                        slot: slot as u16,
                        name,
                        style,
                        explode,
                        keep: Keep::Unreserved,
                    });
                }
                self.literal(suffix);
            }
            Segment::Wildcard { field, pattern } => {
                let several = pattern.len() > 1 || pattern.contains(&WildcardPart::Rest);
                let keep = if several { Keep::Slashes } else { Keep::Unreserved };
                if let Some(slot) = slot_of(field) {
                    let name = parameters[slot].names[0].clone();
                    let (style, explode) = (Style::Simple, false);
                    self.path.push(Piece::Slot { slot: slot as u16, name, style, explode, keep });
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
            match piece {
                Piece::Literal(text) => target.push_str(text),
                Piece::Slot { slot, name, style, explode, keep } => {
                    let mut items = texts(params, *slot).peekable();
                    if items.peek().is_none_or(|first| first.is_empty()) {
                        return Err(unsupported("a parameter of the path has no value"));
                    }
                    path_value(&mut target, name, *style, *explode, *keep, items);
                }
            }
        }
        // Dots alone would leave the segment, whether they are encoded or not.
        if target[base.len()..].split('/').any(|segment| segment == "." || segment == "..") {
            return Err(unsupported("a parameter of the path is `.` or `..`"));
        }
        let mut separator = '?';
        for named in &self.query {
            query_value(&mut target, &mut separator, named, params)?;
        }
        Ok(target)
    }

    /// Writes header fields and cookies; they replace those of the same name.
    pub(crate) fn fields(&self, params: &[Param], into: &mut HeaderMap) -> Result<(), Fault> {
        for named in &self.headers {
            let items: Vec<&str> = texts(params, named.slot).collect();
            if items.is_empty() {
                continue;
            }
            let name = HeaderName::from_bytes(named.name.as_bytes());
            let value = HeaderValue::from_bytes(items.join(",").as_bytes());
            let (Ok(name), Ok(value)) = (name, value) else {
                return Err(unsupported("a parameter cannot stand in a header field"));
            };
            into.insert(name, value);
        }
        if self.cookies.iter().any(|named| texts(params, named.slot).next().is_some()) {
            let cookies = self.cookie_line(params, into);
            let value = HeaderValue::from_bytes(cookies.as_bytes());
            into.insert(
                header::COOKIE,
                value.map_err(|_| unsupported("a parameter cannot stand in a cookie"))?,
            );
        }
        Ok(())
    }

    fn cookie_line(&self, params: &[Param], headers: &HeaderMap) -> String {
        let mut line = String::new();
        let sent = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        for pair in sent.flat_map(|value| value.split(';')).map(str::trim) {
            let name = pair.split('=').next().unwrap_or_default();
            if !pair.is_empty() && !self.cookies.iter().any(|named| named.name == name) {
                line.push_str(if line.is_empty() { "" } else { "; " });
                line.push_str(pair);
            }
        }
        for named in &self.cookies {
            for (at, text) in texts(params, named.slot).enumerate() {
                if at == 0 {
                    line.push_str(if line.is_empty() { "" } else { "; " });
                    line.push_str(&named.name);
                }
                line.push(if at == 0 { '=' } else { ',' });
                percent::encode(text, Keep::Unreserved, &mut line);
            }
        }
        line
    }
}

fn texts(params: &[Param], slot: u16) -> impl Iterator<Item = &str> {
    params.iter().filter(move |param| param.slot == slot).map(|param| param.text.as_str())
}

fn path_value<'a>(
    target: &mut String,
    name: &str,
    style: Style,
    explode: bool,
    keep: Keep,
    items: impl Iterator<Item = &'a str>,
) {
    let keep = if style == Style::Label { Keep::NotDots } else { keep };
    for (at, text) in items.enumerate() {
        match (style, explode) {
            (Style::Label, _) if at == 0 || explode => target.push('.'),
            (Style::Matrix, _) if at == 0 || explode => {
                target.push(';');
                percent::encode(name, Keep::Unreserved, target);
                target.push('=');
            }
            _ if at > 0 => target.push(','),
            _ => {}
        }
        percent::encode(text, keep, target);
    }
}

fn query_value(
    target: &mut String,
    separator: &mut char,
    named: &Named,
    params: &[Param],
) -> Result<(), Fault> {
    let joined = match named.style {
        _ if !named.list || named.explode => None,
        Style::SpaceDelimited => Some(("%20", Some(' '))),
        Style::PipeDelimited => Some(("%7C", Some('|'))),
        Style::DeepObject | Style::Dotted => None,
        Style::Simple | Style::Form | Style::Label | Style::Matrix => Some((",", None)),
    };
    for (at, text) in texts(params, named.slot).enumerate() {
        // Spaces and bars are encoded wherever they stand, so a reader could not tell them from separators.
        if joined.and_then(|(_, mark)| mark).is_some_and(|mark| text.contains(mark)) {
            return Err(unsupported("an item of a list contains what separates items"));
        }
        match joined.filter(|_| at > 0) {
            Some((between, _)) => target.push_str(between),
            None => {
                target.push(std::mem::replace(separator, '&'));
                target.push_str(&named.name);
                target.push('=');
            }
        }
        percent::encode(text, Keep::Unreserved, target);
    }
    Ok(())
}

fn unsupported(why: &str) -> Fault {
    Fault { side: Side::Caller, ..Fault::peer(FaultKind::Unsupported, why).unsent() }
}
