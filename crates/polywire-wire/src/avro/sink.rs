//! Writes Avro's binary encoding: values one after the other, in the order of the schema.

use super::{AvroCell, AvroForm, zigzag};
use crate::plan::{Cell, Enum, Float, Int, Slot};
use crate::text::{decimal, instant, time};
use crate::varint::pack;
use crate::{Buffer, Sink};

/// Writes into a buffer.
#[derive(Debug)]
pub struct AvroSink<'a> {
    out: &'a mut Buffer,
}

fn cell(slot: &Slot) -> AvroCell {
    match slot.to.as_deref() {
        Some(Cell::Avro(cell)) => *cell,
        _ => AvroCell::PLAIN,
    }
}

impl<'a> AvroSink<'a> {
    /// A sink that appends.
    pub(crate) fn new(out: &'a mut Buffer) -> Self {
        AvroSink { out }
    }

    fn long(&mut self, value: i64) {
        let (word, count) = pack(zigzag(value));
        self.out.block(&word.to_le_bytes(), count);
    }

    /// The place in the union around a value, and how the value itself lies.
    fn begin(&mut self, slot: &Slot) -> AvroForm {
        let cell = cell(slot);
        if let Some(lead) = cell.lead {
            self.long(i64::from(lead));
        }
        cell.form
    }

    fn counted(&mut self, value: &[u8]) {
        self.long(value.len() as i64);
        self.out.slice(value);
    }

    /// A block of items is begun before their number is known: one byte is kept for it.
    fn block(&mut self) -> u64 {
        self.out.byte(0);
        self.out.length() as u64 - 1
    }

    fn end_block(&mut self, opened: u64, items: u32) {
        let at = opened as usize;
        if items == 0 {
            // The byte that was kept says that no block follows.
            return;
        }
        let (word, count) = pack(zigzag(i64::from(items)));
        self.out.widen(at, &word.to_le_bytes()[..count]);
        self.out.byte(0);
    }

    fn decimal(&mut self, text: &[u8], scale: u16, size: Option<u32>) {
        let value = decimal::unscaled(text, scale).unwrap_or_default();
        let bytes = value.to_be_bytes();
        let count = match size {
            Some(size) => size as usize,
            None => {
                let count = minimal(value);
                self.long(count as i64);
                count
            }
        };
        for _ in bytes.len()..count {
            self.out.byte(if value < 0 { 0xff } else { 0 });
        }
        self.out.slice(&bytes[bytes.len().saturating_sub(count)..]);
    }
}

/// How many bytes hold a number in two's complement.
fn minimal(value: i128) -> usize {
    let bits = 129 - (if value < 0 { !value } else { value }).leading_zeros() as usize;
    bits.div_ceil(8)
}

impl Sink for AvroSink<'_> {
    fn checkpoint(&self) -> u64 {
        self.out.length() as u64
    }
    fn rollback(&mut self, to: u64) {
        self.out.truncate(to as usize);
    }
    fn open(&mut self, slot: &Slot) -> u64 {
        self.begin(slot);
        0
    }
    fn close(&mut self, _: u64) {}
    fn wrap(&mut self, _: &Slot) -> u64 {
        0
    }
    fn unwrap(&mut self, _: u64) {}
    fn list(&mut self, slot: &Slot) -> u64 {
        self.begin(slot);
        self.block()
    }
    fn end_list(&mut self, _: &Slot, opened: u64, items: u32) {
        self.end_block(opened, items);
    }
    fn map(&mut self, slot: &Slot) -> u64 {
        self.begin(slot);
        self.block()
    }
    fn entry_text(&mut self, _: &Slot, _: &Slot, value: &[u8]) -> u64 {
        self.counted(value);
        0
    }
    fn entry_int(&mut self, _: &Slot, _: &Slot, int: &Int, value: i64) -> u64 {
        let text = if int.signed { value.to_string() } else { (value as u64).to_string() };
        self.counted(text.as_bytes());
        0
    }
    fn entry_bool(&mut self, _: &Slot, _: &Slot, value: bool) -> u64 {
        self.counted(if value { b"true" } else { b"false" });
        0
    }
    fn end_entry(&mut self, _: u64) {}
    fn end_map(&mut self, _: &Slot, opened: u64, members: u32) {
        self.end_block(opened, members);
    }
    fn tag(&mut self, _: &Slot, _: &[u8]) {}
    fn ready(&mut self, _: &Slot, bytes: &[u8]) {
        self.out.slice(bytes);
    }
    fn null(&mut self, slot: &Slot) {
        if let Some(null) = cell(slot).null {
            self.long(i64::from(null));
        }
    }
    fn null_value(&mut self, slot: &Slot) {
        self.null(slot);
    }
    fn text(&mut self, slot: &Slot, value: &[u8]) {
        match self.begin(slot) {
            AvroForm::Date => self.long(time::date(value).unwrap_or_default()),
            AvroForm::Decimal(scale, size) => self.decimal(value, scale, size),
            _ => self.counted(value),
        }
    }
    fn int(&mut self, slot: &Slot, _: &Int, value: i64) {
        self.begin(slot);
        self.long(value);
    }
    fn uint(&mut self, slot: &Slot, _: &Int, value: u64) {
        self.begin(slot);
        self.long(value as i64);
    }
    fn float(&mut self, slot: &Slot, _: &Float, value: f64) {
        match self.begin(slot) {
            AvroForm::Float => self.out.slice(&(value as f32).to_le_bytes()),
            _ => self.out.slice(&value.to_le_bytes()),
        }
    }
    fn bool(&mut self, slot: &Slot, value: bool) {
        self.begin(slot);
        self.out.byte(u8::from(value));
    }
    fn bytes(&mut self, slot: &Slot, value: &[u8]) {
        match self.begin(slot) {
            AvroForm::Fixed(_) => self.out.slice(value),
            _ => self.counted(value),
        }
    }
    fn instant(&mut self, slot: &Slot, seconds: i64, nanos: u32) {
        match self.begin(slot) {
            AvroForm::Timestamp(unit) => {
                let all = i128::from(seconds) * 1_000_000_000 + i128::from(nanos);
                self.long((all / i128::from(unit)) as i64);
            }
            _ => {
                let (text, count) = instant::write(seconds, nanos);
                self.counted(&text[1..count - 1]);
            }
        }
    }
    fn duration(&mut self, slot: &Slot, seconds: i64, nanos: i32) {
        self.begin(slot);
        let (text, count) = time::write_duration(seconds, nanos);
        self.counted(&text[1..count - 1]);
    }
    fn choice(&mut self, slot: &Slot, choice: &Enum, number: i32) {
        self.begin(slot);
        self.long(choice.place_of(number) as i64);
    }
    fn mask(&mut self, slot: &Slot, value: &[u8]) {
        self.begin(slot);
        self.counted(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_few_bytes_as_hold_the_sign() {
        let counts = [0, 127, 128, -128, -129, 32767, 32768].map(minimal);
        assert_eq!(counts, [1, 1, 2, 1, 2, 2, 3]);
        assert_eq!(minimal(i128::MIN), 16);
    }
}
