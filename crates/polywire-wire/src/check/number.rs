//! Rules for numbers: bounds, multiples, listed values; exact, also where they are written as decimals.

use crate::Stop;
use crate::plan::{Decimal, Enum, Float, Int};

/// A decimal: `digits * 10^exponent`, negative or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exact {
    pub(crate) negative: bool,
    pub(crate) digits: u128,
    pub(crate) exponent: i32,
}

/// The rarer rules of a floating-point number or decimal.
#[derive(Clone, Debug, Default)]
pub struct FloatRules {
    pub(crate) multiple: Option<Exact>,
    pub(crate) among: Option<Vec<f64>>,
    pub(crate) not_among: Vec<f64>,
    pub(crate) finite: bool,
    /// Below the first or above the second; each with whether the bound itself is allowed.
    pub(crate) outside: Option<((f64, bool), (f64, bool))>,
    /// The rules of a value that is not zero.
    pub(crate) unless_zero: Option<Box<Float>>,
    /// Bounds of a decimal, compared exactly, with the rule that they break.
    pub(crate) bounds: Vec<(Bound, Exact)>,
    /// Digits before the point of a decimal that its place holds, and whether it holds a sign.
    pub(crate) whole: Option<(u32, bool)>,
}

/// A bound of a decimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bound {
    /// `>=`
    Minimum,
    /// `<=`
    Maximum,
    /// `>`
    Above,
    /// `<`
    Below,
}

impl Exact {
    /// Reads a number in JSON's grammar; none where it has too many digits.
    pub(crate) fn parse(text: &[u8]) -> Option<Exact> {
        let (negative, rest) = match text.strip_prefix(b"-") {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mut digits, mut exponent, mut zeros, mut point) = (0u128, 0i32, 0u32, false);
        let mut at = 0;
        while let Some(byte) = rest.get(at) {
            match byte {
                b'0' => zeros += 1,
                b'1'..=b'9' => {
                    // Trailing zeros become part of the exponent, so that only digits that count are held.
                    let scale = if digits == 0 { 1 } else { 10u128.checked_pow(zeros + 1)? };
                    digits = digits.checked_mul(scale)?.checked_add(u128::from(byte - b'0'))?;
                    zeros = 0;
                }
                b'.' => point = true,
                b'e' | b'E' => break,
                _ => return None,
            }
            exponent -= i32::from(point && *byte != b'.');
            at += 1;
        }
        if let Some(power) = rest.get(at + 1..) {
            let power: i32 = std::str::from_utf8(power).ok()?.parse().ok()?;
            exponent = exponent.checked_add(power)?;
        }
        let exponent = exponent.checked_add(zeros as i32)?;
        Some(if digits == 0 {
            Exact { negative: false, digits, exponent: 0 }
        } else {
            Exact { negative, digits, exponent }
        })
    }

    pub(crate) fn float(self) -> f64 {
        let text = format!("{}{}e{}", if self.negative { "-" } else { "" }, self.digits, self.exponent);
        text.parse().unwrap_or(f64::NAN)
    }

    /// An integer.
    pub(crate) fn whole(value: i128) -> Exact {
        Exact { negative: value < 0, digits: value.unsigned_abs(), exponent: 0 }
    }

    /// The exact product; none where it has too many digits.
    pub(crate) fn times(self, other: Exact) -> Option<Exact> {
        let digits = self.digits.checked_mul(other.digits)?;
        let exponent = self.exponent.checked_add(other.exponent)?;
        Some(Exact { negative: self.negative != other.negative && digits != 0, digits, exponent })
    }

    /// The largest integer that is not above it, and whether it is that integer.
    pub(crate) fn floor(self) -> Option<(i128, bool)> {
        let (mut magnitude, mut whole) = (self.digits, true);
        if self.exponent >= 0 {
            magnitude = magnitude.checked_mul(10u128.checked_pow(self.exponent as u32)?)?;
        } else {
            for _ in self.exponent..0 {
                whole &= magnitude.is_multiple_of(10);
                magnitude /= 10;
                if magnitude == 0 {
                    whole &= self.digits == 0;
                    break;
                }
            }
        }
        let value = i128::try_from(magnitude).ok()?;
        Some(if self.negative { (-value - i128::from(!whole), whole) } else { (value, whole) })
    }

    /// Whether it is a multiple of another, exactly; true where the digits go beyond what can be compared.
    pub(crate) fn is_multiple_of(self, of: Exact) -> bool {
        if self.digits == 0 || of.digits == 0 {
            return self.digits == 0;
        }
        let shift = i64::from(self.exponent) - i64::from(of.exponent);
        if shift >= 0 {
            // value * 10^shift mod of, by repeated steps so that nothing overflows.
            let mut rest = self.digits % of.digits;
            for _ in 0..shift.min(4096) {
                let Some(next) = rest.checked_mul(10) else { return true };
                rest = next % of.digits;
                if rest == 0 {
                    break;
                }
            }
            return rest == 0;
        }
        // The value's last digit is not zero or stands for itself: it must be divisible by of * 10^-shift.
        let scale = u32::try_from(-shift).ok().and_then(|shift| 10u128.checked_pow(shift));
        match scale.and_then(|scale| of.digits.checked_mul(scale)) {
            Some(divisor) => self.digits.is_multiple_of(divisor),
            None => false,
        }
    }

