//! Types of the same words in different contracts, compared: what one side allows and the other does not.
//!
//! Must never: decide that two types are meant to be the same. It compares names; a person draws the conclusion.

mod crossing;
mod presence;
mod record;
mod report;
mod rules;
mod scalar;
mod text;
mod values;

pub(crate) use crossing::{crossing, crossing_made, crossing_types, must_be_there};
pub(crate) use text::kind;
pub(crate) use values::value_words;

use std::collections::{BTreeMap, BTreeSet};

use polywire_diag::Span;

use crate::{Contract, Shape, Type, TypeId, TypeRef, Words, words};

/// How many types of the same words are compared with each other; more are compared with the first only.
const EACH_WITH_EACH_MAX: usize = 12;
/// What the names of Protobuf's own types have in them: every contract has those.
const WELL_KNOWN: &str = "google.protobuf.";
/// How deep types without a name of their own are followed.
const DEPTH_MAX: usize = 16;
/// How many differences of a pair are kept.
const DIFFERENCES_MAX: usize = 1000;

/// Two types of the same words that differ.
#[derive(Clone, Debug)]
pub struct Drift {
    /// The type that comes first in the order of the contracts.
    pub left: Side,
    /// The other one.
    pub right: Side,
    /// The worst first.
    pub differences: Vec<Difference>,
}

impl Drift {
    /// How bad the worst difference is; a lower number is worse.
    fn rank(&self) -> (bool, Aspect) {
        self.differences.iter().map(Difference::rank).min().unwrap_or((true, Aspect::Default))
    }
}

/// A type, as it is shown.
#[derive(Clone, Debug)]
pub struct Side {
    /// The name in its own contract: `Order`, `public.orders`.
    pub name: String,
    /// Where it was written.
    pub span: Span,
}

/// One thing that is not the same on both sides.
#[derive(Clone, Debug)]
pub struct Difference {
    /// Where in the type: names with dots between them, `[]` for items, `{}` for members; empty for the type itself.
    pub path: String,
    /// What differs.
    pub aspect: Aspect,
    /// What the left side says, in words.
    pub left: String,
    /// Where it says so.
    pub left_span: Span,
    /// What the right side says, in words.
    pub right: String,
    /// Where it says so.
    pub right_span: Span,
    /// What may become of a value of the left side on the right.
    pub left_to_right: Fate,
    /// What may become of a value of the right side on the left.
    pub right_to_left: Fate,
}

impl Difference {
    /// Whether data could be lost or refused.
    pub fn harms(&self) -> bool {
        self.left_to_right != Fate::Fits || self.right_to_left != Fate::Fits
    }

    fn rank(&self) -> (bool, Aspect) {
        (!self.harms(), self.aspect)
    }
}

/// What differs, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Aspect {
    /// The kinds of value.
    Kind,
    /// A field that only one side has.
    Field,
    /// Whether a field has to be there.
    Presence,
    /// Whether `null` is a value.
    Null,
    /// The named values.
    Values,
    /// The width of a number.
    Width,
    /// Digits that are kept.
    Precision,
    /// Bounds of a number.
    Range,
    /// Length of a text, number of items.
    Length,
    /// A regular expression.
    Pattern,
    /// A form of text: e-mail address, UUID, date.
    Format,
    /// What stands for an absent value.
    Default,
}

impl Aspect {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Aspect::Kind => "kind",
            Aspect::Field => "field",
            Aspect::Presence => "presence",
            Aspect::Null => "null",
            Aspect::Values => "values",
            Aspect::Width => "width",
            Aspect::Precision => "precision",
            Aspect::Range => "range",
            Aspect::Length => "length",
            Aspect::Pattern => "pattern",
            Aspect::Format => "format",
            Aspect::Default => "default",
        }
    }
}

/// What may become of a value that crosses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Every value passes as it is.
    Fits,
    /// Part of some value has no place on the other side.
    Lost,
    /// Some value breaks a rule of the other side.
    Refused,
}

impl Fate {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Fate::Fits => "fits",
            Fate::Lost => "lost",
            Fate::Refused => "refused",
        }
    }

    fn refused(if_so: bool) -> Fate {
        if if_so { Fate::Refused } else { Fate::Fits }
    }
}

