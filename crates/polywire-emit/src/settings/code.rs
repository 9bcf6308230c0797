//! What the targets that write code share: the settings as structures with names, values checked against their types.
//!
//! Must never: know how a language writes anything.

mod layout;
mod names;
mod needs;
mod program;
mod values;

pub(super) use layout::{Doc, Form, Style, render};
pub(super) use names::{Case, Naming};
pub(super) use needs::{Needs, Part};
pub(super) use program::{Choice, Entry, Field, Program, SAFE_MAX, Source, Struct, Ty};
pub(super) use values::Lit;

/// The lines of a text for comments: without what would end a comment or hide text in it.
pub(super) fn comment_lines(doc: &str) -> Vec<String> {
    let clean = |line: &str| -> String {
        line.chars()
            .map(|c| if hidden(c) || c == '\t' { ' ' } else { c })
            .collect::<String>()
            .trim()
            .replace("```", "'''")
    };
    let mut lines: Vec<String> = doc.lines().map(clean).collect();
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines
}

/// Control characters, and those that change the direction or the look of what stands around them.
pub(super) fn hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

/// A literal of text: the escapes that all languages share, and for the rest what `other` makes of a character.
pub(super) fn quoted(text: &str, quote: char, other: impl Fn(char, &mut String)) -> String {
    let mut out = String::from(quote);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == quote => out.extend(['\\', c]),
            c => other(c, &mut out),
        }
    }
    out.push(quote);
    out
}

/// The kind of quotes of which fewer stand in a text.
pub(super) fn rarer_quote(text: &str) -> char {
    if text.matches('"').count() > text.matches('\'').count() { '\'' } else { '"' }
}

/// A number that a binary64 holds, with a fraction or an exponent.
pub(super) fn float(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && !(1e-5..1e16).contains(&size) { format!("{value:e}") } else { format!("{value:?}") }
}

/// The pieces that a text or another needed piece names, in their order. A piece is known by a word that calls it.
pub(super) fn needed(text: &str, pieces: &[(&str, &'static str)]) -> Vec<&'static str> {
    let mut found = vec![false; pieces.len()];
    loop {
        let before = found.clone();
        for (at, (word, _)) in pieces.iter().enumerate() {
            let others =
                pieces.iter().zip(&before).filter(|(_, known)| **known).map(|((_, other), _)| *other);
            found[at] = found[at] || std::iter::once(text).chain(others).any(|text| names(text, word));
        }
        if found == before {
            return pieces
                .iter()
                .zip(found)
                .filter(|(_, known)| *known)
                .map(|((_, piece), _)| *piece)
                .collect();
        }
    }
}

/// Whether the word stands in the text, and is not the end of another.
fn names(text: &str, word: &str) -> bool {
    let begins = |at: usize| !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
    text.match_indices(word).any(|(at, _)| begins(at))
}
