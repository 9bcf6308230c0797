//! Integers as decimal digits.

pub(crate) const PAIRS: [[u8; 2]; 100] = {
    let mut table = [[0; 2]; 100];
    let mut at = 0;
    while at < 100 {
        table[at] = [b'0' + at as u8 / 10, b'0' + at as u8 % 10];
        at += 1;
    }
    table
};

/// The digits of a number, aligned left, and how many there are.
#[inline(always)]
pub(crate) fn digits(mut value: u64) -> ([u8; 24], usize) {
    let mut text = [0u8; 24];
    let count = value.checked_ilog10().unwrap_or(0) as usize + 1;
    let mut at = count;
    while value >= 100 {
        let pair = PAIRS[(value % 100) as usize];
        value /= 100;
        at -= 2;
        text[at % 24] = pair[0];
        text[(at + 1) % 24] = pair[1];
    }
    let pair = PAIRS[value as usize];
    if at == 2 {
        [text[0], text[1]] = pair;
    } else {
        text[0] = pair[1];
    }
    (text, count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_those_of_the_standard_library() {
        let powers = (0..20).map(|n| 10u64.pow(n));
        for value in powers.flat_map(|p| [p - 1, p, p + 1, p.wrapping_mul(7)]).chain([u64::MAX]) {
            let (text, count) = digits(value);
            assert_eq!(std::str::from_utf8(&text[..count]).unwrap(), value.to_string());
        }
    }
}
