//! Schemas: what is said of one value in several places is read as often, from where it begins.

use jsonschema::error::ValidationErrorKind;

use super::{Segment, State, Walk, push_segment, transcode};
use crate::json::{JsonSource, quoted};
use crate::plan::{
    Choice, Condition, Guard, Items, Matcher, Members, NameRule, NodeId, Residual, SchemaNode, Slot, Twice,
};
use crate::scratch::SourceScratch;
use crate::{Discard, Frame, Mark, Sink, Source, Stop, Violation};

/// How deep a name may nest: it is text.
const NAME_DEPTH_MAX: u16 = 4;

impl<'a, S: Source + ?Sized, K: Sink + ?Sized, const COLLECT: bool> Walk<'a, S, K, COLLECT> {
    #[inline(never)]
    pub(super) fn schema(&mut self, node: &'a SchemaNode) -> Result<(), Stop> {
        if self.state.inside >= self.state.inside_max {
            return Err(Stop::Depth);
        }
        self.state.inside += 1;
        let done = self.said(node);
        self.state.inside -= 1;
        done
    }

    /// What a schema says of the value that stands here, beside its shape; the value is still to be read. Text without
    /// quotes says nothing: it is read again as JSON.
    #[inline(never)]
    pub(super) fn said_beside(&mut self, twice: Twice) -> Result<(), Stop> {
        if !self.source.typed() {
            return Ok(());
        }
        let start = self.source.mark();
        let mut walk = Walk::<S, Discard, COLLECT> {
            nodes: self.nodes,
            source: &mut *self.source,
            sink: &mut Discard,
            state: &mut *self.state,
        };
        walk.each(twice.schema, start)?;
        self.source.seek(start)
    }

    fn said(&mut self, node: &'a SchemaNode) -> Result<(), Stop> {
        match node {
            SchemaNode::Guard(guard) => self.guard(guard),
            SchemaNode::Choice(choice) => self.choice(choice),
            SchemaNode::Not(node) => self.not(*node),
            SchemaNode::Condition(condition) => self.condition(condition),
            SchemaNode::Members(members) => self.members(members),
            SchemaNode::Items(items) => self.items(items),
            SchemaNode::Number(number) => number.check(self.source.number()?),
            SchemaNode::Never(rule) => {
                self.source.kind()?;
                Err(*rule)
            }
            SchemaNode::Residual(residual) => self.residual(residual),
        }
    }

    fn guard(&mut self, guard: &'a Guard) -> Result<(), Stop> {
        let start = self.source.mark();
        let kind = self.source.kind()?;
        if guard.kinds >> kind as u8 & 1 == 0 {
            return Err(Stop::Type);
        }
        let own = &guard.own[kind as usize];
        let mut first = true;
        for node in own.iter().chain(&guard.every) {
            if !first {
                self.source.seek(start)?;
            }
            first = false;
            self.each(*node, start)?;
        }
        if first { self.source.skip() } else { Ok(()) }
    }

    /// One of several nodes that read the same value: collecting, what it breaks is noted, and the next one has its turn.
    fn each(&mut self, node: NodeId, start: Mark) -> Result<(), Stop> {
        let (masks, digests) = (self.state.masks.len(), self.state.digests.len());
        match self.value_apart(node, &Slot::bare()) {
            Err(rule) if COLLECT && !rule.is_final() => {
                self.state.masks.truncate(masks);
                self.state.digests.truncate(digests);
                self.note(rule, None)?;
                self.source.seek(start)?;
                self.source.skip()
            }
            done => done,
        }
    }

    /// Whether a node reads what stands here; nothing is noted.
    fn reads(&mut self, node: NodeId) -> Result<bool, Stop> {
        let (masks, digests) = (self.state.masks.len(), self.state.digests.len());
        let mut walk = Walk::<S, Discard, false> {
            nodes: self.nodes,
            source: &mut *self.source,
            sink: &mut Discard,
            state: &mut *self.state,
        };
        match walk.value_apart(node, &Slot::bare()) {
            Ok(()) => Ok(true),
            Err(rule) if rule.is_final() => Err(rule),
            Err(_) => {
                self.state.masks.truncate(masks);
                self.state.digests.truncate(digests);
                Ok(false)
            }
        }
    }

    /// The violation is that of the value that begins here.
    fn broken(&mut self, start: Mark, rule: Stop) -> Result<(), Stop> {
        self.source.seek(start)?;
        self.source.kind()?;
        Err(rule)
    }

