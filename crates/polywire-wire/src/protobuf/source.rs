//! The cursor over a Protobuf message.
//!
//! It reads in wire order as long as no field of a message comes twice. The first that does sends the whole message
//! through once more, carefully: an index of spans per message, sorted by row (see `index`).

use crate::plan::{Enum, Float, Int, Record, Sum, Wire};
use crate::scratch::SourceScratch;
use crate::text::{instant, time};
use crate::varint;
use crate::{Frame, Kind, Mark, Source, Step, Stop};

/// Reads a message.
#[derive(Debug)]
pub struct ProtobufSource<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) position: usize,
    /// Where the innermost message ends; of a careful span, where it ends.
    pub(super) end: usize,
    /// Where the value begins that was read last.
    pub(super) at: usize,
    pub(super) depth: u16,
    pub(super) fuel: i64,
    pub(super) careful: bool,
    /// The wire type of the value at the cursor, or one of the two below.
    pub(super) wire: u8,
    /// The wire type of numbers in the packed block that was read last.
    pub(super) packed: u8,
    pub(super) number: u32,
    /// The message itself was not entered yet: it has no length before it.
    pub(super) top: bool,
    /// The occurrences of the field at the cursor in the index.
    pub(super) span: (u32, u32),
    pub(super) scratch: &'a mut SourceScratch,
}

/// The wire type of a varint.
pub(super) const VARINT: u8 = 0;
/// The wire type of eight bytes.
pub(super) const FIXED64: u8 = 1;
/// The wire type of what has a length before it.
pub(super) const LENGTH: u8 = 2;
/// The wire type of what is ended by a tag of its own.
pub(super) const GROUP: u8 = 3;
/// The wire type of that tag.
pub(super) const END_GROUP: u8 = 4;
/// The wire type of four bytes.
pub(super) const FIXED32: u8 = 5;
/// The cursor stands at a number in a packed block: its wire type was checked with the block.
pub(super) const PACKED: u8 = 9;
/// The cursor stands at the beginning of a span whose end is known: its length was read before.
pub(super) const SPAN: u8 = 10;

impl<'a> ProtobufSource<'a> {
    /// A source at the beginning of a message.
    pub(crate) fn new(
        bytes: &'a [u8],
        depth: u16,
        careful: bool,
        scratch: &'a mut SourceScratch,
    ) -> Result<Self, (Stop, u32)> {
        if bytes.len() >= 1 << 31 {
            return Err((Stop::Size, 0));
        }
        scratch.keys.clear();
        scratch.index.clear();
        Ok(ProtobufSource {
            bytes,
            position: 0,
            end: bytes.len(),
            at: 0,
            depth,
            fuel: 16 * bytes.len() as i64 + 1024,
            careful,
            wire: LENGTH,
            packed: VARINT,
            number: 0,
            top: true,
            span: (0, 0),
            scratch,
        })
    }

    #[inline(always)]
    pub(super) fn tag(&mut self) -> Result<(), Stop> {
        let tag = varint::read(self.bytes, &mut self.position, self.end)?;
        if tag >> 32 != 0 || tag < 8 {
            return Err(Stop::Malformed);
        }
        self.number = (tag >> 3) as u32;
        self.wire = (tag & 7) as u8;
        Ok(())
    }

    #[inline(always)]
    pub(super) fn length(&mut self) -> Result<usize, Stop> {
        if self.wire != LENGTH {
            return Err(Stop::Type);
        }
        let length = varint::read(self.bytes, &mut self.position, self.end)?;
        if length > (self.end - self.position) as u64 {
            return Err(Stop::Malformed);
        }
        Ok(length as usize)
    }

