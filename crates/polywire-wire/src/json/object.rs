//! Members of objects: names to rows in any order, and no name twice.

use super::JsonSource;
use super::number::Number;
use super::source::Span;
use crate::keys::KeyText;
use crate::plan::Record;
use crate::scratch::SourceScratch;
use crate::{Frame, Step, Stop};

impl JsonSource<'_> {
    /// The next member of an object with rows.
    #[inline(always)]
    pub(super) fn next_member(&mut self, record: &Record, frame: &mut Frame) -> Result<Step, Stop> {
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
        self.position += 1;
        let row = match self.lead(record, frame.cursor as usize, 2) {
            Some(row) => u32::from(row),
            None => match self.learnt(record, frame)? {
                Step::Field(row) => row,
                Step::Unknown(start) => return Ok(Step::Unknown(start)),
                Step::End => return Ok(Step::End),
            },
        };
        frame.cursor = row + 1;
        self.colon()?;
        Ok(Step::Field(row))
    }

    /// Compares the name with the rows that are most likely next, without looking for its end.
    #[inline(always)]
    fn lead(&mut self, record: &Record, guess: usize, tries: usize) -> Option<u16> {
        let here: &[u8; 16] = self.bytes.get(self.position..)?.first_chunk()?;
        let here = u128::from_le_bytes(*here);
        for row_at in guess..guess + tries {
            let row = record.rows.get(row_at)?;
            let differs = (here ^ u128::from_le_bytes(row.lead)) & u128::from_le_bytes(row.lead_mask);
            if differs == 0 && row.lead_length != 0 {
                self.position += usize::from(row.lead_length);
                return Some(row_at as u16);
            }
        }
        None
    }

    /// Not the declared order: tries the name that followed the last one before, else looks it up and remembers it.
    #[inline(never)]
    fn learnt(&mut self, record: &Record, frame: &Frame) -> Result<Step, Stop> {
        let place = usize::from((record.order_base + frame.cursor) as u8);
        if let Some(row) = self.lead(record, usize::from(self.scratch.json.order[place]), 1) {
            return Ok(Step::Field(row.into()));
        }
        let step = self.lookup(record, frame)?;
        if let Step::Field(row) = step {
            self.scratch.json.order[place] = row as u16;
        }
        Ok(step)
    }

    #[inline(never)]
    fn lookup(&mut self, record: &Record, frame: &Frame) -> Result<Step, Stop> {
        self.position -= 1;
        let start = self.position;
        let span = self.string()?;
        let name = if span.plain { &self.bytes[span.from..span.to] } else { &self.scratch.text[..] };
        if let Some(row) = record.by_name(name) {
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
