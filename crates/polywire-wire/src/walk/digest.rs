//! A sink that writes nothing but one number: equal values have equal numbers, whatever order their members came in.

use crate::Sink;
use crate::check::Exact;
use crate::plan::{Enum, Float, Int, Slot};

/// A digest in progress: the sum of what each leaf adds, mixed with the way to it.
#[derive(Debug)]
pub(super) struct Digest {
    seed: u64,
    /// The way to the object or list that is open.
    way: u64,
    /// How many items the open list has had.
    items: u64,
    sum: u128,
    open: Vec<(u64, u64)>,
}

fn mix(state: u64, bytes: &[u8]) -> u64 {
    let mut state = state;
    for chunk in bytes.chunks(8) {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        let product = u128::from(state ^ u64::from_le_bytes(word)) * 0x9fb2_1c65_1e98_df25_u128;
        state = (product >> 64) as u64 ^ product as u64 ^ chunk.len() as u64;
    }
    state ^ state >> 29
}

impl Digest {
    pub(super) fn new(seed: u64, mut open: Vec<(u64, u64)>) -> Digest {
        open.clear();
        Digest { seed, way: seed, items: 0, sum: 0, open }
    }

    pub(super) fn finish(self) -> (u128, Vec<(u64, u64)>) {
        (self.sum, self.open)
    }

    /// The way to a place in what is open.
    fn way_to(&mut self, slot: &Slot) -> u64 {
        match (&slot.long_key, slot.key_length) {
            (Some(key), _) => mix(self.way, key),
            (None, 0 | 1) => {
                self.items += 1;
                mix(self.way, &self.items.to_le_bytes())
            }
            (None, length) => mix(self.way, &slot.key[..usize::from(length)]),
        }
    }

    fn leaf(&mut self, slot: &Slot, kind: u8, bytes: &[u8]) {
        let way = self.way_to(slot);
        self.add(way, kind, bytes);
    }

    fn add(&mut self, way: u64, kind: u8, bytes: &[u8]) {
        let low = mix(mix(way, &[kind]), bytes);
        let high = mix(low ^ self.seed.rotate_left(32), bytes);
        let added = u128::from(high) << 64 | u128::from(low);
        self.sum = self.sum.wrapping_add(added.wrapping_mul(0x2545_f491_4f6c_dd1d_0bad_5eed_f00d_cafb));
    }

    fn enter(&mut self, slot: &Slot, kind: u8) {
        let way = self.way_to(slot);
        self.add(way, kind, &[]);
        self.open.push((self.way, self.items));
        (self.way, self.items) = (way, 0);
    }

    fn leave(&mut self) {
        (self.way, self.items) = self.open.pop().unwrap_or((self.seed, 0));
    }

    fn entry(&mut self, key: &[u8]) {
        self.open.push((self.way, self.items));
        (self.way, self.items) = (mix(self.way ^ 0x5bd1, key), 0);
    }

    fn exact(&mut self, slot: &Slot, value: Exact) {
        let mut bytes = [0; 21];
        bytes[..16].copy_from_slice(&value.digits.to_le_bytes());
        bytes[16..20].copy_from_slice(&value.exponent.to_le_bytes());
        bytes[20] = u8::from(value.negative);
        self.leaf(slot, b'n', &bytes);
    }

    fn parsed(&mut self, slot: &Slot, text: &[u8]) {
        match Exact::parse(text) {
            Some(value) => self.exact(slot, value),
            None => self.leaf(slot, b'N', text),
        }
    }
}

impl Sink for Digest {
    fn checkpoint(&self) -> u64 {
        0
    }

    /// Nothing is tried under a digest: JSON is walked without a type, and Protobuf names its alternatives.
    fn rollback(&mut self, _: u64) {}

    fn open(&mut self, slot: &Slot) -> u64 {
        self.enter(slot, b'{');
        0
    }
    fn close(&mut self, _: u64) {
        self.leave();
    }
    fn wrap(&mut self, _: &Slot) -> u64 {
        0
    }
    fn unwrap(&mut self, _: u64) {}
    fn list(&mut self, slot: &Slot) -> u64 {
        self.enter(slot, b'[');
        0
    }
    fn end_list(&mut self, _: &Slot, _: u64, _: u32) {
        self.leave();
    }
    fn map(&mut self, slot: &Slot) -> u64 {
        self.enter(slot, b'{');
        0
    }
    fn entry_text(&mut self, _: &Slot, _: &Slot, value: &[u8]) -> u64 {
        self.entry(value);
        0
    }
    fn entry_int(&mut self, _: &Slot, _: &Slot, _: &Int, value: i64) -> u64 {
        self.entry(&value.to_le_bytes());
        0
    }
    fn entry_bool(&mut self, _: &Slot, _: &Slot, value: bool) -> u64 {
        self.entry(&[u8::from(value)]);
        0
    }
    fn end_entry(&mut self, _: u64) {
        self.leave();
    }
    fn end_map(&mut self, _: &Slot, _: u64, _: u32) {
        self.leave();
    }
    fn tag(&mut self, slot: &Slot, value: &[u8]) {
        self.leaf(slot, b't', value);
    }
    fn ready(&mut self, slot: &Slot, bytes: &[u8]) {
        self.leaf(slot, b'r', bytes);
    }
    fn null(&mut self, slot: &Slot) {
        self.leaf(slot, b'0', &[]);
    }
    fn null_value(&mut self, slot: &Slot) {
        self.leaf(slot, b'0', &[]);
    }
    fn text(&mut self, slot: &Slot, value: &[u8]) {
        self.leaf(slot, b't', value);
    }
    fn int(&mut self, slot: &Slot, _: &Int, value: i64) {
        let (text, count) = crate::text::digits::digits(value.unsigned_abs());
        let exact = Exact::parse(&text[..count]).map(|exact| Exact { negative: value < 0, ..exact });
        if let Some(exact) = exact {
            self.exact(slot, exact);
        }
    }
    fn uint(&mut self, slot: &Slot, _: &Int, value: u64) {
        let (text, count) = crate::text::digits::digits(value);
        self.parsed(slot, &text[..count]);
    }
    fn float(&mut self, slot: &Slot, _: &Float, value: f64) {
        let mut text = zmij::Buffer::new();
        if value.is_finite() {
            self.parsed(slot, text.format_finite(value).as_bytes());
        } else {
            self.leaf(slot, b'N', &value.to_le_bytes());
        }
    }
    fn bool(&mut self, slot: &Slot, value: bool) {
        self.leaf(slot, b'b', &[u8::from(value)]);
    }
    fn bytes(&mut self, slot: &Slot, value: &[u8]) {
        self.leaf(slot, b'x', value);
    }
    fn instant(&mut self, slot: &Slot, seconds: i64, nanos: u32) {
        self.leaf(slot, b'i', &(i128::from(seconds) << 32 | i128::from(nanos)).to_le_bytes());
    }
    fn duration(&mut self, slot: &Slot, seconds: i64, nanos: i32) {
        self.leaf(slot, b'd', &(i128::from(seconds) * 1_000_000_000 + i128::from(nanos)).to_le_bytes());
    }
    fn choice(&mut self, slot: &Slot, _: &Enum, number: i32) {
        self.leaf(slot, b'e', &number.to_le_bytes());
    }
    fn mask(&mut self, slot: &Slot, value: &[u8]) {
        self.leaf(slot, b't', value);
    }
    fn number(&mut self, slot: &Slot, value: &[u8]) {
        self.parsed(slot, value);
    }
}
