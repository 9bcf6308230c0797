//! The cursor over a record. Everything has an address, so there is no position: only anchors.

use polywire_contract::{COBOL_ANCHORS_MAX, CobolAt, CobolNumber};

use super::{Leaf, RecordCell, RecordForm, Table, number, page};
use crate::plan::{Cell, Enum, Float, Int, Record, Slot, Sum};
use crate::scratch::SourceScratch;
use crate::text::{decimal, instant, time};
use crate::{Frame, Mark, Source, Step, Stop};

/// Reads one record.
#[derive(Debug)]
pub struct RecordSource<'a> {
    bytes: &'a [u8],
    /// Where anchors are.
    anchors: [u32; COBOL_ANCHORS_MAX],
    cell: RecordCell,
    /// Where the whole record ends.
    whole: Option<CobolAt>,
    /// Where the value begins that was read last.
    at: u32,
    found: &'static str,
    depth: u16,
    fuel: i64,
    scratch: &'a mut SourceScratch,
}

/// An anchor that is not known, because a count before it is wrong.
const LOST: u32 = u32::MAX;
/// No anchor.
const NO_ANCHOR: u8 = u8::MAX;
/// The first occurrence was not gone to yet.
const FIRST: u32 = 1 << 31;

impl<'a> RecordSource<'a> {
    /// A source at the beginning of a record.
    pub(crate) fn new(
        bytes: &'a [u8],
        depth: u16,
        scratch: &'a mut SourceScratch,
    ) -> Result<Self, (Stop, u32)> {
        if bytes.len() >= 1 << 31 {
            return Err((Stop::Size, 0));
        }
        let mut anchors = [LOST; COBOL_ANCHORS_MAX];
        anchors[0] = 0;
        Ok(RecordSource {
            bytes,
            anchors,
            cell: RecordCell::NOWHERE,
            whole: None,
            at: 0,
            found: "value",
            depth,
            fuel: 16 * bytes.len() as i64 + 1024,
            scratch,
        })
    }

    /// Where something lies. Behind a wrong count nothing more can be said.
    #[inline(always)]
    fn address(&self, at: CobolAt) -> Result<u32, Stop> {
        let anchor = self.anchors[usize::from(at.anchor)];
        if anchor == LOST {
            return Err(Stop::Enough);
        }
        Ok(anchor.saturating_add(at.offset))
    }

    #[inline(always)]
    fn bytes_at(&mut self, at: CobolAt, size: u32) -> Result<&'a [u8], Stop> {
        let start = self.address(at)?;
        self.at = start;
        let end = start.saturating_add(size) as usize;
        let Some(bytes) = self.bytes.get(start as usize..end) else {
            self.at = self.bytes.len() as u32;
            return Err(Stop::Malformed);
        };
        Ok(bytes)
    }

    /// An elementary item's bytes, and what they hold.
    #[inline(always)]
    fn leaf(&mut self) -> Result<(&'a [u8], Leaf), Stop> {
        let RecordForm::Leaf(leaf) = self.cell.form else { return Err(Stop::Type) };
        Ok((self.bytes_at(self.cell.start, self.cell.size())?, leaf))
    }

    fn number_of(&mut self, bytes: &[u8], number: CobolNumber) -> Result<i128, Stop> {
        let page = self.cell.page;
        if let Some(value) = number::read(bytes, number, page) {
            return Ok(value);
        }
        let blanks = bytes.iter().all(|byte| *byte == page::blank(page));
        self.found = if blanks { "blanks" } else { "no digits" };
        Err(Stop::Type)
    }

    /// A number and the digits after its point.
    #[inline(always)]
    fn number_here(&mut self) -> Result<(i128, u8), Stop> {
        match self.leaf()? {
            (bytes, Leaf::Number(number)) => Ok((self.number_of(bytes, number)?, number.scale)),
            _ => Err(Stop::Type),
        }
    }

    /// Text without the blanks around it.
    fn text_of(&mut self, bytes: &'a [u8], right: bool) -> Result<&[u8], Stop> {
        let blank = page::blank(self.cell.page);
        let is_text = |byte: &u8| *byte != blank;
        let bytes = if right {
            bytes.iter().position(is_text).map_or(&bytes[..0], |first| &bytes[first..])
        } else {
            bytes.iter().rposition(is_text).map_or(&bytes[..0], |last| &bytes[..=last])
        };
        if !page::is_ebcdic(self.cell.page) && bytes.is_ascii() {
            return Ok(bytes);
        }
        self.scratch.text.clear();
        if page::table(self.cell.page).decode(bytes, &mut self.scratch.text) {
            return Ok(&self.scratch.text);
        }
        self.found = "bytes that are no text";
        Err(Stop::Format)
    }

    /// How many occurrences there are.
    fn count(&mut self, table: Table) -> Result<u32, Stop> {
        let Some((at, number)) = table.count else { return Ok(table.max) };
        let bytes = self.bytes_at(at, number.size())?;
        let count = self.number_of(bytes, number)?;
        match u32::try_from(count) {
            Ok(count) if count > table.max => Err(Stop::MaxItems),
            Ok(count) if count >= table.min => Ok(count),
            Err(_) if count > 0 => Err(Stop::MaxItems),
            _ => Err(Stop::MinItems),
        }
    }

    fn deeper(&mut self) -> Result<(), Stop> {
        if self.depth == 0 {
            return Err(Stop::Depth);
        }
        self.depth -= 1;
        Ok(())
    }
}

