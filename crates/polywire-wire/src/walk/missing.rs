//! What did not occur: defaults, zero values, and what must be there.

use super::{Segment, Walk};
use crate::check::number::zero_of;
use crate::plan::{Absent, Empty, Node, NodeId, OnNull, Record, Row, Slot, Wrapped};
use crate::{Sink, Source, Stop};

impl<'a, S: Source + ?Sized, K: Sink + ?Sized, const COLLECT: bool> Walk<'a, S, K, COLLECT> {
    #[inline(never)]
    #[cold]
    pub(super) fn lacking_rows(
        &mut self,
        record: &'a Record,
        mut lacking: u64,
        word: usize,
    ) -> Result<(), Stop> {
        while lacking != 0 {
            let at = word * 64 + lacking.trailing_zeros() as usize;
            lacking &= lacking - 1;
            if let Err(rule) = self.lacking(&record.rows[at]) {
                if !COLLECT {
                    return Err(rule);
                }
                self.note(rule, Some(Segment::Row(record.id, at as u16)))?;
            }
        }
        Ok(())
    }

    pub(super) fn lacking_groups(&mut self, record: &Record, lacking: u64) -> Result<(), Stop> {
        if !COLLECT {
            return Err(Stop::Required);
        }
        for (at, name) in record.group_names.iter().enumerate() {
            if lacking >> (at + 1) & 1 == 1 {
                self.note(Stop::Required, Some(Segment::Name(name.to_string())))?;
            }
        }
        Ok(())
    }

    /// One row that did not occur.
    pub(super) fn lacking(&mut self, row: &'a Row) -> Result<(), Stop> {
        if let Absent::Fill(bytes) = &row.absent {
            self.sink.ready(&row.slot, bytes);
            return Ok(());
        }
        if self.source.zeroes() {
            if row.null == OnNull::Null {
                // Required and nullable: only null is left.
                if row.required {
                    self.sink.null(&row.slot);
                }
                return Ok(());
            }
            if row.slot.implicit {
                return self.zero(row.node, &row.slot);
            }
        }
        match (row.required, &row.absent) {
            (true, _) => Err(Stop::Required),
            (false, Absent::Zero) => self.zero(row.node, &row.slot),
            (false, _) => Ok(()),
        }
    }

    /// A message around a value that does not hold it.
    pub(super) fn empty(&mut self, wrapped: &'a Wrapped) -> Result<(), Stop> {
        match wrapped.empty {
            Empty::Null => self.sink.null(&wrapped.slot),
            Empty::Nothing => {}
            Empty::Refuse(rule) => return Err(rule),
            Empty::Zero => self.zero(wrapped.node, &wrapped.slot)?,
        }
        Ok(())
    }

    /// The value that lies in a message without bytes, or the zero value.
    pub(super) fn empty_message(&mut self, node: NodeId, slot: &Slot) -> Result<(), Stop> {
        let nodes = self.nodes;
        match &nodes[node.at()] {
            Node::Wrapped(wrapped) => self.empty(wrapped)?,
            Node::Record(record) if record.expected.iter().all(|mask| *mask == 0) => {
                let opened = self.sink.open(slot);
                self.sink.close(opened);
            }
            Node::Packed(_) => {
                let opened = self.sink.open(slot);
                self.sink.close(opened);
            }
            Node::Instant => self.sink.instant(slot, 0, 0),
            Node::Duration => self.sink.duration(slot, 0, 0),
            Node::Mask => self.sink.mask(slot, b""),
            Node::Moment(moment) => {
                moment.check(0, 0, self.state.now)?;
                if moment.span {
                    self.sink.duration(slot, 0, 0);
                } else {
                    self.sink.instant(slot, 0, 0);
                }
            }
            _ => self.zero(node, slot)?,
        }
        Ok(())
    }

    /// The zero value, with its checks.
    pub(super) fn zero(&mut self, node: NodeId, slot: &Slot) -> Result<(), Stop> {
        let nodes = self.nodes;
        match &nodes[node.at()] {
            Node::Text(text) => {
                text.check(b"")?;
                self.sink.text(slot, b"");
            }
            Node::Int(int) if int.signed => {
                int.check(0)?;
                self.sink.int(slot, int, 0);
            }
            Node::Int(int) => {
                int.check_unsigned(0)?;
                self.sink.uint(slot, int, 0);
            }
            Node::Float(float) => {
                float.check(0.0)?;
                self.sink.float(slot, float, 0.0);
            }
            Node::Bool(bool) => {
                if !bool.allowed[0] {
                    return Err(Stop::Enum);
                }
                self.sink.bool(slot, false);
            }
            Node::Bytes(bytes) => {
                bytes.check(b"")?;
                self.sink.bytes(slot, b"");
            }
            Node::Enum(choice) => {
                let number = zero_of(choice)?;
                choice.check(number)?;
                self.sink.choice(slot, choice, number);
            }
            Node::List(list) => {
                if list.lacks(0) {
                    return Err(Stop::MinItems);
                }
                let opened = self.sink.list(slot);
                self.sink.end_list(slot, opened, 0);
            }
            Node::Map(map) => {
                if map.lacks(0) {
                    return Err(Stop::MinProperties);
                }
                if !slot.omit_zero {
                    let opened = self.sink.map(slot);
                    self.sink.end_map(slot, opened, 0);
                }
            }
            Node::Any | Node::Elsewhere | Node::Tag => {}
            _ => return Err(Stop::Required),
        }
        Ok(())
    }
}
