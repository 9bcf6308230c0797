//! Fields of a message, with their `oneof`s.

use polywire_contract::{
    Exclusive, Field, Float, Int, ProtoField, ProtoKind, ProtoMessage, Record, Shape, TypeId, TypeRef,
};

use super::{Printer, last, quoted};

impl Printer<'_> {
    pub(super) fn fields(&mut self, id: TypeId, message: &ProtoMessage, depth: usize) {
        let contract = self.contract;
        match &contract.ty(id).shape {
            Shape::Record(record) => self.record(record, message, depth),
            Shape::Sum(sum) => {
                let name =
                    if message.fields.iter().flatten().any(|f| f.name == "kind") { "one_of" } else { "kind" };
                self.line(depth, &format!("oneof {name} {{"));
                for (variant, proto) in sum.variants.iter().zip(&message.fields) {
                    let Some(proto) = proto else { continue };
                    let ty = self.one(variant.ty.into(), proto);
                    self.line(depth + 1, &format!("{ty} {} = {};", proto.name, proto.number));
                }
                self.line(depth, "}");
            }
            shape => {
                let Some(Some(proto)) = message.fields.first() else { return };
                let ty = match shape {
                    Shape::List(_) | Shape::Map { .. } => self.whole(id.into(), proto),
                    _ if proto.kind == ProtoKind::Message => self.plain_message(id.into()),
                    // Without a value it is null, so that zero has to be seen.
                    _ => format!("optional {}", self.one(id.into(), proto)),
                };
                self.line(depth, &format!("{ty} {} = {};", proto.name, proto.number));
            }
        }
    }

    fn record(&mut self, record: &Record, message: &ProtoMessage, depth: usize) {
        let groups: Vec<&Exclusive> =
            record.exclusive.iter().filter(|group| is_oneof(group, record, message)).collect();
        let mut printed: Vec<&str> = Vec::new();
        for (at, (field, proto)) in record.fields.iter().zip(&message.fields).enumerate() {
            let Some(proto) = proto else { continue };
            let Some(group) = groups.iter().find(|group| group.fields.contains(&(at as u32))) else {
                self.field(field, proto, depth, false);
                continue;
            };
            if printed.contains(&group.name.as_str()) {
                continue;
            }
            printed.push(&group.name);
            self.line(depth, &format!("oneof {} {{", group.name));
            for member in &group.fields {
                let member = *member as usize;
                if let (Some(field), Some(Some(proto))) =
                    (record.fields.get(member), message.fields.get(member))
                {
                    self.field(field, proto, depth + 1, true);
                }
            }
            self.line(depth, "}");
        }
    }

    fn field(&mut self, field: &Field, proto: &ProtoField, depth: usize, in_oneof: bool) {
        self.comment(&field.doc, depth);
        let ty = self.whole(field.ty, proto);
        let many = !proto.wrapped
            && matches!(self.contract.ty(field.ty.id).shape, Shape::List(_) | Shape::Map { .. });
        let optional = !in_oneof && !many && !proto.implicit && proto.kind != ProtoKind::Message;
        let mut options = Vec::new();
        let list = matches!(self.contract.ty(field.ty.id).shape, Shape::List(_)) && !proto.wrapped;
        let packable = !matches!(proto.kind, ProtoKind::String | ProtoKind::Bytes | ProtoKind::Message);
        if list && packable && !proto.packed {
            options.push("packed = false".to_string());
        }
        if field.deprecated {
            options.push("deprecated = true".into());
        }
        if json_name(&proto.name) != field.name && !field.name.starts_with('[') {
            options.push(format!("json_name = {}", quoted(&field.name)));
        }
        let options = if options.is_empty() { String::new() } else { format!(" [{}]", options.join(", ")) };
        let label = if optional { "optional " } else { "" };
        self.line(depth, &format!("{label}{ty} {} = {}{options};", proto.name, proto.number));
    }

    /// The type of a field, repeated or a map where it is one.
    fn whole(&mut self, ty: TypeRef, proto: &ProtoField) -> String {
        match (&self.contract.ty(ty.id).shape, proto.key) {
            (Shape::Map { value, .. }, Some(key)) if !proto.wrapped => {
                let value = self.one(*value, proto);
                format!("map<{}, {value}>", scalar(key))
            }
            (Shape::List(item), _) if !proto.wrapped => format!("repeated {}", self.one(*item, proto)),
            _ => self.one(ty, proto),
        }
    }

    /// The type of one value.
    fn one(&mut self, ty: TypeRef, proto: &ProtoField) -> String {
        let contract = self.contract;
        match proto.kind {
            ProtoKind::Enum => match contract.protobuf.enums.get(&ty.id) {
                Some(found) => self.refer(&found.full_name),
                None => "int32".into(),
            },
            ProtoKind::Message => match contract.protobuf.messages.get(&ty.id) {
                Some(message) => self.refer(&message.full_name),
                None => self.plain_message(ty),
            },
            kind => scalar(kind).into(),
        }
    }

    /// The well-known message of a shape that has none of its own.
    fn plain_message(&mut self, ty: TypeRef) -> String {
        let (name, file) = match &self.contract.ty(ty.id).shape {
            Shape::Instant => ("Timestamp", "timestamp"),
            Shape::Duration => ("Duration", "duration"),
            Shape::List(_) => ("ListValue", "struct"),
            Shape::Map { .. } => ("Struct", "struct"),
            Shape::Text if !ty.nullable => ("FieldMask", "field_mask"),
            Shape::Bool => ("BoolValue", "wrappers"),
            Shape::Int(Int::I64) => ("Int64Value", "wrappers"),
            Shape::Int(Int::U64) => ("UInt64Value", "wrappers"),
            Shape::Int(Int::U8 | Int::U16 | Int::U32) => ("UInt32Value", "wrappers"),
            Shape::Int(Int::I8 | Int::I16 | Int::I32) => ("Int32Value", "wrappers"),
            Shape::Float(Float::F32) => ("FloatValue", "wrappers"),
            Shape::Float(Float::F64) => ("DoubleValue", "wrappers"),
            Shape::Bytes => ("BytesValue", "wrappers"),
            Shape::Text
            | Shape::Decimal { .. }
            | Shape::Date
            | Shape::Time
            | Shape::Uuid
            | Shape::Enum(_) => ("StringValue", "wrappers"),
            Shape::Any | Shape::Record(_) | Shape::Sum(_) => ("Value", "struct"),
        };
        self.well_known(name, file)
    }
}

