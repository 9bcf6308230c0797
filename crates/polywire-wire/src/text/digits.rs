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
pub(crate) fn digits(value: u64) -> ([u8; 24], usize) {
    let mut text = [0u8; 24];
    if value < 10_000 {
        let word = four(value as u32);
        // The last digit stays, whatever it is.
        let zeros = ((word & 0x0f0f_0f0f) | 1 << 24).trailing_zeros() / 8;
        text[..4].copy_from_slice(&(word >> (8 * zeros)).to_le_bytes());
        return (text, 4 - zeros as usize);
    }
    if value < 100_000_000 {
        let (word, count) = leading(value as u32);
        text[..8].copy_from_slice(&word.to_le_bytes());
        return (text, count);
    }
    let count = many(value, &mut text);
    (text, count)
}

/// Numbers of nine digits or more.
#[inline(never)]
fn many(value: u64, text: &mut [u8; 24]) -> usize {
    let (high, low) = (value / 100_000_000, (value % 100_000_000) as u32);
    let count = if high < 100_000_000 {
        let (word, count) = leading(high as u32);
        text[..8].copy_from_slice(&word.to_le_bytes());
        count
    } else {
        let (word, count) = leading((high / 100_000_000) as u32);
        text[..8].copy_from_slice(&word.to_le_bytes());
        text[count..count + 8].copy_from_slice(&eight((high % 100_000_000) as u32).to_le_bytes());
        count + 8
    };
    text[count..count + 8].copy_from_slice(&eight(low).to_le_bytes());
    count + 8
}

/// Four digits; the first one is in the lowest byte.
#[inline(always)]
fn four(value: u32) -> u32 {
    let (high, low) = (PAIRS[(value / 100) as usize], PAIRS[(value % 100) as usize]);
    u32::from_le_bytes([high[0], high[1], low[0], low[1]])
}

/// Eight digits.
#[inline(always)]
fn eight(value: u32) -> u64 {
    u64::from(four(value / 10_000)) | u64::from(four(value % 10_000)) << 32
}

/// Up to eight digits without the zeros before them.
#[inline(always)]
fn leading(value: u32) -> (u64, usize) {
    let word = eight(value);
    let zeros = ((word & 0x0f0f_0f0f_0f0f_0f0f) | 1 << 56).trailing_zeros() / 8;
    (word >> (8 * zeros), 8 - zeros as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_those_of_the_standard_library() {
        let powers = (0..20).map(|n| 10u64.pow(n));
        let edges = powers.flat_map(|p| [p - 1, p, p + 1, p.wrapping_mul(7)]).chain([u64::MAX]);
        let spread = (0..20_000u64).map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (n % 64));
        for value in edges.chain(0..20_000).chain(spread) {
            let (text, count) = digits(value);
            assert_eq!(std::str::from_utf8(&text[..count]).unwrap(), value.to_string());
        }
    }
}
