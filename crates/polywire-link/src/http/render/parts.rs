//! Parameters as parts of `multipart/form-data`.

use std::borrow::Cow;

use polywire_call::Fault;
use polywire_wire::Param;

use super::{Made, texts};
use crate::http::bind::parts::{Holds, PartRule};
use crate::http::multipart::{self, Written};

/// What a file is where the contract does not say it.
const BYTES: &str = "application/octet-stream";
const JSON: &str = "application/json";

/// Writes a part for each value.
pub(super) fn write(rules: &[PartRule], params: &[Param]) -> Result<Made, Fault> {
    let mut made: Vec<(&PartRule, Cow<'_, [u8]>)> = Vec::new();
    for rule in rules {
        let slot = rule.spelled.slot;
        match rule.holds {
            Holds::File => {
                let files = params.iter().filter(|param| param.slot == slot);
                let files = files.map(|param| param.file.as_deref().unwrap_or(param.text.as_bytes()));
                made.extend(files.map(|bytes| (rule, Cow::Borrowed(bytes))));
            }
            Holds::JsonItem => {
                let items = texts(params, slot).flat_map(items);
                made.extend(items.map(|text| (rule, Cow::Borrowed(text.as_bytes()))));
            }
            Holds::Json => {
                made.extend(texts(params, slot).map(|text| (rule, Cow::Borrowed(text.as_bytes()))));
            }
            Holds::Text | Holds::Base64 => {
                for item in 0..rule.spelled.count(params) {
                    let mut text = String::new();
                    if rule.spelled.write(params, item, &mut text)? {
                        made.push((rule, Cow::Owned(text.into_bytes())));
                    }
                }
            }
        }
    }
    let parts = made.iter().map(|(rule, body)| Written {
        name: &rule.spelled.name,
        file: rule.holds == Holds::File,
        media: media(rule),
        body,
    });
    let (media, bytes) = multipart::write(&parts.collect::<Vec<_>>());
    Ok(Made { media: Some(media), bytes })
}

/// The first media type that is listed and no range.
fn media(rule: &PartRule) -> Option<&str> {
    let listed = rule.media.iter().find(|name| !name.contains('*')).map(String::as_str);
    listed.or(match rule.holds {
        Holds::File => Some(BYTES),
        Holds::Json | Holds::JsonItem => Some(JSON),
        Holds::Text | Holds::Base64 => None,
    })
}

/// The items of a list that was written as JSON.
fn items(list: &str) -> Vec<&str> {
    let inner = list.trim().strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or_default();
    let (mut found, mut start, mut depth) = (Vec::new(), 0, 0);
    let (mut quoted, mut escaped) = (false, false);
    for (at, byte) in inner.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth -= 1,
            b',' if depth == 0 => {
                found.push(&inner[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    if !inner.trim().is_empty() {
        found.push(&inner[start..]);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_found_between_commas_of_the_list_itself() {
        let check = |list: &str, expected: &[&str]| assert_eq!(items(list), expected, "{list}");
        check("[]", &[]);
        check("[1]", &["1"]);
        check(r#"[{"a":[1,2]},"b,\",]",null]"#, &[r#"{"a":[1,2]}"#, r#""b,\",]""#, "null"]);
    }
}
