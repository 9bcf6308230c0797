//! A record as a plan knows it: its rows, and the tables that find a row by name or number.

use super::{Lead, NodeId, Slot};
use crate::hash;

/// Field numbers up to this lie in a table, larger ones in a sorted list.
const DENSE_NUMBERS_MAX: u32 = 1024;
/// No row.
pub(crate) const NO_ROW: u16 = u16::MAX;

/// One field.
#[derive(Clone, Debug)]
pub struct Row {
    /// The name in JSON and in paths.
    pub(crate) name: Box<[u8]>,
    /// Another name that is understood.
    pub(crate) alias: Option<Box<[u8]>>,
    /// `name":`
    pub(crate) lead: Lead,
    /// The field's number; 0 where it has none.
    pub(crate) number: u32,
    pub(crate) slot: Slot,
    pub(crate) node: NodeId,
    pub(crate) required: bool,
    pub(crate) null: OnNull,
    pub(crate) absent: Absent,
    /// The group of fields of which one may be set, from 1; 0 is none.
    pub(crate) group: u8,
}

/// What `null` in place of a value means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnNull {
    /// The field is absent (ProtoJSON).
    Absent,
    /// A value of its own.
    Null,
    /// Not allowed.
    Refuse,
    /// The node reads it.
    Value,
}

/// What happens where the field is absent.
#[derive(Clone, Debug, PartialEq)]
pub enum Absent {
    /// Nothing.
    Nothing,
    /// The zero value stands for it, and is checked.
    Zero,
    /// These bytes of the target are written: the default.
    Fill(Box<[u8]>),
}

/// What happens to members without a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ExtraRule {
    /// They stay where they are: the bytes are forwarded.
    Keep,
    /// They are dropped and counted.
    Drop,
    /// They are refused with this rule.
    Refuse(crate::Stop),
    /// They are checked and stay.
    Typed(NodeId),
    /// They are checked and written.
    Copy(NodeId),
}

/// A record.
#[derive(Clone, Debug)]
pub struct Record {
    /// The node that holds this record.
    pub(crate) id: NodeId,
    pub(crate) rows: Vec<Row>,
    /// Per 64 rows, those that need attention when absent.
    pub(crate) expected: Vec<u64>,
    /// Rows by hash of their names.
    names: Vec<u16>,
    numbers: Numbers,
    pub(crate) extra: ExtraRule,
    /// How many members there may be.
    pub(crate) members: Option<(u32, u32)>,
    /// Groups of which one field must be set: bits by group number.
    pub(crate) groups_required: u64,
    pub(crate) group_names: Vec<Box<str>>,
    /// Rows of which at most one may occur, and whether one must.
    pub(crate) one_of: Vec<(Vec<u16>, bool)>,
    /// Where this record's part of the table of learnt orders begins.
    pub(crate) order_base: u32,
    /// What holds where the order of its fields matters, or fields follow from others.
    pub(crate) laid: Option<Box<Laid>>,
    /// The order in which the source holds the rows, where it is another than theirs.
    pub(crate) read_order: Box<[u16]>,
}

/// What more is to be said of a record in an encoding whose values lie as a description says.
#[derive(Clone, Debug, Default)]
pub struct Laid {
    /// The target must be written in the order of the rows.
    pub(crate) in_order: bool,
    /// Rows whose values follow from others.
    pub(crate) derived: Vec<Derived>,
}

impl Laid {
    /// Whether the record is gone into once more.
    pub(crate) fn goes_back(&self) -> bool {
        self.derived.iter().any(|derived| !derived.below.is_empty())
    }

    /// Whether a row is written after all others.
    pub(crate) fn is_postponed(&self, row: usize) -> bool {
        let postponed = |derived: &Derived| derived.postponed && derived.below.is_empty();
        self.derived.iter().any(|derived| postponed(derived) && usize::from(derived.row) == row)
    }
}

/// A row whose value follows from another's. It need not be there; where it is, it must agree.
#[derive(Clone, Debug)]
pub struct Derived {
    pub(crate) row: u16,
    /// The way from there to the row that is meant, by names; none where it is that row.
    pub(crate) below: Vec<Box<[u8]>>,
    /// The list that it counts, or the sum whose alternative it names.
    pub(crate) of: u16,
    pub(crate) from: DerivedFrom,
    /// It is written after all other rows.
    pub(crate) postponed: bool,
}