impl Source for RecordSource<'_> {
    fn mark(&self) -> Mark {
        Mark { position: self.at, depth: self.depth, ..Mark::default() }
    }
    fn seek(&mut self, mark: Mark) -> Result<(), Stop> {
        self.fuel -= i64::from(self.at.saturating_sub(mark.position)) + 1;
        self.jump(mark)?;
        if self.fuel < 0 { Err(Stop::Fuel) } else { Ok(()) }
    }
    fn jump(&mut self, mark: Mark) -> Result<(), Stop> {
        self.at = mark.position;
        self.depth = mark.depth;
        Ok(())
    }
    fn place(&mut self, slot: &Slot) {
        self.cell = match slot.from.as_deref() {
            Some(Cell::Record(cell)) => *cell,
            _ => RecordCell::NOWHERE,
        };
        self.found = "value";
        self.whole.get_or_insert(self.cell.end);
    }
    /// What comes next has an address of its own.
    fn skip(&mut self) -> Result<(), Stop> {
        Ok(())
    }
    fn at(&self) -> u32 {
        self.at
    }
    fn found(&self) -> &'static str {
        self.found
    }
    fn describes_itself(&self) -> bool {
        false
    }
    fn enter(&mut self, _: &Record) -> Result<Frame, Stop> {
        self.deeper()?;
        Ok(Frame::default())
    }
    fn next(&mut self, record: &Record, frame: &mut Frame) -> Result<Step, Stop> {
        let Some(row) = record.in_source_order(frame.cursor) else {
            self.depth += 1;
            return Ok(Step::End);
        };
        frame.cursor += 1;
        Ok(Step::Field(row.into()))
    }
    fn list(&mut self) -> Result<Frame, Stop> {
        let RecordForm::Table(table) = self.cell.form else { return Err(Stop::Type) };
        self.deeper()?;
        let after = table.after.unwrap_or(NO_ANCHOR);
        if let Some(after) = table.after {
            self.anchors[usize::from(after)] = LOST;
        }
        let start = self.address(self.cell.start)?;
        let count = self.count(table)?;
        let flag = u32::from_le_bytes([table.item, table.item_end.anchor, after, 0]) | FIRST;
        Ok(Frame { origin: table.item_end.offset, cursor: start, limit: count, flag })
    }
    fn more(&mut self, frame: &mut Frame, _: bool) -> Result<bool, Stop> {
        let [item, anchor, after, _] = frame.flag.to_le_bytes();
        let next = if frame.flag & FIRST != 0 {
            frame.flag &= !FIRST;
            frame.cursor
        } else {
            self.address(CobolAt { anchor, offset: frame.origin })?
        };
        self.at = next;
        if frame.limit == 0 {
            self.depth += 1;
            if after != NO_ANCHOR {
                self.anchors[usize::from(after)] = next;
            }
            return Ok(false);
        }
        // Each occurrence takes bytes, so a count that is not true ends here.
        if next as usize >= self.bytes.len() {
            return Err(Stop::Malformed);
        }
        self.anchors[usize::from(item)] = next;
        frame.limit -= 1;
        Ok(true)
    }
    fn branch(&mut self, sum: &Sum) -> Result<Option<usize>, Stop> {
        let RecordForm::Area(area) = self.cell.form else { return Err(Stop::Type) };
        if area.apart {
            self.whole = None;
        }
        let bytes = self.bytes_at(area.selector, area.size)?;
        let told = match area.leaf {
            Leaf::Number(number) => {
                let value = self.number_of(bytes, number)?;
                decimal::write(value, 0, &mut self.scratch.text);
                &self.scratch.text
            }
            Leaf::Text { right } => self.text_of(bytes, right)?,
            Leaf::Bytes => bytes,
        };
        match sum.named.binary_search_by(|entry| (*entry.0).cmp(told)) {
            Ok(found) => Ok(Some(sum.named[found].1 as usize)),
            Err(_) => {
                self.found = "another selector";
                Err(Stop::OneOf)
            }
        }
    }
    fn text(&mut self) -> Result<&[u8], Stop> {
        match self.leaf()? {
            (bytes, Leaf::Text { right }) => self.text_of(bytes, right),
            _ => Err(Stop::Type),
        }
    }
    fn int(&mut self, int: &Int) -> Result<i64, Stop> {
        let (value, _) = self.number_here()?;
        let rule = if value < 0 { int.min_rule } else { int.max_rule };
        i64::try_from(value).map_err(|_| rule)
    }
    fn uint(&mut self, int: &Int) -> Result<u64, Stop> {
        let (value, _) = self.number_here()?;
        let rule = if value < 0 { int.min_rule } else { int.max_rule };
        u64::try_from(value).map_err(|_| rule)
    }
    /// So few digits, and a power of ten, are exact, and so is the nearest to their quotient.
    fn float(&mut self, _: &Float) -> Result<f64, Stop> {
        let (value, scale) = self.number_here()?;
        Ok(value as f64 / 10f64.powi(scale.into()))
    }
    fn bool(&mut self) -> Result<bool, Stop> {
        Err(Stop::Type)
    }
    fn bytes(&mut self) -> Result<&[u8], Stop> {
        match self.leaf()? {
            (bytes, Leaf::Bytes) => Ok(bytes),
            _ => Err(Stop::Type),
        }
    }
    fn instant(&mut self) -> Result<(i64, u32), Stop> {
        instant::parse(self.text()?).ok_or(Stop::Format)
    }
    fn duration(&mut self) -> Result<(i64, i32), Stop> {
        time::duration(self.text()?).ok_or(Stop::Format)
    }
    fn choice(&mut self, choice: &Enum) -> Result<i32, Stop> {
        choice.by_name(self.text()?).ok_or(Stop::Enum)
    }
    fn decimal(&mut self) -> Result<&[u8], Stop> {
        let (value, scale) = self.number_here()?;
        decimal::write(value, scale.into(), &mut self.scratch.text);
        Ok(&self.scratch.text)
    }
    fn mask(&mut self) -> Result<&[u8], Stop> {
        self.text()
    }
    /// The record is as long as it says.
    fn finish(&mut self) -> Result<(), Stop> {
        let end = self.address(self.whole.unwrap_or_default())?;
        self.at = end.min(self.bytes.len() as u32);
        if end as usize == self.bytes.len() { Ok(()) } else { Err(Stop::Malformed) }
    }
}
