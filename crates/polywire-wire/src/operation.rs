//! Runs the plan of an operation: parameters and body in, one message out, and the other way round.

mod answer;

use crate::json::JsonSink;
use crate::params::{NONE, TextSource};
use crate::plan::{
    Body, Leaf, NodeId, OutcomePlan, ParamsPlan, PlanId, Plans, Program, RequestPlan, Root, Slot,
};
use crate::protobuf::ProtobufSink;
use crate::run::{Pass, Target, wrong_plan};
use crate::{Buffer, Discard, Encoding, Param, Refusal, Scratch, Sink, Stop, Violation, walk};

/// What a plan writes; reused from call to call.
#[derive(Debug, Default)]
pub struct Output {
    /// The parameters, of a document.
    pub params: Vec<Param>,
    /// The body, or the message.
    pub body: Vec<u8>,
    /// Broken rules of a message that passed all the same ([`crate::Validation::Observe`]).
    pub observed: Option<Refusal>,
    /// Members that the target has no place for and that were left out.
    pub dropped: u32,
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passed {
    /// It was read and checked; the original parameters and bytes are to be forwarded.
    Same,
    /// It was written to the output.
    Written,
}

impl Output {
    fn begin(&mut self) {
        self.body.clear();
        self.observed = None;
        self.dropped = 0;
    }
}

impl Plans {
    /// Takes a request from the front's form to the link's form.
    ///
    /// # Errors
    /// What is wrong with parameters and body; paths begin at the input record.
    pub fn request(
        &self,
        plan: PlanId,
        params: &[Param],
        body: Option<&[u8]>,
        out: &mut Output,
        scratch: &mut Scratch,
    ) -> Result<Passed, Refusal> {
        out.begin();
        match self.programs.get(plan.0 as usize) {
            Some(Program::Operation(operation)) => self.run(&operation.request, params, body, out, scratch),
            _ => Err(wrong_plan()),
        }
    }

    /// Takes the body of an outcome from the link's form to the front's form.
    ///
    /// `outcome` is its place in the operation's outcomes, `media` that of the body's type among its media types. Of an
    /// error towards a message the result is the detail.
    ///
    /// # Errors
    /// What is wrong with the body; paths begin at its root.
    pub fn outcome(
        &self,
        plan: PlanId,
        outcome: usize,
        media: usize,
        body: &[u8],
        out: &mut Output,
        scratch: &mut Scratch,
    ) -> Result<Passed, Refusal> {
        out.begin();
        let Some(Program::Operation(operation)) = self.programs.get(plan.0 as usize) else {
            return Err(wrong_plan());
        };
        let other = operation.others.iter().find(|one| (one.0 as usize, one.1 as usize) == (outcome, media));
        match other.map(|one| &one.2).or_else(|| operation.outcomes.get(outcome)) {
            None | Some(OutcomePlan::Opaque) => Ok(Passed::Same),
            Some(OutcomePlan::Fixed(bytes)) => {
                out.body.extend_from_slice(bytes);
                Ok(Passed::Written)
            }
            Some(OutcomePlan::Text(plan)) => self.text(plan, body, out, scratch),
            Some(OutcomePlan::ToText(root)) => {
                let Scratch { source, walk, .. } = scratch;
                out.params.clear();
                let mut pass = Pass::new(&self.nodes, source, walk);
                let done = pass.message(root, body, &mut Target::Params(&mut out.params));
                (out.observed, out.dropped) = (pass.observed, pass.dropped);
                done?;
                let text = out.params.first().map_or(&[][..], |param| param.text.as_bytes());
                out.body.extend_from_slice(text);
                Ok(Passed::Written)
            }
            Some(OutcomePlan::Message(root)) => {
                let Scratch { source, walk, buffer, .. } = scratch;
                buffer.clear();
                let mut pass = Pass::new(&self.nodes, source, walk);
                let done = pass.message(root, body, &mut Target::Buffer(buffer));
                (out.observed, out.dropped) = (pass.observed, pass.dropped);
                done?;
                if root.from == root.to {
                    return Ok(Passed::Same);
                }
                out.body.extend_from_slice(buffer.bytes());
                Ok(Passed::Written)
            }
        }
    }

