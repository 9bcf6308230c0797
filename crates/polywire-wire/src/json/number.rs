//! Numbers: one pass over the grammar, then exactly what was asked for.

use crate::Stop;

/// A number's parts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Number {
    mantissa: u64,
    exponent: i32,
    pub(crate) negative: bool,
    /// All digits are in the mantissa.
    exact: bool,
    /// Digits only.
    pub(crate) plain: bool,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// Powers of ten that a double holds exactly.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    1e19, 1e20, 1e21, 1e22,
];

#[inline(always)]
fn digit(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at).map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit < 10).map(u64::from)
}

impl Number {
    /// Reads the number that begins at `start`.
    #[inline(always)]
    pub(crate) fn parse(bytes: &[u8], start: usize) -> Result<Number, Stop> {
        let negative = bytes.get(start) == Some(&b'-');
        let first = start + usize::from(negative);
        let (mut at, mut mantissa) = (first, 0u64);
        while let Some(digit) = digit(bytes, at) {
            mantissa = mantissa.wrapping_mul(10).wrapping_add(digit);
            at += 1;
        }
        let mut digits = at - first;
        if digits == 0 || (digits > 1 && bytes[first] == b'0') {
            return Err(Stop::Malformed);
        }
        let (mut exponent, mut plain) = (0i32, true);
        if bytes.get(at) == Some(&b'.') {
            plain = false;
            at += 1;
            let from = at;
            while let Some(digit) = digit(bytes, at) {
                mantissa = mantissa.wrapping_mul(10).wrapping_add(digit);
                at += 1;
            }
            if at == from {
                return Err(Stop::Malformed);
            }
            exponent = -i32::try_from(at - from).unwrap_or(i32::MAX);
            digits += at - from;
        }
        if matches!(bytes.get(at), Some(b'e' | b'E')) {
            plain = false;
            let (power, end) = power(bytes, at + 1)?;
            exponent = exponent.saturating_add(power);
            at = end;
        }
        Ok(Number { mantissa, exponent, negative, exact: digits <= 19, plain, start, end: at })
    }

    /// The nearest double; an error where it is infinite.
    #[inline(always)]
    pub(crate) fn float(&self, bytes: &[u8]) -> Result<f64, Stop> {
        if self.exact && self.mantissa < 1 << 53 && (-22..=0).contains(&self.exponent) {
            let value = self.mantissa as f64 / POWERS[-self.exponent as usize];
            return Ok(if self.negative { -value } else { value });
        }
        slow_float(&bytes[self.start..self.end], self.negative)
    }

    /// The magnitude as an integer: `1.0` and `1e2` are integers, `1.5` is not.
    #[inline(always)]
    pub(crate) fn integer(&self, bytes: &[u8]) -> Result<u64, Stop> {
        if self.plain && self.exact {
            return Ok(self.mantissa);
        }
        slow_integer(&bytes[self.start..self.end], self.exponent, self.negative)
    }
}

#[inline(never)]
fn slow_float(text: &[u8], negative: bool) -> Result<f64, Stop> {
    let text = std::str::from_utf8(text).map_err(|_| Stop::Malformed)?;
    let value: f64 = text.parse().map_err(|_| Stop::Malformed)?;
    match value.is_finite() {
        true => Ok(value),
        false => Err(if negative { Stop::Minimum } else { Stop::Maximum }),
    }
}

#[inline(never)]
fn slow_integer(text: &[u8], exponent: i32, negative: bool) -> Result<u64, Stop> {
    let too_large = if negative { Stop::Minimum } else { Stop::Maximum };
    // Digits up to the last one that is not zero; the zeros after it count towards the exponent.
    let (mut value, mut zeros) = (0u128, 0i32);
    for byte in text {
        match byte {
            b'0' => zeros = zeros.saturating_add(1),
            b'1'..=b'9' => {
                if value != 0 {
                    value = u32::try_from(zeros)
                        .ok()
                        .and_then(|zeros| 10u128.checked_pow(zeros))
                        .and_then(|power| value.checked_mul(power))
                        .ok_or(too_large)?;
                }
                value = value.checked_mul(10).ok_or(too_large)? + u128::from(byte - b'0');
                zeros = 0;
            }
            b'e' | b'E' => break,
            _ => {}
        }
    }
    if value == 0 {
        return Ok(0);
    }
    let power = u32::try_from(exponent.saturating_add(zeros)).map_err(|_| Stop::Type)?;
    let value = 10u128.checked_pow(power).and_then(|power| value.checked_mul(power)).ok_or(too_large)?;
    u64::try_from(value).map_err(|_| too_large)
}

