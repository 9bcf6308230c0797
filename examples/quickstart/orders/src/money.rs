//! Prices as whole cents. Must not use floating point: a total is exact or it is refused.

/// An amount in cents, never negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cents(i64);

impl Cents {
    /// Reads a decimal with at most two digits after the point: `12`, `12.5`, `12.50`.
    pub(crate) fn parse(text: &str) -> Option<Cents> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(fraction) || fraction.len() > 2 {
            return None;
        }
        let scale = if fraction.len() == 1 { 10 } else { 1 };
        let cents = fraction.parse::<i64>().ok()? * scale;
        whole.parse::<i64>().ok()?.checked_mul(100)?.checked_add(cents).map(Cents)
    }

    /// Multiplies by a quantity; `None` where the result cannot be held.
    pub(crate) fn times(self, quantity: i32) -> Option<Cents> {
        self.0.checked_mul(i64::from(quantity)).map(Cents)
    }
}

impl std::fmt::Display for Cents {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

#[cfg(test)]
mod tests {
    use super::Cents;

    fn check(price: &str, quantity: i32, total: Option<&str>) {
        let actual = Cents::parse(price).and_then(|cents| cents.times(quantity));
        assert_eq!(actual.map(|cents| cents.to_string()).as_deref(), total, "{price} times {quantity}");
    }

    #[test]
    fn totals_are_exact() {
        check("0.10", 3, Some("0.30"));
        check("19.99", 1000, Some("19990.00"));
        check("12", 2, Some("24.00"));
        check("12.5", 1, Some("12.50"));
        check("0.07", 1, Some("0.07"));
    }

    #[test]
    fn what_is_no_price_is_refused() {
        for text in ["", ".", "1.", ".5", "-1.00", "1.005", "1e3", "1,50", "+1", "92233720368547758.08"] {
            check(text, 1, None);
        }
        check("92233720368547758.07", 2, None);
    }
}
