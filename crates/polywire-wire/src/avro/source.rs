//! The cursor over Avro's binary encoding. Nothing in the bytes says what stands where: the plan does, place by place.

use super::{AvroCell, AvroForm, unzigzag};
use crate::keys::KeyText;
use crate::plan::{Cell, Enum, Float, Int, Record, Slot, Sum};
use crate::scratch::SourceScratch;
use crate::text::{decimal, instant};
use crate::{Frame, Mark, Source, Step, Stop, varint};

/// Reads one value.
#[derive(Debug)]
pub struct AvroSource<'a> {
    bytes: &'a [u8],
    position: usize,
    /// Where the value begins that was read last.
    at: usize,
    depth: u16,
    fuel: i64,
    cell: AvroCell,
    scratch: &'a mut SourceScratch,
}

/// Bytes of the largest decimal.
const DECIMAL_BYTES_MAX: usize = 16;

impl<'a> AvroSource<'a> {
    /// A source at the beginning of a value.
    pub(crate) fn new(
        bytes: &'a [u8],
        depth: u16,
        scratch: &'a mut SourceScratch,
    ) -> Result<Self, (Stop, u32)> {
        if bytes.len() >= 1 << 31 {
            return Err((Stop::Size, 0));
        }
        scratch.keys.clear();
        let fuel = 16 * bytes.len() as i64 + 1024;
        Ok(AvroSource { bytes, position: 0, at: 0, depth, fuel, cell: AvroCell::PLAIN, scratch })
    }

    fn long(&mut self) -> Result<i64, Stop> {
        self.at = self.position;
        varint::read(self.bytes, &mut self.position, self.bytes.len()).map(unzigzag)
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], Stop> {
        self.at = self.position;
        let end = self.position.checked_add(count).ok_or(Stop::Malformed)?;
        let taken = self.bytes.get(self.position..end).ok_or(Stop::Malformed)?;
        self.position = end;
        Ok(taken)
    }

    /// Past the place in the union around a value.
    fn begin(&mut self) -> Result<(), Stop> {
        let Some(lead) = self.cell.lead.take() else { return Ok(()) };
        let found = self.long()?;
        match u16::try_from(found) {
            Ok(found) if found == lead => Ok(()),
            Ok(found) if Some(found) == self.cell.null => Err(Stop::Type),
            _ => Err(Stop::Malformed),
        }
    }

    fn counted(&mut self) -> Result<&'a [u8], Stop> {
        let count = usize::try_from(self.long()?).map_err(|_| Stop::Malformed)?;
        self.take(count)
    }

    fn string(&mut self) -> Result<&'a [u8], Stop> {
        let text = self.counted()?;
        varint::check_utf8(text)?;
        Ok(text)
    }

    /// The next block of items: how many it has; 0 is the end.
    fn block(&mut self) -> Result<u32, Stop> {
        let mut count = self.long()?;
        if count < 0 {
            // Its size in bytes follows, for those who want to pass over it.
            count = count.checked_neg().ok_or(Stop::Malformed)?;
            let size = usize::try_from(self.long()?).map_err(|_| Stop::Malformed)?;
            if size > self.bytes.len() - self.position {
                return Err(Stop::Malformed);
            }
        }
        u32::try_from(count).map_err(|_| Stop::Malformed)
    }

    /// Whether one more item follows; items may take no bytes at all, so each is charged for.
    fn item(&mut self, frame: &mut Frame) -> Result<bool, Stop> {
        if frame.cursor == 0 {
            if frame.flag == 1 {
                return Ok(false);
            }
            frame.cursor = self.block()?;
            if frame.cursor == 0 {
                frame.flag = 1;
                self.depth += 1;
                return Ok(false);
            }
        }
        frame.cursor -= 1;
        self.fuel -= 1;
        if self.fuel < 0 { Err(Stop::Fuel) } else { Ok(true) }
    }

    fn deeper(&mut self) -> Result<Frame, Stop> {
        self.at = self.position;
        if self.depth == 0 {
            return Err(Stop::Depth);
        }
        self.depth -= 1;
        Ok(Frame { origin: self.position as u32, ..Frame::default() })
    }

    fn decimal_value(&mut self, size: Option<u32>) -> Result<i128, Stop> {
        let bytes = match size {
            Some(size) => self.take(size as usize)?,
            None => self.counted()?,
        };
        let (first, negative) = match bytes.first() {
            Some(first) => (bytes.len().saturating_sub(DECIMAL_BYTES_MAX), *first > 127),
            None => (0, false),
        };
        let sign = if negative { 0xff } else { 0 };
        if bytes[..first].iter().any(|byte| *byte != sign) {
            return Err(Stop::Format);
        }
        let mut value = [sign; DECIMAL_BYTES_MAX];
        let counted = &bytes[first..];
        value[DECIMAL_BYTES_MAX - counted.len()..].copy_from_slice(counted);
        let value = i128::from_be_bytes(value);
        if (value < 0) == negative { Ok(value) } else { Err(Stop::Format) }
    }
}