    fn choice(&mut self, choice: &'a Choice) -> Result<(), Stop> {
        let start = self.source.mark();
        let kind = self.source.kind()?;
        let mut end = None;
        for (node, _) in choice.branches.iter().filter(|branch| branch.1 >> kind as u8 & 1 == 1) {
            self.source.seek(start)?;
            if !self.reads(*node)? {
                continue;
            }
            if !choice.exact {
                return Ok(());
            }
            if end.is_some() {
                return self.broken(start, choice.rule);
            }
            end = Some(self.source.mark());
        }
        match end {
            Some(end) => self.source.seek(end),
            None => self.broken(start, choice.rule),
        }
    }

    fn not(&mut self, node: NodeId) -> Result<(), Stop> {
        let start = self.source.mark();
        if self.reads(node)? {
            return self.broken(start, Stop::Not);
        }
        self.source.seek(start)?;
        self.source.skip()
    }

    fn condition(&mut self, condition: &'a Condition) -> Result<(), Stop> {
        let start = self.source.mark();
        let follows = if self.reads(condition.when)? { condition.then } else { condition.otherwise };
        self.source.seek(start)?;
        match follows {
            Some(node) => self.each(node, start),
            None => self.source.skip(),
        }
    }

    fn items(&mut self, items: &'a Items) -> Result<(), Stop> {
        let list = self.source.mark();
        let mut frame = self.source.list()?;
        let (mut at, mut found) = (0u32, 0u32);
        while self.source.more(&mut frame, false)? {
            let start = self.source.mark();
            let node = items.first.get(at as usize).copied().or(items.rest);
            let mut passed = false;
            if let Some((wanted, ..)) = items.contains {
                passed = self.reads(wanted)?;
                found += u32::from(passed);
                if node.is_some() || !passed {
                    self.source.seek(start)?;
                    passed = false;
                }
            }
            let segment = Segment::Index(at);
            match node {
                Some(node) => self.inside(node, segment, start)?,
                None if !passed => self.source.skip()?,
                None => {}
            }
            at += 1;
        }
        match items.contains {
            Some((_, min, _)) if found < min => self.broken(list, items.few),
            Some((_, _, max)) if found > max => self.broken(list, Stop::MaxContains),
            _ => Ok(()),
        }
    }

    /// A value one step further in.
    fn inside(&mut self, node: NodeId, segment: Segment, start: Mark) -> Result<(), Stop> {
        if !COLLECT {
            return self.value_apart(node, &Slot::bare());
        }
        let (masks, digests) = (self.state.masks.len(), self.state.digests.len());
        self.state.path.push(segment.clone());
        let done = self.value_apart(node, &Slot::bare());
        self.state.path.pop();
        if let Err(rule) = done {
            if !rule.is_final() {
                self.state.masks.truncate(masks);
                self.state.digests.truncate(digests);
            }
            self.caught(rule, segment, start)?;
        }
        Ok(())
    }

    fn members(&mut self, members: &'a Members) -> Result<(), Stop> {
        let object = self.source.mark();
        let base = self.state.masks.len();
        let words = members.known.rows.len().div_ceil(64);
        self.state.masks.resize(base + words, 0);
        let (mut frame, mut entry) = (self.source.map()?, Frame::default());
        while self.source.entry(&mut frame, &mut entry)?.is_some() {
            self.member(members, &entry, base)?;
            self.source.leave_entry(&entry)?;
        }
        let is_there =
            |state: &State, row: u16| state.masks[base + usize::from(row / 64)] >> (row % 64) & 1 == 1;
        let state = &*self.state;
        let lacking = members.dependent.iter().any(|(row, needed)| {
            is_there(state, *row) && !needed.iter().all(|needed| is_there(state, *needed))
        });
        if lacking {
            self.state.masks.truncate(base);
            return self.broken(object, Stop::DependentRequired);
        }
        let end = self.source.mark();
        for (row, node) in &members.schemas {
            if is_there(self.state, *row) {
                self.source.seek(object)?;
                self.each(*node, object)?;
            }
        }
        self.source.seek(end)?;
        self.state.masks.truncate(base);
        Ok(())
    }