    /// Which of several ok outcomes a response message holds: the place in the operation's outcomes.
    ///
    /// None where the message itself is the one outcome, or holds none of them.
    pub fn outcome_of(&self, plan: PlanId, message: &[u8]) -> Option<usize> {
        let Some(Program::Operation(operation)) = self.programs.get(plan.0 as usize) else { return None };
        let last = crate::protobuf::last_field(message, |number| {
            operation.numbers.iter().any(|entry| entry.0 == number)
        })?;
        operation.numbers.iter().find(|entry| entry.0 == last).map(|entry| entry.1 as usize)
    }

    fn run(
        &self,
        plan: &RequestPlan,
        params: &[Param],
        body: Option<&[u8]>,
        out: &mut Output,
        scratch: &mut Scratch,
    ) -> Result<Passed, Refusal> {
        match plan {
            RequestPlan::Documents { params: leaves, body: body_plan }
            | RequestPlan::ToMessage { params: leaves, body: body_plan } => {
                self.read_document((leaves, body_plan), params, body, out, scratch)?;
                if matches!(plan, RequestPlan::Documents { .. }) {
                    return Ok(Passed::Same);
                }
                out.body.extend_from_slice(scratch.buffer.bytes());
                Ok(Passed::Written)
            }
            RequestPlan::Messages(root) => {
                let Scratch { source, walk, buffer, .. } = scratch;
                buffer.clear();
                let mut pass = Pass::new(&self.nodes, source, walk);
                let done = pass.message(root, body.unwrap_or_default(), &mut Target::Buffer(buffer));
                (out.observed, out.dropped) = (pass.observed, pass.dropped);
                done.map(|()| Passed::Same)
            }
            RequestPlan::ToDocument { body: body_root, params: params_root } => {
                let Scratch { source, walk, buffer, .. } = scratch;
                buffer.clear();
                out.params.clear();
                let mut pass = Pass::new(&self.nodes, source, walk);
                let input = body.unwrap_or_default();
                let mut broken = None;
                let roots =
                    [(body_root, Target::Buffer(buffer)), (params_root, Target::Params(&mut out.params))];
                for (root, mut target) in roots {
                    let Some(root) = root else { continue };
                    if let Err(refusal) = pass.message(root, input, &mut target) {
                        join(&mut broken, refusal);
                    }
                }
                (out.observed, out.dropped) = (pass.observed, pass.dropped);
                out.body.extend_from_slice(buffer.bytes());
                broken.map_or(Ok(Passed::Written), Err)
            }
            RequestPlan::Through(first, second) => self.through(first, second, params, body, out, scratch),
        }
    }

    /// A document becomes a message, and that another document.
    fn through(
        &self,
        first: &RequestPlan,
        second: &RequestPlan,
        params: &[Param],
        body: Option<&[u8]>,
        out: &mut Output,
        scratch: &mut Scratch,
    ) -> Result<Passed, Refusal> {
        self.run(first, params, body, out, scratch)?;
        let between = std::mem::replace(&mut out.body, std::mem::take(&mut scratch.between));
        let (observed, dropped) = (out.observed.take(), out.dropped);
        out.begin();
        let done = self.run(second, &[], Some(&between), out, scratch);
        scratch.between = between;
        out.dropped += dropped;
        if out.observed.is_none() {
            out.observed = observed;
        }
        done
    }

    /// Parameters first, then the body: in Protobuf they add up to one message.
    fn read_document(
        &self,
        (leaves, body_plan): (&ParamsPlan, &Body),
        params: &[Param],
        body: Option<&[u8]>,
        out: &mut Output,
        scratch: &mut Scratch,
    ) -> Result<(), Refusal> {
        scratch.buffer.clear();
        let no_body = body.is_none_or(<[u8]>::is_empty);
        let mut broken = self.params(leaves, params, no_body, out, scratch).err();
        let Scratch { source, walk, buffer, .. } = scratch;
        let mut pass = Pass::new(&self.nodes, source, walk);
        pass.observed = out.observed.take();
        if let Body::Message { root, optional, empty_object } = body_plan {
            let read = match body.filter(|body| !body.is_empty()) {
                None if *empty_object => pass.message(root, b"{}", &mut Target::Buffer(buffer)),
                None if *optional => Ok(()),
                None => Err(absent_body(&root.prefix)),
                Some(body) => pass.message(root, body, &mut Target::Buffer(buffer)),
            };
            if let Err(refusal) = read {
                join(&mut broken, refusal);
            }
        }
        (out.observed, out.dropped) = (pass.observed, pass.dropped);
        broken.map_or(Ok(()), Err)
    }

