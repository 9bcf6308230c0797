//! Random values of a type, as JSON.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use chrono::{DateTime, NaiveDate, SecondsFormat};
use polywire_contract::{AvroId, AvroSchema, Float, Int, Shape, TypeId, TypeRef};
use serde_json::{Map, Value as Json, json};

use crate::types::{TAG, Types};

const DAYS_MIN: i64 = -719_162;
const DAYS_MAX: i64 = 2_932_896;

impl Types {
    /// A value; records nest to a depth.
    pub(crate) fn value(&mut self, ty: TypeId, lies: AvroId, depth: u64) -> Json {
        let shape = self.contract.ty(ty).shape.clone();
        let lies = self.contract.avro.get(lies).clone();
        let random = &mut self.random;
        match (&shape, &lies) {
            (Shape::Bool, _) => json!(random.once_in(2)),
            (Shape::Int(domain), _) => {
                let (least, most) = domain_of(*domain);
                json!(random.integer(least, most))
            }
            (Shape::Float(Float::F32), _) => {
                let float = f32::from_bits(random.bits() as u32);
                json!(if float.is_finite() { float } else { 0.1 })
            }
            (Shape::Float(_), _) => {
                let float = f64::from_bits(random.bits());
                json!(if float.is_finite() { float } else { 0.1 })
            }
            (Shape::Text, _) => {
                let most = if random.once_in(20) { 200 } else { 12 };
                json!(random.text(most))
            }
            (Shape::Bytes, AvroSchema::Fixed(size)) => {
                json!(BASE64_STANDARD.encode(random.bytes(u64::from(*size))))
            }
            (Shape::Bytes, _) => {
                let count = random.below(20);
                json!(BASE64_STANDARD.encode(random.bytes(count)))
            }
            (Shape::Decimal { digits, scale }, _) => json!(self.decimal_text(*digits, *scale)),
            (Shape::Date, _) => {
                let day = NaiveDate::from_epoch_days(random.integer(DAYS_MIN, DAYS_MAX) as i32);
                json!(day.expect("a day of a calendar").format("%Y-%m-%d").to_string())
            }
            (Shape::Instant, lies) => json!(self.moment_text(lies)),
            (Shape::Time, _) => {
                let second = random.below(86_400);
                json!(format!("{:02}:{:02}:{:02}.5", second / 3600, second / 60 % 60, second % 60))
            }
            (Shape::Duration, _) => json!(format!("{}.250s", random.integer(-315_576_000, 315_576_000))),
            (Shape::Uuid, _) => {
                let (a, b) = (random.bits(), random.bits());
                let tail = b & 0xffff_ffff_ffff;
                json!(format!(
                    "{:08x}-{:04x}-4{:03x}-8{:03x}-{tail:012x}",
                    a >> 32,
                    a >> 16 & 0xffff,
                    a & 0xfff,
                    b >> 52
                ))
            }
            (Shape::Enum(choice), _) => {
                json!(choice.values[random.below(choice.values.len() as u64) as usize].name)
            }
            (Shape::List(item), AvroSchema::Array(lies)) => {
                let most = if random.once_in(30) { 70 } else { 4 };
                let count = random.below(most);
                Json::Array((0..count).map(|_| self.use_of(*item, *lies, depth)).collect())
            }
            (Shape::Map { value, .. }, AvroSchema::Map(lies)) => {
                let count = random.below(4);
                let members = (0..count).map(|at| {
                    let key = format!("{}{at}", self.random.text(4));
                    (key, self.use_of(*value, *lies, depth))
                });
                Json::Object(members.collect())
            }
            (Shape::Record(record), AvroSchema::Record(fields)) => {
                let mut members = Map::new();
                for place in fields {
                    let field = &record.fields[place.field as usize];
                    let absent = if depth == 0 { 1 } else { 3 };
                    if field.required || !self.random.once_in(absent) {
                        members.insert(
                            field.name.clone(),
                            self.use_of(field.ty, place.schema, depth.saturating_sub(1)),
                        );
                    }
                }
                Json::Object(members)
            }
            (Shape::Sum(sum), AvroSchema::Union(branches)) => {
                let at = random.below(sum.variants.len() as u64) as usize;
                let branch =
                    branches.iter().find(|branch| branch.variant == Some(at as u32)).expect("each lies");
                let (schema, variant) = (branch.schema, &sum.variants[at]);
                let mut value = self.value(variant.ty, schema, depth);
                if let (Some(_), Json::Object(members)) = (&sum.tag, &mut value) {
                    members.insert(TAG.to_string(), json!(variant.name));
                }
                value
            }
            (shape, lies) => panic!("no values of {shape:?} as {lies:?}"),
        }
    }

