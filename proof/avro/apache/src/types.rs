//! Random types: a type of the contract, its description, and the schema that says the same to apache-avro.

use polywire_contract::{
    AvroBranch, AvroField, AvroId, AvroSchema, Contract, Enum, EnumValue, Extra, Field, Float, Int, Record,
    Shape, Sum, TypeId, TypeRef, Variant,
};
use polywire_diag::{FileId, Span};
use polywire_syntax::{Node, Number, Value};
use serde_json::{Value as Json, json};

use crate::random::Random;

pub(crate) const TAG: &str = "which";
const SPAN: Span = Span { file: FileId(0), start: 0, end: 0 };

/// A type and how it lies.
#[derive(Clone)]
pub(crate) struct Made {
    pub(crate) ty: TypeId,
    pub(crate) lies: AvroId,
    pub(crate) avsc: Json,
}

/// Makes types.
pub(crate) struct Types {
    pub(crate) contract: Contract,
    pub(crate) random: Random,
    /// Records that are being made, which those inside of them may name.
    open: Vec<Made>,
    names: usize,
    /// Every text that is read is written as it was.
    exact_text: bool,
}

impl Types {
    pub(crate) fn new(seed: u64, exact_text: bool) -> Types {
        Types { contract: Contract::default(), random: Random(seed), open: Vec::new(), names: 0, exact_text }
    }

    fn made(&mut self, shape: Shape, lies: AvroSchema, avsc: Json) -> Made {
        let ty = self.contract.add_anonymous(shape, SPAN);
        let lies = self.contract.avro.add(lies);
        self.contract.avro.types.insert(ty, lies);
        Made { ty, lies, avsc }
    }

    fn name(&mut self) -> String {
        self.names += 1;
        format!("T{}", self.names)
    }

    fn ty(&mut self, depth: u64) -> Made {
        match self.random.below(if depth == 0 { 14 } else { 20 }) {
            0 => self.made(Shape::Bool, AvroSchema::Boolean, json!("boolean")),
            1 => {
                let domain = [Int::I8, Int::I16, Int::I32, Int::U8, Int::U16][self.random.below(5) as usize];
                self.made(Shape::Int(domain), AvroSchema::Int, json!("int"))
            }
            2 => {
                let domain = [Int::I64, Int::U64, Int::U32, Int::I8][self.random.below(4) as usize];
                self.made(Shape::Int(domain), AvroSchema::Long, json!("long"))
            }
            3 => self.made(Shape::Float(Float::F32), AvroSchema::Float, json!("float")),
            4 => self.made(Shape::Float(Float::F64), AvroSchema::Double, json!("double")),
            5 => self.made(Shape::Text, AvroSchema::String, json!("string")),
            6 => self.made(Shape::Bytes, AvroSchema::Bytes, json!("bytes")),
            7 => {
                let (size, name) = (self.random.below(20) as u32 + 1, self.name());
                let avsc = json!({"type": "fixed", "name": name, "size": size});
                self.made(Shape::Bytes, AvroSchema::Fixed(size), avsc)
            }
            8 => self.enumeration(),
            9 => self.made(Shape::Date, AvroSchema::Date, json!({"type": "int", "logicalType": "date"})),
            10 => self.moment(),
            11 | 12 => self.decimal(),
            13 => self.written(),
            14 | 15 => self.record(depth - 1),
            16 => {
                let item = self.used(depth - 1);
                let avsc = json!({"type": "array", "items": item.1.avsc});
                self.made(Shape::List(item.0), AvroSchema::Array(item.1.lies), avsc)
            }
            17 => {
                let key = self.contract.add_anonymous(Shape::Text, SPAN);
                let value = self.used(depth - 1);
                let avsc = json!({"type": "map", "values": value.1.avsc});
                self.made(Shape::Map { key, value: value.0 }, AvroSchema::Map(value.1.lies), avsc)
            }
            18 => self.union(depth - 1),
            _ => self.tagged(depth - 1),
        }
    }

