//! Scalars with their rules.

use polywire_contract::{Check, Int as Domain, Literal, ProtoEnum, ProtoKind, ProtoRule, Shape, TypeId};
use polywire_diag::{Diagnostic, Span};
use polywire_syntax::{Number, Value};

use super::types::limit;
use super::{Job, Place};
use crate::Stop;
use crate::check::number::Bound;
use crate::check::{Exact, FloatRules, Format, TextRules, ecma, well_known};
use crate::codes::{NO_PROTOBUF_FORM, PATTERN_NOT_TAKEN, RULE_NOT_CHECKED};
use crate::plan::{Bool, Decimal, Enum, Float, Int, Int64, Node, NodeId, Text, Values, Wire};

impl Job<'_, '_> {
    /// A scalar; all other shapes were dealt with before.
    pub(super) fn scalar(&mut self, id: TypeId, place: &Place) -> NodeId {
        // A message is around a scalar, and is no kind of it.
        let kind = place.kind.filter(|kind| *kind != ProtoKind::Message).unwrap_or_else(|| self.natural(id));
        // Enums have a translation, and a name is no text with rules.
        let is_enum = matches!(self.contract().ty(id).shape, Shape::Enum(_));
        let also = std::mem::replace(&mut self.also, place.pair.filter(|_| !is_enum));
        let as_text = !self.mode.protobuf() && self.is_text_there(place);
        let node = match &self.contract().ty(id).shape {
            Shape::Bool => self.bool(id),
            Shape::Int(domain) => self.int(id, *domain, kind, place),
            Shape::Float(_) => self.float(id, kind, place),
            Shape::Decimal { digits, scale } => {
                let rules = self.float_rules(id, true);
                Node::Decimal(Decimal { digits: *digits, scale: *scale, rules: rules.map(Box::new) })
            }
            Shape::Bytes => self.bytes(id),
            // Any text may come where an enum is open and has no numbers.
            Shape::Enum(shape) if shape.open && !self.contract().protobuf.enums.contains_key(&id) => {
                self.text(id, None)
            }
            Shape::Enum(shape) => self.choice(id, shape, kind, place),
            // Text that JSON Schema calls a moment may be more than Protobuf can hold.
            Shape::Instant if as_text && !place.proto_json => self.text(id, Some(Format::DateTime)),
            Shape::Instant if kind == ProtoKind::String => self.text(id, Some(Format::DateTime)),
            Shape::Instant => self.moment(id, false),
            Shape::Duration if kind == ProtoKind::String => self.text(id, Some(Format::Duration)),
            Shape::Duration => self.moment(id, true),
            Shape::Date => self.text(id, Some(Format::Date)),
            Shape::Time => self.text(id, Some(Format::Time)),
            Shape::Uuid => self.text(id, Some(Format::Uuid)),
            Shape::Text => self.text(id, None),
            Shape::List(_) | Shape::Map { .. } | Shape::Record(_) | Shape::Sum(_) | Shape::Any => Node::Any,
        };
        self.also = also;
        let node = self.both(node, id, place);
        let node = self.narrowed(id, place, node);
        self.add(node)
    }

    /// A rule that does not fit where it stands.
    pub(super) fn not_checked(&mut self, check: &Check, span: Span) {
        let text = format!("`{}` is not checked here", check.rule());
        self.say(&RULE_NOT_CHECKED, Diagnostic::warning(&RULE_NOT_CHECKED, text).at(span, "this rule"));
    }

    fn bool(&mut self, id: TypeId) -> Node {
        let (mut allowed, mut zero) = ([true; 2], false);
        for (check, span) in self.checks(id) {
            let has = |values: &[Literal], wanted| values.iter().any(|v| v.value == Value::Bool(wanted));
            match check {
                Check::Among(values) => [false, true].map(|v| allowed[usize::from(v)] &= has(values, v)),
                Check::NotAmong(values) => [false, true].map(|v| allowed[usize::from(v)] &= !has(values, v)),
                Check::Proto(ProtoRule::UnlessZero) => {
                    zero = true;
                    continue;
                }
                other => {
                    self.not_checked(other, *span);
                    continue;
                }
            };
        }
        allowed[0] |= zero;
        Node::Bool(Bool { allowed })
    }

