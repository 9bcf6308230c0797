//! The COBOL side of types: the items of the copybook that each lies by, read from it or given.
//!
//! Items mirror the copybook. [`Cobol::lay`] says where each lies, once all of a record are there.

mod lay;

use std::collections::BTreeMap;

use crate::{Derivation, Derived, Literal, TypeId};

/// How many places offsets count from there can be in a record.
pub const COBOL_ANCHORS_MAX: usize = 64;

/// An item's place in [`Cobol::items`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CobolId(pub u32);

/// Side tables for types that are items of copybooks.
#[derive(Clone, Debug, Default)]
pub struct Cobol {
    /// The arena; a [`CobolId`] is a place in it.
    pub items: Vec<CobolItem>,
    /// The item of each type that is a whole record.
    pub types: BTreeMap<TypeId, CobolId>,
}

/// An item.
#[derive(Clone, Debug, PartialEq)]
pub struct CobolItem {
    /// What it is.
    pub kind: CobolKind,
    /// Where it lies; none before [`Cobol::lay`].
    pub place: Option<CobolPlace>,
}

/// What an item is.
#[derive(Clone, Debug, PartialEq)]
pub enum CobolKind {
    /// Items one after the other.
    Group(Vec<CobolField>),
    /// `PIC X(n)`: text, padded with blanks.
    Text {
        /// Characters, of one byte each.
        size: u32,
        /// Blanks stand before it (`JUSTIFIED RIGHT`).
        right: bool,
    },
    /// `PIC X(n)` whose bytes mean no text.
    Bytes(u32),
    /// A number.
    Number(CobolNumber),
    /// `OCCURS`: a list.
    Table {
        /// What each occurrence is.
        item: CobolId,
        /// Least occurrences; all of them where none depend on a count.
        min: u32,
        /// Most occurrences.
        max: u32,
        /// The item before it that says how many there are (`DEPENDING ON`): in the same group, or in a group of that.
        depending: Option<CobolId>,
        /// What follows begins after the last occurrence (`ODOSLIDE`); else after the place for the most.
        slides: bool,
    },
    /// `REDEFINES`: a sum.
    Redefines {
        /// The item that says which alternative lies there: before it in the same group, or in a group of that; or in one of
        /// the alternatives, all of which have such an item in the same bytes.
        selector: CobolId,
        /// Its alternatives; all begin at the same byte.
        alternatives: Vec<CobolAlternative>,
        /// Each alternative is a record that ends where it ends (several level 01 of one file).
        apart: bool,
    },
}

/// A part of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CobolField {
    /// Its place in [`crate::Record::fields`]; none for a `FILLER`.
    pub field: Option<u32>,
    /// What lies there.
    pub item: CobolId,
}

/// One layout of a redefined area.
#[derive(Clone, Debug, PartialEq)]
pub struct CobolAlternative {
    /// Its place in [`crate::Sum::variants`].
    pub variant: u32,
    /// What lies there.
    pub item: CobolId,
    /// The selector's values that mean it, as JSON shows them; the first is written.
    pub values: Vec<Literal>,
}

/// A number's picture and usage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CobolNumber {
    /// How its digits lie.
    pub usage: CobolUsage,
    /// Digits in all, 38 at most.
    pub digits: u8,
    /// Digits after the point.
    pub scale: u8,
    /// Where its sign lies.
    pub sign: CobolSign,
}

/// How digits lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CobolUsage {
    /// A byte for each digit: zoned decimal.
    Display,
    /// Two digits in a byte, and a nibble for the sign (`COMP-3`).
    Packed,
    /// Two's complement (`COMP`, `COMP-5`).
    Binary {
        /// 1, 2, 4 or 8.
        bytes: u8,
        /// The lowest byte comes first.
        little: bool,
        /// Every value of its bytes may occur, whatever the picture says (`COMP-5`).
        whole: bool,
    },
}

/// Where a sign lies. Packed and binary numbers have a place of their own for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CobolSign {
    /// There is none.
    None,
    /// In the last digit's byte.
    Trailing,
    /// In the first digit's byte.
    Leading,
    /// In a byte after the digits.
    TrailingSeparate,
    /// In a byte before the digits.
    LeadingSeparate,
}

/// What the bytes of text mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CobolPage {
    /// US-ASCII.
    Ascii,
    /// ISO 8859-1.
    Latin1,
    /// EBCDIC, USA and Canada.
    Ebcdic037,
    /// EBCDIC, Germany and Austria.
    Ebcdic273,
    /// EBCDIC, international.
    Ebcdic500,
    /// EBCDIC, open systems.
    Ebcdic1047,
    /// 037 with the euro.
    Ebcdic1140,
    /// 273 with the euro.
    Ebcdic1141,
}

