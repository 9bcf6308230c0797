//! Random types, and random values of them, as JSON whose members come in any order.

use polywire_contract::{Extra, Float, Int, Shape, Sum, TypeId, TypeRef, Variant};
use polywire_diag::{FileId, Span};
use serde_json::{Map, Number, Value, json};

use crate::contract::Hand;
use crate::random::Random;

/// Makes types of every shape that has a form in most encodings.
pub(crate) struct Types {
    pub(crate) hand: Hand,
    pub(crate) random: Random,
}

impl Types {
    pub(crate) fn new(seed: u64) -> Types {
        Types { hand: Hand::default(), random: Random(seed | 1) }
    }

    /// A record with some fields, and records below it to a depth.
    pub(crate) fn record(&mut self, depth: u64) -> TypeId {
        let count = 1 + self.random.below(6);
        let fields: Vec<(String, TypeId)> = (0..count)
            .map(|at| {
                let mark = ["!", "!", "?!", ""][self.random.below(4) as usize];
                (format!("f{at}{mark}"), self.ty(depth))
            })
            .collect();
        let fields: Vec<(&str, TypeId)> = fields.iter().map(|(name, id)| (name.as_str(), *id)).collect();
        self.hand.record(&fields, Extra::Closed)
    }

    pub(crate) fn ty(&mut self, depth: u64) -> TypeId {
        let kinds = if depth == 0 { 9 } else { 13 };
        let shape = match self.random.below(kinds) {
            0 => Shape::Bool,
            1 => Shape::Int([Int::I32, Int::I64, Int::U32, Int::I8][self.random.below(4) as usize]),
            2 => Shape::Float(Float::F64),
            3 => Shape::Text,
            4 => Shape::Bytes,
            5 => Shape::Decimal { digits: 9, scale: 2 },
            6 => Shape::Date,
            7 => Shape::Instant,
            8 => return self.hand.enumeration(&["RED", "GREEN", "BLUE"]),
            9 => return self.record(depth - 1),
            10 => {
                let item = self.ty(depth - 1);
                let nullable = self.random.below(3) == 0;
                Shape::List(TypeRef { id: item, nullable })
            }
            11 => {
                let key = self.hand.text();
                let value = self.ty(depth - 1);
                Shape::Map { key, value: value.into() }
            }
            _ => return self.sum(depth - 1),
        };
        self.hand.ty(shape, vec![])
    }

    /// Alternatives of different JSON types.
    fn sum(&mut self, depth: u64) -> TypeId {
        let list = self.hand.int();
        let all = [self.hand.text(), self.hand.int(), self.record(depth), self.hand.list(list)];
        let variants = all[..2 + self.random.below(3) as usize].iter().enumerate();
        let span = Span::new(FileId(0), 0, 0);
        let variants =
            variants.map(|(at, ty)| Variant { name: format!("v{at}"), ty: *ty, tags: Vec::new(), span });
        let sum = Sum { variants: variants.collect(), tag: None, exact: true };
        self.hand.ty(Shape::Sum(sum), vec![])
    }

    /// A value of a type.
    pub(crate) fn value(&mut self, ty: TypeId) -> Value {
        match self.hand.contract.ty(ty).shape.clone() {
            Shape::Bool => json!(self.random.below(2) == 1),
            Shape::Int(domain) => self.int(domain),
            Shape::Float(_) => json!(self.random.below(1 << 30) as f64 + 0.25),
            Shape::Text => json!(self.random.text(20)),
            Shape::Bytes => {
                let texts = ["", "AA==", "AAE=", "/+7d", "aGVsbG8gd29ybGQ="];
                json!(texts[self.random.below(5) as usize])
            }
            Shape::Decimal { .. } => {
                let sign = if self.random.below(2) == 0 { "-" } else { "" };
                json!(format!("{sign}{}.{:02}", self.random.below(9_999_999) + 1, self.random.below(100)))
            }
            Shape::Date => {
                json!(["1970-01-01", "2024-02-29", "0001-01-01", "9999-12-31"][self.random.below(4) as usize])
            }
            Shape::Instant => json!(
                ["1970-01-01T00:00:00Z", "2024-02-29T12:30:00.125Z", "1969-12-31T23:59:59.999999Z"]
                    [self.random.below(3) as usize]
            ),
            Shape::Enum(shape) => {
                json!(shape.values[self.random.below(shape.values.len() as u64) as usize].name)
            }
            Shape::List(item) => Value::Array((0..self.random.below(4)).map(|_| self.used(item)).collect()),
            Shape::Map { value, .. } => {
                let members = (0..self.random.below(4)).map(|at| {
                    let key = format!("{}{at}", self.random.text(4));
                    (key, self.used(value))
                });
                Value::Object(members.collect())
            }
            Shape::Record(record) => {
                let mut members = Map::new();
                for field in &record.fields {
                    if field.required || self.random.below(2) == 0 {
                        members.insert(field.name.clone(), self.used(field.ty));
                    }
                }
                Value::Object(members)
            }
            Shape::Sum(sum) => {
                let at = self.random.below(sum.variants.len() as u64) as usize;
                self.value(sum.variants[at].ty)
            }
            other => panic!("no values of {other:?}"),
        }
    }

    fn used(&mut self, ty: TypeRef) -> Value {
        if ty.nullable && self.random.below(3) == 0 { Value::Null } else { self.value(ty.id) }
    }

    fn int(&mut self, domain: Int) -> Value {
        let bits = self.random.below(u64::MAX) >> self.random.below(64);
        match domain {
            Int::I8 => json!(bits as i8),
            Int::I32 => json!(bits as i32),
            Int::U32 => json!(bits as u32),
            _ => Value::Number(Number::from(bits as i64)),
        }
    }

    /// The text of a value, members in any order.
    pub(crate) fn shuffled(&mut self, value: &Value) -> String {
        match value {
            Value::Array(items) => {
                let items: Vec<String> = items.iter().map(|item| self.shuffled(item)).collect();
                format!("[{}]", items.join(","))
            }
            Value::Object(members) => {
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
