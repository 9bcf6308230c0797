//! A record that becomes a record of another type.

use super::{Absent, NodeId, OnNull, Record, Slot, Text};
use crate::check::Exact;

/// First the source's record is looked through, then the target is written in its own order.
#[derive(Clone, Debug)]
pub struct Mapped {
    pub(crate) look: Look,
    /// How many values of the source are used.
    pub(crate) leaves: u16,
    pub(crate) moves: Vec<Move>,
}

/// A record of the source.
#[derive(Clone, Debug)]
pub struct Look {
    pub(crate) record: Record,
    /// What each row is.
    pub(crate) rows: Vec<Looked>,
}

/// What a field of the source is to the target.
#[derive(Clone, Debug)]
pub enum Looked {
    /// A value that is used, by its number.
    Leaf(u16),
    /// A record whose fields are used.
    Below(Box<Look>),
    /// Nothing: it is checked and dropped.
    Dropped,
}

/// One thing that is written.
#[derive(Clone, Debug)]
pub enum Move {
    /// A value of the source.
    Value(Moved),
    /// A record.
    Record {
        /// Where it stands.
        slot: Slot,
        /// Where none of these is there, the record is absent; empty where it is always there.
        leaves: Vec<u16>,
        /// What it holds.
        moves: Vec<Move>,
    },
    /// Bytes that lie ready.
    Ready(Slot, Box<[u8]>),
    /// Texts, one after the other.
    Join {
        /// What is joined.
        parts: Vec<Moved>,
        /// What stands between.
        with: Box<[u8]>,
        /// The result's rules.
        text: Text,
        /// Where it stands.
        slot: Slot,
    },
    /// A part of a text.
    Part {
        /// The text.
        of: Moved,
        /// What stands between its parts.
        at: Box<[u8]>,
        /// Which of them, from 0, and how many there are.
        part: (u32, u32),
        /// The result's rules.
        text: Text,
        /// Where it stands.
        slot: Slot,
    },
    /// A number in another unit.
    Scaled {
        /// The number.
        of: Moved,
        /// What it is multiplied by.
        by: Exact,
        /// The result's rules.
        to: NodeId,
        /// Where it stands.
        slot: Slot,
    },
}

/// A value of the source at its place in the target.
#[derive(Clone, Debug)]
pub struct Moved {
    pub(crate) leaf: u16,
    pub(crate) node: NodeId,
    pub(crate) slot: Slot,
    pub(crate) null: OnNull,
    pub(crate) required: bool,
    /// What stands for it where it is absent.
    pub(crate) absent: Absent,
    /// The names that lead to it in the source.
    pub(crate) path: Box<[Box<str>]>,
}
