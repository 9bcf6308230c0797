//! A script as statements: quotes, comments, dollar quotes, `COPY` data and the shell's own commands are told apart.
//!
//! Must not know what a statement means beyond its first words.

/// The bytes of one statement, without the semicolon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Splits at every semicolon that is not quoted, one after the other.
pub(super) struct Pieces<'t> {
    text: &'t str,
    at: usize,
    /// Comments lie inside comments.
    nested: bool,
}

pub(super) fn pieces(text: &str, nested: bool) -> Pieces<'_> {
    let at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    Pieces { text, at, nested }
}

impl Iterator for Pieces<'_> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        loop {
            self.at = code_start(self.text, self.at, self.nested);
            let start = self.at;
            let bytes = self.text.as_bytes();
            match bytes.get(start)? {
                b';' => self.at += 1,
                // `\connect`, `\.` and the commands of SQLite's shell: a line each.
                b'\\' | b'.' => self.at = line_end(self.text, start),
                _ => {
                    let end = statement_end(self.text, start, self.nested);
                    self.at = end;
                    if bytes.get(end) == Some(&b';') {
                        self.at = end + 1;
                        if copies(&self.text[start..end]) {
                            self.at = data_end(self.text, end);
                        }
                    }
                    return Some(Piece { start, end });
                }
            }
        }
    }
}

/// The first words of a statement in upper case, comments passed over: at most `count`.
pub(super) fn head(statement: &str, count: usize) -> Vec<String> {
    let mut found = Vec::new();
    let mut at = 0;
    while found.len() < count {
        at = code_start(statement, at, true);
        let end = word_end(statement, at);
        if end == at {
            break;
        }
        found.push(statement[at..end].to_ascii_uppercase());
        at = end;
    }
    found
}

/// The last part of the name behind a word such as `TABLE`, without its quotes.
pub(super) fn name_after<'t>(statement: &'t str, word: &str) -> Option<&'t str> {
    let mut words =
        statement.split_ascii_whitespace().skip_while(|found| !found.eq_ignore_ascii_case(word)).skip(1);
    let name =
        words.find(|found| !["if", "not", "exists"].iter().any(|one| found.eq_ignore_ascii_case(one)))?;
    let name = name.split('(').next()?;
    name.rsplit('.').next().map(|name| name.trim_matches(['"', '`', '[', ']']))
}

/// Whether a byte may stand in a name without quotes.
pub(super) fn in_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}

fn word_end(text: &str, at: usize) -> usize {
    text.as_bytes()[at..].iter().position(|byte| !in_name(*byte)).map_or(text.len(), |length| at + length)
}

/// The next place that is no blank and in no comment.
fn code_start(text: &str, mut at: usize, nested: bool) -> usize {
    loop {
        at = blank_end(text, at);
        match comment_end(text, at, nested) {
            Some(end) => at = end,
            None => return at,
        }
    }
}

fn blank_end(text: &str, at: usize) -> usize {
    let rest = &text.as_bytes()[at..];
    rest.iter().position(|byte| !byte.is_ascii_whitespace()).map_or(text.len(), |length| at + length)
}

fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |length| at + length + 1)
}

/// Where the comment that starts here ends, if one does.
fn comment_end(text: &str, at: usize, nested: bool) -> Option<usize> {
    let bytes = text.as_bytes();
    match bytes.get(at..at + 2)? {
        b"--" => Some(line_end(text, at)),
        b"/*" => {
            let (mut at, mut depth) = (at + 2, 1);
            while depth > 0 {
                match bytes.get(at..at + 2) {
                    Some(b"*/") => (at, depth) = (at + 2, depth - 1),
                    Some(b"/*") if nested => (at, depth) = (at + 2, depth + 1),
                    Some(_) => at += 1,
                    None => return Some(text.len()),
                }
            }
            Some(at)
        }
        _ => None,
    }
}

/// The semicolon or backslash that ends the statement, or the end of the text.
fn statement_end(text: &str, start: usize, nested: bool) -> usize {
    let bytes = text.as_bytes();
    let mut at = start;
    while let Some(&byte) = bytes.get(at) {
        at = match byte {
            b';' | b'\\' => return at,
            b'-' | b'/' => comment_end(text, at, nested).unwrap_or(at + 1),
            b'\'' => quote_end(bytes, at, escapes(bytes, start, at)),
            b'"' | b'`' => quote_end(bytes, at, false),
            b'$' if at == start || !in_name(bytes[at - 1]) => dollar_end(text, at),
            _ => at + 1,
        };
    }
    text.len()
}

