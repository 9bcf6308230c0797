//! The cursor over JSON text.

use super::number::Number;
use super::object::first_chunk;
use super::scan::{scan, unescape};
use crate::plan::{Enum, Float, Int, Record};
use crate::scratch::SourceScratch;
use crate::text::{base64, instant, time};
use crate::{Frame, Kind, Mark, Source, Step, Stop};

/// Reads JSON text.
#[derive(Debug)]
pub struct JsonSource<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) position: usize,
    /// Where the value begins that was read last.
    pub(super) at: usize,
    depth: u16,
    pub(crate) fuel: i64,
    pub(super) scratch: &'a mut SourceScratch,
}

/// Where a string lies.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub(super) from: usize,
    pub(super) to: usize,
    /// The bytes are the text; else the text lies in scratch.
    pub(super) plain: bool,
}

impl<'a> JsonSource<'a> {
    /// A source at the beginning of a message, whose UTF-8 is checked here, once.
    pub(crate) fn new(
        bytes: &'a [u8],
        depth: u16,
        scratch: &'a mut SourceScratch,
    ) -> Result<Self, (Stop, u32)> {
        if bytes.len() >= 1 << 31 {
            return Err((Stop::Size, 0));
        }
        // Most messages are ASCII, which is seen in far fewer steps.
        if !is_ascii(bytes)
            && let Err(error) = std::str::from_utf8(bytes)
        {
            return Err((Stop::Utf8, error.valid_up_to() as u32));
        }
        scratch.keys.clear();
        let fuel = 16 * bytes.len() as i64 + 1024;
        Ok(JsonSource { bytes, position: 0, at: 0, depth, fuel, scratch })
    }

    /// The next byte that is no blank; 0 at the end, 1 for a byte that can begin nothing.
    #[inline(always)]
    pub(super) fn peek(&mut self) -> u8 {
        match self.bytes.get(self.position) {
            Some(byte) if *byte > b' ' => *byte,
            _ => self.blanks(),
        }
    }

    #[inline(never)]
    fn blanks(&mut self) -> u8 {
        loop {
            while self.bytes.get(self.position..self.position + 4) == Some(b"    ") {
                self.position += 4;
            }
            match self.bytes.get(self.position) {
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.position += 1,
                Some(byte) => return if *byte > b' ' { *byte } else { 1 },
                None => return 0,
            }
        }
    }

    #[inline(never)]
    #[cold]
    fn unexpected(&mut self) -> Stop {
        self.at = self.position;
        match self.bytes.get(self.position) {
            Some(b'"' | b'{' | b'[' | b't' | b'f' | b'n' | b'-' | b'0'..=b'9') => Stop::Type,
            _ => Stop::Malformed,
        }
    }

    /// Nothing but what JSON allows stands here: the failure's place is the cursor.
    #[inline(never)]
    #[cold]
    pub(super) fn malformed(&mut self) -> Stop {
        self.at = self.position;
        Stop::Malformed
    }

    #[inline(always)]
    pub(super) fn open(&mut self, bracket: u8) -> Result<Frame, Stop> {
        if self.peek() != bracket {
            return Err(self.unexpected());
        }
        self.at = self.position;
        self.position += 1;
        if self.depth == 0 {
            return Err(Stop::Depth);
        }
        self.depth -= 1;
        Ok(Frame { origin: self.position as u32, ..Frame::default() })
    }

    /// Past the comma to the next member or item; false at the end.
    #[inline(always)]
    pub(super) fn advance(&mut self, frame: &mut Frame, bracket: u8) -> Result<bool, Stop> {
        let byte = self.peek();
        if frame.flag == 0 {
            frame.flag = 1;
            if byte != bracket {
                return Ok(true);
            }
        } else if byte == b',' {
            self.position += 1;
            if self.peek() == bracket {
                return Err(self.malformed());
            }
            return Ok(true);
        } else if byte != bracket {
            return Err(self.malformed());
        }
        self.close();
        Ok(false)
    }

    /// Past a closing bracket.
    #[inline(always)]
    pub(super) fn close(&mut self) {
        self.position += 1;
        self.depth += 1;
    }

