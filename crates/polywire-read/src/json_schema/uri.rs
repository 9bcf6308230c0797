//! URIs as JSON Schema needs them: a reference against its base (RFC 3986, section 5.2). Fetches nothing.

/// Resolves a reference against an absolute base; both without fragments.
pub(super) fn resolve(base: &str, reference: &str) -> String {
    if reference.is_empty() {
        return base.to_string();
    }
    if scheme(reference).is_some() {
        return reference.to_string();
    }
    let (head, path, _) = split(base);
    let (scheme_part, _) = head.split_once("//").unwrap_or((head, ""));
    if let Some(rest) = reference.strip_prefix("//") {
        return format!("{scheme_part}//{rest}");
    }
    if reference.starts_with('?') {
        return format!("{head}{path}{reference}");
    }
    let (own, query) = match reference.split_once('?') {
        Some((own, query)) => (own, format!("?{query}")),
        None => (reference, String::new()),
    };
    let joined = if own.starts_with('/') {
        own.to_string()
    } else if path.is_empty() && head.contains("//") {
        format!("/{own}")
    } else {
        match path.rfind('/') {
            Some(at) => format!("{}{own}", &path[..=at]),
            None => own.to_string(),
        }
    };
    format!("{head}{}{query}", without_dots(&joined))
}

/// The part before the `#`, and the part after it.
pub(super) fn fragment(reference: &str) -> (&str, &str) {
    reference.split_once('#').unwrap_or((reference, ""))
}

/// Whether a reference begins with a scheme.
pub(super) fn is_absolute(reference: &str) -> bool {
    scheme(reference).is_some()
}

/// An address for a file by its name.
pub(super) fn of_file(name: &str) -> String {
    format!("file:///{}", encoded(name.trim_start_matches('/'), b"-._~/"))
}

/// What may stand in a fragment besides letters and digits (RFC 3986, section 3.5).
pub(super) const FRAGMENT: &[u8] = b"-._~!$&'()*+,;=:@/?";

/// Text with everything percent-encoded but letters, digits and what is allowed.
pub(super) fn encoded(text: &str, allowed: &[u8]) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || allowed.contains(&byte) {
            out.push(byte as char);
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

fn scheme(reference: &str) -> Option<&str> {
    let (scheme, _) = reference.split_once(':')?;
    let mut bytes = scheme.bytes();
    let first = bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic());
    let rest = bytes.all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    (first && rest).then_some(scheme)
}

/// Scheme and authority, path, query.
fn split(uri: &str) -> (&str, &str, &str) {
    let after_scheme = uri.find(':').map_or(0, |at| at + 1);
    let path = match uri[after_scheme..].strip_prefix("//") {
        Some(rest) => after_scheme + 2 + rest.find(['/', '?']).unwrap_or(rest.len()),
        None => after_scheme,
    };
    let query = uri[path..].find('?').map_or(uri.len(), |at| path + at);
    (&uri[..path], &uri[path..query], &uri[query..])
}

fn without_dots(path: &str) -> String {
    let mut out: Vec<&str> = Vec::new();
    let steps: Vec<&str> = path.split('/').collect();
    for (at, step) in steps.iter().enumerate() {
        let last = at + 1 == steps.len();
        match *step {
            "." if last => out.push(""),
            "." => {}
            ".." => {
                if out.len() > 1 {
                    out.pop();
                }
                if last {
                    out.push("");
                }
            }
            step => out.push(step),
        }
    }
    out.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_resolved_as_the_standard_says() {
        let check = |reference: &str, expected: &str| {
            assert_eq!(resolve("http://a/b/c/d;p?q", reference), expected, "{reference}");
        };
        check("g", "http://a/b/c/g");
        check("./g", "http://a/b/c/g");
        check("g/", "http://a/b/c/g/");
        check("/g", "http://a/g");
        check("//g", "http://g");
        check("?y", "http://a/b/c/d;p?y");
        check("g?y", "http://a/b/c/g?y");
        check("..", "http://a/b/");
        check("../g", "http://a/b/g");
        check("../../../g", "http://a/g");
        check("", "http://a/b/c/d;p?q");
        check("urn:x:y", "urn:x:y");
        assert_eq!(resolve("http://localhost:1234", "x.json"), "http://localhost:1234/x.json");
        assert_eq!(resolve("urn:uuid:1", "x"), "urn:x");
        assert_eq!(of_file("a b/c.json"), "file:///a%20b/c.json");
        assert_eq!(resolve(&of_file("dir/c.json"), "d.json"), "file:///dir/d.json");
    }
}
