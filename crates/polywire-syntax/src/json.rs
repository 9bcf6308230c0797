//! JSON: <https://www.rfc-editor.org/rfc/rfc8259>, strict, without recursion.
//!
//! A mistake that has one likely meaning (a trailing comma, a comment, single quotes) is reported and read over, so
//! that all of them are listed at once; the first one without such a meaning ends the text.

mod mistake;
mod scalar;

use polywire_diag::{Diagnostic, FileId, Span};

use crate::build::{Builder, Stop};
use crate::parse::{Parsed, Verdict};
use crate::tree::Node;
use crate::{JSON_SYNTAX, Limits};

/// Mistakes that are read over in one text.
const MISTAKES_MAX: usize = 20;

/// Parses `body`, which starts at byte `offset` of its file.
pub(crate) fn parse(
    file: FileId,
    body: &str,
    offset: usize,
    limits: &Limits,
    diags: &mut Vec<Diagnostic>,
) -> Parsed {
    let builder = Builder::new(file, limits, diags);
    let mut parser = Parser { text: body, offset, at: 0, builder, mistakes: 0, refused: true };
    let done = parser.document();
    let verdict = match done {
        Ok(()) if parser.mistakes == 0 => Verdict::Fits,
        Err(Stop) if parser.refused => Verdict::Refused,
        _ => Verdict::Broken,
    };
    let root = parser.builder.take_root().filter(|_| done.is_ok());
    Parsed { documents: root.into_iter().collect(), verdict }
}

/// What may come next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expect {
    Value,
    FirstItem,
    FirstKey,
    Key,
    Colon,
    /// A comma or the end of the collection; at the top the end of the text.
    After,
}

struct Parser<'t, 'd> {
    text: &'t str,
    /// Where `text` starts in its file.
    offset: usize,
    /// The next byte of `text`.
    at: usize,
    builder: Builder<'d>,
    mistakes: usize,
    /// Whether a stop comes from a limit: true until a mistake in the grammar ends the text.
    refused: bool,
}

impl Parser<'_, '_> {
    fn document(&mut self) -> Result<(), Stop> {
        let mut expect = Expect::Value;
        loop {
            self.skip_blanks()?;
            if expect == Expect::After && self.builder.depth() == 0 {
                return if self.at == self.text.len() { Ok(()) } else { Err(self.more_than_one_value()) };
            }
            expect = match expect {
                Expect::Value => self.value()?,
                Expect::FirstItem if self.peek() == Some(b']') => self.close(b']')?,
                Expect::FirstItem => self.value()?,
                Expect::FirstKey if self.peek() == Some(b'}') => self.close(b'}')?,
                Expect::FirstKey | Expect::Key => self.key()?,
                Expect::Colon => self.colon()?,
                Expect::After => self.after()?,
            };
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn span(&self, start: usize, end: usize) -> Span {
        self.builder.span(self.offset + start, self.offset + end)
    }

    fn skip_blanks(&mut self) -> Result<(), Stop> {
        loop {
            match self.peek() {
                Some(b' ' | b'\t' | b'\n' | b'\r') => self.at += 1,
                Some(b'/' | b'#') if self.comment_length().is_some() => self.comment()?,
                _ => return Ok(()),
            }
        }
    }

    fn value(&mut self) -> Result<Expect, Stop> {
        let start = self.at;
        match self.peek() {
            Some(b'{') => {
                self.at += 1;
                self.builder.open_map(self.span(start, start + 1))?;
                Ok(Expect::FirstKey)
            }
            Some(b'[') => {
                self.at += 1;
                self.builder.open_list(self.span(start, start + 1))?;
                Ok(Expect::FirstItem)
            }
            _ => {
                let value = self.scalar()?;
                let node = Node { span: self.span(start, self.at), value };
                self.builder.scalar(node)?;
                Ok(Expect::After)
            }
        }
    }

    fn key(&mut self) -> Result<Expect, Stop> {
        let start = self.at;
        let key = match self.peek() {
            Some(quote @ (b'"' | b'\'')) => self.string(quote)?,
            _ => self.bare_key()?,
        };
        self.builder.key(key, self.span(start, self.at))?;
        Ok(Expect::Colon)
    }

    fn colon(&mut self) -> Result<Expect, Stop> {
        match self.peek() {
            Some(b':') => {
                self.at += 1;
                Ok(Expect::Value)
            }
            _ => Err(self.unexpected("`:` after the key")),
        }
    }

    fn after(&mut self) -> Result<Expect, Stop> {
        let is_map = self.builder.innermost().is_some_and(|(_, is_map)| is_map);
        let closer = if is_map { b'}' } else { b']' };
        match self.peek() {
            Some(b',') => {
                let comma = self.at;
                self.at += 1;
                self.skip_blanks()?;
                if self.peek() == Some(closer) {
                    self.trailing_comma(comma)?;
                    return self.close(closer);
                }
                Ok(if is_map { Expect::Key } else { Expect::Value })
            }
            Some(found) if found == closer => self.close(closer),
            Some(found) if starts_item(found, is_map) => {
                self.missing_comma()?;
                Ok(if is_map { Expect::Key } else { Expect::Value })
            }
            _ => Err(self.unexpected(if is_map { "`,` or `}`" } else { "`,` or `]`" })),
        }
    }

    fn close(&mut self, closer: u8) -> Result<Expect, Stop> {
        debug_assert_eq!(self.peek(), Some(closer));
        self.at += 1;
        if let Some(node) = self.builder.close(Some(self.offset + self.at)) {
            self.builder.place(node);
        }
        Ok(Expect::After)
    }

    /// Reports a mistake that is read over.
    fn mistake(&mut self, diag: Diagnostic) -> Result<(), Stop> {
        self.builder.report_last(diag);
        self.mistakes += 1;
        if self.mistakes < MISTAKES_MAX { Ok(()) } else { Err(self.stop()) }
    }

    /// Ends the text for its grammar, not for a limit.
    fn stop(&mut self) -> Stop {
        self.refused = false;
        Stop
    }

    fn fatal(&mut self, diag: Diagnostic) -> Stop {
        self.builder.report_last(diag);
        self.stop()
    }

    fn error(&self, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(&JSON_SYNTAX, message)
    }
}

/// Whether a byte can only be the next member or item, which a comma should have announced.
fn starts_item(byte: u8, is_map: bool) -> bool {
    match byte {
        b'"' => true,
        b'{' | b'[' | b'-' | b'0'..=b'9' => !is_map,
        _ => false,
    }
}
