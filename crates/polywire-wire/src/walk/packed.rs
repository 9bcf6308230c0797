//! `google.protobuf.Any`: a message whose type stands beside it, in JSON as the member `@type`.

use super::{Segment, Walk};
use crate::plan::{Node, Packed, PackedBranch, Record, Slot, Tag};
use crate::{Kind, Mark, Sink, Source, Step, Stop};

impl<'a, S: Source + ?Sized, K: Sink + ?Sized, const COLLECT: bool> Walk<'a, S, K, COLLECT> {
    #[inline(never)]
    pub(super) fn packed(&mut self, packed: &'a Packed, slot: &Slot) -> Result<(), Stop> {
        if self.source.wraps() { self.unpack(packed, slot) } else { self.pack(packed, slot) }
    }

    /// From JSON.
    fn pack(&mut self, packed: &'a Packed, slot: &Slot) -> Result<(), Stop> {
        if self.source.kind()? != Kind::Record {
            return Err(Stop::Type);
        }
        let branch = match self.type_of(&packed.tag) {
            Err(Stop::Enum) if packed.identity => return self.source.skip(),
            other => other?,
        };
        match branch {
            Some(branch) => self.content(packed, &packed.branches[branch], slot),
            None => {
                self.source.skip()?;
                let opened = self.sink.open(slot);
                self.sink.close(opened);
                Ok(())
            }
        }
    }

    /// Looks for the type and comes back; none where the object is empty.
    fn type_of(&mut self, tag: &Tag) -> Result<Option<usize>, Stop> {
        let start = self.source.mark();
        let mut frame = self.source.enter(&tag.record)?;
        let mut empty = true;
        loop {
            match self.source.next(&tag.record, &mut frame)? {
                Step::Field(_) => {
                    let found = find(tag, self.source.text()?)?;
                    self.source.seek(start)?;
                    return Ok(Some(found));
                }
                Step::Unknown(_) => {
                    empty = false;
                    self.source.skip()?;
                }
                Step::End if empty => {
                    self.source.seek(start)?;
                    return Ok(None);
                }
                Step::End => return Err(Stop::Required),
            }
        }
    }

    /// From Protobuf: the type is field 1, the message field 2.
    fn unpack(&mut self, packed: &'a Packed, slot: &Slot) -> Result<(), Stop> {
        let mut frame = self.source.enter(&packed.record)?;
        let (mut branch, mut value, mut done) = (None, None::<Mark>, false);
        let mut typed = false;
        loop {
            match self.source.next(&packed.record, &mut frame)? {
                Step::Field(0) if typed => return Err(self.source.again()),
                Step::Field(0) => {
                    typed = true;
                    branch = match find(&packed.tag, self.source.text()?) {
                        Ok(found) => Some(&packed.branches[found]),
                        Err(_) if packed.identity => None,
                        Err(rule) => return Err(rule),
                    };
                    // The message came first: goes back to it.
                    if let (Some(branch), Some(at)) = (branch, value) {
                        let here = self.source.mark();
                        self.source.seek(at)?;
                        self.content(packed, branch, slot)?;
                        self.source.seek(here)?;
                        done = true;
                    }
                }
                Step::Field(_) if done || value.is_some() => return Err(self.source.again()),
                Step::Field(_) => {
                    value = Some(self.source.mark());
                    match branch {
                        Some(branch) => {
                            self.content(packed, branch, slot)?;
                            done = true;
                        }
                        None => self.source.skip()?,
                    }
                }
                Step::Unknown(_) => {}
                Step::End => break,
            }
        }
        match branch {
            Some(_) if done => Ok(()),
            Some(branch) => self.empty_content(packed, branch, slot),
            None if typed => Ok(()),
            None if value.is_some() => Err(Stop::Required),
            None => {
                let opened = self.sink.open(slot);
                self.sink.close(opened);
                Ok(())
            }
        }
    }

    /// The message, with its type before it.
    fn content(&mut self, packed: &'a Packed, branch: &'a PackedBranch, slot: &Slot) -> Result<(), Stop> {
        let nodes = self.nodes;
        let Node::Record(record) = &nodes[branch.node.at()] else { return Err(Stop::Type) };
        let in_field = packed.value_slot.as_ref().filter(|_| !branch.alone);
        let alone = branch.alone && self.source.wraps();
        if in_field.is_none() && !alone {
            return self.record(record, slot, Some(&branch.written));
        }
        let opened = self.sink.open(slot);
        self.sink.tag(&branch.written.0, &branch.written.1);
        match in_field {
            Some(slot) => self.record(record, slot, None)?,
            None => self.value_alone(record)?,
        }
        self.sink.close(opened);
        Ok(())
    }

    /// The value of the first row, which stands here without the record.
    fn value_alone(&mut self, record: &'a Record) -> Result<(), Stop> {
        let row = &record.rows[0];
        let start = if COLLECT { self.begin(record, 0) } else { Mark::default() };
        let done = self.value_apart(row.node, &row.slot);
        if COLLECT {
            self.state.path.pop();
        }
        done.or_else(|rule| self.caught(rule, Segment::Row(record.id, 0), start))
    }

    /// A message without fields need not be there.
    fn empty_content(
        &mut self,
        packed: &'a Packed,
        branch: &'a PackedBranch,
        slot: &Slot,
    ) -> Result<(), Stop> {
        let nodes = self.nodes;
        let Node::Record(record) = &nodes[branch.node.at()] else { return Err(Stop::Type) };
        let opened = self.sink.open(slot);
        self.sink.tag(&branch.written.0, &branch.written.1);
        match &packed.value_slot {
            // Nor need it where it is written.
            Some(_) if branch.alone => {}
            Some(slot) => {
                let opened = self.sink.open(slot);
                self.nothing_seen(record)?;
                self.sink.close(opened);
            }
            None if branch.alone => self.empty_message(record.rows[0].node, &record.rows[0].slot)?,
            None => self.nothing_seen(record)?,
        }
        self.sink.close(opened);
        Ok(())
    }
}

/// The alternative whose name stands after the last slash.
fn find(tag: &Tag, url: &[u8]) -> Result<usize, Stop> {
    let name = url.iter().rposition(|byte| *byte == b'/').map(|at| &url[at + 1..]).ok_or(Stop::Enum)?;
    let found = tag.values.binary_search_by(|entry| (*entry.0).cmp(name));
    found.map(|at| tag.values[at].1 as usize).map_err(|_| Stop::Enum)
}