/// The power of ten after `e`.
fn power(bytes: &[u8], mut at: usize) -> Result<(i32, usize), Stop> {
    let negative = bytes.get(at) == Some(&b'-');
    if matches!(bytes.get(at), Some(b'-' | b'+')) {
        at += 1;
    }
    let (from, mut power) = (at, 0i32);
    while let Some(digit) = digit(bytes, at) {
        power = power.saturating_mul(10).saturating_add(digit as i32).min(1 << 30);
        at += 1;
    }
    if at == from {
        return Err(Stop::Malformed);
    }
    Ok((if negative { -power } else { power }, at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_exact() {
        let check = |text: &str| Number::parse(text.as_bytes(), 0).and_then(|n| n.integer(text.as_bytes()));
        assert_eq!(check("18446744073709551615"), Ok(u64::MAX));
        assert_eq!(check("18446744073709551616"), Err(Stop::Maximum));
        assert_eq!(check("1.0"), Ok(1));
        assert_eq!(check(&format!("1.{}", "0".repeat(200))), Ok(1));
        assert_eq!(check(&format!("1{}e-200", "0".repeat(200))), Ok(1));
        assert_eq!(check("1e2"), Ok(100));
        assert_eq!(check("1.5e1"), Ok(15));
        assert_eq!(check("1.5"), Err(Stop::Type));
        assert_eq!(check("0.000e99999999999"), Ok(0));
        assert_eq!(check("1e99999999999"), Err(Stop::Maximum));
        assert_eq!(check("1e-99999999999"), Err(Stop::Type));
    }

    #[test]
    fn random_numbers_are_those_of_the_standard_library() {
        let mut state = 0x9e37_79b9_7f4a_7c15u64;
        let mut below = |end: u64| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state % end
        };
        for round in 0..20_000 {
            let sign = if below(2) == 0 { "" } else { "-" };
            let whole = (1u64 << below(64)) | below(1 << 20);
            let mut text = format!("{sign}{whole}");
            if round % 2 == 1 {
                let digits = below(12) as usize + 1;
                let part = below(1_000_000);
                text.push_str(&format!(".{part:0digits$}"));
            }
            let end = text.len();
            // What follows is no part of it, whatever it is and however much there is.
            let after: String =
                (0..below(10)).map(|_| char::from(b" ,]}:/\x7f\"a"[below(9) as usize])).collect();
            let bytes = [text.as_bytes(), after.as_bytes(), "é".as_bytes()].concat();
            let number = Number::parse(&bytes, 0).unwrap();
            assert_eq!((number.start, number.end), (0, end), "{text}{after}");
            assert_eq!(number.float(&bytes), Ok(text.parse::<f64>().unwrap()), "{text}{after}");
            if number.plain {
                assert_eq!(number.integer(&bytes), Ok(whole), "{text}{after}");
            }
        }
    }

    #[test]
    fn floats_are_those_of_the_standard_library() {
        for text in [
            "0.1",
            "-0",
            "1e22",
            "123456789012345678901234567890",
            "2.2250738585072014e-308",
            "5e-324",
            "9.5",
        ] {
            let value = Number::parse(text.as_bytes(), 0).unwrap().float(text.as_bytes()).unwrap();
            assert_eq!(value.to_bits(), text.parse::<f64>().unwrap().to_bits(), "{text}");
        }
        for text in ["01", "-", "1.", ".5", "1e", "+1"] {
            assert!(Number::parse(text.as_bytes(), 0).is_err(), "{text}");
        }
    }
}
