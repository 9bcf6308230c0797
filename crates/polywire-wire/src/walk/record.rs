//! Records: rows in the source's order, each once, then what is missing.

use super::{Segment, Walk};
use crate::plan::{ExtraRule, Node, OnNull, Record, Row, Slot, Written};
use crate::{Mark, Sink, Source, Step, Stop};

/// What a record keeps while it is read.
pub(super) struct Seen {
    /// Rows of the first 64.
    rows: u64,
    /// Where the bits of a wider record begin in the state.
    pub(super) base: usize,
    pub(super) wide: bool,
    groups: u64,
    pub(super) members: u32,
}

impl<'a, S: Source + ?Sized, K: Sink + ?Sized, const COLLECT: bool> Walk<'a, S, K, COLLECT> {
    /// A record; `written` is a member that the sink gets first.
    #[inline(never)]
    pub(super) fn record(
        &mut self,
        record: &'a Record,
        slot: &Slot,
        written: Option<&'a Written>,
    ) -> Result<(), Stop> {
        if let Some(laid) = &record.laid {
            return self.laid(record, laid, slot, written);
        }
        let mut frame = self.source.enter(record)?;
        let opened = self.sink.open(slot);
        if let Some((slot, value)) = written {
            self.sink.tag(slot, value);
        }
        let mut seen = self.nothing_yet(record);
        loop {
            let step = match self.source.next(record, &mut frame) {
                Ok(step) => step,
                Err(rule) => return self.no_step(rule),
            };
            match step {
                Step::Field(at) => {
                    let at = at as u16;
                    seen.members += 1;
                    let row = &record.rows[usize::from(at)];
                    if self.see(&mut seen, at) && !self.is_elsewhere(row) {
                        return self.twice(record, at);
                    }
                    let start = if COLLECT { self.begin(record, at) } else { Mark::default() };
                    let done = self.field(row, &mut seen);
                    if COLLECT {
                        self.state.path.pop();
                    }
                    if let Err(rule) = done {
                        self.caught(rule, Segment::Row(record.id, at), start)?;
                    }
                }
                Step::Unknown(step) => {
                    seen.members += 1;
                    self.unknown(record, step)?;
                }
                Step::End => break,
            }
        }
        if !record.one_of.is_empty() {
            self.one_of(record, &seen)?;
        }
        self.absent(record, &seen)?;
        if let Some(range) = record.members {
            in_range(seen.members, range)?;
        }
        self.sink.close(opened);
        Ok(())
    }

    #[inline(never)]
    pub(super) fn one_of(&self, record: &Record, seen: &Seen) -> Result<(), Stop> {
        for (rows, required) in &record.one_of {
            match rows.iter().filter(|row| self.is_seen(seen, **row)).count() {
                0 if *required => return Err(Stop::Required),
                0 | 1 => {}
                _ => return Err(Stop::OneOf),
            }
        }
        Ok(())
    }

    /// What must be said of a record of which nothing is there.
    pub(super) fn nothing_seen(&mut self, record: &'a Record) -> Result<(), Stop> {
        let seen = self.nothing_yet(record);
        if !record.one_of.is_empty() {
            self.one_of(record, &seen)?;
        }
        self.absent(record, &seen)
    }

    #[inline(always)]
    pub(super) fn nothing_yet(&mut self, record: &Record) -> Seen {
        let wide = record.expected.len() > 1;
        let seen = Seen { rows: 0, base: self.state.masks.len(), wide, groups: 0, members: 0 };
        if wide {
            self.state.masks.resize(seen.base + record.expected.len(), 0);
        }
        seen
    }

    pub(super) fn is_seen(&self, seen: &Seen, at: u16) -> bool {
        let word = if seen.wide { self.state.masks[seen.base + usize::from(at / 64)] } else { seen.rows };
        word >> (at % 64) & 1 == 1
    }

    #[inline(always)]
    pub(super) fn see(&mut self, seen: &mut Seen, at: u16) -> bool {
        let bit = 1 << (at % 64);
        let mask =
            if seen.wide { &mut self.state.masks[seen.base + usize::from(at / 64)] } else { &mut seen.rows };
        let before = *mask & bit != 0;
        *mask |= bit;
        before
    }

    /// An unknown member that came a second time is named.
    #[inline(never)]
    #[cold]
    pub(super) fn no_step(&mut self, rule: Stop) -> Result<(), Stop> {
        if COLLECT && rule == Stop::Duplicate {
            let name = self.source.unknown_name(self.source.at());
            self.state.unwound.push(Segment::Name(name));
        }
        Err(rule)
    }

    /// What another pass reads may come as often as it likes here.
    #[inline(never)]
    #[cold]
    pub(super) fn is_elsewhere(&self, row: &Row) -> bool {
        self.source.zeroes() && matches!(self.nodes[row.node.at()], Node::Elsewhere)
    }

    #[inline(never)]
    #[cold]
    pub(super) fn twice(&mut self, record: &Record, at: u16) -> Result<(), Stop> {
        let rule = self.source.again();
        if COLLECT && rule != Stop::Careful {
            self.state.unwound.push(Segment::Row(record.id, at));
        }
        Err(rule)
    }

