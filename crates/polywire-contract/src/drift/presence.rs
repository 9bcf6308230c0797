//! Whether a field has to be there, as each kind of contract says it.

use super::{Aspect, Comparison, Fate, Pair, Place, Told};
use crate::{Contract, Field, Shape, SqlOrigin, TypeId};

/// What a side gives and takes in place of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Presence {
    /// A value may be missing in what it gives.
    gives_absent: bool,
    /// A value may be missing in what it takes.
    takes_absent: bool,
    gives_null: bool,
    /// `null` is the same as absence.
    one_nothing: bool,
}

/// The presence of a record's field.
pub(super) fn presence(contract: &Contract, record: TypeId, at: usize, field: &Field) -> Presence {
    if let Some(table) = contract.sql.tables.get(&record) {
        let given = matches!(table.columns.get(at), Some(column) if column.origin != SqlOrigin::Row);
        let absent = field.ty.nullable;
        let takes_absent = absent || given || field.default.is_some();
        return Presence { gives_absent: absent, takes_absent, gives_null: absent, one_nothing: true };
    }
    if let Some(message) = contract.protobuf.messages.get(&record).filter(|message| message.proto_json)
        && let Some(Some(place)) = message.fields.get(at)
    {
        let many = matches!(contract.ty(field.ty.id).shape, Shape::List(_) | Shape::Map { .. });
        // Zero and an empty list are values: nothing is missing on this side.
        let absent = !field.required && !place.implicit && !many;
        return Presence {
            gives_absent: absent,
            takes_absent: !field.required,
            gives_null: absent,
            one_nothing: true,
        };
    }
    Presence {
        gives_absent: !field.required && field.default.is_none(),
        takes_absent: !field.required,
        gives_null: field.ty.nullable,
        one_nothing: false,
    }
}

impl Presence {
    /// What has to be there whatever the other side says.
    pub(super) fn must_be_there(self) -> bool {
        !self.takes_absent
    }

    /// A field of a record that may itself be missing.
    pub(super) fn below(self, outer: Presence) -> Presence {
        let absent = outer.gives_absent || outer.gives_null;
        Presence { gives_absent: self.gives_absent || absent, ..self }
    }

    /// `null` and absence as one, for a partner that knows no difference.
    fn merged(self) -> Presence {
        let nothing = self.gives_absent || self.gives_null;
        Presence {
            gives_absent: nothing,
            takes_absent: self.takes_absent || self.gives_null,
            gives_null: nothing,
            ..self
        }
    }

    fn words(self) -> &'static str {
        match (self.gives_absent, self.takes_absent) {
            (false, false) => "must be there",
            (false, true) => "is always there",
            (true, _) => "may be absent",
        }
    }
}

impl Comparison<'_> {
    /// Compares whether two fields have to be there, and what they hold.
    pub(super) fn presence(&mut self, place: &Place, pair: Pair, left: Presence, right: Presence) {
        if self.absence(place, left, right) {
            self.types(place, pair);
        } else {
            self.uses(place, pair);
        }
    }

    /// Compares whether two fields have to be there; says whether `null` was compared with it.
    pub(super) fn absence(&mut self, place: &Place, left: Presence, right: Presence) -> bool {
        let merge = left.one_nothing || right.one_nothing;
        let (a, b) = if merge { (left.merged(), right.merged()) } else { (left, right) };
        let missing = |from: Presence, to: Presence| Fate::refused(from.gives_absent && !to.takes_absent);
        let told = Told::new(a.words(), b.words(), missing(a, b), missing(b, a));
        if told.left_to_right != Fate::Fits || told.right_to_left != Fate::Fits {
            self.tell(place, Aspect::Presence, told);
        }
        merge
    }
}
