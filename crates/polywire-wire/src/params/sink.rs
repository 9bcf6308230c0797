//! Writes the leaves of a record as parameters, in their canonical text.

use crate::plan::{Enum, Float, Int, Slot};
use crate::text::{base64, digits, instant, time};
use crate::{Param, Sink};

/// Writes into a list whose texts are reused.
#[derive(Debug)]
pub struct ParamSink<'a> {
    params: &'a mut Vec<Param>,
    used: usize,
}

impl<'a> ParamSink<'a> {
    /// A sink that overwrites what the list holds.
    pub(crate) fn new(params: &'a mut Vec<Param>) -> Self {
        ParamSink { params, used: 0 }
    }

    /// Cuts the list to what was written.
    pub(crate) fn finish(self) {
        self.params.truncate(self.used);
    }

    fn put(&mut self, slot: &Slot, zero: bool, text: &[&[u8]]) {
        if zero && slot.omit_zero || slot.param == u16::MAX {
            return;
        }
        if self.used == self.params.len() {
            self.params.push(Param { slot: 0, text: String::new() });
        }
        let param = &mut self.params[self.used];
        param.slot = slot.param;
        param.text.clear();
        for part in text {
            param.text.push_str(&String::from_utf8_lossy(part));
        }
        self.used += 1;
    }

    fn signed(&mut self, slot: &Slot, value: i64) {
        let (text, count) = digits::digits(value.unsigned_abs());
        let sign: &[u8] = if value < 0 { b"-" } else { b"" };
        self.put(slot, value == 0, &[sign, &text[..count]]);
    }
}

impl Sink for ParamSink<'_> {
    fn checkpoint(&self) -> u64 {
        self.used as u64
    }
    fn rollback(&mut self, to: u64) {
        self.used = to as usize;
    }
    fn open(&mut self, _: &Slot) -> u64 {
        0
    }
    fn close(&mut self, _: u64) {}
    fn wrap(&mut self, _: &Slot) -> u64 {
        0
    }
    fn unwrap(&mut self, _: u64) {}
    fn list(&mut self, _: &Slot) -> u64 {
        0
    }
    fn end_list(&mut self, _: &Slot, _: u64, _: u32) {}
    fn map(&mut self, _: &Slot) {}
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
    fn end_map(&mut self, _: &Slot) {}
    fn tag(&mut self, _: &Slot, _: &[u8]) {}
    fn ready(&mut self, _: &Slot, _: &[u8]) {}
    fn null(&mut self, _: &Slot) {}
    fn null_value(&mut self, _: &Slot) {}
    fn text(&mut self, slot: &Slot, value: &[u8]) {
        self.put(slot, value.is_empty(), &[value]);
    }
    fn int(&mut self, slot: &Slot, _: &Int, value: i64) {
        self.signed(slot, value);
    }
    fn uint(&mut self, slot: &Slot, _: &Int, value: u64) {
        let (text, count) = digits::digits(value);
        self.put(slot, value == 0, &[&text[..count]]);
    }
    fn float(&mut self, slot: &Slot, float: &Float, value: f64) {
        let mut buffer = zmij::Buffer::new();
        let text = match value {
            v if v.is_nan() => "NaN",
            f64::INFINITY => "Infinity",
            f64::NEG_INFINITY => "-Infinity",
            v if float.single => buffer.format_finite(v as f32),
            v => buffer.format_finite(v),
        };
        self.put(slot, value == 0.0, &[text.strip_suffix(".0").unwrap_or(text).as_bytes()]);
    }
    fn bool(&mut self, slot: &Slot, value: bool) {
        self.put(slot, !value, &[if value { b"true" } else { b"false" }]);
    }
    fn bytes(&mut self, slot: &Slot, value: &[u8]) {
        let text: Vec<u8> = value.chunks(3).flat_map(base64::encode_block).collect();
        self.put(slot, value.is_empty(), &[&text]);
    }
    fn instant(&mut self, slot: &Slot, seconds: i64, nanos: u32) {
        let (text, count) = instant::write(seconds, nanos);
        self.put(slot, false, &[&text[1..count - 1]]);
    }
    fn duration(&mut self, slot: &Slot, seconds: i64, nanos: i32) {
        let (text, count) = time::write_duration(seconds, nanos);
        self.put(slot, false, &[&text[1..count - 1]]);
    }
    fn choice(&mut self, slot: &Slot, choice: &Enum, number: i32) {
        match choice.by_number(number) {
            Some(name) => self.put(slot, number == 0, &[name]),
            None => self.signed(slot, i64::from(number)),
        }
    }
    fn mask(&mut self, slot: &Slot, value: &[u8]) {
        self.put(slot, value.is_empty(), &[value]);
    }
}
