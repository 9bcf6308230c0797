//! Records of which the description beside the type says more: a target that is written in the order of its rows, and rows
//! that follow from others.
//!
//! The order of the target is optimistic, as everything is: the source is followed as long as its members come in that
//! order. The first that comes too late starts the message once more, with a look over each object beforehand.

use super::record::{Seen, in_range};
use super::state::Found;
use super::{Segment, Walk};
use crate::json::JsonSink;
use crate::plan::{Derived, DerivedFrom, Laid, Node, Record, Row, Slot, Written};
use crate::{Mark, Sink, Source, Step, Stop};

/// A list or sum that does not say how many items it has, or which alternative it is.
const NOTHING_TOLD: u32 = u32::MAX;

/// Where a record is.
struct Course<'a> {
    record: &'a Record,
    laid: &'a Laid,
    seen: Seen,
    /// The first row's place in [`super::State::places`].
    base: usize,
    /// The first row that was neither written nor left out.
    next: usize,
    /// Rows are written one after the other.
    in_order: bool,
    /// Members are looked for first, and read when all are known.
    indexing: bool,
}

impl<'a, S: Source + ?Sized, K: Sink + ?Sized, const COLLECT: bool> Walk<'a, S, K, COLLECT> {
    #[inline(never)]
    pub(super) fn laid(
        &mut self,
        record: &'a Record,
        laid: &'a Laid,
        slot: &Slot,
        written: Option<&'a Written>,
    ) -> Result<(), Stop> {
        let before = self.source.mark();
        let mut frame = self.source.enter(record)?;
        let goes_back = laid.goes_back();
        if goes_back {
            self.source.keep(&mut frame);
        }
        let opened = self.sink.open(slot);
        if let Some((slot, value)) = written {
            self.sink.tag(slot, value);
        }
        // What is wrong is found in any order.
        let in_order = laid.in_order && !COLLECT;
        let indexing = in_order && self.state.indexing;
        let (seen, base) = (self.nothing_yet(record), self.state.places.len());
        self.state.places.resize(base + record.rows.len(), Found::default());
        let mut course = Course { record, laid, seen, base, next: 0, in_order, indexing };
        loop {
            match self.source.next(record, &mut frame) {
                Ok(Step::Field(at)) => self.one_member(&mut course, at as u16)?,
                Ok(Step::Unknown(step)) => {
                    course.seen.members += 1;
                    self.unknown(record, step)?;
                }
                Ok(Step::End) => break,
                Err(rule) => return self.no_step(rule),
            }
        }
        if indexing {
            self.indexed(&mut course)?;
        } else if in_order {
            self.left_out(&mut course, record.rows.len())?;
        }
        if !record.one_of.is_empty() {
            self.one_of(record, &course.seen)?;
        }
        if !in_order {
            self.absent(record, &course.seen)?;
        } else {
            self.forget(record, &course.seen)?;
        }
        for derived in &laid.derived {
            self.derived(&mut course, derived)?;
        }
        if goes_back {
            // What was noted of this object is forgotten.
            let end = Mark { index: before.index, ..self.source.mark() };
            self.source.jump(end)?;
        }
        if let Some(range) = record.members {
            in_range(course.seen.members, range)?;
        }
        self.state.places.truncate(base);
        self.sink.close(opened);
        Ok(())
    }

    /// One member in the source's order.
    fn one_member(&mut self, course: &mut Course<'a>, at: u16) -> Result<(), Stop> {
        course.seen.members += 1;
        let (record, place) = (course.record, course.base + usize::from(at));
        let row = &record.rows[usize::from(at)];
        if self.see(&mut course.seen, at) && !self.is_elsewhere(row) {
            return self.twice(record, at);
        }
        let mut derived = course.laid.derived.iter().filter(|derived| derived.row == at);
        if course.indexing || derived.next().is_some() {
            self.state.places[place].at = Some(self.source.mark());
        }
        if course.indexing || course.laid.is_postponed(at.into()) {
            return self.pass_over(row);
        }
        if course.in_order {
            self.left_out(course, usize::from(at))?;
        }
        self.row(course, at)
    }

    /// Rows before `to` that did not come: whether they will come later is not known yet.
    fn left_out(&mut self, course: &mut Course<'a>, to: usize) -> Result<(), Stop> {
        let last = to == course.record.rows.len();
        if to < course.next {
            return Err(Stop::Careful);
        }
        for at in course.next..to {
            let row = &course.record.rows[at];
            if course.laid.is_postponed(at) {
                continue;
            }
            // A rule that its absence breaks may be kept yet: the member may come later.
            let may_come = !last && !self.state.ordered;
            if row.required && may_come {
                return Err(Stop::Careful);
            }
            self.lacking(row).map_err(|rule| if may_come { Stop::Careful } else { rule })?;
        }
        course.next = to + 1;
        Ok(())
    }

    /// A row whose value is next.
    fn row(&mut self, course: &mut Course<'a>, at: u16) -> Result<(), Stop> {
        let row: &'a Row = &course.record.rows[usize::from(at)];
        let start = if COLLECT { self.begin(course.record, at) } else { Mark::default() };
        let done = self.field(row, &mut course.seen);
        if COLLECT {
            self.state.path.pop();
        }
        // Of a value that is wrong nothing follows.
        let told = if done.is_ok() { self.state.told } else { NOTHING_TOLD };
        self.state.places[course.base + usize::from(at)].told = told;
        match done {
            Ok(()) => Ok(()),
            Err(rule) => self.caught(rule, Segment::Row(course.record.id, at), start),
        }
    }

