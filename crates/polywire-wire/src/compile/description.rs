//! Descriptions: what says how values lie in an encoding that carries neither names nor tags (an Avro schema, a copybook,
//! a C struct). The compiler walks one beside the type, place by place.

use polywire_contract::{Contract, Record, Sum, TypeId};

use super::{Job, Mode, Place};
use crate::Encoding;
use crate::codes::NO_FORM;
use crate::plan::{Cell, Node, Slot, Written};
use polywire_diag::Diagnostic;

/// A place in a description.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Spot(pub(crate) u32);

/// A place in the descriptions of both sides; none where a side needs none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Spots {
    pub(crate) from: Option<Spot>,
    pub(crate) to: Option<Spot>,
}

/// A step from a type to one that it is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// To a field of a record, by its place in the contract.
    Field(usize),
    /// To an item of a list.
    Item,
    /// To a member of a map.
    Member,
    /// To an alternative of a sum, by its place in the contract.
    Variant(usize),
}

/// What names the alternatives of a sum outside of it.
pub(crate) struct Selector {
    pub(crate) at: Spot,
    /// Texts, and the alternatives that they name; of each the first is written.
    pub(crate) values: Vec<(Box<[u8]>, u32)>,
}

/// What the compiler asks of an encoding's descriptions.
pub(crate) trait Description: Sync {
    /// The description of a type.
    fn of(&self, contract: &Contract, ty: TypeId) -> Option<Spot>;
    /// The description of what a type is made of; none where there is no place for it.
    fn step(&self, contract: &Contract, at: Spot, step: Step) -> Option<Spot>;
    /// What sources and sinks are handed.
    fn cell(&self, contract: &Contract, at: Spot) -> Cell;
    /// Null can stand here.
    fn takes_null(&self, _: &Contract, _: Spot) -> bool {
        false
    }
    /// Moments, spans of time and the like lie here as text.
    fn is_text(&self, contract: &Contract, at: Spot) -> bool;
    /// The fields of a record in the order in which they lie.
    fn order(&self, contract: &Contract, at: Spot) -> Vec<usize>;
    /// A record has to be written in that order.
    fn in_order(&self, contract: &Contract, at: Spot) -> bool;
    /// The same for an alternative of a sum, as the target needs it.
    fn branch_cell(&self, _: &Contract, _sum: Spot, _variant: usize, cell: Cell) -> Cell {
        cell
    }
    /// The number by which a value says which alternative it is.
    fn number(&self, _: &Contract, _: Spot, _: usize) -> u32 {
        0
    }
    /// What names the alternatives of a sum outside of it.
    ///
    /// # Errors
    /// Why it cannot name them.
    fn selector(&self, _: &Contract, _: Spot, _: &Sum) -> Result<Option<Selector>, String> {
        Ok(None)
    }
    /// Counts and selectors follow from the lists and sums that they speak of.
    fn derives(&self) -> bool {
        false
    }
    /// Whether what a record says of its fields holds where they lie.
    ///
    /// # Errors
    /// Why it does not.
    fn record_fits(&self, _: &Contract, _: Spot, _: &Record) -> Result<(), String> {
        Ok(())
    }
    /// Adds to the rules of a value what its place can hold.
    ///
    /// # Errors
    /// Why it cannot hold such values at all.
    fn narrow(&self, contract: &Contract, at: Spot, node: &mut Node) -> Result<(), String>;
}

/// The descriptions of an encoding, where it needs such.
pub(crate) fn description(encoding: Encoding) -> Option<&'static dyn Description> {
    match encoding {
        Encoding::Avro => Some(&super::avro::Schemas),
        Encoding::Layout => Some(&super::layout::Types),
        Encoding::Record => Some(&super::cobol::Copybooks),
        Encoding::Json | Encoding::Protobuf => None,
    }
}

impl Mode {
    /// The descriptions of the two sides.
    fn descriptions(self) -> [Option<&'static dyn Description>; 2] {
        [self.from, self.to].map(description)
    }

