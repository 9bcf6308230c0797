//! Records of encodings whose values lie as a description says: the order of rows, what stands for an absent field, and
//! fields that follow from others.

use polywire_contract::{Derivation, Field, Literal, Record as Shape};
use polywire_syntax::Value;

use super::description::Spots;
use super::{Job, PendingFill, Place, literal};
use crate::plan::{Absent, Derived, DerivedFrom, KeyOrder, Laid, Node, NodeId, OnNull, Row};

/// In which order fields become rows.
pub(super) struct Orders {
    /// Places in the contract, row by row.
    pub(super) rows: Vec<usize>,
    /// The order in which the source holds them, where it is another.
    pub(super) read: Vec<usize>,
    /// The target must be written in the order of the rows.
    pub(super) in_order: bool,
}

impl Job<'_, '_> {
    pub(super) fn field_orders(&self, shape: &Shape, spots: Spots) -> Orders {
        let (read, written, in_order) = self.orders(spots);
        if let Some(rows) = self.wanted_order(shape) {
            return Orders { rows, read: read.unwrap_or_default(), in_order: true };
        }
        let declared = || (0..shape.fields.len()).collect();
        match (read, written) {
            (Some(read), Some(written)) if read != written => Orders { rows: written, read, in_order },
            (read, written) => {
                let rows = written.or(read).map_or_else(declared, |order| complete(order, shape));
                Orders { rows, read: Vec::new(), in_order }
            }
        }
    }

    /// The order in which the members of JSON are wanted.
    fn wanted_order(&self, shape: &Shape) -> Option<Vec<usize>> {
        let mut rows: Vec<usize> = (0..shape.fields.len()).collect();
        match self.mode.json.order {
            KeyOrder::Source => return None,
            KeyOrder::Contract => {}
            KeyOrder::Name => rows.sort_by(|a, b| shape.fields[*a].name.cmp(&shape.fields[*b].name)),
        }
        Some(rows)
    }

    /// What null and absence mean where a side is described.
    pub(super) fn described_row(
        &mut self,
        row: &mut Row,
        field: &Field,
        place: &Place,
        record: NodeId,
        at: usize,
    ) {
        let read = Spots { to: None, ..place.spots };
        if read.from.is_some() && row.null == OnNull::Refuse && !row.required && self.null_has_a_place(read) {
            row.null = OnNull::Absent;
        }
        let written = Spots { from: None, ..place.spots };
        if written.to.is_none() || self.mode.identity() {
            return;
        }
        let null = self.null_has_a_place(written);
        if field.ty.nullable && !null {
            self.no_form(field.ty.id, self.mode.to, "null has no place there");
        }
        if self.must_be_there(field) || place.derived && self.target_derives() {
            // Also where rules are only observed: its place cannot stay empty.
            row.required |= self.must_be_there(field);
            return;
        }
        let empty = |default: &Literal| matches!(&default.value, Value::List(items) if items.is_empty());
        if matches!(self.node(row.node), Node::List(_)) && field.default.as_ref().is_some_and(empty) {
            row.absent = Absent::Zero;
            return;
        }
        let text = match &field.default {
            Some(default) => literal::json(default),
            None if null => "null".to_string(),
            None => {
                let reason = format!("`{}` may be absent, and has no default", field.name);
                return self.no_form(field.ty.id, self.mode.to, &reason);
            }
        };
        self.compiler.fills.push(PendingFill { record, row: at, text, span: field.span });
    }

    /// What more is to be said of a record than its rows.
    pub(super) fn laid(
        &self,
        shape: &Shape,
        in_order: bool,
        places: &[Option<usize>],
        rows: &mut [Row],
    ) -> Option<Box<Laid>> {
        let mut laid = Laid { in_order, derived: Vec::new() };
        for derived in shape.derived.iter().filter(|_| !self.source_derives()) {
            let (of, from) = match &derived.from {
                Derivation::Around => (derived.field, DerivedFrom::Around),
                Derivation::Count(list) => (*list, DerivedFrom::Count),
                Derivation::Alternative { sum, values } => {
                    let json = |value| literal::json(value).into_bytes().into();
                    let values = values.iter().map(|values| values.iter().map(json).collect());
                    (*sum, DerivedFrom::Alternative(values.collect()))
                }
            };
            let row = |field: u32| places.get(field as usize).copied().flatten();
            let (Some(row), Some(of)) = (row(derived.field), row(of)) else { continue };
            let Some(below) = self.names_below(shape, derived) else { continue };
            let rewritten = self.target_derives();
            // What stands in another record was written with it, and may only be written again.
            let postponed = rewritten || (below.is_empty() && !in_order);
            if below.is_empty() && postponed {
                rows[row].required = false;
            }
            if below.is_empty() && rewritten {
                // What was found must stay.
                rows[row].absent = Absent::Nothing;
            }
            if rewritten || !matches!(from, DerivedFrom::Around) {
                laid.derived.push(Derived { row: row as u16, below, of: of as u16, from, postponed });
            }
        }
        (in_order || !laid.derived.is_empty()).then(|| Box::new(laid))
    }

    /// The names of the fields on the way to one that follows from another.
    fn names_below(&self, shape: &Shape, derived: &polywire_contract::Derived) -> Option<Vec<Box<[u8]>>> {
        let mut record = shape;
        let mut at = derived.field;
        let mut names = Vec::new();
        for next in &derived.below {
            record = self.contract().record(record.fields.get(at as usize)?.ty.id)?;
            at = *next;
            names.push(record.fields.get(at as usize)?.name.as_bytes().into());
        }
        Some(names)
    }
}

/// An order with the fields that it does not name, so that each is spoken of.
fn complete(mut order: Vec<usize>, shape: &Shape) -> Vec<usize> {
    for at in 0..shape.fields.len() {
        if !order.contains(&at) {
            order.push(at);
        }
    }
    order.retain(|at| *at < shape.fields.len());
    order
}
