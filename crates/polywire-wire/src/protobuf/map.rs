//! Maps: entries are messages with key 1 and value 2; of equal keys the last entry counts.

use super::ProtobufSource;
use super::source::{FIXED32, FIXED64, LENGTH, VARINT};
use crate::keys::KeyText;
use crate::varint;
use crate::{Frame, Stop};

/// The number of an entry's key.
const KEY: u32 = 1;
/// The number of an entry's value.
const VALUE: u32 = 2;
/// In a map's frame: entries are known not to be repeated, or the later ones win.
const LATER_WINS: u32 = 2;

impl ProtobufSource<'_> {
    pub(super) fn enter_map(&mut self) -> Result<Frame, Stop> {
        let mut frame = Frame::default();
        if self.careful {
            (frame.origin, frame.limit) = self.span;
            self.drop_repeated_entries(&mut frame)?;
        } else {
            frame.origin = self.number;
            frame.flag = 1;
            // The map's own place, by which its keys are told from those of others.
            frame.limit = self.position as u32;
        }
        Ok(frame)
    }

    /// Moves the entries whose key comes again later out of the way.
    fn drop_repeated_entries(&mut self, frame: &mut Frame) -> Result<(), Stop> {
        // No two maps share an entry, so the last one's place names the map.
        let origin = frame.limit.checked_sub(1).map_or(0, |last| self.scratch.index[last as usize].start);
        let (mut kept, from) = (frame.limit, frame.origin);
        for at in (from..frame.limit).rev() {
            let entry = self.scratch.index[at as usize];
            if entry.wire != LENGTH {
                return Err(Stop::Type);
            }
            let key = self.key_of(entry.start as usize, entry.end as usize)?;
            let known =
                self.scratch.keys.note(self.bytes, origin, entry.start, key.text(), &mut self.fuel)?;
            if known.is_none() {
                kept -= 1;
                self.scratch.index.swap(at as usize, kept as usize);
            }
        }
        frame.origin = kept;
        frame.flag = LATER_WINS;
        Ok(())
    }

    /// The key of an entry whose bytes are known.
    fn key_of(&mut self, start: usize, end: usize) -> Result<MapKey, Stop> {
        let (position, outer) = (self.position, self.end);
        (self.position, self.end) = (start, end);
        let mut key = MapKey::Span(start as u32, start as u32);
        while self.position < self.end {
            self.tag()?;
            let from = self.position;
            let (number, wire) = (self.number, self.wire);
            self.skip_field()?;
            if number == KEY {
                key = self.key_at(from, wire)?;
            }
        }
        (self.position, self.end) = (position, outer);
        Ok(key)
    }

    fn key_at(&self, mut from: usize, wire: u8) -> Result<MapKey, Stop> {
        Ok(match wire {
            // A varint can be written in several ways: its value counts.
            VARINT => MapKey::Number(varint::read(self.bytes, &mut from, self.end)?.to_le_bytes()),
            FIXED32 => MapKey::Span(from as u32, from as u32 + 4),
            FIXED64 => MapKey::Span(from as u32, from as u32 + 8),
            _ => {
                let length = varint::read(self.bytes, &mut from, self.end)? as usize;
                MapKey::Span(from as u32, (from + length) as u32)
            }
        })
    }

    /// One entry: where its key lies; the cursor then stands at the value, if there is one.
    pub(super) fn next_entry(&mut self, map: &mut Frame, entry: &mut Frame) -> Result<Option<bool>, Stop> {
        let flag = map.flag;
        let more = self.more_items(map, false)?;
        if flag == LATER_WINS {
            map.flag = LATER_WINS;
        }
        if !more {
            return Ok(None);
        }
        self.at = self.position;
        let outer = self.end;
        let length = if self.careful { self.end - self.position } else { self.length()? };
        let end = self.position + length;
        self.end = end;
        *entry = Frame {
            origin: outer as u32,
            cursor: 0,
            limit: end as u32,
            flag: self.scratch.index.len() as u32,
        };
        let mut value = None;
        while self.position < end {
            self.tag()?;
            let (position, wire, number) = (self.position, self.wire, self.number);
            self.skip_field()?;
            match number {
                // The wire type is found again in the byte before: the tag must be as short as it can be.
                KEY if self.bytes[position - 1] & 7 != wire => return Err(Stop::Malformed),
                KEY => entry.cursor = position as u32,
                VALUE => value = Some((position, wire, self.position)),
                _ => {}
            }
        }
        if let Some((position, wire, after)) = value {
            (self.position, self.wire, self.number) = (position, wire, VALUE);
            if self.careful {
                let mut start = position;
                if wire == LENGTH {
                    varint::read(self.bytes, &mut start, end)?;
                }
                self.push_occurrence(VALUE, wire, start, after);
            }
        }
        Ok(Some(value.is_some()))
    }

    pub(super) fn end_entry(&mut self, entry: &Frame) {
        self.end = entry.origin as usize;
        self.position = entry.limit as usize;
        self.scratch.index.truncate(entry.flag as usize);
    }

    /// Reads at the entry's key, then comes back to the value.
    pub(super) fn at_key<T>(
        &mut self,
        entry: &Frame,
        none: T,
        read: impl FnOnce(&mut Self) -> Result<T, Stop>,
    ) -> Result<T, Stop> {
        if entry.cursor == 0 {
            return Ok(none);
        }
        let (position, wire, end) = (self.position, self.wire, self.end);
        self.position = entry.cursor as usize;
        self.end = entry.limit as usize;
        self.wire = self.bytes[self.position - 1] & 7;
        let value = read(self);
        (self.position, self.wire, self.end) = (position, wire, end);
        value
    }

    /// In wire order a key that comes again asks for the careful reading.
    pub(super) fn note_key(&mut self, map: &Frame, entry: &Frame) -> Result<(), Stop> {
        if map.flag == LATER_WINS {
            return Ok(());
        }
        let from = entry.cursor as usize;
        let key = match from {
            0 => MapKey::Span(0, 0),
            _ => self.key_at(from, self.bytes[from - 1] & 7)?,
        };
        match self.scratch.keys.note(self.bytes, map.limit, entry.limit, key.text(), &mut self.fuel)? {
            None => Ok(()),
            Some(_) => Err(Stop::Careful),
        }
    }
}

/// A key as far as it tells entries apart.
enum MapKey {
    Number([u8; 8]),
    Span(u32, u32),
}

impl MapKey {
    fn text(&self) -> KeyText<'_> {
        match self {
            MapKey::Number(bytes) => KeyText::Copy(bytes),
            MapKey::Span(from, to) => KeyText::Span(*from, *to),
        }
    }
}