    /// Values lie as a description says, on one side at least.
    pub(crate) fn described(self) -> bool {
        self.descriptions().iter().any(Option::is_some)
    }
}

impl Job<'_, '_> {
    /// The descriptions of a whole type.
    pub(super) fn spots_of(&mut self, ty: TypeId) -> Spots {
        let contract = self.contract();
        let (sides, encodings) = (self.mode.descriptions(), [self.mode.from, self.mode.to]);
        let found = sides.map(|side| side.and_then(|description| description.of(contract, ty)));
        for at in 0..2 {
            if sides[at].is_some() && found[at].is_none() {
                self.no_form(ty, encodings[at], "it is not described there");
            }
        }
        Spots { from: found[0], to: found[1] }
    }

    /// The descriptions of a part of a type.
    pub(super) fn stepped(&mut self, spots: Spots, ty: TypeId, step: Step) -> Spots {
        if spots == Spots::default() {
            return spots;
        }
        let contract = self.contract();
        let [from, to] = self.mode.descriptions();
        let go = |description: Option<&dyn Description>, at: Option<Spot>| {
            description.zip(at).and_then(|(description, at)| description.step(contract, at, step))
        };
        let found = Spots { from: go(from, spots.from), to: go(to, spots.to) };
        for (side, before, after) in
            [(self.mode.from, spots.from, found.from), (self.mode.to, spots.to, found.to)]
        {
            if before.is_some() && after.is_none() {
                self.no_form(ty, side, "it has no place there");
            }
        }
        found
    }

    /// Each side's description of a place.
    fn at_spots(&self, spots: Spots) -> impl Iterator<Item = (&'static dyn Description, Spot, Encoding)> {
        let [from, to] = self.mode.descriptions();
        let from = from.zip(spots.from).map(|(side, at)| (side, at, self.mode.from));
        from.into_iter().chain(to.zip(spots.to).map(|(side, at)| (side, at, self.mode.to)))
    }

    /// A place as sources and sinks know it; `list` is a list of its own field.
    pub(super) fn slot(&self, place: &Place, list: bool) -> Slot {
        let mut slot = place.slot(list);
        let contract = self.contract();
        let cell = |description: Option<&dyn Description>, at: Option<Spot>| {
            description.zip(at).map(|(description, at)| Box::new(description.cell(contract, at)))
        };
        let [from, to] = self.mode.descriptions();
        slot.from = cell(from, place.spots.from);
        slot.to = cell(to, place.spots.to);
        slot
    }

    /// The place of an alternative.
    pub(super) fn branch_slot(&self, sum: Spots, variant: usize, place: &Place) -> Slot {
        let mut slot = self.slot(place, false);
        let contract = self.contract();
        let [_, to] = self.mode.descriptions();
        if let (Some(description), Some(at), Some(cell)) = (to, sum.to, &mut slot.to) {
            **cell = description.branch_cell(contract, at, variant, **cell);
        }
        slot
    }

    /// Adds to the rules of a value what both sides can hold.
    pub(super) fn narrowed(&mut self, ty: TypeId, place: &Place, mut node: Node) -> Node {
        let contract = self.contract();
        let sides: Vec<_> = self.at_spots(place.spots).collect();
        for (description, at, encoding) in sides {
            if let Err(reason) = description.narrow(contract, at, &mut node) {
                self.no_form(ty, encoding, &reason);
            }
        }
        node
    }

    /// Asks both sides whether what a record says of its fields holds there.
    pub(super) fn record_fits(&mut self, ty: TypeId, record: &Record, spots: Spots) {
        let contract = self.contract();
        let sides: Vec<_> = self.at_spots(spots).collect();
        for (description, at, encoding) in sides {
            if let Err(reason) = description.record_fits(contract, at, record) {
                self.no_form(ty, encoding, &reason);
            }
        }
    }

