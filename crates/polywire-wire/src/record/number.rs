//! COBOL's numbers: zoned, packed and binary digits, exactly.

use polywire_contract::{CobolNumber, CobolPage, CobolSign, CobolUsage};

use super::page::is_ebcdic;

/// Half a byte that says minus; what is written.
const MINUS: u8 = 0x0d;
/// The same for plus.
const PLUS: u8 = 0x0c;
/// The same where there is no sign.
const UNSIGNED: u8 = 0x0f;
/// As many digits as 64 bits always hold.
const CHUNK_DIGITS: u8 = 19;
const CHUNK: u64 = 10_000_000_000_000_000_000;

/// The unscaled value of a number's bytes; none where they are no such number.
pub(crate) fn read(bytes: &[u8], number: CobolNumber, page: CobolPage) -> Option<i128> {
    match number.usage {
        CobolUsage::Display => zoned(bytes, number.sign, page),
        CobolUsage::Packed => packed(bytes, number),
        CobolUsage::Binary { little, .. } => Some(binary(bytes, number.sign != CobolSign::None, little)),
    }
}

/// Writes an unscaled value; digits that have no room are left out.
pub(crate) fn write(value: i128, number: CobolNumber, page: CobolPage, place: &mut [u8]) {
    match number.usage {
        CobolUsage::Display => write_zoned(value, number.sign, page, place),
        CobolUsage::Packed => write_packed(value, number.sign, place),
        CobolUsage::Binary { little, .. } => {
            let bytes = value.to_be_bytes();
            let first = bytes.len() - place.len();
            place.copy_from_slice(&bytes[first..]);
            if little {
                place.reverse();
            }
        }
    }
}

fn binary(bytes: &[u8], signed: bool, little: bool) -> i128 {
    let first = if little { bytes.last() } else { bytes.first() };
    let negative = signed && first.is_some_and(|byte| *byte > 127);
    let mut value = if negative { -1 } else { 0 };
    for at in 0..bytes.len() {
        let byte = bytes[if little { bytes.len() - 1 - at } else { at }];
        value = value << 8 | i128::from(byte);
    }
    value
}

/// A number and so many digits that follow.
#[inline(always)]
fn joined(value: i128, digits: usize, part: u64) -> i128 {
    if value == 0 { part.into() } else { value * 10i128.pow(digits as u32) + i128::from(part) }
}

/// Whether half a byte says minus.
fn sign(nibble: u8) -> Option<bool> {
    match nibble {
        0x0a | 0x0c | 0x0e | 0x0f => Some(false),
        0x0b | 0x0d => Some(true),
        _ => None,
    }
}

/// Digits from the last one on, zeros without end. Division of 128 bits is slow, so it is done once for 19 of them.
struct Digits {
    rest: u128,
    low: u64,
    left: u8,
}

impl Digits {
    fn of(value: i128) -> Digits {
        Digits { rest: value.unsigned_abs(), low: 0, left: 0 }
    }

    #[inline(always)]
    fn last(&mut self) -> u8 {
        if self.left == 0 {
            let (low, rest) = match u64::try_from(self.rest) {
                Ok(low) if low < CHUNK => (low, 0),
                _ => ((self.rest % u128::from(CHUNK)) as u64, self.rest / u128::from(CHUNK)),
            };
            *self = Digits { rest, low, left: CHUNK_DIGITS };
        }
        self.left -= 1;
        let digit = (self.low % 10) as u8;
        self.low /= 10;
        digit
    }
}

fn signed(magnitude: i128, negative: bool) -> i128 {
    if negative { -magnitude } else { magnitude }
}

fn packed(bytes: &[u8], number: CobolNumber) -> Option<i128> {
    let (last, before) = bytes.split_last()?;
    let mut value = 0i128;
    for chunk in before.chunks(usize::from(CHUNK_DIGITS / 2)) {
        let mut part = 0u64;
        for byte in chunk {
            let (high, low) = (byte >> 4, byte & 15);
            if high > 9 || low > 9 {
                return None;
            }
            part = part * 100 + u64::from(high * 10 + low);
        }
        value = joined(value, 2 * chunk.len(), part);
    }
    // Of an even number of digits the first half byte is none of them.
    if number.digits.is_multiple_of(2) && bytes[0] >> 4 != 0 || last >> 4 > 9 {
        return None;
    }
    Some(signed(value * 10 + i128::from(last >> 4), sign(last & 15)?))
}

