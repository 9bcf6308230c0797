//! The details of a status that mean the same everywhere: `google.rpc.BadRequest` and `google.rpc.RetryInfo`
//! (<https://github.com/googleapis/googleapis/blob/master/google/rpc/error_details.proto>), written and read.
//!
//! Reads bytes of strangers: nothing in them is trusted.

use polywire_wire::Violation;

use crate::{Detail, StandardError};

const BAD_REQUEST: &str = "google.rpc.BadRequest";
const RETRY_INFO: &str = "google.rpc.RetryInfo";
const VIOLATIONS_MAX: usize = 32;
const PATH_BYTES_MAX: usize = 512;
const RETRY_AFTER_SECONDS_MAX: u64 = 3600;

/// The rules that are known by name; any other is `invalid`.
const RULES: &[&str] = &[
    "additionalProperties",
    "anyOf",
    "const",
    "contains",
    "dependentRequired",
    "duplicate",
    "enum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "false",
    "format",
    "invalid",
    "items",
    "malformed",
    "maxContains",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minContains",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "not",
    "oneOf",
    "pattern",
    "propertyNames",
    "required",
    "schema",
    "type",
    "unevaluatedItems",
    "unevaluatedProperties",
    "uniqueItems",
    "unknown",
];

/// Writes the broken rules and the wait of an error as details.
pub fn details(error: &StandardError) -> Vec<Detail> {
    let mut details = Vec::new();
    if !error.violations.is_empty() {
        let mut request = Vec::new();
        for violation in &error.violations {
            let mut field = Vec::new();
            put(&mut field, 1, field_path(&violation.path).as_bytes());
            put(&mut field, 2, violation.rule.as_bytes());
            put(&mut field, 3, reason(violation.rule).as_bytes());
            put(&mut request, 1, &field);
        }
        details.push(detail(BAD_REQUEST, request));
    }
    if let Some(seconds) = error.retry_after_seconds {
        let mut delay = vec![1 << 3];
        put_varint(&mut delay, u64::from(seconds));
        let mut info = Vec::new();
        put(&mut info, 1, &delay);
        details.push(detail(RETRY_INFO, info));
    }
    details
}

fn detail(name: &str, value: Vec<u8>) -> Detail {
    Detail { type_url: format!("type.googleapis.com/{name}"), value: value.into() }
}

fn put(into: &mut Vec<u8>, number: u8, bytes: &[u8]) {
    into.push(number << 3 | 2);
    put_varint(into, bytes.len() as u64);
    into.extend_from_slice(bytes);
}

fn put_varint(into: &mut Vec<u8>, mut value: u64) {
    while value > 0x7f {
        into.push(value as u8 | 0x80);
        value >>= 7;
    }
    into.push(value as u8);
}

/// Finds the broken rules that a status lists.
pub fn violations(details: &[Detail]) -> Vec<Violation> {
    named(details, BAD_REQUEST)
        .flat_map(fields)
        .filter_map(|(number, value)| {
            if let (1, Value::Bytes(bytes)) = (number, value) { Some(violation(bytes)) } else { None }
        })
        .take(VIOLATIONS_MAX)
        .collect()
}

/// Finds the wait that a status asks for, in seconds, within an hour.
pub fn retry_after_seconds(details: &[Detail]) -> Option<u32> {
    // Field 1 is a `Duration`, whose field 1 are seconds.
    let info = named(details, RETRY_INFO).next()?;
    let Value::Bytes(delay) = fields(info).find(|(number, _)| *number == 1)?.1 else { return None };
    let seconds = fields(delay).find_map(|(number, value)| match value {
        Value::Number(seconds) if number == 1 => Some(seconds),
        _ => None,
    });
    Some(seconds.unwrap_or(0).clamp(1, RETRY_AFTER_SECONDS_MAX) as u32)
}

impl Detail {
    /// Whether [`violations`] or [`retry_after_seconds`] reads it.
    pub fn is_standard(&self) -> bool {
        matches!(self.name(), BAD_REQUEST | RETRY_INFO)
    }
}

fn named<'a>(details: &'a [Detail], name: &'a str) -> impl Iterator<Item = &'a [u8]> {
    details.iter().filter(move |detail| detail.name() == name).map(|detail| detail.value.as_ref())
}

/// `FieldViolation`: field 1 is the place, 3 the reason; 2 is prose, or the rule alone.
fn violation(bytes: &[u8]) -> Violation {
    let text = |wanted: u32| {
        let value = fields(bytes).find(|(number, _)| *number == wanted)?.1;
        if let Value::Bytes(bytes) = value { std::str::from_utf8(bytes).ok() } else { None }
    };
    let rule =
        |text: &str| RULES.iter().find(|rule| rule.eq_ignore_ascii_case(&text.replace('_', ""))).copied();
    let rule = text(3).and_then(rule).or_else(|| text(2).and_then(rule)).unwrap_or("invalid");
    Violation { path: pointer(text(1).unwrap_or("")), rule, offset: 0, found: "nothing" }
}

/// `minLength` as `MIN_LENGTH`, as reasons are written.
fn reason(rule: &str) -> String {
    let mut reason = String::with_capacity(rule.len() + 4);
    for letter in rule.chars() {
        if letter.is_ascii_uppercase() {
            reason.push('_');
        }
        reason.push(letter.to_ascii_uppercase());
    }
    reason
}