/// How it follows.
#[derive(Clone, Debug)]
pub enum DerivedFrom {
    /// As a record around this one says.
    Around,
    /// How many items the list has.
    Count,
    /// JSON of the values that name each alternative.
    Alternative(Vec<Vec<Box<[u8]>>>),
}

#[derive(Clone, Debug, Default)]
struct Numbers {
    dense: Vec<u16>,
    sparse: Vec<(u32, u16)>,
}

impl Record {
    /// A record of these rows.
    pub(crate) fn new(id: NodeId, rows: Vec<Row>, extra: ExtraRule) -> Record {
        let mut record = Record {
            id,
            expected: Vec::new(),
            names: vec![NO_ROW; (rows.len() * 4).next_power_of_two().max(8)],
            numbers: Numbers::default(),
            rows,
            extra,
            members: None,
            groups_required: 0,
            group_names: Vec::new(),
            one_of: Vec::new(),
            order_base: 0,
            laid: None,
            read_order: Box::default(),
        };
        let mask = record.names.len() - 1;
        for (at, row) in record.rows.iter().enumerate() {
            for name in std::iter::once(&row.name).chain(&row.alias) {
                let mut place = hash(0, 0, name) & mask;
                while record.names[place] != NO_ROW && record.names[place] != at as u16 {
                    place = (place + 1) & mask;
                }
                record.names[place] = at as u16;
            }
        }
        let numbers: Vec<(u32, u16)> =
            record.rows.iter().enumerate().map(|(at, row)| (row.number, at as u16)).collect();
        numbers
            .iter()
            .filter(|(number, _)| *number > 0)
            .for_each(|(number, row)| record.add_number(*number, *row));
        record.mark_expected();
        record
    }

    /// Lets a number stand for a row.
    pub(crate) fn add_number(&mut self, number: u32, row: u16) {
        if number > DENSE_NUMBERS_MAX {
            let at = self.numbers.sparse.partition_point(|entry| entry.0 < number);
            self.numbers.sparse.insert(at, (number, row));
            return;
        }
        let at = number as usize;
        if self.numbers.dense.len() <= at {
            self.numbers.dense.resize(at + 1, NO_ROW);
        }
        self.numbers.dense[at] = row;
    }

    /// Computes which rows need attention when absent; again after rows have changed.
    pub(crate) fn mark_expected(&mut self) {
        self.expected = vec![0; self.rows.len().div_ceil(64).max(1)];
        for (at, row) in self.rows.iter().enumerate() {
            if row.required || row.absent != Absent::Nothing {
                self.expected[at / 64] |= 1 << (at % 64);
            }
        }
    }

    /// The row of a field's number.
    #[inline(always)]
    pub(crate) fn by_number(&self, number: u32) -> u16 {
        match self.numbers.dense.get(number as usize) {
            Some(row) => *row,
            None if self.numbers.sparse.is_empty() => NO_ROW,
            None => self.by_large_number(number),
        }
    }

    #[inline(never)]
    fn by_large_number(&self, number: u32) -> u16 {
        let found = self.numbers.sparse.binary_search_by_key(&number, |entry| entry.0);
        found.map_or(NO_ROW, |at| self.numbers.sparse[at].1)
    }

    /// The row that a source without names has at a place.
    pub(crate) fn in_source_order(&self, place: u32) -> Option<u16> {
        if self.read_order.is_empty() {
            return ((place as usize) < self.rows.len()).then_some(place as u16);
        }
        self.read_order.get(place as usize).copied()
    }

    /// The row of a name.
    pub(crate) fn by_name(&self, name: &[u8]) -> Option<u16> {
        let mask = self.names.len() - 1;
        let mut place = hash(0, 0, name) & mask;
        loop {
            let found = self.names[place];
            let row = self.rows.get(found as usize)?;
            if *row.name == *name || row.alias.as_deref() == Some(name) {
                return Some(found);
            }
            place = (place + 1) & mask;
        }
    }
}

impl Row {
    /// A row that reads and writes nothing special; the compiler sets what is.
    pub(crate) fn new(name: &str, node: NodeId, slot: Slot) -> Row {
        Row {
            name: name.as_bytes().into(),
            alias: None,
            lead: Lead::new(name, ":"),
            number: 0,
            slot,
            node,
            required: false,
            null: OnNull::Refuse,
            absent: Absent::Nothing,
            group: 0,
        }
    }
}
