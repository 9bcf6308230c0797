//! Writes the leaves of a record as parameters, in their canonical text, or as JSON where that is their text.

use bytes::Bytes;

use crate::json::JsonSink;
use crate::plan::{Enum, Float, Int, Slot};
use crate::text::{base64, digits, instant, time};
use crate::{Buffer, Param, Sink};

/// Writes into a list whose texts are reused.
#[derive(Debug)]
pub struct ParamSink<'a> {
    params: &'a mut Vec<Param>,
    used: usize,
    json: Json,
}

/// A leaf whose text is JSON, while it is written.
#[derive(Debug, Default)]
struct Json {
    text: Buffer,
    first: bool,
    /// How many objects, lists and maps are open; 0 is outside of such a leaf.
    depth: u64,
    leaf: u16,
}

/// The bits of a checkpoint inside of JSON: a mark, the depth, and what the JSON sink says.
const INSIDE: u64 = 1 << 62;
const DEPTH_SHIFT: u32 = 40;
const DEPTH_MASK: u64 = (1 << 16) - 1;

impl<'a> ParamSink<'a> {
    /// A sink that overwrites what the list holds.
    pub(crate) fn new(params: &'a mut Vec<Param>) -> Self {
        ParamSink { params, used: 0, json: Json::default() }
    }

    /// Cuts the list to what was written.
    pub(crate) fn finish(self) {
        self.params.truncate(self.used);
    }

    /// Whether a value belongs to JSON; begins it where it does and is the first.
    fn in_json(&mut self, slot: &Slot) -> bool {
        if self.json.depth == 0 && slot.json {
            self.json.text.clear();
            self.json.first = true;
            self.json.leaf = slot.param;
        }
        self.json.depth > 0 || slot.json
    }

