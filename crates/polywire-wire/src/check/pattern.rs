//! Patterns that are ready to be run: most are a sequence of classes of ASCII, which is compared byte by byte; the rest is
//! for the `regex` crate.

use regex::bytes::{Regex, RegexBuilder};
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind, Look};

/// How long the text of a pattern may be.
const TEXT_BYTES_MAX: usize = 16 * 1024;
/// How large a compiled pattern may be.
const SIZE_BYTES_MAX: usize = 1 << 20;
/// How deep its groups may be inside one another.
const NEST_MAX: u32 = 64;

/// A pattern.
#[derive(Clone, Debug)]
pub enum Pattern {
    /// The whole text is these runs, one after the other.
    Runs(Box<[Run]>),
    /// It is found in the text.
    Regex(Regex),
}

/// Bytes of one class.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    /// A bit for each byte of ASCII.
    class: u128,
    min: u32,
    max: u32,
}

impl Pattern {
    /// Compiles a pattern of a dialect, which is translated into the words of the `regex` crate.
    ///
    /// # Errors
    /// A fragment that says why it cannot be taken.
    pub(crate) fn compile(
        pattern: &str,
        dialect: &str,
        translate: impl FnOnce(&str) -> Result<String, String>,
    ) -> Result<Pattern, String> {
        if pattern.len() > TEXT_BYTES_MAX {
            return Err(format!("it is longer than {TEXT_BYTES_MAX} bytes"));
        }
        let translated = translate(pattern)?;
        let parsed = ParserBuilder::new().utf8(false).nest_limit(NEST_MAX).build().parse(&translated);
        if let Some(runs) = parsed.ok().and_then(|hir| runs(&hir)) {
            return Ok(Pattern::Runs(runs.into()));
        }
        RegexBuilder::new(&translated)
            .size_limit(SIZE_BYTES_MAX)
            .dfa_size_limit(SIZE_BYTES_MAX)
            .nest_limit(NEST_MAX)
            .build()
            .map(Pattern::Regex)
            .map_err(|error| match error {
                regex::Error::CompiledTooBig(_) => "it becomes too large".to_string(),
                _ => format!("it is no regular expression of {dialect}"),
            })
    }

    /// Whether it is found in a text.
    pub(crate) fn is_match(&self, text: &[u8]) -> bool {
        match self {
            Pattern::Runs(runs) => are_runs(runs, text),
            Pattern::Regex(regex) => regex.is_match(text),
        }
    }
}

/// Each run takes as many bytes as it can: [`are_apart`] has seen that no other choice could succeed.
fn are_runs(runs: &[Run], text: &[u8]) -> bool {
    let mut rest = text;
    for run in runs {
        let most = rest.len().min(run.max as usize);
        let taken = rest[..most].iter().take_while(|byte| run.holds(**byte)).count();
        if taken < run.min as usize {
            return false;
        }
        rest = &rest[taken..];
    }
    rest.is_empty()
}

impl Run {
    #[inline(always)]
    fn holds(self, byte: u8) -> bool {
        byte < 128 && self.class >> byte & 1 == 1
    }
}

/// The runs of a pattern that says all of a text.
fn runs(hir: &Hir) -> Option<Vec<Run>> {
    let HirKind::Concat(parts) = hir.kind() else { return None };
    let [first, inner @ .., last] = &parts[..] else { return None };
    let is_whole =
        matches!(first.kind(), HirKind::Look(Look::Start)) && matches!(last.kind(), HirKind::Look(Look::End));
    let mut runs = Vec::new();
    let all = is_whole && inner.iter().all(|part| add(part, &mut runs).is_some());
    (all && are_apart(&runs)).then_some(runs)
}

fn add(hir: &Hir, runs: &mut Vec<Run>) -> Option<()> {
    match hir.kind() {
        HirKind::Empty => {}
        HirKind::Literal(literal) => {
            for byte in &literal.0 {
                runs.push(Run { class: class_of([(*byte, *byte)])?, min: 1, max: 1 });
            }
        }
        HirKind::Class(_) => runs.push(Run { class: one_class(hir)?, min: 1, max: 1 }),
        HirKind::Repetition(repeated) => runs.push(Run {
            class: one_class(&repeated.sub)?,
            min: repeated.min,
            max: repeated.max.unwrap_or(u32::MAX),
        }),
        HirKind::Capture(group) => add(&group.sub, runs)?,
        HirKind::Concat(parts) => parts.iter().try_for_each(|part| add(part, runs))?,
        HirKind::Look(_) | HirKind::Alternation(_) => return None,
    }
    Some(())
}

