//! The mistakes in contracts that this crate finds when plans are compiled.

polywire_diag::codes! {
    NO_PROTOBUF_FORM = "PW-W0001",
    PATTERN_NOT_TAKEN = "PW-W0002",
    RULE_NOT_CHECKED = "PW-W0003",
    DEFAULT_BREAKS_RULE = "PW-W0004",
    PARAMETER_IS_NO_TEXT = "PW-W0005",
    TOO_MANY_ALTERNATIVES = "PW-W0006",
    NO_ADDRESS = "PW-W0007",
    SCHEMA_NOT_COMPILED = "PW-W0008",
    NO_FORM = "PW-W0009",
    NO_MAP = "PW-W0010",
}