    pub(super) fn params(
        &self,
        plan: &ParamsPlan,
        params: &[Param],
        no_body: bool,
        out: &mut Output,
        scratch: &mut Scratch,
    ) -> Result<(), Refusal> {
        scratch.params.link(params, plan.leaves.len());
        let mut broken = None;
        for param in params {
            let Some(rule) = param.broken_rule() else { continue };
            let violation = Violation { path: param.text.clone(), rule, offset: 0, found: "text" };
            let refusal = Refusal { malformed: false, violations: vec![violation] };
            join(if plan.observe { &mut out.observed } else { &mut broken }, refusal);
        }
        let mut groups = 0u64;
        for (at, leaf) in plan.leaves.iter().enumerate() {
            let head = scratch.params.heads[at];
            let group = plan.groups[at];
            if group != 0 && head != NONE {
                if groups >> (group % 64) & 1 == 1 {
                    join(&mut broken, violation(&leaf.path, Stop::OneOf, "text"));
                }
                groups |= 1 << (group % 64);
            }
            let done = match head {
                NONE if leaf.with_body && no_body => Ok(()),
                NONE => self.absent_leaf(plan, leaf, scratch),
                head => self.checked_leaf(plan, leaf, params, head, scratch),
            };
            let Err(refusal) = done else { continue };
            // Where rules are only observed, the leaf passes if its shape does.
            let passes = plan.observe
                && match head {
                    NONE => true,
                    head => self.leaf(plan, leaf, leaf.lenient, params, head, scratch).is_ok(),
                };
            join(if passes { &mut out.observed } else { &mut broken }, refusal);
        }
        broken.map_or(Ok(()), Err)
    }

    fn absent_leaf(&self, plan: &ParamsPlan, leaf: &Leaf, scratch: &mut Scratch) -> Result<(), Refusal> {
        if leaf.required {
            return Err(violation(&leaf.path, Stop::Required, "nothing"));
        }
        if leaf.zero {
            // The zero value breaks a rule of the leaf: which one, its own text says.
            let rule = self.zero_rule(leaf.node);
            return Err(violation(&leaf.path, rule, "nothing"));
        }
        if let Some(bytes) = leaf.fill.as_ref().filter(|_| plan.to == Encoding::Protobuf) {
            let opened = open(&mut scratch.buffer, leaf);
            ProtobufSink::new(&mut scratch.buffer).ready(&leaf.slot, bytes);
            close(&mut scratch.buffer, &opened[..leaf.around.len()]);
        }
        Ok(())
    }

    /// The occurrences of one leaf, also held to what schemas say of them as JSON.
    fn checked_leaf(
        &self,
        plan: &ParamsPlan,
        leaf: &Leaf,
        params: &[Param],
        head: u32,
        scratch: &mut Scratch,
    ) -> Result<(), Refusal> {
        let written = scratch.buffer.length();
        self.leaf(plan, leaf, leaf.node, params, head, scratch)?;
        let Some(beside) = leaf.beside.filter(|_| leaf.json.is_none()) else { return Ok(()) };
        let Scratch { source, walk, buffer, params: links, .. } = scratch;
        let mut json = Buffer::default();
        let mut text = TextSource::new(params, &links.next, head, source);
        let mut sink = JsonSink::new(&mut json);
        let any: &mut dyn Sink = &mut sink;
        let done = walk::transcode(&self.nodes, leaf.node, &Slot::bare(), &mut text, any, walk);
        let read = json_leaf(leaf, beside, Encoding::Json, TEXT_DEPTH_MAX);
        let mut pass = Pass::new(&self.nodes, source, walk);
        let done = done.map_err(|rule| violation(&leaf.path, rule, "text"));
        done.and_then(|()| pass.message(&read, json.bytes(), &mut Target::Params(&mut Vec::new()))).map_err(
            |mut broken| {
                broken.violations.iter_mut().for_each(|violation| violation.offset = 0);
                buffer.truncate(written);
                broken
            },
        )
    }