    /// Compares exactly; none where the digits go beyond what can be compared.
    pub(crate) fn compare(self, other: Exact) -> Option<std::cmp::Ordering> {
        if self.negative != other.negative {
            return Some(other.negative.cmp(&self.negative));
        }
        let low = self.exponent.min(other.exponent);
        let scaled = |number: Exact| {
            let by = u32::try_from(i64::from(number.exponent) - i64::from(low)).ok()?;
            number.digits.checked_mul(10u128.checked_pow(by)?)
        };
        let ordering = match (scaled(self), scaled(other)) {
            (Some(a), Some(b)) => a.cmp(&b),
            // One is far larger than the other.
            (None, Some(_)) => std::cmp::Ordering::Greater,
            (Some(_), None) => std::cmp::Ordering::Less,
            (None, None) => return None,
        };
        Some(if self.negative { ordering.reverse() } else { ordering })
    }
}

impl Int {
    #[inline(always)]
    pub(crate) fn check(&self, value: i64) -> Result<(), Stop> {
        if value < self.min {
            return Err(self.min_rule);
        }
        if value >= 0 && value as u64 > self.max {
            return Err(self.max_rule);
        }
        if self.multiple > 1 && !value.unsigned_abs().is_multiple_of(self.multiple) {
            return Err(Stop::MultipleOf);
        }
        match &self.values {
            Some(values) => values.check(i128::from(value)),
            None => Ok(()),
        }
    }

    #[inline(always)]
    pub(crate) fn check_unsigned(&self, value: u64) -> Result<(), Stop> {
        if self.min > 0 && value < self.min as u64 {
            return Err(self.min_rule);
        }
        if value > self.max {
            return Err(self.max_rule);
        }
        if self.multiple > 1 && !value.is_multiple_of(self.multiple) {
            return Err(Stop::MultipleOf);
        }
        match &self.values {
            Some(values) => values.check(i128::from(value)),
            None => Ok(()),
        }
    }
}

impl crate::plan::Values {
    #[inline(never)]
    pub(crate) fn check(&self, value: i128) -> Result<(), Stop> {
        if let Some(int) = &self.unless_zero {
            return match (i64::try_from(value), u64::try_from(value)) {
                (Ok(0), _) => Ok(()),
                (Ok(value), _) if int.signed => int.check(value),
                (_, Ok(value)) => int.check_unsigned(value),
                (_, Err(_)) => Err(Stop::Minimum),
            };
        }
        if self.outside.is_some_and(|(below, above)| value > below && value < above) {
            return Err(Stop::Not);
        }
        if self.among.as_ref().is_some_and(|among| !among.contains(&value)) {
            return Err(Stop::Enum);
        }
        if self.not_among.contains(&value) {
            return Err(Stop::Not);
        }
        match self.most {
            Some((most, rule)) if value > most => Err(rule),
            _ => Ok(()),
        }
    }
}

impl Float {
    #[inline(always)]
    pub(crate) fn check(&self, value: f64) -> Result<(), Stop> {
        // NaN is within no bounds.
        if !(self.min..=self.max).contains(&value) {
            self.beyond(value)?;
        }
        if self.single && value.is_finite() && !(value as f32).is_finite() {
            return Err(if value < 0.0 { Stop::Minimum } else { Stop::Maximum });
        }
        match &self.rules {
            Some(rules) => rules.check(value),
            None => Ok(()),
        }
    }

    #[inline(never)]
    fn beyond(&self, value: f64) -> Result<(), Stop> {
        if !self.lenient && !value.is_finite() {
            return Err(Stop::Type);
        }
        if value.is_nan() && !self.bounded {
            return Ok(());
        }
        Err(if value > self.max { self.max_rule } else { self.min_rule })
    }
}

impl FloatRules {
    #[inline(never)]
    fn check(&self, value: f64) -> Result<(), Stop> {
        if let Some(float) = &self.unless_zero {
            return if value == 0.0 { Ok(()) } else { float.check(value) };
        }
        if self.finite && !value.is_finite() {
            return Err(Stop::Format);
        }
        if let Some(((low, below), (high, above))) = self.outside {
            if value.is_nan() {
                return Err(Stop::Minimum);
            }
            let holds = value < low || value > high || below && value == low || above && value == high;
            if !holds {
                return Err(Stop::Not);
            }
        }
        if self.among.as_ref().is_some_and(|among| !among.contains(&value)) {
            return Err(Stop::Enum);
        }
        if self.not_among.contains(&value) {
            return Err(Stop::Not);
        }
        if let Some(multiple) = self.multiple {
            if !value.is_finite() {
                return Err(Stop::MultipleOf);
            }
            // The shortest decimal that reads back as the value is the number that was written.
            let mut text = zmij::Buffer::new();
            let exact = Exact::parse(text.format_finite(value).as_bytes());
            if exact.is_some_and(|exact| !exact.is_multiple_of(multiple)) {
                return Err(Stop::MultipleOf);
            }
        }
        Ok(())
    }
}