    fn enumeration(&mut self) -> Made {
        let values: Vec<String> = (0..self.random.below(200) + 1).map(|at| format!("S{at}")).collect();
        let avsc = json!({"type": "enum", "name": self.name(), "symbols": values});
        let values = values.into_iter().map(|name| EnumValue { name, span: SPAN }).collect();
        self.made(Shape::Enum(Enum { values, open: false }), AvroSchema::Enum, avsc)
    }

    fn moment(&mut self) -> Made {
        let (lies, unit) = match self.random.below(3) {
            0 => (AvroSchema::TimestampMillis, "timestamp-millis"),
            1 => (AvroSchema::TimestampMicros, "timestamp-micros"),
            _ => (AvroSchema::TimestampNanos, "timestamp-nanos"),
        };
        self.made(Shape::Instant, lies, json!({"type": "long", "logicalType": unit}))
    }

    fn decimal(&mut self) -> Made {
        let digits = self.random.below(38) as u16 + 1;
        let scale = self.random.below(u64::from(digits) + 1) as u16;
        let needed = (f64::from(digits) * 10f64.log2() + 1.0) as u32 / 8 + 1;
        let size = (self.random.once_in(2)).then(|| needed + self.random.below(4) as u32);
        let mut avsc =
            json!({"type": "bytes", "logicalType": "decimal", "precision": digits, "scale": scale});
        if let Some(size) = size {
            avsc["type"] = json!("fixed");
            avsc["name"] = json!(self.name());
            avsc["size"] = json!(size);
        }
        self.made(Shape::Decimal { digits, scale }, AvroSchema::Decimal { digits, scale, size }, avsc)
    }

    /// Shapes that lie as text. Moments and spans of time are written in one of the ways in which they can be read, so that
    /// where bytes are broken the text may come back as another.
    fn written(&mut self) -> Made {
        let plain = Shape::Decimal { digits: 0, scale: 0 };
        let shapes = [Shape::Uuid, Shape::Time, plain, Shape::Duration, Shape::Instant];
        let count = if self.exact_text { 3 } else { 5 };
        let shape = shapes[self.random.below(count) as usize].clone();
        let avsc = match shape {
            Shape::Uuid => json!({"type": "string", "logicalType": "uuid"}),
            _ => json!("string"),
        };
        self.made(shape, AvroSchema::String, avsc)
    }

    /// A use of a type that may be null.
    fn used(&mut self, depth: u64) -> (TypeRef, Made) {
        let made = self.ty(depth);
        if self.random.below(3) > 0 {
            return (made.ty.into(), made);
        }
        let ty = TypeRef { id: made.ty, nullable: true };
        (ty, self.or_null(made))
    }

    /// A union with null, which stands first or last.
    fn or_null(&mut self, made: Made) -> Made {
        let null = AvroBranch { schema: self.contract.avro.add(AvroSchema::Null), variant: None };
        let (mut branches, mut avsc) = match (self.contract.avro.get(made.lies), made.avsc) {
            (AvroSchema::Union(branches), Json::Array(avsc)) => (branches.clone(), avsc),
            (_, avsc) => (vec![AvroBranch { schema: made.lies, variant: None }], vec![avsc]),
        };
        let at = if self.random.once_in(2) { 0 } else { branches.len() };
        branches.insert(at, null);
        avsc.insert(at, json!("null"));
        let lies = self.contract.avro.add(AvroSchema::Union(branches));
        Made { ty: made.ty, lies, avsc: Json::Array(avsc) }
    }

    fn union(&mut self, depth: u64) -> Made {
        let item = self.made(Shape::Int(Int::I64), AvroSchema::Long, json!("long"));
        let list = Shape::List(item.ty.into());
        let list = self.made(list, AvroSchema::Array(item.lies), json!({"type": "array", "items": "long"}));
        let text = self.made(Shape::Text, AvroSchema::String, json!("string"));
        let flag = self.made(Shape::Bool, AvroSchema::Boolean, json!("boolean"));
        let record = self.record(depth);
        let mut all = vec![item, list, text, flag, record];
        for at in (1..all.len()).rev() {
            all.swap(at, self.random.below(at as u64 + 1) as usize);
        }
        all.truncate(2 + self.random.below(4) as usize);
        self.sum(all, None)
    }

