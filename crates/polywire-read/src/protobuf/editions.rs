//! Editions: <https://protobuf.dev/editions/overview/>. The parser knows `proto2` and `proto3`, so a text of an edition is
//! given to it as `proto3`, changed at the same length; what the syntax would decide, the features do (see `features`).

use std::collections::BTreeMap;

use prost_types::{DescriptorProto, FieldDescriptorProto, FileDescriptorProto, UninterpretedOption};

/// Files of an edition with its year, by their names.
pub(super) type Editions = BTreeMap<String, u32>;

/// Stands in place of the option `default`, which `proto3` does not have.
const DEFAULT: &str = "defaul_";

/// A text of an edition as the parser takes it.
pub(super) struct Edition {
    pub(super) text: String,
    pub(super) year: u32,
}

/// The text for the parser, where it is one of an edition that is known.
pub(super) fn plain(text: &str) -> Option<Edition> {
    let tokens = tokens(text);
    let word = |at: usize| tokens.get(at).map(|(start, end)| &text[*start..*end]);
    if word(0) != Some("edition") || word(1) != Some("=") || word(3) != Some(";") {
        return None;
    }
    let year: u32 = word(2)?.trim_matches(['"', '\'']).parse().ok()?;
    if !(2023..=2024).contains(&year) {
        return None;
    }
    let mut bytes = text.as_bytes().to_vec();
    let mut blank = |from: usize, to: usize| {
        bytes[from..to].iter_mut().filter(|byte| !byte.is_ascii_whitespace()).for_each(|byte| *byte = b' ');
    };
    let mut statement = true;
    for (at, (start, _)) in tokens.iter().enumerate() {
        let next = word(at + 1).unwrap_or_default();
        match word(at).unwrap_or_default() {
            // Names are words here and quoted there; that no field has one is said by the compiler that made the edition.
            "reserved" if statement && next.starts_with(|c: char| c.is_alphabetic() || c == '_') => {
                let end = (at..tokens.len()).find(|at| word(*at) == Some(";")).unwrap_or(tokens.len() - 1);
                blank(*start, tokens[end].1);
            }
            "export" | "local" if statement && matches!(next, "message" | "enum") => {
                blank(*start, tokens[at].1);
            }
            "option" if at > 0 && word(at - 1) == Some("import") => blank(*start, tokens[at].1),
            _ => {}
        }
        statement = matches!(word(at), Some(";" | "{" | "}"));
    }
    for (at, (start, end)) in tokens.iter().enumerate() {
        let option = at > 0 && matches!(word(at - 1), Some("[" | ",")) && word(at + 1) == Some("=");
        if word(at) == Some("default") && option {
            bytes[*start..*end].copy_from_slice(DEFAULT.as_bytes());
        }
    }
    let (start, end) = (tokens[0].0, tokens[3].1);
    let syntax = b"syntax=\"proto3\";";
    bytes[start..end].fill(b' ');
    bytes[start..start + syntax.len()].copy_from_slice(syntax);
    Some(Edition { text: String::from_utf8(bytes).ok()?, year })
}

impl Edition {
    /// Makes of the descriptor one that the pool takes.
    pub(super) fn restore(&self, file: &mut FileDescriptorProto) {
        file.syntax = Some("proto2".into());
        file.extension.iter_mut().for_each(restore_default);
        file.message_type.iter_mut().for_each(restore_message);
    }
}

/// Depth is limited by the parser.
fn restore_message(message: &mut DescriptorProto) {
    message.field.iter_mut().chain(&mut message.extension).for_each(restore_default);
    message.nested_type.iter_mut().for_each(restore_message);
}

fn restore_default(field: &mut FieldDescriptorProto) {
    let Some(options) = &mut field.options else { return };
    let is_default =
        |option: &UninterpretedOption| option.name.len() == 1 && option.name[0].name_part == DEFAULT;
    let Some(at) = options.uninterpreted_option.iter().position(is_default) else { return };
    let option = options.uninterpreted_option.remove(at);
    field.default_value = option
        .identifier_value
        .or(option.positive_int_value.map(|value| value.to_string()))
        .or(option.negative_int_value.map(|value| value.to_string()))
        .or(option.double_value.map(|value| value.to_string()))
        .or(option.string_value.map(|value| String::from_utf8_lossy(&value).into_owned()));
}

/// The words, texts and signs of a file, without comments.
fn tokens(text: &str) -> Vec<(usize, usize)> {
    let bytes = text.as_bytes();
    let (mut found, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let start = at;
        match bytes[at] {
            byte if byte.is_ascii_whitespace() => {
                at += 1;
                continue;
            }
            b'/' if bytes[at..].starts_with(b"//") => {
                at = text[at..].find('\n').map_or(bytes.len(), |end| at + end);
                continue;
            }
            b'/' if bytes[at..].starts_with(b"/*") => {
                at = text[at + 2..].find("*/").map_or(bytes.len(), |end| at + end + 4);
                continue;
            }
            quote @ (b'"' | b'\'') => {
                at += 1;
                while at < bytes.len() && bytes[at] != quote && bytes[at] != b'\n' {
                    at += 1 + usize::from(bytes[at] == b'\\');
                }
                at = (at + 1).min(bytes.len());
                // An escape may have ended inside of a character.
                while !text.is_char_boundary(at) {
                    at += 1;
                }
            }
            byte if byte.is_ascii_alphanumeric() || byte == b'_' => {
                while at < bytes.len() && (bytes[at].is_ascii_alphanumeric() || bytes[at] == b'_') {
                    at += 1;
                }
            }
            _ => at += text[at..].chars().next().map_or(1, char::len_utf8),
        }
        found.push((start, at));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let found = plain(text).map(|edition| edition.text);
        assert_eq!(found.as_deref(), Some(expected));
        assert_eq!(text.len(), expected.len());
    }

    #[test]
    fn only_what_the_parser_does_not_know_is_changed() {
        check("edition = \"2023\"; message A {}", "syntax=\"proto3\";  message A {}");
        check("edition = \"2024\"; local message A {}", "syntax=\"proto3\";        message A {}");
        check(
            "edition = \"2023\"; message A { reserved foo, bar; int32 a = 1 [default = 5]; }",
            "syntax=\"proto3\";  message A {                    int32 a = 1 [defaul_ = 5]; }",
        );
    }

    #[test]
    fn other_texts_stay() {
        assert!(plain("syntax = \"proto3\";").is_none());
        assert!(plain("edition = \"2099\";").is_none());
        assert!(plain("edition = \"").is_none());
    }
}
