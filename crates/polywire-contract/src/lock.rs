//! `polywire.lock`: the numbers that were given out for contracts that have none, the names that had them, and the maps
//! between types that a person has confirmed.
//!
//! A number that was given out is never given to another name. Must not decide which names a contract has, nor write a file.

mod text;

pub(crate) use text::scalar;

use std::collections::{BTreeMap, BTreeSet};

use polywire_diag::{Diagnostic, Span};

use crate::codes::LOCK_MISSING;

/// The largest number of a field.
const FIELD_MAX: i64 = (1 << 29) - 1;
/// Numbers that Protobuf keeps for itself.
const RESERVED: std::ops::RangeInclusive<i64> = 19_000..=19_999;

/// Whether new numbers may be given out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockMode {
    /// New names get the next free number; the caller writes the lock.
    Grow,
    /// A name without a number is an error: nobody writes the lock.
    Frozen,
}

/// What a number belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Numbered {
    /// A field of a message.
    Field,
    /// A value of an enum.
    Value,
}

/// Numbers by the full name of their message or enum, then by name.
type Table = BTreeMap<String, BTreeMap<String, i64>>;

/// One confirmed entry of a map.
#[derive(Clone, Debug)]
pub(crate) struct LockedLine {
    /// Where values come from, or what a value becomes; none where nothing does.
    pub(crate) source: Option<String>,
    /// Where it was written, if it was read.
    pub(crate) span: Option<Span>,
}

/// The content of `polywire.lock`.
#[derive(Clone, Debug, Default)]
pub struct Lock {
    messages: Table,
    enums: Table,
    /// Numbers of names that are gone.
    removed: Table,
    /// What was confirmed of maps, by their pairs of types.
    maps: BTreeMap<String, BTreeMap<String, LockedLine>>,
    /// Names that were asked for, of every message and enum that was.
    seen: BTreeMap<String, BTreeSet<String>>,
    changed: bool,
}

impl Lock {
    /// Whether it differs from what was read, so that it has to be written.
    pub fn changed(&self) -> bool {
        self.changed
    }

    /// The number of a name, given out if it has none.
    ///
    /// In frozen mode a missing number is reported, and the name still gets one, so that the rest can be looked at.
    pub fn number(
        &mut self,
        kind: Numbered,
        owner: &str,
        name: &str,
        span: Span,
        mode: LockMode,
        diags: &mut Vec<Diagnostic>,
    ) -> i64 {
        self.seen.entry(owner.to_string()).or_default().insert(name.to_string());
        if let Some(number) = self.table(kind).get(owner).and_then(|names| names.get(name)) {
            return *number;
        }
        let revived = self.removed.get_mut(owner).and_then(|names| names.remove(name));
        let number = revived.unwrap_or_else(|| self.next(kind, owner));
        if mode == LockMode::Frozen && revived.is_none() {
            let message = format!("`{owner}.{name}` has no number in polywire.lock");
            let help = "run `polywire export protobuf` or `polywire up`, and commit polywire.lock";
            diags.push(Diagnostic::error(&LOCK_MISSING, message).at(span, "needs a number").help(help));
        }
        self.table_mut(kind).entry(owner.to_string()).or_default().insert(name.to_string(), number);
        self.changed = true;
        number
    }

    /// Keeps the numbers of names that were not asked for although their message or enum was: they are never given out again.
    pub fn bury(&mut self) {
        for table in [&mut self.messages, &mut self.enums] {
            for (owner, names) in table.iter_mut() {
                let Some(seen) = self.seen.get(owner) else { continue };
                let gone: Vec<String> = names.keys().filter(|name| !seen.contains(*name)).cloned().collect();
                for name in gone {
                    if let Some(number) = names.remove(&name) {
                        self.removed.entry(owner.clone()).or_default().insert(name, number);
                        self.changed = true;
                    }
                }
            }
        }
        self.removed.retain(|_, names| !names.is_empty());
    }

    /// Numbers of a message or enum whose names are gone.
    pub fn removed(&self, owner: &str) -> impl Iterator<Item = (&str, i64)> {
        self.removed.get(owner).into_iter().flatten().map(|(name, number)| (name.as_str(), *number))
    }

    /// What was confirmed of the map of a pair.
    pub(crate) fn map_lines(&self, pair: &str) -> impl Iterator<Item = (&str, &LockedLine)> {
        self.maps.get(pair).into_iter().flatten().map(|(name, line)| (name.as_str(), line))
    }

    /// Replaces what was confirmed of the map of a pair.
    pub(crate) fn set_map(&mut self, pair: &str, lines: BTreeMap<String, Option<String>>) {
        let known = |name: &String, source: &Option<String>| {
            self.maps.get(pair).and_then(|old| old.get(name)).is_some_and(|line| line.source == *source)
        };
        let old = self.maps.get(pair).map_or(0, BTreeMap::len);
        if old == lines.len() && lines.iter().all(|(name, source)| known(name, source)) {
            return;
        }
        let lines = lines.into_iter().map(|(name, source)| (name, LockedLine { source, span: None }));
        self.maps.insert(pair.to_string(), lines.collect());
        self.changed = true;
    }

    /// Forgets maps that nobody asks for any more.
    pub fn keep_maps(&mut self, pairs: &BTreeSet<String>) {
        let before = self.maps.len();
        self.maps.retain(|pair, lines| pairs.contains(pair) && !lines.is_empty());
        self.changed |= self.maps.len() != before;
    }

    /// One above all that were ever given out.
    fn next(&self, kind: Numbered, owner: &str) -> i64 {
        let given = [self.table(kind).get(owner), self.removed.get(owner)];
        let last = given.into_iter().flatten().flat_map(BTreeMap::values).max().copied().unwrap_or(0).max(0);
        match kind {
            Numbered::Field if RESERVED.contains(&(last + 1)) => RESERVED.end() + 1,
            Numbered::Field => (last + 1).min(FIELD_MAX),
            Numbered::Value => (last + 1).min(i64::from(i32::MAX)),
        }
    }

    fn table(&self, kind: Numbered) -> &Table {
        match kind {
            Numbered::Field => &self.messages,
            Numbered::Value => &self.enums,
        }
    }

    fn table_mut(&mut self, kind: Numbered) -> &mut Table {
        match kind {
            Numbered::Field => &mut self.messages,
            Numbered::Value => &mut self.enums,
        }
    }
}