/// Whether a group can be written as `oneof`: its members know whether they are set, and are in no other group.
fn is_oneof(group: &Exclusive, record: &Record, message: &ProtoMessage) -> bool {
    group.fields.iter().all(|at| {
        let proto = message.fields.get(*at as usize).and_then(Option::as_ref);
        let once = record.exclusive.iter().filter(|other| other.fields.contains(at)).count() == 1;
        once && proto.is_some_and(|proto| !proto.implicit && proto.key.is_none() && !proto.packed)
    }) && last(&group.name) == group.name
        && !message.fields.iter().flatten().any(|field| field.name == group.name)
}

/// The JSON name that Protobuf gives a field without being told.
fn json_name(name: &str) -> String {
    let mut json = String::with_capacity(name.len());
    let mut capital = false;
    for c in name.chars() {
        if c == '_' {
            capital = true;
        } else {
            json.push(if capital { c.to_ascii_uppercase() } else { c });
            capital = false;
        }
    }
    json
}

fn scalar(kind: ProtoKind) -> &'static str {
    match kind {
        ProtoKind::Double => "double",
        ProtoKind::Float => "float",
        ProtoKind::Int32 => "int32",
        ProtoKind::Int64 => "int64",
        ProtoKind::Uint32 => "uint32",
        ProtoKind::Uint64 => "uint64",
        ProtoKind::Sint32 => "sint32",
        ProtoKind::Sint64 => "sint64",
        ProtoKind::Fixed32 => "fixed32",
        ProtoKind::Fixed64 => "fixed64",
        ProtoKind::Sfixed32 => "sfixed32",
        ProtoKind::Sfixed64 => "sfixed64",
        ProtoKind::Bool => "bool",
        ProtoKind::String => "string",
        ProtoKind::Bytes => "bytes",
        ProtoKind::Enum => "int32",
        ProtoKind::Message => "bytes",
    }
}