/// Whether the quote at a place belongs to an `E'…'`, in which a backslash escapes.
fn escapes(bytes: &[u8], start: usize, at: usize) -> bool {
    at > start && bytes[at - 1].eq_ignore_ascii_case(&b'e') && (at < start + 2 || !in_name(bytes[at - 2]))
}

/// Behind the closing quote. A doubled quote is two texts here, which comes to the same.
fn quote_end(bytes: &[u8], at: usize, escapes: bool) -> usize {
    let quote = bytes[at];
    let mut at = at + 1;
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        if byte == quote {
            if escapes && bytes.get(at) == Some(&quote) {
                at += 1;
                continue;
            }
            return at;
        }
        if escapes && byte == b'\\' {
            at += 1;
        }
    }
    bytes.len()
}

/// Behind a `$tag$ … $tag$`, or behind the dollar where none starts.
fn dollar_end(text: &str, at: usize) -> usize {
    let bytes = text.as_bytes();
    let first = at + 1;
    let mut end = first;
    while bytes.get(end).is_some_and(|byte| in_name(*byte) && *byte != b'$') {
        end += 1;
    }
    if bytes.get(end) != Some(&b'$') || bytes[first].is_ascii_digit() {
        return first;
    }
    let tag = &text[at..=end];
    text[end + 1..].find(tag).map_or(text.len(), |length| end + 1 + length + tag.len())
}

/// Whether data follow the statement: `COPY … FROM stdin`.
fn copies(statement: &str) -> bool {
    if head(statement, 1) != ["COPY"] {
        return false;
    }
    let words: Vec<&str> = statement.split_ascii_whitespace().collect();
    words.windows(2).any(|two| two[0].eq_ignore_ascii_case("from") && two[1].eq_ignore_ascii_case("stdin"))
}

/// Behind the line `\.` that ends the data.
fn data_end(text: &str, at: usize) -> usize {
    let mut at = line_end(text, at);
    while at < text.len() {
        let end = line_end(text, at);
        if text[at..end].trim_end() == "\\." {
            return end;
        }
        at = end;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let found: Vec<&str> = pieces(text, true).map(|piece| &text[piece.start..piece.end]).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn a_semicolon_ends_a_statement_only_in_code() {
        check("a; b ;;\n c", &["a", "b ", "c"]);
        check("a ';' \"x;\"\"y;\" b; c", &["a ';' \"x;\"\"y;\" b", "c"]);
        check("a E'it\\';s' b; c '\\'; d", &["a E'it\\';s' b", "c '\\'", "d"]);
        check("a -- b; c\n; d /* ; /* ; */ ; */ e; f", &["a -- b; c\n", "d /* ; /* ; */ ; */ e", "f"]);
        check("f AS $$ x; $$; g $q$ ; $$ ; $q$; h $1;i", &["f AS $$ x; $$", "g $q$ ; $$ ; $q$", "h $1", "i"]);
        check("a ' unclosed; b", &["a ' unclosed; b"]);
        check("a $$ unclosed; b", &["a $$ unclosed; b"]);
        check("/* unclosed; b", &[]);
        check("\u{feff}a;é;", &["a", "é"]);
        check("E'", &["E'"]);
        check("E'\\", &["E'\\"]);
    }

    #[test]
    fn commands_of_shells_and_copied_data_are_passed_over() {
        check("-- dump\n\\restrict x\na;", &["a"]);
        check("\\connect shop;x\na;\n\\restrict y\nb \\gexec\nc;\n.mode csv\n", &["a", "b ", "c"]);
        check("COPY t (a) FROM stdin;\n1;2\n'x\n\\.\n\na;", &["COPY t (a) FROM stdin", "a"]);
        check("COPY t FROM stdin;\n1;2", &["COPY t FROM stdin"]);
    }

    #[test]
    fn the_first_words_are_found_behind_comments() {
        assert_eq!(head("-- x\n /* y */ create Table \"z\"", 3), ["CREATE", "TABLE"]);
        assert_eq!(head("(a", 3), [""; 0]);
    }
}