    /// Every row in the target's order, wherever its member lies.
    fn indexed(&mut self, course: &mut Course<'a>) -> Result<(), Stop> {
        let end = self.source.mark();
        for at in 0..course.record.rows.len() {
            if course.laid.is_postponed(at) {
                continue;
            }
            match self.state.places[course.base + at].at {
                Some(mark) => {
                    self.source.jump(mark)?;
                    self.row(course, at as u16)?;
                }
                None => self.lacking(&course.record.rows[at])?,
            }
        }
        self.source.jump(end)
    }

    /// A row that follows from another must say the same, if it is there.
    fn derived(&mut self, course: &mut Course<'a>, derived: &'a Derived) -> Result<(), Stop> {
        let Found { at: Some(mark), .. } = self.state.places[course.base + usize::from(derived.row)] else {
            return Ok(());
        };
        let told = self.state.places[course.base + usize::from(derived.of)].told;
        if told == NOTHING_TOLD || matches!(derived.from, DerivedFrom::Around) {
            return Ok(());
        }
        if !derived.below.is_empty() {
            return self.derived_below(course, derived, mark, told);
        }
        let end = self.source.mark();
        self.source.jump(mark)?;
        let agreed = self.agrees(&course.record.rows[usize::from(derived.row)], derived, told);
        self.source.jump(mark)?;
        match agreed {
            Ok(()) if derived.postponed => self.row(course, derived.row)?,
            Ok(()) => {}
            Err(rule) => self.caught(rule, Segment::Row(course.record.id, derived.row), mark)?,
        }
        self.source.jump(end)
    }

    /// The same for a row of a record in that row.
    #[inline(never)]
    fn derived_below(
        &mut self,
        course: &Course<'a>,
        derived: &'a Derived,
        mark: Mark,
        told: u32,
    ) -> Result<(), Stop> {
        let end = self.source.mark();
        self.source.jump(mark)?;
        let (mut record, mut at) = (course.record, derived.row);
        let depth = self.state.path.len();
        for name in &derived.below {
            let row: &'a Row = &record.rows[usize::from(at)];
            if COLLECT {
                self.begin(record, at);
            }
            let Some(found) = self.member_of(row, name)? else {
                self.state.path.truncate(depth);
                return self.source.jump(end);
            };
            (record, at) = found;
        }
        let (mark, row) = (self.source.mark(), &record.rows[usize::from(at)]);
        let agreed = self.agrees(row, derived, told);
        self.source.jump(mark)?;
        let mut seen = self.nothing_yet(record);
        if COLLECT {
            self.begin(record, at);
        }
        let done = match agreed {
            Ok(()) if derived.postponed => self.field(row, &mut seen),
            done => done,
        };
        if seen.wide {
            self.state.masks.truncate(seen.base);
        }
        if COLLECT {
            self.state.path.pop();
        }
        if let Err(rule) = done {
            self.caught(rule, Segment::Row(record.id, at), mark)?;
        }
        self.state.path.truncate(depth);
        self.source.jump(end)
    }

    /// Goes to a member of the record that is next; none where it is not there, which is told elsewhere.
    fn member_of(&mut self, row: &'a Row, name: &[u8]) -> Result<Option<(&'a Record, u16)>, Stop> {
        let Node::Record(record) = &self.nodes[row.node.at()] else { return Ok(None) };
        let Some(wanted) = record.by_name(name) else { return Ok(None) };
        self.source.place(&row.slot);
        let Ok(mut frame) = self.source.enter(record) else { return Ok(None) };
        self.source.keep(&mut frame);
        let mut found = None;
        loop {
            match self.source.next(record, &mut frame) {
                Ok(Step::Field(at)) => {
                    if at as u16 == wanted {
                        found = Some(self.source.mark());
                    }
                    // What is wrong there is told elsewhere.
                    if self.pass_over(&record.rows[at as usize]).is_err() {
                        return Ok(None);
                    }
                }
                Ok(Step::Unknown(_)) if self.source.zeroes() => {}
                Ok(Step::Unknown(_)) => self.source.skip()?,
                Ok(Step::End) => break,
                Err(_) => return Ok(None),
            }
        }
        let Some(mark) = found else { return Ok(None) };
        self.source.jump(mark)?;
        Ok(Some((record, wanted)))
    }

    fn agrees(&mut self, row: &'a Row, derived: &Derived, told: u32) -> Result<(), Stop> {
        let mut shown = std::mem::take(&mut self.state.shown);
        shown.clear();
        let mut json = JsonSink::new(&mut shown);
        let mut walk = Walk::<S, dyn Sink, false> {
            nodes: self.nodes,
            source: &mut *self.source,
            sink: &mut json,
            state: &mut *self.state,
        };
        walk.source.place(&row.slot);
        let read = walk.value_apart(row.node, &Slot::bare());
        let text = shown.bytes();
        let agrees = match &derived.from {
            DerivedFrom::Around => true,
            // 64 bits may stand between quotes.
            DerivedFrom::Count => is_number(text, told),
            DerivedFrom::Alternative(values) => {
                values.get(told as usize).is_some_and(|values| values.iter().any(|value| **value == *text))
            }
        };
        self.state.shown = shown;
        read?;
        if agrees { Ok(()) } else { Err(Stop::Const) }
    }
}

fn is_number(text: &[u8], number: u32) -> bool {
    let inner = text.strip_prefix(b"\"").and_then(|text| text.strip_suffix(b"\""));
    std::str::from_utf8(inner.unwrap_or(text)).is_ok_and(|text| text.parse() == Ok(number))
}
