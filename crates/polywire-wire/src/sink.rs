//! What an encoding must do to be written. The place comes with each call, so a sink keeps no stack.

use crate::plan::{Enum, Float, Int, Slot};

/// A writer of one encoding. It never fails: what it cannot hold was settled when the plan was compiled.
pub trait Sink {
    /// How much was written.
    fn checkpoint(&self) -> u64;
    /// Takes back everything since.
    fn rollback(&mut self, to: u64);
    /// Opens an object; what it returns goes to [`Sink::close`].
    fn open(&mut self, slot: &Slot) -> u64;
    /// Closes it.
    fn close(&mut self, opened: u64);
    /// Opens a message around a value, where the encoding has one.
    fn wrap(&mut self, slot: &Slot) -> u64;
    /// Closes it.
    fn unwrap(&mut self, wrapped: u64);
    /// Opens a list.
    fn list(&mut self, slot: &Slot) -> u64;
    /// Closes it.
    fn end_list(&mut self, slot: &Slot, opened: u64, items: u32);
    /// Opens a map.
    fn map(&mut self, slot: &Slot) -> u64;
    /// Begins an entry with this key.
    fn entry_text(&mut self, slot: &Slot, key: &Slot, value: &[u8]) -> u64;
    /// Begins an entry with this key.
    fn entry_int(&mut self, slot: &Slot, key: &Slot, int: &Int, value: i64) -> u64;
    /// Begins an entry with this key.
    fn entry_bool(&mut self, slot: &Slot, key: &Slot, value: bool) -> u64;
    /// Ends it.
    fn end_entry(&mut self, entry: u64);
    /// Closes a map.
    fn end_map(&mut self, slot: &Slot, opened: u64, members: u32);
    /// The member that names an alternative.
    fn tag(&mut self, slot: &Slot, value: &[u8]);
    /// A value that lies ready in this encoding's bytes, tag included.
    fn ready(&mut self, slot: &Slot, bytes: &[u8]);
    /// `null`.
    fn null(&mut self, slot: &Slot);
    /// `null` as a value of its own, which Protobuf writes too.
    fn null_value(&mut self, slot: &Slot);
    /// Text.
    fn text(&mut self, slot: &Slot, value: &[u8]);
    /// A signed integer.
    fn int(&mut self, slot: &Slot, int: &Int, value: i64);
    /// An unsigned integer.
    fn uint(&mut self, slot: &Slot, int: &Int, value: u64);
    /// A floating-point number.
    fn float(&mut self, slot: &Slot, float: &Float, value: f64);
    /// A boolean.
    fn bool(&mut self, slot: &Slot, value: bool);
    /// Bytes.
    fn bytes(&mut self, slot: &Slot, value: &[u8]);
    /// Seconds and nanoseconds since 1970.
    fn instant(&mut self, slot: &Slot, seconds: i64, nanos: u32);
    /// Seconds and nanoseconds of one sign.
    fn duration(&mut self, slot: &Slot, seconds: i64, nanos: i32);
    /// The number of an enum's value.
    fn choice(&mut self, slot: &Slot, choice: &Enum, number: i32);
    /// The paths of a field mask, `lowerCamel`, joined by commas.
    fn mask(&mut self, slot: &Slot, value: &[u8]);
    /// The text of a number of any type; only where values are walked through without a type.
    fn number(&mut self, _: &Slot, _: &[u8]) {}
}

/// Writes nothing: validation alone.
#[derive(Clone, Copy, Debug, Default)]
pub struct Discard;

impl Sink for Discard {
    fn checkpoint(&self) -> u64 {
        0
    }
    fn rollback(&mut self, _: u64) {}
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
    fn ready(&mut self, _: &Slot, _: &[u8]) {}
    fn null(&mut self, _: &Slot) {}
    fn null_value(&mut self, _: &Slot) {}
    fn text(&mut self, _: &Slot, _: &[u8]) {}
    fn int(&mut self, _: &Slot, _: &Int, _: i64) {}
    fn uint(&mut self, _: &Slot, _: &Int, _: u64) {}
    fn float(&mut self, _: &Slot, _: &Float, _: f64) {}
    fn bool(&mut self, _: &Slot, _: bool) {}
    fn bytes(&mut self, _: &Slot, _: &[u8]) {}
    fn instant(&mut self, _: &Slot, _: i64, _: u32) {}
    fn duration(&mut self, _: &Slot, _: i64, _: i32) {}
    fn choice(&mut self, _: &Slot, _: &Enum, _: i32) {}
    fn mask(&mut self, _: &Slot, _: &[u8]) {}
}
