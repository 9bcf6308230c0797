//! The header field `grpc-timeout`: at most eight digits and a unit.

use std::time::Duration;

const DIGITS_MAX: usize = 8;
const VALUE_MAX: u128 = 99_999_999;

/// Units from the smallest, in nanoseconds.
const UNITS: [(char, u64); 6] = [
    ('n', 1),
    ('u', 1_000),
    ('m', 1_000_000),
    ('S', 1_000_000_000),
    ('M', 60_000_000_000),
    ('H', 3_600_000_000_000),
];

/// Reads a timeout.
pub(crate) fn parse(text: &str) -> Option<Duration> {
    let unit = text.chars().last()?;
    let digits = text.strip_suffix(unit)?;
    if digits.is_empty() || digits.len() > DIGITS_MAX || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let value: u64 = digits.parse().ok()?;
    let (_, nanos) = UNITS.iter().find(|(name, _)| *name == unit)?;
    // More than five hundred years are as good as the longest time.
    Some(Duration::from_nanos(value.saturating_mul(*nanos)))
}

/// Writes a timeout in the finest unit in which it fits, never longer than it is.
pub(crate) fn print(timeout: Duration) -> String {
    let nanos = timeout.as_nanos();
    let fits = UNITS.iter().find(|(_, unit)| nanos / u128::from(*unit) <= VALUE_MAX);
    match fits {
        Some((name, unit)) => format!("{}{name}", nanos / u128::from(*unit)),
        None => format!("{VALUE_MAX}H"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<Duration>) {
        assert_eq!(parse(text), expected, "{text}");
    }

    #[test]
    fn timeouts() {
        check("1S", Some(Duration::from_secs(1)));
        check("250m", Some(Duration::from_millis(250)));
        check("99999999H", Some(Duration::from_nanos(u64::MAX)));
        check("0n", Some(Duration::ZERO));
        for wrong in ["", "S", "1", "1s", "-1S", "123456789n", "1.5S", "٣S", "1€"] {
            check(wrong, None);
        }
        for nanos in [0, 1, 99_999_999, 100_000_000, 1_500_000_000, 86_400_000_000_000] {
            let timeout = Duration::from_nanos(nanos);
            let read = parse(&print(timeout)).unwrap();
            assert!(read <= timeout && timeout - read < Duration::from_secs(1), "{nanos}");
        }
        assert_eq!(print(Duration::MAX), "99999999H");
    }
}
