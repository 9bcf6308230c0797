//! Base64 (RFC 4648): both alphabets are read, padded or not; the standard one is written.

pub(crate) const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Appends what text stands for; false where it is no base64.
pub(crate) fn decode(text: &[u8], out: &mut Vec<u8>) -> bool {
    let body = match text.iter().rposition(|byte| *byte != b'=') {
        Some(last) => &text[..=last],
        None => &text[..0],
    };
    let padding = text.len() - body.len();
    if body.len() % 4 == 1 || padding > 2 || (padding > 0 && !text.len().is_multiple_of(4)) {
        return false;
    }
    let (mut word, mut bits) = (0u32, 0);
    for byte in body {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return false,
        };
        word = word << 6 | u32::from(value);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push((word >> bits) as u8);
            word &= (1 << bits) - 1;
        }
    }
    word == 0
}

/// Four characters for up to three bytes.
pub(crate) fn encode_block(bytes: &[u8]) -> [u8; 4] {
    let byte = |at: usize| u32::from(bytes.get(at).copied().unwrap_or(0));
    let word = byte(0) << 16 | byte(1) << 8 | byte(2);
    let letter = |shift: u32| ALPHABET[(word >> shift & 63) as usize];
    let third = if bytes.len() > 1 { letter(6) } else { b'=' };
    let fourth = if bytes.len() > 2 { letter(0) } else { b'=' };
    [letter(18), letter(12), third, fourth]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_back() {
        for length in 0..9u8 {
            let bytes: Vec<u8> = (0..length).map(|b| b.wrapping_mul(93)).collect();
            let text: Vec<u8> = bytes.chunks(3).flat_map(encode_block).collect();
            let mut back = Vec::new();
            assert!(decode(&text, &mut back));
            assert_eq!(back, bytes);
        }
        let refused = |text: &str| !decode(text.as_bytes(), &mut Vec::new());
        assert!(
            ["a", "a===", "ab=", "a b=", "ab==c", "aB=="].iter().all(|text| refused(text)),
            "bits left over"
        );
        assert!(decode(b"-_-_", &mut Vec::new()));
    }
}
