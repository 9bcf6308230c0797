//! Maps: entries with a key of one type and a value of another.

use super::record::in_range;
use super::{Segment, Walk};
use crate::plan::{Map, Node, NodeId, Slot};
use crate::{Frame, Sink, Source, Stop};

impl<'a, S: Source + ?Sized, K: Sink + ?Sized, const COLLECT: bool> Walk<'a, S, K, COLLECT> {
    pub(super) fn map(&mut self, map: &'a Map, slot: &Slot) -> Result<(), Stop> {
        let (mut frame, mut entry) = (self.source.map()?, Frame::default());
        let opened = self.sink.map(slot);
        let mut members = 0;
        while let Some(has_value) = self.source.entry(&mut frame, &mut entry)? {
            members += 1;
            let start = self.source.mark();
            if COLLECT {
                let name = self.key_name(map.key, &entry);
                self.state.path.push(Segment::Name(name));
            }
            let done = self.map_entry(map, slot, &frame, &entry, has_value);
            let segment = if COLLECT { self.state.path.pop() } else { None };
            if let Err(rule) = done {
                let segment = segment.unwrap_or(Segment::Index(0));
                if !has_value && !rule.is_final() && COLLECT {
                    self.note(rule, Some(segment))?;
                } else {
                    self.caught(rule, segment, start)?;
                }
            }
            self.source.leave_entry(&entry)?;
        }
        if map.lacks(members) {
            return Err(Stop::MinProperties);
        }
        in_range(members, (0, map.max))?;
        self.sink.end_map(slot, opened, members);
        Ok(())
    }

    fn map_entry(
        &mut self,
        map: &'a Map,
        slot: &Slot,
        frame: &Frame,
        entry: &Frame,
        has_value: bool,
    ) -> Result<(), Stop> {
        self.source.key_once(frame, entry)?;
        let nodes = self.nodes;
        let opened = match &nodes[map.key.at()] {
            Node::Text(text) => {
                let key = self.source.key_text(entry)?;
                text.check(key)?;
                self.sink.entry_text(slot, &map.key_slot, key)
            }
            Node::Int(int) => {
                let key = self.source.key_int(entry, int)?;
                if int.signed {
                    int.check(key)?
                } else {
                    int.check_unsigned(key as u64)?
                }
                self.sink.entry_int(slot, &map.key_slot, int, key)
            }
            Node::Bool(_) => {
                let key = self.source.key_bool(entry)?;
                self.sink.entry_bool(slot, &map.key_slot, key)
            }
            _ => return Err(Stop::Type),
        };
        if has_value {
            self.source.place(&map.value_slot);
            self.value_apart(map.value, &map.value_slot)?;
        } else {
            self.empty_message(map.value, &map.value_slot)?;
        }
        self.sink.end_entry(opened);
        Ok(())
    }

    /// The key for a path.
    fn key_name(&mut self, key: NodeId, entry: &Frame) -> String {
        let nodes = self.nodes;
        match &nodes[key.at()] {
            Node::Int(int) if int.signed => self.source.key_int(entry, int).map(|key| key.to_string()),
            Node::Int(int) => self.source.key_int(entry, int).map(|key| (key as u64).to_string()),
            Node::Bool(_) => self.source.key_bool(entry).map(|key| key.to_string()),
            _ => Err(Stop::Type),
        }
        .or_else(|_| self.source.key_text(entry).map(|key| String::from_utf8_lossy(key).into_owned()))
        .unwrap_or_default()
    }
}
