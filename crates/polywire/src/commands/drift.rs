//! `polywire drift [PATH…]`

use std::path::PathBuf;

use polywire_contract::{Difference, Drift as Pair, Drifts, Side, drift};
use polywire_diag::{SourceMap, Span};
use polywire_read::Sources;
use serde_json::{Value, json};

use super::origins::Origins;
use crate::exit::{Exit, Outcome};
use crate::output::{self, Format};
use crate::project;

/// Compares the types of the same words in different contracts: where they disagree, and what that does to data
#[derive(clap::Args)]
#[command(after_help = "\
→ a value of the left contract, ← one of the right: `refused` by a rule of the other, or in part `lost`.

Exit code 1 where data could be lost or refused.")]
pub(crate) struct Drift {
    /// Contracts, and folders in which they are looked for
    #[arg(default_value = ".")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    origins: Origins,
    /// Only types whose name contains this
    #[arg(long, value_name = "NAME")]
    only: Option<String>,
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Drift {
    pub(crate) fn run(self) -> Outcome {
        let mut sources = self.origins.sources()?;
        let mut diags = Vec::new();
        let mut contracts = Vec::new();
        for path in &self.paths {
            contracts.extend(project::read_each(path, &mut sources, &mut diags)?);
        }
        let errors = diags.iter().filter(|d| d.is_error()).count();
        let mut found = drift(&contracts);
        if let Some(part) = &self.only {
            let part = part.to_lowercase();
            let named = |side: &Side| side.name.to_lowercase().contains(&part);
            found.pairs.retain(|pair| named(&pair.left) || named(&pair.right));
        }
        match self.format {
            Format::Text => output::print(&text(sources.map(), &found)),
            Format::Json => output::print_json(&document(sources.map(), &found)),
            _ => {
                let mut diagnostics = found.diagnostics();
                output::print(&output::diagnostics(sources.map(), &mut diagnostics, self.format, false));
            }
        }
        if errors > 0 {
            let mistakes = output::count(errors, "mistake");
            output::note(&format!(
                "{mistakes} in the contracts: `polywire check` shows them; what could be read was compared"
            ));
        }
        output::note(&summary(contracts.len(), &found));
        let harmed = found.pairs.iter().flat_map(|pair| &pair.differences).any(Difference::harms);
        Ok(if harmed { Exit::Wrong } else { Exit::Ok })
    }
}

fn summary(contracts: usize, found: &Drifts) -> String {
    let all: Vec<&Difference> = found.pairs.iter().flat_map(|pair| &pair.differences).collect();
    let harmful = all.iter().filter(|one| one.harms()).count();
    let compared = format!(
        "compared {} of the same words in {}",
        output::count(found.compared, "pair"),
        output::count(contracts, "contract")
    );
    if all.is_empty() {
        return format!("{compared}: no drift");
    }
    let places = output::count(all.len(), "place");
    let differ = found.pairs.len();
    format!("{compared}: {differ} differ in {places}; in {harmful} of them data can be lost or refused")
}

/// A table for each pair.
fn text(map: &SourceMap, found: &Drifts) -> String {
    let mut out = String::new();
    for pair in &found.pairs {
        let (left, right) = (place(map, pair.left.span), place(map, pair.right.span));
        out.push_str(&format!("{} {left}  ⇄  {} {right}\n", pair.left.name, pair.right.name));
        let rows: Vec<Vec<String>> = pair.differences.iter().map(|one| row(map, pair, one)).collect();
        let table = output::table(&["  FIELD", "WHAT", "LEFT", "RIGHT", "DATA"], &rows);
        out.push_str(&table);
        out.push('\n');
    }
    out
}

fn row(map: &SourceMap, pair: &Pair, one: &Difference) -> Vec<String> {
    let cell = |said: &str, span: Span, side: &Side| {
        let (line, _) = map.position(span.file, span.start);
        if span.file == side.span.file {
            format!("{said} :{line}")
        } else {
            format!("{said} {}:{line}", map.name(span.file))
        }
    };
    let path = if one.path.is_empty() { "(itself)" } else { &one.path };
    vec![
        format!("  {path}"),
        one.aspect.name().to_string(),
        cell(&one.left, one.left_span, &pair.left),
        cell(&one.right, one.right_span, &pair.right),
        one.fates(),
    ]
}

/// `users/openapi.yaml:40:5`
fn place(map: &SourceMap, span: Span) -> String {
    let (line, column) = map.position(span.file, span.start);
    format!("{}:{line}:{column}", map.name(span.file))
}

fn document(map: &SourceMap, found: &Drifts) -> Value {
    let at = |span: Span| {
        let (line, column) = map.position(span.file, span.start);
        json!({"file": map.name(span.file), "line": line, "column": column})
    };
    let side = |side: &Side| json!({"name": side.name, "at": at(side.span)});
    let difference = |one: &Difference| {
        json!({
            "path": one.path,
            "what": one.aspect.name(),
            "left": {"says": one.left, "at": at(one.left_span)},
            "right": {"says": one.right, "at": at(one.right_span)},
            "left_to_right": one.left_to_right.name(),
            "right_to_left": one.right_to_left.name(),
        })
    };
    let pairs: Vec<Value> = found
        .pairs
        .iter()
        .map(|pair| {
            let differences: Vec<Value> = pair.differences.iter().map(difference).collect();
            json!({"left": side(&pair.left), "right": side(&pair.right), "differences": differences})
        })
        .collect();
    json!({"compared": found.compared, "pairs": pairs})
}
