//! Rules of two types of the same kind: bounds, lengths, patterns, forms.

use polywire_diag::Span;

use super::scalar::is_bound;
use super::values::held_to;
use super::{Aspect, Comparison, Fate, Place, Told, text};
use crate::{Check, Int, Shape, Type};

impl Comparison<'_> {
    pub(super) fn rules(&mut self, place: &Place, left: &Type, right: &Type) {
        match (&left.shape, &right.shape) {
            (Shape::Int(a), Shape::Int(b)) => self.integers(place, (left, *a), (right, *b)),
            _ => self.bounds(place, left, right),
        }
        self.lengths(place, left, right);
        self.one_sided(place, left, right);
    }

    fn integers(&mut self, place: &Place, left: (&Type, Int), right: (&Type, Int)) {
        let (a, b) = (bounds(left.0), bounds(right.0));
        if a == b {
            return;
        }
        let outside = |from: (i128, i128), to: (i128, i128)| Fate::refused(from.0 < to.0 || from.1 > to.1);
        // Bounds that are written down are shown as bounds, else the width says it.
        let bounded = |ty: &Type| ty.checks.iter().any(|(check, _)| is_bound(check));
        let aspect = if bounded(left.0) || bounded(right.0) { Aspect::Range } else { Aspect::Width };
        let shown = |ty: &Type, int: Int, range: (i128, i128)| match aspect {
            Aspect::Width => text::int(int).to_string(),
            _ if bounded(ty) => text::range(range),
            _ => format!("{}, no bounds", text::int(int)),
        };
        let told =
            Told::new(shown(left.0, left.1, a), shown(right.0, right.1, b), outside(a, b), outside(b, a));
        let inner = place.inner_at(span_of(left.0, is_bound), span_of(right.0, is_bound));
        self.tell(&inner, aspect, told);
    }

    /// Bounds of numbers that are no integers.
    fn bounds(&mut self, place: &Place, left: &Type, right: &Type) {
        let shown = |ty: &Type| -> Vec<String> {
            ty.checks
                .iter()
                .filter(|(check, _)| is_bound(check))
                .map(|(check, _)| text::rule(check))
                .collect()
        };
        let (a, b) = (shown(left), shown(right));
        if a == b {
            return;
        }
        let limit = |ty: &Type, low: bool| {
            let values = ty.checks.iter().filter_map(|(check, _)| match check {
                Check::Minimum(n) | Check::ExclusiveMinimum(n) if low => n.as_f64(),
                Check::Maximum(n) | Check::ExclusiveMaximum(n) if !low => n.as_f64().map(|v| -v),
                _ => None,
            });
            values.fold(f64::NEG_INFINITY, f64::max)
        };
        let outside = |from: &Type, to: &Type| {
            limit(from, true) < limit(to, true) || limit(from, false) < limit(to, false)
        };
        // Bounds of the same value may differ in whether they are part of the range.
        let alike = !outside(left, right) && !outside(right, left);
        let told = Told::new(
            text::all(&a, "no bounds"),
            text::all(&b, "no bounds"),
            Fate::refused(alike || outside(left, right)),
            Fate::refused(alike || outside(right, left)),
        );
        let inner = place.inner_at(span_of(left, is_bound), span_of(right, is_bound));
        self.tell(&inner, Aspect::Range, told);
    }

    fn lengths(&mut self, place: &Place, left: &Type, right: &Type) {
        let (a, b) = (length(left), length(right));
        if a == b {
            return;
        }
        let outside = |from: (u64, u64), to: (u64, u64)| Fate::refused(from.0 < to.0 || from.1 > to.1);
        let told = Told::new(text::length(a), text::length(b), outside(a, b), outside(b, a));
        let inner = place.inner_at(span_of(left, is_length), span_of(right, is_length));
        self.tell(&inner, Aspect::Length, told);
    }

    /// Rules that can only be the same or not.
    fn one_sided(&mut self, place: &Place, left: &Type, right: &Type) {
        // Lists of texts are compared by their words.
        let by_words = held_to(left).is_some() && held_to(right).is_some();
        for aspect in [Aspect::Values, Aspect::Pattern, Aspect::Format, Aspect::Precision] {
            let of = |ty: &Type| -> Vec<String> {
                let own = ty.checks.iter().map(|(check, _)| check);
                let own = own.filter(|check| aspect_of(check) == Some(aspect));
                own.filter(|check| !(by_words && matches!(check, Check::Among(_)))).map(text::rule).collect()
            };
            let (a, b) = (of(left), of(right));
            let lacks = |own: &[String], other: &[String]| {
                Fate::refused(other.iter().any(|rule| !own.contains(rule)))
            };
            let (to_right, to_left) = (lacks(&a, &b), lacks(&b, &a));
            if to_right != Fate::Fits || to_left != Fate::Fits {
                let is_it = |check: &Check| aspect_of(check) == Some(aspect);
                let inner = place.inner_at(span_of(left, is_it), span_of(right, is_it));
                let told = Told::new(text::all(&a, "no rule"), text::all(&b, "no rule"), to_right, to_left);
                self.tell(&inner, aspect, told);
            }
        }
    }
}

