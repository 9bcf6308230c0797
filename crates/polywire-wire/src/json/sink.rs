//! Writes JSON text.

use super::scan;
use crate::plan::{Enum, Float, Int, Slot};
use crate::text::{base64, digits, instant, time};
use crate::{Buffer, Sink};

/// Writes into a buffer.
#[derive(Debug)]
pub struct JsonSink<'a> {
    out: &'a mut Buffer,
    /// The next member or item is the first: no comma before it.
    first: bool,
}

/// The bit of a checkpoint that holds [`JsonSink::first`].
const FIRST: u64 = 1 << 63;

impl<'a> JsonSink<'a> {
    /// A sink that appends.
    pub(crate) fn new(out: &'a mut Buffer) -> Self {
        JsonSink { out, first: true }
    }

    /// A sink that goes on where another one stopped.
    pub(crate) fn resume(out: &'a mut Buffer, first: bool) -> Self {
        JsonSink { out, first }
    }

    /// Whether the next member or item is the first.
    pub(crate) fn is_first(&self) -> bool {
        self.first
    }

    /// Comma, name and colon, or what of them the place needs.
    #[inline(always)]
    fn key(&mut self, slot: &Slot) {
        let length = usize::from(slot.key_length);
        let first = std::mem::replace(&mut self.first, false);
        let skip = usize::from(first && length > 0);
        let block: &[u8; 32] = match slot.key[skip..].first_chunk() {
            Some(block) => block,
            None => return,
        };
        self.out.block(block, length - skip);
        if let Some(key) = &slot.long_key {
            self.long_key(key, usize::from(first));
        }
    }

    #[inline(never)]
    #[cold]
    fn long_key(&mut self, key: &[u8], skip: usize) {
        self.out.slice(&key[skip..]);
    }

    #[inline(always)]
    fn bracket(&mut self, slot: &Slot, bracket: u8) {
        self.key(slot);
        self.out.byte(bracket);
        self.first = true;
    }

    #[inline(always)]
    fn end(&mut self, bracket: u8) {
        self.out.byte(bracket);
        self.first = false;
    }

    #[inline(always)]
    fn digits(&mut self, value: u64) {
        let (text, count) = digits::digits(value);
        self.out.block(&text, count);
    }

    #[inline(always)]
    fn signed(&mut self, value: i64) {
        if value < 0 {
            self.out.byte(b'-');
        }
        self.digits(value.unsigned_abs());
    }

    /// Up to two decimals and 15 digits: that text is the shortest one that reads back as the value.
    #[inline(always)]
    fn cents(&mut self, value: f64) -> bool {
        let cents = value * 100.0;
        // The negation also catches a NaN.
        if cents.abs() >= 9e14 || value.is_nan() {
            return false;
        }
        // The nearest integer; where adding the half rounds up wrongly, the comparison below fails.
        let cents = (cents + 0.5f64.copysign(cents)) as i64;
        if cents as f64 / 100.0 != value || (cents == 0 && value.is_sign_negative()) {
            return false;
        }
        if cents < 0 {
            self.out.byte(b'-');
        }
        let cents = cents.unsigned_abs();
        self.digits(cents / 100);
        let part = (cents % 100) as u8;
        let (tenth, hundredth) = (b'0' + part / 10, b'0' + part % 10);
        self.out.block(&[b'.', tenth, hundredth, 0], if hundredth == b'0' { 2 } else { 3 });
        true
    }

    #[inline(never)]
    fn slow_float(&mut self, value: f64, single: bool) {
        let text: &[u8] = match value {
            v if v.is_nan() => b"\"NaN\"",
            f64::INFINITY => b"\"Infinity\"",
            f64::NEG_INFINITY => b"\"-Infinity\"",
            _ => {
                let mut text = zmij::Buffer::new();
                let text = if single { text.format_finite(value as f32) } else { text.format_finite(value) };
                self.out.slice(text.as_bytes());
                return;
            }
        };
        self.out.slice(text);
    }

    /// Before an entry's key.
    fn comma(&mut self) {
        if !self.first {
            self.out.byte(b',');
        }
    }
}