    /// The occurrences of one leaf.
    fn leaf(
        &self,
        plan: &ParamsPlan,
        leaf: &Leaf,
        node: NodeId,
        params: &[Param],
        head: u32,
        scratch: &mut Scratch,
    ) -> Result<(), Refusal> {
        let Scratch { source, walk, buffer, params: links, .. } = scratch;
        if !leaf.list && links.next[head as usize] != NONE {
            return Err(violation(&leaf.path, Stop::Duplicate, "text"));
        }
        if let Some(depth) = leaf.json {
            let text = params[head as usize].text.as_bytes();
            let json = json_leaf(leaf, node, plan.to, depth);
            let opened = open(buffer, leaf);
            let mut pass = Pass::new(&self.nodes, source, walk);
            pass.slot = Some(&leaf.slot);
            let done = pass.message(&json, text, &mut Target::Buffer(buffer));
            close(buffer, &opened[..leaf.around.len()]);
            return done;
        }
        let mut text = TextSource::new(params, &links.next, head, source);
        let written = buffer.length();
        let done = if plan.to == Encoding::Protobuf {
            let opened = open(buffer, leaf);
            let mut sink = ProtobufSink::new(buffer);
            let any: &mut dyn Sink = &mut sink;
            let done = walk::transcode(&self.nodes, node, &leaf.slot, &mut text, any, walk);
            close(buffer, &opened[..leaf.around.len()]);
            done
        } else {
            let any: &mut dyn Sink = &mut Discard;
            walk::transcode(&self.nodes, node, &leaf.slot, &mut text, any, walk)
        };
        let Err(rule) = done else { return Ok(()) };
        buffer.truncate(written);
        let mut text = TextSource::new(params, &links.next, head, source);
        let collected = walk::collect(&self.nodes, node, &leaf.slot, &leaf.path, &mut text, walk);
        let violations = std::mem::take(&mut walk.found);
        if collected.is_err() || violations.is_empty() {
            return Err(violation(&leaf.path, rule, "text"));
        }
        Err(Refusal { malformed: false, violations })
    }

    fn zero_rule(&self, node: NodeId) -> Stop {
        use crate::plan::Node;
        let checked = match &self.nodes[node.at()] {
            Node::Text(text) => text.check(b""),
            Node::Int(int) if int.signed => int.check(0),
            Node::Int(int) => int.check_unsigned(0),
            Node::Float(float) => float.check(0.0),
            Node::List(_) => Err(Stop::MinItems),
            _ => Err(Stop::Enum),
        };
        checked.err().unwrap_or(Stop::Required)
    }
}

/// How deep a leaf that is text may nest: it may be a list.
const TEXT_DEPTH_MAX: u16 = 4;

/// How often each byte of a leaf may be read again, where schemas say something of it.
const LEAF_REREADS: u32 = 512;

/// A leaf as JSON.
fn json_leaf(leaf: &Leaf, node: NodeId, to: Encoding, depth: u16) -> Root {
    Root {
        from: Encoding::Json,
        to,
        same: to == Encoding::Json,
        node,
        lenient: None,
        prefix: leaf.path.clone(),
        depth,
        slot: None,
        rereads: if leaf.beside.is_some() { LEAF_REREADS } else { 0 },
        rendered: Vec::new(),
        indent: 0,
    }
}

/// How many messages may stand around a leaf.
const AROUND_MAX: usize = 8;

/// Opens the messages around a leaf.
fn open(buffer: &mut Buffer, leaf: &Leaf) -> [u64; AROUND_MAX] {
    let mut opened = [0; AROUND_MAX];
    let mut sink = ProtobufSink::new(buffer);
    for (slot, opened) in leaf.around.iter().zip(&mut opened) {
        *opened = sink.open(slot);
    }
    opened
}

fn close(buffer: &mut Buffer, opened: &[u64]) {
    let mut sink = ProtobufSink::new(buffer);
    opened.iter().rev().for_each(|opened| sink.close(*opened));
}

fn join(into: &mut Option<Refusal>, refusal: Refusal) {
    match into {
        Some(before) => before.join(refusal),
        None => *into = Some(refusal),
    }
}

fn violation(path: &str, rule: Stop, found: &'static str) -> Refusal {
    let violation = Violation { path: path.to_string(), rule: rule.rule(), offset: 0, found };
    Refusal { malformed: false, violations: vec![violation] }
}

fn absent_body(path: &str) -> Refusal {
    violation(path, Stop::Required, "nothing")
}