/// What was compared, and what differs.
#[derive(Debug, Default)]
pub struct Drifts {
    /// Pairs that differ, the worst first.
    pub pairs: Vec<Drift>,
    /// How many pairs were compared.
    pub compared: usize,
}

/// Compares every two types of the same words that stand in different files.
pub fn drift(contracts: &[Contract]) -> Drifts {
    let mut groups: BTreeMap<Words, Vec<Known<'_>>> = BTreeMap::new();
    // A file that two contracts import is read twice.
    let mut seen = BTreeSet::new();
    for contract in contracts {
        for (at, ty) in contract.types.iter().enumerate() {
            let known = Known { contract, id: TypeId(at as u32) };
            let Some(words) = known.words() else { continue };
            if seen.insert((ty.span.file, ty.span.start, ty.name.as_deref())) {
                groups.entry(words).or_default().push(known);
            }
        }
    }
    let mut found = Drifts::default();
    for group in groups.values() {
        let firsts = if group.len() > EACH_WITH_EACH_MAX { 1 } else { group.len() };
        for (at, left) in group.iter().enumerate().take(firsts) {
            for right in &group[at + 1..] {
                if left.ty().span.file == right.ty().span.file {
                    continue;
                }
                found.compared += 1;
                let differences = compare(*left, *right);
                if !differences.is_empty() {
                    found.pairs.push(Drift { left: left.side(), right: right.side(), differences });
                }
            }
        }
    }
    found.pairs.sort_by_key(Drift::rank);
    found
}

fn compare(left: Known<'_>, right: Known<'_>) -> Vec<Difference> {
    let mut comparison =
        Comparison { left: left.contract, right: right.contract, open: Vec::new(), found: Vec::new() };
    let pair = Pair { left: left.id.into(), right: right.id.into() };
    comparison.types(&Place { path: String::new(), left: left.ty().span, right: right.ty().span }, pair);
    comparison.found.sort_by_key(Difference::rank);
    comparison.found
}

/// A type in its contract.
#[derive(Clone, Copy)]
struct Known<'c> {
    contract: &'c Contract,
    id: TypeId,
}

impl<'c> Known<'c> {
    fn ty(self) -> &'c Type {
        self.contract.ty(self.id)
    }

    fn side(self) -> Side {
        let ty = self.ty();
        let name = match self.contract.sql.tables.get(&self.id) {
            Some(table) => format!("{}.{}", table.schema, table.name),
            None => ty.short_name().unwrap_or_default().to_string(),
        };
        Side { name, span: ty.span }
    }

    /// What it is compared by. A table is named for many rows, a type for one: `addresses` is `address`.
    fn words(self) -> Option<Words> {
        let ty = self.ty();
        if ty.name.as_ref().is_some_and(|name| name.contains(WELL_KNOWN)) {
            return None;
        }
        let mut words = words(ty.short_name()?);
        if self.contract.sql.tables.contains_key(&self.id) {
            let last = words.0.last_mut()?;
            *last = singular(last);
        }
        Some(words)
    }
}

fn singular(word: &str) -> String {
    if let Some(stem) = word.strip_suffix("ies") {
        return format!("{stem}y");
    }
    for ending in ["sses", "xes", "ches", "shes"] {
        if word.ends_with(ending) {
            return word[..word.len() - 2].to_string();
        }
    }
    match word.strip_suffix('s') {
        Some(stem) if !stem.ends_with('s') && !stem.ends_with('u') => stem.to_string(),
        _ => word.to_string(),
    }
}

/// Two uses that are compared.
#[derive(Clone, Copy)]
struct Pair {
    left: TypeRef,
    right: TypeRef,
}

/// Where a comparison stands.
struct Place {
    path: String,
    left: Span,
    right: Span,
}

impl Place {
    fn inner(&self, step: &str, left: Span, right: Span) -> Place {
        let dot = if self.path.is_empty() || step.starts_with(['[', '{']) { "" } else { "." };
        Place { path: format!("{}{dot}{step}", self.path), left, right }
    }
}

