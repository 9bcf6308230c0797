//! The tree that every text format of this crate is parsed into.

use std::fmt::{self, Write as _};

use polywire_diag::Span;

use crate::Number;

/// A value with its place. For a block collection the span starts at its first key or dash.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    pub span: Span,
    pub value: Value,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    List(Vec<Node>),
    Map(Map),
}

/// Members in the order of the source; keys are unique.
///
/// A large map carries an index of its keys: make one with [`Map::new`], and do not rename keys afterwards.
#[derive(Clone, Debug, Default)]
pub struct Map {
    pub entries: Vec<Entry>,
    /// Places in `entries`, sorted by key; empty for small maps.
    index: Box<[u32]>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub key: String,
    pub key_span: Span,
    pub value: Node,
}

/// Up to this many members a scan is as fast as an index.
const SCANNED_MAX: usize = 12;

impl Map {
    /// Makes a map; where a key is repeated, lookups find the first.
    pub fn new(entries: Vec<Entry>) -> Self {
        let index =
            if entries.len() > SCANNED_MAX { order(&entries).into_boxed_slice() } else { Box::default() };
        Map { entries, index }
    }

    /// Finds a member, in logarithmic time where the map is large.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|e| &e.value)
    }

    pub fn entry(&self, key: &str) -> Option<&Entry> {
        if self.index.is_empty() || self.index.len() != self.entries.len() {
            return self.entries.iter().find(|e| e.key == key);
        }
        let at = self.index.partition_point(|&at| self.entries[at as usize].key.as_str() < key);
        let entry = &self.entries[*self.index.get(at)? as usize];
        (entry.key == key).then_some(entry)
    }
}

impl PartialEq for Map {
    fn eq(&self, other: &Self) -> bool {
        self.entries == other.entries
    }
}

/// For each repeated key: the place of the first member with it, and of a later one; in the order of the source.
pub(crate) fn duplicates(entries: &[Entry]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    if entries.len() <= SCANNED_MAX {
        for (later, entry) in entries.iter().enumerate() {
            if let Some(first) = entries[..later].iter().position(|e| e.key == entry.key) {
                found.push((first, later));
            }
        }
        return found;
    }
    let order = order(entries);
    let mut first = order[0] as usize;
    for &at in &order[1..] {
        if entries[at as usize].key == entries[first].key {
            found.push((first, at as usize));
        } else {
            first = at as usize;
        }
    }
    found.sort_unstable_by_key(|&(_, later)| later);
    found
}

/// Places sorted by key, then by place.
fn order(entries: &[Entry]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..entries.len() as u32).collect();
    order.sort_unstable_by(|&a, &b| entries[a as usize].key.cmp(&entries[b as usize].key).then(a.cmp(&b)));
    order
}

impl Node {
    pub fn as_map(&self) -> Option<&Map> {
        if let Value::Map(map) = &self.value { Some(map) } else { None }
    }

    pub fn as_list(&self) -> Option<&[Node]> {
        if let Value::List(items) = &self.value { Some(items) } else { None }
    }

    pub fn as_text(&self) -> Option<&str> {
        if let Value::Text(text) = &self.value { Some(text) } else { None }
    }

    pub fn as_bool(&self) -> Option<bool> {
        if let Value::Bool(value) = self.value { Some(value) } else { None }
    }

    pub fn as_number(&self) -> Option<&Number> {
        if let Value::Number(number) = &self.value { Some(number) } else { None }
    }

    pub fn is_null(&self) -> bool {
        self.value == Value::Null
    }

    /// What stands here, for messages: `a list`, `a number` …
    pub fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::Text(_) => "text",
            Value::List(_) => "a list",
            Value::Map(_) => "a map",
        }
    }

    /// Whether both say the same, wherever it is written; the order of members does not count.
    pub fn same_value(&self, other: &Node) -> bool {
        match (&self.value, &other.value) {
            (Value::List(a), Value::List(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(x, y)| x.same_value(y))
            }
            (Value::Map(a), Value::Map(b)) => {
                a.entries.len() == b.entries.len()
                    && a.entries.iter().all(|e| b.get(&e.key).is_some_and(|v| e.value.same_value(v)))
            }
            (a, b) => a == b,
        }
    }
}

/// Compact JSON.
impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Value::Null => f.write_str("null"),
            Value::Bool(value) => write!(f, "{value}"),
            Value::Number(number) => f.write_str(&number.0),
            Value::Text(text) => quote(f, text),
            Value::List(items) => {
                f.write_char('[')?;
                for (at, item) in items.iter().enumerate() {
                    f.write_str(if at > 0 { "," } else { "" })?;
                    item.fmt(f)?;
                }
                f.write_char(']')
            }
            Value::Map(map) => {
                f.write_char('{')?;
                for (at, entry) in map.entries.iter().enumerate() {
                    f.write_str(if at > 0 { "," } else { "" })?;
                    quote(f, &entry.key)?;
                    f.write_char(':')?;
                    entry.value.fmt(f)?;
                }
                f.write_char('}')
            }
        }
    }
}

/// Writes a JSON string.
fn quote(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_char('"')?;
    for c in text.chars() {
        match c {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            c if c < ' ' => write!(f, "\\u{:04x}", c as u32)?,
            c => f.write_char(c)?,
        }
    }
    f.write_char('"')
}

#[cfg(test)]
mod tests {
    use polywire_diag::FileId;

    use super::*;

    fn map(keys: impl Iterator<Item = String>) -> Map {
        let span = Span::new(FileId(0), 0, 0);
        Map::new(
            keys.enumerate()
                .map(|(at, key)| Entry {
                    key,
                    key_span: span,
                    value: Node { span, value: Value::Number(Number(at.to_string())) },
                })
                .collect(),
        )
    }

    #[test]
    fn small_and_large_maps_find_the_first_of_a_repeated_key() {
        for size in [3, 1000] {
            let map = map((0..size).map(|n| format!("k{n}")).chain(["k1".into(), "k2".into(), "k1".into()]));
            for n in 0..size {
                assert_eq!(map.get(&format!("k{n}")).unwrap().to_string(), n.to_string());
            }
            assert!(map.get("k").is_none() && map.get("z").is_none() && map.get("").is_none());
            assert_eq!(duplicates(&map.entries), [(1, size), (2, size + 1), (1, size + 2)]);
        }
    }

    #[test]
    fn values_are_compared_without_places_and_order() {
        let a = Node { span: Span::new(FileId(0), 0, 1), value: Value::Map(map(["a".into()].into_iter())) };
        let b = Node { span: Span::new(FileId(1), 5, 9), ..a.clone() };
        assert!(a != b && a.same_value(&b));
        assert_eq!(b.to_string(), r#"{"a":0}"#);
    }
}
