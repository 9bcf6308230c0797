//! The names of rules that a residual reports.

/// Every keyword that can be broken.
const RULES: &[&str] = &[
    "additionalItems",
    "additionalProperties",
    "anyOf",
    "const",
    "contains",
    "contentEncoding",
    "contentMediaType",
    "dependentRequired",
    "enum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
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
    "type",
    "unevaluatedItems",
    "unevaluatedProperties",
    "uniqueItems",
];

/// The rule of a keyword.
pub(super) fn rule_of(keyword: &str) -> &'static str {
    match keyword {
        "falseSchema" => "false",
        keyword => RULES.iter().copied().find(|rule| *rule == keyword).unwrap_or("schema"),
    }
}
