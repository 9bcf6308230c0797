//! Well-known messages that have a form of their own in JSON, where they stand for themselves: as the message of a method,
//! or packed into `google.protobuf.Any`.

use polywire_contract::{
    Field, ProtoField, ProtoKind, ProtoMessage, Record, Shape, Sum, Type, TypeId, Variant,
};
use polywire_diag::Span;
use prost_reflect::MessageDescriptor;

use super::Lower;
use super::messages::Meaning;

/// The name of the one type that stands for `google.protobuf.Any`.
const ANY: &str = "any.proto#google.protobuf.Any";
/// What can be in an `Any` is written into plans; more types than this, and the well-known ones, are not.
const PACKED_MAX: usize = 1024;

/// The types that a rule leaves to an `Any`, by URL.
#[derive(Default)]
pub(super) struct AnyLimit {
    pub(super) among: Option<Vec<String>>,
    pub(super) not_among: Vec<String>,
}

impl Lower<'_> {
    /// The type of an `Any`: a sum of what the contract can put there, which is known in the end.
    pub(super) fn any_type(&mut self, span: Span) -> TypeId {
        let known = self.contract.types.iter().position(|ty| ty.name.as_deref() == Some(ANY));
        if let Some(known) = known {
            return TypeId(known as u32);
        }
        let id = self.any_place(Some(ANY), span);
        self.anys.push((id, AnyLimit::default()));
        id
    }

    /// An `Any` of which only some types are allowed.
    pub(super) fn limited_any(&mut self, limit: AnyLimit, span: Span) -> TypeId {
        let id = self.any_place(None, span);
        self.anys.push((id, limit));
        id
    }

    fn any_place(&mut self, name: Option<&str>, span: Span) -> TypeId {
        let shape = Shape::Sum(Sum { variants: Vec::new(), tag: Some("@type".into()), exact: true });
        let id = self.named(name, shape, span);
        self.stands_for(id, "google.protobuf.Any", Vec::new());
        id
    }

    fn named(&mut self, name: Option<&str>, shape: Shape, span: Span) -> TypeId {
        let name = name.map(str::to_string);
        self.contract.add(Type {
            name,
            span,
            shape,
            checks: Vec::new(),
            doc: String::new(),
            sensitive: false,
        })
    }

    fn stands_for(&mut self, id: TypeId, full_name: &str, fields: Vec<Option<ProtoField>>) {
        let message = ProtoMessage { full_name: full_name.to_string(), fields, proto_json: true };
        self.contract.protobuf.messages.insert(id, message);
    }

    /// A message that is no record, as the whole of what a method takes or answers.
    pub(super) fn whole(&mut self, message: &MessageDescriptor, span: Span) -> TypeId {
        let shape = match self.meaning(message, span) {
            Meaning::Message => return self.message(message),
            Meaning::Any => return self.any_type(span),
            Meaning::Shape(shape) | Meaning::Wrapper(shape) => shape,
        };
        let file = message.parent_file();
        let name = format!("{}#{}", super::file_stem(file.name()), message.full_name());
        let known = |ty: &Type| ty.name.as_deref() == Some(&name) && !matches!(ty.shape, Shape::Record(_));
        if let Some(known) = self.contract.types.iter().position(known) {
            return TypeId(known as u32);
        }
        let id = self.named(Some(&name), shape, span);
        self.stands_for(id, message.full_name(), Vec::new());
        id
    }

    /// Says what each `Any` can hold: every message of the contract, and all that has a form of its own in JSON.
    pub(super) fn fill_anys(&mut self) {
        let mut anys = std::mem::take(&mut self.anys);
        let known = self.contract.types.iter().position(|ty| ty.name.as_deref() == Some(ANY));
        if let Some(known) = known.map(|at| TypeId(at as u32))
            && anys.iter().all(|(id, _)| *id != known)
        {
            anys.push((known, AnyLimit::default()));
        }
        if anys.is_empty() {
            return;
        }
        self.wrappers();
        self.alone();
        // The one inside of others may be new.
        anys.append(&mut self.anys);
        let (well_known, mut records): (Vec<(TypeId, String)>, Vec<_>) = self
            .contract
            .protobuf
            .messages
            .iter()
            .filter(|(id, message)| message.proto_json && self.contract.record(**id).is_some())
            .map(|(id, message)| (*id, message.full_name.clone()))
            .partition(|(_, name)| name.starts_with("google.protobuf."));
        records.truncate(PACKED_MAX);
        records.extend(well_known);
        for (id, limit) in anys {
            let variant = |(ty, name): &(TypeId, String)| {
                let url = format!("type.googleapis.com/{name}");
                let allowed = limit.among.as_ref().is_none_or(|among| among.contains(&url));
                let span = self.contract.ty(*ty).span;
                let variant = Variant { name: name.clone(), ty: *ty, tags: vec![url.clone()], span };
                (allowed && !limit.not_among.contains(&url)).then_some(variant)
            };
            let variants = records.iter().filter_map(variant).collect();
            if let Shape::Sum(sum) = &mut self.contract.types[id.0 as usize].shape {
                sum.variants = variants;
            }
        }
    }

    /// In an `Any` these are objects with the member `value`, which is the form of a record with that field.
    fn wrappers(&mut self) {
        use polywire_contract::{Float, Int};
        let scalars = [
            ("DoubleValue", Shape::Float(Float::F64), ProtoKind::Double),
            ("FloatValue", Shape::Float(Float::F32), ProtoKind::Float),
            ("Int64Value", Shape::Int(Int::I64), ProtoKind::Int64),
            ("UInt64Value", Shape::Int(Int::U64), ProtoKind::Uint64),
            ("Int32Value", Shape::Int(Int::I32), ProtoKind::Int32),
            ("UInt32Value", Shape::Int(Int::U32), ProtoKind::Uint32),
            ("BoolValue", Shape::Bool, ProtoKind::Bool),
            ("StringValue", Shape::Text, ProtoKind::String),
            ("BytesValue", Shape::Bytes, ProtoKind::Bytes),
        ];
        for (name, shape, kind) in scalars {
            self.wrapper(name, shape, kind, None);
        }
        let span = self.fallback;
        let any = self.contract.add_anonymous(Shape::Any, span);
        let key = self.contract.add_anonymous(Shape::Text, span);
        let map = Shape::Map { key, value: any.into() };
        self.wrapper("Struct", map, ProtoKind::Message, Some(ProtoKind::String));
        self.wrapper("ListValue", Shape::List(any.into()), ProtoKind::Message, None);
    }

    /// The same where the message has no field with the value, but is the value.
    fn alone(&mut self) {
        let span = self.fallback;
        let shapes = [
            ("Timestamp", Shape::Instant),
            ("Duration", Shape::Duration),
            ("FieldMask", Shape::Text),
            ("Value", Shape::Any),
        ];
        for (name, shape) in shapes {
            let value = self.contract.add_anonymous(shape, span);
            self.packed(name, value, None);
        }
        let any = self.any_type(span);
        self.packed("Any", any, None);
        if !self.has_record("google.protobuf.Empty") {
            let id = self.named(Some("any.proto#packed.Empty"), Shape::Record(Record::default()), span);
            self.stands_for(id, "google.protobuf.Empty", Vec::new());
        }
    }

    /// Whether a message is there as an object of its fields.
    fn has_record(&self, full_name: &str) -> bool {
        let mut messages = self.contract.protobuf.messages.iter();
        messages.any(|(id, message)| message.full_name == full_name && self.contract.record(*id).is_some())
    }

    fn wrapper(&mut self, name: &str, shape: Shape, kind: ProtoKind, key: Option<ProtoKind>) {
        let repeated = matches!(shape, Shape::List(_) | Shape::Map { .. });
        let value = self.contract.add_anonymous(shape, self.fallback);
        let field = ProtoField {
            name: "value".into(),
            number: 1,
            kind,
            key,
            implicit: !repeated,
            packed: false,
            wrapped: false,
            delimited: false,
        };
        self.packed(name, value, Some(field));
    }

    /// A record with the member `value`, for a message that no record stands for yet.
    fn packed(&mut self, name: &str, value: TypeId, field: Option<ProtoField>) {
        let span = self.fallback;
        let full_name = format!("google.protobuf.{name}");
        if self.has_record(&full_name) {
            return;
        }
        // It is always written, also where it is zero.
        let fields = vec![Field { required: true, ..Field::new("value", value.into(), span) }];
        let record = Record { fields, ..Record::default() };
        let id = self.named(Some(&format!("any.proto#packed.{name}")), Shape::Record(record), span);
        self.stands_for(id, &full_name, vec![field]);
    }
}