    #[inline(always)]
    pub(super) fn colon(&mut self) -> Result<(), Stop> {
        if self.peek() != b':' {
            return Err(self.malformed());
        }
        self.position += 1;
        Ok(())
    }

    /// A string; the cursor stands at its quote.
    #[inline(always)]
    pub(super) fn string(&mut self) -> Result<Span, Stop> {
        let from = self.position + 1;
        let to = from + scan(&self.bytes[from..]);
        if self.bytes.get(to) == Some(&b'"') {
            self.position = to + 1;
            return Ok(Span { from, to, plain: true });
        }
        self.escaped(from, to)
    }

    #[inline(never)]
    fn escaped(&mut self, from: usize, to: usize) -> Result<Span, Stop> {
        match unescape(self.bytes, from, to, &mut self.scratch.text) {
            Ok(after) => {
                self.position = after;
                Ok(Span { from, to: after - 1, plain: false })
            }
            Err(at) => {
                self.position = at;
                Err(self.malformed())
            }
        }
    }

    /// A string as a value.
    #[inline(always)]
    fn quoted(&mut self) -> Result<&[u8], Stop> {
        if self.peek() != b'"' {
            return Err(self.unexpected());
        }
        self.at = self.position;
        let rest = &self.bytes[self.position + 1..];
        let length = scan(rest);
        if rest.get(length) == Some(&b'"') {
            self.position += length + 2;
            return Ok(&rest[..length]);
        }
        let from = self.position + 1;
        self.escaped(from, from + length)?;
        Ok(&self.scratch.text)
    }

    #[inline(always)]
    fn word(&mut self, word: &[u8]) -> Result<(), Stop> {
        self.at = self.position;
        if !self.bytes[self.position..].starts_with(word) {
            return Err(Stop::Malformed);
        }
        self.position += word.len();
        Ok(())
    }

    #[inline(always)]
    fn number_parts(&mut self) -> Result<Number, Stop> {
        let byte = self.peek();
        self.number_from(byte)
    }

    /// The number whose first byte this is.
    #[inline(always)]
    fn number_from(&mut self, byte: u8) -> Result<Number, Stop> {
        self.at = self.position;
        if byte != b'-' && !byte.is_ascii_digit() {
            return Err(self.unexpected());
        }
        let number = Number::parse(self.bytes, self.position)?;
        self.position = number.end;
        Ok(number)
    }

    /// Sign and magnitude of an integer, which may be quoted where the plan says so.
    #[inline(always)]
    fn integer(&mut self, lenient: bool) -> Result<(u64, bool), Stop> {
        let byte = self.peek();
        if byte == b'"' && lenient {
            return self.quoted_integer();
        }
        let number = self.number_from(byte)?;
        Ok((number.integer(self.bytes)?, number.negative))
    }

    fn quoted_integer(&mut self) -> Result<(u64, bool), Stop> {
        self.at = self.position;
        // Straight through what has no escapes; the rest goes the long way.
        if let Ok(number) = Number::parse(self.bytes, self.position + 1)
            && self.bytes.get(number.end) == Some(&b'"')
        {
            self.position = number.end + 1;
            return Ok((number.integer(self.bytes)?, number.negative));
        }
        let text = self.quoted()?;
        let number = Number::parse(text, 0).map_err(|_| Stop::Type)?;
        if number.end != text.len() {
            return Err(Stop::Type);
        }
        Ok((number.integer(text)?, number.negative))
    }

    #[inline(never)]
    fn choice_number(&mut self, choice: &Enum) -> Result<i32, Stop> {
        if choice.null && self.null()? {
            return Ok(0);
        }
        let (magnitude, negative) = self.integer(false)?;
        let magnitude = i64::try_from(magnitude).map_err(|_| Stop::Enum)?;
        let number = i32::try_from(if negative { -magnitude } else { magnitude }).map_err(|_| Stop::Enum)?;
        if !choice.open && choice.by_number(number).is_none() {
            return Err(Stop::Enum);
        }
        Ok(number)
    }