    pub(super) fn text(&mut self, id: TypeId, format: Option<Format>) -> Node {
        let (mut min, mut max, mut rules) = (0, u32::MAX, TextRules::default());
        let mut unless_empty = false;
        rules.formats.extend(format.filter(|_| self.mode.checks || self.mode.protobuf()));
        for (check, span) in self.checks(id) {
            match check {
                Check::MinLength(count) => min = min.max(limit(*count)),
                Check::MaxLength(count) => max = max.min(limit(*count)),
                Check::Pattern(text) => match ecma::compile(text) {
                    Ok(compiled) => rules.patterns.push(compiled),
                    Err(reason) => self.pattern_not_taken(text, &reason, *span),
                },
                Check::Format(name) => rules.formats.extend(Format::of(name)),
                Check::Among(values) => {
                    let mut listed = sorted_texts(values);
                    if let Some(before) = &rules.among {
                        listed.retain(|text| before.contains(text));
                    }
                    rules.among = Some(listed);
                }
                Check::NotAmong(values) => rules.not_among.extend(sorted_texts(values)),
                Check::Proto(ProtoRule::UnlessZero) => unless_empty = true,
                Check::Proto(ProtoRule::MinBytes(count)) => {
                    rules.bytes.get_or_insert((0, u32::MAX)).0 = limit(*count);
                }
                Check::Proto(ProtoRule::MaxBytes(count)) => {
                    rules.bytes.get_or_insert((0, u32::MAX)).1 = limit(*count);
                }
                Check::Proto(ProtoRule::WellKnown(name)) => {
                    rules.well_known.extend(well_known::is_known(name))
                }
                Check::Proto(ProtoRule::NotContains(part)) => rules.without.push(part.as_bytes().into()),
                Check::Proto(ProtoRule::Re2(text)) => rules.patterns.extend(self.re2(text, *span)),
                other => self.not_checked(other, *span),
            }
        }
        let none = rules.patterns.is_empty()
            && rules.formats.is_empty()
            && rules.among.is_none()
            && rules.not_among.is_empty()
            && rules.bytes.is_none()
            && rules.well_known.is_empty()
            && rules.without.is_empty();
        let text = Text { min, max, rules: (!none).then(|| Box::new(rules)) };
        if !unless_empty {
            return Node::Text(text);
        }
        let rules = TextRules { unless_empty: Some(Box::new(text)), ..TextRules::default() };
        Node::Text(Text { min: 0, max: u32::MAX, rules: Some(Box::new(rules)) })
    }

    fn pattern_not_taken(&mut self, text: &str, reason: &str, span: Span) {
        let message = format!("the pattern `{text}` is not checked: {reason}");
        self.say(
            &PATTERN_NOT_TAKEN,
            Diagnostic::warning(&PATTERN_NOT_TAKEN, message).at(span, "this pattern"),
        );
    }

    fn int(&mut self, id: TypeId, domain: Domain, kind: ProtoKind, place: &Place) -> Node {
        let (low, high) = range(domain);
        let wide = matches!(domain, Domain::I64 | Domain::U64);
        let mut int = Int {
            min: low,
            max: high,
            min_rule: Stop::Minimum,
            max_rule: Stop::Maximum,
            multiple: 0,
            values: None,
            signed: low < 0,
            narrow: matches!(
                kind,
                ProtoKind::Int32
                    | ProtoKind::Uint32
                    | ProtoKind::Sint32
                    | ProtoKind::Fixed32
                    | ProtoKind::Sfixed32
            ),
            wire: Wire::of(kind),
            quoted: wide
                && match self.mode.json.int64 {
                    None => place.proto_json_written,
                    Some(int64) => int64 == Int64::Text,
                },
            lenient: place.proto_json_read,
        };
        let plain = int.clone();
        let mut unless_zero = false;
        for (check, span) in self.checks(id) {
            if let Check::Proto(ProtoRule::UnlessZero) = check {
                unless_zero = true;
            } else if !add_int_rule(&mut int, check) {
                self.not_checked(check, *span);
            }
        }
        if !unless_zero {
            return Node::Int(int);
        }
        let rules = Values { unless_zero: Some(Box::new(int)), ..Values::default() };
        Node::Int(Int { values: Some(Box::new(rules)), ..plain })
    }

