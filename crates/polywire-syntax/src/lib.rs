//! YAML 1.2 and JSON text as one tree with spans down to the key.
//!
//! Must never: know a contract format, follow a reference, read a file.

#![warn(clippy::disallowed_methods)]

mod build;
mod json;
mod limits;
mod number;
mod parse;
mod pointer;
mod tree;
mod yaml;

pub use limits::Limits;
pub use number::Number;
pub use parse::{parse, parse_all, parse_json, parse_source};
pub use pointer::{escape, percent_decoded, unescape};
pub use tree::{Entry, Map, Node, Value};

polywire_diag::codes! {
    TOO_LARGE = "PW-S0001",
    TOO_DEEP = "PW-S0002",
    TOO_MANY_NODES = "PW-S0003",
    TOO_MANY_ALIASES = "PW-S0004",
    EMPTY = "PW-S0101",
    JSON_SYNTAX = "PW-S0102",
    YAML_SYNTAX = "PW-S0103",
    DUPLICATE_KEY = "PW-S0104",
    CONTROL_CHARACTER = "PW-S0105",
    TAB_INDENTATION = "PW-S0106",
    LONE_CARRIAGE_RETURN = "PW-S0107",
    SEVERAL_DOCUMENTS = "PW-S0108",
    BAD_KEY = "PW-S0109",
    BAD_MERGE = "PW-S0110",
    BAD_ALIAS = "PW-S0111",
    UNKNOWN_TAG = "PW-S0112",
    TAG_MISMATCH = "PW-S0113",
    NOT_A_NUMBER = "PW-S0114",
}
