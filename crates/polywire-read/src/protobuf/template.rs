//! Path templates of `google.api.http`:
//!
//! ```text
//! Template = "/" Segments [ ":" LITERAL ]     Segment  = "*" | "**" | LITERAL | Variable
//! Segments = Segment { "/" Segment }          Variable = "{" FieldPath [ "=" Segments ] "}"
//! ```

use polywire_contract::{Segment, WildcardPart};

/// A parsed template.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Template {
    pub(super) path: Vec<Segment>,
    pub(super) verb: Option<String>,
}

/// Parses; `field` finds a field path in the request. The error says what is wrong.
pub(super) fn parse(
    text: &str,
    field: impl Fn(&str) -> Result<Vec<u32>, String>,
) -> Result<Template, String> {
    let rest = text.strip_prefix('/').ok_or("a path begins with `/`")?;
    let (rest, verb) = match rest.rfind([':', '}', '/']) {
        Some(at) if rest[at..].starts_with(':') => (&rest[..at], Some(rest[at + 1..].to_string())),
        _ => (rest, None),
    };
    if verb.as_deref() == Some("") {
        return Err("nothing stands after `:`".into());
    }
    let mut path = Vec::new();
    for piece in split(rest)? {
        path.push(segment(piece, &field)?);
    }
    if rest.is_empty() {
        path.clear();
    }
    let open_end = |segment: &Segment| matches!(segment, Segment::Wildcard { pattern, .. } if pattern.last() == Some(&WildcardPart::Rest));
    if path.iter().rev().skip(1).any(open_end) {
        return Err("`**` stands only at the end".into());
    }
    Ok(Template { path, verb })
}

/// Splits at slashes outside of braces.
fn split(text: &str) -> Result<Vec<&str>, String> {
    let (mut pieces, mut start, mut inside) = (Vec::new(), 0, false);
    for (at, c) in text.char_indices() {
        match (c, inside) {
            ('{', false) => inside = true,
            ('{', true) => return Err("a variable inside a variable".into()),
            ('}', true) => inside = false,
            ('}', false) => return Err("`}` without `{`".into()),
            ('/', false) => {
                pieces.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    if inside {
        return Err("`{` without `}`".into());
    }
    pieces.push(&text[start..]);
    Ok(pieces)
}

fn segment(piece: &str, field: &impl Fn(&str) -> Result<Vec<u32>, String>) -> Result<Segment, String> {
    if !piece.contains(['{', '*']) {
        return Ok(Segment::Literal(literal(piece)?));
    }
    let Some(variable) = piece.strip_prefix('{').and_then(|p| p.strip_suffix('}')) else {
        return Err(format!(
            "`{piece}` is neither text nor a variable; give the wildcard a name, as in `{{name=**}}`"
        ));
    };
    let (name, pattern) = variable.split_once('=').unwrap_or((variable, "*"));
    let field = field(name.trim())?;
    if pattern == "*" {
        return Ok(Segment::Field { prefix: String::new(), field, suffix: String::new() });
    }
    let mut parts = Vec::new();
    for part in pattern.split('/') {
        if parts.last() == Some(&WildcardPart::Rest) {
            return Err("`**` stands only at the end".into());
        }
        parts.push(match part {
            "*" => WildcardPart::One,
            "**" => WildcardPart::Rest,
            text if text.contains('*') => return Err(format!("`{text}` mixes text and wildcard")),
            text => WildcardPart::Literal(literal(text)?),
        });
    }
    Ok(Segment::Wildcard { field, pattern: parts })
}

/// Text of a segment, percent-decoded.
fn literal(text: &str) -> Result<String, String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        match (first, tail) {
            (b'%', [high, low, after @ ..]) => {
                let hex = [*high, *low];
                let hex = std::str::from_utf8(&hex).ok().filter(|h| h.bytes().all(|b| b.is_ascii_hexdigit()));
                let byte = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok());
                bytes.push(byte.ok_or_else(|| format!("`{text}` is not percent-encoded"))?);
                rest = after;
            }
            (b'%', _) => return Err(format!("`{text}` is not percent-encoded")),
            _ => bytes.push(*first),
        }
    }
    String::from_utf8(bytes).map_err(|_| format!("`{text}` is not UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let field = |name: &str| match name {
            "id" => Ok(vec![0]),
            "a.b" => Ok(vec![1, 2]),
            other => Err(format!("no `{other}`")),
        };
        let found = match parse(text, field) {
            Ok(found) => {
                let path: Vec<String> = found.path.iter().map(show).collect();
                format!("{}{}", path.join(" "), found.verb.map(|v| format!(" : {v}")).unwrap_or_default())
            }
            Err(error) => format!("! {error}"),
        };
        assert_eq!(found, expected, "{text}");
    }

    fn show(segment: &Segment) -> String {
        match segment {
            Segment::Mixed(_) => panic!("no template of `google.api.http` has one"),
            Segment::Literal(text) => text.clone(),
            Segment::Field { field, .. } => format!("{field:?}"),
            Segment::Wildcard { field, pattern } => {
                let parts = pattern.iter().map(|part| match part {
                    WildcardPart::One => "*",
                    WildcardPart::Rest => "**",
                    WildcardPart::Literal(text) => text,
                });
                format!("{field:?}={}", parts.collect::<Vec<_>>().join("/"))
            }
        }
    }

    #[test]
    fn templates_of_the_grammar() {
        check("/", "");
        check("/v1/orders", "v1 orders");
        check("/v1/orders/{id}", "v1 orders [0]");
        check("/v1/{a.b=*}/x", "v1 [1, 2] x");
        check("/v1/{id=shelves/*/books/**}:move", "v1 [0]=shelves/*/books/** : move");
        check("/v1/a%20b", "v1 a b");
        check("/v1/x:cancel", "v1 x : cancel");
        check("/v1/{id}:cancel", "v1 [0] : cancel");
    }

    #[test]
    fn mistakes_are_named() {
        check("v1", "! a path begins with `/`");
        check("/{id", "! `{` without `}`");
        check("/id}", "! `}` without `{`");
        check("/{no}", "! no `no`");
        check("/{id=**/x}", "! `**` stands only at the end");
        check("/{id=**}/x", "! `**` stands only at the end");
        check("/x:", "! nothing stands after `:`");
        check("/%4", "! `%4` is not percent-encoded");
    }
}
