//! How a call ended: `grpc-status`, `grpc-message` and `grpc-status-details-bin`.
//!
//! Details: <https://github.com/googleapis/googleapis/tree/master/google/rpc>.

use std::collections::BTreeMap;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use polywire_call::{Detail, Failure, StandardError};
use prost::Message;

const STATUS: HeaderName = HeaderName::from_static("grpc-status");
const MESSAGE: HeaderName = HeaderName::from_static("grpc-message");
const DETAILS: HeaderName = HeaderName::from_static("grpc-status-details-bin");

const ERROR_INFO: &str = "type.googleapis.com/google.rpc.ErrorInfo";
/// Says whose reasons these are.
const DOMAIN: &str = "polywire";

/// Larger details are left out, message and code stay: peers limit the size of header fields.
const DETAILS_BYTES_MAX: usize = 6 << 10;
const UNKNOWN: u8 = 2;
const CODE_MAX: u8 = 16;

/// Base64 as the protocol has it: written without padding, read with and without.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// `google.rpc.Status`
#[derive(Clone, PartialEq, prost::Message)]
struct Status {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
    #[prost(message, repeated, tag = "3")]
    details: Vec<Any>,
}

/// `google.protobuf.Any`
#[derive(Clone, PartialEq, prost::Message)]
struct Any {
    #[prost(string, tag = "1")]
    type_url: String,
    #[prost(bytes = "bytes", tag = "2")]
    value: Bytes,
}

/// `google.rpc.ErrorInfo`
#[derive(Clone, PartialEq, prost::Message)]
struct ErrorInfo {
    #[prost(string, tag = "1")]
    reason: String,
    #[prost(string, tag = "2")]
    domain: String,
    #[prost(btree_map = "string, string", tag = "3")]
    metadata: BTreeMap<String, String>,
}

/// The failure that a standard error is on this wire.
pub(crate) fn failure(error: &StandardError) -> Failure {
    Failure {
        code: error.code.grpc(),
        message: error.message.clone(),
        reason: Some(error.code.name().to_string()),
        details: polywire_call::details(error),
        metadata: error.metadata.clone(),
    }
}

/// Writes success.
pub(crate) fn write_ok(into: &mut HeaderMap) {
    into.insert(STATUS, HeaderValue::from_static("0"));
}

/// Writes a failure.
pub(crate) fn write(failure: &Failure, into: &mut HeaderMap) {
    let code = if (1..=CODE_MAX).contains(&failure.code) { failure.code } else { UNKNOWN };
    into.insert(STATUS, HeaderValue::from(u16::from(code)));
    if !failure.message.is_empty()
        && let Ok(message) = HeaderValue::from_str(&encode_message(&failure.message))
    {
        into.insert(MESSAGE, message);
    }
    if failure.reason.is_none() && failure.details.is_empty() {
        return;
    }
    let mut details: Vec<Any> = Vec::new();
    let informed = failure.details.iter().any(|detail| detail.type_url == ERROR_INFO);
    if let Some(reason) = failure.reason.as_ref().filter(|_| !informed) {
        let info =
            ErrorInfo { reason: reason.clone(), domain: DOMAIN.to_string(), metadata: BTreeMap::new() };
        details.push(Any { type_url: ERROR_INFO.to_string(), value: info.encode_to_vec().into() });
    }
    details
        .extend(failure.details.iter().map(|d| Any { type_url: d.type_url.clone(), value: d.value.clone() }));
    let mut status = Status { code: i32::from(code), message: failure.message.clone(), details };
    while status.encoded_len() > DETAILS_BYTES_MAX && status.details.pop().is_some() {}
    if let Ok(value) = HeaderValue::from_str(&BASE64.encode(status.encode_to_vec())) {
        into.insert(DETAILS, value);
    }
}

/// Reads how a call ended; `None` where nothing is said.
pub(crate) fn read(headers: &HeaderMap) -> Option<Result<(), Failure>> {
    let code = headers.get(STATUS)?.to_str().ok().and_then(|text| text.parse::<u32>().ok());
    if code == Some(0) {
        return Some(Ok(()));
    }
    let code = code.and_then(|c| u8::try_from(c).ok()).filter(|c| *c <= CODE_MAX).unwrap_or(UNKNOWN);
    let message = headers.get(MESSAGE).map(|value| decode_message(value.as_bytes())).unwrap_or_default();
    let mut failure = Failure { code, message, ..Failure::default() };
    // Details that cannot be read are left out: code and message stand for themselves.
    let bytes = headers.get(DETAILS).and_then(|value| BASE64.decode(value.as_bytes()).ok());
    let status = bytes.and_then(|bytes| Status::decode(Bytes::from(bytes)).ok()).unwrap_or_default();
    for any in status.details {
        let info = Some(&any).filter(|any| any.type_url == ERROR_INFO);
        let info = info.and_then(|any| ErrorInfo::decode(any.value.clone()).ok());
        let ours = info.as_ref().is_some_and(|info| info.domain == DOMAIN && info.metadata.is_empty());
        if let Some(info) = info.filter(|_| failure.reason.is_none()) {
            failure.reason = Some(info.reason);
        }
        if !ours {
            failure.details.push(Detail { type_url: any.type_url, value: any.value });
        }
    }
    Some(Err(failure))
}

