//! The walk over a plan: one pass that reads, checks and writes.
//!
//! It is generic over source and sink. `COLLECT` is the second pass after a failure: it notes violations with their
//! paths, goes on after each, and writes nothing.

mod digest;
mod laid;
mod list;
mod map;
mod mapped;
mod missing;
mod packed;
mod record;
mod rules;
mod schema;
mod state;
mod sum;

pub(crate) use state::{State, push_segment};

use crate::plan::{Node, NodeId, Slot, Wrapped};
use crate::{Discard, Sink, Source, Step, Stop, Violation};
use state::Segment;

/// Most violations that one message is told.
const VIOLATIONS_MAX: usize = 32;

/// A pass in progress.
pub(crate) struct Walk<'a, S: ?Sized, K: ?Sized, const COLLECT: bool> {
    pub(crate) nodes: &'a [Node],
    pub(crate) source: &'a mut S,
    pub(crate) sink: &'a mut K,
    pub(crate) state: &'a mut State,
}

/// Reads one complete value from a source, checks it and writes it to a sink.
///
/// # Errors
/// The first rule that is broken.
pub(crate) fn transcode<S: Source + ?Sized, K: Sink + ?Sized>(
    nodes: &[Node],
    root: NodeId,
    slot: &Slot,
    source: &mut S,
    sink: &mut K,
    state: &mut State,
) -> Result<(), Stop> {
    state.clear();
    let mut walk = Walk::<S, K, false> { nodes, source, sink, state };
    walk.source.place(slot);
    walk.value_apart(root, slot)?;
    walk.source.finish()
}

/// Reads a value once more and collects what is wrong with it; paths begin with `prefix`.
///
/// # Errors
/// [`Stop::Careful`] alone.
pub(crate) fn collect<S: Source + ?Sized>(
    nodes: &[Node],
    root: NodeId,
    slot: &Slot,
    prefix: &str,
    source: &mut S,
    state: &mut State,
) -> Result<(), Stop> {
    state.clear();
    state.prefix.push_str(prefix);
    let mut walk = Walk::<S, Discard, true> { nodes, source, sink: &mut Discard, state };
    walk.source.place(slot);
    let ended = walk.value_apart(root, &Slot::bare()).and_then(|()| walk.source.finish());
    match ended {
        Ok(()) | Err(Stop::Enough) => Ok(()),
        Err(Stop::Careful) => Err(Stop::Careful),
        Err(rule) => {
            // A final failure keeps the path that it unwound through, innermost first.
            let unwound = walk.state.unwound.drain(..).rev();
            walk.state.path.extend(unwound);
            let _ = walk.note(rule, None);
            walk.state.is_final = rule.is_final();
            Ok(())
        }
    }
}

impl<'a, S: Source + ?Sized, K: Sink + ?Sized, const COLLECT: bool> Walk<'a, S, K, COLLECT> {
    #[inline(always)]
    fn value(&mut self, node: NodeId, slot: &Slot) -> Result<(), Stop> {
        let nodes = self.nodes;
        match &nodes[node.at()] {
            Node::Text(text) => {
                let value = self.source.text()?;
                text.check(value)?;
                self.sink.text(slot, value);
            }
            Node::Int(int) if int.signed => {
                let value = self.source.int(int)?;
                int.check(value)?;
                self.sink.int(slot, int, value);
            }
            Node::Int(int) => {
                let value = self.source.uint(int)?;
                int.check_unsigned(value)?;
                self.sink.uint(slot, int, value);
            }
            Node::Float(float) => {
                let value = self.source.float(float)?;
                float.check(value)?;
                self.sink.float(slot, float, value);
            }
            Node::Bool(bool) => {
                let value = self.source.bool()?;
                if !bool.allowed[usize::from(value)] {
                    return Err(Stop::Enum);
                }
                self.sink.bool(slot, value);
            }
            Node::Enum(choice) => {
                let number = self.source.choice(choice)?;
                choice.check(number)?;
                match &choice.into {
                    None => self.sink.choice(slot, choice, number),
                    Some(into) => self.sink.choice(slot, &into.target, into.number(number)?),
                }
            }
            Node::Instant => {
                let (seconds, nanos) = self.source.instant()?;
                self.sink.instant(slot, seconds, nanos);
            }
            Node::Record(record) => self.record(record, slot, None)?,
            Node::List(list) => self.list(list, slot)?,
            other => self.rare(other, slot)?,
        }
        Ok(())
    }

