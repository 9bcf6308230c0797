//! Exact decimals: text with a point, and the integer that it is without.

/// The decimal as an integer of its last place: `-1.5` of scale 2 is -150. None where it does not fit.
pub(crate) fn unscaled(text: &[u8], scale: u16) -> Option<i128> {
    let (negative, text) = text.strip_prefix(b"-").map_or((false, text), |rest| (true, rest));
    let (whole, part) = match text.iter().position(|byte| *byte == b'.') {
        Some(at) => (&text[..at], &text[at + 1..]),
        None => (text, &text[..0]),
    };
    let scale = usize::from(scale);
    if part.get(scale..).is_some_and(|rest| rest.iter().any(|digit| *digit != b'0')) {
        return None;
    }
    let mut value = 0i128;
    let zeros = std::iter::repeat(&b'0');
    for digit in whole.iter().chain(part.iter().chain(zeros).take(scale)) {
        let digit = digit.is_ascii_digit().then(|| i128::from(digit - b'0'))?;
        value = value.checked_mul(10)?.checked_add(digit)?;
    }
    Some(if negative { -value } else { value })
}

/// The other way round: the text goes into `out`, which is emptied.
pub(crate) fn write(value: i128, scale: u16, out: &mut Vec<u8>) {
    out.clear();
    let mut digits = [b'0'; 40];
    let (mut rest, mut at) = (value.unsigned_abs(), digits.len());
    // Division of 128 bits is slow.
    while rest > u128::from(u64::MAX) {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    let mut rest = rest as u64;
    while rest > 0 {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    let (digits, scale) = (&digits[at..], usize::from(scale));
    if value < 0 {
        out.push(b'-');
    }
    let whole = digits.len().saturating_sub(scale);
    if whole == 0 {
        out.push(b'0');
    }
    out.extend_from_slice(&digits[..whole]);
    if scale > 0 {
        out.push(b'.');
        out.resize(out.len() + scale.saturating_sub(digits.len()), b'0');
        out.extend_from_slice(&digits[whole..]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_come_back() {
        let check = |text: &str, scale, value: i128, back: &str| {
            assert_eq!(unscaled(text.as_bytes(), scale), Some(value), "{text}");
            let mut out = Vec::new();
            write(value, scale, &mut out);
            assert_eq!(String::from_utf8_lossy(&out), back);
        };
        check("0", 0, 0, "0");
        check("0", 2, 0, "0.00");
        check("-1.5", 2, -150, "-1.50");
        check("0.05", 2, 5, "0.05");
        check("12345.67", 2, 1_234_567, "12345.67");
        check("7", 0, 7, "7");
        check("1.500", 1, 15, "1.5");
        let max = i128::MAX.to_string();
        check(&max, 0, i128::MAX, &max);
        assert_eq!(unscaled(b"0.001", 2), None);
        assert_eq!(unscaled(format!("{max}0").as_bytes(), 0), None);
    }
}