    fn write<T>(&mut self, write: impl FnOnce(&mut JsonSink<'_>) -> T) -> T {
        let mut sink = JsonSink::resume(&mut self.json.text, self.json.first);
        let result = write(&mut sink);
        self.json.first = sink.is_first();
        result
    }

    /// Opens something in JSON, or does nothing.
    fn opened(&mut self, slot: &Slot, write: impl FnOnce(&mut JsonSink<'_>) -> u64) -> u64 {
        if !self.in_json(slot) {
            return 0;
        }
        self.json.depth += 1;
        self.write(write)
    }

    /// Closes something in JSON, or does nothing.
    fn closed(&mut self, write: impl FnOnce(&mut JsonSink<'_>)) {
        if self.json.depth > 0 {
            self.write(write);
            self.json.depth -= 1;
            self.end_of_json();
        }
    }

    /// Writes a value in JSON; false where it is not in JSON.
    fn scalar(&mut self, slot: &Slot, write: impl FnOnce(&mut JsonSink<'_>)) -> bool {
        let inside = self.in_json(slot);
        if inside {
            self.write(write);
            self.end_of_json();
        }
        inside
    }

    /// Keeps the text of a leaf that is complete.
    fn end_of_json(&mut self) {
        if self.json.depth == 0 && self.json.text.length() > 0 {
            let text = std::mem::take(&mut self.json.text);
            self.push(self.json.leaf, &[text.bytes()]);
        }
    }

    fn push(&mut self, leaf: u16, text: &[&[u8]]) {
        if self.used == self.params.len() {
            self.params.push(Param::default());
        }
        let param = &mut self.params[self.used];
        param.slot = leaf;
        param.text.clear();
        param.file = None;
        for part in text {
            param.text.push_str(&String::from_utf8_lossy(part));
        }
        self.used += 1;
    }

    fn put(&mut self, slot: &Slot, zero: bool, text: &[&[u8]]) {
        if !(zero && slot.omit_zero || slot.param == u16::MAX) {
            self.push(slot.param, text);
        }
    }

    fn signed(&mut self, slot: &Slot, value: i64) {
        let (text, count) = digits::digits(value.unsigned_abs());
        let sign: &[u8] = if value < 0 { b"-" } else { b"" };
        self.put(slot, value == 0, &[sign, &text[..count]]);
    }
}

impl Sink for ParamSink<'_> {
    fn checkpoint(&self) -> u64 {
        if self.json.depth == 0 {
            return self.used as u64;
        }
        let first = if self.json.first { 1 << 63 } else { 0 };
        let depth = (self.json.depth & DEPTH_MASK) << DEPTH_SHIFT;
        INSIDE | first | depth | self.json.text.length() as u64
    }
    fn rollback(&mut self, to: u64) {
        if to & INSIDE == 0 {
            self.json.depth = 0;
            self.used = to as usize;
            return;
        }
        self.json.first = to >> 63 == 1;
        self.json.depth = to >> DEPTH_SHIFT & DEPTH_MASK;
        self.json.text.truncate((to & ((1 << DEPTH_SHIFT) - 1)) as usize);
    }
    fn open(&mut self, slot: &Slot) -> u64 {
        self.opened(slot, |json| json.open(slot))
    }
    fn close(&mut self, opened: u64) {
        self.closed(|json| json.close(opened));
    }
    fn wrap(&mut self, _: &Slot) -> u64 {
        0
    }
    fn unwrap(&mut self, _: u64) {}
    fn list(&mut self, slot: &Slot) -> u64 {
        self.opened(slot, |json| json.list(slot))
    }
    fn end_list(&mut self, slot: &Slot, opened: u64, items: u32) {
        self.closed(|json| json.end_list(slot, opened, items));
    }
    fn map(&mut self, slot: &Slot) -> u64 {
        self.opened(slot, |json| json.map(slot))
    }
    fn entry_text(&mut self, slot: &Slot, key: &Slot, value: &[u8]) -> u64 {
        if self.json.depth > 0 { self.write(|json| json.entry_text(slot, key, value)) } else { 0 }
    }
    fn entry_int(&mut self, slot: &Slot, key: &Slot, int: &Int, value: i64) -> u64 {
        if self.json.depth > 0 { self.write(|json| json.entry_int(slot, key, int, value)) } else { 0 }
    }
    fn entry_bool(&mut self, slot: &Slot, key: &Slot, value: bool) -> u64 {
        if self.json.depth > 0 { self.write(|json| json.entry_bool(slot, key, value)) } else { 0 }
    }
    fn end_entry(&mut self, _: u64) {}
    fn end_map(&mut self, slot: &Slot, opened: u64, members: u32) {
        self.closed(|json| json.end_map(slot, opened, members));
    }
    fn tag(&mut self, slot: &Slot, value: &[u8]) {
        self.scalar(slot, |json| json.tag(slot, value));
    }
    fn ready(&mut self, slot: &Slot, bytes: &[u8]) {
        self.scalar(slot, |json| json.ready(slot, bytes));
    }
    fn null(&mut self, slot: &Slot) {
        self.scalar(slot, |json| json.null(slot));
    }
    fn null_value(&mut self, slot: &Slot) {
        self.scalar(slot, |json| json.null_value(slot));
    }
    fn text(&mut self, slot: &Slot, value: &[u8]) {
        if self.scalar(slot, |json| json.text(slot, value)) {
            return;
        }
        self.put(slot, value.is_empty(), &[value]);
    }
    fn int(&mut self, slot: &Slot, int: &Int, value: i64) {
        if self.scalar(slot, |json| json.int(slot, int, value)) {
            return;
        }
        self.signed(slot, value);
    }
    fn uint(&mut self, slot: &Slot, int: &Int, value: u64) {
        if self.scalar(slot, |json| json.uint(slot, int, value)) {
            return;
        }
        let (text, count) = digits::digits(value);
        self.put(slot, value == 0, &[&text[..count]]);
    }
    fn float(&mut self, slot: &Slot, float: &Float, value: f64) {
        if self.scalar(slot, |json| json.float(slot, float, value)) {
            return;
        }
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
        if self.scalar(slot, |json| json.bool(slot, value)) {
            return;
        }
        self.put(slot, !value, &[if value { b"true" } else { b"false" }]);
    }
    fn bytes(&mut self, slot: &Slot, value: &[u8]) {
        if self.scalar(slot, |json| json.bytes(slot, value)) {
            return;
        }
        if slot.file && slot.param != u16::MAX {
            if !(value.is_empty() && slot.omit_zero) {
                self.push(slot.param, &[]);
                self.params[self.used - 1].file = Some(Bytes::copy_from_slice(value));
            }
            return;
        }
        let text: Vec<u8> = value.chunks(3).flat_map(base64::encode_block).collect();
        self.put(slot, value.is_empty(), &[&text]);
    }
    fn instant(&mut self, slot: &Slot, seconds: i64, nanos: u32) {
        if self.scalar(slot, |json| json.instant(slot, seconds, nanos)) {
            return;
        }
        let (text, count) = instant::write(seconds, nanos);
        self.put(slot, false, &[&text[1..count - 1]]);
    }
    fn duration(&mut self, slot: &Slot, seconds: i64, nanos: i32) {
        if self.scalar(slot, |json| json.duration(slot, seconds, nanos)) {
            return;
        }
        let (text, count) = time::write_duration(seconds, nanos);
        self.put(slot, false, &[&text[1..count - 1]]);
    }
    fn choice(&mut self, slot: &Slot, choice: &Enum, number: i32) {
        if self.scalar(slot, |json| json.choice(slot, choice, number)) {
            return;
        }
        match choice.by_number(number) {
            Some(name) => self.put(slot, number == 0, &[name]),
            None => self.signed(slot, i64::from(number)),
        }
    }
    fn mask(&mut self, slot: &Slot, value: &[u8]) {
        if self.scalar(slot, |json| json.mask(slot, value)) {
            return;
        }
        self.put(slot, value.is_empty(), &[value]);
    }
}
