//! What the contracts of the repository say, and where they disagree: the pass of `polywire drift`, in short.

use std::path::Path;

use polywire_contract::{Contract, Difference, Drift, drift};
use polywire_diag::{Diagnostic, SourceMap, Span};
use polywire_read::Sources;
use polywire_workspace::survey::{ContractFile, Place};

use super::walk::Candidate;
use crate::project;
use crate::sources::DiskSources;

/// Beyond these the contracts are listed and not read.
const CONTRACTS_MAX: usize = 400;
const BYTES_MAX: usize = 8 << 20;
/// How many pairs are told.
const WORST_MAX: usize = 5;

/// The worst of what `polywire drift` would say.
#[derive(Default)]
pub(super) struct DriftSummary {
    /// Whether it was compared at all.
    pub(super) compared: bool,
    pub(super) pairs: usize,
    pub(super) differ: usize,
    pub(super) places: usize,
    pub(super) harmful: usize,
    pub(super) worst: Vec<Worst>,
}

/// A pair of types and its worst difference.
pub(super) struct Worst {
    pub(super) left: (String, Place),
    pub(super) right: (String, Place),
    pub(super) path: String,
    pub(super) what: &'static str,
    pub(super) fates: String,
}

/// Reads every contract, and compares them.
pub(super) fn compare(dir: &Path, candidates: &[Candidate]) -> (Vec<ContractFile>, DriftSummary) {
    let mut sources = DiskSources::default();
    let mut files = Vec::new();
    let mut contracts = Vec::new();
    let small = candidates.len() <= CONTRACTS_MAX
        && candidates.iter().map(|one| one.bytes).sum::<usize>() <= BYTES_MAX;
    for candidate in candidates {
        let mut file = ContractFile {
            path: candidate.path.clone(),
            format: candidate.reader.into(),
            interfaces: Vec::new(),
            operations: 0,
            accepted: false,
            line: candidate.line,
            component: None,
        };
        let (mut contract, mut diags) = (Contract::default(), Vec::new());
        let path = dir.join(&candidate.path);
        if small && project::read_contract(&path, &mut sources, &mut contract, &mut diags).is_ok() {
            file.interfaces = contract.interfaces.iter().map(|interface| interface.name.clone()).collect();
            file.operations = contract.operations.len();
            file.accepted = !diags.iter().any(Diagnostic::is_error);
            contracts.push(contract);
        }
        files.push(file);
    }
    if !small {
        return (files, DriftSummary::default());
    }
    let found = drift(&contracts);
    let all: Vec<&Difference> = found.pairs.iter().flat_map(|pair| &pair.differences).collect();
    let place = |span: Span| place(dir, sources.map(), span);
    let worst = |pair: &Drift| {
        let one = pair.differences.first()?;
        Some(Worst {
            left: (pair.left.name.clone(), place(one.left_span)),
            right: (pair.right.name.clone(), place(one.right_span)),
            path: one.path.clone(),
            what: one.aspect.name(),
            fates: one.fates(),
        })
    };
    let summary = DriftSummary {
        compared: true,
        pairs: found.compared,
        differ: found.pairs.len(),
        places: all.len(),
        harmful: all.iter().filter(|one| one.harms()).count(),
        worst: found.pairs.iter().filter_map(worst).take(WORST_MAX).collect(),
    };
    (files, summary)
}

/// A place as seen from the folder.
fn place(dir: &Path, map: &SourceMap, span: Span) -> Place {
    let (line, _) = map.position(span.file, span.start);
    let name = Path::new(map.name(span.file));
    let dir = dir.strip_prefix(".").unwrap_or(dir);
    let file = name.strip_prefix(dir).unwrap_or(name).display().to_string();
    Place { file, line }
}