/// The failure that an HTTP status means where no gRPC status came with it.
pub(crate) fn from_http(status: u16) -> Failure {
    let code = match status {
        400 => 13,
        401 => 16,
        403 => 7,
        404 => 12,
        429 | 502 | 503 | 504 => 14,
        _ => UNKNOWN,
    };
    Failure {
        code,
        message: format!("The component answered with HTTP status {status}."),
        ..Failure::default()
    }
}

/// Everything but printable ASCII is percent-encoded, and so is the percent sign.
fn encode_message(message: &str) -> String {
    let mut encoded = String::with_capacity(message.len());
    for byte in message.bytes() {
        match byte {
            b'%' => encoded.push_str("%25"),
            b' '..=b'~' => encoded.push(char::from(byte)),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

/// Never fails: what is not encoded as it must be stays as it is.
fn decode_message(bytes: &[u8]) -> String {
    let digit = |at: usize| bytes.get(at).and_then(|b| char::from(*b).to_digit(16));
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match (byte, digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                decoded.push((high << 4 | low) as u8);
                at += 3;
            }
            _ => {
                decoded.push(*byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use polywire_call::Code;
    use polywire_wire::Violation;

    use super::*;

    fn there_and_back(failure: &Failure) -> Failure {
        let mut headers = HeaderMap::new();
        write(failure, &mut headers);
        read(&headers).unwrap().unwrap_err()
    }

    #[test]
    fn a_failure_comes_back_as_it_was() {
        let failure = Failure {
            code: 5,
            message: "100% ‚weg‘\n".into(),
            reason: Some("NOT_FOUND".into()),
            details: vec![Detail { type_url: "t/shop.Error".into(), value: Bytes::from_static(&[8, 1]) }],
            ..Failure::default()
        };
        let back = there_and_back(&failure);
        assert_eq!((back.code, &back.message, &back.reason), (5, &failure.message, &failure.reason));
        assert_eq!(back.details, failure.details);
    }

    #[test]
    fn anothers_reason_stays_among_the_details() {
        let info = ErrorInfo { reason: "GONE".into(), domain: "shop".into(), metadata: BTreeMap::new() };
        let detail = Detail { type_url: ERROR_INFO.to_string(), value: info.encode_to_vec().into() };
        let failure = Failure { code: 5, details: vec![detail], ..Failure::default() };
        let back = there_and_back(&failure);
        assert_eq!(back.reason.as_deref(), Some("GONE"));
        assert_eq!(back.details, failure.details);
        assert_eq!(there_and_back(&back).details, failure.details);
    }

    #[test]
    fn violations_and_delays_are_details() {
        let mut error = StandardError::new(Code::ValidationError, "no");
        let (path, rule) = ("/items/0/na~1me".to_string(), "minLength");
        error.violations.push(Violation { path, rule, offset: 0, found: "text" });
        error.retry_after_seconds = Some(7);
        let back = there_and_back(&failure(&error));
        assert_eq!((back.code, back.reason.as_deref()), (3, Some("VALIDATION_ERROR")));
        assert_eq!(polywire_call::retry_after_seconds(&back.details), Some(7));
        let violations = polywire_call::violations(&back.details);
        assert_eq!((violations[0].path.as_str(), violations[0].rule), ("/items/0/na~1me", "minLength"));
    }

    #[test]
    fn what_a_peer_writes_wrongly_does_no_harm() {
        let mut headers = HeaderMap::new();
        assert!(read(&headers).is_none());
        for (code, expected) in [("99", 2), ("-1", 2), ("x", 2), ("16", 16)] {
            headers.insert(STATUS, HeaderValue::from_static(code));
            assert_eq!(read(&headers).unwrap().unwrap_err().code, expected);
        }
        for details in ["", "====", "!!", "CAUSA25v", "CAUSA25vGgI=", "CAUSA25vGgIKAA"] {
            headers.insert(DETAILS, HeaderValue::from_static(details));
            headers.insert(MESSAGE, HeaderValue::from_static("%zz%4"));
            assert_eq!(read(&headers).unwrap().unwrap_err().message, "%zz%4");
        }
    }

    #[test]
    fn large_details_are_left_out() {
        let large = Detail { type_url: "t/large".into(), value: Bytes::from(vec![0; DETAILS_BYTES_MAX]) };
        let failure =
            Failure { code: 5, reason: Some("X".into()), details: vec![large], ..Failure::default() };
        let back = there_and_back(&failure);
        assert_eq!((back.code, back.reason.as_deref(), back.details.len()), (5, Some("X"), 0));
    }
}
