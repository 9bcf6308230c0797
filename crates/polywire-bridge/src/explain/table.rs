//! A message of a call as an aligned table.

use super::messages::{FieldLine, MessageLine};

/// A line about the message, and under it a line for each field; where both sides are the same, one column says where.
pub(super) fn message(message: &MessageLine, is_identity: bool) -> String {
    let mut text = format!("    {}: {}\n", message.name, message.body);
    let mut rows = vec![head(is_identity)];
    rows.extend(message.fields.iter().map(|field| row(field, is_identity)));
    if !message.fields.is_empty() {
        text.push_str(&aligned(&rows));
    }
    if message.more > 0 {
        text.push_str(&format!("      and {} more fields\n", message.more));
    }
    if !message.unknown.is_empty() {
        text.push_str(&format!("      members that the contract does not know: {}\n", message.unknown));
    }
    text
}

fn head(is_identity: bool) -> Vec<String> {
    let names: &[&str] = if is_identity {
        &["FIELD", "KIND", "AT", "CHECKS"]
    } else {
        &["FIELD", "KIND", "FROM", "TO", "CHECKS"]
    };
    names.iter().map(|name| (*name).to_string()).collect()
}

fn row(field: &FieldLine, is_identity: bool) -> Vec<String> {
    let said: Vec<&str> = field.checks.iter().chain(&field.notes).map(String::as_str).collect();
    let shown = |place: &str| if place.is_empty() { "—".to_string() } else { place.to_string() };
    let mut row = vec![field.field.clone(), field.kind.clone(), shown(&field.from)];
    if !is_identity {
        row.push(shown(&field.to));
    }
    row.push(said.join(", "));
    row
}

fn aligned(rows: &[Vec<String>]) -> String {
    let columns = rows.first().map_or(0, Vec::len);
    let width = |at: usize| rows.iter().map(|row| row[at].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells: Vec<String> =
            row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        format!("      {}\n", cells.join("  ").trim_end())
    };
    rows.iter().map(line).collect()
}
