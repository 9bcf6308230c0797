//! ECMA-262 regular expressions in the words of the `regex` crate, which searches in linear time.
//!
//! What that crate cannot say (look-around, references back) is refused with a reason.

use super::Pattern;

/// What `\s` means in ECMA-262.
const SPACE: &str =
    r"\t\n\x0B\f\r \x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}\x{FEFF}";
/// Its complement, for use inside of a class.
const NOT_SPACE: &str =
    r"[^\t\n\x0B\f\r \x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}\x{FEFF}]";

/// Compiles a pattern.
///
/// # Errors
/// A fragment that says why it cannot be taken.
pub(crate) fn compile(pattern: &str) -> Result<Pattern, String> {
    Pattern::compile(pattern, "ECMA-262 that can be searched for in linear time", translate)
}

/// Rewrites what the two dialects say differently.
fn translate(pattern: &str) -> Result<String, String> {
    let chars: Vec<char> = pattern.chars().collect();
    let mut out = String::with_capacity(pattern.len() + 16);
    let (mut at, mut in_class) = (0, false);
    while let Some(&c) = chars.get(at) {
        at += 1;
        match c {
            '\\' => at += escape(&chars[at..], in_class, &mut out)?,
            '[' if in_class => out.push_str(r"\["),
            '[' => {
                let empty = chars.get(at) == Some(&']');
                let anything = chars.get(at) == Some(&'^') && chars.get(at + 1) == Some(&']');
                if anything {
                    out.push_str(r"[\x{0}-\x{10FFFF}]");
                    at += 2;
                } else if empty {
                    out.push_str(r"[^\x{0}-\x{10FFFF}]");
                    at += 1;
                } else {
                    in_class = true;
                    out.push('[');
                    if chars.get(at) == Some(&'^') {
                        out.push('^');
                        at += 1;
                    }
                }
            }
            ']' if in_class => {
                in_class = false;
                out.push(']');
            }
            ']' => out.push_str(r"\]"),
            '&' | '~' if in_class => out.extend(['\\', c]),
            '-' if in_class && chars.get(at) == Some(&'-') => out.push_str(r"\-"),
            '.' if !in_class => out.push_str(r"[^\n\r\x{2028}\x{2029}]"),
            '(' if !in_class => at += group(&chars[at..], &mut out)?,
            '{' if !in_class && !is_quantifier(&chars[at..]) => out.push_str(r"\{"),
            '}' if !in_class && !closes_quantifier(&chars[..at - 1]) => out.push_str(r"\}"),
            _ => out.push(c),
        }
    }
    Ok(out)
}

/// A group's head; only what has the same meaning is let through.
fn group(rest: &[char], out: &mut String) -> Result<usize, String> {
    out.push('(');
    if rest.first() != Some(&'?') {
        return Ok(0);
    }
    match (rest.get(1), rest.get(2)) {
        (Some(':'), _) => Ok(0),
        (Some('='), _) | (Some('!'), _) => Err("it looks ahead".to_string()),
        (Some('<'), Some('=' | '!')) => Err("it looks behind".to_string()),
        (Some('<'), _) => Ok(0),
        _ => Err("its group is not one of ECMA-262".to_string()),
    }
}

/// `{2}`, `{2,}`, `{2,3}` follow the brace; any other brace stands for itself.
fn is_quantifier(rest: &[char]) -> bool {
    let Some(end) = rest.iter().position(|c| *c == '}') else { return false };
    let inner = &rest[..end];
    let mut parts = inner.split(|c| *c == ',');
    let digits =
        |part: Option<&[char]>| part.is_some_and(|p| !p.is_empty() && p.iter().all(char::is_ascii_digit));
    let first = digits(parts.next());
    let second = parts.next();
    first && (second.is_none_or(<[char]>::is_empty) || digits(second)) && parts.next().is_none()
}

fn closes_quantifier(before: &[char]) -> bool {
    let Some(open) = before.iter().rposition(|c| *c == '{') else { return false };
    let escaped = before[..open].iter().rev().take_while(|c| **c == '\\').count() % 2 == 1;
    let mut inner: Vec<char> = before[open + 1..].to_vec();
    inner.push('}');
    !escaped && is_quantifier(&inner)
}

