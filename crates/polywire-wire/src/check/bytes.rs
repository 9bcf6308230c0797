//! Rules for bytes beyond their number.

use super::Pattern;
use crate::Stop;
use crate::plan::Bytes;

/// The rarer rules of bytes.
#[derive(Clone, Debug, Default)]
pub struct BytesRules {
    pub(crate) sizes: Vec<u64>,
    pub(crate) prefix: Option<Box<[u8]>>,
    pub(crate) suffix: Option<Box<[u8]>>,
    pub(crate) contains: Option<Box<[u8]>>,
    pub(crate) among: Option<Vec<Vec<u8>>>,
    pub(crate) not_among: Vec<Vec<u8>>,
    /// Bytes that are no UTF-8 have no pattern.
    pub(crate) pattern: Option<Pattern>,
    /// The rules of bytes of which there are some.
    pub(crate) unless_empty: Option<Box<Bytes>>,
}

impl BytesRules {
    #[inline(never)]
    pub(crate) fn check(&self, bytes: &[u8]) -> Result<(), Stop> {
        if let Some(rules) = &self.unless_empty {
            return if bytes.is_empty() { Ok(()) } else { rules.check(bytes) };
        }
        if !self.sizes.is_empty() && !self.sizes.contains(&(bytes.len() as u64)) {
            return Err(Stop::Format);
        }
        if self.among.as_ref().is_some_and(|among| among.iter().all(|one| one != bytes)) {
            return Err(Stop::Enum);
        }
        if self.not_among.iter().any(|one| one == bytes) {
            return Err(Stop::Not);
        }
        let begins = self.prefix.as_ref().is_none_or(|prefix| bytes.starts_with(prefix));
        let ends = self.suffix.as_ref().is_none_or(|suffix| bytes.ends_with(suffix));
        let holds = self.contains.as_ref().is_none_or(|part| contains(bytes, part));
        let matches = self
            .pattern
            .as_ref()
            .is_none_or(|pattern| std::str::from_utf8(bytes).is_ok() && pattern.is_match(bytes));
        if begins && ends && holds && matches { Ok(()) } else { Err(Stop::Pattern) }
    }
}

/// Whether one text is somewhere in another.
pub(crate) fn contains(text: &[u8], part: &[u8]) -> bool {
    part.is_empty() || text.windows(part.len()).any(|window| window == part)
}