    fn float(&mut self, id: TypeId, kind: ProtoKind, place: &Place) -> Node {
        let mut float =
            Float { single: kind == ProtoKind::Float, lenient: place.proto_json_read, ..Float::PLAIN };
        if place.proto_json {
            (float.min, float.max) = (f64::NEG_INFINITY, f64::INFINITY);
        }
        for (check, _) in self.checks(id) {
            let bound = |bound: &Number| exact(bound).map(Exact::float);
            match check {
                Check::Minimum(limit) => bound(limit).map(|least| float.at_least(least, Stop::Minimum)),
                Check::Maximum(limit) => bound(limit).map(|most| float.at_most(most, Stop::Maximum)),
                // What is above a number is at least the one that comes next.
                Check::ExclusiveMinimum(limit) => {
                    bound(limit).map(|under| float.at_least(under.next_up(), Stop::ExclusiveMinimum))
                }
                Check::ExclusiveMaximum(limit) => {
                    bound(limit).map(|over| float.at_most(over.next_down(), Stop::ExclusiveMaximum))
                }
                _ => None,
            };
        }
        float.rules = self.float_rules(id, false).map(Box::new);
        let unless_zero = Check::Proto(ProtoRule::UnlessZero);
        if self.checks(id).iter().all(|(check, _)| *check != unless_zero) {
            return Node::Float(float);
        }
        let plain = Float { min: f64::NEG_INFINITY, max: f64::INFINITY, bounded: false, ..float.clone() };
        let rules = FloatRules { unless_zero: Some(Box::new(float)), ..FloatRules::default() };
        Node::Float(Float { rules: Some(Box::new(rules)), ..plain })
    }

    /// The rarer rules of a number; of a decimal all of them.
    fn float_rules(&mut self, id: TypeId, decimal: bool) -> Option<FloatRules> {
        let mut rules = FloatRules::default();
        let mut any = false;
        for (check, span) in self.checks(id) {
            let bound = match check {
                Check::Minimum(bound) => Some((Bound::Minimum, exact(bound))),
                Check::Maximum(bound) => Some((Bound::Maximum, exact(bound))),
                Check::ExclusiveMinimum(bound) => Some((Bound::Above, exact(bound))),
                Check::ExclusiveMaximum(bound) => Some((Bound::Below, exact(bound))),
                _ => None,
            };
            match (check, bound) {
                (_, Some((bound, Some(limit)))) if decimal => rules.bounds.push((bound, limit)),
                (_, Some(_)) if !decimal => continue,
                (Check::MultipleOf(of), _) => rules.multiple = exact(of),
                (Check::Among(values), _) if !decimal => rules.among = Some(floats(values)),
                (Check::NotAmong(values), _) if !decimal => rules.not_among = floats(values),
                (Check::Proto(ProtoRule::UnlessZero), _) => continue,
                (Check::Proto(ProtoRule::Finite), _) if !decimal => rules.finite = true,
                (Check::Proto(ProtoRule::Outside { below, above }), _) if !decimal => {
                    let bound =
                        |bound: &(Number, bool)| (exact(&bound.0).map_or(f64::NAN, Exact::float), bound.1);
                    rules.outside = Some((bound(below), bound(above)));
                }
                (other, _) => {
                    self.not_checked(other, *span);
                    continue;
                }
            }
            any = true;
        }
        any.then_some(rules)
    }

    fn choice(
        &mut self,
        id: TypeId,
        shape: &polywire_contract::Enum,
        kind: ProtoKind,
        place: &Place,
    ) -> Node {
        let proto = self.contract().protobuf.enums.get(&id);
        let text = kind == ProtoKind::String;
        if proto.is_none() && !text && self.mode.protobuf() {
            let span = self.contract().ty(id).span;
            let message = "this enum has no numbers in Protobuf";
            self.say(
                &NO_PROTOBUF_FORM,
                Diagnostic::error(&NO_PROTOBUF_FORM, message).at(span, "needed for a call"),
            );
            self.failed = true;
        }
        let number = |at: usize| proto.and_then(|p| p.numbers.get(at).copied()).unwrap_or(at as i32);
        let names =
            shape.values.iter().enumerate().map(|(at, v)| (v.name.as_bytes().into(), number(at))).collect();
        let mut choice = Enum::new(names, shape.open && !text);
        choice.lenient = proto.is_some_and(|proto| proto.proto_json) && place.proto_json_read;
        choice.text = text;
        self.shown(&mut choice, proto);
        let mut zero = false;
        for (check, span) in self.checks(id) {
            // A listed value is a name, or of a Protobuf enum a number.
            let numbers = |values: &[Literal]| -> Vec<i32> {
                values
                    .iter()
                    .filter_map(|value| match &value.value {
                        Value::Text(name) => choice.by_name(name.as_bytes()),
                        Value::Number(number) => number.0.parse().ok(),
                        _ => None,
                    })
                    .collect()
            };
            match check {
                Check::Among(values) => choice.allowed = Some(numbers(values)),
                Check::NotAmong(values) => choice.excluded = numbers(values),
                Check::Proto(ProtoRule::UnlessZero) => zero = true,
                other => self.not_checked(other, *span),
            }
        }
        if zero {
            choice.allowed.iter_mut().for_each(|allowed| allowed.push(0));
            choice.excluded.retain(|number| *number != 0);
        }
        Node::Enum(choice)
    }