    /// Past the value whose tag was just read.
    pub(super) fn skip_field(&mut self) -> Result<(), Stop> {
        match self.wire {
            VARINT => {
                varint::read(self.bytes, &mut self.position, self.end)?;
            }
            FIXED64 => self.position += 8,
            FIXED32 => self.position += 4,
            LENGTH => {
                let length = self.length()?;
                self.position += length;
            }
            GROUP => {
                self.skip_group()?;
            }
            _ => return Err(Stop::Malformed),
        }
        if self.position > self.end { Err(Stop::Malformed) } else { Ok(()) }
    }

    /// Past a group; returns where its fields end.
    pub(super) fn skip_group(&mut self) -> Result<usize, Stop> {
        let number = self.number;
        if self.depth == 0 {
            return Err(Stop::Depth);
        }
        self.depth -= 1;
        let mut end = self.position;
        loop {
            self.tag()?;
            if self.wire == END_GROUP {
                break;
            }
            self.skip_field()?;
            end = self.position;
        }
        self.depth += 1;
        if self.number == number { Ok(end) } else { Err(Stop::Malformed) }
    }

    /// A tag that ends a group: it must end the one that is being read.
    #[inline(never)]
    #[cold]
    fn end_group(&mut self, frame: &Frame) -> Result<Step, Stop> {
        if frame.flag == 0 || frame.flag != self.number {
            return Err(Stop::Malformed);
        }
        self.depth += 1;
        Ok(Step::End)
    }

    /// The bytes of a value with a length.
    #[inline(always)]
    pub(super) fn block(&mut self) -> Result<&'a [u8], Stop> {
        self.at = self.position;
        if self.wire == SPAN {
            let block = &self.bytes[self.position..self.end];
            self.position = self.end;
            return Ok(block);
        }
        if self.wire == GROUP {
            let start = self.position;
            let end = self.skip_group()?;
            return Ok(&self.bytes[start..end]);
        }
        let length = self.length()?;
        let block = &self.bytes[self.position..self.position + length];
        self.position += length;
        Ok(block)
    }

    #[inline(always)]
    pub(super) fn string(&mut self) -> Result<&'a [u8], Stop> {
        let block = self.block()?;
        varint::check_utf8(block)?;
        Ok(block)
    }
}