fn write_packed(value: i128, sign: CobolSign, place: &mut [u8]) {
    let mut digits = Digits::of(value);
    let mut low = match sign {
        CobolSign::None => UNSIGNED,
        _ if value < 0 => MINUS,
        _ => PLUS,
    };
    for byte in place.iter_mut().rev() {
        *byte = digits.last() << 4 | low;
        low = digits.last();
    }
}

/// A digit and whether its byte says minus; none of both where it has no sign.
fn overpunched(byte: u8, ebcdic: bool) -> Option<(u8, bool)> {
    if ebcdic {
        return Some((Some(byte & 15).filter(|digit| *digit <= 9)?, sign(byte >> 4)?));
    }
    match byte {
        b'0'..=b'9' => Some((byte - b'0', false)),
        b'p'..=b'y' => Some((byte - b'p', true)),
        // What these bytes mean in EBCDIC, translated as if they were text.
        b'{' => Some((0, false)),
        b'A'..=b'I' => Some((byte - b'A' + 1, false)),
        b'}' => Some((0, true)),
        b'J'..=b'R' => Some((byte - b'J' + 1, true)),
        _ => None,
    }
}

fn zoned(bytes: &[u8], sign: CobolSign, page: CobolPage) -> Option<i128> {
    let ebcdic = is_ebcdic(page);
    let zone = if ebcdic { 0xf0 } else { 0x30 };
    let (mut digits, mut negative) = (bytes, false);
    if matches!(sign, CobolSign::TrailingSeparate | CobolSign::LeadingSeparate) {
        let (mark, rest) = match sign {
            CobolSign::TrailingSeparate => bytes.split_last()?,
            _ => bytes.split_first()?,
        };
        digits = rest;
        negative = match (ebcdic, *mark) {
            (true, 0x4e) | (false, b'+') => false,
            (true, 0x60) | (false, b'-') => true,
            _ => return None,
        };
    }
    let marked = match sign {
        CobolSign::Leading => 0,
        CobolSign::Trailing => digits.len() - 1,
        // Unsigned numbers may have got a sign where they came from.
        CobolSign::None if ebcdic => digits.len() - 1,
        _ => usize::MAX,
    };
    let (mut value, mut at) = (0i128, 0);
    for chunk in digits.chunks(CHUNK_DIGITS.into()) {
        let mut part = 0u64;
        for byte in chunk {
            let digit = if at == marked {
                let (digit, minus) = overpunched(*byte, ebcdic)?;
                negative = minus;
                digit
            } else {
                Some(byte.wrapping_sub(zone)).filter(|digit| *digit <= 9)?
            };
            part = part * 10 + u64::from(digit);
            at += 1;
        }
        value = joined(value, chunk.len(), part);
    }
    Some(signed(value, negative))
}

fn write_zoned(value: i128, sign: CobolSign, page: CobolPage, place: &mut [u8]) {
    let ebcdic = is_ebcdic(page);
    let zone = if ebcdic { 0xf0 } else { 0x30 };
    let negative = value < 0;
    let mark = match (ebcdic, negative) {
        (true, false) => 0x4e,
        (true, true) => 0x60,
        (false, false) => b'+',
        (false, true) => b'-',
    };
    let digits = match sign {
        CobolSign::TrailingSeparate => separate(place.split_last_mut(), mark),
        CobolSign::LeadingSeparate => separate(place.split_first_mut(), mark),
        _ => place,
    };
    let mut values = Digits::of(value);
    for byte in digits.iter_mut().rev() {
        *byte = zone | values.last();
    }
    let marked = match sign {
        CobolSign::Leading => digits.first_mut(),
        CobolSign::Trailing => digits.last_mut(),
        _ => None,
    };
    if let Some(byte) = marked {
        *byte = match (ebcdic, negative) {
            (true, false) => PLUS << 4 | *byte & 15,
            (true, true) => MINUS << 4 | *byte & 15,
            (false, false) => *byte,
            (false, true) => *byte + (b'p' - b'0'),
        };
    }
}