impl Sink for JsonSink<'_> {
    fn checkpoint(&self) -> u64 {
        self.out.length() as u64 | if self.first { FIRST } else { 0 }
    }

    fn rollback(&mut self, to: u64) {
        self.out.truncate((to & !FIRST) as usize);
        self.first = to & FIRST != 0;
    }

    #[inline(always)]
    fn open(&mut self, slot: &Slot) -> u64 {
        self.bracket(slot, b'{');
        0
    }

    #[inline(always)]
    fn close(&mut self, _: u64) {
        self.end(b'}');
    }

    fn wrap(&mut self, _: &Slot) -> u64 {
        0
    }

    fn unwrap(&mut self, _: u64) {}

    #[inline(always)]
    fn list(&mut self, slot: &Slot) -> u64 {
        let before = self.checkpoint();
        self.bracket(slot, b'[');
        before
    }

    #[inline(always)]
    fn end_list(&mut self, slot: &Slot, opened: u64, items: u32) {
        if items == 0 && slot.omit_zero {
            self.rollback(opened);
        } else {
            self.end(b']');
        }
    }

    fn map(&mut self, slot: &Slot) -> u64 {
        self.bracket(slot, b'{');
        0
    }

    fn entry_text(&mut self, _: &Slot, _: &Slot, value: &[u8]) -> u64 {
        self.comma();
        scan::write(self.out, value);
        self.out.byte(b':');
        self.first = false;
        0
    }

    fn entry_int(&mut self, _: &Slot, _: &Slot, int: &Int, value: i64) -> u64 {
        self.comma();
        self.out.byte(b'"');
        if int.signed {
            self.signed(value)
        } else {
            self.digits(value as u64)
        }
        self.out.slice(b"\":");
        self.first = false;
        0
    }

    fn entry_bool(&mut self, _: &Slot, _: &Slot, value: bool) -> u64 {
        self.comma();
        self.out.slice(if value { b"\"true\":" } else { b"\"false\":" });
        self.first = false;
        0
    }

    fn end_entry(&mut self, _: u64) {}

    fn end_map(&mut self, _: &Slot, _: u64, _: u32) {
        self.end(b'}');
    }

    fn tag(&mut self, slot: &Slot, value: &[u8]) {
        self.key(slot);
        scan::write(self.out, value);
    }

    fn ready(&mut self, slot: &Slot, bytes: &[u8]) {
        self.key(slot);
        self.out.slice(bytes);
    }

    fn null(&mut self, slot: &Slot) {
        self.key(slot);
        self.out.slice(b"null");
    }

    fn null_value(&mut self, slot: &Slot) {
        self.null(slot);
    }

    #[inline(always)]
    fn text(&mut self, slot: &Slot, value: &[u8]) {
        if slot.omit_zero && value.is_empty() {
            return;
        }
        self.key(slot);
        scan::write(self.out, value);
    }

    #[inline(always)]
    fn int(&mut self, slot: &Slot, int: &Int, value: i64) {
        if slot.omit_zero && value == 0 {
            return;
        }
        self.key(slot);
        if int.quoted {
            self.out.byte(b'"');
        }
        self.signed(value);
        if int.quoted {
            self.out.byte(b'"');
        }
    }

    #[inline(always)]
    fn uint(&mut self, slot: &Slot, int: &Int, value: u64) {
        if slot.omit_zero && value == 0 {
            return;
        }
        self.key(slot);
        if int.quoted {
            self.out.byte(b'"');
        }
        self.digits(value);
        if int.quoted {
            self.out.byte(b'"');
        }
    }

    #[inline(always)]
    fn float(&mut self, slot: &Slot, float: &Float, value: f64) {
        if slot.omit_zero && value.to_bits() == 0 {
            return;
        }
        self.key(slot);
        if !self.cents(value) {
            self.slow_float(value, float.single);
        }
    }

    #[inline(always)]
    fn bool(&mut self, slot: &Slot, value: bool) {
        if slot.omit_zero && !value {
            return;
        }
        self.key(slot);
        if value {
            self.out.block(b"true", 4);
        } else {
            self.out.block(b"false\0\0\0", 5);
        }
    }

    fn bytes(&mut self, slot: &Slot, value: &[u8]) {
        if slot.omit_zero && value.is_empty() {
            return;
        }
        self.key(slot);
        self.out.byte(b'"');
        for chunk in value.chunks(3) {
            self.out.block(&base64::encode_block(chunk), 4);
        }
        self.out.byte(b'"');
    }

    #[inline(always)]
    fn instant(&mut self, slot: &Slot, seconds: i64, nanos: u32) {
        self.key(slot);
        let (text, count) = instant::write(seconds, nanos);
        self.out.block(&text, count);
    }

    fn duration(&mut self, slot: &Slot, seconds: i64, nanos: i32) {
        self.key(slot);
        let (text, count) = time::write_duration(seconds, nanos);
        self.out.block(&text, count);
    }

    #[inline(always)]
    fn choice(&mut self, slot: &Slot, choice: &Enum, number: i32) {
        if slot.omit_zero && number == 0 {
            return;
        }
        self.key(slot);
        match choice.text_of(number) {
            Some(text) => self.out.slice(text),
            None => self.signed(i64::from(number)),
        }
    }

    fn mask(&mut self, slot: &Slot, value: &[u8]) {
        self.key(slot);
        scan::write(self.out, value);
    }

    fn number(&mut self, slot: &Slot, value: &[u8]) {
        self.key(slot);
        self.out.slice(value);
    }
}