impl Source for ProtobufSource<'_> {
    #[inline(always)]
    fn mark(&self) -> Mark {
        Mark {
            position: self.position as u32,
            end: self.end as u32,
            number: self.number,
            wire: self.wire | if self.top { 128 } else { 0 },
            depth: self.depth,
            span: self.span,
            index: self.scratch.index.len() as u32,
        }
    }

    fn seek(&mut self, mark: Mark) -> Result<(), Stop> {
        self.fuel -= self.position.saturating_sub(mark.position as usize) as i64 + 1;
        self.position = mark.position as usize;
        self.end = mark.end as usize;
        self.number = mark.number;
        (self.wire, self.top) = (mark.wire & 127, mark.wire & 128 != 0);
        self.depth = mark.depth;
        self.span = mark.span;
        self.scratch.index.truncate(mark.index as usize);
        if self.fuel < 0 { Err(Stop::Fuel) } else { Ok(()) }
    }

    fn jump(&mut self, mark: Mark) -> Result<(), Stop> {
        let fuel = self.fuel;
        let gone = self.seek(mark);
        self.fuel = fuel;
        gone
    }

    fn keep(&self, frame: &mut Frame) {
        if self.careful {
            frame.flag = u32::MAX;
        }
    }

    fn skip(&mut self) -> Result<(), Stop> {
        self.at = self.position;
        if self.wire == PACKED {
            self.wire = self.packed;
            let skipped = self.skip_field();
            self.wire = PACKED;
            return skipped;
        }
        if self.top || self.careful {
            // A span of the index, or the whole message: whoever indexed it has passed it already.
            self.position = self.end;
            self.top = false;
            return Ok(());
        }
        self.skip_field()
    }

    fn at(&self) -> u32 {
        self.at as u32
    }

    fn found(&self) -> &'static str {
        match self.wire {
            LENGTH | SPAN => "text",
            _ => "number",
        }
    }

    fn again(&self) -> Stop {
        Stop::Careful
    }

    #[inline(always)]
    fn zeroes(&self) -> bool {
        true
    }

    #[inline(always)]
    fn wraps(&self) -> bool {
        true
    }

    fn describes_itself(&self) -> bool {
        false
    }

    #[inline(always)]
    fn null(&mut self) -> Result<bool, Stop> {
        Ok(false)
    }

    fn null_value(&mut self) -> Result<(), Stop> {
        self.raw(Wire::Varint).map(|_| ())
    }

    fn kind(&mut self) -> Result<Kind, Stop> {
        Ok(if matches!(self.wire, LENGTH | SPAN) { Kind::Text } else { Kind::Number })
    }

    #[inline(always)]
    fn enter(&mut self, record: &Record) -> Result<Frame, Stop> {
        self.at = self.position;
        if self.depth == 0 {
            return Err(Stop::Depth);
        }
        if self.careful {
            return self.enter_careful(record);
        }
        let mut frame = Frame { origin: self.end as u32, ..Frame::default() };
        if self.top {
            self.top = false;
        } else if self.wire == GROUP {
            frame.flag = self.number;
        } else {
            let length = self.length()?;
            self.end = self.position + length;
        }
        self.depth -= 1;
        Ok(frame)
    }

    #[inline(always)]
    fn next(&mut self, record: &Record, frame: &mut Frame) -> Result<Step, Stop> {
        if self.careful {
            return self.next_careful(frame);
        }
        if self.position == self.end {
            if frame.flag != 0 {
                return Err(Stop::Malformed);
            }
            self.end = frame.origin as usize;
            self.depth += 1;
            return Ok(Step::End);
        }
        self.at = self.position;
        self.tag()?;
        if self.wire == END_GROUP {
            return self.end_group(frame);
        }
        let row = record.by_number(self.number);
        if row == crate::plan::NO_ROW {
            let number = self.number;
            self.skip_field()?;
            return Ok(Step::Unknown(number));
        }
        Ok(Step::Field(row.into()))
    }

    fn unknown_name(&mut self, step: u32) -> String {
        step.to_string()
    }

    #[inline(always)]
    fn list(&mut self) -> Result<Frame, Stop> {
        Ok(if self.careful {
            Frame { origin: self.span.0, limit: self.span.1, ..Frame::default() }
        } else {
            Frame { origin: self.number, flag: 1, ..Frame::default() }
        })
    }

    #[inline(always)]
    fn more(&mut self, frame: &mut Frame, scalar: bool) -> Result<bool, Stop> {
        self.more_items(frame, scalar)
    }

    fn map(&mut self) -> Result<Frame, Stop> {
        self.enter_map()
    }

    fn entry(&mut self, map: &mut Frame, entry: &mut Frame) -> Result<Option<bool>, Stop> {
        self.next_entry(map, entry)
    }

    fn leave_entry(&mut self, entry: &Frame) -> Result<(), Stop> {
        self.end_entry(entry);
        Ok(())
    }

    fn key_text(&mut self, entry: &Frame) -> Result<&[u8], Stop> {
        self.at_key(entry, &b""[..], |source| source.string())
    }

    fn key_int(&mut self, entry: &Frame, int: &Int) -> Result<i64, Stop> {
        if int.signed {
            return self.at_key(entry, 0, |source| source.int(int));
        }
        self.at_key(entry, 0, |source| source.uint(int)).map(|value| value as i64)
    }

    fn key_bool(&mut self, entry: &Frame) -> Result<bool, Stop> {
        self.at_key(entry, false, |source| source.bool())
    }

    fn key_once(&mut self, map: &Frame, entry: &Frame) -> Result<(), Stop> {
        self.note_key(map, entry)
    }

    fn branch(&mut self, sum: &Sum) -> Result<Option<usize>, Stop> {
        let found = sum.branches.iter().position(|branch| branch.number == self.number);
        found.map(Some).ok_or(Stop::OneOf)
    }

    #[inline(always)]
    fn text(&mut self) -> Result<&[u8], Stop> {
        self.string()
    }

    #[inline(always)]
    fn int(&mut self, int: &Int) -> Result<i64, Stop> {
        let mut raw = self.raw(int.wire)?;
        if int.narrow {
            // Cut to 32 bits first, and only then unfolded.
            raw &= 0xffff_ffff;
        }
        if int.wire == Wire::ZigZag {
            raw = raw >> 1 ^ (raw & 1).wrapping_neg();
        }
        Ok(if int.narrow { i64::from(raw as i32) } else { raw as i64 })
    }

    #[inline(always)]
    fn uint(&mut self, int: &Int) -> Result<u64, Stop> {
        let raw = self.raw(int.wire)?;
        Ok(if int.narrow { raw & 0xffff_ffff } else { raw })
    }

    #[inline(always)]
    fn float(&mut self, float: &Float) -> Result<f64, Stop> {
        if float.single {
            return Ok(f64::from(f32::from_bits(self.raw(Wire::Fixed32)? as u32)));
        }
        Ok(f64::from_bits(self.raw(Wire::Fixed64)?))
    }

    #[inline(always)]
    fn bool(&mut self) -> Result<bool, Stop> {
        Ok(self.raw(Wire::Varint)? != 0)
    }

    fn bytes(&mut self) -> Result<&[u8], Stop> {
        self.block()
    }

    #[inline(always)]
    fn instant(&mut self) -> Result<(i64, u32), Stop> {
        let (seconds, nanos) = self.pair()?;
        if !(instant::SECONDS_MIN..=instant::SECONDS_MAX).contains(&seconds)
            || !(0..1_000_000_000).contains(&nanos)
        {
            return Err(Stop::Format);
        }
        Ok((seconds, nanos as u32))
    }

    fn duration(&mut self) -> Result<(i64, i32), Stop> {
        let (seconds, nanos) = self.pair()?;
        if !time::is_duration(seconds, nanos) {
            return Err(Stop::Format);
        }
        Ok((seconds, nanos as i32))
    }

    #[inline(always)]
    fn choice(&mut self, choice: &Enum) -> Result<i32, Stop> {
        if choice.text {
            let name = self.string()?;
            return choice.by_name(name).ok_or(Stop::Enum);
        }
        let number = self.raw(Wire::Varint)? as i32;
        if !choice.open && choice.by_number(number).is_none() {
            return Err(Stop::Enum);
        }
        Ok(number)
    }

    fn decimal(&mut self) -> Result<&[u8], Stop> {
        self.string()
    }

    fn mask(&mut self) -> Result<&[u8], Stop> {
        self.read_mask()
    }

    fn finish(&mut self) -> Result<(), Stop> {
        if self.careful || self.position == self.bytes.len() { Ok(()) } else { Err(Stop::Malformed) }
    }
}

/// The last field of a message whose number is wanted; none where there is none, or the message is broken.
pub(crate) fn last_field(message: &[u8], wanted: impl Fn(u32) -> bool) -> Option<u32> {
    let (mut position, mut found) = (0, None);
    while position < message.len() {
        let tag = varint::read(message, &mut position, message.len()).ok()?;
        let number = u32::try_from(tag >> 3).ok()?;
        let length = match (tag & 7) as u8 {
            VARINT => varint::read(message, &mut position, message.len()).map(|_| 0).ok()?,
            FIXED64 => 8,
            FIXED32 => 4,
            LENGTH => varint::read(message, &mut position, message.len()).ok()?,
            _ => return None,
        };
        position = usize::try_from(length).ok().and_then(|length| position.checked_add(length))?;
        if wanted(number) {
            found = Some(number);
        }
    }
    found
}
