//! Numbers as text, so that no digit is lost before someone decides what they are for.

use std::fmt;

/// A number as it was written, in JSON's grammar (YAML's other forms are normalised to it).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number(pub String);

impl Number {
    /// Whether no fraction and no exponent is written: `1` is, `1.0` and `1e3` are not.
    pub fn is_integer(&self) -> bool {
        !self.0.contains(['.', 'e', 'E'])
    }

    /// The value, where it is written as an integer and fits.
    pub fn as_i64(&self) -> Option<i64> {
        self.0.parse().ok()
    }

    /// The value, where it is written as an integer and fits.
    pub fn as_u64(&self) -> Option<u64> {
        self.0.parse().ok()
    }

    /// The nearest double; `None` where the number is beyond its range.
    pub fn as_f64(&self) -> Option<f64> {
        self.0.parse().ok().filter(|value: &f64| value.is_finite())
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether `text` is a number of RFC 8259.
pub(crate) fn is_json_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, rest) = split_digits(digits);
    if whole.is_empty() || (whole.len() > 1 && whole.starts_with('0')) {
        return false;
    }
    let rest = match rest.strip_prefix('.') {
        Some(after) => {
            let (fraction, rest) = split_digits(after);
            if fraction.is_empty() {
                return false;
            }
            rest
        }
        None => rest,
    };
    match rest.strip_prefix(['e', 'E']) {
        Some(after) => {
            let (exponent, rest) = split_digits(after.strip_prefix(['+', '-']).unwrap_or(after));
            !exponent.is_empty() && rest.is_empty()
        }
        None => rest.is_empty(),
    }
}

/// The leading decimal digits, and what follows them.
pub(crate) fn split_digits(text: &str) -> (&str, &str) {
    let end = text.bytes().position(|b| !b.is_ascii_digit()).unwrap_or(text.len());
    text.split_at(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_numbers_are_told_from_look_alikes() {
        for good in ["0", "-0", "10", "1.5", "1e5", "1E+5", "-1.25e-10", "123456789012345678901234567890"] {
            assert!(is_json_number(good), "{good}");
        }
        for bad in ["", "-", "01", "+1", ".5", "1.", "1e", "1e+", "0x1", "1_000", "Infinity", "--1", "1.5.5"]
        {
            assert!(!is_json_number(bad), "{bad}");
        }
    }

    #[test]
    fn values_are_read_where_they_fit() {
        assert_eq!(Number("-5".into()).as_i64(), Some(-5));
        assert_eq!(Number("18446744073709551615".into()).as_u64(), Some(u64::MAX));
        assert_eq!(Number("1.0".into()).as_i64(), None);
        assert_eq!(Number("1e400".into()).as_f64(), None);
        assert!(!Number("1e3".into()).is_integer());
    }
}
