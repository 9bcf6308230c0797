//! Rules for text: lengths in code points, patterns, formats, listed values.

use super::bytes::contains;
use super::{Format, Pattern, format};
use crate::Stop;
use crate::plan::{Bytes, Text};
use crate::record::PageRule;

/// The rarer rules of a text.
#[derive(Clone, Debug, Default)]
pub struct TextRules {
    pub(crate) patterns: Vec<Pattern>,
    pub(crate) formats: Vec<Format>,
    /// Sorted.
    pub(crate) among: Option<Vec<Box<[u8]>>>,
    /// Sorted.
    pub(crate) not_among: Vec<Box<[u8]>>,
    /// How many bytes there may be.
    pub(crate) bytes: Option<(u32, u32)>,
    /// Texts that are nowhere in it.
    pub(crate) without: Vec<Box<[u8]>>,
    /// Forms that Protobuf's validation knows by name.
    pub(crate) well_known: Vec<super::well_known::WellKnown>,
    /// The rules of a text that is not empty.
    pub(crate) unless_empty: Option<Box<Text>>,
    /// The characters that its place can hold.
    pub(crate) page: Option<PageRule>,
}

impl Text {
    /// Checks text that is valid UTF-8.
    #[inline(always)]
    pub(crate) fn check(&self, text: &[u8]) -> Result<(), Stop> {
        let bytes = text.len() as u32;
        // Code points lie between a quarter of the bytes and all of them: count only where that does not decide.
        if bytes < self.min.saturating_mul(4) || bytes > self.max {
            self.count(text)?;
        }
        match &self.rules {
            Some(rules) => rules.check(text),
            None => Ok(()),
        }
    }

    #[inline(never)]
    fn count(&self, text: &[u8]) -> Result<(), Stop> {
        let points = text.iter().filter(|byte| (**byte as i8) >= -64).count() as u32;
        if points < self.min {
            return Err(Stop::MinLength);
        }
        if points > self.max {
            return Err(Stop::MaxLength);
        }
        Ok(())
    }
}

impl TextRules {
    #[inline(never)]
    pub(crate) fn check(&self, text: &[u8]) -> Result<(), Stop> {
        if self.page.is_some_and(|page| !page.holds(text)) {
            return Err(Stop::Format);
        }
        if let Some(rules) = &self.unless_empty {
            return if text.is_empty() { Ok(()) } else { rules.check(text) };
        }
        if let Some((min, max)) = self.bytes {
            if text.len() < min as usize {
                return Err(Stop::MinLength);
            }
            if text.len() > max as usize {
                return Err(Stop::MaxLength);
            }
        }
        if self.without.iter().any(|part| contains(text, part)) {
            return Err(Stop::Not);
        }
        let listed = |list: &[Box<[u8]>]| list.binary_search_by(|entry| (**entry).cmp(text)).is_ok();
        if self.among.as_deref().is_some_and(|list| !listed(list)) {
            return Err(Stop::Enum);
        }
        if listed(&self.not_among) {
            return Err(Stop::Not);
        }
        if !self.formats.iter().all(|wanted| format::matches(*wanted, text)) {
            return Err(Stop::Format);
        }
        if !self.well_known.is_empty() {
            let text = std::str::from_utf8(text).map_err(|_| Stop::Utf8)?;
            if !self.well_known.iter().all(|form| form(text)) {
                return Err(Stop::Format);
            }
        }
        if !self.patterns.iter().all(|pattern| pattern.is_match(text)) {
            return Err(Stop::Pattern);
        }
        Ok(())
    }
}

impl Bytes {
    pub(crate) fn check(&self, bytes: &[u8]) -> Result<(), Stop> {
        self.check_length(bytes)?;
        match &self.rules {
            Some(rules) => rules.check(bytes),
            None => Ok(()),
        }
    }

    fn check_length(&self, bytes: &[u8]) -> Result<(), Stop> {
        if bytes.len() < self.min as usize {
            return Err(Stop::MinLength);
        }
        if bytes.len() > self.max as usize {
            return Err(Stop::MaxLength);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_count_code_points() {
        let check = |min, max, text: &str| Text { min, max, rules: None }.check(text.as_bytes());
        assert_eq!(check(2, 2, "😀é"), Ok(()));
        assert_eq!(check(3, 9, "😀é"), Err(Stop::MinLength));
        assert_eq!(check(0, 1, "😀é"), Err(Stop::MaxLength));
        assert_eq!(check(0, 5, "hello"), Ok(()));
        assert_eq!(check(0, 4, "hello"), Err(Stop::MaxLength));
    }
}