fn separate<'a>(parts: Option<(&'a mut u8, &'a mut [u8])>, mark: u8) -> &'a mut [u8] {
    let Some((place, digits)) = parts else { return &mut [] };
    *place = mark;
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(usage: CobolUsage, digits: u8, sign: CobolSign) -> CobolNumber {
        CobolNumber { usage, digits, scale: 0, sign }
    }

    fn binary_of(bytes: u8, little: bool) -> CobolUsage {
        CobolUsage::Binary { bytes, little, whole: true }
    }

    #[track_caller]
    fn check(number: CobolNumber, page: CobolPage, value: i128, bytes: &[u8]) {
        let mut place = vec![0xee; number.size() as usize];
        write(value, number, page, &mut place);
        assert_eq!(place, bytes, "{value}");
        assert_eq!(read(bytes, number, page), Some(value));
    }

    #[test]
    fn numbers_of_every_usage_come_back() {
        use CobolPage::{Ascii, Ebcdic037};
        use CobolSign::{Leading, LeadingSeparate, None, Trailing, TrailingSeparate};
        use CobolUsage::{Display, Packed};
        check(number(Packed, 5, Trailing), Ebcdic037, -12345, &[0x12, 0x34, 0x5d]);
        check(number(Packed, 4, Trailing), Ebcdic037, 42, &[0x00, 0x04, 0x2c]);
        check(number(Packed, 3, None), Ascii, 999, &[0x99, 0x9f]);
        check(number(Display, 3, None), Ebcdic037, 42, &[0xf0, 0xf4, 0xf2]);
        check(number(Display, 3, Trailing), Ebcdic037, -42, &[0xf0, 0xf4, 0xd2]);
        check(number(Display, 3, Trailing), Ebcdic037, 42, &[0xf0, 0xf4, 0xc2]);
        check(number(Display, 3, Leading), Ebcdic037, -142, &[0xd1, 0xf4, 0xf2]);
        check(number(Display, 3, TrailingSeparate), Ebcdic037, -42, &[0xf0, 0xf4, 0xf2, 0x60]);
        check(number(Display, 3, LeadingSeparate), Ascii, 42, b"+042");
        check(number(Display, 3, Trailing), Ascii, -42, b"04r");
        check(number(Display, 3, Trailing), Ascii, 42, b"042");
        check(number(Display, 3, Leading), Ascii, -42, b"p42");
        check(number(binary_of(2, false), 4, Trailing), Ebcdic037, -2, &[0xff, 0xfe]);
        check(number(binary_of(2, true), 4, None), Ascii, 65534, &[0xfe, 0xff]);
        check(number(binary_of(8, false), 18, None), Ascii, u64::MAX.into(), &[0xff; 8]);
        let most = 10i128.pow(38) - 1;
        check(number(Packed, 38, Trailing), Ascii, -most, &[&[0x09][..], &[0x99; 18], &[0x9d]].concat());
    }

    #[test]
    fn other_signs_are_understood() {
        use CobolPage::{Ascii, Ebcdic037};
        let packed = number(CobolUsage::Packed, 3, CobolSign::Trailing);
        assert_eq!(read(&[0x12, 0x3f], packed, Ebcdic037), Some(123));
        assert_eq!(read(&[0x12, 0x3b], packed, Ebcdic037), Some(-123));
        let unsigned = number(CobolUsage::Display, 2, CobolSign::None);
        assert_eq!(read(&[0xf1, 0xc2], unsigned, Ebcdic037), Some(12));
        assert_eq!(read(b"1B", number(CobolUsage::Display, 2, CobolSign::Trailing), Ascii), Some(12));
        assert_eq!(read(b"1K", number(CobolUsage::Display, 2, CobolSign::Trailing), Ascii), Some(-12));
    }

    #[test]
    fn what_is_no_number_is_none() {
        use CobolPage::{Ascii, Ebcdic037};
        let check = |number, page, bytes: &[u8]| assert_eq!(read(bytes, number, page), None, "{bytes:x?}");
        let packed = number(CobolUsage::Packed, 3, CobolSign::Trailing);
        check(packed, Ebcdic037, &[0x40, 0x40]);
        check(packed, Ebcdic037, &[0x1a, 0x3c]);
        check(packed, Ebcdic037, &[0x12, 0x33]);
        check(number(CobolUsage::Packed, 2, CobolSign::Trailing), Ascii, &[0x12, 0x3c]);
        check(number(CobolUsage::Display, 2, CobolSign::Trailing), Ebcdic037, &[0x40, 0x40]);
        check(number(CobolUsage::Display, 2, CobolSign::Trailing), Ebcdic037, &[0xc1, 0xf1]);
        check(number(CobolUsage::Display, 2, CobolSign::None), Ascii, b" 1");
        check(number(CobolUsage::Display, 2, CobolSign::None), Ascii, b"1r");
        check(number(CobolUsage::Display, 2, CobolSign::LeadingSeparate), Ascii, b"012");
        check(number(CobolUsage::Display, 2, CobolSign::TrailingSeparate), Ebcdic037, &[0xf1, 0xf2, 0x40]);
    }
}
