//! What the syntax or the features of an edition decide about fields and enums, resolved from the outside inwards:
//! <https://protobuf.dev/editions/features/>.

use prost_reflect::{
    DynamicMessage, EnumDescriptor, FieldDescriptor, FileDescriptor, Kind, MessageDescriptor, ReflectMessage,
    Syntax,
};

use super::Lower;

/// Whether absence is told from the zero value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Presence {
    Explicit,
    Implicit,
    Required,
}

/// Resolved features.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Features {
    pub(super) presence: Presence,
    /// Enums take numbers that they do not name.
    pub(super) open: bool,
    pub(super) packed: bool,
    /// Messages lie between two tags instead of after a length.
    pub(super) delimited: bool,
}

impl Features {
    /// Sets what one level says.
    fn apply(&mut self, options: &DynamicMessage) {
        let Some(found) = options.get_field_by_name("features") else { return };
        let Some(features) = found.as_message() else { return };
        let said = |name: &str| features.get_field_by_name(name).and_then(|value| value.as_enum_number());
        match said("field_presence") {
            Some(1) => self.presence = Presence::Explicit,
            Some(2) => self.presence = Presence::Implicit,
            Some(3) => self.presence = Presence::Required,
            _ => {}
        }
        match said("enum_type") {
            Some(1) => self.open = true,
            Some(2) => self.open = false,
            _ => {}
        }
        match said("repeated_field_encoding") {
            Some(1) => self.packed = true,
            Some(2) => self.packed = false,
            _ => {}
        }
        match said("message_encoding") {
            Some(1) => self.delimited = false,
            Some(2) => self.delimited = true,
            _ => {}
        }
    }
}

impl Lower<'_> {
    fn file_features(&self, file: &FileDescriptor) -> Features {
        let edition = self.editions.contains_key(file.name());
        let proto3 = file.syntax() == Syntax::Proto3;
        let mut features = Features {
            presence: if proto3 { Presence::Implicit } else { Presence::Explicit },
            open: edition || proto3,
            packed: edition || proto3,
            delimited: false,
        };
        if edition {
            features.apply(&file.options());
        }
        features
    }

    /// What a message says for all inside of it.
    fn message_features(&self, message: &MessageDescriptor) -> Features {
        let file = message.parent_file();
        let mut features = self.file_features(&file);
        if self.editions.contains_key(file.name()) {
            let mut around = vec![message.clone()];
            while let Some(parent) = around.last().and_then(MessageDescriptor::parent_message) {
                around.push(parent);
            }
            around.iter().rev().for_each(|message| features.apply(&message.options()));
        }
        features
    }

    /// What holds for a field.
    pub(super) fn features(&self, field: &FieldDescriptor) -> Features {
        let file = field.parent_file();
        let mut features = self.message_features(field.parent_message());
        let message = matches!(field.kind(), Kind::Message(_));
        if self.editions.contains_key(file.name()) {
            field.containing_oneof().iter().for_each(|oneof| features.apply(&oneof.options()));
            features.apply(&field.options());
        } else if let Some(packed) = said_packed(field) {
            features.packed = packed;
        }
        features.delimited |= field.is_group();
        features.delimited &= message && !field.is_map();
        if field.is_list() || field.is_map() {
            features.presence = Presence::Implicit;
        } else if field.is_required() {
            features.presence = Presence::Required;
        } else if message || field.containing_oneof().is_some() {
            // A message, and what stands in a oneof or is `optional`, is there or not.
            let required = features.presence == Presence::Required && message;
            features.presence = if required { Presence::Required } else { Presence::Explicit };
        }
        features
    }

    /// Whether an enum takes numbers that it does not name.
    pub(super) fn is_open(&self, found: &EnumDescriptor) -> bool {
        let file = found.parent_file();
        let mut features = match found.parent_message() {
            Some(parent) => self.message_features(&parent),
            None => self.file_features(&file),
        };
        if self.editions.contains_key(file.name()) {
            features.apply(&found.options());
        }
        features.open
    }
}

fn said_packed(field: &FieldDescriptor) -> Option<bool> {
    let options = field.options();
    let option =
        options.descriptor().get_field_by_name("packed").filter(|option| options.has_field(option))?;
    options.get_field(&option).as_bool()
}
