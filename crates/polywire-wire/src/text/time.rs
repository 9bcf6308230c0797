//! Dates, times of day and spans of time as text.

use super::instant::{day_number, offset};

/// `YYYY-MM-DD` as days since 1970.
pub(crate) fn date(text: &[u8]) -> Option<i64> {
    let [a, b, c, d, b'-', e, f, b'-', g, h] = text else { return None };
    let digit = |c: &u8| c.is_ascii_digit().then(|| u32::from(c - b'0'));
    let year = digit(a)? * 1000 + digit(b)? * 100 + digit(c)? * 10 + digit(d)?;
    day_number(year, digit(e)? * 10 + digit(f)?, digit(g)? * 10 + digit(h)?)
}

/// RFC 3339 `full-time`, or without an offset. A leap second is the last of a day in UTC.
pub(crate) fn is_time(text: &[u8]) -> bool {
    let Some([a, b, b':', c, d, b':', e, f]) = text.get(..8) else { return false };
    if ![a, b, c, d, e, f].iter().all(|c| c.is_ascii_digit()) {
        return false;
    }
    let two = |a: &u8, b: &u8| i64::from(a - b'0') * 10 + i64::from(b - b'0');
    let (hour, minute, second) = (two(a, b), two(c, d), two(e, f));
    let mut rest = &text[8..];
    if let Some(decimals) = rest.strip_prefix(b".") {
        let count = decimals.iter().take_while(|c| c.is_ascii_digit()).count();
        if count == 0 {
            return false;
        }
        rest = &decimals[count..];
    }
    let shift = match rest {
        b"" | b"Z" | b"z" => 0,
        [b'+' | b'-', ..] => match offset(rest) {
            Some(shift) => shift,
            None => return false,
        },
        _ => return false,
    };
    let leap = second == 60 && (hour * 3600 + minute * 60 - shift).rem_euclid(86_400) == 86_340;
    hour < 24 && minute < 60 && (second < 60 || leap)
}

/// The range of `google.protobuf.Duration`: 10,000 years.
const SECONDS_MAX: i64 = 315_576_000_000;

/// `-1.5s` as seconds and nanoseconds of one sign.
pub(crate) fn duration(text: &[u8]) -> Option<(i64, i32)> {
    let body = text.strip_suffix(b"s")?;
    let (negative, body) = match body.strip_prefix(b"-") {
        Some(rest) => (true, rest),
        None => (false, body),
    };
    let (whole, part) = match body.iter().position(|c| *c == b'.') {
        Some(at) => (&body[..at], &body[at + 1..]),
        None => (body, &body[..0]),
    };
    let digits_only = whole.iter().chain(part).all(u8::is_ascii_digit);
    if whole.is_empty() || whole.len() > 12 || part.len() > 9 || body.ends_with(b".") || !digits_only {
        return None;
    }
    let number =
        |digits: &[u8]| digits.iter().fold(0i64, |value, digit| value * 10 + i64::from(digit - b'0'));
    let seconds = number(whole);
    let nanos = (number(part) * 10i64.pow(9 - part.len() as u32)) as i32;
    if seconds > SECONDS_MAX || (seconds == SECONDS_MAX && nanos > 0) {
        return None;
    }
    Some(if negative { (-seconds, -nanos) } else { (seconds, nanos) })
}

/// Whether seconds and nanoseconds are a `google.protobuf.Duration`.
pub(crate) fn is_duration(seconds: i64, nanos: i64) -> bool {
    let same_sign = seconds == 0 || nanos == 0 || (seconds < 0) == (nanos < 0);
    seconds.unsigned_abs() <= SECONDS_MAX as u64 && nanos.unsigned_abs() < 1_000_000_000 && same_sign
}

/// Quoted `1.5s` with 0, 3, 6 or 9 decimals, and its length.
pub(crate) fn write_duration(seconds: i64, nanos: i32) -> ([u8; 32], usize) {
    let mut text = [0u8; 32];
    let mut length = 0;
    let mut put = |bytes: &[u8]| {
        text[length..length + bytes.len()].copy_from_slice(bytes);
        length += bytes.len();
    };
    put(b"\"");
    if seconds < 0 || nanos < 0 {
        put(b"-");
    }
    let (digits, count) = super::digits::digits(seconds.unsigned_abs() % 1_000_000_000_000);
    put(&digits[..count]);
    let mut rest = nanos.unsigned_abs() % 1_000_000_000;
    if rest != 0 {
        let mut decimals = [b'0'; 9];
        for place in decimals.iter_mut().rev() {
            *place = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
        let count = if &decimals[3..] == b"000000" {
            3
        } else if &decimals[6..] == b"000" {
            6
        } else {
            9
        };
        put(b".");
        put(&decimals[..count]);
    }
    put(b"s\"");
    (text, length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_come_back() {
        for (text, value) in [("1.5s", (1, 500_000_000)), ("-0.000001s", (0, -1000)), ("0s", (0, 0))] {
            assert_eq!(duration(text.as_bytes()), Some(value));
        }
        for (seconds, nanos, text) in
            [(1, 500_000_000, "\"1.500s\""), (0, -1000, "\"-0.000001s\""), (-3, 0, "\"-3s\"")]
        {
            let (bytes, length) = write_duration(seconds, nanos);
            assert_eq!(std::str::from_utf8(&bytes[..length]).unwrap(), text);
        }
        assert!(
            ["1", "s", "1.s", "1.0000000001s", "315576000001s", "+1s", "1e3s"]
                .iter()
                .all(|t| duration(t.as_bytes()).is_none())
        );
    }
}
