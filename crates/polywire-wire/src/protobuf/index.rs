//! The careful reading: per message an index of spans, sorted by row, so that occurrences of a field come together.
//!
//! Repeated fields are joined, messages are merged, of other fields the last one counts, and of the fields of a oneof
//! the last run of one of them.

use super::ProtobufSource;
use super::source::{GROUP, LENGTH, PACKED, SPAN};
use crate::plan::{NO_ROW, Record};
use crate::varint;
use crate::{Frame, Step, Stop};

/// One occurrence of a field.
#[derive(Clone, Copy, Debug)]
pub(crate) struct IndexEntry {
    /// The row; [`NO_ROW`] for an unknown field, [`LOST`] for one that a oneof overwrote.
    row: u32,
    pub(super) number: u32,
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) wire: u8,
}

/// After all rows and unknown fields.
const LOST: u32 = u32::MAX;

impl ProtobufSource<'_> {
    /// Indexes the message at the cursor, of which there may be several occurrences.
    #[inline(never)]
    pub(super) fn enter_careful(&mut self, record: &Record) -> Result<Frame, Stop> {
        let (outer_end, base) = (self.end, self.scratch.index.len());
        if std::mem::replace(&mut self.top, false) {
            self.index_block(record)?;
        } else {
            for occurrence in self.span.0..self.span.1 {
                let entry = self.scratch.index[occurrence as usize];
                if entry.wire != LENGTH {
                    return Err(Stop::Type);
                }
                (self.position, self.end) = (entry.start as usize, entry.end as usize);
                self.index_block(record)?;
            }
        }
        self.drop_overwritten(record, base);
        self.scratch.index[base..].sort_unstable_by_key(|entry| (entry.row, entry.start));
        self.end = outer_end;
        self.depth -= 1;
        let kept = self.scratch.index[base..].partition_point(|entry| entry.row != LOST);
        Ok(Frame {
            origin: outer_end as u32,
            cursor: base as u32,
            limit: (base + kept) as u32,
            flag: base as u32,
        })
    }

    fn index_block(&mut self, record: &Record) -> Result<(), Stop> {
        while self.position < self.end {
            self.fuel -= 1;
            if self.fuel < 0 {
                return Err(Stop::Fuel);
            }
            self.at = self.position;
            self.tag()?;
            let (number, wire, mut start) = (self.number, self.wire, self.position);
            let (wire, end) = if wire == GROUP {
                // Its fields are like those of a message with a length.
                (LENGTH, self.skip_group()?)
            } else {
                self.skip_field()?;
                if wire == LENGTH {
                    varint::read(self.bytes, &mut start, self.end)?;
                }
                (wire, self.position)
            };
            let row = u32::from(record.by_number(number));
            let (start, end) = (start as u32, end as u32);
            self.scratch.index.push(IndexEntry { row, number, start, end, wire });
        }
        Ok(())
    }

    /// Of each group of fields the last run of one of them stays.
    fn drop_overwritten(&mut self, record: &Record, base: usize) {
        if record.group_names.is_empty() {
            return;
        }
        let mut last = [u32::MAX; 64];
        let mut ended = 0u64;
        for entry in self.scratch.index[base..].iter_mut().rev() {
            let group = record.rows.get(entry.row as usize).map_or(0, |row| row.group);
            if group == 0 {
                continue;
            }
            let winner = &mut last[usize::from(group) % 64];
            if *winner == u32::MAX {
                *winner = entry.row;
            }
            if *winner != entry.row {
                ended |= 1 << (group % 64);
            }
            if ended >> (group % 64) & 1 == 1 {
                entry.row = LOST;
            }
        }
    }

    #[inline(never)]
    pub(super) fn next_careful(&mut self, frame: &mut Frame) -> Result<Step, Stop> {
        if frame.cursor == frame.limit {
            self.end = frame.origin as usize;
            self.scratch.index.truncate(frame.flag as usize);
            self.depth += 1;
            return Ok(Step::End);
        }
        let entries = &self.scratch.index[frame.cursor as usize..frame.limit as usize];
        let first = entries[0];
        if first.row == u32::from(NO_ROW) {
            frame.cursor += 1;
            self.at = first.start as usize;
            return Ok(Step::Unknown(first.number));
        }
        let count = entries.partition_point(|entry| entry.row == first.row);
        // The alternatives of a sum share a row: the last one counts, with those just before it that are the same.
        let last = entries[count - 1];
        let skipped =
            entries[..count].iter().rposition(|entry| entry.number != last.number).map_or(0, |at| at + 1);
        self.span = (frame.cursor + skipped as u32, frame.cursor + count as u32);
        frame.cursor = self.span.1;
        self.place(self.span.1 - 1);
        Ok(Step::Field(first.row))
    }

    /// Puts the cursor at an occurrence.
    pub(super) fn place(&mut self, at: u32) {
        let entry = self.scratch.index[at as usize];
        self.position = entry.start as usize;
        self.end = entry.end as usize;
        self.at = self.position;
        self.wire = if entry.wire == LENGTH { SPAN } else { entry.wire };
        self.number = entry.number;
    }

    /// The next item of a list: in wire order the next field with the same number, or the next number of a block.
    #[inline(always)]
    pub(super) fn more_items(&mut self, frame: &mut Frame, scalar: bool) -> Result<bool, Stop> {
        loop {
            if frame.cursor != 0 {
                let end = frame.cursor as usize;
                if self.position < end {
                    return Ok(true);
                }
                if self.position > end {
                    return Err(Stop::Malformed);
                }
                frame.cursor = 0;
            }
            if self.careful {
                if frame.origin == frame.limit {
                    return Ok(false);
                }
                self.span = (frame.origin, frame.origin + 1);
                self.place(frame.origin);
                frame.origin += 1;
                if scalar && self.wire == SPAN {
                    frame.cursor = self.end as u32;
                    self.wire = PACKED;
                    continue;
                }
                return Ok(true);
            }
            if frame.flag == 0 {
                if self.position == self.end {
                    return Ok(false);
                }
                let before = self.position;
                self.tag()?;
                if self.number != frame.origin {
                    self.position = before;
                    return Ok(false);
                }
            }
            frame.flag = 0;
            if scalar && self.wire == LENGTH {
                let length = self.length()?;
                frame.cursor = (self.position + length) as u32;
                self.wire = PACKED;
                continue;
            }
            return Ok(true);
        }
    }

    /// Adds an occurrence that is no field of an indexed message, so that careful reading can enter it.
    pub(super) fn push_occurrence(&mut self, number: u32, wire: u8, start: usize, end: usize) {
        let at = self.scratch.index.len() as u32;
        self.scratch.index.push(IndexEntry { row: 0, number, start: start as u32, end: end as u32, wire });
        self.span = (at, at + 1);
        self.place(at);
    }
}
