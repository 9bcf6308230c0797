//! JSON Pointers (RFC 6901), as text and as a URI fragment.

use std::fmt::{self, Write as _};

use crate::{Node, Value};

/// A JSON Pointer (RFC 6901), split and unescaped.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Pointer(pub Vec<String>);

/// A text that is no pointer, and why, in words for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadPointer {
    pub reason: String,
}

impl Pointer {
    /// Reads `/a~1b/0`; the empty text is the whole document.
    pub fn parse(text: &str) -> Result<Self, BadPointer> {
        if text.is_empty() {
            return Ok(Pointer::default());
        }
        let Some(tokens) = text.strip_prefix('/') else {
            return Err(BadPointer { reason: "a pointer starts with `/`".into() });
        };
        tokens.split('/').map(unescape).collect::<Result<_, _>>().map(Pointer)
    }

    /// Reads the fragment of a URI, percent-encoded, with or without its `#`.
    pub fn from_fragment(fragment: &str) -> Result<Self, BadPointer> {
        Pointer::parse(&percent_decode(fragment.strip_prefix('#').unwrap_or(fragment))?)
    }

    /// Adds a step.
    pub fn child(&self, token: impl Into<String>) -> Self {
        let mut tokens = Vec::with_capacity(self.0.len() + 1);
        tokens.extend_from_slice(&self.0);
        tokens.push(token.into());
        Pointer(tokens)
    }

    /// Finds what it points at.
    pub fn resolve<'n>(&self, node: &'n Node) -> Option<&'n Node> {
        self.0.iter().try_fold(node, |node, token| match &node.value {
            Value::Map(map) => map.get(token),
            Value::List(items) => items.get(list_index(token)?),
            _ => None,
        })
    }

    /// The pointer as a URI fragment, with its `#`.
    pub fn to_fragment(&self) -> String {
        let mut text = String::from("#");
        for byte in self.to_string().bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?".contains(&byte) {
                text.push(byte as char);
            } else {
                write!(text, "%{byte:02X}").expect("writing to a string succeeds");
            }
        }
        text
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for token in &self.0 {
            f.write_char('/')?;
            for c in token.chars() {
                match c {
                    '~' => f.write_str("~0")?,
                    '/' => f.write_str("~1")?,
                    c => f.write_char(c)?,
                }
            }
        }
        Ok(())
    }
}

/// Digits without a leading zero.
fn list_index(token: &str) -> Option<usize> {
    let plain = token.bytes().all(|b| b.is_ascii_digit()) && (token == "0" || !token.starts_with('0'));
    if plain { token.parse().ok() } else { None }
}

fn unescape(token: &str) -> Result<String, BadPointer> {
    let mut out = String::with_capacity(token.len());
    let mut chars = token.chars();
    while let Some(c) = chars.next() {
        out.push(match (c, c == '~') {
            (c, false) => c,
            (_, true) => match chars.next() {
                Some('0') => '~',
                Some('1') => '/',
                _ => return Err(BadPointer { reason: "after `~` comes `0` or `1`".into() }),
            },
        });
    }
    Ok(out)
}

fn percent_decode(text: &str) -> Result<String, BadPointer> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    let hex = |digit: Option<u8>| digit.and_then(|d| (d as char).to_digit(16)).map(|d| d as u8);
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'%' => match (hex(bytes.next()), hex(bytes.next())) {
                (Some(high), Some(low)) => high << 4 | low,
                _ => return Err(BadPointer { reason: "after `%` come two hexadecimal digits".into() }),
            },
            byte => byte,
        });
    }
    String::from_utf8(out).map_err(|_| BadPointer { reason: "the percent-encoded bytes are no UTF-8".into() })
}

#[cfg(test)]
mod tests {
    use polywire_diag::FileId;

    use super::*;

    fn check(text: &str, tokens: &[&str]) {
        let pointer = Pointer::parse(text).unwrap();
        assert_eq!(pointer.0, tokens);
        assert_eq!(pointer.to_string(), text);
        assert_eq!(Pointer::from_fragment(&pointer.to_fragment()).unwrap(), pointer);
    }

    #[test]
    fn pointers_are_read_and_written() {
        check("", &[]);
        check("/", &[""]);
        check("/a~1b/0", &["a/b", "0"]);
        check("/m~0n", &["m~n"]);
        check("/~01", &["~1"]);
        check("/c%d/k\"l/ /grün", &["c%d", "k\"l", " ", "grün"]);
        assert_eq!(
            Pointer::default().child("paths").child("/users/{id}").to_string(),
            "/paths/~1users~1{id}"
        );
        assert_eq!(Pointer::from_fragment("#/paths/~1users~1%7Bid%7D").unwrap().0, ["paths", "/users/{id}"]);
    }

    #[test]
    fn broken_pointers_are_refused() {
        for bad in ["a", "/~", "/~2", "/a~"] {
            assert!(Pointer::parse(bad).is_err(), "{bad}");
        }
        for bad in ["#/%", "#/%4", "#/%zz", "#/%ff", "#a"] {
            assert!(Pointer::from_fragment(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn pointers_find_their_place() {
        let mut diags = Vec::new();
        let text = r#"{"a": [10, {"": null}], "0": 5}"#;
        let node = crate::parse(FileId(0), text, &crate::Limits::default(), &mut diags).unwrap();
        let found = |text: &str| Pointer::parse(text).unwrap().resolve(&node).map(|found| found.to_string());
        assert_eq!(found("/a/0").as_deref(), Some("10"));
        assert_eq!(found("/a/1/").as_deref(), Some("null"));
        assert_eq!(found("/0").as_deref(), Some("5"));
        assert_eq!(found("/a/00"), None);
        assert_eq!(found("/a/-"), None);
        assert_eq!(found("/a/99999999999999999999999"), None);
        assert_eq!(found("/a/0/0"), None);
    }
}
