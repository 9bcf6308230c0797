//! The section of what is different for one operation.

use std::time::Duration;

use super::bridge::{VALIDATE, VALIDATE_RESPONSE, Validate, ValidateResponse};
use crate::schema::{Key, Kind, Need, Spanned, Table, Value};

#[derive(Clone, Debug)]
pub struct OperationRule {
    /// As `users.createUser`; whether there is such an operation, the contracts know.
    pub operation: Spanned<String>,
    pub validate: Option<Validate>,
    pub validate_response: Option<ValidateResponse>,
    pub timeout: Option<Duration>,
}

pub(super) const OPERATION: Table = Table {
    name: "operations.NAME",
    doc: "What is different for this operation; the rest is as in `bridge`.",
    keys: &[
        Key { name: "validate", kind: VALIDATE, need: Need::Optional, doc: "As in `bridge`." },
        Key {
            name: "validate_response",
            kind: VALIDATE_RESPONSE,
            need: Need::Optional,
            doc: "As in `bridge`.",
        },
        Key { name: "timeout", kind: Kind::Duration, need: Need::Optional, doc: "As in `bridge.policies`." },
    ],
};

pub(super) fn lower(entries: Vec<(Spanned<String>, Value)>) -> Vec<OperationRule> {
    let one = |(operation, value)| {
        let Value::Record(mut fields) = value else { return None };
        Some(OperationRule {
            operation,
            validate: fields.choice("validate").map(Validate::of),
            validate_response: fields.choice("validate_response").map(ValidateResponse::of),
            timeout: fields.duration("timeout"),
        })
    };
    entries.into_iter().filter_map(one).collect()
}
