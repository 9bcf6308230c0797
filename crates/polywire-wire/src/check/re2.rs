//! Regular expressions of RE2 in the words of the `regex` crate, which is of the same family:
//! <https://github.com/google/re2/wiki/Syntax>.

use super::Pattern;

/// Compiles a pattern; an error is a fragment that says why it cannot be taken.
pub(crate) fn compile(pattern: &str) -> Result<Pattern, String> {
    Pattern::compile(pattern, "RE2", |pattern| Ok(translate(pattern)))
}

/// Classes of RE2 are ASCII's, and its brackets do not nest.
fn translate(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len() + 16);
    let mut rest = pattern.chars().peekable();
    let mut in_class = false;
    // Where a class began, a `]` is a character.
    let mut begun = false;
    while let Some(c) = rest.next() {
        let first = std::mem::take(&mut begun);
        match c {
            '\\' => match rest.next() {
                Some('d') => out.push_str(r"[0-9]"),
                Some('D') => out.push_str(r"[^0-9]"),
                Some('w') => out.push_str(r"[0-9A-Za-z_]"),
                Some('W') => out.push_str(r"[^0-9A-Za-z_]"),
                Some('s') => out.push_str(r"[\t\n\f\r ]"),
                Some('S') => out.push_str(r"[^\t\n\f\r ]"),
                Some(boundary @ ('b' | 'B')) if !in_class => {
                    out.push_str(if boundary == 'b' { r"(?-u:\b)" } else { r"(?-u:\B)" });
                }
                Some('Q') => quote(&mut rest, &mut out),
                Some(other) => out.extend(['\\', other]),
                None => out.push('\\'),
            },
            '[' if !in_class => {
                (in_class, begun) = (true, true);
                out.push('[');
                if rest.next_if_eq(&'^').is_some() {
                    out.push('^');
                }
            }
            '[' if rest.peek() == Some(&':') => named(&mut rest, &mut out),
            '[' => out.push_str(r"\["),
            ']' if in_class && first => out.push_str(r"\]"),
            ']' => {
                in_class = false;
                out.push(']');
            }
            // Two of them are an operation between classes elsewhere.
            '&' | '~' if in_class => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out
}

type Rest<'a> = std::iter::Peekable<std::str::Chars<'a>>;

/// `\Q…\E` means itself.
fn quote(rest: &mut Rest<'_>, out: &mut String) {
    while let Some(c) = rest.next() {
        if c == '\\' && rest.next_if_eq(&'E').is_some() {
            return;
        }
        out.push_str(&regex::escape(c.encode_utf8(&mut [0; 4])));
    }
}

/// `[:alpha:]`
fn named(rest: &mut Rest<'_>, out: &mut String) {
    out.push('[');
    for c in rest.by_ref() {
        out.push(c);
        if c == ']' {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_mean_what_they_mean_there() {
        let check = |pattern: &str, good: &[&str], bad: &[&str]| {
            let compiled = compile(pattern).unwrap_or_else(|error| panic!("{pattern}: {error}"));
            good.iter().for_each(|text| assert!(compiled.is_match(text.as_bytes()), "{pattern} {text}"));
            bad.iter().for_each(|text| assert!(!compiled.is_match(text.as_bytes()), "{pattern} {text}"));
        };
        check("(?i)^abc$", &["ABC"], &["abcd"]);
        check(r"\A\d+\z", &["12"], &["1\u{664}", "x"]);
        check(r"^[[:alpha:][]+$", &["a[b"], &["1"]);
        check("^[]a]+$", &["]a"], &["b"]);
        check(r"^\Qa.b\E$", &["a.b"], &["axb"]);
        check("^[a&&b]+$", &["a&b"], &["c"]);
        check(r"^[\w-]+$", &["a-b_9"], &["é"]);
        assert!(compile("(?=x)").is_err());
        assert!(compile("[").is_err());
    }
}
