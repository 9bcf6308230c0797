//! Moments as RFC 3339 text.

use super::digits::PAIRS;

/// The first second of year 1 and the last of year 9999.
pub(crate) const SECONDS_MIN: i64 = -62_135_596_800;
pub(crate) const SECONDS_MAX: i64 = 253_402_300_799;
/// Days of each month in a leap year; the rest is padding for an index without a check.
const MONTHS: [u8; 16] = [0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 0, 0, 0];

/// A day's number since 1970-01-01, where the date exists.
#[inline(always)]
pub(crate) fn day_number(year: u32, month: u32, day: u32) -> Option<i64> {
    if month > 12 || day == 0 || day > u32::from(MONTHS[month as usize & 15]) || year == 0 {
        return None;
    }
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    if month == 2 && day == 29 && !leap {
        return None;
    }
    // Years that begin in March put the leap day last.
    let (year, month) = if month <= 2 { (year - 1, month + 9) } else { (year, month - 3) };
    let (era, of_era) = (i64::from(year / 400), year % 400);
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    let day_of_era = of_era * 365 + of_era / 4 - of_era / 100 + day_of_year;
    Some(era * 146_097 + i64::from(day_of_era) - 719_468)
}

/// RFC 3339 text as seconds and nanoseconds since 1970; no leap seconds, years 0001 to 9999, as in ProtoJSON.
#[inline(always)]
pub(crate) fn parse(text: &[u8]) -> Option<(i64, u32)> {
    let head: &[u8; 19] = text.first_chunk()?;
    let mut bad = false;
    let mut two = |at: usize| -> u32 {
        let (a, b) = (head[at].wrapping_sub(b'0'), head[at + 1].wrapping_sub(b'0'));
        bad |= a > 9 || b > 9;
        u32::from(a) * 10 + u32::from(b)
    };
    let (year, month, day) = (two(0) * 100 + two(2), two(5), two(8));
    let (hour, minute, second) = (two(11), two(14), two(17));
    let marks =
        head[4] == b'-' && head[7] == b'-' && head[10] | 32 == b't' && head[13] == b':' && head[16] == b':';
    if bad || !marks || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let days = day_number(year, month, day)?;
    let mut seconds = days * 86_400 + i64::from(hour * 3600 + minute * 60 + second);
    let (nanos, at) = fraction(text, 19)?;
    match text.get(at)? {
        b'Z' | b'z' if text.len() == at + 1 => {}
        b'+' | b'-' => {
            seconds -= offset(&text[at..])?;
            if !(SECONDS_MIN..=SECONDS_MAX).contains(&seconds) {
                return None;
            }
        }
        _ => return None,
    }
    Some((seconds, nanos))
}

/// Up to nine decimals from `at` on, and where they end.
#[inline(always)]
fn fraction(text: &[u8], at: usize) -> Option<(u32, usize)> {
    if text.get(at) != Some(&b'.') {
        return Some((0, at));
    }
    let (from, mut at, mut nanos) = (at + 1, at + 1, 0u32);
    while let Some(digit) = text.get(at).map(|c| c.wrapping_sub(b'0')).filter(|d| *d < 10) {
        if at - from == 9 {
            return None;
        }
        nanos = nanos * 10 + u32::from(digit);
        at += 1;
    }
    if at == from {
        return None;
    }
    Some((nanos * 10u32.pow(9 - (at - from) as u32), at))
}

/// `+01:00` in seconds.
pub(crate) fn offset(text: &[u8]) -> Option<i64> {
    let [sign, a, b, b':', c, d] = text else { return None };
    let digit = |c: &u8| c.is_ascii_digit().then(|| i64::from(c - b'0'));
    let (hours, minutes) = (digit(a)? * 10 + digit(b)?, digit(c)? * 10 + digit(d)?);
    if hours > 23 || minutes > 59 {
        return None;
    }
    let seconds = hours * 3600 + minutes * 60;
    Some(if *sign == b'-' { -seconds } else { seconds })
}

/// Whether text is a `date-time` of RFC 3339, leap seconds and any number of decimals included.
pub(crate) fn is_date_time(text: &[u8]) -> bool {
    if parse(text).is_some() {
        return true;
    }
    let (Some(date), Some(rest)) = (text.get(..10), text.get(11..)) else { return false };
    matches!(text[10], b'T' | b't')
        && super::time::date(date).is_some()
        && super::time::is_time(rest)
        && (rest.ends_with(b"Z")
            || rest.ends_with(b"z")
            || rest.len() > 6 && b"+-".contains(&rest[rest.len() - 6]))
}

/// Quoted RFC 3339 text with 0, 3, 6 or 9 decimals, and its length. The caller has checked the range.
#[inline(always)]
pub(crate) fn write(seconds: i64, nanos: u32) -> ([u8; 40], usize) {
    let (day, rest) = (seconds.div_euclid(86_400) as i32 + 719_468, seconds.rem_euclid(86_400) as u32);
    let (era, day_of_era) = (day.div_euclid(146_097), day.rem_euclid(146_097) as u32);
    let of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * of_era + of_era / 4 - of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = (of_era as i32 + era * 400 + i32::from(month <= 2)) as u32;
    let mut text = *b"\"0000-00-00T00:00:00Z\"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
    let mut put = |at: usize, value: u32| {
        let pair = PAIRS[value as usize % 100];
        text[at] = pair[0];
        text[at + 1] = pair[1];
    };
    put(1, year / 100);
    put(3, year % 100);
    put(6, month);
    put(9, day);
    put(12, rest / 3600);
    put(15, rest / 60 % 60);
    put(18, rest % 60);
    if nanos == 0 {
        return (text, 22);
    }
    let (mut value, count) = if nanos.is_multiple_of(1_000_000) {
        (nanos / 1_000_000, 3)
    } else if nanos.is_multiple_of(1000) {
        (nanos / 1000, 6)
    } else {
        (nanos, 9)
    };
    text[20] = b'.';
    for at in (0..count).rev() {
        text[21 + at] = b'0' + (value % 10) as u8;
        value /= 10;
    }
    text[21 + count] = b'Z';
    text[22 + count] = b'"';
    (text, 23 + count)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<(i64, u32)>) {
        assert_eq!(parse(text.as_bytes()), expected, "{text}");
    }

    #[test]
    fn moments_are_read() {
        check("1970-01-01T00:00:00Z", Some((0, 0)));
        check("2000-02-29T12:30:45.5+01:30", Some((951_822_045, 500_000_000)));
        check("0001-01-01T00:00:00Z", Some((SECONDS_MIN, 0)));
        check("9999-12-31T23:59:59.999999999Z", Some((SECONDS_MAX, 999_999_999)));
        check("9999-12-31T23:59:59-00:01", None);
        check("1900-02-29T00:00:00Z", None);
        check("2020-01-01T00:00:00", None);
        check("2020-01-01T00:00:00.1234567890Z", None);
        check("2020-01-01T00:00:60Z", None);
        check("2020-01-01 00:00:00Z", None);
    }

    #[test]
    fn moments_come_back() {
        for (seconds, nanos) in
            [(0, 0), (SECONDS_MIN, 1), (SECONDS_MAX, 120_000_000), (951_822_045, 1000), (-1, 0)]
        {
            let (text, count) = write(seconds, nanos);
            assert_eq!(parse(&text[1..count - 1]), Some((seconds, nanos)));
        }
    }
}
