//! Bytes, moments and spans of time with the rules that only Protobuf has for them.

use polywire_contract::{Check, Literal, ProtoRule, TypeId};
use polywire_diag::Diagnostic;

use super::Job;
use super::scalar::exact;
use super::types::limit;
use crate::Stop;
use crate::check::moment::{self, Moment, MomentRule};
use crate::check::{BytesRules, Pattern, re2};
use crate::codes::PATTERN_NOT_TAKEN;
use crate::plan::{Bytes, Node};

impl Job<'_, '_> {
    pub(super) fn bytes(&mut self, id: TypeId) -> Node {
        let (mut min, mut max, mut rules) = (0, u32::MAX, BytesRules::default());
        let (mut any, mut unless_empty) = (false, false);
        for (check, span) in self.checks(id) {
            any |= !matches!(check, Check::MinLength(_) | Check::MaxLength(_));
            match check {
                Check::MinLength(count) => min = min.max(limit(*count)),
                Check::MaxLength(count) => max = max.min(limit(*count)),
                Check::Among(values) => rules.among = Some(decoded(values)),
                Check::NotAmong(values) => rules.not_among = decoded(values),
                Check::Proto(ProtoRule::UnlessZero) => unless_empty = true,
                Check::Proto(ProtoRule::Prefix(bytes)) => rules.prefix = Some(bytes.as_slice().into()),
                Check::Proto(ProtoRule::Suffix(bytes)) => rules.suffix = Some(bytes.as_slice().into()),
                Check::Proto(ProtoRule::Contains(bytes)) => rules.contains = Some(bytes.as_slice().into()),
                Check::Proto(ProtoRule::Sizes(sizes)) => rules.sizes.clone_from(sizes),
                Check::Proto(ProtoRule::Re2(text)) => rules.pattern = self.re2(text, *span),
                other => self.not_checked(other, *span),
            }
        }
        let bytes = Bytes { min, max, rules: any.then(|| Box::new(rules)) };
        if !unless_empty {
            return Node::Bytes(bytes);
        }
        let rules = BytesRules { unless_empty: Some(Box::new(bytes)), ..BytesRules::default() };
        Node::Bytes(Bytes { min: 0, max: u32::MAX, rules: Some(Box::new(rules)) })
    }

    /// A compiled expression of RE2; where it is none, that is said.
    pub(super) fn re2(&mut self, text: &str, span: polywire_diag::Span) -> Option<Pattern> {
        match re2::compile(text) {
            Ok(compiled) => Some(compiled),
            Err(reason) => {
                let message = format!("the pattern `{text}` is not checked: {reason}");
                let diagnostic = Diagnostic::warning(&PATTERN_NOT_TAKEN, message).at(span, "this pattern");
                self.say(&PATTERN_NOT_TAKEN, diagnostic);
                None
            }
        }
    }

    /// A moment or a span of time.
    pub(super) fn moment(&mut self, id: TypeId, span: bool) -> Node {
        const FAR: i128 = i128::MAX / 2;
        let mut rules = Vec::new();
        for (check, place) in self.checks(id) {
            let at = |number| exact(number).map_or(0, moment::nanos);
            rules.push(match check {
                Check::Minimum(bound) => (MomentRule::In(at(bound)..=FAR), Stop::Minimum),
                Check::Maximum(bound) => (MomentRule::In(-FAR..=at(bound)), Stop::Maximum),
                Check::ExclusiveMinimum(bound) => {
                    (MomentRule::In(at(bound) + 1..=FAR), Stop::ExclusiveMinimum)
                }
                Check::ExclusiveMaximum(bound) => {
                    (MomentRule::In(-FAR..=at(bound) - 1), Stop::ExclusiveMaximum)
                }
                Check::Among(values) => (MomentRule::Among(moments(values, span)), Stop::Enum),
                Check::NotAmong(values) => (MomentRule::NotAmong(moments(values, span)), Stop::Not),
                Check::Proto(ProtoRule::Outside { below, above }) => {
                    let from = at(&below.0) + i128::from(below.1);
                    let to = at(&above.0) - i128::from(above.1);
                    (MomentRule::NotIn(from..=to), Stop::Not)
                }
                Check::Proto(ProtoRule::Past) => (MomentRule::Past, Stop::Maximum),
                Check::Proto(ProtoRule::Future) => (MomentRule::Future, Stop::Minimum),
                Check::Proto(ProtoRule::WithinNow(seconds)) => {
                    (MomentRule::WithinNow(at(seconds)), Stop::Maximum)
                }
                other => {
                    self.not_checked(other, *place);
                    continue;
                }
            });
        }
        match (rules.is_empty(), span) {
            (true, true) => Node::Duration,
            (true, false) => Node::Instant,
            _ => Node::Moment(Box::new(Moment { span, rules })),
        }
    }
}

fn decoded(values: &[Literal]) -> Vec<Vec<u8>> {
    let decode = |text: &str| {
        let mut bytes = Vec::new();
        crate::text::base64::decode(text.as_bytes(), &mut bytes).then_some(bytes)
    };
    values.iter().filter_map(|value| value.as_text()).filter_map(decode).collect()
}

fn moments(values: &[Literal], span: bool) -> Vec<i128> {
    let texts = values.iter().filter_map(|value| value.as_text());
    texts.filter_map(|text| moment::parse(text.as_bytes(), span)).collect()
}
