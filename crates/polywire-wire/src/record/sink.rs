//! Writes a record: every item to its address, so that the order in which they come matters only behind tables whose
//! length varies.

use polywire_contract::{COBOL_ANCHORS_MAX, CobolAt, CobolPage};

use super::{Leaf, RecordCell, RecordForm, number, page};
use crate::check::Exact;
use crate::plan::{Cell, Enum, Float, Int, Slot};
use crate::text::{decimal, instant, time};
use crate::{Buffer, Sink};

/// Writes into a buffer.
#[derive(Debug)]
pub struct RecordSink<'a> {
    out: &'a mut Buffer,
    /// Where the record begins in the buffer.
    from: usize,
    /// Where anchors are, counted from there.
    anchors: [u32; COBOL_ANCHORS_MAX],
    /// Where the next occurrence of the innermost table begins.
    cursor: u32,
}

/// What [`Sink::open`] tells [`Sink::close`]: an offset, and above it these.
const ANCHOR_BITS: u32 = 32;
const BLANK_BITS: u32 = 40;
const OCCURS: u64 = 1 << 48;

fn cell(slot: &Slot) -> RecordCell {
    match slot.to.as_deref() {
        Some(Cell::Record(cell)) => *cell,
        _ => RecordCell::NOWHERE,
    }
}

impl<'a> RecordSink<'a> {
    /// A sink that appends.
    pub(crate) fn new(out: &'a mut Buffer) -> Self {
        let from = out.length();
        RecordSink { out, from, anchors: [0; COBOL_ANCHORS_MAX], cursor: 0 }
    }

    #[inline(always)]
    fn address(&self, at: CobolAt) -> u32 {
        self.anchors[usize::from(at.anchor)].saturating_add(at.offset)
    }

    #[inline(always)]
    fn window(&mut self, at: u32, size: u32, page: CobolPage) -> &mut [u8] {
        self.out.window(self.from + at as usize, size as usize, page::blank(page))
    }

    /// Where a value begins; what must be done before it.
    #[inline(always)]
    fn begin(&mut self, cell: &RecordCell) -> u32 {
        if cell.occurs {
            self.anchors[usize::from(cell.start.anchor)] = self.cursor;
            if cell.end.anchor == cell.start.anchor {
                self.cursor += if cell.area > 0 { cell.area } else { cell.end.offset };
            }
        }
        let start = self.address(cell.start);
        if cell.area > 0 {
            // Another alternative may have been tried here.
            self.window(start, cell.area, cell.page).fill(page::blank(cell.page));
        }
        start
    }

    fn leaf(&mut self, slot: &Slot) -> (&mut [u8], Leaf, CobolPage) {
        let cell = cell(slot);
        let start = self.begin(&cell);
        match cell.form {
            RecordForm::Leaf(leaf) => (self.window(start, cell.size(), cell.page), leaf, cell.page),
            _ => (&mut [], Leaf::Bytes, cell.page),
        }
    }

    #[inline(always)]
    fn put_text(&mut self, slot: &Slot, value: &[u8]) {
        match self.leaf(slot) {
            (place, Leaf::Text { right }, page) => write_text(value, right, page, place),
            (place, Leaf::Number(number), page) => {
                let value = decimal::unscaled(value, number.scale.into()).unwrap_or_default();
                number::write(value, number, page, place);
            }
            (place, Leaf::Bytes, _) => place.iter_mut().zip(value).for_each(|(to, from)| *to = *from),
        }
    }

    #[inline(always)]
    fn put_number(&mut self, slot: &Slot, value: i128) {
        if let (place, Leaf::Number(number), page) = self.leaf(slot) {
            number::write(value, number, page, place);
        }
    }
}

fn write_text(text: &[u8], right: bool, code: CobolPage, place: &mut [u8]) {
    let count = page::table(code).encode(text, place);
    place[count..].fill(page::blank(code));
    if right {
        place.rotate_right(place.len() - count);
    }
}

