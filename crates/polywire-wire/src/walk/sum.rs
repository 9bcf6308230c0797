//! Sums: the alternative that is meant, by what decides soonest.

use super::Walk;
use crate::plan::{Node, Peek, Sum, Tag};
use crate::{Discard, Kind, Sink, Source, Step, Stop};

impl<'a, S: Source + ?Sized, K: Sink + ?Sized, const COLLECT: bool> Walk<'a, S, K, COLLECT> {
    #[inline(never)]
    pub(super) fn sum(&mut self, sum: &'a Sum) -> Result<(), Stop> {
        if let Some(branch) = self.source.branch(sum)? {
            return self.branch(sum, branch);
        }
        if let Some(tag) = &sum.tag {
            let branch = self.tagged(tag)?;
            return self.branch(sum, branch);
        }
        if !self.source.typed() {
            return self.first_match(sum, u128::MAX);
        }
        let candidates = self.candidates(sum)?;
        match candidates.count_ones() {
            0 => Err(no_match(sum)),
            1 => self.branch(sum, candidates.trailing_zeros() as usize),
            _ if sum.exact => self.only_match(sum, candidates),
            _ => self.first_match(sum, candidates),
        }
    }

    fn branch(&mut self, sum: &'a Sum, at: usize) -> Result<(), Stop> {
        let (nodes, branch) = (self.nodes, &sum.branches[at]);
        self.source.place(&branch.slot);
        match &nodes[branch.node.at()] {
            Node::Twice(twice) => {
                self.said_beside(*twice)?;
                self.source.place(&branch.slot);
                match &nodes[twice.shape.at()] {
                    Node::Record(record) => self.record(record, &branch.slot, branch.written.as_ref())?,
                    Node::Mapped(mapped) => self.mapped(mapped, &branch.slot, branch.written.as_ref())?,
                    _ => self.value_apart(twice.shape, &branch.slot)?,
                }
            }
            Node::Record(record) => self.record(record, &branch.slot, branch.written.as_ref())?,
            Node::Mapped(mapped) => self.mapped(mapped, &branch.slot, branch.written.as_ref())?,
            _ => {
                if let Some((slot, value)) = &branch.written {
                    self.sink.tag(slot, value);
                }
                self.value_apart(branch.node, &branch.slot)?;
            }
        }
        self.state.told = at as u32;
        Ok(())
    }

    /// The tag may stand last: looks for it, then comes back. What was passed over is charged.
    fn tagged(&mut self, tag: &Tag) -> Result<usize, Stop> {
        let start = self.source.mark();
        let mut frame = self.source.enter(&tag.record)?;
        loop {
            match self.source.next(&tag.record, &mut frame)? {
                Step::Field(_) => {
                    let value = self.source.text()?;
                    let found = tag.values.binary_search_by(|entry| (*entry.0).cmp(value));
                    let branch = found.map(|at| tag.values[at].1 as usize).map_err(|_| Stop::Enum)?;
                    self.source.seek(start)?;
                    return Ok(branch);
                }
                Step::Unknown(_) => self.source.skip()?,
                Step::End => return Err(Stop::Required),
            }
        }
    }

    /// The alternatives that one look does not rule out.
    fn candidates(&mut self, sum: &Sum) -> Result<u128, Stop> {
        let kind = self.source.kind()?;
        let fitting = sum.kinds[kind as usize];
        match &sum.peek {
            Some(peek) if kind == Kind::Record && fitting.count_ones() > 1 => self.peek(peek, fitting),
            _ => Ok(fitting),
        }
    }

    fn peek(&mut self, peek: &Peek, mut fitting: u128) -> Result<u128, Stop> {
        let start = self.source.mark();
        let base = self.state.masks.len();
        self.state.masks.resize(base + peek.rows.len().div_ceil(64), 0);
        let mut frame = self.source.enter(&peek.record)?;
        loop {
            match self.source.next(&peek.record, &mut frame)? {
                Step::Field(at) => {
                    let at = at as usize;
                    self.state.masks[base + at / 64] |= 1 << (at % 64);
                    let row = &peek.rows[at];
                    let kind = self.source.kind()?;
                    fitting &= row.kinds[kind as usize];
                    if kind == Kind::Text && !row.texts.is_empty() {
                        let value = self.source.text()?;
                        let found = row.texts.iter().find(|entry| *entry.0 == *value);
                        fitting &= found.map_or(row.other_texts, |entry| entry.1);
                    } else {
                        self.source.skip()?;
                    }
                }
                Step::Unknown(_) => {
                    fitting &= peek.open;
                    self.source.skip()?;
                }
                Step::End => break,
            }
        }
        for (at, row) in peek.rows.iter().enumerate() {
            if self.state.masks[base + at / 64] >> (at % 64) & 1 == 0 {
                fitting &= !row.required_by;
            }
        }
        self.state.masks.truncate(base);
        self.source.seek(start)?;
        Ok(fitting)
    }

    /// Exactly one may match: goes on until a second does.
    fn only_match(&mut self, sum: &'a Sum, candidates: u128) -> Result<(), Stop> {
        let start = self.source.mark();
        let mut end = None;
        for at in 0..sum.branches.len() {
            if at >= 128 || candidates >> at & 1 == 0 {
                continue;
            }
            self.source.seek(start)?;
            if end.is_none() {
                if self.attempt(sum, at)? {
                    end = Some((self.source.mark(), at));
                }
            } else {
                // What was written stays: the others are only tried.
                let mut tried = Walk::<S, Discard, false> {
                    nodes: self.nodes,
                    source: &mut *self.source,
                    sink: &mut Discard,
                    state: &mut *self.state,
                };
                if tried.attempt(sum, at)? {
                    return Err(Stop::OneOf);
                }
            }
        }
        let Some((end, at)) = end else {
            self.source.seek(start)?;
            return Err(no_match(sum));
        };
        self.state.told = at as u32;
        self.source.seek(end)
    }

    fn first_match(&mut self, sum: &'a Sum, candidates: u128) -> Result<(), Stop> {
        let start = self.source.mark();
        for at in 0..sum.branches.len() {
            if at < 128 && candidates >> at & 1 == 1 {
                self.source.seek(start)?;
                if self.attempt(sum, at)? {
                    return Ok(());
                }
            }
        }
        self.source.seek(start)?;
        Err(no_match(sum))
    }

    /// Reads one alternative; what it wrote is taken back where it does not match.
    fn attempt(&mut self, sum: &'a Sum, at: usize) -> Result<bool, Stop> {
        let written = self.sink.checkpoint();
        let (masks, digests) = (self.state.masks.len(), self.state.digests.len());
        let places = self.state.places.len();
        let dropped = self.state.dropped;
        let mut walk = Walk::<S, K, false> {
            nodes: self.nodes,
            source: &mut *self.source,
            sink: &mut *self.sink,
            state: &mut *self.state,
        };
        match walk.branch(sum, at) {
            Ok(()) => Ok(true),
            Err(rule) if rule.is_final() => Err(rule),
            Err(_) => {
                self.state.masks.truncate(masks);
                self.state.digests.truncate(digests);
                self.state.places.truncate(places);
                self.state.dropped = dropped;
                self.sink.rollback(written);
                Ok(false)
            }
        }
    }
}

fn no_match(sum: &Sum) -> Stop {
    if sum.exact { Stop::OneOf } else { Stop::AnyOf }
}
