//! Maps between types as people and programs see them.

use polywire_contract::{Proposal, ProposedLine, ProposedPair, Remark};
use serde_json::{Value, json};

use crate::output;

/// A table for each pair of types.
pub(super) fn text(proposal: &Proposal) -> String {
    proposal.pairs.iter().map(pair).collect()
}

fn pair(pair: &ProposedPair) -> String {
    let row = |line: &ProposedLine| {
        let why = line.why.words().to_string();
        vec![format!("  {}", line.from), line.to.clone(), why, line.remarks_text()]
    };
    let rows: Vec<Vec<String>> = pair.lines.iter().map(row).collect();
    let table = output::table(&["  FROM", "TO", "WHY", "REFUSED OR LOST"], &rows);
    format!("{}  →  {}\n{table}\n", pair.from, pair.to)
}

/// All of it as one value.
pub(super) fn document(proposals: &[Proposal]) -> Value {
    let remark = |one: &Remark| json!({"fate": one.fate.name(), "says": one.says});
    let line = |line: &ProposedLine| {
        json!({
            "from": line.from,
            "to": line.to,
            "why": line.why.words(),
            "confirmed": !line.why.is_open(),
            "remarks": line.remarks.iter().map(remark).collect::<Vec<_>>(),
        })
    };
    let pair = |pair: &ProposedPair| {
        let entries: Vec<Value> = pair.lines.iter().map(line).collect();
        json!({"from": pair.from, "to": pair.to, "entries": entries})
    };
    let one = |proposal: &Proposal| {
        let pairs: Vec<Value> = proposal.pairs.iter().map(pair).collect();
        json!({"whole": proposal.is_whole(), "pairs": pairs})
    };
    json!({"maps": proposals.iter().map(one).collect::<Vec<_>>()})
}
