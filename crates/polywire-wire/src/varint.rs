//! Varints, and a quick check that text is UTF-8.

use crate::Stop;

/// A varint at `position`, which moves on.
#[inline(always)]
pub(crate) fn read(bytes: &[u8], position: &mut usize, end: usize) -> Result<u64, Stop> {
    match bytes.get(*position) {
        Some(byte) if *byte < 128 && *position < end => {
            *position += 1;
            Ok(u64::from(*byte))
        }
        _ => read_two(bytes, position, end),
    }
}

#[inline(always)]
fn read_two(bytes: &[u8], position: &mut usize, end: usize) -> Result<u64, Stop> {
    match bytes.get(*position..) {
        Some([low, high, ..]) if *high < 128 && *position + 1 < end => {
            *position += 2;
            Ok(u64::from(low & 127) | u64::from(*high) << 7)
        }
        _ => read_long(bytes, position, end),
    }
}

#[inline(never)]
fn read_long(bytes: &[u8], position: &mut usize, end: usize) -> Result<u64, Stop> {
    let mut value = 0;
    let rest = bytes.get(*position..end).ok_or(Stop::Malformed)?;
    for (at, byte) in rest.iter().take(10).enumerate() {
        if at == 9 && *byte > 1 {
            return Err(Stop::Malformed);
        }
        value |= u64::from(byte & 127) << (7 * at);
        if *byte < 128 {
            *position += at + 1;
            return Ok(value);
        }
    }
    Err(Stop::Malformed)
}

/// The bytes of a varint, little-endian, and how many there are.
#[inline(always)]
pub(crate) fn pack(value: u64) -> (u128, usize) {
    match pack_short(value) {
        Some((word, count)) => (u128::from(word), count),
        None => pack_long(value),
    }
}

/// The same of a value whose varint has at most eight bytes.
#[inline(always)]
pub(crate) fn pack_short(mut value: u64) -> Option<(u64, usize)> {
    if value < 128 {
        return Some((value, 1));
    }
    if value >> 56 != 0 {
        return None;
    }
    let (mut word, mut bits) = (0, 0);
    while value >= 128 {
        word |= (value & 127 | 128) << bits;
        bits += 8;
        value >>= 7;
    }
    Some((word | value << bits, bits / 8 + 1))
}

#[inline(never)]
fn pack_long(mut value: u64) -> (u128, usize) {
    let (mut word, mut count) = (0u128, 0);
    while value >= 128 {
        word |= u128::from(value as u8 | 128) << (8 * count);
        count += 1;
        value >>= 7;
    }
    (word | u128::from(value) << (8 * count), count + 1)
}

/// Most texts are short and ASCII: eight bytes at a time, the last eight overlapping.
#[inline(always)]
pub(crate) fn check_utf8(text: &[u8]) -> Result<(), Stop> {
    let mut high = 0u64;
    let mut rest = text;
    if text.len() >= 8 {
        while let Some((chunk, after)) = rest.split_first_chunk::<8>() {
            high |= u64::from_le_bytes(*chunk);
            rest = after;
        }
        if let Some(last) = text.last_chunk::<8>() {
            high |= u64::from_le_bytes(*last);
        }
    } else {
        text.iter().for_each(|byte| high |= u64::from(*byte));
    }
    if high & 0x8080_8080_8080_8080 == 0 || std::str::from_utf8(text).is_ok() {
        Ok(())
    } else {
        Err(Stop::Utf8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn varints_come_back() {
        for value in (0..64).flat_map(|bit| [1u64 << bit, (1u64 << bit) - 1]).chain([u64::MAX]) {
            let (word, count) = pack(value);
            let bytes = word.to_le_bytes();
            let mut at = 0;
            assert_eq!(read(&bytes[..count], &mut at, count), Ok(value));
            assert_eq!(at, count);
            assert_eq!(read(&bytes[..count - 1], &mut 0, count - 1), Err(Stop::Malformed));
        }
        assert_eq!(read(&[0xff; 11], &mut 0, 11), Err(Stop::Malformed));
    }

    #[test]
    fn broken_text_is_found_at_every_place() {
        for length in 1..20 {
            for at in 0..length {
                let mut text = vec![b'a'; length];
                assert_eq!(check_utf8(&text), Ok(()));
                text[at] = 0xff;
                assert_eq!(check_utf8(&text), Err(Stop::Utf8));
            }
        }
    }
}
