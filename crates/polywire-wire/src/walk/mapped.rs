//! A record that becomes a record of another type: the source's is looked through, then the target is written in its order.

use super::Walk;
use super::state::{Found, Segment};
use crate::check::Exact;
use crate::plan::{Absent, Look, Looked, Mapped, Move, Moved, Node, OnNull, Row, Slot, Written};
use crate::text::decimal;
use crate::{Discard, Mark, Sink, Source, Step, Stop};

impl<'a, S: Source + ?Sized, K: Sink + ?Sized, const COLLECT: bool> Walk<'a, S, K, COLLECT> {
    #[inline(never)]
    pub(super) fn mapped(
        &mut self,
        mapped: &'a Mapped,
        slot: &Slot,
        written: Option<&'a Written>,
    ) -> Result<(), Stop> {
        let base = self.state.places.len();
        self.state.places.resize(base + usize::from(mapped.leaves), Found::default());
        let noted = self.source.mark().index;
        self.look(&mapped.look, base)?;
        let end = Mark { index: noted, ..self.source.mark() };
        let opened = self.sink.open(slot);
        if let Some((slot, value)) = written {
            self.sink.tag(slot, value);
        }
        self.moves(&mapped.moves, base)?;
        self.sink.close(opened);
        self.state.places.truncate(base);
        self.source.jump(end)
    }

    /// Notes where the values lie that are used, and checks the others.
    fn look(&mut self, look: &'a Look, base: usize) -> Result<(), Stop> {
        let record = &look.record;
        let mut frame = self.source.enter(record)?;
        self.source.keep(&mut frame);
        let mut seen = self.nothing_yet(record);
        loop {
            match self.source.next(record, &mut frame) {
                Ok(Step::Field(at)) => {
                    let at = at as u16;
                    let row = &record.rows[usize::from(at)];
                    if self.see(&mut seen, at) {
                        let rule = self.source.again();
                        if COLLECT && rule != Stop::Careful {
                            self.state.unwound.push(Segment::Name(name_of(row)));
                        }
                        return Err(rule);
                    }
                    let start = self.source.mark();
                    if COLLECT {
                        self.state.path.push(Segment::Name(name_of(row)));
                    }
                    let done = self.looked(row, &look.rows[usize::from(at)], base);
                    if COLLECT {
                        self.state.path.pop();
                    }
                    if let Err(rule) = done {
                        self.caught(rule, Segment::Name(name_of(row)), start)?;
                    }
                }
                Ok(Step::Unknown(step)) => self.unknown(record, step)?,
                Ok(Step::End) => break,
                Err(rule) => return self.no_step(rule),
            }
        }
        for (at, row) in record.rows.iter().enumerate() {
            let there = self.is_seen(&seen, at as u16);
            let zero = self.source.zeroes() && row.slot.implicit;
            if row.required && !there && !zero {
                if !COLLECT {
                    return Err(Stop::Required);
                }
                self.note(Stop::Required, Some(Segment::Name(name_of(row))))?;
            }
        }
        self.forget(record, &seen)
    }

    fn looked(&mut self, row: &'a Row, looked: &'a Looked, base: usize) -> Result<(), Stop> {
        match looked {
            Looked::Leaf(leaf) => {
                let place = base + usize::from(*leaf);
                self.state.places[place].at = Some(self.source.mark());
                self.pass_over(row)
            }
            Looked::Below(look) => {
                self.source.place(&row.slot);
                if row.null != OnNull::Value && self.source.null()? {
                    return if row.null == OnNull::Refuse { Err(Stop::Type) } else { Ok(()) };
                }
                self.look(look, base)
            }
            Looked::Dropped => {
                self.state.dropped = self.state.dropped.saturating_add(1);
                self.unwritten(row)
            }
        }
    }

    /// Past a value that is read later, or was read before.
    pub(super) fn pass_over(&mut self, row: &'a Row) -> Result<(), Stop> {
        if self.source.describes_itself() {
            return self.source.skip();
        }
        self.unwritten(row)
    }

    /// Reads and checks a value that is not written.
    fn unwritten(&mut self, row: &'a Row) -> Result<(), Stop> {
        self.source.place(&row.slot);
        if row.null != OnNull::Value && self.source.null()? {
            return if row.null == OnNull::Refuse { Err(Stop::Type) } else { Ok(()) };
        }
        let mut walk = Walk::<S, Discard, false> {
            nodes: self.nodes,
            source: &mut *self.source,
            sink: &mut Discard,
            state: &mut *self.state,
        };
        walk.value_apart(row.node, &row.slot)
    }

