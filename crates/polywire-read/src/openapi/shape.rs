//! The shape and the checks of one type from its parts: scalars, enums and lists; records and sums have files of their
//! own.

use polywire_contract::{Check, EnumValue, Float, Int, Shape};
use polywire_diag::{Diagnostic, Span};
use polywire_syntax::{Node, Number, Value};

use super::parts::{Part, implied};
use super::schema::{Built, Kind, Lowering, closed_enum, is_set, whole};
use super::{Edition, NOT_MERGED};

/// Formats of text that are checks; every other unknown format is a remark for people.
const TEXT_FORMATS: &[&str] = &[
    "email",
    "idn-email",
    "hostname",
    "idn-hostname",
    "ipv4",
    "ipv6",
    "uri",
    "uri-reference",
    "iri",
    "iri-reference",
    "uri-template",
    "json-pointer",
    "relative-json-pointer",
    "regex",
    "duration",
];

impl<'a> Lowering<'_, 'a> {
    /// Builds what the parts describe together.
    pub(super) fn shape(&mut self, parts: &[Part<'a>], forced: Option<Kind>) -> Built {
        let (shape, mut checks) = self.constructed(parts, forced);
        if !matches!(shape, Shape::Sum(_)) {
            self.not_among(parts, &mut checks);
        }
        (shape, checks)
    }

    fn constructed(&mut self, parts: &[Part<'a>], forced: Option<Kind>) -> Built {
        if let Some(built) = self.sum(parts, forced) {
            return built;
        }
        let kinds = match forced {
            Some(kind) => vec![kind],
            None => match self.kinds(parts) {
                Some(kinds) => kinds,
                None => {
                    let nothing = self.nothing();
                    return (self.contract.ty(nothing).shape.clone(), Vec::new());
                }
            },
        };
        match kinds[..] {
            [] => self.untyped(parts),
            [kind] => self.of_kind(kind, parts),
            _ => self.by_kind(&kinds, parts),
        }
    }

    /// The JSON types that all parts allow, null set aside; empty where no part says anything, none where they exclude
    /// each other.
    fn kinds(&mut self, parts: &[Part<'a>]) -> Option<Vec<Kind>> {
        let mut kinds: Option<(Vec<Kind>, Span)> = None;
        for part in parts {
            let Some(declared) = part.declared() else { continue };
            let at = part.get("type").map_or(part.node.span, |node| node.span);
            kinds = Some(match kinds {
                None => (declared, at),
                Some((before, first)) => {
                    let both = both(&before, &declared);
                    if both.is_empty() {
                        let names = (before[0].name(), declared[0].name());
                        let message = format!("nothing is both `{}` and `{}`", names.0, names.1);
                        let diagnostic = Diagnostic::warning(&NOT_MERGED, message).at(at, "this");
                        let diagnostic = diagnostic.at(first, "excludes this");
                        self.say(diagnostic.help("no value is allowed where both hold"));
                        return None;
                    } else {
                        (both, at)
                    }
                }
            });
        }
        if let Some((mut kinds, _)) = kinds {
            if kinds.len() > 1 {
                kinds.retain(|kind| *kind != Kind::Null);
            }
            if kinds.contains(&Kind::Number) {
                kinds.retain(|kind| *kind != Kind::Integer);
            }
            return Some(kinds);
        }
        let mut implied_kinds = Vec::new();
        for kind in parts.iter().filter_map(Part::map).flat_map(implied) {
            if !implied_kinds.contains(&kind) {
                implied_kinds.push(kind);
            }
        }
        if implied_kinds.len() > 1 {
            implied_kinds.clear();
        }
        Some(implied_kinds)
    }

    /// A schema without a type: known by its values, or anything.
    fn untyped(&mut self, parts: &[Part<'a>]) -> Built {
        let Some((values, span)) = self.allowed(parts) else { return (Shape::Any, Vec::new()) };
        let is = |test: fn(&Value) -> bool| values.iter().all(|value| test(&value.value));
        if values.is_empty() {
            (Shape::Any, vec![(Check::Among(Vec::new()), span)])
        } else if is(|value| matches!(value, Value::Text(_))) {
            self.of_kind(Kind::Text, parts)
        } else if is(|value| matches!(value, Value::Bool(_))) {
            self.of_kind(Kind::Bool, parts)
        } else if is(|value| matches!(value, Value::Number(n) if n.is_integer())) {
            self.of_kind(Kind::Integer, parts)
        } else if is(|value| matches!(value, Value::Number(_))) {
            self.of_kind(Kind::Number, parts)
        } else {
            (Shape::Any, vec![(Check::Among(values), span)])
        }
    }

    /// Values of one JSON type.
    fn of_kind(&mut self, kind: Kind, parts: &[Part<'a>]) -> Built {
        let mut checks = Vec::new();
        let shape = match kind {
            Kind::Text => return self.text_shape(parts),
            Kind::Object => return self.object(parts),
            Kind::Null => {
                let nothing = self.nothing();
                return (self.contract.ty(nothing).shape.clone(), checks);
            }
            Kind::Bool => Shape::Bool,
            Kind::Integer => Shape::Int(int(parts)),
            Kind::Number => match format(parts) {
                Some("int32" | "int64" | "int8" | "int16" | "uint8" | "uint16" | "uint32" | "uint64") => {
                    Shape::Int(int(parts))
                }
                Some("float") => Shape::Float(Float::F32),
                _ => Shape::Float(Float::F64),
            },
            Kind::List => {
                // Beside items of their own place, what the others are is said beside the shape.
                let by_place = |part: &&Part| part.map().is_some_and(|map| map.get("prefixItems").is_some());
                let parts = parts.iter().filter(|part| self.edition == Edition::V30 || !by_place(part));
                let items: Vec<&'a Node> = parts.filter_map(|part| part.get("items")).collect();
                let item = if items.is_empty() { self.any_value() } else { self.use_all(&items) };
                Shape::List(item)
            }
        };
        self.checks(kind, parts, &mut checks);
        self.among(kind, parts, &mut checks);
        (shape, checks)
    }

    /// Any value, null among them.
    pub(super) fn any_value(&mut self) -> polywire_contract::TypeRef {
        polywire_contract::TypeRef { id: self.any(), nullable: true }
    }

    fn text_shape(&mut self, parts: &[Part<'a>]) -> Built {
        let mut checks = Vec::new();
        let mut shape: Option<(Shape, &str, Span)> = None;
        for part in parts {
            let base64 = matches!(part.get("contentEncoding").and_then(Node::as_text), Some("base64"));
            let format = part.get("format").and_then(|node| Some((node, node.as_text()?)));
            let (node, name) = match (format, part.get("contentEncoding")) {
                (Some(format), _) => format,
                (None, Some(node)) if base64 => (node, "byte"),
                _ => continue,
            };
            let Some(own) = text_format(name) else {
                if TEXT_FORMATS.contains(&name) {
                    checks.push((Check::Format(name.to_string()), node.span));
                }
                continue;
            };
            match &shape {
                Some((_, before, first)) if *before != name => {
                    let message = format!("text cannot have both formats `{before}` and `{name}`");
                    let diagnostic = Diagnostic::error(&NOT_MERGED, message).at(node.span, "one of them");
                    let diagnostic = diagnostic.at(*first, "and the other");
                    self.say(diagnostic);
                }
                _ => shape = Some((own, name, node.span)),
            }
        }
        let mut shape = shape.map_or(Shape::Text, |(shape, ..)| shape);
        self.checks(Kind::Text, parts, &mut checks);
        if matches!(shape, Shape::Bytes) {
            // They count letters of the encoding, and the model counts bytes, as `binary` does: it is said beside the shape.
            let binary = format(parts) == Some("binary");
            let counts = |check: &Check| match check {
                Check::MinLength(_) | Check::MaxLength(_) => !binary,
                check => matches!(check, Check::Pattern(_)),
            };
            checks.retain(|(check, _)| !counts(check));
        }
        if let Some((values, span)) = self.allowed(parts) {
            let names = self.matching(Kind::Text, values);
            if matches!(shape, Shape::Text) {
                let value = |node: Node| EnumValue {
                    name: node.as_text().unwrap_or_default().to_string(),
                    span: node.span,
                };
                shape = closed_enum(names.into_iter().map(value).collect());
            } else {
                checks.push((Check::Among(names), span));
            }
        }
        (shape, checks)
    }

    /// The rules that speak about one JSON type.
    pub(super) fn checks(&mut self, kind: Kind, parts: &[Part<'a>], checks: &mut Vec<(Check, Span)>) {
        for part in parts {
            let Some(map) = part.map() else { continue };
            for entry in &map.entries {
                let count = || if let Value::Number(n) = &entry.value.value { whole(n) } else { None };
                let number =
                    || if let Value::Number(n) = &entry.value.value { Some(n.clone()) } else { None };
                let numeric = matches!(kind, Kind::Integer | Kind::Number);
                let check = match entry.key.as_str() {
                    "minLength" if kind == Kind::Text => count().map(Check::MinLength),
                    "maxLength" if kind == Kind::Text => count().map(Check::MaxLength),
                    "pattern" if kind == Kind::Text => {
                        entry.value.as_text().map(|p| Check::Pattern(p.to_string()))
                    }
                    "minItems" if kind == Kind::List => count().map(Check::MinItems),
                    "maxItems" if kind == Kind::List => count().map(Check::MaxItems),
                    "uniqueItems" if kind == Kind::List => {
                        is_set(map, "uniqueItems").then_some(Check::UniqueItems)
                    }
                    "minProperties" if kind == Kind::Object => count().map(Check::MinProperties),
                    "maxProperties" if kind == Kind::Object => count().map(Check::MaxProperties),
                    "multipleOf" if numeric => number().map(Check::MultipleOf),
                    "minimum" if numeric && is_set(map, "exclusiveMinimum") => {
                        number().map(Check::ExclusiveMinimum)
                    }
                    "maximum" if numeric && is_set(map, "exclusiveMaximum") => {
                        number().map(Check::ExclusiveMaximum)
                    }
                    "minimum" if numeric => number().map(Check::Minimum),
                    "maximum" if numeric => number().map(Check::Maximum),
                    "exclusiveMinimum" if numeric => number().map(Check::ExclusiveMinimum),
                    "exclusiveMaximum" if numeric => number().map(Check::ExclusiveMaximum),
                    _ => None,
                };
                checks.extend(check.map(|check| (check, entry.value.span)));
            }
        }
    }
}

/// The types that two lists allow; an integer is a number.
fn both(a: &[Kind], b: &[Kind]) -> Vec<Kind> {
    let has = |list: &[Kind], kind: Kind| {
        list.contains(&kind) || (kind == Kind::Integer && list.contains(&Kind::Number))
    };
    let mut kinds: Vec<Kind> = a.iter().copied().filter(|kind| has(b, *kind)).collect();
    kinds.extend(b.iter().copied().filter(|kind| has(a, *kind) && !a.contains(kind)));
    kinds
}

pub(super) fn format<'a>(parts: &[Part<'a>]) -> Option<&'a str> {
    parts.iter().find_map(|part| part.get("format")?.as_text())
}

/// The domain of an integer: by its format, else the smallest of the two that holds its bounds.
fn int(parts: &[Part<'_>]) -> Int {
    match format(parts) {
        Some("int8") => Int::I8,
        Some("int16") => Int::I16,
        Some("int32") => Int::I32,
        Some("uint8") => Int::U8,
        Some("uint16") => Int::U16,
        Some("uint32") => Int::U32,
        Some("uint64") => Int::U64,
        Some("int64") => Int::I64,
        _ => {
            let bound = |key: &str| {
                parts.iter().find_map(|part| match &part.get(key)?.value {
                    Value::Number(number) => Some(number),
                    _ => None,
                })
            };
            let beyond = |number: &Number| number.as_i64().is_none() && number.as_u64().is_some();
            let natural = bound("minimum").is_some_and(|number| whole(number).is_some());
            if natural && bound("maximum").is_some_and(beyond) { Int::U64 } else { Int::I64 }
        }
    }
}

/// The shape of a format of text that has one.
fn text_format(name: &str) -> Option<Shape> {
    Some(match name {
        "date-time" => Shape::Instant,
        "date" => Shape::Date,
        "time" => Shape::Time,
        "uuid" => Shape::Uuid,
        "byte" | "binary" => Shape::Bytes,
        "decimal" => Shape::Decimal { digits: 0, scale: 0 },
        _ => return None,
    })
}