/// What both sides say of one thing, and what may become of values.
struct Told {
    left: String,
    right: String,
    left_to_right: Fate,
    right_to_left: Fate,
}

impl Told {
    fn new(
        left: impl Into<String>,
        right: impl Into<String>,
        left_to_right: Fate,
        right_to_left: Fate,
    ) -> Told {
        Told { left: left.into(), right: right.into(), left_to_right, right_to_left }
    }

    /// No value of either side is one of the other.
    fn neither(left: impl Into<String>, right: impl Into<String>) -> Told {
        Told::new(left, right, Fate::Refused, Fate::Refused)
    }
}

/// A comparison of two types under way.
struct Comparison<'c> {
    left: &'c Contract,
    right: &'c Contract,
    /// Types that are being compared: types may contain themselves.
    open: Vec<(TypeId, TypeId)>,
    found: Vec<Difference>,
}

impl Comparison<'_> {
    fn tell(&mut self, place: &Place, aspect: Aspect, told: Told) {
        if self.found.len() < DIFFERENCES_MAX {
            self.found.push(Difference {
                path: place.path.clone(),
                aspect,
                left: told.left,
                left_span: place.left,
                right: told.right,
                right_span: place.right,
                left_to_right: told.left_to_right,
                right_to_left: told.right_to_left,
            });
        }
    }

    /// Compares two uses but for their presence.
    fn types(&mut self, place: &Place, pair: Pair) {
        let ids = (pair.left.id, pair.right.id);
        if self.open.len() >= DEPTH_MAX || self.open.contains(&ids) {
            return;
        }
        let (left, right) = (self.left.ty(pair.left.id), self.right.ty(pair.right.id));
        if !self.open.is_empty() && self.stand_alone(ids) {
            return;
        }
        self.open.push(ids);
        match (&left.shape, &right.shape) {
            _ if self.listed(place, pair) => {}
            (Shape::Any, Shape::Any) => {}
            (Shape::Any, _) => {
                self.tell(
                    place,
                    Aspect::Kind,
                    Told::new("any value", text::kind(right), Fate::Refused, Fate::Fits),
                );
            }
            (_, Shape::Any) => {
                self.tell(
                    place,
                    Aspect::Kind,
                    Told::new(text::kind(left), "any value", Fate::Fits, Fate::Refused),
                );
            }
            (Shape::Record(_), Shape::Record(_)) => self.records(place, ids),
            (Shape::List(a), Shape::List(b)) => {
                self.rules(place, left, right);
                let inner = place.inner("[]", place.left, place.right);
                self.uses(&inner, Pair { left: *a, right: *b });
            }
            (Shape::Map { value: a, .. }, Shape::Map { value: b, .. }) => {
                self.rules(place, left, right);
                let inner = place.inner("{}", place.left, place.right);
                self.uses(&inner, Pair { left: *a, right: *b });
            }
            (Shape::Sum(a), Shape::Sum(b)) => self.sums(place, a, b),
            _ if self.scalars(place, left, right) => self.rules(place, left, right),
            _ => {}
        }
        self.open.pop();
    }

    /// Whether two types that are used in others are compared by themselves, too: nothing is said twice.
    fn stand_alone(&self, ids: (TypeId, TypeId)) -> bool {
        let (left, right) =
            (Known { contract: self.left, id: ids.0 }, Known { contract: self.right, id: ids.1 });
        left.words().is_some_and(|words| right.words() == Some(words))
    }

    /// Compares two uses where `null` could stand.
    fn uses(&mut self, place: &Place, pair: Pair) {
        let any = |contract: &Contract, used: TypeRef| matches!(contract.ty(used.id).shape, Shape::Any);
        let null_says = !any(self.left, pair.left) && !any(self.right, pair.right);
        if pair.left.nullable != pair.right.nullable && null_says {
            let word = |nullable: bool| if nullable { "may be null" } else { "is never null" };
            let told = Told::new(
                word(pair.left.nullable),
                word(pair.right.nullable),
                Fate::refused(pair.left.nullable),
                Fate::refused(pair.right.nullable),
            );
            self.tell(place, Aspect::Null, told);
        }
        self.types(place, pair);
    }
}
