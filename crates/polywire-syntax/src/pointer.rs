//! Steps of JSON Pointers (RFC 6901), as they stand in the fragment of a URI.

use crate::{Node, Value};

impl Node {
    /// The member or item that one step of a pointer means.
    pub fn step(&self, step: &str) -> Option<&Node> {
        match &self.value {
            Value::Map(map) => map.get(step),
            Value::List(items) => items.get(list_index(step)?),
            _ => None,
        }
    }
}

/// Digits without a leading zero.
fn list_index(step: &str) -> Option<usize> {
    let plain = step.bytes().all(|b| b.is_ascii_digit()) && (step == "0" || !step.starts_with('0'));
    if plain { step.parse().ok() } else { None }
}

/// A name as a step of a pointer: `a/b` is `a~1b`.
pub fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// The name that a step of a pointer means.
pub fn unescape(step: &str) -> String {
    step.replace("~1", "/").replace("~0", "~")
}

/// Text with its percent escapes decoded; what is no escape stays, and so does all of it where the bytes are not UTF-8.
pub fn percent_decoded(text: &str) -> String {
    if !text.contains('%') {
        return text.to_string();
    }
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let digits = bytes.get(at + 1..at + 3).filter(|pair| pair.iter().all(u8::is_ascii_hexdigit));
        let digits = digits.filter(|_| bytes[at] == b'%').and_then(|pair| std::str::from_utf8(pair).ok());
        match digits.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            Some(byte) => {
                decoded.push(byte);
                at += 3;
            }
            None => {
                decoded.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8(decoded).unwrap_or_else(|_| text.to_string())
}

#[cfg(test)]
mod tests {
    use polywire_diag::FileId;

    use super::*;

    #[test]
    fn steps_are_escaped_and_back() {
        for (name, step) in
            [("a/b", "a~1b"), ("m~n", "m~0n"), ("~1", "~01"), ("/users/{id}", "~1users~1{id}")]
        {
            assert_eq!((escape(name).as_str(), unescape(step).as_str()), (step, name));
        }
    }

    #[test]
    fn what_is_no_escape_stays() {
        for (text, expected) in [
            ("a%7Bid%7d", "a{id}"),
            ("gr%C3%BCn", "grün"),
            ("50%", "50%"),
            ("%zz%41", "%zzA"),
            ("%+5", "%+5"),
            ("%4", "%4"),
            ("%41%ff", "%41%ff"),
        ] {
            assert_eq!(percent_decoded(text), expected);
        }
    }

    #[test]
    fn steps_find_their_place() {
        let mut diags = Vec::new();
        let text = r#"{"a": [10, {"": null}], "0": 5}"#;
        let node = crate::parse(FileId(0), text, &crate::Limits::default(), &mut diags).unwrap();
        let found = |steps: &[&str]| {
            steps.iter().try_fold(&node, |node, step| node.step(step)).map(|found| found.to_string())
        };
        assert_eq!(found(&["a", "0"]).as_deref(), Some("10"));
        assert_eq!(found(&["a", "1", ""]).as_deref(), Some("null"));
        assert_eq!(found(&["0"]).as_deref(), Some("5"));
        for nowhere in ["00", "-", "", "+1", "99999999999999999999999"] {
            assert_eq!(found(&["a", nowhere]), None);
        }
        assert_eq!(found(&["a", "0", "0"]), None);
    }
}
