//! The standard error: one table of codes, and what each is on every wire.

use polywire_wire::Violation;
use serde_json::{Map, Value, json};

use crate::Metadata;

/// The code of a standard error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are the documentation; the table below says the rest")]
pub enum Code {
    ValidationError,
    Unauthorized,
    Forbidden,
    NotFound,
    MethodNotAllowed,
    Conflict,
    PayloadTooLarge,
    UnsupportedMediaType,
    RateLimited,
    InternalError,
    NotImplemented,
    BadUpstream,
    Unavailable,
    Timeout,
}

/// One line of the table.
struct Row {
    code: Code,
    name: &'static str,
    kind: &'static str,
    http: u16,
    grpc: u8,
    fallback: Option<Code>,
}

const fn row(
    code: Code,
    name: &'static str,
    kind: &'static str,
    http: u16,
    grpc: u8,
    fallback: Option<Code>,
) -> Row {
    Row { code, name, kind, http, grpc, fallback }
}

/// In the order of the enum.
const TABLE: [Row; 14] = [
    row(Code::ValidationError, "VALIDATION_ERROR", "ValidationError", 422, 3, None),
    row(Code::Unauthorized, "UNAUTHORIZED", "UnauthorizedError", 401, 16, None),
    row(Code::Forbidden, "FORBIDDEN", "ForbiddenError", 403, 7, None),
    row(Code::NotFound, "NOT_FOUND", "NotFoundError", 404, 5, None),
    row(Code::MethodNotAllowed, "METHOD_NOT_ALLOWED", "MethodNotAllowedError", 405, 12, Some(Code::NotFound)),
    row(Code::Conflict, "CONFLICT", "ConflictError", 409, 10, Some(Code::ValidationError)),
    row(
        Code::PayloadTooLarge,
        "PAYLOAD_TOO_LARGE",
        "PayloadTooLargeError",
        413,
        8,
        Some(Code::ValidationError),
    ),
    row(
        Code::UnsupportedMediaType,
        "UNSUPPORTED_MEDIA_TYPE",
        "UnsupportedMediaTypeError",
        415,
        3,
        Some(Code::ValidationError),
    ),
    row(Code::RateLimited, "RATE_LIMITED", "RateLimitedError", 429, 8, None),
    row(Code::InternalError, "INTERNAL_ERROR", "InternalError", 500, 13, None),
    row(Code::NotImplemented, "NOT_IMPLEMENTED", "NotImplementedError", 501, 12, Some(Code::InternalError)),
    row(Code::BadUpstream, "BAD_UPSTREAM", "BadUpstreamError", 502, 13, Some(Code::InternalError)),
    row(Code::Unavailable, "UNAVAILABLE", "UnavailableError", 503, 14, Some(Code::InternalError)),
    row(Code::Timeout, "TIMEOUT", "TimeoutError", 504, 4, Some(Code::InternalError)),
];

impl Code {
    /// Every code, in the table's order.
    pub fn all() -> impl Iterator<Item = Code> {
        TABLE.iter().map(|row| row.code)
    }

    fn row(self) -> &'static Row {
        &TABLE[self as usize]
    }

    /// `NOT_FOUND`
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// `NotFoundError`, the `type` in the JSON form.
    pub fn kind(self) -> &'static str {
        self.row().kind
    }

    /// The HTTP status; a malformed message is 400 instead of 422, see [`StandardError::http`].
    pub fn http(self) -> u16 {
        self.row().http
    }

    /// The gRPC status code.
    pub fn grpc(self) -> u8 {
        self.row().grpc
    }

    /// What it becomes in a closed set of codes that lacks it.
    pub fn fallback(self) -> Option<Code> {
        self.row().fallback
    }

    /// Finds a code by its name.
    pub fn parse(name: &str) -> Option<Code> {
        TABLE.iter().find(|row| row.name == name).map(|row| row.code)
    }
}

/// A code and HTTP status for a gRPC status that carries no code of ours.
pub fn from_grpc(status: u8) -> (Code, u16) {
    match status {
        1 => (Code::InternalError, 499),
        3 => (Code::ValidationError, 400),
        4 => (Code::Timeout, 504),
        5 => (Code::NotFound, 404),
        6 | 10 => (Code::Conflict, 409),
        7 => (Code::Forbidden, 403),
        8 => (Code::RateLimited, 429),
        9 | 11 => (Code::ValidationError, 400),
        12 => (Code::NotImplemented, 501),
        14 => (Code::Unavailable, 503),
        16 => (Code::Unauthorized, 401),
        _ => (Code::InternalError, 500),
    }
}

