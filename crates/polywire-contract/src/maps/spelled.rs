//! A proposal as someone would write it in polywire.yaml, to be confirmed by writing it.

use std::fmt::Write;

use super::proposal::{Proposal, ProposedPair};
use crate::lock::scalar;

impl Proposal {
    /// What is proposed and neither written nor confirmed, as a list of maps in YAML.
    pub fn spelled(&self) -> String {
        let mut text = String::new();
        for pair in self.pairs.iter().filter(|pair| pair.lines.iter().any(|line| line.why.is_open())) {
            pair_spelled(&mut text, pair);
        }
        text
    }
}

fn pair_spelled(text: &mut String, pair: &ProposedPair) {
    let _ = writeln!(text, "- from: {}\n  to: {}", scalar(&pair.from), scalar(&pair.to));
    let _ = writeln!(text, "  {}:", if pair.has_fields { "fields" } else { "values" });
    let open = pair.lines.iter().filter(|line| line.why.is_open()).filter_map(|line| line.locked.as_ref());
    for (name, source) in open {
        let source = source.as_deref().map_or_else(|| "null".to_string(), scalar);
        let _ = writeln!(text, "    {}: {source}", scalar(name));
    }
}