    fn moves(&mut self, moves: &'a [Move], base: usize) -> Result<(), Stop> {
        for one in moves {
            match one {
                Move::Value(moved) => self.at_leaf(moved, base, |walk| walk.moved(moved))?,
                Move::Record { slot, leaves, moves } => {
                    let there = |leaf: &u16| self.state.places[base + usize::from(*leaf)].at.is_some();
                    if leaves.is_empty() || leaves.iter().any(there) {
                        let opened = self.sink.open(slot);
                        self.moves(moves, base)?;
                        self.sink.close(opened);
                    }
                }
                Move::Ready(slot, bytes) => self.sink.ready(slot, bytes),
                Move::Join { parts, with, text, slot } => {
                    let mut joined = std::mem::take(&mut self.state.joined);
                    joined.clear();
                    for (at, part) in parts.iter().enumerate() {
                        if at > 0 {
                            joined.extend_from_slice(with);
                        }
                        let read = |walk: &mut Self| {
                            joined.extend_from_slice(walk.source.text()?);
                            Ok(())
                        };
                        self.at_leaf(part, base, read)?;
                    }
                    let checked = text.check(&joined);
                    if checked.is_ok() {
                        self.sink.text(slot, &joined);
                    }
                    self.state.joined = joined;
                    if let (Err(rule), Some(last)) = (checked, parts.last()) {
                        self.amiss(last, base, rule)?;
                    }
                }
                Move::Part { of, at, part, text, slot } => self.at_leaf(of, base, |walk| {
                    let whole = walk.source.text()?;
                    let found = part_of(whole, at, *part).ok_or(Stop::Pattern)?;
                    text.check(found)?;
                    walk.sink.text(slot, found);
                    Ok(())
                })?,
                Move::Scaled { of, by, to, slot } => {
                    self.at_leaf(of, base, |walk| walk.scaled(of, *by, &walk.nodes[to.at()], slot))?;
                }
            }
        }
        Ok(())
    }

    /// Goes to a value and does something with it; an absent one is what the plan says.
    fn at_leaf(
        &mut self,
        moved: &'a Moved,
        base: usize,
        mut read: impl FnMut(&mut Self) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        let Some(mark) = self.state.places[base + usize::from(moved.leaf)].at else {
            return match self.lacks(moved) {
                Err(rule) if COLLECT && !rule.is_final() => {
                    self.under(moved, |walk, last| walk.note(rule, Some(last)))
                }
                done => done,
            };
        };
        self.source.jump(mark)?;
        self.source.place(&moved.slot);
        let before = self.state.path.len();
        if COLLECT {
            self.state.path.extend(moved.path.iter().map(|name| Segment::Name(name.to_string())));
        }
        let done = self.present(moved, &mut read);
        self.state.path.truncate(before);
        match done {
            Ok(()) => Ok(()),
            Err(rule) => self.amiss(moved, base, rule),
        }
    }

    /// A value that breaks a rule.
    fn amiss(&mut self, moved: &Moved, base: usize, rule: Stop) -> Result<(), Stop> {
        let mark = self.state.places[base + usize::from(moved.leaf)].at.unwrap_or_default();
        self.under(moved, |walk, last| walk.caught(rule, last, mark))
    }

    fn present(
        &mut self,
        moved: &'a Moved,
        read: &mut impl FnMut(&mut Self) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        if moved.null == OnNull::Value || !self.source.null()? {
            return read(self);
        }
        match moved.null {
            OnNull::Null => {
                self.sink.null(&moved.slot);
                Ok(())
            }
            OnNull::Absent => self.lacks(moved),
            OnNull::Refuse | OnNull::Value => Err(Stop::Type),
        }
    }

    fn moved(&mut self, moved: &'a Moved) -> Result<(), Stop> {
        self.value_apart(moved.node, &moved.slot)
    }

    fn lacks(&mut self, moved: &'a Moved) -> Result<(), Stop> {
        match &moved.absent {
            Absent::Fill(bytes) => self.sink.ready(&moved.slot, bytes),
            Absent::Zero if self.source.zeroes() => return self.zero(moved.node, &moved.slot),
            _ if moved.required => return Err(Stop::Required),
            _ => {}
        }
        Ok(())
    }