/// The bytes that stand where exactly one stands.
fn one_class(hir: &Hir) -> Option<u128> {
    match hir.kind() {
        HirKind::Literal(literal) => match literal.0[..] {
            [byte] => class_of([(byte, byte)]),
            _ => None,
        },
        HirKind::Class(Class::Bytes(class)) => {
            class_of(class.ranges().iter().map(|range| (range.start(), range.end())))
        }
        HirKind::Class(Class::Unicode(class)) => {
            let byte = |letter: char| u8::try_from(letter).unwrap_or(u8::MAX);
            class_of(class.ranges().iter().map(|range| (byte(range.start()), byte(range.end()))))
        }
        HirKind::Capture(group) => one_class(&group.sub),
        _ => None,
    }
}

/// None where there is more than ASCII.
fn class_of(ranges: impl IntoIterator<Item = (u8, u8)>) -> Option<u128> {
    ranges.into_iter().try_fold(0, |class, (from, to)| {
        (to < 128).then(|| class | (u128::MAX >> (127 - (to - from)) << from))
    })
}

/// Whether no byte that a run of unknown length takes could belong to what follows it.
fn are_apart(runs: &[Run]) -> bool {
    runs.iter().enumerate().filter(|(_, run)| run.min != run.max).all(|(at, run)| {
        // What may be absent lets the next one through.
        let through = runs[at + 1..].iter().take_while(|next| next.min == 0).count();
        runs[at + 1..].iter().take(through + 1).all(|next| next.class & run.class == 0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compile(pattern: &str) -> Pattern {
        Pattern::compile(pattern, "regex", |same| Ok(same.to_string())).unwrap()
    }

    fn is_sequence(pattern: &str) -> bool {
        matches!(compile(pattern), Pattern::Runs(_))
    }

    #[test]
    fn sequences_of_classes_are_told_from_the_rest() {
        for pattern in
            ["^[A-Z]{3}$", "^a?b*c+$", "^(?:ab)[0-9]{2,4}-x$", "^[a-z][a-z0-9]{0,3}$", "^$", "^(a)b$"]
        {
            assert!(is_sequence(pattern), "{pattern}");
        }
        for pattern in [
            "a",
            "^a",
            "^a*a$",
            "^a?b?a$",
            "^(?:ab)+$",
            "^a|b$",
            "^é$",
            "^[^a]$",
            "^.$",
            "^a*b?[ab]$",
            "(?m)^a$",
        ] {
            assert!(!is_sequence(pattern), "{pattern}");
        }
    }

    #[test]
    fn sequences_find_what_the_regex_crate_finds() {
        let mut state = 0x9e37_79b9_7f4a_7c15u64;
        let mut below = |end: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state % end as u64) as usize
        };
        let mut sequences = 0;
        for _ in 0..4000 {
            let mut pattern = String::from("^");
            for _ in 0..1 + below(4) {
                pattern.push_str(["a", "[ab]", "[b-d]", "d", "[^\\x00-bd-\\x{10ffff}]", "(?:cd)"][below(6)]);
                pattern.push_str(["", "", "?", "*", "+", "{2}", "{1,3}", "{0,2}"][below(8)]);
            }
            pattern.push('$');
            let compiled = compile(&pattern);
            sequences += usize::from(matches!(compiled, Pattern::Runs(_)));
            let regex = Regex::new(&pattern).unwrap();
            for _ in 0..20 {
                let text: Vec<u8> = (0..below(8)).map(|_| b"abcd\n"[below(5)]).collect();
                assert_eq!(compiled.is_match(&text), regex.is_match(&text), "{pattern} {text:?}");
            }
        }
        assert!(sequences > 500, "{sequences}");
    }
}