impl Source for AvroSource<'_> {
    fn mark(&self) -> Mark {
        Mark { position: self.position as u32, depth: self.depth, ..Mark::default() }
    }
    fn seek(&mut self, mark: Mark) -> Result<(), Stop> {
        self.fuel -= self.position.saturating_sub(mark.position as usize) as i64 + 1;
        self.jump(mark)?;
        if self.fuel < 0 { Err(Stop::Fuel) } else { Ok(()) }
    }
    fn jump(&mut self, mark: Mark) -> Result<(), Stop> {
        self.position = mark.position as usize;
        self.depth = mark.depth;
        Ok(())
    }
    fn place(&mut self, slot: &Slot) {
        self.cell = match slot.from.as_deref() {
            Some(Cell::Avro(cell)) => *cell,
            _ => AvroCell::PLAIN,
        };
    }
    /// What is not understood cannot be passed over.
    fn skip(&mut self) -> Result<(), Stop> {
        Err(Stop::Enough)
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
    fn null(&mut self) -> Result<bool, Stop> {
        let Some(null) = self.cell.null else { return Ok(false) };
        let before = self.position;
        if self.long()? == i64::from(null) {
            return Ok(true);
        }
        self.position = before;
        Ok(false)
    }
    fn null_value(&mut self) -> Result<(), Stop> {
        self.begin()
    }
    fn enter(&mut self, _: &Record) -> Result<Frame, Stop> {
        self.begin()?;
        self.deeper()
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
        self.begin()?;
        self.deeper()
    }
    fn more(&mut self, frame: &mut Frame, _: bool) -> Result<bool, Stop> {
        self.item(frame)
    }
    fn map(&mut self) -> Result<Frame, Stop> {
        self.begin()?;
        self.deeper()
    }
    fn entry(&mut self, map: &mut Frame, entry: &mut Frame) -> Result<Option<bool>, Stop> {
        if !self.item(map)? {
            return Ok(None);
        }
        let key = self.string()?;
        let end = self.position as u32;
        *entry = Frame { origin: end - key.len() as u32, limit: end, ..Frame::default() };
        Ok(Some(true))
    }
    fn key_text(&mut self, entry: &Frame) -> Result<&[u8], Stop> {
        Ok(&self.bytes[entry.origin as usize..entry.limit as usize])
    }
    fn key_once(&mut self, map: &Frame, entry: &Frame) -> Result<(), Stop> {
        let key = KeyText::Span(entry.origin, entry.limit);
        let SourceScratch { keys, .. } = &mut *self.scratch;
        match keys.note(self.bytes, map.origin, entry.origin, key, &mut self.fuel)? {
            Some(_) => Err(Stop::Duplicate),
            None => Ok(()),
        }
    }
    fn branch(&mut self, sum: &Sum) -> Result<Option<usize>, Stop> {
        let found = u32::try_from(self.long()?).map_err(|_| Stop::Malformed)?;
        sum.branches.iter().position(|branch| branch.number == found).map(Some).ok_or(Stop::OneOf)
    }
    fn text(&mut self) -> Result<&[u8], Stop> {
        self.begin()?;
        match self.cell.form {
            AvroForm::Date => {
                let seconds = self.long()?.checked_mul(86_400).ok_or(Stop::Format)?;
                if !(instant::SECONDS_MIN..=instant::SECONDS_MAX).contains(&seconds) {
                    return Err(Stop::Format);
                }
                let (text, _) = instant::write(seconds, 0);
                self.scratch.text.clear();
                self.scratch.text.extend_from_slice(&text[1..11]);
                Ok(&self.scratch.text)
            }
            AvroForm::Decimal(..) => self.decimal(),
            _ => self.string(),
        }
    }
    fn int(&mut self, _: &Int) -> Result<i64, Stop> {
        self.begin()?;
        self.long()
    }
    fn uint(&mut self, int: &Int) -> Result<u64, Stop> {
        self.begin()?;
        u64::try_from(self.long()?).map_err(|_| int.min_rule)
    }
    fn float(&mut self, _: &Float) -> Result<f64, Stop> {
        self.begin()?;
        let broken = |_| Stop::Malformed;
        if self.cell.form == AvroForm::Float {
            let bytes = self.take(4)?.try_into().map_err(broken)?;
            return Ok(f64::from(f32::from_le_bytes(bytes)));
        }
        let bytes = self.take(8)?.try_into().map_err(broken)?;
        Ok(f64::from_le_bytes(bytes))
    }
    fn bool(&mut self) -> Result<bool, Stop> {
        self.begin()?;
        match self.take(1)? {
            [0] => Ok(false),
            [1] => Ok(true),
            _ => Err(Stop::Malformed),
        }
    }
    fn bytes(&mut self) -> Result<&[u8], Stop> {
        self.begin()?;
        match self.cell.form {
            AvroForm::Fixed(size) => self.take(size as usize),
            _ => self.counted(),
        }
    }
    fn instant(&mut self) -> Result<(i64, u32), Stop> {
        self.begin()?;
        let AvroForm::Timestamp(unit) = self.cell.form else {
            return instant::parse(self.string()?).ok_or(Stop::Format);
        };
        let nanos = i128::from(self.long()?) * i128::from(unit);
        let seconds = nanos.div_euclid(1_000_000_000) as i64;
        if !(instant::SECONDS_MIN..=instant::SECONDS_MAX).contains(&seconds) {
            return Err(Stop::Format);
        }
        Ok((seconds, nanos.rem_euclid(1_000_000_000) as u32))
    }
    fn duration(&mut self) -> Result<(i64, i32), Stop> {
        self.begin()?;
        crate::text::time::duration(self.string()?).ok_or(Stop::Format)
    }
    fn choice(&mut self, choice: &Enum) -> Result<i32, Stop> {
        self.begin()?;
        let place = usize::try_from(self.long()?).map_err(|_| Stop::Malformed)?;
        choice.names.get(place).map(|name| name.1).ok_or(Stop::Enum)
    }
    fn decimal(&mut self) -> Result<&[u8], Stop> {
        self.begin()?;
        let AvroForm::Decimal(scale, size) = self.cell.form else { return self.string() };
        let value = self.decimal_value(size)?;
        decimal::write(value, scale, &mut self.scratch.text);
        Ok(&self.scratch.text)
    }
    fn mask(&mut self) -> Result<&[u8], Stop> {
        self.begin()?;
        self.string()
    }
    fn finish(&mut self) -> Result<(), Stop> {
        if self.position == self.bytes.len() { Ok(()) } else { Err(Stop::Malformed) }
    }
}
