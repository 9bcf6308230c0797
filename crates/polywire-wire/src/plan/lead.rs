//! How a JSON text begins: compared in one step, before anybody looks for its end.

/// Bytes that are compared at once.
pub(crate) const LEAD_BYTES: usize = 16;

/// A text without escapes, its closing quote and what follows, as they are written without blanks.
#[derive(Clone, Debug)]
pub(crate) struct Lead {
    word: u128,
    /// All bits of the bytes of `word` that count.
    mask: u128,
    length: u32,
    /// What does not fit into `word`.
    rest: Box<[u8]>,
}

impl Lead {
    /// The text, a quote and `after`; a text with escapes is never found.
    pub(crate) fn new(text: &str, after: &str) -> Lead {
        let plain = crate::json::quoted(text).len() == text.len() + 2;
        // No text has a byte of this value.
        let whole = if plain { [text, "\"", after].concat().into_bytes() } else { vec![0xff] };
        let (head, rest) = whole.split_at(whole.len().min(LEAD_BYTES));
        let (mut word, mut mask) = ([0; LEAD_BYTES], [0; LEAD_BYTES]);
        word[..head.len()].copy_from_slice(head);
        mask[..head.len()].fill(0xff);
        Lead {
            word: u128::from_le_bytes(word),
            mask: u128::from_le_bytes(mask),
            length: head.len() as u32,
            rest: rest.into(),
        }
    }

    /// Where it ends, if it stands at `at`; `here` are the bytes from there on.
    #[inline(always)]
    pub(crate) fn end(&self, here: u128, bytes: &[u8], at: usize) -> Option<usize> {
        if (here ^ self.word) & self.mask != 0 {
            return None;
        }
        let end = at + self.length as usize;
        if self.rest.is_empty() { Some(end) } else { self.long_end(bytes, end) }
    }

    #[inline(never)]
    fn long_end(&self, bytes: &[u8], at: usize) -> Option<usize> {
        bytes[at..].starts_with(&self.rest).then(|| at + self.rest.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_every_length_are_found_where_they_stand() {
        for length in 0..40 {
            let text = "n".repeat(length);
            let lead = Lead::new(&text, ":");
            let find = |there: &str| {
                let bytes = format!("{there}{}", " ".repeat(40)).into_bytes();
                lead.end(u128::from_le_bytes(*bytes.first_chunk().unwrap()), &bytes, 0)
            };
            assert_eq!(find(&format!("{text}\":1")), Some(length + 2));
            assert_eq!(find(&format!("{text}\" :1")), None);
            assert_eq!(find(&format!("{text}n\":1")), None);
        }
        let escaped = Lead::new("a\"b", ":");
        assert_eq!(escaped.end(u128::from_le_bytes(*b"a\"b\":1          "), b"a\"b\":1          ", 0), None);
    }
}