impl Decimal {
    /// Checks a decimal's text: `-12.50`.
    pub(crate) fn check(&self, text: &[u8]) -> Result<(), Stop> {
        let unsigned = text.strip_prefix(b"-").unwrap_or(text);
        let (whole, part) = match unsigned.iter().position(|byte| *byte == b'.') {
            Some(at) => (&unsigned[..at], &unsigned[at + 1..]),
            None => (unsigned, &unsigned[..0]),
        };
        let digits_only = whole.iter().chain(part).all(u8::is_ascii_digit);
        if whole.is_empty() || unsigned.ends_with(b".") || !digits_only {
            return Err(Stop::Format);
        }
        if self.digits > 0 {
            let zeros = whole.iter().take_while(|byte| **byte == b'0').count();
            if part.len() > self.scale as usize || whole.len() - zeros + part.len() > self.digits as usize {
                return Err(Stop::Format);
            }
        }
        match &self.rules {
            Some(rules) => rules.check_exact(text),
            None => Ok(()),
        }
    }
}

impl FloatRules {
    fn check_exact(&self, text: &[u8]) -> Result<(), Stop> {
        use std::cmp::Ordering;
        if let Some((most, signed)) = self.whole {
            let magnitude = text.strip_prefix(b"-");
            let whole = whole_digits(magnitude.unwrap_or(text));
            match magnitude {
                Some(magnitude) if !signed && magnitude.iter().any(|byte| (b'1'..=b'9').contains(byte)) => {
                    return Err(Stop::Minimum);
                }
                Some(_) if whole > most => return Err(Stop::Minimum),
                None if whole > most => return Err(Stop::Maximum),
                _ => {}
            }
        }
        if self.bounds.is_empty() && self.multiple.is_none() {
            return Ok(());
        }
        let Some(value) = Exact::parse(text) else { return Err(Stop::Format) };
        for (bound, limit) in &self.bounds {
            let ordering = value.compare(*limit).unwrap_or(Ordering::Equal);
            let (holds, rule) = match bound {
                Bound::Minimum => (ordering != Ordering::Less, Stop::Minimum),
                Bound::Maximum => (ordering != Ordering::Greater, Stop::Maximum),
                Bound::Above => (ordering == Ordering::Greater, Stop::ExclusiveMinimum),
                Bound::Below => (ordering == Ordering::Less, Stop::ExclusiveMaximum),
            };
            if !holds {
                return Err(rule);
            }
        }
        match self.multiple {
            Some(multiple) if !value.is_multiple_of(multiple) => Err(Stop::MultipleOf),
            _ => Ok(()),
        }
    }
}

/// Digits before the point, without zeros before them.
fn whole_digits(text: &[u8]) -> u32 {
    let digits = text.iter().skip_while(|byte| **byte == b'0').take_while(|byte| **byte != b'.');
    digits.count() as u32
}

/// What an absent enum stands for in Protobuf, if it stands for anything.
pub(crate) fn zero_of(choice: &Enum) -> Result<i32, Stop> {
    if choice.open || choice.by_number(0).is_some() { Ok(0) } else { Err(Stop::Required) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exact(text: &str) -> Exact {
        Exact::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn multiples_are_exact() {
        let check = |value, of| exact(value).is_multiple_of(exact(of));
        assert!(check("0.07", "0.01"));
        assert!(check("4.35", "0.01"));
        assert!(!check("4.355", "0.01"));
        assert!(check("1e300", "0.5"));
        assert!(check("10", "2.5"));
        assert!(!check("11", "2.5"));
        assert!(check("0", "3"));
        assert!(check("-9", "3"));
    }

    #[test]
    fn bounds_become_integers() {
        assert_eq!(exact("1.5").floor(), Some((1, false)));
        assert_eq!(exact("-1.5").floor(), Some((-2, false)));
        assert_eq!(exact("1e3").floor(), Some((1000, true)));
        assert_eq!(exact("1.000").floor(), Some((1, true)));
        assert_eq!(exact("0.001").floor(), Some((0, false)));
        assert_eq!(exact("100").floor(), Some((100, true)));
    }

    #[test]
    fn decimals_are_compared_exactly() {
        use std::cmp::Ordering::{Equal, Greater, Less};
        assert_eq!(exact("0.10").compare(exact("0.1")), Some(Equal));
        assert_eq!(exact("-2").compare(exact("1")), Some(Less));
        assert_eq!(exact("1e30").compare(exact("99999")), Some(Greater));
    }
}