    fn use_of(&mut self, ty: TypeRef, lies: AvroId, depth: u64) -> Json {
        if ty.nullable && self.random.once_in(3) {
            return Json::Null;
        }
        let lone = match self.contract.avro.get(lies) {
            AvroSchema::Union(branches) => branches.iter().find(|branch| {
                branch.variant.is_none() && *self.contract.avro.get(branch.schema) != AvroSchema::Null
            }),
            _ => None,
        };
        let lies = lone.map_or(lies, |branch| branch.schema);
        self.value(ty.id, lies, depth)
    }

    fn decimal_text(&mut self, digits: u16, scale: u16) -> String {
        let random = &mut self.random;
        if digits == 0 {
            return format!("{}.50", random.integer(i64::MIN, i64::MAX));
        }
        let mut value = (u128::from(random.bits()) << 64 | u128::from(random.bits())) >> random.below(128);
        match random.below(6) {
            0 => value = 10u128.pow(u32::from(digits)) - 1,
            _ => value %= 10u128.pow(u32::from(digits)),
        }
        let unit = 10u128.pow(u32::from(scale));
        let sign = if random.once_in(2) && value != 0 { "-" } else { "" };
        let mut text = format!("{sign}{}", value / unit);
        if scale > 0 {
            text.push_str(&format!(".{:0width$}", value % unit, width = usize::from(scale)));
        }
        // Zeros at the end need not be there.
        if random.once_in(4) && text.contains('.') {
            text.truncate(text.trim_end_matches('0').trim_end_matches('.').len());
        }
        text
    }

    fn moment_text(&mut self, lies: &AvroSchema) -> String {
        let (least, most) = match lies {
            AvroSchema::TimestampNanos => (-9_223_372_036, 9_223_372_035),
            _ => (DAYS_MIN * 86_400, DAYS_MAX * 86_400 + 86_399),
        };
        let unit = match lies {
            AvroSchema::TimestampMillis => 1_000_000,
            AvroSchema::TimestampMicros => 1000,
            _ => 1,
        };
        let nanos = if self.random.once_in(3) { 0 } else { self.random.below(1_000_000_000 / unit) * unit };
        let moment = DateTime::from_timestamp(self.random.integer(least, most), nanos as u32);
        moment.expect("a moment of a calendar").to_rfc3339_opts(SecondsFormat::AutoSi, true)
    }

    /// The text of a value, members in any order.
    pub(crate) fn shuffled(&mut self, value: &Json) -> String {
        match value {
            Json::Array(items) => {
                let items: Vec<String> = items.iter().map(|item| self.shuffled(item)).collect();
                format!("[{}]", items.join(","))
            }
            Json::Object(members) => {
                let mut texts: Vec<String> = members
                    .iter()
                    .map(|(key, value)| format!("{}:{}", json!(key), self.shuffled(value)))
                    .collect();
                for at in (1..texts.len()).rev() {
                    texts.swap(at, self.random.below(at as u64 + 1) as usize);
                }
                format!("{{{}}}", texts.join(","))
            }
            other => other.to_string(),
        }
    }
}

fn domain_of(domain: Int) -> (i64, i64) {
    match domain {
        Int::I8 => (i8::MIN.into(), i8::MAX.into()),
        Int::I16 => (i16::MIN.into(), i16::MAX.into()),
        Int::I32 => (i32::MIN.into(), i32::MAX.into()),
        Int::I64 => (i64::MIN, i64::MAX),
        Int::U8 => (0, u8::MAX.into()),
        Int::U16 => (0, u16::MAX.into()),
        Int::U32 => (0, u32::MAX.into()),
        // A `long` holds no more.
        Int::U64 => (0, i64::MAX),
    }
}
