//! Extensions of proto2 and editions as fields: in JSON their name stands in brackets, `[shop.note]`.

use polywire_contract::{Field, ProtoField, Shape, words};
use polywire_diag::Diagnostic;
use prost_reflect::{Cardinality, ExtensionDescriptor, Kind, MessageDescriptor};

use super::Lower;
use super::messages::kind;
use crate::codes::PROTO_UNSUPPORTED;

impl Lower<'_> {
    /// An extension of a message, as one of its fields.
    pub(super) fn extension(&mut self, extension: &ExtensionDescriptor) -> (Field, Option<ProtoField>) {
        let file = extension.parent_file().name().to_string();
        let span = self.span(&file, extension.path());
        let value = self.value_type(&extension.kind(), span);
        let list = extension.cardinality() == Cardinality::Repeated;
        let ty = if list { self.contract.add_anonymous(Shape::List(value), span).into() } else { value };
        let wrapped = !list && matches!(self.contract.ty(ty.id).shape, Shape::List(_) | Shape::Map { .. });
        let span = self.span(&file, &[extension.path(), &[1]].concat());
        let mut made = Field::new(extension.json_name(), ty, span);
        made.words = words(extension.name());
        made.doc = self.doc(&file, extension.path());
        let options = extension.field_descriptor_proto().options.as_ref();
        made.deprecated = options.is_some_and(|options| options.deprecated());
        let scalar = !matches!(extension.kind(), Kind::Message(_) | Kind::String | Kind::Bytes);
        let proto = ProtoField {
            name: extension.name().to_string(),
            number: extension.number(),
            kind: kind(&extension.kind()),
            key: None,
            implicit: false,
            packed: list && scalar && extension.is_packed(),
            wrapped,
            delimited: extension.is_group(),
        };
        (made, Some(proto))
    }

    /// Says what of a message has no place in the model.
    pub(super) fn not_carried(&mut self, message: &MessageDescriptor) {
        let options = message.descriptor_proto().options.as_ref();
        if options.is_some_and(|options| options.message_set_wire_format()) {
            let span = self.span(message.parent_file().name(), message.path());
            let text = format!("the message set `{}` is not carried", message.full_name());
            let diagnostic =
                Diagnostic::warning(&PROTO_UNSUPPORTED, text).at(span, "its extensions lie in items");
            self.diags.push(diagnostic.help("use an ordinary message with extensions"));
        }
    }
}
