//! Which keys an object had before: one table for a whole message, so that many unknown keys cost linear time.

use crate::Stop;

/// Mixes bytes into a number; `seed` makes it unpredictable from outside.
pub(crate) fn hash(seed: u64, origin: u32, bytes: &[u8]) -> usize {
    let mut state = seed ^ u64::from(origin);
    for chunk in bytes.chunks(8) {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        let product = u128::from(state ^ u64::from_le_bytes(word)) * 0xa076_1d64_78bd_642f_u128;
        state = (product >> 64) as u64 ^ product as u64 ^ chunk.len() as u64;
    }
    (state ^ state >> 32) as usize
}

/// What the table keeps between messages at most.
const KEEP_KEYS_MAX: usize = 1 << 14;
/// Set in a span that lies in [`Keys::text`].
const OWN_TEXT: u32 = 1 << 31;

/// A key of an object.
#[derive(Clone, Copy, Debug, Default)]
struct Key {
    /// The object's place plus one; 0 is an empty entry.
    origin: u32,
    from: u32,
    to: u32,
    /// Where this occurrence lies: reading the same one again is no second one.
    start: u32,
}

/// The keys of the objects of one message.
#[derive(Debug)]
pub(crate) struct Keys {
    seed: u64,
    entries: Vec<Key>,
    live: Vec<u32>,
    /// Texts of keys that do not lie in the message as they are.
    text: Vec<u8>,
}

/// Where the text of a key lies.
#[derive(Clone, Copy, Debug)]
pub(crate) enum KeyText<'a> {
    /// In the message.
    Span(u32, u32),
    /// Elsewhere: it is copied.
    Copy(&'a [u8]),
}

impl Keys {
    pub(crate) fn new(seed: u64) -> Keys {
        Keys { seed, entries: Vec::new(), live: Vec::new(), text: Vec::new() }
    }

    /// Forgets all keys; a table that one message made large is given back.
    pub(crate) fn clear(&mut self) {
        if self.entries.len() > KEEP_KEYS_MAX {
            *self = Keys::new(self.seed);
        }
        for at in self.live.drain(..) {
            self.entries[at as usize].origin = 0;
        }
        self.text.clear();
    }

    /// Notes a key of an object; returns where an earlier occurrence began.
    ///
    /// # Errors
    /// [`Stop::Fuel`] where probing goes on for too long.
    pub(crate) fn note(
        &mut self,
        message: &[u8],
        origin: u32,
        start: u32,
        key: KeyText<'_>,
        fuel: &mut i64,
    ) -> Result<Option<u32>, Stop> {
        if (self.live.len() + 1) * 2 > self.entries.len() {
            self.grow(message);
        }
        let bytes = match key {
            KeyText::Span(from, to) => &message[from as usize..to as usize],
            KeyText::Copy(bytes) => bytes,
        };
        let origin = origin.wrapping_add(1).max(1);
        let mask = self.entries.len() - 1;
        let mut place = hash(self.seed, origin, bytes) & mask;
        loop {
            let entry = self.entries[place];
            if entry.origin == 0 {
                break;
            }
            if entry.origin == origin && text_of(message, &self.text, &entry) == bytes {
                return Ok((entry.start != start).then_some(entry.start));
            }
            *fuel -= 1;
            if *fuel < 0 {
                return Err(Stop::Fuel);
            }
            place = (place + 1) & mask;
        }
        let (from, to) = match key {
            KeyText::Span(from, to) => (from, to),
            KeyText::Copy(bytes) => {
                let from = self.text.len() as u32;
                self.text.extend_from_slice(bytes);
                (from | OWN_TEXT, self.text.len() as u32)
            }
        };
        self.entries[place] = Key { origin, from, to, start };
        self.live.push(place as u32);
        Ok(None)
    }

    fn grow(&mut self, message: &[u8]) {
        let size = (self.entries.len() * 2).max(64);
        let old = std::mem::replace(&mut self.entries, vec![Key::default(); size]);
        self.live.clear();
        for entry in old.iter().filter(|entry| entry.origin != 0) {
            let mut place = hash(self.seed, entry.origin, text_of(message, &self.text, entry)) & (size - 1);
            while self.entries[place].origin != 0 {
                place = (place + 1) & (size - 1);
            }
            self.entries[place] = *entry;
            self.live.push(place as u32);
        }
    }
}

fn text_of<'a>(message: &'a [u8], own: &'a [u8], key: &Key) -> &'a [u8] {
    if key.from & OWN_TEXT == 0 {
        &message[key.from as usize..key.to as usize]
    } else {
        &own[(key.from & !OWN_TEXT) as usize..key.to as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn second_occurrences_are_found_and_the_same_one_is_not() {
        let message = b"abcabc";
        let mut keys = Keys::new(7);
        let mut fuel = 1000;
        let mut note =
            |origin, start, key: KeyText<'_>| keys.note(message, origin, start, key, &mut fuel).unwrap();
        assert_eq!(note(0, 0, KeyText::Span(0, 3)), None);
        assert_eq!(note(0, 0, KeyText::Span(0, 3)), None);
        assert_eq!(note(0, 3, KeyText::Span(3, 6)), Some(0));
        assert_eq!(note(1, 3, KeyText::Span(3, 6)), None);
        assert_eq!(note(0, 4, KeyText::Copy(b"abc")), Some(0));
        assert_eq!(note(2, 4, KeyText::Copy(b"abc")), None);
        assert_eq!(note(2, 5, KeyText::Copy(b"abc")), Some(4));
        for at in 0..1000u32 {
            assert_eq!(note(3, at, KeyText::Copy(&at.to_le_bytes())), None);
        }
        assert_eq!(note(3, 5000, KeyText::Copy(&7u32.to_le_bytes())), Some(7));
    }
}
