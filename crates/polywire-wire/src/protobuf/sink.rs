//! Writes a Protobuf message.

use crate::plan::{Enum, Float, Int, Slot, Wire};
use crate::varint::{pack, pack_short};
use crate::{Buffer, Sink};

/// Writes into a buffer.
#[derive(Debug)]
pub struct ProtobufSink<'a> {
    out: &'a mut Buffer,
}

/// What [`Sink::open`] returns for the message itself, which has no length before it.
const WHOLE: u64 = u64::MAX;
/// In what [`Sink::open`] returns: a group, with the tag that ends it.
const GROUP: u64 = 1 << 63;

impl<'a> ProtobufSink<'a> {
    /// A sink that appends.
    pub(crate) fn new(out: &'a mut Buffer) -> Self {
        ProtobufSink { out }
    }

    #[inline(always)]
    fn tagged(&mut self, slot: &Slot, value: u64) {
        let tag_bytes = usize::from(slot.tag_length);
        match pack_short(value) {
            // A tag has five bytes at most.
            Some((word, count)) if count + tag_bytes <= 8 => {
                self.out.block(&(word << (8 * tag_bytes) | slot.tag).to_le_bytes(), count + tag_bytes);
            }
            _ => self.tagged_long(slot, value),
        }
    }

    #[inline(never)]
    fn tagged_long(&mut self, slot: &Slot, value: u64) {
        let (word, count) = pack(value);
        self.out.block(&slot.tag.to_le_bytes(), usize::from(slot.tag_length));
        self.out.block(&word.to_le_bytes(), count);
    }

    #[inline(always)]
    fn varint(&mut self, slot: &Slot, value: u64) {
        if value != 0 || !slot.implicit {
            self.tagged(slot, value);
        }
    }

    /// Opens a span whose length is not known yet: one byte is kept for it.
    #[inline(always)]
    fn open_span(&mut self, slot: &Slot) -> u64 {
        if slot.tag_length == 0 {
            return WHOLE;
        }
        if slot.tag & 7 == 3 {
            return self.open_group(slot);
        }
        self.tagged(slot, 0);
        self.out.length() as u64 - 1
    }

    #[inline(never)]
    fn open_group(&mut self, slot: &Slot) -> u64 {
        self.out.block(&slot.tag.to_le_bytes(), usize::from(slot.tag_length));
        // The tag that ends a group is the next number.
        GROUP | (u64::from(slot.tag_length) << 56) | (slot.tag + 1)
    }

    #[inline(never)]
    fn close_group(&mut self, opened: u64) {
        if opened != WHOLE {
            let tag = u128::from(opened & ((1 << 56) - 1));
            self.out.block(&tag.to_le_bytes(), ((opened >> 56) & 7) as usize);
        }
    }

    #[inline(always)]
    fn close_span(&mut self, opened: u64) {
        if opened & GROUP != 0 {
            return self.close_group(opened);
        }
        let at = opened as usize;
        let length = self.out.length() - at - 1;
        if length < 128 {
            self.out.set(at, length as u8);
        } else {
            self.widen(at, length);
        }
    }

    #[inline(never)]
    fn widen(&mut self, at: usize, length: usize) {
        let (word, count) = pack(length as u64);
        self.out.widen(at, &word.to_le_bytes()[..count]);
    }

    #[inline(always)]
    fn block(&mut self, slot: &Slot, value: &[u8]) {
        if value.is_empty() && slot.implicit {
            return;
        }
        let tag_bytes = usize::from(slot.tag_length);
        if value.len() < 128 {
            let head = (value.len() as u64) << (8 * tag_bytes) | slot.tag;
            return self.out.headed(&head.to_le_bytes(), tag_bytes + 1, value);
        }
        self.tagged(slot, value.len() as u64);
        self.out.slice(value);
    }

    #[inline(always)]
    fn fixed64(&mut self, slot: &Slot, value: u64) {
        if value != 0 || !slot.implicit {
            self.out.block(&slot.tag.to_le_bytes(), usize::from(slot.tag_length));
            self.out.block(&value.to_le_bytes(), 8);
        }
    }

    #[inline(always)]
    fn fixed32(&mut self, slot: &Slot, value: u32) {
        if value != 0 || !slot.implicit {
            self.out.block(&slot.tag.to_le_bytes(), usize::from(slot.tag_length));
            self.out.block(&value.to_le_bytes(), 4);
        }
    }

    /// A message with the fields 1 and 2.
    #[inline(always)]
    fn pair(&mut self, slot: &Slot, first: i64, second: i64) {
        let opened = self.open_span(slot);
        for (tag, value) in [(0x08, first), (0x10, second)] {
            if value != 0 {
                let (word, count) = pack(value as u64);
                self.out.block(&(word << 8 | tag).to_le_bytes(), count + 1);
            }
        }
        self.close_span(opened);
    }
}