    /// The same out of line: one copy for all that is no field of a record.
    #[inline(never)]
    fn value_apart(&mut self, node: NodeId, slot: &Slot) -> Result<(), Stop> {
        self.value(node, slot)
    }

    #[inline(never)]
    fn rare(&mut self, node: &'a Node, slot: &Slot) -> Result<(), Stop> {
        match node {
            Node::Decimal(decimal) => {
                let value = self.source.decimal()?;
                decimal.check(value)?;
                self.sink.text(slot, value);
            }
            Node::Bytes(bytes) => {
                let value = self.source.bytes()?;
                bytes.check(value)?;
                self.sink.bytes(slot, value);
            }
            Node::Duration => {
                let (seconds, nanos) = self.source.duration()?;
                self.sink.duration(slot, seconds, nanos);
            }
            Node::Moment(moment) if moment.span => {
                let (seconds, nanos) = self.source.duration()?;
                moment.check(seconds, i64::from(nanos), self.state.now)?;
                self.sink.duration(slot, seconds, nanos);
            }
            Node::Moment(moment) => {
                let (seconds, nanos) = self.source.instant()?;
                moment.check(seconds, i64::from(nanos), self.state.now)?;
                self.sink.instant(slot, seconds, nanos);
            }
            Node::Mask => {
                let value = self.source.mask()?;
                self.sink.mask(slot, value);
            }
            Node::Null => {
                self.source.null_value()?;
                self.sink.null_value(slot);
            }
            Node::Map(map) => self.map(map, slot)?,
            Node::Mapped(mapped) => self.mapped(mapped, slot, None)?,
            Node::Sum(sum) => self.sum(sum)?,
            Node::Packed(packed) => self.packed(packed, slot)?,
            Node::Wrapped(wrapped) => self.wrapped(wrapped, slot)?,
            Node::Any | Node::Tag | Node::Elsewhere => self.source.skip()?,
            Node::Copied => self.any(slot)?,
            Node::Schema(schema) => self.schema(schema)?,
            Node::Twice(twice) => {
                self.said_beside(*twice)?;
                self.value_apart(twice.shape, slot)?;
            }
            _ => unreachable!("the common kinds are in `value`"),
        }
        Ok(())
    }

    /// A value that one of the two encodings puts into a message of its own.
    fn wrapped(&mut self, wrapped: &'a Wrapped, slot: &Slot) -> Result<(), Stop> {
        let opened = self.sink.wrap(slot);
        if !self.source.wraps() {
            self.source.place(&wrapped.slot);
            if wrapped.nullable && self.source.null()? {
                self.sink.null(&wrapped.slot);
            } else {
                self.value_apart(wrapped.node, &wrapped.slot)?;
            }
            self.sink.unwrap(opened);
            return Ok(());
        }
        let mut frame = self.source.enter(&wrapped.record)?;
        let mut seen = false;
        loop {
            match self.source.next(&wrapped.record, &mut frame)? {
                Step::Field(_) if seen => return Err(self.source.again()),
                Step::Field(_) => {
                    seen = true;
                    self.value_apart(wrapped.node, &wrapped.slot)?;
                }
                Step::Unknown(number) => self.unknown(&wrapped.record, number)?,
                Step::End => break,
            }
        }
        if !seen {
            self.empty(wrapped)?;
        }
        self.sink.unwrap(opened);
        Ok(())
    }

    /// Collecting, it notes the violation and goes on after the value; else the failure goes up.
    #[inline(never)]
    #[cold]
    fn caught(&mut self, rule: Stop, segment: Segment, start: crate::Mark) -> Result<(), Stop> {
        if !COLLECT || rule.is_final() {
            if COLLECT {
                self.state.unwound.push(segment);
            }
            return Err(rule);
        }
        self.note(rule, Some(segment))?;
        self.source.seek(start)?;
        self.source.skip()
    }

    fn note(&mut self, rule: Stop, segment: Option<Segment>) -> Result<(), Stop> {
        let path = self.state.pointer(self.nodes, segment.as_ref());
        // A value that goes to several places may break the same rule for each.
        if self.state.found.iter().any(|found| found.path == path && found.rule == rule.rule()) {
            return Ok(());
        }
        let missing = matches!(rule, Stop::Required);
        let found = if missing { "nothing" } else { self.source.found() };
        let (offset, rule) = (self.source.at(), rule.rule());
        self.state.tell(Violation { path, rule, offset, found });
        if self.state.found.len() == VIOLATIONS_MAX { Err(Stop::Enough) } else { Ok(()) }
    }
}