    #[inline(never)]
    fn quoted_float(&mut self) -> Result<f64, Stop> {
        match self.quoted()? {
            b"NaN" => Ok(f64::NAN),
            b"Infinity" => Ok(f64::INFINITY),
            b"-Infinity" => Ok(f64::NEG_INFINITY),
            text => {
                let number = Number::parse(text, 0).map_err(|_| Stop::Type)?;
                if number.end != text.len() {
                    return Err(Stop::Type);
                }
                number.float(text)
            }
        }
    }
}

/// All bytes are looked at, many at a time: nothing depends on where the first other one is.
fn is_ascii(bytes: &[u8]) -> bool {
    let (words, rest) = bytes.as_chunks::<8>();
    let all = words.iter().fold(0, |all, word| all | u64::from_ne_bytes(*word));
    all & 0x8080_8080_8080_8080 == 0 && rest.is_ascii()
}

impl Source for JsonSource<'_> {
    #[inline(always)]
    fn mark(&self) -> Mark {
        Mark { position: self.position as u32, depth: self.depth, ..Mark::default() }
    }

    fn seek(&mut self, mark: Mark) -> Result<(), Stop> {
        self.fuel -= self.position.saturating_sub(mark.position as usize) as i64 + 1;
        self.position = mark.position as usize;
        self.depth = mark.depth;
        if self.fuel < 0 { Err(Stop::Fuel) } else { Ok(()) }
    }

    fn jump(&mut self, mark: Mark) -> Result<(), Stop> {
        self.position = mark.position as usize;
        self.depth = mark.depth;
        Ok(())
    }

    /// Recursion ends with the depth that is left.
    fn skip(&mut self) -> Result<(), Stop> {
        match self.peek() {
            b'"' => self.string().map(|_| ()),
            b'{' => {
                let mut frame = self.open(b'{')?;
                while self.advance(&mut frame, b'}')? {
                    self.unknown_key(&frame)?;
                    self.skip()?;
                }
                Ok(())
            }
            b'[' => {
                let mut frame = self.open(b'[')?;
                while self.advance(&mut frame, b']')? {
                    self.skip()?;
                }
                Ok(())
            }
            b't' => self.word(b"true"),
            b'f' => self.word(b"false"),
            b'n' => self.word(b"null"),
            b'-' | b'0'..=b'9' => self.number_parts().map(|_| ()),
            _ => Err(self.malformed()),
        }
    }

    fn at(&self) -> u32 {
        self.at as u32
    }

    fn found(&self) -> &'static str {
        match self.bytes.get(self.at) {
            Some(b'"') => "text",
            Some(b'{') => "object",
            Some(b'[') => "list",
            Some(b't' | b'f') => "boolean",
            Some(b'n') => "null",
            Some(b'-' | b'0'..=b'9') => "number",
            _ => "nothing",
        }
    }

    #[inline(always)]
    fn null(&mut self) -> Result<bool, Stop> {
        if self.peek() != b'n' {
            return Ok(false);
        }
        self.word(b"null").map(|()| true)
    }

    fn null_value(&mut self) -> Result<(), Stop> {
        if self.null()? { Ok(()) } else { Err(self.unexpected()) }
    }

    fn kind(&mut self) -> Result<Kind, Stop> {
        let byte = self.peek();
        self.at = self.position;
        Ok(match byte {
            b'"' => Kind::Text,
            b'{' => Kind::Record,
            b'[' => Kind::List,
            b't' | b'f' => Kind::Bool,
            b'n' => Kind::Null,
            b'-' | b'0'..=b'9' => Kind::Number,
            _ => return Err(self.malformed()),
        })
    }

    #[inline(always)]
    fn enter(&mut self, _: &Record) -> Result<Frame, Stop> {
        self.open(b'{')
    }

    #[inline(always)]
    fn next(&mut self, record: &Record, frame: &mut Frame) -> Result<Step, Stop> {
        self.next_member(record, frame)
    }

    fn unknown_name(&mut self, step: u32) -> String {
        self.name_at(step)
    }

    #[inline(always)]
    fn list(&mut self) -> Result<Frame, Stop> {
        self.open(b'[')
    }

    #[inline(always)]
    fn more(&mut self, frame: &mut Frame, _: bool) -> Result<bool, Stop> {
        self.advance(frame, b']')
    }

    fn map(&mut self) -> Result<Frame, Stop> {
        self.open(b'{')
    }

    fn entry(&mut self, map: &mut Frame, entry: &mut Frame) -> Result<Option<bool>, Stop> {
        self.next_entry(map, entry)
    }

    fn key_text(&mut self, entry: &Frame) -> Result<&[u8], Stop> {
        Ok(self.key_bytes(entry))
    }

    fn key_int(&mut self, entry: &Frame, int: &Int) -> Result<i64, Stop> {
        self.key_integer(entry, int.signed)
    }

    fn key_once(&mut self, _: &Frame, _: &Frame) -> Result<(), Stop> {
        // The key was noted when it was read.
        Ok(())
    }

    #[inline(always)]
    fn text(&mut self) -> Result<&[u8], Stop> {
        self.quoted()
    }

    #[inline(always)]
    fn int(&mut self, int: &Int) -> Result<i64, Stop> {
        let (magnitude, negative) = self.integer(int.lenient)?;
        match (negative, magnitude) {
            (false, _) => i64::try_from(magnitude).map_err(|_| int.max_rule),
            (true, 0..=0x8000_0000_0000_0000) => Ok((magnitude as i64).wrapping_neg()),
            (true, _) => Err(int.min_rule),
        }
    }

    #[inline(always)]
    fn uint(&mut self, int: &Int) -> Result<u64, Stop> {
        match self.integer(int.lenient)? {
            (magnitude, true) if magnitude != 0 => Err(int.min_rule),
            (magnitude, _) => Ok(magnitude),
        }
    }

    #[inline(always)]
    fn float(&mut self, float: &Float) -> Result<f64, Stop> {
        let byte = self.peek();
        if byte == b'"' && float.lenient {
            return self.quoted_float();
        }
        let number = self.number_from(byte)?;
        number.float(self.bytes)
    }

    #[inline(always)]
    fn bool(&mut self) -> Result<bool, Stop> {
        match self.peek() {
            b't' => self.word(b"true").map(|()| true),
            b'f' => self.word(b"false").map(|()| false),
            _ => Err(self.unexpected()),
        }
    }

    fn bytes(&mut self) -> Result<&[u8], Stop> {
        let mut out = std::mem::take(&mut self.scratch.json.key);
        out.clear();
        let decoded = self.quoted().map(|text| base64::decode(text, &mut out));
        self.scratch.json.key = out;
        if decoded? { Ok(&self.scratch.json.key) } else { Err(Stop::Format) }
    }

    #[inline(always)]
    fn instant(&mut self) -> Result<(i64, u32), Stop> {
        instant::parse(self.quoted()?).ok_or(Stop::Format)
    }

    fn duration(&mut self) -> Result<(i64, i32), Stop> {
        time::duration(self.quoted()?).ok_or(Stop::Format)
    }

    #[inline(always)]
    fn choice(&mut self, choice: &Enum) -> Result<i32, Stop> {
        let byte = self.peek();
        if byte != b'"' && choice.lenient {
            return self.choice_number(choice);
        }
        self.at = self.position;
        let from = self.position + 1;
        if byte == b'"'
            && let Some(name) = first_chunk(self.bytes, from)
            && let Some((number, end)) = choice.likely(u128::from_le_bytes(*name), self.bytes, from)
        {
            self.position = end;
            return Ok(number);
        }
        let name = self.quoted()?;
        choice.by_name(name).ok_or(Stop::Enum)
    }

    fn decimal(&mut self) -> Result<&[u8], Stop> {
        self.quoted()
    }

    fn mask(&mut self) -> Result<&[u8], Stop> {
        let paths = self.quoted()?;
        // An underscore would not come back: what is written in JSON has none.
        if paths.contains(&b'_') { Err(Stop::Format) } else { Ok(paths) }
    }

    fn number(&mut self) -> Result<&[u8], Stop> {
        let number = self.number_parts()?;
        Ok(&self.bytes[number.start..number.end])
    }

    fn raw(&self, from: Mark) -> Option<&[u8]> {
        self.bytes.get(from.position as usize..self.position)
    }

    fn finish(&mut self) -> Result<(), Stop> {
        if self.peek() == 0 && self.position == self.bytes.len() { Ok(()) } else { Err(self.malformed()) }
    }
}
