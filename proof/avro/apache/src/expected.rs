//! A value as apache-avro has it, from its JSON: every conversion is made here or by a library of its own, none by Polywire.

use std::collections::HashMap;

use apache_avro::Schema;
use apache_avro::schema::Name;
use apache_avro::types::Value;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use chrono::{DateTime, NaiveDate};
use num_bigint::BigInt;
use serde_json::Value as Json;

use crate::types::TAG;

/// A schema and what its names mean.
pub(crate) struct Names<'s> {
    known: HashMap<Name, &'s Schema>,
}

impl<'s> Names<'s> {
    pub(crate) fn of(schema: &'s Schema) -> Names<'s> {
        let mut names = Names { known: HashMap::new() };
        names.learn(schema);
        names
    }

    fn learn(&mut self, schema: &'s Schema) {
        match schema {
            Schema::Record(record) => {
                self.known.insert(record.name.clone(), schema);
                record.fields.iter().for_each(|field| self.learn(&field.schema));
            }
            Schema::Array(array) => self.learn(&array.items),
            Schema::Map(map) => self.learn(&map.types),
            Schema::Union(union) => union.variants().iter().for_each(|schema| self.learn(schema)),
            _ => {}
        }
    }

    /// The value that JSON says; none where it says none of this schema.
    pub(crate) fn value(&self, schema: &Schema, json: &Json) -> Option<Value> {
        Some(match schema {
            Schema::Ref { name } => return self.value(self.known.get(name)?, json),
            Schema::Null => json.as_null().map(|()| Value::Null)?,
            Schema::Boolean => Value::Boolean(json.as_bool()?),
            Schema::Int => Value::Int(json.as_i64()?.try_into().ok()?),
            Schema::Long => Value::Long(json.as_i64()?),
            Schema::Float => Value::Float(json.as_f64()? as f32),
            Schema::Double => Value::Double(json.as_f64()?),
            Schema::String => Value::String(json.as_str()?.to_string()),
            Schema::Bytes => Value::Bytes(BASE64_STANDARD.decode(json.as_str()?).ok()?),
            Schema::Fixed(fixed) => Value::Fixed(fixed.size, BASE64_STANDARD.decode(json.as_str()?).ok()?),
            Schema::Uuid(_) => Value::Uuid(json.as_str()?.parse().ok()?),
            Schema::Date => {
                let day: NaiveDate = json.as_str()?.parse().ok()?;
                Value::Date(day.to_epoch_days())
            }
            Schema::TimestampMillis => Value::TimestampMillis(moment(json)?.timestamp_millis()),
            Schema::TimestampMicros => Value::TimestampMicros(moment(json)?.timestamp_micros()),
            Schema::TimestampNanos => Value::TimestampNanos(moment(json)?.timestamp_nanos_opt()?),
            Schema::Decimal(decimal) => {
                let (whole, parts) = json.as_str()?.split_once('.').unwrap_or((json.as_str()?, ""));
                let unscaled: BigInt =
                    format!("{whole}{parts:0<width$}", width = decimal.scale).parse().ok()?;
                Value::Decimal(unscaled.to_signed_bytes_be().into())
            }
            Schema::Enum(choice) => {
                let at = choice.symbols.iter().position(|symbol| json.as_str() == Some(symbol))?;
                Value::Enum(at as u32, choice.symbols[at].clone())
            }
            Schema::Array(array) => {
                let items = json.as_array()?.iter().map(|item| self.value(&array.items, item));
                Value::Array(items.collect::<Option<_>>()?)
            }
            Schema::Map(map) => {
                let members = json.as_object()?.iter();
                let members = members.map(|(key, value)| Some((key.clone(), self.value(&map.types, value)?)));
                Value::Map(members.collect::<Option<_>>()?)
            }
            Schema::Union(union) => {
                let mut all = union.variants().iter().enumerate();
                let (at, value) = all.find_map(|(at, schema)| Some((at, self.value(schema, json)?)))?;
                Value::Union(at as u32, Box::new(value))
            }
            Schema::Record(record) => {
                let members = json.as_object()?;
                if members.get(TAG).is_some_and(|tag| *tag != record.name.name()) {
                    return None;
                }
                let fields = record.fields.iter().map(|field| {
                    let json = members.get(&field.name).or(field.default.as_ref()).unwrap_or(&Json::Null);
                    Some((field.name.clone(), self.value(&field.schema, json)?))
                });
                Value::Record(fields.collect::<Option<_>>()?)
            }
            other => panic!("no values of {other:?}"),
        })
    }
}

fn moment(json: &Json) -> Option<DateTime<chrono::FixedOffset>> {
    DateTime::parse_from_rfc3339(json.as_str()?).ok()
}