    /// Does something with the last step of the way to a value, while the path has those before it.
    fn under<T>(&mut self, moved: &Moved, then: impl FnOnce(&mut Self, Segment) -> T) -> T {
        let before = self.state.path.len();
        let names = moved.path.iter().map(|name| Segment::Name(name.to_string()));
        self.state.path.extend(names);
        let last = self.state.path.pop().unwrap_or(Segment::Index(0));
        let done = then(self, last);
        self.state.path.truncate(before);
        done
    }

    /// A number times a factor, exactly.
    fn scaled(&mut self, of: &'a Moved, by: Exact, to: &Node, slot: &Slot) -> Result<(), Stop> {
        let nodes = self.nodes;
        let value = match &nodes[of.node.at()] {
            Node::Int(int) if int.signed => {
                let value = self.source.int(int)?;
                int.check(value)?;
                Exact::whole(i128::from(value))
            }
            Node::Int(int) => {
                let value = self.source.uint(int)?;
                int.check_unsigned(value)?;
                Exact::whole(i128::from(value))
            }
            Node::Decimal(decimal) => {
                let text = self.source.decimal()?;
                decimal.check(text)?;
                Exact::parse(text).ok_or(Stop::Format)?
            }
            _ => return Err(Stop::Type),
        };
        let value = value.times(by).ok_or(Stop::Maximum)?;
        match to {
            Node::Int(int) => {
                let (value, true) = value.floor().ok_or(Stop::Maximum)? else { return Err(Stop::MultipleOf) };
                if int.signed {
                    let value = i64::try_from(value).map_err(|_| out_of_range(value))?;
                    int.check(value)?;
                    self.sink.int(slot, int, value);
                } else {
                    let value = u64::try_from(value).map_err(|_| out_of_range(value))?;
                    int.check_unsigned(value)?;
                    self.sink.uint(slot, int, value);
                }
            }
            Node::Decimal(to) => {
                let unscaled = Exact { exponent: value.exponent + i32::from(to.scale), ..value };
                let (unscaled, true) = unscaled.floor().ok_or(Stop::Maximum)? else {
                    return Err(Stop::MultipleOf);
                };
                let mut text = std::mem::take(&mut self.state.joined);
                decimal::write(unscaled, to.scale, &mut text);
                let checked = to.check(&text);
                if checked.is_ok() {
                    self.sink.text(slot, &text);
                }
                self.state.joined = text;
                checked?;
            }
            _ => return Err(Stop::Type),
        }
        Ok(())
    }
}

fn out_of_range(value: i128) -> Stop {
    if value < 0 { Stop::Minimum } else { Stop::Maximum }
}

fn name_of(row: &Row) -> String {
    String::from_utf8_lossy(&row.name).into_owned()
}

/// One of so many parts of a text; the last takes what is left.
fn part_of<'t>(text: &'t [u8], at: &[u8], (part, parts): (u32, u32)) -> Option<&'t [u8]> {
    let mut rest = text;
    for number in 0..parts {
        let found = if number + 1 == parts || at.is_empty() {
            None
        } else {
            rest.windows(at.len()).position(|window| window == at)
        };
        let (this, after) = match found {
            Some(end) => (&rest[..end], &rest[end + at.len()..]),
            None if number + 1 == parts => (rest, &rest[..0]),
            None => return None,
        };
        if number == part {
            return Some(this);
        }
        rest = after;
    }
    None
}

/// A mark is copied for each value: it must stay small.
const _: () = assert!(size_of::<Mark>() <= 40);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_taken_apart() {
        let check = |text: &str, at: &str, part, parts, expected: Option<&str>| {
            let found = part_of(text.as_bytes(), at.as_bytes(), (part, parts));
            assert_eq!(found, expected.map(str::as_bytes), "{text} {part}");
        };
        check("Ada Lovelace", " ", 0, 2, Some("Ada"));
        check("Ada Lovelace", " ", 1, 2, Some("Lovelace"));
        check("Ada King Lovelace", " ", 1, 2, Some("King Lovelace"));
        check("Ada", " ", 1, 2, None);
        check("a::b::c", "::", 2, 3, Some("c"));
        check("", " ", 0, 1, Some(""));
    }
}