    /// Records that a member tells apart.
    fn tagged(&mut self, depth: u64) -> Made {
        let all = (0..2 + self.random.below(2)).map(|_| self.record(depth)).collect();
        self.sum(all, Some(TAG.to_string()))
    }

    fn sum(&mut self, all: Vec<Made>, tag: Option<String>) -> Made {
        let name = |made: &Made| named(&made.avsc).unwrap_or_default().to_string();
        let variant =
            |made: &Made| Variant { name: name(made), ty: made.ty, tags: vec![name(made)], span: SPAN };
        let variants = all.iter().map(variant).collect();
        let branch = |(at, made): (usize, &Made)| AvroBranch { schema: made.lies, variant: Some(at as u32) };
        let lies = AvroSchema::Union(all.iter().enumerate().map(branch).collect());
        let avsc = all.into_iter().map(|made| made.avsc).collect();
        self.made(Shape::Sum(Sum { variants, tag, exact: true }), lies, Json::Array(avsc))
    }

    pub(crate) fn record(&mut self, depth: u64) -> Made {
        let name = self.name();
        let record = self.made(Shape::Record(Record::default()), AvroSchema::Record(Vec::new()), json!(name));
        self.open.push(record.clone());
        let (mut fields, mut places, mut avsc) = (Vec::new(), Vec::new(), Vec::new());
        for at in 0..self.random.below(7) {
            let label = format!("f{at}");
            let (field, made, default) = self.field(&label, depth);
            places.push(AvroField { field: at as u32, schema: made.lies });
            let mut written = json!({"name": label, "type": made.avsc});
            if let Some(default) = default {
                written["default"] = default;
            }
            fields.push(field);
            avsc.push(written);
        }
        // The order in which fields lie is the schema's, not the contract's.
        for at in (1..places.len()).rev() {
            let with = self.random.below(at as u64 + 1) as usize;
            places.swap(at, with);
        }
        let avsc: Vec<Json> = places.iter().map(|place| avsc[place.field as usize].clone()).collect();
        self.open.pop();
        let shape = Record { fields, extra: Extra::Closed, ..Record::default() };
        self.contract.types[record.ty.0 as usize].shape = Shape::Record(shape);
        self.contract.avro.schemas[record.lies.0 as usize] = AvroSchema::Record(places);
        Made { avsc: json!({"type": "record", "name": name, "fields": avsc}), ..record }
    }

    /// A field; in its place may stand, as an optional one, a record around it.
    fn field(&mut self, label: &str, depth: u64) -> (Field, Made, Option<Json>) {
        if self.random.once_in(8) {
            let at = self.random.below(self.open.len() as u64) as usize;
            let around = self.open[at].clone();
            let ty = around.ty;
            return (Field::new(label, ty.into(), SPAN), self.or_null(around), None);
        }
        if self.random.once_in(8) {
            let mut field = Field::new(label, TypeRef { id: TypeId(0), nullable: false }, SPAN);
            let made = self.made(Shape::Int(Int::I32), AvroSchema::Int, json!("int"));
            field.ty = made.ty.into();
            field.default = Some(Node { value: Value::Number(Number("7".into())), span: SPAN });
            return (field, made, Some(json!(7)));
        }
        let required = self.random.below(3) > 0;
        let (ty, made) = self.used(depth);
        let mut field = Field::new(label, ty, SPAN);
        field.required = required;
        let made = if required || ty.nullable { made } else { self.or_null(made) };
        (field, made, None)
    }
}

/// The name of a schema that has one.
pub(crate) fn named(avsc: &Json) -> Option<&str> {
    avsc.get("name")?.as_str()
}
