//! What travels beside a message: names in lower case, values as text, in the order of arrival.

use std::ops::Range;

/// Headers that are passed on. Small: a linear search is quickest. All of it lies in one text, so that a call with many
/// headers costs few allocations.
#[derive(Clone, Debug, Default)]
pub struct Metadata {
    text: String,
    entries: Vec<Entry>,
}

/// Where a name and, right behind it, its value stand.
#[derive(Clone, Debug)]
struct Entry {
    name: Range<usize>,
    end: usize,
}

/// What is expected of an ordinary call.
const TEXT_BYTES: usize = 512;
const ENTRIES: usize = 12;

impl Metadata {
    /// The first value of a name; `name` in lower case.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(n, _)| *n == name).map(|(_, value)| value)
    }

    /// Adds a value; `name` in lower case.
    pub fn push(&mut self, name: impl AsRef<str>, value: impl AsRef<str>) {
        if self.entries.capacity() == 0 {
            self.text.reserve(TEXT_BYTES);
            self.entries.reserve(ENTRIES);
        }
        let start = self.text.len();
        self.text.push_str(name.as_ref());
        let name = start..self.text.len();
        self.text.push_str(value.as_ref());
        self.entries.push(Entry { name, end: self.text.len() });
    }

    /// Replaces all values of a name.
    pub fn set(&mut self, name: &str, value: impl AsRef<str>) {
        self.remove(name);
        self.push(name, value);
    }

    /// Removes all values of a name.
    pub fn remove(&mut self, name: &str) {
        let text = &self.text;
        self.entries.retain(|entry| &text[entry.name.clone()] != name);
    }

    /// All names and values, one behind the other; where each stands, [`Metadata::places`] says.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where each name and its value stand in the text, in order.
    pub fn places(&self) -> impl Iterator<Item = (Range<usize>, Range<usize>)> {
        self.entries.iter().map(|entry| (entry.name.clone(), entry.name.end..entry.end))
    }

    /// Every pair, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.places().map(|(name, value)| (&self.text[name], &self.text[value]))
    }
}

impl PartialEq for Metadata {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Metadata {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_kept_in_order_and_replaced_by_name() {
        let mut metadata = Metadata::default();
        metadata.push("a", "1");
        metadata.push("b", String::new());
        metadata.push("a", "2");
        assert_eq!((metadata.get("a"), metadata.get("b"), metadata.get("c")), (Some("1"), Some(""), None));
        metadata.set("a", "3");
        assert_eq!(metadata.iter().collect::<Vec<_>>(), [("b", ""), ("a", "3")]);
        let mut same = Metadata::default();
        same.push("b", "");
        same.push("a", "3");
        assert_eq!(metadata, same);
        metadata.remove("b");
        assert_ne!(metadata, same);
    }
}
