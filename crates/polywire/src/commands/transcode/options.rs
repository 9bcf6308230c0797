//! `--option K=V`: how JSON is written.

use polywire_wire::{Int64, JsonOptions, KeyOrder};

/// One choice.
#[derive(Clone, Copy, Debug)]
pub(super) enum Choice {
    Int64(Int64),
    EnumNumbers(bool),
    Order(KeyOrder),
    Indent(u8),
}

/// Most blanks of a level.
const INDENT_MAX: u8 = 8;

pub(super) fn parse(text: &str) -> Result<Choice, String> {
    if let Some(width) = text.strip_prefix("indent=").and_then(|width| width.parse().ok())
        && width <= INDENT_MAX
    {
        return Ok(Choice::Indent(width));
    }
    Ok(match text {
        "int64=number" => Choice::Int64(Int64::Number),
        "int64=text" => Choice::Int64(Int64::Text),
        "enum=name" => Choice::EnumNumbers(false),
        "enum=number" => Choice::EnumNumbers(true),
        "order=source" => Choice::Order(KeyOrder::Source),
        "order=contract" => Choice::Order(KeyOrder::Contract),
        "order=name" => Choice::Order(KeyOrder::Name),
        _ => {
            let known = "int64=number|text, enum=name|number, order=source|contract|name, indent=0 to 8";
            return Err(format!("expected one of {known}"));
        }
    })
}

/// All of them; the last of a kind counts.
pub(super) fn of(choices: &[Choice]) -> JsonOptions {
    choices.iter().fold(JsonOptions::default(), |options, choice| match *choice {
        Choice::Int64(int64) => JsonOptions { int64: Some(int64), ..options },
        Choice::EnumNumbers(enum_numbers) => JsonOptions { enum_numbers, ..options },
        Choice::Order(order) => JsonOptions { order, ..options },
        Choice::Indent(indent) => JsonOptions { indent, ..options },
    })
}
