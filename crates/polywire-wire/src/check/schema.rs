//! Rules for numbers as JSON Schema means them: exact, of any size, and an integer is what has no fraction.

use std::cmp::Ordering;

use super::Exact;
use super::number::Bound;
use crate::Stop;

/// Rules for a number.
#[derive(Clone, Debug, Default)]
pub struct SchemaNumber {
    pub(crate) integer: bool,
    pub(crate) bounds: Vec<(Bound, Exact)>,
    pub(crate) multiples: Vec<Exact>,
    pub(crate) among: Option<Vec<Exact>>,
}

impl SchemaNumber {
    /// Checks a number by its text, which has JSON's grammar.
    pub(crate) fn check(&self, text: &[u8]) -> Result<(), Stop> {
        let Some(value) = Exact::parse(text) else { return self.check_rounded(text) };
        if self.integer && value.digits != 0 && value.exponent < 0 {
            return Err(Stop::Type);
        }
        for (bound, limit) in &self.bounds {
            holds(*bound, order(value, *limit))?;
        }
        if !self.multiples.iter().all(|of| value.is_multiple_of(*of)) {
            return Err(Stop::MultipleOf);
        }
        match &self.among {
            Some(among) if !among.contains(&value) => Err(Stop::Enum),
            _ => Ok(()),
        }
    }

    /// A number with more digits than can be held is compared by its nearest double.
    #[cold]
    fn check_rounded(&self, text: &[u8]) -> Result<(), Stop> {
        let plain = text.iter().all(|byte| byte.is_ascii_digit() || *byte == b'-');
        let value: f64 =
            std::str::from_utf8(text).ok().and_then(|text| text.parse().ok()).unwrap_or(f64::NAN);
        if self.integer && !plain && value.fract() != 0.0 {
            return Err(Stop::Type);
        }
        for (bound, limit) in &self.bounds {
            holds(*bound, value.partial_cmp(&limit.float()).unwrap_or(Ordering::Equal))?;
        }
        let multiple = |of: &Exact| (value / of.float()).fract() == 0.0;
        if !self.multiples.iter().all(multiple) {
            return Err(Stop::MultipleOf);
        }
        if self.among.is_some() { Err(Stop::Enum) } else { Ok(()) }
    }
}

fn order(value: Exact, limit: Exact) -> Ordering {
    let sign = |number: Exact| if number.negative { Ordering::Less } else { Ordering::Greater };
    match (value.digits, limit.digits) {
        (0, 0) => Ordering::Equal,
        (0, _) => sign(limit).reverse(),
        (_, 0) => sign(value),
        _ => value.compare(limit).unwrap_or(Ordering::Equal),
    }
}

fn holds(bound: Bound, ordering: Ordering) -> Result<(), Stop> {
    let (holds, rule) = match bound {
        Bound::Minimum => (ordering != Ordering::Less, Stop::Minimum),
        Bound::Maximum => (ordering != Ordering::Greater, Stop::Maximum),
        Bound::Above => (ordering == Ordering::Greater, Stop::ExclusiveMinimum),
        Bound::Below => (ordering == Ordering::Less, Stop::ExclusiveMaximum),
    };
    if holds { Ok(()) } else { Err(rule) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exact(text: &str) -> Exact {
        Exact::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn numbers_of_any_size_are_compared() {
        let check = |bound, limit: &str, value: &str| {
            let rules = SchemaNumber { bounds: vec![(bound, exact(limit))], ..SchemaNumber::default() };
            rules.check(value.as_bytes())
        };
        assert_eq!(check(Bound::Minimum, "0", "1e-300"), Ok(()));
        assert_eq!(check(Bound::Above, "0", "-1e-300"), Err(Stop::ExclusiveMinimum));
        assert_eq!(check(Bound::Maximum, "1e-50", "0"), Ok(()));
        assert_eq!(check(Bound::Maximum, "18446744073709551615", "18446744073709551616"), Err(Stop::Maximum));
        let long = "9".repeat(60);
        assert_eq!(check(Bound::Below, "1e70", &long), Ok(()));
        assert_eq!(check(Bound::Below, "1e50", &long), Err(Stop::ExclusiveMaximum));
    }

    #[test]
    fn integers_have_no_fraction() {
        let rules = SchemaNumber { integer: true, ..SchemaNumber::default() };
        let long = "9".repeat(60);
        for good in ["1", "1.0", "-0", "1e300", "10e-1", long.as_str()] {
            assert_eq!(rules.check(good.as_bytes()), Ok(()), "{good}");
        }
        for bad in ["1.5", "1e-1", "0.1"] {
            assert_eq!(rules.check(bad.as_bytes()), Err(Stop::Type), "{bad}");
        }
    }
}
