//! From the scanner's places, which count code points, to bytes.

use polywire_diag::Span;

/// Walks along with the scanner: its places move forward, or back a little.
pub(super) struct Places<'t> {
    text: &'t str,
    /// Where `text` starts in its file.
    offset: usize,
    is_ascii: bool,
    /// The last place that was asked for: code points and bytes before it.
    chars: usize,
    bytes: usize,
}

impl<'t> Places<'t> {
    pub(super) fn new(text: &'t str, offset: usize) -> Self {
        Places { text, offset, is_ascii: text.is_ascii(), chars: 0, bytes: 0 }
    }

    pub(super) fn offset(&self) -> usize {
        self.offset
    }

    /// The byte in the file at which code point `index` of the text starts.
    pub(super) fn byte(&mut self, index: usize) -> usize {
        if self.is_ascii {
            return self.offset + index.min(self.text.len());
        }
        let bytes = self.text.as_bytes();
        while self.chars < index && self.bytes < bytes.len() {
            self.bytes += 1;
            while self.bytes < bytes.len() && is_continuation(bytes[self.bytes]) {
                self.bytes += 1;
            }
            self.chars += 1;
        }
        while self.chars > index {
            self.bytes -= 1;
            while is_continuation(bytes[self.bytes]) {
                self.bytes -= 1;
            }
            self.chars -= 1;
        }
        self.offset + self.bytes
    }

    /// The text of a span of the file.
    pub(super) fn slice(&self, span: Span) -> &'t str {
        let (start, end) = (span.start as usize - self.offset, span.end as usize - self.offset);
        self.text.get(start..end).unwrap_or("")
    }

    /// The text from a byte of the file on.
    pub(super) fn after(&self, byte: usize) -> &'t str {
        self.text.get(byte - self.offset..).unwrap_or("")
    }

    /// The text before a byte of the file.
    pub(super) fn before(&self, byte: usize) -> &'t str {
        self.text.get(..byte - self.offset).unwrap_or("")
    }
}

fn is_continuation(byte: u8) -> bool {
    byte & 0xc0 == 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_move_in_both_directions() {
        let text = "aü€😀z";
        let mut places = Places::new(text, 3);
        let starts: Vec<usize> = text.char_indices().map(|(at, _)| at + 3).chain([text.len() + 3]).collect();
        for index in [0, 5, 2, 4, 1, 3, 9, 0, 5] {
            assert_eq!(places.byte(index), starts[index.min(5)], "{index}");
        }
    }
}