impl Sink for RecordSink<'_> {
    fn checkpoint(&self) -> u64 {
        (self.out.length() as u64) << 32 | u64::from(self.cursor)
    }
    fn rollback(&mut self, to: u64) {
        self.out.truncate((to >> 32) as usize);
        self.cursor = to as u32;
    }
    fn open(&mut self, slot: &Slot) -> u64 {
        let cell = cell(slot);
        self.begin(&cell);
        let varies = cell.occurs && cell.end.anchor != cell.start.anchor;
        u64::from(cell.end.offset)
            | u64::from(cell.end.anchor) << ANCHOR_BITS
            | u64::from(page::blank(cell.page)) << BLANK_BITS
            | if varies { OCCURS } else { 0 }
    }
    fn close(&mut self, opened: u64) {
        let end = self.address(CobolAt { anchor: (opened >> ANCHOR_BITS) as u8, offset: opened as u32 });
        self.out.window(self.from + end as usize, 0, (opened >> BLANK_BITS) as u8);
        if opened & OCCURS != 0 {
            self.cursor = end;
        }
    }
    fn wrap(&mut self, _: &Slot) -> u64 {
        0
    }
    fn unwrap(&mut self, _: u64) {}
    fn list(&mut self, slot: &Slot) -> u64 {
        let around = self.cursor;
        self.cursor = self.begin(&cell(slot));
        u64::from(around)
    }
    fn end_list(&mut self, slot: &Slot, opened: u64, items: u32) {
        let cell = cell(slot);
        let end = std::mem::replace(&mut self.cursor, opened as u32);
        let RecordForm::Table(table) = cell.form else { return };
        if let Some(after) = table.after {
            self.anchors[usize::from(after)] = end;
        }
        if let Some((at, number)) = table.count {
            let place = self.address(at);
            number::write(items.into(), number, cell.page, self.window(place, number.size(), cell.page));
        }
    }
    fn map(&mut self, _: &Slot) -> u64 {
        0
    }
    fn entry_text(&mut self, _: &Slot, _: &Slot, _: &[u8]) -> u64 {
        0
    }
    fn entry_int(&mut self, _: &Slot, _: &Slot, _: &Int, _: i64) -> u64 {
        0
    }
    fn entry_bool(&mut self, _: &Slot, _: &Slot, _: bool) -> u64 {
        0
    }
    fn end_entry(&mut self, _: u64) {}
    fn end_map(&mut self, _: &Slot, _: u64, _: u32) {}
    /// A selector.
    fn tag(&mut self, slot: &Slot, value: &[u8]) {
        self.put_text(slot, value);
    }
    fn ready(&mut self, slot: &Slot, bytes: &[u8]) {
        let cell = cell(slot);
        let start = self.begin(&cell);
        self.window(start, bytes.len() as u32, cell.page).copy_from_slice(bytes);
    }
    fn null(&mut self, _: &Slot) {}
    fn null_value(&mut self, _: &Slot) {}
    fn text(&mut self, slot: &Slot, value: &[u8]) {
        self.put_text(slot, value);
    }
    fn int(&mut self, slot: &Slot, _: &Int, value: i64) {
        self.put_number(slot, value.into());
    }
    fn uint(&mut self, slot: &Slot, _: &Int, value: u64) {
        self.put_number(slot, value.into());
    }
    fn float(&mut self, slot: &Slot, _: &Float, value: f64) {
        if let (place, Leaf::Number(number), page) = self.leaf(slot) {
            number::write(unscaled(value, number.scale), number, page, place);
        }
    }
    fn bool(&mut self, _: &Slot, _: bool) {}
    fn bytes(&mut self, slot: &Slot, value: &[u8]) {
        self.put_text(slot, value);
    }
    fn instant(&mut self, slot: &Slot, seconds: i64, nanos: u32) {
        let (text, count) = instant::write(seconds, nanos);
        self.put_text(slot, &text[1..count - 1]);
    }
    fn duration(&mut self, slot: &Slot, seconds: i64, nanos: i32) {
        let (text, count) = time::write_duration(seconds, nanos);
        self.put_text(slot, &text[1..count - 1]);
    }
    fn choice(&mut self, slot: &Slot, choice: &Enum, number: i32) {
        self.put_text(slot, choice.by_number(number).unwrap_or_default());
    }
    fn mask(&mut self, slot: &Slot, value: &[u8]) {
        self.put_text(slot, value);
    }
}

/// A float as an integer of its last place: its shortest decimal says how many places it has.
fn unscaled(value: f64, scale: u8) -> i128 {
    let mut text = zmij::Buffer::new();
    let Some(exact) = Exact::parse(text.format_finite(value).as_bytes()) else { return 0 };
    let power = exact.exponent + i32::from(scale);
    let factor = u32::try_from(power).ok().and_then(|power| 10u128.checked_pow(power));
    let magnitude = factor.and_then(|factor| exact.digits.checked_mul(factor));
    let magnitude = magnitude.and_then(|magnitude| i128::try_from(magnitude).ok()).unwrap_or_default();
    if exact.negative { -magnitude } else { magnitude }
}
