//! The standard log line, as the other services write it: one JSON object on standard error.

use std::io::Write;
use std::time::SystemTime;

use serde_json::{Map, Value};

/// Writes one line. A line that cannot be written is lost: there is nobody left to tell.
pub(crate) fn line(level: &str, message: &str, fields: &[(&str, &str)]) {
    let now = prost_types::Timestamp::from(SystemTime::now()).to_string();
    let standard = [
        ("timestamp", now.as_str()),
        ("level", level),
        ("service", "orders"),
        ("language", "rust"),
        ("logger", "main"),
        ("message", message),
    ];
    let entries = standard.iter().chain(fields).map(|(name, value)| ((*name).to_owned(), (*value).into()));
    let mut text = Value::Object(entries.collect::<Map<_, _>>()).to_string();
    text.push('\n');
    let _ = std::io::stderr().write_all(text.as_bytes());
}
