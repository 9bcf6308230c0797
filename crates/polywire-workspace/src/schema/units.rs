//! Texts with a form of their own: durations, sizes, shares, command lines.

use std::time::Duration;

use super::Word;

/// Longest duration and largest size that make sense in a configuration.
const DURATION_MAX: Duration = Duration::from_secs(7 * 24 * 3600);
const SIZE_MAX: u64 = 1 << 40;

/// Reads a duration as `polywire.yaml` and the command line write it; the error says how.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    duration(text).ok_or_else(|| "a duration is written like `250ms`, `5s` or `2m`".to_owned())
}

/// Reads `250ms`, `5s`, `2m`, `1h`; more than nothing, at most a week.
pub(super) fn duration(text: &str) -> Option<Duration> {
    let (number, unit) = split(text)?;
    let seconds = match unit {
        "ms" => number / 1000.0,
        "s" => number,
        "m" => number * 60.0,
        "h" => number * 3600.0,
        _ => return None,
    };
    let duration = Duration::try_from_secs_f64(seconds).ok()?;
    (duration > Duration::ZERO && duration <= DURATION_MAX).then_some(duration)
}

/// Reads `512B`, `64KiB`, `16MiB`, `1GiB`, and the decimal `kB`, `MB`, `GB`; a whole number of bytes from 1.
pub(super) fn size(text: &str) -> Option<u64> {
    let (number, unit) = split(text)?;
    let factor: u64 = match unit {
        "B" => 1,
        "kB" => 1000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return None,
    };
    let bytes = number * factor as f64;
    (bytes >= 1.0 && bytes <= SIZE_MAX as f64 && bytes.fract() == 0.0).then_some(bytes as u64)
}

/// Reads `50%` as 0.5; more than nothing, at most all.
pub(super) fn share(text: &str) -> Option<f64> {
    let (number, unit) = split(text)?;
    (unit == "%" && number > 0.0 && number <= 100.0).then_some(number / 100.0)
}

fn split(text: &str) -> Option<(f64, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (number, unit) = text.split_at(end);
    Some((number.parse().ok()?, unit.trim_start()))
}

/// Why a command line cannot be used.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum BadCommand {
    Form(String),
    /// A word that is an expression of another kind than the facts.
    Expression(String),
}

/// Splits a command line as a shell does: blanks, quotes, backslashes; nothing is expanded.
///
/// What a shell would act on is an error, because it would not happen.
pub(super) fn command(text: &str) -> Result<Vec<Word>, BadCommand> {
    let mut words = Vec::new();
    let mut word = String::new();
    let (mut begun, mut quoted) = (false, false);
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\'' | '"' => {
                (begun, quoted) = (true, true);
                quotation(c, &mut chars, &mut word)?;
            }
            '\\' => {
                (begun, quoted) = (true, true);
                word.push(chars.next().ok_or_else(|| form("it ends with a backslash"))?);
            }
            c if c.is_whitespace() => {
                if begun {
                    words.push(finish(std::mem::take(&mut word), quoted)?);
                }
                (begun, quoted) = (false, false);
            }
            '$' | '`' => return Err(form(format!("`{c}` is not expanded: no shell reads this"))),
            '|' | '&' | ';' | '<' | '>' => {
                return Err(form(format!("`{c}` has no effect: no shell reads this")));
            }
            c => {
                begun = true;
                word.push(c);
            }
        }
    }
    if begun {
        words.push(finish(word, quoted)?);
    }
    if words.is_empty() { Err(form("it is empty")) } else { Ok(words) }
}

fn quotation(quote: char, chars: &mut std::str::Chars<'_>, word: &mut String) -> Result<(), BadCommand> {
    let open = || form(format!("the quotation that `{quote}` begins does not end"));
    loop {
        match chars.next() {
            None => return Err(open()),
            Some(c) if c == quote => return Ok(()),
            Some('\\') if quote == '"' => match chars.next() {
                Some(c @ ('"' | '\\' | '$' | '`')) => word.push(c),
                Some(c) => word.extend(['\\', c]),
                None => return Err(open()),
            },
            Some(c) => word.push(c),
        }
    }
}

fn form(reason: impl Into<String>) -> BadCommand {
    BadCommand::Form(reason.into())
}

fn finish(word: String, quoted: bool) -> Result<Word, BadCommand> {
    if quoted { Ok(Word::Literal(word)) } else { fact(word) }
}

/// Reads one word of a list: a fact if it starts with `=`, else literal.
pub(super) fn fact(word: String) -> Result<Word, BadCommand> {
    match word.as_str() {
        "=port" => Ok(Word::Port),
        other if other.starts_with('=') => Err(BadCommand::Expression(word)),
        _ => Ok(Word::Literal(word)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_read_and_bounded() {
        assert_eq!(duration("250ms"), Some(Duration::from_millis(250)));
        assert_eq!(duration("1.5s"), Some(Duration::from_millis(1500)));
        assert_eq!(duration("2m"), Some(Duration::from_secs(120)));
        for bad in ["5", "s", "", "0s", "-1s", "1e9s", "9999h", "1.2.3s", "5 sec"] {
            assert_eq!(duration(bad), None, "{bad}");
        }
        assert_eq!((size("16MiB"), size("64 KiB"), size("1.5kB")), (Some(16 << 20), Some(65536), Some(1500)));
        assert_eq!((size("0B"), size("0.5B"), size("9999GiB"), size("16")), (None, None, None, None));
        assert_eq!((share("50%"), share("0%"), share("101%"), share("50")), (Some(0.5), None, None, None));
    }

    fn check(text: &str, expected: &[&str]) {
        let expected: Vec<Word> = expected.iter().map(|word| Word::Literal((*word).into())).collect();
        assert_eq!(command(text), Ok(expected), "{text}");
    }

    #[test]
    fn command_lines_split_like_a_shell() {
        check("python3 main.py", &["python3", "main.py"]);
        check(r#"  a 'b  c' "d \"e\" \n" f\ g "" "#, &["a", "b  c", r#"d "e" \n"#, "f g", ""]);
        check("sh -c 'a | b && $c'", &["sh", "-c", "a | b && $c"]);
        check("x '=port'", &["x", "=port"]);
        assert_eq!(command("x =port").unwrap()[1..], [Word::Port]);
        for bad in ["", "  ", "a 'b", "a \"b", "a \\", "a $PORT", "a | b", "a && b", "a > b", "a =secret"] {
            assert!(command(bad).is_err(), "{bad}");
        }
    }
}
