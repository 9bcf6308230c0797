//! The cursor over C types in memory. It copies nothing, and follows no count or tag that it has not checked.

use polywire_contract::Int as Domain;

use super::{LayoutCell, LayoutForm, LayoutNumber, of};
use crate::plan::{Enum, Float, Int, Record, Slot, Sum};
use crate::{Frame, Mark, Source, Step, Stop, varint};

/// Reads one value.
#[derive(Debug)]
pub struct LayoutSource<'a> {
    bytes: &'a [u8],
    /// Where the innermost struct begins, or the item of an array.
    base: usize,
    /// Where the value begins that was read last.
    at: usize,
    depth: u16,
    cell: LayoutCell,
}

impl<'a> LayoutSource<'a> {
    /// A source of a value that takes so many bytes.
    pub(crate) fn new(bytes: &'a [u8], depth: u16, size: usize) -> Result<Self, (Stop, u32)> {
        if bytes.len() != size {
            return Err((Stop::Size, 0));
        }
        Ok(LayoutSource { bytes, base: 0, at: 0, depth, cell: LayoutCell::NOTHING })
    }

    /// Where the value begins.
    fn start(&self) -> usize {
        self.base + self.cell.offset.unwrap_or_default() as usize
    }

    fn take(&mut self, at: usize, count: usize) -> Result<&'a [u8], Stop> {
        self.at = at;
        self.bytes.get(at..at + count).ok_or(Stop::Malformed)
    }

    fn number(&mut self, at: usize, int: Domain) -> Result<i128, Stop> {
        let count = int.size() as usize;
        let mut word = [0; 8];
        word[..count].copy_from_slice(self.take(at, count)?);
        let unused = 64 - 8 * count as u32;
        let word = u64::from_le_bytes(word) << unused;
        Ok(if int.is_signed() { i128::from(word as i64 >> unused) } else { i128::from(word >> unused) })
    }

    fn own_number(&mut self) -> Result<i128, Stop> {
        let LayoutForm::Int(int) = self.cell.form else { return Err(Stop::Type) };
        self.number(self.start(), int)
    }

    /// A number beside the value.
    fn beside(&mut self, by: LayoutNumber) -> Result<i128, Stop> {
        self.number(self.base + by.offset as usize, by.int)
    }

    /// How many of at most `most` count.
    fn counted(&mut self, most: u32, rules: (Stop, Stop)) -> Result<u32, Stop> {
        let Some(by) = self.cell.count() else { return Ok(most) };
        let (too_few, too_many) = rules;
        match self.beside(by)? {
            count if count < 0 => Err(too_few),
            count if count > i128::from(most) => Err(too_many),
            count => Ok(count as u32),
        }
    }

    /// The bytes that count, of a `char[]` or `unsigned char[]`.
    fn filled(&mut self) -> Result<&'a [u8], Stop> {
        let count = self.counted(self.cell.size, (Stop::MinLength, Stop::MaxLength))?;
        self.take(self.start(), count as usize)
    }

    fn deeper(&mut self) -> Result<(), Stop> {
        self.at = self.start();
        self.depth = self.depth.checked_sub(1).ok_or(Stop::Depth)?;
        Ok(())
    }
}

