//! What proto3 does not have and the parser lets pass.

use polywire_diag::{Diagnostic, Span};
use prost_types::{DescriptorProto, FileDescriptorProto};

use super::source::Places;
use crate::codes::PROTO_DEFINITION;

/// Says where a file of proto3 declares numbers for extensions, which only options have there.
pub(super) fn check(
    file: &FileDescriptorProto,
    places: impl FnOnce() -> Places,
    start: Span,
) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if file.syntax() == "proto3" {
        for (at, message) in file.message_type.iter().enumerate() {
            ranges(message, vec![4, at as i32], &mut found);
        }
    }
    if found.is_empty() {
        return Vec::new();
    }
    let places = places();
    let told = found.into_iter().map(|(name, path)| {
        let span = places.span(&path).unwrap_or(start);
        Diagnostic::error(&PROTO_DEFINITION, format!("`{name}` has extensions, which proto3 does not have"))
            .at(span, "declared here")
            .help("use a field of the type `google.protobuf.Any`, or proto2")
    });
    told.collect()
}

/// Depth is limited by the parser.
fn ranges(message: &DescriptorProto, path: Vec<i32>, found: &mut Vec<(String, Vec<i32>)>) {
    if !message.extension_range.is_empty() {
        found.push((message.name().to_string(), [&path[..], &[5, 0]].concat()));
    }
    for (at, nested) in message.nested_type.iter().enumerate() {
        ranges(nested, [&path[..], &[3, at as i32]].concat(), found);
    }
}
