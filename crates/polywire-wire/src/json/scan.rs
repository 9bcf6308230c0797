//! Strings: where they end, and their escapes both ways.

use crate::{Buffer, Stop};

const LOW: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// How many bytes stand before the next `"`, `\` or control character; eight bytes at a time, the last eight overlapping.
#[inline(always)]
pub(super) fn scan(bytes: &[u8]) -> usize {
    let mut at = 0;
    let mut rest = bytes;
    while let Some((word, after)) = rest.split_first_chunk() {
        if let Some(found) = special(*word) {
            return at + found;
        }
        (at, rest) = (at + 8, after);
    }
    if let Some(word) = bytes.last_chunk() {
        return bytes.len() - 8 + special(*word).unwrap_or(8);
    }
    while at < bytes.len() && bytes[at] >= 0x20 && bytes[at] != b'"' && bytes[at] != b'\\' {
        at += 1;
    }
    at
}

/// The place of the first special byte of eight.
#[inline(always)]
fn special(word: [u8; 8]) -> Option<usize> {
    let word = u64::from_le_bytes(word);
    // With one bit turned over, `"` follows the control characters: one subtraction borrows for all of them.
    let low = (word ^ (LOW * 2)).wrapping_sub(LOW * 0x21);
    let backslash = (word ^ (LOW * 0x5c)).wrapping_sub(LOW);
    let special = (low | backslash) & !word & HIGH;
    (special != 0).then(|| special.trailing_zeros() as usize / 8)
}

/// Four hexadecimal digits.
fn unit(bytes: &[u8], at: usize) -> Result<u32, Stop> {
    let digits = bytes.get(at..at + 4).ok_or(Stop::Malformed)?;
    digits.iter().try_fold(0, |value, digit| {
        (*digit as char).to_digit(16).map(|digit| value << 4 | digit).ok_or(Stop::Malformed)
    })
}

/// Reads the rest of a string from an escape at `at` on into `text`; returns the place after the closing quote.
///
/// # Errors
/// The place of what is wrong.
pub(super) fn unescape(bytes: &[u8], from: usize, mut at: usize, text: &mut Vec<u8>) -> Result<usize, usize> {
    text.clear();
    let mut plain = from;
    loop {
        text.extend_from_slice(&bytes[plain..at]);
        match bytes.get(at) {
            Some(b'"') => return Ok(at + 1),
            Some(b'\\') => {}
            _ => return Err(at),
        }
        let letter = *bytes.get(at + 1).ok_or(at)?;
        at += 2;
        match letter {
            b'"' | b'\\' | b'/' => text.push(letter),
            b'b' => text.push(8),
            b'f' => text.push(12),
            b'n' => text.push(b'\n'),
            b'r' => text.push(b'\r'),
            b't' => text.push(b'\t'),
            b'u' => {
                let (point, after) = point(bytes, at).map_err(|_| at - 2)?;
                let point = char::from_u32(point).ok_or(at - 2)?;
                text.extend_from_slice(point.encode_utf8(&mut [0; 4]).as_bytes());
                at = after;
            }
            _ => return Err(at - 2),
        }
        plain = at;
        at += scan(&bytes[at..]);
    }
}

/// The code point of `\u` and its digits, or of a pair of surrogates.
fn point(bytes: &[u8], at: usize) -> Result<(u32, usize), Stop> {
    let first = unit(bytes, at)?;
    if first & 0xfc00 != 0xd800 {
        return Ok((first, at + 4));
    }
    if bytes.get(at + 4..at + 6) != Some(b"\\u") {
        return Err(Stop::Malformed);
    }
    let second = unit(bytes, at + 6)?;
    if second & 0xfc00 != 0xdc00 {
        return Err(Stop::Malformed);
    }
    Ok((0x10000 + ((first & 0x3ff) << 10) + (second & 0x3ff), at + 10))
}

/// Writes a string with its quotes.
#[inline(always)]
pub(super) fn write(out: &mut Buffer, value: &[u8]) {
    let special = scan(value);
    if special == value.len() {
        out.enclosed(b'"', value);
    } else {
        escape(out, value, special);
    }
}

#[inline(never)]
fn escape(out: &mut Buffer, value: &[u8], mut at: usize) {
    out.byte(b'"');
    let mut plain = 0;
    while at < value.len() {
        out.slice(&value[plain..at]);
        let byte = value[at];
        match byte {
            b'"' => out.slice(b"\\\""),
            b'\\' => out.slice(b"\\\\"),
            8 => out.slice(b"\\b"),
            b'\t' => out.slice(b"\\t"),
            b'\n' => out.slice(b"\\n"),
            12 => out.slice(b"\\f"),
            b'\r' => out.slice(b"\\r"),
            _ => {
                let digits = b"0123456789abcdef";
                out.slice(b"\\u00");
                out.slice(&[digits[usize::from(byte >> 4)], digits[usize::from(byte & 15)]]);
            }
        }
        plain = at + 1;
        at = plain + scan(&value[plain..]);
    }
    out.slice(&value[plain..]);
    out.byte(b'"');
}

/// A string with quotes and escapes.
pub(crate) fn quoted(value: &str) -> Vec<u8> {
    let mut out = Buffer::default();
    out.clear();
    write(&mut out, value.as_bytes());
    out.bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_come_back() {
        for text in
            ["", "plain", "long enough for two words é日😀", "a\"b\\c/\n\r\t\u{8}\u{c}\u{1}", "\u{7f}"]
        {
            let bytes = quoted(text);
            let end = 1 + scan(&bytes[1..]);
            let mut back = Vec::new();
            assert_eq!(unescape(&bytes, 1, end, &mut back), Ok(bytes.len()));
            assert_eq!(back, text.as_bytes());
        }
    }

    #[test]
    fn broken_escapes_are_refused() {
        let check = |text: &str| unescape(text.as_bytes(), 1, 1, &mut Vec::new()).is_err();
        for text in
            [r#""\x""#, r#""\u12"#, r#""\ud800""#, r#""\ud800\u0041""#, r#""\udc00""#, "\"\\", "\"\\u00e"]
        {
            assert!(check(text), "{text}");
        }
    }
}