    /// Whether a moment or span of time is text on its way, because a side that is no JSON holds it as such.
    pub(super) fn is_text_there(&self, place: &Place) -> bool {
        let contract = self.contract();
        self.at_spots(place.spots).all(|(description, at, _)| description.is_text(contract, at))
    }

    /// Whether a described side has a place for null here.
    pub(super) fn null_has_a_place(&self, spots: Spots) -> bool {
        let contract = self.contract();
        self.at_spots(spots).all(|(description, at, _)| description.takes_null(contract, at))
    }

    /// The order in which each side holds the fields of a record: the target's where it matters, else the source's.
    pub(super) fn orders(&self, spots: Spots) -> (Option<Vec<usize>>, Option<Vec<usize>>, bool) {
        let contract = self.contract();
        let [from, to] = self.mode.descriptions();
        let read = from.zip(spots.from).map(|(side, at)| side.order(contract, at));
        let written = to.zip(spots.to).filter(|(side, at)| side.in_order(contract, *at));
        let in_order = written.is_some() && self.mode.from != self.mode.to;
        let written = written.map(|(side, at)| side.order(contract, at));
        (read, written.filter(|_| in_order), in_order)
    }

    /// The number by which the source says which alternative a value is.
    pub(super) fn number_of(&self, spots: Spots, variant: usize) -> u32 {
        let [from, _] = self.mode.descriptions();
        from.zip(spots.from).map_or(0, |(side, at)| side.number(self.contract(), at, variant))
    }

    /// The names by which the source tells alternatives apart.
    pub(super) fn named(&mut self, ty: TypeId, shape: &Sum, place: &Place) -> Vec<(Box<[u8]>, u32)> {
        let [from, _] = self.mode.descriptions();
        let selector = from.zip(place.spots.from).map(|(side, at)| side.selector(self.contract(), at, shape));
        let mut values = match selector.unwrap_or(Ok(None)) {
            Ok(selector) => selector.map(|selector| selector.values).unwrap_or_default(),
            Err(reason) => {
                self.no_form(ty, self.mode.from, &reason);
                Vec::new()
            }
        };
        values.sort();
        values
    }

    /// The selector that is written with an alternative.
    pub(super) fn selector_written(
        &mut self,
        ty: TypeId,
        shape: &Sum,
        place: &Place,
        variant: usize,
    ) -> Option<Written> {
        let (contract, [_, to]) = (self.contract(), self.mode.descriptions());
        let (side, at) = to.zip(place.spots.to)?;
        match side.selector(contract, at, shape) {
            Ok(selector) => {
                let selector = selector?;
                let value = selector.values.into_iter().find(|(_, named)| *named as usize == variant)?.0;
                let cell = Box::new(side.cell(contract, selector.at));
                Some((Slot { to: Some(cell), ..Slot::bare() }, value))
            }
            Err(reason) => {
                self.no_form(ty, self.mode.to, &reason);
                None
            }
        }
    }

    /// The source finds counts and selectors by itself.
    pub(super) fn source_derives(&self) -> bool {
        description(self.mode.from).is_some_and(Description::derives)
    }

    /// The target writes counts and selectors by itself.
    pub(super) fn target_derives(&self) -> bool {
        description(self.mode.to).is_some_and(Description::derives)
    }

    /// Every place of the target has to be written.
    pub(super) fn target_is_described(&self) -> bool {
        description(self.mode.to).is_some()
    }

    /// A type has no form in an encoding.
    pub(super) fn no_form(&mut self, ty: TypeId, encoding: Encoding, reason: &str) {
        self.failed = true;
        let ty = self.contract().ty(ty);
        let name = ty.name.as_deref().unwrap_or("this type");
        let text = format!("`{name}` has no form in {}: {reason}", encoding.row().name);
        self.say(&NO_FORM, Diagnostic::error(&NO_FORM, text).at(ty.span, "this type"));
    }
}
