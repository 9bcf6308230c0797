//! PostgreSQL's regular expressions and `LIKE` patterns as ECMA-262 patterns:
//! <https://www.postgresql.org/docs/current/functions-matching.html>.

/// Any character: PostgreSQL's dot matches line breaks, ECMA's does not.
const ANY: &str = r"[\s\S]";

/// An advanced regular expression as an ECMA one; `None` where they do not mean the same.
pub(super) fn ecma(pattern: &str) -> Option<String> {
    if pattern.starts_with("***") {
        return None;
    }
    let mut out = String::new();
    let mut rest = pattern.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\\' => out.push_str(&escape(rest.next()?)?),
            '.' => out.push_str(ANY),
            '[' => bracket(&mut rest, &mut out)?,
            '(' => {
                out.push('(');
                if rest.next_if_eq(&'?').is_some() {
                    // Embedded options and lookbehind are PostgreSQL's own.
                    let kind = rest.next_if(|kind| matches!(kind, ':' | '=' | '!'))?;
                    out.push('?');
                    out.push(kind);
                }
            }
            '{' if !rest.peek().is_some_and(char::is_ascii_digit) => out.push_str(r"\{"),
            c => out.push(c),
        }
    }
    Some(out)
}

/// What follows a backslash: classes and quoted punctuation mean the same in both.
fn escape(c: char) -> Option<String> {
    let same = matches!(c, 'd' | 'D' | 'w' | 'W' | 's' | 'S' | 'n' | 'r' | 't' | 'f' | 'v')
        || c.is_ascii_punctuation();
    same.then(|| format!("\\{c}"))
}

fn bracket(rest: &mut std::iter::Peekable<std::str::Chars<'_>>, out: &mut String) -> Option<()> {
    out.push('[');
    if rest.next_if_eq(&'^').is_some() {
        out.push('^');
    }
    if rest.peek() == Some(&']') {
        // Here the bracket would be one of the characters.
        rest.next();
        out.push_str(r"\]");
    }
    loop {
        match rest.next()? {
            ']' => {
                out.push(']');
                return Some(());
            }
            '\\' => out.push_str(&escape(rest.next()?)?),
            '[' => match rest.next_if(|c| matches!(c, ':' | '.' | '=')) {
                Some(':') => {
                    let mut name = String::new();
                    while let Some(c) = rest.next_if(|c| c.is_ascii_alphabetic()) {
                        name.push(c);
                    }
                    rest.next_if_eq(&':')?;
                    rest.next_if_eq(&']')?;
                    out.push_str(match name.as_str() {
                        "digit" => "0-9",
                        "xdigit" => "0-9A-Fa-f",
                        "space" => r"\s",
                        // The others depend on the database's locale.
                        _ => return None,
                    });
                }
                Some(_) => return None,
                None => out.push_str(r"\["),
            },
            c => out.push(c),
        }
    }
}

/// A `LIKE` pattern as an ECMA one.
pub(super) fn like(pattern: &str) -> String {
    let mut out = String::from("^");
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match c {
            '%' => {
                out.push_str(ANY);
                out.push('*');
            }
            '_' => out.push_str(ANY),
            '\\' => quoted(chars.next().unwrap_or('\\'), &mut out),
            c => quoted(c, &mut out),
        }
    }
    out.push('$');
    let wild = format!("{ANY}*");
    let open_end = out.strip_suffix('$').and_then(|out| out.strip_suffix(&wild)).map(str::to_string);
    let out = open_end.unwrap_or(out);
    match out.strip_prefix('^').and_then(|out| out.strip_prefix(&wild)) {
        Some(open_start) => open_start.to_string(),
        // One percent sign was both ends.
        None if out == "^" => String::new(),
        None => out,
    }
}

fn quoted(c: char, out: &mut String) {
    if r"\^$.|?*+()[]{}/".contains(c) {
        out.push('\\');
    }
    out.push(c);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_mean_the_same_or_are_left() {
        let cases = [
            (r"^[A-Z]{3}$", Some(r"^[A-Z]{3}$")),
            (r"^\d+(-\d+)?$", Some(r"^\d+(-\d+)?$")),
            ("^.+@.+$", Some(r"^[\s\S]+@[\s\S]+$")),
            ("[[:digit:]_]", Some("[0-9_]")),
            ("[]a]", Some(r"[\]a]")),
            ("a{b", Some(r"a\{b")),
            ("(?:a|b)", Some("(?:a|b)")),
            ("[[:alpha:]]", None),
            (r"\mword", None),
            (r"(a)\1", None),
            ("(?i)a", None),
            ("***=a", None),
            ("[a", None),
            ("a\\", None),
            ("(?", None),
        ];
        for (pattern, expected) in cases {
            assert_eq!(ecma(pattern).as_deref(), expected, "{pattern}");
        }
    }

    #[test]
    fn like_is_anchored_where_it_does_not_end_in_a_percent_sign() {
        for (pattern, expected) in [
            ("a.b%", r"^a\.b"),
            ("%@%.com", r"@[\s\S]*\.com$"),
            ("_x", r"^[\s\S]x$"),
            (r"50\%", "^50%$"),
            ("%", ""),
            ("", "^$"),
        ] {
            assert_eq!(like(pattern), expected, "{pattern}");
        }
    }
}