    /// How JSON shows the values of an enum, where it is not by their names.
    pub(super) fn shown(&self, choice: &mut Enum, proto: Option<&ProtoEnum>) {
        match proto {
            Some(proto) if proto.is_null() => choice.show_null(),
            Some(_) if self.mode.json.enum_numbers => choice.show_numbers(),
            _ => {}
        }
    }
}

/// Adds a rule of an integer; false where it does not fit one.
fn add_int_rule(int: &mut Int, check: &Check) -> bool {
    match check {
        Check::Minimum(bound) | Check::ExclusiveMinimum(bound) => {
            let Some((floor, whole)) = exact(bound).and_then(Exact::floor) else { return false };
            let exclusive = matches!(check, Check::ExclusiveMinimum(_));
            // The smallest integer that is allowed.
            let least = if whole && !exclusive { floor } else { floor + 1 };
            if least > i128::from(int.min) {
                int.min = i64::try_from(least).unwrap_or(i64::MAX);
                int.min_rule = if exclusive { Stop::ExclusiveMinimum } else { Stop::Minimum };
            }
        }
        Check::Maximum(bound) | Check::ExclusiveMaximum(bound) => {
            let Some((floor, whole)) = exact(bound).and_then(Exact::floor) else { return false };
            let exclusive = matches!(check, Check::ExclusiveMaximum(_));
            let most = if whole && exclusive { floor - 1 } else { floor };
            if most < i128::from(int.max) {
                int.max_rule = if exclusive { Stop::ExclusiveMaximum } else { Stop::Maximum };
                set_maximum(int, most);
            }
        }
        Check::MultipleOf(of) => {
            let Some(of) = exact(of) else { return false };
            match of.floor() {
                Some((of, true)) => int.multiple = u64::try_from(of).unwrap_or(u64::MAX),
                // A step such as 0.5 divides every integer; one such as 1.5 does not.
                _ => return Exact { negative: false, digits: 1, exponent: 0 }.is_multiple_of(of),
            }
        }
        Check::Among(values) => int.values_mut().among = Some(integers(values)),
        Check::NotAmong(values) => int.values_mut().not_among = integers(values),
        Check::Proto(ProtoRule::Outside { below, above }) => {
            let whole = |number: &Number| exact(number).and_then(Exact::floor).map(|floor| floor.0);
            let (Some(low), Some(high)) = (whole(&below.0), whole(&above.0)) else { return false };
            let outside = (low - i128::from(!below.1), high + i128::from(!above.1));
            int.values_mut().outside = Some(outside);
        }
        _ => return false,
    }
    true
}

/// A bound below zero leaves non-negative values out by the list, since the bound itself is unsigned.
fn set_maximum(int: &mut Int, most: i128) {
    match u64::try_from(most) {
        Ok(most) => int.max = most,
        Err(_) => {
            int.max = 0;
            int.negative_maximum(most);
        }
    }
}

impl Int {
    fn values_mut(&mut self) -> &mut Values {
        self.values.get_or_insert_with(Box::default)
    }

    fn negative_maximum(&mut self, most: i128) {
        self.values_mut().most = Some((most, self.max_rule));
    }
}

/// The values of a domain.
pub(super) fn range(domain: Domain) -> (i64, u64) {
    match domain {
        Domain::I8 => (i8::MIN.into(), i8::MAX as u64),
        Domain::I16 => (i16::MIN.into(), i16::MAX as u64),
        Domain::I32 => (i32::MIN.into(), i32::MAX as u64),
        Domain::I64 => (i64::MIN, i64::MAX as u64),
        Domain::U8 => (0, u8::MAX.into()),
        Domain::U16 => (0, u16::MAX.into()),
        Domain::U32 => (0, u32::MAX.into()),
        Domain::U64 => (0, u64::MAX),
    }
}

pub(super) fn exact(number: &Number) -> Option<Exact> {
    Exact::parse(number.0.as_bytes())
}

fn sorted_texts(values: &[Literal]) -> Vec<Box<[u8]>> {
    let texts = values.iter().filter_map(|value| value.as_text());
    let mut texts: Vec<Box<[u8]>> = texts.map(|text| text.as_bytes().into()).collect();
    texts.sort();
    texts
}

fn numbers(values: &[Literal]) -> impl Iterator<Item = Exact> {
    values
        .iter()
        .filter_map(|value| if let Value::Number(number) = &value.value { exact(number) } else { None })
}

fn integers(values: &[Literal]) -> Vec<i128> {
    numbers(values).filter_map(|number| number.floor().filter(|floor| floor.1).map(|floor| floor.0)).collect()
}

fn floats(values: &[Literal]) -> Vec<f64> {
    numbers(values).map(Exact::float).collect()
}
