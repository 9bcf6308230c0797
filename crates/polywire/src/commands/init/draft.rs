//! A `polywire.yaml` that `polywire check` accepts: contracts that it does not take become comments.

use std::path::Path;

use polywire_diag::Diagnostic;
use polywire_read::Sources;
use polywire_workspace::survey::{self, ContractFile, Survey};

use crate::project;

/// How often contracts are taken out before all are.
const ROUNDS_MAX: usize = 6;

/// Writes the text, and marks the contracts that a workspace does not accept.
pub(super) fn accepted(dir: &Path, name: &str, survey: &Survey, contracts: &mut [ContractFile]) -> String {
    for _ in 0..ROUNDS_MAX {
        let text = survey::manifest(name, survey, contracts);
        if !contracts.iter().any(|contract| contract.accepted) || !refuse(dir, &text, contracts) {
            return text;
        }
    }
    contracts.iter_mut().for_each(|contract| contract.accepted = false);
    survey::manifest(name, survey, contracts)
}

/// Takes out what the mistakes stand in; false if there are none.
fn refuse(dir: &Path, text: &str, contracts: &mut [ContractFile]) -> bool {
    let project = project::open_draft(dir, text);
    let Ok(project) = project else {
        contracts.iter_mut().for_each(|contract| contract.accepted = false);
        return true;
    };
    let errors: Vec<&Diagnostic> = project.diags.iter().filter(|diag| diag.is_error()).collect();
    if errors.is_empty() {
        return false;
    }
    let map = project.sources().map();
    let named = |diag: &Diagnostic| diag.labels.last().map(|label| map.name(label.span.file).to_string());
    let places: Vec<String> = errors.iter().filter_map(|diag| named(diag)).collect();
    let mut some = false;
    for contract in contracts.iter_mut().filter(|contract| contract.accepted) {
        let path = Path::new(&contract.path);
        if places.iter().any(|place| Path::new(place).ends_with(path)) {
            contract.accepted = false;
            some = true;
        }
    }
    if !some {
        contracts.iter_mut().for_each(|contract| contract.accepted = false);
    }
    true
}
