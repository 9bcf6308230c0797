//! Writes C types into memory that is all zero before: what is padding, or is not written, says nothing.

use polywire_contract::Int as Domain;

use super::{LayoutCell, LayoutForm, of};
use crate::Sink;
use crate::plan::{Enum, Float, Int, Slot};

/// Writes into an image of the whole type, which may be lent.
#[derive(Debug)]
pub struct LayoutSink<'a> {
    image: &'a mut [u8],
    /// Where the innermost struct begins.
    base: u32,
    /// Where a value lies that is no member: the next item of an array.
    next: u32,
}

impl<'a> LayoutSink<'a> {
    /// A sink that begins at the image's beginning. All of the image is written: first with zeroes.
    pub(crate) fn new(image: &'a mut [u8]) -> Self {
        image.fill(0);
        LayoutSink { image, base: 0, next: 0 }
    }

    fn put(&mut self, at: u32, bytes: &[u8]) {
        let at = at as usize;
        if let Some(place) = self.image.get_mut(at..at + bytes.len()) {
            place.copy_from_slice(bytes);
        }
    }

    fn number(&mut self, at: u32, int: Domain, bits: u64) {
        self.put(at, &bits.to_le_bytes()[..int.size() as usize]);
    }

    /// Where a value lies. Of an alternative the tag is written, and what another one left is wiped away.
    fn begin(&mut self, cell: &LayoutCell) -> u32 {
        let Some(offset) = cell.offset else {
            let at = self.next;
            self.next += cell.size;
            return at;
        };
        let at = self.base + offset;
        if let (Some((tag, size)), Some(by)) = (cell.tag, cell.by) {
            if let Some(room) = self.image.get_mut(at as usize..(at + size) as usize) {
                room.fill(0);
            }
            self.number(self.base + by.offset, by.int, i64::from(tag) as u64);
        }
        at
    }

    /// Says how many of an array count.
    fn count(&mut self, cell: &LayoutCell, count: u64) {
        if let Some(by) = cell.count() {
            self.number(self.base + by.offset, by.int, count);
        }
    }

    fn filled(&mut self, slot: &Slot, value: &[u8]) {
        let cell = of(slot.to.as_deref());
        let at = self.begin(&cell);
        let value = &value[..value.len().min(cell.size as usize)];
        self.put(at, value);
        self.count(&cell, value.len() as u64);
    }

    fn whole(&mut self, slot: &Slot, bits: u64) {
        let cell = of(slot.to.as_deref());
        let LayoutForm::Int(int) = cell.form else { return };
        // Counts and tags are written with what they speak of.
        if !cell.says {
            let at = self.begin(&cell);
            self.number(at, int, bits);
        }
    }
}

impl Sink for LayoutSink<'_> {
    fn checkpoint(&self) -> u64 {
        u64::from(self.base) << 32 | u64::from(self.next)
    }
    /// What was written stays until the next alternative of the same union wipes it away.
    fn rollback(&mut self, to: u64) {
        (self.base, self.next) = ((to >> 32) as u32, to as u32);
    }
    fn open(&mut self, slot: &Slot) -> u64 {
        let at = self.begin(&of(slot.to.as_deref()));
        u64::from(std::mem::replace(&mut self.base, at))
    }
    fn close(&mut self, opened: u64) {
        self.base = opened as u32;
    }
    fn wrap(&mut self, _: &Slot) -> u64 {
        0
    }
    fn unwrap(&mut self, _: u64) {}
    fn list(&mut self, slot: &Slot) -> u64 {
        let at = self.begin(&of(slot.to.as_deref()));
        u64::from(std::mem::replace(&mut self.next, at))
    }
    fn end_list(&mut self, slot: &Slot, opened: u64, items: u32) {
        self.next = opened as u32;
        self.count(&of(slot.to.as_deref()), u64::from(items));
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
    fn tag(&mut self, _: &Slot, _: &[u8]) {}
    /// The runs of [`super::patches`], from the beginning of the struct.
    fn ready(&mut self, _: &Slot, bytes: &[u8]) {
        let mut rest = bytes;
        while let Some((head, after)) = rest.split_first_chunk::<8>() {
            let [a, b, c, d, e, f, g, h] = *head;
            let (at, count) = (u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h]));
            let Some((run, after)) = after.split_at_checked(count as usize) else { return };
            self.put(self.base + at, run);
            rest = after;
        }
    }
    fn null(&mut self, _: &Slot) {}
    fn null_value(&mut self, _: &Slot) {}
    fn text(&mut self, slot: &Slot, value: &[u8]) {
        self.filled(slot, value);
    }
    fn int(&mut self, slot: &Slot, _: &Int, value: i64) {
        self.whole(slot, value as u64);
    }
    fn uint(&mut self, slot: &Slot, _: &Int, value: u64) {
        self.whole(slot, value);
    }
    fn float(&mut self, slot: &Slot, _: &Float, value: f64) {
        let cell = of(slot.to.as_deref());
        let at = self.begin(&cell);
        match cell.form {
            LayoutForm::Float => self.put(at, &(value as f32).to_le_bytes()),
            _ => self.put(at, &value.to_le_bytes()),
        }
    }
    fn bool(&mut self, slot: &Slot, value: bool) {
        let at = self.begin(&of(slot.to.as_deref()));
        self.put(at, &[u8::from(value)]);
    }
    fn bytes(&mut self, slot: &Slot, value: &[u8]) {
        self.filled(slot, value);
    }
    fn instant(&mut self, _: &Slot, _: i64, _: u32) {}
    fn duration(&mut self, _: &Slot, _: i64, _: i32) {}
    fn choice(&mut self, slot: &Slot, choice: &Enum, number: i32) {
        self.whole(slot, choice.code(number) as u64);
    }
    fn mask(&mut self, _: &Slot, _: &[u8]) {}
}
