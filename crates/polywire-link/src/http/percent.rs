//! Percent-encoding (RFC 3986, section 2) and what forms do to spaces.

use std::borrow::Cow;

/// Whether `+` is a space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Plus {
    /// As in forms and queries.
    Space,
    /// As in paths.
    Itself,
}

/// Which characters stand for themselves besides letters, digits and `-._~`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keep {
    /// None.
    Unreserved,
    /// Not even dots: they separate items here.
    NotDots,
    /// The reserved characters that mean nothing in the value of a query (`allowReserved`).
    Reserved,
    /// The same in a list, where commas separate items.
    ReservedItem,
    /// Slashes, too: the value spans several segments, and an encoded slash in it stays encoded.
    Slashes,
}

/// Decodes; `None` where a `%` is not followed by two digits or the result is no UTF-8.
pub(crate) fn decode(text: &str, plus: Plus) -> Option<Cow<'_, str>> {
    let bytes = text.as_bytes();
    if !bytes.iter().any(|b| *b == b'%' || (*b == b'+' && plus == Plus::Space)) {
        return Some(Cow::Borrowed(text));
    }
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let [byte, tail @ ..] = rest {
        rest = tail;
        match byte {
            b'+' if plus == Plus::Space => decoded.push(b' '),
            b'%' => {
                let [high, low, tail @ ..] = rest else { return None };
                decoded.push(digit(*high)? << 4 | digit(*low)?);
                rest = tail;
            }
            other => decoded.push(*other),
        }
    }
    String::from_utf8(decoded).ok().map(Cow::Owned)
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).map(|d| d as u8)
}

/// Encodes onto the end of `into`.
pub(crate) fn encode(text: &str, keep: Keep, into: &mut String) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for (at, byte) in text.bytes().enumerate() {
        let itself = byte.is_ascii_alphanumeric()
            || b"-_~".contains(&byte)
            || (byte == b'.' && keep != Keep::NotDots)
            || (matches!(keep, Keep::Reserved | Keep::ReservedItem) && b":/?@!$'()*;".contains(&byte))
            || (keep == Keep::Reserved && byte == b',')
            || (keep == Keep::Slashes && (byte == b'/' || is_encoded_slash(&text.as_bytes()[at..])));
        if itself {
            into.push(char::from(byte));
        } else {
            into.push('%');
            into.push(char::from(DIGITS[usize::from(byte >> 4)]));
            into.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
    }
}

fn is_encoded_slash(bytes: &[u8]) -> bool {
    bytes.len() >= 3 && bytes[..3].eq_ignore_ascii_case(b"%2f")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, plus: Plus, expected: Option<&str>) {
        assert_eq!(decode(text, plus).as_deref(), expected, "{text}");
    }

    #[test]
    fn decoding() {
        check("plain", Plus::Itself, Some("plain"));
        check("a%20b%C3%A4", Plus::Itself, Some("a bä"));
        check("a+b%2B", Plus::Space, Some("a b+"));
        check("a+b", Plus::Itself, Some("a+b"));
        check("%", Plus::Itself, None);
        check("%2", Plus::Itself, None);
        check("%zz", Plus::Itself, None);
        check("%+1", Plus::Space, None);
        check("%ff", Plus::Itself, None);
    }

    #[test]
    fn what_is_encoded_is_decoded_to_the_same() {
        for text in ["", "a b+c/d?e=f&g", "ä€𝄞", "100%", "%2F", "\0\n"] {
            let mut encoded = String::new();
            encode(text, Keep::Unreserved, &mut encoded);
            assert!(encoded.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~%".contains(&b)), "{encoded}");
            check(&encoded, Plus::Space, Some(text));
            check(&encoded, Plus::Itself, Some(text));
        }
        let mut encoded = String::new();
        encode("a/b%2Fc d", Keep::Slashes, &mut encoded);
        assert_eq!(encoded, "a/b%2Fc%20d");
    }
}