impl Source for LayoutSource<'_> {
    fn mark(&self) -> Mark {
        Mark { position: self.base as u32, depth: self.depth, ..Mark::default() }
    }
    fn seek(&mut self, mark: Mark) -> Result<(), Stop> {
        self.base = mark.position as usize;
        self.depth = mark.depth;
        Ok(())
    }
    fn place(&mut self, slot: &Slot) {
        self.cell = of(slot.from.as_deref());
    }
    /// Values lie at addresses: what is not read needs no passing over.
    fn skip(&mut self) -> Result<(), Stop> {
        Ok(())
    }
    fn at(&self) -> u32 {
        self.at as u32
    }
    fn found(&self) -> &'static str {
        "value"
    }
    fn describes_itself(&self) -> bool {
        false
    }
    fn enter(&mut self, _: &Record) -> Result<Frame, Stop> {
        self.deeper()?;
        let frame = Frame { origin: self.base as u32, ..Frame::default() };
        self.base = self.start();
        Ok(frame)
    }
    fn next(&mut self, record: &Record, frame: &mut Frame) -> Result<Step, Stop> {
        let Some(row) = record.in_source_order(frame.cursor) else {
            self.base = frame.origin as usize;
            self.depth += 1;
            return Ok(Step::End);
        };
        frame.cursor += 1;
        Ok(Step::Field(row.into()))
    }
    fn list(&mut self) -> Result<Frame, Stop> {
        let LayoutForm::Array(item) = self.cell.form else { return Err(Stop::Type) };
        self.deeper()?;
        let most = self.cell.size.checked_div(item).unwrap_or_default();
        let count = self.counted(most, (Stop::MinItems, Stop::MaxItems))?;
        let (origin, cursor) = (self.base as u32, self.start() as u32);
        Ok(Frame { origin, cursor, limit: count, flag: item })
    }
    fn more(&mut self, frame: &mut Frame, _: bool) -> Result<bool, Stop> {
        if frame.limit == 0 {
            self.base = frame.origin as usize;
            self.depth += 1;
            return Ok(false);
        }
        self.base = frame.cursor as usize;
        frame.cursor += frame.flag;
        frame.limit -= 1;
        Ok(true)
    }
    fn branch(&mut self, sum: &Sum) -> Result<Option<usize>, Stop> {
        let by = self.cell.by.ok_or(Stop::Type)?;
        let found = self.beside(by)?;
        // Tags are numbers of an `int`.
        let means = |number: u32| i128::from(number as i32) == found;
        sum.branches.iter().position(|branch| means(branch.number)).map(Some).ok_or(Stop::OneOf)
    }
    fn text(&mut self) -> Result<&[u8], Stop> {
        let LayoutForm::Chars(terminated) = self.cell.form else { return Err(Stop::Type) };
        let filled = self.filled()?;
        let text = match filled.iter().position(|byte| *byte == 0) {
            _ if self.cell.count().is_some() => filled,
            Some(end) => &filled[..end],
            None if terminated => return Err(Stop::MaxLength),
            None => filled,
        };
        varint::check_utf8(text)?;
        Ok(text)
    }
    fn int(&mut self, int: &Int) -> Result<i64, Stop> {
        i64::try_from(self.own_number()?).map_err(|_| int.max_rule)
    }
    fn uint(&mut self, int: &Int) -> Result<u64, Stop> {
        u64::try_from(self.own_number()?).map_err(|_| int.min_rule)
    }
    fn float(&mut self, _: &Float) -> Result<f64, Stop> {
        let start = self.start();
        let broken = |_| Stop::Malformed;
        match self.cell.form {
            LayoutForm::Float => {
                let bytes = self.take(start, 4)?.try_into().map_err(broken)?;
                Ok(f64::from(f32::from_le_bytes(bytes)))
            }
            LayoutForm::Double => {
                let bytes = self.take(start, 8)?.try_into().map_err(broken)?;
                Ok(f64::from_le_bytes(bytes))
            }
            _ => Err(Stop::Type),
        }
    }
    fn bool(&mut self) -> Result<bool, Stop> {
        match (self.cell.form, self.take(self.start(), 1)?) {
            (LayoutForm::Bool, [0]) => Ok(false),
            (LayoutForm::Bool, [1]) => Ok(true),
            _ => Err(Stop::Type),
        }
    }
    fn bytes(&mut self) -> Result<&[u8], Stop> {
        let LayoutForm::Bytes = self.cell.form else { return Err(Stop::Type) };
        self.filled()
    }
    fn instant(&mut self) -> Result<(i64, u32), Stop> {
        Err(Stop::Type)
    }
    fn duration(&mut self) -> Result<(i64, i32), Stop> {
        Err(Stop::Type)
    }
    fn choice(&mut self, choice: &Enum) -> Result<i32, Stop> {
        let found = self.own_number()?;
        choice.by_code(found).ok_or(Stop::Enum)
    }
    fn decimal(&mut self) -> Result<&[u8], Stop> {
        Err(Stop::Type)
    }
    fn mask(&mut self) -> Result<&[u8], Stop> {
        Err(Stop::Type)
    }
    /// Bytes after the value were refused before it was read.
    fn finish(&mut self) -> Result<(), Stop> {
        Ok(())
    }
}
