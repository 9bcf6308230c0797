//! Runs the plan of a whole message: the fast pass, and after a failure the one that collects.

use crate::avro::{AvroSink, AvroSource};
use crate::json::{self, JsonSink, JsonSource};
use crate::layout::{self, LayoutSink, LayoutSource};
use crate::operation::Passed;
use crate::params::ParamSink;
use crate::plan::{Node, NodeId, PlanId, Plans, Program, Rendered, Root, Slot};
use crate::protobuf::{ProtobufSink, ProtobufSource};
use crate::record::{RecordSink, RecordSource};
use crate::scratch::SourceScratch;
use crate::walk::{self, State};
use crate::{Buffer, Discard, Encoding, Param, Refusal, Scratch, Sink, Source, Stop, Violation};

/// Most violations that one message is told.
pub(crate) const VIOLATIONS_MAX: usize = 32;

/// How many schemas may be inside one another where a message is read.
const SCHEMAS_INSIDE_MAX: u32 = 512;

/// Where a pass writes.
pub(crate) enum Target<'a> {
    /// The buffer, in the encoding that the plan says.
    Buffer(&'a mut Buffer),
    /// Parameters.
    Params(&'a mut Vec<Param>),
    /// Memory of the size that a C type takes.
    Image(&'a mut [u8]),
}

/// What a pass works with, borrowed from the scratch.
pub(crate) struct Pass<'a> {
    pub(crate) nodes: &'a [Node],
    pub(crate) source: &'a mut SourceScratch,
    pub(crate) state: &'a mut State,
    /// Members that were dropped so far.
    pub(crate) dropped: u32,
    /// Broken rules that are only reported.
    pub(crate) observed: Option<Refusal>,
    /// Where the message stands in the target, if it is not all of it.
    pub(crate) slot: Option<&'a Slot>,
}

impl Plans {
    /// Runs the plan of one type; `out` is overwritten where the result is [`Passed::Written`].
    ///
    /// # Errors
    /// What is wrong with the message. Rules that are only observed are not reported here.
    pub fn transcode(
        &self,
        plan: PlanId,
        input: &[u8],
        out: &mut Vec<u8>,
        scratch: &mut Scratch,
    ) -> Result<Passed, Refusal> {
        let Some(Program::Message(root)) = self.programs.get(plan.0 as usize) else {
            return Err(wrong_plan());
        };
        let Scratch { source, walk, buffer, .. } = scratch;
        buffer.clear();
        let mut pass = Pass::new(&self.nodes, source, walk);
        pass.message(root, input, &mut Target::Buffer(buffer))?;
        if root.same {
            return Ok(Passed::Same);
        }
        out.clear();
        match root.indent {
            0 => out.extend_from_slice(buffer.bytes()),
            width => json::indent(buffer.bytes(), width, out),
        }
        Ok(Passed::Written)
    }
}

impl Plans {
    /// How many bytes the target of a plan takes, where it is a C type.
    pub fn image_size(&self, plan: PlanId) -> Option<usize> {
        match self.programs.get(plan.0 as usize) {
            Some(Program::Message(root)) if root.to == Encoding::Layout => {
                root.slot.as_deref().map(layout::size_to)
            }
            _ => None,
        }
    }

    /// Runs the plan of one type whose target is a C type, and writes in place: `image` is as long as
    /// [`Plans::image_size`] says, and holds zeroes where the message is refused.
    ///
    /// # Errors
    /// What is wrong with the message, or an image of another length.
    pub fn transcode_into(
        &self,
        plan: PlanId,
        input: &[u8],
        image: &mut [u8],
        scratch: &mut Scratch,
    ) -> Result<(), Refusal> {
        let Some(Program::Message(root)) = self.programs.get(plan.0 as usize) else {
            return Err(wrong_plan());
        };
        if root.from == Encoding::Layout || self.image_size(plan) != Some(image.len()) {
            return Err(wrong_plan());
        }
        let Scratch { source, walk, .. } = scratch;
        let done = Pass::new(&self.nodes, source, walk).message(root, input, &mut Target::Image(&mut *image));
        if done.is_err() {
            image.fill(0);
        }
        done
    }
}

/// A plan of another kind than the call needs.
pub(crate) fn wrong_plan() -> Refusal {
    one(Stop::Type, "", 0)
}

/// A refusal with one violation.
pub(crate) fn one(rule: Stop, path: &str, offset: u32) -> Refusal {
    let violation = Violation { path: path.to_string(), rule: rule.rule(), offset, found: "nothing" };
    Refusal { malformed: rule.is_final(), violations: vec![violation] }
}

impl<'a> Pass<'a> {
    pub(crate) fn new(nodes: &'a [Node], source: &'a mut SourceScratch, state: &'a mut State) -> Self {
        Pass { nodes, source, state, dropped: 0, observed: None, slot: None }
    }

    /// Reads a message and writes it; a target of its own encoding is not written.
    pub(crate) fn message(
        &mut self,
        root: &Root,
        input: &[u8],
        target: &mut Target<'_>,
    ) -> Result<(), Refusal> {
        let written = target.checkpoint();
        let checked = self.checked(root, root.node, input, target);
        let checked = checked.and_then(|()| self.rendered(&root.rendered, input, target, written));
        let Err(broken) = checked else { return Ok(()) };
        // Where rules are only observed, the message passes if its shape does.
        let Some(lenient) = root.lenient.filter(|_| !broken.malformed) else { return Err(broken) };
        self.checked(root, lenient, input, target)?;
        self.observe(broken);
        Ok(())
    }

    /// Holds what a message became, or would become as JSON, to what schemas say of it.
    fn rendered(
        &mut self,
        rendered: &[Rendered],
        input: &[u8],
        target: &mut Target<'_>,
        written: usize,
    ) -> Result<(), Refusal> {
        for one in rendered {
            let dropped = self.dropped;
            let mut json = Buffer::default();
            let bytes = match (&one.write, &*target) {
                (Some(write), _) => {
                    self.checked(write, write.node, input, &mut Target::Buffer(&mut json))?;
                    json.bytes()
                }
                (None, Target::Buffer(out)) => &out.bytes()[written..],
                (None, Target::Params(_) | Target::Image(_)) => continue,
            };
            if !bytes.is_empty() {
                let read =
                    self.checked(&one.read, one.read.node, bytes, &mut Target::Params(&mut Vec::new()));
                if let Err(mut broken) = read {
                    // The bytes of the message itself are others.
                    broken.violations.iter_mut().for_each(|violation| violation.offset = 0);
                    target.rollback(written);
                    return Err(broken);
                }
            }
            self.dropped = dropped;
        }
        Ok(())
    }

    /// Adds to what is only reported.
    pub(crate) fn observe(&mut self, broken: Refusal) {
        match &mut self.observed {
            Some(observed) => observed.join(broken),
            None => self.observed = Some(broken),
        }
    }

    fn checked(
        &mut self,
        root: &Root,
        node: NodeId,
        input: &[u8],
        target: &mut Target<'_>,
    ) -> Result<(), Refusal> {
        let written = target.checkpoint();
        let mut careful = false;
        loop {
            let rule = match self.fast(root, node, input, target, careful) {
                Ok(()) => {
                    self.dropped = self.dropped.saturating_add(self.state.dropped);
                    return Ok(());
                }
                Err((rule, Some(offset))) => return Err(one(rule, &root.prefix, offset)),
                Err((rule, None)) => rule,
            };
            target.rollback(written);
            // In Protobuf a first occurrence that breaks a rule may be overwritten by a later one.
            let overwritten = root.from == Encoding::Protobuf && !rule.is_final();
            let again = !careful && (rule == Stop::Careful || overwritten);
            if !again {
                return Err(self.collected(root, node, input, rule, careful));
            }
            careful = true;
        }
    }

    /// One pass; the failure has an offset where the source did not even begin.
    fn fast(
        &mut self,
        root: &Root,
        node: NodeId,
        input: &[u8],
        target: &mut Target<'_>,
        careful: bool,
    ) -> Result<(), (Stop, Option<u32>)> {
        let begun = |(rule, offset)| (rule, Some(offset));
        let bare = Slot::bare();
        let slot = self.slot.or(root.slot.as_deref()).unwrap_or(&bare);
        let (nodes, state) = (self.nodes, &mut *self.state);
        state.indexing = careful && root.from != Encoding::Protobuf;
        state.inside_max = SCHEMAS_INSIDE_MAX;
        state.ordered = careful && root.from == Encoding::Protobuf;
        let done = match root.from {
            Encoding::Json => {
                let mut source = JsonSource::new(input, root.depth, self.source).map_err(begun)?;
                source.fuel += root.fuel(input);
                match (root.to, target) {
                    (Encoding::Protobuf, Target::Buffer(out)) => {
                        walk::transcode(nodes, node, slot, &mut source, &mut ProtobufSink::new(out), state)
                    }
                    (_, _) if root.same => {
                        walk::transcode(nodes, node, slot, &mut source, &mut Discard, state)
                    }
                    (_, target) => write(nodes, node, slot, &mut source, root, target, state),
                }
            }
            Encoding::Protobuf => {
                let mut source =
                    ProtobufSource::new(input, root.depth, careful, self.source).map_err(begun)?;
                match (root.to, target) {
                    (Encoding::Json, Target::Buffer(out)) => {
                        walk::transcode(nodes, node, slot, &mut source, &mut JsonSink::new(out), state)
                    }
                    (_, _) if root.same => {
                        walk::transcode(nodes, node, slot, &mut source, &mut Discard, state)
                    }
                    (_, target) => write(nodes, node, slot, &mut source, root, target, state),
                }
            }
            Encoding::Avro => {
                let mut source = AvroSource::new(input, root.depth, self.source).map_err(begun)?;
                write(nodes, node, slot, &mut source, root, target, state)
            }
            Encoding::Layout => {
                let mut source =
                    LayoutSource::new(input, root.depth, layout::size_from(slot)).map_err(begun)?;
                write(nodes, node, slot, &mut source, root, target, state)
            }
            Encoding::Record => {
                let mut source = RecordSource::new(input, root.depth, self.source).map_err(begun)?;
                match (root.to, target) {
                    (Encoding::Json, Target::Buffer(out)) => {
                        walk::transcode(nodes, node, slot, &mut source, &mut JsonSink::new(out), state)
                    }
                    (_, target) => write(nodes, node, slot, &mut source, root, target, state),
                }
            }
        };
        done.map_err(|rule| (rule, None))
    }

    /// The second pass: everything that is wrong.
    #[inline(never)]
    #[cold]
    fn collected(&mut self, root: &Root, node: NodeId, input: &[u8], rule: Stop, careful: bool) -> Refusal {
        let bare = Slot::bare();
        let slot = self.slot.or(root.slot.as_deref()).unwrap_or(&bare);
        let (nodes, prefix, depth, state) = (self.nodes, &root.prefix, root.depth, &mut *self.state);
        let collect = match root.from {
            Encoding::Json => JsonSource::new(input, depth, self.source).map(|mut source| {
                source.fuel += root.fuel(input);
                walk::collect(nodes, node, slot, prefix, &mut source, state)
            }),
            Encoding::Protobuf => ProtobufSource::new(input, depth, careful, self.source)
                .map(|mut source| walk::collect(nodes, node, slot, prefix, &mut source, state)),
            Encoding::Avro => AvroSource::new(input, depth, self.source)
                .map(|mut source| walk::collect(nodes, node, slot, prefix, &mut source, state)),
            Encoding::Layout => LayoutSource::new(input, depth, layout::size_from(slot))
                .map(|mut source| walk::collect(nodes, node, slot, prefix, &mut source, state)),
            Encoding::Record => RecordSource::new(input, depth, self.source)
                .map(|mut source| walk::collect(nodes, node, slot, prefix, &mut source, state)),
        };
        let found = std::mem::take(&mut self.state.found);
        match collect {
            Ok(Ok(())) if !found.is_empty() => Refusal { malformed: self.state.is_final, violations: found },
            _ => one(rule, &root.prefix, 0),
        }
    }
}

/// From any source to any sink: one walk for each source.
fn write<S: Source>(
    nodes: &[Node],
    node: NodeId,
    slot: &Slot,
    source: &mut S,
    root: &Root,
    target: &mut Target<'_>,
    state: &mut State,
) -> Result<(), Stop> {
    let mut go = |sink: &mut dyn Sink| walk::transcode(nodes, node, slot, source, sink, state);
    match (root.to, target) {
        _ if root.same => go(&mut Discard),
        (Encoding::Json, Target::Params(params)) => {
            let mut sink = ParamSink::new(params);
            let done = go(&mut sink);
            sink.finish();
            done
        }
        (Encoding::Layout, Target::Image(image)) => go(&mut LayoutSink::new(image)),
        (_, Target::Params(_) | Target::Image(_)) => go(&mut Discard),
        (Encoding::Json, Target::Buffer(out)) => go(&mut JsonSink::new(out)),
        (Encoding::Protobuf, Target::Buffer(out)) => go(&mut ProtobufSink::new(out)),
        (Encoding::Avro, Target::Buffer(out)) => go(&mut AvroSink::new(out)),
        (Encoding::Layout, Target::Buffer(out)) => go(&mut LayoutSink::new(out.room(layout::size_to(slot)))),
        (Encoding::Record, Target::Buffer(out)) => go(&mut RecordSink::new(out)),
    }
}

impl Root {
    /// How many bytes may be read again for what schemas say.
    fn fuel(&self, input: &[u8]) -> i64 {
        i64::from(self.rereads) * (input.len() as i64 + 8)
    }
}

impl Target<'_> {
    fn checkpoint(&self) -> usize {
        match self {
            Target::Buffer(out) => out.length(),
            Target::Params(_) | Target::Image(_) => 0,
        }
    }

    fn rollback(&mut self, to: usize) {
        match self {
            Target::Buffer(out) => out.truncate(to),
            Target::Params(params) => params.clear(),
            // The next pass begins with zeroes.
            Target::Image(_) => {}
        }
    }
}

impl Refusal {
    /// Adds the violations of another, as far as there is room.
    pub(crate) fn join(&mut self, other: Refusal) {
        self.malformed |= other.malformed;
        let room = VIOLATIONS_MAX.saturating_sub(self.violations.len());
        self.violations.extend(other.violations.into_iter().take(room));
    }
}
