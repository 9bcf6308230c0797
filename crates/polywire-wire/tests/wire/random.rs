//! Random messages and values, from a seed.

use prost_reflect::{DynamicMessage, Kind, MapKey, MessageDescriptor, ReflectMessage, Value};

/// xorshift64*
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16) % limit
    }

    fn bits(&mut self) -> u64 {
        let bits = self.below(1 << 32) << 32 | self.below(1 << 32);
        bits >> self.below(64)
    }

    pub(crate) fn text(&mut self, most: u64) -> String {
        let letters = ['a', 'Z', 'é', '"', '\\', '\n', '日', '😀', ' ', '\u{7f}', '0', '/', '\u{1}', '~'];
        (0..self.below(most + 1)).map(|_| letters[self.below(letters.len() as u64) as usize]).collect()
    }

    fn float(&mut self) -> f64 {
        match self.below(5) {
            0 => self.below(10_000) as f64 / 100.0,
            1 => f64::from_bits(self.below(u64::MAX)),
            2 => -(self.below(1 << 40) as f64),
            3 => self.below(1_000_000) as f64 / 1_000_000.0,
            _ => 0.0,
        }
    }

    /// Some bytes changed, added or removed.
    pub(crate) fn mutate(&mut self, bytes: &mut Vec<u8>, alphabet: &[u8]) {
        for _ in 0..1 + self.below(3) {
            let at = self.below(bytes.len() as u64 + 1) as usize;
            let byte = match alphabet {
                [] => self.below(256) as u8,
                letters => letters[self.below(letters.len() as u64) as usize],
            };
            match self.below(4) {
                0 if at < bytes.len() => bytes[at] = byte,
                1 if at < bytes.len() => {
                    bytes.remove(at);
                }
                2 => bytes.insert(at, byte),
                _ if self.below(4) == 0 => bytes.truncate(at),
                _ => {}
            }
        }
    }

    /// A message with about half of its fields.
    pub(crate) fn message(&mut self, descriptor: &MessageDescriptor, depth: u32) -> DynamicMessage {
        let mut message = DynamicMessage::new(descriptor.clone());
        match descriptor.full_name() {
            "google.protobuf.Timestamp" => {
                let seconds = self.below(315_537_897_599) as i64 - 62_135_596_800;
                message.set_field_by_name("seconds", Value::I64(seconds));
                message.set_field_by_name("nanos", Value::I32(self.below(1_000_000_000) as i32));
                return message;
            }
            "google.protobuf.Duration" => {
                let sign = if self.below(2) == 0 { 1 } else { -1 };
                message.set_field_by_name("seconds", Value::I64(sign * self.below(315_576_000_000) as i64));
                message
                    .set_field_by_name("nanos", Value::I32(sign as i32 * self.below(1_000_000_000) as i32));
                return message;
            }
            "google.protobuf.FieldMask" => {
                let paths = ["a", "b_c", "d.e_f"].map(|path| Value::String(path.into()));
                message.set_field_by_name("paths", Value::List(paths[..self.below(4) as usize].to_vec()));
                return message;
            }
            _ => {}
        }
        let value = descriptor.full_name() == "google.protobuf.Value";
        let one = self.below(descriptor.fields().len().max(1) as u64) as usize;
        for (at, field) in descriptor.fields().enumerate() {
            // Of a `Value` exactly one field.
            let set = if value { at == one } else { self.below(3) == 0 };
            if !set {
                continue;
            }
            let kind = field.kind();
            if depth == 0 && matches!(kind, Kind::Message(_)) && !value {
                continue;
            }
            let count = self.below(4);
            let made = if field.is_map() {
                let Kind::Message(entry) = &kind else { unreachable!("a map") };
                let (key, value) = (entry.map_entry_key_field().kind(), entry.map_entry_value_field().kind());
                Value::Map(
                    (0..count).filter_map(|_| Some((self.key(&key), self.value(&value, depth)?))).collect(),
                )
            } else if field.is_list() {
                Value::List((0..count).filter_map(|_| self.value(&kind, depth)).collect())
            } else {
                match self.value(&kind, depth) {
                    Some(value) => value,
                    None => continue,
                }
            };
            message.set_field(&field, made);
        }
        if value && message.fields().count() == 0 {
            message.set_field_by_name("string_value", Value::String("x".into()));
        }
        message
    }

    fn value(&mut self, kind: &Kind, depth: u32) -> Option<Value> {
        Some(match kind {
            Kind::Double => Value::F64(self.float()),
            Kind::Float => Value::F32(self.float() as f32),
            Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => Value::I32(self.bits() as i32),
            Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => Value::I64(self.bits() as i64),
            Kind::Uint32 | Kind::Fixed32 => Value::U32(self.bits() as u32),
            Kind::Uint64 | Kind::Fixed64 => Value::U64(self.bits()),
            Kind::Bool => Value::Bool(self.below(2) == 0),
            Kind::String => Value::String(self.text(20)),
            Kind::Bytes => Value::Bytes((0..self.below(20)).map(|_| self.below(256) as u8).collect()),
            Kind::Enum(found) if found.full_name() == "google.protobuf.NullValue" => Value::EnumNumber(0),
            Kind::Enum(found) => {
                let count = found.values().len() as u64;
                Value::EnumNumber(found.values().nth(self.below(count) as usize)?.number())
            }
            Kind::Message(message) => {
                let message = self.message(message, depth.checked_sub(1)?);
                // Numbers of a `Value` are finite.
                let not_finite = message
                    .get_field_by_name("number_value")
                    .and_then(|value| value.as_f64())
                    .is_some_and(|value| !value.is_finite());
                if message.descriptor().full_name() == "google.protobuf.Value" && not_finite {
                    return None;
                }
                Value::Message(message)
            }
        })
    }

    fn key(&mut self, kind: &Kind) -> MapKey {
        match kind {
            Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => MapKey::I32(self.bits() as i32),
            Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => MapKey::I64(self.bits() as i64),
            Kind::Uint32 | Kind::Fixed32 => MapKey::U32(self.bits() as u32),
            Kind::Uint64 | Kind::Fixed64 => MapKey::U64(self.bits()),
            Kind::Bool => MapKey::Bool(self.below(2) == 0),
            _ => MapKey::String(self.text(6)),
        }
    }
}
