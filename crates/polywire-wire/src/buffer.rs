//! A byte buffer that sinks write into.

/// A buffer whose length is its capacity: a fixed-size copy into it needs one comparison.
#[derive(Debug, Default)]
pub struct Buffer {
    bytes: Vec<u8>,
    length: usize,
}

/// What a buffer keeps between messages at most.
const KEEP_BYTES_MAX: usize = 1 << 20;

impl Buffer {
    /// Empties it; keeps its memory unless one message made it large.
    pub fn clear(&mut self) {
        self.length = 0;
        if self.bytes.is_empty() || self.bytes.len() > KEEP_BYTES_MAX {
            self.bytes = vec![0; 4096];
        }
    }

    /// What was written.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    /// How much was written.
    #[inline(always)]
    pub fn length(&self) -> usize {
        self.length
    }

    /// Takes back everything after a length that [`Buffer::length`] returned.
    pub fn truncate(&mut self, length: usize) {
        self.length = self.length.min(length);
    }

    /// Adds so many bytes to be written at any place; they hold what was there before.
    pub(crate) fn room(&mut self, count: usize) -> &mut [u8] {
        if self.length + count > self.bytes.len() {
            self.grow(count);
        }
        let from = self.length;
        self.length += count;
        &mut self.bytes[from..from + count]
    }

    #[inline(never)]
    #[cold]
    fn grow(&mut self, more: usize) {
        let wanted = (self.bytes.len() * 2).max(self.length + more + 64);
        self.bytes.resize(wanted, 0);
    }

    /// Writes a fixed block of which the first `count` bytes count.
    #[inline(always)]
    pub fn block<const N: usize>(&mut self, block: &[u8; N], count: usize) {
        match self.bytes.get_mut(self.length..).and_then(<[u8]>::first_chunk_mut) {
            Some(place) => *place = *block,
            None => self.block_at_end(block),
        }
        self.length += count.min(N);
    }

    #[inline(never)]
    #[cold]
    fn block_at_end(&mut self, block: &[u8]) {
        self.grow(block.len());
        self.bytes[self.length..][..block.len()].copy_from_slice(block);
    }

    /// Writes one byte.
    #[inline(always)]
    pub fn byte(&mut self, byte: u8) {
        if self.length == self.bytes.len() {
            self.grow(1);
        }
        self.bytes[self.length] = byte;
        self.length += 1;
    }

    /// Writes bytes; in blocks of 16 where they are few, which beats a call for the short texts that messages are made of.
    #[inline(always)]
    pub fn slice(&mut self, from: &[u8]) {
        let count = from.len();
        if self.length + count + 16 > self.bytes.len() {
            self.grow(count + 16);
        }
        short_copy(&mut self.bytes[self.length..self.length + count + 16], from);
        self.length += count;
    }

    /// Writes the first `count` bytes of a block, then bytes.
    #[inline(always)]
    pub fn headed(&mut self, head: &[u8; 8], count: usize, from: &[u8]) {
        let room = head.len() + from.len() + 16;
        if self.length + room > self.bytes.len() {
            self.grow(room);
        }
        let place = &mut self.bytes[self.length..self.length + room];
        let count = count.min(head.len());
        place[..head.len()].copy_from_slice(head);
        short_copy(&mut place[count..], from);
        self.length += count + from.len();
    }

    /// Writes bytes between two marks.
    #[inline(always)]
    pub fn enclosed(&mut self, mark: u8, from: &[u8]) {
        let count = from.len();
        if self.length + count + 18 > self.bytes.len() {
            self.grow(count + 18);
        }
        let place = &mut self.bytes[self.length..self.length + count + 18];
        place[0] = mark;
        short_copy(&mut place[1..], from);
        place[count + 1] = mark;
        self.length += count + 2;
    }

    /// Sets a byte that was written before.
    #[inline(always)]
    pub fn set(&mut self, at: usize, byte: u8) {
        self.bytes[at] = byte;
    }

    /// A place among the bytes, or after them: what is skipped is filled with `blank`, and so is the place itself as far as it
    /// is new.
    pub fn window(&mut self, at: usize, count: usize, blank: u8) -> &mut [u8] {
        let end = at + count;
        if end > self.length {
            if end > self.bytes.len() {
                self.grow(end - self.length);
            }
            self.bytes[self.length..end].fill(blank);
            self.length = end;
        }
        &mut self.bytes[at..end]
    }

    /// Replaces the byte at `at` by `block`, moving what follows.
    pub fn widen(&mut self, at: usize, block: &[u8]) {
        let (end, more) = (self.length, block.len() - 1);
        self.slice(&[0; 16][..more]);
        self.bytes.copy_within(at + 1..end, at + block.len());
        self.bytes[at..at + block.len()].copy_from_slice(block);
    }
}

/// Copies into a place with at least 16 bytes more than there are.
#[inline(always)]
fn short_copy(place: &mut [u8], from: &[u8]) {
    let count = from.len();
    if count > 64 {
        place[..count].copy_from_slice(from);
    } else if count >= 16 {
        let mut at = 0;
        while at + 16 <= count {
            place[at..at + 16].copy_from_slice(&from[at..at + 16]);
            at += 16;
        }
        let last = count - 16;
        place[last..last + 16].copy_from_slice(&from[last..last + 16]);
    } else if count >= 8 {
        let last = count - 8;
        place[..8].copy_from_slice(&from[..8]);
        place[last..last + 8].copy_from_slice(&from[last..]);
    } else if count >= 4 {
        let last = count - 4;
        place[..4].copy_from_slice(&from[..4]);
        place[last..last + 4].copy_from_slice(&from[last..]);
    } else {
        for (to, from) in place.iter_mut().zip(from) {
            *to = *from;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_beyond_the_end_are_blank() {
        let mut buffer = Buffer::default();
        buffer.clear();
        buffer.window(3, 2, b'.').copy_from_slice(b"ab");
        assert_eq!(buffer.bytes(), b"...ab");
        buffer.window(1, 1, b'?')[0] = b'x';
        buffer.window(4, 2, b'_');
        assert_eq!(buffer.bytes(), b".x.ab_");
        assert_eq!(buffer.window(0, 5000, b' ').len(), 5000);
    }

    #[test]
    fn slices_of_every_length_arrive() {
        let mut buffer = Buffer::default();
        buffer.clear();
        let from: Vec<u8> = (0..=255).collect();
        let mut expected = Vec::new();
        for count in 0..200 {
            buffer.slice(&from[..count]);
            expected.extend_from_slice(&from[..count]);
            buffer.enclosed(b'|', &from[..count]);
            expected.push(b'|');
            expected.extend_from_slice(&from[..count]);
            expected.push(b'|');
            buffer.headed(b"abcdefgh", count % 9, &from[..count]);
            expected.extend_from_slice(&b"abcdefgh"[..count % 9]);
            expected.extend_from_slice(&from[..count]);
        }
        assert_eq!(buffer.bytes(), expected);
        buffer.widen(3, &[9, 8, 7]);
        expected.splice(3..4, [9, 8, 7]);
        assert_eq!(buffer.bytes(), expected);
    }
}
