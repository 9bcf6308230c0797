//! The mark of a generated file: whoever edits the file breaks it, and the edit is not overwritten.

/// What stands where the digest will stand.
pub(crate) const PLACE: &str = "polywire:0000000000000000";
const WORD: &str = "polywire:";
const DIGITS: usize = 16;

/// What a text's mark says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stamp {
    /// As it was generated.
    Whole,
    /// Generated, and edited since.
    Edited,
    /// Not generated, or without a mark.
    None,
}

/// Puts the digest of a text into the place that its emitter left for it.
pub fn stamp(text: &str) -> String {
    text.replacen(PLACE, &format!("{WORD}{}", digest(text)), 1)
}

/// Whether a text is as it was generated. Line ends of other systems are no edit.
pub fn stamp_of(text: &str) -> Stamp {
    let text = text.replace("\r\n", "\n");
    // The mark stands in the head: the word may stand in values, too.
    let found = text.match_indices(WORD).find_map(|(at, _)| {
        let digits = text.get(at + WORD.len()..at + WORD.len() + DIGITS)?;
        digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then_some((at, digits))
    });
    let Some((at, digits)) = found else { return Stamp::None };
    let blank = format!("{}{PLACE}{}", &text[..at], &text[at + PLACE.len()..]);
    if digest(&blank) == digits { Stamp::Whole } else { Stamp::Edited }
}

fn digest(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex()[..DIGITS].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edit_breaks_the_mark() {
        let text = stamp(&format!("# {PLACE}\nA=1\n"));
        assert_eq!(stamp_of(&text), Stamp::Whole);
        assert_eq!(stamp_of(&text.replace('\n', "\r\n")), Stamp::Whole);
        assert_eq!(stamp_of(&text.replace("A=1", "A=2")), Stamp::Edited);
        assert_eq!(stamp_of("A=polywire:x\n"), Stamp::None);
        assert_eq!(stamp_of(""), Stamp::None);
    }
}