impl Place {
    /// The same place, with the rules' own spans where there are any.
    pub(super) fn inner_at(&self, left: Option<Span>, right: Option<Span>) -> Place {
        Place { path: self.path.clone(), left: left.unwrap_or(self.left), right: right.unwrap_or(self.right) }
    }
}

fn span_of(ty: &Type, is_it: impl Fn(&Check) -> bool) -> Option<Span> {
    ty.checks.iter().find(|(check, _)| is_it(check)).map(|(_, span)| *span)
}

fn aspect_of(check: &Check) -> Option<Aspect> {
    match check {
        Check::Pattern(_) => Some(Aspect::Pattern),
        Check::Format(_) => Some(Aspect::Format),
        Check::Among(_) | Check::NotAmong(_) | Check::UniqueItems => Some(Aspect::Values),
        Check::MultipleOf(_) => Some(Aspect::Precision),
        _ => None,
    }
}

fn is_length(check: &Check) -> bool {
    matches!(
        check,
        Check::MinLength(_)
            | Check::MaxLength(_)
            | Check::MinItems(_)
            | Check::MaxItems(_)
            | Check::MinProperties(_)
            | Check::MaxProperties(_)
    )
}

/// The least and greatest length.
fn length(ty: &Type) -> (u64, u64) {
    ty.checks.iter().fold((0, u64::MAX), |(low, high), (check, _)| match check {
        Check::MinLength(n) | Check::MinItems(n) | Check::MinProperties(n) => (low.max(*n), high),
        Check::MaxLength(n) | Check::MaxItems(n) | Check::MaxProperties(n) => (low, high.min(*n)),
        _ => (low, high),
    })
}

/// The least and greatest integer of a type, its rules among what bounds it.
pub(super) fn bounds(ty: &Type) -> (i128, i128) {
    let domain = match &ty.shape {
        Shape::Int(int) => int_bounds(*int),
        _ => (i128::MIN, i128::MAX),
    };
    ty.checks.iter().fold(domain, |(low, high), (check, _)| match check {
        Check::Minimum(n) => (low.max(n.0.parse().unwrap_or(low)), high),
        Check::ExclusiveMinimum(n) => {
            (low.max(n.0.parse::<i128>().map_or(low, |n| n.saturating_add(1))), high)
        }
        Check::Maximum(n) => (low, high.min(n.0.parse().unwrap_or(high))),
        Check::ExclusiveMaximum(n) => {
            (low, high.min(n.0.parse::<i128>().map_or(high, |n| n.saturating_sub(1))))
        }
        _ => (low, high),
    })
}

fn int_bounds(int: Int) -> (i128, i128) {
    match int {
        Int::I8 => (i8::MIN.into(), i8::MAX.into()),
        Int::I16 => (i16::MIN.into(), i16::MAX.into()),
        Int::I32 => (i32::MIN.into(), i32::MAX.into()),
        Int::I64 => (i64::MIN.into(), i64::MAX.into()),
        Int::U8 => (0, u8::MAX.into()),
        Int::U16 => (0, u16::MAX.into()),
        Int::U32 => (0, u32::MAX.into()),
        Int::U64 => (0, u64::MAX.into()),
    }
}