/// What follows a backslash; returns how much of it was read.
fn escape(rest: &[char], in_class: bool, out: &mut String) -> Result<usize, String> {
    let Some(&c) = rest.first() else { return Err("it ends in a backslash".to_string()) };
    let class = |out: &mut String, inner: &str| {
        if in_class { out.push_str(inner) } else { out.extend(["[", inner, "]"]) }
    };
    match c {
        'd' => class(out, "0-9"),
        'D' => out.push_str("[^0-9]"),
        'w' => class(out, "A-Za-z0-9_"),
        'W' => out.push_str("[^A-Za-z0-9_]"),
        's' => class(out, SPACE),
        'S' => out.push_str(NOT_SPACE),
        'b' if in_class => out.push_str(r"\x08"),
        'b' => out.push_str(r"(?-u:\b)"),
        'B' => return Err("it asks where no word begins or ends".to_string()),
        'n' | 'r' | 't' | 'f' => out.extend(['\\', c]),
        'v' => out.push_str(r"\x0B"),
        '0' if !rest.get(1).is_some_and(char::is_ascii_digit) => out.push_str(r"\x00"),
        '0'..='9' | 'k' => return Err("it refers back to a group".to_string()),
        'c' => {
            let Some(letter) = rest.get(1).filter(|l| l.is_ascii_alphabetic()) else {
                return Err("`\\c` has no letter".to_string());
            };
            out.push_str(&format!(r"\x{{{:X}}}", u32::from(*letter) % 32));
            return Ok(2);
        }
        'x' => return hexadecimal(&rest[1..], 2, out).map(|read| read + 1),
        'u' if rest.get(1) == Some(&'{') => {
            let Some(end) = rest.iter().position(|c| *c == '}') else {
                return Err("`\\u{` has no end".to_string());
            };
            hexadecimal(&rest[2..end], end - 2, out)?;
            return Ok(end + 1);
        }
        'u' => return hexadecimal(&rest[1..], 4, out).map(|read| read + 1),
        'p' | 'P' => {
            let end = rest.iter().position(|c| *c == '}').filter(|_| rest.get(1) == Some(&'{'));
            let Some(end) = end else { return Err(format!("`\\{c}` has no property")) };
            out.push('\\');
            out.extend(&rest[..=end]);
            return Ok(end + 1);
        }
        c if c.is_ascii_alphanumeric() => return Err(format!("`\\{c}` is no escape of ECMA-262")),
        c if c.is_ascii() => out.extend(['\\', c]),
        c => out.push(c),
    }
    Ok(1)
}

fn hexadecimal(digits: &[char], count: usize, out: &mut String) -> Result<usize, String> {
    let text: String = digits.iter().take(count).collect();
    let value = u32::from_str_radix(&text, 16).ok().filter(|_| text.len() == count && count > 0);
    let Some(value) = value.filter(|value| char::from_u32(*value).is_some()) else {
        return Err("it names half of a character".to_string());
    };
    out.push_str(&format!(r"\x{{{value:X}}}"));
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, good: &[&str], bad: &[&str]) {
        let compiled = compile(pattern).unwrap_or_else(|e| panic!("{pattern}: {e}"));
        good.iter().for_each(|text| assert!(compiled.is_match(text.as_bytes()), "{pattern} {text}"));
        bad.iter().for_each(|text| assert!(!compiled.is_match(text.as_bytes()), "{pattern} {text}"));
    }

    #[test]
    fn ecma_meanings_are_kept() {
        check("^[A-Z]{3}$", &["EUR"], &["EURO", "eur", "EUR\n"]);
        check("a", &["bab"], &["x"]);
        check(r"^\d+$", &["12"], &["\u{661}", ""]);
        check(r"^\w$", &["_"], &["é"]);
        check(r"^\s$", &["\u{feff}", " "], &["x"]);
        check(r"^[\w.-]+$", &["a.b-c"], &["a b"]);
        check(r"^\/a\/$", &["/a/"], &["a"]);
        check("^.$", &["😀"], &["\n", "ab"]);
        check(r"^[[a]$", &["["], &["b"]);
        check(r"^\u0041\x42$", &["AB"], &["ab"]);
        check(r"^{a}$", &["{a}"], &["a"]);
        check(r"^\p{L}+$", &["日本"], &["1"]);
        check(r"^[a-z&&b]$", &["&", "c"], &["A"]);
        check(r"^(?:[a-z0-9]+|-)$", &["a1"], &["A"]);
        check(r"^[^]$", &["\n"], &[""]);
    }

    #[test]
    fn what_cannot_be_said_has_a_reason() {
        for pattern in ["(?=a)", "(?<!a)b", r"(a)\1", "a{1000}{1000}{1000}", "(", r"\ud800"] {
            assert!(compile(pattern).is_err(), "{pattern}");
        }
    }
}
