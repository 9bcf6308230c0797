//! The keywords of a schema that count: all, or those alone that are held nowhere else.

use polywire_syntax::{Entry, Map, Node};

/// A schema, as far as it is read.
#[derive(Clone, Copy)]
pub(super) struct Said<'s, 'a> {
    map: &'a Map,
    /// Only these keywords; `None` is all.
    only: Option<&'s [&'a str]>,
}

impl<'s, 'a> Said<'s, 'a> {
    pub(super) fn new(map: &'a Map, only: Option<&'s [&'a str]>) -> Self {
        Said { map, only }
    }

    /// Only some keywords count.
    pub(super) fn is_part(&self) -> bool {
        self.only.is_some()
    }

    pub(super) fn get(&self, key: &str) -> Option<&'a Node> {
        self.map.get(key).filter(|_| self.counts(key))
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = &'a Entry> {
        let said = *self;
        self.map.entries.iter().filter(move |entry| said.counts(&entry.key))
    }

    fn counts(&self, key: &str) -> bool {
        self.only.is_none_or(|only| only.contains(&key))
    }
}
