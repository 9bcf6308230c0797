//! Whether a text is a regular expression of ECMA-262, as far as its form goes. Must not match anything with it.
//! <https://262.ecma-international.org/#sec-patterns>

/// Says in words for people what is wrong with a pattern.
pub(super) fn mistake(pattern: &str) -> Option<String> {
    let chars: Vec<char> = pattern.chars().collect();
    Scan { chars: &chars, at: 0 }.whole().err()
}

struct Scan<'p> {
    chars: &'p [char],
    at: usize,
}

impl Scan<'_> {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn eat(&mut self, text: &str) -> bool {
        let there = text.chars().enumerate().all(|(at, c)| self.chars.get(self.at + at) == Some(&c));
        if there {
            self.at += text.chars().count();
        }
        there
    }

    fn whole(&mut self) -> Result<(), String> {
        let mut open = 0usize;
        // Whether what stands before can be repeated.
        let mut atom = false;
        while let Some(c) = self.peek() {
            self.at += 1;
            match c {
                '\\' => atom = self.escape()?,
                '[' => {
                    self.class()?;
                    atom = true;
                }
                '(' => {
                    open += 1;
                    self.group()?;
                    atom = false;
                }
                ')' if open == 0 => return Err("a `)` without `(`".to_string()),
                ')' => {
                    open -= 1;
                    atom = true;
                }
                '*' | '+' | '?' if !atom => return Err(format!("nothing stands before `{c}` to repeat")),
                '*' | '+' | '?' => {
                    self.eat("?");
                    atom = false;
                }
                '{' => match self.braces()? {
                    true if !atom => return Err("nothing stands before `{` to repeat".to_string()),
                    repeats => atom = !repeats,
                },
                '|' | '^' | '$' => atom = false,
                _ => atom = true,
            }
        }
        if open > 0 { Err("a `(` that is not closed".to_string()) } else { Ok(()) }
    }

    /// What stands behind a backslash; false for what is not repeated.
    fn escape(&mut self) -> Result<bool, String> {
        let Some(c) = self.peek() else { return Err("a `\\` at the end".to_string()) };
        self.at += 1;
        Ok(!matches!(c, 'b' | 'B'))
    }

    fn group(&mut self) -> Result<(), String> {
        if !self.eat("?") {
            return Ok(());
        }
        if ["<=", "<!", ":", "=", "!"].iter().any(|kind| self.eat(kind)) {
            return Ok(());
        }
        if !self.eat("<") {
            return Err("`(?` is followed by none of `:`, `=`, `!`, `<`".to_string());
        }
        let start = self.at;
        while self.peek().is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '$') {
            self.at += 1;
        }
        if self.at > start && self.eat(">") { Ok(()) } else { Err("a group without a name".to_string()) }
    }

    /// `{2}`, `{2,}`, `{2,5}`; other braces stand for themselves.
    fn braces(&mut self) -> Result<bool, String> {
        let rest = &self.chars[self.at..];
        let Some(end) = rest.iter().position(|c| *c == '}') else { return Ok(false) };
        let inner: String = rest[..end].iter().collect();
        let (least, most) = inner.split_once(',').unwrap_or((&inner, &inner));
        let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
        if least.is_empty() || !digits(least) || !digits(most) {
            return Ok(false);
        }
        if let (Ok(low), Ok(high)) = (least.parse::<u64>(), most.parse::<u64>())
            && low > high
        {
            return Err(format!("`{{{inner}}}` asks for at least {low} and at most {high}"));
        }
        self.at += end + 1;
        self.eat("?");
        Ok(true)
    }

    fn class(&mut self) -> Result<(), String> {
        self.eat("^");
        // The character that a range could begin with.
        let mut before: Option<char> = None;
        while let Some(c) = self.peek() {
            self.at += 1;
            match c {
                ']' => return Ok(()),
                '\\' => {
                    self.escape()?;
                    before = None;
                }
                '-' => {
                    if let (Some(low), Some(high)) = (before, self.peek().filter(|c| !"]\\".contains(*c))) {
                        if low > high {
                            return Err(format!("the range `{low}-{high}` is the wrong way round"));
                        }
                        self.at += 1;
                        before = None;
                    } else {
                        before = Some(c);
                    }
                }
                c => before = Some(c),
            }
        }
        Err("a `[` that is not closed".to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, expected: Option<&str>) {
        assert_eq!(mistake(pattern).as_deref(), expected, "{pattern}");
    }

    #[test]
    fn mistakes_are_found() {
        for right in [
            "",
            "^a+$",
            "[a-z]{2,3}",
            "(?:a|b)*?",
            "(?<name>x)",
            "(?=x)(?!y)(?<=z)",
            "\\d+\\.\\w",
            "a{,2}",
            "{}",
            "[]]x",
            "[^]a",
            "[-a]",
            "[a-]",
            "^\\p{L}+$",
            "x{1}{",
            "[\\w-z]",
            "a|b|",
            "()",
        ] {
            check(right, None);
        }
        check("(a", Some("a `(` that is not closed"));
        check("a)", Some("a `)` without `(`"));
        check("[a-z", Some("a `[` that is not closed"));
        check("*a", Some("nothing stands before `*` to repeat"));
        check("a**", Some("nothing stands before `*` to repeat"));
        check("a|+", Some("nothing stands before `+` to repeat"));
        check("a{3,2}", Some("`{3,2}` asks for at least 3 and at most 2"));
        check("[z-a]", Some("the range `z-a` is the wrong way round"));
        check("a\\", Some("a `\\` at the end"));
        check("(?P<n>x)", Some("`(?` is followed by none of `:`, `=`, `!`, `<`"));
        check("(?<>x)", Some("a group without a name"));
    }
}