/// A code for an HTTP status of 400 and more that carries no code of ours.
pub fn from_http(status: u16) -> Code {
    match status {
        401 => Code::Unauthorized,
        403 => Code::Forbidden,
        404 | 410 => Code::NotFound,
        405 => Code::MethodNotAllowed,
        408 | 504 => Code::Timeout,
        409 | 412 => Code::Conflict,
        413 => Code::PayloadTooLarge,
        415 => Code::UnsupportedMediaType,
        429 => Code::RateLimited,
        501 => Code::NotImplemented,
        502 => Code::BadUpstream,
        503 => Code::Unavailable,
        400..=499 => Code::ValidationError,
        _ => Code::InternalError,
    }
}

/// An error that the bridge decides, or that no contract declares. Nothing internal may stand in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandardError {
    /// What kind of error.
    pub code: Code,
    /// The precise code, where the contract's closed set of codes has only one near to it.
    pub precise: Option<Code>,
    /// Another status than the code's own (a foreign gRPC status, 400 for malformed messages).
    pub status: Option<u16>,
    /// A sentence for people.
    pub message: String,
    /// The broken rules.
    pub violations: Vec<Violation>,
    /// Seconds after which it makes sense to try again.
    pub retry_after_seconds: Option<u32>,
    /// Headers that are passed on.
    pub metadata: Metadata,
}

impl StandardError {
    /// An error with a message and nothing else.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        StandardError {
            code,
            precise: None,
            status: None,
            message: message.into(),
            violations: Vec::new(),
            retry_after_seconds: None,
            metadata: Metadata::default(),
        }
    }

    /// The HTTP status.
    pub fn http(&self) -> u16 {
        self.status.unwrap_or(self.code.http())
    }

    /// The JSON form: `{"error": {"code", "message", "type", "details"}}`.
    pub fn to_json(&self) -> String {
        json!({ "error": self.members() }).to_string()
    }

    /// The form of RFC 9457 (`application/problem+json`), with the JSON form's `error` as an extension.
    pub fn to_problem_json(&self) -> String {
        json!({
            "type": "about:blank",
            "title": title(self.http()),
            "status": self.http(),
            "detail": self.message,
            "error": self.members(),
        })
        .to_string()
    }

    fn members(&self) -> Value {
        let mut members = Map::new();
        members.insert("code".into(), self.code.name().into());
        members.insert("message".into(), self.message.as_str().into());
        members.insert("type".into(), self.code.kind().into());
        let mut details = Map::new();
        if let Some(precise) = self.precise {
            details.insert("code".into(), precise.name().into());
        }
        if !self.violations.is_empty() {
            let errors = self.violations.iter().map(|v| json!({ "path": v.path, "rule": v.rule })).collect();
            details.insert("errors".into(), Value::Array(errors));
        }
        if !details.is_empty() {
            members.insert("details".into(), Value::Object(details));
        }
        Value::Object(members)
    }
}

/// The reason phrase of a status (RFC 9110, section 15), which `about:blank` asks for as the title.
fn title(status: u16) -> &'static str {
    match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        409 => "Conflict",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        422 => "Unprocessable Content",
        429 => "Too Many Requests",
        499 => "Client Closed Request",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Internal Server Error",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_enum() {
        for (at, row) in TABLE.iter().enumerate() {
            assert_eq!(row.code as usize, at, "{}", row.name);
            assert_eq!(Code::parse(row.name), Some(row.code));
        }
    }

    #[test]
    fn the_json_form_names_path_and_rule() {
        let mut error = StandardError::new(Code::ValidationError, "the request breaks a rule");
        error.violations.push(Violation {
            path: "/name".into(),
            rule: "minLength",
            offset: 9,
            found: "text",
        });
        assert_eq!(
            error.to_json(),
            r#"{"error":{"code":"VALIDATION_ERROR","message":"the request breaks a rule","type":"ValidationError","details":{"errors":[{"path":"/name","rule":"minLength"}]}}}"#
        );
        let plain = StandardError::new(Code::NotFound, "no such user").to_problem_json();
        assert_eq!(
            plain,
            r#"{"type":"about:blank","title":"Not Found","status":404,"detail":"no such user","error":{"code":"NOT_FOUND","message":"no such user","type":"NotFoundError"}}"#
        );
    }

    #[test]
    fn every_status_of_the_table_finds_its_code() {
        for row in &TABLE {
            assert_eq!(from_http(row.http), row.code, "{}", row.name);
            assert_eq!(from_http(StandardError::new(row.code, "").http()), row.code);
        }
    }
}