/// A byte, counted from an anchor: the record's first byte (anchor 0), the first byte of the occurrence of a table that is
/// read or written, or the first byte after a table whose length varies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct CobolAt {
    /// The anchor's number, below [`COBOL_ANCHORS_MAX`].
    pub anchor: u8,
    /// Bytes from there.
    pub offset: u32,
}

/// Where an item lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CobolPlace {
    /// Its first byte.
    pub start: CobolAt,
    /// The byte after it. Its length varies where the anchor is another.
    pub end: CobolAt,
    /// Of a table whose length varies, the anchor at its end.
    pub after: Option<u8>,
    /// The whole record's code page.
    pub page: CobolPage,
}

impl Cobol {
    /// Adds an item and returns its place.
    pub fn add(&mut self, kind: CobolKind) -> CobolId {
        self.items.push(CobolItem { kind, place: None });
        CobolId(self.items.len() as u32 - 1)
    }

    /// The item at a place.
    pub fn get(&self, id: CobolId) -> &CobolItem {
        &self.items[id.0 as usize]
    }

    /// The fields of a group that follow from others: counts and selectors.
    pub fn derived(&self, group: CobolId) -> Vec<Derived> {
        let CobolKind::Group(fields) = &self.get(group).kind else { return Vec::new() };
        let here = fields.iter().filter_map(|part| {
            let of = part.field?;
            let (id, from) = match &self.get(part.item).kind {
                CobolKind::Table { depending, .. } => ((*depending)?, Derivation::Count(of)),
                CobolKind::Redefines { selector, alternatives, .. } => {
                    let mut values = vec![Vec::new(); alternatives.len()];
                    for alternative in alternatives {
                        *values.get_mut(alternative.variant as usize)? = alternative.values.clone();
                    }
                    (*selector, Derivation::Alternative { sum: of, values })
                }
                _ => return None,
            };
            let way = self.way(fields, id)?;
            Some(Derived { field: way[0], below: way[1..].to_vec(), from })
        });
        let around = fields.iter().filter_map(|part| {
            let field = part.field.filter(|_| self.is_told_around(fields, part.item))?;
            Some(Derived { field, below: Vec::new(), from: Derivation::Around })
        });
        here.chain(around).collect()
    }

    /// The fields that lead to an item of a group, or of a group in it.
    fn way(&self, fields: &[CobolField], id: CobolId) -> Option<Vec<u32>> {
        fields.iter().find_map(|part| {
            let field = part.field?;
            if part.item == id {
                return Some(vec![field]);
            }
            let CobolKind::Group(inner) = &self.items.get(part.item.0 as usize)?.kind else { return None };
            Some([field].into_iter().chain(self.way(inner, id)?).collect())
        })
    }

    /// Whether an item is a count or selector of something that stands outside of its group.
    fn is_told_around(&self, fields: &[CobolField], id: CobolId) -> bool {
        let tells = |kind: &CobolKind| match kind {
            CobolKind::Table { depending, .. } => *depending == Some(id),
            CobolKind::Redefines { selector, .. } => *selector == id,
            _ => false,
        };
        if !matches!(self.get(id).kind, CobolKind::Number(_) | CobolKind::Text { .. }) {
            return false;
        }
        let beside = |at: usize| fields.iter().any(|part| part.item.0 as usize == at);
        let holds =
            |item: CobolId| matches!(&self.get(item).kind, CobolKind::Group(inner) if inner == fields);
        let is_alternative = |kind: &CobolKind| match kind {
            CobolKind::Redefines { alternatives, .. } => alternatives.iter().any(|one| holds(one.item)),
            _ => false,
        };
        // An alternative's own selector is its tag.
        let mut items = self.items.iter().enumerate();
        items.any(|(at, item)| tells(&item.kind) && !beside(at) && !is_alternative(&item.kind))
    }
}

impl CobolNumber {
    /// How many bytes it takes.
    pub fn size(self) -> u32 {
        let digits = u32::from(self.digits);
        let separate = matches!(self.sign, CobolSign::TrailingSeparate | CobolSign::LeadingSeparate);
        match self.usage {
            CobolUsage::Display => digits + u32::from(separate),
            CobolUsage::Packed => digits / 2 + 1,
            CobolUsage::Binary { bytes, .. } => bytes.into(),
        }
    }

    /// The least and the greatest unscaled value.
    pub fn range(self) -> (i128, i128) {
        let signed = self.sign != CobolSign::None;
        if let CobolUsage::Binary { bytes, whole: true, .. } = self.usage {
            let bits = 8 * u32::from(bytes.min(8));
            return if signed { (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) } else { (0, (1 << bits) - 1) };
        }
        let most = 10i128.pow(self.digits.min(38).into()) - 1;
        (if signed { -most } else { 0 }, most)
    }
}
