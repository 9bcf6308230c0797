//! What is wrong with a message: where, and which rule it breaks. Never the value itself.

/// One broken rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// JSON Pointer (RFC 6901) from the input record (or from the outcome's body); empty for the whole.
    pub path: String,
    /// JSON Schema's keyword (`minLength`, `required`, `type` …), `duplicate`, or `malformed`.
    pub rule: &'static str,
    /// Where in the message's bytes; 0 for parameters.
    pub offset: u32,
    /// What stood there: `text`, `number`, `object`, `list`, `null`, `boolean`, `nothing`.
    pub found: &'static str,
}

/// Why a message was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The bytes are not of their encoding at all (400); else rules are broken (422).
    pub malformed: bool,
    /// At least one, at most 32.
    pub violations: Vec<Violation>,
}
