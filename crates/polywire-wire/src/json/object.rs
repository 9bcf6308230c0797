//! Members of objects: names to rows in any order, and no name twice.

use super::JsonSource;
use super::number::Number;
use super::source::Span;
use crate::keys::KeyText;
use crate::plan::{LEAD_BYTES, Record};
use crate::scratch::SourceScratch;
use crate::{Frame, Step, Stop};

/// Bytes from a place on.
#[inline(always)]
pub(super) fn first_chunk<const N: usize>(bytes: &[u8], at: usize) -> Option<&[u8; N]> {
    bytes.get(at..at.wrapping_add(N))?.first_chunk()
}

impl JsonSource<'_> {
    /// The next member of an object with rows.
    #[inline(always)]
    pub(super) fn next_member(&mut self, record: &Record, frame: &mut Frame) -> Result<Step, Stop> {
        // Mostly a row that is declared next follows, without blanks. Before the first stands a bracket, no comma.
        let first = frame.flag == 0;
        let from = self.position - usize::from(first);
        if let Some([before, b'"', name @ ..]) = first_chunk::<{ 2 + LEAD_BYTES }>(self.bytes, from)
            && (first || *before == b',')
            && let Some(row) = self.declared(record, u128::from_le_bytes(*name), from + 2, frame.cursor)
        {
            self.at = from + 1;
            *frame = Frame { flag: 1, cursor: row + 1, ..*frame };
            return Ok(Step::Field(row));
        }
        if !first && self.bytes.get(self.position) == Some(&b'}') {
            self.close();
            return Ok(Step::End);
        }
        self.any_member(record, frame)
    }

    /// The next member, whatever it is and whatever stands before it.
    #[inline(never)]
    fn any_member(&mut self, record: &Record, frame: &mut Frame) -> Result<Step, Stop> {
        let quote = match (std::mem::replace(&mut frame.flag, 1), self.peek()) {
            (_, b'}') => {
                self.close();
                return Ok(Step::End);
            }
            (0, byte) => byte,
            (_, b',') => {
                self.position += 1;
                self.peek()
            }
            _ => return Err(self.malformed()),
        };
        if quote != b'"' {
            return Err(self.malformed());
        }
        self.at = self.position;
        let step = match first_chunk(self.bytes, self.position + 1) {
            Some(name) => self.likely(record, u128::from_le_bytes(*name), frame)?,
            None => self.lookup(record, frame)?,
        };
        if let Step::Field(row) = step {
            frame.cursor = row + 1;
        }
        Ok(step)
    }

    /// Tries the rows that are declared next, then the one that followed the last one before; else it looks the name up, and
    /// remembers it.
    fn likely(&mut self, record: &Record, name: u128, frame: &Frame) -> Result<Step, Stop> {
        let from = self.position + 1;
        if let Some(row) = self.declared(record, name, from, frame.cursor) {
            return Ok(Step::Field(row));
        }
        let place = usize::from((record.order_base + frame.cursor) as u8);
        let learnt = self.scratch.json.order[place];
        if self.stands(record, learnt.into(), name, from) {
            return Ok(Step::Field(learnt.into()));
        }
        let step = self.lookup(record, frame)?;
        if let Step::Field(row) = step {
            self.scratch.json.order[place] = row as u16;
        }
        Ok(step)
    }

    #[inline(always)]
    fn declared(&mut self, record: &Record, name: u128, from: usize, next: u32) -> Option<u32> {
        let next = next as usize;
        (next..next + 2).find(|row| self.stands(record, *row, name, from)).map(|row| row as u32)
    }

    /// Whether the name of a row stands there, with its colon; it is passed.
    #[inline(always)]
    fn stands(&mut self, record: &Record, row: usize, name: u128, from: usize) -> bool {
        let Some(row) = record.rows.get(row) else { return false };
        let Some(end) = row.lead.end(name, self.bytes, from) else { return false };
        self.position = end;
        true
    }

    #[inline(never)]
    fn lookup(&mut self, record: &Record, frame: &Frame) -> Result<Step, Stop> {
        let start = self.position;
        let span = self.string()?;
        let name = if span.plain { &self.bytes[span.from..span.to] } else { &self.scratch.text[..] };
        if let Some(row) = record.by_name(name) {
            self.colon()?;
            return Ok(Step::Field(row.into()));
        }
        self.once(frame.origin, start, span)?;
        self.colon()?;
        self.peek();
        self.at = start;
        Ok(Step::Unknown(start as u32))
    }

    /// A member of an object without rows: its name is noted.
    pub(super) fn unknown_key(&mut self, frame: &Frame) -> Result<Span, Stop> {
        if self.peek() != b'"' {
            return Err(self.malformed());
        }
        let start = self.position;
        let span = self.string()?;
        self.once(frame.origin, start, span)?;
        self.colon()?;
        Ok(span)
    }

    /// Refuses a name that this object had before.
    #[inline(never)]
    fn once(&mut self, object: u32, start: usize, span: Span) -> Result<(), Stop> {
        let scratch = &mut *self.scratch;
        let key = match span.plain {
            true => KeyText::Span(span.from as u32, span.to as u32),
            false => KeyText::Copy(&scratch.text),
        };
        match scratch.keys.note(self.bytes, object, start as u32, key, &mut self.fuel)? {
            None => Ok(()),
            Some(_) => {
                self.at = start;
                Err(Stop::Duplicate)
            }
        }
    }

    /// The next entry of a map; the frame keeps where the key lies.
    pub(super) fn next_entry(&mut self, map: &mut Frame, entry: &mut Frame) -> Result<Option<bool>, Stop> {
        if !self.advance(map, b'}')? {
            return Ok(None);
        }
        self.peek();
        self.at = self.position;
        let span = self.unknown_key(map)?;
        if !span.plain {
            // The text in scratch is needed until the value has been read.
            let SourceScratch { json, text, .. } = &mut *self.scratch;
            json.key.clear();
            json.key.extend_from_slice(text);
        }
        *entry =
            Frame { origin: span.from as u32, limit: span.to as u32, flag: u32::from(span.plain), cursor: 0 };
        Ok(Some(true))
    }

    /// The text of an entry's key, valid until the value is read.
    pub(super) fn key_bytes(&self, entry: &Frame) -> &[u8] {
        if entry.flag == 1 {
            &self.bytes[entry.origin as usize..entry.limit as usize]
        } else {
            &self.scratch.json.key
        }
    }

    /// Plain digits only, so that no key can be written in two ways.
    ///
    /// An unsigned key is returned as the bits of its value.
    pub(super) fn key_integer(&self, entry: &Frame, signed: bool) -> Result<i64, Stop> {
        let text = self.key_bytes(entry);
        let number = Number::parse(text, 0).map_err(|_| Stop::Type)?;
        let magnitude = number.integer(text)?;
        if number.end != text.len() || !number.plain || (number.negative && magnitude == 0) {
            return Err(Stop::Type);
        }
        if !signed {
            return if number.negative { Err(Stop::Minimum) } else { Ok(magnitude as i64) };
        }
        let value = i128::from(magnitude);
        i64::try_from(if number.negative { -value } else { value }).map_err(|_| Stop::Maximum)
    }

    /// The name that begins at an offset.
    pub(super) fn name_at(&mut self, start: u32) -> String {
        let (position, at) = (self.position, self.at);
        self.position = start as usize;
        let name = match self.string() {
            Ok(span) if span.plain => self.bytes[span.from..span.to].to_vec(),
            Ok(_) => self.scratch.text.clone(),
            Err(_) => Vec::new(),
        };
        (self.position, self.at) = (position, at);
        String::from_utf8_lossy(&name).into_owned()
    }
}
