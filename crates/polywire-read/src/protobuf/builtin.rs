//! Files that can be imported without being there: the parts of `google.api` and `buf.validate` that contracts use,
//! in our own words (names and numbers are what is public about them).

/// The text of a file that is built in.
pub(super) fn text(name: &str) -> Option<&'static str> {
    Some(match name {
        "google/api/annotations.proto" => include_str!("builtin/annotations.proto"),
        "google/api/http.proto" => include_str!("builtin/http.proto"),
        "google/api/field_behavior.proto" => include_str!("builtin/field_behavior.proto"),
        "google/api/client.proto" => include_str!("builtin/client.proto"),
        "buf/validate/validate.proto" => include_str!("builtin/validate.proto"),
        _ => return None,
    })
}
