//! What a walk keeps beside the stack.

use crate::plan::{Node, NodeId};
use crate::{Buffer, Mark, Violation};

/// One step of a path.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Segment {
    /// A row of a record.
    Row(NodeId, u16),
    /// An item of a list.
    Index(u32),
    /// A member without a row.
    Name(String),
}

/// A member of an object that was seen.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Found {
    /// Where its value lies; none where it was not seen.
    pub(super) at: Option<Mark>,
    /// How many items it had, or which alternative it was.
    pub(super) told: u32,
}

/// Reusable memory of walks.
#[derive(Debug)]
pub(crate) struct State {
    /// Where the collecting pass is, outermost first.
    pub(super) path: Vec<Segment>,
    /// What a final failure unwound through, innermost first.
    pub(super) unwound: Vec<Segment>,
    /// Every path begins with this.
    pub(super) prefix: String,
    /// What the collecting pass found.
    pub(crate) found: Vec<Violation>,
    /// The last of them says that the bytes are not of their encoding.
    pub(crate) is_final: bool,
    /// Rows seen, of records with more than 64.
    pub(super) masks: Vec<u64>,
    /// Members that were dropped.
    pub(crate) dropped: u32,
    /// How many values were made a tree of.
    pub(crate) trees: u32,
    /// Schemas inside one another where the pass is.
    pub(super) inside: u32,
    /// How many there may be.
    pub(crate) inside_max: u32,
    /// Digests of the items of lists without equal items.
    pub(super) digests: Vec<u128>,
    /// The open objects and lists of a digest.
    pub(super) open: Vec<(u64, u64)>,
    /// Mixed into digests.
    pub(super) seed: u64,
    /// How many items the last list had, or which alternative the last sum was.
    pub(super) told: u32,
    /// Objects are looked through first, so that their members can be read in another order.
    pub(crate) indexing: bool,
    /// Members come in the order of rows, so that what is left out does not come later.
    pub(crate) ordered: bool,
    /// Where the members of such objects lie, and what they told.
    pub(super) places: Vec<Found>,
    /// A text that is put together.
    pub(super) joined: Vec<u8>,
    /// A value written for a comparison.
    pub(super) shown: Buffer,
    /// Nanoseconds since 1970, for rules about the past and the future.
    pub(crate) now: Option<i128>,
}

impl State {
    pub(crate) fn new(seed: u64) -> State {
        State {
            path: Vec::new(),
            unwound: Vec::new(),
            prefix: String::new(),
            found: Vec::new(),
            is_final: false,
            masks: Vec::new(),
            dropped: 0,
            trees: 0,
            inside: 0,
            inside_max: u32::MAX,
            digests: Vec::new(),
            open: Vec::new(),
            seed,
            told: 0,
            indexing: false,
            ordered: false,
            places: Vec::new(),
            joined: Vec::new(),
            shown: Buffer::default(),
            now: None,
        }
    }

    pub(super) fn clear(&mut self) {
        self.path.clear();
        self.unwound.clear();
        self.prefix.clear();
        self.found.clear();
        self.is_final = false;
        self.masks.clear();
        self.dropped = 0;
        self.trees = 0;
        self.inside = 0;
        self.digests.clear();
        self.open.clear();
        self.places.clear();
    }

    /// Notes a violation, unless a value that is read again has broken the same rule before.
    pub(super) fn tell(&mut self, violation: Violation) {
        let same = |known: &Violation| known.rule == violation.rule && known.path == violation.path;
        if !self.found.iter().any(same) {
            self.found.push(violation);
        }
    }

    /// The path so far, and one step more, as a JSON Pointer.
    pub(super) fn pointer(&self, nodes: &[Node], last: Option<&Segment>) -> String {
        let mut text = self.prefix.clone();
        for segment in self.path.iter().chain(last) {
            match segment {
                Segment::Row(node, row) => {
                    if let Node::Record(record) = &nodes[node.at()] {
                        let name = String::from_utf8_lossy(&record.rows[usize::from(*row)].name);
                        push_segment(&mut text, &name);
                    }
                }
                Segment::Index(index) => push_segment(&mut text, &index.to_string()),
                Segment::Name(name) => push_segment(&mut text, name),
            }
        }
        text
    }
}

/// Appends a step, escaped (RFC 6901).
pub(crate) fn push_segment(text: &mut String, segment: &str) {
    text.push('/');
    for c in segment.chars() {
        match c {
            '~' => text.push_str("~0"),
            '/' => text.push_str("~1"),
            c => text.push(c),
        }
    }
}