/// `/items/0/name` as `items[0].name`; a pointer that would come back as another stays one.
fn field_path(pointer: &str) -> String {
    let mut path = String::new();
    for part in pointer.split('/').skip(1) {
        if !path.is_empty() && !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()) {
            path.push('[');
            path.push_str(part);
            path.push(']');
            continue;
        }
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(&part.replace("~1", "/").replace("~0", "~"));
    }
    if self::pointer(&path) == pointer { path } else { pointer.to_owned() }
}

/// `items[1].name` as a JSON Pointer; a JSON Pointer as it is.
fn pointer(place: &str) -> String {
    let place = cut(place, PATH_BYTES_MAX);
    if place.is_empty() || place.starts_with('/') {
        return place.to_owned();
    }
    let steps = place.split(['.', '[']).map(|step| step.trim_end_matches(']').trim_matches('"'));
    steps.map(|step| format!("/{}", step.replace('~', "~0").replace('/', "~1"))).collect()
}

fn cut(text: &str, bytes_max: usize) -> &str {
    let mut end = bytes_max.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// A field's value, as far as it is read here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Value<'a> {
    Number(u64),
    Bytes(&'a [u8]),
    Other,
}

/// The fields of a message in their order, up to the first that is not well formed.
fn fields(mut rest: &[u8]) -> impl Iterator<Item = (u32, Value<'_>)> {
    std::iter::from_fn(move || {
        let tag = varint(&mut rest)?;
        let number = u32::try_from(tag >> 3).ok().filter(|number| *number > 0)?;
        let value = match tag & 7 {
            0 => Value::Number(varint(&mut rest)?),
            1 => take(&mut rest, 8).map(|_| Value::Other)?,
            2 => {
                let length = varint(&mut rest)?;
                Value::Bytes(take(&mut rest, usize::try_from(length).ok()?)?)
            }
            5 => take(&mut rest, 4).map(|_| Value::Other)?,
            _ => return None,
        };
        Some((number, value))
    })
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, left) = rest.split_at_checked(length)?;
    *rest = left;
    Some(taken)
}

fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0u64;
    for shift in (0..70).step_by(7) {
        let byte = take(rest, 1)?[0];
        if shift == 63 && byte > 1 {
            return None;
        }
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;

    fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
        [&[number << 3 | 2, bytes.len() as u8], bytes].concat()
    }

    fn one(name: &str, value: Vec<u8>) -> Vec<Detail> {
        vec![detail(name, value)]
    }

    #[test]
    fn broken_rules_are_read_with_place_and_rule() {
        let first = [field(1, b"items[1].unit_price"), field(2, b"prose"), field(3, b"MIN_LENGTH")].concat();
        let second = [field(1, b"/a~1b"), field(3, b"SOMETHING")].concat();
        let third = [field(1, b"a"), field(2, b"required")].concat();
        let all = [field(1, &first), field(1, &second), field(1, &third)].concat();
        let found = violations(&one(BAD_REQUEST, all));
        let found: Vec<(&str, &str)> =
            found.iter().map(|violation| (violation.path.as_str(), violation.rule)).collect();
        assert_eq!(found, [("/items/1/unit_price", "minLength"), ("/a~1b", "invalid"), ("/a", "required")]);
    }

    #[test]
    fn a_place_is_written_as_people_write_it_where_it_can_be_read_again() {
        let check = |pointer: &str, written: &str| {
            assert_eq!(field_path(pointer), written);
            assert_eq!(self::pointer(written), pointer);
        };
        check("/items/0/name", "items[0].name");
        check("/na~1me", "na/me");
        check("", "");
        for pointer in ["/", "/a.b", "/a[0]", "/0/1a/.", "//x", "/a//b", "/\"a\"", "/~1a", "/a/b]"] {
            assert_eq!(self::pointer(&field_path(pointer)), pointer);
        }
    }

    #[test]
    fn every_rule_comes_back_and_so_does_the_wait() {
        let mut error = StandardError::new(Code::ValidationError, "No.");
        error.retry_after_seconds = Some(300);
        let of = |rule| Violation { path: "/a/0/b.c".into(), rule, offset: 0, found: "nothing" };
        for rules in RULES.chunks(VIOLATIONS_MAX) {
            error.violations = rules.iter().copied().map(of).collect();
            let details = details(&error);
            assert_eq!(violations(&details), error.violations);
            assert_eq!(retry_after_seconds(&details), Some(300));
        }
    }

    #[test]
    fn a_wait_is_read_within_bounds() {
        let seconds = |bytes: &[u8]| retry_after_seconds(&one(RETRY_INFO, field(1, bytes)));
        assert_eq!(seconds(&[0x08, 7]), Some(7));
        assert_eq!(seconds(&[]), Some(1));
        assert_eq!(seconds(&[0x08, 0xff, 0xff, 0xff, 0xff, 0x7f]), Some(3600));
        assert_eq!(retry_after_seconds(&[]), None);
    }

    #[test]
    fn bytes_that_are_no_message_end_the_reading() {
        for bytes in [&[0x0a, 0xff][..], &[0xff; 12], &[0x0a], &[0x00, 0x00], &[0x0b], &[0x09, 1, 2]] {
            assert_eq!(fields(bytes).count(), 0, "{bytes:?}");
        }
        let mut state = 1u32;
        for _ in 0..2000 {
            let noise: Vec<u8> = (0..24)
                .map(|_| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    (state >> 24) as u8
                })
                .collect();
            let _ =
                (violations(&one(BAD_REQUEST, noise.clone())), retry_after_seconds(&one(RETRY_INFO, noise)));
        }
    }
}