    pub(super) fn begin(&mut self, record: &Record, at: u16) -> Mark {
        self.state.path.push(Segment::Row(record.id, at));
        self.source.mark()
    }

    #[inline(always)]
    pub(super) fn field(&mut self, row: &'a Row, seen: &mut Seen) -> Result<(), Stop> {
        self.source.place(&row.slot);
        if row.null != OnNull::Value && self.source.null()? {
            return self.null_field(row);
        }
        if row.group != 0 {
            self.enter_group(row, seen)?;
        }
        self.value(row.node, &row.slot)
    }

    #[inline(never)]
    fn null_field(&mut self, row: &'a Row) -> Result<(), Stop> {
        match row.null {
            OnNull::Absent => self.lacking(row),
            OnNull::Null => {
                self.sink.null(&row.slot);
                Ok(())
            }
            OnNull::Refuse | OnNull::Value => Err(Stop::Type),
        }
    }

    /// A second field of a group is a violation, or in Protobuf overwrites the first.
    #[inline(never)]
    fn enter_group(&mut self, row: &Row, seen: &mut Seen) -> Result<(), Stop> {
        let bit = 1 << (row.group % 64);
        if seen.groups & bit != 0 {
            let again = self.source.again();
            return Err(if again == Stop::Careful { again } else { Stop::OneOf });
        }
        seen.groups |= bit;
        Ok(())
    }

    /// A member without a row; the source stands at its value, or has passed it already.
    #[inline(never)]
    pub(super) fn unknown(&mut self, record: &Record, step: u32) -> Result<(), Stop> {
        // Protobuf's unknown fields are passed with their tag; JSON's values are still ahead.
        let ahead = !self.source.zeroes();
        let start = self.source.mark();
        let done = match record.extra {
            ExtraRule::Refuse(rule) => Err(rule),
            ExtraRule::Typed(node) if ahead => {
                if COLLECT {
                    let name = self.source.unknown_name(step);
                    self.state.path.push(Segment::Name(name));
                }
                let done = self.value_apart(node, &Slot::bare());
                if COLLECT {
                    self.state.path.pop();
                }
                done
            }
            ExtraRule::Copy(node) if ahead => {
                let name = self.source.unknown_name(step);
                let opened = self.sink.entry_text(&Slot::bare(), &Slot::bare(), name.as_bytes());
                if COLLECT {
                    self.state.path.push(Segment::Name(name));
                }
                let done = self.value_apart(node, &Slot::bare());
                if COLLECT {
                    self.state.path.pop();
                }
                self.sink.end_entry(opened);
                done
            }
            ExtraRule::Drop => {
                self.state.dropped = self.state.dropped.saturating_add(1);
                if ahead { self.source.skip() } else { Ok(()) }
            }
            ExtraRule::Keep | ExtraRule::Typed(_) | ExtraRule::Copy(_) if ahead => self.source.skip(),
            ExtraRule::Keep | ExtraRule::Typed(_) | ExtraRule::Copy(_) => Ok(()),
        };
        let Err(rule) = done else { return Ok(()) };
        if !COLLECT {
            return Err(rule);
        }
        let segment = Segment::Name(self.source.unknown_name(step));
        if rule.is_final() {
            self.state.unwound.push(segment);
            return Err(rule);
        }
        self.note(rule, Some(segment))?;
        if ahead {
            self.source.seek(start)?;
            self.source.skip()?;
        }
        Ok(())
    }

    /// Everything that must be said of rows which did not occur.
    #[inline(always)]
    pub(super) fn absent(&mut self, record: &'a Record, seen: &Seen) -> Result<(), Stop> {
        if seen.wide {
            for word in 0..record.expected.len() {
                let lacking = record.expected[word] & !self.state.masks[seen.base + word];
                if lacking != 0 {
                    self.lacking_rows(record, lacking, word)?;
                }
            }
            self.state.masks.truncate(seen.base);
        } else {
            let lacking = record.expected[0] & !seen.rows;
            if lacking != 0 {
                self.lacking_rows(record, lacking, 0)?;
            }
        }
        self.required_groups(record, seen)
    }

    /// Where absent rows were dealt with already.
    pub(super) fn forget(&mut self, record: &Record, seen: &Seen) -> Result<(), Stop> {
        if seen.wide {
            self.state.masks.truncate(seen.base);
        }
        self.required_groups(record, seen)
    }

    #[inline(always)]
    fn required_groups(&mut self, record: &Record, seen: &Seen) -> Result<(), Stop> {
        let lacking = record.groups_required & !seen.groups;
        if lacking != 0 { self.lacking_groups(record, lacking) } else { Ok(()) }
    }
}

/// How many members there may be.
pub(super) fn in_range(members: u32, (min, max): (u32, u32)) -> Result<(), Stop> {
    if members < min {
        return Err(Stop::MinProperties);
    }
    if members > max {
        return Err(Stop::MaxProperties);
    }
    Ok(())
}
