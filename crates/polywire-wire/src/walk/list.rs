//! Lists, and values of any type.

use super::digest::Digest;
use super::{Segment, Walk};
use crate::plan::{Key, List, Node, Slot};
use crate::{Frame, Kind, Mark, Sink, Source, Stop};

impl<'a, S: Source + ?Sized, K: Sink + ?Sized, const COLLECT: bool> Walk<'a, S, K, COLLECT> {
    #[inline(never)]
    pub(super) fn list(&mut self, list: &'a List, slot: &Slot) -> Result<(), Stop> {
        let mut frame = self.source.list()?;
        let opened = self.sink.list(slot);
        let nodes = self.nodes;
        let item = &nodes[list.item.at()];
        let digests = self.state.digests.len();
        let mut items = 0;
        while self.source.more(&mut frame, list.scalar)? {
            if items == list.max {
                return Err(Stop::MaxItems);
            }
            self.source.place(&list.slot);
            let start = if COLLECT { self.begin_item(items) } else { Mark::default() };
            let done = match item {
                _ if list.unique => {
                    self.digest_item(list).and_then(|()| self.value_apart(list.item, &list.slot))
                }
                Node::Record(record) => self.record(record, &list.slot, None),
                _ => self.value_apart(list.item, &list.slot),
            };
            if COLLECT {
                self.state.path.pop();
            }
            if let Err(rule) = done {
                self.caught(rule, Segment::Index(items), start)?;
            }
            items += 1;
        }
        if list.lacks(items) {
            return Err(Stop::MinItems);
        }
        if list.unique {
            self.check_unique(digests)?;
        }
        self.sink.end_list(slot, opened, items);
        self.state.told = items;
        Ok(())
    }

    fn begin_item(&mut self, index: u32) -> Mark {
        self.state.path.push(Segment::Index(index));
        self.source.mark()
    }

    /// Reads an item for its digest alone, then goes back to it.
    fn digest_item(&mut self, list: &'a List) -> Result<(), Stop> {
        let start = self.source.mark();
        let mut digest = Digest::new(self.state.seed, std::mem::take(&mut self.state.open));
        let (digests, masks) = (self.state.digests.len(), self.state.masks.len());
        let mut walk = Walk::<S, dyn Sink, false> {
            nodes: self.nodes,
            source: &mut *self.source,
            sink: &mut digest,
            state: &mut *self.state,
        };
        // Where values say of what kind they are, members that the type does not know count, too.
        let read = if walk.source.describes_itself() {
            walk.any(&Slot::bare())
        } else {
            walk.source.place(&list.slot);
            walk.value_apart(list.item, &Slot::bare())
        };
        let (value, open) = digest.finish();
        self.state.open = open;
        self.state.digests.truncate(digests);
        self.state.masks.truncate(masks);
        match read {
            Ok(()) => self.state.digests.push(value),
            Err(rule) if rule.is_final() => return Err(rule),
            // The item itself is wrong: the reading that follows says so.
            Err(_) => {}
        }
        self.source.seek(start)?;
        self.source.place(&list.slot);
        Ok(())
    }

    fn check_unique(&mut self, from: usize) -> Result<(), Stop> {
        let digests = &mut self.state.digests[from..];
        digests.sort_unstable();
        let repeated = digests.windows(2).any(|pair| pair[0] == pair[1]);
        self.state.digests.truncate(from);
        if repeated { Err(Stop::UniqueItems) } else { Ok(()) }
    }

    /// A value of any type, part by part. Recursion ends with the depth that the source allows.
    #[inline(never)]
    pub(super) fn any(&mut self, slot: &Slot) -> Result<(), Stop> {
        match self.source.kind()? {
            Kind::Null => {
                self.source.null_value()?;
                self.sink.null_value(slot);
            }
            Kind::Bool => {
                let value = self.source.bool()?;
                self.sink.bool(slot, value);
            }
            Kind::Number => {
                let value = self.source.number()?;
                self.sink.number(slot, value);
            }
            Kind::Text => {
                let value = self.source.text()?;
                self.sink.text(slot, value);
            }
            Kind::List => {
                let mut frame = self.source.list()?;
                let opened = self.sink.list(slot);
                let mut items = 0;
                let item = Slot::bare().with_key(&Key::Item);
                while self.source.more(&mut frame, false)? {
                    self.any(&item)?;
                    items += 1;
                }
                self.sink.end_list(slot, opened, items);
            }
            Kind::Record => {
                let (mut frame, mut entry) = (self.source.map()?, Frame::default());
                let opened = self.sink.map(slot);
                let mut members = 0;
                while self.source.entry(&mut frame, &mut entry)?.is_some() {
                    let key = self.source.key_text(&entry)?;
                    let entry_opened = self.sink.entry_text(slot, &Slot::bare(), key);
                    self.any(&Slot::bare())?;
                    self.sink.end_entry(entry_opened);
                    members += 1;
                    self.source.leave_entry(&entry)?;
                }
                self.sink.end_map(slot, opened, members);
            }
        }
        Ok(())
    }
}