    /// One member: its name, then its value for every rule that concerns it.
    fn member(&mut self, members: &'a Members, entry: &Frame, base: usize) -> Result<(), Stop> {
        let start = self.source.mark();
        let hits = self.state.masks.len();
        self.state.masks.resize(hits + members.patterns.len().div_ceil(64), 0);
        let name = self.source.key_text(entry)?;
        let row = members.known.by_name(name);
        let segment = if COLLECT {
            Segment::Name(String::from_utf8_lossy(name).into_owned())
        } else {
            Segment::Index(0)
        };
        let mut known = row.is_some_and(|row| row < members.named);
        for (at, (matcher, _)) in members.patterns.iter().enumerate() {
            if matcher.finds(name) {
                known = true;
                self.state.masks[hits + at / 64] |= 1 << (at % 64);
            }
        }
        let mut named = Ok(());
        for rule in &members.names {
            named = named.and_then(|()| match rule {
                NameRule::Text(text) => text.check(name),
                NameRule::Value(node) => name_as_value(self.nodes, *node, name),
            });
        }
        if let Some(row) = row {
            self.state.masks[base + usize::from(row / 64)] |= 1 << (row % 64);
        }
        if let Err(rule) = named {
            let rule = if rule.is_final() { rule } else { Stop::PropertyNames };
            return self.caught(rule, segment, start);
        }
        let mut read = false;
        for (at, (_, node)) in members.patterns.iter().enumerate() {
            if self.state.masks[hits + at / 64] >> (at % 64) & 1 == 1 {
                if std::mem::replace(&mut read, true) {
                    self.source.seek(start)?;
                }
                self.inside(*node, segment.clone(), start)?;
            }
        }
        self.state.masks.truncate(hits);
        match members.others.filter(|_| !known) {
            Some(node) => self.inside(node, segment, start),
            None if !read => self.source.skip(),
            None => Ok(()),
        }
    }

    /// The value as a tree, and the schema run on it.
    #[cold]
    fn residual(&mut self, residual: &'a Residual) -> Result<(), Stop> {
        let kind = self.source.kind()?;
        let start = self.source.mark();
        self.source.skip()?;
        self.state.trees = self.state.trees.saturating_add(1);
        let Some(raw) = self.source.raw(start) else { return Ok(()) };
        let Some(tree) = tree(raw) else {
            // JSON's grammar was checked: only a number beyond the range of doubles is left.
            return self.broken(start, if kind == crate::Kind::Number { Stop::Maximum } else { Stop::Size });
        };
        if residual.validator.is_valid(&tree) {
            return Ok(());
        }
        // Where it nests too deep, only that it breaks its schema is said.
        let told = residual.depth == u16::MAX || depth(raw) <= usize::from(residual.depth);
        if COLLECT && told {
            let end = self.source.mark();
            self.source.seek(start)?;
            self.source.kind()?;
            let (here, at, found) =
                (self.state.pointer(self.nodes, None), self.source.at(), self.source.found());
            for error in residual.validator.iter_errors(&tree) {
                let mut path = format!("{here}{}", error.instance_path());
                let mut inner = if error.instance_path().as_str().is_empty() { found } else { "value" };
                if let ValidationErrorKind::Required { property } = error.kind() {
                    push_segment(&mut path, property.as_str().unwrap_or_default());
                    inner = "nothing";
                }
                let rule = super::rules::rule_of(error.kind().keyword());
                self.state.tell(Violation { path, rule, offset: at, found: inner });
                if self.state.found.len() == super::VIOLATIONS_MAX {
                    return Err(Stop::Enough);
                }
            }
            return self.source.seek(end);
        }
        self.broken(start, Stop::Residual)
    }
}

/// How deep the lists and objects of JSON are inside one another.
fn depth(raw: &[u8]) -> usize {
    let (mut depth, mut most, mut at) = (0usize, 0, 0);
    while let Some(byte) = raw.get(at) {
        match byte {
            b'{' | b'[' => {
                depth += 1;
                most = most.max(depth);
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'"' => {
                at += 1;
                while raw.get(at).is_some_and(|byte| *byte != b'"') {
                    at += if raw[at] == b'\\' { 2 } else { 1 };
                }
            }
            _ => {}
        }
        at += 1;
    }
    most
}

/// A tree of JSON whose grammar and depth were checked.
fn tree(raw: &[u8]) -> Option<serde_json::Value> {
    let mut reader = serde_json::Deserializer::from_slice(raw);
    reader.disable_recursion_limit();
    reader.into_iter().next()?.ok()
}

impl Matcher {
    /// Whether the pattern is found in a name.
    fn finds(&self, name: &[u8]) -> bool {
        match self {
            Matcher::Linear(pattern) => pattern.is_match(name),
            Matcher::Limited(validator) => {
                validator.is_valid(&serde_json::Value::String(String::from_utf8_lossy(name).into_owned()))
            }
        }
    }
}

/// A name read as the JSON text that it would be as a value.
#[cold]
fn name_as_value(nodes: &[crate::plan::Node], node: NodeId, name: &[u8]) -> Result<(), Stop> {
    let text = quoted(&String::from_utf8_lossy(name));
    let mut scratch = SourceScratch::new(0);
    let mut source = JsonSource::new(&text, NAME_DEPTH_MAX, &mut scratch).map_err(|(rule, _)| rule)?;
    transcode(nodes, node, &Slot::bare(), &mut source, &mut Discard, &mut State::new(0))
}
