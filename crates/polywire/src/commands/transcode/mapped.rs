//! Messages that become messages of another type: the map that is used, and what is said where there is none.

use std::path::Path;

use polywire_contract::{Maps, TypeId};
use polywire_diag::Diagnostic;
use polywire_wire::{Compiler, Encoding, PlanId, PlanOptions};

use crate::commands::maps;
use crate::exit::Failure;
use crate::output;
use crate::project::Project;

/// Where confirmed maps come from.
pub(super) enum Confirmed<'p> {
    /// The workspace's polywire.yaml and polywire.lock, and a file where one is named.
    Workspace(Option<&'p Path>),
    /// A file, where one is named.
    File(Option<&'p Path>),
}

/// The map from one type to another, all of it confirmed; else shows what is proposed.
pub(super) fn find(
    project: &mut Project,
    (from, to): (TypeId, TypeId),
    source: &Confirmed<'_>,
) -> Result<Maps, Failure> {
    let (Confirmed::Workspace(file) | Confirmed::File(file)) = source;
    let written = match file {
        Some(path) => project.read_maps(path)?,
        None => Vec::new(),
    };
    let (proposal, diags) = match project.map(from, to, &written) {
        Ok(maps) => return Ok(maps),
        Err(refused) => refused,
    };
    let name = |id: TypeId| project.contract.ty(id).short_name().unwrap_or_default().to_string();
    let (from, to) = (name(from), name(to));
    output::note(maps::text(&proposal).trim_end());
    if !proposal.is_whole() || diags.iter().all(|diag| !diag.is_error()) {
        project.diags = diags;
        project.report_errors()?;
    }
    let failure = Failure::wrong(format!("nobody has confirmed the map from `{from}` to `{to}`"));
    Err(match source {
        Confirmed::Workspace(_) => failure.help(format!(
            "name it in polywire.yaml, `maps: [{{from: {from}, to: {to}}}]`, and run `polywire check --accept`"
        )),
        Confirmed::File(_) => failure.help(format!(
            "if this is what you mean, write it into a file and name that with `--map FILE`:\n{}",
            proposal.spelled().trim_end()
        )),
    })
}

/// The plan of a map; none where it cannot be made.
pub(super) fn plan<'m>(
    compiler: &mut Compiler<'m>,
    maps: &'m Maps,
    (from, to): (Encoding, Encoding),
    options: &PlanOptions,
    diags: &mut Vec<Diagnostic>,
) -> Option<PlanId> {
    compiler.map(maps, from, to, options, diags)
}
