//! Details of a status that mean something everywhere: `google.rpc.BadRequest`, `google.rpc.RetryInfo`, and the details
//! that a contract declares. Reads bytes of a component: nothing in them is trusted.

use polywire_call::Detail;
use polywire_contract::{Contract, GrpcOutcome, Operation};
use polywire_wire::Violation;

const VIOLATIONS_MAX: usize = 32;
const PATH_BYTES_MAX: usize = 512;
const RETRY_AFTER_SECONDS_MAX: u64 = 3600;

/// The rules that are known by name; any other is `invalid`.
const RULES: [&str; 24] = [
    "type",
    "required",
    "format",
    "pattern",
    "enum",
    "const",
    "not",
    "oneOf",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
    "additionalProperties",
    "duplicate",
    "malformed",
    "unknown",
];

/// Finds the full name of the message that an error outcome's body is as a detail.
pub(super) fn detail_name<'a>(
    contract: &'a Contract,
    operation: &Operation,
    outcome: usize,
) -> Option<&'a str> {
    match operation.grpc.as_ref()?.outcomes.get(outcome)? {
        GrpcOutcome::Detail(Some(ty)) => {
            contract.protobuf.messages.get(ty).map(|message| message.full_name.as_str())
        }
        _ => None,
    }
}

fn named<'a>(details: &'a [Detail], name: &'a str) -> impl Iterator<Item = &'a [u8]> {
    let fits = move |detail: &&Detail| detail.type_url.rsplit('/').next() == Some(name);
    details.iter().filter(fits).map(|detail| detail.value.as_ref())
}

/// The broken rules that a status lists.
pub(super) fn violations(details: &[Detail]) -> Vec<Violation> {
    named(details, "google.rpc.BadRequest")
        .flat_map(fields)
        .filter_map(|(number, value)| {
            if let (1, Value::Bytes(bytes)) = (number, value) { Some(violation(bytes)) } else { None }
        })
        .take(VIOLATIONS_MAX)
        .collect()
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

/// `items[1].name` as a JSON Pointer; a JSON Pointer as it is.
fn pointer(place: &str) -> String {
    let place = super::cut(place, PATH_BYTES_MAX);
    if place.is_empty() || place.starts_with('/') {
        return place.to_owned();
    }
    let steps = place.split(['.', '[']).map(|step| step.trim_end_matches(']').trim_matches('"'));
    steps.map(|step| format!("/{}", step.replace('~', "~0").replace('/', "~1"))).collect()
}

/// The wait that a status asks for: field 1 is a `Duration`, whose field 1 are seconds.
pub(super) fn retry_after_seconds(details: &[Detail]) -> Option<u32> {
    let info = named(details, "google.rpc.RetryInfo").next()?;
    let Value::Bytes(delay) = fields(info).find(|(number, _)| *number == 1)?.1 else { return None };
    let seconds = fields(delay).find_map(|(number, value)| match value {
        Value::Number(seconds) if number == 1 => Some(seconds),
        _ => None,
    });
    Some(seconds.unwrap_or(0).clamp(1, RETRY_AFTER_SECONDS_MAX) as u32)
}

/// A field's value, as far as it is read here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value<'a> {
    Number(u64),
    Bytes(&'a [u8]),
    Other,
}

/// The fields of a message in their order, up to the first that is not well formed.
pub(super) fn fields(mut rest: &[u8]) -> impl Iterator<Item = (u32, Value<'_>)> {
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

    fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
        [&[number << 3 | 2, bytes.len() as u8], bytes].concat()
    }

    fn detail(name: &str, value: Vec<u8>) -> Vec<Detail> {
        vec![Detail { type_url: format!("type.googleapis.com/google.rpc.{name}"), value: value.into() }]
    }

    #[test]
    fn broken_rules_are_read_with_place_and_rule() {
        let one = [field(1, b"items[1].unit_price"), field(2, b"prose"), field(3, b"MIN_LENGTH")].concat();
        let two = [field(1, b"/a~1b"), field(3, b"SOMETHING")].concat();
        let three = [field(1, b"a"), field(2, b"required")].concat();
        let all = [field(1, &one), field(1, &two), field(1, &three)].concat();
        let found = violations(&detail("BadRequest", all));
        let found: Vec<(&str, &str)> =
            found.iter().map(|violation| (violation.path.as_str(), violation.rule)).collect();
        assert_eq!(found, [("/items/1/unit_price", "minLength"), ("/a~1b", "invalid"), ("/a", "required")]);
    }

    #[test]
    fn a_wait_is_read_within_bounds() {
        let seconds = |bytes: &[u8]| retry_after_seconds(&detail("RetryInfo", field(1, bytes)));
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
            let _ = (
                violations(&detail("BadRequest", noise.clone())),
                retry_after_seconds(&detail("RetryInfo", noise)),
            );
        }
    }
}
