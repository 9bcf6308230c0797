//! Kinds of scalars: numbers of different widths, text and the forms of text.

use super::{Aspect, Comparison, Fate, Place, Told, text};
use crate::{Check, Float, Shape, Type};

/// Digits that a double keeps exactly.
const DOUBLE_DIGITS: u16 = 15;

impl Comparison<'_> {
    /// Compares the kinds; says whether the rules of both can be compared, too.
    pub(super) fn scalars(&mut self, place: &Place, left: &Type, right: &Type) -> bool {
        use Fate::{Fits, Lost, Refused};
        let (a, b) = (text::kind(left), text::kind(right));
        let (aspect, to_right, to_left) = match (&left.shape, &right.shape) {
            (Shape::Int(_), Shape::Int(_))
            | (Shape::Bool, Shape::Bool)
            | (Shape::Text, Shape::Text)
            | (Shape::Bytes, Shape::Bytes)
            | (Shape::Instant, Shape::Instant)
            | (Shape::Date, Shape::Date)
            | (Shape::Time, Shape::Time)
            | (Shape::Duration, Shape::Duration)
            | (Shape::Uuid, Shape::Uuid) => return true,
            (Shape::Float(x), Shape::Float(y)) => {
                if x == y {
                    return true;
                }
                let to = |from: &Float| if *from == Float::F64 { Lost } else { Fits };
                (Aspect::Precision, to(x), to(y))
            }
            (Shape::Decimal { digits: d1, scale: s1 }, Shape::Decimal { digits: d2, scale: s2 }) => {
                if (d1, s1) == (d2, s2) {
                    return true;
                }
                (Aspect::Precision, decimal((*d1, *s1), (*d2, *s2)), decimal((*d2, *s2), (*d1, *s1)))
            }
            (Shape::Int(_), Shape::Float(_)) => (Aspect::Precision, Fate::of_digits(left, right), Refused),
            (Shape::Float(_), Shape::Int(_)) => (Aspect::Precision, Refused, Fate::of_digits(right, left)),
            (Shape::Int(_), Shape::Decimal { .. }) => (Aspect::Precision, Fits, Refused),
            (Shape::Decimal { .. }, Shape::Int(_)) => (Aspect::Precision, Refused, Fits),
            (Shape::Float(_), Shape::Decimal { digits, .. }) => {
                (Aspect::Precision, Lost, Fate::of_decimal(*digits))
            }
            (Shape::Decimal { digits, .. }, Shape::Float(_)) => {
                (Aspect::Precision, Fate::of_decimal(*digits), Lost)
            }
            (Shape::Text, other) if is_form(other) => (form(other), Refused, Fits),
            (other, Shape::Text) if is_form(other) => (form(other), Fits, Refused),
            _ => (Aspect::Kind, Refused, Refused),
        };
        self.tell(place, aspect, Told::new(a, b, to_right, to_left));
        false
    }
}

impl Fate {
    /// An integer as a floating-point number.
    fn of_digits(int: &Type, float: &Type) -> Fate {
        let exact = if matches!(float.shape, Shape::Float(Float::F32)) { 1_i128 << 24 } else { 1 << 53 };
        let (low, high) = super::rules::bounds(int);
        if low >= -exact && high <= exact { Fate::Fits } else { Fate::Lost }
    }

    fn of_decimal(digits: u16) -> Fate {
        if digits != 0 && digits <= DOUBLE_DIGITS { Fate::Fits } else { Fate::Lost }
    }
}

fn decimal(from: (u16, u16), to: (u16, u16)) -> Fate {
    if to.0 == 0 {
        return Fate::Fits;
    }
    if from.0 == 0 || from.0.saturating_sub(from.1) > to.0.saturating_sub(to.1) {
        return Fate::Refused;
    }
    if from.1 > to.1 { Fate::Lost } else { Fate::Fits }
}

/// What is text in JSON, too.
fn is_form(shape: &Shape) -> bool {
    matches!(
        shape,
        Shape::Uuid
            | Shape::Date
            | Shape::Time
            | Shape::Instant
            | Shape::Duration
            | Shape::Decimal { .. }
            | Shape::Enum(_)
            | Shape::Bytes
    )
}

fn form(shape: &Shape) -> Aspect {
    if matches!(shape, Shape::Enum(_)) { Aspect::Values } else { Aspect::Format }
}

/// Whether a check is about numbers.
pub(super) fn is_bound(check: &Check) -> bool {
    matches!(
        check,
        Check::Minimum(_) | Check::Maximum(_) | Check::ExclusiveMinimum(_) | Check::ExclusiveMaximum(_)
    )
}