impl Sink for ProtobufSink<'_> {
    fn checkpoint(&self) -> u64 {
        self.out.length() as u64
    }

    fn rollback(&mut self, to: u64) {
        self.out.truncate(to as usize);
    }

    #[inline(always)]
    fn open(&mut self, slot: &Slot) -> u64 {
        self.open_span(slot)
    }

    #[inline(always)]
    fn close(&mut self, opened: u64) {
        self.close_span(opened);
    }

    fn wrap(&mut self, slot: &Slot) -> u64 {
        self.open_span(slot)
    }

    fn unwrap(&mut self, wrapped: u64) {
        self.close_span(wrapped);
    }

    #[inline(always)]
    fn list(&mut self, slot: &Slot) -> u64 {
        if slot.packed { self.open_span(slot) } else { 0 }
    }

    #[inline(always)]
    fn end_list(&mut self, slot: &Slot, opened: u64, items: u32) {
        if !slot.packed {
            return;
        }
        if items == 0 {
            self.out.truncate(opened as usize - usize::from(slot.tag_length));
        } else {
            self.close_span(opened);
        }
    }

    fn map(&mut self, _: &Slot) -> u64 {
        0
    }

    fn entry_text(&mut self, slot: &Slot, key: &Slot, value: &[u8]) -> u64 {
        let opened = self.open_span(slot);
        self.block(key, value);
        opened
    }

    fn entry_int(&mut self, slot: &Slot, key: &Slot, int: &Int, value: i64) -> u64 {
        let opened = self.open_span(slot);
        if int.signed {
            self.int(key, int, value)
        } else {
            self.uint(key, int, value as u64)
        }
        opened
    }

    fn entry_bool(&mut self, slot: &Slot, key: &Slot, value: bool) -> u64 {
        let opened = self.open_span(slot);
        self.bool(key, value);
        opened
    }

    fn end_entry(&mut self, entry: u64) {
        self.close_span(entry);
    }

    fn end_map(&mut self, _: &Slot, _: u64, _: u32) {}

    /// Only `google.protobuf.Any` has a field for it.
    fn tag(&mut self, slot: &Slot, value: &[u8]) {
        if slot.tag_length > 0 {
            self.block(slot, value);
        }
    }

    fn ready(&mut self, _: &Slot, bytes: &[u8]) {
        self.out.slice(bytes);
    }

    fn null(&mut self, _: &Slot) {}

    fn null_value(&mut self, slot: &Slot) {
        self.varint(slot, 0);
    }

    #[inline(always)]
    fn text(&mut self, slot: &Slot, value: &[u8]) {
        self.block(slot, value);
    }

    #[inline(always)]
    fn int(&mut self, slot: &Slot, int: &Int, value: i64) {
        match int.wire {
            Wire::Varint => self.varint(slot, value as u64),
            Wire::ZigZag => self.varint(slot, (value << 1 ^ value >> 63) as u64),
            Wire::Fixed32 => self.fixed32(slot, value as u32),
            Wire::Fixed64 => self.fixed64(slot, value as u64),
        }
    }

    #[inline(always)]
    fn uint(&mut self, slot: &Slot, int: &Int, value: u64) {
        match int.wire {
            Wire::Fixed32 => self.fixed32(slot, value as u32),
            Wire::Fixed64 => self.fixed64(slot, value),
            _ => self.varint(slot, value),
        }
    }

    #[inline(always)]
    fn float(&mut self, slot: &Slot, float: &Float, value: f64) {
        if float.single {
            self.fixed32(slot, (value as f32).to_bits());
        } else {
            self.fixed64(slot, value.to_bits());
        }
    }

    #[inline(always)]
    fn bool(&mut self, slot: &Slot, value: bool) {
        self.varint(slot, u64::from(value));
    }

    fn bytes(&mut self, slot: &Slot, value: &[u8]) {
        self.block(slot, value);
    }

    #[inline(always)]
    fn instant(&mut self, slot: &Slot, seconds: i64, nanos: u32) {
        self.pair(slot, seconds, i64::from(nanos));
    }

    fn duration(&mut self, slot: &Slot, seconds: i64, nanos: i32) {
        self.pair(slot, seconds, i64::from(nanos));
    }

    #[inline(always)]
    fn choice(&mut self, slot: &Slot, choice: &Enum, number: i32) {
        if choice.text {
            self.block(slot, choice.by_number(number).unwrap_or_default());
        } else {
            self.varint(slot, i64::from(number) as u64);
        }
    }

    fn mask(&mut self, slot: &Slot, value: &[u8]) {
        let opened = self.open_span(slot);
        for path in value.split(|byte| *byte == b',').filter(|path| !path.is_empty()) {
            self.out.byte(0x0a);
            let at = self.out.length() as u64;
            self.out.byte(0);
            for byte in path {
                if byte.is_ascii_uppercase() {
                    self.out.byte(b'_');
                }
                self.out.byte(byte.to_ascii_lowercase());
            }
            self.close_span(at);
        }
        self.close_span(opened);
    }
}
